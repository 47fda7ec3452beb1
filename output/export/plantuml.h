/* A trace as a sequence diagram for PlantUML: states as boxes, losses as crosses, every row with its time.
 *
 * PlantUML draws no arrow that is slanted and lost: of segments that cross or overtake each other, each is two
 * arrows, into a participant that stands for the network and out of it. What PlantUML would take for syntax, its
 * creole markup or its preprocessor is written as "<U+0025>", so that any title or name comes out as text. */
#ifndef TEARDOWN_OUTPUT_EXPORT_PLANTUML_H
#define TEARDOWN_OUTPUT_EXPORT_PLANTUML_H

#include "trace/trace.h"

/* Appends the diagram. Always TRUE: any trace has one. */
gboolean plantuml_write(const Trace *trace, GString *out, GError **error);

#endif
