/* Addresses of pages: resolving, canonical form, parts. http and https only. Pure functions: any
 * thread.
 *
 * Canonical: scheme and host in lower case, host by IDNA 2008 (UTS 46 non-transitional) in ASCII
 * without a final dot, every notation of an IPv4 address (2130706433, 0x7f.1) as a dotted quad, no
 * user info, no default port, no fragment, dot segments resolved, percent escapes of unreserved
 * characters decoded and the others in upper case, characters that need it escaped (spaces, what is
 * not ASCII, a '%' that begins no escape), query parameters that only track (utm_*, fbclid, gclid,
 * ...) removed, an empty query dropped, an empty path as "/" (RFC 3986 section 6). White space
 * around an address does not count.
 * Addresses that browsers and libraries read differently are refused: control characters,
 * backslashes in front of the query, spaces in the authority, an authority without "//", two '@',
 * host names of other characters than letters, digits, '-', '.' and '_'. */
#pragma once

#include <glib.h>

#define SYL_URL_ERROR (syl_url_error_quark())
GQuark syl_url_error_quark(void);
typedef enum SylUrlError {
    SYL_URL_ERROR_SCHEME,  /* neither http nor https */
    SYL_URL_ERROR_INVALID, /* no address at all, or one that is read in two ways */
    SYL_URL_ERROR_LENGTH,  /* over SYL_URL_MAX_BYTES */
} SylUrlError;

#define SYL_URL_MAX_BYTES 2048

/* The canonical form of reference, resolved against base (an absolute address, or NULL) by RFC 3986
 * section 5. The canonical form of a canonical form is itself. The bytes of reference need not be
 * UTF-8. Caller frees. */
char *syl_url_canonical(const char *reference, const char *base, GError **error);

typedef struct SylUrl {
    char *scheme; /* "http" or "https" */
    char *host;   /* ASCII; IPv6 without brackets */
    guint16 port; /* explicit or default */
    char *path;   /* starts with '/' */
    char *query;  /* without '?', or NULL */
} SylUrl;
/* The parts of an absolute address in its canonical form. NULL if it has none. Caller frees. */
SylUrl *syl_url_parse(const char *address);
void syl_url_free(SylUrl *url);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SylUrl, syl_url_free)

/* A short stable name of a canonical address: 16 hexadecimal digits of its SHA-256. The scheme does
 * not count, so that http and https are one. Caller frees. */
char *syl_url_id(const char *canonical);
