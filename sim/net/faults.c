/* Faults by meaning: the judge that knows the rules. */
#include "net/impair.h"

/* Matches so far of one rule, by connection: a rule's nth counts each connection by itself. */
typedef struct FaultCount {
  uint64_t *by_conn;
  uint32_t size;
} FaultCount;

typedef struct FaultJudge {
  FateJudge base;
  const GPtrArray *faults;
  FaultCount *counts;   /* one a rule */
  FaultCount *arrivals; /* one a rule: what matched `until` since a segment was held */
  Name *names;          /* "fault 1", or who injects */
  Network *network;     /* once attached */
  EventKindId kind_inject;
} FaultJudge;

static gboolean in_range(const FaultRange *range, uint64_t value) {
  return value >= range->first && value <= range->last;
}

static uint64_t *count_of(FaultCount *count, uint32_t conn) {
  if (conn >= count->size) {
    uint32_t size = MAX(conn + 1, 2 * count->size);
    count->by_conn = g_realloc_n(count->by_conn, size, sizeof *count->by_conn);
    for (uint32_t i = count->size; i < size; i++)
      count->by_conn[i] = 0;
    count->size = size;
  }
  return &count->by_conn[conn];
}

static gboolean fault_matches(const FaultMatch *match, FaultCount *count, const Segment *segment) {
  if (match->from != FAULT_ANY && match->from != segment->from)
    return FALSE;
  if (match->to != FAULT_ANY && match->to != segment->to)
    return FALSE;
  if (match->conn != FAULT_ANY && match->conn != segment->conn)
    return FALSE;
  if (match->flags_exact ? segment->flags != match->flags : (segment->flags & match->flags) != match->flags)
    return FALSE;
  if (match->has_seq && !in_range(&match->seq, segment->rel_seq))
    return FALSE;
  if (match->has_len && !in_range(&match->len, segment->len))
    return FALSE;
  uint64_t nth = ++*count_of(count, segment->conn);
  return !match->has_nth || in_range(&match->nth, nth);
}

/* --- holding ------------------------------------------------------------------------------------------------------ */

/* Asks the network to hold the segment, or its copy, under the number of the rule. Arrivals are counted from now,
 * unless another segment is waiting for the same. */
static void hold(FaultJudge *judge, guint rule, const Segment *segment, Fate *fate) {
  const Fault *fault = g_ptr_array_index(judge->faults, rule);
  gboolean named = fault->until.conn != FAULT_ANY;
  g_assert(judge->network);
  if (!network_holds(judge->network, rule + 1, named ? NETWORK_ANY_CONN : segment->conn))
    *count_of(&judge->arrivals[rule], named ? fault->until.conn : segment->conn) = 0;
  fate->hold = rule + 1;
  fate->hold_at_most = fault->delay;
}

static void segment_arrived(void *context, const Segment *segment) {
  FaultJudge *judge = context;
  for (guint i = 0; i < judge->faults->len; i++) {
    const Fault *fault = g_ptr_array_index(judge->faults, i);
    if (fault->has_until && fault_matches(&fault->until, &judge->arrivals[i], segment))
      network_release(judge->network, i + 1, fault->until.conn != FAULT_ANY ? NETWORK_ANY_CONN : segment->conn);
  }
}

/* --- injecting ---------------------------------------------------------------------------------------------------- */

/* The number on the wire: `value` itself, or counted from the ISN of `host`, which is 0 as long as it has none. */
static uint32_t raw_number(const FaultJudge *judge, uint32_t conn, uint32_t host, gboolean raw, uint32_t value,
                           uint32_t *ret_relative) {
  uint16_t port;
  uint32_t isn = 0;
  network_end(judge->network, conn, (uint16_t)host, &port, &isn);
  *ret_relative = raw ? value - isn : value;
  return raw ? value : value + isn;
}

/* The port that the end was seen to use, else the one `given`. */
static uint16_t port_of(const FaultJudge *judge, uint32_t conn, uint32_t host, uint16_t given) {
  uint16_t port = given;
  uint32_t isn;
  network_end(judge->network, conn, (uint16_t)host, &port, &isn);
  return port;
}

