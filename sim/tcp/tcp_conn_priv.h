/* The TCB, with RFC 9293's names (3.3.1). Included only inside sim/tcp. */
#ifndef TEARDOWN_TCP_TCP_CONN_PRIV_H
#define TEARDOWN_TCP_TCP_CONN_PRIV_H

#include "engine/timer.h"
#include "tcp/tcp_queue.h"
#include "tcp/tcp_stack.h"

typedef struct TcpConn TcpConn;

#define TCP_TIMER_SLACK SIM_MS(2) /* Linux: TCP_TIMEOUT_MIN_US, added to reordering and probe timers */

/* Which of its jobs the sending timer does; never two at once. */
typedef enum {
  TCP_SENDING_RETRANSMISSION,
  TCP_SENDING_PROBE,
  TCP_SENDING_REORDERING,
  TCP_SENDING_PERSIST,
} TcpSendingMode;

/* What the sender believes of the network: all is well, one segment was lost, or all that is out. */
typedef enum { TCP_RECOVERY_NONE, TCP_RECOVERY_FAST, TCP_RECOVERY_TIMEOUT } TcpRecovery;

/* What setsockopt() changed; a TCB has one only if anything was. */
typedef struct TcpSocketOptions {
  SimTime keepalive_idle, keepalive_interval, user_timeout, fin_wait_2_timeout;
  uint32_t keepalive_count, rcv_wnd, mss, syn_retries;
  uint8_t keepalive, nodelay, cork, window_scale;
} TcpSocketOptions;

/* What nearly every segment needs comes first, so that it lies together; what only some connections ever need comes
 * last. */
struct TcpConn {
  TcpStack *stack;
  TcpHandle handle;
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
  gboolean filled_hole : 1;    /* the segment being processed did */
  gboolean state_free : 1;     /* no TCB: on the free list */
  gboolean has_rtt : 1;        /* srtt and rttvar hold a sample */
  gboolean probe_answered : 1; /* the last window probe was answered */
  gboolean probing_tail : 1;   /* a tail-loss probe is out; one a tail */
  gboolean read_shut : 1;      /* SHUT_RD: the application will not read */
  gboolean sack_on : 1;        /* both sides offered SACK */
  gboolean wscale_on : 1;      /* both sides offered a window scale */
  gboolean ts_on : 1;          /* both sides offered timestamps */
  gboolean interactive : 1;    /* Linux's ping-pong mode: ACKs wait */
  gboolean has_dsack : 1;      /* the next ACK reports dsack_left:dsack_right */
  gboolean has_lost : 1;       /* some entry of `sent` may be marked as lost */
  gboolean syn_lost : 1;       /* our SYN was sent three times or more: RFC 6928 2 */
  gboolean peer_answers : 1;   /* a keepalive was answered */
  gboolean overdue : 1;        /* the persist timer sends what was held back */
  gboolean has_rack : 1;       /* rack_sent_at and rack_rtt hold a delivery */
  gboolean counted_pcb : 1;    /* in stack->limits */
  gboolean counted_orphan : 1;
  gboolean counted_time_wait : 1;
  Name ack_why; /* why the ACK leaves, for the trace */

  struct {
    Seq una, nxt, wl1, wl2, iss;
    uint32_t wnd, max_wnd;
  } snd;
  struct {
    Seq nxt, edge, irs; /* edge: right edge of the window as last advertised */
    Seq wup;            /* RCV.NXT when the last ACK was sent */
  } rcv;
  uint8_t snd_wscale, rcv_wscale; /* RFC 7323: what the peer's, our window fields are shifted by */
  uint8_t quick_acks;             /* Linux: ACKs that still go at once */
  uint8_t duplicate_acks;         /* in a row */
  uint8_t keepalives;             /* sent and not answered */
  uint8_t recovery;               /* TcpRecovery */
  uint16_t rcv_mss;               /* Linux: the largest segment received */
  uint32_t mss;                   /* what we may send, octets */
  uint32_t unread;                /* octets received in order that the application has not taken */
  uint32_t unacked;               /* octets received since the last ACK we sent */
  uint32_t retransmissions;       /* expiries since SND.UNA last moved */
  Seq fin_seq;                    /* number our FIN occupies, once fin_sent */
  uint64_t unsent;                /* octets queued behind SND.NXT */
  TcpQueue sent;                  /* the retransmission queue */
  TcpHoles held;                  /* received beyond RCV.NXT */
  SimTime heard_at;               /* when the last segment arrived */
  TcpSocketOptions *options;      /* NULL: none */
  TcpIdentity who;
  uint32_t cwnd, ssthresh; /* RFC 5681, in what cwnd_unit counts; cwnd 0: not needed yet */

