#include "trace/trace_writer.h"

#include "trace/json_text.h"

#include <errno.h>
#include <string.h>

typedef struct MemorySink {
  TraceSink base;
  Trace *trace;
} MemorySink;

static void memory_put(TraceSink *base, const TraceRecord *record) {
  trace_append(((MemorySink *)base)->trace, record);
}

static void memory_free(TraceSink *base) {
  g_free(base);
}

TraceSink *trace_sink_memory_new(Trace *trace) {
  MemorySink *sink = g_new0(MemorySink, 1);
  sink->base = (TraceSink){.put = memory_put, .free = memory_free};
  sink->trace = trace;
  return &sink->base;
}

void trace_sink_free(TraceSink *sink) {
  if (sink)
    sink->free(sink);
}

/* A name as it stands in the file, quotes and escapes included. */
typedef struct Quoted {
  const char *text; /* NULL: not asked for yet */
  size_t length;
} Quoted;

typedef struct JsonlSink {
  TraceSink base;
  FILE *file;
  const Names *names;
  Quoted *quoted; /* by name */
  uint32_t n_quoted;
  GStringChunk *texts; /* of `quoted` */
  GString *scratch;
  char *line; /* the line being written */
  size_t length, capacity;
  int error; /* errno of the first failure, else 0; nothing is written after it */
} JsonlSink;

/* Room that is there whenever a field is begun: for the key and for any value but a name. */
#define FIELD_ROOM 256

static void make_room(JsonlSink *sink, size_t room) {
  if (sink->capacity - sink->length < room) {
    sink->capacity = 2 * sink->capacity + room;
    sink->line = g_realloc(sink->line, sink->capacity);
  }
}

static inline void add(JsonlSink *sink, const char *text, size_t length) {
  memcpy(sink->line + sink->length, text, length);
  sink->length += length;
}

static inline void add_text(JsonlSink *sink, const char *text) {
  add(sink, text, strlen(text));
}

/* Text that needs no escapes. */
static inline void add_quoted(JsonlSink *sink, const char *text) {
  add(sink, "\"", 1);
  add_text(sink, text);
  add(sink, "\"", 1);
}

static void add_number(JsonlSink *sink, uint64_t number) {
  char digits[20];
  unsigned at = sizeof digits;
  do {
    digits[--at] = (char)('0' + number % 10);
    number /= 10;
  } while (number);
  add(sink, digits + at, sizeof digits - at);
}

static void quote(JsonlSink *sink, Name name) {
  if (name >= sink->n_quoted) {
    uint32_t n = MAX(2 * sink->n_quoted, name + 1);
    sink->quoted = g_renew(Quoted, sink->quoted, n);
    memset(sink->quoted + sink->n_quoted, 0, (n - sink->n_quoted) * sizeof *sink->quoted);
    sink->n_quoted = n;
  }
  g_string_truncate(sink->scratch, 0);
  json_append_string(sink->scratch, names_text(sink->names, name));
  sink->quoted[name].text = g_string_chunk_insert_len(sink->texts, sink->scratch->str, (gssize)sink->scratch->len);
  sink->quoted[name].length = sink->scratch->len;
}

static void add_key(JsonlSink *sink, const char *key) {
  make_room(sink, FIELD_ROOM);
  add(sink, ",\"", 2);
  add_text(sink, key);
  add(sink, "\":", 2);
}

static void add_name(JsonlSink *sink, const char *key, Name name) {
  if (!name)
    return;
  if (name >= sink->n_quoted || !sink->quoted[name].text)
    quote(sink, name);
  add_key(sink, key);
  make_room(sink, sink->quoted[name].length);
  add(sink, sink->quoted[name].text, sink->quoted[name].length);
}

/* A number, unless it is the value that stands for none. */
static void add_number_unless(JsonlSink *sink, const char *key, uint64_t number, uint64_t none) {
  if (number != none) {
    add_key(sink, key);
    add_number(sink, number);
  }
}

/* The same for a type that is signed; no value that is written is negative. */
static void add_signed_unless(JsonlSink *sink, const char *key, int64_t number, int64_t none) {
  g_assert(number >= 0 || number == none);
  add_number_unless(sink, key, (uint64_t)number, (uint64_t)none);
}

static void add_options(JsonlSink *sink, const char *key, const TcpOptions *options) {
  char buffer[160];
  if (options->has || options->n_sack) {
    add_key(sink, key);
    add_quoted(sink, tcp_options_print(options, buffer, sizeof buffer));
  }
}

