#include "crawl/crawl.h"

#include <string.h>

#include "crawl/fetch.h"
#include "crawl/headers.h"
#include "extract/extract.h"
#include "extract/pool.h"
#include "index/writer.h"
#include "syllabus/library.h"
#include "syllabus/url.h"

/* DESIGN. Everything here happens in one thread that never waits for anything but fetcher_wait:
 *
 *   frontier_next → fetch_start → on_fetched → pool_submit → on_extracted → writer
 *        ↑                            |                            |
 *        └──── redirects, retries ────┴──────── links found ───────┘
 *
 * Back-pressure: no new transfer starts while extracted pages wait for room in the writer's queue
 * or more than a few bodies wait for an extractor. A page is done once its visit was handed to the
 * writer. */

#define MAX_TRANSFERS      16
#define MAX_HELD_BYTES     (128 * 1024 * 1024) /* of bodies: no new transfer starts beyond */
#define AGAIN_MAX_S        10 /* for the writer to commit what links are read from */
#define BACKLOG_PER_WORKER 4
#define MAX_POLL_FDS       32
#define PROGRESS_MS        200
#define PAGE_GONE(status)  ((status) == 404 || (status) == 410)

typedef struct Crawl {
    const CrawlOptions *options;
    Store *store; /* for reading */
    Frontier *frontier;
    Fetcher *fetcher;
    Pool *pool;
    Writer *writer;
    GQueue pending;          /* Put *: did not fit into the writer's queue yet */
    GHashTable *stored;      /* id → StorePage *: what earlier runs know */
    GHashTable *robots;      /* origin → StoreRobots *, of earlier runs */
    GHashTable *unreachable; /* origin → why */
    GHashTable *resources;   /* id → StoreResource *, borrowed */
    GHashTable *jobs;        /* Job * in hand */
    GQueue again;            /* FrontierPage *: links to offer again once the store has them */
    gsize held_bytes;        /* of bodies that are extracted or wait for the writer */
    CrawlProgress progress;
    gpointer context;
    CrawlReport *report;
    gint64 started_us, last_progress_us;
} Crawl;

/* One transfer or extraction in hand: a page, or an origin's robots.txt. */
typedef struct Job {
    FrontierPage *page;
    char *origin; /* for robots.txt, else NULL */
    guint hops;   /* redirects of robots.txt followed */
    FetchReply *reply;
} Job;

/* Something on its way to the writer; one member is set. */
typedef struct Put {
    IngestVisit *visit;
    StoreRobots *robots;
    gsize bytes; /* of the body */
} Put;

static void job_free(gpointer data) {
    Job *job = data;
    g_free(job->origin);
    fetch_reply_free(job->reply);
    g_free(job);
}

static Job *job_new(Crawl *crawl, FrontierPage *page, const char *origin, guint hops) {
    Job *job = g_new0(Job, 1);
    job->page = page;
    job->origin = g_strdup(origin);
    job->hops = hops;
    g_hash_table_add(crawl->jobs, job);
    return job;
}

static void job_end(Crawl *crawl, Job *job) {
    g_hash_table_remove(crawl->jobs, job);
}

static void put_free(gpointer data) {
    Put *put = data;
    ingest_visit_free(put->visit);
    store_robots_free(put->robots);
    g_free(put);
}

static void failure_free(gpointer data) {
    CrawlFailure *failure = data;
    g_free(failure->url);
    g_free(failure->message);
    g_free(failure->text);
    g_free(failure);
}

void crawl_report_clear(CrawlReport *report) {
    g_clear_pointer(&report->failures, g_ptr_array_unref);
}

static gint64 now_s(void) {
    return g_get_real_time() / G_USEC_PER_SEC;
}

/* --- to the writer --- */

