/* The reading of a trace, a line at a time: where it stands, its messages, and the values that may stand in a line.
 * Every function returns FALSE with a located `error` when the line is not right. Private to trace/. */
#ifndef TEARDOWN_TRACE_READ_VALUE_H
#define TEARDOWN_TRACE_READ_VALUE_H

#include "trace/json_text.h"
#include "trace/nearest.h"
#include "trace/trace.h"
#include "trace/trace_reader.h"

typedef struct Reader {
  const char *name;    /* of the file, for messages; borrowed */
  unsigned long line;  /* counted from 1 */
  Trace *trace;        /* what has been read; owned */
  GString *key, *text; /* the key or string that was decoded last */
  gboolean ended;      /* the last record was an `end` */
} Reader;

/* Sets `error` to "NAME:LINE: ..." and returns FALSE. */
G_GNUC_PRINTF(4, 5)
gboolean reader_fail(const Reader *reader, GError **error, TraceError code, const char *format, ...);
/* Says that `what` ("kind", "field in a host") has no such word, and which known one is nearest. */
gboolean reader_fail_unknown(const Reader *reader, GError **error, const char *what, const Nearest *nearest);

/* The value of a member; `start` is NULL if the object has none of that key. */
JsonValue reader_member(Reader *reader, const JsonValue *object, const char *key);
/* All members of an object, `values` in the order of `keys`, `start` NULL where there is none. No other key may stand
 * there, and none twice. `what` names the object in messages ("a host"). */
gboolean reader_members(Reader *reader, const char *what, const JsonValue *object, const char *const *keys,
                        unsigned n_keys, JsonValue *values, GError **error);

/* Values. `key` names them in messages. A string is decoded into reader->text. */
gboolean reader_type(const Reader *reader, const char *key, const JsonValue *value, JsonType type, GError **error);
gboolean reader_string(Reader *reader, const char *key, const JsonValue *value, GError **error);
gboolean reader_number(const Reader *reader, const char *key, const JsonValue *value, uint64_t min, uint64_t max,
                       uint64_t *ret_number, GError **error);
/* What is never is absent: SIM_NEVER itself is out of range. */
gboolean reader_time(const Reader *reader, const char *key, const JsonValue *value, SimTime *ret_time, GError **error);

/* Reads the value of a record's field into `member`, its place in the record. */
gboolean reader_field(Reader *reader, TraceKind kind, const TraceField *field, const JsonValue *value, void *member,
                      GError **error);
/* Sets `member` to what stands for "none", in a record that was all zero. FALSE if the field may not be absent. */
gboolean reader_field_absent(const TraceField *field, void *member);

#endif
