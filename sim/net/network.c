#include "net/network.h"

#include <string.h>

#define MAX_JUDGES 4

typedef struct NetHost {
  Name name;
  NetworkReceive receive;
  void *context;
} NetHost;

/* One direction of a link at work. `departures` are the instants at which the queued segments have left, a ring. */
typedef struct NetLink {
  uint16_t from, to;
  const LinkConfig *config;
  FateJudge *judges[MAX_JUDGES];
  unsigned n_judges;
  Name name; /* "link a>b" */
  SimTime busy_until;
  SimTime *departures;
  uint32_t ring_size, ring_first, ring_count;
  guint next_down; /* the first down interval that has not ended */
} NetLink;

/* A segment in flight. */
typedef struct Flight {
  Segment segment;
  uint32_t next_free;
  uint32_t link;
  Name lost_by;
} Flight;

struct Network {
  Sim *sim;
  const Tracer *tracer;
  NetHost *hosts;
  uint32_t n_hosts;
  NetLink *links;
  uint32_t n_links;
  uint32_t *routes; /* [from * n_hosts + to] = link + 1, rebuilt when a host or link is added */
  Name *conns;
  uint32_t n_conns, conns_size;
  Flight *flights;
  uint32_t n_flights, flights_size, free_flight; /* free list by index + 1 */
  uint64_t last_id, segments_sent, max_segments;
  EventKindId kind_arrival, kind_loss, kind_change;
  Name by_down, by_queue;
};

#define RING_START 16

static void run_arrival(void *context, uint32_t flight, uint64_t arg);
static void run_loss(void *context, uint32_t flight, uint64_t arg);
static void run_change(void *context, uint32_t link, uint64_t change);

static const EventKind ARRIVAL = {"arrival", SIM_PHASE_ARRIVAL, run_arrival};
static const EventKind LOSS = {"loss", SIM_PHASE_ARRIVAL, run_loss};
static const EventKind LINK_CHANGE = {"link", SIM_PHASE_TIMER, run_change};

Network *network_new(Sim *sim, const Tracer *tracer, uint64_t max_segments) {
  Network *network = g_new0(Network, 1);
  network->sim = sim;
  network->tracer = tracer;
  network->max_segments = max_segments;
  network->kind_arrival = sim_add_kind(sim, &ARRIVAL, network);
  network->kind_loss = sim_add_kind(sim, &LOSS, network);
  network->kind_change = sim_add_kind(sim, &LINK_CHANGE, network);
  network->by_down = names_intern(tracer->names, "down");
  network->by_queue = names_intern(tracer->names, "queue");
  return network;
}

void network_free(Network *network) {
  if (!network)
    return;
  for (uint32_t i = 0; i < network->n_links; i++)
    g_free(network->links[i].departures);
  g_free(network->hosts);
  g_free(network->links);
  g_free(network->routes);
  g_free(network->conns);
  g_free(network->flights);
  g_free(network);
}

static void rebuild_routes(Network *network) {
  uint32_t n = network->n_hosts;
  g_free(network->routes);
  network->routes = g_new0(uint32_t, (gsize)n * n);
  for (uint32_t i = 0; i < network->n_links; i++)
    network->routes[network->links[i].from * n + network->links[i].to] = i + 1;
}

uint16_t network_add_host(Network *network, const char *name, NetworkReceive receive, void *context) {
  g_assert(network->n_hosts < UINT16_MAX);
  network->hosts = g_renew(NetHost, network->hosts, network->n_hosts + 1);
  network->hosts[network->n_hosts] = (NetHost){names_intern(network->tracer->names, name), receive, context};
  network->n_hosts++;
  rebuild_routes(network);
  return (uint16_t)(network->n_hosts - 1);
}

Name network_host_name(const Network *network, uint16_t host) {
  g_assert(host < network->n_hosts);
  return network->hosts[host].name;
}

uint32_t network_add_conn(Network *network, Name name) {
  if (network->n_conns == network->conns_size) {
    network->conns_size = MAX(16, 2 * network->conns_size);
    network->conns = g_renew(Name, network->conns, network->conns_size);
  }
  network->conns[network->n_conns] = name;
  return network->n_conns++;
}

Name network_conn_name(const Network *network, uint32_t conn) {
  g_assert(conn < network->n_conns);
  return network->conns[conn];
}

static void schedule_changes(Network *network, uint32_t index) {
  const LinkConfig *config = network->links[index].config;
  for (guint i = 0; config->down && i < config->down->len; i++) {
    const LinkDown *down = &g_array_index(config->down, LinkDown, i);
    sim_schedule(network->sim, down->from, network->kind_change, index, TRACE_WORD_DOWN);
    sim_schedule(network->sim, down->until, network->kind_change, index, TRACE_WORD_UP);
  }
}

