#include "engine/sim.h"

#include <glib.h>
#include <stdlib.h>

/* Handlers append what ran to a log, as "name subject@instant ". */
typedef struct Log {
  Sim *sim;
  GString *text;
  EventKindId again; /* for handlers that schedule */
  EventId victim;    /* for handlers that cancel */
} Log;

static void note(Log *log, const char *name, uint32_t subject) {
  g_string_append_printf(log->text, "%s%u@%" G_GINT64_FORMAT " ", name, subject, sim_now(log->sim));
}

static void run_timer(void *context, uint32_t subject, uint64_t arg) {
  (void)arg;
  note(context, "timer", subject);
}

static void run_arrival(void *context, uint32_t subject, uint64_t arg) {
  (void)arg;
  note(context, "arrival", subject);
}

static void run_call(void *context, uint32_t subject, uint64_t arg) {
  (void)arg;
  note(context, "call", subject);
}

static void run_probe(void *context, uint32_t subject, uint64_t arg) {
  (void)arg;
  note(context, "probe", subject);
}

/* Schedules `log->again` at now + arg, for the next subject. */
static void run_chain(void *context, uint32_t subject, uint64_t arg) {
  Log *log = context;
  note(log, "chain", subject);
  sim_schedule(log->sim, simtime_add(sim_now(log->sim), (SimTime)arg), log->again, subject + 1, arg);
}

static void run_renew(void *context, uint32_t subject, uint64_t arg) {
  Log *log = context;
  note(log, "renew", subject);
  sim_schedule_renewing(log->sim, simtime_add(sim_now(log->sim), (SimTime)arg), log->again, subject, arg);
}

static void run_stop(void *context, uint32_t subject, uint64_t arg) {
  Log *log = context;
  (void)arg;
  note(log, "stop", subject);
  sim_stop(log->sim);
}

static void run_cancel(void *context, uint32_t subject, uint64_t arg) {
  Log *log = context;
  (void)arg;
  note(log, sim_cancel(log->sim, log->victim) ? "cancelled" : "stale", subject);
}

static const EventKind timer_kind = {"timer", SIM_PHASE_TIMER, run_timer};
static const EventKind arrival_kind = {"arrival", SIM_PHASE_ARRIVAL, run_arrival};
static const EventKind call_kind = {"call", SIM_PHASE_CALL, run_call};
static const EventKind probe_kind = {"probe", SIM_PHASE_PROBE, run_probe};
static const EventKind chain_kind = {"chain", SIM_PHASE_CALL, run_chain};
static const EventKind renew_kind = {"renew", SIM_PHASE_TIMER, run_renew};
static const EventKind stop_kind = {"stop", SIM_PHASE_CALL, run_stop};
static const EventKind cancel_kind = {"cancel", SIM_PHASE_TIMER, run_cancel};

static void log_init(Log *log) {
  *log = (Log){.sim = sim_new(), .text = g_string_new(NULL)};
}

static void log_clear(Log *log) {
  sim_free(log->sim);
  g_string_free(log->text, TRUE);
}

static void test_one_instant_runs_timers_then_arrivals_then_calls_then_probes(void) {
  Log log;
  log_init(&log);
  EventKindId probe = sim_add_kind(log.sim, &probe_kind, &log);
  EventKindId call = sim_add_kind(log.sim, &call_kind, &log);
  EventKindId arrival = sim_add_kind(log.sim, &arrival_kind, &log);
  EventKindId timer = sim_add_kind(log.sim, &timer_kind, &log);
  sim_schedule(log.sim, 5, probe, 1, 0);
  sim_schedule(log.sim, 5, call, 1, 0);
  sim_schedule(log.sim, 5, arrival, 1, 0);
  sim_schedule(log.sim, 5, timer, 1, 0);
  sim_schedule(log.sim, 5, arrival, 2, 0);
  sim_schedule(log.sim, 5, timer, 2, 0);
  sim_schedule(log.sim, 4, probe, 0, 0);
  g_assert_cmpuint(sim_events_pending(log.sim), ==, 7);
  g_assert_cmpint(sim_run(log.sim, SIM_NEVER, 0), ==, SIM_END_IDLE);
  g_assert_cmpstr(log.text->str, ==, "probe0@4 timer1@5 timer2@5 arrival1@5 arrival2@5 call1@5 probe1@5 ");
  g_assert_cmpuint(sim_events_run(log.sim), ==, 7);
  g_assert_cmpuint(sim_events_pending(log.sim), ==, 0);
  g_assert_cmpint(sim_now(log.sim), ==, 5);
  log_clear(&log);
}

