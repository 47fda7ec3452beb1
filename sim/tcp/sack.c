/* Selective acknowledgment: the blocks a receiver reports (RFC 2018, RFC 2883), and what a sender makes of them: by
 * time, as RACK does (RFC 8985), where the stack has it, else by three duplicate ACKs (RFC 5681 3.2). */
#include "tcp/tcp_conn_priv.h"

#define DUPLICATE_ACKS 3

/* --- receiver ----------------------------------------------------------------------------------------------------- */

static void add_block(const TcpConn *conn, TcpOptions *options, unsigned most, Seq left, Seq right) {
  if (options->n_sack >= most)
    return;
  options->sack[options->n_sack].left = left - conn->rcv.irs;
  options->sack[options->n_sack].right = right - conn->rcv.irs;
  options->n_sack++;
}

/* The end of a held range as SACK sees it: a FIN occupies a number. */
static Seq held_end(const TcpEntry *held) {
  return held->seq + tcp_entry_seq_len(held);
}

static gboolean is_recent(const TcpConn *conn, const TcpEntry *held) {
  return seq_in(conn->held_recently, held->seq, tcp_entry_seq_len(held));
}

/* RFC 2018 4: the block that holds the newest segment first; RFC 2883 4: before it, what came twice. */
void tcp_sack_fill(TcpConn *conn, Segment *segment) {
  TcpPool *pool = &conn->stack->pool;
  if (segment->flags & (TCP_SYN | TCP_RST))
    return;
  unsigned most = segment->opts.has & TCP_OPT_TS ? TCP_OPTIONS_MAX_SACK - 1 : TCP_OPTIONS_MAX_SACK;
  if (conn->has_dsack)
    add_block(conn, &segment->opts, most, conn->dsack_left, conn->dsack_right);
  conn->has_dsack = FALSE;
  for (unsigned pass = 0; pass < 2; pass++)
    for (TcpEntry *held = tcp_queue_front(pool, &conn->held); held; held = tcp_queue_next(pool, held))
      if (is_recent(conn, held) == (pass == 0))
        add_block(conn, &segment->opts, most, held->seq, held_end(held));
}

void tcp_sack_note_duplicate(TcpConn *conn, Seq left, Seq right) {
  if (left == right)
    return;
  conn->has_dsack = TRUE;
  conn->dsack_left = left;
  conn->dsack_right = right;
}

/* --- sender ------------------------------------------------------------------------------------------------------- */

static gboolean has_rack(const TcpConn *conn) {
  return conn->sack_on && conn->stack->params.tail_loss_probe;
}

/* RFC 8985 6.2, RACK_sent_after(): of segments sent at one instant the later in sequence is the later. */
static gboolean sent_after_rack(const TcpConn *conn, const TcpEntry *entry) {
  Seq end = entry->seq + tcp_entry_seq_len(entry);
  return entry->sent_at > conn->rack_sent_at || (entry->sent_at == conn->rack_sent_at && seq_gt(end, conn->rack_end));
}

/* RFC 8985 6.2, step 2: remember the segment sent last of those delivered. */
void tcp_sack_delivered(TcpConn *conn, const TcpEntry *entry) {
  SimTime rtt = sim_now(conn->stack->sim) - entry->sent_at;
  if (entry->attempts > 1 && rtt < conn->min_rtt)
    return; /* likely the ACK of an earlier transmission */
  conn->min_rtt = MIN(conn->min_rtt, rtt);
  if (!conn->sack_on)
    return;
  if (!conn->has_rack || sent_after_rack(conn, entry)) {
    conn->has_rack = TRUE;
    conn->rack_sent_at = entry->sent_at;
    conn->rack_end = entry->seq + tcp_entry_seq_len(entry);
    conn->rack_rtt = rtt;
  }
}

static gboolean block_covers(const TcpConn *conn, const TcpOptions *options, const TcpEntry *entry) {
  Seq left = entry->seq - conn->snd.iss, right = left + tcp_entry_seq_len(entry);
  for (unsigned i = 0; i < options->n_sack; i++)
    if (seq_ge(left, options->sack[i].left) && seq_le(right, options->sack[i].right))
      return TRUE;
  return FALSE;
}

