/* Content codings of HTTP bodies (RFC 9110 section 8.4.1), decoded as they arrive under a cap. Our
 * own because libcurl reports a cut gzip body as whole. One thread at a time. */
#pragma once

#include <glib.h>

typedef enum DecodeResult {
    DECODE_OK,
    DECODE_TOO_LARGE, /* more than max_bytes came out */
    DECODE_BROKEN,    /* not what the coding says */
} DecodeResult;

typedef struct Decoder Decoder;

/* content_encoding: the header's value, or NULL. gzip and deflate (with and without the zlib
 * wrapper) are decoded; names that are no registered coding count as none, as in browsers. NULL if
 * the body cannot be read: br, zstd, compress, or two codings in a row. */
Decoder *decoder_new(const char *content_encoding, gsize max_bytes);
void decoder_free(Decoder *decoder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Decoder, decoder_free)

/* Not to be called again after it returned anything but DECODE_OK. */
DecodeResult decoder_feed(Decoder *decoder, const void *data, gsize size);
/* Whether what was fed is a whole body: no bytes at all, or up to the coding's end. Bytes behind
 * that end are ignored. */
gboolean decoder_is_whole(const Decoder *decoder);
/* Moves the decoded bytes out. Caller unrefs. */
GBytes *decoder_take_body(Decoder *decoder);
