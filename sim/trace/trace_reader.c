#include "trace/trace_reader.h"

#include "trace/read_header.h"
#include "trace/read_value.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

G_DEFINE_QUARK(teardown - trace - error - quark, trace_error)

/* More than any kind has, with `t` and `kind`. */
#define KEYS_MAX 32

static gboolean find_kind(Reader *reader, TraceKind *ret_kind, GError **error) {
  for (unsigned i = 0; i < TRACE_KIND_COUNT; i++)
    if (strcmp(trace_kind_name((TraceKind)i), reader->text->str) == 0) {
      *ret_kind = (TraceKind)i;
      return TRUE;
    }
  Nearest nearest = {.wanted = reader->text->str};
  for (unsigned i = 0; i < TRACE_KIND_COUNT; i++)
    nearest_offer(&nearest, trace_kind_name((TraceKind)i));
  return reader_fail_unknown(reader, error, "kind", &nearest);
}

/* Time never goes back, and nothing follows the end. */
static gboolean check_order(const Reader *reader, const TraceRecord *record, GError **error) {
  const Trace *trace = reader->trace;
  if (reader->ended)
    return reader_fail(reader, error, TRACE_ERROR_FIELD, "a record behind the one of kind \"end\"");
  if (trace->count > 0 && record->t < trace->records[trace->count - 1].t)
    return reader_fail(reader, error, TRACE_ERROR_FIELD, "\"t\" is earlier than in the line before");
  if (trace->count >= TRACE_RECORDS_MAX)
    return reader_fail(reader, error, TRACE_ERROR_FIELD, "more than %u records", TRACE_RECORDS_MAX);
  return TRUE;
}

static gboolean read_record(Reader *reader, const JsonValue *object, TraceKind kind, GError **error) {
  const char *keys[KEYS_MAX] = {"t", "kind"};
  JsonValue values[KEYS_MAX];
  unsigned n_fields;
  const TraceField *fields = trace_kind_fields(kind, &n_fields);
  g_assert(n_fields + 2 <= KEYS_MAX);
  for (unsigned i = 0; i < n_fields; i++)
    keys[i + 2] = fields[i].name;

  char what[64];
  g_snprintf(what, sizeof what, "a record of kind \"%s\"", trace_kind_name(kind));
  if (!reader_members(reader, what, object, keys, n_fields + 2, values, error))
    return FALSE;
  if (!values[0].start)
    return reader_fail(reader, error, TRACE_ERROR_FIELD, "%s lacks \"t\"", what);

  TraceRecord record;
  memset(&record, 0, sizeof record);
  record.kind = kind;
  if (!reader_time(reader, "t", &values[0], &record.t, error) || !check_order(reader, &record, error))
    return FALSE;
  for (unsigned i = 0; i < n_fields; i++) {
    void *member = (char *)&record + fields[i].offset;
    if (values[i + 2].start) {
      if (!reader_field(reader, kind, &fields[i], &values[i + 2], member, error))
        return FALSE;
    } else if (!reader_field_absent(&fields[i], member)) {
      return reader_fail(reader, error, TRACE_ERROR_FIELD, "%s lacks \"%s\"", what, fields[i].name);
    }
  }
  trace_append(reader->trace, &record);
  reader->ended = kind == TRACE_END;
  return TRUE;
}

static gboolean read_object(Reader *reader, const JsonValue *object, GError **error) {
  JsonValue value = reader_member(reader, object, "kind");
  TraceKind kind = TRACE_END;
  if (!value.start)
    return reader_fail(reader, error, TRACE_ERROR_FIELD, "the line lacks \"kind\"");
  if (!reader_string(reader, "kind", &value, error))
    return FALSE;
  gboolean header = strcmp(reader->text->str, "trace") == 0;
  if (reader->line == 1 && !header)
    return reader_fail(reader, error, TRACE_ERROR_FIELD, "a trace begins with a line of kind \"trace\"");
  if (reader->line > 1 && header)
    return reader_fail(reader, error, TRACE_ERROR_FIELD, "only the first line is of kind \"trace\"");
  if (header)
    return reader_header(reader, object, error);
  return find_kind(reader, &kind, error) && read_record(reader, object, kind, error);
}

