#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>
#include <glib.h>

#include "http/reply.h"

static const char type[] = "text/plain; charset=utf-8";

static char *render(const Reply *reply, ReplyTo to, guint *status) {
    g_autoptr(GString) bytes = reply_render(reply, &to, status);
    assert_null(memchr(bytes->str, '\0', bytes->len));
    return g_strdup(bytes->str);
}

static const char *body_of(const char *bytes) {
    const char *end = strstr(bytes, "\r\n\r\n");
    assert_non_null(end);
    return end + 4;
}

static void a_reply_names_its_length_and_ends_its_head(void **state) {
    (void)state;
    g_autoptr(Reply) reply = reply_new(200, type, g_strdup("hello"), -1);
    guint status = 0;
    g_autofree char *bytes = render(reply, (ReplyTo){.method = "GET", .now = 784111777}, &status);
    assert_int_equal(status, 200);
    assert_true(g_str_has_prefix(bytes, "HTTP/1.1 200 OK\r\n"));
    assert_non_null(strstr(bytes, "\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
    assert_non_null(strstr(bytes, "\r\nContent-Length: 5\r\n"));
    assert_non_null(strstr(bytes, "\r\nX-Content-Type-Options: nosniff\r\n"));
    assert_string_equal(body_of(bytes), "hello");
}

static void head_gets_the_head_of_get_and_no_body(void **state) {
    (void)state;
    g_autoptr(Reply) reply = reply_new(200, type, g_strdup("hello"), -1);
    guint status = 0;
    g_autofree char *bytes = render(reply, (ReplyTo){.method = "HEAD"}, &status);
    assert_non_null(strstr(bytes, "\r\nContent-Length: 5\r\n"));
    assert_string_equal(body_of(bytes), "");
}

static void a_header_cannot_be_split_by_its_value(void **state) {
    (void)state;
    g_autoptr(Reply) reply = reply_new(200, type, g_strdup(""), -1);
    reply_add_header(reply, "X-Test", "a\r\nSet-Cookie: b\x7f");
    guint status = 0;
    g_autofree char *bytes = render(reply, (ReplyTo){.method = "GET"}, &status);
    assert_non_null(strstr(bytes, "\r\nX-Test: a  Set-Cookie: b \r\n"));
}

static void a_known_tag_gives_304_without_body(void **state) {
    (void)state;
    static const struct {
        const char *if_none_match;
        guint status;
    } cases[] = {
        {NULL, 200},    {"\"7.1\"", 304}, {"W/\"7.1\"", 304}, {"\"6\", \"7.1\"", 304}, {"*", 304},
        {"\"7.1", 200}, {"7.1", 200},     {"\"7.10\"", 200},  {"\"7.1-gzip\"", 200},   {"", 200},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Reply) reply = reply_new(200, type, g_strdup("hello"), -1);
        reply->etag = g_strdup("7.1");
        guint status = 0;
        ReplyTo to = {.method = "GET", .if_none_match = cases[i].if_none_match};
        g_autofree char *bytes = render(reply, to, &status);
        if (status != cases[i].status) {
            fail_msg("%s: %u", cases[i].if_none_match, status);
        }
        assert_string_equal(body_of(bytes), status == 304 ? "" : "hello");
        assert_non_null(strstr(bytes, "\r\nETag: \"7.1\"\r\n"));
        assert_int_equal(strstr(bytes, "Content-Length") == NULL, status == 304);
    }
}

static void errors_are_never_304(void **state) {
    (void)state;
    g_autoptr(Reply) reply = reply_new(404, type, g_strdup("gone"), -1);
    reply->etag = g_strdup("x");
    guint status = 0;
    g_autofree char *bytes =
        render(reply, (ReplyTo){.method = "GET", .if_none_match = "*"}, &status);
    assert_int_equal(status, 404);
    assert_string_equal(body_of(bytes), "gone");
}

static char *gunzip(const char *bytes, gsize size) {
    z_stream stream = {.next_in = (Bytef *)(gsize)bytes, .avail_in = (uInt)size};
    char *out = g_malloc0(1 << 20);
    stream.next_out = (Bytef *)out;
    stream.avail_out = 1 << 20;
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    inflateEnd(&stream);
    return out;
}

static void long_bodies_are_compressed_for_who_takes_it(void **state) {
    (void)state;
    static const struct {
        const char *accept;
        gsize size;
        gboolean gzip;
    } cases[] = {
        {"gzip", 5000, TRUE},
        {"gzip", REPLY_GZIP_MIN_BYTES - 1, FALSE},
        {"br, gzip;q=0.5", 5000, TRUE},
        {"gzip;q=0", 5000, FALSE},
        {"gzip; q=0.0", 5000, FALSE},
        {"GZIP", 5000, TRUE},
        {"gzipped", 5000, FALSE},
        {"identity", 5000, FALSE},
        {"", 5000, FALSE},
        {NULL, 5000, FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strnfill(cases[i].size, 'x');
        g_autoptr(Reply) reply = reply_new(200, type, g_strdup(text), -1);
        reply->etag = g_strdup("t");
        guint status = 0;
        ReplyTo to = {.method = "GET", .accept_encoding = cases[i].accept};
        g_autoptr(GString) bytes = reply_render(reply, &to, &status);
        gboolean gzip = strstr(bytes->str, "\r\nContent-Encoding: gzip\r\n") != NULL;
        assert_int_equal(gzip, cases[i].gzip);
        assert_int_equal(strstr(bytes->str, "ETag: \"t-gzip\"") != NULL, gzip);
        assert_non_null(strstr(bytes->str, "\r\nVary: Accept-Encoding\r\n"));
        const char *body = body_of(bytes->str);
        gsize size = bytes->len - (gsize)(body - bytes->str);
        g_autofree char *plain = gzip ? gunzip(body, size) : g_strndup(body, size);
        assert_string_equal(plain, text);
    }
}

static void only_what_other_sites_may_read_is_opened_to_them(void **state) {
    (void)state;
    for (int audience = REPLY_OWN_PAGES; audience <= REPLY_ANY_SITE; audience++) {
        g_autoptr(Reply) reply = reply_new(200, type, g_strdup(""), -1);
        reply->audience = (ReplyAudience)audience;
        guint status = 0;
        g_autofree char *bytes = render(reply, (ReplyTo){.method = "GET"}, &status);
        gboolean open = strstr(bytes, "\r\nAccess-Control-Allow-Origin: *\r\n") != NULL;
        assert_int_equal(open, audience == REPLY_ANY_SITE);
        assert_null(strstr(bytes, "Credentials"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_names_its_length_and_ends_its_head),
        cmocka_unit_test(head_gets_the_head_of_get_and_no_body),
        cmocka_unit_test(a_header_cannot_be_split_by_its_value),
        cmocka_unit_test(a_known_tag_gives_304_without_body),
        cmocka_unit_test(errors_are_never_304),
        cmocka_unit_test(long_bodies_are_compressed_for_who_takes_it),
        cmocka_unit_test(only_what_other_sites_may_read_is_opened_to_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
