/* Reading a curated list: a document of links becomes entries, each with what its author wrote
 * around it.
 *
 * Pure: bytes in, entries out; no network, no files but list_read_file. Any thread. */
#pragma once

#include <glib.h>

#define LIST_ERROR (list_error_quark())
GQuark list_error_quark(void);
typedef enum ListError {
    LIST_ERROR_READ,     /* no such file, not readable */
    LIST_ERROR_EMPTY,    /* nothing in it */
    LIST_ERROR_BINARY,   /* not text */
    LIST_ERROR_NO_LINKS, /* text without a single http(s) link */
    LIST_ERROR_SIZE,     /* over LIST_MAX_BYTES */
} ListError;

#define LIST_MAX_BYTES   (16 * 1024 * 1024)
#define LIST_MAX_ENTRIES 100000

typedef struct ListEntry {
    char *url;     /* as written, entities decoded */
    char *text;    /* link text, white space squeezed; that of its pictures if it has no other; may
                      be empty */
    GStrv heading; /* headings above it, outermost first; for a link inside a heading, that heading
                      is the last */
    char *note; /* the rest of its item, table row or paragraph, link text removed; may be empty */
    GStrv section_text; /* link-free paragraphs and items under the same heading, in order */
    guint order;        /* 0, 1, ... in the list */
    guint line;         /* 1-based line of the list where the link's block starts */
} ListEntry;

/* Frees the entry and every string in it. */
void list_entry_free(ListEntry *entry);

typedef struct List {
    char *title;        /* its first heading, or "" */
    GPtrArray *entries; /* ListEntry *, http(s) links only, in order */
    guint dropped;      /* links over LIST_MAX_ENTRIES, which were left out */
} List;

void list_free(List *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(List, list_free)

/* Parses the bytes of a list. source names it in messages. */
List *list_parse(const char *source, const char *bytes, gsize size, GError **error);
/* Reads and parses the file at path. */
List *list_read_file(const char *path, GError **error);

/* The format parsers, found by a table in list.c. bytes is valid UTF-8 without a byte order mark. A
 * list without links is a list. NULL if memory ran out. */
List *list_parse_markdown(const char *bytes, gsize size);

/* An empty list, for format parsers to fill. */
List *list_new(void);
