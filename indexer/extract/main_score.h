/* Finding content by its text, after Readability: paragraphs credit the elements around them for
 * length and commas, names weigh, links cost. Part of main_content. One thread. */
#pragma once

#include "extract/html_tree.h"

typedef struct MainScores {
    const HtmlTree *tree; /* counted; dropped nodes do not exist here */
    const int *weights;   /* of each node: what its class and id say */
    double *values;       /* room for one a node: filled by main_score_find, NAN for the unscored */
} MainScores;

/* Scores everything and returns the best element, 0 if nothing scores. */
guint main_score_find(MainScores *scores);
/* Appends to parts (guint) the element and the siblings that look like parts of the same content,
 * in document order. */
void main_score_gather(const MainScores *scores, guint top, GArray *parts);
