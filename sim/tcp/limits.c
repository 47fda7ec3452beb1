/* What a host has only so many of, if its parameters say so: TCBs (max_pcbs), orphans (max_orphans) and TIME-WAITs
 * (max_time_waits). Nothing is counted where there is no limit. */
#include "tcp/tcp_conn_priv.h"

/* Linux keeps a TIME-WAIT, and an orphan in FIN-WAIT-2 that need not wait for long, in a small stand-in: it is no
 * orphan any more, and counts as a TIME-WAIT. */
static gboolean is_stand_in(const TcpConn *conn) {
  return conn->state == TCP_STATE_TIME_WAIT ||
         (conn->state == TCP_STATE_FIN_WAIT_2 && conn->nobody_reads && tcp_fin_wait_2_stands_in(conn));
}

static gboolean is_orphan(const TcpConn *conn) {
  return conn->nobody_reads && conn->state >= TCP_STATE_SYN_RECEIVED && !is_stand_in(conn);
}

/* From what it was counted as to what it is. */
static void recount(uint32_t *total, gboolean was, gboolean is) {
  if (is && !was)
    ++*total;
  else if (was && !is)
    --*total;
}

void tcp_limits_recount(TcpConn *conn) {
  TcpLimits *limits = &conn->stack->limits;
  gboolean exists = conn->state != TCP_STATE_CLOSED && conn->state != TCP_STATE_LISTEN;
  gboolean orphan = exists && is_orphan(conn), time_wait = exists && is_stand_in(conn);
  recount(&limits->pcbs, conn->counted_pcb, exists);
  recount(&limits->orphans, conn->counted_orphan, orphan);
  recount(&limits->time_waits, conn->counted_time_wait, time_wait);
  conn->counted_pcb = exists;
  conn->counted_orphan = orphan;
  conn->counted_time_wait = time_wait;
}

gboolean tcp_too_many_orphans(const TcpConn *conn) {
  return conn->counted_orphan && conn->stack->limits.orphans > conn->stack->params.max_orphans;
}

gboolean tcp_time_waits_full(const TcpConn *conn) {
  uint32_t others = conn->stack->limits.time_waits - (conn->counted_time_wait ? 1 : 0);
  return others >= conn->stack->params.max_time_waits && conn->stack->params.max_time_waits != TCP_UNLIMITED;
}

gboolean tcp_stand_in_refused(const TcpConn *conn) {
  return conn->state == TCP_STATE_FIN_WAIT_2 && conn->counted_time_wait && tcp_time_waits_full(conn);
}

gboolean tcp_pcbs_full(const TcpStack *stack) {
  return stack->limits.pcbs >= stack->params.max_pcbs && stack->params.max_pcbs != TCP_UNLIMITED;
}

/* Since when nothing has happened to it that counts. */
static SimTime last_use(const TcpConn *conn) {
  return conn->state == TCP_STATE_TIME_WAIT ? conn->t_state.until : conn->heard_at;
}

static TcpConn *oldest_in(const TcpStack *stack, TcpState state) {
  TcpConn *oldest = NULL;
  for (TcpHandle handle = 1; handle <= tcp_conn_highest(stack); handle++) {
    TcpConn *conn = tcp_conn_get(stack, handle);
    if (!conn->state_free && conn->state == state && (!oldest || last_use(conn) < last_use(oldest)))
      oldest = conn;
  }
  return oldest;
}

/* lwIP's tcp_alloc(). All connections are of one priority here, so that one in use is never given up for another. */
static TcpConn *least_needed(const TcpStack *stack) {
  static const TcpState ORDER[] = {TCP_STATE_TIME_WAIT, TCP_STATE_LAST_ACK, TCP_STATE_CLOSING};
  TcpConn *conn = NULL;
  for (unsigned i = 0; i < G_N_ELEMENTS(ORDER) && !conn; i++)
    conn = oldest_in(stack, ORDER[i]);
  return conn;
}

gboolean tcp_has_room(const TcpStack *stack) {
  return !tcp_pcbs_full(stack) || (stack->params.max_pcbs > 0 && least_needed(stack));
}

void tcp_make_room(TcpStack *stack) {
  while (tcp_pcbs_full(stack)) {
    TcpConn *conn = least_needed(stack);
    if (!conn)
      return;
    tcp_conn_apply(conn, TCP_TCB_TAKEN, NULL);
    tcp_conn_finish(conn);
  }
}

void tcp_open_without_room(TcpStack *stack, Name conn_name) {
  unsigned n_rows;
  const TcpRow *rows = tcp_fsm_rows(&n_rows);
  const TcpRow *row =
      tcp_fsm_lookup(&stack->fsm, TCP_STATE_CLOSED, TCP_CALL_OPEN_ACTIVE, UINT64_C(1) << TCP_GUARD_NO_PCB_LEFT);
  stack->row_hits[row - rows]++;
  if (!tracer_on(stack->tracer))
    return;
  TraceRecord record = {.t = sim_now(stack->sim), .kind = TRACE_RULE};
  record.rule.host = stack->host_name;
  record.rule.conn = conn_name;
  record.rule.state = TCP_STATE_CLOSED;
  record.rule.outcome = TRACE_WORD_STAY;
  record.rule.stimulus = TCP_CALL_OPEN_ACTIVE;
  record.rule.guard = TCP_GUARD_NO_PCB_LEFT;
  record.rule.rfc = stack->row_rfc[row - rows];
  tracer_put(stack->tracer, &record);
}
