#include "extract/main_score.h"

#include <math.h>
#include <string.h>

/* Shortest text that counts, in characters; how far up its credit goes; how many best ones are
 * compared. */
#define MIN_SCORED_LENGTH 25
#define CREDIT_LEVELS     5
#define BEST_COUNT        6
/* A sibling of the best with so much text, of its own and against the best, belongs to it. */
#define MIN_COMPANION_PROSE 500
#define MIN_COMPANION_SHARE 0.2
/* Prose has fewer links than this. */
#define MAX_PROSE_DENSITY 0.25

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

static gboolean has_block_child(const MainScores *scores, guint node) {
    for (guint i = html_tree_first_child(scores->tree, node); i;
         i = html_tree_next_sibling(scores->tree, i)) {
        const HtmlNode *child = &scores->tree->nodes[i];
        guint flags = html_tag_flags(child->tag);
        if (!child->is_text && child->tag != HTML_TAG_BR &&
            ((flags & HTML_BLOCK) || child->tag == HTML_TAG_TD || child->tag == HTML_TAG_TH)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* The text an element is scored for and the element that its credit begins with. FALSE: none. */
static gboolean scored_text(const MainScores *scores, guint i, HtmlCount *count, guint *first) {
    const HtmlNode *node = &scores->tree->nodes[i];
    *first = node->parent;
    *count = node->count;
    switch (node->tag) {
    case HTML_TAG_TD:
    case HTML_TAG_SECTION:
    case HTML_TAG_DD:
        return !has_block_child(scores, i);
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
        *count = html_tree_direct_count(scores->tree, i, TRUE);
        return TRUE;
    default:
        return FALSE;
    }
}

static void credit(MainScores *scores, guint node, double score) {
    for (guint level = 0; level < CREDIT_LEVELS && node; level++) {
        double *to = &scores->values[node];
        if (isnan(*to)) {
            *to = base_score(scores->tree->nodes[node].tag) + scores->weights[node];
        }
        *to += level == 0 ? score : level == 1 ? score / 2 : score / (level * 3);
        node = scores->tree->nodes[node].parent;
    }
}

static void score_all(MainScores *scores) {
    for (guint i = 0; i < scores->tree->size; i++) {
        scores->values[i] = NAN;
    }
    for (guint i = scores->tree->body; i < scores->tree->nodes[scores->tree->body].end; i++) {
        HtmlCount count;
        guint first;
        if (scores->tree->nodes[i].is_text || scores->tree->nodes[i].dropped ||
            !scored_text(scores, i, &count, &first) || count.length < MIN_SCORED_LENGTH) {
            continue;
        }
        credit(scores, first, 1.0 + count.commas + MIN(count.length / 100, 3));
    }
    for (guint i = 0; i < scores->tree->size; i++) {
        if (!isnan(scores->values[i])) {
            scores->values[i] *= 1 - html_tree_link_density(scores->tree, i);
        }
    }
}

/* The candidates with the highest scores, best first; returns how many. */
static guint find_best(const MainScores *scores, guint best[BEST_COUNT]) {
    guint count = 0;
    for (guint i = 0; i < scores->tree->size; i++) {
        double score = scores->values[i];
        if (isnan(score)) {
            continue;
        }
        guint at = count < BEST_COUNT ? count++ : BEST_COUNT;
        while (at && score > scores->values[best[at - 1]]) {
            if (at < BEST_COUNT) {
                best[at] = best[at - 1];
            }
            at--;
        }
        if (at < BEST_COUNT) {
            best[at] = i;
        }
    }
    return count;
}

static gboolean is_root(const MainScores *scores, guint node) {
    return node == scores->tree->body || node == 0;
}

/* An ancestor that three near-best candidates share is better than the best alone. */
static guint share_ancestor(const MainScores *scores, const guint *best, guint count) {
    guint top = best[0];
    for (guint i = scores->tree->nodes[top].parent; !is_root(scores, i);
         i = scores->tree->nodes[i].parent) {
        guint sharing = 0;
        for (guint k = 1; k < count; k++) {
            sharing += scores->values[best[k]] >= 0.75 * scores->values[top] && best[k] != i &&
                       html_tree_is_inside(scores->tree, best[k], i);
        }
        if (sharing >= 3) {
            return i;
        }
    }
    return top;
}

/* To the first ancestor that scores higher, while scores do not fall to a third. */
static guint climb(const MainScores *scores, guint top) {
    double last = isnan(scores->values[top]) ? 0 : scores->values[top], floor = last / 3;
    for (guint i = scores->tree->nodes[top].parent; !is_root(scores, i);
         i = scores->tree->nodes[i].parent) {
        double score = scores->values[i];
        if (isnan(score)) {
            continue;
        }
        if (score < floor) {
            break;
        }
        if (score > last) {
            top = i;
            break;
        }
        last = score;
    }
    return top;
}

static gboolean is_only_child(const MainScores *scores, guint node) {
    guint elements = 0;
    for (guint i = html_tree_first_child(scores->tree, scores->tree->nodes[node].parent); i;
         i = html_tree_next_sibling(scores->tree, i)) {
        elements += !scores->tree->nodes[i].is_text;
    }
    return elements == 1;
}

guint main_score_find(MainScores *scores) {
    guint best[BEST_COUNT];
    score_all(scores);
    guint count = find_best(scores, best);
    if (!count) {
        return 0;
    }
    guint top = climb(scores, share_ancestor(scores, best, count));
    while (!is_root(scores, top) && !is_root(scores, scores->tree->nodes[top].parent) &&
           is_only_child(scores, top)) {
        top = scores->tree->nodes[top].parent;
    }
    return top;
}

static gboolean has_sentence(const MainScores *scores, guint node) {
    g_autofree char *text = html_tree_text(scores->tree, node, 4 * MIN_SCORED_LENGTH * 4);
    return strstr(text, ". ") || g_str_has_suffix(text, ".");
}

static gboolean is_companion(const MainScores *scores, guint top, guint sibling) {
    const HtmlNode *node = &scores->tree->nodes[sibling];
    double best = isnan(scores->values[top]) ? 0 : scores->values[top];
    const char *a = html_tree_attribute(scores->tree, top, "class");
    const char *b = html_tree_attribute(scores->tree, sibling, "class");
    double bonus = a && *a && b && !strcmp(a, b) ? 0.2 * best : 0;
    if (!isnan(scores->values[sibling]) &&
        scores->values[sibling] + bonus >= MAX(10.0, 0.2 * best)) {
        return TRUE;
    }
    double density = html_tree_link_density(scores->tree, sibling);
    if (density < MAX_PROSE_DENSITY && node->count.prose >= MIN_COMPANION_PROSE &&
        node->count.prose >= MIN_COMPANION_SHARE * (double)scores->tree->nodes[top].count.prose) {
        return TRUE;
    }
    if (node->tag != HTML_TAG_P || !node->count.length) {
        return FALSE;
    }
    return node->count.length > 80 ? density < MAX_PROSE_DENSITY
                                   : density <= 0 && has_sentence(scores, sibling);
}

void main_score_gather(const MainScores *scores, guint top, GArray *parts) {
    if (is_root(scores, top)) {
        g_array_append_val(parts, top);
        return;
    }
    for (guint i = html_tree_first_child(scores->tree, scores->tree->nodes[top].parent); i;
         i = html_tree_next_sibling(scores->tree, i)) {
        if (i == top || (!scores->tree->nodes[i].is_text && is_companion(scores, top, i))) {
            g_array_append_val(parts, i);
        }
    }
}
