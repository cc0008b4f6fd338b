#include "crawl/fetch.h"

#include <netdb.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <curl/curl.h>

#include "syllabus/url.h"

#include "crawl/decode.h"
#include "crawl/headers.h"

/* DESIGN
 * A Transfer lives from fetch_start to its done call. libcurl calls back into it while the fetcher
 * waits: headers first (which decide whether the body is wanted and how much of it), then the body.
 * A callback that has seen enough calls transfer_stop, which remembers the outcome, and makes
 * libcurl abort; transfer_finish turns that, or libcurl's own code, into the reply. libcurl's
 * content decoding is off: Decoder tells a cut body from a whole one. */

#define SYSTEM_CA_DIRECTORY "/etc/ssl/certs" /* CAINFO replaces libcurl's bundle, not this */
/* Read beyond a wanted prefix, so that the last chunk does not cost any of it. */
#define PREFIX_SLACK_BYTES (64 * 1024)
#define CA_FILE_MAX_BYTES  (4 * 1024 * 1024)
/* Framing (chunk sizes and extensions, trailers) that a transfer may need beside its body. */
#define FRAMING_MAX_BYTES (1024 * 1024)

G_DEFINE_QUARK(fetch_error, fetch_error)

typedef struct Transfer {
    Fetcher *fetcher;
    CURL *easy;
    gpointer job;
    char *url;
    SylUrl *parts;
    gsize prefix_bytes;
    gboolean any_type;
    gboolean conditional;
    struct curl_slist *request_headers;
    Headers headers;
    gboolean in_body;    /* the headers of the final reply are complete */
    gboolean discarding; /* the status says it all, the body is of no use */
    Decoder *decoder;
    gsize max_bytes;
    guint64 raw_bytes; /* as they came from the socket, framing included */
    gboolean opened;   /* some address was permitted */
    char *refused;     /* the address that was not */
    gboolean stopped;  /* by a callback, with: */
    FetchOutcome stop;
    FetchReply *reply;
    char error[CURL_ERROR_SIZE];
} Transfer;

struct Fetcher {
    CURLM *multi;
    FetchOptions options; /* its strings point to the fields below */
    struct curl_slist *connect_to;
    char *ca_file, *user_agent;
    FetchDone done;
    gpointer context;
    GPtrArray *running; /* Transfer */
    GPtrArray *idle;    /* CURL, to be used again */
};

void fetch_reply_free(FetchReply *reply) {
    if (!reply) {
        return;
    }
    g_free(reply->location);
    g_free(reply->content_type);
    g_free(reply->etag);
    g_free(reply->last_modified);
    g_free(reply->robots_tag);
    g_clear_pointer(&reply->body, g_bytes_unref);
    g_free(reply->message);
    g_free(reply);
}

static void transfer_free(Transfer *transfer) {
    Fetcher *fetcher = transfer->fetcher;
    curl_multi_remove_handle(fetcher->multi, transfer->easy);
    curl_easy_reset(transfer->easy);
    g_ptr_array_add(fetcher->idle, transfer->easy);
    curl_slist_free_all(transfer->request_headers);
    headers_forget_values(&transfer->headers);
    decoder_free(transfer->decoder);
    syl_url_free(transfer->parts);
    fetch_reply_free(transfer->reply);
    g_free(transfer->refused);
    g_free(transfer->url);
    g_free(transfer);
}

