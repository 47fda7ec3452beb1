/* The calls of scripted applications, and their results as errno names. A call is traced before what it causes. */
#include "host/world_priv.h"

static Name result_name(const World *world, TcpCallResult result) {
  switch (result) {
  case TCP_CALL_OK:
    return world->words.ok;
  case TCP_CALL_ERROR_EXISTS:
    return world->words.eisconn;
  case TCP_CALL_ERROR_NOT_OPEN:
    return world->words.enotconn;
  case TCP_CALL_ERROR_CLOSING:
    return world->words.epipe;
  case TCP_CALL_ERROR_NO_ROOM:
    return world->words.enobufs;
  }
  g_assert_not_reached();
}

static End *end_of(const World *world, const Caller *caller) {
  return &world_conn(world, caller->conn)->end[caller->side];
}

static Socket *socket_of(const World *world, const Caller *caller) {
  return caller->process ? &caller->process->socket : &end_of(world, caller)->socket;
}

static Name conn_name(const World *world, const Caller *caller) {
  return caller->conn == APP_NONE ? 0 : world_conn(world, caller->conn)->name;
}

static void trace_call(World *world, const Caller *caller, Name call, Name result, int64_t octets) {
  if (tracer_on(world->tracer))
    world_trace_app(world, caller, call, 0, result, octets, 0);
}

/* --- open --------------------------------------------------------------------------------------------------------- */

static void trace_refused(World *world, const Caller *caller, uint16_t port, Name error) {
  port_trace(world, caller->host, port, TRACE_WORD_REFUSED, conn_name(world, caller), caller->app, SIM_NEVER, error);
}

/* A socket that listens on a port, for any connection to it. */
static void listen_on_port(World *world, const Caller *caller) {
  Process *process = caller->process;
  Socket *socket = &process->socket;
  Name result = !socket->port                                                 ? world->words.einval
                : !process->listens && !port_may_listen(caller->host, socket) ? world->words.eaddrinuse
                                                                              : world->words.ok;
  world_trace_app(world, caller, world->words.listen, 0, result, -1, socket->port);
  if (result != world->words.ok || process->listens)
    return;
  process->listens = TRUE;
  port_set_use(caller->host, socket, PORT_LISTENING);
  if (!port_listener(caller->host, socket->port))
    port_set_listener(caller->host, socket->port, (uint32_t)(process - world->processes) + 1);
}

/* The end can have a TCB in LISTEN only when its peer's port is known. */
static void listen_on_end(World *world, const Caller *caller) {
  Conn *conn = world_conn(world, caller->conn);
  End *end = end_of(world, caller);
  gboolean opens = !end->tcb;
  if (opens) /* a new socket, whatever became of one before */
    end->app_gone = end->eof_read = end->read_shut = FALSE;
  if (opens && caller->side == 0 && !world_choose_port(world, caller->conn)) {
    trace_call(world, caller, world->words.listen, world->words.eaddrnotavail, -1);
    return;
  }
  if (opens && conn->ephemeral && caller->side == 1) {
    trace_call(world, caller, world->words.listen, world->words.ok, -1);
    if (!end->socket.port)
      port_take(world, caller->host, &end->socket, conn->port[1], PORT_LISTENING, conn->name, caller->app, FALSE);
    port_set_use(caller->host, &end->socket, PORT_LISTENING);
    end->awaits_syn = TRUE;
    return;
  }
  TcpState state = opens ? TCP_STATE_CLOSED : tcp_end_state(caller->host->stack, end->tcb);
  gboolean may = state == TCP_STATE_CLOSED || state == TCP_STATE_LISTEN;
  trace_call(world, caller, world->words.listen, may ? world->words.ok : world->words.eisconn, -1);
  if (opens)
    world_end_create(world, caller->conn, caller->side);
  tcp_open_passive(caller->host->stack, end->tcb);
}

void world_call_listen(World *world, const Caller *caller) {
  if (caller->process)
    listen_on_port(world, caller);
  else
    listen_on_end(world, caller);
}

gboolean world_choose_port(World *world, uint32_t index) {
  Conn *conn = world_conn(world, index);
  Host *host = world->hosts[conn->host[0]];
  /* While the other end still knows the old port the connection keeps it. */
  if (!conn->ephemeral || (conn->port[0] && (conn->end[0].tcb || conn->end[1].tcb)))
    return TRUE;
  conn->traced = FALSE;
  conn->port[0] = conn->end[0].socket.port; /* if it is bound */
  return conn->port[0] || port_choose(host, conn->host[1], conn->port[1], &conn->port[0]);
}

