/* From JSON to a Lab. */
#include <string.h>

#include "lab/lab.h"
#include "scenario/load.h"
#include "scenario/words.h"

#define MOST_OCTETS     (4 * 1024 * 1024)
#define MOST_PARAGRAPHS 50
#define MOST_LETS       16
#define MOST_TEXT       4000
#define MOST_SETS       64

/* A loader of what is no part of a question: it knows no names. */
typedef struct LabLoader {
  Loader l;
  Lab *lab;
} LabLoader;

/* --- texts -------------------------------------------------------------------------------------------------------- */

static void load_paragraphs(Loader *l, const JsonAt *object, const char *key, GPtrArray *list) {
  JsonAt at;
  if (!load_member(l, object, key, &at) || !load_list(l, &at, MOST_PARAGRAPHS))
    return;
  LOAD_EACH(l, &at, item) {
    char *text = NULL;
    if (load_long_text(l, &item, MOST_TEXT, &text))
      g_ptr_array_add(list, text);
  }
}

static void load_optional_text(Loader *l, const JsonAt *object, const char *key, char **ret_text) {
  JsonAt at;
  if (load_member(l, object, key, &at))
    load_long_text(l, &at, MOST_TEXT, ret_text);
}

static void load_notes(Loader *l, const JsonAt *root, LabNotes *notes) {
  static const char *const keys[] = {"time", "pitfalls", "discussion", "mistaken", NULL};
  JsonAt at;
  if (!load_member(l, root, "instructor", &at) || !load_object(l, &at, keys))
    return;
  load_optional_text(l, &at, "time", &notes->time);
  load_paragraphs(l, &at, "pitfalls", notes->pitfalls);
  load_paragraphs(l, &at, "discussion", notes->discussion);
  load_paragraphs(l, &at, "mistaken", notes->mistaken);
}

static void load_head(Loader *l, const JsonAt *root, Lab *lab) {
  JsonAt at;
  guint64 number;
  const char *ignored;
  if (load_required(l, root, "version", "the version of the format, 1", &at) &&
      load_uint(l, &at, 1, UINT32_MAX, &number) && number != LAB_VERSION)
    load_error(l, &at, "this program reads version %d of the format only", LAB_VERSION);
  if (load_member(l, root, "$schema", &at))
    load_text(l, &at, "the path or URL of the schema", &ignored);
  if (load_required(l, root, "title", "a title such as \"The four segments\"", &at))
    load_long_text(l, &at, 200, &lab->title);
  if (load_required(l, root, "summary", "what it is about, in one line", &at))
    load_long_text(l, &at, 300, &lab->summary);
  if (load_required(l, root, "minutes", "how long it takes, in minutes", &at) && load_uint(l, &at, 1, 600, &number))
    lab->minutes = (unsigned)number;
  load_paragraphs(l, root, "objectives", lab->objectives);
  load_paragraphs(l, root, "background", lab->background);
  if (load_member(l, root, "references", &at) && load_list(l, &at, MOST_PARAGRAPHS)) {
    LOAD_EACH(l, &at, item)
    load_reference(l, &item, lab->references);
  }
  load_notes(l, root, &lab->notes);
}

/* --- runs --------------------------------------------------------------------------------------------------------- */

static void run_free(gpointer data) {
  LabRun *run = data;
  g_free(run->name);
  g_free(run->title);
  g_free(run->file);
  g_ptr_array_unref(run->set);
  scenario_free(run->scenario);
  g_free(run);
}

/* A set of the words of a list, as bits. */
static void load_words(Loader *l, const JsonAt *object, const char *key, const char *const *words, unsigned *ret_bits) {
  JsonAt at;
  unsigned bits = 0, index;
  if (!load_member(l, object, key, &at) || !load_list(l, &at, 16))
    return;
  LOAD_EACH(l, &at, item) {
    if (load_word(l, &item, words, &index))
      bits |= 1u << index;
  }
  *ret_bits = bits;
}

