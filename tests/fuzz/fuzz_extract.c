/* First line: a Content-Type, empty for none. Then a body of any kind but PDF, which is read by
 * other programs. */
#include "fuzz_document.h"

#include "extract/extract.h"

static gboolean is_pdf(const char *content_type, const uint8_t *data, size_t size) {
    g_autofree char *lower = g_ascii_strdown(content_type, -1);
    return strstr(lower, "pdf") != NULL || (size > 0 && memmem(data, size, "%PDF-", 5) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    g_autofree char *content_type = fuzz_take_line(&data, &size);
    /* Header values are UTF-8: fuzz_headers.c. */
    g_autofree char *type = g_utf8_make_valid(content_type, -1);
    if (is_pdf(type, data, size)) {
        return 0;
    }
    const ExtractInput input = {
        .url = "https://www.youtube.com/playlist?list=a",
        .content_type = *type ? type : NULL,
        .bytes = data,
        .size = size,
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(Document) document = extract_document(&input, &error);
    fuzz_holds((document == NULL) == (error != NULL), "there is a document or an error");
    if (document != NULL) {
        fuzz_check_document(document);
    } else {
        fuzz_holds(error->domain == EXTRACT_ERROR, "errors are those of extraction");
        fuzz_holds(g_utf8_validate(error->message, -1, NULL), "messages are UTF-8");
    }
    return 0;
}
