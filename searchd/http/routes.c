#include "http/routes.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "respond/assets.h"
#include "respond/html.h"
#include "respond/json.h"

#define ALLOWED_METHODS "GET, HEAD, OPTIONS"
/* Hexadecimal digits of a hash in a tag: 64 bits tell all replies apart. */
#define ETAG_DIGITS 16

static const char type_html[] = "text/html; charset=utf-8";
static const char type_json[] = "application/json; charset=utf-8";
static const char type_problem[] = "application/problem+json; charset=utf-8";
/* Kept, and asked for again each time: the index changes while it is read. */
static const char cache_revalidate[] = "no-cache";
/* The files change with the program alone. */
static const char cache_asset[] = "public, max-age=3600";

/* The shell that pages are made from is no page itself. */
static const char shell_name[] = "page.html";
/* The one file that other sites load. */
static const char box_name[] = "box.js";

struct Site {
    SearcherPool *pool;
    char *base_url;
    pthread_mutex_t lock;
    gboolean unavailable; /* guarded by lock: the index could not be read the last time */
};

Site *site_new(SearcherPool *pool, const char *base_url) {
    (void)REQUEST_ERROR; /* registered while there is one thread */
    Site *site = g_new0(Site, 1);
    site->pool = pool;
    site->base_url = g_strdup(base_url);
    pthread_mutex_init(&site->lock, NULL);
    return site;
}

void site_free(Site *site) {
    if (site == NULL) {
        return;
    }
    pthread_mutex_destroy(&site->lock);
    g_free(site->base_url);
    g_free(site);
}

/* --- errors */

/* What programs ask for lies here. */
static gboolean is_for_programs(const char *path) {
    return g_str_has_prefix(path, "/api/") || strcmp(path, "/healthz") == 0;
}

static ReplyAudience audience_of(const char *path) {
    return g_str_has_prefix(path, "/api/") || strcmp(path + 1, box_name) == 0 ? REPLY_ANY_SITE
                                                                              : REPLY_OWN_PAGES;
}

Reply *site_error(const char *path, guint status, const char *detail) {
    const char *title = reply_phrase(status);
    gboolean problem = is_for_programs(path);
    Reply *reply = reply_new(
        status, problem ? type_problem : type_html,
        problem ? json_problem(status, title, detail) : html_error_page(status, title, detail), -1);
    reply->audience = audience_of(path);
    if (status == 405) {
        reply_add_header(reply, "Allow", ALLOWED_METHODS);
    } else if (status == 503) {
        reply_add_header(reply, "Retry-After", "1");
    }
    return reply;
}

/* Says once that the index went away, and once that it is back: whoever runs the program needs the
 * reason, which may name files, and whoever asks does not. */
static void note_availability(Site *site, const GError *failure) {
    gboolean unavailable = failure != NULL;
    pthread_mutex_lock(&site->lock);
    gboolean changed = site->unavailable != unavailable;
    site->unavailable = unavailable;
    pthread_mutex_unlock(&site->lock);
    if (changed && unavailable) {
        fprintf(stderr, "searchd: no answers now: %s\n", failure->message);
    } else if (changed) {
        fprintf(stderr, "searchd: the index answers again\n");
    }
}

static Reply *search_error_reply(Site *site, const char *path, const GError *error) {
    switch ((SearchError)error->code) {
    case SEARCH_ERROR_BUSY:
        return site_error(path, 503, "Too many searches are waiting. Try again in a second.");
    case SEARCH_ERROR_QUERY:
        return site_error(path, 400, error->message);
    case SEARCH_ERROR_UNAVAILABLE:
        note_availability(site, error);
        return site_error(path, 503, "The index cannot be read just now.");
    case SEARCH_ERROR_INTERNAL:
        break;
    }
    fprintf(stderr, "searchd: %s: %s\n", path, error->message);
    return site_error(path, 500, "The search failed. It is a bug; the log of the server has more.");
}

/* --- answers */

/* A strong tag names the very bytes of the body. */
static char *body_hash(const Reply *reply) {
    g_autofree char *hash =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)reply->body, reply->size);
    return g_strndup(hash, ETAG_DIGITS);
}

/* The state of the index first: it tells people what they look at. */
static char *answer_etag(const Answer *answer, const Reply *reply) {
    g_autofree char *hash = body_hash(reply);
    return g_strdup_printf("%u.%" G_GUINT64_FORMAT ".%s", answer->state.generation,
                           answer->state.revision, hash);
}

static void add_timing(Reply *reply, const char *name, gint64 started_us) {
    double milliseconds = (double)(g_get_monotonic_time() - started_us) / 1000;
    char number[32];
    g_ascii_formatd(number, sizeof number, "%.2f", milliseconds);
    g_autofree char *value = g_strdup_printf("%s;dur=%s", name, number);
    reply_add_header(reply, "Server-Timing", value);
}

