/* What the tests of xapian-c share: a scratch directory, and a database of small books in it. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "xapian-c.h"

enum { SHELF_YEAR, SHELF_KIND, SHELF_PRICE };

typedef struct Shelf {
    char directory[64];
    char path[96]; /* of the database */
    xc_error error;
} Shelf;

typedef struct Book {
    const char *id, *title, *text, *year, *kind;
    double price;
} Book;

static const Book shelf_books[] = {
    {"Q1", "Linear algebra", "Matrices and vectors. A vector space has a basis.", "19900101",
     "book", 30},
    {"Q2", "Abstract algebra", "Groups, rings and fields. A group acts on a set.", "20010315",
     "book", 45},
    {"Q3", "Calculus", "Limits, derivatives and integrals of functions.", "20100630", "book", 25},
    {"Q4", "Algebra on film", "Lectures about groups and vector spaces.", "20200101", "video", 0},
    {"Q5", "Calculus on film", "Lectures about derivatives.", "20211231", "video", 5},
};
#define SHELF_BOOKS (sizeof shelf_books / sizeof *shelf_books)

#define assert_ok(call)                                                                            \
    do {                                                                                           \
        xc_status assert_ok_status = (call);                                                       \
        if (assert_ok_status != XC_OK)                                                             \
            fail_msg("%s: %s: %s", #call, xc_status_name(assert_ok_status), shelf->error.message); \
    } while (0)

/* A failure has that status, says so in *error too, and gives a message of one line. */
#define assert_fails(call, expected)                                                               \
    do {                                                                                           \
        memset(&shelf->error, 0, sizeof shelf->error);                                             \
        xc_status assert_fails_status = (call);                                                    \
        if (assert_fails_status != (expected))                                                     \
            fail_msg("%s: %s, not %s: %s", #call, xc_status_name(assert_fails_status),             \
                     xc_status_name(expected), shelf->error.message);                              \
        assert_int_equal(shelf->error.status, (expected));                                         \
        assert_int_not_equal(shelf->error.message[0], '\0');                                       \
        assert_null(strchr(shelf->error.message, '\n'));                                           \
    } while (0)

static inline void assert_string(xc_string string, const char *expected) {
    assert_non_null(string.data);
    assert_string_equal(string.data, expected);
    assert_int_equal(string.size, strlen(expected));
}

static inline int shelf_remove_one(const char *path, const struct stat *status, int type,
                                   struct FTW *where) {
    (void)status, (void)type, (void)where;
    return remove(path);
}

static inline int shelf_new(void **state) {
    Shelf *shelf = calloc(1, sizeof *shelf);
    assert_non_null(shelf);
    strcpy(shelf->directory, "/tmp/xapian-c-test-XXXXXX");
    assert_non_null(mkdtemp(shelf->directory));
    snprintf(shelf->path, sizeof shelf->path, "%s/db", shelf->directory);
    *state = shelf;
    return 0;
}

static inline int shelf_free(void **state) {
    Shelf *shelf = *state;
    nftw(shelf->directory, shelf_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(shelf);
    return 0;
}

static inline xc_document *shelf_document(Shelf *shelf, const Book *book) {
    xc_document *document = NULL;
    xc_generator *generator = NULL;
    xc_error *error = &shelf->error;
    assert_ok(xc_document_new(&document, error));
    assert_ok(xc_generator_new("english", &generator, error));
    assert_ok(xc_generator_add_text(generator, document, book->title, strlen(book->title), 3, "S",
                                    XC_WITH_POSITIONS, error));
    assert_ok(xc_generator_add_text(generator, document, book->title, strlen(book->title), 1, "",
                                    XC_WITH_POSITIONS, error));
    assert_ok(xc_generator_add_text(generator, document, book->text, strlen(book->text), 1, "",
                                    XC_WITH_POSITIONS, error));
    char kind[32];
    int kind_size = snprintf(kind, sizeof kind, "T%s", book->kind);
    assert_ok(xc_document_add_boolean_term(document, book->id, strlen(book->id), error));
    assert_ok(xc_document_add_boolean_term(document, kind, (size_t)kind_size, error));
    assert_ok(xc_document_set_value(document, SHELF_YEAR, book->year, strlen(book->year), error));
    assert_ok(xc_document_set_value(document, SHELF_KIND, book->kind, strlen(book->kind), error));
    assert_ok(xc_document_set_number(document, SHELF_PRICE, book->price, error));
    assert_ok(xc_document_set_data(document, book->title, strlen(book->title), error));
    xc_generator_free(generator);
    return document;
}

/* Adds or replaces one book inside the open transaction. */
static inline void shelf_put(Shelf *shelf, xc_writer *writer, const Book *book) {
    xc_document *document = shelf_document(shelf, book);
    uint32_t docid = 0;
    assert_ok(
        xc_writer_replace(writer, book->id, strlen(book->id), document, &docid, &shelf->error));
    assert_int_not_equal(docid, 0);
    xc_document_free(document);
}

static inline void shelf_commit_book(Shelf *shelf, xc_writer *writer, const Book *book) {
    assert_ok(xc_writer_begin(writer, &shelf->error));
    shelf_put(shelf, writer, book);
    assert_ok(xc_writer_commit(writer, &shelf->error));
}

static inline xc_writer *shelf_writer(Shelf *shelf) {
    xc_writer *writer = NULL;
    assert_ok(xc_writer_open(shelf->path, XC_CREATE_OR_OPEN, &writer, &shelf->error));
    return writer;
}

static inline xc_database *shelf_reader(Shelf *shelf) {
    xc_database *database = NULL;
    assert_ok(xc_database_open(shelf->path, &database, &shelf->error));
    return database;
}

/* A test setup: the scratch directory with all books committed. */
static inline int shelf_new_full(void **state) {
    shelf_new(state);
    Shelf *shelf = *state;
    xc_writer *writer = shelf_writer(shelf);
    assert_ok(xc_writer_begin(writer, &shelf->error));
    for (size_t i = 0; i < SHELF_BOOKS; i++)
        shelf_put(shelf, writer, &shelf_books[i]);
    assert_ok(xc_writer_commit(writer, &shelf->error));
    xc_writer_free(writer);
    return 0;
}

static inline void shelf_write_file(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static inline uint32_t shelf_count(Shelf *shelf) {
    xc_database *database = shelf_reader(shelf);
    uint32_t count = 0;
    assert_ok(xc_database_doc_count(database, &count, &shelf->error));
    xc_database_free(database);
    return count;
}

#define shelf_test(test)      cmocka_unit_test_setup_teardown(test, shelf_new, shelf_free)
#define full_shelf_test(test) cmocka_unit_test_setup_teardown(test, shelf_new_full, shelf_free)
