/* The random models of a link against their closed forms, with fixed seeds and bounds of 4.5 standard errors; and what
 * rate, limit, jitter and reorder do to the order and the times of segments. */
#include <math.h>

#include <glib.h>

#include "net/impair.h"
#include "net/network.h"

#define SIGMAS   4.5
#define MOST     100000
#define INTERVAL SIM_MS(1)

/* Two hosts and the link a>b; keeps when each segment arrived. */
typedef struct Rig {
  Sim *sim;
  EventKindId nothing;
  Names *names;
  Tracer tracer;
  Network *network;
  FateJudge *judges[IMPAIR_MAX];
  unsigned n_judges;
  unsigned n_sent, n_arrived;
  uint64_t id_of[MOST + 1];  /* of the n-th segment sent; copies have ids between */
  SimTime sent_at[MOST + 1]; /* of the n-th */
  SimTime *at;               /* by id: of arrival, -1: not; the array is 2 MOST + 2 long */
  unsigned *rank;            /* by id: the how-manieth arrival */
} Rig;

static void arrive(void *context, const Segment *segment) {
  Rig *rig = context;
  g_assert_cmpuint(segment->id, <=, 2 * MOST);
  rig->at[segment->id] = sim_now(rig->sim);
  rig->rank[segment->id] = rig->n_arrived++;
}

static void ignore(void *context, const Segment *segment) {
  (void)context;
  (void)segment;
}

static void do_nothing(void *context, uint32_t subject, uint64_t arg) {
  (void)context, (void)subject, (void)arg;
}

static const EventKind NOTHING = {"nothing", SIM_PHASE_TIMER, do_nothing};

static Rig *rig_new_traced(const LinkConfig *config, uint64_t seed, Trace *trace) {
  Rig *rig = g_new0(Rig, 1);
  rig->at = g_new(SimTime, 2 * MOST + 2);
  rig->rank = g_new0(unsigned, 2 * MOST + 2);
  for (unsigned i = 0; i < 2 * MOST + 2; i++)
    rig->at[i] = -1;
  rig->sim = sim_new();
  rig->nothing = sim_add_kind(rig->sim, &NOTHING, NULL);
  rig->names = trace ? trace->names : names_new();
  rig->tracer = (Tracer){trace ? trace_sink_memory_new(trace) : NULL, rig->names};
  rig->network = network_new(rig->sim, &rig->tracer, 0);
  network_add_host(rig->network, "a", ignore, NULL);
  network_add_host(rig->network, "b", arrive, rig);
  network_add_conn(rig->network, names_intern(rig->names, "c"));
  rig->n_judges = impair_link_new(config, seed, 0, "a>b", rig->names, rig->judges);
  network_add_link(rig->network, 0, 1, config, rig->judges, rig->n_judges);
  return rig;
}

static Rig *rig_new(const LinkConfig *config, uint64_t seed) {
  return rig_new_traced(config, seed, NULL);
}

static void rig_free(Rig *rig) {
  gboolean own_names = rig->tracer.sink == NULL;
  network_free(rig->network);
  for (unsigned i = 0; i < rig->n_judges; i++)
    fate_judge_free(rig->judges[i]);
  if (rig->tracer.sink)
    trace_sink_free(rig->tracer.sink);
  if (own_names)
    names_free(rig->names);
  sim_free(rig->sim);
  g_free(rig->at);
  g_free(rig->rank);
  g_free(rig);
}

/* Sends `count` segments of `len` octets, one each `interval` from now on. */
static void send_many(Rig *rig, unsigned count, SimTime interval, uint32_t len) {
  SimTime start = sim_now(rig->sim);
  for (unsigned i = 0; i < count; i++) {
    sim_schedule(rig->sim, start + (SimTime)i * interval, rig->nothing, 0, 0); /* for the clock to go on */
    sim_run(rig->sim, start + (SimTime)i * interval, 0);
    Segment segment = {.from = 0, .to = 1, .flags = TCP_ACK, .len = len, .attempt = 1};
    rig->id_of[rig->n_sent] = network_send(rig->network, &segment);
    rig->sent_at[rig->n_sent++] = sim_now(rig->sim);
  }
  sim_run(rig->sim, SIM_NEVER, 0);
}

