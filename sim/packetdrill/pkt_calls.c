/* System calls that make, open and end sockets. What they return is what the stack's own socket layer returns: Linux's
 * or FreeBSD's. */
#include "packetdrill/pkt_player.h"

#include <string.h>

/* --- socket ------------------------------------------------------------------------------------------------------- */

uint32_t pkt_socket_new(PktPlayer *player) {
  PktSocket *socket = g_new0(PktSocket, 1);
  socket->conn = PKT_NO_CONN;
  g_ptr_array_add(player->sockets, socket);
  return player->sockets->len - 1;
}

int64_t pkt_fd_new(const PktInvocation *invocation, uint32_t socket) {
  PktPlayer *player = invocation->player;
  int64_t number = 3;
  const PktExpr *result = invocation->call->result;
  if (!(result && pkt_eval(result, player->os, &number) && number >= 0 && !pkt_socket_of(player, number)))
    for (number = 3; pkt_socket_of(player, number);)
      number++;
  PktFd entry = {number, socket};
  g_array_append_val(player->fds, entry);
  return number;
}

static PktCallStatus call_socket(PktInvocation *invocation) {
  PktPlayer *player = invocation->player;
  int64_t type, protocol = 0;
  const PktExpr *third = pkt_arg(invocation, 2);
  int64_t nonblock = 0, cloexec = 0;
  pkt_eval_word("SOCK_NONBLOCK", player->os, &nonblock);
  pkt_eval_word("SOCK_CLOEXEC", player->os, &cloexec);
  if (!pkt_arg_integer(invocation, 1, &type))
    return PKT_CALL_ENDED;
  if (third && third->kind != PKT_EXPR_ELLIPSIS && !pkt_arg_integer(invocation, 2, &protocol))
    return PKT_CALL_ENDED;
  if ((type & ~(nonblock | cloexec)) != 1 || (protocol != 0 && protocol != 6)) {
    pkt_outside(player, "a socket that is not TCP's");
    return PKT_CALL_ENDED;
  }
  uint32_t index = pkt_socket_new(player);
  pkt_socket(player, index)->nonblocking = (type & nonblock) != 0;
  return pkt_call_returns(invocation, pkt_fd_new(invocation, index));
}

/* --- bind, listen ------------------------------------------------------------------------------------------------- */

/* The port in {sa_family = AF_INET, sin_port = htons(8080), ...}; 0 where the script does not say. */
static uint16_t port_of(const PktInvocation *invocation, unsigned argument) {
  const PktExpr *address = pkt_arg(invocation, argument);
  for (guint i = 0; address && address->kind == PKT_EXPR_STRUCT && address->items && i < address->items->len; i++) {
    const PktExpr *item = g_ptr_array_index(address->items, i);
    int64_t port;
    gboolean is_port = item->name && (strcmp(item->name, "sin_port") == 0 || strcmp(item->name, "sin6_port") == 0);
    if (is_port && pkt_eval(item, invocation->player->os, &port) && port > 0 && port <= UINT16_MAX)
      return (uint16_t)port;
  }
  return 0;
}

static gboolean value_is_set(const PktSocket *socket, PktValue value) {
  return (socket->given & 1u << value) && socket->values[value] != 0;
}

/* Whether bind() refuses the port for one that another socket has. */
static gboolean socket_conflicts(const PktPlayer *player, const PktSocket *socket, const PktSocket *other,
                                 uint16_t port) {
  if (other == socket || other->closed || other->port != port)
    return FALSE;
  if (value_is_set(socket, PKT_VALUE_REUSEPORT) && value_is_set(other, PKT_VALUE_REUSEPORT))
    return FALSE;
  gboolean both = value_is_set(socket, PKT_VALUE_REUSEADDR) && value_is_set(other, PKT_VALUE_REUSEADDR);
  if (player->os == PKT_OS_LINUX)
    return !both || other->listening;
  return !(value_is_set(socket, PKT_VALUE_REUSEADDR) && other->conn != PKT_NO_CONN);
}

