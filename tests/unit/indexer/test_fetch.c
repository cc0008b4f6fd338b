#include "crawl/fetch.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "coded_bodies.h"

#define SMALL_CAP_BYTES 65536
#define MAX_REQUEST     8192

/* --- a server with canned replies --- */

typedef enum Ending { CLOSE, KEEP, REPEAT, STALL } Ending;
static const struct {
    const char *path, *reply;
    gsize size;
    Ending ending;
    const char *repeated; /* sent again and again until the client has enough */
} REPLIES[] = {
#define REPLY(path, text) path, text, sizeof text - 1
    {REPLY("/ok", "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nETag: \"v1\"\r\n"
                  "Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\nX-Robots-Tag: noindex\r\n"
                  "X-Robots-Tag: nofollow\r\nSet-Cookie: a=b\r\nContent-Length: 5\r\n\r\nhello"),
     KEEP, NULL},
    {REPLY("/interim", "HTTP/1.1 103 Early Hints\r\nContent-Type: text/wrong\r\n\r\n"
                       "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nhello"),
     CLOSE, NULL},
    {REPLY("/chunked",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n"
           "0\r\nETag: trailer\r\n\r\n"),
     KEEP, NULL},
    {REPLY("/empty", "HTTP/1.1 204 No Content\r\n\r\n"), KEEP, NULL},
    {REPLY("/unchanged", "HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n"), KEEP, NULL},
    {REPLY("/moved", "HTTP/1.1 301 Moved\r\nLocation: ../new page?utm_source=x&a=1#top\r\n"
                     "Content-Length: 4\r\n\r\ngone"),
     KEEP, NULL},
    {REPLY("/moved-to-script", "HTTP/1.1 302 Found\r\nLocation: javascript:alert(1)\r\n\r\n"),
     CLOSE, NULL},
    {REPLY("/moved-nowhere", "HTTP/1.1 302 Found\r\n\r\n"), CLOSE, NULL},
    {REPLY("/choices", "HTTP/1.1 300 Multiple Choices\r\nLocation: /ok\r\n\r\n"), CLOSE, NULL},
    {REPLY("/missing", "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone"), KEEP, NULL},
    {REPLY("/missing-endless", "HTTP/1.1 404 Not Found\r\n\r\n"), REPEAT, "none and none"},
    {REPLY("/busy", "HTTP/1.1 503 Busy\r\nRetry-After: 120\r\n\r\n"), CLOSE, NULL},
    {REPLY("/part", "HTTP/1.1 206 Partial Content\r\nContent-Length: 5\r\n\r\nhello"), CLOSE, NULL},
    {REPLY("/image", "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n"), REPEAT, "PNG"},
    {REPLY("/brotli", "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nxyz"), CLOSE, NULL},
    {REPLY("/cut", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello"), CLOSE, NULL},
    {REPLY("/cut-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello"), CLOSE,
     NULL},
    {REPLY("/cut-headers", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"), CLOSE, NULL},
    {REPLY("/nothing", ""), CLOSE, NULL},
    {REPLY("/http09", "<html>no status line</html>"), CLOSE, NULL},
    {REPLY("/declared-large", "HTTP/1.1 200 OK\r\nContent-Length: 65537\r\n\r\n"), STALL, NULL},
    {REPLY("/endless", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"), REPEAT, "more text "},
    {REPLY("/endless.pdf", "HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n"), REPEAT,
     "more text "},
    {REPLY("/endless-extension", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x="),
     REPEAT, "more text "},
    {REPLY("/endless-headers", "HTTP/1.1 200 OK\r\n"), REPEAT, "a: b\r\n"},
    {REPLY("/endless-header", "HTTP/1.1 200 OK\r\na: "), REPEAT, "more text "},
    {REPLY("/endless-interim", "HTTP/1.1 103 Early\r\n"), REPEAT, "\r\nHTTP/1.1 103 Early\r\n"},
    {REPLY("/endless-trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"),
     REPEAT, "a: b\r\n"},
    {REPLY("/stall", ""), STALL, NULL},
    {REPLY("/stall-in-body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello"), STALL, NULL},
};

#define GZIP_HEAD "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
static const struct {
    const char *path, *body;
    gsize size;
} GZIP_REPLIES[] = {
    {"/gzip", CODED_BYTES(coded_gzip)},        {"/gzip-cut", coded_gzip, sizeof coded_gzip - 10},
    {"/gzip-bomb", CODED_BYTES(coded_bomb)},   {"/gzip-wrong", CODED_BYTES(coded_zlib)},
    {"/gzip-damaged", CODED_BYTES(coded_raw)},
};

typedef struct Server {
    int listener;
    guint16 port;
    pthread_t acceptor;
    pthread_mutex_t lock;
    /* guarded by lock */
    GArray *handlers; /* pthread_t */
    guint connections;
    char last_request[MAX_REQUEST];
} Server;

typedef struct Connection {
    Server *server;
    int socket;
} Connection;

static gboolean send_all(int socket, const char *bytes, gsize size) {
    while (size) {
        const ssize_t sent = send(socket, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0) {
            return FALSE;
        }
        bytes += sent;
        size -= (gsize)sent;
    }
    return TRUE;
}

/* Waits until the client closes the connection. */
static void drain(int socket) {
    char rest[256];
    while (recv(socket, rest, sizeof rest, 0) > 0) {
        continue;
    }
}

/* Says whether the connection may carry another request. */
static gboolean answer(int socket, const char *path) {
    for (guint i = 0; i < G_N_ELEMENTS(GZIP_REPLIES); i++) {
        if (!strcmp(path, GZIP_REPLIES[i].path)) {
            send_all(socket, GZIP_HEAD, strlen(GZIP_HEAD));
            send_all(socket, GZIP_REPLIES[i].body, GZIP_REPLIES[i].size);
            return FALSE;
        }
    }
    for (guint i = 0; i < G_N_ELEMENTS(REPLIES); i++) {
        if (strcmp(path, REPLIES[i].path)) {
            continue;
        }
        send_all(socket, REPLIES[i].reply, REPLIES[i].size);
        if (REPLIES[i].ending == REPEAT) {
            g_autoptr(GString) many = g_string_new(NULL);
            while (many->len < 16384) {
                g_string_append(many, REPLIES[i].repeated);
            }
            while (send_all(socket, many->str, many->len)) {
                continue;
            }
        } else if (REPLIES[i].ending == STALL) {
            drain(socket);
        }
        return REPLIES[i].ending == KEEP;
    }
    return FALSE;
}

static void *serve_connection(void *data) {
    Connection *connection = data;
    Server *server = connection->server;
    char request[MAX_REQUEST];
    gsize size = 0;
    for (;;) {
        const ssize_t got = recv(connection->socket, request + size, sizeof request - 1 - size, 0);
        if (got <= 0) {
            break;
        }
        size += (gsize)got;
        request[size] = '\0';
        if (request[0] == '\x16') { /* a TLS handshake */
            break;
        }
        if (!strstr(request, "\r\n\r\n")) {
            continue;
        }
        pthread_mutex_lock(&server->lock);
        memcpy(server->last_request, request, size + 1);
        pthread_mutex_unlock(&server->lock);
        g_auto(GStrv) words = g_strsplit(request, " ", 3);
        if (!answer(connection->socket, words[1])) {
            break;
        }
        size = 0;
    }
    close(connection->socket);
    g_free(connection);
    return NULL;
}

static void *serve(void *data) {
    Server *server = data;
    for (;;) {
        const int socket = accept(server->listener, NULL, NULL);
        if (socket < 0) {
            return NULL;
        }
        Connection *connection = g_new(Connection, 1);
        *connection = (Connection){server, socket};
        pthread_t handler;
        pthread_mutex_lock(&server->lock);
        server->connections++;
        assert_int_equal(pthread_create(&handler, NULL, serve_connection, connection), 0);
        g_array_append_val(server->handlers, handler);
        pthread_mutex_unlock(&server->lock);
    }
}

static int listen_on_loopback(guint16 *port) {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 64), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return listener;
}

static guint server_connections(Server *server) {
    pthread_mutex_lock(&server->lock);
    const guint connections = server->connections;
    pthread_mutex_unlock(&server->lock);
    return connections;
}

static char *server_last_request(Server *server) {
    pthread_mutex_lock(&server->lock);
    char *request = g_strdup(server->last_request);
    pthread_mutex_unlock(&server->lock);
    return request;
}

/* --- a fetcher and its replies --- */

typedef struct Fixture {
    Server server;
    Guard *guard;
    Fetcher *fetcher;
    GPtrArray *replies; /* FetchReply, in the order of their ends */
} Fixture;

static void on_done(gpointer job, FetchReply *reply, gpointer context) {
    Fixture *fixture = context;
    assert_ptr_equal(job, fixture);
    g_ptr_array_add(fixture->replies, reply);
}

static gboolean wants_text(const char *content_type, const char *url_path) {
    assert_int_equal(url_path[0], '/');
    return !content_type || g_str_has_prefix(content_type, "text/") ||
           g_str_has_prefix(content_type, "application/pdf");
}

static FetchOptions options_of(const Fixture *fixture) {
    return (FetchOptions){
        .guard = fixture->guard,
        .user_agent = "syllabus/test (+https://example.org/)",
        .max_transfers = 4,
        .timeout_ms = 5000,
        .max_body_bytes = SMALL_CAP_BYTES,
        .max_document_bytes = 2 * SMALL_CAP_BYTES,
        .wants = wants_text,
    };
}

static void use_options(Fixture *fixture, const FetchOptions *options) {
    fetcher_free(fixture->fetcher);
    g_autoptr(GError) error = NULL;
    fixture->fetcher = fetcher_new(options, on_done, fixture, &error);
    if (error) {
        print_error("%s\n", error->message);
    }
    assert_non_null(fixture->fetcher);
}

static int setup(void **state) {
    static const char *const loopback[] = {"127.0.0.0/8", "::1", NULL};
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->server.handlers = g_array_new(FALSE, FALSE, sizeof(pthread_t));
    pthread_mutex_init(&fixture->server.lock, NULL);
    fixture->server.listener = listen_on_loopback(&fixture->server.port);
    pthread_create(&fixture->server.acceptor, NULL, serve, &fixture->server);
    fixture->guard = guard_new(loopback, NULL);
    fixture->replies = g_ptr_array_new_with_free_func((GDestroyNotify)fetch_reply_free);
    const FetchOptions options = options_of(fixture);
    use_options(fixture, &options);
    *state = fixture;
    return 0;
}

static int teardown(void **state) {
    Fixture *fixture = *state;
    Server *server = &fixture->server;
    fetcher_free(fixture->fetcher);
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->acceptor, NULL);
    for (guint i = 0; i < server->handlers->len; i++) {
        pthread_join(g_array_index(server->handlers, pthread_t, i), NULL);
    }
    close(server->listener);
    g_array_unref(server->handlers);
    pthread_mutex_destroy(&server->lock);
    g_ptr_array_unref(fixture->replies);
    guard_free(fixture->guard);
    g_free(fixture);
    return 0;
}

static char *url_on(const Fixture *fixture, const char *host, const char *path) {
    return g_strdup_printf("http://%s:%u%s", host, fixture->server.port, path);
}

static void start(Fixture *fixture, const char *path) {
    g_autofree char *url = url_on(fixture, "127.0.0.1", path);
    const FetchRequest request = {.url = url};
    fetch_start(fixture->fetcher, &request, fixture);
}

static void wait_for_all(Fixture *fixture) {
    while (fetcher_running(fixture->fetcher)) {
        fetcher_wait(fixture->fetcher, NULL, 0, 1000);
    }
}

/* The one reply to request; the fixture's until the next call. */
static const FetchReply *fetch_request(Fixture *fixture, const FetchRequest *request) {
    g_ptr_array_set_size(fixture->replies, 0);
    fetch_start(fixture->fetcher, request, fixture);
    wait_for_all(fixture);
    assert_int_equal(fixture->replies->len, 1);
    const FetchReply *reply = g_ptr_array_index(fixture->replies, 0);
    const gboolean success = reply->outcome == FETCH_OK || reply->outcome == FETCH_REDIRECT ||
                             reply->outcome == FETCH_NOT_MODIFIED;
    assert_int_equal(reply->message == NULL, success);
    if (reply->message) {
        assert_null(strpbrk(reply->message, "\r\n"));
    }
    assert_non_null(reply->body);
    if (reply->outcome != FETCH_OK) {
        assert_int_equal(g_bytes_get_size(reply->body), 0);
    }
    return reply;
}

static const FetchReply *fetch(Fixture *fixture, const char *path) {
    g_autofree char *url = url_on(fixture, "127.0.0.1", path);
    const FetchRequest request = {.url = url};
    return fetch_request(fixture, &request);
}

static void assert_body(const FetchReply *reply, const char *text) {
    assert_int_equal(reply->outcome, FETCH_OK);
    gsize size;
    const char *body = g_bytes_get_data(reply->body, &size);
    assert_int_equal(size, strlen(text));
    assert_memory_equal(body, text, size);
}

static void assert_message_has(const FetchReply *reply, const char *part) {
    if (!strstr(reply->message, part)) {
        print_error("\"%s\" lacks \"%s\"\n", reply->message, part);
    }
    assert_non_null(strstr(reply->message, part));
}

typedef struct Case {
    const char *path;
    FetchOutcome outcome;
    guint status;
    const char *message;
} Case;

static void check_cases(Fixture *fixture, const Case *cases, guint count) {
    for (guint i = 0; i < count; i++) {
        const FetchReply *reply = fetch(fixture, cases[i].path);
        if (reply->outcome != cases[i].outcome || reply->status != cases[i].status) {
            print_error("%s: %s\n", cases[i].path, reply->message);
        }
        assert_int_equal(reply->outcome, cases[i].outcome);
        assert_int_equal(reply->status, cases[i].status);
        if (cases[i].message) {
            assert_message_has(reply, cases[i].message);
        }
    }
}

/* --- the tests --- */

static void fetch_returns_a_whole_body_and_its_headers(void **state) {
    const FetchReply *reply = fetch(*state, "/ok");
    assert_body(reply, "hello");
    assert_int_equal(reply->status, 200);
    assert_string_equal(reply->content_type, "text/html; charset=utf-8");
    assert_string_equal(reply->etag, "\"v1\"");
    assert_string_equal(reply->last_modified, "Mon, 01 Jan 2024 00:00:00 GMT");
    assert_string_equal(reply->robots_tag, "noindex, nofollow");
    assert_int_equal(reply->retry_after_s, -1);
    assert_int_equal(reply->wire_bytes, 5);
    assert_null(reply->location);
}

static void fetch_reads_interim_replies_chunks_and_trailers(void **state) {
    const FetchReply *reply = fetch(*state, "/interim");
    assert_body(reply, "hello");
    assert_string_equal(reply->content_type, "text/plain");
    reply = fetch(*state, "/chunked");
    assert_body(reply, "hello");
    assert_null(reply->etag);
    assert_body(fetch(*state, "/empty"), "");
}

static void fetch_decodes_gzip(void **state) {
    const FetchReply *reply = fetch(*state, "/gzip");
    assert_body(reply, CODED_TEXT);
    assert_int_equal(reply->wire_bytes, sizeof coded_gzip - 1);
}

static void fetch_sends_what_the_request_says(void **state) {
    Fixture *fixture = *state;
    fetch(fixture, "/ok"); /* sets a cookie */
    g_autofree char *url = url_on(fixture, "127.0.0.1", "/ok?a=%20b");
    const FetchRequest request = {
        .url = url, .etag = "\"v1\"", .last_modified = "Mon, 01 Jan 2024 00:00:00 GMT"};
    fetch_request(fixture, &request);
    g_autofree char *sent = server_last_request(&fixture->server);
    assert_true(g_str_has_prefix(sent, "GET /ok?a=%20b HTTP/1.1\r\n"));
    assert_non_null(strstr(sent, "\r\nUser-Agent: syllabus/test (+https://example.org/)\r\n"));
    assert_non_null(strstr(sent, "\r\nAccept-Encoding: gzip, deflate\r\n"));
    assert_non_null(strstr(sent, "\r\nIf-None-Match: \"v1\"\r\n"));
    assert_non_null(strstr(sent, "\r\nIf-Modified-Since: Mon, 01 Jan 2024 00:00:00 GMT\r\n"));
    assert_null(strstr(sent, "Cookie"));
}

static void fetch_does_not_send_line_ends_of_a_stored_value(void **state) {
    Fixture *fixture = *state;
    g_autofree char *url = url_on(fixture, "127.0.0.1", "/ok");
    const FetchRequest request = {.url = url, .etag = "x\r\nHost: evil.example"};
    fetch_request(fixture, &request);
    g_autofree char *sent = server_last_request(&fixture->server);
    assert_null(strstr(sent, "evil"));
}

static void fetch_reports_unchanged_only_if_it_asked(void **state) {
    Fixture *fixture = *state;
    g_autofree char *url = url_on(fixture, "127.0.0.1", "/unchanged");
    const FetchRequest request = {.url = url, .etag = "\"v1\""};
    const FetchReply *reply = fetch_request(fixture, &request);
    assert_int_equal(reply->outcome, FETCH_NOT_MODIFIED);
    assert_string_equal(reply->etag, "\"v1\"");
    assert_int_equal(fetch(fixture, "/unchanged")->outcome, FETCH_HTTP_ERROR);
}

static void fetch_names_the_canonical_target_of_a_redirect_and_does_not_go_there(void **state) {
    Fixture *fixture = *state;
    const FetchReply *reply = fetch(fixture, "/moved");
    g_autofree char *target = url_on(fixture, "127.0.0.1", "/new%20page?a=1");
    assert_int_equal(reply->outcome, FETCH_REDIRECT);
    assert_int_equal(reply->status, 301);
    assert_string_equal(reply->location, target);
    g_autofree char *sent = server_last_request(&fixture->server);
    assert_true(g_str_has_prefix(sent, "GET /moved "));
}

static void fetch_tells_failures_by_their_status(void **state) {
    static const Case cases[] = {
        {"/moved-to-script", FETCH_HTTP_ERROR, 302, "javascript:alert(1)"},
        {"/moved-nowhere", FETCH_HTTP_ERROR, 302, "302"},
        {"/choices", FETCH_HTTP_ERROR, 300, "300"},
        {"/missing", FETCH_HTTP_ERROR, 404, "404"},
        {"/missing-endless", FETCH_HTTP_ERROR, 404, "404"},
    };
    check_cases(*state, cases, G_N_ELEMENTS(cases));
    const FetchReply *reply = fetch(*state, "/busy");
    assert_int_equal(reply->outcome, FETCH_HTTP_ERROR);
    assert_int_equal(reply->retry_after_s, 120);
}

static void fetch_never_takes_a_broken_body_for_a_whole_one(void **state) {
    static const Case cases[] = {
        {"/cut", FETCH_BROKEN, 200, "95 bytes"},
        {"/cut-chunk", FETCH_BROKEN, 200, NULL},
        {"/cut-headers", FETCH_BROKEN, 0, NULL},
        {"/nothing", FETCH_BROKEN, 0, "mpty reply"},
        {"/http09", FETCH_BROKEN, 0, "HTTP/0.9"},
        {"/part", FETCH_BROKEN, 206, "206"},
        {"/brotli", FETCH_BROKEN, 200, "\"br\""},
        {"/gzip-cut", FETCH_BROKEN, 200, "cut short"},
        {"/gzip-wrong", FETCH_BROKEN, 200, "not gzip"},
        {"/gzip-damaged", FETCH_BROKEN, 200, "not gzip"},
    };
    check_cases(*state, cases, G_N_ELEMENTS(cases));
}

static void fetch_is_capped_in_every_direction(void **state) {
    static const Case cases[] = {
        {"/declared-large", FETCH_TOO_LARGE, 200, "65537 bytes"},
        {"/endless", FETCH_TOO_LARGE, 200, "65536 bytes"},
        {"/endless.pdf", FETCH_TOO_LARGE, 200, "131072 bytes"},
        {"/gzip-bomb", FETCH_TOO_LARGE, 200, "65536 bytes"},
        {"/endless-extension", FETCH_TOO_LARGE, 200, "bytes"},
        {"/endless-headers", FETCH_TOO_LARGE, 0, "500 lines"},
        {"/endless-header", FETCH_TOO_LARGE, 0, NULL},
        {"/endless-interim", FETCH_TOO_LARGE, 0, "500 lines"},
        {"/endless-trailers", FETCH_TOO_LARGE, 200, "500 lines"},
    };
    check_cases(*state, cases, G_N_ELEMENTS(cases));
}

static void fetch_stops_at_the_headers_of_an_unwanted_type(void **state) {
    Fixture *fixture = *state;
    const FetchReply *reply = fetch(fixture, "/image");
    assert_int_equal(reply->outcome, FETCH_UNWANTED);
    assert_string_equal(reply->content_type, "image/png");
    assert_int_equal(reply->wire_bytes, 0);
    g_autofree char *url = url_on(fixture, "127.0.0.1", "/image");
    const FetchRequest request = {.url = url, .any_type = TRUE};
    assert_int_equal(fetch_request(fixture, &request)->outcome, FETCH_TOO_LARGE);
}

static void fetch_gives_up_on_a_server_that_stalls(void **state) {
    Fixture *fixture = *state;
    FetchOptions options = options_of(fixture);
    options.timeout_ms = 150;
    use_options(fixture, &options);
    static const Case cases[] = {
        {"/stall", FETCH_TIMEOUT, 0, "127.0.0.1"},
        {"/stall-in-body", FETCH_TIMEOUT, 200, "127.0.0.1"},
    };
    check_cases(fixture, cases, G_N_ELEMENTS(cases));
}

static void fetch_connects_to_no_address_the_guard_refuses(void **state) {
    Fixture *fixture = *state;
    g_autoptr(Guard) strict = guard_new(NULL, NULL);
    FetchOptions options = options_of(fixture);
    options.guard = strict;
    use_options(fixture, &options);
    const FetchReply *reply = fetch(fixture, "/ok");
    assert_int_equal(reply->outcome, FETCH_REFUSED);
    assert_message_has(reply, "127.0.0.1 is not a public address");
    assert_message_has(reply, "--allow-net 127.0.0.1");
    g_autofree char *url = url_on(fixture, "localhost", "/ok");
    const FetchRequest request = {.url = url};
    reply = fetch_request(fixture, &request);
    assert_int_equal(reply->outcome, FETCH_REFUSED);
    assert_message_has(reply, "localhost leads to ");
    assert_int_equal(server_connections(&fixture->server), 0);
    use_options(fixture, &(FetchOptions){.guard = fixture->guard});
}

static void fetch_says_that_nobody_listens(void **state) {
    Fixture *fixture = *state;
    guint16 port;
    close(listen_on_loopback(&port));
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/", port);
    g_autofree char *message =
        g_strdup_printf("could not connect to 127.0.0.1 port %u: Connection refused", port);
    const FetchRequest request = {.url = url};
    const FetchReply *reply = fetch_request(fixture, &request);
    assert_int_equal(reply->outcome, FETCH_UNREACHABLE);
    assert_string_equal(reply->message, message);
}

static void fetch_cannot_speak_tls_to_a_plain_server(void **state) {
    Fixture *fixture = *state;
    g_autofree char *url = g_strdup_printf("https://127.0.0.1:%u/ok", fixture->server.port);
    const FetchRequest request = {.url = url};
    assert_int_equal(fetch_request(fixture, &request)->outcome, FETCH_UNREACHABLE);
}

static void fetch_refuses_an_address_that_is_none(void **state) {
    static const char *const urls[] = {"ftp://127.0.0.1/", "file:///etc/passwd", "", "http://a b/"};
    for (guint i = 0; i < G_N_ELEMENTS(urls); i++) {
        const FetchRequest request = {.url = urls[i]};
        assert_int_equal(fetch_request(*state, &request)->outcome, FETCH_BROKEN);
    }
}

static void fetch_ignores_a_proxy_of_the_environment(void **state) {
    g_setenv("http_proxy", "http://127.0.0.1:1/", TRUE);
    g_setenv("ALL_PROXY", "http://127.0.0.1:1/", TRUE);
    const FetchOutcome outcome = fetch(*state, "/ok")->outcome;
    g_unsetenv("http_proxy");
    g_unsetenv("ALL_PROXY");
    assert_int_equal(outcome, FETCH_OK);
}

static void fetch_reaches_a_named_host_at_another_address(void **state) {
    Fixture *fixture = *state;
    g_autofree char *entry = g_strdup_printf("books.example:80:127.0.0.1:%u", fixture->server.port);
    const char *const connect_to[] = {entry, NULL};
    FetchOptions options = options_of(fixture);
    options.connect_to = connect_to;
    use_options(fixture, &options);
    const FetchRequest request = {.url = "http://books.example/ok"};
    assert_body(fetch_request(fixture, &request), "hello");
    g_autofree char *sent = server_last_request(&fixture->server);
    assert_non_null(strstr(sent, "\r\nHost: books.example\r\n"));
}

static void fetcher_uses_its_connections_again(void **state) {
    Fixture *fixture = *state;
    static const char *const paths[] = {"/ok", "/chunked", "/missing", "/moved"};
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        start(fixture, paths[i]);
        wait_for_all(fixture);
    }
    assert_int_equal(fixture->replies->len, G_N_ELEMENTS(paths));
    assert_int_equal(server_connections(&fixture->server), 1);
}

static void fetcher_says_when_it_has_no_room(void **state) {
    Fixture *fixture = *state;
    for (guint i = 0; i < 4; i++) {
        assert_true(fetcher_has_room(fixture->fetcher));
        start(fixture, "/ok");
    }
    assert_false(fetcher_has_room(fixture->fetcher));
    wait_for_all(fixture);
    assert_true(fetcher_has_room(fixture->fetcher));
}

static void fetcher_reads_no_more_than_the_wanted_prefix(void **state) {
    Fixture *fixture = *state;
    g_autofree char *url = url_on(fixture, "127.0.0.1", "/endless");
    const FetchRequest request = {.url = url, .prefix_bytes = 20000};
    const FetchReply *reply = fetch_request(fixture, &request);
    assert_int_equal(reply->outcome, FETCH_OK);
    assert_null(reply->message);
    assert_in_range(g_bytes_get_size(reply->body), 20000, 20000 + 64 * 1024);
}

static void fetcher_runs_many_transfers_at_the_same_time(void **state) {
    Fixture *fixture = *state;
    FetchOptions options = options_of(fixture);
    options.timeout_ms = 300;
    use_options(fixture, &options);
    for (guint i = 0; i < 3; i++) {
        start(fixture, "/stall");
    }
    start(fixture, "/ok");
    wait_for_all(fixture);
    assert_int_equal(fixture->replies->len, 4);
    assert_int_equal(((const FetchReply *)g_ptr_array_index(fixture->replies, 0))->outcome,
                     FETCH_OK);
}

static void fetcher_freed_while_running_calls_nothing(void **state) {
    Fixture *fixture = *state;
    start(fixture, "/stall");
    start(fixture, "/ok");
    g_clear_pointer(&fixture->fetcher, fetcher_free);
    assert_int_equal(fixture->replies->len, 0);
}

static void fetcher_wait_ends_when_a_descriptor_is_ready(void **state) {
    Fixture *fixture = *state;
    int pipe_ends[2];
    assert_int_equal(pipe(pipe_ends), 0);
    assert_int_equal(write(pipe_ends[1], "x", 1), 1);
    struct pollfd fds[] = {{.fd = pipe_ends[0], .events = POLLIN}};
    fetcher_wait(fixture->fetcher, fds, G_N_ELEMENTS(fds), 60000);
    assert_int_equal(fds[0].revents, POLLIN);
    char byte;
    assert_int_equal(read(pipe_ends[0], &byte, 1), 1);
    fetcher_wait(fixture->fetcher, fds, G_N_ELEMENTS(fds), 0);
    assert_int_equal(fds[0].revents, 0);
    close(pipe_ends[1]);
    fetcher_wait(fixture->fetcher, fds, G_N_ELEMENTS(fds), 60000);
    assert_int_equal(fds[0].revents, POLLIN);
    close(pipe_ends[0]);
}

static void *wake(void *fetcher) {
    fetcher_wakeup(fetcher);
    return NULL;
}

static void fetcher_wait_ends_when_another_thread_wakes_it(void **state) {
    Fixture *fixture = *state;
    pthread_t thread;
    pthread_create(&thread, NULL, wake, fixture->fetcher);
    fetcher_wait(fixture->fetcher, NULL, 0, 60000);
    pthread_join(thread, NULL);
}

static void fetcher_refuses_options_it_cannot_use(void **state) {
    Fixture *fixture = *state;
    static const char *const entries[] = {"",         "a",           "a:80:b",
                                          "a:80:b:x", "a:80:b:81:c", "[::1:80:b:81"};
    for (guint i = 0; i < G_N_ELEMENTS(entries); i++) {
        const char *const connect_to[] = {"[::1]:80:[::2]:81", "::b:", entries[i], NULL};
        FetchOptions options = options_of(fixture);
        options.connect_to = connect_to;
        g_autoptr(GError) error = NULL;
        assert_null(fetcher_new(&options, on_done, fixture, &error));
        assert_true(g_error_matches(error, FETCH_ERROR, FETCH_ERROR_OPTION));
        assert_non_null(strstr(error->message, entries[i]));
    }
    static const char *const ca_files[] = {"/nonexistent/ca.pem", "/dev/null"};
    for (guint i = 0; i < G_N_ELEMENTS(ca_files); i++) {
        FetchOptions options = options_of(fixture);
        options.ca_file = ca_files[i];
        g_autoptr(GError) error = NULL;
        assert_null(fetcher_new(&options, on_done, fixture, &error));
        assert_true(g_error_matches(error, FETCH_ERROR, FETCH_ERROR_OPTION));
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(fetch_returns_a_whole_body_and_its_headers),
        TEST(fetch_reads_interim_replies_chunks_and_trailers),
        TEST(fetch_decodes_gzip),
        TEST(fetch_sends_what_the_request_says),
        TEST(fetch_does_not_send_line_ends_of_a_stored_value),
        TEST(fetch_reports_unchanged_only_if_it_asked),
        TEST(fetch_names_the_canonical_target_of_a_redirect_and_does_not_go_there),
        TEST(fetch_tells_failures_by_their_status),
        TEST(fetch_never_takes_a_broken_body_for_a_whole_one),
        TEST(fetch_is_capped_in_every_direction),
        TEST(fetch_stops_at_the_headers_of_an_unwanted_type),
        TEST(fetch_gives_up_on_a_server_that_stalls),
        TEST(fetch_connects_to_no_address_the_guard_refuses),
        TEST(fetch_says_that_nobody_listens),
        TEST(fetch_cannot_speak_tls_to_a_plain_server),
        TEST(fetch_refuses_an_address_that_is_none),
        TEST(fetch_ignores_a_proxy_of_the_environment),
        TEST(fetch_reaches_a_named_host_at_another_address),
        TEST(fetcher_uses_its_connections_again),
        TEST(fetcher_says_when_it_has_no_room),
        TEST(fetcher_reads_no_more_than_the_wanted_prefix),
        TEST(fetcher_runs_many_transfers_at_the_same_time),
        TEST(fetcher_freed_while_running_calls_nothing),
        TEST(fetcher_wait_ends_when_a_descriptor_is_ready),
        TEST(fetcher_wait_ends_when_another_thread_wakes_it),
        TEST(fetcher_refuses_options_it_cannot_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
