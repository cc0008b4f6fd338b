/* The document data of one index document: what a result shows, in Omega's form: lines of
 * `name=value`, a name may repeat, line breaks inside a value are written as further lines of that
 * name. Pure functions: any thread. */
#pragma once

#include <glib.h>

typedef struct SylRecord {
    char *id;             /* unique in the index, no spaces */
    char *type;           /* "resource" (a list's own words about a link) or "passage" */
    char *url;            /* deep link: opens at the passage */
    char *page;           /* address of the page, without the passage */
    char *title;          /* of the page */
    char *resource;       /* address of the resource the page belongs to */
    char *resource_title; /* what the list calls it, else the title of its first page */
    GStrv heading;        /* outermost first; never NULL */
    char *kind;           /* page, pdf, notebook, video, playlist, repository, ... */
    char *language;       /* BCP 47, or "" where unknown */
    char *text;           /* UTF-8; blocks are separated by '\n' */
    GStrv parts; /* syl_record_part of each further section in text, ascending; never NULL */
} SylRecord;

/* A further section inside the text of a record: where it starts, how to open it, what it is under.
 * As one line; caller frees. */
char *syl_record_part(gsize offset, const char *url, const char *const *heading);
/* Its members; url and heading are the caller's to free. FALSE if part is none. */
gboolean syl_record_read_part(const char *part, gsize *offset, char **url, GStrv *heading);

/* All strings of a new record are NULL; heading and parts are empty. */
SylRecord *syl_record_new(void);
void syl_record_free(SylRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SylRecord, syl_record_free)

/* NULL members are written as nothing. Caller frees. */
char *syl_record_pack(const SylRecord *record);
/* Unknown names are skipped; absent members become "". Never fails. Caller frees. */
SylRecord *syl_record_unpack(const char *data, gsize size);