static void flush_pending(Crawl *crawl) {
    for (Put *put; (put = g_queue_peek_head(&crawl->pending)) != NULL;) {
        gboolean taken = put->visit != NULL ? writer_try_put_visit(crawl->writer, put->visit)
                                            : writer_try_put_robots(crawl->writer, put->robots);
        if (!taken) {
            return;
        }
        crawl->held_bytes -= put->bytes;
        g_free(g_queue_pop_head(&crawl->pending));
    }
}

static void put(Crawl *crawl, IngestVisit *visit, StoreRobots *robots) {
    Put *item = g_new(Put, 1);
    *item = (Put){.visit = visit, .robots = robots};
    if (visit != NULL && visit->body != NULL) {
        item->bytes = g_bytes_get_size(visit->body);
    }
    g_queue_push_tail(&crawl->pending, item);
    flush_pending(crawl);
}

/* --- what is known of a page --- */

/* The row of the page as earlier runs left it, or a new one. Borrowed. */
static StorePage *row_of(Crawl *crawl, FrontierPage *page) {
    if (page->data == NULL) {
        gpointer key = NULL, row = NULL;
        if (g_hash_table_steal_extended(crawl->stored, page->id, &key, &row)) {
            page->data = row;
        } else {
            StorePage *fresh = g_new0(StorePage, 1);
            fresh->id = g_strdup(page->id);
            page->data = fresh;
        }
    }
    StorePage *row = page->data;
    g_free(row->url);
    row->url = g_strdup(page->url);
    g_free(row->resource);
    row->resource = g_strdup(page->resource->id);
    row->depth = page->depth;
    return row;
}

static void set_text(char **member, const char *value) {
    char *copy = g_strdup(value);
    g_free(*member);
    *member = copy;
}

/* The entry that names the page in a list, or NULL. */
static const ListEntry *entry_of(const Crawl *crawl, const FrontierPage *page) {
    const StoreResource *resource = g_hash_table_lookup(crawl->resources, page->resource->id);
    return page->is_start && resource != NULL && resource->entries->len > 0
               ? ((const StoreEntry *)g_ptr_array_index(resource->entries, 0))->entry
               : NULL;
}

static void add_failure(Crawl *crawl, const FrontierPage *page, const char *message) {
    const ListEntry *entry = entry_of(crawl, page);
    crawl->report->failed++;
    if (crawl->report->failures->len < CRAWL_MAX_FAILURES) {
        CrawlFailure *failure = g_new(CrawlFailure, 1);
        *failure = (CrawlFailure){.url = g_strdup(page->url),
                                  .message = g_strdup(message),
                                  .in_list = entry != NULL,
                                  .line = entry != NULL ? entry->line : 0,
                                  .text = g_strdup(entry != NULL ? entry->text : "")};
        g_ptr_array_add(crawl->report->failures, failure);
    }
}

/* Hands the row, and what came with it, to the writer. document may be NULL and is taken; start, if
 * not NULL, is where the page's resource turned out to begin. */
static void put_visit(Crawl *crawl, FrontierPage *page, FetchReply *reply, const char *message,
                      Document *document, const char *start) {
    StorePage *row = row_of(crawl, page);
    row->status = reply->status;
    row->checked_at = now_s();
    set_text(&row->message, message);
    IngestVisit *visit = g_new0(IngestVisit, 1);
    if (document != NULL) {
        row->fetched_at = row->checked_at;
        set_text(&row->etag, reply->etag);
        set_text(&row->last_modified, reply->last_modified);
        set_text(&row->content_type, reply->content_type);
        visit->document = document;
        visit->body = g_steal_pointer(&reply->body); /* not shared: the writer is another thread */
    }
    visit->page = store_page_copy(row);
    visit->visited = TRUE;
    visit->visit = (StoreVisit){.at = row->checked_at,
                                .status = reply->status,
                                .wire_bytes = reply->wire_bytes,
                                .elapsed_ms = reply->elapsed_ms,
                                .message = visit->page->message};
    visit->start = g_strdup(start);
    put(crawl, visit, NULL);
}

/* --- links --- */

