#include "lab/instance.h"

#include <string.h>

#include "lab/question_priv.h"

static void free_key(gpointer key) {
  lab_key_free(key);
}

static void run_free(gpointer data) {
  LabInstanceRun *run = data;
  query_source_free(run->query);
  trace_free(run->trace);
  scenario_free(run->scenario);
  g_ptr_array_unref(run->set);
  g_free(run);
}

/* The paths, one end a line, in the order in which the ends appear. */
char *lab_paths(const Trace *trace) {
  GString *out = g_string_new(NULL);
  g_autoptr(CheckHistory) history = check_history_new(trace);
  for (guint e = 0; e < history->ends->len; e++) {
    const CheckEnd *end = g_ptr_array_index(history->ends, e);
    g_autoptr(GArray) steps = check_history_states(end, TRUE);
    g_string_append_printf(out, "%s %s:", trace_text(trace, end->host), trace_text(trace, end->conn));
    for (guint i = 0; i < steps->len; i++)
      g_string_append_printf(out, " %s", tcp_state_name(g_array_index(steps, CheckStep, i).state));
    g_string_append_c(out, '\n');
  }
  return g_string_free(out, FALSE);
}

/* --- draws -------------------------------------------------------------------------------------------------------- */

/* One value for each of the lab's variants. */
static GPtrArray *draw_values(const Lab *lab, const char *secret, const char *student, unsigned draw) {
  GPtrArray *values = g_ptr_array_new_with_free_func(g_free);
  g_autofree char *purpose = g_strdup_printf("draw %u", draw);
  VariantStream stream;
  variant_stream_init(&stream, secret, lab->name, student, purpose);
  for (guint i = 0; i < lab->variants->len; i++) {
    const LabVariant *variant = g_ptr_array_index(lab->variants, i);
    const char *value = g_ptr_array_index(variant->pool, variant_below(&stream, variant->pool->len));
    g_ptr_array_add(values, g_strdup_printf("%s=%s", variant->path, value));
  }
  return values;
}

/* A run with the values that are for it; `values` may be empty. */
static LabInstanceRun *run_new(const Lab *lab, unsigned index, const GPtrArray *values, GError **error) {
  const LabRun *run = g_ptr_array_index(lab->runs, index);
  LabInstanceRun *made = g_new0(LabInstanceRun, 1);
  made->run = run;
  made->set = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < run->set->len; i++)
    g_ptr_array_add(made->set, g_strdup(g_ptr_array_index(run->set, i)));
  for (guint i = 0; i < values->len; i++)
    if (((const LabVariant *)g_ptr_array_index(lab->variants, i))->runs >> index & 1)
      g_ptr_array_add(made->set, g_strdup(g_ptr_array_index(values, i)));
  g_autofree char *path = lab_run_path(lab, run);
  GPtrArray *errors = NULL;
  made->scenario = scenario_load(path, &(ScenarioOverrides){.set = made->set}, &errors);
  if (!made->scenario) {
    g_autofree char *text = scenario_error_print(g_ptr_array_index(errors, 0));
    g_set_error_literal(error, LAB_ERROR, LAB_ERROR_VARIANT, text);
    g_ptr_array_unref(errors);
    run_free(made);
    return NULL;
  }
  RunEnd end;
  made->trace = run_to_trace(made->scenario, &(RunOptions){0}, &end);
  made->query = query_source_new(made->trace);
  if (!run_end_problem(end))
    return made;
  g_set_error(error, LAB_ERROR, LAB_ERROR_VARIANT, "run %s: %s", run->name, run_end_problem(end));
  run_free(made);
  return NULL;
}

static GPtrArray *runs_new(const Lab *lab, const GPtrArray *values, GError **error) {
  g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func(run_free);
  for (guint i = 0; i < lab->runs->len; i++) {
    LabInstanceRun *run = run_new(lab, i, values, error);
    if (!run)
      return NULL;
    g_ptr_array_add(runs, run);
  }
  return g_steal_pointer(&runs);
}