/* The same for one that only a connection without a socket uses: TIME-WAIT, and what still closes. */
static gboolean orphan_conflicts(const PktPlayer *player, const PktSocket *socket, const PktConn *conn, uint16_t port) {
  if (conn->tcb == TCP_NO_HANDLE || conn->socket != PKT_NO_SOCKET || conn->listener != PKT_NO_SOCKET ||
      conn->lport != port)
    return FALSE;
  gboolean reuse = value_is_set(socket, PKT_VALUE_REUSEADDR);
  switch (tcp_stack_params(player->stack)->bind_time_wait) {
  case TCP_BIND_TIME_WAIT_STRICT:
    return TRUE;
  case TCP_BIND_TIME_WAIT_REUSEADDR_BOTH:
    return !(reuse && conn->reuseaddr);
  case TCP_BIND_TIME_WAIT_UNCONNECTED:
    return !reuse;
  default:
    return FALSE;
  }
}

static gboolean port_is_refused(const PktPlayer *player, const PktSocket *socket, uint16_t port) {
  for (guint i = 0; i < player->sockets->len; i++)
    if (socket_conflicts(player, socket, pkt_socket(player, i), port))
      return TRUE;
  for (guint i = 0; i < player->conns->len; i++)
    if (orphan_conflicts(player, socket, pkt_conn(player, i), port))
      return TRUE;
  return FALSE;
}

static gboolean port_is_used(const PktPlayer *player, uint16_t port) {
  for (guint i = 0; i < player->sockets->len; i++)
    if (!pkt_socket(player, i)->closed && pkt_socket(player, i)->port == port)
      return TRUE;
  for (guint i = 0; i < player->conns->len; i++)
    if (pkt_conn(player, i)->tcb && pkt_conn(player, i)->lport == port)
      return TRUE;
  return FALSE;
}

static uint16_t ephemeral_port(PktPlayer *player) {
  const TcpParams *params = tcp_stack_params(player->stack);
  uint32_t count = params->port_high - params->port_low + 1;
  for (uint32_t i = 0; i < count; i++) {
    uint16_t port = (uint16_t)(params->port_low + (player->next_lport++ % count));
    if (!port_is_used(player, port))
      return port;
  }
  return 0;
}

static PktCallStatus call_bind(PktInvocation *invocation) {
  PktSocket *socket = invocation->socket;
  uint16_t port = port_of(invocation, 1);
  if (!port)
    port = PKT_LOCAL_PORT;
  if (socket->port)
    return pkt_call_fails(invocation, "EINVAL");
  if (port_is_refused(invocation->player, socket, port))
    return pkt_call_fails(invocation, "EADDRINUSE");
  socket->port = port;
  return pkt_call_returns(invocation, 0);
}

static PktCallStatus call_listen(PktInvocation *invocation) {
  PktPlayer *player = invocation->player;
  PktSocket *socket = invocation->socket;
  int64_t backlog;
  if (!pkt_arg_integer(invocation, 1, &backlog))
    return PKT_CALL_ENDED;
  if (socket->conn != PKT_NO_CONN)
    return pkt_call_fails(invocation, "EINVAL");
  if (!socket->port)
    socket->port = ephemeral_port(player);
  socket->listening = TRUE;
  socket->backlog = (int)CLAMP(backlog, 0, 65535);
  player->listener = pkt_socket_index(player, socket);
  player->current = PKT_NO_CONN;
  return pkt_call_returns(invocation, 0);
}

/* --- accept ------------------------------------------------------------------------------------------------------- */

static PktCallStatus accepted(PktInvocation *invocation, uint32_t conn) {
  PktPlayer *player = invocation->player;
  uint32_t index = pkt_socket_new(player);
  PktSocket *socket = pkt_socket(player, index), *from = invocation->socket;
  int64_t flags = 0, nonblock = 0;
  *socket = (PktSocket){.conn = conn, .port = from->port, .given = from->given};
  memcpy(socket->values, from->values, sizeof socket->values);
  socket->lingers = from->lingers;
  socket->linger = from->linger;
  gboolean four = strcmp(invocation->call->name, "accept4") == 0;
  pkt_eval_word("SOCK_NONBLOCK", player->os, &nonblock);
  if (four && !pkt_arg_integer(invocation, 3, &flags))
    return PKT_CALL_ENDED;
  socket->nonblocking = four ? (flags & nonblock) != 0 : player->os == PKT_OS_BSD && from->nonblocking;
  pkt_conn(player, conn)->socket = index;
  pkt_conn(player, conn)->listener = PKT_NO_SOCKET;
  return pkt_call_returns(invocation, pkt_fd_new(invocation, index));
}

