#include "search/highlight.h"

#include <string.h>

#include "search/answer.h"
#include "syllabus/text.h"
#include "xapian-c.h"

/* Longer words are no words: the indexer leaves them out as well. */
#define WORD_MAX_BYTES 64
/* The cache is emptied when it is full: about 1 MB. */
#define STEM_CACHE_MAX 20000
/* How far before the first word found a sentence may begin to be shown from its start. */
#define LEAD_MAX_CHARACTERS 120

static const char ellipsis[] = "…";

struct StemCache {
    xc_stemmer *stemmer;
    GHashTable *stems; /* char* word → char* stem */
};

StemCache *stem_cache_new(const char *language) {
    xc_stemmer *stemmer = NULL;
    if (xc_stemmer_new(language, &stemmer, NULL) != XC_OK) {
        return NULL;
    }
    StemCache *cache = g_new0(StemCache, 1);
    cache->stemmer = stemmer;
    cache->stems = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return cache;
}

void stem_cache_free(StemCache *cache) {
    if (cache == NULL) {
        return;
    }
    xc_stemmer_free(cache->stemmer);
    g_hash_table_unref(cache->stems);
    g_free(cache);
}

const char *stem_cache_stem(StemCache *cache, const char *word) {
    const char *known = g_hash_table_lookup(cache->stems, word);
    if (known != NULL) {
        return known;
    }
    if (g_hash_table_size(cache->stems) >= STEM_CACHE_MAX) {
        g_hash_table_remove_all(cache->stems);
    }
    xc_string stem = {0};
    gboolean found = xc_stemmer_stem(cache->stemmer, word, strlen(word), &stem, NULL) == XC_OK;
    char *copy = g_strdup(found ? stem.data : word);
    if (found) {
        xc_string_clear(&stem);
    }
    g_hash_table_insert(cache->stems, g_strdup(word), copy);
    return copy;
}

/* --- which words are looked for */

/* A word of the text that is looked for. */
typedef struct Found {
    gsize start, end; /* bytes */
    gsize character;  /* characters before it */
    gsize end_character;
    guint term; /* which of the words looked for: a hash, to count different ones */
} Found;

static gboolean is_wanted(const char *word, const HighlightTerms *terms, StemCache *cache,
                          guint *term) {
    const char *stem = stem_cache_stem(cache, word);
    if (g_hash_table_contains(terms->stems, stem)) {
        *term = g_str_hash(stem);
        return TRUE;
    }
    if (g_hash_table_contains(terms->words, word)) {
        *term = g_str_hash(stem);
        return TRUE;
    }
    for (guint i = 0; terms->prefixes != NULL && i < terms->prefixes->len; i++) {
        const char *prefix = g_ptr_array_index(terms->prefixes, i);
        if (g_str_has_prefix(word, prefix)) {
            *term = g_str_hash(prefix);
            return TRUE;
        }
    }
    return FALSE;
}

/* Bytes of the pair of CJK characters at a word that is looked for, or 0. */
static gsize wanted_pair(const char *text, gsize size, const SylWord *word,
                         const HighlightTerms *terms) {
    gsize end = word->start + word->size;
    if (!syl_text_is_cjk(text + word->start) || end >= size) {
        return 0;
    }
    gsize both = word->size + (gsize)g_utf8_skip[(guchar)text[end]];
    g_autofree char *pair = syl_text_lower(text + word->start, both);
    return g_hash_table_contains(terms->words, pair) ? both : 0;
}

static gsize count_characters(const char *text, gsize size) {
    return (gsize)g_utf8_strlen(text, (gssize)size);
}

static GArray *find_words(const char *text, gsize size, const HighlightTerms *terms,
                          StemCache *cache) {
    GArray *found = g_array_new(FALSE, FALSE, sizeof(Found));
    gsize position = 0;
    gsize counted_bytes = 0;
    gsize characters = 0;
    gsize pair_end = 0; /* of the last pair of characters found */
    SylWord word = {0};
    while (terms->stems != NULL && syl_text_next_word(text, size, &position, &word)) {
        if (word.size > WORD_MAX_BYTES) {
            continue;
        }
        g_autofree char *lower = syl_text_term(text + word.start, word.size);
        gsize pair = wanted_pair(text, size, &word, terms);
        guint term = g_str_hash(lower);
        if (word.start >= pair_end && pair == 0 && !is_wanted(lower, terms, cache, &term)) {
            continue;
        }
        pair_end = MAX(pair_end, word.start + pair);
        characters += count_characters(text + counted_bytes, word.start - counted_bytes);
        counted_bytes = word.start;
        Found one = {.start = word.start,
                     .end = word.start + word.size,
                     .character = characters,
                     .end_character = characters + count_characters(text + word.start, word.size),
                     .term = term};
        g_array_append_val(found, one);
    }
    return found;
}

/* --- which window to show */

/* The words [first, last] of found that the best window holds: most different words, then most
 * words, then the earliest. */
static void best_words(const GArray *found, guint *first, guint *last) {
    guint best_score = 0;
    for (guint i = 0; i < found->len; i++) {
        const Found *start = &g_array_index(found, Found, i);
        g_autoptr(GHashTable) different = g_hash_table_new(NULL, NULL);
        guint j = i;
        for (; j < found->len; j++) {
            const Found *end = &g_array_index(found, Found, j);
            if (end->end_character - start->character > HIGHLIGHT_SNIPPET_CHARACTERS) {
                break;
            }
            g_hash_table_add(different, GUINT_TO_POINTER(end->term));
        }
        guint score = g_hash_table_size(different) * HIGHLIGHT_SNIPPET_CHARACTERS + (j - i);
        if (j > i && score > best_score) {
            best_score = score;
            *first = i;
            *last = j - 1;
        }
    }
}

