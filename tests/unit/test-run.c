/* Whole runs: how they end, what their header says, and that the same input gives the same trace. */
#include "run/run.h"

#include "tcp/tcp_fsm.h"
#include "tests/unit/runs.h"

#include <string.h>

#define NORMAL_CLOSE                                                                                                   \
  "'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'close'}]},"                                        \
  " {'host': 'b', 'conn': 'c', 'do': [{'on': 'eof', 'after': '200ms', 'call': 'close'}]}]"

static const TraceRecord *end_of(const Trace *trace) {
  const TraceRecord *end = &trace->records[trace->count - 1];
  g_assert_cmpint(end->kind, ==, TRACE_END);
  return end;
}

/* Runs, and checks that the trace says the same of its end. */
static Trace *run_ended(const char *more, RunEnd expected, TraceWord word) {
  g_autofree char *text = two_hosts(more);
  g_autoptr(Scenario) scenario = scenario_of(text);
  RunEnd end;
  Trace *trace = run_to_trace(scenario, &(RunOptions){0}, &end);
  g_assert_cmpint(end, ==, expected);
  g_assert_cmpstr(trace_word_text(end_of(trace)->end.reason), ==, trace_word_text(word));
  return trace;
}

/* --- ends --------------------------------------------------------------------------------------------------------- */

static void run_is_idle_when_nothing_is_left(void) {
  g_autoptr(Trace) trace = run_ended(NORMAL_CLOSE, RUN_IDLE, TRACE_WORD_IDLE);
  g_assert_cmpint(end_of(trace)->t, ==, SIM_MS(240300));
  g_assert_null(run_end_problem(RUN_IDLE));
}

static void run_without_applications_is_idle_at_once(void) {
  g_autoptr(Trace) trace = run_ended("'apps': []", RUN_IDLE, TRACE_WORD_IDLE);
  g_assert_cmpint(end_of(trace)->t, ==, 0);
  g_assert_cmpuint(end_of(trace)->end.events, ==, 0);
}

/* What happens at the last instant still happens; the clock stops there. */
static void duration_includes_its_last_instant(void) {
  g_autoptr(Trace) to = run_ended("'duration': '100ms', " NORMAL_CLOSE, RUN_DURATION, TRACE_WORD_DURATION);
  assert_told(path_of(to, "a", "c"), "FIN-WAIT-1@0s FIN-WAIT-2@100ms");
  g_assert_cmpint(end_of(to)->t, ==, SIM_MS(100));
  g_autoptr(Trace) before = run_ended("'duration': '99999999ns', " NORMAL_CLOSE, RUN_DURATION, TRACE_WORD_DURATION);
  assert_told(path_of(before, "a", "c"), "FIN-WAIT-1@0s");
  g_assert_cmpint(end_of(before)->t, ==, SIM_MS(100) - 1);
  g_assert_null(run_end_problem(RUN_DURATION));
}

static void run_lasts_an_hour_unless_told(void) {
  g_autoptr(Trace) trace =
      run_ended("'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '3599s', 'call': 'send', 'octets': 1},"
                " {'at': '3601s', 'call': 'send', 'octets': 1}]}]",
                RUN_DURATION, TRACE_WORD_DURATION);
  g_assert_cmpint(end_of(trace)->t, ==, SIM_H(1));
  assert_told(sends_of(trace), "3599s a P. 1:2(1) ack 1\n3599.25s b . 1:1(0) ack 2");
}

static void budget_of_events_is_spent(void) {
  g_autoptr(Trace) trace = run_ended("'budget': {'events': 3}, " NORMAL_CLOSE, RUN_EVENTS, TRACE_WORD_BUDGET);
  g_assert_cmpuint(end_of(trace)->end.events, ==, 3); /* close, FIN at b, ACK at a */
  assert_told(path_of(trace, "a", "c"), "FIN-WAIT-1@0s FIN-WAIT-2@100ms");
  g_assert_nonnull(strstr(run_end_problem(RUN_EVENTS), "events"));
}

