/* The HTTP server's life: start, drain, stop. One thread starts and stops it; the requests run on
 * the library's own threads, one for each open connection. */
#pragma once

#include <glib.h>

#include "http/routes.h"

#define SERVER_ERROR (server_error_quark())
GQuark server_error_quark(void);
typedef enum ServerError {
    SERVER_ERROR_ADDRESS, /* not an IPv4 address and a port */
    SERVER_ERROR_START,   /* the port is taken, or threads cannot be started */
} ServerError;

/* A connection holds a thread while it is open, even an idle or a stuck one: this is how many there
 * can be before others wait. Measured at 27 MB of memory. */
#define SERVER_THREADS 640
/* How long requests in hand may take once the server stops. */
#define SERVER_DRAIN_MS 3000
/* No request for so long, and nobody waits for a thread any more. */
#define SERVER_QUIET_MS 100

typedef struct Server Server;

/* Listens on address ("127.0.0.1:8080"; a port alone means 127.0.0.1, "localhost" too; port 0 finds
 * a free one). NULL: ADDRESS, START. Serves only once server_serve is called: until then every
 * reply is 503. */
Server *server_start(const char *address, guint threads, GError **error);
/* http://ADDRESS:PORT, where it really listens. Borrowed until the server is freed. */
const char *server_url(const Server *server);
/* Answers from site from now on; borrowed, must outlive the server. */
void server_serve(Server *server, Site *site);
/* New requests get 503, those in hand are finished, within SERVER_DRAIN_MS; then connections end.
 */
void server_stop(Server *server);
/* Stops it first, unless that was done. */
void server_free(Server *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Server, server_free)