static gboolean same_paths(const GPtrArray *a, const GPtrArray *b) {
  for (guint i = 0; i < a->len; i++) {
    g_autofree char *x = lab_paths(((const LabInstanceRun *)g_ptr_array_index(a, i))->trace);
    g_autofree char *y = lab_paths(((const LabInstanceRun *)g_ptr_array_index(b, i))->trace);
    if (strcmp(x, y) != 0)
      return FALSE;
  }
  return TRUE;
}

/* --- instances ---------------------------------------------------------------------------------------------------- */

const LabInstanceRun *lab_instance_run(const LabInstance *instance, const LabQuestion *question) {
  return g_ptr_array_index(instance->runs, question->run);
}

const GPtrArray *lab_instance_set(const LabInstance *instance, unsigned run) {
  return ((const LabInstanceRun *)g_ptr_array_index(instance->runs, run))->set;
}

LabKeySource lab_instance_source(const LabInstance *instance, unsigned question) {
  const LabInstanceRun *run = lab_instance_run(instance, g_ptr_array_index(instance->lab->questions, question));
  return (LabKeySource){instance->lab, instance, run->scenario, run->query};
}

static gboolean make_keys(LabInstance *instance, GError **error) {
  g_ptr_array_set_size(instance->keys, 0);
  for (guint i = 0; i < instance->lab->questions->len; i++) {
    LabKeySource source = lab_instance_source(instance, i);
    LabKey *key = lab_key_new(&source, g_ptr_array_index(instance->lab->questions, i), error);
    if (!key)
      return FALSE;
    g_ptr_array_add(instance->keys, key);
  }
  return TRUE;
}

/* Tries draw after draw; `base` are the runs without a variant. */
static gboolean draw(LabInstance *instance, const GPtrArray *base, GError **error) {
  const Lab *lab = instance->lab;
  g_autoptr(GError) last = NULL;
  for (unsigned n = 0; n < LAB_MOST_DRAWS; n++) {
    g_autoptr(GPtrArray) values = draw_values(lab, instance->secret, instance->student, n);
    g_clear_error(&last);
    g_clear_pointer(&instance->runs, g_ptr_array_unref);
    g_ptr_array_set_size(instance->keys, 0);
    instance->runs = runs_new(lab, values, &last);
    if (!instance->runs || !same_paths(instance->runs, base) || !make_keys(instance, &last))
      continue;
    instance->draw = n;
    instance->values = g_steal_pointer(&values);
    return TRUE;
  }
  g_set_error(error, LAB_ERROR, LAB_ERROR_VARIANT, "none of %d draws keeps the path of states%s%s", LAB_MOST_DRAWS,
              last ? "; the last: " : "", last ? last->message : "");
  return FALSE;
}

LabInstance *lab_instance_new(const Lab *lab, const char *secret, const char *student, GError **error) {
  g_autoptr(LabInstance) instance = g_new0(LabInstance, 1);
  instance->lab = lab;
  instance->secret = g_strdup(secret);
  instance->keys = g_ptr_array_new_with_free_func(free_key);
  if (student && !variant_is_student(student)) {
    g_set_error_literal(error, LAB_ERROR, LAB_ERROR_STUDENT,
                        "a student is 1 to 64 of the letters A-Z, a-z, digits and . _ @ + -, and does not begin with "
                        ". or -");
    return NULL;
  }
  g_autoptr(GPtrArray) none = g_ptr_array_new();
  GPtrArray *base = runs_new(lab, none, error);
  if (!base)
    return NULL;
  if (!student) {
    g_strlcpy(instance->code, "BASE", sizeof instance->code);
    instance->runs = base;
    instance->values = g_ptr_array_new_with_free_func(g_free);
    return make_keys(instance, error) ? g_steal_pointer(&instance) : NULL;
  }
  instance->student = g_strdup(student);
  variant_code(secret, lab->name, student, instance->code);
  gboolean drawn = draw(instance, base, error);
  g_ptr_array_unref(base);
  return drawn ? g_steal_pointer(&instance) : NULL;
}

void lab_instance_free(LabInstance *instance) {
  if (!instance)
    return;
  g_free(instance->student);
  g_free(instance->secret);
  g_clear_pointer(&instance->keys, g_ptr_array_unref); /* keys refer to traces */
  g_clear_pointer(&instance->runs, g_ptr_array_unref);
  g_clear_pointer(&instance->values, g_ptr_array_unref);
  g_free(instance);
}
