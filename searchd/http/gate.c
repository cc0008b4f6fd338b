#include "http/gate.h"

#include <string.h>

static guint count_header(const struct mg_request_info *request, const char *name) {
    guint count = 0;
    for (int i = 0; i < request->num_headers; i++) {
        count += g_ascii_strcasecmp(request->http_headers[i].name, name) == 0 ? 1 : 0;
    }
    return count;
}

const char *gate_header(const struct mg_request_info *request, const char *name) {
    for (int i = 0; i < request->num_headers; i++) {
        if (g_ascii_strcasecmp(request->http_headers[i].name, name) == 0) {
            return request->http_headers[i].value;
        }
    }
    return NULL;
}

/* Field names are tokens (RFC 9110, section 5.6.2); "Transfer-Encoding " with a space is none, and
 * some servers read it as one. */
static gboolean names_are_tokens(const struct mg_request_info *request) {
    static const char token[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "!#$%&'*+-.^_`|~";
    for (int i = 0; i < request->num_headers; i++) {
        const char *name = request->http_headers[i].name;
        if (name[0] == '\0' || name[strspn(name, token)] != '\0') {
            return FALSE;
        }
    }
    return TRUE;
}

/* Control characters do not belong into values; obsolete line folding would leave some. */
static gboolean values_are_clean(const struct mg_request_info *request) {
    for (int i = 0; i < request->num_headers; i++) {
        for (const char *c = request->http_headers[i].value; *c != '\0'; c++) {
            if (g_ascii_iscntrl(*c) && *c != '\t') {
                return FALSE;
            }
        }
    }
    return TRUE;
}

static gboolean host_is_clean(const char *host) {
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "-._~:[]%!$&'()*+;=";
    return host != NULL && host[0] != '\0' && host[strspn(host, allowed)] == '\0';
}

static gboolean has_method(const struct mg_request_info *request) {
    static const char *const methods[] = {"GET", "HEAD", "OPTIONS"};
    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++) {
        if (g_strcmp0(request->request_method, methods[i]) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean has_no_body(const struct mg_request_info *request) {
    const char *length = gate_header(request, "Content-Length");
    return length == NULL ||
           (count_header(request, "Content-Length") == 1 && strcmp(length, "0") == 0);
}

static gboolean has_few_headers(const struct mg_request_info *request) {
    return request->num_headers < GATE_HEADERS_MAX;
}

static gboolean has_no_transfer_coding(const struct mg_request_info *request) {
    return gate_header(request, "Transfer-Encoding") == NULL;
}

static gboolean has_one_host(const struct mg_request_info *request) {
    const char *host = gate_header(request, "Host");
    if (host == NULL) { /* HTTP/1.0 knew none */
        return g_strcmp0(request->http_version, "1.0") == 0;
    }
    return count_header(request, "Host") == 1 && host_is_clean(host);
}

static gboolean has_address(const struct mg_request_info *request) {
    return request->local_uri != NULL && request->local_uri[0] == '/';
}

/* In this order: the first that fails names the refusal. */
static const struct {
    gboolean (*holds)(const struct mg_request_info *request);
    GateRefusal refusal;
} rules[] = {
    {has_few_headers, {431, "A request may have at most 59 header fields."}},
    {names_are_tokens, {400, "A header field has a name that is none."}},
    {values_are_clean, {400, "A header field holds a control character."}},
    {has_no_transfer_coding, {501, "Requests have no bodies here, so no transfer coding either."}},
    {has_method, {405, "Only GET, HEAD and OPTIONS are understood."}},
    {has_no_body, {413, "Requests have no bodies here."}},
    {has_one_host, {400, "A request needs exactly one Host field with a host in it."}},
    {has_address, {400, "The address of the request is not one of this server."}},
};

gboolean gate_check(const struct mg_request_info *request, GateRefusal *refusal) {
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
        if (!rules[i].holds(request)) {
            *refusal = rules[i].refusal;
            return FALSE;
        }
    }
    return TRUE;
}