/* The JSON text of a value as --set takes it. */
static char *value_text(const Loader *l, const cJSON *item) {
  return json_doc_token(l->doc, item);
}

static void load_set(Loader *l, const JsonAt *object, LabRun *run) {
  JsonAt at;
  if (!load_member(l, object, "set", &at))
    return;
  if (!cJSON_IsObject(at.item)) {
    load_type_error(l, &at, "changes such as {\"links[0].delay\": \"30ms\"}");
    return;
  }
  if (cJSON_GetArraySize(at.item) > MOST_SETS) {
    load_error(l, &at, "at most %d changes are allowed", MOST_SETS);
    return;
  }
  LOAD_EACH(l, &at, member) {
    g_autofree char *value = value_text(l, member.item);
    if (strchr(member.item->string, '='))
      load_key_error(l, &member, "a path such as links[0].delay has no \"=\"");
    else
      g_ptr_array_add(run->set, g_strdup_printf("%s=%s", member.item->string, value));
  }
}

/* The scenario of a run, from the lab's folder; its own mistakes become one complaint about `at`. */
static void load_scenario(LabLoader *loader, const JsonAt *at, LabRun *run) {
  const char *text;
  Loader *l = &loader->l;
  if (!load_text(l, at, "the file of a scenario, such as \"../normal/four-segments.json\"", &text))
    return;
  if (g_path_is_absolute(text) || !g_str_has_suffix(text, ".json")) {
    load_error(l, at, "expected a file below or beside the lab's folder, such as \"../normal/four-segments.json\"");
    return;
  }
  run->file = g_strdup(text);
}

static void run_scenario_load(LabLoader *loader, const JsonAt *at, LabRun *run) {
  Loader *l = &loader->l;
  g_autofree char *path = lab_run_path(loader->lab, run);
  ScenarioOverrides overrides = {.set = run->set};
  GPtrArray *errors = NULL;
  run->scenario = scenario_load(path, &overrides, &errors);
  if (run->scenario)
    return;
  const ScenarioError *first = g_ptr_array_index(errors, 0);
  load_error(l, at, "this scenario cannot be used: %s%s%s%s", first->path ? first->path : "",
             first->path && *first->path ? ": " : "", first->message, errors->len > 1 ? " (and more)" : "");
  g_ptr_array_unref(errors);
}

static void load_run(LabLoader *loader, const JsonAt *at) {
  static const char *const keys[] = {"name", "title", "scenario", "set", "give", "hide", NULL};
  Loader *l = &loader->l;
  JsonAt member;
  const char *name;
  if (!load_object(l, at, keys))
    return;
  LabRun *run = g_new0(LabRun, 1);
  run->set = g_ptr_array_new_with_free_func(g_free);
  run->gives = 1u << LAB_GIVE_SETUP | 1u << LAB_GIVE_FAULTS;
  run->hides = 1u << LAB_HIDE_STATES;
  g_ptr_array_add(loader->lab->runs, run);
  if (load_required(l, at, "name", "a name such as \"close\"", &member) && load_name(l, &member, &name)) {
    for (guint i = 0; i + 1 < loader->lab->runs->len; i++)
      if (g_strcmp0(((LabRun *)g_ptr_array_index(loader->lab->runs, i))->name, name) == 0)
        load_error(l, &member, "two runs are called \"%s\"", name);
    run->name = g_strdup(name);
  }
  load_optional_text(l, at, "title", &run->title);
  load_set(l, at, run);
  load_words(l, at, "give", lab_give_words, &run->gives);
  load_words(l, at, "hide", lab_hide_words, &run->hides);
  if (load_required(l, at, "scenario", "the file of a scenario", &member)) {
    load_scenario(loader, &member, run);
    if (run->file)
      run_scenario_load(loader, &member, run);
  }
}

