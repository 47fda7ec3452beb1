/* The explanation: every rule has its words, every run its reasons, and nothing in a trace can stop it. */
#include "output/text/explain.h"
#include "output/text/explain_steps.h"
#include "output/text/explain_words.h"
#include "runs.h"
#include "text-traces.h"

#include <cjson/cJSON.h>
#include <string.h>

#define ALL                                                                                                            \
  { .until = SIM_NEVER }

/* A sentence begins like one, ends like one, and has no double spaces. */
static void assert_sentence(const char *text) {
  g_assert_nonnull(text);
  g_assert_cmpuint(strlen(text), >, 10);
  g_assert_true(g_ascii_isupper(*text) || g_ascii_isdigit(*text));
  g_assert_true(g_str_has_suffix(text, "."));
  g_assert_null(strstr(text, "  "));
}

static void test_every_row_of_the_table_has_its_reason_in_every_state(void) {
  unsigned n_rows;
  const TcpRow *rows = tcp_fsm_rows(&n_rows);
  for (unsigned i = 0; i < n_rows; i++)
    for (unsigned state = 0; state < TCP_STATE_COUNT; state++) {
      if (!(rows[i].from >> state & 1))
        continue;
      const ExplainRule *rule = explain_rule((TcpState)state, (TcpStimulus)rows[i].stimulus, (TcpGuard)rows[i].guard);
      if (!rule)
        g_test_message("no words for %s in %s when %s", tcp_stimulus_name((TcpStimulus)rows[i].stimulus),
                       tcp_state_name((TcpState)state), tcp_guard_name((TcpGuard)rows[i].guard));
      g_assert_nonnull(rule);
      assert_sentence(rule->why);
    }
}

static void test_what_is_no_row_of_the_table_has_no_reason(void) {
  g_assert_null(explain_rule(TCP_STATE_CLOSED, TCP_TMO_TIME_WAIT, TCP_GUARD_ALWAYS));
  g_assert_null(explain_rule(TCP_STATE_ESTABLISHED, TCP_SEG_FIN, TCP_GUARD_LIMIT_REACHED));
}

/* The guards that a stack's own choice makes true; a row with one of them is not what RFC 9293 alone says. */
static void test_every_rule_of_a_stack_says_what_rfc_9293_alone_would_do(void) {
  static const TcpGuard own[] = {TCP_GUARD_LAST_ACK_AT_CALL,
                                 TCP_GUARD_OLD_SYN_DROPPED,
                                 TCP_GUARD_OLD_SYN_RESET,
                                 TCP_GUARD_UNACCEPTABLE_RESTARTS_TIME_WAIT,
                                 TCP_GUARD_ODD_ACK_ANSWERED,
                                 TCP_GUARD_SYN_RESETS,
                                 TCP_GUARD_SYN_ACK_REPEATED,
                                 TCP_GUARD_KEEPALIVE_RST,
                                 TCP_GUARD_ABORT_WAITS,
                                 TCP_GUARD_TIME_WAIT_REUSED,
                                 TCP_GUARD_ANY_RESTARTS_TIME_WAIT,
                                 TCP_GUARD_BUG_NO_TIME_WAIT,
                                 TCP_GUARD_BUG_CLOSING_SKIPPED,
                                 TCP_GUARD_BUG_RST_ON_CROSSING_FIN,
                                 TCP_GUARD_BUG_FIN_SENT_ONCE,
                                 TCP_GUARD_BUG_TIME_WAIT_FROM_LAST_ACK};
  unsigned n_rows, found = 0;
  const TcpRow *rows = tcp_fsm_rows(&n_rows);
  for (unsigned i = 0; i < n_rows; i++)
    for (unsigned k = 0; k < G_N_ELEMENTS(own); k++) {
      if (rows[i].guard != own[k])
        continue;
      TcpState state = (TcpState)__builtin_ctz(rows[i].from);
      const ExplainRule *rule = explain_rule(state, (TcpStimulus)rows[i].stimulus, own[k]);
      g_assert_nonnull(rule->stack);
      g_assert_nonnull(strstr(rule->stack, "RFC 9293"));
      g_assert_true(g_str_has_suffix(rule->stack, "."));
      found++;
    }
  g_assert_cmpuint(found, >=, G_N_ELEMENTS(own));
}

