/* Jupyter notebooks (nbformat 3 and 4): the Markdown and code of the cells; outputs are left out.
 */
#include <string.h>

#include <jansson.h>

#include "extract/extract.h"
#include "extract/html.h"
#include "extract/markdown.h"

/* More cells than anybody writes. */
#define MAX_CELLS 20000

/* A cell's text: one string, or an array of lines that keep their ends. Caller frees. */
static GString *cell_text(const json_t *source) {
    GString *text = g_string_new(NULL);
    size_t i;
    const json_t *line;
    if (json_is_string(source)) {
        g_string_append_len(text, json_string_value(source), (gssize)json_string_length(source));
    }
    for (i = 0; i < json_array_size(source); i++) {
        if ((line = json_array_get(source, i)) && json_is_string(line)) {
            g_string_append_len(text, json_string_value(line), (gssize)json_string_length(line));
        }
    }
    return text;
}

static void append_cell(const json_t *cell, GString *html) {
    const char *type = json_string_value(json_object_get(cell, "cell_type"));
    const json_t *source = json_object_get(cell, "source");
    if (!source) {
        source = json_object_get(cell, "input"); /* nbformat 3 */
    }
    GString *text = cell_text(source);
    for (gsize i = 0; i < text->len; i++) {
        if (!text->str[i]) {
            text->str[i] = ' ';
        }
    }
    if (!type || !text->len) {
        ;
    } else if (!strcmp(type, "markdown") || !strcmp(type, "heading")) {
        json_int_t level = json_integer_value(json_object_get(cell, "level"));
        if (!strcmp(type, "heading")) {
            g_string_prepend(text, &"###### "[6 - CLAMP(level, 1, 6)]);
        }
        markdown_to_html(text->str, text->len, html);
    } else if (!strcmp(type, "code")) {
        markdown_append_code(text->str, text->len, html);
    }
    g_string_append_c(html, '\n');
    g_string_free(text, TRUE);
}

static void append_cells(const json_t *cells, GString *html) {
    gsize count = MIN(json_array_size(cells), MAX_CELLS);
    for (gsize i = 0; i < count; i++) {
        append_cell(json_array_get(cells, i), html);
    }
}

Document *extract_notebook(const ExtractInput *input, GError **error) {
    const char *bytes = (const char *)input->bytes;
    gsize size = input->size;
    json_error_t mistake;
    if (size >= 3 && !memcmp(bytes, "\xEF\xBB\xBF", 3)) {
        bytes += 3;
        size -= 3;
    }
    json_t *notebook = json_loadb(bytes, size, JSON_ALLOW_NUL, &mistake);
    const json_t *cells = json_object_get(notebook, "cells");
    const json_t *sheets = json_object_get(notebook, "worksheets"); /* nbformat 3 */
    if (!json_is_array(cells) && !json_is_array(sheets)) {
        g_set_error(error, EXTRACT_ERROR, EXTRACT_ERROR_MALFORMED, "no notebook: %s",
                    notebook ? "it has no cells" : mistake.text);
        json_decref(notebook);
        return NULL;
    }
    g_autoptr(GString) html = g_string_new(NULL);
    append_cells(cells, html);
    for (gsize i = 0; i < MIN(json_array_size(sheets), MAX_CELLS); i++) {
        append_cells(json_object_get(json_array_get(sheets, i), "cells"), html);
    }
    json_decref(notebook);
    return html_read(html->str, html->len, input->url, HTML_SCOPE_WHOLE);
}