void network_add_link(Network *network, uint16_t from, uint16_t to, const LinkConfig *config, FateJudge *const *judges,
                      unsigned n_judges) {
  g_assert(from < network->n_hosts && to < network->n_hosts && n_judges <= MAX_JUDGES);
  g_autofree char *name = g_strdup_printf("link %s>%s", names_text(network->tracer->names, network->hosts[from].name),
                                          names_text(network->tracer->names, network->hosts[to].name));
  network->links = g_renew(NetLink, network->links, network->n_links + 1);
  NetLink *link = &network->links[network->n_links];
  *link = (NetLink){.from = from, .to = to, .config = config, .n_judges = n_judges};
  link->name = names_intern(network->tracer->names, name);
  for (unsigned i = 0; i < n_judges; i++)
    link->judges[i] = judges[i];
  network->n_links++;
  rebuild_routes(network);
  schedule_changes(network, network->n_links - 1);
}

/* --- trace -------------------------------------------------------------------------------------------------------- */

static void trace_sent(Network *network, const Segment *segment) {
  if (!tracer_on(network->tracer))
    return;
  TraceRecord record = {.t = sim_now(network->sim), .kind = TRACE_SENT};
  record.sent.host = network->hosts[segment->from].name;
  record.sent.peer = network->hosts[segment->to].name;
  record.sent.conn = network->conns[segment->conn];
  record.sent.id = segment->id;
  record.sent.flags = segment->flags;
  record.sent.seq = segment->rel_seq;
  record.sent.ack = segment->rel_ack;
  record.sent.len = segment->len;
  record.sent.win = segment->win;
  record.sent.opts = segment->opts;
  record.sent.raw_seq = segment->seq;
  record.sent.raw_ack = segment->ack;
  record.sent.sport = segment->sport;
  record.sent.dport = segment->dport;
  record.sent.attempt = segment->attempt;
  record.sent.why = segment->why;
  record.sent.cause = segment->cause;
  tracer_put(network->tracer, &record);
}

static void trace_dropped(Network *network, const Segment *segment, Name at, Name by) {
  if (!tracer_on(network->tracer))
    return;
  TraceRecord record = {.t = sim_now(network->sim), .kind = TRACE_DROPPED};
  record.dropped.host = network->hosts[segment->from].name;
  record.dropped.peer = network->hosts[segment->to].name;
  record.dropped.conn = network->conns[segment->conn];
  record.dropped.id = segment->id;
  record.dropped.at = at;
  record.dropped.by = by;
  tracer_put(network->tracer, &record);
}

static void trace_duplicated(Network *network, const Segment *segment, uint64_t copy, Name by) {
  if (!tracer_on(network->tracer))
    return;
  TraceRecord record = {.t = sim_now(network->sim), .kind = TRACE_DUPLICATED};
  record.duplicated.host = network->hosts[segment->from].name;
  record.duplicated.peer = network->hosts[segment->to].name;
  record.duplicated.conn = network->conns[segment->conn];
  record.duplicated.id = segment->id;
  record.duplicated.copy = copy;
  record.duplicated.by = by;
  tracer_put(network->tracer, &record);
}

static void trace_delayed(Network *network, const Segment *segment, SimTime delay, Name by) {
  if (!tracer_on(network->tracer))
    return;
  TraceRecord record = {.t = sim_now(network->sim), .kind = TRACE_DELAYED};
  record.delayed.host = network->hosts[segment->from].name;
  record.delayed.peer = network->hosts[segment->to].name;
  record.delayed.conn = network->conns[segment->conn];
  record.delayed.id = segment->id;
  record.delayed.delay = delay;
  record.delayed.by = by;
  tracer_put(network->tracer, &record);
}

static void run_change(void *context, uint32_t index, uint64_t change) {
  Network *network = context;
  if (!tracer_on(network->tracer))
    return;
  TraceRecord record = {.t = sim_now(network->sim), .kind = TRACE_LINK};
  record.link.link = network->links[index].name;
  record.link.change = (TraceWord)change;
  tracer_put(network->tracer, &record);
}

/* --- flight ------------------------------------------------------------------------------------------------------- */

static uint32_t flight_new(Network *network, const Segment *segment, uint32_t link) {
  uint32_t index;
  if (network->free_flight) {
    index = network->free_flight - 1;
    network->free_flight = network->flights[index].next_free;
  } else {
    if (network->n_flights == network->flights_size) {
      network->flights_size = MAX(16, 2 * network->flights_size);
      network->flights = g_renew(Flight, network->flights, network->flights_size);
    }
    index = network->n_flights++;
  }
  network->flights[index] = (Flight){.segment = *segment, .link = link};
  return index;
}

/* Copies the segment out and gives the place back: receiving may send, which may move the flights. */
static Segment flight_take(Network *network, uint32_t index) {
  Segment segment = network->flights[index].segment;
  network->flights[index].next_free = network->free_flight;
  network->free_flight = index + 1;
  return segment;
}

