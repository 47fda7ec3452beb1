/* Random scenarios, judged by the invariants of closing. A scenario is a list of genes, small numbers of which 0 always
 * stands for the simplest (a default, nothing at all); so a failure is shrunk by making genes smaller while the same
 * invariant stays broken, and what is left is written as a scenario for `teardown check --invariants`.
 *
 * Case N is the same in every run. Cases come in families that differ in numbers only (seed, delays, times of calls):
 * one scenario is loaded for all of a family, and the numbers are put into it. Families run in processes of their own,
 * many in one, so that a failed assertion is a verdict like any other.
 *
 * The environment says how many seconds of CPU time to search: TEARDOWN_PROPERTY_SECONDS (25); from which case on:
 * TEARDOWN_PROPERTY_FIRST (1); and where to write what fails: TEARDOWN_PROPERTY_DIR (the system's for temporary files).
 */
#include "check/invariants.h"
#include "run/run.h"
#include "scenario/scenario_json.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- genes -------------------------------------------------------------------------------------------------------- */

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

#define ITEMS 6 /* calls of applications, the even ones of "a" */
#define RULES 3

enum { CALL, WHEN, AFTER, OCTETS, ITEM_GENES };
enum { ACTION, FROM, FLAGS, NTH, DELAY, RULE_GENES };
enum { PROFILE, WINDOW, MSS, READ, TIME_WAIT, FIN_ACK_DELAY, LIMIT, ISN, OPTION, SIDE_GENES };

enum {
  SEED,
  OPENING,
  LINK_DELAY,
  LINK_LOSS,
  LINK_JITTER,
  LINK_REORDER,
  LINK_DUPLICATE,
  LINK_CORRUPT,
  LINK_RATE,
  LINK_LIMIT,
  LINK_DOWN,
  LINK_FILTER,
  EVENTS,
  INJECT_WHAT,
  INJECT_FROM,
  INJECT_SEQ,
  INJECT_AT,
  SIDES,
  ITEM = SIDES + 2 * SIDE_GENES,
  RULE = ITEM + ITEMS * ITEM_GENES,
  GENES = RULE + RULES * RULE_GENES,
};

/* What a gene stands for; `odds` in 100: how often it is not 0. A gene without words is a number up to `most`. */
typedef struct Gene {
  unsigned odds, most;
  const char *const *words;
} Gene;

static const Gene TOP[SIDES] = {
    [SEED] = {100, 99999, NULL},
    [OPENING] = {50, 0, WORDS(", 'state': 'ESTABLISHED'", "", ", 'state': 'CLOSED'")},
    [LINK_DELAY] = {40, 0, WORDS("50ms", "1ms", "10ms", "400ms", "2s")},
    [LINK_LOSS] = {40, 0,
                   WORDS("", ", 'loss': 0.02", ", 'loss': 0.1", ", 'loss': 0.3",
                         ", 'loss': {'gemodel': {'p': 0.05, 'r': 0.3}}")},
    [LINK_JITTER] = {20, 0, WORDS("", ", 'jitter': '1ms'", ", 'jitter': '30ms'", ", 'jitter': '1s'")},
    [LINK_REORDER] = {15, 0, WORDS("", ", 'reorder': 0.05", ", 'reorder': 0.3")},
    [LINK_DUPLICATE] = {15, 0, WORDS("", ", 'duplicate': 0.05", ", 'duplicate': 0.4")},
    [LINK_CORRUPT] = {10, 0, WORDS("", ", 'corrupt': 0.05", ", 'corrupt': 0.3")},
    [LINK_RATE] = {15, 0, WORDS("", ", 'rate': '1mbit'", ", 'rate': '64kbit'")},
    [LINK_LIMIT] = {20, 0, WORDS("", ", 'limit': 10", ", 'limit': 2")},
    [LINK_DOWN] = {8, 0,
                   WORDS("", ", 'down': [{'from': '120ms', 'until': '5s'}]", ", 'down': [{'from': '70ms'}]",
                         ", 'directions': {'a>b': {'down': [{'from': '120ms'}]}}",
                         ", 'directions': {'b>a': {'loss': 0.5}}")},
    [LINK_FILTER] = {8, 0,
                     WORDS("", ", 'filter': {}", ", 'filter': {'kind': 'idle', 'idle': '3s', 'unknown': 'reset'}")},
    [EVENTS] = {6, 0,
                WORDS("", "{'at': '150ms', 'host': 'b', 'do': 'crash'}", "{'at': '150ms', 'host': 'a', 'do': 'reboot'}",
                      "{'at': '60ms', 'host': 'b', 'do': 'crash'}, {'at': '2s', 'host': 'b', 'do': 'reboot'}")},
    [INJECT_WHAT] = {10, 0,
                     WORDS("", "'flags': 'R'", "'flags': 'R.', 'ack': 1", "'flags': 'S'", "'flags': 'F.', 'ack': 1",
                           "'flags': '.', 'ack': 1, 'len': 10", "'flags': '.', 'ack': 2")},
    [INJECT_FROM] = {50, 0, WORDS("b", "a")},
    [INJECT_SEQ] = {50, 0, WORDS("1", "2", "0", "102", "60000")},
    [INJECT_AT] = {60, 0, WORDS("60ms", "10ms", "320ms", "1.2s", "30s")},
};