/* 30 ties and two other instants, with or without shuffling. */
static char *run_ties(gboolean shuffle, uint64_t seed) {
  Log log;
  log_init(&log);
  if (shuffle)
    sim_set_tie_shuffle(log.sim, seed);
  EventKindId call = sim_add_kind(log.sim, &call_kind, &log);
  EventKindId timer = sim_add_kind(log.sim, &timer_kind, &log);
  sim_schedule(log.sim, 8, call, 100, 0);
  for (uint32_t i = 0; i < 15; i++) {
    sim_schedule(log.sim, 7, call, 10 + i, 0);
    sim_schedule(log.sim, 7, timer, 10 + i, 0);
  }
  sim_schedule(log.sim, 6, call, 101, 0);
  g_assert_cmpint(sim_run(log.sim, SIM_NEVER, 0), ==, SIM_END_IDLE);
  sim_free(log.sim);
  return g_string_free(log.text, FALSE);
}

static int compare_words(const void *a, const void *b) {
  return g_strcmp0(*(char *const *)a, *(char *const *)b);
}

/* Two applications, with five calls each at one instant. */
static void run_noted(void *context, uint32_t subject, uint64_t arg) {
  g_string_append_printf(context, "%u%u ", subject, (unsigned)arg);
}

static void test_shuffle_keeps_the_order_of_one_application(void) {
  static const EventKind CALL = {"call", SIM_PHASE_CALL, run_noted};
  gboolean swapped = FALSE;
  for (uint64_t seed = 1; seed <= 20; seed++) {
    Sim *sim = sim_new();
    GString *log = g_string_new(NULL);
    sim_set_tie_shuffle(sim, seed);
    EventKindId kind = sim_add_kind(sim, &CALL, log);
    for (unsigned i = 0; i < 5; i++)
      for (uint32_t subject = 1; subject <= 2; subject++)
        sim_schedule(sim, SIM_S(1), kind, subject, i);
    sim_run(sim, SIM_NEVER, 0);
    const char *last = "";
    for (unsigned i = 0; i < 10; i++) { /* each application's calls ascend */
      const char *word = log->str + 3 * i;
      for (const char *before = log->str; before < word; before += 3)
        g_assert_true(before[0] != word[0] || before[1] < word[1]);
      last = word;
    }
    swapped |= last[0] == '1'; /* in the order of scheduling the second has the last word */
    g_string_free(log, TRUE);
    sim_free(sim);
  }
  g_assert_true(swapped);
}

static void test_shuffle_changes_ties_and_nothing_else(void) {
  g_autofree char *plain = run_ties(FALSE, 0);
  g_autofree char *shuffled = run_ties(TRUE, 1);
  g_autofree char *again = run_ties(TRUE, 1);
  g_autofree char *other = run_ties(TRUE, 2);
  g_assert_cmpstr(shuffled, ==, again);
  g_assert_cmpstr(shuffled, !=, plain);
  g_assert_cmpstr(shuffled, !=, other);

  g_auto(GStrv) words = g_strsplit(g_strchomp(shuffled), " ", -1);
  g_auto(GStrv) expected = g_strsplit(g_strchomp(plain), " ", -1);
  g_assert_cmpuint(g_strv_length(words), ==, 32);
  g_assert_cmpstr(words[0], ==, "call101@6");
  g_assert_cmpstr(words[31], ==, "call100@8");
  /* Within each phase the same events, in another order. */
  qsort(words + 1, 15, sizeof *words, compare_words);
  qsort(words + 16, 15, sizeof *words, compare_words);
  for (guint i = 0; i < 32; i++)
    g_assert_cmpstr(words[i], ==, expected[i]);
}

