#include "syllabus/url.h"

#include <arpa/inet.h>
#include <string.h>

#include <idn2.h>

G_DEFINE_QUARK(syl_url_error, syl_url_error)

#define HOST_MAX_BYTES  253 /* RFC 1035 section 2.3.4, without the final dot */
#define LABEL_MAX_BYTES 63
#define ECHO_MAX_BYTES  80 /* of a refused address in a message */

/* Names of query parameters that tell a site where its visitor came from, and nothing about the
 * page. */
static const char *const TRACKING_NAMES[] = {
    "_ga",     "_gl",     "_hsenc", "_hsmi",      "_openstat",   "dclid",   "fbclid",
    "gbraid",  "gclid",   "igsh",   "igshid",     "li_fat_id",   "mc_cid",  "mc_eid",
    "mkt_tok", "msclkid", "oft_id", "oly_enc_id", "oly_anon_id", "srsltid", "ttclid",
    "twclid",  "vero_id", "wbraid", "wickedid",   "yclid",       "ysclid",
};
static const char *const TRACKING_PREFIXES[] = {"utm_", "mtm_"};

/* A stretch of the address being read. */
typedef struct Span {
    const char *at; /* NULL where the part is missing, which differs from empty */
    gsize size;
} Span;

/* The five parts of RFC 3986 appendix B, less the fragment. */
typedef struct Parts {
    Span scheme, authority, path, query;
} Parts;

/* The parts on their way to the canonical form. */
typedef struct Target {
    const char *scheme; /* static */
    char *host;         /* ASCII; IPv6 in brackets */
    guint16 port;       /* 0 where it is the scheme's default */
    GString *path;
    GString *query; /* NULL if there is none */
} Target;

static void target_clear(Target *target) {
    g_clear_pointer(&target->host, g_free);
    if (target->path) {
        g_string_free(g_steal_pointer(&target->path), TRUE);
    }
    if (target->query) {
        g_string_free(g_steal_pointer(&target->query), TRUE);
    }
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Target, target_clear)

static const char *scheme_known(Span scheme) {
    static const char *const known[] = {"http", "https"};
    for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
        if (scheme.size == strlen(known[i]) &&
            !g_ascii_strncasecmp(scheme.at, known[i], scheme.size)) {
            return known[i];
        }
    }
    return NULL;
}

static guint16 scheme_port(const char *scheme) {
    return strcmp(scheme, "https") ? 80 : 443;
}

static gboolean is_unreserved(char c) {
    return g_ascii_isalnum(c) || (c && strchr("-._~", c));
}

/* What stands unescaped in a path; a query has '?' as well. RFC 3986 section 3.3. */
static gboolean is_path_character(char c) {
    return is_unreserved(c) || (c && strchr("!$&'()*+,;=:@/", c));
}

/* The first index in span of any of the characters in set, or its size. */
static gsize span_find(Span span, const char *set) {
    for (gsize i = 0; i < span.size; i++) {
        if (span.at[i] && strchr(set, span.at[i])) {
            return i;
        }
    }
    return span.size;
}

static Span span_cut(Span *rest, gsize size) {
    Span cut = {rest->at, size};
    rest->at += size;
    rest->size -= size;
    return cut;
}

/* reference without the white space around it and without its fragment. */
static Span reference_trim(const char *reference) {
    Span span = {reference, strlen(reference)};
    while (span.size && (guchar)span.at[0] <= ' ') {
        span_cut(&span, 1);
    }
    span.size = span_find(span, "#");
    while (span.size && (guchar)span.at[span.size - 1] <= ' ') {
        span.size--;
    }
    return span;
}

/* Sets an error that quotes reference in one printable line. */
static void set_error(GError **error, SylUrlError code, const char *reference, const char *why) {
    g_autofree char *head = g_strndup(reference, MIN(strlen(reference), ECHO_MAX_BYTES));
    g_autofree char *valid = g_utf8_make_valid(head, -1);
    for (char *c = valid; *c; c++) {
        if (g_ascii_iscntrl(*c)) {
            *c = ' ';
        }
    }
    g_set_error(error, SYL_URL_ERROR, (gint)code, "\"%s\": %s", valid, why);
}

static Span scheme_cut(Span *rest) {
    const gsize colon = span_find(*rest, ":/?");
    if (colon == 0 || colon == rest->size || rest->at[colon] != ':' ||
        !g_ascii_isalpha(rest->at[0])) {
        return (Span){NULL, 0};
    }
    for (gsize i = 1; i < colon; i++) {
        if (!g_ascii_isalnum(rest->at[i]) && !strchr("+-.", rest->at[i])) {
            return (Span){NULL, 0};
        }
    }
    Span scheme = span_cut(rest, colon);
    span_cut(rest, 1);
    return scheme;
}

