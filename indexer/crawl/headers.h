/* The response headers a crawl acts on, read line by line as they arrive, under caps on all lines
 * of a transfer together: those of interim replies and trailers count too. One thread at a
 * time. */
#pragma once

#include <glib.h>

#define HEADERS_MAX_VALUE_BYTES 4096 /* a longer value counts as not sent */

typedef enum HeadersState {
    HEADERS_MORE, /* wants more lines */
    HEADERS_END,  /* this line was the empty one that ends a block */
    HEADERS_OVER, /* over a cap */
} HeadersState;

/* Strings are valid UTF-8 without control characters, or NULL; location alone is as sent. */
typedef struct Headers {
    char *location;
    char *content_type;
    char *content_encoding;
    char *etag;
    char *last_modified;
    char *robots_tag; /* joined by ", " */
    char *retry_after;
    char *content_length;
    gsize bytes; /* of all lines so far */
    guint lines;
} Headers;

/* Takes one line with its line end, a status line as well. */
HeadersState headers_take_line(Headers *headers, const char *line, gsize size);
/* Counts one line behind the body, whose value nobody wants. Never HEADERS_END. */
HeadersState headers_count_trailer(Headers *headers, gsize size);
/* Forgets the values of an interim reply, not the counts. */
void headers_forget_values(Headers *headers);
/* Retry-After (RFC 9110 section 10.2.3) in seconds from now_s (since 1970), -1 if there is none. */
gint64 headers_retry_after_s(const Headers *headers, gint64 now_s);
/* A time as HTTP writes it (RFC 9110 section 5.6.7), from seconds since 1970. Caller frees. */
char *headers_http_date(gint64 at_s);
/* The declared body size, -1 if there is none. */
gint64 headers_content_length(const Headers *headers);
/* Whether the body is a document in one file (PDF, EPUB, office), which is permitted more bytes
 * than a page; by the type, or by the ending of path where the type says nothing. */
gboolean headers_name_document(const Headers *headers, const char *path);
