#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/extract.h"

static Document *read_notebook(const char *json, GError **error) {
    ExtractInput input = {
        .url = "https://example.org/n.ipynb", .bytes = (const guint8 *)json, .size = strlen(json)};
    return extract_notebook(&input, error);
}

static void markdown_and_code_of_cells_are_main(void **state) {
    (void)state;
    g_autoptr(Document) document = read_notebook(
        "\xEF\xBB\xBF{\"nbformat\": 4, \"cells\": ["
        "{\"cell_type\": \"markdown\", \"source\": [\"# Limits\\n\", \"\\n\", \"See [a](b.md).\"]},"
        "{\"cell_type\": \"code\", \"source\": \"x = 1 < 2\\ny = 3\", \"outputs\": "
        "[{\"text\": \"noise\"}]},"
        "{\"cell_type\": \"markdown\", \"source\": \"## Next one\"},"
        "{\"cell_type\": \"raw\", \"source\": \"raw\"}, {\"cell_type\": 5}, 7]}",
        NULL);
    assert_non_null(document);
    assert_string_equal(document->title, "Limits");
    assert_string_equal(document->main, "Limits\nSee a.\nx = 1 < 2\ny = 3\nNext one");
    assert_int_equal(document->sections->len, 2);
    const DocumentSection *next = document->sections->pdata[1];
    assert_string_equal(next->anchor, "next-one");
    assert_int_equal(next->level, 2);
    const DocumentLink *link = document->links->pdata[0];
    assert_string_equal(link->url, "https://example.org/b.md");
}

static void notebooks_of_format_three_are_read(void **state) {
    (void)state;
    g_autoptr(Document) document =
        read_notebook("{\"nbformat\": 3, \"worksheets\": [{\"cells\": ["
                      "{\"cell_type\": \"heading\", \"level\": 2, \"source\": [\"Old\"]},"
                      "{\"cell_type\": \"code\", \"input\": [\"print(1)\"]}]}]}",
                      NULL);
    assert_non_null(document);
    assert_string_equal(document->main, "Old\nprint(1)");
    assert_int_equal(((DocumentSection *)document->sections->pdata[0])->level, 2);
}

static void what_is_no_notebook_is_malformed(void **state) {
    static const char *const bodies[] = {"", "{", "[]", "{\"cells\": 3}", "\"x\"", "{}"};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(read_notebook(bodies[i], &error));
        assert_true(g_error_matches(error, EXTRACT_ERROR, EXTRACT_ERROR_MALFORMED));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markdown_and_code_of_cells_are_main),
        cmocka_unit_test(notebooks_of_format_three_are_read),
        cmocka_unit_test(what_is_no_notebook_is_malformed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
