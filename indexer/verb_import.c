/* `indexer import`: documents that come as JSON Lines instead of by HTTP. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "index/ingest.h"
#include "syllabus/library.h"
#include "syllabus/text.h"
#include "syllabus/url.h"
#include "verbs.h"

#define MAX_LINE_BYTES (16 * 1024 * 1024)
#define MAX_ID_BYTES   150

static const char examples[] =
    "  indexer import --library maths --jsonl documents.jsonl\n"
    "  producer | indexer import --jsonl - --batch 1\n"
    "\nEach line is one JSON object: `id` (no spaces) or `url`, `title`, `text`; if you like\n"
    "`path` (array of headings), `author`, `lang`, `kind`, `description`.\n";

/* A member's text, cleaned; "" where it is absent. */
static char *text_member(const json_t *object, const char *name) {
    const json_t *member = json_object_get(object, name);
    return json_is_string(member)
               ? syl_text_clean(json_string_value(member), (gssize)json_string_length(member))
               : g_strdup("");
}

static char *line_member(const json_t *object, const char *name) {
    g_autofree char *text = text_member(object, name);
    return syl_text_squeeze(text);
}

static void replace(char **member, char *value) {
    g_free(*member);
    *member = value;
}

static Document *read_document(const json_t *object) {
    Document *document = document_new();
    size_t level;
    json_t *heading;
    replace(&document->title, line_member(object, "title"));
    replace(&document->author, line_member(object, "author"));
    replace(&document->language, line_member(object, "lang"));
    replace(&document->description, line_member(object, "description"));
    replace(&document->main, text_member(object, "text"));
    g_autofree char *kind = line_member(object, "kind");
    if (*kind != '\0') {
        replace(&document->kind, g_steal_pointer(&kind));
    }
    json_array_foreach(json_object_get(object, "path"), level, heading) {
        if (json_is_string(heading) && level < 6) {
            g_autofree char *clean = syl_text_clean(json_string_value(heading), -1);
            g_autofree char *line = syl_text_squeeze(clean);
            document_add_section(document, (guint)level + 1, line, "", 0);
        }
    }
    return document;
}

static gboolean looks_like_page_id(const char *id) {
    return strlen(id) == 16 && strspn(id, "0123456789abcdef") == 16;
}

static gboolean is_id_of(const char *id, const char *canonical) {
    g_autofree char *own = canonical != NULL ? syl_url_id(canonical) : NULL;
    return g_strcmp0(id, own) == 0;
}

/* Id and address of the page; FALSE with *problem (static text) if it has neither. */
static gboolean read_identity(const json_t *object, StorePage *page, const char **problem) {
    const char *id = json_string_value(json_object_get(object, "id"));
    const char *url = json_string_value(json_object_get(object, "url"));
    g_autofree char *canonical = url != NULL ? syl_url_canonical(url, NULL, NULL) : NULL;
    if (url != NULL && canonical == NULL) {
        *problem = "`url` is no http or https address";
    } else if (id == NULL && url == NULL) {
        *problem = "neither `id` nor `url`";
    } else if (id != NULL && looks_like_page_id(id) && !is_id_of(id, canonical)) {
        *problem = "`id` has the form of a page's own id (16 hexadecimal digits): choose another";
    } else if (id != NULL &&
               (*id == '\0' || strpbrk(id, " \t\r\n") != NULL || strlen(id) > MAX_ID_BYTES)) {
        *problem = "`id` must be 1 to 150 bytes without spaces";
    } else {
        page->id = id != NULL ? g_strdup(id) : syl_url_id(canonical);
        page->url = canonical != NULL ? g_steal_pointer(&canonical) : g_strdup("");
        page->resource = g_strdup(page->id);
        return TRUE;
    }
    return FALSE;
}

