/* Known answers, independence and statistics. Seeds are fixed, so a statistical bound holds always or never; bounds are
 * five standard deviations and more. */
#include "engine/rng.h"

#include <glib.h>

/* The published algorithms, written out once more: https://prng.di.unimi.it/ */
static uint64_t reference_rotl(uint64_t x, int k) {
  return (x << k) | (x >> (64 - k));
}

static uint64_t reference_next(uint64_t s[4]) {
  const uint64_t result = reference_rotl(s[0] + s[3], 23) + s[0];
  const uint64_t t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = reference_rotl(s[3], 45);
  return result;
}

static void test_published_state_gives_published_outputs(void) {
  static const uint64_t published[] = {41943041, 58720359, 3588806011781223, 3591011842654386};
  Rng rng = {{1, 2, 3, 4}};
  for (size_t i = 0; i < G_N_ELEMENTS(published); i++)
    g_assert_cmpuint(rng_u64(&rng), ==, published[i]);
}

static void test_any_state_follows_the_published_algorithm(void) {
  Rng rng = rng_stream(99, 3, "any");
  uint64_t state[4] = {rng.s[0], rng.s[1], rng.s[2], rng.s[3]};
  for (int i = 0; i < 10000; i++)
    g_assert_cmpuint(rng_u64(&rng), ==, reference_next(state));
}

/* What streams give is part of the program's promise: the same scenario gives the same bytes in every version. */
static void test_stream_first_draws_never_change(void) {
  Rng rng = rng_stream(1, 0, "link/client>server/loss");
  g_assert_cmphex(rng_u64(&rng), ==, UINT64_C(0xea89c7bf14c2d305));
  g_assert_cmphex(rng_u64(&rng), ==, UINT64_C(0x9890be12f148f12a));
  g_assert_cmpuint(rng_exponential(&rng, 1000000), ==, 489602);
}

static void test_streams_of_other_seed_run_or_name_are_unlike(void) {
  Rng base = rng_stream(1, 2, "a");
  Rng others[] = {rng_stream(2, 1, "a"), rng_stream(2, 2, "a"), rng_stream(1, 3, "a"),
                  rng_stream(1, 2, "b"), rng_stream(1, 2, ""),  rng_stream(1, 2, "aa")};
  Rng same = rng_stream(1, 2, "a");
  uint64_t equal_bits[G_N_ELEMENTS(others)] = {0};
  for (int draw = 0; draw < 1000; draw++) {
    uint64_t x = rng_u64(&base);
    g_assert_cmpuint(rng_u64(&same), ==, x);
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
      equal_bits[i] += (uint64_t)__builtin_popcountll(~(x ^ rng_u64(&others[i])));
  }
  /* 64000 bits of which half are equal; standard deviation 126. */
  for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
    g_assert_cmpuint(equal_bits[i], >, 32000 - 700);
    g_assert_cmpuint(equal_bits[i], <, 32000 + 700);
  }
}

static void test_neighbouring_seeds_first_draws_are_spread(void) {
  guint high = 0;
  for (uint64_t seed = 0; seed < 10000; seed++) {
    Rng rng = rng_stream(seed, 0, "x");
    high += rng_u64(&rng) >> 63;
  }
  g_assert_cmpuint(high, >, 5000 - 250);
  g_assert_cmpuint(high, <, 5000 + 250);
}

static void test_every_draw_is_one_step(void) {
  Rng counted = rng_stream(5, 0, "steps");
  Rng plain = counted;
  rng_chance(&counted, RNG_ONE / 3);
  rng_chance(&counted, 0);
  rng_chance(&counted, RNG_ONE);
  rng_below(&counted, 1);
  rng_below(&counted, UINT64_MAX);
  rng_exponential(&counted, 1);
  for (int i = 0; i < 6; i++)
    rng_u64(&plain);
  for (int i = 0; i < 4; i++)
    g_assert_cmpuint(counted.s[i], ==, plain.s[i]);
}

static void test_chance_happens_as_often_as_it_says(void) {
  static const struct {
    uint64_t numerator;
    uint64_t denominator;
    int bound; /* five standard deviations of a million draws */
  } cases[] = {{1, 2, 2500}, {1, 40, 781}, {9, 10, 1500}, {1, 1000, 158}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Rng rng = rng_stream(7, i, "chance");
    Probability p = rng_probability(cases[i].numerator, cases[i].denominator);
    const int n = 1000000;
    int happened = 0;
    for (int draw = 0; draw < n; draw++)
      happened += rng_chance(&rng, p);
    int expected = (int)(cases[i].numerator * (uint64_t)n / cases[i].denominator);
    g_assert_cmpint(ABS(happened - expected), <, cases[i].bound);
  }
}

