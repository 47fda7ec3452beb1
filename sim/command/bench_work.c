#include "command/bench_work.h"

#include "engine/event_queue.h"
#include "engine/rng.h"
#include "output/text/ladder.h"
#include "run/run.h"
#include "run/sweep_run.h"
#include "scenario/scenario_json.h"
#include "trace/trace_writer.h"

#include <string.h>
#include <time.h>

static double cpu_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* --- the event queue ---------------------------------------------------------------------------------------------- */

#define HOLDS     1000000
#define HOLD_MEAN 200000000 /* ns */

/* The hold model: with so many events pending, take the earliest and add one an exponential time later. */
static double run_hold(uint64_t pending, uint64_t *ret_n) {
  EventQueue *queue = event_queue_new();
  Rng rng = rng_stream(1, 0, "bench/hold");
  Event event = {0};
  uint64_t order = 0;
  for (; order < pending; order++)
    event_queue_add(queue, 1 + (SimTime)rng_exponential(&rng, HOLD_MEAN), 0, order, &event);
  double began = 0;
  for (uint64_t i = 0, warm = pending; i < warm + HOLDS; i++) {
    if (i == warm)
      began = cpu_ns();
    SimTime at = 0;
    event_queue_pop(queue, &at, &event);
    event_queue_add(queue, at + 1 + (SimTime)rng_exponential(&rng, HOLD_MEAN), 0, order++, &event);
  }
  double spent = cpu_ns() - began;
  event_queue_free(queue);
  *ret_n = HOLDS;
  return spent;
}

/* --- connections -------------------------------------------------------------------------------------------------- */

/* A kilobyte each way, then the client closes, or the server. */
#define FIRST_CLOSER                                                                                                   \
  "{\"on\": \"established\", \"call\": \"send\", \"octets\": 1000}, "                                                  \
  "{\"on\": \"data\", \"octets_read\": 1000, \"call\": \"close\"}"
#define SECOND_CLOSER                                                                                                  \
  "{\"on\": \"data\", \"octets_read\": 1000, \"call\": \"send\", \"octets\": 1000}, "                                  \
  "{\"on\": \"eof\", \"call\": \"close\"}"

static Scenario *parse(const char *text) {
  GPtrArray *errors = NULL;
  Scenario *scenario = scenario_parse(text, strlen(text), "bench", NULL, &errors);
  for (guint i = 0; errors && i < errors->len; i++)
    g_error("%s", scenario_error_print(g_ptr_array_index(errors, i)));
  return scenario;
}

/* Hosts, links, connections and applications of `clients` hosts, each with its share of `count` connections. */
static char *population(uint64_t count, unsigned clients, unsigned rate, const char *loss, gboolean server_closes) {
  GString *hosts = g_string_new(NULL), *links = g_string_new(NULL), *conns = g_string_new(NULL);
  GString *apps = g_string_new(NULL);
  for (unsigned i = 0; i < clients; i++) {
    const char *comma = i ? ", " : "";
    g_string_append_printf(hosts, ", \"c%u\": {}", i);
    g_string_append_printf(links, "%s{\"between\": [\"c%u\", \"s\"], \"delay\": \"10ms\", \"loss\": \"%s\"}", comma, i,
                           loss);
    g_string_append_printf(conns,
                           "%s{\"name\": \"p%u\", \"from\": \"c%u\", \"to\": \"s:80\", \"count\": %" G_GUINT64_FORMAT
                           ", \"arrival\": {\"rate\": \"%u/s\", \"process\": \"uniform\"}, \"state\": \"CLOSED\"}",
                           comma, i, i, MAX(count / clients, 2), MAX(rate / clients, 1));
    g_string_append_printf(apps,
                           "%s{\"host\": \"c%u\", \"conn\": \"p%u\", \"do\": [{\"at\": \"0s\", \"call\": \"connect\"}, "
                           "%s]}, {\"host\": \"s\", \"conn\": \"p%u\", \"do\": [{\"at\": \"0s\", \"call\": "
                           "\"listen\"}, %s]}",
                           comma, i, i, server_closes ? SECOND_CLOSER : FIRST_CLOSER, i,
                           server_closes ? FIRST_CLOSER : SECOND_CLOSER);
  }
  char *text =
      g_strdup_printf("{\"version\": 1, \"title\": \"bench\", \"seed\": 1, \"hosts\": {\"s\": {}%s}, \"links\": [%s], "
                      "\"connections\": [%s], \"apps\": [%s], \"duration\": \"1000h\", "
                      "\"budget\": {\"events\": 100000000000, \"segments\": 100000000000}}",
                      hosts->str, links->str, conns->str, apps->str);
  g_string_free(hosts, TRUE);
  g_string_free(links, TRUE);
  g_string_free(conns, TRUE);
  g_string_free(apps, TRUE);
  return text;
}

