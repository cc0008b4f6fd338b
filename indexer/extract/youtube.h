/* Video pages whose content is JSON inside scripts (ytInitialPlayerResponse, ytInitialData): the
 * description with its chapters, or the videos of a playlist. Pure; any thread. */
#pragma once

#include "extract/document.h"

/* Videos of one playlist that are read. */
#define YOUTUBE_MAX_VIDEOS 2000

/* If the page has such JSON, its text becomes main, and what was main is added to rest. */
void youtube_read(const char *page, gsize size, Document *document);