/* The first reason to stop is the one that counts. */
static void transfer_stop(Transfer *transfer, FetchOutcome outcome, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
static void transfer_stop(Transfer *transfer, FetchOutcome outcome, const char *format, ...) {
    if (transfer->stopped) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    transfer->reply->message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    transfer->stopped = TRUE;
    transfer->stop = outcome;
}

/* --- what libcurl calls --- */

static char *address_print(const struct sockaddr *address, socklen_t size) {
    char text[NI_MAXHOST];
    if (getnameinfo(address, size, text, sizeof text, NULL, 0, NI_NUMERICHOST)) {
        return g_strdup("an unknown kind of address");
    }
    return g_strdup(text);
}

static curl_socket_t on_open_socket(void *data, curlsocktype purpose,
                                    struct curl_sockaddr *address) {
    (void)purpose;
    Transfer *transfer = data;
    if (!guard_permits(transfer->fetcher->options.guard, &address->addr)) {
        g_free(transfer->refused);
        transfer->refused = address_print(&address->addr, address->addrlen);
        return CURL_SOCKET_BAD;
    }
    transfer->opened = TRUE;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Sees the bytes as they come from the socket; on_progress acts on the count, as libcurl ignores
 * what a debug function returns. Without it an endless chunk extension is counted by nobody. */
static int on_debug(CURL *easy, curl_infotype type, char *text, size_t size, void *data) {
    (void)easy;
    (void)text;
    if (type == CURLINFO_DATA_IN) {
        ((Transfer *)data)->raw_bytes += size;
    }
    return 0;
}

static int on_progress(void *data, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                       curl_off_t up) {
    (void)down_total;
    (void)down;
    (void)up_total;
    (void)up;
    Transfer *transfer = data;
    if (!transfer->in_body || transfer->raw_bytes <= transfer->max_bytes + FRAMING_MAX_BYTES) {
        return 0;
    }
    if (!transfer->discarding) {
        transfer_stop(transfer, FETCH_TOO_LARGE, "reply over %" G_GSIZE_FORMAT " bytes",
                      transfer->max_bytes + FRAMING_MAX_BYTES);
    }
    return 1;
}

/* Decides, once the headers of a 2xx are in, whether and how its body is read. */
static gboolean transfer_expect_body(Transfer *transfer) {
    const FetchOptions *options = &transfer->fetcher->options;
    const Headers *headers = &transfer->headers;
    const char *type = headers->content_type;
    if (!transfer->any_type && options->wants && !options->wants(type, transfer->parts->path)) {
        transfer_stop(transfer, FETCH_UNWANTED, "content type %s is not read",
                      type ? type : "(none)");
        return FALSE;
    }
    transfer->max_bytes = headers_name_document(headers, transfer->parts->path)
                              ? options->max_document_bytes
                              : options->max_body_bytes;
    if (transfer->prefix_bytes > 0) {
        transfer->max_bytes = transfer->prefix_bytes + PREFIX_SLACK_BYTES;
    }
    const gint64 declared = headers_content_length(headers);
    if (transfer->prefix_bytes == 0 && declared > 0 && (guint64)declared > transfer->max_bytes) {
        transfer_stop(transfer, FETCH_TOO_LARGE,
                      "body of %" G_GINT64_FORMAT " bytes, over %" G_GSIZE_FORMAT, declared,
                      transfer->max_bytes);
        return FALSE;
    }
    transfer->decoder = decoder_new(headers->content_encoding, transfer->max_bytes);
    if (!transfer->decoder) {
        transfer_stop(transfer, FETCH_BROKEN, "content encoding \"%s\" was not asked for",
                      headers->content_encoding);
        return FALSE;
    }
    return TRUE;
}

static guint transfer_status(const Transfer *transfer) {
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    return status > 0 ? (guint)status : 0;
}

/* Acts on a complete block of headers. Says whether the transfer goes on. */
static gboolean transfer_end_headers(Transfer *transfer) {
    const guint status = transfer_status(transfer);
    if (status < 200) {
        headers_forget_values(&transfer->headers);
        return TRUE;
    }
    transfer->in_body = TRUE;
    transfer->discarding = status >= 300;
    transfer->max_bytes = FETCH_MAX_DISCARD_BYTES;
    return transfer->discarding || transfer_expect_body(transfer);
}

static size_t on_header(char *line, size_t unit, size_t count, void *data) {
    Transfer *transfer = data;
    const gsize size = unit * count;
    const HeadersState state = transfer->in_body
                                   ? headers_count_trailer(&transfer->headers, size)
                                   : headers_take_line(&transfer->headers, line, size);
    if (state == HEADERS_OVER) {
        transfer_stop(transfer, FETCH_TOO_LARGE, "headers over %d bytes or %d lines",
                      FETCH_MAX_HEADER_BYTES, FETCH_MAX_HEADER_LINES);
    } else if (state == HEADERS_MORE || transfer_end_headers(transfer)) {
        return size;
    }
    return CURL_WRITEFUNC_ERROR;
}

static size_t on_body(char *bytes, size_t unit, size_t count, void *data) {
    Transfer *transfer = data;
    const gsize size = unit * count;
    transfer->reply->wire_bytes += size;
    if (transfer->discarding) {
        return transfer->reply->wire_bytes > transfer->max_bytes ? CURL_WRITEFUNC_ERROR : size;
    }
    if (!transfer->decoder) {
        return CURL_WRITEFUNC_ERROR;
    }
    const DecodeResult result = transfer->reply->wire_bytes > transfer->max_bytes
                                    ? DECODE_TOO_LARGE
                                    : decoder_feed(transfer->decoder, bytes, size);
    if (result == DECODE_OK) {
        return size;
    }
    if (result == DECODE_TOO_LARGE && transfer->prefix_bytes > 0) {
        transfer_stop(transfer, FETCH_OK, "%s", "");
    } else if (result == DECODE_TOO_LARGE) {
        transfer_stop(transfer, FETCH_TOO_LARGE, "body over %" G_GSIZE_FORMAT " bytes",
                      transfer->max_bytes);
    } else {
        transfer_stop(transfer, FETCH_BROKEN, "body is not %s as its header says",
                      transfer->headers.content_encoding);
    }
    return CURL_WRITEFUNC_ERROR;
}

/* --- how a transfer ends --- */

static gboolean status_redirects(guint status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* The outcome of a reply that is no 2xx. */
static FetchOutcome finish_by_status(Transfer *transfer) {
    FetchReply *reply = transfer->reply;
    const char *location = transfer->headers.location;
    if (reply->status == 304 && transfer->conditional) {
        return FETCH_NOT_MODIFIED;
    }
    if (!status_redirects(reply->status) || !location) {
        reply->message = g_strdup_printf("HTTP status %u", reply->status);
        return FETCH_HTTP_ERROR;
    }
    g_autoptr(GError) error = NULL;
    reply->location = syl_url_canonical(location, transfer->url, &error);
    if (reply->location) {
        return FETCH_REDIRECT;
    }
    reply->message =
        g_strdup_printf("HTTP status %u to no usable address: %s", reply->status, error->message);
    return FETCH_HTTP_ERROR;
}

/* As much of the body as was wanted is here. */
static FetchOutcome finish_prefix(Transfer *transfer) {
    FetchReply *reply = transfer->reply;
    g_clear_pointer(&reply->message, g_free);
    g_bytes_unref(reply->body);
    reply->body = decoder_take_body(transfer->decoder);
    return FETCH_OK;
}

static FetchOutcome finish_whole(Transfer *transfer) {
    FetchReply *reply = transfer->reply;
    if (!transfer->decoder || reply->status == 206) {
        reply->message = g_strdup_printf("HTTP status %u is no whole reply", reply->status);
        return FETCH_BROKEN;
    }
    if (!decoder_is_whole(transfer->decoder)) {
        reply->message = g_strdup_printf("body cut short after %" G_GUINT64_FORMAT " bytes of %s",
                                         reply->wire_bytes, transfer->headers.content_encoding);
        return FETCH_BROKEN;
    }
    g_bytes_unref(reply->body);
    reply->body = decoder_take_body(transfer->decoder);
    return FETCH_OK;
}

static char *message_connect(const Transfer *transfer) {
    long code = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &code);
    return g_strdup_printf("could not connect to %s port %u: %s", transfer->parts->host,
                           transfer->parts->port,
                           code ? g_strerror((int)code) : "no address answered");
}

static char *message_refused(const Transfer *transfer) {
    const char *host = transfer->parts->host;
    return g_strdup_printf("%s%s%s is not a public address; to visit it anyway use --allow-net %s",
                           host, strcmp(host, transfer->refused) ? " leads to " : "",
                           strcmp(host, transfer->refused) ? transfer->refused : "",
                           transfer->refused);
}

static char *message_certificate(const Transfer *transfer) {
    static const char prefix[] = "SSL certificate problem: ";
    const char *detail = transfer->error;
    if (g_str_has_prefix(detail, prefix)) {
        detail += strlen(prefix);
    }
    return g_strdup_printf("certificate of %s is not accepted: %s", transfer->parts->host, detail);
}

static char *message_name(const Transfer *transfer) {
    return g_strdup_printf("no address found for the name %s", transfer->parts->host);
}

/* What libcurl's codes mean here; the others are FETCH_BROKEN. */
static const struct {
    CURLcode code;
    FetchOutcome outcome;
    char *(*message)(const Transfer *transfer); /* NULL: libcurl's own */
} CODES[] = {
    {CURLE_COULDNT_RESOLVE_HOST, FETCH_UNREACHABLE, message_name},
    {CURLE_COULDNT_CONNECT, FETCH_UNREACHABLE, message_connect},
    {CURLE_PEER_FAILED_VERIFICATION, FETCH_UNREACHABLE, message_certificate},
    {CURLE_SSL_CONNECT_ERROR, FETCH_UNREACHABLE, NULL},
    {CURLE_SSL_CIPHER, FETCH_UNREACHABLE, NULL},
    {CURLE_SSL_ISSUER_ERROR, FETCH_UNREACHABLE, message_certificate},
    {CURLE_OPERATION_TIMEDOUT, FETCH_TIMEOUT, NULL},
    {CURLE_OUT_OF_MEMORY, FETCH_TOO_LARGE, NULL}, /* a header line over libcurl's 100 KiB */
};

static FetchOutcome finish_by_code(Transfer *transfer, CURLcode code) {
    FetchReply *reply = transfer->reply;
    if (transfer->refused && !transfer->opened) {
        reply->message = message_refused(transfer);
        return FETCH_REFUSED;
    }
    FetchOutcome outcome = FETCH_BROKEN;
    for (guint i = 0; i < G_N_ELEMENTS(CODES); i++) {
        if (CODES[i].code != code) {
            continue;
        }
        outcome = CODES[i].outcome;
        if (CODES[i].message) {
            reply->message = CODES[i].message(transfer);
        }
    }
    if (!reply->message) {
        reply->message =
            g_strdup_printf("%s: %s", transfer->parts->host,
                            transfer->error[0] ? transfer->error : curl_easy_strerror(code));
    }
    return outcome;
}

static FetchOutcome transfer_outcome(Transfer *transfer, CURLcode code) {
    const guint status = transfer->reply->status;
    if (transfer->stopped && transfer->stop == FETCH_OK) {
        return finish_prefix(transfer);
    }
    if (transfer->stopped) {
        return transfer->stop;
    }
    if (transfer->in_body && (status < 200 || status >= 300)) {
        return finish_by_status(transfer);
    }
    return code == CURLE_OK ? finish_whole(transfer) : finish_by_code(transfer, code);
}

/* Fills the reply, frees the transfer, and hands the reply on. */
static void transfer_finish(Transfer *transfer, CURLcode code) {
    Fetcher *fetcher = transfer->fetcher;
    FetchReply *reply = transfer->reply;
    Headers *headers = &transfer->headers;
    curl_off_t elapsed_us = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_TOTAL_TIME_T, &elapsed_us);
    reply->elapsed_ms = (guint)MIN(elapsed_us / 1000, (curl_off_t)G_MAXUINT);
    reply->status = transfer->in_body ? transfer_status(transfer) : 0;
    reply->retry_after_s = headers_retry_after_s(headers, (gint64)time(NULL));
    reply->outcome = transfer_outcome(transfer, code);
    if (reply->message) {
        g_strdelimit(reply->message, "\r\n", ' ');
    }
    reply->content_type = g_steal_pointer(&headers->content_type);
    reply->etag = g_steal_pointer(&headers->etag);
    reply->last_modified = g_steal_pointer(&headers->last_modified);
    reply->robots_tag = g_steal_pointer(&headers->robots_tag);
    transfer->reply = NULL;
    const gpointer job = transfer->job;
    g_ptr_array_remove_fast(fetcher->running, transfer);
    transfer_free(transfer);
    fetcher->done(job, reply, fetcher->context);
}

/* --- how a transfer begins --- */

/* A value that came from a server and goes back to one must not become a second header line. */
static void add_header(Transfer *transfer, const char *name, const char *value) {
    if (!value || !*value) {
        return;
    }
    for (const char *c = value; *c; c++) {
        if (g_ascii_iscntrl(*c)) {
            return;
        }
    }
    g_autofree char *line = g_strdup_printf("%s: %s", name, value);
    transfer->request_headers = curl_slist_append(transfer->request_headers, line);
    transfer->conditional = TRUE;
}

static void set_limits(CURL *easy, const FetchOptions *options) {
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)FETCH_CONNECT_TIMEOUT_S);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)options->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)FETCH_LOW_SPEED_BYTES);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)FETCH_LOW_SPEED_S);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    /* One exchange at a time per connection: the caps count what one transfer costs. */
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
    curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
}

