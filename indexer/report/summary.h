/* What a run did, at its end: lines for people or one JSON object. One thread. */
#pragma once

#include <stdio.h>

#include "crawl/crawl.h"
#include "store/store.h"

#define SUMMARY_MAX_LINES 20 /* of each kind, for people; JSON has all */

void summary_print(FILE *out, const CrawlReport *report, const StoreCounts *counts,
                   const char *library);
void summary_print_json(FILE *out, const CrawlReport *report, const StoreCounts *counts,
                        const char *library);
