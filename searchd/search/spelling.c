#include "search/spelling.h"

#include <string.h>

#include "query/plan.h"
#include "syllabus/text.h"

/* Longer words are not compared: their distance costs more than a correction is worth. */
#define WORD_MAX_LETTERS 40

typedef struct Letters {
    gunichar letter[WORD_MAX_LETTERS];
    guint count; /* 0: too long, or none */
} Letters;

static Letters letters_of(const char *word) {
    Letters letters = {0};
    for (; *word != '\0'; word += g_utf8_skip[(guchar)*word]) {
        if (letters.count == WORD_MAX_LETTERS) {
            return (Letters){0};
        }
        letters.letter[letters.count++] = g_utf8_get_char(word);
    }
    return letters;
}

/* Optimal string alignment: three rows suffice, since an exchange looks back by two. */
static guint letters_distance(const Letters *a, const Letters *b, guint limit) {
    guint longer = MAX(a->count, b->count);
    guint shorter = MIN(a->count, b->count);
    if (longer - shorter > limit) {
        return limit + 1;
    }
    guint rows[3][WORD_MAX_LETTERS + 1];
    for (guint j = 0; j <= b->count; j++) {
        rows[0][j] = j;
    }
    for (guint i = 1; i <= a->count; i++) {
        guint *row = rows[i % 3];
        const guint *above = rows[(i + 2) % 3];
        const guint *before = rows[(i + 1) % 3];
        row[0] = i;
        guint least = i;
        for (guint j = 1; j <= b->count; j++) {
            guint same = a->letter[i - 1] == b->letter[j - 1] ? 0 : 1;
            row[j] = MIN(MIN(above[j], row[j - 1]) + 1, above[j - 1] + same);
            if (i > 1 && j > 1 && a->letter[i - 1] == b->letter[j - 2] &&
                a->letter[i - 2] == b->letter[j - 1]) {
                row[j] = MIN(row[j], before[j - 2] + 1);
            }
            least = MIN(least, row[j]);
        }
        if (least > limit) {
            return limit + 1;
        }
    }
    return MIN(rows[a->count % 3][b->count], limit + 1);
}

guint spelling_distance(const char *a, const char *b, guint limit) {
    Letters letters_a = letters_of(a);
    Letters letters_b = letters_of(b);
    return letters_distance(&letters_a, &letters_b, limit);
}

typedef struct Best {
    char *word;
    guint distance;
    guint32 freq;
} Best;

/* Compares the index's words that begin with some letters. */
static xc_status compare_words(xc_database *database, const gunichar *beginning, glong count,
                               const Letters *wanted, guint limit, Best *best, xc_error *error) {
    g_autofree char *prefix = g_ucs4_to_utf8(beginning, count, NULL, NULL, NULL);
    if (prefix == NULL) {
        return XC_OK;
    }
    gsize size = strlen(prefix);
    xc_terms *terms = NULL;
    xc_status status =
        xc_database_terms(database, prefix, size, SPELLING_CANDIDATES_MAX, &terms, error);
    if (status != XC_OK) {
        return status;
    }
    for (size_t i = 0; i < terms->count; i++) {
        const xc_term *term = &terms->items[i];
        Letters letters = letters_of(term->name.data);
        guint distance = letters.count == 0 ? limit + 1 : letters_distance(wanted, &letters, limit);
        if (distance > limit || distance > best->distance ||
            (distance == best->distance && term->freq <= best->freq)) {
            continue;
        }
        g_free(best->word);
        *best = (Best){g_strdup(term->name.data), distance, term->freq};
    }
    xc_terms_free(terms);
    return XC_OK;
}

/* *word gets the replacement of an unknown word, or NULL. */
static xc_status nearest_word(xc_database *database, const char *unknown, char **word,
                              xc_error *error) {
    Letters wanted = letters_of(unknown);
    if (wanted.count < SPELLING_WORD_MIN_LETTERS) {
        *word = NULL;
        return XC_OK;
    }
    guint limit = wanted.count >= SPELLING_TWO_EDITS_LETTERS ? 2 : 1;
    const gunichar *w = wanted.letter;
    /* The first letter is right, changed places with the second, or is one too many. */
    const struct {
        gunichar letters[2];
        glong count;
    } beginnings[] = {{{w[0]}, 1}, {{w[1], w[0]}, 2}, {{w[1], w[2]}, 2}};
    Best best = {.distance = limit + 1};
    xc_status status = XC_OK;
    for (gsize i = 0; i < G_N_ELEMENTS(beginnings) && status == XC_OK; i++) {
        status = compare_words(database, beginnings[i].letters, beginnings[i].count, &wanted, limit,
                               &best, error);
    }
    if (status != XC_OK) {
        g_free(best.word);
        return status;
    }
    *word = best.word;
    return XC_OK;
}

static xc_status is_known(xc_database *database, StemCache *cache, const char *word,
                          gboolean *known, xc_error *error) {
    guint32 freq = 0;
    xc_status status = xc_database_term_freq(database, word, strlen(word), &freq, error);
    if (status == XC_OK && freq == 0) {
        g_autofree char *stem = g_strconcat("Z", stem_cache_stem(cache, word), NULL);
        status = xc_database_term_freq(database, stem, strlen(stem), &freq, error);
    }
    *known = freq > 0;
    return status;
}

static gboolean is_letters(const char *word) {
    for (; *word != '\0'; word += g_utf8_skip[(guchar)*word]) {
        if (!g_unichar_isalpha(g_utf8_get_char(word))) {
            return FALSE;
        }
    }
    return TRUE;
}

/* Adds one stretch of words to out, its unknown ones replaced. */
static xc_status correct_words(xc_database *database, StemCache *cache, const char *text,
                               gsize size, guint *replaced, GString *out, xc_error *error) {
    gsize position = 0;
    gsize copied = 0;
    SylWord word = {0};
    while (*replaced < SPELLING_WORDS_MAX && syl_text_next_word(text, size, &position, &word)) {
        g_autofree char *lower = g_utf8_strdown(text + word.start, (gssize)word.size);
        gboolean known = TRUE;
        if (!is_letters(lower)) {
            continue;
        }
        xc_status status = is_known(database, cache, lower, &known, error);
        g_autofree char *nearest = NULL;
        if (status == XC_OK && !known) {
            status = nearest_word(database, lower, &nearest, error);
        }
        if (status != XC_OK) {
            return status;
        }
        if (nearest != NULL) {
            g_string_append_len(out, text + copied, (gssize)(word.start - copied));
            g_string_append(out, nearest);
            copied = word.start + word.size;
            (*replaced)++;
        }
    }
    g_string_append_len(out, text + copied, (gssize)(size - copied));
    return XC_OK;
}

xc_status spelling_correct(xc_database *database, StemCache *cache, const char *text,
                           char **corrected, xc_error *error) {
    if (strchr(text, '"') != NULL) {
        *corrected = NULL;
        return XC_OK;
    }
    g_autoptr(GString) out = g_string_sized_new(strlen(text) + 16);
    guint replaced = 0;
    gsize position = 0;
    PlanToken token = {0};
    while (plan_next_token(text, &position, &token)) {
        if (token.kind != PLAN_TOKEN_WORD) {
            g_string_append_len(out, text + token.start, (gssize)token.size);
            continue;
        }
        xc_status status =
            correct_words(database, cache, text + token.start, token.size, &replaced, out, error);
        if (status != XC_OK) {
            return status;
        }
    }
    *corrected = replaced > 0 ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
    return XC_OK;
}