static void set_callbacks(CURL *easy, Transfer *transfer) {
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_debug);
    curl_easy_setopt(easy, CURLOPT_DEBUGDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, transfer);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
}

/* The parts of url. One that cannot be read has no scheme: libcurl then gets no address, and
 * refuses it. */
static SylUrl *address_parts(const char *url) {
    SylUrl *parts = syl_url_parse(url);
    if (!parts) {
        parts = g_new0(SylUrl, 1);
        parts->host = g_strdup(url);
        parts->path = g_strdup("/");
    }
    return parts;
}

void fetch_start(Fetcher *fetcher, const FetchRequest *request, gpointer job) {
    Transfer *transfer = g_new0(Transfer, 1);
    transfer->fetcher = fetcher;
    transfer->job = job;
    transfer->url = g_strdup(request->url);
    transfer->parts = address_parts(request->url);
    transfer->any_type = request->any_type;
    transfer->prefix_bytes = request->prefix_bytes;
    transfer->reply = g_new0(FetchReply, 1);
    transfer->reply->body = g_bytes_new(NULL, 0);
    add_header(transfer, "If-None-Match", request->etag);
    add_header(transfer, "If-Modified-Since", request->last_modified);
    CURL *easy =
        fetcher->idle->len ? g_ptr_array_steal_index_fast(fetcher->idle, 0) : curl_easy_init();
    transfer->easy = easy;
    set_limits(easy, &fetcher->options);
    set_callbacks(easy, transfer);
    curl_easy_setopt(easy, CURLOPT_URL, transfer->parts->scheme ? transfer->url : "");
    curl_easy_setopt(easy, CURLOPT_USERAGENT, fetcher->user_agent);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->request_headers);
    curl_easy_setopt(easy, CURLOPT_CONNECT_TO, fetcher->connect_to);
    if (fetcher->ca_file) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, fetcher->ca_file);
        curl_easy_setopt(easy, CURLOPT_CAPATH, SYSTEM_CA_DIRECTORY);
    }
    g_ptr_array_add(fetcher->running, transfer);
    curl_multi_add_handle(fetcher->multi, easy);
}

