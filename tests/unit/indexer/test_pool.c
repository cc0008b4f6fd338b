#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "extract/pool.h"
#include "extract/worker.h"

#ifdef SYL_SANITIZED
static const gboolean sanitized = TRUE;
#else
static const gboolean sanitized = FALSE;
#endif
#if __has_include(<seccomp.h>)
static const gboolean has_filter = TRUE;
#else
static const gboolean has_filter = FALSE;
#endif

/* The worker's side: this program again, with an extractor that misbehaves on demand. A body of
 * "!name" asks for one of these; any other goes to the real extractor. */

static void die_of(int number) {
    signal(number, SIG_DFL); /* sanitizers catch some */
    raise(number);
}

static void misbehave_crash(const ExtractInput *input, Document *document) {
    (void)input, (void)document;
    die_of(SIGSEGV);
}

static void misbehave_abort(const ExtractInput *input, Document *document) {
    (void)input, (void)document;
    die_of(SIGABRT);
}

static void misbehave_spin(const ExtractInput *input, Document *document) {
    (void)input, (void)document;
    die_of(SIGXCPU); /* what the kernel sends at the limit that "!limits" shows */
}

static void misbehave_hang(const ExtractInput *input, Document *document) {
    (void)input, (void)document;
    for (;;) {
        pause();
    }
}

static void misbehave_exit(const ExtractInput *input, Document *document) {
    (void)input, (void)document;
    _exit(7);
}

static void misbehave_eat(const ExtractInput *input, Document *document) {
    (void)input;
    volatile guint8 *eaten = g_malloc(POOL_WORKER_MEMORY_BYTES);
    eaten[0] = 0;
    document->noindex = eaten[0] == 1;
}

static void say_bytes(const char *bytes, gsize size) {
    ssize_t written = write(POOL_WORKER_FD, bytes, size);
    (void)written;
}

static void misbehave_say_huge(const ExtractInput *input, Document *document) {
    say_bytes("\xff\xff\xff\x7f rest", 9);
    misbehave_hang(input, document);
}

static void misbehave_say_nothing(const ExtractInput *input, Document *document) {
    say_bytes("\0\0\0\0", 4);
    misbehave_hang(input, document);
}

static void misbehave_say_garbage(const ExtractInput *input, Document *document) {
    say_bytes("\x08\0\0\0garbage!", 12);
    misbehave_hang(input, document);
}

/* Behaves, and then says more than it was asked. */
static void misbehave_say_twice(const ExtractInput *input, Document *document) {
    (void)input, (void)document;
    g_autoptr(Document) early = document_new();
    g_autoptr(GVariant) reply =
        g_variant_ref_sink(g_variant_new("(us@m" DOCUMENT_VARIANT_TYPE ")", 0, "",
                                         g_variant_new_maybe(NULL, document_to_variant(early))));
    gsize size = g_variant_get_size(reply);
    g_autofree char *bytes = g_malloc(4 + size);
    guint32 header = GUINT32_TO_LE((guint32)size);
    memcpy(bytes, &header, 4);
    g_variant_store(reply, bytes + 4);
    say_bytes(bytes, 4 + size);
}

static void show_pid(const ExtractInput *input, Document *document) {
    (void)input;
    document->description = (g_free(document->description), g_strdup_printf("%d", (int)getpid()));
}

static gboolean denied(long result) {
    return result < 0 && (errno == EPERM || errno == EACCES);
}

/* One letter for everything that a worker may not do and could. */
static void show_freedom(const ExtractInput *input, Document *document) {
    g_autoptr(GString) may = g_string_new(NULL);
    gboolean is_pdf = g_str_has_prefix((const char *)input->bytes, "!freedom %PDF-");
    if (!denied(socket(AF_INET, SOCK_STREAM, 0)) || !denied(socket(AF_INET6, SOCK_DGRAM, 0)) ||
        !denied(socket(AF_UNIX, SOCK_STREAM, 0))) {
        g_string_append_c(may, 's');
    }
    if (!denied(syscall(SYS_ptrace, 0, 0, 0, 0))) {
        g_string_append_c(may, 't');
    }
    if (!denied(syscall(SYS_io_uring_setup, 1, NULL))) {
        g_string_append_c(may, 'u');
    }
    if (!is_pdf && !denied(open("/dev/null", O_WRONLY | O_CLOEXEC))) {
        g_string_append_c(may, 'w');
    }
    if (!is_pdf && !denied(syscall(SYS_execve, "/nowhere", NULL, NULL))) {
        g_string_append_c(may, 'x');
    }
    pid_t child = is_pdf ? -1 : fork();
    if (child == 0) {
        _exit(0);
    }
    if (child > 0) {
        g_string_append_c(may, 'f');
    }
    document->description = (g_free(document->description), g_strdup(may->str));
}