static const char *const CORRECT[] = {"rfc9293", "linux", "freebsd", "windows", "lwip", "smoltcp", NULL};

static const Gene SIDE[SIDE_GENES] = {
    [PROFILE] = {70, 0, CORRECT},
    [WINDOW] = {20, 0, WORDS("", ", 'rcv_wnd': 5000", ", 'rcv_wnd': 1000", ", 'rcv_wnd': 100", ", 'rcv_wnd': 1")},
    [MSS] = {15, 0, WORDS("", ", 'mss': 536", ", 'mss': 100")},
    [READ] = {15, 0, WORDS("true", "false")},
    [TIME_WAIT] = {15, 0, WORDS("", ", 'time_wait': '10.5s'", ", 'time_wait': '500ms'", ", 'time_wait': '0s'")},
    [FIN_ACK_DELAY] = {20, 0, WORDS("", ", 'fin_ack_delay': '100ms'", ", 'fin_ack_delay': '500ms'")},
    [LIMIT] = {8, 0, WORDS("", ", 'max_time_waits': 0", ", 'max_orphans': 0", ", 'max_pcbs': 1")},
    [ISN] = {30, 0, WORDS("", "4294967295", "4294967294", "4294967195", "4294962296", "2147483647")},
    [OPTION] = {15, 0,
                WORDS("", "{'at': '0s', 'call': 'setsockopt', 'option': 'SO_LINGER', 'value': '0s'}",
                      "{'at': '0s', 'call': 'setsockopt', 'option': 'SO_LINGER', 'value': '1s'}",
                      "{'at': '0s', 'call': 'setsockopt', 'option': 'TCP_USER_TIMEOUT', 'value': '5s'}",
                      "{'at': '0s', 'call': 'setsockopt', 'option': 'TCP_NODELAY', 'value': true}",
                      "{'at': '0s', 'call': 'setsockopt', 'option': 'TCP_CORK', 'value': true}",
                      "{'at': '0s', 'call': 'setsockopt', 'option': 'TCP_USER_TIMEOUT', 'value': '300ms'}",
                      "{'at': '0s', 'call': 'setsockopt', 'option': 'TCP_LINGER2', 'value': '2s'}",
                      "{'at': '0s', 'call': 'setsockopt', 'option': 'SO_KEEPALIVE', 'value': true},"
                      " {'at': '0s', 'call': 'setsockopt', 'option': 'TCP_KEEPIDLE', 'value': '1s'}")},
};

