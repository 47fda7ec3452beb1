/* A radix ladder whose radix adapts.
 *
 * A *key* is 16 bytes: the instant, and a tag of phase (2 bits), order (36) and slot (26). Keys live in one of two
 * places:
 *
 *                  base                  near_end
 *   time  ----------|-----------------------|------------------------------------------------------------> 2^63
 *                   |   near: a few keys,   |           far: unsorted buckets, wider and wider
 *                   |   sorted              |
 *
 *   bits of an instant:   62 61 60 ... 33 | 32 31 30 29 28 27 26 25 | 24 23 22 21 20 | 19 18 17 ... 1 0
 *                         each a level     \___ level of 256 _____/  \_ level of 32_/ \____ near ____/
 *                         of one bucket     [ ][.][.][ ][:] ... [.]   [ ][:][.] ...     (near_bits = 20)
 *
 * - Far. A key goes by the highest bit in which its instant differs from `base`: that bit says the *level*, and the
 *   level's bits of the instant say the *bucket*. Every key of a lower level is earlier than every key of a higher one,
 *   and within a level buckets follow in time. No key is compared with another: adding is a table lookup and a store.
 * - Near. When near has run dry, the first bucket is opened. Its keys share all bits above the bucket's width, and all
 *   lower levels are empty. If they fill one chunk at most, they are sorted into near, which then covers the width of
 *   the bucket, and `base` moves to its start. If there are more, a *new level* is laid over bits below, with so many
 *   buckets that a few keys fall into each, the keys are dealt to them, and the first of those is opened in turn.
 *   So the width of buckets follows the population, region by region, and nobody has to tune it.
 * - A key that belongs before near_end is inserted into near in its place. When that makes near crowded, near is dealt
 *   to a new level (spill()). A handful of pending events never leaves near: there the queue is a small sorted array.
 * - What is posted (event_queue_post()) waits in a FIFO of its own, all at `floor`, in order: it is next as soon as no
 *   key of near or late comes before it.
 * - Many events at one instant cannot be dealt any further: near is then long. What does not belong at either end of it
 *   goes to a heap, `late`, so that no insertion costs more than O(log n).
 *
 * Keys in a bucket keep the order in which they were added, and dealing keeps it too. So what comes to be sorted is
 * nearly in order already, as ties come by order of scheduling.
 *
 * Cancelling marks the slot as dead and leaves the key where it is; the key is dropped when its turn comes, or by
 * sweep() when the dead outnumber half of the living. The slot is not used again before the key is gone.
 *
 * What holds between calls: no key, dead or alive, is before `floor`; `base` is not after `floor`; the levels share out
 * all bits between them; no key of far lies in a level below near_bits, nor in the bucket that `base` would go to. */
#include "engine/event_queue.h"

#include <string.h>

#include "engine/key_array.h"
#include "engine/key_bucket.h"

/* Instants have this many bits: SimTime is not negative here. */
#define TIME_BITS       63
#define BUCKETS_OF_BITS 64 /* buckets 1 .. 63 are of levels of one bit */

/* When near is more crowded than this, it is dealt to a level. */
#define NEAR_CROWDED 48

/* When near is loaded, so much room is left before it for keys that come first. */
#define NEAR_HEADROOM 16

/* A new level gets so many buckets that about 2^KEYS_PER_BUCKET_BITS keys fall into each, but 2^LEVEL_BITS_MAX at most:
 * more of them would thrash the cache. */
#define KEYS_PER_BUCKET_BITS 3
#define LEVEL_BITS_MAX       8

/* The slots of so many keys stay in the cache from when they are dealt until they are popped. */
#define PREFETCH_KEYS_MAX 4096

/* With fewer events pending, what they are about is taken to be in the cache. */
#define AHEAD_PENDING 8192

/* sweep() when the dead are more than this many plus half of the living. */
#define DEAD_TOLERATED 64

/* How a key finds its bucket: buckets[first + (at >> shift & mask)]. */
typedef struct Level {
  uint32_t first;
  uint16_t mask; /* number of buckets - 1 */
  uint16_t shift;
} Level;