static void offer_links(Crawl *crawl, FrontierPage *page, const Document *document);

/* A page that came nearer offers its links once more, from the store; later, if its document is
 * still on the way. */
static void offer_again(Crawl *crawl, FrontierPage *page) {
    g_autoptr(Document) document = store_document(crawl->store, page->id, NULL);
    if (document != NULL) {
        offer_links(crawl, page, document);
    } else if (!g_queue_find(&crawl->again, page)) {
        page->again_until_us = g_get_monotonic_time() + AGAIN_MAX_S * G_USEC_PER_SEC;
        g_queue_push_tail(&crawl->again, page);
    }
}

static void offer_waiting(Crawl *crawl) {
    for (guint left = crawl->again.length; left > 0; left--) {
        FrontierPage *page = g_queue_pop_head(&crawl->again);
        g_autoptr(Document) document = store_document(crawl->store, page->id, NULL);
        if (document != NULL) {
            offer_links(crawl, page, document);
        } else if (g_get_monotonic_time() < page->again_until_us) {
            g_queue_push_tail(&crawl->again, page);
        }
    }
}

static void offer_links(Crawl *crawl, FrontierPage *page, const Document *document) {
    if (document->nofollow) {
        return;
    }
    for (guint i = 0; i < document->links->len; i++) {
        const DocumentLink *link = g_ptr_array_index(document->links, i);
        FrontierPage *deeper = NULL;
        frontier_add_link(crawl->frontier, page, link->url, &deeper);
        if (deeper != NULL) {
            offer_again(crawl, deeper);
        }
    }
}

/* --- what a transfer brought --- */

/* NULL, or why the redirect is a failure of the page. */
static const char *redirect(Crawl *crawl, FrontierPage *page, const char *url) {
    const char *reason = NULL;
    FrontierPage *again = NULL;
    FrontierPage *next = frontier_redirect(crawl->frontier, page, url, &reason, &again);
    if (again != NULL) {
        offer_again(crawl, again);
    }
    return next == NULL && g_str_equal(reason, FRONTIER_TOO_MANY_REDIRECTS) ? reason : NULL;
}

static void on_redirect(Crawl *crawl, Job *job) {
    FrontierPage *page = job->page;
    const char *url = job->reply->location;
    g_autofree char *target = syl_url_id(url);
    gboolean same_page =
        g_str_equal(target, page->id); /* http to https: the page itself is asked for again */
    frontier_done(crawl->frontier, page, TRUE);
    const char *failure = redirect(crawl, page, url);
    if (failure != NULL) {
        put_visit(crawl, page, job->reply, failure, NULL, NULL);
        add_failure(crawl, page, failure);
    } else if (!same_page) {
        set_text(&row_of(crawl, page)->moved_to, target);
        put_visit(crawl, page, job->reply, NULL, NULL, page->is_start ? url : NULL);
        crawl->report->moved++;
    }
    crawl->report->done += failure != NULL || !same_page;
}

static const char *start_of(const FrontierPage *page) {
    return page->is_start ? page->url : NULL;
}

static void on_not_modified(Crawl *crawl, Job *job) {
    FrontierPage *page = job->page;
    frontier_done(crawl->frontier, page, TRUE);
    frontier_settle(crawl->frontier, page);
    set_text(&row_of(crawl, page)->moved_to, NULL);
    put_visit(crawl, page, job->reply, NULL, NULL, start_of(page));
    crawl->report->unchanged++;
    crawl->report->done++;
    offer_again(crawl, page);
}

static void on_failure(Crawl *crawl, Job *job) {
    FrontierPage *page = job->page;
    gboolean reached = job->reply->outcome != FETCH_UNREACHABLE;
    g_autofree char *plain = g_strdup_printf("HTTP %u", job->reply->status);
    const char *message = job->reply->message != NULL ? job->reply->message : plain;
    frontier_done(crawl->frontier, page, reached);
    if (PAGE_GONE(job->reply->status)) {
        set_text(&row_of(crawl, page)->moved_to, NULL);
    }
    put_visit(crawl, page, job->reply, message, NULL, NULL);
    add_failure(crawl, page, message);
    crawl->report->done++;
}

