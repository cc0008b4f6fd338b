/* A parsed page as one array in document order, so that every question about a subtree is a loop
 * over neighbours: the nodes of a subtree are [i, nodes[i].end). What is counted is kept for every
 * subtree and stays right while parts are dropped. One thread. */
#pragma once

#include <glib.h>
#include <libxml/tree.h>

#include "extract/html_tags.h"

/* An element counts whatever its subtree still holds. */
typedef struct HtmlCount {
    guint length;      /* characters of text, runs of white space as one */
    guint link_length; /* tenths of characters inside links; links within the page count 3 each */
    guint commas;
    guint links;
    guint blocks; /* p, pre, blockquote, table, li, math */
    guint prose;  /* characters in paragraphs and directly in containers, without link lists */
} HtmlCount;

/* Why a subtree was dropped. */
typedef enum HtmlRole {
    HTML_ROLE_NONE,    /* for no reason of its own */
    HTML_ROLE_UNREAD,  /* no text for readers: goes nowhere */
    HTML_ROLE_CAPTION, /* of a figure */
} HtmlRole;

typedef struct HtmlNode {
    xmlNode *xml;
    HtmlTag tag; /* of an element; of text it is that of its parent */
    gboolean is_text;
    gboolean dropped; /* it, or an ancestor of it */
    HtmlRole role;    /* of the root of a dropped subtree */
    guint parent, end;
    guint previous;  /* sibling; 0 if it is the first */
    HtmlCount count; /* of text: its own */
} HtmlNode;

typedef struct HtmlTree {
    xmlDoc *xml;
    HtmlNode *nodes; /* 0 is the root element */
    guint size;
    guint body; /* the body element, or 0 */
} HtmlTree;

/* utf8: any valid UTF-8; goes through html_prepass. NULL if there is nothing to read. */
HtmlTree *html_tree_parse(const char *utf8, gsize size);
void html_tree_free(HtmlTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HtmlTree, html_tree_free)

/* Counts everything that is not dropped anew. */
void html_tree_count(HtmlTree *tree);
/* Nothing is dropped any more, and no role is given. */
void html_tree_restore(HtmlTree *tree);
/* Drops a subtree; its ancestors no longer count it. */
void html_tree_drop(HtmlTree *tree, guint node);

/* The first child of node, or what follows child below the same parent; 0 if there is none. Dropped
 * ones are skipped. */
guint html_tree_first_child(const HtmlTree *tree, guint node);
guint html_tree_next_sibling(const HtmlTree *tree, guint child);

/* What is directly in the element, or in it and its inline children. */
HtmlCount html_tree_direct_count(const HtmlTree *tree, guint node, gboolean with_inline);
gboolean html_tree_is_element(const HtmlTree *tree, guint node, HtmlTag tag);
gboolean html_tree_is_inside(const HtmlTree *tree, guint node, guint ancestor);
/* link_length over length, 0 to 1. */
double html_tree_link_density(const HtmlTree *tree, guint node);

/* The value of an attribute, "" if it is empty, NULL if absent. Borrowed from the tree. */
const char *html_tree_attribute(const HtmlTree *tree, guint node, const char *name);

/* The text of a subtree, clean and squeezed, at most max_bytes. Caller frees. */
char *html_tree_text(const HtmlTree *tree, guint node, gsize max_bytes);