static gboolean is_space(char c) {
    return c == ' ' || c == '\n' || c == '\t';
}

/* Whether a sentence or a block begins at byte at. */
static gboolean starts_sentence(const char *text, gsize at) {
    if (at == 0 || text[at - 1] == '\n') {
        return TRUE;
    }
    return at >= 2 && is_space(text[at - 1]) && strchr(".!?\n", text[at - 2]) != NULL;
}

/* Where the window begins: the farthest start of a sentence at most lead characters before byte
 * from, else a word about half as far. */
static gsize window_start(const char *text, gsize from, gsize lead) {
    gsize at = from;
    gsize word = from;
    gsize sentence = G_MAXSIZE;
    for (gsize walked = 0; walked <= lead; walked++) {
        if (starts_sentence(text, at)) {
            sentence = at;
        }
        if (at == 0) {
            break;
        }
        if (walked <= lead / 2 && is_space(text[at - 1])) {
            word = at;
        }
        at = (gsize)(g_utf8_prev_char(text + at) - text);
    }
    return sentence != G_MAXSIZE ? sentence : word;
}

/* How many characters may stand before the first word found: what the words leave of the window,
 * and more than a sentence only where the text would end before the window does. */
static gsize window_lead(const char *text, gsize size, const Found *from, const Found *to) {
    gsize spare = HIGHLIGHT_SNIPPET_CHARACTERS - (to->end_character - from->character);
    gsize after = count_characters(text + from->start, size - from->start);
    gsize missing = after < HIGHLIGHT_SNIPPET_CHARACTERS ? HIGHLIGHT_SNIPPET_CHARACTERS - after : 0;
    return MIN(spare, MAX(missing, LEAD_MAX_CHARACTERS));
}

/* Where a window of at most characters characters ends: before a space, unless the text ends first.
 * Never before byte least. */
static gsize window_end(const char *text, gsize size, gsize start, gsize characters, gsize least) {
    const char *at = text + start;
    for (gsize i = 0; i < characters && (gsize)(at - text) < size; i++) {
        at += g_utf8_skip[(guchar)*at];
    }
    gsize end = (gsize)(at - text);
    if (end >= size) {
        return size;
    }
    gsize cut = end;
    while (cut > start && !is_space(text[cut])) {
        cut--;
    }
    if (cut <= start) {
        cut = end; /* one long word, or a script without spaces */
    }
    return MAX(cut, least);
}

/* --- writing it */

typedef struct Line {
    GString *text;
    gsize utf16;
    gboolean space_due;
} Line;

/* Adds bytes with white space squeezed. */
static void line_append(Line *line, const char *text, gsize size) {
    for (gsize i = 0; i < size;) {
        if (is_space(text[i])) {
            line->space_due = line->text->len > 0;
            i++;
            continue;
        }
        if (line->space_due) {
            g_string_append_c(line->text, ' ');
            line->utf16++;
            line->space_due = FALSE;
        }
        gsize run = i;
        while (run < size && !is_space(text[run])) {
            run++;
        }
        g_string_append_len(line->text, text + i, (gssize)(run - i));
        line->utf16 += syl_text_utf16_length(text + i, run - i);
        i = run;
    }
}

/* Marks the word of size bytes that was just written and began at UTF-16 unit start. */
static void add_highlight(GArray *highlights, const Line *line, gsize start, gsize size) {
    guint length = (guint)(line->utf16 - start);
    if (highlights->len > 0) {
        Highlight *last = &g_array_index(highlights, Highlight, highlights->len - 1);
        gsize gap = start - (last->start + last->length);
        gsize before = line->text->len - size - 1;
        if (gap == 0 || (gap == 1 && line->text->str[before] == ' ')) {
            last->length = (guint)(line->utf16 - last->start);
            return;
        }
    }
    Highlight highlight = {.start = (guint)start, .length = length};
    g_array_append_val(highlights, highlight);
}

char *highlight_snippet(const char *text, const HighlightTerms *terms, StemCache *cache,
                        GArray *highlights, gsize *at) {
    gsize size = strlen(text);
    g_autoptr(GArray) found = find_words(text, size, terms, cache);
    guint first = 0;
    guint last = 0;
    best_words(found, &first, &last);

    gsize start = 0;
    gsize least = 0;
    if (found->len > 0) {
        const Found *from = &g_array_index(found, Found, first);
        const Found *to = &g_array_index(found, Found, last);
        start = window_start(text, from->start, window_lead(text, size, from, to));
        least = to->end;
    }
    gsize end = window_end(text, size, start, HIGHLIGHT_SNIPPET_CHARACTERS, least);
    *at = found->len > 0 ? g_array_index(found, Found, first).start : start;

    Line line = {.text = g_string_sized_new(end - start + 16)};
    if (start > 0) {
        line_append(&line, ellipsis, strlen(ellipsis));
        line.space_due = TRUE;
    }
    gsize written = start;
    for (guint i = first; i < found->len; i++) {
        const Found *one = &g_array_index(found, Found, i);
        if (one->end > end) {
            break;
        }
        line_append(&line, text + written, one->start - written);
        gsize word_start = line.utf16 + (line.space_due ? 1 : 0);
        line_append(&line, text + one->start, one->end - one->start);
        add_highlight(highlights, &line, word_start, one->end - one->start);
        written = one->end;
    }
    line_append(&line, text + written, end - written);
    if (end < size) {
        line.space_due = TRUE;
        line_append(&line, ellipsis, strlen(ellipsis));
    }
    return g_string_free(line.text, FALSE);
}