static const Gene ITEM_GENE[ITEM_GENES] = {
    [CALL] = {60, 0,
              WORDS("", "'close'", "'send'", "'shutdown'", "'shutdown', 'how': 'RDWR'", "'shutdown', 'how': 'RD'",
                    "'recv'", "'abort'", "'connect'", "'listen'")},
    [WHEN] = {70, 0,
              WORDS("'at'", "'on': 'eof'", "'on': 'established'", "'on': 'data'", "'on': 'reset'",
                    "'on': {'host': 'a', 'conn': 'c', 'state': 'FIN-WAIT-2'}",
                    "'on': {'host': 'b', 'conn': 'c', 'state': 'CLOSE-WAIT'}",
                    "'on': {'host': 'a', 'conn': 'c', 'state': 'TIME-WAIT'}",
                    "'on': {'host': 'b', 'conn': 'c', 'state': 'CLOSED'}")},
    [AFTER] = {60, 0, WORDS("0s", "10ms", "100ms", "200ms", "1s", "70s")},
    [OCTETS] = {70, 0, WORDS("100", "1", "1460", "3000", "20000")},
};

static const Gene RULE_GENE[RULE_GENES] = {
    [ACTION] = {30, 0, WORDS("", "drop", "delay", "duplicate", "corrupt")},
    [FROM] = {50, 0, WORDS("a", "b")},
    [FLAGS] = {80, 0, WORDS("", ", 'flags': 'FIN'", ", 'flags': '.'", ", 'flags': 'RST'", ", 'flags': 'SYN'")},
    [NTH] = {80, 0, WORDS("1", "2", "'1..2'", "'1..20'", "3")},
    [DELAY] = {70, 0, WORDS("10ms", "120ms", "1.1s", "30s")},
};

static const Gene *gene_at(unsigned i) {
  if (i >= RULE)
    return &RULE_GENE[(i - RULE) % RULE_GENES];
  if (i >= ITEM)
    return &ITEM_GENE[(i - ITEM) % ITEM_GENES];
  return i >= SIDES ? &SIDE[(i - SIDES) % SIDE_GENES] : &TOP[i];
}

/* What a case is: the genes, and the stacks that it chooses from. */
typedef struct Case {
  unsigned gene[GENES];
  const char *const *profiles;
} Case;

#define FAMILY 16 /* cases */

/* Whether the cases of a family differ in it. */
static gboolean is_number(unsigned i) {
  return i == SEED || i == LINK_DELAY || (i >= ITEM && i < RULE && (i - ITEM) % ITEM_GENES == AFTER);
}

static unsigned gene_random(GRand *rand, unsigned i, const char *const *profiles) {
  const Gene *gene = gene_at(i);
  const char *const *words = gene->words == CORRECT ? profiles : gene->words;
  unsigned most = words ? g_strv_length((char **)words) - 1 : gene->most;
  gboolean simple = (unsigned)g_rand_int_range(rand, 0, 100) >= gene->odds || most == 0;
  return simple ? 0 : (unsigned)g_rand_int_range(rand, 1, (gint32)most + 1);
}

static Case case_random(guint32 number, const char *const *profiles) {
  Case c = {.profiles = profiles};
  g_autoptr(GRand) shape = g_rand_new_with_seed(number / FAMILY * FAMILY);
  g_autoptr(GRand) numbers = g_rand_new_with_seed(number);
  for (unsigned i = 0; i < GENES; i++)
    if (!is_number(i))
      c.gene[i] = gene_random(shape, i, profiles);
  for (unsigned i = 0; i < GENES; i++)
    if (is_number(i))
      c.gene[i] = gene_random(numbers, i, profiles);
  return c;
}

static const char *word(const Case *c, unsigned i) {
  const Gene *gene = gene_at(i);
  return gene->words == CORRECT ? c->profiles[c->gene[i]] : gene->words[c->gene[i]];
}

/* --- a case as a scenario ----------------------------------------------------------------------------------------- */

static void print_host(GString *out, const Case *c, unsigned side) {
  unsigned at = SIDES + side * SIDE_GENES;
  g_autofree char *tcp = g_strconcat(word(c, at + WINDOW), word(c, at + MSS), word(c, at + TIME_WAIT),
                                     word(c, at + FIN_ACK_DELAY), word(c, at + LIMIT), NULL);
  g_string_append_printf(out, "%s'%s': {'profile': '%s'", side ? ", " : "", side ? "b" : "a", word(c, at + PROFILE));
  if (*tcp)
    g_string_append_printf(out, ", 'tcp': {%s}", tcp + 2);
  g_string_append(out, "}");
}

