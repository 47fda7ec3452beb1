#include "engine/timer.h"

#include <glib.h>

#include "engine/rng.h"

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

/* ---- lazy timers: the same events as timers that are cancelled and scheduled anew -------------------------------- */

#define CROWD       12
#define NO_TIMER    CROWD
#define LOG_AT_MOST 3000

/* Runs what its random numbers say, with timers of either sort; what happened is in `log`: instant and subject. */
typedef struct Player {
  Sim *sim;
  gboolean lazy;
  EventKindId kind, noise;
  Timer timers[CROWD];
  LazyTimer lazy_timers[CROWD];
  Rng rng;
  GArray *log; /* of SimTime and subject, in turn */
} Player;

static gboolean player_armed(const Player *player, uint32_t i) {
  return player->lazy ? timer_armed(&player->lazy_timers[i]) : timer_armed(&player->timers[i]);
}

static void player_arm(Player *player, uint32_t i, SimTime until) {
  if (player->lazy)
    sim_lazy_arm(player->sim, &player->lazy_timers[i], until, player->kind, i);
  else
    timer_arm(player->sim, &player->timers[i], until, player->kind, i, 0);
}

static void player_arm_renewing(Player *player, uint32_t i, SimTime until) {
  if (player->lazy)
    sim_lazy_arm_renewing(player->sim, &player->lazy_timers[i], until, player->kind, i);
  else
    timer_arm_renewing(player->sim, &player->timers[i], until, player->kind, i, 0);
}

static void player_stop(Player *player, uint32_t i) {
  if (player->lazy)
    sim_lazy_stop(player->sim, &player->lazy_timers[i]);
  else
    timer_stop(player->sim, &player->timers[i]);
}

static SimTime player_delay(Rng *rng) {
  static const SimTime delays[] = {0,          1,           5,        SIM_US(1), SIM_MS(40),
                                   SIM_MS(40), SIM_MS(200), SIM_S(1), SIM_S(64), SIM_H(1)};
  uint64_t draw = rng_below(rng, 12);
  return draw < G_N_ELEMENTS(delays) ? delays[draw] : (SimTime)rng_below(rng, (uint64_t)SIM_MS(300));
}

static void player_acts(Player *player) {
  SimTime now = sim_now(player->sim);
  for (uint64_t n = rng_below(&player->rng, 4); n > 0; n--) {
    uint32_t i = (uint32_t)rng_below(&player->rng, CROWD);
    uint64_t draw = rng_below(&player->rng, 40);
    SimTime until = now + player_delay(&player->rng);
    if (draw < 20)
      player_arm(player, i, until);
    else if (draw < 30)
      player_stop(player, i);
    else if (draw < 33)
      player_arm_renewing(player, i, until);
    else if (draw < 34)
      player_arm(player, i, SIM_NEVER);
    else if (draw < 35)
      sim_renewing_may_end(player->sim);
    else if (draw < 37)
      sim_post(player->sim, draw % 2 ? now : until, player->noise, NO_TIMER, 0);
    else
      sim_schedule(player->sim, until, player->noise, NO_TIMER, 0);
  }
}

static void player_notes(Player *player, uint32_t subject) {
  SimTime entry[2] = {sim_now(player->sim), subject};
  g_array_append_vals(player->log, entry, 2);
  if (player->log->len < 2 * LOG_AT_MOST)
    player_acts(player);
}

static void player_expired(void *context, uint32_t i, uint64_t arg) {
  Player *player = context;
  g_assert_cmpuint(arg, ==, 0);
  g_assert_true(player_armed(player, i));
  if (player->lazy)
    sim_lazy_expired(&player->lazy_timers[i]);
  else
    timer_expired(&player->timers[i]);
  g_assert_false(player_armed(player, i));
  player_notes(player, i);
}

static void player_hears(void *context, uint32_t subject, uint64_t arg) {
  (void)arg;
  player_notes(context, subject);
}

static LazyTimer *player_timer(void *context, uint32_t i) {
  return &((Player *)context)->lazy_timers[i];
}

static void player_init(Player *player, gboolean lazy, uint64_t seed) {
  static const EventKind kind = {"timer", SIM_PHASE_TIMER, player_expired};
  static const EventKind noise = {"noise", SIM_PHASE_TIMER, player_hears};
  *player = (Player){.sim = sim_new(), .lazy = lazy, .rng = rng_stream(seed, 0, "timers")};
  player->log = g_array_new(FALSE, FALSE, sizeof(SimTime));
  for (uint32_t i = 0; i < CROWD; i++) {
    player->timers[i] = TIMER_STOPPED;
    player->lazy_timers[i] = LAZY_TIMER_STOPPED;
  }
  if (seed % 2)
    sim_set_tie_shuffle(player->sim, seed);
  player->kind = sim_add_lazy_kind(player->sim, &kind, player_timer, player);
  player->noise = sim_add_kind(player->sim, &noise, player);
}

