#include "extract/text_sink.h"

#include <string.h>

#include "syllabus/text.h"

/* A line shorter than this share of the longest line ends its paragraph. */
#define MIN_FULL_LINE_SHARE 0.6
/* Longer "longest lines" are paragraphs themselves. */
#define MAX_LINE_BYTES 160

struct TextSink {
    GString *text, *block;
    gsize max_bytes;
    gboolean full;
};

TextSink *text_sink_new(gsize max_bytes) {
    TextSink *sink = g_new0(TextSink, 1);
    sink->text = g_string_new(NULL);
    sink->block = g_string_new(NULL);
    sink->max_bytes = max_bytes;
    return sink;
}

char *text_sink_take(TextSink *sink) {
    text_sink_end_block(sink, NULL);
    char *text = g_string_free(sink->text, FALSE);
    g_string_free(sink->block, TRUE);
    g_free(sink);
    return text;
}

const char *text_sink_peek(const TextSink *sink) {
    return sink->text->str;
}

gsize text_sink_size(const TextSink *sink) {
    return sink->text->len;
}

static gboolean is_plain(const char *text) {
    for (const guchar *at = (const guchar *)text; *at; at++) {
        if (*at < 0x20 || *at >= 0x7f) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean text_sink_end_block(TextSink *sink, gsize *start) {
    if (!sink->block->len) {
        return FALSE;
    }
    g_autofree char *clean = is_plain(sink->block->str)
                                 ? NULL
                                 : syl_text_clean(sink->block->str, (gssize)sink->block->len);
    g_autofree char *line = syl_text_squeeze(clean ? clean : sink->block->str);
    g_string_truncate(sink->block, 0);
    gsize size = strlen(line);
    if (!size || sink->full) {
        return FALSE;
    }
    gsize room = sink->max_bytes - MIN(sink->max_bytes, sink->text->len + 1);
    if (size > room) {
        sink->full = TRUE;
        size = syl_text_cut(line, size, room);
    }
    if (!size) {
        return FALSE;
    }
    if (sink->text->len) {
        g_string_append_c(sink->text, '\n');
    }
    if (start) {
        *start = sink->text->len;
    }
    g_string_append_len(sink->text, line, (gssize)size);
    return TRUE;
}

/* Appends with every run of white space as one space. */
static void add_inline(GString *block, const char *text, gsize size) {
    for (gsize i = 0; i < size; i++) {
        gboolean space = (guchar)text[i] <= ' ';
        if (!space) {
            g_string_append_c(block, text[i]);
        } else if (block->len && block->str[block->len - 1] != ' ') {
            g_string_append_c(block, ' ');
        }
    }
}

void text_sink_add(TextSink *sink, const char *text, gsize size, gboolean lines) {
    const char *end = text + size, *line;
    if (sink->full) {
        return;
    }
    while (lines && (line = memchr(text, '\n', (gsize)(end - text)))) {
        add_inline(sink->block, text, (gsize)(line - text));
        text_sink_end_block(sink, NULL);
        text = line + 1;
    }
    add_inline(sink->block, text, (gsize)(end - text));
}

/* ---- plain text ---- */

typedef struct Line {
    const char *text;
    gsize size;
} Line;

static gboolean next_line(const char **at, const char *end, Line *line) {
    if (*at >= end) {
        return FALSE;
    }
    const char *stop = memchr(*at, '\n', (gsize)(end - *at));
    stop = stop ? stop : end;
    line->text = *at;
    line->size = (gsize)(stop - *at);
    *at = stop + 1;
    while (line->size && g_ascii_isspace(line->text[line->size - 1])) {
        line->size--;
    }
    while (line->size && g_ascii_isspace(*line->text)) {
        line->text++, line->size--;
    }
    return TRUE;
}

static gsize longest_line(const char *text, gsize size) {
    const char *at = text, *end = text + size;
    Line line;
    gsize longest = 0;
    while (next_line(&at, end, &line)) {
        if (line.size <= MAX_LINE_BYTES) {
            longest = MAX(longest, line.size);
        }
    }
    return longest;
}

/* "- ", "* ", "• ", "12. ", "(a) " */
static gboolean begins_item(const Line *line) {
    const char *at = line->text, *end = at + line->size;
    if (g_str_has_prefix(at, "- ") || g_str_has_prefix(at, "* ") || g_str_has_prefix(at, "• ")) {
        return line->size > 1;
    }
    at += at < end && *at == '(';
    const char *start = at;
    while (at < end && g_ascii_isalnum(*at) && at - start < 3) {
        at++;
    }
    return at > start && at + 1 < end && (*at == '.' || *at == ')') && at[1] == ' ';
}

/* A hyphen at the end of a line that the next line goes on with in lower case. */
static gboolean is_hyphenated(const Line *line, const Line *next) {
    if (line->size < 2 || line->text[line->size - 1] != '-' || !next->size) {
        return FALSE;
    }
    const char *before = g_utf8_find_prev_char(line->text, line->text + line->size - 1);
    return before && g_unichar_isalpha(g_utf8_get_char(before)) &&
           g_unichar_islower(g_utf8_get_char(next->text));
}

void text_sink_add_paragraphs(TextSink *sink, const char *text, gsize size) {
    gsize full = (gsize)(MIN_FULL_LINE_SHARE * (double)longest_line(text, size));
    const char *at = text, *end = text + size;
    Line line, next;
    gboolean more = next_line(&at, end, &line);
    while (more) {
        more = next_line(&at, end, &next);
        gboolean hyphenated = more && is_hyphenated(&line, &next);
        text_sink_add(sink, line.text, line.size - (hyphenated ? 1 : 0), FALSE);
        if (!more || !next.size || (!hyphenated && (line.size < full || begins_item(&next)))) {
            text_sink_end_block(sink, NULL);
        } else if (!hyphenated) {
            text_sink_add(sink, " ", 1, FALSE);
        }
        line = next;
    }
    text_sink_end_block(sink, NULL);
}
