/* RFC 6298 by values computed by hand, and the times at which a FIN leaves as the backoff of a whole connection gives
 * them. */
#include "tcp/tcp_conn_priv.h"

#include <string.h>

/* --- arithmetic: rto.c alone -------------------------------------------------------------------------------------- */

typedef struct Bench {
  TcpStack stack;
  TcpConn conn;
} Bench;

static Bench *bench_new(const char *profile) {
  Bench *bench = g_new0(Bench, 1);
  tcp_profile_params(tcp_profile_find(profile), &bench->stack.params);
  bench->stack.sim = sim_new();
  bench->conn.stack = &bench->stack;
  bench->conn.state = TCP_STATE_ESTABLISHED;
  tcp_rto_init(&bench->conn);
  return bench;
}

static void bench_free(Bench *bench) {
  sim_free(bench->stack.sim);
  g_free(bench);
}

static void test_timeout_before_any_sample_is_the_initial_one(void) {
  Bench *bench = bench_new("rfc9293");
  g_assert_cmpint(tcp_rto_now(&bench->conn), ==, SIM_S(1));
  bench_free(bench);
}

/* 2.2: SRTT = R, RTTVAR = R / 2, RTO = SRTT + 4 RTTVAR = 3 R. */
static void test_first_sample_sets_srtt_and_half_of_it_as_variance(void) {
  Bench *bench = bench_new("rfc9293");
  tcp_rto_sample(&bench->conn, SIM_MS(800));
  g_assert_cmpint(bench->conn.srtt, ==, SIM_MS(800));
  g_assert_cmpint(bench->conn.rttvar, ==, SIM_MS(400));
  g_assert_cmpint(tcp_rto_now(&bench->conn), ==, SIM_MS(2400));
  bench_free(bench);
}

/* 2.3, in this order: RTTVAR = 3/4 * 400 + 1/4 * |800 - 1600| = 500; SRTT = 7/8 * 800 + 1/8 * 1600 = 900.
 * Had SRTT come first, RTTVAR would be 300 + 700/4 = 475. */
static void test_later_sample_moves_the_variance_before_the_mean(void) {
  Bench *bench = bench_new("rfc9293");
  tcp_rto_sample(&bench->conn, SIM_MS(800));
  tcp_rto_sample(&bench->conn, SIM_MS(1600));
  g_assert_cmpint(bench->conn.rttvar, ==, SIM_MS(500));
  g_assert_cmpint(bench->conn.srtt, ==, SIM_MS(900));
  g_assert_cmpint(tcp_rto_now(&bench->conn), ==, SIM_MS(2900));
  /* shorter than the mean: 3/4 * 500 + 1/4 * |900 - 500| = 475; 7/8 * 900 + 1/8 * 500 = 850 */
  tcp_rto_sample(&bench->conn, SIM_MS(500));
  g_assert_cmpint(bench->conn.rttvar, ==, SIM_MS(475));
  g_assert_cmpint(bench->conn.srtt, ==, SIM_MS(850));
  g_assert_cmpint(tcp_rto_now(&bench->conn), ==, SIM_MS(2750));
  bench_free(bench);
}

static void test_constant_rtt_lets_the_variance_decay_to_nothing(void) {
  Bench *bench = bench_new("rfc9293");
  bench->stack.params.rto_min = 0;
  tcp_rto_sample(&bench->conn, SIM_MS(64));
  g_assert_cmpint(bench->conn.rttvar, ==, SIM_MS(32));
  tcp_rto_sample(&bench->conn, SIM_MS(64));
  g_assert_cmpint(bench->conn.rttvar, ==, SIM_MS(24));
  tcp_rto_sample(&bench->conn, SIM_MS(64));
  g_assert_cmpint(bench->conn.rttvar, ==, SIM_MS(18));
  for (unsigned i = 0; i < 200; i++)
    tcp_rto_sample(&bench->conn, SIM_MS(64));
  g_assert_cmpint(bench->conn.srtt, ==, SIM_MS(64));
  g_assert_cmpint(tcp_rto_now(&bench->conn), <=, SIM_MS(64) + 16);
  bench_free(bench);
}

