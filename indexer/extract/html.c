#include "extract/html.h"

#include <string.h>

#include "syllabus/text.h"
#include "syllabus/url.h"

#include "extract/charset.h"
#include "extract/class_names.h"
#include "extract/extract.h"
#include "extract/html_meta.h"
#include "extract/html_text.h"
#include "extract/main_content.h"
#include "extract/youtube.h"

/* Longer headings and link texts are cut, in bytes. */
#define MAX_HEADING_BYTES   500
#define MAX_LINK_TEXT_BYTES 500
/* Longer ones are no anchors that anybody links to. */
#define MAX_ANCHOR_BYTES 300
/* How far above a heading an element may begin that carries its id. */
#define MAX_ANCHOR_LEVELS 4
/* How many empty elements before a heading are looked at for one. */
#define MAX_ANCHOR_SIBLINGS 8

typedef struct Reader {
    Document *document;
    HtmlScope scope;
    GHashTable *slugs; /* slug → how many headings had it */
} Reader;

/* ---- anchors ---- */

static const char *usable_anchor(const char *anchor) {
    return anchor && *anchor && strlen(anchor) <= MAX_ANCHOR_BYTES ? anchor : NULL;
}

/* An element that is there only to be linked to. */
static const char *anchor_of_empty(const HtmlTree *tree, guint i) {
    const HtmlNode *node = &tree->nodes[i];
    if (node->is_text || (node->count.length && !node->dropped)) {
        return NULL;
    }
    const char *id = usable_anchor(html_tree_attribute(tree, i, "id"));
    return id || node->tag != HTML_TAG_A ? id : usable_anchor(html_tree_attribute(tree, i, "name"));
}

/* The sign beside the heading that links to it, then its own id, then an id inside it. */
static const char *anchor_inside(const HtmlTree *tree, guint heading) {
    for (guint i = heading + 1; i < tree->nodes[heading].end; i++) {
        const char *href =
            html_tree_is_element(tree, i, HTML_TAG_A) ? html_tree_attribute(tree, i, "href") : NULL;
        if (tree->nodes[i].role == HTML_ROLE_UNREAD && href && *href == '#' &&
            usable_anchor(href + 1)) {
            return href + 1;
        }
    }
    const char *id = usable_anchor(html_tree_attribute(tree, heading, "id"));
    for (guint i = heading + 1; i < tree->nodes[heading].end && !id; i++) {
        if (tree->nodes[i].is_text) {
            continue;
        }
        id = usable_anchor(html_tree_attribute(tree, i, "id"));
        if (!id && tree->nodes[i].tag == HTML_TAG_A) {
            id = usable_anchor(html_tree_attribute(tree, i, "name"));
        }
    }
    return id;
}

/* Whether node is the first text in its parent; *anchor is that of an empty element before it. */
static gboolean is_first_text(const HtmlTree *tree, guint node, const char **anchor) {
    guint at = tree->nodes[node].previous;
    for (guint i = 0; at && i < MAX_ANCHOR_SIBLINGS; i++, at = tree->nodes[at].previous) {
        if (tree->nodes[at].count.length && !tree->nodes[at].dropped) {
            return FALSE;
        }
        if (!*anchor) {
            *anchor = anchor_of_empty(tree, at);
        }
    }
    return !at;
}

/* An empty element before the heading, or an element that begins with it. */
static const char *anchor_before(const HtmlTree *tree, guint heading) {
    const char *anchor = NULL;
    guint at = heading;
    for (guint level = 0; level < MAX_ANCHOR_LEVELS; level++) {
        gboolean first = is_first_text(tree, at, &anchor);
        guint parent = tree->nodes[at].parent;
        if (anchor || !first || !parent || tree->nodes[parent].tag == HTML_TAG_BODY) {
            return anchor;
        }
        anchor = usable_anchor(html_tree_attribute(tree, parent, "id"));
        if (anchor) {
            return anchor;
        }
        at = parent;
    }
    return NULL;
}

/* As GitHub does: lower case, spaces to '-', only letters, digits, '-' and '_'; numbered when it
 * was there before. Caller frees. */
static char *make_slug(Reader *reader, const char *heading) {
    g_autofree char *lower = g_utf8_strdown(heading, -1);
    GString *slug = g_string_new(NULL);
    for (char *at = lower; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (c == ' ') {
            g_string_append_c(slug, '-');
        } else if (g_unichar_isalnum(c) || g_unichar_ismark(c) || c == '-' || c == '_') {
            g_string_append_unichar(slug, c);
        }
    }
    guint seen = GPOINTER_TO_UINT(g_hash_table_lookup(reader->slugs, slug->str));
    g_hash_table_insert(reader->slugs, g_strdup(slug->str), GUINT_TO_POINTER(seen + 1));
    if (seen) {
        g_string_append_printf(slug, "-%u", seen);
    }
    return g_string_free(slug, FALSE);
}

