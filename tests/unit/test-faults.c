/* Faults that hold, damage and inject, at work in a network; and links and faults as scenarios write them. */
#include <string.h>

#include <glib.h>

#include "net/impair.h"
#include "net/network.h"
#include "scenario/scenario_json.h"

/* --- at work ------------------------------------------------------------------------------------------------------ */

#define A 0
#define B 1

typedef struct Arrival {
  SimTime at;
  uint64_t id;
  Segment segment;
} Arrival;

/* Two hosts, 50 ms from a to b, 30 ms back, two connections; the rules of the test. */
typedef struct Rig {
  Sim *sim;
  EventKindId nothing;
  Trace *trace;
  Tracer tracer;
  Network *network;
  GPtrArray *faults;
  FateJudge *judge;
  LinkConfig config[2];
  GArray *arrivals; /* at either host */
} Rig;

static void arrive(void *context, const Segment *segment) {
  Rig *rig = context;
  Arrival arrival = {sim_now(rig->sim), segment->id, *segment};
  g_array_append_val(rig->arrivals, arrival);
}

static void do_nothing(void *context, uint32_t subject, uint64_t arg) {
  (void)context, (void)subject, (void)arg;
}

static const EventKind NOTHING = {"nothing", SIM_PHASE_TIMER, do_nothing};

static Rig *rig_new(void) {
  Rig *rig = g_new0(Rig, 1);
  rig->trace = trace_new(NULL, NULL);
  rig->tracer = (Tracer){trace_sink_memory_new(rig->trace), rig->trace->names};
  rig->sim = sim_new();
  rig->nothing = sim_add_kind(rig->sim, &NOTHING, NULL);
  rig->network = network_new(rig->sim, &rig->tracer, 0);
  network_add_host(rig->network, "a", arrive, rig);
  network_add_host(rig->network, "b", arrive, rig);
  network_add_conn(rig->network, names_intern(rig->trace->names, "c"));
  network_add_conn(rig->network, names_intern(rig->trace->names, "d"));
  rig->config[A].delay = SIM_MS(50);
  rig->config[B].delay = SIM_MS(30);
  rig->arrivals = g_array_new(FALSE, FALSE, sizeof(Arrival));
  rig->faults = g_ptr_array_new_with_free_func(g_free);
  return rig;
}

static void rig_free(Rig *rig) {
  network_free(rig->network);
  fate_judge_free(rig->judge);
  sim_free(rig->sim);
  g_array_unref(rig->arrivals);
  g_ptr_array_unref(rig->faults);
  trace_sink_free(rig->tracer.sink);
  trace_free(rig->trace);
  g_free(rig);
}

static FaultMatch any(TcpFlags flags) {
  return (FaultMatch){.from = FAULT_ANY, .to = FAULT_ANY, .conn = FAULT_ANY, .flags_exact = TRUE, .flags = flags};
}

static Fault *add_rule(Rig *rig, FaultAction action, FaultMatch match) {
  Fault *fault = g_new0(Fault, 1);
  fault->action = action;
  fault->match = match;
  fault->has_match = TRUE;
  g_ptr_array_add(rig->faults, fault);
  return fault;
}

static Fault *add_hold(Rig *rig, FaultAction action, TcpFlags flags, TcpFlags until) {
  Fault *fault = add_rule(rig, action, any(flags));
  fault->has_until = TRUE;
  fault->until = any(until);
  fault->delay = FAULT_HOLD_AT_MOST;
  return fault;
}

/* Rules are complete: the links come up. */
static void start(Rig *rig) {
  rig->judge = impair_faults_new(rig->faults, rig->trace->names);
  impair_faults_attach(rig->judge, rig->network);
  for (uint16_t from = A; from <= B; from++)
    network_add_link(rig->network, from, (uint16_t)(1 - from), &rig->config[from], &rig->judge, 1);
}

