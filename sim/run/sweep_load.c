/* Reads a sweep, with the machinery and the strictness of the scenario loader. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "run/sweep_plan.h"
#include "run/sweep_values.h"
#include "scenario/load.h"
#include "scenario/words.h"

#define MOST_OCTETS     (16 * 1024 * 1024)
#define MOST_PARAMETERS 32
#define MOST_VALUES     10000
#define MOST_PATHS      64
#define MOST_QUANTILES  201
#define MOST_STOPS      16
#define MOST_BUDGET     1000000000000

typedef struct Reading {
  Loader l;
  SweepPlan *plan;
  GArray *places; /* of JsonAt, of each parameter: for complaints about what its values do to the scenario */
} Reading;

/* --- values ------------------------------------------------------------------------------------------------------- */

static char *quoted_json(const char *text) {
  cJSON *item = cJSON_CreateString(text);
  char *printed = cJSON_PrintUnformatted(item), *copy = g_strdup(printed);
  cJSON_free(printed);
  cJSON_Delete(item);
  return copy;
}

/* A text, number or truth value; NULL after a complaint. */
static SweepValue *load_value(Loader *l, const JsonAt *at) {
  if (cJSON_IsString(at->item)) {
    g_autofree char *json = quoted_json(at->item->valuestring);
    return sweep_value_new(json, at->item->valuestring);
  }
  if (cJSON_IsNumber(at->item)) {
    g_autofree char *token = json_doc_token(l->doc, at->item);
    return sweep_value_new(token, token);
  }
  if (cJSON_IsBool(at->item))
    return sweep_value_new(cJSON_IsTrue(at->item) ? "true" : "false", cJSON_IsTrue(at->item) ? "true" : "false");
  load_type_error(l, at, "a value: a text, a number, true or false");
  return NULL;
}

static gboolean load_quantity(Loader *l, const JsonAt *at, SweepQuantity *ret_quantity) {
  g_autofree char *token = cJSON_IsNumber(at->item) ? json_doc_token(l->doc, at->item) : NULL;
  const char *text = token ? token : cJSON_IsString(at->item) ? at->item->valuestring : "";
  if (sweep_quantity_parse(text, !token, ret_quantity))
    return TRUE;
  load_type_error(l, at,
                  "a number such as 0.25, a time such as \"50ms\" or a share such as \"2.5%\" (nine decimals at "
                  "most, not negative)");
  return FALSE;
}

static gboolean load_pair(Loader *l, const JsonAt *at, SweepQuantity *ret_from, SweepQuantity *ret_to) {
  JsonAt from, to;
  if (!load_required(l, at, "from", "where the range begins, such as 0 or \"10ms\"", &from) ||
      !load_quantity(l, &from, ret_from) || !load_required(l, at, "to", "where the range ends", &to) ||
      !load_quantity(l, &to, ret_to))
    return FALSE;
  if (ret_from->unit != ret_to->unit) {
    load_error(l, &to, "\"from\" and \"to\" have the same unit: both times, both shares in %%, or both numbers");
    return FALSE;
  }
  return TRUE;
}

static void load_values(Loader *l, const JsonAt *at, SweepParameter *parameter) {
  if (!load_list(l, at, MOST_VALUES))
    return;
  LOAD_EACH(l, at, item) {
    SweepValue *value = load_value(l, &item);
    for (guint i = 0; value && i < parameter->values->len; i++)
      if (!strcmp(((const SweepValue *)g_ptr_array_index(parameter->values, i))->json, value->json)) {
        load_error(l, &item, "this value stands in the list already");
        break;
      }
    if (value)
      g_ptr_array_add(parameter->values, value);
  }
  if (!parameter->values->len && !cJSON_GetArraySize(at->item))
    load_error(l, at, "this list is empty");
}