/* 429 and 503 ask for patience. TRUE if the page will be asked for again in this run. */
static gboolean retry_later(Crawl *crawl, Job *job) {
    const FetchReply *reply = job->reply;
    gint64 wait_s = reply->retry_after_s >= 0 ? reply->retry_after_s : 5;
    if ((reply->status != 429 && reply->status != 503) || wait_s > CRAWL_MAX_RETRY_S ||
        job->page->retries >= CRAWL_MAX_RETRIES) {
        return FALSE;
    }
    job->page->retries++;
    frontier_retry(crawl->frontier, job->page, g_get_monotonic_time() + wait_s * G_USEC_PER_SEC);
    return TRUE;
}

static void submit(Crawl *crawl, Job *job) {
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(job->reply->body, &size);
    const ExtractInput input = {.url = job->page->url,
                                .content_type = job->reply->content_type,
                                .bytes = bytes,
                                .size = size};
    pool_submit(crawl->pool, &input, job);
}

/* X-Robots-Tag says for any content type what robots meta says in HTML. */
static void apply_robots_tag(Document *document, const char *tag) {
    if (tag != NULL) {
        g_autofree char *folded = g_ascii_strdown(tag, -1);
        gboolean none = strstr(folded, "none") != NULL;
        document->noindex |= none || strstr(folded, "noindex") != NULL;
        document->nofollow |= none || strstr(folded, "nofollow") != NULL;
    }
}

/* PoolDone. */
static void on_extracted(gpointer data, Document *document, const GError *error, gpointer context) {
    Crawl *crawl = context;
    Job *job = data;
    if (document == NULL) {
        crawl->held_bytes -= g_bytes_get_size(job->reply->body);
        put_visit(crawl, job->page, job->reply, error->message, NULL, NULL);
        add_failure(crawl, job->page, error->message);
    } else {
        apply_robots_tag(document, job->reply->robots_tag);
        frontier_settle(crawl->frontier, job->page);
        offer_links(crawl, job->page, document);
        set_text(&row_of(crawl, job->page)->moved_to, NULL);
        put_visit(crawl, job->page, job->reply, NULL, document, start_of(job->page));
        crawl->report->fetched++;
    }
    crawl->report->done++;
    job_end(crawl, job);
}

/* An earlier copy of the rules stands in while a server has trouble (RFC 9309 section 2.3.1.4). */
static gboolean use_stored_robots(Crawl *crawl, const char *origin, gint64 max_age_s) {
    const StoreRobots *stored = g_hash_table_lookup(crawl->robots, origin);
    gint64 age_s = stored != NULL ? now_s() - stored->fetched_at : -1;
    if (age_s < 0 || age_s > max_age_s) {
        return FALSE;
    }
    frontier_set_robots(
        crawl->frontier, origin,
        robots_from_reply(stored->status, stored->text, strlen(stored->text), FETCH_AGENT_TOKEN));
    return TRUE;
}

static void keep_robots(Crawl *crawl, const char *origin, const FetchReply *reply) {
    gsize size = 0;
    const char *text = g_bytes_get_data(reply->body, &size);
    StoreRobots *robots = g_new0(StoreRobots, 1);
    robots->origin = g_strdup(origin);
    robots->fetched_at = now_s();
    robots->status = reply->status;
    robots->text = g_strndup(text != NULL ? text : "", size);
    put(crawl, NULL, robots);
}

static void ask_robots(Crawl *crawl, const char *origin, const char *url, guint hops) {
    const FetchRequest request = {.url = url, .any_type = TRUE, .prefix_bytes = ROBOTS_MAX_BYTES};
    fetch_start(crawl->fetcher, &request, job_new(crawl, NULL, origin, hops));
}

