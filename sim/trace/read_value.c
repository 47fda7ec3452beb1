#include "trace/read_value.h"

#include <string.h>

/* Somebody else's text in a message: quoted, without what could act on a terminal, and short. */
static char *quoted(const char *text) {
  enum { MOST = 40 };
  GString *out = g_string_new(NULL);
  g_autofree char *start = g_strndup(text, MOST);
  json_append_string(out, start);
  if (strlen(text) > MOST)
    g_string_append(out, "...");
  return g_string_free(out, FALSE);
}

gboolean reader_fail(const Reader *reader, GError **error, TraceError code, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *message = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_set_error(error, TRACE_ERROR, (gint)code, "%s:%lu: %s", reader->name, reader->line, message);
  return FALSE;
}

gboolean reader_fail_unknown(const Reader *reader, GError **error, const char *what, const Nearest *nearest) {
  g_autofree char *wanted = quoted(nearest->wanted);
  if (nearest->word)
    return reader_fail(reader, error, TRACE_ERROR_FIELD, "unknown %s %s; did you mean \"%s\"?", what, wanted,
                       nearest->word);
  return reader_fail(reader, error, TRACE_ERROR_FIELD, "unknown %s %s", what, wanted);
}

static const char *type_words(JsonType type) {
  switch (type) {
  case JSON_STRING:
    return "a string";
  case JSON_INTEGER:
    return "an integer";
  case JSON_NUMBER:
    return "a number with fraction or exponent";
  case JSON_LITERAL:
    return "true, false or null";
  case JSON_OBJECT:
    return "an object";
  case JSON_ARRAY:
    return "an array";
  }
  g_assert_not_reached();
}

gboolean reader_type(const Reader *reader, const char *key, const JsonValue *value, JsonType type, GError **error) {
  if (value->type == type)
    return TRUE;
  return reader_fail(reader, error, TRACE_ERROR_FIELD, "\"%s\" must be %s, not %s", key, type_words(type),
                     type_words(value->type));
}

gboolean reader_string(Reader *reader, const char *key, const JsonValue *value, GError **error) {
  if (!reader_type(reader, key, value, JSON_STRING, error))
    return FALSE;
  json_decode_string(value, reader->text);
  return TRUE;
}

