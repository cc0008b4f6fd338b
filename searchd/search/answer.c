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