static PktCallStatus call_accept(PktInvocation *invocation) {
  PktPlayer *player = invocation->player;
  uint32_t conn;
  if (!invocation->socket->listening)
    return pkt_call_fails(invocation, "EINVAL");
  if (!pkt_socket_waiting(player, invocation->socket, &conn))
    return pkt_call_waits(invocation, FALSE);
  if (player->os == PKT_OS_BSD && !pkt_conn(player, conn)->tcb) {
    pkt_conn(player, conn)->listener = PKT_NO_SOCKET;
    return pkt_call_fails(invocation, "ECONNABORTED");
  }
  return accepted(invocation, conn);
}

/* --- connect ------------------------------------------------------------------------------------------------------ */

static uint32_t conn_of_tuple(const PktPlayer *player, uint16_t lport, uint16_t rport) {
  for (uint32_t i = player->conns->len; i-- > 0;)
    if (pkt_conn(player, i)->lport == lport && pkt_conn(player, i)->rport == rport)
      return i;
  return PKT_NO_CONN;
}

/* A connection for the tuple; PKT_NO_CONN if one in use holds it. RFC 9293 3.6.1. */
static uint32_t take_tuple(PktPlayer *player, uint16_t lport, uint16_t rport) {
  uint32_t index = conn_of_tuple(player, lport, rport);
  if (index == PKT_NO_CONN)
    return pkt_conn_new(player, lport, rport, TRUE);
  TcpHandle tcb = pkt_conn(player, index)->tcb;
  if (tcb != TCP_NO_HANDLE) {
    Seq floor;
    if (!tcp_time_wait_reuse(player->stack, tcb, &floor))
      return PKT_NO_CONN;
    player->has_floor = TRUE;
    player->floor = floor;
  }
  player->current = index;
  pkt_conn(player, index)->has_local = FALSE;
  return index;
}

static PktCallStatus start_connecting(PktInvocation *invocation) {
  PktPlayer *player = invocation->player;
  PktSocket *socket = invocation->socket;
  uint16_t rport = port_of(invocation, 1);
  if (!socket->port)
    socket->port = ephemeral_port(player);
  if (!socket->port)
    return pkt_call_fails(invocation, "EADDRNOTAVAIL");
  uint32_t index = take_tuple(player, socket->port, rport ? rport : PKT_LOCAL_PORT);
  if (index == PKT_NO_CONN)
    return pkt_call_fails(invocation,
                          tcp_stack_params(player->stack)->connect_busy_errno == TCP_CONNECT_BUSY_ERRNO_EADDRINUSE
                              ? "EADDRINUSE"
                              : "EADDRNOTAVAIL");
  socket->conn = index;
  socket->connecting = TRUE;
  pkt_conn(player, index)->socket = pkt_socket_index(player, socket);
  pkt_conn_open(player, index, pkt_conn(player, index)->socket);
  tcp_open_active(player->stack, pkt_conn(player, index)->tcb);
  return socket->nonblocking ? pkt_call_fails(invocation, "EINPROGRESS") : PKT_CALL_BLOCKS;
}

static PktCallStatus call_connect(PktInvocation *invocation) {
  PktPlayer *player = invocation->player;
  PktSocket *socket = invocation->socket;
  gboolean bsd = player->os == PKT_OS_BSD;
  if (socket->listening)
    return pkt_call_fails(invocation, bsd ? "EOPNOTSUPP" : "EISCONN");
  if (socket->conn == PKT_NO_CONN)
    return start_connecting(invocation);
  PktConn *conn = pkt_conn(player, socket->conn);
  if (conn->error && socket->connecting) {
    const char *error = conn->error;
    conn->error = NULL;
    conn->socket = PKT_NO_SOCKET;
    socket->conn = PKT_NO_CONN;
    socket->connecting = FALSE;
    return pkt_call_fails(invocation, error);
  }
  if (!conn->opened)
    return invocation->again ? PKT_CALL_BLOCKS : pkt_call_fails(invocation, "EALREADY");
  gboolean first = socket->connecting;
  socket->connecting = FALSE;
  if (invocation->again || (first && !bsd)) /* Linux tells once that it worked */
    return pkt_call_returns(invocation, 0);
  return pkt_call_fails(invocation, "EISCONN");
}

/* --- close -------------------------------------------------------------------------------------------------------- */

static void forget_fd(PktPlayer *player, uint32_t socket) {
  for (guint i = player->fds->len; i-- > 0;)
    if (g_array_index(player->fds, PktFd, i).socket == socket)
      g_array_remove_index(player->fds, i);
}

