/* The header lines of a transfer. */
#include "fuzz.h"

#include "crawl/fetch.h"
#include "crawl/headers.h"

#define NOW_S       1700000000
#define YEAR_9999_S G_GINT64_CONSTANT(253370764800)

static void check_value(const char *value) {
    if (value == NULL) {
        return;
    }
    fuzz_holds(g_utf8_validate(value, -1, NULL), "values are UTF-8");
    for (const char *c = value; *c != '\0'; c++) {
        fuzz_holds(!g_ascii_iscntrl(*c), "values have no control characters");
    }
}

static void check_retry_after(Headers *headers) {
    const gint64 wait_s = headers_retry_after_s(headers, NOW_S);
    fuzz_holds(wait_s >= -1, "a wait is a number of seconds or none");
    if (wait_s < 0 || wait_s > YEAR_9999_S - NOW_S) {
        return;
    }
    g_free(headers->retry_after);
    headers->retry_after = headers_http_date(NOW_S + wait_s);
    fuzz_holds(headers_retry_after_s(headers, NOW_S) == wait_s, "a written date reads the same");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Headers headers = {0};
    gsize taken = 0;
    while (taken < size) {
        const uint8_t *end = memchr(data + taken, '\n', size - taken);
        const gsize line = end == NULL ? size - taken : (gsize)(end - data) + 1 - taken;
        /* A copy of its own, so that a sanitizer sees a look behind it. */
        g_autofree char *copy = g_memdup2(data + taken, line);
        const HeadersState state = headers_take_line(&headers, copy, line);
        taken += line;
        fuzz_holds(headers.bytes == taken, "every byte counts");
        if (state == HEADERS_OVER) {
            break;
        }
        fuzz_holds(headers.lines <= FETCH_MAX_HEADER_LINES, "lines keep their cap");
    }
    const char *const values[] = {headers.content_type,  headers.content_encoding,
                                  headers.etag,          headers.last_modified,
                                  headers.robots_tag,    headers.retry_after,
                                  headers.content_length};
    for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
        check_value(values[i]);
    }
    fuzz_holds(headers_content_length(&headers) >= -1, "a length is a number of bytes or none");
    headers_name_document(&headers, "/a.pdf");
    check_retry_after(&headers);
    headers_forget_values(&headers);
    return 0;
}
