#include "run/sweep_outcome.h"

#include <string.h>

#define WORD(id, word, ...) word,
const char *const sweep_end_words[] = {SWEEP_ENDS(WORD) NULL};
const char *const sweep_measure_words[] = {SWEEP_MEASURES(WORD) NULL};
const char *const sweep_run_measure_words[] = {SWEEP_RUN_MEASURES(WORD) NULL};
#undef WORD

gboolean sweep_measure_is_time(SweepMeasure measure) {
  return measure != SWEEP_MEASURE_FINS;
}

/* --- tallies ------------------------------------------------------------------------------------------------------ */

SweepTally *sweep_tally_new(void) {
  SweepTally *tally = g_new0(SweepTally, 1);
  for (unsigned side = 0; side < SWEEP_SIDES; side++)
    for (unsigned m = 0; m < SWEEP_MEASURE_COUNT; m++)
      tally->samples[side][m] = g_array_new(FALSE, FALSE, sizeof(int64_t));
  for (unsigned m = 0; m < SWEEP_RUN_COUNT; m++)
    tally->run_samples[m] = g_array_new(FALSE, FALSE, sizeof(int64_t));
  tcp_fsm_rows(&tally->n_rows);
  tally->row_hits = g_new0(uint64_t, tally->n_rows);
  tally->row_runs = g_new0(uint64_t, tally->n_rows);
  return tally;
}

void sweep_tally_free(SweepTally *tally) {
  if (!tally)
    return;
  for (unsigned side = 0; side < SWEEP_SIDES; side++)
    for (unsigned m = 0; m < SWEEP_MEASURE_COUNT; m++)
      g_array_unref(tally->samples[side][m]);
  for (unsigned m = 0; m < SWEEP_RUN_COUNT; m++)
    g_array_unref(tally->run_samples[m]);
  g_free(tally->row_hits);
  g_free(tally->row_runs);
  g_free(tally);
}

static void append(GArray *to, const GArray *from) {
  if (from->len)
    g_array_append_vals(to, from->data, from->len);
}

void sweep_tally_add(SweepTally *sum, const SweepTally *other) {
  sum->runs += other->runs;
  sum->cut_short += other->cut_short;
  sum->undisturbed += other->undisturbed;
  sum->restarted += other->restarted;
  sum->conns += other->conns;
  sum->both_closing += other->both_closing;
  sum->one_closing += other->one_closing;
  for (unsigned side = 0; side < SWEEP_SIDES; side++) {
    sum->ends[side] += other->ends[side];
    for (unsigned i = 0; i < SWEEP_END_COUNT; i++)
      sum->end_counts[side][i] += other->end_counts[side][i];
    for (unsigned i = 0; i < TCP_STATE_COUNT; i++)
      sum->visited[side][i] += other->visited[side][i];
    for (unsigned m = 0; m < SWEEP_MEASURE_COUNT; m++)
      append(sum->samples[side][m], other->samples[side][m]);
  }
  for (unsigned m = 0; m < SWEEP_RUN_COUNT; m++)
    append(sum->run_samples[m], other->run_samples[m]);
  for (unsigned row = 0; row < sum->n_rows; row++) {
    sum->row_hits[row] += other->row_hits[row];
    sum->row_runs[row] += other->row_runs[row];
  }
}

/* --- one run ------------------------------------------------------------------------------------------------------ */

typedef struct End {
  TcpStateSet visited;
  uint8_t state; /* TcpState */
  uint8_t ended; /* SweepEndKind of when it was CLOSED last */
  uint8_t time_wait_armed;
  uint32_t fins;
  SimTime own_fin_at, peer_fin_at, done_at, closed_at; /* SIM_NEVER: not yet */
} End;

typedef struct Conn {
  Name name, host[SWEEP_SIDES];
  SimTime began_at; /* SIM_NEVER: not yet */
  End end[SWEEP_SIDES];
} Conn;

