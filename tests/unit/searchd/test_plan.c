#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "fixture_library.h"

#include "query/plan.h"
#include "query/token.h"

static char *library;
static xc_database *database;
static Planner *planner;

static int open_planner(void **state) {
    (void)state;
    static const FixtureDocument shelf[] = {
        {.id = "a#0",
         .title = "Rotations",
         .text = "rotate",
         .section = "Books/Math for ML/Linear Algebra;Books/Algebra;Courses/algebra"},
    };
    xc_error failure = {0};
    g_autoptr(GError) error = NULL;
    library = fixture_library(shelf, G_N_ELEMENTS(shelf));
    g_autoptr(SylGeneration) generation = syl_library_current(library, &error);
    return generation != NULL &&
                   xc_database_open(generation->xapian_path, &database, &failure) == XC_OK &&
                   planner_new(database, &planner, &failure) == XC_OK
               ? 0
               : -1;
}

static int close_planner(void **state) {
    (void)state;
    planner_free(planner);
    xc_database_free(database);
    fixture_remove(library);
    return 0;
}

static Plan *plan_of(const char *text) {
    Plan *plan = NULL;
    xc_error failure = {0};
    fixture_check(planner_parse(planner, text, PLAN_SCOPE_TEXT, &plan, &failure), &failure);
    return plan;
}

static char *terms_of(const xc_query *query) {
    xc_terms *terms = NULL;
    xc_error failure = {0};
    fixture_check(xc_query_terms(query, &terms, &failure), &failure);
    GString *joined = g_string_new(NULL);
    for (size_t i = 0; i < terms->count; i++) {
        g_string_append_printf(joined, "%s%s", i > 0 ? " " : "", terms->items[i].name.data);
    }
    xc_terms_free(terms);
    return g_string_free(joined, FALSE);
}

static void texts_become_terms(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *terms;
        guint notices;
    } cases[] = {
        {"", "", 0},
        {"rotating matrices", "Zrotat Zmatric", 0},
        {"Rotating MATRICES", "Zrotat Zmatric", 0},
        {"the rotation of a matrix", "Zrotat Zmatrix", 0},
        {"what is it", "Zwhat Zis Zit", 0},
        {"\"Rotating Matrices\"", "rotating matrices", 0},
        {"title:Rotating", "ZSrotat", 0},
        {"Title:rotating", "ZSrotat", 0},
        {"rotate site:Example.ORG", "Hexample.org Zrotat", 0},
        {"rotate kind:video kind:pdf", "Tpdf Tvideo Zrotat", 0},
        {"foo:bar", "Zfoo Zbar", 1},
        {"foo:bar baz:bar", "Zfoo Zbar Zbaz", 2},
        {"rotate AND", "Zrotat", 1},
        {"(rotate", "Zrotat", 0},
        {"\"rotating matrices", "Zrotat Zmatric", 1},
        {"rotate AND matrix", "Zrotat Zmatrix", 0},
        {"rotate and matrix", "Zrotat Zmatrix", 0},
        {"-rotate", "Zrotat", 1},
        {"rotating -site:x.org", "Hx.org Zrotat", 0},
        {"“Rotating Matrices”", "rotating matrices", 0},
        {"„Rotating Matrices“", "rotating matrices", 0},
        {"U.S.A. Law", "usa Zlaw", 0},
        {"title:U.S.A", "Susa", 0},
        {"ΣΟΦΟΣ İX", "Zσοφοσ Zix", 0},
        {"the -matrix", "Zthe Zmatrix", 0},
        {"線形", "形 線 線形", 0},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Plan) plan = plan_of(cases[i].text);
        g_autofree char *terms = terms_of(plan->query);
        if (strcmp(terms, cases[i].terms) != 0 || plan->notices->len != cases[i].notices) {
            fail_msg("%s: %s, %u notices", cases[i].text, terms, plan->notices->len);
        }
    }
}

static void two_to_six_words_are_also_asked_for_together(void **state) {
    (void)state;
    static const struct {
        const char *text;
        gboolean together;
    } cases[] = {{"rotate", FALSE},
                 {"rotate the", FALSE},
                 {"rotate matrix", TRUE},
                 {"one two three four five six", TRUE},
                 {"one two three four five six seven", FALSE}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Plan) plan = plan_of(cases[i].text);
        if ((plan->all_words != NULL) != cases[i].together) {
            fail_msg("%s", cases[i].text);
        }
    }
}

