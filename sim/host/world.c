#include "host/world_priv.h"

#include <string.h>

#define ISN_TICK SIM_US(4) /* RFC 9293 3.4.1: the clock of the initial sequence number */

static void receive(void *context, const Segment *segment);
static void op_send(void *context, TcpHandle tcb, Segment *segment);
static void op_notice(void *context, TcpHandle tcb, TcpNotice notice);
static void op_entered(void *context, TcpHandle tcb, TcpState to, SimTime until);
static Seq op_choose_iss(void *context, TcpHandle tcb);
static void op_deleted(void *context, TcpHandle tcb);

static const TcpOps OPS = {op_send, op_notice, op_entered, op_choose_iss, op_deleted};

static void intern_words(World *world) {
  Names *names = world->tracer->names;
#define WORD(id) world->words.id = names_intern(names, #id)
  WORD(bind), WORD(listen), WORD(connect), WORD(send), WORD(recv), WORD(shutdown), WORD(close), WORD(abort);
  WORD(notice), WORD(ok), WORD(eof), WORD(established), WORD(reset), WORD(refused), WORD(timeout), WORD(closed);
#undef WORD
  world->words.eaddrinuse = names_intern(names, "EADDRINUSE");
  world->words.eagain = names_intern(names, "EAGAIN");
  world->words.eisconn = names_intern(names, "EISCONN");
  world->words.enotconn = names_intern(names, "ENOTCONN");
  world->words.epipe = names_intern(names, "EPIPE");
}

World *world_new(Sim *sim, const Tracer *tracer, Network *network, uint64_t seed, uint64_t run) {
  World *world = g_new0(World, 1);
  world->sim = sim;
  world->tracer = tracer;
  world->network = network;
  world->seed = seed;
  world->run = run;
  intern_words(world);
  world_apps_init(world);
  return world;
}

void world_free(World *world) {
  if (!world)
    return;
  for (uint32_t i = 0; i < world->n_hosts; i++) {
    tcp_stack_free(world->hosts[i]->stack);
    tuples_clear(&world->hosts[i]->ends);
    g_free(world->hosts[i]->port_users);
    g_free(world->hosts[i]);
  }
  for (uint32_t i = 0; i < world->n_apps; i++)
    g_free(world->apps[i].fired);
  g_free(world->hosts);
  g_free(world->conns);
  g_free(world->apps);
  g_free(world);
}

uint16_t world_add_host(World *world, const char *name, uint32_t address, const TcpParams *params) {
  Host *host = g_new0(Host, 1);
  host->world = world;
  host->address = address;
  host->name = names_intern(world->tracer->names, name);
  host->index = network_add_host(world->network, name, receive, host);
  host->stack = tcp_stack_new(world->sim, world->tracer, params, host->name, &OPS, host);
  host->port_users = g_new0(uint32_t, 65536);
  g_autofree char *stream = g_strdup_printf("isn/%s", name);
  Rng rng = rng_stream(world->seed, world->run, stream);
  host->isn_secret = rng_u64(&rng);
  world->hosts = g_renew(Host *, world->hosts, world->n_hosts + 1);
  world->hosts[world->n_hosts++] = host;
  g_assert(host->index == world->n_hosts - 1);
  return host->index;
}

