/* The named character references of HTML (HTML Standard 13.5). Pure; any thread. */
#pragma once

#include <glib.h>

#define HTML_ENTITY_MAX_BYTES      31 /* of a name */
#define HTML_ENTITY_MAX_BARE_BYTES 6  /* of a name that needs no semicolon */

/* The text of the reference that begins at name (behind its '&'), the longest that fits; *used is
 * how many bytes of name it takes, its semicolon included. NULL, and *used untouched, if there is
 * none. Borrowed for ever. */
const char *html_entity_find(const char *name, gsize size, gsize *used);
