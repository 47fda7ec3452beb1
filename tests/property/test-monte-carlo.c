/* The simulator against arithmetic: shares and means over many runs of a closing that loses segments at random, held
 * against closed forms that are worked out here from first principles.
 *
 * What the forms assume, and the scenarios see to: every segment is lost with the same probability, independently of
 * all others; the delay is constant; the timeout starts at 1 s on both sides and doubles up to 60 s; it is longer than
 * a round trip; there are no data. The side that closes first never gives up, so that it is there for all of the other
 * side's attempts; TIME-WAIT lasts a time that is no difference of two sending times, so that there are no ties.
 *
 * Seeds are fixed: what passes once passes always. A bound is 4.5 standard deviations of what is expected. */
#include "run/run.h"
#include "scenario/scenario_json.h"

#include <math.h>
#include <string.h>

#define SIGMAS 4.5
#define R      8   /* retransmissions that rfc9293 allows */
#define D      .05 /* one-way delay in seconds */

enum { CLIENT, SERVER };

/* --- one run ------------------------------------------------------------------------------------------------------ */

typedef struct Outcome {
  unsigned fins[2], again; /* transmissions of each side's FIN; retransmissions of anything */
  unsigned time_waits[2];  /* how often 2 MSL was started */
  gboolean passed_closing[2];
  SimTime close_wait_at, time_wait_at, closed_at; /* server, client, server; SIM_NEVER if not */
  TcpStimulus closed_for;                         /* what ended the server's LAST-ACK */
} Outcome;

typedef struct CountingSink {
  TraceSink base;
  Name host[2];
  Outcome outcome;
} CountingSink;

static void count_state(Outcome *outcome, unsigned side, const TraceRecord *record) {
  if (record->state.to == TCP_STATE_CLOSING)
    outcome->passed_closing[side] = TRUE;
  if (side == CLIENT && record->state.to == TCP_STATE_TIME_WAIT)
    outcome->time_wait_at = record->t;
  if (side == SERVER && record->state.to == TCP_STATE_CLOSE_WAIT)
    outcome->close_wait_at = record->t;
  if (side == SERVER && record->state.from == TCP_STATE_LAST_ACK) {
    outcome->closed_at = record->t;
    outcome->closed_for = record->state.stimulus;
  }
}

static void count(TraceSink *sink, const TraceRecord *record) {
  CountingSink *self = (CountingSink *)sink;
  Outcome *outcome = &self->outcome;
  if (record->kind == TRACE_STATE)
    count_state(outcome, record->state.host == self->host[SERVER], record);
  if (record->kind == TRACE_SENT) {
    outcome->fins[record->sent.host == self->host[SERVER]] += (record->sent.flags & TCP_FIN) != 0;
    outcome->again += record->sent.attempt > 1;
  }
  if (record->kind == TRACE_TIMER && record->timer.timer == TCP_TIMER_TIME_WAIT &&
      record->timer.change == TRACE_WORD_ARMED)
    outcome->time_waits[record->timer.host == self->host[SERVER]]++;
}

static const Outcome NOTHING = {
    .close_wait_at = SIM_NEVER, .time_wait_at = SIM_NEVER, .closed_at = SIM_NEVER, .closed_for = TCP_STIMULUS_COUNT};

/* --- many runs ---------------------------------------------------------------------------------------------------- */

typedef struct Setup {
  double loss;
  const char *client, *server; /* parameters of each host, JSON with ' for " */
  const char *server_closes;   /* trigger */
} Setup;

#define AFTER_200_MS "'on': 'eof', 'after': '200ms'"

