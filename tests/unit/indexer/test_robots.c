#include "crawl/robots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define AGENT "syllabus"

static Robots *parse(const char *text) {
    return robots_parse(text, strlen(text), AGENT);
}

typedef struct Case {
    const char *text, *path;
    gboolean allowed;
} Case;

static void check_cases(const Case *cases, guint count) {
    for (guint i = 0; i < count; i++) {
        g_autoptr(Robots) robots = parse(cases[i].text);
        if (robots_allows(robots, cases[i].path) != cases[i].allowed) {
            print_error("case %u: %s under\n%s\n", i, cases[i].path, cases[i].text);
        }
        assert_int_equal(robots_allows(robots, cases[i].path), cases[i].allowed);
    }
}
#define CHECK(...)                                                                                 \
    do {                                                                                           \
        static const Case cases[] = {__VA_ARGS__};                                                 \
        check_cases(cases, G_N_ELEMENTS(cases));                                                   \
    } while (0)
/* text for the rules of every agent */
#define ALL(rules) "User-agent: *\n" rules

static void robots_longest_rule_wins(void **state) {
    (void)state;
    CHECK({ALL("Disallow: /a\nAllow: /a/b\n"), "/a/b/c", TRUE},
          {ALL("Allow: /a/b\nDisallow: /a\n"), "/a/c", FALSE},
          {ALL("Allow: /a\nDisallow: /a/b\n"), "/a/b", FALSE},
          {ALL("Disallow: /*.html\nAllow: /page\n"), "/page.html", FALSE},
          {ALL("Allow: /p$\nDisallow: /p\n"), "/p", TRUE},
          {ALL("Allow: /p$\nDisallow: /p\n"), "/p?q", FALSE}, {ALL("Disallow: /x\n"), "/y", TRUE});
}

static void robots_allow_wins_a_tie(void **state) {
    (void)state;
    CHECK({ALL("Disallow: /a\nAllow: /a\n"), "/a", TRUE},
          {ALL("Allow: /a\nDisallow: /a\n"), "/a", TRUE},
          {ALL("Disallow: /*b\nAllow: /ab\n"), "/ab", TRUE});
}

static void robots_groups_are_chosen_by_product_token(void **state) {
    (void)state;
    CHECK({"User-agent: SYLLABUS\nDisallow: /\n", "/x", FALSE},
          {"User-agent: Syllabus/2.0 (x)\nDisallow: /\n", "/x", FALSE},
          {"User-agent: syllabusbot\nDisallow: /\n", "/x", TRUE},
          {"User-agent: syll\nDisallow: /\n", "/x", TRUE},
          {"User-agent: other\nDisallow: /\n", "/x", TRUE},
          {"User-agent: * # all\nDisallow: /\n", "/x", FALSE},
          {"User-agent: *bot\nDisallow: /\n", "/x", TRUE},
          {"User-agent: *\nDisallow: /\nUser-agent: syllabus\nDisallow: /y\n", "/x", TRUE},
          {"User-agent: syllabus\nDisallow:\nUser-agent: *\nDisallow: /\n", "/x", TRUE},
          {"User-agent: syllabus\nUser-agent: *\nDisallow: /\n", "/x", FALSE},
          {"Disallow: /\n", "/x", TRUE});
}

static void robots_groups_of_one_agent_are_merged(void **state) {
    (void)state;
    static const char text[] = "User-agent: syllabus\nDisallow: /a\n\nUser-agent: other\n"
                               "Disallow: /\n\nUser-agent: x\nUser-agent: Syllabus\nDisallow: /b\n";
    CHECK({text, "/a", FALSE}, {text, "/b", FALSE}, {text, "/c", TRUE});
}

static void robots_other_lines_do_not_end_the_names_of_a_group(void **state) {
    (void)state;
    CHECK({"User-agent: syllabus\n\nSitemap: http://h/s\nnonsense\nFoo: bar\nUser-agent: x\n"
           "Disallow: /\n",
           "/a", FALSE},
          {"User-agent: syllabus\nCrawl-delay: 1\nUser-agent: x\nDisallow: /\n", "/a", TRUE},
          {"User-agent: syllabus\nDisallow:\nUser-agent: x\nDisallow: /\n", "/a", TRUE});
}

