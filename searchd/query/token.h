/* The tokens of a query text: words, fields, phrases, operators. Pure functions: any thread. */
#pragma once

#include <glib.h>

#include "syllabus/schema.h"

/* A stretch of a query text, as people would divide it. */
typedef enum TokenKind {
    TOKEN_SPACE,    /* white space, brackets, + and - before a word */
    TOKEN_WORD,     /* one plain word */
    TOKEN_WILDCARD, /* one ending in '*' */
    TOKEN_OPERATOR, /* AND, OR, NOT, XOR, NEAR, ADJ, in capitals */
    TOKEN_FIELD,    /* `name:` where the schema has such a name, and all of its value */
    TOKEN_UNKNOWN,  /* `name:` where it has none; the value is a token of its own */
    TOKEN_QUOTED,   /* from a quotation mark to the next or to the end */
} TokenKind;
typedef struct Token {
    TokenKind kind;
    gsize start, size; /* bytes in the text */
} Token;
/* The token at *position; moves *position past it. FALSE at the end. */
gboolean token_next(const char *text, gsize *position, Token *token);
/* A copy with " in the place of typographic quotation marks (U+201C to U+201E). Caller frees. */
char *token_straight_quotes(const char *text);

/* Goes over the tokens of a text and tells which are to be left out. Begins with text set and all
 * else zero; text is borrowed. */
typedef struct TokenWalk {
    const char *text;
    Token token;
    gboolean hated;   /* the token stands behind a minus */
    gboolean negated; /* … or behind NOT */
    gsize position;   /* these are the walk's own */
    gboolean after_minus, after_not;
} TokenWalk;
/* FALSE at the end. */
gboolean token_walk_next(TokenWalk *walk);

/* The filter that a token is, or SYL_FIELD_COUNT: none. start: where it begins; *value gets where
 * its value does. */
SylFieldId token_filter(const char *start, const Token *token, const char **value);
