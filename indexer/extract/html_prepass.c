#include "extract/html_prepass.h"

#include <string.h>

#include "syllabus/text.h"

#include "extract/charset.h"
#include "extract/html_entities.h"
#include "extract/html_open.h"
#include "extract/html_tags.h"

/* The attributes that extraction reads; what is not here never reaches libxml2, whose time is
 * quadratic in the attributes of an element. */
static const char *const kept_attributes[] = {
    "alt",      "aria-hidden", "class", "content",  "hidden", "href", "http-equiv", "id",
    "itemprop", "lang",        "name",  "property", "rel",    "role", "style",      "xml:lang",
};
G_STATIC_ASSERT(G_N_ELEMENTS(kept_attributes) <= 32);

typedef struct Pass {
    const char *at, *end;
    HtmlOpen open; /* writes to out */
    GString *out;
    guint templates; /* open templates: nothing is written inside */
    gboolean seen_html, seen_head, seen_body;
    gboolean is_xml; /* opens with an XML declaration: CDATA sections are text everywhere */
} Pass;

static gboolean is_space(char c) {
    return c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' ';
}

/* ---- text ---- */

static void put_char(GString *out, char c) {
    switch (c) {
    case '<':
        g_string_append(out, "&lt;");
        break;
    case '>':
        g_string_append(out, "&gt;");
        break;
    case '&':
        g_string_append(out, "&amp;");
        break;
    case '"':
        g_string_append(out, "&quot;");
        break;
    case '\0':
        break;
    default:
        if (((guchar)c < 0x20 && c != '\n') || c == 0x7f) {
            c = c == '\r' ? '\n' : ' ';
        }
        g_string_append_c(out, c);
    }
}

static void put_text(GString *out, const char *text, gsize size) {
    for (gsize i = 0; i < size;) {
        gsize plain = i;
        while (plain < size && (guchar)text[plain] >= 0x20 && text[plain] != '<' &&
               text[plain] != '>' && text[plain] != '&' && text[plain] != '"' &&
               text[plain] != 0x7f) {
            plain++;
        }
        g_string_append_len(out, text + i, (gssize)(plain - i));
        if (plain < size) {
            put_char(out, text[plain++]);
        }
        i = plain;
    }
}

/* A numeric reference behind "&#": the bytes it takes, or 0 if it is none. */
static gsize numeric_reference(const char *at, gsize size, gunichar *value) {
    gboolean hex = size && (*at == 'x' || *at == 'X');
    gsize start = hex ? 1 : 0, i = start;
    for (*value = 0; i < size; i++) {
        int digit = hex ? g_ascii_xdigit_value(at[i]) : g_ascii_digit_value(at[i]);
        if (digit < 0) {
            break;
        }
        if (*value <= 0x10FFFF) {
            *value = *value * (hex ? 16 : 10) + (gunichar)digit;
        }
    }
    if (i == start) {
        return 0;
    }
    if (*value >= 0x80 && *value <= 0x9F) {
        *value = charset_windows_1252((guint8)*value);
    } else if (!*value || !g_unichar_validate(*value)) {
        *value = 0xFFFD;
    } else if ((*value < 0x20 && *value != '\n') || *value == 0x7f) {
        *value = ' ';
    }
    return i + (i < size && at[i] == ';');
}

/* The character reference at '&': writes what it stands for, returns the bytes it takes. */
static gsize put_reference(GString *out, const char *at, gsize size, gboolean in_attribute) {
    gsize used = 0;
    gunichar value;
    if (size > 2 && at[1] == '#' && (used = numeric_reference(at + 2, size - 2, &value))) {
        char utf8[6];
        put_text(out, utf8, (gsize)g_unichar_to_utf8(value, utf8));
        return used + 2;
    }
    const char *text = size > 1 ? html_entity_find(at + 1, size - 1, &used) : NULL;
    gboolean bare = text && at[used] != ';';
    if (bare && in_attribute && used + 1 < size &&
        (at[used + 1] == '=' || g_ascii_isalnum(at[used + 1]))) {
        text = NULL;
    }
    if (!text) {
        put_char(out, '&');
        return 1;
    }
    put_text(out, text, strlen(text));
    return used + 1;
}

static void put_text_with_references(GString *out, const char *at, gsize size,
                                     gboolean in_attribute) {
    const char *end = at + size;
    while (at < end) {
        const char *reference = memchr(at, '&', (gsize)(end - at));
        put_text(out, at, (gsize)((reference ? reference : end) - at));
        if (!reference) {
            return;
        }
        at = reference + put_reference(out, reference, (gsize)(end - reference), in_attribute);
    }
}

/* ---- tags ---- */

