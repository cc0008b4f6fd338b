#include "shelf.h"

#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void a_reader_says_what_is_in_the_database(void **state) {
    Shelf *shelf = *state;
    xc_error *error = &shelf->error;
    xc_database *database = shelf_reader(shelf);
    uint32_t number = 0;
    assert_ok(xc_database_doc_count(database, &number, error));
    assert_int_equal(number, SHELF_BOOKS);
    assert_ok(xc_database_term_freq(database, "Tvideo", 6, &number, error));
    assert_int_equal(number, 2);
    assert_ok(xc_database_term_freq(database, "Tnone", 5, &number, error));
    assert_int_equal(number, 0);
    xc_string data;
    assert_ok(xc_database_document_data(database, 3, &data, error));
    assert_string(data, "Calculus");
    xc_string_clear(&data);
    assert_null(data.data);
    assert_ok(xc_database_metadata(database, "absent", &data, error));
    assert_string(data, "");
    xc_string_clear(&data);
    xc_database_free(database);
}

static void terms_come_in_byte_order_up_to_the_limit(void **state) {
    Shelf *shelf = *state;
    xc_error *error = &shelf->error;
    xc_database *database = shelf_reader(shelf);
    xc_terms *terms = NULL;
    assert_ok(xc_database_terms(database, "Q", 1, 3, &terms, error));
    assert_int_equal(terms->count, 3);
    assert_string(terms->items[0].name, "Q1");
    assert_string(terms->items[2].name, "Q3");
    assert_int_equal(terms->items[0].freq, 1);
    xc_terms_free(terms);
    assert_ok(xc_database_terms(database, "Tvid", 4, 100, &terms, error));
    assert_int_equal(terms->count, 1);
    assert_int_equal(terms->items[0].freq, 2);
    xc_terms_free(terms);
    assert_ok(xc_database_terms(database, "", 0, SIZE_MAX, &terms, error));
    assert_true(terms->count > 40);
    for (size_t i = 1; i < terms->count; i++) {
        assert_true(strcmp(terms->items[i - 1].name.data, terms->items[i].name.data) < 0);
    }
    xc_terms_free(terms);
    assert_ok(xc_database_terms(database, "", 0, 0, &terms, error));
    assert_int_equal(terms->count, 0);
    xc_terms_free(terms);
    xc_database_free(database);
}

static void document_terms_carry_their_wdf(void **state) {
    Shelf *shelf = *state;
    xc_error *error = &shelf->error;
    xc_database *database = shelf_reader(shelf);
    xc_terms *terms = NULL;
    assert_ok(xc_database_document_terms(database, 3, &terms, error));
    uint32_t title = 99, id = 99;
    for (size_t i = 0; i < terms->count; i++) {
        if (strcmp(terms->items[i].name.data, "Scalculus") == 0) {
            title = terms->items[i].freq;
        }
        if (strcmp(terms->items[i].name.data, "Q3") == 0) {
            id = terms->items[i].freq;
        }
    }
    assert_int_equal(title, 3);
    assert_int_equal(id, 0);
    xc_terms_free(terms);
    xc_database_free(database);
}

static void absent_documents_are_not_found(void **state) {
    Shelf *shelf = *state;
    xc_error *error = &shelf->error;
    xc_database *database = shelf_reader(shelf);
    xc_terms *terms = NULL;
    xc_string data = {NULL, 7};
    const uint32_t absent[] = {0, SHELF_BOOKS + 1, UINT32_MAX};
    for (size_t i = 0; i < 3; i++) {
        assert_fails(xc_database_document_terms(database, absent[i], &terms, error), XC_NOT_FOUND);
        assert_fails(xc_database_document_data(database, absent[i], &data, error), XC_NOT_FOUND);
    }
    assert_null(terms);
    assert_int_equal(data.size, 7);
    xc_database_free(database);
}

