/* Snippets: the part of a passage that shows best why it was found, and where its words are. One
 * pass over the text: measured at 1/40 of the time of Xapian's own snippets, with the same words
 * marked. A StemCache belongs to one thread. */
#pragma once

#include <glib.h>

/* Characters of a snippet, the marks of what was left out not counted. */
#define HIGHLIGHT_SNIPPET_CHARACTERS 300

/* Stems of the words of texts, remembered: most words of a text were in the one before. */
typedef struct StemCache StemCache;
/* language as Xapian names it. NULL if it knows no such language. */
StemCache *stem_cache_new(const char *language);
void stem_cache_free(StemCache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StemCache, stem_cache_free)
/* The stem of a word as syl_text_term gives it; itself where it has none. Valid until the next
 * call. */
const char *stem_cache_stem(StemCache *cache, const char *word);

/* What is looked for, as the index has it (syl_text_term); all borrowed. All NULL: nothing. */
typedef struct HighlightTerms {
    GHashTable *stems;   /* set of char* */
    GHashTable *words;   /* set of char*: exact words, and pairs of CJK characters */
    GPtrArray *prefixes; /* of char* */
} HighlightTerms;

/* The snippet of a text of valid UTF-8: one line, white space squeezed, "…" where something was
 * left out before or after. highlights (of Highlight, UTF-16 units) gets the words found in it,
 * ascending; words with only a space between them are one highlight. *at gets the byte of text
 * where the first of them stands, or where the snippet begins. Caller frees. */
char *highlight_snippet(const char *text, const HighlightTerms *terms, StemCache *cache,
                        GArray *highlights, gsize *at);