typedef char *(*WriteFunc)(const Site *site, const Answer *answer, const Request *request);

/* Searches, and has the answer written. */
static Reply *answer_reply(Site *site, const char *path, const Request *request, const char *type,
                           WriteFunc write) {
    g_autoptr(GError) error = NULL;
    gint64 started_us = g_get_monotonic_time();
    g_autoptr(Answer) answer = searcher_pool_answer(site->pool, request, &error);
    if (answer == NULL) {
        return search_error_reply(site, path, error);
    }
    note_availability(site, NULL);
    Reply *reply = reply_new(200, type, write(site, answer, request), -1);
    reply->cache_control = cache_revalidate;
    reply->etag = answer_etag(answer, reply);
    reply->audience = audience_of(path);
    add_timing(reply, "search", started_us);
    return reply;
}

static Reply *parsed_reply(Site *site, const char *path, const char *query, const char *type,
                           WriteFunc write) {
    g_autoptr(GError) error = NULL;
    g_autoptr(Request) request = request_parse(query, &error);
    return request == NULL ? site_error(path, 400, error->message)
                           : answer_reply(site, path, request, type, write);
}

static char *write_json(const Site *site, const Answer *answer, const Request *request) {
    (void)site;
    (void)request;
    return json_answer(answer);
}

static char *write_results_page(const Site *site, const Answer *answer, const Request *request) {
    (void)site;
    return html_results_page(answer, request);
}

static char *write_start_page(const Site *site, const Answer *answer, const Request *request) {
    (void)request;
    return html_start_page(answer, site->base_url);
}

/* --- routes */

static Reply *reply_api_search(Site *site, const char *path, const char *query) {
    return parsed_reply(site, path, query, type_json, write_json);
}

static Reply *reply_search_page(Site *site, const char *path, const char *query) {
    return parsed_reply(site, path, query, type_html, write_results_page);
}

/* The start page asks for nothing, so everything is counted. */
static Reply *reply_start_page(Site *site, const char *path, const char *query) {
    (void)query;
    g_autoptr(Request) request = request_new();
    request->limit = 0;
    return answer_reply(site, path, request, type_html, write_start_page);
}

/* Behind no queue: a busy server is no broken one. */
static Reply *reply_health(Site *site, const char *path, const char *query) {
    (void)query;
    g_autoptr(GError) error = NULL;
    IndexState state = {0};
    guint documents = 0;
    if (!searcher_pool_census(site->pool, &state, &documents, &error)) {
        return search_error_reply(site, path, error);
    }
    note_availability(site, NULL);
    Reply *reply = reply_new(200, type_json, json_health(state.generation, documents), -1);
    reply->audience = audience_of(path);
    return reply;
}

static const struct {
    const char *path;
    Reply *(*reply)(Site *site, const char *path, const char *query);
} routes[] = {
    {"/", reply_start_page},
    {"/search", reply_search_page},
    {"/api/v1/search", reply_api_search},
    {"/healthz", reply_health},
};

static const WebAsset *asset_of(const char *path) {
    const char *name = path + 1;
    return strcmp(name, shell_name) == 0 ? NULL : web_asset_find(name);
}

static Reply *asset_reply(const WebAsset *asset, const char *path) {
    Reply *reply = reply_new(200, web_asset_type(asset->name), g_memdup2(asset->bytes, asset->size),
                             (gssize)asset->size);
    reply->cache_control = cache_asset;
    reply->etag = body_hash(reply);
    reply->audience = audience_of(path);
    return reply;
}

static Reply *options_reply(const char *path) {
    Reply *reply = reply_new(204, type_html, g_strdup(""), 0);
    reply->audience = audience_of(path);
    reply_add_header(reply, "Allow", ALLOWED_METHODS);
    if (reply->audience == REPLY_ANY_SITE) {
        reply_add_header(reply, "Access-Control-Allow-Methods", ALLOWED_METHODS);
        reply_add_header(reply, "Access-Control-Max-Age", "86400");
    }
    return reply;
}

Reply *site_reply(Site *site, const char *method, const char *path, const char *query) {
    gsize route = 0;
    while (route < G_N_ELEMENTS(routes) && strcmp(routes[route].path, path) != 0) {
        route++;
    }
    const WebAsset *asset = route == G_N_ELEMENTS(routes) ? asset_of(path) : NULL;
    if (route == G_N_ELEMENTS(routes) && asset == NULL) {
        return site_error(path, 404, "There is nothing at this address.");
    }
    if (strcmp(method, "OPTIONS") == 0) {
        return options_reply(path);
    }
    return asset != NULL ? asset_reply(asset, path) : routes[route].reply(site, path, query);
}