/* Six: the call, four arrivals, b's call; 2 MSL is the seventh. */
static void budget_that_just_suffices_is_none(void) {
  g_autoptr(Trace) trace = run_ended("'budget': {'events': 7}, " NORMAL_CLOSE, RUN_IDLE, TRACE_WORD_IDLE);
  g_assert_cmpuint(end_of(trace)->end.events, ==, 7);
  g_autoptr(Trace) less = run_ended("'budget': {'events': 6}, " NORMAL_CLOSE, RUN_EVENTS, TRACE_WORD_BUDGET);
  g_assert_cmpuint(end_of(less)->end.events, ==, 6);
}

static void budget_of_segments_is_spent(void) {
  g_autoptr(Trace) trace = run_ended("'budget': {'segments': 2}, " NORMAL_CLOSE, RUN_SEGMENTS, TRACE_WORD_BUDGET);
  g_assert_cmpuint(count_of(trace, TRACE_SENT), ==, 3); /* the one too many is told */
  g_assert_nonnull(strstr(run_end_problem(RUN_SEGMENTS), "segments"));
  g_autoptr(Trace) enough = run_ended("'budget': {'segments': 4}, " NORMAL_CLOSE, RUN_IDLE, TRACE_WORD_IDLE);
  g_assert_cmpuint(count_of(enough, TRACE_SENT), ==, 4);
}

/* A window that never opens: probes at 1, 2, 4 ... 60 s, each answered. When the interval grows no more, and an answer
 * has come, nothing new can happen: 1.1 + 2 + 4 + 8 + 16 + 32 + 60 = 123.1, answered at 123.2. */
static void probes_answered_for_ever_end_the_run(void) {
  g_autofree char *text = g_strdup(
      "{'version': 1, 'title': 'test', 'hosts': {'a': {}, 'b': {'tcp': {'rcv_wnd': 1000, 'delayed_ack': '0s'}}},"
      " 'links': [{'between': ['a', 'b'], 'delay': '50ms'}],"
      " 'connections': [{'name': 'c', 'from': 'a:1000', 'to': 'b:80', 'state': 'ESTABLISHED'}],"
      " 'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'send', 'octets': 3000},"
      " {'at': '0s', 'call': 'close'}]}, {'host': 'b', 'conn': 'c', 'read': false, 'do': []}]}");
  g_autoptr(Scenario) scenario = scenario_of(text);
  RunEnd end;
  g_autoptr(Trace) trace = run_to_trace(scenario, &(RunOptions){0}, &end);
  g_assert_cmpint(end, ==, RUN_RENEWING);
  g_assert_null(run_end_problem(RUN_RENEWING));
  assert_told(timers_of(trace, "a", TCP_TIMER_PERSIST, TRACE_WORD_EXPIRED), "1.1s 3.1s 7.1s 15.1s 31.1s 63.1s");
  g_assert_cmpint(end_of(trace)->t, ==, SIM_MS(63200)); /* the next would come at 123.1 s, then each 60 s */
}

/* --- header ------------------------------------------------------------------------------------------------------- */

