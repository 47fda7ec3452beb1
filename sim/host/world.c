#include "host/world_priv.h"

#define ISN_TICK SIM_US(4) /* RFC 9293 3.4.1: the clock of the initial sequence number */
#define PORTS    65536

static void op_send(void *context, TcpHandle tcb, Segment *segment);
static void op_notice(void *context, TcpHandle tcb, TcpNotice notice);
static void op_entered(void *context, TcpHandle tcb, TcpState to, SimTime until);
static Seq op_choose_iss(void *context, TcpHandle tcb);
static void op_deleted(void *context, TcpHandle tcb);

static const TcpOps OPS = {.send = op_send,
                           .notice = op_notice,
                           .entered = op_entered,
                           .choose_iss = op_choose_iss,
                           .listens = listen_finds,
                           .deleted = op_deleted};

static void intern_words(World *world) {
  static const char *const how[] = {"RD", "WR", "RDWR"};
  Names *names = world->tracer->names;
#define WORD(id) world->words.id = names_intern(names, #id)
  WORD(bind), WORD(listen), WORD(connect), WORD(send), WORD(recv), WORD(shutdown), WORD(setsockopt), WORD(close);
  WORD(abort), WORD(notice), WORD(ok), WORD(eof), WORD(established), WORD(reset), WORD(refused), WORD(timeout);
  WORD(closed), WORD(returns), WORD(crash);
#undef WORD
  world->words.eaddrinuse = names_intern(names, "EADDRINUSE");
  world->words.eagain = names_intern(names, "EAGAIN");
  world->words.eaddrnotavail = names_intern(names, "EADDRNOTAVAIL");
  world->words.econnreset = names_intern(names, "ECONNRESET");
  world->words.einval = names_intern(names, "EINVAL");
  world->words.enobufs = names_intern(names, "ENOBUFS");
  world->words.eisconn = names_intern(names, "EISCONN");
  world->words.enotconn = names_intern(names, "ENOTCONN");
  world->words.epipe = names_intern(names, "EPIPE");
  world->words.etimedout = names_intern(names, "ETIMEDOUT");
  world->words.ewouldblock = names_intern(names, "EWOULDBLOCK");
  for (unsigned i = 0; i < G_N_ELEMENTS(how); i++)
    world->words.how[i] = names_intern(names, how[i]);
  for (unsigned i = 0; i < APP_OPTION_COUNT; i++)
    world->words.option[i] = names_intern(names, app_option_name((AppOption)i));
}

World *world_new(Sim *sim, const Tracer *tracer, Network *network, uint64_t seed, uint64_t run) {
  World *world = g_new0(World, 1);
  world->sim = sim;
  world->tracer = tracer;
  world->network = network;
  world->seed = seed;
  world->run = run;
  world->spare = g_new0(ConnPage *, 1);
  network_set_prefetch(network, listen_prefetch);
  intern_words(world);
  world_apps_init(world);
  populations_init(world);
  socket_init_kinds(world);
  listen_init(world);
  crash_init(world);
  resting_init(world);
  return world;
}

void world_free(World *world) {
  if (!world)
    return;
  conns_clear(world);
  for (uint32_t i = 0; i < world->n_hosts; i++) {
    Host *host = world->hosts[i];
    tcp_stack_free(host->stack);
    g_free(host->ends.slots);
    g_free(host->ends.tags);
    resting_clear(&host->resting);
    tuples_clear(&host->dests);
    port_clear_all(host);
    g_free(host->port_details);
    g_free(host->used_ports);
    g_free(host->listening);
    g_free(host);
  }
  for (uint32_t i = 0; i < world->n_processes; i++) {
    socket_clear(&world->processes[i].socket);
    g_free(world->processes[i].fired);
  }
  g_free(world->hosts);
  g_free(world->scripts);
  g_free(world->processes);
  g_free(world->populations);
  g_free(world->watchers);
  g_free(world);
}

