/* From query text to what the index is asked. A Planner belongs to one thread and to one open
 * database, of which it keeps what wildcards need. */
#pragma once

#include <glib.h>

#include "xapian-c.h"

/* Words of a query that are looked for all at once for a better place; longer queries are
 * questions, whose words seldom stand together. */
#define PLAN_ALL_WORDS_MAX 6
/* Words of a query whose neighbours are looked for side by side: names and terms are that short
 * (measured on two collections of abstracts: 4 words help, 6 hurt). */
#define PLAN_PAIRS_MAX 4
/* Two words count as side by side within this many words of a text. */
#define PLAN_PAIR_WINDOW 4

typedef struct Planner Planner;
xc_status planner_new(const xc_database *database, Planner **planner, xc_error *error);
void planner_free(Planner *planner);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Planner, planner_free)

typedef enum PlanScope {
    PLAN_SCOPE_TEXT, /* what the page says: text, titles, the list's words */
    PLAN_SCOPE_WIDE, /* navigation and boilerplate too */
} PlanScope;

typedef struct Plan {
    xc_query *query;     /* never NULL; may be empty where the text has no word */
    xc_query *all_words; /* the same with every word required; NULL where that tells nothing */
    xc_query *pairs; /* neighbours in the query that are near each other in the text; NULL: none */
    GPtrArray *notices; /* of char*: what was read otherwise than it was written */
    /* What to highlight, lower case: */
    GHashTable *stems;   /* set of char* */
    GHashTable *words;   /* set of char*: exact words, from quotes */
    GPtrArray *prefixes; /* of char*: words that end in '*' */
} Plan;
void plan_free(Plan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Plan, plan_free)

/* Plans a text in which fields (`title:`, `site:` and so on: the schema's names), "phrases", -not,
 * +must, AND, OR, NOT, brackets and wildcards* mean something. Where the text cannot be parsed so,
 * it is read as plain words, and a notice says so. XC_LIMIT, XC_MODIFIED, and what else the
 * database answers. */
xc_status planner_parse(Planner *planner, const char *text, PlanScope scope, Plan **plan,
                        xc_error *error);

/* Plans plain words: nothing in the text means anything else, and it may be of any length. */
xc_status planner_parse_words(Planner *planner, const char *text, Plan **plan, xc_error *error);

/* A stretch of a query text, as people would divide it. */
typedef enum PlanTokenKind {
    PLAN_TOKEN_SPACE,    /* white space, brackets, + and - before a word */
    PLAN_TOKEN_WORD,     /* one plain word */
    PLAN_TOKEN_WILDCARD, /* one ending in '*' */
    PLAN_TOKEN_OPERATOR, /* AND, OR, NOT, XOR, NEAR, ADJ, in capitals */
    PLAN_TOKEN_FIELD,    /* `name:` where the schema has such a name, and all of its value */
    PLAN_TOKEN_UNKNOWN,  /* `name:` where it has none; the value is a token of its own */
    PLAN_TOKEN_QUOTED,   /* from a quotation mark to the next or to the end */
} PlanTokenKind;
typedef struct PlanToken {
    PlanTokenKind kind;
    gsize start, size; /* bytes in the text */
} PlanToken;
/* The token at *position; moves *position past it. FALSE at the end. Pure. */
gboolean plan_next_token(const char *text, gsize *position, PlanToken *token);
