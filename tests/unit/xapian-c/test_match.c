#include "shelf.h"

#include <math.h>

static xc_query *term(Shelf *shelf, const char *name) {
    xc_query *query = NULL;
    assert_ok(xc_query_term(name, strlen(name), &query, &shelf->error));
    return query;
}

/* Combines two and frees them: queries do not need their parts. */
static xc_query *combine(Shelf *shelf, xc_operator op, uint32_t window, xc_query *left,
                         xc_query *right) {
    const xc_query *parts[] = {left, right};
    xc_query *query = NULL;
    assert_ok(xc_query_combine(op, parts, 2, window, &query, &shelf->error));
    xc_query_free(left);
    xc_query_free(right);
    return query;
}

static xc_query *all(Shelf *shelf) {
    xc_query *query = NULL;
    assert_ok(xc_query_match_all(&query, &shelf->error));
    return query;
}

static xc_result *run(Shelf *shelf, const xc_match_spec *spec) {
    xc_database *database = shelf_reader(shelf);
    xc_result *result = NULL;
    assert_ok(xc_match(database, spec, &result, &shelf->error));
    xc_database_free(database);
    return result;
}

/* The numbers of the documents that match, in ascending order, as digits. */
static void assert_matches(Shelf *shelf, xc_query *query, const char *expected) {
    xc_match_spec spec = xc_match_spec_init(query);
    xc_result *result = run(shelf, &spec);
    char found[SHELF_BOOKS + 1] = "";
    size_t used = 0;
    for (uint32_t docid = 1; docid <= SHELF_BOOKS; docid++) {
        for (size_t i = 0; i < result->hit_count; i++) {
            if (result->hits[i].docid == docid) {
                found[used++] = (char)('0' + docid);
            }
        }
    }
    assert_string_equal(found, expected);
    assert_int_equal(result->hit_count, strlen(expected));
    xc_result_free(result);
    xc_query_free(query);
}

static void operators_match_what_they_say(void **state) {
    Shelf *shelf = *state;
    static const struct {
        xc_operator op;
        uint32_t window;
        const char *left, *right, *expected;
    } cases[] = {
        {XC_AND, 0, "algebra", "Tbook", "12"},      {XC_OR, 0, "calculus", "groups", "2345"},
        {XC_AND_NOT, 0, "algebra", "Tvideo", "12"}, {XC_AND_MAYBE, 0, "algebra", "Tvideo", "124"},
        {XC_FILTER, 0, "algebra", "Tvideo", "4"},   {XC_PHRASE, 0, "vector", "space", "1"},
        {XC_PHRASE, 0, "space", "vector", ""},      {XC_NEAR, 0, "space", "vector", "1"},
        {XC_PHRASE, 3, "groups", "vector", "4"},    {XC_SYNONYM, 0, "calculus", "groups", "2345"},
        {XC_MAX, 0, "calculus", "groups", "2345"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_matches(shelf,
                       combine(shelf, cases[i].op, cases[i].window, term(shelf, cases[i].left),
                               term(shelf, cases[i].right)),
                       cases[i].expected);
    }
    assert_matches(shelf, all(shelf), "12345");
}

static void several_parts_combine_at_once(void **state) {
    Shelf *shelf = *state;
    xc_query *parts[] = {all(shelf), term(shelf, "calculus"), term(shelf, "groups")};
    const xc_query *const *borrowed = (const xc_query *const *)parts;
    xc_query *query = NULL;
    assert_ok(xc_query_combine(XC_AND_NOT, borrowed, 3, 0, &query, &shelf->error));
    assert_matches(shelf, query, "1");
    assert_ok(xc_query_combine(XC_FILTER, borrowed, 2, 0, &query, &shelf->error));
    assert_matches(shelf, query, "35");
    const xc_query *twice[] = {parts[1], parts[1]};
    assert_ok(xc_query_combine(XC_OR, twice, 2, 0, &query, &shelf->error));
    assert_matches(shelf, query, "35");
    for (size_t i = 0; i < 3; i++) {
        xc_query_free(parts[i]);
    }
}

static void combining_nothing_matches_nothing(void **state) {
    Shelf *shelf = *state;
    static const xc_operator operators[] = {XC_AND,  XC_OR,     XC_AND_NOT, XC_AND_MAYBE, XC_FILTER,
                                            XC_NEAR, XC_PHRASE, XC_SYNONYM, XC_MAX};
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        xc_query *none = NULL, *mixed = NULL;
        assert_ok(xc_query_combine(operators[i], NULL, 0, 0, &none, &shelf->error));
        assert_true(xc_query_is_empty(none));
        const xc_query *parts[] = {none, none};
        assert_ok(xc_query_combine(operators[i], parts, 2, 0, &mixed, &shelf->error));
        assert_true(xc_query_is_empty(mixed));
        xc_query_free(mixed);
        assert_matches(shelf, none, "");
    }
    assert_true(xc_query_is_empty(NULL));
    xc_query *query = all(shelf);
    assert_false(xc_query_is_empty(query));
    xc_query_free(query);
}

