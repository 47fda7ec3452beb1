#include "run/stats.h"

#include <math.h>
#include <stdlib.h>

static const StatsConfidence LEVELS[] = {
    {"90%", 0.1, 1.6448536269514722},  {"95%", 0.05, 1.959963984540054},     {"98%", 0.02, 2.3263478740408408},
    {"99%", 0.01, 2.5758293035489004}, {"99.9%", 0.001, 3.2905267314918945}, {"99.99%", 0.0001, 3.8905918864131203},
};

const StatsConfidence *stats_confidence(unsigned index) {
  return index < G_N_ELEMENTS(LEVELS) ? &LEVELS[index] : NULL;
}

StatsInterval stats_wilson(uint64_t hits, uint64_t n, const StatsConfidence *confidence) {
  g_assert(hits <= n);
  if (n == 0)
    return (StatsInterval){0, 1};
  double size = (double)n, share = (double)hits / size, zz = confidence->z * confidence->z;
  double centre = (share + zz / (2 * size)) / (1 + zz / size);
  double reach = confidence->z / (1 + zz / size) * sqrt(share * (1 - share) / size + zz / (4 * size * size));
  /* Exact at the ends, where rounding would leave a crumb. */
  return (StatsInterval){hits == 0 ? 0 : MAX(centre - reach, 0), hits == n ? 1 : MIN(centre + reach, 1)};
}

#define MILLION 1000000

uint64_t stats_rank(uint64_t n, uint32_t ppm) {
  g_assert(n > 0 && ppm <= MILLION);
  /* n = a million * whole + rest, so that nothing overflows */
  uint64_t whole = n / MILLION, rest = n % MILLION;
  uint64_t rank = whole * ppm + (rest * ppm + MILLION - 1) / MILLION;
  return CLAMP(rank, 1, n);
}

/* Weights of the binomial distribution relative to its mode, from term to term: no factorials, no logarithms. What is
 * below this next to the mode changes no sum. */
#define NEGLIGIBLE 1e-20

typedef struct Binomial {
  uint64_t first, last; /* terms that count */
  double first_weight, total, odds;
  uint64_t n;
} Binomial;

static double next_weight(const Binomial *b, double weight, uint64_t k) {
  return weight * (double)(b->n - k) / (double)(k + 1) * b->odds;
}

static Binomial binomial(uint64_t n, double p) {
  Binomial b = {.n = n, .odds = p / (1 - p), .total = 1, .first_weight = 1};
  uint64_t mode = MIN((uint64_t)(((double)n + 1) * p), n);
  b.first = b.last = mode;
  while (b.first > 0) {
    double weight = b.first_weight * (double)b.first / (double)(n - b.first + 1) / b.odds;
    if (weight < NEGLIGIBLE)
      break;
    b.first--;
    b.first_weight = weight;
    b.total += weight;
  }
  for (double weight = 1; b.last < n;) {
    weight = next_weight(&b, weight, b.last);
    if (weight < NEGLIGIBLE)
      break;
    b.last++;
    b.total += weight;
  }
  return b;
}

void stats_rank_interval(uint64_t n, uint32_t ppm, const StatsConfidence *confidence, uint64_t *ret_low,
                         uint64_t *ret_high) {
  g_assert(n > 0 && ppm <= MILLION);
  if (ppm == 0 || ppm == MILLION) { /* the true extremes may lie anywhere beyond */
    *ret_low = ppm == 0 ? 0 : n;
    *ret_high = ppm == 0 ? 1 : n + 1;
    return;
  }
  Binomial b = binomial(n, (double)ppm / MILLION);
  double tail = confidence->outside / 2, below = 0, weight = b.first_weight;
  uint64_t low = 0, high = n + 1;
  for (uint64_t k = b.first; k <= b.last; k++) { /* below: P(at most k samples lie below the quantile) */
    below += weight / b.total;
    if (below <= tail)
      low = k + 1;
    if (below >= 1 - tail) {
      high = k + 1;
      break;
    }
    weight = next_weight(&b, weight, k);
  }
  *ret_low = low == 0 && b.first > 0 ? b.first : low;
  *ret_high = high;
}

static int compare(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

void stats_sort(int64_t *samples, uint64_t n) {
  qsort(samples, n, sizeof *samples, compare);
}

StatsMean stats_mean(const int64_t *samples, uint64_t n, const StatsConfidence *confidence) {
  g_assert(n > 0);
  /* Differences from the median are small: sums of them keep their digits. */
  double about = (double)samples[n / 2], sum = 0, squares = 0;
  for (uint64_t i = 0; i < n; i++)
    sum += (double)samples[i] - about;
  double offset = sum / (double)n;
  for (uint64_t i = 0; i < n; i++) {
    double difference = (double)samples[i] - about - offset;
    squares += difference * difference;
  }
  StatsMean mean = {.mean = about + offset, .sd = n > 1 ? sqrt(squares / (double)(n - 1)) : 0};
  double reach = confidence->z * mean.sd / sqrt((double)n);
  mean.interval = (StatsInterval){mean.mean - reach, mean.mean + reach};
  return mean;
}
