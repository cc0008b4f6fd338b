/* The writer of one generation's Xapian database: turns resources, pages and their passages into
 * index documents by the table of syllabus/schema.h. One thread. Every change belongs between
 * index_begin and index_commit; after a failure the index is dead: free it, open it anew and redo
 * everything since the last commit. */
#pragma once

#include <glib.h>

#include "extract/document.h"
#include "store/store.h"
#include "syllabus/library.h"

typedef struct Index Index;

/* Opens the generation's database, or makes it where it is absent. Errors are of SYL_LIBRARY_ERROR.
 */
Index *index_open(const SylGeneration *generation, GError **error);
void index_free(Index *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Index, index_free)

/* Publishes all changes since the last call, if any. Returns when they survive a power cut. */
gboolean index_commit(Index *index, GError **error);

/* What the lists say about one resource; the same for all its pages. */
typedef struct IndexContext {
    char *resource_id;
    char *resource_url;  /* where it starts, after redirects */
    char *label;         /* what the list calls it: innermost heading and link text */
    GPtrArray *lists;    /* char *: titles */
    GPtrArray *sections; /* GStrv: heading paths */
    char *words; /* all its author wrote: texts, notes, headings, section text; blocks separated by
                    '\n' */
    guint order; /* of its first entry */
    char *hash;  /* of all of the above */
} IndexContext;
IndexContext *index_context_new(const StoreResource *resource);
/* For a document that no list names; it has no hash. */
IndexContext *index_context_new_import(const StorePage *page, const Document *document);
void index_context_free(IndexContext *context);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IndexContext, index_context_free)

/* Replaces the resource's own document: its entries, searchable before anything was fetched. start
 * is the document of its first page, or NULL. */
gboolean index_put_resource(Index *index, const IndexContext *context, const Document *start,
                            GError **error);
gboolean index_remove_resource(Index *index, const char *resource_id, GError **error);

/* Replaces all passages of a page. A page without main text is one passage of its description or
 * title. */
gboolean index_put_page(Index *index, const IndexContext *context, const StorePage *page,
                        const Document *document, GError **error);
gboolean index_remove_page(Index *index, const char *page_id, GError **error);

/* Tells this database from any other, past or future, of the library. Borrowed. */
const char *index_identity(const Index *index);

gboolean index_document_count(Index *index, guint *count, GError **error);
