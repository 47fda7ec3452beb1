/* Populations: arrivals, port exhaustion against its closed form, names and applications. */
#include "host-runs.h"

#include <math.h>

/* The instants at which connections of a population connect, and whether they could. */
typedef struct Attempts {
  GArray *at; /* of SimTime */
  unsigned ok, failed;
  SimTime first_failure;
} Attempts;

static Attempts attempts_of(const Trace *trace, SimTime from, SimTime until) {
  Attempts attempts = {.at = g_array_new(FALSE, FALSE, sizeof(SimTime)), .first_failure = SIM_NEVER};
  for (size_t i = 0; i < trace->count; i++) {
    const TraceRecord *record = &trace->records[i];
    if (record->kind != TRACE_APP || !is_text(trace, record->app.call, "connect") || record->t < from ||
        record->t >= until)
      continue;
    g_array_append_val(attempts.at, record->t);
    if (is_text(trace, record->app.result, "ok")) {
      attempts.ok++;
      continue;
    }
    g_assert_true(is_text(trace, record->app.result, "EADDRNOTAVAIL"));
    attempts.failed++;
    attempts.first_failure = MIN(attempts.first_failure, record->t);
  }
  return attempts;
}

/* N = 100 ports and W = 10 s sustain N / W = 10 a second. Arrivals come faster, `rate` a second: ports run out after
 * N / rate, and in the long run N / W succeed. W counts from TIME-WAIT's start, 4 ms after the connect. */
static void check_exhaustion(unsigned rate) {
  unsigned count = rate * 60;
  g_autofree char *json = g_strdup_printf(
      "'hosts': {'client': {'tcp': {'port_low': 40000, 'port_high': 40099, 'time_wait': '9.996s'}}, 'server': {}}, "
      "'links': [{'between': ['client', 'server'], 'delay': '1ms'}], "
      "'connections': [{'name': 'load', 'from': 'client', 'to': 'server:80', 'count': %u, 'arrival': {'every': "
      "'%uus'}}], "
      "'apps': [{'host': 'client', 'conn': 'load', 'do': [{'on': 'established', 'call': 'close'}]}, "
      "{'host': 'server', 'conn': 'load', 'do': [{'on': 'eof', 'call': 'close'}]}]",
      count, 1000000 / rate);
  Trace *trace = run_json(json);
  Attempts all = attempts_of(trace, 0, SIM_NEVER), steady = attempts_of(trace, SIM_S(10), SIM_S(60));
  g_assert_cmpuint(all.at->len, ==, count);
  g_assert_cmpint(all.first_failure, ==, SIM_S(100) / rate);
  /* Timers expire before calls: a port that comes back at the instant of an arrival is taken again. */
  g_assert_cmpuint(steady.ok, ==, 500);
  g_array_unref(all.at);
  g_array_unref(steady.at);
  trace_free(trace);
}

static void test_ports_run_out_at_n_over_lambda_and_n_over_w_succeed(void) {
  check_exhaustion(20);
  check_exhaustion(50);
}

static void test_a_rate_below_n_over_w_never_runs_out(void) {
  Trace *trace = run_json(
      "'hosts': {'client': {'tcp': {'port_low': 40000, 'port_high': 40099, 'time_wait': '9.9s'}}, 'server': {}}, "
      "'links': [{'between': ['client', 'server'], 'delay': '1ms'}], "
      "'connections': [{'name': 'load', 'from': 'client', 'to': 'server:80', 'count': 400, 'arrival': {'every': "
      "'100ms'}}], 'apps': [{'host': 'client', 'conn': 'load', 'do': [{'on': 'established', 'call': 'close'}]}, "
      "{'host': 'server', 'conn': 'load', 'do': [{'on': 'eof', 'call': 'close'}]}]");
  Attempts all = attempts_of(trace, 0, SIM_NEVER);
  g_assert_cmpuint(all.ok, ==, 400);
  g_array_unref(all.at);
  trace_free(trace);
}

/* 2000 gaps of mean 10 ms: the mean is within 5 standard errors, and the spread is that of the process: the standard
 * deviation is the mean (exponential), or the mean over sqrt 3 (uniform over twice the mean). */
