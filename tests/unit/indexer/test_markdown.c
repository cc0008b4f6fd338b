#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "list/list.h"
#include "list/outline.h"

/* What to print of each entry of a list. */
typedef enum Shown { SHOW_LINKS, SHOW_HEADINGS, SHOW_NOTES, SHOW_SECTIONS, SHOW_LINES } Shown;

static void show_entry(GString *out, const ListEntry *entry, Shown shown) {
    g_autofree char *path = g_strjoinv(" > ", entry->heading);
    g_autofree char *section = g_strjoinv(" / ", entry->section_text);
    switch (shown) {
    case SHOW_LINKS:
        g_string_append_printf(out, "%s=%s\n", entry->text, entry->url);
        break;
    case SHOW_HEADINGS:
        g_string_append_printf(out, "%s: %s\n", path, entry->text);
        break;
    case SHOW_NOTES:
        g_string_append_printf(out, "%s: %s\n", entry->text, entry->note);
        break;
    case SHOW_SECTIONS:
        g_string_append_printf(out, "%s: %s\n", entry->text, section);
        break;
    case SHOW_LINES:
        g_string_append_printf(out, "%s: %u\n", entry->text, entry->line);
        break;
    }
}

static char *show(const char *markdown, Shown shown) {
    g_autoptr(List) list = list_parse_markdown(markdown, strlen(markdown));
    assert_non_null(list);
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < list->entries->len; i++) {
        const ListEntry *entry = g_ptr_array_index(list->entries, i);
        assert_int_equal(entry->order, i);
        show_entry(out, entry, shown);
    }
    return g_string_free(out, FALSE);
}

typedef struct Case {
    const char *markdown, *shown;
} Case;

static void assert_cases(const Case *cases, gsize count, Shown shown) {
    for (gsize i = 0; i < count; i++) {
        g_autofree char *got = show(cases[i].markdown, shown);
        assert_string_equal(got, cases[i].shown);
    }
}

static void links_are_found_however_they_are_written(void **state) {
    (void)state;
    static const Case CASES[] = {
        {"[a  b\nc](http://x.example/p \"title\")", "a b c=http://x.example/p\n"},
        {"[set](https://w.example/Set_(maths))", "set=https://w.example/Set_(maths)\n"},
        {"[s](<http://x.example/a b>)", "s=http://x.example/a b\n"},
        {"[s](http://x.example/a\\_b)", "s=http://x.example/a_b\n"},
        {"[one][r] [r] [R][]\n\n[r]: http://x.example/r",
         "one=http://x.example/r\nr=http://x.example/r\nR=http://x.example/r\n"},
        {"<https://x.example/auto>", "https://x.example/auto=https://x.example/auto\n"},
        {"See https://x.example/bare, www.y.example.",
         "https://x.example/bare=https://x.example/bare\nwww.y.example=http://www.y.example\n"},
        {"[up](HTTPS://X.example)", "up=HTTPS://X.example\n"},
        {"> - 1. [deep](http://x.example)", "deep=http://x.example\n"},
        {"- [x] [task](http://x.example)", "task=http://x.example\n"},
        {"[](http://x.example)", "=http://x.example\n"},
        {"[a](http://x.example)\r\n\r\n[b](http://y.example)\r\n",
         "a=http://x.example\nb=http://y.example\n"},
    };
    assert_cases(CASES, G_N_ELEMENTS(CASES), SHOW_LINKS);
}

static void only_web_addresses_are_entries(void **state) {
    (void)state;
    static const Case CASES[] = {
        {"[a](#a) [b](./b.md) [c](mailto:c@x.example) [d]() [e](//x.example) [f](ftp://x.example) "
         "[g](http://) [h](javascript:alert(1))",
         ""},
        {"`[a](http://x.example)` and \\[b](c)", ""},
        {"```\nhttp://x.example\n```\n\n    [i](http://x.example)\n", ""},
        {"<!-- <a href=\"http://x.example\">a</a> -->", ""},
        {"<a href=\"http://x.example/\x1B[2J\">a</a>", ""},
        {"<script>'<a href=\"http://x.example\">'</script>", ""},
        {"![picture](http://x.example/p.png)", ""},
    };
    assert_cases(CASES, G_N_ELEMENTS(CASES), SHOW_LINKS);
}

