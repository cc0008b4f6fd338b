#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/class_names.h"
#include "extract/extract.h"
#include "extract/main_content.h"

#define SENTENCE "This is a sentence of the article, long enough to be scored, with commas. "

static char *paragraphs(guint count) {
    GString *html = g_string_new(NULL);
    for (guint i = 0; i < count; i++) {
        g_string_append_printf(html, "<p>%u " SENTENCE SENTENCE "</p>", i);
    }
    return g_string_free(html, FALSE);
}

static Document *read_page(const char *page) {
    ExtractInput input = {
        .url = "https://example.org/", .bytes = (const guint8 *)page, .size = strlen(page)};
    return extract_html(&input, NULL);
}

static void content_is_found_with_and_without_marks(void **state) {
    static const char *const wrappers[][2] = {
        {"<article>", "</article>"},
        {"<main><div>", "</div></main>"},
        {"<div role=main>", "</div>"},
        {"<div id=content>", "</div>"},
        {"<div class='col entry-content x'>", "</div>"},
        {"<div itemprop=articleBody>", "</div>"},
        {"<div><div>", "</div></div>"},
        {"<table><tr><td>", "</td></tr></table>"},
    };
    (void)state;
    g_autofree char *text = paragraphs(6);
    for (gsize i = 0; i < G_N_ELEMENTS(wrappers); i++) {
        g_autofree char *page = g_strconcat(
            "<body><div class=sidebar><p>Side words, with commas, of some length here.</p></div>"
            "<ul><li><a href=a>Link one here</a><li><a href=b>Link two here</a></ul>",
            wrappers[i][0], text, wrappers[i][1],
            "<div id=comments><p>Comment words, many, here.</p></div>", NULL);
        g_autoptr(Document) document = read_page(page);
        assert_true(g_str_has_prefix(document->main, "0 This is"));
        assert_non_null(strstr(document->main, "5 This is"));
        assert_null(strstr(document->main, "Side words"));
        assert_null(strstr(document->main, "Comment words"));
        assert_null(strstr(document->main, "Link one"));
        assert_non_null(strstr(document->rest, "Side words"));
        assert_non_null(strstr(document->rest, "Link one"));
    }
}

static void hidden_text_is_nowhere(void **state) {
    static const char *const hidden[] = {"<p hidden>secret</p>",
                                         "<p style='Display : NONE'>secret</p>",
                                         "<span aria-hidden=true>secret</span>",
                                         "<noscript>secret</noscript>",
                                         "<select><option>secret</select>",
                                         "<button>secret</button>"};
    (void)state;
    g_autofree char *text = paragraphs(6);
    for (gsize i = 0; i < G_N_ELEMENTS(hidden); i++) {
        g_autofree char *page = g_strconcat("<article>", hidden[i], text, "</article>", NULL);
        g_autoptr(Document) document = read_page(page);
        assert_null(strstr(document->main, "secret"));
        assert_null(strstr(document->rest, "secret"));
    }
}

static void misleading_class_does_not_lose_the_page(void **state) {
    (void)state;
    g_autofree char *text = paragraphs(8);
    g_autofree char *page =
        g_strconcat("<body><div class=sidebar>", text, "</div><p>Short end.</p>", NULL);
    g_autoptr(Document) document = read_page(page);
    assert_non_null(strstr(document->main, "7 This is"));
}

static void index_page_keeps_its_links(void **state) {
    g_autoptr(GString) page = g_string_new("<main><h1>The Book</h1><p>A short preface.</p><ul>");
    (void)state;
    for (guint i = 1; i <= 60; i++) {
        g_string_append_printf(page, "<li><a href=ch%u.html>Chapter %u: its title</a>", i, i);
    }
    g_string_append(page, "</ul></main>");
    g_autoptr(Document) document = read_page(page->str);
    assert_non_null(strstr(document->main, "A short preface."));
    assert_non_null(strstr(document->main, "Chapter 1: its title\nChapter 2: its title"));
    assert_non_null(strstr(document->main, "Chapter 60"));
}

