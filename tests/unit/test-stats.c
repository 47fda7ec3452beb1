/* Intervals and quantiles against values from tables, and against experiments whose truth is known. */
#include "run/closed_law.h"
#include "run/stats.h"

#include <glib.h>

#include "engine/rng.h"
#include "engine/simtime.h"

static const StatsConfidence *level(const char *word) {
  for (unsigned i = 0; stats_confidence(i); i++)
    if (g_str_equal(stats_confidence(i)->word, word))
      return stats_confidence(i);
  g_assert_not_reached();
}

static void assert_wilson(uint64_t hits, uint64_t n, double low, double high) {
  StatsInterval interval = stats_wilson(hits, n, level("95%"));
  g_assert_cmpfloat_with_epsilon(interval.low, low, 5e-5);
  g_assert_cmpfloat_with_epsilon(interval.high, high, 5e-5);
}

static void test_wilson_gives_the_values_of_the_tables(void) {
  assert_wilson(10, 100, 0.05523, 0.17437);
  assert_wilson(50, 100, 0.40383, 0.59617);
  assert_wilson(0, 10, 0, 0.27753);
  assert_wilson(10, 10, 0.72247, 1);
  assert_wilson(0, 0, 0, 1);
}

static void test_rank_of_a_quantile_is_the_least_with_that_share_below(void) {
  g_assert_cmpuint(stats_rank(10, 500000), ==, 5);
  g_assert_cmpuint(stats_rank(11, 500000), ==, 6);
  g_assert_cmpuint(stats_rank(10, 700000), ==, 7);
  g_assert_cmpuint(stats_rank(10, 700001), ==, 8);
  g_assert_cmpuint(stats_rank(10, 0), ==, 1);
  g_assert_cmpuint(stats_rank(10, 1000000), ==, 10);
  g_assert_cmpuint(stats_rank(UINT64_C(30000000000), 990000), ==, UINT64_C(29700000000));
}

static void assert_ranks(uint64_t n, uint32_t ppm, const char *confidence, uint64_t low, uint64_t high) {
  uint64_t got_low, got_high;
  stats_rank_interval(n, ppm, level(confidence), &got_low, &got_high);
  g_assert_cmpuint(got_low, ==, low);
  g_assert_cmpuint(got_high, ==, high);
}

static void test_order_statistics_bound_the_median_at_the_ranks_of_the_tables(void) {
  assert_ranks(5, 500000, "95%", 0, 6); /* five samples are too few */
  assert_ranks(6, 500000, "95%", 1, 6);
  assert_ranks(10, 500000, "95%", 2, 9);
  assert_ranks(100, 500000, "95%", 40, 61);
  assert_ranks(10, 500000, "90%", 2, 9);
  assert_ranks(100, 990000, "95%", 97, 101); /* nothing bounds the 99th percentile from above */
  assert_ranks(20, 0, "95%", 0, 1);
  assert_ranks(20, 1000000, "95%", 20, 21);
}

/* Uniform numbers, whose quantile p is p: as many intervals miss it as their level allows. */
static void test_order_statistics_of_uniform_numbers_contain_the_truth_as_often_as_promised(void) {
  enum { N = 400, EXPERIMENTS = 2000 };
  Rng rng = rng_stream(1, 0, "test");
  int64_t samples[N];
  unsigned missed = 0;
  for (unsigned e = 0; e < EXPERIMENTS; e++) {
    for (unsigned i = 0; i < N; i++)
      samples[i] = (int64_t)rng_below(&rng, 1000000000);
    stats_sort(samples, N);
    uint64_t low, high;
    stats_rank_interval(N, 900000, level("95%"), &low, &high);
    missed += samples[low - 1] > 900000000 || samples[high - 1] < 900000000;
  }
  g_assert_cmpuint(missed, <=, EXPERIMENTS * 5 / 100 + 44); /* 4.5 standard deviations */
  g_assert_cmpuint(missed, >=, EXPERIMENTS * 2 / 100);      /* and they are not far too wide */
}

static void test_ranks_among_ten_million_samples_are_those_of_the_normal_distribution(void) {
  uint64_t low, high;
  stats_rank_interval(10000000, 500000, level("95%"), &low, &high);
  g_assert_cmpuint(low, >=, 5000000 - 3100 - 1);
  g_assert_cmpuint(low, <=, 5000000 - 3098 + 1);
  g_assert_cmpuint(high, >=, 5000000 + 3098);
  g_assert_cmpuint(high, <=, 5000000 + 3102);
}

