#include "syllabus/schema.h"

#include <string.h>

/* Bytes of a cut term's hash: 64 bits keep a million long terms apart. */
#define HASH_DIGITS 16

static const SylField fields[SYL_FIELD_COUNT] = {
    [SYL_FIELD_ID] = {"id", "Q", SYL_FIELD_FILTER, SYL_NO_SLOT, NULL,
                      "Unique name of the index document."},
    [SYL_FIELD_PAGE] = {NULL, "U", SYL_FIELD_FILTER, 0, NULL,
                        "Address of the page; results collapse on it."},
    [SYL_FIELD_RESOURCE] = {NULL, "XR", SYL_FIELD_FILTER, 1, NULL,
                            "Address of the resource that the page belongs to."},
    [SYL_FIELD_TYPE] = {NULL, "XT", SYL_FIELD_FILTER, SYL_NO_SLOT, NULL,
                        "\"resource\" (a list's own words about a link) or \"passage\"."},
    [SYL_FIELD_BODY] = {NULL, "", SYL_FIELD_WORDS, SYL_NO_SLOT, NULL, "Text of the passage."},
    [SYL_FIELD_TITLE] = {"title", "S", SYL_FIELD_WORDS, SYL_NO_SLOT, NULL,
                         "Title of the page and headings above the passage."},
    [SYL_FIELD_ENTRY] = {"entry", "XE", SYL_FIELD_BAG, SYL_NO_SLOT, NULL,
                         "What the list's author wrote about the link."},
    [SYL_FIELD_REST] = {"rest", "XB", SYL_FIELD_BAG, SYL_NO_SLOT, NULL,
                        "Navigation and boilerplate of the page."},
    [SYL_FIELD_AUTHOR] = {"author", "A", SYL_FIELD_WORDS, SYL_NO_SLOT, NULL, "Author of the page."},
    [SYL_FIELD_HOST] = {"site", "H", SYL_FIELD_FILTER, 3, "host", "Host name of the page."},
    [SYL_FIELD_KIND] = {"kind", "T", SYL_FIELD_FILTER, 4, "kind",
                        "Kind of the page: page, pdf, notebook, video, playlist, repository."},
    [SYL_FIELD_LANGUAGE] = {"lang", "L", SYL_FIELD_FILTER, SYL_NO_SLOT, NULL,
                            "Language of the page (BCP 47)."},
    [SYL_FIELD_LIST] = {"list", "XL", SYL_FIELD_FILTER, 5, "list", "List that names the resource."},
    [SYL_FIELD_SECTION] = {"section", "XP", SYL_FIELD_FILTER, 2, "section",
                           "Heading path of the list above the resource's entry, each prefix of "
                           "the path a term."},
    [SYL_FIELD_DATE] = {"date", NULL, SYL_FIELD_VALUE, 6, NULL, "Day of the page as YYYYMMDD."},
    [SYL_FIELD_ORDER] = {NULL, NULL, SYL_FIELD_VALUE, 7, NULL,
                         "Place of the resource in its list, sortable."},
};

/* English function words: too frequent to tell passages apart. Phrases still find them, since they
 * are indexed. Sorted, lower case. */
static const char *const stop_words[] = {
    "a",         "about",   "above",      "after",  "again",    "all",        "also",    "am",
    "an",        "and",     "any",        "are",    "as",       "at",         "be",      "because",
    "been",      "before",  "being",      "below",  "between",  "both",       "but",     "by",
    "can",       "cannot",  "could",      "did",    "do",       "does",       "doing",   "down",
    "during",    "each",    "few",        "for",    "from",     "further",    "had",     "has",
    "have",      "having",  "he",         "her",    "here",     "hers",       "herself", "him",
    "himself",   "his",     "how",        "i",      "if",       "in",         "into",    "is",
    "it",        "its",     "itself",     "just",   "may",      "me",         "might",   "more",
    "most",      "must",    "my",         "myself", "nor",      "now",        "of",      "off",
    "on",        "once",    "only",       "or",     "other",    "ought",      "our",     "ours",
    "ourselves", "out",     "over",       "own",    "s",        "shall",      "she",     "should",
    "so",        "some",    "such",       "t",      "than",     "that",       "the",     "their",
    "theirs",    "them",    "themselves", "then",   "there",    "these",      "they",    "this",
    "those",     "through", "to",         "too",    "under",    "until",      "up",      "upon",
    "us",        "very",    "was",        "we",     "were",     "what",       "when",    "where",
    "which",     "while",   "who",        "whom",   "whose",    "why",        "will",    "with",
    "would",     "you",     "your",       "yours",  "yourself", "yourselves", NULL,
};

const SylField *syl_schema_field(SylFieldId id) {
    g_assert(id < SYL_FIELD_COUNT);
    return &fields[id];
}

const SylField *syl_schema_field_by_name(const char *name) {
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (fields[i].name != NULL && strcmp(fields[i].name, name) == 0) {
            return &fields[i];
        }
    }
    return NULL;
}

const SylField *syl_schema_field_by_facet(const char *facet) {
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (fields[i].facet != NULL && strcmp(fields[i].facet, facet) == 0) {
            return &fields[i];
        }
    }
    return NULL;
}

/* Cuts a long term at a character and ends it in a hash of the whole. */
static char *shorten(const char *term, gsize size) {
    gsize keep = SYL_TERM_MAX_BYTES - HASH_DIGITS;
    while (keep > 0 && ((guchar)term[keep] & 0xC0) == 0x80) {
        keep--;
    }
    g_autofree char *hash =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)term, size);
    return g_strdup_printf("%.*s%.*s", (int)keep, term, HASH_DIGITS, hash);
}

char *syl_schema_term(SylFieldId id, const char *value) {
    const SylField *field = syl_schema_field(id);
    g_assert(field->prefix != NULL);
    /* People write named fields in any case; the others hold addresses, where case counts. */
    g_autofree char *folded = field->name != NULL ? g_utf8_strdown(value, -1) : g_strdup(value);
    gboolean colon = strlen(field->prefix) > 1 && (g_ascii_isupper(folded[0]) || folded[0] == ':');
    g_autofree char *term = g_strconcat(field->prefix, colon ? ":" : "", folded, NULL);
    gsize size = strlen(term);
    return size > SYL_TERM_MAX_BYTES ? shorten(term, size) : g_steal_pointer(&term);
}

char *syl_schema_path(const char *const *levels, gsize count) {
    GString *path = g_string_new(NULL);
    for (gsize i = 0; i < count && levels[i] != NULL; i++) {
        if (i > 0) {
            g_string_append_c(path, SYL_PATH_SEPARATOR);
        }
        for (const char *c = levels[i]; *c != '\0'; c++) {
            g_string_append_c(path,
                              *c == SYL_VALUE_SEPARATOR || *c == SYL_PATH_SEPARATOR ? ' ' : *c);
        }
    }
    return g_string_free(path, FALSE);
}

const char *const *syl_schema_stop_words(gsize *count) {
    if (count != NULL) {
        *count = G_N_ELEMENTS(stop_words) - 1;
    }
    return stop_words;
}
