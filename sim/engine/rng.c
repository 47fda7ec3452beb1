#include "engine/rng.h"

#include "engine/rng_log_table.h"

#define PROBABILITY_BITS 53

/* 2^64 divided by the golden ratio: the increment of SplitMix64. */
#define GOLDEN UINT64_C(0x9e3779b97f4a7c15)

static uint64_t rotate_left(uint64_t x, unsigned by) {
  return x << by | x >> (64 - by);
}

/* The output function of SplitMix64, a bijection in which each input bit changes about half of the output bits. */
static uint64_t mix(uint64_t x) {
  x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
  return x ^ x >> 31;
}

/* SplitMix64: https://prng.di.unimi.it/splitmix64.c */
static uint64_t splitmix_next(uint64_t *state) {
  return mix(*state += GOLDEN);
}

/* FNV-1a, 64 bits. */
static uint64_t name_hash(const char *name) {
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (const char *c = name; *c != '\0'; c++)
    hash = (hash ^ (uint8_t)*c) * UINT64_C(0x100000001b3);
  return hash;
}

/* Each of the three goes through mix() before the next is added, so they are not interchangeable: (1, 2) and (2, 1)
 * give unrelated streams. */
Rng rng_stream(uint64_t seed, uint64_t run, const char *name) {
  uint64_t state = mix(seed + GOLDEN);
  state = mix((state ^ run) + GOLDEN);
  state ^= name_hash(name);
  Rng rng;
  for (unsigned i = 0; i < 4; i++)
    rng.s[i] = splitmix_next(&state);
  return rng; /* never all zero: four successive outputs of a bijection are different */
}

/* xoshiro256++: https://prng.di.unimi.it/xoshiro256plusplus.c */
uint64_t rng_u64(Rng *rng) {
  uint64_t *s = rng->s;
  uint64_t result = rotate_left(s[0] + s[3], 23) + s[0];
  uint64_t t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate_left(s[3], 45);
  return result;
}

gboolean rng_chance(Rng *rng, Probability p) {
  g_assert(p <= RNG_ONE);
  return rng_u64(rng) >> (64 - PROBABILITY_BITS) < p;
}

/* The 128-bit product of `a` and `b`, by halves: not every compiler has 128-bit integers. */
static void multiply(uint64_t a, uint64_t b, uint64_t *ret_high, uint64_t *ret_low) {
  uint64_t a_high = a >> 32, a_low = (uint32_t)a;
  uint64_t b_high = b >> 32, b_low = (uint32_t)b;
  uint64_t low = a_low * b_low;
  uint64_t middle = a_high * b_low + (low >> 32);
  uint64_t middle_low = a_low * b_high + (uint32_t)middle;
  *ret_high = a_high * b_high + (middle >> 32) + (middle_low >> 32);
  *ret_low = middle_low << 32 | (uint32_t)low;
}

uint64_t rng_below(Rng *rng, uint64_t bound) {
  g_assert(bound > 0);
  uint64_t high, low;
  multiply(rng_u64(rng), bound, &high, &low);
  return high;
}

/* -ln(u / 2^64) in units of 2^-32, for u > 0. With u = 2^e (1 + f), 0 <= f < 1, it is (64 - e) ln 2 - ln(1 + f), the
 * latter interpolated between the entries of the table (error below 2e-6). */
static uint64_t minus_log(uint64_t u) {
  uint64_t exponent = 63;
  while (u >> 63 == 0) {
    u <<= 1;
    exponent--;
  }
  uint64_t fraction = u << 1;
  uint64_t i = fraction >> (64 - RNG_LOG_BITS);
  uint64_t between = fraction << RNG_LOG_BITS >> 32; /* how far between entries i and i + 1, of 2^32 */
  uint64_t low = rng_log_table[i];
  uint64_t log = low + ((rng_log_table[i + 1] - low) * between >> 32);
  return (64 - exponent) * rng_log_table[1 << RNG_LOG_BITS] - log;
}

uint64_t rng_exponential(Rng *rng, uint64_t mean) {
  g_assert(mean > 0);
  uint64_t u = rng_u64(rng);
  uint64_t high, low;
  multiply(mean, minus_log(u | 1), &high, &low); /* | 1: zero has no logarithm */
  uint64_t half = UINT64_C(1) << 31;
  if (low > UINT64_MAX - half) {
    high++;
    low += half;
  } else {
    low += half;
  }
  return high >> 32 != 0 ? UINT64_MAX : high << 32 | low >> 32;
}

/* Long division, a bit at a time: `numerator` * 2^53 need not fit in 64 bits. */
Probability rng_probability(uint64_t numerator, uint64_t denominator) {
  g_assert(denominator > 0 && numerator <= denominator);
  if (numerator == denominator)
    return RNG_ONE;
  Probability p = 0;
  uint64_t rest = numerator;
  for (unsigned i = 0; i < PROBABILITY_BITS; i++) {
    gboolean bit = rest >= denominator - rest;
    rest = bit ? rest - (denominator - rest) : rest + rest;
    p = p << 1 | (bit ? 1 : 0);
  }
  return p + (rest >= denominator - rest ? 1 : 0);
}
