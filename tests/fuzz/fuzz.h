/* What the fuzz targets share. Each fuzz_NAME.c is one parser of foreign bytes and what must hold
 * for any of them; corpus/NAME holds its seeds and the inputs that once broke it. libFuzzer calls
 * the target where the build has it (SYL_FUZZ), replay.c everywhere else. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "syllabus/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* property: a sentence that is true of every input. Where it is not, the program ends with it. */
static inline void fuzz_holds(gboolean holds, const char *property) {
    if (!holds) {
        fprintf(stderr, "This does not hold: %s\n", property);
        abort();
    }
}

/* Inputs with a parameter have it in their first line, so that seeds can be read and written by
 * people. Takes that line, without its end, off the input; a NUL ends it early. Caller frees. */
static inline char *fuzz_take_line(const uint8_t **data, size_t *size) {
    const uint8_t *end = *size > 0 ? memchr(*data, '\n', *size) : NULL;
    const size_t length = end == NULL ? *size : (size_t)(end - *data);
    char *line = g_strndup((const char *)*data, length);
    const size_t taken = end == NULL ? length : length + 1;
    *data += taken;
    *size -= taken;
    return line;
}

/* What is left of the input as a C string, cut at a NUL. Caller frees. */
static inline char *fuzz_take_rest(const uint8_t *data, size_t size) {
    return g_strndup((const char *)data, size);
}

/* Text past extraction: valid UTF-8 in NFC without control characters. */
static inline gboolean fuzz_is_clean(const char *text) {
    if (!g_utf8_validate(text, -1, NULL)) {
        return FALSE;
    }
    g_autofree char *clean = syl_text_clean(text, -1);
    return strcmp(clean, text) == 0;
}

static inline gboolean fuzz_is_squeezed(const char *text) {
    g_autofree char *squeezed = syl_text_squeeze(text);
    return fuzz_is_clean(text) && strcmp(squeezed, text) == 0;
}
