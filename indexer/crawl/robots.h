/* robots.txt by RFC 9309: the rules of one host for one user agent. Pure; a Robots does not change
 * after parsing. */
#pragma once

#include <glib.h>

#define ROBOTS_MAX_BYTES (500 * 1024)

typedef struct Robots Robots;

/* Parses at most ROBOTS_MAX_BYTES of text for the product token agent ("syllabus"). A line that
 * this limit cuts is dropped. Never fails. */
Robots *robots_parse(const char *text, gsize size, const char *agent);
/* The rules that a reply gives (RFC 9309 section 2.3.1): those of the text where it is there;
 * everything is allowed where it is unavailable (3xx that lead nowhere, 4xx); nothing where the
 * server has trouble. */
Robots *robots_from_reply(guint status, const char *text, gsize size, const char *agent);
/* The rules where robots.txt is unavailable (4xx): everything is allowed; unreachable (5xx,
 * network): nothing is. */
Robots *robots_allow_all(void);
Robots *robots_deny_all(void);
void robots_free(Robots *robots);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Robots, robots_free)

/* path_and_query starts with '/'. The longest matching rule wins, Allow over Disallow. /robots.txt
 * is always allowed. Time: linear in the path for each rule, however many wildcards it has. */
gboolean robots_allows(const Robots *robots, const char *path_and_query);
/* Crawl-delay of the group in seconds, the longest where it has several, 0 if none. No RFC has it:
 * the caller bounds it. */
double robots_crawl_delay(const Robots *robots);
