#include "list/list.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

G_DEFINE_QUARK(list_error, list_error)

/* A text in another encoding has some bytes that are no UTF-8; what is no text has many. */
#define LIST_MAX_INVALID_SHARE 4 /* one in so many bytes */

typedef struct ListFormat {
    const char *name;
    gboolean (*recognise)(const char *bytes, gsize size);
    List *(*parse)(const char *bytes, gsize size);
} ListFormat;

static gboolean is_any_text(const char *bytes, gsize size) {
    (void)bytes;
    (void)size;
    return TRUE;
}

/* The first that recognises a list reads it; the last reads what no other does. */
static const ListFormat FORMATS[] = {
    {"Markdown", is_any_text, list_parse_markdown},
};

/* ---- ownership ---- */

List *list_new(void) {
    List *list = g_new0(List, 1);
    list->title = g_strdup("");
    list->entries = g_ptr_array_new_with_free_func((GDestroyNotify)list_entry_free);
    return list;
}

void list_entry_free(ListEntry *entry) {
    if (entry == NULL) {
        return;
    }
    g_free(entry->url);
    g_free(entry->text);
    g_strfreev(entry->heading);
    g_free(entry->note);
    g_strfreev(entry->section_text);
    g_free(entry);
}

void list_free(List *list) {
    if (list == NULL) {
        return;
    }
    g_free(list->title);
    g_ptr_array_unref(list->entries);
    g_free(list);
}

/* ---- bytes to text ---- */

/* Bytes of text that belong to no UTF-8 character. */
static gsize count_invalid(const char *bytes, gsize size) {
    gsize invalid = 0;
    const char *at = bytes, *end = bytes + size;
    while (!g_utf8_validate_len(at, (gsize)(end - at), &at)) {
        invalid++;
        at++;
    }
    return invalid;
}

static gboolean is_blank(const char *text, gsize size) {
    for (gsize i = 0; i < size; i++) {
        if (!g_ascii_isspace(text[i])) {
            return FALSE;
        }
    }
    return TRUE;
}

static const ListFormat *format_of(const char *text, gsize size) {
    gsize i = 0;
    while (i + 1 < G_N_ELEMENTS(FORMATS) && !FORMATS[i].recognise(text, size)) {
        i++;
    }
    return &FORMATS[i];
}

static List *parse_text(const char *source, const char *text, gsize size, GError **error) {
    const ListFormat *format = format_of(text, size);
    g_autoptr(List) list = format->parse(text, size);
    if (list == NULL) {
        g_set_error(error, LIST_ERROR, LIST_ERROR_READ,
                    "%s needs more memory to be read as %s than there is; split it into smaller "
                    "lists",
                    source, format->name);
        return NULL;
    }
    if (list->entries->len == 0) {
        g_set_error(error, LIST_ERROR, LIST_ERROR_NO_LINKS,
                    "%s has no http or https links; a list is a Markdown file with links in it",
                    source);
        return NULL;
    }
    return g_steal_pointer(&list);
}

List *list_parse(const char *source, const char *bytes, gsize size, GError **error) {
    if (size > LIST_MAX_BYTES) {
        g_set_error(error, LIST_ERROR, LIST_ERROR_SIZE,
                    "%s is over %d bytes; split it into smaller lists", source, LIST_MAX_BYTES);
        return NULL;
    }
    if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        bytes += 3;
        size -= 3;
    }
    if (is_blank(bytes, size)) {
        g_set_error(error, LIST_ERROR, LIST_ERROR_EMPTY,
                    "%s is empty; a list is a Markdown file with links in it", source);
        return NULL;
    }
    const char *nul = memchr(bytes, '\0', size);
    const gsize invalid = nul != NULL ? 0 : count_invalid(bytes, size);
    if (nul != NULL || invalid > size / LIST_MAX_INVALID_SHARE) {
        g_set_error(error, LIST_ERROR, LIST_ERROR_BINARY,
                    "%s is not UTF-8 text; a list is a Markdown file saved as UTF-8", source);
        return NULL;
    }
    g_autofree char *text =
        invalid == 0 ? g_strndup(bytes, size) : g_utf8_make_valid(bytes, (gssize)size);
    return parse_text(source, text, strlen(text), error);
}

/* ---- files ---- */

static gboolean set_read_error(GError **error, const char *path, int number) {
    g_set_error(error, LIST_ERROR, LIST_ERROR_READ, "%s cannot be read: %s", path,
                g_strerror(number));
    return FALSE;
}

/* Reads one byte more than a list may have at most, so that parsing tells it is too long. A file
 * may be a pipe, whose size nobody knows. */
static gboolean read_bounded(const char *path, GString *bytes, GError **error) {
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return set_read_error(error, path, errno);
    }
    char piece[64 * 1024];
    gsize got;
    errno = 0;
    while (bytes->len <= LIST_MAX_BYTES && (got = fread(piece, 1, sizeof piece, file)) > 0) {
        g_string_append_len(bytes, piece, (gssize)got);
    }
    const int number = ferror(file) ? errno : 0;
    fclose(file);
    return number == 0 || set_read_error(error, path, number);
}

List *list_read_file(const char *path, GError **error) {
    if (strstr(path, "://") != NULL) {
        g_set_error(error, LIST_ERROR, LIST_ERROR_READ,
                    "%s is an address; lists are read from files: download it first (curl -O)",
                    path);
        return NULL;
    }
    g_autoptr(GString) bytes = g_string_new(NULL);
    return read_bounded(path, bytes, error) ? list_parse(path, bytes->str, bytes->len, error)
                                            : NULL;
}
