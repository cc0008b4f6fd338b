/* `searchd query` as a program: what it prints, and the code it ends with. */
#include "fixture_library.h"

#include <fcntl.h>
#include <unistd.h>

/* The sources of the program itself are in no library. */
#include "command.c"

#include "ask.c"

static const FixtureDocument shelf[] = {
    {.id = "svd#0", .title = "Singular values", .text = "Any matrix is a rotation."},
};

static char *library;
static char *queries; /* path of a file */

static int open_library(void **state) {
    (void)state;
    library = fixture_library(shelf, G_N_ELEMENTS(shelf));
    queries = g_build_filename(library, "queries.tsv", NULL);
    return 0;
}

static int close_library(void **state) {
    (void)state;
    fixture_remove(library);
    g_free(queries);
    return 0;
}

/* Runs `searchd query --library LIBRARY` with two more arguments. Its output goes to a path. */
static int run(const char *first, const char *second, const char *output) {
    char *arguments[] = {(char[]){"query"},    (char[]){"--library"}, library,
                         (char *)(gsize)first, (char *)(gsize)second, NULL};
    fflush(stdout);
    int kept_output = dup(STDOUT_FILENO);
    int kept_error = dup(STDERR_FILENO);
    int out = open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
    assert_true(out >= 0 && nothing >= 0);
    dup2(out, STDOUT_FILENO);
    dup2(nothing, STDERR_FILENO);
    int code = ask_main(second == NULL ? 4 : 5, arguments);
    fflush(stdout);
    clearerr(stdout);
    dup2(kept_output, STDOUT_FILENO);
    dup2(kept_error, STDERR_FILENO);
    close(kept_output);
    close(kept_error);
    close(out);
    close(nothing);
    return code;
}

static void output_that_cannot_be_written_is_a_failure(void **state) {
    (void)state;
    assert_true(g_file_set_contents(queries, "one\tmatrix\n", -1, NULL));
    assert_int_equal(run("matrix", NULL, "/dev/null"), EXIT_CODE_OK);
    assert_int_equal(run("matrix", NULL, "/dev/full"), EXIT_CODE_FAILED);
    assert_int_equal(run("matrix", "--json", "/dev/full"), EXIT_CODE_FAILED);
    assert_int_equal(run("--trec", queries, "/dev/full"), EXIT_CODE_FAILED);
}

static void a_query_over_a_bound_is_a_mistake_of_who_asks(void **state) {
    (void)state;
    assert_int_equal(run("a* b*", NULL, "/dev/null"), EXIT_CODE_USAGE);
}

static void a_run_is_refused_whole_or_printed_whole(void **state) {
    (void)state;
    static const struct {
        const char *lines;
        int code;
        const char *printed;
    } cases[] = {
        {"one\tmatrix\ntwo\trotation\r\n\n", EXIT_CODE_OK,
         "one Q0 svd 1 0.000000 syllabus\ntwo Q0 svd 1 0.000000 syllabus\n"},
        {"one\tmatrix\ntwo\t\nthree\t \n", EXIT_CODE_OK, "one Q0 svd 1 0.000000 syllabus\n"},
        {"one\tmatrix\ntwo rotation\n", EXIT_CODE_USAGE, ""},
        {"one\tmatrix\ntwo words\trotation\n", EXIT_CODE_USAGE, ""},
        {"one\tmatrix\n\trotation\n", EXIT_CODE_USAGE, ""},
        {"one\tmatrix\ntwo\n", EXIT_CODE_USAGE, ""},
    };
    g_autofree char *output = g_build_filename(library, "run.txt", NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *printed = NULL;
        assert_true(g_file_set_contents(queries, cases[i].lines, -1, NULL));
        assert_int_equal(run("--trec", queries, output), cases[i].code);
        assert_true(g_file_get_contents(output, &printed, NULL, NULL));
        /* The scores do not matter here. */
        g_autoptr(GRegex) score = g_regex_new("[0-9]+\\.[0-9]{6}", 0, 0, NULL);
        g_autofree char *plain = g_regex_replace(score, printed, -1, 0, "0.000000", 0, NULL);
        assert_string_equal(plain, cases[i].printed);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_that_cannot_be_written_is_a_failure),
        cmocka_unit_test(a_query_over_a_bound_is_a_mistake_of_who_asks),
        cmocka_unit_test(a_run_is_refused_whole_or_printed_whole),
    };
    return cmocka_run_group_tests(tests, open_library, close_library);
}
