/* One simulation: the clock, the future events, the run loop and its budgets. Knows nothing of networks.
 *
 * Order at one instant (written here and nowhere else): timers, then arrivals in the order they were sent,
 * then application calls; within a phase, the order of scheduling. In shuffle mode (sim_set_tie_shuffle()) events of
 * equal instant and phase run in an order drawn from the seed: results that depend on it are bugs. The calls of one
 * application (events of one kind and subject, in SIM_PHASE_CALL) keep their order: its script is a sequence.
 *
 * A Sim owns its queue; kinds and contexts are borrowed and must outlive it. No globals: two run side by side. */
#ifndef TEARDOWN_ENGINE_SIM_H
#define TEARDOWN_ENGINE_SIM_H

#include "engine/event_queue.h"
#include "engine/simtime.h"

#include <glib.h>
#include <stdint.h>

typedef struct Sim Sim;

typedef enum {
  SIM_PHASE_TIMER,   /* timers expire */
  SIM_PHASE_ARRIVAL, /* segments arrive, in the order they were sent */
  SIM_PHASE_CALL,    /* applications call */
  SIM_PHASE_PROBE,   /* observers look (state at a time) */
} SimPhase;

/* A kind of event: what to call when it is due. `name` is for dumps. The handler may schedule and cancel. */
typedef struct EventKind {
  const char *name;
  SimPhase phase;
  void (*run)(void *context, uint32_t subject, uint64_t arg);
} EventKind;

/* What sim_add_kind() returns: a small index that names (kind, context). */
typedef uint8_t EventKindId;

/* Why sim_run() came back. */
typedef enum {
  SIM_END_IDLE,     /* no event is left */
  SIM_END_RENEWING, /* only timers that renew themselves for ever are left */
  SIM_END_DURATION, /* the next event lies beyond the limit; the clock stands at the limit */
  SIM_END_BUDGET,   /* the budget of events is spent */
  SIM_END_STOPPED,  /* a handler called sim_stop() */
} SimEnd;

Sim *sim_new(void);
void sim_free(Sim *sim);

SimTime sim_now(const Sim *sim);

/* Makes ties of equal (instant, phase) come in an order drawn from `seed`. Call before scheduling anything. */
void sim_set_tie_shuffle(Sim *sim, uint64_t seed);

/* At most 250 kinds. `context` is handed to the handler. */
EventKindId sim_add_kind(Sim *sim, const EventKind *kind, void *context);

/* Schedules at instant `at` (not before now, asserted). SIM_NEVER schedules nothing and returns EVENT_NONE. */
EventId sim_schedule(Sim *sim, SimTime at, EventKindId kind, uint32_t subject, uint64_t arg);

/* The same for a timer that re-arms itself for ever without anything changing (a persist probe that is always
 * answered, a keepalive on a healthy connection): when only such events are left, the run ends. */
EventId sim_schedule_renewing(Sim *sim, SimTime at, EventKindId kind, uint32_t subject, uint64_t arg);
/* Something has changed outside the protocol (a host crashed, a link went down) by which what renewed itself so far may
 * come to an end: those pending now no longer count as renewing. Those armed from now on do. */
void sim_renewing_may_end(Sim *sim);

/* TRUE if it was pending. Stale ids are harmless. */
gboolean sim_cancel(Sim *sim, EventId id);

/* Runs events in order until one of the ends above. `until` is inclusive: events at `until` still run. `budget` is the
 * number of events that may run in this call, 0 for no limit. May be called again to go on. */
SimEnd sim_run(Sim *sim, SimTime until, uint64_t budget);

/* Ends sim_run() after the event that is running. */
void sim_stop(Sim *sim);

/* Counters. */
uint64_t sim_events_run(const Sim *sim);
uint64_t sim_events_pending(const Sim *sim);

#endif
