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

/* A timer that is mostly put off or stopped before it expires, as a retransmission timer is. While it is put off
 * nothing but this record changes: its key in the queue stays where it is, and is queued again when it comes up too
 * early. A stopped one's key stays too, and serves when it is armed again. It expires where an event scheduled at its
 * last arming would. Initialise with LAZY_TIMER_STOPPED, and keep what it says when its owner's record serves another
 * owner. `until` is the instant of expiry, SIM_NEVER when stopped; the rest is the simulation's. */
typedef struct LazyTimer {
  SimTime until;
  SimTime queued_at;     /* instant of its one key in the queue, SIM_NEVER: it has none */
  uint64_t order : 36;   /* of the last arming */
  uint64_t slot : 26;    /* of the key */
  uint64_t renewing : 1; /* the key is that of a renewing event: it goes when the timer stops */
} LazyTimer;

#define LAZY_TIMER_STOPPED ((LazyTimer){.until = SIM_NEVER, .queued_at = SIM_NEVER})

/* Finds the timer of a subject; as long as the simulation runs, also for subjects that have gone. */
typedef LazyTimer *(*LazyTimerOf)(void *context, uint32_t subject);

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
/* The same for the expiries of lazy timers. */
EventKindId sim_add_lazy_kind(Sim *sim, const EventKind *kind, LazyTimerOf timer_of, void *context);

/* For events of `kind`, shortly before they run, when very many are pending: it may prefetch what `run` will look at,
 * and must do nothing else. Called at stages 0 to EVENT_STAGES - 1, see event_queue_set_ahead(). */
typedef void (*SimPrefetch)(const void *context, uint32_t subject, unsigned stage);
void sim_set_prefetch(Sim *sim, EventKindId kind, SimPrefetch prefetch);

/* Schedules at instant `at` (not before now, asserted). SIM_NEVER schedules nothing and returns EVENT_NONE. */
EventId sim_schedule(Sim *sim, SimTime at, EventKindId kind, uint32_t subject, uint64_t arg);

/* The same for a timer that re-arms itself for ever without anything changing (a persist probe that is always
 * answered, a keepalive on a healthy connection): when only such events are left, the run ends. */
EventId sim_schedule_renewing(Sim *sim, SimTime at, EventKindId kind, uint32_t subject, uint64_t arg);
/* Something has changed outside the protocol (a host crashed, a link went down) by which what renewed itself so far may
 * come to an end: those pending now no longer count as renewing. Those armed from now on do. */
void sim_renewing_may_end(Sim *sim);

/* The same as sim_schedule() for what is never cancelled; cheaper, if `at` is now. */
void sim_post(Sim *sim, SimTime at, EventKindId kind, uint32_t subject, uint64_t arg);

/* TRUE if it was pending. Stale ids are harmless. */
gboolean sim_cancel(Sim *sim, EventId id);

/* Arms (or re-arms) a timer to expire at `until`: the handler of `kind` gets `subject` and 0, and must call
 * sim_lazy_expired() first. A timer is always armed with the same kind and subject. SIM_NEVER stops it. */
void sim_lazy_arm(Sim *sim, LazyTimer *timer, SimTime until, EventKindId kind, uint32_t subject);
/* The same as a timer that renews itself for ever (see sim_schedule_renewing()). */
void sim_lazy_arm_renewing(Sim *sim, LazyTimer *timer, SimTime until, EventKindId kind, uint32_t subject);
/* Harmless when it does not run. */
void sim_lazy_stop(Sim *sim, LazyTimer *timer);

/* To be called by the handler: the timer no longer runs. */
static inline void sim_lazy_expired(LazyTimer *timer) {
  timer->until = timer->queued_at = SIM_NEVER;
  timer->renewing = FALSE;
}

/* Runs events in order until one of the ends above. `until` is inclusive: events at `until` still run. `budget` is the
 * number of events that may run in this call, 0 for no limit. May be called again to go on. */
SimEnd sim_run(Sim *sim, SimTime until, uint64_t budget);

/* Ends sim_run() after the event that is running. */
void sim_stop(Sim *sim);

/* Counters. */
uint64_t sim_events_run(const Sim *sim);
uint64_t sim_events_pending(const Sim *sim);

#endif
