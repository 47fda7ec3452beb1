#include "net/impair.h"

/* Matches so far of one rule, by connection: a rule's nth counts each connection by itself. */
typedef struct FaultCount {
  uint64_t *by_conn;
  uint32_t size;
} FaultCount;

typedef struct FaultJudge {
  FateJudge base;
  const GPtrArray *faults;
  FaultCount *counts; /* one a rule */
  Name *names;        /* "fault 1", ... */
} FaultJudge;

static gboolean in_range(const FaultRange *range, uint64_t value) {
  return value >= range->first && value <= range->last;
}

static uint64_t count_match(FaultCount *count, uint32_t conn) {
  if (conn >= count->size) {
    uint32_t size = MAX(conn + 1, 2 * count->size);
    count->by_conn = g_realloc_n(count->by_conn, size, sizeof *count->by_conn);
    for (uint32_t i = count->size; i < size; i++)
      count->by_conn[i] = 0;
    count->size = size;
  }
  return ++count->by_conn[conn];
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
  uint64_t nth = count_match(count, segment->conn);
  return !match->has_nth || in_range(&match->nth, nth);
}

static void faults_judge(FateJudge *base, const Segment *segment, Fate *fate) {
  FaultJudge *judge = (FaultJudge *)base;
  gboolean decided = FALSE;
  for (guint i = 0; i < judge->faults->len; i++) {
    const Fault *fault = g_ptr_array_index(judge->faults, i);
    if (!fault_matches(&fault->match, &judge->counts[i], segment) || decided)
      continue; /* every rule counts, the first decides */
    decided = TRUE;
    switch (fault->action) {
    case FAULT_DROP:
      fate->lost_by = judge->names[i];
      break;
    case FAULT_DELAY:
      fate->delayed_by = judge->names[i];
      fate->delay = fault->delay;
      break;
    case FAULT_DUPLICATE:
      fate->duplicated_by = judge->names[i];
      fate->copy_delay = fault->delay;
      break;
    }
  }
}

static void faults_free(FateJudge *base) {
  FaultJudge *judge = (FaultJudge *)base;
  for (guint i = 0; i < judge->faults->len; i++)
    g_free(judge->counts[i].by_conn);
  g_free(judge->counts);
  g_free(judge->names);
  g_free(judge);
}

FateJudge *impair_faults_new(const GPtrArray *faults, Names *names) {
  FaultJudge *judge = g_new0(FaultJudge, 1);
  judge->base = (FateJudge){faults_judge, faults_free};
  judge->faults = faults;
  judge->counts = g_new0(FaultCount, faults->len);
  judge->names = g_new0(Name, faults->len);
  for (guint i = 0; i < faults->len; i++) {
    g_autofree char *name = g_strdup_printf("fault %u", i + 1);
    judge->names[i] = names_intern(names, name);
  }
  return &judge->base;
}

typedef struct LossJudge {
  FateJudge base;
  Rng stream;
  Probability loss;
  Name name;
} LossJudge;

static void loss_judge(FateJudge *base, const Segment *segment, Fate *fate) {
  (void)segment;
  LossJudge *judge = (LossJudge *)base;
  gboolean lost = rng_chance(&judge->stream, judge->loss);
  if (lost && !fate->lost_by)
    fate->lost_by = judge->name;
}

static void loss_free(FateJudge *base) {
  g_free(base);
}

FateJudge *impair_loss_new(Probability loss, Rng stream, Names *names) {
  LossJudge *judge = g_new0(LossJudge, 1);
  judge->base = (FateJudge){loss_judge, loss_free};
  judge->stream = stream;
  judge->loss = loss;
  judge->name = names_intern(names, "loss");
  return &judge->base;
}

void fate_judge_free(FateJudge *judge) {
  if (judge)
    judge->free(judge);
}
