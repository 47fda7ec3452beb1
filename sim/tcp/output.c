/* What a connection sends: SYN, data, FIN, in order and within the window; ACKs; RSTs; and all of it again. */
#include "tcp/tcp_conn_priv.h"

/* --- one segment -------------------------------------------------------------------------------------------------- */

/* The window to offer: its edge never moves left, and right only to a window that is worth filling: a full segment or
 * half the buffer (silly window avoidance, RFC 9293 3.8.6.2.2). */
static void advance_edge(TcpConn *conn) {
  uint32_t buffer = tcp_conn_buffer(conn);
  uint32_t free_octets = buffer > conn->unread ? buffer - conn->unread : 0;
  Seq edge = conn->rcv.nxt + free_octets;
  if (seq_gt(edge, conn->rcv.edge) && free_octets >= MIN(buffer / 2, conn->stack->params.mss))
    conn->rcv.edge = edge;
  else if (seq_gt(conn->rcv.nxt, conn->rcv.edge))
    conn->rcv.edge = conn->rcv.nxt; /* a FIN beyond a closed window */
}

/* `segment` is all zero. */
static void fill(Segment *segment, const TcpConn *conn, Seq seq, uint32_t len, TcpFlags flags) {
  segment->seq = seq;
  segment->len = len;
  segment->flags = flags;
  segment->attempt = 1;
  segment->rel_seq = seq - conn->snd.iss;
  segment->conn = conn->who.conn;
  segment->to = conn->who.peer;
  segment->sport = conn->who.lport;
  segment->dport = conn->who.rport;
  segment->cause = conn->stack->cause;
}

static void transmit(TcpConn *conn, Segment *segment) {
  if (conn->ts_on || segment->flags & TCP_SYN)
    tcp_options_fill(conn, segment);
  if (segment->flags & TCP_ACK) {
    if (!(segment->flags & TCP_RST))
      advance_edge(conn);
    unsigned shift = segment->flags & TCP_SYN ? 0 : conn->rcv_wscale;
    segment->ack = conn->rcv.nxt;
    segment->rel_ack = conn->rcv.nxt - conn->rcv.irs;
    segment->win = (uint16_t)MIN(tcp_receive_window(conn) >> shift, UINT16_MAX);
    conn->ack_now = FALSE;
    conn->ack_why = 0;
    if (conn->sack_on)
      tcp_sack_fill(conn, segment);
    tcp_acks_ack_sent(conn);
  } else if (segment->flags & TCP_SYN) {
    segment->win = (uint16_t)MIN(tcp_conn_buffer(conn), UINT16_MAX);
  }
  conn->stack->ops->send(conn->stack->host, conn->handle, segment);
}

/* First transmission of an entry, or the next one. */
static void transmit_entry(TcpConn *conn, TcpEntry *entry, Name why) {
  TcpFlags flags = entry->flags;
  if (!(flags & TCP_SYN) || conn->state != TCP_STATE_SYN_SENT)
    flags |= TCP_ACK; /* also the SYN of an end that went from SYN-RECEIVED to FIN-WAIT-1 */
  conn->sent_again += entry->attempts > 0;
  if (entry->attempts < UINT8_MAX)
    entry->attempts++;
  entry->lost = FALSE;
  entry->sent_at = sim_now(conn->stack->sim);
  if (entry->len)
    conn->text_sent_at = entry->sent_at;
  gboolean renumber = flags & TCP_FIN && entry->attempts > 1 && conn->stack->params.bug_fin_renumbered;
  Segment segment = {0};
  fill(&segment, conn, entry->seq + (renumber ? 1 : 0), entry->len, flags);
  segment.attempt = entry->attempts;
  segment.why = why;
  transmit(conn, &segment);
}

/* --- new segments ------------------------------------------------------------------------------------------------- */

uint32_t tcp_usable_window(const TcpConn *conn) {
  Seq edge = conn->snd.una + conn->snd.wnd;
  return seq_gt(edge, conn->snd.nxt) ? edge - conn->snd.nxt : 0;
}

void tcp_output_queue_syn(TcpConn *conn) {
  conn->snd.iss = conn->stack->ops->choose_iss(conn->stack->host, conn->handle);
  TcpEntry *entry = tcp_queue_push(&conn->stack->pool, &conn->sent);
  entry->seq = conn->snd.iss;
  entry->flags = TCP_SYN;
  conn->snd.una = conn->snd.iss;
  conn->snd.nxt = conn->snd.iss + 1;
}

