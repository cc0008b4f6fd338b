#include "index/index.h"

#include <string.h>

#include "extract/passages.h"
#include "syllabus/record.h"
#include "syllabus/schema.h"
#include "syllabus/text.h"
#include "syllabus/url.h"
#include "xapian-c.h"

#define LABEL_SEPARATOR " · "

struct Index {
    xc_writer *writer;
    xc_generator *generator;
    char *identity;
    gboolean in_transaction;
};

/* Document being built: the first failure sticks, so that building reads as a list of facts. */
typedef struct Build {
    xc_document *document;
    xc_generator *generator;
    xc_status status;
    xc_error error;
} Build;

static gboolean check(xc_status status, const xc_error *failure, GError **error) {
    if (status == XC_OK) {
        return TRUE;
    }
    SylLibraryError code = status == XC_LOCKED    ? SYL_LIBRARY_ERROR_LOCKED
                           : status == XC_VERSION ? SYL_LIBRARY_ERROR_FORMAT
                           : status == XC_CORRUPT || status == XC_NOT_FOUND
                               ? SYL_LIBRARY_ERROR_DAMAGED
                               : SYL_LIBRARY_ERROR_IO;
    g_set_error(error, SYL_LIBRARY_ERROR, (int)code, "index: %s", failure->message);
    return FALSE;
}

/* --- life --- */

/* Every change passes here first. */
static gboolean begin(Index *index, GError **error) {
    xc_error failure;
    if (!index->in_transaction) {
        index->in_transaction = check(xc_writer_begin(index->writer, &failure), &failure, error);
    }
    return index->in_transaction;
}

gboolean index_commit(Index *index, GError **error) {
    xc_error failure;
    if (!index->in_transaction) {
        return TRUE;
    }
    index->in_transaction = FALSE;
    return check(xc_writer_commit(index->writer, &failure), &failure, error);
}

static gboolean write_metadata(Index *index, const char *key, const char *value, GError **error) {
    xc_error failure;
    return check(xc_writer_set_metadata(index->writer, key, value, strlen(value), &failure),
                 &failure, error);
}

static char *read_metadata(Index *index, const char *key, GError **error) {
    xc_error failure;
    xc_string value = {0};
    if (!check(xc_writer_metadata(index->writer, key, &value, &failure), &failure, error)) {
        return NULL;
    }
    char *copy = g_strdup(value.data);
    xc_string_clear(&value);
    return copy;
}

static gboolean name_database(Index *index, GError **error) {
    char format[16];
    g_autofree char *identity = g_uuid_string_random();
    g_snprintf(format, sizeof format, "%d", SYL_INDEX_FORMAT);
    return begin(index, error) && write_metadata(index, SYL_META_FORMAT, format, error) &&
           write_metadata(index, SYL_META_IDENTITY, identity, error) && index_commit(index, error);
}

static gboolean check_format(Index *index, GError **error) {
    char expected[16];
    g_snprintf(expected, sizeof expected, "%d", SYL_INDEX_FORMAT);
    g_autofree char *format = read_metadata(index, SYL_META_FORMAT, error);
    if (format == NULL) {
        return FALSE;
    }
    if (!g_str_equal(format, expected)) {
        g_set_error(
            error, SYL_LIBRARY_ERROR, SYL_LIBRARY_ERROR_FORMAT,
            "the index has format %s and this program writes format %s: run `indexer rebuild`",
            *format != '\0' ? format : "unknown", expected);
        return FALSE;
    }
    index->identity = read_metadata(index, SYL_META_IDENTITY, error);
    return index->identity != NULL;
}

Index *index_open(const SylGeneration *generation, GError **error) {
    g_autoptr(Index) index = g_new0(Index, 1);
    xc_error failure;
    gboolean exists = g_file_test(generation->xapian_path, G_FILE_TEST_IS_DIR);
    xc_status status = xc_writer_open(generation->xapian_path, exists ? XC_OPEN : XC_CREATE,
                                      &index->writer, &failure);
    if (status != XC_OK) {
        SylLibraryError code = status == XC_LOCKED    ? SYL_LIBRARY_ERROR_LOCKED
                               : status == XC_VERSION ? SYL_LIBRARY_ERROR_FORMAT
                               : exists               ? SYL_LIBRARY_ERROR_DAMAGED
                                                      : SYL_LIBRARY_ERROR_IO;
        g_set_error(error, SYL_LIBRARY_ERROR, (int)code,
                    "the index %s cannot be opened: %s: run `indexer rebuild`",
                    generation->xapian_path, failure.message);
        return NULL;
    }
    if (!check(xc_generator_new(SYL_STEM_LANGUAGE, &index->generator, &failure), &failure, error) ||
        (!exists && !name_database(index, error)) || !check_format(index, error)) {
        return NULL;
    }
    return g_steal_pointer(&index);
}

