#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "respond/json.h"
#include "respond/terminal.h"

/* An answer of one result, whose texts all hold what is hostile to someone. */
static const char hostile[] = "</script>&\xe2\x80\xa8\xe2\x80\xa9\"\\ \xf0\x9f\x98\x80 \x1b[31m";

typedef struct Made {
    Answer answer;
    AnswerResult result;
    FacetValue value;
    Facet facet;
} Made;

static void make(Made *made, const char *text, char **heading) {
    char *shared = (char *)(gsize)text;
    made->result = (AnswerResult){.id = shared,
                                  .url = shared,
                                  .page = shared,
                                  .title = shared,
                                  .resource = shared,
                                  .resource_title = shared,
                                  .heading = heading,
                                  .kind = shared,
                                  .language = shared,
                                  .text = shared,
                                  .highlights = g_array_new(FALSE, FALSE, sizeof(Highlight)),
                                  .score = 1.25};
    made->value = (FacetValue){.value = shared, .label = shared, .name = shared, .count = 3};
    made->facet = (Facet){.name = "kind", .values = g_ptr_array_new()};
    g_ptr_array_add(made->facet.values, &made->value);
    made->answer = (Answer){.query = shared,
                            .total = 7,
                            .offset = 2,
                            .state = {.generation = 5},
                            .notices = g_ptr_array_new(),
                            .facets = g_ptr_array_new(),
                            .results = g_ptr_array_new()};
    g_ptr_array_add(made->answer.notices, shared);
    g_ptr_array_add(made->answer.facets, &made->facet);
    g_ptr_array_add(made->answer.results, &made->result);
}

static void made_clear(Made *made) {
    g_array_unref(made->result.highlights);
    g_ptr_array_unref(made->facet.values);
    g_ptr_array_unref(made->answer.notices);
    g_ptr_array_unref(made->answer.facets);
    g_ptr_array_unref(made->answer.results);
}

static const char *member(const json_t *object, const char *name) {
    return json_string_value(json_object_get(object, name));
}

static void an_answer_comes_back_from_json_as_it_was(void **state) {
    (void)state;
    Made made;
    char *heading[] = {(char *)(gsize)hostile, NULL};
    make(&made, hostile, heading);
    Highlight mark = {3, 4};
    g_array_append_val(made.result.highlights, mark);
    g_autofree char *text = json_answer(&made.answer);
    json_t *answer = json_loads(text, 0, NULL);
    assert_non_null(answer);
    const json_t *result = json_array_get(json_object_get(answer, "results"), 0);
    const json_t *pair = json_array_get(json_object_get(result, "highlights"), 0);
    const json_t *facets = json_object_get(json_object_get(answer, "facets"), "kind");
    static const char *const texts[] = {
        "id", "url", "page", "title", "resource", "resource_title", "kind", "language", "text"};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        assert_string_equal(member(result, texts[i]), hostile);
    }
    assert_string_equal(json_string_value(json_array_get(json_object_get(result, "heading"), 0)),
                        hostile);
    assert_int_equal(json_integer_value(json_array_get(pair, 0)), 3);
    assert_int_equal(json_integer_value(json_array_get(pair, 1)), 4);
    assert_string_equal(member(json_array_get(facets, 0), "value"), hostile);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(facets, 0), "count")), 3);
    assert_string_equal(json_string_value(json_array_get(json_object_get(answer, "notices"), 0)),
                        hostile);
    assert_int_equal(json_integer_value(json_object_get(answer, "generation")), 5);
    assert_true(json_is_false(json_object_get(answer, "total_exact")));
    assert_true(json_is_null(json_object_get(answer, "corrected")));
    json_decref(answer);
    made_clear(&made);
}

static void json_holds_nothing_that_means_something_in_html_or_javascript(void **state) {
    (void)state;
    Made made;
    char *heading[] = {NULL};
    make(&made, hostile, heading);
    g_autofree char *answer = json_answer(&made.answer);
    g_autofree char *problem = json_problem(400, hostile, hostile);
    const char *const texts[] = {answer, problem};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        assert_null(strpbrk(texts[i], "<>&\n\x1b"));
        assert_null(strstr(texts[i], "\xe2\x80\xa8"));
        assert_null(strstr(texts[i], "\xe2\x80\xa9"));
    }
    made_clear(&made);
}

static void bytes_that_are_no_utf8_do_not_break_json(void **state) {
    (void)state;
    Made made;
    char *heading[] = {NULL};
    make(&made, "broken \xff\xfe byte", heading);
    g_autofree char *text = json_answer(&made.answer);
    json_t *answer = json_loads(text, 0, NULL);
    assert_non_null(answer);
    json_decref(answer);
    made_clear(&made);
}

static void a_terminal_gets_no_escapes_from_the_index(void **state) {
    (void)state;
    Made made;
    char *heading[] = {(char *)(gsize)hostile, NULL};
    make(&made, hostile, heading);
    g_autofree char *text = terminal_answer(&made.answer, FALSE);
    assert_null(strchr(text, '\x1b'));
    made_clear(&made);
}

static void a_terminal_shows_what_was_found_in_bold(void **state) {
    (void)state;
    static const struct {
        const char *text;
        Highlight mark;
        const char *shown;
    } cases[] = {
        {"a matrix here", {2, 6}, "a \x1b[1mmatrix\x1b[0m here"},
        {"\xf0\x9f\x98\x80 matrix", {3, 6}, "\xf0\x9f\x98\x80 \x1b[1mmatrix\x1b[0m"},
        {"short", {3, 60}, "sho\x1b[1mrt\x1b[0m"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Made made;
        char *heading[] = {NULL};
        make(&made, cases[i].text, heading);
        g_array_append_val(made.result.highlights, cases[i].mark);
        g_autofree char *coloured = terminal_answer(&made.answer, TRUE);
        g_autofree char *plain = terminal_answer(&made.answer, FALSE);
        assert_non_null(strstr(coloured, cases[i].shown));
        assert_null(strchr(plain, '\x1b'));
        assert_true(g_str_has_prefix(plain, "3. ")); /* counted on from the offset */
        made_clear(&made);
    }
}

static void a_run_has_six_columns(void **state) {
    (void)state;
    RankedPage rows[] = {{(char[]){"doc-2"}, 2.5}, {(char[]){"doc-1"}, 0.000001}};
    g_autoptr(GArray) pages = g_array_new(FALSE, FALSE, sizeof(RankedPage));
    g_array_append_vals(pages, rows, G_N_ELEMENTS(rows));
    g_autofree char *run = terminal_trec_run("q1", pages, "tag");
    assert_string_equal(run, "q1 Q0 doc-2 1 2.500000 tag\nq1 Q0 doc-1 2 0.000001 tag\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_comes_back_from_json_as_it_was),
        cmocka_unit_test(json_holds_nothing_that_means_something_in_html_or_javascript),
        cmocka_unit_test(bytes_that_are_no_utf8_do_not_break_json),
        cmocka_unit_test(a_terminal_gets_no_escapes_from_the_index),
        cmocka_unit_test(a_terminal_shows_what_was_found_in_bold),
        cmocka_unit_test(a_run_has_six_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
