#include "scenario/json_doc.h"

#include <string.h>

#include "scenario/scenario_json.h"
#include "scenario/words.h"

/* A place's `source` is an index here: 0 the file, then one for each --set. */
typedef struct Source {
  char *label; /* what complaints call it */
  char *text;
} Source;

/* cJSON leaves `valueint` to its user's peril: it only mirrors valuedouble, and nothing here reads it. So it holds the
 * number of the value's place, from 1. */
struct JsonDoc {
  cJSON *root;
  GArray *places;
  GArray *sources;
};

static void source_clear(gpointer data) {
  Source *source = data;
  g_free(source->label);
  g_free(source->text);
}

static const JsonPlace *place_of(const JsonDoc *doc, const cJSON *item) {
  return &g_array_index(doc->places, JsonPlace, (unsigned)item->valueint - 1);
}

static void complain(GPtrArray *errors, const char *file, uint32_t line, uint32_t column, const char *path,
                     const char *message) {
  if (errors->len >= JSON_MOST_COMPLAINTS)
    return;
  ScenarioError *error = g_new(ScenarioError, 1);
  *error = (ScenarioError){g_strdup(file), (int)line, (int)column, g_strdup(path), g_strdup(message)};
  g_ptr_array_add(errors, error);
}

static void append_path(GString *path, const JsonAt *at) {
  if (!at->up) {
    g_string_append_c(path, '$');
    return;
  }
  append_path(path, at->up);
  if (at->index >= 0)
    g_string_append_printf(path, "[%d]", at->index);
  else
    json_path_append_key(path, at->item->string, strlen(at->item->string));
}

void json_doc_complain(const JsonDoc *doc, GPtrArray *errors, const JsonAt *at, gboolean key, const char *message) {
  GString *path = g_string_new(NULL);
  append_path(path, at);
  const JsonPlace *place = place_of(doc, at->item);
  const Source *source = &g_array_index(doc->sources, Source, place->source);
  if (place->source == 0) {
    gboolean at_key = key && place->key_line;
    complain(errors, source->label, at_key ? place->key_line : place->line, at_key ? place->key_column : place->column,
             path->str, message);
  } else {
    complain(errors, source->label, 0, 0, path->str, message);
  }
  g_string_free(path, TRUE);
}

gboolean json_doc_refused(const JsonDoc *doc, const cJSON *item) {
  const JsonPlace *place = place_of(doc, item);
  return place->refused || place->key_refused;
}

gboolean json_doc_key_refused(const JsonDoc *doc, const cJSON *item) {
  return place_of(doc, item)->key_refused;
}

int json_doc_line(const JsonDoc *doc, const cJSON *item) {
  const JsonPlace *place = place_of(doc, item);
  return place->source == 0 ? (int)place->line : 0;
}

char *json_doc_token(const JsonDoc *doc, const cJSON *item) {
  const JsonPlace *place = place_of(doc, item);
  return g_strndup(g_array_index(doc->sources, Source, place->source).text + place->offset, place->length);
}

cJSON *json_doc_root(const JsonDoc *doc) {
  return doc->root;
}

/* Gives every value the number of its place. Both orders are those of a walk that visits parents first. */
static void number_places(cJSON *item, unsigned *next) {
  item->valueint = (int)(*next)++ + 1;
  cJSON *child;
  cJSON_ArrayForEach(child, item) number_places(child, next);
}

/* Complains about keys that an object has twice, all the way down. */
static void check_duplicates(const JsonDoc *doc, const JsonAt *at, GPtrArray *errors) {
  g_autoptr(GHashTable) seen = cJSON_IsObject(at->item) ? g_hash_table_new(g_str_hash, g_str_equal) : NULL;
  int index = 0;
  cJSON *child;
  cJSON_ArrayForEach(child, at->item) {
    if (errors->len >= JSON_MOST_COMPLAINTS)
      return;
    JsonAt below = {at, child, seen ? -1 : index++};
    const JsonPlace *place = place_of(doc, child);
    if (seen && !place->key_refused) {
      const cJSON *first = g_hash_table_lookup(seen, child->string);
      if (first) {
        g_autofree char *key = words_quote(child->string);
        g_autofree char *message =
            g_strdup_printf("duplicate key %s: it stands in line %d already", key, json_doc_line(doc, first));
        json_doc_complain(doc, errors, &below, TRUE, message);
      } else {
        g_hash_table_insert(seen, child->string, child);
      }
    }
    if (child->child)
      check_duplicates(doc, &below, errors);
  }
}

