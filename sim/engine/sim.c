#include "engine/sim.h"

#include "engine/rng.h"

#define KINDS_MAX 250

/* `order` numbers what was ever scheduled; an EventQueue takes 36 bits of it (68 thousand million events). */
#define ORDER_HALF_BITS 18
#define ORDER_HALF_MASK ((1u << ORDER_HALF_BITS) - 1)
#define SHUFFLE_ROUNDS  4
#define CALL_ORDER_BITS 24 /* of `order`, for calls of one application in shuffle mode */

/* The flags of an Event that renews itself (see sim_schedule_renewing()) are the epoch in which it was scheduled, of
 * others 0. Past the last epoch no event counts as renewing any more: a run may then go on for longer than it need. */
#define EPOCH_FIRST 1
#define EPOCH_LAST  254

/* The flags of the key of a LazyTimer; its argument is its order. */
#define FLAGS_LAZY 255

/* A key that is new is queued long before the timer's expiry, but not before this time has passed: the timer may be
 * stopped by then, or armed for less, as it is when the first round trip has been measured. Then the key need not
 * move. */
#define LAZY_EARLY SIM_MS(200)

typedef struct Kind {
  const EventKind *kind;
  void *context;
  LazyTimerOf timer_of; /* NULL: not of lazy timers */
  SimPrefetch prefetch; /* NULL: none */
} Kind;

struct Sim {
  EventQueue *queue;
  Kind *kinds;
  unsigned kind_count;
  SimTime now;
  uint64_t next_order;
  uint64_t events_run;
  uint64_t pending;          /* events and armed timers; not the keys of lazy timers */
  uint64_t renewing_pending; /* of this epoch */
  uint8_t epoch;
  gboolean stop_asked;
  gboolean shuffle;
  uint64_t shuffle_keys[SHUFFLE_ROUNDS];
};

Sim *sim_new(void) {
  Sim *sim = g_new0(Sim, 1);
  sim->queue = event_queue_new();
  sim->epoch = EPOCH_FIRST;
  return sim;
}

void sim_free(Sim *sim) {
  if (sim == NULL)
    return;
  event_queue_free(sim->queue);
  g_free(sim->kinds);
  g_free(sim);
}

SimTime sim_now(const Sim *sim) {
  return sim->now;
}

uint64_t sim_events_run(const Sim *sim) {
  return sim->events_run;
}

uint64_t sim_events_pending(const Sim *sim) {
  return sim->pending;
}

void sim_stop(Sim *sim) {
  sim->stop_asked = TRUE;
}

void sim_set_tie_shuffle(Sim *sim, uint64_t seed) {
  g_assert(sim->next_order == 0);
  Rng rng = rng_stream(seed, 0, "sim/tie-shuffle");
  for (unsigned i = 0; i < SHUFFLE_ROUNDS; i++)
    sim->shuffle_keys[i] = rng_u64(&rng);
  sim->shuffle = TRUE;
}

EventKindId sim_add_kind(Sim *sim, const EventKind *kind, void *context) {
  return sim_add_lazy_kind(sim, kind, NULL, context);
}

EventKindId sim_add_lazy_kind(Sim *sim, const EventKind *kind, LazyTimerOf timer_of, void *context) {
  g_assert(sim->kind_count < KINDS_MAX);
  sim->kinds = g_renew(Kind, sim->kinds, sim->kind_count + 1);
  sim->kinds[sim->kind_count] = (Kind){kind, context, timer_of, NULL};
  return (EventKindId)sim->kind_count++;
}

static void prefetch(void *context, const Event *event, unsigned stage) {
  const Sim *sim = context;
  const Kind *kind = &sim->kinds[event->kind];
  if (kind->prefetch != NULL)
    kind->prefetch(kind->context, event->subject, stage);
}

void sim_set_prefetch(Sim *sim, EventKindId kind, SimPrefetch fetch) {
  g_assert(kind < sim->kind_count);
  sim->kinds[kind].prefetch = fetch;
  event_queue_set_ahead(sim->queue, prefetch, sim);
}

/* A permutation of the 36-bit numbers, so that shuffled orders stay unique: a Feistel network, whose every round can be
 * undone whatever its round function is. */