static void print_link(GString *out, const Case *c) {
  g_string_append_printf(out, "},\n 'links': [{'between': ['a', 'b'], 'delay': '%s'", word(c, LINK_DELAY));
  for (unsigned i = LINK_LOSS; i <= LINK_FILTER; i++)
    if (i != LINK_LIMIT || c->gene[LINK_RATE])
      g_string_append(out, word(c, i));
}

static void print_connection(GString *out, const Case *c) {
  g_string_append_printf(out, "}],\n 'connections': [{'name': 'c', 'from': 'a:1000', 'to': 'b:80'%s", word(c, OPENING));
  const char *isn[2] = {word(c, SIDES + ISN), word(c, SIDES + SIDE_GENES + ISN)};
  if (*isn[0] || *isn[1])
    g_string_append_printf(out, ", 'isn': {%s%s%s%s%s}", *isn[0] ? "'a': " : "", isn[0], *isn[0] && *isn[1] ? ", " : "",
                           *isn[1] ? "'b': " : "", isn[1]);
}

static void print_item(GString *out, const Case *c, unsigned at) {
  const char *when = word(c, at + WHEN), *call = word(c, at + CALL);
  gboolean on = c->gene[at + WHEN] != 0;
  g_string_append_printf(out, ", {%s%s: '%s', 'call': %s", when, on ? ", 'after'" : "", word(c, at + AFTER), call);
  if (strcmp(call, "'send'") == 0)
    g_string_append_printf(out, ", 'octets': %s", word(c, at + OCTETS));
  g_string_append(out, "}");
}

static void print_app(GString *out, const Case *c, unsigned side) {
  g_autoptr(GString) items = g_string_new(NULL);
  unsigned at = SIDES + side * SIDE_GENES;
  if (c->gene[OPENING] == 2)
    g_string_append(items, ", {'at': '0s', 'call': 'connect'}");
  if (c->gene[at + OPTION])
    g_string_append_printf(items, ", %s", word(c, at + OPTION));
  for (unsigned i = side; i < ITEMS; i += 2)
    if (c->gene[ITEM + i * ITEM_GENES + CALL])
      print_item(items, c, ITEM + i * ITEM_GENES);
  g_string_append_printf(out, "%s\n  {'host': '%s', 'conn': 'c', 'read': %s, 'do': [%s]}", side ? "," : "",
                         side ? "b" : "a", word(c, at + READ), items->len ? items->str + 2 : "");
}

static void print_faults(GString *out, const Case *c) {
  g_autoptr(GString) rules = g_string_new(NULL);
  for (unsigned at = RULE; at < GENES; at += RULE_GENES) {
    if (c->gene[at + ACTION] == 0)
      continue;
    const char *action = word(c, at + ACTION);
    g_string_append_printf(rules, ",\n  {'match': {'from': '%s', 'nth': %s%s}, 'action': '%s'", word(c, at + FROM),
                           word(c, at + NTH), word(c, at + FLAGS), action);
    if (action[1] == 'e' || action[1] == 'u') /* delay, duplicate */
      g_string_append_printf(rules, ", 'delay': '%s'", word(c, at + DELAY));
    g_string_append(rules, "}");
  }
  if (c->gene[INJECT_WHAT])
    g_string_append_printf(rules, ",\n  {'action': 'inject', 'at': '%s', 'segment': {'from': '%s', 'seq': %s, %s}}",
                           word(c, INJECT_AT), word(c, INJECT_FROM), word(c, INJECT_SEQ), word(c, INJECT_WHAT));
  if (rules->len)
    g_string_append_printf(out, ",\n 'faults': [%s]", rules->str + 1);
}

/* JSON, to be freed. */
static char *case_print(const Case *c) {
  GString *out = g_string_new("{'version': 1, 'title': 'a random scenario', 'duration': '2h',\n"
                              " 'budget': {'events': 300000, 'segments': 100000},\n");
  g_string_append_printf(out, " 'seed': %u,\n 'hosts': {", c->gene[SEED]);
  print_host(out, c, 0);
  print_host(out, c, 1);
  print_link(out, c);
  print_connection(out, c);
  g_string_append(out, "}],\n 'apps': [");
  print_app(out, c, 0);
  print_app(out, c, 1);
  g_string_append(out, "]");
  if (c->gene[EVENTS])
    g_string_append_printf(out, ",\n 'events': [%s]", word(c, EVENTS));
  print_faults(out, c);
  g_string_append(out, "}\n");
  return g_strdelimit(g_string_free(out, FALSE), "'", '"');
}

