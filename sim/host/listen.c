/* Who listens, and who gets a segment that arrives: the end of its tuple, else one that listens. */
#include "host/world_priv.h"

static void run_reap(void *context, uint32_t owner, uint64_t arg);

static const EventKind REAP = {"end of a half-open connection", SIM_PHASE_TIMER, run_reap};

void listen_init(World *world) {
  world->kind_reap = sim_add_kind(world->sim, &REAP, world);
}

/* An end that was made for a listening process is gone when its handshake fails: the process listens, it does not. */
static void run_reap(void *context, uint32_t owner, uint64_t arg) {
  (void)arg;
  World *world = context;
  const Conn *conn = world_conn_of(world, owner);
  TcpStack *stack = world->hosts[conn->host[owner & 1]]->stack;
  TcpHandle tcb = conn->end[owner & 1].tcb;
  if (tcb && tcp_end_state(stack, tcb) == TCP_STATE_LISTEN)
    tcp_abort(stack, tcb);
}

/* --- places ------------------------------------------------------------------------------------------------------- */

static void start_listening(Host *host, End *end, uint32_t owner) {
  if (host->n_listening == host->listening_size) {
    host->listening_size = MAX(4, 2 * host->listening_size);
    host->listening = g_renew(uint32_t, host->listening, host->listening_size);
  }
  host->listening[host->n_listening++] = owner;
  end->listen_slot = host->n_listening;
}

static void stop_listening(World *world, Host *host, End *end) {
  uint32_t last = host->listening[--host->n_listening];
  host->listening[end->listen_slot - 1] = last;
  world_end_of(world, last)->listen_slot = end->listen_slot;
  end->listen_slot = 0;
}

void listen_displace(World *world, uint32_t owner) {
  End *end = world_end_of(world, owner);
  Host *host = world_host_of(world, owner >> 1, owner & 1);
  if (end->listen_slot)
    stop_listening(world, host, end);
  if (end->in_tuples) {
    Tuple tuple = world_tuple(world, owner >> 1, owner & 1);
    ends_remove(host, tuple, owner + 1);
    port_count_tuple(host, tuple, -1);
    end->in_tuples = FALSE;
  }
}

void listen_place(World *world, uint32_t owner, TcpState state) {
  End *end = world_end_of(world, owner);
  Host *host = world_host_of(world, owner >> 1, owner & 1);
  gboolean listens = state == TCP_STATE_LISTEN;
  if (listens ? end->listen_slot != 0 : end->in_tuples)
    return;
  listen_displace(world, owner);
  if (listens) {
    start_listening(host, end, owner);
    if (end->accepted)
      sim_schedule(world->sim, sim_now(world->sim), world->kind_reap, owner, 0);
    return;
  }
  Tuple tuple = world_tuple(world, owner >> 1, owner & 1);
  ends_add(host, tuple, owner + 1);
  port_count_tuple(host, tuple, 1);
  end->in_tuples = TRUE;
}

/* --- arrivals ----------------------------------------------------------------------------------------------------- */

typedef enum { NOBODY, LISTENING_END, NEW_END } Found;

static gboolean tuple_is(const World *world, uint32_t conn, unsigned side, const Segment *segment) {
  Tuple tuple = world_tuple(world, conn, side);
  return tuple.lport == segment->dport && tuple.rport == segment->sport && tuple.peer == segment->from;
}

/* The end of `conn` at this host and with this segment's tuple; FALSE if it has none. */
static gboolean end_for(const Host *host, const Segment *segment, uint32_t *ret_owner) {
  const World *world = host->world;
  if (segment->conn >= world->n_conns)
    return FALSE;
  const Conn *conn = world_conn(world, segment->conn);
  unsigned side = conn->host[0] == host->index ? 0 : 1;
  if (conn->host[side] != host->index || conn->port[side] != segment->dport || conn->port[1 - side] != segment->sport ||
      conn->host[1 - side] != segment->from)
    return FALSE;
  *ret_owner = segment->conn * 2 + side;
  return TRUE;
}

/* First the listening end of the segment's own connection, then that of another with the same tuple (an old duplicate
 * in a new incarnation), then a port on which a process listens. */
