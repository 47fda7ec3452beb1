#include "net/filter.h"

#define FIRST_SIZE 16 /* a power of two */

/* A connection it remembers. The key is that of the two ends' ports; 0: this place is free. A link joins two hosts
 * only, so the ports say which connection it is. */
typedef struct FilterEntry {
  uint32_t key;
  uint16_t originator; /* the host that began */
  uint8_t state;       /* FilterState */
  SimTime forgotten_at;
} FilterEntry;

struct Filter {
  FilterConfig config;
  FilterEntry *entries; /* open addressing, linear probing; entries leave when the table grows */
  uint32_t size, used;
};

#define FILTER_NAME(id, name, time)    name,
#define FILTER_TIMEOUT(id, name, time) time,
static const char *const state_names[] = {FILTER_STATES(FILTER_NAME)};
static const SimTime default_timeouts[] = {FILTER_STATES(FILTER_TIMEOUT)};

const char *filter_state_name(FilterState state) {
  g_assert(state < FILTER_STATE_COUNT);
  return state_names[state];
}

FilterConfig filter_config_default(void) {
  FilterConfig config = {.name = "filter", .pickup = TRUE, .inside = FILTER_ANY_HOST, .idle = FILTER_DEFAULT_IDLE};
  for (unsigned i = 0; i < FILTER_STATE_COUNT; i++)
    config.timeout[i] = default_timeouts[i];
  return config;
}

Filter *filter_new(const FilterConfig *config) {
  Filter *filter = g_new0(Filter, 1);
  filter->config = *config;
  filter->size = FIRST_SIZE;
  filter->entries = g_new0(FilterEntry, filter->size);
  return filter;
}

void filter_free(Filter *filter) {
  if (!filter)
    return;
  g_free(filter->entries);
  g_free(filter);
}

const FilterConfig *filter_config(const Filter *filter) {
  return &filter->config;
}

/* --- the table ---------------------------------------------------------------------------------------------------- */

static uint32_t key_of(uint16_t from, uint16_t sport, uint16_t to, uint16_t dport) {
  return from < to ? (uint32_t)sport << 16 | dport : (uint32_t)dport << 16 | sport;
}

/* Where `key` is, or where it would be. */
static FilterEntry *find(const Filter *filter, uint32_t key) {
  uint32_t place = (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32);
  for (;; place++) {
    FilterEntry *entry = &filter->entries[place & (filter->size - 1)];
    if (!entry->key || entry->key == key)
      return entry;
  }
}

/* Makes room by leaving out what is forgotten, and by doubling if half of the places are still taken then. */
static void make_room(Filter *filter, SimTime now) {
  uint32_t alive = 0, old_size = filter->size;
  FilterEntry *old = filter->entries;
  for (uint32_t i = 0; i < old_size; i++)
    alive += old[i].key && old[i].forgotten_at > now;
  if (alive >= old_size / 2)
    filter->size = 2 * old_size;
  filter->entries = g_new0(FilterEntry, filter->size);
  filter->used = alive;
  for (uint32_t i = 0; i < old_size; i++)
    if (old[i].key && old[i].forgotten_at > now)
      *find(filter, old[i].key) = old[i];
  g_free(old);
}

static void enter(const Filter *filter, FilterEntry *entry, FilterState state, SimTime now) {
  entry->state = (uint8_t)state;
  entry->forgotten_at =
      simtime_add(now, filter->config.kind == FILTER_IDLE ? filter->config.idle : filter->config.timeout[state]);
}

static void remember(Filter *filter, uint32_t key, uint16_t originator, FilterState state, SimTime now) {
  FilterEntry *entry = find(filter, key);
  if (!entry->key) {
    if (filter->used >= filter->size - filter->size / 4) {
      make_room(filter, now);
      entry = find(filter, key);
    }
    filter->used++;
  }
  entry->key = key;
  entry->originator = originator;
  enter(filter, entry, state, now);
}

void filter_establish(Filter *filter, uint16_t from, uint16_t sport, uint16_t to, uint16_t dport, SimTime now) {
  remember(filter, key_of(from, sport, to, dport), from, FILTER_ESTABLISHED, now);
}

/* --- states ------------------------------------------------------------------------------------------------------- */

/* How it reads the flags: the first of these that applies. */
typedef enum { SEES_RST, SEES_SYN_ACK, SEES_SYN, SEES_FIN, SEES_ACK, SEES_NOTHING } Sees;

static Sees classify(TcpFlags flags) {
  if (flags & TCP_RST)
    return SEES_RST;
  if (flags & TCP_SYN)
    return flags & TCP_ACK ? SEES_SYN_ACK : SEES_SYN;
  if (flags & TCP_FIN)
    return SEES_FIN;
  return flags & TCP_ACK ? SEES_ACK : SEES_NOTHING;
}

typedef enum { MOVES, PASSES_BY, IS_INVALID } Step; /* PASSES_BY: let through, but the clock is not wound up */

static gboolean is_new(FilterState state) {
  return state == FILTER_SYN_SENT || state == FILTER_SYN_SENT2;
}