static void check_process(const char *process, double deviation) {
  g_autofree char *json = g_strdup_printf(
      "'hosts': {'client': {}, 'server': {}}, 'links': [{'between': ['client', 'server'], 'delay': '1ms'}], "
      "'connections': [{'name': 'load', 'from': 'client', 'to': 'server:80', 'count': 2001, 'arrival': "
      "{'start': '1s', 'rate': '100/s', 'process': '%s'}}]",
      process);
  Trace *trace = run_json(json);
  Attempts all = attempts_of(trace, 0, SIM_NEVER);
  double sum = 0, squares = 0;
  g_assert_cmpuint(all.at->len, ==, 2001);
  g_assert_cmpint(g_array_index(all.at, SimTime, 0), >=, SIM_S(1));
  for (guint i = 1; i < all.at->len; i++) {
    double gap = (double)(g_array_index(all.at, SimTime, i) - g_array_index(all.at, SimTime, i - 1)) / 1e6;
    sum += gap;
    squares += gap * gap;
  }
  double mean = sum / 2000, variance = squares / 2000 - mean * mean;
  g_assert_cmpfloat(mean, >, 10 - 5 * deviation / 44.7);
  g_assert_cmpfloat(mean, <, 10 + 5 * deviation / 44.7);
  g_assert_cmpfloat(variance, >, 0.8 * deviation * deviation);
  g_assert_cmpfloat(variance, <, 1.25 * deviation * deviation);
  g_array_unref(all.at);
  trace_free(trace);
}

static void test_random_arrivals_have_the_mean_and_spread_of_their_process(void) {
  check_process("poisson", 10);
  check_process("uniform", 10 / 1.7320508);
}

static void test_times_of_an_application_count_from_the_arrival_of_each(void) {
  Trace *trace = run_json(
      "'hosts': {'client': {}, 'server': {}}, " HOST_LINK
      "'connections': [{'name': 'load', 'from': 'client', 'to': 'server:80', 'state': 'ESTABLISHED', 'count': 3, "
      "'arrival': {'start': '1s', 'every': '10s'}}], "
      "'apps': [{'host': 'client', 'conn': 'load', 'do': [{'at': '2s', 'call': 'close'}]}, "
      "{'host': 'server', 'conn': 'load', 'do': [{'on': {'host': 'client', 'state': 'FIN-WAIT-2'}, "
      "'after': '1s', 'call': 'close'}]}]");
  static const char *const names[] = {"load-1", "load-2", "load-3"};
  for (unsigned i = 0; i < 3; i++) {
    SimTime start = SIM_S(1) + i * SIM_S(10);
    g_assert_cmpstr(state_at(trace, "client", names[i], start - 1), ==, "CLOSED");
    g_assert_cmpstr(state_at(trace, "client", names[i], start), ==, "ESTABLISHED");
    g_assert_cmpstr(state_at(trace, "client", names[i], start + SIM_S(2)), ==, "FIN-WAIT-1");
    g_assert_cmpstr(state_at(trace, "server", names[i], start + SIM_MS(3099)), ==, "CLOSE-WAIT");
    g_assert_cmpstr(state_at(trace, "server", names[i], start + SIM_MS(3100)), ==, "LAST-ACK");
  }
  trace_free(trace);
}

static void test_a_process_that_listens_takes_a_population_and_nobody_else_does(void) {
  Trace *trace = run_json(
      "'hosts': {'client': {}, 'server': {}}, " HOST_LINK
      "'connections': [{'name': 'load', 'from': 'client', 'to': 'server:80', 'count': 2, 'arrival': {'every': '2s'}}], "
      "'apps': [{'name': 'httpd', 'host': 'server', 'do': [{'at': '1s', 'call': 'bind', 'port': 80}, "
      "{'at': '1s', 'call': 'listen'}]}]");
  g_assert_cmpstr(state_at(trace, "client", "load-1", SIM_S(3)), ==, "CLOSED"); /* refused: nobody listened yet */
  g_assert_cmpstr(state_at(trace, "client", "load-2", SIM_S(3)), ==, "ESTABLISHED");
  trace_free(trace);
}

