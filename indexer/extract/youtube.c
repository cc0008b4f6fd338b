#include "extract/youtube.h"

#include <string.h>

#include <jansson.h>

#include "syllabus/text.h"
#include "syllabus/url.h"

#include "extract/text_sink.h"

/* JSON values looked at: deeper or longer pages are read so far. */
#define MAX_VALUES 1000000
#define MAX_ID     32

/* Objects that stand for one video of a list. */
static const char *const video_objects[] = {"playlistVideoRenderer", "lockupViewModel"};

/* The JSON object assigned to a variable in the page's scripts. New reference, or NULL. */
static json_t *load_variable(const char *page, gsize size, const char *name) {
    const char *end = page + size;
    gsize n = strlen(name);
    for (const char *at = page; (at = memmem(at, (gsize)(end - at), name, n));) {
        at += n;
        while (at < end && strchr(" \t\r\n\"]=", *at) && *at) {
            at++;
        }
        if (at < end && *at == '{') {
            return json_loadb(at, (gsize)(end - at), JSON_DISABLE_EOF_CHECK, NULL);
        }
    }
    return NULL;
}

/* "simpleText", "content" or the joined "runs" of a text object. Caller frees; NULL if none. */
static char *text_of(const json_t *object) {
    const char *simple = json_string_value(json_object_get(object, "simpleText"));
    if (!simple) {
        simple = json_string_value(json_object_get(object, "content"));
    }
    if (simple) {
        return syl_text_clean(simple, -1);
    }
    const json_t *runs = json_object_get(object, "runs");
    g_autoptr(GString) joined = g_string_new(NULL);
    for (gsize i = 0; i < json_array_size(runs); i++) {
        const char *text = json_string_value(json_object_get(json_array_get(runs, i), "text"));
        g_string_append(joined, text ? text : "");
    }
    return joined->len ? syl_text_clean(joined->str, (gssize)joined->len) : NULL;
}

static void add_video(Document *document, TextSink *sink, const json_t *video) {
    const char *id = json_string_value(json_object_get(video, "videoId"));
    const json_t *title = json_object_get(video, "title");
    if (!id) { /* lockupViewModel */
        id = json_string_value(json_object_get(video, "contentId"));
        const json_t *metadata =
            json_object_get(json_object_get(video, "metadata"), "lockupMetadataViewModel");
        title = json_object_get(metadata, "title");
    }
    g_autofree char *text = text_of(title);
    if (!text || !id || strlen(id) > MAX_ID) {
        return;
    }
    g_autofree char *line = syl_text_squeeze(text);
    g_autofree char *address = g_strdup_printf("https://www.youtube.com/watch?v=%s", id);
    g_autofree char *url = syl_url_canonical(address, NULL, NULL);
    text_sink_add(sink, line, strlen(line), FALSE);
    text_sink_end_block(sink, NULL);
    if (url) {
        document_add_link(document, url, line);
    }
}

static gboolean is_video(const char *key) {
    for (gsize i = 0; i < G_N_ELEMENTS(video_objects); i++) {
        if (!strcmp(key, video_objects[i])) {
            return TRUE;
        }
    }
    return FALSE;
}

/* The values of an object or array go on the stack so that the first is on top. */
static void push_values(GPtrArray *stack, json_t *value) {
    guint before = stack->len;
    const char *key;
    json_t *member;
    size_t i;
    json_object_foreach(value, key, member) {
        if (json_is_object(member) || json_is_array(member)) {
            g_ptr_array_add(stack, member);
        }
    }
    json_array_foreach(value, i, member) {
        if (json_is_object(member) || json_is_array(member)) {
            g_ptr_array_add(stack, member);
        }
    }
    for (guint low = before, high = stack->len; low + 1 < high; low++, high--) {
        gpointer swap = stack->pdata[low];
        stack->pdata[low] = stack->pdata[high - 1];
        stack->pdata[high - 1] = swap;
    }
}

