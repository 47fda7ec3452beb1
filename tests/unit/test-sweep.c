/* Sweeps: the file and its mistakes, the values of parameters, what a run counts as. */
#include <string.h>

#include "run/sweep_plan.h"
#include "run/sweep_values.h"

static char *scenario_path(const char *name) {
  g_autofree char *file = g_strconcat(name, ".json", NULL);
  return g_test_build_filename(G_TEST_DIST, "scenarios", file, NULL);
}

/* A sweep of the four-segment close with these members besides, ' for ". */
static char *sweep_text(const char *members) {
  g_autofree char *scenario = scenario_path("normal/four-segments");
  char *text =
      g_strdup_printf("{'version': 1, 'title': 't', 'scenario': '%s'%s%s}", scenario, *members ? ",\n" : "", members);
  return g_strdelimit(text, "'", '"');
}

static SweepPlan *plan_of(const char *members) {
  g_autofree char *text = sweep_text(members);
  GPtrArray *errors = NULL;
  SweepPlan *plan = sweep_plan_parse(text, strlen(text), "sweep.json", NULL, &errors);
  if (!plan) {
    g_autofree char *line = scenario_error_print(g_ptr_array_index(errors, 0));
    g_error("%s", line);
  }
  return plan;
}

/* The first complaint begins with WHERE and has WHAT in it. */
static void assert_complaint(const char *members, const char *where, const char *what) {
  g_autofree char *text = sweep_text(members);
  GPtrArray *errors = NULL;
  SweepPlan *plan = sweep_plan_parse(text, strlen(text), "sweep.json", NULL, &errors);
  g_assert_null(plan);
  g_autofree char *line = scenario_error_print(g_ptr_array_index(errors, 0));
  if (!g_str_has_prefix(line, where) || !strstr(line, what))
    g_error("expected %s ... %s, got %s", where, what, line);
  g_ptr_array_unref(errors);
}

#define LOSS "'replications': 10, 'parameters': [{'path': 'links[0].loss', "

static void test_mistakes_are_told_where_they_stand(void) {
  assert_complaint("'replications': 1, 'quantile': []", "sweep.json:2:20: $.quantile: ", "did you mean \"quantiles\"?");
  assert_complaint("'replications': 0", "sweep.json:2:17: $.replications: ", "from 1 to 10000000");
  assert_complaint("'replications': 1e9", "sweep.json:2:17: ", "from 1 to 10000000");
  assert_complaint(LOSS "'values': [2]}]", "sweep.json:2:36: $.parameters[0]: ", "with the value 2: --set: $.links");
  assert_complaint(LOSS "'values': []}]", "sweep.json:2:72: ", "empty");
  assert_complaint(LOSS "'values': [0, 0]}]", "sweep.json:2:76: ", "already");
  assert_complaint(LOSS "'values': [0], 'from': 1}]", "sweep.json:2:36: ", "either \"values\"");
  assert_complaint(LOSS "'values': [{}]}]", "sweep.json:2:73: ", "a text, a number, true or false");
  assert_complaint(LOSS "'from': 0, 'to': '10%', 'steps': 3}]", "sweep.json:2:79: ", "same unit");
  assert_complaint(LOSS "'from': 0, 'to': 1, 'steps': 3, 'scale': 'log'}]", "sweep.json:2:", "neither begins");
  assert_complaint(LOSS "'from': 0, 'to': 1, 'steps': 1}]", "sweep.json:2:", "from 2 to 10000");
  assert_complaint(LOSS "'uniform': {'from': 0.5, 'to': 0.1}}]", "sweep.json:2:", "ends before it begins");
  assert_complaint(LOSS "'uniform': {'from': 0, 'to': 2}}]", "sweep.json:2:36: ", "with the value 2");
  assert_complaint("'replications': 1, 'parameters': [{'path': 'nowhere.at.all', 'values': [1]}]",
                   "sweep.json:2:35: $.parameters[0]: ", "nowhere");
  assert_complaint("'replications': 1, 'connection': 'wob'", "sweep.json:2:", "no connection of this name");
  assert_complaint("'replications': 1, 'stop': {'of': 'server.lost', 'width': '1%'}", "sweep.json:2:", "gave-up");
  assert_complaint("'replications': 1, 'stop': {'of': 'server.done.p50', 'width': '1%'}", "sweep.json:2:", "a time");
  assert_complaint("'replications': 1, 'quantiles': ['50%', '25%']", "sweep.json:2:", "quantiles rise");
  assert_complaint("'replications': 1, 'confidence': '94%'", "sweep.json:2:", "95%");
}