static void test_mean_of_samples_keeps_its_digits_far_from_zero(void) {
  int64_t samples[] = {SIM_H(1000) + 2, SIM_H(1000) + 4, SIM_H(1000) + 4, SIM_H(1000) + 6};
  StatsMean mean = stats_mean(samples, 4, level("95%"));
  g_assert_cmpfloat_with_epsilon(mean.mean - (double)SIM_H(1000), 4, 0.5);
  g_assert_cmpfloat_with_epsilon(mean.sd, 1.632993, 1e-6);
  int64_t one = 7;
  mean = stats_mean(&one, 1, level("95%"));
  g_assert_cmpfloat(mean.sd, ==, 0);
  g_assert_cmpfloat(mean.mean, ==, 7);
}

static void test_sorting_forgets_the_order_in_which_samples_came(void) {
  int64_t a[] = {3, -1, 2, INT64_MAX, 0}, sorted[] = {-1, 0, 2, 3, INT64_MAX};
  stats_sort(a, 5);
  for (unsigned i = 0; i < G_N_ELEMENTS(a); i++)
    g_assert_cmpint(a[i], ==, sorted[i]);
}

/* --- closed forms, at points worked out by hand and by another program -------------------------------------------- */

static void test_attempts_are_made_when_the_doubled_timeouts_say(void) {
  RetrySchedule schedule = {1, 60, 8};
  g_assert_cmpfloat(retry_sent_after(&schedule, 3), ==, 7);
  g_assert_cmpfloat(retry_sent_after(&schedule, 9), ==, 243);
}

static void test_delay_of_retries_has_the_moments_worked_out_by_hand(void) {
  RetrySchedule once = {1, 60, 1}, eight = {1, 60, 8}, many = {1, 120, 15};
  double mean, variance;
  retry_delay(&once, .5, &mean, &variance); /* 0 s twice as likely as 1 s */
  g_assert_cmpfloat_with_epsilon(mean, 1. / 3, 1e-12);
  g_assert_cmpfloat_with_epsilon(variance, 2. / 9, 1e-12);
  retry_delay(&eight, .49, &mean, &variance);
  g_assert_cmpfloat_with_epsilon(mean, 3.611473, 1e-6);
  retry_delay(&many, .49, &mean, &variance);
  g_assert_cmpfloat_with_epsilon(mean, 4.884535, 1e-6);
}

static void test_last_ack_ends_as_the_recursion_says(void) {
  RetrySchedule eight = {1, 60, 8};
  g_assert_cmpfloat_with_epsilon(last_ack_fates(&eight, .3, 10).reset, 4.601e-2, 5e-6);
  g_assert_cmpfloat_with_epsilon(last_ack_fates(&eight, .3, 60).reset, 7.898e-3, 5e-7);
  g_assert_cmpfloat_with_epsilon(last_ack_fates(&eight, .1, 10).reset, 7.129e-4, 5e-8);
  g_assert_cmpfloat_with_epsilon(last_ack_fates(&eight, .3, 241).reset, 0, 1e-15);
  LastAckFates fates = last_ack_fates(&eight, .3, 60);
  g_assert_cmpfloat_with_epsilon(fates.gave_up, 2.334e-3, 5e-7);
  g_assert_cmpfloat_with_epsilon(fates.ack + fates.reset + fates.gave_up, 1, 1e-12);
}

static void test_attempts_of_last_ack_are_geometric(void) {
  RetrySchedule eight = {1, 60, 8};
  LastAck *last_ack = last_ack_new(&eight, .3, .3, 1e6);
  static const double shares[] = {.49, .2499, .127449, .064999, .033149};
  double all = last_ack->gave_up;
  for (unsigned n = 0; n < last_ack->attempts; n++) {
    if (n < G_N_ELEMENTS(shares))
      g_assert_cmpfloat_with_epsilon(last_ack->ack[n], shares[n], 5e-7);
    g_assert_cmpfloat(last_ack->reset[n], ==, 0);
    all += last_ack->ack[n];
  }
  g_assert_cmpfloat_with_epsilon(all, 1, 1e-12);
  g_assert_cmpfloat_with_epsilon(last_ack->never, 1.9683e-5, 1e-12); /* 0.3 to the ninth */
  last_ack_free(last_ack);
}

