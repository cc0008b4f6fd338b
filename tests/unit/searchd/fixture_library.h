/* Small libraries for tests, written by the table of syllabus/schema.h. */
#pragma once

#include <ftw.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "syllabus/library.h"
#include "syllabus/record.h"
#include "syllabus/schema.h"
#include "xapian-c.h"

typedef struct FixtureDocument {
    const char *id; /* PAGE#ORDINAL, or RESOURCE#r */
    const char *title;
    const char *text;
    const char *rest;    /* NULL: none */
    const char *host;    /* NULL: "example.org" */
    const char *kind;    /* NULL: "page" */
    const char *list;    /* NULL: "Awesome Mathematics" */
    const char *section; /* levels joined by '/', paths by ';'; NULL: none */
    guint order;
} FixtureDocument;

static inline void fixture_check(xc_status status, const xc_error *failure) {
    if (status != XC_OK) {
        fail_msg("%s: %s", xc_status_name(status), failure->message);
    }
}

static inline void fixture_text(xc_generator *generator, xc_document *document, SylFieldId id,
                                const char *text, guint wdf) {
    xc_error failure = {0};
    const SylField *field = syl_schema_field(id);
    fixture_check(xc_generator_add_text(generator, document, text, strlen(text), wdf, field->prefix,
                                        field->kind == SYL_FIELD_WORDS ? XC_WITH_POSITIONS
                                                                       : XC_WITHOUT_POSITIONS,
                                        &failure),
                  &failure);
}

static inline void fixture_term(xc_document *document, SylFieldId id, const char *value) {
    xc_error failure = {0};
    g_autofree char *term = syl_schema_term(id, value);
    fixture_check(xc_document_add_boolean_term(document, term, strlen(term), &failure), &failure);
}

static inline void fixture_value(xc_document *document, SylFieldId id, const char *value) {
    xc_error failure = {0};
    fixture_check(
        xc_document_set_value(document, syl_schema_field(id)->slot, value, strlen(value), &failure),
        &failure);
}

static inline void fixture_sections(xc_document *document, const char *sections) {
    g_autoptr(GString) values = g_string_new(NULL);
    g_auto(GStrv) paths = g_strsplit(sections, ";", -1);
    for (char **path = paths; *path != NULL; path++) {
        g_auto(GStrv) levels = g_strsplit(*path, "/", -1);
        guint depth = g_strv_length(levels);
        for (guint count = 1; count <= depth; count++) {
            g_autofree char *above = syl_schema_path((const char *const *)levels, count);
            fixture_term(document, SYL_FIELD_SECTION, above);
            if (count == depth) {
                if (values->len > 0) {
                    g_string_append_c(values, SYL_VALUE_SEPARATOR);
                }
                g_string_append(values, above);
            }
        }
    }
    fixture_value(document, SYL_FIELD_SECTION, values->str);
}

static inline char *fixture_record(const FixtureDocument *row, const char *page) {
    g_autoptr(SylRecord) record = syl_record_new();
    record->id = g_strdup(row->id);
    record->type = g_strdup(g_str_has_suffix(row->id, "#r") ? "resource" : "passage");
    record->page =
        g_strdup_printf("https://%s/%s", row->host == NULL ? "example.org" : row->host, page);
    record->url = g_strdup_printf("%s#deep", record->page);
    record->title = g_strdup(row->title);
    record->resource = g_strdup("https://example.org/");
    record->resource_title = g_strdup("A resource");
    g_strfreev(record->heading);
    record->heading = g_strsplit("Part/Chapter", "/", -1);
    record->kind = g_strdup(row->kind == NULL ? "page" : row->kind);
    record->language = g_strdup("en");
    record->text = g_strdup(row->text);
    return syl_record_pack(record);
}

