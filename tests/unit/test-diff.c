/* Two runs side by side. */
#include "output/text/diff.h"
#include "runs.h"
#include "text-traces.h"

#include <cjson/cJSON.h>
#include <string.h>

static const char *const LABELS[2] = {"one", "other"};

static Trace *run_with(const char *path, gboolean faults, uint64_t seed) {
  g_autoptr(Scenario) scenario = scenario_of_file(path);
  if (!faults)
    g_ptr_array_set_size(scenario->faults, 0);
  if (seed)
    scenario->seed = seed;
  return run_to_trace(scenario, &(RunOptions){0}, NULL);
}

static char *text_of_diff(const TraceDiff *diff, gboolean brief, unsigned width) {
  const TextStyle style = {.width = width};
  GString *out = g_string_new(NULL);
  diff_write_text(diff, LABELS, brief, &style, out);
  return g_string_free(out, FALSE);
}

static void test_a_run_is_the_same_as_itself_whatever_the_isns(void) {
  g_autoptr(Trace) a = run_with("scenarios/loss/first-fin-lost.json", TRUE, 1);
  g_autoptr(Trace) b = run_with("scenarios/loss/first-fin-lost.json", TRUE, 2);
  g_autoptr(TraceDiff) diff = trace_diff_new(a, b);
  g_assert_true(diff->same);
  g_assert_cmpuint(diff->segments->len, ==, 0);
  g_assert_cmpuint(diff->n_common, ==, 5);
  g_autofree char *text = text_of_diff(diff, FALSE, 100);
  g_assert_nonnull(strstr(text, "They are the same"));
}

static void test_without_its_fault_a_run_parts_where_the_fault_struck(void) {
  g_autoptr(Trace) a = run_with("scenarios/loss/first-fin-lost.json", TRUE, 0);
  g_autoptr(Trace) b = run_with("scenarios/loss/first-fin-lost.json", FALSE, 0);
  g_autoptr(TraceDiff) diff = trace_diff_new(a, b);
  g_assert_false(diff->same);
  g_autofree char *in_a = diff_event_words(a, diff->parted[0]), *in_b = diff_event_words(b, diff->parted[1]);
  g_assert_cmpstr(in_a, ==, "F. 1:1(0) ack 1 from client is lost: fault 1");
  g_assert_cmpint(diff->parted[0]->t, ==, SIM_MS(25));
  g_assert_cmpstr(in_b, ==, "server receives F. 1:1(0) ack 1");
}

static void test_segments_are_found_again_by_what_they_are(void) {
  g_autoptr(Trace) a = run_with("scenarios/loss/first-fin-lost.json", TRUE, 0);
  g_autoptr(Trace) b = run_with("scenarios/loss/first-fin-lost.json", FALSE, 0);
  g_autoptr(TraceDiff) diff = trace_diff_new(a, b);
  g_assert_cmpuint(diff->segments->len, ==, 5);
  const DiffSegment *lost = &g_array_index(diff->segments, DiffSegment, 0);
  const DiffSegment *again = &g_array_index(diff->segments, DiffSegment, 1);
  const DiffSegment *ack = &g_array_index(diff->segments, DiffSegment, 2);
  g_assert_true(lost->lost[0] && !lost->lost[1] && lost->at[0] == lost->at[1]);
  g_assert_true(again->contents[0] && !again->contents[1]);
  g_assert_cmpint(ack->at[0] - ack->at[1], ==, SIM_S(1));
}

static void test_the_text_has_states_times_segments_counts_and_two_ladders(void) {
  g_autoptr(Trace) a = run_with("scenarios/loss/first-fin-lost.json", TRUE, 0);
  g_autoptr(Trace) b = run_with("scenarios/loss/first-fin-lost.json", FALSE, 0);
  g_autoptr(TraceDiff) diff = trace_diff_new(a, b);
  g_autofree char *text = text_of_diff(diff, FALSE, 100);
  assert_golden("diff-first-fin-lost.txt", text);
  g_autofree char *wide = text_of_diff(diff, FALSE, 140);
  assert_golden("diff-first-fin-lost-140.txt", wide);
  g_autofree char *brief = text_of_diff(diff, TRUE, 100);
  g_assert_null(strstr(brief, "seconds"));
  g_assert_nonnull(strstr(brief, "They part at 0.025"));
}

static void test_a_run_that_stops_first_has_nothing_more(void) {
  g_autoptr(Trace) a = run_with("scenarios/normal/four-segments.json", TRUE, 0);
  g_autoptr(Trace) b = run_with("scenarios/normal/four-segments.json", TRUE, 0);
  b->count -= 6;
  g_autoptr(TraceDiff) diff = trace_diff_new(a, b);
  g_assert_false(diff->same);
  g_assert_nonnull(diff->parted[0]);
  g_assert_null(diff->parted[1]);
  g_autofree char *text = text_of_diff(diff, TRUE, 100);
  g_assert_nonnull(strstr(text, "nothing more happens"));
}

static void test_an_end_that_only_one_run_has_is_told(void) {
  g_autoptr(Trace) a = text_trace("four-segments");
  g_autoptr(Trace) b = text_trace("three-hosts");
  g_autoptr(TraceDiff) diff = trace_diff_new(a, b);
  g_autofree char *text = text_of_diff(diff, TRUE, 100);
  g_assert_nonnull(strstr(text, "does not exist"));
}

static void write_against_the_next(const Trace *trace, const TextStyle *style, GString *out) {
  g_autoptr(Trace) other = text_trace("last-ack-lost");
  g_autoptr(TraceDiff) diff = trace_diff_new(trace, other);
  diff_write_text(diff, LABELS, FALSE, style, out);
}

static void test_any_trace_at_any_width_stays_within_it(void) {
  assert_writer_is_sound(write_against_the_next);
}

static void test_json_of_any_two_traces_is_json(void) {
  for (guint32 seed = 0; seed < 100; seed++) {
    g_autoptr(Trace) a = text_trace_of_noise(seed, 40);
    g_autoptr(Trace) b = text_trace_of_noise(seed + 1, 40);
    g_autoptr(TraceDiff) diff = trace_diff_new(a, b);
    GString *out = g_string_new(NULL);
    diff_write_json(diff, LABELS, out);
    g_assert_true(g_utf8_validate(out->str, -1, NULL));
    cJSON *root = cJSON_Parse(out->str);
    g_assert_true(cJSON_IsFalse(cJSON_GetObjectItem(root, "same")) == !diff->same);
    g_assert_true(cJSON_IsArray(cJSON_GetObjectItem(root, "segments")));
    cJSON_Delete(root);
    g_string_free(out, TRUE);
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/diff/" #name, test_##name)
  TEST(a_run_is_the_same_as_itself_whatever_the_isns);
  TEST(without_its_fault_a_run_parts_where_the_fault_struck);
  TEST(segments_are_found_again_by_what_they_are);
  TEST(the_text_has_states_times_segments_counts_and_two_ladders);
  TEST(a_run_that_stops_first_has_nothing_more);
  TEST(an_end_that_only_one_run_has_is_told);
  TEST(any_trace_at_any_width_stays_within_it);
  TEST(json_of_any_two_traces_is_json);
  return g_test_run();
}