/* One attribute at the cursor: name and raw value. FALSE at the end of the tag. */
static gboolean next_attribute(Pass *pass, const char **name, gsize *name_size, const char **value,
                               gsize *value_size) {
    const char *at = pass->at, *end = pass->end;
    while (at < end && (is_space(*at) || *at == '/')) {
        at++;
    }
    pass->at = at;
    if (at >= end || *at == '>') {
        return FALSE;
    }
    *name = at++;
    while (at < end && !is_space(*at) && *at != '/' && *at != '>' && *at != '=') {
        at++;
    }
    *name_size = (gsize)(at - *name);
    *value = at;
    *value_size = 0;
    const char *equals = at;
    while (equals < end && is_space(*equals)) {
        equals++;
    }
    pass->at = equals;
    if (equals >= end || *equals != '=') {
        return TRUE;
    }
    do {
        equals++;
    } while (equals < end && is_space(*equals));
    char quote = equals < end && (*equals == '"' || *equals == '\'') ? *equals : 0;
    *value = at = equals + (quote != 0);
    if (quote) {
        at = memchr(at, quote, (gsize)(end - at));
        at = at ? at : end;
    } else {
        while (at < end && !is_space(*at) && *at != '>') {
            at++;
        }
    }
    *value_size = (gsize)(at - *value);
    pass->at = at + (quote && at < end);
    return TRUE;
}

static int find_kept(const char *name, gsize size) {
    for (guint i = 0; i < G_N_ELEMENTS(kept_attributes); i++) {
        if (strlen(kept_attributes[i]) == size &&
            !g_ascii_strncasecmp(kept_attributes[i], name, size)) {
            return (int)i;
        }
    }
    return -1;
}

/* Copies the attributes that are kept, the first of each name, and moves past the tag. FALSE if
 * the page ends inside it. *self_closing: it ended in "/>". */
static gboolean copy_attributes(Pass *pass, GString *out, gboolean *self_closing) {
    const char *name, *value, *start = pass->at;
    gsize name_size, value_size;
    guint32 seen = 0;
    while (next_attribute(pass, &name, &name_size, &value, &value_size)) {
        int kept = out ? find_kept(name, name_size) : -1;
        if (kept < 0 || (seen & (1u << kept))) {
            continue;
        }
        seen |= 1u << kept;
        g_string_append_c(out, ' ');
        g_string_append(out, kept_attributes[kept]);
        g_string_append(out, "=\"");
        put_text_with_references(out, value,
                                 syl_text_cut(value, value_size, HTML_MAX_ATTRIBUTE_BYTES), TRUE);
        g_string_append_c(out, '"');
    }
    *self_closing = pass->at > start && pass->at < pass->end && pass->at[-1] == '/';
    if (pass->at >= pass->end) {
        return FALSE;
    }
    pass->at++;
    return TRUE;
}

/* The '<' of the end tag of a raw text element, or the end of the page. */
static const char *find_raw_end(const Pass *pass, HtmlTag tag) {
    const char *name = html_tag_name(tag), *at = pass->at, *end = pass->end;
    gsize size = strlen(name);
    gboolean escaped = FALSE, doubled = FALSE; /* "script data double escaped state" */
    for (; at < end; at++) {
        const char *sign =
            memchr(at, tag == HTML_TAG_SCRIPT && escaped ? '-' : '<', (gsize)(end - at));
        if (tag == HTML_TAG_SCRIPT && escaped) {
            const char *less = memchr(at, '<', (gsize)((sign ? sign : end) - at));
            sign = less ? less : sign;
        }
        if (!sign) {
            return end;
        }
        at = sign;
        gsize left = (gsize)(end - at);
        gboolean closing = left > 1 && at[1] == '/';
        gsize before = closing ? 2 : 1;
        const char *word = at + before;
        gboolean named = left > size + before && !g_ascii_strncasecmp(word, name, size) &&
                         (is_space(word[size]) || word[size] == '/' || word[size] == '>');
        if (*at == '-') {
            if (left >= 3 && !memcmp(at, "-->", 3)) {
                escaped = doubled = FALSE;
            }
        } else if (tag == HTML_TAG_SCRIPT && left >= 4 && !memcmp(at, "<!--", 4)) {
            escaped = TRUE;
            at++; /* "<!-->" ends itself */
        } else if (named && escaped && !closing) {
            doubled = TRUE;
        } else if (named && closing && doubled) {
            doubled = FALSE;
        } else if (named && closing) {
            return at;
        }
    }
    return end;
}

