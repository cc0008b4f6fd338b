/* A bounded queue between threads; back-pressure where a flow is slower than what feeds it. Items
 * change owner when pushed and popped. POSIX locks, since ThreadSanitizer understands them. */
#pragma once

#include <glib.h>

typedef struct SylQueue SylQueue;

/* capacity > 0. destroy frees items that are left at the end; may be NULL. */
SylQueue *syl_queue_new(gsize capacity, GDestroyNotify destroy);
/* No thread may be using it any more. */
void syl_queue_free(SylQueue *queue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SylQueue, syl_queue_free)

/* Waits for room. FALSE if the queue is closed: the item stays the caller's. */
gboolean syl_queue_push(SylQueue *queue, gpointer item);
/* FALSE at once if it is full or closed: the item stays the caller's. */
gboolean syl_queue_try_push(SylQueue *queue, gpointer item);
/* Waits for an item. NULL once the queue is closed and empty. */
gpointer syl_queue_pop(SylQueue *queue);
/* As pop, but NULL also after timeout_ms without one. */
gpointer syl_queue_pop_timed(SylQueue *queue, guint timeout_ms);
gsize syl_queue_length(SylQueue *queue);
/* No push succeeds any more; what is in it can still be popped. */
void syl_queue_close(SylQueue *queue);