static void header_tells_the_scenario(void) {
  g_autoptr(Scenario) scenario = scenario_of(
      "{'version': 1, 'name': 'lab/one', 'title': 'T', 'lesson': 'L', 'seed': 18446744073709551615,"
      " 'hosts': {'a': {'profile': 'linux', 'tcp': {'msl': '7s'}}, 'b': {'address': '198.51.100.9'}},"
      " 'links': [{'between': ['a', 'b'], 'delay': '5ms', 'directions': {'b>a': {'delay': '6ms', 'loss': '2.5%',"
      " 'rate': '10mbit', 'down': [{'from': '1s', 'until': '2s'}]}}}],"
      " 'faults': [{'match': {'from': 'a', 'flags': 'FIN', 'nth': 1}, 'action': 'drop'}]}");
  g_autoptr(TraceHeader) header = run_header(scenario, &(RunOptions){.run = 3});
  g_assert_cmpstr(header->scenario, ==, "lab/one");
  g_assert_cmpstr(header->title, ==, "T");
  g_assert_cmpstr(header->lesson, ==, "L");
  g_assert_cmpuint(header->seed, ==, UINT64_MAX);
  g_assert_cmpuint(header->run, ==, 3);
  g_assert_cmpuint(strlen(header->sha256), ==, 64);
  g_assert_cmpuint(strspn(header->sha256, "0123456789abcdef"), ==, 64);
  g_assert_cmpuint(header->links->len, ==, 2);
  const TraceLink *there = g_ptr_array_index(header->links, 0), *back = g_ptr_array_index(header->links, 1);
  g_assert_cmpstr(there->from, ==, "a");
  g_assert_cmpstr(there->to, ==, "b");
  g_assert_cmpint(there->delay, ==, SIM_MS(5));
  g_assert_null(there->about);
  g_assert_cmpstr(back->from, ==, "b");
  g_assert_cmpint(back->delay, ==, SIM_MS(6));
  g_assert_nonnull(strstr(back->about, "loss 2.5%"));
  g_assert_nonnull(strstr(back->about, "rate 10000000bit"));
  g_assert_nonnull(strstr(back->about, "down 1s to 2s"));
  g_assert_cmpuint(header->faults->len, ==, 1);
  g_assert_cmpstr(g_ptr_array_index(header->faults, 0), ==, "drop the first FIN from a");
}

static void header_tells_every_parameter_of_the_hosts(void) {
  g_autoptr(Scenario) scenario =
      scenario_of("{'version': 1, 'title': 'T', 'hosts': {'a': {'profile': 'linux', 'tcp': {'msl': '7s'}},"
                  " 'b': {'address': '198.51.100.9'}}}");
  g_autoptr(TraceHeader) header = run_header(scenario, &(RunOptions){0});
  unsigned n_params;
  tcp_param_list(&n_params);
  g_assert_cmpuint(header->hosts->len, ==, 2);
  const TraceHost *a = g_ptr_array_index(header->hosts, 0), *b = g_ptr_array_index(header->hosts, 1);
  g_assert_cmpstr(a->profile, ==, "linux");
  g_assert_cmpstr(a->address, ==, "192.0.2.1");
  g_assert_cmpstr(b->profile, ==, "rfc9293");
  g_assert_cmpstr(b->address, ==, "198.51.100.9");
  g_assert_cmpuint(a->params->len, ==, n_params);
  const TraceParam *msl = g_ptr_array_index(a->params, 0), *time_wait = g_ptr_array_index(a->params, 1);
  g_assert_cmpstr(msl->name, ==, "msl");
  g_assert_cmpstr(msl->value, ==, "7s");
  g_assert_cmpstr(time_wait->name, ==, "time_wait");
  g_assert_cmpstr(time_wait->value, ==, "14s");
}

/* --- listeners ---------------------------------------------------------------------------------------------------- */

/* With nobody listening the run is the same; rows of the table are counted either way, and counts add up. */
static void run_is_the_same_when_nobody_listens(void) {
  g_autofree char *text = two_hosts(NORMAL_CLOSE);
  g_autoptr(Scenario) scenario = scenario_of(text);
  unsigned n_rows;
  tcp_fsm_rows(&n_rows);
  g_autofree uint64_t *silent = g_new0(uint64_t, n_rows), *told = g_new0(uint64_t, n_rows);
  Names *names = names_new();
  g_assert_cmpint(run_scenario(scenario, &(RunOptions){0}, NULL, names, silent), ==, RUN_IDLE);
  names_free(names);
  g_autoptr(Trace) trace = trace_new(trace_header_new(), NULL);
  TraceSink *sink = trace_sink_memory_new(trace);
  g_assert_cmpint(run_scenario(scenario, &(RunOptions){0}, sink, trace->names, told), ==, RUN_IDLE);
  uint64_t hits = 0;
  for (unsigned i = 0; i < n_rows; i++) {
    g_assert_cmpuint(silent[i], ==, told[i]);
    hits += told[i];
  }
  g_assert_cmpuint(hits, ==, count_of(trace, TRACE_STATE) + count_of(trace, TRACE_RULE));
  run_scenario(scenario, &(RunOptions){0}, sink, trace->names, told);
  for (unsigned i = 0; i < n_rows; i++)
    g_assert_cmpuint(told[i], ==, 2 * silent[i]);
  trace_sink_free(sink);
}

