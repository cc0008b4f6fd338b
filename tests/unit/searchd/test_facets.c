#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "search/facets.h"

#define V "\x1e" /* SYL_VALUE_SEPARATOR */
#define P "\x1f" /* SYL_PATH_SEPARATOR */

/* Values with their counts, joined: "value|label|name|depth|count;" */
static char *counted(SylFieldId field, const xc_facet_value *slot_values, gsize count) {
    xc_facet facet = {.values = (xc_facet_value *)(gsize)slot_values, .count = count};
    g_autoptr(GPtrArray) values = facets_values(field, &facet);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < values->len; i++) {
        const FacetValue *value = g_ptr_array_index(values, i);
        g_string_append_printf(text, "%s|%s|%s|%u|%u;", value->value, value->label, value->name,
                               value->depth, value->count);
    }
    return g_string_free(text, FALSE);
}

static xc_facet_value slot_value(const char *value, guint count) {
    return (xc_facet_value){{(char *)(gsize)value, strlen(value)}, count};
}

static void one_slot_value_counts_for_each_of_its_values(void **state) {
    (void)state;
    const xc_facet_value values[] = {slot_value("b" V "a", 2), slot_value("b", 1),
                                     slot_value("", 9)};
    g_autofree char *text = counted(SYL_FIELD_LIST, values, G_N_ELEMENTS(values));
    assert_string_equal(text, "b|b|b|0|3;a|a|a|0|2;");
}

static void sections_count_what_is_below_them_once(void **state) {
    (void)state;
    const xc_facet_value values[] = {
        slot_value("Books" P "Algebra" V "Books" P "Analysis", 2),
        slot_value("Books" P "Analysis", 3),
        slot_value("Courses", 4),
        slot_value("Books", 1),
    };
    g_autofree char *text = counted(SYL_FIELD_SECTION, values, G_N_ELEMENTS(values));
    assert_string_equal(text, "Books|Books|Books|0|6;"
                              "Books/Analysis|Books › Analysis|Analysis|1|5;"
                              "Books/Algebra|Books › Algebra|Algebra|1|2;"
                              "Courses|Courses|Courses|0|4;");
}

static void a_branch_stands_together_whatever_its_counts_are(void **state) {
    (void)state;
    const xc_facet_value values[] = {slot_value("A" P "x", 1), slot_value("A" P "y" P "deep", 9),
                                     slot_value("AB", 10), slot_value("A B", 10)};
    g_autofree char *text = counted(SYL_FIELD_SECTION, values, G_N_ELEMENTS(values));
    assert_string_equal(text, "A|A|A|0|10;A/y|A › y|y|1|9;A/y/deep|A › y › deep|deep|2|9;"
                              "A/x|A › x|x|1|1;A B|A B|A B|0|10;AB|AB|AB|0|10;");
}

static void a_slash_in_a_section_is_told_from_a_level(void **state) {
    (void)state;
    const xc_facet_value values[] = {slot_value("I/O" P "100%", 1)};
    g_autofree char *text = counted(SYL_FIELD_SECTION, values, 1);
    assert_string_equal(text, "I%2FO|I/O|I/O|0|1;I%2FO/100%25|I/O › 100%|100%|1|1;");
}

static void no_more_values_are_given_than_allowed(void **state) {
    (void)state;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autofree xc_facet_value *values = g_new0(xc_facet_value, 300);
    for (guint i = 0; i < 300; i++) {
        g_ptr_array_add(names, g_strdup_printf("host%u", i));
        values[i] = slot_value(g_ptr_array_index(names, i), i + 1);
    }
    xc_facet facet = {.values = values, .count = 300};
    g_autoptr(GPtrArray) shown = facets_values(SYL_FIELD_HOST, &facet);
    const FacetValue *first = g_ptr_array_index(shown, 0);
    assert_int_equal(shown->len, SEARCH_FACET_VALUES_MAX);
    assert_int_equal(first->count, 300);
}

static void values_that_differ_in_case_are_one(void **state) {
    (void)state;
    const xc_facet_value values[] = {slot_value("Books" P "Algebra", 4),
                                     slot_value("books" P "algebra" V "BOOKS", 2),
                                     slot_value("BOOKS" P "Analysis", 1),
                                     slot_value("\xc3\x9c"
                                                "ber",
                                                2),
                                     slot_value("\xc3\xbc"
                                                "ber",
                                                1)};
    g_autofree char *text = counted(SYL_FIELD_SECTION, values, G_N_ELEMENTS(values));
    assert_string_equal(text, "Books|Books|Books|0|7;Books/Algebra|Books › Algebra|Algebra|1|6;"
                              "Books/Analysis|Books › Analysis|Analysis|1|1;"
                              "Über|Über|Über|0|3;");
}

static void values_that_no_filter_takes_are_left_out(void **state) {
    (void)state;
    g_autofree char *longest = g_strnfill(REQUEST_FILTER_MAX_BYTES, 'x');
    g_autofree char *longer = g_strnfill(REQUEST_FILTER_MAX_BYTES + 1, 'x');
    g_autofree char *escaped = g_strnfill(REQUEST_FILTER_MAX_BYTES / 3 + 1, '%');
    const xc_facet_value values[] = {slot_value(longest, 1), slot_value(longer, 2),
                                     slot_value(escaped, 3)};
    xc_facet facet = {.values = (xc_facet_value *)(gsize)values, .count = G_N_ELEMENTS(values)};
    g_autoptr(GPtrArray) shown = facets_values(SYL_FIELD_SECTION, &facet);
    assert_int_equal(shown->len, 1);
    const FacetValue *value = g_ptr_array_index(shown, 0);
    assert_string_equal(value->value, longest);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_slot_value_counts_for_each_of_its_values),
        cmocka_unit_test(sections_count_what_is_below_them_once),
        cmocka_unit_test(a_branch_stands_together_whatever_its_counts_are),
        cmocka_unit_test(a_slash_in_a_section_is_told_from_a_level),
        cmocka_unit_test(no_more_values_are_given_than_allowed),
        cmocka_unit_test(values_that_differ_in_case_are_one),
        cmocka_unit_test(values_that_no_filter_takes_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
