/* DESIGN
 * Headings cut main into segments. A segment over PASSAGE_MAX_WORDS is cut into chunks of about
 * equal size, at block ends where there are any, else at sentence ends, else between words. What is
 * then shorter than PASSAGE_MIN_WORDS is joined to what follows, and what is left over to what
 * comes before. Only starts are kept: each piece reaches to the start of the next, so nothing
 * between two words is lost. */
#include "extract/passages.h"

#include <string.h>

#include "syllabus/text.h"

/* A chunk this long may end at a block end; a shorter one is not worth the cleaner cut. */
#define BLOCK_CUT_MIN_WORDS 75
#define MAX_LEVEL           6
#define NO_SECTION          (-1)

/* How good a place for a cut the gap after a word is. */
typedef enum Gap { GAP_NONE, GAP_SPACE, GAP_SENTENCE, GAP_BLOCK } Gap;

typedef struct Word {
    gsize cut; /* where a piece that starts after this word would start */
    Gap gap;   /* between this word and the next */
} Word;

typedef struct Piece {
    gsize start, words;
    int first_section, last_section; /* NO_SECTION: before the first heading */
} Piece;

static void part_free(gpointer data) {
    PassagePart *part = data;
    g_strfreev(part->heading);
    g_free(part->anchor);
    g_free(part);
}

static void passage_free(gpointer data) {
    Passage *passage = data;
    g_ptr_array_unref(passage->parts);
    g_strfreev(passage->heading);
    g_free(passage->anchor);
    g_free(passage);
}

static gboolean is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n';
}

/* Outline */

static const DocumentSection *peek_section(const Document *document, int section) {
    return g_ptr_array_index(document->sections, (guint)section);
}

static guint level_of(const Document *document, int section) {
    return CLAMP(peek_section(document, section)->level, 1, MAX_LEVEL);
}

/* The section around a section; NO_SECTION for an outermost one. */
static int *find_parents(const Document *document) {
    int *parents = g_new(int, document->sections->len);
    int open[MAX_LEVEL + 1] = {NO_SECTION, NO_SECTION, NO_SECTION, NO_SECTION,
                               NO_SECTION, NO_SECTION, NO_SECTION};
    for (int section = 0; section < (int)document->sections->len; section++) {
        guint level = level_of(document, section);
        int parent = NO_SECTION;
        for (guint outer = 1; outer < level; outer++) {
            if (open[outer] != NO_SECTION) {
                parent = open[outer];
            }
        }
        parents[section] = parent;
        open[level] = section;
        for (guint inner = level + 1; inner <= MAX_LEVEL; inner++) {
            open[inner] = NO_SECTION;
        }
    }
    return parents;
}

/* Words and cuts */

/* Whether the gap ends a sentence: '.', '!' or '?', perhaps closing quotes or brackets, then white
 * space or the next CJK character. A small letter after it says that it was an abbreviation. */
static gboolean ends_sentence(const char *gap, gsize size, gboolean spaced, const char *next) {
    if (g_unichar_islower(g_utf8_get_char(next))) {
        return FALSE;
    }
    for (gsize i = 0; i < size; i++) {
        if (spaced && strchr(".!?", gap[i]) != NULL && gap[i] != '\0') {
            return TRUE;
        }
        static const char *const wide[] = {"\u3002", "\uFF01", "\uFF1F", "\u2026"};
        for (gsize w = 0; w < G_N_ELEMENTS(wide); w++) {
            if (size - i >= 3 && memcmp(gap + i, wide[w], 3) == 0) {
                return TRUE;
            }
        }
    }
    return FALSE;
}

static Word describe_gap(const char *text, gsize from, gsize to) {
    Word word = {.cut = to, .gap = GAP_NONE};
    gsize after_space = 0, after_newline = 0;
    for (gsize i = from; i < to; i++) {
        if (is_space(text[i])) {
            after_space = i + 1;
        }
        if (text[i] == '\n') {
            after_newline = i + 1;
        }
    }
    if (after_newline > 0) {
        word.cut = after_newline;
        word.gap = GAP_BLOCK;
        return word;
    }
    if (after_space > 0) {
        word.cut = after_space;
    }
    if (ends_sentence(text + from, to - from, after_space > 0, text + to)) {
        word.gap = GAP_SENTENCE;
    } else if (after_space > 0) {
        word.gap = GAP_SPACE;
    }
    return word;
}