uint16_t world_add_host(World *world, const char *name, uint32_t address, const TcpParams *params) {
  Host *host = g_new0(Host, 1);
  g_autofree char *isns = g_strdup_printf("isn/%s", name);
  g_autofree char *ports = g_strdup_printf("port/%s", name);
  host->world = world;
  host->address = address;
  host->name = names_intern(world->tracer->names, name);
  host->index = network_add_host(world->network, name, listen_receive, host);
  host->stack = tcp_stack_new(world->sim, world->tracer, params, host->name, &OPS, host);
  host->ports = g_new0(PortPage *, PORT_PAGES);
  host->used_ports = g_new0(uint64_t, PORTS / 64);
  Rng rng = rng_stream(world->seed, world->run, isns);
  host->isn_secret = rng_u64(&rng);
  host->ephemeral = rng_stream(world->seed, world->run, ports);
  world->hosts = g_renew(Host *, world->hosts, world->n_hosts + 1);
  world->hosts[world->n_hosts++] = host;
  g_assert(host->index == world->n_hosts - 1);
  return host->index;
}

/* --- connections -------------------------------------------------------------------------------------------------- */

/* 0 while the port is not known. */
static Name intern_endpoint(World *world, uint16_t host, uint16_t port) {
  uint32_t a = world->hosts[host]->address;
  char text[32];
  g_snprintf(text, sizeof text, "%u.%u.%u.%u:%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255, port);
  return port ? names_intern(world->tracer->names, text) : 0;
}

void world_trace_conn(World *world, uint32_t index, TcpState state) {
  Conn *conn = world_conn(world, index);
  if (conn->traced || !tracer_on(world->tracer))
    return;
  conn->traced = conn->port[0] != 0;
  TraceRecord record = {.t = sim_now(world->sim), .kind = TRACE_CONN};
  record.connection.conn = conn->name;
  record.connection.client_host = world->hosts[conn->host[0]]->name;
  record.connection.client = intern_endpoint(world, conn->host[0], conn->port[0]);
  record.connection.server_host = world->hosts[conn->host[1]]->name;
  record.connection.server = intern_endpoint(world, conn->host[1], conn->port[1]);
  record.connection.state = state;
  tracer_put(world->tracer, &record);
}

static Conn conn_from(const WorldConn *config) {
  Conn conn = {.ephemeral = config->port[0] == 0};
  for (unsigned side = 0; side < 2; side++) {
    conn.host[side] = config->host[side];
    conn.port[side] = config->port[side];
    conn.has_isn[side] = config->has_isn[side] != 0;
    conn.isn[side] = config->isn[side];
  }
  return conn;
}

uint32_t world_add_conn(World *world, const WorldConn *config, TcpState state) {
  Conn conn = conn_from(config);
  conn.name = names_intern(world->tracer->names, config->name);
  uint32_t index = conns_add(world, &conn), same = network_add_conn(world->network, conn.name);
  g_assert(index == same);
  if (config->port[0])
    world_trace_conn(world, index, state);
  return index;
}

/* 0 if nobody will read it. */
static Name member_name(World *world, const char *population, uint32_t number) {
  char name[64];
  if (!tracer_on(world->tracer))
    return 0;
  g_snprintf(name, sizeof name, "%s-%u", population, number);
  return names_intern(world->tracer->names, name);
}

uint32_t world_add_population(World *world, const WorldConn *config, uint32_t count, const WorldArrival *arrival,
                              WorldStart start, SimTime rtt) {
  g_assert(count > 0);
  for (uint32_t i = 0; i < count; i++)
    network_add_conn(world->network, member_name(world, config->name, i + 1));
  g_autofree char *stream = g_strdup_printf("arrival/%s", config->name);
  world->populations = g_renew(Population, world->populations, world->n_populations + 1);
  Population *population = &world->populations[world->n_populations++];
  *population = (Population){.count = count,
                             .fresh = conn_from(config),
                             .arrival = *arrival,
                             .start = start,
                             .rtt = rtt,
                             .rng = rng_stream(world->seed, world->run, stream)};
  population->fresh.population = world->n_populations;
  return conns_add_members(world, population);
}

/* --- ends --------------------------------------------------------------------------------------------------------- */

Tuple world_tuple(const World *world, uint32_t index, unsigned side) {
  const Conn *conn = world_conn(world, index);
  return (Tuple){conn->port[side], conn->port[1 - side], conn->host[1 - side]};
}

TcpIdentity world_identity(const World *world, uint32_t owner) {
  const Conn *conn = world_conn_of(world, owner);
  unsigned side = owner & 1;
  return (TcpIdentity){.conn = owner >> 1,
                       .owner = owner,
                       .conn_name = conn->name,
                       .lport = conn->port[side],
                       .rport = conn->port[1 - side],
                       .peer = conn->host[1 - side]};
}

static void end_adopt(World *world, uint32_t index, unsigned side, TcpHandle tcb) {
  conn_stir(world, index);
  Conn *conn = world_conn(world, index);
  Host *host = world->hosts[conn->host[side]];
  End *end = &conn->end[side];
  end->tcb = tcb;
  end->awaits_syn = FALSE;
  if (end->socket.port)
    port_set_use(host, &end->socket, PORT_CONNECTED);
  else
    port_take(world, host, &end->socket, conn->port[side], PORT_CONNECTED, conn->name, 0, FALSE);
  socket_apply(host, &end->socket, tcb);
}

void world_end_create(World *world, uint32_t index, unsigned side) {
  TcpIdentity identity = world_identity(world, index * 2 + side);
  end_adopt(world, index, side, tcp_end_new(world_host_of(world, index, side)->stack, &identity));
}

void world_end_gone(World *world, uint32_t owner) {
  const Conn *conn = world_conn_of(world, owner);
  Host *host = world->hosts[conn->host[owner & 1]];
  End *end = world_end_of(world, owner);
  socket_linger_returns(world, owner, world->words.ok);
  listen_displace(world, owner);
  port_leave(world, host, &end->socket, conn->name);
  end->tcb = TCP_NO_HANDLE;
  end->awaits_syn = end->accepted = end->has_floor = FALSE;
  if (end->app_gone) {
    socket_clear(&end->socket);
    end->socket.reuseaddr = end->socket.reuseport = FALSE;
  }
  end->read_shut = end->eof_read = FALSE;
}

/* RFC 9293 3.4.1: a clock of 4 us plus a secret function of the tuple (RFC 6528), unless the scenario fixes it. After
 * an incarnation whose numbers may still be under way, no less than what is safe. */
static Seq choose_iss(World *world, uint32_t owner) {
  const Conn *conn = world_conn_of(world, owner);
  const End *end = world_end_of(world, owner);
  unsigned side = owner & 1;
  Seq iss = conn->isn[side];
  if (!conn->has_isn[side]) {
    const Host *host = world->hosts[conn->host[side]];
    uint64_t ports = (uint64_t)conn->port[side] << 16 | conn->port[1 - side];
    uint64_t key = (uint64_t)world->hosts[conn->host[1 - side]]->address << 32 | ports;
    key = (key ^ host->isn_secret) * 0xBF58476D1CE4E5B9u;
    key = (key ^ key >> 29) * 0x94D049BB133111EBu;
    iss = (Seq)(key >> 32) + (Seq)(sim_now(world->sim) / ISN_TICK);
  }
  return end->has_floor && seq_lt(iss, end->iss_floor) ? end->iss_floor : iss;
}

void world_establish(World *world, uint32_t index, SimTime rtt) {
  Seq iss[2] = {choose_iss(world, index * 2), choose_iss(world, index * 2 + 1)};
  for (unsigned side = 0; side < 2; side++) {
    const Conn *conn = world_conn(world, index);
    Host *host = world->hosts[conn->host[side]];
    const TcpParams *peer = tcp_stack_params(world->hosts[conn->host[1 - side]]->stack);
    TcpIdentity identity = world_identity(world, index * 2 + side);
    TcpHandle tcb = tcp_end_new_established(host->stack, &identity, iss[side], iss[1 - side], peer->mss,
                                            MIN(peer->rcv_wnd, UINT16_MAX), rtt);
    tcp_end_negotiate(host->stack, tcb, peer);
    network_introduce(world->network, index, host->index, conn->port[side], iss[side]);
    end_adopt(world, index, side, tcb);
    listen_place(world, index * 2 + side, TCP_STATE_ESTABLISHED);
  }
}

void world_add_row_hits(const World *world, uint64_t *hits) {
  unsigned n_rows;
  tcp_fsm_rows(&n_rows);
  for (uint32_t i = 0; i < world->n_hosts; i++)
    for (unsigned row = 0; row < n_rows; row++)
      hits[row] += tcp_stack_row_hits(world->hosts[i]->stack)[row];
}

/* --- what TCP calls ----------------------------------------------------------------------------------------------- */

static void op_send(void *context, TcpHandle tcb, Segment *segment) {
  (void)tcb;
  Host *host = context;
  segment->from = host->index;
  network_send(host->world->network, segment);
}

static Seq op_choose_iss(void *context, TcpHandle tcb) {
  Host *host = context;
  return choose_iss(host->world, tcp_end_owner(host->stack, tcb));
}

static void tell(World *world, uint32_t conn, unsigned side, Name what, AppTrigger trigger) {
  Caller nobody = world_nobody(world, conn, side);
  if (!world_conn(world, conn)->end[side].app_gone || trigger == APP_ON_TIMEOUT || trigger == APP_ON_RESET)
    world_trace_app(world, &nobody, world->words.notice, 0, what, -1, 0);
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
    socket_linger_returns(world, owner, world->words.econnreset);
    tell(world, conn, side, world->words.reset, APP_ON_RESET);
    break;
  case TCP_NOTICE_REFUSED:
    tell(world, conn, side, world->words.refused, APP_ON_RESET);
    break;
  case TCP_NOTICE_TIMEOUT:
    socket_linger_returns(world, owner, world->words.etimedout);
    tell(world, conn, side, world->words.timeout, APP_ON_TIMEOUT);
    break;
  case TCP_NOTICE_CLOSED:
    world_app_event(world, conn, side, APP_ON_CLOSED);
    break;
  }
}

