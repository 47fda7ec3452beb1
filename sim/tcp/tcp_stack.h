/* A host's TCP, seen from outside: segments, user calls and timeouts come in; segments and notices go out through
 * TcpOps. No I/O: the simulator, the script player and the fault search drive the same core.
 *
 * A connection end (a TCB) is named by a 32-bit handle; it dies when the table says DELETE_TCB, and TcpOps.deleted is
 * the last that is heard of it. A stack owns its TCBs; everything it is given it borrows. */
#ifndef TEARDOWN_TCP_TCP_STACK_H
#define TEARDOWN_TCP_TCP_STACK_H

#include "engine/sim.h"
#include "net/segment.h"
#include "tcp/seq.h"
#include "tcp/tcp_fsm.h"
#include "tcp/tcp_profile.h"
#include "trace/trace_writer.h"

typedef struct TcpStack TcpStack;

typedef uint32_t TcpHandle;
#define TCP_NO_HANDLE 0

/* What the application is told. */
typedef enum {
  TCP_NOTICE_OPEN,    /* established */
  TCP_NOTICE_DATA,    /* octets arrived and wait to be read */
  TCP_NOTICE_EOF,     /* after everything before it, the end of the stream */
  TCP_NOTICE_RESET,   /* connection reset */
  TCP_NOTICE_REFUSED, /* connection refused */
  TCP_NOTICE_TIMEOUT, /* timed out */
  TCP_NOTICE_CLOSED,  /* closed */
} TcpNotice;

typedef struct TcpOps {
  /* Sends `segment`: ports, flags, numbers, options, conn, attempt and why are filled; hosts are not. */
  void (*send)(void *host, TcpHandle end, Segment *segment);
  void (*notice)(void *host, TcpHandle end, TcpNotice notice);
  /* The end is in state `to` now; `until` is when TIME-WAIT ends, else SIM_NEVER. Also called when TIME-WAIT restarts.
   * */
  void (*entered)(void *host, TcpHandle end, TcpState to, SimTime until);
  /* Chooses an initial sequence number, now (RFC 9293 3.4.1). */
  Seq (*choose_iss)(void *host, TcpHandle end);
  /* Whether a SYN for this tuple would find a listener. */
  gboolean (*listens)(void *host, const Segment *segment);
  /* The TCB is gone: the last that is heard of it. */
  void (*deleted)(void *host, TcpHandle end);
} TcpOps;

/* Who a connection end is. */
typedef struct TcpIdentity {
  uint32_t conn;  /* index of the connection, for segments and trace */
  uint32_t owner; /* the host's own number for this end: comes back by tcp_owner() */
  Name conn_name;
  uint16_t lport, rport;
  uint16_t peer; /* host index */
} TcpIdentity;

/* `params` is copied. `host_name` is for the trace, `host` is handed to `ops`. */
TcpStack *tcp_stack_new(Sim *sim, const Tracer *tracer, const TcpParams *params, Name host_name, const TcpOps *ops,
                        void *host);
void tcp_stack_free(TcpStack *stack);
const TcpParams *tcp_stack_params(const TcpStack *stack);
/* The stack's parameters, to be changed while it runs: what is decided from then on is decided with them. */
TcpParams *tcp_stack_tune(TcpStack *stack);
/* How often each row of the table was applied, by index of the row. */
const uint64_t *tcp_stack_row_hits(const TcpStack *stack);

/* --- ends --------------------------------------------------------------------------------------------------------- */

/* A new end in CLOSED: an OPEN call comes next. */
TcpHandle tcp_end_new(TcpStack *stack, const TcpIdentity *identity);
/* Puts a new end straight into ESTABLISHED, as if a handshake had been: `irs` is the peer's initial number, `peer_mss`
 * and `peer_wnd` what it announced, `rtt` the one sample taken (SIM_NEVER: none). */
TcpHandle tcp_end_new_established(TcpStack *stack, const TcpIdentity *identity, Seq iss, Seq irs, uint32_t peer_mss,
                                  uint32_t peer_wnd, SimTime rtt);

/* What a handshake with a peer of these parameters would have agreed on: window scale, SACK, timestamps. For an end
 * from tcp_end_new_established(). */
void tcp_end_negotiate(TcpStack *stack, TcpHandle end, const TcpParams *peer);

TcpState tcp_end_state(const TcpStack *stack, TcpHandle end);
uint32_t tcp_end_owner(const TcpStack *stack, TcpHandle end);
/* Octets that have arrived in order and were not read. */
/* Fetches its TCB into the cache. */
void tcp_end_prefetch(const TcpStack *stack, TcpHandle end);
uint32_t tcp_end_unread(const TcpStack *stack, TcpHandle end);
Seq tcp_end_iss(const TcpStack *stack, TcpHandle end);

/* What may be asked of an end; also inside TcpOps.deleted. Octets, nanoseconds. */
typedef struct TcpInfo {
  TcpState state;
  uint32_t unread; /* received in order and not read */
  gboolean eof;    /* the peer's FIN is behind them */
  uint64_t unsent;
  uint32_t unacked;                                                      /* sequence numbers out, without our FIN */
  uint32_t segments_out, segments_sacked, segments_lost, segments_again; /* _again: of those out, sent twice or more */
  uint32_t retransmissions, backoff, probes; /* since SND.UNA last moved; window probes or keepalives unanswered */
  gboolean has_rtt;
  SimTime srtt, rttvar, min_rtt, rto, ato;
  uint32_t total_again;    /* retransmissions since it began */
  uint32_t cwnd, ssthresh; /* in what cwnd_unit counts; UINT32_MAX: without limit */
  uint32_t own_mss;        /* what it offers */
  gboolean fin_out;        /* our FIN is queued or sent, and not acknowledged */
  gboolean fin_unsent;     /* and not sent either */
  uint32_t snd_mss, rcv_mss, snd_wnd, rcv_wnd;
  uint8_t snd_wscale, rcv_wscale;
  gboolean sack, timestamps, wscale; /* agreed on */
  Seq iss, irs;
} TcpInfo;
void tcp_end_info(const TcpStack *stack, TcpHandle end, TcpInfo *ret_info);

