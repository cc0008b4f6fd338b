#include "fixture_library.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "search/searcher.h"

/* Longer than any test waits. */
#define WAIT_MAX_MS 60000
/* Pages of one generation: every title holds the generation's word. */
#define PAGES 40

static void fill_rows(FixtureDocument *rows, GPtrArray *texts, const char *word, guint from) {
    for (guint i = 0; i < PAGES; i++) {
        char *id = g_strdup_printf("%s%u#0", word, from + i);
        char *title = g_strdup_printf("common %s", word);
        g_ptr_array_add(texts, id);
        g_ptr_array_add(texts, title);
        rows[i] = (FixtureDocument){.id = id, .title = title, .text = "text"};
    }
}

static void publish(const char *library, const char *word) {
    FixtureDocument rows[PAGES];
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    fill_rows(rows, texts, word, 0);
    syl_generation_free(fixture_publish(library, rows, PAGES));
}

static Answer *ask(SearcherPool *pool, const char *query, GError **error) {
    g_autoptr(Request) request = request_new();
    assert_true(request_set(request, "q", query, NULL));
    request->limit = PAGES;
    return searcher_pool_answer(pool, request, error);
}

static void a_new_generation_is_seen_by_the_next_answer(void **state) {
    (void)state;
    g_autoptr(GError) error = NULL;
    char *library = fixture_directory();
    publish(library, "first");
    {
        g_autoptr(SearcherPool) pool = searcher_pool_new(library, 2, 8, WAIT_MAX_MS, &error);
        g_autoptr(Answer) before = ask(pool, "common", &error);
        assert_int_equal(before->state.generation, 1);
        publish(library, "second");
        for (guint i = 0; i < 4; i++) { /* whichever searcher answers */
            g_autoptr(Answer) after = ask(pool, "common", &error);
            const AnswerResult *result = g_ptr_array_index(after->results, 0);
            assert_int_equal(after->state.generation, 2);
            assert_string_equal(result->title, "common second");
        }
    }
    fixture_remove(library);
}

static void a_library_may_come_later_than_the_pool(void **state) {
    (void)state;
    g_autoptr(GError) error = NULL;
    char *library = fixture_directory();
    {
        g_autoptr(SearcherPool) pool = searcher_pool_new(library, 1, 8, WAIT_MAX_MS, &error);
        assert_null(ask(pool, "common", &error));
        assert_true(g_error_matches(error, SEARCH_ERROR, SEARCH_ERROR_UNAVAILABLE));
        publish(library, "first");
        g_clear_error(&error);
        g_autoptr(Answer) answer = ask(pool, "common", &error);
        assert_non_null(answer);
    }
    fixture_remove(library);
}

/* --- many askers */

typedef struct Asking {
    SearcherPool *pool;
    atomic_bool *stop;
    guint answers, busy, failures, mixed;
} Asking;

/* Every result of one answer must be of one generation, and all of it. */
static gboolean is_mixed(const Answer *answer) {
    if (answer->results->len != PAGES) {
        return TRUE;
    }
    const AnswerResult *first = g_ptr_array_index(answer->results, 0);
    for (guint i = 1; i < answer->results->len; i++) {
        const AnswerResult *result = g_ptr_array_index(answer->results, i);
        if (strcmp(result->title, first->title) != 0) {
            return TRUE;
        }
    }
    return FALSE;
}

static void *keep_asking(void *data) {
    Asking *asking = data;
    do {
        g_autoptr(GError) error = NULL;
        g_autoptr(Answer) answer = ask(asking->pool, "common", &error);
        if (answer != NULL) {
            asking->answers++;
            asking->mixed += is_mixed(answer) ? 1 : 0;
        } else if (g_error_matches(error, SEARCH_ERROR, SEARCH_ERROR_BUSY)) {
            asking->busy++;
        } else {
            asking->failures++;
        }
    } while (!atomic_load(asking->stop));
    return NULL;
}

#define ASKERS 4