static void wrong_arguments_are_refused_not_fatal(void **state) {
    Shelf *shelf = *state;
    xc_error *error = &shelf->error;
    xc_database *database = shelf_reader(shelf);
    uint32_t number = 0;
    char term[246];
    memset(term, 'a', sizeof term);
    assert_fails(xc_database_doc_count(NULL, &number, error), XC_INVALID);
    assert_fails(xc_database_doc_count(database, NULL, error), XC_INVALID);
    assert_fails(xc_database_reopen(NULL, NULL, error), XC_INVALID);
    assert_fails(xc_database_term_freq(database, "", 0, &number, error), XC_INVALID);
    assert_fails(xc_database_term_freq(database, NULL, 3, &number, error), XC_INVALID);
    assert_fails(xc_database_term_freq(database, term, 246, &number, error), XC_LIMIT);
    assert_ok(xc_database_term_freq(database, term, 245, &number, error));
    assert_fails(xc_database_metadata(database, NULL, NULL, error), XC_INVALID);
    assert_fails(xc_retry(database, NULL, NULL, error), XC_INVALID);
    assert_int_equal(xc_database_doc_count(NULL, &number, NULL), XC_INVALID);
    xc_database_free(database);
}

static void null_frees_do_nothing(void **state) {
    (void)state;
    xc_database_free(NULL);
    xc_terms_free(NULL);
    xc_document_free(NULL);
    xc_generator_free(NULL);
    xc_generator_reset(NULL);
    xc_stemmer_free(NULL);
    xc_writer_free(NULL);
    xc_query_free(NULL);
    xc_parser_free(NULL);
    xc_result_free(NULL);
    xc_string_clear(NULL);
}

static void every_status_has_a_name(void **state) {
    (void)state;
    for (int status = XC_OK; status <= XC_INTERNAL; status++) {
        for (int other = XC_OK; other < status; other++) {
            assert_string_not_equal(xc_status_name((xc_status)status),
                                    xc_status_name((xc_status)other));
        }
    }
    assert_string_equal(xc_status_name((xc_status)15), "unknown status");
}

static void opening_says_why_it_cannot(void **state) {
    Shelf *shelf = *state;
    static const struct {
        const char *name, *content;
        xc_status status;
    } cases[] = {
        {"empty-file", "", XC_NOT_FOUND},
        {"junk", "hello there\n", XC_DATABASE},
        {"dangling", "auto /nonexistent/database\n", XC_NOT_FOUND},
        {"remote", "remote 127.0.0.1:1\n", XC_NETWORK},
        {"damaged/iamglass", "garbage", XC_CORRUPT},
        {"two-lines\nin-a-name", "hello\n", XC_DATABASE},
    };
    xc_error *error = &shelf->error;
    xc_database *database = NULL;
    char path[160];
    assert_fails(xc_database_open(shelf->path, &database, error), XC_NOT_FOUND);
    assert_fails(xc_database_open(shelf->directory, &database, error), XC_NOT_FOUND);
    assert_fails(xc_database_open("", &database, error), XC_NOT_FOUND);
    assert_fails(xc_database_open(NULL, &database, error), XC_INVALID);
    snprintf(path, sizeof path, "%s/damaged", shelf->directory);
    assert_int_equal(mkdir(path, 0700), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(path, sizeof path, "%s/%s", shelf->directory, cases[i].name);
        shelf_write_file(path, cases[i].content, strlen(cases[i].content));
        char *slash = strstr(path, "/iamglass");
        if (slash != NULL) {
            *slash = '\0';
        }
        assert_fails(xc_database_open(path, &database, error), cases[i].status);
    }
    assert_null(database);
}