static void load_steps(Loader *l, const JsonAt *at, SweepParameter *parameter) {
  static const char *const scales[] = {"linear", "log", NULL};
  SweepQuantity from, to;
  JsonAt member, scale_at = *at;
  guint64 steps = 0;
  unsigned scale = 0;
  gboolean good = load_pair(l, at, &from, &to);
  good &= load_required(l, at, "steps", "how many values the range has, its ends included", &member) &&
          load_uint(l, &member, 2, MOST_VALUES, &steps);
  if (load_member(l, at, "scale", &scale_at))
    good &= load_word(l, &scale_at, scales, &scale);
  if (!good)
    return;
  if (scale == 1 && (from.billionths == 0 || to.billionths == 0)) {
    load_error(l, &scale_at, "a range in equal ratios (\"log\") neither begins nor ends with 0");
    return;
  }
  for (unsigned i = 0; i < steps; i++) {
    SweepQuantity q =
        scale == 1 ? sweep_logarithmic(from, to, i, (unsigned)steps) : sweep_linear(from, to, i, (unsigned)steps);
    SweepValue *value = sweep_quantity_value(parameter->whole ? sweep_whole(q) : q);
    if (i &&
        !strcmp(((SweepValue *)g_ptr_array_index(parameter->values, parameter->values->len - 1))->json, value->json)) {
      sweep_value_free(value); /* rounded to its neighbour */
      continue;
    }
    g_ptr_array_add(parameter->values, value);
  }
}

static void load_uniform(Loader *l, const JsonAt *at, SweepParameter *parameter) {
  static const char *const keys[] = {"from", "to", NULL};
  parameter->kind = SWEEP_UNIFORM;
  if (!load_object(l, at, keys) || !load_pair(l, at, &parameter->from, &parameter->to))
    return;
  if (parameter->from.billionths > parameter->to.billionths)
    load_error(l, at, "this range ends before it begins");
  if (parameter->whole && (sweep_whole(parameter->from).billionths != parameter->from.billionths ||
                           sweep_whole(parameter->to).billionths != parameter->to.billionths))
    load_error(l, at, "with \"whole\" both ends are whole numbers");
}

static void load_exponential(Loader *l, const JsonAt *at, SweepParameter *parameter) {
  static const char *const keys[] = {"mean", NULL};
  JsonAt member;
  parameter->kind = SWEEP_EXPONENTIAL;
  if (!load_object(l, at, keys) || !load_required(l, at, "mean", "the mean, such as \"200ms\"", &member) ||
      !load_quantity(l, &member, &parameter->from))
    return;
  if (parameter->from.billionths == 0)
    load_error(l, &member, "the mean is more than 0");
}

/* --- parameters --------------------------------------------------------------------------------------------------- */

static void load_path(Loader *l, const JsonAt *at, SweepParameter *parameter) {
  const char *path;
  if (!load_text(l, at, "a path into the scenario such as \"links[0].loss\"", &path))
    return;
  if (!*path || strchr(path, '='))
    load_error(l, at, "this is no path: write it like links[0].loss or hosts.client.tcp.msl");
  else
    g_ptr_array_add(parameter->paths, g_strdup(path));
}

static void load_paths(Loader *l, const JsonAt *at, SweepParameter *parameter) {
  if (!cJSON_IsArray(at->item)) {
    load_path(l, at, parameter);
    return;
  }
  if (!load_list(l, at, MOST_PATHS))
    return;
  LOAD_EACH(l, at, item)
  load_path(l, &item, parameter);
  if (!cJSON_GetArraySize(at->item))
    load_error(l, at, "this list is empty");
}

/* Exactly one of the ways to give values. */
static void load_ways(Loader *l, const JsonAt *at, SweepParameter *parameter) {
  static const char *const ways[] = {"values", "from", "uniform", "exponential", "choice", NULL};
  JsonAt member;
  unsigned given = 0;
  for (unsigned i = 0; ways[i]; i++)
    given += load_has(at, ways[i]) ? 1 : 0;
  if (given != 1) {
    load_error(l, at,
               "a parameter has either \"values\", or \"from\", \"to\" and \"steps\", or \"uniform\", "
               "\"exponential\" or \"choice\"");
    return;
  }
  static const char *const range_keys[] = {"to", "steps", "scale", NULL};
  for (unsigned i = 0; range_keys[i] && !load_has(at, "from"); i++)
    if (load_member(l, at, range_keys[i], &member))
      load_key_error(l, &member, "this belongs to \"from\"");
  if (load_member(l, at, "values", &member))
    load_values(l, &member, parameter);
  else if (load_member(l, at, "uniform", &member))
    load_uniform(l, &member, parameter);
  else if (load_member(l, at, "exponential", &member))
    load_exponential(l, &member, parameter);
  else if (load_member(l, at, "choice", &member)) {
    parameter->kind = SWEEP_CHOICE;
    load_values(l, &member, parameter);
  } else if (load_has(at, "from"))
    load_steps(l, at, parameter);
}

