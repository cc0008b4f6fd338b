#include "crawl/guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/un.h>

#include <cmocka.h>

static gboolean permits(const Guard *guard, const char *text) {
    struct sockaddr_storage storage = {0};
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)&storage;
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)&storage;
    if (inet_pton(AF_INET, text, &ipv4->sin_addr) == 1) {
        storage.ss_family = AF_INET;
    } else {
        assert_int_equal(inet_pton(AF_INET6, text, &ipv6->sin6_addr), 1);
        storage.ss_family = AF_INET6;
    }
    return guard_permits(guard, (const struct sockaddr *)&storage);
}

static void check_all(const Guard *guard, const char *const *addresses, gboolean expected) {
    for (; *addresses; addresses++) {
        if (permits(guard, *addresses) != expected) {
            print_error("%s is %s\n", *addresses, expected ? "refused" : "permitted");
        }
        assert_int_equal(permits(guard, *addresses), expected);
    }
}
#define CHECK_ALL(guard, expected, ...)                                                            \
    do {                                                                                           \
        static const char *const addresses[] = {__VA_ARGS__, NULL};                                \
        check_all(guard, addresses, expected);                                                     \
    } while (0)

static void guard_permits_public_addresses(void **state) {
    (void)state;
    g_autoptr(Guard) guard = guard_new(NULL, NULL);
    CHECK_ALL(guard, TRUE, "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
              "126.255.255.255", "128.0.0.1", "169.253.255.255", "169.255.0.0", "172.15.255.255",
              "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0", "198.17.255.255",
              "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2001:200::1", "2a00::1",
              "2001:db7:ffff::1", "2001:db9::");
}

static void guard_refuses_special_addresses(void **state) {
    (void)state;
    g_autoptr(Guard) guard = guard_new(NULL, NULL);
    CHECK_ALL(guard, FALSE, "0.0.0.0", "0.1.2.3", "10.0.0.0", "10.255.255.255", "100.64.0.1",
              "100.127.255.255", "127.0.0.1", "127.255.255.255", "169.254.169.254", "172.16.0.1",
              "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1",
              "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1",
              "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::2", "100::1",
              "2001:2::1", "2001:10::1", "2001:db8::1", "3fff::1", "5f00::1", "fc00::1", "fd12::1",
              "fe80::1", "febf::1", "fec0::1", "ff02::1", "64:ff9b:1::1", "4000::1");
}

static void guard_judges_an_embedded_ipv4_address(void **state) {
    (void)state;
    g_autoptr(Guard) guard = guard_new(NULL, NULL);
    CHECK_ALL(guard, FALSE, "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::127.0.0.1", "64:ff9b::7f00:1",
              "64:ff9b::10.0.0.1", "2002:7f00:1::1",
              "2002:a01:203::", "2002:c0a8:101::1", /* Teredo holds its client's address inverted */
              "2001:0:102:304::80ff:fffe", "2001:0:102:304:0:0:f5ff:fffe");
    CHECK_ALL(guard, TRUE, "::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "2002:101:101::1",
              "2001:0:102:304::fefe:fefe");
}

static void guard_opens_named_blocks_only(void **state) {
    (void)state;
    static const char *const allowed[] = {"127.0.0.0/8", "10.1.2.3", "192.168.77.99/25",
                                          "fd00:1::/32", "::1/128",  NULL};
    g_autoptr(Guard) guard = guard_new(allowed, NULL);
    assert_non_null(guard);
    CHECK_ALL(guard, TRUE, "127.0.0.1", "127.255.255.255", "::ffff:127.0.0.1",
              "2002:7f00:1::", "10.1.2.3", "192.168.77.0", "192.168.77.127", "fd00:1::1",
              "fd00:1:ffff::", "::1", "1.1.1.1");
    CHECK_ALL(guard, FALSE, "10.1.2.2", "10.1.2.4", "192.168.77.128", "192.168.76.127", "fd00:2::1",
              "::2", "169.254.169.254");
}

static void guard_block_of_length_zero_opens_its_whole_family(void **state) {
    (void)state;
    static const char *const ipv4[] = {"0.0.0.0/0", NULL};
    static const char *const all[] = {"::/0", NULL};
    g_autoptr(Guard) open4 = guard_new(ipv4, NULL);
    g_autoptr(Guard) open = guard_new(all, NULL);
    CHECK_ALL(open4, TRUE, "10.0.0.1", "255.255.255.255");
    CHECK_ALL(open4, FALSE, "::1", "fe80::1");
    CHECK_ALL(open, TRUE, "::1", "fe80::1", "10.0.0.1");
}

static void guard_refuses_blocks_that_are_none(void **state) {
    (void)state;
    static const char *const blocks[] = {
        "",       "localhost", "127.0.0.0/33", "127.0.0.0/", "127.0.0/8", "::/129",
        "::1/-1", "::1/8x",    "10.0.0.0/ 8",  "/8",         "127.1",     "fe80::1%lo"};
    for (guint i = 0; i < G_N_ELEMENTS(blocks); i++) {
        const char *const allowed[] = {"10.0.0.0/8", blocks[i], NULL};
        g_autoptr(GError) error = NULL;
        assert_null(guard_new(allowed, &error));
        assert_true(g_error_matches(error, GUARD_ERROR, GUARD_ERROR_BLOCK));
    }
}

static void guard_refuses_sockets_that_are_not_ip(void **state) {
    (void)state;
    g_autoptr(Guard) guard = guard_new(NULL, NULL);
    const struct sockaddr_un local = {.sun_family = AF_UNIX, .sun_path = "/run/x"};
    assert_false(guard_permits(guard, (const struct sockaddr *)&local));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guard_permits_public_addresses),
        cmocka_unit_test(guard_refuses_special_addresses),
        cmocka_unit_test(guard_judges_an_embedded_ipv4_address),
        cmocka_unit_test(guard_opens_named_blocks_only),
        cmocka_unit_test(guard_block_of_length_zero_opens_its_whole_family),
        cmocka_unit_test(guard_refuses_blocks_that_are_none),
        cmocka_unit_test(guard_refuses_sockets_that_are_not_ip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
