/* Ends in TIME-WAIT become small records, and connections of a population that are over take no memory: and nothing of
 * that can be seen. Populations that lose, repeat, reset and reuse are run both ways, and the traces compared. */
#include "run/run.h"
#include "scenario/scenario_json.h"
#include "trace/trace_writer.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One population; `client` and `server` are what they do, `more` is further JSON of the scenario. */
static Scenario *scenario_of(const char *profiles[2], const char *link, const char *client, const char *server,
                             const char *more, unsigned seed) {
  g_autofree char *text = g_strdup_printf(
      "{\"version\": 1, \"title\": \"many\", \"seed\": %u, \"hosts\": {\"a\": {\"profile\": \"%s\", \"tcp\": "
      "{\"port_low\": 50000, \"port_high\": 50020}}, \"b\": {\"profile\": \"%s\"}}, \"links\": [{\"between\": [\"a\", "
      "\"b\"], \"delay\": \"10ms\"%s}], \"connections\": [{\"name\": \"p\", \"from\": \"a\", \"to\": \"b:80\", "
      "\"count\": 150, \"arrival\": {\"rate\": \"10/s\"}, \"state\": \"CLOSED\"}], \"apps\": [{\"host\": \"a\", "
      "\"conn\": \"p\", \"do\": [{\"at\": \"0s\", \"call\": \"connect\"}, %s]}, {\"host\": \"b\", \"conn\": \"p\", "
      "\"do\": [{\"at\": \"0s\", \"call\": \"listen\"}, %s]}], \"duration\": \"1000h\"%s}",
      seed, profiles[0], profiles[1], link, client, server, more);
  GPtrArray *errors = NULL;
  Scenario *scenario = scenario_parse(text, strlen(text), "many", NULL, &errors);
  for (guint i = 0; errors && i < errors->len; i++)
    g_error("%s\n%s", scenario_error_print(g_ptr_array_index(errors, i)), text);
  return scenario;
}

/* The trace as JSON lines; adds to `hits` how often each row of the table was applied when nobody reads. */
static char *lines_of(const Scenario *scenario, gboolean keep_ends, uint64_t *hits) {
  RunOptions options = {.keep_ends = keep_ends};
  char *lines = NULL;
  size_t size = 0;
  g_autoptr(Trace) trace = run_to_trace(scenario, &options, NULL);
  FILE *file = open_memstream(&lines, &size);
  g_assert_true(trace_write_jsonl(trace, file, NULL));
  fclose(file);
  Names *names = names_new();
  run_scenario(scenario, &options, NULL, names, hits);
  names_free(names);
  return lines;
}

#define MOST_ROWS 512

static void assert_same(const char *a, const char *b, const char *link, const char *client, const char *server,
                        const char *more) {
  const char *profiles[2] = {a, b};
  for (unsigned seed = 1; seed <= 3; seed++) {
    uint64_t kept_hits[MOST_ROWS] = {0}, hits[MOST_ROWS] = {0};
    g_autoptr(Scenario) scenario = scenario_of(profiles, link, client, server, more, seed);
    char *kept = lines_of(scenario, TRUE, kept_hits), *lines = lines_of(scenario, FALSE, hits);
    g_assert_true(strstr(lines, "\"to\":\"TIME-WAIT\"") || strstr(lines, "EADDRNOTAVAIL"));
    g_assert_cmpstr(lines, ==, kept);
    for (unsigned row = 0; row < MOST_ROWS; row++)
      g_assert_cmpuint(hits[row], ==, kept_hits[row]);
    free(kept);
    free(lines);
  }
}

#define CLIENT_FIRST                                                                                                   \
  "{\"on\": \"established\", \"call\": \"send\", \"octets\": 100}, {\"on\": \"data\", \"call\": \"close\"}"
#define SERVER_SECOND "{\"on\": \"data\", \"call\": \"send\", \"octets\": 100}, {\"on\": \"eof\", \"call\": \"close\"}"
#define CLOSE_AT_ONCE "{\"on\": \"established\", \"call\": \"close\"}"
#define CLOSE_AFTER   "{\"on\": \"eof\", \"call\": \"close\"}"

static const char *const PROFILES[] = {"rfc9293", "linux", "freebsd", "windows", "lwip", "smoltcp"};

/* 21 ports at 10 connections a second: they run out, and tuples are used again as soon as they are free. */
static void test_ends_that_rest_in_a_lossless_network(void) {
  for (unsigned i = 0; i < G_N_ELEMENTS(PROFILES); i++) {
    assert_same(PROFILES[i], "rfc9293", "", CLIENT_FIRST, SERVER_SECOND, "");
    assert_same("rfc9293", PROFILES[i], "", CLOSE_AFTER, CLOSE_AT_ONCE, "");
  }
}