/* Sends from `from` on connection `conn` at `at`; returns the id. */
static uint64_t put(Rig *rig, SimTime at, uint16_t from, uint32_t conn, TcpFlags flags) {
  sim_schedule(rig->sim, at, rig->nothing, 0, 0); /* the clock stands still when nothing is left */
  sim_run(rig->sim, at, 0);
  Segment segment = {.from = from,
                     .to = (uint16_t)(1 - from),
                     .conn = conn,
                     .sport = from == A ? 1000 : 80,
                     .dport = from == A ? 80 : 1000,
                     .flags = flags,
                     .seq = 5001,
                     .rel_seq = 1,
                     .ack = 7003,
                     .rel_ack = 3,
                     .attempt = 1};
  return network_send(rig->network, &segment);
}

static void assert_arrivals(Rig *rig, const Arrival *expected, unsigned count) {
  sim_run(rig->sim, SIM_NEVER, 0);
  for (unsigned i = 0; i < MIN(count, rig->arrivals->len); i++) {
    g_assert_cmpuint(g_array_index(rig->arrivals, Arrival, i).id, ==, expected[i].id);
    g_assert_cmpint(g_array_index(rig->arrivals, Arrival, i).at, ==, expected[i].at);
  }
  g_assert_cmpuint(rig->arrivals->len, ==, count);
}
#define ASSERT_ARRIVALS(rig, ...)                                                                                      \
  assert_arrivals(rig, (Arrival[]){__VA_ARGS__}, sizeof((Arrival[]){__VA_ARGS__}) / sizeof(Arrival))

static void test_a_held_segment_arrives_just_after_the_other(void) {
  Rig *rig = rig_new();
  add_hold(rig, FAULT_REORDER, TCP_ACK, TCP_FIN);
  start(rig);
  uint64_t ack = put(rig, 0, A, 0, TCP_ACK), fin = put(rig, SIM_MS(10), A, 0, TCP_FIN);
  ASSERT_ARRIVALS(rig, {.at = SIM_MS(60), .id = fin}, {.at = SIM_MS(60), .id = ack});
  rig_free(rig);
}

static void test_a_segment_that_comes_later_anyway_is_not_held_up(void) {
  Rig *rig = rig_new();
  add_hold(rig, FAULT_REORDER, TCP_ACK, TCP_FIN);
  start(rig);
  uint64_t fin = put(rig, 0, B, 0, TCP_FIN), ack = put(rig, SIM_MS(10), A, 0, TCP_ACK);
  ASSERT_ARRIVALS(rig, {.at = SIM_MS(30), .id = fin}, {.at = SIM_MS(60), .id = ack});
  rig_free(rig);
}

static void test_a_lost_segment_does_not_release(void) {
  Rig *rig = rig_new();
  FaultMatch first = any(TCP_FIN);
  first.has_nth = TRUE, first.nth = (FaultRange){1, 1};
  add_rule(rig, FAULT_DROP, first);
  add_hold(rig, FAULT_REORDER, TCP_ACK, TCP_FIN);
  start(rig);
  uint64_t ack = put(rig, 0, A, 0, TCP_ACK);
  put(rig, SIM_MS(10), A, 0, TCP_FIN);
  uint64_t again = put(rig, SIM_S(1), A, 0, TCP_FIN);
  ASSERT_ARRIVALS(rig, {.at = SIM_MS(1050), .id = again}, {.at = SIM_MS(1050), .id = ack});
  rig_free(rig);
}

static void test_nothing_is_held_for_longer_than_it_may(void) {
  Rig *rig = rig_new();
  add_hold(rig, FAULT_REORDER, TCP_ACK, TCP_FIN)->delay = SIM_S(5);
  start(rig);
  uint64_t ack = put(rig, 0, A, 0, TCP_ACK);
  ASSERT_ARRIVALS(rig, {.at = SIM_MS(5050), .id = ack});
  g_assert_false(network_holds(rig->network, 1, NETWORK_ANY_CONN));
  rig_free(rig);
}

