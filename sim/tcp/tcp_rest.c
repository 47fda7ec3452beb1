#include "tcp/tcp_rest.h"
#include "tcp/tcp_conn_priv.h"

G_STATIC_ASSERT(sizeof(TcpRest) == 44);

static gboolean nothing_runs(const TcpConn *conn) {
  return timer_armed(&conn->t_state) && !timer_armed(&conn->t_sending) && !timer_armed(&conn->t_ack) &&
         !timer_armed(&conn->t_user) && !timer_armed(&conn->t_keepalive);
}

static gboolean nothing_waits(const TcpConn *conn) {
  return !conn->sent.head && !conn->marks.head && !conn->held.head && !conn->unsent && !conn->unread &&
         !conn->ack_now && !conn->has_dsack && !conn->deleted;
}

/* Both FINs are sent, acknowledged, and their last ACK is out. */
static gboolean is_over(const TcpConn *conn) {
  return conn->fin_acked && conn->fin_rcvd && conn->nobody_reads && conn->snd.una == conn->snd.nxt &&
         conn->snd.nxt == conn->fin_seq + 1 && conn->rcv.wup == conn->rcv.nxt;
}

/* Answers of this period are counted until it is over (RFC 5961 7). */
static gboolean no_answer_counts(const TcpConn *conn) {
  return conn->answers == 0 || sim_now(conn->stack->sim) - conn->answers_since >= conn->stack->params.challenge_period;
}

SimTime tcp_end_until(const TcpStack *stack, TcpHandle end) {
  return tcp_conn_get(stack, end)->t_state.until;
}

gboolean tcp_end_rest(TcpStack *stack, TcpHandle end, TcpRest *ret_rest) {
  TcpConn *conn = tcp_conn_get(stack, end);
  if (tcp_has_limits(&stack->params)) /* which count TCBs, and may take one away */
    return FALSE;
  if (conn->state != TCP_STATE_TIME_WAIT || conn->options || !nothing_runs(conn) || !nothing_waits(conn) ||
      !is_over(conn) || !no_answer_counts(conn))
    return FALSE;
  *ret_rest = (TcpRest){.owner = conn->who.owner,
                        .until_high = (uint32_t)((uint64_t)conn->t_state.until >> 32),
                        .until_low = (uint32_t)conn->t_state.until,
                        .iss = conn->snd.iss,
                        .irs = conn->rcv.irs,
                        .snd_nxt = conn->snd.nxt,
                        .rcv_nxt = conn->rcv.nxt,
                        .rcv_edge = conn->rcv.edge,
                        .ts_recent = conn->ts_recent,
                        .lport = conn->who.lport,
                        .rport = conn->who.rport,
                        .peer = conn->who.peer,
                        .rcv_wscale = conn->rcv_wscale & 15,
                        .ts_on = conn->ts_on != 0};
  timer_stop(stack->sim, &conn->t_state);
  tcp_conn_release(conn);
  return TRUE;
}

TcpHandle tcp_end_wake(TcpStack *stack, const TcpRest *rest, const TcpIdentity *identity) {
  TcpConn *conn = tcp_conn_new(stack, identity, TCP_STATE_TIME_WAIT);
  conn->nobody_reads = conn->fin_queued = conn->fin_sent = conn->fin_acked = conn->fin_rcvd = TRUE;
  conn->snd.iss = rest->iss;
  conn->snd.una = conn->snd.nxt = rest->snd_nxt;
  conn->fin_seq = rest->snd_nxt - 1;
  conn->rcv.irs = rest->irs;
  conn->rcv.nxt = conn->rcv.wup = rest->rcv_nxt;
  conn->rcv.edge = rest->rcv_edge;
  conn->rcv_wscale = rest->rcv_wscale;
  conn->ts_on = rest->ts_on != 0;
  conn->ts_recent = rest->ts_recent;
  timer_arm(stack->sim, &conn->t_state, tcp_rest_until(rest), stack->kind_state, conn->handle, 0);
  return conn->handle;
}

void tcp_end_expires(TcpStack *stack, TcpHandle end) {
  timer_stop(stack->sim, &tcp_conn_get(stack, end)->t_state);
  TCP_KIND_STATE.run(stack, end, 0);
}

void tcp_rest_ended(TcpStack *stack) {
  unsigned n_rows;
  const TcpRow *row = tcp_fsm_first(&stack->fsm, TCP_STATE_TIME_WAIT, TCP_TMO_TIME_WAIT);
  g_assert(row && row->guard == TCP_GUARD_ALWAYS);
  stack->row_hits[row - tcp_fsm_rows(&n_rows)]++;
}
