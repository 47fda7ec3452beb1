/* Which segments a ladder may draw as one whole arrow, on the row of their departure, and which need a row for each
 * end: those that cross another on its way back, are overtaken, or fly while something happens where they will land. */
#ifndef TEARDOWN_OUTPUT_TEXT_FLIGHTS_H
#define TEARDOWN_OUTPUT_TEXT_FLIGHTS_H

#include "output/text/history.h"

/* An array of gboolean, one for each of history->segments: whether it must be split. A lost segment never is.
 * O(n log n) in the number of records. */
GArray *flights_split(const History *history);

#endif
