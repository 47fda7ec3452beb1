/* One scenario run in several ways, and faults changed in memory. */
#include "output/text/compare.h"

#include "command/variant.h"
#include "output/text/compare_table.h"
#include "runs.h"
#include "text-traces.h"

#include <cjson/cJSON.h>
#include <string.h>

#define CLOSES                                                                                                         \
  "'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'close'}]},"                                        \
  " {'host': 'b', 'conn': 'c', 'do': [{'on': 'eof', 'after': '200ms', 'call': 'close'}]}]"

static Scenario *closing(const char *more) {
  g_autofree char *inside = g_strconcat(CLOSES, more, NULL);
  g_autofree char *text = two_hosts(inside);
  return scenario_of(text);
}

static void free_run(gpointer run) {
  compare_run_free(run);
}

static CompareRun *run_of(const char *label, const Scenario *scenario) {
  g_autoptr(Trace) trace = run_to_trace(scenario, &(RunOptions){0}, NULL);
  return compare_run_new(label, NULL, SIM_NEVER, run_outcome_new(trace), NULL);
}

static char *profiles_text(const GPtrArray *runs, CompareForm form) {
  const TextStyle style = {.width = 160};
  GString *out = g_string_new(NULL);
  compare_write_profiles(runs, form, &style, out);
  return g_string_free(out, FALSE);
}

static void test_an_outcome_has_the_path_the_times_and_the_counts(void) {
  g_autoptr(Scenario) scenario = closing("");
  CompareRun *run = run_of("x", scenario);
  const EndOutcome *a = g_ptr_array_index(run->outcome->ends, 0), *b = g_ptr_array_index(run->outcome->ends, 1);
  g_assert_cmpstr(a->path, ==, "ESTABLISHED > FIN-WAIT-1 > FIN-WAIT-2 > TIME-WAIT > CLOSED");
  g_assert_cmpint(a->closing_for, ==, SIM_MS(240300));
  g_assert_cmpint(b->closing_for, ==, SIM_MS(100));
  g_assert_cmpint(a->in_state[TCP_STATE_TIME_WAIT], ==, SIM_S(240));
  g_assert_cmpint(b->in_state[TCP_STATE_CLOSE_WAIT], ==, SIM_MS(200));
  g_assert_cmpuint(run->outcome->sent, ==, 4);
  g_assert_true(run->outcome->normal);
  compare_run_free(run);
}

static void test_runs_that_end_alike_share_their_rows(void) {
  g_autoptr(Scenario) scenario = closing("");
  g_autoptr(Scenario) other = closing(", 'faults': [{'match': {'from': 'a', 'flags': 'FIN', 'nth': 1}, 'action': "
                                      "'drop'}]");
  g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func(free_run);
  g_ptr_array_add(runs, run_of("first", scenario));
  g_ptr_array_add(runs, run_of("second", other));
  g_ptr_array_add(runs, run_of("third", scenario));
  g_autofree char *text = profiles_text(runs, COMPARE_TEXT);
  g_assert_nonnull(strstr(text, " first, third "));
  g_assert_nonnull(strstr(text, " second "));
  g_assert_nonnull(strstr(text, "241.3 s"));
  g_assert_null(strstr(text, "All of them do the same"));
}

static void test_a_run_without_an_outcome_says_why(void) {
  g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func(free_run);
  g_ptr_array_add(runs, compare_run_new("greedy", NULL, SIM_NEVER, NULL, g_strdup("the budget is spent")));
  g_autofree char *text = profiles_text(runs, COMPARE_TEXT);
  g_assert_nonnull(strstr(text, "the budget is spent"));
  g_autofree char *json = profiles_text(runs, COMPARE_JSON);
  cJSON *root = cJSON_Parse(json);
  const cJSON *run = cJSON_GetArrayItem(cJSON_GetObjectItem(root, "profiles"), 0);
  g_assert_cmpstr(cJSON_GetStringValue(cJSON_GetObjectItem(run, "problem")), ==, "the budget is spent");
  cJSON_Delete(root);
}