typedef enum {
  SLOT_FREE,
  SLOT_LIVE,
  SLOT_DEAD, /* cancelled; its key is still somewhere */
} SlotState;

typedef struct Slot {
  uint64_t arg;
  uint32_t subject; /* of a free slot: the next free one */
  uint32_t generation;
  uint8_t kind;
  uint8_t flags;
  uint8_t state;
} Slot;

#define NO_SLOT UINT32_MAX

/* A posted event. Its key would be (floor, tag), with no slot. */
typedef struct Post {
  uint64_t tag;
  Event event;
} Post;

struct EventQueue {
  KeyArray near;      /* sorted */
  KeyArray late;      /* a heap (head is 0): keys of near's range that were too costly to insert there */
  uint64_t near_end;  /* near's range ends before this instant */
  unsigned near_bits; /* and is 2^near_bits wide, aligned */
  uint64_t base;      /* an instant of near's range, not after `floor` */
  SimTime floor;      /* nothing may be added before this */
  uint64_t live;      /* keys by the state of their slot */
  uint64_t dead;

  uint64_t occupied;       /* bit `shift` of a level is set if it may have a key */
  Level levels[TIME_BITS]; /* by bit */
  Bucket *buckets;         /* of all levels: see buckets_end() */
  uint64_t *bucket_map;    /* a bit for each bucket: whether it has a key */
  uint32_t bucket_capacity;

  Slot *slots;
  uint32_t slots_used; /* those beyond were never in use */
  uint32_t slot_capacity;
  uint32_t free_slot;

  Post *posts; /* [post_head, post_tail), in order, all at `floor` */
  size_t post_head;
  size_t post_tail;
  size_t post_capacity;

  EventAhead ahead; /* NULL: nobody asked for it */
  void *ahead_context;

  ChunkPool chunks;
};

/* How many low bits hold all set bits of `x`. */
static inline unsigned bit_width(uint64_t x) {
  return x == 0 ? 0 : 64 - (unsigned)__builtin_clzll(x);
}

/* ---- slots ------------------------------------------------------------------------------------------------------- */

static void slots_grow(EventQueue *queue) {
  g_assert(queue->slot_capacity < SLOTS_MAX);
  queue->slot_capacity *= 2;
  queue->slots = g_renew(Slot, queue->slots, queue->slot_capacity);
}

static inline uint32_t slot_take(EventQueue *queue) {
  uint32_t slot = queue->free_slot;
  if (slot != NO_SLOT) {
    queue->free_slot = queue->slots[slot].subject;
    return slot;
  }
  if (queue->slots_used == queue->slot_capacity)
    slots_grow(queue);
  slot = queue->slots_used++;
  queue->slots[slot].generation = 1;
  return slot;
}

static inline void slot_give_back(EventQueue *queue, uint32_t slot) {
  queue->slots[slot].state = SLOT_FREE;
  queue->slots[slot].subject = queue->free_slot;
  queue->free_slot = slot;
}

/* Drops a key whose slot is dead; FALSE if it is not. */
static inline gboolean drop_if_dead(EventQueue *queue, Key key) {
  uint32_t slot = key_slot(key);
  if (G_LIKELY(queue->slots[slot].state != SLOT_DEAD))
    return FALSE;
  slot_give_back(queue, slot);
  queue->dead--;
  return TRUE;
}

/* ---- levels ------------------------------------------------------------------------------------------------------ */

/* Bits [0, bits) become levels of one bucket each. Their buckets must be empty. */
static void levels_reset(EventQueue *queue, unsigned bits) {
  for (unsigned bit = 0; bit < bits; bit++)
    queue->levels[bit] = (Level){.first = bit, .mask = 1, .shift = (uint16_t)bit};
}

/* Where the buckets of a new level below `bit` may begin. Bit b, while a level of its own, has bucket b + 1; behind
 * these come those of levels of several bits, the finer after the coarser, which outlive them. */
static uint32_t buckets_end(const EventQueue *queue, unsigned bit) {
  for (; bit < TIME_BITS; bit++) {
    const Level *level = &queue->levels[bit];
    if (level->mask != 1)
      return level->first + level->mask + 1;
  }
  return BUCKETS_OF_BITS;
}

