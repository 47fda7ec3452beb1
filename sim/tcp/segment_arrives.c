/* RFC 9293 3.10.7, SEGMENT ARRIVES: the checks, in the RFC's order, a function a step. A step recognises and raises
 * stimuli; what a stimulus does to the state is the table's business (tcp_fsm.c). A step returns GO_ON or DONE.
 *
 * OMITTED: security and compartment (third), urgent data (sixth). */
#include "tcp/tcp_conn_priv.h"

typedef enum { GO_ON, DONE } Verdict;

/* RFC 9293 3.6.1: a connection that follows another on the same tuple must start beyond its last number; as Linux does,
 * beyond every window too. */
#define SUCCESSOR_ISS_STEP 65537

static void discard(TcpConn *conn, const Segment *segment, TcpCheck check) {
  const TcpStack *stack = conn->stack;
  if (!tracer_on(stack->tracer))
    return;
  TraceRecord record = {.t = sim_now(stack->sim), .kind = TRACE_DISCARDED};
  record.discarded.host = stack->host_name;
  record.discarded.conn = conn->who.conn_name;
  record.discarded.id = segment->id;
  record.discarded.check = check;
  record.discarded.rfc = stack->check_rfc[check];
  tracer_put(stack->tracer, &record);
}

static Verdict refuse(TcpConn *conn, TcpStimulus stimulus, const Segment *segment, TcpCheck check) {
  discard(conn, segment, check);
  tcp_conn_apply(conn, stimulus, segment);
  return DONE;
}

static Verdict drop(TcpConn *conn, const Segment *segment, TcpCheck check) {
  discard(conn, segment, check);
  return DONE;
}

/* --- shared by the steps ------------------------------------------------------------------------------------------ */

/* SND.UNA < SEG.ACK =< SND.NXT */
static gboolean ack_is_new(const TcpConn *conn, const Segment *segment) {
  if (G_UNLIKELY(conn->stack->params.bug_plain_compare))
    return segment->ack > conn->snd.una && segment->ack <= conn->snd.nxt;
  return seq_gt(segment->ack, conn->snd.una) && seq_le(segment->ack, conn->snd.nxt);
}

/* The peer's SYN, in LISTEN and SYN-SENT: IRS, the window, the options. */
static void take_syn(TcpConn *conn, const Segment *segment) {
  conn->rcv.irs = segment->seq;
  conn->rcv.nxt = conn->rcv.wup = segment->seq + 1;
  conn->rcv.edge = conn->rcv.nxt + tcp_conn_buffer(conn);
  conn->snd.wnd = conn->snd.max_wnd = segment->win; /* never shifted in a SYN (RFC 7323 2.2) */
  conn->snd.wl1 = segment->seq;
  conn->snd.wl2 = segment->ack;
  tcp_options_take_syn(conn, segment);
}

/* RFC 6298 3 (Karn): no sample when any of it was sent twice, unless a timestamp tells which transmission it was. */
static void sample_rtt(TcpConn *conn, const Segment *segment, SimTime first_sent_at, gboolean ambiguous) {
  if (first_sent_at == SIM_NEVER)
    return;
  if (!ambiguous) {
    tcp_rto_sample(conn, sim_now(conn->stack->sim) - first_sent_at);
  } else if (conn->ts_on && segment->opts.has & TCP_OPT_TS && segment->opts.ts_ecr) {
    uint32_t ticks = tcp_timestamp_now(conn) - segment->opts.ts_ecr;
    if (ticks < INT32_MAX)
      tcp_rto_sample(conn, SIM_MS(MAX(ticks, 1)));
  }
}

/* Takes what the segment acknowledges out of the retransmission queue. */
static void forget_acked(TcpConn *conn, const Segment *segment) {
  Seq ack = segment->ack;
  TcpPool *pool = &conn->stack->pool;
  SimTime first_sent_at = SIM_NEVER;
  gboolean ambiguous = FALSE;
  for (TcpEntry *entry; (entry = tcp_queue_front(pool, &conn->sent));) {
    if (seq_gt(entry->seq + tcp_entry_seq_len(entry), ack)) {
      if (seq_gt(ack, entry->seq)) { /* part of it */
        entry->len -= ack - entry->seq;
        entry->seq = ack;
      }
      break;
    }
    if (entry->attempts > 1) {
      ambiguous = TRUE;
      conn->syn_lost |= entry->flags & TCP_SYN && entry->attempts > 2;
    }
    if (first_sent_at == SIM_NEVER)
      first_sent_at = entry->sent_at;
    if (!entry->sacked)
      tcp_sack_delivered(conn, entry);
    tcp_queue_pop(pool, &conn->sent);
  }
  sample_rtt(conn, segment, first_sent_at, ambiguous);
}