static void load_runs(LabLoader *loader, const JsonAt *root) {
  Loader *l = &loader->l;
  JsonAt at;
  if (!load_required(l, root, "runs", "what is run, [{\"name\": ..., \"scenario\": ...}]", &at) ||
      !load_list(l, &at, LAB_MAX_RUNS))
    return;
  LOAD_EACH(l, &at, item)
  load_run(loader, &item);
  if (!at.item->child)
    load_error(l, &at, "a lab has at least one run");
}

/* The index of a run by name; complains if there is none. */
static gboolean find_run(LabLoader *loader, const JsonAt *at, unsigned *ret_index) {
  Loader *l = &loader->l;
  const char *name;
  if (!load_text(l, at, "the name of a run", &name))
    return FALSE;
  g_autoptr(GPtrArray) names = g_ptr_array_new();
  for (guint i = 0; i < loader->lab->runs->len; i++) {
    const LabRun *run = g_ptr_array_index(loader->lab->runs, i);
    if (g_strcmp0(run->name, name) == 0) {
      *ret_index = i;
      return TRUE;
    }
    if (run->name)
      g_ptr_array_add(names, run->name);
  }
  g_ptr_array_add(names, NULL);
  load_word_error(l, at, "run of this lab", name, (const char *const *)names->pdata);
  return FALSE;
}

/* --- variants ----------------------------------------------------------------------------------------------------- */

static void variant_free(gpointer data) {
  LabVariant *variant = data;
  g_free(variant->path);
  g_ptr_array_unref(variant->pool);
  g_free(variant);
}

static uint32_t load_variant_runs(LabLoader *loader, const JsonAt *at) {
  Loader *l = &loader->l;
  JsonAt member;
  uint32_t runs = 0;
  unsigned index;
  if (!load_member(l, at, "runs", &member) || !load_list(l, &member, LAB_MAX_RUNS))
    return (1u << loader->lab->runs->len) - 1;
  LOAD_EACH(l, &member, item) {
    if (find_run(loader, &item, &index))
      runs |= 1u << index;
  }
  return runs;
}

static void load_variant(LabLoader *loader, const JsonAt *at) {
  static const char *const keys[] = {"set", "from", "runs", NULL};
  Loader *l = &loader->l;
  JsonAt member;
  const char *path;
  if (!load_object(l, at, keys))
    return;
  LabVariant *variant = g_new0(LabVariant, 1);
  variant->pool = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(loader->lab->variants, variant);
  if (load_required(l, at, "set", "a path such as \"links[0].delay\"", &member) &&
      load_text(l, &member, "a path such as \"links[0].delay\"", &path)) {
    if (strchr(path, '=') || !*path)
      load_error(l, &member, "expected a path such as \"links[0].delay\"");
    variant->path = g_strdup(path);
  }
  variant->runs = load_variant_runs(loader, at);
  if (!load_required(l, at, "from", "the values to draw from", &member) || !load_list(l, &member, LAB_MAX_POOL))
    return;
  LOAD_EACH(l, &member, item)
  g_ptr_array_add(variant->pool, value_text(l, item.item));
  if (!member.item->child)
    load_error(l, &member, "there is nothing to draw from");
}

/* Every value of every pool must make a scenario. */
static void check_pool(LabLoader *loader, const JsonAt *at, const LabVariant *variant) {
  Loader *l = &loader->l;
  for (guint r = 0; r < loader->lab->runs->len; r++) {
    const LabRun *run = g_ptr_array_index(loader->lab->runs, r);
    g_autofree char *path = lab_run_path(loader->lab, run);
    for (guint i = 0; variant->runs >> r & 1 && i < variant->pool->len; i++) {
      g_autoptr(GPtrArray) set = g_ptr_array_new();
      g_autofree char *change =
          g_strdup_printf("%s=%s", variant->path, (const char *)g_ptr_array_index(variant->pool, i));
      for (guint k = 0; k < run->set->len; k++)
        g_ptr_array_add(set, g_ptr_array_index(run->set, k));
      g_ptr_array_add(set, change);
      GPtrArray *errors = NULL;
      g_autoptr(Scenario) scenario = scenario_load(path, &(ScenarioOverrides){.set = set}, &errors);
      if (scenario)
        continue;
      load_error(l, at, "%s: %s", change, ((const ScenarioError *)g_ptr_array_index(errors, 0))->message);
      g_ptr_array_unref(errors);
      return;
    }
  }
}