/* FINs come again in TIME-WAIT; ends give up; copies arrive late. */
static void test_ends_that_rest_wake_for_repeated_and_late_segments(void) {
  const char *link = ", \"loss\": \"20%\", \"duplicate\": \"20%\", \"jitter\": \"9ms\"";
  for (unsigned i = 0; i < G_N_ELEMENTS(PROFILES); i++) {
    assert_same(PROFILES[i], PROFILES[(i + 1) % 6], link, CLIENT_FIRST, SERVER_SECOND, "");
    assert_same(PROFILES[(i + 2) % 6], PROFILES[i], link, CLOSE_AFTER, CLOSE_AT_ONCE, "");
    assert_same(PROFILES[i], PROFILES[(i + 3) % 6], link, CLOSE_AT_ONCE, CLOSE_AT_ONCE, "");
  }
}

/* The server's ends rest when a SYN of the same tuple comes: every policy of the profiles. */
static void test_ends_that_rest_wake_for_a_new_incarnation(void) {
  const char *again = CLOSE_AFTER ", {\"at\": \"500ms\", \"call\": \"connect\"}";
  for (unsigned i = 0; i < G_N_ELEMENTS(PROFILES); i++) {
    assert_same("smoltcp", PROFILES[i], ", \"loss\": \"5%\"", again, CLOSE_AT_ONCE, "");
    assert_same("linux", PROFILES[i], "", again, CLOSE_AT_ONCE, "");
  }
}

/* Calls on a socket whose connection is over, timed ones and those that wait for its end. */
static void test_ends_that_rest_wake_for_calls(void) {
  const char *late = CLIENT_FIRST ", {\"at\": \"5s\", \"call\": \"close\"}, {\"at\": \"7s\", \"call\": \"send\", "
                                  "\"octets\": 5}, {\"on\": \"closed\", \"call\": \"connect\"}";
  for (unsigned i = 0; i < G_N_ELEMENTS(PROFILES); i++)
    assert_same(PROFILES[i], "rfc9293", ", \"loss\": \"5%\"", late, SERVER_SECOND, "");
}

/* The simulation ends while ends rest. */
static void test_a_run_that_ends_while_ends_rest(void) {
  assert_same("rfc9293", "linux", ", \"loss\": \"10%\"", CLIENT_FIRST, SERVER_SECOND,
              ", \"budget\": {\"events\": 900}");
}

/* What a crash takes is traced in the order of the TCBs, which is not that of the records: so each line is looked for.
 * */
static int compare_lines(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *sorted(const char *lines) {
  g_auto(GStrv) split = g_strsplit(lines, "\n", -1);
  qsort(split, g_strv_length(split), sizeof *split, compare_lines);
  return g_strjoinv("\n", split);
}

static void test_a_crash_takes_ends_that_rest(void) {
  const char *profiles[2] = {"linux", "rfc9293"};
  const char *crash = ", \"events\": [{\"at\": \"5s\", \"host\": \"a\", \"do\": \"crash\"}, {\"at\": \"6s\", \"host\": "
                      "\"a\", \"do\": \"reboot\"}]";
  uint64_t hits[MOST_ROWS] = {0};
  g_autoptr(Scenario) scenario = scenario_of(profiles, ", \"loss\": \"10%\"", CLIENT_FIRST, SERVER_SECOND, crash, 1);
  char *kept = lines_of(scenario, TRUE, hits), *lines = lines_of(scenario, FALSE, hits);
  g_autofree char *kept_sorted = sorted(kept), *lines_sorted = sorted(lines);
  g_assert_nonnull(strstr(lines, "HOST_CRASH"));
  g_assert_cmpstr(lines_sorted, ==, kept_sorted);
  free(kept);
  free(lines);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/resting/lossless", test_ends_that_rest_in_a_lossless_network);
  g_test_add_func("/resting/repeated-and-late", test_ends_that_rest_wake_for_repeated_and_late_segments);
  g_test_add_func("/resting/new-incarnation", test_ends_that_rest_wake_for_a_new_incarnation);
  g_test_add_func("/resting/calls", test_ends_that_rest_wake_for_calls);
  g_test_add_func("/resting/unfinished", test_a_run_that_ends_while_ends_rest);
  g_test_add_func("/resting/crash", test_a_crash_takes_ends_that_rest);
  return g_test_run();
}
