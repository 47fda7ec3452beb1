/* Hosts that crash and reboot: RFC 9293 3.5.1's half-open connections come of it. */
#include "host/world_priv.h"

static void run_change(void *context, uint32_t host, uint64_t change);

/* Before the arrivals and calls of the same instant, as a link's change. */
static const EventKind CHANGE = {"host", SIM_PHASE_TIMER, run_change};

void crash_init(World *world) {
  world->kind_change = sim_add_kind(world->sim, &CHANGE, world);
}

void world_schedule_change(World *world, uint16_t host, SimTime at, WorldHostChange change) {
  g_assert(host < world->n_hosts);
  sim_schedule(world->sim, at, world->kind_change, host, change);
}

static void trace_change(World *world, const Host *host, TraceWord change) {
  if (!tracer_on(world->tracer))
    return;
  TraceRecord record = {.t = sim_now(world->sim), .kind = TRACE_HOST};
  record.host.host = host->name;
  record.host.change = change;
  tracer_put(world->tracer, &record);
}

/* An end's part of what a crash takes: the application and its socket. A close() that waits does not return. */
static void lose_end(World *world, uint32_t owner) {
  End *end = world_end_of(world, owner);
  conn_stir(world, owner >> 1);
  if (end->socket.options)
    end->socket.options->close_waits = FALSE;
  end->app_gone = TRUE;
  world_end_gone(world, owner);
  end->app_gone = FALSE;
}

/* Everything that was in memory is gone. TCP first: it may still tell of its ends. */
static void lose_all(World *world, Host *host) {
  host->down = TRUE;
  network_set_host_down(world->network, host->index, TRUE);
  host->boots++;
  for (uint32_t owner = 0; owner < 2 * world->n_conns; owner++) {
    End *end = world_end_of(world, owner);
    if (world_conn_of(world, owner)->host[owner & 1] == host->index && end->socket.options)
      end->socket.options->close_waits = FALSE;
  }
  resting_wake_all(world, host);
  tcp_crash(host->stack);
  for (uint32_t owner = 0; owner < 2 * world->n_conns; owner++)
    if (world_conn_of(world, owner)->host[owner & 1] == host->index)
      lose_end(world, owner);
  for (uint32_t i = 0; i < world->n_processes; i++) {
    Process *process = &world->processes[i];
    if (world->scripts[process->script].script->host != host->index)
      continue;
    port_leave(world, host, &process->socket, 0);
    socket_clear(&process->socket);
    process->socket.reuseaddr = process->socket.reuseport = FALSE;
    process->listens = FALSE;
  }
  for (uint32_t i = 0; i < host->n_port_details; i++)
    host->port_details[i].listener = 0;
}

static void run_change(void *context, uint32_t index, uint64_t change) {
  World *world = context;
  Host *host = world->hosts[index];
  sim_renewing_may_end(world->sim);
  switch ((WorldHostChange)change) {
  case WORLD_CRASH:
    if (host->down)
      return;
    trace_change(world, host, TRACE_WORD_CRASH);
    lose_all(world, host);
    return;
  case WORLD_REBOOT:
    trace_change(world, host, TRACE_WORD_REBOOT);
    if (!host->down)
      lose_all(world, host);
    host->down = FALSE;
    network_set_host_down(world->network, host->index, FALSE);
    return;
  }
  g_assert_not_reached();
}
