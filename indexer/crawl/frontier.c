#include "crawl/frontier.h"

#include <string.h>

#include "syllabus/url.h"

#define MICROSECONDS 1000000.0

typedef enum RobotsState { ROBOTS_UNKNOWN, ROBOTS_ASKED, ROBOTS_KNOWN } RobotsState;

/* One host name, whatever the scheme and port: how often it may be asked. */
typedef struct Site {
    char *name;
    guint running;
    gint64 started_us;  /* the last transfer */
    gint64 next_us;     /* no start before */
    gint64 was_next_us; /* next_us before the last transfer started */
    GPtrArray *pages;   /* FrontierPage * known there */
} Site;

/* One origin: its queue and its rules. */
typedef struct Host {
    char *origin;
    Site *site;
    GQueue queue;   /* FrontierPage *, in the order they are to be asked for */
    guint failures; /* in a row */
    RobotsState robots_state;
    guint robots_tries;
    Robots *robots;
} Host;

struct Frontier {
    FrontierOptions options;
    GDestroyNotify data_free;
    GHashTable *pages;     /* id → FrontierPage * (owned) */
    GHashTable *hosts;     /* origin → Host * (owned) */
    GHashTable *sites;     /* host name → Site * (owned) */
    GHashTable *folders;   /* folder → FrontierResource *, the first one that has it */
    GPtrArray *host_order; /* Host *, in order of first use: asked in turn */
    GPtrArray *resources;  /* FrontierResource * (owned) */
    GHashTable *queries;   /* host + path → how many queries of it are known */
    guint turn;
    guint queued, running;
};

/* --- life --- */

static void resource_free(gpointer data) {
    FrontierResource *resource = data;
    g_free(resource->id);
    g_free(resource->start);
    g_free(resource->folder);
    g_free(resource);
}

static void host_free(gpointer data) {
    Host *host = data;
    g_free(host->origin);
    g_queue_clear(&host->queue);
    robots_free(host->robots);
    g_free(host);
}

static void site_free(gpointer data) {
    Site *site = data;
    g_free(site->name);
    g_ptr_array_unref(site->pages);
    g_free(site);
}

static void page_free(const Frontier *frontier, FrontierPage *page) {
    if (frontier->data_free != NULL && page->data != NULL) {
        frontier->data_free(page->data);
    }
    g_free(page->id);
    g_free(page->url);
    g_free(page->place);
    g_free(page);
}

Frontier *frontier_new(const FrontierOptions *options, GDestroyNotify data_free) {
    Frontier *frontier = g_new0(Frontier, 1);
    frontier->options = *options;
    frontier->data_free = data_free;
    frontier->pages = g_hash_table_new(g_str_hash, g_str_equal);
    frontier->hosts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, host_free);
    frontier->sites = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, site_free);
    frontier->folders = g_hash_table_new(g_str_hash, g_str_equal);
    frontier->host_order = g_ptr_array_new();
    frontier->resources = g_ptr_array_new_with_free_func(resource_free);
    frontier->queries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return frontier;
}

void frontier_free(Frontier *frontier) {
    if (frontier == NULL) {
        return;
    }
    GHashTableIter iter;
    gpointer page;
    g_hash_table_iter_init(&iter, frontier->pages);
    while (g_hash_table_iter_next(&iter, NULL, &page)) {
        page_free(frontier, page);
    }
    g_hash_table_unref(frontier->pages);
    g_hash_table_unref(frontier->hosts);
    g_hash_table_unref(frontier->sites);
    g_hash_table_unref(frontier->folders);
    g_ptr_array_unref(frontier->host_order);
    g_ptr_array_unref(frontier->resources);
    g_hash_table_unref(frontier->queries);
    g_free(frontier);
}

guint frontier_queued(const Frontier *frontier) {
    return frontier->queued;
}

guint frontier_known(const Frontier *frontier) {
    return g_hash_table_size(frontier->pages);
}

const char *frontier_longest_queue(const Frontier *frontier, guint *queued) {
    const char *origin = NULL;
    *queued = 0;
    for (guint i = 0; i < frontier->host_order->len; i++) {
        const Host *host = g_ptr_array_index(frontier->host_order, i);
        if (host->queue.length > *queued) {
            *queued = host->queue.length;
            origin = host->origin;
        }
    }
    return origin;
}

