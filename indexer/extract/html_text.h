/* Writing the text of a tree as blocks; the lines of preformatted text are blocks each. One
 * thread. */
#pragma once

#include "extract/html_tree.h"
#include "extract/text_sink.h"

/* Called for each heading written: its node, and where its line begins and how long it is. */
typedef void (*HtmlHeadingDone)(const HtmlTree *tree, guint node, const char *text, gsize start,
                                gpointer context);

/* Writes what is not dropped of the subtree. done may be NULL. */
void html_text_write(const HtmlTree *tree, guint node, TextSink *sink, HtmlHeadingDone done,
                     gpointer context);
/* Writes what is dropped or outside of parts (subtree indexes in document order), without what
 * has a role. */
void html_text_write_rest(const HtmlTree *tree, const GArray *parts, TextSink *sink);
/* Writes the subtrees that were dropped for this role, a block each. */
void html_text_write_role(const HtmlTree *tree, HtmlRole role, TextSink *sink);