static void on_robots(Crawl *crawl, Job *job) {
    const FetchReply *reply = job->reply;
    gsize size = 0;
    const char *text = g_bytes_get_data(reply->body, &size);
    if (reply->outcome == FETCH_REDIRECT && job->hops < FRONTIER_MAX_REDIRECTS) {
        ask_robots(crawl, job->origin, reply->location, job->hops + 1);
        return;
    }
    /* A reply that was cut short says as little as none. */
    gboolean success = reply->status >= 200 && reply->status < 300;
    gboolean answered = reply->status != 0 && (!success || reply->outcome == FETCH_OK);
    if ((!answered || reply->status >= 500) && use_stored_robots(crawl, job->origin, G_MAXINT32)) {
        return;
    }
    if (!answered) {
        g_hash_table_insert(crawl->unreachable, g_strdup(job->origin), g_strdup(reply->message));
        frontier_robots_failed(crawl->frontier, job->origin, g_get_monotonic_time(),
                               reply->outcome != FETCH_REFUSED);
        return;
    }
    if (reply->status < 500) {
        keep_robots(crawl, job->origin, reply);
    }
    frontier_set_robots(
        crawl->frontier, job->origin,
        robots_from_reply(reply->status, text != NULL ? text : "", size, FETCH_AGENT_TOKEN));
}

/* FetchDone. */
static void on_fetched(gpointer data, FetchReply *reply, gpointer context) {
    Crawl *crawl = context;
    Job *job = data;
    job->reply = reply;
    crawl->report->wire_bytes += reply->wire_bytes;
    if (job->origin != NULL) {
        on_robots(crawl, job);
    } else if (reply->outcome == FETCH_OK) {
        frontier_done(crawl->frontier, job->page, TRUE);
        crawl->held_bytes += g_bytes_get_size(reply->body);
        submit(crawl, job);
        return;
    } else if (reply->outcome == FETCH_REDIRECT) {
        on_redirect(crawl, job);
    } else if (reply->outcome == FETCH_NOT_MODIFIED) {
        on_not_modified(crawl, job);
    } else if (!retry_later(crawl, job)) {
        on_failure(crawl, job);
    }
    job_end(crawl, job);
}

/* --- asking --- */

static gboolean is_recent(const StorePage *row) {
    gint64 age_s = now_s() - row->checked_at;
    return row->checked_at != 0 && age_s >= 0 && age_s < CRAWL_REVISIT_ERROR_S;
}

/* What a server said for good is believed for a day: TRUE if the page needs no request now. */
static gboolean answer_from_memory(Crawl *crawl, FrontierPage *page, const StorePage *row) {
    if (!is_recent(row)) {
        return FALSE;
    }
    if (row->moved_to != NULL) {
        const FrontierPage *known = frontier_page(crawl->frontier, row->moved_to);
        const StorePage *target =
            known != NULL ? known->data : g_hash_table_lookup(crawl->stored, row->moved_to);
        if (target == NULL) {
            return FALSE;
        }
        g_autofree char *url = g_strdup(target->url);
        frontier_forgo(crawl->frontier, page);
        crawl->report->moved++;
        crawl->report->done++;
        redirect(crawl, page, url);
        return TRUE;
    }
    if (PAGE_GONE(row->status) && row->document_hash == NULL) {
        frontier_forgo(crawl->frontier, page);
        add_failure(crawl, page, row->message != NULL ? row->message : "gone");
        crawl->report->done++;
        return TRUE;
    }
    return FALSE;
}

/* A page without validators of its own is asked for with the time of our copy (RFC 9110
 * section 13.1.3). */
static char *since(const StorePage *row) {
    return row->last_modified != NULL || row->etag != NULL ? g_strdup(row->last_modified)
                                                           : headers_http_date(row->fetched_at);
}

