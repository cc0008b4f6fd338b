#include "query/token.h"

#include <string.h>

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

gboolean token_next(const char *text, gsize *position, Token *token) {
    const char *at = text + *position;
    if (*at == '\0') {
        return FALSE;
    }
    gsize size = 1;
    TokenKind kind = TOKEN_SPACE;
    gsize name = field_name_size(at);
    if (is_space(*at) || *at == '+' || *at == '-') {
        while (is_space(at[size])) {
            size++;
        }
    } else if (*at == '"') {
        kind = TOKEN_QUOTED;
        size = quoted_size(at);
    } else if (name > 0 && field_of(at, name - 1) != NULL) {
        kind = TOKEN_FIELD;
        size = name + (at[name] == '"' ? quoted_size(at + name) : word_size(at + name));
    } else if (name > 0) {
        kind = TOKEN_UNKNOWN;
        size = name;
    } else {
        size = word_size(at);
        kind = is_operator(at, size) ? TOKEN_OPERATOR
               : at[size - 1] == '*' ? TOKEN_WILDCARD
                                     : TOKEN_WORD;
    }
    *token = (Token){.kind = kind, .start = *position, .size = size};
    *position += size;
    return TRUE;
}

gboolean token_walk_next(TokenWalk *walk) {
    if (!token_next(walk->text, &walk->position, &walk->token)) {
        return FALSE;
    }
    const Token *token = &walk->token;
    const char *start = walk->text + token->start;
    gboolean space = token->kind == TOKEN_SPACE;
    walk->hated = walk->after_minus;
    walk->negated = walk->after_not;
    walk->after_minus = space && token->size == 1 && *start == '-';
    walk->after_not =
        space ? walk->after_not : token->kind == TOKEN_OPERATOR && g_str_has_prefix(start, "NOT");
    return TRUE;
}

char *token_straight_quotes(const char *text) {
    GString *straight = g_string_new(NULL);
    while (*text != '\0') {
        gunichar character = g_utf8_get_char(text);
        gsize size = (gsize)g_utf8_skip[(guchar)*text];
        if (character >= 0x201C && character <= 0x201E) {
            g_string_append_c(straight, '"');
        } else {
            g_string_append_len(straight, text, (gssize)size);
        }
        text += size;
    }
    return g_string_free(straight, FALSE);
}

SylFieldId token_filter(const char *start, const Token *token, const char **value) {
    if (token->kind != TOKEN_FIELD) {
        return SYL_FIELD_COUNT;
    }
    gsize name = field_name_size(start);
    const SylField *field = field_of(start, name - 1);
    int id = 0;
    while (id < SYL_FIELD_COUNT &&
           (syl_schema_field((SylFieldId)id) != field || field->kind != SYL_FIELD_FILTER)) {
        id++;
    }
    *value = start + name;
    return (SylFieldId)id;
}
