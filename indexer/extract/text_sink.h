/* Collects text as blocks: each is clean (syl_text_clean), squeezed and one line; '\n' stands
 * between them. One thread. */
#pragma once

#include <glib.h>

typedef struct TextSink TextSink;

/* max_bytes: a block that does not fit is cut, and all after it is left out. */
TextSink *text_sink_new(gsize max_bytes);
/* Frees the sink and returns its text; caller frees. */
char *text_sink_take(TextSink *sink);

/* Text inside the current block. lines: line breaks in it end the block; otherwise they are white
 * space. */
void text_sink_add(TextSink *sink, const char *text, gsize size, gboolean lines);
/* Ends the current block. TRUE if it had text and was written: it begins at *start. Out-parameter
 * may be NULL. */
gboolean text_sink_end_block(TextSink *sink, gsize *start);
/* The text so far; borrowed until the next call. */
const char *text_sink_peek(const TextSink *sink);
gsize text_sink_size(const TextSink *sink);

/* The paragraphs of plain text, lines that were broken for width joined: a line goes on in the next
 * unless that is blank, begins a list item, or the line is short for its text. */
void text_sink_add_paragraphs(TextSink *sink, const char *text, gsize size);
