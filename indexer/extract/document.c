#include "extract/document.h"

#include <string.h>

#include "syllabus/text.h"

static void section_free(gpointer data) {
    DocumentSection *section = data;
    g_free(section->heading);
    g_free(section->anchor);
    g_free(section);
}

static void link_free(gpointer data) {
    DocumentLink *link = data;
    g_free(link->url);
    g_free(link->text);
    g_free(link);
}

/* The plain strings of a document: their place in the variant and their name in JSON. */
static const struct {
    gsize offset;
    const char *json;
} strings[] = {
    {G_STRUCT_OFFSET(Document, title), "title"},
    {G_STRUCT_OFFSET(Document, description), "description"},
    {G_STRUCT_OFFSET(Document, author), "author"},
    {G_STRUCT_OFFSET(Document, language), "lang"},
    {G_STRUCT_OFFSET(Document, canonical), "canonical"},
    {G_STRUCT_OFFSET(Document, kind), "kind"},
    {G_STRUCT_OFFSET(Document, main), "main"},
    {G_STRUCT_OFFSET(Document, rest), "rest"},
    {G_STRUCT_OFFSET(Document, captions), "captions"},
};

static char **string_at(Document *document, guint i) {
    return G_STRUCT_MEMBER_P(document, strings[i].offset);
}

static const char *string_peek(const Document *document, guint i) {
    return *(char *const *)((const char *)document + strings[i].offset);
}

Document *document_new(void) {
    Document *document = g_new0(Document, 1);
    for (guint i = 0; i < G_N_ELEMENTS(strings); i++) {
        *string_at(document, i) = g_strdup("");
    }
    document->sections = g_ptr_array_new_with_free_func(section_free);
    document->links = g_ptr_array_new_with_free_func(link_free);
    return document;
}

void document_free(Document *document) {
    if (!document) {
        return;
    }
    for (guint i = 0; i < G_N_ELEMENTS(strings); i++) {
        g_free(*string_at(document, i));
    }
    g_ptr_array_unref(document->sections);
    g_ptr_array_unref(document->links);
    g_free(document);
}

void document_add_section(Document *document, guint level, const char *heading, const char *anchor,
                          gsize offset) {
    if (document->sections->len >= DOCUMENT_MAX_SECTIONS) {
        return;
    }
    DocumentSection *section = g_new0(DocumentSection, 1);
    section->level = level;
    section->heading = g_strdup(heading);
    section->anchor = g_strdup(anchor);
    section->offset = offset;
    g_ptr_array_add(document->sections, section);
}

void document_add_link(Document *document, const char *url, const char *text) {
    if (document->links->len >= DOCUMENT_MAX_LINKS) {
        return;
    }
    DocumentLink *link = g_new0(DocumentLink, 1);
    link->url = g_strdup(url);
    link->text = g_strdup(text);
    g_ptr_array_add(document->links, link);
}

GVariant *document_to_variant(const Document *document) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE(DOCUMENT_VARIANT_TYPE));
    for (guint i = 0; i < G_N_ELEMENTS(strings); i++) {
        g_variant_builder_add(&builder, "s", string_peek(document, i));
    }
    g_variant_builder_open(&builder, G_VARIANT_TYPE("a(ussu)"));
    for (guint i = 0; i < document->sections->len; i++) {
        const DocumentSection *section = document->sections->pdata[i];
        g_variant_builder_add(&builder, "(ussu)", section->level, section->heading, section->anchor,
                              (guint32)section->offset);
    }
    g_variant_builder_close(&builder);
    g_variant_builder_open(&builder, G_VARIANT_TYPE("a(ss)"));
    for (guint i = 0; i < document->links->len; i++) {
        const DocumentLink *link = document->links->pdata[i];
        g_variant_builder_add(&builder, "(ss)", link->url, link->text);
    }
    g_variant_builder_close(&builder);
    g_variant_builder_add(&builder, "b", document->noindex);
    g_variant_builder_add(&builder, "b", document->nofollow);
    return g_variant_builder_end(&builder);
}

