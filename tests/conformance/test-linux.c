/* Recordings of a real Linux kernel, each beside a simulation of the same under profile `linux`. What was recorded is
 * in tests/conformance/linux/NAME.txt, the scenario in NAME.json; recording.h says when the two agree. */
#include "run/run.h"
#include "scenario/scenario_json.h"
#include "tests/conformance/recording.h"

static const char *const NAMES[] = {
    "close_against_zero_window",
    "close_with_unread_data",
    "delack_bare_fin_fresh",
    "delack_fin_after_data_acked",
    "delack_fin_with_data",
    "fin_overtakes_data",
    "fin_retx_until_orphan_giveup",
    "finwait2_orphan",
    "finwait2_shutdown_not_orphan",
    "linger0",
    "lost_fin_A",
    "lost_fin_A_first4",
    "lost_fin_rtt100ms",
    "lost_fin_rtt20ms",
    "nagle_then_close",
    "normal_close",
    "send_close_lost_fin",
    "simultaneous_close",
    "simultaneous_close_quick",
    "syn_to_timewait",
    "tcp_fin_timeout_3",
    "three_segment_close_fresh",
    "timewait_restart_on_fin_retx",
};

/* Recordings that the simulator does not agree with yet, and why. One that agrees must not stand here. */
typedef struct NotYet {
  const char *name, *reason;
} NotYet;
static const NotYet NOT_YET[] = {
    {NULL, NULL},
};

static char *data_file(const char *name, const char *suffix) {
  g_autofree char *base = g_strconcat(name, suffix, NULL);
  return g_test_build_filename(G_TEST_DIST, "tests", "conformance", "linux", base, NULL);
}

static const char *why_not_yet(const char *name) {
  for (const NotYet *row = NOT_YET; row->name; row++)
    if (g_str_equal(row->name, name))
      return row->reason;
  return NULL;
}

static Recording *recorded_of(const char *name) {
  g_autofree char *path = data_file(name, ".txt");
  return recording_load(path);
}

/* NULL if the scenario does not load; the errors are then in `ret_problem`. */
static Recording *simulated_of(const char *name, char **ret_problem) {
  g_autofree char *path = data_file(name, ".json");
  GPtrArray *errors = NULL;
  g_autoptr(Scenario) scenario = scenario_load(path, NULL, &errors);
  if (!scenario) {
    GString *text = g_string_new("the scenario does not load\n");
    for (guint i = 0; i < errors->len; i++) {
      g_autofree char *line = scenario_error_print(g_ptr_array_index(errors, i));
      g_string_append_printf(text, "%s\n", line);
    }
    g_ptr_array_free(errors, TRUE);
    *ret_problem = g_string_free(text, FALSE);
    return NULL;
  }
  RunOptions options = {0};
  g_autoptr(Trace) trace = run_to_trace(scenario, &options, NULL);
  return recording_of_trace(trace);
}

static char *difference_of(const char *name) {
  char *problem = NULL;
  g_autoptr(Recording) simulated = simulated_of(name, &problem);
  if (!simulated)
    return problem;
  g_autoptr(Recording) recorded = recorded_of(name);
  return recording_difference(recorded, simulated);
}

static void simulation_agrees_with_recording(gconstpointer data) {
  const char *name = data;
  const char *reason = why_not_yet(name);
  g_autofree char *difference = difference_of(name);
  if (!difference) {
    if (reason)
      g_test_message("%s agrees with its recording now: take it off the table NOT_YET", name);
    g_assert_null(reason);
    return;
  }
  g_test_message("%s\n%s", name, difference);
  if (reason) {
    g_autofree char *text = g_strdup_printf("not yet: %s", reason);
    g_test_skip(text);
  } else {
    g_test_fail();
  }
}

/* --- the comparison itself ---------------------------------------------------------------------------------------- */

static RecordingEvent *event_of(Recording *recording, guint i) {
  g_assert_cmpuint(i, <, recording->events->len);
  return &g_array_index(recording->events, RecordingEvent, i);
}

