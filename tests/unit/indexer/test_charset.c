#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/charset.h"

static char *decode(const char *bytes, gsize size, const char *content_type) {
    gsize out_size;
    char *text = charset_to_utf8((const guint8 *)bytes, size, content_type, TRUE, &out_size);
    assert_int_equal(strlen(text), out_size);
    assert_true(g_utf8_validate(text, (gssize)out_size, NULL));
    return text;
}

static void labels_name_the_encodings_of_the_standard(void **state) {
    static const struct {
        const char *label, *name;
    } cases[] = {
        {"utf8", "utf-8"},
        {"UTF-8", "utf-8"},
        {" latin1 ", "windows-1252"},
        {"ISO-8859-1", "windows-1252"},
        {"us-ascii", "windows-1252"},
        {"gb2312", "gbk"},
        {"x-sjis", "shift_jis"},
        {"ks_c_5601-1987", "euc-kr"},
        {"iso-8859-9", "windows-1254"},
        {"latin", NULL},
        {"utf-8 utf-8", NULL},
        {"", NULL},
        {"a-label-that-is-longer-than-any-in-the-standard", NULL},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *name = charset_of_label(cases[i].label, strlen(cases[i].label));
        if (cases[i].name) {
            assert_string_equal(name, cases[i].name);
        } else {
            assert_null(name);
        }
    }
}

