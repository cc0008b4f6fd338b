#include "query/plan.h"

#include <string.h>

#include "query/request.h"
#include "query/token.h"
#include "syllabus/schema.h"
#include "syllabus/text.h"

/* What the parsers ask for the query of a filter's value with. */
typedef struct FilterContext {
    xc_database *database;
    SylFieldId field;
} FilterContext;

/* One parser for each way a text is read: they differ in what plain words search and in bounds. */
struct Planner {
    FilterContext filters[SYL_FIELD_COUNT];
    xc_parser *text;
    xc_parser *wide;
    xc_parser *unbounded;
};

static xc_status combine(xc_operator op, const GPtrArray *parts, xc_query **query,
                         xc_error *error) {
    return xc_query_combine(op, (const xc_query *const *)parts->pdata, parts->len, 0, query, error);
}

static GPtrArray *queries_new(void) {
    return g_ptr_array_new_with_free_func((GDestroyNotify)xc_query_free);
}

/* --- filters */

/* Every section whose last level is called as the one level of which term is the term. */
static xc_status sections_called(xc_database *database, const char *term, xc_query **query,
                                 xc_error *error) {
    const char *prefix = syl_schema_field(SYL_FIELD_SECTION)->prefix;
    const char *level = term + strlen(prefix);
    g_autoptr(GPtrArray) parts = queries_new();
    xc_terms *sections = NULL;
    xc_status status =
        xc_database_terms(database, prefix, strlen(prefix), PLAN_SECTIONS_MAX, &sections, error);
    if (status != XC_OK) {
        return status;
    }
    for (size_t i = 0; i < sections->count && parts->len < PLAN_SAME_SECTIONS_MAX; i++) {
        const xc_string *name = &sections->items[i].name;
        const char *last = strrchr(name->data, SYL_PATH_SEPARATOR);
        xc_query *part = NULL;
        if (last == NULL || strcmp(last + 1, level) != 0) {
            continue;
        }
        status = xc_query_term(name->data, name->size, &part, error);
        if (status != XC_OK) {
            break;
        }
        g_ptr_array_add(parts, part);
    }
    xc_terms_free(sections);
    return status == XC_OK ? combine(XC_OR, parts, query, error) : status;
}

/* An xc_filter_func. */
static xc_status make_filter(void *context, const char *value, size_t size, xc_query **query,
                             xc_error *error) {
    const FilterContext *filter = context;
    g_autofree char *text = g_strndup(value, size);
    g_autofree char *term = request_filter_term(filter->field, text);
    if (filter->field == SYL_FIELD_SECTION && strchr(term, SYL_PATH_SEPARATOR) == NULL) {
        guint32 freq = 0;
        xc_status status =
            xc_database_term_freq(filter->database, term, strlen(term), &freq, error);
        if (status != XC_OK || freq == 0) {
            return status == XC_OK ? sections_called(filter->database, term, query, error) : status;
        }
    }
    return xc_query_term(term, strlen(term), query, error);
}

/* --- parsers from the schema */

static xc_status add_fields(Planner *planner, xc_parser *parser, xc_error *error) {
    for (int id = 0; id < SYL_FIELD_COUNT; id++) {
        const SylField *field = syl_schema_field((SylFieldId)id);
        if (field->name == NULL) {
            continue;
        }
        xc_status status = XC_OK;
        if (field->kind == SYL_FIELD_FILTER) {
            status = xc_parser_add_filter_func(parser, field->name, true, make_filter,
                                               &planner->filters[id], error);
        } else if (field->kind == SYL_FIELD_VALUE) {
            status = xc_parser_add_date_range(parser, field->name, field->slot, error);
        } else {
            status = xc_parser_add_field(parser, field->name, field->prefix, error);
        }
        if (status != XC_OK) {
            return status;
        }
    }
    return XC_OK;
}

/* What plain words search: the body, to which the indexer adds titles, headings and the list's
 * words with their weights. */
