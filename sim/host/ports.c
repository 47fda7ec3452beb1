/* Local ports: who uses them, what bind() and listen() may have, and ephemeral ones. */
#include "host/world_priv.h"

/* For reading; the same for all ports of a page that is not there. */
static const Port *port_at(const Host *host, uint16_t port) {
  static const Port unused;
  const PortPage *page = host->ports[port / PORTS_IN_PAGE];
  return page ? &page->ports[port % PORTS_IN_PAGE] : &unused;
}

/* Valid until port_drop(). */
static PortPage *page_of(Host *host, uint16_t port) {
  PortPage **page = &host->ports[port / PORTS_IN_PAGE];
  if (!*page && host->spare_ports) {
    *page = host->spare_ports;
    host->spare_ports = (*page)->next_free;
  } else if (!*page) {
    *page = g_new0(PortPage, 1);
  }
  return *page;
}

static Port *port_to_change(Host *host, uint16_t port) {
  return &page_of(host, port)->ports[port % PORTS_IN_PAGE];
}

/* Nobody uses the port any more. */
static void port_drop(Host *host, uint16_t port) {
  PortPage **page = &host->ports[port / PORTS_IN_PAGE];
  host->used_ports[port / 64] &= ~(UINT64_C(1) << port % 64);
  if (host->used_ports[port / 64] || (*page)->n_detailed)
    return;
  (*page)->next_free = host->spare_ports;
  host->spare_ports = *page;
  *page = NULL;
}

void port_clear_all(Host *host) {
  for (unsigned page = 0; page < PORT_PAGES; page++)
    g_free(host->ports[page]);
  for (PortPage *page; (page = host->spare_ports);) {
    host->spare_ports = page->next_free;
    g_free(page);
  }
  g_free(host->ports);
}

#define MOST_USERS ((1u << 27) - 1)

/* Valid until another port gets its details. */
static PortDetail *detail_of(Host *host, uint16_t number) {
  PortPage *page = page_of(host, number);
  Port *port = &page->ports[number % PORTS_IN_PAGE];
  if (!port->detailed) {
    if ((host->n_port_details & (host->n_port_details - 1)) == 0)
      host->port_details = g_renew(PortDetail, host->port_details, MAX(1, 2 * host->n_port_details));
    PortDetail *detail = &host->port_details[host->n_port_details];
    *detail = (PortDetail){.users = port->value};
    detail->of_class[port->class] = port->value;
    *port = (Port){.detailed = 1, .value = host->n_port_details++ & MOST_USERS};
    page->n_detailed++;
  }
  return &host->port_details[port->value];
}

static uint32_t users_of(const Host *host, const Port *port) {
  return port->detailed ? host->port_details[port->value].users : port->value;
}

uint32_t port_listener(const Host *host, uint16_t port) {
  const Port *p = port_at(host, port);
  return p->detailed ? host->port_details[p->value].listener : 0;
}

void port_set_listener(Host *host, uint16_t port, uint32_t listener) {
  detail_of(host, port)->listener = listener;
}

#define REUSEADDR 1u
#define REUSEPORT 2u

void port_trace(World *world, const Host *host, uint16_t port, TraceWord change, Name conn, Name app, SimTime until,
                Name error) {
  if (!tracer_on(world->tracer))
    return;
  TraceRecord record = {.t = sim_now(world->sim), .kind = TRACE_PORT};
  record.port.host = host->name;
  record.port.port = port;
  record.port.change = change;
  record.port.conn = conn;
  record.port.app = app;
  record.port.until = until;
  record.port.error = error;
  tracer_put(world->tracer, &record);
}

/* --- users -------------------------------------------------------------------------------------------------------- */

static unsigned class_of(PortUse use, unsigned flags) {
  return (unsigned)use << 2 | flags;
}

static unsigned flags_of(const Socket *socket) {
  return (socket->reuseaddr ? REUSEADDR : 0) | (socket->reuseport ? REUSEPORT : 0);
}

static unsigned class_now(const Socket *socket) {
  return class_of((PortUse)socket->use, flags_of(socket));
}

static uint32_t users_of_class(const Host *host, const Port *port, unsigned class) {
  if (port->detailed)
    return host->port_details[port->value].of_class[class];
  return port->class == class ? port->value : 0;
}

static void add_user(Host *host, uint16_t number, unsigned class) {
  Port *port = port_to_change(host, number);
  if (!port->detailed && !port->value)
    port->class = class & (PORT_CLASSES - 1);
  if (!port->detailed && port->class == class && port->value < MOST_USERS) {
    port->value++;
    return;
  }
  PortDetail *detail = detail_of(host, number);
  detail->of_class[class]++;
  detail->users++;
}

static void remove_user(Host *host, uint16_t number, unsigned class) {
  Port *port = port_to_change(host, number);
  if (!port->detailed) {
    port->value--;
    return;
  }
  host->port_details[port->value].of_class[class]--;
  host->port_details[port->value].users--;
}

static void change_class(Host *host, Socket *socket, unsigned from) {
  unsigned to = class_now(socket);
  if (from == to)
    return;
  remove_user(host, socket->port, from);
  add_user(host, socket->port, to);
}

void port_take(World *world, Host *host, Socket *socket, uint16_t port, PortUse use, Name conn, Name app,
               gboolean by_bind) {
  g_assert(port && !socket->port);
  host->used_ports[port / 64] |= UINT64_C(1) << port % 64;
  socket->port = port;
  socket->use = (uint8_t)use;
  add_user(host, port, class_now(socket));
  if (tracer_on(world->tracer) && (by_bind || users_of(host, port_at(host, port)) == 1))
    port_trace(world, host, port, TRACE_WORD_BOUND, conn, app, SIM_NEVER, 0);
}

