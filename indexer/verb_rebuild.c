/* `indexer rebuild`: a new generation of the index from the store, without the network; then it
 * goes live. */
#include <unistd.h>

#include "index/ingest.h"
#include "syllabus/library.h"
#include "verbs.h"

static const char examples[] = "  indexer rebuild\n"
                               "  indexer rebuild --library maths --force\n";

static int rebuild(const char *library, gboolean force) {
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
    Ingest *ingest = ingest_open_new_generation(library, &error);
    gboolean ok =
        ingest != NULL && ingest_reconcile(ingest, &error) && ingest_publish(ingest, force, &error);
    if (ok) {
        g_printerr("%s: %u pages indexed anew\n", library, ingest_counts(ingest)->indexed);
    }
    ingest_free(ingest);
    close(lock);
    return ok ? EXIT_DONE : verb_fail(error);
}

int verb_rebuild(int argc, char **argv) {
    g_set_prgname("indexer rebuild");
    g_autofree char *library = NULL;
    gboolean force = FALSE;
    int code = EXIT_DONE;
    const GOptionEntry entries[] = {{"library", 0, 0, G_OPTION_ARG_FILENAME, &library,
                                     "Where store and index are kept (./library)", "DIR"},
                                    {"force", 0, 0, G_OPTION_ARG_NONE, &force,
                                     "Let it go live even if it is much smaller than the live one",
                                     NULL},
                                    G_OPTION_ENTRY_NULL};
    if (!verb_parse_options(NULL, examples, entries, &argc, &argv, &code)) {
        return code;
    }
    if (argc > 1) {
        return verb_usage("rebuild takes no argument: %s", argv[1]);
    }
    return rebuild(library != NULL ? library : "library", force);
}
