/* Options of sockets, and the close() that lingers. */
#include "host/world_priv.h"

static void run_linger(void *context, uint32_t owner, uint64_t arg);

static const EventKind LINGER = {"linger", SIM_PHASE_TIMER, run_linger};

void socket_init_kinds(World *world) {
  world->kind_linger = sim_add_kind(world->sim, &LINGER, world);
}

#define NAME(name, type) #name,
static const char *const NAMES[] = {APP_OPTIONS(NAME)};
#define VALUE(name, type) APP_VALUE_##type,
static const AppValue VALUES[] = {APP_OPTIONS(VALUE)};
#undef NAME
#undef VALUE

const char *app_option_name(AppOption option) {
  g_assert(option < APP_OPTION_COUNT);
  return NAMES[option];
}

AppValue app_option_value(AppOption option) {
  g_assert(option < APP_OPTION_COUNT);
  return VALUES[option];
}

/* --- options ------------------------------------------------------------------------------------------------------ */

static SocketOptions *options_of(Socket *socket) {
  if (!socket->options) {
    socket->options = g_new0(SocketOptions, 1);
    socket->options->linger = SIM_NEVER;
  }
  return socket->options;
}

static void tell_tcp(const Host *host, TcpHandle tcb, AppOption option, int64_t value) {
  switch (option) {
  case APP_SO_KEEPALIVE:
    tcp_set_option(host->stack, tcb, TCP_OPTION_KEEPALIVE, value);
    return;
  case APP_TCP_KEEPIDLE:
    tcp_set_option(host->stack, tcb, TCP_OPTION_KEEPALIVE_IDLE, value);
    return;
  case APP_TCP_KEEPINTVL:
    tcp_set_option(host->stack, tcb, TCP_OPTION_KEEPALIVE_INTERVAL, value);
    return;
  case APP_TCP_KEEPCNT:
    tcp_set_option(host->stack, tcb, TCP_OPTION_KEEPALIVE_COUNT, value);
    return;
  case APP_TCP_USER_TIMEOUT:
    tcp_set_option(host->stack, tcb, TCP_OPTION_USER_TIMEOUT, value);
    return;
  case APP_TCP_LINGER2:
    tcp_set_option(host->stack, tcb, TCP_OPTION_FIN_WAIT_2, value);
    return;
  case APP_TCP_NODELAY:
    tcp_set_option(host->stack, tcb, TCP_OPTION_NODELAY, value);
    return;
  case APP_TCP_CORK:
    tcp_set_option(host->stack, tcb, TCP_OPTION_CORK, value);
    return;
  case APP_SO_LINGER: /* not TCP's business */
  case APP_SO_REUSEADDR:
  case APP_SO_REUSEPORT:
    return;
  case APP_OPTION_COUNT:
    break;
  }
  g_assert_not_reached();
}

void socket_set(World *world, Host *host, Socket *socket, TcpHandle tcb, AppOption option, int64_t value) {
  (void)world;
  if (option == APP_SO_REUSEADDR) {
    port_set_sharing(host, socket, value != 0, socket->reuseport);
  } else if (option == APP_SO_REUSEPORT) {
    port_set_sharing(host, socket, socket->reuseaddr, value != 0);
  } else if (option == APP_SO_LINGER) {
    options_of(socket)->linger = value;
  } else {
    SocketOptions *options = options_of(socket);
    options->given |= 1u << option;
    options->values[option] = value;
    if (tcb)
      tell_tcp(host, tcb, option, value);
  }
}

void socket_inherit(Host *host, Socket *socket, const Socket *from) {
  socket_clear(socket);
  port_set_sharing(host, socket, from->reuseaddr, from->reuseport);
  if (!from->options)
    return;
  SocketOptions *options = options_of(socket);
  options->linger = from->options->linger;
  options->given = from->options->given;
  for (unsigned i = 0; i < APP_OPTION_COUNT; i++)
    options->values[i] = from->options->values[i];
}

void socket_apply(const Host *host, const Socket *socket, TcpHandle tcb) {
  for (unsigned i = 0; socket->options && i < APP_OPTION_COUNT; i++)
    if (socket->options->given & 1u << i)
      tell_tcp(host, tcb, (AppOption)i, socket->options->values[i]);
}

void socket_clear(Socket *socket) {
  g_clear_pointer(&socket->options, g_free);
}

/* --- SO_LINGER ---------------------------------------------------------------------------------------------------- */

static void run_linger(void *context, uint32_t owner, uint64_t arg) {
  (void)arg;
  World *world = context;
  socket_linger_returns(world, owner, world->words.ewouldblock);
}

void socket_linger(World *world, uint32_t owner, SimTime linger) {
  SocketOptions *options = world_end_of(world, owner)->socket.options;
  options->close_waits = TRUE;
  options->linger_timer =
      sim_schedule(world->sim, simtime_add(sim_now(world->sim), linger), world->kind_linger, owner, 0);
}

void socket_linger_returns(World *world, uint32_t owner, Name result) {
  SocketOptions *options = world_end_of(world, owner)->socket.options;
  if (!options || !options->close_waits)
    return;
  options->close_waits = FALSE;
  sim_cancel(world->sim, options->linger_timer);
  Caller caller = world_nobody(world, owner >> 1, owner & 1);
  caller.app = world->scripts[world_end_of(world, owner)->script - 1].name; /* who else has set the option */
  world_trace_app(world, &caller, world->words.close, world->words.returns, result, -1, 0);
}
