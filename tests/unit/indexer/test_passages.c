#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/passages.h"
#include "syllabus/text.h"

/* A document under construction: blocks and headings are appended to main. */
typedef struct Draft {
    Document *document;
    GString *main;
} Draft;

static Draft draft_new(void) {
    return (Draft){document_new(), g_string_new(NULL)};
}

static void add_heading(Draft *draft, guint level, const char *heading, const char *anchor) {
    document_add_section(draft->document, level, heading, anchor, draft->main->len);
    g_string_append_printf(draft->main, "%s\n", heading);
}

/* Sentences of ten words. */
static void add_block(Draft *draft, guint words) {
    for (guint i = 1; i <= words; i++) {
        g_string_append(draft->main, i == words    ? "end.\n"
                                     : i % 10 == 0 ? "stop. "
                                     : i % 10 == 1 ? "Begin "
                                                   : "word ");
    }
}

static Document *draft_finish(Draft *draft) {
    g_free(draft->document->main);
    draft->document->main = g_string_free(draft->main, FALSE);
    return draft->document;
}

static const Passage *at(GPtrArray *passages, guint i) {
    return g_ptr_array_index(passages, i);
}

static gsize words_of(const Document *document, const Passage *passage) {
    return syl_text_count_words(document->main + passage->start, passage->size);
}

static gboolean starts_with(const Document *document, const Passage *passage, const char *text) {
    return g_str_has_prefix(document->main + passage->start, text);
}

static void assert_heading(const Passage *passage, const char *joined) {
    g_autofree char *path = g_strjoinv(" > ", passage->heading);
    assert_string_equal(path, joined);
}

static void a_document_without_words_has_no_passages(void **state) {
    (void)state;
    static const char *const texts[] = {"", "\n\n", " . \n*** \n"};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        Draft draft = draft_new();
        g_string_append(draft.main, texts[i]);
        g_autoptr(Document) document = draft_finish(&draft);
        g_autoptr(GPtrArray) passages = passages_split(document);
        assert_int_equal(passages->len, 0);
    }
}

static void a_short_page_is_one_passage_of_its_whole_text(void **state) {
    (void)state;
    Draft draft = draft_new();
    add_heading(&draft, 1, "Title", "top");
    add_block(&draft, 40);
    add_heading(&draft, 2, "Part", "part");
    add_block(&draft, 40);
    g_autoptr(Document) document = draft_finish(&draft);
    g_autoptr(GPtrArray) passages = passages_split(document);
    assert_int_equal(passages->len, 1);
    assert_int_equal(at(passages, 0)->start, 0);
    assert_int_equal(at(passages, 0)->size, strlen(document->main) - 1); /* less the line break */
    assert_heading(at(passages, 0), "Title");
    assert_string_equal(at(passages, 0)->anchor, "top");
}

static void a_section_of_its_size_is_a_passage_of_its_own(void **state) {
    (void)state;
    Draft draft = draft_new();
    add_heading(&draft, 1, "Title", "top");
    add_block(&draft, 200);
    add_heading(&draft, 2, "Part", "part");
    add_block(&draft, 200);
    add_heading(&draft, 3, "Detail", "");
    add_block(&draft, 250);
    g_autoptr(Document) document = draft_finish(&draft);
    g_autoptr(GPtrArray) passages = passages_split(document);
    assert_int_equal(passages->len, 3);
    assert_heading(at(passages, 1), "Title > Part");
    assert_heading(at(passages, 2), "Title > Part > Detail");
    assert_string_equal(at(passages, 1)->anchor, "part");
    assert_string_equal(at(passages, 2)->anchor, "part"); /* the nearest one around it */
    assert_true(starts_with(document, at(passages, 2), "Detail\n"));
    for (guint i = 0; i < 3; i++) {
        assert_int_equal(at(passages, i)->ordinal, i);
    }
}

static void a_short_end_of_a_chapter_never_runs_into_the_next_chapter(void **state) {
    (void)state;
    Draft draft = draft_new();
    add_heading(&draft, 1, "One", "one");
    add_heading(&draft, 2, "Inner", "inner");
    add_block(&draft, 280);
    add_heading(&draft, 2, "Last", "last");
    add_block(&draft, 50);
    add_heading(&draft, 1, "Two", "two");
    add_block(&draft, 60);
    g_autoptr(Document) document = draft_finish(&draft);
    g_autoptr(GPtrArray) passages = passages_split(document);
    assert_int_equal(passages->len, 3);
    assert_heading(at(passages, 1), "One > Last");
    assert_heading(at(passages, 2), "Two");
    assert_true(starts_with(document, at(passages, 2), "Two\n"));
}

