/* Pages: foreign text stays text, links lead where they say, and every page is whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "respond/assets.h"
#include "respond/html.h"
#include "respond/markup.h"

/* --- answers to show */

static void free_facet(gpointer data) {
    Facet *facet = data;
    g_ptr_array_unref(facet->values);
    g_free(facet);
}

static void free_value(gpointer data) {
    FacetValue *value = data;
    g_free(value->value);
    g_free(value->label);
    g_free(value->name);
    g_free(value);
}

static void free_result(gpointer data) {
    AnswerResult *result = data;
    g_free(result->id);
    g_free(result->url);
    g_free(result->page);
    g_free(result->title);
    g_free(result->resource);
    g_free(result->resource_title);
    g_strfreev(result->heading);
    g_free(result->kind);
    g_free(result->language);
    g_free(result->text);
    g_array_unref(result->highlights);
    g_free(result);
}

static Answer *make_answer(guint total) {
    Answer *answer = g_new0(Answer, 1);
    answer->query = g_strdup("");
    answer->total = total;
    answer->total_exact = TRUE;
    answer->documents = 1500;
    answer->resources = 300;
    answer->notices = g_ptr_array_new_with_free_func(g_free);
    answer->facets = g_ptr_array_new_with_free_func(free_facet);
    answer->results = g_ptr_array_new_with_free_func(free_result);
    return answer;
}

static AnswerResult *add_result(Answer *answer, const char *title, const char *url,
                                const char *text) {
    AnswerResult *result = g_new0(AnswerResult, 1);
    result->title = g_strdup(title);
    result->url = g_strdup(url);
    result->page = g_strdup("https://book.example.org/page");
    result->resource = g_strdup("");
    result->resource_title = g_strdup("The Book");
    result->heading = g_new0(char *, 1);
    result->kind = g_strdup("pdf");
    result->language = g_strdup("");
    result->text = g_strdup(text);
    result->highlights = g_array_new(FALSE, FALSE, sizeof(Highlight));
    g_ptr_array_add(answer->results, result);
    return result;
}

static Facet *add_facet(Answer *answer, SylFieldId field) {
    Facet *facet = g_new0(Facet, 1);
    facet->field = field;
    facet->name = syl_schema_field(field)->facet;
    facet->values = g_ptr_array_new_with_free_func(free_value);
    g_ptr_array_add(answer->facets, facet);
    return facet;
}

static void add_value(Facet *facet, const char *path, const char *name, guint depth) {
    FacetValue *value = g_new0(FacetValue, 1);
    value->value = g_strdup(path);
    value->label = g_strdup(path);
    value->name = g_strdup(name);
    value->depth = depth;
    value->count = 1234;
    g_ptr_array_add(facet->values, value);
}

static Request *make_request(const char *arguments) {
    GError *error = NULL;
    Request *request = request_parse(arguments, &error);
    if (request == NULL) {
        fail_msg("%s", error->message);
    }
    return request;
}

static guint count_of(const char *text, const char *part) {
    guint count = 0;
    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part)) {
        count++;
    }
    return count;
}

static void assert_has(const char *page, const char *part) {
    if (strstr(page, part) == NULL) {
        fail_msg("not on the page: %s\n%s", part, page);
    }
}

static void assert_lacks(const char *page, const char *part) {
    if (strstr(page, part) != NULL) {
        fail_msg("on the page: %s\n%s", part, page);
    }
}

/* Elements are closed in the order in which they were opened. */
static void assert_balanced(const char *page) {
    static const char *const empty[] = {"meta", "link", "input", "!doctype", "wbr", NULL};
    g_autoptr(GPtrArray) open = g_ptr_array_new_with_free_func(g_free);
    for (const char *at = strchr(page, '<'); at != NULL; at = strchr(at + 1, '<')) {
        gboolean is_end = at[1] == '/';
        const char *start = at + 1 + (is_end ? 1 : 0);
        g_autofree char *name = g_strndup(start, strcspn(start, " >\n"));
        if (g_strv_contains(empty, name)) {
            continue;
        }
        if (!is_end) {
            g_ptr_array_add(open, g_steal_pointer(&name));
            continue;
        }
        assert_true(open->len > 0);
        assert_string_equal(g_ptr_array_index(open, open->len - 1), name);
        g_ptr_array_set_size(open, (int)open->len - 1);
    }
    assert_int_equal(open->len, 0);
}

