#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "query/request.h"

/* What request_parse makes of a text, as request_format writes it; NULL where it refuses. */
static const struct {
    const char *text;
    const char *formatted;
} cases[] = {
    {NULL, ""},
    {"", ""},
    {"&&", ""},
    {"q=", ""},
    {"q=svd", "q=svd"},
    {"q=a+b%20c", "q=a%20b%20c"},
    {"q=%20%20svd%0A%20", "q=svd"},
    {"q=na%C3%AFve", "q=na%C3%AFve"},
    {"q=a=b", "q=a%3Db"},
    {"q", ""},
    {"q=a%26b%23", "q=a%26b%23"},
    {"q=x&limit=100&offset=900", "q=x&limit=100&offset=900"},
    {"limit=10&offset=0&literal=0&q=x", "q=x"},
    {"literal=1&q=x", "q=x&literal=1"},
    {"host=b.org&q=x&host=a.org&host=b.org", "q=x&host=a.org&host=b.org"},
    {"host=A.org&host=a.ORG&host=b.org", "host=A.org&host=b.org"},
    {"section=Books%2FAlgebra", "section=Books%2FAlgebra"},
    {"section=Books/Algebra", "section=Books%2FAlgebra"},
    {"section=I%252FO", "section=I%252FO"},
    {"utm_source=x&q=y", "q=y"},
    {"kind=pdf&list=A%20B", "kind=pdf&list=A%20B"},
    {"q=a%00b", NULL},
    {"q=%", NULL},
    {"q=%2", NULL},
    {"q=%zz", NULL},
    {"q=%ff", NULL},
    {"%ff=x", ""},
    {"%=x", ""},
    {"utm=%&fbclid=%ff&x=%00&q=y", "q=y"},
    {"q=a&q=b", NULL},
    {"limit=1&limit=2", NULL},
    {"limit=0", NULL},
    {"limit=101", NULL},
    {"limit=-1", NULL},
    {"limit=1e1", NULL},
    {"limit=%201", NULL},
    {"limit=99999999999999999999", NULL},
    {"offset=1000", NULL},
    {"offset=950&limit=100", NULL},
    {"literal=2", NULL},
    {"literal=true", NULL},
    {"host=", NULL},
    {"section=/a", NULL},
    {"section=a/", NULL},
    {"section=a%25b", NULL},
};

static void parameters_are_read_and_bounded(void **state) {
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Request) request = request_parse(cases[i].text, &error);
        if (cases[i].formatted == NULL) {
            if (request != NULL) {
                fail_msg("%s was accepted", cases[i].text);
            }
            assert_true(g_error_matches(error, REQUEST_ERROR, REQUEST_ERROR_PARAMETER));
            continue;
        }
        if (request == NULL) {
            fail_msg("%s: %s", cases[i].text, error->message);
        }
        g_autofree char *formatted = request_format(request);
        assert_string_equal(formatted, cases[i].formatted);
    }
}

static void formatting_a_parsed_request_changes_nothing(void **state) {
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (cases[i].formatted == NULL) {
            continue;
        }
        g_autoptr(Request) request = request_parse(cases[i].formatted, NULL);
        assert_non_null(request);
        g_autofree char *formatted = request_format(request);
        assert_string_equal(formatted, cases[i].formatted);
    }
}

static void an_error_names_the_parameter(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *name;
    } rows[] = {{"limit=0", "limit"}, {"offset=x", "offset"}, {"literal=x", "literal"},
                {"q=%ff", "q"},       {"kind=", "kind"},      {"section=//", "section"}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(request_parse(rows[i].text, &error));
        if (strstr(error->message, rows[i].name) == NULL) {
            fail_msg("%s: %s", rows[i].text, error->message);
        }
    }
}

static void a_query_is_at_most_512_bytes_long(void **state) {
    (void)state;
    for (gsize size = REQUEST_QUERY_MAX_BYTES; size <= REQUEST_QUERY_MAX_BYTES + 1; size++) {
        g_autofree char *query = g_strnfill(size, 'x');
        g_autofree char *text = g_strconcat("q=", query, NULL);
        g_autoptr(Request) request = request_parse(text, NULL);
        assert_int_equal(request != NULL, size <= REQUEST_QUERY_MAX_BYTES);
    }
}

static void sixteen_filters_are_allowed_and_no_more(void **state) {
    (void)state;
    g_autoptr(GString) text = g_string_new("q=x");
    for (guint i = 0; i < REQUEST_FILTERS_MAX; i++) {
        g_string_append_printf(text, "&host=h%u", i);
    }
    g_autoptr(Request) full = request_parse(text->str, NULL);
    assert_non_null(full);
    g_string_append(text, "&kind=pdf");
    g_autoptr(Request) over = request_parse(text->str, NULL);
    assert_null(over);
}

static void a_section_path_comes_back_as_it_was(void **state) {
    (void)state;
    static const char *const levels[] = {"Books", "I/O & 100% proof", "%2F", NULL};
    g_autofree char *value = request_path_value(levels, 3);
    g_auto(GStrv) back = request_path_levels(value);
    assert_non_null(back);
    assert_true(g_strv_equal(levels, (const char *const *)back));
    assert_string_equal(value, "Books/I%2FO & 100%25 proof/%252F");
}

static void links_change_one_thing_and_start_at_the_first_page(void **state) {
    (void)state;
    g_autoptr(Request) request = request_parse("q=x&kind=pdf&offset=20&limit=20", NULL);
    g_autofree char *next = request_format_offset(request, 40);
    g_autofree char *without = request_format_toggle(request, SYL_FIELD_KIND, "pdf");
    g_autofree char *capital = request_format_toggle(request, SYL_FIELD_KIND, "PDF");
    g_autofree char *with = request_format_toggle(request, SYL_FIELD_KIND, "book");
    g_autofree char *other = request_format_query(request, "y & z");
    assert_string_equal(next, "q=x&kind=pdf&limit=20&offset=40");
    assert_string_equal(without, "q=x&limit=20");
    assert_string_equal(capital, "q=x&limit=20");
    assert_string_equal(with, "q=x&kind=book&kind=pdf&limit=20");
    assert_string_equal(other, "q=y%20%26%20z&kind=pdf&limit=20");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_are_read_and_bounded),
        cmocka_unit_test(formatting_a_parsed_request_changes_nothing),
        cmocka_unit_test(an_error_names_the_parameter),
        cmocka_unit_test(a_query_is_at_most_512_bytes_long),
        cmocka_unit_test(sixteen_filters_are_allowed_and_no_more),
        cmocka_unit_test(a_section_path_comes_back_as_it_was),
        cmocka_unit_test(links_change_one_thing_and_start_at_the_first_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