static void parameter_free(gpointer data) {
  SweepParameter *parameter = data;
  g_free(parameter->name);
  g_ptr_array_unref(parameter->paths);
  g_ptr_array_unref(parameter->values);
  g_free(parameter);
}

/* A name is what the columns of the results are called: the last part of the first path unless given. */
static void name_parameter(Reading *reading, const JsonAt *at, SweepParameter *parameter) {
  Loader *l = &reading->l;
  JsonAt member;
  const char *name;
  if (load_member(l, at, "name", &member)) {
    if (load_name(l, &member, &name))
      parameter->name = g_strdup(name);
  } else if (parameter->paths->len) {
    parameter->name = g_strdup(g_ptr_array_index(parameter->paths, 0));
  }
  for (guint i = 0; parameter->name && i < reading->plan->parameters->len; i++) {
    const SweepParameter *other = g_ptr_array_index(reading->plan->parameters, i);
    if (other->name && !strcmp(other->name, parameter->name)) {
      g_autofree char *quoted = words_quote(parameter->name);
      load_error(l, at, "there is a parameter %s already; give this one another \"name\"", quoted);
      break;
    }
  }
}

static void load_parameter(Reading *reading, const JsonAt *at) {
  static const char *const keys[] = {"name",  "path",    "values",      "from",   "to",    "steps",
                                     "scale", "uniform", "exponential", "choice", "whole", NULL};
  Loader *l = &reading->l;
  JsonAt member;
  if (!load_object(l, at, keys))
    return;
  SweepParameter *parameter = g_new0(SweepParameter, 1);
  parameter->paths = g_ptr_array_new_with_free_func(g_free);
  parameter->values = g_ptr_array_new_with_free_func(sweep_value_free);
  if (load_required(l, at, "path", "what it changes, such as \"links[0].loss\"", &member))
    load_paths(l, &member, parameter);
  if (load_member(l, at, "whole", &member))
    load_bool(l, &member, &parameter->whole);
  load_ways(l, at, parameter);
  name_parameter(reading, at, parameter);
  reading->plan->drawn |= parameter->kind != SWEEP_LIST;
  g_ptr_array_add(reading->plan->parameters, parameter);
  g_array_append_val(reading->places, *at);
}

/* --- what is asked ------------------------------------------------------------------------------------------------ */

static uint32_t ppm_of(Probability share) {
  return (uint32_t)((double)share / (double)RNG_ONE * 1e6 + 0.5);
}

static void load_quantiles(Loader *l, const JsonAt *at, SweepPlan *plan) {
  Probability share;
  if (!load_list(l, at, MOST_QUANTILES))
    return;
  LOAD_EACH(l, at, item) {
    if (!load_probability(l, &item, &share))
      continue;
    uint32_t ppm = ppm_of(share);
    if (plan->quantiles->len && ppm <= g_array_index(plan->quantiles, uint32_t, plan->quantiles->len - 1))
      load_error(l, &item, "quantiles rise: this one is not above the one before");
    else
      g_array_append_val(plan->quantiles, ppm);
  }
}

static void load_confidence(Loader *l, const JsonAt *at, SweepPlan *plan) {
  const char *words[16] = {NULL};
  unsigned index;
  for (unsigned i = 0; stats_confidence(i); i++)
    words[i] = stats_confidence(i)->word;
  if (load_word(l, at, words, &index))
    plan->confidence = stats_confidence(index);
}

/* "p50", "p99.9", "median", "mean". */
static gboolean parse_statistic(const char *text, SweepStop *stop) {
  SweepQuantity quantity;
  stop->is_mean = !strcmp(text, "mean");
  if (!strcmp(text, "median"))
    text = "p50";
  if (stop->is_mean)
    return TRUE;
  if (text[0] != 'p' || !g_ascii_isdigit(text[1]))
    return FALSE;
  g_autofree char *percent = g_strconcat(text + 1, "%", NULL);
  if (!sweep_quantity_parse(percent, TRUE, &quantity) || quantity.billionths > 100 * SIM_S(1))
    return FALSE;
  stop->ppm = (uint32_t)(quantity.billionths / 100000);
  return TRUE;
}

