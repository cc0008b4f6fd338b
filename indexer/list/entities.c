#include "list/entities.h"

#include <string.h>

#include "extract/html_entities.h"

/* Digits of a number that can be a character, with its '#', 'x' and ';'. */
#define ENTITY_MAX_NUMBER_BYTES 11

/* The character that digits (of size bytes, after "&#") stand for; U+FFFD where there is none. 0 if
 * they are no number. */
static gunichar numeric_reference(const char *digits, gsize size) {
    const gboolean hex = size > 0 && (digits[0] == 'x' || digits[0] == 'X');
    const gsize first = hex ? 1 : 0;
    gunichar ch = 0;
    if (size == first) {
        return 0;
    }
    for (gsize i = first; i < size; i++) {
        const int digit = hex ? g_ascii_xdigit_value(digits[i]) : g_ascii_digit_value(digits[i]);
        if (digit < 0) {
            return 0;
        }
        ch = MIN(ch * (hex ? 16 : 10) + (gunichar)digit, 0x110000);
    }
    return ch != 0 && g_unichar_validate(ch) ? ch : 0xFFFD;
}

/* Appends what the reference behind an '&' stands for. Returns its bytes, or 0: it is none. */
static gsize append_reference(GString *out, const char *body, gsize size) {
    gsize used = 0;
    if (size > 0 && body[0] == '#') {
        const char *end = memchr(body, ';', MIN(size, ENTITY_MAX_NUMBER_BYTES));
        const gunichar ch = end == NULL ? 0 : numeric_reference(body + 1, (gsize)(end - body) - 1);
        if (ch == 0) {
            return 0;
        }
        g_string_append_unichar(out, ch);
        return (gsize)(end - body) + 1;
    }
    const char *text = html_entity_find(body, size, &used);
    /* Names without a semicolon are left alone: Markdown has none, and in an address "&copy=1" is a
     * parameter. */
    if (text == NULL || body[used - 1] != ';') {
        return 0;
    }
    g_string_append(out, text);
    return used;
}

void entities_append_decoded(GString *out, const char *text, gsize size) {
    for (gsize at = 0; at < size;) {
        const char *ampersand = memchr(text + at, '&', size - at);
        const gsize plain = ampersand == NULL ? size - at : (gsize)(ampersand - text) - at;
        g_string_append_len(out, text + at, (gssize)plain);
        at += plain;
        if (ampersand == NULL) {
            break;
        }
        const gsize used = append_reference(out, text + at + 1, size - at - 1);
        if (used == 0) {
            g_string_append_c(out, '&');
        }
        at += 1 + used;
    }
}
