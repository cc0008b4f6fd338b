/* Answers for people at a terminal, and ranked runs for evaluation programs. Pure functions: any
 * thread. */
#pragma once

#include <glib.h>

#include "search/search.h"

/* Title, heading path, deep link and snippet of each result. With colour, the words found are bold
 * (ANSI escapes). What the index holds cannot steer a terminal: control characters are left out.
 * Caller frees. */
char *terminal_answer(const Answer *answer, gboolean colour);

/* The lines of one query in a TREC run: `query-id Q0 page-id rank score tag`. pages is of
 * RankedPage. Caller frees. */
char *terminal_trec_run(const char *query_id, const GArray *pages, const char *tag);