static void test_sum_below_the_minimum_is_rounded_up_to_it(void) {
  Bench *bench = bench_new("rfc9293");
  tcp_rto_sample(&bench->conn, SIM_MS(300));
  g_assert_cmpint(tcp_rto_now(&bench->conn), ==, SIM_S(1)); /* 900 ms */
  bench_free(bench);
  bench = bench_new("rfc9293");
  tcp_rto_sample(&bench->conn, SIM_MS(334));
  g_assert_cmpint(tcp_rto_now(&bench->conn), ==, SIM_MS(1002));
  bench_free(bench);
}

/* Linux bounds 4 RTTVAR, not the sum. */
static void test_minimum_of_the_variance_is_added_to_the_mean(void) {
  Bench *bench = bench_new("linux");
  tcp_rto_sample(&bench->conn, SIM_MS(50));
  g_assert_cmpint(tcp_rto_now(&bench->conn), ==, SIM_MS(250));
  tcp_rto_sample(&bench->conn, SIM_MS(450)); /* RTTVAR 3/4 * 25 + 400/4 = 118.75; SRTT 100 */
  g_assert_cmpint(tcp_rto_now(&bench->conn), ==, SIM_MS(575));
  bench_free(bench);
}

static void test_sum_above_the_maximum_is_cut_to_it(void) {
  Bench *bench = bench_new("rfc9293");
  tcp_rto_sample(&bench->conn, SIM_S(30));
  g_assert_cmpint(tcp_rto_now(&bench->conn), ==, SIM_S(60));
  bench_free(bench);
}

static void test_timeout_doubles_up_to_the_maximum_and_a_sample_ends_it(void) {
  static const SimTime SECONDS[] = {1, 2, 4, 8, 16, 32, 60, 60, 60};
  Bench *bench = bench_new("rfc9293");
  for (unsigned i = 0; i < G_N_ELEMENTS(SECONDS); i++) {
    bench->conn.backoff = (uint8_t)i;
    g_assert_cmpint(tcp_rto_now(&bench->conn), ==, SIM_S(SECONDS[i]));
  }
  bench->conn.backoff = UINT8_MAX;
  g_assert_cmpint(tcp_rto_now(&bench->conn), ==, SIM_S(60));
  tcp_rto_sample(&bench->conn, SIM_MS(500));
  g_assert_cmpint(tcp_rto_now(&bench->conn), ==, SIM_MS(1500));
  bench_free(bench);
}

static void test_greatest_values_do_not_overflow(void) {
  Bench *bench = bench_new("rfc9293");
  bench->stack.params.rto_max = SIM_H(24);
  bench->stack.params.persist_max = SIM_H(24);
  tcp_rto_sample(&bench->conn, SIM_H(24));
  bench->conn.backoff = bench->conn.persist_backoff = UINT8_MAX;
  g_assert_cmpint(tcp_rto_now(&bench->conn), ==, SIM_H(24));
  g_assert_cmpint(tcp_persist_interval(&bench->conn), ==, SIM_H(24));
  bench_free(bench);
}

/* 3.8.3: with R allowed retransmissions the next expiry is the last. */
static void test_limit_depends_on_what_is_retransmitted(void) {
  Bench *bench = bench_new("rfc9293");
  bench->stack.params.retries = 3;
  bench->stack.params.syn_retries = 2;
  bench->stack.params.synack_retries = 1;
  bench->conn.retransmissions = 2;
  g_assert_false(tcp_limit_reached(&bench->conn));
  bench->conn.retransmissions = 3;
  g_assert_true(tcp_limit_reached(&bench->conn));
  bench->conn.retransmissions = 1;
  bench->conn.state = TCP_STATE_SYN_SENT;
  g_assert_false(tcp_limit_reached(&bench->conn));
  bench->conn.state = TCP_STATE_SYN_RECEIVED;
  g_assert_true(tcp_limit_reached(&bench->conn));
  bench->stack.params.synack_retries = TCP_UNLIMITED;
  bench->conn.retransmissions = TCP_UNLIMITED;
  g_assert_false(tcp_limit_reached(&bench->conn));
  bench_free(bench);
}