static void ask_page(Crawl *crawl, FrontierPage *page) {
    const StorePage *row = row_of(crawl, page);
    if (answer_from_memory(crawl, page, row)) {
        return;
    }
    gboolean have_copy = row->document_hash != NULL;
    g_autofree char *modified_since = have_copy ? since(row) : NULL;
    const FetchRequest request = {
        .url = page->url, .etag = have_copy ? row->etag : NULL, .last_modified = modified_since};
    fetch_start(crawl->fetcher, &request, job_new(crawl, page, NULL, 0));
}

/* A page that no request was made for: it keeps what earlier runs brought. */
static void skip_page(Crawl *crawl, FrontierPage *page, const char *message) {
    FetchReply none = {.status = 0};
    put_visit(crawl, page, &none, message, NULL, NULL);
    add_failure(crawl, page, message);
    crawl->report->done++;
}

static gboolean has_room(Crawl *crawl) {
    return fetcher_has_room(crawl->fetcher) && g_queue_is_empty(&crawl->pending) &&
           crawl->held_bytes + writer_held_bytes(crawl->writer) < MAX_HELD_BYTES &&
           pool_busy(crawl->pool) < crawl->options->workers * BACKLOG_PER_WORKER;
}

/* Starts what may be started; returns how long nothing new can start, in ms (-1: until something
 * ends), and whether everything is done. */
static int start_more(Crawl *crawl, gboolean *idle) {
    while (has_room(crawl)) {
        FrontierPage *page = NULL;
        const char *origin = NULL;
        gint64 wait_us = 0;
        switch (frontier_next(crawl->frontier, g_get_monotonic_time(), &page, &origin, &wait_us)) {
        case FRONTIER_FETCH:
            ask_page(crawl, page);
            break;
        case FRONTIER_ROBOTS:
            if (!use_stored_robots(crawl, origin, CRAWL_ROBOTS_FRESH_S)) {
                g_autofree char *url = g_strconcat(origin, "/robots.txt", NULL);
                g_autofree char *canonical = syl_url_canonical(url, NULL, NULL);
                ask_robots(crawl, origin, canonical, 0);
            }
            break;
        case FRONTIER_DISALLOWED:
            crawl->report->disallowed++;
            skip_page(crawl, page, "disallowed by robots.txt");
            break;
        case FRONTIER_UNREACHED: {
            const char *why = g_hash_table_lookup(crawl->unreachable, origin);
            skip_page(crawl, page, why != NULL ? why : "the host stopped answering");
            break;
        }
        case FRONTIER_WAIT:
            return wait_us == G_MAXINT64 ? -1 : (int)(wait_us / 1000 + 1);
        case FRONTIER_IDLE:
            *idle = TRUE;
            return -1;
        }
    }
    return -1;
}

/* --- the loop --- */

static gboolean in_hand(Crawl *crawl) {
    return fetcher_running(crawl->fetcher) > 0 || pool_busy(crawl->pool) > 0 ||
           !g_queue_is_empty(&crawl->pending);
}

/* Links that wait for the writer may still lead on. */
static gboolean nothing_to_come(Crawl *crawl) {
    return !in_hand(crawl) && g_queue_is_empty(&crawl->again);
}

static void report_progress(Crawl *crawl) {
    gint64 now_us = g_get_monotonic_time();
    crawl->report->known = frontier_known(crawl->frontier);
    crawl->report->elapsed_us = now_us - crawl->started_us;
    if (crawl->progress != NULL && now_us - crawl->last_progress_us >= PROGRESS_MS * 1000) {
        crawl->last_progress_us = now_us;
        crawl->report->longest =
            frontier_longest_queue(crawl->frontier, &crawl->report->longest_queued);
        crawl->progress(crawl->report, crawl->context);
    }
}