static void test_every_stimulus_guard_check_and_timer_has_words(void) {
  for (unsigned i = 0; i < TCP_STIMULUS_COUNT; i++)
    assert_sentence(explain_stimulus((TcpStimulus)i));
  for (unsigned i = 0; i < TCP_GUARD_COUNT; i++) {
    if (i == TCP_GUARD_ALWAYS)
      g_assert_cmpstr(explain_guard((TcpGuard)i), ==, "");
    else
      assert_sentence(explain_guard((TcpGuard)i));
  }
  for (unsigned i = 0; i < TCP_CHECK_COUNT; i++)
    assert_sentence(explain_check((TcpCheck)i));
  for (unsigned i = 0; i < TCP_TIMER_COUNT; i++)
    g_assert_cmpuint(strlen(explain_timer((TcpTimer)i)), >, 10);
}

/* --- runs --------------------------------------------------------------------------------------------------------- */

static Trace *run_of(const char *path) {
  g_autoptr(Scenario) scenario = scenario_of_file(path);
  return run_to_trace(scenario, &(RunOptions){0}, NULL);
}

static char *explained(const Trace *trace, const ExplainChoice *choice) {
  const TextStyle style = {.width = 100};
  GString *out = g_string_new(NULL);
  explain_write_text(trace, choice, &style, out);
  return g_string_free(out, FALSE);
}

/* The same on one line, so that line breaks do not matter. */
static char *told(const char *path, const ExplainChoice *choice) {
  g_autoptr(Trace) trace = run_of(path);
  g_autofree char *text = explained(trace, choice);
  g_auto(GStrv) words = g_strsplit_set(text, " \n", -1);
  GString *out = g_string_new(NULL);
  for (char **word = words; *word; word++)
    if (**word)
      g_string_append_printf(out, "%s%s", out->len ? " " : "", *word);
  return g_string_free(out, FALSE);
}

static void assert_says(const char *text, const char *words) {
  if (!strstr(text, words))
    g_test_message("\"%s\" is not in: %s", words, text);
  g_assert_nonnull(strstr(text, words));
}

static void test_runs_are_explained_as_the_golden_texts_say(void) {
  static const char *const names[] = {"loss/first-fin-lost", "time-wait/stray-segment", "reset/forged-rst"};
  for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autofree char *path = g_strdup_printf("scenarios/%s.json", names[i]);
    g_autoptr(Trace) trace = run_of(path);
    g_autofree char *text = explained(trace, &(ExplainChoice)ALL);
    g_autofree char *file = g_strdup_printf("explain-%s.txt", strchr(names[i], '/') + 1);
    assert_golden(file, text);
  }
}

static void test_a_retransmission_says_why_now_and_what_the_timeout_becomes(void) {
  g_autofree char *text = told("scenarios/loss/first-fin-lost.json", &(ExplainChoice)ALL);
  assert_says(text, "The retransmission timer runs out: 1 s have passed since 0.000.");
  assert_says(text, "2 s, twice as long as before (RFC 6298 5.5), until 3.000");
  assert_says(text, "(segment 2, attempt 2)");
  assert_says(text, "lost: fault 1 at 0.025, link client>server");
}

static void test_a_repeated_fin_in_time_wait_says_that_2_msl_start_over(void) {
  g_autofree char *text = told("scenarios/loss/last-ack-lost.json", &(ExplainChoice)ALL);
  assert_says(text, "it is the peer's FIN once more");
  assert_says(text, "The 2 MSL timer starts over: 240 s, until 241.300 instead of 240.300.");
  assert_says(text, "first job of TIME-WAIT");
}

static void test_numbers_of_sequence_follow_the_segments(void) {
  g_autofree char *text = told("scenarios/reordering/fin-overtakes-data.json", &(ExplainChoice)ALL);
  assert_says(text, "RCV.NXT: 1 -> 102 (the number expected next).");
  assert_says(text, "SND.UNA: 1 -> 102 (all below it is acknowledged).");
  assert_says(text, "something before it is missing");
  assert_says(text, "It fills the hole, so the FIN that came before it is next in order now");
}

