/* Text past extraction is valid UTF-8 in NFC without control characters: this is where it becomes
 * so, and how its words and UTF-16 lengths are counted. Pure functions: any thread. */
#pragma once

#include <glib.h>

/* A copy of text (size bytes, or -1: a C string) as valid UTF-8 in NFC: bytes that are no UTF-8
 * become U+FFFD, control characters but '\n' and '\t' become spaces, bidirectional overrides and
 * U+FEFF are dropped. Caller frees. */
char *syl_text_clean(const char *text, gssize size);

/* A copy in which every run of white space is one space and none is at either end. Caller frees. */
char *syl_text_squeeze(const char *text);

/* The first at most max_bytes bytes of text, not cutting a character. Returns the length. */
gsize syl_text_cut(const char *text, gsize size, gsize max_bytes);

/* UTF-16 code units of size bytes of valid UTF-8: JavaScript counts text in these. */
gsize syl_text_utf16_length(const char *text, gsize size);

/* A word: a run of letters, digits and marks; an apostrophe, a full stop between letters or digits,
 * or '&' joins where Xapian's TermGenerator joins. CJK characters come one by one. */
typedef struct SylWord {
    gsize start, size; /* bytes in the text */
} SylWord;
/* The next word at or after *position; moves *position past it. FALSE at the end. */
gboolean syl_text_next_word(const char *text, gsize size, gsize *position, SylWord *word);
gsize syl_text_count_words(const char *text, gsize size);

/* Whether the character at p, a C string, belongs to Chinese, Japanese or Korean text: such a word
 * is one character, and the index holds pairs of neighbours as well. */
gboolean syl_text_is_cjk(const char *p);
/* Whether a word is initials such as U.S.A: the index leaves their full stops out. */
gboolean syl_text_is_initials(const char *word, gsize size);

/* Text (size bytes of valid UTF-8) in lower case as the index has it: character by character, so a
 * final sigma is as any other and İ is i. Caller frees. */
char *syl_text_lower(const char *text, gsize size);
/* A word as the index has it: lower case, initials without full stops. Caller frees. */
char *syl_text_term(const char *word, gsize size);