/* --- running ------------------------------------------------------------------------------------------------------ */

/* A loaded scenario, and room for its trace, that serve all cases of a family. */
typedef struct Bench {
  Scenario *scenario;
  Trace *trace;
  TraceSink *sink;
} Bench;

static void bench_clear(Bench *bench) {
  if (!bench->scenario)
    return;
  trace_sink_free(bench->sink);
  trace_free(bench->trace);
  scenario_free(bench->scenario);
  bench->scenario = NULL;
}

static void bench_load(Bench *bench, const Case *c) {
  g_autofree char *text = case_print(c);
  GPtrArray *errors = NULL;
  bench->scenario = scenario_parse(text, strlen(text), "random.json", NULL, &errors);
  if (!bench->scenario) {
    g_autofree char *line = scenario_error_print(g_ptr_array_index(errors, 0));
    g_error("%s\n%s", text, line);
  }
  bench->trace = trace_new(run_header(bench->scenario, &(RunOptions){0}), NULL);
  bench->sink = trace_sink_memory_new(bench->trace);
}

static SimTime time_of(const char *text) {
  SimTime time;
  g_assert_true(simtime_parse(text, &time, NULL));
  return time;
}

/* The items stand at the end of what the application does. */
static void set_times(Bench *bench, const Case *c, unsigned side) {
  AppScript *script = g_ptr_array_index(bench->scenario->apps, side);
  guint n = 0;
  for (unsigned i = side; i < ITEMS; i += 2)
    n += c->gene[ITEM + i * ITEM_GENES + CALL] != 0;
  guint at = script->items->len - n;
  for (unsigned i = side; i < ITEMS; i += 2)
    if (c->gene[ITEM + i * ITEM_GENES + CALL])
      g_array_index(script->items, AppItem, at++).at = time_of(word(c, ITEM + i * ITEM_GENES + AFTER));
}

static void bench_set(Bench *bench, const Case *c) {
  ScenarioLink *link = g_ptr_array_index(bench->scenario->links, 0);
  SimTime delay = time_of(word(c, LINK_DELAY));
  bench->scenario->seed = bench->trace->header->seed = c->gene[SEED];
  for (unsigned d = 0; d < 2; d++) {
    TraceLink *shown = g_ptr_array_index(bench->trace->header->links, d);
    link->config[d].delay = shown->delay = delay;
    set_times(bench, c, d);
  }
}

static RunEnd bench_run(Bench *bench) {
  bench->trace->count = 0;
  return run_scenario(bench->scenario, &(RunOptions){0}, bench->sink, bench->trace->names, NULL);
}

/* --- judging ------------------------------------------------------------------------------------------------------ */

enum { SOUND, ENDLESS = CHECK_INVARIANT_COUNT + 1, CRASHED, UNTRIED }; /* between them: the number of an invariant */

static gboolean has_unlimited_answers(const TraceHost *host) {
  for (guint i = 0; i < host->params->len; i++) {
    const TraceParam *param = g_ptr_array_index(host->params, i);
    if (g_str_equal(param->name, "challenge_limit"))
      return g_str_equal(param->value, "unlimited");
  }
  return FALSE;
}

#define STORM 3000 /* records */

/* Two ends that a forged segment, or an old one, put out of step answer each other for ever, as long as the network
 * loses nothing and one of them has no limit for such answers (RFC 1337, hazard H2): real stacks do, and no invariant
 * forbids it. What they send then has no data, but for what is sent again meanwhile. */
