#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/extract.h"

static Document *read_page(const char *page) {
    ExtractInput input = {.url = "https://example.org/book/ch1.html",
                          .content_type = "text/html; charset=utf-8",
                          .bytes = (const guint8 *)page,
                          .size = strlen(page)};
    g_autoptr(GError) error = NULL;
    Document *document = extract_html(&input, &error);
    assert_null(error);
    assert_true(g_utf8_validate(document->main, -1, NULL));
    return document;
}

static const DocumentSection *section_at(const Document *document, guint i) {
    assert_true(i < document->sections->len);
    return document->sections->pdata[i];
}

static void title_is_without_the_name_of_the_site(void **state) {
    static const struct {
        const char *head, *title;
    } cases[] = {
        {"<title> A  page\n&amp; more </title>", "A page & more"},
        {"<title>x</title><meta property=og:title content='Better'>", "Better"},
        {"<title>Limits | Site</title><meta property=og:site_name content=Site>", "Limits"},
        {"<title>Site - Limits</title><meta property=og:site_name content=Site>", "Limits"},
        {"<title>Limits | Other</title><meta property=og:site_name content=Site>",
         "Limits | Other"},
        {"<title>Chapter One — The Book 1.0</title>", "Chapter One"},
        {"<svg><title>icon</title></svg><title>Real</title>", "Real"},
        {"", "Chapter One"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *page =
            g_strconcat(cases[i].head, "<body><h1>Chapter One</h1><p>Text.", NULL);
        g_autoptr(Document) document = read_page(page);
        assert_string_equal(document->title, cases[i].title);
    }
}

static void metadata_is_read(void **state) {
    (void)state;
    g_autoptr(Document) document =
        read_page("<html lang=EN-gb><head><meta name=Description content='What  it is'>"
                  "<meta name=author content='Ada'><link rel=canonical href='/book/one'>"
                  "<meta name=robots content='noindex, follow'></head><body><p>Text.");
    assert_string_equal(document->language, "en-gb");
    assert_string_equal(document->description, "What it is");
    assert_string_equal(document->author, "Ada");
    assert_string_equal(document->canonical, "https://example.org/book/one");
    assert_true(document->noindex);
    assert_false(document->nofollow);
}

static void blocks_are_lines_and_headings_are_among_them(void **state) {
    (void)state;
    g_autoptr(Document) document =
        read_page("<body><h1 id=top>The <em>Top</em><a class=headerlink href=#top>¶</a></h1>"
                  "<p>One\n two <b>three</b>.</p><ul><li>a<li>b</ul><pre>x = 1\ny = 2</pre>"
                  "<h2>Next</h2><table><tr><th>n<th>n²<tr><td>2<td>4</table>");
    assert_string_equal(document->main,
                        "The Top\nOne two three.\na\nb\nx = 1\ny = 2\nNext\nn n²\n2 4");
    assert_int_equal(document->sections->len, 2);
    assert_string_equal(section_at(document, 0)->heading, "The Top");
    assert_int_equal(section_at(document, 0)->level, 1);
    assert_int_equal(section_at(document, 0)->offset, 0);
    assert_string_equal(section_at(document, 1)->heading, "Next");
    assert_true(g_str_has_prefix(document->main + section_at(document, 1)->offset, "Next\n"));
}

static void anchors_of_headings_are_found_where_authors_put_them(void **state) {
    static const struct {
        const char *html, *anchor;
    } cases[] = {
        {"<h2 id=own>H</h2>", "own"},
        {"<section id=sec><h2>H</h2><p>x</section>", "sec"},
        {"<div id=sec><span id=sub></span><h2>H</h2></div>", "sub"},
        {"<div id=sec><div><h2>H</h2></div></div>", "sec"},
        {"<div id=sec><p>before</p><h2>H</h2></div>", ""},
        {"<h2><a name=inner></a>H</h2>", "inner"},
        {"<a name=before></a><h2>H</h2>", "before"},
        {"<h2 id=own>H<a class=headerlink href=#linked>#</a></h2>", "linked"},
        {"<h2><a id=user-content-x class=anchor href=#x></a>H</h2>", "x"},
        {"<h2>H</h2>", ""},
        {"<h2>H <a href=#note1>note</a></h2>", ""},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *page = g_strconcat("<body><p>Start.</p>", cases[i].html, NULL);
        g_autoptr(Document) document = read_page(page);
        assert_string_equal(section_at(document, 0)->anchor, cases[i].anchor);
    }
}

static void links_are_resolved_and_come_once(void **state) {
    (void)state;
    g_autoptr(Document) document = read_page(
        "<head><base href='/other/'></head><body><nav><a href=nav.html>Menu</a></nav>"
        "<p><a href=' ch2.html#s '>Chapter  2</a><a href=ch2.html>again</a>"
        "<a href='#here'>here</a><a href='mailto:a@b.c'>mail</a><a href='javascript:x'>js</a>"
        "<a href='http://EXAMPLE.com:80'><img alt='A picture'></a>");
    static const char *const expected[][2] = {{"https://example.org/other/nav.html", "Menu"},
                                              {"https://example.org/other/ch2.html", "Chapter 2"},
                                              {"http://example.com/", "A picture"}};
    assert_int_equal(document->links->len, G_N_ELEMENTS(expected));
    for (guint i = 0; i < document->links->len; i++) {
        const DocumentLink *link = document->links->pdata[i];
        assert_string_equal(link->url, expected[i][0]);
        assert_string_equal(link->text, expected[i][1]);
    }
    (void)state;
}

static void boilerplate_goes_to_rest_and_captions_to_captions(void **state) {
    (void)state;
    g_autoptr(GString) page = g_string_new("<body><nav>Home Shop</nav><script>var x</script>"
                                           "<article><h1>T</h1>");
    for (guint i = 0; i < 10; i++) {
        g_string_append(page, "<p>A sentence that is long enough, with a comma, to count.</p>");
    }
    g_string_append(page, "<figure><img><figcaption>Figure 1: a cat</figcaption></figure>"
                          "</article><footer>Imprint</footer>");
    g_autoptr(Document) document = read_page(page->str);
    assert_string_equal(document->rest, "Home Shop\nImprint");
    assert_string_equal(document->captions, "Figure 1: a cat");
    assert_null(strstr(document->main, "cat"));
    assert_null(strstr(document->main, "Home"));
    assert_true(g_str_has_prefix(document->main, "T\nA sentence"));
}

static void text_below_three_hundred_levels_is_kept(void **state) {
    (void)state;
    g_autoptr(GString) page = g_string_new("<body>");
    for (guint i = 0; i < 300; i++) {
        g_string_append(page, "<div>");
    }
    g_string_append(page, "<p>the deepest words</p>");
    for (guint i = 0; i < 300; i++) {
        g_string_append(page, "</div>");
    }
    g_string_append(page, "<p>the words after</p>");
    g_autoptr(Document) document = read_page(page->str);
    assert_non_null(strstr(document->main, "the deepest words"));
    assert_non_null(strstr(document->main, "the words after"));
}

static void video_page_gives_its_description_and_chapters(void **state) {
    (void)state;
    g_autoptr(Document) document =
        read_page("<title>V</title><body><script>var ytInitialPlayerResponse = {\"videoDetails\": {"
                  "\"author\": \"Ada\", \"shortDescription\": \"About limits.\\n0:00 Intro\\n"
                  "1:02:03 - The end\"}};</script><p>Footer");
    assert_string_equal(document->main, "About limits.\n0:00 Intro\n1:02:03 - The end");
    assert_string_equal(document->author, "Ada");
    assert_string_equal(document->rest, "Footer");
    assert_int_equal(document->sections->len, 2);
    assert_string_equal(section_at(document, 1)->heading, "The end");
    assert_string_equal(section_at(document, 1)->anchor, "t=3723s");
    assert_int_equal(section_at(document, 1)->offset, strlen("About limits.\n0:00 Intro\n"));
}

static void playlist_page_gives_its_videos(void **state) {
    (void)state;
    g_autoptr(Document) document = read_page(
        "<body><script>var ytInitialData = {\"a\": [{\"playlistVideoRenderer\": {\"videoId\": "
        "\"one\", \"title\": {\"runs\": [{\"text\": \"First\"}, {\"text\": \" video\"}]}}}, "
        "{\"playlistVideoRenderer\": {\"videoId\": \"two\", \"title\": {\"simpleText\": "
        "\"Second\"}}}]};</script>");
    assert_string_equal(document->main, "First video\nSecond");
    assert_int_equal(document->links->len, 2);
    const DocumentLink *link = document->links->pdata[1];
    assert_string_equal(link->url, "https://www.youtube.com/watch?v=two");
}

static void empty_page_is_malformed_and_odd_ones_are_not(void **state) {
    static const char *const odd[] = {
        "<", "<!--", "<html>", "</p>", "\xFF\xFE", "<body></body>", "<frameset><frame></frameset>",
        "<p"};
    (void)state;
    g_autoptr(GError) error = NULL;
    ExtractInput input = {.bytes = (const guint8 *)"", .size = 0};
    assert_null(extract_html(&input, &error));
    assert_true(g_error_matches(error, EXTRACT_ERROR, EXTRACT_ERROR_MALFORMED));
    for (gsize i = 0; i < G_N_ELEMENTS(odd); i++) {
        ExtractInput page = {.bytes = (const guint8 *)odd[i], .size = strlen(odd[i])};
        g_autoptr(Document) document = extract_html(&page, NULL);
        if (document) {
            assert_true(g_utf8_validate(document->main, -1, NULL));
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(title_is_without_the_name_of_the_site),
        cmocka_unit_test(metadata_is_read),
        cmocka_unit_test(blocks_are_lines_and_headings_are_among_them),
        cmocka_unit_test(anchors_of_headings_are_found_where_authors_put_them),
        cmocka_unit_test(links_are_resolved_and_come_once),
        cmocka_unit_test(boilerplate_goes_to_rest_and_captions_to_captions),
        cmocka_unit_test(text_below_three_hundred_levels_is_kept),
        cmocka_unit_test(video_page_gives_its_description_and_chapters),
        cmocka_unit_test(playlist_page_gives_its_videos),
        cmocka_unit_test(empty_page_is_malformed_and_odd_ones_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
