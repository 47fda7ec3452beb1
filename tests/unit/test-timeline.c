/* The table of states, and the history it is made from. */
#include "output/text/history.h"
#include "output/text/timeline.h"
#include "text-traces.h"

#include <string.h>

static char *timeline_of(const char *name, unsigned width) {
  g_autoptr(Trace) trace = text_trace(name);
  return text_of(timeline_write, trace, width, FALSE, FALSE);
}

static const HistoryEnd *end_of(const History *history, const char *host, const char *conn) {
  const Names *names = history->trace->names;
  const HistoryEnd *end = history_end(history, names_find(names, host), names_find(names, conn));
  g_assert_nonnull(end);
  return end;
}

static const HistoryState *stay(const HistoryEnd *end, guint index) {
  g_assert_cmpuint(index, <, end->states->len);
  return &g_array_index(end->states, HistoryState, index);
}

static void test_tables_match_their_golden_ones(void) {
  static const char *const names[] = {"four-segments", "three-segments", "gives-up", "three-hosts", "handshake"};
  for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autofree char *text = timeline_of(names[i], 100);
    g_autofree char *file = g_strdup_printf("timeline-%s.txt", names[i]);
    assert_golden(file, text);
  }
  g_autofree char *narrow = timeline_of("three-hosts", 60);
  assert_golden("timeline-three-hosts-60.txt", narrow);
}

static void test_any_trace_at_any_width_stays_within_it(void) {
  assert_writer_is_sound(timeline_write);
}

static void test_a_row_says_why_a_state_was_left(void) {
  g_autofree char *text = timeline_of("gives-up", 160);
  g_assert_nonnull(strstr(text, "retransmission timeout, the limit R2 of retransmissions is reached (3.10.8)"));
  g_assert_nonnull(strstr(text, "CLOSE call (3.10.4)"));
  g_assert_nonnull(strstr(text, "still in it when the run ends"));
}

static void test_a_step_through_a_state_left_at_once_names_both_reasons(void) {
  g_autofree char *text = timeline_of("three-segments", 160);
  g_assert_null(strstr(text, "FIN-WAIT-2"));
  g_assert_nonnull(strstr(text, "the ACK of our FIN (3.10.7.4); then the peer's FIN, in order (3.10.7.4)"));
}

static void test_history_gives_each_stay_its_times(void) {
  g_autoptr(Trace) trace = text_trace("four-segments");
  g_autoptr(History) history = history_new(trace, HISTORY_DEFAULT);
  g_assert_cmpuint(history->ends->len, ==, 2);
  g_assert_cmpuint(history->n_conns, ==, 1);
  g_assert_cmpint(history->end_at, ==, SIM_MS(60300));
  const HistoryEnd *client = end_of(history, "client", "web");
  g_assert_true(client->is_client);
  g_assert_cmpstr(trace_text(trace, client->endpoint), ==, "192.0.2.1:49152");
  g_assert_cmpuint(client->states->len, ==, 5);
  g_assert_cmpint(stay(client, 0)->state, ==, TCP_STATE_ESTABLISHED);
  g_assert_cmpuint(stay(client, 0)->entered_by, ==, HISTORY_NONE);
  g_assert_cmpint(stay(client, 3)->state, ==, TCP_STATE_TIME_WAIT);
  g_assert_cmpint(stay(client, 3)->from, ==, SIM_MS(300));
  g_assert_cmpint(stay(client, 3)->until, ==, SIM_MS(60300));
  g_assert_cmpuint(stay(client, 3)->left_by, ==, stay(client, 4)->entered_by);
  g_assert_cmpuint(stay(client, 4)->left_by, ==, HISTORY_NONE);
  g_assert_cmpuint(client->sent, ==, 2);
  g_assert_cmpuint(client->ports->len, ==, 1);
}