static void test_until_is_inclusive_and_the_clock_stands_there(void) {
  Log log;
  log_init(&log);
  EventKindId call = sim_add_kind(log.sim, &call_kind, &log);
  sim_schedule(log.sim, 10, call, 1, 0);
  sim_schedule(log.sim, 13, call, 2, 0);
  g_assert_cmpint(sim_run(log.sim, 10, 0), ==, SIM_END_DURATION);
  g_assert_cmpstr(log.text->str, ==, "call1@10 ");
  g_assert_cmpint(sim_now(log.sim), ==, 10);
  g_assert_cmpint(sim_run(log.sim, 10, 0), ==, SIM_END_DURATION);
  sim_schedule(log.sim, 10, call, 3, 0);
  g_assert_cmpint(sim_run(log.sim, 10, 0), ==, SIM_END_DURATION);
  g_assert_cmpint(sim_run(log.sim, 12, 0), ==, SIM_END_DURATION);
  g_assert_cmpint(sim_now(log.sim), ==, 12);
  g_assert_cmpint(sim_run(log.sim, 100, 0), ==, SIM_END_IDLE);
  g_assert_cmpstr(log.text->str, ==, "call1@10 call3@10 call2@13 ");
  g_assert_cmpint(sim_now(log.sim), ==, 13);
  log_clear(&log);
}

static void test_budget_spent_ends_and_can_go_on(void) {
  Log log;
  log_init(&log);
  log.again = sim_add_kind(log.sim, &chain_kind, &log);
  sim_schedule(log.sim, 1, log.again, 0, 10);
  g_assert_cmpint(sim_run(log.sim, SIM_NEVER, 3), ==, SIM_END_BUDGET);
  g_assert_cmpstr(log.text->str, ==, "chain0@1 chain1@11 chain2@21 ");
  g_assert_cmpint(sim_run(log.sim, SIM_NEVER, 1), ==, SIM_END_BUDGET);
  g_assert_cmpuint(sim_events_run(log.sim), ==, 4);
  g_assert_cmpint(sim_now(log.sim), ==, 31);
  log_clear(&log);
}

/* A budget that the last event just meets is no reason to stop short of the real one. */
static void test_budget_met_by_the_last_event_ends_idle(void) {
  Log log;
  log_init(&log);
  EventKindId call = sim_add_kind(log.sim, &call_kind, &log);
  sim_schedule(log.sim, 1, call, 1, 0);
  g_assert_cmpint(sim_run(log.sim, SIM_NEVER, 1), ==, SIM_END_IDLE);
  log_clear(&log);
}

static void test_chain_at_one_instant_is_held_by_the_budget(void) {
  Log log;
  log_init(&log);
  log.again = sim_add_kind(log.sim, &chain_kind, &log);
  sim_schedule(log.sim, 1, log.again, 0, 0);
  g_assert_cmpint(sim_run(log.sim, SIM_S(1), 1000), ==, SIM_END_BUDGET);
  g_assert_cmpint(sim_now(log.sim), ==, 1);
  log_clear(&log);
}

static void test_only_renewing_left_ends_renewing(void) {
  Log log;
  log_init(&log);
  EventKindId call = sim_add_kind(log.sim, &call_kind, &log);
  log.again = sim_add_kind(log.sim, &renew_kind, &log);
  sim_schedule_renewing(log.sim, 10, log.again, 1, 10);
  sim_schedule_renewing(log.sim, 15, log.again, 2, 100);
  sim_schedule(log.sim, 25, call, 1, 0);
  g_assert_cmpint(sim_run(log.sim, SIM_NEVER, 0), ==, SIM_END_RENEWING);
  g_assert_cmpstr(log.text->str, ==, "renew1@10 renew2@15 renew1@20 call1@25 ");
  g_assert_cmpuint(sim_events_pending(log.sim), ==, 2);
  log_clear(&log);
}

