#include "syllabus/queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct SylQueue {
    pthread_mutex_t lock;
    pthread_cond_t not_full, not_empty;
    gsize capacity;
    GDestroyNotify destroy;
    /* guarded by lock */
    gpointer *ring; /* capacity slots */
    gsize first, length;
    gboolean closed;
};

SylQueue *syl_queue_new(gsize capacity, GDestroyNotify destroy) {
    g_assert(capacity > 0);
    SylQueue *queue = g_new0(SylQueue, 1);
    queue->capacity = capacity;
    queue->destroy = destroy;
    queue->ring = g_new(gpointer, capacity);
    pthread_mutex_init(&queue->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes,
                              CLOCK_MONOTONIC); /* a set clock must not stretch waits */
    pthread_cond_init(&queue->not_full, &attributes);
    pthread_cond_init(&queue->not_empty, &attributes);
    pthread_condattr_destroy(&attributes);
    return queue;
}

void syl_queue_free(SylQueue *queue) {
    if (queue == NULL) {
        return;
    }
    if (queue->destroy != NULL) {
        for (gsize i = 0; i < queue->length; i++) {
            queue->destroy(queue->ring[(queue->first + i) % queue->capacity]);
        }
    }
    pthread_cond_destroy(&queue->not_empty);
    pthread_cond_destroy(&queue->not_full);
    pthread_mutex_destroy(&queue->lock);
    g_free(queue->ring);
    g_free(queue);
}

/* The caller holds the lock and there is room. */
static void append(SylQueue *queue, gpointer item) {
    queue->ring[(queue->first + queue->length++) % queue->capacity] = item;
    pthread_cond_signal(&queue->not_empty);
}

/* The caller holds the lock. */
static gpointer take_first(SylQueue *queue) {
    if (queue->length == 0) {
        return NULL;
    }
    gpointer item = queue->ring[queue->first];
    queue->first = (queue->first + 1) % queue->capacity;
    queue->length--;
    pthread_cond_signal(&queue->not_full);
    return item;
}

gboolean syl_queue_push(SylQueue *queue, gpointer item) {
    g_assert(item != NULL);
    pthread_mutex_lock(&queue->lock);
    while (queue->length == queue->capacity && !queue->closed) {
        pthread_cond_wait(&queue->not_full, &queue->lock);
    }
    gboolean taken = !queue->closed;
    if (taken) {
        append(queue, item);
    }
    pthread_mutex_unlock(&queue->lock);
    return taken;
}

gboolean syl_queue_try_push(SylQueue *queue, gpointer item) {
    g_assert(item != NULL);
    pthread_mutex_lock(&queue->lock);
    gboolean taken = !queue->closed && queue->length < queue->capacity;
    if (taken) {
        append(queue, item);
    }
    pthread_mutex_unlock(&queue->lock);
    return taken;
}

gpointer syl_queue_pop(SylQueue *queue) {
    pthread_mutex_lock(&queue->lock);
    while (queue->length == 0 && !queue->closed) {
        pthread_cond_wait(&queue->not_empty, &queue->lock);
    }
    gpointer item = take_first(queue);
    pthread_mutex_unlock(&queue->lock);
    return item;
}

gpointer syl_queue_pop_timed(SylQueue *queue, guint timeout_ms) {
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += (time_t)(timeout_ms / 1000);
    end.tv_nsec += (long)(timeout_ms % 1000) * 1000000L;
    if (end.tv_nsec >= 1000000000L) {
        end.tv_sec++;
        end.tv_nsec -= 1000000000L;
    }
    pthread_mutex_lock(&queue->lock);
    while (queue->length == 0 && !queue->closed) {
        if (pthread_cond_timedwait(&queue->not_empty, &queue->lock, &end) == ETIMEDOUT) {
            break;
        }
    }
    gpointer item = take_first(queue);
    pthread_mutex_unlock(&queue->lock);
    return item;
}

gsize syl_queue_length(SylQueue *queue) {
    pthread_mutex_lock(&queue->lock);
    gsize length = queue->length;
    pthread_mutex_unlock(&queue->lock);
    return length;
}

void syl_queue_close(SylQueue *queue) {
    pthread_mutex_lock(&queue->lock);
    queue->closed = TRUE;
    pthread_cond_broadcast(&queue->not_full);
    pthread_cond_broadcast(&queue->not_empty);
    pthread_mutex_unlock(&queue->lock);
}