/* The words of a segment; the gap after the last one is of no meaning. */
static void read_words(const char *text, gsize size, GArray *words) {
    g_array_set_size(words, 0);
    gsize position = 0, previous_end = 0;
    SylWord found;
    while (syl_text_next_word(text, size, &position, &found)) {
        if (words->len > 0) {
            g_array_index(words, Word, words->len - 1) =
                describe_gap(text, previous_end, found.start);
        }
        Word last = {.cut = size, .gap = GAP_BLOCK};
        g_array_append_val(words, last);
        previous_end = found.start + found.size;
    }
}

/* The count of words, between low and high, after which the cut is best: a gap of this kind or a
 * better one, as near to ideal as possible. 0 if there is none. */
static gsize nearest_cut(const Word *words, gsize low, gsize high, gsize ideal, Gap gap) {
    gsize best = 0, best_distance = G_MAXSIZE;
    for (gsize count = low; count <= high; count++) {
        gsize distance = count > ideal ? count - ideal : ideal - count;
        if (words[count - 1].gap >= gap && distance < best_distance) {
            best = count;
            best_distance = distance;
        }
    }
    return best;
}

/* How many of the words left (over PASSAGE_MAX_WORDS) the next piece takes. What remains after it
 * is never shorter than the least the same cut allows for the piece itself. */
static gsize choose_cut(const Word *words, gsize left) {
    static const struct {
        Gap gap;
        gsize least;
    } choices[] = {
        {GAP_BLOCK, BLOCK_CUT_MIN_WORDS},
        {GAP_SENTENCE, PASSAGE_MIN_WORDS},
        {GAP_SPACE, PASSAGE_MIN_WORDS},
        {GAP_NONE, PASSAGE_MIN_WORDS},
    };
    gsize pieces = (left + PASSAGE_MAX_WORDS - 1) / PASSAGE_MAX_WORDS;
    gsize ideal = left / pieces;
    gsize cut = 0;
    for (gsize i = 0; cut == 0; i++) {
        gsize high = MIN((gsize)PASSAGE_MAX_WORDS, left - choices[i].least);
        cut = nearest_cut(words, choices[i].least, high, ideal, choices[i].gap);
    }
    return cut;
}

static void cut_segment(const char *main, gsize start, gsize end, int section, GArray *words,
                        GArray *pieces) {
    read_words(main + start, end - start, words);
    gsize done = 0, cut = 0;
    while (done < words->len) {
        const Word *next = &g_array_index(words, Word, done);
        gsize left = words->len - done;
        gsize count = left > PASSAGE_MAX_WORDS ? choose_cut(next, left) : left;
        Piece piece = {start + cut, count, section, section};
        g_array_append_val(pieces, piece);
        cut = next[count - 1].cut;
        done += count;
    }
}

/* Offsets come from a worker: kept inside main, in order, and at a character. */
static gsize segment_start(const Document *document, int section, gsize least, gsize size) {
    gsize offset = CLAMP(peek_section(document, section)->offset, least, size);
    while (offset < size && ((guchar)document->main[offset] & 0xC0) == 0x80) {
        offset++;
    }
    return offset;
}

static GArray *cut_document(const Document *document, gsize size) {
    GArray *pieces = g_array_new(FALSE, FALSE, sizeof(Piece));
    g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(Word));
    int sections = (int)document->sections->len;
    gsize start = 0;
    for (int section = NO_SECTION; section < sections; section++) {
        gsize end =
            section + 1 < sections ? segment_start(document, section + 1, start, size) : size;
        cut_segment(document->main, start, end, section, words, pieces);
        start = end;
    }
    return pieces;
}

/* Joining */

/* Whether next may become part of piece: small enough, and no heading between them stands above the
 * piece's own first one. So both lie under that heading's parent. */
static gboolean is_time(const char *anchor) {
    gsize digits = g_str_has_prefix(anchor, "t=") ? strspn(anchor + 2, "0123456789") : 0;
    return digits > 0 && strcmp(anchor + 2 + digits, "s") == 0;
}

/* A page of a PDF or a minute of a video is a place of its own: what is joined to it would open
 * elsewhere. */
static gboolean is_place(const Document *document, int section) {
    return section != NO_SECTION &&
           (g_str_has_prefix(peek_section(document, section)->anchor, "page=") ||
            is_time(peek_section(document, section)->anchor));
}

static gboolean may_join(const Document *document, const Piece *piece, const Piece *next) {
    if (is_place(document, next->first_section) && next->first_section != piece->first_section) {
        return FALSE;
    }
    if (piece->words + next->words > PASSAGE_MAX_WORDS) {
        return FALSE;
    }
    if (piece->first_section == NO_SECTION) {
        return TRUE;
    }
    guint level = level_of(document, piece->first_section);
    for (int section = piece->last_section + 1; section <= next->last_section; section++) {
        if (level_of(document, section) < level) {
            return FALSE;
        }
    }
    return TRUE;
}