static void add_flags(JsonlSink *sink, const char *key, TcpFlags flags) {
  char buffer[16];
  add_key(sink, key);
  add_quoted(sink, tcp_flags_print(flags, buffer, sizeof buffer));
}

/* The value of an enum type as a number. */
static unsigned enum_value(TraceType type, const void *value) {
  switch (type) {
  case TRACE_TYPE_STATE:
    return *(const TcpState *)value;
  case TRACE_TYPE_STIMULUS:
    return *(const TcpStimulus *)value;
  case TRACE_TYPE_GUARD:
    return *(const TcpGuard *)value;
  case TRACE_TYPE_TIMER:
    return *(const TcpTimer *)value;
  case TRACE_TYPE_CHECK:
    return *(const TcpCheck *)value;
  case TRACE_TYPE_WORD:
    return *(const TraceWord *)value;
  case TRACE_TYPE_NAME:
  case TRACE_TYPE_ENDPOINT:
  case TRACE_TYPE_SEGMENT:
  case TRACE_TYPE_TIME:
  case TRACE_TYPE_NUMBER:
  case TRACE_TYPE_OCTETS:
  case TRACE_TYPE_PORT:
  case TRACE_TYPE_SEQ:
  case TRACE_TYPE_FLAGS:
  case TRACE_TYPE_OPTIONS:
    break;
  }
  g_assert_not_reached();
}

static void add_enum(JsonlSink *sink, const TraceField *field, const void *value) {
  unsigned count, number = enum_value(field->type, value);
  const char *const *names = trace_type_names(field->type, &count);
  g_assert(number < count);
  add_key(sink, field->name);
  add_quoted(sink, names[number]);
}

static void add_field(JsonlSink *sink, const TraceField *field, const void *value) {
  switch (field->type) {
  case TRACE_TYPE_NAME:
  case TRACE_TYPE_ENDPOINT:
    add_name(sink, field->name, *(const Name *)value);
    break;
  case TRACE_TYPE_STATE:
  case TRACE_TYPE_STIMULUS:
  case TRACE_TYPE_GUARD:
  case TRACE_TYPE_TIMER:
  case TRACE_TYPE_CHECK:
  case TRACE_TYPE_WORD:
    add_enum(sink, field, value);
    break;
  case TRACE_TYPE_SEGMENT:
    add_number_unless(sink, field->name, *(const uint64_t *)value, 0);
    break;
  case TRACE_TYPE_TIME:
    add_signed_unless(sink, field->name, *(const SimTime *)value, SIM_NEVER);
    break;
  case TRACE_TYPE_NUMBER:
    add_key(sink, field->name);
    add_number(sink, *(const uint64_t *)value);
    break;
  case TRACE_TYPE_OCTETS:
    add_signed_unless(sink, field->name, MAX(*(const int64_t *)value, -1), -1);
    break;
  case TRACE_TYPE_PORT:
    add_number_unless(sink, field->name, *(const uint16_t *)value, 0);
    break;
  case TRACE_TYPE_SEQ:
    add_key(sink, field->name);
    add_number(sink, *(const uint32_t *)value);
    break;
  case TRACE_TYPE_FLAGS:
    add_flags(sink, field->name, *(const TcpFlags *)value);
    break;
  case TRACE_TYPE_OPTIONS:
    add_options(sink, field->name, value);
    break;
  }
}

/* Every line begins so. */
static void begin_line(JsonlSink *sink, SimTime t, const char *kind) {
  g_assert(t >= 0 && t != SIM_NEVER);
  sink->length = 0;
  make_room(sink, FIELD_ROOM);
  add(sink, "{\"t\":", 5);
  add_number(sink, (uint64_t)t);
  add(sink, ",\"kind\":", 8);
  add_quoted(sink, kind);
}

static void end_line(JsonlSink *sink) {
  make_room(sink, 2);
  add(sink, "}\n", 2);
  if (!sink->error && fwrite(sink->line, 1, sink->length, sink->file) != sink->length)
    sink->error = errno ? errno : EIO;
}

static void jsonl_put(TraceSink *base, const TraceRecord *record) {
  JsonlSink *sink = (JsonlSink *)base;
  unsigned n_fields;
  const TraceField *fields = trace_kind_fields(record->kind, &n_fields);
  begin_line(sink, record->t, trace_kind_name(record->kind));
  for (unsigned i = 0; i < n_fields; i++)
    add_field(sink, &fields[i], (const char *)record + fields[i].offset);
  end_line(sink);
}