static xc_status add_plain_fields(xc_parser *parser, PlanScope scope, xc_error *error) {
    xc_status status =
        xc_parser_add_field(parser, "", syl_schema_field(SYL_FIELD_BODY)->prefix, error);
    return status == XC_OK && scope == PLAN_SCOPE_WIDE
               ? xc_parser_add_field(parser, "", syl_schema_field(SYL_FIELD_REST)->prefix, error)
               : status;
}

static xc_status parser_new(Planner *planner, xc_database *database, const xc_parser_limits *limits,
                            PlanScope scope, gboolean fields, xc_parser **parser, xc_error *error) {
    xc_parser *made = NULL;
    xc_status status = xc_parser_new(SYL_STEM_LANGUAGE, limits, &made, error);
    if (status == XC_OK) {
        status = xc_parser_set_database(made, database, error);
    }
    if (status == XC_OK) {
        status = add_plain_fields(made, scope, error);
    }
    if (status == XC_OK && fields) {
        status = add_fields(planner, made, error);
    }
    if (status == XC_OK) {
        gsize count = 0;
        const char *const *words = syl_schema_stop_words(&count);
        status = xc_parser_set_stop_words(made, words, count, error);
    }
    if (status != XC_OK) {
        xc_parser_free(made);
        return status;
    }
    *parser = made;
    return XC_OK;
}

xc_status planner_new(xc_database *database, Planner **planner, xc_error *error) {
    static const xc_parser_limits default_limits = {0};
    static const xc_parser_limits no_limits = {.text_bytes = G_MAXUINT32, .terms = G_MAXUINT32};
    g_autoptr(Planner) made = g_new0(Planner, 1);
    for (int id = 0; id < SYL_FIELD_COUNT; id++) {
        made->filters[id] = (FilterContext){database, (SylFieldId)id};
    }
    xc_status status =
        parser_new(made, database, &default_limits, PLAN_SCOPE_TEXT, TRUE, &made->text, error);
    if (status == XC_OK) {
        status =
            parser_new(made, database, &default_limits, PLAN_SCOPE_WIDE, TRUE, &made->wide, error);
    }
    if (status == XC_OK) {
        status =
            parser_new(made, database, &no_limits, PLAN_SCOPE_TEXT, FALSE, &made->unbounded, error);
    }
    if (status == XC_OK) {
        *planner = g_steal_pointer(&made);
    }
    return status;
}

void planner_free(Planner *planner) {
    if (planner == NULL) {
        return;
    }
    xc_parser_free(planner->text);
    xc_parser_free(planner->wide);
    xc_parser_free(planner->unbounded);
    g_free(planner);
}

static Plan *plan_new(void) {
    Plan *plan = g_new0(Plan, 1);
    plan->notices = g_ptr_array_new_with_free_func(g_free);
    plan->stems = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    plan->words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    plan->prefixes = g_ptr_array_new_with_free_func(g_free);
    return plan;
}

void plan_free(Plan *plan) {
    if (plan == NULL) {
        return;
    }
    xc_query_free(plan->query);
    xc_query_free(plan->all_words);
    xc_query_free(plan->pairs);
    g_ptr_array_unref(plan->notices);
    g_hash_table_unref(plan->stems);
    g_hash_table_unref(plan->words);
    g_ptr_array_unref(plan->prefixes);
    g_free(plan);
}

/* --- the text as the parser gets it */

static void add_notice(Plan *plan, char *notice) {
    g_ptr_array_add(plan->notices, notice);
}

/* Lower case, so that a capital at the start of a sentence does not switch stemming off. Initials
 * (U.S.A) stay: the parser knows them by their capitals. Caller frees. */
static char *lower_words(const char *text, gsize size) {
    GString *lower = g_string_sized_new(size);
    gsize position = 0;
    gsize copied = 0;
    SylWord word = {0};
    for (gboolean found = TRUE; found;) {
        found = syl_text_next_word(text, size, &position, &word);
        gsize start = found ? word.start : size;
        if (found && !syl_text_is_initials(text + start, word.size)) {
            continue;
        }
        g_autofree char *before = syl_text_lower(text + copied, start - copied);
        g_string_append(lower, before);
        if (found) {
            g_string_append_len(lower, text + start, (gssize)word.size);
            copied = start + word.size;
        }
    }
    return g_string_free(lower, FALSE);
}

