/* Pages, their bodies and documents: the part of store/store.h that says what was found. */
#include <zstd.h>

#include "store/statements.h"

#define ZSTD_LEVEL 3

void store_page_free(StorePage *page) {
    if (page == NULL) {
        return;
    }
    g_free(page->id);
    g_free(page->url);
    g_free(page->resource);
    g_free(page->moved_to);
    g_free(page->content_type);
    g_free(page->etag);
    g_free(page->last_modified);
    g_free(page->message);
    g_free(page->text_hash);
    g_free(page->document_hash);
    g_free(page->indexed_hash);
    g_free(page);
}

StorePage *store_page_copy(const StorePage *page) {
    StorePage *copy = g_new0(StorePage, 1);
    copy->id = g_strdup(page->id);
    copy->url = g_strdup(page->url);
    copy->resource = g_strdup(page->resource);
    copy->depth = page->depth;
    copy->moved_to = g_strdup(page->moved_to);
    copy->content_type = g_strdup(page->content_type);
    copy->etag = g_strdup(page->etag);
    copy->last_modified = g_strdup(page->last_modified);
    copy->status = page->status;
    copy->message = g_strdup(page->message);
    copy->fetched_at = page->fetched_at;
    copy->checked_at = page->checked_at;
    copy->text_hash = g_strdup(page->text_hash);
    copy->document_hash = g_strdup(page->document_hash);
    copy->indexed_hash = g_strdup(page->indexed_hash);
    copy->noindex = page->noindex;
    return copy;
}

static StorePage *read_page(sqlite3_stmt *row) {
    StorePage *page = g_new0(StorePage, 1);
    page->id = statement_text(row, 0);
    page->url = statement_text(row, 1);
    page->resource = statement_text(row, 2);
    page->depth = (guint)sqlite3_column_int64(row, 3);
    page->moved_to = statement_text(row, 4);
    page->content_type = statement_text(row, 5);
    page->etag = statement_text(row, 6);
    page->last_modified = statement_text(row, 7);
    page->status = (guint)sqlite3_column_int64(row, 8);
    page->message = statement_text(row, 9);
    page->fetched_at = sqlite3_column_int64(row, 10);
    page->checked_at = sqlite3_column_int64(row, 11);
    page->text_hash = statement_text(row, 12);
    page->document_hash = statement_text(row, 13);
    page->indexed_hash = statement_text(row, 14);
    page->noindex = sqlite3_column_int(row, 15) != 0;
    return page;
}

static gboolean put_visit(Store *store, const char *page_id, const StoreVisit *visit,
                          GError **error) {
    sqlite3_stmt *statement = statement_prepare(store, PUT_VISIT, error);
    if (statement == NULL) {
        return FALSE;
    }
    statement_bind(statement, 1, page_id);
    sqlite3_bind_int64(statement, 2, visit->at);
    sqlite3_bind_int64(statement, 3, visit->status);
    sqlite3_bind_int64(statement, 4, (gint64)visit->wire_bytes);
    sqlite3_bind_int64(statement, 5, visit->elapsed_ms);
    statement_bind(statement, 6, visit->message);
    if (!statement_run(store, statement, error) ||
        (statement = statement_prepare(store, TRIM_VISITS, error)) == NULL) {
        return FALSE;
    }
    statement_bind(statement, 1, page_id);
    sqlite3_bind_int64(statement, 2, STORE_MAX_VISITS);
    return statement_run(store, statement, error);
}

gboolean store_put_page(Store *store, const StorePage *page, const StoreVisit *visit,
                        GError **error) {
    sqlite3_stmt *statement = statement_prepare(store, PUT_PAGE, error);
    if (statement == NULL) {
        return FALSE;
    }
    statement_bind(statement, 1, page->id);
    statement_bind(statement, 2, page->url);
    statement_bind(statement, 3, page->resource);
    sqlite3_bind_int64(statement, 4, page->depth);
    statement_bind(statement, 5, page->moved_to);
    statement_bind(statement, 6, page->content_type);
    statement_bind(statement, 7, page->etag);
    statement_bind(statement, 8, page->last_modified);
    sqlite3_bind_int64(statement, 9, page->status);
    statement_bind(statement, 10, page->message);
    sqlite3_bind_int64(statement, 11, page->fetched_at);
    sqlite3_bind_int64(statement, 12, page->checked_at);
    return statement_run(store, statement, error) &&
           (visit == NULL || put_visit(store, page->id, visit, error));
}

/* Compressed bytes, bound as a blob that SQLite frees. */
static void bind_compressed(sqlite3_stmt *statement, int position, const void *bytes, gsize size) {
    gsize bound = ZSTD_compressBound(size);
    void *compressed = g_malloc(bound);
    gsize written = ZSTD_compress(compressed, bound, bytes, size, ZSTD_LEVEL);
    g_assert(ZSTD_isError(written) == 0); /* the buffer is as large as zstd asks for */
    sqlite3_bind_blob64(statement, position, compressed, written, g_free);
}

static GBytes *column_compressed(Store *store, sqlite3_stmt *row, int column, gsize size,
                                 GError **error) {
    guint8 *bytes = g_malloc(size + 1);
    gsize got = ZSTD_decompress(bytes, size, sqlite3_column_blob(row, column),
                                (gsize)sqlite3_column_bytes(row, column));
    if (ZSTD_isError(got) != 0 || got != size) {
        g_free(bytes);
        g_set_error(error, STORE_ERROR, STORE_ERROR_DAMAGED, "%s: a stored body does not unpack",
                    store->path);
        return NULL;
    }
    return g_bytes_new_take(bytes, size);
}

