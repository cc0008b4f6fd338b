/* `indexer extract`: what would be indexed of files, without a library. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "syllabus/url.h"

#include "extract/extract.h"
#include "verbs.h"

/* Larger files are no pages. */
#define MAX_FILE_BYTES (64 * 1024 * 1024)

static const char examples[] =
    "  indexer extract page.html\n"
    "  indexer extract --json --url https://example.org/book/ book/*.html | jq .title\n";

/* The whole of a regular file or pipe. NULL with a one-line reason. */
static GByteArray *read_file(const char *path, char **reason) {
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    int fd = g_str_equal(path, "-") ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    guint8 chunk[65536];
    ssize_t got = -1;
    int problem = errno;
    if (fd >= 0) {
        while ((got = read(fd, chunk, sizeof chunk)) > 0 && bytes->len <= MAX_FILE_BYTES) {
            g_byte_array_append(bytes, chunk, (guint)got);
        }
        problem = errno;
        close(fd);
    }
    if (got < 0) {
        *reason = g_strdup(g_strerror(problem));
    } else if (bytes->len > MAX_FILE_BYTES) {
        *reason = g_strdup_printf("over %d bytes", MAX_FILE_BYTES);
    }
    return *reason ? NULL : g_steal_pointer(&bytes);
}

static gboolean print_json(const Document *document, const char *path) {
    json_t *object = document_to_json(document, path);
    char *line = json_dumps(object, JSON_COMPACT);
    gboolean ok = line && puts(line) >= 0;
    free(line);
    json_decref(object);
    return ok;
}

static void print_field(const char *name, const char *value) {
    if (*value) {
        printf("%-12s %s\n", name, value);
    }
}

static void print_text(const Document *document, const char *path) {
    printf("== %s\n", path);
    print_field("title", document->title);
    print_field("kind", document->kind);
    print_field("language", document->language);
    print_field("author", document->author);
    print_field("description", document->description);
    print_field("canonical", document->canonical);
    printf("%-12s %u\n%-12s %zu bytes\n", "links", document->links->len, "other text",
           strlen(document->rest));
    for (guint i = 0; i < document->sections->len; i++) {
        const DocumentSection *section = document->sections->pdata[i];
        printf("%-12s %*s%s%s%s\n", i ? "" : "sections", (int)(2 * (section->level - 1)), "",
               section->heading, *section->anchor ? "  #" : "", section->anchor);
    }
    printf("\n%s\n\n", document->main);
}

static gboolean extract_file(const char *path, const char *url, gboolean json) {
    g_autofree char *reason = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) bytes = read_file(path, &reason);
    if (!bytes) {
        g_printerr("indexer: %s: %s\n", path, reason);
        return FALSE;
    }
    ExtractInput input = {.url = url, .name = path, .bytes = bytes->data, .size = bytes->len};
    g_autoptr(Document) document = extract_document(&input, &error);
    if (!document) {
        g_printerr("indexer: %s: %s\n", path, error->message);
        return FALSE;
    }
    if (json) {
        return print_json(document, path);
    }
    print_text(document, path);
    return TRUE;
}

int verb_extract(int argc, char **argv) {
    g_set_prgname("indexer extract");
    gboolean json = FALSE;
    g_autofree char *address = NULL;
    g_auto(GStrv) files = NULL;
    int code = EXIT_DONE;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "One JSON object a line for each file", NULL},
        {"url", 0, 0, G_OPTION_ARG_STRING, &address, "Address that the files were fetched from",
         "URL"},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files, NULL, "FILE..."},
        G_OPTION_ENTRY_NULL};
    if (!verb_parse_options(NULL, examples, entries, &argc, &argv, &code)) {
        return code;
    }
    if (!files) {
        return verb_usage("extract needs at least one FILE");
    }
    g_autofree char *url = address ? syl_url_canonical(address, NULL, NULL) : NULL;
    if (address && !url) {
        return verb_usage("%s is no http or https address", address);
    }
    for (guint i = 0; files[i]; i++) {
        if (!extract_file(files[i], url, json)) {
            code = EXIT_FAILED;
        }
    }
    if (fflush(stdout)) {
        g_printerr("indexer: standard output: %s\n", g_strerror(errno));
        code = EXIT_FAILED;
    }
    return code;
}