/* --- the loop --- */

/* Moves all transfers on. Says whether any ended. */
static gboolean fetcher_advance(Fetcher *fetcher) {
    int running = 0;
    int queued = 0;
    gboolean any = FALSE;
    curl_multi_perform(fetcher->multi, &running);
    for (CURLMsg *message; (message = curl_multi_info_read(fetcher->multi, &queued));) {
        if (message->msg != CURLMSG_DONE) {
            continue;
        }
        const CURLcode code = message->data.result;
        char *transfer = NULL;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        transfer_finish((Transfer *)(void *)transfer, code);
        any = TRUE;
    }
    return any;
}

void fetcher_wait(Fetcher *fetcher, struct pollfd *fds, guint fd_count, int timeout_ms) {
    const gboolean ended = fetcher_advance(fetcher);
    g_autofree struct curl_waitfd *extra = g_new0(struct curl_waitfd, fd_count);
    for (guint i = 0; i < fd_count; i++) {
        extra[i].fd = fds[i].fd;
        extra[i].events = (short)((fds[i].events & POLLIN ? CURL_WAIT_POLLIN : 0) |
                                  (fds[i].events & POLLPRI ? CURL_WAIT_POLLPRI : 0) |
                                  (fds[i].events & POLLOUT ? CURL_WAIT_POLLOUT : 0));
    }
    curl_multi_poll(fetcher->multi, extra, fd_count, ended ? 0 : timeout_ms, NULL);
    for (guint i = 0; i < fd_count; i++) {
        fds[i].revents = (short)((extra[i].revents & CURL_WAIT_POLLIN ? POLLIN : 0) |
                                 (extra[i].revents & CURL_WAIT_POLLPRI ? POLLPRI : 0) |
                                 (extra[i].revents & CURL_WAIT_POLLOUT ? POLLOUT : 0));
    }
    fetcher_advance(fetcher);
}

