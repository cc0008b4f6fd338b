#include "list/list.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#define ONE_LINK "# T\n\n- [a](http://a.example/)\n"

/* Asserts that bytes are refused with code, in one line that names the source. */
static void assert_refused(const char *bytes, gsize size, ListError code) {
    g_autoptr(GError) error = NULL;
    g_autoptr(List) list = list_parse("my.md", bytes, size, &error);
    assert_null(list);
    assert_true(g_error_matches(error, LIST_ERROR, (gint)code));
    assert_true(g_str_has_prefix(error->message, "my.md "));
    assert_null(strchr(error->message, '\n'));
}

static void what_is_no_list_is_refused_with_a_reason(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        gsize size; /* 0: a C string */
        ListError code;
    } CASES[] = {
        {"", 0, LIST_ERROR_EMPTY},
        {" \n\t\r\n ", 0, LIST_ERROR_EMPTY},
        {"\xEF\xBB\xBF\n", 0, LIST_ERROR_EMPTY},
        {"[a](http://a.example)\0", 22, LIST_ERROR_BINARY},
        {"\x89PNG\r\n\x1A\n\xFF\xFE\xFD\xFC", 0, LIST_ERROR_BINARY},
        {"Only prose.\n", 0, LIST_ERROR_NO_LINKS},
        {"[a](#top) [b](mailto:a@b.example) [c](./c.md) [d]() [e](ftp://f.example)", 0,
         LIST_ERROR_NO_LINKS},
        {"[![build](https://img.shields.io/b.svg)](https://ci.example)", 0, LIST_ERROR_NO_LINKS},
        {"```\n[a](http://a.example)\n```\n", 0, LIST_ERROR_NO_LINKS},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        assert_refused(CASES[i].bytes, CASES[i].size != 0 ? CASES[i].size : strlen(CASES[i].bytes),
                       CASES[i].code);
    }
}

static void a_list_over_the_size_limit_is_refused(void **state) {
    (void)state;
    g_autofree char *large = g_malloc(LIST_MAX_BYTES + 1);
    memset(large, ' ', LIST_MAX_BYTES + 1);
    assert_refused(large, LIST_MAX_BYTES + 1, LIST_ERROR_SIZE);
    memcpy(large, ONE_LINK, strlen(ONE_LINK));
    g_autoptr(List) list = list_parse("my.md", large, LIST_MAX_BYTES, NULL);
    assert_non_null(list);
}

static void a_byte_order_mark_is_no_part_of_the_list(void **state) {
    (void)state;
    const char *bytes = "\xEF\xBB\xBF" ONE_LINK;
    g_autoptr(List) list = list_parse("my.md", bytes, strlen(bytes), NULL);
    assert_non_null(list);
    assert_string_equal(list->title, "T");
}

static void a_few_bytes_of_another_encoding_do_not_spoil_a_list(void **state) {
    (void)state;
    const char *bytes = "# Caf\xE9\n\n[caf\xE9](http://a.example/) and more of plain text\n";
    g_autoptr(List) list = list_parse("my.md", bytes, strlen(bytes), NULL);
    assert_non_null(list);
    assert_string_equal(list->title, "Caf\xEF\xBF\xBD");
    const ListEntry *entry = g_ptr_array_index(list->entries, 0);
    assert_string_equal(entry->text, "caf\xEF\xBF\xBD");
}

static void entries_over_the_limit_are_counted_not_kept(void **state) {
    (void)state;
    g_autoptr(GString) bytes = g_string_new(NULL);
    for (guint i = 0; i < LIST_MAX_ENTRIES + 3; i++) {
        g_string_append(bytes, "[a](http://a.example)\n\n");
    }
    g_autoptr(List) list = list_parse("my.md", bytes->str, bytes->len, NULL);
    assert_non_null(list);
    assert_int_equal(list->entries->len, LIST_MAX_ENTRIES);
    assert_int_equal(list->dropped, 3);
}

static void a_file_is_read_whole(void **state) {
    (void)state;
    g_autofree char *path = NULL;
    const int fd = g_file_open_tmp("list-XXXXXX.md", &path, NULL);
    assert_true(fd >= 0);
    g_autoptr(GString) bytes = g_string_new(ONE_LINK);
    for (guint i = 0; i < 40000; i++) {
        g_string_append(bytes, "prose\n");
    }
    g_string_append(bytes, "\n[last](http://last.example/)");
    assert_true(write(fd, bytes->str, bytes->len) == (gssize)bytes->len);
    close(fd);
    g_autoptr(List) list = list_read_file(path, NULL);
    g_unlink(path);
    assert_non_null(list);
    assert_int_equal(list->entries->len, 2);
    const ListEntry *last = g_ptr_array_index(list->entries, 1);
    assert_string_equal(last->url, "http://last.example/");
    assert_int_equal(last->line, 40005);
}

static void a_path_that_is_no_file_is_a_read_error(void **state) {
    (void)state;
    static const struct {
        const char *path;
        int number;
    } CASES[] = {{"/nonexistent/list.md", ENOENT}, {"/", EISDIR}};
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(list_read_file(CASES[i].path, &error));
        assert_true(g_error_matches(error, LIST_ERROR, LIST_ERROR_READ));
        assert_non_null(strstr(error->message, CASES[i].path));
        assert_non_null(strstr(error->message, g_strerror(CASES[i].number)));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_list_is_refused_with_a_reason),
        cmocka_unit_test(a_list_over_the_size_limit_is_refused),
        cmocka_unit_test(a_byte_order_mark_is_no_part_of_the_list),
        cmocka_unit_test(a_few_bytes_of_another_encoding_do_not_spoil_a_list),
        cmocka_unit_test(entries_over_the_limit_are_counted_not_kept),
        cmocka_unit_test(a_file_is_read_whole),
        cmocka_unit_test(a_path_that_is_no_file_is_a_read_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