static void a_message_too_long_ends_at_a_character(void **state) {
    Shelf *shelf = *state;
    for (size_t shift = 0; shift < 3; shift++) {
        char path[1024] = "/nonexistent/";
        strcat(path, &"xx"[2 - shift]);
        for (int i = 1; i < 300; i++) {
            strcat(path, i % 60 == 0 ? "/xx" : "\xe2\x82\xac"); /* a name is at most 255 bytes */
        }
        xc_database *database = NULL;
        assert_fails(xc_database_open(path, &database, &shelf->error), XC_NOT_FOUND);
        size_t size = strlen(shelf->error.message);
        assert_true(size > XC_ERROR_MESSAGE_BYTES - 5 && size < XC_ERROR_MESSAGE_BYTES);
        assert_memory_equal(shelf->error.message + size - 3, "\xe2\x82\xac", 3);
    }
}

static void a_message_is_valid_utf8_and_one_line_whatever_the_path(void **state) {
    Shelf *shelf = *state;
    xc_database *database = NULL;
    assert_fails(xc_database_open("/nonexistent/a\xff\nb", &database, &shelf->error), XC_NOT_FOUND);
    assert_non_null(strstr(shelf->error.message, "/nonexistent/a? b"));
    assert_fails(xc_database_open("/nonexistent/\xc3\xa9", &database, &shelf->error), XC_NOT_FOUND);
    assert_non_null(strstr(shelf->error.message, "/nonexistent/\xc3\xa9"));
}

static void a_database_of_another_format_has_a_status_of_its_own(void **state) {
    Shelf *shelf = *state;
    char path[160];
    snprintf(path, sizeof path, "%s/iamglass", shelf->path);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, 14, SEEK_SET), 0); /* the version follows the magic */
    assert_int_equal(fputs("\x01\x01", file) >= 0, 1);
    fclose(file);
    xc_database *database = NULL;
    assert_fails(xc_database_open(shelf->path, &database, &shelf->error), XC_VERSION);
}

static void a_stub_file_opens_like_a_directory(void **state) {
    Shelf *shelf = *state;
    xc_error *error = &shelf->error;
    char stub[160];
    snprintf(stub, sizeof stub, "%s/current", shelf->directory);
    shelf_write_file(stub, "auto db\n", 8);
    xc_database *database = NULL;
    uint32_t count = 0;
    assert_ok(xc_database_open(stub, &database, error));
    assert_ok(xc_database_doc_count(database, &count, error));
    assert_int_equal(count, SHELF_BOOKS);
    xc_database_free(database);
    shelf_write_file(stub, "auto db\nauto db\n", 16);
    assert_ok(xc_database_open(stub, &database, error));
    assert_ok(xc_database_doc_count(database, &count, error));
    assert_int_equal(count, 2 * SHELF_BOOKS);
    char uuid[40];
    uint64_t revision;
    assert_fails(xc_database_revision(database, uuid, &revision, error), XC_UNSUPPORTED);
    xc_database_free(database);
}

static void uuid_and_revision_name_a_state(void **state) {
    Shelf *shelf = *state;
    xc_error *error = &shelf->error;
    xc_database *database = shelf_reader(shelf);
    char before[40], after[40];
    uint64_t old = 0, new = 0;
    bool changed = true;
    assert_ok(xc_database_revision(database, before, &old, error));
    assert_int_equal(strlen(before), 36);
    assert_ok(xc_database_reopen(database, &changed, error));
    assert_false(changed);
    xc_writer *writer = shelf_writer(shelf);
    shelf_commit_book(shelf, writer, &shelf_books[0]);
    xc_writer_free(writer);
    assert_ok(xc_database_reopen(database, &changed, error));
    assert_true(changed);
    assert_ok(xc_database_revision(database, after, &new, error));
    assert_string_equal(before, after);
    assert_true(new > old);
    xc_database_free(database);
}

