/* Descriptors, and what a socket layer sees of TCP; how a system call of the script is made and compared. */
#include "packetdrill/pkt_player.h"

#include <string.h>

/* --- descriptors and sockets -------------------------------------------------------------------------------------- */

PktSocket *pkt_socket_of(const PktPlayer *player, int64_t fd) {
  for (guint i = player->fds->len; i-- > 0;) {
    const PktFd *entry = &g_array_index(player->fds, PktFd, i);
    if (entry->number == fd)
      return pkt_socket(player, entry->socket);
  }
  return NULL;
}

TcpHandle pkt_socket_tcb(const PktPlayer *player, const PktSocket *socket) {
  return socket->conn == PKT_NO_CONN ? TCP_NO_HANDLE : pkt_conn(player, socket->conn)->tcb;
}

uint32_t pkt_socket_index(const PktPlayer *player, const PktSocket *socket) {
  for (guint i = 0; i < player->sockets->len; i++)
    if (pkt_socket(player, i) == socket)
      return i;
  g_assert_not_reached();
}

/* FreeBSD gives one that was reset meanwhile to accept() too, which then fails. */
unsigned pkt_socket_waiting(const PktPlayer *player, const PktSocket *socket, uint32_t *ret_first) {
  uint32_t index = pkt_socket_index(player, socket);
  unsigned count = 0;
  for (uint32_t i = 0; i < player->conns->len; i++) {
    const PktConn *conn = pkt_conn(player, i);
    if (conn->listener != index || !conn->opened)
      continue;
    if (count++ == 0 && ret_first)
      *ret_first = i;
  }
  return count;
}

static gboolean can_write(const PktPlayer *player, const PktSocket *socket) {
  TcpHandle tcb = pkt_socket_tcb(player, socket);
  if (tcb == TCP_NO_HANDLE || socket->write_shut)
    return TRUE; /* it would not block */
  TcpState state = tcp_end_state(player->stack, tcb);
  return state != TCP_STATE_SYN_SENT && state != TCP_STATE_SYN_RECEIVED;
}

unsigned pkt_socket_ready(const PktPlayer *player, const PktSocket *socket) {
  if (socket->listening)
    return pkt_socket_waiting(player, socket, NULL) ? PKT_POLLIN : 0;
  if (socket->conn == PKT_NO_CONN)
    return PKT_POLLOUT | PKT_POLLHUP;
  const PktConn *conn = pkt_conn(player, socket->conn);
  unsigned ready = can_write(player, socket) ? PKT_POLLOUT : 0;
  uint32_t unread = conn->unread;
  if (conn->tcb) {
    TcpInfo info;
    tcp_end_info(player->stack, conn->tcb, &info);
    unread = info.unread;
  }
  gboolean reading_ended = conn->eof || socket->read_shut || !conn->tcb;
  if (unread || reading_ended)
    ready |= PKT_POLLIN;
  if (reading_ended)
    ready |= PKT_POLLRDHUP;
  if (!conn->tcb || (reading_ended && socket->write_shut))
    ready |= PKT_POLLHUP;
  if (conn->error)
    ready |= PKT_POLLERR | PKT_POLLIN | PKT_POLLOUT;
  if (player->os == PKT_OS_LINUX && ready & PKT_POLLIN)
    ready |= PKT_POLLRDNORM;
  if (player->os == PKT_OS_LINUX && ready & PKT_POLLOUT)
    ready |= PKT_POLLWRNORM;
  return ready;
}

/* --- options that TCP must know ----------------------------------------------------------------------------------- */

typedef struct Told {
  PktValue value;
  TcpOption option;
  SimTime unit;
} Told;

static const Told TOLD[] = {
    {PKT_VALUE_KEEPALIVE, TCP_OPTION_KEEPALIVE, 1},
    {PKT_VALUE_NODELAY, TCP_OPTION_NODELAY, 1},
    {PKT_VALUE_CORK, TCP_OPTION_CORK, 1},
    {PKT_VALUE_USER_TIMEOUT, TCP_OPTION_USER_TIMEOUT, SIM_MS(1)},
    {PKT_VALUE_KEEPIDLE, TCP_OPTION_KEEPALIVE_IDLE, SIM_S(1)},
    {PKT_VALUE_KEEPINTVL, TCP_OPTION_KEEPALIVE_INTERVAL, SIM_S(1)},
    {PKT_VALUE_KEEPCNT, TCP_OPTION_KEEPALIVE_COUNT, 1},
    {PKT_VALUE_LINGER2, TCP_OPTION_FIN_WAIT_2, SIM_S(1)},
    {PKT_VALUE_MAXSEG, TCP_OPTION_MSS, 1},
    {PKT_VALUE_SYNCNT, TCP_OPTION_SYN_RETRIES, 1},
};

/* FreeBSD rounds its buffer up to whole segments (tcp_mss()), Linux its window down (tcp_select_initial_window());
 * there a small buffer needs no window scale, but the option stays. */
