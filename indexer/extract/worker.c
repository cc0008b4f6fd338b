#include "extract/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "extract/pool.h"
#include "extract/sandbox.h"
#include "syllabus/text.h"

/* An error message crosses into reports: one line of at most this. */
#define MESSAGE_MAX_BYTES 500

/* Frames */

static guint8 *pack_frame(GVariant *variant, gsize max, gsize *size) {
    gsize payload = g_variant_get_size(variant);
    if (payload > max) {
        return NULL;
    }
    guint8 *frame = g_malloc(WORKER_HEADER_BYTES + payload);
    guint32 header = GUINT32_TO_LE((guint32)payload);
    memcpy(frame, &header, sizeof header);
    g_variant_store(variant, frame + WORKER_HEADER_BYTES);
    *size = WORKER_HEADER_BYTES + payload;
    return frame;
}

gsize worker_read_header(const guint8 header[WORKER_HEADER_BYTES], gsize max) {
    guint32 size;
    memcpy(&size, header, sizeof size);
    size = GUINT32_FROM_LE(size);
    return size <= max ? size : 0;
}

/* A payload as a variant of that type, which owns it then. */
static GVariant *open_payload(const char *type, guint8 *payload, gsize size) {
    return g_variant_ref_sink(
        g_variant_new_from_data(G_VARIANT_TYPE(type), payload, size, FALSE, g_free, payload));
}

/* Request */

/* Servers send any bytes as a content type, so these are no GVariant strings. */
static GVariant *pack_text(const char *text) {
    return g_variant_new_maybe(G_VARIANT_TYPE_BYTESTRING,
                               text != NULL ? g_variant_new_bytestring(text) : NULL);
}

guint8 *worker_pack_request(const ExtractInput *input, gsize *size) {
    if (input->size > WORKER_BODY_MAX_BYTES) {
        return NULL;
    }
    /* The request is dropped before the body could be: no copy but the one into the frame. */
    GVariant *body = g_variant_new_from_data(G_VARIANT_TYPE_BYTESTRING, input->bytes, input->size,
                                             TRUE, NULL, NULL);
    g_autoptr(GVariant) request = g_variant_ref_sink(
        g_variant_new("(@may@may@may@ay)", pack_text(input->url), pack_text(input->content_type),
                      pack_text(input->name), body));
    return pack_frame(request, WORKER_REQUEST_MAX_BYTES, size);
}

static char *unpack_text(GVariant *request, gsize i) {
    g_autoptr(GVariant) maybe = g_variant_get_child_value(request, i);
    g_autoptr(GVariant) text = g_variant_get_maybe(maybe);
    return text != NULL ? g_variant_dup_bytestring(text, NULL) : NULL;
}

/* Reply */

static GVariant *pack_reply(const Document *document, const GError *error) {
    guint32 code = 0;
    g_autofree char *message = NULL;
    if (error != NULL) {
        code = error->domain == EXTRACT_ERROR ? (guint32)error->code : EXTRACT_ERROR_MALFORMED;
        message = g_utf8_make_valid(error->message, -1);
    }
    GVariant *content = document != NULL ? document_to_variant(document) : NULL;
    return g_variant_ref_sink(
        g_variant_new("(us@m" DOCUMENT_VARIANT_TYPE ")", code, message != NULL ? message : "",
                      g_variant_new_maybe(G_VARIANT_TYPE(DOCUMENT_VARIANT_TYPE), content)));
}

static guint8 *pack_reply_frame(const Document *document, const GError *error, gsize *size) {
    g_autoptr(GVariant) reply = pack_reply(document, error);
    guint8 *frame = pack_frame(reply, WORKER_REPLY_MAX_BYTES, size);
    if (frame != NULL) {
        return frame;
    }
    g_autoptr(GError) too_large =
        g_error_new(EXTRACT_ERROR, EXTRACT_ERROR_MALFORMED,
                    "what it holds is over %lu bytes of text and links", WORKER_REPLY_MAX_BYTES);
    g_autoptr(GVariant) refusal = pack_reply(NULL, too_large);
    return pack_frame(refusal, WORKER_REPLY_MAX_BYTES, size);
}

