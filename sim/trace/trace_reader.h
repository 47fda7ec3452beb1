/* Reads a trace that was written as JSONL, exactly: 64-bit times and numbers keep every digit.
 * Input is hostile: any malformed line gives a located error, never a crash. What is read is sound: times never go
 * back, every enum is in range, a WORD is one of its kind's (trace_kind_words), and nothing follows `end`. Whether the
 * records make sense together (an id that was sent, hosts of the first line) is for the caller to check. */
#ifndef TEARDOWN_TRACE_TRACE_READER_H
#define TEARDOWN_TRACE_TRACE_READER_H

#include "trace/trace.h"

typedef enum {
  TRACE_ERROR_SYNTAX,  /* not JSON, or not an object a line */
  TRACE_ERROR_VERSION, /* a format version this program does not know */
  TRACE_ERROR_FIELD,   /* unknown kind or field, missing field, wrong type, out of range */
} TraceError;
#define TRACE_ERROR (trace_error_quark())
GQuark trace_error_quark(void);

/* Limits, so that no input can take all memory: octets in a line, records in a trace. */
#define TRACE_LINE_MAX    (4u << 20)
#define TRACE_RECORDS_MAX (1u << 25)

/* `length` octets of `text`; `name` is what messages call it ("run.jsonl:3: ..."). NULL with `error` on failure. */
Trace *trace_read(const char *text, size_t length, const char *name, GError **error);
/* The same from a file, a part at a time. A file that cannot be read gives a G_FILE_ERROR. */
Trace *trace_read_file(const char *path, GError **error);

#endif