/* RFC 9293 3.10.7.4 fifth, and RFC 6298 5.2, 5.3: SND.UNA moves. */
static void take_ack(TcpConn *conn, const Segment *segment) {
  Seq ack = segment->ack;
  uint32_t octets = ack - conn->snd.una;
  conn->snd.una = ack;
  forget_acked(conn, segment);
  tcp_cwnd_acked(conn, octets);
  conn->duplicate_acks = 0;
  conn->retransmissions = 0;
  conn->retransmitting_since = SIM_NEVER;
  if (conn->probing_tail && seq_ge(ack, conn->tail_probe_end))
    conn->probing_tail = FALSE;
  tcp_timers_sending(conn, TRUE);
  if (tcp_has_idle_timers(conn))
    tcp_timers_user(conn, TRUE);
}

/* RFC 6298 5.7: after a SYN was sent again its timeout, if short, becomes 3 s. */
static void opened(TcpConn *conn) {
  if (!conn->has_rtt) {
    conn->rto = MAX(conn->rto, SIM_S(3));
    conn->backoff = 0;
  }
}

static void set_window(TcpConn *conn, const Segment *segment) {
  conn->snd.wnd = (uint32_t)segment->win << conn->snd_wscale;
  conn->snd.max_wnd = MAX(conn->snd.max_wnd, conn->snd.wnd);
  conn->snd.wl1 = segment->seq;
  conn->snd.wl2 = segment->ack;
}

/* SND.WND follows the newest segment: SND.WL1 and SND.WL2 keep an old one from setting it. */
static void update_window(TcpConn *conn, const Segment *segment) {
  if (seq_lt(segment->ack, conn->snd.una) || seq_gt(segment->ack, conn->snd.nxt))
    return;
  if (seq_lt(conn->snd.wl1, segment->seq) || (conn->snd.wl1 == segment->seq && seq_le(conn->snd.wl2, segment->ack)))
    set_window(conn, segment);
}

static void deferred_close(TcpConn *conn) {
  if (conn->close_deferred) {
    conn->close_deferred = FALSE;
    tcp_conn_apply(conn, TCP_CALL_CLOSE, NULL);
  }
}

/* --- 3.10.7.2 LISTEN ---------------------------------------------------------------------------------------------- */

static Verdict arrives_in_listen(TcpConn *conn, const Segment *segment) {
  /* First, check for a RST. */
  if (segment->flags & TCP_RST)
    return refuse(conn, TCP_SEG_RST, segment, TCP_CHECK_LISTEN_RST);
  /* Second, check for an ACK. */
  if (segment->flags & TCP_ACK)
    return refuse(conn, TCP_SEG_BAD_ACK, segment, TCP_CHECK_LISTEN_ACK);
  /* Third, check for a SYN. */
  gboolean odd = segment->flags & TCP_FIN && conn->stack->params.syn_fin_dropped;
  if (segment->flags & TCP_SYN && !odd) {
    tcp_make_room(conn->stack);
    if (tcp_pcbs_full(conn->stack))
      return refuse(conn, TCP_SEG_SYN, segment, TCP_CHECK_LISTEN_ROOM);
    take_syn(conn, segment);
    tcp_conn_apply(conn, TCP_SEG_SYN, segment);
    return DONE;
  }
  /* Fourth, other data or control. */
  return refuse(conn, TCP_SEG_UNACCEPTABLE, segment, TCP_CHECK_LISTEN_OTHER);
}

/* --- 3.10.7.3 SYN-SENT -------------------------------------------------------------------------------------------- */

static Verdict arrives_in_syn_sent(TcpConn *conn, const Segment *segment) {
  gboolean has_ack = (segment->flags & TCP_ACK) != 0;
  /* First, check the ACK bit. */
  if (has_ack && !ack_is_new(conn, segment)) {
    if (segment->flags & TCP_RST)
      return drop(conn, segment, TCP_CHECK_SYN_SENT_ACK);
    return refuse(conn, TCP_SEG_BAD_ACK, segment, TCP_CHECK_SYN_SENT_ACK);
  }
  /* Second, check the RST bit. */
  if (segment->flags & TCP_RST) {
    if (!has_ack)
      return drop(conn, segment, TCP_CHECK_SYN_SENT_RST);
    tcp_conn_apply(conn, TCP_SEG_RST, segment);
    return DONE;
  }
  /* Fourth, check the SYN bit. */
  if (segment->flags & TCP_SYN) {
    take_syn(conn, segment);
    if (has_ack)
      take_ack(conn, segment);
    tcp_conn_apply(conn, TCP_SEG_SYN, segment);
    if (conn->state != TCP_STATE_ESTABLISHED)
      return DONE;
    opened(conn);
    deferred_close(conn);
    return GO_ON; /* "continue processing at the sixth step": data that came along */
  }
  /* Fifth: neither SYN nor RST. */
  return refuse(conn, TCP_SEG_UNACCEPTABLE, segment, TCP_CHECK_SYN_SENT_OTHER);
}

