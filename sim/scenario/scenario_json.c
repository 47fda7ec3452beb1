#include "scenario/scenario_json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "scenario/load.h"
#include "scenario/words.h"

#define MOST_OCTETS     (16 * 1024 * 1024)
#define MOST_REFERENCES 100
#define MOST_LOOKS      20

void scenario_error_free(ScenarioError *error) {
  if (!error)
    return;
  g_free(error->file);
  g_free(error->path);
  g_free(error->message);
  g_free(error);
}

char *scenario_error_print(const ScenarioError *error) {
  GString *out = g_string_new(error->file);
  if (error->line > 0)
    g_string_append_printf(out, ":%d:%d", error->line, error->column);
  if (error->path && error->path[0])
    g_string_append_printf(out, ": %s", error->path);
  g_string_append_printf(out, ": %s", error->message);
  return g_string_free(out, FALSE);
}

static void add_error(GPtrArray *errors, const char *file, const char *path, const char *message) {
  ScenarioError *error = g_new(ScenarioError, 1);
  *error = (ScenarioError){g_strdup(file), 0, 0, g_strdup(path), g_strdup(message)};
  g_ptr_array_add(errors, error);
}

void load_file_error(GPtrArray *errors, const char *file, const char *message) {
  add_error(errors, file, "", message);
}

/* By position; what stands nowhere (--set) comes last. */
static int compare_errors(gconstpointer a, gconstpointer b) {
  const ScenarioError *x = *(ScenarioError *const *)a, *y = *(ScenarioError *const *)b;
  unsigned line_x = (unsigned)x->line - 1, line_y = (unsigned)y->line - 1;
  if (line_x != line_y)
    return line_x < line_y ? -1 : 1;
  return (x->column > y->column) - (x->column < y->column);
}

void load_sort_errors(GPtrArray *errors, const char *file) {
  g_ptr_array_sort(errors, compare_errors);
  if (errors->len >= JSON_MOST_COMPLAINTS)
    add_error(errors, file, "", "and perhaps more: after 1000 errors no more are listed");
}

void scenario_reference_free(gpointer data) {
  ScenarioReference *reference = data;
  g_free(reference->title);
  g_free(reference->url);
  g_free(reference);
}

static void host_free(gpointer data) {
  g_free(((ScenarioHost *)data)->name);
  g_free(data);
}

static void link_free(gpointer data) {
  ScenarioLink *link = data;
  g_clear_pointer(&link->config[0].down, g_array_unref);
  g_clear_pointer(&link->config[1].down, g_array_unref);
  g_free(link);
}

static void conn_free(gpointer data) {
  g_free(((ScenarioConn *)data)->name);
  g_free(data);
}

static void app_free(gpointer data) {
  AppScript *app = data;
  g_free(app->name);
  g_array_unref(app->items);
  g_free(app);
}

static void fault_free(gpointer data) {
  g_free(((Fault *)data)->by);
  g_free(((Fault *)data)->text);
  g_free(data);
}

/* With the defaults; its arrays own what is put into them. */
static Scenario *scenario_new(void) {
  Scenario *scenario = g_new0(Scenario, 1);
  scenario->look_at = g_ptr_array_new_with_free_func(g_free);
  scenario->references = g_ptr_array_new_with_free_func(scenario_reference_free);
  scenario->hosts = g_ptr_array_new_with_free_func(host_free);
  scenario->links = g_ptr_array_new_with_free_func(link_free);
  scenario->connections = g_ptr_array_new_with_free_func(conn_free);
  scenario->apps = g_ptr_array_new_with_free_func(app_free);
  scenario->events = g_array_new(FALSE, FALSE, sizeof(ScenarioEvent));
  scenario->faults = g_ptr_array_new_with_free_func(fault_free);
  scenario->expectations = g_ptr_array_new_with_free_func((GDestroyNotify)expectation_free);
  scenario->seed = 1;
  scenario->duration = SCENARIO_DEFAULT_DURATION;
  scenario->budget_events = SCENARIO_DEFAULT_BUDGET_EVENTS;
  scenario->budget_segments = SCENARIO_DEFAULT_BUDGET_SEGMENTS;
  return scenario;
}

