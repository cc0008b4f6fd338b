/* Answers and errors as JSON; docs/HTTP-API.md describes the members. Pure functions: any thread.
 *
 * The text is UTF-8 in one line. '<', '>', '&', U+2028 and U+2029 are escaped, so that it may stand
 * inside HTML or JavaScript as well. */
#pragma once

#include <glib.h>

#include "search/answer.h"

/* Caller frees. */
char *json_answer(const Answer *answer);

/* RFC 9457 problem details: type "about:blank", so title is the phrase of the status. detail may be
 * NULL. Caller frees. */
char *json_problem(guint status, const char *title, const char *detail);

/* Caller frees. */
char *json_health(guint generation, guint documents);