static SimTime arrival(const Rig *rig, unsigned nth) {
  return rig->at[rig->id_of[nth]];
}

static void assert_near(double value, double expected, double standard_error) {
  if (fabs(value - expected) > SIGMAS * standard_error)
    g_test_message("%g, expected %g +- %g", value, expected, SIGMAS * standard_error);
  g_assert_cmpfloat(fabs(value - expected), <=, SIGMAS * standard_error);
}

static Probability percent(unsigned tenths) {
  return rng_probability(tenths, 1000);
}

/* --- how often ---------------------------------------------------------------------------------------------------- */

static void test_random_loss_has_its_rate(void) {
  static const unsigned tenths[] = {1, 25, 300, 990};
  for (unsigned i = 0; i < G_N_ELEMENTS(tenths); i++) {
    LinkConfig config = {.delay = SIM_MS(10), .loss = percent(tenths[i])};
    Rig *rig = rig_new(&config, 11 + i);
    send_many(rig, MOST, INTERVAL, 0);
    double p = tenths[i] / 1000.0;
    assert_near(1 - rig->n_arrived / (double)MOST, p, sqrt(p * (1 - p) / MOST));
    rig_free(rig);
  }
}

/* The chain's correlation from one segment to the next is 1 - p - r: it widens the error of the mean. */
static void test_gemodel_loses_its_stationary_share(void) {
  static const struct {
    unsigned p, r, h, k;
  } cases[] = {{10, 250, 1000, 0}, {50, 100, 700, 10}, {500, 500, 1000, 0}, {20, 20, 500, 0}};
  for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
    LinkConfig config = {
        .delay = SIM_MS(10),
        .has_gemodel = TRUE,
        .gemodel = {percent(cases[i].p), percent(cases[i].r), percent(cases[i].h), percent(cases[i].k)}};
    Rig *rig = rig_new(&config, 23 + i);
    send_many(rig, MOST, INTERVAL, 0);
    double p = cases[i].p / 1e3, r = cases[i].r / 1e3, h = cases[i].h / 1e3, k = cases[i].k / 1e3;
    double bad = p / (p + r), expected = bad * h + (1 - bad) * k, rho = 1 - p - r;
    double variance = expected * (1 - expected) + 2 * bad * (1 - bad) * (h - k) * (h - k) * rho / (1 - rho);
    assert_near(1 - rig->n_arrived / (double)MOST, expected, sqrt(variance / MOST));
    rig_free(rig);
  }
}

static void test_gemodel_loses_in_bursts_of_mean_one_over_r(void) {
  LinkConfig config = {.delay = SIM_MS(10), .has_gemodel = TRUE, .gemodel = {percent(20), percent(200), RNG_ONE, 0}};
  Rig *rig = rig_new(&config, 31);
  send_many(rig, MOST, INTERVAL, 0);
  unsigned bursts = 0, lost = 0;
  for (unsigned i = 1; i < MOST; i++) {
    lost += arrival(rig, i) < 0;
    bursts += arrival(rig, i) < 0 && arrival(rig, i - 1) >= 0;
  }
  double r = 0.2;
  assert_near((double)lost / bursts, 1 / r, sqrt(1 - r) / r / sqrt(bursts));
  rig_free(rig);
}

static void test_duplicates_have_their_rate_and_arrive_beside_the_original(void) {
  LinkConfig config = {.delay = SIM_MS(10), .duplicate = percent(125)};
  Rig *rig = rig_new(&config, 41);
  send_many(rig, MOST, INTERVAL, 0);
  assert_near(rig->n_arrived / (double)MOST - 1, 0.125, sqrt(0.125 * 0.875 / MOST));
  unsigned copies = 0;
  for (unsigned i = 1; i < MOST; i++)
    if (rig->id_of[i] == rig->id_of[i - 1] + 2) {
      g_assert_cmpint(rig->at[rig->id_of[i] - 1], ==, arrival(rig, i - 1));
      copies++;
    }
  g_assert_cmpuint(copies, >, MOST / 10);
  rig_free(rig);
}

