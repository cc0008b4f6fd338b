#include "extract/html_open.h"

#include <string.h>

guint html_open_hash(const char *name, gsize size) {
    guint hash = 5381;
    for (gsize i = 0; i < size; i++) {
        hash = hash * 33 + (guchar)g_ascii_tolower(name[i]);
    }
    return hash;
}

void html_open_write_end(GString *out, HtmlTag tag) {
    g_string_append(out, "</");
    g_string_append(out, html_tag_name(tag));
    g_string_append_c(out, '>');
}

static void forget_swallowed(HtmlOpen *open) {
    if (open->swallowed_total) {
        memset(open->swallowed, 0, sizeof open->swallowed);
    }
    open->swallowed_total = 0;
}

void html_open_pop_to(HtmlOpen *open, guint depth) {
    forget_swallowed(open);
    while (open->depth > depth) {
        HtmlTag tag = open->stack[--open->depth].tag;
        open->counts[tag]--;
        open->foreign -= tag == HTML_TAG_SVG || tag == HTML_TAG_MATH;
        html_open_write_end(open->out, tag);
    }
}

/* "HTML integration points" and "MathML text integration points". */
static gboolean takes_html(guint hash) {
    static const char *const names[] = {"foreignobject", "desc", "title", "mi", "mo", "mn", "ms",
                                        "mtext"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if (hash == html_open_hash(names[i], strlen(names[i]))) {
            return TRUE;
        }
    }
    return FALSE;
}

void html_open_push(HtmlOpen *open, HtmlTag tag, guint hash) {
    open->counts[tag]++;
    open->foreign += tag == HTML_TAG_SVG || tag == HTML_TAG_MATH;
    open->stack[open->depth++] = (HtmlOpenElement){tag, hash, open->foreign && takes_html(hash)};
}

/* Closes the innermost open a or b if no element that has one of the barrier's flags or is the
 * barrier tag lies inside it. */
static void close_up_to(HtmlOpen *open, HtmlTag a, HtmlTag b, guint barrier, HtmlTag barrier_tag) {
    if (!open->counts[a] && !open->counts[b]) {
        return;
    }
    for (guint i = open->depth; i-- > 0;) {
        HtmlTag tag = open->stack[i].tag;
        if (tag == a || tag == b) {
            html_open_pop_to(open, i);
            return;
        }
        if ((html_tag_flags(tag) & barrier) || tag == barrier_tag) {
            return;
        }
    }
}

/* A list item ends the one before it, unless a list lies between. */
static void close_item(HtmlOpen *open, HtmlTag a, HtmlTag b) {
    for (guint i = open->depth; i-- > 0;) {
        HtmlTag tag = open->stack[i].tag;
        if (tag == a || tag == b) {
            html_open_pop_to(open, i);
            return;
        }
        if ((html_tag_flags(tag) & HTML_SPECIAL) && tag != HTML_TAG_ADDRESS &&
            tag != HTML_TAG_DIV && tag != HTML_TAG_P) {
            return;
        }
    }
}

void html_open_close_implied(HtmlOpen *open, HtmlTag tag) {
    switch (tag) {
    case HTML_TAG_LI:
        close_item(open, HTML_TAG_LI, HTML_TAG_LI);
        break;
    case HTML_TAG_DD:
    case HTML_TAG_DT:
        close_item(open, HTML_TAG_DD, HTML_TAG_DT);
        break;
    case HTML_TAG_TR:
        close_up_to(open, HTML_TAG_TR, HTML_TAG_CAPTION, 0, HTML_TAG_TABLE);
        break;
    case HTML_TAG_TD:
    case HTML_TAG_TH:
        close_up_to(open, HTML_TAG_TD, HTML_TAG_TH, 0, HTML_TAG_TABLE);
        break;
    case HTML_TAG_TBODY:
    case HTML_TAG_THEAD:
    case HTML_TAG_TFOOT:
        close_up_to(open, HTML_TAG_TBODY, HTML_TAG_THEAD, 0, HTML_TAG_TABLE);
        close_up_to(open, HTML_TAG_TFOOT, HTML_TAG_CAPTION, 0, HTML_TAG_TABLE);
        break;
    case HTML_TAG_OPTION:
    case HTML_TAG_OPTGROUP:
        close_up_to(open, HTML_TAG_OPTION, HTML_TAG_OPTION, HTML_SPECIAL, HTML_TAG_OPTGROUP);
        break;
    case HTML_TAG_A:
        close_up_to(open, HTML_TAG_A, HTML_TAG_A, HTML_SPECIAL, HTML_TAG_A);
        break;
    case HTML_TAG_SELECT:
        close_up_to(open, HTML_TAG_SELECT, HTML_TAG_SELECT, HTML_SCOPE, HTML_TAG_SELECT);
        break;
    case HTML_TAG_BUTTON:
        close_up_to(open, HTML_TAG_BUTTON, HTML_TAG_BUTTON, HTML_SCOPE, HTML_TAG_BUTTON);
        break;
    default:
        break;
    }
    guint flags = html_tag_flags(tag);
    if (flags & HTML_CLOSES_P) {
        close_up_to(open, HTML_TAG_P, HTML_TAG_P, HTML_SCOPE, HTML_TAG_BUTTON);
    }
    if ((flags & HTML_HEADING) && open->depth &&
        (html_tag_flags(open->stack[open->depth - 1].tag) & HTML_HEADING)) {
        html_open_pop_to(open, open->depth - 1);
    }
}

