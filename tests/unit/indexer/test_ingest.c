/* Ingest: what was put is in store and index, exactly once, whatever happened in between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "index/ingest.h"
#include "syllabus/library.h"
#include "syllabus/record.h"
#include "syllabus/schema.h"
#include "syllabus/url.h"
#include "xapian-c.h"

static char *library;

static int make_library(void **state) {
    (void)state;
    g_autoptr(GError) error = NULL;
    library = g_dir_make_tmp("syllabus-ingest-XXXXXX", &error);
    assert_non_null(library);
    return 0;
}

static int remove_library(void **state) {
    (void)state;
    g_autofree char *command = g_strdup_printf("rm -rf '%s'", library);
    int status = system(command);
    g_free(library);
    return status;
}

static Ingest *open_library(void) {
    g_autoptr(GError) error = NULL;
    Ingest *ingest = ingest_open(library, 0, &error);
    if (ingest == NULL) {
        fail_msg("%s", error->message);
    }
    return ingest;
}

static void check(gboolean ok, GError *error) {
    if (!ok) {
        fail_msg("%s", error != NULL ? error->message : "failed without a reason");
    }
}

static void put_list(Ingest *ingest, const char *text) {
    GError *error = NULL;
    g_autoptr(List) list = list_parse("list.md", text, strlen(text), &error);
    assert_non_null(list);
    check(ingest_put_list(ingest, "/list.md", list, 1000, NULL, &error), error);
    check(ingest_reconcile(ingest, &error), error);
}

static void put_page(Ingest *ingest, const char *url, const char *start, const char *title,
                     const char *text) {
    GError *error = NULL;
    IngestVisit visit = {.page = g_new0(StorePage, 1), .visited = TRUE, .document = document_new()};
    visit.page->id = syl_url_id(url);
    visit.page->url = g_strdup(url);
    visit.page->resource = syl_url_id(start);
    visit.page->status = 200;
    g_free(visit.document->title);
    visit.document->title = g_strdup(title);
    g_free(visit.document->main);
    visit.document->main = g_strdup(text);
    check(ingest_put_visit(ingest, &visit, &error), error);
    store_page_free(visit.page);
    document_free(visit.document);
}

static void flush(Ingest *ingest) {
    GError *error = NULL;
    check(ingest_flush(ingest, &error), error);
}

static gint compare_lines(gconstpointer a, gconstpointer b) {
    return g_strcmp0(*(const char *const *)a, *(const char *const *)b);
}

/* The records of all documents that hold the plain word, by id, one a line: "id url". */
static char *find(const char *word) {
    g_autoptr(GError) failure = NULL;
    g_autoptr(SylGeneration) generation = syl_library_current(library, &failure);
    assert_non_null(generation);
    xc_database *database = NULL;
    xc_query *query = NULL;
    xc_result *result = NULL;
    xc_error error;
    assert_int_equal(xc_database_open(generation->xapian_path, &database, &error), XC_OK);
    assert_int_equal(xc_query_term(word, strlen(word), &query, &error), XC_OK);
    xc_match_spec spec = xc_match_spec_init(query);
    spec.limit = 100;
    assert_int_equal(xc_match(database, &spec, &result, &error), XC_OK);
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < result->hit_count; i++) {
        g_autoptr(SylRecord) record =
            syl_record_unpack(result->hits[i].data.data, result->hits[i].data.size);
        g_ptr_array_add(lines, g_strconcat(record->type, " ", record->url, NULL));
    }
    g_ptr_array_sort(lines, compare_lines);
    g_ptr_array_add(lines, NULL);
    xc_result_free(result);
    xc_query_free(query);
    xc_database_free(database);
    return g_strjoinv("\n", (char **)lines->pdata);
}

static void assert_found(const char *word, const char *expected) {
    g_autofree char *found = find(word);
    assert_string_equal(found, expected);
}

static const char two_links[] =
    "# Reading\n\n- [Alpha book](http://a.org/) aardvark\n- [Beta](http://b.org/x) badger\n";
static const char one_link[] = "# Reading\n\n- [Alpha book](http://a.org/) antelope\n";

static void ingest_makes_a_list_searchable_without_any_page(void **state) {
    (void)state;
    g_autoptr(Ingest) ingest = open_library();
    put_list(ingest, two_links);
    assert_found("aardvark", "resource http://a.org/");
    assert_found("badger", "resource http://b.org/x");
}

static void ingest_replaces_a_page_by_its_newer_content(void **state) {
    (void)state;
    g_autoptr(Ingest) ingest = open_library();
    put_list(ingest, two_links);
    put_page(ingest, "http://a.org/one", "http://a.org/", "One", "cat");
    flush(ingest);
    put_page(ingest, "http://a.org/one", "http://a.org/", "One", "dog");
    flush(ingest);
    assert_found("cat", "");
    assert_found("dog", "passage http://a.org/one");
}