static void references_are_decoded_once(void **state) {
    (void)state;
    static const Case CASES[] = {
        {"[AT&amp;T &#233; &#xE9; &nosuch; &amp;lt;](http://x.example/?a=1&amp;b=2&copy=3)",
         "AT&T \xC3\xA9 \xC3\xA9 &nosuch; &lt;=http://x.example/?a=1&b=2&copy=3\n"},
        {"<a href=\"http://x.example/?a&amp;b&copy=1\">q &quot;r&quot; &#0;&#x110000;</a>",
         "q \"r\" \xEF\xBF\xBD\xEF\xBF\xBD=http://x.example/?a&b&copy=1\n"},
    };
    assert_cases(CASES, G_N_ELEMENTS(CASES), SHOW_LINKS);
}

static void marks_inside_a_text_are_not_part_of_it(void **state) {
    (void)state;
    static const Case CASES[] = {
        {"[`code` **bold *and*** <b>tag</b>](http://x.example)",
         "code bold and tag=http://x.example\n"},
        {"[a<br>b](http://x.example)", "a b=http://x.example\n"},
        {"[![Logo](l.png) Name](http://x.example)", "Name=http://x.example\n"},
        {"[**bold**\xE2\x80\xAE](http://x.example)", "bold=http://x.example\n"},
    };
    assert_cases(CASES, G_N_ELEMENTS(CASES), SHOW_LINKS);
}

static void a_link_of_pictures_is_an_entry_unless_they_are_badges(void **state) {
    (void)state;
    static const Case CASES[] = {
        {"[![Screen shot](shot.png)](http://x.example)", "Screen shot=http://x.example\n"},
        {"[<p align=\"center\"><img src=\"http://x.example/p.png\"></p>](http://x.example/)",
         "=http://x.example/\n"},
        {"[![build](https://img.shields.io/x.svg)](http://ci.example)", ""},
        {"[![b](https://api.travis-ci.org/x.svg?branch=main)](http://ci.example)", ""},
        {"[![b](https://github.com/o/r/workflows/CI/badge.svg)](http://ci.example)", ""},
        {"<a href=\"http://ci.example\"><img src=\"https://badge.fury.io/py/x.svg\"></a>", ""},
        {"[![b](https://awesome.re/badge.svg) Text](http://x.example)", "Text=http://x.example\n"},
        {"[![b](http://notshields.io/x.png)](http://x.example)", "b=http://x.example\n"},
        {"[![B](http://x.example/badger.png)](http://x.example)", "B=http://x.example\n"},
        {"[![Open](https://colab.research.google.com/assets/colab-badge.svg)](http://x.example)",
         "Open=http://x.example\n"},
    };
    assert_cases(CASES, G_N_ELEMENTS(CASES), SHOW_LINKS);
}

static void links_of_raw_html_are_found(void **state) {
    (void)state;
    static const Case CASES[] = {
        {"Text <a class=c href='http://x.example'>**T** of it</a>.", "T of it=http://x.example\n"},
        {"<table><tr><td><A HREF=http://x.example>One</A><td><a href = \"http://y.example\"\n"
         ">Two</a></table>",
         "One=http://x.example\nTwo=http://y.example\n"},
        {"<p><a href=\"http://x.example\"><img alt='A &lt; b' src=i.png></a>",
         "A < b=http://x.example\n"},
        {"<a name=\"x\"></a>\n\n[a](http://x.example)", "a=http://x.example\n"},
        {"<div><a href=\"http://x.example\">open\n\n[b](http://y.example)",
         "open=http://x.example\nb=http://y.example\n"},
        {"<div><a href=\"http://x.example\">a <a href=\"http://y.example\">b</div>",
         "a=http://x.example\nb=http://y.example\n"},
        {"<div><a title=\"a > b\" href=\"http://x.example\">t</a></div>", "t=http://x.example\n"},
        {"<div><a data-href=\"http://no.example\" href=\"http://x.example\">t</a></div>",
         "t=http://x.example\n"},
        {"<div><a href=\"http://x.example", ""},
    };
    assert_cases(CASES, G_N_ELEMENTS(CASES), SHOW_LINKS);
}

