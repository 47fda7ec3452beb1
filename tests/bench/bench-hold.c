/* What the event queue costs, beside two yardsticks that only sort keys: a bare ladder and a binary heap.
 *
 * usage: bench-hold [--large] [REPEATS]     (default 5; --large adds 10^6 and 10^7 pending events)
 *
 * Hold model: with N events pending, take the earliest and add one, again and again; a line gives nanoseconds for each
 * such pair. The queue does it with events, handles and all; the yardsticks move keys. The three are measured in turn,
 * REPEATS times, and the medians shown: on a shared machine only numbers of the same run compare. CPU time of the
 * process.
 *   exp    the new event lies an exponential time of mean 200 ms ahead
 *   tcp    60 %: a link delay of 10 ms +- 1 ms; 25 %: a retransmission timeout of 0.2 to 3 s; 15 %: TIME-WAIT, 60 s
 *   rearm  half of the events are segments, 10 ms +- 1 ms under way; each that arrives sends one and puts off a timer
 *          of 200 ms, which so never expires: pop, add, cancel, add. The yardsticks cannot cancel. */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bare_ladder.h"
#include "engine/event_queue.h"
#include "engine/rng.h"
#include "engine/sim.h"

#define STEPS     16384 /* increments are drawn beforehand, and used round and round */
#define STEP_MASK (STEPS - 1)
#define HOLDS     1000000
#define MEAN      SIM_MS(200)

typedef struct Model {
  const char *name;
  uint64_t steps[STEPS];
} Model;

static void model_fill_exp(Model *model) {
  Rng rng = rng_stream(1, 0, "bench/exp");
  model->name = "exp";
  for (size_t i = 0; i < STEPS; i++)
    model->steps[i] = 1 + rng_exponential(&rng, MEAN);
}

static void model_fill_tcp(Model *model) {
  Rng rng = rng_stream(1, 0, "bench/tcp");
  model->name = "tcp";
  for (size_t i = 0; i < STEPS; i++) {
    uint64_t share = rng_below(&rng, 100);
    if (share < 60)
      model->steps[i] = (uint64_t)SIM_MS(9) + rng_below(&rng, (uint64_t)SIM_MS(2));
    else if (share < 85)
      model->steps[i] = (uint64_t)SIM_MS(200) + rng_below(&rng, (uint64_t)SIM_MS(2800));
    else
      model->steps[i] = (uint64_t)SIM_S(60);
  }
}

static double cpu_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Holds before the clock starts: enough to leave the shape of the start behind. */
static uint64_t warm_up(uint64_t pending) {
  return MAX(pending, 100000);
}

static double hold_queue(const Model *model, uint64_t pending) {
  EventQueue *queue = event_queue_new();
  Event event = {0};
  uint64_t order = 0;
  for (; order < pending; order++)
    event_queue_add(queue, (SimTime)model->steps[order & STEP_MASK], 0, order, &event);
  uint64_t start = order + warm_up(pending);
  uint64_t end = start + HOLDS;
  double began = 0;
  for (; order < end; order++) {
    if (order == start)
      began = cpu_ns();
    SimTime at;
    event_queue_pop(queue, &at, &event);
    event_queue_add(queue, at + (SimTime)model->steps[order & STEP_MASK], 0, order, &event);
  }
  double spent = cpu_ns() - began;
  event_queue_free(queue);
  return spent / HOLDS;
}

/* Buckets of about eight keys, as the mean increment is MEAN; the event queue has to find that out. */
static unsigned bare_shift(uint64_t pending) {
  unsigned shift = 0;
  while ((UINT64_C(2) << shift) * pending < 8 * (uint64_t)MEAN)
    shift++;
  return shift;
}

static double hold_ladder(const Model *model, uint64_t pending) {
  BareLadder *ladder = bare_ladder_new(bare_shift(pending));
  uint64_t order = 0;
  for (; order < pending; order++)
    bare_ladder_push(ladder, key_make(model->steps[order & STEP_MASK], 0, order, 0));
  uint64_t start = order + warm_up(pending);
  uint64_t end = start + HOLDS;
  double began = 0;
  for (; order < end; order++) {
    if (order == start)
      began = cpu_ns();
    Key key = bare_ladder_pop(ladder);
    bare_ladder_push(ladder, key_make(key.at + model->steps[order & STEP_MASK], 0, order, 0));
  }
  double spent = cpu_ns() - began;
  bare_ladder_free(ladder);
  return spent / HOLDS;
}

static double hold_heap(const Model *model, uint64_t pending) {
  KeyArray heap;
  keys_init(&heap, pending + 1);
  uint64_t order = 0;
  for (; order < pending; order++)
    heap_push(&heap, key_make(model->steps[order & STEP_MASK], 0, order, 0));
  uint64_t start = order + warm_up(pending);
  uint64_t end = start + HOLDS;
  double began = 0;
  for (; order < end; order++) {
    if (order == start)
      began = cpu_ns();
    uint64_t at = heap.keys[0].at;
    heap_drop_first(&heap);
    heap_push(&heap, key_make(at + model->steps[order & STEP_MASK], 0, order, 0));
  }
  double spent = cpu_ns() - began;
  keys_clear(&heap);
  return spent / HOLDS;
}

