/* The network's records. */
#include "net/network_priv.h"

/* An empty record of this instant; FALSE if nobody reads. */
static gboolean begin(const Network *network, TraceKind kind, TraceRecord *ret_record) {
  if (!tracer_on(network->tracer))
    return FALSE;
  *ret_record = (TraceRecord){.t = sim_now(network->sim), .kind = kind};
  return TRUE;
}

/* The fields that say which segment it is. */
#define FILL_WHICH(network, segment, fields)                                                                           \
  do {                                                                                                                 \
    (fields)->host = (network)->hosts[(segment)->from].name;                                                           \
    (fields)->peer = (network)->hosts[(segment)->to].name;                                                             \
    (fields)->conn = network_conn_name(network, (segment)->conn);                                                      \
    (fields)->id = (segment)->id;                                                                                      \
  } while (0)

/* TRACE_SEGMENT_FIELDS. */
#define FILL_SEGMENT(network, segment, fields)                                                                         \
  do {                                                                                                                 \
    FILL_WHICH(network, segment, fields);                                                                              \
    (fields)->flags = (segment)->flags;                                                                                \
    (fields)->seq = (segment)->rel_seq;                                                                                \
    (fields)->ack = (segment)->rel_ack;                                                                                \
    (fields)->len = (segment)->len;                                                                                    \
    (fields)->win = (segment)->win;                                                                                    \
    (fields)->opts = (segment)->opts;                                                                                  \
    (fields)->raw_seq = (segment)->seq;                                                                                \
    (fields)->raw_ack = (segment)->ack;                                                                                \
    (fields)->sport = (segment)->sport;                                                                                \
    (fields)->dport = (segment)->dport;                                                                                \
  } while (0)

void network_trace_sent(Network *network, const Segment *segment) {
  TraceRecord record;
  if (!begin(network, TRACE_SENT, &record))
    return;
  FILL_SEGMENT(network, segment, &record.sent);
  record.sent.attempt = segment->attempt;
  record.sent.why = segment->why;
  record.sent.cause = segment->cause;
  tracer_put(network->tracer, &record);
}

void network_trace_injected(Network *network, const Segment *segment, Name by) {
  TraceRecord record;
  if (!begin(network, TRACE_INJECTED, &record))
    return;
  FILL_SEGMENT(network, segment, &record.injected);
  record.injected.by = by;
  tracer_put(network->tracer, &record);
}

void network_trace_received(Network *network, const Segment *segment) {
  TraceRecord record;
  if (!begin(network, TRACE_RECEIVED, &record))
    return;
  FILL_WHICH(network, segment, &record.received);
  record.received.host = network->hosts[segment->to].name;
  record.received.peer = network->hosts[segment->from].name;
  tracer_put(network->tracer, &record);
}

void network_trace_dropped(Network *network, const Segment *segment, Name at, Name by) {
  TraceRecord record;
  if (!begin(network, TRACE_DROPPED, &record))
    return;
  FILL_WHICH(network, segment, &record.dropped);
  record.dropped.at = at;
  record.dropped.by = by;
  tracer_put(network->tracer, &record);
}

void network_trace_duplicated(Network *network, const Segment *segment, uint64_t copy, Name by) {
  TraceRecord record;
  if (!begin(network, TRACE_DUPLICATED, &record))
    return;
  FILL_WHICH(network, segment, &record.duplicated);
  record.duplicated.copy = copy;
  record.duplicated.by = by;
  tracer_put(network->tracer, &record);
}

void network_trace_delayed(Network *network, const Segment *segment, SimTime delay, Name by) {
  TraceRecord record;
  if (!begin(network, TRACE_DELAYED, &record))
    return;
  FILL_WHICH(network, segment, &record.delayed);
  record.delayed.delay = delay;
  record.delayed.by = by;
  tracer_put(network->tracer, &record);
}

void network_trace_corrupted(Network *network, const Segment *segment, Name by) {
  TraceRecord record;
  if (!begin(network, TRACE_CORRUPTED, &record))
    return;
  FILL_WHICH(network, segment, &record.corrupted);
  record.corrupted.by = by;
  tracer_put(network->tracer, &record);
}

void network_trace_link(Network *network, const NetLink *link, TraceWord change) {
  TraceRecord record;
  if (!begin(network, TRACE_LINK, &record))
    return;
  record.link.link = link->name;
  record.link.change = change;
  tracer_put(network->tracer, &record);
}