static void test_each_connection_waits_for_its_own_unless_one_is_named(void) {
  Rig *rig = rig_new();
  add_hold(rig, FAULT_REORDER, TCP_ACK, TCP_FIN);
  start(rig);
  uint64_t c = put(rig, 0, A, 0, TCP_ACK), d = put(rig, 0, A, 1, TCP_ACK);
  uint64_t fin_d = put(rig, SIM_MS(10), A, 1, TCP_FIN), fin_c = put(rig, SIM_MS(20), A, 0, TCP_FIN);
  ASSERT_ARRIVALS(rig, {.at = SIM_MS(60), .id = fin_d}, {.at = SIM_MS(60), .id = d}, {.at = SIM_MS(70), .id = fin_c},
                  {.at = SIM_MS(70), .id = c});
  rig_free(rig);
  rig = rig_new();
  add_hold(rig, FAULT_REORDER, TCP_ACK, TCP_FIN)->until.conn = 1;
  start(rig);
  c = put(rig, 0, A, 0, TCP_ACK);
  fin_c = put(rig, SIM_MS(10), A, 0, TCP_FIN), fin_d = put(rig, SIM_MS(20), A, 1, TCP_FIN);
  ASSERT_ARRIVALS(rig, {.at = SIM_MS(60), .id = fin_c}, {.at = SIM_MS(70), .id = fin_d}, {.at = SIM_MS(70), .id = c});
  rig_free(rig);
}

/* The first FIN arrives before anything is held: it is not the second of two. */
static void test_until_counts_arrivals_since_the_segment_was_sent(void) {
  Rig *rig = rig_new();
  Fault *rule = add_hold(rig, FAULT_REORDER, TCP_ACK, TCP_FIN);
  rule->until.has_nth = TRUE, rule->until.nth = (FaultRange){2, 2};
  start(rig);
  uint64_t before = put(rig, 0, A, 0, TCP_FIN), ack = put(rig, SIM_MS(60), A, 0, TCP_ACK);
  uint64_t one = put(rig, SIM_MS(70), A, 0, TCP_FIN), two = put(rig, SIM_MS(90), A, 0, TCP_FIN);
  ASSERT_ARRIVALS(rig, {.at = SIM_MS(50), .id = before}, {.at = SIM_MS(120), .id = one}, {.at = SIM_MS(140), .id = two},
                  {.at = SIM_MS(140), .id = ack});
  rig_free(rig);
}

static void test_a_copy_waits_for_another_while_the_original_goes_on(void) {
  Rig *rig = rig_new();
  add_hold(rig, FAULT_DUPLICATE, TCP_ACK, TCP_SYN);
  start(rig);
  uint64_t data = put(rig, 0, A, 0, TCP_ACK), syn = put(rig, SIM_S(70), A, 0, TCP_SYN);
  ASSERT_ARRIVALS(rig, {.at = SIM_MS(50), .id = data}, {.at = SIM_MS(70050), .id = syn},
                  {.at = SIM_MS(70050), .id = data + 1});
  rig_free(rig);
}

static void test_a_segment_behind_a_filter_is_held_all_the_same(void) {
  Rig *rig = rig_new();
  add_hold(rig, FAULT_REORDER, TCP_ACK, TCP_FIN | TCP_ACK);
  start(rig);
  FilterConfig config = filter_config_default();
  Filter *filter = filter_new(&config);
  filter_establish(filter, A, 1000, B, 80, 0);
  network_set_filter(rig->network, A, B, filter);
  uint64_t fin = put(rig, 0, B, 0, TCP_FIN | TCP_ACK);  /* there before the ACK has passed the filter */
  uint64_t ack = put(rig, SIM_MS(10), A, 0, TCP_ACK);   /* half-way at 35 ms, there at 60 ms */
  uint64_t late = put(rig, SIM_MS(200), A, 0, TCP_ACK); /* nothing releases it */
  ASSERT_ARRIVALS(rig, {.at = SIM_MS(30), .id = fin}, {.at = SIM_MS(60), .id = ack},
                  {.at = SIM_MS(250) + FAULT_HOLD_AT_MOST, .id = late});
  rig_free(rig);
  filter_free(filter);
}

static const TraceRecord *find(const Rig *rig, TraceKind kind) {
  for (size_t i = 0; i < rig->trace->count; i++)
    if (rig->trace->records[i].kind == kind)
      return &rig->trace->records[i];
  return NULL;
}