static void add_playlist(Document *document, TextSink *sink, json_t *data) {
    g_autoptr(GPtrArray) stack = g_ptr_array_new();
    guint videos = 0;
    const json_t *metadata =
        json_object_get(json_object_get(data, "metadata"), "playlistMetadataRenderer");
    const char *description = json_string_value(json_object_get(metadata, "description"));
    if (description) {
        text_sink_add(sink, description, strlen(description), TRUE);
    }
    text_sink_end_block(sink, NULL);
    g_ptr_array_add(stack, data);
    for (guint seen = 0; stack->len && seen < MAX_VALUES && videos < YOUTUBE_MAX_VIDEOS; seen++) {
        json_t *value = g_ptr_array_steal_index(stack, stack->len - 1);
        const char *key;
        json_t *member;
        json_object_foreach(value, key, member) {
            if (!is_video(key)) {
                continue;
            }
            add_video(document, sink, member);
            videos++;
        }
        push_values(stack, value);
    }
}

/* "1:02:03 Title", "(0:00) - Title": seconds, and where the title starts; -1 if it is none. */
static gint64 read_timestamp(const char *line, const char **title) {
    const char *at = line + strspn(line, "([ ");
    gint64 seconds = 0;
    guint parts = 0;
    while (g_ascii_isdigit(*at) && parts < 3) {
        gint64 value = 0;
        guint digits = 0;
        for (; g_ascii_isdigit(*at) && digits < 3; at++, digits++) {
            value = value * 10 + g_ascii_digit_value(*at);
        }
        seconds = seconds * 60 + value;
        parts++;
        if (*at != ':') {
            break;
        }
        at++;
    }
    if (parts < 2 || !strchr(")] \t-", *at) || !*at) {
        return -1;
    }
    *title = at + strspn(at, ")] \t-:");
    if (g_str_has_prefix(*title, "–")) {
        *title += strlen("–") + strspn(*title + strlen("–"), " ");
    }
    return **title ? seconds : -1;
}

static void add_description(Document *document, TextSink *sink, const char *description) {
    g_autofree char *clean = syl_text_clean(description, -1);
    for (const char *at = clean; *at;) {
        gsize size = strcspn(at, "\n"), start;
        text_sink_add(sink, at, size, FALSE);
        at += size;
        at += *at == '\n';
        if (!text_sink_end_block(sink, &start)) {
            continue;
        }
        const char *title;
        gint64 seconds = read_timestamp(text_sink_peek(sink) + start, &title);
        if (seconds < 0) {
            continue;
        }
        g_autofree char *anchor = g_strdup_printf("t=%" G_GINT64_FORMAT "s", seconds);
        g_autofree char *heading = g_strdup(title);
        document_add_section(document, 2, heading, anchor, start);
    }
}

static void replace_text(Document *document, TextSink *sink) {
    char *main = text_sink_take(sink);
    if (!*main) {
        g_free(main);
        return;
    }
    g_autofree char *rest = document->rest;
    g_autofree char *before = document->main;
    document->rest =
        *before && *rest ? g_strconcat(before, "\n", rest, NULL) : g_strconcat(before, rest, NULL);
    gsize size = strlen(document->rest);
    document->rest[syl_text_cut(document->rest, size, DOCUMENT_MAX_REST_BYTES)] = '\0';
    document->main = main;
}

void youtube_read(const char *page, gsize size, Document *document) {
    json_t *player = load_variable(page, size, "ytInitialPlayerResponse");
    json_t *data = load_variable(page, size, "ytInitialData");
    if (player || data) {
        const json_t *details = json_object_get(player, "videoDetails");
        const char *description = json_string_value(json_object_get(details, "shortDescription"));
        const char *author = json_string_value(json_object_get(details, "author"));
        TextSink *sink = text_sink_new(DOCUMENT_MAX_MAIN_BYTES);
        g_ptr_array_set_size(document->sections, 0);
        if (author && !*document->author) {
            g_free(document->author);
            g_autofree char *clean = syl_text_clean(author, -1);
            document->author = syl_text_squeeze(clean);
        }
        if (description) {
            add_description(document, sink, description);
        } else if (data) {
            add_playlist(document, sink, data);
        }
        replace_text(document, sink);
    }
    json_decref(player);
    json_decref(data);
}