static gboolean read_line(Reader *reader, const char *text, size_t length, GError **error) {
  JsonValue object;
  const char *message;
  reader->line++;
  if (length > TRACE_LINE_MAX)
    return reader_fail(reader, error, TRACE_ERROR_SYNTAX, "the line is longer than %u octets", TRACE_LINE_MAX);
  if (length == 0)
    return reader_fail(reader, error, TRACE_ERROR_SYNTAX, "an empty line");
  if (!json_read_line(text, length, &object, &message))
    return reader_fail(reader, error, TRACE_ERROR_SYNTAX, "%s", message);
  if (object.type != JSON_OBJECT)
    return reader_fail(reader, error, TRACE_ERROR_SYNTAX, "a line must be one JSON object");
  return read_object(reader, &object, error);
}

/* Reads all lines that end within the text. What follows the last of them stays: its start is `ret_rest`. */
static gboolean read_lines(Reader *reader, const char *text, size_t length, const char **ret_rest, GError **error) {
  const char *end = text + length;
  for (;;) {
    const char *newline = text < end ? memchr(text, '\n', (size_t)(end - text)) : NULL;
    if (!newline)
      break;
    if (!read_line(reader, text, (size_t)(newline - text), error))
      return FALSE;
    text = newline + 1;
  }
  *ret_rest = text;
  return TRUE;
}

/* The last line may lack its newline; there must be at least one line. */
static gboolean read_rest(Reader *reader, const char *rest, size_t length, GError **error) {
  if (length > 0 || reader->line == 0)
    return read_line(reader, rest, length, error);
  return TRUE;
}

static void reader_init(Reader *reader, const char *name) {
  *reader = (Reader){.name = name,
                     .trace = trace_new(trace_header_new(), NULL),
                     .key = g_string_new(NULL),
                     .text = g_string_new(NULL)};
}

/* The trace if all went well, else NULL. */
static Trace *reader_finish(Reader *reader, gboolean good) {
  g_string_free(reader->key, TRUE);
  g_string_free(reader->text, TRUE);
  if (good)
    return reader->trace;
  trace_free(reader->trace);
  return NULL;
}

Trace *trace_read(const char *text, size_t length, const char *name, GError **error) {
  Reader reader;
  const char *rest;
  reader_init(&reader, name);
  gboolean good = read_lines(&reader, text, length, &rest, error) &&
                  read_rest(&reader, rest, (size_t)(text + length - rest), error);
  return reader_finish(&reader, good);
}

static gboolean fail_file(const char *path, int code, GError **error) {
  g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(code), "%s: %s", path, g_strerror(code));
  return FALSE;
}

/* Reads a part at a time, so a file that never ends is refused as soon as it breaks a rule or a limit. */
static gboolean read_stream(Reader *reader, FILE *file, GError **error) {
  enum { PART = 1 << 16 };
  g_autofree char *part = g_malloc(PART);
  g_autoptr(GString) pending = g_string_new(NULL);
  size_t n;
  while ((n = fread(part, 1, PART, file)) > 0) {
    const char *rest;
    g_string_append_len(pending, part, (gssize)n);
    if (!read_lines(reader, pending->str, pending->len, &rest, error))
      return FALSE;
    g_string_erase(pending, 0, rest - pending->str);
    if (pending->len > TRACE_LINE_MAX)
      return read_line(reader, pending->str, pending->len, error);
  }
  if (ferror(file))
    return fail_file(reader->name, errno, error);
  return read_rest(reader, pending->str, pending->len, error);
}

Trace *trace_read_file(const char *path, GError **error) {
  FILE *file = fopen(path, "rb");
  if (!file) {
    fail_file(path, errno, error);
    return NULL;
  }
  Reader reader;
  reader_init(&reader, path);
  gboolean good = read_stream(&reader, file, error);
  fclose(file);
  return reader_finish(&reader, good);
}
