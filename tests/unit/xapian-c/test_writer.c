#include "shelf.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void a_batch_is_invisible_until_its_commit(void **state) {
    Shelf *shelf = *state;
    xc_writer *writer = shelf_writer(shelf);
    assert_ok(xc_writer_begin(writer, &shelf->error));
    for (size_t i = 0; i < SHELF_BOOKS; i++) {
        shelf_put(shelf, writer, &shelf_books[i]);
    }
    uint32_t inside = 0;
    assert_ok(xc_writer_doc_count(writer, &inside, &shelf->error));
    assert_int_equal(inside, SHELF_BOOKS);
    assert_int_equal(shelf_count(shelf), 0);
    assert_ok(xc_writer_commit(writer, &shelf->error));
    assert_int_equal(shelf_count(shelf), SHELF_BOOKS);
    xc_writer_free(writer);
}

/* Xapian flushes after 10,000 changes; a transaction must hide even those. */
static void a_batch_over_the_flush_threshold_is_invisible_too(void **state) {
    Shelf *shelf = *state;
    xc_writer *writer = shelf_writer(shelf);
    xc_document *document = NULL;
    assert_ok(xc_document_new(&document, &shelf->error));
    assert_ok(xc_document_add_boolean_term(document, "XT", 2, &shelf->error));
    assert_ok(xc_writer_begin(writer, &shelf->error));
    for (int i = 0; i < 10500; i++) {
        assert_ok(xc_writer_add(writer, document, NULL, &shelf->error));
    }
    assert_int_equal(shelf_count(shelf), 0);
    xc_writer_free(writer);
    xc_document_free(document);
    assert_int_equal(shelf_count(shelf), 0);
}

static void freeing_a_writer_never_commits_a_half_batch(void **state) {
    Shelf *shelf = *state;
    xc_writer *writer = shelf_writer(shelf);
    shelf_commit_book(shelf, writer, &shelf_books[0]);
    assert_ok(xc_writer_begin(writer, &shelf->error));
    shelf_put(shelf, writer, &shelf_books[1]);
    assert_ok(xc_writer_set_metadata(writer, "half", "yes", 3, &shelf->error));
    xc_writer_free(writer);
    assert_int_equal(shelf_count(shelf), 1);
}

static void cancel_takes_back_the_whole_batch(void **state) {
    Shelf *shelf = *state;
    xc_writer *writer = shelf_writer(shelf);
    shelf_commit_book(shelf, writer, &shelf_books[0]);
    assert_ok(xc_writer_begin(writer, &shelf->error));
    shelf_put(shelf, writer, &shelf_books[1]);
    assert_ok(xc_writer_delete(writer, "Q1", 2, &shelf->error));
    assert_ok(xc_writer_set_metadata(writer, "key", "value", 5, &shelf->error));
    assert_ok(xc_writer_cancel(writer, &shelf->error));
    shelf_commit_book(shelf, writer, &shelf_books[2]);
    xc_string value;
    assert_ok(xc_writer_metadata(writer, "key", &value, &shelf->error));
    assert_string(value, "");
    xc_string_clear(&value);
    xc_writer_free(writer);
    assert_int_equal(shelf_count(shelf), 2);
}

static void replace_and_delete_work_by_term(void **state) {
    Shelf *shelf = *state;
    xc_writer *writer = shelf_writer(shelf);
    shelf_commit_book(shelf, writer, &shelf_books[0]);
    shelf_commit_book(shelf, writer, &shelf_books[0]);
    shelf_commit_book(shelf, writer, &shelf_books[1]);
    assert_int_equal(shelf_count(shelf), 2);
    assert_ok(xc_writer_begin(writer, &shelf->error));
    assert_ok(xc_writer_delete(writer, "Tbook", 5, &shelf->error));
    assert_ok(xc_writer_delete(writer, "Tnone", 5, &shelf->error));
    assert_ok(xc_writer_commit(writer, &shelf->error));
    assert_int_equal(shelf_count(shelf), 0);
    xc_writer_free(writer);
}

static void metadata_is_part_of_the_transaction(void **state) {
    Shelf *shelf = *state;
    xc_writer *writer = shelf_writer(shelf);
    assert_ok(xc_writer_begin(writer, &shelf->error));
    assert_ok(xc_writer_set_metadata(writer, "key", "a\0b", 3, &shelf->error));
    xc_string value;
    xc_database *database = shelf_reader(shelf);
    assert_ok(xc_database_metadata(database, "key", &value, &shelf->error));
    assert_string(value, "");
    xc_string_clear(&value);
    assert_ok(xc_writer_metadata(writer, "key", &value, &shelf->error));
    assert_int_equal(value.size, 3);
    assert_memory_equal(value.data, "a\0b", 4);
    xc_string_clear(&value);
    assert_ok(xc_writer_commit(writer, &shelf->error));
    assert_ok(xc_database_reopen(database, NULL, &shelf->error));
    assert_ok(xc_database_metadata(database, "key", &value, &shelf->error));
    assert_int_equal(value.size, 3);
    xc_string_clear(&value);
    xc_database_free(database);
    xc_writer_free(writer);
}