static void run_askers(SearcherPool *pool, void (*meanwhile)(const char *library),
                       const char *library, Asking *total) {
    atomic_bool stop = false;
    pthread_t threads[ASKERS];
    Asking asking[ASKERS];
    for (guint i = 0; i < ASKERS; i++) {
        asking[i] = (Asking){.pool = pool, .stop = &stop};
        pthread_create(&threads[i], NULL, keep_asking, &asking[i]);
    }
    meanwhile(library);
    atomic_store(&stop, true);
    for (guint i = 0; i < ASKERS; i++) {
        pthread_join(threads[i], NULL);
        total->answers += asking[i].answers;
        total->busy += asking[i].busy;
        total->failures += asking[i].failures;
        total->mixed += asking[i].mixed;
    }
}

static void swap_generations(const char *library) {
    for (guint i = 0; i < 3; i++) {
        g_autofree char *word = g_strdup_printf("word%c", (char)('a' + i));
        g_autoptr(GError) error = NULL;
        publish(library, word);
        assert_true(syl_library_prune(library, &error));
    }
}

static void no_answer_mixes_two_generations(void **state) {
    (void)state;
    g_autoptr(GError) error = NULL;
    Asking total = {0};
    char *library = fixture_directory();
    publish(library, "start");
    {
        g_autoptr(SearcherPool) pool = searcher_pool_new(library, 2, 64, WAIT_MAX_MS, &error);
        run_askers(pool, swap_generations, library, &total);
    }
    assert_true(total.answers > 0);
    assert_int_equal(total.mixed, 0);
    assert_int_equal(total.failures, 0);
    fixture_remove(library);
}

/* Replaces all pages in one commit, again and again. */
static void rewrite_pages(const char *library) {
    g_autoptr(GError) error = NULL;
    g_autoptr(SylGeneration) generation = syl_library_current(library, &error);
    xc_error failure = {0};
    xc_writer *writer = NULL;
    xc_generator *generator = NULL;
    fixture_check(xc_writer_open(generation->xapian_path, XC_OPEN, &writer, &failure), &failure);
    fixture_check(xc_generator_new(SYL_STEM_LANGUAGE, &generator, &failure), &failure);
    for (guint round = 0; round < 12; round++) {
        FixtureDocument rows[PAGES];
        g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
        g_autofree char *word = g_strdup_printf("round%c", (char)('a' + round));
        fill_rows(rows, texts, word, round * PAGES);
        g_autofree char *old = syl_schema_term(SYL_FIELD_TYPE, "passage");
        fixture_check(xc_writer_begin(writer, &failure), &failure);
        fixture_check(xc_writer_delete(writer, old, strlen(old), &failure), &failure);
        for (guint i = 0; i < PAGES; i++) {
            fixture_add(writer, generator, &rows[i]);
        }
        fixture_check(xc_writer_commit(writer, &failure), &failure);
    }
    xc_generator_free(generator);
    xc_writer_free(writer);
}

static void answers_stay_whole_while_a_writer_commits(void **state) {
    (void)state;
    g_autoptr(GError) error = NULL;
    Asking total = {0};
    char *library = fixture_directory();
    publish(library, "start");
    {
        g_autoptr(SearcherPool) pool = searcher_pool_new(library, 2, 64, WAIT_MAX_MS, &error);
        run_askers(pool, rewrite_pages, library, &total);
    }
    assert_true(total.answers > 0);
    assert_int_equal(total.mixed, 0);
    assert_int_equal(total.failures, 0);
    fixture_remove(library);
}

static void nothing_in_particular(const char *library) {
    (void)library;
}

static void more_requests_than_the_queue_holds_are_told_to_come_back(void **state) {
    (void)state;
    g_autoptr(GError) error = NULL;
    char *library = fixture_directory();
    publish(library, "start");
    {
        /* A searcher for each of ASKERS would never let the queue fill: one, and room for one. */
        Asking total = {0};
        g_autoptr(SearcherPool) pool = searcher_pool_new(library, 1, 1, WAIT_MAX_MS, &error);
        for (guint round = 0; round < 200 && total.busy == 0; round++) {
            run_askers(pool, nothing_in_particular, library, &total);
        }
        assert_true(total.busy > 0);
        assert_int_equal(total.failures, 0);
    }
    fixture_remove(library);
}