void index_free(Index *index) {
    if (index != NULL) {
        xc_writer_free(index->writer);
        xc_generator_free(index->generator);
        g_free(index->identity);
        g_free(index);
    }
}

const char *index_identity(const Index *index) {
    return index->identity;
}

gboolean index_document_count(Index *index, guint *count, GError **error) {
    xc_error failure;
    uint32_t documents = 0;
    if (!check(xc_writer_doc_count(index->writer, &documents, &failure), &failure, error)) {
        return FALSE;
    }
    *count = documents;
    return TRUE;
}

/* --- what the lists say --- */

static gboolean contains_string(const GPtrArray *array, const char *text) {
    for (guint i = 0; i < array->len; i++) {
        if (g_str_equal(g_ptr_array_index(array, i), text)) {
            return TRUE;
        }
    }
    return FALSE;
}

static void add_block(GPtrArray *blocks, const char *text) {
    if (*text != '\0' && !contains_string(blocks, text)) {
        g_ptr_array_add(blocks, g_strdup(text));
    }
}

static char *join_blocks(GPtrArray *blocks) {
    g_ptr_array_add(blocks, NULL);
    return g_strjoinv("\n", (char **)blocks->pdata);
}

/* The innermost heading says what the link text ("Homepage", "Video lectures") belongs to. */
static char *entry_label(const ListEntry *entry) {
    guint depth = g_strv_length(entry->heading);
    const char *heading = depth > 0 ? entry->heading[depth - 1] : "";
    if (*entry->text == '\0') {
        return g_strdup(*heading != '\0' ? heading : entry->url);
    }
    return *heading == '\0' || g_str_equal(heading, entry->text)
               ? g_strdup(entry->text)
               : g_strconcat(heading, LABEL_SEPARATOR, entry->text, NULL);
}

static void add_section(GPtrArray *sections, const GStrv heading) {
    for (guint i = 0; i < sections->len; i++) {
        if (g_strv_equal(g_ptr_array_index(sections, i), (const char *const *)heading)) {
            return;
        }
    }
    if (heading[0] != NULL) {
        g_ptr_array_add(sections, g_strdupv(heading));
    }
}

static char *context_hash(const IndexContext *context) {
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    const char *single[] = {context->resource_url, context->label, context->words};
    for (guint i = 0; i < G_N_ELEMENTS(single); i++) {
        g_checksum_update(checksum, (const guchar *)single[i], (gssize)strlen(single[i]) + 1);
    }
    for (guint i = 0; i < context->lists->len; i++) {
        const char *list = g_ptr_array_index(context->lists, i);
        g_checksum_update(checksum, (const guchar *)list, (gssize)strlen(list) + 1);
    }
    for (guint i = 0; i < context->sections->len; i++) {
        g_autofree char *path = g_strjoinv("\x1f", g_ptr_array_index(context->sections, i));
        g_checksum_update(checksum, (const guchar *)path, (gssize)strlen(path) + 1);
    }
    g_checksum_update(checksum, (const guchar *)&context->order, sizeof context->order);
    return g_strdup(g_checksum_get_string(checksum));
}

static IndexContext *context_alloc(const char *resource_id, const char *resource_url) {
    IndexContext *context = g_new0(IndexContext, 1);
    context->resource_id = g_strdup(resource_id);
    context->resource_url = g_strdup(resource_url);
    context->lists = g_ptr_array_new_with_free_func(g_free);
    context->sections = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    return context;
}

