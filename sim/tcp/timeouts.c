/* RFC 9293 3.10.8: timeouts. A handler raises a stimulus; the table decides. The sending timer has three jobs, never
 * two at once: retransmission (RFC 6298), the probe of a lost tail (RFC 8985 7), and window probes (RFC 9293 3.8.6.1).
 * */
#include "tcp/tcp_conn_priv.h"

static void trace_timer(const TcpConn *conn, TcpTimer which, TraceWord change, SimTime until) {
  const Tracer *tracer = conn->stack->tracer;
  if (!tracer_on(tracer))
    return;
  TraceRecord record = {.t = sim_now(conn->stack->sim), .kind = TRACE_TIMER};
  record.timer.host = conn->stack->host_name;
  record.timer.conn = conn->who.conn_name;
  record.timer.timer = which;
  record.timer.change = change;
  record.timer.until = until;
  tracer_put(tracer, &record);
}

static TcpTimer sending_name(const TcpConn *conn) {
  switch ((TcpSendingMode)conn->sending_mode) {
  case TCP_SENDING_RETRANSMISSION:
    return TCP_TIMER_RETRANSMISSION;
  case TCP_SENDING_PROBE:
    return TCP_TIMER_PROBE;
  case TCP_SENDING_REORDERING:
    return TCP_TIMER_REORDERING;
  case TCP_SENDING_PERSIST:
    return TCP_TIMER_PERSIST;
  }
  g_assert_not_reached();
}

static TcpTimer state_name(const TcpConn *conn) {
  return conn->state == TCP_STATE_TIME_WAIT  ? TCP_TIMER_TIME_WAIT
         : conn->state == TCP_STATE_LAST_ACK ? TCP_TIMER_LAST_ACK
                                             : TCP_TIMER_FIN_WAIT_2;
}

static void arm(TcpConn *conn, Timer *timer, TcpTimer which, EventKindId kind, SimTime delay) {
  SimTime until = simtime_add(sim_now(conn->stack->sim), delay);
  timer_arm(conn->stack->sim, timer, until, kind, conn->handle, 0);
  trace_timer(conn, which, TRACE_WORD_ARMED, until);
}

static void arm_lazy(TcpConn *conn, LazyTimer *timer, TcpTimer which, EventKindId kind, SimTime delay) {
  SimTime until = simtime_add(sim_now(conn->stack->sim), delay);
  sim_lazy_arm(conn->stack->sim, timer, until, kind, conn->handle);
  trace_timer(conn, which, TRACE_WORD_ARMED, until);
}

static void stop_lazy(TcpConn *conn, LazyTimer *timer, TcpTimer which) {
  if (!timer_armed(timer))
    return;
  sim_lazy_stop(conn->stack->sim, timer);
  trace_timer(conn, which, TRACE_WORD_STOPPED, SIM_NEVER);
}

static void stop(TcpConn *conn, Timer *timer, TcpTimer which) {
  if (!timer_armed(timer))
    return;
  timer_stop(conn->stack->sim, timer);
  trace_timer(conn, which, TRACE_WORD_STOPPED, SIM_NEVER);
}

/* RFC 8985 7.2: the probe timeout, no later than the RTO, which counts from the sending of the front unless `restart`;
 * with one segment out the peer may delay its ACK. */
static SimTime probe_delay(TcpConn *conn, gboolean restart) {
  TcpPool *pool = &conn->stack->pool;
  const TcpEntry *front = tcp_queue_front(pool, &conn->sent);
  SimTime delay = 2 * conn->srtt, rto = tcp_rto_now(conn);
  delay += front == tcp_queue_back(pool, &conn->sent) ? conn->stack->params.rto_min : TCP_TIMER_SLACK;
  SimTime left = restart ? rto : front->sent_at + rto - sim_now(conn->stack->sim);
  return left > 0 ? MIN(delay, left) : delay;
}

static gboolean may_probe_tail(const TcpConn *conn) {
  return conn->stack->params.tail_loss_probe && conn->sack_on && conn->has_rtt && !conn->probing_tail &&
         conn->retransmissions == 0 && conn->recovery == TCP_RECOVERY_NONE && conn->state != TCP_STATE_SYN_SENT &&
         conn->state != TCP_STATE_SYN_RECEIVED;
}