/* Limits as numbers, and the signals and descriptors that a worker must not inherit. */
static void show_limits(const ExtractInput *input, Document *document) {
    (void)input;
    struct rlimit cpu, core, memory;
    getrlimit(RLIMIT_CPU, &cpu);
    getrlimit(RLIMIT_CORE, &core);
    getrlimit(RLIMIT_AS, &memory);
    sigset_t blocked;
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    struct sigaction pipe, interrupt;
    sigaction(SIGPIPE, NULL, &pipe);
    sigaction(SIGINT, NULL, &interrupt);
    int death = 0;
    prctl(PR_GET_PDEATHSIG, &death);
    int open_fds = 0;
    for (int fd = POOL_WORKER_FD + 1; fd < 64; fd++) {
        open_fds += fcntl(fd, F_GETFD) >= 0;
    }
    document->description =
        (g_free(document->description),
         g_strdup_printf("cpu %d core %d memory %d blocked %d pipe %d int %d death %d privs %d "
                         "fds %d group %d",
                         cpu.rlim_cur <= POOL_WORKER_CPU_S + 2, core.rlim_cur == 0,
                         sanitized || memory.rlim_cur == POOL_WORKER_MEMORY_BYTES,
                         sigismember(&blocked, SIGTERM), pipe.sa_handler == SIG_DFL,
                         interrupt.sa_handler == SIG_IGN, death == SIGKILL,
                         prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), open_fds, getpgrp() == getpid()));
}

static void show_text(const ExtractInput *input, Document *document) {
    g_free(document->main);
    document->main = g_strndup((const char *)input->bytes, input->size);
}

static void show_names(const ExtractInput *input, Document *document) {
    document->description =
        (g_free(document->description),
         g_strdup_printf("%s|%s|%s", input->url != NULL ? input->url : "-",
                         input->content_type != NULL ? input->content_type : "-",
                         input->name != NULL ? input->name : "-"));
}

/* Starts a converter that never ends, leaves its number in the file `name`, and hangs with it. */
static void misbehave_convert(const ExtractInput *input, Document *document) {
    pid_t child = fork();
    if (child == 0) {
        execlp("sleep", "sleep", "600", (char *)NULL);
        _exit(127);
    }
    g_autofree char *number = g_strdup_printf("%d", (int)child);
    g_file_set_contents(input->name, number, -1, NULL);
    misbehave_hang(input, document);
}

static const struct {
    const char *body;
    void (*act)(const ExtractInput *input, Document *document);
} acts[] = {
    {"!crash", misbehave_crash},
    {"!abort", misbehave_abort},
    {"!spin", misbehave_spin},
    {"!hang", misbehave_hang},
    {"!exit", misbehave_exit},
    {"!eat", misbehave_eat},
    {"!huge", misbehave_say_huge},
    {"!nothing", misbehave_say_nothing},
    {"!garbage", misbehave_say_garbage},
    {"!twice", misbehave_say_twice},
    {"!pid", show_pid},
    {"!freedom", show_freedom},
    {"!limits", show_limits},
    {"!text", show_text},
    {"!names", show_names},
    {"!convert", misbehave_convert},
};

static Document *extract_on_demand(const ExtractInput *input, GError **error) {
    if (input->size >= 6 && memcmp(input->bytes, "!error", 6) == 0) {
        g_set_error(error, EXTRACT_ERROR, EXTRACT_ERROR_TOOL, "two\nlines\xff \x1b[31mred");
        return NULL;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(acts); i++) {
        gsize size = strlen(acts[i].body);
        if (input->size >= size && memcmp(input->bytes, acts[i].body, size) == 0) {
            Document *document = document_new();
            acts[i].act(input, document);
            return document;
        }
    }
    return extract_document(input, error);
}

/* The pool's side */

typedef struct Outcome {
    guint calls;
    Document *document;
    GError *error;
} Outcome;

static void note(gpointer job, Document *document, const GError *error, gpointer context) {
    Outcome *outcome = job;
    guint *finished = context;
    assert_true((document == NULL) != (error == NULL));
    outcome->calls++;
    outcome->document = document;
    outcome->error = error != NULL ? g_error_copy(error) : NULL;
    ++*finished;
}