static int word_index(const char *const *words, const char *word) {
  for (int i = 0; words[i]; i++)
    if (!strcmp(words[i], word))
      return i;
  return -1;
}

static gboolean parse_of(const char *text, SweepStop *stop) {
  static const char *const sides[] = {"client", "server", NULL};
  g_auto(GStrv) parts = g_strsplit(text, ".", 3);
  guint count = g_strv_length(parts);
  int side = count >= 2 ? word_index(sides, parts[0]) : -1;
  if (side < 0)
    return FALSE;
  stop->side = (SweepSide)side;
  int index = word_index(count == 2 ? sweep_end_words : sweep_measure_words, parts[1]);
  if (index < 0)
    return FALSE;
  stop->is_end = count == 2;
  if (stop->is_end)
    stop->end = (SweepEndKind)index;
  else
    stop->measure = (SweepMeasure)index;
  return stop->is_end || parse_statistic(parts[2], stop);
}

static void load_stop(Loader *l, const JsonAt *at, SweepPlan *plan) {
  static const char *const keys[] = {"of", "width", NULL};
  SweepStop stop = {0};
  SweepQuantity width;
  JsonAt of, member;
  const char *text;
  if (!load_object(l, at, keys) ||
      !load_required(l, at, "of", "what is to be narrow, such as \"server.gave-up\" or \"client.done.p50\"", &of) ||
      !load_text(l, &of, "such as \"server.gave-up\"", &text))
    return;
  if (!parse_of(text, &stop)) {
    g_autofree char *ends = words_join(sweep_end_words, 24), *measures = words_join(sweep_measure_words, 24);
    load_error(l, &of,
               "expected client or server, a dot, and an end (%s); or a measure (%s), a dot, and p50, p99.9 or mean",
               ends, measures);
    return;
  }
  if (!load_required(l, at, "width", "how wide the interval may be", &member) || !load_quantity(l, &member, &width))
    return;
  gboolean time = !stop.is_end && sweep_measure_is_time(stop.measure);
  if (width.billionths == 0 || time != (width.unit == SWEEP_TIME) || (!stop.is_end && width.unit == SWEEP_PERCENT)) {
    load_type_error(l, &member,
                    time          ? "a time such as \"10ms\", more than 0"
                    : stop.is_end ? "a share such as \"1%\", more than 0"
                                  : "a number, more than 0");
    return;
  }
  stop.width = (double)width.billionths / (time ? 1 : width.unit == SWEEP_PERCENT ? 1e11 : 1e9);
  g_array_append_val(plan->stops, stop);
}

static void load_asked(Loader *l, const JsonAt *root, SweepPlan *plan) {
  JsonAt member;
  const char *text;
  if (load_member(l, root, "confidence", &member))
    load_confidence(l, &member, plan);
  if (load_member(l, root, "quantiles", &member))
    load_quantiles(l, &member, plan);
  else
    g_array_append_vals(plan->quantiles,
                        ((const uint32_t[]){10000, 50000, 100000, 250000, 500000, 750000, 900000, 950000, 990000}), 9);
  if (load_member(l, root, "connection", &member) && load_name(l, &member, &text))
    plan->connection = g_strdup(text);
  if (!load_member(l, root, "stop", &member))
    return;
  if (!cJSON_IsArray(member.item))
    load_stop(l, &member, plan);
  else if (load_list(l, &member, MOST_STOPS)) {
    LOAD_EACH(l, &member, item)
    load_stop(l, &item, plan);
  }
}

/* --- how much ----------------------------------------------------------------------------------------------------- */

