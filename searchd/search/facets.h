/* What a facet shows, from the slot values that the index counted. Pure functions: any thread. */
#pragma once

#include <glib.h>

#include "search/answer.h"
#include "xapian-c.h"

/* Distinct slot values looked at for one facet: a slot value may hold several of a facet's values,
 * so more are needed than are shown. */
#define FACETS_SLOT_VALUES_MAX 2000

/* The facets there are, in the order they are shown. */
#define FACETS_COUNT 4
extern const SylFieldId facets_fields[FACETS_COUNT];

/* An array of FacetValue. What counted for a slot value counts once for each of its values, and
 * once for each section above them. Values that differ in case only are one, since they filter as
 * one; it is written as the most frequent slot value has it. Most frequent first, equal ones by
 * their text; the levels below a section follow it at once. Values that no filter parameter would
 * take are left out. At most SEARCH_FACET_VALUES_MAX. Caller unrefs. */
GPtrArray *facets_values(SylFieldId field, const xc_facet *counted);