/* A request that was not completed goes with its listener, without a word. */
static void drop_embryo(PktPlayer *player, TcpHandle tcb) {
  TcpParams *params = tcp_stack_tune(player->stack);
  uint8_t kept = params->syn_received_close;
  params->syn_received_close = TCP_SYN_RECEIVED_CLOSE_DROP;
  tcp_close(player->stack, tcb, TRUE);
  params->syn_received_close = kept;
}

/* What nobody has accepted is reset. */
static PktCallStatus close_listener(PktInvocation *invocation) {
  PktPlayer *player = invocation->player;
  uint32_t index = pkt_socket_index(player, invocation->socket);
  for (uint32_t i = 0; i < player->conns->len; i++) {
    PktConn *conn = pkt_conn(player, i);
    if (conn->listener != index)
      continue;
    conn->listener = PKT_NO_SOCKET;
    if (conn->tcb && conn->opened)
      tcp_abort(player->stack, conn->tcb);
    else if (conn->tcb)
      drop_embryo(player, conn->tcb);
  }
  if (player->listener == index)
    player->listener = PKT_NO_SOCKET;
  return pkt_call_returns(invocation, 0);
}

static gboolean fin_is_out(const PktPlayer *player, TcpHandle tcb) {
  if (tcb == TCP_NO_HANDLE)
    return FALSE;
  TcpState state = tcp_end_state(player->stack, tcb);
  return state == TCP_STATE_SYN_RECEIVED || state == TCP_STATE_ESTABLISHED || state == TCP_STATE_CLOSE_WAIT ||
         state == TCP_STATE_FIN_WAIT_1 || state == TCP_STATE_CLOSING || state == TCP_STATE_LAST_ACK;
}

/* The close() that lingers looks whether its FIN is acknowledged by now. */
static PktCallStatus close_again(PktInvocation *invocation) {
  PktPlayer *player = invocation->player;
  if (!fin_is_out(player, pkt_conn(player, player->closing)->tcb))
    return pkt_call_returns(invocation, 0);
  if (sim_now(player->sim) < player->wait_until)
    return PKT_CALL_BLOCKS;
  return player->os == PKT_OS_BSD ? pkt_call_fails(invocation, "EAGAIN") : pkt_call_returns(invocation, 0);
}

static PktCallStatus close_connection(PktInvocation *invocation) {
  PktPlayer *player = invocation->player;
  PktSocket *socket = invocation->socket;
  uint32_t index = socket->conn;
  PktConn *conn = pkt_conn(player, index);
  conn->orphan = TRUE;
  conn->reuseaddr = value_is_set(socket, PKT_VALUE_REUSEADDR);
  conn->socket = PKT_NO_SOCKET;
  if (conn->tcb == TCP_NO_HANDLE)
    return pkt_call_returns(invocation, 0);
  TcpState state = tcp_end_state(player->stack, conn->tcb);
  if (socket->lingers && socket->linger == 0 && state != TCP_STATE_TIME_WAIT)
    tcp_abort(player->stack, conn->tcb);
  else
    tcp_close(player->stack, conn->tcb, TRUE);
  gboolean waits = socket->lingers && socket->linger > 0 && !(player->os == PKT_OS_BSD && socket->nonblocking);
  if (!waits || !fin_is_out(player, pkt_conn(player, index)->tcb))
    return pkt_call_returns(invocation, 0);
  player->closing = index;
  player->wait_until = simtime_add(sim_now(player->sim), socket->linger);
  pkt_wake_at(player, player->wait_until);
  return PKT_CALL_BLOCKS;
}

static PktCallStatus call_close(PktInvocation *invocation) {
  PktSocket *socket = invocation->socket;
  if (invocation->again)
    return close_again(invocation);
  socket->closed = TRUE;
  forget_fd(invocation->player, pkt_socket_index(invocation->player, socket));
  pkt_epoll_forget(invocation->player, pkt_socket_index(invocation->player, socket));
  if (socket->listening)
    return close_listener(invocation);
  if (socket->conn == PKT_NO_CONN)
    return pkt_call_returns(invocation, 0);
  return close_connection(invocation);
}

/* --- shutdown ----------------------------------------------------------------------------------------------------- */

/* Linux, af_inet.c inet_shutdown(): what listens or is not open yet is disconnected. */
static PktCallStatus disconnect(PktInvocation *invocation, TcpHandle tcb, int64_t how) {
  PktPlayer *player = invocation->player;
  PktSocket *socket = invocation->socket;
  if (tcb != TCP_NO_HANDLE) {
    pkt_conn(player, socket->conn)->error = "ECONNRESET";
    tcp_abort(player->stack, tcb);
  } else if (how != 1) {
    close_listener(invocation);
    socket->listening = FALSE;
  }
  return pkt_call_returns(invocation, 0);
}

