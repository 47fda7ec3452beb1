/* An end in TIME-WAIT as a record of 44 octets: all of a TCB that still matters when nothing is out, nothing waits to
 * be read and no timer runs but that of TIME-WAIT. Real stacks do the same (Linux: tcp_timewait_sock). Whatever happens
 * to such an end happens to a TCB: it is made anew from the record first. */
#ifndef TEARDOWN_TCP_TCP_REST_H
#define TEARDOWN_TCP_TCP_REST_H

#include "tcp/tcp_stack.h"

typedef struct TcpRest {
  uint32_t owner;                 /* as TcpIdentity has it */
  uint32_t until_high, until_low; /* when TIME-WAIT ends: two halves, so that no octets are lost to alignment */
  Seq iss, irs, snd_nxt, rcv_nxt;
  Seq rcv_edge;
  uint32_t ts_recent;
  uint16_t lport, rport, peer;
  uint16_t rcv_wscale : 4;
  uint16_t ts_on : 1;
  uint16_t host_bits : 8; /* the host's own, 0 at first */
} TcpRest;

static inline SimTime tcp_rest_until(const TcpRest *rest) {
  return (SimTime)((uint64_t)rest->until_high << 32 | rest->until_low);
}

/* When its TIME-WAIT (or its FIN-WAIT-2) ends; SIM_NEVER: no such timer runs. */
SimTime tcp_end_until(const TcpStack *stack, TcpHandle end);
/* Fills `ret_rest` and frees the TCB, silently, if the end is in TIME-WAIT and is no more than that; else FALSE. */
gboolean tcp_end_rest(TcpStack *stack, TcpHandle end, TcpRest *ret_rest);
/* The TCB again, its timer running. */
TcpHandle tcp_end_wake(TcpStack *stack, const TcpRest *rest, const TcpIdentity *identity);
/* Its TIME-WAIT ends now. */
void tcp_end_expires(TcpStack *stack, TcpHandle end);
/* TIME-WAIT has ended without a TCB and without a reader of the trace: counts the row. */
void tcp_rest_ended(TcpStack *stack);

#endif
