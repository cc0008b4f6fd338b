/* What extraction finds in one fetched body. A document crosses from the worker process to the
 * indexer and into the store as a GVariant; `indexer extract --json` prints it as one JSON object.
 * A document belongs to one thread. */
#pragma once

#include <glib.h>
#include <jansson.h>

#define DOCUMENT_MAX_MAIN_BYTES (4 * 1024 * 1024)
#define DOCUMENT_MAX_REST_BYTES (256 * 1024) /* of rest, and of captions */
#define DOCUMENT_MAX_LINKS      5000
#define DOCUMENT_MAX_SECTIONS   5000

/* A heading and where its text starts. */
typedef struct DocumentSection {
    guint level; /* 1 (outermost) to 6 */
    char *heading;
    char *anchor; /* what follows '#' in a link to it: an id, "page=3", or for a video "t=95s" in
                     `query`; may be "" */
    gsize offset; /* bytes in main where its heading line starts: headings are blocks of main. A
                     section without a heading of its own in the text (a page of a PDF) starts at
                     its first block */
} DocumentSection;

typedef struct DocumentLink {
    char *url;  /* canonical, resolved against the document's address */
    char *text; /* squeezed, may be empty */
} DocumentLink;

typedef struct Document {
    char *title;       /* squeezed, may be empty */
    char *description; /* from metadata, may be empty */
    char *author;      /* may be empty */
    char *language;    /* BCP 47 as declared, lower case; may be empty */
    char *canonical;   /* what the page declares as its address, canonical; or "" */
    char *kind;        /* "page", "pdf", "notebook", "playlist", "video", "repository", "text": see
                            extract.c's tables */
    char *main;     /* the text that is indexed; blocks separated by '\n'; "" where there is none */
    char *rest;     /* navigation and boilerplate */
    char *captions; /* figure captions, one a line */
    GPtrArray *sections;        /* DocumentSection *, by offset */
    GPtrArray *links;           /* DocumentLink *, in order, each address once */
    gboolean noindex, nofollow; /* robots meta of the page */
} Document;

/* An empty document: strings "", arrays empty. */
Document *document_new(void);
void document_free(Document *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Document, document_free)

/* Owned copies are taken of heading, anchor, url and text. Over the caps nothing is added. */
void document_add_section(Document *document, guint level, const char *heading, const char *anchor,
                          gsize offset);
void document_add_link(Document *document, const char *url, const char *text);

/* A floating variant of type DOCUMENT_VARIANT_TYPE. */
#define DOCUMENT_VARIANT_TYPE "(sssssssssa(ussu)a(ss)bb)"
GVariant *document_to_variant(const Document *document);
/* Checks everything: type, UTF-8, offsets in order and inside main. NULL if anything is wrong (a
 * worker is not trusted). */
Document *document_from_variant(GVariant *variant);

/* The same for people and programs: file, title, main, rest, captions, sections, links, lang, ...
 * New reference. */
json_t *document_to_json(const Document *document, const char *file);

/* A number that changes when extraction would give another document for the same body. */
#define DOCUMENT_VERSION 1
