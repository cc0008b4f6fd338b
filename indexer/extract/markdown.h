/* Markdown as HTML (CommonMark with GitHub's tables, task lists, links and strikethrough). Pure;
 * any thread. */
#pragma once

#include <glib.h>

/* Appends the HTML of text, which is valid UTF-8. Over MARKDOWN_MAX_BYTES it becomes one
 * preformatted block. */
void markdown_to_html(const char *text, gsize size, GString *html);
#define MARKDOWN_MAX_BYTES (8 * 1024 * 1024)

/* Appends text with &, < and > escaped, inside <pre>. */
void markdown_append_code(const char *text, gsize size, GString *html);