static void a_short_last_section_joins_what_comes_before(void **state) {
    (void)state;
    Draft draft = draft_new();
    add_heading(&draft, 1, "Title", "top");
    add_block(&draft, 200);
    add_heading(&draft, 2, "Notes", "notes");
    add_block(&draft, 30);
    g_autoptr(Document) document = draft_finish(&draft);
    g_autoptr(GPtrArray) passages = passages_split(document);
    assert_int_equal(passages->len, 1);
    assert_heading(at(passages, 0), "Title");
    assert_int_equal(at(passages, 0)->parts->len, 1);
    const PassagePart *part = g_ptr_array_index(at(passages, 0)->parts, 0);
    assert_string_equal(part->anchor, "notes");
    assert_string_equal(part->heading[1], "Notes");
    assert_true(
        g_str_has_prefix(document->main + at(passages, 0)->start + part->offset, "Notes\n"));
}

static void lines_before_the_first_heading_go_with_it(void **state) {
    (void)state;
    Draft draft = draft_new();
    add_block(&draft, 5);
    add_heading(&draft, 2, "Part", "part");
    add_block(&draft, 100);
    add_heading(&draft, 1, "Whole", "whole");
    add_block(&draft, 100);
    g_autoptr(Document) document = draft_finish(&draft);
    g_autoptr(GPtrArray) passages = passages_split(document);
    assert_int_equal(passages->len, 2); /* "Whole" stands above "Part" */
    assert_heading(at(passages, 0), "Part");
    assert_int_equal(at(passages, 0)->start, 0);
    assert_heading(at(passages, 1), "Whole");
}

static void a_long_section_is_cut_at_block_ends_into_equal_parts(void **state) {
    (void)state;
    Draft draft = draft_new();
    add_heading(&draft, 1, "Title", "top");
    for (guint i = 0; i < 20; i++) {
        add_block(&draft, 50);
    }
    g_autoptr(Document) document = draft_finish(&draft);
    g_autoptr(GPtrArray) passages = passages_split(document);
    assert_int_equal(passages->len, 4);
    for (guint i = 0; i < passages->len; i++) {
        const Passage *passage = at(passages, i);
        gsize words = words_of(document, passage);
        assert_true(words >= 240 && words <= 260);
        assert_true(i == 0 || starts_with(document, passage, "Begin"));
        assert_true(g_str_has_prefix(document->main + passage->start + passage->size - 4, "end."));
        assert_heading(passage, "Title");
    }
}

static void a_long_block_is_cut_at_sentence_ends(void **state) {
    (void)state;
    Draft draft = draft_new();
    add_block(&draft, 1000);
    g_autoptr(Document) document = draft_finish(&draft);
    g_autoptr(GPtrArray) passages = passages_split(document);
    assert_int_equal(passages->len, 4);
    for (guint i = 0; i < passages->len; i++) {
        assert_int_equal(words_of(document, at(passages, i)), 250);
        assert_true(starts_with(document, at(passages, i), "Begin"));
    }
}

static void an_abbreviation_ends_no_sentence(void **state) {
    (void)state;
    Draft draft = draft_new();
    for (guint i = 1; i <= 400; i++) {
        g_string_append(draft.main, i == 160 ? "Stop. (Next) " : i == 200 ? "e.g. then " : "word ");
    }
    g_autoptr(Document) document = draft_finish(&draft);
    g_autoptr(GPtrArray) passages = passages_split(document);
    assert_int_equal(passages->len, 2);
    assert_true(starts_with(document, at(passages, 1), "(Next)"));
}

static void text_without_spaces_is_cut_between_its_characters(void **state) {
    (void)state;
    Draft draft = draft_new();
    for (guint i = 0; i < 700; i++) {
        g_string_append(draft.main, i == 240 ? "\u6587\u3002" : "\u6587");
    }
    g_autoptr(Document) document = draft_finish(&draft);
    g_autoptr(GPtrArray) passages = passages_split(document);
    assert_int_equal(passages->len, 3);
    assert_int_equal(words_of(document, at(passages, 0)), 241); /* its full stop is there */
    for (guint i = 0; i < passages->len; i++) {
        assert_true(g_utf8_validate(document->main + at(passages, i)->start,
                                    (gssize)at(passages, i)->size, NULL));
    }
}

static void offsets_that_lie_are_put_right(void **state) {
    (void)state;
    static const gsize offsets[] = {5, 3, 1, 1000000, 2};
    Draft draft = draft_new();
    for (gsize i = 0; i < G_N_ELEMENTS(offsets); i++) {
        document_add_section(draft.document, 1, "x", "", 0);
        DocumentSection *section = g_ptr_array_index(draft.document->sections, i);
        section->offset = offsets[i];
        section->level = (guint)i * 1000; /* levels too */
    }
    g_string_append(draft.main, "\u20ac\u20ac\u20ac one two");
    g_autoptr(Document) document = draft_finish(&draft);
    g_autoptr(GPtrArray) passages = passages_split(document);
    assert_int_equal(passages->len, 1);
    assert_int_equal(at(passages, 0)->size, strlen(document->main));
}

