/* The main job: read the lists, visit what they link to, index it, report. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "crawl/crawl.h"
#include "crawl/fetch.h"
#include "extract/extract.h"
#include "index/ingest.h"
#include "list/list.h"
#include "report/progress.h"
#include "report/summary.h"
#include "syllabus/library.h"
#include "verbs.h"

#define DEFAULT_DELAY_S   1.0
#define DEFAULT_PER_HOST  1
#define DEFAULT_DEPTH     4
#define DEFAULT_MAX_PAGES 500
#define MAX_PER_HOST      16

static const char examples[] =
    "  indexer reading-list.md                  read the list, fetch its links, index them in "
    "./library\n"
    "  indexer --library maths a.md b.md        several lists, one library\n"
    "  indexer entries --json reading-list.md   what the list says, one link a line\n"
    "  indexer extract page.html                the text that would be indexed\n"
    "\n"
    "Verbs (`indexer VERB --help` says more; a list with such a name is written ./status):\n"
    "  entries   print the links of a list\n"
    "  extract   print the text of files\n"
    "  import    index documents from a JSON Lines file\n"
    "  rebuild   make the index anew from the store, without the network\n"
    "  remove    take a list out of the library\n"
    "  status    say what the library holds\n"
    "\n"
    "`indexer --version` names the version. Exit codes: 0 done (failed links are reported), 1 "
    "failed, 2 wrong usage, 3 not one page could "
    "be fetched,\n"
    "4 library locked or damaged, 130 or 143 interrupted after a clean commit.\n";

typedef struct Options {
    char *library, *ca_file, *contact;
    char **connect_to, **allow_net, **lists;
    double delay_s;
    int per_host, depth, max_pages, max_time_s;
    gboolean json, strict;
} Options;

/* --- signals --- */

static volatile sig_atomic_t signal_seen;
static int signal_pipe[2];

/* The first one asks for a clean end, the second one ends. */
static void on_signal(int number) {
    if (signal_seen != 0) {
        _exit(128 + number);
    }
    signal_seen = number;
    ssize_t written = write(signal_pipe[1], "", 1);
    (void)written; /* a full pipe has said it already */
}

