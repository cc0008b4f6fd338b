/* What somebody asks for: the parameters of a search, parsed and bounded. The same names and bounds
 * hold for HTTP, the command line and the links that pages make. Pure functions: any thread; a
 * Request belongs to who holds it.
 *
 *   q        the query text
 *   offset   how many results to skip; limit: how many to give
 *   literal  1: search exactly these words, correct nothing
 *   host kind list section   filters; each may be repeated. Values of one name are alternatives,
 *            different names must all hold.
 *
 * A section is a path: its levels are joined by '/', and inside a level '%' is written %25 and '/'
 * is written %2F. This is the value before the URL's own escaping, so that
 * section=Books%2FAlgebra is the section Algebra under Books. */
#pragma once

#include <glib.h>

#include "syllabus/schema.h"

#define REQUEST_QUERY_MAX_BYTES  512 /* what is parsed for one query stays cheap */
#define REQUEST_LIMIT_DEFAULT    10
#define REQUEST_LIMIT_MAX        100
#define REQUEST_WINDOW_MAX       1000 /* offset + limit: ranking deeper costs more than it gives */
#define REQUEST_FILTERS_MAX      16
#define REQUEST_FILTER_MAX_BYTES 1024

#define REQUEST_ERROR (request_error_quark())
GQuark request_error_quark(void);
typedef enum RequestError {
    REQUEST_ERROR_PARAMETER, /* the message names the parameter and its bound */
} RequestError;

typedef enum Ranking {
    RANKING_DEFAULT, /* BM25; documents with all words, and with words side by side, gain */
    RANKING_BM25,    /* BM25 with the schema's constants alone, for comparisons */
} Ranking;

typedef struct RequestFilter {
    SylFieldId field;
    char *value; /* as written in the parameter; never empty */
} RequestFilter;

typedef struct Request {
    char *query; /* clean UTF-8 (syl_text_clean) without white space at its ends; "": none */
    guint offset, limit;
    gboolean literal;
    Ranking ranking;
    GPtrArray *filters; /* of RequestFilter, in the order given */
} Request;

/* No query, no filters, offset 0, the default limit. */
Request *request_new(void);
void request_free(Request *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Request, request_free)

/* Sets one parameter from its decoded value, within the bounds above (offset and limit are checked
 * together by request_check). Unknown names are skipped whatever their values are, so that links
 * with foreign parameters work. FALSE: PARAMETER. */
gboolean request_set(Request *request, const char *name, const char *value, GError **error);
/* The bounds that involve several parameters. FALSE: PARAMETER. */
gboolean request_check(const Request *request, GError **error);

/* Parses the part of an address behind '?' (application/x-www-form-urlencoded; NULL: none). Values
 * of known names with bytes that are no UTF-8, escapes that are none or %00, and one of q, offset,
 * limit, literal given twice are errors. NULL: PARAMETER. */
Request *request_parse(const char *query_string, GError **error);

/* The request as the part of an address behind '?', escaped, in a fixed order, defaults left out:
 * two requests for the same answer give the same text. Caller frees. */
char *request_format(const Request *request);
/* As request_format, with another offset: for links to further pages. Caller frees. */
char *request_format_offset(const Request *request, guint offset);
/* As request_format, from the first result on, with the filter added if the request lacks it and
 * taken away if it has it: for the links of facets. Caller frees. */
char *request_format_toggle(const Request *request, SylFieldId field, const char *value);
/* As request_format, from the first result on, with another query text. Caller frees. */
char *request_format_query(const Request *request, const char *query);

/* Whether the request filters by this value, in whatever capitals. */
gboolean request_has_filter(const Request *request, SylFieldId field, const char *value);

/* The index term of a filter's value as it is written in the parameter: a section's levels become
 * its path. A section that is no path counts as one level. Caller frees. */
char *request_filter_term(SylFieldId field, const char *value);

/* The parameter value of a path, and back. request_path_levels gives NULL for an empty level or a
 * wrong escape. Caller frees. */
char *request_path_value(const char *const *levels, gsize count);
GStrv request_path_levels(const char *value);