gboolean store_put_content(Store *store, const char *page_id, GBytes *body,
                           const Document *document, GError **error) {
    g_autoptr(GVariant) variant = g_variant_ref_sink(document_to_variant(document));
    gsize document_size = g_variant_get_size(variant);
    g_autofree char *document_hash =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, g_variant_get_data(variant), document_size);
    g_autofree char *text_hash =
        g_compute_checksum_for_string(G_CHECKSUM_SHA256, document->main, -1);
    sqlite3_stmt *statement = statement_prepare(store, PUT_CONTENT, error);
    if (statement == NULL) {
        return FALSE;
    }
    statement_bind(statement, 1, page_id);
    if (body != NULL) {
        bind_compressed(statement, 2, g_bytes_get_data(body, NULL), g_bytes_get_size(body));
        sqlite3_bind_int64(statement, 3, (gint64)g_bytes_get_size(body));
    } else {
        sqlite3_bind_int64(statement, 3, 0);
    }
    bind_compressed(statement, 4, g_variant_get_data(variant), document_size);
    sqlite3_bind_int64(statement, 5, (gint64)document_size);
    sqlite3_bind_int64(statement, 6, DOCUMENT_VERSION);
    if (!statement_run(store, statement, error) ||
        (statement = statement_prepare(store, SET_HASHES, error)) == NULL) {
        return FALSE;
    }
    statement_bind(statement, 1, page_id);
    statement_bind(statement, 2, text_hash);
    statement_bind(statement, 3, document_hash);
    sqlite3_bind_int(statement, 4, document->noindex);
    return statement_run(store, statement, error);
}

gboolean store_forget_content(Store *store, const char *page_id, GError **error) {
    return statement_run_with(store, FORGET_CONTENT, page_id, error) &&
           statement_run_with(store, DELETE_ONE_CONTENT, page_id, error);
}

gboolean store_mark_indexed(Store *store, const char *page_id, const char *indexed_hash,
                            GError **error) {
    return statement_set_by_id(store, MARK_INDEXED, page_id, indexed_hash, error);
}

gboolean store_mark_resource_indexed(Store *store, const char *resource_id,
                                     const char *indexed_hash, GError **error) {
    return statement_set_by_id(store, MARK_RESOURCE_INDEXED, resource_id, indexed_hash, error);
}

StorePage *store_page(Store *store, const char *page_id, GError **error) {
    sqlite3_stmt *row = statement_prepare(store, PAGE, error);
    if (row == NULL) {
        return NULL;
    }
    statement_bind(row, 1, page_id);
    if (!statement_next(store, row, error)) {
        return NULL;
    }
    StorePage *page = read_page(row);
    statement_run(store, row, NULL);
    return page;
}

/* The rest of a page query's rows. */
static GPtrArray *collect_pages(Store *store, sqlite3_stmt *row, GError **error) {
    g_autoptr(GPtrArray) pages = g_ptr_array_new_with_free_func((GDestroyNotify)store_page_free);
    GError *failure = NULL;
    while (statement_next(store, row, &failure)) {
        g_ptr_array_add(pages, read_page(row));
    }
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return NULL;
    }
    return g_steal_pointer(&pages);
}

GPtrArray *store_pages(Store *store, const char *resource_id, GError **error) {
    sqlite3_stmt *row =
        statement_prepare(store, resource_id == NULL ? ALL_PAGES : RESOURCE_PAGES, error);
    if (row == NULL) {
        return NULL;
    }
    if (resource_id != NULL) {
        statement_bind(row, 1, resource_id);
    }
    return collect_pages(store, row, error);
}

GPtrArray *store_pages_by_text(Store *store, const char *resource_id, const char *text_hash,
                               GError **error) {
    sqlite3_stmt *row = statement_prepare(store, PAGES_BY_TEXT, error);
    if (row == NULL) {
        return NULL;
    }
    statement_bind(row, 1, resource_id);
    statement_bind(row, 2, text_hash);
    return collect_pages(store, row, error);
}

/* One compressed column of a page's content row; NULL without error if there is none. */
static GBytes *read_content(Store *store, Statement which, const char *page_id, GError **error) {
    sqlite3_stmt *row = statement_prepare(store, which, error);
    if (row == NULL) {
        return NULL;
    }
    statement_bind(row, 1, page_id);
    if (!statement_next(store, row, error)) {
        return NULL;
    }
    GBytes *bytes = column_compressed(store, row, 0, (gsize)sqlite3_column_int64(row, 1), error);
    statement_run(store, row, NULL);
    return bytes;
}

Document *store_document(Store *store, const char *page_id, GError **error) {
    g_autoptr(GBytes) bytes = read_content(store, DOCUMENT, page_id, error);
    if (bytes == NULL) {
        return NULL;
    }
    g_autoptr(GVariant) variant = g_variant_ref_sink(
        g_variant_new_from_bytes(G_VARIANT_TYPE(DOCUMENT_VARIANT_TYPE), bytes, FALSE));
    Document *document = document_from_variant(variant);
    if (document == NULL) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_DAMAGED,
                    "%s: the stored document of page %s cannot be read", store->path, page_id);
    }
    return document;
}

GBytes *store_body(Store *store, const char *page_id, GError **error) {
    return read_content(store, BODY, page_id, error);
}
