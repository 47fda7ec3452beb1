/* When an ACK leaves: RFC 9293 3.8.6.3 and RFC 5681 4.2, or Linux's way. Linux starts quick (the first ACKs go at
 * once), and turns to waiting when the connection is interactive: when it sends data soon after it received some, and
 * when the peer's FIN has come. How long it waits (ATO) is 0 until data has arrived, and 40 ms from then on; a FIN on a
 * fresh connection is so acknowledged at once (tcp_input.c: tcp_event_data_recv, tcp_fin, __tcp_ack_snd_check). */
#include "tcp/tcp_conn_priv.h"

#define LINUX_QUICK_ACKS  16
#define LINUX_LEAST_DELAY SIM_MS(2) /* a timer of 0 fires at the next jiffy, 0 to 4 ms later */

static gboolean is_linux(const TcpConn *conn) {
  return conn->stack->params.ack_policy == TCP_ACK_POLICY_LINUX;
}

static void at_once(TcpConn *conn) {
  conn->ack_now = TRUE;
}

static void grant_quick_acks(TcpConn *conn) {
  uint32_t acks = tcp_conn_buffer(conn) / (2 * conn->rcv_mss);
  conn->quick_acks = (uint8_t)CLAMP(acks, 2, LINUX_QUICK_ACKS);
}

void tcp_acks_duplicate(TcpConn *conn) {
  if (!is_linux(conn))
    return;
  unsigned left = conn->quick_acks;
  grant_quick_acks(conn);
  conn->quick_acks = (uint8_t)MAX(conn->quick_acks, left);
  conn->interactive = FALSE;
  conn->ato = conn->stack->params.delayed_ack;
}

void tcp_acks_quick(TcpConn *conn, gboolean quick) {
  conn->interactive = !quick;
  if (quick)
    grant_quick_acks(conn);
  if (quick && timer_armed(&conn->t_ack))
    at_once(conn);
}

static void later(TcpConn *conn, SimTime delay) {
  if (delay == 0)
    at_once(conn);
  else
    tcp_timers_delay_ack(conn, delay);
}

/* tcp_event_data_recv(): the estimate of how soon the next data comes. */
static void estimate_ato(TcpConn *conn) {
  SimTime now = sim_now(conn->stack->sim), least = conn->stack->params.delayed_ack;
  if (conn->text_at == SIM_NEVER) {
    grant_quick_acks(conn);
    conn->ato = least;
  } else {
    SimTime gap = now - conn->text_at;
    if (gap <= least / 2)
      conn->ato = conn->ato / 2 + least / 2;
    else if (gap < conn->ato)
      conn->ato = MIN(conn->ato / 2 + gap, conn->rto);
    else if (gap > conn->rto)
      grant_quick_acks(conn);
  }
  conn->text_at = now;
}

/* tcp_output.c __tcp_select_window(): a buffer that the socket chose is not made larger, so a window that shrinks as
 * data waits has no need to be told at once. */
static gboolean window_keeps_up(TcpConn *conn) {
  const TcpSocketOptions *options = conn->options;
  if (!options || options->rcv_wnd == conn->stack->params.rcv_wnd)
    return TRUE;
  uint32_t left = options->rcv_wnd > conn->unread ? options->rcv_wnd - conn->unread : 0;
  if (left < options->rcv_wnd / 2)
    conn->quick_acks = 0;
  return left >= conn->rcv.edge - conn->rcv.wup;
}

/* tcp_input.c tcp_data_queue(): a FIN for which there is no memory is told of at once. */
static gboolean is_full(const TcpConn *conn) {
  return conn->unread && conn->unread >= tcp_conn_buffer(conn);
}

static void acknowledge(TcpConn *conn) {
  if (!is_linux(conn)) {
    if (conn->unacked >= 2 * tcp_options_room(conn))
      at_once(conn);
    else
      later(conn, conn->stack->params.delayed_ack);
  } else if ((conn->unacked > conn->rcv_mss && window_keeps_up(conn)) || (conn->quick_acks && !conn->interactive)) {
    at_once(conn);
  } else {
    later(conn, MAX(conn->ato, LINUX_LEAST_DELAY));
  }
}

void tcp_acks_text_taken(TcpConn *conn, uint32_t len, gboolean filled_hole) {
  conn->rcv_mss = (uint16_t)MAX(conn->rcv_mss, MIN(len, conn->stack->params.mss));
  if (is_linux(conn) && len)
    estimate_ato(conn);
  if (filled_hole)
    at_once(conn);
  else
    acknowledge(conn);
}

/* Whether the ACK that is owed was owed before the segment with the FIN came, or cannot wait for another reason. */
static gboolean cannot_wait(const TcpConn *conn, gboolean fin_brought_text) {
  return conn->ack_now && !(fin_brought_text && conn->quick_acks && conn->unacked <= conn->rcv_mss);
}

void tcp_acks_fin_taken(TcpConn *conn, gboolean fin_brought_text) {
  conn->interactive = TRUE;
  if (conn->stack->params.fin_ack_delay) {
    later(conn, conn->stack->params.fin_ack_delay);
  } else if (is_linux(conn) && !cannot_wait(conn, fin_brought_text) && !is_full(conn)) {
    conn->ack_now = FALSE; /* the verdict of quick mode, withdrawn */
    acknowledge(conn);
  } else {
    at_once(conn);
  }
}

/* tcp_event_data_sent(): an answer within the ATO makes the connection interactive. */
void tcp_acks_text_sent(TcpConn *conn) {
  if (conn->text_at != SIM_NEVER && sim_now(conn->stack->sim) - conn->text_at < conn->ato)
    conn->interactive = TRUE;
}

void tcp_acks_ack_sent(TcpConn *conn) {
  if (conn->quick_acks)
    conn->quick_acks--;
  conn->unacked = 0;
  conn->rcv.wup = conn->rcv.nxt;
  if (timer_armed(&conn->t_ack))
    tcp_timers_ack_sent(conn);
}
