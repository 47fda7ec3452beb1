/* Keys of events, and a growing array of them that serves as a sorted queue or as a heap. Part of event_queue.c, kept
 * apart for reading; static inline because every event passes through here twice. */
#ifndef TEARDOWN_ENGINE_KEY_ARRAY_H
#define TEARDOWN_ENGINE_KEY_ARRAY_H

#include <glib.h>
#include <stdint.h>
#include <string.h>

/* Keys are two words, which the compiler passes in memory to what it does not inline: stored as two, loaded as one,
 * they cannot be forwarded, which costs more than all the rest. So it is not left to guess. */
#define HOT_INLINE inline __attribute__((always_inline))

#define SLOT_BITS  26
#define ORDER_BITS 36
#define PHASE_BITS 2
#define SLOTS_MAX  (1u << SLOT_BITS)

/* The order of events is that of their keys, read as numbers of 128 bits. */
typedef struct Key {
  uint64_t at;
  uint64_t tag; /* phase, order, slot, from the highest bit down */
} Key;

G_STATIC_ASSERT(sizeof(Key) == 16);
G_STATIC_ASSERT(SLOT_BITS + ORDER_BITS + PHASE_BITS == 64);

static inline Key key_make(uint64_t at, uint64_t phase, uint64_t order, uint32_t slot) {
  return (Key){at, phase << (ORDER_BITS + SLOT_BITS) | order << SLOT_BITS | slot};
}

static inline uint32_t key_slot(Key key) {
  return (uint32_t)key.tag & (SLOTS_MAX - 1);
}

__extension__ typedef unsigned __int128 KeyNumber;

/* Without a branch: which of two keys comes first is a coin toss to the processor. */
static inline gboolean key_before(Key a, Key b) {
  return ((KeyNumber)a.at << 64 | a.tag) < ((KeyNumber)b.at << 64 | b.tag);
}

typedef struct KeyArray {
  Key *keys;
  size_t head; /* keys[head .. tail) are in use */
  size_t tail;
  size_t capacity;
} KeyArray;

static inline void keys_init(KeyArray *array, size_t capacity) {
  *array = (KeyArray){.keys = g_new(Key, capacity), .capacity = capacity};
}

static inline void keys_clear(KeyArray *array) {
  g_free(array->keys);
}

static inline size_t keys_count(const KeyArray *array) {
  return array->tail - array->head;
}

static inline gboolean keys_empty(const KeyArray *array) {
  return array->tail == array->head;
}

/* Makes room for one more at the tail: by moving the keys to the front where that gains half of the array, else by
 * doubling it. So the cost for each key stays constant. */
static inline void keys_make_room(KeyArray *array) {
  size_t count = keys_count(array);
  if (array->head <= array->capacity / 2) {
    array->capacity *= 2;
    array->keys = g_renew(Key, array->keys, array->capacity);
  }
  memmove(array->keys, array->keys + array->head, count * sizeof(Key));
  array->head = 0;
  array->tail = count;
}

static inline void keys_append(KeyArray *array, Key key) {
  if (G_UNLIKELY(array->tail == array->capacity))
    keys_make_room(array);
  array->keys[array->tail++] = key;
}

/* Inserts into a sorted array, searching from the tail. */
static inline void keys_insert_sorted(KeyArray *array, Key key) {
  if (G_UNLIKELY(array->tail == array->capacity))
    keys_make_room(array);
  Key *first = array->keys + array->head;
  Key *gap = array->keys + array->tail++;
  for (; gap > first && key_before(key, gap[-1]); gap--)
    *gap = gap[-1];
  *gap = key;
}

/* The same, from the end that is nearer. */
static HOT_INLINE void keys_insert_between(KeyArray *array, Key key) {
  if (G_UNLIKELY(array->tail == array->capacity))
    keys_make_room(array);
  Key *first = array->keys + array->head;
  Key *end = array->keys + array->tail;
  if (array->head > 0 && end - first > 1 && key_before(key, first[(end - first) / 2])) {
    array->head--;
    for (; key_before(*first, key); first++)
      first[-1] = *first;
    first[-1] = key;
    return;
  }
  array->tail++;
  for (; end > first && key_before(key, end[-1]); end--)
    *end = end[-1];
  *end = key;
}

/* As a binary heap; its head stays 0. */

static inline void heap_push(KeyArray *heap, Key key) {
  keys_append(heap, key);
  size_t i = heap->tail - 1;
  while (i > 0) {
    size_t parent = (i - 1) / 2;
    if (!key_before(key, heap->keys[parent]))
      break;
    heap->keys[i] = heap->keys[parent];
    i = parent;
  }
  heap->keys[i] = key;
}

/* Drops the first key of a heap that is not empty. */
static inline void heap_drop_first(KeyArray *heap) {
  Key *keys = heap->keys;
  size_t count = --heap->tail;
  Key last = keys[count];
  size_t i = 0;
  for (size_t child = 1; child < count; child = 2 * i + 1) {
    if (child + 1 < count && key_before(keys[child + 1], keys[child]))
      child++;
    if (!key_before(keys[child], last))
      break;
    keys[i] = keys[child];
    i = child;
  }
  keys[i] = last;
}

#endif
