#include "extract/main_content.h"

#include <math.h>
#include <string.h>

#include "extract/class_names.h"

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
/* Scoring: shortest text that counts, how far up its credit goes, competitors of the best. */
#define MIN_SCORED_LENGTH 25
#define CREDIT_LEVELS     5
#define BEST_COUNT        6
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
    int weight;
    gboolean chrome;
} Hint;

typedef struct Chooser {
    HtmlTree *tree;
    HtmlNode *nodes;
    Hint *hints;
    double *scores; /* of candidates; NAN for the others */
    guint body;
} Chooser;

static const char *const content_classes[] = {
    "post-content",  "post-body",      "postcontent",         "entry-content",   "article-body",
    "article__body", "articleBody",    "article-content",     "article-text",    "story-body",
    "storyBody",     "post_content",   "entrytext",           "story-content",   "body-content",
    "blog-content",  "theme-doc-markdown", "article__content", "node__content",  "page-content"};
static const char *const content_ids[] = {"article-body", "articleBody", "story",
                                          "bodyContent",  "entry",       "article-content"};
static const char *const main_names[] = {"content", "main-content", "main"};
static const char *const chrome_roles[] = {
    "navigation", "banner",      "contentinfo", "complementary", "search", "dialog",
    "alertdialog", "menu",       "menubar",     "tablist",       "alert"};

/* A short block that begins so leads away from the content. */
static const char *const leading_away[] = {
    "read more",      "read also",       "read next",        "see also",     "related",
    "more from",      "more on",         "also read",        "lesen sie",    "mehr zum thema",
    "lire aussi",     "czytaj",          "zobacz",           "lea también",  "ver también",
    "subscribe",      "sign up",         "follow us",        "follow me",    "follow @",
    "share this",     "share on",        "advertisement",    "continue reading", "click here to",
    "leave a comment", "leave a reply",  "view comments",    "all rights reserved", "copyright",
    "posted in",      "posted by",       "posted on",        "tag:",         "tags:",
    "categories:",    "filed under",     "source:",          "quelle:",      "foto:",
    "photo:",         "image:",          "credit:"};

static gboolean is_one_of(const char *value, const char *const *table, gsize count) {
    for (gsize i = 0; value && i < count; i++)
        if (!strcmp(value, table[i]))
            return TRUE;
    return FALSE;
}

static gboolean contains_one_of(const char *value, const char *const *table, gsize count) {
    for (gsize i = 0; value && i < count; i++)
        if (strstr(value, table[i]))
            return TRUE;
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
    Hint hint = {.weight = class_names_weight(class_names, id),
                 .chrome = class_names_are_chrome(class_names, id)};
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
    if (html_tree_attribute(chooser->tree, i, "hidden"))
        return TRUE;
    const char *aria = html_tree_attribute(chooser->tree, i, "aria-hidden");
    if (aria && !strcmp(aria, "true") && chooser->nodes[i].tag != HTML_TAG_MATH)
        return TRUE;
    const char *style = html_tree_attribute(chooser->tree, i, "style");
    if (!style)
        return FALSE;
    g_autoptr(GString) tight = g_string_new(NULL);
    for (const char *at = style; *at; at++)
        if (!g_ascii_isspace(*at))
            g_string_append_c(tight, g_ascii_tolower(*at));
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
        if (node->is_text || node->dropped || !(html_tag_flags(node->tag) & HTML_UNREAD))
            continue;
        gboolean chrome = node->tag == HTML_TAG_FOOTER || node->tag == HTML_TAG_NAV ||
                          node->tag == HTML_TAG_FIELDSET || node->tag == HTML_TAG_MENU;
        if ((chrome || node->tag == HTML_TAG_NOSCRIPT) && keep_large &&
            node->count.length > MAX_DROPPED_SHARE * total)
            continue;
        drop_as(chooser, i, chrome ? HTML_ROLE_NONE : HTML_ROLE_UNREAD);
    }
}

/* Elements that say what they are: their names do not count. */
static gboolean is_name_proof(HtmlTag tag) {
    static const HtmlTag proof[] = {
        HTML_TAG_BODY, HTML_TAG_HTML, HTML_TAG_ARTICLE, HTML_TAG_MAIN, HTML_TAG_P,    HTML_TAG_A,
        HTML_TAG_H1,   HTML_TAG_H2,   HTML_TAG_TD,      HTML_TAG_TR,   HTML_TAG_TABLE, HTML_TAG_CODE,
        HTML_TAG_PRE,  HTML_TAG_EM,   HTML_TAG_STRONG,  HTML_TAG_MATH};
    for (gsize i = 0; i < G_N_ELEMENTS(proof); i++)
        if (proof[i] == tag)
            return TRUE;
    return FALSE;
}

