#include "crawl/headers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crawl/fetch.h"

static HeadersState take(Headers *headers, const char *line) {
    return headers_take_line(headers, line, strlen(line));
}

static void headers_keep_what_the_crawl_acts_on(void **state) {
    (void)state;
    Headers headers = {0};
    assert_int_equal(take(&headers, "HTTP/1.1 200 OK\r\n"), HEADERS_MORE);
    take(&headers, "content-TYPE:  text/html; charset=utf-8 \r\n");
    take(&headers, "Content-Type: text/plain\r\n");
    take(&headers, "ETag: W/\"x\"\n");
    take(&headers, "X-Robots-Tag: noindex\r\n");
    take(&headers, "X-Robots-Tag: otherbot: nofollow\r\n");
    take(&headers, "Set-Cookie: a=b\r\n");
    take(&headers, "Location:/a b\xe4\r\n");
    assert_int_equal(take(&headers, "\r\n"), HEADERS_END);
    assert_string_equal(headers.content_type, "text/html; charset=utf-8");
    assert_string_equal(headers.etag, "W/\"x\"");
    assert_string_equal(headers.robots_tag, "noindex, otherbot: nofollow");
    assert_string_equal(headers.location, "/a b\xe4");
    assert_null(headers.last_modified);
    headers_forget_values(&headers);
    assert_null(headers.content_type);
    assert_int_equal(headers.lines, 9);
}

static void headers_that_are_no_text_count_as_not_sent(void **state) {
    (void)state;
    g_autofree char *fill = g_strnfill(HEADERS_MAX_VALUE_BYTES + 1, 'a');
    g_autofree char *over = g_strdup_printf("ETag: %s\r\n", fill);
    Headers headers = {0};
    take(&headers, "ETag: \"a\x1b[2J\"\r\n");
    take(&headers, "ETag: \"\xff\"\r\n");
    take(&headers, over);
    assert_null(headers.etag);
    take(&headers, "ETag: \"\u00e4\"\r\n");
    assert_string_equal(headers.etag, "\"\u00e4\"");
    headers_forget_values(&headers);
}

static void headers_are_capped_in_lines_and_bytes(void **state) {
    (void)state;
    Headers many = {0};
    for (guint i = 0; i < FETCH_MAX_HEADER_LINES; i++) {
        assert_int_equal(take(&many, "a: b\r\n"), HEADERS_MORE);
    }
    assert_int_equal(take(&many, "a: b\r\n"), HEADERS_OVER);
    Headers large = {0};
    g_autofree char *line = g_strnfill(FETCH_MAX_HEADER_BYTES / 2, 'a');
    assert_int_equal(take(&large, line), HEADERS_MORE);
    assert_int_equal(take(&large, line), HEADERS_MORE);
    assert_int_equal(take(&large, "a"), HEADERS_OVER);
}

static void headers_retry_after_is_seconds_or_a_date(void **state) {
    (void)state;
    static const struct {
        const char *value;
        gint64 seconds;
    } cases[] = {
        {"120", 120},
        {"0", 0},
        {"Thu, 01 Jan 1970 00:20:00 GMT", 200},
        {"Thu, 01 Jan 1970 00:00:10 GMT", 0},
        {"99999999999999999999", G_MAXINT64},
        {"-5", -1},
        {"soon", -1},
        {"", -1},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *value = g_strdup(cases[i].value);
        const Headers headers = {.retry_after = value};
        assert_int_equal(headers_retry_after_s(&headers, 1000), cases[i].seconds);
    }
    const Headers none = {0};
    assert_int_equal(headers_retry_after_s(&none, 1000), -1);
}

static void headers_content_length_is_digits_alone(void **state) {
    (void)state;
    char good[] = "123", bad[] = "12a";
    assert_int_equal(headers_content_length(&(Headers){.content_length = good}), 123);
    assert_int_equal(headers_content_length(&(Headers){.content_length = bad}), -1);
    assert_int_equal(headers_content_length(&(Headers){0}), -1);
}

static void headers_name_documents_by_type_then_by_path(void **state) {
    (void)state;
    static const struct {
        const char *type, *path;
        gboolean document;
    } cases[] = {
        {"application/pdf", "/x", TRUE},
        {"Application/PDF; v=1", "/x", TRUE},
        {"application/epub+zip", "/x", TRUE},
        {"text/html", "/x.pdf", FALSE},
        {"application/xhtml+xml", "/x", FALSE},
        {"application/octet-stream", "/x.PDF", TRUE},
        {"application/octet-stream", "/x", FALSE},
        {NULL, "/x.epub", TRUE},
        {NULL, "/.pdf/", FALSE},
        {NULL, "/", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *type = g_strdup(cases[i].type);
        const Headers headers = {.content_type = type};
        assert_int_equal(headers_name_document(&headers, cases[i].path), cases[i].document);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_keep_what_the_crawl_acts_on),
        cmocka_unit_test(headers_that_are_no_text_count_as_not_sent),
        cmocka_unit_test(headers_are_capped_in_lines_and_bytes),
        cmocka_unit_test(headers_retry_after_is_seconds_or_a_date),
        cmocka_unit_test(headers_content_length_is_digits_alone),
        cmocka_unit_test(headers_name_documents_by_type_then_by_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