static void outcome_clear(Outcome *outcome) {
    g_clear_pointer(&outcome->document, document_free);
    g_clear_error(&outcome->error);
    outcome->calls = 0;
}

static void submit(Pool *pool, const char *body, Outcome *outcome) {
    ExtractInput input = {.bytes = (const guint8 *)body, .size = strlen(body)};
    pool_submit(pool, &input, outcome);
}

static void wait_once(Pool *pool) {
    struct pollfd fds[16];
    int timeout_ms = 60000;
    guint count = pool_collect_fds(pool, fds, G_N_ELEMENTS(fds), &timeout_ms);
    (void)poll(fds, count, timeout_ms);
    pool_dispatch(pool);
}

static void run(Pool *pool) {
    while (pool_busy(pool) > 0) {
        wait_once(pool);
    }
}

static void run_one(Pool *pool, const char *body, Outcome *outcome) {
    submit(pool, body, outcome);
    run(pool);
    assert_int_equal(outcome->calls, 1);
}

static pid_t worker_of(Pool *pool, const char *body) {
    Outcome outcome = {0};
    run_one(pool, body, &outcome);
    assert_non_null(outcome.document);
    pid_t pid = (pid_t)g_ascii_strtoll(outcome.document->description, NULL, 10);
    outcome_clear(&outcome);
    return pid;
}

static void assert_no_child_is_left(void) {
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void an_ordinary_page_becomes_a_document(void **state) {
    (void)state;
    guint finished = 0;
    Outcome outcome = {0};
    Pool *pool = pool_new(1, note, &finished);
    static const char page[] = "<!DOCTYPE html><title>Sums</title><h1>Sums</h1><p>One and one.";
    ExtractInput input = {.url = "https://a.org/",
                          .content_type = "text/html",
                          .bytes = (const guint8 *)page,
                          .size = strlen(page)};
    pool_submit(pool, &input, &outcome);
    run(pool);
    assert_non_null(outcome.document);
    assert_string_equal(outcome.document->title, "Sums");
    outcome_clear(&outcome);
    pool_free(pool);
    assert_no_child_is_left();
}

static void what_goes_wrong_in_a_worker_costs_one_job_and_is_named(void **state) {
    (void)state;
    static const struct {
        const char *body, *says;
        gboolean unless_sanitized;
    } cases[] = {
        {"!crash", "crashed (Segmentation fault)", FALSE},
        {"!abort", "crashed or ran out of 512 MiB of memory", FALSE},
        {"!eat", "crashed or ran out of 512 MiB of memory", TRUE},
        {"!spin", "used over 10 s of CPU", FALSE},
        {"!exit", "ended with exit code 7", FALSE},
        {"!huge", "sent no valid reply", FALSE},
        {"!nothing", "sent no valid reply", FALSE},
        {"!garbage", "sent no valid reply", FALSE},
    };
    guint finished = 0;
    Pool *pool = pool_new(1, note, &finished);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (sanitized && cases[i].unless_sanitized) {
            continue;
        }
        Outcome bad = {0}, good = {0};
        submit(pool, cases[i].body, &bad);
        submit(pool, "!pid", &good);
        run(pool);
        assert_null(bad.document);
        assert_true(g_error_matches(bad.error, EXTRACT_ERROR, EXTRACT_ERROR_WORKER));
        if (strstr(bad.error->message, cases[i].says) == NULL) {
            fail_msg("%s: \"%s\" does not say \"%s\"", cases[i].body, bad.error->message,
                     cases[i].says);
        }
        assert_non_null(good.document);
        outcome_clear(&bad);
        outcome_clear(&good);
    }
    pool_free(pool);
    assert_no_child_is_left();
}

static void a_job_over_its_time_is_ended(void **state) {
    (void)state;
    guint finished = 0;
    Outcome outcome = {0};
    Pool *pool = pool_new(1, note, &finished);
    (void)worker_of(pool, "!pid"); /* starting a process does not count */
    pool_set_wall_limit(pool, 50);
    submit(pool, "!hang", &outcome);
    pool_dispatch(pool);
    struct pollfd fds[1];
    int timeout_ms = -1;
    assert_int_equal(pool_collect_fds(pool, fds, 1, &timeout_ms), 1);
    assert_in_range(timeout_ms, 0, 50);
    run(pool);
    assert_non_null(strstr(outcome.error->message, "took over 0.05 s"));
    outcome_clear(&outcome);
    pool_free(pool);
    assert_no_child_is_left();
}

