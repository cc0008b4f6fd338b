/* Drives a real server over loopback with bytes of our own making. */
#include "fixture_library.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/server.h"

#define THREADS 8
/* No reply takes longer, unless it never comes. */
#define TIMEOUT_MS 5000
/* Nor does any wait for a searcher. */
#define WAIT_MAX_MS 60000
/* Who connects while the server stops may never be answered. */
#define STOPPING_TIMEOUT_MS 300

static const FixtureDocument shelf[] = {
    {.id = "svd#0",
     .title = "Singular <value> & decomposition",
     .text = "Any matrix is a rotation, a scaling and another rotation."},
};

typedef struct Running {
    char *library;
    SearcherPool *pool;
    Server *server;
    Site *site;
    guint16 port;
} Running;

static Running running;

static int start(void **state) {
    (void)state;
    g_autoptr(GError) error = NULL;
    running.library = fixture_library(shelf, G_N_ELEMENTS(shelf));
    running.pool = searcher_pool_new(running.library, 2, 16, WAIT_MAX_MS, &error);
    running.server = server_start("127.0.0.1:0", THREADS, &error);
    if (running.pool == NULL || running.server == NULL) {
        print_error("%s\n", error->message);
        return -1;
    }
    running.site = site_new(running.pool, server_url(running.server));
    server_serve(running.server, running.site);
    running.port =
        (guint16)g_ascii_strtoull(strrchr(server_url(running.server), ':') + 1, NULL, 10);
    return 0;
}

static int stop(void **state) {
    (void)state;
    server_free(running.server);
    site_free(running.site);
    searcher_pool_free(running.pool);
    fixture_remove(running.library);
    return 0;
}

