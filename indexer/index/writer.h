/* The writer thread: feeds an Ingest from a bounded queue, so that the event loop of the crawl
 * never waits for the disk. What it takes is committed at the latest after WRITER_MAX_DELAY_MS, so
 * pages become searchable as they arrive. */
#pragma once

#include <glib.h>

#include "index/ingest.h"

#define WRITER_QUEUE_ITEMS  64
#define WRITER_MAX_DELAY_MS 2000

typedef struct Writer Writer;

/* Starts the thread, which alone uses ingest until writer_stop. wake(context), if not NULL, is
 * called from the thread whenever room was made in the queue or the writer failed. */
Writer *writer_start(Ingest *ingest, void (*wake)(gpointer context), gpointer context);
/* FALSE if there is no room just now, or the writer has failed: the item stays the caller's. */
gboolean writer_try_put_visit(Writer *writer, IngestVisit *visit);
gboolean writer_try_put_robots(Writer *writer, StoreRobots *robots);
/* Bytes of bodies in the queue. */
gsize writer_held_bytes(Writer *writer);
/* Whether a write failed; nothing more is taken then. */
gboolean writer_has_failed(Writer *writer);
/* Writes and commits everything that was taken, ends the thread, frees the writer. FALSE with the
 * first error. */
gboolean writer_stop(Writer *writer, GError **error);