static gboolean unpack_failure(GVariant *reply, GError **failure) {
    guint32 code = 0;
    const char *message = NULL;
    g_variant_get_child(reply, 0, "u", &code);
    g_variant_get_child(reply, 1, "&s", &message);
    if (code >= EXTRACT_ERROR_WORKER) {
        return FALSE;
    }
    g_autofree char *clean = syl_text_clean(message, -1);
    g_autofree char *line = syl_text_squeeze(clean);
    line[syl_text_cut(line, strlen(line), MESSAGE_MAX_BYTES)] = '\0';
    *failure = g_error_new_literal(EXTRACT_ERROR, (int)code, line);
    return TRUE;
}

gboolean worker_unpack_reply(guint8 *payload, gsize size, Document **document, GError **failure) {
    g_autoptr(GVariant) reply = open_payload(WORKER_REPLY_TYPE, payload, size);
    if (!g_variant_is_normal_form(reply)) {
        return FALSE;
    }
    g_autoptr(GVariant) maybe = g_variant_get_child_value(reply, 2);
    g_autoptr(GVariant) content = g_variant_get_maybe(maybe);
    if (content == NULL) {
        return unpack_failure(reply, failure);
    }
    *document = document_from_variant(content);
    return *document != NULL;
}

/* The worker */

/* FALSE at the end of the stream, and if it breaks. */
static gboolean read_all(int fd, guint8 *bytes, gsize size) {
    while (size > 0) {
        ssize_t got = read(fd, bytes, size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return FALSE;
        }
        bytes += got;
        size -= (gsize)got;
    }
    return TRUE;
}

static gboolean write_all(int fd, const guint8 *bytes, gsize size) {
    while (size > 0) {
        ssize_t written = write(fd, bytes, size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return FALSE;
        }
        bytes += written;
        size -= (gsize)written;
    }
    return TRUE;
}

static guint8 *read_frame(int fd, gsize *size) {
    guint8 header[WORKER_HEADER_BYTES];
    if (!read_all(fd, header, sizeof header)) {
        return NULL;
    }
    *size = worker_read_header(header, WORKER_REQUEST_MAX_BYTES);
    if (*size == 0) {
        return NULL;
    }
    g_autofree guint8 *payload = g_malloc(*size);
    return read_all(fd, payload, *size) ? g_steal_pointer(&payload) : NULL;
}

/* Takes over payload. Returns the frame of the reply. */
static guint8 *answer(guint8 *payload, gsize size, WorkerExtract extract, gsize *reply_size) {
    g_autoptr(GVariant) request = open_payload(WORKER_REQUEST_TYPE, payload, size);
    g_autofree char *url = unpack_text(request, 0);
    g_autofree char *content_type = unpack_text(request, 1);
    g_autofree char *name = unpack_text(request, 2);
    g_autoptr(GVariant) body = g_variant_get_child_value(request, 3);
    ExtractInput input = {.url = url, .content_type = content_type, .name = name};
    input.bytes = g_variant_get_fixed_array(body, &input.size, 1);
    if (input.bytes == NULL) {
        input.bytes = (const guint8 *)""; /* an empty array has no address */
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(Document) document = extract(&input, &error);
    return pack_reply_frame(document, error, reply_size);
}

int worker_serve(int fd, WorkerExtract extract) {
    guint8 profile = SANDBOX_PARSE;
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC); /* converters must not hold the socket open */
    (void)close_range((guint)fd + 1, G_MAXUINT, 0);
    (void)signal(SIGINT, SIG_IGN); /* the parent decides what Ctrl-C means */
    if (!read_all(fd, &profile, sizeof profile)) {
        return 0;
    }
    sandbox_enter(profile == SANDBOX_CONVERT ? SANDBOX_CONVERT : SANDBOX_PARSE,
                  POOL_WORKER_MEMORY_BYTES);
    guint8 *request;
    gsize size = 0;
    while ((request = read_frame(fd, &size)) != NULL) {
        sandbox_limit_cpu(POOL_WORKER_CPU_S);
        gsize reply_size = 0;
        g_autofree guint8 *reply = answer(request, size, extract, &reply_size);
        if (!write_all(fd, reply, reply_size)) {
            return 1;
        }
    }
    return 0;
}

int pool_worker_main(int fd) {
    return worker_serve(fd, extract_document);
}
