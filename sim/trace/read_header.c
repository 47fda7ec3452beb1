#include "trace/read_header.h"

#include <string.h>

/* A string, as a copy; NULL if it is absent. */
static gboolean read_text(Reader *reader, const char *key, const JsonValue *value, char **ret_text, GError **error) {
  char *text = NULL;
  if (value->start) {
    if (!reader_string(reader, key, value, error))
      return FALSE;
    text = g_strdup(reader->text->str);
  }
  g_free(*ret_text);
  *ret_text = text;
  return TRUE;
}

static gboolean require(const Reader *reader, const char *what, const char *const *keys, const JsonValue *values,
                        const unsigned *required, unsigned n_required, GError **error) {
  for (unsigned i = 0; i < n_required; i++)
    if (!values[required[i]].start)
      return reader_fail(reader, error, TRACE_ERROR_FIELD, "%s lacks \"%s\"", what, keys[required[i]]);
  return TRUE;
}

/* Decodes a key of which every object may have any number, into reader->text. `seen` holds those that were there. */
static gboolean new_key(Reader *reader, const JsonValue *key, Names *seen, const char *what, GError **error) {
  json_decode_string(key, reader->text);
  if (names_find(seen, reader->text->str))
    return reader_fail(reader, error, TRACE_ERROR_FIELD, "two %s have the same name", what);
  names_intern(seen, reader->text->str);
  return TRUE;
}

static gboolean read_params(Reader *reader, const JsonValue *object, TraceHost *host, GError **error) {
  const char *at = object->start;
  JsonValue key, value;
  gboolean good = reader_type(reader, "params", object, JSON_OBJECT, error);
  Names *seen = names_new();
  while (good && json_next(object, &at, &key, &value)) {
    good = new_key(reader, &key, seen, "parameters of a host", error);
    if (good) {
      g_autofree char *name = g_strdup(reader->text->str);
      good = reader_string(reader, "params", &value, error);
      if (good)
        trace_host_add_param(host, name, reader->text->str);
    }
  }
  names_free(seen);
  return good;
}

static gboolean read_host(Reader *reader, const JsonValue *object, TraceHost *host, GError **error) {
  enum { PROFILE, ADDRESS, ROLE, PARAMS, N_KEYS };
  static const char *const keys[N_KEYS] = {"profile", "address", "role", "params"};
  JsonValue values[N_KEYS];
  return reader_type(reader, "hosts", object, JSON_OBJECT, error) &&
         reader_members(reader, "a host", object, keys, N_KEYS, values, error) &&
         read_text(reader, "profile", &values[PROFILE], &host->profile, error) &&
         read_text(reader, "address", &values[ADDRESS], &host->address, error) &&
         read_text(reader, "role", &values[ROLE], &host->role, error) &&
         (!values[PARAMS].start || read_params(reader, &values[PARAMS], host, error));
}

static gboolean read_hosts(Reader *reader, const JsonValue *object, GError **error) {
  const char *at = object->start;
  JsonValue key, value;
  gboolean good = reader_type(reader, "hosts", object, JSON_OBJECT, error);
  Names *seen = names_new();
  while (good && json_next(object, &at, &key, &value)) {
    good = new_key(reader, &key, seen, "hosts", error);
    if (good) {
      TraceHost *host = trace_header_add_host(reader->trace->header, reader->text->str, NULL, NULL);
      good = read_host(reader, &value, host, error);
    }
  }
  names_free(seen);
  return good;
}

static gboolean read_link(Reader *reader, const JsonValue *object, GError **error) {
  enum { FROM, TO, DELAY, ABOUT, N_KEYS };
  static const char *const keys[N_KEYS] = {"from", "to", "delay", "about"};
  static const unsigned required[] = {FROM, TO, DELAY};
  JsonValue values[N_KEYS];
  g_autofree char *from = NULL, *to = NULL, *about = NULL;
  SimTime delay;
  if (!reader_type(reader, "links", object, JSON_OBJECT, error) ||
      !reader_members(reader, "a link", object, keys, N_KEYS, values, error) ||
      !require(reader, "a link", keys, values, required, G_N_ELEMENTS(required), error) ||
      !read_text(reader, "from", &values[FROM], &from, error) || !read_text(reader, "to", &values[TO], &to, error) ||
      !reader_time(reader, "delay", &values[DELAY], &delay, error) ||
      !read_text(reader, "about", &values[ABOUT], &about, error))
    return FALSE;
  trace_header_add_link(reader->trace->header, from, to, delay, about);
  return TRUE;
}