static void drop_by_names(Chooser *chooser, double total, gboolean by_class) {
    for (guint i = 1; i < chooser->tree->size; i++) {
        const HtmlNode *node = &chooser->nodes[i];
        if (node->is_text || node->dropped || i == chooser->body)
            continue;
        double share = node->count.length / total;
        if (share < MAX_HIDDEN_SHARE && is_hidden(chooser, i))
            drop_as(chooser, i, HTML_ROLE_UNREAD);
        else if (share >= MAX_DROPPED_SHARE)
            continue;
        else if (is_one_of(html_tree_attribute(chooser->tree, i, "role"), chrome_roles,
                           G_N_ELEMENTS(chrome_roles)))
            drop_as(chooser, i, HTML_ROLE_NONE);
        else if (by_class && !is_name_proof(node->tag) &&
                 (node->tag == HTML_TAG_ASIDE || chooser->hints[i].chrome))
            drop_as(chooser, i, HTML_ROLE_NONE);
    }
}

/* The signs beside headings that link to them are no words of theirs. */
static void drop_heading_signs(Chooser *chooser) {
    for (guint i = 1; i < chooser->tree->size; i++) {
        if (chooser->nodes[i].is_text || !(html_tag_flags(chooser->nodes[i].tag) & HTML_HEADING))
            continue;
        for (guint k = i + 1; k < chooser->nodes[i].end; k++) {
            if (!html_tree_is_element(chooser->tree, k, HTML_TAG_A) || chooser->nodes[k].dropped)
                continue;
            const char *href = html_tree_attribute(chooser->tree, k, "href");
            const char *names = html_tree_attribute(chooser->tree, k, "class");
            gboolean sign = href && *href == '#' &&
                            (chooser->nodes[k].count.length <= 1 ||
                             class_names_have(names, "headerlink") ||
                             class_names_have(names, "hash-link"));
            if (sign && chooser->nodes[k].count.length < chooser->nodes[i].count.length)
                drop_as(chooser, k, HTML_ROLE_UNREAD);
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
            if (chooser->nodes[i].dropped || !(chooser->hints[i].marks & (1u << mark)))
                continue;
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
            !(count > 1 && is_listing(mark, best_prose, sum)))
            return best;
    }
    return 0;
}

/* ---- scores ---- */

static double base_score(HtmlTag tag) {
    switch (tag) {
    case HTML_TAG_DIV:
        return 5;
    case HTML_TAG_ARTICLE:
        return 10;
    case HTML_TAG_MAIN:
        return 8;
    case HTML_TAG_SECTION:
    case HTML_TAG_PRE:
    case HTML_TAG_TD:
    case HTML_TAG_BLOCKQUOTE:
        return 3;
    case HTML_TAG_ADDRESS:
    case HTML_TAG_OL:
    case HTML_TAG_UL:
    case HTML_TAG_DL:
    case HTML_TAG_DD:
    case HTML_TAG_DT:
    case HTML_TAG_LI:
    case HTML_TAG_FORM:
        return -3;
    case HTML_TAG_TH:
        return -5;
    default:
        return html_tag_flags(tag) & HTML_HEADING ? -5 : 0;
    }
}

static gboolean has_block_child(const Chooser *chooser, guint node) {
    for (guint i = html_tree_first_child(chooser->tree, node); i;
         i = html_tree_next_sibling(chooser->tree, i)) {
        const HtmlNode *child = &chooser->nodes[i];
        guint flags = html_tag_flags(child->tag);
        if (!child->is_text && child->tag != HTML_TAG_BR &&
            ((flags & HTML_BLOCK) || child->tag == HTML_TAG_TD || child->tag == HTML_TAG_TH))
            return TRUE;
    }
    return FALSE;
}

