/* index-dump LIBRARY: every document of the live index on one line each: its data, then its terms;
 * control characters and backslashes as \xNN. For tests that compare two indexes; document numbers
 * are left out, since they tell history. */
#include <stdio.h>

#include "syllabus/library.h"
#include "xapian-c.h"

#define MAX_DOCID 10000000

static void print_escaped(const xc_string *text) {
    for (size_t i = 0; i < text->size; i++) {
        unsigned char byte = (unsigned char)text->data[i];
        if (byte < 0x20 || byte == 0x7f || byte == '\\') {
            printf("\\x%02x", byte);
        } else {
            putchar(byte);
        }
    }
}

static xc_status print_document(xc_database *database, uint32_t docid, xc_error *error) {
    xc_string data = {0};
    xc_terms *terms = NULL;
    xc_status status = xc_database_document_data(database, docid, &data, error);
    if (status == XC_OK) {
        status = xc_database_document_terms(database, docid, &terms, error);
    }
    if (status == XC_OK) {
        print_escaped(&data);
        for (size_t i = 0; i < terms->count; i++) {
            putchar(' ');
            print_escaped(&terms->items[i].name);
            printf(":%u", terms->items[i].freq);
        }
        putchar('\n');
    }
    xc_string_clear(&data);
    xc_terms_free(terms);
    return status;
}

int main(int argc, char **argv) {
    g_autoptr(GError) failure = NULL;
    g_autoptr(SylGeneration) generation = argc == 2 ? syl_library_current(argv[1], &failure) : NULL;
    xc_database *database = NULL;
    xc_error error = {0};
    uint32_t count = 0, found = 0;
    if (generation == NULL) {
        fprintf(stderr, "index-dump: %s\n",
                failure != NULL ? failure->message : "usage: index-dump LIBRARY");
        return 1;
    }
    xc_status status = xc_database_open(generation->xapian_path, &database, &error);
    if (status == XC_OK) {
        status = xc_database_doc_count(database, &count, &error);
    }
    for (uint32_t docid = 1; status == XC_OK && found < count && docid < MAX_DOCID; docid++) {
        status = print_document(database, docid, &error);
        found += status == XC_OK;
        status = status == XC_NOT_FOUND ? XC_OK : status;
    }
    xc_database_free(database);
    if (status != XC_OK) {
        fprintf(stderr, "index-dump: %s\n", error.message);
    }
    return status != XC_OK;
}
