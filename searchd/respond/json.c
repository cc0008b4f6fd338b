#include "respond/json.h"

#include <jansson.h>
#include <string.h>

/* Digits of a score: more would only show noise. */
#define SCORE_DIGITS 6

/* jansson takes valid UTF-8 alone; an index that was damaged may hold other bytes. */
static json_t *json_text(const char *text) {
    json_t *value = json_string(text == NULL ? "" : text);
    if (value == NULL) {
        g_autofree char *valid = g_utf8_make_valid(text, -1);
        value = json_string(valid);
    }
    return value;
}

static json_t *json_texts(const char *const *texts) {
    json_t *array = json_array();
    for (gsize i = 0; texts[i] != NULL; i++) {
        json_array_append_new(array, json_text(texts[i]));
    }
    return array;
}

static json_t *json_highlights(const GArray *highlights) {
    json_t *array = json_array();
    for (guint i = 0; i < highlights->len; i++) {
        const Highlight *highlight = &g_array_index(highlights, Highlight, i);
        json_t *pair = json_array();
        json_array_append_new(pair, json_integer(highlight->start));
        json_array_append_new(pair, json_integer(highlight->length));
        json_array_append_new(array, pair);
    }
    return array;
}

static json_t *json_result(const AnswerResult *result) {
    json_t *object = json_object();
    json_object_set_new(object, "id", json_text(result->id));
    json_object_set_new(object, "url", json_text(result->url));
    json_object_set_new(object, "page", json_text(result->page));
    json_object_set_new(object, "title", json_text(result->title));
    json_object_set_new(object, "resource", json_text(result->resource));
    json_object_set_new(object, "resource_title", json_text(result->resource_title));
    json_object_set_new(object, "heading", json_texts((const char *const *)result->heading));
    json_object_set_new(object, "kind", json_text(result->kind));
    json_object_set_new(object, "language", json_text(result->language));
    json_object_set_new(object, "text", json_text(result->text));
    json_object_set_new(object, "highlights", json_highlights(result->highlights));
    json_object_set_new(object, "score", json_real(result->score));
    return object;
}

static json_t *json_facets(const GPtrArray *facets) {
    json_t *object = json_object();
    for (guint i = 0; i < facets->len; i++) {
        const Facet *facet = g_ptr_array_index(facets, i);
        json_t *values = json_array();
        for (guint j = 0; j < facet->values->len; j++) {
            const FacetValue *value = g_ptr_array_index(facet->values, j);
            json_t *row = json_object();
            json_object_set_new(row, "value", json_text(value->value));
            json_object_set_new(row, "label", json_text(value->label));
            json_object_set_new(row, "count", json_integer(value->count));
            json_array_append_new(values, row);
        }
        json_object_set_new(object, facet->name, values);
    }
    return object;
}

/* These characters occur inside strings only, so they can be escaped where they are. */
static char *escape(const char *json) {
    static const struct {
        const char *bytes, *escaped;
    } table[] = {{"<", "\\u003c"},
                 {">", "\\u003e"},
                 {"&", "\\u0026"},
                 {"\xe2\x80\xa8", "\\u2028"},
                 {"\xe2\x80\xa9", "\\u2029"}};
    GString *out = g_string_sized_new(strlen(json) + 64);
    while (*json != '\0') {
        gsize plain = strcspn(json, "<>&\xe2");
        g_string_append_len(out, json, (gssize)plain);
        json += plain;
        gsize row = 0;
        while (row < G_N_ELEMENTS(table) && !g_str_has_prefix(json, table[row].bytes)) {
            row++;
        }
        if (row < G_N_ELEMENTS(table)) {
            g_string_append(out, table[row].escaped);
            json += strlen(table[row].bytes);
        } else if (*json != '\0') {
            g_string_append_c(out, *json++);
        }
    }
    return g_string_free(out, FALSE);
}

/* Takes the value. */
static char *print(json_t *value) {
    char *json = json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(SCORE_DIGITS));
    json_decref(value);
    g_assert(json != NULL); /* every part is valid by construction */
    char *escaped = escape(json);
    free(json);
    return escaped;
}

char *json_answer(const Answer *answer) {
    json_t *results = json_array();
    for (guint i = 0; i < answer->results->len; i++) {
        json_array_append_new(results, json_result(g_ptr_array_index(answer->results, i)));
    }
    json_t *notices = json_array();
    for (guint i = 0; i < answer->notices->len; i++) {
        json_array_append_new(notices, json_text(g_ptr_array_index(answer->notices, i)));
    }
    json_t *object = json_object();
    json_object_set_new(object, "query", json_text(answer->query));
    json_object_set_new(object, "total", json_integer(answer->total));
    json_object_set_new(object, "total_exact", json_boolean(answer->total_exact));
    json_object_set_new(object, "offset", json_integer(answer->offset));
    json_object_set_new(object, "generation", json_integer(answer->state.generation));
    json_object_set_new(object, "corrected",
                        answer->corrected == NULL ? json_null() : json_text(answer->corrected));
    json_object_set_new(object, "notices", notices);
    json_object_set_new(object, "facets", json_facets(answer->facets));
    json_object_set_new(object, "results", results);
    return print(object);
}

char *json_problem(guint status, const char *title, const char *detail) {
    json_t *object = json_object();
    json_object_set_new(object, "type", json_text("about:blank"));
    json_object_set_new(object, "title", json_text(title));
    json_object_set_new(object, "status", json_integer(status));
    if (detail != NULL) {
        json_object_set_new(object, "detail", json_text(detail));
    }
    return print(object);
}

char *json_health(guint generation, guint documents) {
    json_t *object = json_object();
    json_object_set_new(object, "status", json_text("ok"));
    json_object_set_new(object, "generation", json_integer(generation));
    json_object_set_new(object, "documents", json_integer(documents));
    return print(object);
}
