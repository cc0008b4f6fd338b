/* Cutting a document into passages, the unit of search: 150 to 300 words (measured best: whole
 * pages, 500 and 1000 words are worse) along the outline, never across a heading of a higher level
 * than the passage's own; a short section is joined to its neighbour. Pure; any thread. */
#pragma once

#include <glib.h>

#include "extract/document.h"

#define PASSAGE_MIN_WORDS 150
#define PASSAGE_MAX_WORDS 300

/* A further section inside a passage that joins several. */
typedef struct PassagePart {
    gsize offset; /* bytes in the passage where its heading line starts */
    GStrv heading;
    char *anchor;
} PassagePart;

typedef struct Passage {
    guint ordinal;     /* 0, 1, ... on its page */
    GStrv heading;     /* outermost first; may be empty */
    char *anchor;      /* best deep link: fragment without '#', or "" */
    gsize start, size; /* bytes in document->main */
    GPtrArray *parts;  /* PassagePart *, by offset; empty as a rule */
} Passage;

/* Passage *; deterministic; together they cover all words of main exactly once, in order. A
 * document without main text gives none. Caller unrefs. */
GPtrArray *passages_split(const Document *document);

/* The address that opens a passage: page#anchor, or for a video page&t=95s. Caller frees. */
char *passage_url(const char *page, const char *anchor);
