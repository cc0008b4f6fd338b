/* indexer: reads curated lists, fetches what they link to, builds the index. This file finds the
 * verb. */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include <glib.h>

#include "extract/pool.h"
#include "verbs.h"

static const char overview[] =
    "Examples:\n"
    "  indexer reading-list.md                  read the list, fetch its links, index them in "
    "./library\n"
    "  indexer --library maths a.md b.md        several lists, one library\n"
    "  indexer entries --json reading-list.md   what the list says, one link a line\n"
    "  indexer extract page.html                the text that would be indexed\n"
    "  indexer status                           what the library holds\n"
    "\n"
    "Usage: indexer [OPTION...] LIST...\n"
    "       indexer VERB [OPTION...]\n"
    "\n"
    "Verbs (`indexer VERB --help` says more):\n"
    "  entries   print the links of a list\n"
    "  extract   print the text of files\n"
    "  import    index documents from a JSON Lines file\n"
    "  rebuild   make the index anew from the store, without the network\n"
    "  status    say what the library holds\n"
    "\n"
    "`indexer LIST --help` shows the options of the main job. Exit codes: 0 done, 1 failed, 2 "
    "wrong usage,\n"
    "3 not one page could be fetched, 4 library locked or damaged, 130/143 interrupted.\n";

typedef struct Verb {
    const char *name;
    int (*run)(int argc, char **argv);
} Verb;

static const Verb verbs[] = {
    {"entries", verb_entries}, {"extract", verb_extract}, {"import", verb_import},
    {"rebuild", verb_rebuild}, {"status", verb_status},
};

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], POOL_WORKER_ARGUMENT) == 0) {
        return pool_worker_main(POOL_WORKER_FD);
    }
    setlocale(LC_CTYPE,
              "C.UTF-8"); /* arguments and messages are UTF-8, numbers are not localised */
    g_set_prgname("indexer");
    if (argc < 2) {
        fputs(overview, stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        fputs(overview, stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("indexer (Syllabus) " SYL_VERSION);
        return EXIT_DONE;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
        if (strcmp(argv[1], verbs[i].name) == 0) {
            return verbs[i].run(argc - 1, argv + 1);
        }
    }
    return verb_crawl(argc, argv);
}
