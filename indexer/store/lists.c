/* Lists, entries and resources: the part of store/store.h that says what is to be visited. */
#include "store/statements.h"
#include "syllabus/url.h"

#define LEVEL_SEPARATOR "\x1f"

static void store_entry_free(gpointer data) {
    StoreEntry *entry = data;
    g_free(entry->list_title);
    list_entry_free(entry->entry);
    g_free(entry);
}

void store_resource_free(StoreResource *resource) {
    if (resource == NULL) {
        return;
    }
    g_free(resource->id);
    g_free(resource->url);
    g_free(resource->start);
    g_free(resource->indexed_hash);
    g_ptr_array_unref(resource->entries);
    g_free(resource);
}

static gboolean list_id(Store *store, const char *source, gint64 *id, GError **error) {
    sqlite3_stmt *statement = statement_prepare(store, LIST_ID, error);
    if (statement == NULL) {
        return FALSE;
    }
    statement_bind(statement, 1, source);
    if (!statement_next(store, statement, error)) {
        return FALSE;
    }
    *id = sqlite3_column_int64(statement, 0);
    return statement_run(store, statement, error);
}

/* Runs a statement whose one parameter is a list's number. */
static gboolean run_with_list(Store *store, Statement which, gint64 id, GError **error) {
    sqlite3_stmt *statement = statement_prepare(store, which, error);
    if (statement == NULL) {
        return FALSE;
    }
    sqlite3_bind_int64(statement, 1, id);
    return statement_run(store, statement, error);
}

static gboolean put_resource(Store *store, const char *id, const char *url, GError **error) {
    sqlite3_stmt *statement = statement_prepare(store, PUT_RESOURCE, error);
    if (statement == NULL) {
        return FALSE;
    }
    statement_bind(statement, 1, id);
    statement_bind(statement, 2, url);
    return statement_run(store, statement, error);
}

static gboolean put_entry(Store *store, gint64 list, const ListEntry *entry,
                          const char *resource_id, GError **error) {
    sqlite3_stmt *statement = statement_prepare(store, PUT_ENTRY, error);
    if (statement == NULL) {
        return FALSE;
    }
    g_autofree char *heading = g_strjoinv(LEVEL_SEPARATOR, entry->heading);
    g_autofree char *section_text = g_strjoinv(LEVEL_SEPARATOR, entry->section_text);
    sqlite3_bind_int64(statement, 1, list);
    sqlite3_bind_int64(statement, 2, entry->order);
    sqlite3_bind_int64(statement, 3, entry->line);
    statement_bind(statement, 4, resource_id);
    statement_bind(statement, 5, entry->url);
    statement_bind(statement, 6, entry->text);
    statement_bind(statement, 7, heading);
    statement_bind(statement, 8, entry->note);
    statement_bind(statement, 9, section_text);
    return statement_run(store, statement, error);
}

gboolean store_put_list(Store *store, const char *source, const List *list, gint64 now,
                        guint *skipped, GError **error) {
    sqlite3_stmt *statement = statement_prepare(store, PUT_LIST, error);
    gint64 id = 0;
    guint unusable = 0;
    if (statement == NULL) {
        return FALSE;
    }
    statement_bind(statement, 1, source);
    statement_bind(statement, 2, list->title);
    sqlite3_bind_int64(statement, 3, now);
    if (!statement_run(store, statement, error) || !list_id(store, source, &id, error) ||
        !run_with_list(store, DELETE_ENTRIES, id, error)) {
        return FALSE;
    }
    for (guint i = 0; i < list->entries->len; i++) {
        const ListEntry *entry = g_ptr_array_index(list->entries, i);
        g_autofree char *url = syl_url_canonical(entry->url, NULL, NULL);
        if (url == NULL) {
            unusable++;
            continue;
        }
        g_autofree char *resource = syl_url_id(url);
        if (!put_resource(store, resource, url, error) ||
            !put_entry(store, id, entry, resource, error)) {
            return FALSE;
        }
    }
    if (skipped != NULL) {
        *skipped = unusable;
    }
    return TRUE;
}

static GStrv split_levels(const char *joined) {
    return *joined == '\0' ? g_new0(char *, 1) : g_strsplit(joined, LEVEL_SEPARATOR, -1);
}