static void load_variants(LabLoader *loader, const JsonAt *root) {
  Loader *l = &loader->l;
  JsonAt at;
  if (!load_member(l, root, "variants", &at) || !load_list(l, &at, LAB_MAX_VARIANTS))
    return;
  LOAD_EACH(l, &at, item) {
    unsigned errors = l->errors->len;
    load_variant(loader, &item);
    if (l->errors->len == errors && !l->errors->len)
      check_pool(loader, &item, g_ptr_array_index(loader->lab->variants, loader->lab->variants->len - 1));
  }
}

/* --- questions ---------------------------------------------------------------------------------------------------- */

static void hint_free(gpointer data) {
  g_free(((LabHint *)data)->text);
  g_free(data);
}

static void let_free(gpointer data) {
  LabLet *let = data;
  g_free(let->name);
  query_number_free(let->number);
  g_free(let);
}

void lab_question_free(LabQuestion *question) {
  if (!question)
    return;
  g_free(question->id);
  g_free(question->text);
  g_free(question->why);
  g_free(question->rfc);
  g_ptr_array_unref(question->hints);
  g_ptr_array_unref(question->lets);
  if (question->spec)
    lab_question_kind(question->kind)->spec_free(question->spec);
  g_free(question);
}

static void load_hint(Loader *l, const JsonAt *at, LabQuestion *question) {
  static const char *const keys[] = {"text", "cost", NULL};
  JsonAt member;
  if (!load_object(l, at, keys))
    return;
  LabHint *hint = g_new0(LabHint, 1);
  g_ptr_array_add(question->hints, hint);
  if (load_required(l, at, "text", "the hint", &member))
    load_long_text(l, &member, MOST_TEXT, &hint->text);
  if (!load_required(l, at, "cost", "its cost, a share of the points such as 0.25", &member))
    return;
  if (!cJSON_IsNumber(member.item) || !(member.item->valuedouble >= 0 && member.item->valuedouble <= 1))
    load_type_error(l, &member, "a share of the points, from 0 to 1");
  else
    hint->cost = member.item->valuedouble;
}

static void add_let(LabQuestion *question, const char *name, QueryNumber *number) {
  LabLet *let = g_new0(LabLet, 1);
  let->name = g_strdup(name);
  let->number = number;
  g_ptr_array_add(question->lets, let);
}

static void load_lets(Loader *l, const JsonAt *object, LabQuestion *question) {
  JsonAt at;
  if (!load_member(l, object, "let", &at))
    return;
  if (!cJSON_IsObject(at.item) || cJSON_GetArraySize(at.item) > MOST_LETS) {
    load_type_error(l, &at, "at most 16 values, {\"msl\": {\"param\": ...}}");
    return;
  }
  LOAD_EACH(l, &at, member) {
    if (!load_is_name(member.item->string, strlen(member.item->string))) {
      load_key_error(l, &member, "a value's name is a letter, then letters, digits, _ and -");
      continue;
    }
    QueryNumber *number = query_number_load(l, &member);
    if (number)
      add_let(question, member.item->string, number);
  }
}

