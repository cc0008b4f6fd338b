#include "fixture_library.h"

#include "search/search.h"

static const FixtureDocument shelf[] = {
    {.id = "eigen#0",
     .title = "Eigenvalues",
     .text = "An eigenvector keeps its direction. The eigenvalue says how much it grows.",
     .section = "Books/Linear Algebra;Courses",
     .order = 2},
    {.id = "eigen#1",
     .title = "Eigenvalues",
     .text = "Every matrix has eigenvalues over the complex numbers.",
     .section = "Books/Linear Algebra;Courses",
     .order = 2},
    {.id = "svd#0",
     .title = "Singular value decomposition",
     .text = "Any matrix is a rotation, a scaling and another rotation.",
     .host = "video.example.com",
     .kind = "video",
     .section = "Books/Linear Algebra",
     .order = 1},
    {.id = "bayes#0",
     .title = "Bayes rule",
     .text = "The posterior is proportional to likelihood times prior.",
     .rest = "Privacy imprint newsletter",
     .list = "Awesome Statistics",
     .section = "Books/Probability",
     .order = 3},
    {.id = "one#0", .title = "Filler", .text = "alpha alpha alpha alpha", .order = 4},
    {.id = "both#0",
     .title = "Filler",
     .text = "beta delta delta delta delta delta delta delta delta delta delta delta delta delta "
             "delta delta delta delta delta delta delta delta delta delta delta delta alpha",
     .order = 4},
    {.id = "two#0", .title = "Filler", .text = "beta", .order = 4},
    {.id = "japan#0",
     .title = "線形代数入門",
     .text = "行列の固有値と固有ベクトルを学ぶ。",
     .host = "jp.example.net",
     .order = 4},
    {.id = "china#0",
     .title = "概率论",
     .text = "贝叶斯定理是概率论中的一个定理。",
     .host = "cn.example.net",
     .order = 4},
    {.id = "law#0",
     .title = "Law",
     .text = "Tax law in the U.S.A. is long. ΣΟΦΟΣ said so.",
     .host = "law.example.net",
     .list = "awesome statistics",
     .order = 4},
    {.id = "law#1", .title = "Law", .text = "More law.", .host = "law.example.net", .order = 4},
    {.id = "second#r", .title = "Second", .text = "Listed second", .section = "Books", .order = 20},
    {.id = "first#r", .title = "First", .text = "Listed first", .section = "Courses", .order = 10},
};

static char *library;
static Search *search;

static int open_library(void **state) {
    (void)state;
    g_autoptr(GError) error = NULL;
    library = fixture_library(shelf, G_N_ELEMENTS(shelf));
    search = search_open(library, &error);
    if (search == NULL) {
        print_error("%s\n", error->message);
        return -1;
    }
    return 0;
}

static int close_library(void **state) {
    (void)state;
    search_free(search);
    fixture_remove(library);
    return 0;
}

static Answer *ask(const char *query_string) {
    g_autoptr(GError) error = NULL;
    g_autoptr(Request) request = request_parse(query_string, &error);
    if (request == NULL) {
        fail_msg("%s: %s", query_string, error->message);
    }
    Answer *answer = search_answer(search, request, &error);
    if (answer == NULL) {
        fail_msg("%s: %s", query_string, error->message);
    }
    return answer;
}

/* The ids of the results, joined by spaces. */
static char *ids_of(const Answer *answer) {
    GString *ids = g_string_new(NULL);
    for (guint i = 0; i < answer->results->len; i++) {
        const AnswerResult *result = g_ptr_array_index(answer->results, i);
        g_string_append_printf(ids, "%s%s", i > 0 ? " " : "", result->id);
    }
    return g_string_free(ids, FALSE);
}

static void assert_ids(const char *query_string, const char *expected) {
    g_autoptr(Answer) answer = ask(query_string);
    g_autofree char *ids = ids_of(answer);
    assert_string_equal(ids, expected);
}

static void a_page_is_given_once_by_its_best_passage(void **state) {
    (void)state;
    g_autoptr(Answer) answer = ask("q=eigenvalues");
    assert_int_equal(answer->results->len, 1);
    assert_int_equal(answer->total, 1);
    assert_true(answer->total_exact);
}

