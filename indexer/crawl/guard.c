#include "crawl/guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

G_DEFINE_QUARK(guard_error, guard_error)

/* Every address and block is held as IPv6; IPv4 in its mapped form ::ffff:a.b.c.d, so that an IPv4
 * address and its mapped twin are judged alike. */
#define ADDRESS_BYTES 16
#define ADDRESS_BITS  128
#define MAPPED_BITS   96
typedef struct Block {
    guint8 address[ADDRESS_BYTES];
    guint bits;
} Block;

/* What no crawl has business with: the IANA IPv4 and IPv6 Special-Purpose Address Registries
 * (entries that are not globally reachable), multicast, and what was reserved once. */
static const char *const SPECIAL[] = {
    "0.0.0.0/8",       /* this network, RFC 791 */
    "10.0.0.0/8",      /* private, RFC 1918 */
    "100.64.0.0/10",   /* shared by carriers, RFC 6598 */
    "127.0.0.0/8",     /* loopback, RFC 1122 */
    "169.254.0.0/16",  /* link-local and cloud metadata, RFC 3927 */
    "172.16.0.0/12",   /* private, RFC 1918 */
    "192.0.0.0/24",    /* IETF protocol assignments, RFC 6890 */
    "192.0.2.0/24",    /* documentation, RFC 5737 */
    "192.88.99.0/24",  /* 6to4 relay anycast, RFC 7526 */
    "192.168.0.0/16",  /* private, RFC 1918 */
    "198.18.0.0/15",   /* benchmarking, RFC 2544 */
    "198.51.100.0/24", /* documentation, RFC 5737 */
    "203.0.113.0/24",  /* documentation, RFC 5737 */
    "224.0.0.0/4",     /* multicast, RFC 5771 */
    "240.0.0.0/4",     /* reserved and broadcast, RFC 1112 */
    "2001::/23",       /* IETF protocol assignments, RFC 2928 */
    "2001:db8::/32",   /* documentation, RFC 3849 */
    "3fff::/20",       /* documentation, RFC 9637 */
};
/* The only IPv6 space IANA gives out for use on the Internet; what lies outside is special:
 * loopback, unique local (fc00::/7), link-local (fe80::/10), multicast (ff00::/8), ... */
static const char GLOBAL_UNICAST[] = "2000::/3";

/* IPv6 addresses that carry an IPv4 address which packets end up at. */
static const struct {
    const char *block;
    guint offset; /* bytes before the IPv4 address */
    guint8 mask;  /* its bytes are XORed with this */
} EMBEDDED[] = {
    {"2002::/16", 2, 0},     /* 6to4, RFC 3056 */
    {"64:ff9b::/96", 12, 0}, /* NAT64, RFC 6052 */
    {"2001::/32", 12, 0xff}, /* Teredo client, RFC 4380; its server at 4 is only asked */
};

struct Guard {
    GArray *allowed; /* Block */
    GArray *special; /* Block */
    Block global_unicast;
    Block mapped;
    Block embedded[G_N_ELEMENTS(EMBEDDED)];
};

static void address_from_ipv4(guint8 address[ADDRESS_BYTES], const void *ipv4) {
    static const guint8 mapped[12] = {[10] = 0xff, [11] = 0xff};
    memcpy(address, mapped, sizeof mapped);
    memcpy(address + sizeof mapped, ipv4, 4);
}

static gboolean block_parse(const char *text, Block *block) {
    const gsize size = strcspn(text, "/");
    g_autofree char *address = g_strndup(text, size);
    guint8 ipv4[4];
    guint first = 0;
    if (inet_pton(AF_INET, address, ipv4) == 1) {
        address_from_ipv4(block->address, ipv4);
        first = MAPPED_BITS;
    } else if (inet_pton(AF_INET6, address, block->address) != 1) {
        return FALSE;
    }
    guint64 bits = ADDRESS_BITS - first;
    if (text[size] == '/' &&
        !g_ascii_string_to_unsigned(text + size + 1, 10, 0, ADDRESS_BITS - first, &bits, NULL)) {
        return FALSE;
    }
    block->bits = first + (guint)bits;
    return TRUE;
}

