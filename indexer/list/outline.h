/* The outline of a list while it is read: headings, blocks of text and links in the order of the
 * document become a List, each link with its heading path, the rest of its block and the link-free
 * text of its section. A format parser only says what comes next.
 *
 * One outline belongs to one thread. All text handed in is valid UTF-8; what comes out is cleaned
 * and squeezed. */
#pragma once

#include <glib.h>

#include "list/list.h"

/* What one list may make an outline hold, beside its own size. */
#define OUTLINE_HEADING_MAX_BYTES   300
#define OUTLINE_TEXT_MAX_BYTES      1000 /* of a link's text */
#define OUTLINE_NOTE_SIDE_BYTES     1000 /* of a note on each side of its link */
#define OUTLINE_CELL_MAX_BYTES      500
#define OUTLINE_MAX_COLUMNS         32
#define OUTLINE_SECTION_MAX_TEXTS   200
#define OUTLINE_SECTION_TEXT_BYTES  500
#define OUTLINE_SECTION_TOTAL_BYTES (16 * 1024)
/* Each entry has a copy of its section's text; those past this sum get none. */
#define OUTLINE_COPIES_MAX_BYTES (64 * 1024 * 1024)

typedef struct Outline Outline;

typedef enum OutlineBlock {
    OUTLINE_PARAGRAPH,
    OUTLINE_ITEM,       /* of a list; blocks opened inside it are not part of its text */
    OUTLINE_ROW,        /* of a table */
    OUTLINE_HEADER_ROW, /* names the columns of the rows that follow */
    OUTLINE_HEADING,
} OutlineBlock;

/* Who opened a link: one of each kind may be open at a time. */
typedef enum OutlineLink {
    OUTLINE_LINK_MARKUP, /* the format's own link */
    OUTLINE_LINK_HTML,   /* an <a> of raw HTML */
    OUTLINE_LINK_KINDS,
} OutlineLink;

Outline *outline_new(void);
void outline_free(Outline *outline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Outline, outline_free)

/* The list. Blocks still open are closed. The outline is empty and only to be freed afterwards. */
List *outline_take_list(Outline *outline);

/* level: of a heading, 1 to 6; else 0. */
void outline_open_block(Outline *outline, OutlineBlock kind, guint level);
/* Closes the innermost block, and the links that were opened in it. */
void outline_close_block(Outline *outline);
/* Whether the innermost block is of this kind; has neither text nor link yet. */
gboolean outline_is_in(const Outline *outline, OutlineBlock kind);
gboolean outline_is_blank(const Outline *outline);
gboolean outline_has_open_link(const Outline *outline, OutlineLink kind);

/* The line the innermost block starts on: the first call for a block counts. */
void outline_mark_line(Outline *outline, guint line);
gboolean outline_wants_line(const Outline *outline);

/* Starts the next cell of a row. */
void outline_start_cell(Outline *outline);

void outline_add_text(Outline *outline, const char *text, gsize size);
/* A picture at src (or NULL) with a text that stands for it. It is no text of its block; a link
 * without any other text is called so. */
void outline_add_picture(Outline *outline, const char *src, const char *alt);

/* url as written, references decoded. Links that are no http(s) address only mark their block as
 * having a link. Opening a link closes an open one of its kind. */
void outline_open_link(Outline *outline, OutlineLink kind, const char *url);
/* Does nothing if none of the kind is open. */
void outline_close_link(Outline *outline, OutlineLink kind);

/* Takes text as the list's title if it has none yet. */
void outline_offer_title(Outline *outline, const char *text, gsize size);