static void catch_signals(void) {
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    if (pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0) {
        signal_pipe[0] = -1;
        return;
    }
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* --- options --- */

static void options_clear(Options *options) {
    g_free(options->library);
    g_free(options->ca_file);
    g_free(options->contact);
    g_strfreev(options->connect_to);
    g_strfreev(options->allow_net);
    g_strfreev(options->lists);
}

static gboolean parse(int argc, char **argv, Options *options, int *code) {
    const GOptionEntry entries[] = {
        {"library", 0, 0, G_OPTION_ARG_FILENAME, &options->library,
         "Where store and index are kept (./library)", "DIR"},
        {"delay", 0, 0, G_OPTION_ARG_DOUBLE, &options->delay_s,
         "Gap between two requests to a host (1)", "SECONDS"},
        {"per-host", 0, 0, G_OPTION_ARG_INT, &options->per_host,
         "Connections to a host at a time (1)", "N"},
        {"depth", 0, 0, G_OPTION_ARG_INT, &options->depth,
         "Links followed from a resource's first page (4)", "N"},
        {"max-pages", 0, 0, G_OPTION_ARG_INT, &options->max_pages, "Pages of one resource (500)",
         "N"},
        {"max-time", 0, 0, G_OPTION_ARG_INT, &options->max_time_s,
         "Ask for no new page after so long", "SECONDS"},
        {"connect-to", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->connect_to,
         "Connect elsewhere than a host's name says, as curl does; empty parts match anything",
         "HOST:PORT:HOST:PORT"},
        {"ca-file", 0, 0, G_OPTION_ARG_FILENAME, &options->ca_file,
         "Trust these certificate authorities too", "PEM"},
        {"allow-net", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->allow_net,
         "Visit addresses of this private network", "CIDR"},
        {"contact", 0, 0, G_OPTION_ARG_STRING, &options->contact,
         "Address of the operator, sent to the sites", "URL"},
        {"strict", 0, 0, G_OPTION_ARG_NONE, &options->strict,
         "Exit with 3 if any link of a list failed", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &options->json, "Print the report as JSON", NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->lists, NULL, NULL},
        G_OPTION_ENTRY_NULL};
    *options = (Options){.delay_s = DEFAULT_DELAY_S,
                         .per_host = DEFAULT_PER_HOST,
                         .depth = DEFAULT_DEPTH,
                         .max_pages = DEFAULT_MAX_PAGES};
    if (!verb_parse_options("LIST...", examples, entries, &argc, &argv, code)) {
        return FALSE;
    }
    *code = EXIT_USAGE;
    if (options->lists == NULL) {
        verb_usage("no list is named");
    } else if (!(options->delay_s >= 0 && options->delay_s <= 3600)) {
        verb_usage("--delay is %g: it must be 0 to 3600 seconds", options->delay_s);
    } else if (options->per_host < 1 || options->per_host > MAX_PER_HOST) {
        verb_usage("--per-host is %d: it must be 1 to %d", options->per_host, MAX_PER_HOST);
    } else if (options->depth < 0 || options->max_pages < 1 || options->max_time_s < 0) {
        verb_usage("--depth and --max-time must not be negative, --max-pages at least 1");
    } else {
        return TRUE;
    }
    return FALSE;
}

/* --- the job --- */

/* Lists are read before anything is opened, so that a mistake changes nothing on disk. */
static GPtrArray *read_lists(char **paths, GError **error) {
    g_autoptr(GPtrArray) lists = g_ptr_array_new_with_free_func((GDestroyNotify)list_free);
    for (char **path = paths; *path != NULL; path++) {
        List *list = list_read_file(*path, error);
        if (list == NULL) {
            return NULL;
        }
        g_ptr_array_add(lists, list);
    }
    return g_steal_pointer(&lists);
}

/* A list is known by its absolute path. */
static gboolean put_lists(Ingest *ingest, char **paths, const GPtrArray *lists, GError **error) {
    for (guint i = 0; i < lists->len; i++) {
        const List *list = g_ptr_array_index(lists, i);
        g_autofree char *source = g_canonicalize_filename(paths[i], NULL);
        guint skipped = 0;
        if (!ingest_put_list(ingest, source, list, g_get_real_time() / G_USEC_PER_SEC, &skipped,
                             error)) {
            return FALSE;
        }
        g_autofree char *note =
            list->dropped > 0 ? g_strdup_printf(" (%u beyond the first %d left out)", list->dropped,
                                                LIST_MAX_ENTRIES)
            : skipped > 0     ? g_strdup_printf(" (%u with an unusable address left out)", skipped)
                              : g_strdup("");
        g_printerr("%s: %u link%s%s\n", paths[i], list->entries->len,
                   list->entries->len == 1 ? "" : "s", note);
    }
    if (!ingest_reconcile(ingest, error)) {
        return FALSE;
    }
    g_printerr("The lists' own words are searchable now.\n");
    return TRUE;
}

/* What the network brought decides the exit code. */
static int exit_code(const Options *options, const CrawlReport *report) {
    if (report->interrupted) {
        return 128 + signal_seen;
    }
    gboolean link_failed = FALSE;
    for (guint i = 0; i < report->failures->len; i++) {
        link_failed |= ((const CrawlFailure *)g_ptr_array_index(report->failures, i))->in_list;
    }
    if (report->fetched + report->unchanged == 0 && report->failed > 0) {
        const CrawlFailure *first = g_ptr_array_index(report->failures, 0);
        g_printerr(
            "indexer: not one page could be fetched (%s); the lists' own words are searchable\n",
            first->message);
        return EXIT_NO_PAGE;
    }
    return options->strict && link_failed ? EXIT_NO_PAGE : EXIT_DONE;
}

static gboolean crawl(const Options *options, Ingest *ingest, const Guard *guard,
                      CrawlReport *report, GError **error) {
    g_autofree char *agent =
        options->contact != NULL
            ? g_strdup_printf(FETCH_AGENT_TOKEN "/" SYL_VERSION " (+%s)", options->contact)
            : g_strdup(FETCH_AGENT_TOKEN "/" SYL_VERSION);
    const CrawlOptions crawl_options = {
        .frontier = {.delay_s = options->delay_s,
                     .per_host = (guint)options->per_host,
                     .depth = (guint)options->depth,
                     .max_pages = (guint)options->max_pages,
                     .supports = extract_supports},
        .guard = guard,
        .connect_to = (const char *const *)options->connect_to,
        .ca_file = options->ca_file,
        .user_agent = agent,
        .max_time_s = (guint)options->max_time_s,
        .workers = MAX(1, g_get_num_processors()),
        .interrupt_fd = signal_pipe[0],
    };
    g_autoptr(GPtrArray) resources = store_resources(ingest_store(ingest), error);
    if (resources == NULL) {
        return FALSE;
    }
    Progress *progress = progress_new(STDERR_FILENO);
    gboolean ok = crawl_run(&crawl_options, options->library, ingest, resources, progress_show,
                            progress, report, error);
    progress_free(progress);
    return ok;
}

static int run(const Options *options) {
    g_autoptr(GError) error = NULL;
    g_autoptr(Guard) guard = guard_new((const char *const *)options->allow_net, &error);
    const FetchOptions fetch = {.connect_to = (const char *const *)options->connect_to,
                                .ca_file = options->ca_file};
    if (guard == NULL || !fetch_options_check(&fetch, &error)) {
        return verb_usage("%s", error->message);
    }
    g_autoptr(GPtrArray) lists = read_lists(options->lists, &error);
    if (lists == NULL) {
        return verb_fail(error);
    }
    int lock = syl_library_lock(options->library, &error);
    if (lock < 0) {
        return verb_fail(error);
    }
    catch_signals();
    CrawlReport report = {0};
    StoreCounts counts = {0};
    Ingest *ingest = ingest_open(options->library, 0, &error);
    if (ingest != NULL) {
        ingest_set_stop(ingest, &signal_seen);
    }
    gboolean ok =
        ingest != NULL && put_lists(ingest, options->lists, lists, &error) &&
        crawl(options, ingest, guard, &report, &error) &&
        (report.interrupted ? ingest_flush(ingest, &error) : ingest_seal(ingest, &error)) &&
        store_counts(ingest_store(ingest), &counts, &error);
    ingest_free(ingest);
    close(lock);
    int code = EXIT_DONE;
    if (ok) {
        (options->json ? summary_print_json : summary_print)(stdout, &report, &counts,
                                                             options->library);
        code = exit_code(options, &report);
    } else {
        code = verb_fail(error);
    }
    crawl_report_clear(&report);
    return code;
}

int verb_crawl(int argc, char **argv) {
    Options options;
    int code = EXIT_DONE;
    if (parse(argc, argv, &options, &code)) {
        if (options.library == NULL) {
            options.library = g_strdup("library");
        }
        code = run(&options);
    }
    options_clear(&options);
    return code;
}
