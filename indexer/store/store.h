/* The store: one SQLite file that is the truth of a library. Lists and their entries, resources,
 * pages with what was fetched and extracted, visits, robots.txt. The index can always be made again
 * from it without the network.
 *
 * One connection belongs to one thread. Exactly one connection of a library is opened for writing
 * (by the writer thread of the indexer that holds the library's lock); readers see the last commit.
 * Every write belongs between store_begin and store_commit; what is committed survives a power cut
 * (WAL, synchronous=FULL). */
#pragma once

#include <glib.h>

#include "extract/document.h"
#include "list/list.h"

#define STORE_FORMAT             1
#define STORE_MAX_VISITS         20 /* kept per page, the newest */
#define STORE_MAX_DOCUMENT_BYTES (32 * 1024 * 1024)

#define STORE_ERROR (store_error_quark())
GQuark store_error_quark(void);
typedef enum StoreError {
    STORE_ERROR_MISSING, /* no store at that path (reading) */
    STORE_ERROR_FORMAT,  /* of another format number */
    STORE_ERROR_DAMAGED, /* no SQLite file, or a broken one */
    STORE_ERROR_IO,      /* disk full, locked, any other refusal */
} StoreError;

typedef enum StoreMode { STORE_READ, STORE_WRITE } StoreMode;

typedef struct Store Store;
/* STORE_WRITE makes the file where it is absent. */
Store *store_open(const char *path, StoreMode mode, GError **error);
void store_close(Store *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_close)

gboolean store_begin(Store *store, GError **error);
gboolean store_commit(Store *store, GError **error);
void store_rollback(Store *store);

/* --- lists, entries, resources --- */

/* What one or more entries point to. Entries whose addresses differ only in http or https are one
 * resource. */
typedef struct StoreResource {
    char *id;           /* syl_url_id of its address */
    char *url;          /* canonical address as the first entry gives it */
    char *start;        /* address after redirects, equal to url until it was fetched */
    char *indexed_hash; /* what the index holds of it, or NULL */
    GPtrArray *entries; /* StoreEntry *, by list and order */
} StoreResource;
typedef struct StoreEntry {
    char *list_title;
    ListEntry *entry;
} StoreEntry;
void store_resource_free(StoreResource *resource);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreResource, store_resource_free)

/* Replaces what the store knows of the list called source. Entries whose address is unusable are
 * left out and counted in *skipped (may be NULL). */
gboolean store_put_list(Store *store, const char *source, const List *list, gint64 now,
                        guint *skipped, GError **error);
/* The sources of all lists (char *), in the order they came in. */
GPtrArray *store_lists(Store *store, GError **error);
/* Forgets the list called source and its entries. FALSE without error if there is none. */
gboolean store_remove_list(Store *store, const char *source, GError **error);
/* Every resource that some list names: StoreResource *, in list order. */
GPtrArray *store_resources(Store *store, GError **error);
/* One of them; NULL with error (STORE_ERROR_DAMAGED) if no list names it. */
StoreResource *store_resource(Store *store, const char *resource_id, GError **error);
/* Resources that had entries once and have none now: ids (char *). Imported documents are not among
 * them. */
GPtrArray *store_orphans(Store *store, GError **error);
/* Forgets a resource and all its pages. */
gboolean store_remove_resource(Store *store, const char *resource_id, GError **error);
gboolean store_set_resource_start(Store *store, const char *resource_id, const char *start,
                                  GError **error);

/* --- pages --- */

typedef struct StorePage {
    char *id;            /* syl_url_id of its address; for an imported document its own id */
    char *url;           /* canonical */
    char *resource;      /* id of the resource it belongs to */
    guint depth;         /* links followed from the resource's start */
    char *moved_to;      /* id of the page a redirect named, or NULL */
    char *content_type;  /* or NULL */
    char *etag;          /* or NULL */
    char *last_modified; /* or NULL */
    guint status;        /* HTTP status of the last visit, 0 if none came */
    char *message;       /* why the last visit brought nothing, or NULL */
    gint64 fetched_at;   /* Unix time of the body that is stored, 0 if none */
    gint64 checked_at;   /* Unix time of the last visit, 0 if none */
    char *text_hash;     /* SHA-256 of the main text, or NULL: nothing extracted */
    char *document_hash; /* SHA-256 of the whole document, or NULL */
    char *indexed_hash;  /* what the index holds of it, or NULL */
    gboolean noindex;    /* the page asks not to be indexed */
} StorePage;
StorePage *store_page_copy(const StorePage *page);
void store_page_free(StorePage *page);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StorePage, store_page_free)

/* One visit: what a request for the page brought. */
typedef struct StoreVisit {
    gint64 at; /* Unix time */
    guint status;
    guint64 wire_bytes;
    guint elapsed_ms;
    const char *message; /* or NULL */
} StoreVisit;

/* Makes or updates the row of page->id (all members but text_hash, document_hash, indexed_hash and
 * noindex) and records the visit (NULL: none took place). */
gboolean store_put_page(Store *store, const StorePage *page, const StoreVisit *visit,
                        GError **error);
/* Replaces body (may be NULL: none is kept) and document of a page that has a row. text_hash and
 * document_hash follow from the document. */
gboolean store_put_content(Store *store, const char *page_id, GBytes *body,
                           const Document *document, GError **error);
/* The page has no content any more: its next visit is the first. */
gboolean store_forget_content(Store *store, const char *page_id, GError **error);
gboolean store_mark_resource_indexed(Store *store, const char *resource_id,
                                     const char *indexed_hash, GError **error);
gboolean store_mark_indexed(Store *store, const char *page_id, const char *indexed_hash,
                            GError **error);

/* NULL without error if there is no such page. */
StorePage *store_page(Store *store, const char *page_id, GError **error);
/* All pages, or those of one resource: StorePage *, by id. */
GPtrArray *store_pages(Store *store, const char *resource_id, GError **error);
/* The two best of a resource's pages that may be indexed and whose main text has this hash:
 * StorePage *, the one to keep first (shortest address, then by bytes). */
GPtrArray *store_pages_by_text(Store *store, const char *resource_id, const char *text_hash,
                               GError **error);
/* NULL without error if nothing was extracted from it. */
Document *store_document(Store *store, const char *page_id, GError **error);
/* The body as fetched; NULL without error if none is kept. */
GBytes *store_body(Store *store, const char *page_id, GError **error);

/* --- robots.txt --- */

typedef struct StoreRobots {
    char *origin; /* scheme://host:port */
    gint64 fetched_at;
    guint status; /* HTTP status, 0: unreachable */
    char *text;
} StoreRobots;
void store_robots_free(StoreRobots *robots);
gboolean store_put_robots(Store *store, const char *origin, gint64 now, guint status,
                          const char *text, gsize size, GError **error);
/* All of them: StoreRobots *. */
GPtrArray *store_robots(Store *store, GError **error);

/* --- counts for reports --- */

typedef struct StoreCounts {
    guint lists, entries, resources, pages, with_text, failed;
    guint64 body_bytes; /* as stored, compressed */
} StoreCounts;
gboolean store_counts(Store *store, StoreCounts *counts, GError **error);