static void changes_outside_a_transaction_are_refused(void **state) {
    Shelf *shelf = *state;
    xc_writer *writer = shelf_writer(shelf);
    xc_document *document = shelf_document(shelf, &shelf_books[0]);
    xc_error *error = &shelf->error;
    assert_fails(xc_writer_add(writer, document, NULL, error), XC_INVALID);
    assert_fails(xc_writer_replace(writer, "Q1", 2, document, NULL, error), XC_INVALID);
    assert_fails(xc_writer_delete(writer, "Q1", 2, error), XC_INVALID);
    assert_fails(xc_writer_set_metadata(writer, "k", "v", 1, error), XC_INVALID);
    assert_fails(xc_writer_commit(writer, error), XC_INVALID);
    assert_fails(xc_writer_cancel(writer, error), XC_INVALID);
    assert_ok(xc_writer_begin(writer, error));
    assert_fails(xc_writer_begin(writer, error), XC_INVALID);
    assert_ok(xc_writer_add(writer, document, NULL, error));
    assert_ok(xc_writer_commit(writer, error));
    assert_int_equal(shelf_count(shelf), 1);
    xc_document_free(document);
    xc_writer_free(writer);
}

static void refused_arguments_leave_the_batch_whole(void **state) {
    Shelf *shelf = *state;
    xc_error *error = &shelf->error;
    xc_writer *writer = shelf_writer(shelf);
    xc_document *document = shelf_document(shelf, &shelf_books[1]);
    char term[246];
    memset(term, 'a', sizeof term);
    char nuls[130] = {0};
    assert_ok(xc_writer_begin(writer, error));
    shelf_put(shelf, writer, &shelf_books[0]);
    assert_fails(xc_writer_replace(writer, term, 246, document, NULL, error), XC_LIMIT);
    assert_fails(xc_writer_replace(writer, nuls, 130, document, NULL, error), XC_LIMIT);
    assert_fails(xc_writer_replace(writer, "", 0, document, NULL, error), XC_INVALID);
    assert_fails(xc_writer_replace(writer, "Q", 1, NULL, NULL, error), XC_INVALID);
    assert_fails(xc_writer_delete(writer, term, 246, error), XC_LIMIT);
    assert_fails(xc_writer_delete(writer, NULL, 0, error), XC_INVALID);
    assert_fails(xc_writer_set_metadata(writer, "", "v", 1, error), XC_INVALID);
    assert_fails(xc_writer_set_metadata(writer, "k", NULL, 1, error), XC_INVALID);
    assert_fails(xc_writer_add(writer, NULL, NULL, error), XC_INVALID);
    assert_ok(xc_writer_add(writer, document, NULL, error));
    assert_ok(xc_writer_commit(writer, error));
    assert_int_equal(shelf_count(shelf), 2);
    xc_document_free(document);
    xc_writer_free(writer);
}

/* Files may not grow over size bytes until limit_files(RLIM_INFINITY): writes fail as on a full
 * disk. */
