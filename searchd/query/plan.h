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

/* Sections looked at for one that is named by its last level alone; a list of 1,000 links has about
 * 100. Others are found by their whole paths only. */
#define PLAN_SECTIONS_MAX 5000
/* Sections of the same last level that one name stands for. */
#define PLAN_SAME_SECTIONS_MAX 50

typedef struct Planner Planner;
/* database is borrowed, and must outlive the planner. */
xc_status planner_new(xc_database *database, Planner **planner, xc_error *error);
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
    /* What to highlight, as the index has it (syl_text_term): */
    GHashTable *stems;   /* set of char* */
    GHashTable *words;   /* set of char*: exact words, from quotes; pairs of CJK characters */
    GPtrArray *prefixes; /* of char*: words that end in '*' */
} Plan;
void plan_free(Plan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Plan, plan_free)

/* Plans a text in which fields (`title:`, `site:` and so on: the schema's names), "phrases", -not,
 * +must, AND, OR, NOT, brackets and wildcards* mean something. The value of a filter is written as
 * in its parameter (request.h), in quotation marks where it has spaces; `section:` also takes the
 * name of a deeper level, where no section at the top is called so. Nothing but filters to leave
 * out means everything else. Where the text cannot be parsed so, it is read as plain words, and a
 * notice says so. XC_LIMIT, XC_MODIFIED, and what else the database answers. */
xc_status planner_parse(Planner *planner, const char *text, PlanScope scope, Plan **plan,
                        xc_error *error);

/* Plans plain words: nothing in the text means anything else, and it may be of any length. */
xc_status planner_parse_words(Planner *planner, const char *text, Plan **plan, xc_error *error);