/* RFC 9293 3.6.1: the tuple must be free, or held by a TIME-WAIT that the stack lets go: that is `ret_holder`. */
static gboolean tuple_is_free(World *world, const Caller *caller, TcpHandle *ret_holder) {
  TcpStack *stack = caller->host->stack;
  uint32_t value = ends_find(caller->host, world_tuple(world, caller->conn, caller->side));
  *ret_holder = value ? end_awake(caller->host, value) : TCP_NO_HANDLE;
  return !*ret_holder || (tcp_end_state(stack, *ret_holder) == TCP_STATE_TIME_WAIT &&
                          tcp_call_foresee(stack, *ret_holder, TCP_CALL_OPEN_ACTIVE) == TCP_CALL_OK);
}

/* The new connection begins above all that the one in TIME-WAIT has used. */
static void take_over(World *world, const Caller *caller, TcpHandle holder) {
  Seq iss;
  gboolean let_go = tcp_time_wait_reuse(caller->host->stack, holder, &iss);
  g_assert(let_go);
  End *end = end_of(world, caller);
  end->has_floor = TRUE;
  end->iss_floor = iss;
}

static void refuse_connect(World *world, const Caller *caller, Name error) {
  uint16_t port = world_conn(world, caller->conn)->port[caller->side];
  trace_call(world, caller, world->words.connect, error, -1);
  if (port)
    trace_refused(world, caller, port, error);
}

void world_call_connect(World *world, const Caller *caller) {
  End *end = end_of(world, caller);
  TcpStack *stack = caller->host->stack;
  TcpState state = end->tcb ? tcp_end_state(stack, end->tcb) : TCP_STATE_CLOSED;
  gboolean opens = state == TCP_STATE_CLOSED || state == TCP_STATE_LISTEN;
  if (!opens) {
    trace_call(world, caller, world->words.connect, world->words.eisconn, -1);
    tcp_open_active(stack, end->tcb);
    return;
  }
  gboolean has_port = world_choose_port(world, caller->conn);
  world_trace_conn(world, caller->conn, TCP_STATE_CLOSED);
  if (!has_port) {
    refuse_connect(world, caller, world->words.eaddrnotavail);
    return;
  }
  TcpHandle holder;
  if (!tuple_is_free(world, caller, &holder)) {
    refuse_connect(world, caller,
                   tcp_stack_params(stack)->connect_busy_errno == TCP_CONNECT_BUSY_ERRNO_EADDRINUSE
                       ? world->words.eaddrinuse
                       : world->words.eaddrnotavail);
    return;
  }
  if (!holder && !tcp_has_room(stack)) {
    refuse_connect(world, caller, world->words.enobufs);
    tcp_open_without_room(stack, conn_name(world, caller));
    return;
  }
  end->app_gone = end->eof_read = end->read_shut = FALSE;
  trace_call(world, caller, world->words.connect, world->words.ok, -1);
  if (holder)
    take_over(world, caller, holder);
  tcp_make_room(stack);
  if (!end->tcb)
    world_end_create(world, caller->conn, caller->side);
  tcp_open_active(stack, end->tcb);
}

/* --- bind, close of a port ---------------------------------------------------------------------------------------- */

static void call_bind(World *world, const Caller *caller, const AppItem *item) {
  Socket *socket = socket_of(world, caller);
  uint16_t port = item->port ? item->port : world_conn(world, caller->conn)->port[caller->side];
  Name result = world->words.ok;
  if (socket->port || !port)
    result = world->words.einval;
  else if (!port_may_bind(caller->host, socket, port))
    result = world->words.eaddrinuse;
  world_trace_app(world, caller, world->words.bind, 0, result, -1, port);
  if (result == world->words.ok)
    port_take(world, caller->host, socket, port, PORT_BOUND, conn_name(world, caller), caller->app, TRUE);
  else
    trace_refused(world, caller, port, result);
}

/* Another process that listens on the port takes over, if there is one. */
static void hand_over(World *world, Host *host, const Process *gone) {
  uint16_t port = gone->socket.port;
  uint32_t heir = 0;
  if (port_listener(host, port) != (uint32_t)(gone - world->processes) + 1)
    return;
  for (uint32_t i = 0; i < world->n_processes && !heir; i++) {
    const Process *other = &world->processes[i];
    if (other != gone && other->listens && other->socket.port == port &&
        world->scripts[other->script].script->host == host->index)
      heir = i + 1;
  }
  port_set_listener(host, port, heir);
}

