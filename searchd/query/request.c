#include "query/request.h"

#include <string.h>

#include "syllabus/text.h"

G_DEFINE_QUARK(request_error, request_error)

/* The filters, in the order links name them. */
static const SylFieldId filter_fields[] = {SYL_FIELD_SECTION, SYL_FIELD_KIND, SYL_FIELD_LIST,
                                           SYL_FIELD_HOST};

static void filter_free(gpointer data) {
    RequestFilter *filter = data;
    g_free(filter->value);
    g_free(filter);
}

Request *request_new(void) {
    Request *request = g_new0(Request, 1);
    request->query = g_strdup("");
    request->limit = REQUEST_LIMIT_DEFAULT;
    request->filters = g_ptr_array_new_with_free_func(filter_free);
    return request;
}

void request_free(Request *request) {
    if (request == NULL) {
        return;
    }
    g_free(request->query);
    g_ptr_array_unref(request->filters);
    g_free(request);
}

/* --- paths */

char *request_path_value(const char *const *levels, gsize count) {
    GString *value = g_string_new(NULL);
    for (gsize i = 0; i < count; i++) {
        if (i > 0) {
            g_string_append_c(value, '/');
        }
        for (const char *c = levels[i]; *c != '\0'; c++) {
            if (*c == '/') {
                g_string_append(value, "%2F");
            } else if (*c == '%') {
                g_string_append(value, "%25");
            } else {
                g_string_append_c(value, *c);
            }
        }
    }
    return g_string_free(value, FALSE);
}

/* Replaces the escapes of one level where it stands. FALSE if one is none of the two there are. */
static gboolean path_level_unescape(char *level) {
    char *to = level;
    for (const char *from = level; *from != '\0'; from++) {
        if (*from != '%') {
            *to++ = *from;
            continue;
        }
        if (g_ascii_strncasecmp(from, "%2F", 3) == 0) {
            *to++ = '/';
        } else if (strncmp(from, "%25", 3) == 0) {
            *to++ = '%';
        } else {
            return FALSE;
        }
        from += 2;
    }
    *to = '\0';
    return TRUE;
}

GStrv request_path_levels(const char *value) {
    g_auto(GStrv) levels = g_strsplit(value, "/", -1);
    for (gsize i = 0; levels[i] != NULL; i++) {
        if (levels[i][0] == '\0' || !path_level_unescape(levels[i])) {
            return NULL;
        }
    }
    return levels[0] == NULL ? NULL : g_steal_pointer(&levels);
}

char *request_filter_term(SylFieldId field, const char *value) {
    g_auto(GStrv) levels = field == SYL_FIELD_SECTION ? request_path_levels(value) : NULL;
    g_autofree char *path =
        levels == NULL ? NULL : syl_schema_path((const char *const *)levels, g_strv_length(levels));
    return syl_schema_term(field, path == NULL ? value : path);
}

/* --- setting one parameter */

static gboolean parse_number(const char *name, const char *value, guint lowest, guint highest,
                             guint *number, GError **error) {
    guint64 parsed = 0;
    if (!g_ascii_string_to_unsigned(value, 10, lowest, highest, &parsed, NULL)) {
        g_set_error(error, REQUEST_ERROR, REQUEST_ERROR_PARAMETER,
                    "%s must be a number from %u to %u", name, lowest, highest);
        return FALSE;
    }
    *number = (guint)parsed;
    return TRUE;
}

static gboolean set_query(Request *request, const char *value, GError **error) {
    if (strlen(value) > REQUEST_QUERY_MAX_BYTES) {
        g_set_error(error, REQUEST_ERROR, REQUEST_ERROR_PARAMETER,
                    "q must be at most %d bytes long; it has %" G_GSIZE_FORMAT,
                    REQUEST_QUERY_MAX_BYTES, strlen(value));
        return FALSE;
    }
    g_autofree char *clean = syl_text_clean(value, -1);
    g_free(request->query);
    request->query = syl_text_squeeze(clean);
    return TRUE;
}

static gboolean set_offset(Request *request, const char *value, GError **error) {
    return parse_number("offset", value, 0, REQUEST_WINDOW_MAX - 1, &request->offset, error);
}

static gboolean set_limit(Request *request, const char *value, GError **error) {
    return parse_number("limit", value, 1, REQUEST_LIMIT_MAX, &request->limit, error);
}

static gboolean set_literal(Request *request, const char *value, GError **error) {
    guint literal = 0;
    if (!parse_number("literal", value, 0, 1, &literal, error)) {
        return FALSE;
    }
    request->literal = literal == 1;
    return TRUE;
}

typedef gboolean (*SetFunc)(Request *request, const char *value, GError **error);
static const struct {
    const char *name;
    SetFunc set;
} single_parameters[] = {
    {"q", set_query}, {"offset", set_offset}, {"limit", set_limit}, {"literal", set_literal}};

