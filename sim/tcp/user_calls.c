/* RFC 9293 3.10.1 to 3.10.6: user calls. The table says what a call does in each state; here is what it takes and
 * gives. */
#include "tcp/tcp_conn_priv.h"

static gboolean failed(const TcpRow *row) {
  return (row->actions & 1u << TCP_ACTION_FAIL_CALL) != 0;
}

/* What the call comes to that this row decides about. */
static TcpCallResult result_of(const TcpConn *conn, TcpStimulus call, const TcpRow *row) {
  if (!failed(row))
    return TCP_CALL_OK;
  if (row->guard == TCP_GUARD_NO_PCB_LEFT)
    return TCP_CALL_ERROR_NO_ROOM;
  if (call == TCP_CALL_OPEN_ACTIVE || call == TCP_CALL_OPEN_PASSIVE)
    return TCP_CALL_ERROR_EXISTS;
  return conn->state == TCP_STATE_CLOSED || conn->state == TCP_STATE_LISTEN ? TCP_CALL_ERROR_NOT_OPEN
                                                                            : TCP_CALL_ERROR_CLOSING;
}

TcpCallResult tcp_call_foresee(const TcpStack *stack, TcpHandle end, TcpStimulus call) {
  const TcpConn *conn = tcp_conn_get(stack, end);
  return result_of(conn, call, tcp_conn_row(conn, call, NULL));
}

/* --- ends --------------------------------------------------------------------------------------------------------- */

TcpHandle tcp_end_new(TcpStack *stack, const TcpIdentity *identity) {
  return tcp_conn_new(stack, identity, TCP_STATE_CLOSED)->handle;
}

TcpHandle tcp_end_new_established(TcpStack *stack, const TcpIdentity *identity, Seq iss, Seq irs, uint32_t peer_mss,
                                  uint32_t peer_wnd, SimTime rtt) {
  TcpConn *conn = tcp_conn_new(stack, identity, TCP_STATE_ESTABLISHED);
  conn->snd.iss = iss;
  conn->snd.una = conn->snd.nxt = iss + 1;
  conn->snd.wnd = conn->snd.max_wnd = peer_wnd;
  conn->snd.wl1 = irs;
  conn->snd.wl2 = iss + 1;
  conn->rcv.irs = irs;
  conn->rcv.nxt = irs + 1;
  conn->rcv.wup = conn->rcv.nxt;
  conn->rcv.edge = conn->rcv.nxt + stack->params.rcv_wnd;
  conn->mss = MIN(conn->mss, peer_mss);
  if (rtt != SIM_NEVER)
    tcp_rto_sample(conn, rtt);
  return conn->handle;
}

/* --- calls -------------------------------------------------------------------------------------------------------- */

static TcpCallResult open_call(TcpStack *stack, TcpHandle end, TcpStimulus stimulus) {
  TcpConn *conn = tcp_conn_get(stack, end);
  const TcpRow *row = tcp_conn_row(conn, stimulus, NULL);
  TcpCallResult result = result_of(conn, stimulus, row);
  if (result == TCP_CALL_OK)
    conn->passive_open = stimulus == TCP_CALL_OPEN_PASSIVE; /* MUST-11 */
  tcp_conn_apply_row(conn, row, NULL);
  tcp_conn_finish(conn);
  return result;
}

TcpCallResult tcp_open_passive(TcpStack *stack, TcpHandle end) {
  return open_call(stack, end, TCP_CALL_OPEN_PASSIVE);
}

TcpCallResult tcp_open_active(TcpStack *stack, TcpHandle end) {
  return open_call(stack, end, TCP_CALL_OPEN_ACTIVE);
}

static void mark_push(TcpConn *conn) {
  TcpEntry *mark = tcp_queue_push(&conn->stack->pool, &conn->marks);
  mark->seq = conn->pushed = conn->snd.nxt + (uint32_t)conn->unsent;
}

#define MOST_MARKS 1000 /* of one call */

/* Linux, tcp.c forced_push(), by segments as they are filled: what is more than half of the greatest window beyond the
 * last mark is pushed although the call goes on. */
static void mark_halves(TcpConn *conn, uint64_t octets) {
  uint32_t room = tcp_options_room(conn), half = conn->snd.max_wnd / 2;
  uint32_t step = MAX(MIN(half, UINT16_MAX) / room, 1) * room;
  if (!conn->unsent) /* what is behind the mark has left */
    conn->pushed = conn->snd.nxt;
  for (unsigned marks = 0; octets > step && octets > half && marks < MOST_MARKS; octets -= step, marks++) {
    conn->unsent += step;
    if (seq_gt(conn->snd.nxt + (uint32_t)conn->unsent, conn->pushed + half))
      mark_push(conn);
  }
  conn->unsent += octets;
}