/* --- the round-trip time of a connection that begins established -------------------------------------------------- */

/* When the first timer after data of `a` (Linux: RTO = SRTT + max(4 RTTVAR, 200 ms)) would expire. */
static SimTime first_timeout(const char *rtt) {
  g_autofree char *text =
      g_strdup_printf("{'version': 1, 'title': 'test', 'hosts': {'a': {'profile': 'linux', 'tcp': {'tail_loss_probe': "
                      "false}}, 'b': {}},"
                      " 'links': [{'between': ['a', 'b'], 'delay': '50ms', 'directions': {'b>a': {'delay': '150ms'}}}],"
                      " 'connections': [{'name': 'c', 'from': 'a:1000', 'to': 'b:80', 'state': 'ESTABLISHED'%s}],"
                      " 'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'send', 'octets': 1}]}]}",
                      rtt);
  g_autoptr(Trace) trace = run_text(text);
  for (size_t i = 0; i < trace->count; i++)
    if (trace->records[i].kind == TRACE_TIMER)
      return trace->records[i].timer.until;
  g_assert_not_reached();
}

static void rtt_is_both_delays_unless_told(void) {
  g_assert_cmpint(first_timeout(""), ==, SIM_MS(600)); /* 200 + 4 * 100 */
  g_assert_cmpint(first_timeout(", 'rtt': 'auto'"), ==, SIM_MS(600));
  g_assert_cmpint(first_timeout(", 'rtt': '40ms'"), ==, SIM_MS(240)); /* 40 + max(4 * 20, 200) */
  g_assert_cmpint(first_timeout(", 'rtt': 'none'"), ==, SIM_S(1));
}

/* --- the same input, the same trace ------------------------------------------------------------------------------- */

/* A handshake, data both ways and two closes, over links that lose a fifth. `hosts` and `links`: more of them. */
static Scenario *lossy(const char *profile, const char *hosts, const char *links, const char *connections) {
  g_autofree char *text = g_strdup_printf(
      "{'version': 1, 'title': 'test', 'seed': 5, 'hosts': {'a': {'profile': '%s'}, 'b': {'profile': '%s'}%s},"
      " 'links': [{'between': ['a', 'b'], 'delay': '50ms', 'loss': '20%%'}%s],"
      " 'connections': [{'name': 'c', 'from': 'a:1000', 'to': 'b:80'}%s],"
      " 'apps': [{'host': 'a', 'conn': 'c', 'do': [{'on': 'established', 'call': 'send', 'octets': 30000},"
      " {'on': 'established', 'after': '1s', 'call': 'close'}]},"
      " {'host': 'b', 'conn': 'c', 'do': [{'on': 'established', 'call': 'send', 'octets': 30000},"
      " {'on': 'eof', 'after': '200ms', 'call': 'close'}]}]}",
      profile, profile, hosts, links, connections);
  return scenario_of(text);
}

static char *run_jsonl(const Scenario *scenario, const RunOptions *options) {
  g_autoptr(Trace) trace = run_to_trace(scenario, options, NULL);
  return jsonl_of(trace);
}

static void second_run_gives_the_same_octets(void) {
  g_autoptr(Scenario) scenario = lossy("linux", "", "", ""), again = lossy("linux", "", "", "");
  g_autofree char *one = run_jsonl(scenario, &(RunOptions){0}), *two = run_jsonl(scenario, &(RunOptions){0}),
                  *three = run_jsonl(again, &(RunOptions){0});
  g_assert_nonnull(strstr(one, "\"by\":\"loss\""));
  g_assert_true(strcmp(one, two) == 0);
  g_assert_true(strcmp(one, three) == 0);
}

/* Two runs that take turns, a record each, until one of them is over. */
typedef struct Turns {
  GMutex mutex;
  GCond cond;
  unsigned next;
  gboolean over[2];
  unsigned switches;
} Turns;