static void robots_wildcards_and_anchors_match(void **state) {
    (void)state;
    CHECK({ALL("Disallow: /*.pdf$\n"), "/a/b.pdf", FALSE},
          {ALL("Disallow: /*.pdf$\n"), "/b.pdfx", TRUE},
          {ALL("Disallow: /*.pdf$\n"), "/a.pdf/b.pdf", FALSE},
          {ALL("Disallow: /a*b*c\n"), "/axxbxxcxx", FALSE},
          {ALL("Disallow: /a*b*c\n"), "/axxcxxb", TRUE}, {ALL("Disallow: *\n"), "/x", FALSE},
          {ALL("Disallow: *x\n"), "/ax", FALSE}, {ALL("Disallow: /a**b$\n"), "/ab", FALSE},
          {ALL("Disallow: /a*$\n"), "/a", FALSE}, {ALL("Disallow: /$\n"), "/", FALSE},
          {ALL("Disallow: /$\n"), "/a", TRUE}, {ALL("Disallow: /a*ab$\n"), "/aab", FALSE},
          {ALL("Disallow: /ab*ab$\n"), "/ab", TRUE}, {ALL("Disallow: /a$b\n"), "/a$b", FALSE},
          {ALL("Disallow: /a$b\n"), "/a", TRUE}, {ALL("Disallow: /a%2Ab\n"), "/a*b", FALSE},
          {ALL("Disallow: /a%2Ab\n"), "/axb", TRUE}, {ALL("Disallow: /a%24\n"), "/a$c", FALSE},
          {ALL("Disallow: a\n"), "/a", TRUE}, {ALL("Disallow: $\n"), "/", TRUE});
}

static void robots_escapes_are_compared_decoded(void **state) {
    (void)state;
    CHECK({ALL("Disallow: /%7Eme/\n"), "/~me/x", FALSE},
          {ALL("Disallow: /~me/\n"), "/%7eme/x", FALSE}, {ALL("Disallow: /b%61r\n"), "/bar", FALSE},
          {ALL("Disallow: /\u30c4\n"), "/%E3%83%84", FALSE},
          {ALL("Disallow: /%e3%83%84\n"), "/\u30c4", FALSE},
          {ALL("Disallow: /a%2fb\n"), "/a/b", TRUE}, {ALL("Disallow: /a%2fb\n"), "/a%2Fb", FALSE},
          {ALL("Disallow: /a%zz\n"), "/a%zzb", FALSE}, {ALL("Disallow: /A\n"), "/a", TRUE},
          {ALL("Disallow: /\xff\n"), "/%FF", FALSE});
}

static void robots_lines_may_end_and_be_spelled_in_many_ways(void **state) {
    (void)state;
    CHECK({"\xef\xbb\xbfUser-agent: *\r\nDisallow: /\r\n", "/x", FALSE},
          {"User-agent: *\rDisallow: /\r", "/x", FALSE}, {"User-agent:*\nDisallow:/", "/x", FALSE},
          {"  USER-AGENT \t:\t* \n\t disALLOW : / \t", "/x", FALSE},
          {"User-agent: *\n# comment: x\nDisallow: /x#y\n", "/x", FALSE},
          {"User-agent: *\nDisallow: # nothing\n", "/x", TRUE},
          {"User-agent *\nDisallow /\n", "/x", FALSE},
          {"user agent: *\nDissallow: /\n", "/x", FALSE},
          {"User-agent: *\nDisallow: /a b\n", "/a%20b", FALSE}, {"<html><body>", "/x", TRUE},
          {"", "/x", TRUE});
}

static void robots_file_itself_is_always_allowed(void **state) {
    (void)state;
    CHECK({ALL("Disallow: /\n"), "/robots.txt", TRUE},
          {ALL("Disallow: /\n"), "/robots.txt2", FALSE});
    g_autoptr(Robots) none = robots_deny_all();
    assert_true(robots_allows(none, "/robots.txt"));
    assert_false(robots_allows(none, "/"));
    assert_false(robots_allows(none, "/x?y"));
}

static void robots_that_are_missing_allow_everything(void **state) {
    (void)state;
    g_autoptr(Robots) all = robots_allow_all();
    g_autoptr(Robots) empty = robots_parse(NULL, 0, AGENT);
    assert_true(robots_allows(all, "/x"));
    assert_true(robots_allows(empty, "/x"));
    assert_true(robots_crawl_delay(all) <= 0);
    robots_free(NULL);
}