static void test_a_corrupted_segment_is_refused_on_arrival(void) {
  Rig *rig = rig_new();
  add_rule(rig, FAULT_CORRUPT, any(TCP_FIN));
  start(rig);
  uint64_t fin = put(rig, 0, A, 0, TCP_FIN);
  sim_run(rig->sim, SIM_NEVER, 0);
  g_assert_cmpuint(rig->arrivals->len, ==, 0);
  g_assert_cmpint(find(rig, TRACE_CORRUPTED)->t, ==, 0);
  g_assert_cmpstr(trace_text(rig->trace, find(rig, TRACE_CORRUPTED)->corrupted.by), ==, "fault 1");
  const TraceRecord *dropped = find(rig, TRACE_DROPPED);
  g_assert_cmpint(dropped->t, ==, SIM_MS(50));
  g_assert_cmpuint(dropped->dropped.id, ==, fin);
  g_assert_cmpstr(trace_text(rig->trace, dropped->dropped.at), ==, "host b");
  g_assert_null(find(rig, TRACE_RECEIVED));
  rig_free(rig);
}

static Fault *add_injection(Rig *rig, TcpFlags flags) {
  Fault *fault = add_rule(rig, FAULT_INJECT, any(0));
  fault->has_match = FALSE;
  fault->segment = (FaultSegment){.from = B, .to = A, .conn = 0, .sport = 80, .dport = 999, .flags = flags};
  return fault;
}

/* Ports and ISNs are those of the segments seen: 5001 is 1 of a, so 7003 as the ack of 3 makes 7000 b's ISN. */
static void test_an_injected_segment_counts_from_the_isns_that_were_seen(void) {
  Rig *rig = rig_new();
  Fault *rule = add_injection(rig, TCP_RST | TCP_ACK);
  rule->at = SIM_S(1);
  rule->segment.seq = 10, rule->segment.ack = 20;
  Fault *raw = add_injection(rig, TCP_RST);
  raw->at = SIM_S(2);
  raw->segment.raw_seq = TRUE, raw->segment.seq = 6999;
  start(rig);
  put(rig, 0, A, 0, TCP_ACK);
  sim_run(rig->sim, SIM_NEVER, 0);
  const Arrival *first = &g_array_index(rig->arrivals, Arrival, 1), *second = first + 1;
  g_assert_cmpuint(rig->arrivals->len, ==, 3);
  g_assert_cmpint(first->at, ==, SIM_MS(1030));
  g_assert_cmpuint(first->segment.seq, ==, 7010);
  g_assert_cmpuint(first->segment.rel_seq, ==, 10);
  g_assert_cmpuint(first->segment.ack, ==, 5020);
  g_assert_cmpuint(first->segment.dport, ==, 1000);
  g_assert_cmpuint(second->segment.seq, ==, 6999);
  g_assert_cmpuint(second->segment.rel_seq, ==, UINT32_MAX);
  const TraceRecord *record = find(rig, TRACE_INJECTED);
  g_assert_cmpint(record->t, ==, SIM_S(1));
  g_assert_cmpstr(trace_text(rig->trace, record->injected.by), ==, "fault 1");
  rig_free(rig);
}

static void test_an_end_may_be_introduced_before_it_speaks(void) {
  Rig *rig = rig_new();
  add_injection(rig, TCP_RST)->segment.seq = 1;
  start(rig);
  network_introduce(rig->network, 0, B, 8080, 100);
  sim_run(rig->sim, SIM_NEVER, 0);
  g_assert_cmpuint(g_array_index(rig->arrivals, Arrival, 0).segment.seq, ==, 101);
  g_assert_cmpuint(g_array_index(rig->arrivals, Arrival, 0).segment.sport, ==, 8080);
  g_assert_cmpuint(g_array_index(rig->arrivals, Arrival, 0).segment.dport, ==, 999);
  rig_free(rig);
}

