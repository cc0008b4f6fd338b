/* First line: a path with its query. Then a robots.txt. */
#include "fuzz.h"

#include <math.h>

#include "crawl/robots.h"

/* The same text with another line end. Caller unrefs. */
static GString *with_crlf(const char *text, gsize size) {
    GString *out = g_string_sized_new(2 * size);
    for (gsize i = 0; i < size; i++) {
        g_string_append_len(out, text[i] == '\n' ? "\r\n" : text + i, text[i] == '\n' ? 2 : 1);
    }
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    g_autofree char *line = fuzz_take_line(&data, &size);
    g_autofree char *path = g_strconcat("/", line, NULL);
    const char *text = (const char *)data;
    g_autoptr(Robots) robots = robots_parse(text, size, "syllabus");
    const gboolean allowed = robots_allows(robots, path);
    fuzz_holds(robots_allows(robots, "/robots.txt"), "/robots.txt is always allowed");
    const double delay = robots_crawl_delay(robots);
    fuzz_holds(isfinite(delay) && delay >= 0, "a delay is a number of seconds");
    g_autoptr(Robots) loud = robots_parse(text, size, "SYLLABUS");
    fuzz_holds(robots_allows(loud, path) == allowed, "names of agents have no case");
    g_autoptr(GString) crlf = with_crlf(text, size);
    g_autoptr(Robots) foreign = robots_parse(crlf->str, crlf->len, "syllabus");
    fuzz_holds(robots_allows(foreign, path) == allowed, "every line end is one");
    return 0;
}
