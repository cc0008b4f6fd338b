/* The store's plumbing, for the files of this folder: the statements it ever runs, and how they are
 * run. */
#pragma once

#include <glib.h>
#include <sqlite3.h>

#include "store/store.h"

/* Every statement the store ever runs; prepared when first needed. */
typedef enum Statement {
    BEGIN,
    COMMIT,
    ROLLBACK,
    PUT_LIST,
    LIST_ID,
    DELETE_ENTRIES,
    DELETE_LIST,
    LISTS,
    PUT_ENTRY,
    PUT_RESOURCE,
    RESOURCES,
    RESOURCE,
    ORPHANS,
    DELETE_RESOURCE,
    DELETE_PAGES,
    DELETE_CONTENT,
    DELETE_VISITS,
    SET_START,
    PUT_PAGE,
    PUT_VISIT,
    TRIM_VISITS,
    PUT_CONTENT,
    SET_HASHES,
    FORGET_CONTENT,
    DELETE_ONE_CONTENT,
    MARK_INDEXED,
    MARK_RESOURCE_INDEXED,
    PAGE,
    ALL_PAGES,
    RESOURCE_PAGES,
    PAGES_BY_TEXT,
    DOCUMENT,
    BODY,
    PUT_ROBOTS,
    ROBOTS,
    COUNTS,
    STATEMENT_COUNT,
} Statement;

struct Store {
    sqlite3 *db;
    char *path;
    sqlite3_stmt *prepared[STATEMENT_COUNT];
};

/* Says what SQLite said. */
void statement_error(const Store *store, int code, GError **error);
/* The statement, ready to bind; NULL with error. */
sqlite3_stmt *statement_prepare(Store *store, Statement which, GError **error);
/* text (NULL: none) must stay until the statement was run. */
void statement_bind(sqlite3_stmt *statement, int position, const char *text);
/* Moves to the next row: TRUE with one, FALSE at the end or with error. At the end the statement is
 * reset. */
gboolean statement_next(Store *store, sqlite3_stmt *statement, GError **error);
/* Runs it to its end. */
gboolean statement_run(Store *store, sqlite3_stmt *statement, GError **error);
/* Runs one with a single text parameter, or none (NULL). */
gboolean statement_run_with(Store *store, Statement which, const char *text, GError **error);
/* Runs one that sets one text column (NULL: none) of the row with this id. */
gboolean statement_set_by_id(Store *store, Statement which, const char *id, const char *value,
                             GError **error);
/* A copy of a column, NULL for NULL. */
char *statement_text(sqlite3_stmt *statement, int column);
