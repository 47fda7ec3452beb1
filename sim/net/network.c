#include "net/network.h"

#include "net/network_priv.h"

#define RING_START 16

static void run_arrival(void *context, uint32_t flight, uint64_t arg);
static void run_loss(void *context, uint32_t flight, uint64_t arg);
static void run_filter(void *context, uint32_t flight, uint64_t arg);
static void run_change(void *context, uint32_t link, uint64_t change);

static void prefetch_arrival(const void *context, uint32_t flight, unsigned stage);
static void prefetch_loss(const void *context, uint32_t flight, unsigned stage);

static const EventKind ARRIVAL = {"arrival", SIM_PHASE_ARRIVAL, run_arrival};
static const EventKind LOSS = {"loss", SIM_PHASE_ARRIVAL, run_loss};
static const EventKind FILTER = {"filter", SIM_PHASE_ARRIVAL, run_filter};
static const EventKind LINK_CHANGE = {"link", SIM_PHASE_TIMER, run_change};

Network *network_new(Sim *sim, const Tracer *tracer, uint64_t max_segments) {
  Network *network = g_new0(Network, 1);
  network->sim = sim;
  network->tracer = tracer;
  network->max_segments = max_segments;
  network->kind_arrival = sim_add_kind(sim, &ARRIVAL, network);
  sim_set_prefetch(sim, network->kind_arrival, prefetch_arrival);
  network->kind_loss = sim_add_kind(sim, &LOSS, network);
  sim_set_prefetch(sim, network->kind_loss, prefetch_loss);
  network->kind_filter = sim_add_kind(sim, &FILTER, network);
  network->kind_change = sim_add_kind(sim, &LINK_CHANGE, network);
  network->by_down = names_intern(tracer->names, "down");
  network->by_queue = names_intern(tracer->names, "queue");
  network->by_checksum = names_intern(tracer->names, "checksum");
  network->by_crash = names_intern(tracer->names, "crash");
  network->by_unknown = names_intern(tracer->names, "unknown");
  network->by_invalid = names_intern(tracer->names, "invalid");
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
  g_free(network->conn_names);
  for (uint32_t i = 0; i < network->n_chunks; i++)
    g_free(network->flights[i]);
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
  g_autofree char *at = g_strdup_printf("host %s", name);
  network->hosts[network->n_hosts] = (NetHost){.name = names_intern(network->tracer->names, name),
                                               .at = names_intern(network->tracer->names, at),
                                               .receive = receive,
                                               .context = context};
  network->n_hosts++;
  rebuild_routes(network);
  return (uint16_t)(network->n_hosts - 1);
}

void network_set_host_down(Network *network, uint16_t host, gboolean down) {
  g_assert(host < network->n_hosts);
  network->hosts[host].down = down;
}

Name network_host_name(const Network *network, uint16_t host) {
  g_assert(host < network->n_hosts);
  return network->hosts[host].name;
}

uint32_t network_add_conn(Network *network, Name name) {
  if (name && network->n_conns >= network->names_size) {
    uint32_t size = MAX(network->n_conns + 1, 2 * network->names_size);
    network->conn_names = g_renew(Name, network->conn_names, size);
    for (uint32_t i = network->names_size; i < size; i++)
      network->conn_names[i] = 0;
    network->names_size = size;
  }
  if (name)
    network->conn_names[network->n_conns] = name;
  return network->n_conns++;
}

Name network_conn_name(const Network *network, uint32_t conn) {
  g_assert(conn < network->n_conns);
  return conn < network->names_size ? network->conn_names[conn] : 0;
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
  link->plain = !n_judges && !config->rate && !config->down;
  link->name = names_intern(network->tracer->names, name);
  for (unsigned i = 0; i < n_judges; i++)
    link->judges[i] = judges[i];
  network->n_links++;
  rebuild_routes(network);
  schedule_changes(network, network->n_links - 1);
}

static NetLink *link_between(Network *network, uint16_t from, uint16_t to) {
  uint32_t route = network->routes[from * network->n_hosts + to];
  return route ? &network->links[route - 1] : NULL;
}

void network_set_filter(Network *network, uint16_t a, uint16_t b, Filter *filter) {
  g_autofree char *at = g_strdup_printf("filter %s", filter_config(filter)->name);
  NetLink *links[2] = {link_between(network, a, b), link_between(network, b, a)};
  for (unsigned i = 0; i < 2; i++) {
    g_assert(links[i]);
    links[i]->filter = filter;
    links[i]->filter_at = names_intern(network->tracer->names, at);
  }
}

static void run_change(void *context, uint32_t index, uint64_t change) {
  Network *network = context;
  sim_renewing_may_end(network->sim);
  network_trace_link(network, &network->links[index], (TraceWord)change);
}

/* --- ends --------------------------------------------------------------------------------------------------------- */