static void queries_find_the_documents_they_should(void **state) {
    (void)state;
    static const struct {
        const char *query;
        const char *ids;
    } cases[] = {
        {"q=eigenvector", "eigen#0"},
        {"q=EIGENVECTORS", "eigen#0"},
        {"q=%22every+matrix%22", "eigen#1"},
        {"q=%22matrix+every%22", ""},
        {"q=matrix+-rotation", "eigen#1"},
        {"q=title:singular", "svd#0"},
        {"q=rotat*", "svd#0"},
        {"q=matrix&kind=video", "svd#0"},
        {"q=matrix&host=example.org", "eigen#1"},
        {"q=matrix&host=EXAMPLE.org", "eigen#1"},
        {"q=matrix+site:video.example.com", "svd#0"},
        {"q=matrix&section=Courses", "eigen#1"},
        {"q=matrix&section=Courses&kind=video", ""},
        {"q=posterior&list=Awesome+Statistics", "bayes#0"},
        {"q=posterior&list=Awesome+Mathematics", ""},
        {"q=matrix+section:%22Books/Linear+Algebra%22+kind:video", "svd#0"},
        {"q=posterior+section:Probability", "bayes#0"},
        {"q=-site:example.org+-site:video.example.com+-site:cn.example.net+-site:jp.example.net",
         "law#0"},
        {"q=固有値", "japan#0"},
        {"q=線形代数", "japan#0"},
        {"q=%22固有ベクトル%22", "japan#0"},
        {"q=数代", ""},
        {"q=贝叶斯", "china#0"},
        {"q=title:概率", "china#0"},
        {"q=U.S.A.", "law#0"},
        {"q=usa+tax", "law#0"},
        {"q=%CE%A3%CE%9F%CE%A6%CE%9F%CE%A3", "law#0"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_ids(cases[i].query, cases[i].ids);
    }
}

static void alternatives_of_one_filter_are_joined(void **state) {
    (void)state;
    g_autoptr(Answer) answer = ask("q=matrix&kind=video&kind=page");
    assert_int_equal(answer->total, 2);
}

static void a_section_filter_holds_for_what_is_below_it(void **state) {
    (void)state;
    g_autoptr(Answer) books = ask("q=matrix+posterior&section=Books");
    g_autoptr(Answer) algebra = ask("q=matrix+posterior&section=Books%2FLinear+Algebra");
    assert_int_equal(books->total, 3);
    assert_int_equal(algebra->total, 2);
}

static char *best_of(const char *query, Ranking ranking) {
    g_autoptr(GError) error = NULL;
    g_autoptr(Request) request = request_parse(query, &error);
    request->ranking = ranking;
    g_autoptr(Answer) answer = search_answer(search, request, &error);
    assert_non_null(answer);
    const AnswerResult *best = g_ptr_array_index(answer->results, 0);
    return g_strdup(best->id);
}

static void documents_with_all_words_come_first_but_not_with_bm25_alone(void **state) {
    (void)state;
    g_autofree char *best = best_of("q=alpha+beta", RANKING_DEFAULT);
    g_autofree char *plain = best_of("q=alpha+beta", RANKING_BM25);
    assert_string_equal(best, "both#0");
    assert_string_not_equal(plain, "both#0");
}

static void words_of_the_navigation_are_searched_only_where_nothing_else_is_found(void **state) {
    (void)state;
    g_autoptr(Answer) answer = ask("q=newsletter");
    g_autofree char *ids = ids_of(answer);
    assert_string_equal(ids, "bayes#0");
    assert_int_equal(answer->notices->len, 1);
}

static void totals_are_counted_where_words_overlap(void **state) {
    (void)state;
    /* Frequencies alone would estimate too many: both words are in two documents, one in both. */
    g_autoptr(Answer) answer = ask("q=alpha+beta&limit=1");
    assert_int_equal(answer->total, 3);
    assert_true(answer->total_exact);
}

static void without_a_query_the_resources_are_listed_in_order(void **state) {
    (void)state;
    assert_ids("", "first#r second#r");
    assert_ids("section=Books", "second#r");
}

static void an_unknown_word_is_corrected_and_told(void **state) {
    (void)state;
    g_autoptr(Answer) answer = ask("q=eigenvetcor");
    assert_string_equal(answer->corrected, "eigenvector");
    assert_int_equal(answer->total, 1);
    g_autoptr(Answer) literal = ask("q=eigenvetcor&literal=1");
    assert_null(literal->corrected);
    assert_int_equal(literal->total, 0);
}

static void a_correction_never_makes_a_query_too_long(void **state) {
    (void)state;
    /* Numbers are never corrected; the first word lacks a letter. */
    g_autoptr(GString) text = g_string_new("q=eigenvectr");
    for (guint i = 0; i < 31; i++) {
        g_string_append_printf(text, "+%015u", i);
    }
    while (text->len < strlen("q=") + REQUEST_QUERY_MAX_BYTES) {
        g_string_append_c(text, '0');
    }
    g_autoptr(Answer) full = ask(text->str);
    assert_null(full->corrected);
    g_string_truncate(text, text->len - 1);
    g_autoptr(Answer) roomy = ask(text->str);
    assert_non_null(roomy->corrected);
    assert_int_equal(roomy->total, 1);
}

static void typographic_quotes_quote_and_the_query_stays_as_typed(void **state) {
    (void)state;
    g_autoptr(Answer) answer = ask("q=“every+matrix”");
    g_autoptr(Answer) low = ask("q=„matrix+every“");
    assert_int_equal(answer->total, 1);
    assert_string_equal(answer->query, "“every matrix”");
    assert_int_equal(low->total, 0);
}

static void a_census_tells_what_is_open(void **state) {
    (void)state;
    g_autoptr(GError) error = NULL;
    IndexState now = {0};
    guint documents = 0;
    assert_true(search_census(search, &now, &documents, &error));
    assert_int_equal(documents, G_N_ELEMENTS(shelf));
    assert_int_equal(now.generation, 1);
}

static void a_broken_query_is_searched_as_words_and_told(void **state) {
    (void)state;
    g_autoptr(Answer) answer = ask("q=matrix+AND+(");
    assert_int_equal(answer->notices->len, 1);
    assert_true(answer->total > 0);
}

static void a_query_over_a_bound_is_an_error_that_says_so(void **state) {
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(Request) request = request_parse("q=abc*+abd*+abe*", &error);
    assert_null(search_answer(search, request, &error));
    assert_true(g_error_matches(error, SEARCH_ERROR, SEARCH_ERROR_QUERY));
}

static const Facet *facet_of(const Answer *answer, const char *name) {
    for (guint i = 0; i < answer->facets->len; i++) {
        const Facet *facet = g_ptr_array_index(answer->facets, i);
        if (strcmp(facet->name, name) == 0) {
            return facet;
        }
    }
    fail_msg("no facet %s", name);
    return NULL;
}

static char *facet_text(const Facet *facet) {
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < facet->values->len; i++) {
        const FacetValue *value = g_ptr_array_index(facet->values, i);
        g_string_append_printf(text, "%s=%u;", value->value, value->count);
    }
    return g_string_free(text, FALSE);
}

