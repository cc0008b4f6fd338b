/* `indexer remove`: takes lists out of a library, with every page that no other list leads to. */
#include <unistd.h>

#include "index/ingest.h"
#include "syllabus/library.h"
#include "verbs.h"

static const char examples[] = "  indexer remove reading-list.md\n"
                               "  indexer remove --library maths old.md older.md\n"
                               "\n`indexer status` names the lists of a library.\n";

static gboolean remove_lists(Ingest *ingest, char **lists, int count, GError **error) {
    for (int i = 0; i < count; i++) {
        g_autofree char *source = g_canonicalize_filename(lists[i], NULL);
        if (!ingest_remove_list(ingest, source, error)) {
            if (error != NULL && *error == NULL) {
                g_set_error(error, SYL_LIBRARY_ERROR, SYL_LIBRARY_ERROR_MISSING,
                            "the library has no list %s (`indexer status` names them)", source);
            }
            return FALSE;
        }
    }
    return ingest_reconcile(ingest, error) && ingest_seal(ingest, error);
}

static int run(const char *library, char **lists, int count) {
    g_autoptr(GError) error = NULL;
    g_autofree char *store_path = syl_library_store_path(library);
    if (!g_file_test(store_path, G_FILE_TEST_EXISTS)) {
        g_printerr("indexer: no store at %s: run `indexer LIST` first\n", store_path);
        return EXIT_FAILED;
    }
    int lock = syl_library_lock(library, &error);
    if (lock < 0) {
        return verb_fail(error);
    }
    Ingest *ingest = ingest_open(library, 0, &error);
    gboolean ok = ingest != NULL && remove_lists(ingest, lists, count, &error);
    ingest_free(ingest);
    close(lock);
    return ok ? EXIT_DONE : verb_fail(error);
}

int verb_remove(int argc, char **argv) {
    g_autofree char *library = NULL;
    int code = EXIT_DONE;
    const GOptionEntry entries[] = {{"library", 0, 0, G_OPTION_ARG_FILENAME, &library,
                                     "Where store and index are kept (./library)", "DIR"},
                                    G_OPTION_ENTRY_NULL};
    g_set_prgname("indexer remove");
    if (!verb_parse_options("LIST...", examples, entries, &argc, &argv, &code)) {
        return code;
    }
    if (argc < 2) {
        return verb_usage("remove needs a LIST");
    }
    return run(library != NULL ? library : "library", argv + 1, argc - 1);
}