/* Sections stand in order, each at the start of a character of main. */
static gboolean read_sections(Document *document, GVariant *array) {
    gsize main_size = strlen(document->main), last = 0, count = g_variant_n_children(array);
    if (count > DOCUMENT_MAX_SECTIONS) {
        return FALSE;
    }
    for (gsize i = 0; i < count; i++) {
        guint32 level, offset;
        const char *heading, *anchor;
        g_autoptr(GVariant) child = g_variant_get_child_value(array, i);
        g_variant_get(child, "(u&s&su)", &level, &heading, &anchor, &offset);
        if (level < 1 || level > 6 || offset < last || offset > main_size ||
            ((guchar)document->main[offset] & 0xC0) == 0x80) {
            return FALSE;
        }
        document_add_section(document, level, heading, anchor, offset);
        last = offset;
    }
    return TRUE;
}

static gboolean read_links(Document *document, GVariant *array) {
    gsize count = g_variant_n_children(array);
    if (count > DOCUMENT_MAX_LINKS) {
        return FALSE;
    }
    for (gsize i = 0; i < count; i++) {
        const char *url, *text;
        g_autoptr(GVariant) child = g_variant_get_child_value(array, i);
        g_variant_get(child, "(&s&s)", &url, &text);
        if (!g_str_has_prefix(url, "http://") && !g_str_has_prefix(url, "https://")) {
            return FALSE;
        }
        document_add_link(document, url, text);
    }
    return TRUE;
}

Document *document_from_variant(GVariant *variant) {
    /* The normal form includes that every string is valid UTF-8 without NUL. */
    if (!g_variant_is_of_type(variant, G_VARIANT_TYPE(DOCUMENT_VARIANT_TYPE)) ||
        !g_variant_is_normal_form(variant)) {
        return NULL;
    }
    g_autoptr(Document) document = document_new();
    for (guint i = 0; i < G_N_ELEMENTS(strings); i++) {
        char **string = string_at(document, i);
        g_free(*string);
        g_variant_get_child(variant, i, "s", string);
    }
    if (strlen(document->main) > DOCUMENT_MAX_MAIN_BYTES ||
        strlen(document->rest) > DOCUMENT_MAX_REST_BYTES) {
        return NULL;
    }
    g_autoptr(GVariant) sections = g_variant_get_child_value(variant, G_N_ELEMENTS(strings));
    g_autoptr(GVariant) links = g_variant_get_child_value(variant, G_N_ELEMENTS(strings) + 1);
    if (!read_sections(document, sections) || !read_links(document, links)) {
        return NULL;
    }
    g_variant_get_child(variant, G_N_ELEMENTS(strings) + 2, "b", &document->noindex);
    g_variant_get_child(variant, G_N_ELEMENTS(strings) + 3, "b", &document->nofollow);
    return g_steal_pointer(&document);
}

json_t *document_to_json(const Document *document, const char *file) {
    json_t *object = json_object();
    g_autofree char *name = syl_text_clean(file, -1);
    json_object_set_new(object, "file", json_string(g_utf8_validate(file, -1, NULL) ? file : name));
    for (guint i = 0; i < G_N_ELEMENTS(strings); i++) {
        json_object_set_new(object, strings[i].json, json_string(string_peek(document, i)));
    }
    json_t *sections = json_array();
    for (guint i = 0; i < document->sections->len; i++) {
        const DocumentSection *section = document->sections->pdata[i];
        json_array_append_new(sections,
                              json_pack("{s:s, s:i, s:s, s:I}", "heading", section->heading,
                                        "level", (int)section->level, "anchor", section->anchor,
                                        "offset", (json_int_t)section->offset));
    }
    json_object_set_new(object, "sections", sections);
    json_t *links = json_array();
    for (guint i = 0; i < document->links->len; i++) {
        const DocumentLink *link = document->links->pdata[i];
        json_array_append_new(links, json_pack("{s:s, s:s}", "url", link->url, "text", link->text));
    }
    json_object_set_new(object, "links", links);
    json_object_set_new(object, "noindex", json_boolean(document->noindex));
    json_object_set_new(object, "nofollow", json_boolean(document->nofollow));
    return object;
}
