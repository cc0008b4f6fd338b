#include "extract/extract.h"

#include <string.h>

#include "syllabus/url.h"

G_DEFINE_QUARK(extract_error, extract_error)

/* How much of a body is looked at to tell what it is. */
#define SNIFF_BYTES 1024

typedef Document *(*Extractor)(const ExtractInput *input, GError **error);

typedef enum BodyType {
    BODY_UNKNOWN,
    BODY_HTML,
    BODY_MARKDOWN,
    BODY_TEXT,
    BODY_NOTEBOOK,
    BODY_PDF,
    BODY_OTHER, /* known, and read by no extractor */
} BodyType;

static const struct {
    Extractor extractor;
    const char *kind;
} extractors[] = {
    [BODY_HTML] = {extract_html, "page"}, [BODY_MARKDOWN] = {extract_markdown, "page"},
    [BODY_TEXT] = {extract_text, "text"}, [BODY_NOTEBOOK] = {extract_notebook, "notebook"},
    [BODY_PDF] = {extract_pdf, "pdf"},
};

/* Content types; those that servers give to anything they do not know are BODY_UNKNOWN. */
static const struct {
    const char *name;
    BodyType type;
} content_types[] = {
    {"text/html", BODY_HTML},
    {"application/xhtml+xml", BODY_HTML},
    {"application/vnd.wap.xhtml+xml", BODY_HTML},
    {"text/markdown", BODY_MARKDOWN},
    {"text/x-markdown", BODY_MARKDOWN},
    {"application/pdf", BODY_PDF},
    {"application/x-pdf", BODY_PDF},
    {"application/x-ipynb+json", BODY_NOTEBOOK},
    {"text/plain", BODY_UNKNOWN},
    {"text/x-rst", BODY_TEXT},
    {"text/x-tex", BODY_TEXT},
    {"text/x-python", BODY_TEXT},
    {"application/octet-stream", BODY_UNKNOWN},
    {"binary/octet-stream", BODY_UNKNOWN},
    {"application/json", BODY_UNKNOWN},
    {"application/unknown", BODY_UNKNOWN},
    {"application/force-download", BODY_UNKNOWN},
    {"application/download", BODY_UNKNOWN},
    {"text/xml", BODY_UNKNOWN},
    {"application/xml", BODY_UNKNOWN},
};

/* Ends of file names. */
static const struct {
    const char *end;
    BodyType type;
} name_ends[] = {
    {".html", BODY_HTML},      {".htm", BODY_HTML},     {".xhtml", BODY_HTML},
    {".md", BODY_MARKDOWN},    {".mkd", BODY_MARKDOWN}, {".markdown", BODY_MARKDOWN},
    {".ipynb", BODY_NOTEBOOK}, {".pdf", BODY_PDF},      {".txt", BODY_TEXT},
    {".rst", BODY_TEXT},       {".tex", BODY_TEXT},     {".png", BODY_OTHER},
    {".jpg", BODY_OTHER},      {".jpeg", BODY_OTHER},   {".gif", BODY_OTHER},
    {".svg", BODY_OTHER},      {".webp", BODY_OTHER},   {".ico", BODY_OTHER},
    {".mp3", BODY_OTHER},      {".mp4", BODY_OTHER},    {".webm", BODY_OTHER},
    {".avi", BODY_OTHER},      {".mov", BODY_OTHER},    {".wav", BODY_OTHER},
    {".zip", BODY_OTHER},      {".gz", BODY_OTHER},     {".tgz", BODY_OTHER},
    {".bz2", BODY_OTHER},      {".xz", BODY_OTHER},     {".7z", BODY_OTHER},
    {".rar", BODY_OTHER},      {".tar", BODY_OTHER},    {".exe", BODY_OTHER},
    {".dmg", BODY_OTHER},      {".iso", BODY_OTHER},    {".deb", BODY_OTHER},
    {".css", BODY_OTHER},      {".js", BODY_OTHER},     {".json", BODY_OTHER},
    {".woff", BODY_OTHER},     {".woff2", BODY_OTHER},  {".ttf", BODY_OTHER},
    {".ppt", BODY_OTHER},      {".pptx", BODY_OTHER},   {".doc", BODY_OTHER},
    {".docx", BODY_OTHER},     {".xls", BODY_OTHER},    {".xlsx", BODY_OTHER},
    {".epub", BODY_OTHER},     {".ps", BODY_OTHER},     {".djvu", BODY_OTHER},
};

/* What an HTML page begins with, after white space. */
static const char *const html_starts[] = {"<!doctype html", "<html",   "<head", "<body", "<!--",
                                          "<title",         "<script", "<h1",   "<div",  "<p>",
                                          "<meta",          "<table",  "<a ",   "<?xml"};

/* Addresses whose pages are more than a page; a path of "/x/y" has exactly two segments. */
static const struct {
    const char *host, *path, *kind;
} address_kinds[] = {
    {"youtube.com", "/watch", "video"},
    {"youtube.com", "/playlist", "playlist"},
    {"youtube.com", "/embed/", "video"},
    {"youtu.be", "/", "video"},
    {"vimeo.com", "/", "video"},
    {"github.com", "/x/y", "repository"},
    {"gitlab.com", "/x/y", "repository"},
    {"codeberg.org", "/x/y", "repository"},
    {"bitbucket.org", "/x/y", "repository"},
};

/* The media type alone, lower case. */
static char *media_type(const char *content_type) {
    g_autofree char *type = g_ascii_strdown(content_type, (gssize)strcspn(content_type, ";,"));
    return g_strdup(g_strstrip(type));
}