static void apply_receive_buffer(PktPlayer *player, int64_t octets, TcpHandle tcb) {
  const TcpParams *params = tcp_stack_params(player->stack);
  int64_t buffer = CLAMP(octets, 0, 1 << 29), mss = params->mss;
  if (player->os == PKT_OS_BSD)
    buffer = (buffer + mss - 1) / mss * mss;
  else if (player->is_linux && buffer > mss)
    buffer = buffer / mss * mss;
  tcp_set_option(player->stack, tcb, TCP_OPTION_RCV_WND, buffer);
  if (player->is_linux && params->window_scale)
    tcp_set_option(player->stack, tcb, TCP_OPTION_WINDOW_SCALE, MIN(pkt_shift_for(octets), params->window_scale));
}

void pkt_socket_apply(PktPlayer *player, const PktSocket *socket, TcpHandle tcb) {
  for (unsigned i = 0; i < G_N_ELEMENTS(TOLD); i++) {
    if (!(socket->given & 1u << TOLD[i].value))
      continue;
    int64_t value = socket->values[TOLD[i].value];
    if (value == 0 && TOLD[i].value == PKT_VALUE_LINGER2)
      continue; /* the default */
    gboolean never = value == 0 && TOLD[i].value == PKT_VALUE_USER_TIMEOUT;
    if (TOLD[i].value == PKT_VALUE_LINGER2)
      value = MAX(value, -1);
    tcp_set_option(player->stack, tcb, TOLD[i].option, never ? SIM_NEVER : value * TOLD[i].unit);
  }
  if (socket->given & 1u << PKT_VALUE_RCVBUF)
    apply_receive_buffer(player, socket->values[PKT_VALUE_RCVBUF], tcb);
}

/* --- a call of the script ----------------------------------------------------------------------------------------- */

const PktExpr *pkt_arg(const PktInvocation *invocation, unsigned index) {
  const GPtrArray *args = invocation->call->args;
  return index < args->len ? g_ptr_array_index(args, index) : NULL;
}

gboolean pkt_arg_integer(PktInvocation *invocation, unsigned index, int64_t *ret_value) {
  const PktExpr *arg = pkt_arg(invocation, index);
  if (!arg)
    return pkt_fail(invocation->player, NULL, NULL, "%s() needs another argument", invocation->call->name);
  if (pkt_eval(arg, invocation->player->os, ret_value))
    return TRUE;
  g_autofree char *text = pkt_print_expr(arg);
  return pkt_outside(invocation->player, "%s(): argument %s", invocation->call->name, text);
}

gboolean pkt_arg_is_null(const PktInvocation *invocation, unsigned index) {
  const PktExpr *arg = pkt_arg(invocation, index);
  int64_t value;
  return arg && (arg->kind == PKT_EXPR_INTEGER || arg->kind == PKT_EXPR_WORD) &&
         pkt_eval(arg, invocation->player->os, &value) && value == 0;
}

PktCallStatus pkt_call_returns(PktInvocation *invocation, int64_t result) {
  invocation->outcome = (PktOutcome){.result = result};
  return PKT_CALL_DONE;
}

PktCallStatus pkt_call_fails(PktInvocation *invocation, const char *error) {
  invocation->outcome = (PktOutcome){.result = -1, .error = error};
  return PKT_CALL_DONE;
}

PktCallStatus pkt_call_waits(PktInvocation *invocation, gboolean dont_wait) {
  if (dont_wait || invocation->socket->nonblocking)
    return pkt_call_fails(invocation, "EAGAIN");
  return PKT_CALL_BLOCKS;
}

static char *outcome_text(const PktInvocation *invocation) {
  const PktOutcome *outcome = &invocation->outcome;
  return outcome->error ? g_strdup_printf("%s() = -1 %s", invocation->call->name, outcome->error)
                        : g_strdup_printf("%s() = %" G_GINT64_FORMAT, invocation->call->name, outcome->result);
}

static gboolean errors_agree(const char *wanted, const char *seen) {
  if (strcmp(wanted, "EWOULDBLOCK") == 0) /* one number on both */
    wanted = "EAGAIN";
  return seen && strcmp(wanted, seen) == 0;
}

static gboolean check_outcome(PktInvocation *invocation) {
  PktPlayer *player = invocation->player;
  const PktCall *call = invocation->call;
  const PktOutcome *outcome = &invocation->outcome;
  int64_t wanted;
  if (!call->result || call->result->kind == PKT_EXPR_ELLIPSIS)
    return TRUE;
  g_autofree char *text = pkt_print_expr(call->result);
  if (!pkt_eval(call->result, player->os, &wanted))
    return pkt_outside(player, "the result %s", text);
  gboolean agree = wanted == outcome->result && (!call->error || errors_agree(call->error, outcome->error));
  if (agree)
    return TRUE;
  return pkt_fail(
      player,
      g_strdup_printf("%s() = %s%s%s", call->name, text, call->error ? " " : "", call->error ? call->error : ""),
      outcome_text(invocation), "the call returned something else");
}