/* --- 3.10.7.4 other states ---------------------------------------------------------------------------------------- */

/* A FIN needs no room: some stacks take a bare one though the window is shut. */
static gboolean is_fin_in_shut_window(const TcpConn *conn, const Segment *segment) {
  return conn->stack->params.fin_in_shut_window && !conn->fin_rcvd && tcp_receive_window(conn) == 0 &&
         segment->len == 0 && segment->seq == conn->rcv.nxt && (segment->flags & (TCP_SYN | TCP_FIN)) == TCP_FIN;
}

/* For Linux the window begins where its last ACK left off (not for the stand-in of an orphan); for FreeBSD it does so
 * where a RST is concerned. */
static gboolean is_behind_last_ack(const TcpConn *conn, const Segment *segment) {
  const TcpParams *params = &conn->stack->params;
  gboolean counts = segment->flags & TCP_RST && params->rst_accepted == TCP_RST_ACCEPTED_LAST_ACK;
  counts |= params->last_ack_inclusive && !(conn->state == TCP_STATE_FIN_WAIT_2 && conn->nobody_reads);
  return counts && segment_seq_len(segment) == 0 && seq_ge(segment->seq, conn->rcv.wup) &&
         seq_lt(segment->seq, conn->rcv.nxt);
}

/* RFC 9293 3.4, table 5: the four cases. */
static gboolean is_acceptable(const TcpConn *conn, const Segment *segment) {
  uint32_t len = segment_seq_len(segment), window = tcp_receive_window(conn);
  if (is_behind_last_ack(conn, segment))
    return TRUE;
  if (window == 0)
    return (len == 0 && segment->seq == conn->rcv.nxt) || is_fin_in_shut_window(conn, segment);
  if (seq_in(segment->seq, conn->rcv.nxt, window))
    return TRUE;
  if (len == 0 && segment->seq == conn->rcv.edge && conn->stack->params.edge_inclusive &&
      !(segment->flags & TCP_RST && conn->stack->params.rst_edge_exclusive))
    return TRUE;
  return len > 0 && seq_in(segment->seq + len - 1, conn->rcv.nxt, window);
}

/* The peer's FIN again, ending just before RCV.NXT; by step 1 it would be unacceptable like any other. */
static gboolean is_fin_again(const TcpConn *conn, const Segment *segment) {
  return conn->fin_rcvd && segment->flags & TCP_FIN && !(segment->flags & (TCP_RST | TCP_SYN)) &&
         segment->seq + segment_seq_len(segment) == conn->rcv.nxt;
}

/* Linux, tcp_input.c tcp_sequence(): a window may be overrun when nothing else takes the memory. */
static gboolean is_taken_whole(const TcpConn *conn) {
  return conn->stack->params.oversize_taken && conn->unread == 0;
}

/* Cuts what lies outside the window: data and SYN on the left, data and FIN on the right. */
static void trim(const TcpConn *conn, Segment *segment) {
  if (seq_lt(segment->seq, conn->rcv.nxt)) {
    uint32_t old = conn->rcv.nxt - segment->seq;
    if (segment->flags & TCP_SYN) {
      segment->flags &= (TcpFlags)~TCP_SYN;
      segment->seq++;
      old--;
    }
    uint32_t cut = MIN(old, segment->len);
    segment->seq += cut;
    segment->len -= cut;
  }
  uint32_t room = conn->rcv.edge - segment->seq;
  if (is_fin_in_shut_window(conn, segment) || is_taken_whole(conn))
    return;
  if (segment->len > room) {
    segment->len = room;
    segment->flags &= (TcpFlags) ~(TCP_FIN | TCP_PSH);
  } else if (segment->len == room) {
    segment->flags &= (TcpFlags)~TCP_FIN; /* the FIN's own number is beyond the edge */
  }
}

/* MUST-66: with the window shut a segment in order brings no text, but its ACK counts. */
static Verdict shut_window(Segment *segment) {
  segment->len = 0;
  segment->flags &= (TcpFlags) ~(TCP_FIN | TCP_PSH);
  return GO_ON;
}

/* A SYN in TIME-WAIT comes before all checks (3.6.1, MAY-2). The end may be gone after it: then *ret_iss is the least
 * ISS of its successor. */