/* FALSE if no row of the table has this content type. */
static gboolean type_of_content_type(const char *content_type, BodyType *type) {
    g_autofree char *name = media_type(content_type);
    *type = BODY_UNKNOWN;
    if (!*name) {
        return TRUE;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(content_types); i++) {
        if (!strcmp(name, content_types[i].name)) {
            *type = content_types[i].type;
            return TRUE;
        }
    }
    return FALSE;
}

static BodyType type_of_name(const char *name) {
    if (!name) {
        return BODY_UNKNOWN;
    }
    gsize size = strcspn(name, "?#");
    for (gsize i = 0; i < G_N_ELEMENTS(name_ends); i++) {
        gsize end = strlen(name_ends[i].end);
        if (size >= end && !g_ascii_strncasecmp(name + size - end, name_ends[i].end, end)) {
            return name_ends[i].type;
        }
    }
    return BODY_UNKNOWN;
}

static gboolean is_pdf(const guint8 *bytes, gsize size) {
    return size >= 5 && memmem(bytes, MIN(size, SNIFF_BYTES), "%PDF-", 5) != NULL;
}

static BodyType type_of_bytes(const guint8 *bytes, gsize size) {
    gsize at = 0, window = MIN(size, SNIFF_BYTES);
    if (is_pdf(bytes, size)) {
        return BODY_PDF;
    }
    gboolean utf16 =
        window >= 2 && (!memcmp(bytes, "\xff\xfe", 2) || !memcmp(bytes, "\xfe\xff", 2));
    if (!utf16 && memchr(bytes, 0, window)) {
        return BODY_OTHER;
    }
    if (window >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3)) {
        at = 3;
    }
    while (at < window && g_ascii_isspace(bytes[at])) {
        at++;
    }
    if (at < window && bytes[at] == '{' && memmem(bytes, size, "\"cells\"", 7) &&
        memmem(bytes, size, "\"nbformat\"", 10)) {
        return BODY_NOTEBOOK;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(html_starts); i++) {
        gsize n = strlen(html_starts[i]);
        if (window - at >= n && !g_ascii_strncasecmp((const char *)bytes + at, html_starts[i], n)) {
            return BODY_HTML;
        }
    }
    return utf16 || at < window ? BODY_TEXT : BODY_UNKNOWN;
}

/* What the body is: as declared; where that says nothing, by name; then by its bytes. A body that
 * starts as a PDF is one whatever was declared. */
static BodyType decide_type(const ExtractInput *input) {
    BodyType type = BODY_UNKNOWN;
    if (is_pdf(input->bytes, input->size)) {
        return BODY_PDF;
    }
    if (input->content_type && !type_of_content_type(input->content_type, &type)) {
        return BODY_OTHER;
    }
    if (type == BODY_UNKNOWN) {
        type = type_of_name(input->name);
    }
    if (type == BODY_UNKNOWN && input->url) {
        g_autoptr(SylUrl) url = syl_url_parse(input->url);
        type = url ? type_of_name(url->path) : BODY_UNKNOWN;
    }
    /* Addresses on code hosts end in .pdf or .md and show a page about the file. */
    BodyType seen = type_of_bytes(input->bytes, input->size);
    if (type == BODY_PDF) {
        return seen;
    }
    return type == BODY_UNKNOWN || (seen == BODY_OTHER && type != BODY_HTML) ? seen : type;
}

static gboolean has_two_segments(const char *path) {
    const char *second = *path == '/' ? strchr(path + 1, '/') : NULL;
    if (!second || second == path + 1 || !second[1]) {
        return FALSE;
    }
    const char *third = strchr(second + 1, '/');
    return !third || !third[1];
}

static const char *kind_of_address(const char *address) {
    g_autoptr(SylUrl) url = address ? syl_url_parse(address) : NULL;
    if (!url) {
        return NULL;
    }
    const char *host = g_str_has_prefix(url->host, "www.") ? url->host + 4 : url->host;
    if (g_str_has_prefix(host, "m.")) {
        host += 2;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(address_kinds); i++) {
        const char *path = address_kinds[i].path;
        if (!strcmp(host, address_kinds[i].host) &&
            (strcmp(path, "/x/y") ? g_str_has_prefix(url->path, path)
                                  : has_two_segments(url->path))) {
            return address_kinds[i].kind;
        }
    }
    return NULL;
}

Document *extract_document(const ExtractInput *input, GError **error) {
    BodyType type = decide_type(input);
    if (type == BODY_UNKNOWN || type == BODY_OTHER) {
        g_set_error(error, EXTRACT_ERROR, EXTRACT_ERROR_UNSUPPORTED, "no extractor reads %s",
                    input->content_type && *input->content_type ? input->content_type
                    : input->size                               ? "this kind of file"
                                                                : "an empty body");
        return NULL;
    }
    g_autoptr(Document) document = extractors[type].extractor(input, error);
    if (!document) {
        return NULL;
    }
    const char *kind = type == BODY_HTML ? kind_of_address(input->url) : NULL;
    g_free(document->kind);
    document->kind = g_strdup(kind ? kind : extractors[type].kind);
    return g_steal_pointer(&document);
}

gboolean extract_supports(const char *content_type, const char *url_path) {
    BodyType type = BODY_UNKNOWN;
    if (content_type && !type_of_content_type(content_type, &type)) {
        return FALSE;
    }
    return type != BODY_UNKNOWN || type_of_name(url_path) != BODY_OTHER;
}