static void neighbours_of_short_queries_are_asked_for_side_by_side(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *terms; /* NULL: no pairs */
    } cases[] = {{"matrix", NULL},
                 {"Bayes Theorem", "bayes theorem"},
                 {"law of large numbers", "large law numbers"},
                 {"k-means", "k means"},
                 {"bayes -theorem", NULL},
                 {"\"bayes theorem\"", NULL},
                 {"bayes bayes", NULL},
                 {"one two three four five", NULL}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Plan) plan = plan_of(cases[i].text);
        g_autofree char *terms = plan->pairs == NULL ? NULL : terms_of(plan->pairs);
        if (g_strcmp0(terms, cases[i].terms) != 0) {
            fail_msg("%s: %s", cases[i].text, terms);
        }
    }
}

static void what_to_highlight_are_words_and_not_filters(void **state) {
    (void)state;
    g_autoptr(Plan) plan = plan_of("rotating title:matrices \"exact Words\" eig* site:host.org");
    assert_int_equal(g_hash_table_size(plan->stems), 2);
    assert_true(g_hash_table_contains(plan->stems, "rotat"));
    assert_true(g_hash_table_contains(plan->stems, "matric"));
    assert_true(g_hash_table_contains(plan->words, "exact"));
    assert_true(g_hash_table_contains(plan->words, "words"));
    assert_false(g_hash_table_contains(plan->words, "host.org"));
    assert_int_equal(plan->prefixes->len, 1);
    assert_string_equal(g_ptr_array_index(plan->prefixes, 0), "eig");
}

static void plain_words_mean_nothing_but_themselves(void **state) {
    (void)state;
    Plan *made = NULL;
    xc_error failure = {0};
    fixture_check(planner_parse_words(planner, "-rotate title:matrix \"a phrase", &made, &failure),
                  &failure);
    g_autoptr(Plan) plan = made;
    g_autofree char *terms = terms_of(plan->query);
    assert_string_equal(terms, "Zrotat Ztitl Zmatrix Zphrase");
    assert_int_equal(plan->notices->len, 0);
}

static void bounds_are_kept(void **state) {
    (void)state;
    g_autoptr(GString) many = g_string_new(NULL);
    for (guint i = 0; i < 33; i++) {
        g_string_append_printf(many, "word%u ", i);
    }
    const char *const texts[] = {many->str, "ab*", "abc* abd* abe*",
                                 "\"one two three four five six seven eight nine\""};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        Plan *plan = NULL;
        assert_int_equal(planner_parse(planner, texts[i], PLAN_SCOPE_TEXT, &plan, NULL), XC_LIMIT);
        assert_null(plan);
    }
}

static void tokens_cover_the_text_without_a_gap(void **state) {
    (void)state;
    static const char *const texts[] = {"",
                                        " ",
                                        "a",
                                        "\"",
                                        "\"a b",
                                        "title:",
                                        "title:\"a b\" c",
                                        "x:y",
                                        "https://a.org/b?c",
                                        "NEAR/3 NEAR/x AND*",
                                        "+-a -\"b\" (c) d:e:f",
                                        "a\"b\"c",
                                        "::",
                                        "title:)",
                                        "\xc3\xbc:x*"};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        gsize position = 0;
        gsize expected = 0;
        Token token = {0};
        while (token_next(texts[i], &position, &token)) {
            assert_int_equal(token.start, expected);
            assert_true(token.size > 0);
            expected += token.size;
            assert_int_equal(position, expected);
        }
        assert_int_equal(expected, strlen(texts[i]));
    }
}

#define P "\x1f" /* SYL_PATH_SEPARATOR */

