#include "list/badge.h"

#include <string.h>

/* Hosts, and their subdomains, that serve badges and buttons. */
static const char *const BADGE_HOSTS[] = {
    "app.codacy.com",
    "api.codacy.com",
    "awesome.re",
    "badge.fury.io",
    "badgen.net",
    "badges.frapsoft.com",
    "badges.gitter.im",
    "bestpractices.coreinfrastructure.org",
    "bestpractices.dev",
    "cdn.buymeacoffee.com",
    "ci.appveyor.com",
    "circleci.com",
    "codeclimate.com",
    "codecov.io",
    "contrib.rocks",
    "coveralls.io",
    "deepsource.io",
    "forthebadge.com",
    "hits.dwyl.com",
    "hits.seeyoufarm.com",
    "isitmaintained.com",
    "komarev.com",
    "opencollective.com",
    "paypalobjects.com",
    "pepy.tech",
    "repostatus.org",
    "scrutinizer-ci.com",
    "shields.io",
    "snyk.io",
    "sonarcloud.io",
    "star-history.com",
    "trackawesomelist.com",
    "travis-ci.com",
    "travis-ci.org",
    "visitor-badge.laobi.icu",
};

static const char *const LAUNCH_HOSTS[] = {"colab.research.google.com", "mybinder.org"};

/* Whether the host of src is domain or lies under it. */
static gboolean host_is(const char *src, const char *domain) {
    const char *slashes = strstr(src, "//");
    if (slashes == NULL) {
        return FALSE;
    }
    const char *host = slashes + 2;
    const gsize size = strcspn(host, "/?#:"), length = strlen(domain);
    return size >= length && g_ascii_strncasecmp(host + size - length, domain, length) == 0 &&
           (size == length || host[size - length - 1] == '.');
}

static gboolean host_is_among(const char *src, const char *const *domains, gsize count) {
    for (gsize i = 0; i < count; i++) {
        if (host_is(src, domains[i])) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Whether "badge" or "badges" stands in src as a word. */
static gboolean names_a_badge(const char *src) {
    g_autofree char *lower = g_ascii_strdown(src, -1);
    for (const char *found = strstr(lower, "badge"); found != NULL;
         found = strstr(found, "badge")) {
        found += strlen("badge");
        if (!g_ascii_isalpha(found[0]) || (found[0] == 's' && !g_ascii_isalpha(found[1]))) {
            return TRUE;
        }
    }
    return FALSE;
}

gboolean badge_is_picture(const char *src) {
    if (host_is_among(src, LAUNCH_HOSTS, G_N_ELEMENTS(LAUNCH_HOSTS))) {
        return FALSE;
    }
    return host_is_among(src, BADGE_HOSTS, G_N_ELEMENTS(BADGE_HOSTS)) || names_a_badge(src);
}
