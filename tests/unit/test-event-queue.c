/* The event queue: small cases in a language of operations, and long random runs against a naive sorted reference. */
#include "engine/event_queue.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "engine/rng.h"

/* ---- a language of operations ----
 *
 *   +x@5     add an event named x (one letter) at instant 5, phase 0; +x@5/2: phase 2
 *   *x       post an event named x in phase 0 at the instant of the last event; *x/2: phase 2
 *   -x       cancel the event last added as x; gives "-x", or "!x" if it was stale
 *   ?x       gives "x" if it is pending, else "."
 *   p        pop; gives "x@5", or "empty"
 *   p7       pop if due at 7 or before; gives the same, or "later"
 *   n        gives the instant of the next event, or "never"
 *   c        gives how many are pending
 *   d        pop all
 */

static void give_popped(GString *given, EventQueue *queue, SimTime until, const char *otherwise, SimTime *now) {
  SimTime at;
  Event event;
  if (event_queue_pop_until(queue, until, &at, &event)) {
    g_string_append_printf(given, " %c@%" G_GINT64_FORMAT, (char)event.arg, at);
    *now = at;
  } else {
    g_string_append_printf(given, " %s", otherwise);
    if (until != SIM_NEVER && event_queue_count(queue) > 0)
      *now = MAX(*now, until);
  }
}

static void add_named(EventQueue *queue, const char *operation, uint64_t order, EventId *ids) {
  uint8_t name = (uint8_t)operation[1];
  char *phase = NULL;
  SimTime at = g_ascii_strtoll(operation + 3, &phase, 10);
  Event event = {.arg = name};
  ids[name] = event_queue_add(queue, at, *phase == '/' ? (unsigned)atoi(phase + 1) : 0, order, &event);
}

static void post_named(EventQueue *queue, const char *operation, uint64_t order, SimTime now) {
  Event event = {.arg = (uint8_t)operation[1]};
  event_queue_post(queue, now, operation[2] == '/' ? (unsigned)atoi(operation + 3) : 0, order, &event);
}

/* Runs the operations; what they give, each after a space. */
static char *play(const char *operations) {
  EventQueue *queue = event_queue_new();
  EventId ids[256] = {{0, 0}};
  GString *given = g_string_new(NULL);
  SimTime now = 0;
  g_auto(GStrv) list = g_strsplit(operations, " ", -1);
  for (guint i = 0; list[i] != NULL; i++) {
    uint8_t name = (uint8_t)list[i][0] == 'p' ? 0 : (uint8_t)list[i][1];
    SimTime next;
    switch (list[i][0]) {
    case '+':
      add_named(queue, list[i], i, ids);
      break;
    case '*':
      post_named(queue, list[i], i, now);
      break;
    case '-':
      g_string_append_printf(given, " %c%c", event_queue_cancel(queue, ids[name], NULL) ? '-' : '!', name);
      break;
    case '?':
      g_string_append_printf(given, " %c", event_queue_pending(queue, ids[name]) ? name : '.');
      break;
    case 'p':
      if (list[i][1] == '\0')
        give_popped(given, queue, SIM_NEVER, "empty", &now);
      else
        give_popped(given, queue, g_ascii_strtoll(list[i] + 1, NULL, 10), "later", &now);
      break;
    case 'n':
      next = event_queue_next_at(queue);
      if (next == SIM_NEVER)
        g_string_append(given, " never");
      else
        g_string_append_printf(given, " %" G_GINT64_FORMAT, next);
      break;
    case 'c':
      g_string_append_printf(given, " %" G_GUINT64_FORMAT, event_queue_count(queue));
      break;
    case 'd':
      while (event_queue_count(queue) > 0)
        give_popped(given, queue, SIM_NEVER, "empty", &now);
      break;
    default:
      g_error("no such operation: %s", list[i]);
    }
  }
  event_queue_free(queue);
  return g_string_free(given, FALSE);
}

