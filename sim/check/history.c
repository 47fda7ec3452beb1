#include "check/history.h"

#include <string.h>

static void end_free(gpointer data) {
  CheckEnd *end = data;
  g_array_free(end->steps, TRUE);
  g_free(end);
}

static void add_text_once(GPtrArray *texts, const char *text) {
  if (!g_ptr_array_find_with_equal_func(texts, text, g_str_equal, NULL))
    g_ptr_array_add(texts, (gpointer)text);
}

/* A name may be both a host's and a connection's, so the two are told apart by the lowest bit of the key. */
static gboolean first_seen(CheckHistory *history, Name name, unsigned is_conn) {
  return name != 0 && g_hash_table_add(history->names_seen, GSIZE_TO_POINTER((gsize)name << 1 | is_conn));
}

static void note_host(CheckHistory *history, Name host) {
  if (first_seen(history, host, 0))
    add_text_once(history->hosts, trace_text(history->trace, host)); /* the header may have named it */
}

static void note_conn(CheckHistory *history, Name conn) {
  if (first_seen(history, conn, 1))
    g_ptr_array_add(history->conns, (gpointer)trace_text(history->trace, conn));
}

static uint64_t end_key(Name host, Name conn) {
  return (uint64_t)host << 32 | conn;
}

static void add_step(CheckEnd *end, SimTime at, TcpState state, const TraceRecord *record) {
  CheckStep step = {at, state, record};
  g_array_append_val(end->steps, step);
}

/* The end of a connection, made at its first mention with the state it starts in. */
static CheckEnd *ensure_end(CheckHistory *history, Name host, Name conn, SimTime start_at, TcpState start,
                            const TraceRecord *record) {
  note_host(history, host);
  note_conn(history, conn);
  uint64_t key = end_key(host, conn);
  CheckEnd *end = g_hash_table_lookup(history->end_of_key, &key);
  if (end)
    return end;
  end = g_new0(CheckEnd, 1);
  end->key = key;
  end->host = host;
  end->conn = conn;
  end->steps = g_array_new(FALSE, FALSE, sizeof(CheckStep));
  add_step(end, start_at, start, record);
  g_ptr_array_add(history->ends, end);
  g_hash_table_insert(history->end_of_key, &end->key, end);
  return end;
}

static CheckSegment *ensure_segment(CheckHistory *history, uint64_t id) {
  CheckSegment *segment = g_hash_table_lookup(history->segment_of_id, &id);
  if (segment)
    return segment;
  segment = g_new0(CheckSegment, 1);
  segment->id = id;
  g_hash_table_insert(history->segment_of_id, &segment->id, segment);
  return segment;
}

static void set_once(const TraceRecord **slot, const TraceRecord *record) {
  if (*slot == NULL)
    *slot = record;
}

static void add_transmission(CheckHistory *history, const TraceRecord *record, Name host, Name peer, Name conn,
                             uint64_t id) {
  note_host(history, host);
  note_host(history, peer);
  note_conn(history, conn);
  g_ptr_array_add(history->transmissions, (gpointer)record);
  if (id != 0)
    set_once(&ensure_segment(history, id)->sent, record);
}

static void add_copy(CheckHistory *history, uint64_t id, uint64_t copy) {
  if (copy != 0)
    ensure_segment(history, copy)->copy_of = id;
}

static void add_conn(CheckHistory *history, const TraceRecord *record) {
  Name conn = record->connection.conn;
  TcpState start = record->connection.state;
  if (record->connection.client_host)
    ensure_end(history, record->connection.client_host, conn, record->t, start, record);
  if (record->connection.server_host)
    ensure_end(history, record->connection.server_host, conn, record->t, start, record);
}

static void add_state(CheckHistory *history, const TraceRecord *record) {
  /* Without a `conn` record, what the first transition left is what held before it. */
  CheckEnd *end = ensure_end(history, record->state.host, record->state.conn, 0, record->state.from, record);
  add_step(end, record->t, record->state.to, record);
}

static void add_app(CheckHistory *history, const TraceRecord *record) {
  note_host(history, record->app.host);
  note_conn(history, record->app.conn);
  g_ptr_array_add(history->calls, (gpointer)record);
}

static void add_port(CheckHistory *history, const TraceRecord *record) {
  note_host(history, record->port.host);
  g_ptr_array_add(history->ports, (gpointer)record);
}

