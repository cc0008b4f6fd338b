#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "search/cache.h"

static Answer *answer_of(guint64 revision, guint results) {
    Answer *answer = g_new0(Answer, 1);
    answer->state = (IndexState){.generation = 1, .revision = revision, .uuid = "u"};
    answer->notices = g_ptr_array_new();
    answer->facets = g_ptr_array_new();
    answer->results = g_ptr_array_new();
    g_ptr_array_set_size(answer->results, (gint)results);
    return answer;
}

static Request *request_of(const char *text) {
    Request *request = request_parse(text, NULL);
    assert_non_null(request);
    return request;
}

static void add(AnswerCache *cache, const char *text, guint64 revision, guint results) {
    g_autoptr(Request) request = request_of(text);
    g_autoptr(Answer) answer = answer_of(revision, results);
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
    add(cache, "q=a&limit=5&kind=pdf", 1, 3);
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
    add(cache, "q=a", 1, 3);
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
    add(cache, "q=a", 1, 3);
    assert_false(has(cache, "q=a", 2));
    add(cache, "q=b", 2, 3);
    assert_true(has(cache, "q=b", 2));
    assert_false(has(cache, "q=a", 1));
}

static void the_least_recently_used_make_room(void **state) {
    (void)state;
    g_autoptr(AnswerCache) cache = answer_cache_new();
    guint size = CACHE_RESULTS_MAX / 4;
    add(cache, "q=a", 1, size);
    add(cache, "q=b", 1, size);
    add(cache, "q=c", 1, size);
    assert_true(has(cache, "q=a", 1));
    add(cache, "q=d", 1, size); /* each weighs one more than a quarter */
    assert_true(has(cache, "q=a", 1));
    assert_false(has(cache, "q=b", 1));
    assert_true(has(cache, "q=d", 1));
    add(cache, "q=huge", 1, CACHE_RESULTS_MAX);
    assert_false(has(cache, "q=huge", 1));
}

static void an_answer_outlives_the_cache_for_who_holds_it(void **state) {
    (void)state;
    AnswerCache *cache = answer_cache_new();
    g_autoptr(Request) request = request_of("q=a");
    g_autoptr(Answer) answer = answer_of(1, 2);
    answer_cache_add(cache, request, answer);
    answer_cache_add(cache, request, answer); /* asked twice at once */
    g_autoptr(Answer) found = answer_cache_find(cache, &answer->state, request);
    assert_ptr_equal(found, answer);
    answer_cache_free(cache);
    assert_int_equal(found->results->len, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_found_by_the_same_request_only),
        cmocka_unit_test(rankings_and_limits_are_told_apart),
        cmocka_unit_test(answers_of_another_state_of_the_index_do_not_hold),
        cmocka_unit_test(the_least_recently_used_make_room),
        cmocka_unit_test(an_answer_outlives_the_cache_for_who_holds_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