static void the_heading_path_follows_the_levels(void **state) {
    (void)state;
    static const Case CASES[] = {
        {"[a](http://x.example)\n# One\n[b](http://x.example)\n### Three\n[c](http://x.example)\n"
         "## Two\n[d](http://x.example)\n# Next\n[e](http://x.example)",
         ": a\nOne: b\nOne > Three: c\nOne > Two: d\nNext: e\n"},
        {"Set *ext*\n===\n[a](http://x.example)\n\nSub\n---\n[b](http://x.example)",
         "Set ext: a\nSet ext > Sub: b\n"},
        {"# T ![logo](l.png) &amp; `c`\n## \n[a](http://x.example)", "T & c: a\n"},
        {"# T\n## [Link](http://x.example) tail\n[in](http://y.example)",
         "T > Link tail: Link\nT > Link tail: in\n"},
    };
    assert_cases(CASES, G_N_ELEMENTS(CASES), SHOW_HEADINGS);
}

static void a_note_is_the_rest_of_the_smallest_block(void **state) {
    (void)state;
    static const Case CASES[] = {
        {"- [a](http://x.example) - About *it*.", "a: About it.\n"},
        {"- **Format:** [a](http://x.example) \xE2\x80\x94 long", "a: Format, long\n"},
        {"- [a](http://x.example): [b](http://y.example) and [c](http://z.example)",
         "a: b and c\nb: a, and c\nc: a: b and\n"},
        {"- lead [a](http://x.example)\n  - child [b](http://y.example)\n", "a: lead\nb: child\n"},
        {"- [a](http://x.example)\n\n  Second paragraph.\n\n- other", "a: Second paragraph.\n"},
        {"First.\n\nRead [a](http://x.example)\nnow.", "a: Read now.\n"},
        {"<ul><li>one <a href=\"http://x.example\">a</a><li>two <a href=\"http://y.example\">b</a>"
         "</ul>",
         "a: one\nb: two\n"},
    };
    assert_cases(CASES, G_N_ELEMENTS(CASES), SHOW_NOTES);
}

static void a_note_of_a_table_row_names_the_columns(void **state) {
    (void)state;
    static const Case CASES[] = {
        {"Course | Weeks | |\n--|--|--\n[a](http://x.example) with x | 10 | more\n"
         "[b](http://y.example) | | ",
         "a: Course: with x; Weeks: 10; more\nb: \n"},
        {"A|B\n-|-\nx|y\n\nC|D\n-|-\n[a](http://x.example)|z", "a: D: z\n"},
        {"[H](http://h.example)|B\n-|-\nx|y", "H: B\n"},
    };
    assert_cases(CASES, G_N_ELEMENTS(CASES), SHOW_NOTES);
}

static void the_rule_of_a_table_may_be_short(void **state) {
    (void)state;
    static const Case CASES[] = {
        {"A|B\n:-:|-:\n[a](http://x.example)|z", "a: B: z\n"},
        {"A|B\n---|---\n[a](http://x.example)|z", "a: B: z\n"},
        {"text\n\n|A|\n|-|\n|[a](http://x.example) z|", "a: A: z\n"},
        {"- one\n- | - | [a](http://x.example) z", "a: z\n"},
    };
    assert_cases(CASES, G_N_ELEMENTS(CASES), SHOW_NOTES);
}

static void a_table_of_too_many_columns_is_read_as_text(void **state) {
    (void)state;
    g_autoptr(GString) markdown = g_string_new(NULL);
    static const char *const ROWS[] = {"a|", "---|", "[a](http://x.example)|"};
    for (gsize row = 0; row < G_N_ELEMENTS(ROWS); row++) {
        for (guint column = 0; column < 20000; column++) {
            g_string_append(markdown, ROWS[row]);
        }
        g_string_append_c(markdown, '\n');
    }
    g_autoptr(List) list = list_parse_markdown(markdown->str, markdown->len);
    assert_int_equal(list->entries->len, 20000);
}

static void a_long_note_is_cut_around_its_link(void **state) {
    (void)state;
    g_autoptr(GString) markdown = g_string_new(NULL);
    for (guint i = 0; i < 5000; i++) {
        g_string_append(markdown, "\xC3\xA9");
    }
    g_string_append(markdown, " before [a](http://x.example) after ");
    for (guint i = 0; i < 5000; i++) {
        g_string_append(markdown, "\xE2\x82\xAC");
    }
    g_autoptr(List) list = list_parse_markdown(markdown->str, markdown->len);
    const ListEntry *entry = g_ptr_array_index(list->entries, 0);
    assert_true(strlen(entry->note) <= 2 * OUTLINE_NOTE_SIDE_BYTES + 1);
    assert_non_null(strstr(entry->note, " before after "));
    assert_true(g_utf8_validate(entry->note, -1, NULL));
}