static void load_amount(Loader *l, const JsonAt *root, SweepPlan *plan) {
  static const char *const keys[] = {"runs", NULL};
  guint64 runs = SWEEP_DEFAULT_BUDGET_RUNS;
  JsonAt member, budget, many = *root;
  if (load_required(l, root, "replications", "how often each cell is run, such as 1000", &many))
    load_uint(l, &many, 1, SWEEP_MOST_REPLICATIONS, &plan->replications);
  if (load_member(l, root, "batch", &member))
    load_uint(l, &member, 1, SWEEP_MOST_REPLICATIONS, &plan->batch);
  if (load_member(l, root, "seed", &member))
    plan->has_seed = load_uint(l, &member, 0, UINT64_MAX, &plan->seed);
  if (load_member(l, root, "budget", &budget) && load_object(l, &budget, keys) &&
      load_member(l, &budget, "runs", &member))
    load_uint(l, &member, 1, MOST_BUDGET, &runs);
  plan->cells = 1;
  for (guint i = 0; i < plan->parameters->len; i++) {
    const SweepParameter *parameter = g_ptr_array_index(plan->parameters, i);
    if (parameter->kind == SWEEP_LIST && parameter->values->len)
      plan->cells = MIN(plan->cells * parameter->values->len, (uint64_t)1 << 40);
  }
  if (plan->cells > SWEEP_MOST_CELLS)
    load_error(l, root, "the parameters make %s%" G_GUINT64_FORMAT " cells: at most %d are allowed",
               plan->cells >> 40 ? "more than " : "", plan->cells, SWEEP_MOST_CELLS);
  else if (plan->cells * plan->replications > runs)
    load_error(l, &many,
               "%" G_GUINT64_FORMAT " cells of %" G_GUINT64_FORMAT " replications are %" G_GUINT64_FORMAT
               " runs: more than the budget of %" G_GUINT64_FORMAT "; raise \"budget\": {\"runs\": ...}",
               plan->cells, plan->replications, plan->cells * plan->replications, runs);
}

/* --- the scenario ------------------------------------------------------------------------------------------------- */

static int read_file(const char *path, GString *text) {
  FILE *file = fopen(path, "rb");
  if (!file)
    return errno;
  char buffer[65536];
  size_t got;
  errno = 0;
  while (text->len <= MOST_OCTETS && (got = fread(buffer, 1, sizeof buffer, file)) > 0)
    g_string_append_len(text, buffer, (gssize)got);
  int error = ferror(file) ? errno : text->len > MOST_OCTETS ? EFBIG : 0;
  fclose(file);
  return error;
}

/* A path counts from the folder of the sweep; what is no file there may be the name of a shipped scenario. */
static char *find_scenario(const SweepPlan *plan, const char *name, SweepFind find) {
  g_autofree char *folder = g_path_get_dirname(plan->file);
  char *beside = g_path_is_absolute(name) ? g_strdup(name) : g_build_filename(folder, name, NULL);
  if (g_file_test(beside, G_FILE_TEST_IS_REGULAR) || !find || g_path_is_absolute(name))
    return beside;
  char *found = find(name);
  if (found && g_file_test(found, G_FILE_TEST_EXISTS)) {
    g_free(beside);
    return found;
  }
  g_free(found);
  return beside;
}

static void load_scenario(Loader *l, const JsonAt *root, SweepPlan *plan, SweepFind find) {
  JsonAt member;
  const char *name;
  static const char expected[] = "a scenario's file, or the name of one that comes with teardown";
  if (!load_required(l, root, "scenario", expected, &member) || !load_text(l, &member, expected, &name))
    return;
  g_autoptr(GString) text = g_string_new(NULL);
  plan->scenario_file = find_scenario(plan, name, find);
  int error = read_file(plan->scenario_file, text);
  if (error) {
    g_autofree char *quoted = words_quote(name);
    load_error(l, &member, "cannot read the scenario %s: %s", quoted, g_strerror(error));
    return;
  }
  plan->scenario_length = text->len;
  plan->scenario_text = g_string_free(g_steal_pointer(&text), FALSE);
}

static void load_set(Loader *l, const JsonAt *at, SweepPlan *plan) {
  if (!cJSON_IsObject(at->item)) {
    load_type_error(l, at, "an object {\"PATH\": VALUE}");
    return;
  }
  LOAD_EACH(l, at, member) {
    SweepValue *value = load_value(l, &member);
    if (!value)
      continue;
    if (!*member.item->string || strchr(member.item->string, '='))
      load_key_error(l, &member, "this is no path: write it like links[0].loss or hosts.client.tcp.msl");
    else
      g_ptr_array_add(plan->set, g_strdup_printf("%s=%s", member.item->string, value->json));
    sweep_value_free(value);
  }
}

/* --- trying it ---------------------------------------------------------------------------------------------------- */

