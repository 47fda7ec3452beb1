/* An index over a trace: for each end of each connection the states it went through, for each segment its fate, and
 * the records that expectations ask for. Built in one pass, in time linear in the trace; the answers depend on the
 * records and their order alone.
 *
 * A CheckHistory borrows the trace and points into its records: it is valid until the trace is appended to or freed.
 * Nothing here fails: a trace that contradicts itself gives an index of what it says. */
#ifndef TEARDOWN_CHECK_HISTORY_H
#define TEARDOWN_CHECK_HISTORY_H

#include "trace/trace.h"

#include <glib.h>
#include <stdint.h>

typedef struct CheckStep {
  SimTime at; /* when it was entered */
  TcpState state;
  const TraceRecord *record; /* `conn` (the start) or `state` */
} CheckStep;

/* One end of a connection. A connection of a host to itself has a single one: the trace does not tell the two apart. */
typedef struct CheckEnd {
  uint64_t key; /* of the table of ends */
  Name host, conn;
  GArray *steps; /* of CheckStep, never empty: the start, then every state entered */
} CheckEnd;

/* What became of a segment. Of several arrivals, losses or refusals the first counts. NULL: there was none. */
typedef struct CheckSegment {
  uint64_t id;
  const TraceRecord *sent; /* `sent` or `injected`; NULL for a copy that the network made */
  const TraceRecord *received, *dropped, *corrupted, *discarded;
  uint64_t copy_of; /* of which segment; 0: it is no copy */
} CheckSegment;

typedef struct CheckHistory {
  const Trace *trace;
  GPtrArray *ends;          /* of CheckEnd, in order of appearance, owned */
  GPtrArray *hosts, *conns; /* of const char *, each once, in order of appearance: all that the trace knows of */
  GPtrArray *transmissions; /* of const TraceRecord *: `sent` and `injected`; a copy made by the network is neither */
  GPtrArray *calls, *ports; /* of const TraceRecord *: `app`, `port` */
  const TraceRecord *end;   /* why the run ended; NULL if the trace does not say */
  GHashTable *end_of_key, *segment_of_id, *names_seen; /* internal */
} CheckHistory;

CheckHistory *check_history_new(const Trace *trace);
void check_history_free(CheckHistory *history);

/* Whether the trace knows a host, a connection of that name. */
gboolean check_history_has_host(const CheckHistory *history, const char *host);
gboolean check_history_has_conn(const CheckHistory *history, const char *conn);

/* The end of `conn` at `host`; NULL if there is none. */
const CheckEnd *check_history_find_end(const CheckHistory *history, const char *host, const char *conn);

/* The states of an end, of CheckStep, to be freed by the caller. With `skip_passing` those that were left at the
 * instant they were entered are skipped; never the start, which was not entered, nor the last. */
GArray *check_history_states(const CheckEnd *end, gboolean skip_passing);

/* The state of an end after all events of the instant `at`; CLOSED before it came into being. */
TcpState check_history_state_at(const CheckEnd *end, SimTime at);

/* The fate of a segment; NULL if the trace says nothing of it (or `id` is 0). */
const CheckSegment *check_history_segment(const CheckHistory *history, uint64_t id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CheckHistory, check_history_free)

#endif