static void value_ranges_include_both_ends(void **state) {
    Shelf *shelf = *state;
    static const struct {
        const char *begin, *end, *expected;
    } cases[] = {
        {"20010315", "20200101", "234"},
        {"20010316", "20191231", "3"},
        {"20100630", "", "345"},
        {"", "20010315", "12"},
        {"", "", "12345"},
        {"2", "1", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xc_query *query = NULL;
        assert_ok(xc_query_value_range(SHELF_YEAR, cases[i].begin, strlen(cases[i].begin),
                                       cases[i].end, strlen(cases[i].end), &query, &shelf->error));
        assert_matches(shelf, query, cases[i].expected);
    }
}

static void scaling_multiplies_the_weight(void **state) {
    Shelf *shelf = *state;
    xc_query *plain = term(shelf, "algebra"), *triple = NULL, *none = NULL;
    assert_ok(xc_query_scale(plain, 3, &triple, &shelf->error));
    assert_ok(xc_query_scale(plain, 0, &none, &shelf->error));
    xc_match_spec spec = xc_match_spec_init(plain);
    xc_result *one = run(shelf, &spec);
    spec.query = triple;
    xc_result *three = run(shelf, &spec);
    spec.query = none;
    xc_result *zero = run(shelf, &spec);
    assert_int_equal(one->hit_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_true(one->hits[i].weight > 0);
        assert_true(fabs(three->hits[i].weight - 3 * one->hits[i].weight) < 1e-9);
        assert_true(fabs(zero->hits[i].weight) < 1e-9);
    }
    xc_result_free(one);
    xc_result_free(three);
    xc_result_free(zero);
    const double wrong[] = {-1, INFINITY, NAN};
    xc_query *query = NULL;
    for (size_t i = 0; i < 3; i++) {
        assert_fails(xc_query_scale(plain, wrong[i], &query, &shelf->error), XC_INVALID);
    }
    assert_null(query);
    xc_query_free(plain);
    xc_query_free(triple);
    xc_query_free(none);
}

static void query_terms_are_distinct(void **state) {
    Shelf *shelf = *state;
    xc_query *query =
        combine(shelf, XC_OR, 0, combine(shelf, XC_AND, 0, term(shelf, "zeta"), term(shelf, "Qa")),
                combine(shelf, XC_OR, 0, term(shelf, "zeta"), term(shelf, "mid")));
    xc_terms *terms = NULL;
    assert_ok(xc_query_terms(query, &terms, &shelf->error));
    assert_int_equal(terms->count, 3);
    assert_string(terms->items[0].name, "Qa");
    assert_string(terms->items[1].name, "mid");
    assert_string(terms->items[2].name, "zeta");
    assert_int_equal(terms->items[2].freq, 0);
    xc_terms_free(terms);
    xc_string description;
    assert_ok(xc_query_describe(query, &description, &shelf->error));
    assert_string(description, "Query(((zeta AND Qa) OR (zeta OR mid)))");
    xc_string_clear(&description);
    xc_query_free(query);
}

static void wrong_query_arguments_are_refused(void **state) {
    Shelf *shelf = *state;
    xc_error *error = &shelf->error;
    xc_query *query = NULL;
    const xc_query *holes[] = {NULL};
    char letters[246];
    memset(letters, 'a', sizeof letters);
    assert_fails(xc_query_term("", 0, &query, error), XC_INVALID);
    assert_fails(xc_query_term(letters, 246, &query, error), XC_LIMIT);
    assert_fails(xc_query_combine(XC_AND, holes, 1, 0, &query, error), XC_INVALID);
    assert_fails(xc_query_combine(XC_AND, NULL, 1, 0, &query, error), XC_INVALID);
    assert_fails(xc_query_combine((xc_operator)15, NULL, 0, 0, &query, error), XC_INVALID);
    assert_fails(xc_query_scale(NULL, 1, &query, error), XC_INVALID);
    assert_fails(xc_query_value_range(XC_NO_SLOT, "", 0, "", 0, &query, error), XC_INVALID);
    assert_fails(xc_query_terms(NULL, NULL, error), XC_INVALID);
    assert_fails(xc_query_describe(NULL, NULL, error), XC_INVALID);
    assert_fails(xc_query_match_all(NULL, error), XC_INVALID);
    assert_null(query);
}

static void hits_come_by_weight_and_carry_their_data(void **state) {
    Shelf *shelf = *state;
    xc_query *query = combine(shelf, XC_OR, 0, term(shelf, "algebra"), term(shelf, "matrices"));
    xc_match_spec spec = xc_match_spec_init(query);
    xc_result *result = run(shelf, &spec);
    assert_int_equal(result->hit_count, 3);
    assert_int_equal(result->hits[0].docid, 1);
    assert_string(result->hits[0].data, "Linear algebra");
    assert_true(result->hits[0].weight > result->hits[1].weight);
    assert_int_equal(result->matches_lower, 3);
    assert_int_equal(result->matches_estimated, 3);
    assert_int_equal(result->matches_upper, 3);
    assert_int_equal(result->facet_count, 0);
    xc_result_free(result);
    spec.boolean = true;
    result = run(shelf, &spec);
    assert_int_equal(result->hit_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_true(fabs(result->hits[i].weight) < 1e-12);
    }
    xc_result_free(result);
    xc_query_free(query);
}

static void pages_continue_each_other(void **state) {
    Shelf *shelf = *state;
    xc_query *query = all(shelf);
    xc_match_spec spec = xc_match_spec_init(query);
    spec.limit = 2;
    for (spec.offset = 0; spec.offset < 8; spec.offset += 2) {
        xc_result *result = run(shelf, &spec);
        size_t left = spec.offset < SHELF_BOOKS ? SHELF_BOOKS - spec.offset : 0;
        assert_int_equal(result->hit_count, left < 2 ? left : 2);
        for (size_t i = 0; i < result->hit_count; i++) {
            assert_int_equal(result->hits[i].docid, spec.offset + i + 1);
            assert_string(result->hits[i].data, shelf_books[spec.offset + i].title);
        }
        xc_result_free(result);
    }
    xc_query_free(query);
}

static void values_sort_in_both_directions(void **state) {
    Shelf *shelf = *state;
    xc_query *query = all(shelf);
    xc_match_spec spec = xc_match_spec_init(query);
    spec.sort_slot = SHELF_PRICE;
    xc_result *result = run(shelf, &spec);
    const uint32_t ascending[] = {4, 5, 3, 1, 2};
    for (size_t i = 0; i < SHELF_BOOKS; i++) {
        assert_int_equal(result->hits[i].docid, ascending[i]);
    }
    xc_result_free(result);
    spec.sort_descending = true;
    result = run(shelf, &spec);
    for (size_t i = 0; i < SHELF_BOOKS; i++) {
        assert_int_equal(result->hits[i].docid, ascending[SHELF_BOOKS - 1 - i]);
    }
    xc_result_free(result);
    xc_query_free(query);
}

static void collapse_keeps_the_best_of_each_value_and_counts_the_rest(void **state) {
    Shelf *shelf = *state;
    xc_query *query = all(shelf);
    xc_match_spec spec = xc_match_spec_init(query);
    spec.collapse_slot = SHELF_KIND;
    spec.check_at_least = 1000;
    xc_result *result = run(shelf, &spec);
    assert_int_equal(result->hit_count, 2);
    assert_int_equal(result->hits[0].docid, 1);
    assert_int_equal(result->hits[0].collapse_count, 2);
    assert_int_equal(result->hits[1].docid, 4);
    assert_int_equal(result->hits[1].collapse_count, 1);
    assert_int_equal(result->matches_lower, 2);
    assert_int_equal(result->matches_upper, 2);
    xc_result_free(result);
    spec.collapse_max = 2;
    result = run(shelf, &spec);
    assert_int_equal(result->hit_count, 4);
    xc_result_free(result);
    xc_query_free(query);
}

static void facets_count_all_candidates_most_frequent_first(void **state) {
    Shelf *shelf = *state;
    xc_query *query = all(shelf);
    xc_match_spec spec = xc_match_spec_init(query);
    spec.limit = 1;
    spec.check_at_least = 1000;
    spec.facet_count = 2;
    spec.facet_slots[0] = SHELF_KIND;
    spec.facet_slots[1] = SHELF_YEAR;
    spec.facet_values_max = 3;
    xc_result *result = run(shelf, &spec);
    assert_int_equal(result->hit_count, 1);
    assert_int_equal(result->facet_count, 2);
    assert_int_equal(result->facets[0].slot, SHELF_KIND);
    assert_int_equal(result->facets[0].count, 2);
    assert_string(result->facets[0].values[0].value, "book");
    assert_int_equal(result->facets[0].values[0].count, 3);
    assert_string(result->facets[0].values[1].value, "video");
    assert_int_equal(result->facets[0].values[1].count, 2);
    assert_int_equal(result->facets[1].count, 3);
    xc_result_free(result);
    xc_query_free(query);
}

static void wrong_specs_are_refused(void **state) {
    Shelf *shelf = *state;
    xc_error *error = &shelf->error;
    xc_query *query = all(shelf);
    xc_database *database = shelf_reader(shelf);
    xc_result *result = NULL;
    const xc_match_spec good = xc_match_spec_init(query);
    xc_match_spec spec = good;
    spec.offset = 991;
    assert_fails(xc_match(database, &spec, &result, error), XC_LIMIT);
    spec.offset = UINT32_MAX;
    spec.limit = UINT32_MAX;
    assert_fails(xc_match(database, &spec, &result, error), XC_LIMIT);
    spec = good;
    spec.facet_count = XC_FACETS_MAX + 1;
    assert_fails(xc_match(database, &spec, &result, error), XC_LIMIT);
    spec = good;
    spec.facet_count = 1;
    spec.facet_slots[0] = XC_NO_SLOT;
    assert_fails(xc_match(database, &spec, &result, error), XC_INVALID);
    spec = good;
    spec.collapse_slot = SHELF_KIND;
    spec.collapse_max = 0;
    assert_fails(xc_match(database, &spec, &result, error), XC_INVALID);
    spec = good;
    spec.bm25_b = NAN;
    assert_fails(xc_match(database, &spec, &result, error), XC_INVALID);
    spec = good;
    spec.bm25_k1 = -1;
    assert_fails(xc_match(database, &spec, &result, error), XC_INVALID);
    spec = xc_match_spec_init(NULL);
    assert_fails(xc_match(database, &spec, &result, error), XC_INVALID);
    assert_fails(xc_match(database, NULL, &result, error), XC_INVALID);
    assert_fails(xc_match(database, &good, NULL, error), XC_INVALID);
    assert_fails(xc_match(NULL, &good, &result, error), XC_INVALID);
    assert_null(result);
    spec = good;
    spec.offset = 990;
    assert_ok(xc_match(database, &spec, &result, error));
    assert_int_equal(result->hit_count, 0);
    xc_result_free(result);
    xc_database_free(database);
    xc_query_free(query);
}

static void near_over_something_else_than_terms_is_unsupported(void **state) {
    Shelf *shelf = *state;
    xc_error *error = &shelf->error;
    xc_query *parts[2] = {term(shelf, "algebra"), NULL};
    assert_ok(xc_query_value_range(SHELF_YEAR, "1", 1, "2", 1, &parts[1], error));
    xc_query *near = NULL;
    xc_result *result = NULL;
    xc_database *database = shelf_reader(shelf);
    xc_status status =
        xc_query_combine(XC_NEAR, (const xc_query *const *)parts, 2, 0, &near, error);
    if (status == XC_OK) {
        xc_match_spec spec = xc_match_spec_init(near);
        status = xc_match(database, &spec, &result, error);
    }
    assert_int_equal(status, XC_UNSUPPORTED);
    xc_database_free(database);
    xc_query_free(near);
    xc_query_free(parts[0]);
    xc_query_free(parts[1]);
}

static void results_outlive_everything_they_came_from(void **state) {
    Shelf *shelf = *state;
    xc_query *query = term(shelf, "algebra");
    xc_match_spec spec = xc_match_spec_init(query);
    spec.facet_count = 1;
    spec.facet_slots[0] = SHELF_KIND;
    xc_result *result = run(shelf, &spec);
    xc_query_free(query);
    shelf_free(state);
    shelf_new(state);
    assert_string(result->facets[0].values[0].value, "book");
    assert_int_equal(result->hits[0].data.size > 0, 1);
    xc_result_free(result);
}

static void a_facet_value_counts_once_for_each_collapse_value(void **state) {
    Shelf *shelf = *state;
    xc_query *query = all(shelf);
    xc_match_spec spec = xc_match_spec_init(query);
    spec.check_at_least = 1000;
    spec.facet_count = 2;
    spec.facet_slots[0] = SHELF_KIND;
    spec.facet_slots[1] = SHELF_YEAR;
    spec.collapse_slot = SHELF_KIND; /* three books, two videos */
    xc_result *result = run(shelf, &spec);
    assert_int_equal(result->hit_count, 2);
    assert_int_equal(result->examined, SHELF_BOOKS);
    assert_string(result->facets[0].values[0].value, "book");
    assert_int_equal(result->facets[0].values[0].count, 1);
    assert_int_equal(result->facets[0].values[1].count, 1);
    assert_int_equal(result->facets[1].count, SHELF_BOOKS);
    xc_result_free(result);
    spec.collapse_slot = 99; /* nobody has a value there: nothing collapses */
    result = run(shelf, &spec);
    assert_int_equal(result->facets[0].values[0].count, 3);
    xc_result_free(result);
    xc_query_free(query);
}

static void facets_count_no_more_candidates_than_asked_for(void **state) {
    Shelf *shelf = *state;
    xc_query *query = all(shelf);
    xc_match_spec spec = xc_match_spec_init(query);
    spec.limit = 1;
    spec.check_at_least = 3;
    spec.facet_count = 1;
    spec.facet_slots[0] = SHELF_KIND;
    xc_result *result = run(shelf, &spec);
    assert_int_equal(result->examined, 3);
    assert_int_equal(result->facets[0].values[0].count, 3);
    xc_result_free(result);
    spec.facet_count = 0;
    result = run(shelf, &spec);
    assert_int_equal(result->examined, 0);
    xc_result_free(result);
    xc_query_free(query);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        full_shelf_test(operators_match_what_they_say),
        full_shelf_test(several_parts_combine_at_once),
        full_shelf_test(combining_nothing_matches_nothing),
        full_shelf_test(value_ranges_include_both_ends),
        full_shelf_test(scaling_multiplies_the_weight),
        full_shelf_test(query_terms_are_distinct),
        shelf_test(wrong_query_arguments_are_refused),
        full_shelf_test(hits_come_by_weight_and_carry_their_data),
        full_shelf_test(pages_continue_each_other),
        full_shelf_test(values_sort_in_both_directions),
        full_shelf_test(collapse_keeps_the_best_of_each_value_and_counts_the_rest),
        full_shelf_test(facets_count_all_candidates_most_frequent_first),
        full_shelf_test(wrong_specs_are_refused),
        full_shelf_test(near_over_something_else_than_terms_is_unsupported),
        full_shelf_test(results_outlive_everything_they_came_from),
        full_shelf_test(a_facet_value_counts_once_for_each_collapse_value),
        full_shelf_test(facets_count_no_more_candidates_than_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