  SimTime srtt, rttvar, min_rtt;
  SimTime rto;                  /* before back-off */
  SimTime retransmitting_since; /* the first of them, SIM_NEVER: none */

  LazyTimer t_sending; /* retransmission, probe or persist */
  LazyTimer t_ack;     /* delayed ACK; these two go from one connection to the next, with their keys in the queue */
  Timer t_state;       /* 2MSL, or FIN-WAIT-2 */
  Timer t_user;
  Timer t_keepalive;

  TcpMarks marks;       /* where SEND calls ended in the unsent data */
  Seq pushed;           /* where the last SEND, or part of one, was marked for PSH */
  uint32_t sent_again;  /* segments, since the connection began */
  SimTime text_sent_at; /* when data was sent last, SIM_NEVER: not yet */
  SimTime text_at;      /* when the last data arrived, SIM_NEVER: none yet */
  SimTime ato;          /* Linux: how long an ACK waits */
  uint32_t ts_recent;   /* TS.Recent */
  uint32_t answers;     /* to empty unacceptable segments in this challenge period */
  SimTime answers_since;
  uint32_t cwnd_grown; /* acknowledged since cwnd grew last */
  Seq recover;         /* SND.NXT when the recovery began */
  Seq tail_probe_end;  /* SND.NXT when the tail was probed */
  Seq dsack_left, dsack_right;
  Seq held_recently;              /* start of the range held last: its block comes first */
  SimTime rack_sent_at, rack_rtt; /* RFC 8985: of the segment delivered last, with SACK */
  Seq rack_end;                   /* and where it ends */
};

/* How many there are of what is limited; only kept where a limit is set. */
typedef struct TcpLimits {
  uint32_t pcbs, orphans, time_waits;
} TcpLimits;

struct TcpStack {
  Sim *sim;
  const Tracer *tracer;
  TcpParams params;
  Name host_name;
  const TcpOps *ops;
  void *host;
  TcpFsmIndex fsm;
  uint64_t *row_hits;
  gboolean has_idle_timers; /* the parameters ask for a user timer or for keepalives, or may come to */
  uint64_t cause;           /* number of the segment being processed, 0: none */
  TcpLimits limits;
  TcpPool pool;                 /* entries of queues, marks and holes */
  TcpConn **chunks;             /* TCBs, in chunks so that they do not move */
  uint32_t n_chunks, free_conn; /* free list by handle */
  EventKindId kind_sending, kind_ack, kind_state, kind_user, kind_keepalive;
  struct {
    Name retransmission, probe, window_probe, challenge, duplicate_ack, window_update, fast, keepalive;
  } why;
  Name *row_rfc; /* interned section of each row */
  Name check_rfc[TCP_CHECK_COUNT];
};

#define TCP_CHUNK_BITS 8 /* of handles: TCBs in a chunk */

/* Handles count from 1: 0 is no handle. */
static inline TcpConn *tcp_conn_get(const TcpStack *stack, TcpHandle handle) {
  uint32_t index = handle - 1;
  g_assert(index < stack->n_chunks << TCP_CHUNK_BITS);
  return &stack->chunks[index >> TCP_CHUNK_BITS][index & ((1u << TCP_CHUNK_BITS) - 1)];
}

/* Octets that it can hold for the application: what the socket said, else the stack's. */
static inline uint32_t tcp_conn_buffer(const TcpConn *conn) {
  return G_UNLIKELY(conn->options != NULL) ? conn->options->rcv_wnd : conn->stack->params.rcv_wnd;
}

/* No handle is above it; some below may be free (state_free). */
TcpHandle tcp_conn_highest(const TcpStack *stack);
/* In `state` from the start: CLOSED, LISTEN or ESTABLISHED. */
TcpConn *tcp_conn_new(TcpStack *stack, const TcpIdentity *identity, TcpState state);
/* Back to the free ones; it owns nothing any more. */
void tcp_conn_release(TcpConn *conn);

/* The row that decides about `stimulus` now; a stimulus that the table calls impossible here is a bug, and fatal.
 * `segment` is what raises it, or NULL. */
const TcpRow *tcp_conn_row(const TcpConn *conn, TcpStimulus stimulus, const Segment *segment);

/* guards.c: whether a guard holds, a pure function of the TCB, the segment (or NULL) and the profile. */
gboolean tcp_guard_holds(const TcpConn *conn, TcpGuard guard, const Segment *segment);

/* Whether the answer to an unacceptable segment of this kind counts, and is left out when there were enough. */
gboolean tcp_answer_is_limited(const Segment *segment);

/* The only writer of `state`: finds the row for (state, stimulus), writes the trace record, sets the state, performs
 * the row's actions in their fixed order. `segment` is what raised it, or NULL. Returns the row. */
