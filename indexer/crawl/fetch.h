/* Fetching: many HTTP transfers in one event loop, over libcurl's multi interface. The only place
 * of the project that opens connections to the outside.
 *
 * One thread. A fetcher follows no redirect by itself: a 3xx ends the transfer and names the
 * target, so that robots.txt, politeness and the guard are asked again for every hop. Every
 * transfer is capped in time, bytes (on the wire and decoded) and header size; only http and https
 * are spoken, no cookies are kept, no proxy or .netrc is read from the environment. */
#pragma once

#include <glib.h>
#include <poll.h>

#include "crawl/guard.h"

#define FETCH_CONNECT_TIMEOUT_S  5
#define FETCH_TIMEOUT_S          30
#define FETCH_LOW_SPEED_BYTES    200 /* a second, for */
#define FETCH_LOW_SPEED_S        10
#define FETCH_MAX_HEADER_BYTES   (256 * 1024)
#define FETCH_MAX_HEADER_LINES   500
#define FETCH_MAX_BODY_BYTES     (8 * 1024 * 1024)  /* decoded; HTML and other text */
#define FETCH_MAX_DOCUMENT_BYTES (32 * 1024 * 1024) /* PDF and other files */

#define FETCH_MAX_DISCARD_BYTES                                                                    \
    (64 * 1024) /* read of the body of a reply other than 2xx, unkept                              \
                 */

/* The product token: how robots.txt calls this crawler. */
#define FETCH_AGENT_TOKEN "syllabus"

typedef enum FetchOutcome {
    FETCH_OK,           /* 2xx with a whole body */
    FETCH_NOT_MODIFIED, /* 304 */
    FETCH_REDIRECT,     /* 3xx; location holds the target */
    FETCH_HTTP_ERROR,   /* 4xx, 5xx and everything else, also a redirect that leads nowhere */
    FETCH_REFUSED,      /* the guard does not permit the address */
    FETCH_UNREACHABLE,  /* name not found, connection refused, TLS failure */
    FETCH_TIMEOUT,      /* connect, total or low-speed limit */
    FETCH_TOO_LARGE,    /* body or headers over their cap */
    FETCH_UNWANTED,     /* a content type nothing reads: aborted at the headers */
    FETCH_BROKEN,       /* no HTTP, cut short, bad encoding: must not replace a good copy */
} FetchOutcome;

/* Header values "as sent" are valid UTF-8 without control characters; others count as not sent. */
typedef struct FetchReply {
    FetchOutcome outcome;
    guint status;         /* HTTP status, 0 if none came */
    char *location;       /* canonical target of a redirect, else NULL */
    char *content_type;   /* as sent, or NULL */
    char *etag;           /* as sent, or NULL */
    char *last_modified;  /* as sent, or NULL */
    char *robots_tag;     /* X-Robots-Tag values joined by ", ", or NULL */
    gint64 retry_after_s; /* from Retry-After (seconds or date), -1 if none */
    GBytes *body;         /* decoded; empty unless FETCH_OK */
    guint64 wire_bytes;   /* body bytes received, before decoding */
    guint elapsed_ms;
    char *message; /* one line for people where the outcome is no success, else NULL */
} FetchReply;

typedef struct FetchRequest {
    const char *url;           /* canonical */
    const char *etag;          /* If-None-Match, or NULL */
    const char *last_modified; /* If-Modified-Since, or NULL */
    gsize prefix_bytes; /* only so much of the body is wanted, more is not read; 0: all of it */
    gboolean any_type;  /* do not abort on an unwanted content type (robots.txt) */
} FetchRequest;

typedef struct FetchOptions {
    const Guard *guard; /* borrowed for the fetcher's life */
    const char *const
        *connect_to;     /* HOST:PORT:HOST:PORT as curl's --connect-to, NULL-terminated; or NULL */
    const char *ca_file; /* PEM of trusted authorities beside the system's own directory; or NULL */
    const char *user_agent;   /* whole User-Agent value */
    guint max_transfers;      /* at the same time */
    guint timeout_ms;         /* of a whole transfer; 0: FETCH_TIMEOUT_S */
    gsize max_body_bytes;     /* 0: FETCH_MAX_BODY_BYTES */
    gsize max_document_bytes; /* 0: FETCH_MAX_DOCUMENT_BYTES */
    /* Whether a body of this type is wanted; content_type may be NULL, url_path has no query.
     * Called once the headers of a 2xx are in. NULL: every body is. */
    gboolean (*wants)(const char *content_type, const char *url_path);
} FetchOptions;

typedef struct Fetcher Fetcher;
/* reply is the callee's to free. job is what fetch_start was given. May start transfers, must not
 * free the fetcher or wait on it. */
typedef void (*FetchDone)(gpointer job, FetchReply *reply, gpointer context);

#define FETCH_ERROR (fetch_error_quark())
GQuark fetch_error_quark(void);
typedef enum FetchError {
    FETCH_ERROR_OPTION, /* an option cannot be used */
} FetchError;

/* Whether the options can be used at all: connect_to and ca_file. FETCH_ERROR_OPTION. */
gboolean fetch_options_check(const FetchOptions *options, GError **error);
/* All options but the guard are copied. NULL if an option cannot be used (a connect_to entry that
 * is none, a CA file that cannot be read). */
Fetcher *fetcher_new(const FetchOptions *options, FetchDone done, gpointer context, GError **error);
/* Aborts what is running without calling done. */
void fetcher_free(Fetcher *fetcher);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fetcher, fetcher_free)

gboolean fetcher_has_room(const Fetcher *fetcher);
guint fetcher_running(const Fetcher *fetcher);
/* Starts a transfer; the request is copied. */
void fetch_start(Fetcher *fetcher, const FetchRequest *request, gpointer job);
/* Waits up to timeout_ms for the network or any of fds, moves all transfers on, and calls done for
 * what ended. Does not wait if some transfer has ended already. Sets revents of fds. */
void fetcher_wait(Fetcher *fetcher, struct pollfd *fds, guint fd_count, int timeout_ms);
/* Ends a fetcher_wait early; the one function any thread may call. */
void fetcher_wakeup(Fetcher *fetcher);

void fetch_reply_free(FetchReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FetchReply, fetch_reply_free)