/* --- RFC 9293 3.10.1 to 3.10.6, user calls ------------------------------------------------------------------------ */

typedef enum {
  TCP_CALL_OK,
  TCP_CALL_ERROR_EXISTS,   /* connection already exists */
  TCP_CALL_ERROR_NOT_OPEN, /* connection does not exist, or is not open yet */
  TCP_CALL_ERROR_CLOSING,  /* connection closing */
  TCP_CALL_ERROR_NO_ROOM,  /* insufficient resources */
} TcpCallResult;

/* What `call` (a TCP_CALL_* stimulus) would come to now, without making it. */
TcpCallResult tcp_call_foresee(const TcpStack *stack, TcpHandle end, TcpStimulus call);

TcpCallResult tcp_open_passive(TcpStack *stack, TcpHandle end);
TcpCallResult tcp_open_active(TcpStack *stack, TcpHandle end);
TcpCallResult tcp_send(TcpStack *stack, TcpHandle end, uint64_t octets);
/* Reads up to `max` octets of what has arrived in order; `ret_octets` is how many, and `ret_eof` is TRUE when the end
 * of the stream was reached and read with this call. */
TcpCallResult tcp_receive(TcpStack *stack, TcpHandle end, uint64_t max, uint64_t *ret_octets, gboolean *ret_eof);
/* The same inside a notice, for an application that reads what comes at once: no rule of the table, no ACK of its own.
 * */
void tcp_take(TcpStack *stack, TcpHandle end, uint64_t max, uint64_t *ret_octets, gboolean *ret_eof);
/* CLOSE in the RFC's sense: no more to send (shutdown of the sending side); `and_reading` when the application will not
 * read either, as after close(). */
TcpCallResult tcp_close(TcpStack *stack, TcpHandle end, gboolean and_reading);
TcpCallResult tcp_abort(TcpStack *stack, TcpHandle end);

/* What a socket may be told about its end; values are nanoseconds, counts, or 0 and 1. Overrides the stack's parameter.
 * */
typedef enum {
  TCP_OPTION_KEEPALIVE,      /* 0, 1: SO_KEEPALIVE */
  TCP_OPTION_KEEPALIVE_IDLE, /* TCP_KEEPIDLE, ns */
  TCP_OPTION_KEEPALIVE_INTERVAL,
  TCP_OPTION_KEEPALIVE_COUNT,
  TCP_OPTION_USER_TIMEOUT, /* TCP_USER_TIMEOUT, ns; SIM_NEVER: none */
  TCP_OPTION_FIN_WAIT_2,   /* TCP_LINGER2, ns; below 0: no FIN-WAIT-2 without an application */
  TCP_OPTION_NODELAY,      /* 0, 1 */
  TCP_OPTION_CORK,         /* 0, 1, or TCP_CORK_MORE */
  TCP_OPTION_RCV_WND,      /* octets: rcv_wnd of this end */
  TCP_OPTION_WINDOW_SCALE, /* the shift that its SYN offers */
  TCP_OPTION_MSS,          /* octets that it accepts and, of the peer's, sends at the most; before the SYN */
  TCP_OPTION_SYN_RETRIES,
  TCP_OPTION_QUICKACK, /* 0, 1: Linux's TCP_QUICKACK, ACKs wait or leave at once */
} TcpOption;
#define TCP_CORK_MORE 2 /* MSG_MORE: corked, and what is written has no push */
void tcp_set_option(TcpStack *stack, TcpHandle end, TcpOption option, int64_t value);

/* The application will not read any more (SHUT_RD): a local matter, nothing is sent. What data that comes later meets
 * is the profile's. */
void tcp_shut_reading(TcpStack *stack, TcpHandle end);

/* The host crashes: every end is gone at once, silently. */
void tcp_crash(TcpStack *stack);

/* For connect() over a tuple that an end in TIME-WAIT holds: whether the profile lets it take the tuple now
 * (tcp_tw_reuse), and if so which ISS the new end must use. Takes the old end away then. */
gboolean tcp_time_wait_reuse(TcpStack *stack, TcpHandle end, Seq *ret_iss);

/* Whether a new connection finds a TCB (parameter max_pcbs), be it one that an old connection must give up. */
gboolean tcp_has_room(const TcpStack *stack);
/* Makes the oldest connection in TIME-WAIT, else LAST-ACK, else CLOSING give up its TCB where there is none left. */
void tcp_make_room(TcpStack *stack);
/* connect() without tcp_has_room(): the rule about it, for the trace. */
void tcp_open_without_room(TcpStack *stack, Name conn_name);

/* --- RFC 9293 3.10.7, segments ------------------------------------------------------------------------------------ */

/* For an end this host has. TRUE if the segment is a SYN that ended a TIME-WAIT (RFC 9293 3.6.1): the end is gone, and
 * the segment is to be handled as in LISTEN; `ret_iss` (may be NULL) is then the least ISS the new end may use. */
gboolean tcp_segment_arrives(TcpStack *stack, TcpHandle end, const Segment *segment, Seq *ret_iss);
/* For which this host has none: CLOSED (3.10.7.1). */
void tcp_segment_arrives_closed(TcpStack *stack, const Segment *segment, Name conn_name);

#endif