guint frontier_cut(const Frontier *frontier) {
    guint cut = 0;
    for (guint i = 0; i < frontier->resources->len; i++) {
        cut += ((const FrontierResource *)g_ptr_array_index(frontier->resources, i))->cut;
    }
    return cut;
}

FrontierPage *frontier_page(const Frontier *frontier, const char *id) {
    return g_hash_table_lookup(frontier->pages, id);
}

/* --- scope --- */

/* As it stands in an address: IPv6 in brackets (RFC 3986 section 3.2.2). */
static char *written_host(const SylUrl *url) {
    return strchr(url->host, ':') != NULL ? g_strdup_printf("[%s]", url->host)
                                          : g_strdup(url->host);
}

char *frontier_origin(const char *url) {
    g_autoptr(SylUrl) parts = syl_url_parse(url);
    if (parts == NULL) {
        return NULL;
    }
    g_autofree char *host = written_host(parts);
    return g_strdup_printf("%s://%s:%u", parts->scheme, host, parts->port);
}

/* Scheme and default port do not count: http and https of a site are one. */
static char *place(const SylUrl *url) {
    gboolean plain = url->port == 80 || url->port == 443;
    g_autofree char *host = written_host(url);
    return plain ? g_strconcat(host, url->path, NULL)
                 : g_strdup_printf("%s:%u%s", host, url->port, url->path);
}

/* "index.html", "index.php", "default.htm": a folder by another name. */
static gboolean is_index_file(const char *name) {
    return g_str_has_prefix(name, "index.") || g_str_has_prefix(name, "default.");
}

/* What every page of the resource that starts at url begins with, or NULL: url alone. */
static char *folder_of(const char *url) {
    g_autoptr(SylUrl) parts = syl_url_parse(url);
    if (parts == NULL || parts->query != NULL) {
        return NULL;
    }
    char *name = strrchr(parts->path, '/') + 1;
    if (*name != '\0' && !is_index_file(name)) {
        return NULL;
    }
    *name = '\0';
    return place(parts);
}

/* The resource with the longest folder that holds where; NULL if there is none. */
static FrontierResource *owner_of(const Frontier *frontier, const char *where) {
    g_autofree char *folder = g_strdup(where);
    for (char *end = strrchr(folder, '/'); end != NULL; end = strrchr(folder, '/')) {
        end[1] = '\0';
        FrontierResource *owner = g_hash_table_lookup(frontier->folders, folder);
        if (owner != NULL) {
            return owner;
        }
        end[0] = '\0';
    }
    return NULL;
}

/* Whether links of a page of resource may lead to pages of owner: its own, or one whose folder lies
 * inside. */
static gboolean may_lead_to(const FrontierResource *resource, const FrontierResource *owner) {
    return owner == resource ||
           (owner != NULL && owner->folder != NULL && resource->folder != NULL &&
            g_str_has_prefix(owner->folder, resource->folder));
}

