#include "syllabus/text.h"

#include <string.h>

/* UAX #15, Stream-Safe Text Format: no real text stacks more marks on one letter. Without a bound,
 * sorting a run of marks into canonical order takes the square of its length. */
#define TEXT_MAX_MARKS 30

typedef struct CodeRange {
    gunichar first, last;
} CodeRange;

static gboolean in_ranges(gunichar ch, const CodeRange *ranges, gsize count) {
    for (gsize i = 0; i < count; i++) {
        if (ch >= ranges[i].first && ch <= ranges[i].last) {
            return TRUE;
        }
    }
    return FALSE;
}

/* The character at text[at] of valid UTF-8; a character cut by the end of the text counts byte by
 * byte. *length is never 0. */
static gunichar decode(const char *text, gsize size, gsize at, gsize *length) {
    const guchar lead = (guchar)text[at];
    *length = 1;
    if (lead < 0x80) {
        return lead;
    }
    const gsize skip = (gsize)g_utf8_skip[lead];
    if (skip > size - at) {
        return 0xFFFD;
    }
    *length = skip;
    return g_utf8_get_char(text + at);
}

/* ---- cleaning ---- */

/* Bidirectional overrides and isolates make text read otherwise than it is stored. */
static gboolean is_dropped(gunichar ch) {
    return (ch >= 0x202A && ch <= 0x202E) || (ch >= 0x2066 && ch <= 0x2069) || ch == 0xFEFF;
}

static gboolean is_control(gunichar ch) {
    return (ch < 0x20 && ch != '\n' && ch != '\t') || (ch >= 0x7F && ch <= 0x9F);
}

/* Frequent blocks whose characters are NFC_Quick_Check=Yes (UAX #15): text made of these alone is
 * NFC already. */
static gboolean is_surely_nfc(gunichar ch) {
    static const CodeRange STABLE[] = {
        {0x0000, 0x02FF}, {0x2002, 0x2125}, {0x0400, 0x0482}, {0x3041, 0x3096},
        {0x30A1, 0x30FA}, {0x4E00, 0x9FFF}, {0xAC00, 0xD7A3},
    };
    return in_ranges(ch, STABLE, G_N_ELEMENTS(STABLE));
}

/* Appends text as valid UTF-8 without what does not belong in it. Returns whether the result is
 * surely NFC. */
static gboolean append_clean(GString *out, const char *text, gsize size) {
    gboolean nfc = TRUE;
    guint marks = 0;
    for (gsize at = 0; at < size;) {
        gsize run = at;
        while (run < size && (guchar)text[run] >= 0x20 && (guchar)text[run] < 0x7F) {
            run++;
        }
        if (run > at) {
            g_string_append_len(out, text + at, (gssize)(run - at));
            at = run;
            marks = 0;
            continue;
        }
        gunichar ch = (guchar)text[at];
        gsize length = 1;
        if (ch >= 0x80) {
            ch = g_utf8_get_char_validated(text + at, (gssize)(size - at));
            if (ch > 0x10FFFF) {
                ch = 0xFFFD;
            } else {
                length = (gsize)g_unichar_to_utf8(ch, NULL);
            }
        }
        at += length;
        if (is_dropped(ch)) {
            continue;
        }
        if (is_control(ch)) {
            ch = ' ';
        }
        if (!is_surely_nfc(ch)) {
            nfc = FALSE;
            marks = g_unichar_combining_class(ch) != 0 ? marks + 1 : 0;
            if (marks > TEXT_MAX_MARKS) {
                continue;
            }
        } else {
            marks = 0;
        }
        g_string_append_unichar(out, ch);
    }
    return nfc;
}

char *syl_text_clean(const char *text, gssize size) {
    const gsize bytes = size < 0 ? strlen(text) : (gsize)size;
    GString *out = g_string_sized_new(bytes);
    if (append_clean(out, text, bytes)) {
        return g_string_free(out, FALSE);
    }
    char *nfc = g_utf8_normalize(out->str, (gssize)out->len, G_NORMALIZE_DEFAULT_COMPOSE);
    g_string_free(out, TRUE);
    return nfc;
}

/* ---- white space and lengths ---- */

/* Bytes of the white space character (Unicode White_Space) at p, a C string; 0 if there is none.
 * Bytes are compared, not decoded, so that no wrong lead byte leads past the end. */
