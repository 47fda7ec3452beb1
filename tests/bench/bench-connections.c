/* Simulates connections that nobody watches, one after the other or many at a time, from the first SYN to the end of
 * the last TIME-WAIT. For a profiler, and for callgrind-budget: `teardown bench` measures time.
 *
 * usage: bench-connections COUNT [RATE-PER-SECOND [LOSS-PER-CENT]]     (default 20, 0) */
#include "run/run.h"
#include "scenario/scenario_json.h"

#include <stdio.h>
#include <string.h>

static char *scenario_text(guint64 count, guint64 rate, guint64 loss) {
  return g_strdup_printf(
      "{\"version\": 1, \"title\": \"connections\", \"seed\": 1, \"hosts\": {\"a\": {}, \"b\": {}}, \"links\": "
      "[{\"between\": [\"a\", \"b\"], \"delay\": \"10ms\", \"loss\": \"%" G_GUINT64_FORMAT "%%\"}], \"connections\": "
      "[{\"name\": \"p\", \"from\": \"a\", \"to\": \"b:80\", \"count\": %" G_GUINT64_FORMAT ", \"arrival\": {\"rate\": "
      "\"%" G_GUINT64_FORMAT "/s\", \"process\": \"uniform\"}, \"state\": \"CLOSED\"}], \"apps\": [{\"host\": \"a\", "
      "\"conn\": \"p\", \"do\": [{\"at\": \"0s\", \"call\": \"connect\"}, {\"on\": \"established\", \"call\": "
      "\"send\", \"octets\": 1000}, {\"on\": \"data\", \"octets_read\": 1000, \"call\": \"close\"}]}, {\"host\": "
      "\"b\", \"conn\": \"p\", \"do\": [{\"at\": \"0s\", \"call\": \"listen\"}, {\"on\": \"data\", \"octets_read\": "
      "1000, \"call\": \"send\", \"octets\": 1000}, {\"on\": \"eof\", \"call\": \"close\"}]}], \"duration\": "
      "\"1000h\", \"budget\": {\"events\": 100000000000, \"segments\": 100000000000}}",
      loss, count, rate);
}

static gboolean number(int argc, char **argv, int i, guint64 usual, guint64 most, guint64 *ret_number) {
  *ret_number = usual;
  return i >= argc || g_ascii_string_to_unsigned(argv[i], 10, 0, most, ret_number, NULL);
}

int main(int argc, char **argv) {
  guint64 count, rate, loss;
  if (argc < 2 || argc > 4 || !number(argc, argv, 1, 0, 10000000, &count) ||
      !number(argc, argv, 2, 20, 1000000, &rate) || !number(argc, argv, 3, 0, 100, &loss) || count < 2 || rate == 0) {
    fputs("usage: bench-connections COUNT [RATE-PER-SECOND [LOSS-PER-CENT]]\n", stderr);
    return 2;
  }
  g_autofree char *text = scenario_text(count, rate, loss);
  GPtrArray *errors = NULL;
  g_autoptr(Scenario) scenario = scenario_parse(text, strlen(text), "bench", NULL, &errors);
  g_assert_nonnull(scenario);
  Names *names = names_new();
  RunEnd end = run_scenario(scenario, &(RunOptions){0}, NULL, names, NULL);
  names_free(names);
  g_assert_cmpint(end, ==, RUN_IDLE);
  return 0;
}
