/* Congestion control, as far as the end of a connection shows it: the initial window (RFC 6928), slow start and
 * congestion avoidance, what a loss leaves of the window (RFC 5681, RFC 6582), the pause (RFC 5681 4.1). The window
 * counts octets, or segments as Linux has it; what is in flight is what was sent, and neither acknowledged nor taken
 * for lost (the pipe of RFC 6675). OMITTED: CUBIC's growth (RFC 9438), proportional rate reduction, F-RTO, undoing. */
#include "tcp/tcp_conn_priv.h"

static gboolean counts_segments(const TcpConn *conn) {
  return conn->stack->params.cwnd_unit == TCP_CWND_UNIT_SEGMENTS;
}

uint32_t tcp_cwnd_unit(const TcpConn *conn) {
  return counts_segments(conn) ? 1 : tcp_options_room(conn);
}

static gboolean is_off(const TcpConn *conn) {
  return conn->stack->params.initial_cwnd == TCP_UNLIMITED;
}

/* RFC 6928 2, RFC 5681 3.1. */
static uint32_t initial(const TcpConn *conn) {
  const TcpParams *params = &conn->stack->params;
  uint64_t room = tcp_options_room(conn), segments = conn->syn_lost ? 1 : params->initial_cwnd;
  uint64_t octets = MIN(segments * room, MAX(2 * room, params->initial_cwnd_octets));
  return (uint32_t)MIN(counts_segments(conn) ? octets / room : octets, UINT32_MAX / 2);
}

/* The window is set when it is first needed: the SYNs have agreed on the size of a segment then. */
static void set_up(TcpConn *conn) {
  if (conn->cwnd)
    return;
  conn->cwnd = MAX(initial(conn), 1);
  conn->ssthresh = UINT32_MAX;
}

void tcp_cwnd_info(const TcpConn *conn, TcpInfo *info) {
  info->cwnd = is_off(conn) ? UINT32_MAX : conn->cwnd ? conn->cwnd : MAX(initial(conn), 1);
  info->ssthresh = conn->cwnd ? conn->ssthresh : UINT32_MAX;
}

uint32_t tcp_cwnd_size(const TcpConn *conn, const TcpEntry *entry) {
  return counts_segments(conn) ? 1 : entry->len;
}

static uint32_t in_flight(const TcpConn *conn) {
  TcpPool *pool = &conn->stack->pool;
  uint64_t flight = 0, left = 0;
  for (const TcpEntry *entry = tcp_queue_front(pool, &conn->sent); entry; entry = tcp_queue_next(pool, entry))
    if (!entry->sacked && !entry->lost)
      flight += tcp_cwnd_size(conn, entry);
  if (!conn->sack_on) /* RFC 5681 3.2: each duplicate ACK says that a segment has left the network */
    left = (uint64_t)conn->duplicate_acks * tcp_cwnd_unit(conn);
  return (uint32_t)MIN(flight > left ? flight - left : 0, UINT32_MAX);
}

uint32_t tcp_cwnd_room(TcpConn *conn) {
  if (is_off(conn))
    return UINT32_MAX;
  set_up(conn);
  uint32_t flight = in_flight(conn);
  return conn->cwnd > flight ? conn->cwnd - flight : 0;
}

uint32_t tcp_cwnd_octets(const TcpConn *conn, uint32_t room) {
  return counts_segments(conn) && room ? UINT32_MAX : room;
}

/* RFC 5681 3.1; not while the application leaves more than half of the window unused. */
static void grow(TcpConn *conn, uint32_t acked, uint32_t flight) {
  uint64_t step = (uint64_t)conn->stack->params.slow_start_step * tcp_cwnd_unit(conn);
  if (conn->cwnd < conn->ssthresh) {
    if (2 * (uint64_t)flight > conn->cwnd)
      conn->cwnd += (uint32_t)MIN(MIN(acked, step), UINT32_MAX / 2 - conn->cwnd);
    return;
  }
  if ((uint64_t)flight + tcp_cwnd_unit(conn) <= conn->cwnd)
    return;
  conn->cwnd_grown += acked;
  if (conn->cwnd_grown >= conn->cwnd) {
    conn->cwnd_grown -= conn->cwnd;
    conn->cwnd += MIN(tcp_cwnd_unit(conn), UINT32_MAX / 2 - conn->cwnd);
  }
}

