/* A library: the directory that holds the store and the index. Where its parts are, which
 * generation is live, and whether this program may read it. Any thread; a SylGeneration belongs to
 * who holds it.
 *
 *   LIBRARY/store.db               the store (indexer only)
 *   LIBRARY/indexer.lock           held (flock) by the one indexer that may write
 *   LIBRARY/index/current          one line: the name of the live generation; replaced by rename
 *   LIBRARY/index/gen-000001/      manifest.json and xapian/ */
#pragma once

#include <glib.h>

#define SYL_LIBRARY_ERROR (syl_library_error_quark())
GQuark syl_library_error_quark(void);
typedef enum SylLibraryError {
    SYL_LIBRARY_ERROR_MISSING, /* no library, or no index in it yet */
    SYL_LIBRARY_ERROR_FORMAT,  /* made by an older or newer program */
    SYL_LIBRARY_ERROR_DAMAGED, /* present and unreadable */
    SYL_LIBRARY_ERROR_LOCKED,  /* another indexer works on it */
    SYL_LIBRARY_ERROR_SHRUNK,  /* a new generation is too small to go live by itself */
    SYL_LIBRARY_ERROR_IO,      /* the file system refused */
} SylLibraryError;

typedef struct SylGeneration {
    guint number;
    char *path;        /* LIBRARY/index/gen-NNNNNN */
    char *xapian_path; /* its xapian directory */
} SylGeneration;
void syl_generation_free(SylGeneration *generation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SylGeneration, syl_generation_free)

/* The live generation, its manifest checked for the format number. MISSING, FORMAT, DAMAGED. */
SylGeneration *syl_library_current(const char *library, GError **error);

/* Makes the directories where absent, takes the lock, returns its descriptor; closing it gives the
 * lock back. -1 on failure: LOCKED, IO. */
int syl_library_lock(const char *library, GError **error);

/* A new, empty generation directory with an unsealed manifest, not live yet. The caller holds the
 * lock. */
SylGeneration *syl_library_create_generation(const char *library, GError **error);

/* Makes a generation the live one: fsync of the pointer file, rename, fsync of the directory. */
gboolean syl_library_publish(const char *library, const SylGeneration *generation, GError **error);

/* The manifest says whether the generation is sealed, and once it is, how many pages and documents
 * it holds and the SHA-256 of every file. Unsealing comes before the first write, sealing after the
 * last. */
gboolean syl_library_unseal(const SylGeneration *generation, GError **error);
gboolean syl_library_seal(const SylGeneration *generation, guint pages, guint documents,
                          GError **error);

/* Removes every generation but the live one and the one before it. */
gboolean syl_library_prune(const char *library, GError **error);

/* LIBRARY/store.db. Caller frees. */
char *syl_library_store_path(const char *library);

/* Writes a whole small file durably: temporary file, fsync, rename, fsync of the directory. */
gboolean syl_library_write_file(const char *path, const char *contents, gsize size, GError **error);
