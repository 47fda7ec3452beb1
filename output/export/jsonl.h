/* A trace as JSON Lines, as docs/trace-format.md describes it. */
#ifndef TEARDOWN_OUTPUT_EXPORT_JSONL_H
#define TEARDOWN_OUTPUT_EXPORT_JSONL_H

#include "trace/trace.h"

/* Appends the trace. Always TRUE: what is in memory as a trace has a text. */
gboolean jsonl_write(const Trace *trace, GString *out, GError **error);

#endif
