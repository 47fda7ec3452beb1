/* Where records go. Producers hold a Tracer and write through it; sinks are memory, JSONL text, or nothing.
 * With no sink, tracer_on() is FALSE and producers skip the work of filling a record: nobody pays for what nobody
 * reads. A Tracer borrows its sink and its names. */
#ifndef TEARDOWN_TRACE_TRACE_WRITER_H
#define TEARDOWN_TRACE_TRACE_WRITER_H

#include "trace/trace.h"

#include <stdio.h>

typedef struct TraceSink TraceSink;
struct TraceSink {
  void (*put)(TraceSink *sink, const TraceRecord *record);
  void (*free)(TraceSink *sink);
};

typedef struct Tracer {
  TraceSink *sink; /* NULL: nobody listens */
  Names *names;
} Tracer;

static inline gboolean tracer_on(const Tracer *tracer) {
  return tracer->sink != NULL;
}
static inline void tracer_put(const Tracer *tracer, const TraceRecord *record) {
  if (tracer->sink)
    tracer->sink->put(tracer->sink, record);
}

/* Appends to `trace` (borrowed). */
TraceSink *trace_sink_memory_new(Trace *trace);
/* Writes JSONL to `file` (borrowed, not closed): the header at once (`header` may be NULL: one without anything in it),
 * then a line a record, each by one fwrite(). `names` (borrowed) may grow meanwhile. After a failure nothing more is
 * written; ferror(file) tells. A record must hold what its types allow: enums in range, no negative time (asserted). */
TraceSink *trace_sink_jsonl_new(FILE *file, const TraceHeader *header, const Names *names);
void trace_sink_free(TraceSink *sink);

/* A whole trace as JSONL. FALSE with `error` (G_FILE_ERROR) if writing failed. */
gboolean trace_write_jsonl(const Trace *trace, FILE *file, GError **error);

#endif