static void test_renewing_from_before_a_change_runs_once_more(void) {
  Log log;
  log_init(&log);
  log.again = sim_add_kind(log.sim, &renew_kind, &log);
  sim_schedule_renewing(log.sim, 10, log.again, 1, 10);
  EventId cancelled = sim_schedule_renewing(log.sim, 12, log.again, 2, 10);
  sim_renewing_may_end(log.sim);
  g_assert_true(sim_cancel(log.sim, cancelled));
  g_assert_cmpint(sim_run(log.sim, SIM_NEVER, 0), ==, SIM_END_RENEWING);
  g_assert_cmpstr(log.text->str, ==, "renew1@10 ");
  log_clear(&log);
}

static void test_renewing_after_more_changes_than_are_counted_runs_on(void) {
  Log log;
  log_init(&log);
  log.again = sim_add_kind(log.sim, &renew_kind, &log);
  for (unsigned i = 0; i < 1000; i++)
    sim_renewing_may_end(log.sim);
  sim_schedule_renewing(log.sim, 10, log.again, 1, 10);
  g_assert_cmpint(sim_run(log.sim, 25, 0), ==, SIM_END_DURATION);
  g_assert_cmpstr(log.text->str, ==, "renew1@10 renew1@20 ");
  log_clear(&log);
}

static void test_cancelled_renewing_counts_no_more(void) {
  Log log;
  log_init(&log);
  EventKindId call = sim_add_kind(log.sim, &call_kind, &log);
  log.again = sim_add_kind(log.sim, &renew_kind, &log);
  EventId id = sim_schedule_renewing(log.sim, 10, log.again, 1, 10);
  g_assert_true(sim_cancel(log.sim, id));
  g_assert_false(sim_cancel(log.sim, id));
  g_assert_cmpint(sim_run(log.sim, SIM_NEVER, 0), ==, SIM_END_IDLE);
  sim_schedule(log.sim, 10, call, 1, 0);
  g_assert_cmpint(sim_run(log.sim, SIM_NEVER, 0), ==, SIM_END_IDLE);
  g_assert_cmpstr(log.text->str, ==, "call1@10 ");
  log_clear(&log);
}

static void test_never_schedules_nothing(void) {
  Log log;
  log_init(&log);
  EventKindId call = sim_add_kind(log.sim, &call_kind, &log);
  EventId plain = sim_schedule(log.sim, SIM_NEVER, call, 1, 0);
  EventId renewing = sim_schedule_renewing(log.sim, SIM_NEVER, call, 1, 0);
  g_assert_cmpuint(plain.generation, ==, 0);
  g_assert_cmpuint(renewing.generation, ==, 0);
  g_assert_false(sim_cancel(log.sim, plain));
  g_assert_false(sim_cancel(log.sim, EVENT_NONE));
  g_assert_cmpuint(sim_events_pending(log.sim), ==, 0);
  g_assert_cmpint(sim_run(log.sim, SIM_NEVER, 0), ==, SIM_END_IDLE);
  log_clear(&log);
}

static void test_stop_ends_after_the_running_event(void) {
  Log log;
  log_init(&log);
  EventKindId stop = sim_add_kind(log.sim, &stop_kind, &log);
  EventKindId call = sim_add_kind(log.sim, &call_kind, &log);
  sim_schedule(log.sim, 1, stop, 1, 0);
  sim_schedule(log.sim, 1, call, 2, 0);
  g_assert_cmpint(sim_run(log.sim, SIM_NEVER, 0), ==, SIM_END_STOPPED);
  g_assert_cmpstr(log.text->str, ==, "stop1@1 ");
  g_assert_cmpint(sim_run(log.sim, SIM_NEVER, 0), ==, SIM_END_IDLE);
  g_assert_cmpstr(log.text->str, ==, "stop1@1 call2@1 ");
  log_clear(&log);
}