/* Waits for the network, the extractors, the writer or a signal. */
static void wait_once(Crawl *crawl, int timeout_ms, gboolean *interrupted) {
    struct pollfd fds[MAX_POLL_FDS] = {0};
    guint count = 0;
    if (crawl->options->interrupt_fd >= 0 && !*interrupted) {
        fds[count++] = (struct pollfd){.fd = crawl->options->interrupt_fd, .events = POLLIN};
    }
    guint first = count;
    int limit_ms = timeout_ms < 0 || timeout_ms > PROGRESS_MS ? PROGRESS_MS : timeout_ms;
    count += pool_collect_fds(crawl->pool, fds + count, MAX_POLL_FDS - count, &limit_ms);
    fetcher_wait(crawl->fetcher, fds, count, limit_ms);
    if (first > 0) {
        *interrupted = poll(fds, 1, 0) > 0;
    }
    pool_dispatch(crawl->pool);
    flush_pending(crawl);
    offer_waiting(crawl);
    report_progress(crawl);
}

static gboolean out_of_time(const Crawl *crawl) {
    return crawl->options->max_time_s > 0 &&
           g_get_monotonic_time() - crawl->started_us >
               (gint64)crawl->options->max_time_s * G_USEC_PER_SEC;
}

static void loop(Crawl *crawl) {
    gboolean interrupted = FALSE, idle = FALSE;
    gint64 give_up_us = G_MAXINT64;
    while (!writer_has_failed(crawl->writer) && g_get_monotonic_time() < give_up_us) {
        int timeout_ms = -1;
        gboolean stopping = interrupted || crawl->report->out_of_time;
        if (!stopping) {
            timeout_ms = start_more(crawl, &idle);
        }
        if ((idle && nothing_to_come(crawl)) || (stopping && !in_hand(crawl))) {
            break;
        }
        idle = FALSE;
        wait_once(crawl, timeout_ms, &interrupted);
        crawl->report->out_of_time = out_of_time(crawl);
        if ((interrupted || crawl->report->out_of_time) && give_up_us == G_MAXINT64) {
            give_up_us = g_get_monotonic_time() + CRAWL_DRAIN_S * G_USEC_PER_SEC;
        }
    }
    crawl->report->interrupted = interrupted;
}

/* A page that changed hands after its visit was written. */
static void correct_owner(FrontierPage *page, gpointer context) {
    Crawl *crawl = context;
    const StorePage *row = page->data;
    if (page->state == FRONTIER_DONE && row != NULL &&
        !g_str_equal(row->resource, page->resource->id)) {
        IngestVisit *visit = g_new0(IngestVisit, 1);
        visit->page = store_page_copy(row_of(crawl, page));
        visit->start = g_strdup(start_of(page));
        put(crawl, visit, NULL);
    }
}

/* Waits until the writer has taken everything. */
static void drain_pending(Crawl *crawl) {
    gint64 give_up_us = g_get_monotonic_time() + CRAWL_DRAIN_S * G_USEC_PER_SEC;
    while (!g_queue_is_empty(&crawl->pending) && !writer_has_failed(crawl->writer) &&
           (!crawl->report->interrupted || g_get_monotonic_time() < give_up_us)) {
        fetcher_wait(crawl->fetcher, NULL, 0, PROGRESS_MS);
        flush_pending(crawl);
    }
}

/* --- setting up --- */

static gboolean was_visited(const char *page_id, gpointer context) {
    const Crawl *crawl = context;
    const StorePage *row = g_hash_table_lookup(crawl->stored, page_id);
    return row != NULL && row->checked_at != 0;
}

static void wake(gpointer context) {
    fetcher_wakeup(((Crawl *)context)->fetcher);
}

static gboolean load_rows(Crawl *crawl, GError **error) {
    g_autoptr(GPtrArray) pages = store_pages(crawl->store, NULL, error);
    g_autoptr(GPtrArray) robots = pages != NULL ? store_robots(crawl->store, error) : NULL;
    if (robots == NULL) {
        return FALSE;
    }
    g_ptr_array_set_free_func(pages, NULL);
    for (guint i = 0; i < pages->len; i++) {
        StorePage *page = g_ptr_array_index(pages, i);
        g_hash_table_insert(crawl->stored, page->id, page);
    }
    g_ptr_array_set_free_func(robots, NULL);
    for (guint i = 0; i < robots->len; i++) {
        StoreRobots *rules = g_ptr_array_index(robots, i);
        g_hash_table_insert(crawl->robots, rules->origin, rules);
    }
    return TRUE;
}