/* The text an element is scored for and the element that its credit begins with. FALSE: none. */
static gboolean scored_text(const Chooser *chooser, guint i, HtmlCount *count, guint *first) {
    const HtmlNode *node = &chooser->nodes[i];
    *first = node->parent;
    *count = node->count;
    switch (node->tag) {
    case HTML_TAG_TD:
    case HTML_TAG_SECTION:
    case HTML_TAG_DD:
        return !has_block_child(chooser, i);
    case HTML_TAG_P:
    case HTML_TAG_PRE:
    case HTML_TAG_BLOCKQUOTE:
    case HTML_TAG_H2:
    case HTML_TAG_H3:
    case HTML_TAG_H4:
    case HTML_TAG_H5:
    case HTML_TAG_H6:
        return TRUE;
    case HTML_TAG_DIV:
    case HTML_TAG_ARTICLE:
    case HTML_TAG_CENTER:
    case HTML_TAG_MAIN:
    case HTML_TAG_BODY:
        *first = i;
        G_GNUC_FALLTHROUGH;
    case HTML_TAG_LI:
        *count = html_tree_direct_count(chooser->tree, i, TRUE);
        return TRUE;
    default:
        return FALSE;
    }
}

static void credit(Chooser *chooser, guint node, double score) {
    for (guint level = 0; level < CREDIT_LEVELS && node; level++) {
        double *to = &chooser->scores[node];
        if (isnan(*to))
            *to = base_score(chooser->nodes[node].tag) + chooser->hints[node].weight;
        *to += level == 0 ? score : level == 1 ? score / 2 : score / (level * 3);
        node = chooser->nodes[node].parent;
    }
}

static void score_all(Chooser *chooser) {
    for (guint i = 0; i < chooser->tree->size; i++)
        chooser->scores[i] = NAN;
    for (guint i = chooser->body; i < chooser->nodes[chooser->body].end; i++) {
        HtmlCount count;
        guint first;
        if (chooser->nodes[i].is_text || chooser->nodes[i].dropped ||
            !scored_text(chooser, i, &count, &first) || count.length < MIN_SCORED_LENGTH)
            continue;
        credit(chooser, first, 1.0 + count.commas + MIN(count.length / 100, 3));
    }
    for (guint i = 0; i < chooser->tree->size; i++)
        if (!isnan(chooser->scores[i]))
            chooser->scores[i] *= 1 - html_tree_link_density(chooser->tree, i);
}

/* The candidates with the highest scores, best first; returns how many. */
static guint find_best(const Chooser *chooser, guint best[BEST_COUNT]) {
    guint count = 0;
    for (guint i = 0; i < chooser->tree->size; i++) {
        double score = chooser->scores[i];
        if (isnan(score))
            continue;
        guint at = count < BEST_COUNT ? count++ : BEST_COUNT;
        while (at && score > chooser->scores[best[at - 1]]) {
            if (at < BEST_COUNT)
                best[at] = best[at - 1];
            at--;
        }
        if (at < BEST_COUNT)
            best[at] = i;
    }
    return count;
}

static gboolean is_root(const Chooser *chooser, guint node) {
    return node == chooser->body || node == 0;
}

/* An ancestor that three near-best candidates share is better than the best alone. */
static guint share_ancestor(const Chooser *chooser, const guint *best, guint count) {
    guint top = best[0];
    for (guint i = chooser->nodes[top].parent; !is_root(chooser, i); i = chooser->nodes[i].parent) {
        guint sharing = 0;
        for (guint k = 1; k < count; k++)
            sharing += chooser->scores[best[k]] >= 0.75 * chooser->scores[top] && best[k] != i &&
                       html_tree_is_inside(chooser->tree, best[k], i);
        if (sharing >= 3)
            return i;
    }
    return top;
}

/* To the first ancestor that scores higher, while scores do not fall to a third. */
static guint climb(const Chooser *chooser, guint top) {
    double last = isnan(chooser->scores[top]) ? 0 : chooser->scores[top], floor = last / 3;
    for (guint i = chooser->nodes[top].parent; !is_root(chooser, i); i = chooser->nodes[i].parent) {
        double score = chooser->scores[i];
        if (isnan(score))
            continue;
        if (score < floor)
            break;
        if (score > last) {
            top = i;
            break;
        }
        last = score;
    }
    return top;
}

static gboolean is_only_child(const Chooser *chooser, guint node) {
    guint elements = 0;
    for (guint i = html_tree_first_child(chooser->tree, chooser->nodes[node].parent); i;
         i = html_tree_next_sibling(chooser->tree, i))
        elements += !chooser->nodes[i].is_text;
    return elements == 1;
}

