/* Progress of a crawl on stderr: on a terminal one live line, elsewhere a line per tenth of the
 * pages known so far. One thread. */
#pragma once

#include "crawl/crawl.h"

typedef struct Progress Progress;
/* fd: where to write, 2 as a rule. */
Progress *progress_new(int fd);
/* Clears the live line. */
void progress_free(Progress *progress);
/* A CrawlProgress; data is the Progress. */
void progress_show(const CrawlReport *report, gpointer data);