/* Nobody listens to the trace: what is left is the simulation's own. */
static void test_a_population_without_a_trace_runs_like_one_with(void) {
  static const char text[] =
      "{\"version\": 1, \"title\": \"t\", \"hosts\": {\"client\": {}, \"server\": {}}, \"links\": [{\"between\": "
      "[\"client\", \"server\"], \"delay\": \"1ms\"}], \"connections\": [{\"name\": \"load\", \"from\": \"client\", "
      "\"to\": \"server:80\", \"count\": 5000, \"arrival\": {\"rate\": \"1000/s\"}}], \"apps\": [{\"host\": "
      "\"client\", \"conn\": \"load\", \"do\": [{\"on\": \"established\", \"call\": \"close\"}]}, {\"host\": "
      "\"server\", \"conn\": \"load\", \"do\": [{\"on\": \"eof\", \"call\": \"close\"}]}]}";
  GPtrArray *errors = NULL;
  g_autoptr(Scenario) scenario = scenario_parse(text, strlen(text), "t.json", NULL, &errors);
  g_assert_nonnull(scenario);
  unsigned n_rows;
  tcp_fsm_rows(&n_rows);
  g_autofree uint64_t *silent = g_new0(uint64_t, n_rows), *traced = g_new0(uint64_t, n_rows);
  Names *names = names_new();
  g_assert_cmpint(run_scenario(scenario, &(RunOptions){0}, NULL, names, silent), ==, RUN_IDLE);
  g_assert_cmpuint(names_find(names, "load-1"), ==, 0);
  Trace *trace = trace_new(NULL, NULL);
  TraceSink *sink = trace_sink_memory_new(trace);
  g_assert_cmpint(run_scenario(scenario, &(RunOptions){0}, sink, trace->names, traced), ==, RUN_IDLE);
  for (unsigned row = 0; row < n_rows; row++)
    g_assert_cmpuint(silent[row], ==, traced[row]);
  trace_sink_free(sink);
  trace_free(trace);
  names_free(names);
}

/* --- how many there are at a time (Little: rate x time) ----------------------------------------------------------- */

/* How many ends of the client are in `state` at each instant of a grid from `from` on, `step` apart. */
static void count_in(const Trace *trace, TcpState state, SimTime from, SimTime step, unsigned n, unsigned *ret_counts) {
  unsigned now = 0, sample = 0;
  for (size_t i = 0; i < trace->count && sample < n; i++) {
    const TraceRecord *record = &trace->records[i];
    for (; sample < n && from + (SimTime)sample * step < record->t; sample++)
      ret_counts[sample] = now;
    if (record->kind != TRACE_STATE || !is_text(trace, record->state.host, "client"))
      continue;
    now -= record->state.from == state;
    now += record->state.to == state;
  }
  g_assert_cmpuint(sample, ==, n);
}

#define CLIENTS(count, arrival, server_does)                                                                           \
  "'hosts': {'client': {'profile': 'linux', 'tcp': {'port_low': 1024}}, 'server': {'profile': 'linux'}}, "             \
  "'links': [{'between': ['client', 'server'], 'delay': '1ms'}], "                                                     \
  "'connections': [{'name': 'c', 'from': 'client', 'to': 'server:80', 'state': 'ESTABLISHED', 'count': " count         \
  ", 'arrival': {" arrival "}}], "                                                                                     \
  "'apps': [{'host': 'client', 'conn': 'c', 'do': [{'at': '0s', 'call': 'close'}]}, "                                  \
  "{'host': 'server', 'conn': 'c', 'do': [" server_does "]}]"

static void test_time_waits_are_rate_times_their_length(void) {
  Trace *trace = run_json(CLIENTS("2000", "'every': '100ms'", "{'on': 'eof', 'call': 'close'}"));
  unsigned counts[5];
  count_in(trace, TCP_STATE_TIME_WAIT, SIM_MS(80050), SIM_S(20), 5, counts);
  for (unsigned i = 0; i < 5; i++)
    g_assert_cmpuint(counts[i], ==, 600); /* 10 a second, 60 s */
  trace_free(trace);
}

