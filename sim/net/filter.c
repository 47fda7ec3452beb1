#include "net/filter.h"

#define FIRST_SIZE 16 /* a power of two */

#define UNSURE_TIMEOUT SIM_MIN(5) /* Linux: tcp_timeout_max_retrans, tcp_timeout_unacknowledged */
#define MAX_RETRANS    3          /* tcp_max_retrans */

/* How it reads the flags: the first of these that applies. */
typedef enum { SEES_RST, SEES_SYN_ACK, SEES_SYN, SEES_FIN, SEES_ACK, SEES_NOTHING } Sees;

/* What it knows of one side's numbers. */
typedef struct FilterSide {
  uint32_t end, max_ack; /* behind the last octet sent; the greatest acknowledgment */
  gboolean has_end : 1;
  gboolean has_max_ack : 1;
  gboolean unacknowledged : 1; /* sent something beyond what the other side has acknowledged */
} FilterSide;

/* A connection it remembers. The key is that of the two ends' ports; 0: this place is free. A link joins two hosts
 * only, so the ports say which connection it is. */
typedef struct FilterEntry {
  uint32_t key;
  uint16_t originator; /* the host that began */
  uint8_t state;       /* FilterState */
  uint8_t last;        /* Sees: of the segment before, also one that was let pass by */
  gboolean last_reply : 1;
  gboolean replied : 1;      /* the other side has sent something */
  gboolean assured : 1;      /* and the connection is open without doubt */
  gboolean simultaneous : 1; /* SYNs have crossed */
  gboolean closes : 1;       /* a FIN was seen */
  gboolean may_challenge : 1;
  uint8_t repeated;                      /* times that an ACK came again, the same in all */
  uint32_t last_seq, last_ack, last_end; /* of the last ACK, or of what was let pass by */
  uint16_t last_win;                     /* of the last ACK */
  FilterSide side[2];                    /* originator, the other */
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
  *entry = (FilterEntry){.key = key, .originator = originator, .last = SEES_NOTHING, .last_win = UINT16_MAX};
  enter(filter, entry, state, now);
}

void filter_establish(Filter *filter, uint16_t from, uint16_t sport, uint16_t to, uint16_t dport, SimTime now) {
  uint32_t key = key_of(from, sport, to, dport);
  remember(filter, key, from, FILTER_ESTABLISHED, now);
  FilterEntry *entry = find(filter, key);
  entry->replied = entry->assured = TRUE;
}

/* --- states ------------------------------------------------------------------------------------------------------- */

/* Flags that no TCP sends together, and a FIN without ACK, count as none. */
static Sees classify(TcpFlags flags) {
  switch (flags & (TCP_SYN | TCP_FIN | TCP_RST | TCP_ACK)) {
  case TCP_RST:
  case TCP_RST | TCP_ACK:
    return SEES_RST;
  case TCP_SYN | TCP_ACK:
    return SEES_SYN_ACK;
  case TCP_SYN:
    return SEES_SYN;
  case TCP_FIN | TCP_ACK:
    return SEES_FIN;
  case TCP_ACK:
    return SEES_ACK;
  }
  return SEES_NOTHING;
}

/* PASSES_BY: let through, but neither the state nor the clock changes. BEGINS: another connection. */
typedef enum { MOVES, PASSES_BY, IS_INVALID, BEGINS } Step;

static gboolean is_new(FilterState state) {
  return state == FILTER_SYN_SENT || state == FILTER_SYN_SENT2;
}

/* A SYN after the end begins anew, unless the end was a RST of the other side alone: that side may know better. */
static Step see_syn(const FilterEntry *entry, gboolean reply, FilterState *ret_to) {
  FilterState from = (FilterState)entry->state;
  if (from == FILTER_SYN_SENT2 || (from == FILTER_SYN_SENT && reply))
    *ret_to = FILTER_SYN_SENT2;
  else if (from == FILTER_TIME_WAIT || (from == FILTER_CLOSE && !reply))
    return entry->closes || (entry->last == SEES_RST && entry->last_reply == reply) ? BEGINS : PASSES_BY;
  else if (from != FILTER_SYN_SENT)
    return reply ? IS_INVALID : PASSES_BY; /* the other end will say what it thinks of it */
  return MOVES;
}

