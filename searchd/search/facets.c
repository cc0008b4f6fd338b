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

/* Counts one document of count for a path and every path above it, unless seen has it already. */
static void count_path(GHashTable *counts, GHashTable *seen, const char *path, guint count) {
    for (const char *end = path; end != NULL;) {
        end = strchr(end, SYL_PATH_SEPARATOR);
        gsize size = end == NULL ? strlen(path) : (gsize)(end - path);
        end = end == NULL ? NULL : end + 1;
        g_autofree char *above = g_strndup(path, size);
        if (size == 0 || g_hash_table_contains(seen, above)) {
            continue;
        }
        guint before = GPOINTER_TO_UINT(g_hash_table_lookup(counts, above));
        g_hash_table_insert(counts, g_strdup(above), GUINT_TO_POINTER(before + count));
        g_hash_table_add(seen, g_steal_pointer(&above));
    }
}

/* char* path → how many documents. */
static GHashTable *count_paths(const xc_facet *counted) {
    static const char separator[] = {SYL_VALUE_SEPARATOR, '\0'};
    GHashTable *counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
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
    return GPOINTER_TO_UINT(g_hash_table_lookup(counts, above));
}

/* Orders paths as a tree: where two part, the more frequent branch comes first. */
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
    for (guint i = 0; i < MIN(number, SEARCH_FACET_VALUES_MAX); i++) {
        guint count = GPOINTER_TO_UINT(g_hash_table_lookup(counts, paths[i]));
        g_ptr_array_add(values, facet_value_new(field, paths[i], count));
    }
    return values;
}
