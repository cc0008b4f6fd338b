/* Document data as an index holds it, and the members of a record, one a paragraph. */
#include "fuzz.h"

#include "syllabus/record.h"

/* The members in their order; what is left are headings. */
#define MEMBERS 10

static char **member_of(SylRecord *record, gsize i) {
    char **const members[MEMBERS] = {&record->id,
                                     &record->type,
                                     &record->url,
                                     &record->page,
                                     &record->title,
                                     &record->resource,
                                     &record->resource_title,
                                     &record->kind,
                                     &record->language,
                                     &record->text};
    return members[i];
}

static SylRecord *record_of(const char *text) {
    g_auto(GStrv) parts = g_strsplit(text, "\n\n", -1);
    const gsize count = g_strv_length(parts);
    SylRecord *record = syl_record_new();
    for (gsize i = 0; i < MIN(count, (gsize)MEMBERS); i++) {
        *member_of(record, i) = g_strdup(parts[i]);
    }
    if (count > MEMBERS) {
        g_strfreev(record->heading);
        record->heading = g_strdupv(parts + MEMBERS);
        for (char **level = record->heading; *level != NULL; level++) {
            g_strdelimit(*level, "\n", ' ');
        }
    }
    return record;
}

static void check_round_trip(SylRecord *record) {
    g_autofree char *packed = syl_record_pack(record);
    g_autoptr(SylRecord) copy = syl_record_unpack(packed, strlen(packed));
    for (gsize i = 0; i < MEMBERS; i++) {
        const char *before = *member_of(record, i), *after = *member_of(copy, i);
        fuzz_holds(strcmp(before == NULL ? "" : before, after) == 0,
                   "members are unpacked as they were packed");
    }
    fuzz_holds(
        g_strv_equal((const char *const *)record->heading, (const char *const *)copy->heading),
        "headings are unpacked as they were packed");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    g_autoptr(SylRecord) found = syl_record_unpack((const char *)data, size);
    for (gsize i = 0; i < MEMBERS; i++) {
        fuzz_holds(g_utf8_validate(*member_of(found, i), -1, NULL), "members are UTF-8");
    }
    check_round_trip(found);
    g_autofree char *bytes = fuzz_take_rest(data, size);
    g_autofree char *text = g_utf8_make_valid(bytes, -1);
    g_autoptr(SylRecord) made = record_of(text);
    check_round_trip(made);
    return 0;
}