/* Makes room to know of all connections there are. */
static void know_conns(Network *network) {
  if (network->conns_known >= network->n_conns)
    return;
  uint32_t size = MAX(network->n_conns, 2 * network->conns_known);
  network->conns = g_renew(NetConn, network->conns, size);
  for (uint32_t i = network->conns_known; i < size; i++)
    network->conns[i] = (NetConn){0};
  network->conns_known = size;
}

void network_introduce(Network *network, uint32_t conn, uint16_t host, uint16_t port, uint32_t isn) {
  g_assert(conn < network->n_conns);
  know_conns(network);
  NetEnd *end = network->conns[conn].end;
  if (end[0].known && end[0].host != host)
    end++;
  *end = (NetEnd){TRUE, host, port, isn};
}

void network_learn_ends(Network *network) {
  network->learns_ends = TRUE;
}

/* What a segment says about who sent it, and about its peer if nothing is known of that. */
static void learn(Network *network, const Segment *segment) {
  uint16_t port;
  uint32_t isn;
  network_introduce(network, segment->conn, segment->from, segment->sport, segment->seq - segment->rel_seq);
  if (!network_end(network, segment->conn, segment->to, &port, &isn))
    network_introduce(network, segment->conn, segment->to, segment->dport,
                      segment->flags & TCP_ACK ? segment->ack - segment->rel_ack : 0);
}

gboolean network_end(const Network *network, uint32_t conn, uint16_t host, uint16_t *ret_port, uint32_t *ret_isn) {
  g_assert(conn < network->n_conns);
  for (unsigned i = 0; conn < network->conns_known && i < 2; i++) {
    const NetEnd *end = &network->conns[conn].end[i];
    if (end->known && end->host == host) {
      *ret_port = end->port;
      *ret_isn = end->isn;
      return TRUE;
    }
  }
  return FALSE;
}

void network_set_prefetch(Network *network, NetworkPrefetch prefetch) {
  network->prefetch = prefetch;
}

void network_watch(Network *network, NetworkArrived arrived, void *context) {
  network->arrived = arrived;
  network->arrived_context = context;
}

/* --- flight ------------------------------------------------------------------------------------------------------- */

/* A new place when none is free. */
static G_GNUC_NO_INLINE Flight *flight_place(Network *network) {
  if (network->n_flights >> FLIGHT_CHUNK_BITS == network->n_chunks) {
    if ((network->n_chunks & (network->n_chunks - 1)) == 0)
      network->flights = g_renew(Flight *, network->flights, MAX(1, 2 * network->n_chunks));
    network->flights[network->n_chunks++] = g_new(Flight, 1u << FLIGHT_CHUNK_BITS);
  }
  Flight *flight = network_flight(network, network->n_flights);
  flight->index = network->n_flights++;
  flight->next_free = 0;
  return flight;
}

static inline Flight *flight_new(Network *network, const Segment *segment, uint32_t link) {
  Flight *flight = network->free_flight ? network_flight(network, network->free_flight - 1) : flight_place(network);
  network->free_flight = flight->next_free;
  flight->segment = *segment;
  flight->link = link;
  flight->lost_by = 0;
  flight->corrupted = flight->past_filter = FALSE;
  flight->hold = flight->previous_held = flight->next_held = 0;
  return flight;
}

static void hold(Network *network, Flight *flight, uint32_t number, SimTime at_most) {
  flight->hold = number;
  flight->hold_at_most = at_most;
  flight->previous_held = network->last_held;
  if (network->last_held)
    network_flight(network, network->last_held - 1)->next_held = flight->index + 1;
  else
    network->first_held = flight->index + 1;
  network->last_held = flight->index + 1;
}

static void let_go(Network *network, Flight *flight) {
  if (flight->previous_held)
    network_flight(network, flight->previous_held - 1)->next_held = flight->next_held;
  else
    network->first_held = flight->next_held;
  if (flight->next_held)
    network_flight(network, flight->next_held - 1)->previous_held = flight->previous_held;
  else
    network->last_held = flight->previous_held;
  flight->hold = flight->previous_held = flight->next_held = 0;
}

/* It has come to its end: nobody holds it, and its place is given back by flight_end(). Flights do not move, so the
 * segment stays where it is until then, whatever is sent meanwhile. */
static const Segment *flight_land(Network *network, Flight *flight) {
  if (flight->hold)
    let_go(network, flight);
  return &flight->segment;
}

static void flight_end(Network *network, Flight *flight) {
  flight->next_free = network->free_flight;
  network->free_flight = flight->index + 1;
}

static void prefetch_loss(const void *context, uint32_t index, unsigned stage) {
  const char *flight = (const char *)network_flight(context, index);
  for (size_t i = 0; stage == 0 && i < sizeof(Flight); i += 64)
    __builtin_prefetch(flight + i, 1);
}