/* --- times of a FIN that nobody answers --------------------------------------------------------------------------- */

typedef struct Silence {
  Sim *sim;
  GString *times; /* seconds of each transmission, "gave up at" the end */
} Silence;

static void note_time(Silence *silence, const char *before) {
  g_string_append_printf(silence->times, "%s%g", before, (double)(sim_now(silence->sim) / 1000000) / 1000);
}

static void on_send(void *host, TcpHandle end, Segment *segment) {
  (void)end;
  Silence *silence = host;
  g_assert_cmpuint(segment->flags, ==, TCP_FIN | TCP_ACK);
  g_assert_cmpuint(segment->seq, ==, 5000);
  note_time(silence, silence->times->len ? " " : "");
}

static void on_notice(void *host, TcpHandle end, TcpNotice notice) {
  (void)end;
  g_assert_cmpint(notice, ==, TCP_NOTICE_TIMEOUT);
  note_time(host, " gave up at ");
}

static void on_entered(void *host, TcpHandle end, TcpState to, SimTime until) {
  (void)host;
  (void)end;
  (void)to;
  (void)until;
}

static Seq on_choose_iss(void *host, TcpHandle end) {
  (void)host;
  (void)end;
  return 0;
}

static gboolean on_listens(void *host, const Segment *segment) {
  (void)host;
  (void)segment;
  return FALSE;
}

static void on_deleted(void *host, TcpHandle end) {
  (void)host;
  (void)end;
}

static void assert_fin_times(const TcpParams *params, const char *wanted) {
  static const TcpOps OPS = {on_send, on_notice, on_entered, on_choose_iss, on_listens, on_deleted};
  Names *names = names_new();
  Tracer tracer = {NULL, names};
  Silence silence = {sim_new(), g_string_new(NULL)};
  TcpStack *stack = tcp_stack_new(silence.sim, &tracer, params, 0, &OPS, &silence);
  TcpHandle end = tcp_end_new_established(stack, &(TcpIdentity){.conn = 1}, 4999, 7999, 1460, 65535, SIM_NEVER);
  tcp_close(stack, end, TRUE);
  g_assert_cmpint(sim_run(silence.sim, SIM_H(24), 0), ==, SIM_END_IDLE);
  g_assert_cmpstr(silence.times->str, ==, wanted);
  tcp_stack_free(stack);
  sim_free(silence.sim);
  names_free(names);
  g_string_free(silence.times, TRUE);
}

static TcpParams params_of(SimTime first, SimTime cap, uint32_t retries) {
  TcpParams params;
  tcp_profile_params(tcp_profile_find("rfc9293"), &params);
  params.rto_initial = first;
  params.rto_max = cap;
  params.retries = retries;
  return params;
}

static void test_fin_from_1s_capped_at_60s(void) {
  TcpParams params = params_of(SIM_S(1), SIM_S(60), 8);
  assert_fin_times(&params, "0 1 3 7 15 31 63 123 183 gave up at 243");
}

static void test_fin_from_1s_capped_at_64s(void) {
  TcpParams params = params_of(SIM_S(1), SIM_S(64), 12);
  assert_fin_times(&params, "0 1 3 7 15 31 63 127 191 255 319 383 447 gave up at 511");
}

static void test_fin_from_1s_capped_at_120s(void) {
  TcpParams params = params_of(SIM_S(1), SIM_S(120), 14);
  assert_fin_times(&params, "0 1 3 7 15 31 63 127 247 367 487 607 727 847 967 gave up at 1087");
}