/* Splits what reference_trim left. Returns why it cannot be read, or NULL. */
static const char *parts_split(Span rest, Parts *parts) {
    *parts = (Parts){.scheme = scheme_cut(&rest)};
    for (gsize i = 0; i < rest.size; i++) {
        if (g_ascii_iscntrl(rest.at[i])) {
            return "has a control character";
        }
    }
    if (memchr(rest.at, '\\', span_find(rest, "?"))) {
        return "has a backslash, which some programs read as a slash";
    }
    if (rest.size >= 2 && rest.at[0] == '/' && rest.at[1] == '/') {
        span_cut(&rest, 2);
        parts->authority = span_cut(&rest, span_find(rest, "/?"));
    }
    parts->path = span_cut(&rest, span_find(rest, "?"));
    if (rest.size) {
        span_cut(&rest, 1);
        parts->query = rest;
    }
    return NULL;
}

/* One number of an IPv4 address as browsers read it: decimal, 0 octal, 0x hexadecimal. */
static gboolean ipv4_number(const char *text, guint64 *number) {
    guint base = 10;
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = 16;
        text += 2;
    } else if (text[0] == '0' && text[1]) {
        base = 8;
        text++;
    }
    *number = 0;
    for (; *text; text++) {
        const gint digit = g_ascii_xdigit_value(*text);
        if (digit < 0 || (guint)digit >= base) {
            return FALSE;
        }
        *number = MIN(*number * base + (guint)digit, G_MAXUINT32 + G_GUINT64_CONSTANT(1));
    }
    return TRUE;
}

/* Whether host ends in a number and so can only be an IPv4 address (WHATWG URL, "ends in a number
 * checker"). */
static gboolean host_ends_in_number(const char *host) {
    const char *dot = strrchr(host, '.');
    const char *last = dot ? dot + 1 : host;
    guint64 number;
    return last[strspn(last, "0123456789")] == '\0' || ipv4_number(last, &number);
}

/* The dotted quad of host, or NULL if the numbers make no address. */
static char *ipv4_canonical(const char *host) {
    g_auto(GStrv) labels = g_strsplit(host, ".", 5);
    const guint count = g_strv_length(labels);
    guint64 address = 0;
    if (count > 4) {
        return NULL;
    }
    for (guint i = 0; i < count; i++) {
        guint64 number;
        const guint64 max = i + 1 < count ? 255 : G_MAXUINT32 >> (8 * (count - 1));
        if (!ipv4_number(labels[i], &number) || number > max) {
            return NULL;
        }
        address += i + 1 < count ? number << (8 * (3 - i)) : number;
    }
    return g_strdup_printf("%u.%u.%u.%u", (guint)(address >> 24 & 255),
                           (guint)(address >> 16 & 255), (guint)(address >> 8 & 255),
                           (guint)(address & 255));
}

static char *ipv6_canonical(Span literal) {
    g_autofree char *text = g_strndup(literal.at, literal.size);
    struct in6_addr address;
    char printed[INET6_ADDRSTRLEN];
    if (inet_pton(AF_INET6, text, &address) != 1 ||
        !inet_ntop(AF_INET6, &address, printed, sizeof printed)) {
        return NULL;
    }
    return g_strdup_printf("[%s]", printed);
}

