/* Lists in Markdown, in GitHub's dialect: md4c says what comes next, the outline keeps it.
 *
 * Raw HTML comes from md4c in pieces: of a block line by line, of a paragraph tag by tag. Pieces
 * are gathered until something else comes, then scanned for links, pictures and the tags that end a
 * block. */
#include <string.h>

#include <md4c.h>

#include "list/entities.h"
#include "list/html_scan.h"
#include "list/list.h"
#include "list/outline.h"

typedef struct Markdown {
    Outline *outline;
    const char *bytes; /* the whole list */
    gsize size;
    gsize line_at; /* the line of this offset is known */
    guint line;
    GString *html;   /* raw HTML that is not scanned yet */
    guint html_line; /* of its start */
    gboolean in_html_block;
    guint image_depth; /* pictures may hold pictures */
    GString *alt;      /* of the outermost open picture */
    char *src;
    guint quiet; /* open blocks whose text is not prose */
    gboolean in_header_row;
    gboolean in_heading_tag; /* of raw HTML, <h1> to <h6>: no heading of the list, but a title */
    GString *heading;        /* the text in it */
} Markdown;

/* ---- lines ----
 * md4c tells no positions, but most of the text it hands out points into the list itself. */

/* The line of an offset. Offsets mostly grow, so newlines are counted from the last one asked for.
 */
static guint line_of(Markdown *markdown, gsize offset) {
    const char *from = markdown->bytes + MIN(offset, markdown->line_at);
    const char *to = markdown->bytes + MAX(offset, markdown->line_at);
    guint newlines = 0;
    while ((from = memchr(from, '\n', (gsize)(to - from))) != NULL) {
        newlines++;
        from++;
    }
    markdown->line =
        offset >= markdown->line_at ? markdown->line + newlines : markdown->line - newlines;
    markdown->line_at = offset;
    return markdown->line;
}

static gboolean is_in_list(const Markdown *markdown, const char *text) {
    return text >= markdown->bytes && text < markdown->bytes + markdown->size;
}

static void mark_line(Markdown *markdown, const char *text) {
    if (outline_wants_line(markdown->outline) && is_in_list(markdown, text)) {
        outline_mark_line(markdown->outline, line_of(markdown, (gsize)(text - markdown->bytes)));
    }
}

/* An address stands in its block only if it is written there, `](address`, not in a reference
 * definition elsewhere. */
static void mark_line_of_address(Markdown *markdown, const MD_ATTRIBUTE *address) {
    if (address->size == 0 || !is_in_list(markdown, address->text)) {
        return;
    }
    const char *before = address->text;
    while (before > markdown->bytes && (g_ascii_isspace(before[-1]) || before[-1] == '<')) {
        before--;
    }
    if (before > markdown->bytes && before[-1] == '(') {
        mark_line(markdown, address->text);
    }
}

/* ---- raw HTML ---- */

/* Appends a piece of text to the picture it stands for, or to its block. */
static void add_text(Markdown *markdown, const char *text, gsize size) {
    if (markdown->image_depth > 0) {
        g_string_append_len(markdown->alt, text, (gssize)size);
        return;
    }
    if (markdown->in_heading_tag) {
        g_string_append_len(markdown->heading, text, (gssize)size);
    }
    outline_add_text(markdown->outline, text, size);
}

/* Tags that end the text before them. */
static gboolean separates_text(const char *name) {
    static const char *const BLOCKS[] = {
        "address", "article", "aside", "blockquote", "center", "dd", "details", "div", "dl", "dt",
        "h1",      "h2",      "h3",    "h4",         "h5",     "h6", "hr",      "li",  "ol", "p",
        "section", "summary", "table", "tbody",      "thead",  "tr", "ul",      NULL};
    return g_strv_contains(BLOCKS, name);
}

static gboolean separates_words(const char *name) {
    return strcmp(name, "br") == 0 || strcmp(name, "td") == 0 || strcmp(name, "th") == 0 ||
           separates_text(name);
}

static gboolean is_heading_tag(const HtmlToken *token) {
    return token->name[0] == 'h' && token->name[1] >= '1' && token->name[1] <= '6' &&
           token->name[2] == '\0';
}

static void read_picture(Markdown *markdown, const HtmlToken *token) {
    g_autofree char *src = html_token_attribute(token, "src");
    g_autofree char *alt = html_token_attribute(token, "alt");
    outline_add_picture(markdown->outline, src, alt);
}

/* Inside a block of HTML each of its own blocks is one of the outline, unless a link goes around
 * it. */
