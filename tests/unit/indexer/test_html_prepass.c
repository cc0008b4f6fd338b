#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/html_entities.h"
#include "extract/html_open.h"
#include "extract/html_prepass.h"
#include "extract/html_tags.h"

typedef struct Case {
    const char *in, *out;
} Case;

static void check(const Case *cases, gsize count) {
    for (gsize i = 0; i < count; i++) {
        gsize size;
        g_autofree char *out = html_prepass(cases[i].in, strlen(cases[i].in), &size);
        assert_int_equal(strlen(out), size);
        assert_string_equal(out, cases[i].out);
    }
}

static void comments_and_declarations_leave_nothing(void **state) {
    static const Case cases[] = {
        {"a<!-- x -->b", "ab"},
        {"a<!-->b", "ab"},
        {"a<!--->b", "ab"},
        {"a<!-- > -- x --!>b", "ab"},
        {"a<!-- x", "a"},
        {"a<!doctype html>b", "ab"},
        {"a<?php echo 1 ?>b", "ab"},
        {"a</ x>b", "ab"},
        {"a<![CDATA[ x ]]>b", "ab"},
        {"<?xml version='1.0'?>a<![CDATA[ x < y ]]>b", "a x &lt; y b"},
        {"a</>b", "ab"},
        {"a < b", "a &lt; b"},
        {"a<", "a&lt;"},
    };
    (void)state;
    check(cases, G_N_ELEMENTS(cases));
}

static void raw_text_ends_only_at_its_own_end_tag(void **state) {
    static const Case cases[] = {
        {"a<script>if (a<b) '</p>'</script>b", "ab"},
        {"a<script><!-- <script> </script> --></script>b", "ab"},
        {"a<script></scripty></SCRIPT\n>b", "ab"},
        {"a<style>p{}</style foo=bar>b", "ab"},
        {"a<script>never closed", "a"},
        {"<title>a <b>&amp;</title>c", "<title>a &lt;b&gt;&amp;</title>c"},
        {"<textarea></p></textarea>c", "<textarea>&lt;/p&gt;</textarea>c"},
        {"<xmp><b></xmp>c", "<pre>&lt;b&gt;</pre>c"},
        {"a<template><p>x<template>y</template></template>b", "ab"},
        {"a<template><script></template></script>x</template>b", "ab"},
        {"a<iframe><p></iframe>b", "ab"},
    };
    (void)state;
    check(cases, G_N_ELEMENTS(cases));
}

static void character_references_are_those_of_the_standard(void **state) {
    static const Case cases[] = {
        {"&Ropf; &epsi; &varepsilon;", "ℝ ε ϵ"},
        {"&lang;x&rang;", "⟨x⟩"},
        {"&copy 2020 AT&ampT", "© 2020 AT&amp;T"},
        {"&notit; &notin;", "¬it; ∉"},
        {"&nosuch; &;", "&amp;nosuch; &amp;;"},
        {"&#147;&#x94;&#0;&#xD800;&#x110000;", "“”\uFFFD\uFFFD\uFFFD"},
        {"&#65&#x42 &#; &#x;", "AB &amp;#; &amp;#x;"},
        {"&lt;b&gt;", "&lt;b&gt;"},
        {"&#99999999999999999999;", "\uFFFD"},
    };
    (void)state;
    check(cases, G_N_ELEMENTS(cases));
}

static void attributes_keep_their_first_value_and_only_known_ones_pass(void **state) {
    static const Case cases[] = {
        {"<p ID=a id=b onclick='x'>t</p>", "<p id=\"a\">t</p>"},
        {"<a href=\"?a=1&copy=2&amp;b=3\">t</a>", "<a href=\"?a=1&amp;copy=2&amp;b=3\">t</a>"},
        {"<p class='a\"b<c>'>t</p>", "<p class=\"a&quot;b&lt;c&gt;\">t</p>"},
        {"<p hidden>t</p>", "<p hidden=\"\">t</p>"},
        {"<img src=x alt='y'/>t", "<img alt=\"y\">t"},
        {"t<p id='never closed", "t"},
    };
    (void)state;
    for (gsize i = 0; i + 1 < G_N_ELEMENTS(cases); i++) {
        check(&cases[i], 1);
    }
    gsize size;
    g_autofree char *out = html_prepass(cases[5].in, strlen(cases[5].in), &size);
    assert_true(g_str_has_prefix(out, "t"));
    assert_null(strstr(out, "never"));
}