static void test_history_skips_states_left_at_once_unless_asked_for_all(void) {
  g_autoptr(Trace) trace = text_trace("three-segments");
  g_autoptr(History) history = history_new(trace, HISTORY_DEFAULT);
  g_autoptr(History) all = history_new(trace, HISTORY_ALL_STATES);
  const HistoryEnd *client = end_of(history, "client", "web");
  g_assert_cmpuint(client->states->len, ==, 4);
  g_assert_cmpint(stay(client, 2)->state, ==, TCP_STATE_TIME_WAIT);
  g_assert_cmpuint(stay(client, 1)->left_by, <, stay(client, 2)->entered_by);
  const HistoryEnd *whole = end_of(all, "client", "web");
  g_assert_cmpuint(whole->states->len, ==, 5);
  g_assert_cmpint(stay(whole, 2)->state, ==, TCP_STATE_FIN_WAIT_2);
  g_assert_cmpint(stay(whole, 2)->from, ==, stay(whole, 2)->until);
}

static void test_history_keeps_the_first_state_though_left_at_the_start(void) {
  g_autoptr(Trace) trace = text_trace("four-segments");
  g_autoptr(History) history = history_new(trace, HISTORY_DEFAULT);
  const HistoryEnd *client = end_of(history, "client", "web");
  g_assert_cmpint(stay(client, 0)->from, ==, stay(client, 0)->until);
}

static void test_history_follows_a_segment_to_its_end(void) {
  g_autoptr(Trace) trace = text_trace("first-fin-lost");
  g_autoptr(History) history = history_new(trace, HISTORY_DEFAULT);
  const HistorySegment *lost = history_segment(history, 1);
  g_assert_cmpuint(lost->arrived, ==, HISTORY_NONE);
  g_assert_cmpuint(lost->dropped, !=, HISTORY_NONE);
  g_assert_cmpint(history_arrived_at(history, lost), ==, SIM_NEVER);
  const HistorySegment *again = history_segment(history, 2);
  g_assert_cmpint(history_departed_at(history, again), ==, SIM_MS(300));
  g_assert_cmpint(history_arrived_at(history, again), ==, SIM_MS(350));
  g_assert_cmpuint(history_contents(history, again)->sent.attempt, ==, 2);
  g_assert_null(history_segment(history, 99));
  const HistoryEnd *client = end_of(history, "client", "web");
  g_assert_cmpuint(client->lost, ==, 1);
  g_assert_cmpuint(client->resent, ==, 1);
}

static void test_history_makes_a_segment_of_a_copy(void) {
  g_autoptr(Trace) trace = text_trace("reset");
  g_autoptr(History) history = history_new(trace, HISTORY_DEFAULT);
  const HistorySegment *copy = history_segment(history, 4);
  g_assert_nonnull(copy);
  g_assert_cmpuint(copy->copy_of, ==, 3);
  g_assert_cmpuint(copy->sent, ==, history_segment(history, 3)->sent);
  g_assert_cmpuint(copy->discarded, !=, HISTORY_NONE);
  g_assert_cmpint(history_arrived_at(history, copy), ==, SIM_MS(210));
}

static void test_an_empty_trace_makes_no_table(void) {
  g_autoptr(Trace) trace = trace_new(NULL, NULL);
  g_autofree char *text = text_of(timeline_write, trace, 80, FALSE, FALSE);
  g_assert_cmpstr(text, ==, "");
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/timeline/" #name, test_##name)
  TEST(tables_match_their_golden_ones);
  TEST(any_trace_at_any_width_stays_within_it);
  TEST(a_row_says_why_a_state_was_left);
  TEST(a_step_through_a_state_left_at_once_names_both_reasons);
  TEST(history_gives_each_stay_its_times);
  TEST(history_skips_states_left_at_once_unless_asked_for_all);
  TEST(history_keeps_the_first_state_though_left_at_the_start);
  TEST(history_follows_a_segment_to_its_end);
  TEST(history_makes_a_segment_of_a_copy);
  TEST(an_empty_trace_makes_no_table);
  return g_test_run();
}
