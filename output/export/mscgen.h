/* A trace as a message sequence chart for mscgen: states as boxes, losses as crosses, every row with its time.
 *
 * Segments that cross or overtake each other are slanted arrows (arcskip), each from the row in which it leaves to
 * the row in which it arrives. mscgen has no way to write a backslash before an n or at the end of a text, nor an
 * ampersand that begins an entity: a space goes between. */
#ifndef TEARDOWN_OUTPUT_EXPORT_MSCGEN_H
#define TEARDOWN_OUTPUT_EXPORT_MSCGEN_H

#include "trace/trace.h"

/* Appends the diagram. Always TRUE: any trace has one. */
gboolean mscgen_write(const Trace *trace, GString *out, GError **error);

#endif