static void who_waited_too_long_is_told_to_come_back(void **state) {
    (void)state;
    g_autoptr(GError) error = NULL;
    char *library = fixture_directory();
    publish(library, "first");
    {
        g_autoptr(SearcherPool) pool = searcher_pool_new(library, 1, 8, 0, &error);
        assert_null(ask(pool, "common", &error));
        assert_true(g_error_matches(error, SEARCH_ERROR, SEARCH_ERROR_BUSY));
    }
    fixture_remove(library);
}

/* A library whose pointer is a pipe: whoever opens it waits until somebody writes. */
static char *stuck_library(char **pipe) {
    char *library = fixture_directory();
    g_autofree char *index = g_build_filename(library, "index", NULL);
    *pipe = g_build_filename(index, "current", NULL);
    assert_int_equal(g_mkdir(index, 0700), 0);
    assert_int_equal(mkfifo(*pipe, 0600), 0);
    return library;
}

static void *ask_once(void *data) {
    Asking *asking = data;
    g_autoptr(GError) error = NULL;
    assert_null(ask(asking->pool, "common", &error));
    if (g_error_matches(error, SEARCH_ERROR, SEARCH_ERROR_BUSY)) {
        asking->busy++;
    } else {
        asking->failures++;
    }
    return NULL;
}

static void a_draining_pool_answers_all_who_wait_at_once(void **state) {
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autofree char *pipe = NULL;
    char *library = stuck_library(&pipe);
    {
        g_autoptr(SearcherPool) pool = searcher_pool_new(library, 1, 64, WAIT_MAX_MS, &error);
        pthread_t threads[ASKERS];
        Asking asking[ASKERS];
        guint busy = 0;
        guint failures = 0;
        for (guint i = 0; i < ASKERS; i++) {
            asking[i] = (Asking){.pool = pool};
            pthread_create(&threads[i], NULL, ask_once, &asking[i]);
        }
        int writer = open(pipe, O_WRONLY | O_CLOEXEC); /* once a searcher reads: it is stuck */
        assert_true(writer >= 0);
        searcher_pool_drain(pool);
        close(writer);
        /* Had another request reached a searcher, it would open the pipe and wait for ever. */
        for (guint i = 0; i < ASKERS; i++) {
            pthread_join(threads[i], NULL);
            busy += asking[i].busy;
            failures += asking[i].failures;
        }
        assert_int_equal(failures, 1);
        assert_int_equal(busy, ASKERS - 1);
        assert_null(ask(pool, "common", &error));
        assert_true(g_error_matches(error, SEARCH_ERROR, SEARCH_ERROR_BUSY));
    }
    fixture_remove(library);
}

static void a_census_waits_for_no_searcher(void **state) {
    (void)state;
    g_autoptr(GError) error = NULL;
    IndexState now = {0};
    guint documents = 0;
    char *library = fixture_directory();
    {
        /* Nobody is there to search. */
        g_autoptr(SearcherPool) pool = searcher_pool_new(library, 0, 1, WAIT_MAX_MS, &error);
        assert_false(searcher_pool_census(pool, &now, &documents, &error));
        assert_true(g_error_matches(error, SEARCH_ERROR, SEARCH_ERROR_UNAVAILABLE));
        g_clear_error(&error);
        publish(library, "first");
        assert_true(searcher_pool_census(pool, &now, &documents, &error));
        publish(library, "second");
        assert_true(searcher_pool_census(pool, &now, &documents, &error));
        assert_int_equal(now.generation, 2);
        assert_int_equal(documents, PAGES);
    }
    fixture_remove(library);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_generation_is_seen_by_the_next_answer),
        cmocka_unit_test(a_library_may_come_later_than_the_pool),
        cmocka_unit_test(no_answer_mixes_two_generations),
        cmocka_unit_test(answers_stay_whole_while_a_writer_commits),
        cmocka_unit_test(more_requests_than_the_queue_holds_are_told_to_come_back),
        cmocka_unit_test(who_waited_too_long_is_told_to_come_back),
        cmocka_unit_test(a_draining_pool_answers_all_who_wait_at_once),
        cmocka_unit_test(a_census_waits_for_no_searcher),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