static gsize space_length(const char *p) {
    static const char *const WIDE[] = {
        "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\xA8",
        "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80",
    };
    const guchar lead = (guchar)*p;
    if (lead < 0x80) {
        return lead == ' ' || (lead >= '\t' && lead <= '\r') ? 1 : 0;
    }
    if (lead != 0xC2 && (lead < 0xE1 || lead > 0xE3)) {
        return 0;
    }
    if (lead == 0xE2 && (guchar)p[1] == 0x80 && (guchar)p[2] >= 0x80 && (guchar)p[2] <= 0x8A) {
        return 3;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(WIDE); i++) {
        if (g_str_has_prefix(p, WIDE[i])) {
            return strlen(WIDE[i]);
        }
    }
    return 0;
}

char *syl_text_squeeze(const char *text) {
    char *out = g_malloc(strlen(text) + 1);
    gsize length = 0;
    gboolean gap = FALSE;
    while (*text != '\0') {
        const gsize space = space_length(text);
        if (space > 0) {
            gap = length > 0;
            text += space;
            continue;
        }
        if (gap) {
            out[length++] = ' ';
        }
        gap = FALSE;
        out[length++] = *text++;
    }
    out[length] = '\0';
    return out;
}

gsize syl_text_cut(const char *text, gsize size, gsize max_bytes) {
    if (size <= max_bytes) {
        return size;
    }
    gsize end = max_bytes;
    while (end > 0 && ((guchar)text[end] & 0xC0) == 0x80) {
        end--;
    }
    return end;
}

gsize syl_text_utf16_length(const char *text, gsize size) {
    gsize units = 0;
    for (gsize i = 0; i < size; i++) {
        const guchar byte = (guchar)text[i];
        if ((byte & 0xC0) != 0x80) {
            units += byte >= 0xF0 ? 2 : 1;
        }
    }
    return units;
}

/* ---- words ----
 * The rules are those of Xapian 1.4's TermGenerator with n-grams on for CJK, so that a word of ours
 * is a term of the index: see its documentation docs/termgenerator.rst. */

static gboolean is_word_char(gunichar ch) {
    if (ch < 0x80) {
        return g_ascii_isalnum((char)ch) || ch == '_';
    }
    switch (g_unichar_type(ch)) {
    case G_UNICODE_UPPERCASE_LETTER:
    case G_UNICODE_LOWERCASE_LETTER:
    case G_UNICODE_TITLECASE_LETTER:
    case G_UNICODE_MODIFIER_LETTER:
    case G_UNICODE_OTHER_LETTER:
    case G_UNICODE_NON_SPACING_MARK:
    case G_UNICODE_ENCLOSING_MARK:
    case G_UNICODE_SPACING_MARK:
    case G_UNICODE_DECIMAL_NUMBER:
    case G_UNICODE_LETTER_NUMBER:
    case G_UNICODE_OTHER_NUMBER:
    case G_UNICODE_CONNECT_PUNCTUATION:
        return TRUE;
    default:
        return FALSE;
    }
}

static gboolean is_cjk(gunichar ch) {
    static const CodeRange CJK[] = {
        {0x2E80, 0x2EFF}, {0x3000, 0x9FFF},   {0xA700, 0xA71F},
        {0xAC00, 0xD7AF}, {0xF900, 0xFAFF},   {0xFE30, 0xFE4F},
        {0xFF00, 0xFFEF}, {0x20000, 0x2A6DF}, {0x2F800, 0x2FA1F},
    };
    return ch >= CJK[0].first && in_ranges(ch, CJK, G_N_ELEMENTS(CJK));
}

static gboolean is_digit(gunichar ch) {
    return ch < 0x80 ? g_ascii_isdigit((char)ch) : g_unichar_type(ch) == G_UNICODE_DECIMAL_NUMBER;
}

static gboolean is_joiner(gunichar ch) {
    return (ch >= 0x200B && ch <= 0x200D) || ch == 0x2060 || ch == 0xFEFF;
}

/* Joins two word characters, as in AT&T or don't. */
static gboolean is_infix(gunichar ch) {
    return ch == '\'' || ch == '&' || ch == 0xB7 || ch == 0x5F4 || ch == 0x2027 || ch == 0x2019 ||
           ch == 0x201B || is_joiner(ch);
}