static double rearm_queue(uint64_t pending) {
  EventQueue *queue = event_queue_new();
  Rng rng = rng_stream(1, 0, "bench/rearm");
  uint64_t connections = MAX(pending / 2, 1);
  EventId *timers = g_new(EventId, connections);
  Event event = {0};
  uint64_t order = 0;
  for (uint64_t i = 0; i < connections; i++) {
    event.arg = i;
    timers[i] = event_queue_add(queue, MEAN, 0, order++, &event);
    event_queue_add(queue, (SimTime)rng_below(&rng, (uint64_t)SIM_MS(10)), 1, order++, &event);
  }
  uint64_t warm = warm_up(pending);
  double began = 0;
  for (uint64_t i = 0; i < warm + HOLDS; i++) {
    if (i == warm)
      began = cpu_ns();
    SimTime at;
    event_queue_pop(queue, &at, &event);
    event_queue_cancel(queue, timers[event.arg], NULL);
    timers[event.arg] = event_queue_add(queue, at + MEAN, 0, order++, &event);
    uint64_t delay = (uint64_t)SIM_MS(9) + rng_below(&rng, (uint64_t)SIM_MS(2));
    event_queue_add(queue, at + (SimTime)delay, 1, order++, &event);
  }
  double spent = cpu_ns() - began;
  event_queue_free(queue);
  g_free(timers);
  return spent / HOLDS;
}

static int compare_doubles(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static double median(double *values, size_t n) {
  qsort(values, n, sizeof *values, compare_doubles);
  return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static void compare(const Model *model, uint64_t pending, size_t repeats) {
  g_autofree double *queue = g_new(double, repeats);
  g_autofree double *ladder = g_new(double, repeats);
  g_autofree double *heap = g_new(double, repeats);
  for (size_t i = 0; i < repeats; i++) {
    queue[i] = hold_queue(model, pending);
    ladder[i] = hold_ladder(model, pending);
    heap[i] = hold_heap(model, pending);
  }
  double q = median(queue, repeats);
  double l = median(ladder, repeats);
  double h = median(heap, repeats);
  printf("%9" G_GUINT64_FORMAT "  %-5s %9.1f %9.1f %9.1f %13.2f %11.2f\n", pending, model->name, q, l, h, q / l, q / h);
  fflush(stdout);
}

static void show_rearm(uint64_t pending, size_t repeats) {
  g_autofree double *queue = g_new(double, repeats);
  for (size_t i = 0; i < repeats; i++)
    queue[i] = rearm_queue(pending);
  printf("%9" G_GUINT64_FORMAT "  %-5s %9.1f %9s %9s %13s %11s\n", pending, "rearm", median(queue, repeats), "-", "-",
         "-", "-");
  fflush(stdout);
}

static void ignore_event(void *context, uint32_t subject, uint64_t arg) {
  (void)context;
  (void)subject;
  (void)arg;
}

/* A small simulation from beginning to end: what a single scenario pays for its engine. */
static double small_sim(void) {
  enum { SIMS = 20000, EVENTS = 20 };
  static const EventKind kind = {"ignored", SIM_PHASE_CALL, ignore_event};
  double began = cpu_ns();
  for (uint32_t i = 0; i < SIMS; i++) {
    Sim *sim = sim_new();
    EventKindId id = sim_add_kind(sim, &kind, NULL);
    for (uint32_t k = 0; k < EVENTS; k++)
      sim_schedule(sim, (SimTime)(k * 7919 % 104729) * 1000, id, k, 0);
    sim_run(sim, SIM_NEVER, 0);
    sim_free(sim);
  }
  return (cpu_ns() - began) / SIMS;
}

int main(int argc, char **argv) {
  gboolean large = argc > 1 && strcmp(argv[1], "--large") == 0;
  int repeats = argc > 1 + large ? atoi(argv[1 + large]) : 5;
  if (repeats < 1 || argc > 2 + large) {
    fprintf(stderr, "usage: bench-hold [--large] [REPEATS]\n");
    return 2;
  }
  static const uint64_t populations[] = {10, 100, 1000, 10000, 100000, 1000000, 10000000};
  size_t n = G_N_ELEMENTS(populations) - (large ? 0 : 2);
  Model *exp = g_new(Model, 1);
  Model *tcp = g_new(Model, 1);
  model_fill_exp(exp);
  model_fill_tcp(tcp);
  printf("hold model: ns for each pop and add, median of %d\n", repeats);
  printf("  pending  model     queue    ladder      heap  queue/ladder  queue/heap\n");
  for (size_t i = 0; i < n; i++) {
    compare(exp, populations[i], (size_t)repeats);
    compare(tcp, populations[i], (size_t)repeats);
    show_rearm(populations[i], (size_t)repeats);
  }
  printf("a Sim made, run for 20 events, and freed: %.0f ns\n", small_sim());
  g_free(exp);
  g_free(tcp);
  return 0;
}