/* Has the word before the '*' of a wildcard highlighted. */
static void add_prefix(Plan *plan, const char *lower, gsize size) {
    gsize position = 0;
    SylWord word = {0};
    while (syl_text_next_word(lower, size, &position, &word)) {
        if (word.start + word.size == size) {
            g_ptr_array_add(plan->prefixes, g_strndup(lower + word.start, word.size));
        }
    }
}

/* What one token becomes; operators and the values of filters stay. Names of fields that do not
 * exist become words. Caller frees. */
static char *prepare_token(const TokenWalk *walk, Plan *plan) {
    const Token *token = &walk->token;
    const char *start = walk->text + token->start;
    const char *value = NULL;
    if (token->kind == TOKEN_OPERATOR || token->kind == TOKEN_SPACE) {
        return g_strndup(start, token->size);
    }
    if (token_filter(start, token, &value) != SYL_FIELD_COUNT) {
        g_autofree char *name = g_ascii_strdown(start, value - start);
        g_autofree char *rest = g_strndup(value, token->size - (gsize)(value - start));
        return g_strconcat(name, rest, NULL);
    }
    char *lower = lower_words(start, token->size);
    gsize last = strlen(lower) - 1;
    if (token->kind == TOKEN_UNKNOWN) {
        lower[last] = ' ';
        add_notice(plan, g_strdup_printf("There is no field “%.*s”: it was searched as a word.",
                                         (int)token->size - 1, start));
    } else if (token->kind == TOKEN_WILDCARD && !walk->hated && !walk->negated) {
        add_prefix(plan, lower, last);
    }
    return lower;
}

/* The text as the parser gets it, with notices on what it does not say. Caller frees. */
static char *prepare_text(const char *text, Plan *plan) {
    GString *prepared = g_string_sized_new(strlen(text));
    TokenWalk walk = {.text = text};
    guint wanted = 0;
    guint hated = 0;
    while (token_walk_next(&walk)) {
        g_autofree char *token_text = prepare_token(&walk, plan);
        g_string_append(prepared, token_text);
        if (walk.token.kind != TOKEN_SPACE && walk.token.kind != TOKEN_OPERATOR) {
            *(walk.hated ? &hated : &wanted) += 1;
        }
    }
    if (hated > 0 && wanted == 0) {
        add_notice(plan,
                   g_strdup("Only words to leave out were given: they were searched instead."));
    }
    return g_string_free(prepared, FALSE);
}

/* --- what is asked for */

/* Of Chinese, Japanese and Korean words the pairs alone are highlighted: each of their characters
 * occurs in many other words. */
static void leave_pairs(GHashTable *words) {
    g_autoptr(GPtrArray) single = g_ptr_array_new_with_free_func(g_free);
    GHashTableIter iter;
    gpointer word = NULL;
    g_hash_table_iter_init(&iter, words);
    while (g_hash_table_iter_next(&iter, &word, NULL)) {
        const char *second = (const char *)word + g_utf8_skip[*(const guchar *)word];
        if (syl_text_is_cjk(word) && *second != '\0') {
            g_ptr_array_add(single, g_strndup(word, (gsize)(second - (const char *)word)));
            g_ptr_array_add(single, g_strdup(second));
        }
    }
    for (guint i = 0; i < single->len; i++) {
        g_hash_table_remove(words, g_ptr_array_index(single, i));
    }
}

