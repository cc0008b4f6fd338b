#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/document.h"

static void set(char **string, const char *value) {
    g_free(*string);
    *string = g_strdup(value);
}

static Document *sample(void) {
    Document *document = document_new();
    set(&document->title, "Título");
    set(&document->description, "about");
    set(&document->author, "Ada");
    set(&document->language, "es");
    set(&document->canonical, "https://example.org/a");
    set(&document->kind, "page");
    set(&document->main, "Uno\nél\nDos\ntext");
    set(&document->rest, "menu");
    set(&document->captions, "Fig. 1");
    document->noindex = TRUE;
    document_add_section(document, 1, "Uno", "uno", 0);
    document_add_section(document, 2, "Dos", "", 8);
    document_add_link(document, "https://example.org/b", "B");
    return document;
}

static GVariant *sunk(const Document *document) {
    return g_variant_ref_sink(document_to_variant(document));
}

static void variant_brings_everything_back(void **state) {
    (void)state;
    g_autoptr(Document) document = sample();
    g_autoptr(GVariant) variant = sunk(document);
    assert_string_equal(g_variant_get_type_string(variant), DOCUMENT_VARIANT_TYPE);
    g_autoptr(Document) back = document_from_variant(variant);
    assert_non_null(back);
    g_autoptr(GVariant) again = sunk(back);
    assert_true(g_variant_equal(variant, again));
    assert_string_equal(back->title, "Título");
    assert_true(back->noindex);
    assert_false(back->nofollow);
}

static void foreign_variants_are_refused(void **state) {
    (void)state;
    g_autoptr(Document) document = sample();
    DocumentSection *second = document->sections->pdata[1];
    static const gsize bad_offsets[] = {5 /* inside é */, 1000};
    for (gsize i = 0; i < G_N_ELEMENTS(bad_offsets); i++) {
        second->offset = bad_offsets[i];
        g_autoptr(GVariant) variant = sunk(document);
        assert_null(document_from_variant(variant));
    }
    second->offset = 8;
    ((DocumentSection *)document->sections->pdata[0])->offset = 9; /* out of order */
    g_autoptr(GVariant) unordered = sunk(document);
    assert_null(document_from_variant(unordered));
    ((DocumentSection *)document->sections->pdata[0])->offset = 0;
    second->level = 7;
    g_autoptr(GVariant) level = sunk(document);
    assert_null(document_from_variant(level));
    second->level = 2;
    set(&((DocumentLink *)document->links->pdata[0])->url, "javascript:alert(1)");
    g_autoptr(GVariant) link = sunk(document);
    assert_null(document_from_variant(link));
    g_autoptr(GVariant) other = g_variant_ref_sink(g_variant_new("(ss)", "a", "b"));
    assert_null(document_from_variant(other));
}

static void damaged_bytes_are_refused(void **state) {
    (void)state;
    g_autoptr(Document) document = sample();
    g_autoptr(GVariant) variant = sunk(document);
    gsize size = g_variant_get_size(variant);
    g_autofree char *bytes = g_memdup2(g_variant_get_data(variant), size);
    for (gsize i = 0; i < size; i++) {
        bytes[i] = (char)(bytes[i] ^ 0x80);
        g_autoptr(GVariant) damaged = g_variant_ref_sink(g_variant_new_from_data(
            G_VARIANT_TYPE(DOCUMENT_VARIANT_TYPE), bytes, size, FALSE, NULL, NULL));
        g_autoptr(Document) back = document_from_variant(damaged);
        if (back) {
            assert_true(g_utf8_validate(back->main, -1, NULL));
            assert_true(g_utf8_validate(back->title, -1, NULL));
        }
        bytes[i] = (char)(bytes[i] ^ 0x80);
    }
}

static void over_the_caps_nothing_is_added(void **state) {
    (void)state;
    g_autoptr(Document) document = document_new();
    for (guint i = 0; i < DOCUMENT_MAX_LINKS + 10; i++) {
        document_add_link(document, "http://example.org/", "");
        document_add_section(document, 1, "h", "", 0);
    }
    assert_int_equal(document->links->len, DOCUMENT_MAX_LINKS);
    assert_int_equal(document->sections->len, DOCUMENT_MAX_SECTIONS);
}

static void json_names_what_it_holds(void **state) {
    (void)state;
    g_autoptr(Document) document = sample();
    json_t *object = document_to_json(document, "dir/a.html");
    assert_string_equal(json_string_value(json_object_get(object, "file")), "dir/a.html");
    assert_string_equal(json_string_value(json_object_get(object, "title")), "Título");
    assert_string_equal(json_string_value(json_object_get(object, "lang")), "es");
    assert_string_equal(json_string_value(json_object_get(object, "main")), document->main);
    json_t *section = json_array_get(json_object_get(object, "sections"), 1);
    assert_string_equal(json_string_value(json_object_get(section, "heading")), "Dos");
    assert_int_equal(json_integer_value(json_object_get(section, "offset")), 8);
    json_t *link = json_array_get(json_object_get(object, "links"), 0);
    assert_string_equal(json_string_value(json_object_get(link, "url")), "https://example.org/b");
    json_decref(object);
    object = document_to_json(document, "\xFFname");
    assert_string_equal(json_string_value(json_object_get(object, "file")), "\uFFFDname");
    json_decref(object);
}

static void empty_document_has_empty_strings(void **state) {
    (void)state;
    g_autoptr(Document) document = document_new();
    assert_string_equal(document->main, "");
    assert_string_equal(document->kind, "");
    assert_int_equal(document->sections->len, 0);
    document_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variant_brings_everything_back),
        cmocka_unit_test(foreign_variants_are_refused),
        cmocka_unit_test(damaged_bytes_are_refused),
        cmocka_unit_test(over_the_caps_nothing_is_added),
        cmocka_unit_test(json_names_what_it_holds),
        cmocka_unit_test(empty_document_has_empty_strings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
