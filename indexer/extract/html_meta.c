#include "extract/html_meta.h"

#include <string.h>

#include "syllabus/text.h"
#include "syllabus/url.h"

typedef enum MetaName {
    META_OG_TITLE,
    META_TWITTER_TITLE,
    META_OG_SITE_NAME,
    META_DESCRIPTION,
    META_OG_DESCRIPTION,
    META_AUTHOR,
    META_ARTICLE_AUTHOR,
    META_CITATION_AUTHOR,
    META_OG_LOCALE,
    META_ROBOTS,
    META_COUNT,
} MetaName;

/* As written in name, property or itemprop. */
static const struct {
    const char *name;
    MetaName meta;
} meta_names[] = {
    {"og:title", META_OG_TITLE},
    {"twitter:title", META_TWITTER_TITLE},
    {"og:site_name", META_OG_SITE_NAME},
    {"description", META_DESCRIPTION},
    {"og:description", META_OG_DESCRIPTION},
    {"author", META_AUTHOR},
    {"dc.creator", META_AUTHOR},
    {"article:author", META_ARTICLE_AUTHOR},
    {"citation_author", META_CITATION_AUTHOR},
    {"og:locale", META_OG_LOCALE},
    {"robots", META_ROBOTS},
};

/* What stands between a page's title and the site's name. */
static const char *const separators[] = {" | ", " - ", " – ", " — ", " · ", " :: ", " » "};

typedef struct Meta {
    const char *values[META_COUNT]; /* borrowed from the tree; NULL where absent */
    char *title;                    /* of the title element, or NULL */
    const char *canonical, *language;
} Meta;

static void read_meta(const HtmlTree *tree, guint i, Meta *meta) {
    static const char *const attributes[] = {"name", "property", "itemprop"};
    const char *content = html_tree_attribute(tree, i, "content");
    for (gsize a = 0; content && *content && a < G_N_ELEMENTS(attributes); a++) {
        const char *name = html_tree_attribute(tree, i, attributes[a]);
        for (gsize k = 0; name && k < G_N_ELEMENTS(meta_names); k++) {
            if (!g_ascii_strcasecmp(name, meta_names[k].name) &&
                !meta->values[meta_names[k].meta]) {
                meta->values[meta_names[k].meta] = content;
            }
        }
    }
}

static void collect(const HtmlTree *tree, Meta *meta) {
    for (guint i = 0; i < tree->size; i++) {
        if (tree->nodes[i].is_text) {
            continue;
        }
        switch (tree->nodes[i].tag) {
        case HTML_TAG_HTML:
            meta->language = html_tree_attribute(tree, i, "lang");
            if (!meta->language) {
                meta->language = html_tree_attribute(tree, i, "xml:lang");
            }
            break;
        case HTML_TAG_TITLE:
            if (!meta->title) {
                meta->title = html_tree_text(tree, i, HTML_META_MAX_TITLE_BYTES);
            }
            break;
        case HTML_TAG_META:
            read_meta(tree, i, meta);
            break;
        case HTML_TAG_LINK: {
            const char *rel = html_tree_attribute(tree, i, "rel");
            if (!meta->canonical && rel && !g_ascii_strcasecmp(rel, "canonical")) {
                meta->canonical = html_tree_attribute(tree, i, "href");
            }
            break;
        }
        default:
            break;
        }
    }
}

static char *clean(const char *text, gsize max_bytes) {
    if (!text) {
        return g_strdup("");
    }
    g_autofree char *cut = g_strndup(text, syl_text_cut(text, strlen(text), max_bytes));
    g_autofree char *valid = syl_text_clean(cut, -1);
    return syl_text_squeeze(valid);
}

static void replace(char **string, char *value) {
    g_free(*string);
    *string = value;
}

/* Removes "… | Site name" from the end, or "Site name | …" from the start. */
static void drop_site_name(char *title, const char *site) {
    gsize size = strlen(title), site_size = strlen(site);
    if (!site_size) {
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(separators); i++) {
        gsize n = strlen(separators[i]);
        if (size <= site_size + n) {
            continue;
        }
        if (g_str_has_suffix(title, site) &&
            !strncmp(title + size - site_size - n, separators[i], n)) {
            title[size - site_size - n] = '\0';
            return;
        }
        if (g_str_has_prefix(title, site) && !strncmp(title + site_size, separators[i], n)) {
            memmove(title, title + site_size + n, size - site_size - n + 1);
            return;
        }
    }
}

