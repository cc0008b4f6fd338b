/* From the bytes of a page to UTF-8. Which encoding it is follows the HTML Standard (13.2.3
 * "Determining the character encoding") with its labels (Encoding Standard 4.2: what calls itself
 * latin1 is windows-1252, gb2312 is GB18030, ...), with one more rule: a body that is valid UTF-8
 * beyond chance is UTF-8 whatever single-byte encoding it declares. Pure functions: any thread. */
#pragma once

#include <glib.h>

/* How far into a page the declaration is looked for. The standard says 1024; pages put it later. */
#define CHARSET_PRESCAN_BYTES 8192

/* The Encoding Standard's name, in lower case, of the encoding that has this label; NULL if it is
 * none, or one that browsers refuse. Borrowed for ever. */
const char *charset_of_label(const char *label, gsize size);

/* The encoding that a page declares in a meta element or an XML declaration, or NULL. */
const char *charset_prescan(const guint8 *bytes, gsize size);

/* Valid UTF-8; bytes that mean nothing become U+FFFD; a byte order mark is removed; NUL may be in
 * it. content_type: the HTTP header, or NULL. html: whether to look for a declaration in the
 * bytes. Never NULL; at most 3 * size + 1 bytes, NUL-terminated; caller frees. */
char *charset_to_utf8(const guint8 *bytes, gsize size, const char *content_type, gboolean html,
                      gsize *out_size);

/* The character of a byte 0x80-0x9F in windows-1252; U+FFFD where there is none. */
gunichar charset_windows_1252(guint8 byte);