static Scenario *scenario_for(const Setup *setup) {
  g_autofree char *text = g_strdup_printf(
      "{'version': 1, 'title': 'loss', 'duration': '24h', 'seed': 20,"
      " 'hosts': {'client': {'tcp': {'retries': 'unlimited'%s%s}}, 'server': {'tcp': {%s}}},"
      " 'links': [{'between': ['client', 'server'], 'delay': '50ms', 'loss': %g}],"
      " 'connections': [{'name': 'c', 'from': 'client:1000', 'to': 'server:80', 'state': 'ESTABLISHED'}],"
      " 'apps': [{'host': 'client', 'conn': 'c', 'do': [{'at': '0s', 'call': 'close'}]},"
      "          {'host': 'server', 'conn': 'c', 'do': [{%s, 'call': 'close'}]}]}",
      *setup->client ? ", " : "", setup->client, setup->server, setup->loss, setup->server_closes);
  GPtrArray *errors = NULL;
  Scenario *scenario = scenario_parse(g_strdelimit(text, "'", '"'), strlen(text), "test.json", NULL, &errors);
  if (!scenario) {
    g_autofree char *line = scenario_error_print(g_ptr_array_index(errors, 0));
    g_error("%s", line);
  }
  return scenario;
}

/* `n` outcomes, to be freed. */
static Outcome *run_many(const Setup *setup, unsigned n) {
  g_autoptr(Scenario) scenario = scenario_for(setup);
  Names *names = names_new();
  CountingSink sink = {.base = {.put = count}};
  sink.host[CLIENT] = names_intern(names, "client");
  sink.host[SERVER] = names_intern(names, "server");
  Outcome *outcomes = g_new(Outcome, n);
  for (unsigned i = 0; i < n; i++) {
    sink.outcome = NOTHING;
    RunEnd end = run_scenario(scenario, &(RunOptions){.run = i}, &sink.base, names, NULL);
    g_assert_cmpint(end, ==, RUN_IDLE);
    outcomes[i] = sink.outcome;
  }
  names_free(names);
  return outcomes;
}

/* --- verdicts ----------------------------------------------------------------------------------------------------- */

/* Wilson's score interval around the share contains `expected`, which is the same as this. */
static void assert_share(const char *what, double p, unsigned hits, unsigned n, double expected) {
  double share = (double)hits / n, bound = SIGMAS * sqrt(expected * (1 - expected) / n);
  g_test_message("p=%g n=%u %s: %.6f, expected %.6f +- %.6f", p, n, what, share, expected, bound);
  g_assert_cmpfloat(n * expected, >=, 5); /* else the bound means nothing */
  g_assert_cmpfloat(fabs(share - expected), <=, bound);
}

static void assert_mean(const char *what, double p, double sum, unsigned n, double expected, double variance) {
  double mean = sum / n, bound = SIGMAS * sqrt(variance / n);
  g_test_message("p=%g n=%u %s: %.6f, expected %.6f +- %.6f", p, n, what, mean, expected, bound);
  g_assert_cmpuint(n, >, 0);
  g_assert_cmpfloat(fabs(mean - expected), <=, bound);
}

static double seconds(SimTime time) {
  return (double)time / (double)SIM_S(1);
}

/* When the attempt `j` (from 0) is made, in seconds after the first. */
static double sent_after(unsigned j) {
  double at = 0, timeout = 1;
  for (unsigned i = 0; i < j; i++, timeout = fmin(2 * timeout, 60))
    at += timeout;
  return at;
}

/* Mean and variance of the time until an attempt succeeds, each with probability s, if one of `attempts` does. */
static void delay_moments(double s, unsigned attempts, double *ret_mean, double *ret_variance) {
  double all = 0, first = 0, second = 0, chance = s;
  for (unsigned j = 0; j < attempts; j++, chance *= 1 - s) {
    double at = sent_after(j);
    all += chance;
    first += chance * at;
    second += chance * at * at;
  }
  *ret_mean = first / all;
  *ret_variance = second / all - first / all * (first / all);
}

static const double LOSSES[] = {.01, .1, .3};
#define MANY 200 /* attempts that stand for any number: .3 to this power is nothing */

/* --- the normal close --------------------------------------------------------------------------------------------- */

/* An attempt ends the sending when it and its answer arrive, whoever answers (TIME-WAIT's ACK, or the RST of a host
 * that has forgotten): the number of attempts is geometric, cut off after R + 1. */
