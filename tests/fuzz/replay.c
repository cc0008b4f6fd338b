/* replay DIRECTORY: runs every file of a corpus through the target it is linked with, in the order
 * of their names. An empty corpus is an error. */
#include "fuzz.h"

#include <dirent.h>

static int is_file(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

static gboolean replay(const char *directory, const char *name) {
    g_autofree char *path = g_build_filename(directory, name, NULL);
    g_autofree char *bytes = NULL;
    gsize size = 0;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, &bytes, &size, &error)) {
        fprintf(stderr, "%s\n", error->message);
        return FALSE;
    }
    /* The last of these lines is the input that ended the program. */
    fprintf(stderr, "%s\n", name);
    /* GLib puts a NUL behind a file; without it a sanitizer sees a look behind the input. */
    g_autofree uint8_t *input = g_memdup2(bytes, size);
    LLVMFuzzerTestOneInput(input, size);
    return TRUE;
}

int main(int argc, char **argv) {
    struct dirent **entries = NULL;
    const int count = argc == 2 ? scandir(argv[1], &entries, is_file, alphasort) : -1;
    gboolean good = count > 0;
    for (int i = 0; i < count; i++) {
        good &= replay(argv[1], entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    fprintf(stderr, "%d inputs\n", MAX(count, 0));
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
