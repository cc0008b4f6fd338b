#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "search/cache.h"

static void free_value(gpointer data) {
    FacetValue *value = data;
    g_free(value->value);
    g_free(value->label);
    g_free(value->name);
    g_free(value);
}

static Answer *answer_of(guint64 revision) {
    Answer *answer = g_new0(Answer, 1);
    answer->state = (IndexState){.generation = 1, .revision = revision, .uuid = "u"};
    answer->notices = g_ptr_array_new();
    answer->facets = g_ptr_array_new();
    answer->results = g_ptr_array_new();
    return answer;
}

static Request *request_of(const char *text) {
    Request *request = request_parse(text, NULL);
    assert_non_null(request);
    return request;
}

static void add(AnswerCache *cache, const char *text, guint64 revision) {
    g_autoptr(Request) request = request_of(text);
    g_autoptr(Answer) answer = answer_of(revision);
    answer_cache_add(cache, request, answer);
}

static gboolean has(AnswerCache *cache, const char *text, guint64 revision) {
    IndexState state = {.generation = 1, .revision = revision, .uuid = "u"};
    g_autoptr(Request) request = request_of(text);
    g_autoptr(Answer) answer = answer_cache_find(cache, &state, request);
    return answer != NULL;
}

static void an_answer_is_found_by_the_same_request_only(void **state) {
    (void)state;
    g_autoptr(AnswerCache) cache = answer_cache_new();
    add(cache, "q=a&limit=5&kind=pdf", 1);
    assert_true(has(cache, "kind=pdf&q=a&limit=5&offset=0", 1));
    static const char *const others[] = {"q=a&limit=5", "q=b&limit=5&kind=pdf",
                                         "q=a&limit=6&kind=pdf", "q=a&limit=5&kind=pdf&offset=5",
                                         "q=a&limit=5&kind=pdf&literal=1"};
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        assert_false(has(cache, others[i], 1));
    }
}

static void rankings_and_limits_are_told_apart(void **state) {
    (void)state;
    g_autoptr(AnswerCache) cache = answer_cache_new();
    add(cache, "q=a", 1);
    IndexState now = {.generation = 1, .revision = 1, .uuid = "u"};
    g_autoptr(Request) request = request_of("q=a");
    request->ranking = RANKING_BM25;
    assert_null(answer_cache_find(cache, &now, request));
    request->ranking = RANKING_DEFAULT;
    request->limit = 0;
    assert_null(answer_cache_find(cache, &now, request));
}

static void answers_of_another_state_of_the_index_do_not_hold(void **state) {
    (void)state;
    g_autoptr(AnswerCache) cache = answer_cache_new();
    add(cache, "q=a", 1);
    assert_false(has(cache, "q=a", 2));
    add(cache, "q=b", 2);
    assert_true(has(cache, "q=b", 2));
    assert_false(has(cache, "q=a", 1));
}

/* Adds an answer with a correction of size bytes. */
static void add_large(AnswerCache *cache, const char *text, gsize size) {
    g_autoptr(Request) request = request_of(text);
    g_autoptr(Answer) answer = answer_of(1);
    answer->corrected = g_strnfill(size, 'x');
    answer_cache_add(cache, request, answer);
}

static void the_least_recently_used_make_room(void **state) {
    (void)state;
    g_autoptr(AnswerCache) cache = answer_cache_new();
    const gsize size = CACHE_BYTES_MAX / 4;
    add_large(cache, "q=a", size);
    add_large(cache, "q=b", size);
    add_large(cache, "q=c", size);
    assert_true(has(cache, "q=a", 1));
    add_large(cache, "q=d", size); /* each weighs a little more than a quarter */
    assert_true(has(cache, "q=a", 1));
    assert_false(has(cache, "q=b", 1));
    assert_true(has(cache, "q=d", 1));
    add_large(cache, "q=huge", CACHE_BYTES_MAX);
    assert_false(has(cache, "q=huge", 1));
    assert_true(has(cache, "q=d", 1));
}

static gpointer large(gsize size) {
    return g_strnfill(size, 'x');
}

/* Each text of an answer makes it heavier by its length at least. */
static void the_weight_of_an_answer_holds_all_its_texts(void **state) {
    (void)state;
    enum { SIZE = 1000, TEXTS = 9 + 2 + 3 + 3 };
    g_autoptr(Request) request = request_of("q=a");
    g_autoptr(Answer) answer = answer_new(request);
    gsize empty = answer_bytes(answer);
    g_free(answer->query);
    answer->query = large(SIZE);
    answer->corrected = large(SIZE);
    g_ptr_array_add(answer->notices, large(SIZE));
    FacetValue *value = g_new0(FacetValue, 1);
    *value = (FacetValue){.value = large(SIZE), .label = large(SIZE), .name = large(SIZE)};
    Facet *facet = g_new0(Facet, 1);
    facet->values = g_ptr_array_new_with_free_func(free_value);
    g_ptr_array_add(facet->values, value);
    g_ptr_array_add(answer->facets, facet);
    AnswerResult *result = g_new0(AnswerResult, 1);
    char **const texts[] = {&result->id,    &result->url,      &result->page,
                            &result->title, &result->resource, &result->resource_title,
                            &result->kind,  &result->language, &result->text};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        *texts[i] = large(SIZE);
    }
    result->heading = g_new0(char *, 3);
    result->heading[0] = large(SIZE);
    result->heading[1] = large(SIZE);
    result->highlights = g_array_new(FALSE, FALSE, sizeof(Highlight));
    g_ptr_array_add(answer->results, result);
    gsize full = answer_bytes(answer);
    assert_true(full >= empty + TEXTS * SIZE);
    assert_true(full <= empty + TEXTS * SIZE + 2000);
}

static void an_answer_outlives_the_cache_for_who_holds_it(void **state) {
    (void)state;
    AnswerCache *cache = answer_cache_new();
    g_autoptr(Request) request = request_of("q=a");
    g_autoptr(Answer) answer = answer_of(1);
    answer_cache_add(cache, request, answer);
    answer_cache_add(cache, request, answer); /* asked twice at once */
    g_autoptr(Answer) found = answer_cache_find(cache, &answer->state, request);
    assert_ptr_equal(found, answer);
    answer_cache_free(cache);
    assert_int_equal(found->state.revision, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_found_by_the_same_request_only),
        cmocka_unit_test(rankings_and_limits_are_told_apart),
        cmocka_unit_test(answers_of_another_state_of_the_index_do_not_hold),
        cmocka_unit_test(the_least_recently_used_make_room),
        cmocka_unit_test(an_answer_outlives_the_cache_for_who_holds_it),
        cmocka_unit_test(the_weight_of_an_answer_holds_all_its_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
