/* Mutations: each bug that a stack may have is switched on in one host (a parameter bug_*, tcp_profile.h) of a small
 * scenario, and the check that is named beside it must find it; without the bug the same scenario passes them all. A
 * check is an invariant by its id, or the scenario's expectation, by its number from 1: "expectation-2". */
#include "check/expect.h"
#include "check/invariants.h"
#include "tests/unit/runs.h"

#include <string.h>

typedef struct Mutation {
  const char *bug, *value; /* parameter, and what it is set to in `tcp` of one host, or of both */
  const char *caught_by;   /* one of those that must find it */
  enum { ON_A = 1, ON_B = 2, ON_BOTH = 3 } where;
  const char *more; /* of the scenario: hosts a and b, connection c from a:1000 to b:80, established, link 50 ms;
                       * "again" has the same tuple */
} Mutation;

#define CLOSE_A "{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'close'}]}"
#define CLOSE_B "{'host': 'b', 'conn': 'c', 'do': [{'on': 'eof', 'after': '200ms', 'call': 'close'}]}"
#define CLOSE   "'apps': [" CLOSE_A ", " CLOSE_B "]"
/* A's FIN and then B's, without a loss: four segments. */
#define NORMAL     CLOSE ", 'expect': [{'segments': {}, 'count': 4}, {'end': 'idle'}]"
#define LOSE(what) ", 'faults': [{'match': {" what "}, 'action': 'drop'}]"

static const Mutation MUTATIONS[] = {
    {"bug_fin_not_counted", "true", "I8", ON_A, NORMAL},
    {"bug_fin_counted_twice", "true", "I8", ON_A, NORMAL},
    {"bug_early_fin", "true", "I7", ON_B,
     "'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'send', 'octets': 100}, {'at': '10ms', 'call': "
     "'close'}]}, " CLOSE_B "]" LOSE("'from': 'a', 'len': 100, 'nth': 1")},
    {"bug_time_wait_from_last_ack", "true", "I6", ON_B, NORMAL},
    {"bug_second_fin", "true", "I3", ON_A,
     "'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'shutdown', 'how': 'WR'}, {'at': '10ms', 'call': "
     "'close'}]}, " CLOSE_B "]"},
    {"bug_fin_renumbered", "true", "I3", ON_A, CLOSE LOSE("'from': 'a', 'flags': 'FIN', 'nth': 1")},
    {"bug_timer_left_running", "true", "I18", ON_A, NORMAL},
    {"time_wait_restart", "'never'", "expectation-1", ON_A,
     CLOSE LOSE("'from': 'a', 'flags': '.', 'nth': 1") ", 'expect': [{'host': 'a', 'conn': 'c', 'at': '241.2s', "
                                                       "'state': 'TIME-WAIT'}]"},
    {"bug_rst_answered", "true", "I10", ON_A,
     "'duration': '10s', 'faults': [{'action': 'inject', 'at': '1s', 'by': 'attacker', 'segment': {'from': 'b', "
     "'conn': 'c', 'flags': 'R', 'seq': 1}}, {'action': 'inject', 'at': '2s', 'by': 'attacker', 'segment': {'from': "
     "'b', 'conn': 'c', 'flags': 'R', 'seq': 1}}]"},
    {"bug_ack_answered", "true", "I26", ON_BOTH, CLOSE ", 'duration': '5s'"},
    {"bug_plain_compare", "true", "I4", ON_A, NORMAL},
    {"bug_early_eof", "true", "I7", ON_B,
     "'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'send', 'octets': 100}, {'at': '10ms', 'call': "
     "'close'}]}, "
     "{'host': 'b', 'conn': 'c', 'read': false, 'do': [{'at': '1s', 'call': 'recv', 'octets': 40}, {'at': '2s', "
     "'call': 'recv'}, {'at': '3s', 'call': 'close'}]}]"},
    {"bug_port_freed_early", "true", "I1", ON_A,
     "'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'close'}]}, {'host': 'a', 'conn': 'again', 'do': "
     "[{'at': '5s', 'call': 'connect'}]}, " CLOSE_B
     "], 'expect': [{'host': 'a', 'conn': 'again', 'call': 'connect', 'at': '5s', 'result': 'EADDRINUSE'}]"},
    {"bug_ports_only", "true", "expectation-1", ON_A,
     CLOSE ", 'faults': [{'action': 'inject', 'at': '10ms', 'by': 'attacker', 'segment': {'from': 'b', 'conn': 'c', "
           "'flags': 'R', 'seq': 100000}}], 'expect': [{'host': 'a', 'conn': 'c', 'path': ['ESTABLISHED', "
           "'FIN-WAIT-1', 'FIN-WAIT-2', 'TIME-WAIT', 'CLOSED']}]"},
    {"bug_no_time_wait", "true", "I1", ON_A, NORMAL},
    {"bug_fin_not_retransmitted", "true", "I19", ON_A,
     CLOSE LOSE("'from': 'a', 'flags': 'FIN', 'nth': 1") ", 'duration': '1h'"},
    {"bug_closing_skipped", "true", "I1", ON_A,
     "'apps': [" CLOSE_A ", {'host': 'b', 'conn': 'c', 'do': [{'at': '0s', 'call': 'close'}]}]"},
    {"bug_rst_on_crossing_fin", "true", "I10", ON_A,
     "'apps': [" CLOSE_A ", {'host': 'b', 'conn': 'c', 'do': [{'at': '0s', 'call': 'close'}]}]"},
    {"bug_last_ack_any_ack", "true", "I1", ON_B,
     "'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'shutdown', 'how': 'WR'}]}, {'host': 'b', "
     "'conn': 'c', 'do': [{'on': 'eof', 'after': '200ms', 'call': 'send', 'octets': 2920}, {'on': 'eof', 'after': "
     "'210ms', 'call': 'close'}]}]"},
};