static void section_text_is_what_stands_without_links_under_the_heading(void **state) {
    (void)state;
    static const Case CASES[] = {
        {"# H\nIntro *text*.\n\n1. Chapter\n2. Two [no](#x)\n   - Sub\n\n[a](http://x.example)\n\n"
         "After.\n# Other\nNot this.",
         "a: Intro text. / Chapter / Sub / After.\n"},
        {"- Lead:\n  - [a](http://x.example)\n  - last", "a: Lead: / last\n"},
        {"Above.\n## [a](http://x.example)\nBelow.\n\n```\ncode\n```\n\n|t|\n|-|\n|cell|",
         "a: Below.\n"},
        {"<p>One</p><p>Two <a href=\"http://x.example\">a</a></p>", "a: One\n"},
    };
    assert_cases(CASES, G_N_ELEMENTS(CASES), SHOW_SECTIONS);
}

static void section_text_keeps_within_its_caps(void **state) {
    (void)state;
    g_autoptr(GString) markdown = g_string_new("[a](http://x.example)\n");
    for (guint i = 0; i < 2 * OUTLINE_SECTION_MAX_TEXTS; i++) {
        g_string_append(markdown, "- item\n");
    }
    g_autoptr(List) many = list_parse_markdown(markdown->str, markdown->len);
    const ListEntry *entry = g_ptr_array_index(many->entries, 0);
    assert_int_equal(g_strv_length(entry->section_text), OUTLINE_SECTION_MAX_TEXTS);

    g_string_assign(markdown, "[a](http://x.example)\n\n");
    for (guint i = 0; i < 100; i++) {
        g_string_append_printf(markdown, "%0900d\n\n", 1);
    }
    g_autoptr(List) large = list_parse_markdown(markdown->str, markdown->len);
    entry = g_ptr_array_index(large->entries, 0);
    assert_int_equal(strlen(entry->section_text[0]), OUTLINE_SECTION_TEXT_BYTES);
    assert_int_equal(g_strv_length(entry->section_text),
                     OUTLINE_SECTION_TOTAL_BYTES / OUTLINE_SECTION_TEXT_BYTES);
}

static void lines_are_those_where_blocks_start(void **state) {
    (void)state;
    static const Case CASES[] = {
        {"# H\n\nText\nover lines [a](http://x.example)\n\n- x\n- [b](http://y.example)\n"
         "  - [c](http://z.example)\n",
         "a: 3\nb: 7\nc: 8\n"},
        {"\n\n[](http://x.example)\n", ": 3\n"},
        {"[a][r]\n\n\n[r]: http://x.example\n\n[b](http://y.example)", "a: 1\nb: 6\n"},
        {"A|B\n-|-\nx|y\n[a](http://x.example)|z", "a: 4\n"},
        {"<table>\n<tr>\n<td>\n<a href=\"http://x.example\">a</a>\n</tr>\n"
         "<tr><td><a href=\"http://y.example\">b</a>\n</table>\n\n[c](http://z.example)",
         "a: 1\nb: 6\nc: 9\n"},
        {"## [a](http://x.example)", "a: 1\n"},
    };
    assert_cases(CASES, G_N_ELEMENTS(CASES), SHOW_LINES);
}

