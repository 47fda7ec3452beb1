/* What a record costs: into memory, as JSONL into /dev/null, and read back. The mix is that of a normal close: sent,
 * received, state, timer. Best of several rounds, since the machine may be busy with other things. */
#include "trace/trace_reader.h"
#include "trace/trace_writer.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RECORDS = 400000, ROUNDS = 5 };

static double now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return 1e9 * (double)time.tv_sec + (double)time.tv_nsec;
}

static unsigned make_mix(Names *names, TraceRecord mix[static 4]) {
  Name client = names_intern(names, "client"), server = names_intern(names, "server"), web = names_intern(names, "web");
  mix[0] = (TraceRecord){.kind = TRACE_SENT,
                         .sent = {.host = client,
                                  .peer = server,
                                  .conn = web,
                                  .id = 123456,
                                  .flags = TCP_FIN | TCP_ACK,
                                  .seq = 1001,
                                  .ack = 2001,
                                  .win = 65535,
                                  .opts = {.has = TCP_OPT_TS, .ts_val = 1000, .ts_ecr = 2000},
                                  .raw_seq = 3735928559,
                                  .raw_ack = 3405691582,
                                  .sport = 49152,
                                  .dport = 80,
                                  .attempt = 1}};
  mix[1] = (TraceRecord){.kind = TRACE_RECEIVED, .received = {server, client, web, 123456}};
  mix[2] = (TraceRecord){.kind = TRACE_STATE,
                         .state = {server, web, TCP_STATE_ESTABLISHED, TCP_STATE_CLOSE_WAIT, TCP_SEG_FIN,
                                   TCP_GUARD_ALWAYS, names_intern(names, "3.10.7.4 eighth"), 123456}};
  mix[3] = (TraceRecord){.kind = TRACE_TIMER,
                         .timer = {client, web, TCP_TIMER_RETRANSMISSION, TRACE_WORD_ARMED, SIM_MS(300)}};
  return 4;
}

/* Puts the first `n` of the mix in turn; nanoseconds for each record. */
static double put_all(const Tracer *tracer, TraceRecord *mix, unsigned n) {
  double start = now_ns();
  for (unsigned i = 0; i < RECORDS; i++) {
    TraceRecord *record = &mix[i % n];
    record->t = SIM_US(i);
    tracer_put(tracer, record);
  }
  return (now_ns() - start) / RECORDS;
}

/* Fills *ret_trace anew each round; the last one stays. `ret_again` is the cost once its memory is there: the rest is
 * the kernel's, which hands out new pages. */
static double bench_memory(Trace **ret_trace, double *ret_again) {
  double best = 1e18;
  *ret_again = 1e18;
  for (int round = 0; round < ROUNDS; round++) {
    TraceRecord mix[4];
    trace_free(*ret_trace);
    *ret_trace = trace_new(NULL, NULL);
    unsigned n = make_mix((*ret_trace)->names, mix);
    Tracer tracer = {trace_sink_memory_new(*ret_trace), (*ret_trace)->names};
    double cost = put_all(&tracer, mix, n);
    best = MIN(best, cost);
    (*ret_trace)->count = 0;
    cost = put_all(&tracer, mix, n);
    *ret_again = MIN(*ret_again, cost);
    trace_sink_free(tracer.sink);
  }
  return best;
}

/* All of the mix, or its first record alone. */
static double bench_jsonl(unsigned n) {
  TraceRecord mix[4];
  double best = 1e18;
  Names *names = names_new();
  make_mix(names, mix);
  FILE *null = fopen("/dev/null", "w");
  g_assert_nonnull(null);
  for (int round = 0; round < ROUNDS; round++) {
    Tracer tracer = {trace_sink_jsonl_new(null, NULL, names), names};
    double cost = put_all(&tracer, mix, n);
    best = MIN(best, cost);
    trace_sink_free(tracer.sink);
  }
  fclose(null);
  names_free(names);
  return best;
}

static double bench_nobody(void) {
  TraceRecord mix[4];
  Names *names = names_new();
  Tracer tracer = {NULL, names};
  double cost = put_all(&tracer, mix, make_mix(names, mix));
  names_free(names);
  return cost;
}

static double bench_reader(const Trace *trace, double *ret_octets) {
  char *text = NULL;
  size_t length = 0;
  FILE *file = open_memstream(&text, &length);
  g_assert_true(trace_write_jsonl(trace, file, NULL));
  fclose(file);
  double best = 1e18;
  for (int round = 0; round < 3; round++) {
    double start = now_ns();
    g_autoptr(GError) error = NULL;
    Trace *read = trace_read(text, length, "bench", &error);
    g_assert_no_error(error);
    double cost = (now_ns() - start) / RECORDS;
    best = MIN(best, cost);
    g_assert_cmpuint(read->count, ==, RECORDS);
    trace_free(read);
  }
  *ret_octets = (double)length / RECORDS;
  free(text);
  return best;
}

int main(void) {
  Trace *trace = NULL;
  double octets, again;
  printf("trace: %d records, %zu octets each in memory; ns a record\n", RECORDS, sizeof(TraceRecord));
  printf("  nobody listens           %7.1f\n", bench_nobody());
  double memory = bench_memory(&trace, &again);
  printf("  memory                   %7.1f   (%.1f into memory used before)\n", memory, again);
  printf("  JSONL, mix of a close    %7.1f\n", bench_jsonl(4));
  printf("  JSONL, sent alone        %7.1f\n", bench_jsonl(1));
  double reader = bench_reader(trace, &octets);
  printf("  read back from JSONL     %7.1f   (%.0f octets a line)\n", reader, octets);
  trace_free(trace);
  return 0;
}