static void test_chance_zero_never_and_one_always(void) {
  Rng rng = rng_stream(7, 0, "extremes");
  for (int i = 0; i < 100000; i++) {
    g_assert_false(rng_chance(&rng, 0));
    g_assert_true(rng_chance(&rng, RNG_ONE));
  }
  Rng zero_next = {{0, 1, 0, 0}}; /* its first output is 0: the smallest there is */
  g_assert_true(rng_chance(&zero_next, 1));
}

static void test_probability_is_the_nearest_threshold(void) {
  g_assert_cmpuint(rng_probability(0, 1), ==, 0);
  g_assert_cmpuint(rng_probability(7, 7), ==, RNG_ONE);
  g_assert_cmpuint(rng_probability(UINT64_MAX, UINT64_MAX), ==, RNG_ONE);
  g_assert_cmpuint(rng_probability(1, 2), ==, RNG_ONE / 2);
  g_assert_cmpuint(rng_probability(1, 3), ==, 3002399751580331);    /* 2^53 / 3 = ...330.67 */
  g_assert_cmpuint(rng_probability(2, 3), ==, 6004799503160661);    /* ...661.33 */
  g_assert_cmpuint(rng_probability(25, 1000), ==, 225179981368525); /* ...524.8 */
  g_assert_cmpuint(rng_probability(1, RNG_ONE), ==, 1);
  g_assert_cmpuint(rng_probability(1, 2 * RNG_ONE), ==, 1);
  g_assert_cmpuint(rng_probability(1, 2 * RNG_ONE + 1), ==, 0);
  g_assert_cmpuint(rng_probability(UINT64_MAX - 1, UINT64_MAX), ==, RNG_ONE);
  g_assert_cmpuint(rng_probability(UINT64_C(1) << 63, UINT64_MAX), ==, RNG_ONE / 2);
}

static void test_below_stays_below_and_is_even(void) {
  Rng rng = rng_stream(8, 0, "below");
  guint count[10] = {0};
  for (int i = 0; i < 1000000; i++)
    count[rng_below(&rng, 10)]++;
  for (int i = 0; i < 10; i++) {
    g_assert_cmpuint(count[i], >, 100000 - 1500);
    g_assert_cmpuint(count[i], <, 100000 + 1500);
  }
  for (int i = 0; i < 1000; i++)
    g_assert_cmpuint(rng_below(&rng, 1), ==, 0);
}

/* Against 128-bit multiplication, where the compiler has it. */
static void test_below_is_the_high_half_of_the_product(void) {
#ifdef __SIZEOF_INT128__
  Rng rng = rng_stream(9, 0, "product");
  for (int i = 0; i < 100000; i++) {
    Rng twin = rng;
    uint64_t bound = rng_u64(&rng) >> (i % 64) | 1;
    rng_u64(&twin);
    __extension__ typedef unsigned __int128 Wide;
    uint64_t expected = (uint64_t)((Wide)rng_u64(&twin) * bound >> 64);
    g_assert_cmpuint(rng_below(&rng, bound), ==, expected);
  }
#else
  g_test_skip("no 128-bit integers");
#endif
}

static void test_exponential_has_the_mean_and_shape(void) {
  enum { DRAWS = 4000000 };
  static const struct {
    uint64_t beyond; /* thousandths of the mean */
    int expected;    /* DRAWS * e^-x */
    int bound;       /* six standard deviations */
  } tails[] = {{1000, 1471518, 5800}, {2000, 541341, 4200}, {4000, 73263, 1620}, {8000, 1342, 220}};
  const uint64_t mean = 1000000;
  Rng rng = rng_stream(10, 0, "exponential");
  uint64_t sum = 0;
  int beyond[G_N_ELEMENTS(tails)] = {0};
  for (int i = 0; i < DRAWS; i++) {
    uint64_t x = rng_exponential(&rng, mean);
    sum += x;
    for (size_t k = 0; k < G_N_ELEMENTS(tails); k++)
      beyond[k] += x > tails[k].beyond * 1000;
  }
  /* The standard deviation of the sample mean is 1/2000 of it; the bound is five of them and the 0.1 % allowed. */
  uint64_t sample_mean = sum / DRAWS;
  g_assert_cmpuint(sample_mean, >, mean - 3500);
  g_assert_cmpuint(sample_mean, <, mean + 3500);
  for (size_t k = 0; k < G_N_ELEMENTS(tails); k++)
    g_assert_cmpint(ABS(beyond[k] - tails[k].expected), <, tails[k].bound);
}

/* The generator's state chosen so that the first output is `u`: s[0] + s[3] = 0, so the output is s[0]. */
static Rng rng_giving(uint64_t u) {
  return (Rng){{u, 1, 2, 0 - u}};
}

