/* From address to reply: one table of routes. Knows nothing of the server library. Any thread. */
#pragma once

#include <glib.h>

#include "http/reply.h"
#include "search/searcher.h"

/* What the replies are made from. */
typedef struct Site Site;

/* pool is borrowed, and must outlive the site. base_url is the address other sites reach this
 * server at, without '/' at its end. */
Site *site_new(SearcherPool *pool, const char *base_url);
void site_free(Site *site);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Site, site_free)

/* The reply to a request. path is decoded and starts with '/'; query is what stands behind '?', as
 * it came, or NULL. Never NULL. Caller frees. */
Reply *site_reply(Site *site, const char *method, const char *path, const char *query);

/* The reply that says an error: problem details (RFC 9457) where programs ask, a page elsewhere.
 * Adds Allow to 405 and Retry-After to 503. detail may be NULL. Caller frees. */
Reply *site_error(const char *path, guint status, const char *detail);