static void elements_are_closed_as_browsers_do(void **state) {
    static const Case cases[] = {
        {"<p>a<p>b", "<p>a</p><p>b</p>"},
        {"<p>a<div>b</div>", "<p>a</p><div>b</div>"},
        {"<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"},
        {"<li>a<ul><li>b</ul>c", "<li>a<ul><li>b</li></ul>c</li>"},
        {"<dl><dt>a<dd>b</dl>", "<dl><dt>a</dt><dd>b</dd></dl>"},
        {"<table><tr><td>a<td>b<tr><td>c</table>",
         "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>"},
        {"<div>a</p></span></div>", "<div>a</div>"},
        {"<b><div>a</b>b</div>", "<b><div>ab</div></b>"},
        {"<a><div>a</a>b</div>", "<a><div>a</div></a><div>b</div>"},
        {"<a>a<a>b</a>", "<a>a</a><a>b</a>"},
        {"<h2>a</h3>b", "<h2>a</h2>b"},
        {"<h2>a<h3>b</h3>", "<h2>a</h2><h3>b</h3>"},
        {"a</br>b", "a<br>b"},
        {"<svg><path/><p>a", "<svg><span></span></svg><p>a</p>"},
        {"<svg><![CDATA[<x>]]></svg>", "<svg>&lt;x&gt;</svg>"},
        {"<custom-thing>a</other-thing>b</custom-thing>", "<span>ab</span>"},
        {"<body><p>a</body></html><p>b", "<body><p>a</p><p>b</p>"},
    };
    (void)state;
    check(cases, G_N_ELEMENTS(cases));
}

static void control_characters_and_nul_are_cleaned(void **state) {
    static const char in[] = "a\0b\x01\x7F\r\nc";
    (void)state;
    gsize size;
    g_autofree char *out = html_prepass(in, sizeof in - 1, &size);
    assert_string_equal(out, "ab  \n\nc");
}

static guint deepest(const char *html) {
    guint depth = 0, most = 0;
    for (const char *at = html; (at = strchr(at, '<')); at++) {
        if (at[1] == '/') {
            depth--;
        } else if (!g_str_has_prefix(at, "<br>")) {
            depth++;
        }
        most = MAX(most, depth);
    }
    return most;
}

static void nesting_is_bounded_and_no_text_is_lost(void **state) {
    static const char *const units[] = {
        "<div>",           "<div><p>",        "<b>",   "<font>", "<ul><li>", "<x-y>",
        "<table><tr><td>", "<a href=x><div>", "<svg>", "<h1><p>"};
    (void)state;
    for (gsize u = 0; u < G_N_ELEMENTS(units); u++) {
        g_autoptr(GString) page = g_string_new(NULL);
        for (guint i = 0; i < 1000; i++) {
            g_string_append_printf(page, "%sw%u", units[u], i);
        }
        gsize size;
        g_autofree char *out = html_prepass(page->str, page->len, &size);
        assert_true(deepest(out) <= HTML_MAX_DEPTH);
        for (guint i = 0; i < 1000; i++) {
            g_autofree char *word = g_strdup_printf("w%u", i);
            assert_non_null(strstr(out, word));
        }
    }
}

static void structure_after_a_deep_part_is_kept(void **state) {
    g_autoptr(GString) page = g_string_new(NULL);
    (void)state;
    for (guint i = 0; i < 300; i++) {
        g_string_append(page, "<div>");
    }
    g_string_append(page, "deep");
    for (guint i = 0; i < 300; i++) {
        g_string_append(page, "</div>");
    }
    g_string_append(page, "<h2>after</h2>");
    gsize size;
    g_autofree char *out = html_prepass(page->str, page->len, &size);
    assert_true(g_str_has_suffix(out, "</div><h2>after</h2>"));
}

static void tags_and_entities_are_sorted(void **state) {
    (void)state;
    for (guint tag = HTML_TAG_OTHER + 1; tag < HTML_TAG_COUNT; tag++) {
        const char *name = html_tag_name((HtmlTag)tag);
        assert_int_equal(html_tag_find(name, strlen(name)), tag);
    }
    assert_int_equal(html_tag_find("H1", 2), HTML_TAG_H1);
    assert_int_equal(html_tag_find("h", 1), HTML_TAG_OTHER);
    assert_int_equal(html_tag_find("h11", 3), HTML_TAG_OTHER);
    assert_int_equal(html_tag_find("h1\0more", 7), HTML_TAG_OTHER);
    static const char *const names[] = {"AElig;", "zwnj;", "zwj;",
                                        "CounterClockwiseContourIntegral;"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        gsize used = 0;
        assert_non_null(html_entity_find(names[i], strlen(names[i]), &used));
        assert_int_equal(used, strlen(names[i]));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comments_and_declarations_leave_nothing),
        cmocka_unit_test(raw_text_ends_only_at_its_own_end_tag),
        cmocka_unit_test(character_references_are_those_of_the_standard),
        cmocka_unit_test(attributes_keep_their_first_value_and_only_known_ones_pass),
        cmocka_unit_test(elements_are_closed_as_browsers_do),
        cmocka_unit_test(control_characters_and_nul_are_cleaned),
        cmocka_unit_test(nesting_is_bounded_and_no_text_is_lost),
        cmocka_unit_test(structure_after_a_deep_part_is_kept),
        cmocka_unit_test(tags_and_entities_are_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