/* "loss/first-fin-lost" of "x/scenarios/loss/first-fin-lost.json"; else the base name. Of UTF-8, without controls. */
static char *name_from_file(const char *file) {
  g_autofree char *text = g_utf8_make_valid(file, -1);
  const char *base = strrchr(text, '/') ? strrchr(text, '/') + 1 : text, *below = NULL;
  for (const char *p = text; (p = strstr(p, "scenarios/")); p += strlen("scenarios/"))
    if (p == text || p[-1] == '/')
      below = p + strlen("scenarios/");
  if (below && *below && below[0] != '/' && !strstr(below, "//") && !strstr(below, "./"))
    base = below;
  size_t length = strlen(base) - (g_str_has_suffix(base, ".json") ? strlen(".json") : 0);
  gboolean named = strspn(base, ".") < length; /* "." and ".." would be folders */
  char *name = named ? g_strndup(base, length) : g_strdup("scenario");
  for (char *c = name; *c; c++)
    if (g_ascii_iscntrl(*c) || *c == '\\')
      *c = '-';
  return name;
}

/* Words joined by slashes; each begins with a letter or digit, so that no part is "..". */
static gboolean is_scenario_name(const char *text) {
  gboolean start = TRUE;
  for (const char *p = text; *p; p++) {
    if (start ? !g_ascii_isalnum(*p) : !g_ascii_isalnum(*p) && !strchr("/_.-", *p))
      return FALSE;
    start = *p == '/';
  }
  return !start && strlen(text) <= 128;
}

static void load_scenario_name(Loader *l, const JsonAt *at) {
  const char *text;
  if (!load_text(l, at, "a name such as \"loss/first-fin-lost\"", &text))
    return;
  if (!is_scenario_name(text)) {
    load_type_error(l, at,
                    "a name such as \"loss/first-fin-lost\": letters, digits, - _ . and /, 128 characters at most");
    return;
  }
  g_free(l->scenario->name);
  l->scenario->name = g_strdup(text);
}

static gboolean is_url(const char *text) {
  const char *rest = g_str_has_prefix(text, "https://") ? text + 8 : g_str_has_prefix(text, "http://") ? text + 7 : "";
  for (const char *p = rest; *p; p++)
    if (*p <= ' ' || *p >= 0x7F || strchr("\"<>\\^`{|}", *p))
      return FALSE;
  return *rest && strlen(text) <= 2000;
}

void load_reference(Loader *l, const JsonAt *at, GPtrArray *list) {
  static const char *const keys[] = {"title", "url", NULL};
  JsonAt member;
  const char *url;
  if (!load_object(l, at, keys))
    return;
  ScenarioReference *reference = g_new0(ScenarioReference, 1);
  g_ptr_array_add(list, reference);
  if (load_required(l, at, "title", "what is referred to, such as \"RFC 9293, 3.6\"", &member))
    load_long_text(l, &member, 300, &reference->title);
  if (!load_member(l, at, "url", &member) || !load_text(l, &member, "a URL", &url))
    return;
  if (is_url(url))
    reference->url = g_strdup(url);
  else
    load_type_error(l, &member,
                    "a URL: http:// or https://, then printable ASCII without spaces, 2000 characters at most");
}

static void load_look(Loader *l, const JsonAt *at, GPtrArray *list) {
  char *text = NULL;
  load_long_text(l, at, 500, &text);
  if (text)
    g_ptr_array_add(list, text);
}

static void load_budget(Loader *l, const JsonAt *at) {
  static const char *const keys[] = {"events", "segments", NULL};
  JsonAt member;
  if (!load_object(l, at, keys))
    return;
  if (load_member(l, at, "events", &member))
    load_uint(l, &member, 1, 1000000000000, &l->scenario->budget_events);
  if (load_member(l, at, "segments", &member))
    load_uint(l, &member, 1, 1000000000000, &l->scenario->budget_segments);
}