static void assert_attempts(double p, const Outcome *outcomes, unsigned n) {
  unsigned of[R + 2] = {0}, closers = 0, gave_up = 0;
  for (unsigned i = 0; i < n; i++) {
    const Outcome *outcome = &outcomes[i];
    if (outcome->fins[SERVER] == 0)
      continue;
    g_assert_cmpuint(outcome->fins[SERVER], <=, R + 1);
    of[outcome->fins[SERVER]]++;
    closers++;
    gave_up += outcome->closed_for == TCP_TMO_RETRANSMISSION;
  }
  double q = (1 - p) * (1 - p), left = 1;
  unsigned beyond = closers;
  for (unsigned k = 1; k <= R && closers * left * q >= 5; k++) {
    g_autofree char *what = g_strdup_printf("P(%u transmissions of the FIN)", k);
    assert_share(what, p, of[k], closers, left * q);
    left *= 1 - q;
    beyond -= of[k];
  }
  if (closers * left >= 5)
    assert_share("P(more than these)", p, beyond, closers, left);
  double never = pow(1 - q, R + 1);
  if (closers * never >= 5)
    assert_share("P(LAST-ACK gives up)", p, gave_up, closers, never);
  else
    g_assert_cmpuint(gave_up, <=, 1);
}

static void assert_times(double p, const Outcome *outcomes, unsigned n) {
  double close_wait = 0, time_wait = 0, closed = 0;
  unsigned n_closed = 0, n_time_wait = 0;
  for (unsigned i = 0; i < n; i++) {
    close_wait += seconds(outcomes[i].close_wait_at);
    if (outcomes[i].time_wait_at != SIM_NEVER) {
      time_wait += seconds(outcomes[i].time_wait_at);
      n_time_wait++;
    }
    if (outcomes[i].closed_for == TCP_SEG_ACK_OF_FIN) {
      closed += seconds(outcomes[i].closed_at);
      n_closed++;
    }
  }
  double any, any_variance, one, one_variance, both, both_variance, q = (1 - p) * (1 - p), pause = .2;
  delay_moments(1 - p, MANY, &any, &any_variance);
  delay_moments(1 - p, R + 1, &one, &one_variance);
  delay_moments(q, R + 1, &both, &both_variance);
  assert_mean("E[server enters CLOSE-WAIT]", p, close_wait, n, D + any, any_variance);
  assert_mean("E[client enters TIME-WAIT]", p, time_wait, n_time_wait, 2 * D + pause + any + one,
              any_variance + one_variance);
  assert_mean("E[server closed by the ACK]", p, closed, n_closed, 3 * D + pause + any + both,
              any_variance + both_variance);
}

static void test_normal_close_with_losses_has_the_expected_attempts_and_times(void) {
  const unsigned n = 8000;
  for (unsigned i = 0; i < G_N_ELEMENTS(LOSSES); i++) {
    Setup setup = {LOSSES[i], "", "", AFTER_200_MS};
    g_autofree Outcome *outcomes = run_many(&setup, n);
    assert_attempts(setup.loss, outcomes, n);
    assert_times(setup.loss, outcomes, n);
  }
}

/* The same for the side that closes first when the other never does: every FIN is answered by an ACK. */
static void test_fin_to_a_half_closed_peer_has_the_expected_attempts(void) {
  const unsigned n = 3000;
  for (unsigned i = 0; i < G_N_ELEMENTS(LOSSES); i++) {
    Setup setup = {LOSSES[i], "", "", "'on': 'never'"};
    g_autofree Outcome *outcomes = run_many(&setup, n);
    double q = (1 - setup.loss) * (1 - setup.loss), sum = 0;
    unsigned first = 0;
    for (unsigned k = 0; k < n; k++) {
      sum += outcomes[k].fins[CLIENT];
      first += outcomes[k].fins[CLIENT] == 1;
    }
    assert_share("P(1 transmission of the first FIN)", setup.loss, first, n, q);
    assert_mean("E[transmissions of the first FIN]", setup.loss, sum, n, 1 / q, (1 - q) / (q * q));
  }
}

/* --- TIME-WAIT ---------------------------------------------------------------------------------------------------- */

