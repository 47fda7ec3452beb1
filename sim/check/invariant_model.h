/* What the invariants are judged against: an account of each end, kept from the segments that reached it and the calls
 * of its application. Of all that the trace says about states, only the state itself is taken over, so that it can be
 * held against the account. Inside sim/check only.
 *
 * An account is honest about what it cannot know. `must` is what the end has surely seen: in order and inside the
 * window it had offered. `may` is the most it can have seen. A claim needs `may`, an obligation comes from `must`.
 *
 * Records come in events: one that sets it off (a segment arrives, a timer expires, an application calls) and what
 * follows from it. Rules about a state between events are judged when the event is over ("settled"). */
#ifndef TEARDOWN_CHECK_INVARIANT_MODEL_H
#define TEARDOWN_CHECK_INVARIANT_MODEL_H

#include "check/invariants.h"
#include "check/pairs.h"
#include "tcp/seq.h"

typedef struct ModelEnd ModelEnd;
typedef struct ModelConn ModelConn;

typedef struct ModelHost {
  Name name;
  const TraceHost *header; /* NULL: the first line does not name it */
  gboolean down;
  gboolean is_wire; /* no TCP: it sends what a script says, and answers nothing */
  SimTime msl, time_wait, rto_initial, rto_min, rto_max, rto_slop, user_timeout, persist_max; /* -1: not told */
  SimTime challenge_period;
  int64_t retries, rcv_wnd, rcv_buf, challenge_limit; /* -1: not told, or no limit */
  int64_t max_orphans, max_time_waits, max_pcbs;
  gboolean last_ack_at_call, tail_loss_probe, time_wait_reuse, rst_ends_time_wait, rst_in_window, old_syn_reset;
  gboolean syn_reset, rst_enters_time_wait, rst_on_early_fin, rst_on_unread, embryo_dropped;
  gboolean edge_inclusive, scales; /* it offers window scaling */
} ModelHost;

/* A segment on its way, with the numbers of the wire. */
typedef struct ModelSegment {
  uint64_t id;
  Name host, peer;
  TcpFlags flags;
  Seq seq, ack;
  uint32_t rel_seq, len, win;
  uint16_t sport, dport;
  gboolean has_ts;
  uint32_t ts_val;
  SimTime sent_at;
  const ModelEnd *sender;
  gboolean injected, corrupted, held_for_ever;
  unsigned received, dropped; /* how often */
  unsigned ack_chain;         /* pure ACKs in a row, each the answer to the one before */
  size_t sent_index;          /* of its record */
} ModelSegment;

typedef struct ModelTimer {
  gboolean armed;
  SimTime armed_at, until;
} ModelTimer;

/* The address pair and port pair of an end, and who holds it. */
typedef struct ModelTuple {
  Name host, peer;
  uint32_t ports;     /* local << 16 | remote */
  Name conn;          /* tells apart those without ports */
  ModelEnd *live;     /* neither CLOSED nor LISTEN */
  ModelEnd *listener; /* in LISTEN */
} ModelTuple;

/* How an end came to CLOSED. */
typedef enum { MODEL_OPEN, MODEL_BY_ACK, MODEL_BY_TIME_WAIT, MODEL_BY_RST, MODEL_BY_FAILURE } ModelClosing;

struct ModelEnd {
  Name host_name, conn_name;
  unsigned side; /* 0 client */
  ModelHost *host;
  ModelConn *conn;
  ModelTuple *tuple;
  TcpState state;
  gboolean touched;           /* in this event */
  gboolean waits_after_reset; /* in TIME-WAIT because it sent a RST: of FINs it knows nothing */
  gboolean crashed;
  gboolean passive; /* opened by a passive OPEN */