static void the_extractors_own_error_arrives_as_one_clean_line(void **state) {
    (void)state;
    guint finished = 0;
    Outcome outcome = {0};
    Pool *pool = pool_new(1, note, &finished);
    run_one(pool, "!error", &outcome);
    assert_true(g_error_matches(outcome.error, EXTRACT_ERROR, EXTRACT_ERROR_TOOL));
    assert_string_equal(outcome.error->message, "two lines\xEF\xBF\xBD [31mred");
    outcome_clear(&outcome);
    pool_free(pool);
}

static void large_bodies_and_documents_pass_whole(void **state) {
    (void)state;
    guint finished = 0;
    Outcome outcome = {0};
    Pool *pool = pool_new(1, note, &finished);
    g_autofree char *body = g_strnfill(DOCUMENT_MAX_MAIN_BYTES - 1, 'x');
    memcpy(body, "!text", 5);
    run_one(pool, body, &outcome);
    assert_non_null(outcome.document);
    assert_true(strcmp(outcome.document->main, body) == 0);
    outcome_clear(&outcome);
    pool_free(pool);
}

static void a_body_over_the_limit_is_refused(void **state) {
    (void)state;
    guint finished = 0;
    Outcome outcome = {0};
    Pool *pool = pool_new(1, note, &finished);
    g_autofree guint8 *body = g_malloc0(WORKER_BODY_MAX_BYTES + 1);
    ExtractInput input = {.bytes = body, .size = WORKER_BODY_MAX_BYTES + 1};
    pool_submit(pool, &input, &outcome);
    run(pool);
    assert_non_null(strstr(outcome.error->message, "body over 67108864 bytes"));
    outcome_clear(&outcome);
    pool_free(pool);
}

static void names_cross_as_they_are_even_if_they_are_no_text(void **state) {
    (void)state;
    guint finished = 0;
    Outcome outcome = {0};
    Pool *pool = pool_new(1, note, &finished);
    ExtractInput input = {.content_type = "text/\"x", .bytes = (const guint8 *)"!names", .size = 6};
    input.url = "https://a.org/";
    pool_submit(pool, &input, &outcome);
    run(pool);
    assert_string_equal(outcome.document->description, "https://a.org/|text/\"x|-");
    outcome_clear(&outcome);
    input.content_type = "text/\xff\xfe";
    input.bytes = (const guint8 *)"";
    input.size = 0;
    pool_submit(pool, &input, &outcome);
    run(pool);
    assert_true(g_error_matches(outcome.error, EXTRACT_ERROR, EXTRACT_ERROR_UNSUPPORTED));
    assert_true(g_utf8_validate(outcome.error->message, -1, NULL));
    outcome_clear(&outcome);
    pool_free(pool);
}

static void many_jobs_share_few_workers(void **state) {
    (void)state;
    guint finished = 0;
    Outcome outcomes[40] = {{0}};
    Pool *pool = pool_new(2, note, &finished);
    g_autoptr(GHashTable) pids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    assert_true(pool_has_room(pool));
    submit(pool, "!pid", &outcomes[0]);
    assert_true(pool_has_room(pool));
    for (gsize i = 1; i < G_N_ELEMENTS(outcomes); i++) {
        submit(pool, "!pid", &outcomes[i]);
    }
    assert_false(pool_has_room(pool));
    assert_int_equal(pool_busy(pool), G_N_ELEMENTS(outcomes));
    run(pool);
    assert_true(pool_has_room(pool));
    assert_int_equal(finished, G_N_ELEMENTS(outcomes));
    for (gsize i = 0; i < G_N_ELEMENTS(outcomes); i++) {
        assert_int_equal(outcomes[i].calls, 1);
        g_hash_table_add(pids, g_strdup(outcomes[i].document->description));
        outcome_clear(&outcomes[i]);
    }
    assert_int_equal(g_hash_table_size(pids), 2);
    pool_free(pool);
    assert_no_child_is_left();
}

static void a_worker_that_dies_between_jobs_is_replaced(void **state) {
    (void)state;
    guint finished = 0;
    Pool *pool = pool_new(1, note, &finished);
    pid_t first = worker_of(pool, "!pid");
    assert_int_equal(worker_of(pool, "!pid"), first);
    assert_int_equal(kill(first, SIGKILL), 0);
    siginfo_t ended;
    assert_int_equal(waitid(P_PID, (id_t)first, &ended, WEXITED | WNOWAIT), 0);
    assert_int_not_equal(worker_of(pool, "!pid"), first);
    pool_free(pool);
    assert_no_child_is_left();
}

