/* `indexer entries`: what a list says, link by link, without the network. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "syllabus/text.h"

#include "list/list.h"
#include "verbs.h"

static const char examples[] = "  indexer entries reading-list.md\n"
                               "  indexer entries --json reading-list.md | head -n 1\n";

static json_t *strings_to_json(const char *const *strings) {
    json_t *array = json_array();
    for (; *strings != NULL; strings++) {
        json_array_append_new(array, json_string(*strings));
    }
    return array;
}

/* FALSE if there is no more memory, or stdout takes no more. */
static gboolean print_entry_json(const ListEntry *entry) {
    json_t *object = json_pack(
        "{s:s, s:s, s:o, s:s, s:o, s:I, s:I}", "url", entry->url, "text", entry->text, "heading",
        strings_to_json((const char *const *)entry->heading), "note", entry->note, "section_text",
        strings_to_json((const char *const *)entry->section_text), "order",
        (json_int_t)entry->order, "line", (json_int_t)entry->line);
    const gboolean printed =
        object != NULL && json_dumpf(object, stdout, JSON_COMPACT) == 0 && putchar('\n') != EOF;
    json_decref(object);
    return printed;
}

static gboolean print_json(const List *list) {
    for (guint i = 0; i < list->entries->len; i++) {
        if (!print_entry_json(g_ptr_array_index(list->entries, i))) {
            return FALSE;
        }
    }
    return TRUE;
}

/* The list as an outline: a heading path where it changes, the links under it. */
static gboolean print_outline(const List *list) {
    const ListEntry *previous = NULL;
    printf("%s\n", list->title[0] != '\0' ? list->title : "(no title)");
    for (guint i = 0; i < list->entries->len; i++) {
        const ListEntry *entry = g_ptr_array_index(list->entries, i);
        if (previous == NULL || !g_strv_equal((const char *const *)previous->heading,
                                              (const char *const *)entry->heading)) {
            g_autofree char *path = g_strjoinv(" › ", entry->heading);
            printf("\n%s\n", path[0] != '\0' ? path : "(before the first heading)");
        }
        g_autofree char *url = syl_text_clean(entry->url, -1);
        if (entry->text[0] != '\0' && strcmp(entry->text, url) != 0) {
            printf("  %s — %s\n", entry->text, url);
        } else {
            printf("  %s\n", url);
        }
        previous = entry;
    }
    return !ferror(stdout);
}

static int print_list(const char *path, gboolean json) {
    g_autoptr(GError) error = NULL;
    g_autoptr(List) list = list_read_file(path, &error);
    if (list == NULL) {
        return verb_fail(error);
    }
    if (list->dropped > 0) {
        g_printerr("indexer: %s has %u links more than the %d a list may have; they are left out\n",
                   path, list->dropped, LIST_MAX_ENTRIES);
    }
    const gboolean printed = json ? print_json(list) : print_outline(list);
    if (printed && fflush(stdout) == 0) {
        return EXIT_DONE;
    }
    g_printerr("indexer: the links of %s cannot be printed: %s\n", path, g_strerror(errno));
    return EXIT_FAILED;
}

int verb_entries(int argc, char **argv) {
    g_set_prgname("indexer entries");
    gboolean json = FALSE;
    int code = EXIT_DONE;
    const GOptionEntry options[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object a link", NULL},
        G_OPTION_ENTRY_NULL};
    if (!verb_parse_options("LIST...", examples, options, &argc, &argv, &code)) {
        return code;
    }
    if (argc < 2) {
        return verb_usage("entries needs a list: indexer entries reading-list.md");
    }
    for (int i = 1; i < argc; i++) {
        const int list_code = print_list(argv[i], json);
        code = code == EXIT_DONE ? list_code : code;
    }
    return code;
}