static void test_corruption_has_its_rate_and_is_found_by_the_checksum(void) {
  LinkConfig config = {.delay = SIM_MS(10), .corrupt = percent(40)};
  Trace *trace = trace_new(NULL, NULL);
  Rig *rig = rig_new_traced(&config, 43, trace);
  unsigned count = 20000, corrupted = 0, refused = 0;
  send_many(rig, count, INTERVAL, 0);
  for (size_t i = 0; i < trace->count; i++) {
    const TraceRecord *record = &trace->records[i];
    if (record->kind == TRACE_CORRUPTED) {
      g_assert_cmpint(record->t, ==, rig->sent_at[record->corrupted.id - 1]);
      g_assert_cmpstr(trace_text(trace, record->corrupted.by), ==, "corrupt");
      corrupted++;
    } else if (record->kind == TRACE_DROPPED) {
      g_assert_cmpint(record->t, ==, rig->sent_at[record->dropped.id - 1] + SIM_MS(10));
      g_assert_cmpstr(trace_text(trace, record->dropped.at), ==, "host b");
      g_assert_cmpstr(trace_text(trace, record->dropped.by), ==, "checksum");
      refused++;
    }
  }
  assert_near(corrupted / (double)count, 0.04, sqrt(0.04 * 0.96 / count));
  g_assert_cmpuint(refused, ==, corrupted);
  g_assert_cmpuint(rig->n_arrived, ==, count - corrupted);
  rig_free(rig);
  trace_free(trace);
}

/* --- reorder ------------------------------------------------------------------------------------------------------ */

static unsigned count_at_once(const Rig *rig) {
  unsigned count = 0;
  for (unsigned i = 0; i < rig->n_sent; i++)
    count += arrival(rig, i) == rig->sent_at[i];
  return count;
}

/* gap - 1 segments that are not chosen, then a geometric number until one is: a renewal process. */
static void test_reorder_chooses_one_in_gap_less_one_plus_one_over_p(void) {
  static const struct { unsigned tenths, gap; } cases[] = {{250, 0}, {250, 1}, {250, 5}, {10, 2}, {900, 10}};
  for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
    LinkConfig config = {.delay = SIM_MS(10), .reorder = percent(cases[i].tenths), .gap = cases[i].gap};
    Rig *rig = rig_new(&config, 53 + i);
    send_many(rig, MOST, INTERVAL, 0);
    double p = cases[i].tenths / 1e3, mean = MAX(cases[i].gap, 1) - 1 + 1 / p, variance = (1 - p) / (p * p);
    assert_near(count_at_once(rig) / (double)MOST, 1 / mean, sqrt(variance / (mean * mean * mean) / MOST) + 1.0 / MOST);
    rig_free(rig);
  }
}

static void test_a_certain_reorder_takes_every_gap_th_segment_past_the_others(void) {
  LinkConfig config = {.delay = SIM_MS(10), .reorder = RNG_ONE, .gap = 5};
  Rig *rig = rig_new(&config, 1);
  send_many(rig, 20, INTERVAL, 0);
  for (unsigned i = 0; i < 20; i++)
    g_assert_cmpint(arrival(rig, i) - rig->sent_at[i], ==, i % 5 == 4 ? 0 : SIM_MS(10));
  g_assert_cmpuint(rig->rank[rig->id_of[4]], ==, 0);
  rig_free(rig);
}

/* --- delay -------------------------------------------------------------------------------------------------------- */

typedef struct Moments {
  double mean, variance, fourth; /* the last two about the mean */
} Moments;