static Name intern_endpoint(World *world, uint16_t host, uint16_t port) {
  uint32_t a = world->hosts[host]->address;
  char text[32];
  g_snprintf(text, sizeof text, "%u.%u.%u.%u:%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255, port);
  return names_intern(world->tracer->names, text);
}

uint32_t world_add_conn(World *world, const WorldConn *config, TcpState state) {
  if (world->n_conns == world->conns_size) {
    world->conns_size = MAX(4, 2 * world->conns_size);
    world->conns = g_renew(Conn, world->conns, world->conns_size);
  }
  Conn *conn = &world->conns[world->n_conns];
  *conn = (Conn){.config = *config};
  conn->name = names_intern(world->tracer->names, config->name);
  uint32_t index = network_add_conn(world->network, conn->name);
  g_assert(index == world->n_conns);
  world->n_conns++;
  if (tracer_on(world->tracer)) {
    TraceRecord record = {.t = sim_now(world->sim), .kind = TRACE_CONN};
    record.connection.conn = conn->name;
    record.connection.client_host = world->hosts[config->host[0]]->name;
    record.connection.client = intern_endpoint(world, config->host[0], config->port[0]);
    record.connection.server_host = world->hosts[config->host[1]]->name;
    record.connection.server = intern_endpoint(world, config->host[1], config->port[1]);
    record.connection.state = state;
    tracer_put(world->tracer, &record);
  }
  return index;
}

/* --- ports -------------------------------------------------------------------------------------------------------- */

void world_trace_port(World *world, const Host *host, uint16_t port, TraceWord change, Name conn, Name app,
                      SimTime until, Name error) {
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

void world_port_use(World *world, Host *host, uint16_t port, Name conn, Name app) {
  if (host->port_users[port]++ == 0)
    world_trace_port(world, host, port, TRACE_WORD_BOUND, conn, app, SIM_NEVER, 0);
}

void world_port_leave(World *world, Host *host, uint16_t port, Name conn) {
  g_assert(host->port_users[port] > 0);
  if (--host->port_users[port] == 0)
    world_trace_port(world, host, port, TRACE_WORD_RELEASED, conn, 0, SIM_NEVER, 0);
}

/* --- ends --------------------------------------------------------------------------------------------------------- */

static Tuple tuple_of(const Conn *conn, unsigned side) {
  return (Tuple){conn->config.port[side], conn->config.port[1 - side], conn->config.host[1 - side]};
}

static TcpIdentity identity_of(const World *world, uint32_t index, unsigned side) {
  const Conn *conn = &world->conns[index];
  return (TcpIdentity){.conn = index,
                       .owner = index * 2 + side,
                       .conn_name = conn->name,
                       .lport = conn->config.port[side],
                       .rport = conn->config.port[1 - side],
                       .peer = conn->config.host[1 - side]};
}

static void end_adopt(World *world, uint32_t index, unsigned side, TcpHandle tcb) {
  Conn *conn = &world->conns[index];
  Host *host = world->hosts[conn->config.host[side]];
  conn->end[side].tcb = tcb;
  tuples_add(&host->ends, tuple_of(conn, side), tcb);
  world_port_use(world, host, conn->config.port[side], conn->name, 0);
}

gboolean world_end_create(World *world, uint32_t index, unsigned side) {
  Conn *conn = &world->conns[index];
  Host *host = world->hosts[conn->config.host[side]];
  if (tuples_find(&host->ends, tuple_of(conn, side)))
    return FALSE;
  TcpIdentity identity = identity_of(world, index, side);
  end_adopt(world, index, side, tcp_end_new(host->stack, &identity));
  return TRUE;
}

/* RFC 9293 3.4.1: a clock of 4 us plus a secret function of the tuple (RFC 6528), unless the scenario fixes it. */
static Seq choose_iss(World *world, const Conn *conn, unsigned side) {
  if (conn->config.has_isn[side])
    return conn->config.isn[side];
  const Host *host = world->hosts[conn->config.host[side]];
  uint64_t ports = (uint64_t)conn->config.port[side] << 16 | conn->config.port[1 - side];
  uint64_t key = (uint64_t)world->hosts[conn->config.host[1 - side]]->address << 32 | ports;
  key = (key ^ host->isn_secret) * 0xBF58476D1CE4E5B9u;
  key = (key ^ key >> 29) * 0x94D049BB133111EBu;
  return (Seq)(key >> 32) + (Seq)(sim_now(world->sim) / ISN_TICK);
}

void world_establish(World *world, uint32_t index, SimTime rtt) {
  Seq iss[2] = {choose_iss(world, &world->conns[index], 0), choose_iss(world, &world->conns[index], 1)};
  for (unsigned side = 0; side < 2; side++) {
    const Conn *conn = &world->conns[index];
    Host *host = world->hosts[conn->config.host[side]];
    const TcpParams *peer = tcp_stack_params(world->hosts[conn->config.host[1 - side]]->stack);
    TcpIdentity identity = identity_of(world, index, side);
    TcpHandle tcb = tcp_end_new_established(host->stack, &identity, iss[side], iss[1 - side], peer->mss,
                                            MIN(peer->rcv_wnd, UINT16_MAX), rtt);
    end_adopt(world, index, side, tcb);
  }
}

void world_add_row_hits(const World *world, uint64_t *hits) {
  unsigned n_rows;
  tcp_fsm_rows(&n_rows);
  for (uint32_t i = 0; i < world->n_hosts; i++)
    for (unsigned row = 0; row < n_rows; row++)
      hits[row] += tcp_stack_row_hits(world->hosts[i]->stack)[row];
}

/* --- what TCP and the network call -------------------------------------------------------------------------------- */

static void receive(void *context, const Segment *segment) {
  Host *host = context;
  TcpHandle tcb = tuples_find(&host->ends, (Tuple){segment->dport, segment->sport, segment->from});
  if (tcb)
    tcp_segment_arrives(host->stack, tcb, segment);
  else
    tcp_segment_arrives_closed(host->stack, segment, network_conn_name(host->world->network, segment->conn));
}

static void op_send(void *context, TcpHandle tcb, Segment *segment) {
  (void)tcb;
  Host *host = context;
  segment->from = host->index;
  network_send(host->world->network, segment);
}

static Seq op_choose_iss(void *context, TcpHandle tcb) {
  Host *host = context;
  uint32_t owner = tcp_end_owner(host->stack, tcb);
  return choose_iss(host->world, world_conn_of(host->world, owner), owner & 1);
}

static void tell(World *world, uint32_t conn, unsigned side, Name what, AppTrigger trigger) {
  const Conn *c = &world->conns[conn];
  if (!c->end[side].app_gone || trigger == APP_ON_TIMEOUT || trigger == APP_ON_RESET)
    world_trace_app(world, c->config.host[side], c->name, 0, world->words.notice, what, -1, 0);
  world_app_event(world, conn, side, trigger);
}

static void op_notice(void *context, TcpHandle tcb, TcpNotice notice) {
  Host *host = context;
  World *world = host->world;
  uint32_t owner = tcp_end_owner(host->stack, tcb), conn = owner >> 1;
  unsigned side = owner & 1;
  switch (notice) {
  case TCP_NOTICE_OPEN:
    tell(world, conn, side, world->words.established, APP_ON_ESTABLISHED);
    break;
  case TCP_NOTICE_DATA:
  case TCP_NOTICE_EOF:
    world_read_all(world, conn, side);
    break;
  case TCP_NOTICE_RESET:
    tell(world, conn, side, world->words.reset, APP_ON_RESET);
    break;
  case TCP_NOTICE_REFUSED:
    tell(world, conn, side, world->words.refused, APP_ON_RESET);
    break;
  case TCP_NOTICE_TIMEOUT:
    tell(world, conn, side, world->words.timeout, APP_ON_TIMEOUT);
    break;
  case TCP_NOTICE_CLOSED:
    world_app_event(world, conn, side, APP_ON_CLOSED);
    break;
  }
}

static void op_entered(void *context, TcpHandle tcb, TcpState to, SimTime until) {
  Host *host = context;
  World *world = host->world;
  uint32_t owner = tcp_end_owner(host->stack, tcb);
  Conn *conn = world_conn_of(world, owner);
  if (until != SIM_NEVER) {
    conn->end[owner & 1].reserved = TRUE;
    world_trace_port(world, host, conn->config.port[owner & 1], TRACE_WORD_RESERVED, conn->name, 0, until, 0);
  }
  if (world->has_watchers)
    world_app_entered(world, owner >> 1, owner & 1, to);
}

static void op_deleted(void *context, TcpHandle tcb) {
  Host *host = context;
  World *world = host->world;
  uint32_t owner = tcp_end_owner(host->stack, tcb);
  Conn *conn = world_conn_of(world, owner);
  End *end = &conn->end[owner & 1];
  uint16_t port = conn->config.port[owner & 1];
  tuples_remove(&host->ends, tuple_of(conn, owner & 1));
  if (end->bound)
    world_port_leave(world, host, port, conn->name);
  world_port_leave(world, host, port, conn->name);
  *end = (End){.app_gone = end->app_gone, .by_hand = end->by_hand, .octets_read = end->octets_read};
}
