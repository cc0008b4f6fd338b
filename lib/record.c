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
/* These may be repeated: one line each. */
static const struct {
    const char *name;
    gsize offset;
} lists[] = {
    {"heading", offsetof(SylRecord, heading)},
    {"part", offsetof(SylRecord, parts)},
};
#define PART_SEPARATOR "\x1f"

static char *peek_member(const SylRecord *record, gsize i) {
    return *(char *const *)((const char *)record + members[i].offset);
}

SylRecord *syl_record_new(void) {
    SylRecord *record = g_new0(SylRecord, 1);
    record->heading = g_new0(char *, 1);
    record->parts = g_new0(char *, 1);
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
    g_strfreev(record->parts);
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
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
        const GStrv values = *(const GStrv *)((const char *)record + lists[i].offset);
        for (gsize at = 0; values != NULL && values[at] != NULL; at++) {
            /* A line of its own would read as a value of its own. */
            g_autofree char *value = g_strdelimit(g_strdup(values[at]), "\n", ' ');
            append_lines(data, lists[i].name, value);
        }
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

/* The same for a name that may be repeated. */
static GPtrArray *list_of(GPtrArray *values[], const char *name, gsize size) {
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
        if (strlen(lists[i].name) == size && memcmp(lists[i].name, name, size) == 0) {
            return values[i];
        }
    }
    return NULL;
}

SylRecord *syl_record_unpack(const char *data, gsize size) {
    /* What a damaged index holds must not reach a reply as broken text. */
    g_autofree char *text = g_utf8_make_valid(size > 0 ? data : "", (gssize)size);
    GString *values[G_N_ELEMENTS(members)] = {NULL};
    GPtrArray *listed[G_N_ELEMENTS(lists)];
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
        listed[i] = g_ptr_array_new();
    }
    for (const char *line = text; *line != '\0';) {
        const char *end = strchrnul(line, '\n');
        const char *equals = memchr(line, '=', (gsize)(end - line));
        if (equals != NULL) {
            gsize name_size = (gsize)(equals - line);
            gssize value_size = end - equals - 1;
            GString *value = value_of(values, line, name_size);
            GPtrArray *list = list_of(listed, line, name_size);
            if (value != NULL) {
                g_string_append_len(value, equals + 1, value_size);
            } else if (list != NULL) {
                g_ptr_array_add(list, g_strndup(equals + 1, (gsize)value_size));
            }
        }
        line = *end == '\n' ? end + 1 : end;
    }
    SylRecord *record = g_new0(SylRecord, 1);
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
        G_STRUCT_MEMBER(char *, record, members[i].offset) =
            values[i] != NULL ? g_string_free(values[i], FALSE) : g_strdup("");
    }
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
        g_ptr_array_add(listed[i], NULL);
        G_STRUCT_MEMBER(GStrv, record, lists[i].offset) = (GStrv)g_ptr_array_free(listed[i], FALSE);
    }
    return record;
}

char *syl_record_part(gsize offset, const char *url, const char *const *heading) {
    g_autofree char *path = g_strjoinv(PART_SEPARATOR, (char **)(gsize)heading);
    return g_strdup_printf("%" G_GSIZE_FORMAT " %s %s", offset, url, path);
}

gboolean syl_record_read_part(const char *part, gsize *offset, char **url, GStrv *heading) {
    g_auto(GStrv) members_of_part = g_strsplit(part, " ", 3);
    guint64 number = 0;
    if (g_strv_length(members_of_part) != 3 ||
        !g_ascii_string_to_unsigned(members_of_part[0], 10, 0, G_MAXUINT32, &number, NULL)) {
        return FALSE;
    }
    *offset = (gsize)number;
    *url = g_strdup(members_of_part[1]);
    *heading = members_of_part[2][0] == '\0' ? g_new0(char *, 1)
                                             : g_strsplit(members_of_part[2], PART_SEPARATOR, -1);
    return TRUE;
}