static int dial(guint timeout_ms) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(running.port),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct timeval timeout = {.tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* Everything the server sends until it closes. Caller frees. */
static GString *exchange(const char *bytes, gsize size) {
    int fd = dial(TIMEOUT_MS);
    (void)send(fd, bytes, size, MSG_NOSIGNAL);
    GString *reply = g_string_new(NULL);
    char buffer[4096];
    ssize_t got = 0;
    while ((got = recv(fd, buffer, sizeof buffer, 0)) > 0) {
        g_string_append_len(reply, buffer, got);
    }
    close(fd);
    return reply;
}

static guint status_of(const char *reply) {
    return g_str_has_prefix(reply, "HTTP/1.1 ") ? (guint)g_ascii_strtoull(reply + 9, NULL, 10) : 0;
}

static guint count_replies(const char *reply) {
    guint count = 0;
    for (const char *at = reply; (at = strstr(at, "HTTP/1.1 ")) != NULL; at++) {
        count++;
    }
    return count;
}

static GString *get(const char *target, const char *headers) {
    g_autofree char *request = g_strdup_printf(
        "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n", target, headers);
    return exchange(request, strlen(request));
}

static const char *body_of(const GString *reply) {
    const char *end = strstr(reply->str, "\r\n\r\n");
    return end == NULL ? "" : end + 4;
}

static void requests_in_doubt_are_refused_and_the_connection_ends(void **state) {
    (void)state;
    static const struct {
        guint status;
        const char *request;
    } cases[] = {
        {405, "POST /search HTTP/1.1\r\nHost: a\r\n\r\n"},
        {405, "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n"},
        {413, "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"},
        {413, "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nhello"},
        {501, "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x\r\n\r\n"},
        {501, "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: a\r\nTransfer(Encoding: chunked\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: \r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        /* What follows must not be taken for a request. */
        g_autofree char *bytes =
            g_strconcat(cases[i].request, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", NULL);
        g_autoptr(GString) reply = exchange(bytes, strlen(bytes));
        if (status_of(reply->str) != cases[i].status || count_replies(reply->str) != 1) {
            fail_msg("%s: %u replies:\n%s", cases[i].request, count_replies(reply->str),
                     reply->str);
        }
        assert_non_null(strstr(reply->str, "\r\nConnection: close\r\n"));
    }
}

static void sixty_header_fields_are_too_many(void **state) {
    (void)state;
    static const struct {
        guint fields;
        guint status;
    } cases[] = {{59, 200}, {60, 431}, {70, 431}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) headers = g_string_new(NULL);
        for (guint field = 2; field < cases[i].fields; field++) {
            g_string_append_printf(headers, "X-%u: 1\r\n", field);
        }
        g_autoptr(GString) reply = get("/healthz", headers->str);
        assert_int_equal(status_of(reply->str), cases[i].status);
    }
}

static void addresses_lead_where_they_should(void **state) {
    (void)state;
    static const struct {
        const char *target;
        guint status;
        const char *type;
    } cases[] = {
        {"/", 200, "text/html"},
        {"/search?q=matrix", 200, "text/html"},
        {"/search", 200, "text/html"},
        {"/api/v1/search?q=matrix", 200, "application/json"},
        {"/api/v1/search?limit=0", 400, "application/problem+json"},
        {"/search?limit=0", 400, "text/html"},
        {"/api/v1/search?q=%ff", 400, "application/problem+json"},
        {"/api/v1/search?q=ab*", 400, "application/problem+json"},
        {"/api/v1/nothing", 404, "application/problem+json"},
        {"/api/v1/searchx", 404, "application/problem+json"},
        {"/nothing", 404, "text/html"},
        {"/search/", 404, "text/html"},
        {"/../../etc/passwd", 404, "text/html"},
        {"/%2e%2e/%2e%2e/etc/passwd", 404, "text/html"},
        {"/page.html", 404, "text/html"},
        {"/style.css", 200, "text/css"},
        {"/healthz", 200, "application/json"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) reply = get(cases[i].target, "");
        g_autofree char *type = g_strconcat("\r\nContent-Type: ", cases[i].type, NULL);
        if (status_of(reply->str) != cases[i].status || strstr(reply->str, type) == NULL) {
            fail_msg("%s:\n%s", cases[i].target, reply->str);
        }
        assert_non_null(strstr(reply->str, "\r\nContent-Security-Policy: default-src 'none'; "));
    }
}

static void the_api_answers_in_json_that_is_safe_inside_html(void **state) {
    (void)state;
    g_autoptr(GString) reply = get("/api/v1/search?q=matrix", "");
    json_t *answer = json_loads(body_of(reply), 0, NULL);
    assert_non_null(answer);
    json_t *result = json_array_get(json_object_get(answer, "results"), 0);
    assert_string_equal(json_string_value(json_object_get(result, "title")), shelf[0].title);
    assert_int_equal(json_integer_value(json_object_get(answer, "total")), 1);
    assert_null(strpbrk(body_of(reply), "<>&"));
    json_decref(answer);
    assert_non_null(strstr(reply->str, "\r\nAccess-Control-Allow-Origin: *\r\n"));
    assert_non_null(strstr(reply->str, "\r\nServer-Timing: search;dur="));
}

static char *etag_of(const GString *reply) {
    const char *start = strstr(reply->str, "\r\nETag: ");
    assert_non_null(start);
    start += strlen("\r\nETag: ");
    return g_strndup(start, strcspn(start, "\r"));
}

static void an_unchanged_answer_is_304_and_another_is_not(void **state) {
    (void)state;
    g_autoptr(GString) first = get("/api/v1/search?q=matrix", "");
    g_autofree char *tag = etag_of(first);
    g_autofree char *header = g_strdup_printf("If-None-Match: %s\r\n", tag);
    g_autoptr(GString) same = get("/api/v1/search?limit=10&q=matrix", header);
    g_autoptr(GString) other = get("/api/v1/search?q=rotation", header);
    g_autoptr(GString) page = get("/search?q=matrix", header);
    assert_int_equal(status_of(same->str), 304);
    assert_string_equal(body_of(same), "");
    assert_int_equal(status_of(other->str), 200);
    assert_int_equal(status_of(page->str), 200);
}

static void several_requests_may_share_a_connection(void **state) {
    (void)state;
    static const char two[] = "HEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
                              "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    g_autoptr(GString) reply = exchange(two, sizeof two - 1);
    assert_int_equal(count_replies(reply->str), 2);
    /* HEAD has no body, so the second reply follows its head at once. */
    assert_true(g_str_has_prefix(body_of(reply), "HTTP/1.1 200 OK\r\n"));
}

static void options_say_what_is_allowed(void **state) {
    (void)state;
    static const char preflight[] =
        "OPTIONS /api/v1/search HTTP/1.1\r\nHost: a\r\nOrigin: https://b\r\n"
        "Access-Control-Request-Method: DELETE\r\nConnection: close\r\n\r\n";
    g_autoptr(GString) reply = exchange(preflight, sizeof preflight - 1);
    assert_int_equal(status_of(reply->str), 204);
    assert_non_null(strstr(reply->str, "\r\nAccess-Control-Allow-Methods: GET, HEAD, OPTIONS\r\n"));
}

static void a_library_that_vanishes_gives_503_and_comes_back(void **state) {
    (void)state;
    g_autofree char *pointer = g_build_filename(running.library, "index", "current", NULL);
    g_autofree char *aside = g_strconcat(pointer, ".aside", NULL);
    assert_int_equal(g_rename(pointer, aside), 0);
    g_autoptr(GString) gone = get("/api/v1/search?q=matrix", "");
    g_autoptr(GString) health = get("/healthz", "");
    assert_int_equal(status_of(gone->str), 503);
    assert_non_null(strstr(gone->str, "\r\nRetry-After: 1\r\n"));
    assert_null(strstr(gone->str, running.library));
    assert_int_equal(status_of(health->str), 503);
    assert_int_equal(g_rename(aside, pointer), 0);
    g_autoptr(GString) back = get("/api/v1/search?q=matrix", "");
    assert_int_equal(status_of(back->str), 200);
}

static void a_taken_port_and_a_wrong_address_are_told(void **state) {
    (void)state;
    g_autofree char *taken = g_strdup_printf("127.0.0.1:%u", running.port);
    const struct {
        const char *address;
        ServerError code;
    } cases[] = {{taken, SERVER_ERROR_START},
                 {"nowhere:80", SERVER_ERROR_ADDRESS},
                 {"127.0.0.1", SERVER_ERROR_ADDRESS},
                 {"127.0.0.1:99999", SERVER_ERROR_ADDRESS},
                 {"127.0.0.1:80s", SERVER_ERROR_ADDRESS},
                 {"", SERVER_ERROR_ADDRESS}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(server_start(cases[i].address, 1, &error));
        assert_true(g_error_matches(error, SERVER_ERROR, (int)cases[i].code));
    }
}

/* --- stopping */

typedef struct Client {
    pthread_t thread;
    pthread_barrier_t *ready;
    guint status;
    gboolean whole;
} Client;

static void *ask_once(void *data) {
    Client *client = data;
    static const char request[] =
        "GET /api/v1/search?q=matrix HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    int fd = dial(STOPPING_TIMEOUT_MS);
    pthread_barrier_wait(client->ready);
    (void)send(fd, request, sizeof request - 1, MSG_NOSIGNAL);
    g_autoptr(GString) reply = g_string_new(NULL);
    char buffer[4096];
    ssize_t got = 0;
    while ((got = recv(fd, buffer, sizeof buffer, 0)) > 0) {
        g_string_append_len(reply, buffer, got);
    }
    close(fd);
    client->status = status_of(reply->str);
    client->whole = g_str_has_suffix(reply->str, "}");
    return NULL;
}

/* A stop in the middle of things: what is answered is whole. */
static void stopping_cuts_no_reply_short(void **state) {
    (void)state;
    Client clients[THREADS - 2] = {0};
    pthread_barrier_t ready;
    pthread_barrier_init(&ready, NULL, G_N_ELEMENTS(clients) + 1);
    for (gsize i = 0; i < G_N_ELEMENTS(clients); i++) {
        clients[i].ready = &ready;
        pthread_create(&clients[i].thread, NULL, ask_once, &clients[i]);
    }
    pthread_barrier_wait(&ready);
    server_stop(running.server);
    for (gsize i = 0; i < G_N_ELEMENTS(clients); i++) {
        pthread_join(clients[i].thread, NULL);
        if (clients[i].status != 0) {
            assert_true(clients[i].whole);
            assert_true(clients[i].status == 200 || clients[i].status == 503);
        }
    }
    pthread_barrier_destroy(&ready);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_in_doubt_are_refused_and_the_connection_ends),
        cmocka_unit_test(sixty_header_fields_are_too_many),
        cmocka_unit_test(addresses_lead_where_they_should),
        cmocka_unit_test(the_api_answers_in_json_that_is_safe_inside_html),
        cmocka_unit_test(an_unchanged_answer_is_304_and_another_is_not),
        cmocka_unit_test(several_requests_may_share_a_connection),
        cmocka_unit_test(options_say_what_is_allowed),
        cmocka_unit_test(a_library_that_vanishes_gives_503_and_comes_back),
        cmocka_unit_test(a_taken_port_and_a_wrong_address_are_told),
        cmocka_unit_test(stopping_cuts_no_reply_short),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
