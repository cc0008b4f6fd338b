#include "extract/html_text.h"

#include <string.h>

/* libxml2 goes no deeper than 256. */
#define MAX_WALK_DEPTH 512

/* A walk in document order that knows which elements end before each node. */
typedef struct Walk {
    const HtmlTree *tree;
    TextSink *sink;
    guint open[MAX_WALK_DEPTH]; /* elements the walk is in, outermost first */
    guint depth, preformatted, headings;
    HtmlHeadingDone done;
    gpointer context;
} Walk;

static void leave(Walk *walk, guint before) {
    while (walk->depth && walk->tree->nodes[walk->open[walk->depth - 1]].end <= before) {
        guint node = walk->open[--walk->depth];
        HtmlTag tag = walk->tree->nodes[node].tag;
        guint flags = html_tag_flags(tag);
        gsize start;
        walk->preformatted -= tag == HTML_TAG_PRE;
        if (flags & HTML_HEADING) {
            walk->headings--;
            if (!walk->headings && text_sink_end_block(walk->sink, &start) && walk->done) {
                walk->done(walk->tree, node, text_sink_peek(walk->sink) + start, start,
                           walk->context);
            }
        } else if ((flags & HTML_BLOCK) && !walk->headings) {
            text_sink_end_block(walk->sink, NULL);
        } else if (tag == HTML_TAG_TD || tag == HTML_TAG_TH || (flags & HTML_BLOCK)) {
            text_sink_add(walk->sink, " ", 1, FALSE);
        }
    }
}

static void enter(Walk *walk, guint node) {
    HtmlTag tag = walk->tree->nodes[node].tag;
    guint flags = html_tag_flags(tag);
    if (!(flags & HTML_BLOCK)) {
        ;
    } else if (walk->headings) {
        text_sink_add(walk->sink, " ", 1, FALSE);
    } else {
        text_sink_end_block(walk->sink, NULL);
    }
    if (flags & HTML_HEADING) {
        walk->headings++;
    }
    walk->preformatted += tag == HTML_TAG_PRE;
    walk->open[walk->depth++] = node;
}

static void visit(Walk *walk, guint node) {
    const HtmlNode *at = &walk->tree->nodes[node];
    leave(walk, node);
    if (at->is_text) {
        text_sink_add(walk->sink, (const char *)at->xml->content,
                      strlen((const char *)at->xml->content),
                      walk->preformatted && !walk->headings);
    } else if (walk->depth < G_N_ELEMENTS(walk->open)) {
        enter(walk, node);
    }
}

void html_text_write(const HtmlTree *tree, guint node, TextSink *sink, HtmlHeadingDone done,
                     gpointer context) {
    g_autofree Walk *walk = g_new0(Walk, 1);
    *walk = (Walk){.tree = tree, .sink = sink, .done = done, .context = context};
    text_sink_end_block(sink, NULL);
    for (guint i = node; i < tree->nodes[node].end;) {
        if (tree->nodes[i].dropped) {
            i = tree->nodes[i].end;
            continue;
        }
        visit(walk, i++);
    }
    leave(walk, tree->nodes[node].end);
    text_sink_end_block(sink, NULL);
}

void html_text_write_rest(const HtmlTree *tree, const GArray *parts, TextSink *sink) {
    g_autofree Walk *walk = g_new0(Walk, 1);
    *walk = (Walk){.tree = tree, .sink = sink};
    guint next = 0, main_end = 0;
    for (guint i = 0; i < tree->size;) {
        const HtmlNode *node = &tree->nodes[i];
        if (next < parts->len && i == g_array_index(parts, guint, next)) {
            main_end = node->end;
            next++;
        }
        if (node->role != HTML_ROLE_NONE) {
            i = node->end;
            continue;
        }
        if (!node->is_text || node->dropped || i >= main_end) {
            visit(walk, i);
        }
        i++;
    }
    leave(walk, tree->size);
    text_sink_end_block(sink, NULL);
}

void html_text_write_role(const HtmlTree *tree, HtmlRole role, TextSink *sink) {
    for (guint i = 0; i < tree->size; i++) {
        if (tree->nodes[i].role != role) {
            continue;
        }
        for (guint k = i; k < tree->nodes[i].end; k++) {
            const HtmlNode *node = &tree->nodes[k];
            if (node->is_text) {
                text_sink_add(sink, (const char *)node->xml->content,
                              strlen((const char *)node->xml->content), FALSE);
            } else if (html_tag_flags(node->tag) & HTML_BLOCK) {
                text_sink_add(sink, " ", 1, FALSE);
            }
        }
        text_sink_end_block(sink, NULL);
        i = tree->nodes[i].end - 1;
    }
}