/* Reads everything there is, so that a stale reader cannot get through on cached blocks. */
static xc_status read_everything(xc_database *database, void *context, xc_error *error) {
    unsigned *runs = context;
    ++*runs;
    uint32_t count = 0;
    xc_status status = xc_database_doc_count(database, &count, error);
    for (uint32_t docid = 1; status == XC_OK && docid <= count; docid++) {
        xc_terms *terms = NULL;
        xc_string data;
        status = xc_database_document_terms(database, docid, &terms, error);
        if (status != XC_OK) {
            break;
        }
        xc_terms_free(terms);
        status = xc_database_document_data(database, docid, &data, error);
        if (status == XC_OK) {
            xc_string_clear(&data);
        }
    }
    return status;
}

/* Each commit writes the same documents anew. They fill many blocks, as a reader keeps the few of a
 * small database in memory and never notices. */
static void commit_many(Shelf *shelf, xc_writer *writer, int commits) {
    xc_error *error = &shelf->error;
    for (int commit = 0; commit < commits; commit++) {
        assert_ok(xc_writer_begin(writer, error));
        for (int i = 0; i < 60; i++) {
            xc_document *document = NULL;
            char id[16], data[2048];
            int size = snprintf(id, sizeof id, "W%d", i);
            assert_ok(xc_document_new(&document, error));
            assert_ok(xc_document_add_boolean_term(document, id, (size_t)size, error));
            uint32_t noise = (uint32_t)(commit * 1000 + i);
            for (size_t k = 0; k < sizeof data; k++) {
                noise = noise * 1664525u + 1013904223u;
                data[k] = (char)(noise >> 24);
            }
            assert_ok(xc_document_set_data(document, data, sizeof data, error));
            assert_ok(xc_writer_replace(writer, id, (size_t)size, document, NULL, error));
            xc_document_free(document);
        }
        assert_ok(xc_writer_commit(writer, error));
    }
}

static void a_reader_survives_one_commit_and_says_when_it_is_too_old(void **state) {
    Shelf *shelf = *state;
    xc_error *error = &shelf->error;
    xc_writer *writer = shelf_writer(shelf);
    commit_many(shelf, writer, 2);
    xc_database *database = shelf_reader(shelf);
    unsigned runs = 0;
    commit_many(shelf, writer, 1);
    assert_ok(read_everything(database, &runs, error));
    xc_database_free(database);
    database = shelf_reader(shelf);
    commit_many(shelf, writer, 2);
    assert_fails(read_everything(database, &runs, error), XC_MODIFIED);
    assert_ok(xc_database_reopen(database, NULL, error));
    assert_ok(read_everything(database, &runs, error));
    xc_database_free(database);
    xc_writer_free(writer);
}

static void retry_recovers_a_stale_reader(void **state) {
    Shelf *shelf = *state;
    xc_writer *writer = shelf_writer(shelf);
    commit_many(shelf, writer, 2);
    xc_database *database = shelf_reader(shelf);
    for (int round = 0; round < 3; round++) {
        unsigned runs = 0;
        commit_many(shelf, writer, 2);
        assert_ok(xc_retry(database, read_everything, &runs, &shelf->error));
        assert_in_range(runs, 1, XC_RETRY_MAX);
    }
    xc_database_free(database);
    xc_writer_free(writer);
}

typedef struct BusyAnswer {
    Shelf *shelf;
    xc_writer *writer;
    unsigned runs, stale_runs;
} BusyAnswer;

/* A writer overtakes the reader in the middle of its first stale_runs answers. */
static xc_status answer_while_writing(xc_database *database, void *context, xc_error *error) {
    BusyAnswer *busy = context;
    unsigned run = busy->runs++;
    if (run < busy->stale_runs) {
        commit_many(busy->shelf, busy->writer, 2);
    }
    unsigned unused = 0;
    return read_everything(database, &unused, error);
}

static void retry_starts_the_whole_answer_anew(void **state) {
    Shelf *shelf = *state;
    BusyAnswer busy = {shelf, shelf_writer(shelf), 0, XC_RETRY_MAX - 1};
    commit_many(shelf, busy.writer, 2);
    xc_database *database = shelf_reader(shelf);
    assert_ok(xc_retry(database, answer_while_writing, &busy, &shelf->error));
    assert_int_equal(busy.runs, XC_RETRY_MAX);
    xc_database_free(database);
    xc_writer_free(busy.writer);
}

