#include "crawl/robots.h"

#include <math.h>
#include <string.h>

/* Rules are kept normalised and sorted, the longest first and Allow before Disallow, so that the
 * first that matches decides. */
typedef struct Rule {
    char *pattern; /* without the anchor */
    gsize size;    /* octets, the anchor included: what RFC 9309 section 2.2.2 compares */
    gboolean allow;
    gboolean anchored; /* ended in '$' */
} Rule;

typedef struct Group {
    gboolean named; /* some line names this group's agent */
    GArray *rules;  /* Rule */
    double crawl_delay;
} Group;

struct Robots {
    Group group;
};

typedef enum Key { KEY_UNKNOWN, KEY_USER_AGENT, KEY_ALLOW, KEY_DISALLOW, KEY_CRAWL_DELAY } Key;

/* With the misspellings that sites really use; to honour them is what their authors meant. */
static const struct {
    const char *name;
    Key key;
} KEYS[] = {
    {"user-agent", KEY_USER_AGENT},  {"useragent", KEY_USER_AGENT},
    {"user agent", KEY_USER_AGENT},  {"allow", KEY_ALLOW},
    {"disallow", KEY_DISALLOW},      {"dissallow", KEY_DISALLOW},
    {"dissalow", KEY_DISALLOW},      {"disalow", KEY_DISALLOW},
    {"disallaw", KEY_DISALLOW},      {"crawl-delay", KEY_CRAWL_DELAY},
    {"crawldelay", KEY_CRAWL_DELAY},
};

static void rule_clear(gpointer data) {
    g_free(((Rule *)data)->pattern);
}

static void group_init(Group *group) {
    group->rules = g_array_new(FALSE, FALSE, sizeof(Rule));
    g_array_set_clear_func(group->rules, rule_clear);
}

/* text in the form that patterns and paths are compared in: escapes of unreserved characters
 * decoded, the others in upper case, octets outside ASCII escaped. In a path, and in a pattern
 * anywhere but at its end, '$' is a plain character; in a path '*' is one. Both are then escaped,
 * as RFC 9309 section 2.2.3 has a pattern write them. */
static char *path_normalise(const char *text, gsize size, const char *literals) {
    GString *out = g_string_sized_new(size);
    for (gsize i = 0; i < size; i++) {
        guchar c = (guchar)text[i];
        gboolean escape = c > 0x7e || c <= ' ' || strchr(literals, c);
        if (c == '%' && i + 2 < size && g_ascii_isxdigit(text[i + 1]) &&
            g_ascii_isxdigit(text[i + 2])) {
            c = (guchar)(g_ascii_xdigit_value(text[i + 1]) * 16 +
                         g_ascii_xdigit_value(text[i + 2]));
            i += 2;
            escape = !g_ascii_isalnum(c) && (c == '\0' || !strchr("-._~", c));
        }
        if (escape) {
            g_string_append_printf(out, "%%%02X", c);
        } else {
            g_string_append_c(out, (char)c);
        }
    }
    return g_string_free(out, FALSE);
}

static void group_add_rule(Group *group, const char *value, gsize size, gboolean allow) {
    if (size == 0) {
        return;
    }
    const gboolean anchored = value[size - 1] == '$';
    Rule rule = {
        .pattern = path_normalise(value, size - (anchored ? 1 : 0), "$"),
        .allow = allow,
        .anchored = anchored,
    };
    rule.size = strlen(rule.pattern) + (anchored ? 1 : 0);
    g_array_append_val(group->rules, rule);
}

static gint rule_compare(gconstpointer a, gconstpointer b) {
    const Rule *left = a;
    const Rule *right = b;
    if (left->size != right->size) {
        return left->size > right->size ? -1 : 1;
    }
    return right->allow - left->allow;
}

/* One line of the file, its parts trimmed. */
typedef struct Line {
    Key key;
    const char *value;
    gsize value_size;
} Line;

static gboolean is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\0';
}

static void trim(const char **at, gsize *size) {
    for (; *size && is_blank((*at)[0]); (*at)++) {
        (*size)--;
    }
    while (*size && is_blank((*at)[*size - 1])) {
        (*size)--;
    }
}

static Key key_find(const char *name, gsize size) {
    for (guint i = 0; i < G_N_ELEMENTS(KEYS); i++) {
        if (size == strlen(KEYS[i].name) && !g_ascii_strncasecmp(name, KEYS[i].name, size)) {
            return KEYS[i].key;
        }
    }
    return KEY_UNKNOWN;
}

/* Reads "key: value # comment", or "key value" where the colon was forgotten. */
static Line line_read(const char *text, gsize size) {
    const char *comment = memchr(text, '#', size);
    if (comment) {
        size = (gsize)(comment - text);
    }
    trim(&text, &size);
    const char *separator = memchr(text, ':', size);
    for (gsize i = 0; !separator && i < size; i++) {
        if (is_blank(text[i])) {
            separator = text + i;
        }
    }
    if (!separator) {
        return (Line){.key = KEY_UNKNOWN};
    }
    gsize name_size = (gsize)(separator - text);
    const char *value = separator + 1;
    gsize value_size = size - name_size - 1;
    trim(&text, &name_size);
    trim(&value, &value_size);
    return (Line){key_find(text, name_size), value, value_size};
}