static SetFunc set_func_of(const char *name) {
    for (gsize i = 0; i < G_N_ELEMENTS(single_parameters); i++) {
        if (strcmp(single_parameters[i].name, name) == 0) {
            return single_parameters[i].set;
        }
    }
    return NULL;
}

/* SYL_FIELD_COUNT where none is called so. */
static SylFieldId filter_field_by_name(const char *name) {
    for (gsize i = 0; i < G_N_ELEMENTS(filter_fields); i++) {
        const SylField *field = syl_schema_field(filter_fields[i]);
        if (field->facet != NULL && strcmp(field->facet, name) == 0) {
            return filter_fields[i];
        }
    }
    return SYL_FIELD_COUNT;
}

/* Whether two values of a field filter alike: capitals do not count. */
static gboolean same_value(SylFieldId field, const char *a, const char *b) {
    g_autofree char *first = request_filter_term(field, a);
    g_autofree char *second = request_filter_term(field, b);
    return strcmp(first, second) == 0;
}

static RequestFilter *find_filter(const Request *request, SylFieldId field, const char *value) {
    for (guint i = 0; i < request->filters->len; i++) {
        RequestFilter *filter = g_ptr_array_index(request->filters, i);
        if (filter->field == field && same_value(field, filter->value, value)) {
            return filter;
        }
    }
    return NULL;
}

gboolean request_has_filter(const Request *request, SylFieldId field, const char *value) {
    return find_filter(request, field, value) != NULL;
}

static void add_filter(Request *request, SylFieldId field, const char *value) {
    RequestFilter *filter = g_new0(RequestFilter, 1);
    filter->field = field;
    filter->value = g_strdup(value);
    g_ptr_array_add(request->filters, filter);
}

static gboolean set_filter(Request *request, SylFieldId id, const char *name, const char *value,
                           GError **error) {
    if (value[0] == '\0' || strlen(value) > REQUEST_FILTER_MAX_BYTES) {
        g_set_error(error, REQUEST_ERROR, REQUEST_ERROR_PARAMETER,
                    "%s must be from 1 to %d bytes long", name, REQUEST_FILTER_MAX_BYTES);
        return FALSE;
    }
    if (id == SYL_FIELD_SECTION) {
        g_auto(GStrv) levels = request_path_levels(value);
        if (levels == NULL) {
            g_set_error(error, REQUEST_ERROR, REQUEST_ERROR_PARAMETER,
                        "%s must be levels joined by '/', with %%2F for '/' and %%25 for '%%' "
                        "inside a level",
                        name);
            return FALSE;
        }
    }
    if (find_filter(request, id, value) != NULL) {
        return TRUE;
    }
    if (request->filters->len >= REQUEST_FILTERS_MAX) {
        g_set_error(error, REQUEST_ERROR, REQUEST_ERROR_PARAMETER,
                    "%s is one filter too many: at most %d are allowed", name, REQUEST_FILTERS_MAX);
        return FALSE;
    }
    add_filter(request, id, value);
    return TRUE;
}

gboolean request_set(Request *request, const char *name, const char *value, GError **error) {
    SetFunc set = set_func_of(name);
    SylFieldId id = filter_field_by_name(name);
    if (set == NULL && id == SYL_FIELD_COUNT) {
        return TRUE;
    }
    if (!g_utf8_validate(value, -1, NULL)) {
        g_set_error(error, REQUEST_ERROR, REQUEST_ERROR_PARAMETER, "the value of %s is not UTF-8",
                    name);
        return FALSE;
    }
    return set != NULL ? set(request, value, error) : set_filter(request, id, name, value, error);
}

gboolean request_check(const Request *request, GError **error) {
    if (request->offset + request->limit > REQUEST_WINDOW_MAX) {
        g_set_error(error, REQUEST_ERROR, REQUEST_ERROR_PARAMETER,
                    "offset and limit together must be at most %d; they are %u", REQUEST_WINDOW_MAX,
                    request->offset + request->limit);
        return FALSE;
    }
    return TRUE;
}

/* --- parsing */

/* Decodes %XX and '+'. NULL if an escape is broken or gives a NUL. Caller frees. */
static char *form_decode(const char *text, gsize size) {
    g_autoptr(GString) decoded = g_string_sized_new(size);
    for (gsize i = 0; i < size; i++) {
        if (text[i] == '+') {
            g_string_append_c(decoded, ' ');
        } else if (text[i] != '%') {
            g_string_append_c(decoded, text[i]);
        } else {
            gboolean whole = size - i > 2;
            int high = whole ? g_ascii_xdigit_value(text[i + 1]) : -1;
            int low = whole ? g_ascii_xdigit_value(text[i + 2]) : -1;
            if (high < 0 || low < 0 || (high == 0 && low == 0)) {
                return NULL;
            }
            g_string_append_c(decoded, (char)(high * 16 + low));
            i += 2;
        }
    }
    return g_string_free(g_steal_pointer(&decoded), FALSE);
}