struct SweepCounter {
  TraceSink sink;
  Names *names;
  const char *only; /* borrowed */
  GArray *conns;    /* of Conn, of this run */
  GArray *place;    /* of uint32_t, by Name: index into conns, if the connection there has that name */
  int64_t counts[SWEEP_RUN_COUNT];
  uint64_t *row_hits;
  Name close, shutdown, abort, shut_rd;
};

static Conn *find(const SweepCounter *self, Name name) {
  if (name >= self->place->len)
    return NULL;
  uint32_t place = g_array_index(self->place, uint32_t, name);
  Conn *conn = place < self->conns->len ? &g_array_index(self->conns, Conn, place) : NULL;
  return conn && conn->name == name ? conn : NULL;
}

static End *end_of(Conn *conn, Name host) {
  return host == conn->host[SWEEP_CLIENT]   ? &conn->end[SWEEP_CLIENT]
         : host == conn->host[SWEEP_SERVER] ? &conn->end[SWEEP_SERVER]
                                            : NULL;
}

/* "load", or "load-7" of a population. */
static gboolean is_counted(const SweepCounter *self, Name name) {
  if (!self->only)
    return TRUE;
  const char *text = names_text(self->names, name);
  size_t length = strlen(self->only);
  if (strncmp(text, self->only, length) != 0)
    return FALSE;
  return !text[length] ||
         (text[length] == '-' && text[length + 1] && !text[length + 1 + strspn(text + length + 1, "0123456789")]);
}

static void on_conn(SweepCounter *self, const TraceRecord *record) {
  Name name = record->connection.conn;
  if (find(self, name) || !is_counted(self, name))
    return;
  Conn conn = {
      .name = name, .host = {record->connection.client_host, record->connection.server_host}, .began_at = SIM_NEVER};
  for (unsigned side = 0; side < SWEEP_SIDES; side++)
    conn.end[side] = (End){.visited = (TcpStateSet)(1u << record->connection.state),
                           .state = (uint8_t)record->connection.state,
                           .ended = SWEEP_END_UNOPENED,
                           .own_fin_at = SIM_NEVER,
                           .peer_fin_at = SIM_NEVER,
                           .done_at = SIM_NEVER,
                           .closed_at = SIM_NEVER};
  if (name >= self->place->len)
    g_array_set_size(self->place, name + 64);
  g_array_index(self->place, uint32_t, name) = self->conns->len;
  g_array_append_val(self->conns, conn);
}

/* The row that a record speaks of; the table is small and this happens once for each end. */
static gboolean sends_rst(const TraceRecord *record) {
  unsigned count;
  const TcpRow *rows = tcp_fsm_rows(&count);
  for (unsigned i = 0; i < count; i++)
    if (rows[i].from & 1u << record->state.from && rows[i].stimulus == record->state.stimulus &&
        rows[i].guard == record->state.guard)
      return (rows[i].actions & 1u << TCP_ACTION_SEND_RST) != 0;
  return FALSE;
}

/* By what made it CLOSED. */
static SweepEndKind classify(const TraceRecord *record) {
  TcpStimulus stimulus = record->state.stimulus;
  if (stimulus == TCP_HOST_CRASH)
    return SWEEP_END_CRASHED;
  if (record->state.from == TCP_STATE_TIME_WAIT)
    return stimulus == TCP_SEG_RST ? SWEEP_END_CUT : SWEEP_END_CLOSED;
  if (stimulus == TCP_SEG_RST || stimulus == TCP_SEG_SYN)
    return SWEEP_END_RESET;
  if (stimulus >= TCP_TMO_RETRANSMISSION && stimulus <= TCP_TMO_FIN_WAIT_2)
    return SWEEP_END_GAVE_UP;
  if (record->state.from == TCP_STATE_LISTEN)
    return SWEEP_END_UNOPENED;
  return sends_rst(record) || stimulus == TCP_CALL_ABORT ? SWEEP_END_ABORTED : SWEEP_END_CLOSED;
}

static const TcpStateSet CLOSING_STATES = TCP_SET(FIN_WAIT_1) | TCP_SET(FIN_WAIT_2) | TCP_SET(CLOSE_WAIT) |
                                          TCP_SET(CLOSING) | TCP_SET(LAST_ACK) | TCP_SET(TIME_WAIT);