/* The n-th FIN, from 0. */
static RecordingEvent *fin_of(Recording *recording, guint n) {
  for (guint i = 0; i < recording->events->len; i++)
    if (event_of(recording, i)->flags & TCP_FIN && n-- == 0)
      return event_of(recording, i);
  g_assert_not_reached();
}

static void assert_differs(const Recording *recorded, const Recording *changed, const char *fault) {
  g_autofree char *difference = recording_difference(recorded, changed);
  g_assert_nonnull(difference);
  g_assert_nonnull(strstr(difference, fault));
}

static void recording_beside_itself_agrees(void) {
  for (guint i = 0; i < G_N_ELEMENTS(NAMES); i++) {
    g_autoptr(Recording) recorded = recorded_of(NAMES[i]);
    g_autoptr(Recording) same = recorded_of(NAMES[i]);
    g_autofree char *difference = recording_difference(recorded, same);
    g_assert_cmpstr(difference, ==, NULL);
  }
}

static void other_flags_number_or_block_is_a_difference(void) {
  g_autoptr(Recording) recorded = recorded_of("fin_overtakes_data");
  for (unsigned change = 0; change < 4; change++) {
    g_autoptr(Recording) changed = recorded_of("fin_overtakes_data");
    RecordingEvent *fin = fin_of(changed, 0);
    if (change == 0)
      fin->flags |= TCP_PSH;
    else if (change == 1)
      fin->seq++;
    else if (change == 2)
      fin->ack++;
    else
      fin->sack.n_sack = 1;
    assert_differs(recorded, changed, "<- not the same");
  }
}

static void missing_or_further_event_is_a_difference(void) {
  g_autoptr(Recording) recorded = recorded_of("normal_close");
  for (guint i = 0; i < recorded->events->len; i++) {
    g_autoptr(Recording) changed = recorded_of("normal_close");
    g_array_remove_index(changed->events, i);
    assert_differs(recorded, changed, "<- not ");
    assert_differs(changed, recorded, "<- not ");
  }
}

static void time_beyond_6_ms_is_a_difference(void) {
  g_autoptr(Recording) recorded = recorded_of("normal_close");
  g_autoptr(Recording) changed = recorded_of("normal_close");
  fin_of(changed, 0)->at += SIM_MS(7);
  assert_differs(recorded, changed, "<- 7.000 ms earlier in the recording");
}

static void timer_that_is_9_percent_late_agrees_more_does_not(void) {
  g_autoptr(Recording) recorded = recorded_of("fin_retx_until_orphan_giveup");
  g_autoptr(Recording) changed = recorded_of("fin_retx_until_orphan_giveup");
  RecordingEvent *seventh = fin_of(changed, 6);
  SimTime recorded_span = fin_of(recorded, 6)->left - fin_of(recorded, 0)->at;
  seventh->timed = TRUE;
  seventh->at = fin_of(changed, 0)->at + recorded_span * 100 / 108;
  g_autofree char *difference = recording_difference(recorded, changed);
  g_assert_cmpstr(difference, ==, NULL);
  seventh->at = fin_of(changed, 0)->at + recorded_span * 100 / 111;
  assert_differs(recorded, changed, "later in the recording");
  seventh->at = fin_of(changed, 0)->at + recorded_span + SIM_MS(60);
  assert_differs(recorded, changed, "earlier in the recording");
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/recording/beside-itself-agrees", recording_beside_itself_agrees);
  g_test_add_func("/recording/other-flags-number-or-block-is-a-difference",
                  other_flags_number_or_block_is_a_difference);
  g_test_add_func("/recording/missing-or-further-event-is-a-difference", missing_or_further_event_is_a_difference);
  g_test_add_func("/recording/time-beyond-6-ms-is-a-difference", time_beyond_6_ms_is_a_difference);
  g_test_add_func("/recording/timer-9-percent-late-agrees-more-does-not",
                  timer_that_is_9_percent_late_agrees_more_does_not);
  for (guint i = 0; i < G_N_ELEMENTS(NAMES); i++) {
    g_autofree char *path = g_strconcat("/linux/", NAMES[i], NULL);
    g_test_add_data_func(path, NAMES[i], simulation_agrees_with_recording);
  }
  return g_test_run();
}
