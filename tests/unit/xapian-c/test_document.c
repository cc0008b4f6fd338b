#include "shelf.h"

/* The terms of one document that was committed alone, as "term:wdf " in byte order. */
static void committed_terms(Shelf *shelf, const xc_document *document, char *text, size_t size) {
    xc_writer *writer = shelf_writer(shelf);
    uint32_t docid = 0;
    assert_ok(xc_writer_begin(writer, &shelf->error));
    assert_ok(xc_writer_add(writer, document, &docid, &shelf->error));
    assert_ok(xc_writer_commit(writer, &shelf->error));
    xc_writer_free(writer);
    xc_database *database = shelf_reader(shelf);
    xc_terms *terms = NULL;
    assert_ok(xc_database_document_terms(database, docid, &terms, &shelf->error));
    text[0] = '\0';
    for (size_t i = 0; i < terms->count; i++) {
        size_t used = strlen(text);
        snprintf(text + used, size - used, "%s:%u ", terms->items[i].name.data,
                 terms->items[i].freq);
    }
    xc_terms_free(terms);
    xc_database_free(database);
}

static void add(Shelf *shelf, xc_generator *generator, xc_document *document, const char *text,
                uint32_t wdf, const char *prefix, xc_positions positions) {
    assert_ok(xc_generator_add_text(generator, document, text, strlen(text), wdf, prefix, positions,
                                    &shelf->error));
}