static Found find_listener(const Host *host, const Segment *segment, uint32_t *ret_owner) {
  const World *world = host->world;
  uint32_t owner = 0;
  gboolean known = end_for(host, segment, &owner);
  const End *end = known ? world_end_of(world, owner) : NULL;
  *ret_owner = owner;
  if (known && end->listen_slot)
    return LISTENING_END;
  gboolean free = known && (!end->tcb || tcp_end_state(host->stack, end->tcb) == TCP_STATE_TIME_WAIT);
  if (free && end->awaits_syn)
    return NEW_END;
  uint32_t first = UINT32_MAX;
  for (uint32_t i = 0; i < host->n_listening; i++)
    if (tuple_is(world, host->listening[i] >> 1, host->listening[i] & 1, segment))
      first = MIN(first, host->listening[i]);
  if (first != UINT32_MAX) {
    *ret_owner = first;
    return LISTENING_END;
  }
  return free && port_listener(host, segment->dport) ? NEW_END : NOBODY;
}

gboolean listen_finds(void *context, const Segment *segment) {
  uint32_t owner;
  return find_listener(context, segment, &owner) != NOBODY;
}

/* The TCB that a listening process gets for a SYN: opened passively, with the options of the listening socket. */
static void accept_syn(Host *host, uint32_t owner) {
  World *world = host->world;
  End *end = world_end_of(world, owner);
  uint32_t listener = port_listener(host, world_conn_of(world, owner)->port[owner & 1]);
  end->accepted = !end->awaits_syn;
  end->app_gone = end->read_shut = end->eof_read = FALSE;
  if (end->accepted && listener != PORT_ANYBODY)
    socket_inherit(host, &end->socket, &world->processes[listener - 1].socket);
  world_end_create(world, owner >> 1, owner & 1);
  tcp_open_passive(host->stack, end->tcb);
}

static void to_listener(Host *host, const Segment *segment, gboolean has_floor, Seq floor) {
  World *world = host->world;
  uint32_t owner;
  Found found = find_listener(host, segment, &owner);
  gboolean opens = segment->flags & TCP_SYN && !(segment->flags & (TCP_ACK | TCP_RST));
  if (found == NOBODY || (found == NEW_END && !opens)) {
    Name conn = segment->conn < world->n_conns ? world_conn(world, segment->conn)->name : 0;
    tcp_segment_arrives_closed(host->stack, segment, conn);
    return;
  }
  End *end = world_end_of(world, owner);
  if (has_floor) {
    end->has_floor = TRUE;
    end->iss_floor = floor;
  }
  if (found == NEW_END)
    accept_syn(host, owner);
  tcp_segment_arrives(host->stack, end->tcb, segment, NULL);
}

/* What listen_receive() will touch: the connection, then its TCB. */
void listen_prefetch(const void *context, const Segment *segment, unsigned stage) {
  const Host *host = context;
  const World *world = host->world;
  const ConnPage *page = segment->conn < world->n_conns ? world->pages[segment->conn >> CONN_PAGE_BITS] : NULL;
  if (!page)
    return;
  const Conn *conn = &page->conns[segment->conn & (CONNS_IN_PAGE - 1)];
  if (stage == 1) {
    for (size_t i = 0; i < sizeof *conn; i += 64)
      __builtin_prefetch((const char *)conn + i, 1);
    return;
  }
  TcpHandle tcb = conn->end[conn->host[0] == host->index ? 0 : 1].tcb;
  if (tcb)
    tcp_end_prefetch(host->stack, tcb);
}

/* The end with this segment's tuple; if it rests it wakes. Mostly that is the end that the segment was meant for. */
static TcpHandle end_of_tuple(Host *host, const Segment *segment) {
  World *world = host->world;
  uint32_t owner;
  if (end_for(host, segment, &owner)) {
    const End *end = world_end_of(world, owner);
    if (end->tcb && end->in_tuples)
      return end->tcb;
  }
  uint32_t value = ends_find(host, (Tuple){segment->dport, segment->sport, segment->from});
  return value ? end_awake(host, value) : TCP_NO_HANDLE;
}

void listen_receive(void *context, const Segment *segment) {
  Host *host = context;
  Seq floor = 0;
  TcpHandle tcb = end_of_tuple(host, segment);
  if (!tcb)
    to_listener(host, segment, FALSE, 0);
  else if (tcp_segment_arrives(host->stack, tcb, segment, &floor)) /* a SYN ended a TIME-WAIT */
    to_listener(host, segment, TRUE, floor);
  conns_settle(host->world);
}