/* The cursor stands behind a start tag that was written: takes its raw text and end tag. */
static void take_raw_text(Pass *pass, HtmlTag tag, gboolean references) {
    const char *end = find_raw_end(pass, tag);
    gboolean ignored;
    if (html_tag_flags(tag) & HTML_RAW) {
        ;
    } else if (references) {
        put_text_with_references(pass->out, pass->at, (gsize)(end - pass->at), FALSE);
    } else {
        put_text(pass->out, pass->at, (gsize)(end - pass->at));
    }
    pass->at = end;
    if (end < pass->end) {
        pass->at += 2 + strlen(html_tag_name(tag));
        copy_attributes(pass, NULL, &ignored);
    }
}

/* html, head and body: once, with the attributes of their first tag, and never on the stack. */
static gboolean is_frame(Pass *pass, HtmlTag tag, gboolean *again) {
    gboolean *seen = tag == HTML_TAG_HTML   ? &pass->seen_html
                     : tag == HTML_TAG_HEAD ? &pass->seen_head
                     : tag == HTML_TAG_BODY ? &pass->seen_body
                                            : NULL;
    if (!seen) {
        return FALSE;
    }
    *again = *seen || pass->open.depth;
    *seen = TRUE;
    return TRUE;
}

static void write_start(Pass *pass, HtmlTag tag, gboolean *self_closing) {
    gsize mark = pass->out->len;
    g_string_append_c(pass->out, '<');
    g_string_append(pass->out, html_tag_name(tag));
    if (copy_attributes(pass, pass->out, self_closing)) {
        g_string_append_c(pass->out, '>');
    } else {
        g_string_truncate(pass->out, mark);
    }
}

static void start_element(Pass *pass, HtmlTag tag, guint hash) {
    guint flags = html_tag_flags(tag), root;
    gboolean self_closing = FALSE, again = FALSE,
             foreign = html_open_is_foreign(&pass->open, &root);
    if (foreign && (flags & HTML_BREAKOUT)) {
        html_open_pop_to(&pass->open, root);
        foreign = FALSE;
    } else if (foreign && ((flags & (HTML_RCDATA | HTML_VOID)) || tag == HTML_TAG_XMP ||
                           tag == HTML_TAG_PLAINTEXT)) {
        tag = HTML_TAG_OTHER;
        flags = 0;
    }
    if (!foreign) {
        html_open_close_implied(&pass->open, tag);
    }
    if (is_frame(pass, tag, &again)) {
        if (again) {
            copy_attributes(pass, NULL, &self_closing);
        } else {
            write_start(pass, tag, &self_closing);
        }
        return;
    }
    if (html_open_must_swallow(&pass->open, tag, foreign)) {
        copy_attributes(pass, NULL, &self_closing);
        html_open_swallow(&pass->open, tag, hash);
        return;
    }
    if (tag == HTML_TAG_XMP || tag == HTML_TAG_PLAINTEXT) {
        copy_attributes(pass, NULL, &self_closing);
        g_string_append(pass->out, "<pre>");
        if (tag == HTML_TAG_PLAINTEXT) {
            put_text(pass->out, pass->at, (gsize)(pass->end - pass->at));
            pass->at = pass->end;
        } else {
            take_raw_text(pass, tag, FALSE);
        }
        g_string_append(pass->out, "</pre>");
        return;
    }
    if (flags & HTML_RAW) {
        copy_attributes(pass, NULL, &self_closing);
        if (!(foreign && self_closing)) {
            take_raw_text(pass, tag, FALSE);
        }
        return;
    }
    write_start(pass, tag, &self_closing);
    if (flags & HTML_RCDATA) {
        take_raw_text(pass, tag, TRUE);
        html_open_write_end(pass->out, tag);
    } else if (foreign && self_closing) {
        html_open_write_end(pass->out, tag);
    } else if (tag == HTML_TAG_SVG || tag == HTML_TAG_MATH) {
        html_open_push(&pass->open, tag, hash);
        if (self_closing) {
            html_open_pop_to(&pass->open, pass->open.depth - 1);
        }
    } else if (!(flags & HTML_VOID)) {
        html_open_push(&pass->open, tag, hash);
    }
}

static void end_element(Pass *pass, HtmlTag tag, guint hash) {
    if (tag == HTML_TAG_HEAD && !pass->open.depth && !pass->seen_body) {
        g_string_append(pass->out, "</head>");
    }
    if (tag == HTML_TAG_BR) {
        g_string_append(pass->out, "<br>");
    } else if (tag != HTML_TAG_HTML && tag != HTML_TAG_HEAD && tag != HTML_TAG_BODY) {
        html_open_end(&pass->open, tag, hash);
    }
}

/* ---- markup ---- */