/* Properties of random documents */

/* Words of several shapes, and what stands between them. */
static const char *const pieces[] = {"word",  "Word",         "it's",   "a.b",  "\u00e9t\u00e9",
                                     "x1",    "\u6570\u5b66", "\u03bb", "3.14", "R&D",
                                     "(",     ") ",           "\u2014", "\"",   "*",
                                     "\u3002"};
static const char *const gaps[] = {" ", " ", " ", " ", " ", ". ", "? ", "! ", ", ", "\t", ""};

static void add_random_block(GRand *rand, Draft *draft) {
    static const gint32 sizes[] = {2, 12, 60, 60, 200, 900};
    gint32 most = sizes[g_rand_int_range(rand, 0, G_N_ELEMENTS(sizes))];
    for (gint32 count = g_rand_int_range(rand, 0, most); count > 0; count--) {
        g_string_append(draft->main, pieces[g_rand_int_range(rand, 0, G_N_ELEMENTS(pieces))]);
        g_string_append(draft->main, gaps[g_rand_int_range(rand, 0, G_N_ELEMENTS(gaps))]);
    }
    g_string_append_c(draft->main, '\n');
}

static Document *random_document(guint32 seed) {
    GRand *rand = g_rand_new_with_seed(seed);
    Draft draft = draft_new();
    gint32 sections = g_rand_int_range(rand, 0, 12);
    for (gint32 section = 0; section <= sections; section++) {
        if (section > 0 || g_rand_boolean(rand)) {
            g_autofree char *heading = g_strdup_printf("Heading %d", section);
            g_autofree char *anchor = g_strdup_printf("s%d", section);
            add_heading(&draft, (guint)g_rand_int_range(rand, 1, 7), heading,
                        g_rand_boolean(rand) ? anchor : "");
        }
        for (gint32 block = g_rand_int_range(rand, 0, 6); block > 0; block--) {
            add_random_block(rand, &draft);
        }
    }
    g_rand_free(rand);
    return draft_finish(&draft);
}

/* The last section that starts at or before offset; -1 for none. */
static int section_at(const Document *document, gsize offset) {
    int found = -1;
    for (guint i = 0; i < document->sections->len; i++) {
        const DocumentSection *section = g_ptr_array_index(document->sections, i);
        if (section->offset <= offset) {
            found = (int)i;
        }
    }
    return found;
}

/* The section that gives a passage its place: where it starts, or the first heading in it. */
static int first_section(const Document *document, const Passage *passage) {
    int section = section_at(document, passage->start);
    int last = section_at(document, passage->start + passage->size - 1);
    return section < 0 && last >= 0 ? 0 : section;
}

/* Whether a heading between the starts of two passages, or inside the second, stands above the
 * first one's own. */
static gboolean crosses_higher_heading(const Document *document, const Passage *from, gsize end) {
    int first = first_section(document, from);
    if (first < 0) {
        return FALSE;
    }
    const DocumentSection *own = g_ptr_array_index(document->sections, (guint)first);
    for (int i = first + 1; i <= section_at(document, end - 1); i++) {
        const DocumentSection *section = g_ptr_array_index(document->sections, (guint)i);
        if (section->level < own->level) {
            return TRUE;
        }
    }
    return FALSE;
}

static void assert_only_space(const char *text, gsize size) {
    for (gsize i = 0; i < size; i++) {
        assert_non_null(memchr(" \t\n", text[i], 3));
    }
}

static void assert_covers_everything(const Document *document, GPtrArray *passages) {
    gsize end = 0, words = 0;
    for (guint i = 0; i < passages->len; i++) {
        const Passage *passage = at(passages, i);
        assert_int_equal(passage->ordinal, i);
        assert_true(passage->start >= end);
        assert_only_space(document->main + end, passage->start - end);
        end = passage->start + passage->size;
        gsize own = words_of(document, passage);
        assert_true(own > 0 && own <= PASSAGE_MAX_WORDS);
        words += own;
    }
    gsize size = strlen(document->main);
    assert_true(end <= size);
    assert_int_equal(words, syl_text_count_words(document->main, size));
    if (passages->len > 0) {
        assert_only_space(document->main + end, size - end);
    }
}

