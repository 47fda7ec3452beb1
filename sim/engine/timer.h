/* A re-armable timer, embedded in its owner: at most one expiry is pending, arming again replaces it.
 * "Is it running" is a question to the timer, never a flag beside it. The owner stops it before it goes away. */
#ifndef TEARDOWN_ENGINE_TIMER_H
#define TEARDOWN_ENGINE_TIMER_H

#include "engine/sim.h"

typedef struct Timer {
  EventId event;
  SimTime until; /* instant of expiry; SIM_NEVER when stopped */
} Timer;

/* A stopped timer. A zeroed one is NOT stopped: initialise with this. */
#define TIMER_STOPPED ((Timer){{0, 0}, SIM_NEVER})

/* Arms (or re-arms) to expire at `until`; the handler of `kind` gets `subject` and `arg`, and must call
 * timer_expired() first. */
void timer_arm(Sim *sim, Timer *timer, SimTime until, EventKindId kind, uint32_t subject, uint64_t arg);

/* The same as a timer that renews itself for ever (see sim_schedule_renewing()). */
void timer_arm_renewing(Sim *sim, Timer *timer, SimTime until, EventKindId kind, uint32_t subject, uint64_t arg);

/* Stops it; harmless when it does not run. */
void timer_stop(Sim *sim, Timer *timer);

/* To be called by the handler: the timer no longer runs. */
void timer_expired(Timer *timer);

/* TRUE while an expiry is pending; of a Timer or a LazyTimer. */
#define timer_armed(timer) ((timer)->until != SIM_NEVER)

#endif
