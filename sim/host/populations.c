/* Populations: many connections that arrive one after the other and do the same. */
#include "host/world_priv.h"

static void run_arrival(void *context, uint32_t population, uint64_t member);

static const EventKind ARRIVAL = {"arrival of a connection", SIM_PHASE_CALL, run_arrival};

void populations_init(World *world) {
  world->kind_arrival = sim_add_kind(world->sim, &ARRIVAL, world);
}

static SimTime gap_of(Population *population) {
  SimTime gap = population->arrival.gap;
  switch (population->arrival.process) {
  case WORLD_ARRIVAL_EVERY:
    return gap;
  case WORLD_ARRIVAL_UNIFORM:
    return (SimTime)rng_below(&population->rng, 2 * (uint64_t)gap + 1);
  case WORLD_ARRIVAL_POISSON:
    return gap ? (SimTime)rng_exponential(&population->rng, (uint64_t)gap) : 0;
  }
  g_assert_not_reached();
}

/* The server's port takes every connection of the population; nobody in particular listens there. */
static void listen_for(World *world, const Population *population) {
  const Conn *conn = world_conn(world, population->first);
  Host *host = world->hosts[conn->host[1]];
  if (population->start == WORLD_START_HANDSHAKE && !world_app_makes(world, population->first, 1, APP_LISTEN) &&
      !world_process_listens(world, host, conn->port[1]) && !port_listener(host, conn->port[1]))
    port_set_listener(host, conn->port[1], PORT_ANYBODY);
}

void world_start_populations(World *world) {
  for (uint32_t i = 0; i < world->n_populations; i++) {
    Population *population = &world->populations[i];
    gboolean random_start = population->arrival.process == WORLD_ARRIVAL_POISSON;
    SimTime first = simtime_add(population->arrival.start, random_start ? gap_of(population) : 0);
    listen_for(world, population);
    sim_schedule(world->sim, first, world->kind_arrival, i, 0);
  }
}

/* Both ends of its tuple are free: the server's may still be in use when the client's no longer is. */
static gboolean is_free(const World *world, uint32_t conn) {
  for (unsigned side = 0; side < 2; side++)
    if (world_conn(world, conn)->end[side].tcb ||
        ends_find(world_host_of(world, conn, side), world_tuple(world, conn, side)))
      return FALSE;
  return TRUE;
}

/* Opens it without a handshake; fails as connect() does if there is no port for it. */
static void establish(World *world, uint32_t conn, SimTime rtt) {
  Caller client = world_nobody(world, conn, 0);
  if (!world_choose_port(world, conn) || !is_free(world, conn)) {
    world_trace_conn(world, conn, TCP_STATE_CLOSED);
    world_trace_app(world, &client, world->words.connect, 0, world->words.eaddrnotavail, -1, 0);
    return;
  }
  world_trace_conn(world, conn, TCP_STATE_ESTABLISHED);
  world_establish(world, conn, rtt);
}

static void run_arrival(void *context, uint32_t index, uint64_t member) {
  World *world = context;
  Population *population = &world->populations[index];
  uint32_t conn = population->first + (uint32_t)member;
  Caller client = world_nobody(world, conn, 0);
  SimTime now = sim_now(world->sim);
  gboolean up = !client.host->down && !world_host_of(world, conn, 1)->down;
  if (population->start == WORLD_START_ESTABLISHED && up)
    establish(world, conn, population->rtt);
  for (unsigned side = 0; side < 2; side++)
    world_app_start(world, conn, side, now);
  if (population->start == WORLD_START_HANDSHAKE && !client.host->down && !world_app_makes(world, conn, 0, APP_CONNECT))
    world_call_connect(world, &client);
  if (!world_conn(world, conn)->end[0].tcb) /* it may have failed */
    conn_tire(world, conn * 2);
  conns_settle(world);
  if (member + 1 < population->count)
    sim_schedule(world->sim, simtime_add(now, gap_of(population)), world->kind_arrival, index, member + 1);
}