/* It follows each match, also one that another rule drops, and is itself matched by none. */
static void test_an_injection_follows_its_match_and_meets_no_rule(void) {
  Rig *rig = rig_new();
  add_rule(rig, FAULT_DROP, any(TCP_FIN));
  Fault *rule = add_injection(rig, TCP_FIN);
  rule->has_match = TRUE;
  rule->match = any(TCP_FIN);
  rule->delay = SIM_MS(7);
  rule->segment.conn = FAULT_ANY;
  start(rig);
  uint64_t fin = put(rig, SIM_MS(100), A, 1, TCP_FIN);
  ASSERT_ARRIVALS(rig, {.at = SIM_MS(137), .id = fin + 1});
  g_assert_cmpuint(g_array_index(rig->arrivals, Arrival, 0).segment.conn, ==, 1);
  rig_free(rig);
}

/* --- as scenarios write them -------------------------------------------------------------------------------------- */

static const char base[] =
    "{\"version\": 1, \"title\": \"x\", \"hosts\": {\"client\": {}, \"server\": {}, \"third\": {}},"
    " \"links\": [{\"between\": [\"client\", \"server\"], \"delay\": \"50ms\"}],"
    " \"connections\": [{\"name\": \"web\", \"from\": \"client:49152\", \"to\": \"server:80\"}],"
    " \"faults\": [{\"match\": {\"from\": \"client\"}, \"action\": \"drop\"}]}";

/* The base with one value set. NULL if it is refused: `ret_message` is the first message then. */
static Scenario *with(const char *set, char **ret_message) {
  g_autoptr(GPtrArray) sets = g_ptr_array_new();
  g_ptr_array_add(sets, (gpointer)set);
  ScenarioOverrides overrides = {.set = sets};
  GPtrArray *errors = NULL;
  Scenario *scenario = scenario_parse(base, strlen(base), "f", &overrides, &errors);
  if (!scenario) {
    *ret_message = g_strdup(((ScenarioError *)errors->pdata[0])->message);
    g_ptr_array_unref(errors);
  }
  return scenario;
}

static Scenario *good(const char *set) {
  g_autofree char *message = NULL;
  Scenario *scenario = with(set, &message);
  if (!scenario)
    g_error("%s: %s", set, message);
  return scenario;
}

static void test_a_link_takes_netem_words(void) {
  g_autoptr(Scenario) s = good(
      "links[0]={\"between\": [\"client\", \"server\"], \"delay\": \"50ms\", \"jitter\": \"5ms\", \"distribution\": "
      "\"pareto\", \"loss\": {\"gemodel\": {\"p\": \"25%\", \"1-k\": 0.5}}, \"reorder\": \"50%\", \"gap\": 4, "
      "\"duplicate\": \"100%\", \"corrupt\": 0.25, \"filter\": {\"name\": \"fw\", \"unknown\": \"reset\", "
      "\"pickup\": false, \"inside\": \"client\", \"timeouts\": {\"close_wait\": \"5s\", \"established\": \"never\"}}, "
      "\"directions\": {\"server>client\": {\"loss\": {\"random\": \"50%\"}, \"jitter\": \"0s\"}}}");
  const ScenarioLink *link = s->links->pdata[0];
  const LinkConfig *forth = &link->config[0], *back = &link->config[1];
  g_assert_cmpint(forth->jitter, ==, SIM_MS(5));
  g_assert_cmpint(forth->distribution, ==, LINK_PARETO);
  g_assert_true(forth->has_gemodel);
  g_assert_cmpuint(forth->gemodel.p, ==, RNG_ONE / 4);
  g_assert_cmpuint(forth->gemodel.r, ==, RNG_ONE / 4 * 3);
  g_assert_cmpuint(forth->gemodel.one_minus_h, ==, RNG_ONE);
  g_assert_cmpuint(forth->gemodel.one_minus_k, ==, RNG_ONE / 2);
  g_assert_cmpuint(forth->reorder, ==, RNG_ONE / 2);
  g_assert_cmpuint(forth->gap, ==, 4);
  g_assert_cmpuint(forth->duplicate, ==, RNG_ONE);
  g_assert_cmpuint(forth->corrupt, ==, RNG_ONE / 4);
  g_assert_false(back->has_gemodel);
  g_assert_cmpuint(back->loss, ==, RNG_ONE / 2);
  g_assert_cmpint(back->jitter, ==, 0);
  g_assert_cmpuint(back->gap, ==, 4);
  g_assert_true(link->has_filter);
  g_assert_cmpstr(link->filter.name, ==, "fw");
  g_assert_cmpint(link->filter.unknown, ==, FILTER_RESET);
  g_assert_false(link->filter.pickup);
  g_assert_cmpuint(link->filter.inside, ==, 0);
  g_assert_cmpint(link->filter.timeout[FILTER_CLOSE_WAIT], ==, SIM_S(5));
  g_assert_cmpint(link->filter.timeout[FILTER_ESTABLISHED], ==, SIM_NEVER);
  g_assert_cmpint(link->filter.timeout[FILTER_LAST_ACK], ==, SIM_S(30));
}