static gboolean small_segment_is_out(const TcpConn *conn) {
  TcpPool *pool = &conn->stack->pool;
  for (const TcpEntry *entry = tcp_queue_front(pool, &conn->sent); entry; entry = tcp_queue_next(pool, entry))
    if (entry->len && entry->len < tcp_options_room(conn))
      return TRUE;
  return FALSE;
}

/* RFC 9293 3.7.4 (Nagle): a small segment waits for the ACK of what is out; Minshall's variant: of a small one. */
static gboolean nagle_holds(const TcpConn *conn) {
  switch (conn->stack->params.nagle) {
  case TCP_NAGLE_ANY:
    return conn->snd.una != conn->snd.nxt;
  case TCP_NAGLE_SMALL:
    return small_segment_is_out(conn);
  default:
    return FALSE;
  }
}

/* Sender's silly window avoidance (RFC 9293 3.8.6.2.1): a full segment, or all there is, or half the greatest window.
 * */
static gboolean worth_sending(const TcpConn *conn, uint32_t len) {
  if (len == tcp_options_room(conn))
    return TRUE;
  if (len < conn->unsent)
    return 2 * (uint64_t)len >= conn->snd.max_wnd;
  if (conn->fin_queued)
    return TRUE;
  const TcpSocketOptions *options = conn->options;
  if (options && options->cork)
    return FALSE;
  return (options && options->nodelay) || !nagle_holds(conn);
}

/* PSH ends the last segment of each SEND: drops the marks that `end` has reached. In Linux a mark that a segment passes
 * moves to the end of what is queued with it (tso_fragment()). */
static gboolean reaches_mark(TcpConn *conn, Seq end) {
  gboolean reached = FALSE, exactly = FALSE;
  for (TcpEntry *mark; (mark = tcp_queue_front(&conn->stack->pool, &conn->marks)) && seq_le(mark->seq, end);) {
    reached = TRUE;
    exactly = mark->seq == end;
    tcp_queue_pop(&conn->stack->pool, &conn->marks);
  }
  return conn->stack->params.push == TCP_PUSH_LINUX ? exactly : reached;
}

static gboolean pushes(TcpConn *conn, uint32_t len) {
  gboolean marked = reaches_mark(conn, conn->snd.nxt + len);
  return conn->stack->params.push == TCP_PUSH_EMPTY ? len == conn->unsent : marked;
}

/* Puts `len` octets, and the FIN if it may come along, into one new segment. */
static void send_new(TcpConn *conn, uint32_t len, gboolean fin, Name why) {
  TcpFlags flags = 0;
  if (len && pushes(conn, len))
    flags |= TCP_PSH;
  if (len && conn->overdue && conn->stack->params.push == TCP_PUSH_LINUX) /* tcp_write_wakeup() */
    flags |= TCP_PSH;
  if (fin) {
    flags |= TCP_FIN;
    conn->fin_sent = TRUE;
    conn->fin_seq = conn->snd.nxt + len;
    tcp_conn_apply(conn, TCP_FIN_SENT, NULL);
  }
  if (len)
    tcp_acks_text_sent(conn);
  TcpEntry *entry = tcp_queue_push(&conn->stack->pool, &conn->sent);
  entry->seq = conn->snd.nxt;
  entry->len = len;
  entry->flags = flags;
  conn->unsent -= len;
  conn->snd.nxt += tcp_entry_seq_len(entry);
  transmit_entry(conn, entry, why);
  if (conn->sending_mode == TCP_SENDING_PROBE)
    tcp_timers_tail_sent(conn);
}

/* The states in which data may be sent. */
#define SENDERS                                                                                                        \
  (TCP_SET(ESTABLISHED) | TCP_SET(FIN_WAIT_1) | TCP_SET(CLOSE_WAIT) | TCP_SET(CLOSING) | TCP_SET(LAST_ACK))

static gboolean may_send_data(const TcpConn *conn) {
  return SENDERS >> conn->state & 1;
}

static gboolean fin_waits(const TcpConn *conn) {
  return conn->fin_queued && !conn->fin_sent && !(conn->stack->params.fin_waits_for_ack && conn->sent.head);
}

/* A FIN takes no room where the congestion window counts octets. */
static void send_what_fits(TcpConn *conn) {
  tcp_cwnd_before_text(conn);
  uint32_t room = tcp_cwnd_room(conn);
  gboolean segments = conn->stack->params.cwnd_unit == TCP_CWND_UNIT_SEGMENTS;
  while (conn->unsent || fin_waits(conn)) {
    uint32_t window = tcp_usable_window(conn), usable = MIN(window, tcp_cwnd_octets(conn, room));
    uint32_t len = (uint32_t)MIN(conn->unsent, MIN(tcp_options_room(conn), usable));
    gboolean fin = fin_waits(conn) && len == conn->unsent && window > len && (room || !segments);
    if (!fin && (len == 0 || !worth_sending(conn, len)))
      return;
    send_new(conn, len, fin, 0);
    uint32_t taken = segments ? 1 : len;
    room -= MIN(room, taken);
  }
}