const TcpRow *tcp_conn_apply(TcpConn *conn, TcpStimulus stimulus, const Segment *segment);
/* The same when the row is known: what tcp_conn_row() returned, and nothing has changed since. */
void tcp_conn_apply_row(TcpConn *conn, const TcpRow *row, const Segment *segment);

/* Ends an event (a call, a segment, a timeout): sends what may leave, then a pure ACK if one is still owed, then frees
 * a deleted TCB. The connection must not be used after it. */
void tcp_conn_finish(TcpConn *conn);

/* --- output.c ----------------------------------------------------------------------------------------------------- */

/* Sends SYN, data and FIN as far as the state and the window allow, and keeps the sending timer right. */
void tcp_output(TcpConn *conn);
/* TRUE: tcp_output() would find nothing to do. */
gboolean tcp_output_is_quiet(const TcpConn *conn);
void tcp_output_ack(TcpConn *conn, Name why);
void tcp_output_keepalive(TcpConn *conn);
void tcp_output_rst(TcpConn *conn, const Segment *answered);
void tcp_output_rst_without_tcb(TcpStack *stack, const Segment *answered);
void tcp_output_retransmit(TcpConn *conn, TcpEntry *entry, Name why);
void tcp_output_window_probe(TcpConn *conn);
/* The next segment that has not been sent, whatever the congestion window; FALSE if there is none, or no window. */
gboolean tcp_output_probe_new(TcpConn *conn);
/* Sends what is marked as lost again, as far as the congestion window allows; the front goes in any case. */
void tcp_output_resend_lost(TcpConn *conn);
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
/* A new segment was sent. */
void tcp_timers_tail_sent(TcpConn *conn);
void tcp_timers_persist(TcpConn *conn);
/* A window probe was answered, the window still shut. */
void tcp_timers_probe_answered(TcpConn *conn);
void tcp_timers_delay_ack(TcpConn *conn, SimTime delay);
void tcp_timers_ack_sent(TcpConn *conn);
void tcp_timers_time_wait(TcpConn *conn);
void tcp_timers_fin_wait_2(TcpConn *conn);
/* Whether the socket said that nobody waits in FIN-WAIT-2 (a TCP_LINGER2 below 0), and nobody holds it. */
gboolean tcp_fin_wait_2_refused(const TcpConn *conn);
/* Whether an orphan's FIN-WAIT-2 is short enough to be kept as a TIME-WAIT is (fin_wait_2_split). */
gboolean tcp_fin_wait_2_stands_in(const TcpConn *conn);
void tcp_timers_last_ack(TcpConn *conn);
void tcp_timers_user(TcpConn *conn, gboolean restart);
void tcp_timers_stop_all(TcpConn *conn);
/* Arms or stops the keepalive timer as the state and the options want it; a running one is left alone. */
void tcp_timers_keepalive(TcpConn *conn);
/* FALSE: neither the user timer nor the keepalive timer can run, and there is no need to look. */
static inline gboolean tcp_has_idle_timers(const TcpConn *conn) {
  return conn->options || conn->stack->has_idle_timers;
}
/* TRUE: the sending timer needs no change, unless it is to restart: it runs for what is out, or is stopped with nothing
 * out. */
static inline gboolean tcp_timers_sending_fit(const TcpConn *conn) {
  return timer_armed(&conn->t_sending) == (conn->sent.head != 0) && conn->sending_mode != TCP_SENDING_PERSIST;
}
/* The idle time was changed: the timer is armed anew at the end of this event. */
void tcp_timers_keepalive_again(TcpConn *conn);
/* Wait `delay` for a segment that may only be late (RFC 8985 6.2). */
void tcp_timers_reordering(TcpConn *conn, SimTime delay);
LazyTimer *tcp_timers_sending_of(void *stack, TcpHandle handle);
void tcp_timers_prefetch(const void *stack, TcpHandle handle, unsigned stage);
LazyTimer *tcp_timers_ack_of(void *stack, TcpHandle handle);
extern const EventKind TCP_KIND_SENDING, TCP_KIND_ACK, TCP_KIND_STATE, TCP_KIND_USER, TCP_KIND_KEEPALIVE;

/* --- limits.c: what a host has only so many of -------------------------------------------------------------------- */

static inline gboolean tcp_has_limits(const TcpParams *params) {
  return (params->max_pcbs & params->max_orphans & params->max_time_waits) != TCP_UNLIMITED;
}
/* Its state has changed, or its application has closed: it may count as something else now. */
void tcp_limits_recount(TcpConn *conn);
static inline void tcp_limits_note(TcpConn *conn) {
  if (G_UNLIKELY(tcp_has_limits(&conn->stack->params)))
    tcp_limits_recount(conn);
}
gboolean tcp_too_many_orphans(const TcpConn *conn);
/* Whether others leave no room for its TIME-WAIT. */
gboolean tcp_time_waits_full(const TcpConn *conn);
/* Whether there is no place for an orphan in FIN-WAIT-2 among the TIME-WAITs, where it belongs. */
gboolean tcp_stand_in_refused(const TcpConn *conn);
gboolean tcp_pcbs_full(const TcpStack *stack);