typedef struct Runner {
  TraceSink base;
  Turns *turns;
  unsigned number;
  const Scenario *scenario;
  Trace *trace;
} Runner;

static void wait_for_turn(Runner *runner) {
  Turns *turns = runner->turns;
  while (turns->next != runner->number && !turns->over[1 - runner->number])
    g_cond_wait(&turns->cond, &turns->mutex);
}

static void put_in_turn(TraceSink *sink, const TraceRecord *record) {
  Runner *runner = (Runner *)sink;
  Turns *turns = runner->turns;
  g_mutex_lock(&turns->mutex);
  wait_for_turn(runner);
  trace_append(runner->trace, record);
  turns->next = 1 - runner->number;
  turns->switches++;
  g_cond_broadcast(&turns->cond);
  wait_for_turn(runner); /* nothing of this run goes on before the other has had its turn */
  g_mutex_unlock(&turns->mutex);
}

static gpointer run_in_turn(gpointer data) {
  Runner *runner = data;
  run_scenario(runner->scenario, &(RunOptions){0}, &runner->base, runner->trace->names, NULL);
  g_mutex_lock(&runner->turns->mutex);
  runner->turns->over[runner->number] = TRUE;
  g_cond_broadcast(&runner->turns->cond);
  g_mutex_unlock(&runner->turns->mutex);
  return NULL;
}

static void runs_that_take_turns_do_not_disturb_each_other(void) {
  g_autofree char *text = two_hosts(NORMAL_CLOSE);
  g_autoptr(Scenario) first = lossy("linux", "", "", ""), second = scenario_of(text);
  const Scenario *scenarios[] = {first, second};
  Turns turns = {0};
  Runner runners[2];
  GThread *threads[2];
  g_mutex_init(&turns.mutex);
  g_cond_init(&turns.cond);
  for (unsigned i = 0; i < 2; i++) {
    runners[i] = (Runner){{put_in_turn, NULL}, &turns, i, scenarios[i], NULL};
    runners[i].trace = trace_new(run_header(scenarios[i], &(RunOptions){0}), NULL);
    threads[i] = g_thread_new("run", run_in_turn, &runners[i]);
  }
  for (unsigned i = 0; i < 2; i++)
    g_thread_join(threads[i]);
  for (unsigned i = 0; i < 2; i++) {
    g_autofree char *in_turn = jsonl_of(runners[i].trace), *alone = run_jsonl(scenarios[i], &(RunOptions){0});
    g_assert_true(strcmp(in_turn, alone) == 0);
    trace_free(runners[i].trace);
  }
  g_assert_cmpuint(turns.switches, >, 40);
  g_mutex_clear(&turns.mutex);
  g_cond_clear(&turns.cond);
}

/* The lines of sends_of() in which `host` sends. */
static char *sends_from(const Trace *trace, const char *host) {
  g_autofree char *all = sends_of(trace), *word = g_strdup_printf(" %s ", host);
  g_auto(GStrv) lines = g_strsplit(all, "\n", -1);
  GString *out = g_string_new(NULL);
  for (char **line = lines; *line; line++)
    if (strncmp(strchr(*line, ' '), word, strlen(word)) == 0)
      g_string_append_printf(out, "%s\n", *line);
  return g_string_free(out, FALSE);
}

/* One letter for each segment that `host` sends: x lost, . not. */
static char *losses_from(const Trace *trace, const char *host) {
  g_autofree char *sends = sends_from(trace, host);
  g_auto(GStrv) lines = g_strsplit(sends, "\n", -1);
  GString *out = g_string_new(NULL);
  for (char **line = lines; **line; line++)
    g_string_append_c(out, strstr(*line, " lost") ? 'x' : '.');
  return g_string_free(out, FALSE);
}