static gboolean is_storm(const Trace *trace, const GPtrArray *invariants) {
  const CheckInvariant *rows = g_ptr_array_index(invariants, 25); /* I26 */
  gboolean forged = rows->verdict == CHECK_NOT_APPLICABLE, unlimited = FALSE;
  unsigned sent = 0, more = 0;
  for (guint i = 0; i < trace->header->hosts->len; i++)
    unlimited |= has_unlimited_answers(g_ptr_array_index(trace->header->hosts, i));
  for (size_t i = 0; i < trace->count; i++) {
    const TraceRecord *record = &trace->records[i];
    forged |= record->kind == TRACE_INJECTED;
    if (record->kind != TRACE_SENT || i + STORM < trace->count)
      continue;
    sent++;
    more += record->sent.len || record->sent.flags & TCP_SYN;
  }
  return forged && unlimited && more * 50 <= sent;
}

/* `ret_detail` (may be NULL) tells more, to be freed; NULL if the case is sound. */
static int judge_trace(const Trace *trace, RunEnd end, char **ret_detail) {
  g_autoptr(GPtrArray) invariants = check_invariants(trace);
  for (guint i = 0; i < invariants->len; i++) {
    const CheckInvariant *invariant = g_ptr_array_index(invariants, i);
    if (invariant->verdict != CHECK_BROKEN)
      continue;
    if (ret_detail)
      *ret_detail = g_strdup_printf("%s: %s", invariant->name, invariant->detail);
    return (int)i + 1;
  }
  if (!run_end_problem(end) || is_storm(trace, invariants))
    return SOUND;
  if (ret_detail)
    *ret_detail = g_strdup(run_end_problem(end));
  return ENDLESS;
}

static int judge_here(const Case *c, char **ret_detail) {
  Bench bench = {0};
  bench_load(&bench, c);
  RunEnd end = bench_run(&bench);
  int what = judge_trace(bench.trace, end, ret_detail);
  bench_clear(&bench);
  return what;
}

/* The records as text, to be freed with free(). */
static char *jsonl(const Trace *trace) {
  char *text = NULL;
  size_t length = 0;
  FILE *file = open_memstream(&text, &length);
  g_assert_true(trace_write_jsonl(trace, file, NULL));
  g_assert_cmpint(fclose(file), ==, 0);
  return text;
}

/* What was run is what the JSON of the case says, to the byte; all but the header, which knows the JSON's checksum. */
static void assert_same_bytes_from_json(const Case *c, const Trace *trace) {
  Bench fresh = {0};
  bench_load(&fresh, c);
  bench_run(&fresh);
  char *first = jsonl(trace), *second = jsonl(fresh.trace);
  g_assert_cmpstr(strchr(first, '\n'), ==, strchr(second, '\n'));
  free(first);
  free(second);
  bench_clear(&fresh);
}

#define BATCH         2048
#define COMPARE_EVERY 61

/* Judges cases from `first` on, into what the parent sees too. */
static void judge_batch(guint32 first, unsigned n, const char *const *profiles, volatile unsigned char *verdicts) {
  Bench bench = {0};
  for (unsigned i = 0; i < n; i++) {
    Case c = case_random(first + i, profiles);
    if (!bench.scenario || (first + i) % FAMILY == 0) {
      bench_clear(&bench);
      bench_load(&bench, &c);
    }
    bench_set(&bench, &c);
    RunEnd end = bench_run(&bench);
    if ((first + i) % COMPARE_EVERY == 0)
      assert_same_bytes_from_json(&c, bench.trace);
    verdicts[i] = (unsigned char)judge_trace(bench.trace, end, NULL);
  }
  bench_clear(&bench);
}

static void be_silent(void) {
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
    _exit(1);
}

/* The same in a process of its own, which a failed assertion may end. How many have a verdict; `verdicts` is shared. */
static unsigned judge_apart(guint32 first, unsigned n, const char *const *profiles, volatile unsigned char *verdicts) {
  for (unsigned i = 0; i < n; i++)
    verdicts[i] = UNTRIED;
  fflush(NULL);
  pid_t child = fork();
  g_assert_cmpint(child, >=, 0);
  if (child == 0) {
    be_silent();
    mallopt(M_MMAP_THRESHOLD, 1 << 28); /* what one run gives back the next one gets, without asking the system */
    mallopt(M_TRIM_THRESHOLD, 1 << 29);
    judge_batch(first, n, profiles, verdicts);
    _exit(0);
  }
  g_assert_cmpint(waitpid(child, NULL, 0), ==, child);
  unsigned done = 0;
  while (done < n && verdicts[done] != UNTRIED)
    done++;
  if (done < n)
    verdicts[done++] = CRASHED;
  return done;
}

