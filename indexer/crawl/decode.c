#include "crawl/decode.h"

#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#define CHUNK_BYTES (16 * 1024)
/* windowBits of inflateInit2 */
#define WINDOW_GZIP 31
#define WINDOW_ZLIB 15
#define WINDOW_RAW  (-15)

typedef enum Coding { CODING_NONE, CODING_GZIP, CODING_DEFLATE, CODING_REFUSED } Coding;

static const struct {
    const char *name;
    Coding coding;
} CODINGS[] = {
    {"gzip", CODING_GZIP},          {"x-gzip", CODING_GZIP},  {"deflate", CODING_DEFLATE},
    {"br", CODING_REFUSED},         {"zstd", CODING_REFUSED}, {"compress", CODING_REFUSED},
    {"x-compress", CODING_REFUSED}, {"dcb", CODING_REFUSED},  {"dcz", CODING_REFUSED},
};

struct Decoder {
    Coding coding;
    gsize max_bytes;
    GByteArray *body;
    z_stream stream;
    gboolean inflating; /* stream was initialised */
    gboolean ended;     /* the coding's end was reached */
    guint8 head[2];     /* the first bytes, which tell what a deflate or a further gzip member is */
    guint head_size;
};

static Coding coding_find(const char *name) {
    for (guint i = 0; i < G_N_ELEMENTS(CODINGS); i++) {
        if (!g_ascii_strcasecmp(name, CODINGS[i].name)) {
            return CODINGS[i].coding;
        }
    }
    return CODING_NONE;
}

static Coding coding_read(const char *content_encoding) {
    g_auto(GStrv) names = g_strsplit(content_encoding, ",", 8);
    Coding coding = CODING_NONE;
    for (char **name = names; *name; name++) {
        const Coding next = coding_find(g_strstrip(*name));
        if (next != CODING_NONE) {
            coding = coding == CODING_NONE ? next : CODING_REFUSED;
        }
    }
    return coding;
}

Decoder *decoder_new(const char *content_encoding, gsize max_bytes) {
    const Coding coding = content_encoding ? coding_read(content_encoding) : CODING_NONE;
    if (coding == CODING_REFUSED) {
        return NULL;
    }
    Decoder *decoder = g_new0(Decoder, 1);
    decoder->coding = coding;
    decoder->max_bytes = max_bytes;
    decoder->body = g_byte_array_new();
    return decoder;
}

void decoder_free(Decoder *decoder) {
    if (!decoder) {
        return;
    }
    if (decoder->inflating) {
        inflateEnd(&decoder->stream);
    }
    if (decoder->body) {
        g_byte_array_unref(decoder->body);
    }
    g_free(decoder);
}

static DecodeResult append(Decoder *decoder, const void *bytes, gsize size) {
    if (size > decoder->max_bytes - decoder->body->len) {
        return DECODE_TOO_LARGE;
    }
    g_byte_array_append(decoder->body, bytes, (guint)size);
    return DECODE_OK;
}

/* Inflates all of bytes, or up to the end of the stream; *used is how many it took. */
static DecodeResult inflate_some(Decoder *decoder, const guint8 *bytes, gsize size, gsize *used) {
    z_stream *stream = &decoder->stream;
    guint8 chunk[CHUNK_BYTES];
    int result;
    stream->next_in = bytes;
    stream->avail_in = (uInt)size;
    do {
        stream->next_out = chunk;
        stream->avail_out = sizeof chunk;
        result = inflate(stream, Z_NO_FLUSH);
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
            return DECODE_BROKEN;
        }
        const DecodeResult appended = append(decoder, chunk, sizeof chunk - stream->avail_out);
        if (appended != DECODE_OK) {
            return appended;
        }
    } while (result != Z_STREAM_END && (stream->avail_in || stream->avail_out == 0));
    decoder->ended = result == Z_STREAM_END;
    *used = size - stream->avail_in;
    return DECODE_OK;
}

/* Collects the first two bytes. Says whether they are complete. */
static gboolean take_head(Decoder *decoder, const guint8 **bytes, gsize *size) {
    while (decoder->head_size < sizeof decoder->head && *size) {
        decoder->head[decoder->head_size++] = *(*bytes)++;
        --*size;
    }
    return decoder->head_size == sizeof decoder->head;
}

static int window_bits(const Decoder *decoder) {
    if (decoder->coding == CODING_GZIP) {
        return WINDOW_GZIP;
    }
    /* RFC 1950 section 2.2; many servers send deflate without that wrapper. */
    const gboolean wrapped = (decoder->head[0] & 15) == Z_DEFLATED &&
                             (decoder->head[0] << 8 | decoder->head[1]) % 31 == 0;
    return wrapped ? WINDOW_ZLIB : WINDOW_RAW;
}

DecodeResult decoder_feed(Decoder *decoder, const void *data, gsize size) {
    if (decoder->coding == CODING_NONE) {
        return append(decoder, data, size);
    }
    const guint8 *bytes = data;
    while (size) {
        if (decoder->head_size < sizeof decoder->head) {
            if (!take_head(decoder, &bytes, &size)) {
                return DECODE_OK;
            }
            if (decoder->ended && memcmp(decoder->head, "\x1f\x8b", 2)) {
                return DECODE_OK;
            }
            const int ready = decoder->ended ? inflateReset(&decoder->stream)
                                             : inflateInit2(&decoder->stream, window_bits(decoder));
            if (ready != Z_OK) {
                return DECODE_BROKEN;
            }
            decoder->inflating = TRUE;
            gsize used;
            const DecodeResult result =
                inflate_some(decoder, decoder->head, sizeof decoder->head, &used);
            if (result != DECODE_OK) {
                return result;
            }
        }
        if (decoder->ended) {
            return DECODE_OK;
        }
        gsize used;
        const DecodeResult result = inflate_some(decoder, bytes, size, &used);
        if (result != DECODE_OK) {
            return result;
        }
        bytes += used;
        size -= used;
        if (decoder->ended && decoder->coding == CODING_GZIP) {
            decoder->head_size = 0; /* another member may follow, RFC 1952 section 2.2 */
        }
    }
    return DECODE_OK;
}

gboolean decoder_is_whole(const Decoder *decoder) {
    return decoder->coding == CODING_NONE || decoder->ended ||
           (!decoder->inflating && decoder->head_size == 0);
}

GBytes *decoder_take_body(Decoder *decoder) {
    return g_byte_array_free_to_bytes(g_steal_pointer(&decoder->body));
}
