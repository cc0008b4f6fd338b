/* Building HTML out of foreign text: the one place where text becomes markup. Pure functions: any
 * thread.
 *
 * Text is meant to be valid UTF-8 (syl_text_clean); bytes that are not become U+FFFD here, so
 * that nothing a browser might read in another way goes out. */
#pragma once

#include <glib.h>

/* Appends text with & < > " ' escaped: right inside an element and inside a quoted attribute. NULL
 * is nothing. */
void markup_append(GString *out, const char *text);

/* As markup_append, but at most max_bytes of the text, then "…" if there was more. */
void markup_append_cut(GString *out, const char *text, gsize max_bytes);

/* As markup_append_cut, with a place to break the line after each full stop: for host names. */
void markup_append_host(GString *out, const char *host, gsize max_bytes);

/* Appends text with each of the highlights (of Highlight, UTF-16 units) in <mark>. Ranges that
 * overlap, run backwards or lie beyond the end are cut or skipped; one that splits a character
 * takes all of it. */
void markup_append_highlighted(GString *out, const char *text, const GArray *highlights);

/* Whether an address may become a link: absolute, http or https, no control characters or spaces.
 */
gboolean markup_is_link(const char *url);

/* A placeholder {{name}} and what takes its place, as markup. */
typedef struct MarkupValue {
    const char *name;
    const char *markup;
} MarkupValue;

/* The template with its placeholders replaced in one pass: what is put in is not searched again. A
 * placeholder without a value becomes nothing. Caller frees. */
char *markup_fill(const char *template, gsize size, const MarkupValue *values, gsize count);