static void test_what_a_link_cannot_have_is_said_clearly(void) {
  static const struct {
    const char *set, *says;
  } cases[] = {
      {"links[0].correlation=25%", "there is no correlation here"},
      {"links[0].loss={\"random\": \"1%\", \"correlation\": \"25%\"}", "there is no correlation here"},
      {"links[0].slot=1ms", "there are no slots here"},
      {"links[0].gemodel={}", "\"loss\": {\"gemodel\""},
      {"links[0].loss={\"state\": {}}", "four-state model is not simulated"},
      {"links[0].loss={}", "expected either \"random\""},
      {"links[0].loss={\"gemodel\": {\"r\": 1}}", "missing key \"p\""},
      {"links[0].gap=5", "needs a \"reorder\""},
      {"links[0].distribution=normal", "needs a \"jitter\""},
      {"links[0].distribution=gaussian", "uniform, normal, pareto, paretonormal"},
      {"links[0].jitter=5", "did you mean \"5ms\"?"},
      {"links[0].duplicate=5", "did you mean \"5%\"?"},
      {"links[0]={\"between\": [\"client\", \"server\"], \"delay\": \"0s\", \"reorder\": \"5%\"}",
       "reorder needs a \"delay\": the segments it chooses go out at once"},
      {"links[0]={\"between\": [\"client\", \"server\"], \"delay\": \"1s\", \"reorder\": \"5%\", \"directions\": "
       "{\"client>server\": {\"delay\": \"0s\"}}}",
       "reorder needs a \"delay\""},
      {"links[0].directions={\"client>server\": {\"filter\": {}}}", "sees both directions"},
      {"links[0].filter={\"inside\": \"third\"}", "not at an end of the link"},
      {"links[0].filter={\"idle\": \"5m\"}", "\"kind\": \"idle\""},
      {"links[0].filter={\"kind\": \"idle\", \"timeouts\": {}}", "one time-out"},
      {"links[0].filter={\"timeouts\": {\"closewait\": \"5s\"}}", "did you mean \"close_wait\"?"},
      {"faults[0].action=reorder", "missing key \"until\""},
      {"faults[0].until={}", "drop takes no \"until\"; did you mean \"action\": \"reorder\"?"},
      {"faults[0].at=1s", "drop takes no \"at\""},
      {"faults[0].action=inject", "missing key \"segment\""},
      {"faults[0]={\"action\": \"inject\", \"segment\": {\"from\": \"server\", \"flags\": \"R\"}}",
       "\"at\" or \"match\""},
      {"faults[0]={\"action\": \"inject\", \"at\": \"1s\", \"delay\": \"1s\", \"segment\": {\"from\": \"server\", "
       "\"flags\": \"R\"}}",
       "with \"at\" there is none"},
      {"faults[0]={\"action\": \"inject\", \"at\": \"1s\", \"segment\": {\"from\": \"third\", \"flags\": \"R\"}}",
       "does not end at third"},
      {"faults[0]={\"action\": \"inject\", \"at\": \"1s\", \"segment\": {\"from\": \"server\", \"flags\": \"RST\"}}",
       "write letters"},
      {"faults[0]={\"action\": \"inject\", \"at\": \"1s\", \"segment\": {\"from\": \"server\", \"flags\": \"R\", "
       "\"seq\": 1, \"raw_seq\": 1}}",
       "either \"seq\" or \"raw_seq\""},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *message = NULL;
    g_autoptr(Scenario) scenario = with(cases[i].set, &message);
    if (!message || !strstr(message, cases[i].says))
      g_test_message("%s: %s", cases[i].set, message ? message : "taken");
    g_assert_null(scenario);
    g_assert_nonnull(strstr(message, cases[i].says));
  }
}