  /* This incarnation. */
  SimTime born_at;
  size_t born_index;  /* of the record */
  size_t syn_index;   /* of the record by which it took a SYN; 0: none */
  size_t state_index; /* of the record that told of its state */
  uint32_t visited;   /* states, as bits */
  ModelClosing closing;
  TcpStimulus closed_for; /* the stimulus, once CLOSED */
  SimTime closed_at;
  uint64_t closed_by; /* segment */
  gboolean has_iss, has_irs;
  Seq iss, irs;
  Seq una_must, una_may, snd_nxt;
  gboolean fin_sent;
  Seq fin_seq;
  unsigned fins_by_timer; /* since SND.UNA last moved */
  Seq rcv_must, rcv_may, edge;
  Seq rcv_before;     /* rcv_must when the event began */
  gboolean has_acked; /* sent an ACK number */
  Seq acked;          /* the last */
  GSequence *held;    /* what lies beyond a hole: from << 32 | to */
  /* `peer_fin_differs`: what arrived tells of several ends of the stream (a FIN was forged, or data beyond one): which
   * of them it takes shows only when it acts on one, and acknowledges it. */
  gboolean peer_fin_known, peer_fin_differs, took_some_fin;
  Seq peer_fin;
  uint32_t peer_window; /* the greatest it offered, unscaled */
  gboolean has_ts, nobody_reads, read_shut;
  gboolean has_user_timeout, has_linger2; /* its application asked for one */
  gboolean last_timeout; /* the retransmission timer was cut short to the user timeout: nothing comes after it */
  gboolean last_expired; /* and has expired now */
  uint32_t ts_recent;
  /* Index of the record + 1; 0: not yet. The peer's FIN may have been taken in (arrived), or surely has (taken). */
  size_t closed_call, fin_arrived, fin_taken;
  uint64_t octets_written, octets_read;
  unsigned eofs;
  ModelTimer timers[TCP_TIMER_COUNT];
  SimTime time_wait_at;   /* last start of 2MSL */
  uint64_t time_wait_ack; /* the last ACK sent when it started */
  SimTime reserved_until; /* by the port's records; -1: not */
  SimTime rtx_span;       /* of the retransmission timer, since SND.UNA last moved; -1 */
  GArray *challenges;     /* of SimTime: when challenge ACKs left */
  /* This event. */
  Name told;
  gboolean reset_now, sent_now;
};

struct ModelConn {
  Name name;
  ModelEnd *end[2]; /* NULL: a host without a name */
  gboolean aborted, gave_up, fin_wait_2_timeout, time_wait_cut, crashed;
  gboolean injected, duplicated, delayed;
  gboolean crossed;      /* an end came into being while the other was in a connection: they are not each other's */
  gboolean haunted;      /* data or a FIN of an earlier incarnation was taken: whether it may be is I17's affair */
  SimTime unclean_until; /* what was sent until then is of incarnations that no TIME-WAIT guarded; -1: there are none */
  unsigned forged_out;   /* injected segments, copies included, that are still on their way */
  CheckPairClass class;
  size_t last_content; /* index of the last record of a segment that was more than an ACK */
};

typedef struct ModelWords {
  Name bind, listen, connect, send, recv, shutdown, close, abort, notice;
  Name ok, eof, established, reset, refused, timeout, closed;
  Name window_probe, keepalive, challenge, returns, setsockopt, user_timeout, linger2;
} ModelWords;

typedef struct Model {
  const Trace *trace;
  ModelWords words;
  GPtrArray *hosts, *ends, *conns;
  GHashTable *host_of, *end_of, *conn_of, *tuple_of, *segment_of;
  const TraceRecord *end_record;
  size_t index; /* of the record being looked at */
  SimTime now;
  /* The event. */
  const TraceRecord *trigger; /* NULL: none yet */
  size_t trigger_index;
  ModelSegment *arrived; /* the trigger's, if it is an arrival */
  ModelEnd *receiver;    /* who got it; NULL: no TCB */
  TcpState receiver_was;
  GPtrArray *touched; /* of ModelEnd */
  unsigned resets;    /* RSTs sent by the host where it arrived */
  gboolean refused;   /* it was discarded */
  gboolean ended_time_wait;
  gboolean made_state, found_listener; /* a process that listens got an end for a SYN */
  /* Verdicts. */
  gboolean judged[CHECK_INVARIANT_COUNT + 1];
  const char *why_not[CHECK_INVARIANT_COUNT + 1];
  CheckInvariant broken[CHECK_INVARIANT_COUNT + 1];
  CheckPairsSeen *pairs_seen; /* NULL: nobody counts */
} Model;

