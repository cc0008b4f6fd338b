#include <string.h>

#include "syllabus/text.h"

#include "extract/charset.h"
#include "extract/extract.h"
#include "extract/text_sink.h"

/* Longer first lines are cut for the title, in bytes. */
#define MAX_TITLE_BYTES 200

Document *extract_text(const ExtractInput *input, GError **error) {
    gsize size;
    g_autofree char *utf8 =
        charset_to_utf8(input->bytes, input->size, input->content_type, FALSE, &size);
    if (!size) {
        g_set_error_literal(error, EXTRACT_ERROR, EXTRACT_ERROR_MALFORMED, "an empty text");
        return NULL;
    }
    Document *document = document_new();
    TextSink *sink = text_sink_new(DOCUMENT_MAX_MAIN_BYTES);
    text_sink_add_paragraphs(sink, utf8, size);
    g_free(document->main);
    document->main = text_sink_take(sink);
    gsize line = strcspn(document->main, "\n");
    g_free(document->title);
    document->title =
        g_strchomp(g_strndup(document->main, syl_text_cut(document->main, line, MAX_TITLE_BYTES)));
    return document;
}