static void test_time_wait_restarts_as_often_as_its_acks_are_lost(void) {
  RetrySchedule any = {1, 60, CLOSED_FORMS_ANY}, once = {1, 60, 1};
  LastAck *last_ack = last_ack_new(&any, .3, .3, 1e6);
  g_assert_cmpfloat_with_epsilon(last_ack->restarted, .3, 1e-9);
  g_assert_cmpfloat_with_epsilon(last_ack->restarts, .3 / .7, 1e-9);
  last_ack_free(last_ack);
  last_ack = last_ack_new(&once, .3, .3, 1e6); /* both attempts arrive, and the first ACK is lost */
  g_assert_cmpfloat_with_epsilon(last_ack->restarted, .7 * .3 * .7, 1e-12);
  g_assert_cmpfloat_with_epsilon(last_ack->restarts, .7 * .3 * .7, 1e-12);
  last_ack_free(last_ack);
}

static GArray *law_of(const double *points, guint n) {
  GArray *law = closed_law_new();
  for (guint i = 0; i < n; i++)
    closed_law_add(law, points[2 * i], points[2 * i + 1]);
  return closed_law_settle(law);
}

static void test_laws_add_up_and_have_quantiles_where_rounding_decides_nothing(void) {
  const double coin[] = {1, .5, 0, .5}, die[] = {0, .2, 2, .3, 1, .5};
  g_autoptr(GArray) one = law_of(coin, 2), other = law_of(die, 3), sum = closed_law_sum(one, other, 10);
  g_assert_cmpuint(sum->len, ==, 4); /* 10 to 13 */
  g_assert_cmpfloat_with_epsilon(closed_law_mean(sum), 10 + .5 + 1.1, 1e-12);
  g_assert_cmpfloat_with_epsilon(closed_law_below(sum, 10), .1, 1e-12);
  g_assert_cmpfloat_with_epsilon(closed_law_below(sum, 11.5), .45, 1e-12);
  double at = 0;
  g_assert_true(closed_law_quantile(sum, 500000, &at));
  g_assert_cmpfloat(at, ==, 12);
  g_assert_true(closed_law_quantile(sum, 1000000, &at));
  g_assert_cmpfloat(at, ==, 13);
  g_assert_false(closed_law_quantile(sum, 450000, &at)); /* 11, or 12: a matter of the last bit */
  const double never[] = {1, 0};
  g_assert_null(law_of(never, 1));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/stats/wilson-gives-the-values-of-the-tables", test_wilson_gives_the_values_of_the_tables);
  g_test_add_func("/stats/rank-of-a-quantile-is-the-least-with-that-share-below",
                  test_rank_of_a_quantile_is_the_least_with_that_share_below);
  g_test_add_func("/stats/order-statistics-bound-the-median-at-the-ranks-of-the-tables",
                  test_order_statistics_bound_the_median_at_the_ranks_of_the_tables);
  g_test_add_func("/stats/order-statistics-of-uniform-numbers-contain-the-truth-as-often-as-promised",
                  test_order_statistics_of_uniform_numbers_contain_the_truth_as_often_as_promised);
  g_test_add_func("/stats/ranks-among-ten-million-samples-are-those-of-the-normal-distribution",
                  test_ranks_among_ten_million_samples_are_those_of_the_normal_distribution);
  g_test_add_func("/stats/mean-of-samples-keeps-its-digits-far-from-zero",
                  test_mean_of_samples_keeps_its_digits_far_from_zero);
  g_test_add_func("/stats/sorting-forgets-the-order-in-which-samples-came",
                  test_sorting_forgets_the_order_in_which_samples_came);
  g_test_add_func("/closed-forms/attempts-are-made-when-the-doubled-timeouts-say",
                  test_attempts_are_made_when_the_doubled_timeouts_say);
  g_test_add_func("/closed-forms/delay-of-retries-has-the-moments-worked-out-by-hand",
                  test_delay_of_retries_has_the_moments_worked_out_by_hand);
  g_test_add_func("/closed-forms/last-ack-ends-as-the-recursion-says", test_last_ack_ends_as_the_recursion_says);
  g_test_add_func("/closed-forms/attempts-of-last-ack-are-geometric", test_attempts_of_last_ack_are_geometric);
  g_test_add_func("/closed-forms/time-wait-restarts-as-often-as-its-acks-are-lost",
                  test_time_wait_restarts_as_often_as_its_acks_are_lost);
  g_test_add_func("/closed-forms/laws-add-up-and-have-quantiles-where-rounding-decides-nothing",
                  test_laws_add_up_and_have_quantiles_where_rounding_decides_nothing);
  return g_test_run();
}