static void call_close_process(World *world, const Caller *caller) {
  Process *process = caller->process;
  uint16_t port = process->socket.port;
  world_trace_app(world, caller, world->words.close, 0, port ? world->words.ok : world->words.enotconn, -1, port);
  if (process->listens)
    hand_over(world, caller->host, process);
  process->listens = FALSE;
  port_leave(world, caller->host, &process->socket, 0);
  socket_clear(&process->socket);
  process->socket.reuseaddr = process->socket.reuseport = FALSE;
}

static void call_setsockopt(World *world, const Caller *caller, const AppItem *item) {
  TcpHandle tcb = caller->process ? TCP_NO_HANDLE : end_of(world, caller)->tcb;
  world_trace_app(world, caller, world->words.setsockopt, world->words.option[item->option], world->words.ok, -1, 0);
  socket_set(world, caller->host, socket_of(world, caller), tcb, item->option, item->value);
}

/* --- data --------------------------------------------------------------------------------------------------------- */

static void trace_read(World *world, const Caller *caller, uint64_t octets, gboolean eof) {
  End *end = end_of(world, caller);
  if (octets) {
    end->octets_read += octets;
    trace_call(world, caller, world->words.recv, world->words.ok, (int64_t)octets);
    world_app_event(world, caller->conn, caller->side, APP_ON_DATA);
  }
  if (eof && !end->eof_read) {
    end->eof_read = TRUE;
    trace_call(world, caller, world->words.recv, world->words.eof, 0);
    world_app_event(world, caller->conn, caller->side, APP_ON_EOF);
  }
}

void world_read_all(World *world, uint32_t conn, unsigned side) {
  const End *end = &world_conn(world, conn)->end[side];
  if (end->app_gone || end->read_shut || end->by_hand)
    return;
  Caller caller = world_nobody(world, conn, side);
  uint64_t octets;
  gboolean eof;
  tcp_take(caller.host->stack, end->tcb, UINT64_MAX, &octets, &eof);
  trace_read(world, &caller, octets, eof);
}

/* What a call will come to: asked of the table before the call, so that the trace shows cause before effect. */
static Name foreseen(const World *world, const Caller *caller, TcpStimulus stimulus) {
  const End *end = end_of(world, caller);
  if (!end->tcb)
    return world->words.enotconn;
  return result_name(world, tcp_call_foresee(caller->host->stack, end->tcb, stimulus));
}

static void call_recv(World *world, const Caller *caller, const AppItem *item) {
  const End *end = end_of(world, caller);
  Name result = foreseen(world, caller, TCP_CALL_RECEIVE);
  if (result != world->words.ok) {
    trace_call(world, caller, world->words.recv, result, -1);
    return;
  }
  uint64_t octets, no_more;
  gboolean eof;
  tcp_take(caller->host->stack, end->tcb, item->octets ? item->octets : UINT64_MAX, &octets, &eof);
  gboolean all = !item->octets || octets < item->octets; /* after SHUT_RD what is left is the end */
  gboolean at_end = eof || (end->read_shut && all);
  if (!octets && !(at_end && !end->eof_read))
    trace_call(world, caller, world->words.recv, world->words.eagain, -1);
  trace_read(world, caller, octets, at_end);
  tcp_receive(caller->host->stack, end->tcb, 0, &no_more, &eof); /* the call's rule, and the window update */
}

static void call_send(World *world, const Caller *caller, const AppItem *item) {
  const End *end = end_of(world, caller);
  if (tracer_on(world->tracer))
    trace_call(world, caller, world->words.send, foreseen(world, caller, TCP_CALL_SEND), (int64_t)item->octets);
  if (end->tcb)
    tcp_send(caller->host->stack, end->tcb, item->octets);
}

/* --- the end of it ------------------------------------------------------------------------------------------------ */

/* A socket without a connection, or one that listens, is not connected. SHUT_RD says nothing to the peer. */
static void call_shutdown(World *world, const Caller *caller, AppShutdown how) {
  End *end = end_of(world, caller);
  TcpStack *stack = caller->host->stack;
  TcpState state = end->tcb ? tcp_end_state(stack, end->tcb) : TCP_STATE_CLOSED;
  gboolean connected = state != TCP_STATE_CLOSED && state != TCP_STATE_LISTEN;
  Name result = !connected           ? world->words.enotconn
                : how == APP_SHUT_RD ? world->words.ok
                                     : foreseen(world, caller, TCP_CALL_CLOSE);
  world_trace_app(world, caller, world->words.shutdown, world->words.how[how], result, -1, 0);
  if (!connected)
    return;
  if (how != APP_SHUT_WR) {
    end->read_shut = TRUE;
    tcp_shut_reading(stack, end->tcb);
  }
  if (how != APP_SHUT_RD)
    tcp_close(stack, end->tcb, FALSE);
}

