#include "syllabus/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void cleaning_makes_valid_nfc_text(void **state) {
    (void)state;
    static const struct {
        const char *text, *clean;
    } CASES[] = {
        {"", ""},
        {"plain text, kept\n\tas it is", "plain text, kept\n\tas it is"},
        {"a\x01z\x7f.\r\n", "a z . \n"},
        {"c1\xC2\x85"
         "end",
         "c1 end"},
        {"\xEF\xBB\xBFmark", "mark"},
        {"safe\xE2\x80\xAEgpj.exe\xE2\x81\xA6", "safegpj.exe"},
        {"e\xCC\x81t\xC3\xA9", "\xC3\xA9t\xC3\xA9"},
        {"\xE2\x84\xAB", "\xC3\x85"},
        {"bad\xFFgood", "bad\xEF\xBF\xBDgood"},
        {"over\xC0\xAFlong", "over\xEF\xBF\xBD\xEF\xBF\xBDlong"},
        {"half\xE2\x82", "half\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"sur\xED\xA0\x80", "sur\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autofree char *clean = syl_text_clean(CASES[i].text, -1);
        assert_string_equal(clean, CASES[i].clean);
    }
}

static void cleaning_counts_bytes_not_terminators(void **state) {
    (void)state;
    g_autofree char *clean = syl_text_clean("a\0b!", 3);
    assert_string_equal(clean, "a b");
    g_autofree char *none = syl_text_clean("abc", 0);
    assert_string_equal(none, "");
}

static void cleaning_is_idempotent_on_random_bytes(void **state) {
    (void)state;
    g_autoptr(GRand) random = g_rand_new_with_seed(11);
    for (guint round = 0; round < 3000; round++) {
        char bytes[48];
        for (gsize i = 0; i < sizeof bytes; i++) {
            bytes[i] = (char)(g_rand_boolean(random) ? g_rand_int_range(random, 0xC2, 0xF0)
                                                     : g_rand_int_range(random, 0, 256));
        }
        for (gsize i = 0; i + 1 < sizeof bytes; i += 2) {
            if (((guchar)bytes[i] & 0xE0) == 0xC0) {
                bytes[i + 1] = (char)(0x80 | g_rand_int_range(random, 0, 64));
            }
        }
        g_autofree char *once = syl_text_clean(bytes, sizeof bytes);
        assert_true(g_utf8_validate(once, -1, NULL));
        assert_true(strlen(once) <= 3 * sizeof bytes);
        g_autofree char *nfc = g_utf8_normalize(once, -1, G_NORMALIZE_DEFAULT_COMPOSE);
        assert_string_equal(once, nfc);
        g_autofree char *twice = syl_text_clean(once, -1);
        assert_string_equal(once, twice);
    }
}

static void a_letter_keeps_at_most_thirty_marks(void **state) {
    (void)state;
    g_autoptr(GString) stacked = g_string_new("x");
    for (guint i = 0; i < 200000; i++) {
        g_string_append(stacked, i % 2 == 0 ? "\xCC\xB4" : "\xCC\x96");
    }
    g_string_append(stacked, "y");
    g_autofree char *clean = syl_text_clean(stacked->str, -1);
    assert_int_equal(strlen(clean), 1 + 30 * 2 + 1);
}

