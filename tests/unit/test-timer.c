#include "engine/timer.h"

#include <glib.h>

/* An owner of one timer, which notes when it expired, and with what. */
typedef struct Owner {
  Sim *sim;
  EventKindId kind;
  Timer timer;
  guint expired;
  SimTime expired_at;
  uint32_t subject;
  uint64_t arg;
  SimTime rearm_delay; /* the handler arms it again after this; 0: it does not */
  gboolean rearm_renewing;
} Owner;

static void owner_expired(void *context, uint32_t subject, uint64_t arg) {
  Owner *owner = context;
  timer_expired(&owner->timer);
  g_assert_false(timer_armed(&owner->timer));
  owner->expired++;
  owner->expired_at = sim_now(owner->sim);
  owner->subject = subject;
  owner->arg = arg;
  if (owner->rearm_delay == 0)
    return;
  SimTime until = simtime_add(owner->expired_at, owner->rearm_delay);
  if (owner->rearm_renewing)
    timer_arm_renewing(owner->sim, &owner->timer, until, owner->kind, subject, arg);
  else
    timer_arm(owner->sim, &owner->timer, until, owner->kind, subject, arg);
}

static const EventKind owner_kind = {"owner", SIM_PHASE_TIMER, owner_expired};

static void owner_init(Owner *owner) {
  *owner = (Owner){.sim = sim_new(), .timer = TIMER_STOPPED};
  owner->kind = sim_add_kind(owner->sim, &owner_kind, owner);
}

static void test_armed_expires_once_at_its_instant(void) {
  Owner owner;
  owner_init(&owner);
  timer_arm(owner.sim, &owner.timer, SIM_MS(200), owner.kind, 7, 8);
  g_assert_true(timer_armed(&owner.timer));
  g_assert_cmpint(owner.timer.until, ==, SIM_MS(200));
  g_assert_cmpint(sim_run(owner.sim, SIM_NEVER, 0), ==, SIM_END_IDLE);
  g_assert_cmpuint(owner.expired, ==, 1);
  g_assert_cmpint(owner.expired_at, ==, SIM_MS(200));
  g_assert_cmpuint(owner.subject, ==, 7);
  g_assert_cmpuint(owner.arg, ==, 8);
  g_assert_false(timer_armed(&owner.timer));
  sim_free(owner.sim);
}

static void test_armed_again_replaces_the_expiry(void) {
  Owner owner;
  owner_init(&owner);
  timer_arm(owner.sim, &owner.timer, SIM_MS(200), owner.kind, 0, 1);
  timer_arm(owner.sim, &owner.timer, SIM_MS(300), owner.kind, 0, 2);
  timer_arm(owner.sim, &owner.timer, SIM_MS(100), owner.kind, 0, 3);
  g_assert_cmpuint(sim_events_pending(owner.sim), ==, 1);
  sim_run(owner.sim, SIM_NEVER, 0);
  g_assert_cmpuint(owner.expired, ==, 1);
  g_assert_cmpint(owner.expired_at, ==, SIM_MS(100));
  g_assert_cmpuint(owner.arg, ==, 3);
  sim_free(owner.sim);
}

static void test_stopped_does_not_expire(void) {
  Owner owner;
  owner_init(&owner);
  timer_stop(owner.sim, &owner.timer);
  timer_arm(owner.sim, &owner.timer, SIM_MS(200), owner.kind, 0, 0);
  timer_stop(owner.sim, &owner.timer);
  timer_stop(owner.sim, &owner.timer);
  g_assert_false(timer_armed(&owner.timer));
  g_assert_cmpint(sim_run(owner.sim, SIM_NEVER, 0), ==, SIM_END_IDLE);
  g_assert_cmpuint(owner.expired, ==, 0);
  sim_free(owner.sim);
}

static void test_armed_until_never_is_stopped(void) {
  Owner owner;
  owner_init(&owner);
  timer_arm(owner.sim, &owner.timer, SIM_MS(200), owner.kind, 0, 0);
  timer_arm(owner.sim, &owner.timer, SIM_NEVER, owner.kind, 0, 0);
  g_assert_false(timer_armed(&owner.timer));
  g_assert_cmpuint(sim_events_pending(owner.sim), ==, 0);
  sim_free(owner.sim);
}

static void test_handler_arms_again_expires_periodically(void) {
  Owner owner;
  owner_init(&owner);
  owner.rearm_delay = SIM_MS(10);
  timer_arm(owner.sim, &owner.timer, SIM_MS(10), owner.kind, 0, 0);
  g_assert_cmpint(sim_run(owner.sim, SIM_S(1), 0), ==, SIM_END_DURATION);
  g_assert_cmpuint(owner.expired, ==, 100);
  g_assert_true(timer_armed(&owner.timer));
  sim_free(owner.sim);
}

static void test_only_renewing_timers_left_ends_the_run(void) {
  Owner owner, other;
  owner_init(&owner);
  other = (Owner){.sim = owner.sim, .timer = TIMER_STOPPED};
  other.kind = sim_add_kind(owner.sim, &owner_kind, &other);
  owner.rearm_delay = SIM_MS(10);
  owner.rearm_renewing = TRUE;
  timer_arm_renewing(owner.sim, &owner.timer, SIM_MS(10), owner.kind, 0, 0);
  timer_arm(owner.sim, &other.timer, SIM_MS(35), other.kind, 0, 0);
  g_assert_cmpint(sim_run(owner.sim, SIM_NEVER, 0), ==, SIM_END_RENEWING);
  g_assert_cmpuint(owner.expired, ==, 3);
  g_assert_cmpint(sim_now(owner.sim), ==, SIM_MS(35));
  /* Armed as one that does not renew, it counts again. */
  owner.rearm_delay = 0;
  timer_arm(owner.sim, &owner.timer, SIM_MS(50), owner.kind, 0, 0);
  g_assert_cmpint(sim_run(owner.sim, SIM_NEVER, 0), ==, SIM_END_IDLE);
  g_assert_cmpuint(owner.expired, ==, 4);
  sim_free(owner.sim);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/timer/armed-expires-once-at-its-instant", test_armed_expires_once_at_its_instant);
  g_test_add_func("/timer/armed-again-replaces-the-expiry", test_armed_again_replaces_the_expiry);
  g_test_add_func("/timer/stopped-does-not-expire", test_stopped_does_not_expire);
  g_test_add_func("/timer/armed-until-never-is-stopped", test_armed_until_never_is_stopped);
  g_test_add_func("/timer/handler-arms-again-expires-periodically", test_handler_arms_again_expires_periodically);
  g_test_add_func("/timer/only-renewing-timers-left-ends-the-run", test_only_renewing_timers_left_ends_the_run);
  return g_test_run();
}