/* The answer to a SYN that was let pass by shows that both ends know of a new connection. */
static Step see_syn_ack(const FilterEntry *entry, const Segment *segment, gboolean reply, FilterState *ret_to) {
  FilterState from = (FilterState)entry->state;
  gboolean expected = reply ? is_new(from) : from == FILTER_SYN_SENT2 || from == FILTER_SYN_RECV;
  gboolean in_sync = reply && entry->last == SEES_SYN && !entry->last_reply && segment->ack == entry->last_end;
  if (!expected && !in_sync)
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
  return MOVES;
}

static Step see_ack(FilterEntry *entry, gboolean reply, FilterState *ret_to) {
  FilterState from = (FilterState)entry->state;
  if (is_new(from))
    return reply ? PASSES_BY : IS_INVALID;
  if (from == FILTER_SYN_RECV)
    *ret_to = reply && !entry->simultaneous ? FILTER_SYN_RECV : FILTER_ESTABLISHED;
  else if (from == FILTER_FIN_WAIT)
    *ret_to = FILTER_CLOSE_WAIT;
  else if (from == FILTER_LAST_ACK) {
    gboolean challenge = entry->may_challenge && entry->last == SEES_SYN && entry->last_reply != reply;
    entry->may_challenge &= !challenge;
    if (challenge)
      return PASSES_BY; /* RFC 5961: it is about the SYN, not about the FIN */
    *ret_to = FILTER_TIME_WAIT;
  }
  return MOVES;
}

/* A RST below what its receiver has acknowledged is invalid; one elsewhere may bring a challenge ACK, so an open
 * connection stays. When a FIN was seen any is believed. */
static Step see_rst(const FilterEntry *entry, const Segment *segment, gboolean reply, FilterState *ret_to) {
  const FilterSide *receiver = &entry->side[!reply];
  FilterState from = (FilterState)entry->state;
  gboolean open = from == FILTER_ESTABLISHED && entry->assured;
  gboolean closing = from >= FILTER_FIN_WAIT;
  *ret_to = FILTER_CLOSE;
  if (closing || !receiver->has_max_ack || entry->last == SEES_SYN || (segment->seq == 0 && !open))
    return MOVES;
  if ((int32_t)(segment->seq - receiver->max_ack) < 0)
    return IS_INVALID;
  gboolean in_train = entry->last == SEES_ACK && entry->last_reply == reply && segment->seq == entry->last_end;
  if (open && segment->seq != receiver->max_ack && !in_train)
    *ret_to = from;
  return MOVES;
}

static Step step(FilterEntry *entry, const Segment *segment, gboolean reply, Sees sees, FilterState *ret_to) {
  switch (sees) {
  case SEES_RST:
    return see_rst(entry, segment, reply, ret_to);
  case SEES_SYN_ACK:
    return see_syn_ack(entry, segment, reply, ret_to);
  case SEES_SYN:
    return see_syn(entry, reply, ret_to);
  case SEES_FIN:
    return see_fin((FilterState)entry->state, ret_to);
  case SEES_ACK:
    return see_ack(entry, reply, ret_to);
  case SEES_NOTHING:
    return IS_INVALID;
  }
  g_assert_not_reached();
}

/* --- numbers ------------------------------------------------------------------------------------------------------ */

