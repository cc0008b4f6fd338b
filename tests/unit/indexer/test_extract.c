#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/extract.h"

#define HTML     "<!doctype html><title>T</title><p>Some words."
#define NOTEBOOK "{\"cells\": [], \"nbformat\": 4}"

static void body_is_what_type_name_or_bytes_say(void **state) {
    static const struct {
        const char *content_type, *url, *name, *bytes, *kind;
    } cases[] = {
        {"text/html; charset=utf-8", NULL, NULL, HTML, "page"},
        {"TEXT/HTML", NULL, NULL, "no markup at all", "page"},
        {"text/markdown", NULL, NULL, "# T", "page"},
        {"text/plain", NULL, NULL, "words", "text"},
        {"text/plain", "https://example.org/README.md?raw=1", NULL, "# T", "page"},
        {"text/plain; charset=utf-8", "https://example.org/a.ipynb", NULL, NOTEBOOK, "notebook"},
        {"application/octet-stream", NULL, "x.ipynb", NOTEBOOK, "notebook"},
        {"application/json", NULL, NULL, NOTEBOOK, "notebook"},
        {NULL, NULL, "x.htm", "plain words", "page"},
        {NULL, NULL, "x.unknown", " \n" HTML, "page"},
        {NULL, NULL, "-", "words", "text"},
        {"", NULL, NULL, HTML, "page"},
        {"text/plain", "https://example.org/paper.pdf", NULL, HTML, "page"},
        {"text/html", "https://www.youtube.com/watch?v=a", NULL, HTML, "video"},
        {"text/html", "https://youtu.be/abc", NULL, HTML, "video"},
        {"text/html", "https://youtube.com/playlist?list=x", NULL, HTML, "playlist"},
        {"text/html", "https://github.com/x/y", NULL, HTML, "repository"},
        {"text/html", "https://github.com/x/y/", NULL, HTML, "repository"},
        {"text/html", "https://github.com/x/y/issues", NULL, HTML, "page"},
        {"text/html", "https://github.com/x", NULL, HTML, "page"},
        {"text/html", "https://notgithub.com/x/y", NULL, HTML, "page"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        ExtractInput input = {.url = cases[i].url,
                              .content_type = cases[i].content_type,
                              .name = cases[i].name,
                              .bytes = (const guint8 *)cases[i].bytes,
                              .size = strlen(cases[i].bytes)};
        g_autoptr(GError) error = NULL;
        g_autoptr(Document) document = extract_document(&input, &error);
        if (error) {
            fail_msg("case %zu: %s", i, error->message);
        }
        assert_string_equal(document->kind, cases[i].kind);
    }
}

static void unsupported_type_is_named(void **state) {
    static const struct {
        const char *content_type, *bytes;
        gsize size;
        const char *message;
    } cases[] = {
        {"image/png", "\x89PNG", 4, "no extractor reads image/png"},
        {NULL, "a\0b", 3, "no extractor reads this kind of file"},
        {NULL, "", 0, "no extractor reads an empty body"},
        {"video/mp4", "", 0, "no extractor reads video/mp4"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        ExtractInput input = {.content_type = cases[i].content_type,
                              .bytes = (const guint8 *)cases[i].bytes,
                              .size = cases[i].size};
        g_autoptr(GError) error = NULL;
        assert_null(extract_document(&input, &error));
        assert_true(g_error_matches(error, EXTRACT_ERROR, EXTRACT_ERROR_UNSUPPORTED));
        assert_string_equal(error->message, cases[i].message);
    }
}

static void only_readable_bodies_are_worth_fetching(void **state) {
    (void)state;
    assert_true(extract_supports("text/html; charset=x", "/a"));
    assert_true(extract_supports("application/pdf", "/a.pdf"));
    assert_true(extract_supports(NULL, "/a"));
    assert_true(extract_supports("application/octet-stream", "/a.ipynb"));
    assert_false(extract_supports("application/octet-stream", "/a.ZIP"));
    assert_false(extract_supports("image/svg+xml", "/a"));
    assert_false(extract_supports(NULL, "/a.png?raw=true"));
    assert_true(extract_supports("text/html", "/wiki/File.png"));
}

static void plain_text_gives_paragraphs(void **state) {
    static const char text[] = "The title\n\n"
                               "A paragraph that was broken at some width, so that its lines\n"
                               "go on in the next one, even with a hyphen-\n"
                               "ated word.\n\n"
                               "- an item\n"
                               "- another item\n";
    (void)state;
    ExtractInput input = {.bytes = (const guint8 *)text, .size = strlen(text)};
    g_autoptr(Document) document = extract_document(&input, NULL);
    assert_string_equal(document->title, "The title");
    assert_string_equal(document->main,
                        "The title\nA paragraph that was broken at some width, so that its lines "
                        "go on in the next one, even with a hyphenated word.\n- an item\n"
                        "- another item");
}

static void long_text_is_cut_at_the_cap(void **state) {
    (void)state;
    gsize size = DOCUMENT_MAX_MAIN_BYTES + 100;
    g_autofree char *text = g_strnfill(size, 'x');
    ExtractInput input = {.bytes = (const guint8 *)text, .size = size};
    g_autoptr(Document) document = extract_document(&input, NULL);
    gsize kept = strlen(document->main);
    assert_true(kept <= DOCUMENT_MAX_MAIN_BYTES && kept > DOCUMENT_MAX_MAIN_BYTES - 8);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(body_is_what_type_name_or_bytes_say),
        cmocka_unit_test(unsupported_type_is_named),
        cmocka_unit_test(only_readable_bodies_are_worth_fetching),
        cmocka_unit_test(plain_text_gives_paragraphs),
        cmocka_unit_test(long_text_is_cut_at_the_cap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
