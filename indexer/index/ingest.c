#include "index/ingest.h"

#include <string.h>
#include <sys/statvfs.h>

#include "index/index.h"
#include "syllabus/schema.h"
#include "syllabus/url.h"

/* A new generation with fewer documents than this share of the live one does not go live by itself.
 */
#define SHRINK_PERCENT 90

struct Ingest {
    char *library;
    SylGeneration *generation;
    Store *store;
    Index *index;
    gboolean in_transaction; /* of the store */
    GHashTable *contexts; /* resource id → IndexContext *, of every resource that a list names */
    GHashTable *stored_hash; /* resource id → what the index holds of it */
    GHashTable *pages;       /* ids of pages to look at in the next flush */
    GHashTable *resources;   /* ids of resources to look at in the next flush */
    GHashTable *orphans;     /* ids of resources to remove in the next flush */
    GHashTable *marks;       /* page id → new indexed_hash ("" for none), after the commit */
    GHashTable *resource_marks;
    GHashTable *lost; /* ids of pages whose document cannot be read */
    const volatile sig_atomic_t *stop;
    guint batch_pages;
    gsize batch_bytes;
    IngestCounts counts;
};

static GHashTable *id_set(void) {
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static GHashTable *id_map(GDestroyNotify value_free) {
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, value_free);
}

/* --- life --- */

static void take_context(Ingest *ingest, const StoreResource *resource) {
    g_hash_table_replace(ingest->contexts, g_strdup(resource->id), index_context_new(resource));
    if (resource->indexed_hash != NULL) {
        g_hash_table_replace(ingest->stored_hash, g_strdup(resource->id),
                             g_strdup(resource->indexed_hash));
    }
}

/* Reads what the lists say of every resource. */
static gboolean load_contexts(Ingest *ingest, GError **error) {
    g_autoptr(GPtrArray) resources = store_resources(ingest->store, error);
    if (resources == NULL) {
        return FALSE;
    }
    g_hash_table_remove_all(ingest->contexts);
    g_hash_table_remove_all(ingest->stored_hash);
    for (guint i = 0; i < resources->len; i++) {
        take_context(ingest, g_ptr_array_index(resources, i));
    }
    return TRUE;
}

/* The same of one resource. */
static gboolean load_context(Ingest *ingest, const char *id, GError **error) {
    g_autoptr(StoreResource) resource = store_resource(ingest->store, id, error);
    if (resource != NULL) {
        take_context(ingest, resource);
    }
    return resource != NULL;
}

/* Takes ownership of generation; publish_first: it is the library's first one and goes live at
 * once. */
static Ingest *open_generation(const char *library, SylGeneration *generation,
                               gboolean publish_first, GError **error) {
    g_autoptr(Ingest) ingest = g_new0(Ingest, 1);
    g_autofree char *store_path = syl_library_store_path(library);
    ingest->library = g_strdup(library);
    ingest->generation = generation;
    ingest->batch_pages = INGEST_BATCH_PAGES;
    ingest->contexts =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)index_context_free);
    ingest->stored_hash = id_map(g_free);
    ingest->pages = id_set();
    ingest->resources = id_set();
    ingest->orphans = id_set();
    ingest->lost = id_set();
    ingest->marks = id_map(g_free);
    ingest->resource_marks = id_map(g_free);
    ingest->store = store_open(store_path, STORE_WRITE, error);
    if (ingest->store == NULL || (ingest->index = index_open(generation, error)) == NULL ||
        !syl_library_unseal(generation, error) ||
        (publish_first && !syl_library_publish(library, generation, error)) ||
        !load_contexts(ingest, error)) {
        return NULL;
    }
    return g_steal_pointer(&ingest);
}