static void retry_gives_up_after_its_last_attempt(void **state) {
    Shelf *shelf = *state;
    BusyAnswer busy = {shelf, shelf_writer(shelf), 0, 99};
    commit_many(shelf, busy.writer, 2);
    xc_database *database = shelf_reader(shelf);
    assert_fails(xc_retry(database, answer_while_writing, &busy, &shelf->error), XC_MODIFIED);
    assert_int_equal(busy.runs, XC_RETRY_MAX);
    xc_database_free(database);
    xc_writer_free(busy.writer);
}

static xc_status answer_nothing_found(xc_database *database, void *context, xc_error *error) {
    (void)database, (void)error;
    ++*(unsigned *)context;
    return XC_NOT_FOUND;
}

static void retry_hands_other_statuses_back_at_once(void **state) {
    Shelf *shelf = *state;
    xc_database *database = shelf_reader(shelf);
    unsigned runs = 0;
    assert_int_equal(xc_retry(database, answer_nothing_found, &runs, NULL), XC_NOT_FOUND);
    assert_int_equal(runs, 1);
    xc_database_free(database);
}

#ifdef NDEBUG
/* Release builds do not look, so there is nothing to see in them. */
static void two_threads_in_one_handle_end_a_debug_build(void **state) {
    (void)state;
    skip();
}
#else
static void *list_terms_for_ever(void *argument) {
    for (;;) {
        xc_terms *terms = NULL;
        if (xc_database_terms(argument, "", 0, 1000, &terms, NULL) == XC_OK) {
            xc_terms_free(terms);
        }
    }
    return NULL;
}

static void two_threads_in_one_handle_end_a_debug_build(void **state) {
    Shelf *shelf = *state;
    pid_t child = fork();
    if (child == 0) {
        pthread_t thread;
        xc_database *database = NULL;
        fclose(stderr);
        signal(SIGABRT, SIG_DFL);
        alarm(20);
        if (xc_database_open(shelf->path, &database, NULL) == XC_OK &&
            pthread_create(&thread, NULL, list_terms_for_ever, database) == 0) {
            list_terms_for_ever(database);
        }
        _exit(0);
    }
    int result;
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_true(WIFSIGNALED(result));
    assert_int_equal(WTERMSIG(result), SIGABRT);
}
#endif

int main(void) {
    const struct CMUnitTest tests[] = {
        full_shelf_test(a_reader_says_what_is_in_the_database),
        full_shelf_test(terms_come_in_byte_order_up_to_the_limit),
        full_shelf_test(document_terms_carry_their_wdf),
        full_shelf_test(absent_documents_are_not_found),
        full_shelf_test(wrong_arguments_are_refused_not_fatal),
        cmocka_unit_test(null_frees_do_nothing),
        cmocka_unit_test(every_status_has_a_name),
        shelf_test(opening_says_why_it_cannot),
        shelf_test(a_message_too_long_ends_at_a_character),
        shelf_test(a_message_is_valid_utf8_and_one_line_whatever_the_path),
        full_shelf_test(a_database_of_another_format_has_a_status_of_its_own),
        full_shelf_test(a_stub_file_opens_like_a_directory),
        full_shelf_test(uuid_and_revision_name_a_state),
        full_shelf_test(a_reader_survives_one_commit_and_says_when_it_is_too_old),
        full_shelf_test(retry_recovers_a_stale_reader),
        full_shelf_test(retry_starts_the_whole_answer_anew),
        full_shelf_test(retry_gives_up_after_its_last_attempt),
        full_shelf_test(retry_hands_other_statuses_back_at_once),
        full_shelf_test(two_threads_in_one_handle_end_a_debug_build),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