static void test_handler_cancels_event_of_the_same_instant(void) {
  Log log;
  log_init(&log);
  EventKindId cancel = sim_add_kind(log.sim, &cancel_kind, &log);
  EventKindId arrival = sim_add_kind(log.sim, &arrival_kind, &log);
  log.victim = sim_schedule(log.sim, 5, arrival, 1, 0);
  sim_schedule(log.sim, 5, cancel, 1, 0);
  sim_schedule(log.sim, 5, cancel, 2, 0);
  g_assert_cmpint(sim_run(log.sim, SIM_NEVER, 0), ==, SIM_END_IDLE);
  g_assert_cmpstr(log.text->str, ==, "cancelled1@5 stale2@5 ");
  log_clear(&log);
}

static void test_two_sims_run_side_by_side(void) {
  Log a, b;
  log_init(&a);
  log_init(&b);
  a.again = sim_add_kind(a.sim, &chain_kind, &a);
  sim_add_kind(b.sim, &call_kind, &b);
  b.again = sim_add_kind(b.sim, &chain_kind, &b);
  sim_schedule(a.sim, 0, a.again, 0, 10);
  sim_schedule(b.sim, 3, b.again, 0, 20);
  for (int i = 0; i < 3; i++) {
    g_assert_cmpint(sim_run(a.sim, SIM_NEVER, 1), ==, SIM_END_BUDGET);
    g_assert_cmpint(sim_run(b.sim, SIM_NEVER, 1), ==, SIM_END_BUDGET);
  }
  g_assert_cmpstr(a.text->str, ==, "chain0@0 chain1@10 chain2@20 ");
  g_assert_cmpstr(b.text->str, ==, "chain0@3 chain1@23 chain2@43 ");
  log_clear(&a);
  log_clear(&b);
}

static void test_schedule_in_the_past_is_caught(void) {
  if (g_test_subprocess()) {
    Log log;
    log_init(&log);
    EventKindId call = sim_add_kind(log.sim, &call_kind, &log);
    sim_schedule(log.sim, 5, call, 0, 0);
    sim_run(log.sim, SIM_NEVER, 0);
    sim_schedule(log.sim, 4, call, 0, 0);
    return;
  }
  g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed();
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/sim/one-instant-runs-timers-arrivals-calls-probes",
                  test_one_instant_runs_timers_then_arrivals_then_calls_then_probes);
  g_test_add_func("/sim/shuffle-keeps-the-order-of-one-application", test_shuffle_keeps_the_order_of_one_application);
  g_test_add_func("/sim/shuffle-changes-ties-and-nothing-else", test_shuffle_changes_ties_and_nothing_else);
  g_test_add_func("/sim/until-is-inclusive-and-the-clock-stands-there",
                  test_until_is_inclusive_and_the_clock_stands_there);
  g_test_add_func("/sim/budget-spent-ends-and-can-go-on", test_budget_spent_ends_and_can_go_on);
  g_test_add_func("/sim/budget-met-by-the-last-event-ends-idle", test_budget_met_by_the_last_event_ends_idle);
  g_test_add_func("/sim/chain-at-one-instant-is-held-by-the-budget", test_chain_at_one_instant_is_held_by_the_budget);
  g_test_add_func("/sim/only-renewing-left-ends-renewing", test_only_renewing_left_ends_renewing);
  g_test_add_func("/sim/renewing-from-before-a-change-runs-once-more",
                  test_renewing_from_before_a_change_runs_once_more);
  g_test_add_func("/sim/renewing-after-more-changes-than-are-counted-runs-on",
                  test_renewing_after_more_changes_than_are_counted_runs_on);
  g_test_add_func("/sim/cancelled-renewing-counts-no-more", test_cancelled_renewing_counts_no_more);
  g_test_add_func("/sim/never-schedules-nothing", test_never_schedules_nothing);
  g_test_add_func("/sim/stop-ends-after-the-running-event", test_stop_ends_after_the_running_event);
  g_test_add_func("/sim/handler-cancels-event-of-the-same-instant", test_handler_cancels_event_of_the_same_instant);
  g_test_add_func("/sim/two-sims-run-side-by-side", test_two_sims_run_side_by_side);
  g_test_add_func("/sim/schedule-in-the-past-is-caught", test_schedule_in_the_past_is_caught);
  return g_test_run();
}
