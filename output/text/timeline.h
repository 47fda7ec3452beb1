/* A trace as a table of states: for each end of each connection, what it was in, from when until when, and why it
 * left. */
#ifndef TEARDOWN_OUTPUT_TEXT_TIMELINE_H
#define TEARDOWN_OUTPUT_TEXT_TIMELINE_H

#include "output/text/style.h"
#include "trace/trace.h"

/* Appends the table. Times are in seconds. No line is wider than the style's width; every line ends in a newline. The
 * same trace and style give the same bytes. States left at the instant they were entered are no rows. */
void timeline_write(const Trace *trace, const TextStyle *style, GString *out);

#endif
