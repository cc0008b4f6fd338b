#include "search/answer.h"

#include <string.h>

static void result_free(gpointer data) {
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

static void facet_free(gpointer data) {
    Facet *facet = data;
    g_ptr_array_unref(facet->values);
    g_free(facet);
}

Answer *answer_new(const Request *request) {
    Answer *answer = g_new0(Answer, 1);
    answer->query = g_strdup(request->query);
    answer->offset = request->offset;
    answer->notices = g_ptr_array_new_with_free_func(g_free);
    answer->facets = g_ptr_array_new_with_free_func(facet_free);
    answer->results = g_ptr_array_new_with_free_func(result_free);
    return answer;
}

/* What the allocator adds to each piece, roughly. */
#define PIECE_BYTES 16

static gsize text_bytes(const char *text) {
    return text == NULL ? 0 : strlen(text) + PIECE_BYTES;
}

static gsize result_bytes(const AnswerResult *result) {
    const char *const texts[] = {result->id,    result->url,      result->page,
                                 result->title, result->resource, result->resource_title,
                                 result->kind,  result->language, result->text};
    gsize bytes = sizeof *result + 4 * PIECE_BYTES + result->highlights->len * sizeof(Highlight);
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        bytes += text_bytes(texts[i]);
    }
    for (gsize i = 0; result->heading[i] != NULL; i++) {
        bytes += text_bytes(result->heading[i]) + sizeof(char *);
    }
    return bytes;
}

static gsize facet_bytes(const Facet *facet) {
    gsize bytes = sizeof *facet + 2 * PIECE_BYTES;
    for (guint i = 0; i < facet->values->len; i++) {
        const FacetValue *value = g_ptr_array_index(facet->values, i);
        bytes += sizeof *value + sizeof(gpointer) + PIECE_BYTES + text_bytes(value->value) +
                 text_bytes(value->label) + text_bytes(value->name);
    }
    return bytes;
}

gsize answer_bytes(const Answer *answer) {
    gsize bytes = sizeof *answer + 4 * PIECE_BYTES + text_bytes(answer->query) +
                  text_bytes(answer->corrected);
    for (guint i = 0; i < answer->notices->len; i++) {
        bytes += sizeof(gpointer) + text_bytes(g_ptr_array_index(answer->notices, i));
    }
    for (guint i = 0; i < answer->facets->len; i++) {
        bytes += sizeof(gpointer) + facet_bytes(g_ptr_array_index(answer->facets, i));
    }
    for (guint i = 0; i < answer->results->len; i++) {
        bytes += sizeof(gpointer) + result_bytes(g_ptr_array_index(answer->results, i));
    }
    return bytes;
}

Answer *answer_ref(Answer *answer) {
    atomic_fetch_add(&answer->shares, 1);
    return answer;
}

void answer_free(Answer *answer) {
    if (answer == NULL || atomic_fetch_sub(&answer->shares, 1) > 0) {
        return;
    }
    g_free(answer->query);
    g_free(answer->corrected);
    g_ptr_array_unref(answer->notices);
    g_ptr_array_unref(answer->facets);
    g_ptr_array_unref(answer->results);
    g_free(answer);
}

gboolean index_state_equal(const IndexState *a, const IndexState *b) {
    return a->generation == b->generation && a->revision == b->revision &&
           strcmp(a->uuid, b->uuid) == 0;
}
