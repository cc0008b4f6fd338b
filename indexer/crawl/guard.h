/* Which addresses a crawl may connect to. Private, loopback, link-local, multicast and other
 * special-purpose networks (IANA special-purpose registries, RFC 6890) are refused unless named,
 * after the name was resolved and for every hop, so that neither a redirect nor a DNS answer leads
 * inside. A guard does not change after it was made: any thread. */
#pragma once

#include <glib.h>
#include <sys/socket.h>

typedef struct Guard Guard;

#define GUARD_ERROR (guard_error_quark())
GQuark guard_error_quark(void);
typedef enum GuardError {
    GUARD_ERROR_BLOCK, /* no CIDR block */
} GuardError;

/* allowed: CIDR blocks ("127.0.0.0/8", "fd00::/8") or single addresses that are open although
 * special; NULL or NULL-terminated. Bits behind a block's length do not count. */
Guard *guard_new(const char *const *allowed, GError **error);
void guard_free(Guard *guard);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Guard, guard_free)

/* Whether a socket may be connected to address. IPv4-mapped, 6to4, NAT64 and Teredo addresses are
 * judged by the IPv4 address inside. */
gboolean guard_permits(const Guard *guard, const struct sockaddr *address);
