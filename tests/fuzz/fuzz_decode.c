/* First line: a Content-Encoding, empty for none. Then the coded body. */
#include "fuzz.h"

#include "crawl/decode.h"

#define MAX_BYTES (256 * 1024)

typedef struct Outcome {
    gboolean read; /* to the end, without an error */
    gboolean whole;
    GBytes *body;
} Outcome;

static void outcome_clear(Outcome *outcome) {
    g_clear_pointer(&outcome->body, g_bytes_unref);
}

/* Feeds step bytes at a time. body is NULL if the coding cannot be read at all. */
static Outcome decode(const char *coding, const uint8_t *data, size_t size, size_t step) {
    g_autoptr(Decoder) decoder = decoder_new(coding, MAX_BYTES);
    Outcome outcome = {.read = decoder != NULL};
    for (size_t at = 0; outcome.read && at < size; at += MIN(step, size - at)) {
        outcome.read = decoder_feed(decoder, data + at, MIN(step, size - at)) == DECODE_OK;
    }
    if (decoder != NULL) {
        outcome.whole = outcome.read && decoder_is_whole(decoder);
        outcome.body = decoder_take_body(decoder);
        fuzz_holds(g_bytes_get_size(outcome.body) <= MAX_BYTES, "a body keeps its cap");
    }
    return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    g_autofree char *line = fuzz_take_line(&data, &size);
    const char *coding = *line ? line : NULL;
    Outcome once = decode(coding, data, size, size);
    static const size_t steps[] = {1, 7};
    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
        Outcome piecewise = decode(coding, data, size, steps[i]);
        fuzz_holds(piecewise.read == once.read && piecewise.whole == once.whole,
                   "pieces are as good as the whole");
        fuzz_holds(!once.read || g_bytes_equal(piecewise.body, once.body),
                   "pieces give the same body");
        outcome_clear(&piecewise);
    }
    outcome_clear(&once);
    return 0;
}