static Moments jitter_moments(LinkDistribution distribution, unsigned count) {
  Rng stream = rng_stream(7, 0, "test/jitter");
  double *x = g_new(double, count);
  Moments m = {0};
  for (unsigned i = 0; i < count; i++) {
    x[i] = (double)impair_jitter(SIM_MS(10), distribution, &stream) / (double)SIM_MS(10);
    m.mean += x[i] / count;
  }
  for (unsigned i = 0; i < count; i++) {
    double square = (x[i] - m.mean) * (x[i] - m.mean);
    m.variance += square / count;
    m.fourth += square * square / count;
  }
  g_free(x);
  return m;
}

/* min(4/3 (u^(-1/3) - 3/2), 4) for a uniform u: it is 4 below u = 4.5^-3. */
static double pareto(double u) {
  return MIN(4.0 / 3 * (1 / cbrt(u) - 1.5), 4.0);
}

static void pareto_closed_form(double *ret_mean, double *ret_variance) {
  double c = 1 / 4.5, u = c * c * c;
  double mean = 2 * (u - c * c) + 4 * u;
  double square = 16.0 / 9 * (3 * (1 - c) - 4.5 * (1 - c * c) + 2.25 * (1 - u)) + 16 * u;
  *ret_mean = mean;
  *ret_variance = square - mean * mean;
}

/* Of x/4 + 3/4 pareto at the same quantile, by integration over the normal x. */
static void paretonormal_closed_form(double *ret_mean, double *ret_variance) {
  double mean = 0, square = 0, step = 1e-3;
  for (double x = -9; x < 9; x += step) {
    double weight = exp(-x * x / 2) / sqrt(2 * G_PI) * step;
    double value = x / 4 + 0.75 * pareto(erfc(x / sqrt(2)) / 2);
    mean += weight * value;
    square += weight * value * value;
  }
  *ret_mean = mean;
  *ret_variance = square - mean * mean;
}

/* The tables are rounded to 1/8192 and end at the quantile 1/8192: hence the constants beside the standard errors. */
static void test_jitter_has_the_mean_and_variance_of_its_distribution(void) {
  unsigned count = 200000;
  struct {
    LinkDistribution distribution;
    double mean, variance, coarse;
  } cases[] = {{LINK_UNIFORM, 0, 1.0 / 3, 0},
               {LINK_NORMAL, 0, 1, 1e-3},
               {LINK_PARETO, 0, 0, 1e-4},
               {LINK_PARETONORMAL, 0, 0, 1e-4}};
  pareto_closed_form(&cases[2].mean, &cases[2].variance);
  paretonormal_closed_form(&cases[3].mean, &cases[3].variance);
  for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
    Moments m = jitter_moments(cases[i].distribution, count);
    assert_near(m.mean, cases[i].mean, sqrt(cases[i].variance / count));
    assert_near(m.variance, cases[i].variance,
                sqrt((m.fourth - m.variance * m.variance) / count) + cases[i].coarse / SIGMAS);
  }
}

static void test_uniform_jitter_stays_within_its_bounds(void) {
  LinkConfig config = {.delay = SIM_MS(10), .jitter = SIM_MS(4)};
  Rig *rig = rig_new(&config, 61);
  send_many(rig, 20000, INTERVAL, 0);
  SimTime least = SIM_H(1), most = 0;
  for (unsigned i = 0; i < rig->n_sent; i++) {
    SimTime took = arrival(rig, i) - rig->sent_at[i];
    least = MIN(least, took);
    most = MAX(most, took);
  }
  g_assert_cmpint(least, >=, SIM_MS(6));
  g_assert_cmpint(least, <, SIM_US(6010));
  g_assert_cmpint(most, <, SIM_MS(14));
  g_assert_cmpint(most, >, SIM_US(13990));
  rig_free(rig);
}