static void write_octets(TcpConn *conn, uint64_t octets) {
  if (conn->stack->params.push == TCP_PUSH_LINUX && octets > conn->snd.max_wnd / 2 && conn->snd.max_wnd)
    mark_halves(conn, octets);
  else
    conn->unsent += octets;
  if (!conn->options || conn->options->cork != TCP_CORK_MORE)
    mark_push(conn);
}

TcpCallResult tcp_send(TcpStack *stack, TcpHandle end, uint64_t octets) {
  TcpConn *conn = tcp_conn_get(stack, end);
  const TcpRow *row = tcp_conn_row(conn, TCP_CALL_SEND, NULL);
  TcpCallResult result = result_of(conn, TCP_CALL_SEND, row);
  tcp_conn_apply_row(conn, row, NULL);
  if (result == TCP_CALL_OK && octets)
    write_octets(conn, octets);
  tcp_conn_finish(conn);
  return result;
}

/* Linux, tcp.c __tcp_cleanup_rbuf(): at least twice the window that is left, and that no more than half of all. */
static gboolean is_worth_an_ack(const TcpConn *conn, uint32_t buffer, uint32_t free_octets) {
  uint32_t left = tcp_receive_window(conn), growth = free_octets - left;
  if (conn->stack->params.ack_policy == TCP_ACK_POLICY_LINUX)
    return !conn->read_shut && 2 * (uint64_t)left <= MIN(buffer, (uint32_t)UINT16_MAX << conn->rcv_wscale) &&
           free_octets >= 2 * (uint64_t)left && free_octets > 0;
  return growth >= MIN(buffer / 2, 2 * conn->stack->params.mss);
}

/* Whether reading lets the window advance by a step that is worth an ACK of its own. */
static void update_window(TcpConn *conn) {
  uint32_t buffer = tcp_conn_buffer(conn);
  uint32_t free_octets = buffer > conn->unread ? buffer - conn->unread : 0;
  if (!conn->fin_rcvd && seq_gt(conn->rcv.nxt + free_octets, conn->rcv.edge) &&
      is_worth_an_ack(conn, buffer, free_octets)) {
    conn->ack_why = conn->unacked || conn->ack_now ? conn->ack_why : conn->stack->why.window_update;
    conn->ack_now = TRUE;
  }
}

TcpCallResult tcp_receive(TcpStack *stack, TcpHandle end, uint64_t max, uint64_t *ret_octets, gboolean *ret_eof) {
  TcpConn *conn = tcp_conn_get(stack, end);
  const TcpRow *row = tcp_conn_row(conn, TCP_CALL_RECEIVE, NULL);
  TcpCallResult result = result_of(conn, TCP_CALL_RECEIVE, row);
  tcp_conn_apply_row(conn, row, NULL);
  if (result == TCP_CALL_OK)
    tcp_take(stack, end, max, ret_octets, ret_eof);
  tcp_conn_finish(conn);
  return result;
}

void tcp_take(TcpStack *stack, TcpHandle end, uint64_t max, uint64_t *ret_octets, gboolean *ret_eof) {
  TcpConn *conn = tcp_conn_get(stack, end);
  uint32_t octets = (uint32_t)MIN(conn->unread, max);
  conn->unread -= octets;
  *ret_octets = octets;
  *ret_eof = conn->fin_rcvd && (conn->unread == 0 || stack->params.bug_early_eof);
  if (octets)
    update_window(conn);
}

/* Linux counts after it has sent the FIN. */
static void refuse_orphan(TcpConn *conn) {
  tcp_output(conn);
  tcp_conn_apply(conn, TCP_ORPHAN_REFUSED, NULL);
}

TcpCallResult tcp_close(TcpStack *stack, TcpHandle end, gboolean and_reading) {
  TcpCallResult result = tcp_call_foresee(stack, end, TCP_CALL_CLOSE);
  TcpConn *conn = tcp_conn_get(stack, end);
  conn->nobody_reads |= and_reading;
  if (conn->state == TCP_STATE_FIN_WAIT_1 && stack->params.bug_second_fin)
    conn->fin_sent = FALSE;
  tcp_conn_apply(conn, TCP_CALL_CLOSE, NULL);
  tcp_limits_note(conn);
  if (conn->state == TCP_STATE_FIN_WAIT_2 && (tcp_fin_wait_2_refused(conn) || tcp_stand_in_refused(conn)))
    tcp_conn_apply(conn, TCP_TMO_FIN_WAIT_2, NULL);
  if (tcp_too_many_orphans(conn))
    refuse_orphan(conn);
  tcp_conn_finish(conn);
  return result;
}

/* --- options of the socket ---------------------------------------------------------------------------------------- */

#define LINUX_MOST_LINGER2 SIM_S(120) /* TCP_FIN_TIMEOUT_MAX */

