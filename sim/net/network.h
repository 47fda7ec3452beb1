/* Hosts and the links between them: takes segments from one host and brings them to another, late, or not at all.
 * Knows nothing of TCP's states: a host is a name and a function that receives.
 *
 * On sending: a link that is down loses the segment there and then; a full queue too; then the judges are asked; a lost
 * segment dies half-way, where also a filter stands; a corrupted one is refused by the checksum of the host it reaches
 * (a filter lets it by unseen). Arrivals of one instant come in the order in which the segments were sent. */
#ifndef TEARDOWN_NET_NETWORK_H
#define TEARDOWN_NET_NETWORK_H

#include "engine/sim.h"
#include "net/fate.h"
#include "net/filter.h"
#include "net/link.h"
#include "net/segment.h"
#include "trace/trace_writer.h"

typedef struct Network Network;

/* `segment` is valid during the call only. */
typedef void (*NetworkReceive)(void *host, const Segment *segment);
typedef void (*NetworkPrefetch)(const void *host, const Segment *segment, unsigned stage);
typedef void (*NetworkArrived)(void *context, const Segment *segment);

/* Borrows all but what it makes. `max_segments`: the run stops (sim_stop()) when more have been sent; 0: no limit. */
Network *network_new(Sim *sim, const Tracer *tracer, uint64_t max_segments);
void network_free(Network *network);

/* Returns the host's index, from 0. */
uint16_t network_add_host(Network *network, const char *name, NetworkReceive receive, void *context);
/* A host that is down receives nothing: what arrives is dropped ("crash" at "host NAME"). Hosts start up. */
void network_set_host_down(Network *network, uint16_t host, gboolean down);
Name network_host_name(const Network *network, uint16_t host);

/* Returns the connection's index, from 0: segments carry it. */
uint32_t network_add_conn(Network *network, Name name);
Name network_conn_name(const Network *network, uint32_t conn);

/* One direction. `config` is borrowed; `judges` are asked in this order and stay the caller's. At most one per pair. */
void network_add_link(Network *network, uint16_t from, uint16_t to, const LinkConfig *config, FateJudge *const *judges,
                      unsigned n_judges);

/* A filter half-way of the links from `a` to `b` and back, which exist. It stays the caller's. */
void network_set_filter(Network *network, uint16_t a, uint16_t b, Filter *filter);

/* Sends `segment` from segment->from to segment->to: gives it its id, traces it, decides its fate. Returns the id. */
uint64_t network_send(Network *network, Segment *segment);

/* The same for a segment that no host sent; `by` says who did. It uses up the budget of segments like any other. */
uint64_t network_inject(Network *network, Segment *segment, Name by);

/* --- for those who watch, hold back and forge --------------------------------------------------------------------- */

/* Calls `prefetch` for segments that hosts will receive soon, at stages 1 and later: see sim_set_prefetch(). */
void network_set_prefetch(Network *network, NetworkPrefetch prefetch);

/* Calls `arrived` for each segment that a host has received, after it has. One watcher. */
void network_watch(Network *network, NetworkArrived arrived, void *context);

#define NETWORK_ANY_CONN UINT32_MAX

/* Lets go what waits under the number `hold` (Fate.hold) and, if it is not NETWORK_ANY_CONN, belongs to `conn`: it
 * arrives now, after what arrives now anyway, or when it would have without, if that is later. */
void network_release(Network *network, uint32_t hold, uint32_t conn);
gboolean network_holds(const Network *network, uint32_t hold, uint32_t conn);

/* Tells the network of an end of a connection before it sends: its port and its initial sequence number. */
void network_introduce(Network *network, uint32_t conn, uint16_t host, uint16_t port, uint32_t isn);
/* From now on, learns the same from the segments that are sent. */
void network_learn_ends(Network *network);
/* FALSE if nothing is known of the end of `conn` at `host`. */
gboolean network_end(const Network *network, uint32_t conn, uint16_t host, uint16_t *ret_port, uint32_t *ret_isn);

Sim *network_sim(const Network *network);
uint64_t network_segments_sent(const Network *network);
gboolean network_over_budget(const Network *network);

#endif
