#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "syllabus/record.h"

static SylRecord *unpack(const char *data) {
    return syl_record_unpack(data, strlen(data));
}

static void a_packed_record_reads_as_it_was(void **state) {
    (void)state;
    g_autoptr(SylRecord) record = syl_record_new();
    record->id = g_strdup("r1-0");
    record->type = g_strdup("passage");
    record->url = g_strdup("https://a.org/x?a=b#c=d");
    record->page = g_strdup("https://a.org/x?a=b");
    record->title = g_strdup("Title = Name");
    record->resource = g_strdup("https://a.org/");
    record->resource_title = g_strdup("A");
    record->kind = g_strdup("page");
    record->language = g_strdup("en");
    record->text = g_strdup("\nfirst\n\ntext=second\nheading=none\n");
    g_strfreev(record->heading);
    record->heading = g_strsplit("Part|1 = one", "|", -1);
    g_autofree char *data = syl_record_pack(record);
    g_autoptr(SylRecord) copy = unpack(data);
    assert_string_equal(copy->id, record->id);
    assert_string_equal(copy->type, record->type);
    assert_string_equal(copy->url, record->url);
    assert_string_equal(copy->page, record->page);
    assert_string_equal(copy->title, record->title);
    assert_string_equal(copy->resource, record->resource);
    assert_string_equal(copy->resource_title, record->resource_title);
    assert_string_equal(copy->kind, record->kind);
    assert_string_equal(copy->language, record->language);
    assert_string_equal(copy->text, record->text);
    assert_true(
        g_strv_equal((const char *const *)copy->heading, (const char *const *)record->heading));
    g_autofree char *again = syl_record_pack(copy);
    assert_string_equal(again, data);
}

static void the_data_is_lines_that_omega_reads(void **state) {
    (void)state;
    g_autoptr(SylRecord) record = syl_record_new();
    record->url = g_strdup("https://a.org/");
    record->title = g_strdup("T");
    record->text = g_strdup("one\ntwo");
    g_autofree char *data = syl_record_pack(record);
    assert_string_equal(data, "url=https://a.org/\ncaption=T\nsample=one\nsample=two\n");
}

static void nothing_reads_as_empty_strings(void **state) {
    (void)state;
    g_autoptr(SylRecord) record = syl_record_new();
    g_autofree char *data = syl_record_pack(record);
    assert_string_equal(data, "");
    g_autoptr(SylRecord) copy = syl_record_unpack(NULL, 0);
    assert_string_equal(copy->id, "");
    assert_string_equal(copy->text, "");
    assert_int_equal(g_strv_length(copy->heading), 0);
}

static void unknown_and_broken_lines_are_skipped(void **state) {
    (void)state;
    g_autoptr(SylRecord) record =
        unpack("size=3\n\nno equals sign\n=x\nurlx=1\nur=2\nurl=right\nkind=page");
    assert_string_equal(record->url, "right");
    assert_string_equal(record->kind, "page"); /* the last line need not end */
    assert_string_equal(record->title, "");
}

static void a_line_break_in_a_heading_makes_no_level(void **state) {
    (void)state;
    g_autoptr(SylRecord) record = syl_record_new();
    g_strfreev(record->heading);
    record->heading = g_strsplit("a\nb|c", "|", -1);
    g_autofree char *data = syl_record_pack(record);
    g_autoptr(SylRecord) copy = unpack(data);
    assert_int_equal(g_strv_length(copy->heading), 2);
    assert_string_equal(copy->heading[0], "a b");
}

static void damaged_bytes_read_as_valid_text(void **state) {
    (void)state;
    static const char damaged[] = "sample=a\xFF"
                                  "b\0c\nurl=\xC3";
    g_autoptr(SylRecord) record = syl_record_unpack(damaged, sizeof damaged - 1);
    assert_true(g_utf8_validate(record->text, -1, NULL));
    assert_true(g_str_has_prefix(record->text, "a\xEF\xBF\xBD"
                                               "b"));
    assert_true(g_utf8_validate(record->url, -1, NULL));
}

static void a_part_comes_back_as_it_was(void **state) {
    (void)state;
    static const char *const heading[] = {"Two words", "Inner", NULL};
    g_autofree char *part = syl_record_part(123, "https://example.org/a#b", heading);
    g_autoptr(SylRecord) record = syl_record_new();
    g_strfreev(record->parts);
    record->parts = g_new0(char *, 2);
    record->parts[0] = g_strdup(part);
    g_autofree char *data = syl_record_pack(record);
    g_autoptr(SylRecord) copy = unpack(data);
    gsize offset = 0;
    g_autofree char *url = NULL;
    g_auto(GStrv) path = NULL;
    assert_true(syl_record_read_part(copy->parts[0], &offset, &url, &path));
    assert_int_equal(offset, 123);
    assert_string_equal(url, "https://example.org/a#b");
    assert_true(g_strv_equal((const char *const *)path, heading));
    assert_null(copy->parts[1]);
}

static void what_is_no_part_is_refused(void **state) {
    (void)state;
    static const char *const cases[] = {"", "12", "12 url", "x url heading", "-1 url heading"};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gsize offset = 0;
        char *url = NULL;
        GStrv heading = NULL;
        assert_false(syl_record_read_part(cases[i], &offset, &url, &heading));
        assert_null(url);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packed_record_reads_as_it_was),
        cmocka_unit_test(the_data_is_lines_that_omega_reads),
        cmocka_unit_test(nothing_reads_as_empty_strings),
        cmocka_unit_test(unknown_and_broken_lines_are_skipped),
        cmocka_unit_test(a_line_break_in_a_heading_makes_no_level),
        cmocka_unit_test(damaged_bytes_read_as_valid_text),
        cmocka_unit_test(a_part_comes_back_as_it_was),
        cmocka_unit_test(what_is_no_part_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
