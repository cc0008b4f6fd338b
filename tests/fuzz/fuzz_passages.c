/* Text whose lines that begin with one to six '#' are headings. */
#include "fuzz.h"

#include "extract/document.h"
#include "extract/passages.h"

static Document *document_of(const uint8_t *data, size_t size) {
    Document *document = document_new();
    g_free(document->main);
    document->main = syl_text_clean((const char *)data, (gssize)size);
    for (const char *line = document->main; *line != '\0';) {
        const gsize length = strcspn(line, "\n"), level = strspn(line, "#");
        if (level >= 1 && level <= 6) {
            g_autofree char *heading = g_strndup(line + level, length - level);
            document_add_section(document, (guint)level, heading, level % 2 != 0 ? heading : "",
                                 (gsize)(line - document->main));
        }
        line += length + (line[length] == '\n');
    }
    return document;
}

static void check_passage(const Document *document, const Passage *passage) {
    const char *text = document->main + passage->start;
    fuzz_holds(g_utf8_validate(text, (gssize)passage->size, NULL), "passages are UTF-8");
    fuzz_holds(syl_text_count_words(text, passage->size) <= PASSAGE_MAX_WORDS,
               "passages keep their cap");
    fuzz_holds(g_strv_length(passage->heading) <= 6, "headings are at most six deep");
    g_autofree char *url = passage_url("https://example.org/a", passage->anchor);
    fuzz_holds(g_str_has_prefix(url, "https://example.org/a") && strpbrk(url, " \t\n\"<>") == NULL,
               "an address of a passage is that of its page and has no spaces");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    g_autoptr(Document) document = document_of(data, size);
    const char *main = document->main;
    const gsize main_size = strlen(main);
    g_autoptr(GPtrArray) passages = passages_split(document);
    gsize words = 0, end = 0;
    for (guint i = 0; i < passages->len; i++) {
        const Passage *passage = g_ptr_array_index(passages, i);
        fuzz_holds(passage->ordinal == i, "passages are numbered in order");
        fuzz_holds(passage->start >= end && passage->size > 0, "passages stand in order");
        for (gsize at = end; at < passage->start; at++) {
            fuzz_holds(strchr(" \t\n", main[at]) != NULL, "only white space is between passages");
        }
        end = passage->start + passage->size;
        fuzz_holds(end <= main_size, "passages are inside main");
        check_passage(document, passage);
        words += syl_text_count_words(main + passage->start, passage->size);
    }
    fuzz_holds(syl_text_count_words(main + end, main_size - end) == 0,
               "no word is behind the last passage");
    fuzz_holds(words == syl_text_count_words(main, main_size), "passages hold every word once");
    return 0;
}