/* --- options.c: what SYNs negotiate, and what segments carry ------------------------------------------------------ */

/* The options of a segment about to be sent. */
void tcp_options_fill(TcpConn *conn, Segment *segment);
/* The peer's SYN, or what its SYN would have said (`peer` parameters of an end declared established). */
void tcp_options_take_syn(TcpConn *conn, const Segment *segment);
/* RFC 7323 5.3: FALSE for an old duplicate (PAWS). */
gboolean tcp_options_fresh(const TcpConn *conn, const Segment *segment);
void tcp_options_take_timestamp(TcpConn *conn, const Segment *segment);
/* Octets of data that fit beside the options of a data segment. */
uint32_t tcp_options_room(const TcpConn *conn);
uint32_t tcp_timestamp_now(const TcpConn *conn);

/* --- acks.c: when an ACK leaves ----------------------------------------------------------------------------------- */

/* In-order data has been taken; `filled_hole` when it closed one. */
void tcp_acks_text_taken(TcpConn *conn, uint32_t len, gboolean filled_hole);
/* The FIN has been taken in ESTABLISHED; `fin_brought_text`: its segment carried data that was in order. */
void tcp_acks_fin_taken(TcpConn *conn, gboolean fin_brought_text);
/* Data was sent: Linux takes the connection for an interactive one. */
void tcp_acks_text_sent(TcpConn *conn);
void tcp_acks_ack_sent(TcpConn *conn);
/* The application wants ACKs at once, what is owed first; or late. */
void tcp_acks_quick(TcpConn *conn, gboolean quick);
/* Something came again: Linux acknowledges at once for a while (tcp_input.c: tcp_send_dupack). */
void tcp_acks_duplicate(TcpConn *conn);

/* --- sack.c: selective acknowledgment and the repair it triggers -------------------------------------------------- */

/* With SACK agreed on: the blocks of an ACK about to be sent. */
void tcp_sack_fill(TcpConn *conn, Segment *segment);
void tcp_sack_note_duplicate(TcpConn *conn, Seq left, Seq right);
/* With anything out: takes the SACK blocks of an ACK, and looks for losses (RFC 8985, or three duplicate ACKs). */
void tcp_sack_take(TcpConn *conn, const Segment *segment, gboolean new_ack);
void tcp_sack_delivered(TcpConn *conn, const TcpEntry *entry);
/* Marks what RFC 8985 takes for lost; returns how long to wait for the rest, 0 for nothing to wait for. */
SimTime tcp_sack_detect(TcpConn *conn, gboolean *ret_found);
void tcp_sack_resend_lost(TcpConn *conn);

/* --- cwnd.c: congestion control (RFC 5681) ------------------------------------------------------------------------ */

/* The window as it is, or will be when it is first needed. */
void tcp_cwnd_info(const TcpConn *conn, TcpInfo *info);
/* How much the congestion window allows beyond what is in flight, in what it counts; and that in octets. */
uint32_t tcp_cwnd_room(TcpConn *conn);
uint32_t tcp_cwnd_octets(const TcpConn *conn, uint32_t room);
/* One full segment, in what it counts. */
uint32_t tcp_cwnd_unit(const TcpConn *conn);
/* What an entry takes of it. */
uint32_t tcp_cwnd_size(const TcpConn *conn, const TcpEntry *entry);
/* SND.UNA has moved by `octets`. */
void tcp_cwnd_acked(TcpConn *conn, uint32_t octets);
/* Duplicate ACKs or SACK blocks told of a loss. */
void tcp_cwnd_loss(TcpConn *conn);
/* The retransmission timer expired, for the conn->retransmissions-th time. */
void tcp_cwnd_timeout(TcpConn *conn);
/* New data is about to be sent, perhaps after a pause. */
void tcp_cwnd_before_text(TcpConn *conn);

/* --- rto.c (RFC 6298) --------------------------------------------------------------------------------------------- */

void tcp_rto_init(TcpConn *conn);
void tcp_rto_sample(TcpConn *conn, SimTime rtt);
/* When the next retransmission is due: the timeout now, back-off included, no later than the user timeout. */
SimTime tcp_rto_now(const TcpConn *conn);
SimTime tcp_persist_interval(const TcpConn *conn);
gboolean tcp_limit_reached(const TcpConn *conn);

#endif
