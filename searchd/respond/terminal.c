#include "respond/terminal.h"

#include <string.h>

#include "syllabus/text.h"

static const char bold[] = "\x1b[1m";
static const char faint[] = "\x1b[2m";
static const char plain[] = "\x1b[0m";

static gsize character_size(const char *c) {
    return (gsize)g_utf8_skip[(guchar)*c];
}

/* Adds text without control characters, C1 ones included. */
static void append_safe(GString *out, const char *text, gsize size) {
    for (gsize at = 0; at < size; at += character_size(text + at)) {
        if (!g_unichar_iscntrl(g_utf8_get_char(text + at))) {
            g_string_append_len(out, text + at, (gssize)character_size(text + at));
        }
    }
}

static void append_styled(GString *out, const char *style, const char *text, gsize size,
                          gboolean colour) {
    g_string_append(out, colour ? style : "");
    append_safe(out, text, size);
    g_string_append(out, colour ? plain : "");
}

/* The byte at which UTF-16 unit unit of text begins, counted on from byte *at and unit *counted. */
static gsize byte_of_unit(const char *text, gsize *at, gsize *counted, gsize unit) {
    while (*counted < unit && text[*at] != '\0') {
        gsize size = character_size(text + *at);
        *counted += syl_text_utf16_length(text + *at, size);
        *at += size;
    }
    return *at;
}

static void append_snippet(GString *out, const AnswerResult *result, gboolean colour) {
    const char *text = result->text;
    gsize at = 0;
    gsize counted = 0;
    for (guint i = 0; i < result->highlights->len; i++) {
        const Highlight *highlight = &g_array_index(result->highlights, Highlight, i);
        gsize from = at;
        gsize start = byte_of_unit(text, &at, &counted, highlight->start);
        append_safe(out, text + from, start - from);
        gsize end = byte_of_unit(text, &at, &counted, (gsize)highlight->start + highlight->length);
        append_styled(out, bold, text + start, end - start, colour);
    }
    append_safe(out, text + at, strlen(text + at));
}

static void append_result(GString *out, const AnswerResult *result, guint rank, gboolean colour) {
    const char *title = result->title[0] != '\0' ? result->title : result->url;
    g_string_append_printf(out, "%u. ", rank);
    append_styled(out, bold, title, strlen(title), colour);
    for (char **level = result->heading; *level != NULL; level++) {
        g_string_append(out, level == result->heading ? "\n   " : " › ");
        append_safe(out, *level, strlen(*level));
    }
    g_string_append(out, "\n   ");
    append_styled(out, faint, result->url, strlen(result->url), colour);
    if (result->text[0] != '\0') {
        g_string_append(out, "\n   ");
        append_snippet(out, result, colour);
    }
    g_string_append(out, "\n\n");
}

char *terminal_answer(const Answer *answer, gboolean colour) {
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < answer->results->len; i++) {
        append_result(out, g_ptr_array_index(answer->results, i), answer->offset + i + 1, colour);
    }
    return g_string_free(out, FALSE);
}

char *terminal_trec_run(const char *query_id, const GArray *pages, const char *tag) {
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < pages->len; i++) {
        const RankedPage *page = &g_array_index(pages, RankedPage, i);
        char score[G_ASCII_DTOSTR_BUF_SIZE];
        g_ascii_formatd(score, sizeof score, "%.6f", page->score);
        g_string_append_printf(out, "%s Q0 %s %u %s %s\n", query_id, page->id, i + 1, score, tag);
    }
    return g_string_free(out, FALSE);
}
