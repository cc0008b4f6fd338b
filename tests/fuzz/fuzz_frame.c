/* The payload of a worker's reply, and the same bytes as a document. */
#include "fuzz.h"

#include "extract/document.h"
#include "extract/worker.h"

static void check_document(const Document *document) {
    g_autoptr(GVariant) variant = g_variant_ref_sink(document_to_variant(document));
    g_autoptr(Document) copy = document_from_variant(variant);
    fuzz_holds(copy != NULL, "a document that was accepted is accepted again");
    g_autoptr(GVariant) again = g_variant_ref_sink(document_to_variant(copy));
    fuzz_holds(g_variant_equal(variant, again), "a document is read as it was written");
    json_t *json = document_to_json(document, "file");
    fuzz_holds(json_string_value(json_object_get(json, "main")) != NULL, "a document has JSON");
    json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    g_autoptr(GVariant) variant = g_variant_ref_sink(
        g_variant_new_from_bytes(G_VARIANT_TYPE(DOCUMENT_VARIANT_TYPE), bytes, FALSE));
    g_autoptr(Document) document = document_from_variant(variant);
    if (document != NULL) {
        check_document(document);
    }
    g_autoptr(Document) reply = NULL;
    g_autoptr(GError) failure = NULL;
    if (worker_unpack_reply(g_memdup2(data, size), size, &reply, &failure)) {
        fuzz_holds((reply == NULL) == (failure != NULL), "a reply is a document or a failure");
        if (reply != NULL) {
            check_document(reply);
        } else {
            fuzz_holds(fuzz_is_squeezed(failure->message), "messages are clean lines");
        }
    }
    return 0;
}
