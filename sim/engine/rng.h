/* Random streams: values, made from (seed, run, name), so that adding a link changes nobody else's numbers and two
 * profiles see the same losses. Generator: xoshiro256++ (https://prng.di.unimi.it/), seeded through SplitMix64 from a
 * hash of the three. Integers only: the same draws on every machine and compiler. docs/randomness.md. */
#ifndef TEARDOWN_ENGINE_RNG_H
#define TEARDOWN_ENGINE_RNG_H

#include <glib.h>
#include <stdint.h>

typedef struct Rng {
  uint64_t s[4];
} Rng;

/* A probability as an integer threshold out of RNG_ONE (2^53), so that 0 never happens and 1 always does. */
typedef uint64_t Probability;
#define RNG_ONE ((Probability)1 << 53)

/* The stream named `name` ("link/client>server/loss") of run `run` under `seed`. */
Rng rng_stream(uint64_t seed, uint64_t run, const char *name);

/* 64 uniform bits: exactly one step of the generator. */
uint64_t rng_u64(Rng *rng);

/* TRUE with probability `p`: exactly one step. */
gboolean rng_chance(Rng *rng, Probability p);

/* Uniform in [0, bound), bound > 0: exactly one step (multiply-shift on 64 bits; the bias is below bound / 2^64). */
uint64_t rng_below(Rng *rng, uint64_t bound);

/* Exponential with mean `mean` (> 0), in the mean's unit, from an integer table: exactly one step. */
uint64_t rng_exponential(Rng *rng, uint64_t mean);

/* The nearest threshold to a decimal fraction `numerator / denominator` in [0, 1]. */
Probability rng_probability(uint64_t numerator, uint64_t denominator);

#endif