static void heading_done(const HtmlTree *tree, guint node, const char *text, gsize start,
                         gpointer context) {
    Reader *reader = context;
    if (reader->document->sections->len >= DOCUMENT_MAX_SECTIONS) {
        return;
    }
    guint level = tree->nodes[node].tag - HTML_TAG_H1 + 1;
    g_autofree char *heading =
        g_strchomp(g_strndup(text, syl_text_cut(text, strlen(text), MAX_HEADING_BYTES)));
    const char *found = anchor_inside(tree, node);
    if (!found && reader->scope == HTML_SCOPE_CONTENT) {
        found = anchor_before(tree, node);
    }
    g_autofree char *anchor = found                               ? syl_text_clean(found, -1)
                              : reader->scope == HTML_SCOPE_WHOLE ? make_slug(reader, heading)
                                                                  : g_strdup("");
    document_add_section(reader->document, level, heading, anchor, start);
}

/* ---- links ---- */

/* The text of a link, or of the first image in it. */
static char *link_text(const HtmlTree *tree, guint link) {
    char *text = html_tree_text(tree, link, MAX_LINK_TEXT_BYTES);
    for (guint i = link + 1; i < tree->nodes[link].end && !*text; i++) {
        const char *alt = html_tree_is_element(tree, i, HTML_TAG_IMG)
                              ? html_tree_attribute(tree, i, "alt")
                              : NULL;
        if (!alt) {
            continue;
        }
        g_autofree char *cut = g_strndup(alt, syl_text_cut(alt, strlen(alt), MAX_LINK_TEXT_BYTES));
        g_autofree char *clean = syl_text_clean(cut, -1);
        g_free(text);
        text = syl_text_squeeze(clean);
    }
    return text;
}

/* Before anything is dropped, since navigation leads to pages too. */
static void read_links(const HtmlTree *tree, const char *base, Document *document) {
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < tree->size && document->links->len < DOCUMENT_MAX_LINKS; i++) {
        if (!html_tree_is_element(tree, i, HTML_TAG_A)) {
            continue;
        }
        const char *href = html_tree_attribute(tree, i, "href");
        if (!href || !*href || *href == '#' || strlen(href) > SYL_URL_MAX_BYTES) {
            continue;
        }
        g_autofree char *trimmed = g_strstrip(g_strdup(href));
        char *url = syl_url_canonical(trimmed, base, NULL);
        if (!url || !g_hash_table_add(seen, url)) {
            continue;
        }
        g_autofree char *text = link_text(tree, i);
        document_add_link(document, url, text);
    }
}

/* ---- reading ---- */

static void read_texts(HtmlTree *tree, Reader *reader) {
    Document *document = reader->document;
    g_autoptr(GArray) parts =
        reader->scope == HTML_SCOPE_WHOLE ? main_content_whole(tree) : main_content_choose(tree);
    TextSink *main = text_sink_new(DOCUMENT_MAX_MAIN_BYTES);
    for (guint i = 0; i < parts->len; i++) {
        html_text_write(tree, g_array_index(parts, guint, i), main, heading_done, reader);
    }
    TextSink *rest = text_sink_new(DOCUMENT_MAX_REST_BYTES);
    html_text_write_rest(tree, parts, rest);
    TextSink *captions = text_sink_new(DOCUMENT_MAX_REST_BYTES);
    html_text_write_role(tree, HTML_ROLE_CAPTION, captions);
    g_free(document->main);
    g_free(document->rest);
    g_free(document->captions);
    document->main = text_sink_take(main);
    document->rest = text_sink_take(rest);
    document->captions = text_sink_take(captions);
}

Document *html_read(const char *utf8, gsize size, const char *url, HtmlScope scope) {
    Document *document = document_new();
    g_autoptr(HtmlTree) tree = html_tree_parse(utf8, size);
    if (!tree) {
        return document;
    }
    g_autofree char *base = html_meta_base(tree, url);
    g_autoptr(GHashTable) slugs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Reader reader = {document, scope, slugs};
    html_meta_read(tree, base, document);
    read_links(tree, base, document);
    read_texts(tree, &reader);
    const DocumentSection *first = document->sections->len ? document->sections->pdata[0] : NULL;
    if (first && !*document->title) {
        g_free(document->title);
        document->title = g_strdup(first->heading);
    } else if (first && first->level == 1) {
        html_meta_trim_title(document->title, first->heading);
    }
    return document;
}

Document *extract_html(const ExtractInput *input, GError **error) {
    gsize size;
    g_autofree char *utf8 =
        charset_to_utf8(input->bytes, input->size, input->content_type, TRUE, &size);
    if (!size) {
        g_set_error_literal(error, EXTRACT_ERROR, EXTRACT_ERROR_MALFORMED, "an empty page");
        return NULL;
    }
    Document *document = html_read(utf8, size, input->url, HTML_SCOPE_CONTENT);
    youtube_read(utf8, size, document);
    return document;
}