static void skip_to(Pass *pass, const char *sign) {
    gsize size = strlen(sign);
    const char *found = memmem(pass->at, (gsize)(pass->end - pass->at), sign, size);
    pass->at = found ? found + size : pass->end;
}

/* A comment ends at "-->", "--!>", or at once: "<!-->", "<!--->". */
static void skip_comment(Pass *pass) {
    const char *at = pass->at + 4;
    if (at < pass->end && *at == '>') {
        pass->at = at + 1;
        return;
    }
    if (pass->end - at >= 2 && !memcmp(at, "->", 2)) {
        pass->at = at + 2;
        return;
    }
    for (; at < pass->end; at++) {
        at = memchr(at, '-', (gsize)(pass->end - at));
        if (!at) {
            break;
        }
        gsize left = (gsize)(pass->end - at);
        gsize used = left >= 3 && !memcmp(at, "-->", 3)    ? 3
                     : left >= 4 && !memcmp(at, "--!>", 4) ? 4
                                                           : 0;
        if (used) {
            pass->at = at + used;
            return;
        }
    }
    pass->at = pass->end;
}

static void take_cdata(Pass *pass) {
    guint root;
    if (!pass->is_xml && !html_open_is_foreign(&pass->open, &root)) {
        skip_to(pass, ">");
        return;
    }
    const char *start = pass->at + strlen("<![CDATA[");
    skip_to(pass, "]]>");
    gboolean closed = pass->at - start >= 3 && !memcmp(pass->at - 3, "]]>", 3);
    put_text(pass->out, start, (gsize)(pass->at - start) - (closed ? 3 : 0));
}

/* A start or end tag; the cursor stands on its name. */
static void take_tag(Pass *pass, gboolean closing) {
    const char *name = pass->at;
    while (pass->at < pass->end && !is_space(*pass->at) && *pass->at != '/' && *pass->at != '>') {
        pass->at++;
    }
    gsize size = MIN((gsize)(pass->at - name), HTML_MAX_NAME_BYTES);
    HtmlTag tag = size == 5 && !g_ascii_strncasecmp(name, "image", 5) ? HTML_TAG_IMG
                                                                      : html_tag_find(name, size);
    guint hash = html_open_hash(name, size);
    gboolean ignored;
    if (tag == HTML_TAG_TEMPLATE || (pass->templates && !(html_tag_flags(tag) & HTML_RAW))) {
        copy_attributes(pass, NULL, &ignored);
        if (tag == HTML_TAG_TEMPLATE && (!closing || pass->templates)) {
            pass->templates += closing ? G_MAXUINT : 1;
        }
    } else if (closing) {
        if (copy_attributes(pass, NULL, &ignored)) {
            end_element(pass, tag, hash);
        }
    } else {
        start_element(pass, tag, hash);
    }
}

/* The cursor stands on '<'. */
static void take_markup(Pass *pass) {
    gsize left = (gsize)(pass->end - pass->at);
    char next = left > 1 ? pass->at[1] : 0;
    if (g_ascii_isalpha(next)) {
        pass->at++;
        take_tag(pass, FALSE);
    } else if (next == '/' && left > 2 && g_ascii_isalpha(pass->at[2])) {
        pass->at += 2;
        take_tag(pass, TRUE);
    } else if (left >= 4 && !memcmp(pass->at, "<!--", 4)) {
        skip_comment(pass);
    } else if (left >= 9 && !memcmp(pass->at, "<![CDATA[", 9) && !pass->templates) {
        take_cdata(pass);
    } else if (next == '!' || next == '?' || (next == '/' && left > 2)) {
        skip_to(pass, ">");
    } else {
        if (!pass->templates) {
            put_char(pass->out, '<');
        }
        pass->at++;
    }
}

char *html_prepass(const char *utf8, gsize size, gsize *out_size) {
    g_autofree Pass *pass = g_new0(Pass, 1);
    pass->at = utf8;
    pass->end = utf8 + size;
    pass->is_xml = size > 6 && !memcmp(utf8, "<?xml", 5) && is_space(utf8[5]);
    pass->out = pass->open.out = g_string_sized_new(size + size / 8 + 16);
    while (pass->at < pass->end) {
        const char *markup = memchr(pass->at, '<', (gsize)(pass->end - pass->at));
        const char *stop = markup ? markup : pass->end;
        if (!pass->templates) {
            put_text_with_references(pass->out, pass->at, (gsize)(stop - pass->at), FALSE);
        }
        pass->at = stop;
        if (markup) {
            take_markup(pass);
        }
    }
    html_open_pop_to(&pass->open, 0);
    *out_size = pass->out->len;
    return g_string_free(pass->out, FALSE);
}