static void assert_lies_in_the_outline(const Document *document, const Passage *passage) {
    assert_false(crosses_higher_heading(document, passage, passage->start + passage->size));
    int section = first_section(document, passage);
    const char *anchor = NULL;
    guint depth = g_strv_length(passage->heading), level = G_MAXUINT;
    for (; section >= 0; section--) {
        const DocumentSection *around = g_ptr_array_index(document->sections, (guint)section);
        if (around->level >= level) {
            continue;
        }
        level = around->level;
        assert_true(depth > 0);
        assert_string_equal(passage->heading[--depth], around->heading);
        if (anchor == NULL && around->anchor[0] != '\0') {
            anchor = around->anchor;
        }
    }
    assert_int_equal(depth, 0);
    assert_string_equal(passage->anchor, anchor != NULL ? anchor : "");
}

static void assert_nothing_short_is_left_that_could_be_joined(const Document *document,
                                                              GPtrArray *passages) {
    for (guint i = 1; i < passages->len; i++) {
        const Passage *before = at(passages, i - 1), *after = at(passages, i);
        gsize first = words_of(document, before), second = words_of(document, after);
        if (first >= PASSAGE_MIN_WORDS && second >= PASSAGE_MIN_WORDS) {
            continue;
        }
        assert_true(first + second > PASSAGE_MAX_WORDS ||
                    crosses_higher_heading(document, before, after->start + after->size));
    }
}

static void pages_of_a_pdf_and_minutes_of_a_video_are_never_joined(void **state) {
    (void)state;
    static const char *const anchors[][2] = {{"page=1", "page=2"}, {"t=0s", "t=95s"}};
    for (gsize i = 0; i < G_N_ELEMENTS(anchors); i++) {
        Draft draft = draft_new();
        add_heading(&draft, 1, "One", anchors[i][0]);
        add_block(&draft, 40);
        add_heading(&draft, 1, "Two", anchors[i][1]);
        add_block(&draft, 40);
        g_autoptr(Document) document = draft_finish(&draft);
        g_autoptr(GPtrArray) passages = passages_split(document);
        assert_int_equal(passages->len, 2);
        assert_string_equal(at(passages, 0)->anchor, anchors[i][0]);
        assert_string_equal(at(passages, 1)->anchor, anchors[i][1]);
        assert_true(starts_with(document, at(passages, 1), "Two"));
    }
}

static void random_documents_are_cut_without_loss_and_along_the_outline(void **state) {
    (void)state;
    for (guint32 seed = 0; seed < 200; seed++) {
        g_autoptr(Document) document = random_document(seed);
        g_autoptr(GPtrArray) passages = passages_split(document);
        assert_covers_everything(document, passages);
        for (guint i = 0; i < passages->len; i++) {
            assert_lies_in_the_outline(document, at(passages, i));
        }
        assert_nothing_short_is_left_that_could_be_joined(document, passages);
    }
}

static void addresses_of_passages_open_at_their_place(void **state) {
    (void)state;
    static const struct {
        const char *page, *anchor, *url;
    } cases[] = {
        {"https://a.org/x", "", "https://a.org/x"},
        {"https://a.org/x?q=1", "part-2", "https://a.org/x?q=1#part-2"},
        {"https://a.org/x.pdf", "page=12", "https://a.org/x.pdf#page=12"},
        {"https://a.org/x", "a b\"<\u00e9>%", "https://a.org/x#a%20b%22%3C%C3%A9%3E%25"},
        {"https://a.org/x", "(1)/a:b?c", "https://a.org/x#(1)/a:b?c"},
        {"https://www.youtube.com/watch?v=abc", "t=95s",
         "https://www.youtube.com/watch?v=abc&t=95s"},
        {"https://youtu.be/abc", "t=95s", "https://youtu.be/abc?t=95s"},
        {"https://a.org/x", "t=s", "https://a.org/x#t=s"},
        {"https://a.org/x", "t=9sec", "https://a.org/x#t=9sec"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *url = passage_url(cases[i].page, cases[i].anchor);
        assert_string_equal(url, cases[i].url);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_without_words_has_no_passages),
        cmocka_unit_test(a_short_page_is_one_passage_of_its_whole_text),
        cmocka_unit_test(a_section_of_its_size_is_a_passage_of_its_own),
        cmocka_unit_test(a_short_end_of_a_chapter_never_runs_into_the_next_chapter),
        cmocka_unit_test(a_short_last_section_joins_what_comes_before),
        cmocka_unit_test(lines_before_the_first_heading_go_with_it),
        cmocka_unit_test(a_long_section_is_cut_at_block_ends_into_equal_parts),
        cmocka_unit_test(a_long_block_is_cut_at_sentence_ends),
        cmocka_unit_test(an_abbreviation_ends_no_sentence),
        cmocka_unit_test(text_without_spaces_is_cut_between_its_characters),
        cmocka_unit_test(offsets_that_lie_are_put_right),
        cmocka_unit_test(pages_of_a_pdf_and_minutes_of_a_video_are_never_joined),
        cmocka_unit_test(random_documents_are_cut_without_loss_and_along_the_outline),
        cmocka_unit_test(addresses_of_passages_open_at_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
