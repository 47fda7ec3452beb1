#include "output/text/history.h"

#include <string.h>

static gint64 pair_key(Name host, guint32 other) {
  return (gint64)((guint64)host << 32 | other);
}

static void end_free(gpointer data) {
  HistoryEnd *end = data;
  g_array_unref(end->states);
  g_array_unref(end->ports);
  g_free(end);
}

static HistoryEnd *end_add(History *history, Name host, Name conn, TcpState state, SimTime from) {
  HistoryEnd *end = g_new0(HistoryEnd, 1);
  end->host = host;
  end->conn = conn;
  end->close_called = HISTORY_NONE;
  end->states = g_array_new(FALSE, FALSE, sizeof(HistoryState));
  end->ports = g_array_new(FALSE, FALSE, sizeof(HistoryReservation));
  HistoryState first = {.state = state, .from = from, .entered_by = HISTORY_NONE, .left_by = HISTORY_NONE};
  g_array_append_val(end->states, first);
  g_ptr_array_add(history->ends, end);
  gint64 *key = g_new(gint64, 1);
  *key = pair_key(host, conn);
  g_hash_table_insert(history->end_of, key, end);
  return end;
}

static HistoryEnd *end_find(const History *history, Name host, Name conn) {
  gint64 key = pair_key(host, conn);
  return g_hash_table_lookup(history->end_of, &key);
}

const HistoryEnd *history_end(const History *history, Name host, Name conn) {
  return end_find(history, host, conn);
}

static void take_end_of_conn(History *history, const TraceRecord *record, gboolean is_client) {
  Name host = is_client ? record->connection.client_host : record->connection.server_host;
  if (end_find(history, host, record->connection.conn) != NULL)
    return;
  HistoryEnd *end = end_add(history, host, record->connection.conn, record->connection.state, record->t);
  end->is_client = is_client;
  end->endpoint = is_client ? record->connection.client : record->connection.server;
  end->peer = is_client ? record->connection.server_host : record->connection.client_host;
}

static void take_state(History *history, size_t index, HistoryFlags flags) {
  const TraceRecord *record = &history->trace->records[index];
  HistoryEnd *end = end_find(history, record->state.host, record->state.conn);
  if (end == NULL)
    end = end_add(history, record->state.host, record->state.conn, record->state.from, record->t);
  HistoryState *last = &g_array_index(end->states, HistoryState, end->states->len - 1);
  if (last->from == record->t && last->entered_by != HISTORY_NONE && !(flags & HISTORY_ALL_STATES)) {
    last->state = record->state.to;
    last->entered_by = index;
    HistoryState *before = last - 1;
    if (before->state == last->state && before->entered_by != HISTORY_NONE) {
      /* There and back in no time: nothing happened that a reader could see. */
      before->left_by = HISTORY_NONE;
      g_array_set_size(end->states, end->states->len - 1);
    }
    return;
  }
  last->until = record->t;
  last->left_by = index;
  HistoryState next = {.state = record->state.to, .from = record->t, .entered_by = index, .left_by = HISTORY_NONE};
  g_array_append_val(end->states, next);
}

static HistorySegment *segment_find(const History *history, uint64_t id) {
  gpointer position = g_hash_table_lookup(history->segment_of, &id);
  return position ? &g_array_index(history->segments, HistorySegment, GPOINTER_TO_SIZE(position) - 1) : NULL;
}

const HistorySegment *history_segment(const History *history, uint64_t id) {
  return segment_find(history, id);
}

/* An id that comes a second time keeps its first meaning. */
static void segment_add(History *history, HistorySegment segment) {
  if (segment_find(history, segment.id) != NULL)
    return;
  segment.arrived = segment.dropped = segment.discarded = segment.delayed = HISTORY_NONE;
  g_array_append_val(history->segments, segment);
  guint64 *key = g_new(guint64, 1);
  *key = segment.id;
  g_hash_table_insert(history->segment_of, key, GSIZE_TO_POINTER((gsize)history->segments->len));
}

static void take_departure(History *history, size_t index) {
  const TraceRecord *record = &history->trace->records[index];
  /* `sent` and `injected` begin with the same fields. */
  segment_add(history, (HistorySegment){.id = record->sent.id,
                                        .host = record->sent.host,
                                        .peer = record->sent.peer,
                                        .conn = record->sent.conn,
                                        .sent = index,
                                        .departed = index});
  HistoryEnd *end = end_find(history, record->sent.host, record->sent.conn);
  if (record->kind == TRACE_SENT && end != NULL) {
    end->sent++;
    end->resent += record->sent.attempt > 1;
  }
}

static void take_copy(History *history, size_t index) {
  const TraceRecord *record = &history->trace->records[index];
  const HistorySegment *original = segment_find(history, record->duplicated.id);
  if (original == NULL)
    return;
  HistorySegment copy = *original;
  copy.id = record->duplicated.copy;
  copy.copy_of = original->id;
  copy.departed = index;
  segment_add(history, copy);
}

static void note_first(size_t *index, size_t now) {
  if (*index == HISTORY_NONE)
    *index = now;
}

