/* What the pool and its workers say to each other over a stream socket, and the worker's side of
 * it. Pure but for worker_serve.
 *
 * The parent sends one byte first, a SandboxProfile, then one request after another, each when the
 * reply to the last has come. Request and reply are frames: the payload's size as 32 bits, little
 * endian, and the payload, a serialised GVariant of WORKER_REQUEST_TYPE or WORKER_REPLY_TYPE in
 * native byte order. */
#pragma once

#include <glib.h>

#include "extract/document.h"
#include "extract/extract.h"

#define WORKER_HEADER_BYTES      4
#define WORKER_BODY_MAX_BYTES    (64UL * 1024 * 1024)
#define WORKER_REQUEST_MAX_BYTES (WORKER_BODY_MAX_BYTES + 1024UL * 1024)
#define WORKER_REPLY_MAX_BYTES   (32UL * 1024 * 1024)

/* url, content type, name (each a byte string, or nothing), body. */
#define WORKER_REQUEST_TYPE "(maymaymayay)"
/* An ExtractError and its message where there is no document. */
#define WORKER_REPLY_TYPE "(usm" DOCUMENT_VARIANT_TYPE ")"

/* The whole frame of a request. NULL if the body is over WORKER_BODY_MAX_BYTES, or with its names
 * over WORKER_REQUEST_MAX_BYTES. Caller frees. */
guint8 *worker_pack_request(const ExtractInput *input, gsize *size);

/* The payload size in a frame's header; 0 if it is over max, which no frame may be. */
gsize worker_read_header(const guint8 header[WORKER_HEADER_BYTES], gsize max);

/* Takes over payload, the reply without its header. The worker is not trusted: FALSE if the reply
 * is not well formed, else either *document (the caller's) or *failure is set. */
gboolean worker_unpack_reply(guint8 *payload, gsize size, Document **document, GError **failure);

/* Serves requests on fd with extract until it closes, in a sandbox; returns the exit code. */
typedef Document *(*WorkerExtract)(const ExtractInput *input, GError **error);
int worker_serve(int fd, WorkerExtract extract);
