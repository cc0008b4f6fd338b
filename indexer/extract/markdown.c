#include "extract/markdown.h"

#include <string.h>

#include <md4c-html.h>

#include "syllabus/text.h"

#include "extract/charset.h"
#include "extract/extract.h"
#include "extract/html.h"

static void append(const MD_CHAR *text, MD_SIZE size, void *data) {
    g_string_append_len(data, text, size);
}

void markdown_append_code(const char *text, gsize size, GString *html) {
    g_autofree char *escaped = g_markup_escape_text(text, (gssize)size);
    g_string_append_printf(html, "<pre>%s</pre>\n", escaped);
}

void markdown_to_html(const char *text, gsize size, GString *html) {
    gsize before = html->len;
    if (size <= MARKDOWN_MAX_BYTES &&
        !md_html(text, (MD_SIZE)size, append, html, MD_DIALECT_GITHUB, 0)) {
        return;
    }
    g_string_truncate(html, before);
    markdown_append_code(text, size, html);
}

/* The value of "name: value" in YAML front matter, without quotes. NULL if it is not there. */
static char *front_matter_value(const char *block, gsize size, const char *name) {
    g_autofree char *copy = g_strndup(block, size);
    g_auto(GStrv) lines = g_strsplit(copy, "\n", 200);
    gsize n = strlen(name);
    for (guint i = 0; lines[i]; i++) {
        if (g_ascii_strncasecmp(lines[i], name, n) || lines[i][n] != ':') {
            continue;
        }
        char *value = g_strstrip(lines[i] + n + 1);
        gsize length = strlen(value);
        if (length >= 2 && (*value == '"' || *value == '\'') && value[length - 1] == *value) {
            value[length - 1] = '\0';
            value++;
        }
        g_autofree char *clean = syl_text_clean(value, -1);
        return syl_text_squeeze(clean);
    }
    return NULL;
}

/* Bytes of the front matter: between "---" lines at the very start. */
static gsize front_matter_size(const char *text, gsize size) {
    if (size < 8 || memcmp(text, "---\n", 4)) {
        return 0;
    }
    const char *end = memmem(text + 3, size - 3, "\n---\n", 5);
    return end ? (gsize)(end - text) + 5 : 0;
}

Document *extract_markdown(const ExtractInput *input, GError **error) {
    gsize size;
    g_autofree char *text =
        charset_to_utf8(input->bytes, input->size, input->content_type, FALSE, &size);
    if (!size) {
        g_set_error_literal(error, EXTRACT_ERROR, EXTRACT_ERROR_MALFORMED, "an empty document");
        return NULL;
    }
    gsize matter = front_matter_size(text, size);
    g_autoptr(GString) html = g_string_new(NULL);
    markdown_to_html(text + matter, size - matter, html);
    Document *document = html_read(html->str, html->len, input->url, HTML_SCOPE_WHOLE);
    g_autofree char *title = front_matter_value(text, matter, "title");
    if (title && *title) {
        g_free(document->title);
        document->title = g_steal_pointer(&title);
    }
    return document;
}