/* host in ASCII and lower case, or NULL if IDNA does not permit it. */
static char *host_to_ascii(const char *host) {
    if (g_str_is_ascii(host)) {
        return g_ascii_strdown(host, -1);
    }
    char *ascii = NULL;
    if (idn2_to_ascii_8z(host, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK) {
        return NULL;
    }
    char *lower = g_ascii_strdown(ascii, -1);
    idn2_free(ascii);
    return lower;
}

static gboolean host_labels_are_valid(const char *host) {
    const gsize size = strlen(host);
    if (size == 0 || size > HOST_MAX_BYTES) {
        return FALSE;
    }
    gsize label = 0;
    for (gsize i = 0; i <= size; i++) {
        if (i == size || host[i] == '.') {
            if (label == 0 || label > LABEL_MAX_BYTES) {
                return FALSE;
            }
            label = 0;
        } else if (g_ascii_isalnum(host[i]) || host[i] == '-' || host[i] == '_') {
            label++;
        } else {
            return FALSE;
        }
    }
    return TRUE;
}

/* The canonical host of an authority, or NULL. */
static char *host_canonical(Span host) {
    if (host.size >= 2 && host.at[0] == '[' && host.at[host.size - 1] == ']') {
        return ipv6_canonical((Span){host.at + 1, host.size - 2});
    }
    g_autofree char *decoded = g_uri_unescape_segment(host.at, host.at + host.size, NULL);
    if (!decoded || !g_utf8_validate(decoded, -1, NULL)) {
        return NULL;
    }
    g_autofree char *ascii = host_to_ascii(decoded);
    if (!ascii) {
        return NULL;
    }
    const gsize size = strlen(ascii);
    if (size && ascii[size - 1] == '.') {
        ascii[size - 1] = '\0';
    }
    if (!host_labels_are_valid(ascii)) {
        return NULL;
    }
    return host_ends_in_number(ascii) ? ipv4_canonical(ascii) : g_steal_pointer(&ascii);
}

/* The port behind host's end in authority; FALSE if there is none that can be used. */
static gboolean port_read(Span digits, guint16 *port) {
    guint number = 0;
    for (gsize i = 0; i < digits.size; i++) {
        if (!g_ascii_isdigit(digits.at[i])) {
            return FALSE;
        }
        number = MIN(number * 10 + (guint)(digits.at[i] - '0'), G_MAXUINT16 + 1u);
    }
    *port = (guint16)number;
    return number <= G_MAXUINT16 && (number > 0 || digits.size == 0);
}

/* Reads [user-info "@"] host [":" port] into target. Returns why it cannot, or NULL. */
static const char *target_set_authority(Target *target, Span authority) {
    if (memchr(authority.at, ' ', authority.size)) {
        return "has a space before its path";
    }
    const char *at = memchr(authority.at, '@', authority.size);
    if (at) { /* a second '@' ends up in the host, which permits none */
        span_cut(&authority, (gsize)(at - authority.at) + 1);
    }
    Span rest = authority;
    Span host =
        span_cut(&rest, span_find(authority, authority.size && authority.at[0] == '[' ? "]" : ":"));
    if (rest.size && rest.at[0] == ']') {
        host.size++;
        span_cut(&rest, 1);
    }
    if (rest.size && rest.at[0] != ':') {
        return "has text behind its host";
    }
    if (rest.size) {
        span_cut(&rest, 1);
        if (!port_read(rest, &target->port)) {
            return "has no port from 1 to 65535";
        }
        if (target->port == scheme_port(target->scheme)) {
            target->port = 0;
        }
    }
    target->host = host_canonical(host);
    return target->host ? NULL : "has no valid host name";
}

/* Appends text with its escapes normalised: RFC 3986 section 6.2.2. */
static void append_normalised(GString *out, Span text, gboolean query) {
    static const char hex[] = "0123456789ABCDEF";
    for (gsize i = 0; i < text.size; i++) {
        char c = text.at[i];
        gboolean escaped = c == '%' && i + 2 < text.size && g_ascii_isxdigit(text.at[i + 1]) &&
                           g_ascii_isxdigit(text.at[i + 2]);
        if (escaped) {
            c = (char)(g_ascii_xdigit_value(text.at[i + 1]) * 16 +
                       g_ascii_xdigit_value(text.at[i + 2]));
            i += 2;
        }
        if (escaped ? is_unreserved(c) : is_path_character(c) || (query && c == '?')) {
            g_string_append_c(out, c);
        } else {
            g_string_append_c(out, '%');
            g_string_append_c(out, hex[(guchar)c >> 4]);
            g_string_append_c(out, hex[(guchar)c & 15]);
        }
    }
}

/* RFC 3986 section 5.2.4 on a path that starts with '/'. */
static void remove_dot_segments(GString *path) {
    gsize out = 0;
    for (gsize in = 0; in < path->len;) {
        const char *segment = path->str + in + 1;
        const gsize size = strcspn(segment, "/");
        const gboolean last = in + 1 + size == path->len;
        const gboolean up = size == 2 && segment[0] == '.' && segment[1] == '.';
        if (up || (size == 1 && segment[0] == '.')) {
            while (up && out > 0) {
                if (path->str[--out] == '/') {
                    break;
                }
            }
            if (last) {
                path->str[out++] = '/';
            }
        } else {
            memmove(path->str + out, path->str + in, size + 1);
            out += size + 1;
        }
        in += size + 1;
    }
    g_string_truncate(path, out);
}

static gboolean parameter_tracks(const char *parameter) {
    const gsize size = strcspn(parameter, "=");
    for (guint i = 0; i < G_N_ELEMENTS(TRACKING_PREFIXES); i++) {
        if (!g_ascii_strncasecmp(parameter, TRACKING_PREFIXES[i], strlen(TRACKING_PREFIXES[i]))) {
            return TRUE;
        }
    }
    for (guint i = 0; i < G_N_ELEMENTS(TRACKING_NAMES); i++) {
        if (size == strlen(TRACKING_NAMES[i]) &&
            !g_ascii_strncasecmp(parameter, TRACKING_NAMES[i], size)) {
            return TRUE;
        }
    }
    return FALSE;
}

static GString *query_canonical(Span query) {
    g_autoptr(GString) all = g_string_new(NULL);
    append_normalised(all, query, TRUE);
    g_auto(GStrv) parameters = g_strsplit(all->str, "&", -1);
    GString *kept = g_string_sized_new(all->len);
    gboolean first = TRUE;
    for (char **parameter = parameters; *parameter; parameter++) {
        if (parameter_tracks(*parameter)) {
            continue;
        }
        if (!first) {
            g_string_append_c(kept, '&');
        }
        g_string_append(kept, *parameter);
        first = FALSE;
    }
    if (kept->len == 0) {
        return g_string_free(kept, TRUE), NULL;
    }
    return kept;
}

/* Takes path and query of reference, or what of base's they leave out (RFC 3986 section 5.2.2). */
static void target_set_path(Target *target, const Parts *reference, const Target *base) {
    const gboolean inherits = !reference->authority.at && base;
    target->path = g_string_new(NULL);
    if (inherits && reference->path.size == 0) {
        g_string_append_len(target->path, base->path->str, (gssize)base->path->len);
        if (!reference->query.at && base->query) {
            target->query = g_string_new_len(base->query->str, (gssize)base->query->len);
        }
    } else {
        if (inherits && reference->path.at[0] != '/') {
            g_string_append_len(target->path, base->path->str,
                                strrchr(base->path->str, '/') + 1 - base->path->str);
        }
        append_normalised(target->path, reference->path, FALSE);
        if (target->path->len == 0) {
            g_string_append_c(target->path, '/');
        }
        remove_dot_segments(target->path);
    }
    if (reference->query.at) {
        target->query = query_canonical(reference->query);
    }
}

static gboolean target_resolve(Target *target, const char *text, const Target *base,
                               GError **error) {
    Parts parts;
    const char *why = parts_split(reference_trim(text), &parts);
    if (parts.scheme.at && !scheme_known(parts.scheme)) {
        set_error(error, SYL_URL_ERROR_SCHEME, text, "neither http nor https");
        return FALSE;
    }
    if (parts.scheme.at) {
        target->scheme = scheme_known(parts.scheme);
    } else if (base) {
        target->scheme = base->scheme;
    } else if (!why) {
        why = "no absolute address";
    }
    if (!why && parts.scheme.at && !parts.authority.at) {
        why = "has no \"//\" behind its scheme";
    }
    if (!why && parts.authority.at) {
        why = target_set_authority(target, parts.authority);
    } else if (!why) {
        target->host = g_strdup(base->host);
        target->port = base->port;
    }
    if (why) {
        set_error(error, SYL_URL_ERROR_INVALID, text, why);
        return FALSE;
    }
    target_set_path(target, &parts, base);
    return TRUE;
}

static char *target_print(const Target *target) {
    GString *out = g_string_new(target->scheme);
    g_string_append(out, "://");
    g_string_append(out, target->host);
    if (target->port) {
        g_string_append_printf(out, ":%u", target->port);
    }
    g_string_append_len(out, target->path->str, (gssize)target->path->len);
    if (target->query) {
        g_string_append_c(out, '?');
        g_string_append_len(out, target->query->str, (gssize)target->query->len);
    }
    return g_string_free(out, FALSE);
}

char *syl_url_canonical(const char *reference, const char *base, GError **error) {
    g_auto(Target) from = {0};
    g_auto(Target) target = {0};
    if (base && !target_resolve(&from, base, NULL, error)) {
        return NULL;
    }
    if (!target_resolve(&target, reference, base ? &from : NULL, error)) {
        return NULL;
    }
    g_autofree char *canonical = target_print(&target);
    if (strlen(canonical) > SYL_URL_MAX_BYTES) {
        set_error(error, SYL_URL_ERROR_LENGTH, reference,
                  "longer than " G_STRINGIFY(SYL_URL_MAX_BYTES) " bytes");
        return NULL;
    }
    return g_steal_pointer(&canonical);
}

SylUrl *syl_url_parse(const char *address) {
    g_auto(Target) target = {0};
    if (!target_resolve(&target, address, NULL, NULL)) {
        return NULL;
    }
    SylUrl *url = g_new0(SylUrl, 1);
    url->scheme = g_strdup(target.scheme);
    url->host = target.host[0] == '[' ? g_strndup(target.host + 1, strlen(target.host) - 2)
                                      : g_steal_pointer(&target.host);
    url->port = target.port ? target.port : scheme_port(target.scheme);
    url->path = g_string_free(g_steal_pointer(&target.path), FALSE);
    url->query = target.query ? g_string_free(g_steal_pointer(&target.query), FALSE) : NULL;
    return url;
}

void syl_url_free(SylUrl *url) {
    if (!url) {
        return;
    }
    g_free(url->scheme);
    g_free(url->host);
    g_free(url->path);
    g_free(url->query);
    g_free(url);
}

char *syl_url_id(const char *canonical) {
    const char *separator = strstr(canonical, "://");
    const char *named = separator ? separator + 3 : canonical;
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, named, -1);
    return g_strndup(digest, 16);
}
