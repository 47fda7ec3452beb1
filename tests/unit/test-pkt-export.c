/* A run as a script for one of its hosts: played back, the host does the same again. */
#include "output/export/packetdrill_script.h"
#include "packetdrill/pkt_parse.h"
#include "packetdrill/pkt_play.h"
#include "runs.h"

#include <string.h>

static const ScenarioHost *host_of(const Scenario *scenario, const char *name) {
  for (guint i = 0; i < scenario->hosts->len; i++) {
    const ScenarioHost *host = g_ptr_array_index(scenario->hosts, i);
    if (strcmp(host->name, name) == 0)
      return host;
  }
  g_assert_not_reached();
}

/* NULL if the script passes; else why not. */
static char *play_back(const char *text, const ScenarioHost *host) {
  g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(PktScript) script = pkt_parse("exported.pkt", text, strlen(text), NULL, errors);
  if (!script)
    return g_strdup(g_ptr_array_index(errors, 0));
  PktPlayOptions options = {.profile = host->profile, .params = &host->tcp};
  g_autoptr(PktResult) result = pkt_play(script, &options);
  return result->verdict == PKT_PASS ? NULL : pkt_result_text(result, script);
}

static char *script_of(const Trace *trace, const char *host) {
  g_autoptr(GError) error = NULL;
  GString *out = g_string_new(NULL);
  if (export_packetdrill(trace, host, out, &error))
    return g_string_free(out, FALSE);
  g_test_message("%s: %s", host, error->message);
  g_string_free(out, TRUE);
  return NULL;
}

/* Every shipped scenario, for each of its hosts; what a script cannot say is counted, so that it does not grow. */
static const char *const SCENARIOS[] = {
    "close-wait/fin-wait-2-orphan-linux",
    "close-wait/never-closes",
    "half-close/data-flows-back",
    "loss/ack-of-fin-lost",
    "loss/first-fin-lost",
    "loss/first-fin-lost-four-times",
    "loss/last-ack-lost",
    "middlebox/conntrack-forgets-close-wait",
    "middlebox/conntrack-resets",
    "normal/four-segments",
    "normal/three-segments",
    "ports/exhaustion",
    "ports/restart-server-reuseaddr",
    "reordering/fin-overtakes-data",
    "reordering/overtaken-ack",
    "reset/forged-rst",
    "reset/half-open-reboot",
    "reset/linger-zero",
    "reset/unread-data",
    "simultaneous/both-close-at-once",
    "simultaneous/close-in-turn",
    "simultaneous/nearly-at-once",
    "simultaneous/one-fin-lost",
    "time-wait/new-syn-accepted",
    "time-wait/port-is-reserved",
    "time-wait/stray-segment",
    "time-wait/too-short",
    "timers/fin-behind-closed-window",
    "timers/link-dies",
};

static void test_every_shipped_scenario_played_back_passes(void) {
  unsigned passed = 0, outside = 0, failed = 0;
  for (unsigned i = 0; i < G_N_ELEMENTS(SCENARIOS); i++) {
    g_autofree char *path = g_strdup_printf("scenarios/%s.json", SCENARIOS[i]);
    Scenario *scenario = scenario_of_file(path);
    RunOptions options = {0};
    g_autoptr(Trace) trace = run_to_trace(scenario, &options, NULL);
    for (guint h = 0; h < scenario->hosts->len; h++) {
      const char *host = ((const ScenarioHost *)g_ptr_array_index(scenario->hosts, h))->name;
      g_autofree char *text = script_of(trace, host);
      g_autofree char *problem = text ? play_back(text, host_of(scenario, host)) : NULL;
      if (problem)
        g_test_message("%s, %s:\n%s\n%s", SCENARIOS[i], host, text, problem);
      failed += problem != NULL;
      passed += text && !problem;
      outside += text == NULL;
    }
    scenario_free(scenario);
  }
  g_test_message("%u pass, %u cannot be a script", passed, outside);
  g_assert_cmpuint(failed, ==, 0);
  g_assert_cmpuint(passed, >=, 40);
}

static void test_the_exported_script_of_a_normal_close_reads_as_expected(void) {
  g_autoptr(Trace) trace =
      run_two_hosts("'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'close'}]},"
                    "         {'host': 'b', 'conn': 'c', 'do': [{'on': 'eof', 'after': '200ms', 'call': 'close'}]}]");
  g_autofree char *text = script_of(trace, "b");
  g_assert_nonnull(strstr(text, "\n0.150000 < F. 1:1(0) ack 1 win 65535\n0.150000 read(4, ..., 1000) = 0\n"
                                "0.150000 > . 1:1(0) ack 2\n0.350000 close(4) = 0\n0.350000 > F. 1:1(0) ack 2\n"
                                "0.450000 < . 2:2(0) ack 2 win 65535\n"));
}

static void test_a_host_that_the_trace_does_not_know_is_an_error(void) {
  g_autoptr(Trace) trace = run_two_hosts("'apps': []");
  g_autoptr(GError) error = NULL;
  g_autoptr(GString) out = g_string_new("before");
  g_assert_false(export_packetdrill(trace, "nobody", out, &error));
  g_assert_error(error, PACKETDRILL_SCRIPT_ERROR, PACKETDRILL_SCRIPT_ERROR_HOST);
  g_assert_cmpstr(out->str, ==, "before");
}

static void test_a_title_cannot_smuggle_lines_into_the_script(void) {
  g_autoptr(Trace) trace = run_two_hosts("'apps': []");
  g_free(trace->header->title);
  trace->header->title = g_strdup("innocent\n0 `reboot`");
  g_autofree char *text = script_of(trace, "a");
  g_assert_nonnull(strstr(text, "// innocent?0 `reboot`\n"));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/pkt-export/" #name, test_##name)
  TEST(every_shipped_scenario_played_back_passes);
  TEST(the_exported_script_of_a_normal_close_reads_as_expected);
  TEST(a_host_that_the_trace_does_not_know_is_an_error);
  TEST(a_title_cannot_smuggle_lines_into_the_script);
  return g_test_run();
}