/* Each FIN that arrives has its ACK lost with probability p, and then another arrives in the end. */
static void test_time_wait_restarts_are_geometric_in_the_loss(void) {
  const unsigned n = 6000;
  for (unsigned i = 0; i < G_N_ELEMENTS(LOSSES); i++) {
    Setup setup = {LOSSES[i], "", "'retries': 'unlimited'", AFTER_200_MS};
    g_autofree Outcome *outcomes = run_many(&setup, n);
    double p = setup.loss, sum = 0;
    unsigned restarted = 0, twice = 0, smooth = 0;
    for (unsigned k = 0; k < n; k++) {
      g_assert_cmpuint(outcomes[k].time_waits[CLIENT], >=, 1);
      sum += outcomes[k].time_waits[CLIENT] - 1;
      restarted += outcomes[k].time_waits[CLIENT] > 1;
      twice += outcomes[k].time_waits[CLIENT] > 2;
      smooth += outcomes[k].again == 0;
    }
    assert_share("P(TIME-WAIT restarts)", p, restarted, n, p);
    if (n * p * p >= 5)
      assert_share("P(TIME-WAIT restarts twice or more)", p, twice, n, p * p);
    assert_mean("E[restarts]", p, sum, n, p / (1 - p), p / ((1 - p) * (1 - p)));
    /* The server's FIN carries the ACK too, and comes before the timeout: three segments matter. */
    assert_share("P(nothing sent again, 200 ms)", p, smooth, n, pow(1 - p, 3));
  }
}

static void test_undisturbed_closes_are_as_frequent_as_all_segments_arriving(void) {
  static const struct {
    const char *what, *server, *closes;
    int segments;
  } CASES[] = {{"P(nothing sent again, four segments)", "", "'on': 'eof', 'after': '2s'", 4},
               {"P(nothing sent again, three segments)", "'fin_ack_delay': '100ms'", "'on': 'eof'", 3}};
  const unsigned n = 1500;
  for (unsigned i = 0; i < G_N_ELEMENTS(LOSSES); i++) {
    for (unsigned c = 0; c < G_N_ELEMENTS(CASES); c++) {
      Setup setup = {LOSSES[i], "", CASES[c].server, CASES[c].closes};
      g_autofree Outcome *outcomes = run_many(&setup, n);
      unsigned smooth = 0;
      for (unsigned k = 0; k < n; k++)
        smooth += outcomes[k].again == 0;
      assert_share(CASES[c].what, setup.loss, smooth, n, pow(1 - setup.loss, CASES[c].segments));
    }
  }
}

/* --- LAST-ACK ----------------------------------------------------------------------------------------------------- */

typedef struct Fates {
  double ack, reset;
} Fates;

/* What becomes of LAST-ACK from attempt `n` on, if the last FIN to arrive was attempt `last` (negative: none): an ACK
 * gets through, or the RST of a client whose TIME-WAIT is over; what is left is giving up. */
static Fates fates(double p, double time_wait, unsigned n, int last) {
  if (n > R)
    return (Fates){0, 0};
  Fates lost = fates(p, time_wait, n + 1, last), fate = {p * lost.ack, p * lost.reset};
  gboolean there = last < 0 || sent_after(n) - sent_after((unsigned)last) < time_wait;
  /* The answer is lost: a host that has forgotten the connection stays so, and answers any FIN by RST. */
  Fates later = there ? fates(p, time_wait, n + 1, (int)n) : fates(p, 0, n + 1, 0);
  fate.ack += (1 - p) * (there ? 1 - p : 0) + (1 - p) * p * later.ack;
  fate.reset += (1 - p) * (there ? 0 : 1 - p) + (1 - p) * p * later.reset;
  return fate;
}