void port_set_use(Host *host, Socket *socket, PortUse use) {
  if (!socket->port || socket->use == use)
    return;
  unsigned from = class_now(socket);
  socket->use = (uint8_t)use;
  change_class(host, socket, from);
}

void port_set_sharing(Host *host, Socket *socket, gboolean reuseaddr, gboolean reuseport) {
  unsigned from = class_now(socket);
  socket->reuseaddr = reuseaddr;
  socket->reuseport = reuseport;
  if (socket->port)
    change_class(host, socket, from);
}

void port_leave(World *world, Host *host, Socket *socket, Name conn) {
  if (!socket->port)
    return;
  uint16_t port = socket->port;
  remove_user(host, port, class_now(socket));
  socket->port = 0;
  if (users_of(host, port_at(host, port)))
    return;
  port_drop(host, port);
  port_trace(world, host, port, TRACE_WORD_RELEASED, conn, 0, SIM_NEVER, 0);
}

/* --- bind and listen ---------------------------------------------------------------------------------------------- */

/* Whether a socket with flags `mine` may have a port that is used by one of use `use` with flags `theirs`. Sources, in
 * the order of the cases: RFC 9293 knows no sharing; Linux inet_bind_conflict(); FreeBSD in_pcbbind_setup(), for which
 * only sockets without a peer are in the way; lwIP tcp_bind(), which passes over TIME-WAIT. */
static gboolean may_share(const TcpParams *params, unsigned mine, PortUse use, unsigned theirs) {
  switch (params->bind_time_wait) {
  case TCP_BIND_TIME_WAIT_STRICT:
    return FALSE;
  case TCP_BIND_TIME_WAIT_REUSEADDR_BOTH:
    return (mine & theirs & REUSEPORT) || (use != PORT_LISTENING && mine & theirs & REUSEADDR);
  case TCP_BIND_TIME_WAIT_UNCONNECTED:
    if (use == PORT_CONNECTED || use == PORT_TIME_WAIT)
      return mine != 0;
    return (mine & theirs & REUSEPORT) != 0;
  case TCP_BIND_TIME_WAIT_UNSCANNED:
    if (use == PORT_TIME_WAIT)
      return (mine & REUSEADDR) != 0;
    return (mine & theirs & REUSEADDR) != 0;
  }
  g_assert_not_reached();
}

gboolean port_may_bind(const Host *host, const Socket *socket, uint16_t port) {
  const Port *p = port_at(host, port);
  const TcpParams *params = tcp_stack_params(host->stack);
  for (unsigned class = 0; users_of(host, p) && class < PORT_CLASSES; class ++)
    if (users_of_class(host, p, class) && !may_share(params, flags_of(socket), (PortUse)(class >> 2), class & 3))
      return FALSE;
  return TRUE;
}

gboolean port_may_listen(const Host *host, const Socket *socket) {
  const Port *p = port_at(host, socket->port);
  for (unsigned flags = 0; flags < 4; flags++)
    if (users_of_class(host, p, class_of(PORT_LISTENING, flags)) && !(flags & flags_of(socket) & REUSEPORT))
      return FALSE;
  return TRUE;
}

/* --- ephemeral ports ---------------------------------------------------------------------------------------------- */

static gboolean is_ephemeral(const Host *host, uint16_t port) {
  const TcpParams *params = tcp_stack_params(host->stack);
  return port >= params->port_low && port <= params->port_high;
}

void port_count_tuple(Host *host, Tuple tuple, int change) {
  if (is_ephemeral(host, tuple.lport))
    tuples_count(&host->dests, (Tuple){0, tuple.rport, tuple.peer}, change);
}

/* The first port in [from, until] that nobody uses at all; 0 if there is none. */
static uint16_t first_unused(const Host *host, uint32_t from, uint32_t until) {
  for (uint32_t port = from; port <= until;) {
    uint64_t unused = ~host->used_ports[port / 64] >> port % 64;
    if (!unused) {
      port = (port / 64 + 1) * 64;
      continue;
    }
    port += (uint32_t)__builtin_ctzll(unused);
    return port <= until ? (uint16_t)port : 0;
  }
  return 0;
}

static gboolean may_connect_from(const Host *host, uint16_t port, uint16_t peer, uint16_t rport) {
  const Port *p = port_at(host, port);
  for (unsigned flags = 0; flags < 4; flags++)
    if (users_of_class(host, p, class_of(PORT_BOUND, flags)) ||
        users_of_class(host, p, class_of(PORT_LISTENING, flags)))
      return FALSE;
  return !ends_find(host, (Tuple){port, rport, peer});
}

/* Where the search starts is drawn, as RFC 6056 3.3.1 has it. A port that nobody uses is taken first: finding one costs
 * little even when few are left. Then those that only other destinations use. */
gboolean port_choose(Host *host, uint16_t peer, uint16_t rport, uint16_t *ret_port) {
  const TcpParams *params = tcp_stack_params(host->stack);
  uint32_t low = params->port_low, high = params->port_high, size = high - low + 1;
  uint32_t start = low + (uint32_t)rng_below(&host->ephemeral, size);
  if (tuples_find(&host->dests, (Tuple){0, rport, peer}) >= size)
    return FALSE;
  uint16_t port = first_unused(host, start, high);
  if (!port && start > low)
    port = first_unused(host, low, start - 1);
  for (uint32_t i = 0; !port && i < size; i++) {
    uint16_t candidate = (uint16_t)(low + (start - low + i) % size);
    if (may_connect_from(host, candidate, peer, rport))
      port = candidate;
  }
  if (port)
    *ret_port = port;
  return port != 0;
}