static void test_too_much_work_is_refused_with_its_size(void) {
  assert_complaint("'replications': 10000000, 'parameters': [{'path': 'links[0].loss', 'from': 0, 'to': 0.5, 'steps': "
                   "100}]",
                   "sweep.json:2:17: $.replications: ", "1000000000 runs: more than the budget of 100000000");
  assert_complaint("'replications': 1, 'parameters': ["
                   "{'path': 'links[0].loss', 'from': 0, 'to': 0.5, 'steps': 10000},"
                   "{'path': 'links[0].delay', 'from': '1ms', 'to': '1s', 'steps': 10000}]",
                   "sweep.json:1:1: $: ", "at most 1000000");
}

static void test_hostile_texts_give_complaints_and_no_plan(void) {
  static const char *const texts[] = {"",
                                      "{",
                                      "[]",
                                      "null",
                                      "{\"version\": 1}",
                                      "\xff\xfe",
                                      "[[[[[[[[[[[[[[[[",
                                      "{\"version\": 2, \"title\": \"x\", \"scenario\": \"/dev/null\"}"};
  for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++) {
    GPtrArray *errors = NULL;
    g_assert_null(sweep_plan_parse(texts[i], strlen(texts[i]), "x.json", NULL, &errors));
    g_assert_cmpuint(errors->len, >, 0);
    g_ptr_array_unref(errors);
  }
}

static void test_cells_count_the_last_parameter_fastest(void) {
  g_autoptr(SweepPlan) plan = plan_of("'replications': 10, 'parameters': ["
                                      "{'path': 'links[0].loss', 'from': '0%', 'to': '20%', 'steps': 3},"
                                      "{'path': 'links[0].delay', 'uniform': {'from': '1ms', 'to': '2ms'}},"
                                      "{'path': 'hosts.client.tcp.msl', 'values': ['30s', '1m']}]");
  g_assert_cmpuint(plan->cells, ==, 6);
  g_assert_cmpstr(sweep_plan_value(plan, 0, 0)->label, ==, "0%");
  g_assert_cmpstr(sweep_plan_value(plan, 1, 2)->label, ==, "1m");
  g_assert_cmpstr(sweep_plan_value(plan, 2, 0)->label, ==, "10%");
  g_assert_cmpstr(sweep_plan_value(plan, 5, 0)->json, ==, "\"20%\"");
  g_assert_null(sweep_plan_value(plan, 5, 1));
}

static void assert_values(const char *range, const char *expected) {
  g_autofree char *members = g_strdup_printf("'replications': 1, 'parameters': [{'path': %s}]", range);
  g_autoptr(SweepPlan) plan = plan_of(members);
  const SweepParameter *parameter = g_ptr_array_index(plan->parameters, 0);
  g_autoptr(GString) got = g_string_new(NULL);
  for (guint i = 0; i < parameter->values->len; i++)
    g_string_append_printf(got, "%s%s", i ? " " : "", ((SweepValue *)g_ptr_array_index(parameter->values, i))->label);
  g_assert_cmpstr(got->str, ==, expected);
}

static void test_ranges_have_the_values_one_would_write(void) {
  assert_values("'links[0].loss', 'from': '0%', 'to': '40%', 'steps': 5", "0% 10% 20% 30% 40%");
  assert_values("'links[0].loss', 'from': 0.3, 'to': 0, 'steps': 4", "0.3 0.2 0.1 0");
  assert_values("'links[0].delay', 'from': '1ms', 'to': '1s', 'steps': 4, 'scale': 'log'", "1ms 10ms 100ms 1s");
  assert_values("'links[0].delay', 'from': '1s', 'to': '2s', 'steps': 3, 'scale': 'log'", "1s 1.41421s 2s");
  assert_values("'hosts.client.tcp.retries', 'from': 1, 'to': 16, 'steps': 9, 'scale': 'log', 'whole': true",
                "1 2 3 4 6 8 11 16");
  assert_values("'links[0].delay', 'from': '0s', 'to': '1s', 'steps': 4", "0s 333.333333ms 666.666667ms 1s");
}

static void test_draws_stay_within_and_depend_on_their_stream_alone(void) {
  SweepParameter parameter = {.kind = SWEEP_UNIFORM, .from = {SWEEP_NUMBER, 0}, .to = {SWEEP_NUMBER, SIM_S(3)}};
  parameter.whole = TRUE;
  unsigned seen = 0;
  for (unsigned run = 0; run < 200; run++) {
    Rng rng = rng_stream(1, run, "sweep/x"), again = rng;
    SweepValue *value = sweep_draw(&parameter, &rng), *same = sweep_draw(&parameter, &again);
    g_assert_cmpstr(value->json, ==, same->json);
    g_assert_cmpuint(strlen(value->json), ==, 1);
    seen |= 1u << (value->json[0] - '0');
    sweep_value_free(value);
    sweep_value_free(same);
  }
  g_assert_cmphex(seen, ==, 0xf); /* 0, 1, 2 and 3, both ends included */
}