static void the_title_is_the_first_heading_with_text(void **state) {
    (void)state;
    static const Case CASES[] = {
        {"# One\n# Two", "One"},
        {"# ![logo](l.png)\n## Two", "Two"},
        {"<div align=center>\n<h1>Caf&eacute; <b>x</b></h1>\n</div>\n\n# Md", "Caf\xC3\xA9 x"},
        {"<h2>Open &amp; shut</h2>\n\n# Md", "Open & shut"},
        {"prose", ""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(List) list = list_parse_markdown(CASES[i].markdown, strlen(CASES[i].markdown));
        assert_string_equal(list->title, CASES[i].shown);
    }
}

static void any_bytes_give_valid_text(void **state) {
    (void)state;
    static const char *const PIECES[] = {"[",
                                         "](",
                                         ")",
                                         "](http://x.example)",
                                         "http://y.example",
                                         "www.z.example",
                                         "<a href=\"",
                                         "\">",
                                         "</a>",
                                         "<img alt='",
                                         "'>",
                                         "<!--",
                                         "-->",
                                         "&amp;",
                                         "&#0;",
                                         "#",
                                         "\n",
                                         "\n\n",
                                         "|",
                                         "-|-\n",
                                         "- ",
                                         "  ",
                                         "> ",
                                         "`",
                                         "*",
                                         "!",
                                         "\xC3\xA9",
                                         "\xE2\x80\xAE",
                                         "\\",
                                         "\x1B",
                                         "<li>",
                                         "<h1>",
                                         "</h1>",
                                         "[r]: http://r.example\n",
                                         "[r]",
                                         "\r\n",
                                         "\t",
                                         "~~"};
    g_autoptr(GRand) random = g_rand_new_with_seed(5);
    for (guint round = 0; round < 1500; round++) {
        g_autoptr(GString) markdown = g_string_new(NULL);
        const gint32 pieces = g_rand_int_range(random, 1, 60);
        for (gint32 i = 0; i < pieces; i++) {
            g_string_append(markdown,
                            PIECES[g_rand_int_range(random, 0, (gint32)G_N_ELEMENTS(PIECES))]);
        }
        g_autoptr(List) list = list_parse_markdown(markdown->str, markdown->len);
        assert_non_null(list);
        for (guint i = 0; i < list->entries->len; i++) {
            const ListEntry *entry = g_ptr_array_index(list->entries, i);
            assert_true(g_utf8_validate(entry->url, -1, NULL));
            assert_true(g_utf8_validate(entry->text, -1, NULL));
            assert_true(g_utf8_validate(entry->note, -1, NULL));
            assert_true(entry->line >= 1 && entry->line <= markdown->len + 1);
            assert_null(strstr(entry->note, "\n"));
            assert_true(g_ascii_strncasecmp(entry->url, "http", 4) == 0);
        }
    }
}

static void hostile_lists_take_time_in_their_size(void **state) {
    (void)state;
    static const struct {
        const char *piece;
        guint times;
    } CASES[] = {
        {"[", 50000},
        {"![", 30000},
        {"> ", 30000},
        {"- ", 5000},
        {"<p>\n", 30000},
        {"<a ", 30000},
        {"<div><a \"", 50000},
        {"&", 50000},
        {"|-\n", 50000},
        {"www.a.b ", 110000},
        {"# a\n", 30000},
        {"<!-- ", 30000},
        {"a|", 30000},
        {"<li><a href=http://x.example>", 20000},
        {"[a](http://x.example)", 10000},
        {"<style></styl", 50000},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(GString) markdown = g_string_new(NULL);
        for (guint times = 0; times < CASES[i].times; times++) {
            g_string_append(markdown, CASES[i].piece);
        }
        g_autoptr(List) list = list_parse_markdown(markdown->str, markdown->len);
        assert_non_null(list);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_are_found_however_they_are_written),
        cmocka_unit_test(only_web_addresses_are_entries),
        cmocka_unit_test(references_are_decoded_once),
        cmocka_unit_test(marks_inside_a_text_are_not_part_of_it),
        cmocka_unit_test(a_link_of_pictures_is_an_entry_unless_they_are_badges),
        cmocka_unit_test(links_of_raw_html_are_found),
        cmocka_unit_test(the_heading_path_follows_the_levels),
        cmocka_unit_test(a_note_is_the_rest_of_the_smallest_block),
        cmocka_unit_test(a_note_of_a_table_row_names_the_columns),
        cmocka_unit_test(the_rule_of_a_table_may_be_short),
        cmocka_unit_test(a_table_of_too_many_columns_is_read_as_text),
        cmocka_unit_test(a_long_note_is_cut_around_its_link),
        cmocka_unit_test(section_text_is_what_stands_without_links_under_the_heading),
        cmocka_unit_test(section_text_keeps_within_its_caps),
        cmocka_unit_test(lines_are_those_where_blocks_start),
        cmocka_unit_test(the_title_is_the_first_heading_with_text),
        cmocka_unit_test(any_bytes_give_valid_text),
        cmocka_unit_test(hostile_lists_take_time_in_their_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
