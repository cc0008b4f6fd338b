/* First line: an address. Second: a reference to resolve against it. */
#include "fuzz.h"

#include "syllabus/url.h"

static void check_parts(const char *canonical) {
    g_autoptr(SylUrl) url = syl_url_parse(canonical);
    fuzz_holds(url != NULL, "a canonical address has parts");
    const gboolean literal = strchr(url->host, ':') != NULL;
    const guint16 usual = strcmp(url->scheme, "https") == 0 ? 443 : 80;
    g_autofree char *port = url->port == usual ? g_strdup("") : g_strdup_printf(":%u", url->port);
    g_autofree char *joined =
        g_strconcat(url->scheme, "://", literal ? "[" : "", url->host, literal ? "]" : "", port,
                    url->path, url->query == NULL ? "" : "?", url->query, NULL);
    fuzz_holds(strcmp(joined, canonical) == 0, "the parts of an address make it up");
}

static void check_id(const char *canonical) {
    g_autofree char *id = syl_url_id(canonical);
    fuzz_holds(strlen(id) == 16 && strspn(id, "0123456789abcdef") == 16,
               "a name is 16 hexadecimal digits");
    g_autofree char *other = g_str_has_prefix(canonical, "https:")
                                 ? g_strconcat("http", canonical + strlen("https"), NULL)
                                 : g_strconcat("https", canonical + strlen("http"), NULL);
    g_autofree char *other_id = syl_url_id(other);
    fuzz_holds(strcmp(id, other_id) == 0, "http and https are one name");
}

static void check_canonical(const char *canonical) {
    g_autofree char *again = syl_url_canonical(canonical, NULL, NULL);
    fuzz_holds(g_strcmp0(again, canonical) == 0, "the canonical form of one is itself");
    fuzz_holds(strlen(canonical) <= SYL_URL_MAX_BYTES, "addresses keep their cap");
    for (const char *c = canonical; *c != '\0'; c++) {
        fuzz_holds(g_ascii_isgraph(*c), "canonical addresses are printable ASCII");
    }
    check_parts(canonical);
    check_id(canonical);
}

/* NULL if reference makes no address. Caller frees. */
static char *canonical_of(const char *reference, const char *base) {
    g_autoptr(GError) error = NULL;
    char *canonical = syl_url_canonical(reference, base, &error);
    fuzz_holds((canonical == NULL) == (error != NULL), "there is an address or an error");
    if (canonical != NULL) {
        check_canonical(canonical);
    } else {
        fuzz_holds(error->domain == SYL_URL_ERROR, "errors are those of addresses");
        fuzz_holds(g_utf8_validate(error->message, -1, NULL), "messages are UTF-8");
    }
    return canonical;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    g_autofree char *address = fuzz_take_line(&data, &size);
    g_autofree char *reference = fuzz_take_rest(data, size);
    g_autofree char *base = canonical_of(address, NULL);
    g_free(canonical_of(reference, base == NULL ? "https://example.org/a/b?c" : base));
    return 0;
}