Ingest *ingest_open(const char *library, guint batch_pages, GError **error) {
    GError *missing = NULL;
    SylGeneration *generation = syl_library_current(library, &missing);
    gboolean first = FALSE;
    if (generation == NULL) {
        first = g_error_matches(missing, SYL_LIBRARY_ERROR, SYL_LIBRARY_ERROR_MISSING);
        if (!first) {
            g_propagate_error(error, missing);
            return NULL;
        }
        g_clear_error(&missing);
        generation = syl_library_create_generation(library, error);
        if (generation == NULL) {
            return NULL;
        }
    }
    Ingest *ingest = open_generation(library, generation, first, error);
    if (ingest != NULL && batch_pages > 0) {
        ingest->batch_pages = batch_pages;
    }
    return ingest;
}

Ingest *ingest_open_new_generation(const char *library, GError **error) {
    /* What an ended or refused rebuild left behind goes first. A damaged library is no hindrance:
     * it is why one rebuilds. */
    syl_library_prune(library, NULL);
    SylGeneration *generation = syl_library_create_generation(library, error);
    return generation == NULL ? NULL : open_generation(library, generation, FALSE, error);
}

void ingest_free(Ingest *ingest) {
    if (ingest == NULL) {
        return;
    }
    if (ingest->store != NULL && ingest->in_transaction) {
        store_rollback(ingest->store);
    }
    store_close(ingest->store);
    index_free(ingest->index);
    syl_generation_free(ingest->generation);
    GHashTable *tables[] = {ingest->contexts,  ingest->stored_hash,   ingest->pages,
                            ingest->resources, ingest->orphans,       ingest->lost,
                            ingest->marks,     ingest->resource_marks};
    for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
        g_hash_table_unref(tables[i]);
    }
    g_free(ingest->library);
    g_free(ingest);
}

Store *ingest_store(Ingest *ingest) {
    return ingest->store;
}

const IngestCounts *ingest_counts(const Ingest *ingest) {
    return &ingest->counts;
}

/* --- taking in --- */

static gboolean begin(Ingest *ingest, GError **error) {
    if (!ingest->in_transaction) {
        ingest->in_transaction = store_begin(ingest->store, error);
    }
    return ingest->in_transaction;
}

void ingest_visit_free(IngestVisit *visit) {
    if (visit == NULL) {
        return;
    }
    store_page_free(visit->page);
    g_clear_pointer(&visit->body, g_bytes_unref);
    document_free(visit->document);
    g_free(visit->start);
    g_free(visit);
}

/* Pages with the same text are kept once: when a text comes or goes, all who share it are looked at
 * again. */
static gboolean look_at_text(Ingest *ingest, const char *resource, const char *text_hash,
                             GError **error) {
    if (text_hash == NULL) {
        return TRUE;
    }
    g_autoptr(GPtrArray) sharers = store_pages_by_text(ingest->store, resource, text_hash, error);
    if (sharers == NULL) {
        return FALSE;
    }
    for (guint i = 0; i < sharers->len; i++) {
        g_hash_table_add(ingest->pages, g_strdup(((StorePage *)g_ptr_array_index(sharers, i))->id));
    }
    return TRUE;
}

static gboolean put_content(Ingest *ingest, const IngestVisit *visit, GError **error) {
    const StorePage *page = visit->page;
    g_autoptr(StorePage) before = store_page(ingest->store, page->id, error);
    if (before == NULL ||
        !store_put_content(ingest->store, page->id, visit->body, visit->document, error)) {
        return FALSE;
    }
    g_autoptr(StorePage) after = store_page(ingest->store, page->id, error);
    if (after == NULL || !look_at_text(ingest, page->resource, before->text_hash, error) ||
        !look_at_text(ingest, page->resource, after->text_hash, error)) {
        return FALSE;
    }
    g_hash_table_add(ingest->resources, g_strdup(page->resource));
    ingest->batch_bytes +=
        strlen(visit->document->main) + (visit->body != NULL ? g_bytes_get_size(visit->body) : 0);
    return TRUE;
}

/* The resource starts elsewhere than the list says: its context, and with it all its documents,
 * change. */