/* Entered by sending a FIN; by taking the peer's. */
static const TcpStateSet OWN_FIN_STATES = TCP_SET(FIN_WAIT_1) | TCP_SET(LAST_ACK);
static const TcpStateSet PEER_FIN_STATES = TCP_SET(CLOSE_WAIT) | TCP_SET(CLOSING) | TCP_SET(TIME_WAIT);

static void on_state(SweepCounter *self, const TraceRecord *record) {
  Conn *conn = find(self, record->state.conn);
  End *end = conn ? end_of(conn, record->state.host) : NULL;
  if (!end)
    return;
  TcpState to = record->state.to;
  end->state = (uint8_t)to;
  end->visited |= (TcpStateSet)(1u << to);
  gboolean closes = (CLOSING_STATES & 1u << to) || (to == TCP_STATE_CLOSED && record->state.from != TCP_STATE_LISTEN);
  if (closes && conn->began_at == SIM_NEVER)
    conn->began_at = record->t;
  if (to == TCP_STATE_CLOSED) {
    end->ended = (uint8_t)classify(record);
    end->closed_at = record->t;
  }
  if (end->own_fin_at == SIM_NEVER && (OWN_FIN_STATES & 1u << to))
    end->own_fin_at = record->t;
  if (end->peer_fin_at == SIM_NEVER && (PEER_FIN_STATES & 1u << to))
    end->peer_fin_at = record->t;
  if (end->done_at == SIM_NEVER &&
      (to == TCP_STATE_TIME_WAIT || (to == TCP_STATE_CLOSED && end->ended == SWEEP_END_CLOSED)))
    end->done_at = record->t;
}

static void on_app(SweepCounter *self, const TraceRecord *record) {
  Name call = record->app.call;
  if (call != self->close && call != self->abort && (call != self->shutdown || record->app.how == self->shut_rd))
    return;
  Conn *conn = find(self, record->app.conn);
  End *end = conn ? end_of(conn, record->app.host) : NULL;
  gboolean open = end && end->state != TCP_STATE_CLOSED && end->state != TCP_STATE_LISTEN;
  if (open && conn->began_at == SIM_NEVER)
    conn->began_at = record->t;
}

static void on_sent(SweepCounter *self, const TraceRecord *record) {
  Conn *conn = find(self, record->sent.conn);
  if (!conn && self->only)
    return;
  self->counts[SWEEP_RUN_SEGMENTS]++;
  self->counts[SWEEP_RUN_AGAIN] += record->sent.attempt > 1;
  End *end = conn && record->sent.flags & TCP_FIN ? end_of(conn, record->sent.host) : NULL;
  if (end)
    end->fins++;
}

static void on_timer(SweepCounter *self, const TraceRecord *record) {
  if (record->timer.timer != TCP_TIMER_TIME_WAIT || record->timer.change != TRACE_WORD_ARMED)
    return;
  Conn *conn = find(self, record->timer.conn);
  End *end = conn ? end_of(conn, record->timer.host) : NULL;
  if (!end)
    return;
  self->counts[SWEEP_RUN_RESTARTS] += end->time_wait_armed && end->state == TCP_STATE_TIME_WAIT;
  end->time_wait_armed = TRUE;
}

static void put(TraceSink *sink, const TraceRecord *record) {
  SweepCounter *self = (SweepCounter *)sink;
  if (record->kind == TRACE_SENT)
    on_sent(self, record);
  else if (record->kind == TRACE_STATE)
    on_state(self, record);
  else if (record->kind == TRACE_TIMER)
    on_timer(self, record);
  else if (record->kind == TRACE_CONN)
    on_conn(self, record);
  else if (record->kind == TRACE_APP)
    on_app(self, record);
}

/* --- many --------------------------------------------------------------------------------------------------------- */