static void declaration_in_the_page_is_found(void **state) {
    static const struct {
        const char *page, *name;
    } cases[] = {
        {"<meta charset=iso-8859-2>", "iso-8859-2"},
        {"<META\nCHARSET = 'iso-8859-2' >", "iso-8859-2"},
        {"<meta http-equiv=Content-Type content='text/html; charset=koi8-r'>", "koi8-r"},
        {"<meta content='text/html; charset=\"koi8-r\"' http-equiv='content-type'>", "koi8-r"},
        {"<meta content='text/html; charset=koi8-r'>", NULL},
        {"<metacharset=koi8-r>", NULL},
        {"<meta charset=koi8-r", NULL},
        {"<!-- <meta charset=koi8-r> -->", NULL},
        {"<!--><meta charset=koi8-r>", "koi8-r"},
        {"<a title='<meta charset=koi8-r>'><meta charset=big5>", "big5"},
        {"<meta charset=utf-16le>", "utf-8"},
        {"<meta charset=nonsense><meta charset=big5>", "big5"},
        {"<?xml version='1.0' encoding='koi8-r'?><html>", "koi8-r"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *name = charset_prescan((const guint8 *)cases[i].page, strlen(cases[i].page));
        if (cases[i].name) {
            assert_string_equal(name, cases[i].name);
        } else {
            assert_null(name);
        }
    }
}

static void byte_order_mark_http_header_and_page_count_in_this_order(void **state) {
    static const struct {
        const char *bytes;
        gsize size;
        const char *content_type, *text;
    } cases[] = {
        {"\xEF\xBB\xBF\xC3\xA9", 5, "text/html; charset=koi8-r", "é"},
        {"\xFF\xFE\xE9\x00", 4, "text/html; charset=koi8-r", "é"},
        {"\xFE\xFF\x00\xE9", 4, NULL, "é"},
        {"<meta charset=koi8-r>\xC1", 22, "text/html; charset=iso-8859-2",
         "<meta charset=koi8-r>Á"},
        {"<meta charset=koi8-r>\xC1", 22, "text/html", "<meta charset=koi8-r>а"},
        {"<meta charset=koi8-r>\xC1", 22, "text/html; charset=nonsense", "<meta charset=koi8-r>а"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = decode(cases[i].bytes, cases[i].size, cases[i].content_type);
        assert_string_equal(text, cases[i].text);
    }
}

static void valid_utf8_wins_over_a_single_byte_declaration(void **state) {
    static const char page[] = "<meta charset=iso-8859-1>na\xC3\xAFve";
    (void)state;
    g_autofree char *text = decode(page, strlen(page), NULL);
    assert_string_equal(text, "<meta charset=iso-8859-1>naïve");
}

static void two_letters_of_gbk_are_not_taken_for_utf8(void **state) {
    static const char page[] = "<meta charset=gbk>\xC1\xAA\xCD\xA8";
    (void)state;
    g_autofree char *text = decode(page, strlen(page), NULL);
    assert_string_equal(text, "<meta charset=gbk>联通");
}

static void gb2312_page_may_use_letters_of_gbk(void **state) {
    static const char page[] = "<meta charset=gb2312>\xD6\xEC\xE9\x46\xBB\xF9"; /* 朱镕基 */
    (void)state;
    g_autofree char *text = decode(page, strlen(page), NULL);
    assert_string_equal(text, "<meta charset=gb2312>朱镕基");
}

static void latin1_means_windows_1252(void **state) {
    static const char page[] = "<meta charset=iso-8859-1>\x93quoted\x94 \x81";
    (void)state;
    g_autofree char *text = decode(page, strlen(page), NULL);
    assert_string_equal(text, "<meta charset=iso-8859-1>“quoted” \uFFFD");
}

static void undeclared_text_that_is_no_utf8_is_windows_1252(void **state) {
    (void)state;
    g_autofree char *text = decode("caf\xE9 au lait", 12, NULL);
    assert_string_equal(text, "café au lait");
}

static void few_broken_bytes_do_not_change_utf8(void **state) {
    static const char page[] = "ééééé \xFF end";
    (void)state;
    g_autofree char *text = decode(page, strlen(page), NULL);
    assert_string_equal(text, "ééééé \uFFFD end");
}

static void text_goes_on_after_a_byte_that_means_nothing(void **state) {
    static const char page[] = "<meta charset=euc-kr>\xFF\xFF \xB0\xA1 end";
    (void)state;
    g_autofree char *text = decode(page, strlen(page), NULL);
    assert_true(g_str_has_suffix(text, "가 end"));
    assert_non_null(strstr(text, "\uFFFD"));
}

static void last_letter_before_a_possible_combining_mark_is_kept(void **state) {
    static const char page[] = "<meta charset=windows-1258>e\xEC a\xD2n";
    (void)state;
    g_autofree char *text = decode(page, strlen(page), NULL);
    g_autofree char *normal = g_utf8_normalize(text, -1, G_NORMALIZE_NFC);
    assert_string_equal(normal, "<meta charset=windows-1258>é ản");
}

static void every_encoding_of_the_table_is_known_to_the_c_library(void **state) {
    static const char *const labels[] = {
        "866",    "latin2",      "latin3",         "latin4", "cyrillic",    "arabic",
        "greek",  "hebrew",      "logical",        "latin6", "iso-8859-13", "iso-8859-14",
        "l9",     "iso-8859-16", "koi8-r",         "koi8-u", "mac",         "tis-620",
        "cp1250", "cp1251",      "cp1253",         "latin5", "cp1255",      "cp1256",
        "cp1257", "cp1258",      "x-mac-cyrillic", "gbk",    "gb18030",     "big5",
        "euc-jp", "iso-2022-jp", "sjis",           "korean"};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(labels); i++) {
        g_autofree char *page =
            g_strdup_printf("<meta charset=%s>\xFF\xFE\xA4\xD0 plain", labels[i]);
        g_autofree char *text = decode(page, strlen(page), NULL);
        assert_non_null(strstr(text, "plain"));
        assert_null(strstr(text, "ÿþ¤Ð")); /* what windows-1252, the last resort, makes of it */
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_name_the_encodings_of_the_standard),
        cmocka_unit_test(declaration_in_the_page_is_found),
        cmocka_unit_test(byte_order_mark_http_header_and_page_count_in_this_order),
        cmocka_unit_test(valid_utf8_wins_over_a_single_byte_declaration),
        cmocka_unit_test(two_letters_of_gbk_are_not_taken_for_utf8),
        cmocka_unit_test(gb2312_page_may_use_letters_of_gbk),
        cmocka_unit_test(latin1_means_windows_1252),
        cmocka_unit_test(undeclared_text_that_is_no_utf8_is_windows_1252),
        cmocka_unit_test(few_broken_bytes_do_not_change_utf8),
        cmocka_unit_test(text_goes_on_after_a_byte_that_means_nothing),
        cmocka_unit_test(last_letter_before_a_possible_combining_mark_is_kept),
        cmocka_unit_test(every_encoding_of_the_table_is_known_to_the_c_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
