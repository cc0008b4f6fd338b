/* What stands between the bytes of a page and libxml2: a tokenizer after the HTML Standard (13.2.5)
 * that writes the page again in a form which libxml2's HTML 4 parser reads as a browser would:
 * elements nested and closed, character references resolved, comments, scripts, styles and
 * templates gone, only the attributes that extraction reads. Linear in its input whatever that is;
 * no text is lost to deep nesting. Pure; any thread. */
#pragma once

#include <glib.h>

/* Of an attribute's value. */
#define HTML_MAX_ATTRIBUTE_BYTES 16384
/* Of an element's name; a longer one is cut. */
#define HTML_MAX_NAME_BYTES 64
/* utf8: valid UTF-8, NUL allowed. The result is NUL-terminated, valid UTF-8 without control
 * characters but '\n'; caller frees. */
char *html_prepass(const char *utf8, gsize size, gsize *out_size);