static void load_version(Loader *l, const JsonAt *root) {
  JsonAt at;
  guint64 version;
  if (!load_required(l, root, "version", "the version of the format, 1", &at) ||
      !load_uint(l, &at, 1, UINT32_MAX, &version))
    return;
  if (version != SCENARIO_VERSION)
    load_error(l, &at, "this program reads version %d of the format only", SCENARIO_VERSION);
}

/* What is said about the whole: all but hosts, links, connections, apps, faults, expectations. */
static void load_head(Loader *l, const JsonAt *root) {
  Scenario *scenario = l->scenario;
  JsonAt member;
  const char *ignored;
  load_version(l, root);
  if (load_member(l, root, "$schema", &member))
    load_text(l, &member, "the path or URL of the schema", &ignored);
  if (load_member(l, root, "name", &member))
    load_scenario_name(l, &member);
  if (load_required(l, root, "title", "a title such as \"The first FIN is lost\"", &member))
    load_long_text(l, &member, 200, &scenario->title);
  if (load_member(l, root, "description", &member))
    load_long_text(l, &member, 10000, &scenario->description);
  if (load_member(l, root, "lesson", &member))
    load_long_text(l, &member, 1000, &scenario->lesson);
  if (load_member(l, root, "look_at", &member) && load_list(l, &member, MOST_LOOKS)) {
    LOAD_EACH(l, &member, look)
    load_look(l, &look, scenario->look_at);
  }
  if (load_member(l, root, "references", &member) && load_list(l, &member, MOST_REFERENCES)) {
    LOAD_EACH(l, &member, reference)
    load_reference(l, &reference, scenario->references);
  }
  if (load_member(l, root, "seed", &member))
    load_uint(l, &member, 0, UINT64_MAX, &scenario->seed);
  if (load_member(l, root, "duration", &member))
    load_time(l, &member, "s", 1, SIM_H(24 * 365 * 100), NULL, &scenario->duration);
  if (load_member(l, root, "budget", &member))
    load_budget(l, &member);
}

static void load_root(Loader *l) {
  static const char *const keys[] = {"$schema",     "look_at", "version",    "name",        "title",
                                     "description", "lesson",  "references", "seed",        "duration",
                                     "budget",      "hosts",   "links",      "connections", "apps",
                                     "events",      "faults",  "expect",     NULL};
  JsonAt root = {NULL, json_doc_root(l->doc), -1};
  if (!load_object(l, &root, keys))
    return;
  load_head(l, &root);
  load_hosts(l, &root);
  load_links(l, &root);
  load_connections(l, &root);
  load_apps(l, &root);
  load_events(l, &root);
  load_faults(l, &root);
  load_expectations(l, &root);
}

/* --profile HOST=NAME: the host must be one of the file's. */
static void override_profile(JsonDoc *doc, const char *text, GPtrArray *errors) {
  const char *equals = strchr(text, '=');
  g_autofree char *host = equals ? g_strndup(text, (size_t)(equals - text)) : NULL;
  const cJSON *hosts = cJSON_GetObjectItemCaseSensitive(json_doc_root(doc), "hosts");
  if (!host || !*host || !equals[1]) {
    g_autofree char *quoted = words_quote(text);
    g_autofree char *message = g_strdup_printf("%s: expected HOST=NAME, such as client=linux", quoted);
    add_error(errors, "--profile", "", message);
  } else if (!cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(hosts, host))) {
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const cJSON *child;
    cJSON_ArrayForEach(child, hosts) {
      g_ptr_array_add(names, child->string ? child->string : "");
    }
    g_ptr_array_add(names, NULL);
    const char *nearest = words_nearest(host, (const char *const *)names->pdata);
    g_autofree char *all = words_join((const char *const *)names->pdata, 24);
    g_autofree char *quoted = words_quote(host);
    g_autofree char *message =
        nearest ? g_strdup_printf("%s is no host of this scenario; did you mean \"%s\"?", quoted, nearest)
                : g_strdup_printf("%s is no host of this scenario; expected one of: %s", quoted, all);
    add_error(errors, "--profile", "", message);
  } else {
    g_autofree char *path = g_strdup_printf("hosts.%s.profile", host);
    g_autofree char *escaped = g_strescape(equals + 1, NULL);
    g_autofree char *value = g_strdup_printf("\"%s\"", escaped);
    json_doc_set(doc, path, value, "--profile", errors);
  }
}

