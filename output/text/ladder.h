/* A trace as a ladder for a terminal: a lifeline for each host, states and calls beside them, arrows between them. */
#ifndef TEARDOWN_OUTPUT_TEXT_LADDER_H
#define TEARDOWN_OUTPUT_TEXT_LADDER_H

#include "output/text/style.h"
#include "trace/trace.h"

/* Appends the ladder. No line is wider than the style's width; every line ends in a newline. The same trace and style
 * give the same bytes. An arrow drawn whole leaves on the row it stands on; it lands at the next instant that is drawn
 * for its receiver. Segments that cross or overtake have a row for each end, tied by a letter. */
void ladder_write(const Trace *trace, const TextStyle *style, GString *out);

#endif