static void run_inject(void *context, uint32_t rule, uint64_t conn_of_match) {
  FaultJudge *judge = context;
  const Fault *fault = g_ptr_array_index(judge->faults, rule);
  const FaultSegment *given = &fault->segment;
  uint32_t conn = given->conn == FAULT_ANY ? (uint32_t)conn_of_match : given->conn;
  Segment segment = {.from = (uint16_t)given->from,
                     .to = (uint16_t)given->to,
                     .conn = conn,
                     .sport = port_of(judge, conn, given->from, given->sport),
                     .dport = port_of(judge, conn, given->to, given->dport),
                     .flags = given->flags,
                     .len = given->len,
                     .win = given->win};
  segment.seq = raw_number(judge, conn, given->from, given->raw_seq, given->seq, &segment.rel_seq);
  if (given->flags & TCP_ACK)
    segment.ack = raw_number(judge, conn, given->to, given->raw_ack, given->ack, &segment.rel_ack);
  network_inject(judge->network, &segment, judge->names[rule]);
}

static const EventKind INJECT = {"inject", SIM_PHASE_ARRIVAL, run_inject};

void impair_faults_attach(FateJudge *base, Network *network) {
  FaultJudge *judge = (FaultJudge *)base;
  gboolean holds = FALSE, injects = FALSE;
  for (guint i = 0; i < judge->faults->len; i++) {
    const Fault *fault = g_ptr_array_index(judge->faults, i);
    holds = holds || fault->has_until;
    injects = injects || fault->action == FAULT_INJECT;
  }
  judge->network = network;
  if (holds)
    network_watch(network, segment_arrived, judge);
  if (!injects)
    return;
  network_learn_ends(network);
  judge->kind_inject = sim_add_kind(network_sim(network), &INJECT, judge);
  for (guint i = 0; i < judge->faults->len; i++) {
    const Fault *fault = g_ptr_array_index(judge->faults, i);
    if (fault->action == FAULT_INJECT && !fault->has_match)
      sim_schedule(network_sim(network), fault->at, judge->kind_inject, i, fault->segment.conn);
  }
}

/* --- judging ------------------------------------------------------------------------------------------------------ */

static void decide(FaultJudge *judge, guint rule, const Segment *segment, Fate *fate) {
  const Fault *fault = g_ptr_array_index(judge->faults, rule);
  switch (fault->action) {
  case FAULT_DROP:
    fate->lost_by = judge->names[rule];
    return;
  case FAULT_DELAY:
    fate->delayed_by = judge->names[rule];
    fate->delay = fault->delay;
    return;
  case FAULT_DUPLICATE:
    fate->duplicated_by = judge->names[rule];
    if (fault->has_until)
      hold(judge, rule, segment, fate);
    else
      fate->copy_delay = fault->delay;
    return;
  case FAULT_REORDER:
    fate->held_by = judge->names[rule];
    hold(judge, rule, segment, fate);
    return;
  case FAULT_CORRUPT:
    fate->corrupted_by = judge->names[rule];
    return;
  case FAULT_INJECT:
    break;
  }
  g_assert_not_reached();
}

static void faults_judge(FateJudge *base, const Segment *segment, Fate *fate) {
  FaultJudge *judge = (FaultJudge *)base;
  gboolean decided = FALSE;
  if (segment->injected)
    return;
  for (guint i = 0; i < judge->faults->len; i++) {
    const Fault *fault = g_ptr_array_index(judge->faults, i);
    if (fault->action == FAULT_INJECT) {
      if (!fault->has_match || !fault_matches(&fault->match, &judge->counts[i], segment))
        continue;
      g_assert(judge->network);
      Sim *sim = network_sim(judge->network);
      sim_schedule(sim, simtime_add(sim_now(sim), fault->delay), judge->kind_inject, i, segment->conn);
    } else if (fault_matches(&fault->match, &judge->counts[i], segment) && !decided) {
      decided = TRUE; /* every rule counts, the first decides */
      decide(judge, i, segment, fate);
    }
  }
}

static void faults_free(FateJudge *base) {
  FaultJudge *judge = (FaultJudge *)base;
  for (guint i = 0; i < judge->faults->len; i++) {
    g_free(judge->counts[i].by_conn);
    g_free(judge->arrivals[i].by_conn);
  }
  g_free(judge->counts);
  g_free(judge->arrivals);
  g_free(judge->names);
  g_free(judge);
}

FateJudge *impair_faults_new(const GPtrArray *faults, Names *names) {
  FaultJudge *judge = g_new0(FaultJudge, 1);
  judge->base = (FateJudge){faults_judge, faults_free};
  judge->faults = faults;
  judge->counts = g_new0(FaultCount, faults->len);
  judge->arrivals = g_new0(FaultCount, faults->len);
  judge->names = g_new0(Name, faults->len);
  for (guint i = 0; i < faults->len; i++) {
    const Fault *fault = g_ptr_array_index(faults, i);
    g_autofree char *name = g_strdup_printf("fault %u", i + 1);
    judge->names[i] = names_intern(names, fault->by ? fault->by : name);
  }
  return &judge->base;
}
