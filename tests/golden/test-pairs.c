/* The joint states of two ends: over the shipped scenarios and some thousand random ones every reachable pair is seen,
 * in the class that first allows it, no impossible one ever, and the invariants hold. The list of pairs is typed
 * here by hand, apart from the checker's. */
#include "check/invariants.h"
#include "check/pairs.h"
#include "run/run.h"
#include "scenario/scenario_json.h"

#include <stdio.h>
#include <string.h>

#define RANDOM_RUNS 4000

/* --- the table ---------------------------------------------------------------------------------------------------- */

typedef struct Pair {
  CheckPairClass first; /* class that first allows it */
  TcpState a, b;
} Pair;

#define S(id) TCP_STATE_##id
static const Pair PAIRS[] = {
    {CHECK_PAIRS_CORRECT, S(ESTABLISHED), S(ESTABLISHED)},
    {CHECK_PAIRS_CORRECT, S(ESTABLISHED), S(FIN_WAIT_1)},
    {CHECK_PAIRS_CORRECT, S(FIN_WAIT_1), S(FIN_WAIT_1)},
    {CHECK_PAIRS_CORRECT, S(FIN_WAIT_1), S(CLOSE_WAIT)},
    {CHECK_PAIRS_CORRECT, S(FIN_WAIT_2), S(CLOSE_WAIT)},
    {CHECK_PAIRS_CORRECT, S(FIN_WAIT_1), S(LAST_ACK)},
    {CHECK_PAIRS_CORRECT, S(FIN_WAIT_2), S(LAST_ACK)},
    {CHECK_PAIRS_CORRECT, S(FIN_WAIT_1), S(CLOSING)},
    {CHECK_PAIRS_CORRECT, S(FIN_WAIT_2), S(CLOSING)},
    {CHECK_PAIRS_CORRECT, S(CLOSING), S(CLOSING)},
    {CHECK_PAIRS_CORRECT, S(CLOSING), S(TIME_WAIT)},
    {CHECK_PAIRS_CORRECT, S(TIME_WAIT), S(TIME_WAIT)},
    {CHECK_PAIRS_CORRECT, S(LAST_ACK), S(TIME_WAIT)},
    {CHECK_PAIRS_CORRECT, S(CLOSED), S(TIME_WAIT)},
    {CHECK_PAIRS_CORRECT, S(CLOSED), S(CLOSED)},
    {CHECK_PAIRS_EARLY, S(CLOSED), S(LAST_ACK)},
    {CHECK_PAIRS_EARLY, S(CLOSED), S(CLOSING)},
    {CHECK_PAIRS_FAILURE, S(CLOSED), S(FIN_WAIT_1)},
    {CHECK_PAIRS_FAILURE, S(CLOSED), S(FIN_WAIT_2)},
    {CHECK_PAIRS_FAILURE, S(CLOSED), S(CLOSE_WAIT)},
    {CHECK_PAIRS_FAILURE, S(CLOSED), S(ESTABLISHED)},
};
#undef S

/* The class that first allows a pair; CHECK_PAIRS_CLASSES: none does. */
static CheckPairClass first_class(TcpState a, TcpState b) {
  for (gsize i = 0; i < G_N_ELEMENTS(PAIRS); i++)
    if ((PAIRS[i].a == a && PAIRS[i].b == b) || (PAIRS[i].a == b && PAIRS[i].b == a))
      return PAIRS[i].first;
  return CHECK_PAIRS_CLASSES;
}

static void test_the_checker_has_15_17_and_21_pairs(void) {
  static const unsigned COUNTS[CHECK_PAIRS_CLASSES] = {15, 17, 21};
  for (unsigned class = 0; class < CHECK_PAIRS_CLASSES; class ++) {
    unsigned count = 0;
    for (unsigned a = 0; a < TCP_STATE_COUNT; a++)
      for (unsigned b = a; b < TCP_STATE_COUNT; b++)
        if (check_pair_reachable((CheckPairClass) class, (TcpState)a, (TcpState)b)) {
          g_assert_cmpuint(first_class((TcpState)a, (TcpState)b), <=, class);
          count++;
        }
    g_assert_cmpuint(count, ==, COUNTS[class]);
  }
}

/* --- random scenarios --------------------------------------------------------------------------------------------- */

static guint32 pick(GRand *rand, guint32 n) {
  return (guint32)g_rand_int_range(rand, 0, (gint32)n);
}

static const char *one_of(GRand *rand, const char *const *words, guint32 n) {
  return words[pick(rand, n)];
}

static const char *const TIMES[] = {"0s", "1ms", "40ms", "60ms", "90ms", "200ms", "1200ms", "5s"};

