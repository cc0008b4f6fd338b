/* The pages for people: complete HTML documents that work without JavaScript. Pure functions: any
 * thread. Every string of an answer or request is treated as hostile (respond/markup.h).
 *
 * The start page and the results page refer to each other and to the assets by relative
 * addresses, so they work under any prefix a proxy puts before them, as long as they are served
 * side by side: PREFIX/ and PREFIX/search. They need nothing beyond this Content-Security-Policy:
 *   default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';
 *   img-src 'self' data:; form-action 'self' */
#pragma once

#include <glib.h>

#include "query/request.h"
#include "search/search.h"

/* What is inside and how to ask. everything: the answer to the empty request; its results are not
 * used. base: the address other sites reach this program at, for the embed snippet; with or without
 * a '/' at its end. Caller frees. */
char *html_start_page(const Answer *everything, const char *base);

/* The answer to a request, with filters and paging as links. Caller frees. */
char *html_results_page(const Answer *answer, const Request *request);

/* A page that says what went wrong: title in a few words, detail in a sentence (NULL: none). It
 * may be served at any address, so it refers to the assets from the root of the host. Caller
 * frees. */
char *html_error_page(guint status, const char *title, const char *detail);
