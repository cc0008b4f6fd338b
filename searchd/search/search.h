/* Answers one request from one state of one generation of the index. A Search belongs to one
 * thread. */
#pragma once

#include <glib.h>

#include "search/answer.h"
#include "syllabus/library.h"
#include "xapian-c.h"

#define SEARCH_ERROR (search_error_quark())
GQuark search_error_quark(void);
typedef enum SearchError {
    SEARCH_ERROR_BUSY,        /* too many requests are waiting: ask again in a second */
    SEARCH_ERROR_UNAVAILABLE, /* no index that can be read just now */
    SEARCH_ERROR_QUERY,       /* the query goes over a bound; the message names it */
    SEARCH_ERROR_INTERNAL,    /* a bug */
} SearchError;

/* A generation opened for one thread, with what a query needs around it: parser, stemmer. */
typedef struct Search Search;

/* Opens the live generation of a library. NULL: any of SYL_LIBRARY_ERROR. */
Search *search_open(const char *library, GError **error);
void search_free(Search *search);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Search, search_free)

/* FALSE once the library names another generation, or none: what is open is then yesterday's. */
gboolean search_is_current(const Search *search);

/* Moves to the newest commit and says which it is. FALSE where a writer is in the way just now, or
 * the database cannot be read: an answer will tell. */
gboolean search_refresh(Search *search, IndexState *state);

/* Says what is open at the newest commit, and how many documents it holds. FALSE: UNAVAILABLE. */
gboolean search_census(Search *search, IndexState *state, guint *documents, GError **error);

/* Answers from the newest commit of the open generation, starting again where a writer overtakes
 * it. An empty query text lists the resources in their list's order (where there are none,
 * everything). A limit of 0 gives totals and facets alone. NULL: QUERY,
 * UNAVAILABLE, INTERNAL. */
Answer *search_answer(Search *search, const Request *request, GError **error);

/* --- evaluation runs */

typedef struct RankedPage {
    char *id; /* the page's: what is before the last '#' of its passages' ids */
    double score;
} RankedPage;
/* Ranks pages for plain words: no operators, no bounds on the text, no correction. Each page counts
 * by its best passage; equal scores are ordered by id; documents of resources are left out. Returns
 * an array of RankedPage, best first. Caller frees. NULL: UNAVAILABLE, INTERNAL. */
GArray *search_rank_pages(Search *search, const char *words, guint limit, Ranking ranking,
                          GError **error);