static void add_record(CheckHistory *history, const TraceRecord *record) {
  switch (record->kind) {
  case TRACE_CONN:
    add_conn(history, record);
    break;
  case TRACE_HOST:
    note_host(history, record->host.host);
    break;
  case TRACE_APP:
    add_app(history, record);
    break;
  case TRACE_STATE:
    add_state(history, record);
    break;
  case TRACE_SENT:
    add_transmission(history, record, record->sent.host, record->sent.peer, record->sent.conn, record->sent.id);
    break;
  case TRACE_INJECTED:
    add_transmission(history, record, record->injected.host, record->injected.peer, record->injected.conn,
                     record->injected.id);
    break;
  case TRACE_RECEIVED:
    set_once(&ensure_segment(history, record->received.id)->received, record);
    break;
  case TRACE_DROPPED:
    set_once(&ensure_segment(history, record->dropped.id)->dropped, record);
    break;
  case TRACE_CORRUPTED:
    set_once(&ensure_segment(history, record->corrupted.id)->corrupted, record);
    break;
  case TRACE_DISCARDED:
    set_once(&ensure_segment(history, record->discarded.id)->discarded, record);
    break;
  case TRACE_DUPLICATED:
    add_copy(history, record->duplicated.id, record->duplicated.copy);
    break;
  case TRACE_PORT:
    add_port(history, record);
    break;
  case TRACE_END:
    history->end = record;
    break;
  case TRACE_LINK:
  case TRACE_RULE:
  case TRACE_DELAYED:
  case TRACE_TIMER:
  case TRACE_KIND_COUNT:
    break;
  }
}

CheckHistory *check_history_new(const Trace *trace) {
  CheckHistory *history = g_new0(CheckHistory, 1);
  history->trace = trace;
  history->ends = g_ptr_array_new_with_free_func(end_free);
  history->hosts = g_ptr_array_new();
  history->conns = g_ptr_array_new();
  history->transmissions = g_ptr_array_new();
  history->calls = g_ptr_array_new();
  history->ports = g_ptr_array_new();
  history->end_of_key = g_hash_table_new(g_int64_hash, g_int64_equal);
  history->segment_of_id = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
  history->names_seen = g_hash_table_new(NULL, NULL);
  if (trace->header) {
    for (guint i = 0; i < trace->header->hosts->len; i++) {
      const TraceHost *host = g_ptr_array_index(trace->header->hosts, i);
      add_text_once(history->hosts, host->name);
    }
  }
  for (size_t i = 0; i < trace->count; i++)
    add_record(history, &trace->records[i]);
  return history;
}

void check_history_free(CheckHistory *history) {
  if (history == NULL)
    return;
  g_hash_table_destroy(history->end_of_key);
  g_hash_table_destroy(history->segment_of_id);
  g_hash_table_destroy(history->names_seen);
  g_ptr_array_free(history->ends, TRUE);
  g_ptr_array_free(history->hosts, TRUE);
  g_ptr_array_free(history->conns, TRUE);
  g_ptr_array_free(history->transmissions, TRUE);
  g_ptr_array_free(history->calls, TRUE);
  g_ptr_array_free(history->ports, TRUE);
  g_free(history);
}

gboolean check_history_has_host(const CheckHistory *history, const char *host) {
  return g_ptr_array_find_with_equal_func(history->hosts, host, g_str_equal, NULL);
}

gboolean check_history_has_conn(const CheckHistory *history, const char *conn) {
  Name name = names_find(history->trace->names, conn);
  return name != 0 && g_hash_table_contains(history->names_seen, GSIZE_TO_POINTER((gsize)name << 1 | 1));
}

const CheckEnd *check_history_find_end(const CheckHistory *history, const char *host, const char *conn) {
  Name host_name = names_find(history->trace->names, host), conn_name = names_find(history->trace->names, conn);
  if (host_name == 0 || conn_name == 0)
    return NULL;
  uint64_t key = end_key(host_name, conn_name);
  return g_hash_table_lookup(history->end_of_key, &key);
}

GArray *check_history_states(const CheckEnd *end, gboolean skip_passing) {
  const CheckStep *steps = (const CheckStep *)(void *)end->steps->data;
  GArray *states = g_array_new(FALSE, FALSE, sizeof(CheckStep));
  for (guint i = 0; i < end->steps->len; i++) {
    gboolean passing = i > 0 && i + 1 < end->steps->len && steps[i + 1].at == steps[i].at;
    if (skip_passing && passing)
      continue;
    /* A state that was left and entered again at one instant was not left for those who skip what lay between. */
    gboolean again = states->len > 0 && g_array_index(states, CheckStep, states->len - 1).state == steps[i].state;
    if (!skip_passing || !again)
      g_array_append_val(states, steps[i]);
  }
  return states;
}

TcpState check_history_state_at(const CheckEnd *end, SimTime at) {
  for (guint i = end->steps->len; i > 0; i--) {
    const CheckStep *step = &g_array_index(end->steps, CheckStep, i - 1);
    if (step->at <= at)
      return step->state;
  }
  return TCP_STATE_CLOSED;
}

const CheckSegment *check_history_segment(const CheckHistory *history, uint64_t id) {
  return id == 0 ? NULL : g_hash_table_lookup(history->segment_of_id, &id);
}
