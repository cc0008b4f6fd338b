/* `indexer status`: what the library holds, link by link. */
#include <stdio.h>

#include <jansson.h>

#include "store/store.h"
#include "syllabus/library.h"
#include "syllabus/url.h"
#include "verbs.h"

static const char examples[] = "  indexer status\n"
                               "  indexer status --library maths --json\n";

/* One resource and what became of it. */
typedef struct Row {
    const StoreResource *resource;
    guint pages, with_text;
    const char *message; /* of its start page, or NULL */
    guint status;
} Row;

/* The page that the resource's start redirects to, at most so many hops on. Takes page. */
static StorePage *follow(Store *store, StorePage *page, guint hops) {
    while (page != NULL && page->moved_to != NULL && hops-- > 0) {
        StorePage *next = store_page(store, page->moved_to, NULL);
        if (next == NULL) {
            break;
        }
        store_page_free(page);
        page = next;
    }
    return page;
}

static gboolean read_row(Store *store, const StoreResource *resource, Row *row, StorePage **start,
                         GError **error) {
    g_autoptr(GPtrArray) pages = store_pages(store, resource->id, error);
    if (pages == NULL) {
        return FALSE;
    }
    *row = (Row){.resource = resource};
    for (guint i = 0; i < pages->len; i++) {
        const StorePage *page = g_ptr_array_index(pages, i);
        row->pages += page->moved_to == NULL;
        row->with_text += page->text_hash != NULL;
    }
    *start = follow(store, store_page(store, resource->id, NULL), 5);
    row->message = *start == NULL ? "not visited yet" : (*start)->message;
    row->status = *start == NULL ? 0 : (*start)->status;
    return TRUE;
}

static void print_row(const Row *row) {
    if (row->message != NULL) {
        printf("%5u  %s\n       %s\n", row->with_text, row->resource->url, row->message);
    } else {
        printf("%5u  %s\n", row->with_text, row->resource->url);
    }
}

static json_t *row_to_json(const Row *row) {
    return json_pack("{s:s, s:s, s:i, s:i, s:i, s:s?}", "url", row->resource->url, "start",
                     row->resource->start, "pages", (int)row->pages, "with_text",
                     (int)row->with_text, "status", (int)row->status, "message", row->message);
}

static gboolean print_status(Store *store, const char *library, gboolean json, GError **error) {
    StoreCounts counts = {0};
    g_autoptr(GPtrArray) resources = store_resources(store, error);
    if (resources == NULL || !store_counts(store, &counts, error)) {
        return FALSE;
    }
    g_autoptr(GPtrArray) lists = store_lists(store, error);
    if (lists == NULL) {
        return FALSE;
    }
    json_t *rows = json_array();
    if (!json) {
        printf("%s: links %u, resources %u, pages with text %u, stored %.1f MB\n", library,
               counts.entries, counts.resources, counts.with_text, (double)counts.body_bytes / 1e6);
        for (guint i = 0; i < lists->len; i++) {
            printf("list   %s\n", (const char *)g_ptr_array_index(lists, i));
        }
        puts("\npages  resource");
    }
    for (guint i = 0; i < resources->len; i++) {
        Row row;
        g_autoptr(StorePage) start = NULL;
        if (!read_row(store, g_ptr_array_index(resources, i), &row, &start, error)) {
            json_decref(rows);
            return FALSE;
        }
        if (json) {
            json_array_append_new(rows, row_to_json(&row));
        } else {
            print_row(&row);
        }
    }
    if (json) {
        json_t *all = json_pack("{s:s, s:i, s:i, s:i, s:i, s:I, s:O}", "library", library, "lists",
                                (int)counts.lists, "links", (int)counts.entries, "pages",
                                (int)counts.pages, "with_text", (int)counts.with_text, "body_bytes",
                                (json_int_t)counts.body_bytes, "resources", rows);
        json_dumpf(all, stdout, JSON_COMPACT);
        putchar('\n');
        json_decref(all);
    }
    json_decref(rows);
    return TRUE;
}

int verb_status(int argc, char **argv) {
    g_set_prgname("indexer status");
    g_autofree char *library = NULL;
    g_autoptr(GError) error = NULL;
    gboolean json = FALSE;
    int code = EXIT_DONE;
    const GOptionEntry entries[] = {
        {"library", 0, 0, G_OPTION_ARG_FILENAME, &library,
         "Where store and index are kept (./library)", "DIR"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object", NULL},
        G_OPTION_ENTRY_NULL};
    if (!verb_parse_options(NULL, examples, entries, &argc, &argv, &code)) {
        return code;
    }
    if (argc > 1) {
        return verb_usage("status takes no argument: %s", argv[1]);
    }
    const char *directory = library != NULL ? library : "library";
    g_autofree char *path = syl_library_store_path(directory);
    g_autoptr(Store) store = store_open(path, STORE_READ, &error);
    return store != NULL && print_status(store, directory, json, &error) ? EXIT_DONE
                                                                         : verb_fail(error);
}
