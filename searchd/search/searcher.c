#include "search/searcher.h"

#include <pthread.h>
#include <stdatomic.h>

#include "search/cache.h"
#include "syllabus/queue.h"

/* A question on its way: lives on the stack of who asks, until done. */
typedef struct Job {
    const Request *request;
    gint64 asked_us;
    pthread_mutex_t lock;
    pthread_cond_t finished;
    /* guarded by lock */
    gboolean done;
    Answer *answer;
    GError *error;
} Job;

struct SearcherPool {
    char *library;
    SylQueue *queue; /* of Job, borrowed */
    AnswerCache *cache;
    pthread_t *threads;
    guint thread_count;
    gint64 wait_max_us;
    atomic_bool draining;
    pthread_mutex_t census_lock;
    Search *census; /* guarded by census_lock: the searchers' own handles are theirs alone */
};

/* --- the searcher's side */

static void job_finish(Job *job, Answer *answer, GError *error) {
    pthread_mutex_lock(&job->lock);
    job->answer = answer;
    job->error = error;
    job->done = TRUE;
    /* Under the lock: once it is given back, the job may be gone. */
    pthread_cond_signal(&job->finished);
    pthread_mutex_unlock(&job->lock);
}

/* Opens what is live, unless it is open already. */
static gboolean renew(const SearcherPool *pool, Search **search, GError **error) {
    if (*search != NULL && search_is_current(*search)) {
        return TRUE;
    }
    g_clear_pointer(search, search_free);
    g_autoptr(GError) failure = NULL;
    *search = search_open(pool->library, &failure);
    if (*search == NULL) {
        g_set_error_literal(error, SEARCH_ERROR, SEARCH_ERROR_UNAVAILABLE, failure->message);
    }
    return *search != NULL;
}

/* The answer from memory where it still holds, else a new one. */
static Answer *answer_or_recall(const SearcherPool *pool, Search *search, const Request *request,
                                GError **error) {
    IndexState state = {0};
    Answer *answer =
        search_refresh(search, &state) ? answer_cache_find(pool->cache, &state, request) : NULL;
    if (answer != NULL) {
        return answer;
    }
    answer = search_answer(search, request, error);
    if (answer != NULL) {
        answer_cache_add(pool->cache, request, answer);
    }
    return answer;
}

static Answer *answer_now(const SearcherPool *pool, Search **search, const Request *request,
                          GError **error) {
    g_autoptr(GError) failure = NULL;
    gboolean fresh = *search == NULL;
    if (!renew(pool, search, error)) {
        return NULL;
    }
    Answer *answer = answer_or_recall(pool, *search, request, &failure);
    if (g_error_matches(failure, SEARCH_ERROR, SEARCH_ERROR_UNAVAILABLE) && !fresh) {
        /* The files may have been taken away under old handles: once more with new ones. */
        g_clear_pointer(search, search_free);
        g_clear_error(&failure);
        if (!renew(pool, search, error)) {
            return NULL;
        }
        answer = answer_or_recall(pool, *search, request, &failure);
    }
    if (g_error_matches(failure, SEARCH_ERROR, SEARCH_ERROR_UNAVAILABLE)) {
        g_clear_pointer(search, search_free);
    }
    if (failure != NULL) {
        g_propagate_error(error, g_steal_pointer(&failure));
    }
    return answer;
}

static gboolean is_late(const SearcherPool *pool, const Job *job) {
    return g_get_monotonic_time() - job->asked_us >= pool->wait_max_us;
}

static void set_busy(GError **error) {
    g_set_error_literal(error, SEARCH_ERROR, SEARCH_ERROR_BUSY,
                        "too many searches are waiting: try again in a second");
}

static void *searcher_run(void *data) {
    SearcherPool *pool = data;
    Search *search = NULL;
    Job *job = NULL;
    while ((job = syl_queue_pop(pool->queue)) != NULL) {
        GError *error = NULL;
        Answer *answer = NULL;
        if (atomic_load(&pool->draining) || is_late(pool, job)) {
            set_busy(&error);
        } else {
            answer = answer_now(pool, &search, job->request, &error);
        }
        job_finish(job, answer, error);
    }
    search_free(search);
    return NULL;
}

/* --- life */

SearcherPool *searcher_pool_new(const char *library, guint threads, gsize capacity,
                                guint wait_max_ms, GError **error) {
    /* Registered before there are threads: GLib does it at the first use, without a lock. */
    (void)SEARCH_ERROR;
    (void)SYL_LIBRARY_ERROR;
    g_autoptr(SearcherPool) pool = g_new0(SearcherPool, 1);
    pool->library = g_strdup(library);
    pool->queue = syl_queue_new(capacity, NULL);
    pool->cache = answer_cache_new();
    pool->wait_max_us = (gint64)wait_max_ms * 1000;
    pthread_mutex_init(&pool->census_lock, NULL);
    pool->threads = g_new0(pthread_t, threads);
    for (; pool->thread_count < threads; pool->thread_count++) {
        int failed = pthread_create(&pool->threads[pool->thread_count], NULL, searcher_run, pool);
        if (failed != 0) {
            g_set_error(error, SEARCH_ERROR, SEARCH_ERROR_INTERNAL,
                        "searcher %u of %u cannot be started: %s", pool->thread_count + 1, threads,
                        g_strerror(failed));
            return NULL;
        }
    }
    return g_steal_pointer(&pool);
}

void searcher_pool_drain(SearcherPool *pool) {
    atomic_store(&pool->draining, true);
}

void searcher_pool_free(SearcherPool *pool) {
    if (pool == NULL) {
        return;
    }
    syl_queue_close(pool->queue);
    for (guint i = 0; i < pool->thread_count; i++) {
        pthread_join(pool->threads[i], NULL);
    }
    syl_queue_free(pool->queue);
    answer_cache_free(pool->cache);
    search_free(pool->census);
    pthread_mutex_destroy(&pool->census_lock);
    g_free(pool->threads);
    g_free(pool->library);
    g_free(pool);
}

/* --- the asking side */

Answer *searcher_pool_answer(SearcherPool *pool, const Request *request, GError **error) {
    Job job = {.request = request, .asked_us = g_get_monotonic_time()};
    pthread_mutex_init(&job.lock, NULL);
    pthread_cond_init(&job.finished, NULL);
    if (!atomic_load(&pool->draining) && syl_queue_try_push(pool->queue, &job)) {
        pthread_mutex_lock(&job.lock);
        while (!job.done) {
            pthread_cond_wait(&job.finished, &job.lock);
        }
        pthread_mutex_unlock(&job.lock);
    } else {
        set_busy(&job.error);
    }
    pthread_cond_destroy(&job.finished);
    pthread_mutex_destroy(&job.lock);
    if (job.error != NULL) {
        g_propagate_error(error, job.error);
    }
    return job.answer;
}

gboolean searcher_pool_census(SearcherPool *pool, IndexState *state, guint *documents,
                              GError **error) {
    gboolean counted = FALSE;
    pthread_mutex_lock(&pool->census_lock);
    /* The files may have been taken away under an old handle: then once more with a new one. */
    for (guint attempt = 0; attempt < 2 && !counted; attempt++) {
        g_clear_error(error);
        if (!renew(pool, &pool->census, error)) {
            break;
        }
        counted = search_census(pool->census, state, documents, error);
        if (!counted) {
            g_clear_pointer(&pool->census, search_free);
        }
    }
    pthread_mutex_unlock(&pool->census_lock);
    return counted;
}
