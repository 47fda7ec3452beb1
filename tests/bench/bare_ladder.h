/* A yardstick for bench-hold: a radix ladder that only sorts keys. Levels of 256 buckets at fixed bits; the width of
 * the finest bucket is given to it; no events, no cancelling, no adapting, no limit to a sort. What the event queue
 * costs beyond this is what those features cost. */
#ifndef TEARDOWN_BENCH_BARE_LADDER_H
#define TEARDOWN_BENCH_BARE_LADDER_H

#include "engine/key_bucket.h"

#define BARE_BITS   8
#define BARE_LEVELS 8
#define BARE_WIDTH  (1u << BARE_BITS)

typedef struct BareLadder {
  KeyArray near; /* the open bucket of the lowest level, sorted */
  uint64_t open; /* its number: instant >> shift */
  unsigned shift;
  ChunkPool chunks;
  Bucket buckets[BARE_LEVELS][BARE_WIDTH];
  uint64_t map[BARE_LEVELS][BARE_WIDTH / 64];
} BareLadder;

static inline BareLadder *bare_ladder_new(unsigned shift) {
  BareLadder *ladder = g_new0(BareLadder, 1);
  ladder->shift = shift;
  keys_init(&ladder->near, 1024);
  chunk_pool_init(&ladder->chunks);
  return ladder;
}

static inline void bare_ladder_free(BareLadder *ladder) {
  keys_clear(&ladder->near);
  chunk_pool_clear(&ladder->chunks);
  g_free(ladder);
}

static inline void bare_ladder_push(BareLadder *ladder, Key key) {
  uint64_t number = key.at >> ladder->shift;
  uint64_t differ = number ^ ladder->open;
  if (differ == 0) {
    keys_insert_sorted(&ladder->near, key);
    return;
  }
  unsigned level = (63 - (unsigned)__builtin_clzll(differ)) / BARE_BITS;
  unsigned i = number >> (level * BARE_BITS) & (BARE_WIDTH - 1);
  ladder->map[level][i / 64] |= UINT64_C(1) << i % 64;
  bucket_push(&ladder->chunks, &ladder->buckets[level][i], key);
}

/* The first bucket with keys, emptied; `open` moves to its start. There must be one. */
static inline Chunk *bare_ladder_open(BareLadder *ladder) {
  for (unsigned level = 0;; level++) {
    for (unsigned word = 0; word < BARE_WIDTH / 64; word++) {
      if (ladder->map[level][word] == 0)
        continue;
      unsigned i = word * 64 + (unsigned)__builtin_ctzll(ladder->map[level][word]);
      ladder->map[level][word] &= ladder->map[level][word] - 1;
      Chunk *chunk = bucket_take(&ladder->buckets[level][i]);
      ladder->open = chunk->keys[0].at >> ladder->shift >> (level * BARE_BITS) << (level * BARE_BITS);
      return chunk;
    }
  }
}

static inline Key bare_ladder_pop(BareLadder *ladder) {
  KeyArray *near = &ladder->near;
  while (keys_empty(near)) {
    near->head = near->tail = 0;
    Chunk *newer;
    for (Chunk *chunk = bare_ladder_open(ladder); chunk != NULL; chunk = newer) {
      newer = chunk->next;
      for (size_t i = 0; i < chunk->count; i++)
        bare_ladder_push(ladder, chunk->keys[i]);
      chunk_give_back(&ladder->chunks, chunk);
    }
  }
  return near->keys[near->head++];
}

#endif
