#include "list/outline.h"

#include <string.h>

#include "syllabus/text.h"

#include "list/badge.h"

#define HEADING_LEVELS 6

/* What stands between two headings. */
typedef struct Section {
    GStrv path;
    GPtrArray *texts; /* char *, or NULL: a block that is still open, or has links */
} Section;

/* Where a link's text stands in its block. */
typedef struct LinkSpan {
    ListEntry *entry;
    gsize start, end;
} LinkSpan;

typedef struct Block {
    OutlineBlock kind;
    guint level;
    guint line; /* 0: not known yet */
    GString *text;
    GArray *cells; /* gsize: where each cell of a row starts */
    GArray *links; /* LinkSpan */
    gboolean has_link;
    Section *section;
    guint slot; /* of its text in the section: texts stand in the order in which blocks start */
} Block;

typedef struct OpenLink {
    char *url; /* NULL: not open */
    Block *block;
    gsize start;
    GString *text, *alt;
    guint pictures, badges;
} OpenLink;

struct Outline {
    List *list;
    GPtrArray *entry_sections; /* Section * of each entry, borrowed */
    GPtrArray *sections;       /* Section *; the last is the current one */
    GPtrArray *blocks;         /* Block *; the last is the innermost */
    GPtrArray *columns;        /* char *: names of the columns of the table being read */
    char *heading[HEADING_LEVELS];
    OpenLink links[OUTLINE_LINK_KINDS];
    guint last_line;
};

/* ---- sections and blocks come and go ---- */

static void section_free(gpointer data) {
    Section *section = data;
    g_strfreev(section->path);
    g_ptr_array_unref(section->texts);
    g_free(section);
}

static void block_free(gpointer data) {
    Block *block = data;
    g_string_free(block->text, TRUE);
    g_array_unref(block->cells);
    g_array_unref(block->links);
    g_free(block);
}

static Section *open_section(Outline *outline) {
    Section *section = g_new0(Section, 1);
    section->texts = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(outline->sections, section);
    return section;
}

static Section *current_section(const Outline *outline) {
    return g_ptr_array_index(outline->sections, outline->sections->len - 1);
}

static Block *innermost(const Outline *outline) {
    const guint count = outline->blocks->len;
    return count == 0 ? NULL : g_ptr_array_index(outline->blocks, count - 1);
}

Outline *outline_new(void) {
    Outline *outline = g_new0(Outline, 1);
    outline->list = list_new();
    outline->entry_sections = g_ptr_array_new();
    outline->sections = g_ptr_array_new_with_free_func(section_free);
    outline->blocks = g_ptr_array_new_with_free_func(block_free);
    outline->columns = g_ptr_array_new_with_free_func(g_free);
    outline->last_line = 1;
    for (guint i = 0; i < OUTLINE_LINK_KINDS; i++) {
        outline->links[i].text = g_string_new(NULL);
        outline->links[i].alt = g_string_new(NULL);
    }
    open_section(outline)->path = g_new0(char *, 1);
    return outline;
}

void outline_free(Outline *outline) {
    if (outline == NULL) {
        return;
    }
    list_free(outline->list);
    g_ptr_array_unref(outline->entry_sections);
    g_ptr_array_unref(outline->sections);
    g_ptr_array_unref(outline->blocks);
    g_ptr_array_unref(outline->columns);
    for (guint i = 0; i < HEADING_LEVELS; i++) {
        g_free(outline->heading[i]);
    }
    for (guint i = 0; i < OUTLINE_LINK_KINDS; i++) {
        g_free(outline->links[i].url);
        g_string_free(outline->links[i].text, TRUE);
        g_string_free(outline->links[i].alt, TRUE);
    }
    g_free(outline);
}

/* ---- text ---- */

/* The first bytes of text, cleaned and squeezed. */
static char *tidy(const char *text, gsize size, gsize max_bytes) {
    /* Squeezing only shortens, so a longer piece than asked for is worth a look. */
    g_autofree char *clean = syl_text_clean(text, (gssize)syl_text_cut(text, size, 4 * max_bytes));
    char *squeezed = syl_text_squeeze(clean);
    squeezed[syl_text_cut(squeezed, strlen(squeezed), max_bytes)] = '\0';
    return g_strchomp(squeezed);
}

