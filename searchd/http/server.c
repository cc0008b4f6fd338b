#include "http/server.h"

#include <arpa/inet.h>
#include <civetweb.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "http/gate.h"

G_DEFINE_QUARK(server_error, server_error)

#define DEFAULT_HOST "127.0.0.1"

struct Server {
    struct mg_context *context;
    char *url;
    pthread_mutex_t lock;
    pthread_cond_t idle;
    /* guarded by lock */
    Site *site;
    gboolean draining;
    guint in_hand;
    guint64 arrived;     /* requests so far */
    char *start_message; /* the first that the library said while starting */
    gboolean started;
};

/* --- one request */

/* The site if a request may be answered now; it counts as in hand until request_leave. */
static Site *request_enter(Server *server) {
    pthread_mutex_lock(&server->lock);
    Site *site = server->draining ? NULL : server->site;
    server->in_hand++;
    server->arrived++;
    pthread_mutex_unlock(&server->lock);
    return site;
}

static void request_leave(Server *server) {
    pthread_mutex_lock(&server->lock);
    server->in_hand--;
    if (server->in_hand == 0) {
        pthread_cond_broadcast(&server->idle);
    }
    pthread_mutex_unlock(&server->lock);
}

/* Writes the whole reply at once: two writes cost 40 ms where a client delays its acknowledgement.
 */
static guint send_reply(struct mg_connection *connection, const Reply *reply, const ReplyTo *to) {
    guint status = 0;
    g_autoptr(GString) bytes = reply_render(reply, to, &status);
    if (to->close) {
        mg_disable_connection_keep_alive(connection);
    }
    mg_write(connection, bytes->str, bytes->len);
    return status;
}

static gboolean wants_close(const struct mg_request_info *request) {
    const char *wish = gate_header(request, "Connection");
    g_autofree char *lower = wish == NULL ? NULL : g_ascii_strdown(wish, -1);
    gboolean old = g_strcmp0(request->http_version, "1.1") != 0;
    return old || (lower != NULL && strstr(lower, "close") != NULL);
}

/* Every request ends here: the library's own handling never comes to its turn. */
static int on_request(struct mg_connection *connection) {
    Server *server = mg_get_user_data(mg_get_context(connection));
    const struct mg_request_info *request = mg_get_request_info(connection);
    const char *path = request->local_uri == NULL ? "/" : request->local_uri;
    GateRefusal refusal = {0};
    ReplyTo to = {.method = request->request_method,
                  .accept_encoding = gate_header(request, "Accept-Encoding"),
                  .if_none_match = gate_header(request, "If-None-Match"),
                  .close = wants_close(request),
                  .now = time(NULL)};
    Site *site = request_enter(server);
    g_autoptr(Reply) reply = NULL;
    if (!gate_check(request, &refusal)) {
        to.close = TRUE;
        reply = site_error(path, refusal.status, refusal.detail);
    } else if (site == NULL) {
        to.close = TRUE;
        reply = site_error(path, 503, "The server is starting or stopping.");
    } else {
        reply = site_reply(site, request->request_method, path, request->query_string);
    }
    guint status = send_reply(connection, reply, &to);
    request_leave(server);
    return (int)status;
}

/* What the library refuses before a request exists. */
static int on_http_error(struct mg_connection *connection, int status, const char *message) {
    (void)message; /* repeats bytes of the request */
    ReplyTo to = {.close = TRUE, .now = time(NULL)};
    g_autoptr(Reply) reply = site_error("/", (guint)status, NULL);
    send_reply(connection, reply, &to);
    return 0;
}

/* --- the library's log */

/* The reason why a start failed comes this way only. Later messages are about what clients do: they
 * would let anybody fill the log. */
static int on_message(const struct mg_connection *connection, const char *message) {
    Server *server = mg_get_user_data(mg_get_context(connection));
    pthread_mutex_lock(&server->lock);
    if (!server->started && server->start_message == NULL) {
        server->start_message = g_strdup(message);
    }
    pthread_mutex_unlock(&server->lock);
    return 1;
}

/* --- life */

static char *parse_address(const char *address, GError **error) {
    const char *colon = strrchr(address, ':');
    g_autofree char *host =
        colon == NULL ? g_strdup(DEFAULT_HOST) : g_strndup(address, (gsize)(colon - address));
    if (strcmp(host, "localhost") == 0 || host[0] == '\0') {
        g_free(host);
        host = g_strdup(DEFAULT_HOST);
    }
    struct in_addr parsed;
    guint64 port = 0;
    if (inet_pton(AF_INET, host, &parsed) != 1 ||
        !g_ascii_string_to_unsigned(colon == NULL ? address : colon + 1, 10, 0, G_MAXUINT16, &port,
                                    NULL)) {
        g_set_error(error, SERVER_ERROR, SERVER_ERROR_ADDRESS,
                    "“%s” is no IPv4 address and port, as in 127.0.0.1:8080", address);
        return NULL;
    }
    return g_strdup_printf("%s:%u", host, (guint)port);
}