static void prefetch_arrival(const void *context, uint32_t index, unsigned stage) {
  const Network *network = context;
  prefetch_loss(context, index, stage);
  if (stage > 0 && network->prefetch) {
    const Segment *segment = &network_flight(network, index)->segment;
    network->prefetch(network->hosts[segment->to].context, segment, stage);
  }
}

static void run_arrival(void *context, uint32_t index, uint64_t arg) {
  (void)arg;
  Network *network = context;
  Flight *flight = network_flight(network, index);
  const Segment *segment = flight_land(network, flight);
  NetHost *host = &network->hosts[segment->to];
  if (flight->corrupted) {
    network_trace_dropped(network, segment, host->at, network->by_checksum);
  } else if (host->down) {
    network_trace_dropped(network, segment, host->at, network->by_crash);
  } else {
    if (tracer_on(network->tracer))
      network_trace_received(network, segment);
    host->receive(host->context, segment);
    if (network->arrived)
      network->arrived(network->arrived_context, segment);
  }
  flight_end(network, flight);
}

static void run_loss(void *context, uint32_t index, uint64_t arg) {
  (void)arg;
  Network *network = context;
  Flight *flight = network_flight(network, index);
  const Segment *segment = flight_land(network, flight);
  network_trace_dropped(network, segment, network->links[flight->link].name, flight->lost_by);
  flight_end(network, flight);
}

/* Its last leg: it arrives, or waits until it is let go, but not for ever. */
static void approach(Network *network, Flight *flight) {
  SimTime at = flight->hold ? simtime_add(flight->arrival, flight->hold_at_most) : flight->arrival;
  flight->past_filter = TRUE;
  flight->event = sim_schedule(network->sim, at, network->kind_arrival, flight->index, 0);
}

gboolean network_holds(const Network *network, uint32_t number, uint32_t conn) {
  for (uint32_t i = network->first_held; i; i = network_flight(network, i - 1)->next_held) {
    const Flight *flight = network_flight(network, i - 1);
    if (flight->hold == number && (conn == NETWORK_ANY_CONN || flight->segment.conn == conn))
      return TRUE;
  }
  return FALSE;
}

void network_release(Network *network, uint32_t number, uint32_t conn) {
  for (uint32_t i = network->first_held, next; i; i = next) {
    Flight *flight = network_flight(network, i - 1);
    next = flight->next_held;
    if (flight->hold != number || (conn != NETWORK_ANY_CONN && flight->segment.conn != conn))
      continue;
    let_go(network, flight);
    if (!flight->past_filter)
      continue;
    sim_cancel(network->sim, flight->event);
    flight->arrival = MAX(flight->arrival, sim_now(network->sim));
    approach(network, flight);
  }
}

/* --- filters ------------------------------------------------------------------------------------------------------ */

/* The refusal of a filter: from half-way back to whoever sent the segment, past all that may happen to others. */
static void refuse(Network *network, const NetLink *link, const Segment *segment) {
  Segment reset;
  uint32_t route = network->routes[link->to * network->n_hosts + link->from];
  if (!route || !filter_make_reset(segment, &reset))
    return;
  reset.id = ++network->last_id;
  network_trace_injected(network, &reset, link->filter_at);
  Flight *flight = flight_new(network, &reset, route - 1);
  SimTime delay = network->links[route - 1].config->delay;
  flight->arrival = simtime_add(sim_now(network->sim), delay - delay / 2);
  approach(network, flight);
}

static void run_filter(void *context, uint32_t index, uint64_t arg) {
  (void)arg;
  Network *network = context;
  Flight *flight = network_flight(network, index);
  const NetLink *link = &network->links[flight->link];
  FilterVerdict verdict = FILTER_PASSES;
  if (!flight->corrupted)
    verdict = filter_judge(link->filter, &flight->segment, sim_now(network->sim));
  if (verdict == FILTER_PASSES) {
    approach(network, flight);
    return;
  }
  const Segment *segment = flight_land(network, flight);
  network_trace_dropped(network, segment, link->filter_at,
                        verdict == FILTER_UNKNOWN ? network->by_unknown : network->by_invalid);
  if (verdict == FILTER_UNKNOWN && filter_config(link->filter)->unknown == FILTER_RESET)
    refuse(network, link, segment);
  flight_end(network, flight);
}

/* --- sending ------------------------------------------------------------------------------------------------------ */

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

/* When a segment that has left at `departure` arrives; with a rate, not before those that left earlier. */
static SimTime link_arrival(NetLink *link, SimTime departure, const Fate *fate) {
  SimTime arrival = departure;
  if (!fate->at_once) {
    arrival = simtime_add(departure, MAX(link->config->delay + fate->jitter, 0));
    if (link->config->rate)
      link->last_arrival = arrival = MAX(arrival, link->last_arrival);
  }
  return fate->delayed_by ? simtime_add(arrival, fate->delay) : arrival;
}