Model *model_new(const Trace *trace);
void model_free(Model *model);
/* Goes through the trace, calling the judges. */
void model_run(Model *model);

/* --- what judges ask ---------------------------------------------------------------------------------------------- */

ModelEnd *model_end(const Model *model, Name host, Name conn);
ModelEnd *model_peer(const ModelEnd *end); /* NULL if the trace does not know it */
/* The peer, if it has an application that wrote what the end reads. */
ModelEnd *model_writer(const ModelEnd *end);
ModelSegment *model_segment(const Model *model, uint64_t id);
ModelHost *model_host(const Model *model, Name name);
/* A parameter of the first line, NULL if it is not told. */
const char *model_param(const ModelHost *host, const char *name);
static inline gboolean model_state_in(TcpState state, unsigned set) {
  return set >> state & 1;
}
#define MODEL_SET(id) (1u << TCP_STATE_##id)
#define MODEL_SYNCHRONIZED                                                                                             \
  (MODEL_SET(ESTABLISHED) | MODEL_SET(FIN_WAIT_1) | MODEL_SET(FIN_WAIT_2) | MODEL_SET(CLOSE_WAIT) |                    \
   MODEL_SET(CLOSING) | MODEL_SET(LAST_ACK) | MODEL_SET(TIME_WAIT))
gboolean model_fin_acked_must(const ModelEnd *end);
gboolean model_fin_acked_may(const ModelEnd *end);
gboolean model_fin_rcvd_must(const ModelEnd *end);
gboolean model_fin_rcvd_may(const ModelEnd *end);
/* The most octets that can have arrived in order, SYN and FIN not counted. */
uint64_t model_octets_in_order(const ModelEnd *end);
/* The ends are of different incarnations: one came into being while the other was in a connection, or took the SYN of
 * another for its peer's. */
gboolean model_crossed(const ModelConn *conn);
/* Nothing that P-NOABT forbids happened to the connection; else the reason in words. */
const char *model_abort_reason(const ModelConn *conn);
/* Neither given up nor timed out in FIN-WAIT-2; else the reason. */
const char *model_impatience_reason(const ModelConn *conn);

/* --- what judges say ---------------------------------------------------------------------------------------------- */

/* Invariant `number` is broken here; the first time counts. `end` may be NULL. */
void model_break(Model *model, unsigned number, const ModelEnd *end, const char *format, ...) G_GNUC_PRINTF(4, 5);
/* An invariant with a precondition had something to judge, or had not and why. */
void model_judged(Model *model, unsigned number);
void model_not_judged(Model *model, unsigned number, const char *why);

/* --- the account: invariant_account.c, invariant_arrival.c -------------------------------------------------------- */

/* An ACK that is refused although it is all that the peer can send: it has filled the window. */
gboolean model_behind_full_window(const ModelEnd *end, const ModelSegment *segment);
void model_take_record(Model *model, const TraceRecord *record);
void model_take_arrival(Model *model, ModelEnd *end, const ModelSegment *segment);
void model_take_text(ModelEnd *end, const ModelSegment *segment, gboolean sure, size_t index);
void model_note_fin_taken(ModelEnd *end, size_t index);
void model_end_reset(Model *model, ModelEnd *end);

/* --- judges ------------------------------------------------------------------------------------------------------- */

typedef struct ModelJudge {
  void (*on_record)(Model *model, const TraceRecord *record); /* before the account takes it in */
  void (*on_settled)(Model *model);                           /* the event is over */
  void (*on_done)(Model *model, ModelConn *conn);             /* a connection starts anew, or the trace ends */
  void (*on_end)(Model *model);
} ModelJudge;
extern const ModelJudge MODEL_JUDGE_EDGES, MODEL_JUDGE_STATES, MODEL_JUDGE_OUTCOMES, MODEL_JUDGE_SENDING,
    MODEL_JUDGE_ANSWERS, MODEL_JUDGE_NETWORK, MODEL_JUDGE_DATA, MODEL_JUDGE_TIMERS, MODEL_JUDGE_TIME_WAIT,
    MODEL_JUDGE_PAIRS;

#endif