static struct mg_context *start_library(Server *server, const char *address, guint threads) {
    g_autofree char *thread_count = g_strdup_printf("%u", threads);
    const char *options[] = {
        "listening_ports",
        address,
        "num_threads",
        thread_count,
        "connection_queue",
        "128",
        "listen_backlog",
        "1024",
        "enable_keep_alive",
        "yes",
        "keep_alive_timeout_ms",
        "500",
        "tcp_nodelay",
        "1",
        "request_timeout_ms",
        "5000",
        "max_request_size",
        "8192",
        "enable_directory_listing",
        "no",
        "decode_url",
        "yes",
        "access_control_allow_origin",
        "",
        "access_control_allow_methods",
        "",
        "access_control_allow_headers",
        "",
        NULL,
    };
    static const struct mg_callbacks callbacks = {
        .begin_request = on_request, .http_error = on_http_error, .log_message = on_message};
    mg_init_library(MG_FEATURES_DEFAULT);
    return mg_start(&callbacks, server, options);
}

static Server *server_new(void) {
    Server *server = g_new0(Server, 1);
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_mutex_init(&server->lock, NULL);
    pthread_cond_init(&server->idle, &clock);
    pthread_condattr_destroy(&clock);
    return server;
}

Server *server_start(const char *address, guint threads, GError **error) {
    g_autofree char *checked = parse_address(address, error);
    if (checked == NULL) {
        return NULL;
    }
    g_autoptr(Server) server = server_new();
    server->context = start_library(server, checked, threads);
    pthread_mutex_lock(&server->lock);
    server->started = TRUE;
    pthread_mutex_unlock(&server->lock);
    if (server->context == NULL) {
        const char *said = server->start_message;
        gboolean taken = said != NULL && strstr(said, g_strerror(EADDRINUSE)) != NULL;
        g_set_error(
            error, SERVER_ERROR, SERVER_ERROR_START, "cannot listen on %s: %s", checked,
            taken ? "another program does already (--listen names another; port 0: any free one)"
            : said == NULL ? "the server library does not say why"
                           : said);
        return NULL;
    }
    struct mg_server_port port = {0};
    mg_get_server_ports(server->context, 1, &port);
    *strrchr(checked, ':') = '\0';
    server->url = g_strdup_printf("http://%s:%d", checked, port.port);
    return g_steal_pointer(&server);
}

const char *server_url(const Server *server) {
    return server->url;
}

void server_serve(Server *server, Site *site) {
    pthread_mutex_lock(&server->lock);
    server->site = site;
    pthread_mutex_unlock(&server->lock);
}

static struct timespec time_in_ms(guint ms) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    time.tv_nsec += (long)(ms % 1000) * 1000000L;
    time.tv_sec += (time_t)(ms / 1000) + time.tv_nsec / 1000000000L;
    time.tv_nsec %= 1000000000L;
    return time;
}

/* Until nothing is in hand and nothing more comes: connections that wait for a thread get their
 * turn as others end. */
static void wait_until_idle(Server *server) {
    const struct timespec deadline = time_in_ms(SERVER_DRAIN_MS);
    int waited = 0;
    guint64 arrived = G_MAXUINT64;
    pthread_mutex_lock(&server->lock);
    server->draining = TRUE;
    while (waited == 0 && (server->in_hand > 0 || server->arrived != arrived)) {
        struct timespec until = deadline;
        arrived = server->arrived;
        gboolean idle = server->in_hand == 0;
        if (idle) {
            until = time_in_ms(SERVER_QUIET_MS);
        }
        waited = pthread_cond_timedwait(&server->idle, &server->lock, &until);
        waited = idle && server->arrived != arrived ? 0 : waited;
    }
    pthread_mutex_unlock(&server->lock);
}

void server_stop(Server *server) {
    if (server->context == NULL) {
        return;
    }
    wait_until_idle(server);
    /* Ends connections where they are, so nothing may be in hand by now. */
    mg_stop(g_steal_pointer(&server->context));
    mg_exit_library();
}

void server_free(Server *server) {
    if (server == NULL) {
        return;
    }
    server_stop(server);
    pthread_cond_destroy(&server->idle);
    pthread_mutex_destroy(&server->lock);
    g_free(server->start_message);
    g_free(server->url);
    g_free(server);
}
