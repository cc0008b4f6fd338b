#include "store/statements.h"

#define PAGE_COLUMNS                                                                               \
    "id, url, resource, depth, moved_to, content_type, etag, last_modified, status, message,"      \
    " fetched_at, checked_at, text_hash, document_hash, indexed_hash, noindex"

#define RESOURCE_COLUMNS                                                                           \
    "r.id, r.url, r.start, l.title, e.url, e.text, e.heading, e.note, e.section_text, e.ordinal,"  \
    " e.line, r.indexed_hash FROM entry e JOIN resource r ON r.id = e.resource"                    \
    " JOIN list l ON l.id = e.list"

static const char *const statements[STATEMENT_COUNT] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [PUT_LIST] = "INSERT INTO list(source, title, read_at) VALUES(?1, ?2, ?3)"
                 " ON CONFLICT(source) DO UPDATE SET title = ?2, read_at = ?3",
    [LIST_ID] = "SELECT id FROM list WHERE source = ?1",
    [DELETE_ENTRIES] = "DELETE FROM entry WHERE list = ?1",
    [DELETE_LIST] = "DELETE FROM list WHERE id = ?1",
    [LISTS] = "SELECT source FROM list ORDER BY id",
    [PUT_ENTRY] = "INSERT INTO entry VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [PUT_RESOURCE] = "INSERT INTO resource VALUES(?1, ?2, ?2, NULL) ON CONFLICT(id) DO NOTHING",
    [RESOURCES] = "SELECT " RESOURCE_COLUMNS " ORDER BY e.list, e.ordinal",
    [RESOURCE] = "SELECT " RESOURCE_COLUMNS " WHERE r.id = ?1 ORDER BY e.list, e.ordinal",
    [ORPHANS] = "SELECT id FROM resource WHERE id NOT IN (SELECT resource FROM entry)",
    [DELETE_RESOURCE] = "DELETE FROM resource WHERE id = ?1",
    [DELETE_PAGES] = "DELETE FROM page WHERE resource = ?1",
    [DELETE_CONTENT] =
        "DELETE FROM content WHERE page IN (SELECT id FROM page WHERE resource = ?1)",
    [DELETE_VISITS] = "DELETE FROM visit WHERE page IN (SELECT id FROM page WHERE resource = ?1)",
    [SET_START] = "UPDATE resource SET start = ?2 WHERE id = ?1",
    [PUT_PAGE] =
        "INSERT INTO page(id, url, resource, depth, moved_to, content_type, etag,"
        " last_modified, status, message, fetched_at, checked_at)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
        " ON CONFLICT(id) DO UPDATE SET url = ?2, resource = ?3, depth = ?4, moved_to = ?5,"
        " content_type = ?6, etag = ?7, last_modified = ?8, status = ?9, message = ?10,"
        " fetched_at = ?11, checked_at = ?12",
    [PUT_VISIT] = "INSERT INTO visit VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [TRIM_VISITS] =
        "DELETE FROM visit WHERE page = ?1 AND rowid NOT IN"
        " (SELECT rowid FROM visit WHERE page = ?1 ORDER BY at DESC, rowid DESC LIMIT ?2)",
    [PUT_CONTENT] =
        "INSERT INTO content VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(page) DO UPDATE"
        " SET body = ?2, body_size = ?3, document = ?4, document_size = ?5, version = ?6",
    [SET_HASHES] = "UPDATE page SET text_hash = ?2, document_hash = ?3, noindex = ?4 WHERE id = ?1",
    [FORGET_CONTENT] = "UPDATE page SET text_hash = NULL, document_hash = NULL,"
                       " indexed_hash = NULL WHERE id = ?1",
    [DELETE_ONE_CONTENT] = "DELETE FROM content WHERE page = ?1",
    [MARK_INDEXED] = "UPDATE page SET indexed_hash = ?2 WHERE id = ?1",
    [MARK_RESOURCE_INDEXED] = "UPDATE resource SET indexed_hash = ?2 WHERE id = ?1",
    [PAGE] = "SELECT " PAGE_COLUMNS " FROM page WHERE id = ?1",
    [ALL_PAGES] = "SELECT " PAGE_COLUMNS " FROM page ORDER BY id",
    [RESOURCE_PAGES] = "SELECT " PAGE_COLUMNS " FROM page WHERE resource = ?1 ORDER BY id",
    [PAGES_BY_TEXT] = "SELECT " PAGE_COLUMNS " FROM page WHERE resource = ?1 AND text_hash = ?2"
                      " AND noindex = 0 AND moved_to IS NULL ORDER BY length(url), url LIMIT 2",
    [DOCUMENT] = "SELECT document, document_size, version FROM content WHERE page = ?1",
    [BODY] = "SELECT body, body_size FROM content WHERE page = ?1 AND body IS NOT NULL",
    [PUT_ROBOTS] = "INSERT INTO robots VALUES(?1, ?2, ?3, ?4) ON CONFLICT(origin) DO UPDATE SET"
                   " fetched_at = ?2, status = ?3, text = ?4",
    [ROBOTS] = "SELECT origin, fetched_at, status, text FROM robots ORDER BY origin",
    [COUNTS] =
        "SELECT (SELECT count(*) FROM list), (SELECT count(*) FROM entry),"
        " (SELECT count(*) FROM resource), (SELECT count(*) FROM page WHERE moved_to IS NULL),"
        " (SELECT count(*) FROM page WHERE text_hash IS NOT NULL),"
        " (SELECT count(*) FROM page WHERE message IS NOT NULL),"
        " (SELECT coalesce(sum(length(body)), 0) FROM content)",
};

