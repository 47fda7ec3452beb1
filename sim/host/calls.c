/* The calls of scripted applications, and their results as errno names. */
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
  }
  g_assert_not_reached();
}

static Host *host_of(const World *world, uint32_t conn, unsigned side) {
  return world->hosts[world->conns[conn].config.host[side]];
}

/* --- open --------------------------------------------------------------------------------------------------------- */

/* The call is traced before what it causes. */
static void trace_call(World *world, uint32_t conn, unsigned side, Name app, Name call, Name result, int64_t octets) {
  const Conn *c = &world->conns[conn];
  world_trace_app(world, c->config.host[side], c->name, app, call, result, octets, 0);
}

static void open_end(World *world, uint32_t conn, unsigned side, Name app, Name call,
                     TcpCallResult (*open)(TcpStack *, TcpHandle)) {
  End *end = &world->conns[conn].end[side];
  Host *host = host_of(world, conn, side);
  if (!end->tcb && !world_end_create(world, conn, side)) {
    trace_call(world, conn, side, app, call, world->words.eaddrinuse, -1);
    world_trace_port(world, host, world->conns[conn].config.port[side], TRACE_WORD_REFUSED, world->conns[conn].name,
                     app, SIM_NEVER, world->words.eaddrinuse);
    return;
  }
  TcpState state = tcp_end_state(host->stack, end->tcb);
  gboolean exists = state != TCP_STATE_CLOSED && state != TCP_STATE_LISTEN;
  trace_call(world, conn, side, app, call, exists ? world->words.eisconn : world->words.ok, -1);
  open(host->stack, end->tcb);
}

void world_call_listen(World *world, uint32_t conn, unsigned side, Name app) {
  open_end(world, conn, side, app, world->words.listen, tcp_open_passive);
}

void world_call_connect(World *world, uint32_t conn, unsigned side, Name app) {
  world->conns[conn].end[side].app_gone = FALSE;
  world->conns[conn].end[side].eof_read = FALSE;
  open_end(world, conn, side, app, world->words.connect, tcp_open_active);
}

/* --- bind --------------------------------------------------------------------------------------------------------- */

static void call_bind(World *world, App *app, const AppItem *item) {
  Host *host = world->hosts[app->script->host];
  Conn *conn = app->conn == APP_NONE ? NULL : &world->conns[app->conn];
  uint16_t port = item->port ? item->port : conn->config.port[app->side];
  Name conn_name = conn ? conn->name : 0;
  gboolean busy = host->port_users[port] > 0;
  world_trace_app(world, host->index, conn_name, app->name, world->words.bind,
                  busy ? world->words.eaddrinuse : world->words.ok, -1, port);
  if (busy) {
    world_trace_port(world, host, port, TRACE_WORD_REFUSED, conn_name, app->name, SIM_NEVER, world->words.eaddrinuse);
    return;
  }
  world_port_use(world, host, port, conn_name, app->name);
  if (conn)
    conn->end[app->side].bound = TRUE;
  else
    app->bound_port = port;
}

static void call_close_port(World *world, App *app) {
  Host *host = world->hosts[app->script->host];
  world_trace_app(world, host->index, 0, app->name, world->words.close,
                  app->bound_port ? world->words.ok : world->words.enotconn, -1, app->bound_port);
  if (app->bound_port)
    world_port_leave(world, host, app->bound_port, 0);
  app->bound_port = 0;
}

/* --- data --------------------------------------------------------------------------------------------------------- */

static void trace_read(World *world, uint32_t conn, unsigned side, Name app, uint64_t octets, gboolean eof) {
  End *end = &world->conns[conn].end[side];
  if (octets) {
    end->octets_read += octets;
    trace_call(world, conn, side, app, world->words.recv, world->words.ok, (int64_t)octets);
    world_app_event(world, conn, side, APP_ON_DATA);
  }
  if (eof && !end->eof_read) {
    end->eof_read = TRUE;
    trace_call(world, conn, side, app, world->words.recv, world->words.eof, 0);
    world_app_event(world, conn, side, APP_ON_EOF);
  }
}

