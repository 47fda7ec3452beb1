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
  return MIN(rto, params->rto_max);
}

void tcp_rto_init(TcpConn *conn) {
  conn->rto = conn->stack->params.rto_initial; /* RFC 6298 2.1 */
  conn->retransmitting_since = SIM_NEVER;
}

/* RFC 6298 2.2 and 2.3: RTTVAR before SRTT, alpha 1/8, beta 1/4. A sample ends the back-off (5, note). */
void tcp_rto_sample(TcpConn *conn, SimTime rtt) {
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

SimTime tcp_rto_now(const TcpConn *conn) {
  return doubled(conn->rto, conn->backoff, conn->stack->params.rto_max);
}

SimTime tcp_persist_interval(const TcpConn *conn) {
  return doubled(conn->rto, conn->persist_backoff, conn->stack->params.persist_max);
}

/* RFC 9293 3.8.3: R2, as a count of retransmissions or as a time since the first of them. */
gboolean tcp_limit_reached(const TcpConn *conn) {
  const TcpParams *params = &conn->stack->params;
  uint32_t limit = params->retries;
  if (conn->state == TCP_STATE_SYN_SENT)
    limit = params->syn_retries;
  else if (conn->state == TCP_STATE_SYN_RECEIVED)
    limit = params->synack_retries;
  else if (params->retries_time != SIM_NEVER && conn->retransmitting_since != SIM_NEVER &&
           sim_now(conn->stack->sim) - conn->retransmitting_since >= params->retries_time)
    return TRUE;
  return limit != TCP_UNLIMITED && conn->retransmissions >= limit;
}