static const uint8_t USE_IN[TCP_STATE_COUNT] = {
    [TCP_STATE_CLOSED] = PORT_CONNECTED,      [TCP_STATE_LISTEN] = PORT_LISTENING,
    [TCP_STATE_SYN_SENT] = PORT_CONNECTED,    [TCP_STATE_SYN_RECEIVED] = PORT_CONNECTED,
    [TCP_STATE_ESTABLISHED] = PORT_CONNECTED, [TCP_STATE_FIN_WAIT_1] = PORT_CONNECTED,
    [TCP_STATE_FIN_WAIT_2] = PORT_CONNECTED,  [TCP_STATE_CLOSE_WAIT] = PORT_CONNECTED,
    [TCP_STATE_CLOSING] = PORT_CONNECTED,     [TCP_STATE_LAST_ACK] = PORT_CONNECTED,
    [TCP_STATE_TIME_WAIT] = PORT_TIME_WAIT,
};

static void op_entered(void *context, TcpHandle tcb, TcpState to, SimTime until) {
  Host *host = context;
  World *world = host->world;
  uint32_t owner = tcp_end_owner(host->stack, tcb);
  Conn *conn = world_conn_of(world, owner);
  End *end = &conn->end[owner & 1];
  if (end->socket.use != USE_IN[to])
    port_set_use(host, &end->socket, (PortUse)USE_IN[to]);
  if (to != TCP_STATE_CLOSED && (to == TCP_STATE_LISTEN || !end->in_tuples))
    listen_place(world, owner, to);
  if (end->socket.options && (to == TCP_STATE_FIN_WAIT_2 || to == TCP_STATE_TIME_WAIT))
    socket_linger_returns(world, owner, world->words.ok);
  if (to == TCP_STATE_TIME_WAIT)
    conn_tire(world, owner);
  if (until != SIM_NEVER)
    port_trace(world, host, conn->port[owner & 1], TRACE_WORD_RESERVED, conn->name, 0, until, 0);
  if (world->n_watchers || world->members_watch)
    world_app_entered(world, owner >> 1, owner & 1, to);
}

static void op_deleted(void *context, TcpHandle tcb) {
  Host *host = context;
  uint32_t owner = tcp_end_owner(host->stack, tcb);
  world_end_gone(host->world, owner);
  conn_tire(host->world, owner);
}