static void join(Piece *piece, const Piece *next) {
    /* Lines before the first heading belong to what it announces. */
    if (piece->first_section == NO_SECTION) {
        piece->first_section = next->first_section;
    }
    piece->words += next->words;
    piece->last_section = next->last_section;
}

/* One pass over the pieces, in place. Forwards, a short piece takes in what follows; backwards, a
 * short piece that nothing follows is taken in by what comes before. */
static void join_pieces(const Document *document, GArray *pieces, gboolean backwards) {
    guint kept = 0;
    for (guint i = 1; i < pieces->len; i++) {
        Piece *piece = &g_array_index(pieces, Piece, kept);
        const Piece *next = &g_array_index(pieces, Piece, i);
        gsize short_words = backwards ? next->words : piece->words;
        if (short_words < PASSAGE_MIN_WORDS && may_join(document, piece, next)) {
            join(piece, next);
        } else {
            g_array_index(pieces, Piece, ++kept) = *next;
        }
    }
    if (pieces->len > 0) {
        g_array_set_size(pieces, kept + 1);
    }
}

/* Passages */

static GStrv heading_path(const Document *document, const int *parents, int section) {
    const char *path[MAX_LEVEL + 1] = {NULL};
    guint first = MAX_LEVEL;
    for (; section != NO_SECTION; section = parents[section]) {
        if (peek_section(document, section)->heading[0] != '\0') {
            path[--first] = peek_section(document, section)->heading;
        }
    }
    GStrv copy = g_new0(char *, MAX_LEVEL - first + 1);
    for (guint i = first; i < MAX_LEVEL; i++) {
        copy[i - first] = g_strdup(path[i]);
    }
    return copy;
}

static const char *peek_anchor(const Document *document, const int *parents, int section) {
    for (; section != NO_SECTION; section = parents[section]) {
        if (peek_section(document, section)->anchor[0] != '\0') {
            return peek_section(document, section)->anchor;
        }
    }
    return "";
}

/* The sections of a piece after its first one, as far as they lie inside the passage. */
static GPtrArray *list_parts(const Document *document, const int *parents, const Piece *piece,
                             const Passage *passage) {
    GPtrArray *parts = g_ptr_array_new_with_free_func(part_free);
    for (int section = piece->first_section + 1; section <= piece->last_section; section++) {
        gsize offset = peek_section(document, section)->offset;
        if (offset <= passage->start || offset >= passage->start + passage->size) {
            continue;
        }
        PassagePart *part = g_new(PassagePart, 1);
        *part = (PassagePart){.offset = offset - passage->start,
                              .heading = heading_path(document, parents, section),
                              .anchor = g_strdup(peek_anchor(document, parents, section))};
        g_ptr_array_add(parts, part);
    }
    return parts;
}

GPtrArray *passages_split(const Document *document) {
    GPtrArray *passages = g_ptr_array_new_with_free_func(passage_free);
    const char *main = document->main;
    gsize size = strlen(main);
    g_autofree int *parents = find_parents(document);
    g_autoptr(GArray) pieces = cut_document(document, size);
    join_pieces(document, pieces, FALSE);
    join_pieces(document, pieces, TRUE);
    for (guint i = 0; i < pieces->len; i++) {
        const Piece *piece = &g_array_index(pieces, Piece, i);
        gsize start = i > 0 ? piece->start : 0;
        gsize end = i + 1 < pieces->len ? g_array_index(pieces, Piece, i + 1).start : size;
        while (is_space(main[start])) {
            start++;
        }
        while (is_space(main[end - 1])) {
            end--;
        }
        Passage *passage = g_new0(Passage, 1);
        passage->ordinal = i;
        passage->heading = heading_path(document, parents, piece->first_section);
        passage->anchor = g_strdup(peek_anchor(document, parents, piece->first_section));
        passage->start = start;
        passage->size = end - start;
        passage->parts = list_parts(document, parents, piece, passage);
        g_ptr_array_add(passages, passage);
    }
    return passages;
}

/* "t=95s": a second of a video, which its page takes in the query. */
char *passage_url(const char *page, const char *anchor) {
    if (anchor[0] == '\0') {
        return g_strdup(page);
    }
    if (is_time(anchor)) {
        return g_strconcat(page, strchr(page, '?') != NULL ? "&" : "?", anchor, NULL);
    }
    /* RFC 3986 section 3.5: what a fragment may hold unescaped. Browsers look for the identifier
     * as it is first and unescaped then (HTML, "find a potential indicated element"). */
    g_autofree char *fragment = g_uri_escape_string(anchor, "!$&'()*+,;=:@/?", FALSE);
    return g_strconcat(page, "#", fragment, NULL);
}