static PktCallStatus call_shutdown(PktInvocation *invocation) {
  PktPlayer *player = invocation->player;
  PktSocket *socket = invocation->socket;
  int64_t how;
  if (!pkt_arg_integer(invocation, 1, &how))
    return PKT_CALL_ENDED;
  if (how < 0 || how > 2)
    return pkt_call_fails(invocation, "EINVAL");
  TcpHandle tcb = pkt_socket_tcb(player, socket);
  gboolean opening = tcb != TCP_NO_HANDLE && tcp_end_state(player->stack, tcb) == TCP_STATE_SYN_SENT;
  if (player->is_linux && (opening || socket->listening))
    return disconnect(invocation, tcb, how);
  if (tcb == TCP_NO_HANDLE || tcp_end_state(player->stack, tcb) == TCP_STATE_TIME_WAIT)
    return pkt_call_fails(invocation, "ENOTCONN");
  if (how != 1) {
    socket->read_shut = TRUE;
    tcp_shut_reading(player->stack, tcb);
  }
  if (how != 0 && !socket->write_shut) {
    socket->write_shut = TRUE;
    tcp_close(player->stack, tcb, FALSE);
  }
  return pkt_call_returns(invocation, 0);
}

/* --- names ------------------------------------------------------------------------------------------------------- */

/* The names themselves are not compared. */
static PktCallStatus call_getpeername(PktInvocation *invocation) {
  const PktSocket *socket = invocation->socket;
  TcpHandle tcb = pkt_socket_tcb(invocation->player, socket);
  gboolean open = tcb != TCP_NO_HANDLE && pkt_conn(invocation->player, socket->conn)->opened;
  return open ? pkt_call_returns(invocation, 0) : pkt_call_fails(invocation, "ENOTCONN");
}

static PktCallStatus call_getsockname(PktInvocation *invocation) {
  return pkt_call_returns(invocation, 0);
}

/* --- the table ---------------------------------------------------------------------------------------------------- */

typedef struct CallEntry {
  const char *name;
  gboolean has_socket;
  PktCallFunction function;
} CallEntry;

static const CallEntry CALLS[] = {
    {"socket", FALSE, call_socket},
    {"bind", TRUE, call_bind},
    {"listen", TRUE, call_listen},
    {"accept", TRUE, call_accept},
    {"accept4", TRUE, call_accept},
    {"connect", TRUE, call_connect},
    {"shutdown", TRUE, call_shutdown},
    {"close", TRUE, call_close},
    {"getpeername", TRUE, call_getpeername},
    {"getsockname", TRUE, call_getsockname},
    {"read", TRUE, pkt_call_read},
    {"readv", TRUE, pkt_call_read},
    {"recv", TRUE, pkt_call_read},
    {"recvfrom", TRUE, pkt_call_read},
    {"recvmsg", TRUE, pkt_call_read},
    {"write", TRUE, pkt_call_write},
    {"writev", TRUE, pkt_call_write},
    {"send", TRUE, pkt_call_write},
    {"sendto", TRUE, pkt_call_write},
    {"sendmsg", TRUE, pkt_call_write},
    {"setsockopt", TRUE, pkt_call_setsockopt},
    {"getsockopt", TRUE, pkt_call_getsockopt},
    {"fcntl", TRUE, pkt_call_fcntl},
    {"ioctl", TRUE, pkt_call_ioctl},
    {"poll", FALSE, pkt_call_poll},
    {"epoll_create", FALSE, pkt_call_epoll_create},
    {"epoll_create1", FALSE, pkt_call_epoll_create},
    {"epoll_ctl", TRUE, pkt_call_epoll_ctl},
    {"epoll_wait", TRUE, pkt_call_epoll_wait},
    {"epoll_pwait", TRUE, pkt_call_epoll_wait},
};

PktCallFunction pkt_call_find(const char *name, gboolean *ret_has_socket) {
  for (unsigned i = 0; i < G_N_ELEMENTS(CALLS); i++)
    if (strcmp(CALLS[i].name, name) == 0) {
      *ret_has_socket = CALLS[i].has_socket;
      return CALLS[i].function;
    }
  return NULL;
}
