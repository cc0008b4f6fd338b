/* From the bytes of a body to a document. Runs inside a worker process (see pool.h) or, for
 * `indexer extract`, in the program itself: no network, no files written. One thread. */
#pragma once

#include <glib.h>

#include "extract/document.h"

#define EXTRACT_ERROR (extract_error_quark())
GQuark extract_error_quark(void);
typedef enum ExtractError {
    EXTRACT_ERROR_UNSUPPORTED, /* no extractor reads this content type */
    EXTRACT_ERROR_MALFORMED,   /* not what its content type says */
    EXTRACT_ERROR_TOOL,        /* a converter (pdftotext) is missing or ended badly */
    EXTRACT_ERROR_WORKER, /* the worker crashed, ran out of time or memory: from the pool only */
} ExtractError;

typedef struct ExtractInput {
    const char *url;          /* canonical address of the body, base of its links; may be NULL */
    const char *content_type; /* as the server said, parameters included; NULL: decided from the
                                 name and the bytes */
    const char *name;         /* file name for that decision; may be NULL */
    const guint8 *bytes;
    gsize size;
} ExtractInput;

/* The table in extract.c says which extractor reads which content type. */
Document *extract_document(const ExtractInput *input, GError **error);

/* Whether a body of this content type (from URL path and Content-Type) is worth fetching in full.
 */
gboolean extract_supports(const char *content_type, const char *url_path);

/* The single extractors; bytes are as fetched. Each returns a new document. */
Document *extract_html(const ExtractInput *input, GError **error);
Document *extract_markdown(const ExtractInput *input, GError **error);
Document *extract_text(const ExtractInput *input, GError **error);
Document *extract_notebook(const ExtractInput *input, GError **error);
Document *extract_pdf(const ExtractInput *input, GError **error);