/* The values of a parameter between which all others lie. */
static GPtrArray *trial_values(const SweepParameter *parameter) {
  GPtrArray *trials = g_ptr_array_new_with_free_func(sweep_value_free);
  for (guint i = 0; i < parameter->values->len; i++) {
    const SweepValue *value = g_ptr_array_index(parameter->values, i);
    g_ptr_array_add(trials, sweep_value_new(value->json, value->label));
  }
  if (parameter->kind == SWEEP_UNIFORM || parameter->kind == SWEEP_EXPONENTIAL)
    g_ptr_array_add(trials, sweep_quantity_value(parameter->from));
  if (parameter->kind == SWEEP_UNIFORM)
    g_ptr_array_add(trials, sweep_quantity_value(parameter->to));
  return trials;
}

static SweepValue *first_value(const SweepParameter *parameter) {
  if (!parameter->values->len)
    return sweep_quantity_value(parameter->from);
  const SweepValue *value = g_ptr_array_index(parameter->values, 0);
  return sweep_value_new(value->json, value->label);
}

/* Runs the scenario's loader on the scenario with these changes; complaints about a value are told at its parameter. */
static Scenario *try_scenario(Reading *reading, GPtrArray *set, const JsonAt *at, const SweepValue *value) {
  const SweepPlan *plan = reading->plan;
  GPtrArray *errors = NULL;
  ScenarioOverrides overrides = {.set = set, .has_seed = plan->has_seed, .seed = plan->seed};
  Scenario *scenario =
      scenario_parse(plan->scenario_text, plan->scenario_length, plan->scenario_file, &overrides, &errors);
  if (scenario)
    return scenario;
  for (guint i = 0; i < errors->len && i < 5; i++) {
    const ScenarioError *error = g_ptr_array_index(errors, i);
    g_autofree char *text = scenario_error_print(error);
    if (value)
      load_error(&reading->l, at, "with the value %s: %s", value->label, text);
    else
      load_error(&reading->l, at, "%s", text);
  }
  g_ptr_array_unref(errors);
  return NULL;
}

static void add_value(GPtrArray *set, const SweepParameter *parameter, const SweepValue *value) {
  for (guint p = 0; p < parameter->paths->len; p++)
    g_ptr_array_add(set, g_strdup_printf("%s=%s", (const char *)g_ptr_array_index(parameter->paths, p), value->json));
}

/* Each value of each parameter once, the others at their first: as many trials as values, not as cells. */
static void try_values(Reading *reading, guint varied) {
  const SweepPlan *plan = reading->plan;
  g_autoptr(GPtrArray) values = trial_values(g_ptr_array_index(plan->parameters, varied));
  for (guint v = 0; v < values->len && reading->l.errors->len == 0; v++) {
    g_autoptr(GPtrArray) set = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < plan->set->len; i++)
      g_ptr_array_add(set, g_strdup(g_ptr_array_index(plan->set, i)));
    for (guint p = 0; p < plan->parameters->len; p++) {
      const SweepParameter *parameter = g_ptr_array_index(plan->parameters, p);
      SweepValue *first = p == varied ? NULL : first_value(parameter);
      add_value(set, parameter, first ? first : g_ptr_array_index(values, v));
      if (first)
        sweep_value_free(first);
    }
    scenario_free(
        try_scenario(reading, set, &g_array_index(reading->places, JsonAt, varied), g_ptr_array_index(values, v)));
  }
}

static gboolean has_connection(const Scenario *scenario, const char *name) {
  for (guint i = 0; i < scenario->connections->len; i++)
    if (!strcmp(((const ScenarioConn *)g_ptr_array_index(scenario->connections, i))->name, name))
      return TRUE;
  return FALSE;
}

static void try_all(Reading *reading, const JsonAt *root) {
  SweepPlan *plan = reading->plan;
  g_autoptr(Scenario) base = try_scenario(reading, plan->set, root, NULL);
  JsonAt member;
  if (!base)
    return;
  plan->scenario_name = g_strdup(base->name);
  if (!plan->has_seed)
    plan->seed = base->seed;
  if (plan->connection && load_member(&reading->l, root, "connection", &member) &&
      !has_connection(base, plan->connection))
    load_error(&reading->l, &member, "the scenario has no connection of this name");
  for (guint i = 0; i < plan->parameters->len && reading->l.errors->len == 0; i++)
    try_values(reading, i);
  g_autofree char *canonical = json_doc_canonical(reading->l.doc);
  g_autofree char *all = g_strdup_printf("%s\n%s\n%s", PACKAGE_VERSION, canonical, base->sha256);
  plan->digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, all, -1);
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

