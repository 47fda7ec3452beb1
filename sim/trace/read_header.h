/* The first line of a trace. Private to trace/. */
#ifndef TEARDOWN_TRACE_READ_HEADER_H
#define TEARDOWN_TRACE_READ_HEADER_H

#include "trace/read_value.h"

/* Reads the line, an object of kind "trace", into reader->trace->header. FALSE with a located `error` if it is not
 * right; the header may then hold a part. */
gboolean reader_header(Reader *reader, const JsonValue *object, GError **error);

#endif
