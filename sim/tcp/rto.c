/* The retransmission timeout, RFC 6298, in whole nanoseconds. Where stacks differ (what the minimum applies to, the
 * maximum, when to give up) the profile says so. The clock granularity G is a nanosecond, so max(G, ..) drops out. */
#include "tcp/tcp_conn_priv.h"

static SimTime bounded(const TcpParams *params, SimTime srtt, SimTime rttvar) {
  SimTime variance = 4 * rttvar;
  if (params->rto_min_applies == TCP_RTO_MIN_APPLIES_VARIANCE)
    variance = MAX(variance, params->rto_min);
  SimTime rto = srtt + variance;
  if (params->rto_min_applies == TCP_RTO_MIN_APPLIES_SUM)
    rto = MAX(rto, params->rto_min);
  rto = simtime_add(rto, params->rto_slop);
  return MIN(rto, params->rto_max);
}

void tcp_rto_init(TcpConn *conn) {
  conn->rto = conn->stack->params.rto_initial; /* RFC 6298 2.1 */
  conn->retransmitting_since = SIM_NEVER;
}

/* RFC 6298 2.2 and 2.3: RTTVAR before SRTT, alpha 1/8, beta 1/4. A sample ends the back-off (5, note). */
void tcp_rto_sample(TcpConn *conn, SimTime rtt) {
  conn->min_rtt = MIN(conn->min_rtt, rtt);
  if (!conn->has_rtt) {
    conn->srtt = rtt;
    conn->rttvar = rtt / 2;
    conn->has_rtt = TRUE;
  } else {
    SimTime difference = conn->srtt > rtt ? conn->srtt - rtt : rtt - conn->srtt;
    conn->rttvar = (3 * conn->rttvar + difference) / 4;
    conn->srtt = (7 * conn->srtt + rtt) / 8;
  }
  conn->rto = bounded(&conn->stack->params, conn->srtt, conn->rttvar);
  conn->backoff = 0;
}

static SimTime doubled(SimTime base, unsigned times, SimTime limit) {
  for (; times > 0 && base < limit; times--)
    base = base > limit / 2 ? limit : 2 * base;
  return MIN(base, limit);
}

static SimTime user_timeout(const TcpConn *conn) {
  return conn->options ? conn->options->user_timeout : conn->stack->params.user_timeout;
}

/* When a user timeout that counts from the first retransmission is over; SIM_NEVER if there is none. */
static SimTime user_deadline(const TcpConn *conn) {
  if (conn->stack->params.user_timeout_from != TCP_USER_TIMEOUT_FROM_RETRANSMISSION ||
      conn->retransmitting_since == SIM_NEVER || user_timeout(conn) == SIM_NEVER)
    return SIM_NEVER;
  return simtime_add(conn->retransmitting_since, user_timeout(conn));
}

SimTime tcp_rto_now(const TcpConn *conn) {
  SimTime rto = doubled(conn->rto, conn->backoff, conn->stack->params.rto_max);
  SimTime deadline = user_deadline(conn), now = sim_now(conn->stack->sim);
  return deadline == SIM_NEVER ? rto : CLAMP(deadline - now, 0, rto);
}

SimTime tcp_persist_interval(const TcpConn *conn) {
  return doubled(conn->rto, conn->persist_backoff, conn->stack->params.persist_max);
}

static uint32_t syn_retries(const TcpConn *conn) {
  return conn->options ? conn->options->syn_retries : conn->stack->params.syn_retries;
}

/* RFC 9293 3.8.3: R2, as a count of retransmissions or as a time since the first of them. */
gboolean tcp_limit_reached(const TcpConn *conn) {
  const TcpParams *params = &conn->stack->params;
  SimTime now = sim_now(conn->stack->sim);
  if (now >= user_deadline(conn)) /* in the opening states too */
    return TRUE;
  if (conn->state == TCP_STATE_SYN_SENT)
    return syn_retries(conn) != TCP_UNLIMITED &&
           conn->retransmissions >= syn_retries(conn) + params->syn_linear_timeouts;
  if (conn->state == TCP_STATE_SYN_RECEIVED)
    return params->synack_retries != TCP_UNLIMITED && conn->retransmissions >= params->synack_retries;
  SimTime limit = params->retries_time;
  if (conn->nobody_reads)
    limit = MIN(limit, params->orphan_retries_time);
  if (limit != SIM_NEVER && conn->retransmitting_since != SIM_NEVER && now - conn->retransmitting_since >= limit)
    return TRUE;
  /* an orphan whose probes are answered by a shut window for ever ends with the longest interval (Linux) */
  if (conn->nobody_reads && params->orphan_retries_time != SIM_NEVER && conn->sending_mode == TCP_SENDING_PERSIST &&
      tcp_persist_interval(conn) == params->persist_max)
    return TRUE;
  return params->retries != TCP_UNLIMITED && conn->retransmissions >= params->retries;
}
