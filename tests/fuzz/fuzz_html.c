/* First line: a Content-Type, empty for none. Then the bytes of a page. */
#include "fuzz_document.h"

#include "extract/charset.h"
#include "extract/html.h"

/* A character may become three bytes, and a link or a list item adds what joins it. */
#define MAX_GROWTH 4
#define MAX_EXTRA  1024

static gboolean is_utf8(const char *text, gsize size) {
    for (const char *end = text + size; !g_utf8_validate_len(text, (gsize)(end - text), &text);
         text++) {
        if (*text != '\0') {
            return FALSE;
        }
    }
    return TRUE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    g_autofree char *content_type = fuzz_take_line(&data, &size);
    gsize utf8_size = 0;
    g_autofree char *utf8 =
        charset_to_utf8(data, size, *content_type ? content_type : NULL, TRUE, &utf8_size);
    fuzz_holds(utf8_size <= 3 * size + 1, "no byte becomes more than three");
    fuzz_holds(utf8[utf8_size] == '\0', "a NUL follows decoded text");
    fuzz_holds(is_utf8(utf8, utf8_size), "decoded text is UTF-8");
    static const HtmlScope scopes[] = {HTML_SCOPE_CONTENT, HTML_SCOPE_WHOLE};
    for (gsize i = 0; i < G_N_ELEMENTS(scopes); i++) {
        g_autoptr(Document) document =
            html_read(utf8, utf8_size, "https://example.org/a/b", scopes[i]);
        fuzz_check_document(document);
        fuzz_holds(strlen(document->main) + strlen(document->rest) + strlen(document->captions) <=
                       MAX_GROWTH * utf8_size + MAX_EXTRA,
                   "a page gives about as much text as it has");
    }
    return 0;
}