static void test_what_a_stack_does_otherwise_is_set_against_the_rfc(void) {
  g_autofree char *text = told("scenarios/time-wait/new-syn-accepted.json", &(ExplainChoice)ALL);
  assert_says(text, "linux enters LAST-ACK at the call, as Linux and the BSDs do; RFC 9293 alone would stay in "
                    "CLOSE-WAIT until the FIN leaves.");
  assert_says(text, "In TIME-WAIT a SYN is looked at before all other checks.");
  g_autofree char *plain = told("scenarios/normal/four-segments.json", &(ExplainChoice)ALL);
  g_assert_null(strstr(plain, "RFC 9293 alone"));
}

static void test_a_refused_rst_says_by_how_much_it_missed(void) {
  g_autofree char *text = told("scenarios/reset/forged-rst.json", &(ExplainChoice)ALL);
  assert_says(text, "It has 1000, RCV.NXT is 1.");
  assert_says(text, "RFC 5961 3.2");
  assert_says(text, "put in by attacker");
}

static void test_a_choice_of_host_and_time_leaves_out_the_rest(void) {
  const ExplainChoice server = {.host = "server", .until = SIM_NEVER}, late = {.from = SIM_S(2), .until = SIM_NEVER};
  g_autofree char *of_server = told("scenarios/loss/first-fin-lost.json", &server);
  g_assert_null(strstr(of_server, "client ESTABLISHED"));
  assert_says(of_server, "3. 1.050 server ESTABLISHED -> CLOSE-WAIT");
  g_autofree char *later = told("scenarios/loss/first-fin-lost.json", &late);
  g_assert_null(strstr(later, "CLOSE-WAIT"));
  assert_says(later, "8. 241.300 client TIME-WAIT -> CLOSED");
  const ExplainChoice nobody = {.conn = "other", .until = SIM_NEVER};
  g_autofree char *nothing = told("scenarios/loss/first-fin-lost.json", &nobody);
  g_assert_null(strstr(nothing, "->"));
}

static void test_brief_leaves_out_segments_that_need_no_reason(void) {
  const ExplainChoice brief = {.until = SIM_NEVER, .brief = TRUE};
  g_autofree char *text = told("scenarios/reordering/fin-overtakes-data.json", &brief);
  g_assert_null(strstr(text, "acknowledges nothing new"));
  g_assert_null(strstr(text, "SND.NXT"));
  assert_says(text, "FIN-WAIT-1 -> FIN-WAIT-2");
}

/* --- any trace ---------------------------------------------------------------------------------------------------- */

static unsigned count_kind(const Trace *trace, TraceKind kind) {
  unsigned count = 0;
  for (size_t i = 0; i < trace->count; i++)
    count += trace->records[i].kind == kind;
  return count;
}

static gboolean has_part(const ExplainStep *step, ExplainPart part) {
  for (guint i = 0; i < step->lines->len; i++)
    if (((const ExplainLine *)g_ptr_array_index(step->lines, i))->part == part)
      return TRUE;
  return FALSE;
}

static void explain_shipped(const char *path) {
  g_autoptr(Trace) trace = run_of(path);
  g_autoptr(Explanation) explanation = explanation_new(trace);
  unsigned changes = 0;
  for (guint i = 0; i < explanation->steps->len; i++) {
    const ExplainStep *step = g_ptr_array_index(explanation->steps, i);
    changes += step->changes->len;
    g_assert_true(!step->changes->len || (has_part(step, EXPLAIN_WHY) && step->sections->len > 0));
    g_assert_true(has_part(step, EXPLAIN_CAME) || has_part(step, EXPLAIN_SENDS) || has_part(step, EXPLAIN_PORT) ||
                  step->changes->len);
  }
  g_assert_cmpuint(changes, ==, count_kind(trace, TRACE_STATE));
}

static void test_every_change_of_state_of_every_shipped_scenario_has_a_reason_and_a_section(void) {
  g_autofree char *root = g_test_build_filename(G_TEST_DIST, "scenarios", NULL);
  g_autoptr(GError) error = NULL;
  GDir *folders = g_dir_open(root, 0, &error);
  g_assert_no_error(error);
  unsigned files = 0;
  for (const char *folder; (folder = g_dir_read_name(folders));) {
    g_autofree char *below = g_build_filename(root, folder, NULL);
    GDir *dir = g_dir_open(below, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
      g_autofree char *path = g_strdup_printf("scenarios/%s/%s", folder, name);
      if (!g_str_has_suffix(name, ".json") || g_str_has_suffix(name, ".lab.json"))
        continue;
      explain_shipped(path);
      files++;
    }
    g_clear_pointer(&dir, g_dir_close);
  }
  g_dir_close(folders);
  g_assert_cmpuint(files, >, 20);
}

