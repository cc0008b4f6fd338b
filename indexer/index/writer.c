#include "index/writer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "syllabus/queue.h"

/* One thing to write; exactly one member is set. */
typedef struct Item {
    IngestVisit *visit;
    StoreRobots *robots;
} Item;

struct Writer {
    Ingest *ingest;
    SylQueue *queue;
    void (*wake)(gpointer context);
    gpointer context;
    pthread_t thread;
    atomic_bool failed;
    atomic_size_t held_bytes;
    GError *error; /* written by the thread before it ends, read after the join */
};

static void item_free(gpointer data) {
    Item *item = data;
    ingest_visit_free(item->visit);
    store_robots_free(item->robots);
    g_free(item);
}

static gsize item_bytes(const Item *item) {
    return item->visit != NULL && item->visit->body != NULL ? g_bytes_get_size(item->visit->body)
                                                            : 0;
}

static gboolean write_item(Writer *writer, const Item *item) {
    return item->visit != NULL ? ingest_put_visit(writer->ingest, item->visit, &writer->error)
                               : ingest_put_robots(writer->ingest, item->robots, &writer->error);
}

static void fail(Writer *writer) {
    atomic_store(&writer->failed, true);
    syl_queue_close(writer->queue);
}

static guint time_left_ms(gint64 batch_since_us) {
    gint64 left = batch_since_us / 1000 + WRITER_MAX_DELAY_MS - g_get_monotonic_time() / 1000;
    return left < 0 ? 0 : (guint)left;
}

static void *run(void *data) {
    Writer *writer = data;
    gint64 batch_since_us = 0;
    for (;;) {
        Item *item = batch_since_us == 0
                         ? syl_queue_pop(writer->queue)
                         : syl_queue_pop_timed(writer->queue, time_left_ms(batch_since_us));
        gboolean ok = TRUE;
        if (item != NULL) {
            batch_since_us = batch_since_us != 0 ? batch_since_us : g_get_monotonic_time();
            ok = write_item(writer, item);
            atomic_fetch_sub(&writer->held_bytes, item_bytes(item));
            item_free(item);
        }
        gboolean ended = item == NULL && batch_since_us == 0;
        if (ok && batch_since_us != 0 && (item == NULL || time_left_ms(batch_since_us) == 0)) {
            ok = ingest_flush(writer->ingest, &writer->error);
            batch_since_us = 0;
        }
        if (!ok) {
            fail(writer);
        }
        if (writer->wake != NULL) {
            writer->wake(writer->context);
        }
        if (!ok || ended) {
            return NULL;
        }
    }
}

Writer *writer_start(Ingest *ingest, void (*wake)(gpointer context), gpointer context) {
    Writer *writer = g_new0(Writer, 1);
    writer->ingest = ingest;
    writer->queue = syl_queue_new(WRITER_QUEUE_ITEMS, item_free);
    writer->wake = wake;
    writer->context = context;
    int code = pthread_create(&writer->thread, NULL, run, writer);
    if (code != 0) {
        g_error("no thread for the writer: %s",
                g_strerror(code)); /* as fatal as having no memory */
    }
    return writer;
}

static gboolean try_put(Writer *writer, Item value) {
    Item *item = g_new(Item, 1);
    *item = value;
    gsize bytes = item_bytes(item);
    atomic_fetch_add(&writer->held_bytes, bytes); /* first: the thread may be quicker */
    if (!syl_queue_try_push(writer->queue, item)) {
        atomic_fetch_sub(&writer->held_bytes, bytes);
        g_free(item);
        return FALSE;
    }
    return TRUE;
}

gboolean writer_try_put_visit(Writer *writer, IngestVisit *visit) {
    return try_put(writer, (Item){.visit = visit});
}

gboolean writer_try_put_robots(Writer *writer, StoreRobots *robots) {
    return try_put(writer, (Item){.robots = robots});
}

gsize writer_held_bytes(Writer *writer) {
    return atomic_load(&writer->held_bytes);
}

gboolean writer_has_failed(Writer *writer) {
    return atomic_load(&writer->failed);
}

gboolean writer_stop(Writer *writer, GError **error) {
    syl_queue_close(writer->queue);
    pthread_join(writer->thread, NULL);
    GError *failure = g_steal_pointer(&writer->error);
    syl_queue_free(writer->queue);
    g_free(writer);
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    return TRUE;
}