/* The tree of a scanned text, NULL if there is none; its places are appended, as those of source `source`. */
static cJSON *build(JsonDoc *doc, const JsonScan *scan, size_t length, uint32_t source) {
  if (scan->broken)
    return NULL;
  cJSON *root = cJSON_ParseWithLength(scan->clean, length);
  if (!root)
    return NULL;
  unsigned first = doc->places->len, next = first;
  g_array_append_vals(doc->places, scan->places->data, scan->places->len);
  for (unsigned i = first; i < doc->places->len; i++)
    g_array_index(doc->places, JsonPlace, i).source = source;
  number_places(root, &next);
  g_assert(next == doc->places->len);
  return root;
}

JsonDoc *json_doc_new(const char *text, size_t length, const char *file, GPtrArray *errors) {
  g_autoptr(JsonDoc) doc = g_new0(JsonDoc, 1);
  doc->places = g_array_new(FALSE, FALSE, sizeof(JsonPlace));
  doc->sources = g_array_new(FALSE, FALSE, sizeof(Source));
  g_array_set_clear_func(doc->sources, source_clear);
  Source source = {g_strdup(file), g_malloc(length + 1)};
  memcpy(source.text, text, length);
  source.text[length] = 0;
  g_array_append_val(doc->sources, source);

  JsonScan scan;
  json_scan_init(&scan, source.text, length);
  for (unsigned i = 0; i < scan.flaws->len; i++) {
    const JsonFlaw *flaw = &g_array_index(scan.flaws, JsonFlaw, i);
    complain(errors, file, flaw->line, flaw->column, flaw->path, flaw->message);
  }
  doc->root = build(doc, &scan, length, 0);
  gboolean unexplained = !doc->root && !scan.broken;
  json_scan_clear(&scan);
  if (unexplained)
    complain(errors, file, 1, 1, "$", "cJSON cannot read this");
  if (!doc->root)
    return NULL;
  check_duplicates(doc, &(JsonAt){NULL, doc->root, -1}, errors);
  return g_steal_pointer(&doc);
}

void json_doc_free(JsonDoc *doc) {
  if (!doc)
    return;
  cJSON_Delete(doc->root);
  g_array_free(doc->places, TRUE);
  g_array_free(doc->sources, TRUE);
  g_free(doc);
}

/* Gives a value that no text holds a place, so that complaints know which --set it came from. */
static cJSON *adopt(JsonDoc *doc, cJSON *item) {
  JsonPlace place = {.source = doc->sources->len - 1};
  g_array_append_val(doc->places, place);
  item->valueint = (int)doc->places->len;
  return item;
}

/* The value of a --set: JSON if it is JSON without a flaw, else a string. */
static cJSON *read_value(JsonDoc *doc, const char *value) {
  uint32_t source = doc->sources->len - 1;
  JsonScan scan;
  size_t length = strlen(value);
  json_scan_init(&scan, g_array_index(doc->sources, Source, source).text, length);
  cJSON *item = scan.flaws->len ? NULL : build(doc, &scan, length, source);
  json_scan_clear(&scan);
  return item ? item : adopt(doc, cJSON_CreateString(value));
}

/* One step of a path. Keys may be bracketed and quoted, "directions[\"a>b\"]", when they hold a dot or a bracket. */
static gboolean next_step(const char **path, GString *key, gboolean *ret_is_index, guint64 *ret_index) {
  const char *p = *path;
  g_string_truncate(key, 0);
  *ret_is_index = FALSE;
  if (*p == '[' && p[1] == '"') {
    const char *end = strstr(p + 2, "\"]");
    if (!end)
      return FALSE;
    g_string_append_len(key, p + 2, end - p - 2);
    *path = end + 2;
    return TRUE;
  }
  if (*p == '[') {
    char *end;
    if (!g_ascii_isdigit(p[1]))
      return FALSE;
    *ret_index = g_ascii_strtoull(p + 1, &end, 10);
    *ret_is_index = TRUE;
    *path = end + 1;
    return *end == ']';
  }
  p += *p == '.';
  size_t length = strcspn(p, ".[");
  g_string_append_len(key, p, (gssize)length);
  *path = p + length;
  return length > 0;
}

