/* Inside the network: what network.c and network_trace.c share. Nothing here is used elsewhere. */
#ifndef TEARDOWN_NET_NETWORK_PRIV_H
#define TEARDOWN_NET_NETWORK_PRIV_H

#include "net/network.h"

#define MAX_JUDGES 8

typedef struct NetHost {
  Name name, at; /* "client", "host client" */
  NetworkReceive receive;
  void *context;
  gboolean down;
} NetHost;

/* What is known of an end of a connection: from whom introduced it, and from the segments that it sent. */
typedef struct NetEnd {
  gboolean known;
  uint16_t host, port;
  uint32_t isn;
} NetEnd;

typedef struct NetConn {
  NetEnd end[2];
} NetConn;

/* One direction of a link at work. `departures` are the instants at which the queued segments have left, a ring. */
typedef struct NetLink {
  uint16_t from, to;
  const LinkConfig *config;
  FateJudge *judges[MAX_JUDGES];
  unsigned n_judges;
  gboolean plain; /* nothing happens to a segment on it but that it takes its time; there may be a filter */
  Filter *filter;
  Name name;      /* "link a>b" */
  Name filter_at; /* "filter fw" */
  SimTime busy_until;
  SimTime last_arrival; /* with a rate: none arrives before it */
  SimTime *departures;
  uint32_t ring_size, ring_first, ring_count;
  guint next_down; /* the first down interval that has not ended */
} NetLink;

/* A segment in flight. */
typedef struct Flight {
  Segment segment;
  uint32_t index, next_free;
  uint32_t link;
  Name lost_by;
  uint8_t corrupted;
  uint8_t past_filter; /* `event` is its arrival */
  uint32_t hold;       /* not 0: it waits at its destination's door */
  SimTime arrival;     /* when it is there */
  SimTime hold_at_most;
  EventId event;
  uint32_t previous_held, next_held; /* list by index + 1 */
} Flight;

struct Network {
  Sim *sim;
  const Tracer *tracer;
  NetHost *hosts;
  uint32_t n_hosts;
  NetLink *links;
  uint32_t n_links;
  uint32_t *routes; /* [from * n_hosts + to] = link + 1, rebuilt when a host or link is added */
  Name *conn_names; /* of the first `names_size`, if any has a name */
  NetConn *conns;   /* NULL as long as nobody has told anything of any */
  uint32_t n_conns, names_size, conns_known;
  Flight **flights;                          /* in chunks, so that they do not move */
  uint32_t n_flights, n_chunks, free_flight; /* free list by index + 1 */
  uint32_t first_held, last_held;            /* by index + 1, in the order of sending */
  NetworkPrefetch prefetch;                  /* NULL: none */
  NetworkArrived arrived;
  void *arrived_context;
  gboolean learns_ends;
  uint64_t last_id, segments_sent, max_segments;
  EventKindId kind_arrival, kind_loss, kind_filter, kind_change;
  Name by_down, by_queue, by_checksum, by_crash, by_unknown, by_invalid;
};

#define FLIGHT_CHUNK_BITS 6
static inline Flight *network_flight(const Network *network, uint32_t index) {
  return &network->flights[index >> FLIGHT_CHUNK_BITS][index & ((1u << FLIGHT_CHUNK_BITS) - 1)];
}

/* Each writes one record, now, if anybody reads. */
void network_trace_sent(Network *network, const Segment *segment);
void network_trace_injected(Network *network, const Segment *segment, Name by);
void network_trace_received(Network *network, const Segment *segment);
void network_trace_dropped(Network *network, const Segment *segment, Name at, Name by);
void network_trace_duplicated(Network *network, const Segment *segment, uint64_t copy, Name by);
/* `delay` SIM_NEVER: until something happens. */
void network_trace_delayed(Network *network, const Segment *segment, SimTime delay, Name by);
void network_trace_corrupted(Network *network, const Segment *segment, Name by);
void network_trace_link(Network *network, const NetLink *link, TraceWord change);

#endif