static void test_last_ack_ends_by_ack_reset_or_giving_up_as_often_as_time_wait_says(void) {
  static const struct {
    double seconds;
    const char *client;
  } WAITS[] = {{10.5, "'time_wait': '10.5s'"}, {61, "'time_wait': '61s'"}, {121, "'time_wait': '121s'"}};
  const unsigned n = 12000;
  const double p = .3, q = (1 - p) * (1 - p);
  for (unsigned i = 0; i < G_N_ELEMENTS(WAITS); i++) {
    Setup setup = {p, WAITS[i].client, "", AFTER_200_MS};
    g_autofree Outcome *outcomes = run_many(&setup, n);
    unsigned acks = 0, resets = 0, gave_up = 0;
    for (unsigned k = 0; k < n; k++) {
      acks += outcomes[k].closed_for == TCP_SEG_ACK_OF_FIN;
      resets += outcomes[k].closed_for == TCP_SEG_RST;
      gave_up += outcomes[k].closed_for == TCP_TMO_RETRANSMISSION;
    }
    g_assert_cmpuint(acks + resets + gave_up, ==, n);
    Fates expected = fates(p, WAITS[i].seconds, 0, -1);
    g_test_message("TIME-WAIT of %g s", WAITS[i].seconds);
    assert_share("P(LAST-ACK ends by ACK)", p, acks, n, expected.ack);
    assert_share("P(LAST-ACK ends by RST)", p, resets, n, expected.reset);
    assert_share("P(LAST-ACK gives up)", p, gave_up, n, pow(1 - q, R + 1));
  }
}

/* --- both at once ------------------------------------------------------------------------------------------------- */

/* The timers run in step: all is decided in the first round that does not lose both FINs. */
static void test_simultaneous_close_passes_closing_as_often_as_both_fins_arrive(void) {
  const unsigned n = 4000;
  for (unsigned i = 0; i < G_N_ELEMENTS(LOSSES); i++) {
    Setup setup = {LOSSES[i], "", "'retries': 'unlimited'", "'at': '0s'"};
    g_autofree Outcome *outcomes = run_many(&setup, n);
    unsigned both = 0, one = 0;
    for (unsigned k = 0; k < n; k++) {
      int passed = outcomes[k].passed_closing[CLIENT] + outcomes[k].passed_closing[SERVER];
      both += passed == 2;
      one += passed == 1;
    }
    double p = setup.loss;
    g_assert_cmpuint(both + one, ==, n);
    assert_share("P(both pass CLOSING)", p, both, n, (1 - p) / (1 + p));
    assert_share("P(one passes CLOSING)", p, one, n, 2 * p / (1 + p));
  }
}

/* The forms themselves, at points that were worked out by hand. */
static void test_closed_forms_give_the_values_worked_out_by_hand(void) {
  double mean, variance;
  g_assert_cmpfloat(sent_after(3), ==, 7);
  g_assert_cmpfloat(sent_after(9), ==, 243);
  delay_moments(.5, 2, &mean, &variance); /* 0 s twice as likely as 1 s */
  g_assert_cmpfloat_with_epsilon(mean, 1. / 3, 1e-12);
  g_assert_cmpfloat_with_epsilon(variance, 2. / 9, 1e-12);
  g_assert_cmpfloat_with_epsilon(fates(.3, 241, 0, -1).reset, 0, 1e-15); /* longer than all gaps */
  g_assert_cmpfloat_with_epsilon(fates(.3, 61, 0, -1).ack + fates(.3, 61, 0, -1).reset, 1 - pow(.51, R + 1), 1e-12);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/monte-carlo/closed-forms-give-the-values-worked-out-by-hand",
                  test_closed_forms_give_the_values_worked_out_by_hand);
  g_test_add_func("/monte-carlo/normal-close-with-losses-has-the-expected-attempts-and-times",
                  test_normal_close_with_losses_has_the_expected_attempts_and_times);
  g_test_add_func("/monte-carlo/fin-to-a-half-closed-peer-has-the-expected-attempts",
                  test_fin_to_a_half_closed_peer_has_the_expected_attempts);
  g_test_add_func("/monte-carlo/time-wait-restarts-are-geometric-in-the-loss",
                  test_time_wait_restarts_are_geometric_in_the_loss);
  g_test_add_func("/monte-carlo/undisturbed-closes-are-as-frequent-as-all-segments-arriving",
                  test_undisturbed_closes_are_as_frequent_as_all_segments_arriving);
  g_test_add_func("/monte-carlo/last-ack-ends-by-ack-reset-or-giving-up-as-often-as-time-wait-says",
                  test_last_ack_ends_by_ack_reset_or_giving_up_as_often_as_time_wait_says);
  g_test_add_func("/monte-carlo/simultaneous-close-passes-closing-as-often-as-both-fins-arrive",
                  test_simultaneous_close_passes_closing_as_often_as_both_fins_arrive);
  return g_test_run();
}
