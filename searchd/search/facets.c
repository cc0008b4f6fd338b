#include "search/facets.h"

#include <string.h>

const SylFieldId facets_fields[FACETS_COUNT] = {SYL_FIELD_SECTION, SYL_FIELD_KIND, SYL_FIELD_LIST,
                                                SYL_FIELD_HOST};

/* Between the levels of a path that people read. */
static const char level_separator[] = " › ";

static void facet_value_free(gpointer data) {
    FacetValue *value = data;
    g_free(value->value);
    g_free(value->label);
    g_free(value->name);
    g_free(value);
}

typedef struct Counted {
    char *path; /* as it was written first */
    guint count;
} Counted;

static void counted_free(gpointer data) {
    Counted *counted = data;
    g_free(counted->path);
    g_free(counted);
}

/* A path spelled as its levels above were: counted holds them. */
static char *spelled(GHashTable *counts, const char *folded, const char *path) {
    const char *below = strrchr(folded, SYL_PATH_SEPARATOR);
    const char *level = strrchr(path, SYL_PATH_SEPARATOR);
    if (below == NULL || level == NULL) {
        return g_strdup(path);
    }
    g_autofree char *above = g_strndup(folded, (gsize)(below - folded));
    const Counted *parent = g_hash_table_lookup(counts, above);
    return parent == NULL ? g_strdup(path) : g_strconcat(parent->path, level, NULL);
}

/* Counts one slot value of count for a path and every path above it, unless seen has it already. */
static void count_path(GHashTable *counts, GHashTable *seen, const char *path, guint count) {
    for (const char *end = path; end != NULL;) {
        end = strchr(end, SYL_PATH_SEPARATOR);
        gsize size = end == NULL ? strlen(path) : (gsize)(end - path);
        end = end == NULL ? NULL : end + 1;
        g_autofree char *above = g_strndup(path, size);
        g_autofree char *folded = g_utf8_strdown(above, -1); /* as syl_schema_term does */
        if (size == 0 || g_hash_table_contains(seen, folded)) {
            continue;
        }
        Counted *counted = g_hash_table_lookup(counts, folded);
        if (counted == NULL) {
            counted = g_new0(Counted, 1);
            counted->path = spelled(counts, folded, above);
            g_hash_table_insert(counts, g_strdup(folded), counted);
        }
        counted->count += count;
        g_hash_table_add(seen, g_steal_pointer(&folded));
    }
}

/* char* folded path → Counted. */
static GHashTable *count_paths(const xc_facet *counted) {
    static const char separator[] = {SYL_VALUE_SEPARATOR, '\0'};
    GHashTable *counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, counted_free);
    for (size_t i = 0; i < counted->count; i++) {
        g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_auto(GStrv) paths = g_strsplit(counted->values[i].value.data, separator, -1);
        for (char **path = paths; *path != NULL; path++) {
            count_path(counts, seen, *path, counted->values[i].count);
        }
    }
    return counts;
}

static guint count_of_level(GHashTable *counts, const char *path, gsize size) {
    g_autofree char *above = g_strndup(path, size);
    const Counted *counted = g_hash_table_lookup(counts, above);
    return counted == NULL ? 0 : counted->count;
}

/* Orders folded paths as a tree: where two part, the more frequent branch comes first. */
static int compare_paths(gconstpointer a, gconstpointer b, gpointer counts) {
    const char *first = *(const char *const *)a;
    const char *second = *(const char *const *)b;
    gsize level = 0;
    for (gsize i = 0; first[i] == second[i] && first[i] != '\0'; i++) {
        level = first[i] == SYL_PATH_SEPARATOR ? i + 1 : level;
    }
    gsize first_size = level + strcspn(first + level, (char[]){SYL_PATH_SEPARATOR, '\0'});
    gsize second_size = level + strcspn(second + level, (char[]){SYL_PATH_SEPARATOR, '\0'});
    gboolean same_branch = first_size == second_size && memcmp(first, second, first_size) == 0;
    if (same_branch) { /* one is above the other */
        return strlen(first) < strlen(second) ? -1 : 1;
    }
    guint first_count = count_of_level(counts, first, first_size);
    guint second_count = count_of_level(counts, second, second_size);
    if (first_count != second_count) {
        return first_count > second_count ? -1 : 1;
    }
    return strcmp(first, second);
}

static FacetValue *facet_value_new(SylFieldId field, const char *path, guint count) {
    static const char separator[] = {SYL_PATH_SEPARATOR, '\0'};
    g_auto(GStrv) levels = g_strsplit(path, separator, -1);
    guint depth = g_strv_length(levels);
    FacetValue *value = g_new0(FacetValue, 1);
    value->value = field == SYL_FIELD_SECTION
                       ? request_path_value((const char *const *)levels, depth)
                       : g_strdup(path);
    value->label = g_strjoinv(level_separator, levels);
    value->name = g_strdup(levels[depth - 1]);
    value->depth = depth - 1;
    value->count = count;
    return value;
}

GPtrArray *facets_values(SylFieldId field, const xc_facet *counted) {
    g_autoptr(GHashTable) counts = count_paths(counted);
    guint number = 0;
    g_autofree gpointer *paths = g_hash_table_get_keys_as_array(counts, &number);
    g_qsort_with_data(paths, (int)number, sizeof *paths, compare_paths, counts);
    GPtrArray *values = g_ptr_array_new_with_free_func(facet_value_free);
    for (guint i = 0; i < number && values->len < SEARCH_FACET_VALUES_MAX; i++) {
        const Counted *path = g_hash_table_lookup(counts, paths[i]);
        FacetValue *value = facet_value_new(field, path->path, path->count);
        if (strlen(value->value) > REQUEST_FILTER_MAX_BYTES) {
            facet_value_free(value);
        } else {
            g_ptr_array_add(values, value);
        }
    }
    return values;
}