static void write_all(const Trace *trace, const TextStyle *style, GString *out) {
  explain_write_text(trace, &(ExplainChoice)ALL, style, out);
}

static void test_any_trace_at_any_width_stays_within_it(void) {
  assert_writer_is_sound(write_all);
}

static void test_a_trace_from_elsewhere_without_rules_is_told_as_far_as_it_goes(void) {
  g_autoptr(Trace) trace = text_trace("four-segments");
  g_autofree char *text = explained(trace, &(ExplainChoice)ALL);
  assert_says(text, "ESTABLISHED -> FIN-WAIT-1");
  assert_says(text, "TIME-WAIT -> CLOSED");
}

static void test_json_of_any_trace_is_json(void) {
  for (guint32 seed = 0; seed < 100; seed++) {
    g_autoptr(Trace) noise = text_trace_of_noise(seed, 50);
    GString *out = g_string_new(NULL);
    explain_write_json(noise, &(ExplainChoice)ALL, out);
    g_assert_true(g_utf8_validate(out->str, -1, NULL));
    cJSON *root = cJSON_Parse(out->str);
    g_assert_true(cJSON_IsArray(cJSON_GetObjectItem(root, "steps")));
    cJSON_Delete(root);
    g_string_free(out, TRUE);
  }
}

static void test_json_has_exact_times_and_the_sections(void) {
  g_autoptr(Trace) trace = run_of("scenarios/loss/first-fin-lost.json");
  GString *out = g_string_new(NULL);
  explain_write_json(trace, &(ExplainChoice)ALL, out);
  cJSON *root = cJSON_Parse(out->str);
  const cJSON *steps = cJSON_GetObjectItem(root, "steps");
  g_assert_cmpint(cJSON_GetArraySize(steps), ==, 8);
  const cJSON *third = cJSON_GetArrayItem(steps, 2);
  g_assert_cmpstr(cJSON_GetStringValue(cJSON_GetArrayItem(cJSON_GetObjectItem(third, "rfc"), 0)), ==,
                  "RFC 9293 3.10.7.4");
  g_assert_nonnull(strstr(out->str, "241300000000"));
  cJSON_Delete(root);
  g_string_free(out, TRUE);
}

static void test_markdown_marks_in_names_are_escaped(void) {
  g_autoptr(Trace) trace = text_trace("long-names");
  GString *out = g_string_new(NULL);
  explain_write_markdown(trace, &(ExplainChoice)ALL, out);
  g_assert_true(g_str_has_prefix(out->str, "## "));
  g_assert_null(strchr(out->str, '\033'));
  g_assert_null(strstr(out->str, " -> ")); /* the mark of a quotation is escaped */
  g_string_free(out, TRUE);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/explain/" #name, test_##name)
  TEST(every_row_of_the_table_has_its_reason_in_every_state);
  TEST(what_is_no_row_of_the_table_has_no_reason);
  TEST(every_rule_of_a_stack_says_what_rfc_9293_alone_would_do);
  TEST(every_stimulus_guard_check_and_timer_has_words);
  TEST(runs_are_explained_as_the_golden_texts_say);
  TEST(a_retransmission_says_why_now_and_what_the_timeout_becomes);
  TEST(a_repeated_fin_in_time_wait_says_that_2_msl_start_over);
  TEST(numbers_of_sequence_follow_the_segments);
  TEST(what_a_stack_does_otherwise_is_set_against_the_rfc);
  TEST(a_refused_rst_says_by_how_much_it_missed);
  TEST(a_choice_of_host_and_time_leaves_out_the_rest);
  TEST(brief_leaves_out_segments_that_need_no_reason);
  TEST(every_change_of_state_of_every_shipped_scenario_has_a_reason_and_a_section);
  TEST(any_trace_at_any_width_stays_within_it);
  TEST(a_trace_from_elsewhere_without_rules_is_told_as_far_as_it_goes);
  TEST(json_of_any_trace_is_json);
  TEST(json_has_exact_times_and_the_sections);
  TEST(markdown_marks_in_names_are_escaped);
  return g_test_run();
}