/* RFC 6298 5.1 to 5.3: runs while anything is out, stops when all is acknowledged, restarts on an ACK of new data. */
void tcp_timers_sending(TcpConn *conn, gboolean restart) {
  gboolean out = conn->sent.head != 0 && conn->state != TCP_STATE_TIME_WAIT; /* what an ABORT left is not sent again */
  if (!out && conn->stack->params.bug_timer_left_running)
    return;
  if (!out) {
    gboolean waits = conn->unsent || (conn->fin_queued && !conn->fin_sent);
    if (conn->sending_mode != TCP_SENDING_PERSIST || !waits)
      stop_lazy(conn, &conn->t_sending, sending_name(conn));
    return;
  }
  if (timer_armed(&conn->t_sending) && !restart && conn->sending_mode != TCP_SENDING_PERSIST)
    return;
  gboolean probe = may_probe_tail(conn);
  if (conn->sending_mode != (probe ? TCP_SENDING_PROBE : TCP_SENDING_RETRANSMISSION))
    stop_lazy(conn, &conn->t_sending, sending_name(conn)); /* it changes its name */
  conn->sending_mode = probe ? TCP_SENDING_PROBE : TCP_SENDING_RETRANSMISSION;
  arm_lazy(conn, &conn->t_sending, sending_name(conn), conn->stack->kind_sending,
           probe ? probe_delay(conn, restart) : tcp_rto_now(conn));
}

/* RFC 8985 7.2: the probe waits for the segment sent last. */
void tcp_timers_tail_sent(TcpConn *conn) {
  if (timer_armed(&conn->t_sending) && conn->sending_mode == TCP_SENDING_PROBE)
    arm_lazy(conn, &conn->t_sending, TCP_TIMER_PROBE, conn->stack->kind_sending, probe_delay(conn, FALSE));
}

void tcp_timers_persist(TcpConn *conn) {
  conn->sending_mode = TCP_SENDING_PERSIST;
  arm_lazy(conn, &conn->t_sending, TCP_TIMER_PERSIST, conn->stack->kind_sending, tcp_persist_interval(conn));
}

/* At its greatest interval, and answered every time, the persist timer renews itself for ever. */
void tcp_timers_probe_answered(TcpConn *conn) {
  TcpStack *stack = conn->stack;
  conn->retransmissions = 0;
  if (!conn->probe_answered && tcp_persist_interval(conn) == stack->params.persist_max)
    sim_lazy_arm_renewing(stack->sim, &conn->t_sending, conn->t_sending.until, stack->kind_sending, conn->handle);
  conn->probe_answered = TRUE;
}

void tcp_timers_delay_ack(TcpConn *conn, SimTime delay) {
  if (!timer_armed(&conn->t_ack))
    arm_lazy(conn, &conn->t_ack, TCP_TIMER_DELAYED_ACK, conn->stack->kind_ack, delay);
}

void tcp_timers_ack_sent(TcpConn *conn) {
  stop_lazy(conn, &conn->t_ack, TCP_TIMER_DELAYED_ACK);
}

void tcp_timers_time_wait(TcpConn *conn) {
  arm(conn, &conn->t_state, TCP_TIMER_TIME_WAIT, conn->stack->kind_state, conn->stack->params.time_wait);
}

/* tcp_fin_time(): time enough for a FIN that was lost. */
static SimTime at_least_some_timeouts(const TcpConn *conn, SimTime delay) {
  SimTime rto = MIN(conn->rto, conn->stack->params.rto_max);
  return delay == SIM_NEVER ? delay : MAX(delay, 4 * rto - rto / 2);
}

static SimTime fin_wait_2_wanted(const TcpConn *conn) {
  SimTime delay = conn->options ? conn->options->fin_wait_2_timeout : conn->stack->params.fin_wait_2_timeout;
  return conn->stack->params.fin_wait_2_split == SIM_NEVER ? delay : at_least_some_timeouts(conn, delay);
}

/* Linux spends what exceeds tcp_fin_timeout's 60 s on the socket and then once more on its stand-in, and nothing else.
 * */
static SimTime fin_wait_2_delay(const TcpConn *conn) {
  SimTime delay = fin_wait_2_wanted(conn), split = conn->stack->params.fin_wait_2_split;
  return delay != SIM_NEVER && delay > split ? 2 * (delay - split) : delay;
}

gboolean tcp_fin_wait_2_stands_in(const TcpConn *conn) {
  SimTime split = conn->stack->params.fin_wait_2_split;
  return split != SIM_NEVER && fin_wait_2_wanted(conn) <= split;
}

gboolean tcp_fin_wait_2_refused(const TcpConn *conn) {
  return conn->nobody_reads && conn->options && conn->options->fin_wait_2_timeout < 0;
}

void tcp_timers_fin_wait_2(TcpConn *conn) {
  SimTime delay = fin_wait_2_delay(conn);
  if (tcp_fin_wait_2_refused(conn))
    return;
  uint8_t when = conn->stack->params.fin_wait_2_when;
  gboolean counts = conn->nobody_reads || when == TCP_FIN_WAIT_2_WHEN_ALWAYS ||
                    (when == TCP_FIN_WAIT_2_WHEN_UNREAD && conn->read_shut);
  if (conn->state == TCP_STATE_FIN_WAIT_2 && counts && delay != SIM_NEVER && !timer_armed(&conn->t_state))
    arm(conn, &conn->t_state, TCP_TIMER_FIN_WAIT_2, conn->stack->kind_state, delay);
}