/* One name=value. *seen has a bit for each single parameter that was already there. */
static gboolean parse_pair(Request *request, const char *pair, gsize size, guint *seen,
                           GError **error) {
    const char *equals = memchr(pair, '=', size);
    gsize name_size = equals == NULL ? size : (gsize)(equals - pair);
    g_autofree char *name = form_decode(pair, name_size);
    if (name == NULL ||
        (set_func_of(name) == NULL && filter_field_by_name(name) == SYL_FIELD_COUNT)) {
        return TRUE;
    }
    g_autofree char *value =
        equals == NULL ? g_strdup("") : form_decode(equals + 1, size - name_size - 1);
    if (value == NULL) {
        g_set_error(error, REQUEST_ERROR, REQUEST_ERROR_PARAMETER,
                    "%s holds a '%%' that is not followed by two hexadecimal digits, or %%00",
                    name);
        return FALSE;
    }
    for (guint i = 0; i < G_N_ELEMENTS(single_parameters); i++) {
        if (strcmp(single_parameters[i].name, name) == 0) {
            if (*seen & (1u << i)) {
                g_set_error(error, REQUEST_ERROR, REQUEST_ERROR_PARAMETER,
                            "%s must be given at most once", name);
                return FALSE;
            }
            *seen |= 1u << i;
        }
    }
    return request_set(request, name, value, error);
}

Request *request_parse(const char *query_string, GError **error) {
    g_autoptr(Request) request = request_new();
    guint seen = 0;
    const char *pair = query_string == NULL ? "" : query_string;
    while (*pair != '\0') {
        gsize size = strcspn(pair, "&");
        if (size > 0 && !parse_pair(request, pair, size, &seen, error)) {
            return NULL;
        }
        pair += size + (pair[size] == '&');
    }
    return request_check(request, error) ? g_steal_pointer(&request) : NULL;
}

/* --- formatting */

static void append_pair(GString *out, const char *name, const char *value) {
    if (out->len > 0) {
        g_string_append_c(out, '&');
    }
    g_string_append(out, name);
    g_string_append_c(out, '=');
    g_string_append_uri_escaped(out, value, NULL, FALSE);
}

static void append_number(GString *out, const char *name, guint number) {
    char digits[16];
    g_snprintf(digits, sizeof digits, "%u", number);
    append_pair(out, name, digits);
}

static int compare_values(gconstpointer a, gconstpointer b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The values of one field in byte order, with toggled added or taken away. */
static void append_filters(GString *out, const Request *request, SylFieldId field,
                           const char *toggled) {
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    for (guint i = 0; i < request->filters->len; i++) {
        RequestFilter *filter = g_ptr_array_index(request->filters, i);
        if (filter->field == field &&
            (toggled == NULL || !same_value(field, filter->value, toggled))) {
            g_ptr_array_add(values, filter->value);
        }
    }
    g_autofree char *added = NULL;
    if (toggled != NULL && !request_has_filter(request, field, toggled)) {
        added = g_strdup(toggled);
        g_ptr_array_add(values, added);
    }
    g_ptr_array_sort(values, compare_values);
    for (guint i = 0; i < values->len; i++) {
        append_pair(out, syl_schema_field(field)->facet, g_ptr_array_index(values, i));
    }
}

static char *format(const Request *request, const char *query, guint offset, SylFieldId field,
                    const char *toggled) {
    GString *out = g_string_new(NULL);
    if (query[0] != '\0') {
        append_pair(out, "q", query);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(filter_fields); i++) {
        append_filters(out, request, filter_fields[i], filter_fields[i] == field ? toggled : NULL);
    }
    if (request->literal) {
        append_number(out, "literal", 1);
    }
    if (request->limit != REQUEST_LIMIT_DEFAULT) {
        append_number(out, "limit", request->limit);
    }
    if (offset > 0) {
        append_number(out, "offset", offset);
    }
    return g_string_free(out, FALSE);
}

char *request_format(const Request *request) {
    return format(request, request->query, request->offset, SYL_FIELD_COUNT, NULL);
}

char *request_format_offset(const Request *request, guint offset) {
    return format(request, request->query, offset, SYL_FIELD_COUNT, NULL);
}

char *request_format_toggle(const Request *request, SylFieldId field, const char *value) {
    return format(request, request->query, 0, field, value);
}

char *request_format_query(const Request *request, const char *query) {
    return format(request, query, 0, SYL_FIELD_COUNT, NULL);
}
