/* A reply as it goes over the wire: made whole in memory, then written at once. Knows nothing of
 * the server library. A Reply belongs to who holds it. */
#pragma once

#include <glib.h>

/* Shorter bodies do not get smaller by compression. */
#define REPLY_GZIP_MIN_BYTES 1024

typedef enum ReplyAudience {
    REPLY_OWN_PAGES, /* this site's pages only */
    REPLY_ANY_SITE,  /* any site's scripts: read-only, without credentials */
} ReplyAudience;

typedef struct Reply {
    guint status;
    const char *type; /* media type with charset; borrowed for ever */
    char *body;
    gsize size;
    const char *cache_control; /* borrowed for ever */
    char *etag;                /* without quotes and without W/; NULL: none */
    ReplyAudience audience;
    GString *headers; /* further header lines, each ending in CR LF */
} Reply;

/* Takes body (size bytes, or -1: a C string). "no-store" until something else is set. */
Reply *reply_new(guint status, const char *type, char *body, gssize size);
void reply_free(Reply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reply, reply_free)

/* Adds a header line. Control characters in the value become spaces, so no value can end its line.
 */
void reply_add_header(Reply *reply, const char *name, const char *value);

/* What of a request decides how a reply is sent; all borrowed, NULL where absent. */
typedef struct ReplyTo {
    const char *method;
    const char *accept_encoding;
    const char *if_none_match;
    gboolean close; /* the connection ends with this reply */
    gint64 now;     /* seconds since 1970, for Date */
} ReplyTo;

/* The bytes of the whole reply: 304 without body where the client has it (RFC 9110,
 * section 13.1.2), gzip where it takes it, no body for HEAD, always a Content-Length where there
 * may be a body. *status gets what was sent. Caller frees. */
GString *reply_render(const Reply *reply, const ReplyTo *to, guint *status);

/* The standard phrase of a status, "Error" for one that is not used here. Borrowed for ever. */
const char *reply_phrase(guint status);