void tcp_output_resend_lost(TcpConn *conn) {
  TcpPool *pool = &conn->stack->pool;
  if (!conn->has_lost)
    return;
  conn->has_lost = FALSE;
  Name why = conn->recovery == TCP_RECOVERY_TIMEOUT ? conn->stack->why.retransmission : conn->stack->why.fast;
  TcpEntry *front = tcp_queue_front(pool, &conn->sent);
  uint32_t room = tcp_cwnd_room(conn);
  for (TcpEntry *entry = front; entry; entry = tcp_queue_next(pool, entry)) {
    uint32_t size = tcp_cwnd_size(conn, entry);
    if (!entry->lost)
      continue;
    if (entry == front || room >= tcp_cwnd_unit(conn)) {
      transmit_entry(conn, entry, why);
      room -= MIN(room, size);
    } else {
      conn->has_lost = TRUE;
    }
  }
}

static void send_syn_entry(TcpConn *conn) {
  TcpEntry *entry = tcp_queue_front(&conn->stack->pool, &conn->sent);
  if (entry && entry->flags & TCP_SYN && entry->attempts == 0)
    transmit_entry(conn, entry, 0);
}

gboolean tcp_output_is_quiet(const TcpConn *conn) {
  return !conn->unsent && !conn->has_lost && !fin_waits(conn) && tcp_timers_sending_fit(conn);
}

void tcp_output(TcpConn *conn) {
  if (!may_send_data(conn)) {
    send_syn_entry(conn);
    if (conn->state != TCP_STATE_TIME_WAIT && !tcp_timers_sending_fit(conn)) /* nothing is sent again from there */
      tcp_timers_sending(conn, FALSE);
    return;
  }
  gboolean persisting = conn->sending_mode == TCP_SENDING_PERSIST && timer_armed(&conn->t_sending);
  if (persisting && conn->snd.wnd == 0)
    return;
  TcpEntry *front = tcp_queue_front(&conn->stack->pool, &conn->sent);
  if (persisting && front) /* the window opened without taking the probe */
    transmit_entry(conn, front, conn->stack->why.retransmission);
  if (conn->has_lost)
    tcp_output_resend_lost(conn);
  if (conn->unsent || fin_waits(conn))
    send_what_fits(conn);
  if (conn->sent.head || !(conn->unsent || fin_waits(conn))) {
    if (!tcp_timers_sending_fit(conn))
      tcp_timers_sending(conn, FALSE);
  } else if (!persisting) { /* nothing is out that could bring a window update: RFC 9293 3.8.6.1 */
    conn->persist_backoff = 0;
    conn->probe_answered = FALSE;
    tcp_timers_persist(conn);
  }
}

/* --- again -------------------------------------------------------------------------------------------------------- */

void tcp_output_retransmit(TcpConn *conn, TcpEntry *entry, Name why) {
  transmit_entry(conn, entry, why);
}

/* RFC 9293 3.8.6.1: at least one octet of new data, here the next sequence number whatever it is (data or FIN). A probe
 * that was sent before goes out again. Linux and others send an empty segment just below the window instead. */
void tcp_output_window_probe(TcpConn *conn) {
  gboolean shut = conn->snd.wnd == 0;
  Name why = shut ? conn->stack->why.window_probe : 0;
  TcpEntry *front = tcp_queue_front(&conn->stack->pool, &conn->sent);
  if (shut && conn->stack->params.window_probe == TCP_WINDOW_PROBE_OLD) {
    Segment segment = {0};
    fill(&segment, conn, conn->snd.una - 1, 0, TCP_ACK);
    segment.why = why;
    transmit(conn, &segment);
  } else if (front) {
    transmit_entry(conn, front, why);
  } else {
    uint32_t usable = MAX(1, tcp_usable_window(conn)); /* a small window is used now, whatever it is worth */
    uint32_t len = (uint32_t)MIN(conn->unsent, MIN(tcp_options_room(conn), usable));
    conn->overdue = TRUE;
    send_new(conn, len, fin_waits(conn) && len == conn->unsent && usable > len, why);
    conn->overdue = FALSE;
  }
}