static gboolean is_separator(gunichar ch) {
    static const gunichar SEPARATORS[] = {'-', ':',  '|',    ',',    ';',   '*',
                                          ' ', 0xB7, 0x2013, 0x2014, 0x2022};
    for (gsize i = 0; i < G_N_ELEMENTS(SEPARATORS); i++) {
        if (ch == SEPARATORS[i]) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Removes what stood between a link and the text beside it. */
static void trim_separators(char *text) {
    char *start = text, *end = text + strlen(text);
    while (start < end && is_separator(g_utf8_get_char(start))) {
        start = g_utf8_next_char(start);
    }
    while (end > start) {
        char *previous = g_utf8_prev_char(end);
        if (!is_separator(g_utf8_get_char(previous))) {
            break;
        }
        end = previous;
    }
    memmove(text, start, (gsize)(end - start));
    text[end - start] = '\0';
}

/* text[from..to) without the link's own text, at most max_bytes on each side of it, as one line. */
static char *rest_of(const Block *block, const LinkSpan *link, gsize from, gsize to,
                     gsize max_bytes) {
    const char *text = block->text->str;
    const gsize start = CLAMP(link->start, from, to), end = CLAMP(link->end, from, to);
    gsize before = start - from > max_bytes ? start - max_bytes : from;
    while (before < start && ((guchar)text[before] & 0xC0) == 0x80) {
        before++;
    }
    const gsize after = syl_text_cut(text + end, to - end, max_bytes);
    g_autofree char *left = tidy(text + before, start - before, max_bytes);
    g_autofree char *right = tidy(text + end, after, max_bytes);
    const gsize size = strlen(left) + strlen(right);
    trim_separators(left);
    trim_separators(right);
    if (left[0] == '\0' || right[0] == '\0') {
        return g_strconcat(left, right, NULL);
    }
    /* A dash, colon or comma beside the link held the sides apart as well. */
    const gboolean apart = strlen(left) + strlen(right) < size;
    return g_strconcat(left, apart ? ", " : " ", right, NULL);
}

/* "Column: cell; Column: cell", the link's own text left out. */
static char *row_note(const Outline *outline, const Block *block, const LinkSpan *link) {
    GString *note = g_string_new(NULL);
    const guint count = MIN(block->cells->len, OUTLINE_MAX_COLUMNS);
    for (guint i = 0; i < count && note->len < 2 * OUTLINE_NOTE_SIDE_BYTES; i++) {
        const gsize from = g_array_index(block->cells, gsize, i);
        const gsize to = i + 1 < block->cells->len ? g_array_index(block->cells, gsize, i + 1)
                                                   : block->text->len;
        g_autofree char *cell = rest_of(block, link, from, to, OUTLINE_CELL_MAX_BYTES);
        if (cell[0] == '\0') {
            continue;
        }
        if (note->len > 0) {
            g_string_append(note, "; ");
        }
        const char *column =
            i < outline->columns->len ? g_ptr_array_index(outline->columns, i) : "";
        if (column[0] != '\0') {
            g_string_append_printf(note, "%s: ", column);
        }
        g_string_append(note, cell);
    }
    return g_string_free(note, FALSE);
}

/* ---- blocks ---- */

void outline_open_block(Outline *outline, OutlineBlock kind, guint level) {
    Block *block = g_new0(Block, 1);
    block->kind = kind;
    block->level = CLAMP(level, 1, HEADING_LEVELS);
    block->text = g_string_new(NULL);
    block->cells = g_array_new(FALSE, FALSE, sizeof(gsize));
    block->links = g_array_new(FALSE, FALSE, sizeof(LinkSpan));
    /* A heading belongs to the section it opens, and so do the links in it. */
    block->section = kind == OUTLINE_HEADING ? open_section(outline) : current_section(outline);
    block->slot = block->section->texts->len;
    g_ptr_array_add(block->section->texts, NULL);
    g_ptr_array_add(outline->blocks, block);
}

static void close_heading(Outline *outline, const Block *block) {
    g_autoptr(GPtrArray) path = g_ptr_array_new();
    const guint own = block->level - 1;
    for (guint i = own; i < HEADING_LEVELS; i++) {
        g_clear_pointer(&outline->heading[i], g_free);
    }
    outline->heading[own] = tidy(block->text->str, block->text->len, OUTLINE_HEADING_MAX_BYTES);
    outline_offer_title(outline, outline->heading[own], strlen(outline->heading[own]));
    for (guint i = 0; i <= own; i++) {
        if (outline->heading[i] != NULL && outline->heading[i][0] != '\0') {
            g_ptr_array_add(path, g_strdup(outline->heading[i]));
        }
    }
    g_ptr_array_add(path, NULL);
    block->section->path = (GStrv)g_ptr_array_steal(path, NULL);
}

static void close_header_row(Outline *outline, const Block *block) {
    g_ptr_array_set_size(outline->columns, 0);
    for (guint i = 0; i < MIN(block->cells->len, OUTLINE_MAX_COLUMNS); i++) {
        const gsize from = g_array_index(block->cells, gsize, i);
        const gsize to = i + 1 < block->cells->len ? g_array_index(block->cells, gsize, i + 1)
                                                   : block->text->len;
        g_ptr_array_add(outline->columns,
                        tidy(block->text->str + from, to - from, OUTLINE_CELL_MAX_BYTES));
    }
}

/* Tells the block's entries what stands around them. */
static void close_entries(const Outline *outline, const Block *block) {
    for (guint i = 0; i < block->links->len; i++) {
        const LinkSpan *link = &g_array_index(block->links, LinkSpan, i);
        link->entry->line = block->line != 0 ? block->line : outline->last_line;
        link->entry->note = block->kind == OUTLINE_ROW ? row_note(outline, block, link)
                                                       : rest_of(block, link, 0, block->text->len,
                                                                 OUTLINE_NOTE_SIDE_BYTES);
    }
}

void outline_close_block(Outline *outline) {
    Block *block = innermost(outline);
    if (block == NULL) {
        return;
    }
    for (guint kind = 0; kind < OUTLINE_LINK_KINDS; kind++) {
        if (outline->links[kind].url != NULL && outline->links[kind].block == block) {
            outline_close_link(outline, kind);
        }
    }
    close_entries(outline, block);
    if (block->kind == OUTLINE_HEADING) {
        close_heading(outline, block);
    } else if (block->kind == OUTLINE_HEADER_ROW) {
        close_header_row(outline, block);
    } else if (block->kind != OUTLINE_ROW && !block->has_link && block->text->len > 0) {
        g_ptr_array_index(block->section->texts, block->slot) =
            tidy(block->text->str, block->text->len, OUTLINE_SECTION_TEXT_BYTES);
    }
    g_ptr_array_set_size(outline->blocks, (gint)outline->blocks->len - 1);
}

gboolean outline_is_blank(const Outline *outline) {
    const Block *block = innermost(outline);
    return block == NULL || (block->text->len == 0 && !block->has_link);
}

gboolean outline_is_in(const Outline *outline, OutlineBlock kind) {
    const Block *block = innermost(outline);
    return block != NULL && block->kind == kind;
}

void outline_mark_line(Outline *outline, guint line) {
    Block *block = innermost(outline);
    if (block != NULL && block->line == 0) {
        block->line = line;
    }
    outline->last_line = line;
}

gboolean outline_wants_line(const Outline *outline) {
    const Block *block = innermost(outline);
    return block != NULL && block->line == 0;
}

void outline_start_cell(Outline *outline) {
    Block *block = innermost(outline);
    if (block == NULL) {
        return;
    }
    g_string_append_c(block->text, ' ');
    g_array_append_val(block->cells, block->text->len);
}

void outline_add_text(Outline *outline, const char *text, gsize size) {
    Block *block = innermost(outline);
    if (block == NULL) {
        return;
    }
    while (block->text->len == 0 && size > 0 && g_ascii_isspace(*text)) {
        text++;
        size--;
    }
    g_string_append_len(block->text, text, (gssize)size);
    for (guint kind = 0; kind < OUTLINE_LINK_KINDS; kind++) {
        if (outline->links[kind].url != NULL) {
            g_string_append_len(outline->links[kind].text, text, (gssize)size);
        }
    }
}

void outline_offer_title(Outline *outline, const char *text, gsize size) {
    if (outline->list->title[0] != '\0') {
        return;
    }
    g_free(outline->list->title);
    outline->list->title = tidy(text, size, OUTLINE_HEADING_MAX_BYTES);
}

/* ---- links ---- */

void outline_add_picture(Outline *outline, const char *src, const char *alt) {
    for (guint kind = 0; kind < OUTLINE_LINK_KINDS; kind++) {
        OpenLink *link = &outline->links[kind];
        if (link->url == NULL) {
            continue;
        }
        link->pictures++;
        if (src != NULL && badge_is_picture(src)) {
            link->badges++;
        }
        if (alt != NULL) {
            g_string_append_printf(link->alt, " %s", alt);
        }
    }
}

/* An http(s) address that holds no control character, which no address does. */
static gboolean is_web_address(const char *url) {
    const char *rest = g_ascii_strncasecmp(url, "http://", 7) == 0    ? url + 7
                       : g_ascii_strncasecmp(url, "https://", 8) == 0 ? url + 8
                                                                      : "";
    if (rest[0] == '\0') {
        return FALSE;
    }
    for (const char *p = url; *p != '\0'; p++) {
        const gboolean is_c1 = (guchar)p[0] == 0xC2 && (guchar)p[1] < 0xA0;
        if (g_ascii_iscntrl(*p) || is_c1) {
            return FALSE;
        }
    }
    return TRUE;
}

void outline_open_link(Outline *outline, OutlineLink kind, const char *url) {
    Block *block = innermost(outline);
    if (block == NULL) {
        return;
    }
    outline_close_link(outline, kind);
    OpenLink *link = &outline->links[kind];
    block->has_link = TRUE;
    link->url = g_strdup(url);
    link->block = block;
    link->start = block->text->len;
    link->pictures = 0;
    link->badges = 0;
    g_string_truncate(link->text, 0);
    g_string_truncate(link->alt, 0);
}

gboolean outline_has_open_link(const Outline *outline, OutlineLink kind) {
    return outline->links[kind].url != NULL;
}

/* The entry of a link that is closed; NULL if it is none. */
static ListEntry *make_entry(const OpenLink *link) {
    if (!is_web_address(link->url)) {
        return NULL;
    }
    g_autofree char *text = tidy(link->text->str, link->text->len, OUTLINE_TEXT_MAX_BYTES);
    if (text[0] == '\0' && link->pictures > 0 && link->badges == link->pictures) {
        return NULL;
    }
    ListEntry *entry = g_new0(ListEntry, 1);
    entry->url = g_strdup(link->url);
    entry->text = text[0] != '\0' ? g_steal_pointer(&text)
                                  : tidy(link->alt->str, link->alt->len, OUTLINE_TEXT_MAX_BYTES);
    return entry;
}

void outline_close_link(Outline *outline, OutlineLink kind) {
    OpenLink *link = &outline->links[kind];
    if (link->url == NULL) {
        return;
    }
    ListEntry *entry = make_entry(link);
    g_clear_pointer(&link->url, g_free);
    if (entry == NULL) {
        return;
    }
    if (outline->list->entries->len >= LIST_MAX_ENTRIES) {
        list_entry_free(entry);
        outline->list->dropped++;
        return;
    }
    entry->order = outline->list->entries->len;
    g_ptr_array_add(outline->list->entries, entry);
    g_ptr_array_add(outline->entry_sections, link->block->section);
    const LinkSpan span = {.entry = entry, .start = link->start, .end = link->block->text->len};
    g_array_append_val(link->block->links, span);
}

/* ---- the end ---- */

/* The section's texts within their caps; *bytes says how many they are. */
static GStrv section_texts(const Section *section, gsize *bytes) {
    g_autoptr(GPtrArray) texts = g_ptr_array_new();
    *bytes = 0;
    for (guint i = 0; i < section->texts->len && texts->len < OUTLINE_SECTION_MAX_TEXTS; i++) {
        const char *text = g_ptr_array_index(section->texts, i);
        const gsize size = text == NULL ? 0 : strlen(text);
        if (size == 0) {
            continue;
        }
        if (*bytes + size > OUTLINE_SECTION_TOTAL_BYTES) {
            break;
        }
        *bytes += size;
        g_ptr_array_add(texts, g_strdup(text));
    }
    g_ptr_array_add(texts, NULL);
    return (GStrv)g_ptr_array_steal(texts, NULL);
}

List *outline_take_list(Outline *outline) {
    while (outline->blocks->len > 0) {
        outline_close_block(outline);
    }
    List *list = g_steal_pointer(&outline->list);
    const Section *last = NULL;
    g_auto(GStrv) texts = NULL;
    gsize bytes = 0, copied = 0;
    for (guint i = 0; i < list->entries->len; i++) {
        ListEntry *entry = g_ptr_array_index(list->entries, i);
        const Section *section = g_ptr_array_index(outline->entry_sections, i);
        if (section != last) {
            last = section;
            g_strfreev(texts);
            texts = section_texts(section, &bytes);
        }
        copied += bytes;
        entry->heading = g_strdupv(section->path);
        entry->section_text =
            copied <= OUTLINE_COPIES_MAX_BYTES ? g_strdupv(texts) : g_new0(char *, 1);
    }
    return list;
}