static void robots_crawl_delay_is_that_of_the_chosen_group(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double delay;
    } cases[] = {
        {"User-agent: *\nCrawl-delay: 7\nUser-agent: syllabus\nCrawl-delay: 2.5\n", 2.5},
        {"User-agent: *\nCrawl-delay: 7 seconds\n", 7},
        {"User-agent: *\nCrawl-delay: 1\nCrawl-delay: 3\nCrawl-delay: 2\n", 3},
        {"User-agent: other\nCrawl-delay: 7\n", 0},
        {"User-agent: *\nCrawl-delay: -7\nCrawl-delay: nan\nCrawl-delay: inf\nCrawl-delay: x\n", 0},
        {"User-agent: *\nCrawl-delay: 1e999\n", 0},
        {"User-agent: *\nCrawl-delay: 7\nUser-agent: syllabus\nAllow: /\n", 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Robots) robots = parse(cases[i].text);
        assert_true(ABS(robots_crawl_delay(robots) - cases[i].delay) < 1e-9);
    }
}

static void robots_bytes_over_the_limit_are_not_read(void **state) {
    (void)state;
    g_autoptr(GString) text = g_string_new("User-agent: *\nDisallow: /first\n");
    while (text->len < ROBOTS_MAX_BYTES - 20) {
        g_string_append(text, "# filler\n");
    }
    while (text->len < ROBOTS_MAX_BYTES - 11) {
        g_string_append_c(text, '\n');
    }
    /* The limit falls behind "Disallow: /": cut there the rule would close the whole site. */
    g_string_append(text, "Disallow: /private\nDisallow: /late\n");
    g_autoptr(Robots) robots = robots_parse(text->str, text->len, AGENT);
    assert_false(robots_allows(robots, "/first"));
    assert_true(robots_allows(robots, "/open"));
    assert_true(robots_allows(robots, "/late"));
}

static void robots_text_with_nul_bytes_is_read(void **state) {
    (void)state;
    static const char text[] = "User-agent: *\0\nDisallow: /a\0b\nDisallow: /c\n";
    g_autoptr(Robots) robots = robots_parse(text, sizeof text - 1, AGENT);
    assert_false(robots_allows(robots, "/c"));
    assert_true(robots_allows(robots, "/a"));
}

/* Backtracking would need more steps than there are atoms; ctest's time limit would tell. */
static void robots_many_wildcards_match_in_linear_time(void **state) {
    (void)state;
    g_autoptr(GString) text = g_string_new("User-agent: *\nDisallow: /");
    for (guint i = 0; i < 1000; i++) {
        g_string_append(text, "*a");
    }
    g_string_append(text, "*b$\n");
    g_autoptr(Robots) robots = robots_parse(text->str, text->len, AGENT);
    g_autofree char *fill = g_strnfill(2000, 'a');
    g_autofree char *path = g_strdup_printf("/%s", fill);
    g_autofree char *match = g_strdup_printf("/%sb", fill);
    assert_true(robots_allows(robots, path));
    assert_false(robots_allows(robots, match));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(robots_longest_rule_wins),
        cmocka_unit_test(robots_allow_wins_a_tie),
        cmocka_unit_test(robots_groups_are_chosen_by_product_token),
        cmocka_unit_test(robots_groups_of_one_agent_are_merged),
        cmocka_unit_test(robots_other_lines_do_not_end_the_names_of_a_group),
        cmocka_unit_test(robots_wildcards_and_anchors_match),
        cmocka_unit_test(robots_escapes_are_compared_decoded),
        cmocka_unit_test(robots_lines_may_end_and_be_spelled_in_many_ways),
        cmocka_unit_test(robots_file_itself_is_always_allowed),
        cmocka_unit_test(robots_that_are_missing_allow_everything),
        cmocka_unit_test(robots_crawl_delay_is_that_of_the_chosen_group),
        cmocka_unit_test(robots_bytes_over_the_limit_are_not_read),
        cmocka_unit_test(robots_text_with_nul_bytes_is_read),
        cmocka_unit_test(robots_many_wildcards_match_in_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