static Step see_syn(FilterState from, gboolean reply, FilterState *ret_to) {
  if (from == FILTER_SYN_SENT)
    *ret_to = reply ? FILTER_SYN_SENT2 : FILTER_SYN_SENT;
  else if (from == FILTER_SYN_SENT2)
    *ret_to = FILTER_SYN_SENT2;
  else if (from == FILTER_TIME_WAIT || (from == FILTER_CLOSE && !reply))
    *ret_to = FILTER_SYN_SENT; /* another connection begins */
  else
    return PASSES_BY; /* either end will say what it thinks of it */
  return MOVES;
}

static Step see_syn_ack(FilterState from, gboolean reply, FilterState *ret_to) {
  gboolean expected = reply ? is_new(from) : from == FILTER_SYN_SENT2 || from == FILTER_SYN_RECV;
  if (!expected)
    return reply ? PASSES_BY : IS_INVALID;
  *ret_to = FILTER_SYN_RECV;
  return MOVES;
}

static Step see_fin(FilterState from, FilterState *ret_to) {
  if (is_new(from))
    return IS_INVALID;
  if (from == FILTER_SYN_RECV || from == FILTER_ESTABLISHED)
    *ret_to = FILTER_FIN_WAIT;
  else if (from == FILTER_FIN_WAIT || from == FILTER_CLOSE_WAIT)
    *ret_to = FILTER_LAST_ACK; /* whichever side it is from: it may be the first FIN again */
  else
    *ret_to = from;
  return MOVES;
}

static Step see_ack(FilterState from, gboolean reply, FilterState *ret_to) {
  if (is_new(from))
    return reply ? PASSES_BY : IS_INVALID;
  if (from == FILTER_SYN_RECV)
    *ret_to = reply ? FILTER_SYN_RECV : FILTER_ESTABLISHED;
  else if (from == FILTER_FIN_WAIT)
    *ret_to = FILTER_CLOSE_WAIT;
  else if (from == FILTER_LAST_ACK)
    *ret_to = FILTER_TIME_WAIT;
  else
    *ret_to = from;
  return MOVES;
}

static Step step(FilterState from, gboolean reply, Sees sees, FilterState *ret_to) {
  switch (sees) {
  case SEES_RST:
    *ret_to = FILTER_CLOSE;
    return MOVES;
  case SEES_SYN_ACK:
    return see_syn_ack(from, reply, ret_to);
  case SEES_SYN:
    return see_syn(from, reply, ret_to);
  case SEES_FIN:
    return see_fin(from, ret_to);
  case SEES_ACK:
    return see_ack(from, reply, ret_to);
  case SEES_NOTHING:
    return IS_INVALID;
  }
  g_assert_not_reached();
}

static FilterVerdict judge_new(Filter *filter, uint32_t key, const Segment *segment, Sees sees, SimTime now) {
  const FilterConfig *config = &filter->config;
  if (config->inside != FILTER_ANY_HOST && config->inside != segment->from)
    return FILTER_UNKNOWN;
  if (sees == SEES_SYN)
    remember(filter, key, segment->from, FILTER_SYN_SENT, now);
  else if (sees == SEES_ACK && config->pickup)
    remember(filter, key, segment->from, FILTER_ESTABLISHED, now);
  else
    return FILTER_UNKNOWN;
  return FILTER_PASSES;
}

FilterVerdict filter_judge(Filter *filter, const Segment *segment, SimTime now) {
  uint32_t key = key_of(segment->from, segment->sport, segment->to, segment->dport);
  FilterEntry *entry = find(filter, key);
  Sees sees = classify(segment->flags);
  if (!entry->key || entry->forgotten_at <= now)
    return judge_new(filter, key, segment, sees, now);
  FilterState to = (FilterState)entry->state;
  if (filter->config.kind == FILTER_IDLE) {
    enter(filter, entry, to, now);
    return FILTER_PASSES;
  }
  switch (step((FilterState)entry->state, segment->from != entry->originator, sees, &to)) {
  case MOVES:
    if (to == FILTER_SYN_SENT && entry->state != FILTER_SYN_SENT)
      entry->originator = segment->from;
    enter(filter, entry, to, now);
    return FILTER_PASSES;
  case PASSES_BY:
    return FILTER_PASSES;
  case IS_INVALID:
    return FILTER_INVALID;
  }
  g_assert_not_reached();
}

/* --- refusing ----------------------------------------------------------------------------------------------------- */

gboolean filter_make_reset(const Segment *segment, Segment *ret_reset) {
  if (segment->flags & TCP_RST)
    return FALSE;
  Segment reset = {.flags = TCP_RST,
                   .conn = segment->conn,
                   .from = segment->to,
                   .to = segment->from,
                   .sport = segment->dport,
                   .dport = segment->sport,
                   .cause = segment->id,
                   .injected = TRUE};
  if (segment->flags & TCP_ACK) {
    reset.seq = segment->ack;
    reset.rel_seq = segment->rel_ack;
  } else {
    reset.flags |= TCP_ACK;
    reset.ack = segment->seq + segment_seq_len(segment);
    reset.rel_ack = segment->rel_seq + segment_seq_len(segment);
  }
  *ret_reset = reset;
  return TRUE;
}
