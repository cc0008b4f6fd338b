/* What a page says about itself. One thread. */
#pragma once

#include "extract/document.h"
#include "extract/html_tree.h"

/* Longer titles, descriptions and names are cut, in bytes. */
#define HTML_META_MAX_TITLE_BYTES       500
#define HTML_META_MAX_DESCRIPTION_BYTES 2000
#define HTML_META_MAX_AUTHOR_BYTES      200
#define HTML_META_MAX_LANGUAGE_BYTES    35 /* BCP 47, 4.4.1 */

/* Fills title, description, author, language, canonical, noindex and nofollow of the document.
 * base: what references are resolved against, or NULL. Call it before anything is dropped. */
void html_meta_read(const HtmlTree *tree, const char *base, Document *document);

/* The address that references in the page are resolved against: its base element, else url. NULL if
 * neither is an address. Caller frees. */
char *html_meta_base(const HtmlTree *tree, const char *url);

/* Cuts the site's name off a title that begins as the page's first heading does: "Title - Site". */
void html_meta_trim_title(char *title, const char *heading);