/* The header is one line; it is written by way of a GString, since speed does not matter there. */
static void header_string(GString *out, const char *key, const char *text) {
  if (!text)
    return;
  g_string_append_printf(out, "%s\"%s\":", out->str[out->len - 1] == '{' ? "" : ",", key);
  json_append_string(out, text);
}

static void header_host(GString *out, const TraceHost *host) {
  json_append_string(out, host->name);
  g_string_append(out, ":{");
  header_string(out, "profile", host->profile);
  header_string(out, "address", host->address);
  header_string(out, "role", host->role);
  if (host->params->len) {
    g_string_append_printf(out, "%s\"params\":{", out->str[out->len - 1] == '{' ? "" : ",");
    for (guint i = 0; i < host->params->len; i++) {
      const TraceParam *param = host->params->pdata[i];
      if (i)
        g_string_append_c(out, ',');
      json_append_string(out, param->name);
      g_string_append_c(out, ':');
      json_append_string(out, param->value);
    }
    g_string_append_c(out, '}');
  }
  g_string_append_c(out, '}');
}

static void header_link(GString *out, const TraceLink *link) {
  g_assert(link->delay >= 0 && link->delay != SIM_NEVER);
  g_string_append_c(out, '{');
  header_string(out, "from", link->from);
  header_string(out, "to", link->to);
  g_string_append_printf(out, ",\"delay\":%" G_GINT64_FORMAT, link->delay);
  header_string(out, "about", link->about);
  g_string_append_c(out, '}');
}

static void header_lists(GString *out, const TraceHeader *header) {
  for (guint i = 0; i < header->hosts->len; i++) {
    g_string_append(out, i ? "," : ",\"hosts\":{");
    header_host(out, header->hosts->pdata[i]);
  }
  if (header->hosts->len)
    g_string_append_c(out, '}');
  for (guint i = 0; i < header->links->len; i++) {
    g_string_append(out, i ? "," : ",\"links\":[");
    header_link(out, header->links->pdata[i]);
  }
  if (header->links->len)
    g_string_append_c(out, ']');
  for (guint i = 0; i < header->faults->len; i++) {
    g_string_append(out, i ? "," : ",\"faults\":[");
    json_append_string(out, header->faults->pdata[i]);
  }
  if (header->faults->len)
    g_string_append_c(out, ']');
}

static void put_header(JsonlSink *sink, const TraceHeader *header) {
  GString *out = g_string_new(NULL);
  g_string_append_printf(out, ",\"version\":%d", TRACE_FORMAT_VERSION);
  header_string(out, "scenario", header->scenario);
  header_string(out, "title", header->title);
  header_string(out, "lesson", header->lesson);
  header_string(out, "sha256", header->sha256);
  g_string_append_printf(out, ",\"seed\":%" G_GUINT64_FORMAT ",\"run\":%" G_GUINT64_FORMAT, header->seed, header->run);
  header_lists(out, header);

  begin_line(sink, 0, "trace");
  make_room(sink, out->len);
  add(sink, out->str, out->len);
  end_line(sink);
  g_string_free(out, TRUE);
}

static void jsonl_free(TraceSink *base) {
  JsonlSink *sink = (JsonlSink *)base;
  g_free(sink->quoted);
  g_string_chunk_free(sink->texts);
  g_string_free(sink->scratch, TRUE);
  g_free(sink->line);
  g_free(sink);
}

static JsonlSink *jsonl_new(FILE *file, const TraceHeader *header, const Names *names) {
  JsonlSink *sink = g_new0(JsonlSink, 1);
  sink->base = (TraceSink){.put = jsonl_put, .free = jsonl_free};
  sink->file = file;
  sink->names = names;
  sink->texts = g_string_chunk_new(4096);
  sink->scratch = g_string_new(NULL);
  TraceHeader *none = header ? NULL : trace_header_new();
  put_header(sink, header ? header : none);
  trace_header_free(none);
  return sink;
}

TraceSink *trace_sink_jsonl_new(FILE *file, const TraceHeader *header, const Names *names) {
  return &jsonl_new(file, header, names)->base;
}

gboolean trace_write_jsonl(const Trace *trace, FILE *file, GError **error) {
  JsonlSink *sink = jsonl_new(file, trace->header, trace->names);
  for (size_t i = 0; i < trace->count && !sink->error; i++)
    jsonl_put(&sink->base, &trace->records[i]);
  int code = sink->error;
  if (!code && fflush(file) != 0)
    code = errno;
  jsonl_free(&sink->base);
  if (code) {
    g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(code), "cannot write the trace: %s",
                g_strerror(code));
    return FALSE;
  }
  return TRUE;
}
