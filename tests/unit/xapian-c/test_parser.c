#include "shelf.h"

static const char *const stop_words[] = {"a", "and", "be", "not", "of", "or", "the", "to"};

static xc_parser *parser_new(Shelf *shelf, const xc_parser_limits *limits) {
    xc_parser *parser = NULL;
    xc_error *error = &shelf->error;
    assert_ok(xc_parser_new("english", limits, &parser, error));
    assert_ok(xc_parser_add_field(parser, "", "", error));
    assert_ok(xc_parser_add_field(parser, "title", "S", error));
    assert_ok(xc_parser_add_filter(parser, "site", "H", true, error));
    assert_ok(xc_parser_add_filter(parser, "tag", "K", false, error));
    assert_ok(xc_parser_add_date_range(parser, "date", SHELF_YEAR, error));
    assert_ok(xc_parser_set_stop_words(parser, stop_words, sizeof stop_words / sizeof *stop_words,
                                       error));
    return parser;
}

static xc_status parse(Shelf *shelf, xc_parser *parser, const char *text, unsigned flags,
                       xc_query **query) {
    return xc_parser_parse(parser, text, strlen(text), flags, XC_OR, query, &shelf->error);
}

#define assert_parses(text, flags, expected)                                                       \
    do {                                                                                           \
        xc_query *parsed = NULL;                                                                   \
        xc_string description;                                                                     \
        assert_ok(parse(shelf, parser, (text), (flags), &parsed));                                 \
        assert_ok(xc_query_describe(parsed, &description, &shelf->error));                         \
        assert_string(description, (expected));                                                    \
        xc_string_clear(&description);                                                             \
        xc_query_free(parsed);                                                                     \
    } while (0)

static void query_texts_mean_what_their_syntax_says(void **state) {
    Shelf *shelf = *state;
    xc_parser *parser = parser_new(shelf, NULL);
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"vectors spaces", "Query((Zvector@1 OR Zspace@2))"},
        {"Vectors", "Query(vectors@1)"},
        {"\"vectors spaces\"", "Query((vectors@1 PHRASE 2 spaces@2))"},
        {"title:vectors", "Query(ZSvector@1)"},
        {"+vector -matrix", "Query((Zvector@1 AND_NOT Zmatrix@2))"},
        {"vector AND matrix", "Query((Zvector@1 AND Zmatrix@2))"},
        {"vecto*", "Query(WILDCARD SYNONYM vecto)"},
        {"x site:a.org/b-c site:d.org", "Query((Zx@1 FILTER (Ha.org/b-c OR Hd.org)))"},
        {"x tag:a tag:b", "Query((Zx@1 FILTER (Ka AND Kb)))"},
        {"site:\"two words\"", "Query(0 * Htwo words)"},
        {"unknown:x", "Query((unknown@1 PHRASE 2 x@2))"},
        {"U.S.A. law", "Query((usa@1 OR Zlaw@2))"},
        {"線形代 入門",
         "Query(((線@1 AND 線形@1 AND 形@1 AND 形代@1 AND 代@1) OR (入@2 AND 入門@2 AND 門@2)))"},
        {"\"線形代\"", "Query((線@1 PHRASE 3 形@1 PHRASE 3 代@1))"},
        {"title:群", "Query(S群@1)"},
        {"date:20200101..20211231", "Query(VALUE_RANGE 0 20200101 20211231)"},
        {"date:2020-01-01..2021.12.31", "Query(VALUE_RANGE 0 20200101 20211231)"},
        {"date:20200101..", "Query(VALUE_GE 0 20200101)"},
        {"date:..20211231", "Query(VALUE_LE 0 20211231)"},
        {"", "Query()"},
        {" *-+() ", "Query()"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_parses(cases[i].text, XC_PARSE_DEFAULT, cases[i].expected);
    }
    xc_query *query = NULL;
    assert_ok(xc_parser_parse(parser, "one two", 7, 0, XC_AND, &query, &shelf->error));
    xc_string description;
    assert_ok(xc_query_describe(query, &description, &shelf->error));
    assert_string(description, "Query((Zone@1 AND Ztwo@2))");
    xc_string_clear(&description);
    xc_query_free(query);
    xc_parser_free(parser);
}