static SweepPlan *plan_new(const char *file) {
  SweepPlan *plan = g_new0(SweepPlan, 1);
  plan->file = g_strdup(file);
  plan->set = g_ptr_array_new_with_free_func(g_free);
  plan->parameters = g_ptr_array_new_with_free_func(parameter_free);
  plan->quantiles = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  plan->stops = g_array_new(FALSE, FALSE, sizeof(SweepStop));
  plan->confidence = stats_confidence(1);
  plan->replications = 1;
  return plan;
}

static void load_sweep(Reading *reading, SweepFind find) {
  static const char *const keys[] = {
      "$schema",      "version", "title",      "description", "scenario", "set",        "parameters", "seed",
      "replications", "batch",   "confidence", "quantiles",   "stop",     "connection", "budget",     NULL};
  Loader *l = &reading->l;
  SweepPlan *plan = reading->plan;
  JsonAt root = {NULL, json_doc_root(l->doc), -1}, member, list;
  guint64 version;
  const char *ignored;
  g_autofree char *description = NULL;
  if (!load_object(l, &root, keys))
    return;
  if (load_member(l, &root, "$schema", &member))
    load_text(l, &member, "the path or URL of the schema", &ignored);
  if (load_required(l, &root, "version", "the version of the format, 1", &member))
    load_uint(l, &member, SWEEP_VERSION, SWEEP_VERSION, &version);
  if (load_required(l, &root, "title", "a title such as \"Loss against the end of a close\"", &member))
    load_long_text(l, &member, 200, &plan->title);
  if (load_member(l, &root, "description", &member))
    load_long_text(l, &member, 10000, &description);
  load_scenario(l, &root, plan, find);
  if (load_member(l, &root, "set", &member))
    load_set(l, &member, plan);
  if (load_member(l, &root, "parameters", &list) && load_list(l, &list, MOST_PARAMETERS)) {
    for (JsonAt item = {0}; load_next(l, &list, &item);)
      load_parameter(reading, &(JsonAt){&list, item.item, item.index});
    /* the places are kept: they must not point at this loop's */
  }
  load_amount(l, &root, plan);
  load_asked(l, &root, plan);
  if (l->errors->len == 0)
    try_all(reading, &root);
}

static int compare_errors(gconstpointer a, gconstpointer b) {
  const ScenarioError *x = *(ScenarioError *const *)a, *y = *(ScenarioError *const *)b;
  return x->line != y->line ? (x->line > y->line) - (x->line < y->line)
                            : (x->column > y->column) - (x->column < y->column);
}

SweepPlan *sweep_plan_parse(const char *text, size_t length, const char *file, SweepFind find, GPtrArray **ret_errors) {
  g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)scenario_error_free);
  g_autoptr(SweepPlan) plan = plan_new(file);
  g_autoptr(JsonDoc) doc = json_doc_new(text, length, file, errors);
  if (doc) {
    Reading reading = {
        .l = {.doc = doc, .errors = errors}, .plan = plan, .places = g_array_new(FALSE, FALSE, sizeof(JsonAt))};
    load_sweep(&reading, find);
    g_array_unref(reading.places);
  }
  if (errors->len) {
    g_ptr_array_sort(errors, compare_errors);
    *ret_errors = g_steal_pointer(&errors);
    return NULL;
  }
  if (!plan->batch) /* without a stop rule any size gives the same numbers */
    plan->batch = plan->stops->len ? MIN(plan->replications, 1000) : CLAMP(plan->replications / 32, 1, 200);
  return g_steal_pointer(&plan);
}

SweepPlan *sweep_plan_load(const char *path, SweepFind find, GPtrArray **ret_errors) {
  g_autoptr(GString) text = g_string_new(NULL);
  int error = read_file(path, text);
  if (!error)
    return sweep_plan_parse(text->str, text->len, path, find, ret_errors);
  *ret_errors = g_ptr_array_new_with_free_func((GDestroyNotify)scenario_error_free);
  ScenarioError *complaint = g_new0(ScenarioError, 1);
  complaint->file = g_strdup(path);
  complaint->message = g_strdup_printf("cannot read this file: %s", g_strerror(error));
  g_ptr_array_add(*ret_errors, complaint);
  return NULL;
}