/* --- losses ------------------------------------------------------------------------------------------------------- */

static void test_dropping_the_nth_of_one_direction_loses_just_that(void) {
  g_autoptr(Scenario) scenario = closing("");
  variant_drop(scenario, 0, 1, 2);
  g_autoptr(Trace) trace = run_to_trace(scenario, &(RunOptions){0}, NULL);
  assert_told(sends_of(trace), "0s a F. 1:1(0) ack 1\n50ms b . 1:1(0) ack 2\n250ms b F. 1:1(0) ack 2 lost\n"
                               "1.25s b F. 1:1(0) ack 2 (retransmission)\n1.3s a . 2:2(0) ack 2");
  variant_undrop(scenario);
  g_assert_cmpuint(scenario->faults->len, ==, 0);
  g_autoptr(Trace) again = run_to_trace(scenario, &(RunOptions){0}, NULL);
  assert_told(drops_of(again), "");
}

static void test_a_drop_put_first_leaves_the_counts_of_the_other_faults_alone(void) {
  g_autoptr(Scenario) scenario = closing(", 'faults': [{'match': {'from': 'b', 'nth': 3}, 'action': 'drop'}]");
  variant_drop(scenario, 0, 1, 2);
  g_autoptr(Trace) trace = run_to_trace(scenario, &(RunOptions){0}, NULL);
  g_assert_cmpuint(count_of(trace, TRACE_DROPPED), ==, 2);
}

static void test_a_fault_left_out_does_nothing_and_the_others_keep_their_numbers(void) {
  g_autoptr(Scenario) scenario = closing(
      ", 'faults': [{'match': {'from': 'a', 'flags': 'FIN', 'nth': 1}, 'action': 'drop'},"
      " {'match': {'from': 'b', 'flags': 'FIN', 'nth': 1}, 'action': 'drop'},"
      " {'action': 'inject', 'at': '10ms', 'segment': {'from': 'b', 'to': 'a', 'conn': 'c', 'flags': 'R', 'seq': 1}}]");
  variant_leave_out(scenario, 0);
  variant_leave_out(scenario, 2);
  g_autoptr(Trace) trace = run_to_trace(scenario, &(RunOptions){0}, NULL);
  assert_told(drops_of(trace), "275ms b link b>a fault 2");
  g_assert_cmpuint(count_of(trace, TRACE_INJECTED), ==, 0);
}

static void test_a_drop_is_read_as_try_reads_it(void) {
  static const char *const wrong[] = {"",        "a",          "c:FIN",     "a:XYZ",     "a:FIN:0",
                                      "a:FIN:x", "a:FIN:3..2", "a:FIN:1:2", "a:FIN:1..x"};
  g_autoptr(Scenario) scenario = closing("");
  for (unsigned i = 0; i < G_N_ELEMENTS(wrong); i++) {
    g_autofree char *error = NULL;
    g_assert_false(variant_drop_text(scenario, wrong[i], &error));
    g_assert_nonnull(error);
  }
  g_assert_cmpuint(scenario->faults->len, ==, 0);
  g_autofree char *error = NULL;
  g_assert_true(variant_drop_text(scenario, "b:F.:1..2", &error));
  g_autoptr(Trace) trace = run_to_trace(scenario, &(RunOptions){0}, NULL);
  g_assert_cmpuint(count_of(trace, TRACE_DROPPED), ==, 2);
}

/* The table of losses over a scenario of four segments. */
static char *losses_text(CompareForm form) {
  g_autoptr(Scenario) scenario = closing("");
  CompareRun *base = run_of("nothing", scenario);
  g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func(free_run);
  for (unsigned from = 0; from < 2; from++)
    for (unsigned nth = 1; nth <= 2; nth++) {
      g_autofree char *label = g_strdup_printf("%u of %u", nth, from);
      variant_drop(scenario, 0, from, nth);
      g_ptr_array_add(runs, run_of(label, scenario));
      variant_undrop(scenario);
    }
  const TextStyle style = {.width = 160};
  GString *out = g_string_new(NULL);
  compare_write_losses(base, runs, form, &style, out);
  compare_run_free(base);
  return g_string_free(out, FALSE);
}

