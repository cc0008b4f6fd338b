/* What all verbs share: options, help, and how an error becomes a line and an exit code. */
#include <stdio.h>

#include "store/store.h"
#include "syllabus/library.h"
#include "verbs.h"

gboolean verb_parse_options(const char *synopsis, const char *examples, const GOptionEntry *entries,
                            int *argc, char ***argv, int *code) {
    g_autoptr(GOptionContext) context = g_option_context_new(synopsis);
    g_autoptr(GError) error = NULL;
    gboolean help = FALSE;
    const GOptionEntry common[] = {
        {"help", 'h', 0, G_OPTION_ARG_NONE, &help, "Show this help", NULL}, G_OPTION_ENTRY_NULL};
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_add_main_entries(context, common, NULL);
    if (!g_option_context_parse(context, argc, argv, &error)) {
        *code = verb_usage("%s", error->message);
        return FALSE;
    }
    if (help) {
        g_autofree char *options = g_option_context_get_help(context, TRUE, NULL);
        printf("Examples:\n%s\n%s", examples, options);
        *code = EXIT_DONE;
        return FALSE;
    }
    return TRUE;
}

int verb_fail(const GError *error) {
    g_printerr("indexer: %s\n", error->message);
    gboolean library = g_error_matches(error, SYL_LIBRARY_ERROR, SYL_LIBRARY_ERROR_LOCKED) ||
                       g_error_matches(error, SYL_LIBRARY_ERROR, SYL_LIBRARY_ERROR_DAMAGED) ||
                       g_error_matches(error, SYL_LIBRARY_ERROR, SYL_LIBRARY_ERROR_FORMAT) ||
                       g_error_matches(error, STORE_ERROR, STORE_ERROR_DAMAGED) ||
                       g_error_matches(error, STORE_ERROR, STORE_ERROR_FORMAT);
    return library ? EXIT_LIBRARY : EXIT_FAILED;
}

int verb_usage(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_printerr("indexer: %s\nTry `indexer --help`.\n", message);
    return EXIT_USAGE;
}
