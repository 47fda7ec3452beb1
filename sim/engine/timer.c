#include "engine/timer.h"

void timer_arm(Sim *sim, Timer *timer, SimTime until, EventKindId kind, uint32_t subject, uint64_t arg) {
  sim_cancel(sim, timer->event);
  timer->event = sim_schedule(sim, until, kind, subject, arg);
  timer->until = until;
}

void timer_arm_renewing(Sim *sim, Timer *timer, SimTime until, EventKindId kind, uint32_t subject, uint64_t arg) {
  sim_cancel(sim, timer->event);
  timer->event = sim_schedule_renewing(sim, until, kind, subject, arg);
  timer->until = until;
}

void timer_stop(Sim *sim, Timer *timer) {
  sim_cancel(sim, timer->event);
  *timer = TIMER_STOPPED;
}

void timer_expired(Timer *timer) {
  *timer = TIMER_STOPPED;
}