static void buckets_reserve(EventQueue *queue, uint32_t end) {
  if (end <= queue->bucket_capacity)
    return;
  uint32_t old = queue->bucket_capacity;
  uint32_t capacity = MAX(128, old);
  while (capacity < end)
    capacity *= 2;
  queue->buckets = g_renew(Bucket, queue->buckets, capacity);
  queue->bucket_map = g_renew(uint64_t, queue->bucket_map, capacity / 64);
  for (uint32_t i = old; i < capacity; i++)
    queue->buckets[i] = NULL;
  memset(queue->bucket_map + old / 64, 0, (capacity - old) / 8);
  queue->bucket_capacity = capacity;
}

/* Lays a level for about `count` keys over the highest of the bits [0, top). None of the bits [0, width) may have keys
 * in far. */
static const Level *level_lay(EventQueue *queue, unsigned width, unsigned top, size_t count) {
  unsigned wanted = bit_width(count >> KEYS_PER_BUCKET_BITS);
  unsigned bits = MIN(top, CLAMP(wanted, 1, LEVEL_BITS_MAX));
  levels_reset(queue, width);
  Level level = {.mask = (uint16_t)((1u << bits) - 1), .shift = (uint16_t)(top - bits)};
  level.first = bits == 1 ? level.shift : buckets_end(queue, top);
  buckets_reserve(queue, level.first + level.mask + 1u);
  for (unsigned bit = level.shift; bit < top; bit++)
    queue->levels[bit] = level;
  queue->occupied |= UINT64_C(1) << level.shift;
  return &queue->levels[level.shift];
}

static inline uint32_t level_bucket(const Level *level, uint64_t at) {
  return level->first + ((uint32_t)(at >> level->shift) & level->mask);
}

/* The instant at which the range of a bucket of `level` begins. */
static uint64_t bucket_start(const EventQueue *queue, const Level *level, uint32_t bucket) {
  unsigned top = level->shift + bit_width(level->mask);
  return queue->base >> top << top | (uint64_t)(bucket - level->first) << level->shift;
}

/* The first bucket of `level` with keys, not before that of `base`; FALSE if there is none. */
static gboolean level_first_bucket(const EventQueue *queue, const Level *level, uint32_t *ret_bucket) {
  uint32_t i = level_bucket(level, queue->base);
  uint32_t last = level->first + level->mask;
  uint64_t word = queue->bucket_map[i / 64] >> i % 64 << i % 64;
  for (i /= 64; word == 0; word = queue->bucket_map[i]) {
    if (++i > last / 64)
      return FALSE;
  }
  i = i * 64 + (uint32_t)__builtin_ctzll(word);
  *ret_bucket = i;
  return i <= last;
}

/* The first bucket of all, and its level; NULL if far is empty. */
static const Level *far_first_bucket(EventQueue *queue, uint32_t *ret_bucket) {
  while (queue->occupied != 0) {
    const Level *level = &queue->levels[__builtin_ctzll(queue->occupied)];
    if (level_first_bucket(queue, level, ret_bucket))
      return level;
    queue->occupied &= queue->occupied - 1;
  }
  return NULL;
}

static HOT_INLINE void far_push(EventQueue *queue, uint32_t i, Key key) {
  queue->bucket_map[i / 64] |= UINT64_C(1) << i % 64;
  bucket_push(&queue->chunks, &queue->buckets[i], key);
}

/* Empties a bucket; its chunks. */
static inline Chunk *far_take(EventQueue *queue, uint32_t i) {
  queue->bucket_map[i / 64] &= ~(UINT64_C(1) << i % 64);
  return bucket_take(&queue->buckets[i]);
}

static HOT_INLINE void far_add(EventQueue *queue, Key key) {
  const Level *level = &queue->levels[bit_width(key.at ^ queue->base) - 1];
  queue->occupied |= UINT64_C(1) << level->shift;
  far_push(queue, level_bucket(level, key.at), key);
}