/* The best scored element, 0 if nothing scores. */
static guint find_scored(Chooser *chooser) {
    guint best[BEST_COUNT];
    score_all(chooser);
    guint count = find_best(chooser, best);
    if (!count)
        return 0;
    guint top = climb(chooser, share_ancestor(chooser, best, count));
    while (!is_root(chooser, top) && !is_root(chooser, chooser->nodes[top].parent) &&
           is_only_child(chooser, top))
        top = chooser->nodes[top].parent;
    return top;
}

static gboolean has_sentence(const Chooser *chooser, guint node) {
    g_autofree char *text = html_tree_text(chooser->tree, node, 4 * MIN_SCORED_LENGTH * 4);
    return strstr(text, ". ") || g_str_has_suffix(text, ".");
}

static gboolean is_companion(const Chooser *chooser, guint top, guint sibling) {
    const HtmlNode *node = &chooser->nodes[sibling];
    double best = isnan(chooser->scores[top]) ? 0 : chooser->scores[top];
    const char *a = html_tree_attribute(chooser->tree, top, "class");
    const char *b = html_tree_attribute(chooser->tree, sibling, "class");
    double bonus = a && *a && b && !strcmp(a, b) ? 0.2 * best : 0;
    if (!isnan(chooser->scores[sibling]) &&
        chooser->scores[sibling] + bonus >= MAX(10.0, 0.2 * best))
        return TRUE;
    if (node->tag != HTML_TAG_P || !node->count.length)
        return FALSE;
    double density = html_tree_link_density(chooser->tree, sibling);
    return node->count.length > 80 ? density < 0.25
                                   : density <= 0 && has_sentence(chooser, sibling);
}

/* The element and the siblings that look like parts of the same content. */
static void gather(const Chooser *chooser, guint top, GArray *parts) {
    if (is_root(chooser, top)) {
        g_array_append_val(parts, top);
        return;
    }
    for (guint i = html_tree_first_child(chooser->tree, chooser->nodes[top].parent); i;
         i = html_tree_next_sibling(chooser->tree, i))
        if (i == top || (!chooser->nodes[i].is_text && is_companion(chooser, top, i)))
            g_array_append_val(parts, i);
}

/* ---- cleaning the chosen part ---- */

static gboolean has_inside(const Chooser *chooser, guint node, const HtmlTag *tags, gsize count) {
    for (guint i = node; i < chooser->nodes[node].end; i++)
        for (gsize k = 0; k < count; k++)
            if (!chooser->nodes[i].dropped && html_tree_is_element(chooser->tree, i, tags[k]))
                return TRUE;
    return FALSE;
}

static void clean_captions(Chooser *chooser, guint part) {
    static const HtmlTag content[] = {HTML_TAG_PRE, HTML_TAG_TABLE, HTML_TAG_MATH, HTML_TAG_CODE};
    for (guint i = part + 1; i < chooser->nodes[part].end; i++) {
        const HtmlNode *node = &chooser->nodes[i];
        if (!node->dropped && !node->is_text &&
            (node->tag == HTML_TAG_FIGCAPTION || node->tag == HTML_TAG_FIGURE) &&
            node->count.length < MAX_CAPTION_LENGTH &&
            !has_inside(chooser, i, content, G_N_ELEMENTS(content)))
            drop_as(chooser, i, HTML_ROLE_CAPTION);
    }
}

static gboolean leads_away(const Chooser *chooser, guint node) {
    g_autofree char *text = html_tree_text(chooser->tree, node, MAX_MORE_LENGTH);
    g_autofree char *lower = g_utf8_strdown(text, -1);
    char *at = lower;
    while (*at && !g_unichar_isalnum(g_utf8_get_char(at)) && *at != '_')
        at = g_utf8_next_char(at);
    for (gsize i = 0; i < G_N_ELEMENTS(leading_away); i++)
        if (g_str_has_prefix(at, leading_away[i]))
            return TRUE;
    return FALSE;
}