static void limit_files(rlim_t size) {
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = size < limit.rlim_max ? size : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void assert_dead(Shelf *shelf, xc_writer *writer) {
    xc_error *error = &shelf->error;
    xc_document *document = shelf_document(shelf, &shelf_books[3]);
    uint32_t count;
    xc_string value;
    assert_fails(xc_writer_commit(writer, error), XC_DATABASE);
    assert_fails(xc_writer_cancel(writer, error), XC_DATABASE);
    assert_fails(xc_writer_begin(writer, error), XC_DATABASE);
    assert_fails(xc_writer_add(writer, document, NULL, error), XC_DATABASE);
    assert_fails(xc_writer_replace(writer, "Q", 1, document, NULL, error), XC_DATABASE);
    assert_fails(xc_writer_delete(writer, "Q", 1, error), XC_DATABASE);
    assert_fails(xc_writer_set_metadata(writer, "k", "v", 1, error), XC_DATABASE);
    assert_fails(xc_writer_doc_count(writer, &count, error), XC_DATABASE);
    assert_fails(xc_writer_metadata(writer, "k", &value, error), XC_DATABASE);
    assert_non_null(strstr(error->message, "close"));
    xc_document_free(document);
}

static void a_failed_commit_ends_the_writer_and_keeps_the_last_one(void **state) {
    Shelf *shelf = *state;
    xc_writer *writer = shelf_writer(shelf);
    shelf_commit_book(shelf, writer, &shelf_books[0]);
    assert_ok(xc_writer_begin(writer, &shelf->error));
    shelf_put(shelf, writer, &shelf_books[1]);
    limit_files(8192);
    xc_status status = xc_writer_commit(writer, &shelf->error);
    limit_files(RLIM_INFINITY);
    assert_int_equal(status, XC_DATABASE);
    assert_dead(shelf, writer);
    xc_writer_free(writer);
    assert_int_equal(shelf_count(shelf), 1);
    writer = shelf_writer(shelf);
    shelf_commit_book(shelf, writer, &shelf_books[1]);
    xc_writer_free(writer);
    assert_int_equal(shelf_count(shelf), 2);
}

/* Xapian drops the batch when an add fails, but would commit what comes after it. */
static void a_failed_add_ends_the_writer_too(void **state) {
    Shelf *shelf = *state;
    xc_writer *writer = shelf_writer(shelf);
    xc_document *big = NULL;
    size_t size = 4u << 20;
    char *data = malloc(size);
    assert_non_null(data);
    uint32_t noise = 1;
    for (size_t i = 0; i < size; i++) {
        noise = noise * 1664525u + 1013904223u;
        data[i] = (char)(noise >> 24);
    }
    assert_ok(xc_document_new(&big, &shelf->error));
    assert_ok(xc_document_set_data(big, data, size, &shelf->error));
    assert_ok(xc_writer_begin(writer, &shelf->error));
    shelf_put(shelf, writer, &shelf_books[0]);
    limit_files(65536);
    xc_status status = xc_writer_add(writer, big, NULL, &shelf->error);
    limit_files(RLIM_INFINITY);
    assert_int_equal(status, XC_DATABASE);
    assert_dead(shelf, writer);
    xc_writer_free(writer);
    assert_int_equal(shelf_count(shelf), 0);
    xc_document_free(big);
    free(data);
}

static void a_second_writer_is_locked_out_until_the_first_closes(void **state) {
    Shelf *shelf = *state;
    xc_writer *first = shelf_writer(shelf);
    xc_writer *second = NULL;
    assert_fails(xc_writer_open(shelf->path, XC_OPEN, &second, &shelf->error), XC_LOCKED);
    assert_null(second);
    xc_writer_free(first);
    assert_ok(xc_writer_open(shelf->path, XC_OPEN, &second, &shelf->error));
    xc_writer_free(second);
}

static void the_lock_vanishes_with_a_killed_writer_and_so_does_its_batch(void **state) {
    Shelf *shelf = *state;
    xc_writer *writer = shelf_writer(shelf);
    shelf_commit_book(shelf, writer, &shelf_books[0]);
    xc_writer_free(writer);
    pid_t child = fork();
    if (child == 0) {
        writer = shelf_writer(shelf);
        assert_ok(xc_writer_begin(writer, &shelf->error));
        shelf_put(shelf, writer, &shelf_books[1]);
        kill(getpid(), SIGKILL);
    }
    int result;
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_true(WIFSIGNALED(result));
    writer = shelf_writer(shelf);
    xc_writer_free(writer);
    assert_int_equal(shelf_count(shelf), 1);
}

static void open_modes_say_what_is_wrong(void **state) {
    Shelf *shelf = *state;
    xc_error *error = &shelf->error;
    xc_writer *writer = NULL;
    char path[160];
    assert_fails(xc_writer_open(shelf->path, XC_OPEN, &writer, error), XC_NOT_FOUND);
    snprintf(path, sizeof path, "%s/empty", shelf->directory);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_fails(xc_writer_open(path, XC_OPEN, &writer, error), XC_NOT_FOUND);
    snprintf(path, sizeof path, "%s/no/parent", shelf->directory);
    assert_fails(xc_writer_open(path, XC_CREATE, &writer, error), XC_DATABASE);
    assert_ok(xc_writer_open(shelf->path, XC_CREATE, &writer, error));
    xc_writer_free(writer);
    writer = NULL;
    assert_fails(xc_writer_open(shelf->path, XC_CREATE, &writer, error), XC_DATABASE);
    snprintf(path, sizeof path, "%s/file", shelf->directory);
    shelf_write_file(path, "auto db\n", 8);
    assert_fails(xc_writer_open(path, XC_CREATE_OR_OPEN, &writer, error), XC_INVALID);
    assert_fails(xc_writer_open(shelf->path, (xc_open_mode)3, &writer, error), XC_INVALID);
    assert_fails(xc_writer_open(NULL, XC_OPEN, &writer, error), XC_INVALID);
    assert_fails(xc_writer_open(shelf->path, XC_OPEN, NULL, error), XC_INVALID);
    assert_null(writer);
    snprintf(path, sizeof path, "%s/", shelf->path);
    assert_ok(xc_writer_open(path, XC_OPEN, &writer, error));
    xc_writer_free(writer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        shelf_test(a_batch_is_invisible_until_its_commit),
        shelf_test(a_batch_over_the_flush_threshold_is_invisible_too),
        shelf_test(freeing_a_writer_never_commits_a_half_batch),
        shelf_test(cancel_takes_back_the_whole_batch),
        shelf_test(replace_and_delete_work_by_term),
        shelf_test(metadata_is_part_of_the_transaction),
        shelf_test(changes_outside_a_transaction_are_refused),
        shelf_test(refused_arguments_leave_the_batch_whole),
        shelf_test(a_failed_commit_ends_the_writer_and_keeps_the_last_one),
        shelf_test(a_failed_add_ends_the_writer_too),
        shelf_test(a_second_writer_is_locked_out_until_the_first_closes),
        shelf_test(the_lock_vanishes_with_a_killed_writer_and_so_does_its_batch),
        shelf_test(open_modes_say_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