/* What goes wrong: nothing but the network, a short TIME-WAIT, or ends without patience. */
static void add_host(GString *json, GRand *rand, const char *name, CheckPairClass class) {
  static const char *const PROFILES[] = {"rfc9293", "linux", "freebsd", "windows", "lwip", "smoltcp"};
  static const char *const WINDOWS[] = {"1000", "3000", "65535"};
  g_string_append_printf(json, "\"%s\": {\"profile\": \"%s\", \"tcp\": {", name, one_of(rand, PROFILES, 6));
  g_string_append_printf(json, "\"rcv_wnd\": %s, \"delayed_ack\": \"%s\", \"fin_ack_delay\": \"%s\"",
                         one_of(rand, WINDOWS, 3), pick(rand, 2) ? "0s" : "200ms", pick(rand, 3) ? "0s" : "100ms");
  if (pick(rand, 2))
    g_string_append_printf(json, ", \"last_ack_entry\": \"%s\"", pick(rand, 2) ? "call" : "fin");
  if (class == CHECK_PAIRS_FAILURE)
    g_string_append_printf(json, ", \"retries\": %u, \"retries_time\": \"never\", \"fin_wait_2_timeout\": \"%us\"",
                           pick(rand, 3), 1 + pick(rand, 5));
  else
    g_string_append(json,
                    ", \"retries\": \"unlimited\", \"retries_time\": \"never\", \"fin_wait_2_timeout\": \"never\"");
  if (class == CHECK_PAIRS_EARLY)
    g_string_append_printf(json, ", \"time_wait\": \"%ums\"", 100 + pick(rand, 900));
  else
    g_string_append(json, ", \"time_wait\": \"3600s\", \"rst_in_time_wait\": \"ignore\"");
  g_string_append(json, "}}");
}

static void add_app(GString *json, GRand *rand, const char *host, CheckPairClass class) {
  g_string_append_printf(json, "{\"host\": \"%s\", \"conn\": \"c\", \"do\": [", host);
  if (pick(rand, 2))
    g_string_append_printf(json, "{\"at\": \"%s\", \"call\": \"send\", \"octets\": %u}, ", one_of(rand, TIMES, 4),
                           1 + pick(rand, 6000));
  if (pick(rand, 3) == 0)
    g_string_append_printf(json, "{\"at\": \"%s\", \"call\": \"shutdown\", \"how\": \"WR\"}, ", one_of(rand, TIMES, 8));
  if (class == CHECK_PAIRS_FAILURE && pick(rand, 3) == 0)
    g_string_append_printf(json, "{\"at\": \"%s\", \"call\": \"abort\"}, ", one_of(rand, TIMES, 8));
  if (pick(rand, 2))
    g_string_append_printf(json, "{\"at\": \"%s\", \"call\": \"close\"}]}", one_of(rand, TIMES, 8));
  else
    g_string_append_printf(json, "{\"on\": \"eof\", \"after\": \"%s\", \"call\": \"close\"}]}", one_of(rand, TIMES, 8));
}

static void add_faults(GString *json, GRand *rand) {
  static const char *const FLAGS[] = {"FIN", "FIN", "ACK", "."};
  static const char *const ACTIONS[] = {"\"drop\"", "\"drop\"", "\"delay\", \"delay\": \"%s\"",
                                        "\"duplicate\", \"delay\": \"%s\""};
  guint32 count = pick(rand, 4);
  for (guint32 i = 0; i < count; i++) {
    g_string_append_printf(json, "%s{\"match\": {\"from\": \"%s\", \"flags\": \"%s\", \"nth\": %u}, \"action\": ",
                           i ? ", " : "", pick(rand, 2) ? "a" : "b", one_of(rand, FLAGS, 4), 1 + pick(rand, 3));
    const char *action = one_of(rand, ACTIONS, 4), *time = strchr(action, '%');
    g_string_append_len(json, action, time ? time - action : (gssize)strlen(action));
    if (time)
      g_string_append_printf(json, "%s\"", one_of(rand, TIMES, 8));
    g_string_append_c(json, '}');
  }
}

static char *random_scenario(guint32 seed, CheckPairClass class) {
  g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
  GString *json = g_string_new("{\"version\": 1, \"title\": \"random\", \"hosts\": {");
  add_host(json, rand, "a", class);
  g_string_append(json, ", ");
  add_host(json, rand, "b", class);
  g_string_append_printf(json, "}, \"seed\": %u, \"links\": [{\"between\": [\"a\", \"b\"], \"delay\": \"%ums\"", seed,
                         1 + pick(rand, 100));
  if (pick(rand, 2))
    g_string_append_printf(json, ", \"loss\": \"%u%%\"", pick(rand, class == CHECK_PAIRS_FAILURE ? 60 : 30));
  g_string_append_printf(json,
                         "}], \"connections\": [{\"name\": \"c\", \"from\": \"a:49152\", \"to\": \"b:80\"%s, "
                         "\"isn\": {\"a\": %u, \"b\": %u}}], \"apps\": [",
                         pick(rand, 2) ? ", \"state\": \"ESTABLISHED\"" : "", pick(rand, 2) ? 4294966000u : 77u,
                         pick(rand, 2) ? 4294967290u : 1000u);
  add_app(json, rand, "a", class);
  g_string_append(json, ", ");
  add_app(json, rand, "b", class);
  g_string_append(json, "], \"faults\": [");
  add_faults(json, rand);
  g_string_append(json, "], \"duration\": \"3h\"}");
  return g_string_free(json, FALSE);
}

