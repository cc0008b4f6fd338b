/* An answer: what one request gives. Written once, then read by any thread. */
#pragma once

#include <stdatomic.h>

#include <glib.h>

#include "query/request.h"

/* Passages that are looked at for one answer: where fewer match, the total is counted, not
 * estimated. */
#define SEARCH_EXACT_TOTAL 10000
/* Most values given of one facet. */
#define SEARCH_FACET_VALUES_MAX 100

/* A stretch of text in UTF-16 code units, as JavaScript counts. */
typedef struct Highlight {
    guint start, length;
} Highlight;

typedef struct AnswerResult {
    char *id;
    char *url;            /* opens at the passage */
    char *page;           /* the page's address */
    char *title;          /* the page's title; may be "" */
    char *resource;       /* the resource's address; may be "" */
    char *resource_title; /* may be "" */
    GStrv heading;        /* outermost first; never NULL */
    char *kind;
    char *language;
    char *text;         /* the snippet: one line of plain text, at most about 300 characters */
    GArray *highlights; /* of Highlight in text, ascending, not overlapping */
    double score;
} AnswerResult;

typedef struct FacetValue {
    char *value; /* what the filter parameter of this name takes */
    char *label; /* for people: levels of a path are joined by " › " */
    char *name;  /* for people: of a path its last level only, else as label */
    guint depth; /* 0, or how many levels of the path are above */
    guint count; /* pages under it, as its link opens; sections count what is below them too */
} FacetValue;

typedef struct Facet {
    SylFieldId field;
    const char *name; /* "section", "host", "kind", "list": also the parameter's name; borrowed */
    GPtrArray
        *values; /* of FacetValue: most frequent first; the levels below a section follow it */
} Facet;

/* The index as it was at one moment: equal states give equal answers. */
typedef struct IndexState {
    guint generation; /* its number */
    guint64 revision; /* of the Xapian database */
    char uuid[40];    /* of the Xapian database: two libraries with the same numbers still differ */
} IndexState;
gboolean index_state_equal(const IndexState *a, const IndexState *b);

typedef struct Answer {
    char *query; /* as it was asked */
    guint total; /* results, one for a page */
    gboolean total_exact;
    guint offset;
    IndexState state;   /* what answered */
    char *corrected;    /* the query that was searched instead, or NULL */
    GPtrArray *notices; /* of char*: sentences on what was understood otherwise than asked */
    GPtrArray *facets;  /* of Facet, in the order section, kind, list, host */
    GPtrArray *results; /* of AnswerResult, best first */
    guint documents;    /* documents in the index */
    guint resources;    /* of these: resources */
    atomic_uint shares; /* besides the first; see answer_ref */
} Answer;

/* An empty answer to a request. */
Answer *answer_new(const Request *request);
/* Bytes of memory that an answer takes, roughly. */
gsize answer_bytes(const Answer *answer);
/* The answer itself, to be freed once more: several threads may read one answer, and none changes
 * it. */
Answer *answer_ref(Answer *answer);
void answer_free(Answer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Answer, answer_free)