static gboolean block_has(const Block *block, const guint8 address[ADDRESS_BYTES]) {
    const guint bytes = block->bits / 8;
    const guint rest = block->bits % 8;
    if (memcmp(block->address, address, bytes)) {
        return FALSE;
    }
    return rest == 0 || (block->address[bytes] ^ address[bytes]) >> (8 - rest) == 0;
}

static gboolean any_block_has(const GArray *blocks, const guint8 address[ADDRESS_BYTES]) {
    for (guint i = 0; i < blocks->len; i++) {
        if (block_has(&g_array_index(blocks, Block, i), address)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* A block of this file's own tables. */
static Block block_known(const char *text) {
    Block block;
    if (!block_parse(text, &block)) {
        g_error("guard: %s is no block", text);
    }
    return block;
}

Guard *guard_new(const char *const *allowed, GError **error) {
    g_autoptr(Guard) guard = g_new0(Guard, 1);
    guard->allowed = g_array_new(FALSE, FALSE, sizeof(Block));
    guard->special = g_array_new(FALSE, FALSE, sizeof(Block));
    for (; allowed && *allowed; allowed++) {
        Block block;
        if (!block_parse(*allowed, &block)) {
            g_set_error(error, GUARD_ERROR, GUARD_ERROR_BLOCK,
                        "\"%s\" is no network: write it as 127.0.0.0/8 or fd00::/8", *allowed);
            return NULL;
        }
        g_array_append_val(guard->allowed, block);
    }
    for (guint i = 0; i < G_N_ELEMENTS(SPECIAL); i++) {
        Block block = block_known(SPECIAL[i]);
        g_array_append_val(guard->special, block);
    }
    for (guint i = 0; i < G_N_ELEMENTS(EMBEDDED); i++) {
        guard->embedded[i] = block_known(EMBEDDED[i].block);
    }
    guard->global_unicast = block_known(GLOBAL_UNICAST);
    guard->mapped = block_known("::ffff:0:0/96");
    return g_steal_pointer(&guard);
}

void guard_free(Guard *guard) {
    if (!guard) {
        return;
    }
    g_array_unref(guard->allowed);
    g_array_unref(guard->special);
    g_free(guard);
}

static gboolean permits(const Guard *guard, const guint8 address[ADDRESS_BYTES]) {
    if (any_block_has(guard->allowed, address)) {
        return TRUE;
    }
    if (block_has(&guard->mapped, address)) {
        return !any_block_has(guard->special, address);
    }
    for (guint i = 0; i < G_N_ELEMENTS(EMBEDDED); i++) {
        if (!block_has(&guard->embedded[i], address)) {
            continue;
        }
        guint8 ipv4[4];
        for (guint j = 0; j < sizeof ipv4; j++) {
            ipv4[j] = address[EMBEDDED[i].offset + j] ^ EMBEDDED[i].mask;
        }
        guint8 inner[ADDRESS_BYTES];
        address_from_ipv4(inner, ipv4);
        return permits(guard, inner);
    }
    return block_has(&guard->global_unicast, address) && !any_block_has(guard->special, address);
}

gboolean guard_permits(const Guard *guard, const struct sockaddr *address) {
    guint8 bytes[ADDRESS_BYTES];
    if (address->sa_family == AF_INET) {
        struct sockaddr_in ipv4;
        memcpy(&ipv4, address, sizeof ipv4);
        address_from_ipv4(bytes, &ipv4.sin_addr);
    } else if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 ipv6;
        memcpy(&ipv6, address, sizeof ipv6);
        memcpy(bytes, &ipv6.sin6_addr, sizeof bytes);
    } else {
        return FALSE;
    }
    return permits(guard, bytes);
}
