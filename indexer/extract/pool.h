/* The extractor's child processes. Foreign bytes are parsed only there: the program re-executed as
 * a worker, under RLIMIT_AS, RLIMIT_CPU and a wall clock, without network (seccomp where
 * available), speaking length-framed GVariant over a socketpair. A worker that crashes, hangs or
 * runs out of memory costs one page and is replaced.
 *
 * Used by one thread: an event loop that waits on the descriptors of pool_collect_fds and then
 * calls pool_dispatch. */
#pragma once

#include <glib.h>
#include <poll.h>

#include "extract/document.h"
#include "extract/extract.h"

#define POOL_WORKER_MEMORY_BYTES (512UL * 1024 * 1024)
#define POOL_WORKER_CPU_S        10
#define POOL_WORKER_WALL_S       30

typedef struct Pool Pool;

/* Called from pool_dispatch when a job has ended: a document (now the callee's) or an error, of
 * domain EXTRACT_ERROR. It may submit further jobs; it must not free the pool. */
typedef void (*PoolDone)(gpointer job, Document *document, const GError *error, gpointer context);

/* workers: how many jobs run at once. Processes start when needed; a PDF, whose worker may run
 * pdftotext, gets one of another kind, so there may be up to twice as many, half of them idle. The
 * workers die with the thread that calls pool_dispatch. */
Pool *pool_new(guint workers, PoolDone done, gpointer context);
/* Ends the workers; jobs in hand are forgotten without a call of done. */
void pool_free(Pool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pool, pool_free)

/* Another wall-clock limit for jobs that start from now on than POOL_WORKER_WALL_S. */
void pool_set_wall_limit(Pool *pool, guint wall_ms);

/* Whether a job given now would start at once. */
gboolean pool_has_room(const Pool *pool);
/* Jobs given and not done. */
guint pool_busy(const Pool *pool);
/* Queues a job. The input is copied; job is handed to done. */
void pool_submit(Pool *pool, const ExtractInput *input, gpointer job);

/* Descriptors to wait on, at most max; returns how many. *timeout_ms (-1: none) is lowered to the
 * nearest wall-clock limit, and to 0 if a job can start at once. */
guint pool_collect_fds(Pool *pool, struct pollfd *fds, guint max, int *timeout_ms);
/* Reads, writes and reaps without blocking. Call it after every wait. */
void pool_dispatch(Pool *pool);

/* The worker's side: serves jobs on descriptor fd until it closes. Returns the exit code. Called by
 * main when the program was started as a worker (argv[1] is POOL_WORKER_ARGUMENT). */
#define POOL_WORKER_ARGUMENT "--extract-worker"
#define POOL_WORKER_FD       3 /* what main passes on */
int pool_worker_main(int fd);
