/* HTML that is UTF-8 already: what pages, Markdown and notebooks have in common. One thread. */
#pragma once

#include "extract/document.h"

typedef enum HtmlScope {
    HTML_SCOPE_CONTENT, /* a page: its main content is looked for */
    HTML_SCOPE_WHOLE,   /* all of it is content */
} HtmlScope;

/* A new document; without text if there is none. url: base of the links, or NULL. With
 * HTML_SCOPE_WHOLE headings without an id get one as GitHub makes them, and the first heading is
 * the title where there is none. */
Document *html_read(const char *utf8, gsize size, const char *url, HtmlScope scope);
