/* What the class and id of an element say about what it holds. Page authors name things alike: the
 * tables follow what Readability and trafilatura have collected. Pure; any thread. */
#pragma once

#include <glib.h>

/* Longer values of class or id are read up to here. */
#define CLASS_NAMES_MAX_BYTES 512

/* Whether a word of class or id names what surrounds content: navigation, advertising, sharing,
 * comments. Words end at spaces, '-', '_' and between aB. */
gboolean class_names_are_chrome(const char *class_names, const char *id);

/* -50 to 50: 25 for each of class and id that sounds like content, -25 for each that does not. */
int class_names_weight(const char *class_names, const char *id);

/* Whether words (separated by spaces) has this word. */
gboolean class_names_have(const char *words, const char *word);