static void read_separator(Markdown *markdown, const HtmlToken *token) {
    Outline *outline = markdown->outline;
    outline_add_text(outline, " ", 1);
    if (markdown->in_html_block && separates_text(token->name) && !outline_is_blank(outline) &&
        !outline_has_open_link(outline, OUTLINE_LINK_HTML)) {
        outline_close_block(outline);
        outline_open_block(outline, OUTLINE_PARAGRAPH, 0);
    }
}

static void end_heading_tag(Markdown *markdown) {
    outline_offer_title(markdown->outline, markdown->heading->str, markdown->heading->len);
    g_string_truncate(markdown->heading, 0);
    markdown->in_heading_tag = FALSE;
}

static void read_tag(Markdown *markdown, const HtmlToken *token) {
    Outline *outline = markdown->outline;
    if (is_heading_tag(token)) {
        end_heading_tag(markdown);
        markdown->in_heading_tag = !token->closing;
    }
    if (strcmp(token->name, "a") == 0) {
        g_autofree char *href = token->closing ? NULL : html_token_attribute(token, "href");
        outline_close_link(outline, OUTLINE_LINK_HTML);
        if (href != NULL) {
            outline_open_link(outline, OUTLINE_LINK_HTML, href);
        }
    } else if (strcmp(token->name, "img") == 0) {
        read_picture(markdown, token);
    } else if (separates_words(token->name)) {
        read_separator(markdown, token);
    }
}

static gboolean is_blank_text(const HtmlToken *token) {
    for (gsize i = 0; i < token->size; i++) {
        if (!g_ascii_isspace(token->text[i])) {
            return FALSE;
        }
    }
    return TRUE;
}

/* Hands the gathered HTML on. */
static void flush_html(Markdown *markdown) {
    if (markdown->html->len == 0) {
        return;
    }
    HtmlScan scan = {.text = markdown->html->str, .size = markdown->html->len};
    HtmlToken token;
    gsize counted = 0;
    guint line = markdown->html_line;
    g_autoptr(GString) text = g_string_new(NULL);
    while (html_scan_next(&scan, &token)) {
        for (; counted < token.start; counted++) {
            line += scan.text[counted] == '\n' ? 1 : 0;
        }
        if (outline_wants_line(markdown->outline) && (token.is_tag || !is_blank_text(&token))) {
            outline_mark_line(markdown->outline, line);
        }
        if (token.is_tag) {
            read_tag(markdown, &token);
            continue;
        }
        g_string_truncate(text, 0);
        entities_append_decoded(text, token.text, token.size);
        add_text(markdown, text->str, text->len);
    }
    g_string_truncate(markdown->html, 0);
    markdown->html_line = 0;
}

static void gather_html(Markdown *markdown, const char *text, gsize size) {
    if (markdown->html_line == 0 && is_in_list(markdown, text)) {
        markdown->html_line = line_of(markdown, (gsize)(text - markdown->bytes));
    }
    g_string_append_len(markdown->html, text, (gssize)size);
}

/* ---- what md4c calls ---- */

static void open_paragraph(Markdown *markdown) {
    /* An item's own paragraphs are its text. */
    if (outline_is_in(markdown->outline, OUTLINE_ITEM)) {
        outline_add_text(markdown->outline, "\n", 1);
    } else {
        outline_open_block(markdown->outline, OUTLINE_PARAGRAPH, 0);
    }
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *data) {
    Markdown *markdown = data;
    Outline *outline = markdown->outline;
    flush_html(markdown);
    switch (type) {
    case MD_BLOCK_LI:
        outline_open_block(outline, OUTLINE_ITEM, 0);
        break;
    case MD_BLOCK_H:
        outline_open_block(outline, OUTLINE_HEADING, ((const MD_BLOCK_H_DETAIL *)detail)->level);
        break;
    case MD_BLOCK_P:
        open_paragraph(markdown);
        break;
    case MD_BLOCK_HTML:
        markdown->in_html_block = TRUE;
        outline_open_block(outline, OUTLINE_PARAGRAPH, 0);
        break;
    case MD_BLOCK_CODE:
        markdown->quiet++;
        break;
    case MD_BLOCK_THEAD:
    case MD_BLOCK_TBODY:
        markdown->in_header_row = type == MD_BLOCK_THEAD;
        break;
    case MD_BLOCK_TR:
        outline_open_block(outline, markdown->in_header_row ? OUTLINE_HEADER_ROW : OUTLINE_ROW, 0);
        break;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
        outline_start_cell(outline);
        break;
    default:
        break;
    }
    return 0;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *data) {
    (void)detail;
    Markdown *markdown = data;
    flush_html(markdown);
    end_heading_tag(markdown);
    switch (type) {
    case MD_BLOCK_P:
        if (outline_is_in(markdown->outline, OUTLINE_ITEM)) {
            break;
        }
        outline_close_block(markdown->outline);
        break;
    case MD_BLOCK_HTML:
        markdown->in_html_block = FALSE;
        outline_close_block(markdown->outline);
        break;
    case MD_BLOCK_LI:
    case MD_BLOCK_H:
    case MD_BLOCK_TR:
        outline_close_block(markdown->outline);
        break;
    case MD_BLOCK_CODE:
        markdown->quiet--;
        break;
    default:
        break;
    }
    return 0;
}

