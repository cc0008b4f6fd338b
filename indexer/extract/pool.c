/* DESIGN
 * A job waits until fewer than `workers` jobs run, then goes to an idle worker of its profile, or
 * to a new one. A worker has one job at a time: the request is written, then the reply read, as far
 * as the socket takes or gives without blocking. The end of the stream is the sign of a worker's
 * death; only then is waitpid called, so no SIGCHLD is needed. Whatever goes wrong in a job ends
 * the worker: it is killed with its process group, for a converter that it started must go too. */
#include "extract/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "extract/sandbox.h"
#include "extract/worker.h"

/* How long a worker may take to end by itself, before it is killed. */
#define RETIRE_MS 1000L
/* A body is a PDF if this stands near its beginning; only those need the profile that converts. */
#define PDF_MARK       "%PDF-"
#define PDF_MARK_BYTES 1024

/* Jobs after which a worker is replaced: bounds what libraries leak. */
static const guint jobs_of_profile[] = {[SANDBOX_PARSE] = 5000, [SANDBOX_CONVERT] = 50};

typedef struct Job {
    gpointer handle; /* the submitter's */
    guint8 *frame;   /* NULL once it is written, and if the body was too large for one */
    gsize frame_size;
    SandboxProfile profile;
} Job;

typedef struct Worker {
    pid_t pid; /* also its process group */
    int fd;
    SandboxProfile profile;
    guint jobs_done;
    gboolean retiring;  /* told to end; gets no job any more */
    gint64 deadline_us; /* of the job, or of retiring; monotonic */
    Job *job;           /* NULL: idle */
    gsize sent;         /* bytes of job->frame */
    gsize received;     /* bytes of header and reply */
    guint8 header[WORKER_HEADER_BYTES];
    guint8 *reply; /* NULL until the header is whole */
    gsize reply_size;
} Worker;

struct Pool {
    guint limit; /* of jobs that run at once */
    guint wall_ms;
    PoolDone done;
    gpointer context;
    GQueue waiting;     /* Job * */
    GPtrArray *workers; /* Worker * */
    guint running;      /* workers with a job */
};

typedef enum Progress {
    PROGRESS_BLOCKED, /* the socket gives or takes nothing now */
    PROGRESS_DONE,
    PROGRESS_LOST,  /* the worker has gone */
    PROGRESS_BROKEN /* what it says is no reply */
} Progress;

static void job_free(Job *job) {
    g_free(job->frame);
    g_free(job);
}

/* Starting and ending processes */

static int spawn_with(const posix_spawn_file_actions_t *actions,
                      const posix_spawnattr_t *attributes, pid_t *pid) {
    char program[] = "/proc/self/exe", argument[] = POOL_WORKER_ARGUMENT;
    char *arguments[] = {program, argument, NULL};
    return posix_spawn(pid, program, actions, attributes, arguments, environ);
}

#ifdef SYL_SANITIZED
static const int last_silent_fd = 1; /* sanitizers report on standard error */
#else
static const int last_silent_fd = 2; /* a library's complaint would break the progress line */
#endif

/* A group of its own, so that it can be killed together with what it started; default signals. */
static int spawn_process(int socket, pid_t *pid) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    for (int fd = 0; fd <= last_silent_fd; fd++) {
        posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
    }
    posix_spawn_file_actions_adddup2(&actions, socket, POOL_WORKER_FD);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setpgroup(&attributes, 0);
    int failure = spawn_with(&actions, &attributes, pid);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return failure;
}

static gboolean fail_to_start(GError **error, int number) {
    g_set_error(error, EXTRACT_ERROR, EXTRACT_ERROR_WORKER, "cannot start an extractor: %s",
                g_strerror(number));
    return FALSE;
}

static gboolean start_process(SandboxProfile profile, int *fd, pid_t *pid, GError **error) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        return fail_to_start(error, errno);
    }
    int failure = spawn_process(pair[1], pid);
    close(pair[1]);
    guint8 first_byte = (guint8)profile;
    if (failure == 0 && send(pair[0], &first_byte, 1, MSG_NOSIGNAL) == 1) {
        *fd = pair[0];
        return TRUE;
    }
    if (failure == 0) {
        failure = errno;
        kill(-*pid, SIGKILL);
        waitpid(*pid, NULL, 0);
    }
    close(pair[0]);
    return fail_to_start(error, failure);
}