static StoreEntry *read_entry(sqlite3_stmt *row) {
    StoreEntry *read = g_new0(StoreEntry, 1);
    ListEntry *entry = g_new0(ListEntry, 1);
    read->list_title = statement_text(row, 3);
    entry->url = statement_text(row, 4);
    entry->text = statement_text(row, 5);
    entry->heading = split_levels((const char *)sqlite3_column_text(row, 6));
    entry->note = statement_text(row, 7);
    entry->section_text = split_levels((const char *)sqlite3_column_text(row, 8));
    entry->order = (guint)sqlite3_column_int64(row, 9);
    entry->line = (guint)sqlite3_column_int64(row, 10);
    read->entry = entry;
    return read;
}

static StoreResource *read_resource(sqlite3_stmt *row) {
    StoreResource *resource = g_new0(StoreResource, 1);
    resource->id = statement_text(row, 0);
    resource->url = statement_text(row, 1);
    resource->start = statement_text(row, 2);
    resource->indexed_hash = statement_text(row, 11);
    resource->entries = g_ptr_array_new_with_free_func(store_entry_free);
    return resource;
}

/* The resources of the rows of a statement, each with its entries. */
static GPtrArray *collect_resources(Store *store, sqlite3_stmt *row, GError **error) {
    g_autoptr(GPtrArray) resources =
        g_ptr_array_new_with_free_func((GDestroyNotify)store_resource_free);
    g_autoptr(GHashTable) by_id = g_hash_table_new(g_str_hash, g_str_equal);
    GError *failure = NULL;
    while (statement_next(store, row, &failure)) {
        StoreResource *resource =
            g_hash_table_lookup(by_id, (const char *)sqlite3_column_text(row, 0));
        if (resource == NULL) {
            resource = read_resource(row);
            g_ptr_array_add(resources, resource);
            g_hash_table_insert(by_id, resource->id, resource);
        }
        g_ptr_array_add(resource->entries, read_entry(row));
    }
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return NULL;
    }
    return g_steal_pointer(&resources);
}

GPtrArray *store_resources(Store *store, GError **error) {
    sqlite3_stmt *row = statement_prepare(store, RESOURCES, error);
    return row != NULL ? collect_resources(store, row, error) : NULL;
}

StoreResource *store_resource(Store *store, const char *resource_id, GError **error) {
    sqlite3_stmt *row = statement_prepare(store, RESOURCE, error);
    if (row == NULL) {
        return NULL;
    }
    statement_bind(row, 1, resource_id);
    g_autoptr(GPtrArray) one = collect_resources(store, row, error);
    if (one != NULL && one->len == 0) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_DAMAGED, "%s: no list names resource %s",
                    store->path, resource_id);
    }
    return one != NULL && one->len > 0 ? g_ptr_array_steal_index(one, 0) : NULL;
}

/* The first column of all rows. */
static GPtrArray *collect_texts(Store *store, Statement which, GError **error) {
    sqlite3_stmt *row = statement_prepare(store, which, error);
    if (row == NULL) {
        return NULL;
    }
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    GError *failure = NULL;
    while (statement_next(store, row, &failure)) {
        g_ptr_array_add(texts, statement_text(row, 0));
    }
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return NULL;
    }
    return g_steal_pointer(&texts);
}

GPtrArray *store_orphans(Store *store, GError **error) {
    return collect_texts(store, ORPHANS, error);
}

GPtrArray *store_lists(Store *store, GError **error) {
    return collect_texts(store, LISTS, error);
}

gboolean store_remove_list(Store *store, const char *source, GError **error) {
    gint64 id = 0;
    return list_id(store, source, &id, error) && run_with_list(store, DELETE_ENTRIES, id, error) &&
           run_with_list(store, DELETE_LIST, id, error);
}

gboolean store_remove_resource(Store *store, const char *resource_id, GError **error) {
    return statement_run_with(store, DELETE_VISITS, resource_id, error) &&
           statement_run_with(store, DELETE_CONTENT, resource_id, error) &&
           statement_run_with(store, DELETE_PAGES, resource_id, error) &&
           statement_run_with(store, DELETE_RESOURCE, resource_id, error);
}

gboolean store_set_resource_start(Store *store, const char *resource_id, const char *start,
                                  GError **error) {
    return statement_set_by_id(store, SET_START, resource_id, start, error);
}