/* The child that a step leads to, made if it is missing: `next` says what must follow ('[': a list). NULL: no way. */
static cJSON *step_into(JsonDoc *doc, cJSON *parent, const char *key, gboolean is_index, guint64 index, char next,
                        cJSON *value) {
  int size = cJSON_GetArraySize(parent);
  if (is_index ? !cJSON_IsArray(parent) || index > (guint64)size : !cJSON_IsObject(parent))
    return NULL;
  cJSON *child = is_index ? cJSON_GetArrayItem(parent, (int)index) : cJSON_GetObjectItemCaseSensitive(parent, key);
  if (child && !value)
    return child;
  cJSON *made = value ? value : adopt(doc, next == '[' ? cJSON_CreateArray() : cJSON_CreateObject());
  if (child && is_index)
    cJSON_ReplaceItemInArray(parent, (int)index, made);
  else if (child)
    cJSON_ReplaceItemInObjectCaseSensitive(parent, key, made);
  else if (is_index)
    cJSON_AddItemToArray(parent, made);
  else
    cJSON_AddItemToObject(parent, key, made);
  return made;
}

void json_doc_set(JsonDoc *doc, const char *path, const char *value, const char *label, GPtrArray *errors) {
  Source source = {g_strdup(label), g_strdup(value)};
  g_array_append_val(doc->sources, source);
  if (!g_utf8_validate(path, -1, NULL) || !g_utf8_validate(value, -1, NULL)) {
    complain(errors, label, 0, 0, "$", "this is not UTF-8");
    return;
  }
  const char *rest = path[0] == '$' && (path[1] == '.' || path[1] == '[') ? path + 1 : path;
  g_autoptr(GString) key = g_string_new(NULL);
  cJSON *parent = doc->root;
  for (unsigned depth = 0; parent && depth < JSON_MAX_DEPTH; depth++) {
    gboolean is_index;
    guint64 index = 0;
    if (!next_step(&rest, key, &is_index, &index)) {
      complain(errors, label, 0, 0, path, "this is no path: write it like links[0].delay or hosts.client.tcp.msl");
      return;
    }
    gboolean last = *rest == 0;
    cJSON *made = last ? read_value(doc, value) : NULL;
    char next = *rest == '[' && rest[1] != '"' ? '[' : '{';
    parent = step_into(doc, parent, key->str, is_index, index, next, made);
    if (!parent)
      cJSON_Delete(made);
    if (last && parent)
      return;
  }
  complain(errors, label, 0, 0, path,
           "there is no such place: only members of objects and the end of a list can be new");
}

static int compare_keys(gconstpointer a, gconstpointer b) {
  return strcmp((*(cJSON *const *)a)->string, (*(cJSON *const *)b)->string);
}

static void print_string(GString *out, const char *text) {
  g_string_append_c(out, '"');
  for (; *text; text++) {
    unsigned char c = (unsigned char)*text;
    if (c == '"' || c == '\\')
      g_string_append_printf(out, "\\%c", c);
    else if (c < 0x20)
      g_string_append_printf(out, "\\u%04x", c);
    else
      g_string_append_c(out, (char)c);
  }
  g_string_append_c(out, '"');
}

static void print_canonical(const JsonDoc *doc, const cJSON *item, GString *out) {
  if (cJSON_IsString(item)) {
    print_string(out, item->valuestring);
  } else if (cJSON_IsNumber(item)) {
    g_autofree char *token = json_doc_token(doc, item);
    g_string_append(out, token);
  } else if (cJSON_IsObject(item) || cJSON_IsArray(item)) {
    gboolean object = cJSON_IsObject(item);
    g_autoptr(GPtrArray) children = g_ptr_array_new();
    cJSON *child;
    cJSON_ArrayForEach(child, item) {
      if (!object || (strcmp(child->string, "$schema") && strcmp(child->string, "$comment")))
        g_ptr_array_add(children, child);
    }
    if (object)
      g_ptr_array_sort(children, compare_keys);
    g_string_append_c(out, object ? '{' : '[');
    for (unsigned i = 0; i < children->len; i++) {
      child = g_ptr_array_index(children, i);
      if (i)
        g_string_append_c(out, ',');
      if (object) {
        print_string(out, child->string);
        g_string_append_c(out, ':');
      }
      print_canonical(doc, child, out);
    }
    g_string_append_c(out, object ? '}' : ']');
  } else {
    g_string_append(out, cJSON_IsTrue(item) ? "true" : cJSON_IsFalse(item) ? "false" : "null");
  }
}

char *json_doc_canonical(const JsonDoc *doc) {
  GString *out = g_string_new(NULL);
  print_canonical(doc, doc->root, out);
  return g_string_free(out, FALSE);
}
