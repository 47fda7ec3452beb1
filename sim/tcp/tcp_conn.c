#include "tcp/tcp_conn_priv.h"

#define LEAST_MSS  536 /* RFC 9293 3.7.1 */
#define CHUNK_SIZE (1u << TCP_CHUNK_BITS)

/* --- stack and TCBs ----------------------------------------------------------------------------------------------- */

static void intern_words(TcpStack *stack) {
  Names *names = stack->tracer->names;
  stack->why.retransmission = names_intern(names, "retransmission");
  stack->why.probe = names_intern(names, "probe");
  stack->why.window_probe = names_intern(names, "window-probe");
  stack->why.challenge = names_intern(names, "challenge");
  stack->why.duplicate_ack = names_intern(names, "duplicate-ack");
  stack->why.window_update = names_intern(names, "window-update");
  stack->why.fast = names_intern(names, "fast-retransmission");
  stack->why.keepalive = names_intern(names, "keepalive");
  unsigned n_rows;
  const TcpRow *rows = tcp_fsm_rows(&n_rows);
  stack->row_rfc = g_new(Name, n_rows);
  stack->row_hits = g_new0(uint64_t, n_rows);
  for (unsigned i = 0; i < n_rows; i++)
    stack->row_rfc[i] = names_intern(names, rows[i].rfc);
  for (unsigned i = 0; i < TCP_CHECK_COUNT; i++)
    stack->check_rfc[i] = names_intern(names, tcp_check_section((TcpCheck)i));
}

TcpStack *tcp_stack_new(Sim *sim, const Tracer *tracer, const TcpParams *params, Name host_name, const TcpOps *ops,
                        void *host) {
  TcpStack *stack = g_new0(TcpStack, 1);
  stack->sim = sim;
  stack->tracer = tracer;
  stack->params = *params;
  stack->has_idle_timers = params->keepalive || (params->user_timeout != SIM_NEVER &&
                                                 params->user_timeout_from == TCP_USER_TIMEOUT_FROM_SENDING);
  stack->host_name = host_name;
  stack->ops = ops;
  stack->host = host;
  tcp_fsm_index_init(&stack->fsm);
  stack->kind_sending = sim_add_lazy_kind(sim, &TCP_KIND_SENDING, tcp_timers_sending_of, stack);
  stack->kind_ack = sim_add_lazy_kind(sim, &TCP_KIND_ACK, tcp_timers_ack_of, stack);
  stack->kind_state = sim_add_kind(sim, &TCP_KIND_STATE, stack);
  sim_set_prefetch(sim, stack->kind_sending, tcp_timers_prefetch);
  sim_set_prefetch(sim, stack->kind_ack, tcp_timers_prefetch);
  sim_set_prefetch(sim, stack->kind_state, tcp_timers_prefetch);
  stack->kind_user = sim_add_kind(sim, &TCP_KIND_USER, stack);
  stack->kind_keepalive = sim_add_kind(sim, &TCP_KIND_KEEPALIVE, stack);
  intern_words(stack);
  return stack;
}

void tcp_stack_free(TcpStack *stack) {
  if (!stack)
    return;
  for (TcpHandle handle = 1; handle <= tcp_conn_highest(stack); handle++)
    if (!tcp_conn_get(stack, handle)->state_free)
      g_free(tcp_conn_get(stack, handle)->options);
  for (uint32_t i = 0; i < stack->n_chunks; i++)
    g_free(stack->chunks[i]);
  g_free(stack->chunks);
  g_free(stack->row_rfc);
  g_free(stack->row_hits);
  tcp_pool_clear(&stack->pool);
  g_free(stack);
}

const TcpParams *tcp_stack_params(const TcpStack *stack) {
  return &stack->params;
}

const uint64_t *tcp_stack_row_hits(const TcpStack *stack) {
  return stack->row_hits;
}

TcpHandle tcp_conn_highest(const TcpStack *stack) {
  return stack->n_chunks << TCP_CHUNK_BITS;
}

