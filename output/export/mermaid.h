/* A trace as a sequenceDiagram for Mermaid: states as boxes, losses as crosses, every row with its time.
 *
 * Mermaid draws no slanted arrows: of segments that cross or overtake each other, each is two arrows, into a
 * participant that stands for the network and out of it. What Mermaid would take for syntax is written as its
 * entity codes ("#59;"), so that any title or name comes out as text. */
#ifndef TEARDOWN_OUTPUT_EXPORT_MERMAID_H
#define TEARDOWN_OUTPUT_EXPORT_MERMAID_H

#include "trace/trace.h"

/* Appends the diagram. Always TRUE: any trace has one. */
gboolean mermaid_write(const Trace *trace, GString *out, GError **error);

#endif