/* A read or a write, by any of its names; counts octets. */
static const char *moves_data(const char *name) {
  static const char *const READS[] = {"read", "readv", "recv", "recvfrom", "recvmsg"};
  static const char *const WRITES[] = {"write", "writev", "send", "sendto", "sendmsg"};
  for (unsigned i = 0; i < G_N_ELEMENTS(READS); i++)
    if (strcmp(name, READS[i]) == 0)
      return "recv";
  for (unsigned i = 0; i < G_N_ELEMENTS(WRITES); i++)
    if (strcmp(name, WRITES[i]) == 0)
      return "send";
  return NULL;
}

/* Those that only ask, or change nothing that TCP knows, would fill a ladder and say nothing. */
static gboolean concerns_tcp(const char *name) {
  static const char *const OTHERS[] = {"socket",        "fcntl",       "ioctl",      "getsockopt",
                                       "getpeername",   "getsockname", "poll",       "epoll_create",
                                       "epoll_create1", "epoll_ctl",   "epoll_wait", "epoll_pwait"};
  for (unsigned i = 0; i < G_N_ELEMENTS(OTHERS); i++)
    if (strcmp(name, OTHERS[i]) == 0)
      return FALSE;
  return TRUE;
}

/* Whether a read of nothing has found the end of the stream; it is told once. */
static gboolean has_ended(const PktInvocation *invocation, uint32_t index) {
  PktConn *conn = index == PKT_NO_CONN ? NULL : pkt_conn(invocation->player, index);
  gboolean shut = invocation->socket && invocation->socket->read_shut;
  if (!conn || conn->ended || !(conn->eof || shut))
    return FALSE;
  conn->ended = TRUE;
  return TRUE;
}

/* A call stands in the trace before what it caused: at `before`, behind the connection that it made. */
static void trace_call(const PktInvocation *invocation, uint32_t conn, PktCallStatus status, size_t before) {
  const PktOutcome *outcome = &invocation->outcome;
  Trace *trace = invocation->player->trace;
  if (!trace || invocation->untold || !concerns_tcp(invocation->call->name))
    return;
  const char *name = invocation->call->name, *data = moves_data(name), *how = NULL;
  const char *result = outcome->error && strcmp(outcome->error, "EINPROGRESS") != 0 ? outcome->error : "ok";
  int64_t octets = data && !outcome->error && status == PKT_CALL_DONE ? outcome->result : -1;
  const PktExpr *second = pkt_arg(invocation, 1), *third = pkt_arg(invocation, 2);
  if (data && octets == 0 && data[0] == 'r' && has_ended(invocation, conn))
    result = "eof";
  if (strcmp(name, "shutdown") == 0 && second && second->kind == PKT_EXPR_WORD)
    how = g_str_has_prefix(second->text, "SHUT_") ? second->text + 5 : second->text;
  if (strcmp(name, "setsockopt") == 0 && third && third->kind == PKT_EXPR_WORD)
    how = third->text;
  if (invocation->again)
    how = "returns";
  pkt_trace_app(invocation->player, conn, data ? data : name, how, status == PKT_CALL_BLOCKS ? NULL : result, octets);
  if (before < trace->count - 1 && trace->records[before].kind == TRACE_CONN)
    before++;
  TraceRecord told = trace->records[trace->count - 1];
  memmove(trace->records + before + 1, trace->records + before, (trace->count - 1 - before) * sizeof told);
  trace->records[before] = told;
}

static gboolean find_socket(PktInvocation *invocation) {
  int64_t fd;
  if (!pkt_arg_integer(invocation, 0, &fd))
    return FALSE;
  invocation->socket = pkt_socket_of(invocation->player, fd);
  if (!invocation->socket)
    pkt_call_fails(invocation, "EBADF");
  return TRUE;
}

PktCallStatus pkt_call(PktPlayer *player, const PktEvent *event, gboolean again) {
  PktInvocation invocation = {.player = player, .call = event->call, .again = again};
  gboolean has_socket;
  PktCallFunction function = pkt_call_find(event->call->name, &has_socket);
  if (!function) {
    pkt_outside(player, "the system call %s()", event->call->name);
    return PKT_CALL_ENDED;
  }
  PktCallStatus status = PKT_CALL_DONE;
  if (again && strcmp(event->call->name, "close") == 0)
    has_socket = FALSE; /* its descriptor is gone */
  if (has_socket && !find_socket(&invocation))
    return PKT_CALL_ENDED;
  uint32_t conn = invocation.socket ? invocation.socket->conn : PKT_NO_CONN;
  size_t before = player->trace ? player->trace->count : 0;
  if (!invocation.outcome.error)
    status = function(&invocation);
  if (player->result->verdict != PKT_PASS)
    return PKT_CALL_ENDED;
  if (invocation.socket && conn == PKT_NO_CONN)
    conn = invocation.socket->conn;
  if (status == PKT_CALL_DONE || !again)
    trace_call(&invocation, conn, status, before);
  if (status == PKT_CALL_BLOCKS)
    return status;
  return check_outcome(&invocation) ? PKT_CALL_DONE : PKT_CALL_ENDED;
}