void fetcher_wakeup(Fetcher *fetcher) {
    curl_multi_wakeup(fetcher->multi);
}

gboolean fetcher_has_room(const Fetcher *fetcher) {
    return fetcher->running->len < fetcher->options.max_transfers;
}

guint fetcher_running(const Fetcher *fetcher) {
    return fetcher->running->len;
}

/* HOST:PORT:HOST:PORT, where any part may be empty and a host may stand in brackets. */
static gboolean connect_to_is_valid(const char *entry) {
    for (guint part = 0; part < 4; part++) {
        gsize size = strcspn(entry, ":");
        if (part % 2 == 0 && entry[0] == '[') {
            size = strcspn(entry, "]") + (strchr(entry, ']') ? 1 : 0);
        }
        if (part % 2 == 1 && strspn(entry, "0123456789") != size) {
            return FALSE;
        }
        if (entry[size] != (part < 3 ? ':' : '\0')) {
            return FALSE;
        }
        entry += size + (part < 3 ? 1 : 0);
    }
    return TRUE;
}

static gboolean ca_file_check(const char *path, GError **error) {
    g_autofree char *text = NULL;
    gsize size = 0;
    g_autoptr(GError) cause = NULL;
    if (!g_file_get_contents(path, &text, &size, &cause)) {
        g_set_error(error, FETCH_ERROR, FETCH_ERROR_OPTION, "CA file: %s", cause->message);
        return FALSE;
    }
    if (size > CA_FILE_MAX_BYTES || !g_strstr_len(text, (gssize)size, "-----BEGIN ")) {
        g_set_error(error, FETCH_ERROR, FETCH_ERROR_OPTION,
                    "CA file %s holds no PEM certificate within %d bytes", path, CA_FILE_MAX_BYTES);
        return FALSE;
    }
    return TRUE;
}