static TcpSocketOptions *socket_options(TcpConn *conn) {
  const TcpParams *params = &conn->stack->params;
  if (!conn->options) {
    conn->options = g_new(TcpSocketOptions, 1);
    *conn->options = (TcpSocketOptions){.keepalive_idle = params->keepalive_idle,
                                        .keepalive_interval = params->keepalive_interval,
                                        .keepalive_count = params->keepalive_count,
                                        .keepalive = params->keepalive,
                                        .rcv_wnd = params->rcv_wnd,
                                        .window_scale = (uint8_t)params->window_scale,
                                        .mss = params->mss,
                                        .syn_retries = params->syn_retries,
                                        .user_timeout = params->user_timeout,
                                        .fin_wait_2_timeout = params->fin_wait_2_timeout};
  }
  return conn->options;
}

void tcp_set_option(TcpStack *stack, TcpHandle end, TcpOption option, int64_t value) {
  TcpConn *conn = tcp_conn_get(stack, end);
  TcpSocketOptions *options = socket_options(conn);
  switch (option) {
  case TCP_OPTION_KEEPALIVE:
    options->keepalive = value != 0;
    break;
  case TCP_OPTION_KEEPALIVE_IDLE:
    options->keepalive_idle = value;
    tcp_timers_keepalive_again(conn);
    break;
  case TCP_OPTION_KEEPALIVE_INTERVAL:
    options->keepalive_interval = value;
    break;
  case TCP_OPTION_KEEPALIVE_COUNT:
    options->keepalive_count = (uint32_t)value;
    break;
  case TCP_OPTION_USER_TIMEOUT:
    options->user_timeout = value;
    break;
  case TCP_OPTION_FIN_WAIT_2:
    options->fin_wait_2_timeout = stack->params.fin_wait_2_split == SIM_NEVER ? value : MIN(value, LINUX_MOST_LINGER2);
    break;
  case TCP_OPTION_NODELAY:
    options->nodelay = value != 0;
    break;
  case TCP_OPTION_CORK:
    options->cork = (uint8_t)CLAMP(value, 0, TCP_CORK_MORE);
    break;
  case TCP_OPTION_RCV_WND:
    options->rcv_wnd = (uint32_t)value;
    break;
  case TCP_OPTION_WINDOW_SCALE:
    options->window_scale = (uint8_t)value;
    break;
  case TCP_OPTION_MSS:
    options->mss = (uint32_t)value;
    conn->mss = MIN(conn->mss, options->mss);
    break;
  case TCP_OPTION_QUICKACK:
    tcp_acks_quick(conn, value != 0);
    break;
  case TCP_OPTION_SYN_RETRIES:
    options->syn_retries = (uint32_t)value;
    break;
  }
  tcp_conn_finish(conn); /* what an option held back may leave now */
}

void tcp_shut_reading(TcpStack *stack, TcpHandle end) {
  TcpConn *conn = tcp_conn_get(stack, end);
  conn->read_shut = TRUE;
  if (stack->params.shut_read_data == TCP_SHUT_READ_DATA_DISCARD)
    conn->unread = 0;
}

/* --- the host ----------------------------------------------------------------------------------------------------- */

void tcp_crash(TcpStack *stack) {
  for (TcpHandle handle = 1; handle <= tcp_conn_highest(stack); handle++) {
    TcpConn *conn = tcp_conn_get(stack, handle);
    if (conn->state_free || conn->state == TCP_STATE_CLOSED)
      continue;
    tcp_conn_apply(conn, TCP_HOST_CRASH, NULL);
    tcp_conn_finish(conn);
  }
}

#define REUSE_ISS_STEP 65537 /* Linux: the new ISS is beyond every window of the old connection */

gboolean tcp_time_wait_reuse(TcpStack *stack, TcpHandle end, Seq *ret_iss) {
  TcpConn *conn = tcp_conn_get(stack, end);
  if (conn->state != TCP_STATE_TIME_WAIT || failed(tcp_conn_row(conn, TCP_CALL_OPEN_ACTIVE, NULL)))
    return FALSE;
  *ret_iss = conn->snd.nxt + REUSE_ISS_STEP;
  tcp_conn_apply(conn, TCP_CALL_OPEN_ACTIVE, NULL);
  tcp_conn_finish(conn);
  return TRUE;
}

/* --- end of a connection ------------------------------------------------------------------------------------------ */

TcpCallResult tcp_abort(TcpStack *stack, TcpHandle end) {
  TcpConn *conn = tcp_conn_get(stack, end);
  const TcpRow *row = tcp_conn_row(conn, TCP_CALL_ABORT, NULL);
  TcpCallResult result = result_of(conn, TCP_CALL_ABORT, row);
  tcp_conn_apply_row(conn, row, NULL);
  tcp_conn_finish(conn);
  return result;
}
