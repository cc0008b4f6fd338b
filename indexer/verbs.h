/* The verbs of the command line, one file each (verb_*.c). A verb gets the arguments from its own
 * name on and returns the exit code. Data goes to stdout, messages to stderr. */
#pragma once

#include <glib.h>

/* Exit codes. */
enum {
    EXIT_DONE = 0,         /* failed links were reported */
    EXIT_FAILED = 1,       /* nothing was done */
    EXIT_USAGE = 2,        /* the command line cannot be understood */
    EXIT_NO_PAGE = 3,      /* not one page could be fetched */
    EXIT_LIBRARY = 4,      /* the library is locked, damaged or of another format */
    EXIT_INTERRUPTED = 130 /* by Ctrl-C, after a clean commit; 143 by SIGTERM */
};

int verb_crawl(int argc, char **argv); /* the main job: no verb is named */
int verb_entries(int argc, char **argv);
int verb_extract(int argc, char **argv);
int verb_import(int argc, char **argv);
int verb_rebuild(int argc, char **argv);
int verb_remove(int argc, char **argv);
int verb_status(int argc, char **argv);

/* Parses options into the entries' variables and takes them out of argv; `--help` is added.
 * synopsis follows the program's name, examples open the help. TRUE: go on. FALSE: *code is the
 * exit code (help was printed, or the mistake). */
gboolean verb_parse_options(const char *synopsis, const char *examples, const GOptionEntry *entries,
                            int *argc, char ***argv, int *code);

/* Prints "indexer: MESSAGE" on stderr and returns the exit code that belongs to the error. */
int verb_fail(const GError *error);
/* The same for a mistake on the command line; always EXIT_USAGE. */
int verb_usage(const char *format, ...) G_GNUC_PRINTF(1, 2);
