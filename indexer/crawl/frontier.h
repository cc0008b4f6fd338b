/* The frontier: which pages are known, which belong to which resource, and which may be asked for
 * next.
 *
 * Pure bookkeeping: no network, no clock; the time comes in as microseconds of any monotonic clock.
 * One thread.
 *
 * Scope. A resource whose start (after redirects) is a site root or a folder ("…/", "…/index.html")
 * is the pages below that folder; any other start is that page alone. A page in several scopes
 * belongs to the most specific one, a start always to its own resource (to the first in list order,
 * where several share it). Who owns a page does not depend on the order in which pages come in: it
 * is set right when a later answer tells better.
 * Politeness. Per host name, whatever the scheme and port: at most per_host transfers at a time and
 * delay_s (or the origin's longer Crawl-delay, up to FRONTIER_MAX_CRAWL_DELAY_S) between the starts
 * of two; robots.txt of an origin comes before its first page. */
#pragma once

#include <glib.h>

#include "crawl/robots.h"

#define FRONTIER_MAX_REDIRECTS     5
#define FRONTIER_MAX_CRAWL_DELAY_S 30
#define FRONTIER_MAX_PAGES         100000 /* known in one run */
#define FRONTIER_MAX_QUERIES       50     /* addresses that differ in their query alone, per path */
#define FRONTIER_MAX_REPEATS       3      /* times one name may occur in a path */
/* Connections in a row that fail before a host counts as unreachable; robots.txt has its own count.
 */
#define FRONTIER_HOST_FAILURES   3
#define FRONTIER_ROBOTS_TRIES    2
#define FRONTIER_ROBOTS_RETRY_US (2 * G_USEC_PER_SEC)

/* A reason of frontier_redirect that is a failure of the page. */
#define FRONTIER_TOO_MANY_REDIRECTS "too many redirects"

typedef struct FrontierOptions {
    double delay_s;
    guint per_host;
    guint depth;     /* links followed from a resource's start */
    guint max_pages; /* per resource, the start included */
    /* Whether a page with this path may hold text at all; NULL: all may. */
    gboolean (*supports)(const char *content_type, const char *url_path);
    /* Whether an earlier run has the page already: such pages come after new ones, so that runs
     * that are cut short get on. NULL: all are new. */
    gboolean (*was_visited)(const char *page_id, gpointer context);
    gpointer context;
} FrontierOptions;

typedef struct FrontierResource {
    guint order; /* in which the resources were added */
    char *id;
    char *start;  /* address the scope is judged by; "" until the first page came in */
    char *folder; /* "host:port/path/" every page of it starts with, or NULL: the start alone */
    guint pages;  /* known pages that belong to it */
    guint cut;    /* links not followed because of depth or max_pages */
} FrontierResource;

typedef enum FrontierState { FRONTIER_QUEUED, FRONTIER_RUNNING, FRONTIER_DONE } FrontierState;

typedef struct FrontierPage {
    char *id;
    char *url; /* canonical; http may turn into https by a redirect */
    FrontierResource *resource;
    guint depth;
    gboolean is_start; /* the resource's scope is judged by where this page is found */
    guint redirects;   /* followed to get here */
    char *
        place; /* host and path, port only where it is no default: what folders are compared with */
    gboolean visited; /* by an earlier run */
    gboolean counted; /* among the resource's pages */
    FrontierState state;
    guint retries;         /* the caller's count */
    gint64 again_until_us; /* the caller's */
    gpointer data;         /* the caller's; freed by the data_free of frontier_new */
} FrontierPage;

typedef struct Frontier Frontier;
Frontier *frontier_new(const FrontierOptions *options, GDestroyNotify data_free);
void frontier_free(Frontier *frontier);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Frontier, frontier_free)

/* Makes known what a list names. The page is borrowed for the frontier's life. */
FrontierPage *frontier_add_resource(Frontier *frontier, const char *resource_id, const char *url);

/* Offers a link found on page. A new page is queued and returned; NULL if it is known, out of
 * scope, beyond a limit or of an unsupported kind. A known page that is nearer by this link gets
 * the smaller depth; where that page is done already, *deeper (may be NULL) names it, and its own
 * links are to be offered again. */
FrontierPage *frontier_add_link(Frontier *frontier, FrontierPage *page, const char *url,
                                FrontierPage **deeper);

/* The answer for page, whose transfer is done, was a redirect to url. Queues what is to be asked
 * for next: page itself under its new address, or the page at url, which takes over page's role.
 * NULL with *reason (static text) if nothing is to be asked for; *again then names the known page
 * at url if it has become a start and its links are to be offered again, else NULL. */
FrontierPage *frontier_redirect(Frontier *frontier, FrontierPage *page, const char *url,
                                const char **reason, FrontierPage **again);

/* The page's own address is final: sets the scope of its resource if it is the start. */
void frontier_settle(Frontier *frontier, FrontierPage *page);

typedef enum FrontierNext {
    FRONTIER_FETCH,      /* *page: ask for it now */
    FRONTIER_ROBOTS,     /* *origin: ask for its robots.txt now */
    FRONTIER_DISALLOWED, /* *page: its robots.txt forbids it; it is done */
    FRONTIER_UNREACHED,  /* *page: its host does not answer; it is done */
    FRONTIER_WAIT, /* nothing before *wait_us from now, or before something that runs is done */
    FRONTIER_IDLE, /* nothing queued and nothing running */
} FrontierNext;
/* What to do next. FETCH and ROBOTS count as running until frontier_done, frontier_set_robots.
 * origin is borrowed. */
FrontierNext frontier_next(Frontier *frontier, gint64 now_us, FrontierPage **page,
                           const char **origin, gint64 *wait_us);

/* The transfer of page has ended. reached: the host answered something. */
void frontier_done(Frontier *frontier, FrontierPage *page, gboolean reached);
/* No request was made for page after all: it is done, and the next one need not wait for it. */
void frontier_forgo(Frontier *frontier, FrontierPage *page);
/* The page is asked for again, not before not_before_us. */
void frontier_retry(Frontier *frontier, FrontierPage *page, gint64 not_before_us);
/* The rules of an origin ("https://example.org:443"), from now on; the frontier takes robots. */
void frontier_set_robots(Frontier *frontier, const char *origin, Robots *robots);

/* The origin did not answer for its robots.txt. It is asked once more a little later where again is
 * TRUE; then its host counts as unreachable, and none of its pages is asked for. */
void frontier_robots_failed(Frontier *frontier, const char *origin, gint64 now_us, gboolean again);

/* "scheme://host:port" of a canonical address. Caller frees. */
char *frontier_origin(const char *url);

guint frontier_queued(const Frontier *frontier);
/* The origin with the most pages queued and, in *queued, how many; NULL if nothing is queued.
 * Borrowed. */
const char *frontier_longest_queue(const Frontier *frontier, guint *queued);
/* Links not followed because of a limit. */
guint frontier_cut(const Frontier *frontier);
guint frontier_known(const Frontier *frontier);
/* Calls visit for every known page, in no order. */
void frontier_foreach(Frontier *frontier, void (*visit)(FrontierPage *page, gpointer context),
                      gpointer context);
/* The page with this id, or NULL. */
FrontierPage *frontier_page(const Frontier *frontier, const char *id);
