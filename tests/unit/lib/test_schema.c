#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "syllabus/schema.h"

static void no_two_fields_share_a_name_a_prefix_or_a_slot(void **state) {
    (void)state;
    for (guint i = 0; i < SYL_FIELD_COUNT; i++) {
        for (guint j = 0; j < i; j++) {
            const SylField *a = syl_schema_field(i), *b = syl_schema_field(j);
            if (a->name != NULL && b->name != NULL) {
                assert_string_not_equal(a->name, b->name);
            }
            if (a->prefix != NULL && b->prefix != NULL) {
                assert_string_not_equal(a->prefix, b->prefix);
            }
            if (a->slot != SYL_NO_SLOT) {
                assert_int_not_equal(a->slot, b->slot);
            }
        }
    }
}

static void every_field_is_described_and_makes_sense(void **state) {
    (void)state;
    for (guint i = 0; i < SYL_FIELD_COUNT; i++) {
        const SylField *field = syl_schema_field(i);
        assert_non_null(field->about);
        assert_int_equal(field->kind == SYL_FIELD_VALUE, field->prefix == NULL);
        if (field->kind == SYL_FIELD_VALUE || field->facet != NULL) {
            assert_int_not_equal(field->slot, SYL_NO_SLOT);
        }
    }
}

static void prefixes_are_those_that_omega_uses(void **state) {
    (void)state;
    static const struct {
        SylFieldId id;
        const char *prefix;
    } cases[] = {
        {SYL_FIELD_ID, "Q"},       {SYL_FIELD_PAGE, "U"}, {SYL_FIELD_TITLE, "S"},
        {SYL_FIELD_AUTHOR, "A"},   {SYL_FIELD_HOST, "H"}, {SYL_FIELD_KIND, "T"},
        {SYL_FIELD_LANGUAGE, "L"}, {SYL_FIELD_BODY, ""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_string_equal(syl_schema_field(cases[i].id)->prefix, cases[i].prefix);
    }
}

static void fields_are_found_by_the_names_people_use(void **state) {
    (void)state;
    assert_ptr_equal(syl_schema_field_by_name("site"), syl_schema_field(SYL_FIELD_HOST));
    assert_ptr_equal(syl_schema_field_by_name("lang"), syl_schema_field(SYL_FIELD_LANGUAGE));
    assert_ptr_equal(syl_schema_field_by_facet("host"), syl_schema_field(SYL_FIELD_HOST));
    assert_ptr_equal(syl_schema_field_by_facet("section"), syl_schema_field(SYL_FIELD_SECTION));
    assert_null(syl_schema_field_by_name("host"));
    assert_null(syl_schema_field_by_name(""));
    assert_null(syl_schema_field_by_facet("site"));
}

static void terms_follow_prefix_and_case_rules(void **state) {
    (void)state;
    static const struct {
        SylFieldId id;
        const char *value, *term;
    } cases[] = {
        {SYL_FIELD_HOST, "Example.ORG", "Hexample.org"},
        {SYL_FIELD_KIND, "PDF", "Tpdf"},
        {SYL_FIELD_SECTION,
         "\xC3\x9C"
         "bung",
         "XP\xC3\xBC"
         "bung"},
        {SYL_FIELD_LIST, ":colon", "XL::colon"},
        {SYL_FIELD_HOST, ":colon", "H:colon"},
        {SYL_FIELD_PAGE, "https://a.org/Case", "Uhttps://a.org/Case"},
        {SYL_FIELD_RESOURCE, "Upper", "XR:Upper"},
        {SYL_FIELD_TYPE, "passage", "XTpassage"},
        {SYL_FIELD_LIST, "", "XL"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *term = syl_schema_term(cases[i].id, cases[i].value);
        assert_string_equal(term, cases[i].term);
    }
}

static void a_long_term_is_cut_and_stays_unique(void **state) {
    (void)state;
    GHashTable *seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint length = 150; length < 300; length++) {
        g_autofree char *value = g_strnfill(length, 'a');
        char *term = syl_schema_term(SYL_FIELD_PAGE, value);
        assert_true(strlen(term) <= SYL_TERM_MAX_BYTES);
        assert_int_equal(strlen(term), MIN(length + 1, SYL_TERM_MAX_BYTES));
        assert_true(g_hash_table_add(seen, term));
    }
    g_hash_table_unref(seen);
    for (guint shift = 0; shift < 4; shift++) { /* a cut inside a character moves before it */
        g_autofree char *fill = g_strnfill(shift, 'a');
        g_autoptr(GString) value = g_string_new(fill);
        for (guint i = 0; i < 100; i++) {
            g_string_append(value, "\xE2\x82\xAC");
        }
        g_autofree char *term = syl_schema_term(SYL_FIELD_HOST, value->str);
        assert_true(strlen(term) <= SYL_TERM_MAX_BYTES);
        assert_true(g_utf8_validate(term, -1, NULL));
    }
}

static void a_path_keeps_its_levels_apart(void **state) {
    (void)state;
    const char *levels[] = {"Books",
                            "Lin\x1f"
                            "ear\x1e"
                            "Algebra",
                            "x", NULL};
    g_autofree char *one = syl_schema_path(levels, 1);
    g_autofree char *two = syl_schema_path(levels, 2);
    g_autofree char *more = syl_schema_path(levels, 99);
    g_autofree char *none = syl_schema_path(levels, 0);
    assert_string_equal(one, "Books");
    assert_string_equal(two, "Books\x1fLin ear Algebra");
    assert_string_equal(more, "Books\x1fLin ear Algebra\x1fx");
    assert_string_equal(none, "");
}

static void stop_words_are_sorted_lower_case_and_counted(void **state) {
    (void)state;
    gsize count = 0;
    const char *const *words = syl_schema_stop_words(&count);
    assert_true(count >= 100 && count <= 200);
    assert_null(words[count]);
    gboolean has_the = FALSE;
    for (gsize i = 0; i < count; i++) {
        g_autofree char *folded = g_ascii_strdown(words[i], -1);
        assert_string_equal(words[i], folded);
        assert_true(i == 0 || strcmp(words[i - 1], words[i]) < 0);
        has_the |= strcmp(words[i], "the") == 0;
        assert_string_not_equal(words[i], "no"); /* "no free lunch" */
        assert_string_not_equal(words[i], "not");
    }
    assert_true(has_the);
    assert_ptr_equal(syl_schema_stop_words(NULL), words);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_two_fields_share_a_name_a_prefix_or_a_slot),
        cmocka_unit_test(every_field_is_described_and_makes_sense),
        cmocka_unit_test(prefixes_are_those_that_omega_uses),
        cmocka_unit_test(fields_are_found_by_the_names_people_use),
        cmocka_unit_test(terms_follow_prefix_and_case_rules),
        cmocka_unit_test(a_long_term_is_cut_and_stays_unique),
        cmocka_unit_test(a_path_keeps_its_levels_apart),
        cmocka_unit_test(stop_words_are_sorted_lower_case_and_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