static gboolean move_start(Ingest *ingest, const char *resource, const char *start,
                           GError **error) {
    const IndexContext *context = g_hash_table_lookup(ingest->contexts, resource);
    if (context == NULL || g_str_equal(context->resource_url, start)) {
        return TRUE;
    }
    if (!store_set_resource_start(ingest->store, resource, start, error) ||
        !load_context(ingest, resource, error)) {
        return FALSE;
    }
    g_autoptr(GPtrArray) pages = store_pages(ingest->store, resource, error);
    if (pages == NULL) {
        return FALSE;
    }
    for (guint i = 0; i < pages->len; i++) {
        g_hash_table_add(ingest->pages, g_strdup(((StorePage *)g_ptr_array_index(pages, i))->id));
    }
    g_hash_table_add(ingest->resources, g_strdup(resource));
    return TRUE;
}

/* A page that changes hands leaves those who share its text in one resource and meets others in the
 * next. */
static gboolean put_page(Ingest *ingest, const IngestVisit *visit, GError **error) {
    GError *failure = NULL;
    const StorePage *page = visit->page;
    g_autoptr(StorePage) before = store_page(ingest->store, page->id, &failure);
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    return store_put_page(ingest->store, page, visit->visited ? &visit->visit : NULL, error) &&
           (before == NULL || g_str_equal(before->resource, page->resource) ||
            (look_at_text(ingest, before->resource, before->text_hash, error) &&
             look_at_text(ingest, page->resource, before->text_hash, error)));
}

gboolean ingest_put_visit(Ingest *ingest, const IngestVisit *visit, GError **error) {
    if (!begin(ingest, error) || !put_page(ingest, visit, error) ||
        (visit->document != NULL && !put_content(ingest, visit, error)) ||
        (visit->start != NULL && !move_start(ingest, visit->page->resource, visit->start, error))) {
        return FALSE;
    }
    g_hash_table_add(ingest->pages, g_strdup(visit->page->id));
    if (g_hash_table_size(ingest->pages) >= ingest->batch_pages ||
        ingest->batch_bytes >= INGEST_BATCH_BYTES) {
        return ingest_flush(ingest, error);
    }
    return TRUE;
}

gboolean ingest_put_robots(Ingest *ingest, const StoreRobots *robots, GError **error) {
    return begin(ingest, error) &&
           store_put_robots(ingest->store, robots->origin, robots->fetched_at, robots->status,
                            robots->text, strlen(robots->text), error);
}

/* They leave the index first and the store only after that commit, so that a crash in between is
 * found again. */
static gboolean look_at_orphans(Ingest *ingest, GError **error) {
    g_autoptr(GPtrArray) orphans = store_orphans(ingest->store, error);
    for (guint i = 0; orphans != NULL && i < orphans->len; i++) {
        g_hash_table_add(ingest->orphans, g_strdup(g_ptr_array_index(orphans, i)));
    }
    return orphans != NULL;
}

gboolean ingest_put_list(Ingest *ingest, const char *source, const List *list, gint64 now,
                         guint *skipped, GError **error) {
    return begin(ingest, error) && store_put_list(ingest->store, source, list, now, skipped, error);
}

gboolean ingest_remove_list(Ingest *ingest, const char *source, GError **error) {
    return begin(ingest, error) && store_remove_list(ingest->store, source, error);
}

/* --- bringing the index up to date --- */

/* Names everything that a page's index documents are made of. */
static char *expected_hash(const Ingest *ingest, const char *context_hash,
                           const char *document_hash, const char *url) {
    g_autofree char *facts =
        g_strdup_printf("%d\n%s\n%s\n%s\n%s", SYL_INDEX_FORMAT, index_identity(ingest->index),
                        context_hash, document_hash, url);
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, facts, -1);
}

/* Whether the page belongs into the index: it has text, may be indexed, and no page with a better
 * address has the same text. */