static void complain_of(GPtrArray *errors, const char *json) {
  g_autofree char *text = scenario_error_print(g_ptr_array_index(errors, 0));
  g_error("%s\n%s", text, json);
}

static void judge(const Scenario *scenario, const char *json, CheckPairsSeen *seen) {
  RunOptions options = {0};
  g_autoptr(Trace) trace = run_to_trace(scenario, &options, NULL);
  check_pairs_add(trace, seen);
  g_autoptr(GPtrArray) invariants = check_invariants(trace);
  for (guint i = 0; i < invariants->len; i++) {
    const CheckInvariant *invariant = g_ptr_array_index(invariants, i);
    if (invariant->verdict == CHECK_BROKEN) {
      g_test_message("%s at %" G_GINT64_FORMAT " ns, %s: %s\n%s", invariant->id, invariant->at, invariant->host,
                     invariant->detail, json);
      g_test_fail();
    }
  }
}

static void run_text(const char *json, CheckPairsSeen *seen) {
  GPtrArray *errors = NULL;
  g_autoptr(Scenario) scenario = scenario_parse(json, strlen(json), "random.json", NULL, &errors);
  if (!scenario)
    complain_of(errors, json);
  judge(scenario, json, seen);
}

static void run_shipped(const char *path, CheckPairsSeen *seen) {
  if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
    GDir *dir = g_dir_open(path, 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir));) {
      g_autofree char *child = g_build_filename(path, name, NULL);
      run_shipped(child, seen);
    }
    g_dir_close(dir);
    return;
  }
  if (!g_str_has_suffix(path, ".json") || g_str_has_suffix(path, ".lab.json") || strstr(path, "/broken-stacks/"))
    return; /* those are there to reach what a correct stack cannot */
  GPtrArray *errors = NULL;
  g_autoptr(Scenario) scenario = scenario_load(path, NULL, &errors);
  if (!scenario)
    complain_of(errors, path);
  judge(scenario, path, seen);
}

/* --- tests -------------------------------------------------------------------------------------------------------- */

static void assert_only_reachable(const CheckPairsSeen *seen) {
  for (unsigned class = 0; class < CHECK_PAIRS_CLASSES; class ++)
    for (unsigned a = 0; a < TCP_STATE_COUNT; a++)
      for (unsigned b = 0; b < TCP_STATE_COUNT; b++)
        if (seen->count[class][a][b] && first_class((TcpState)a, (TcpState)b) > class)
          g_error("%s with %s was seen in class %u", tcp_state_name((TcpState)a), tcp_state_name((TcpState)b), class);
}

static void test_shipped_scenarios_show_no_impossible_pair(void) {
  CheckPairsSeen seen = {0};
  g_autofree char *path = g_test_build_filename(G_TEST_DIST, "scenarios", NULL);
  run_shipped(path, &seen);
  assert_only_reachable(&seen);
  g_assert_cmpuint(seen.count[CHECK_PAIRS_CORRECT][TCP_STATE_CLOSED][TCP_STATE_TIME_WAIT], >, 0);
}

static void test_random_runs_show_every_reachable_pair_and_no_other(void) {
  CheckPairsSeen seen = {0};
  for (guint32 i = 0; i < RANDOM_RUNS; i++) {
    g_autofree char *json = random_scenario(i, (CheckPairClass)(i % CHECK_PAIRS_CLASSES));
    run_text(json, &seen);
  }
  assert_only_reachable(&seen);
  for (gsize i = 0; i < G_N_ELEMENTS(PAIRS); i++)
    if (!seen.count[PAIRS[i].first][PAIRS[i].a][PAIRS[i].b])
      g_error("%s with %s was never seen", tcp_state_name(PAIRS[i].a), tcp_state_name(PAIRS[i].b));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/pairs/the-checker-has-15-17-and-21-pairs", test_the_checker_has_15_17_and_21_pairs);
  g_test_add_func("/pairs/shipped-scenarios-show-no-impossible-pair", test_shipped_scenarios_show_no_impossible_pair);
  g_test_add_func("/pairs/random-runs-show-every-reachable-pair-and-no-other",
                  test_random_runs_show_every_reachable_pair_and_no_other);
  return g_test_run();
}