/* Near now covers the aligned range of 2^bits around `base`. */
static inline void near_cover(EventQueue *queue, uint64_t base, unsigned bits) {
  queue->base = base;
  queue->near_bits = bits;
  queue->near_end = ((base >> bits) + 1) << bits;
}

/* ---- from far to near -------------------------------------------------------------------------------------------- */

/* Tells of the events in near, which has just been filled. */
static void tell_ahead(const EventQueue *queue) {
  for (unsigned stage = 0; stage < EVENT_STAGES; stage++) {
    for (size_t i = queue->near.head; i < queue->near.tail; i++) {
      const Slot *slot = &queue->slots[key_slot(queue->near.keys[i])];
      Event event = {.arg = slot->arg, .subject = slot->subject, .kind = slot->kind, .flags = slot->flags};
      if (slot->state == SLOT_LIVE)
        queue->ahead(queue->ahead_context, &event, stage);
    }
  }
}

/* Sorts a bucket of one chunk into near, which is empty. The slots will be read soon. */
static void near_load(EventQueue *queue, uint32_t bucket) {
  Chunk *chunk = far_take(queue, bucket);
  KeyArray near = queue->near; /* a copy can stay in registers */
  near.head = near.tail = NEAR_HEADROOM;
  for (size_t i = 0; i < chunk->count; i++) {
    __builtin_prefetch(&queue->slots[key_slot(chunk->keys[i])], 1);
    keys_insert_sorted(&near, chunk->keys[i]);
  }
  queue->near = near;
  chunk_give_back(&queue->chunks, chunk);
  if (queue->live > AHEAD_PENDING && queue->ahead != NULL)
    tell_ahead(queue);
}

/* The same for any number of keys, all at one instant: those that are in order stay so, the heap sorts the others. */
static void near_load_instant(EventQueue *queue, uint32_t bucket) {
  KeyArray *near = &queue->near;
  near->head = near->tail = 0;
  Chunk *newer;
  for (Chunk *chunk = far_take(queue, bucket); chunk != NULL; chunk = newer) {
    newer = chunk->next;
    for (size_t i = 0; i < chunk->count; i++) {
      Key key = chunk->keys[i];
      gboolean in_order = keys_empty(near) || key_before(near->keys[near->tail - 1], key);
      if (in_order)
        keys_append(near, key);
      else
        heap_push(&queue->late, key);
    }
    chunk_give_back(&queue->chunks, chunk);
  }
}

/* Deals the keys of a bucket that is 2^width wide to a new level; `base` moves to the earliest of them. */
static void far_deal(EventQueue *queue, uint32_t bucket, unsigned width, Span span) {
  Chunk *chunk = far_take(queue, bucket);
  const Level *level = level_lay(queue, width, bit_width(span.differ), span.count);
  near_cover(queue, span.first, level->shift);
  gboolean prefetch = span.count <= PREFETCH_KEYS_MAX;
  while (chunk != NULL) {
    Chunk *newer = chunk->next;
    __builtin_prefetch(newer);
    for (size_t i = 0; i < chunk->count; i++) {
      if (prefetch)
        __builtin_prefetch(&queue->slots[key_slot(chunk->keys[i])], 1);
      far_push(queue, level_bucket(level, chunk->keys[i].at), chunk->keys[i]);
    }
    chunk_give_back(&queue->chunks, chunk);
    chunk = newer;
  }
}

/* Fills near, which is empty, with the earliest keys; FALSE, and nothing has moved, if all are later than `until`.
 * `base` may move up to `until`, so what is added afterwards must not lie before: see `floor`. */
static gboolean refill(EventQueue *queue, uint64_t until) {
  uint32_t bucket;
  const Level *level;
  while ((level = far_first_bucket(queue, &bucket)) != NULL) {
    unsigned width = level->shift;
    uint64_t start = bucket_start(queue, level, bucket);
    if (start > until)
      return FALSE;
    if (bucket_has_one_chunk(queue->buckets[bucket])) {
      near_load(queue, bucket);
      near_cover(queue, start, width);
      return TRUE;
    }
    Span span = bucket_span(queue->buckets[bucket]);
    if (span.first > until)
      return FALSE;
    if (span.differ == 0) {
      near_load_instant(queue, bucket);
      near_cover(queue, span.first, 0);
      return TRUE;
    }
    far_deal(queue, bucket, width, span);
  }
  return FALSE;
}

