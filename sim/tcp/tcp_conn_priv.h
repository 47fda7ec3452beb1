/* The TCB, with RFC 9293's names (3.3.1). Included only inside sim/tcp. */
#ifndef TEARDOWN_TCP_TCP_CONN_PRIV_H
#define TEARDOWN_TCP_TCP_CONN_PRIV_H

#include "engine/timer.h"
#include "tcp/tcp_queue.h"
#include "tcp/tcp_stack.h"

typedef struct TcpConn TcpConn;

/* Which of its three jobs the sending timer does; never two at once. */
typedef enum { TCP_SENDING_RETRANSMISSION, TCP_SENDING_PROBE, TCP_SENDING_PERSIST } TcpSendingMode;

struct TcpConn {
  TcpStack *stack;
  TcpHandle handle;
  TcpIdentity who;
  uint8_t state; /* TcpState; written by tcp_conn_apply() alone */
  uint8_t sending_mode;
  uint8_t backoff;         /* doublings of the RTO since the last sample */
  uint8_t persist_backoff; /* doublings of the probe interval */
  gboolean passive_open : 1;
  gboolean close_deferred : 1; /* CLOSE in SYN-RECEIVED waits for ESTABLISHED */
  gboolean nobody_reads : 1;   /* the application has closed both ways */
  gboolean fin_queued : 1;     /* our FIN has been issued */
  gboolean fin_sent : 1;       /* it has a number: fin_seq */
  gboolean fin_acked : 1;
  gboolean fin_rcvd : 1;       /* RCV.NXT is past the peer's FIN */
  gboolean eof_told : 1;       /* the application has read up to the FIN */
  gboolean ack_now : 1;        /* an ACK leaves at the end of this event */
  gboolean deleted : 1;        /* DELETE_TCB was done: freed at the end of this event */
  gboolean has_rtt : 1;        /* srtt and rttvar hold a sample */
  gboolean probe_answered : 1; /* the last window probe was answered */
  gboolean probing_tail : 1;   /* a tail-loss probe is out; one a tail */
  uint64_t cause;              /* number of the segment being processed, 0: none */
  Name ack_why;                /* why the ACK leaves, for the trace */

  struct {
    Seq una, nxt, wl1, wl2, iss;
    uint32_t wnd, max_wnd;
  } snd;
  struct {
    Seq nxt, edge, irs; /* edge: right edge of the window as last advertised */
  } rcv;
  Seq fin_seq;        /* number our FIN occupies, once fin_sent */
  Seq tail_probe_end; /* SND.NXT when the tail was probed */
  uint32_t mss;       /* what we may send, octets */
  uint64_t unsent;    /* octets queued behind SND.NXT */
  uint32_t unread;    /* octets received in order that the application has not taken */
  uint32_t unacked;   /* octets received since the last ACK we sent */
  TcpQueue sent;      /* the retransmission queue */
  TcpMarks marks;     /* where SEND calls ended in the unsent data */
  TcpHoles held;      /* received beyond RCV.NXT */

  SimTime srtt, rttvar;
  SimTime rto;                  /* before back-off */
  uint32_t retransmissions;     /* expiries since SND.UNA last moved */
  SimTime retransmitting_since; /* the first of them, SIM_NEVER: none */

  Timer t_sending; /* retransmission, probe or persist */
  Timer t_ack;     /* delayed ACK */
  Timer t_state;   /* 2MSL, or FIN-WAIT-2 */
  Timer t_user;
};

struct TcpStack {
  Sim *sim;
  const Tracer *tracer;
  TcpParams params;
  Name host_name;
  const TcpOps *ops;
  void *host;
  TcpFsmIndex fsm;
  uint64_t *row_hits;
  TcpPool pool;                 /* entries of queues, marks and holes */
  TcpConn **chunks;             /* TCBs, in chunks so that they do not move */
  uint32_t n_chunks, free_conn; /* free list by handle */
  EventKindId kind_sending, kind_ack, kind_state, kind_user;
  struct {
    Name retransmission, probe, window_probe, challenge, duplicate_ack, window_update;
  } why;
  Name *row_rfc; /* interned section of each row */
  Name check_rfc[TCP_CHECK_COUNT];
};

TcpConn *tcp_conn_get(const TcpStack *stack, TcpHandle handle);
/* In `state` from the start: CLOSED, LISTEN or ESTABLISHED. */
TcpConn *tcp_conn_new(TcpStack *stack, const TcpIdentity *identity, TcpState state);

/* The row that decides about `stimulus` now; a stimulus that the table calls impossible here is a bug, and fatal. */
const TcpRow *tcp_conn_row(const TcpConn *conn, TcpStimulus stimulus);

/* The only writer of `state`: finds the row for (state, stimulus), writes the trace record, sets the state, performs
 * the row's actions in their fixed order. `segment` is what raised it, or NULL. Returns the row. */
const TcpRow *tcp_conn_apply(TcpConn *conn, TcpStimulus stimulus, const Segment *segment);

/* Ends an event (a call, a segment, a timeout): sends what may leave, then a pure ACK if one is still owed, then frees
 * a deleted TCB. The connection must not be used after it. */
void tcp_conn_finish(TcpConn *conn);

/* --- output.c ----------------------------------------------------------------------------------------------------- */

/* Sends SYN, data and FIN as far as the state and the window allow, and keeps the sending timer right. */
void tcp_output(TcpConn *conn);
void tcp_output_ack(TcpConn *conn, Name why);
void tcp_output_rst(TcpConn *conn, const Segment *answered);
void tcp_output_retransmit(TcpConn *conn, TcpEntry *entry, Name why);
void tcp_output_window_probe(TcpConn *conn);
/* Queues the SYN as the first entry. */
void tcp_output_queue_syn(TcpConn *conn);
/* How much the window allows beyond SND.NXT. */
uint32_t tcp_usable_window(const TcpConn *conn);
/* Octets of receive window on offer now: edge - RCV.NXT. */
static inline uint32_t tcp_receive_window(const TcpConn *conn) {
  return conn->rcv.edge - conn->rcv.nxt;
}

/* --- timeouts.c --------------------------------------------------------------------------------------------------- */

/* Puts the sending timer where RFC 6298 wants it; `restart` after an ACK of new data or a retransmission. */
void tcp_timers_sending(TcpConn *conn, gboolean restart);
void tcp_timers_persist(TcpConn *conn);
/* A window probe was answered, the window still shut. */
void tcp_timers_probe_answered(TcpConn *conn);
void tcp_timers_delay_ack(TcpConn *conn, SimTime delay);
void tcp_timers_ack_sent(TcpConn *conn);
void tcp_timers_time_wait(TcpConn *conn);
void tcp_timers_fin_wait_2(TcpConn *conn);
void tcp_timers_user(TcpConn *conn, gboolean restart);
void tcp_timers_stop_all(TcpConn *conn);
extern const EventKind TCP_KIND_SENDING, TCP_KIND_ACK, TCP_KIND_STATE, TCP_KIND_USER;

/* --- rto.c (RFC 6298) --------------------------------------------------------------------------------------------- */

void tcp_rto_init(TcpConn *conn);
void tcp_rto_sample(TcpConn *conn, SimTime rtt);
/* The timeout now, back-off included. */
SimTime tcp_rto_now(const TcpConn *conn);
SimTime tcp_persist_interval(const TcpConn *conn);
gboolean tcp_limit_reached(const TcpConn *conn);

#endif