static void squeezing_leaves_single_spaces(void **state) {
    (void)state;
    static const struct {
        const char *text, *squeezed;
    } CASES[] = {
        {"", ""},
        {" \t\n ", ""},
        {"  a \n b\tc  ", "a b c"},
        {"no-break\xC2\xA0\xE2\x80\xAFspace", "no-break space"},
        {"\xE3\x80\x80wide\xE2\x80\x89thin", "wide thin"},
        {"caf\xC3\xA9 \xE2\x80\x94 dash", "caf\xC3\xA9 \xE2\x80\x94 dash"},
        {"cut\xE2", "cut\xE2"},
        {"cut\xE2\x80", "cut\xE2\x80"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autofree char *squeezed = syl_text_squeeze(CASES[i].text);
        assert_string_equal(squeezed, CASES[i].squeezed);
    }
}

static void cutting_never_splits_a_character(void **state) {
    (void)state;
    const char *text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";
    static const gsize LENGTHS[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
    for (gsize max = 0; max < G_N_ELEMENTS(LENGTHS); max++) {
        assert_int_equal(syl_text_cut(text, strlen(text), max), LENGTHS[max]);
    }
}

static void lengths_count_utf16_units(void **state) {
    (void)state;
    const char *text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";
    assert_int_equal(syl_text_utf16_length(text, strlen(text)), 5);
    assert_int_equal(syl_text_utf16_length(text, 3), 2);
    assert_int_equal(syl_text_utf16_length("", 0), 0);
}

/* The words of text, separated by '|'. */
static char *words_of(const char *text, gsize size) {
    GString *words = g_string_new(NULL);
    gsize position = 0;
    SylWord word;
    while (syl_text_next_word(text, size, &position, &word)) {
        assert_true(word.size > 0 && word.start + word.size <= size);
        assert_true(position >= word.start + word.size);
        if (words->len > 0) {
            g_string_append_c(words, '|');
        }
        g_string_append_len(words, text + word.start, (gssize)word.size);
    }
    assert_int_equal(position, size);
    return g_string_free(words, FALSE);
}

static void words_are_split_as_the_index_splits_them(void **state) {
    (void)state;
    static const struct {
        const char *text, *words;
    } CASES[] = {
        {"", ""},
        {" -- ", ""},
        {"Linear algebra, done right.", "Linear|algebra|done|right"},
        {"don't AT&T rock'n'roll", "don't|AT&T|rock'n'roll"},
        {"it\xE2\x80\x99s 'quoted'", "it\xE2\x80\x99s|quoted"},
        {"C++ C# F#; C++11 fish+chips", "C++|C#|F#|C|11|fish|chips"},
        {"stars++++ x###", "stars|x###"},
        {"3.14 1,000 1.2.3 2.x", "3.14|1,000|1.2.3|2|x"},
        {"d2l.ai node.js", "d2l|ai|node|js"},
        {"U.N.C.L.E. and P.T.O", "U.N.C.L.E|and|P.T.O"},
        {"A.Bc M&S I.", "A|Bc|M&S|I"},
        {"snake_case well-known", "snake_case|well|known"},
        {"na\xC3\xAFve e\xCC\x81t", "na\xC3\xAFve|e\xCC\x81t"},
        {"\xE7\xB7\x9A\xE5\xBD\xA2 Lie\xE7\xBE\xA4", "\xE7\xB7\x9A|\xE5\xBD\xA2|Lie|\xE7\xBE\xA4"},
        {"x'\xE7\xB7\x9A", "x|\xE7\xB7\x9A"},
        {"\xD0\x9B\xD0\xB8 2\xE2\x81\x84"
         "3",
         "\xD0\x9B\xD0\xB8|2\xE2\x81\x84"
         "3"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autofree char *words = words_of(CASES[i].text, strlen(CASES[i].text));
        assert_string_equal(words, CASES[i].words);
    }
}

static void lower_case_is_that_of_the_index(void **state) {
    (void)state;
    static const struct {
        const char *text, *lower, *term;
    } CASES[] = {
        {"", "", ""},
        {"ABC", "abc", "abc"},
        {"\xCE\xA3\xCE\x9F\xCE\xA6\xCE\x9F\xCE\xA3", /* its last sigma stays a plain one */
         "\xCF\x83\xCE\xBF\xCF\x86\xCE\xBF\xCF\x83", "\xCF\x83\xCE\xBF\xCF\x86\xCE\xBF\xCF\x83"},
        {"\xC4\xB0X", "ix", "ix"},
        {"STRA\xC3\x9F\x45", "stra\xC3\x9F\x65", "stra\xC3\x9F\x65"},
        {"U.S.A", "u.s.a", "usa"},
        {"U.S", "u.s", "us"},
        {"3.14", "3.14", "3.14"},
        {"u.s.a", "u.s.a", "u.s.a"},
        {"AB", "ab", "ab"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autofree char *lower = syl_text_lower(CASES[i].text, strlen(CASES[i].text));
        g_autofree char *term = syl_text_term(CASES[i].text, strlen(CASES[i].text));
        assert_string_equal(lower, CASES[i].lower);
        assert_string_equal(term, CASES[i].term);
    }
}

static void a_text_cut_inside_a_character_ends_cleanly(void **state) {
    (void)state;
    g_autofree char *bytes = g_memdup2("ab\xE7\xB7", 4);
    g_autofree char *words = words_of(bytes, 4);
    assert_string_equal(words, "ab");
}

static void counting_counts_what_iteration_finds(void **state) {
    (void)state;
    const char *text = "One two, AT&T and \xE7\xB7\x9A\xE5\xBD\xA2.";
    assert_int_equal(syl_text_count_words(text, strlen(text)), 6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cleaning_makes_valid_nfc_text),
        cmocka_unit_test(cleaning_counts_bytes_not_terminators),
        cmocka_unit_test(cleaning_is_idempotent_on_random_bytes),
        cmocka_unit_test(a_letter_keeps_at_most_thirty_marks),
        cmocka_unit_test(squeezing_leaves_single_spaces),
        cmocka_unit_test(cutting_never_splits_a_character),
        cmocka_unit_test(lengths_count_utf16_units),
        cmocka_unit_test(words_are_split_as_the_index_splits_them),
        cmocka_unit_test(lower_case_is_that_of_the_index),
        cmocka_unit_test(a_text_cut_inside_a_character_ends_cleanly),
        cmocka_unit_test(counting_counts_what_iteration_finds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
