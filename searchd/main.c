/* searchd: serves a library over HTTP, or answers one query. */
#include <glib.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "http/server.h"

#define DEFAULT_LISTEN "127.0.0.1:8080"
/* Searchers: as many as there are processors, within these bounds; each holds handles of its own.
 */
#define SEARCHERS_MIN 2
#define SEARCHERS_MAX 4
/* Requests that may wait for a searcher, and how long: a second's work at some milliseconds each.
 */
#define SEARCH_QUEUE_CAPACITY 256
#define SEARCH_WAIT_MAX_MS    1000

typedef struct ServeOptions {
    char *library;
    char *listen;
    char *base_url;
    gboolean help, version;
} ServeOptions;

static void options_clear(ServeOptions *options) {
    g_free(options->library);
    g_free(options->listen);
    g_free(options->base_url);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ServeOptions, options_clear)

static const char command[] = "searchd";

static const char examples[] =
    "Examples:\n"
    "  searchd\n"
    "  searchd --library ~/library --listen 0.0.0.0:8080 --base-url https://search.example.org\n"
    "  searchd query singular value decomposition\n"
    "\n"
    "Serves a library that the indexer made: a search page, an API, and a search box that any site "
    "embeds with two lines, which are printed at the start. `searchd query --help` tells about "
    "answers on the command line.\n";

/* Prints the help or the version where it is asked for. */
static gboolean parse_options(ServeOptions *options, int *count, char ***arguments,
                              GError **error) {
    const GOptionEntry entries[] = {
        {"library", 'l', 0, G_OPTION_ARG_FILENAME, &options->library,
         "The library to serve (default ./library)", "DIR"},
        {"listen", 0, 0, G_OPTION_ARG_STRING, &options->listen,
         "Where to listen (default " DEFAULT_LISTEN "; port 0: any free one)", "ADDR:PORT"},
        {"base-url", 0, 0, G_OPTION_ARG_STRING, &options->base_url,
         "The address browsers reach this server at (default: where it listens)", "URL"},
        {"help", 'h', 0, G_OPTION_ARG_NONE, &options->help, "Print this", NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new("[query ...]");
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_add_main_entries(context, entries, NULL);
    gboolean parsed = g_option_context_parse(context, count, arguments, error);
    if (parsed && options->help) {
        command_print_help(context, examples);
    } else if (parsed && options->version) {
        printf("searchd %s\n", SYL_VERSION);
    }
    return parsed;
}

/* The address without '/' at its end; NULL if it is none that can stand in HTML as it is. */
static char *clean_base_url(const char *base_url) {
    g_autoptr(GUri) uri = g_uri_parse(base_url, G_URI_FLAGS_NONE, NULL);
    const char *scheme = uri == NULL ? "" : g_uri_get_scheme(uri);
    gboolean web = strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0;
    if (!web || g_uri_get_query(uri) != NULL || g_uri_get_fragment(uri) != NULL ||
        base_url[strcspn(base_url, "\"'<>& \t\r\n\\`")] != '\0') {
        return NULL;
    }
    char *clean = g_strdup(base_url);
    for (gsize size = strlen(clean); size > 0 && clean[size - 1] == '/'; size--) {
        clean[size - 1] = '\0';
    }
    return clean;
}

static void print_welcome(const char *url) {
    printf("Serving %s/\n\n"
           "To put a search box on any page, paste this where it shall be:\n\n"
           "<script type=\"module\" src=\"%s/box.js\"></script>\n"
           "<syllabus-search src=\"%s\"><form action=\"%s/search\" role=\"search\">"
           "<label>Search <input name=\"q\"></label> <button>Search</button></form>"
           "</syllabus-search>\n",
           url, url, url, url);
    fflush(stdout);
}

/* --- signals */

static const int stop_signals[] = {SIGINT, SIGTERM};

static void fill_stop_signals(sigset_t *set) {
    sigemptyset(set);
    for (gsize i = 0; i < G_N_ELEMENTS(stop_signals); i++) {
        sigaddset(set, stop_signals[i]);
    }
}

/* Before any thread is started, so that all inherit it: the signals wait for wait_for_stop. */
static void hold_signals(void) {
    sigset_t set;
    fill_stop_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* Returns at the first signal; from then on a second one ends the program at once. */
static void wait_for_stop(void) {
    sigset_t set;
    int caught = 0;
    fill_stop_signals(&set);
    sigwait(&set, &caught);
    for (gsize i = 0; i < G_N_ELEMENTS(stop_signals); i++) {
        signal(stop_signals[i], SIG_DFL);
    }
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

/* --- serving */

static int serve(const char *library, const char *listen, const char *base_url) {
    g_autoptr(GError) error = NULL;
    g_autoptr(Search) probe = search_open(library, &error);
    if (probe == NULL) {
        return command_failure(command, error);
    }
    g_clear_pointer(&probe, search_free);
    hold_signals();
    guint searchers = CLAMP(g_get_num_processors(), SEARCHERS_MIN, SEARCHERS_MAX);
    g_autoptr(SearcherPool) pool =
        searcher_pool_new(library, searchers, SEARCH_QUEUE_CAPACITY, SEARCH_WAIT_MAX_MS, &error);
    if (pool == NULL) {
        return command_failure(command, error);
    }
    g_autoptr(Server) server = server_start(listen, SERVER_THREADS, &error);
    if (server == NULL) {
        return command_failure(command, error);
    }
    const char *url = base_url == NULL ? server_url(server) : base_url;
    g_autoptr(Site) site = site_new(pool, url);
    server_serve(server, site);
    print_welcome(url);
    wait_for_stop();
    searcher_pool_drain(pool);
    server_stop(server);
    return EXIT_CODE_OK;
}

static int serve_main(int count, char **arguments) {
    g_auto(ServeOptions) options = {0};
    g_autoptr(GError) error = NULL;
    if (!parse_options(&options, &count, &arguments, &error)) {
        return command_usage_error(command, error->message);
    }
    if (options.help || options.version) {
        return EXIT_CODE_OK;
    }
    if (count > 1) {
        g_autofree char *message = g_strdup_printf("“%s” is no verb; there is query", arguments[1]);
        return command_usage_error(command, message);
    }
    g_autofree char *base_url = options.base_url == NULL ? NULL : clean_base_url(options.base_url);
    if (options.base_url != NULL && base_url == NULL) {
        return command_usage_error(
            command, "--base-url must be an http or https address without '?' and '#'");
    }
    return serve(options.library == NULL ? "library" : options.library,
                 options.listen == NULL ? DEFAULT_LISTEN : options.listen, base_url);
}

int main(int count, char **arguments) {
    setlocale(LC_CTYPE,
              "C.UTF-8"); /* arguments and messages are UTF-8, numbers are not localised */
    return count > 1 && strcmp(arguments[1], "query") == 0 ? ask_main(count - 1, arguments + 1)
                                                           : serve_main(count, arguments);
}