static void run_arrival(void *context, uint32_t flight, uint64_t arg) {
  (void)arg;
  Network *network = context;
  Segment segment = flight_take(network, flight);
  NetHost *host = &network->hosts[segment.to];
  if (tracer_on(network->tracer)) {
    TraceRecord record = {.t = sim_now(network->sim), .kind = TRACE_RECEIVED};
    record.received.host = host->name;
    record.received.peer = network->hosts[segment.from].name;
    record.received.conn = network->conns[segment.conn];
    record.received.id = segment.id;
    tracer_put(network->tracer, &record);
  }
  host->receive(host->context, &segment);
}

static void run_loss(void *context, uint32_t index, uint64_t arg) {
  (void)arg;
  Network *network = context;
  Name by = network->flights[index].lost_by;
  Name at = network->links[network->flights[index].link].name;
  Segment segment = flight_take(network, index);
  trace_dropped(network, &segment, at, by);
}

static gboolean link_is_down(NetLink *link, SimTime now) {
  const GArray *down = link->config->down;
  while (down && link->next_down < down->len && g_array_index(down, LinkDown, link->next_down).until <= now)
    link->next_down++;
  return down && link->next_down < down->len && g_array_index(down, LinkDown, link->next_down).from <= now;
}

/* When the last bit of a segment that enters the link now leaves it; FALSE when the queue is full. */
static gboolean link_serialise(NetLink *link, SimTime now, uint32_t octets, SimTime *ret_departure) {
  const LinkConfig *config = link->config;
  if (!config->rate) {
    *ret_departure = now;
    return TRUE;
  }
  while (link->ring_count && link->departures[link->ring_first] <= now) {
    link->ring_first = (link->ring_first + 1) % link->ring_size;
    link->ring_count--;
  }
  uint32_t limit = config->limit ? config->limit : LINK_DEFAULT_LIMIT;
  if (link->ring_count > limit)
    return FALSE;
  if (link->ring_count == link->ring_size) {
    uint32_t size = MAX(RING_START, 2 * link->ring_size);
    SimTime *ring = g_new(SimTime, size);
    for (uint32_t i = 0; i < link->ring_count; i++)
      ring[i] = link->departures[(link->ring_first + i) % link->ring_size];
    g_free(link->departures);
    link->departures = ring;
    link->ring_size = size;
    link->ring_first = 0;
  }
  uint64_t bits_ns = (uint64_t)octets * 8 * 1000000000u;
  SimTime busy = (SimTime)((bits_ns + config->rate - 1) / config->rate);
  link->busy_until = simtime_add(MAX(link->busy_until, now), busy);
  link->departures[(link->ring_first + link->ring_count++) % link->ring_size] = link->busy_until;
  *ret_departure = link->busy_until;
  return TRUE;
}

static void launch(Network *network, const Segment *segment, uint32_t index, SimTime departure, const Fate *fate) {
  NetLink *link = &network->links[index];
  uint32_t flight = flight_new(network, segment, index);
  SimTime delay = link->config->delay;
  if (fate->lost_by) {
    network->flights[flight].lost_by = fate->lost_by;
    sim_schedule(network->sim, simtime_add(departure, delay / 2), network->kind_loss, flight, 0);
    return;
  }
  if (fate->delayed_by)
    delay = simtime_add(delay, fate->delay);
  sim_schedule(network->sim, simtime_add(departure, delay), network->kind_arrival, flight, 0);
}

uint64_t network_send(Network *network, Segment *segment) {
  segment->id = ++network->last_id;
  network->segments_sent++;
  if (network_over_budget(network))
    sim_stop(network->sim);
  trace_sent(network, segment);
  uint32_t route = network->routes[segment->from * network->n_hosts + segment->to];
  g_assert(route); /* the scenario was checked for links */
  NetLink *link = &network->links[route - 1];
  SimTime now = sim_now(network->sim), departure;

  Fate fate = {0};
  for (unsigned i = 0; i < link->n_judges; i++)
    link->judges[i]->judge(link->judges[i], segment, &fate);
  if (link_is_down(link, now)) {
    trace_dropped(network, segment, link->name, network->by_down);
  } else if (!link_serialise(link, now, segment_wire_size(segment), &departure)) {
    trace_dropped(network, segment, link->name, network->by_queue);
  } else {
    if (fate.delayed_by && !fate.lost_by)
      trace_delayed(network, segment, fate.delay, fate.delayed_by);
    launch(network, segment, route - 1, departure, &fate);
    if (fate.duplicated_by) {
      Segment copy = *segment;
      copy.id = ++network->last_id;
      trace_duplicated(network, segment, copy.id, fate.duplicated_by);
      Fate late = {.delayed_by = fate.duplicated_by, .delay = fate.copy_delay};
      launch(network, &copy, route - 1, departure, &late);
    }
  }
  return segment->id;
}

uint64_t network_segments_sent(const Network *network) {
  return network->segments_sent;
}

gboolean network_over_budget(const Network *network) {
  return network->max_segments && network->segments_sent > network->max_segments;
}