void tcp_timers_last_ack(TcpConn *conn) {
  SimTime delay = conn->stack->params.last_ack_timeout;
  if (delay != SIM_NEVER)
    arm(conn, &conn->t_state, TCP_TIMER_LAST_ACK, conn->stack->kind_state, delay);
}

/* Counts while anything waits to be acknowledged, from the last progress on. */
void tcp_timers_user(TcpConn *conn, gboolean restart) {
  SimTime delay = conn->options ? conn->options->user_timeout : conn->stack->params.user_timeout;
  if (delay == SIM_NEVER || conn->stack->params.user_timeout_from != TCP_USER_TIMEOUT_FROM_SENDING)
    return;
  gboolean waiting = conn->sent.head || conn->unsent || (conn->fin_queued && !conn->fin_acked);
  if (!waiting || conn->state == TCP_STATE_TIME_WAIT)
    stop(conn, &conn->t_user, TCP_TIMER_USER);
  else if (restart || !timer_armed(&conn->t_user))
    arm(conn, &conn->t_user, TCP_TIMER_USER, conn->stack->kind_user, delay);
}

void tcp_timers_stop_all(TcpConn *conn) {
  stop_lazy(conn, &conn->t_sending, sending_name(conn));
  stop_lazy(conn, &conn->t_ack, TCP_TIMER_DELAYED_ACK);
  if (timer_armed(&conn->t_state))
    stop(conn, &conn->t_state, state_name(conn));
  stop(conn, &conn->t_user, TCP_TIMER_USER);
  stop(conn, &conn->t_keepalive, TCP_TIMER_KEEPALIVE);
}

void tcp_timers_reordering(TcpConn *conn, SimTime delay) {
  stop_lazy(conn, &conn->t_sending, sending_name(conn));
  conn->sending_mode = TCP_SENDING_REORDERING;
  arm_lazy(conn, &conn->t_sending, TCP_TIMER_REORDERING, conn->stack->kind_sending, delay);
}

static gboolean keepalive_on(const TcpConn *conn) {
  if (G_LIKELY(!(conn->options ? conn->options->keepalive : conn->stack->params.keepalive)))
    return FALSE;
  return conn->state == TCP_STATE_ESTABLISHED || conn->state == TCP_STATE_CLOSE_WAIT ||
         (conn->state == TCP_STATE_FIN_WAIT_2 && conn->stack->params.keepalive_in_fin_wait_2);
}

void tcp_timers_keepalive_again(TcpConn *conn) {
  stop(conn, &conn->t_keepalive, TCP_TIMER_KEEPALIVE);
}

/* Renews itself for ever once the peer has answered a keepalive; one that is out ends by its answer or by the limit. */
void tcp_timers_keepalive(TcpConn *conn) {
  TcpStack *stack = conn->stack;
  gboolean on = keepalive_on(conn);
  if (on == timer_armed(&conn->t_keepalive))
    return;
  if (!on) {
    stop(conn, &conn->t_keepalive, TCP_TIMER_KEEPALIVE);
    return;
  }
  SimTime idle = conn->options ? conn->options->keepalive_idle : stack->params.keepalive_idle;
  SimTime interval = conn->options ? conn->options->keepalive_interval : stack->params.keepalive_interval;
  SimTime now = sim_now(stack->sim);
  SimTime until = conn->keepalives ? simtime_add(now, interval) : simtime_add(conn->heard_at, idle);
  if (until <= now) /* switched on late, or silent for something that is out */
    until = simtime_add(now, idle);
  if (conn->peer_answers && !conn->keepalives)
    timer_arm_renewing(stack->sim, &conn->t_keepalive, until, stack->kind_keepalive, conn->handle, 0);
  else
    timer_arm(stack->sim, &conn->t_keepalive, until, stack->kind_keepalive, conn->handle, 0);
  trace_timer(conn, TCP_TIMER_KEEPALIVE, TRACE_WORD_ARMED, until);
}

/* --- expiries ----------------------------------------------------------------------------------------------------- */