static const struct Case {
  const char *name;
  const char *operations;
  const char *gives;
} cases[] = {
    {"empty-pop-gives-nothing", "p n c p7", " empty never 0 later"},
    {"times-out-of-order-pop-in-order", "+a@5 +b@3 +c@9 +d@1 d p", " d@1 b@3 a@5 c@9 empty"},
    {"same-instant-pops-in-order-added", "+a@5 +b@5 +c@5 d", " a@5 b@5 c@5"},
    {"same-instant-phase-comes-before-order", "+a@5/3 +b@5/1 +c@5 +d@5/1 d", " c@5 b@5 d@5 a@5"},
    {"same-instant-as-popped-add-still-runs", "+a@5/2 +b@6 p +c@5/0 d", " a@5 c@5 b@6"},
    {"cancel-removes", "+a@1 +b@2 +c@3 -b c d", " -b 2 a@1 c@3"},
    {"cancel-twice-second-is-stale", "+a@1 -a -a c n p", " -a !a 0 never empty"},
    {"cancel-after-pop-is-stale", "+a@1 p -a", " a@1 !a"},
    {"cancel-of-nothing-is-stale", "-a", " !a"},
    {"slot-reused-old-id-is-stale", "+a@1 p +b@2 -a c -b c", " a@1 !a 1 -b 0"},
    {"cancel-and-add-earlier-pops-the-new", "+a@9 +b@5 -a +a@2 d", " -a a@2 b@5"},
    {"cancelled-first-next-at-skips-it", "+a@1 +b@7 -a n p", " -a 7 b@7"},
    {"pending-follows-life", "?a +a@1 ?a p ?a +b@2 -b ?b", " . a a@1 . -b ."},
    {"pop-until-before-gives-later", "+a@5 p4 c p5 p5", " later 1 a@5 later"},
    {"pop-until-then-add-between-pops-in-order", "+a@1000000000 p4 +b@4 +c@999999999 d",
     " later b@4 c@999999999 a@1000000000"},
    {"next-at-then-add-earlier-pops-in-order", "+a@1000000000 n +b@3 n d", " 1000000000 3 b@3 a@1000000000"},
    {"pop-until-the-past-gives-later", "+a@5 +b@5 p p4 p-1 d", " a@5 later later b@5"},
    {"posted-runs-after-ties-and-before-later-ones", "+a@5 +b@5 +c@6 p *d c n d", " a@5 3 5 b@5 d@5 c@6"},
    {"posted-in-order-runs-in-order", "+a@5 +b@6 p *c *d *e d", " a@5 c@5 d@5 e@5 b@6"},
    {"posted-goes-by-its-phase", "+a@5 +b@5/1 +c@5/3 p *d/2 *e/1 *f d", " a@5 f@5 b@5 e@5 d@5 c@5"},
    {"posted-then-added-earlier-phase-runs-first", "+a@5 p *b/2 +c@5/1 d", " a@5 c@5 b@5"},
    {"posted-is-before-until", "+a@5 +b@9 p *c p4 p5 p5", " a@5 later c@5 later"},
    {"posted-where-a-pop-gave-up", "+a@1000000 p500 +b@500 *c +d@501 d", " later b@500 c@500 d@501 a@1000000"},
    {"posted-behind-a-cancelled-one", "+a@5 +b@5 p *c -b d c", " a@5 -b c@5 0"},
    {"posted-at-the-start", "*a +b@0 +c@1 *d d", " a@0 b@0 d@0 c@1"},
    {"extreme-instants", "+a@9223372036854775806 +b@0 +c@4611686018427387904 d",
     " b@0 c@4611686018427387904 a@9223372036854775806"},
};

static void test_case(gconstpointer data) {
  const struct Case *c = data;
  g_autofree char *given = play(c->operations);
  g_assert_cmpstr(given, ==, c->gives);
}

/* ---- the reference ----------------------------------------------------------------------------------------------- */

typedef struct Entry {
  SimTime at;
  unsigned phase;
  uint64_t order;
  EventId id;
  Event event;
} Entry;

static int entry_compare(const Entry *a, const Entry *b) {
  if (a->at != b->at)
    return a->at < b->at ? -1 : 1;
  if (a->phase != b->phase)
    return a->phase < b->phase ? -1 : 1;
  return a->order < b->order ? -1 : a->order > b->order;
}