static uint64_t shuffled(const Sim *sim, uint64_t order) {
  uint32_t left = (uint32_t)(order >> ORDER_HALF_BITS);
  uint32_t right = (uint32_t)order & ORDER_HALF_MASK;
  for (unsigned i = 0; i < SHUFFLE_ROUNDS; i++) {
    uint64_t mixed = (right ^ sim->shuffle_keys[i]) * UINT64_C(0x9e3779b97f4a7c15);
    uint32_t next = left ^ (uint32_t)(mixed >> (64 - ORDER_HALF_BITS));
    left = right;
    right = next;
  }
  return (uint64_t)left << ORDER_HALF_BITS | right;
}

/* Calls: what is drawn is the place of the caller, of 4096; behind it they keep their order. */
static uint64_t shuffled_call(const Sim *sim, EventKindId kind, uint32_t subject, uint64_t order) {
  unsigned place_bits = 2 * ORDER_HALF_BITS - CALL_ORDER_BITS;
  uint64_t caller = (uint64_t)kind << 32 | subject;
  uint64_t place = ((caller ^ sim->shuffle_keys[0]) * UINT64_C(0x9e3779b97f4a7c15)) ^ sim->shuffle_keys[1];
  place = (place * UINT64_C(0xbf58476d1ce4e5b9)) >> (64 - place_bits);
  return place << CALL_ORDER_BITS | (order & ((UINT64_C(1) << CALL_ORDER_BITS) - 1));
}

static uint64_t place_of(const Sim *sim, EventKindId kind, uint32_t subject, uint64_t order) {
  if (!sim->shuffle)
    return order;
  return sim->kinds[kind].kind->phase == SIM_PHASE_CALL ? shuffled_call(sim, kind, subject, order)
                                                        : shuffled(sim, order);
}

static EventId schedule(Sim *sim, SimTime at, EventKindId kind, uint32_t subject, uint64_t arg, uint8_t flags) {
  g_assert(kind < sim->kind_count);
  if (at == SIM_NEVER)
    return EVENT_NONE;
  g_assert(at >= sim->now);
  uint64_t order = sim->next_order++;
  sim->pending++;
  Event event = {.arg = arg, .subject = subject, .kind = kind, .flags = flags};
  return event_queue_add(sim->queue, at, sim->kinds[kind].kind->phase, place_of(sim, kind, subject, order), &event);
}

EventId sim_schedule(Sim *sim, SimTime at, EventKindId kind, uint32_t subject, uint64_t arg) {
  return schedule(sim, at, kind, subject, arg, 0);
}

void sim_post(Sim *sim, SimTime at, EventKindId kind, uint32_t subject, uint64_t arg) {
  if (at != sim->now) {
    schedule(sim, at, kind, subject, arg, 0);
    return;
  }
  g_assert(kind < sim->kind_count);
  uint64_t order = sim->next_order++;
  sim->pending++;
  Event event = {.arg = arg, .subject = subject, .kind = kind};
  event_queue_post(sim->queue, at, sim->kinds[kind].kind->phase, place_of(sim, kind, subject, order), &event);
}

EventId sim_schedule_renewing(Sim *sim, SimTime at, EventKindId kind, uint32_t subject, uint64_t arg) {
  if (sim->epoch == EPOCH_LAST)
    return schedule(sim, at, kind, subject, arg, 0);
  if (at != SIM_NEVER)
    sim->renewing_pending++;
  return schedule(sim, at, kind, subject, arg, sim->epoch);
}

void sim_renewing_may_end(Sim *sim) {
  sim->renewing_pending = 0;
  if (sim->epoch < EPOCH_LAST)
    sim->epoch++;
}

gboolean sim_cancel(Sim *sim, EventId id) {
  Event event;
  if (!event_queue_cancel(sim->queue, id, &event))
    return FALSE;
  sim->pending--;
  if (event.flags == sim->epoch)
    sim->renewing_pending--;
  return TRUE;
}

/* --- lazy timers -------------------------------------------------------------------------------------------------- */

/* What holds of one between calls: it has one key in the queue or none; if it is armed, one that is not after its
 * expiry. */

static void lazy_drop_key(Sim *sim, LazyTimer *timer) {
  sim_cancel(sim, event_queue_id(sim->queue, timer->slot));
  timer->queued_at = SIM_NEVER;
}