/* One case, made from its JSON, in a process of its own. */
static int case_judge(const Case *c) {
  fflush(NULL);
  pid_t child = fork();
  g_assert_cmpint(child, >=, 0);
  if (child == 0) {
    be_silent();
    _exit(judge_here(c, NULL));
  }
  int status = 0;
  g_assert_cmpint(waitpid(child, &status, 0), ==, child);
  return WIFEXITED(status) && WEXITSTATUS(status) < CRASHED ? WEXITSTATUS(status) : CRASHED;
}

/* "I14", "endless", "crash"; to be freed. */
static char *verdict_name(int what) {
  if (what == ENDLESS || what == CRASHED)
    return g_strdup(what == ENDLESS ? "endless" : "crash");
  return g_strdup_printf("I%d", what);
}

/* Whether it still breaks the same. */
static gboolean case_breaks(const Case *c, int what) {
  return case_judge(c) == what;
}

/* --- shrinking ---------------------------------------------------------------------------------------------------- */

static gboolean shrink_block(Case *c, int what, unsigned from, unsigned n) {
  Case smaller = *c;
  gboolean changed = FALSE;
  for (unsigned i = from; i < from + n && i < GENES; i++) {
    changed |= smaller.gene[i] != 0;
    smaller.gene[i] = 0;
  }
  if (!changed || !case_breaks(&smaller, what))
    return FALSE;
  *c = smaller;
  return TRUE;
}

static gboolean shrink_gene(Case *c, int what, unsigned i) {
  Case smaller = *c;
  for (unsigned divisor = 2; c->gene[i] > 1 && divisor <= c->gene[i] * 2; divisor *= 2) {
    smaller.gene[i] = c->gene[i] - MAX(c->gene[i] / divisor, 1);
    if (case_breaks(&smaller, what)) {
      *c = smaller;
      return TRUE;
    }
  }
  return FALSE;
}

/* The smallest case that breaks the same which is reached by making genes smaller. */
static void case_shrink(Case *c, int what) {
  gboolean changed;
  do {
    changed = FALSE;
    for (unsigned n = 16; n >= 1; n /= 2)
      for (unsigned from = 0; from < GENES; from += n)
        changed |= shrink_block(c, what, from, n);
    for (unsigned i = 0; i < GENES; i++)
      changed |= shrink_gene(c, what, i);
  } while (changed);
}

/* Writes the case as a scenario; the path, to be freed. */
static char *case_write(const Case *c, guint32 number, int what) {
  const char *folder = g_getenv("TEARDOWN_PROPERTY_DIR");
  g_autofree char *verdict = verdict_name(what);
  g_autofree char *name = g_strdup_printf("teardown-property-%s-%u.json", verdict, number);
  char *path = g_build_filename(folder ? folder : g_get_tmp_dir(), name, NULL);
  g_autofree char *text = case_print(c);
  g_autoptr(GError) error = NULL;
  if (!g_file_set_contents(path, text, -1, &error))
    g_error("%s", error->message);
  return path;
}

/* --- tests -------------------------------------------------------------------------------------------------------- */

static gint64 from_environment(const char *name, gint64 usual) {
  const char *text = g_getenv(name);
  return text ? g_ascii_strtoll(text, NULL, 10) : usual;
}

static void report(Case *c, guint32 number, int what) {
  case_shrink(c, what);
  g_autofree char *detail = NULL, *verdict = verdict_name(what), *path = case_write(c, number, what);
  if (what != CRASHED)
    judge_here(c, &detail);
  g_test_message("case %u breaks %s (%s); the smallest that does: %s", number, verdict, detail ? detail : "?", path);
}

static double cpu_seconds(void) {
  struct rusage children;
  g_assert_cmpint(getrusage(RUSAGE_CHILDREN, &children), ==, 0);
  return (double)(children.ru_utime.tv_sec + children.ru_stime.tv_sec) +
         (double)(children.ru_utime.tv_usec + children.ru_stime.tv_usec) / G_USEC_PER_SEC;
}

