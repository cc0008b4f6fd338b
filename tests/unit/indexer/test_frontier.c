/* The frontier: scope, order, politeness, redirects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "crawl/frontier.h"
#include "syllabus/url.h"

#define SECOND 1000000

static const FrontierOptions usual = {.delay_s = 1, .per_host = 1, .depth = 3, .max_pages = 100};

/* A frontier with one resource whose start page came in and whose host's robots.txt allows
 * everything. */
static Frontier *started(const FrontierOptions *options, const char *start, FrontierPage **page) {
    Frontier *frontier = frontier_new(options, NULL);
    const char *origin = NULL;
    gint64 wait_us = 0;
    FrontierPage *first = frontier_add_resource(frontier, "r", start);
    assert_int_equal(frontier_next(frontier, 0, page, &origin, &wait_us), FRONTIER_ROBOTS);
    frontier_set_robots(frontier, origin, robots_allow_all());
    assert_int_equal(frontier_next(frontier, 100 * SECOND, page, &origin, &wait_us),
                     FRONTIER_FETCH);
    assert_ptr_equal(*page, first);
    frontier_done(frontier, first, TRUE);
    frontier_settle(frontier, first);
    return frontier;
}

static void frontier_asks_robots_before_the_first_page(void **state) {
    (void)state;
    g_autoptr(Frontier) frontier = frontier_new(&usual, NULL);
    FrontierPage *page = NULL;
    const char *origin = NULL;
    gint64 wait_us = 0;
    frontier_add_resource(frontier, "r", "http://example.org/");
    assert_int_equal(frontier_next(frontier, 0, &page, &origin, &wait_us), FRONTIER_ROBOTS);
    assert_string_equal(origin, "http://example.org:80");
    assert_int_equal(frontier_next(frontier, 5 * SECOND, &page, &origin, &wait_us), FRONTIER_WAIT);
}

static void frontier_waits_between_two_pages_of_one_host(void **state) {
    (void)state;
    FrontierPage *page = NULL;
    const char *origin = NULL;
    gint64 wait_us = 0;
    g_autoptr(Frontier) frontier = started(&usual, "http://example.org/", &page);
    assert_non_null(frontier_add_link(frontier, page, "http://example.org/a", NULL));
    assert_int_equal(frontier_next(frontier, 100 * SECOND + SECOND / 2, &page, &origin, &wait_us),
                     FRONTIER_WAIT);
    assert_int_equal(wait_us, SECOND / 2);
    assert_int_equal(frontier_next(frontier, 101 * SECOND, &page, &origin, &wait_us),
                     FRONTIER_FETCH);
}

static void frontier_keeps_one_connection_per_host(void **state) {
    (void)state;
    FrontierPage *page = NULL;
    const char *origin = NULL;
    gint64 wait_us = 0;
    const FrontierOptions fast = {.delay_s = 0, .per_host = 1, .depth = 3, .max_pages = 100};
    g_autoptr(Frontier) frontier = started(&fast, "http://example.org/", &page);
    FrontierPage *start = page;
    frontier_add_link(frontier, start, "http://example.org/a", NULL);
    frontier_add_link(frontier, start, "http://example.org/b", NULL);
    assert_int_equal(frontier_next(frontier, 200 * SECOND, &page, &origin, &wait_us),
                     FRONTIER_FETCH);
    FrontierPage *other = NULL;
    assert_int_equal(frontier_next(frontier, 300 * SECOND, &other, &origin, &wait_us),
                     FRONTIER_WAIT);
    assert_int_equal(wait_us, G_MAXINT64);
    frontier_done(frontier, page, TRUE);
    assert_int_equal(frontier_next(frontier, 300 * SECOND, &other, &origin, &wait_us),
                     FRONTIER_FETCH);
}

static gboolean knows_old_pages(const char *page_id, gpointer context) {
    (void)context;
    g_autofree char *old = syl_url_id("http://example.org/old");
    return g_str_equal(page_id, old);
}