static void run_sending(void *context, uint32_t handle, uint64_t arg) {
  (void)arg;
  TcpConn *conn = tcp_conn_get(context, handle);
  sim_lazy_expired(&conn->t_sending);
  trace_timer(conn, sending_name(conn), TRACE_WORD_EXPIRED, SIM_NEVER);
  if (!conn->sent.head && conn->stack->params.bug_timer_left_running)
    return;
  switch ((TcpSendingMode)conn->sending_mode) {
  case TCP_SENDING_RETRANSMISSION:
    tcp_conn_apply(conn, TCP_TMO_RETRANSMISSION, NULL);
    break;
  case TCP_SENDING_PROBE:
    tcp_conn_apply(conn, TCP_TMO_PROBE, NULL);
    break;
  case TCP_SENDING_REORDERING:
    tcp_conn_apply(conn, TCP_TMO_REORDERING, NULL);
    break;
  case TCP_SENDING_PERSIST:
    tcp_conn_apply(conn, TCP_TMO_PERSIST, NULL);
    break;
  }
  tcp_conn_finish(conn);
}

static void run_ack(void *context, uint32_t handle, uint64_t arg) {
  (void)arg;
  TcpConn *conn = tcp_conn_get(context, handle);
  sim_lazy_expired(&conn->t_ack);
  trace_timer(conn, TCP_TIMER_DELAYED_ACK, TRACE_WORD_EXPIRED, SIM_NEVER);
  tcp_conn_apply(conn, TCP_TMO_DELAYED_ACK, NULL);
  tcp_conn_finish(conn);
}

/* FreeBSD looks again while the peer still talks. */
static gboolean fin_wait_2_goes_on(TcpConn *conn) {
  SimTime recheck = conn->stack->params.fin_wait_2_recheck;
  SimTime idle = sim_now(conn->stack->sim) - conn->heard_at;
  if (conn->state != TCP_STATE_FIN_WAIT_2 || !recheck || idle >= fin_wait_2_delay(conn))
    return FALSE;
  arm(conn, &conn->t_state, TCP_TIMER_FIN_WAIT_2, conn->stack->kind_state, recheck);
  return TRUE;
}

static void run_state(void *context, uint32_t handle, uint64_t arg) {
  (void)arg;
  TcpConn *conn = tcp_conn_get(context, handle);
  timer_expired(&conn->t_state);
  if (fin_wait_2_goes_on(conn))
    return;
  trace_timer(conn, state_name(conn), TRACE_WORD_EXPIRED, SIM_NEVER);
  tcp_conn_apply(conn,
                 conn->state == TCP_STATE_TIME_WAIT  ? TCP_TMO_TIME_WAIT
                 : conn->state == TCP_STATE_LAST_ACK ? TCP_TMO_LAST_ACK
                                                     : TCP_TMO_FIN_WAIT_2,
                 NULL);
  tcp_conn_finish(conn);
}

static void run_user(void *context, uint32_t handle, uint64_t arg) {
  (void)arg;
  TcpConn *conn = tcp_conn_get(context, handle);
  timer_expired(&conn->t_user);
  trace_timer(conn, TCP_TIMER_USER, TRACE_WORD_EXPIRED, SIM_NEVER);
  tcp_conn_apply(conn, TCP_TMO_USER, NULL);
  tcp_conn_finish(conn);
}

static void run_keepalive(void *context, uint32_t handle, uint64_t arg) {
  (void)arg;
  TcpConn *conn = tcp_conn_get(context, handle);
  timer_expired(&conn->t_keepalive);
  trace_timer(conn, TCP_TIMER_KEEPALIVE, TRACE_WORD_EXPIRED, SIM_NEVER);
  SimTime idle = conn->options ? conn->options->keepalive_idle : conn->stack->params.keepalive_idle;
  if (conn->keepalives || sim_now(conn->stack->sim) - conn->heard_at >= idle)
    tcp_conn_apply(conn, TCP_TMO_KEEPALIVE, NULL);
  tcp_conn_finish(conn);
}

void tcp_timers_prefetch(const void *stack, TcpHandle handle, unsigned stage) {
  if (stage == 0)
    tcp_end_prefetch(stack, handle);
}

LazyTimer *tcp_timers_sending_of(void *stack, TcpHandle handle) {
  return &tcp_conn_get(stack, handle)->t_sending;
}

LazyTimer *tcp_timers_ack_of(void *stack, TcpHandle handle) {
  return &tcp_conn_get(stack, handle)->t_ack;
}

const EventKind TCP_KIND_SENDING = {"tcp sending timer", SIM_PHASE_TIMER, run_sending};
const EventKind TCP_KIND_ACK = {"tcp delayed ack", SIM_PHASE_TIMER, run_ack};
const EventKind TCP_KIND_STATE = {"tcp state timer", SIM_PHASE_TIMER, run_state};
const EventKind TCP_KIND_USER = {"tcp user timer", SIM_PHASE_TIMER, run_user};
const EventKind TCP_KIND_KEEPALIVE = {"tcp keepalive timer", SIM_PHASE_TIMER, run_keepalive};
