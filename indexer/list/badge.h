/* Badges: the little status pictures of a README. A link with nothing but badges in it says
 * something about the list, and is no resource of it. Pure: any thread. */
#pragma once

#include <glib.h>

/* Whether the picture at src is a badge, by its host or its path. Buttons that open a notebook
 * (Colab, Binder) are none: they lead to a resource. */
gboolean badge_is_picture(const char *src);
