/* What a question asks of a trace: a small vocabulary, read from a lab file and answered from the records of a run. So
 * an answer is never typed in, and holds for every variant.
 *
 *   instant   "150ms", or {"event": EVENT, "plus": "10ms"} (or "minus"), or {"midway": [INSTANT, INSTANT]}
 *   EVENT     one of
 *             {"segment": MATCH, "nth": 1, "moment": "sent" | "received" | "dropped" | "discarded"}
 *             {"state": "TIME-WAIT", "host": H, "conn": C, "nth": 1, "moment": "entered" | "left"}
 *             {"call": "close", "host": H, "conn": C, "nth": 1}
 *             {"timer": "2msl", "host": H, "conn": C, "nth": 1, "moment": "armed" | "stopped" | "expired"}
 *             {"port": 49152, "host": H, "nth": 1, "moment": "reserved" | "released"}
 *             {"end": true}                                      the end of the run
 *   MATCH     as in "expect" of a scenario: from, to, conn, flags, len, seq, attempt, lost
 *   number    one of
 *             {"instant": INSTANT}                               a time: since the start of the run
 *             {"time_between": [INSTANT, INSTANT]}               a time; from the first to the second
 *             {"duration_of": {"state": S, "host": H, "conn": C, "nth": 1}}   a time: one stay in a state
 *             {"reserved": {"host": H, "port": P}}               a time: how long the port is reserved, the first time
 *             {"param": {"host": H, "name": "msl"}}              a time or a count: a parameter of a host's TCP
 *             {"count": MATCH}                                   a count: how many transmissions match
 *             {"timers": {"timer": T, "host": H, "conn": C, "moment": M}}     a count
 *             {"calls": {"call": "recv", "host": H, "conn": C}}  a count
 *             {"octets": {"host": H, "conn": C}}                 a count: octets read by applications
 *             {"field": "seq" | "ack" | "len" | "win" | "attempt", "of": {"segment": MATCH, "nth": 1}}   a count
 *             {"sum": [NUMBER, ...]}, {"difference": [NUMBER, NUMBER]}        both of one kind
 *   claim     an entry of "expect" of a scenario, or one of {"less": [NUMBER, NUMBER]}, {"equal": [NUMBER, NUMBER]},
 *             {"all": [CLAIM, ...]}, {"any": [CLAIM, ...]}, {"not": CLAIM}
 *
 * "conn" may be left out where the host has one connection. Trees are bounded by the depth of JSON (json_scan.h). */
#ifndef TEARDOWN_LAB_QUERY_H
#define TEARDOWN_LAB_QUERY_H

#include "check/history.h"
#include "scenario/load.h"
#include "trace/expectation.h"
#include "trace/trace.h"

#include <glib.h>

typedef struct QueryInstant QueryInstant;
typedef struct QueryNumber QueryNumber;
typedef struct QueryClaim QueryClaim;

/* A trace with the index over it that answers are looked up in. Borrows the trace. */
typedef struct QuerySource {
  const Trace *trace;
  CheckHistory *history;
} QuerySource;

QuerySource *query_source_new(const Trace *trace);
void query_source_free(QuerySource *source);

typedef enum { QUERY_TIME, QUERY_COUNT } QueryUnit;

typedef struct QueryValue {
  QueryUnit unit;
  int64_t value; /* nanoseconds or a count */
} QueryValue;

/* "312.5ms", "4": exact, as the answers file may say it. To be freed. */
char *query_value_text(QueryValue value);
/* The same for people: "312.5 ms", "4". To be freed. */
char *query_value_human(QueryValue value);

/* Loading: complains through `l`, whose scenario gives the names of hosts and connections; NULL then. The caller frees.
 * */
QueryInstant *query_instant_load(Loader *l, const JsonAt *at);
QueryNumber *query_number_load(Loader *l, const JsonAt *at);
QueryClaim *query_claim_load(Loader *l, const JsonAt *at);
/* The number {"instant": ...}; takes the instant over. */
QueryNumber *query_number_of_instant(QueryInstant *instant);
void query_instant_free(QueryInstant *instant);
void query_number_free(QueryNumber *number);
void query_claim_free(QueryClaim *claim);

/* Answers. FALSE if the trace has no such thing (no second FIN, a state never entered), with `error` (domain
 * QUERY_ERROR) saying what; outputs are untouched then. */
gboolean query_instant_find(const QuerySource *source, const QueryInstant *instant, SimTime *ret_at, GError **error);
gboolean query_number_find(const QuerySource *source, const QueryNumber *number, QueryValue *ret_value, GError **error);
/* Whether a claim holds. `ret_detail` (may be NULL) gets what happened instead when it does not; the caller frees. */
gboolean query_claim_holds(const QuerySource *source, const QueryClaim *claim, gboolean *ret_holds, char **ret_detail,
                           GError **error);

typedef enum { QUERY_ERROR_NOT_THERE } QueryError;
#define QUERY_ERROR (query_error_quark())
GQuark query_error_quark(void);

/* Whether a record `sent` or `injected` matches. */
gboolean query_segment_matches(const QuerySource *source, const SegmentMatch *match, const TraceRecord *record);
/* The indices (of history->transmissions) of those that match, in order; to be freed. */
GArray *query_segments(const QuerySource *source, const SegmentMatch *match);

#endif