IndexContext *index_context_new(const StoreResource *resource) {
    IndexContext *context = context_alloc(resource->id, resource->start);
    g_autoptr(GPtrArray) blocks = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < resource->entries->len; i++) {
        const StoreEntry *stored = g_ptr_array_index(resource->entries, i);
        const ListEntry *entry = stored->entry;
        if (i == 0) {
            context->order = entry->order;
        }
        if (context->label == NULL ||
            (i > 0 && *entry->text != '\0' && strstr(context->label, LABEL_SEPARATOR) == NULL)) {
            g_free(context->label);
            context->label = entry_label(entry);
        }
        add_block(blocks, entry->text);
        add_block(blocks, entry->note);
        add_section(context->sections, entry->heading);
        if (!contains_string(context->lists, stored->list_title)) {
            g_ptr_array_add(context->lists, g_strdup(stored->list_title));
        }
    }
    for (guint i = 0; i < resource->entries->len; i++) {
        const ListEntry *entry =
            ((const StoreEntry *)g_ptr_array_index(resource->entries, i))->entry;
        for (char **text = entry->section_text; *text != NULL; text++) {
            add_block(blocks, *text);
        }
    }
    context->words = join_blocks(blocks);
    context->hash = context_hash(context);
    return context;
}

IndexContext *index_context_new_import(const StorePage *page, const Document *document) {
    IndexContext *context = context_alloc(page->resource, page->url);
    context->label = g_strdup(document->title);
    context->words = g_strdup("");
    return context;
}

void index_context_free(IndexContext *context) {
    if (context != NULL) {
        g_free(context->resource_id);
        g_free(context->resource_url);
        g_free(context->label);
        g_ptr_array_unref(context->lists);
        g_ptr_array_unref(context->sections);
        g_free(context->words);
        g_free(context->hash);
        g_free(context);
    }
}

/* --- building documents --- */

static gboolean build_start(Build *build, Index *index, GError **error) {
    *build = (Build){.generator = index->generator};
    xc_generator_reset(index->generator);
    build->status = xc_document_new(&build->document, &build->error);
    return begin(index, error) && check(build->status, &build->error, error);
}

static void build_words(Build *build, SylFieldId id, const char *text, gsize size, guint wdf) {
    const SylField *field = syl_schema_field(id);
    if (build->status == XC_OK && size > 0) {
        build->status = xc_generator_add_text(
            build->generator, build->document, text, size, wdf, field->prefix,
            field->kind == SYL_FIELD_WORDS ? XC_WITH_POSITIONS : XC_WITHOUT_POSITIONS,
            &build->error);
    }
}

/* Words that count for ranking like those of the body, without taking part in phrases. */
static void build_evidence(Build *build, const char *text, guint wdf) {
    if (build->status == XC_OK && *text != '\0') {
        build->status = xc_generator_add_text(build->generator, build->document, text, strlen(text),
                                              wdf, syl_schema_field(SYL_FIELD_BODY)->prefix,
                                              XC_WITHOUT_POSITIONS, &build->error);
    }
}

static void build_term(Build *build, SylFieldId id, const char *value) {
    if (build->status == XC_OK && *value != '\0') {
        g_autofree char *term = syl_schema_term(id, value);
        build->status =
            xc_document_add_boolean_term(build->document, term, strlen(term), &build->error);
    }
}

static void build_value(Build *build, SylFieldId id, const char *value) {
    if (build->status == XC_OK && *value != '\0') {
        build->status = xc_document_set_value(build->document, syl_schema_field(id)->slot, value,
                                              strlen(value), &build->error);
    }
}

/* A filter term and, for a facet, its value. */
static void build_filter(Build *build, SylFieldId id, const char *value) {
    build_term(build, id, value);
    if (syl_schema_field(id)->slot != SYL_NO_SLOT) {
        build_value(build, id, value);
    }
}

static void build_lists(Build *build, const GPtrArray *lists) {
    g_autoptr(GString) values = g_string_new(NULL);
    for (guint i = 0; i < lists->len; i++) {
        const char *title = g_ptr_array_index(lists, i);
        build_term(build, SYL_FIELD_LIST, title);
        g_string_append_printf(values, "%s%s", i > 0 ? (char[]){SYL_VALUE_SEPARATOR, '\0'} : "",
                               title);
    }
    build_value(build, SYL_FIELD_LIST, values->str);
}

/* Every prefix of every heading path is a term, so that a section finds what is below it. */
static void build_sections(Build *build, const GPtrArray *sections) {
    g_autoptr(GString) values = g_string_new(NULL);
    for (guint i = 0; i < sections->len; i++) {
        const char *const *levels = g_ptr_array_index(sections, i);
        guint depth = g_strv_length((char **)g_ptr_array_index(sections, i));
        for (guint count = 1; count <= depth; count++) {
            g_autofree char *path = syl_schema_path(levels, count);
            build_term(build, SYL_FIELD_SECTION, path);
            if (count == depth) {
                g_string_append_printf(values, "%s%s",
                                       i > 0 ? (char[]){SYL_VALUE_SEPARATOR, '\0'} : "", path);
            }
        }
    }
    build_value(build, SYL_FIELD_SECTION, values->str);
}

