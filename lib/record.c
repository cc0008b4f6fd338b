#include "syllabus/record.h"

#include <stddef.h>
#include <string.h>

/* `url`, `caption` and `sample` are what Omega's own templates show. */
static const struct {
    const char *name;
    gsize offset;
} members[] = {
    {"id", offsetof(SylRecord, id)},
    {"type", offsetof(SylRecord, type)},
    {"url", offsetof(SylRecord, url)},
    {"page", offsetof(SylRecord, page)},
    {"caption", offsetof(SylRecord, title)},
    {"resource", offsetof(SylRecord, resource)},
    {"resourcetitle", offsetof(SylRecord, resource_title)},
    {"kind", offsetof(SylRecord, kind)},
    {"language", offsetof(SylRecord, language)},
    {"sample", offsetof(SylRecord, text)},
};
static const char heading_name[] = "heading";

static char *peek_member(const SylRecord *record, gsize i) {
    return *(char *const *)((const char *)record + members[i].offset);
}

SylRecord *syl_record_new(void) {
    SylRecord *record = g_new0(SylRecord, 1);
    record->heading = g_new0(char *, 1);
    return record;
}

void syl_record_free(SylRecord *record) {
    if (record == NULL) {
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
        g_free(peek_member(record, i));
    }
    g_strfreev(record->heading);
    g_free(record);
}

/* One line `name=...` for each line of value. */
static void append_lines(GString *data, const char *name, const char *value) {
    for (;;) {
        const char *end = strchr(value, '\n');
        g_string_append_printf(data, "%s=", name);
        g_string_append_len(data, value, end != NULL ? end - value : (gssize)strlen(value));
        g_string_append_c(data, '\n');
        if (end == NULL) {
            return;
        }
        value = end + 1;
    }
}

char *syl_record_pack(const SylRecord *record) {
    GString *data = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
        if (peek_member(record, i) != NULL) {
            append_lines(data, members[i].name, peek_member(record, i));
        }
    }
    for (gsize i = 0; record->heading != NULL && record->heading[i] != NULL; i++) {
        /* A line of its own would read as a level of its own. */
        g_autofree char *level = g_strdelimit(g_strdup(record->heading[i]), "\n", ' ');
        append_lines(data, heading_name, level);
    }
    return g_string_free(data, FALSE);
}

/* Where the value of a line `name=value` belongs; NULL for an unknown name. */
static GString *value_of(GString *values[], const char *name, gsize size) {
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
        if (strlen(members[i].name) == size && memcmp(members[i].name, name, size) == 0) {
            if (values[i] == NULL) {
                values[i] = g_string_new(NULL);
            } else {
                g_string_append_c(values[i], '\n');
            }
            return values[i];
        }
    }
    return NULL;
}

SylRecord *syl_record_unpack(const char *data, gsize size) {
    /* What a damaged index holds must not reach a reply as broken text. */
    g_autofree char *text = g_utf8_make_valid(size > 0 ? data : "", (gssize)size);
    GString *values[G_N_ELEMENTS(members)] = {NULL};
    g_autoptr(GPtrArray) heading = g_ptr_array_new();
    for (const char *line = text; *line != '\0';) {
        const char *end = strchrnul(line, '\n');
        const char *equals = memchr(line, '=', (gsize)(end - line));
        if (equals != NULL) {
            gsize name_size = (gsize)(equals - line);
            gssize value_size = end - equals - 1;
            GString *value = value_of(values, line, name_size);
            if (value != NULL) {
                g_string_append_len(value, equals + 1, value_size);
            } else if (name_size == strlen(heading_name) &&
                       memcmp(line, heading_name, name_size) == 0) {
                g_ptr_array_add(heading, g_strndup(equals + 1, (gsize)value_size));
            }
        }
        line = *end == '\n' ? end + 1 : end;
    }
    SylRecord *record = g_new0(SylRecord, 1);
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
        G_STRUCT_MEMBER(char *, record, members[i].offset) =
            values[i] != NULL ? g_string_free(values[i], FALSE) : g_strdup("");
    }
    g_ptr_array_add(heading, NULL);
    record->heading = (GStrv)g_ptr_array_free(g_steal_pointer(&heading), FALSE);
    return record;
}