/* ---- near -------------------------------------------------------------------------------------------------------- */

/* Makes near less crowded by covering less: what lies beyond is dealt to a new level. As far as it goes: what is due at
 * `floor` itself stays. */
static void spill(EventQueue *queue) {
  KeyArray *near = &queue->near;
  buckets_reserve(queue, BUCKETS_OF_BITS); /* from now on there is a far */
  while (queue->near_bits > 0 && keys_count(near) >= NEAR_CROWDED) {
    uint64_t floor = (uint64_t)queue->floor;
    unsigned top = bit_width(near->keys[near->tail - 1].at ^ floor);
    if (top == 0) {
      near_cover(queue, floor, 0);
      return;
    }
    const Level *level = level_lay(queue, queue->near_bits, top, keys_count(near));
    near_cover(queue, floor, level->shift);
    size_t end = near->tail;
    while (near->tail > near->head && near->keys[near->tail - 1].at >= queue->near_end)
      near->tail--;
    for (size_t i = near->tail; i < end; i++)
      far_push(queue, level_bucket(level, near->keys[i].at), near->keys[i]);
  }
}

static HOT_INLINE void place(EventQueue *queue, Key key);

/* Near is full to the brim. */
static void near_add_crowded(EventQueue *queue, Key key) {
  KeyArray *near = &queue->near;
  if (queue->near_bits > 0) {
    spill(queue);
    place(queue, key);
  } else if (key_before(near->keys[near->tail - 1], key)) {
    keys_append(near, key);
  } else if (near->head > 0 && key_before(key, near->keys[near->head])) {
    near->keys[--near->head] = key;
  } else {
    heap_push(&queue->late, key);
  }
}

static HOT_INLINE void place(EventQueue *queue, Key key) {
  if (key.at >= queue->near_end)
    far_add(queue, key);
  else if (keys_count(&queue->near) < NEAR_CROWDED)
    keys_insert_between(&queue->near, key);
  else
    near_add_crowded(queue, key);
}

/* Takes out the earliest key, be its slot dead or alive; FALSE if it is later than `until` or there is none. */
static HOT_INLINE gboolean take_earliest(EventQueue *queue, uint64_t until, Key *ret_key) {
  KeyArray *near = &queue->near;
  KeyArray *late = &queue->late;
  if (keys_empty(near) && keys_empty(late) && !refill(queue, until))
    return FALSE;
  gboolean from_late = !keys_empty(late) && (keys_empty(near) || key_before(late->keys[0], near->keys[near->head]));
  Key key = from_late ? late->keys[0] : near->keys[near->head];
  if (key.at > until)
    return FALSE;
  if (from_late)
    heap_drop_first(late);
  else
    near->head++;
  *ret_key = key;
  return TRUE;
}

/* ---- posted events ----------------------------------------------------------------------------------------------- */

static void posts_make_room(EventQueue *queue) {
  size_t count = queue->post_tail - queue->post_head;
  if (count >= queue->post_capacity / 2) {
    queue->post_capacity = MAX(8, 2 * queue->post_capacity);
    queue->posts = g_renew(Post, queue->posts, queue->post_capacity);
  }
  memmove(queue->posts, queue->posts + queue->post_head, count * sizeof(Post));
  queue->post_head = 0;
  queue->post_tail = count;
}

static inline gboolean posts_empty(const EventQueue *queue) {
  return queue->post_head == queue->post_tail;
}

/* Takes the first posted event out; FALSE if another key, dead or alive, comes before it. */
static inline gboolean take_post(EventQueue *queue, Event *ret_event) {
  const Post *post = &queue->posts[queue->post_head];
  Key key = {(uint64_t)queue->floor, post->tag};
  const KeyArray *near = &queue->near;
  const KeyArray *late = &queue->late;
  if (key.at >= queue->near_end && keys_empty(near) && keys_empty(late))
    refill(queue, key.at);
  if (!keys_empty(near) && key_before(near->keys[near->head], key))
    return FALSE;
  if (!keys_empty(late) && key_before(late->keys[0], key))
    return FALSE;
  *ret_event = post->event;
  queue->post_head++;
  queue->live--;
  return TRUE;
}