/* Addresses that grow by themselves: the same name again and again in one path. */
static gboolean repeats(const char *path) {
    g_auto(GStrv) names = g_strsplit(path, "/", -1);
    for (char **name = names; *name != NULL; name++) {
        guint times = 0;
        for (char **other = names; *other != NULL; other++) {
            times += **name != '\0' && g_str_equal(*name, *other);
        }
        if (times > FRONTIER_MAX_REPEATS) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Whether one more address with this path and a query is welcome. */
static gboolean take_query(Frontier *frontier, const char *where) {
    guint known = GPOINTER_TO_UINT(g_hash_table_lookup(frontier->queries, where));
    if (known >= FRONTIER_MAX_QUERIES) {
        return FALSE;
    }
    g_hash_table_insert(frontier->queries, g_strdup(where), GUINT_TO_POINTER(known + 1));
    return TRUE;
}

/* --- queues --- */

static Site *site_of(Frontier *frontier, const char *url) {
    g_autoptr(SylUrl) parts = syl_url_parse(url);
    Site *site = g_hash_table_lookup(frontier->sites, parts->host);
    if (site == NULL) {
        site = g_new0(Site, 1);
        site->name = g_strdup(parts->host);
        site->pages = g_ptr_array_new();
        g_hash_table_insert(frontier->sites, site->name, site);
    }
    return site;
}

static Host *host_of(Frontier *frontier, const char *url) {
    g_autofree char *origin = frontier_origin(url);
    Host *host = g_hash_table_lookup(frontier->hosts, origin);
    if (host == NULL) {
        host = g_new0(Host, 1);
        host->origin = g_steal_pointer(&origin);
        host->site = site_of(frontier, url);
        g_queue_init(&host->queue);
        g_hash_table_insert(frontier->hosts, host->origin, host);
        g_ptr_array_add(frontier->host_order, host);
    }
    return host;
}

static gboolean comes_before(const FrontierPage *page, const FrontierPage *other) {
    return page->visited != other->visited ? other->visited : page->depth < other->depth;
}

/* New pages first, then the nearest, in the order they were found. */
static void enqueue(Frontier *frontier, FrontierPage *page) {
    GQueue *queue = &host_of(frontier, page->url)->queue;
    page->state = FRONTIER_QUEUED;
    frontier->queued++;
    GList *before = g_queue_peek_tail_link(queue);
    while (before != NULL && comes_before(page, before->data)) {
        before = before->prev;
    }
    if (before == NULL) {
        g_queue_push_head(queue, page);
    } else {
        g_queue_insert_after(queue, before, page);
    }
}

static FrontierPage *add_page(Frontier *frontier, FrontierResource *resource, const char *url,
                              guint depth) {
    FrontierPage *page = g_new0(FrontierPage, 1);
    page->id = syl_url_id(url);
    page->url = g_strdup(url);
    page->resource = resource;
    page->depth = depth;
    page->counted = TRUE;
    page->visited = frontier->options.was_visited != NULL &&
                    frontier->options.was_visited(page->id, frontier->options.context);
    resource->pages++;
    g_autoptr(SylUrl) parts = syl_url_parse(url);
    page->place = place(parts);
    g_ptr_array_add(site_of(frontier, url)->pages, page);
    g_hash_table_insert(frontier->pages, page->id, page);
    enqueue(frontier, page);
    return page;
}

FrontierPage *frontier_add_resource(Frontier *frontier, const char *resource_id, const char *url) {
    FrontierResource *resource = g_new0(FrontierResource, 1);
    resource->id = g_strdup(resource_id);
    resource->start = g_strdup("");
    resource->order = frontier->resources->len;
    g_ptr_array_add(frontier->resources, resource);
    g_autofree char *id = syl_url_id(url);
    FrontierPage *known = frontier_page(frontier, id);
    if (known != NULL) {
        return known;
    }
    FrontierPage *page = add_page(frontier, resource, url, 0);
    page->is_start = TRUE;
    return page;
}

/* A shorter way to a known page: what lies behind it may come into reach. */
static void come_nearer(FrontierPage *known, guint depth, FrontierPage **deeper) {
    if (known->depth <= depth) {
        return;
    }
    known->depth = depth;
    if (known->state == FRONTIER_DONE && deeper != NULL) {
        *deeper = known;
    }
}

FrontierPage *frontier_add_link(Frontier *frontier, FrontierPage *page, const char *url,
                                FrontierPage **deeper) {
    g_autofree char *id = syl_url_id(url);
    FrontierPage *known = frontier_page(frontier, id);
    if (known != NULL) {
        if (may_lead_to(page->resource, known->resource)) {
            come_nearer(known, page->depth + 1, deeper);
        }
        return NULL;
    }
    g_autoptr(SylUrl) parts = syl_url_parse(url);
    if (parts == NULL) {
        return NULL;
    }
    g_autofree char *where = place(parts);
    FrontierResource *owner = owner_of(frontier, where);
    if (!may_lead_to(page->resource, owner) || repeats(parts->path) ||
        (frontier->options.supports != NULL && !frontier->options.supports(NULL, parts->path))) {
        return NULL;
    }
    if (page->depth >= frontier->options.depth || owner->pages >= frontier->options.max_pages ||
        frontier_known(frontier) >= FRONTIER_MAX_PAGES ||
        (parts->query != NULL && !take_query(frontier, where))) {
        owner->cut++;
        return NULL;
    }
    return add_page(frontier, owner, url, page->depth + 1);
}

/* --- redirects --- */

static void give_to(FrontierPage *page, FrontierResource *owner) {
    if (page->counted) {
        page->resource->pages--;
        owner->pages++;
    }
    page->resource = owner;
}

/* A start redirects to a page that is known: that page is where its resource starts. TRUE if the
 * page changed hands. */
static gboolean become_start(Frontier *frontier, FrontierPage *known, const FrontierPage *page) {
    if (known->is_start && known->resource->order <= page->resource->order) {
        return FALSE;
    }
    give_to(known, page->resource);
    known->is_start = TRUE;
    known->depth = page->depth;
    if (known->state == FRONTIER_DONE) {
        frontier_settle(frontier, known);
    }
    return TRUE;
}

static FrontierPage *redirect_to_known(Frontier *frontier, FrontierPage *page, FrontierPage *known,
                                       const char **reason, FrontierPage **again) {
    *reason = "moved to a page that is known";
    if (page->is_start && become_start(frontier, known, page) && known->state == FRONTIER_DONE) {
        *again = known;
    }
    return NULL;
}

FrontierPage *frontier_redirect(Frontier *frontier, FrontierPage *page, const char *url,
                                const char **reason, FrontierPage **again) {
    g_autofree char *id = syl_url_id(url);
    *again = NULL;
    if (page->redirects >= FRONTIER_MAX_REDIRECTS) {
        *reason = FRONTIER_TOO_MANY_REDIRECTS;
        return NULL;
    }
    if (g_str_equal(id, page->id)) {
        g_free(page->url);
        page->url = g_strdup(url);
        page->redirects++;
        enqueue(frontier, page);
        return page;
    }
    FrontierPage *known = frontier_page(frontier, id);
    if (known != NULL) {
        return redirect_to_known(frontier, page, known, reason, again);
    }
    g_autoptr(SylUrl) parts = syl_url_parse(url);
    g_autofree char *where = parts != NULL ? place(parts) : g_strdup("");
    FrontierResource *owner = page->is_start ? page->resource : owner_of(frontier, where);
    if (!page->is_start && !may_lead_to(page->resource, owner)) {
        *reason = "moved out of the resource";
        return NULL;
    }
    FrontierPage *target = add_page(frontier, owner, url, page->depth);
    if (page->counted) {
        page->counted = FALSE; /* a page that moved away is none of the resource's own */
        page->resource->pages--;
    }
    target->is_start = page->is_start;
    target->redirects = page->redirects + 1;
    return target;
}

/* Pages found before this folder was known to be a resource of its own come to it now. */
static void gather(Frontier *frontier, FrontierResource *resource) {
    const GPtrArray *pages = site_of(frontier, resource->start)->pages;
    for (guint i = 0; i < pages->len; i++) {
        FrontierPage *page = g_ptr_array_index(pages, i);
        if (!page->is_start && page->resource != resource &&
            g_str_has_prefix(page->place, resource->folder) &&
            owner_of(frontier, page->place) == resource) {
            give_to(page, resource);
        }
    }
}

void frontier_settle(Frontier *frontier, FrontierPage *page) {
    FrontierResource *resource = page->resource;
    if (page->is_start && *resource->start == '\0') {
        g_free(resource->start);
        resource->start = g_strdup(page->url);
        resource->folder = folder_of(page->url);
        if (resource->folder != NULL &&
            !g_hash_table_contains(frontier->folders, resource->folder)) {
            g_hash_table_insert(frontier->folders, resource->folder, resource);
            gather(frontier, resource);
        }
    }
}

void frontier_foreach(Frontier *frontier, void (*visit)(FrontierPage *page, gpointer context),
                      gpointer context) {
    GHashTableIter iter;
    gpointer page;
    g_hash_table_iter_init(&iter, frontier->pages);
    while (g_hash_table_iter_next(&iter, NULL, &page)) {
        visit(page, context);
    }
}

/* --- what next --- */

static gint64 gap_us(const Frontier *frontier, const Host *host) {
    double asked = host->robots != NULL
                       ? MIN(robots_crawl_delay(host->robots), FRONTIER_MAX_CRAWL_DELAY_S)
                       : 0;
    return (gint64)(MAX(frontier->options.delay_s, asked) * MICROSECONDS);
}

static FrontierPage *take_first(Frontier *frontier, Host *host) {
    FrontierPage *page = g_queue_pop_head(&host->queue);
    frontier->queued--;
    page->state = FRONTIER_RUNNING;
    return page;
}

static gboolean is_allowed(const Host *host, const char *url) {
    g_autoptr(SylUrl) parts = syl_url_parse(url);
    g_autofree char *path = parts->query != NULL ? g_strconcat(parts->path, "?", parts->query, NULL)
                                                 : g_strdup(parts->path);
    return robots_allows(host->robots, path);
}

/* One origin's turn; FRONTIER_WAIT if it has nothing to do before its site's next_us. */
static FrontierNext next_of_host(Frontier *frontier, Host *host, gint64 now_us,
                                 FrontierPage **page) {
    if (host->failures >= FRONTIER_HOST_FAILURES) {
        *page = take_first(frontier, host);
        (*page)->state = FRONTIER_DONE;
        return FRONTIER_UNREACHED;
    }
    if (host->robots_state == ROBOTS_KNOWN &&
        !is_allowed(host, ((const FrontierPage *)g_queue_peek_head(&host->queue))->url)) {
        *page = take_first(frontier, host);
        (*page)->state = FRONTIER_DONE;
        return FRONTIER_DISALLOWED;
    }
    Site *site = host->site;
    if (host->robots_state == ROBOTS_ASKED || site->running >= frontier->options.per_host ||
        now_us < site->next_us) {
        return FRONTIER_WAIT;
    }
    site->running++;
    frontier->running++;
    site->started_us = now_us;
    site->was_next_us = site->next_us;
    site->next_us = now_us + gap_us(frontier, host);
    if (host->robots_state == ROBOTS_UNKNOWN) {
        host->robots_state = ROBOTS_ASKED;
        return FRONTIER_ROBOTS;
    }
    *page = take_first(frontier, host);
    return FRONTIER_FETCH;
}

FrontierNext frontier_next(Frontier *frontier, gint64 now_us, FrontierPage **page,
                           const char **origin, gint64 *wait_us) {
    gint64 soonest = G_MAXINT64;
    for (guint i = 0; i < frontier->host_order->len; i++) {
        guint at = (frontier->turn + i) % frontier->host_order->len;
        Host *host = g_ptr_array_index(frontier->host_order, at);
        if (g_queue_is_empty(&host->queue)) {
            continue;
        }
        FrontierNext next = next_of_host(frontier, host, now_us, page);
        if (next != FRONTIER_WAIT) {
            frontier->turn = (at + 1) % frontier->host_order->len;
            *origin = host->origin;
            return next;
        }
        if (host->site->running < frontier->options.per_host &&
            host->robots_state != ROBOTS_ASKED) {
            soonest = MIN(soonest, host->site->next_us - now_us);
        }
    }
    *wait_us = soonest;
    return frontier->queued == 0 && frontier->running == 0 ? FRONTIER_IDLE : FRONTIER_WAIT;
}

static void end_transfer(Frontier *frontier, Host *host, gboolean reached) {
    host->site->running--;
    frontier->running--;
    host->failures = reached ? 0 : host->failures + 1;
}

void frontier_done(Frontier *frontier, FrontierPage *page, gboolean reached) {
    end_transfer(frontier, host_of(frontier, page->url), reached);
    page->state = FRONTIER_DONE;
}

void frontier_forgo(Frontier *frontier, FrontierPage *page) {
    Host *host = host_of(frontier, page->url);
    end_transfer(frontier, host, TRUE);
    host->site->next_us = host->site->was_next_us;
    page->state = FRONTIER_DONE;
}

void frontier_retry(Frontier *frontier, FrontierPage *page, gint64 not_before_us) {
    Host *host = host_of(frontier, page->url);
    end_transfer(frontier, host, TRUE);
    host->site->next_us = MAX(host->site->next_us, not_before_us);
    enqueue(frontier, page);
}

/* The host of an origin whose robots.txt is no longer awaited. */
static Host *end_robots(Frontier *frontier, const char *origin) {
    g_autofree char *root = g_strconcat(origin, "/", NULL);
    Host *host = host_of(frontier, root);
    if (host->robots_state == ROBOTS_ASKED) {
        end_transfer(frontier, host, TRUE);
    }
    host->robots_state = ROBOTS_KNOWN;
    return host;
}

void frontier_set_robots(Frontier *frontier, const char *origin, Robots *robots) {
    Host *host = end_robots(frontier, origin);
    robots_free(host->robots);
    host->robots = robots;
    host->site->next_us = MAX(host->site->next_us, host->site->started_us + gap_us(frontier, host));
}

void frontier_robots_failed(Frontier *frontier, const char *origin, gint64 now_us, gboolean again) {
    Host *host = end_robots(frontier, origin);
    if (again && ++host->robots_tries < FRONTIER_ROBOTS_TRIES) {
        host->robots_state = ROBOTS_UNKNOWN;
        host->site->next_us = MAX(host->site->next_us, now_us + FRONTIER_ROBOTS_RETRY_US);
    } else {
        host->failures = FRONTIER_HOST_FAILURES;
    }
}