static void assert_whole(const char *page) {
    assert_balanced(page);
    assert_lacks(page, "{{");
    assert_lacks(page, " style=");
    assert_lacks(page, " onclick");
    assert_int_equal(count_of(page, "<h1"), 1);
    assert_int_equal(count_of(page, "<main"), 1);
    assert_int_equal(count_of(page, "<script"), 1);
    assert_true(g_utf8_validate(page, -1, NULL));
}

/* --- markup */

static void text_becomes_text(void **state) {
    (void)state;
    static const struct {
        const char *text, *markup;
    } cases[] = {
        {"plain", "plain"},
        {"", ""},
        {"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
        {"\" onclick='x' a=\"", "&quot; onclick=&#39;x&#39; a=&quot;"},
        {"&amp;", "&amp;amp;"},
        {"a & b", "a &amp; b"},
        {"é 😀 ›", "é 😀 ›"},
        {"a\xff"
         "b<",
         "a\xef\xbf\xbd"
         "b&lt;"},
        {"cut \xf0\x9f\x98", "cut \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        markup_append(out, cases[i].text);
        if (strstr(cases[i].text, "cut") != NULL) { /* how many U+FFFD is GLib's choice */
            assert_true(g_utf8_validate(out->str, -1, NULL));
        } else {
            assert_string_equal(out->str, cases[i].markup);
        }
    }
}

static void cut_text_ends_at_a_character(void **state) {
    (void)state;
    g_autoptr(GString) out = g_string_new(NULL);
    markup_append_cut(out, "ab😀<", 5);
    assert_string_equal(out->str, "ab…");
    g_string_truncate(out, 0);
    markup_append_cut(out, "ab😀<", 7);
    assert_string_equal(out->str, "ab😀&lt;");
}

static void highlights_count_in_utf16_units(void **state) {
    (void)state;
    static const struct {
        const char *text;
        Highlight ranges[3]; /* a length of 0 where there is none */
        const char *markup;
    } cases[] = {
        {"one two", {{4, 3}}, "one <mark>two</mark>"},
        {"one two", {{0, 3}, {4, 3}}, "<mark>one</mark> <mark>two</mark>"},
        {"no range", {{0, 0}}, "no range"},
        {"é two", {{2, 3}}, "é <mark>two</mark>"},
        {"😀 two", {{3, 3}}, "😀 <mark>two</mark>"},
        {"a😀b", {{1, 2}}, "a<mark>😀</mark>b"},
        {"a😀b", {{2, 1}}, "a<mark>😀</mark>b"}, /* starts inside the pair */
        {"a😀b", {{1, 1}}, "a<mark>😀</mark>b"}, /* ends inside the pair */
        {"😀😀", {{1, 2}}, "<mark>😀😀</mark>"},
        {"a<b>&", {{1, 3}}, "a<mark>&lt;b&gt;</mark>&amp;"},
        {"short", {{3, 4000000000U}}, "sho<mark>rt</mark>"},
        {"short", {{9, 2}}, "short"},
        {"short", {{4294967295U, 4294967295U}}, "short"},
        {"overlap", {{0, 4}, {2, 4}}, "<mark>over</mark>lap"},
        {"backwards", {{4, 2}, {0, 2}, {6, 1}}, "back<mark>wa</mark><mark>r</mark>ds"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GArray) ranges = g_array_new(FALSE, FALSE, sizeof(Highlight));
        g_array_append_vals(ranges, cases[i].ranges, G_N_ELEMENTS(cases[i].ranges));
        g_autoptr(GString) out = g_string_new(NULL);
        markup_append_highlighted(out, cases[i].text, ranges);
        assert_string_equal(out->str, cases[i].markup);
    }
}

static void only_web_addresses_become_links(void **state) {
    (void)state;
    static const struct {
        const char *url;
        gboolean is_link;
    } cases[] = {
        {"https://example.org/a?b=c#d", TRUE},
        {"HTTP://example.org/", TRUE},
        {"javascript:alert(1)", FALSE},
        {"data:text/html,x", FALSE},
        {"//example.org/", FALSE},
        {"/here", FALSE},
        {"", FALSE},
        {NULL, FALSE},
        {" https://example.org/", FALSE},
        {"https://example.org/a b", FALSE},
        {"https://example.org/\nx", FALSE},
        {"java\tscript:alert(1)", FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_int_equal(markup_is_link(cases[i].url), cases[i].is_link);
    }
}

static void placeholders_are_replaced_in_one_pass(void **state) {
    (void)state;
    static const MarkupValue values[] = {{"a", "{{b}}"}, {"b", "B"}, {"long", "L"}};
    static const struct {
        const char *template, *filled;
    } cases[] = {
        {"{{a}}-{{b}}", "{{b}}-B"},   {"{{b}}{{b}}", "BB"}, {"x{{none}}y{{lon}}{{longer}}", "xy"},
        {"no end {{b", "no end {{b"}, {"}} {{b}}", "}} B"}, {"", ""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *filled =
            markup_fill(cases[i].template, strlen(cases[i].template), values, G_N_ELEMENTS(values));
        assert_string_equal(filled, cases[i].filled);
    }
}

/* --- results */

static void a_result_shows_what_it_is_and_where(void **state) {
    (void)state;
    g_autoptr(Answer) answer = make_answer(1);
    g_autoptr(Request) request = make_request("q=two");
    AnswerResult *result =
        add_result(answer, "A Title", "https://book.example.org/page#x", "one two");
    g_strfreev(result->heading);
    result->heading = g_strsplit("The Book|Part|A Title|Chapter", "|", -1);
    g_free(result->language);
    result->language = g_strdup("de");
    Highlight range = {4, 3};
    g_array_append_val(result->highlights, range);
    g_autofree char *page = html_results_page(answer, request);
    assert_whole(page);
    assert_has(page, "<title>two – Syllabus</title>");
    assert_has(page, "<h1>1 result for “two”</h1>");
    assert_has(page, "<h2 dir=\"auto\" lang=\"de\"><a href=\"https://book.example.org/page#x\">A "
                     "Title</a></h2>");
    assert_has(page, "<p class=\"kind\">PDF</p>");
    assert_has(page, "<b>The Book</b> › Part › Chapter <span class=\"host\">· book.example.org");
    assert_has(page, "one <mark>two</mark></p>");
    assert_has(page, "name=\"q\" type=\"search\" value=\"two\"");
    assert_lacks(page, "class=\"turn\"");
    assert_lacks(page, "class=\"jump\"");
}

static void hostile_results_stay_text(void **state) {
    (void)state;
    g_autoptr(Answer) answer = make_answer(2);
    g_autoptr(Request) request = make_request("q=%22%3E%3Cimg%20src%3Dx%3E%7B%7Bmain%7D%7D");
    AnswerResult *result = add_result(answer, "<script>alert(1)</script>{{query}}",
                                      "javascript:alert(1)", "</p><script>x</script>");
    g_free(result->kind);
    result->kind = g_strdup("<i>");
    g_free(result->language);
    result->language = g_strdup("\" onclick=\"x");
    g_free(result->resource_title);
    result->resource_title = g_strdup("<b>");
    add_result(answer, "", "https://example.org/\" onclick=\"x", "");
    g_ptr_array_add(answer->notices, g_strdup("<u>notice</u>"));
    add_value(add_facet(answer, SYL_FIELD_HOST), "\"><u>", "<u>host", 0);
    add_value(g_ptr_array_index(answer->facets, 0), "b", "b", 0);
    g_autofree char *page = html_results_page(answer, request);
    assert_balanced(page);
    assert_int_equal(count_of(page, "<script"), 1);
    static const char *const absent[] = {"<img", "javascript:", "<u>", "<i>", "\" onclick"};
    for (gsize i = 0; i < G_N_ELEMENTS(absent); i++) {
        assert_lacks(page, absent[i]);
    }
    assert_has(page, "&lt;script&gt;alert(1)&lt;/script&gt;{{query}}</h2>");
    assert_has(page, "&lt;u&gt;notice&lt;/u&gt;");
}

static void endless_words_are_cut(void **state) {
    (void)state;
    g_autoptr(Answer) answer = make_answer(1);
    g_autoptr(Request) request = make_request("q=x");
    g_autofree char *word = g_strnfill(10000, 'w');
    AnswerResult *result = add_result(answer, word, "https://book.example.org/", "text");
    g_free(result->resource_title);
    result->resource_title = g_strconcat(word, "r", NULL);
    g_strfreev(result->heading);
    result->heading = g_new0(char *, 101);
    for (guint i = 0; i < 100; i++) {
        result->heading[i] = g_strdup_printf("%s%u", word, i);
    }
    Facet *facet = add_facet(answer, SYL_FIELD_LIST);
    add_value(facet, "a", word, 0);
    add_value(facet, "b", word, 0);
    g_autofree char *page = html_results_page(answer, request);
    assert_whole(page);
    assert_true(strlen(page) < 8192);
}

static void a_full_page_stays_small(void **state) {
    (void)state;
    g_autoptr(Answer) answer = make_answer(5000);
    g_autoptr(Request) request = make_request("q=linear+algebra&section=Section%20A");
    g_autofree char *text = g_strnfill(300, 't');
    for (guint i = 0; i < REQUEST_LIMIT_DEFAULT; i++) {
        AnswerResult *result = add_result(answer, "A title of usual length, as books have",
                                          "https://book.example.org/chapter/section#anchor", text);
        g_strfreev(result->heading);
        result->heading = g_strsplit("A part of the book|A chapter of it|A section", "|", -1);
    }
    static const SylFieldId fields[] = {SYL_FIELD_SECTION, SYL_FIELD_KIND, SYL_FIELD_LIST,
                                        SYL_FIELD_HOST};
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        Facet *facet = add_facet(answer, fields[i]);
        for (guint j = 0; j < SEARCH_FACET_VALUES_MAX; j++) {
            g_autofree char *name = g_strdup_printf("Some value, number %u", j);
            add_value(facet, name, name, 0);
        }
    }
    g_autofree char *page = html_results_page(answer, request);
    assert_whole(page);
    assert_true(strlen(page) < 20480);
    g_autofree char *start = html_start_page(answer, "https://search.example.org");
    assert_whole(start);
    assert_true(strlen(start) < 20480);
}

/* --- filters and further pages */

static void filters_are_links_that_toggle(void **state) {
    (void)state;
    g_autoptr(Answer) answer = make_answer(40);
    g_autoptr(Request) request =
        make_request("q=matrix&offset=10&kind=pdf&section=Books%2FAlgebra");
    add_result(answer, "T", "https://book.example.org/", "");
    Facet *sections = add_facet(answer, SYL_FIELD_SECTION);
    add_value(sections, "Books", "Books", 0);
    add_value(sections, "Books/Algebra", "Algebra", 1);
    add_value(sections, "Books/Algebra/Old", "Old", 2);
    add_value(sections, "Courses", "Courses", 0);
    Facet *kinds = add_facet(answer, SYL_FIELD_KIND);
    add_value(kinds, "pdf", "pdf", 0);
    add_value(kinds, "new-kind", "new-kind", 0);
    g_autofree char *page = html_results_page(answer, request);
    assert_whole(page);

    struct {
        SylFieldId field;
        const char *value, *name, *mark;
    } const cases[] = {
        {SYL_FIELD_SECTION, "Books", "Books", ""},
        {SYL_FIELD_SECTION, "Books/Algebra", "Algebra", "aria-current=\"true\" "},
        {SYL_FIELD_KIND, "pdf", "PDF", "aria-current=\"true\" "},
        {SYL_FIELD_KIND, "new-kind", "new-kind", ""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *arguments = request_format_toggle(request, cases[i].field, cases[i].value);
        g_autoptr(GString) link = g_string_new(NULL);
        g_string_append_printf(link, "<a %shref=\"search?", cases[i].mark);
        markup_append(link, arguments);
        g_string_append_printf(link, "\"><span>%s<", cases[i].name);
        assert_has(page, link->str);
        assert_lacks(arguments, "offset");
    }
    assert_has(page, "<span class=\"count\">1,234</span>");
    assert_has(page, "<li><a href=\"search?q=matrix&amp;kind=pdf\"><span><span class=\"unseen\">"
                     "Remove filter </span>Books/Algebra</span>");
    assert_has(page, "Remove filter </span>PDF</span>");
    assert_has(page, "<input type=\"hidden\" name=\"kind\" value=\"pdf\">");
    assert_has(page, "<input type=\"hidden\" name=\"section\" value=\"Books/Algebra\">");
}

static void a_section_filter_without_a_facet_reads_as_a_path(void **state) {
    (void)state;
    g_autoptr(Answer) answer = make_answer(0);
    g_autoptr(Request) request = make_request("section=Books%2FA%252FB");
    g_autofree char *page = html_results_page(answer, request);
    assert_whole(page);
    assert_has(page, "Remove filter </span>Books › A/B</span>");
}

static void sections_nest_whatever_their_depths_say(void **state) {
    (void)state;
    static const guint depths[][8] = {{0, 1, 2, 3, 0, 1, 0, 0},
                                      {5, 0, 9, 9, 1, 0, 7, 2},
                                      {3, 2, 1, 0, 0, 0, 0, 0},
                                      {0, 4000000000U, 0, 1, 2, 1, 2, 1}};
    for (gsize i = 0; i < G_N_ELEMENTS(depths); i++) {
        g_autoptr(Answer) answer = make_answer(9);
        g_autoptr(Request) nothing = request_new();
        add_result(answer, "T", "https://book.example.org/", "");
        Facet *sections = add_facet(answer, SYL_FIELD_SECTION);
        for (gsize j = 0; j < G_N_ELEMENTS(depths[i]); j++) {
            g_autofree char *name = g_strdup_printf("value %zu", j);
            add_value(sections, name, name, depths[i][j]);
        }
        g_autofree char *page = html_results_page(answer, nothing);
        assert_whole(page);
        assert_int_equal(count_of(page, "<span>value"), 8);
    }
}

static void deep_sections_give_way_to_shallow_ones(void **state) {
    (void)state;
    g_autoptr(Answer) answer = make_answer(9);
    g_autoptr(Request) request = make_request("section=S0%2FB");
    Facet *sections = add_facet(answer, SYL_FIELD_SECTION);
    for (guint i = 0; i < 20; i++) {
        g_autofree char *top = g_strdup_printf("S%u", i);
        add_value(sections, top, top, 0);
        g_autofree char *a = g_strconcat(top, "/A", NULL);
        g_autofree char *b = g_strconcat(top, "/B", NULL);
        add_value(sections, a, "under A", 1);
        add_value(sections, b, "under B", 1);
    }
    g_autofree char *page = html_results_page(answer, request);
    assert_whole(page);
    assert_has(page, "<span>S19</span>");
    assert_lacks(page, "<span>under A");
    assert_int_equal(count_of(page, "<span>under B"), 1); /* the one that is filtered by */
}

static void one_value_alone_is_no_filter(void **state) {
    (void)state;
    g_autoptr(Answer) answer = make_answer(9);
    add_value(add_facet(answer, SYL_FIELD_LIST), "The list", "The list", 0);
    g_autoptr(Request) nothing = request_new();
    g_autofree char *page = html_results_page(answer, nothing);
    assert_lacks(page, "Narrow down");
    g_autoptr(Request) request = make_request("list=The+list");
    g_autofree char *filtered = html_results_page(answer, request);
    assert_has(filtered, "aria-current=\"true\"");
}

static void paging_stays_inside_what_can_be_asked(void **state) {
    (void)state;
    static const struct {
        const char *arguments;
        guint total;
        gboolean is_exact;
        const char *said, *previous, *next; /* NULL: none */
    } cases[] = {
        {"q=a", 10, TRUE, NULL, NULL, NULL},
        {"q=a", 11, TRUE, "Page 1 of 2", NULL, "search?q=a&amp;offset=10"},
        {"q=a&offset=10", 11, TRUE, "Page 2 of 2", "search?q=a\"", NULL},
        {"q=a&offset=5", 30, TRUE, "Page 1 of 3", "search?q=a\"", "search?q=a&amp;offset=15"},
        {"q=a&offset=980", 5000, TRUE, "Page 99", "search?q=a&amp;offset=970",
         "search?q=a&amp;offset=990"},
        {"q=a&offset=990", 5000, TRUE, "Page 100<", "search?q=a&amp;offset=980", NULL},
        {"q=a&offset=960&limit=30", 5000, TRUE, "Page 33<",
         "search?q=a&amp;limit=30&amp;offset=930", NULL},
        {"q=a&offset=10", 500, FALSE, "Page 2<", "search?q=a\"", "search?q=a&amp;offset=20"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Answer) answer = make_answer(cases[i].total);
        g_autoptr(Request) request = make_request(cases[i].arguments);
        answer->total_exact = cases[i].is_exact;
        answer->offset = request->offset;
        add_result(answer, "T", "https://book.example.org/", "");
        g_autofree char *page = html_results_page(answer, request);
        assert_whole(page);
        if (cases[i].said == NULL) {
            assert_lacks(page, "class=\"turn\"");
        } else {
            assert_has(page, cases[i].said);
        }
        const char *const links[] = {cases[i].previous, cases[i].next};
        static const char *const rels[] = {"rel=\"prev\" href=\"", "rel=\"next\" href=\""};
        for (gsize j = 0; j < G_N_ELEMENTS(links); j++) {
            if (links[j] == NULL) {
                assert_lacks(page, rels[j]);
            } else {
                g_autofree char *link = g_strconcat(rels[j], links[j], NULL);
                assert_has(page, link);
            }
        }
    }
}

/* --- what is said */

static void a_correction_offers_the_words_as_asked(void **state) {
    (void)state;
    g_autoptr(Answer) answer = make_answer(12000);
    answer->total_exact = FALSE;
    answer->corrected = g_strdup("linear & algebra");
    g_autoptr(Request) request = make_request("q=linaer+%26+algebra&kind=pdf");
    add_result(answer, "T", "https://book.example.org/", "");
    g_autofree char *page = html_results_page(answer, request);
    assert_whole(page);
    assert_has(page, "<h1>About 12,000 results for “linear &amp; algebra”</h1>");
    assert_has(page, "Showing results for <b>linear &amp; algebra</b>. Search instead for <a ");
    Request literal = *request;
    literal.literal = TRUE;
    g_autofree char *arguments = request_format(&literal);
    g_autoptr(GString) link = g_string_new("href=\"search?");
    markup_append(link, arguments);
    g_string_append(link, "\">linaer &amp; algebra</a>");
    assert_has(page, link->str);
    assert_has(page, "role=\"status\"");
}

static void no_results_come_with_a_way_on(void **state) {
    (void)state;
    static const struct {
        const char *arguments;
        guint total;
        const char *present, *absent;
    } cases[] = {
        {"q=zebra", 0, "<h1>No results for “zebra”</h1>", "without filters"},
        {"q=zebra&kind=pdf", 0, "<a href=\"search?q=zebra\">Search without filters", "quotes"},
        {"q=%22zebra+crossing%22", 0, "<h1>No results for &quot;zebra crossing&quot;</h1>",
         "without filters"},
        {"q=%22zebra+crossing%22", 0, "<a href=\"search?q=zebra", "without filters"},
        {"q=zebra&offset=90", 12, "<a href=\"search?q=zebra\">Go to the first page", "quotes"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Answer) answer = make_answer(cases[i].total);
        g_autoptr(Request) request = make_request(cases[i].arguments);
        g_autofree char *page = html_results_page(answer, request);
        assert_whole(page);
        assert_has(page, cases[i].present);
        assert_lacks(page, cases[i].absent);
        assert_lacks(page, "<ol");
    }
}

static void the_start_page_tells_what_is_inside(void **state) {
    (void)state;
    g_autoptr(Answer) answer = make_answer(450);
    Facet *sections = add_facet(answer, SYL_FIELD_SECTION);
    add_value(sections, "Books & more", "Books & more", 0);
    add_value(add_facet(answer, SYL_FIELD_HOST), "book.example.org", "book.example.org", 0);
    static const char *const bases[] = {"https://search.example.org/a",
                                        "https://search.example.org/a//"};
    for (gsize i = 0; i < G_N_ELEMENTS(bases); i++) {
        g_autofree char *page = html_start_page(answer, bases[i]);
        assert_whole(page);
        assert_has(page, "<h1>Search inside 300 resources</h1>");
        assert_has(page, "1,200 passages. Every");
        assert_has(page, "<span>Books &amp; more</span>");
        assert_has(page, "<code>site:book.example.org</code></a>");
        assert_has(page, "src=&quot;https://search.example.org/a/box.js&quot;&gt;");
        assert_has(page, "&lt;syllabus-search src=&quot;https://search.example.org/a&quot;&gt;");
    }
}

static void an_empty_library_says_how_to_fill_it(void **state) {
    (void)state;
    g_autoptr(Answer) answer = make_answer(0);
    answer->documents = 0;
    answer->resources = 0;
    g_autofree char *page = html_start_page(answer, "http://127.0.0.1:8080");
    assert_whole(page);
    assert_has(page, "<h1>This library is empty</h1>");
    assert_has(page, "<code>indexer LIST</code>");
}

static void an_error_page_works_at_any_address(void **state) {
    (void)state;
    g_autofree char *page = html_error_page(404, "No <such> page", "Nothing at /a/b?\"x\"");
    assert_whole(page);
    assert_has(page, "<title>No &lt;such&gt; page – Syllabus</title>");
    assert_has(page, "Nothing at /a/b?&quot;x&quot;");
    assert_has(page, "Error 404.");
    static const char *const addresses[] = {"=\"/style.css\"", "=\"/box.js\"", "=\"/icon.svg\"",
                                            "action=\"/search\""};
    for (gsize i = 0; i < G_N_ELEMENTS(addresses); i++) {
        assert_has(page, addresses[i]);
    }
    g_autofree char *bare = html_error_page(503, "Busy", NULL);
    assert_whole(bare);
}

/* --- assets */

static void every_asset_has_a_type(void **state) {
    (void)state;
    static const struct {
        const char *name, *type;
    } cases[] = {
        {"page.html", "text/html; charset=utf-8"},
        {"style.css", "text/css; charset=utf-8"},
        {"box.js", "text/javascript; charset=utf-8"},
        {"icon.svg", "image/svg+xml"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const WebAsset *asset = web_asset_find(cases[i].name);
        assert_non_null(asset);
        assert_true(asset->size > 0);
        assert_string_equal(web_asset_type(cases[i].name), cases[i].type);
    }
    for (gsize i = 0; i < web_asset_count; i++) {
        assert_string_not_equal(web_asset_type(web_assets[i].name), "application/octet-stream");
    }
    assert_null(web_asset_find("nothing.js"));
    assert_string_equal(web_asset_type("nothing"), "application/octet-stream");
}

static void host_names_break_at_their_full_stops(void **state) {
    (void)state;
    g_autoptr(GString) out = g_string_new(NULL);
    markup_append_host(out, "a.b<c.org", 100);
    assert_string_equal(out->str, "a.<wbr>b&lt;c.<wbr>org");
    g_string_truncate(out, 0);
    markup_append_host(out, "abc.org", 5);
    assert_string_equal(out->str, "abc.<wbr>o…");
}

static void example_filters_are_quoted_where_they_must_be(void **state) {
    (void)state;
    static const struct {
        const char *value, *shown; /* NULL: no example */
    } cases[] = {{"pdf", "<code>kind:pdf</code>"},
                 {"link only", "<code>kind:&quot;link only&quot;</code>"},
                 {"a(b)", "<code>kind:&quot;a(b)&quot;</code>"},
                 {"say \"x\"", NULL}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Answer) answer = make_answer(1);
        add_value(add_facet(answer, SYL_FIELD_KIND), cases[i].value, cases[i].value, 0);
        g_autofree char *page = html_start_page(answer, "https://search.example.org");
        assert_whole(page);
        if (cases[i].shown == NULL) {
            assert_lacks(page, "<code>kind:");
        } else {
            assert_has(page, cases[i].shown);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_becomes_text),
        cmocka_unit_test(cut_text_ends_at_a_character),
        cmocka_unit_test(highlights_count_in_utf16_units),
        cmocka_unit_test(only_web_addresses_become_links),
        cmocka_unit_test(placeholders_are_replaced_in_one_pass),
        cmocka_unit_test(a_result_shows_what_it_is_and_where),
        cmocka_unit_test(hostile_results_stay_text),
        cmocka_unit_test(endless_words_are_cut),
        cmocka_unit_test(a_full_page_stays_small),
        cmocka_unit_test(filters_are_links_that_toggle),
        cmocka_unit_test(a_section_filter_without_a_facet_reads_as_a_path),
        cmocka_unit_test(sections_nest_whatever_their_depths_say),
        cmocka_unit_test(deep_sections_give_way_to_shallow_ones),
        cmocka_unit_test(one_value_alone_is_no_filter),
        cmocka_unit_test(paging_stays_inside_what_can_be_asked),
        cmocka_unit_test(a_correction_offers_the_words_as_asked),
        cmocka_unit_test(no_results_come_with_a_way_on),
        cmocka_unit_test(the_start_page_tells_what_is_inside),
        cmocka_unit_test(an_empty_library_says_how_to_fill_it),
        cmocka_unit_test(an_error_page_works_at_any_address),
        cmocka_unit_test(every_asset_has_a_type),
        cmocka_unit_test(host_names_break_at_their_full_stops),
        cmocka_unit_test(example_filters_are_quoted_where_they_must_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