static void frontier_asks_for_new_pages_before_those_of_earlier_runs(void **state) {
    (void)state;
    FrontierPage *start = NULL, *page = NULL;
    const char *origin = NULL;
    gint64 wait_us = 0;
    FrontierOptions options = usual;
    options.was_visited = knows_old_pages;
    g_autoptr(Frontier) frontier = started(&options, "http://example.org/", &start);
    FrontierPage *old = frontier_add_link(frontier, start, "http://example.org/old", NULL);
    FrontierPage *fresh = frontier_add_link(frontier, start, "http://example.org/new", NULL);
    assert_int_equal(frontier_next(frontier, 200 * SECOND, &page, &origin, &wait_us),
                     FRONTIER_FETCH);
    assert_ptr_equal(page, fresh);
    frontier_done(frontier, page, TRUE);
    assert_int_equal(frontier_next(frontier, 300 * SECOND, &page, &origin, &wait_us),
                     FRONTIER_FETCH);
    assert_ptr_equal(page, old);
}

static void frontier_honours_a_longer_crawl_delay(void **state) {
    (void)state;
    static const char rules[] = "User-agent: *\nCrawl-delay: 7\n";
    g_autoptr(Frontier) frontier = frontier_new(&usual, NULL);
    FrontierPage *page = NULL;
    const char *origin = NULL;
    gint64 wait_us = 0;
    frontier_add_resource(frontier, "r", "http://example.org/");
    frontier_next(frontier, 0, &page, &origin, &wait_us);
    frontier_set_robots(frontier, origin, robots_parse(rules, strlen(rules), "syllabus"));
    assert_int_equal(frontier_next(frontier, 6 * SECOND, &page, &origin, &wait_us), FRONTIER_WAIT);
    assert_int_equal(frontier_next(frontier, 7 * SECOND, &page, &origin, &wait_us), FRONTIER_FETCH);
}

static void frontier_never_asks_for_what_robots_forbids(void **state) {
    (void)state;
    static const char rules[] = "User-agent: *\nDisallow: /private\n";
    g_autoptr(Frontier) frontier = frontier_new(&usual, NULL);
    FrontierPage *page = NULL;
    const char *origin = NULL;
    gint64 wait_us = 0;
    frontier_add_resource(frontier, "r", "http://example.org/private/x");
    frontier_next(frontier, 0, &page, &origin, &wait_us);
    frontier_set_robots(frontier, origin, robots_parse(rules, strlen(rules), "syllabus"));
    assert_int_equal(frontier_next(frontier, 9 * SECOND, &page, &origin, &wait_us),
                     FRONTIER_DISALLOWED);
    assert_int_equal(frontier_next(frontier, 9 * SECOND, &page, &origin, &wait_us), FRONTIER_IDLE);
}

typedef struct ScopeCase {
    const char *start, *link;
    gboolean followed;
} ScopeCase;