/* A free TCB keeps the next free handle in `owner`. */
static void add_chunk(TcpStack *stack) {
  uint32_t first = stack->n_chunks << TCP_CHUNK_BITS;
  stack->chunks = g_renew(TcpConn *, stack->chunks, stack->n_chunks + 1);
  stack->chunks[stack->n_chunks++] = g_new(TcpConn, CHUNK_SIZE);
  for (uint32_t i = CHUNK_SIZE; i-- > 0;) {
    TcpHandle handle = first + i + 1;
    tcp_conn_get(stack, handle)->who.owner = stack->free_conn;
    tcp_conn_get(stack, handle)->state_free = TRUE;
    tcp_conn_get(stack, handle)->t_sending = tcp_conn_get(stack, handle)->t_ack = LAZY_TIMER_STOPPED;
    stack->free_conn = handle;
  }
}

TcpConn *tcp_conn_new(TcpStack *stack, const TcpIdentity *identity, TcpState state) {
  if (!stack->free_conn)
    add_chunk(stack);
  TcpHandle handle = stack->free_conn;
  TcpConn *conn = tcp_conn_get(stack, handle);
  stack->free_conn = conn->who.owner;
  *conn = (TcpConn){.stack = stack,
                    .handle = handle,
                    .who = *identity,
                    .state = (uint8_t)state,
                    .t_sending = conn->t_sending,
                    .t_ack = conn->t_ack};
  conn->mss = stack->params.mss;
  conn->t_state = conn->t_user = conn->t_keepalive = TIMER_STOPPED;
  conn->text_at = conn->text_sent_at = SIM_NEVER;
  conn->rcv_mss = LEAST_MSS;
  conn->heard_at = sim_now(stack->sim);
  conn->min_rtt = SIM_NEVER;
  tcp_rto_init(conn);
  tcp_limits_note(conn);
  return conn;
}

void tcp_conn_release(TcpConn *conn) {
  conn->state_free = TRUE;
  conn->who.owner = conn->stack->free_conn;
  conn->stack->free_conn = conn->handle;
}

static void conn_free(TcpConn *conn) {
  TcpStack *stack = conn->stack;
  tcp_timers_stop_all(conn);
  tcp_queue_clear(&stack->pool, &conn->sent);
  tcp_queue_clear(&stack->pool, &conn->marks);
  tcp_queue_clear(&stack->pool, &conn->held);
  g_clear_pointer(&conn->options, g_free);
  stack->ops->deleted(stack->host, conn->handle);
  tcp_conn_release(conn);
}

TcpState tcp_end_state(const TcpStack *stack, TcpHandle end) {
  return (TcpState)tcp_conn_get(stack, end)->state;
}

uint32_t tcp_end_owner(const TcpStack *stack, TcpHandle end) {
  return tcp_conn_get(stack, end)->who.owner;
}

void tcp_end_prefetch(const TcpStack *stack, TcpHandle end) {
  const char *conn = (const char *)tcp_conn_get(stack, end);
  for (size_t i = 0; i < sizeof(TcpConn); i += 64)
    __builtin_prefetch(conn + i, 1);
}

uint32_t tcp_end_unread(const TcpStack *stack, TcpHandle end) {
  return tcp_conn_get(stack, end)->unread;
}