/* The mean over evenly spaced u is the mean of the distribution, without the noise of drawing. */
static void test_exponential_of_evenly_spaced_draws_has_the_mean(void) {
  enum { POINTS = 1 << 20 };
  const uint64_t mean = UINT64_C(1) << 40;
  uint64_t sum = 0;
  for (uint64_t i = 0; i < POINTS; i++) {
    Rng rng = rng_giving((2 * i + 1) << (64 - 21));
    sum += rng_exponential(&rng, mean) / POINTS;
  }
  g_assert_cmpuint(sum, >, mean - mean / 100000);
  g_assert_cmpuint(sum, <, mean + mean / 100000);
}

static void test_exponential_follows_the_logarithm_from_end_to_end(void) {
  static const struct {
    uint64_t u;
    int64_t expected; /* -ln(u / 2^64) * 2^40 */
  } points[] = {
      {UINT64_C(0x1), 48775896626292},
      {UINT64_C(0x3), 47567959640484},
      {UINT64_C(0x3), 47567959640484},
      {UINT64_C(0x3e9), 41179640412982},
      {UINT64_C(0x75bcd15), 28290453742624},
      {UINT64_C(0xffffffff), 24387948313402},
      {UINT64_C(0x10000003039), 18290961222514},
      {UINT64_C(0x20000000000001), 8383357232644},
      {UINT64_C(0x1010000000000001), 3044206938674},
      {UINT64_C(0x3fffffffffffffff), 1524246769572},
      {UINT64_C(0x7fffffffffffffff), 762123384786},
      {UINT64_C(0x8000000000000001), 762123384786},
      {UINT64_C(0x8080000000000001), 757836784316},
      {UINT64_C(0x8040000000000001), 759977995563},
      {UINT64_C(0xe666666666666667), 115845112074},
      {UINT64_C(0xffffff0000000001), 65536},
  };
  const uint64_t mean = UINT64_C(1) << 40;
  for (size_t i = 0; i < G_N_ELEMENTS(points); i++) {
    Rng rng = rng_giving(points[i].u);
    gint64 off = (gint64)rng_exponential(&rng, mean) - points[i].expected;
    g_assert_cmpint(ABS(off), <, (gint64)(mean / 400000)); /* 2.5e-6 */
  }
  Rng largest = rng_giving(UINT64_MAX);
  g_assert_cmpuint(rng_exponential(&largest, 1000), ==, 0);
  Rng smallest = rng_giving(0);
  g_assert_cmpuint(rng_exponential(&smallest, 1000), ==, 44361); /* 64 ln 2 */
  Rng overflow = rng_giving(0);
  g_assert_cmpuint(rng_exponential(&overflow, UINT64_MAX), ==, UINT64_MAX);
}

/* A larger draw never gives a longer time: also not where one stretch of the table meets the next. */
static void test_exponential_falls_as_the_draw_rises(void) {
  const uint64_t mean = UINT64_C(1) << 50;
  uint64_t last = UINT64_MAX;
  for (uint64_t i = 1; i < 1 << 16; i++) {
    for (uint64_t step = 0; step < 2; step++) {
      Rng rng = rng_giving((i << 48) - 1 + step);
      uint64_t x = rng_exponential(&rng, mean);
      g_assert_cmpuint(x, <=, last);
      last = x;
    }
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/rng/published-state-gives-published-outputs", test_published_state_gives_published_outputs);
  g_test_add_func("/rng/any-state-follows-the-published-algorithm", test_any_state_follows_the_published_algorithm);
  g_test_add_func("/rng/stream-first-draws-never-change", test_stream_first_draws_never_change);
  g_test_add_func("/rng/streams-of-other-seed-run-or-name-are-unlike",
                  test_streams_of_other_seed_run_or_name_are_unlike);
  g_test_add_func("/rng/neighbouring-seeds-first-draws-are-spread", test_neighbouring_seeds_first_draws_are_spread);
  g_test_add_func("/rng/every-draw-is-one-step", test_every_draw_is_one_step);
  g_test_add_func("/rng/chance-happens-as-often-as-it-says", test_chance_happens_as_often_as_it_says);
  g_test_add_func("/rng/chance-zero-never-and-one-always", test_chance_zero_never_and_one_always);
  g_test_add_func("/rng/probability-is-the-nearest-threshold", test_probability_is_the_nearest_threshold);
  g_test_add_func("/rng/below-stays-below-and-is-even", test_below_stays_below_and_is_even);
  g_test_add_func("/rng/below-is-the-high-half-of-the-product", test_below_is_the_high_half_of_the_product);
  g_test_add_func("/rng/exponential-has-the-mean-and-shape", test_exponential_has_the_mean_and_shape);
  g_test_add_func("/rng/exponential-follows-the-logarithm", test_exponential_follows_the_logarithm_from_end_to_end);
  g_test_add_func("/rng/exponential-of-evenly-spaced-draws-has-the-mean",
                  test_exponential_of_evenly_spaced_draws_has_the_mean);
  g_test_add_func("/rng/exponential-falls-as-the-draw-rises", test_exponential_falls_as_the_draw_rises);
  return g_test_run();
}
