/* Estimates and how far they can be trusted: shares with Wilson's interval, quantiles with intervals from order
 * statistics, means. The same samples give the same numbers whatever the order in which they came: samples are sorted
 * first, and what needs no libm but sqrt(), which IEEE 754 rounds correctly, uses none. */
#ifndef TEARDOWN_RUN_STATS_H
#define TEARDOWN_RUN_STATS_H

#include <glib.h>
#include <stdint.h>

/* How sure an interval is: the share of all experiments whose interval contains the true value. */
typedef struct StatsConfidence {
  const char *word; /* "95%" */
  double outside;   /* 0.05 */
  double z;         /* the standard normal distribution leaves outside / 2 above it */
} StatsConfidence;

/* The levels that there are, NULL after the last. */
const StatsConfidence *stats_confidence(unsigned index);

typedef struct StatsInterval {
  double low, high;
} StatsInterval;

/* Wilson's score interval (1927) of `hits` out of `n`; [0, 1] when n is 0. It never leaves [0, 1]. */
StatsInterval stats_wilson(uint64_t hits, uint64_t n, const StatsConfidence *confidence);

/* The rank, from 1, of the quantile `ppm` (millionths, 0 to 1000000) among n > 0 sorted samples: the least one that has
 * at least that share of the samples at or below it. */
uint64_t stats_rank(uint64_t n, uint32_t ppm);

/* The ranks between whose samples the true quantile lies, for any distribution: by the binomial distribution of the
 * number of samples below it. 0 and n + 1 stand for "no bound": there are too few samples. */
void stats_rank_interval(uint64_t n, uint32_t ppm, const StatsConfidence *confidence, uint64_t *ret_low,
                         uint64_t *ret_high);

/* In the unit of the samples. `sd` is the standard deviation of the sample (n - 1), 0 for one sample. */
typedef struct StatsMean {
  double mean, sd;
  StatsInterval interval; /* mean +- z sd / sqrt(n): for many samples */
} StatsMean;

/* Sorts `n` > 0 samples. */
void stats_sort(int64_t *samples, uint64_t n);
/* Of sorted samples, n > 0. */
StatsMean stats_mean(const int64_t *samples, uint64_t n, const StatsConfidence *confidence);

#endif