static void a_worker_that_says_too_much_is_replaced(void **state) {
    (void)state;
    guint finished = 0;
    Outcome twice = {0}, next = {0};
    Pool *pool = pool_new(1, note, &finished);
    pid_t first = worker_of(pool, "!pid");
    run_one(pool, "!twice", &twice);
    assert_non_null(twice.document);
    /* Its second reply comes at some time, perhaps as that to the next job. */
    for (pid_t pid = first; pid == first;) {
        outcome_clear(&next);
        run_one(pool, "!pid", &next);
        assert_true(next.document != NULL || next.error != NULL);
        if (next.error != NULL || strcmp(next.document->description, "") == 0) {
            continue;
        }
        pid = (pid_t)g_ascii_strtoll(next.document->description, NULL, 10);
    }
    outcome_clear(&next);
    outcome_clear(&twice);
    pool_free(pool);
    assert_no_child_is_left();
}

static void pdfs_have_workers_of_their_own_that_do_not_last(void **state) {
    (void)state;
    guint finished = 0;
    Pool *pool = pool_new(1, note, &finished);
    pid_t parser = worker_of(pool, "!pid");
    pid_t converter = worker_of(pool, "!pid %PDF-1.5");
    assert_int_not_equal(converter, parser);
    assert_int_equal(worker_of(pool, "!pid"), parser);
    guint jobs = 1;
    while (worker_of(pool, "!pid %PDF-1.5") == converter) {
        jobs++;
    }
    assert_int_equal(jobs, 50);
    pool_free(pool);
    assert_no_child_is_left();
}

static void workers_may_not_do_what_extraction_does_not_need(void **state) {
    (void)state;
    if (sanitized || !has_filter) {
        skip();
    }
    guint finished = 0;
    Pool *pool = pool_new(1, note, &finished);
    static const char *const bodies[] = {"!freedom", "!freedom %PDF-1.5"};
    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
        Outcome outcome = {0};
        run_one(pool, bodies[i], &outcome);
        assert_string_equal(outcome.document->description, "");
        outcome_clear(&outcome);
    }
    pool_free(pool);
}

static void workers_are_limited_and_inherit_nothing(void **state) {
    (void)state;
    guint finished = 0;
    Outcome outcome = {0};
    int leaked = dup2(STDIN_FILENO, 40); /* without close-on-exec */
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    signal(SIGPIPE, SIG_IGN);
    Pool *pool = pool_new(1, note, &finished);
    run_one(pool, "!limits", &outcome);
    assert_string_equal(outcome.document->description,
                        "cpu 1 core 1 memory 1 blocked 0 pipe 1 int 1 death 1 privs 1 fds 0 "
                        "group 1");
    sigprocmask(SIG_UNBLOCK, &blocked, NULL);
    signal(SIGPIPE, SIG_DFL);
    close(leaked);
    outcome_clear(&outcome);
    pool_free(pool);
}

static void a_converter_dies_with_its_worker(void **state) {
    (void)state;
    guint finished = 0;
    Outcome outcome = {0};
    g_autofree char *directory = g_dir_make_tmp("syllabus-pool-XXXXXX", NULL);
    g_autofree char *name = g_build_filename(directory, "number", NULL);
    Pool *pool = pool_new(1, note, &finished);
    static const char body[] = "!convert %PDF-1.5";
    ExtractInput input = {.name = name, .bytes = (const guint8 *)body, .size = strlen(body)};
    (void)worker_of(pool, "!pid %PDF-1.5");
    pool_set_wall_limit(pool, 300);
    pool_submit(pool, &input, &outcome);
    run(pool);
    assert_non_null(strstr(outcome.error->message, "took over"));
    g_autofree char *number = NULL;
    assert_true(g_file_get_contents(name, &number, NULL, NULL));
    int converter = (int)syscall(SYS_pidfd_open, (pid_t)g_ascii_strtoll(number, NULL, 10), 0);
    assert_true(converter >= 0 || errno == ESRCH);
    if (converter >= 0) {
        struct pollfd end = {.fd = converter, .events = POLLIN};
        assert_int_equal(poll(&end, 1, 10000), 1);
        close(converter);
    }
    unlink(name);
    rmdir(directory);
    outcome_clear(&outcome);
    pool_free(pool);
    assert_no_child_is_left();
}

