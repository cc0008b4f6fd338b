/* indexer: reads curated lists, fetches what they link to, builds the index. This file finds the
 * verb. */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include <glib.h>

#include "extract/pool.h"
#include "verbs.h"

typedef struct Verb {
    const char *name;
    int (*run)(int argc, char **argv);
} Verb;

static const Verb verbs[] = {
    {"entries", verb_entries}, {"extract", verb_extract}, {"import", verb_import},
    {"rebuild", verb_rebuild}, {"remove", verb_remove},   {"status", verb_status},
};

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], POOL_WORKER_ARGUMENT) == 0) {
        return pool_worker_main(POOL_WORKER_FD);
    }
    setlocale(LC_CTYPE,
              "C.UTF-8"); /* arguments and messages are UTF-8, numbers are not localised */
    g_set_prgname("indexer");
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        puts("indexer (Syllabus) " SYL_VERSION);
        return EXIT_DONE;
    }
    for (gsize i = 0; argc > 1 && i < G_N_ELEMENTS(verbs); i++) {
        if (strcmp(argv[1], verbs[i].name) == 0) {
            return verbs[i].run(argc - 1, argv + 1);
        }
    }
    return verb_crawl(argc, argv);
}
