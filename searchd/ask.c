#include "command.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "respond/json.h"
#include "respond/terminal.h"
#include "search/search.h"

#define RUN_TAG       "syllabus"
#define RUN_TAG_BM25  "syllabus-bm25"
#define RUN_LIMIT_MAX 1000

typedef struct AskOptions {
    char *library;
    char *trec;
    char *ranking;
    gboolean json, literal, help;
    gint limit, offset;
    char **words;
} AskOptions;

static void options_clear(AskOptions *options) {
    g_free(options->library);
    g_free(options->trec);
    g_free(options->ranking);
    g_strfreev(options->words);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(AskOptions, options_clear)

static const char command[] = "searchd query";

static const char examples[] =
    "Examples:\n"
    "  searchd query singular value decomposition\n"
    "  searchd query --library ~/library --json -n 5 'title:eigenvalues -video'\n"
    "  searchd query --trec queries.tsv -n 1000 > run.txt\n"
    "\n"
    "Prints the best passages of a library for a query, one for each page. With --trec each line "
    "of "
    "the file is a query's name, a tab and its words; a run in TREC's format is printed.\n";

/* Prints the help where it is asked for. */
static gboolean parse_options(AskOptions *options, int count, char **arguments, GError **error) {
    const GOptionEntry entries[] = {
        {"library", 'l', 0, G_OPTION_ARG_FILENAME, &options->library,
         "The library (default ./library)", "DIR"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &options->json, "Print what the HTTP API gives", NULL},
        {"limit", 'n', 0, G_OPTION_ARG_INT, &options->limit,
         "Results to print (default 10, at most 100; with --trec 1000)", "N"},
        {"offset", 0, 0, G_OPTION_ARG_INT, &options->offset, "Results to skip", "N"},
        {"literal", 0, 0, G_OPTION_ARG_NONE, &options->literal,
         "Search exactly these words: correct nothing", NULL},
        {"ranking", 0, 0, G_OPTION_ARG_STRING, &options->ranking,
         "\"default\", or \"bm25\" for BM25 alone", "NAME"},
        {"trec", 0, 0, G_OPTION_ARG_FILENAME, &options->trec, "Print a TREC run of these queries",
         "FILE.tsv"},
        {"help", 'h', 0, G_OPTION_ARG_NONE, &options->help, "Print this", NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->words, NULL, NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_set_prgname(command);
    g_autoptr(GOptionContext) context = g_option_context_new("QUERY...");
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_add_main_entries(context, entries, NULL);
    gboolean parsed = g_option_context_parse(context, &count, &arguments, error);
    if (parsed && options->help) {
        command_print_help(context, examples);
    }
    if (g_error_matches(error != NULL ? *error : NULL, G_OPTION_ERROR,
                        G_OPTION_ERROR_UNKNOWN_OPTION)) {
        g_prefix_error(error, "words that begin with - stand behind --: ");
    }
    return parsed;
}

static gboolean parse_ranking(const char *name, Ranking *ranking) {
    static const struct {
        const char *name;
        Ranking ranking;
    } rankings[] = {{"default", RANKING_DEFAULT}, {"bm25", RANKING_BM25}};
    for (gsize i = 0; i < G_N_ELEMENTS(rankings); i++) {
        if (name == NULL || strcmp(rankings[i].name, name) == 0) {
            *ranking = rankings[i].ranking;
            return TRUE;
        }
    }
    return FALSE;
}

/* --- one query */

static gboolean fill_request(Request *request, const AskOptions *options, GError **error) {
    g_autofree char *text = g_strjoinv(" ", options->words);
    g_autofree char *limit = g_strdup_printf("%d", options->limit);
    g_autofree char *offset = g_strdup_printf("%d", options->offset);
    request->literal = options->literal;
    return request_set(request, "q", text, error) && request_set(request, "limit", limit, error) &&
           request_set(request, "offset", offset, error) && request_check(request, error);
}

/* What belongs beside the results goes to standard error. */
static void print_remarks(const Answer *answer) {
    if (answer->corrected != NULL) {
        fprintf(stderr, "Searched for: %s\n", answer->corrected);
    }
    for (guint i = 0; i < answer->notices->len; i++) {
        fprintf(stderr, "%s\n", (const char *)g_ptr_array_index(answer->notices, i));
    }
    if (answer->results->len == 0) {
        fprintf(stderr, "Nothing found for: %s\n", answer->query);
    } else {
        fprintf(stderr, "%s%u pages\n", answer->total_exact ? "" : "about ", answer->total);
    }
}

/* What was printed is an answer only once it is where it was sent. */
static int finish_output(void) {
    if (fflush(stdout) == 0 && !ferror(stdout)) {
        return EXIT_CODE_OK;
    }
    fprintf(stderr, "%s: the output cannot be written: %s\n", command, g_strerror(errno));
    return EXIT_CODE_FAILED;
}

static int ask_one(Search *search, const AskOptions *options, Ranking ranking) {
    g_autoptr(GError) error = NULL;
    g_autoptr(Request) request = request_new();
    if (!fill_request(request, options, &error)) {
        return command_failure(command, error);
    }
    request->ranking = ranking;
    g_autoptr(Answer) answer = search_answer(search, request, &error);
    if (answer == NULL) {
        return command_failure(command, error);
    }
    if (options->json) {
        g_autofree char *json = json_answer(answer);
        printf("%s\n", json);
    } else {
        const char *no_colour = getenv("NO_COLOR");
        gboolean colour = isatty(STDOUT_FILENO) && (no_colour == NULL || no_colour[0] == '\0');
        g_autofree char *text = terminal_answer(answer, colour);
        fputs(text, stdout);
    }
    int code = finish_output();
    if (code == EXIT_CODE_OK) {
        print_remarks(answer);
    }
    return code;
}

/* --- a run */

/* The tab of a line that is a query's name, a tab and its words; NULL where it is none. */
static const char *line_tab(const char *line) {
    gsize name = strcspn(line, " \t\v\f\r");
    return name > 0 && line[name] == '\t' ? line + name : NULL;
}

/* The lines of a file of queries. NULL where one is none: a run that stops in the middle would look
 * like a whole one. */
static GStrv read_queries(const char *path, GError **error) {
    g_autofree char *contents = NULL;
    if (!g_file_get_contents(path, &contents, NULL, error)) {
        return NULL;
    }
    g_auto(GStrv) lines = g_strsplit(contents, "\n", -1);
    for (gsize i = 0; lines[i] != NULL; i++) {
        gsize size = strlen(lines[i]);
        if (size > 0 && lines[i][size - 1] == '\r') {
            lines[i][size - 1] = '\0';
        }
        if (lines[i][0] != '\0' && line_tab(lines[i]) == NULL) {
            g_set_error(error, REQUEST_ERROR, REQUEST_ERROR_PARAMETER,
                        "line %" G_GSIZE_FORMAT " of %s is no name without spaces, tab and words: "
                        "%.60s",
                        i + 1, path, lines[i]);
            return NULL;
        }
    }
    return g_steal_pointer(&lines);
}

static gboolean run_line(Search *search, const char *line, const AskOptions *options,
                         Ranking ranking, GError **error) {
    const char *tab = line_tab(line);
    g_autofree char *query_id = g_strndup(line, (gsize)(tab - line));
    g_autofree char *words = g_utf8_make_valid(tab + 1, -1);
    g_autoptr(GArray) pages =
        search_rank_pages(search, words, (guint)options->limit, ranking, error);
    if (pages == NULL) {
        return FALSE;
    }
    g_autofree char *text =
        terminal_trec_run(query_id, pages, ranking == RANKING_BM25 ? RUN_TAG_BM25 : RUN_TAG);
    fputs(text, stdout);
    return TRUE;
}

static int ask_run(Search *search, const AskOptions *options, Ranking ranking) {
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) lines = read_queries(options->trec, &error);
    if (lines == NULL) {
        return command_failure(command, error);
    }
    for (char **line = lines; *line != NULL; line++) {
        if (**line != '\0' && !run_line(search, *line, options, ranking, &error)) {
            return command_failure(command, error);
        }
    }
    return finish_output();
}

/* --- the verb */

static const char *check_options(const AskOptions *options) {
    gint limit_max = options->trec != NULL ? RUN_LIMIT_MAX : REQUEST_LIMIT_MAX;
    if (options->trec == NULL && options->words == NULL) {
        return "what shall be searched? Name some words";
    }
    if (options->trec != NULL &&
        (options->words != NULL || options->json || options->offset != 0)) {
        return "--trec takes its queries from the file: no words, --json or --offset with it";
    }
    if (options->limit < 1 || options->limit > limit_max) {
        return options->trec != NULL ? "-n must be from 1 to 1000" : "-n must be from 1 to 100";
    }
    return NULL;
}

int ask_main(int count, char **arguments) {
    g_auto(AskOptions) options = {.limit = REQUEST_LIMIT_DEFAULT};
    g_autoptr(GError) error = NULL;
    Ranking ranking = RANKING_DEFAULT;
    if (!parse_options(&options, count, arguments, &error)) {
        return command_usage_error(command, error->message);
    }
    if (options.help) {
        return EXIT_CODE_OK;
    }
    const char *mistake = check_options(&options);
    if (mistake == NULL && !parse_ranking(options.ranking, &ranking)) {
        mistake = "--ranking must be default or bm25";
    }
    if (mistake != NULL) {
        return command_usage_error(command, mistake);
    }
    const char *library = options.library == NULL ? "library" : options.library;
    g_autoptr(Search) search = search_open(library, &error);
    if (search == NULL) {
        return command_failure(command, error);
    }
    return options.trec != NULL ? ask_run(search, &options, ranking)
                                : ask_one(search, &options, ranking);
}