void world_read_all(World *world, uint32_t conn, unsigned side) {
  End *end = &world->conns[conn].end[side];
  if (end->app_gone || end->read_shut || end->by_hand)
    return;
  uint64_t octets;
  gboolean eof;
  tcp_take(host_of(world, conn, side)->stack, end->tcb, UINT64_MAX, &octets, &eof);
  trace_read(world, conn, side, 0, octets, eof);
}

/* What a call will come to: asked of the table before the call, so that the trace shows cause before effect. */
static Name foreseen(const World *world, const End *end, const Host *host, TcpStimulus stimulus) {
  if (!end->tcb)
    return world->words.enotconn;
  return result_name(world, tcp_call_foresee(host->stack, end->tcb, stimulus));
}

static void call_recv(World *world, App *app, const AppItem *item) {
  End *end = &world->conns[app->conn].end[app->side];
  Host *host = host_of(world, app->conn, app->side);
  Name result = foreseen(world, end, host, TCP_CALL_RECEIVE);
  if (result != world->words.ok) {
    trace_call(world, app->conn, app->side, app->name, world->words.recv, result, -1);
    return;
  }
  uint64_t octets, no_more;
  gboolean eof;
  tcp_take(host->stack, end->tcb, item->octets ? item->octets : UINT64_MAX, &octets, &eof);
  if (!octets && !(eof && !end->eof_read))
    trace_call(world, app->conn, app->side, app->name, world->words.recv, world->words.eagain, -1);
  trace_read(world, app->conn, app->side, app->name, octets, eof);
  tcp_receive(host->stack, end->tcb, 0, &no_more, &eof); /* the call's rule, and the window update it may bring */
}

/* --- calls on an end ---------------------------------------------------------------------------------------------- */

static void call_send(World *world, App *app, const AppItem *item) {
  End *end = &world->conns[app->conn].end[app->side];
  Host *host = host_of(world, app->conn, app->side);
  trace_call(world, app->conn, app->side, app->name, world->words.send, foreseen(world, end, host, TCP_CALL_SEND),
             (int64_t)item->octets);
  if (end->tcb)
    tcp_send(host->stack, end->tcb, item->octets);
}

static void call_close(World *world, App *app, Name call, gboolean writing, gboolean reading) {
  End *end = &world->conns[app->conn].end[app->side];
  Host *host = host_of(world, app->conn, app->side);
  Name result = foreseen(world, end, host, TCP_CALL_CLOSE);
  if (end->tcb && call == world->words.close && !end->app_gone)
    result = world->words.ok; /* a socket can be closed once, whatever the state of its connection */
  trace_call(world, app->conn, app->side, app->name, call, result, -1);
  end->read_shut |= reading;
  if (call == world->words.close)
    end->app_gone = TRUE;
  if (end->tcb && writing)
    tcp_close(host->stack, end->tcb, call == world->words.close);
}

static void call_abort(World *world, App *app) {
  End *end = &world->conns[app->conn].end[app->side];
  Host *host = host_of(world, app->conn, app->side);
  trace_call(world, app->conn, app->side, app->name, world->words.abort, foreseen(world, end, host, TCP_CALL_ABORT),
             -1);
  end->app_gone = TRUE;
  if (end->tcb)
    tcp_abort(host->stack, end->tcb);
}

void world_call(World *world, App *app, const AppItem *item) {
  switch (item->call) {
  case APP_BIND:
    call_bind(world, app, item);
    break;
  case APP_LISTEN:
    world_call_listen(world, app->conn, app->side, app->name);
    break;
  case APP_CONNECT:
    world_call_connect(world, app->conn, app->side, app->name);
    break;
  case APP_SEND:
    call_send(world, app, item);
    break;
  case APP_RECV:
    call_recv(world, app, item);
    break;
  case APP_SHUTDOWN:
    call_close(world, app, world->words.shutdown, item->how != APP_SHUT_RD, item->how != APP_SHUT_WR);
    break;
  case APP_CLOSE:
    if (app->conn == APP_NONE)
      call_close_port(world, app);
    else
      call_close(world, app, world->words.close, TRUE, TRUE);
    break;
  case APP_ABORT:
    call_abort(world, app);
    break;
  }
}