SweepCounter *sweep_counter_new(const char *connection) {
  SweepCounter *self = g_new0(SweepCounter, 1);
  unsigned n_rows;
  tcp_fsm_rows(&n_rows);
  self->sink.put = put;
  self->names = names_new();
  self->only = connection;
  self->conns = g_array_new(FALSE, FALSE, sizeof(Conn));
  self->place = g_array_new(FALSE, TRUE, sizeof(uint32_t));
  self->row_hits = g_new(uint64_t, n_rows);
  self->close = names_intern(self->names, "close");
  self->shutdown = names_intern(self->names, "shutdown");
  self->abort = names_intern(self->names, "abort");
  self->shut_rd = names_intern(self->names, "RD");
  return self;
}

void sweep_counter_free(SweepCounter *self) {
  names_free(self->names);
  g_array_unref(self->conns);
  g_array_unref(self->place);
  g_free(self->row_hits);
  g_free(self);
}

static void sample(SweepTally *tally, unsigned side, SweepMeasure measure, int64_t value) {
  g_array_append_val(tally->samples[side][measure], value);
}

static void tally_end(SweepTally *tally, unsigned side, const Conn *conn) {
  const End *end = &conn->end[side];
  SweepEndKind kind = (SweepEndKind)end->ended;
  if (end->state == TCP_STATE_LISTEN)
    kind = SWEEP_END_UNOPENED;
  else if (end->state != TCP_STATE_CLOSED)
    kind = SWEEP_END_WAITING;
  tally->ends[side]++;
  tally->end_counts[side][kind]++;
  for (unsigned state = 0; state < TCP_STATE_COUNT; state++)
    tally->visited[side][state] += (end->visited & 1u << state) != 0;
  sample(tally, side, SWEEP_MEASURE_FINS, end->fins);
  if (conn->began_at == SIM_NEVER)
    return;
  if (end->own_fin_at != SIM_NEVER)
    sample(tally, side, SWEEP_MEASURE_OWN_FIN, end->own_fin_at - conn->began_at);
  if (end->peer_fin_at != SIM_NEVER)
    sample(tally, side, SWEEP_MEASURE_PEER_FIN, end->peer_fin_at - conn->began_at);
  if (end->done_at != SIM_NEVER)
    sample(tally, side, SWEEP_MEASURE_DONE, end->done_at - conn->began_at);
  gboolean gone = end->closed_at != SIM_NEVER && end->state == TCP_STATE_CLOSED;
  if (gone && kind == SWEEP_END_CLOSED)
    sample(tally, side, SWEEP_MEASURE_CLOSED, end->closed_at - conn->began_at);
  if (gone)
    sample(tally, side, SWEEP_MEASURE_GONE, end->closed_at - conn->began_at);
}

static void tally_conn(SweepTally *tally, const Conn *conn) {
  unsigned closing = 0;
  for (unsigned side = 0; side < SWEEP_SIDES; side++) {
    tally_end(tally, side, conn);
    closing += (conn->end[side].visited & TCP_SET(CLOSING)) != 0;
  }
  tally->conns++;
  tally->both_closing += closing == 2;
  tally->one_closing += closing == 1;
}

void sweep_counter_run(SweepCounter *self, const Scenario *scenario, uint64_t run, SweepTally *tally) {
  g_array_set_size(self->conns, 0);
  memset(self->counts, 0, sizeof self->counts);
  memset(self->row_hits, 0, tally->n_rows * sizeof *self->row_hits);
  RunEnd end = run_scenario(scenario, &(RunOptions){.run = run}, &self->sink, self->names, self->row_hits);
  tally->runs++;
  tally->cut_short += run_end_problem(end) != NULL;
  for (guint i = 0; i < self->conns->len; i++)
    tally_conn(tally, &g_array_index(self->conns, Conn, i));
  tally->undisturbed += self->counts[SWEEP_RUN_AGAIN] == 0;
  tally->restarted += self->counts[SWEEP_RUN_RESTARTS] > 0;
  for (unsigned m = 0; m < SWEEP_RUN_COUNT; m++)
    g_array_append_val(tally->run_samples[m], self->counts[m]);
  for (unsigned row = 0; row < tally->n_rows; row++) {
    tally->row_hits[row] += self->row_hits[row];
    tally->row_runs[row] += self->row_hits[row] > 0;
  }
}