/* The total of what the link of a facet value opens. */
static guint total_behind(const char *query, const char *name, const char *value) {
    g_autofree char *escaped = g_uri_escape_string(value, NULL, FALSE);
    g_autofree char *filtered = g_strdup_printf("%s&%s=%s", query, name, escaped);
    g_autoptr(Answer) answer = ask(filtered);
    return answer->total;
}

static void each_facet_value_counts_the_pages_that_its_link_opens(void **state) {
    (void)state;
    static const char *const queries[] = {"q=matrix+eigenvector+posterior+law", "q=law",
                                          "q=matrix+posterior+law"};
    for (gsize i = 0; i < G_N_ELEMENTS(queries); i++) {
        g_autoptr(Answer) answer = ask(queries[i]);
        for (guint f = 0; f < answer->facets->len; f++) {
            const Facet *facet = g_ptr_array_index(answer->facets, f);
            for (guint v = 0; v < facet->values->len; v++) {
                const FacetValue *value = g_ptr_array_index(facet->values, v);
                if (value->count != total_behind(queries[i], facet->name, value->value)) {
                    fail_msg("%s: %s=%s counts %u", queries[i], facet->name, value->value,
                             value->count);
                }
            }
        }
    }
}

static void facets_count_what_matches(void **state) {
    (void)state;
    g_autoptr(Answer) answer = ask("q=matrix+posterior");
    g_autofree char *sections = facet_text(facet_of(answer, "section"));
    g_autofree char *kinds = facet_text(facet_of(answer, "kind"));
    assert_string_equal(sections, "Books=3;Books/Linear Algebra=2;Books/Probability=1;Courses=1;");
    assert_string_equal(kinds, "page=2;video=1;");
}

static void a_facet_that_is_filtered_by_still_shows_its_alternatives(void **state) {
    (void)state;
    g_autoptr(Answer) answer = ask("q=matrix+posterior&kind=video");
    g_autofree char *kinds = facet_text(facet_of(answer, "kind"));
    g_autofree char *hosts = facet_text(facet_of(answer, "host"));
    assert_int_equal(answer->total, 1);
    assert_string_equal(kinds, "page=2;video=1;");
    assert_string_equal(hosts, "video.example.com=1;");
}

