/* From a plan and a request to the query that the index is asked: what weighs, and what only
 * filters. Pure functions but for xapian-c's errors: any thread that owns the plan. */
#pragma once

#include <glib.h>

#include "query/plan.h"
#include "query/request.h"
#include "xapian-c.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(xc_query, xc_query_free)

/* Documents of which a filter field has this value. */
xc_status weighing_term(SylFieldId field, const char *value, xc_query **query, xc_error *error);

/* The plan's query with the weights of the ranking. */
xc_status weighing_ranked(const Plan *plan, Ranking ranking, xc_query **query, xc_error *error);

/* ranked, limited to what the request's filters allow; those of the field except are left out
 * (SYL_FIELD_COUNT: none). */
xc_status weighing_filtered(const xc_query *ranked, const Request *request, SylFieldId except,
                            xc_query **query, xc_error *error);
