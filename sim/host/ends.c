/* A host's ends by tuple. The table holds four octets an entry: the tuples stand with the ends themselves. */
#include "host/world_priv.h"

#define SIZE_START 8

static uint64_t hash(Tuple tuple) {
  uint64_t key = (uint64_t)tuple.lport << 32 | (uint64_t)tuple.rport << 16 | tuple.peer;
  key *= 0x9E3779B97F4A7C15u; /* the golden ratio: multiplicative hashing */
  return key ^ key >> 32;
}

static uint32_t home_of(const Ends *ends, uint64_t hash) {
  return (uint32_t)hash & (ends->size - 1);
}

static uint8_t tag_of(uint64_t hash) {
  return (uint8_t)(hash >> 56);
}

static Tuple tuple_of(const Host *host, uint32_t value) {
  if (!(value & ENDS_RESTING))
    return world_tuple(host->world, (value - 1) >> 1, (value - 1) & 1);
  const TcpRest *rest = resting_at(host, value & ~ENDS_RESTING);
  return (Tuple){rest->lport, rest->rport, rest->peer};
}

static gboolean equal(Tuple a, Tuple b) {
  return a.lport == b.lport && a.rport == b.rport && a.peer == b.peer;
}

/* The slot that holds `value`, which must be there. */
static uint32_t slot_with(const Ends *ends, Tuple tuple, uint32_t value) {
  uint32_t i = home_of(ends, hash(tuple));
  while (ends->slots[i] != value) {
    g_assert(ends->slots[i]);
    i = (i + 1) & (ends->size - 1);
  }
  return i;
}

uint32_t ends_find(const Host *host, Tuple tuple) {
  const Ends *ends = &host->ends;
  uint64_t key = hash(tuple);
  if (!ends->count)
    return 0;
  uint32_t i = home_of(ends, key);
  while (ends->slots[i] && (ends->tags[i] != tag_of(key) || !equal(tuple_of(host, ends->slots[i]), tuple)))
    i = (i + 1) & (ends->size - 1);
  return ends->slots[i];
}

static void put(Ends *ends, uint64_t key, uint32_t value) {
  uint32_t i = home_of(ends, key);
  while (ends->slots[i])
    i = (i + 1) & (ends->size - 1);
  ends->slots[i] = value;
  ends->tags[i] = tag_of(key);
}

static void grow(Host *host) {
  Ends *ends = &host->ends, old = *ends;
  ends->size = MAX(SIZE_START, 2 * old.size);
  ends->slots = g_new0(uint32_t, ends->size);
  ends->tags = g_renew(uint8_t, ends->tags, ends->size);
  for (uint32_t i = 0; i < old.size; i++)
    if (old.slots[i])
      put(ends, hash(tuple_of(host, old.slots[i])), old.slots[i]);
  g_free(old.slots);
}

void ends_add(Host *host, Tuple tuple, uint32_t value) {
  g_assert(value);
  if (2 * (uint64_t)(host->ends.count + 1) > host->ends.size)
    grow(host);
  put(&host->ends, hash(tuple), value);
  host->ends.count++;
}

/* Closes the gap: moves back what was displaced over it, so that no tombstones are needed. */
void ends_remove(Host *host, Tuple tuple, uint32_t value) {
  Ends *ends = &host->ends;
  uint32_t mask = ends->size - 1, gap = slot_with(ends, tuple, value);
  for (uint32_t i = (gap + 1) & mask; ends->slots[i]; i = (i + 1) & mask) {
    uint32_t home = home_of(ends, hash(tuple_of(host, ends->slots[i])));
    if (((i - home) & mask) >= ((i - gap) & mask)) {
      ends->slots[gap] = ends->slots[i];
      ends->tags[gap] = ends->tags[i];
      gap = i;
    }
  }
  ends->slots[gap] = 0;
  ends->count--;
}

void ends_replace(Host *host, Tuple tuple, uint32_t value, uint32_t by) {
  g_assert(by);
  host->ends.slots[slot_with(&host->ends, tuple, value)] = by;
}