static gboolean set_up(Crawl *crawl, const char *library, GPtrArray *resources, GError **error) {
    const CrawlOptions *options = crawl->options;
    g_autofree char *store_path = syl_library_store_path(library);
    const FetchOptions fetch = {.guard = options->guard,
                                .connect_to = options->connect_to,
                                .ca_file = options->ca_file,
                                .user_agent = options->user_agent,
                                .max_transfers = MAX_TRANSFERS,
                                .wants = extract_supports};
    crawl->stored =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)store_page_free);
    crawl->robots =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)store_robots_free);
    crawl->jobs = g_hash_table_new_full(NULL, NULL, job_free, NULL);
    crawl->resources = g_hash_table_new(g_str_hash, g_str_equal);
    crawl->unreachable = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    crawl->report->failures = g_ptr_array_new_with_free_func(failure_free);
    FrontierOptions frontier = options->frontier;
    frontier.was_visited = was_visited;
    frontier.context = crawl;
    crawl->frontier = frontier_new(&frontier, (GDestroyNotify)store_page_free);
    crawl->pool = pool_new(options->workers, on_extracted, crawl);
    crawl->store = store_open(store_path, STORE_READ, error);
    if (crawl->store == NULL || !load_rows(crawl, error) ||
        (crawl->fetcher = fetcher_new(&fetch, on_fetched, crawl, error)) == NULL) {
        return FALSE;
    }
    for (guint i = 0; i < resources->len; i++) {
        StoreResource *resource = g_ptr_array_index(resources, i);
        g_hash_table_insert(crawl->resources, resource->id, resource);
        /* http or https, as the last run found it. */
        const StorePage *row = g_hash_table_lookup(crawl->stored, resource->id);
        g_autofree char *id = row != NULL && *row->url != '\0' ? syl_url_id(row->url) : NULL;
        frontier_add_resource(crawl->frontier, resource->id,
                              g_strcmp0(id, resource->id) == 0 ? row->url : resource->url);
    }
    return TRUE;
}

static void tear_down(Crawl *crawl) {
    fetcher_free(crawl->fetcher);
    pool_free(crawl->pool);
    frontier_free(crawl->frontier);
    store_close(crawl->store);
    g_queue_clear_full(&crawl->pending, put_free);
    g_queue_clear(&crawl->again);
    g_hash_table_unref(crawl->stored);
    g_hash_table_unref(crawl->robots);
    g_hash_table_unref(crawl->unreachable);
    g_hash_table_unref(crawl->jobs);
    g_hash_table_unref(crawl->resources);
}

gboolean crawl_run(const CrawlOptions *options, const char *library, Ingest *ingest,
                   GPtrArray *resources, CrawlProgress progress, gpointer context,
                   CrawlReport *report, GError **error) {
    Crawl crawl = {.options = options,
                   .pending = G_QUEUE_INIT,
                   .again = G_QUEUE_INIT,
                   .progress = progress,
                   .context = context,
                   .report = report,
                   .started_us = g_get_monotonic_time()};
    *report = (CrawlReport){0};
    gboolean ok = set_up(&crawl, library, resources, error);
    if (ok) {
        crawl.writer = writer_start(ingest, wake, &crawl);
        loop(&crawl);
        frontier_foreach(crawl.frontier, correct_owner, &crawl);
        drain_pending(&crawl);
        ok = writer_stop(crawl.writer, error);
        report->longest = NULL;
        report->known = frontier_known(crawl.frontier);
        report->cut = frontier_cut(crawl.frontier);
        report->elapsed_us = g_get_monotonic_time() - crawl.started_us;
    }
    tear_down(&crawl);
    return ok;
}
