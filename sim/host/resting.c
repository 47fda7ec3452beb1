/* Ends in TIME-WAIT as small records. They end in the order in which they began, as a host's TIME-WAIT always lasts as
 * long: so the records of a host are a queue, with one event for its first. One that is needed again becomes a TCB with
 * a timer of its own, and its record is dead: passed over when it comes to the front. */
#include "host/world_priv.h"

#define CHUNK_SIZE (1u << REST_CHUNK_BITS)

/* The host's bits of a record. */
#define HOST_DEAD      1u
#define HOST_ACCEPTED  2u
#define HOST_READ_SHUT 4u
#define HOST_EOF_READ  8u
#define HOST_REUSEADDR 16u
#define HOST_REUSEPORT 32u

static void run_rest(void *context, uint32_t host, uint64_t arg);

static const EventKind REST = {"end of a TIME-WAIT", SIM_PHASE_TIMER, run_rest};

void resting_init(World *world) {
  world->kind_rest = sim_add_kind(world->sim, &REST, world);
}

void world_keep_ends(World *world) {
  world->keeps_ends = TRUE;
}

/* --- the queue ---------------------------------------------------------------------------------------------------- */

static TcpRest *at(const Host *host, uint32_t position) {
  return &host->resting.chunks[position >> REST_CHUNK_BITS][position & (CHUNK_SIZE - 1)];
}

const TcpRest *resting_at(const Host *host, uint32_t position) {
  return at(host, position);
}

void resting_clear(Resting *resting) {
  for (uint32_t i = 0; i < resting->n_chunks; i++)
    g_free(resting->chunks[i]);
  g_free(resting->chunks);
  g_free(resting->spare);
}

static TcpRest *push(Host *host) {
  Resting *resting = &host->resting;
  uint32_t chunk = resting->next >> REST_CHUNK_BITS;
  if (chunk == resting->n_chunks) {
    if ((chunk & (chunk - 1)) == 0)
      resting->chunks = g_renew(TcpRest *, resting->chunks, MAX(1, 2 * chunk));
    resting->chunks[resting->n_chunks++] = NULL;
  }
  if (!resting->chunks[chunk]) {
    resting->chunks[chunk] = resting->spare ? resting->spare : g_new(TcpRest, CHUNK_SIZE);
    resting->spare = NULL;
  }
  resting->alive++;
  return at(host, resting->next++);
}

static void shift(Resting *resting) {
  if ((++resting->first & (CHUNK_SIZE - 1)) != 0 && resting->first != resting->next)
    return;
  uint32_t chunk = (resting->first - 1) >> REST_CHUNK_BITS;
  if (resting->spare)
    g_free(resting->chunks[chunk]);
  else
    resting->spare = resting->chunks[chunk];
  resting->chunks[chunk] = NULL;
}

/* Past the dead ones; then the event is that of the first, and there is none if nobody rests. */
static void advance(World *world, Host *host) {
  Resting *resting = &host->resting;
  while (resting->first != resting->next && at(host, resting->first)->host_bits & HOST_DEAD)
    shift(resting);
  sim_cancel(world->sim, resting->event);
  resting->event = EVENT_NONE;
  if (resting->first == resting->next)
    resting->first = resting->next = 0;
  else
    resting->event =
        sim_schedule(world->sim, tcp_rest_until(at(host, resting->first)), world->kind_rest, host->index, 0);
}

static void die(World *world, Host *host, uint32_t position) {
  at(host, position)->host_bits |= HOST_DEAD;
  host->resting.alive--;
  if (position == host->resting.first)
    advance(world, host);
}

/* --- to rest, and to wake ----------------------------------------------------------------------------------------- */

void rest_tell_end(const TcpRest *rest, End *end) {
  end->socket.port = rest->lport;
  end->socket.use = PORT_TIME_WAIT;
  end->socket.reuseaddr = (rest->host_bits & HOST_REUSEADDR) != 0;
  end->socket.reuseport = (rest->host_bits & HOST_REUSEPORT) != 0;
  end->in_tuples = TRUE;
  end->accepted = (rest->host_bits & HOST_ACCEPTED) != 0;
  end->read_shut = (rest->host_bits & HOST_READ_SHUT) != 0;
  end->eof_read = (rest->host_bits & HOST_EOF_READ) != 0;
}

static unsigned bits_of(const End *end) {
  return (end->accepted ? HOST_ACCEPTED : 0) | (end->read_shut ? HOST_READ_SHUT : 0) |
         (end->eof_read ? HOST_EOF_READ : 0) | (end->socket.reuseaddr ? HOST_REUSEADDR : 0) |
         (end->socket.reuseport ? HOST_REUSEPORT : 0);
}

