#include "command.h"

#include <stdio.h>

#include "http/server.h"
#include "query/request.h"
#include "search/search.h"
#include "syllabus/library.h"

void command_print_help(GOptionContext *context, const char *examples) {
    g_autofree char *options = g_option_context_get_help(context, TRUE, NULL);
    printf("%s\n%s", examples, options);
}

int command_usage_error(const char *command, const char *message) {
    fprintf(stderr, "%s: %s (see %s --help)\n", command, message, command);
    return EXIT_CODE_USAGE;
}

int command_failure(const char *command, const GError *error) {
    if (g_error_matches(error, REQUEST_ERROR, REQUEST_ERROR_PARAMETER) ||
        g_error_matches(error, SEARCH_ERROR, SEARCH_ERROR_QUERY) ||
        g_error_matches(error, SERVER_ERROR, SERVER_ERROR_ADDRESS)) {
        return command_usage_error(command, error->message);
    }
    fprintf(stderr, "%s: %s\n", command, error->message);
    gboolean damaged = g_error_matches(error, SYL_LIBRARY_ERROR, SYL_LIBRARY_ERROR_FORMAT) ||
                       g_error_matches(error, SYL_LIBRARY_ERROR, SYL_LIBRARY_ERROR_DAMAGED);
    return damaged ? EXIT_CODE_DAMAGED : EXIT_CODE_FAILED;
}
