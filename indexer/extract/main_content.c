#include "extract/main_content.h"

#include <string.h>

#include "extract/class_names.h"
#include "extract/main_score.h"

/* A dropped part never holds more of the page than this: a page whose names mislead stays whole. */
#define MAX_DROPPED_SHARE 0.35
#define MAX_HIDDEN_SHARE  0.5
/* Scored text must be this many times the marked text to be taken instead. */
#define SCORED_OVER_MARKED 2
/* One article of several must have this share of their text to be the content. */
#define MIN_ARTICLE_SHARE 0.6
/* Cleaning that leaves less than this share of an element of this many characters is undone. */
#define MIN_CLEAN_SHARE  0.25
#define MIN_INDEX_LENGTH 1000
#define MIN_INDEX_LINKS  20
/* Cleaning, in characters. */
#define MAX_CAPTION_LENGTH   400
#define MAX_MORE_LENGTH      120
#define MAX_LINK_PARAGRAPH   120
#define MAX_LINK_LIST_LENGTH 1500
#define MAX_LINK_BLOCK       600

/* Marks of content, from the surest. */
typedef enum Mark {
    MARK_ARTICLE_BODY,
    MARK_WIKI,
    MARK_MARKDOWN,
    MARK_NAMED,
    MARK_ARTICLE,
    MARK_ROLE_ARTICLE,
    MARK_MAIN,
    MARK_ROLE_MAIN,
    MARK_CONTENT_ID,
    MARK_COUNT,
} Mark;

/* What is known about an element from its attributes alone. */
typedef struct Hint {
    guint marks; /* 1 << Mark */
    gboolean chrome;
} Hint;

typedef struct Chooser {
    HtmlTree *tree;
    HtmlNode *nodes;
    Hint *hints;
    int *weights; /* class_names_weight of each element */
    guint body;
} Chooser;

static const char *const content_classes[] = {
    "post-content",  "post-body",          "postcontent",      "entry-content", "article-body",
    "article__body", "articleBody",        "article-content",  "article-text",  "story-body",
    "storyBody",     "post_content",       "entrytext",        "story-content", "body-content",
    "blog-content",  "theme-doc-markdown", "article__content", "node__content", "page-content"};
static const char *const content_ids[] = {"article-body", "articleBody", "story",
                                          "bodyContent",  "entry",       "article-content"};
static const char *const main_names[] = {"content", "main-content", "main"};
static const char *const chrome_roles[] = {"navigation", "banner",  "contentinfo", "complementary",
                                           "search",     "dialog",  "alertdialog", "menu",
                                           "menubar",    "tablist", "alert"};

/* A short block that begins so leads away from the content. */
static const char *const leading_away[] = {"read more",
                                           "read also",
                                           "read next",
                                           "see also",
                                           "related",
                                           "more from",
                                           "more on",
                                           "also read",
                                           "lesen sie",
                                           "mehr zum thema",
                                           "lire aussi",
                                           "czytaj",
                                           "zobacz",
                                           "lea también",
                                           "ver también",
                                           "subscribe",
                                           "sign up",
                                           "follow us",
                                           "follow me",
                                           "follow @",
                                           "share this",
                                           "share on",
                                           "advertisement",
                                           "continue reading",
                                           "click here to",
                                           "leave a comment",
                                           "leave a reply",
                                           "view comments",
                                           "all rights reserved",
                                           "copyright",
                                           "posted in",
                                           "posted by",
                                           "posted on",
                                           "tag:",
                                           "tags:",
                                           "categories:",
                                           "filed under",
                                           "source:",
                                           "quelle:",
                                           "foto:",
                                           "photo:",
                                           "image:",
                                           "credit:"};