static Verdict new_syn_in_time_wait(TcpConn *conn, const Segment *segment, Seq *ret_iss, gboolean *ret_reopened) {
  if (conn->state != TCP_STATE_TIME_WAIT || (segment->flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN)
    return GO_ON;
  tcp_conn_apply(conn, TCP_SEG_SYN, segment);
  *ret_reopened = conn->deleted;
  *ret_iss = conn->snd.nxt + SUCCESSOR_ISS_STEP;
  if (!conn->deleted)
    discard(conn, segment, TCP_CHECK_SYN);
  return DONE;
}

/* The RST of a peer that sent a FIN may carry the FIN's own number (macOS); Linux takes it. */
static gboolean is_rst_at_fin(const TcpConn *conn, const Segment *segment) {
  return conn->stack->params.rst_at_fin && conn->fin_rcvd && conn->state != TCP_STATE_TIME_WAIT &&
         segment->flags & TCP_RST && segment->seq == conn->rcv.nxt - 1;
}

/* What is left of an unacceptable segment: MUST-66 asks for its ACK when only the window is shut, and some stacks use
 * the ACK of an old one too. */
static Verdict ack_of_unacceptable(TcpConn *conn, Segment *segment) {
  Seq end = segment->seq + segment_seq_len(segment);
  gboolean left = seq_lt(segment->seq, conn->rcv.nxt) && seq_le(end, conn->rcv.nxt);
  gboolean old = (conn->stack->params.duplicate_fin_ack_counts && segment_seq_len(segment) > 0 &&
                  seq_ge(end, conn->rcv.wup) && seq_le(end, conn->rcv.nxt)) ||
                 (conn->stack->params.old_segment_ack_counts && left);
  gboolean shut = segment->seq == conn->rcv.nxt;
  if (conn->state == TCP_STATE_TIME_WAIT || segment->flags & TCP_SYN || !(old || shut))
    return DONE;
  return shut_window(segment);
}

/* RFC 2883 4.1: what arrives again is reported with the ACK that refuses it; Linux's TIME-WAIT sends no SACK, nor does
 * its challenge ACK for a SYN. */
static void note_duplicate(TcpConn *conn, const Segment *segment) {
  if (!seq_lt(segment->seq, conn->rcv.nxt) || segment->flags & TCP_SYN || conn->state == TCP_STATE_TIME_WAIT)
    return;
  if (segment_seq_len(segment))
    tcp_acks_duplicate(conn);
  tcp_sack_note_duplicate(conn, segment->seq, seq_min(segment->seq + segment_seq_len(segment), conn->rcv.nxt));
}

static Verdict unacceptable(TcpConn *conn, Segment *segment) {
  if (segment->flags & TCP_RST)
    return drop(conn, segment, TCP_CHECK_SEQUENCE);
  if (conn->state == TCP_STATE_TIME_WAIT && !(segment->flags & TCP_ACK) && conn->stack->params.time_wait_answers_odd)
    return drop(conn, segment, TCP_CHECK_ACK);
  gboolean empty = segment_seq_len(segment) == 0;
  if (conn->state == TCP_STATE_TIME_WAIT && empty && conn->stack->params.time_wait_only_answers_text)
    return drop(conn, segment, TCP_CHECK_SEQUENCE);
  note_duplicate(conn, segment);
  if (is_fin_again(conn, segment))
    tcp_conn_apply(conn, TCP_SEG_FIN_AGAIN, segment);
  else
    refuse(conn, TCP_SEG_UNACCEPTABLE, segment, TCP_CHECK_SEQUENCE);
  if (segment->flags & TCP_SYN && conn->ack_now)
    conn->ack_why = conn->stack->why.challenge; /* RFC 5961 4: whatever its number */
  return ack_of_unacceptable(conn, segment);
}

/* Linux's TIME-WAIT knows but one segment that needs no answer: an empty one at RCV.NXT. */
static gboolean is_odd_in_time_wait(const TcpConn *conn, const Segment *segment) {
  return conn->stack->params.time_wait_exact && conn->state == TCP_STATE_TIME_WAIT && !(segment->flags & TCP_RST) &&
         (segment->seq != conn->rcv.nxt || segment_seq_len(segment) > 0);
}

static gboolean lacks_ack(const TcpConn *conn, const Segment *segment) {
  gboolean stand_in = conn->state == TCP_STATE_TIME_WAIT && conn->stack->params.time_wait_exact;
  return conn->stack->params.no_ack_dropped && conn->state != TCP_STATE_SYN_RECEIVED && !stand_in &&
         !(segment->flags & (TCP_ACK | TCP_RST | TCP_SYN));
}

/* FreeBSD's table of embryonic connections looks for the tuple alone, and takes no RST that acknowledges something. */
static gboolean is_syn_again(const TcpConn *conn, const Segment *segment) {
  if (conn->state != TCP_STATE_SYN_RECEIVED || !(segment->flags & TCP_SYN))
    return FALSE;
  gboolean any = conn->stack->params.embryo_syn == TCP_EMBRYO_SYN_REPEAT && conn->passive_open &&
                 !(segment->flags & (TCP_ACK | TCP_RST));
  return any || segment->seq == conn->rcv.irs;
}

/* The window of its SYN,ACK is no wider than the field. */
static gboolean is_ignored_rst(const TcpConn *conn, const Segment *segment) {
  gboolean embryo = conn->stack->params.embryo_rst == TCP_EMBRYO_RST_BARE && conn->state == TCP_STATE_SYN_RECEIVED &&
                    conn->passive_open;
  return embryo && segment->flags & TCP_RST &&
         (segment->flags & (TCP_ACK | TCP_SYN | TCP_FIN) || segment->seq - conn->rcv.nxt >= UINT16_MAX);
}

static Verdict step1_sequence(TcpConn *conn, Segment *segment) {
  if (lacks_ack(conn, segment))
    return drop(conn, segment, TCP_CHECK_ACK);
  if (G_UNLIKELY(conn->stack->params.bug_ports_only) && segment->flags & (TCP_RST | TCP_FIN) && !conn->fin_rcvd)
    segment->seq = conn->rcv.nxt; /* the bug: any will do */
  if (is_ignored_rst(conn, segment))
    return drop(conn, segment, TCP_CHECK_RST);
  if (is_syn_again(conn, segment)) {
    if (!(segment->flags & TCP_ACK))
      return refuse(conn, TCP_SEG_SYN_AGAIN, segment, TCP_CHECK_SEQUENCE);
    if (conn->stack->params.syn_ack_trimmed) { /* simultaneous open: the peer's SYN,ACK repeats its SYN */
      trim(conn, segment);
      return GO_ON;
    }
  }
  if (!tcp_options_fresh(conn, segment)) { /* RFC 7323 5.3 R1 */
    gboolean empty = segment_seq_len(segment) == 0 && conn->state != TCP_STATE_TIME_WAIT;
    if (empty && !conn->stack->params.paws_answers_empty) /* ACKs that overtook each other would answer each other */
      return drop(conn, segment, TCP_CHECK_SEQUENCE);
    note_duplicate(conn, segment);
    return refuse(conn, TCP_SEG_UNACCEPTABLE, segment, TCP_CHECK_SEQUENCE);
  }
  if (is_odd_in_time_wait(conn, segment) || (!is_acceptable(conn, segment) && !is_rst_at_fin(conn, segment)))
    return unacceptable(conn, segment);
  tcp_options_take_timestamp(conn, segment);
  if (!(segment->flags & TCP_RST))
    trim(conn, segment);
  return GO_ON;
}

/* RFC 5961 3.2: exactly at RCV.NXT it resets, elsewhere in the window it is challenged. Stacks add cases. */
static gboolean rst_is_valid(const TcpConn *conn, const Segment *segment) {
  const TcpParams *params = &conn->stack->params;
  Seq exact = params->rst_accepted == TCP_RST_ACCEPTED_LAST_ACK ? conn->rcv.wup : conn->rcv.nxt;
  if (segment->seq == exact || is_rst_at_fin(conn, segment))
    return TRUE;
  if (params->rst_accepted == TCP_RST_ACCEPTED_WINDOW)
    return TRUE;
  if (params->embryo_rst == TCP_EMBRYO_RST_WINDOW && conn->state == TCP_STATE_SYN_RECEIVED && conn->passive_open)
    return TRUE;
  if (params->orphan_rst_in_window && conn->state == TCP_STATE_FIN_WAIT_2 && conn->nobody_reads)
    return TRUE;
  const TcpEntry *last = tcp_queue_back(&conn->stack->pool, &conn->held); /* Linux: the highest SACK block's end */
  return params->rst_at_fin && conn->sack_on && last && segment->seq == last->seq + tcp_entry_seq_len(last);
}

static Verdict step2_rst(TcpConn *conn, const Segment *segment) {
  if (!(segment->flags & TCP_RST))
    return GO_ON;
  if (!rst_is_valid(conn, segment))
    return refuse(conn, TCP_SEG_RST_INEXACT, segment, TCP_CHECK_RST);
  tcp_conn_apply(conn, TCP_SEG_RST, segment);
  return DONE;
}

static Verdict step4_syn(TcpConn *conn, const Segment *segment) {
  if (!(segment->flags & TCP_SYN))
    return GO_ON;
  return refuse(conn, TCP_SEG_SYN, segment, TCP_CHECK_SYN);
}

static Verdict step5_ack_in_syn_received(TcpConn *conn, const Segment *segment) {
  if (!ack_is_new(conn, segment))
    return refuse(conn, TCP_SEG_BAD_ACK, segment, TCP_CHECK_ACK);
  take_ack(conn, segment);
  set_window(conn, segment);
  opened(conn);
  tcp_conn_apply(conn, TCP_SEG_ACK_OF_SYN, segment);
  deferred_close(conn);
  return GO_ON;
}

/* RFC 5961 5.2 (MAY-12): an ACK below all that the peer may still have had in flight is a guess. */
static gboolean ack_is_too_old(const TcpConn *conn, const Segment *segment) {
  uint32_t reach = conn->snd.max_wnd, acked = conn->snd.una - conn->snd.iss - (conn->passive_open ? 1 : 0);
  switch (conn->stack->params.old_ack) {
  case TCP_OLD_ACK_WINDOW:
    return seq_lt(segment->ack, conn->snd.una - reach);
  case TCP_OLD_ACK_ACKED: /* Linux counts what was acknowledged in 64 bits */
    return seq_lt(segment->ack, conn->snd.una - (reach < acked ? reach : acked));
  default:
    return FALSE;
  }
}

static gboolean acks_fin(const TcpConn *conn) {
  return seq_gt(conn->snd.una, conn->fin_seq) ||
         (conn->stack->params.bug_last_ack_any_ack && conn->state == TCP_STATE_LAST_ACK);
}

static Verdict step5_ack(TcpConn *conn, const Segment *segment) {
  if (!(segment->flags & TCP_ACK))
    return drop(conn, segment, TCP_CHECK_ACK);
  if (conn->state == TCP_STATE_SYN_RECEIVED)
    return step5_ack_in_syn_received(conn, segment);
  gboolean time_wait = conn->state == TCP_STATE_TIME_WAIT;
  gboolean any_ack_number = conn->stack->params.time_wait_exact || conn->stack->params.time_wait_only_answers_text;
  if (seq_gt(segment->ack, conn->snd.nxt) && !(time_wait && any_ack_number))
    return refuse(conn, TCP_SEG_BAD_ACK, segment, TCP_CHECK_ACK);
  if (time_wait && segment_seq_len(segment) > 0) /* nothing comes after a FIN: no text, no other FIN */
    return refuse(conn, TCP_SEG_UNACCEPTABLE, segment, TCP_CHECK_TEXT);
  if (time_wait) {
    tcp_conn_apply(conn, TCP_SEG_ACK_IN_TIME_WAIT, segment);
    return DONE;
  }
  if (seq_lt(segment->ack, conn->snd.una) && ack_is_too_old(conn, segment))
    return refuse(conn, TCP_SEG_BAD_ACK, segment, TCP_CHECK_ACK);
  if (G_UNLIKELY(conn->stack->params.bug_ack_answered) && segment_seq_len(segment) == 0)
    conn->ack_now = TRUE;
  gboolean new_ack = ack_is_new(conn, segment);
  if (!new_ack && conn->state == TCP_STATE_LAST_ACK && conn->stack->params.last_ack_answers)
    return refuse(conn, TCP_SEG_BAD_ACK, segment, TCP_CHECK_ACK);
  if (new_ack)
    take_ack(conn, segment);
  if (conn->sent.head)
    tcp_sack_take(conn, segment, new_ack);
  update_window(conn, segment);
  if (conn->sending_mode == TCP_SENDING_PERSIST && timer_armed(&conn->t_sending))
    tcp_timers_probe_answered(conn);
  if (conn->fin_sent && !conn->fin_acked && acks_fin(conn)) {
    conn->fin_acked = TRUE;
    tcp_conn_apply(conn, TCP_SEG_ACK_OF_FIN, segment);
    gboolean alone = !(segment->flags & TCP_FIN); /* else FIN-WAIT-2 ends at once */
    if (conn->state == TCP_STATE_FIN_WAIT_2 && (tcp_fin_wait_2_refused(conn) || (alone && tcp_stand_in_refused(conn))))
      tcp_conn_apply(conn, TCP_TMO_FIN_WAIT_2, segment);
  }
  return conn->deleted ? DONE : GO_ON;
}

static gboolean takes_text(const TcpConn *conn) {
  return !conn->fin_rcvd && conn->state != TCP_STATE_TIME_WAIT;
}

/* RCV.NXT moves over what is in order, also what was held; TRUE if a held FIN is next. */
static gboolean deliver(TcpConn *conn, uint32_t len) {
  TcpPool *pool = &conn->stack->pool;
  gboolean fin = FALSE;
  conn->rcv.nxt += len;
  conn->unread += len;
  for (TcpEntry *held; (held = tcp_queue_front(pool, &conn->held)) && seq_le(held->seq, conn->rcv.nxt);) {
    Seq end = held->seq + held->len;
    if (seq_gt(end, conn->rcv.nxt)) {
      len += end - conn->rcv.nxt;
      conn->unread += end - conn->rcv.nxt;
      conn->rcv.nxt = end;
    }
    fin |= held->flags & TCP_FIN && end == conn->rcv.nxt;
    tcp_queue_pop(pool, &conn->held);
  }
  if (seq_gt(conn->rcv.nxt, conn->rcv.edge)) /* taken although it was beyond */
    conn->rcv.edge = conn->rcv.nxt;
  conn->unacked += len;
  if (conn->read_shut && conn->stack->params.shut_read_data == TCP_SHUT_READ_DATA_DISCARD)
    conn->unread = 0;
  if (len)
    conn->stack->ops->notice(conn->stack->host, conn->handle, TCP_NOTICE_DATA);
  return fin;
}

/* 3.6.1: the application has closed, or said that it will not read: is this data for nobody? */
static gboolean is_unwanted(const TcpConn *conn) {
  const TcpParams *params = &conn->stack->params;
  gboolean closing = conn->state == TCP_STATE_FIN_WAIT_1 || conn->state == TCP_STATE_FIN_WAIT_2;
  if (conn->nobody_reads)
    return params->rst_on_late_data;
  if (!conn->read_shut || params->shut_read_data == TCP_SHUT_READ_DATA_DISCARD)
    return FALSE;
  return params->shut_read_data == TCP_SHUT_READ_DATA_RESET || (closing && params->rst_on_late_data);
}

/* No room although the window said so (rcv_buf): dropped, and the window shrinks to nothing. */
static gboolean has_no_room(TcpConn *conn, const Segment *segment) {
  uint32_t buffer = conn->stack->params.rcv_buf;
  if (buffer == TCP_UNLIMITED || segment->len == 0 || conn->unread + segment->len <= buffer)
    return FALSE;
  conn->rcv.edge = conn->rcv.nxt;
  return TRUE;
}

/* Beyond a hole: held, answered at once (SHLD-31, RFC 5681 4.2). */
static Verdict hold(TcpConn *conn, const Segment *segment, gboolean has_fin) {
  tcp_holes_insert(&conn->stack->pool, &conn->held, segment->seq, segment->len, has_fin);
  conn->held_recently = segment->seq;
  tcp_conn_apply(conn, TCP_SEG_EARLY, segment);
  conn->ack_why = conn->stack->why.duplicate_ack;
  return DONE;
}

/* Seventh. `ret_fin`: the FIN is next in order, this segment's or one that was held. */
static Verdict step7_text(TcpConn *conn, const Segment *segment, gboolean *ret_fin) {
  *ret_fin = FALSE;
  gboolean has_fin = (segment->flags & TCP_FIN) != 0;
  if (segment->len == 0 && !has_fin)
    return GO_ON;
  if (!takes_text(conn))
    return drop(conn, segment, TCP_CHECK_TEXT);
  gboolean early_fin = has_fin && segment->seq != conn->rcv.nxt && conn->stack->params.rst_on_early_fin;
  if ((segment->len || early_fin) && is_unwanted(conn))
    return refuse(conn, TCP_SEG_TEXT_UNWANTED, segment, TCP_CHECK_TEXT);
  if (has_no_room(conn, segment))
    return refuse(conn, TCP_SEG_UNACCEPTABLE, segment, TCP_CHECK_TEXT);
  if (segment->seq != conn->rcv.nxt && !(has_fin && conn->stack->params.bug_early_fin))
    return hold(conn, segment, has_fin);
  if (segment->seq != conn->rcv.nxt)
    conn->rcv.nxt = segment->seq; /* the bug: the hole is forgotten */
  conn->filled_hole = conn->held.head != 0;
  if (has_fin) /* nothing comes after it */
    tcp_queue_clear(&conn->stack->pool, &conn->held);
  if (segment->len) {
    *ret_fin = deliver(conn, segment->len);
    tcp_acks_text_taken(conn, segment->len, conn->filled_hole);
  }
  *ret_fin |= has_fin;
  return GO_ON;
}

static void step8_fin(TcpConn *conn, const Segment *segment) {
  const TcpParams *params = &conn->stack->params;
  if (!params->bug_fin_not_counted)
    conn->rcv.nxt += params->bug_fin_counted_twice ? 2 : 1;
  if (seq_gt(conn->rcv.nxt, conn->rcv.edge))
    conn->rcv.edge = conn->rcv.nxt;
  conn->fin_rcvd = TRUE;
  tcp_queue_clear(&conn->stack->pool, &conn->held); /* nothing comes after a FIN */
  tcp_conn_apply(conn, TCP_SEG_FIN, segment);
}

/* All that comes before the sixth step. `segment`, a copy of `original`, is trimmed. */
static G_GNUC_NO_INLINE Verdict steps_before_sixth(TcpConn *conn, const Segment *original, Segment *segment,
                                                   Seq *ret_iss, gboolean *ret_reopened) {
  if (new_syn_in_time_wait(conn, original, ret_iss, ret_reopened) == DONE)
    return DONE;
  switch ((TcpState)conn->state) {
  case TCP_STATE_CLOSED: /* an end that has not been opened */
    return drop(conn, original, TCP_CHECK_NO_CONNECTION);
  case TCP_STATE_LISTEN:
    return arrives_in_listen(conn, original);
  case TCP_STATE_SYN_SENT:
    if (arrives_in_syn_sent(conn, original) == DONE)
      return DONE;
    trim(conn, segment);
    return GO_ON;
  case TCP_STATE_SYN_RECEIVED:
  case TCP_STATE_ESTABLISHED:
  case TCP_STATE_FIN_WAIT_1:
  case TCP_STATE_FIN_WAIT_2:
  case TCP_STATE_CLOSE_WAIT:
  case TCP_STATE_CLOSING:
  case TCP_STATE_LAST_ACK:
  case TCP_STATE_TIME_WAIT:
    if (step1_sequence(conn, segment) == DONE || step2_rst(conn, segment) == DONE || step4_syn(conn, segment) == DONE)
      return DONE;
    return step5_ack(conn, segment);
  case TCP_STATE_COUNT:
    break;
  }
  g_assert_not_reached();
}

/* The states of 3.10.7.4, without TIME-WAIT. */
#define SYNCHRONIZED                                                                                                   \
  (TCP_SET(SYN_RECEIVED) | TCP_SET(ESTABLISHED) | TCP_SET(FIN_WAIT_1) | TCP_SET(FIN_WAIT_2) | TCP_SET(CLOSE_WAIT) |    \
   TCP_SET(CLOSING) | TCP_SET(LAST_ACK))

/* Whether steps 1 to 4 have no objection to the segment, and nothing to do: it is next in order, wholly inside the
 * window, an ACK, neither RST nor SYN. In TIME-WAIT, and with timestamps, they may object to such a one too. */
static gboolean is_ordinary(const TcpConn *conn, const Segment *segment) {
  return (segment->flags & (TCP_ACK | TCP_RST | TCP_SYN)) == TCP_ACK && segment->seq == conn->rcv.nxt &&
         segment_seq_len(segment) < tcp_receive_window(conn) && SYNCHRONIZED >> conn->state & 1 && !conn->ts_on;
}

/* TRUE if the end is gone and the segment is for its successor. */
static gboolean arrives(TcpConn *conn, const Segment *segment, Seq *ret_iss) {
  Segment trimmed;
  gboolean fin, reopened = FALSE;
  if (is_ordinary(conn, segment)) {
    if (step5_ack(conn, segment) == DONE)
      return FALSE;
  } else {
    trimmed = *segment;
    if (steps_before_sixth(conn, segment, &trimmed, ret_iss, &reopened) == DONE)
      return reopened;
    segment = &trimmed;
  }
  if (step7_text(conn, segment, &fin) == GO_ON && fin)
    step8_fin(conn, segment);
  return FALSE;
}

gboolean tcp_segment_arrives(TcpStack *stack, TcpHandle end, const Segment *segment, Seq *ret_iss) {
  TcpConn *conn = tcp_conn_get(stack, end);
  Seq iss = 0;
  stack->cause = segment->id;
  conn->heard_at = sim_now(stack->sim);
  if (conn->keepalives) {
    conn->peer_answers = TRUE;
    conn->keepalives = 0;
  }
  gboolean reopened = arrives(conn, segment, &iss);
  tcp_conn_finish(conn);
  if (ret_iss)
    *ret_iss = iss;
  return reopened;
}

/* --- 3.10.7.1 CLOSED ---------------------------------------------------------------------------------------------- */

static void trace_closed(TcpStack *stack, const Segment *segment, Name conn_name, const TcpRow *row) {
  if (!tracer_on(stack->tracer))
    return;
  unsigned n_rows;
  TraceRecord discarded = {.t = sim_now(stack->sim), .kind = TRACE_DISCARDED};
  discarded.discarded.host = stack->host_name;
  discarded.discarded.conn = conn_name;
  discarded.discarded.id = segment->id;
  discarded.discarded.check = TCP_CHECK_NO_CONNECTION;
  discarded.discarded.rfc = stack->check_rfc[TCP_CHECK_NO_CONNECTION];
  tracer_put(stack->tracer, &discarded);
  TraceRecord rule = {.t = sim_now(stack->sim), .kind = TRACE_RULE};
  rule.rule.host = stack->host_name;
  rule.rule.conn = conn_name;
  rule.rule.state = TCP_STATE_CLOSED;
  rule.rule.outcome = row->to == TCP_STAY ? TRACE_WORD_STAY : TRACE_WORD_IGNORE;
  rule.rule.stimulus = (TcpStimulus)row->stimulus;
  rule.rule.guard = (TcpGuard)row->guard;
  rule.rule.rfc = stack->row_rfc[row - tcp_fsm_rows(&n_rows)];
  rule.rule.cause = segment->id;
  tracer_put(stack->tracer, &rule);
}

void tcp_segment_arrives_closed(TcpStack *stack, const Segment *segment, Name conn_name) {
  unsigned n_rows;
  gboolean ends_here = segment->flags & TCP_RST && !stack->params.bug_rst_answered;
  TcpStimulus stimulus = ends_here ? TCP_SEG_RST : TCP_SEG_STRAY;
  const TcpRow *row = tcp_fsm_first(&stack->fsm, TCP_STATE_CLOSED, stimulus);
  stack->row_hits[row - tcp_fsm_rows(&n_rows)]++;
  trace_closed(stack, segment, conn_name, row);
  if (row->actions & 1u << TCP_ACTION_SEND_RST)
    tcp_output_rst_without_tcb(stack, segment);
}