/* Joins two digits, as in 3.14. */
static gboolean is_digit_infix(gunichar ch) {
    static const gunichar INFIX[] = {',',    '.',    ';',    0x037E, 0x0589, 0x060D,
                                     0x07F8, 0x2044, 0xFE10, 0xFE13, 0xFE14};
    for (gsize i = 0; i < G_N_ELEMENTS(INFIX); i++) {
        if (ch == INFIX[i]) {
            return TRUE;
        }
    }
    return is_joiner(ch);
}

/* The end of initials such as U.N.C.L.E at text[at], or at itself where there are none. */
static gsize initials_end(const char *text, gsize size, gsize at) {
    gsize end = at;
    while (end < size && g_ascii_isupper(text[end])) {
        end++;
        if (end + 1 >= size || text[end] != '.' || !g_ascii_isupper(text[end + 1])) {
            break;
        }
        end++;
    }
    if (end < at + 2) {
        return at;
    }
    gsize next = end < size && text[end] == '.' ? end + 1 : end, length;
    return next < size && is_word_char(decode(text, size, next, &length)) ? at : end;
}

/* The end of up to three '+' or '#' after a word (C++, F#), or at itself where they do not count.
 */
static gsize suffix_end(const char *text, gsize size, gsize at) {
    gsize end = at, length;
    while (end < size && (text[end] == '+' || text[end] == '#')) {
        end++;
    }
    if (end - at > 3 || (end < size && is_word_char(decode(text, size, end, &length)))) {
        return at;
    }
    return end;
}

/* The end of the word that starts with a word character (no CJK) at text[at]. */
static gsize word_end(const char *text, gsize size, gsize at) {
    while (TRUE) {
        gsize length, next_length;
        gunichar previous = 0, ch = decode(text, size, at, &length);
        while (is_word_char(ch)) {
            previous = ch;
            at += length;
            if (at >= size) {
                return at;
            }
            ch = decode(text, size, at, &length);
            if (is_cjk(ch)) {
                return at;
            }
        }
        if (at + length >= size) {
            break;
        }
        const gunichar next = decode(text, size, at + length, &next_length);
        if (!is_word_char(next)) {
            break;
        }
        if (is_digit(previous) && is_digit(next) ? !is_digit_infix(ch) : !is_infix(ch)) {
            break;
        }
        if (is_cjk(next)) {
            return at;
        }
        at += length;
    }
    return suffix_end(text, size, at);
}

gboolean syl_text_next_word(const char *text, gsize size, gsize *position, SylWord *word) {
    gsize at = *position, length;
    while (at < size) {
        const gunichar ch = decode(text, size, at, &length);
        if (is_word_char(ch)) {
            gsize end = at + length;
            if (!is_cjk(ch)) {
                end = initials_end(text, size, at);
                if (end == at) {
                    end = word_end(text, size, at);
                }
            }
            *word = (SylWord){.start = at, .size = end - at};
            *position = end;
            return TRUE;
        }
        at += length;
    }
    *position = size;
    return FALSE;
}

gboolean syl_text_is_cjk(const char *p) {
    return is_cjk(g_utf8_get_char(p));
}

gboolean syl_text_is_initials(const char *word, gsize size) {
    return size > 2 && word[1] == '.' && initials_end(word, size, 0) == size;
}

char *syl_text_lower(const char *text, gsize size) {
    GString *lower = g_string_sized_new(size);
    gsize length;
    for (gsize at = 0; at < size; at += length) {
        g_string_append_unichar(lower, g_unichar_tolower(decode(text, size, at, &length)));
    }
    return g_string_free(lower, FALSE);
}

char *syl_text_term(const char *word, gsize size) {
    char *term = syl_text_lower(word, size);
    if (syl_text_is_initials(word, size)) {
        char *to = term;
        for (const char *from = term; *from != '\0'; from++) {
            if (*from != '.') {
                *to++ = *from;
            }
        }
        *to = '\0';
    }
    return term;
}

gsize syl_text_count_words(const char *text, gsize size) {
    gsize position = 0, count = 0;
    SylWord word;
    while (syl_text_next_word(text, size, &position, &word)) {
        count++;
    }
    return count;
}