/* Adds one document to a writer that is in a transaction. */
static inline void fixture_add(xc_writer *writer, xc_generator *generator,
                               const FixtureDocument *row) {
    xc_error failure = {0};
    xc_document *document = NULL;
    fixture_check(xc_document_new(&document, &failure), &failure);
    xc_generator_reset(generator);
    g_autofree char *page = g_strndup(row->id, strcspn(row->id, "#"));
    fixture_text(generator, document, SYL_FIELD_BODY, row->text, 1);
    fixture_text(generator, document, SYL_FIELD_TITLE, row->title, 1);
    fixture_text(generator, document, SYL_FIELD_BODY, row->title, SYL_TITLE_WDF);
    if (row->rest != NULL) {
        fixture_text(generator, document, SYL_FIELD_REST, row->rest, 1);
    }
    fixture_term(document, SYL_FIELD_ID, row->id);
    fixture_term(document, SYL_FIELD_TYPE,
                 g_str_has_suffix(row->id, "#r") ? "resource" : "passage");
    fixture_value(document, SYL_FIELD_PAGE, page);
    const struct {
        SylFieldId field;
        const char *value;
    } filters[] = {{SYL_FIELD_HOST, row->host == NULL ? "example.org" : row->host},
                   {SYL_FIELD_KIND, row->kind == NULL ? "page" : row->kind},
                   {SYL_FIELD_LIST, row->list == NULL ? "Awesome Mathematics" : row->list}};
    for (gsize i = 0; i < G_N_ELEMENTS(filters); i++) {
        fixture_term(document, filters[i].field, filters[i].value);
        fixture_value(document, filters[i].field, filters[i].value);
    }
    if (row->section != NULL) {
        fixture_sections(document, row->section);
    }
    fixture_check(xc_document_set_number(document, syl_schema_field(SYL_FIELD_ORDER)->slot,
                                         row->order, &failure),
                  &failure);
    g_autofree char *data = fixture_record(row, page);
    fixture_check(xc_document_set_data(document, data, strlen(data), &failure), &failure);
    fixture_check(xc_writer_add(writer, document, NULL, &failure), &failure);
    xc_document_free(document);
}

/* Adds documents to a generation in one commit. */
static inline void fixture_write(const SylGeneration *generation, const FixtureDocument *rows,
                                 gsize count) {
    xc_error failure = {0};
    xc_writer *writer = NULL;
    xc_generator *generator = NULL;
    fixture_check(xc_writer_open(generation->xapian_path, XC_CREATE_OR_OPEN, &writer, &failure),
                  &failure);
    fixture_check(xc_generator_new(SYL_STEM_LANGUAGE, &generator, &failure), &failure);
    fixture_check(xc_writer_begin(writer, &failure), &failure);
    g_autofree char *format = g_strdup_printf("%d", SYL_INDEX_FORMAT);
    fixture_check(xc_writer_set_metadata(writer, SYL_META_FORMAT, format, strlen(format), &failure),
                  &failure);
    for (gsize i = 0; i < count; i++) {
        fixture_add(writer, generator, &rows[i]);
    }
    fixture_check(xc_writer_commit(writer, &failure), &failure);
    xc_generator_free(generator);
    xc_writer_free(writer);
}

/* Makes a new generation of the documents the live one. Free it. */
static inline SylGeneration *fixture_publish(const char *library, const FixtureDocument *rows,
                                             gsize count) {
    g_autoptr(GError) error = NULL;
    SylGeneration *generation = syl_library_create_generation(library, &error);
    if (generation == NULL) {
        fail_msg("%s", error->message);
    }
    fixture_write(generation, rows, count);
    if (!syl_library_publish(library, generation, &error)) {
        fail_msg("%s", error->message);
    }
    return generation;
}

/* A new directory for a library. Remove it with fixture_remove. */
static inline char *fixture_directory(void) {
    g_autoptr(GError) error = NULL;
    char *path = g_dir_make_tmp("searchd-test-XXXXXX", &error);
    if (path == NULL) {
        fail_msg("%s", error->message);
    }
    return path;
}

static inline int fixture_remove_one(const char *path, const struct stat *status, int type,
                                     struct FTW *walk) {
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

/* Removes a directory and all in it, and frees its name. */
static inline void fixture_remove(char *path) {
    nftw(path, fixture_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    g_free(path);
}

/* A library of the documents. Remove it with fixture_remove. */
static inline char *fixture_library(const FixtureDocument *rows, gsize count) {
    char *library = fixture_directory();
    syl_generation_free(fixture_publish(library, rows, count));
    return library;
}
