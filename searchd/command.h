/* What the verbs of the program have in common: exit codes, and how they speak to people. Messages
 * are UTF-8 whatever the locale is. */
#pragma once

#include <glib.h>

typedef enum ExitCode {
    EXIT_CODE_OK = 0,
    EXIT_CODE_FAILED = 1,
    EXIT_CODE_USAGE = 2,
    EXIT_CODE_DAMAGED = 4, /* the library is damaged, or of another format */
} ExitCode;

/* Prints the examples, then what the options are. */
void command_print_help(GOptionContext *context, const char *examples);

/* These print a line on standard error and return the exit code. command: "searchd query". */
int command_usage_error(const char *command, const char *message);
int command_failure(const char *command, const GError *error);

/* `searchd query`: answers on standard output. arguments[0] is "query". */
int ask_main(int count, char **arguments);