static void lazy_queue(Sim *sim, LazyTimer *timer, SimTime at, EventKindId kind, uint32_t subject) {
  Event event = {.arg = timer->order, .subject = subject, .kind = kind, .flags = FLAGS_LAZY};
  SimPhase phase = sim->kinds[kind].kind->phase;
  timer->queued_at = at;
  timer->slot = event_queue_add(sim->queue, at, phase, timer->order, &event).slot;
}

void sim_lazy_stop(Sim *sim, LazyTimer *timer) {
  if (timer->until == SIM_NEVER)
    return;
  timer->until = SIM_NEVER;
  if (G_UNLIKELY(timer->renewing)) {
    timer->renewing = FALSE;
    lazy_drop_key(sim, timer); /* which sim->pending counts */
  } else {
    sim->pending--;
  }
}

void sim_lazy_arm(Sim *sim, LazyTimer *timer, SimTime until, EventKindId kind, uint32_t subject) {
  if (G_UNLIKELY(timer->renewing || until == SIM_NEVER))
    sim_lazy_stop(sim, timer);
  if (until == SIM_NEVER)
    return;
  g_assert(until >= sim->now);
  sim->pending += timer->until == SIM_NEVER;
  timer->until = until;
  timer->order = place_of(sim, kind, subject, sim->next_order++);
  if (timer->queued_at < until || (timer->queued_at == until && !sim->shuffle)) /* else orders may fall */
    return;
  if (timer->queued_at != SIM_NEVER) {
    sim->pending++; /* which does not count the key */
    lazy_drop_key(sim, timer);
  }
  SimTime delay = until - sim->now;
  lazy_queue(sim, timer, sim->now + MIN(delay, MAX(delay / 8, LAZY_EARLY)), kind, subject);
}

void sim_lazy_arm_renewing(Sim *sim, LazyTimer *timer, SimTime until, EventKindId kind, uint32_t subject) {
  sim_lazy_stop(sim, timer);
  if (until == SIM_NEVER)
    return;
  if (timer->queued_at != SIM_NEVER) {
    sim->pending++;
    lazy_drop_key(sim, timer);
  }
  timer->slot = sim_schedule_renewing(sim, until, kind, subject, 0).slot;
  timer->until = timer->queued_at = until;
  timer->renewing = TRUE;
}

/* The key of a lazy timer has come up at `at`. FALSE if the timer was stopped, or is due later: then it is queued for
 * that. */
static gboolean lazy_due(Sim *sim, SimTime at, const Event *event) {
  const Kind *kind = &sim->kinds[event->kind];
  LazyTimer *timer = kind->timer_of(kind->context, event->subject);
  timer->queued_at = SIM_NEVER;
  if (timer->until == SIM_NEVER)
    return FALSE;
  if (timer->until == at && timer->order == event->arg)
    return TRUE;
  lazy_queue(sim, timer, timer->until, event->kind, event->subject);
  return FALSE;
}

/* --- running ------------------------------------------------------------------------------------------------------ */

SimEnd sim_run(Sim *sim, SimTime until, uint64_t budget) {
  g_assert(until >= sim->now);
  uint64_t run_before = sim->events_run;
  sim->stop_asked = FALSE;
  while (!sim->stop_asked) {
    uint64_t pending = sim->pending;
    if (pending == 0)
      return SIM_END_IDLE;
    if (pending == sim->renewing_pending)
      return SIM_END_RENEWING;
    if (budget != 0 && sim->events_run - run_before == budget)
      return SIM_END_BUDGET;
    SimTime at;
    Event event;
    if (!event_queue_pop_until(sim->queue, until, &at, &event)) {
      sim->now = until;
      return SIM_END_DURATION;
    }
    g_assert(at >= sim->now);
    const Kind *kind = &sim->kinds[event.kind];
    if (event.flags == FLAGS_LAZY) {
      if (!lazy_due(sim, at, &event))
        continue;
      event.arg = 0;
    }
    sim->now = at;
    sim->events_run++;
    sim->pending--;
    if (event.flags == sim->epoch)
      sim->renewing_pending--;
    kind->kind->run(kind->context, event.subject, event.arg);
  }
  return SIM_END_STOPPED;
}