/* What every document of a resource carries. */
static void build_context(Build *build, const IndexContext *context, const char *url) {
    g_autoptr(SylUrl) parts = syl_url_parse(url);
    build_filter(build, SYL_FIELD_RESOURCE, context->resource_id);
    build_filter(build, SYL_FIELD_HOST, parts != NULL ? parts->host : "");
    build_lists(build, context->lists);
    build_sections(build, context->sections);
    if (build->status == XC_OK) {
        build->status =
            xc_document_set_number(build->document, syl_schema_field(SYL_FIELD_ORDER)->slot,
                                   context->order, &build->error);
    }
}

/* Sets the record, stores the document under its id, and releases it. */
static gboolean build_finish(Build *build, Index *index, const SylRecord *record, gboolean replace,
                             GError **error) {
    build_filter(build, SYL_FIELD_TYPE, record->type);
    build_filter(build, SYL_FIELD_KIND, record->kind);
    build_filter(build, SYL_FIELD_LANGUAGE, record->language);
    build_term(build, SYL_FIELD_ID, record->id);
    if (build->status == XC_OK) {
        g_autofree char *data = syl_record_pack(record);
        build->status = xc_document_set_data(build->document, data, strlen(data), &build->error);
    }
    if (build->status == XC_OK) {
        g_autofree char *term = syl_schema_term(SYL_FIELD_ID, record->id);
        build->status = replace
                            ? xc_writer_replace(index->writer, term, strlen(term), build->document,
                                                NULL, &build->error)
                            : xc_writer_add(index->writer, build->document, NULL, &build->error);
    }
    xc_document_free(build->document);
    return check(build->status, &build->error, error);
}

/* --- resources --- */

static char *resource_record_id(const char *resource_id) {
    return g_strconcat(resource_id, "#r", NULL);
}

gboolean index_put_resource(Index *index, const IndexContext *context, const Document *start,
                            GError **error) {
    Build build;
    g_autofree char *id = resource_record_id(context->resource_id);
    g_autofree char *page_id = syl_url_id(context->resource_url);
    const char *title = start != NULL && *start->title != '\0' ? start->title : context->label;
    const char *description = start != NULL ? start->description : "";
    const char *const none[] = {NULL};
    const char *const *heading =
        context->sections->len > 0 ? g_ptr_array_index(context->sections, 0) : none;
    if (!build_start(&build, index, error)) {
        return FALSE;
    }
    g_autofree char *text =
        g_strconcat(context->words, *description != '\0' ? "\n" : "", description, NULL);
    build_words(&build, SYL_FIELD_TITLE, title, strlen(title), 1);
    build_evidence(&build, title, SYL_TITLE_WDF);
    build_evidence(&build, context->label, SYL_TITLE_WDF);
    for (guint i = 0; heading[i] != NULL; i++) {
        build_evidence(&build, heading[i], 1);
    }
    build_words(&build, SYL_FIELD_BODY, text, strlen(text), 1);
    build_words(&build, SYL_FIELD_ENTRY, context->words, strlen(context->words), 1);
    build_value(&build, SYL_FIELD_PAGE, page_id);
    build_context(&build, context, context->resource_url);
    SylRecord record = {
        .id = id,
        .type = (char[]){"resource"},
        .url = context->resource_url,
        .page = context->resource_url,
        .title = (char *)(gsize)title,
        .resource = context->resource_url,
        .resource_title = context->label,
        .heading = (GStrv)(gsize)heading,
        .kind = start != NULL ? start->kind : (char[]){"link"},
        .language = start != NULL ? start->language : (char[]){""},
        .text = text,
    };
    return build_finish(&build, index, &record, TRUE, error);
}

static gboolean delete_term(Index *index, SylFieldId id, const char *value, GError **error) {
    xc_error failure;
    g_autofree char *term = syl_schema_term(id, value);
    return begin(index, error) &&
           check(xc_writer_delete(index->writer, term, strlen(term), &failure), &failure, error);
}

gboolean index_remove_resource(Index *index, const char *resource_id, GError **error) {
    return delete_term(index, SYL_FIELD_RESOURCE, resource_id, error);
}

/* --- pages --- */