static void take_numbers(FilterEntry *entry, const Segment *segment, gboolean reply, Sees sees) {
  FilterSide *sender = &entry->side[reply], *receiver = &entry->side[!reply];
  uint32_t end = segment->seq + segment_seq_len(segment);
  gboolean has_ack = (segment->flags & TCP_ACK) != 0;
  if (sees == SEES_RST)
    return;
  if (sender->has_end && (int32_t)(end - sender->end) > 0)
    sender->unacknowledged = TRUE;
  if (!sender->has_end || (int32_t)(end - sender->end) > 0)
    sender->end = end;
  sender->has_end = TRUE;
  if (has_ack && (!sender->has_max_ack || (int32_t)(segment->ack - sender->max_ack) > 0))
    sender->max_ack = segment->ack;
  sender->has_max_ack |= has_ack;
  if (has_ack && receiver->has_end && segment->ack == receiver->end)
    receiver->unacknowledged = FALSE;
  if (sees != SEES_ACK)
    return;
  gboolean again = entry->last_reply == reply && entry->last_seq == segment->seq && entry->last_ack == segment->ack &&
                   entry->last_end == end && entry->last_win == segment->win;
  entry->repeated = again ? (uint8_t)MIN(entry->repeated + 1, UINT8_MAX) : 0;
  entry->last_seq = segment->seq;
  entry->last_ack = segment->ack;
  entry->last_end = end;
  entry->last_win = segment->win;
}

/* What Linux is not sure of it keeps for 5 minutes at the most. */
static gboolean is_unsure(const FilterEntry *entry, Sees sees) {
  if (sees == SEES_RST && entry->state == FILTER_ESTABLISHED)
    return TRUE;
  return entry->repeated >= MAX_RETRANS || entry->last_win == 0 || entry->side[0].unacknowledged ||
         entry->side[1].unacknowledged || (entry->state == FILTER_ESTABLISHED && !entry->replied);
}

static void move(const Filter *filter, FilterEntry *entry, const Segment *segment, gboolean reply, Sees sees,
                 FilterState to, SimTime now) {
  FilterState from = (FilterState)entry->state;
  take_numbers(entry, segment, reply, sees);
  entry->last = (uint8_t)sees;
  entry->last_reply = reply != 0;
  entry->simultaneous |= to == FILTER_SYN_SENT2;
  entry->closes |= to == FILTER_FIN_WAIT;
  SimTime kept_until = entry->forgotten_at;
  gboolean first_replies = entry->replied;
  enter(filter, entry, to, now);
  if (is_unsure(entry, sees))
    entry->forgotten_at = MIN(entry->forgotten_at, simtime_add(now, UNSURE_TIMEOUT));
  if (!first_replies && sees == SEES_RST)
    entry->forgotten_at = now; /* refused: there was no connection */
  else if (!first_replies && sees == SEES_SYN && from == FILTER_SYN_SENT && !reply)
    entry->forgotten_at = kept_until; /* SYNs alone do not keep it alive */
  entry->replied |= reply != 0;
  entry->assured |=
      first_replies && (from == FILTER_SYN_RECV || from == FILTER_ESTABLISHED) && to == FILTER_ESTABLISHED;
}

static void pass_by(FilterEntry *entry, const Segment *segment, gboolean reply, Sees sees) {
  entry->last = (uint8_t)sees;
  entry->last_reply = reply != 0;
  entry->last_seq = segment->seq;
  entry->last_end = segment->seq + segment_seq_len(segment);
  entry->last_win = segment->win;
  entry->may_challenge |= sees == SEES_SYN && !reply && entry->state == FILTER_LAST_ACK;
  entry->replied |= reply != 0;
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
  FilterEntry *entry = find(filter, key);
  take_numbers(entry, segment, FALSE, sees);
  entry->last = (uint8_t)sees;
  if (sees == SEES_ACK && config->kind == FILTER_CONNTRACK)
    entry->forgotten_at = MIN(entry->forgotten_at, simtime_add(now, UNSURE_TIMEOUT));
  return FILTER_PASSES;
}

gboolean filter_knows(const Filter *filter, const Segment *segment, SimTime now, FilterState *ret_state) {
  const FilterEntry *entry = find(filter, key_of(segment->from, segment->sport, segment->to, segment->dport));
  if (!entry->key || entry->forgotten_at <= now)
    return FALSE;
  *ret_state = (FilterState)entry->state;
  return TRUE;
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
  gboolean reply = segment->from != entry->originator;
  switch (step(entry, segment, reply, sees, &to)) {
  case MOVES:
    move(filter, entry, segment, reply, sees, to, now);
    return FILTER_PASSES;
  case BEGINS:
    return judge_new(filter, key, segment, sees, now);
  case PASSES_BY:
    pass_by(entry, segment, reply, sees);
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
