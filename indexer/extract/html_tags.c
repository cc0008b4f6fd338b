#include "extract/html_tags.h"

#include <string.h>

#define ROW(constant, name, flags) {name, flags},
static const struct {
    const char *name;
    guint flags;
} tags[HTML_TAG_COUNT] = {{"span", 0}, HTML_TAGS(ROW)};

HtmlTag html_tag_find(const char *name, gsize size) {
    guint low = HTML_TAG_OTHER + 1, high = HTML_TAG_COUNT;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        gsize length = strlen(tags[middle].name);
        int order = g_ascii_strncasecmp(name, tags[middle].name, MIN(size, length));
        if (!order && size == length) {
            return (HtmlTag)middle;
        }
        if (order < 0 || (!order && size < length)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return HTML_TAG_OTHER;
}

const char *html_tag_name(HtmlTag tag) {
    return tags[tag].name;
}

guint html_tag_flags(HtmlTag tag) {
    return tags[tag].flags;
}