static void test_a_delay_is_never_negative(void) {
  LinkConfig config = {.delay = SIM_MS(1), .jitter = SIM_MS(10), .distribution = LINK_NORMAL};
  Rig *rig = rig_new(&config, 67);
  send_many(rig, 10000, INTERVAL, 0);
  unsigned at_once = count_at_once(rig);
  double p = erfc(0.1 / sqrt(2)) / 2;
  assert_near(at_once / 10000.0, p, sqrt(p * (1 - p) / 10000));
  rig_free(rig);
}

static unsigned count_overtakings(const Rig *rig) {
  unsigned count = 0;
  for (unsigned i = 1; i < rig->n_sent; i++)
    count += rig->rank[rig->id_of[i]] < rig->rank[rig->id_of[i - 1]];
  return count;
}

static void test_jitter_reorders_unless_there_is_a_rate(void) {
  LinkConfig config = {.delay = SIM_MS(10), .jitter = SIM_MS(5)};
  Rig *free_rig = rig_new(&config, 71);
  send_many(free_rig, 5000, INTERVAL, 0);
  g_assert_cmpuint(count_overtakings(free_rig), >, 500);
  rig_free(free_rig);
  config.rate = 1000000000;
  Rig *rated = rig_new(&config, 71);
  send_many(rated, 5000, INTERVAL, 0);
  g_assert_cmpuint(count_overtakings(rated), ==, 0);
  g_assert_cmpuint(rated->n_arrived, ==, 5000);
  rig_free(rated);
}

/* --- rate --------------------------------------------------------------------------------------------------------- */

static void test_a_rate_spaces_segments_and_a_full_queue_drops(void) {
  LinkConfig config = {.delay = SIM_MS(50), .rate = 12000000, .limit = 3}; /* 1500 octets take 1 ms */
  Rig *rig = rig_new(&config, 1);
  send_many(rig, 6, 0, 1460);
  for (unsigned i = 0; i < 6; i++)
    g_assert_cmpint(arrival(rig, i), ==, i < 4 ? SIM_MS(51 + (int)i) : -1);
  send_many(rig, 1, 0, 1460); /* it is idle again */
  g_assert_cmpint(arrival(rig, 6) - rig->sent_at[6], ==, SIM_MS(51));
  rig_free(rig);
}

static void test_reorder_passes_the_queue(void) {
  LinkConfig config = {.delay = SIM_MS(50), .rate = 12000000, .reorder = RNG_ONE, .gap = 3};
  Rig *rig = rig_new(&config, 1);
  send_many(rig, 4, 0, 1460);
  static const int expected[] = {51, 52, 0, 53};
  for (unsigned i = 0; i < 4; i++)
    g_assert_cmpint(arrival(rig, i), ==, SIM_MS(expected[i]));
  rig_free(rig);
}

/* --- independence ------------------------------------------------------------------------------------------------- */

/* What becomes of the n-th segment with all models is what each of them alone would have made of it. */
static void test_a_model_does_not_shift_the_draws_of_another(void) {
  LinkConfig all = {.delay = SIM_MS(10),
                    .jitter = SIM_MS(3),
                    .loss = percent(100),
                    .duplicate = percent(100),
                    .reorder = percent(100)};
  LinkConfig only_loss = {.delay = SIM_MS(10), .loss = percent(100)};
  LinkConfig only_jitter = {.delay = SIM_MS(10), .jitter = SIM_MS(3)};
  LinkConfig only_reorder = {.delay = SIM_MS(10), .reorder = percent(100)};
  LinkConfig only_duplicate = {.delay = SIM_MS(10), .duplicate = percent(100)};
  const LinkConfig *const configs[] = {&all, &only_loss, &only_jitter, &only_reorder, &only_duplicate};
  Rig *rigs[G_N_ELEMENTS(configs)];
  for (unsigned i = 0; i < G_N_ELEMENTS(configs); i++) {
    rigs[i] = rig_new(configs[i], 73);
    send_many(rigs[i], 5000, INTERVAL, 0);
  }
  for (unsigned i = 0; i + 1 < 5000; i++) {
    SimTime whole = arrival(rigs[0], i);
    gboolean reordered = arrival(rigs[3], i) == rigs[3]->sent_at[i];
    g_assert_cmpint(whole < 0, ==, arrival(rigs[1], i) < 0);
    g_assert_cmpuint(rigs[0]->id_of[i + 1] - rigs[0]->id_of[i], ==, rigs[4]->id_of[i + 1] - rigs[4]->id_of[i]);
    if (whole >= 0)
      g_assert_cmpint(whole, ==, reordered ? rigs[0]->sent_at[i] : arrival(rigs[2], i));
  }
  for (unsigned i = 0; i < G_N_ELEMENTS(configs); i++)
    rig_free(rigs[i]);
}

