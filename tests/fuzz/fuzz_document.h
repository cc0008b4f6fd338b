/* What must hold for every document that extraction makes. */
#pragma once

#include "fuzz.h"

#include "syllabus/url.h"

#include "extract/document.h"

static inline void fuzz_check_texts(const Document *document) {
    const char *const lines[] = {document->title, document->description, document->author};
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        fuzz_holds(fuzz_is_squeezed(lines[i]), "title, description and author are clean lines");
    }
    fuzz_holds(fuzz_is_clean(document->main), "main is clean text");
    fuzz_holds(fuzz_is_clean(document->rest), "rest is clean text");
    fuzz_holds(fuzz_is_clean(document->captions), "captions are clean text");
    fuzz_holds(strlen(document->main) <= DOCUMENT_MAX_MAIN_BYTES, "main keeps its cap");
    fuzz_holds(strlen(document->rest) <= DOCUMENT_MAX_REST_BYTES, "rest keeps its cap");
    fuzz_holds(strlen(document->captions) <= DOCUMENT_MAX_REST_BYTES, "captions keep their cap");
}

static inline void fuzz_check_sections(const Document *document) {
    const gsize size = strlen(document->main);
    gsize last = 0;
    for (guint i = 0; i < document->sections->len; i++) {
        const DocumentSection *section = g_ptr_array_index(document->sections, i);
        fuzz_holds(section->level >= 1 && section->level <= 6, "levels are from 1 to 6");
        fuzz_holds(fuzz_is_squeezed(section->heading), "headings are clean lines");
        fuzz_holds(section->offset >= last, "sections stand in order");
        fuzz_holds(section->offset <= size, "sections begin inside main");
        fuzz_holds(section->offset == 0 || document->main[section->offset - 1] == '\n',
                   "sections begin at the start of a block");
        last = section->offset;
    }
}

static inline void fuzz_check_links(const Document *document) {
    for (guint i = 0; i < document->links->len; i++) {
        const DocumentLink *link = g_ptr_array_index(document->links, i);
        g_autofree char *again = syl_url_canonical(link->url, NULL, NULL);
        fuzz_holds(g_strcmp0(again, link->url) == 0, "links are canonical addresses");
        fuzz_holds(fuzz_is_squeezed(link->text), "link texts are clean lines");
    }
}

static inline void fuzz_check_document(const Document *document) {
    fuzz_check_texts(document);
    fuzz_check_sections(document);
    fuzz_check_links(document);
    g_autoptr(GVariant) variant = g_variant_ref_sink(document_to_variant(document));
    g_autoptr(Document) copy = document_from_variant(variant);
    fuzz_holds(copy != NULL, "the indexer accepts every document that extraction makes");
}
