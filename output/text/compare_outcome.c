#include "output/text/compare_outcome.h"

#include "output/text/words.h"

#include <string.h>

static void end_free(gpointer data) {
  EndOutcome *end = data;
  g_free(end->host);
  g_free(end->conn);
  g_free(end->path);
  g_free(end->outcome);
  g_free(end);
}

/* Whether CLOSED was reached as a close should: our FIN acknowledged and the peer's received. */
static gboolean is_normal(TcpStimulus stimulus) {
  return stimulus == TCP_TMO_TIME_WAIT || stimulus == TCP_SEG_ACK_OF_FIN;
}

static void tell_states(EndOutcome *end, const Trace *trace, const HistoryEnd *from) {
  GString *path = g_string_new(NULL);
  for (guint i = 0; i < from->states->len; i++) {
    const HistoryState *stay = &g_array_index(from->states, HistoryState, i);
    g_string_append_printf(path, "%s%s", i ? " > " : "", tcp_state_name(stay->state));
    end->in_state[stay->state] += stay->until - stay->from;
  }
  end->path = g_string_free(path, FALSE);
  const HistoryState *last = &g_array_index(from->states, HistoryState, from->states->len - 1);
  end->last = last->state;
  end->ended_at = last->from;
  end->closing_for = SIM_NEVER;
  if (last->state != TCP_STATE_CLOSED) {
    end->outcome = g_strdup_printf("still in %s", tcp_state_name(last->state));
    end->normal = from->states->len == 1;
    return;
  }
  if (last->entered_by == HISTORY_NONE) {
    end->outcome = g_strdup("never opened");
    end->normal = TRUE;
    return;
  }
  const TraceRecord *record = &trace->records[last->entered_by];
  end->outcome = words_closed(record);
  end->normal = is_normal(record->state.stimulus);
  SimTime called_at = from->close_called == HISTORY_NONE ? SIM_NEVER : trace->records[from->close_called].t;
  if (called_at <= last->from)
    end->closing_for = last->from - called_at;
}

RunOutcome *run_outcome_new(const Trace *trace) {
  g_autoptr(History) history = history_new(trace, HISTORY_DEFAULT);
  RunOutcome *outcome = g_new0(RunOutcome, 1);
  outcome->ends = g_ptr_array_new_with_free_func(end_free);
  outcome->end_at = history->end_at;
  outcome->normal = TRUE;
  for (guint i = 0; i < history->ends->len; i++) {
    const HistoryEnd *from = g_ptr_array_index(history->ends, i);
    EndOutcome *end = g_new0(EndOutcome, 1);
    end->host = g_strdup(trace_text(trace, from->host));
    end->conn = g_strdup(trace_text(trace, from->conn));
    end->sent = from->sent;
    end->lost = from->lost;
    end->resent = from->resent;
    tell_states(end, trace, from);
    outcome->done_at = MAX(outcome->done_at, end->ended_at);
    outcome->sent += end->sent;
    outcome->lost += end->lost;
    outcome->resent += end->resent;
    outcome->normal = outcome->normal && end->normal;
    g_ptr_array_add(outcome->ends, end);
  }
  return outcome;
}

void run_outcome_free(RunOutcome *outcome) {
  g_ptr_array_unref(outcome->ends);
  g_free(outcome);
}

static gboolean is_same_end(const EndOutcome *a, const EndOutcome *b) {
  return strcmp(a->host, b->host) == 0 && strcmp(a->conn, b->conn) == 0;
}

const EndOutcome *run_outcome_end(const RunOutcome *outcome, const EndOutcome *end, guint hint) {
  if (hint < outcome->ends->len && is_same_end(g_ptr_array_index(outcome->ends, hint), end))
    return g_ptr_array_index(outcome->ends, hint);
  for (guint i = 0; i < outcome->ends->len; i++)
    if (is_same_end(g_ptr_array_index(outcome->ends, i), end))
      return g_ptr_array_index(outcome->ends, i);
  return NULL;
}

char *end_outcome_name(const RunOutcome *outcome, const EndOutcome *end) {
  for (guint i = 0; i < outcome->ends->len; i++)
    if (strcmp(((const EndOutcome *)g_ptr_array_index(outcome->ends, i))->conn, end->conn) != 0)
      return g_strdup_printf("%s (%s)", end->host, end->conn);
  return g_strdup(end->host);
}