static void test_faults_have_words(void) {
  static const struct {
    const char *fault, *text;
  } cases[] = {
      {"{\"match\": {\"flags\": \".\", \"len\": 0, \"nth\": 1}, \"action\": \"reorder\", \"until\": {\"from\": "
       "\"server\", \"flags\": \"FIN\"}}",
       "hold the first pure ACK until after the next FIN from server"},
      {"{\"match\": {\"flags\": \"FIN\"}, \"action\": \"corrupt\"}", "corrupt every FIN"},
      {"{\"match\": {\"len\": \"1..\", \"nth\": 2}, \"action\": \"duplicate\", \"until\": {\"flags\": \"S\", \"nth\": "
       "2}}",
       "duplicate the second data segment, the copy after the second segment S"},
      {"{\"action\": \"inject\", \"at\": \"1s\", \"segment\": {\"from\": \"server\", \"flags\": \"R.\", \"seq\": 7, "
       "\"ack\": 2}}",
       "inject R. 7:7(0) ack 2 from server to client at 1 s"},
      {"{\"action\": \"inject\", \"match\": {\"flags\": \"FIN\", \"nth\": 1}, \"delay\": \"5ms\", \"segment\": "
       "{\"from\": \"client\", \"flags\": \"R\"}}",
       "inject R 0:0(0) from client to server 5 ms after the first FIN"},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *set = g_strdup_printf("faults[0]=%s", cases[i].fault);
    g_autoptr(Scenario) s = good(set);
    g_assert_cmpstr(((Fault *)s->faults->pdata[0])->text, ==, cases[i].text);
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/faults/a held segment arrives just after the other",
                  test_a_held_segment_arrives_just_after_the_other);
  g_test_add_func("/faults/a segment that comes later anyway is not held up",
                  test_a_segment_that_comes_later_anyway_is_not_held_up);
  g_test_add_func("/faults/a lost segment does not release", test_a_lost_segment_does_not_release);
  g_test_add_func("/faults/nothing is held for longer than it may", test_nothing_is_held_for_longer_than_it_may);
  g_test_add_func("/faults/each connection waits for its own unless one is named",
                  test_each_connection_waits_for_its_own_unless_one_is_named);
  g_test_add_func("/faults/until counts arrivals since the segment was sent",
                  test_until_counts_arrivals_since_the_segment_was_sent);
  g_test_add_func("/faults/a copy waits for another while the original goes on",
                  test_a_copy_waits_for_another_while_the_original_goes_on);
  g_test_add_func("/faults/a segment behind a filter is held all the same",
                  test_a_segment_behind_a_filter_is_held_all_the_same);
  g_test_add_func("/faults/a corrupted segment is refused on arrival", test_a_corrupted_segment_is_refused_on_arrival);
  g_test_add_func("/faults/an injected segment counts from the ISNs that were seen",
                  test_an_injected_segment_counts_from_the_isns_that_were_seen);
  g_test_add_func("/faults/an end may be introduced before it speaks", test_an_end_may_be_introduced_before_it_speaks);
  g_test_add_func("/faults/an injection follows its match and meets no rule",
                  test_an_injection_follows_its_match_and_meets_no_rule);
  g_test_add_func("/faults/in scenarios/a link takes netem's words", test_a_link_takes_netem_words);
  g_test_add_func("/faults/in scenarios/what a link cannot have is said clearly",
                  test_what_a_link_cannot_have_is_said_clearly);
  g_test_add_func("/faults/in scenarios/faults have words", test_faults_have_words);
  return g_test_run();
}