static unsigned take_blocks(TcpConn *conn, const TcpOptions *options) {
  TcpPool *pool = &conn->stack->pool;
  unsigned sacked = 0;
  for (TcpEntry *entry = tcp_queue_front(pool, &conn->sent); entry; entry = tcp_queue_next(pool, entry)) {
    if (!entry->sacked && block_covers(conn, options, entry)) {
      entry->sacked = TRUE;
      entry->lost = FALSE;
      tcp_sack_delivered(conn, entry);
    }
    sacked += entry->sacked;
  }
  return sacked;
}

/* RFC 8985 6.2, steps 4 and 5. The window for reordering is a quarter of the least RTT, none once three were passed. */
SimTime tcp_sack_detect(TcpConn *conn, gboolean *ret_found) {
  TcpPool *pool = &conn->stack->pool;
  SimTime now = sim_now(conn->stack->sim), wait = 0;
  unsigned sacked = 0;
  *ret_found = FALSE;
  if (!conn->has_rack)
    return 0;
  for (TcpEntry *e = tcp_queue_front(pool, &conn->sent); e; e = tcp_queue_next(pool, e))
    sacked += e->sacked;
  SimTime reordering = sacked >= DUPLICATE_ACKS ? 0 : conn->min_rtt / 4;
  for (TcpEntry *e = tcp_queue_front(pool, &conn->sent); e; e = tcp_queue_next(pool, e)) {
    if (e->sacked || sent_after_rack(conn, e))
      continue;
    SimTime left = e->sent_at + conn->rack_rtt + reordering - now;
    if (left > 0) {
      wait = MAX(wait, left);
      continue;
    }
    e->lost = TRUE;
    *ret_found = conn->has_lost = TRUE;
  }
  return wait ? wait + TCP_TIMER_SLACK : 0;
}

static void take_by_time(TcpConn *conn, const Segment *segment) {
  if (!take_blocks(conn, &segment->opts))
    return;
  gboolean found;
  SimTime wait = tcp_sack_detect(conn, &found);
  if (found)
    tcp_conn_apply(conn, TCP_LOSS_FOUND, segment);
  else if (wait)
    tcp_timers_reordering(conn, wait);
}

/* RFC 5681 2: what counts as a duplicate ACK; an answer to a window probe says nothing about losses. */
static void take_by_count(TcpConn *conn, const Segment *segment, gboolean new_ack) {
  TcpEntry *front = tcp_queue_front(&conn->stack->pool, &conn->sent);
  if (conn->sack_on)
    take_blocks(conn, &segment->opts);
  gboolean probing = timer_armed(&conn->t_sending) && conn->sending_mode == TCP_SENDING_PERSIST;
  gboolean duplicate = front && !probing && !new_ack && segment->len == 0 && !(segment->flags & TCP_FIN) &&
                       segment->ack == conn->snd.una && (uint32_t)segment->win << conn->snd_wscale == conn->snd.wnd;
  conn->duplicate_acks = duplicate ? (uint8_t)MIN(conn->duplicate_acks + 1, UINT8_MAX) : 0;
  if (conn->duplicate_acks == DUPLICATE_ACKS && conn->recovery == TCP_RECOVERY_NONE) {
    front->lost = TRUE;
    conn->has_lost = TRUE;
    tcp_conn_apply(conn, TCP_LOSS_FOUND, segment);
  }
}

void tcp_sack_take(TcpConn *conn, const Segment *segment, gboolean new_ack) {
  if (conn->state == TCP_STATE_SYN_RECEIVED)
    return;
  if (has_rack(conn))
    take_by_time(conn, segment);
  else
    take_by_count(conn, segment, new_ack);
}

void tcp_sack_resend_lost(TcpConn *conn) {
  gboolean found;
  if (has_rack(conn) && conn->has_rack)
    tcp_sack_detect(conn, &found);
  if (conn->has_lost)
    tcp_cwnd_loss(conn);
  tcp_output_resend_lost(conn);
  tcp_timers_sending(conn, TRUE);
}