static void test_each_loss_says_what_it_costs(void) {
  g_autofree char *text = losses_text(COMPARE_TEXT);
  g_assert_nonnull(strstr(text, "1 of 0        +1 s"));
  g_assert_nonnull(strstr(text, "1 of 1        no time"));
  g_assert_nonnull(strstr(text, "FIN-WAIT-1 > TIME-WAIT"));
  const char *worst = strstr(text, "worst");
  g_assert_nonnull(worst);
  g_assert_null(strstr(worst + 1, "worst"));
}

static void test_a_loss_that_breaks_the_close_is_worse_than_one_that_delays_it(void) {
  g_autoptr(Trace) good = text_trace("four-segments");
  g_autoptr(Trace) late = text_trace("four-segments");
  g_autoptr(Trace) broken = text_trace("four-segments");
  late->records[late->count - 1].t += SIM_S(5);
  CompareRun *base = compare_run_new("nothing", NULL, SIM_NEVER, run_outcome_new(good), NULL);
  g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func(free_run);
  RunOutcome *reset = run_outcome_new(broken);
  ((EndOutcome *)g_ptr_array_index(reset->ends, 1))->normal = FALSE;
  RunOutcome *slow = run_outcome_new(late);
  slow->done_at += SIM_S(5);
  g_ptr_array_add(runs, compare_run_new("slow", NULL, 0, slow, NULL));
  g_ptr_array_add(runs, compare_run_new("reset", NULL, 0, reset, NULL));
  GString *out = g_string_new(NULL);
  compare_write_losses(base, runs, COMPARE_JSON, NULL, out);
  cJSON *root = cJSON_Parse(out->str);
  g_assert_cmpint(cJSON_GetObjectItem(root, "worst")->valueint, ==, 1);
  cJSON_Delete(root);
  g_string_free(out, TRUE);
  compare_run_free(base);
}

/* --- tables ------------------------------------------------------------------------------------------------------- */

static void write_outcome(const Trace *trace, const TextStyle *style, GString *out) {
  g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func(free_run);
  g_ptr_array_add(runs, compare_run_new("\033[31mred", NULL, SIM_NEVER, run_outcome_new(trace), NULL));
  compare_write_profiles(runs, COMPARE_TEXT, style, out);
}

static void test_any_trace_at_any_width_stays_within_it(void) {
  assert_writer_is_sound(write_outcome);
}

static void test_markdown_cells_cannot_break_the_table(void) {
  static const char *const titles[] = {"name", ">number", NULL};
  static const char *const cells[] = {"a|b\n*c*", "1"};
  g_autoptr(CompareTable) table = compare_table_new(titles);
  compare_table_add(table, TEXT_PLAIN, cells);
  GString *out = g_string_new(NULL);
  compare_table_write_markdown(table, out);
  g_assert_true(g_str_has_prefix(out->str, "| name | number |\n|---|---:|\n| a\\|b"));
  g_assert_nonnull(strstr(out->str, "\\*c\\* | 1 |\n"));
  g_string_free(out, TRUE);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/compare/" #name, test_##name)
  TEST(an_outcome_has_the_path_the_times_and_the_counts);
  TEST(runs_that_end_alike_share_their_rows);
  TEST(a_run_without_an_outcome_says_why);
  TEST(dropping_the_nth_of_one_direction_loses_just_that);
  TEST(a_drop_put_first_leaves_the_counts_of_the_other_faults_alone);
  TEST(a_fault_left_out_does_nothing_and_the_others_keep_their_numbers);
  TEST(a_drop_is_read_as_try_reads_it);
  TEST(each_loss_says_what_it_costs);
  TEST(a_loss_that_breaks_the_close_is_worse_than_one_that_delays_it);
  TEST(any_trace_at_any_width_stays_within_it);
  TEST(markdown_cells_cannot_break_the_table);
  return g_test_run();
}
