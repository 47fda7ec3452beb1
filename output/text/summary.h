/* A trace in a few lines: what was tried, how each end of each connection came to its end, what it cost. */
#ifndef TEARDOWN_OUTPUT_TEXT_SUMMARY_H
#define TEARDOWN_OUTPUT_TEXT_SUMMARY_H

#include "output/text/style.h"
#include "trace/trace.h"

/* Appends the summary: title, lesson, hosts and their profiles, the ends (those of the first connections, if there are
 * many), and why the run ended. Times are in seconds. No line is wider than the style's width; every line ends in a
 * newline. The same trace and style give the same bytes. */
void summary_write(const Trace *trace, const TextStyle *style, GString *out);

#endif
