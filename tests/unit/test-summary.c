/* The summary: a run in a few lines. */
#include "output/text/summary.h"
#include "text-traces.h"

#include <string.h>

static char *summary_of(const char *name, unsigned width) {
  g_autoptr(Trace) trace = text_trace(name);
  return text_of(summary_write, trace, width, FALSE, FALSE);
}

static void test_summaries_match_their_golden_ones(void) {
  static const char *const names[] = {"four-segments", "first-fin-lost", "gives-up", "reset", "three-hosts"};
  for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autofree char *text = summary_of(names[i], 100);
    g_autofree char *file = g_strdup_printf("summary-%s.txt", names[i]);
    assert_golden(file, text);
  }
}

static void test_any_trace_at_any_width_stays_within_it(void) {
  assert_writer_is_sound(summary_write);
}

static void test_a_normal_close_says_so_and_how_long_it_took(void) {
  g_autofree char *text = summary_of("four-segments", 100);
  g_assert_nonnull(strstr(text, "closed normally, 60.3 s after its close()"));
  g_assert_nonnull(strstr(text, "closed normally, 100 ms after its close()"));
  g_assert_nonnull(strstr(text, "in TIME-WAIT for 60 s"));
  g_assert_nonnull(strstr(text, "port 49152 reserved from 0.300 until 60.300"));
  g_assert_nonnull(strstr(text, "ends after 60.3 s: nothing is left that could happen"));
}

static void test_ends_that_went_otherwise_say_how(void) {
  g_autofree char *timed_out = summary_of("gives-up", 100);
  g_assert_nonnull(strstr(timed_out, "timed out: gave up sending again, 243 s after its close()"));
  g_assert_nonnull(strstr(timed_out, "9 segments sent, 8 of them again, 9 lost on the way"));
  g_assert_nonnull(strstr(timed_out, "still in ESTABLISHED when the run ends"));
  g_autofree char *reset = summary_of("reset", 100);
  g_assert_nonnull(strstr(reset, "reset by the peer"));
  g_assert_nonnull(strstr(reset, "aborted"));
}

static void test_a_path_leaves_out_states_left_at_once(void) {
  g_autofree char *text = summary_of("three-segments", 100);
  g_assert_nonnull(strstr(text, "ESTABLISHED → FIN-WAIT-1 → TIME-WAIT → CLOSED"));
  g_assert_nonnull(strstr(text, "ESTABLISHED → LAST-ACK → CLOSED"));
}

static void test_a_title_cannot_steer_the_terminal(void) {
  g_autofree char *text = summary_of("long-names", 100);
  g_assert_nonnull(strstr(text, "\uFFFDevil\u241B[31m"));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/summary/" #name, test_##name)
  TEST(summaries_match_their_golden_ones);
  TEST(any_trace_at_any_width_stays_within_it);
  TEST(a_normal_close_says_so_and_how_long_it_took);
  TEST(ends_that_went_otherwise_say_how);
  TEST(a_path_leaves_out_states_left_at_once);
  TEST(a_title_cannot_steer_the_terminal);
  return g_test_run();
}
