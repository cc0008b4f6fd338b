/* Ingest: the one way into a library. It owns the store's write connection and the index writer,
 * and keeps the promise between them: a page's content is committed in the store, then its passages
 * in one Xapian transaction, then the store notes what the index holds. A process that dies
 * anywhere in between finds the difference at the next start and indexes those pages again from the
 * store.
 *
 * One thread at a time. The caller holds the library's lock. */
#pragma once

#include <signal.h>

#include <glib.h>

#include "extract/document.h"
#include "list/list.h"
#include "store/store.h"
#include "syllabus/library.h"

/* A batch is committed when it holds so many pages or bytes, or by ingest_flush. */
#define INGEST_BATCH_PAGES    500
#define INGEST_MIN_DISK_BYTES (16 * 1024 * 1024) /* no batch is written where less is left */
#define INGEST_BATCH_BYTES    (32 * 1024 * 1024)

typedef struct Ingest Ingest;

typedef struct IngestCounts {
    guint indexed; /* pages put into the index since opening */
    guint removed; /* pages taken out of it */
    guint commits;
} IngestCounts;

/* Opens the live generation of the library, or makes the first one. batch_pages 0:
 * INGEST_BATCH_PAGES. */
Ingest *ingest_open(const char *library, guint batch_pages, GError **error);
/* Opens a new generation beside the live one, which stays live until ingest_publish. */
Ingest *ingest_open_new_generation(const char *library, GError **error);
/* What was not flushed is left to the next start. */
void ingest_free(Ingest *ingest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ingest, ingest_free)

/* The write connection, for reading only. Borrowed. */
Store *ingest_store(Ingest *ingest);
const IngestCounts *ingest_counts(const Ingest *ingest);

/* Takes a list into the store. After all lists, ingest_reconcile makes their entries searchable. */
gboolean ingest_put_list(Ingest *ingest, const char *source, const List *list, gint64 now,
                         guint *skipped, GError **error);

/* Forgets a list; ingest_reconcile then removes what no other list names. FALSE without error if
 * the library has no such list. */
gboolean ingest_remove_list(Ingest *ingest, const char *source, GError **error);

/* One visit to a page, or without `visited` a change of what is known of it (its resource). body
 * and document are NULL where the visit brought no new content. start, if not NULL, is the address
 * where the page's resource now begins. */
typedef struct IngestVisit {
    StorePage *page;
    gboolean visited;
    StoreVisit visit;
    GBytes *body;
    Document *document;
    char *start;
} IngestVisit;
void ingest_visit_free(IngestVisit *visit);
gboolean ingest_put_visit(Ingest *ingest, const IngestVisit *visit, GError **error);
gboolean ingest_put_robots(Ingest *ingest, const StoreRobots *robots, GError **error);

/* Where *stop is not 0, ingest_reconcile leaves the rest to the next start. NULL: it never stops.
 */
void ingest_set_stop(Ingest *ingest, const volatile sig_atomic_t *stop);

/* Compares every resource and page with what the index holds of it, resources first, and brings the
 * index up to date. Pages of resources that no list names any more are removed. */
gboolean ingest_reconcile(Ingest *ingest, GError **error);

/* Commits the batch: when it returns TRUE, everything put before survives kill -9 and power loss
 * and is searchable. */
gboolean ingest_flush(Ingest *ingest, GError **error);

/* Makes a new generation the live one, unless it is suspiciously smaller (SYL_LIBRARY_ERROR_SHRUNK)
 * and not forced. */
gboolean ingest_publish(Ingest *ingest, gboolean force, GError **error);

/* Flushes and writes the manifest's hashes. */
gboolean ingest_seal(Ingest *ingest, GError **error);