static void stop_words_are_left_out_unless_there_is_nothing_else(void **state) {
    Shelf *shelf = *state;
    xc_parser *parser = parser_new(shelf, NULL);
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"the theory of groups", "Query((Ztheori@2 OR Zgroup@4))"},
        {"to be or not to be", "Query((Zto@1 OR Zbe@2 OR Zor@3 OR Znot@4 OR Zto@5 OR Zbe@6))"},
        {"the", "Query(Zthe@1)"},
        {"the site:a.org", "Query((Zthe@1 FILTER Ha.org))"},
        {"the group site:a.org", "Query((Zgroup@2 FILTER Ha.org))"},
        {"\"to be\"", "Query((to@1 PHRASE 2 be@2))"},
        {"the -matrix", "Query((Zthe@1 AND_NOT Zmatrix@2))"},
        {"the -\"be matrix\"", "Query((Zthe@1 AND_NOT (be@2 PHRASE 2 matrix@3)))"},
        {"the -a-matrix", "Query((Zthe@1 AND_NOT (a@2 PHRASE 2 matrix@3)))"},
        {"the group -matrix", "Query((Zgroup@2 AND_NOT Zmatrix@3))"},
        {"-matrix the group", "Query((Zgroup@3 AND_NOT Zmatrix@1))"},
        {"the well-known", "Query((well@2 PHRASE 2 known@3))"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_parses(cases[i].text, XC_PARSE_DEFAULT, cases[i].expected);
    }
    assert_ok(xc_parser_set_stop_words(parser, NULL, 0, &shelf->error));
    assert_parses("the group", XC_PARSE_DEFAULT, "Query((Zthe@1 OR Zgroup@2))");
    xc_parser_free(parser);
}

static void texts_that_are_no_query_answer_syntax(void **state) {
    Shelf *shelf = *state;
    xc_parser *parser = parser_new(shelf, NULL);
    static const char *const texts[] = {"(a OR",  "a AND",   "XOR x",          "NOT a",
                                        "1..2 x", "x..y zz", "date:soon..late"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        xc_query *query = NULL;
        assert_fails(parse(shelf, parser, texts[i], XC_PARSE_DEFAULT, &query), XC_SYNTAX);
        assert_null(query);
        assert_ok(parse(shelf, parser, texts[i], 0, &query));
        assert_false(xc_query_is_empty(query));
        xc_query_free(query);
    }
    xc_parser_free(parser);
}

static void without_flags_a_text_is_plain_words(void **state) {
    Shelf *shelf = *state;
    xc_parser *parser = parser_new(shelf, NULL);
    assert_ok(xc_parser_set_stop_words(parser, NULL, 0, &shelf->error));
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"\"title:red AND -site:blue*\"",
         "Query((Ztitl@1 OR Zred@2 OR and@3 OR Zsite@4 OR Zblue@5))"},
        {"C++ C# don't AT&T 3.14", "Query((c++@1 OR c#@2 OR Zdon't@3 OR at&t@4 OR 3.14@5))"},
        {"one-two/three...four", "Query((Zone@1 OR Ztwo@2 OR Zthree@3 OR Zfour@4))"},
        {"caf\xc3\xa9 日本", "Query((Zcaf\xc3\xa9@1 OR (日@2 AND 日本@2 AND 本@2)))"},
        {"-U.S.A. \"law\"", "Query((usa@1 OR Zlaw@2))"},
        {"((((", "Query()"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_parses(cases[i].text, 0, cases[i].expected);
    }
    xc_parser_free(parser);
}

static void without_phrases_nothing_asks_for_positions(void **state) {
    Shelf *shelf = *state;
    xc_parser *parser = parser_new(shelf, NULL);
    assert_parses("foo-bar", XC_PARSE_BOOLEAN, "Query((foo@1 AND bar@2))");
    assert_parses("foo NEAR bar", XC_PARSE_BOOLEAN, "Query((foo@1 AND bar@2))");
    assert_parses("foo-bar", XC_PARSE_PHRASES, "Query((foo@1 PHRASE 2 bar@2))");
    xc_parser_free(parser);
}