static gboolean may_lead_away(const Chooser *chooser, guint i) {
    static const HtmlTag tags[] = {HTML_TAG_P,  HTML_TAG_DIV, HTML_TAG_LI, HTML_TAG_H2,
                                   HTML_TAG_H3, HTML_TAG_H4,  HTML_TAG_H5, HTML_TAG_STRONG,
                                   HTML_TAG_SPAN, HTML_TAG_A};
    const HtmlNode *node = &chooser->nodes[i];
    for (gsize k = 0; k < G_N_ELEMENTS(tags); k++) {
        if (node->tag != tags[k])
            continue;
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
            leads_away(chooser, i))
            html_tree_drop(chooser->tree, i);
    }
}

/* Whether a block inside the content is links, a form, or otherwise none of it. */
static gboolean is_link_block(const Chooser *chooser, guint i) {
    const HtmlCount *count = &chooser->nodes[i].count;
    double density = html_tree_link_density(chooser->tree, i);
    int weight = chooser->hints[i].weight;
    switch (chooser->nodes[i].tag) {
    case HTML_TAG_P:
        return density > 0.9 && count->links && count->length < MAX_LINK_PARAGRAPH;
    case HTML_TAG_UL:
    case HTML_TAG_OL:
        return density > 0.6 && count->links >= 2 && count->length < MAX_LINK_LIST_LENGTH;
    case HTML_TAG_TABLE:
        if (density < 0.7)
            return FALSE;
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
    if (density > (weight >= 25 ? 0.7 : 0.5) && count->length < MAX_LINK_BLOCK)
        return TRUE;
    if (weight < 0 && density > 0.2 && count->commas < 10)
        return TRUE;
    return chooser->nodes[i].tag == HTML_TAG_FORM && count->blocks < 3;
}

/* Drops blocks of links, unless the element is an index that would lose most of its text. */
static void clean_link_blocks(Chooser *chooser, guint part) {
    HtmlNode *nodes = chooser->nodes;
    guint end = nodes[part].end, before = nodes[part].count.length;
    gboolean index = before >= MIN_INDEX_LENGTH && nodes[part].count.links >= MIN_INDEX_LINKS;
    g_autofree gboolean *was_dropped = index ? g_new(gboolean, end - part) : NULL;
    for (guint i = part; index && i < end; i++)
        was_dropped[i - part] = nodes[i].dropped;
    for (guint i = part + 1; i < end; i++)
        if (!nodes[i].dropped && !nodes[i].is_text && nodes[i].count.length &&
            is_link_block(chooser, i))
            html_tree_drop(chooser->tree, i);
    if (!index || nodes[part].count.length >= MIN_CLEAN_SHARE * before)
        return;
    for (guint i = part; i < end; i++)
        nodes[i].dropped = was_dropped[i - part];
    html_tree_count(chooser->tree);
}

/* ---- choosing ---- */

static guint sum_prose(const Chooser *chooser, const GArray *parts) {
    guint sum = 0;
    for (guint i = 0; i < parts->len; i++)
        sum += chooser->nodes[g_array_index(parts, guint, i)].count.prose;
    return sum;
}

static guint sum_length(const Chooser *chooser, const GArray *parts) {
    guint sum = 0;
    for (guint i = 0; i < parts->len; i++)
        sum += chooser->nodes[g_array_index(parts, guint, i)].count.length;
    return sum;
}

static GArray *choose_once(Chooser *chooser, gboolean by_class) {
    html_tree_restore(chooser->tree);
    double total = MAX(1.0, chooser->nodes[chooser->body].count.length);
    drop_unread(chooser, total, TRUE);
    drop_by_names(chooser, total, by_class);
    drop_heading_signs(chooser);
    GArray *parts = g_array_new(FALSE, FALSE, sizeof(guint));
    guint marked = find_marked(chooser), scored = find_scored(chooser);
    if (scored)
        gather(chooser, scored, parts);
    if (marked &&
        sum_prose(chooser, parts) <= SCORED_OVER_MARKED * chooser->nodes[marked].count.prose) {
        g_array_set_size(parts, 0);
        g_array_append_val(parts, marked);
    }
    if (!parts->len)
        g_array_append_val(parts, chooser->body);
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
    chooser->scores = g_new0(double, tree->size);
    return chooser;
}

static void chooser_free(Chooser *chooser) {
    g_free(chooser->hints);
    g_free(chooser->scores);
    g_free(chooser);
}

GArray *main_content_choose(HtmlTree *tree) {
    Chooser *chooser = chooser_new(tree);
    for (guint i = 0; i < tree->size; i++)
        if (!tree->nodes[i].is_text)
            chooser->hints[i] = hint_of(tree, i);
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