static void other_run_has_other_losses(void) {
  g_autoptr(Scenario) scenario = lossy("linux", "", "", "");
  g_autoptr(Trace) zero = run_to_trace(scenario, &(RunOptions){0}, NULL);
  g_autoptr(Trace) one = run_to_trace(scenario, &(RunOptions){.run = 1}, NULL);
  g_autofree char *losses_zero = losses_from(zero, "a"), *losses_one = losses_from(one, "a");
  g_assert_nonnull(strchr(losses_zero, 'x'));
  size_t shorter = MIN(strlen(losses_zero), strlen(losses_one));
  g_assert_cmpuint(shorter, >, 20);
  g_assert_cmpint(strncmp(losses_zero, losses_one, shorter), !=, 0);
}

/* Two more hosts, that talk over a lossy link of their own. What a and b send, and lose, is the same to the octet. */
static void unrelated_hosts_change_nobodys_losses(void) {
  g_autoptr(Scenario) alone = lossy("linux", "", "", "");
  g_autoptr(Scenario) crowd = lossy("linux", ", 'x': {}, 'y': {'profile': 'linux'}",
                                    ", {'between': ['y', 'x'], 'delay': '3ms', 'loss': '30%'},"
                                    " {'between': ['b', 'x'], 'delay': '9ms', 'loss': '30%'}",
                                    ", {'name': 'd', 'from': 'x:1000', 'to': 'y:80'}");
  g_autoptr(Trace) few = run_to_trace(alone, &(RunOptions){0}, NULL);
  g_autoptr(Trace) many = run_to_trace(crowd, &(RunOptions){0}, NULL);
  static const char *const hosts[] = {"a", "b"};
  for (unsigned i = 0; i < 2; i++) {
    g_autofree char *sends_few = sends_from(few, hosts[i]), *sends_many = sends_from(many, hosts[i]);
    g_assert_cmpstr(sends_few, ==, sends_many);
  }
  g_autofree char *sends_x = sends_from(many, "x");
  g_assert_cmpstr(sends_x, !=, "");
}

/* A fault loses one segment more, and leaves to the others what chance had for them. */
static void fault_moves_nobodys_losses(void) {
  g_autoptr(Scenario) scenario = lossy("rfc9293", "", "", "");
  g_autoptr(Trace) plain = run_to_trace(scenario, &(RunOptions){0}, NULL);
  g_autofree char *before = losses_from(plain, "a");
  size_t victim = strcspn(before, "."); /* the first that arrives */
  Fault fault = {.match = {.from = 0, .to = FAULT_ANY, .conn = FAULT_ANY, .has_nth = TRUE}, .action = FAULT_DROP};
  fault.match.nth = (FaultRange){victim + 1, victim + 1};
  fault.text = g_strdup("drop it");
  g_ptr_array_add(scenario->faults, g_memdup2(&fault, sizeof fault));
  g_autoptr(Trace) spoilt = run_to_trace(scenario, &(RunOptions){0}, NULL);
  g_autofree char *after = losses_from(spoilt, "a");
  size_t shorter = MIN(strlen(before), strlen(after));
  g_assert_cmpuint(shorter, >, 20);
  before[victim] = 'x';
  g_assert_cmpint(strncmp(before, after, shorter), ==, 0);
}

/* Common random numbers: the n-th segment on a link meets the same chance, whatever stack sent it. */
static void two_profiles_see_the_same_losses(void) {
  g_autoptr(Scenario) linux_ = lossy("linux", "", "", ""), rfc = lossy("rfc9293", "", "", "");
  g_autoptr(Trace) one = run_to_trace(linux_, &(RunOptions){0}, NULL);
  g_autoptr(Trace) two = run_to_trace(rfc, &(RunOptions){0}, NULL);
  static const char *const hosts[] = {"a", "b"};
  for (unsigned i = 0; i < 2; i++) {
    g_autofree char *losses_one = losses_from(one, hosts[i]), *losses_two = losses_from(two, hosts[i]);
    size_t shorter = MIN(strlen(losses_one), strlen(losses_two));
    g_assert_cmpuint(shorter, >, 20);
    g_assert_cmpint(strncmp(losses_one, losses_two, shorter), ==, 0);
  }
}

/* --- ties --------------------------------------------------------------------------------------------------------- */

