/* Buckets of keys, unsorted, in the order in which they were added. Part of event_queue.c, kept apart for reading.
 *
 *   bucket ---------------------------------.
 *                                           v
 *   [oldest: k k k k k] -> [k k k k k] -> [k k . . .] newest
 *            ^-----------------------------'
 *
 * A bucket is a ring of chunks from one pool; its handle is the address where the next key goes. Chunks are aligned to
 * their size, so the address alone says whether the newest is full, and which it is: adding is a test and a store. */
#ifndef TEARDOWN_ENGINE_KEY_BUCKET_H
#define TEARDOWN_ENGINE_KEY_BUCKET_H

#include <glib.h>
#include <stdint.h>

#include "engine/key_array.h"

/* A bucket of one chunk is sorted as it is, so a chunk must not hold too many; larger ones are faster to walk. */
#define CHUNK_BYTES 512
#define CHUNK_KEYS  (CHUNK_BYTES / 16 - 1)

/* The pool asks for memory in blocks of so many chunks: a small one first, each twice the last. */
#define BLOCK_CHUNKS_MIN 8
#define BLOCK_CHUNKS_MAX 4096

typedef struct Chunk {
  struct Chunk *next; /* the next newer one; of the newest: the oldest */
  uint64_t count;     /* exact once the chunk is full or its bucket taken */
  Key keys[CHUNK_KEYS];
} Chunk;

G_STATIC_ASSERT(sizeof(Chunk) == CHUNK_BYTES);

typedef struct ChunkPool {
  Chunk *free;
  Chunk *fresh; /* fresh .. fresh_end: chunks of the newest block that were never in use */
  Chunk *fresh_end;
  Chunk *blocks; /* the first chunk of each is the link to the one before */
  size_t block_chunks;
} ChunkPool;

/* NULL: empty. */
typedef Key *Bucket;

static inline void chunk_pool_init(ChunkPool *pool) {
  *pool = (ChunkPool){.block_chunks = BLOCK_CHUNKS_MIN};
}

static inline void chunk_pool_clear(ChunkPool *pool) {
  while (pool->blocks != NULL) {
    Chunk *block = pool->blocks;
    pool->blocks = block->next;
    g_aligned_free(block);
  }
}

static inline void chunk_pool_add_block(ChunkPool *pool) {
  Chunk *block = g_aligned_alloc(pool->block_chunks, CHUNK_BYTES, CHUNK_BYTES);
  block->next = pool->blocks;
  pool->blocks = block;
  pool->fresh = block + 1;
  pool->fresh_end = block + pool->block_chunks;
  pool->block_chunks = MIN(2 * pool->block_chunks, BLOCK_CHUNKS_MAX);
}

static inline Chunk *chunk_take(ChunkPool *pool) {
  Chunk *chunk = pool->free;
  if (chunk != NULL) {
    pool->free = chunk->next;
    return chunk;
  }
  if (pool->fresh == pool->fresh_end)
    chunk_pool_add_block(pool);
  return pool->fresh++;
}

static inline void chunk_give_back(ChunkPool *pool, Chunk *chunk) {
  chunk->next = pool->free;
  pool->free = chunk;
}

/* The newest chunk of a bucket that is not empty. The address before the next key's is inside it, full or not. */
static inline Chunk *bucket_newest(Bucket bucket) {
  return (Chunk *)(((uintptr_t)bucket - 1) / CHUNK_BYTES * CHUNK_BYTES);
}

/* Puts a new chunk behind the newest, which is full; or the first into an empty bucket. */
static inline void bucket_grow(ChunkPool *pool, Bucket *bucket) {
  Chunk *chunk = chunk_take(pool);
  chunk->count = CHUNK_KEYS;
  chunk->next = chunk;
  if (*bucket != NULL) {
    Chunk *newest = bucket_newest(*bucket);
    chunk->next = newest->next;
    newest->next = chunk;
  }
  *bucket = chunk->keys;
}

static inline void bucket_push(ChunkPool *pool, Bucket *bucket, Key key) {
  if ((uintptr_t)*bucket % CHUNK_BYTES == 0)
    bucket_grow(pool, bucket);
  *(*bucket)++ = key;
}

static inline gboolean bucket_has_one_chunk(Bucket bucket) {
  const Chunk *newest = bucket_newest(bucket);
  return newest->next == newest;
}

/* Empties a bucket; its chunks, from the oldest to the newest, whose `next` is NULL. They are to be given back. */
static inline Chunk *bucket_take(Bucket *bucket) {
  Chunk *newest = bucket_newest(*bucket);
  Chunk *oldest = newest->next;
  newest->count = (size_t)(*bucket - newest->keys);
  newest->next = NULL;
  *bucket = NULL;
  return oldest;
}

/* What is to know of the keys of a bucket before they are dealt. */
typedef struct Span {
  size_t count;
  uint64_t first;  /* the earliest instant */
  uint64_t differ; /* the bits in which instants differ */
} Span;

static inline Span bucket_span(Bucket bucket) {
  const Chunk *newest = bucket_newest(bucket);
  const Chunk *chunk = newest;
  uint64_t any = newest->keys[0].at;
  Span span = {.first = any};
  do {
    chunk = chunk->next;
    __builtin_prefetch(chunk->next);
    size_t count = chunk == newest ? (size_t)(bucket - chunk->keys) : CHUNK_KEYS;
    for (size_t i = 0; i < count; i++) {
      span.differ |= chunk->keys[i].at ^ any;
      span.first = MIN(span.first, chunk->keys[i].at);
    }
    span.count += count;
  } while (chunk != newest);
  return span;
}

#endif
