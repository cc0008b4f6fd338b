/* A pool of searchers: threads that each own their index handles, behind one bounded queue, so that
 * any number of request threads cost no more than the pool. Any thread may ask.
 *
 * Every answer comes whole from one generation. A searcher looks at the library before each answer
 * and opens the generation that is then live; while the library cannot be read, answers are
 * UNAVAILABLE, and they come back with it. */
#pragma once

#include <glib.h>

#include "search/search.h"

typedef struct SearcherPool SearcherPool;

/* Starts threads searchers. Up to capacity requests wait for one, and none for longer than
 * wait_max_ms: who has waited so long has gone, or will ask again. NULL where no thread can be
 * started: INTERNAL. */
SearcherPool *searcher_pool_new(const char *library, guint threads, gsize capacity,
                                guint wait_max_ms, GError **error);
/* From now on every request, also one that waits, is told BUSY at once; searches in hand are
 * finished. Any thread, any number of times. */
void searcher_pool_drain(SearcherPool *pool);
/* Waits for the searchers. Nobody may ask any more. */
void searcher_pool_free(SearcherPool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SearcherPool, searcher_pool_free)

/* Waits for the answer, which may be shared with others: it is not to be changed. NULL: BUSY where
 * the queue is full (at once), where the wait was too long, and while the pool drains; else as
 * search_answer. */
Answer *searcher_pool_answer(SearcherPool *pool, const Request *request, GError **error);

/* Says what index is live and how many documents it holds, however many searches wait. FALSE:
 * UNAVAILABLE. */
gboolean searcher_pool_census(SearcherPool *pool, IndexState *state, guint *documents,
                              GError **error);
