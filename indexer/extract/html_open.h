/* The elements that are open at a place of a page, after the rules by which browsers open and close
 * them (HTML Standard 13.2.6.4): what is written is nested, closed and bounded in depth. Part of
 * html_prepass. One thread. */
#pragma once

#include "extract/html_tags.h"

/* Deeper elements become part of their ancestor (their text stays): libxml2 drops all that follows
 * depth 255. */
#define HTML_MAX_DEPTH 190
/* One inside another; what is more are pages that never close them. */
#define HTML_MAX_SAME_INLINE 16
/* Blocks that are opened again after a link that was closed inside them. */
#define HTML_MAX_REOPENED 8

typedef struct HtmlOpenElement {
    HtmlTag tag;
    guint hash;          /* of the name, to tell unknown elements apart */
    gboolean takes_html; /* an element of SVG or MathML in which HTML goes on */
} HtmlOpenElement;

/* All zero but out is the start. */
typedef struct HtmlOpen {
    GString *out; /* end tags are written to it; borrowed */
    HtmlOpenElement stack[HTML_MAX_DEPTH];
    guint depth;
    guint counts[HTML_TAG_COUNT]; /* how many of each are on the stack */
    guint foreign;                /* svg and math elements on the stack */
    guint swallowed[256]; /* start tags not written, by hash: their end tags are not either */
    guint swallowed_total;
} HtmlOpen;

/* A number for the name of an element, in any case. */
guint html_open_hash(const char *name, gsize size);

/* The element is open; depth must be below HTML_MAX_DEPTH. Its start tag was written. */
void html_open_push(HtmlOpen *open, HtmlTag tag, guint hash);
/* Writes the end tags of all but the outermost depth elements. */
void html_open_pop_to(HtmlOpen *open, guint depth);
/* Ends the elements that a start tag closes without saying so. */
void html_open_close_implied(HtmlOpen *open, HtmlTag tag);
/* Takes an end tag: writes what it ends, or nothing. */
void html_open_end(HtmlOpen *open, HtmlTag tag, guint hash);

/* Whether the innermost element is of SVG or MathML; *root is then the stack index of the outermost
 * svg or math around it. */
gboolean html_open_is_foreign(const HtmlOpen *open, guint *outermost);

/* Whether the start tag is not to be written: too deep, or one that libxml2 takes for an end. Then
 * call swallow, which keeps its end tag from being written too. */
gboolean html_open_must_swallow(const HtmlOpen *open, HtmlTag tag, gboolean foreign);
void html_open_swallow(HtmlOpen *open, HtmlTag tag, guint hash);

void html_open_write_end(GString *out, HtmlTag tag);
