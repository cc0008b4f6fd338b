#include "respond/markup.h"

#include <string.h>

#include "search/search.h"
#include "syllabus/text.h"

static void append_valid(GString *out, const char *text, gsize size) {
    const char *end = text + size;
    const char *plain = text; /* start of the run not appended yet */
    for (const char *at = text; at < end; at++) {
        const char *escaped = NULL;
        switch (*at) {
        case '&':
            escaped = "&amp;";
            break;
        case '<':
            escaped = "&lt;";
            break;
        case '>':
            escaped = "&gt;";
            break;
        case '"':
            escaped = "&quot;";
            break;
        case '\'':
            escaped = "&#39;";
            break;
        default:
            continue;
        }
        g_string_append_len(out, plain, at - plain);
        g_string_append(out, escaped);
        plain = at + 1;
    }
    g_string_append_len(out, plain, end - plain);
}

/* text itself if it is valid, else a repaired copy in *owned. */
static const char *valid_text(const char *text, char **owned) {
    if (g_utf8_validate(text, -1, NULL)) {
        return text;
    }
    *owned = g_utf8_make_valid(text, -1);
    return *owned;
}

void markup_append(GString *out, const char *text) {
    if (text == NULL) {
        return;
    }
    g_autofree char *owned = NULL;
    const char *valid = valid_text(text, &owned);
    append_valid(out, valid, strlen(valid));
}

void markup_append_cut(GString *out, const char *text, gsize max_bytes) {
    if (text == NULL) {
        return;
    }
    g_autofree char *owned = NULL;
    const char *valid = valid_text(text, &owned);
    gsize size = strlen(valid);
    gsize kept = syl_text_cut(valid, size, max_bytes);
    append_valid(out, valid, kept);
    if (kept < size) {
        g_string_append(out, "…");
    }
}

void markup_append_host(GString *out, const char *host, gsize max_bytes) {
    g_autoptr(GString) cut = g_string_new(NULL);
    markup_append_cut(cut, host, max_bytes);
    g_string_replace(cut, ".", ".<wbr>", 0); /* no escape has a full stop */
    g_string_append_len(out, cut->str, (gssize)cut->len);
}

/* A place in a text, in both counts. */
typedef struct Place {
    const char *at;
    guint64 units;
} Place;

/* Moves on by whole characters until the place is at or past units, or at the end of the text. */
static void advance(Place *place, guint64 units) {
    while (place->units < units && *place->at != '\0') {
        place->units += g_utf8_get_char(place->at) > 0xffff ? 2 : 1;
        place->at += g_utf8_skip[(guchar)*place->at];
    }
}

void markup_append_highlighted(GString *out, const char *text, const GArray *highlights) {
    if (text == NULL) {
        return;
    }
    g_autofree char *owned = NULL;
    Place place = {valid_text(text, &owned), 0};
    for (guint i = 0; highlights != NULL && i < highlights->len; i++) {
        const Highlight *range = &g_array_index(highlights, Highlight, i);
        guint64 end = (guint64)range->start + range->length;
        if (range->length == 0 || range->start < place.units) {
            continue;
        }
        const char *plain = place.at;
        advance(&place, range->start);
        if (place.units > range->start) { /* the range starts inside a surrogate pair */
            place.at = g_utf8_prev_char(place.at);
            place.units -= 2;
        }
        append_valid(out, plain, (gsize)(place.at - plain));
        const char *marked = place.at;
        advance(&place, end);
        if (place.at > marked) {
            g_string_append(out, "<mark>");
            append_valid(out, marked, (gsize)(place.at - marked));
            g_string_append(out, "</mark>");
        }
    }
    append_valid(out, place.at, strlen(place.at));
}

gboolean markup_is_link(const char *url) {
    if (url == NULL || (g_ascii_strncasecmp(url, "http://", 7) != 0 &&
                        g_ascii_strncasecmp(url, "https://", 8) != 0)) {
        return FALSE;
    }
    for (const char *at = url; *at != '\0'; at++) {
        if ((guchar)*at <= ' ' || *at == 0x7f) {
            return FALSE;
        }
    }
    return TRUE;
}

char *markup_fill(const char *template, gsize size, const MarkupValue *values, gsize count) {
    GString *out = g_string_sized_new(size + 8192);
    const char *at = template;
    const char *end = template + size;
    for (;;) {
        const char *open = g_strstr_len(at, end - at, "{{");
        const char *close = open != NULL ? g_strstr_len(open, end - open, "}}") : NULL;
        if (close == NULL) {
            break;
        }
        g_string_append_len(out, at, open - at);
        gsize length = (gsize)(close - open) - 2;
        for (gsize i = 0; i < count; i++) {
            if (strlen(values[i].name) == length && memcmp(values[i].name, open + 2, length) == 0) {
                g_string_append(out, values[i].markup);
            }
        }
        at = close + 2;
    }
    g_string_append_len(out, at, end - at);
    return g_string_free(out, FALSE);
}
