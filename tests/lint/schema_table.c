/* Prints the table of lib/schema.c as the Markdown table that docs/INDEX-FORMAT.md must hold. */
#include <stdio.h>

#include "syllabus/schema.h"

static const char *const kinds[] = {
    [SYL_FIELD_WORDS] = "words with positions",
    [SYL_FIELD_BAG] = "words",
    [SYL_FIELD_FILTER] = "filter",
    [SYL_FIELD_VALUE] = "value",
};

static void print_name(const char *name) {
    if (name == NULL) {
        printf("| ");
    } else {
        printf("| `%s` ", name);
    }
}

int main(void) {
    puts("| query name | prefix | kind | slot | facet | holds |\n| --- | --- | --- | --- | --- | "
         "--- |");
    for (int id = 0; id < SYL_FIELD_COUNT; id++) {
        const SylField *field = syl_schema_field((SylFieldId)id);
        print_name(field->name);
        print_name(field->prefix != NULL && *field->prefix != '\0' ? field->prefix : NULL);
        printf("| %s ", kinds[field->kind]);
        if (field->slot != SYL_NO_SLOT) {
            printf("| %u ", field->slot);
        } else {
            printf("| ");
        }
        print_name(field->facet);
        printf("| %s |\n", field->about);
    }
    return 0;
}