static void take_fate(History *history, size_t index) {
  const TraceRecord *record = &history->trace->records[index];
  HistorySegment *segment = NULL;
  if (record->kind == TRACE_RECEIVED) {
    segment = segment_find(history, record->received.id);
    if (segment != NULL)
      note_first(&segment->arrived, index);
  } else if (record->kind == TRACE_DELAYED) {
    segment = segment_find(history, record->delayed.id);
    if (segment != NULL)
      note_first(&segment->delayed, index);
  } else if (record->kind == TRACE_DISCARDED) {
    segment = segment_find(history, record->discarded.id);
    if (segment != NULL)
      note_first(&segment->discarded, index);
  } else if (record->kind == TRACE_DROPPED) {
    segment = segment_find(history, record->dropped.id);
    if (segment == NULL || segment->dropped != HISTORY_NONE)
      return;
    segment->dropped = index;
    HistoryEnd *end = end_find(history, segment->host, segment->conn);
    if (end != NULL && segment->copy_of == 0 && history_contents(history, segment)->kind == TRACE_SENT)
      end->lost++;
  }
}

static void take_app(History *history, size_t index) {
  const TraceRecord *record = &history->trace->records[index];
  static const char *const closing[] = {"close", "shutdown", "abort", NULL};
  HistoryEnd *end = end_find(history, record->app.host, record->app.conn);
  if (end == NULL || !g_strv_contains(closing, trace_text(history->trace, record->app.call)))
    return;
  if (strcmp(trace_text(history->trace, record->app.result), "ok") == 0)
    note_first(&end->close_called, index);
}

/* The reservation of `port` by `end` that has not been released; NULL for none. */
static HistoryReservation *open_reservation(const HistoryEnd *end, uint16_t port) {
  for (guint i = end->ports->len; i-- > 0;) {
    HistoryReservation *reservation = &g_array_index(end->ports, HistoryReservation, i);
    if (reservation->port == port)
      return reservation->released ? NULL : reservation;
  }
  return NULL;
}

static void take_port(History *history, const TraceRecord *record) {
  gint64 key = pair_key(record->port.host, record->port.port);
  if (record->port.change == TRACE_WORD_RESERVED) {
    HistoryEnd *end = end_find(history, record->port.host, record->port.conn);
    if (end == NULL || open_reservation(end, record->port.port) != NULL)
      return;
    HistoryReservation reservation = {.port = record->port.port, .from = record->t};
    g_array_append_val(end->ports, reservation);
    gint64 *owned = g_new(gint64, 1);
    *owned = key;
    g_hash_table_replace(history->holder_of, owned, end);
  } else if (record->port.change == TRACE_WORD_RELEASED) {
    const HistoryEnd *end = g_hash_table_lookup(history->holder_of, &key);
    HistoryReservation *reservation = end ? open_reservation(end, record->port.port) : NULL;
    if (reservation == NULL)
      return;
    reservation->until = record->t;
    reservation->released = TRUE;
  }
}

static void take_record(History *history, size_t index, HistoryFlags flags) {
  const TraceRecord *record = &history->trace->records[index];
  switch (record->kind) {
  case TRACE_CONN:
    if (end_find(history, record->connection.client_host, record->connection.conn) == NULL)
      history->n_conns++;
    take_end_of_conn(history, record, TRUE);
    take_end_of_conn(history, record, FALSE);
    break;
  case TRACE_APP:
    take_app(history, index);
    break;
  case TRACE_STATE:
    take_state(history, index, flags);
    break;
  case TRACE_SENT:
  case TRACE_INJECTED:
    take_departure(history, index);
    break;
  case TRACE_DUPLICATED:
    take_copy(history, index);
    break;
  case TRACE_RECEIVED:
  case TRACE_DROPPED:
  case TRACE_DELAYED:
  case TRACE_DISCARDED:
    take_fate(history, index);
    break;
  case TRACE_PORT:
    take_port(history, record);
    break;
  case TRACE_END:
    history->end_record = index;
    break;
  case TRACE_HOST:
  case TRACE_LINK:
  case TRACE_RULE:
  case TRACE_CORRUPTED:
  case TRACE_TIMER:
  case TRACE_KIND_COUNT:
    break;
  }
}

History *history_new(const Trace *trace, HistoryFlags flags) {
  History *history = g_new0(History, 1);
  history->trace = trace;
  history->end_record = HISTORY_NONE;
  history->ends = g_ptr_array_new_with_free_func(end_free);
  history->segments = g_array_new(FALSE, FALSE, sizeof(HistorySegment));
  history->end_of = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  history->holder_of = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  history->segment_of = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  for (size_t i = 0; i < trace->count; i++)
    take_record(history, i, flags);
  history->end_at = trace->count > 0 ? trace->records[trace->count - 1].t : 0;
  for (guint i = 0; i < history->ends->len; i++) {
    const HistoryEnd *end = history->ends->pdata[i];
    g_array_index(end->states, HistoryState, end->states->len - 1).until = history->end_at;
    for (guint p = 0; p < end->ports->len; p++) {
      HistoryReservation *reservation = &g_array_index(end->ports, HistoryReservation, p);
      if (!reservation->released)
        reservation->until = history->end_at;
    }
  }
  return history;
}

void history_free(History *history) {
  g_ptr_array_unref(history->ends);
  g_array_unref(history->segments);
  g_hash_table_unref(history->end_of);
  g_hash_table_unref(history->holder_of);
  g_hash_table_unref(history->segment_of);
  g_free(history);
}

SimTime history_departed_at(const History *history, const HistorySegment *segment) {
  return history->trace->records[segment->departed].t;
}

SimTime history_arrived_at(const History *history, const HistorySegment *segment) {
  return segment->arrived == HISTORY_NONE ? SIM_NEVER : history->trace->records[segment->arrived].t;
}

const TraceRecord *history_contents(const History *history, const HistorySegment *segment) {
  return &history->trace->records[segment->sent];
}