/* From the first SYN to the end of the last TIME-WAIT; nobody reads the trace. */
static double simulate(uint64_t count, unsigned clients, unsigned rate, const char *loss, gboolean server_closes,
                       uint64_t *ret_n) {
  g_autofree char *text = population(count, clients, rate, loss, server_closes);
  g_autoptr(Scenario) scenario = parse(text);
  Names *names = names_new();
  double began = cpu_ns();
  RunEnd end = run_scenario(scenario, &(RunOptions){0}, NULL, names, NULL);
  double spent = cpu_ns() - began;
  g_assert(end == RUN_IDLE);
  names_free(names);
  *ret_n = count;
  return spent;
}

static double run_one_by_one(uint64_t count, uint64_t *ret_n) {
  return simulate(count, 1, 20, "0%", FALSE, ret_n);
}

static double run_concurrent(uint64_t count, uint64_t *ret_n) {
  return simulate(count, 5, 10000, "10%", FALSE, ret_n);
}

/* All of them, or nearly, are there when the last comes: TIME-WAIT lasts 240 s. */
static double run_million(uint64_t count, uint64_t *ret_n) {
  return simulate(count, 20, 10000, "10%", FALSE, ret_n);
}

/* All of them are in TIME-WAIT at the server when the last is closed: they arrive within its 60 s. */
static double run_pile(uint64_t count, uint64_t *ret_n) {
  return simulate(count, 40, 25000, "0%", TRUE, ret_n);
}

/* --- sweeps ------------------------------------------------------------------------------------------------------- */

/* Closes of one connection that is open from the start, counted as a sweep counts them. */
static double run_replications(uint64_t count, uint64_t *ret_n) {
  g_autoptr(Scenario) scenario =
      parse("{\"version\": 1, \"title\": \"bench\", \"seed\": 1, \"hosts\": {\"c\": {}, \"s\": {}}, \"links\": "
            "[{\"between\": "
            "[\"c\", \"s\"], \"delay\": \"10ms\", \"loss\": \"10%\"}], \"connections\": [{\"name\": \"p\", \"from\": "
            "\"c:1024\", \"to\": \"s:80\", \"state\": \"ESTABLISHED\"}], \"apps\": [{\"host\": \"c\", \"conn\": \"p\", "
            "\"do\": "
            "[{\"at\": \"0s\", \"call\": \"close\"}]}, {\"host\": \"s\", \"conn\": \"p\", \"do\": [{\"on\": \"eof\", "
            "\"call\": "
            "\"close\"}]}]}");
  sweep_keep_memory();
  SweepCounter *counter = sweep_counter_new(NULL);
  SweepTally *tally = sweep_tally_new();
  double began = cpu_ns();
  for (uint64_t run = 0; run < count; run++)
    sweep_counter_run(counter, scenario, run, tally);
  double spent = cpu_ns() - began;
  sweep_tally_free(tally);
  sweep_counter_free(counter);
  *ret_n = count;
  return spent;
}

/* --- traces ------------------------------------------------------------------------------------------------------- */

static char *small_scenario(void) {
  return population(2, 1, 20, "0%", FALSE);
}

static Trace *small_trace(uint64_t *ret_records) {
  g_autofree char *text = population(2000, 1, 1000, "1%", FALSE);
  g_autoptr(Scenario) scenario = parse(text);
  Trace *trace = run_to_trace(scenario, &(RunOptions){0}, NULL);
  *ret_records = trace->count;
  return trace;
}