/* ---- the dead ---------------------------------------------------------------------------------------------------- */

static void keys_sweep(EventQueue *queue, KeyArray *keys) {
  size_t kept = keys->head;
  for (size_t i = keys->head; i < keys->tail; i++) {
    if (!drop_if_dead(queue, keys->keys[i]))
      keys->keys[kept++] = keys->keys[i];
  }
  keys->tail = kept;
}

static void late_sweep(EventQueue *queue) {
  KeyArray *late = &queue->late;
  keys_sweep(queue, late);
  size_t count = late->tail;
  late->tail = 0;
  for (size_t i = 0; i < count; i++)
    heap_push(late, late->keys[i]);
}

static void bucket_sweep(EventQueue *queue, uint32_t bucket) {
  Chunk *newer;
  for (Chunk *chunk = far_take(queue, bucket); chunk != NULL; chunk = newer) {
    newer = chunk->next;
    for (size_t i = 0; newer != NULL && i < newer->count; i++)
      __builtin_prefetch(&queue->slots[key_slot(newer->keys[i])], 1);
    for (size_t i = 0; i < chunk->count; i++) {
      if (!drop_if_dead(queue, chunk->keys[i]))
        far_push(queue, bucket, chunk->keys[i]);
    }
    chunk_give_back(&queue->chunks, chunk);
  }
}

/* Drops the keys of all dead slots. */
static void sweep(EventQueue *queue) {
  keys_sweep(queue, &queue->near);
  late_sweep(queue);
  for (uint32_t i = 0; i < queue->bucket_capacity / 64; i++) {
    for (uint64_t word = queue->bucket_map[i]; word != 0; word &= word - 1)
      bucket_sweep(queue, i * 64 + (uint32_t)__builtin_ctzll(word));
  }
}

/* ---- the interface ----------------------------------------------------------------------------------------------- */

EventQueue *event_queue_new(void) {
  EventQueue *queue = g_new0(EventQueue, 1);
  keys_init(&queue->near, 2 * NEAR_CROWDED + NEAR_HEADROOM);
  queue->near.head = queue->near.tail = NEAR_HEADROOM;
  keys_init(&queue->late, 4);
  near_cover(queue, 0, TIME_BITS);
  levels_reset(queue, TIME_BITS);
  queue->slot_capacity = 64;
  queue->slots = g_new(Slot, queue->slot_capacity);
  queue->free_slot = NO_SLOT;
  chunk_pool_init(&queue->chunks);
  return queue;
}

void event_queue_free(EventQueue *queue) {
  if (queue == NULL)
    return;
  keys_clear(&queue->near);
  keys_clear(&queue->late);
  chunk_pool_clear(&queue->chunks);
  g_free(queue->buckets);
  g_free(queue->bucket_map);
  g_free(queue->slots);
  g_free(queue->posts);
  g_free(queue);
}

EventId event_queue_add(EventQueue *queue, SimTime at, unsigned phase, uint64_t order, const Event *event) {
  g_assert(at >= queue->floor && at != SIM_NEVER);
  g_assert(phase >> PHASE_BITS == 0 && order >> ORDER_BITS == 0);
  uint32_t i = slot_take(queue);
  Slot *slot = &queue->slots[i];
  slot->arg = event->arg;
  slot->subject = event->subject;
  slot->kind = event->kind;
  slot->flags = event->flags;
  slot->state = SLOT_LIVE;
  queue->live++;
  place(queue, key_make((uint64_t)at, phase, order, i));
  return (EventId){i, slot->generation};
}

