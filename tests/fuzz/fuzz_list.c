/* The bytes of a list. */
#include "fuzz.h"

#include "list/list.h"
#include "list/outline.h"

/* A row goes on until its note is over two sides; the last cell brings its column's name. */
#define NOTE_MAX_BYTES (2 * OUTLINE_NOTE_SIDE_BYTES + 3 * OUTLINE_CELL_MAX_BYTES + 8)

static void check_section_text(const ListEntry *entry) {
    gsize total = 0;
    for (char **text = entry->section_text; *text != NULL; text++) {
        fuzz_holds(fuzz_is_squeezed(*text), "section texts are clean lines");
        fuzz_holds(strlen(*text) <= OUTLINE_SECTION_TEXT_BYTES, "section texts keep their cap");
        total += strlen(*text);
    }
    fuzz_holds(total <= OUTLINE_SECTION_TOTAL_BYTES, "a section's texts keep their cap");
}

static void check_entry(const ListEntry *entry) {
    fuzz_holds(g_ascii_strncasecmp(entry->url, "http://", 7) == 0 ||
                   g_ascii_strncasecmp(entry->url, "https://", 8) == 0,
               "entries are http or https");
    fuzz_holds(g_utf8_validate(entry->url, -1, NULL), "addresses are UTF-8");
    fuzz_holds(fuzz_is_squeezed(entry->text), "link texts are clean lines");
    fuzz_holds(strlen(entry->text) <= OUTLINE_TEXT_MAX_BYTES, "link texts keep their cap");
    fuzz_holds(fuzz_is_clean(entry->note), "notes are clean text");
    fuzz_holds(strlen(entry->note) <= NOTE_MAX_BYTES, "notes keep their cap");
    fuzz_holds(g_strv_length(entry->heading) <= 6, "headings are at most six deep");
    for (char **heading = entry->heading; *heading != NULL; heading++) {
        fuzz_holds(**heading != '\0' && fuzz_is_squeezed(*heading), "headings are clean lines");
        fuzz_holds(strlen(*heading) <= OUTLINE_HEADING_MAX_BYTES, "headings keep their cap");
    }
    check_section_text(entry);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    /* The byte behind a list is none of it, though it would end a link. */
    g_autoptr(GString) bytes = g_string_new_len((const char *)data, (gssize)size);
    g_string_append_c(bytes, ')');
    g_autoptr(GError) error = NULL;
    g_autoptr(List) list = list_parse("list", bytes->str, size, &error);
    fuzz_holds((list == NULL) == (error != NULL), "there is a list or an error");
    if (list == NULL) {
        fuzz_holds(error->domain == LIST_ERROR, "errors are those of lists");
        return 0;
    }
    guint lines = 1;
    for (size_t i = 0; i < size; i++) {
        lines += data[i] == '\n' || data[i] == '\r';
    }
    fuzz_holds(fuzz_is_squeezed(list->title), "the title is a clean line");
    fuzz_holds(list->entries->len > 0 && list->entries->len <= LIST_MAX_ENTRIES,
               "a list has entries, and keeps their cap");
    for (guint i = 0; i < list->entries->len; i++) {
        const ListEntry *entry = g_ptr_array_index(list->entries, i);
        check_entry(entry);
        fuzz_holds(entry->order == i, "entries are numbered in order");
        fuzz_holds(entry->line >= 1 && entry->line <= lines, "lines are those of the list");
    }
    return 0;
}