#define ENOUGH 5      /* failures to shrink */
#define USUAL  250000 /* cases, unless a time is given: the same on every machine that is fast enough */

static void test_random_scenarios_hold_the_invariants(void) {
  double until = cpu_seconds() + (double)from_environment("TEARDOWN_PROPERTY_SECONDS", 25);
  guint32 first = (guint32)from_environment("TEARDOWN_PROPERTY_FIRST", 1), number = first;
  unsigned char *verdicts = mmap(NULL, BATCH, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_assert_true(verdicts != MAP_FAILED);
  unsigned broken = 0;
  double begun = cpu_seconds();
  guint32 most = g_getenv("TEARDOWN_PROPERTY_SECONDS") ? G_MAXUINT32 : USUAL;
  while (cpu_seconds() < until && broken < ENOUGH && number - first < most) {
    unsigned done = judge_apart(number, BATCH, CORRECT, verdicts);
    for (unsigned i = 0; i < done; i++) {
      if (verdicts[i] == SOUND)
        continue;
      Case c = case_random(number + i, CORRECT);
      if (broken++ < ENOUGH)
        report(&c, number + i, verdicts[i]);
    }
    number += done;
  }
  g_test_message("%u cases, from %u on, %.0f a second; %u break something", number - first, first,
                 (number - first) / MAX(cpu_seconds() - begun, 1e-3), broken);
  munmap(verdicts, BATCH);
  g_assert_cmpuint(broken, ==, 0);
}

/* A stack with a fault, judged as if it had none: found, and shrunk to little more than two applications that close. */
static void test_planted_fault_is_found_and_shrunk_to_its_core(void) {
  static const char *const FAULTY[] = {"no-time-wait", NULL};
  guint32 number = 0;
  Case c;
  do {
    c = case_random(++number, FAULTY);
    c.gene[INJECT_WHAT] = 0; /* a forged FIN would do for a second close() */
  } while (!case_breaks(&c, 1) && number < 2000);
  case_shrink(&c, 1);
  g_assert_true(case_breaks(&c, 1));
  unsigned left = 0;
  for (unsigned i = 0; i < GENES; i++)
    left += c.gene[i] != 0;
  g_test_message("case %u, %u genes are left", number, left);
  g_assert_cmpuint(left, <=, 6);
  for (unsigned at = RULE; at < GENES; at += RULE_GENES)
    g_assert_cmpuint(c.gene[at + ACTION], ==, 0);
  for (unsigned i = LINK_LOSS; i < SIDES; i++)
    g_assert_cmpuint(c.gene[i], ==, 0);
  for (unsigned i = 0; i < GENES; i++) {
    Case smaller = c;
    smaller.gene[i] = 0;
    g_assert_true(c.gene[i] == 0 || !case_breaks(&smaller, 1));
  }
}

/* What is written is a scenario that breaks the same when it is read again. */
static void test_written_case_breaks_the_same_when_read(void) {
  static const char *const FAULTY[] = {"no-time-wait", NULL};
  Case c = {.profiles = FAULTY};
  c.gene[ITEM + CALL] = c.gene[ITEM + ITEM_GENES + CALL] = c.gene[ITEM + ITEM_GENES + WHEN] = 1;
  g_autofree char *path = case_write(&c, 0, 1);
  GPtrArray *errors = NULL;
  g_autoptr(Scenario) scenario = scenario_load(path, NULL, &errors);
  g_assert_nonnull(scenario);
  g_autoptr(Trace) trace = run_to_trace(scenario, &(RunOptions){0}, NULL);
  g_autoptr(GPtrArray) invariants = check_invariants(trace);
  g_assert_cmpint(((const CheckInvariant *)g_ptr_array_index(invariants, 0))->verdict, ==, CHECK_BROKEN);
  g_assert_cmpint(remove(path), ==, 0);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/property/planted-fault-is-found-and-shrunk-to-its-core",
                  test_planted_fault_is_found_and_shrunk_to_its_core);
  g_test_add_func("/property/written-case-breaks-the-same-when-read", test_written_case_breaks_the_same_when_read);
  g_test_add_func("/property/random-scenarios-hold-the-invariants", test_random_scenarios_hold_the_invariants);
  return g_test_run();
}