gboolean fetch_options_check(const FetchOptions *options, GError **error) {
    if (options->ca_file && !ca_file_check(options->ca_file, error)) {
        return FALSE;
    }
    for (guint i = 0; options->connect_to && options->connect_to[i]; i++) {
        if (!connect_to_is_valid(options->connect_to[i])) {
            g_set_error(error, FETCH_ERROR, FETCH_ERROR_OPTION,
                        "--connect-to \"%s\" is not HOST:PORT:HOST:PORT", options->connect_to[i]);
            return FALSE;
        }
    }
    return TRUE;
}

static void initialise_curl(void) {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        g_error("libcurl cannot be initialised");
    }
}

Fetcher *fetcher_new(const FetchOptions *options, FetchDone done, gpointer context,
                     GError **error) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, initialise_curl);
    if (!fetch_options_check(options, error)) {
        return NULL;
    }
    Fetcher *fetcher = g_new0(Fetcher, 1);
    fetcher->options = *options;
    FetchOptions *own = &fetcher->options;
    own->timeout_ms = own->timeout_ms ? own->timeout_ms : FETCH_TIMEOUT_S * 1000;
    own->max_body_bytes = own->max_body_bytes ? own->max_body_bytes : FETCH_MAX_BODY_BYTES;
    own->max_document_bytes =
        own->max_document_bytes ? own->max_document_bytes : FETCH_MAX_DOCUMENT_BYTES;
    own->max_transfers = MAX(own->max_transfers, 1);
    for (guint i = 0; options->connect_to && options->connect_to[i]; i++) {
        fetcher->connect_to = curl_slist_append(fetcher->connect_to, options->connect_to[i]);
    }
    fetcher->ca_file = g_strdup(options->ca_file);
    fetcher->user_agent = g_strdup(options->user_agent ? options->user_agent : FETCH_AGENT_TOKEN);
    fetcher->done = done;
    fetcher->context = context;
    fetcher->running = g_ptr_array_new();
    fetcher->idle = g_ptr_array_new();
    fetcher->multi = curl_multi_init();
    curl_multi_setopt(fetcher->multi, CURLMOPT_MAXCONNECTS, (long)own->max_transfers);
    return fetcher;
}

void fetcher_free(Fetcher *fetcher) {
    if (!fetcher) {
        return;
    }
    while (fetcher->running->len) {
        transfer_free(g_ptr_array_steal_index_fast(fetcher->running, 0));
    }
    for (guint i = 0; i < fetcher->idle->len; i++) {
        curl_easy_cleanup(g_ptr_array_index(fetcher->idle, i));
    }
    curl_multi_cleanup(fetcher->multi);
    g_ptr_array_unref(fetcher->running);
    g_ptr_array_unref(fetcher->idle);
    curl_slist_free_all(fetcher->connect_to);
    g_free(fetcher->ca_file);
    g_free(fetcher->user_agent);
    g_free(fetcher);
}