static void override_one(JsonDoc *doc, const char *text, GPtrArray *errors) {
  const char *equals = strchr(text, '=');
  if (!equals || equals == text) {
    g_autofree char *quoted = words_quote(text);
    g_autofree char *message = g_strdup_printf("%s: expected PATH=VALUE, such as links[0].delay=10ms", quoted);
    add_error(errors, "--set", "", message);
    return;
  }
  g_autofree char *path = g_strndup(text, (size_t)(equals - text));
  json_doc_set(doc, path, equals + 1, "--set", errors);
}

static void apply_overrides(JsonDoc *doc, const ScenarioOverrides *overrides, GPtrArray *errors) {
  for (unsigned i = 0; overrides->profiles && i < overrides->profiles->len; i++)
    override_profile(doc, g_ptr_array_index(overrides->profiles, i), errors);
  for (unsigned i = 0; overrides->set && i < overrides->set->len; i++)
    override_one(doc, g_ptr_array_index(overrides->set, i), errors);
  if (overrides->has_seed) {
    g_autofree char *seed = g_strdup_printf("%" G_GUINT64_FORMAT, overrides->seed);
    json_doc_set(doc, "seed", seed, "--seed", errors);
  }
}

Scenario *scenario_parse(const char *text, size_t length, const char *file, const ScenarioOverrides *overrides,
                         GPtrArray **ret_errors) {
  g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)scenario_error_free);
  g_autoptr(Scenario) scenario = scenario_new();
  g_autoptr(JsonDoc) doc = NULL;
  if (length > MOST_OCTETS)
    add_error(errors, file, "", "this file is larger than 16 MiB");
  else
    doc = json_doc_new(text, length, file, errors);
  if (doc) {
    if (overrides && cJSON_IsObject(json_doc_root(doc)))
      apply_overrides(doc, overrides, errors);
    g_autoptr(GHashTable) conn_names = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) app_names = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) app_ends = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    Loader l = {.doc = doc,
                .scenario = scenario,
                .errors = errors,
                .conn_names = conn_names,
                .app_names = app_names,
                .app_ends = app_ends};
    scenario->name = name_from_file(file);
    load_root(&l);
  }
  if (errors->len) {
    load_sort_errors(errors, file);
    *ret_errors = g_steal_pointer(&errors);
    return NULL;
  }
  g_autofree char *canonical = json_doc_canonical(doc);
  scenario->sha256 = g_compute_checksum_for_string(G_CHECKSUM_SHA256, canonical, -1);
  return g_steal_pointer(&scenario);
}

int load_read_file(const char *path, size_t most, GString *text) {
  FILE *file = fopen(path, "rb");
  if (!file)
    return errno;
  char buffer[65536];
  size_t got;
  errno = 0;
  while (text->len <= most && (got = fread(buffer, 1, sizeof buffer, file)) > 0)
    g_string_append_len(text, buffer, (gssize)got);
  int error = ferror(file) ? errno : 0;
  fclose(file);
  return error;
}

Scenario *scenario_load(const char *path, const ScenarioOverrides *overrides, GPtrArray **ret_errors) {
  g_autoptr(GString) text = g_string_new(NULL);
  int error = load_read_file(path, MOST_OCTETS, text);
  if (!error)
    return scenario_parse(text->str, text->len, path, overrides, ret_errors);
  *ret_errors = g_ptr_array_new_with_free_func((GDestroyNotify)scenario_error_free);
  g_autofree char *message = g_strdup_printf("cannot read this file: %s", g_strerror(error));
  add_error(*ret_errors, path, "", message);
  return NULL;
}