static void take_for_lost(TcpConn *conn, TcpEntry *entry) {
  if (!entry || entry->sacked)
    return;
  entry->lost = TRUE;
  conn->has_lost = TRUE;
}

void tcp_cwnd_acked(TcpConn *conn, uint32_t octets) {
  if (is_off(conn) || !conn->cwnd)
    return;
  uint32_t flight = conn->snd.nxt - (conn->snd.una - octets), room = tcp_options_room(conn);
  gboolean over = seq_ge(conn->snd.una, conn->recover);
  if (conn->recovery == TCP_RECOVERY_FAST) {
    if (over)
      conn->recovery = TCP_RECOVERY_NONE;
    else if (!(conn->sack_on && conn->stack->params.tail_loss_probe)) /* RFC 6582 3.2: the next hole; RACK sees it */
      take_for_lost(conn, tcp_queue_front(&conn->stack->pool, &conn->sent));
    return;
  }
  if (over)
    conn->recovery = TCP_RECOVERY_NONE;
  if (counts_segments(conn))
    grow(conn, (octets + room - 1) / room, (flight + room - 1) / room);
  else
    grow(conn, octets, flight);
}

/* RFC 5681 equation 4, RFC 9438 4.6: of what was in flight, or of the window. */
static uint32_t what_a_loss_leaves(const TcpConn *conn) {
  uint32_t octets = conn->snd.nxt - conn->snd.una, percent = conn->stack->params.cwnd_kept;
  uint64_t flight = counts_segments(conn) ? conn->cwnd : MIN(octets, conn->cwnd);
  return (uint32_t)MAX(flight * percent / 100, 2 * (uint64_t)tcp_cwnd_unit(conn));
}

void tcp_cwnd_loss(TcpConn *conn) {
  if (is_off(conn) || conn->recovery != TCP_RECOVERY_NONE)
    return;
  set_up(conn);
  conn->cwnd = conn->ssthresh = what_a_loss_leaves(conn);
  conn->recovery = TCP_RECOVERY_FAST;
  conn->recover = conn->snd.nxt;
}

/* RFC 5681 3.1: one segment, and slow start; what was out counts as lost where stacks have it so. */
void tcp_cwnd_timeout(TcpConn *conn) {
  TcpPool *pool = &conn->stack->pool;
  conn->duplicate_acks = 0;
  if (conn->stack->params.resend_after_timeout == TCP_RESEND_AFTER_TIMEOUT_ALL)
    for (TcpEntry *entry = tcp_queue_front(pool, &conn->sent); entry; entry = tcp_queue_next(pool, entry))
      take_for_lost(conn, entry);
  if (is_off(conn))
    return;
  set_up(conn);
  if (conn->retransmissions <= 1)
    conn->ssthresh = what_a_loss_leaves(conn);
  conn->cwnd = tcp_cwnd_unit(conn);
  conn->cwnd_grown = 0;
  conn->recovery = TCP_RECOVERY_TIMEOUT;
  conn->recover = conn->snd.nxt;
}

void tcp_cwnd_before_text(TcpConn *conn) {
  SimTime rto = conn->rto, idle = sim_now(conn->stack->sim) - conn->text_sent_at;
  if (is_off(conn) || !conn->cwnd || conn->sent.head || conn->text_sent_at == SIM_NEVER || idle <= rto)
    return;
  uint32_t least = MIN(initial(conn), conn->cwnd);
  switch (conn->stack->params.cwnd_after_idle) {
  case TCP_CWND_AFTER_IDLE_RESTART: /* RFC 5681 4.1 */
    conn->cwnd = least;
    break;
  case TCP_CWND_AFTER_IDLE_HALVE: /* RFC 2861 3 */
    for (; idle > rto && conn->cwnd > least; idle -= rto)
      conn->cwnd /= 2;
    conn->cwnd = MAX(conn->cwnd, least);
    break;
  default:
    break;
  }
}