typedef struct Pair {
  EventQueue *queue;
  GArray *sorted; /* of Entry */
  GArray *stale;  /* of EventId */
  Rng rng;
  uint64_t next_order;
  gboolean shuffle;
  SimTime now;
} Pair;

static void pair_insert(Pair *pair, const Entry *entry) {
  guint low = 0;
  guint high = pair->sorted->len;
  while (low < high) {
    guint middle = (low + high) / 2;
    if (entry_compare(&g_array_index(pair->sorted, Entry, middle), entry) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  g_array_insert_vals(pair->sorted, low, entry, 1);
}

static void pair_add(Pair *pair, SimTime at) {
  uint64_t order = pair->next_order++;
  /* Multiplying by an odd number permutes the 36-bit numbers. */
  if (pair->shuffle)
    order = order * UINT64_C(0x5851f42d4c957f2d) & ((UINT64_C(1) << 36) - 1);
  Entry entry = {.at = at, .phase = (unsigned)rng_below(&pair->rng, 4), .order = order};
  entry.event = (Event){.arg = rng_u64(&pair->rng), .subject = (uint32_t)order, .kind = (uint8_t)order, .flags = 1};
  entry.id = event_queue_add(pair->queue, at, entry.phase, order, &entry.event);
  g_assert_true(event_queue_pending(pair->queue, entry.id));
  pair_insert(pair, &entry);
}

/* At the instant of the last event; it has no id. */
static void pair_post(Pair *pair) {
  uint64_t order = pair->next_order++;
  if (pair->shuffle)
    order = order * UINT64_C(0x5851f42d4c957f2d) & ((UINT64_C(1) << 36) - 1);
  Entry entry = {.at = pair->now, .phase = (unsigned)rng_below(&pair->rng, 4), .order = order, .id = EVENT_NONE};
  entry.event = (Event){.arg = rng_u64(&pair->rng), .subject = (uint32_t)order, .kind = (uint8_t)order, .flags = 1};
  event_queue_post(pair->queue, pair->now, entry.phase, order, &entry.event);
  pair_insert(pair, &entry);
}

static void assert_same_event(const Event *a, const Event *b) {
  g_assert_cmpuint(a->arg, ==, b->arg);
  g_assert_cmpuint(a->subject, ==, b->subject);
  g_assert_cmpuint(a->kind, ==, b->kind);
  g_assert_cmpuint(a->flags, ==, b->flags);
}

static void pair_forget(Pair *pair, guint i) {
  g_array_append_val(pair->stale, g_array_index(pair->sorted, Entry, i).id);
  g_array_remove_index(pair->sorted, i);
}

static void pair_pop(Pair *pair, SimTime until) {
  SimTime at = -1;
  Event event;
  gboolean popped = event_queue_pop_until(pair->queue, until, &at, &event);
  const Entry *first = pair->sorted->len > 0 ? &g_array_index(pair->sorted, Entry, 0) : NULL;
  g_assert_cmpint(popped, ==, first != NULL && first->at <= until);
  if (!popped) {
    g_assert_cmpint(at, ==, -1);
    if (first != NULL)
      pair->now = MAX(pair->now, until);
    return;
  }
  g_assert_cmpint(at, ==, first->at);
  assert_same_event(&event, &first->event);
  pair->now = at;
  pair_forget(pair, 0);
}

static void pair_cancel(Pair *pair) {
  if (pair->sorted->len == 0)
    return;
  guint i = (guint)rng_below(&pair->rng, pair->sorted->len);
  Entry entry = g_array_index(pair->sorted, Entry, i);
  if (entry.id.generation == 0) /* it was posted */
    return;
  Event event;
  g_assert_true(event_queue_cancel(pair->queue, entry.id, &event));
  assert_same_event(&event, &entry.event);
  g_assert_false(event_queue_pending(pair->queue, entry.id));
  pair_forget(pair, i);
}

static void pair_cancel_stale(Pair *pair) {
  if (pair->stale->len == 0)
    return;
  EventId id = g_array_index(pair->stale, EventId, rng_below(&pair->rng, pair->stale->len));
  g_assert_false(event_queue_cancel(pair->queue, id, NULL));
}

static void pair_check(Pair *pair) {
  g_assert_cmpuint(event_queue_count(pair->queue), ==, pair->sorted->len);
  SimTime first = pair->sorted->len > 0 ? g_array_index(pair->sorted, Entry, 0).at : SIM_NEVER;
  g_assert_cmpint(event_queue_next_at(pair->queue), ==, first);
}

/* How far ahead events are added: one instant, ties, near, timers of equal length, far, everything mixed. */
typedef enum { AHEAD_NOW, AHEAD_TIES, AHEAD_NEAR, AHEAD_TIMERS, AHEAD_FAR, AHEAD_POWERS, AHEAD_MIXED } Ahead;

static SimTime ahead(Rng *rng, Ahead how) {
  switch (how) {
  case AHEAD_NOW:
    return 0;
  case AHEAD_TIES:
    return SIM_MS(rng_below(rng, 3));
  case AHEAD_NEAR:
    return (SimTime)rng_below(rng, 1000);
  case AHEAD_TIMERS:
    return rng_below(rng, 2) ? SIM_S(60) : SIM_MS(200);
  case AHEAD_FAR:
    return (SimTime)rng_below(rng, (uint64_t)SIM_H(10));
  case AHEAD_POWERS:
    return (SimTime)(UINT64_C(1) << rng_below(rng, 53)) - (SimTime)rng_below(rng, 2);
  case AHEAD_MIXED:
    return ahead(rng, (Ahead)rng_below(rng, AHEAD_MIXED));
  }
  g_assert_not_reached();
}

typedef struct Mix {
  const char *name;
  Ahead ahead;
  guint population; /* it is grown to this and kept around it, then drained, and so on */
  guint cancels;    /* per cent of the operations */
  gboolean shuffle;
} Mix;

static const Mix mixes[] = {
    {"handful-mixed", AHEAD_MIXED, 8, 10, FALSE},        {"handful-cancel-heavy", AHEAD_MIXED, 8, 45, FALSE},
    {"around-crowded-mixed", AHEAD_MIXED, 48, 5, TRUE},  {"one-instant", AHEAD_NOW, 700, 5, FALSE},
    {"one-instant-shuffled", AHEAD_NOW, 700, 5, TRUE},   {"ties", AHEAD_TIES, 700, 10, FALSE},
    {"ties-shuffled", AHEAD_TIES, 700, 10, TRUE},        {"near", AHEAD_NEAR, 1000, 10, FALSE},
    {"timers", AHEAD_TIMERS, 1000, 10, FALSE},           {"far", AHEAD_FAR, 1000, 10, FALSE},
    {"powers-of-two", AHEAD_POWERS, 1000, 10, TRUE},     {"mixed", AHEAD_MIXED, 1500, 10, FALSE},
    {"mixed-cancel-heavy", AHEAD_MIXED, 1500, 45, TRUE},
};

static void pair_step(Pair *pair, const Mix *mix, gboolean growing) {
  uint64_t draw = rng_below(&pair->rng, 100);
  if (draw < mix->cancels)
    pair_cancel(pair);
  else if (draw < mix->cancels + 2)
    pair_cancel_stale(pair);
  else if (draw < mix->cancels + 4)
    pair_pop(pair, pair->now + ahead(&pair->rng, AHEAD_NEAR));
  else if (draw < mix->cancels + 5)
    pair_check(pair);
  else if (draw < mix->cancels + 10)
    pair_post(pair);
  else if (growing || (pair->sorted->len < mix->population && draw % 2 == 0))
    pair_add(pair, pair->now + ahead(&pair->rng, mix->ahead));
  else
    pair_pop(pair, SIM_NEVER);
}

static void test_random(gconstpointer data) {
  const Mix *mix = data;
  for (uint64_t seed = 0; seed < 4; seed++) {
    Pair pair = {.queue = event_queue_new(),
                 .sorted = g_array_new(FALSE, FALSE, sizeof(Entry)),
                 .stale = g_array_new(FALSE, FALSE, sizeof(EventId)),
                 .rng = rng_stream(seed, 0, mix->name),
                 .shuffle = mix->shuffle};
    for (guint round = 0; round < 3; round++) {
      for (guint i = 0; i < 2 * mix->population; i++)
        pair_step(&pair, mix, TRUE);
      for (guint i = 0; i < 5000; i++)
        pair_step(&pair, mix, FALSE);
      while (pair.sorted->len > 0)
        pair_pop(&pair, SIM_NEVER);
      pair_check(&pair);
    }
    event_queue_free(pair.queue);
    g_array_unref(pair.sorted);
    g_array_unref(pair.stale);
  }
}

/* ---- bounds ------------------------------------------------------------------------------------------------------ */

static void test_cancel_rearm_slots_do_not_pile_up(void) {
  EventQueue *queue = event_queue_new();
  Event event = {0};
  EventId timers[100];
  uint64_t order = 0;
  uint32_t highest = 0;
  for (guint i = 0; i < 100; i++)
    timers[i] = event_queue_add(queue, SIM_S(60) + i, 0, order++, &event);
  for (guint i = 0; i < 200000; i++) {
    EventId *timer = &timers[i % 100];
    g_assert_true(event_queue_cancel(queue, *timer, NULL));
    *timer = event_queue_add(queue, SIM_S(60) + i, 0, order++, &event);
    highest = MAX(highest, timer->slot);
  }
  g_assert_cmpuint(event_queue_count(queue), ==, 100);
  g_assert_cmpuint(highest, <, 300);
  event_queue_free(queue);
}

static void test_all_cancelled_queue_is_empty_and_usable(void) {
  EventQueue *queue = event_queue_new();
  Event event = {.arg = 7};
  EventId ids[1000];
  for (guint i = 0; i < 1000; i++)
    ids[i] = event_queue_add(queue, SIM_S(1) + i, 0, i, &event);
  for (guint i = 0; i < 1000; i++)
    g_assert_true(event_queue_cancel(queue, ids[i], NULL));
  SimTime at;
  g_assert_cmpuint(event_queue_count(queue), ==, 0);
  g_assert_cmpint(event_queue_next_at(queue), ==, SIM_NEVER);
  g_assert_false(event_queue_pop(queue, &at, &event));
  event_queue_add(queue, 3, 0, 1000, &event);
  g_assert_true(event_queue_pop(queue, &at, &event));
  g_assert_cmpint(at, ==, 3);
  event_queue_free(queue);
}

/* A hundred thousand events at one instant, each adding one more at that instant: nothing may be quadratic. */
static void test_crowd_at_one_instant_adding_to_it_runs_in_order(void) {
  enum { CROWD = 100000 };
  EventQueue *queue = event_queue_new();
  for (uint32_t i = 0; i < CROWD; i++) {
    Event event = {.arg = i, .subject = 1};
    event_queue_add(queue, SIM_S(1), 1, i, &event);
  }
  uint64_t order = CROWD;
  SimTime at;
  Event event;
  for (uint32_t i = 0; i < CROWD; i++) {
    g_assert_true(event_queue_pop(queue, &at, &event));
    g_assert_cmpuint(event.arg, ==, i);
    Event later = {.arg = i, .subject = 2};
    event_queue_add(queue, SIM_S(1), 2, order++, &later);
    Event sooner = {.arg = i, .subject = 0};
    event_queue_add(queue, SIM_S(1), 0, order++, &sooner);
    g_assert_true(event_queue_pop(queue, &at, &event));
    g_assert_cmpuint(event.subject, ==, 0);
  }
  for (uint32_t i = 0; i < CROWD; i++) {
    g_assert_true(event_queue_pop(queue, &at, &event));
    g_assert_cmpuint(event.subject, ==, 2);
    g_assert_cmpuint(event.arg, ==, i);
  }
  g_assert_cmpuint(event_queue_count(queue), ==, 0);
  event_queue_free(queue);
}

/* Adds `n` events, at `from`, `from` + `step` and so on. */
static void add_series(EventQueue *queue, guint n, SimTime from, SimTime step) {
  Event event = {0};
  for (guint i = 0; i < n; i++)
    event_queue_add(queue, from + step * i, 0, i, &event);
}

static void assert_pops_in_order(EventQueue *queue, guint n) {
  SimTime last = 0;
  SimTime at;
  Event event;
  for (guint i = 0; i < n; i++) {
    g_assert_true(event_queue_pop(queue, &at, &event));
    g_assert_cmpint(at, >=, last);
    last = at;
  }
  g_assert_false(event_queue_pop(queue, &at, &event));
}

static void test_crowds_added_from_late_to_early_pop_in_order(void) {
  EventQueue *queue = event_queue_new();
  for (SimTime from = SIM_S(1); from > 0; from /= 3)
    add_series(queue, 120, from, 1 + from / 1000);
  assert_pops_in_order(queue, 19 * 120);
  event_queue_free(queue);
}

static void test_crowd_at_the_start_then_later_ones_pop_in_order(void) {
  EventQueue *queue = event_queue_new();
  add_series(queue, 100, 0, 0);
  add_series(queue, 100, 100000, 77);
  add_series(queue, 100, 1000, 777);
  assert_pops_in_order(queue, 300);
  event_queue_free(queue);
}

static void test_pop_until_before_a_crowd_then_a_crowd_between_pops_in_order(void) {
  const SimTime start = 1 << 20;
  EventQueue *queue = event_queue_new();
  add_series(queue, 10, start / 2, 1);
  add_series(queue, 200, start + 1000, 3);
  SimTime at;
  Event event;
  while (event_queue_pop_until(queue, start, &at, &event))
    g_assert_cmpint(at, <, start);
  for (SimTime from = start + 800; from >= start; from -= 200)
    add_series(queue, 200, from, 1);
  assert_pops_in_order(queue, 200 + 5 * 200);
  event_queue_free(queue);
}

/* The same bound where cancelled events wait in a crowd at one instant, in no order. */
static void test_cancel_and_add_in_a_crowd_slots_do_not_pile_up(void) {
  enum { CROWD = 1000 };
  EventQueue *queue = event_queue_new();
  Rng rng = rng_stream(1, 0, "crowd");
  EventId ids[CROWD];
  Event event = {0};
  SimTime at;
  uint32_t highest = 0;
  event_queue_add(queue, 5, 0, 0, &event);
  for (guint i = 0; i < CROWD; i++)
    ids[i] = event_queue_add(queue, 5, 1, rng_below(&rng, UINT64_C(1) << 36), &event);
  event_queue_pop(queue, &at, &event);
  for (guint i = 0; i < 50 * CROWD; i++) {
    EventId *id = &ids[rng_below(&rng, CROWD)];
    g_assert_true(event_queue_cancel(queue, *id, NULL));
    *id = event_queue_add(queue, 5, 1, rng_below(&rng, UINT64_C(1) << 36), &event);
    highest = MAX(highest, id->slot);
  }
  g_assert_cmpuint(highest, <, 2 * CROWD);
  assert_pops_in_order(queue, CROWD);
  event_queue_free(queue);
}

typedef struct Foretold {
  EventQueue *queue;
  GArray *ids; /* by arg */
  guint told[EVENT_STAGES];
} Foretold;

/* Every event told of is pending; no group begins before the last has been told of at all stages. */
static void note_ahead(void *context, const Event *event, unsigned stage) {
  Foretold *foretold = context;
  g_assert_true(event_queue_pending(foretold->queue, g_array_index(foretold->ids, EventId, event->arg)));
  foretold->told[stage]++;
  if (stage == 0)
    g_assert_cmpuint(foretold->told[1], ==, foretold->told[EVENT_STAGES - 1]);
  else
    g_assert_cmpuint(foretold->told[stage], <=, foretold->told[stage - 1]);
}

static void test_many_pending_those_ahead_are_told_of_and_run_in_order(void) {
  enum { CROWD = 50000 };
  Foretold foretold = {.queue = event_queue_new(), .ids = g_array_new(FALSE, FALSE, sizeof(EventId))};
  Rng rng = rng_stream(1, 0, "ahead");
  event_queue_set_ahead(foretold.queue, note_ahead, &foretold);
  for (guint i = 0; i < CROWD; i++) {
    Event event = {.arg = i};
    EventId id = event_queue_add(foretold.queue, (SimTime)rng_below(&rng, (uint64_t)SIM_S(1)), 0, i, &event);
    g_array_append_val(foretold.ids, id);
  }
  for (guint i = 0; i < CROWD; i += 5)
    g_assert_true(event_queue_cancel(foretold.queue, g_array_index(foretold.ids, EventId, i), NULL));
  assert_pops_in_order(foretold.queue, CROWD - CROWD / 5);
  for (unsigned stage = 0; stage < EVENT_STAGES; stage++)
    g_assert_cmpuint(foretold.told[stage], >, CROWD / 2);
  event_queue_free(foretold.queue);
  g_array_unref(foretold.ids);
}

static void test_two_queues_do_not_touch_each_other(void) {
  EventQueue *a = event_queue_new();
  EventQueue *b = event_queue_new();
  Event event = {.arg = 1};
  EventId id = event_queue_add(a, 5, 0, 0, &event);
  event.arg = 2;
  event_queue_add(b, 4, 0, 0, &event);
  event_queue_cancel(a, id, NULL);
  SimTime at;
  g_assert_false(event_queue_pop(a, &at, &event));
  g_assert_true(event_queue_pop(b, &at, &event));
  g_assert_cmpuint(event.arg, ==, 2);
  event_queue_free(a);
  event_queue_free(b);
}

static void test_add_in_the_past_is_caught(void) {
  if (g_test_subprocess()) {
    EventQueue *queue = event_queue_new();
    Event event = {0};
    SimTime at;
    event_queue_add(queue, 5, 0, 0, &event);
    event_queue_pop(queue, &at, &event);
    event_queue_add(queue, 4, 0, 1, &event);
    return;
  }
  g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed();
}

static void test_add_before_an_instant_given_up_is_caught(void) {
  if (g_test_subprocess()) {
    EventQueue *queue = event_queue_new();
    Event event = {0};
    SimTime at;
    event_queue_add(queue, 500, 0, 0, &event);
    event_queue_pop_until(queue, 100, &at, &event);
    event_queue_add(queue, 99, 0, 1, &event);
    return;
  }
  g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed();
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *path = g_strdup_printf("/event-queue/%s", cases[i].name);
    g_test_add_data_func(path, &cases[i], test_case);
  }
  for (size_t i = 0; i < G_N_ELEMENTS(mixes); i++) {
    g_autofree char *path = g_strdup_printf("/event-queue/random-operations-match-reference/%s", mixes[i].name);
    g_test_add_data_func(path, &mixes[i], test_random);
  }
  g_test_add_func("/event-queue/cancel-and-rearm-slots-do-not-pile-up", test_cancel_rearm_slots_do_not_pile_up);
  g_test_add_func("/event-queue/all-cancelled-is-empty-and-usable", test_all_cancelled_queue_is_empty_and_usable);
  g_test_add_func("/event-queue/crowd-at-one-instant-runs-in-order",
                  test_crowd_at_one_instant_adding_to_it_runs_in_order);
  g_test_add_func("/event-queue/crowds-from-late-to-early-pop-in-order",
                  test_crowds_added_from_late_to_early_pop_in_order);
  g_test_add_func("/event-queue/crowd-at-the-start-then-later-ones-pop-in-order",
                  test_crowd_at_the_start_then_later_ones_pop_in_order);
  g_test_add_func("/event-queue/pop-until-before-a-crowd-then-a-crowd-between-pops-in-order",
                  test_pop_until_before_a_crowd_then_a_crowd_between_pops_in_order);
  g_test_add_func("/event-queue/cancel-and-add-in-a-crowd-slots-do-not-pile-up",
                  test_cancel_and_add_in_a_crowd_slots_do_not_pile_up);
  g_test_add_func("/event-queue/many-pending-those-ahead-are-told-of-and-run-in-order",
                  test_many_pending_those_ahead_are_told_of_and_run_in_order);
  g_test_add_func("/event-queue/add-before-an-instant-given-up-is-caught",
                  test_add_before_an_instant_given_up_is_caught);
  g_test_add_func("/event-queue/two-queues-do-not-touch-each-other", test_two_queues_do_not_touch_each_other);
  g_test_add_func("/event-queue/add-in-the-past-is-caught", test_add_in_the_past_is_caught);
  return g_test_run();
}
