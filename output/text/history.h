/* What a trace tells, put in order for readers: for each end of each connection the states it went through, and for
 * each segment what became of it. Built once in linear time; borrows the trace, which must outlive it and not change.
 *
 * A state that was left at the instant it was entered is no state to a reader: a FIN+ACK that takes FIN-WAIT-1 through
 * FIN-WAIT-2 to TIME-WAIT makes one step here. HISTORY_ALL_STATES keeps such states.
 *
 * The trace may come from anywhere: records that refer to connections or segments never announced are taken as they
 * come, none makes this fail. Indices of records are positions in trace->records. */
#ifndef TEARDOWN_OUTPUT_TEXT_HISTORY_H
#define TEARDOWN_OUTPUT_TEXT_HISTORY_H

#include "trace/trace.h"

#define HISTORY_NONE SIZE_MAX

/* One stay in one state. The first has no record that entered it, the last none that left it. */
typedef struct HistoryState {
  TcpState state;
  SimTime from, until; /* until is history->end_at for the last */
  size_t entered_by;   /* record of kind `state`, or HISTORY_NONE */
  size_t left_by;      /* the same; where states were skipped, the first record of the step */
} HistoryState;

/* A local port kept from others, for TIME-WAIT. */
typedef struct HistoryReservation {
  uint16_t port;
  SimTime from, until; /* until is history->end_at if it was not released */
  gboolean released;
} HistoryReservation;

/* One end of a connection. */
typedef struct HistoryEnd {
  Name host, conn;
  Name endpoint;         /* "192.0.2.1:49152", or 0 */
  Name peer;             /* host at the other end, or 0 */
  gboolean is_client;    /* of the connection record */
  GArray *states;        /* of HistoryState, by time; never empty */
  GArray *ports;         /* of HistoryReservation, by time; may be empty */
  size_t close_called;   /* first record of a close, shutdown or abort call that succeeded, or HISTORY_NONE */
  uint64_t sent, resent; /* segments, and those of them with attempt 2 and up */
  uint64_t lost;         /* of those sent */
} HistoryEnd;

/* One segment's way from `host` to `peer`. The copy that a network makes of a segment is a segment too. */
typedef struct HistorySegment {
  uint64_t id;
  uint64_t copy_of; /* id of the original, or 0 */
  Name host, peer, conn;
  size_t sent;     /* the record `sent` or `injected` with its contents; of the original for a copy */
  size_t departed; /* the record that put it on its way: `sent`, `injected` or `duplicated` */
  size_t arrived, dropped, discarded; /* records, or HISTORY_NONE */
  size_t delayed;                     /* record, or HISTORY_NONE */
} HistorySegment;

typedef struct History {
  const Trace *trace;
  SimTime end_at;         /* time of the last record; 0 for an empty trace */
  size_t end_record;      /* the record `end`, or HISTORY_NONE */
  GPtrArray *ends;        /* of HistoryEnd, client before server, in the order of the connections */
  GArray *segments;       /* of HistorySegment, in the order of departure */
  unsigned n_conns;       /* connections */
  GHashTable *end_of;     /* private: (host, conn) to HistoryEnd */
  GHashTable *holder_of;  /* private: (host, port) to the HistoryEnd that has it reserved */
  GHashTable *segment_of; /* private: id to position + 1 */
} History;

typedef enum { HISTORY_DEFAULT = 0, HISTORY_ALL_STATES = 1 } HistoryFlags;

History *history_new(const Trace *trace, HistoryFlags flags);
void history_free(History *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(History, history_free)

/* NULL if the trace has no such end, no such segment. */
const HistoryEnd *history_end(const History *history, Name host, Name conn);
const HistorySegment *history_segment(const History *history, uint64_t id);
/* When the segment left, and came in (SIM_NEVER if it did not). */
SimTime history_departed_at(const History *history, const HistorySegment *segment);
SimTime history_arrived_at(const History *history, const HistorySegment *segment);
/* Its record `sent` or `injected`. */
const TraceRecord *history_contents(const History *history, const HistorySegment *segment);

#endif