static gboolean is_wanted(Ingest *ingest, const StorePage *page, gboolean *wanted, GError **error) {
    *wanted = page->document_hash != NULL && !page->noindex && page->moved_to == NULL;
    if (!*wanted) {
        return TRUE;
    }
    g_autoptr(GPtrArray) sharers =
        store_pages_by_text(ingest->store, page->resource, page->text_hash, error);
    if (sharers == NULL) {
        return FALSE;
    }
    for (guint i = 0; i < sharers->len; i++) {
        const StorePage *sharer = g_ptr_array_index(sharers, i);
        if (!sharer->noindex && sharer->moved_to == NULL) {
            *wanted = g_str_equal(sharer->id, page->id);
            return TRUE;
        }
    }
    return TRUE;
}

/* A document that is gone or cannot be read costs one page, not the library: it is forgotten, so
 * that the next visit fetches the page anew; what the index holds of it stays. Takes damage. */
static gboolean lose_document(Ingest *ingest, const char *id, GError *damage, GError **error) {
    if (damage != NULL && !g_error_matches(damage, STORE_ERROR, STORE_ERROR_DAMAGED)) {
        g_propagate_error(error, damage);
        return FALSE;
    }
    g_clear_error(&damage);
    g_hash_table_add(ingest->lost, g_strdup(id));
    return TRUE;
}

static gboolean settle_wanted(Ingest *ingest, const StorePage *page, GError **error) {
    const IndexContext *listed = g_hash_table_lookup(ingest->contexts, page->resource);
    g_autofree char *expected =
        expected_hash(ingest, listed != NULL ? listed->hash : "", page->document_hash, page->url);
    if (g_strcmp0(expected, page->indexed_hash) == 0) {
        return TRUE;
    }
    GError *damage = NULL;
    g_autoptr(Document) document = store_document(ingest->store, page->id, &damage);
    if (document == NULL) {
        return lose_document(ingest, page->id, damage, error);
    }
    g_autoptr(IndexContext) own = listed == NULL ? index_context_new_import(page, document) : NULL;
    if (!index_put_page(ingest->index, listed != NULL ? listed : own, page, document, error)) {
        return FALSE;
    }
    ingest->counts.indexed++;
    g_hash_table_insert(ingest->marks, g_strdup(page->id), g_steal_pointer(&expected));
    return TRUE;
}

static gboolean settle_page(Ingest *ingest, const char *id, GError **error) {
    GError *failure = NULL;
    g_autoptr(StorePage) page = store_page(ingest->store, id, &failure);
    gboolean wanted = FALSE;
    if (page == NULL) {
        if (failure != NULL) {
            g_propagate_error(error, failure);
            return FALSE;
        }
        return TRUE;
    }
    if (!is_wanted(ingest, page, &wanted, error)) {
        return FALSE;
    }
    if (wanted) {
        return settle_wanted(ingest, page, error);
    }
    if (page->indexed_hash == NULL) {
        return TRUE;
    }
    ingest->counts.removed++;
    g_hash_table_insert(ingest->marks, g_strdup(id), NULL);
    return index_remove_page(ingest->index, id, error);
}

static gboolean settle_resource(Ingest *ingest, const char *id, GError **error) {
    const IndexContext *context = g_hash_table_lookup(ingest->contexts, id);
    if (context == NULL) {
        return TRUE;
    }
    GError *failure = NULL;
    g_autofree char *start_id = syl_url_id(context->resource_url);
    g_autoptr(StorePage) start = store_page(ingest->store, start_id, &failure);
    g_autoptr(Document) document =
        start != NULL && !start->noindex ? store_document(ingest->store, start_id, &failure) : NULL;
    if (g_error_matches(failure, STORE_ERROR, STORE_ERROR_DAMAGED)) {
        g_clear_error(&failure); /* settle_wanted deals with it */
    }
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    g_autofree char *expected = expected_hash(
        ingest, context->hash, document != NULL ? start->document_hash : "", context->resource_url);
    if (g_strcmp0(expected, g_hash_table_lookup(ingest->stored_hash, id)) == 0) {
        return TRUE;
    }
    g_hash_table_insert(ingest->resource_marks, g_strdup(id), g_steal_pointer(&expected));
    return index_put_resource(ingest->index, context, document, error);
}