gboolean tcp_output_probe_new(TcpConn *conn) {
  uint32_t usable = tcp_usable_window(conn);
  uint32_t len = (uint32_t)MIN(conn->unsent, MIN(tcp_options_room(conn), usable));
  gboolean fin = fin_waits(conn) && len == conn->unsent && usable > len;
  if (!may_send_data(conn) || (!fin && len == 0))
    return FALSE;
  send_new(conn, len, fin, conn->stack->why.probe);
  return TRUE;
}

/* FreeBSD's ACKs repeat a FIN that is not acknowledged: its output routine takes the FIN of the state. */
static gboolean repeats_fin(const TcpConn *conn) {
  return conn->stack->params.crossing_fin_reply == TCP_CROSSING_FIN_REPLY_FIN && conn->fin_sent && !conn->fin_acked &&
         conn->fin_rcvd && conn->ack_why != conn->stack->why.challenge; /* that does not pass through the routine */
}

static void send_fin_again(TcpConn *conn) {
  TcpEntry *entry = tcp_queue_back(&conn->stack->pool, &conn->sent);
  if (entry->attempts < UINT8_MAX)
    entry->attempts++;
  Segment segment = {0};
  fill(&segment, conn, conn->fin_seq, 0, TCP_FIN | TCP_ACK);
  segment.attempt = entry->attempts;
  transmit(conn, &segment);
}

/* RFC 9293 3.8.4: a sequence number that was acknowledged long ago. */
void tcp_output_keepalive(TcpConn *conn) {
  Segment segment = {0};
  fill(&segment, conn, conn->snd.nxt - 1, 0, TCP_ACK);
  segment.why = conn->stack->why.keepalive;
  transmit(conn, &segment);
}

/* A window probe lies beyond the peer's window: an ACK behind it would be refused, and answered, as it would itself
 * answer an ACK beyond a window. (FreeBSD's tcp_output() does the same.) */
static Seq ack_seq(const TcpConn *conn) {
  const TcpEntry *probe = tcp_queue_front(&conn->stack->pool, &conn->sent);
  gboolean persists = timer_armed(&conn->t_sending) && conn->sending_mode == TCP_SENDING_PERSIST;
  return persists && probe && conn->snd.wnd == 0 ? probe->seq : conn->snd.nxt;
}

void tcp_output_ack(TcpConn *conn, Name why) {
  if (repeats_fin(conn)) {
    send_fin_again(conn);
    return;
  }
  Segment segment = {0};
  fill(&segment, conn, ack_seq(conn), 0, TCP_ACK);
  segment.why = why;
  transmit(conn, &segment);
}

/* RFC 9293 3.5.2, group 1: with the number that was acknowledged; else from 0, with an ACK of all that came. */
void tcp_output_rst_without_tcb(TcpStack *stack, const Segment *segment) {
  Segment rst = {.attempt = 1, .conn = segment->conn, .to = segment->from, .cause = segment->id};
  rst.sport = segment->dport;
  rst.dport = segment->sport;
  if (segment->flags & TCP_ACK) {
    rst.flags = TCP_RST;
    rst.seq = segment->ack;
    rst.rel_seq = segment->rel_ack;
  } else {
    rst.flags = TCP_RST | TCP_ACK;
    rst.ack = segment->seq + segment_seq_len(segment);
    rst.rel_ack = segment->rel_seq + segment_seq_len(segment);
  }
  stack->ops->send(stack->host, TCP_NO_HANDLE, &rst);
}

/* RFC 9293 3.5.2 and 3.10.5: in answer to a segment with an ACK, at the number that it acknowledges; else at SND.NXT.
 * */
void tcp_output_rst(TcpConn *conn, const Segment *answered) {
  gboolean stray = conn->state == TCP_STATE_LISTEN && answered && !(answered->flags & TCP_ACK);
  if (stray || (answered && conn->state == TCP_STATE_TIME_WAIT)) { /* a SYN: as if there were no connection */
    tcp_output_rst_without_tcb(conn->stack, answered);
    return;
  }
  TcpFlags flags = TCP_RST;
  Seq seq = conn->snd.nxt;
  if (answered && answered->flags & TCP_ACK)
    seq = answered->ack;
  else if (conn->stack->params.rst_has_ack)
    flags |= TCP_ACK;
  Segment segment = {0};
  fill(&segment, conn, seq, 0, flags);
  if (conn->state == TCP_STATE_LISTEN && answered)
    segment.rel_seq = answered->rel_ack; /* there is no ISS yet */
  transmit(conn, &segment);
}
