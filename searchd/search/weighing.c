#include "search/weighing.h"

#include <string.h>

#include "search/facets.h"

/* What a document gains that has every word of the query: this share of the words' own weight.
 * Measured on Cranfield and CACM, where both factors together change nDCG@10 by -.002 and +.013. */
#define ALL_WORDS_FACTOR 0.5
/* What it gains for neighbours of the query that are near each other in it. */
#define PAIRS_FACTOR 0.3

xc_status weighing_term(SylFieldId field, const char *value, xc_query **query, xc_error *error) {
    g_autofree char *term = syl_schema_term(field, value);
    return xc_query_term(term, strlen(term), query, error);
}

static xc_status filter_query(const RequestFilter *filter, xc_query **query, xc_error *error) {
    g_autofree char *term = request_filter_term(filter->field, filter->value);
    return xc_query_term(term, strlen(term), query, error);
}

static xc_status combine(xc_operator op, const GPtrArray *parts, xc_query **query,
                         xc_error *error) {
    return xc_query_combine(op, (const xc_query *const *)parts->pdata, parts->len, 0, query, error);
}

/* The alternatives of one field, or NULL where the request has none. */
static xc_status field_query(const Request *request, SylFieldId field, xc_query **query,
                             xc_error *error) {
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)xc_query_free);
    for (guint i = 0; i < request->filters->len; i++) {
        const RequestFilter *filter = g_ptr_array_index(request->filters, i);
        if (filter->field != field) {
            continue;
        }
        xc_query *part = NULL;
        xc_status status = filter_query(filter, &part, error);
        if (status != XC_OK) {
            return status;
        }
        g_ptr_array_add(parts, part);
    }
    return parts->len == 0 ? XC_OK : combine(XC_OR, parts, query, error);
}

xc_status weighing_filtered(const xc_query *ranked, const Request *request, SylFieldId except,
                            xc_query **query, xc_error *error) {
    g_autoptr(GPtrArray) owned = g_ptr_array_new_with_free_func((GDestroyNotify)xc_query_free);
    for (gsize i = 0; i < FACETS_COUNT; i++) {
        xc_query *part = NULL;
        xc_status status = facets_fields[i] == except
                               ? XC_OK
                               : field_query(request, facets_fields[i], &part, error);
        if (status != XC_OK) {
            return status;
        }
        if (part != NULL) {
            g_ptr_array_add(owned, part);
        }
    }
    g_autoptr(GPtrArray) parts = g_ptr_array_new();
    g_ptr_array_add(parts, (gpointer)(gsize)ranked);
    g_ptr_array_extend(parts, owned, NULL, NULL);
    return combine(XC_FILTER, parts, query, error);
}

static xc_status add_boost(GPtrArray *boosts, const xc_query *query, double factor,
                           xc_error *error) {
    xc_query *scaled = NULL;
    xc_status status = query == NULL ? XC_OK : xc_query_scale(query, factor, &scaled, error);
    if (scaled != NULL) {
        g_ptr_array_add(boosts, scaled);
    }
    return status;
}

xc_status weighing_ranked(const Plan *plan, Ranking ranking, xc_query **query, xc_error *error) {
    g_autoptr(GPtrArray) boosts = g_ptr_array_new_with_free_func((GDestroyNotify)xc_query_free);
    xc_status status = XC_OK;
    if (ranking != RANKING_BM25) {
        status = add_boost(boosts, plan->all_words, ALL_WORDS_FACTOR, error);
        if (status == XC_OK) {
            status = add_boost(boosts, plan->pairs, PAIRS_FACTOR, error);
        }
    }
    g_autoptr(xc_query) boost = NULL;
    if (status == XC_OK) {
        status = combine(XC_OR, boosts, &boost, error);
    }
    const xc_query *parts[] = {plan->query, boost};
    return status == XC_OK
               ? xc_query_combine(XC_AND_MAYBE, parts, boosts->len == 0 ? 1 : 2, 0, query, error)
               : status;
}