/* A normal close has no two things at one instant that are of one phase: shuffling finds nothing to do. */
static void shuffling_without_ties_changes_no_octet(void) {
  g_autofree char *text = two_hosts(NORMAL_CLOSE);
  g_autoptr(Scenario) scenario = scenario_of(text);
  for (uint64_t run = 0; run < 10; run++) {
    g_autofree char *fixed = run_jsonl(scenario, &(RunOptions){.run = run});
    g_autofree char *shuffled = run_jsonl(scenario, &(RunOptions){.run = run, .tie_shuffle = TRUE});
    g_assert_true(strcmp(fixed, shuffled) == 0);
  }
}

static int compare_lines(gconstpointer a, gconstpointer b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All sends, calls and paths of a run, sorted: what is left of it when order within an instant does not count. */
static char *substance_of(const Trace *trace) {
  g_autofree char *sends = sends_of(trace), *calls = calls_of(trace, NULL), *a = steps_of(trace, "a", NULL),
                  *b = steps_of(trace, "b", NULL);
  g_autofree char *all = g_strjoin("\n", sends, calls, a, b, NULL);
  g_auto(GStrv) lines = g_strsplit(all, "\n", -1);
  qsort(lines, g_strv_length(lines), sizeof *lines, compare_lines);
  return g_strjoinv("\n", lines);
}

/* Both ends close at 0: the calls, and the arrivals at .05 and .10, come in either order, and nothing else moves. */
static void shuffling_changes_the_order_of_ties_only(void) {
  g_autofree char *text = two_hosts("'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'close'}]},"
                                    " {'host': 'b', 'conn': 'c', 'do': [{'at': '0s', 'call': 'close'}]}]");
  g_autoptr(Scenario) scenario = scenario_of(text);
  g_autoptr(Trace) fixed = run_to_trace(scenario, &(RunOptions){0}, NULL);
  g_autofree char *substance = substance_of(fixed), *order = sends_of(fixed);
  unsigned others = 0;
  for (uint64_t run = 0; run < 30; run++) {
    g_autoptr(Trace) shuffled = run_to_trace(scenario, &(RunOptions){.run = run, .tie_shuffle = TRUE}, NULL);
    assert_told(substance_of(shuffled), substance);
    g_autofree char *other = sends_of(shuffled);
    others += strcmp(order, other) != 0;
  }
  g_assert_cmpuint(others, >, 0);
  g_assert_cmpuint(others, <, 30);
}

static void shuffling_is_the_same_each_time(void) {
  g_autoptr(Scenario) scenario = lossy("linux", "", "", "");
  const RunOptions options = {.run = 4, .tie_shuffle = TRUE};
  g_autofree char *one = run_jsonl(scenario, &options), *two = run_jsonl(scenario, &options);
  g_assert_true(strcmp(one, two) == 0);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_set_nonfatal_assertions();
#define ADD(group, test) g_test_add_func("/run/" group "/" #test, test)
  ADD("end", run_is_idle_when_nothing_is_left);
  ADD("end", run_without_applications_is_idle_at_once);
  ADD("end", duration_includes_its_last_instant);
  ADD("end", run_lasts_an_hour_unless_told);
  ADD("end", budget_of_events_is_spent);
  ADD("end", budget_that_just_suffices_is_none);
  ADD("end", budget_of_segments_is_spent);
  ADD("end", probes_answered_for_ever_end_the_run);
  ADD("header", header_tells_the_scenario);
  ADD("header", header_tells_every_parameter_of_the_hosts);
  ADD("listen", run_is_the_same_when_nobody_listens);
  ADD("rtt", rtt_is_both_delays_unless_told);
  ADD("same", second_run_gives_the_same_octets);
  ADD("same", runs_that_take_turns_do_not_disturb_each_other);
  ADD("same", other_run_has_other_losses);
  ADD("same", unrelated_hosts_change_nobodys_losses);
  ADD("same", fault_moves_nobodys_losses);
  ADD("same", two_profiles_see_the_same_losses);
  ADD("tie", shuffling_without_ties_changes_no_octet);
  ADD("tie", shuffling_changes_the_order_of_ties_only);
  ADD("tie", shuffling_is_the_same_each_time);
  return g_test_run();
}