/* Complains about {name} that no let gives. */
static void check_text(Loader *l, const JsonAt *at, const LabQuestion *question, const char *text) {
  for (const char *p = text; p && (p = strchr(p, '{')); p++) {
    size_t length = strcspn(p + 1, "{}");
    if (p[1 + length] != '}' || !load_is_name(p + 1, length))
      continue;
    g_autofree char *name = g_strndup(p + 1, length);
    gboolean known = FALSE;
    for (guint i = 0; i < question->lets->len; i++)
      known = known || strcmp(((LabLet *)g_ptr_array_index(question->lets, i))->name, name) == 0;
    if (!known)
      load_error(l, at, "{%s} stands in a text of this question, but its \"let\" has no \"%s\"", name, name);
  }
}

/* The kind's own part, with the names of the run's scenario. */
static void load_spec(Loader *base, const JsonAt *at, const Lab *lab, LabQuestion *question) {
  const LabRun *run = g_ptr_array_index(lab->runs, question->run);
  JsonAt member;
  Loader l;
  if (!run->scenario)
    return;
  load_names_init(&l, base->doc, run->scenario, base->errors);
  unsigned errors = l.errors->len;
  question->spec = lab_question_kind(question->kind)->load(&l, at);
  load_lets(&l, at, question);
  if (question->kind == LAB_STATE && l.errors->len == errors && load_member(&l, at, "at", &member))
    add_let(question, "at", query_number_of_instant(query_instant_load(&l, &member)));
  if (l.errors->len == errors) {
    check_text(&l, at, question, question->text);
    check_text(&l, at, question, question->why);
    for (guint i = 0; i < question->hints->len; i++)
      check_text(&l, at, question, ((LabHint *)g_ptr_array_index(question->hints, i))->text);
  }
  load_names_clear(&l);
}

static void check_keys(Loader *l, const JsonAt *at, const LabKindInfo *info) {
  static const char *const common[] = {"id", "kind", "run", "text", "points", "why", "rfc", "hints", "let", NULL};
  g_autoptr(GPtrArray) keys = g_ptr_array_new();
  for (unsigned i = 0; common[i]; i++)
    g_ptr_array_add(keys, (gpointer)common[i]);
  for (unsigned i = 0; info->keys[i]; i++)
    g_ptr_array_add(keys, (gpointer)info->keys[i]);
  g_ptr_array_add(keys, NULL);
  load_object(l, at, (const char *const *)keys->pdata);
}

static void load_question_head(LabLoader *loader, const JsonAt *at, LabQuestion *question) {
  Loader *l = &loader->l;
  JsonAt member;
  const char *name;
  guint64 points;
  question->points = 1;
  if (load_required(l, at, "id", "a name such as \"q1\"", &member) && load_name(l, &member, &name)) {
    if (lab_find_question(loader->lab, name))
      load_error(l, &member, "two questions are called \"%s\"", name);
    question->id = g_strdup(name);
  }
  if (load_required(l, at, "text", "what is asked", &member))
    load_long_text(l, &member, MOST_TEXT, &question->text);
  if (load_member(l, at, "points", &member) && load_uint(l, &member, 1, LAB_MAX_POINTS, &points))
    question->points = (unsigned)points;
  load_optional_text(l, at, "why", &question->why);
  load_optional_text(l, at, "rfc", &question->rfc);
  if (load_member(l, at, "run", &member))
    find_run(loader, &member, &question->run);
  if (load_member(l, at, "hints", &member) && load_list(l, &member, LAB_MAX_HINTS)) {
    LOAD_EACH(l, &member, item)
    load_hint(l, &item, question);
  }
}

static void load_question(LabLoader *loader, const JsonAt *at) {
  Loader *l = &loader->l;
  JsonAt member;
  unsigned kind;
  if (!cJSON_IsObject(at->item)) {
    load_type_error(l, at, "an object {...}");
    return;
  }
  if (!load_required(l, at, "kind", "a kind of question such as \"state\"", &member) ||
      !load_word(l, &member, lab_kind_words, &kind))
    return;
  check_keys(l, at, lab_question_kind((LabKind)kind));
  LabQuestion *question = g_new0(LabQuestion, 1);
  question->kind = (LabKind)kind;
  question->hints = g_ptr_array_new_with_free_func(hint_free);
  question->lets = g_ptr_array_new_with_free_func(let_free);
  load_question_head(loader, at, question);
  if (!question->id)
    question->id = g_strdup("");
  if (loader->lab->runs->len)
    load_spec(l, at, loader->lab, question);
  g_ptr_array_add(loader->lab->questions, question);
}