static void test_fin_from_200ms_capped_at_120s(void) {
  TcpParams params = params_of(SIM_MS(200), SIM_S(120), 15);
  assert_fin_times(&params, "0 0.2 0.6 1.4 3 6.2 12.6 25.4 51 102.2 204.6 324.6 444.6 564.6 684.6 804.6 "
                            "gave up at 924.6");
}

static void test_fin_without_backoff_gives_up_early(void) {
  TcpParams params = params_of(SIM_S(1), SIM_S(1), 8);
  assert_fin_times(&params, "0 1 2 3 4 5 6 7 8 gave up at 9");
}

static void test_fin_without_retries_gives_up_at_the_first_expiry(void) {
  TcpParams params = params_of(SIM_S(1), SIM_S(60), 0);
  assert_fin_times(&params, "0 gave up at 1");
}

/* Linux counts the time from the first retransmission: 102.2 s after 0.2 s is 102.4 s, so the expiry at 102.2 s is too
 * early by a hair and one more attempt follows. */
static void test_fin_with_a_limit_in_time_gives_up_at_the_first_expiry_after_it(void) {
  TcpParams params = params_of(SIM_MS(200), SIM_S(120), TCP_UNLIMITED);
  params.retries_time = SIM_MS(102200);
  assert_fin_times(&params, "0 0.2 0.6 1.4 3 6.2 12.6 25.4 51 102.2 gave up at 204.6");
  params.retries_time = SIM_S(100);
  assert_fin_times(&params, "0 0.2 0.6 1.4 3 6.2 12.6 25.4 51 gave up at 102.2");
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/rto/timeout-before-any-sample-is-the-initial-one",
                  test_timeout_before_any_sample_is_the_initial_one);
  g_test_add_func("/rto/first-sample-sets-srtt-and-half-of-it-as-variance",
                  test_first_sample_sets_srtt_and_half_of_it_as_variance);
  g_test_add_func("/rto/later-sample-moves-the-variance-before-the-mean",
                  test_later_sample_moves_the_variance_before_the_mean);
  g_test_add_func("/rto/constant-rtt-lets-the-variance-decay-to-nothing",
                  test_constant_rtt_lets_the_variance_decay_to_nothing);
  g_test_add_func("/rto/sum-below-the-minimum-is-rounded-up-to-it", test_sum_below_the_minimum_is_rounded_up_to_it);
  g_test_add_func("/rto/minimum-of-the-variance-is-added-to-the-mean",
                  test_minimum_of_the_variance_is_added_to_the_mean);
  g_test_add_func("/rto/sum-above-the-maximum-is-cut-to-it", test_sum_above_the_maximum_is_cut_to_it);
  g_test_add_func("/rto/timeout-doubles-up-to-the-maximum-and-a-sample-ends-it",
                  test_timeout_doubles_up_to_the_maximum_and_a_sample_ends_it);
  g_test_add_func("/rto/greatest-values-do-not-overflow", test_greatest_values_do_not_overflow);
  g_test_add_func("/rto/limit-depends-on-what-is-retransmitted", test_limit_depends_on_what_is_retransmitted);
  g_test_add_func("/rto/fin-from-1s-capped-at-60s", test_fin_from_1s_capped_at_60s);
  g_test_add_func("/rto/fin-from-1s-capped-at-64s", test_fin_from_1s_capped_at_64s);
  g_test_add_func("/rto/fin-from-1s-capped-at-120s", test_fin_from_1s_capped_at_120s);
  g_test_add_func("/rto/fin-from-200ms-capped-at-120s", test_fin_from_200ms_capped_at_120s);
  g_test_add_func("/rto/fin-without-backoff-gives-up-early", test_fin_without_backoff_gives_up_early);
  g_test_add_func("/rto/fin-without-retries-gives-up-at-the-first-expiry",
                  test_fin_without_retries_gives_up_at_the_first_expiry);
  g_test_add_func("/rto/fin-with-a-limit-in-time-gives-up-at-the-first-expiry-after-it",
                  test_fin_with_a_limit_in_time_gives_up_at_the_first_expiry_after_it);
  return g_test_run();
}