void statement_error(const Store *store, int code, GError **error) {
    StoreError kind =
        code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? STORE_ERROR_DAMAGED : STORE_ERROR_IO;
    g_set_error(error, STORE_ERROR, (int)kind, "%s: %s", store->path,
                store->db != NULL ? sqlite3_errmsg(store->db) : sqlite3_errstr(code));
}

sqlite3_stmt *statement_prepare(Store *store, Statement which, GError **error) {
    sqlite3_stmt **statement = &store->prepared[which];
    if (*statement == NULL) {
        int code = sqlite3_prepare_v3(store->db, statements[which], -1, SQLITE_PREPARE_PERSISTENT,
                                      statement, NULL);
        if (code != SQLITE_OK) {
            statement_error(store, code, error);
            return NULL;
        }
    }
    return *statement;
}

void statement_bind(sqlite3_stmt *statement, int position, const char *text) {
    sqlite3_bind_text(statement, position, text, -1, SQLITE_STATIC);
}

gboolean statement_next(Store *store, sqlite3_stmt *statement, GError **error) {
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        return TRUE;
    }
    if (code != SQLITE_DONE) {
        statement_error(store, code, error);
    }
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return FALSE;
}

gboolean statement_run(Store *store, sqlite3_stmt *statement, GError **error) {
    GError *failure = NULL;
    while (statement_next(store, statement, &failure)) {
    }
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    return TRUE;
}

gboolean statement_run_with(Store *store, Statement which, const char *text, GError **error) {
    sqlite3_stmt *statement = statement_prepare(store, which, error);
    if (statement == NULL) {
        return FALSE;
    }
    if (text != NULL) {
        statement_bind(statement, 1, text);
    }
    return statement_run(store, statement, error);
}

gboolean statement_set_by_id(Store *store, Statement which, const char *id, const char *value,
                             GError **error) {
    sqlite3_stmt *statement = statement_prepare(store, which, error);
    if (statement == NULL) {
        return FALSE;
    }
    statement_bind(statement, 1, id);
    statement_bind(statement, 2, value);
    return statement_run(store, statement, error);
}

char *statement_text(sqlite3_stmt *statement, int column) {
    return g_strdup((const char *)sqlite3_column_text(statement, column));
}