/* To the filter, half-way, if there is one; else to the destination. */
static void set_out(Network *network, const NetLink *link, Flight *flight, SimTime departure) {
  if (link->filter)
    sim_schedule(network->sim, departure + (flight->arrival - departure) / 2, network->kind_filter, flight->index, 0);
  else
    approach(network, flight);
}

static void launch(Network *network, const Segment *segment, uint32_t index, SimTime departure, const Fate *fate) {
  NetLink *link = &network->links[index];
  Flight *flight = flight_new(network, segment, index);
  if (fate->lost_by) {
    SimTime delay = fate->at_once ? 0 : link->config->delay;
    flight->lost_by = fate->lost_by;
    sim_schedule(network->sim, simtime_add(departure, delay / 2), network->kind_loss, flight->index, 0);
    return;
  }
  flight->arrival = link_arrival(link, departure, fate);
  flight->corrupted = fate->corrupted_by != 0;
  if (fate->held_by)
    hold(network, flight, fate->hold, fate->hold_at_most);
  set_out(network, link, flight, departure);
}

static void launch_plainly(Network *network, const Segment *segment, uint32_t index) {
  const NetLink *link = &network->links[index];
  Flight *flight = flight_new(network, segment, index);
  SimTime now = sim_now(network->sim);
  flight->arrival = simtime_add(now, MAX(link->config->delay, 0));
  set_out(network, link, flight, now);
}

/* A copy meets what the faults and the jitter have for it, and no loss or damage. */
static void launch_copy(Network *network, const Segment *segment, uint32_t index, SimTime departure, const Fate *fate) {
  Segment copy = *segment;
  copy.id = ++network->last_id;
  network_trace_duplicated(network, segment, copy.id, fate->duplicated_by);
  Fate late = {.delayed_by = fate->copy_delay ? fate->duplicated_by : 0,
               .delay = fate->copy_delay,
               .jitter = fate->copy_jitter,
               .held_by = fate->hold && !fate->held_by ? fate->duplicated_by : 0,
               .hold = fate->hold,
               .hold_at_most = fate->hold_at_most};
  launch(network, &copy, index, departure, &late);
}

/* The link of number `index` decides about the segment. */
static void judge(Network *network, const Segment *segment, uint32_t index) {
  NetLink *link = &network->links[index];
  SimTime now = sim_now(network->sim), departure = now;
  Fate fate = {0};
  for (unsigned i = 0; i < link->n_judges; i++)
    link->judges[i]->judge(link->judges[i], segment, &fate);
  if (link_is_down(link, now)) {
    network_trace_dropped(network, segment, link->name, network->by_down);
    return;
  }
  if (!fate.at_once && !link_serialise(link, now, segment_wire_size(segment), &departure)) {
    network_trace_dropped(network, segment, link->name, network->by_queue);
    return;
  }
  if (fate.delayed_by && !fate.lost_by)
    network_trace_delayed(network, segment, fate.delay, fate.delayed_by);
  if (fate.held_by && !fate.lost_by)
    network_trace_delayed(network, segment, SIM_NEVER, fate.held_by);
  if (fate.corrupted_by && !fate.lost_by)
    network_trace_corrupted(network, segment, fate.corrupted_by);
  launch(network, segment, index, departure, &fate);
  if (fate.duplicated_by)
    launch_copy(network, segment, index, departure, &fate);
}

static inline void dispatch(Network *network, const Segment *segment) {
  uint32_t route = network->routes[segment->from * network->n_hosts + segment->to];
  g_assert(route); /* the scenario was checked for links */
  if (network->links[route - 1].plain)
    launch_plainly(network, segment, route - 1);
  else
    judge(network, segment, route - 1);
}

static void count_sent(Network *network, Segment *segment) {
  segment->id = ++network->last_id;
  network->segments_sent++;
  if (network_over_budget(network))
    sim_stop(network->sim);
}

uint64_t network_send(Network *network, Segment *segment) {
  count_sent(network, segment);
  if (tracer_on(network->tracer))
    network_trace_sent(network, segment);
  if (network->learns_ends)
    learn(network, segment);
  dispatch(network, segment);
  return segment->id;
}

uint64_t network_inject(Network *network, Segment *segment, Name by) {
  segment->injected = TRUE;
  count_sent(network, segment);
  network_trace_injected(network, segment, by);
  dispatch(network, segment);
  return segment->id;
}

Sim *network_sim(const Network *network) {
  return network->sim;
}

uint64_t network_segments_sent(const Network *network) {
  return network->segments_sent;
}

gboolean network_over_budget(const Network *network) {
  return network->max_segments && network->segments_sent > network->max_segments;
}