static void filters_mean_what_they_mean_as_parameters(void **state) {
    (void)state;
    g_autofree char *long_name = g_strnfill(300, 'x');
    g_autofree char *long_text = g_strconcat("list:", long_name, NULL);
    g_autofree char *long_term = syl_schema_term(SYL_FIELD_LIST, long_name);
    const struct {
        const char *text, *terms;
    } cases[] = {
        {"section:Books", "XPbooks"},
        {"SECTION:\"books/Math for ML\"", "XPbooks" P "math for ml"},
        {"section:“Books/Math for ML”", "XPbooks" P "math for ml"},
        {"section:Books/Algebra", "XPbooks" P "algebra"},
        {"section:I%2FO/x", "XPi/o" P "x"},
        {"section:Books/", ""},
        /* By the name of a level that is not at the top: */
        {"section:\"math FOR ml\"", "XPbooks" P "math for ml"},
        {"section:Algebra", "XPbooks" P "algebra XPcourses" P "algebra"},
        {"section:Nowhere", ""},
        {"list:\"Awesome Mathematics\"", "XLawesome mathematics"},
        {long_text, long_term},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Plan) plan = plan_of(cases[i].text);
        g_autofree char *terms = terms_of(plan->query);
        assert_string_equal(terms, cases[i].terms);
        assert_int_equal(plan->notices->len, 0);
    }
}

static char *described(const xc_query *query) {
    xc_string description = {0};
    xc_error failure = {0};
    fixture_check(xc_query_describe(query, &description, &failure), &failure);
    char *text = g_strdup(description.data);
    xc_string_clear(&description);
    return text;
}

static void filters_to_leave_out_alone_leave_everything_else(void **state) {
    (void)state;
    static const struct {
        const char *text, *query;
    } cases[] = {
        {"-site:x.org", "Query((<alldocuments> AND_NOT Hx.org))"},
        {" -site:x.org  -kind:\"link only\"",
         "Query((<alldocuments> AND_NOT Hx.org AND_NOT Tlink only))"},
        {"-site:“x.org”", "Query((<alldocuments> AND_NOT Hx.org))"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Plan) plan = plan_of(cases[i].text);
        g_autofree char *query = described(plan->query);
        assert_string_equal(query, cases[i].query);
        assert_int_equal(plan->notices->len, 0);
    }
}

static void only_wanted_words_with_a_star_are_highlighted_by_their_beginning(void **state) {
    (void)state;
    static const struct {
        const char *text, *prefix; /* NULL: none */
    } cases[] = {{"rotation *", NULL},           {"* rotation", NULL},
                 {"rotation -matri*", NULL},     {"rotation NOT matri*", NULL},
                 {"rotation matri*", "matri"},   {"well-know*", "know"},
                 {"rotation -x matri*", "matri"}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Plan) plan = plan_of(cases[i].text);
        const char *first = plan->prefixes->len > 0 ? g_ptr_array_index(plan->prefixes, 0) : NULL;
        if (plan->prefixes->len > 1 || g_strcmp0(first, cases[i].prefix) != 0) {
            fail_msg("%s: %s", cases[i].text, first);
        }
    }
}

static void pairs_of_characters_are_highlighted_where_there_are_some(void **state) {
    (void)state;
    g_autoptr(Plan) plan = plan_of("線形代 群");
    assert_int_equal(g_hash_table_size(plan->words), 3);
    assert_true(g_hash_table_contains(plan->words, "線形"));
    assert_true(g_hash_table_contains(plan->words, "形代"));
    assert_true(g_hash_table_contains(plan->words, "群"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_become_terms),
        cmocka_unit_test(two_to_six_words_are_also_asked_for_together),
        cmocka_unit_test(neighbours_of_short_queries_are_asked_for_side_by_side),
        cmocka_unit_test(what_to_highlight_are_words_and_not_filters),
        cmocka_unit_test(plain_words_mean_nothing_but_themselves),
        cmocka_unit_test(bounds_are_kept),
        cmocka_unit_test(tokens_cover_the_text_without_a_gap),
        cmocka_unit_test(filters_mean_what_they_mean_as_parameters),
        cmocka_unit_test(filters_to_leave_out_alone_leave_everything_else),
        cmocka_unit_test(only_wanted_words_with_a_star_are_highlighted_by_their_beginning),
        cmocka_unit_test(pairs_of_characters_are_highlighted_where_there_are_some),
    };
    return cmocka_run_group_tests(tests, open_planner, close_planner);
}
