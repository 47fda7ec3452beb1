/* Hosts and the links between them: takes segments from one host and brings them to another, late, or not at all.
 * Knows nothing of TCP's states: a host is a name and a function that receives.
 *
 * On sending: a link that is down loses the segment there and then; a full queue too; then the judges are asked; a lost
 * segment dies half-way. Arrivals of one instant come in the order in which the segments were sent. */
#ifndef TEARDOWN_NET_NETWORK_H
#define TEARDOWN_NET_NETWORK_H

#include "engine/sim.h"
#include "net/fate.h"
#include "net/link.h"
#include "net/segment.h"
#include "trace/trace_writer.h"

typedef struct Network Network;

/* `segment` is valid during the call only. */
typedef void (*NetworkReceive)(void *host, const Segment *segment);

/* Borrows all but what it makes. `max_segments`: the run stops (sim_stop()) when more have been sent; 0: no limit. */
Network *network_new(Sim *sim, const Tracer *tracer, uint64_t max_segments);
void network_free(Network *network);

/* Returns the host's index, from 0. */
uint16_t network_add_host(Network *network, const char *name, NetworkReceive receive, void *context);
Name network_host_name(const Network *network, uint16_t host);

/* Returns the connection's index, from 0: segments carry it. */
uint32_t network_add_conn(Network *network, Name name);
Name network_conn_name(const Network *network, uint32_t conn);

/* One direction. `config` is borrowed; `judges` are asked in this order and stay the caller's. At most one per pair. */
void network_add_link(Network *network, uint16_t from, uint16_t to, const LinkConfig *config, FateJudge *const *judges,
                      unsigned n_judges);

/* Sends `segment` from segment->from to segment->to: gives it its id, traces it, decides its fate. Returns the id. */
uint64_t network_send(Network *network, Segment *segment);

uint64_t network_segments_sent(const Network *network);
gboolean network_over_budget(const Network *network);

#endif