/* The value of an attribute, its references decoded. */
static char *attribute_text(const MD_ATTRIBUTE *attribute) {
    GString *text = g_string_sized_new(attribute->size);
    for (guint i = 0; attribute->size > 0 && attribute->substr_offsets[i] < attribute->size; i++) {
        const gsize from = attribute->substr_offsets[i];
        const gsize size = attribute->substr_offsets[i + 1] - from;
        if (attribute->substr_types[i] == MD_TEXT_ENTITY) {
            entities_append_decoded(text, attribute->text + from, size);
        } else if (attribute->substr_types[i] == MD_TEXT_NULLCHAR) {
            g_string_append_unichar(text, 0xFFFD);
        } else {
            g_string_append_len(text, attribute->text + from, (gssize)size);
        }
    }
    return g_string_free(text, FALSE);
}

static int enter_span(MD_SPANTYPE type, void *detail, void *data) {
    Markdown *markdown = data;
    flush_html(markdown);
    if (type == MD_SPAN_A) {
        const MD_SPAN_A_DETAIL *link = detail;
        g_autofree char *url = attribute_text(&link->href);
        mark_line_of_address(markdown, &link->href);
        outline_open_link(markdown->outline, OUTLINE_LINK_MARKUP, url);
    } else if (type == MD_SPAN_IMG && markdown->image_depth++ == 0) {
        const MD_SPAN_IMG_DETAIL *picture = detail;
        g_free(markdown->src);
        markdown->src = attribute_text(&picture->src);
        mark_line_of_address(markdown, &picture->src);
        g_string_truncate(markdown->alt, 0);
    }
    return 0;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *data) {
    (void)detail;
    Markdown *markdown = data;
    flush_html(markdown);
    if (type == MD_SPAN_A) {
        outline_close_link(markdown->outline, OUTLINE_LINK_MARKUP);
    } else if (type == MD_SPAN_IMG && --markdown->image_depth == 0) {
        outline_add_picture(markdown->outline, markdown->src, markdown->alt->str);
    }
    return 0;
}

static void add_entity(Markdown *markdown, const char *text, gsize size) {
    g_autoptr(GString) decoded = g_string_sized_new(size);
    entities_append_decoded(decoded, text, size);
    add_text(markdown, decoded->str, decoded->len);
}

static int read_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *data) {
    Markdown *markdown = data;
    if (markdown->quiet > 0) {
        return 0;
    }
    mark_line(markdown, text);
    if (type == MD_TEXT_HTML) {
        if (markdown->image_depth == 0) {
            gather_html(markdown, text, size);
        }
        return 0;
    }
    flush_html(markdown);
    if (type == MD_TEXT_ENTITY) {
        add_entity(markdown, text, size);
    } else if (type == MD_TEXT_NULLCHAR) {
        add_text(markdown, "\xEF\xBF\xBD", 3);
    } else if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR) {
        add_text(markdown, "\n", 1);
    } else {
        add_text(markdown, text, size);
    }
    return 0;
}

/* ---- the whole list ---- */

/* The columns of a table, and the cells of all rows in all: md4c fills up short rows, and needs
 * time in the square of the links in one row. */
#define MARKDOWN_MAX_COLUMNS 128
#define MARKDOWN_MAX_CELLS   LIST_MAX_BYTES

/* A line that can be the rule under a table's header. */
typedef struct TableRule {
    gsize bars;
    gboolean is_short; /* a cell has fewer dashes than three, and no quote or item is around it */
} TableRule;

