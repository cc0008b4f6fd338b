#include "extract/html_tree.h"

#include <limits.h>
#include <string.h>

#include <libxml/HTMLparser.h>

#include "syllabus/text.h"

#include "extract/html_prepass.h"

/* What links within a page count, and others, in tenths. */
#define FRAGMENT_LINK_TENTHS 3
#define LINK_TENTHS          10
/* Shorter ones are no prose. */
#define MIN_DIRECT_PROSE 30
#define MIN_PARAGRAPH    20

/* ---- building ---- */

static HtmlTag tag_of(const xmlNode *node) {
    const char *name = (const char *)node->name;
    return html_tag_find(name, strlen(name));
}

static void add_node(GArray *nodes, xmlNode *xml, guint parent, guint previous) {
    HtmlNode node = {.xml = xml,
                     .parent = parent,
                     .previous = previous,
                     .end = nodes->len + 1,
                     .is_text = xml->type != XML_ELEMENT_NODE};
    node.tag = node.is_text ? g_array_index(nodes, HtmlNode, parent).tag : tag_of(xml);
    g_array_append_val(nodes, node);
}

/* libxml2's tree, depth first, without recursion. */
static void flatten(HtmlTree *tree, xmlNode *root) {
    GArray *nodes = g_array_new(FALSE, TRUE, sizeof(HtmlNode));
    guint parent = 0, previous = 0;
    add_node(nodes, root, 0, 0);
    for (xmlNode *node = root->children; node;) {
        gboolean element = node->type == XML_ELEMENT_NODE;
        if (element || node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) {
            add_node(nodes, node, parent, previous);
            previous = nodes->len - 1;
        }
        if (element && node->children) {
            parent = previous;
            previous = 0;
            node = node->children;
            continue;
        }
        while (!node->next && parent) { /* the parent is complete */
            HtmlNode *done = &g_array_index(nodes, HtmlNode, parent);
            done->end = nodes->len;
            node = done->xml;
            previous = parent;
            parent = done->parent;
        }
        node = node->next;
    }
    tree->size = nodes->len;
    tree->nodes = (HtmlNode *)(void *)g_array_free(nodes, FALSE);
    tree->nodes[0].end = tree->size;
    for (guint i = 1; i < tree->size && !tree->body; i++) {
        if (html_tree_is_element(tree, i, HTML_TAG_BODY)) {
            tree->body = i;
        }
    }
}

HtmlTree *html_tree_parse(const char *utf8, gsize size) {
    gsize clean_size;
    g_autofree char *clean = html_prepass(utf8, size, &clean_size);
    if (!clean_size || clean_size > INT_MAX) {
        return NULL;
    }
    xmlDoc *xml = htmlReadMemory(clean, (int)clean_size, NULL, "utf-8",
                                 HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                     HTML_PARSE_NONET | HTML_PARSE_COMPACT | HTML_PARSE_IGNORE_ENC);
    xmlNode *root = xml ? xmlDocGetRootElement(xml) : NULL;
    if (!root) {
        xmlFreeDoc(xml);
        return NULL;
    }
    HtmlTree *tree = g_new0(HtmlTree, 1);
    tree->xml = xml;
    flatten(tree, root);
    html_tree_count(tree);
    return tree;
}

void html_tree_free(HtmlTree *tree) {
    if (!tree) {
        return;
    }
    xmlFreeDoc(tree->xml);
    g_free(tree->nodes);
    g_free(tree);
}

/* ---- counting ---- */

/* "," and U+3001, U+FF0C, U+060C. */
static gboolean is_comma(const guchar *at) {
    return at[0] == ',' || (at[0] == 0xE3 && at[1] == 0x80 && at[2] == 0x81) ||
           (at[0] == 0xEF && at[1] == 0xBC && at[2] == 0x8C) || (at[0] == 0xD8 && at[1] == 0x8C);
}

static HtmlCount count_text(const char *text) {
    HtmlCount count = {0};
    gboolean space = TRUE; /* none at the start */
    for (const guchar *at = (const guchar *)text; *at; at++) {
        gboolean is_space = *at <= ' ';
        if (is_space ? !space : (*at & 0xC0) != 0x80) {
            count.length++;
        }
        space = is_space;
        count.commas += is_comma(at) ? 1 : 0;
    }
    return count;
}

static guint minus(guint a, guint b) {
    return a > b ? a - b : 0;
}

static void add(HtmlCount *to, const HtmlCount *count) {
    to->length += count->length;
    to->link_length += count->link_length;
    to->commas += count->commas;
    to->links += count->links;
    to->blocks += count->blocks;
    to->prose += count->prose;
}

static void subtract(HtmlCount *from, const HtmlCount *count) {
    from->length = minus(from->length, count->length);
    from->link_length = minus(from->link_length, count->link_length);
    from->commas = minus(from->commas, count->commas);
    from->links = minus(from->links, count->links);
    from->blocks = minus(from->blocks, count->blocks);
    from->prose = minus(from->prose, count->prose);
}