gboolean index_remove_page(Index *index, const char *page_id, GError **error) {
    return delete_term(index, SYL_FIELD_PAGE, page_id, error);
}

/* What the list says is said of the whole resource: its start page carries all of it, every other
 * passage the name. */
static void build_list_evidence(Build *build, const IndexContext *context, gboolean is_start) {
    const char *words = is_start ? context->words : context->label;
    if (context->sections->len > 0) {
        build_evidence(build, words, 1);
        build_words(build, SYL_FIELD_ENTRY, words, strlen(words), 1);
    }
}

/* What a page says beside its main text belongs to its first passage. */
static void build_page_evidence(Build *build, const Document *document) {
    build_evidence(build, document->description, 1);
    build_evidence(build, document->captions, 1);
    build_words(build, SYL_FIELD_REST, document->rest, strlen(document->rest), 1);
}

/* Headings without the first ones that only say the title again. */
static char **below_title(char **heading, const char *title) {
    while (*heading != NULL && g_str_equal(*heading, title)) {
        heading++;
    }
    return heading;
}

static GStrv record_parts(const StorePage *page, const Document *document, const Passage *passage) {
    g_autoptr(GPtrArray) parts = g_ptr_array_new();
    for (guint i = 0; passage->parts != NULL && i < passage->parts->len; i++) {
        const PassagePart *part = g_ptr_array_index(passage->parts, i);
        g_autofree char *url = passage_url(page->url, part->anchor);
        char **heading = below_title(part->heading, document->title);
        g_ptr_array_add(parts, syl_record_part(part->offset, url, (const char *const *)heading));
    }
    g_ptr_array_add(parts, NULL);
    return (GStrv)g_ptr_array_free(g_steal_pointer(&parts), FALSE);
}

static gboolean put_passage(Index *index, const IndexContext *context, const StorePage *page,
                            const Document *document, const Passage *passage, const char *text,
                            GError **error) {
    Build build;
    g_autofree char *id = g_strdup_printf("%s#%u", page->id, passage->ordinal);
    g_autofree char *url = passage_url(page->url, passage->anchor);
    if (!build_start(&build, index, error)) {
        return FALSE;
    }
    build_words(&build, SYL_FIELD_BODY, text, strlen(text), 1);
    build_words(&build, SYL_FIELD_TITLE, document->title, strlen(document->title), 1);
    build_words(&build, SYL_FIELD_AUTHOR, document->author, strlen(document->author), 1);
    build_evidence(&build, document->title, SYL_TITLE_WDF);
    char **heading = below_title(passage->heading, document->title);
    g_auto(GStrv) parts = record_parts(page, document, passage);
    for (char **level = heading; *level != NULL; level++) {
        build_evidence(&build, *level, SYL_TITLE_WDF);
    }
    g_autofree char *start_id = syl_url_id(context->resource_url);
    build_list_evidence(&build, context, passage->ordinal == 0 && g_str_equal(start_id, page->id));
    if (passage->ordinal == 0) {
        build_page_evidence(&build, document);
    }
    build_filter(&build, SYL_FIELD_PAGE, page->id);
    build_context(&build, context, page->url);
    SylRecord record = {
        .id = id,
        .type = (char[]){"passage"},
        .url = url,
        .page = page->url,
        .title = document->title,
        .resource = context->resource_url,
        .resource_title = context->label,
        .heading = heading,
        .parts = parts,
        .kind = document->kind,
        .language = document->language,
        .text = (char *)(gsize)text,
    };
    return build_finish(&build, index, &record, FALSE, error);
}

gboolean index_put_page(Index *index, const IndexContext *context, const StorePage *page,
                        const Document *document, GError **error) {
    if (!index_remove_page(index, page->id, error)) {
        return FALSE;
    }
    g_autoptr(GPtrArray) passages = passages_split(document);
    for (guint i = 0; i < passages->len; i++) {
        const Passage *passage = g_ptr_array_index(passages, i);
        g_autofree char *text = g_strndup(document->main + passage->start, passage->size);
        if (!put_passage(index, context, page, document, passage, text, error)) {
            return FALSE;
        }
    }
    if (passages->len == 0) {
        Passage whole = {.heading = (char *[]){NULL}, .anchor = (char[]){""}};
        const char *text = *document->description != '\0' ? document->description : document->title;
        return put_passage(index, context, page, document, &whole, text, error);
    }
    return TRUE;
}