/* Sorts the words of a query into stems and exact words, leaving filters out. */
static xc_status collect_terms(Plan *plan, xc_error *error) {
    xc_terms *terms = NULL;
    xc_status status = xc_query_terms(plan->query, &terms, error);
    if (status != XC_OK) {
        return status;
    }
    for (size_t i = 0; i < terms->count; i++) {
        const char *term = terms->items[i].name.data;
        gboolean stem = term[0] == 'Z';
        const char *word = term + (stem ? 1 : 0);
        const char *rest = word;
        while (g_ascii_isupper(*rest)) {
            rest++;
        }
        /* Words have no prefix, or one of the fields' with words in them. */
        gboolean is_word = rest == word;
        for (int id = 0; id < SYL_FIELD_COUNT && !is_word; id++) {
            const SylField *field = syl_schema_field((SylFieldId)id);
            is_word = (field->kind == SYL_FIELD_WORDS || field->kind == SYL_FIELD_BAG) &&
                      strlen(field->prefix) == (gsize)(rest - word) &&
                      strncmp(field->prefix, word, (gsize)(rest - word)) == 0;
        }
        if (is_word && *rest != '\0') {
            g_hash_table_add(stem ? plan->stems : plan->words, g_strdup(rest));
        }
    }
    xc_terms_free(terms);
    leave_pairs(plan->words);
    return XC_OK;
}

static xc_status parse_all_words(xc_parser *parser, const char *text, unsigned flags, Plan *plan,
                                 xc_error *error) {
    guint words = g_hash_table_size(plan->stems) + g_hash_table_size(plan->words);
    if (words < 2 || words > PLAN_ALL_WORDS_MAX) {
        return XC_OK;
    }
    return xc_parser_parse(parser, text, strlen(text), flags, XC_AND, &plan->all_words, error);
}

/* --- words side by side */

