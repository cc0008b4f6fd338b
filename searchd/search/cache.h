/* Answers that were given before and still hold: the index is as it was. Questions repeat (a start
 * page, the next page and back, a reload, an attack). Any thread. */
#pragma once

#include <glib.h>

#include "search/answer.h"

/* Bytes kept, of all answers and the requests for them together, as answer_bytes counts. A full
 * page of results with its facets has about 40 kB, so this remembers some 800 different questions.
 */
#define CACHE_BYTES_MAX (32 * 1024 * 1024)

typedef struct AnswerCache AnswerCache;

AnswerCache *answer_cache_new(void);
void answer_cache_free(AnswerCache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AnswerCache, answer_cache_free)

/* The answer to the same request from the same state of the index, or NULL. Caller frees. */
Answer *answer_cache_find(AnswerCache *cache, const IndexState *state, const Request *request);

/* Remembers an answer; the least recently used ones make room. Answers of an older state are
 * forgotten, and one that is larger than all the room is not kept. */
void answer_cache_add(AnswerCache *cache, const Request *request, Answer *answer);
