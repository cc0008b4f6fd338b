/* The gate: which requests are let in. The server library accepts much that is dangerous or
 * ambiguous (measured: 18 of 38 abuses get through it); nothing of that passes here. Any thread. */
#pragma once

#include <civetweb.h>
#include <glib.h>

/* The library keeps 64 header fields and drops the rest without a word; a dropped one could be the
 * one that matters. */
#define GATE_HEADERS_MAX 60

typedef struct GateRefusal {
    guint status;
    const char *detail; /* borrowed for ever */
} GateRefusal;

/* TRUE if the request may pass. Otherwise *refusal says why: 400 for a missing or double Host, a
 * broken address or a doubtful field, 405 for a method other than GET, HEAD and OPTIONS, 413 for a
 * body, 431 for too many fields, 501 for a transfer coding. After a refusal the connection must be
 * closed: what follows on it cannot be trusted. */
gboolean gate_check(const struct mg_request_info *request, GateRefusal *refusal);

/* The value of a field, or NULL; of several the first. Borrowed from the request. */
const char *gate_header(const struct mg_request_info *request, const char *name);