static void freeing_a_busy_pool_leaves_no_process(void **state) {
    (void)state;
    guint finished = 0;
    Outcome outcomes[3] = {{0}};
    Pool *pool = pool_new(2, note, &finished);
    for (gsize i = 0; i < G_N_ELEMENTS(outcomes); i++) {
        submit(pool, "!hang", &outcomes[i]);
    }
    pool_dispatch(pool);
    pool_free(pool);
    assert_int_equal(finished, 0);
    assert_no_child_is_left();
    pool_free(NULL);
}

static void no_reply_of_a_worker_can_break_the_parent(void **state) {
    (void)state;
    GRand *rand = g_rand_new_with_seed(7);
    g_autoptr(Document) document = document_new();
    document_add_section(document, 1, "Heading", "anchor", 0);
    document_add_link(document, "https://a.org/", "text");
    g_autoptr(GVariant) reply =
        g_variant_ref_sink(g_variant_new("(us@m" DOCUMENT_VARIANT_TYPE ")", 0, "message",
                                         g_variant_new_maybe(NULL, document_to_variant(document))));
    gsize size = g_variant_get_size(reply);
    guint refused = 0;
    for (guint round = 0; round < 20000; round++) {
        gsize cut = round % 4 == 0 ? (gsize)g_rand_int_range(rand, 1, (gint32)size) : size;
        guint8 *bytes = g_malloc(size);
        g_variant_store(reply, bytes);
        for (gint32 flips = g_rand_int_range(rand, 0, 4); flips > 0; flips--) {
            bytes[g_rand_int_range(rand, 0, (gint32)size)] = (guint8)g_rand_int(rand);
        }
        Document *copy = NULL;
        GError *failure = NULL;
        if (!worker_unpack_reply(bytes, cut, &copy, &failure)) {
            refused++;
        } else {
            assert_true((copy == NULL) != (failure == NULL));
        }
        document_free(copy);
        g_clear_error(&failure);
    }
    g_rand_free(rand);
    assert_in_range(refused, 1000, 19999);
}

static void a_worker_may_not_speak_for_the_pool(void **state) {
    (void)state;
    static const struct {
        guint32 code;
        gboolean valid;
    } cases[] = {
        {EXTRACT_ERROR_UNSUPPORTED, TRUE},
        {EXTRACT_ERROR_TOOL, TRUE},
        {EXTRACT_ERROR_WORKER, FALSE},
        {G_MAXUINT32, FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GVariant) reply = g_variant_ref_sink(
            g_variant_new("(us@m" DOCUMENT_VARIANT_TYPE ")", cases[i].code, "message",
                          g_variant_new_maybe(G_VARIANT_TYPE(DOCUMENT_VARIANT_TYPE), NULL)));
        gsize size = g_variant_get_size(reply);
        guint8 *bytes = g_malloc(size);
        g_variant_store(reply, bytes);
        Document *document = NULL;
        g_autoptr(GError) failure = NULL;
        assert_int_equal(worker_unpack_reply(bytes, size, &document, &failure), cases[i].valid);
        assert_null(document);
        assert_int_equal(failure != NULL, cases[i].valid);
    }
}

int main(int count, char **arguments) {
    if (count > 1 && strcmp(arguments[1], POOL_WORKER_ARGUMENT) == 0) {
        return worker_serve(POOL_WORKER_FD, extract_on_demand);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ordinary_page_becomes_a_document),
        cmocka_unit_test(what_goes_wrong_in_a_worker_costs_one_job_and_is_named),
        cmocka_unit_test(a_job_over_its_time_is_ended),
        cmocka_unit_test(the_extractors_own_error_arrives_as_one_clean_line),
        cmocka_unit_test(large_bodies_and_documents_pass_whole),
        cmocka_unit_test(a_body_over_the_limit_is_refused),
        cmocka_unit_test(names_cross_as_they_are_even_if_they_are_no_text),
        cmocka_unit_test(many_jobs_share_few_workers),
        cmocka_unit_test(a_worker_that_dies_between_jobs_is_replaced),
        cmocka_unit_test(a_worker_that_says_too_much_is_replaced),
        cmocka_unit_test(pdfs_have_workers_of_their_own_that_do_not_last),
        cmocka_unit_test(workers_may_not_do_what_extraction_does_not_need),
        cmocka_unit_test(workers_are_limited_and_inherit_nothing),
        cmocka_unit_test(a_converter_dies_with_its_worker),
        cmocka_unit_test(freeing_a_busy_pool_leaves_no_process),
        cmocka_unit_test(no_reply_of_a_worker_can_break_the_parent),
        cmocka_unit_test(a_worker_may_not_speak_for_the_pool),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