Seq tcp_end_iss(const TcpStack *stack, TcpHandle end) {
  return tcp_conn_get(stack, end)->snd.iss;
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

/* The first of `row` and those after it in its cell whose guard holds; the cell of `stimulus`. */
static G_GNUC_NO_INLINE const TcpRow *row_that_holds(const TcpConn *conn, const TcpRow *row, TcpStimulus stimulus,
                                                     const Segment *segment) {
  while (row && row->guard != TCP_GUARD_ALWAYS && !tcp_guard_holds(conn, (TcpGuard)row->guard, segment))
    row = tcp_fsm_next(&conn->stack->fsm, row, (TcpState)conn->state);
  if (!row)
    g_error("impossible: %s in %s", tcp_stimulus_name(stimulus), tcp_state_name((TcpState)conn->state));
  return row;
}

const TcpRow *tcp_conn_row(const TcpConn *conn, TcpStimulus stimulus, const Segment *segment) {
  const TcpRow *row = tcp_fsm_first(&conn->stack->fsm, (TcpState)conn->state, stimulus);
  return row && row->guard == TCP_GUARD_ALWAYS ? row : row_that_holds(conn, row, stimulus, segment);
}

/* --- actions ------------------------------------------------------------------------------------------------------ */

static void owe_ack(TcpConn *conn, Name why) {
  conn->ack_now = TRUE;
  conn->ack_why = why;
}

/* RFC 6298 5.5: the timeout doubles; the first few of a SYN do not, where a stack has it so. */
static void back_off(TcpConn *conn) {
  gboolean linear =
      conn->state == TCP_STATE_SYN_SENT && conn->retransmissions <= conn->stack->params.syn_linear_timeouts;
  if (!linear && conn->backoff < UINT8_MAX)
    conn->backoff++;
}

static void retransmit_front(TcpConn *conn) {
  TcpEntry *entry = tcp_queue_front(&conn->stack->pool, &conn->sent);
  g_assert(entry);
  if (conn->retransmissions++ == 0)
    conn->retransmitting_since = sim_now(conn->stack->sim);
  if (conn->state >= TCP_STATE_ESTABLISHED)
    tcp_cwnd_timeout(conn);
  back_off(conn);
  tcp_output_retransmit(conn, entry, conn->stack->why.retransmission);
  tcp_timers_sending(conn, TRUE);
}

/* RFC 9293 3.8.4: a segment below the window, so that it must be answered; only when nothing is unacknowledged. */
static void probe_idle(TcpConn *conn) {
  if (!conn->sent.head && !conn->unsent) {
    conn->keepalives++;
    tcp_output_keepalive(conn);
  }
}

static void probe_tail(TcpConn *conn) {
  conn->probing_tail = TRUE;
  if (!tcp_output_probe_new(conn)) /* RFC 8985 7.3: new data rather than old */
    tcp_output_retransmit(conn, tcp_queue_back(&conn->stack->pool, &conn->sent), conn->stack->why.probe);
  conn->tail_probe_end = conn->snd.nxt;
  tcp_timers_sending(conn, TRUE);
}

static void probe_window(TcpConn *conn) {
  if (conn->snd.wnd > 0) { /* open, but too small to be worth sending until now (3.8.6.2.1, the override timeout) */
    tcp_output_window_probe(conn);
    tcp_timers_sending(conn, TRUE);
    return;
  }
  conn->retransmissions++; /* until it is answered */
  conn->probe_answered = FALSE;
  if (conn->persist_backoff < UINT8_MAX)
    conn->persist_backoff++;
  tcp_output_window_probe(conn);
  tcp_timers_persist(conn);
}

/* The half-open connection goes, the passive OPEN stays (RFC 9293 3.10.7.4 second). */
static void listen_again(TcpConn *conn) {
  TcpStack *stack = conn->stack;
  tcp_queue_clear(&stack->pool, &conn->sent);
  tcp_queue_clear(&stack->pool, &conn->held);
  tcp_queue_clear(&stack->pool, &conn->marks);
  conn->unsent = 0;
  conn->close_deferred = FALSE;
  conn->retransmissions = 0;
  conn->backoff = 0;
  conn->has_rtt = FALSE;
  conn->cwnd = 0;
  conn->syn_lost = FALSE;
  conn->mss = stack->params.mss;
  conn->ack_now = FALSE;
  tcp_rto_init(conn);
}

static const TcpNotice NOTICES[TCP_ACTION_COUNT] = {
    [TCP_ACTION_TELL_OPEN] = TCP_NOTICE_OPEN,       [TCP_ACTION_TELL_EOF] = TCP_NOTICE_EOF,
    [TCP_ACTION_TELL_RESET] = TCP_NOTICE_RESET,     [TCP_ACTION_TELL_REFUSED] = TCP_NOTICE_REFUSED,
    [TCP_ACTION_TELL_TIMEOUT] = TCP_NOTICE_TIMEOUT, [TCP_ACTION_TELL_CLOSED] = TCP_NOTICE_CLOSED,
};

static void send_syn_ack(TcpConn *conn) {
  if (!conn->sent.head)
    tcp_output_queue_syn(conn);
  else /* simultaneous open: the SYN again, now with an ACK */
    tcp_output_retransmit(conn, tcp_queue_front(&conn->stack->pool, &conn->sent), 0);
}

/* One row's actions, in the order of TCP_ACTIONS. SEND_ACK is a debt that tcp_conn_finish() pays, so that data or a FIN
 * sent in the same event carry it. */
static void perform(TcpConn *conn, TcpAction action, const Segment *segment) {
  switch (action) {
  case TCP_ACTION_STOP_TIMERS:
    tcp_timers_stop_all(conn);
    break;
  case TCP_ACTION_LISTEN_AGAIN:
    listen_again(conn);
    break;
  case TCP_ACTION_SEND_SYN:
    tcp_output_queue_syn(conn);
    break;
  case TCP_ACTION_SEND_SYN_ACK:
    send_syn_ack(conn);
    break;
  case TCP_ACTION_QUEUE_FIN:
    conn->fin_queued = TRUE;
    break;
  case TCP_ACTION_DEFER_CLOSE:
    conn->close_deferred = TRUE;
    break;
  case TCP_ACTION_SEND_ACK:
    owe_ack(conn, 0);
    break;
  case TCP_ACTION_SEND_ACK_OF_FIN:
    tcp_acks_fin_taken(conn, segment && segment->len && !conn->filled_hole);
    break;
  case TCP_ACTION_SEND_CHALLENGE_ACK:
    owe_ack(conn, conn->stack->why.challenge);
    break;
  case TCP_ACTION_SEND_RST:
    tcp_output_rst(conn, segment);
    break;
  case TCP_ACTION_RETRANSMIT:
    retransmit_front(conn);
    break;
  case TCP_ACTION_RESEND_LOST:
    tcp_sack_resend_lost(conn);
    break;
  case TCP_ACTION_PROBE_IDLE:
    probe_idle(conn);
    break;
  case TCP_ACTION_SEND_SYN_ACK_AGAIN:
    tcp_output_retransmit(conn, tcp_queue_front(&conn->stack->pool, &conn->sent), conn->stack->why.retransmission);
    break;
  case TCP_ACTION_PROBE_TAIL:
    probe_tail(conn);
    break;
  case TCP_ACTION_PROBE_WINDOW:
    probe_window(conn);
    break;
  case TCP_ACTION_START_TIME_WAIT:
    tcp_timers_time_wait(conn);
    break;
  case TCP_ACTION_START_FIN_WAIT_2:
    tcp_timers_fin_wait_2(conn);
    break;
  case TCP_ACTION_START_LAST_ACK:
    tcp_timers_last_ack(conn);
    break;
  case TCP_ACTION_TELL_OPEN:
  case TCP_ACTION_TELL_EOF:
  case TCP_ACTION_TELL_RESET:
  case TCP_ACTION_TELL_REFUSED:
  case TCP_ACTION_TELL_TIMEOUT:
  case TCP_ACTION_TELL_CLOSED:
    conn->stack->ops->notice(conn->stack->host, conn->handle, NOTICES[action]);
    break;
  case TCP_ACTION_DELETE_TCB:
    conn->deleted = TRUE;
    break;
  case TCP_ACTION_QUEUE_DATA: /* the call itself does these three: they have arguments or results */
  case TCP_ACTION_DELIVER:
  case TCP_ACTION_FAIL_CALL:
    break;
  case TCP_ACTION_COUNT:
    g_assert_not_reached();
  }
}

/* --- apply -------------------------------------------------------------------------------------------------------- */

static G_GNUC_NO_INLINE void trace_row(const TcpConn *conn, const TcpRow *row, const Segment *segment) {
  const TcpStack *stack = conn->stack;
  unsigned n_rows;
  Name rfc = stack->row_rfc[row - tcp_fsm_rows(&n_rows)];
  TraceRecord record = {.t = sim_now(stack->sim)};
  if (row->to < TCP_STATE_COUNT) {
    record.kind = TRACE_STATE;
    record.state.host = stack->host_name;
    record.state.conn = conn->who.conn_name;
    record.state.from = (TcpState)conn->state;
    record.state.to = (TcpState)row->to;
    record.state.stimulus = (TcpStimulus)row->stimulus;
    record.state.guard = (TcpGuard)row->guard;
    record.state.rfc = rfc;
    record.state.cause = segment ? segment->id : 0;
  } else {
    record.kind = TRACE_RULE;
    record.rule.host = stack->host_name;
    record.rule.conn = conn->who.conn_name;
    record.rule.state = (TcpState)conn->state;
    record.rule.outcome = row->to == TCP_STAY ? TRACE_WORD_STAY : TRACE_WORD_IGNORE;
    record.rule.stimulus = (TcpStimulus)row->stimulus;
    record.rule.guard = (TcpGuard)row->guard;
    record.rule.rfc = rfc;
    record.rule.cause = segment ? segment->id : 0;
  }
  tracer_put(stack->tracer, &record);
}

/* RFC 5961 7: answers to empty unacceptable segments are counted, in periods. The SYN that SYN-SENT waits for is none.
 * */
static void count_answer(TcpConn *conn, TcpStimulus stimulus, const Segment *segment) {
  gboolean counted = stimulus == TCP_SEG_UNACCEPTABLE || stimulus == TCP_SEG_RST_INEXACT ||
                     (stimulus == TCP_SEG_SYN && conn->state != TCP_STATE_SYN_SENT) || stimulus == TCP_SEG_BAD_ACK;
  if (!counted || !segment || !tcp_answer_is_limited(segment) || conn->stack->params.challenge_limit == TCP_UNLIMITED)
    return;
  SimTime now = sim_now(conn->stack->sim);
  if (conn->answers == 0 || now - conn->answers_since >= conn->stack->params.challenge_period) {
    conn->answers = 0;
    conn->answers_since = now;
  }
  conn->answers++;
}

void tcp_conn_apply_row(TcpConn *conn, const TcpRow *row, const Segment *segment) {
  unsigned n_rows;
  conn->stack->row_hits[row - tcp_fsm_rows(&n_rows)]++;
  if (tracer_on(conn->stack->tracer))
    trace_row(conn, row, segment);
  uint32_t actions = row->actions;
  if (actions & (1u << TCP_ACTION_SEND_ACK | 1u << TCP_ACTION_SEND_CHALLENGE_ACK))
    count_answer(conn, (TcpStimulus)row->stimulus, segment);
  if (actions & 1u << TCP_ACTION_STOP_TIMERS) { /* while they still have the names of the old state */
    perform(conn, TCP_ACTION_STOP_TIMERS, segment);
    actions &= ~(1u << TCP_ACTION_STOP_TIMERS);
  }
  if (row->to < TCP_STATE_COUNT) {
    conn->state = row->to;
    tcp_limits_note(conn);
  }
  for (; actions; actions &= actions - 1)
    perform(conn, (TcpAction)__builtin_ctz(actions), segment);
  if (conn->deleted && row->actions & 1u << TCP_ACTION_SEND_ACK) /* no later event will pay this debt */
    tcp_output_ack(conn, 0);
  if (row->to < TCP_STATE_COUNT || row->actions & 1u << TCP_ACTION_START_TIME_WAIT) {
    SimTime until = row->to == TCP_STATE_TIME_WAIT || row->to == TCP_STAY ? conn->t_state.until : SIM_NEVER;
    conn->stack->ops->entered(conn->stack->host, conn->handle, (TcpState)conn->state, until);
  }
}

const TcpRow *tcp_conn_apply(TcpConn *conn, TcpStimulus stimulus, const Segment *segment) {
  const TcpRow *row = tcp_conn_row(conn, stimulus, segment);
  tcp_conn_apply_row(conn, row, segment);
  return row;
}

void tcp_conn_finish(TcpConn *conn) {
  if (!conn->deleted) {
    if (!tcp_output_is_quiet(conn))
      tcp_output(conn);
    if (conn->ack_now)
      tcp_output_ack(conn, conn->ack_why);
    if (tcp_has_idle_timers(conn)) {
      tcp_timers_user(conn, FALSE);
      tcp_timers_keepalive(conn);
    }
  }
  conn->stack->cause = 0;
  if (conn->deleted)
    conn_free(conn);
}
