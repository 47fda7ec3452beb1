#include "host/tuples.h"

#define SIZE_START 8

static uint64_t mix(Tuple tuple) {
  uint64_t key = (uint64_t)tuple.lport << 32 | (uint64_t)tuple.rport << 16 | tuple.peer;
  key *= 0x9E3779B97F4A7C15u; /* the golden ratio: multiplicative hashing */
  return key ^ key >> 32;
}

static gboolean equal(Tuple a, Tuple b) {
  return a.lport == b.lport && a.rport == b.rport && a.peer == b.peer;
}

/* The slot that holds the tuple, or the free one where it would go. */
static uint32_t slot_of(const Tuples *tuples, Tuple tuple) {
  uint32_t i = (uint32_t)mix(tuple) & (tuples->size - 1);
  while (tuples->slots[i].value && !equal(tuples->slots[i].tuple, tuple))
    i = (i + 1) & (tuples->size - 1);
  return i;
}

void tuples_clear(Tuples *tuples) {
  g_free(tuples->slots);
  *tuples = (Tuples){0};
}

uint32_t tuples_find(const Tuples *tuples, Tuple tuple) {
  return tuples->count ? tuples->slots[slot_of(tuples, tuple)].value : 0;
}

void tuples_prefetch(const Tuples *tuples, Tuple tuple) {
  if (tuples->count)
    __builtin_prefetch(&tuples->slots[(uint32_t)mix(tuple) & (tuples->size - 1)], 1);
}

static void grow(Tuples *tuples) {
  Tuples old = *tuples;
  tuples->size = MAX(SIZE_START, 2 * old.size);
  tuples->slots = g_new0(TupleSlot, tuples->size);
  for (uint32_t i = 0; i < old.size; i++)
    if (old.slots[i].value)
      tuples->slots[slot_of(tuples, old.slots[i].tuple)] = old.slots[i];
  g_free(old.slots);
}

void tuples_add(Tuples *tuples, Tuple tuple, uint32_t value) {
  g_assert(value);
  if (2 * (tuples->count + 1) > tuples->size)
    grow(tuples);
  uint32_t i = slot_of(tuples, tuple);
  g_assert(!tuples->slots[i].value);
  tuples->slots[i] = (TupleSlot){tuple, value};
  tuples->count++;
}

/* Closes the gap: moves back what was displaced over it, so that no tombstones are needed. */
void tuples_remove(Tuples *tuples, Tuple tuple) {
  uint32_t mask = tuples->size - 1, gap = slot_of(tuples, tuple);
  g_assert(tuples->slots[gap].value);
  for (uint32_t i = (gap + 1) & mask; tuples->slots[i].value; i = (i + 1) & mask) {
    uint32_t home = (uint32_t)mix(tuples->slots[i].tuple) & mask;
    if (((i - home) & mask) >= ((i - gap) & mask)) {
      tuples->slots[gap] = tuples->slots[i];
      gap = i;
    }
  }
  tuples->slots[gap].value = 0;
  tuples->count--;
}

void tuples_count(Tuples *tuples, Tuple tuple, int change) {
  uint32_t value = tuples_find(tuples, tuple);
  int64_t count = (int64_t)value + change;
  g_assert(count >= 0 && count <= UINT32_MAX);
  if (!value && count)
    tuples_add(tuples, tuple, (uint32_t)count);
  else if (value && !count)
    tuples_remove(tuples, tuple);
  else if (value)
    tuples->slots[slot_of(tuples, tuple)].value = (uint32_t)count;
}
