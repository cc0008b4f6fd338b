#include "crawl/headers.h"

#include <stddef.h>
#include <string.h>

#include <curl/curl.h>

#include "crawl/fetch.h"

typedef enum Repeat { REPEAT_FIRST, REPEAT_JOIN } Repeat;

static const struct {
    const char *name;
    gsize offset; /* of the char * in Headers */
    Repeat repeat;
    gboolean raw; /* any bytes but line ends */
} FIELDS[] = {
    {"Location", offsetof(Headers, location), REPEAT_FIRST, TRUE},
    {"Content-Type", offsetof(Headers, content_type), REPEAT_FIRST, FALSE},
    {"Content-Encoding", offsetof(Headers, content_encoding), REPEAT_JOIN, FALSE},
    {"ETag", offsetof(Headers, etag), REPEAT_FIRST, FALSE},
    {"Last-Modified", offsetof(Headers, last_modified), REPEAT_FIRST, FALSE},
    {"X-Robots-Tag", offsetof(Headers, robots_tag), REPEAT_JOIN, FALSE},
    {"Retry-After", offsetof(Headers, retry_after), REPEAT_FIRST, FALSE},
    {"Content-Length", offsetof(Headers, content_length), REPEAT_FIRST, FALSE},
};

static char **headers_field(Headers *headers, guint i) {
    return (char **)(void *)((char *)headers + FIELDS[i].offset);
}

/* What may be shown to people: no control characters (C1 too), no bidirectional overrides. */
static gboolean is_text(const char *value, gsize size) {
    if (!g_utf8_validate(value, (gssize)size, NULL)) {
        return FALSE;
    }
    for (const char *c = value; c < value + size; c += g_utf8_skip[(guchar)*c]) {
        const GUnicodeType type = g_unichar_type(g_utf8_get_char(c));
        if (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT) {
            return FALSE;
        }
    }
    return TRUE;
}

static void field_set(char **field, const char *value, gsize size, Repeat repeat) {
    if (!*field) {
        *field = g_strndup(value, size);
    } else if (repeat == REPEAT_JOIN) {
        g_autofree char *before = *field;
        *field = g_strdup_printf("%s, %.*s", before, (int)size, value);
    }
}

HeadersState headers_count_trailer(Headers *headers, gsize size) {
    headers->bytes += size;
    headers->lines++;
    const gboolean over =
        headers->bytes > FETCH_MAX_HEADER_BYTES || headers->lines > FETCH_MAX_HEADER_LINES;
    return over ? HEADERS_OVER : HEADERS_MORE;
}

HeadersState headers_take_line(Headers *headers, const char *line, gsize size) {
    if (headers_count_trailer(headers, size) == HEADERS_OVER) {
        return HEADERS_OVER;
    }
    while (size && (line[size - 1] == '\n' || line[size - 1] == '\r')) {
        size--;
    }
    if (size == 0) {
        return HEADERS_END;
    }
    const char *colon = memchr(line, ':', size);
    if (!colon) {
        return HEADERS_MORE;
    }
    const gsize name_size = (gsize)(colon - line);
    const char *value = colon + 1;
    gsize value_size = size - name_size - 1;
    for (; value_size && g_ascii_isspace(value[0]); value++) {
        value_size--;
    }
    while (value_size && g_ascii_isspace(value[value_size - 1])) {
        value_size--;
    }
    if (value_size > HEADERS_MAX_VALUE_BYTES) {
        return HEADERS_MORE;
    }
    for (guint i = 0; i < G_N_ELEMENTS(FIELDS); i++) {
        if (name_size == strlen(FIELDS[i].name) &&
            !g_ascii_strncasecmp(line, FIELDS[i].name, name_size) &&
            (FIELDS[i].raw || is_text(value, value_size))) {
            field_set(headers_field(headers, i), value, value_size, FIELDS[i].repeat);
        }
    }
    return HEADERS_MORE;
}

void headers_forget_values(Headers *headers) {
    for (guint i = 0; i < G_N_ELEMENTS(FIELDS); i++) {
        g_clear_pointer(headers_field(headers, i), g_free);
    }
}

/* Decimal digits alone, saturating; -1 for anything else. */
static gint64 digits_read(const char *text) {
    gint64 number = 0;
    if (!*text) {
        return -1;
    }
    for (; *text; text++) {
        if (!g_ascii_isdigit(*text)) {
            return -1;
        }
        if (number > (G_MAXINT64 - 9) / 10) {
            return G_MAXINT64;
        }
        number = number * 10 + (*text - '0');
    }
    return number;
}

gint64 headers_retry_after_s(const Headers *headers, gint64 now_s) {
    if (!headers->retry_after) {
        return -1;
    }
    const gint64 seconds = digits_read(headers->retry_after);
    if (seconds >= 0) {
        return seconds;
    }
    const gint64 date = (gint64)curl_getdate(headers->retry_after, NULL);
    return date < 0 ? -1 : MAX(date - now_s, 0);
}

gint64 headers_content_length(const Headers *headers) {
    return headers->content_length ? digits_read(headers->content_length) : -1;
}

gboolean headers_name_document(const Headers *headers, const char *path) {
    const char *content_type = headers->content_type;
    static const char *const prefixes[] = {
        "application/pdf",   "application/x-pdf",        "application/epub",
        "application/zip",   "application/vnd.",         "application/msword",
        "application/x-zip", "application/postscript",   "application/x-djvu",
        "image/vnd.djvu",    "application/x-mobipocket",
    };
    static const char *const suffixes[] = {".pdf",  ".epub", ".docx", ".odt",
                                           ".pptx", ".odp",  ".djvu", ".zip"};
    if (content_type && g_ascii_strncasecmp(content_type, "application/octet-stream", 24)) {
        for (guint i = 0; i < G_N_ELEMENTS(prefixes); i++) {
            if (!g_ascii_strncasecmp(content_type, prefixes[i], strlen(prefixes[i]))) {
                return TRUE;
            }
        }
        return FALSE;
    }
    const gsize size = strlen(path);
    for (guint i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        const gsize suffix = strlen(suffixes[i]);
        if (size > suffix && !g_ascii_strcasecmp(path + size - suffix, suffixes[i])) {
            return TRUE;
        }
    }
    return FALSE;
}

char *headers_http_date(gint64 at_s) {
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(at_s);
    return g_strdup_printf("%s, %02d %s %04d %02d:%02d:%02d GMT",
                           days[g_date_time_get_day_of_week(at) - 1],
                           g_date_time_get_day_of_month(at), months[g_date_time_get_month(at) - 1],
                           g_date_time_get_year(at), g_date_time_get_hour(at),
                           g_date_time_get_minute(at), g_date_time_get_second(at));
}
