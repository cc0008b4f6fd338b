/* Character references of HTML and Markdown: `&amp;`, `&#233;`, `&#xE9;` (HTML 5 section 13.5,
 * CommonMark 0.31 section 2.5). Pure: any thread. */
#pragma once

#include <glib.h>

/* Appends text (size bytes of UTF-8) with its references decoded. A reference ends in ';'; unknown
 * ones stay as they are; numbers that are no character become U+FFFD. */
void entities_append_decoded(GString *out, const char *text, gsize size);