static void ingest_indexes_again_what_a_crash_left_between_store_and_index(void **state) {
    (void)state;
    Ingest *ingest = open_library();
    put_list(ingest, two_links);
    put_page(ingest, "http://a.org/one", "http://a.org/", "One", "cat");
    assert_true(store_commit(ingest_store(ingest),
                             NULL)); /* the store has it; the process dies before the index */
    ingest_free(ingest);
    assert_found("cat", "");
    g_autoptr(Ingest) again = open_library();
    GError *error = NULL;
    check(ingest_reconcile(again, &error), error);
    assert_found("cat", "passage http://a.org/one");
}

static void ingest_writes_nothing_twice(void **state) {
    (void)state;
    Ingest *ingest = open_library();
    put_list(ingest, two_links);
    put_page(ingest, "http://a.org/one", "http://a.org/", "One", "cat");
    flush(ingest);
    ingest_free(ingest);
    g_autoptr(Ingest) again = open_library();
    put_list(again, two_links);
    GError *error = NULL;
    check(ingest_reconcile(again, &error), error);
    assert_int_equal(ingest_counts(again)->indexed, 0);
    assert_found("cat", "passage http://a.org/one");
}

static void ingest_removes_what_left_the_list_and_only_that(void **state) {
    (void)state;
    g_autoptr(Ingest) ingest = open_library();
    put_list(ingest, two_links);
    put_page(ingest, "http://a.org/one", "http://a.org/", "One", "shared");
    put_page(ingest, "http://b.org/x", "http://b.org/x", "X", "shared");
    flush(ingest);
    put_list(ingest, one_link);
    assert_found("shared", "passage http://a.org/one");
    assert_found("badger", "");
    assert_found("aardvark", "");
    assert_found("antelope", "resource http://a.org/");
}

static void ingest_keeps_pages_of_equal_text_once_under_the_shorter_address(void **state) {
    (void)state;
    for (int order = 0; order < 2; order++) {
        g_autoptr(Ingest) ingest = open_library();
        static const char *const urls[] = {"http://a.org/index.html", "http://a.org/"};
        put_list(ingest, two_links);
        put_page(ingest, urls[order], "http://a.org/", "T", "cat");
        flush(ingest);
        put_page(ingest, urls[1 - order], "http://a.org/", "T", "cat");
        flush(ingest);
        assert_found("cat", "passage http://a.org/");
        put_page(ingest, "http://a.org/", "http://a.org/", "T", "changed");
        flush(ingest);
        assert_found("cat", "passage http://a.org/index.html");
        put_list(ingest, "- [Other](http://c.org/)\n");
    }
}

static void ingest_indexes_again_where_the_index_was_thrown_away(void **state) {
    (void)state;
    GError *error = NULL;
    Ingest *ingest = open_library();
    put_list(ingest, two_links);
    put_page(ingest, "http://a.org/one", "http://a.org/", "One", "cat");
    check(ingest_seal(ingest, &error), error);
    ingest_free(ingest);
    g_autofree char *command = g_strdup_printf("rm -rf '%s/index'", library);
    assert_int_equal(system(command), 0);
    g_autoptr(Ingest) again = open_library();
    put_list(again, two_links);
    assert_found("cat", "passage http://a.org/one");
    assert_found("aardvark", "resource http://a.org/");
}

static void ingest_forgets_a_document_that_cannot_be_read_and_goes_on(void **state) {
    (void)state;
    g_autoptr(Ingest) ingest = open_library();
    put_list(ingest, two_links);
    put_page(ingest, "http://a.org/one", "http://a.org/", "One", "cat");
    put_page(ingest, "http://a.org/two", "http://a.org/", "Two", "dog");
    GError *error = NULL;
    g_autofree char *one = syl_url_id("http://a.org/one");
    check(store_forget_content(ingest_store(ingest), one, &error), error);
    flush(ingest);
    assert_found("cat", "");
    assert_found("dog", "passage http://a.org/two");
}

static void ingest_keeps_a_link_that_moves_from_one_list_to_another(void **state) {
    (void)state;
    g_autoptr(Ingest) ingest = open_library();
    put_list(ingest, two_links);
    put_page(ingest, "http://b.org/x", "http://b.org/x", "X", "walrus");
    flush(ingest);
    GError *error = NULL;
    g_autoptr(List) shorter = list_parse("list.md", one_link, strlen(one_link), &error);
    static const char other_text[] = "- [Beta](http://b.org/x) here now\n";
    g_autoptr(List) other = list_parse("other.md", other_text, strlen(other_text), &error);
    check(ingest_put_list(ingest, "/list.md", shorter, 1001, NULL, &error), error);
    check(ingest_put_list(ingest, "/other.md", other, 1001, NULL, &error), error);
    check(ingest_reconcile(ingest, &error), error);
    assert_found("walrus", "passage http://b.org/x");
}

