#include "extract/class_names.h"

#include <string.h>

/* One word, or two that follow each other; '*': any end. */
static const char *const chrome_words[] = {
    "ad",
    "ads",
    "advert*",
    "adsense",
    "banner",
    "breadcrumb",
    "breadcrumbs",
    "bylinebio",
    "captcha",
    "combx",
    "comment",
    "comments",
    "commentlist",
    "commentarea",
    "commentwrap",
    "commentform",
    "commentary",
    "community",
    "cookie*",
    "consent",
    "disqus",
    "dropdown",
    "extra",
    "footer*",
    "gdpr",
    "login",
    "masthead",
    "menu*",
    "meta",
    "metadata",
    "metainfo",
    "modal",
    "nav*",
    "newsletter*",
    "outbrain",
    "overlay",
    "pager",
    "pagination",
    "popular",
    "popup",
    "printonly",
    "promo*",
    "rating",
    "recommend*",
    "related*",
    "remark",
    "replies",
    "rss",
    "screenreader*",
    "search*",
    "share*",
    "sharing",
    "shopping",
    "shoutbox",
    "sidebar*",
    "signup",
    "signin",
    "skip*",
    "slideshow",
    "social*",
    "sponsor*",
    "subscri*",
    "taboola",
    "tag",
    "tags",
    "taglist",
    "teaser*",
    "toolbar",
    "tooltip",
    "topbar",
    "trending",
    "widget*",
    "yarpp*",
    "zergnet",
    "authorbio",
    "authorbox",
    "authorinfo",
    "readmore",
    "readnext",
    "morestories",
    "morenews",
    "morearticles",
    "seealso",
    "editsection",
    "toc",
    "headerlink",
    "sphinxsidebar*",
    "editlink",
    "relatedposts",
    "entryutility",
};

/* Anywhere in a class or id. */
static const char *const content_parts[] = {"article",  "body",     "content", "entry", "main",
                                            "page",     "post",     "text",    "blog",  "story",
                                            "markdown", "document", "prose"};
static const char *const other_parts[] = {
    "-ad-",  "hidden",   "banner",  "combx",      "comment",  "com-",     "contact", "footer",
    "gdpr",  "masthead", "media",   "meta",       "outbrain", "promo",    "related", "scroll",
    "share", "shoutbox", "sidebar", "skyscraper", "sponsor",  "shopping", "tags",    "widget"};

static gboolean matches(const char *pattern, const char *word, gsize size) {
    gsize n = strlen(pattern);
    if (pattern[n - 1] == '*') {
        return size >= n - 1 && !memcmp(pattern, word, n - 1);
    }
    return n == size && !memcmp(pattern, word, n);
}

static gboolean is_chrome(const char *word, gsize size) {
    for (gsize i = 0; i < G_N_ELEMENTS(chrome_words); i++) {
        if (matches(chrome_words[i], word, size)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Each word, and each joined to the one before it. */
static gboolean has_chrome_word(const char *names) {
    char joined[2 * CLASS_NAMES_MAX_BYTES];
    gsize size = strnlen(names, CLASS_NAMES_MAX_BYTES), previous = 0, word = 0;
    for (gsize i = 0; i <= size; i++) {
        char c = i < size ? names[i] : ' ';
        gboolean gap = g_ascii_isspace(c) || c == '-' || c == '_';
        gboolean camel = i && i < size && g_ascii_isupper(c) && g_ascii_islower(names[i - 1]);
        if ((gap || camel) && word) {
            if (is_chrome(joined + previous, word) ||
                (previous && is_chrome(joined, previous + word))) {
                return TRUE;
            }
            memmove(joined, joined + previous, word);
            previous = word;
            word = 0;
        }
        if (g_ascii_isspace(c)) {
            previous = 0;
        }
        if (!gap) {
            joined[previous + word++] = g_ascii_tolower(c);
        }
    }
    return FALSE;
}

gboolean class_names_are_chrome(const char *class_names, const char *id) {
    return (class_names && has_chrome_word(class_names)) || (id && has_chrome_word(id));
}

static gboolean has_part(const char *names, const char *const *parts, gsize count) {
    for (gsize i = 0; i < count; i++) {
        if (strstr(names, parts[i])) {
            return TRUE;
        }
    }
    return FALSE;
}

static int weigh(const char *names) {
    if (!names || !*names) {
        return 0;
    }
    g_autofree char *lower = g_ascii_strdown(names, (gssize)strnlen(names, CLASS_NAMES_MAX_BYTES));
    gboolean other =
        has_part(lower, other_parts, G_N_ELEMENTS(other_parts)) || class_names_have(lower, "hid");
    gboolean content = has_part(lower, content_parts, G_N_ELEMENTS(content_parts));
    return (content ? 25 : 0) - (other ? 25 : 0);
}

int class_names_weight(const char *class_names, const char *id) {
    return weigh(class_names) + weigh(id);
}

gboolean class_names_have(const char *words, const char *word) {
    gsize size = strlen(word);
    for (const char *at = words; at && *at;) {
        at += strspn(at, " \t\n\r\f");
        gsize n = strcspn(at, " \t\n\r\f");
        if (n == size && !memcmp(at, word, n)) {
            return TRUE;
        }
        at += n;
    }
    return FALSE;
}