static void load_questions(LabLoader *loader, const JsonAt *root) {
  Loader *l = &loader->l;
  JsonAt at;
  if (!load_required(l, root, "questions", "the questions, [{\"id\": ..., \"kind\": ...}]", &at) ||
      !load_list(l, &at, LAB_MAX_QUESTIONS))
    return;
  LOAD_EACH(l, &at, item)
  load_question(loader, &item);
  if (!at.item->child)
    load_error(l, &at, "a lab has at least one question");
}

/* --- the whole ---------------------------------------------------------------------------------------------------- */

static Lab *lab_new(const char *path) {
  Lab *lab = g_new0(Lab, 1);
  g_autofree char *base = g_path_get_basename(path);
  if (g_str_has_suffix(base, LAB_SUFFIX))
    base[strlen(base) - strlen(LAB_SUFFIX)] = 0;
  lab->name = g_utf8_make_valid(base, -1);
  lab->file = g_strdup(path);
  lab->objectives = g_ptr_array_new_with_free_func(g_free);
  lab->background = g_ptr_array_new_with_free_func(g_free);
  lab->references = g_ptr_array_new_with_free_func(scenario_reference_free);
  lab->runs = g_ptr_array_new_with_free_func(run_free);
  lab->variants = g_ptr_array_new_with_free_func(variant_free);
  lab->questions = g_ptr_array_new_with_free_func((GDestroyNotify)lab_question_free);
  lab->notes.pitfalls = g_ptr_array_new_with_free_func(g_free);
  lab->notes.discussion = g_ptr_array_new_with_free_func(g_free);
  lab->notes.mistaken = g_ptr_array_new_with_free_func(g_free);
  return lab;
}

static void load_root(LabLoader *loader) {
  static const char *const keys[] = {"$schema",    "version",    "title", "summary",  "minutes",
                                     "objectives", "background", "runs",  "variants", "questions",
                                     "instructor", "references", NULL};
  JsonAt root = {NULL, json_doc_root(loader->l.doc), -1};
  if (!load_object(&loader->l, &root, keys))
    return;
  load_head(&loader->l, &root, loader->lab);
  load_runs(loader, &root);
  load_variants(loader, &root);
  load_questions(loader, &root);
}

Lab *lab_parse(const char *text, size_t length, const char *path, GPtrArray **ret_errors) {
  g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)scenario_error_free);
  g_autoptr(Lab) lab = lab_new(path);
  g_autoptr(JsonDoc) doc = NULL;
  if (length > MOST_OCTETS)
    load_file_error(errors, path, "this file is larger than 4 MiB");
  else
    doc = json_doc_new(text, length, path, errors);
  if (doc) {
    LabLoader loader = {.l = {.doc = doc, .errors = errors}, .lab = lab};
    load_root(&loader);
  }
  if (!errors->len)
    return g_steal_pointer(&lab);
  load_sort_errors(errors, path);
  *ret_errors = g_steal_pointer(&errors);
  return NULL;
}

Lab *lab_load(const char *path, GPtrArray **ret_errors) {
  g_autoptr(GString) text = g_string_new(NULL);
  int error = load_read_file(path, MOST_OCTETS, text);
  if (!error)
    return lab_parse(text->str, text->len, path, ret_errors);
  *ret_errors = g_ptr_array_new_with_free_func((GDestroyNotify)scenario_error_free);
  g_autofree char *message = g_strdup_printf("cannot read this file: %s", g_strerror(error));
  load_file_error(*ret_errors, path, message);
  return NULL;
}