gboolean html_open_is_foreign(const HtmlOpen *open, guint *outermost) {
    gboolean found = FALSE;
    for (guint i = open->foreign ? open->depth : 0; i-- > 0;) {
        const HtmlOpenElement *element = &open->stack[i];
        if (element->tag == HTML_TAG_SVG || element->tag == HTML_TAG_MATH) {
            *outermost = i;
            found = TRUE;
        } else if (element->takes_html) {
            break;
        }
    }
    return found;
}

/* Where a block that is not written begins or ends, words stay apart. */
static void put_break(HtmlOpen *open) {
    static const char mark[] = "<br>";
    gsize size = sizeof mark - 1;
    if (open->out->len < size || memcmp(open->out->str + open->out->len - size, mark, size)) {
        g_string_append(open->out, mark);
    }
}

/* Inside a heading libxml2 would end it at a paragraph. */
static gboolean is_in_heading(const HtmlOpen *open) {
    return open->depth && (html_tag_flags(open->stack[open->depth - 1].tag) & HTML_HEADING);
}

/* A link that ends inside blocks which began in it: the blocks go on without it. */
static void end_link(HtmlOpen *open, guint link) {
    HtmlTag reopened[HTML_MAX_REOPENED];
    guint hashes[HTML_MAX_REOPENED], count = 0;
    for (guint i = link + 1; i < open->depth; i++) {
        if (count == HTML_MAX_REOPENED) {
            return;
        }
        hashes[count] = open->stack[i].hash;
        reopened[count++] = open->stack[i].tag;
    }
    html_open_pop_to(open, link);
    for (guint i = 0; i < count; i++) {
        g_string_append_printf(open->out, "<%s>", html_tag_name(reopened[i]));
        html_open_push(open, reopened[i], hashes[i]);
    }
}

/* Where the end tag's element stands on the stack; G_MAXUINT if it closes none. */
static guint find_open(const HtmlOpen *open, HtmlTag tag, guint hash) {
    guint flags = html_tag_flags(tag);
    gboolean table_part = tag == HTML_TAG_TR || tag == HTML_TAG_TD || tag == HTML_TAG_TH ||
                          tag == HTML_TAG_TBODY || tag == HTML_TAG_THEAD || tag == HTML_TAG_TFOOT ||
                          tag == HTML_TAG_CAPTION;
    if (!open->counts[tag] && !(flags & HTML_HEADING)) {
        return G_MAXUINT;
    }
    for (guint i = open->depth; i-- > 0;) {
        const HtmlOpenElement *element = &open->stack[i];
        guint outer_flags = html_tag_flags(element->tag);
        if ((element->tag == tag && element->hash == hash) ||
            (flags & outer_flags & HTML_HEADING)) {
            return i;
        }
        gboolean stop = tag == HTML_TAG_TABLE || tag == HTML_TAG_A ? FALSE
                        : table_part                               ? element->tag == HTML_TAG_TABLE
                        : (flags & HTML_SPECIAL)                   ? (outer_flags & HTML_SCOPE) != 0
                                                 : (outer_flags & HTML_SPECIAL) != 0;
        if (stop ||
            (tag == HTML_TAG_LI && (element->tag == HTML_TAG_UL || element->tag == HTML_TAG_OL))) {
            break;
        }
    }
    return G_MAXUINT;
}

/* Whether a link ends that has blocks open inside it. */
static gboolean has_block_above(const HtmlOpen *open, guint at) {
    for (guint i = at + 1; i < open->depth; i++) {
        if (html_tag_flags(open->stack[i].tag) & HTML_SPECIAL) {
            return TRUE;
        }
    }
    return FALSE;
}

gboolean html_open_must_swallow(const HtmlOpen *open, HtmlTag tag, gboolean foreign) {
    guint flags = html_tag_flags(tag);
    if (flags & (HTML_VOID | HTML_RAW | HTML_RCDATA)) {
        return FALSE;
    }
    gboolean same = !(flags & (HTML_SPECIAL | HTML_BLOCK)) && !foreign && tag != HTML_TAG_OTHER &&
                    open->counts[tag] >= HTML_MAX_SAME_INLINE;
    return same || open->depth >= HTML_MAX_DEPTH || (tag == HTML_TAG_P && is_in_heading(open));
}

void html_open_swallow(HtmlOpen *open, HtmlTag tag, guint hash) {
    open->swallowed[hash % G_N_ELEMENTS(open->swallowed)]++;
    open->swallowed_total++;
    if (html_tag_flags(tag) & HTML_BLOCK) {
        put_break(open);
    }
}

void html_open_end(HtmlOpen *open, HtmlTag tag, guint hash) {
    guint *swallowed = &open->swallowed[hash % G_N_ELEMENTS(open->swallowed)];
    if (*swallowed) {
        --*swallowed;
        open->swallowed_total--;
        if (html_tag_flags(tag) & HTML_BLOCK) {
            put_break(open);
        }
        return;
    }
    guint at = find_open(open, tag, hash);
    if (at == G_MAXUINT) {
        return;
    }
    if (tag == HTML_TAG_A && has_block_above(open, at)) {
        end_link(open, at);
    } else {
        html_open_pop_to(open, at);
    }
}
