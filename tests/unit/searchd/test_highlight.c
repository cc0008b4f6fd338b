#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "search/highlight.h"
#include "search/search.h"
#include "syllabus/text.h"

/* Terms: stems as they are, exact words with '=', prefixes with '*' at the end. */
static char *snippet_of(const char *text, const char *terms, GArray *highlights) {
    g_autoptr(StemCache) cache = stem_cache_new("english");
    g_autoptr(GHashTable) stems = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) words = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) prefixes = g_ptr_array_new();
    g_auto(GStrv) parts = g_strsplit(terms, " ", -1);
    for (char **part = parts; *part != NULL; part++) {
        if (g_str_has_suffix(*part, "*")) {
            (*part)[strlen(*part) - 1] = '\0';
            g_ptr_array_add(prefixes, *part);
        } else if (**part == '=') {
            g_hash_table_add(words, *part + 1);
        } else if (**part != '\0') {
            g_hash_table_add(stems, *part);
        }
    }
    HighlightTerms wanted = {stems, words, prefixes};
    gsize at = 0;
    return highlight_snippet(text, &wanted, cache, highlights, &at);
}

/* The snippet with the words found in brackets, cut by UTF-16 units as JavaScript would. */
static char *marked(const char *text, const char *terms) {
    g_autoptr(GArray) highlights = g_array_new(FALSE, FALSE, sizeof(Highlight));
    g_autofree char *snippet = snippet_of(text, terms, highlights);
    glong units = 0;
    g_autofree gunichar2 *utf16 = g_utf8_to_utf16(snippet, -1, NULL, &units, NULL);
    GString *out = g_string_new(NULL);
    guint at = 0;
    for (guint i = 0; i < highlights->len; i++) {
        const Highlight *one = &g_array_index(highlights, Highlight, i);
        assert_true(one->start >= at);
        assert_true(one->start + one->length <= (guint)units);
        g_autofree char *before = g_utf16_to_utf8(utf16 + at, one->start - at, NULL, NULL, NULL);
        g_autofree char *word = g_utf16_to_utf8(utf16 + one->start, one->length, NULL, NULL, NULL);
        assert_non_null(before);
        assert_non_null(word);
        g_string_append_printf(out, "%s[%s]", before, word);
        at = one->start + one->length;
    }
    g_autofree char *rest = g_utf16_to_utf8(utf16 + at, units - at, NULL, NULL, NULL);
    g_string_append(out, rest);
    return g_string_free(out, FALSE);
}

static void words_are_marked_by_their_stems(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *terms;
        const char *marked;
    } cases[] = {
        {"", "x", ""},
        {"Nothing here.", "matric", "Nothing here."},
        {"Matrices and a matrix", "matric", "[Matrices] and a matrix"},
        {"It grows; growing, GROWN", "grow", "It [grows]; [growing], GROWN"},
        {"line one\n\n  line\ttwo", "two", "line one line [two]"},
        {"two words", "two word", "[two words]"},
        {"two-words", "two word", "[two]-[words]"},
        {"running runs", "=runs", "running [runs]"},
        {"The U.S.A. and USA", "=usa", "The [U.S.A]. and [USA]"},
        {"ΣΟΦΟΣ", "=σοφοσ", "[ΣΟΦΟΣ]"},
        {"線形代数は線で形だ", "=線形", "[線形]代数は線で形だ"},
        {"線形代数", "=線形 =形代 =代数", "[線形代数]"},
        {"Lie群と群論", "=群", "Lie[群]と[群]論"},
        {"線", "=線形", "線"},
        {"eigenvalue eigenvector value", "eigen*", "[eigenvalue eigenvector] value"},
        {"\xf0\x9f\x98\x80 smile \xf0\x9f\x98\x80 smile", "smile",
         "\xf0\x9f\x98\x80 [smile] \xf0\x9f\x98\x80 [smile]"},
        {"na\xc3\xafve \xc3\x9c"
         "bung macht",
         "\xc3\xbc"
         "bung",
         "na\xc3\xafve [\xc3\x9c"
         "bung] macht"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *result = marked(cases[i].text, cases[i].terms);
        assert_string_equal(result, cases[i].marked);
    }
}

static char *filler(guint words, const char *tail) {
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < words; i++) {
        g_string_append(text, "filler ");
    }
    g_string_append(text, tail);
    return g_string_free(text, FALSE);
}

static void the_window_holds_most_different_words(void **state) {
    (void)state;
    g_autofree char *middle = filler(100, "A sentence with gradient and descent in it. ");
    g_autofree char *text = g_strconcat("gradient gradient gradient. ", middle, NULL);
    g_autofree char *result = marked(text, "gradient descent");
    assert_non_null(strstr(result, "with [gradient] and [descent] in it."));
}

static void the_window_starts_at_a_sentence_where_one_is_near(void **state) {
    (void)state;
    g_autofree char *lead = filler(100, "end. The first word of it is gradient here. ");
    g_autofree char *tail = filler(100, "");
    g_autofree char *text = g_strconcat(lead, tail, NULL);
    g_autofree char *result = marked(text, "gradient");
    assert_true(g_str_has_prefix(result, "… The first word of it is [gradient] here."));
    assert_true(g_str_has_suffix(result, "filler …"));
}

static void a_snippet_is_bounded_whatever_the_text(void **state) {
    (void)state;
    g_autofree char *word = g_strnfill(5000, 'x');
    g_autofree char *long_text = filler(1000, "gradient");
    g_autofree char *no_spaces = g_strconcat(word, " gradient", word, NULL);
    g_autoptr(GString) cjk = g_string_new(NULL);
    for (guint i = 0; i < 1000; i++) {
        g_string_append(cjk, "\xe6\x95\xb0");
    }
    const char *const texts[] = {word, long_text, no_spaces, cjk->str};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GArray) highlights = g_array_new(FALSE, FALSE, sizeof(Highlight));
        g_autofree char *snippet = snippet_of(texts[i], "gradient \xe6\x95\xb0", highlights);
        assert_true(g_utf8_validate(snippet, -1, NULL));
        assert_true(g_utf8_strlen(snippet, -1) <= HIGHLIGHT_SNIPPET_CHARACTERS + 4);
    }
}

/* A small generator, so that the texts are the same each time. */
static guint32 next_random(guint32 *seed) {
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

static void highlights_lie_in_the_snippet_for_any_text(void **state) {
    (void)state;
    static const char *const pieces[] = {"gradient",         " ",        "\n", ".", "descent",
                                         "\xf0\x9f\x98\x80", "\xcc\x81", "'s", "-", "a",
                                         "\xe6\x95\xb0",     "  "};
    guint32 seed = 7;
    for (guint round = 0; round < 300; round++) {
        g_autoptr(GString) text = g_string_new(NULL);
        guint count = next_random(&seed) % 400;
        for (guint i = 0; i < count; i++) {
            g_string_append(text, pieces[next_random(&seed) % G_N_ELEMENTS(pieces)]);
        }
        g_autofree char *result = marked(text->str, "gradient descent a");
        assert_non_null(result);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_marked_by_their_stems),
        cmocka_unit_test(the_window_holds_most_different_words),
        cmocka_unit_test(the_window_starts_at_a_sentence_where_one_is_near),
        cmocka_unit_test(a_snippet_is_bounded_whatever_the_text),
        cmocka_unit_test(highlights_lie_in_the_snippet_for_any_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