/* What an element adds to the counts of its subtree by itself. */
static void count_element(HtmlTree *tree, guint i) {
    HtmlCount *count = &tree->nodes[i].count;
    guint length;
    switch (tree->nodes[i].tag) {
    case HTML_TAG_A: {
        const char *href = html_tree_attribute(tree, i, "href");
        count->link_length =
            count->length * (href && *href == '#' ? FRAGMENT_LINK_TENTHS : LINK_TENTHS);
        count->links++;
        break;
    }
    case HTML_TAG_P:
    case HTML_TAG_PRE:
    case HTML_TAG_BLOCKQUOTE:
        count->blocks++;
        if (count->length > MIN_PARAGRAPH && html_tree_link_density(tree, i) < 0.5) {
            count->prose += count->length;
        }
        break;
    case HTML_TAG_TABLE:
    case HTML_TAG_MATH:
        count->blocks++;
        break;
    case HTML_TAG_LI:
        count->blocks++;
        G_GNUC_FALLTHROUGH;
    case HTML_TAG_TD:
    case HTML_TAG_DD:
    case HTML_TAG_DIV:
    case HTML_TAG_SECTION:
    case HTML_TAG_ARTICLE:
    case HTML_TAG_CENTER:
        length = html_tree_direct_count(tree, i, FALSE).length;
        if (length > MIN_DIRECT_PROSE) {
            count->prose += length;
        }
        break;
    default:
        break;
    }
}

void html_tree_count(HtmlTree *tree) {
    for (guint i = 0; i < tree->size; i++) {
        HtmlNode *node = &tree->nodes[i];
        memset(&node->count, 0, sizeof node->count);
        node->dropped = node->dropped || (i && tree->nodes[node->parent].dropped);
    }
    for (guint i = tree->size; i-- > 0;) {
        HtmlNode *node = &tree->nodes[i];
        if (node->dropped) {
            continue;
        }
        if (node->is_text) {
            node->count = count_text((const char *)node->xml->content);
        } else {
            count_element(tree, i);
        }
        if (i) {
            add(&tree->nodes[node->parent].count, &node->count);
        }
    }
}

void html_tree_drop(HtmlTree *tree, guint node) {
    if (!node || tree->nodes[node].dropped) {
        return;
    }
    HtmlCount count = tree->nodes[node].count;
    for (guint i = tree->nodes[node].parent;; i = tree->nodes[i].parent) {
        subtract(&tree->nodes[i].count, &count);
        if (!i) {
            break;
        }
    }
    for (guint i = node; i < tree->nodes[node].end; i++) {
        tree->nodes[i].dropped = TRUE;
    }
}

void html_tree_restore(HtmlTree *tree) {
    for (guint i = 0; i < tree->size; i++) {
        tree->nodes[i].dropped = FALSE;
        tree->nodes[i].role = HTML_ROLE_NONE;
    }
    html_tree_count(tree);
}

/* ---- looking ---- */

static guint skip_dropped(const HtmlTree *tree, guint node, guint parent) {
    while (node < tree->nodes[parent].end && tree->nodes[node].dropped) {
        node = tree->nodes[node].end;
    }
    return node < tree->nodes[parent].end ? node : 0;
}

guint html_tree_first_child(const HtmlTree *tree, guint node) {
    return skip_dropped(tree, node + 1, node);
}

guint html_tree_next_sibling(const HtmlTree *tree, guint child) {
    return skip_dropped(tree, tree->nodes[child].end, tree->nodes[child].parent);
}

HtmlCount html_tree_direct_count(const HtmlTree *tree, guint node, gboolean with_inline) {
    HtmlCount count = {0};
    for (guint i = html_tree_first_child(tree, node); i; i = html_tree_next_sibling(tree, i)) {
        const HtmlNode *child = &tree->nodes[i];
        if (child->is_text || (with_inline && !(html_tag_flags(child->tag) & HTML_BLOCK))) {
            add(&count, &child->count);
        }
    }
    return count;
}

gboolean html_tree_is_element(const HtmlTree *tree, guint node, HtmlTag tag) {
    return !tree->nodes[node].is_text && tree->nodes[node].tag == tag;
}

gboolean html_tree_is_inside(const HtmlTree *tree, guint node, guint ancestor) {
    return node >= ancestor && node < tree->nodes[ancestor].end;
}

double html_tree_link_density(const HtmlTree *tree, guint node) {
    const HtmlCount *count = &tree->nodes[node].count;
    return count->length ? MIN(1.0, count->link_length / (10.0 * count->length)) : 0.0;
}

const char *html_tree_attribute(const HtmlTree *tree, guint node, const char *name) {
    if (tree->nodes[node].is_text) {
        return NULL;
    }
    for (const xmlAttr *at = tree->nodes[node].xml->properties; at; at = at->next) {
        if (!strcmp((const char *)at->name, name)) {
            return at->children && at->children->content ? (const char *)at->children->content : "";
        }
    }
    return NULL;
}

char *html_tree_text(const HtmlTree *tree, guint node, gsize max_bytes) {
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = node; i < tree->nodes[node].end && text->len < max_bytes; i++) {
        const HtmlNode *at = &tree->nodes[i];
        if (at->dropped) {
            continue;
        }
        if (at->is_text) {
            g_string_append(text, (const char *)at->xml->content);
        } else if (i > node && (html_tag_flags(at->tag) & HTML_BLOCK)) {
            g_string_append_c(text, ' ');
        }
    }
    g_string_truncate(text, syl_text_cut(text->str, text->len, max_bytes));
    g_autofree char *clean = syl_text_clean(text->str, (gssize)text->len);
    return syl_text_squeeze(clean);
}