gboolean reader_number(const Reader *reader, const char *key, const JsonValue *value, uint64_t min, uint64_t max,
                       uint64_t *ret_number, GError **error) {
  uint64_t number;
  if (!reader_type(reader, key, value, JSON_INTEGER, error))
    return FALSE;
  if (!json_decode_integer(value, max, &number) || number < min)
    return reader_fail(reader, error, TRACE_ERROR_FIELD,
                       "\"%s\" must be from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT, key, min, max);
  *ret_number = number;
  return TRUE;
}

gboolean reader_time(const Reader *reader, const char *key, const JsonValue *value, SimTime *ret_time, GError **error) {
  uint64_t number = 0;
  if (!reader_number(reader, key, value, 0, SIM_NEVER - 1, &number, error))
    return FALSE;
  *ret_time = (SimTime)number;
  return TRUE;
}

/* Members of objects ---------------------------------------------------------------------------------------------- */

JsonValue reader_member(Reader *reader, const JsonValue *object, const char *key) {
  const char *at = object->start;
  JsonValue name, value;
  while (json_next(object, &at, &name, &value)) {
    json_decode_string(&name, reader->key);
    if (strcmp(reader->key->str, key) == 0)
      return value;
  }
  return (JsonValue){.start = NULL};
}

/* The index of reader->key among the keys, n_keys if it is none of them. Keys mostly come in order, so the search
 * starts at the one that is due. */
static unsigned find_key(const Reader *reader, const char *const *keys, unsigned n_keys, unsigned due) {
  for (unsigned i = 0; i < n_keys; i++) {
    unsigned k = due + i < n_keys ? due + i : due + i - n_keys;
    if (strcmp(keys[k], reader->key->str) == 0)
      return k;
  }
  return n_keys;
}

gboolean reader_members(Reader *reader, const char *what, const JsonValue *object, const char *const *keys,
                        unsigned n_keys, JsonValue *values, GError **error) {
  const char *at = object->start;
  JsonValue name, value;
  unsigned due = 0;
  for (unsigned i = 0; i < n_keys; i++)
    values[i].start = NULL;
  while (json_next(object, &at, &name, &value)) {
    json_decode_string(&name, reader->key);
    unsigned k = find_key(reader, keys, n_keys, due);
    if (k == n_keys) {
      Nearest nearest = {.wanted = reader->key->str};
      for (unsigned i = 0; i < n_keys; i++)
        nearest_offer(&nearest, keys[i]);
      g_autofree char *unknown = g_strdup_printf("field in %s:", what);
      return reader_fail_unknown(reader, error, unknown, &nearest);
    }
    if (values[k].start)
      return reader_fail(reader, error, TRACE_ERROR_FIELD, "\"%s\" stands twice in %s", keys[k], what);
    values[k] = value;
    due = k + 1;
  }
  return TRUE;
}

/* Fields of records ----------------------------------------------------------------------------------------------- */

static void store_enum(void *member, TraceType type, unsigned value) {
  switch (type) {
  case TRACE_TYPE_STATE:
    *(TcpState *)member = (TcpState)value;
    break;
  case TRACE_TYPE_STIMULUS:
    *(TcpStimulus *)member = (TcpStimulus)value;
    break;
  case TRACE_TYPE_GUARD:
    *(TcpGuard *)member = (TcpGuard)value;
    break;
  case TRACE_TYPE_TIMER:
    *(TcpTimer *)member = (TcpTimer)value;
    break;
  case TRACE_TYPE_CHECK:
    *(TcpCheck *)member = (TcpCheck)value;
    break;
  case TRACE_TYPE_WORD:
    *(TraceWord *)member = (TraceWord)value;
    break;
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
    g_assert_not_reached();
  }
}

static gboolean read_enum(Reader *reader, TraceKind kind, const TraceField *field, const JsonValue *value, void *member,
                          GError **error) {
  if (!reader_string(reader, field->name, value, error))
    return FALSE;
  unsigned count;
  const char *const *names = trace_type_names(field->type, &count);
  uint64_t allowed = field->type == TRACE_TYPE_WORD ? trace_kind_words(kind) : UINT64_MAX;
  g_assert(count <= 64);
  for (unsigned i = 0; i < count; i++)
    if ((allowed >> i & 1) && strcmp(names[i], reader->text->str) == 0) {
      store_enum(member, field->type, i);
      return TRUE;
    }
  Nearest nearest = {.wanted = reader->text->str};
  for (unsigned i = 0; i < count; i++)
    if (allowed >> i & 1)
      nearest_offer(&nearest, names[i]);
  g_autofree char *what = g_strdup_printf("%s in \"%s\":", trace_type_name(field->type), field->name);
  return reader_fail_unknown(reader, error, what, &nearest);
}

static gboolean read_notation(Reader *reader, const TraceField *field, const JsonValue *value, void *member,
                              GError **error) {
  if (!reader_string(reader, field->name, value, error))
    return FALSE;
  if (field->type == TRACE_TYPE_FLAGS) {
    if (tcp_flags_parse(reader->text->str, member))
      return TRUE;
  } else {
    TcpOptions *options = member;
    if (tcp_options_parse(reader->text->str, options) && (options->has || options->n_sack))
      return TRUE;
  }
  g_autofree char *wrong = quoted(reader->text->str);
  return reader_fail(reader, error, TRACE_ERROR_FIELD, "\"%s\" must be TCP %s such as \"%s\", not %s", field->name,
                     trace_type_name(field->type),
                     field->type == TRACE_TYPE_FLAGS ? "F." : "mss 1460,sackOK,TS 1 ecr 0,wscale 7", wrong);
}

static gboolean read_field_number(const Reader *reader, const TraceField *field, const JsonValue *value, uint64_t min,
                                  uint64_t max, void *member, size_t size, GError **error) {
  uint64_t number;
  if (!reader_number(reader, field->name, value, min, max, &number, error))
    return FALSE;
  uint32_t number32 = (uint32_t)number;
  uint16_t number16 = (uint16_t)number;
  if (size == sizeof number)
    memcpy(member, &number, size);
  else if (size == sizeof number32)
    memcpy(member, &number32, size);
  else
    memcpy(member, &number16, size);
  return TRUE;
}

gboolean reader_field(Reader *reader, TraceKind kind, const TraceField *field, const JsonValue *value, void *member,
                      GError **error) {
  switch (field->type) {
  case TRACE_TYPE_NAME:
  case TRACE_TYPE_ENDPOINT:
    if (!reader_string(reader, field->name, value, error))
      return FALSE;
    *(Name *)member = names_intern(reader->trace->names, reader->text->str);
    return TRUE;
  case TRACE_TYPE_STATE:
  case TRACE_TYPE_STIMULUS:
  case TRACE_TYPE_GUARD:
  case TRACE_TYPE_TIMER:
  case TRACE_TYPE_CHECK:
  case TRACE_TYPE_WORD:
    return read_enum(reader, kind, field, value, member, error);
  case TRACE_TYPE_SEGMENT:
    return read_field_number(reader, field, value, 1, UINT64_MAX, member, sizeof(uint64_t), error);
  case TRACE_TYPE_TIME:
    return reader_time(reader, field->name, value, member, error);
  case TRACE_TYPE_NUMBER:
    return read_field_number(reader, field, value, 0, UINT64_MAX, member, sizeof(uint64_t), error);
  case TRACE_TYPE_OCTETS:
    return read_field_number(reader, field, value, 0, INT64_MAX, member, sizeof(int64_t), error);
  case TRACE_TYPE_PORT:
    return read_field_number(reader, field, value, 1, UINT16_MAX, member, sizeof(uint16_t), error);
  case TRACE_TYPE_SEQ:
    return read_field_number(reader, field, value, 0, UINT32_MAX, member, sizeof(uint32_t), error);
  case TRACE_TYPE_FLAGS:
  case TRACE_TYPE_OPTIONS:
    return read_notation(reader, field, value, member, error);
  }
  g_assert_not_reached();
}

gboolean reader_field_absent(const TraceField *field, void *member) {
  switch (field->type) {
  case TRACE_TYPE_TIME:
    *(SimTime *)member = SIM_NEVER;
    return TRUE;
  case TRACE_TYPE_OCTETS:
    *(int64_t *)member = -1;
    return TRUE;
  case TRACE_TYPE_NAME:
  case TRACE_TYPE_ENDPOINT:
  case TRACE_TYPE_SEGMENT:
  case TRACE_TYPE_PORT:
  case TRACE_TYPE_OPTIONS:
    return TRUE; /* zero, as the record begins */
  case TRACE_TYPE_STATE:
  case TRACE_TYPE_STIMULUS:
  case TRACE_TYPE_GUARD:
  case TRACE_TYPE_TIMER:
  case TRACE_TYPE_CHECK:
  case TRACE_TYPE_WORD:
  case TRACE_TYPE_NUMBER:
  case TRACE_TYPE_SEQ:
  case TRACE_TYPE_FLAGS:
    return FALSE;
  }
  g_assert_not_reached();
}
