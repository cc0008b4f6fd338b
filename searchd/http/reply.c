#include "http/reply.h"

#include <string.h>
#include <zlib.h>

#define GZIP_LEVEL      5
#define SECONDS_PER_DAY 86400
/* GDate counts days from 1 January of the year 1, which is day 1. */
#define EPOCH_JULIAN_DAY 719163

static const struct {
    guint status;
    const char *phrase;
} phrases[] = {
    {200, "OK"},
    {204, "No Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
};

/* On every reply: pages load nothing but this site's own files and cannot be framed by others. */
static const char security_headers[] =
    "Content-Security-Policy: default-src 'none'; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'self'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n";

static const char *const audience_headers[] = {
    [REPLY_OWN_PAGES] = "Cross-Origin-Resource-Policy: same-origin\r\n",
    [REPLY_ANY_SITE] = "Access-Control-Allow-Origin: *\r\n"
                       "Access-Control-Expose-Headers: ETag, Retry-After, Server-Timing\r\n"
                       "Cross-Origin-Resource-Policy: cross-origin\r\n"
                       "Timing-Allow-Origin: *\r\n",
};

const char *reply_phrase(guint status) {
    for (gsize i = 0; i < G_N_ELEMENTS(phrases); i++) {
        if (phrases[i].status == status) {
            return phrases[i].phrase;
        }
    }
    return "Error";
}

Reply *reply_new(guint status, const char *type, char *body, gssize size) {
    Reply *reply = g_new0(Reply, 1);
    reply->status = status;
    reply->type = type;
    reply->body = body;
    reply->size = size < 0 ? strlen(body) : (gsize)size;
    reply->cache_control = "no-store";
    reply->headers = g_string_new(NULL);
    return reply;
}

void reply_free(Reply *reply) {
    if (reply == NULL) {
        return;
    }
    g_free(reply->body);
    g_free(reply->etag);
    g_string_free(reply->headers, TRUE);
    g_free(reply);
}

void reply_add_header(Reply *reply, const char *name, const char *value) {
    g_string_append_printf(reply->headers, "%s: ", name);
    for (const char *c = value; *c != '\0'; c++) {
        g_string_append_c(reply->headers, g_ascii_iscntrl(*c) ? ' ' : *c);
    }
    g_string_append(reply->headers, "\r\n");
}

/* --- what the client asks for */

/* Whether a weight (";q=0.5" and the like) is above zero (RFC 9110, section 12.4.2). */
static gboolean weight_is_positive(const char *parameters) {
    const char *q = strstr(parameters, "q=");
    return q == NULL || g_ascii_strtod(q + 2, NULL) > 0;
}

static gboolean accepts_gzip(const char *accept_encoding) {
    if (accept_encoding == NULL) {
        return FALSE;
    }
    g_auto(GStrv) codings = g_strsplit(accept_encoding, ",", 64);
    for (char **coding = codings; *coding != NULL; coding++) {
        const char *name = g_strstrip(*coding);
        gsize size = strcspn(name, "; \t");
        if ((size == 4 && g_ascii_strncasecmp(name, "gzip", 4) == 0) ||
            (size == 6 && g_ascii_strncasecmp(name, "x-gzip", 6) == 0)) {
            return weight_is_positive(name + size);
        }
    }
    return FALSE;
}

/* The weak comparison of If-None-Match: W/ does not count. */
static gboolean client_has(const char *if_none_match, const char *quoted_etag) {
    if (if_none_match == NULL || quoted_etag == NULL) {
        return FALSE;
    }
    g_auto(GStrv) tags = g_strsplit(if_none_match, ",", 64);
    for (char **tag = tags; *tag != NULL; tag++) {
        const char *value = g_strstrip(*tag);
        if (strcmp(value, "*") == 0) {
            return TRUE;
        }
        if (g_str_has_prefix(value, "W/")) {
            value += 2;
        }
        if (strcmp(value, quoted_etag) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

/* --- writing */

/* NULL where zlib gives up: the reply then goes out as it is. */
static GByteArray *compress_body(const Reply *reply) {
    z_stream stream = {0};
    if (reply->size > G_MAXUINT32 ||
        deflateInit2(&stream, GZIP_LEVEL, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        return NULL;
    }
    GByteArray *out = g_byte_array_new();
    g_byte_array_set_size(out, (guint)deflateBound(&stream, (uLong)reply->size));
    stream.next_in = (Bytef *)reply->body;
    stream.avail_in = (uInt)reply->size;
    stream.next_out = out->data;
    stream.avail_out = out->len;
    gboolean done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    g_byte_array_set_size(out, (guint)stream.total_out);
    deflateEnd(&stream);
    if (!done) {
        g_byte_array_unref(out);
        return NULL;
    }
    return out;
}

/* Pure arithmetic: the C library's calendar takes locks that ThreadSanitizer does not see. */
static void append_date(GString *out, gint64 now) {
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    guint second = (guint)(now % SECONDS_PER_DAY);
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_julian(&date, (guint32)(EPOCH_JULIAN_DAY + now / SECONDS_PER_DAY));
    g_string_append_printf(out, "Date: %s, %02u %s %u %02u:%02u:%02u GMT\r\n",
                           days[g_date_get_weekday(&date) - G_DATE_MONDAY], g_date_get_day(&date),
                           months[g_date_get_month(&date) - G_DATE_JANUARY], g_date_get_year(&date),
                           second / 3600, second / 60 % 60, second % 60);
}

static void append_head(GString *out, const Reply *reply, const ReplyTo *to, guint status,
                        const char *quoted_etag) {
    g_string_append_printf(out, "HTTP/1.1 %u %s\r\n", status, reply_phrase(status));
    append_date(out, to->now);
    g_string_append_printf(out, "Connection: %s\r\n", to->close ? "close" : "keep-alive");
    g_string_append_printf(out, "Cache-Control: %s\r\nVary: Accept-Encoding\r\n",
                           reply->cache_control);
    if (quoted_etag != NULL) {
        g_string_append_printf(out, "ETag: %s\r\n", quoted_etag);
    }
    g_string_append(out, security_headers);
    g_string_append(out, audience_headers[reply->audience]);
    g_string_append_len(out, reply->headers->str, (gssize)reply->headers->len);
}

GString *reply_render(const Reply *reply, const ReplyTo *to, guint *status) {
    gboolean gzip = reply->size >= REPLY_GZIP_MIN_BYTES && accepts_gzip(to->accept_encoding);
    g_autoptr(GByteArray) compressed = gzip ? compress_body(reply) : NULL;
    /* Two encodings are two representations, and a strong tag names one. */
    g_autofree char *etag =
        reply->etag == NULL
            ? NULL
            : g_strdup_printf("\"%s%s\"", reply->etag, compressed != NULL ? "-gzip" : "");
    gboolean known = reply->status == 200 && client_has(to->if_none_match, etag);
    *status = known ? 304 : reply->status;

    const char *body = compressed != NULL ? (const char *)compressed->data : reply->body;
    gsize size = compressed != NULL ? compressed->len : reply->size;
    GString *out = g_string_sized_new(1024 + size);
    append_head(out, reply, to, *status, etag);
    gboolean may_have_body = *status != 304 && *status != 204;
    if (may_have_body) {
        g_string_append_printf(out, "Content-Type: %s\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n",
                               reply->type, size);
        if (compressed != NULL) {
            g_string_append(out, "Content-Encoding: gzip\r\n");
        }
    }
    g_string_append(out, "\r\n");
    if (may_have_body && g_strcmp0(to->method, "HEAD") != 0) {
        g_string_append_len(out, body, (gssize)size);
    }
    return out;
}
