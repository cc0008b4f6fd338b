#include "list/html_scan.h"

#include <string.h>

#include "list/entities.h"

/* The offset past the next needle at or after from; size if there is none. */
static gsize skip_past(const HtmlScan *scan, gsize from, const char *needle) {
    const char *found = from < scan->size
                            ? memmem(scan->text + from, scan->size - from, needle, strlen(needle))
                            : NULL;
    return found == NULL ? scan->size : (gsize)(found - scan->text) + strlen(needle);
}

/* The offset past "</name" of a raw text element, before its '>'. */
static gsize skip_raw_text(const HtmlScan *scan, gsize from, const char *name) {
    const gsize length = strlen(name);
    for (gsize at = from; at + 2 + length <= scan->size; at++) {
        const char *slash = memmem(scan->text + at, scan->size - at, "</", 2);
        if (slash == NULL) {
            break;
        }
        at = (gsize)(slash - scan->text);
        if (at + 2 + length <= scan->size && g_ascii_strncasecmp(slash + 2, name, length) == 0) {
            return at;
        }
    }
    return scan->size;
}

/* The offset of the '>' that ends the tag whose attributes start at from; size if there is none. */
static gsize tag_end(const HtmlScan *scan, gsize from) {
    char quote = '\0', previous = '\0';
    for (gsize at = from; at < scan->size; at++) {
        const char c = scan->text[at];
        if (quote != '\0') {
            quote = c == quote ? '\0' : quote;
        } else if ((c == '"' || c == '\'') && previous == '=') {
            quote = c;
        } else if (c == '>') {
            return at;
        }
        previous = g_ascii_isspace(c) ? previous : c;
    }
    return scan->size;
}

/* Reads the tag at scan->at. FALSE if none starts there or it never ends. */
static gboolean scan_tag(HtmlScan *scan, HtmlToken *token) {
    static const char *const RAW_TEXT[] = {"script", "style", "textarea", "svg", NULL};
    gsize at = scan->at + 1, length = 0;
    *token = (HtmlToken){.is_tag = TRUE, .start = scan->at};
    token->closing = scan->text[at] == '/';
    at += token->closing ? 1 : 0;
    while (at < scan->size && (g_ascii_isalnum(scan->text[at]) || scan->text[at] == '-')) {
        if (length + 1 < sizeof token->name) {
            token->name[length++] = g_ascii_tolower(scan->text[at]);
        }
        at++;
    }
    const gsize end = tag_end(scan, at);
    if (end == scan->size) {
        return FALSE;
    }
    token->attributes = scan->text + at;
    token->attributes_size = end - at;
    scan->at = end + 1;
    if (!token->closing && g_strv_contains(RAW_TEXT, token->name) && scan->text[end - 1] != '/') {
        scan->at = skip_raw_text(scan, end + 1, token->name);
    }
    return TRUE;
}

static gboolean starts_tag(const HtmlScan *scan, gsize at) {
    const gsize letter = at + 1 < scan->size && scan->text[at + 1] == '/' ? at + 2 : at + 1;
    return letter < scan->size && g_ascii_isalpha(scan->text[letter]);
}

gboolean html_scan_next(HtmlScan *scan, HtmlToken *token) {
    while (scan->at < scan->size) {
        const char *here = scan->text + scan->at;
        const gsize left = scan->size - scan->at;
        if (here[0] == '<' && starts_tag(scan, scan->at)) {
            if (scan_tag(scan, token)) {
                return TRUE;
            }
            scan->at = scan->size;
        } else if (left >= 4 && memcmp(here, "<!--", 4) == 0) {
            scan->at = skip_past(scan, scan->at + 4, "-->");
        } else if (left >= 2 && here[0] == '<' && (here[1] == '!' || here[1] == '?')) {
            scan->at = skip_past(scan, scan->at + 2, ">");
        } else {
            const char *next = memchr(here + 1, '<', left - 1);
            const gsize size = next == NULL ? left : (gsize)(next - here);
            *token = (HtmlToken){.start = scan->at, .text = here, .size = size};
            scan->at += size;
            return TRUE;
        }
    }
    return FALSE;
}

static char *attribute_value(const char *value, gsize size) {
    g_autoptr(GString) decoded = g_string_sized_new(size);
    entities_append_decoded(decoded, value, size);
    gsize kept = 0;
    for (gsize i = 0; i < decoded->len; i++) {
        const char c = decoded->str[i];
        if (c != '\n' && c != '\r' && c != '\t') {
            decoded->str[kept++] = c;
        }
    }
    g_string_truncate(decoded, kept);
    return g_strdup(g_strstrip(decoded->str));
}

char *html_token_attribute(const HtmlToken *token, const char *name) {
    const char *text = token->attributes, *end = text + token->attributes_size;
    while (text < end) {
        while (text < end && (g_ascii_isspace(*text) || *text == '/')) {
            text++;
        }
        const char *start = text;
        while (text < end && !g_ascii_isspace(*text) && *text != '=') {
            text++;
        }
        const gsize length = (gsize)(text - start);
        while (text < end && g_ascii_isspace(*text)) {
            text++;
        }
        const char *value = "";
        gsize size = 0;
        if (text < end && *text == '=') {
            text++;
            while (text < end && g_ascii_isspace(*text)) {
                text++;
            }
            const char quote = text < end && (*text == '"' || *text == '\'') ? *text++ : '\0';
            value = text;
            while (text < end && (quote != '\0' ? *text != quote : !g_ascii_isspace(*text))) {
                text++;
            }
            size = (gsize)(text - value);
            text += quote != '\0' && text < end ? 1 : 0;
        }
        if (length == strlen(name) && g_ascii_strncasecmp(start, name, length) == 0) {
            return attribute_value(value, size);
        }
    }
    return NULL;
}