/* Which groups the lines being read belong to. */
typedef struct Parser {
    const char *agent;
    gboolean in_named, in_global; /* the group is for agent, for '*' */
    gboolean names_may_follow;    /* no rule of the group was read yet */
    Group named, global;
} Parser;

static void parser_take_agent(Parser *parser, const char *value, gsize size) {
    if (!parser->names_may_follow) {
        parser->in_named = parser->in_global = FALSE;
    }
    parser->names_may_follow = TRUE;
    if (size && value[0] == '*' && (size == 1 || is_blank(value[1]))) {
        parser->in_global = TRUE;
        return;
    }
    gsize token = 0;
    while (token < size &&
           (g_ascii_isalpha(value[token]) || value[token] == '_' || value[token] == '-')) {
        token++;
    }
    if (token == strlen(parser->agent) && !g_ascii_strncasecmp(value, parser->agent, token)) {
        parser->in_named = parser->named.named = TRUE;
    }
}

static void group_take_delay(Group *group, const char *value, gsize size) {
    g_autofree char *text = g_strndup(value, size);
    const double delay = g_ascii_strtod(text, NULL);
    if (isfinite(delay) && delay > group->crawl_delay) {
        group->crawl_delay = delay;
    }
}

static void parser_take_line(Parser *parser, const char *text, gsize size) {
    const Line line = line_read(text, size);
    if (line.key == KEY_UNKNOWN) {
        return;
    }
    if (line.key == KEY_USER_AGENT) {
        parser_take_agent(parser, line.value, line.value_size);
        return;
    }
    parser->names_may_follow = FALSE;
    Group *const groups[] = {parser->in_named ? &parser->named : NULL,
                             parser->in_global ? &parser->global : NULL};
    for (guint i = 0; i < G_N_ELEMENTS(groups); i++) {
        if (!groups[i]) {
            continue;
        }
        if (line.key == KEY_CRAWL_DELAY) {
            group_take_delay(groups[i], line.value, line.value_size);
        } else {
            group_add_rule(groups[i], line.value, line.value_size, line.key == KEY_ALLOW);
        }
    }
}

Robots *robots_parse(const char *text, gsize size, const char *agent) {
    const gboolean cut = size > ROBOTS_MAX_BYTES;
    text = text ? text : "";
    const char *end = text + MIN(size, ROBOTS_MAX_BYTES);
    Parser parser = {.agent = agent};
    group_init(&parser.named);
    group_init(&parser.global);
    if (end - text >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
        text += 3;
    }
    while (text < end) {
        const char *stop = text;
        while (stop < end && *stop != '\n' && *stop != '\r') {
            stop++;
        }
        if (stop < end || !cut) {
            parser_take_line(&parser, text, (gsize)(stop - text));
        }
        text = stop + 1;
    }
    Group *chosen = parser.named.named ? &parser.named : &parser.global;
    g_array_unref(chosen == &parser.named ? parser.global.rules : parser.named.rules);
    g_array_sort(chosen->rules, rule_compare);
    Robots *robots = g_new0(Robots, 1);
    robots->group = *chosen;
    return robots;
}

Robots *robots_allow_all(void) {
    Robots *robots = g_new0(Robots, 1);
    group_init(&robots->group);
    return robots;
}

Robots *robots_deny_all(void) {
    Robots *robots = robots_allow_all();
    group_add_rule(&robots->group, "/", 1, FALSE);
    return robots;
}

void robots_free(Robots *robots) {
    if (!robots) {
        return;
    }
    g_array_unref(robots->group.rules);
    g_free(robots);
}

/* Whether rule matches path. The pieces between the wildcards are searched one after the other,
 * each as far left as it goes: a match further right could not make room for more. */
static gboolean rule_matches(const Rule *rule, const char *path, gsize path_size) {
    const char *piece = rule->pattern;
    const char *at = path;
    const char *end = path + path_size;
    gsize size = strcspn(piece, "*");
    if (size > path_size || memcmp(at, piece, size)) {
        return FALSE;
    }
    at += size;
    if (!piece[size]) {
        return !rule->anchored || at == end;
    }
    for (;;) {
        piece += size + 1;
        size = strcspn(piece, "*");
        const gsize left = (gsize)(end - at);
        if (!piece[size] && rule->anchored) {
            return size <= left && !memcmp(end - size, piece, size);
        }
        const char *found = memmem(at, left, piece, size);
        if (!found) {
            return FALSE;
        }
        if (!piece[size]) {
            return TRUE;
        }
        at = found + size;
    }
}

gboolean robots_allows(const Robots *robots, const char *path_and_query) {
    if (!strcmp(path_and_query, "/robots.txt")) {
        return TRUE;
    }
    g_autofree char *path = path_normalise(path_and_query, strlen(path_and_query), "*$");
    const gsize size = strlen(path);
    const GArray *rules = robots->group.rules;
    for (guint i = 0; i < rules->len; i++) {
        const Rule *rule = &g_array_index(rules, Rule, i);
        if (rule_matches(rule, path, size)) {
            return rule->allow;
        }
    }
    return TRUE;
}

double robots_crawl_delay(const Robots *robots) {
    return robots->group.crawl_delay;
}

Robots *robots_from_reply(guint status, const char *text, gsize size, const char *agent) {
    if (status >= 200 && status < 300) {
        return robots_parse(text, size, agent);
    }
    return status >= 300 && status < 500 ? robots_allow_all() : robots_deny_all();
}