static void partial_expands_the_last_word_once_it_is_long_enough(void **state) {
    Shelf *shelf = *state;
    xc_parser *parser = parser_new(shelf, NULL);
    const unsigned flags = XC_PARSE_DEFAULT | XC_PARSE_PARTIAL;
    assert_parses("group vec", flags, "Query((Zgroup@1 OR (WILDCARD SYNONYM vec OR Zvec@2)))");
    assert_parses("group ve", flags, "Query((Zgroup@1 OR Zve@2))");
    assert_parses("vec ", flags, "Query(Zvec@1)");
    assert_parses("vec", XC_PARSE_DEFAULT, "Query(Zvec@1)");
    xc_parser_free(parser);
}

/* Every limit is tried at its last allowed size and one above it. */
static void demands_over_a_limit_are_refused(void **state) {
    Shelf *shelf = *state;
    const xc_parser_limits limits = {60, 6, 2, 3, 100, 4};
    xc_parser *parser = parser_new(shelf, &limits);
    static const struct {
        const char *text;
        xc_status status;
    } cases[] = {
        {"a1 a2 a3 a4 a5 a6", XC_OK},
        {"a1 a2 a3 a4 a5 a6 a7", XC_LIMIT},
        {"a1 OR a2 AND a3 XOR a4 NOT a5 OR a6", XC_OK},
        {"title:a1 title:a2 title:a3 a4 a5 a6", XC_OK},
        {"site:a-b-c-d-e-f-g date:2020-01-01..2021-01-01 a b c d", XC_OK},
        {"site:a site:b site:c site:d site:e site:f site:g", XC_LIMIT},
        {"don't AT&T 3.14 1,000 a b", XC_OK},
        {"abc* abd*", XC_OK},
        {"abc* abd* abe*", XC_LIMIT},
        {"ab*", XC_LIMIT},
        {"abc* d*", XC_LIMIT},
        {"title:ab*", XC_LIMIT},
        {"foo-ab*", XC_LIMIT},
        {"C+*", XC_LIMIT},
        {"\"ab*\"", XC_LIMIT},
        {"ab *", XC_OK},
        {"\"a b c d\" e", XC_OK},
        {"\"a b c d e\"", XC_LIMIT},
        {"\"a b c\" \"d e\"", XC_LIMIT},
        {"\xe2\x80\x9c"
         "a b c d e\xe2\x80\x9d",
         XC_LIMIT},
        {"a-b-c-d", XC_OK},
        {"a-b-c-d-e", XC_LIMIT},
        {"a-b c-d e-f", XC_LIMIT},
        {"a.b/c:d\\e", XC_LIMIT},
        {"a--b c", XC_OK},
        {"a NEAR b c d e", XC_OK},
        {"a NEAR b NEAR c", XC_LIMIT},
        {"a NEAR/3 b c", XC_OK},
        {"a ADJ/3 b-c", XC_LIMIT},
        {"(b NEAR) a-b", XC_OK},
        {"x-site:a-b-c-d", XC_LIMIT},
        {"unknown:a-b-c-d", XC_LIMIT},
        {"title:site:a-b-c-d", XC_LIMIT},
        {"C++/a/b/c/d", XC_LIMIT},
        {"site:\xe2\x80\x9cx\xe2\x80\x9d"
         "a-b-c-d-e",
         XC_LIMIT},
        {"date:a-b-c-d-e(..", XC_LIMIT},
        {"-\"a b c d e\"", XC_LIMIT},
        {"title:\"a b c d e\"", XC_LIMIT},
        {"U.S.A.B.C.D", XC_OK},
        {"\"U.S.A b c d\"", XC_OK},
        {"\"U.S.A b c d e\"", XC_LIMIT},
        {"線形代数入門", XC_OK},
        {"線形代数入門書", XC_LIMIT},
        {"abc線形代数入", XC_OK},
        {"abc線形代数入門", XC_LIMIT},
        {"\"線形代数\"", XC_OK},
        {"\"線形代数入\"", XC_LIMIT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xc_query *query = NULL;
        xc_status status = parse(shelf, parser, cases[i].text, XC_PARSE_DEFAULT, &query);
        if (status != cases[i].status) {
            fail_msg("%s: %s", cases[i].text, xc_status_name(status));
        }
        assert_int_equal(query != NULL, status == XC_OK);
        xc_query_free(query);
    }
    xc_parser_free(parser);
}

static void the_default_limits_hold(void **state) {
    Shelf *shelf = *state;
    const xc_parser_limits zeros = {0};
    const xc_parser_limits *const limits[] = {NULL, &zeros};
    for (size_t i = 0; i < 2; i++) {
        xc_parser *parser = parser_new(shelf, limits[i]);
        xc_query *query = NULL;
        char text[600] = "";
        for (int word = 0; word < 32; word++) {
            strcat(text, "ab ");
        }
        assert_ok(parse(shelf, parser, text, 0, &query));
        xc_query_free(query);
        strcat(text, "ab");
        assert_fails(parse(shelf, parser, text, 0, &query), XC_LIMIT);
        memset(text, ' ', 513);
        assert_fails(xc_parser_parse(parser, text, 513, 0, XC_OR, &query, &shelf->error), XC_LIMIT);
        assert_ok(xc_parser_parse(parser, text, 512, 0, XC_OR, &query, &shelf->error));
        xc_query_free(query);
        assert_ok(parse(shelf, parser, "\"a b c d e f g h\"", XC_PARSE_DEFAULT, &query));
        xc_query_free(query);
        assert_fails(parse(shelf, parser, "\"a b c d e f g h i\"", XC_PARSE_DEFAULT, &query),
                     XC_LIMIT);
        assert_fails(parse(shelf, parser, "abc* abd* abe*", XC_PARSE_DEFAULT, &query), XC_LIMIT);
        assert_fails(parse(shelf, parser, "ab*", XC_PARSE_DEFAULT, &query), XC_LIMIT);
        xc_parser_free(parser);
    }
}

static void words_too_long_for_a_term_are_refused(void **state) {
    Shelf *shelf = *state;
    xc_parser *parser = parser_new(shelf, NULL);
    char text[300];
    xc_query *query = NULL;
    memset(text, 'q', sizeof text);
    assert_fails(xc_parser_parse(parser, text, 300, 0, XC_OR, &query, &shelf->error), XC_LIMIT);
    memcpy(text, "site:", 5);
    assert_fails(
        xc_parser_parse(parser, text, 5 + 245, XC_PARSE_DEFAULT, XC_OR, &query, &shelf->error),
        XC_LIMIT);
    assert_ok(
        xc_parser_parse(parser, text, 5 + 244, XC_PARSE_DEFAULT, XC_OR, &query, &shelf->error));
    xc_query_free(query);
    xc_parser_free(parser);
}

static void texts_of_bad_bytes_are_refused(void **state) {
    Shelf *shelf = *state;
    xc_parser *parser = parser_new(shelf, NULL);
    static const struct {
        const char *text;
        size_t size;
    } cases[] = {
        {"a\0b", 3},
        {"\x80", 1},
        {"\xc0\x80", 2},
        {"\xc1\xbf", 2},
        {"\xe0\x9f\xbf", 3},
        {"\xed\xa0\x80", 3},
        {"\xf0\x8f\xbf\xbf", 4},
        {"\xf4\x90\x80\x80", 4},
        {"\xf5\x80\x80\x80", 4},
        {"\xe2\x82", 2},
        {"a\xff", 2},
        {"\xc3(", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xc_query *query = NULL;
        for (unsigned flags = 0; flags <= XC_PARSE_DEFAULT; flags += XC_PARSE_DEFAULT) {
            assert_fails(xc_parser_parse(parser, cases[i].text, cases[i].size, flags, XC_OR, &query,
                                         &shelf->error),
                         XC_INVALID);
        }
    }
    assert_parses(
        "\xc2\x80x \xe0\xa0\x80y \xed\x9f\xbf \xee\x80\x80 \xf0\x90\x80\x80z \xf4\x8f\xbf\xbf",
        XC_PARSE_DEFAULT, "Query((Zx@1 OR Z\xe0\xa0\x80y@2 OR Z\xf0\x90\x80\x80z@3))");
    xc_parser_free(parser);
}

static void wrong_arguments_are_refused(void **state) {
    Shelf *shelf = *state;
    xc_error *error = &shelf->error;
    xc_parser *parser = NULL;
    xc_query *query = NULL;
    const char *holes[] = {"a", NULL};
    assert_fails(xc_parser_new("klingon", NULL, &parser, error), XC_INVALID);
    assert_fails(xc_parser_new(NULL, NULL, &parser, error), XC_INVALID);
    assert_null(parser);
    parser = parser_new(shelf, NULL);
    assert_fails(xc_parser_parse(parser, "a", 1, 32, XC_OR, &query, error), XC_INVALID);
    assert_fails(xc_parser_parse(parser, "a", 1, 0, XC_NEAR, &query, error), XC_INVALID);
    assert_fails(xc_parser_parse(parser, NULL, 1, 0, XC_OR, &query, error), XC_INVALID);
    assert_fails(xc_parser_parse(NULL, "a", 1, 0, XC_OR, &query, error), XC_INVALID);
    assert_fails(xc_parser_parse(parser, "a", 1, 0, XC_OR, NULL, error), XC_INVALID);
    assert_fails(xc_parser_add_filter(parser, "", "X", true, error), XC_INVALID);
    assert_fails(xc_parser_add_filter(parser, "title", "X", true, error), XC_INVALID);
    assert_fails(xc_parser_add_field(parser, "site", "X", error), XC_INVALID);
    assert_fails(xc_parser_add_date_range(parser, "", 1, error), XC_INVALID);
    assert_fails(xc_parser_add_date_range(parser, "day", XC_NO_SLOT, error), XC_INVALID);
    assert_fails(xc_parser_set_stop_words(parser, holes, 2, error), XC_INVALID);
    assert_fails(xc_parser_set_database(parser, NULL, error), XC_INVALID);
    assert_parses("the group", XC_PARSE_DEFAULT, "Query(Zgroup@2)");
    assert_null(query);
    xc_parser_free(parser);
}

static size_t count_hits(Shelf *shelf, xc_parser *parser, const char *text) {
    xc_query *query = NULL;
    xc_result *result = NULL;
    xc_database *database = shelf_reader(shelf);
    assert_ok(xc_parser_set_database(parser, database, &shelf->error));
    assert_ok(parse(shelf, parser, text, XC_PARSE_DEFAULT | XC_PARSE_PARTIAL, &query));
    xc_match_spec spec = xc_match_spec_init(query);
    assert_ok(xc_match(database, &spec, &result, &shelf->error));
    xc_database_free(database);
    xc_query_free(query);
    size_t count = result->hit_count;
    xc_result_free(result);
    return count;
}

static void parsed_queries_find_documents(void **state) {
    Shelf *shelf = *state;
    xc_parser *parser = parser_new(shelf, NULL);
    assert_ok(xc_parser_add_filter(parser, "kind", "T", true, &shelf->error));
    static const struct {
        const char *text;
        size_t hits;
    } cases[] = {
        {"vectors", 2},
        {"\"vector space\"", 1},
        {"deriv* ", 2},
        {"deriv", 2},
        {"derivative", 2},
        {"kind:video", 2},
        {"algebra kind:book", 2},
        {"title:algebra", 3},
        {"date:20100101..", 3},
        {"algebra -kind:video", 2},
        {"date:..19991231", 1},
        {"algebra date:20000101..20191231", 1},
        {"groups NEAR rings ", 1},
        {"groups NEAR film ", 0},
        {"nothing", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t hits = count_hits(shelf, parser, cases[i].text);
        if (hits != cases[i].hits) {
            fail_msg("%s: %zu hits, not %zu", cases[i].text, hits, cases[i].hits);
        }
    }
    xc_parser_free(parser);
}

/* 300 terms start alike; the wildcard takes the two most frequent only. */
static void wildcards_expand_to_the_most_frequent_terms(void **state) {
    Shelf *shelf = *state;
    xc_error *error = &shelf->error;
    const xc_parser_limits limits = {.wildcard_expansion = 2};
    xc_writer *writer = shelf_writer(shelf);
    assert_ok(xc_writer_begin(writer, error));
    for (int i = 0; i < 302; i++) {
        char term[16];
        int size = snprintf(term, sizeof term, "word%03d", i < 300 ? i : 200 + i % 2 * 50);
        xc_document *document = NULL;
        assert_ok(xc_document_new(&document, error));
        assert_ok(xc_document_add_boolean_term(document, term, (size_t)size, error));
        assert_ok(xc_writer_add(writer, document, NULL, error));
        xc_document_free(document);
    }
    assert_ok(xc_writer_commit(writer, error));
    xc_writer_free(writer);
    xc_parser *parser = NULL;
    assert_ok(xc_parser_new("none", &limits, &parser, error));
    assert_int_equal(count_hits(shelf, parser, "word*"), 4);
    assert_int_equal(count_hits(shelf, parser, "word"), 4);
    xc_parser_free(parser);
}

static void queries_and_parsers_are_freed_in_any_order(void **state) {
    Shelf *shelf = *state;
    xc_parser *parser = parser_new(shelf, NULL);
    xc_database *database = shelf_reader(shelf), *other = shelf_reader(shelf);
    xc_query *query = NULL;
    xc_result *result = NULL;
    assert_ok(xc_parser_set_database(parser, database, &shelf->error));
    xc_database_free(database);
    assert_ok(
        parse(shelf, parser, "deriv* -\"vector space\" date:20000101..", XC_PARSE_DEFAULT, &query));
    xc_parser_free(parser);
    xc_match_spec spec = xc_match_spec_init(query);
    assert_ok(xc_match(other, &spec, &result, &shelf->error));
    xc_query_free(query);
    xc_database_free(other);
    assert_int_equal(result->hit_count, 2);
    xc_result_free(result);
}

/* An xc_filter_func: a value of digits becomes that many terms, others are refused. */
static xc_status numbered(void *context, const char *value, size_t size, xc_query **query,
                          xc_error *error) {
    int *calls = context;
    char term[64];
    (*calls)++;
    if (size > 8) {
        error->status = XC_LIMIT;
        snprintf(error->message, sizeof error->message, "%zu bytes are too many", size);
        return XC_LIMIT;
    }
    int length = snprintf(term, sizeof term, "XN<%.*s>", (int)size, value);
    return xc_query_term(term, (size_t)length, query, error);
}

static void a_filter_means_what_its_function_says(void **state) {
    Shelf *shelf = *state;
    int calls = 0;
    xc_error *error = &shelf->error;
    xc_parser *parser = parser_new(shelf, NULL);
    assert_ok(xc_parser_add_filter_func(parser, "number", true, numbered, &calls, error));
    assert_parses("x number:1 number:\"2 3\"", XC_PARSE_DEFAULT,
                  "Query((Zx@1 FILTER (XN<1> OR XN<2 3>)))");
    assert_parses("x -number:1", XC_PARSE_DEFAULT, "Query((Zx@1 AND_NOT XN<1>))");
    assert_true(calls > 0);
    xc_query *query = NULL;
    assert_fails(parse(shelf, parser, "x number:123456789 number:1", XC_PARSE_DEFAULT, &query),
                 XC_LIMIT);
    assert_string_equal(error->message, "9 bytes are too many");
    assert_null(query);
    /* The next parse starts from nothing. */
    assert_parses("x number:1", XC_PARSE_DEFAULT, "Query((Zx@1 FILTER XN<1>))");
    assert_fails(xc_parser_add_filter_func(parser, "title", true, numbered, &calls, error),
                 XC_INVALID);
    assert_fails(xc_parser_add_filter_func(parser, "other", true, NULL, NULL, error), XC_INVALID);
    xc_parser_free(parser);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        shelf_test(query_texts_mean_what_their_syntax_says),
        shelf_test(stop_words_are_left_out_unless_there_is_nothing_else),
        shelf_test(texts_that_are_no_query_answer_syntax),
        shelf_test(without_flags_a_text_is_plain_words),
        shelf_test(without_phrases_nothing_asks_for_positions),
        shelf_test(partial_expands_the_last_word_once_it_is_long_enough),
        shelf_test(demands_over_a_limit_are_refused),
        shelf_test(the_default_limits_hold),
        shelf_test(words_too_long_for_a_term_are_refused),
        shelf_test(texts_of_bad_bytes_are_refused),
        shelf_test(wrong_arguments_are_refused),
        full_shelf_test(parsed_queries_find_documents),
        shelf_test(wildcards_expand_to_the_most_frequent_terms),
        full_shelf_test(queries_and_parsers_are_freed_in_any_order),
        shelf_test(a_filter_means_what_its_function_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
