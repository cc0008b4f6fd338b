#include "search/spelling.h"

#include <string.h>

#include "query/token.h"
#include "syllabus/schema.h"
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
static xc_status nearest_word(xc_database *database, const Letters *wanted, char **word,
                              xc_error *error) {
    guint limit = wanted->count >= SPELLING_TWO_EDITS_LETTERS ? 2 : 1;
    const gunichar *w = wanted->letter;
    /* The first letter is right, changed places with the second, or is one too many. */
    const struct {
        gunichar letters[2];
        glong count;
    } beginnings[] = {{{w[0]}, 1}, {{w[1], w[0]}, 2}, {{w[1], w[2]}, 2}};
    Best best = {.distance = limit + 1};
    xc_status status = XC_OK;
    for (gsize i = 0; i < G_N_ELEMENTS(beginnings) && status == XC_OK; i++) {
        status = compare_words(database, beginnings[i].letters, beginnings[i].count, wanted, limit,
                               &best, error);
    }
    if (status != XC_OK) {
        g_free(best.word);
        return status;
    }
    *word = best.word;
    return XC_OK;
}

static xc_status has_term(xc_database *database, const char *stem_mark, const char *prefix,
                          const char *word, gboolean *known, xc_error *error) {
    g_autofree char *term = g_strconcat(stem_mark, prefix, word, NULL);
    guint32 freq = 0;
    xc_status status = xc_database_term_freq(database, term, strlen(term), &freq, error);
    *known = *known || (status == XC_OK && freq > 0);
    return status;
}

/* Whether any field of words has the word or its stem: titles, the list's words and navigation are
 * searched too, one way or another. */
static xc_status is_known(xc_database *database, StemCache *cache, const char *word,
                          gboolean *known, xc_error *error) {
    xc_status status = XC_OK;
    *known = FALSE;
    for (int id = 0; id < SYL_FIELD_COUNT && status == XC_OK && !*known; id++) {
        const SylField *field = syl_schema_field((SylFieldId)id);
        if (field->kind != SYL_FIELD_WORDS && field->kind != SYL_FIELD_BAG) {
            continue;
        }
        status = has_term(database, "", field->prefix, word, known, error);
        if (status == XC_OK && !*known) {
            const char *stem = stem_cache_stem(cache, word);
            status = has_term(database, "Z", field->prefix, stem, known, error);
        }
    }
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

/* What is done with one text. */
typedef struct Correction {
    xc_database *database;
    StemCache *cache;
    GString *out;
    gsize room; /* bytes that replacements may still add */
    guint looked_up, replaced;
} Correction;

/* *nearest: what replaces a word, or NULL. */
static xc_status look_up(Correction *correction, const char *text, gsize size, char **nearest,
                         xc_error *error) {
    g_autofree char *lower = syl_text_lower(text, size);
    Letters letters = letters_of(lower);
    gboolean known = TRUE;
    if (letters.count < SPELLING_WORD_MIN_LETTERS || !is_letters(lower)) {
        return XC_OK;
    }
    xc_status status = is_known(correction->database, correction->cache, lower, &known, error);
    if (status != XC_OK || known) {
        return status;
    }
    correction->looked_up++;
    g_autofree char *word = NULL;
    status = nearest_word(correction->database, &letters, &word, error);
    if (word != NULL && strlen(word) <= size + correction->room) {
        correction->room -= strlen(word) - size;
        *nearest = g_steal_pointer(&word);
    }
    return status;
}

/* Adds one stretch of words to what comes out, its unknown ones replaced. */
static xc_status correct_words(Correction *correction, const char *text, gsize size,
                               xc_error *error) {
    gsize position = 0;
    gsize copied = 0;
    SylWord word = {0};
    while (correction->looked_up < SPELLING_WORDS_MAX &&
           syl_text_next_word(text, size, &position, &word)) {
        g_autofree char *nearest = NULL;
        xc_status status = look_up(correction, text + word.start, word.size, &nearest, error);
        if (status != XC_OK) {
            return status;
        }
        if (nearest != NULL) {
            g_string_append_len(correction->out, text + copied, (gssize)(word.start - copied));
            g_string_append(correction->out, nearest);
            copied = word.start + word.size;
            correction->replaced++;
        }
    }
    g_string_append_len(correction->out, text + copied, (gssize)(size - copied));
    return XC_OK;
}

xc_status spelling_correct(xc_database *database, StemCache *cache, const char *text,
                           gsize max_bytes, char **corrected, xc_error *error) {
    g_autofree char *straight = token_straight_quotes(text);
    *corrected = NULL;
    if (strchr(straight, '"') != NULL) {
        return XC_OK;
    }
    gsize size = strlen(text);
    g_autoptr(GString) out = g_string_sized_new(size + 16);
    Correction correction = {.database = database,
                             .cache = cache,
                             .out = out,
                             .room = max_bytes > size ? max_bytes - size : 0};
    gsize position = 0;
    Token token = {0};
    while (token_next(text, &position, &token)) {
        if (token.kind != TOKEN_WORD) {
            g_string_append_len(out, text + token.start, (gssize)token.size);
            continue;
        }
        xc_status status = correct_words(&correction, text + token.start, token.size, error);
        if (status != XC_OK) {
            return status;
        }
    }
    *corrected = correction.replaced > 0 ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
    return XC_OK;
}
