#include "store/store.h"

#include <string.h>

#include <sqlite3.h>

#include "store/statements.h"

#define APPLICATION_ID  0x53594c31 /* "SYL1" */
#define BUSY_TIMEOUT_MS 10000

G_DEFINE_QUARK(store_error, store_error)

static const char schema[] =
    "CREATE TABLE list(id INTEGER PRIMARY KEY, source TEXT UNIQUE NOT NULL, title TEXT NOT NULL,"
    " read_at INTEGER NOT NULL);"
    "CREATE TABLE resource(id TEXT PRIMARY KEY, url TEXT NOT NULL, start TEXT NOT NULL,"
    " indexed_hash TEXT) WITHOUT ROWID;"
    "CREATE TABLE entry(list INTEGER NOT NULL REFERENCES list(id), ordinal INTEGER NOT NULL,"
    " line INTEGER NOT NULL, resource TEXT NOT NULL, url TEXT NOT NULL, text TEXT NOT NULL,"
    " heading TEXT NOT NULL, note TEXT NOT NULL, section_text TEXT NOT NULL,"
    " PRIMARY KEY(list, ordinal)) WITHOUT ROWID;"
    "CREATE INDEX entry_resource ON entry(resource);"
    "CREATE TABLE page(id TEXT PRIMARY KEY, url TEXT NOT NULL, resource TEXT NOT NULL,"
    " depth INTEGER NOT NULL, moved_to TEXT, content_type TEXT, etag TEXT, last_modified TEXT,"
    " status INTEGER NOT NULL, message TEXT, fetched_at INTEGER NOT NULL,"
    " checked_at INTEGER NOT NULL, text_hash TEXT, document_hash TEXT, indexed_hash TEXT,"
    " noindex INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
    "CREATE INDEX page_resource ON page(resource, text_hash);"
    "CREATE TABLE content(page TEXT PRIMARY KEY, body BLOB, body_size INTEGER NOT NULL,"
    " document BLOB NOT NULL, document_size INTEGER NOT NULL, version INTEGER NOT NULL);"
    "CREATE TABLE visit(page TEXT NOT NULL, at INTEGER NOT NULL, status INTEGER NOT NULL,"
    " wire_bytes INTEGER NOT NULL, elapsed_ms INTEGER NOT NULL, message TEXT);"
    "CREATE INDEX visit_page ON visit(page, at);"
    "CREATE TABLE robots(origin TEXT PRIMARY KEY, fetched_at INTEGER NOT NULL,"
    " status INTEGER NOT NULL, text BLOB NOT NULL) WITHOUT ROWID;";

/* --- opening --- */

static gboolean exec(Store *store, const char *sql, GError **error) {
    int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    if (code != SQLITE_OK) {
        statement_error(store, code, error);
        return FALSE;
    }
    return TRUE;
}

static gboolean read_number(Store *store, const char *sql, int *number, GError **error) {
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        *number = sqlite3_column_int(statement, 0);
        code = SQLITE_OK;
    }
    if (code != SQLITE_OK) {
        statement_error(store, code, error);
    }
    sqlite3_finalize(statement);
    return code == SQLITE_OK;
}

static gboolean create_schema(Store *store, GError **error) {
    g_autofree char *sql = g_strdup_printf(
        "BEGIN IMMEDIATE; PRAGMA application_id = %d; PRAGMA user_version = %d; %s COMMIT",
        APPLICATION_ID, STORE_FORMAT, schema);
    return exec(store, sql, error);
}

static gboolean check_format(Store *store, StoreMode mode, GError **error) {
    int application = 0, format = 0, tables = 0;
    if (!read_number(store, "PRAGMA application_id", &application, error) ||
        !read_number(store, "PRAGMA user_version", &format, error) ||
        !read_number(store, "SELECT count(*) FROM sqlite_master", &tables, error)) {
        return FALSE;
    }
    if (tables == 0 && mode == STORE_WRITE) {
        return create_schema(store, error);
    }
    if (application != APPLICATION_ID) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_DAMAGED,
                    "%s is not a Syllabus store: move it away or name another --library",
                    store->path);
        return FALSE;
    }
    if (format != STORE_FORMAT) {
        g_set_error(
            error, STORE_ERROR, STORE_ERROR_FORMAT,
            "%s has store format %d and this program reads format %d: use the %s program or "
            "start a new --library",
            store->path, format, STORE_FORMAT, format > STORE_FORMAT ? "newer" : "older");
        return FALSE;
    }
    return TRUE;
}

