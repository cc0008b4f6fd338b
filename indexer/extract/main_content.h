/* Which part of a page is its content. Four steps: what surrounds content is dropped by element,
 * role, class and id; explicit marks of content (article, main, itemprop=articleBody, the names
 * that publishing systems use) are looked for; text is scored as Readability does (paragraphs
 * credit their ancestors, links cost); the chosen part is cleaned of link lists, captions and
 * "read more" lines. A page that is an index of links keeps them: cleaning that would leave a small
 * part is undone. */
#pragma once

#include "extract/html_tree.h"

/* Shorter results are tried again with less dropped. */
#define MAIN_CONTENT_MIN_CHARS 200

/* Indexes (guint) of the subtrees that are the content, in document order, none inside another;
 * what is to be left out of them is dropped. The tree must have been counted. Caller unrefs. */
GArray *main_content_choose(HtmlTree *tree);

/* For a page that is content as a whole (rendered Markdown, a notebook): drops only what is no
 * text. */
GArray *main_content_whole(HtmlTree *tree);