static void the_words_found_are_marked(void **state) {
    (void)state;
    g_autoptr(Answer) answer = ask("q=rotations");
    const AnswerResult *result = g_ptr_array_index(answer->results, 0);
    assert_int_equal(result->highlights->len, 2);
    const Highlight *first = &g_array_index(result->highlights, Highlight, 0);
    assert_memory_equal(result->text + first->start, "rotation", first->length);
    assert_string_equal(result->url, "https://video.example.com/svd#deep");
    assert_string_equal(result->heading[1], "Chapter");
}

static void an_answer_names_the_state_of_the_index(void **state) {
    (void)state;
    g_autoptr(Answer) answer = ask("q=matrix");
    assert_int_equal(answer->state.generation, 1);
    assert_int_equal(answer->documents, G_N_ELEMENTS(shelf));
    assert_int_equal(answer->resources, 2);
    assert_true(answer->state.uuid[0] != '\0');
}

static void pages_go_on_where_the_one_before_ended(void **state) {
    (void)state;
    g_autoptr(Answer) all = ask("q=alpha+beta+matrix+posterior&limit=10");
    for (guint offset = 0; offset < all->results->len; offset++) {
        g_autofree char *query =
            g_strdup_printf("q=alpha+beta+matrix+posterior&limit=1&offset=%u", offset);
        g_autoptr(Answer) one = ask(query);
        const AnswerResult *expected = g_ptr_array_index(all->results, offset);
        const AnswerResult *result = g_ptr_array_index(one->results, 0);
        assert_string_equal(result->id, expected->id);
        assert_int_equal(one->total, all->total);
    }
}

static void a_run_ranks_pages_and_leaves_resources_out(void **state) {
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) pages = search_rank_pages(
        search, "Listed second -matrix title:eigenvalues \"(", 1000, RANKING_BM25, &error);
    assert_non_null(pages);
    /* Minus and field mean nothing here; the documents of resources do not appear. */
    assert_int_equal(pages->len, 2);
    assert_string_equal(g_array_index(pages, RankedPage, 0).id, "eigen");
    assert_string_equal(g_array_index(pages, RankedPage, 1).id, "svd");
}

static void a_run_takes_queries_of_any_length(void **state) {
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) words = g_string_new("posterior");
    for (guint i = 0; i < 500; i++) {
        g_string_append_printf(words, " word%u", i);
    }
    g_autoptr(GArray) pages = search_rank_pages(search, words->str, 10, RANKING_DEFAULT, &error);
    assert_non_null(pages);
    assert_int_equal(pages->len, 1);
}

static void a_missing_library_is_an_error_of_its_own(void **state) {
    (void)state;
    g_autoptr(GError) error = NULL;
    assert_null(search_open("/nonexistent/library", &error));
    assert_true(g_error_matches(error, SYL_LIBRARY_ERROR, SYL_LIBRARY_ERROR_MISSING));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_given_once_by_its_best_passage),
        cmocka_unit_test(queries_find_the_documents_they_should),
        cmocka_unit_test(alternatives_of_one_filter_are_joined),
        cmocka_unit_test(a_section_filter_holds_for_what_is_below_it),
        cmocka_unit_test(documents_with_all_words_come_first_but_not_with_bm25_alone),
        cmocka_unit_test(words_of_the_navigation_are_searched_only_where_nothing_else_is_found),
        cmocka_unit_test(totals_are_counted_where_words_overlap),
        cmocka_unit_test(without_a_query_the_resources_are_listed_in_order),
        cmocka_unit_test(an_unknown_word_is_corrected_and_told),
        cmocka_unit_test(a_broken_query_is_searched_as_words_and_told),
        cmocka_unit_test(a_query_over_a_bound_is_an_error_that_says_so),
        cmocka_unit_test(facets_count_what_matches),
        cmocka_unit_test(a_facet_that_is_filtered_by_still_shows_its_alternatives),
        cmocka_unit_test(the_words_found_are_marked),
        cmocka_unit_test(an_answer_names_the_state_of_the_index),
        cmocka_unit_test(pages_go_on_where_the_one_before_ended),
        cmocka_unit_test(a_run_ranks_pages_and_leaves_resources_out),
        cmocka_unit_test(a_run_takes_queries_of_any_length),
        cmocka_unit_test(a_missing_library_is_an_error_of_its_own),
        cmocka_unit_test(each_facet_value_counts_the_pages_that_its_link_opens),
        cmocka_unit_test(a_correction_never_makes_a_query_too_long),
        cmocka_unit_test(typographic_quotes_quote_and_the_query_stays_as_typed),
        cmocka_unit_test(a_census_tells_what_is_open),
    };
    return cmocka_run_group_tests(tests, open_library, close_library);
}