typedef gboolean (*SettleFunc)(Ingest *ingest, const char *id, GError **error);

/* In the order of the ids, so that equal input gives equal document numbers. */
static gboolean settle_all(Ingest *ingest, GHashTable *ids, SettleFunc settle, GError **error) {
    g_autoptr(GList) sorted = g_list_sort(g_hash_table_get_keys(ids), (GCompareFunc)g_strcmp0);
    for (GList *id = sorted; id != NULL; id = id->next) {
        if (!settle(ingest, id->data, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean remove_orphan(Ingest *ingest, const char *id, GError **error) {
    return index_remove_resource(ingest->index, id, error);
}

static gboolean write_index(Ingest *ingest, GError **error) {
    g_hash_table_remove_all(ingest->lost);
    g_hash_table_remove_all(ingest->marks);
    g_hash_table_remove_all(ingest->resource_marks);
    return settle_all(ingest, ingest->orphans, remove_orphan, error) &&
           settle_all(ingest, ingest->resources, settle_resource, error) &&
           settle_all(ingest, ingest->pages, settle_page, error) &&
           index_commit(ingest->index, error);
}

static gboolean reopen_index(Ingest *ingest, GError **error) {
    g_clear_pointer(&ingest->index, index_free);
    ingest->index = index_open(ingest->generation, error);
    return ingest->index != NULL;
}

static gboolean write_marks(Ingest *ingest, GError **error) {
    GHashTableIter iter;
    gpointer id, hash;
    if (!store_begin(ingest->store, error)) {
        return FALSE;
    }
    g_hash_table_iter_init(&iter, ingest->marks);
    while (g_hash_table_iter_next(&iter, &id, &hash)) {
        if (!store_mark_indexed(ingest->store, id, hash, error)) {
            return FALSE;
        }
    }
    g_hash_table_iter_init(&iter, ingest->resource_marks);
    while (g_hash_table_iter_next(&iter, &id, &hash)) {
        if (!store_mark_resource_indexed(ingest->store, id, hash, error)) {
            return FALSE;
        }
        g_hash_table_insert(ingest->stored_hash, g_strdup(id), g_strdup(hash));
    }
    g_hash_table_iter_init(&iter, ingest->lost);
    while (g_hash_table_iter_next(&iter, &id, NULL)) {
        if (!store_forget_content(ingest->store, id, error)) {
            return FALSE;
        }
    }
    g_hash_table_iter_init(&iter, ingest->orphans);
    while (g_hash_table_iter_next(&iter, &id, NULL)) {
        if (!store_remove_resource(ingest->store, id, error)) {
            return FALSE;
        }
    }
    return store_commit(ingest->store, error);
}

/* Xapian can end the whole process where the disk is full; better not to start. */
static gboolean has_disk_space(const Ingest *ingest, GError **error) {
    struct statvfs disk;
    if (statvfs(ingest->library, &disk) != 0) {
        return TRUE;
    }
    guint64 left = (guint64)disk.f_bavail * disk.f_frsize;
    if (left < INGEST_MIN_DISK_BYTES + ingest->batch_bytes) {
        g_set_error(error, SYL_LIBRARY_ERROR, SYL_LIBRARY_ERROR_IO,
                    "only %" G_GUINT64_FORMAT
                    " MiB are left on the disk of %s: make room and run again; "
                    "nothing is lost",
                    left >> 20, ingest->library);
        return FALSE;
    }
    return TRUE;
}

gboolean ingest_flush(Ingest *ingest, GError **error) {
    GError *failure = NULL;
    if (ingest->in_transaction) {
        if (!store_commit(ingest->store, error)) {
            return FALSE;
        }
        ingest->in_transaction = FALSE;
    }
    if (g_hash_table_size(ingest->pages) + g_hash_table_size(ingest->resources) +
            g_hash_table_size(ingest->orphans) ==
        0) {
        return TRUE;
    }
    if (!has_disk_space(ingest, error)) {
        return FALSE;
    }
    /* A commit that failed has lost its batch, and its handle would report success the next time:
     * only a new handle and the whole batch again, from the store, will do. */
    if (!write_index(ingest, &failure)) {
        g_clear_error(&failure);
        if (!reopen_index(ingest, error) || !write_index(ingest, error)) {
            return FALSE;
        }
    }
    if (!write_marks(ingest, error)) {
        return FALSE;
    }
    ingest->counts.commits++;
    ingest->batch_bytes = 0;
    g_hash_table_remove_all(ingest->pages);
    g_hash_table_remove_all(ingest->resources);
    g_hash_table_remove_all(ingest->orphans);
    return TRUE;
}

static gboolean is_stopping(const Ingest *ingest) {
    return ingest->stop != NULL && *ingest->stop != 0;
}

static gboolean reconcile_resources(Ingest *ingest, GError **error) {
    GHashTableIter iter;
    gpointer id;
    g_hash_table_iter_init(&iter, ingest->contexts);
    while (!is_stopping(ingest) && g_hash_table_iter_next(&iter, &id, NULL)) {
        g_hash_table_add(ingest->resources, g_strdup(id));
        if (g_hash_table_size(ingest->resources) >= ingest->batch_pages &&
            !ingest_flush(ingest, error)) {
            return FALSE;
        }
    }
    return ingest_flush(ingest, error);
}

static gboolean reconcile_pages(Ingest *ingest, GError **error) {
    g_autoptr(GPtrArray) pages = store_pages(ingest->store, NULL, error);
    for (guint i = 0; pages != NULL && i < pages->len && !is_stopping(ingest); i++) {
        const StorePage *page = g_ptr_array_index(pages, i);
        g_hash_table_add(ingest->pages, g_strdup(page->id));
        if (g_hash_table_size(ingest->pages) >= ingest->batch_pages &&
            !ingest_flush(ingest, error)) {
            return FALSE;
        }
    }
    return pages != NULL && ingest_flush(ingest, error);
}

gboolean ingest_reconcile(Ingest *ingest, GError **error) {
    return look_at_orphans(ingest, error) && load_contexts(ingest, error) &&
           reconcile_resources(ingest, error) && reconcile_pages(ingest, error);
}

void ingest_set_stop(Ingest *ingest, const volatile sig_atomic_t *stop) {
    ingest->stop = stop;
}

/* --- generations --- */

/* Documents of the live generation; 0 if it cannot be read, which never stands in the way of a good
 * new one. */
static guint live_documents(const char *library) {
    g_autoptr(SylGeneration) live = syl_library_current(library, NULL);
    guint documents = 0;
    if (live != NULL) {
        g_autoptr(Index) index = index_open(live, NULL);
        if (index != NULL && !index_document_count(index, &documents, NULL)) {
            documents = 0;
        }
    }
    return documents;
}

gboolean ingest_publish(Ingest *ingest, gboolean force, GError **error) {
    guint documents = 0, live = live_documents(ingest->library);
    if (!ingest_flush(ingest, error) || !index_document_count(ingest->index, &documents, error)) {
        return FALSE;
    }
    if (!force && documents * 100ULL < (guint64)live * SHRINK_PERCENT) {
        g_set_error(error, SYL_LIBRARY_ERROR, SYL_LIBRARY_ERROR_SHRUNK,
                    "the new index has %u documents and the live one %u: the live one stays; "
                    "--force publishes it",
                    documents, live);
        return FALSE;
    }
    return ingest_seal(ingest, error) &&
           syl_library_publish(ingest->library, ingest->generation, error) &&
           syl_library_prune(ingest->library, error);
}

gboolean ingest_seal(Ingest *ingest, GError **error) {
    guint documents = 0;
    StoreCounts counts = {0};
    return ingest_flush(ingest, error) && index_document_count(ingest->index, &documents, error) &&
           store_counts(ingest->store, &counts, error) &&
           syl_library_seal(ingest->generation, counts.with_text, documents, error);
}
