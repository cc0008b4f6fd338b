#include "query/plan.h"

#include <string.h>

#include "syllabus/schema.h"
#include "syllabus/text.h"

/* One parser for each way a text is read: they differ in what plain words search and in bounds. */
struct Planner {
    xc_parser *text;
    xc_parser *wide;
    xc_parser *unbounded;
};

/* --- parsers from the schema */

static xc_status add_fields(xc_parser *parser, xc_error *error) {
    for (int id = 0; id < SYL_FIELD_COUNT; id++) {
        const SylField *field = syl_schema_field((SylFieldId)id);
        if (field->name == NULL) {
            continue;
        }
        xc_status status = XC_OK;
        if (field->kind == SYL_FIELD_FILTER) {
            status = xc_parser_add_filter(parser, field->name, field->prefix, true, error);
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

static xc_status parser_new(const xc_database *database, const xc_parser_limits *limits,
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
        status = add_fields(made, error);
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

xc_status planner_new(const xc_database *database, Planner **planner, xc_error *error) {
    static const xc_parser_limits default_limits = {0};
    static const xc_parser_limits no_limits = {.text_bytes = G_MAXUINT32, .terms = G_MAXUINT32};
    g_autoptr(Planner) made = g_new0(Planner, 1);
    xc_status status =
        parser_new(database, &default_limits, PLAN_SCOPE_TEXT, TRUE, &made->text, error);
    if (status == XC_OK) {
        status = parser_new(database, &default_limits, PLAN_SCOPE_WIDE, TRUE, &made->wide, error);
    }
    if (status == XC_OK) {
        status = parser_new(database, &no_limits, PLAN_SCOPE_TEXT, FALSE, &made->unbounded, error);
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

/* --- tokens */

static gboolean is_space(char c) {
    return g_ascii_isspace(c) || c == '(' || c == ')';
}

static gsize word_size(const char *text) {
    gsize size = 0;
    while (text[size] != '\0' && !is_space(text[size]) && text[size] != '"') {
        size++;
    }
    return size;
}

static gsize quoted_size(const char *text) {
    const char *end = strchr(text + 1, '"');
    return end == NULL ? strlen(text) : (gsize)(end - text) + 1;
}

static gboolean is_operator(const char *text, gsize size) {
    static const char *const operators[] = {"AND", "OR", "NOT", "XOR", "NEAR", "ADJ"};
    gsize name = 0;
    while (name < size && g_ascii_isupper(text[name])) {
        name++;
    }
    gboolean whole = name == size;
    if (!whole && text[name] == '/') { /* NEAR/3 */
        gsize digits = strspn(text + name + 1, "0123456789");
        whole = digits > 0 && name + 1 + digits == size;
    }
    for (gsize i = 0; whole && i < G_N_ELEMENTS(operators); i++) {
        if (strlen(operators[i]) == name && memcmp(operators[i], text, name) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

/* The schema's field of a name as people may write it. */
static const SylField *field_of(const char *name, gsize size) {
    char lower[16];
    if (size >= sizeof lower) {
        return NULL;
    }
    for (gsize i = 0; i < size; i++) {
        lower[i] = g_ascii_tolower(name[i]);
    }
    lower[size] = '\0';
    return syl_schema_field_by_name(lower);
}

/* Reads `name:` at text: the length with the colon, or 0 if there is none. "https://" is none. */
static gsize field_name_size(const char *text) {
    gsize size = 0;
    while (g_ascii_isalpha(text[size])) {
        size++;
    }
    if (size == 0 || text[size] != ':') {
        return 0;
    }
    char next = text[size + 1];
    return next == '\0' || is_space(next) || next == '/' || next == ':' ? 0 : size + 1;
}

gboolean plan_next_token(const char *text, gsize *position, PlanToken *token) {
    const char *at = text + *position;
    if (*at == '\0') {
        return FALSE;
    }
    gsize size = 1;
    PlanTokenKind kind = PLAN_TOKEN_SPACE;
    gsize name = field_name_size(at);
    if (is_space(*at) || *at == '+' || *at == '-') {
        while (is_space(at[size])) {
            size++;
        }
    } else if (*at == '"') {
        kind = PLAN_TOKEN_QUOTED;
        size = quoted_size(at);
    } else if (name > 0 && field_of(at, name - 1) != NULL) {
        kind = PLAN_TOKEN_FIELD;
        size = name + (at[name] == '"' ? quoted_size(at + name) : word_size(at + name));
    } else if (name > 0) {
        kind = PLAN_TOKEN_UNKNOWN;
        size = name;
    } else {
        size = word_size(at);
        kind = is_operator(at, size) ? PLAN_TOKEN_OPERATOR
               : at[size - 1] == '*' ? PLAN_TOKEN_WILDCARD
                                     : PLAN_TOKEN_WORD;
    }
    *token = (PlanToken){.kind = kind, .start = *position, .size = size};
    *position += size;
    return TRUE;
}

/* --- the text as the parser gets it */

static void add_notice(Plan *plan, char *notice) {
    g_ptr_array_add(plan->notices, notice);
}

/* What one token becomes: lower case, so that a capital at the start of a sentence does not switch
 * stemming off; operators stay. Names of fields that do not exist become words. Caller frees. */
static char *prepare_token(const char *start, const PlanToken *token, Plan *plan) {
    if (token->kind == PLAN_TOKEN_OPERATOR || token->kind == PLAN_TOKEN_SPACE) {
        return g_strndup(start, token->size);
    }
    char *lower = g_utf8_strdown(start, (gssize)token->size);
    gsize last = strlen(lower) - 1;
    if (token->kind == PLAN_TOKEN_UNKNOWN) {
        lower[last] = ' ';
        add_notice(plan, g_strdup_printf("There is no field “%.*s”: it was searched as a word.",
                                         (int)token->size - 1, start));
    } else if (token->kind == PLAN_TOKEN_WILDCARD) {
        g_ptr_array_add(plan->prefixes, g_strndup(lower, last));
    }
    return lower;
}

/* The text as the parser gets it, with notices on what it does not say. Caller frees. */
static char *prepare_text(const char *text, Plan *plan) {
    GString *prepared = g_string_sized_new(strlen(text));
    gsize position = 0;
    PlanToken token = {0};
    gboolean minus = FALSE;
    guint wanted = 0;
    guint unwanted = 0;
    while (plan_next_token(text, &position, &token)) {
        g_autofree char *token_text = prepare_token(text + token.start, &token, plan);
        g_string_append(prepared, token_text);
        if (token.kind != PLAN_TOKEN_SPACE && token.kind != PLAN_TOKEN_OPERATOR) {
            *(minus ? &unwanted : &wanted) += 1;
        }
        minus = text[token.start] == '-' && token.size == 1;
    }
    if (unwanted > 0 && wanted == 0) {
        add_notice(plan,
                   g_strdup("Only words to leave out were given: they were searched instead."));
    }
    return g_string_free(prepared, FALSE);
}

/* --- what is asked for */

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
        g_autofree char *lower = g_utf8_strdown(text + word.start, (gssize)word.size);
        if (strlen(lower) <= SYL_TERM_MAX_BYTES && !is_stop_word(lower)) {
            g_ptr_array_add(words, g_steal_pointer(&lower));
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
    g_autoptr(GPtrArray) pairs = g_ptr_array_new_with_free_func((GDestroyNotify)xc_query_free);
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
    return pairs->len == 0 ? XC_OK
                           : xc_query_combine(XC_OR, (const xc_query *const *)pairs->pdata,
                                              pairs->len, 0, &plan->pairs, error);
}

/* The plain words of a text, those to be left out not among them. Caller unrefs. */
static GPtrArray *plain_words(const char *text) {
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    gsize position = 0;
    PlanToken token = {0};
    gboolean minus = FALSE;
    while (plan_next_token(text, &position, &token)) {
        if (token.kind == PLAN_TOKEN_WORD && !minus) {
            add_words(words, text + token.start, token.size);
        }
        minus = text[token.start] == '-' && token.size == 1;
    }
    return words;
}

/* --- planning */

static xc_status parse(xc_parser *parser, const char *text, Plan *plan, xc_error *error) {
    unsigned flags = XC_PARSE_DEFAULT;
    xc_status status =
        xc_parser_parse(parser, text, strlen(text), flags, XC_OR, &plan->query, error);
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
    g_autofree char *prepared = prepare_text(text, made);
    xc_parser *parser = scope == PLAN_SCOPE_WIDE ? planner->wide : planner->text;
    g_autoptr(GPtrArray) words = plain_words(text);
    xc_status status = parse(parser, prepared, made, error);
    if (status == XC_OK) {
        status = pair_words(words, made, error);
    }
    if (status == XC_OK) {
        *plan = g_steal_pointer(&made);
    }
    return status;
}

xc_status planner_parse_words(Planner *planner, const char *text, Plan **plan, xc_error *error) {
    g_autoptr(Plan) made = plan_new();
    g_autofree char *lower = g_utf8_strdown(text, -1);
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
