/* A scanner of raw HTML inside Markdown: tags and the text between them, in order. It is no parser:
 * it knows comments, quoted attributes and the elements whose content is no text. Linear in the
 * size of its input. Pure: any thread. */
#pragma once

#include <glib.h>

typedef struct HtmlScan {
    const char *text;
    gsize size;
    gsize at; /* of what is still to be scanned */
} HtmlScan;

typedef struct HtmlToken {
    gboolean is_tag;
    gsize start;      /* offset of the token in the scanned text */
    const char *text; /* of a text: as written, references not decoded; borrowed from the input */
    gsize size;
    char name[12]; /* of a tag: lower case; a longer name is cut */
    gboolean closing;
    const char *attributes; /* what stands between name and '>'; borrowed from the input */
    gsize attributes_size;
} HtmlToken;

/* The next text or tag; comments, declarations, scripts and styles are skipped. FALSE at the end,
 * which an unclosed tag or comment reaches too. */
gboolean html_scan_next(HtmlScan *scan, HtmlToken *token);

/* The value of an attribute (name in lower case), references decoded, white space at its ends and
 * line breaks inside removed; NULL if the tag has none. Caller frees. */
char *html_token_attribute(const HtmlToken *token, const char *name);