/* The records stay in the order in which they end. */
static gboolean keeps_order(const Host *host, SimTime until) {
  const Resting *resting = &host->resting;
  return resting->next < ENDS_RESTING - 1 &&
         (resting->first == resting->next || tcp_rest_until(at(host, resting->next - 1)) <= until);
}

void end_rest(World *world, uint32_t owner) {
  End *end = world_end_of(world, owner);
  Host *host = world_host_of(world, owner >> 1, owner & 1);
  TcpRest rest;
  if (world->keeps_ends || !end->app_gone || end->socket.options || !end->in_tuples ||
      !keeps_order(host, tcp_end_until(host->stack, end->tcb)) || !tcp_end_rest(host->stack, end->tcb, &rest))
    return;
  uint32_t position = host->resting.next;
  rest.host_bits = bits_of(end) & 0xFF;
  *push(host) = rest;
  ends_replace(host, (Tuple){rest.lport, rest.rport, rest.peer}, owner + 1, ENDS_RESTING | position);
  end->tcb = TCP_NO_HANDLE;
  if (host->resting.first == position)
    advance(world, host);
}

static void wake(World *world, Host *host, uint32_t position) {
  const TcpRest rest = *at(host, position);
  End *end = world_end_of(world, rest.owner);
  TcpIdentity identity = world_identity(world, rest.owner);
  conn_stir(world, rest.owner >> 1);
  end->tcb = tcp_end_wake(host->stack, &rest, &identity);
  ends_replace(host, (Tuple){rest.lport, rest.rport, rest.peer}, ENDS_RESTING | position, rest.owner + 1);
  die(world, host, position);
}

void ends_wake(World *world, uint32_t conn) {
  for (unsigned side = 0; side < 2; side++) {
    const End *end = &world_conn(world, conn)->end[side];
    if (end->tcb || !end->in_tuples)
      continue;
    Host *host = world_host_of(world, conn, side);
    uint32_t value = ends_find(host, world_tuple(world, conn, side));
    g_assert(value & ENDS_RESTING);
    wake(world, host, value & ~ENDS_RESTING);
  }
}

TcpHandle end_awake(Host *host, uint32_t value) {
  World *world = host->world;
  uint32_t owner = value - 1;
  if (value & ENDS_RESTING) {
    owner = resting_at(host, value & ~ENDS_RESTING)->owner;
    wake(world, host, value & ~ENDS_RESTING);
    conn_tire(world, owner);
  }
  return world_end_of(world, owner)->tcb;
}

void resting_wake_all(World *world, Host *host) {
  while (host->resting.alive)
    wake(world, host, host->resting.first);
}

/* --- the end of TIME-WAIT ----------------------------------------------------------------------------------------- */

/* As world_end_gone() does it. */
static void end_is_gone(World *world, Host *host, const TcpRest *rest) {
  Tuple tuple = {rest->lport, rest->rport, rest->peer};
  End gone = {0};
  gboolean in_page = world->pages[rest->owner >> 1 >> CONN_PAGE_BITS] != NULL;
  End *end = in_page ? world_end_of(world, rest->owner) : &gone;
  if (in_page)
    conn_tire(world, rest->owner);
  else
    rest_tell_end(rest, end);
  ends_remove(host, tuple, ENDS_RESTING | host->resting.first);
  port_count_tuple(host, tuple, -1);
  port_leave(world, host, &end->socket, 0);
  end->socket.reuseaddr = end->socket.reuseport = FALSE;
  end->in_tuples = end->accepted = end->has_floor = end->read_shut = end->eof_read = FALSE;
  tcp_rest_ended(host->stack);
}

/* Somebody reads the trace, or waits for this. */
static gboolean is_noticed(const World *world, uint32_t owner) {
  return tracer_on(world->tracer) || world->n_watchers || world->members_watch ||
         conn_population(world, owner >> 1)->hears_end;
}

/* One at a time: each is an event of its own. */
static void run_rest(void *context, uint32_t index, uint64_t arg) {
  (void)arg;
  World *world = context;
  Host *host = world->hosts[index];
  Resting *resting = &host->resting;
  TcpRest *rest = at(host, resting->first);
  resting->event = EVENT_NONE;
  g_assert(resting->alive && !(rest->host_bits & HOST_DEAD) && tcp_rest_until(rest) == sim_now(world->sim));
  if (is_noticed(world, rest->owner)) {
    uint32_t owner = rest->owner;
    wake(world, host, resting->first);
    tcp_end_expires(host->stack, world_end_of(world, owner)->tcb);
  } else {
    end_is_gone(world, host, rest);
    die(world, host, resting->first);
  }
  conns_settle(world);
}