static gboolean is_one_of(const char *value, const char *const *table, gsize count) {
    for (gsize i = 0; value && i < count; i++) {
        if (!strcmp(value, table[i])) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean contains_one_of(const char *value, const char *const *table, gsize count) {
    for (gsize i = 0; value && i < count; i++) {
        if (strstr(value, table[i])) {
            return TRUE;
        }
    }
    return FALSE;
}

static guint set_if(gboolean condition, Mark mark) {
    return condition ? 1u << mark : 0;
}

static Hint hint_of(const HtmlTree *tree, guint i) {
    HtmlTag tag = tree->nodes[i].tag;
    const char *class_names = html_tree_attribute(tree, i, "class");
    const char *id = html_tree_attribute(tree, i, "id");
    const char *role = html_tree_attribute(tree, i, "role");
    const char *itemprop = html_tree_attribute(tree, i, "itemprop");
    gboolean container = tag == HTML_TAG_DIV || tag == HTML_TAG_SECTION ||
                         tag == HTML_TAG_ARTICLE || tag == HTML_TAG_MAIN;
    Hint hint = {.chrome = class_names_are_chrome(class_names, id)};
    hint.marks = set_if(itemprop && !strcmp(itemprop, "articleBody"), MARK_ARTICLE_BODY) |
                 set_if(class_names_have(class_names, "mw-parser-output"), MARK_WIKI) |
                 set_if(class_names_have(class_names, "markdown-body"), MARK_MARKDOWN) |
                 set_if(container && (contains_one_of(class_names, content_classes,
                                                      G_N_ELEMENTS(content_classes)) ||
                                      is_one_of(id, content_ids, G_N_ELEMENTS(content_ids))),
                        MARK_NAMED) |
                 set_if(tag == HTML_TAG_ARTICLE, MARK_ARTICLE) |
                 set_if(role && !strcmp(role, "article"), MARK_ROLE_ARTICLE) |
                 set_if(tag == HTML_TAG_MAIN, MARK_MAIN) |
                 set_if(role && !strcmp(role, "main"), MARK_ROLE_MAIN) |
                 set_if(is_one_of(id, main_names, G_N_ELEMENTS(main_names)) ||
                            is_one_of(class_names, main_names, 1) ||
                            is_one_of(class_names, main_names + 2, 1),
                        MARK_CONTENT_ID);
    return hint;
}

/* ---- dropping what surrounds content ---- */

static gboolean is_hidden(const Chooser *chooser, guint i) {
    if (html_tree_attribute(chooser->tree, i, "hidden")) {
        return TRUE;
    }
    const char *aria = html_tree_attribute(chooser->tree, i, "aria-hidden");
    if (aria && !strcmp(aria, "true") && chooser->nodes[i].tag != HTML_TAG_MATH) {
        return TRUE;
    }
    const char *style = html_tree_attribute(chooser->tree, i, "style");
    if (!style) {
        return FALSE;
    }
    g_autoptr(GString) tight = g_string_new(NULL);
    for (const char *at = style; *at; at++) {
        if (!g_ascii_isspace(*at)) {
            g_string_append_c(tight, g_ascii_tolower(*at));
        }
    }
    return strstr(tight->str, "display:none") || strstr(tight->str, "visibility:hidden");
}

static void drop_as(Chooser *chooser, guint i, HtmlRole role) {
    chooser->nodes[i].role = role;
    html_tree_drop(chooser->tree, i);
}

/* Elements without text of the page; of those that pages misuse for content, the small ones. */
static void drop_unread(Chooser *chooser, double total, gboolean keep_large) {
    for (guint i = 1; i < chooser->tree->size; i++) {
        const HtmlNode *node = &chooser->nodes[i];
        if (node->is_text || node->dropped || !(html_tag_flags(node->tag) & HTML_UNREAD)) {
            continue;
        }
        gboolean chrome = node->tag == HTML_TAG_FOOTER || node->tag == HTML_TAG_NAV ||
                          node->tag == HTML_TAG_FIELDSET || node->tag == HTML_TAG_MENU;
        if ((chrome || node->tag == HTML_TAG_NOSCRIPT) && keep_large &&
            node->count.length > MAX_DROPPED_SHARE * total) {
            continue;
        }
        drop_as(chooser, i, chrome ? HTML_ROLE_NONE : HTML_ROLE_UNREAD);
    }
}

/* Elements that say what they are: their names do not count. */
static gboolean is_name_proof(HtmlTag tag) {
    static const HtmlTag proof[] = {HTML_TAG_BODY, HTML_TAG_HTML, HTML_TAG_ARTICLE, HTML_TAG_MAIN,
                                    HTML_TAG_P,    HTML_TAG_A,    HTML_TAG_H1,      HTML_TAG_H2,
                                    HTML_TAG_TD,   HTML_TAG_TR,   HTML_TAG_TABLE,   HTML_TAG_CODE,
                                    HTML_TAG_PRE,  HTML_TAG_EM,   HTML_TAG_STRONG,  HTML_TAG_MATH};
    for (gsize i = 0; i < G_N_ELEMENTS(proof); i++) {
        if (proof[i] == tag) {
            return TRUE;
        }
    }
    return FALSE;
}

static void drop_by_names(Chooser *chooser, double total, gboolean by_class) {
    for (guint i = 1; i < chooser->tree->size; i++) {
        const HtmlNode *node = &chooser->nodes[i];
        if (node->is_text || node->dropped || i == chooser->body) {
            continue;
        }
        double share = node->count.length / total;
        if (share < MAX_HIDDEN_SHARE && is_hidden(chooser, i)) {
            drop_as(chooser, i, HTML_ROLE_UNREAD);
            continue;
        }
        gboolean chrome_role = is_one_of(html_tree_attribute(chooser->tree, i, "role"),
                                         chrome_roles, G_N_ELEMENTS(chrome_roles));
        gboolean chrome_name = by_class && !is_name_proof(node->tag) &&
                               (node->tag == HTML_TAG_ASIDE || chooser->hints[i].chrome);
        if (share < MAX_DROPPED_SHARE && (chrome_role || chrome_name)) {
            drop_as(chooser, i, HTML_ROLE_NONE);
        }
    }
}

/* The signs beside headings that link to them are no words of theirs. */
static void drop_heading_signs(Chooser *chooser) {
    for (guint i = 1; i < chooser->tree->size; i++) {
        if (chooser->nodes[i].is_text || !(html_tag_flags(chooser->nodes[i].tag) & HTML_HEADING)) {
            continue;
        }
        for (guint k = i + 1; k < chooser->nodes[i].end; k++) {
            if (!html_tree_is_element(chooser->tree, k, HTML_TAG_A) || chooser->nodes[k].dropped) {
                continue;
            }
            const char *href = html_tree_attribute(chooser->tree, k, "href");
            const char *names = html_tree_attribute(chooser->tree, k, "class");
            gboolean sign =
                href && *href == '#' &&
                (chooser->nodes[k].count.length <= 1 || class_names_have(names, "headerlink") ||
                 class_names_have(names, "hash-link"));
            if (sign && chooser->nodes[k].count.length < chooser->nodes[i].count.length) {
                drop_as(chooser, k, HTML_ROLE_UNREAD);
            }
        }
    }
}

/* ---- marks ---- */

static gboolean is_listing(Mark mark, guint best, guint sum) {
    return mark == MARK_ARTICLE && best < MIN_ARTICLE_SHARE * sum;
}

/* The outermost element of the surest mark with enough prose; 0 if there is none. */
static guint find_marked(const Chooser *chooser) {
    for (Mark mark = 0; mark < MARK_COUNT; mark++) {
        guint best = 0, best_prose = 0, sum = 0, count = 0;
        for (guint i = chooser->body; i < chooser->nodes[chooser->body].end; i++) {
            if (chooser->nodes[i].dropped || !(chooser->hints[i].marks & (1u << mark))) {
                continue;
            }
            guint prose = chooser->nodes[i].count.prose;
            if (!best || prose > best_prose) {
                best = i;
                best_prose = prose;
            }
            sum += prose;
            count++;
            i = chooser->nodes[i].end - 1;
        }
        if (best && best_prose >= MAIN_CONTENT_MIN_CHARS &&
            !(count > 1 && is_listing(mark, best_prose, sum))) {
            return best;
        }
    }
    return 0;
}

/* ---- cleaning the chosen part ---- */

static gboolean has_inside(const Chooser *chooser, guint node, const HtmlTag *tags, gsize count) {
    for (guint i = node; i < chooser->nodes[node].end; i++) {
        for (gsize k = 0; k < count; k++) {
            if (!chooser->nodes[i].dropped && html_tree_is_element(chooser->tree, i, tags[k])) {
                return TRUE;
            }
        }
    }
    return FALSE;
}

static void clean_captions(Chooser *chooser, guint part) {
    static const HtmlTag content[] = {HTML_TAG_PRE, HTML_TAG_TABLE, HTML_TAG_MATH, HTML_TAG_CODE};
    for (guint i = part + 1; i < chooser->nodes[part].end; i++) {
        const HtmlNode *node = &chooser->nodes[i];
        if (!node->dropped && !node->is_text &&
            (node->tag == HTML_TAG_FIGCAPTION || node->tag == HTML_TAG_FIGURE) &&
            node->count.length < MAX_CAPTION_LENGTH &&
            !has_inside(chooser, i, content, G_N_ELEMENTS(content))) {
            drop_as(chooser, i, HTML_ROLE_CAPTION);
        }
    }
}

static gboolean leads_away(const Chooser *chooser, guint node) {
    g_autofree char *text = html_tree_text(chooser->tree, node, MAX_MORE_LENGTH);
    g_autofree char *lower = g_utf8_strdown(text, -1);
    char *at = lower;
    while (*at && !g_unichar_isalnum(g_utf8_get_char(at)) && *at != '_') {
        at = g_utf8_next_char(at);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(leading_away); i++) {
        if (g_str_has_prefix(at, leading_away[i])) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean may_lead_away(const Chooser *chooser, guint i) {
    static const HtmlTag tags[] = {HTML_TAG_P,    HTML_TAG_DIV, HTML_TAG_LI, HTML_TAG_H2,
                                   HTML_TAG_H3,   HTML_TAG_H4,  HTML_TAG_H5, HTML_TAG_STRONG,
                                   HTML_TAG_SPAN, HTML_TAG_A};
    const HtmlNode *node = &chooser->nodes[i];
    for (gsize k = 0; k < G_N_ELEMENTS(tags); k++) {
        if (node->tag != tags[k]) {
            continue;
        }
        gboolean is_inline = !(html_tag_flags(node->tag) & HTML_BLOCK);
        return !is_inline || chooser->nodes[node->parent].count.length <= node->count.length + 5;
    }
    return FALSE;
}

static void clean_leading_away(Chooser *chooser, guint part) {
    for (guint i = part + 1; i < chooser->nodes[part].end; i++) {
        const HtmlNode *node = &chooser->nodes[i];
        if (!node->dropped && !node->is_text && node->count.length &&
            node->count.length < MAX_MORE_LENGTH && may_lead_away(chooser, i) &&
            leads_away(chooser, i)) {
            html_tree_drop(chooser->tree, i);
        }
    }
}

/* Whether a block inside the content is links, a form, or otherwise none of it. */
static gboolean is_link_block(const Chooser *chooser, guint i) {
    const HtmlCount *count = &chooser->nodes[i].count;
    double density = html_tree_link_density(chooser->tree, i);
    int weight = chooser->weights[i];
    switch (chooser->nodes[i].tag) {
    case HTML_TAG_P:
        return density > 0.9 && count->links && count->length < MAX_LINK_PARAGRAPH;
    case HTML_TAG_UL:
    case HTML_TAG_OL:
        return density > 0.6 && count->links >= 2 && count->length < MAX_LINK_LIST_LENGTH;
    case HTML_TAG_TABLE:
        if (density < 0.7) {
            return FALSE;
        }
        break;
    case HTML_TAG_DIV:
    case HTML_TAG_SECTION:
    case HTML_TAG_FORM:
    case HTML_TAG_DL:
    case HTML_TAG_ASIDE:
    case HTML_TAG_HEADER:
        break;
    default:
        return FALSE;
    }
    if (density > (weight >= 25 ? 0.7 : 0.5) && count->length < MAX_LINK_BLOCK) {
        return TRUE;
    }
    /* Rows of a list of talks or videos have such names too; a heading of their own tells them
     * apart. */
    static const HtmlTag headings[] = {HTML_TAG_H2, HTML_TAG_H3, HTML_TAG_H4};
    gboolean headed = has_inside(chooser, i, headings, G_N_ELEMENTS(headings));
    if (weight < 0 && density > 0.2 && count->commas < 10 && !headed) {
        return TRUE;
    }
    return chooser->nodes[i].tag == HTML_TAG_FORM && count->blocks < 3;
}

/* Drops blocks of links, unless the element is an index that would lose most of its text. */
static void clean_link_blocks(Chooser *chooser, guint part) {
    HtmlNode *nodes = chooser->nodes;
    guint end = nodes[part].end, before = nodes[part].count.length;
    gboolean index = before >= MIN_INDEX_LENGTH && nodes[part].count.links >= MIN_INDEX_LINKS;
    g_autofree gboolean *was_dropped = index ? g_new(gboolean, end - part) : NULL;
    for (guint i = part; index && i < end; i++) {
        was_dropped[i - part] = nodes[i].dropped;
    }
    for (guint i = part + 1; i < end; i++) {
        if (!nodes[i].dropped && !nodes[i].is_text && nodes[i].count.length &&
            is_link_block(chooser, i)) {
            html_tree_drop(chooser->tree, i);
        }
    }
    if (!index || nodes[part].count.length >= MIN_CLEAN_SHARE * before) {
        return;
    }
    for (guint i = part; i < end; i++) {
        nodes[i].dropped = was_dropped[i - part];
    }
    html_tree_count(chooser->tree);
}

/* ---- choosing ---- */

static guint sum_prose(const Chooser *chooser, const GArray *parts) {
    guint sum = 0;
    for (guint i = 0; i < parts->len; i++) {
        sum += chooser->nodes[g_array_index(parts, guint, i)].count.prose;
    }
    return sum;
}

static guint sum_length(const Chooser *chooser, const GArray *parts) {
    guint sum = 0;
    for (guint i = 0; i < parts->len; i++) {
        sum += chooser->nodes[g_array_index(parts, guint, i)].count.length;
    }
    return sum;
}

static GArray *choose_once(Chooser *chooser, gboolean by_class) {
    html_tree_restore(chooser->tree);
    double total = MAX(1.0, chooser->nodes[chooser->body].count.length);
    drop_unread(chooser, total, TRUE);
    drop_by_names(chooser, total, by_class);
    drop_heading_signs(chooser);
    GArray *parts = g_array_new(FALSE, FALSE, sizeof(guint));
    g_autofree double *values = g_new(double, chooser->tree->size);
    MainScores scores = {chooser->tree, chooser->weights, values};
    guint marked = find_marked(chooser), scored = main_score_find(&scores);
    if (scored) {
        main_score_gather(&scores, scored, parts);
    }
    if (marked &&
        sum_prose(chooser, parts) <= SCORED_OVER_MARKED * chooser->nodes[marked].count.prose) {
        g_array_set_size(parts, 0);
        g_array_append_val(parts, marked);
    }
    if (!parts->len) {
        g_array_append_val(parts, chooser->body);
    }
    for (guint i = 0; i < parts->len; i++) {
        guint part = g_array_index(parts, guint, i);
        clean_captions(chooser, part);
        clean_leading_away(chooser, part);
        clean_link_blocks(chooser, part);
    }
    return parts;
}

static Chooser *chooser_new(HtmlTree *tree) {
    Chooser *chooser = g_new0(Chooser, 1);
    chooser->tree = tree;
    chooser->nodes = tree->nodes;
    chooser->body = tree->body;
    chooser->hints = g_new0(Hint, tree->size);
    chooser->weights = g_new0(int, tree->size);
    return chooser;
}

static void chooser_free(Chooser *chooser) {
    g_free(chooser->hints);
    g_free(chooser->weights);
    g_free(chooser);
}

GArray *main_content_choose(HtmlTree *tree) {
    Chooser *chooser = chooser_new(tree);
    for (guint i = 0; i < tree->size; i++) {
        if (tree->nodes[i].is_text) {
            continue;
        }
        chooser->hints[i] = hint_of(tree, i);
        chooser->weights[i] = class_names_weight(html_tree_attribute(tree, i, "class"),
                                                 html_tree_attribute(tree, i, "id"));
    }
    GArray *parts = choose_once(chooser, TRUE);
    if (sum_length(chooser, parts) < MAIN_CONTENT_MIN_CHARS) {
        g_array_unref(parts);
        parts = choose_once(chooser, FALSE);
    }
    if (!sum_length(chooser, parts)) {
        g_array_unref(parts);
        parts = main_content_whole(tree);
    }
    chooser_free(chooser);
    return parts;
}

GArray *main_content_whole(HtmlTree *tree) {
    Chooser *chooser = chooser_new(tree);
    html_tree_restore(tree);
    drop_unread(chooser, 1.0, TRUE);
    drop_heading_signs(chooser);
    GArray *parts = g_array_new(FALSE, FALSE, sizeof(guint));
    g_array_append_val(parts, chooser->body);
    chooser_free(chooser);
    return parts;
}
