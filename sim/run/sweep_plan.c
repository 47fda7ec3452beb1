#include "run/sweep_plan.h"

#include "run/sweep_values.h"

void sweep_plan_free(SweepPlan *plan) {
  if (!plan)
    return;
  g_free(plan->file);
  g_free(plan->title);
  g_free(plan->scenario_file);
  g_free(plan->scenario_text);
  g_ptr_array_unref(plan->set);
  g_ptr_array_unref(plan->parameters);
  g_array_unref(plan->quantiles);
  g_array_unref(plan->stops);
  g_free(plan->connection);
  g_free(plan->scenario_name);
  g_free(plan->digest);
  g_free(plan);
}

const SweepValue *sweep_plan_value(const SweepPlan *plan, uint64_t cell, guint parameter) {
  const SweepParameter *wanted = g_ptr_array_index(plan->parameters, parameter);
  if (wanted->kind != SWEEP_LIST)
    return NULL;
  for (guint i = plan->parameters->len - 1; i > parameter; i--) {
    const SweepParameter *faster = g_ptr_array_index(plan->parameters, i);
    if (faster->kind == SWEEP_LIST)
      cell /= faster->values->len;
  }
  return g_ptr_array_index(wanted->values, cell % wanted->values->len);
}

uint64_t sweep_plan_run(uint64_t cell, uint64_t replication) {
  return cell << 32 | replication;
}

static void set_value(GPtrArray *set, const SweepParameter *parameter, const SweepValue *value) {
  for (guint i = 0; i < parameter->paths->len; i++)
    g_ptr_array_add(set, g_strdup_printf("%s=%s", (const char *)g_ptr_array_index(parameter->paths, i), value->json));
}

/* Draws come from a stream of the parameter's own: another parameter moves none of them. */
static void draw_value(GPtrArray *set, const SweepPlan *plan, const SweepParameter *parameter, uint64_t run) {
  g_autofree char *stream = g_strdup_printf("sweep/%s", parameter->name);
  Rng rng = rng_stream(plan->seed, run, stream);
  SweepValue *value = sweep_draw(parameter, &rng);
  set_value(set, parameter, value);
  sweep_value_free(value);
}

Scenario *sweep_plan_scenario(const SweepPlan *plan, uint64_t cell, uint64_t replication, GPtrArray **ret_errors) {
  g_autoptr(GPtrArray) set = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < plan->set->len; i++)
    g_ptr_array_add(set, g_strdup(g_ptr_array_index(plan->set, i)));
  for (guint i = 0; i < plan->parameters->len; i++) {
    const SweepParameter *parameter = g_ptr_array_index(plan->parameters, i);
    const SweepValue *value = sweep_plan_value(plan, cell, i);
    if (value)
      set_value(set, parameter, value);
    else
      draw_value(set, plan, parameter, sweep_plan_run(cell, replication));
  }
  ScenarioOverrides overrides = {.set = set, .has_seed = plan->has_seed, .seed = plan->seed};
  return scenario_parse(plan->scenario_text, plan->scenario_length, plan->scenario_file, &overrides, ret_errors);
}