static TableRule read_table_rule(const char *line, gsize size) {
    TableRule rule = {0};
    gsize dashes = 0;
    gboolean nested = FALSE;
    for (gsize i = 0; i <= size; i++) {
        const char c = i < size ? line[i] : '|';
        if (c == '-') {
            dashes++;
            continue;
        }
        if (c == '>' || c == '*' || c == '+' || c == '.' || c == ')' || g_ascii_isdigit(c)) {
            nested = TRUE;
        } else if (c != '|' && c != ':' && !g_ascii_isspace(c)) {
            return (TableRule){0};
        }
        rule.is_short |= dashes == 1 || dashes == 2;
        dashes = 0;
        rule.bars += c == '|' && i < size ? 1 : 0;
    }
    rule.is_short &= !nested && rule.bars > 0;
    return rule;
}

static void append_widened(GString *out, const char *line, gsize size) {
    for (gsize i = 0; i < size; i++) {
        if (line[i] == '-' && (i == 0 || line[i - 1] != '-')) {
            g_string_append(out, "--");
        }
        g_string_append_c(out, line[i]);
    }
}

/* GitHub takes one dash for the rule of a table, md4c wants three. Returns a copy in which all have
 * three, with as many lines, or NULL if bytes can stay as they are. *flags loses tables where they
 * would cost too much. */
static GString *prepare_tables(const char *bytes, gsize size, guint *flags) {
    GString *out = NULL;
    gsize copied = 0, lines = 0, most_bars = 0;
    for (gsize at = 0; at < size; lines++) {
        const char *newline = memchr(bytes + at, '\n', size - at);
        const gsize end = newline == NULL ? size : (gsize)(newline - bytes);
        const TableRule rule = read_table_rule(bytes + at, end - at);
        most_bars = MAX(most_bars, rule.bars);
        if (rule.is_short) {
            out = out != NULL ? out : g_string_sized_new(size + size / 8);
            g_string_append_len(out, bytes + copied, (gssize)(at - copied));
            append_widened(out, bytes + at, end - at);
            copied = end;
        }
        at = end + 1;
    }
    if (out != NULL) {
        g_string_append_len(out, bytes + copied, (gssize)(size - copied));
    }
    if (most_bars > MARKDOWN_MAX_COLUMNS || most_bars * lines > MARKDOWN_MAX_CELLS) {
        *flags &= ~(guint)MD_FLAG_TABLES;
    }
    return out;
}

/* Whether bare addresses can be looked for. md4c needs time in the square of their number in one
 * paragraph (100,000: 4.5 s), so what they may cost in all is what a whole list's worth of links
 * costs; beyond that only written-out links are found. */
static gboolean can_afford_autolinks(const char *bytes, gsize size) {
    const guint64 budget = (guint64)LIST_MAX_ENTRIES * LIST_MAX_ENTRIES;
    guint64 cost = 0, addresses = 0;
    gboolean blank = TRUE; /* the line so far */
    for (gsize i = 0; i < size; i++) {
        const char c = bytes[i];
        if (c == '\n' && blank) {
            cost += addresses * addresses;
            addresses = 0;
        }
        blank = c == '\n' || (blank && g_ascii_isspace(c));
        if ((c == ':' && size - i > 2 && bytes[i + 1] == '/' && bytes[i + 2] == '/') ||
            (c == 'w' && size - i > 3 && memcmp(bytes + i, "www.", 4) == 0)) {
            addresses++;
        }
    }
    return cost + addresses * addresses <= budget;
}

static List *parse_with(const char *bytes, gsize size, guint flags) {
    const MD_PARSER parser = {
        .flags = flags,
        .enter_block = enter_block,
        .leave_block = leave_block,
        .enter_span = enter_span,
        .leave_span = leave_span,
        .text = read_text,
    };
    g_autoptr(Outline) outline = outline_new();
    Markdown markdown = {
        .outline = outline,
        .bytes = bytes,
        .size = size,
        .line = 1,
        .html = g_string_new(NULL),
        .alt = g_string_new(NULL),
        .heading = g_string_new(NULL),
    };
    const int failed = md_parse(bytes, (MD_SIZE)size, &parser, &markdown);
    g_string_free(markdown.html, TRUE);
    g_string_free(markdown.alt, TRUE);
    g_string_free(markdown.heading, TRUE);
    g_free(markdown.src);
    return failed == 0 ? outline_take_list(outline) : NULL;
}

List *list_parse_markdown(const char *bytes, gsize size) {
    guint flags = MD_DIALECT_GITHUB;
    if (!can_afford_autolinks(bytes, size)) {
        flags &= ~(guint)MD_FLAG_PERMISSIVEAUTOLINKS;
    }
    GString *widened = prepare_tables(bytes, size, &flags);
    if (widened == NULL) {
        return parse_with(bytes, size, flags);
    }
    List *list = parse_with(widened->str, widened->len, flags);
    g_string_free(widened, TRUE);
    return list;
}
