/* The crawl: one event loop over frontier, fetcher, extractor processes and writer. It visits every
 * resource of the lists and what lies in its scope, and gives everything that it learns to the
 * store. Called from the main thread. */
#pragma once

#include <glib.h>

#include "crawl/frontier.h"
#include "crawl/guard.h"
#include "index/ingest.h"

#define CRAWL_REVISIT_ERROR_S (24 * 60 * 60) /* 404, 410 and redirects are believed for a day */
#define CRAWL_ROBOTS_FRESH_S  (24 * 60 * 60) /* RFC 9309 section 2.4 */
#define CRAWL_MAX_RETRIES     2 /* of one page in one run, where the server says: later (429, 503) */
#define CRAWL_MAX_RETRY_S                                                                          \
    60 /* longest wait for that; a server that wants more is left for the next run */
#define CRAWL_DRAIN_S      4    /* for what is in hand after an interruption */
#define CRAWL_MAX_FAILURES 1000 /* kept in the report */

typedef struct CrawlOptions {
    FrontierOptions frontier;
    const Guard *guard;
    const char *const *connect_to; /* as in FetchOptions */
    const char *ca_file;           /* or NULL */
    const char *user_agent;
    guint max_time_s; /* no new page is asked for after so long; 0: no limit */
    guint workers;    /* extractor processes */
    int interrupt_fd; /* readable: stop soon; -1: none */
} CrawlOptions;

typedef struct CrawlFailure {
    char *url;
    char *message;
    gboolean in_list; /* a list names it itself */
    guint line;       /* of that list, 0 if none does */
    char *text;       /* of the link there, or "" */
} CrawlFailure;

typedef struct CrawlReport {
    guint fetched;    /* pages with new or changed content */
    guint unchanged;  /* answered 304 */
    guint moved;      /* addresses that only led to others */
    guint failed;     /* pages that brought nothing */
    guint disallowed; /* of them: forbidden by robots.txt */
    guint cut;        /* links not followed because of --depth, --max-pages or another limit */
    guint known;      /* pages known by now */
    guint done;       /* pages dealt with */
    guint64 wire_bytes;
    gint64 elapsed_us;
    const char *longest; /* while it runs: the origin with the most pages queued, or NULL */
    guint longest_queued;
    gboolean interrupted;
    gboolean out_of_time;
    GPtrArray *failures; /* CrawlFailure * */
} CrawlReport;
void crawl_report_clear(CrawlReport *report);

/* Called about five times a second and whenever a page is done. */
typedef void (*CrawlProgress)(const CrawlReport *so_far, gpointer context);

/* Visits resources (StoreResource *). FALSE only if nothing could be started or written: what the
 * network did is in the report. ingest is flushed at the end. */
gboolean crawl_run(const CrawlOptions *options, const char *library, Ingest *ingest,
                   GPtrArray *resources, CrawlProgress progress, gpointer context,
                   CrawlReport *report, GError **error);