static void a_list_that_is_removed_takes_along_what_no_other_list_names(void **state) {
    (void)state;
    GError *error = NULL;
    g_autoptr(Ingest) ingest = open_library();
    put_list(ingest, two_links);
    static const char other_text[] = "- [Beta](http://b.org/x) here too\n";
    g_autoptr(List) other = list_parse("other.md", other_text, strlen(other_text), &error);
    check(ingest_put_list(ingest, "/other.md", other, 1001, NULL, &error), error);
    put_page(ingest, "http://a.org/one", "http://a.org/", "One", "cat");
    put_page(ingest, "http://b.org/x", "http://b.org/x", "X", "walrus");
    flush(ingest);
    check(ingest_remove_list(ingest, "/list.md", &error), error);
    check(ingest_reconcile(ingest, &error), error);
    assert_found("cat", "");
    assert_found("aardvark", "");
    assert_found("walrus", "passage http://b.org/x");
    assert_false(ingest_remove_list(ingest, "/list.md", &error));
    assert_null(error);
}

static void ingest_follows_a_start_that_moved(void **state) {
    (void)state;
    g_autoptr(Ingest) ingest = open_library();
    GError *error = NULL;
    put_list(ingest, two_links);
    IngestVisit moved = {
        .page = g_new0(StorePage, 1), .visited = TRUE, .start = g_strdup("https://new.org/book/")};
    moved.page->id = syl_url_id("http://a.org/");
    moved.page->url = g_strdup("http://a.org/");
    moved.page->resource = syl_url_id("http://a.org/");
    moved.page->moved_to = syl_url_id("https://new.org/book/");
    check(ingest_put_visit(ingest, &moved, &error), error);
    flush(ingest);
    assert_found("aardvark", "resource https://new.org/book/");
    store_page_free(moved.page);
    g_free(moved.start);
}

static void a_new_generation_holds_the_same_and_goes_live_by_publishing(void **state) {
    (void)state;
    GError *error = NULL;
    Ingest *ingest = open_library();
    put_list(ingest, two_links);
    put_page(ingest, "http://a.org/one", "http://a.org/", "One", "cat");
    check(ingest_seal(ingest, &error), error);
    ingest_free(ingest);
    g_autoptr(Ingest) next = ingest_open_new_generation(library, &error);
    assert_non_null(next);
    check(ingest_reconcile(next, &error), error);
    g_autoptr(SylGeneration) before = syl_library_current(library, &error);
    assert_int_equal(before->number, 1);
    check(ingest_publish(next, FALSE, &error), error);
    g_autoptr(SylGeneration) after = syl_library_current(library, &error);
    assert_int_equal(after->number, 2);
    assert_found("cat", "passage http://a.org/one");
    assert_found("aardvark", "resource http://a.org/");
}

static void a_shrunken_generation_stays_aside_unless_forced(void **state) {
    (void)state;
    GError *error = NULL;
    Ingest *ingest = open_library();
    put_list(ingest, two_links);
    put_page(ingest, "http://a.org/one", "http://a.org/", "One", "cat");
    check(ingest_seal(ingest, &error), error);
    ingest_free(ingest);
    g_autoptr(Ingest) empty = ingest_open_new_generation(library, &error);
    assert_non_null(empty);
    assert_false(ingest_publish(empty, FALSE, &error));
    assert_true(g_error_matches(error, SYL_LIBRARY_ERROR, SYL_LIBRARY_ERROR_SHRUNK));
    g_clear_error(&error);
    assert_found("cat", "passage http://a.org/one");
    check(ingest_publish(empty, TRUE, &error), error);
    assert_found("cat", "");
}

#define LIBRARY_TEST(test) cmocka_unit_test_setup_teardown(test, make_library, remove_library)

int main(void) {
    const struct CMUnitTest tests[] = {
        LIBRARY_TEST(ingest_makes_a_list_searchable_without_any_page),
        LIBRARY_TEST(ingest_replaces_a_page_by_its_newer_content),
        LIBRARY_TEST(ingest_indexes_again_what_a_crash_left_between_store_and_index),
        LIBRARY_TEST(ingest_writes_nothing_twice),
        LIBRARY_TEST(ingest_removes_what_left_the_list_and_only_that),
        LIBRARY_TEST(ingest_keeps_pages_of_equal_text_once_under_the_shorter_address),
        LIBRARY_TEST(ingest_indexes_again_where_the_index_was_thrown_away),
        LIBRARY_TEST(ingest_forgets_a_document_that_cannot_be_read_and_goes_on),
        LIBRARY_TEST(ingest_keeps_a_link_that_moves_from_one_list_to_another),
        LIBRARY_TEST(a_list_that_is_removed_takes_along_what_no_other_list_names),
        LIBRARY_TEST(ingest_follows_a_start_that_moved),
        LIBRARY_TEST(a_new_generation_holds_the_same_and_goes_live_by_publishing),
        LIBRARY_TEST(a_shrunken_generation_stays_aside_unless_forced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