static void words_become_exact_terms_and_stems(void **state) {
    Shelf *shelf = *state;
    static const struct {
        const char *language, *prefix, *expected;
        xc_positions positions;
        uint32_t wdf;
    } cases[] = {
        {"english", "", "Zvector:2 vectors:2 ", XC_WITH_POSITIONS, 2},
        {"english", "", "Zvector:2 vectors:2 ", XC_WITHOUT_POSITIONS, 2},
        {"english", "S", "Svectors:1 ZSvector:1 ", XC_WITH_POSITIONS, 1},
        {"en", "XP", "XPvectors:3 ZXPvector:3 ", XC_WITHOUT_POSITIONS, 3},
        {"none", "", "vectors:1 ", XC_WITH_POSITIONS, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xc_generator *generator = NULL;
        xc_document *document = NULL;
        char terms[256];
        assert_ok(xc_generator_new(cases[i].language, &generator, &shelf->error));
        assert_ok(xc_document_new(&document, &shelf->error));
        add(shelf, generator, document, "Vectors!", cases[i].wdf, cases[i].prefix,
            cases[i].positions);
        committed_terms(shelf, document, terms, sizeof terms);
        assert_string_equal(terms, cases[i].expected);
        xc_document_free(document);
        xc_generator_free(generator);
    }
}

static uint32_t phrase_matches(Shelf *shelf, const char *first, const char *second,
                               uint32_t window) {
    xc_query *words[2] = {NULL, NULL}, *phrase = NULL;
    xc_result *result = NULL;
    assert_ok(xc_query_term(first, strlen(first), &words[0], &shelf->error));
    assert_ok(xc_query_term(second, strlen(second), &words[1], &shelf->error));
    assert_ok(xc_query_combine(XC_PHRASE, (const xc_query *const *)words, 2, window, &phrase,
                               &shelf->error));
    xc_database *database = shelf_reader(shelf);
    xc_match_spec spec = xc_match_spec_init(phrase);
    assert_ok(xc_match(database, &spec, &result, &shelf->error));
    uint32_t count = (uint32_t)result->hit_count;
    xc_result_free(result);
    xc_database_free(database);
    xc_query_free(words[0]);
    xc_query_free(words[1]);
    xc_query_free(phrase);
    return count;
}

static void no_phrase_crosses_two_texts(void **state) {
    Shelf *shelf = *state;
    xc_generator *generator = NULL;
    xc_document *document = NULL;
    char terms[256];
    assert_ok(xc_generator_new("none", &generator, &shelf->error));
    assert_ok(xc_document_new(&document, &shelf->error));
    add(shelf, generator, document, "one two", 1, "", XC_WITH_POSITIONS);
    add(shelf, generator, document, "silent words", 1, "", XC_WITHOUT_POSITIONS);
    add(shelf, generator, document, "three four", 1, "", XC_WITH_POSITIONS);
    committed_terms(shelf, document, terms, sizeof terms);
    xc_document_free(document);
    xc_generator_free(generator);
    assert_int_equal(phrase_matches(shelf, "one", "two", 0), 1);
    assert_int_equal(phrase_matches(shelf, "three", "four", 0), 1);
    assert_int_equal(phrase_matches(shelf, "two", "three", 0), 0);
    assert_int_equal(phrase_matches(shelf, "two", "three", 100), 0);
    assert_int_equal(phrase_matches(shelf, "two", "three", 102), 1);
    assert_int_equal(phrase_matches(shelf, "silent", "words", 100), 0);
}

/* After a reset the texts of a document lie where those of the first one lay: the words of two
 * texts added around a reset meet at one position. */
static void reset_starts_positions_anew(void **state) {
    Shelf *shelf = *state;
    xc_generator *generator = NULL;
    xc_document *document = NULL;
    char terms[256];
    assert_ok(xc_generator_new("none", &generator, &shelf->error));
    assert_ok(xc_document_new(&document, &shelf->error));
    add(shelf, generator, document, "one two", 1, "", XC_WITH_POSITIONS);
    xc_generator_reset(generator);
    add(shelf, generator, document, "three four", 1, "", XC_WITH_POSITIONS);
    committed_terms(shelf, document, terms, sizeof terms);
    xc_document_free(document);
    xc_generator_free(generator);
    assert_int_equal(phrase_matches(shelf, "one", "four", 0), 1);
}

static void generators_outlive_their_documents_and_the_other_way_round(void **state) {
    Shelf *shelf = *state;
    xc_generator *generator = NULL;
    xc_document *first = NULL, *second = NULL;
    char terms[256];
    assert_ok(xc_generator_new("none", &generator, &shelf->error));
    assert_ok(xc_document_new(&first, &shelf->error));
    assert_ok(xc_document_new(&second, &shelf->error));
    add(shelf, generator, first, "one", 1, "", XC_WITH_POSITIONS);
    xc_document_free(first);
    add(shelf, generator, second, "two", 1, "", XC_WITH_POSITIONS);
    xc_generator_free(generator);
    committed_terms(shelf, second, terms, sizeof terms);
    assert_string_equal(terms, "two:1 ");
    xc_document_free(second);
}

static void a_document_may_be_added_twice_and_changed_between(void **state) {
    Shelf *shelf = *state;
    xc_document *document = NULL;
    char terms[256];
    assert_ok(xc_document_new(&document, &shelf->error));
    assert_ok(xc_document_add_boolean_term(document, "Q1", 2, &shelf->error));
    committed_terms(shelf, document, terms, sizeof terms);
    assert_string_equal(terms, "Q1:0 ");
    assert_ok(xc_document_add_boolean_term(document, "Q2", 2, &shelf->error));
    committed_terms(shelf, document, terms, sizeof terms);
    assert_string_equal(terms, "Q1:0 Q2:0 ");
    assert_int_equal(shelf_count(shelf), 2);
    xc_document_free(document);
}

static void data_keeps_nul_bytes(void **state) {
    Shelf *shelf = *state;
    xc_document *document = NULL;
    char terms[256];
    xc_string data;
    assert_ok(xc_document_new(&document, &shelf->error));
    assert_ok(xc_document_set_data(document, "a\0b", 3, &shelf->error));
    committed_terms(shelf, document, terms, sizeof terms);
    xc_document_free(document);
    xc_database *database = shelf_reader(shelf);
    assert_ok(xc_database_document_data(database, 1, &data, &shelf->error));
    assert_int_equal(data.size, 3);
    assert_memory_equal(data.data, "a\0b", 4);
    xc_string_clear(&data);
    xc_database_free(database);
}

static void terms_are_bounded_and_a_nul_counts_twice(void **state) {
    Shelf *shelf = *state;
    xc_error *error = &shelf->error;
    xc_document *document = NULL;
    char letters[246], nuls[123] = {0};
    memset(letters, 'a', sizeof letters);
    assert_ok(xc_document_new(&document, error));
    assert_fails(xc_document_add_boolean_term(document, letters, 246, error), XC_LIMIT);
    assert_fails(xc_document_add_boolean_term(document, nuls, 123, error), XC_LIMIT);
    assert_fails(xc_document_add_boolean_term(document, letters, SIZE_MAX, error), XC_LIMIT);
    assert_fails(xc_document_add_boolean_term(document, "", 0, error), XC_INVALID);
    assert_ok(xc_document_add_boolean_term(document, letters, 245, error));
    assert_ok(xc_document_add_boolean_term(document, nuls, 122, error));
    char terms[1024];
    committed_terms(shelf, document, terms, sizeof terms);
    assert_int_equal(shelf_count(shelf), 1);
    xc_document_free(document);
}

static void text_of_any_bytes_makes_terms_that_fit(void **state) {
    Shelf *shelf = *state;
    xc_error *error = &shelf->error;
    xc_generator *generator = NULL;
    xc_document *document = NULL;
    char prefix[182], text[4096], terms[1 << 18];
    uint32_t noise = 7;
    for (size_t i = 0; i < sizeof text; i++) {
        noise = noise * 1664525u + 1013904223u;
        text[i] = i % 512 < 200 ? 'x' : (char)(noise >> 24);
    }
    memset(prefix, 'X', sizeof prefix);
    prefix[181] = '\0';
    assert_ok(xc_generator_new("english", &generator, error));
    assert_ok(xc_document_new(&document, error));
    assert_fails(
        xc_generator_add_text(generator, document, "a", 1, 1, prefix, XC_WITH_POSITIONS, error),
        XC_LIMIT);
    prefix[180] = '\0';
    assert_ok(xc_generator_add_text(generator, document, text, sizeof text, 1, prefix,
                                    XC_WITH_POSITIONS, error));
    memset(text, 'q', 64);
    assert_ok(
        xc_generator_add_text(generator, document, text, 64, 1, prefix, XC_WITH_POSITIONS, error));
    committed_terms(shelf, document, terms, sizeof terms);
    assert_non_null(strstr(terms, "qqqqqqqqqq"));
    xc_document_free(document);
    xc_generator_free(generator);
}

static void wrong_arguments_are_refused(void **state) {
    Shelf *shelf = *state;
    xc_error *error = &shelf->error;
    xc_generator *generator = NULL;
    xc_document *document = NULL;
    xc_stemmer *stemmer = NULL;
    assert_fails(xc_document_new(NULL, error), XC_INVALID);
    assert_fails(xc_generator_new("klingon", &generator, error), XC_INVALID);
    assert_fails(xc_generator_new(NULL, &generator, error), XC_INVALID);
    assert_fails(xc_stemmer_new("klingon", &stemmer, error), XC_INVALID);
    assert_null(generator);
    assert_null(stemmer);
    assert_ok(xc_generator_new("none", &generator, error));
    assert_ok(xc_document_new(&document, error));
    assert_fails(xc_document_set_value(document, XC_NO_SLOT, "v", 1, error), XC_INVALID);
    assert_fails(xc_document_set_value(document, 0, NULL, 1, error), XC_INVALID);
    assert_fails(xc_document_set_number(document, XC_NO_SLOT, 1, error), XC_INVALID);
    double zero = 0;
    assert_fails(xc_document_set_number(document, 0, zero / zero, error), XC_INVALID);
    assert_fails(xc_document_set_data(document, NULL, 1, error), XC_INVALID);
    assert_fails(xc_document_set_data(NULL, "", 0, error), XC_INVALID);
    assert_fails(xc_generator_add_text(generator, NULL, "a", 1, 1, "", XC_WITH_POSITIONS, error),
                 XC_INVALID);
    assert_fails(
        xc_generator_add_text(generator, document, NULL, 1, 1, "", XC_WITH_POSITIONS, error),
        XC_INVALID);
    assert_fails(
        xc_generator_add_text(generator, document, "a", 1, 1, NULL, XC_WITH_POSITIONS, error),
        XC_INVALID);
    assert_ok(xc_generator_add_text(generator, document, NULL, 0, 1, "", XC_WITH_POSITIONS, error));
    xc_document_free(document);
    xc_generator_free(generator);
}

static void stems_are_what_the_index_holds(void **state) {
    Shelf *shelf = *state;
    static const struct {
        const char *language, *word, *stem;
    } cases[] = {
        {"english", "vectors", "vector"}, {"english", "running", "run"},   {"english", "", ""},
        {"none", "vectors", "vectors"},   {"de", "h\xc3\xa4user", "haus"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xc_stemmer *stemmer = NULL;
        xc_string stem;
        assert_ok(xc_stemmer_new(cases[i].language, &stemmer, &shelf->error));
        assert_ok(
            xc_stemmer_stem(stemmer, cases[i].word, strlen(cases[i].word), &stem, &shelf->error));
        assert_string(stem, cases[i].stem);
        xc_string_clear(&stem);
        assert_fails(xc_stemmer_stem(stemmer, NULL, 1, &stem, &shelf->error), XC_INVALID);
        xc_stemmer_free(stemmer);
    }
}

static void scripts_without_spaces_become_characters_and_pairs(void **state) {
    Shelf *shelf = *state;
    xc_generator *generator = NULL;
    xc_document *document = NULL;
    char terms[256];
    assert_ok(xc_generator_new("none", &generator, &shelf->error));
    assert_ok(xc_document_new(&document, &shelf->error));
    add(shelf, generator, document, "Lie群論。線形", 1, "", XC_WITH_POSITIONS);
    committed_terms(shelf, document, terms, sizeof terms);
    assert_string_equal(terms, "lie:1 形:1 線:1 線形:1 群:1 群論:1 論:1 ");
    xc_document_free(document);
    xc_generator_free(generator);
    assert_int_equal(phrase_matches(shelf, "群", "論", 0), 1);
    assert_int_equal(phrase_matches(shelf, "論", "群", 0), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        shelf_test(words_become_exact_terms_and_stems),
        shelf_test(no_phrase_crosses_two_texts),
        shelf_test(reset_starts_positions_anew),
        shelf_test(generators_outlive_their_documents_and_the_other_way_round),
        shelf_test(a_document_may_be_added_twice_and_changed_between),
        shelf_test(data_keeps_nul_bytes),
        shelf_test(terms_are_bounded_and_a_nul_counts_twice),
        shelf_test(text_of_any_bytes_makes_terms_that_fit),
        shelf_test(wrong_arguments_are_refused),
        shelf_test(stems_are_what_the_index_holds),
        shelf_test(scripts_without_spaces_become_characters_and_pairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
