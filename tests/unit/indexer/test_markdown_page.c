#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/extract.h"
#include "extract/markdown.h"

static Document *read_markdown(const char *text) {
    ExtractInput input = {.url = "https://example.org/docs/README.md",
                          .bytes = (const guint8 *)text,
                          .size = strlen(text)};
    return extract_markdown(&input, NULL);
}

static void headings_have_the_anchors_of_github(void **state) {
    static const char *const anchors[] = {"the-book", "21-sets--maps", "été",
                                          "été-1",    "own",           "snake_case-code"};
    (void)state;
    g_autoptr(Document) document =
        read_markdown("# The Book\n\ntext\n\n## 2.1 Sets & Maps\n\n## Été\n\n## Été\n\n"
                      "<h2 id=own>Own</h2>\n\n### `snake_case` code!\n");
    assert_string_equal(document->title, "The Book");
    assert_int_equal(document->sections->len, G_N_ELEMENTS(anchors));
    for (gsize i = 0; i < G_N_ELEMENTS(anchors); i++) {
        const DocumentSection *section = document->sections->pdata[i];
        assert_string_equal(section->anchor, anchors[i]);
    }
}

static void all_text_is_main_even_lists_of_links(void **state) {
    (void)state;
    g_autoptr(Document) document = read_markdown(
        "# List\n- [One](one.md)\n- [Two](https://two.example/)\n\n| a | b |\n|---|---|\n"
        "| c | d |\n\n```\ncode & more\n  indented\n```\n");
    assert_string_equal(document->main, "List\nOne\nTwo\na b\nc d\ncode & more\nindented");
    assert_string_equal(document->rest, "");
    const DocumentLink *link = document->links->pdata[0];
    assert_string_equal(link->url, "https://example.org/docs/one.md");
}

static void front_matter_gives_the_title_and_is_no_text(void **state) {
    (void)state;
    g_autoptr(Document) document =
        read_markdown("---\nlayout: post\ntitle: \"Given title\"\n---\n# Heading\nText.\n");
    assert_string_equal(document->title, "Given title");
    assert_string_equal(document->main, "Heading\nText.");
}

static void scripts_in_raw_html_are_no_text(void **state) {
    (void)state;
    g_autoptr(Document) document =
        read_markdown("a <script>alert(1)</script> b\n\n<!-- hidden -->\n\n<details>c</details>\n");
    assert_string_equal(document->main, "a b\nc");
}

static void code_is_escaped(void **state) {
    (void)state;
    g_autoptr(GString) html = g_string_new(NULL);
    markdown_append_code("a<b & c", 7, html);
    assert_string_equal(html->str, "<pre>a&lt;b &amp; c</pre>\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headings_have_the_anchors_of_github),
        cmocka_unit_test(all_text_is_main_even_lists_of_links),
        cmocka_unit_test(front_matter_gives_the_title_and_is_no_text),
        cmocka_unit_test(scripts_in_raw_html_are_no_text),
        cmocka_unit_test(code_is_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