/* Puts the records of a real trace into another. */
static double run_records(TraceSink *sink, Names *names, const Trace *from, uint64_t rounds) {
  Tracer tracer = {sink, names};
  double began = cpu_ns();
  for (uint64_t round = 0; round < rounds; round++)
    for (size_t i = 0; i < from->count; i++)
      tracer_put(&tracer, &from->records[i]);
  return cpu_ns() - began;
}

static double run_memory(uint64_t rounds, uint64_t *ret_n) {
  uint64_t records;
  g_autoptr(Trace) from = small_trace(&records);
  g_autoptr(Trace) into = trace_new(NULL, NULL);
  TraceSink *sink = trace_sink_memory_new(into);
  double spent = run_records(sink, from->names, from, rounds);
  trace_sink_free(sink);
  *ret_n = rounds * records;
  return spent;
}

static double run_jsonl(uint64_t rounds, uint64_t *ret_n) {
  uint64_t records;
  g_autoptr(Trace) from = small_trace(&records);
  FILE *null = fopen("/dev/null", "w");
  g_assert(null);
  TraceSink *sink = trace_sink_jsonl_new(null, NULL, from->names);
  double spent = run_records(sink, from->names, from, rounds);
  trace_sink_free(sink);
  fclose(null);
  *ret_n = rounds * records;
  return spent;
}

static double run_loading(uint64_t rounds, uint64_t *ret_n) {
  g_autofree char *text = small_scenario();
  double began = cpu_ns();
  for (uint64_t i = 0; i < rounds; i++)
    scenario_free(parse(text));
  *ret_n = rounds;
  return cpu_ns() - began;
}

static double run_ladder(uint64_t rounds, uint64_t *ret_n) {
  g_autofree char *text = small_scenario();
  g_autoptr(Scenario) scenario = parse(text);
  g_autoptr(Trace) trace = run_to_trace(scenario, &(RunOptions){0}, NULL);
  GString *out = g_string_new(NULL);
  TextStyle style = {.width = 100};
  double began = cpu_ns();
  for (uint64_t i = 0; i < rounds; i++) {
    g_string_truncate(out, 0);
    ladder_write(trace, &style, out);
  }
  double spent = cpu_ns() - began;
  g_assert(out->len > 0);
  g_string_free(out, TRUE);
  *ret_n = rounds;
  return spent;
}

const BenchWork *bench_works(unsigned *ret_count) {
  static const BenchWork works[] = {
      {"queue: hold, 1000 pending", "ns/hold", 1, FALSE, run_hold, 1000, FALSE},
      {"queue: hold, 100000 pending", "ns/hold", 1, FALSE, run_hold, 100000, FALSE},
      {"queue: hold, 1000000 pending", "ns/hold", 1, FALSE, run_hold, 1000000, FALSE},
      {"queue: hold, 10000000 pending", "ns/hold", 1, FALSE, run_hold, 10000000, TRUE},
      {"connections: one by one", "us/connection", 1000, FALSE, run_one_by_one, 20000, FALSE},
      {"connections: 100000 at a time, 10 % lost", "us/connection", 1000, TRUE, run_concurrent, 100000, FALSE},
      {"connections: 1000000 at a time, 10 % lost", "us/connection", 1000, TRUE, run_million, 1000000, TRUE},
      {"TIME-WAIT: 10000 on one host", "us/connection", 1000, FALSE, run_pile, 10000, FALSE},
      {"TIME-WAIT: 200000 on one host", "us/connection", 1000, TRUE, run_pile, 200000, FALSE},
      {"TIME-WAIT: 1000000 on one host", "us/connection", 1000, TRUE, run_pile, 1000000, TRUE},
      {"sweep: a close, 10 % lost", "us/run", 1000, FALSE, run_replications, 20000, FALSE},
      {"trace: into memory", "ns/record", 1, FALSE, run_memory, 5, FALSE},
      {"trace: JSONL", "ns/record", 1, FALSE, run_jsonl, 2, FALSE},
      {"scenario: load", "us/scenario", 1000, FALSE, run_loading, 2000, FALSE},
      {"ladder: two connections", "us/ladder", 1000, FALSE, run_ladder, 1000, FALSE},
  };
  *ret_count = G_N_ELEMENTS(works);
  return works;
}