static gboolean read_links(Reader *reader, const JsonValue *array, GError **error) {
  const char *at = array->start;
  JsonValue value;
  gboolean good = reader_type(reader, "links", array, JSON_ARRAY, error);
  while (good && json_next(array, &at, NULL, &value))
    good = read_link(reader, &value, error);
  return good;
}

static gboolean read_faults(Reader *reader, const JsonValue *array, GError **error) {
  const char *at = array->start;
  JsonValue value;
  gboolean good = reader_type(reader, "faults", array, JSON_ARRAY, error);
  while (good && json_next(array, &at, NULL, &value)) {
    good = reader_string(reader, "faults", &value, error);
    if (good)
      g_ptr_array_add(reader->trace->header->faults, g_strdup(reader->text->str));
  }
  return good;
}

static gboolean read_sha256(Reader *reader, const JsonValue *value, GError **error) {
  char **sha256 = &reader->trace->header->sha256;
  if (!read_text(reader, "sha256", value, sha256, error))
    return FALSE;
  if (*sha256 && (strlen(*sha256) != 64 || strspn(*sha256, "0123456789abcdef") != 64))
    return reader_fail(reader, error, TRACE_ERROR_FIELD, "\"sha256\" must be 64 hexadecimal digits in lower case");
  return TRUE;
}

/* The version is looked at before anything else: another version may have other fields. */
static gboolean check_version(Reader *reader, const JsonValue *object, GError **error) {
  JsonValue value = reader_member(reader, object, "version");
  uint64_t version;
  if (!value.start)
    return reader_fail(reader, error, TRACE_ERROR_FIELD, "the first line lacks \"version\"");
  if (!reader_number(reader, "version", &value, 0, UINT32_MAX, &version, error))
    return FALSE;
  if (version != TRACE_FORMAT_VERSION)
    return reader_fail(reader, error, TRACE_ERROR_VERSION,
                       "trace format version %" G_GUINT64_FORMAT "; this program reads version %d", version,
                       TRACE_FORMAT_VERSION);
  return TRUE;
}

gboolean reader_header(Reader *reader, const JsonValue *object, GError **error) {
  enum { T, KIND, VERSION, SCENARIO, TITLE, LESSON, SHA256, SEED, RUN, HOSTS, LINKS, FAULTS, N_KEYS };
  static const char *const keys[N_KEYS] = {"t",      "kind", "version", "scenario", "title", "lesson",
                                           "sha256", "seed", "run",     "hosts",    "links", "faults"};
  static const unsigned required[] = {T, SEED, RUN};
  JsonValue values[N_KEYS];
  TraceHeader *header = reader->trace->header;
  uint64_t t;
  return check_version(reader, object, error) &&
         reader_members(reader, "the first line", object, keys, N_KEYS, values, error) &&
         require(reader, "the first line", keys, values, required, G_N_ELEMENTS(required), error) &&
         reader_number(reader, "t", &values[T], 0, 0, &t, error) &&
         read_text(reader, "scenario", &values[SCENARIO], &header->scenario, error) &&
         read_text(reader, "title", &values[TITLE], &header->title, error) &&
         read_text(reader, "lesson", &values[LESSON], &header->lesson, error) &&
         read_sha256(reader, &values[SHA256], error) &&
         reader_number(reader, "seed", &values[SEED], 0, UINT64_MAX, &header->seed, error) &&
         reader_number(reader, "run", &values[RUN], 0, UINT64_MAX, &header->run, error) &&
         (!values[HOSTS].start || read_hosts(reader, &values[HOSTS], error)) &&
         (!values[LINKS].start || read_links(reader, &values[LINKS], error)) &&
         (!values[FAULTS].start || read_faults(reader, &values[FAULTS], error));
}
