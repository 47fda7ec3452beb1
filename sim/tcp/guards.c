/* The guards of the table: each a question to the TCB, the segment and the profile, and nothing else. */
#include "tcp/tcp_conn_priv.h"

/* RFC 5961 7: only segments that occupy no sequence numbers are limited, else a lost ACK might never be repeated. */
gboolean tcp_answer_is_limited(const Segment *segment) {
  return segment_seq_len(segment) == 0 || segment->flags & TCP_SYN;
}

static gboolean answers_used_up(const TcpConn *conn, const Segment *segment) {
  const TcpParams *params = &conn->stack->params;
  if (!segment || !tcp_answer_is_limited(segment))
    return FALSE;
  return conn->answers >= params->challenge_limit &&
         sim_now(conn->stack->sim) - conn->answers_since < params->challenge_period;
}

/* RFC 6191 2. */
static gboolean syn_is_newer_by_timestamp(const TcpConn *conn, const Segment *segment) {
  gboolean has_ts = (segment->opts.has & TCP_OPT_TS) != 0;
  gboolean newer_seq = seq_gt(segment->seq, conn->rcv.nxt - 1);
  if (!has_ts)
    return newer_seq;
  if (!conn->ts_on)
    return TRUE;
  return seq_gt(segment->opts.ts_val, conn->ts_recent) || (segment->opts.ts_val == conn->ts_recent && newer_seq);
}

static gboolean syn_reopens(const TcpConn *conn, const Segment *segment) {
  const TcpStack *stack = conn->stack;
  if (!segment || segment->flags & (TCP_ACK | TCP_RST) || !stack->ops->listens(stack->host, segment))
    return FALSE;
  gboolean both_ts = conn->ts_on && segment->opts.has & TCP_OPT_TS;
  switch (stack->params.syn_in_time_wait) {
  case TCP_SYN_IN_TIME_WAIT_NEWER:
    return seq_gt(segment->seq, conn->rcv.nxt);
  case TCP_SYN_IN_TIME_WAIT_RFC6191:
    return syn_is_newer_by_timestamp(conn, segment);
  case TCP_SYN_IN_TIME_WAIT_LINUX:
    if (both_ts && seq_lt(segment->opts.ts_val, conn->ts_recent))
      return FALSE; /* PAWS */
    return seq_gt(segment->seq, conn->rcv.nxt) || (both_ts && seq_gt(segment->opts.ts_val, conn->ts_recent));
  default:
    return FALSE;
  }
}

static gboolean in_window(const TcpConn *conn, const Segment *segment) {
  return segment && seq_in(segment->seq, conn->rcv.nxt, tcp_receive_window(conn));
}

static gboolean keepalives_used_up(const TcpConn *conn) {
  uint32_t limit = conn->options ? conn->options->keepalive_count : conn->stack->params.keepalive_count;
  return conn->keepalives >= limit;
}

static gboolean front_is_bare_fin(const TcpConn *conn) {
  const TcpEntry *front = tcp_queue_front(&conn->stack->pool, &conn->sent);
  return front && front->flags & TCP_FIN && front->len == 0;
}

static gboolean time_wait_reusable(const TcpConn *conn) {
  const TcpParams *params = &conn->stack->params;
  SimTime entered_at = conn->t_state.until - params->time_wait;
  if (params->bug_port_freed_early)
    return TRUE;
  return params->time_wait_reuse == TCP_TIME_WAIT_REUSE_TIMESTAMPS && conn->ts_on &&
         sim_now(conn->stack->sim) - entered_at > params->time_wait_reuse_delay;
}