Store *store_open(const char *path, StoreMode mode, GError **error) {
    g_autoptr(Store) store = g_new0(Store, 1);
    store->path = g_strdup(path);
    int flags =
        mode == STORE_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    if (mode == STORE_READ && !g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_MISSING,
                    "no store at %s: run `indexer LIST` first", path);
        return NULL;
    }
    int code = sqlite3_open_v2(path, &store->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK) {
        statement_error(store, code, error);
        return NULL;
    }
    sqlite3_extended_result_codes(store->db, 0);
    sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
    if (!exec(store, "PRAGMA trusted_schema = OFF", error) ||
        (mode == STORE_WRITE &&
         !exec(store, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL", error)) ||
        !check_format(store, mode, error)) {
        return NULL;
    }
    return g_steal_pointer(&store);
}

void store_close(Store *store) {
    if (store == NULL) {
        return;
    }
    for (guint i = 0; i < STATEMENT_COUNT; i++) {
        sqlite3_finalize(store->prepared[i]);
    }
    sqlite3_close(store->db);
    g_free(store->path);
    g_free(store);
}

gboolean store_begin(Store *store, GError **error) {
    return statement_run_with(store, BEGIN, NULL, error);
}

gboolean store_commit(Store *store, GError **error) {
    return statement_run_with(store, COMMIT, NULL, error);
}

void store_rollback(Store *store) {
    if (sqlite3_get_autocommit(store->db) == 0) {
        statement_run_with(store, ROLLBACK, NULL, NULL);
    }
}

/* --- robots.txt, counts --- */

void store_robots_free(StoreRobots *robots) {
    if (robots != NULL) {
        g_free(robots->origin);
        g_free(robots->text);
        g_free(robots);
    }
}

gboolean store_put_robots(Store *store, const char *origin, gint64 now, guint status,
                          const char *text, gsize size, GError **error) {
    sqlite3_stmt *statement = statement_prepare(store, PUT_ROBOTS, error);
    if (statement == NULL) {
        return FALSE;
    }
    statement_bind(statement, 1, origin);
    sqlite3_bind_int64(statement, 2, now);
    sqlite3_bind_int64(statement, 3, status);
    sqlite3_bind_blob64(statement, 4, text, size, SQLITE_STATIC);
    return statement_run(store, statement, error);
}

GPtrArray *store_robots(Store *store, GError **error) {
    sqlite3_stmt *row = statement_prepare(store, ROBOTS, error);
    if (row == NULL) {
        return NULL;
    }
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)store_robots_free);
    GError *failure = NULL;
    while (statement_next(store, row, &failure)) {
        StoreRobots *robots = g_new0(StoreRobots, 1);
        robots->origin = statement_text(row, 0);
        robots->fetched_at = sqlite3_column_int64(row, 1);
        robots->status = (guint)sqlite3_column_int64(row, 2);
        const char *text = sqlite3_column_blob(row, 3); /* NULL for an empty one */
        robots->text = g_strndup(text != NULL ? text : "", (gsize)sqlite3_column_bytes(row, 3));
        g_ptr_array_add(all, robots);
    }
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return NULL;
    }
    return g_steal_pointer(&all);
}

gboolean store_counts(Store *store, StoreCounts *counts, GError **error) {
    sqlite3_stmt *row = statement_prepare(store, COUNTS, error);
    if (row == NULL || !statement_next(store, row, error)) {
        return FALSE;
    }
    *counts = (StoreCounts){
        .lists = (guint)sqlite3_column_int64(row, 0),
        .entries = (guint)sqlite3_column_int64(row, 1),
        .resources = (guint)sqlite3_column_int64(row, 2),
        .pages = (guint)sqlite3_column_int64(row, 3),
        .with_text = (guint)sqlite3_column_int64(row, 4),
        .failed = (guint)sqlite3_column_int64(row, 5),
        .body_bytes = (guint64)sqlite3_column_int64(row, 6),
    };
    return statement_run(store, row, error);
}