/* --- running ------------------------------------------------------------------------------------------------------ */

static char *scenario_text(const Mutation *mutation, gboolean broken) {
  g_autofree char *tcp =
      broken ? g_strdup_printf("{'tcp': {'%s': %s}}", mutation->bug, mutation->value) : g_strdup("{}");
  return g_strdup_printf("{'version': 1, 'title': 'a bug', 'hosts': {'a': %s, 'b': %s}, 'links': [{'between': "
                         "['a', 'b'], 'delay': '50ms'}], 'connections': [{'name': 'c', 'from': 'a:1000', 'to': 'b:80', "
                         "'state': 'ESTABLISHED', 'isn': {'a': 4294967294, 'b': 8000}}, {'name': 'again', 'from': "
                         "'a:1000', 'to': 'b:80'}], %s}",
                         mutation->where & ON_A ? tcp : "{}", mutation->where & ON_B ? tcp : "{}", mutation->more);
}

/* The checks that fail, a space between: "I3 expectation-2". */
static char *failing_checks(const Mutation *mutation, gboolean broken) {
  g_autofree char *text = scenario_text(mutation, broken);
  g_autoptr(Scenario) scenario = scenario_of(text);
  g_autoptr(Trace) trace = run_to_trace(scenario, &(RunOptions){0}, NULL);
  GString *failing = g_string_new(NULL);
  g_autoptr(GPtrArray) invariants = check_invariants(trace);
  for (guint i = 0; i < invariants->len; i++) {
    const CheckInvariant *invariant = g_ptr_array_index(invariants, i);
    if (invariant->verdict != CHECK_BROKEN)
      continue;
    g_test_message("%s at %s: %s", invariant->id, invariant->host ? invariant->host : "-", invariant->detail);
    g_string_append_printf(failing, "%s%s", failing->len ? " " : "", invariant->id);
  }
  g_autoptr(GPtrArray) expectations = check_expectations(trace, scenario->expectations);
  for (guint i = 0; i < expectations->len; i++) {
    const CheckResult *result = g_ptr_array_index(expectations, i);
    if (result->ok)
      continue;
    g_test_message("%s: %s", result->text, result->detail);
    g_string_append_printf(failing, "%sexpectation-%u", failing->len ? " " : "", i + 1);
  }
  return g_string_free(failing, FALSE);
}

static void test_the_bug_is_caught(gconstpointer data) {
  const Mutation *mutation = data;
  assert_told(failing_checks(mutation, FALSE), "");
  g_autofree char *failing = failing_checks(mutation, TRUE);
  g_test_message("%s is caught by: %s", mutation->bug, failing);
  g_auto(GStrv) names = g_strsplit(failing, " ", -1);
  g_assert_true(g_strv_contains((const char *const *)names, mutation->caught_by));
}

/* Each parameter that is a bug stands in the list above. */
static void test_no_bug_is_without_its_test(void) {
  unsigned count;
  const TcpParamInfo *params = tcp_param_list(&count);
  for (unsigned i = 0; i < count; i++) {
    gboolean listed = !g_str_has_prefix(params[i].name, "bug_");
    for (gsize m = 0; m < G_N_ELEMENTS(MUTATIONS); m++)
      listed |= strcmp(MUTATIONS[m].bug, params[i].name) == 0;
    g_test_message("%s", params[i].name);
    g_assert_true(listed);
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/mutation/no-bug-is-without-its-test", test_no_bug_is_without_its_test);
  for (gsize i = 0; i < G_N_ELEMENTS(MUTATIONS); i++) {
    g_autofree char *name = g_strdup_printf("/mutation/%s/caught-by-%s", MUTATIONS[i].bug, MUTATIONS[i].caught_by);
    g_test_add_data_func(name, &MUTATIONS[i], test_the_bug_is_caught);
  }
  return g_test_run();
}