static gboolean is_stop_word(const char *word) {
    gsize count = 0;
    const char *const *words = syl_schema_stop_words(&count);
    for (gsize i = 0; i < count; i++) {
        if (strcmp(words[i], word) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

static void add_words(GPtrArray *words, const char *text, gsize size) {
    gsize position = 0;
    SylWord word = {0};
    while (words->len <= PLAN_PAIRS_MAX && syl_text_next_word(text, size, &position, &word)) {
        g_autofree char *term = syl_text_term(text + word.start, word.size);
        if (strlen(term) <= SYL_TERM_MAX_BYTES && !is_stop_word(term)) {
            g_ptr_array_add(words, g_steal_pointer(&term));
        }
    }
}

static xc_status near_query(const char *first, const char *second, xc_query **near,
                            xc_error *error) {
    xc_query *parts[2] = {NULL, NULL};
    xc_status status = xc_query_term(first, strlen(first), &parts[0], error);
    if (status == XC_OK) {
        status = xc_query_term(second, strlen(second), &parts[1], error);
    }
    if (status == XC_OK) {
        status = xc_query_combine(XC_NEAR, (const xc_query *const *)parts, 2, PLAN_PAIR_WINDOW,
                                  near, error);
    }
    xc_query_free(parts[0]);
    xc_query_free(parts[1]);
    return status;
}

/* words: of char*, the plain words of the query without stop words. */
static xc_status pair_words(const GPtrArray *words, Plan *plan, xc_error *error) {
    if (words->len < 2 || words->len > PLAN_PAIRS_MAX) {
        return XC_OK;
    }
    g_autoptr(GPtrArray) pairs = queries_new();
    for (guint i = 0; i + 1 < words->len; i++) {
        const char *first = g_ptr_array_index(words, i);
        const char *second = g_ptr_array_index(words, i + 1);
        xc_query *near = NULL;
        xc_status status =
            strcmp(first, second) == 0 ? XC_OK : near_query(first, second, &near, error);
        if (status != XC_OK) {
            return status;
        }
        if (near != NULL) {
            g_ptr_array_add(pairs, near);
        }
    }
    return pairs->len == 0 ? XC_OK : combine(XC_OR, pairs, &plan->pairs, error);
}

/* The plain words of a text, those to be left out not among them. Caller unrefs. */
static GPtrArray *plain_words(const char *text) {
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    TokenWalk walk = {.text = text};
    while (token_walk_next(&walk)) {
        if (walk.token.kind == TOKEN_WORD && !walk.hated && !walk.negated) {
            add_words(words, text + walk.token.start, walk.token.size);
        }
    }
    return words;
}

/* --- nothing but filters to leave out */

static gboolean only_leaves_out(const char *text) {
    TokenWalk walk = {.text = text};
    const char *value = NULL;
    guint filters = 0;
    while (token_walk_next(&walk)) {
        if (walk.token.kind == TOKEN_SPACE) {
            continue;
        }
        if (!walk.hated ||
            token_filter(text + walk.token.start, &walk.token, &value) == SYL_FIELD_COUNT) {
            return FALSE;
        }
        filters++;
    }
    return filters > 0;
}

/* Everything but what the filters of the text leave. Xapian's parser would search them instead. */
static xc_status everything_else(Planner *planner, const char *text, Plan *plan, xc_error *error) {
    g_autoptr(GPtrArray) parts = queries_new();
    TokenWalk walk = {.text = text};
    xc_query *part = NULL;
    xc_status status = xc_query_match_all(&part, error);
    while (status == XC_OK) {
        g_ptr_array_add(parts, part);
        do {
            if (!token_walk_next(&walk)) {
                return combine(XC_AND_NOT, parts, &plan->query, error);
            }
        } while (walk.token.kind == TOKEN_SPACE);
        const char *start = text + walk.token.start;
        const char *value = NULL;
        SylFieldId field = token_filter(start, &walk.token, &value);
        gsize size = walk.token.size - (gsize)(value - start);
        if (size >= 2 && value[0] == '"' && value[size - 1] == '"') {
            value++;
            size -= 2;
        }
        status = make_filter(&planner->filters[field], value, size, &part, error);
    }
    return status;
}

/* --- planning */

/* Xapian takes a quote that is never closed for a phrase up to the end. */
static gboolean quotes_are_closed(const char *text) {
    guint quotes = 0;
    for (const char *c = strchr(text, '"'); c != NULL; c = strchr(c + 1, '"')) {
        quotes++;
    }
    return quotes % 2 == 0;
}

static xc_status parse(xc_parser *parser, const char *text, Plan *plan, xc_error *error) {
    unsigned flags = XC_PARSE_DEFAULT;
    xc_status status = quotes_are_closed(text) ? xc_parser_parse(parser, text, strlen(text), flags,
                                                                 XC_OR, &plan->query, error)
                                               : XC_SYNTAX;
    if (status == XC_SYNTAX) {
        add_notice(plan, g_strdup("The query could not be read as it is written: it was searched "
                                  "as plain words."));
        flags = 0;
        status = xc_parser_parse(parser, text, strlen(text), flags, XC_OR, &plan->query, error);
    }
    if (status == XC_OK) {
        status = collect_terms(plan, error);
    }
    return status == XC_OK ? parse_all_words(parser, text, flags, plan, error) : status;
}

xc_status planner_parse(Planner *planner, const char *text, PlanScope scope, Plan **plan,
                        xc_error *error) {
    g_autoptr(Plan) made = plan_new();
    g_autofree char *straight = token_straight_quotes(text);
    xc_status status = XC_OK;
    if (only_leaves_out(straight)) {
        status = everything_else(planner, straight, made, error);
    } else {
        g_autofree char *prepared = prepare_text(straight, made);
        xc_parser *parser = scope == PLAN_SCOPE_WIDE ? planner->wide : planner->text;
        g_autoptr(GPtrArray) words = plain_words(straight);
        status = parse(parser, prepared, made, error);
        if (status == XC_OK) {
            status = pair_words(words, made, error);
        }
    }
    if (status == XC_OK) {
        *plan = g_steal_pointer(&made);
    }
    return status;
}

xc_status planner_parse_words(Planner *planner, const char *text, Plan **plan, xc_error *error) {
    g_autoptr(Plan) made = plan_new();
    g_autofree char *lower = lower_words(text, strlen(text));
    xc_parser *parser = planner->unbounded;
    xc_status status = xc_parser_parse(parser, lower, strlen(lower), 0, XC_OR, &made->query, error);
    if (status == XC_OK) {
        status = collect_terms(made, error);
    }
    if (status == XC_OK) {
        status = parse_all_words(parser, lower, 0, made, error);
    }
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    add_words(words, lower, strlen(lower));
    if (status == XC_OK) {
        status = pair_words(words, made, error);
    }
    if (status == XC_OK) {
        *plan = g_steal_pointer(&made);
    }
    return status;
}