void html_meta_trim_title(char *title, const char *heading) {
    gsize size = strlen(heading);
    if (!size || !g_str_has_prefix(title, heading)) {
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(separators); i++) {
        if (g_str_has_prefix(title + size, separators[i])) {
            title[size] = '\0';
        }
    }
}

static char *choose_title(const Meta *meta) {
    const char *given = meta->values[META_OG_TITLE];
    if (!given || !*given) {
        given = meta->title && *meta->title ? meta->title : meta->values[META_TWITTER_TITLE];
    }
    char *title = clean(given, HTML_META_MAX_TITLE_BYTES);
    g_autofree char *site = clean(meta->values[META_OG_SITE_NAME], HTML_META_MAX_TITLE_BYTES);
    drop_site_name(title, site);
    return title;
}

/* Authors that are addresses of profiles name nobody. */
static char *choose_author(const Meta *meta) {
    static const MetaName names[] = {META_AUTHOR, META_ARTICLE_AUTHOR, META_CITATION_AUTHOR};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *value = meta->values[names[i]];
        if (value && !strstr(value, "://")) {
            return clean(value, HTML_META_MAX_AUTHOR_BYTES);
        }
    }
    return g_strdup("");
}

/* "en_US" and "EN-us" are "en-us"; what is no language tag is "". */
static char *choose_language(const Meta *meta) {
    const char *declared =
        meta->language && *meta->language ? meta->language : meta->values[META_OG_LOCALE];
    if (!declared || strlen(declared) > HTML_META_MAX_LANGUAGE_BYTES) {
        return g_strdup("");
    }
    g_autofree char *language = g_ascii_strdown(declared, -1);
    g_strstrip(g_strdelimit(language, "_", '-'));
    gsize letters = 0;
    while (g_ascii_isalpha(language[letters])) {
        letters++;
    }
    gboolean valid =
        letters >= 2 && letters <= 8 && (!language[letters] || language[letters] == '-');
    for (const char *at = language; *at; at++) {
        valid = valid && (g_ascii_isalnum(*at) || *at == '-');
    }
    return g_strdup(valid ? language : "");
}

/* One of the comma-separated directives. */
static gboolean has_directive(const char *robots, const char *word) {
    g_auto(GStrv) directives = g_strsplit_set(robots ? robots : "", ", ;", 64);
    for (guint i = 0; directives[i]; i++) {
        if (!g_ascii_strcasecmp(directives[i], word) ||
            !g_ascii_strcasecmp(directives[i], "none")) {
            return TRUE;
        }
    }
    return FALSE;
}

void html_meta_read(const HtmlTree *tree, const char *base, Document *document) {
    Meta meta = {0};
    collect(tree, &meta);
    const char *description = meta.values[META_DESCRIPTION] ? meta.values[META_DESCRIPTION]
                                                            : meta.values[META_OG_DESCRIPTION];
    char *canonical = meta.canonical ? syl_url_canonical(meta.canonical, base, NULL) : NULL;
    replace(&document->title, choose_title(&meta));
    replace(&document->description, clean(description, HTML_META_MAX_DESCRIPTION_BYTES));
    replace(&document->author, choose_author(&meta));
    replace(&document->language, choose_language(&meta));
    replace(&document->canonical, canonical ? canonical : g_strdup(""));
    document->noindex = has_directive(meta.values[META_ROBOTS], "noindex");
    document->nofollow = has_directive(meta.values[META_ROBOTS], "nofollow");
    g_free(meta.title);
}

char *html_meta_base(const HtmlTree *tree, const char *url) {
    for (guint i = 0; i < tree->size; i++) {
        if (!html_tree_is_element(tree, i, HTML_TAG_BASE)) {
            continue;
        }
        const char *href = html_tree_attribute(tree, i, "href");
        char *base = href ? syl_url_canonical(href, url, NULL) : NULL;
        if (base) {
            return base;
        }
    }
    return g_strdup(url);
}