static void test_orphans_in_fin_wait_2_are_rate_times_their_time(void) {
  Trace *trace = run_json(CLIENTS("2000", "'every': '100ms'", ""));
  unsigned counts[5];
  /* Before ports come back: at the server their tuples are still in use, and connect() would fail. */
  count_in(trace, TCP_STATE_FIN_WAIT_2, SIM_MS(60050), SIM_MS(100), 5, counts);
  for (unsigned i = 0; i < 5; i++)
    g_assert_cmpuint(counts[i], ==, 600);
  trace_free(trace);
}

/* Poisson arrivals make a Poisson number: its variance is its mean. Samples one length apart are independent. */
static void test_time_waits_of_random_arrivals_vary_as_much_as_they_are(void) {
  enum { SAMPLES = 150 };
  Trace *trace = run_json(CLIENTS("9300", "'rate': '1/s'", "{'on': 'eof', 'call': 'close'}") ", 'duration': '10000s'");
  unsigned counts[SAMPLES];
  count_in(trace, TCP_STATE_TIME_WAIT, SIM_S(60), SIM_S(60), SAMPLES, counts);
  double sum = 0, squares = 0;
  for (unsigned i = 0; i < SAMPLES; i++) {
    sum += counts[i];
    squares += (double)counts[i] * counts[i];
  }
  double mean = sum / SAMPLES, variance = (squares - sum * mean) / (SAMPLES - 1);
  g_test_message("mean %.2f, variance %.2f, both 60 expected", mean, variance);
  g_assert_cmpfloat(fabs(mean - 60), <, 4 * sqrt(60. / SAMPLES));
  g_assert_cmpfloat(fabs(variance - 60), <, 4 * 60 * sqrt(2. / SAMPLES));
  trace_free(trace);
}

/* What the port range and TIME-WAIT of each stack sustain towards one server, in connections a second. */
static void test_each_stacks_ports_and_time_wait_sustain_the_rate_worked_out_by_hand(void) {
  static const struct {
    const char *profile;
    unsigned ports;
    double rate;
  } STACKS[] = {{"linux", 28232, 470.5},
                {"freebsd", 55536, 925.6},
                {"windows", 16384, 136.5},
                {"rfc9293", 64512, 268.8},
                {"lwip", 16384, 136.5}};
  for (unsigned i = 0; i < G_N_ELEMENTS(STACKS); i++) {
    TcpParams params;
    tcp_profile_params(tcp_profile_find(STACKS[i].profile), &params);
    unsigned ports = params.port_high - params.port_low + 1;
    g_assert_cmpuint(ports, ==, STACKS[i].ports);
    g_assert_cmpfloat(fabs(ports / ((double)params.time_wait / SIM_S(1)) - STACKS[i].rate), <, .06);
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/population/arrivals-too-fast/ports-run-out-at-n-over-lambda",
                  test_ports_run_out_at_n_over_lambda_and_n_over_w_succeed);
  g_test_add_func("/population/arrivals-slow-enough/never-run-out", test_a_rate_below_n_over_w_never_runs_out);
  g_test_add_func("/population/random-arrivals/have-the-mean-and-spread-of-their-process",
                  test_random_arrivals_have_the_mean_and_spread_of_their_process);
  g_test_add_func("/population/application/times-count-from-each-arrival",
                  test_times_of_an_application_count_from_the_arrival_of_each);
  g_test_add_func("/population/listening-process/takes-it-and-nobody-else-does",
                  test_a_process_that_listens_takes_a_population_and_nobody_else_does);
  g_test_add_func("/population/without-a-trace/runs-like-with-one",
                  test_a_population_without_a_trace_runs_like_one_with);
  g_test_add_func("/population/number/of-time-waits-is-rate-times-length", test_time_waits_are_rate_times_their_length);
  g_test_add_func("/population/number/of-orphans-in-fin-wait-2-is-rate-times-length",
                  test_orphans_in_fin_wait_2_are_rate_times_their_time);
  g_test_add_func("/population/number/of-time-waits-of-random-arrivals-varies-as-much-as-it-is",
                  test_time_waits_of_random_arrivals_vary_as_much_as_they_are);
  g_test_add_func("/population/ports/of-each-stack-sustain-the-rate-worked-out-by-hand",
                  test_each_stacks_ports_and_time_wait_sustain_the_rate_worked_out_by_hand);
  return g_test_run();
}