/* FALSE with *problem set for a bad line, or with error for a failed write. */
static gboolean import_line(Ingest *ingest, const char *line, gsize size, const char **problem,
                            GError **error) {
    json_error_t mistake;
    json_t *object = json_loadb(line, size, 0, &mistake);
    IngestVisit *visit = g_new0(IngestVisit, 1);
    gboolean ok = FALSE;
    visit->page = g_new0(StorePage, 1);
    if (!json_is_object(object)) {
        *problem = "not a JSON object";
    } else if (read_identity(object, visit->page, problem)) {
        visit->document = read_document(object);
        visit->page->status = 200;
        visit->page->fetched_at = visit->page->checked_at = g_get_real_time() / G_USEC_PER_SEC;
        visit->visited = TRUE;
        visit->visit = (StoreVisit){.at = visit->page->checked_at, .status = 200};
        ok = ingest_put_visit(ingest, visit, error);
    }
    ingest_visit_free(visit);
    json_decref(object);
    return ok;
}

static gboolean import_stream(Ingest *ingest, FILE *in, const char *name, guint *taken, guint *bad,
                              GError **error) {
    g_autofree char *line = NULL; /* getline's buffer: malloc is GLib's allocator */
    size_t room = 0;
    ssize_t size;
    for (guint number = 1; (size = getline(&line, &room, in)) >= 0; number++) {
        const char *problem = size > MAX_LINE_BYTES ? "over 16 MiB" : NULL;
        if (strspn(line, " \t\r\n") == (size_t)size) {
            continue;
        }
        if (problem == NULL && import_line(ingest, line, (gsize)size, &problem, error)) {
            (*taken)++;
        } else if (problem != NULL) {
            (*bad)++;
            g_printerr("indexer: %s:%u: %s; line left out\n", name, number, problem);
        } else {
            return FALSE;
        }
    }
    if (ferror(in) != 0) {
        g_set_error(error, SYL_LIBRARY_ERROR, SYL_LIBRARY_ERROR_IO, "%s: %s", name,
                    g_strerror(errno));
        return FALSE;
    }
    return ingest_seal(ingest, error);
}

static int import(const char *library, const char *path, guint batch) {
    g_autoptr(GError) error = NULL;
    gboolean standard_input = g_str_equal(path, "-");
    FILE *in = standard_input ? stdin : fopen(path, "re");
    guint taken = 0, bad = 0;
    if (in == NULL) {
        g_printerr("indexer: %s: %s\n", path, g_strerror(errno));
        return EXIT_FAILED;
    }
    int lock = syl_library_lock(library, &error);
    Ingest *ingest = lock >= 0 ? ingest_open(library, batch, &error) : NULL;
    gboolean ok = ingest != NULL && import_stream(ingest, in, path, &taken, &bad, &error);
    if (ok) {
        g_printerr("%s: %u documents imported, %u lines left out\n", library, taken, bad);
    }
    ingest_free(ingest);
    if (lock >= 0) {
        close(lock);
    }
    if (!standard_input) {
        fclose(in);
    }
    return !ok ? verb_fail(error) : taken == 0 && bad > 0 ? EXIT_FAILED : EXIT_DONE;
}

int verb_import(int argc, char **argv) {
    g_set_prgname("indexer import");
    g_autofree char *library = NULL;
    g_autofree char *path = NULL;
    int batch = 0, code = EXIT_DONE;
    const GOptionEntry entries[] = {
        {"library", 0, 0, G_OPTION_ARG_FILENAME, &library,
         "Where store and index are kept (./library)", "DIR"},
        {"jsonl", 0, 0, G_OPTION_ARG_FILENAME, &path, "The documents; - is standard input", "FILE"},
        {"batch", 0, 0, G_OPTION_ARG_INT, &batch, "Commit after so many documents (500)", "N"},
        G_OPTION_ENTRY_NULL};
    if (!verb_parse_options(NULL, examples, entries, &argc, &argv, &code)) {
        return code;
    }
    if (path == NULL || argc > 1) {
        return verb_usage(path == NULL ? "import needs --jsonl FILE"
                                       : "import takes no argument: use --jsonl FILE");
    }
    if (batch < 0) {
        return verb_usage("--batch is %d: it must be at least 1", batch);
    }
    return import(library != NULL ? library : "library", path, (guint)batch);
}