static void link_list_inside_an_article_is_dropped(void **state) {
    (void)state;
    g_autofree char *text = paragraphs(6);
    g_autofree char *page = g_strconcat(
        "<article>", text,
        "<ul><li><a href=a>Another story</a><li><a href=b>One more story</a></ul></article>", NULL);
    g_autoptr(Document) document = read_page(page);
    assert_null(strstr(document->main, "Another story"));
    assert_non_null(strstr(document->rest, "Another story"));
}

static void several_teasers_are_all_content(void **state) {
    g_autoptr(GString) page = g_string_new("<body><div id=list>");
    (void)state;
    for (guint i = 0; i < 5; i++) {
        g_string_append_printf(
            page, "<article><h2>Item %u</h2><p>" SENTENCE SENTENCE SENTENCE "</p></article>", i);
    }
    g_string_append(page, "</div>");
    g_autoptr(Document) document = read_page(page->str);
    for (guint i = 0; i < 5; i++) {
        g_autofree char *heading = g_strdup_printf("Item %u", i);
        assert_non_null(strstr(document->main, heading));
    }
}

static void text_cut_by_a_picture_is_content_on_both_sides(void **state) {
    static const char deep[] = "<div><div><div><div><div><div><div>";
    static const char end[] = "</div></div></div></div></div></div></div>";
    (void)state;
    g_autofree char *first = paragraphs(4);
    g_autofree char *second = paragraphs(9);
    g_autofree char *page =
        g_strconcat("<body><div>", deep, "<p>The first words.</p>", first, end,
                    "<figure>Picture</figure>", deep, second, end, "</div>", NULL);
    g_autoptr(Document) document = read_page(page);
    assert_true(g_str_has_prefix(document->main, "The first words.\n0 This"));
    assert_non_null(strstr(document->main, "8 This"));
}

static void lines_that_lead_away_are_dropped(void **state) {
    (void)state;
    g_autofree char *text = paragraphs(6);
    g_autofree char *page = g_strconcat(
        "<article>", text, "<p>» Read more: other things</p><p>Tags: a, b</p></article>", NULL);
    g_autoptr(Document) document = read_page(page);
    assert_null(strstr(document->main, "other things"));
    assert_null(strstr(document->main, "Tags:"));
}

static void short_page_is_kept_whole(void **state) {
    (void)state;
    g_autoptr(Document) document =
        read_page("<body><div class=menu>One</div><div class=footer>Two</div>");
    assert_non_null(strstr(document->main, "One"));
}

static void class_words_are_told_apart(void **state) {
    static const struct {
        const char *names;
        gboolean chrome;
    } cases[] = {
        {"sidebar", TRUE},   {"left-sidebar", TRUE},   {"leftSidebar", TRUE}, {"nav__item", TRUE},
        {"read-more", TRUE}, {"readMore", TRUE},       {"read more", FALSE},  {"ad", TRUE},
        {"a d", FALSE},      {"header", FALSE},        {"shadow", FALSE},     {"navigate", TRUE},
        {"tagged", FALSE},   {"mw-editsection", TRUE}, {"", FALSE},           {"toctree", FALSE},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_int_equal(class_names_are_chrome(cases[i].names, NULL), cases[i].chrome);
        assert_int_equal(class_names_are_chrome(NULL, cases[i].names), cases[i].chrome);
    }
    assert_int_equal(class_names_weight("article-body", "main"), 50);
    assert_int_equal(class_names_weight("sidebar", NULL), -25);
    assert_int_equal(class_names_weight("x", ""), 0);
    g_autofree char *long_name = g_strnfill(100000, 'a');
    assert_false(class_names_are_chrome(long_name, long_name));
    assert_true(class_names_have("a  bc\td", "bc"));
    assert_false(class_names_have("abc", "bc"));
    assert_false(class_names_have(NULL, "bc"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(content_is_found_with_and_without_marks),
        cmocka_unit_test(hidden_text_is_nowhere),
        cmocka_unit_test(misleading_class_does_not_lose_the_page),
        cmocka_unit_test(index_page_keeps_its_links),
        cmocka_unit_test(link_list_inside_an_article_is_dropped),
        cmocka_unit_test(several_teasers_are_all_content),
        cmocka_unit_test(text_cut_by_a_picture_is_content_on_both_sides),
        cmocka_unit_test(lines_that_lead_away_are_dropped),
        cmocka_unit_test(short_page_is_kept_whole),
        cmocka_unit_test(class_words_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