void event_queue_post(EventQueue *queue, SimTime at, unsigned phase, uint64_t order, const Event *event) {
  g_assert(phase >> PHASE_BITS == 0 && order >> ORDER_BITS == 0);
  uint64_t tag = key_make((uint64_t)at, phase, order, 0).tag;
  if (at != queue->floor || (!posts_empty(queue) && tag < queue->posts[queue->post_tail - 1].tag)) {
    event_queue_add(queue, at, phase, order, event);
    return;
  }
  if (posts_empty(queue))
    queue->post_head = queue->post_tail = 0;
  if (queue->post_tail == queue->post_capacity)
    posts_make_room(queue);
  queue->posts[queue->post_tail++] = (Post){tag, *event};
  queue->live++;
}

EventId event_queue_id(const EventQueue *queue, uint32_t slot) {
  return (EventId){slot, queue->slots[slot].generation};
}

gboolean event_queue_pending(const EventQueue *queue, EventId id) {
  return id.slot < queue->slots_used && queue->slots[id.slot].generation == id.generation &&
         queue->slots[id.slot].state == SLOT_LIVE;
}

/* Ends the life of an event: what it carried, and no id names it any more. */
static inline Event slot_retire(EventQueue *queue, Slot *slot) {
  if (++slot->generation == 0) /* 0 is EVENT_NONE's */
    slot->generation = 1;
  queue->live--;
  return (Event){.arg = slot->arg, .subject = slot->subject, .kind = slot->kind, .flags = slot->flags};
}

gboolean event_queue_cancel(EventQueue *queue, EventId id, Event *ret_event) {
  if (!event_queue_pending(queue, id))
    return FALSE;
  Slot *slot = &queue->slots[id.slot];
  Event event = slot_retire(queue, slot);
  slot->state = SLOT_DEAD;
  queue->dead++;
  if (queue->dead > DEAD_TOLERATED + queue->live / 2)
    sweep(queue);
  if (ret_event != NULL)
    *ret_event = event;
  return TRUE;
}

gboolean event_queue_pop_until(EventQueue *queue, SimTime until, SimTime *ret_at, Event *ret_event) {
  if (queue->live == 0 || until < queue->floor)
    return FALSE;
  Key key;
  for (;;) {
    if (!posts_empty(queue) && take_post(queue, ret_event)) {
      *ret_at = queue->floor;
      return TRUE;
    }
    if (!take_earliest(queue, (uint64_t)until, &key))
      break;
    if (G_UNLIKELY(drop_if_dead(queue, key)))
      continue;
    uint32_t slot = key_slot(key);
    *ret_event = slot_retire(queue, &queue->slots[slot]);
    slot_give_back(queue, slot);
    queue->floor = (SimTime)key.at;
    *ret_at = queue->floor;
    return TRUE;
  }
  queue->floor = MAX(queue->floor, until);
  return FALSE;
}

gboolean event_queue_pop(EventQueue *queue, SimTime *ret_at, Event *ret_event) {
  return event_queue_pop_until(queue, SIM_NEVER, ret_at, ret_event);
}

SimTime event_queue_next_at(EventQueue *queue) {
  if (queue->live == 0)
    return SIM_NEVER;
  if (!posts_empty(queue))
    return queue->floor;
  while (!keys_empty(&queue->near) && drop_if_dead(queue, queue->near.keys[queue->near.head]))
    queue->near.head++;
  while (!keys_empty(&queue->late) && drop_if_dead(queue, queue->late.keys[0]))
    heap_drop_first(&queue->late);
  if (!keys_empty(&queue->near))
    return (SimTime)queue->near.keys[queue->near.head].at; /* all of late are at that instant, if there are any */
  if (!keys_empty(&queue->late))
    return (SimTime)queue->late.keys[0].at;
  uint32_t bucket;
  while (far_first_bucket(queue, &bucket) != NULL) {
    bucket_sweep(queue, bucket);
    if (queue->buckets[bucket] != NULL)
      return (SimTime)bucket_span(queue->buckets[bucket]).first;
  }
  g_assert_not_reached();
}

void event_queue_set_ahead(EventQueue *queue, EventAhead ahead, void *context) {
  queue->ahead = ahead;
  queue->ahead_context = context;
}

uint64_t event_queue_count(const EventQueue *queue) {
  return queue->live;
}