/* Whether our FIN is, or will be, on its way and not yet acknowledged. */
static gboolean fin_is_out(const World *world, const Caller *caller) {
  const End *end = end_of(world, caller);
  if (!end->tcb)
    return FALSE;
  switch (tcp_end_state(caller->host->stack, end->tcb)) {
  case TCP_STATE_SYN_RECEIVED:
  case TCP_STATE_ESTABLISHED:
  case TCP_STATE_FIN_WAIT_1:
  case TCP_STATE_CLOSE_WAIT:
  case TCP_STATE_CLOSING:
  case TCP_STATE_LAST_ACK:
    return TRUE;
  case TCP_STATE_CLOSED:
  case TCP_STATE_LISTEN:
  case TCP_STATE_SYN_SENT:
  case TCP_STATE_FIN_WAIT_2:
  case TCP_STATE_TIME_WAIT:
    return FALSE;
  case TCP_STATE_COUNT:
    break;
  }
  g_assert_not_reached();
}

/* close() of an end that has no TCB: one that was only bound, or listens for a client that is not known yet. */
static void close_idle(World *world, const Caller *caller) {
  End *end = end_of(world, caller);
  Name result = end->socket.port ? world->words.ok : world->words.enotconn;
  trace_call(world, caller, world->words.close, result, -1);
  end->app_gone = TRUE;
  world_end_gone(world, caller->conn * 2 + caller->side);
}

/* SO_LINGER with a time of 0 makes close() an ABORT, except where nothing is left to abort: in TIME-WAIT the stack
 * keeps what the application no longer has. With a time it returns when the FIN is acknowledged, or when the time is
 * up (then TCP goes on in the background). */
static void call_close(World *world, const Caller *caller) {
  End *end = end_of(world, caller);
  TcpStack *stack = caller->host->stack;
  SimTime linger = end->socket.options ? end->socket.options->linger : SIM_NEVER;
  if (!end->tcb) {
    close_idle(world, caller);
    return;
  }
  /* A socket can be closed once, whatever the state of its connection. */
  Name result = end->app_gone ? foreseen(world, caller, TCP_CALL_CLOSE) : world->words.ok;
  gboolean waits = linger != SIM_NEVER && linger > 0 && result == world->words.ok && fin_is_out(world, caller);
  trace_call(world, caller, world->words.close, waits ? 0 : result, -1);
  end->read_shut = end->app_gone = TRUE;
  if (waits)
    socket_linger(world, caller->conn * 2 + caller->side, linger);
  gboolean unread = tcp_stack_params(stack)->rst_on_unread && tcp_end_unread(stack, end->tcb) > 0; /* asked first */
  if (linger == 0 && !unread && tcp_end_state(stack, end->tcb) != TCP_STATE_TIME_WAIT)
    tcp_abort(stack, end->tcb);
  else
    tcp_close(stack, end->tcb, TRUE);
  if (end->tcb && tcp_end_state(stack, end->tcb) == TCP_STATE_TIME_WAIT)
    conn_tire(world, caller->conn * 2 + caller->side);
}

static void call_abort(World *world, const Caller *caller) {
  End *end = end_of(world, caller);
  trace_call(world, caller, world->words.abort, foreseen(world, caller, TCP_CALL_ABORT), -1);
  end->app_gone = TRUE;
  if (end->tcb)
    tcp_abort(caller->host->stack, end->tcb);
  else
    world_end_gone(world, caller->conn * 2 + caller->side);
}

void world_call(World *world, const Caller *caller, const AppItem *item) {
  if (caller->conn != APP_NONE)
    conn_touch(world, caller->conn * 2 + caller->side);
  switch (item->call) {
  case APP_BIND:
    call_bind(world, caller, item);
    break;
  case APP_LISTEN:
    world_call_listen(world, caller);
    break;
  case APP_CONNECT:
    world_call_connect(world, caller);
    break;
  case APP_SEND:
    call_send(world, caller, item);
    break;
  case APP_RECV:
    call_recv(world, caller, item);
    break;
  case APP_SHUTDOWN:
    call_shutdown(world, caller, item->how);
    break;
  case APP_SETSOCKOPT:
    call_setsockopt(world, caller, item);
    break;
  case APP_CLOSE:
    if (caller->process)
      call_close_process(world, caller);
    else
      call_close(world, caller);
    break;
  case APP_ABORT:
    call_abort(world, caller);
    break;
  }
}