/* Guards about opening, closing and giving up. */
static gboolean call_guard_holds(const TcpConn *conn, TcpGuard guard) {
  const TcpParams *params = &conn->stack->params;
  switch ((int)guard) {
  case TCP_GUARD_PASSIVE_OPEN:
    return conn->passive_open;
  case TCP_GUARD_SYN_ACKED:
    return seq_gt(conn->snd.una, conn->snd.iss);
  case TCP_GUARD_EMBRYO_DROPPED:
    return params->syn_received_close == TCP_SYN_RECEIVED_CLOSE_DROP && conn->nobody_reads;
  case TCP_GUARD_SHUTDOWN_WAITS:
    return params->syn_received_close == TCP_SYN_RECEIVED_CLOSE_DROP && !conn->nobody_reads;
  case TCP_GUARD_EMBRYO_RESET:
    return params->embryo_syn == TCP_EMBRYO_SYN_RESET && conn->passive_open;
  case TCP_GUARD_NOTHING_QUEUED:
    return conn->unsent == 0 && params->syn_received_close == TCP_SYN_RECEIVED_CLOSE_FIN;
  case TCP_GUARD_CLOSE_QUEUED:
    return conn->close_deferred || conn->fin_queued;
  case TCP_GUARD_UNREAD_DATA:
    return params->rst_on_unread && conn->nobody_reads && conn->unread > 0;
  case TCP_GUARD_LAST_ACK_AT_CALL:
    return params->last_ack_entry == TCP_LAST_ACK_ENTRY_CALL;
  case TCP_GUARD_LIMIT_REACHED:
    return tcp_limit_reached(conn);
  case TCP_GUARD_KEEPALIVE_RST:
    return keepalives_used_up(conn) && params->keepalive_rst;
  case TCP_GUARD_KEEPALIVE_LIMIT:
    return keepalives_used_up(conn);
  case TCP_GUARD_ABORT_AFTER_FIN:
    return params->abort_after_fin == TCP_ABORT_AFTER_FIN_RESET ||
           (params->abort_after_fin == TCP_ABORT_AFTER_FIN_UNSENT && !conn->fin_sent);
  case TCP_GUARD_NO_FIN_WAIT_2:
    return tcp_fin_wait_2_refused(conn);
  case TCP_GUARD_NO_PCB_LEFT:
    return tcp_pcbs_full(conn->stack);
  case TCP_GUARD_ABORT_WAITS:
    return params->rst_enters_time_wait;
  case TCP_GUARD_TIME_WAIT_REUSED:
    return time_wait_reusable(conn);
  case TCP_GUARD_BUG_FIN_SENT_ONCE:
    return params->bug_fin_not_retransmitted && front_is_bare_fin(conn);
  case TCP_GUARD_BUG_TIME_WAIT_FROM_LAST_ACK:
    return params->bug_time_wait_from_last_ack;
  case TCP_GUARD_BUG_NO_TIME_WAIT:
    return params->bug_no_time_wait;
  case TCP_GUARD_BUG_CLOSING_SKIPPED:
    return params->bug_closing_skipped;
  case TCP_GUARD_BUG_RST_ON_CROSSING_FIN:
    return params->bug_rst_on_crossing_fin;
  }
  g_assert_not_reached();
}

gboolean tcp_guard_holds(const TcpConn *conn, TcpGuard guard, const Segment *segment) {
  const TcpParams *params = &conn->stack->params;
  gboolean has_ack = segment && segment->flags & TCP_ACK;
  switch ((int)guard) {
  case TCP_GUARD_ALWAYS:
    return TRUE;
  case TCP_GUARD_ANSWER_LIMITED:
    return answers_used_up(conn, segment);
  case TCP_GUARD_SYN_REOPENS:
    return syn_reopens(conn, segment);
  case TCP_GUARD_OLD_SYN_DROPPED:
    return params->old_syn_in_time_wait == TCP_OLD_SYN_IN_TIME_WAIT_DROP;
  case TCP_GUARD_OLD_SYN_RESET:
    return params->old_syn_in_time_wait == TCP_OLD_SYN_IN_TIME_WAIT_RESET && in_window(conn, segment);
  case TCP_GUARD_OLD_TIMESTAMP_RESTARTS:
    return params->time_wait_restart == TCP_TIME_WAIT_RESTART_ANY && segment && conn->ts_on &&
           segment->opts.has & TCP_OPT_TS && seq_lt(segment->opts.ts_val, conn->ts_recent);
  case TCP_GUARD_SYN_RESETS:
    return params->syn_accepted == TCP_SYN_ACCEPTED_RESET && in_window(conn, segment);
  case TCP_GUARD_SYN_ACK_REPEATED:
    return params->syn_ack_repeated;
  case TCP_GUARD_RST_ENDS_TIME_WAIT:
    return params->rst_in_time_wait == TCP_RST_IN_TIME_WAIT_KILL;
  case TCP_GUARD_TIME_WAITS_FULL:
    return tcp_time_waits_full(conn) &&
           (conn->state != TCP_STATE_FIN_WAIT_2 || conn->counted_time_wait || segment); /* not its own timer */
  case TCP_GUARD_FIN_RESTARTS_TIME_WAIT:
    return params->time_wait_restart != TCP_TIME_WAIT_RESTART_NEVER &&
           (has_ack || params->time_wait_restart != TCP_TIME_WAIT_RESTART_ANY);
  case TCP_GUARD_ANY_RESTARTS_TIME_WAIT:
    return has_ack && params->time_wait_restart == TCP_TIME_WAIT_RESTART_ANY;
  case TCP_GUARD_UNACCEPTABLE_RESTARTS_TIME_WAIT:
    return params->time_wait_restart == TCP_TIME_WAIT_RESTART_UNACCEPTABLE ||
           (has_ack && params->time_wait_restart == TCP_TIME_WAIT_RESTART_ANY) ||
           (segment && segment->flags & TCP_FIN && params->time_wait_restart == TCP_TIME_WAIT_RESTART_ANY_FIN);
  case TCP_GUARD_ODD_ACK_ANSWERED:
    return params->time_wait_answers_odd && segment &&
           (segment->seq != conn->rcv.nxt || segment->ack != conn->snd.nxt || segment->len);
  }
  return call_guard_holds(conn, guard);
}
