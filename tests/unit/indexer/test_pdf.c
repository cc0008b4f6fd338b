#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "extract/extract.h"

/* A PDF of one page for each text, each line of it a line of the page. Without a table of its
 * objects: readers make one. */
static char *make_pdf(const char *const *pages, guint count) {
    GString *pdf = g_string_new("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
                                "3 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
                                "2 0 obj<</Type/Pages/Kids[");
    for (guint i = 0; i < count; i++) {
        g_string_append_printf(pdf, "%u 0 R ", 10 + 2 * i);
    }
    g_string_append_printf(pdf, "]/Count %u>>endobj\n", count);
    for (guint i = 0; i < count; i++) {
        g_auto(GStrv) lines = g_strsplit(pages[i], "\n", -1);
        g_autofree char *shown = g_strjoinv(") Tj T* (", lines);
        g_autofree char *stream = g_strdup_printf("BT /F1 12 Tf 14 TL 72 700 Td (%s) Tj ET", shown);
        g_string_append_printf(pdf,
                               "%u 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents "
                               "%u 0 R/Resources<</Font<</F1 3 0 R>>>>>>endobj\n"
                               "%u 0 obj<</Length %zu>>stream\n%s\nendstream endobj\n",
                               10 + 2 * i, 11 + 2 * i, 11 + 2 * i, strlen(stream), stream);
    }
    g_string_append(pdf, "trailer<</Root 1 0 R>>\n%%EOF\n");
    return g_string_free(pdf, FALSE);
}

static Document *read_pdf(const char *pdf, GError **error) {
    ExtractInput input = {
        .content_type = "application/pdf", .bytes = (const guint8 *)pdf, .size = strlen(pdf)};
    return extract_document(&input, error);
}

static gboolean have_tool(void) {
    g_autofree char *path = g_find_program_in_path("pdftotext");
    return path != NULL;
}

static void each_page_is_a_section_with_its_anchor(void **state) {
    static const char *const pages[] = {
        "On limits\nThis line of the first page is long and breaks in the mid-\ndle of a word.", "",
        "Third page."};
    (void)state;
    if (!have_tool()) {
        skip();
    }
    g_autofree char *pdf = make_pdf(pages, G_N_ELEMENTS(pages));
    g_autoptr(GError) error = NULL;
    g_autoptr(Document) document = read_pdf(pdf, &error);
    assert_null(error);
    assert_string_equal(document->kind, "pdf");
    assert_string_equal(document->title, "On limits");
    assert_non_null(strstr(document->main, "breaks in the middle of a word."));
    assert_int_equal(document->sections->len, 2);
    const DocumentSection *third = document->sections->pdata[1];
    assert_string_equal(third->anchor, "page=3");
    assert_string_equal(document->main + third->offset, "Third page.");
}

static void numbers_of_pages_are_no_text(void **state) {
    static const char *const pages[] = {"Words of one.\n1", "Words of two.\n2"};
    (void)state;
    if (!have_tool()) {
        skip();
    }
    g_autofree char *pdf = make_pdf(pages, G_N_ELEMENTS(pages));
    g_autoptr(Document) document = read_pdf(pdf, NULL);
    assert_string_equal(document->main, "Words of one.\nWords of two.");
}

static void broken_pdf_is_malformed(void **state) {
    (void)state;
    if (!have_tool()) {
        skip();
    }
    g_autoptr(GError) error = NULL;
    assert_null(read_pdf("%PDF-1.4\nnothing here", &error));
    assert_true(g_error_matches(error, EXTRACT_ERROR, EXTRACT_ERROR_MALFORMED));
}

static void missing_converter_is_told_with_its_package(void **state) {
    (void)state;
    g_autofree char *path = g_strdup(g_getenv("PATH"));
    g_autoptr(GError) error = NULL;
    g_setenv("PATH", "/nonexistent", TRUE);
    assert_null(read_pdf("%PDF-1.4\n", &error));
    g_setenv("PATH", path ? path : "", TRUE);
    assert_true(g_error_matches(error, EXTRACT_ERROR, EXTRACT_ERROR_TOOL));
    assert_non_null(strstr(error->message, "poppler-utils"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_page_is_a_section_with_its_anchor),
        cmocka_unit_test(numbers_of_pages_are_no_text),
        cmocka_unit_test(broken_pdf_is_malformed),
        cmocka_unit_test(missing_converter_is_told_with_its_package),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
