/* Words that the index does not know, replaced by the likeliest ones that it does. */
#pragma once

#include <glib.h>

#include "search/highlight.h"
#include "xapian-c.h"

/* Shorter words have too many neighbours to guess from. */
#define SPELLING_WORD_MIN_LETTERS 4
/* From this length on two edits are allowed instead of one. */
#define SPELLING_TWO_EDITS_LETTERS 8
/* Words of the index compared for one beginning: about 10 ms. */
#define SPELLING_CANDIDATES_MAX 30000
/* Unknown words of a query that are compared with the index's at most, whether or not that finds
 * something: each takes the time of three beginnings. */
#define SPELLING_WORDS_MAX 4

/* *corrected: the query text with each plain word that no field of words knows, neither itself nor
 * its stem, replaced by the nearest word of the index's texts, among equally near ones the most
 * frequent; NULL where nothing was replaced. An edit is an insertion, a deletion, a substitution or
 * an exchange of two neighbours. A text with quotes is left alone, and so are fields, wildcards and
 * operators, and words whose replacement would make the text longer than max_bytes. Caller frees.
 * The statuses of reading the database. */
xc_status spelling_correct(xc_database *database, StemCache *cache, const char *text,
                           gsize max_bytes, char **corrected, xc_error *error);

/* The number of edits between two words, or limit + 1 where it is more. */
guint spelling_distance(const char *a, const char *b, guint limit);
