/* What the SYNs negotiate (MSS, RFC 7323 window scale and timestamps, RFC 2018 SACK), and what segments carry of it. */
#include "tcp/tcp_conn_priv.h"

#define TIMESTAMP_START  1000 /* a timestamp is never 0 */
#define TIMESTAMP_OCTETS 12

/* RFC 7323 4.3: a clock of one millisecond. */
uint32_t tcp_timestamp_now(const TcpConn *conn) {
  return (uint32_t)(sim_now(conn->stack->sim) / SIM_MS(1)) + TIMESTAMP_START;
}

uint32_t tcp_options_room(const TcpConn *conn) {
  return conn->ts_on && conn->mss > TIMESTAMP_OCTETS ? conn->mss - TIMESTAMP_OCTETS : conn->mss;
}

static gboolean offers_window_scale(const TcpParams *params) {
  return params->window_scale || params->window_scale_always;
}

/* The shift that it offers: a small receive buffer needs none. */
static uint8_t own_shift(const TcpConn *conn) {
  return (uint8_t)(conn->options ? conn->options->window_scale : conn->stack->params.window_scale);
}

static uint32_t own_mss(const TcpConn *conn) {
  return conn->options ? conn->options->mss : conn->stack->params.mss;
}

/* A SYN offers what the profile has; a SYN,ACK what the peer offered too. */
static void fill_syn(TcpConn *conn, Segment *segment) {
  const TcpParams *params = &conn->stack->params;
  gboolean answer = (segment->flags & TCP_ACK) != 0;
  segment->opts.has |= TCP_OPT_MSS;
  segment->opts.mss = (uint16_t)MIN(own_mss(conn), UINT16_MAX);
  if (answer ? conn->wscale_on : offers_window_scale(params)) {
    segment->opts.has |= TCP_OPT_WSCALE;
    segment->opts.wscale = (uint8_t)(answer ? conn->rcv_wscale : own_shift(conn));
  }
  if (params->sack && (!answer || conn->sack_on))
    segment->opts.has |= TCP_OPT_SACK_OK;
}

void tcp_options_fill(TcpConn *conn, Segment *segment) {
  gboolean syn = (segment->flags & TCP_SYN) != 0, answer = (segment->flags & TCP_ACK) != 0;
  if (syn)
    fill_syn(conn, segment);
  gboolean offer_ts = syn && !answer && conn->stack->params.timestamps;
  gboolean bare_rst = segment->flags & TCP_RST && !answer; /* in answer to a segment; an ABORT's has it as data has */
  if (offer_ts || (conn->ts_on && !bare_rst)) {
    segment->opts.has |= TCP_OPT_TS;
    segment->opts.ts_val = tcp_timestamp_now(conn);
    segment->opts.ts_ecr = answer ? conn->ts_recent : 0;
  }
}

static void agree(TcpConn *conn, const TcpOptions *peer) {
  const TcpParams *params = &conn->stack->params;
  conn->sack_on = params->sack && peer->has & TCP_OPT_SACK_OK;
  conn->ts_on = params->timestamps && peer->has & TCP_OPT_TS;
  conn->wscale_on = offers_window_scale(params) && peer->has & TCP_OPT_WSCALE;
  conn->snd_wscale = conn->wscale_on ? MIN(peer->wscale, 14) : 0;
  conn->rcv_wscale = conn->wscale_on ? own_shift(conn) : 0;
  if (conn->ts_on)
    conn->ts_recent = peer->ts_val;
}

void tcp_options_take_syn(TcpConn *conn, const Segment *segment) {
  agree(conn, &segment->opts);
  /* RFC 9293 3.7.1: without the option the peer takes 536 octets */
  conn->mss = MIN(conn->mss, segment->opts.has & TCP_OPT_MSS ? segment->opts.mss : 536);
}

void tcp_end_negotiate(TcpStack *stack, TcpHandle end, const TcpParams *peer) {
  TcpConn *conn = tcp_conn_get(stack, end);
  TcpOptions options = {0};
  options.has = (uint8_t)((peer->sack ? TCP_OPT_SACK_OK : 0) | (peer->timestamps ? TCP_OPT_TS : 0) |
                          (offers_window_scale(peer) ? TCP_OPT_WSCALE : 0));
  options.wscale = (uint8_t)peer->window_scale;
  options.ts_val = TIMESTAMP_START;
  agree(conn, &options);
  conn->snd.wnd = conn->snd.max_wnd = conn->snd_wscale ? peer->rcv_wnd : MIN(peer->rcv_wnd, UINT16_MAX);
}

gboolean tcp_options_fresh(const TcpConn *conn, const Segment *segment) {
  if (!conn->ts_on || !(segment->opts.has & TCP_OPT_TS) || segment->flags & TCP_RST)
    return TRUE;
  return seq_ge(segment->opts.ts_val + conn->stack->params.paws_slack, conn->ts_recent);
}

/* RFC 7323 4.3: from the segment that covers the last ACK sent; in Linux (tcp_ack()) not from one that acknowledges
 * what was never sent. */
void tcp_options_take_timestamp(TcpConn *conn, const Segment *segment) {
  gboolean forged = conn->stack->params.ack_policy == TCP_ACK_POLICY_LINUX && segment->flags & TCP_ACK &&
                    seq_gt(segment->ack, conn->snd.nxt);
  if (conn->ts_on && !forged && segment->opts.has & TCP_OPT_TS && seq_le(segment->seq, conn->rcv.wup) &&
      seq_ge(segment->opts.ts_val, conn->ts_recent))
    conn->ts_recent = segment->opts.ts_val;
}
