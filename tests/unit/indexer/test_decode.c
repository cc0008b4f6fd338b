#include "crawl/decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "coded_bodies.h"

#define MAX_BYTES 1000

/* Feeds bytes in pieces of step bytes. */
static DecodeResult feed(Decoder *decoder, const char *bytes, gsize size, gsize step) {
    for (gsize at = 0; at < size; at += step) {
        const DecodeResult result = decoder_feed(decoder, bytes + at, MIN(step, size - at));
        if (result != DECODE_OK) {
            return result;
        }
    }
    return DECODE_OK;
}

static void assert_body(Decoder *decoder, const char *text) {
    assert_true(decoder_is_whole(decoder));
    g_autoptr(GBytes) body = decoder_take_body(decoder);
    gsize size;
    const char *bytes = g_bytes_get_data(body, &size);
    assert_int_equal(size, strlen(text));
    if (size) {
        assert_memory_equal(bytes, text, size);
    }
}

static void decoder_reads_every_coding_in_pieces_of_any_size(void **state) {
    (void)state;
    static const struct {
        const char *encoding, *bytes;
        gsize size;
    } cases[] = {
        {NULL, CODED_BYTES(CODED_TEXT)},
        {"", CODED_BYTES(CODED_TEXT)},
        {"identity", CODED_BYTES(CODED_TEXT)},
        {"utf-8", CODED_BYTES(CODED_TEXT)},
        {"gzip", CODED_BYTES(coded_gzip)},
        {" X-GZIP ", CODED_BYTES(coded_gzip)},
        {"identity, gzip", CODED_BYTES(coded_gzip)},
        {"deflate", CODED_BYTES(coded_zlib)},
        {"deflate", CODED_BYTES(coded_raw)},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (gsize step = 1; step <= cases[i].size; step++) {
            g_autoptr(Decoder) decoder = decoder_new(cases[i].encoding, MAX_BYTES);
            assert_non_null(decoder);
            assert_int_equal(feed(decoder, cases[i].bytes, cases[i].size, step), DECODE_OK);
            assert_body(decoder, CODED_TEXT);
        }
    }
}

static void decoder_notices_a_cut_at_every_byte(void **state) {
    (void)state;
    static const struct {
        const char *encoding, *bytes;
        gsize size;
    } cases[] = {{"gzip", CODED_BYTES(coded_gzip)},
                 {"deflate", CODED_BYTES(coded_zlib)},
                 {"deflate", CODED_BYTES(coded_raw)}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (gsize size = 1; size < cases[i].size; size++) {
            g_autoptr(Decoder) decoder = decoder_new(cases[i].encoding, MAX_BYTES);
            assert_int_equal(feed(decoder, cases[i].bytes, size, 7), DECODE_OK);
            assert_false(decoder_is_whole(decoder));
        }
    }
}

static void decoder_reads_further_gzip_members_and_ignores_what_is_none(void **state) {
    (void)state;
    static const char garbage[] = "\0\0trailing";
    for (gsize step = 1; step < 80; step++) {
        g_autoptr(Decoder) decoder = decoder_new("gzip", MAX_BYTES);
        assert_int_equal(feed(decoder, CODED_BYTES(coded_gzip), step), DECODE_OK);
        assert_int_equal(feed(decoder, CODED_BYTES(coded_gzip), step), DECODE_OK);
        assert_int_equal(feed(decoder, CODED_BYTES(garbage), step), DECODE_OK);
        assert_body(decoder, CODED_TEXT CODED_TEXT);
    }
}

static void decoder_notices_a_cut_second_member(void **state) {
    (void)state;
    g_autoptr(Decoder) decoder = decoder_new("gzip", MAX_BYTES);
    assert_int_equal(feed(decoder, CODED_BYTES(coded_gzip), 100), DECODE_OK);
    assert_int_equal(feed(decoder, coded_gzip, 30, 100), DECODE_OK);
    assert_false(decoder_is_whole(decoder));
}

static void decoder_stops_at_its_cap(void **state) {
    (void)state;
    g_autoptr(Decoder) small = decoder_new("gzip", CODED_BOMB_BYTES - 1);
    assert_int_equal(feed(small, CODED_BYTES(coded_bomb), 64), DECODE_TOO_LARGE);
    g_autoptr(Decoder) exact = decoder_new("gzip", CODED_BOMB_BYTES);
    assert_int_equal(feed(exact, CODED_BYTES(coded_bomb), 64), DECODE_OK);
    assert_true(decoder_is_whole(exact));
    g_autoptr(Decoder) plain = decoder_new(NULL, 3);
    assert_int_equal(decoder_feed(plain, "abc", 3), DECODE_OK);
    assert_int_equal(decoder_feed(plain, "d", 1), DECODE_TOO_LARGE);
}

static void decoder_refuses_damaged_bytes(void **state) {
    (void)state;
    g_autofree char *damaged = g_memdup2(CODED_BYTES(coded_gzip));
    damaged[sizeof coded_gzip - 6] ^= 1; /* in the length or checksum at the end */
    g_autoptr(Decoder) checksum = decoder_new("gzip", MAX_BYTES);
    assert_int_equal(feed(checksum, damaged, sizeof coded_gzip - 1, 100), DECODE_BROKEN);
    g_autoptr(Decoder) plain = decoder_new("gzip", MAX_BYTES);
    assert_int_equal(feed(plain, CODED_BYTES(CODED_TEXT), 100), DECODE_BROKEN);
}

static void decoder_takes_no_bytes_for_a_whole_empty_body(void **state) {
    (void)state;
    g_autoptr(Decoder) decoder = decoder_new("gzip", MAX_BYTES);
    assert_body(decoder, "");
}

static void decoder_refuses_codings_it_cannot_read(void **state) {
    (void)state;
    static const char *const encodings[] = {"br", "zstd", "compress", "gzip, gzip", "gzip,br"};
    for (guint i = 0; i < G_N_ELEMENTS(encodings); i++) {
        assert_null(decoder_new(encodings[i], MAX_BYTES));
    }
    decoder_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decoder_reads_every_coding_in_pieces_of_any_size),
        cmocka_unit_test(decoder_notices_a_cut_at_every_byte),
        cmocka_unit_test(decoder_reads_further_gzip_members_and_ignores_what_is_none),
        cmocka_unit_test(decoder_notices_a_cut_second_member),
        cmocka_unit_test(decoder_stops_at_its_cap),
        cmocka_unit_test(decoder_refuses_damaged_bytes),
        cmocka_unit_test(decoder_takes_no_bytes_for_a_whole_empty_body),
        cmocka_unit_test(decoder_refuses_codings_it_cannot_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