static void frontier_follows_only_what_lies_below_a_folder(void **state) {
    (void)state;
    static const ScopeCase cases[] = {
        {"http://e.org/book/", "http://e.org/book/ch1.html", TRUE},
        {"http://e.org/book/", "https://e.org/book/ch1.html", TRUE},
        {"http://e.org/book/index.html", "http://e.org/book/part/ch1.html", TRUE},
        {"http://e.org/", "http://e.org/anything?page=2", TRUE},
        {"http://e.org/book/", "http://e.org/blog/", FALSE},
        {"http://e.org/book/", "http://e.org/bookshop", FALSE},
        {"http://e.org/book/", "http://other.org/book/ch1.html", FALSE},
        {"http://e.org/", "http://e.org.evil.net/", FALSE},
        {"http://e.org:8080/", "http://e.org/x", FALSE},
        {"http://e.org/article", "http://e.org/article/part", FALSE},
        {"http://e.org/watch?v=1", "http://e.org/watch?v=2", FALSE},
        {"http://e.org/", "http://e.org/a/a/a/a/a", FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FrontierPage *page = NULL;
        g_autoptr(Frontier) frontier = started(&usual, cases[i].start, &page);
        if ((frontier_add_link(frontier, page, cases[i].link, NULL) != NULL) != cases[i].followed) {
            fail_msg("%s → %s: wrong", cases[i].start, cases[i].link);
        }
    }
}

static void frontier_gives_a_page_to_the_most_specific_resource(void **state) {
    (void)state;
    FrontierPage *site = NULL, *book = NULL;
    const char *origin = NULL;
    gint64 wait_us = 0;
    g_autoptr(Frontier) frontier = started(&usual, "http://e.org/", &site);
    frontier_add_resource(frontier, "book", "http://e.org/book/");
    assert_int_equal(frontier_next(frontier, 200 * SECOND, &book, &origin, &wait_us),
                     FRONTIER_FETCH);
    frontier_done(frontier, book, TRUE);
    frontier_settle(frontier, book);
    FrontierPage *chapter = frontier_add_link(frontier, site, "http://e.org/book/ch1", NULL);
    assert_non_null(chapter);
    assert_string_equal(chapter->resource->id, "book");
    assert_null(frontier_add_link(frontier, book, "http://e.org/blog", NULL));
}

static void frontier_gives_pages_found_earlier_to_the_more_specific_resource(void **state) {
    (void)state;
    FrontierPage *site = NULL, *book = NULL;
    const char *origin = NULL;
    gint64 wait_us = 0;
    g_autoptr(Frontier) frontier = started(&usual, "http://e.org/", &site);
    frontier_add_resource(frontier, "book", "http://e.org/book/");
    FrontierPage *chapter = frontier_add_link(frontier, site, "http://e.org/book/ch1", NULL);
    assert_string_equal(chapter->resource->id, "r");
    assert_int_equal(frontier_next(frontier, 200 * SECOND, &book, &origin, &wait_us),
                     FRONTIER_FETCH);
    frontier_done(frontier, book, TRUE);
    frontier_settle(frontier, book);
    assert_string_equal(chapter->resource->id, "book");
    assert_int_equal(chapter->resource->pages, 2);
    assert_int_equal(site->resource->pages, 1);
}

static void
frontier_gives_the_target_of_a_redirected_start_to_its_resource_in_either_order(void **state) {
    (void)state;
    for (int late = 0; late < 2; late++) {
        FrontierPage *site = NULL, *next = NULL, *again = NULL;
        const char *origin = NULL, *reason = NULL;
        gint64 wait_us = 0;
        g_autoptr(Frontier) frontier = started(&usual, "http://e.org/", &site);
        FrontierPage *old = frontier_add_resource(frontier, "essay", "http://e.org/old");
        if (late) {
            assert_non_null(frontier_add_link(frontier, site, "http://e.org/new", NULL));
        }
        assert_int_equal(frontier_next(frontier, 200 * SECOND, &next, &origin, &wait_us),
                         FRONTIER_FETCH);
        assert_ptr_equal(next, old);
        frontier_done(frontier, old, TRUE);
        FrontierPage *target =
            frontier_redirect(frontier, old, "http://e.org/new", &reason, &again);
        assert_int_equal(target == NULL, late);
        g_autofree char *id = syl_url_id("http://e.org/new");
        const FrontierPage *page = frontier_page(frontier, id);
        assert_string_equal(page->resource->id, "essay");
        assert_true(page->is_start);
    }
}

static void frontier_stops_at_depth_and_page_limits_and_counts_what_it_cut(void **state) {
    (void)state;
    const FrontierOptions tight = {.delay_s = 0, .per_host = 1, .depth = 1, .max_pages = 3};
    FrontierPage *page = NULL;
    g_autoptr(Frontier) frontier = started(&tight, "http://e.org/", &page);
    FrontierPage *child = frontier_add_link(frontier, page, "http://e.org/1", NULL);
    assert_non_null(child);
    assert_null(frontier_add_link(frontier, child, "http://e.org/deeper", NULL));
    assert_non_null(frontier_add_link(frontier, page, "http://e.org/2", NULL));
    assert_null(frontier_add_link(frontier, page, "http://e.org/3", NULL));
    assert_int_equal(page->resource->pages, 3);
    assert_int_equal(page->resource->cut, 2);
}

static void frontier_offers_links_again_when_a_page_comes_nearer(void **state) {
    (void)state;
    FrontierPage *start = NULL, *next = NULL, *deeper = NULL;
    const char *origin = NULL;
    gint64 wait_us = 0;
    g_autoptr(Frontier) frontier = started(&usual, "http://e.org/", &start);
    FrontierPage *one = frontier_add_link(frontier, start, "http://e.org/1", NULL);
    FrontierPage *two = frontier_add_link(frontier, one, "http://e.org/2", NULL);
    assert_int_equal(two->depth, 2);
    for (int i = 2; i < 4; i++) {
        assert_int_equal(frontier_next(frontier, i * 100 * SECOND, &next, &origin, &wait_us),
                         FRONTIER_FETCH);
        frontier_done(frontier, next, TRUE);
    }
    assert_null(frontier_add_link(frontier, start, "http://e.org/2", &deeper));
    assert_ptr_equal(deeper, two);
    assert_int_equal(two->depth, 1);
}

static void frontier_judges_scope_after_the_redirect(void **state) {
    (void)state;
    g_autoptr(Frontier) frontier = frontier_new(&usual, NULL);
    FrontierPage *page = NULL;
    const char *origin = NULL, *reason = NULL;
    FrontierPage *again = NULL;
    gint64 wait_us = 0;
    frontier_add_resource(frontier, "r", "http://old.org/course");
    frontier_next(frontier, 0, &page, &origin, &wait_us);
    frontier_set_robots(frontier, origin, robots_allow_all());
    assert_int_equal(frontier_next(frontier, 10 * SECOND, &page, &origin, &wait_us),
                     FRONTIER_FETCH);
    frontier_done(frontier, page, TRUE);
    FrontierPage *target =
        frontier_redirect(frontier, page, "https://new.org/courses/1/", &reason, &again);
    assert_non_null(target);
    assert_true(target->is_start);
    assert_int_equal(target->resource->pages, 1);
    frontier_settle(frontier, target);
    assert_non_null(frontier_add_link(frontier, target, "https://new.org/courses/1/week2", NULL));
    assert_null(frontier_add_link(frontier, target, "http://old.org/course2", NULL));
}

static void frontier_takes_http_to_https_for_the_same_page(void **state) {
    (void)state;
    FrontierPage *page = NULL;
    const char *reason = NULL;
    FrontierPage *again = NULL;
    g_autoptr(Frontier) frontier = started(&usual, "http://e.org/", &page);
    assert_ptr_equal(frontier_redirect(frontier, page, "https://e.org/", &reason, &again), page);
    assert_string_equal(page->url, "https://e.org/");
    assert_int_equal(page->resource->pages, 1);
}

static void frontier_gives_up_on_endless_redirects(void **state) {
    (void)state;
    FrontierPage *page = NULL;
    const char *reason = NULL;
    FrontierPage *again = NULL;
    guint hops = 0;
    g_autoptr(Frontier) frontier = started(&usual, "http://e.org/", &page);
    while (page != NULL && hops < 100) {
        g_autofree char *url = g_strdup_printf("http://e.org/hop%u", hops++);
        page = frontier_redirect(frontier, page, url, &reason, &again);
    }
    assert_int_equal(hops, FRONTIER_MAX_REDIRECTS + 1);
    assert_non_null(reason);
}

static void frontier_leaves_a_host_that_does_not_answer(void **state) {
    (void)state;
    g_autoptr(Frontier) frontier = frontier_new(&usual, NULL);
    FrontierPage *page = NULL;
    const char *origin = NULL;
    gint64 wait_us = 0;
    frontier_add_resource(frontier, "r", "http://down.org/");
    assert_int_equal(frontier_next(frontier, 0, &page, &origin, &wait_us), FRONTIER_ROBOTS);
    frontier_robots_failed(frontier, origin, 0, FALSE);
    assert_int_equal(frontier_next(frontier, 0, &page, &origin, &wait_us), FRONTIER_UNREACHED);
    assert_int_equal(frontier_next(frontier, 0, &page, &origin, &wait_us), FRONTIER_IDLE);
}

static void frontier_asks_once_more_for_robots_that_failed(void **state) {
    (void)state;
    g_autoptr(Frontier) frontier = frontier_new(&usual, NULL);
    FrontierPage *page = NULL;
    const char *origin = NULL;
    gint64 wait_us = 0;
    frontier_add_resource(frontier, "r", "http://slow.org/");
    assert_int_equal(frontier_next(frontier, 0, &page, &origin, &wait_us), FRONTIER_ROBOTS);
    frontier_robots_failed(frontier, origin, SECOND, TRUE);
    assert_int_equal(frontier_next(frontier, SECOND, &page, &origin, &wait_us), FRONTIER_WAIT);
    assert_int_equal(wait_us, FRONTIER_ROBOTS_RETRY_US);
    assert_int_equal(frontier_next(frontier, 9 * SECOND, &page, &origin, &wait_us),
                     FRONTIER_ROBOTS);
    frontier_robots_failed(frontier, origin, 9 * SECOND, TRUE);
    assert_int_equal(frontier_next(frontier, 9 * SECOND, &page, &origin, &wait_us),
                     FRONTIER_UNREACHED);
}

static void frontier_counts_all_ports_of_a_name_as_one_host(void **state) {
    (void)state;
    FrontierPage *page = NULL;
    const char *origin = NULL;
    gint64 wait_us = 0;
    g_autoptr(Frontier) frontier = started(&usual, "http://e.org/", &page);
    frontier_add_resource(frontier, "other", "https://e.org:8443/x");
    assert_int_equal(frontier_next(frontier, 100 * SECOND + 1, &page, &origin, &wait_us),
                     FRONTIER_WAIT);
    assert_int_equal(frontier_next(frontier, 101 * SECOND, &page, &origin, &wait_us),
                     FRONTIER_ROBOTS);
    assert_string_equal(origin, "https://e.org:8443");
}

static void frontier_waits_for_no_request_that_was_not_made(void **state) {
    (void)state;
    FrontierPage *page = NULL;
    const char *origin = NULL;
    gint64 wait_us = 0;
    g_autoptr(Frontier) frontier = started(&usual, "http://e.org/", &page);
    frontier_add_link(frontier, page, "http://e.org/a", NULL);
    frontier_add_link(frontier, page, "http://e.org/b", NULL);
    assert_int_equal(frontier_next(frontier, 200 * SECOND, &page, &origin, &wait_us),
                     FRONTIER_FETCH);
    frontier_forgo(frontier, page);
    assert_int_equal(frontier_next(frontier, 200 * SECOND, &page, &origin, &wait_us),
                     FRONTIER_FETCH);
}

static void frontier_understands_addresses_in_brackets(void **state) {
    (void)state;
    FrontierPage *page = NULL;
    g_autoptr(Frontier) frontier = started(&usual, "http://[2001:db8::1]:8080/book/", &page);
    g_autofree char *origin = frontier_origin(page->url);
    assert_string_equal(origin, "http://[2001:db8::1]:8080");
    assert_non_null(frontier_add_link(frontier, page, "http://[2001:db8::1]:8080/book/a", NULL));
    assert_null(frontier_add_link(frontier, page, "http://[2001:db8::1]/book/a", NULL));
}

static void frontier_counts_a_page_that_moved_away_out_once(void **state) {
    (void)state;
    FrontierPage *start = NULL, *again = NULL, *next = NULL;
    const char *origin = NULL, *reason = NULL;
    gint64 wait_us = 0;
    g_autoptr(Frontier) frontier = started(&usual, "http://e.org/", &start);
    FrontierPage *moved = frontier_add_link(frontier, start, "http://e.org/book/old", NULL);
    frontier_add_resource(frontier, "book", "http://e.org/book/");
    assert_int_equal(frontier_next(frontier, 200 * SECOND, &next, &origin, &wait_us),
                     FRONTIER_FETCH);
    FrontierPage *book = next;
    assert_int_equal(frontier_next(frontier, 300 * SECOND, &next, &origin, &wait_us),
                     FRONTIER_WAIT);
    frontier_done(frontier, book, TRUE);
    assert_int_equal(frontier_next(frontier, 300 * SECOND, &next, &origin, &wait_us),
                     FRONTIER_FETCH);
    assert_ptr_equal(next, moved);
    frontier_done(frontier, moved, TRUE);
    assert_non_null(frontier_redirect(frontier, moved, "http://e.org/book/new", &reason, &again));
    frontier_settle(frontier, book);
    assert_string_equal(moved->resource->id, "book");
    assert_int_equal(start->resource->pages, 1);
    assert_int_equal(book->resource->pages, 2);
}

static void frontier_bounds_addresses_that_differ_in_their_query(void **state) {
    (void)state;
    const FrontierOptions wide = {.delay_s = 0, .per_host = 1, .depth = 3, .max_pages = 10000};
    FrontierPage *page = NULL;
    guint taken = 0;
    g_autoptr(Frontier) frontier = started(&wide, "http://e.org/", &page);
    for (guint day = 0; day < 1000; day++) {
        g_autofree char *url = g_strdup_printf("http://e.org/calendar?day=%u", day);
        taken += frontier_add_link(frontier, page, url, NULL) != NULL;
    }
    assert_int_equal(taken, FRONTIER_MAX_QUERIES);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frontier_asks_robots_before_the_first_page),
        cmocka_unit_test(frontier_waits_between_two_pages_of_one_host),
        cmocka_unit_test(frontier_keeps_one_connection_per_host),
        cmocka_unit_test(frontier_asks_for_new_pages_before_those_of_earlier_runs),
        cmocka_unit_test(frontier_honours_a_longer_crawl_delay),
        cmocka_unit_test(frontier_never_asks_for_what_robots_forbids),
        cmocka_unit_test(frontier_follows_only_what_lies_below_a_folder),
        cmocka_unit_test(frontier_gives_a_page_to_the_most_specific_resource),
        cmocka_unit_test(frontier_gives_pages_found_earlier_to_the_more_specific_resource),
        cmocka_unit_test(
            frontier_gives_the_target_of_a_redirected_start_to_its_resource_in_either_order),
        cmocka_unit_test(frontier_stops_at_depth_and_page_limits_and_counts_what_it_cut),
        cmocka_unit_test(frontier_offers_links_again_when_a_page_comes_nearer),
        cmocka_unit_test(frontier_judges_scope_after_the_redirect),
        cmocka_unit_test(frontier_takes_http_to_https_for_the_same_page),
        cmocka_unit_test(frontier_gives_up_on_endless_redirects),
        cmocka_unit_test(frontier_leaves_a_host_that_does_not_answer),
        cmocka_unit_test(frontier_asks_once_more_for_robots_that_failed),
        cmocka_unit_test(frontier_counts_all_ports_of_a_name_as_one_host),
        cmocka_unit_test(frontier_waits_for_no_request_that_was_not_made),
        cmocka_unit_test(frontier_understands_addresses_in_brackets),
        cmocka_unit_test(frontier_counts_a_page_that_moved_away_out_once),
        cmocka_unit_test(frontier_bounds_addresses_that_differ_in_their_query),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