static void test_the_other_direction_and_another_run_have_draws_of_their_own(void) {
  LinkConfig config = {.loss = RNG_ONE / 2};
  g_autoptr(GPtrArray) seen = g_ptr_array_new_with_free_func(g_free);
  Names *names = names_new();
  static const char *const links[] = {"a>b", "b>a", "a>b"};
  for (unsigned k = 0; k < 3; k++) {
    FateJudge *judges[IMPAIR_MAX];
    g_assert_cmpuint(impair_link_new(&config, 1, k == 2, links[k], names, judges), ==, 1);
    GString *fates = g_string_new(NULL);
    for (unsigned i = 0; i < 200; i++) {
      Fate fate = {0};
      judges[0]->judge(judges[0], &(Segment){.id = i}, &fate);
      g_string_append_c(fates, fate.lost_by ? 'x' : '.');
    }
    for (unsigned i = 0; i < seen->len; i++)
      g_assert_cmpstr(fates->str, !=, seen->pdata[i]);
    g_ptr_array_add(seen, g_string_free(fates, FALSE));
    fate_judge_free(judges[0]);
  }
  names_free(names);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/netem/loss/random loss has its rate", test_random_loss_has_its_rate);
  g_test_add_func("/netem/loss/gemodel loses its stationary share", test_gemodel_loses_its_stationary_share);
  g_test_add_func("/netem/loss/gemodel loses in bursts of mean 1 over r",
                  test_gemodel_loses_in_bursts_of_mean_one_over_r);
  g_test_add_func("/netem/duplicate/have their rate and arrive beside the original",
                  test_duplicates_have_their_rate_and_arrive_beside_the_original);
  g_test_add_func("/netem/corrupt/has its rate and is found by the checksum",
                  test_corruption_has_its_rate_and_is_found_by_the_checksum);
  g_test_add_func("/netem/reorder/chooses one in gap - 1 + 1 over p",
                  test_reorder_chooses_one_in_gap_less_one_plus_one_over_p);
  g_test_add_func("/netem/reorder/if certain takes every gap-th segment past the others",
                  test_a_certain_reorder_takes_every_gap_th_segment_past_the_others);
  g_test_add_func("/netem/delay/jitter has the mean and variance of its distribution",
                  test_jitter_has_the_mean_and_variance_of_its_distribution);
  g_test_add_func("/netem/delay/uniform jitter stays within its bounds", test_uniform_jitter_stays_within_its_bounds);
  g_test_add_func("/netem/delay/is never negative", test_a_delay_is_never_negative);
  g_test_add_func("/netem/delay/jitter reorders unless there is a rate", test_jitter_reorders_unless_there_is_a_rate);
  g_test_add_func("/netem/rate/spaces segments, and a full queue drops",
                  test_a_rate_spaces_segments_and_a_full_queue_drops);
  g_test_add_func("/netem/rate/reorder passes the queue", test_reorder_passes_the_queue);
  g_test_add_func("/netem/streams/a model does not shift the draws of another",
                  test_a_model_does_not_shift_the_draws_of_another);
  g_test_add_func("/netem/streams/the other direction and another run have draws of their own",
                  test_the_other_direction_and_another_run_have_draws_of_their_own);
  return g_test_run();
}