static Worker *worker_start(SandboxProfile profile, GError **error) {
    int fd = -1;
    pid_t pid = -1;
    if (!start_process(profile, &fd, &pid, error)) {
        return NULL;
    }
    Worker *worker = g_new0(Worker, 1);
    worker->fd = fd;
    worker->pid = pid;
    worker->profile = profile;
    return worker;
}

/* Ends the process and returns how it had ended: a signal comes too late for one that is gone
 * already, and for one that is about to go. -1 where that is not known. */
static int worker_end(Worker *worker) {
    int status = -1;
    pid_t waited;
    kill(-worker->pid, SIGKILL);
    do {
        waited = waitpid(worker->pid, &status, 0);
    } while (waited < 0 && errno == EINTR);
    close(worker->fd);
    if (worker->job != NULL) {
        job_free(worker->job);
    }
    g_free(worker->reply);
    g_free(worker);
    return waited < 0 ? -1 : status;
}

static void worker_retire(Worker *worker) {
    worker->retiring = TRUE;
    worker->deadline_us = g_get_monotonic_time() + RETIRE_MS * 1000;
    shutdown(worker->fd, SHUT_WR);
}

/* Whether an idle worker waits for a job, as it should: it has neither gone nor said anything. */
static gboolean worker_is_quiet(const Worker *worker) {
    guint8 byte;
    ssize_t got;
    do {
        got = recv(worker->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    } while (got < 0 && errno == EINTR);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

/* Talking */

static Progress blocked_or_lost(void) {
    return errno == EAGAIN || errno == EWOULDBLOCK ? PROGRESS_BLOCKED : PROGRESS_LOST;
}

static Progress worker_send(Worker *worker) {
    Job *job = worker->job;
    while (job->frame != NULL && worker->sent < job->frame_size) {
        ssize_t sent = send(worker->fd, job->frame + worker->sent, job->frame_size - worker->sent,
                            MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent < 0) {
            return blocked_or_lost();
        }
        worker->sent += (gsize)sent;
    }
    g_clear_pointer(&job->frame, g_free);
    return PROGRESS_DONE;
}

/* Reads into bytes until *received reaches end; bytes[0] is the stream's byte number start. */
static Progress receive_until(Worker *worker, guint8 *bytes, gsize start, gsize end) {
    while (worker->received < end) {
        ssize_t got = recv(worker->fd, bytes + (worker->received - start), end - worker->received,
                           MSG_DONTWAIT);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return blocked_or_lost();
        }
        if (got == 0) {
            return PROGRESS_LOST;
        }
        worker->received += (gsize)got;
    }
    return PROGRESS_DONE;
}

static Progress worker_receive(Worker *worker) {
    Progress progress = receive_until(worker, worker->header, 0, WORKER_HEADER_BYTES);
    if (progress != PROGRESS_DONE) {
        return progress;
    }
    if (worker->reply == NULL) {
        worker->reply_size = worker_read_header(worker->header, WORKER_REPLY_MAX_BYTES);
        if (worker->reply_size == 0) {
            return PROGRESS_BROKEN;
        }
        worker->reply = g_malloc(worker->reply_size);
    }
    return receive_until(worker, worker->reply, WORKER_HEADER_BYTES,
                         WORKER_HEADER_BYTES + worker->reply_size);
}

/* One step of a job. Who replies before it has the whole request does not keep to the protocol. */
static Progress worker_step(Worker *worker) {
    Progress sending = worker_send(worker);
    Progress receiving = worker_receive(worker);
    if (sending == PROGRESS_LOST) {
        return PROGRESS_LOST;
    }
    if (sending == PROGRESS_BLOCKED && receiving == PROGRESS_DONE) {
        return PROGRESS_BROKEN;
    }
    return receiving;
}

/* Jobs */

/* Frees the job once the submitter has heard. Takes over document. */
static void job_finish(Pool *pool, Job *job, Document *document, const GError *error) {
    pool->done(job->handle, document, error, pool->context);
    job_free(job);
}

static GError *describe_end(int status) {
    int number = status != -1 && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (number == SIGXCPU) {
        return g_error_new(EXTRACT_ERROR, EXTRACT_ERROR_WORKER, "extractor used over %d s of CPU",
                           POOL_WORKER_CPU_S);
    }
    if (number == SIGABRT || number == SIGTRAP) { /* GLib ends a program that is out of memory so */
        return g_error_new(EXTRACT_ERROR, EXTRACT_ERROR_WORKER,
                           "extractor crashed or ran out of %lu MiB of memory",
                           POOL_WORKER_MEMORY_BYTES / (1024UL * 1024));
    }
    if (number != 0) {
        return g_error_new(EXTRACT_ERROR, EXTRACT_ERROR_WORKER, "extractor crashed (%s)",
                           g_strsignal(number));
    }
    if (status != -1 && WIFEXITED(status)) {
        return g_error_new(EXTRACT_ERROR, EXTRACT_ERROR_WORKER, "extractor ended with exit code %d",
                           WEXITSTATUS(status));
    }
    return g_error_new(EXTRACT_ERROR, EXTRACT_ERROR_WORKER, "extractor ended");
}

static void forget_worker(Pool *pool, guint index) {
    g_ptr_array_remove_index_fast(pool->workers, index);
}

/* Ends a worker in the middle of its job. reason: why, or NULL: how it died says it. */
static void fail_worker(Pool *pool, guint index, GError *reason) {
    Worker *worker = g_ptr_array_index(pool->workers, index);
    Job *job = g_steal_pointer(&worker->job);
    pool->running--;
    forget_worker(pool, index);
    int status = worker_end(worker);
    g_autoptr(GError) error = reason != NULL ? reason : describe_end(status);
    job_finish(pool, job, NULL, error);
}

static void fail_broken(Pool *pool, guint index) {
    fail_worker(pool, index,
                g_error_new(EXTRACT_ERROR, EXTRACT_ERROR_WORKER, "extractor sent no valid reply"));
}

static void finish_worker(Pool *pool, guint index) {
    Worker *worker = g_ptr_array_index(pool->workers, index);
    g_autoptr(GError) failure = NULL;
    Document *document = NULL;
    gboolean valid = worker_unpack_reply(g_steal_pointer(&worker->reply), worker->reply_size,
                                         &document, &failure);
    if (!valid) {
        fail_broken(pool, index);
        return;
    }
    Job *job = g_steal_pointer(&worker->job);
    worker->sent = worker->received = 0;
    pool->running--;
    if (++worker->jobs_done >= jobs_of_profile[worker->profile]) {
        worker_retire(worker);
    }
    job_finish(pool, job, document, failure);
}

static void serve_running(Pool *pool, guint index, gint64 now) {
    Worker *worker = g_ptr_array_index(pool->workers, index);
    switch (worker_step(worker)) {
    case PROGRESS_DONE:
        finish_worker(pool, index);
        break;
    case PROGRESS_LOST:
        fail_worker(pool, index, NULL);
        break;
    case PROGRESS_BROKEN:
        fail_broken(pool, index);
        break;
    case PROGRESS_BLOCKED:
        if (now >= worker->deadline_us) {
            fail_worker(pool, index,
                        g_error_new(EXTRACT_ERROR, EXTRACT_ERROR_WORKER, "extractor took over %g s",
                                    pool->wall_ms / 1000.0));
        }
        break;
    }
}

/* A worker that died, or spoke, without a job is dropped. */
static void serve_idle(Pool *pool, guint index, gint64 now) {
    Worker *worker = g_ptr_array_index(pool->workers, index);
    if (worker_is_quiet(worker) && !(worker->retiring && now >= worker->deadline_us)) {
        return;
    }
    forget_worker(pool, index);
    worker_end(worker);
}

static Worker *find_idle(Pool *pool, SandboxProfile profile) {
    for (guint i = 0; i < pool->workers->len; i++) {
        Worker *worker = g_ptr_array_index(pool->workers, i);
        if (worker->job == NULL && !worker->retiring && worker->profile == profile &&
            worker_is_quiet(worker)) {
            return worker;
        }
    }
    return NULL;
}

static void start_job(Pool *pool, Job *job) {
    g_autoptr(GError) error = NULL;
    if (job->frame == NULL) {
        error = g_error_new(EXTRACT_ERROR, EXTRACT_ERROR_WORKER, "body over %lu bytes",
                            WORKER_BODY_MAX_BYTES);
        job_finish(pool, job, NULL, error);
        return;
    }
    Worker *worker = find_idle(pool, job->profile);
    if (worker == NULL) {
        worker = worker_start(job->profile, &error);
        if (worker == NULL) {
            job_finish(pool, job, NULL, error);
            return;
        }
        g_ptr_array_add(pool->workers, worker);
    }
    worker->job = job;
    worker->deadline_us = g_get_monotonic_time() + (gint64)pool->wall_ms * 1000;
    pool->running++;
    (void)worker_send(worker); /* a loss shows in the next dispatch */
}

/* The pool */

Pool *pool_new(guint workers, PoolDone done, gpointer context) {
    g_assert(workers > 0);
    Pool *pool = g_new0(Pool, 1);
    pool->limit = workers;
    pool->wall_ms = POOL_WORKER_WALL_S * 1000;
    pool->done = done;
    pool->context = context;
    pool->workers = g_ptr_array_new();
    g_queue_init(&pool->waiting);
    return pool;
}

void pool_set_wall_limit(Pool *pool, guint wall_ms) {
    pool->wall_ms = wall_ms;
}

void pool_free(Pool *pool) {
    if (pool == NULL) {
        return;
    }
    for (guint i = 0; i < pool->workers->len; i++) {
        Worker *worker = g_ptr_array_index(pool->workers, i);
        if (worker->job == NULL) {
            worker_retire(worker);
        }
    }
    for (guint i = 0; i < pool->workers->len; i++) {
        Worker *worker = g_ptr_array_index(pool->workers, i);
        struct pollfd end = {.fd = worker->fd, .events = POLLIN};
        if (worker->job == NULL) {
            (void)poll(&end, 1, (int)RETIRE_MS);
        }
        worker_end(worker);
    }
    g_ptr_array_unref(pool->workers);
    g_queue_clear_full(&pool->waiting, (GDestroyNotify)job_free);
    g_free(pool);
}

gboolean pool_has_room(const Pool *pool) {
    return pool_busy(pool) < pool->limit;
}

guint pool_busy(const Pool *pool) {
    return pool->running + pool->waiting.length;
}

void pool_submit(Pool *pool, const ExtractInput *input, gpointer job) {
    Job *queued = g_new0(Job, 1);
    queued->handle = job;
    queued->frame = worker_pack_request(input, &queued->frame_size);
    gboolean is_pdf =
        memmem(input->bytes, MIN(input->size, PDF_MARK_BYTES), PDF_MARK, strlen(PDF_MARK)) != NULL;
    queued->profile = is_pdf ? SANDBOX_CONVERT : SANDBOX_PARSE;
    g_queue_push_tail(&pool->waiting, queued);
}

static void lower_timeout(int *timeout_ms, gint64 until_us) {
    gint64 left_ms = (until_us - g_get_monotonic_time() + 999) / 1000;
    int wait = (int)CLAMP(left_ms, 0, G_MAXINT);
    if (*timeout_ms < 0 || wait < *timeout_ms) {
        *timeout_ms = wait;
    }
}

guint pool_collect_fds(Pool *pool, struct pollfd *fds, guint max, int *timeout_ms) {
    if (pool->waiting.length > 0 && pool->running < pool->limit) {
        *timeout_ms = 0;
    }
    guint count = 0;
    for (guint i = 0; i < pool->workers->len; i++) {
        const Worker *worker = g_ptr_array_index(pool->workers, i);
        if (worker->job == NULL && !worker->retiring) {
            continue; /* looked at before it gets a job */
        }
        lower_timeout(timeout_ms, worker->deadline_us);
        gboolean writing = worker->job != NULL && worker->job->frame != NULL;
        if (count < max) {
            fds[count++] = (struct pollfd){.fd = worker->fd,
                                           .events = (short)(writing ? POLLIN | POLLOUT : POLLIN)};
        }
    }
    return count;
}

void pool_dispatch(Pool *pool) {
    gint64 now = g_get_monotonic_time();
    /* Backwards: a worker that is dropped is replaced by the last one, which was served. */
    for (guint i = pool->workers->len; i > 0; i--) {
        const Worker *worker = g_ptr_array_index(pool->workers, i - 1);
        if (worker->job != NULL) {
            serve_running(pool, i - 1, now);
        } else {
            serve_idle(pool, i - 1, now);
        }
    }
    while (pool->running < pool->limit && pool->waiting.length > 0) {
        start_job(pool, g_queue_pop_head(&pool->waiting));
    }
}