static void player_clear(Player *player) {
  sim_free(player->sim);
  g_array_unref(player->log);
}

/* Both do the same up to the same end, and stand where they stand. Returns the end. */
static SimEnd players_run(Player *a, Player *b, SimTime until, uint64_t budget) {
  SimEnd end = sim_run(a->sim, until, budget);
  g_assert_cmpint(sim_run(b->sim, until, budget), ==, end);
  g_assert_cmpint(sim_now(a->sim), ==, sim_now(b->sim));
  g_assert_cmpuint(sim_events_run(a->sim), ==, sim_events_run(b->sim));
  g_assert_cmpuint(sim_events_pending(a->sim), ==, sim_events_pending(b->sim));
  g_assert_cmpuint(a->log->len, ==, b->log->len);
  for (guint i = 0; i < a->log->len; i++)
    g_assert_cmpint(g_array_index(a->log, SimTime, i), ==, g_array_index(b->log, SimTime, i));
  return end;
}

static void test_lazy_random_same_events_as_eager(void) {
  guint ends[SIM_END_STOPPED + 1] = {0};
  guint expired = 0;
  for (uint64_t seed = 0; seed < 200; seed++) {
    Player eager, lazy;
    player_init(&eager, FALSE, seed);
    player_init(&lazy, TRUE, seed);
    Rng rng = rng_stream(seed, 0, "runs");
    for (guint i = 0; i < 60; i++) {
      player_acts(&eager);
      player_acts(&lazy);
      SimTime until = rng_below(&rng, 3) ? SIM_NEVER : sim_now(lazy.sim) + player_delay(&rng);
      ends[players_run(&eager, &lazy, until, rng_below(&rng, 2) ? 0 : 1 + rng_below(&rng, 20))]++;
    }
    for (guint i = 0; i < lazy.log->len; i += 2)
      expired += g_array_index(lazy.log, SimTime, i + 1) != NO_TIMER;
    player_clear(&eager);
    player_clear(&lazy);
  }
  g_assert_cmpuint(expired, >, 10000);
  g_assert_cmpuint(ends[SIM_END_IDLE], >, 100);
  g_assert_cmpuint(ends[SIM_END_RENEWING], >, 100);
  g_assert_cmpuint(ends[SIM_END_DURATION], >, 100);
  g_assert_cmpuint(ends[SIM_END_BUDGET], >, 100);
}

/* The clock does not go on to where the keys of stopped timers lie. */
static void test_lazy_stopped_ends_the_run_where_it_stands(void) {
  Player player;
  player_init(&player, TRUE, 0);
  player_arm(&player, 0, SIM_S(1));
  player_arm(&player, 1, SIM_S(2));
  player_stop(&player, 0);
  player_stop(&player, 1);
  g_assert_cmpuint(sim_events_pending(player.sim), ==, 0);
  g_assert_cmpint(sim_run(player.sim, SIM_NEVER, 0), ==, SIM_END_IDLE);
  g_assert_cmpint(sim_now(player.sim), ==, 0);
  g_assert_cmpuint(player.log->len, ==, 0);
  player_clear(&player);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/timer/armed-expires-once-at-its-instant", test_armed_expires_once_at_its_instant);
  g_test_add_func("/timer/armed-again-replaces-the-expiry", test_armed_again_replaces_the_expiry);
  g_test_add_func("/timer/stopped-does-not-expire", test_stopped_does_not_expire);
  g_test_add_func("/timer/armed-until-never-is-stopped", test_armed_until_never_is_stopped);
  g_test_add_func("/timer/handler-arms-again-expires-periodically", test_handler_arms_again_expires_periodically);
  g_test_add_func("/timer/only-renewing-timers-left-ends-the-run", test_only_renewing_timers_left_ends_the_run);
  g_test_add_func("/timer/lazy-stopped-ends-the-run-where-it-stands", test_lazy_stopped_ends_the_run_where_it_stands);
  g_test_add_func("/timer/lazy-random-same-events-as-eager", test_lazy_random_same_events_as_eager);
  return g_test_run();
}