static void test_replications_have_numbers_of_their_own(void) {
  g_assert_cmpuint(sweep_plan_run(0, 5), ==, 5);
  g_assert_cmpuint(sweep_plan_run(3, 5), ==, (UINT64_C(3) << 32) + 5);
}

/* --- outcomes ----------------------------------------------------------------------------------------------------- */

static void assert_outcome(const char *name, SweepEndKind client, SweepEndKind server, int64_t segments) {
  g_autofree char *path = scenario_path(name);
  GPtrArray *errors = NULL;
  g_autoptr(Scenario) scenario = scenario_load(path, NULL, &errors);
  g_assert_nonnull(scenario);
  SweepCounter *counter = sweep_counter_new(NULL);
  SweepTally *tally = sweep_tally_new();
  sweep_counter_run(counter, scenario, 0, tally);
  g_test_message("%s", name);
  g_assert_cmpuint(tally->ends[SWEEP_CLIENT], ==, 1);
  g_assert_cmpuint(tally->end_counts[SWEEP_CLIENT][client], ==, 1);
  g_assert_cmpuint(tally->end_counts[SWEEP_SERVER][server], ==, 1);
  if (segments)
    g_assert_cmpint(g_array_index(tally->run_samples[SWEEP_RUN_SEGMENTS], int64_t, 0), ==, segments);
  sweep_tally_free(tally);
  sweep_counter_free(counter);
}

static void test_shipped_scenarios_count_as_what_they_show(void) {
  assert_outcome("normal/four-segments", SWEEP_END_CLOSED, SWEEP_END_CLOSED, 4);
  assert_outcome("normal/three-segments", SWEEP_END_CLOSED, SWEEP_END_CLOSED, 3);
  assert_outcome("loss/passive-closer-gives-up", SWEEP_END_WAITING, SWEEP_END_GAVE_UP, 0);
  assert_outcome("simultaneous/both-close-at-once", SWEEP_END_CLOSED, SWEEP_END_CLOSED, 4);
  assert_outcome("reset/linger-zero", SWEEP_END_ABORTED, SWEEP_END_RESET, 0);
}

static void test_durations_count_from_the_first_close(void) {
  g_autofree char *path = scenario_path("normal/four-segments");
  GPtrArray *errors = NULL;
  g_autoptr(Scenario) scenario = scenario_load(path, NULL, &errors);
  SweepCounter *counter = sweep_counter_new("web");
  SweepTally *tally = sweep_tally_new();
  sweep_counter_run(counter, scenario, 0, tally);
  GArray *const *client = tally->samples[SWEEP_CLIENT], *const *server = tally->samples[SWEEP_SERVER];
  g_assert_cmpint(g_array_index(client[SWEEP_MEASURE_DONE], int64_t, 0), ==, SIM_MS(300));
  g_assert_cmpint(g_array_index(client[SWEEP_MEASURE_CLOSED], int64_t, 0), ==, SIM_MS(240300));
  g_assert_cmpint(g_array_index(server[SWEEP_MEASURE_DONE], int64_t, 0), ==, SIM_MS(350));
  g_assert_cmpint(g_array_index(server[SWEEP_MEASURE_GONE], int64_t, 0), ==, SIM_MS(350));
  g_assert_cmpint(g_array_index(server[SWEEP_MEASURE_FINS], int64_t, 0), ==, 1);
  g_assert_cmpuint(tally->undisturbed, ==, 1);
  sweep_tally_free(tally);
  sweep_counter_free(counter);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/sweep/mistakes-are-told-where-they-stand", test_mistakes_are_told_where_they_stand);
  g_test_add_func("/sweep/too-much-work-is-refused-with-its-size", test_too_much_work_is_refused_with_its_size);
  g_test_add_func("/sweep/hostile-texts-give-complaints-and-no-plan", test_hostile_texts_give_complaints_and_no_plan);
  g_test_add_func("/sweep/cells-count-the-last-parameter-fastest", test_cells_count_the_last_parameter_fastest);
  g_test_add_func("/sweep/ranges-have-the-values-one-would-write", test_ranges_have_the_values_one_would_write);
  g_test_add_func("/sweep/draws-stay-within-and-depend-on-their-stream-alone",
                  test_draws_stay_within_and_depend_on_their_stream_alone);
  g_test_add_func("/sweep/replications-have-numbers-of-their-own", test_replications_have_numbers_of_their_own);
  g_test_add_func("/sweep/shipped-scenarios-count-as-what-they-show", test_shipped_scenarios_count_as_what_they_show);
  g_test_add_func("/sweep/durations-count-from-the-first-close", test_durations_count_from_the_first_close);
  return g_test_run();
}
