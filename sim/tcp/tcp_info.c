/* STATUS (RFC 9293 3.10.6) in more detail, and parameters that change while a stack runs: what sockets and an
 * administrator may ask and set. */
#include "tcp/tcp_conn_priv.h"

TcpParams *tcp_stack_tune(TcpStack *stack) {
  stack->has_idle_timers = TRUE;
  return &stack->params;
}

static void count_sent(const TcpConn *conn, TcpInfo *info) {
  TcpPool *pool = &conn->stack->pool;
  for (const TcpEntry *entry = tcp_queue_front(pool, &conn->sent); entry; entry = tcp_queue_next(pool, entry)) {
    info->segments_out++;
    info->segments_sacked += entry->sacked != 0;
    info->segments_lost += entry->lost != 0;
    info->segments_again += entry->attempts > 1 && !entry->lost && !entry->sacked;
  }
}

void tcp_end_info(const TcpStack *stack, TcpHandle end, TcpInfo *ret_info) {
  const TcpConn *conn = tcp_conn_get(stack, end);
  TcpInfo info = {.state = (TcpState)conn->state};
  uint32_t fin = conn->fin_sent && !conn->fin_acked, out = conn->snd.nxt - conn->snd.una;
  info.unread = conn->unread;
  info.eof = conn->fin_rcvd;
  info.unsent = conn->unsent;
  info.unacked = out - MIN(out, fin);
  count_sent(conn, &info);
  info.total_again = conn->sent_again;
  tcp_cwnd_info(conn, &info);
  info.own_mss = conn->options ? conn->options->mss : stack->params.mss;
  info.fin_out = conn->fin_queued && !conn->fin_acked;
  info.fin_unsent = conn->fin_queued && !conn->fin_sent;
  info.retransmissions = conn->retransmissions;
  info.backoff = conn->backoff;
  info.probes = conn->sending_mode == TCP_SENDING_PERSIST ? conn->persist_backoff : conn->keepalives;
  info.has_rtt = conn->has_rtt;
  info.srtt = conn->srtt;
  info.rttvar = conn->rttvar;
  info.min_rtt = conn->min_rtt;
  info.rto = tcp_rto_now(conn);
  info.ato = conn->ato;
  info.snd_mss = tcp_options_room(conn);
  info.rcv_mss = conn->rcv_mss;
  info.snd_wnd = conn->snd.wnd;
  info.rcv_wnd = tcp_receive_window(conn);
  info.snd_wscale = conn->snd_wscale;
  info.rcv_wscale = conn->rcv_wscale;
  info.sack = conn->sack_on;
  info.timestamps = conn->ts_on;
  info.wscale = conn->wscale_on;
  info.iss = conn->snd.iss;
  info.irs = conn->rcv.irs;
  *ret_info = info;
}
