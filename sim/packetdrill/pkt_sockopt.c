/* What is asked of and set on sockets: options, descriptor flags, ioctl(), poll(). */
#include "packetdrill/pkt_player.h"

#include <string.h>

/* --- options by name ---------------------------------------------------------------------------------------------- */

typedef struct Option {
  const char *name;
  PktValue value;
} Option;

static const Option OPTIONS[] = {
    {"SO_KEEPALIVE", PKT_VALUE_KEEPALIVE},
    {"SO_REUSEADDR", PKT_VALUE_REUSEADDR},
    {"SO_REUSEPORT", PKT_VALUE_REUSEPORT},
    {"SO_RCVBUF", PKT_VALUE_RCVBUF},
    {"SO_RCVBUFFORCE", PKT_VALUE_RCVBUF},
    {"SO_SNDBUF", PKT_VALUE_SNDBUF},
    {"SO_SNDBUFFORCE", PKT_VALUE_SNDBUF},
    {"TCP_NODELAY", PKT_VALUE_NODELAY},
    {"TCP_CORK", PKT_VALUE_CORK},
    {"TCP_NOPUSH", PKT_VALUE_CORK},
    {"TCP_MAXSEG", PKT_VALUE_MAXSEG},
    {"TCP_USER_TIMEOUT", PKT_VALUE_USER_TIMEOUT},
    {"TCP_LINGER2", PKT_VALUE_LINGER2},
    {"TCP_KEEPIDLE", PKT_VALUE_KEEPIDLE},
    {"TCP_KEEPINTVL", PKT_VALUE_KEEPINTVL},
    {"TCP_KEEPCNT", PKT_VALUE_KEEPCNT},
    {"TCP_SYNCNT", PKT_VALUE_SYNCNT},
    {"SO_ZEROCOPY", PKT_VALUE_ZEROCOPY},
    {"TCP_QUICKACK", PKT_VALUE_QUICKACK},
    /* change nothing here */
    {"TCP_CONGESTION", PKT_VALUE_OTHER},
    {"TCP_FUNCTION_BLK", PKT_VALUE_OTHER},
    {"TCP_LOG", PKT_VALUE_OTHER},
    {"TCP_LOGBUF", PKT_VALUE_OTHER},
    {"TCP_LOGID", PKT_VALUE_OTHER},
    {"TCP_NOTSENT_LOWAT", PKT_VALUE_OTHER},
    {"TCP_INQ", PKT_VALUE_OTHER},
    {"TCP_KEEPINIT", PKT_VALUE_OTHER},
    {"TCP_DELACK", PKT_VALUE_OTHER},
    {"TCP_SAVE_SYN", PKT_VALUE_OTHER},
    {"TCP_THIN_LINEAR_TIMEOUTS", PKT_VALUE_OTHER},
    {"TCP_THIN_DUPACK", PKT_VALUE_OTHER},
    {"TCP_TIMESTAMP", PKT_VALUE_OTHER},
    {"SO_TIMESTAMPING", PKT_VALUE_OTHER},
    {"SO_INCOMING_CPU", PKT_VALUE_OTHER},
    {"SO_NOSIGPIPE", PKT_VALUE_OTHER},
    {"SO_SNDLOWAT", PKT_VALUE_OTHER},
    {"SO_USER_COOKIE", PKT_VALUE_OTHER},
    {"SO_PRIORITY", PKT_VALUE_OTHER},
    {"SO_MARK", PKT_VALUE_OTHER},
    {"SO_TIMESTAMP", PKT_VALUE_OTHER},
    {"SO_TS_CLOCK", PKT_VALUE_OTHER},
    {"SO_DEBUG", PKT_VALUE_OTHER},
    {"SO_OOBINLINE", PKT_VALUE_OTHER},
    {"SO_BUSY_POLL", PKT_VALUE_OTHER},
    {"SO_MAX_PACING_RATE", PKT_VALUE_OTHER},
    {"IP_TOS", PKT_VALUE_OTHER},
    {"IP_TTL", PKT_VALUE_OTHER},
    {"IP_MTU_DISCOVER", PKT_VALUE_OTHER},
    {"IP_DONTFRAG", PKT_VALUE_OTHER},
    {"IP_BINDANY", PKT_VALUE_OTHER},
    {"IPV6_TCLASS", PKT_VALUE_OTHER},
    {"IPV6_V6ONLY", PKT_VALUE_OTHER},
    {"IPV6_MTU_DISCOVER", PKT_VALUE_OTHER},
};

static gboolean is_pair(const PktExpr *expr) {
  return expr && expr->kind == PKT_EXPR_STRUCT && expr->items && expr->items->len == 2;
}

/* The option's name, or NULL with the verdict set. */
static const char *option_name(PktInvocation *invocation) {
  const PktExpr *arg = pkt_arg(invocation, 2);
  if (arg && arg->kind == PKT_EXPR_WORD)
    return arg->text;
  g_autofree char *text = arg ? pkt_print_expr(arg) : g_strdup("without a name");
  pkt_outside(invocation->player, "the socket option %s", text);
  return NULL;
}

static const Option *find_option(PktInvocation *invocation, const char *name) {
  for (unsigned i = 0; i < G_N_ELEMENTS(OPTIONS); i++)
    if (strcmp(OPTIONS[i].name, name) == 0)
      return &OPTIONS[i];
  pkt_outside(invocation->player, "the socket option %s", name);
  return NULL;
}

/* --- setsockopt --------------------------------------------------------------------------------------------------- */

static gboolean read_linger(PktInvocation *invocation, int64_t *ret_on, int64_t *ret_seconds) {
  const PktExpr *arg = pkt_arg(invocation, 3);
  if (arg && arg->kind == PKT_EXPR_LIST && arg->items && arg->items->len == 1)
    arg = g_ptr_array_index(arg->items, 0);
  if (is_pair(arg) && pkt_eval(g_ptr_array_index(arg->items, 0), invocation->player->os, ret_on) &&
      pkt_eval(g_ptr_array_index(arg->items, 1), invocation->player->os, ret_seconds))
    return TRUE;
  return pkt_outside(invocation->player, "the form of SO_LINGER's value");
}

/* What the kernels refuse. */
static gboolean is_refused(PktValue value, int64_t number) {
  switch ((int)value) {
  case PKT_VALUE_KEEPIDLE:
  case PKT_VALUE_KEEPINTVL:
  case PKT_VALUE_KEEPCNT:
  case PKT_VALUE_SYNCNT:
    return number < 1 || number > 32767;
  case PKT_VALUE_MAXSEG:
    return number < 88 || number > 32767;
  case PKT_VALUE_USER_TIMEOUT:
    return number < 0;
  }
  return FALSE;
}

/* Linux: TCP_NODELAY sends what is held back at once, even what is corked (tcp.c __tcp_sock_set_nodelay()). */
static void push_corked(PktPlayer *player, const PktSocket *socket, TcpHandle tcb) {
  gboolean corked = (socket->given & 1u << PKT_VALUE_CORK && socket->values[PKT_VALUE_CORK]) || socket->more;
  if (!player->is_linux || !corked)
    return;
  tcp_set_option(player->stack, tcb, TCP_OPTION_CORK, 0);
  tcp_set_option(player->stack, tcb, TCP_OPTION_CORK, 1);
}

PktCallStatus pkt_call_setsockopt(PktInvocation *invocation) {
  PktPlayer *player = invocation->player;
  PktSocket *socket = invocation->socket;
  const char *name = option_name(invocation);
  if (!name)
    return PKT_CALL_ENDED;
  if (strcmp(name, "SO_LINGER") == 0) {
    int64_t on, seconds;
    if (!read_linger(invocation, &on, &seconds))
      return PKT_CALL_ENDED;
    socket->lingers = on != 0;
    socket->linger = SIM_S(CLAMP(seconds, 0, 1000000));
    return pkt_call_returns(invocation, 0);
  }
  const Option *option = find_option(invocation, name);
  if (!option)
    return PKT_CALL_ENDED;
  if (option->value == PKT_VALUE_OTHER)
    return pkt_call_returns(invocation, 0);
  int64_t number;
  if (!pkt_arg_integer(invocation, 3, &number))
    return PKT_CALL_ENDED;
  number = CLAMP(number, -1, INT32_MAX);
  if (is_refused(option->value, number))
    return pkt_call_fails(invocation, "EINVAL");
  socket->given |= 1u << option->value;
  socket->values[option->value] = number;
  TcpHandle tcb = pkt_socket_tcb(player, socket);
  if (tcb != TCP_NO_HANDLE)
    pkt_socket_apply(player, socket, tcb);
  if (tcb != TCP_NO_HANDLE && option->value == PKT_VALUE_NODELAY && number)
    push_corked(player, socket, tcb);
  if (tcb != TCP_NO_HANDLE && option->value == PKT_VALUE_QUICKACK)
    tcp_set_option(player->stack, tcb, TCP_OPTION_QUICKACK, number);
  return pkt_call_returns(invocation, 0);
}

/* --- getsockopt --------------------------------------------------------------------------------------------------- */

typedef struct Errno {
  const char *name;
  int linux, bsd;
} Errno;

static const Errno ERRNOS[] = {
    {"EPIPE", 32, 32}, {"ECONNRESET", 104, 54}, {"ETIMEDOUT", 110, 60}, {"ECONNREFUSED", 111, 61}};

static int64_t errno_number(const PktPlayer *player, const char *name) {
  for (unsigned i = 0; name && i < G_N_ELEMENTS(ERRNOS); i++)
    if (strcmp(ERRNOS[i].name, name) == 0)
      return player->os == PKT_OS_BSD ? ERRNOS[i].bsd : ERRNOS[i].linux;
  return 0;
}

static const PktExpr *only_item(const PktExpr *expr) {
  if (expr && expr->kind == PKT_EXPR_LIST)
    return expr->items && expr->items->len == 1 ? g_ptr_array_index(expr->items, 0) : NULL;
  return expr;
}

/* A number, but what poll() and epoll say in their words. */
static char *value_text(const char *name, int64_t value) {
  static const struct {
    int64_t bit;
    const char *word;
  } BITS[] = {{PKT_POLLIN, "IN"},   {PKT_POLLPRI, "PRI"}, {PKT_POLLOUT, "OUT"},
              {PKT_POLLERR, "ERR"}, {PKT_POLLHUP, "HUP"}, {PKT_POLLRDHUP, "RDHUP"}};
  const char *prefix = strcmp(name, "revents") == 0 ? "POLL" : "EPOLL";
  if (value == 0 || (strcmp(name, "revents") != 0 && strcmp(name, "events") != 0))
    return g_strdup_printf("%" G_GINT64_FORMAT, value);
  GString *text = g_string_new(NULL);
  for (unsigned i = 0; i < G_N_ELEMENTS(BITS); i++)
    if (value & BITS[i].bit)
      g_string_append_printf(text, "%s%s%s", text->len ? "|" : "", prefix, BITS[i].word);
  return g_string_free(text, FALSE);
}

gboolean pkt_compare(PktInvocation *invocation, const char *name, const PktExpr *wanted, int64_t seen) {
  int64_t value;
  if (!wanted || wanted->kind == PKT_EXPR_ELLIPSIS)
    return TRUE;
  g_autofree char *printed = pkt_print_expr(wanted);
  const char *text = wanted->name && strchr(printed, '=') ? strchr(printed, '=') + 1 : printed;
  if (!pkt_eval(wanted, invocation->player->os, &value))
    return pkt_outside(invocation->player, "the value %s of %s", text, name);
  if (value == seen)
    return TRUE;
  g_autofree char *shown = value_text(name, seen);
  return pkt_fail(invocation->player, g_strdup_printf("%s = %s", name, text), g_strdup_printf("%s = %s", name, shown),
                  "%s is something else", name);
}

static PktCallStatus get_error(PktInvocation *invocation) {
  PktPlayer *player = invocation->player;
  const PktSocket *socket = invocation->socket;
  PktConn *conn = socket->conn == PKT_NO_CONN ? NULL : pkt_conn(player, socket->conn);
  const char *error = conn ? conn->error : NULL;
  const PktExpr *wanted = only_item(pkt_arg(invocation, 3));
  if (conn)
    conn->error = NULL; /* told once */
  if (wanted && wanted->kind == PKT_EXPR_WORD && wanted->text[0] == 'E') {
    if (error && strcmp(error, wanted->text) == 0)
      return pkt_call_returns(invocation, 0);
    pkt_fail(player, g_strdup_printf("SO_ERROR = %s", wanted->text),
             g_strdup_printf("SO_ERROR = %s", error ? error : "0"), "SO_ERROR is something else");
    return PKT_CALL_ENDED;
  }
  if (!pkt_compare(invocation, "SO_ERROR", wanted, errno_number(player, error)))
    return PKT_CALL_ENDED;
  return pkt_call_returns(invocation, 0);
}

static PktCallStatus get_linger(PktInvocation *invocation) {
  const PktSocket *socket = invocation->socket;
  const PktExpr *arg = only_item(pkt_arg(invocation, 3));
  if (is_pair(arg) &&
      (!pkt_compare(invocation, "SO_LINGER's l_onoff", g_ptr_array_index(arg->items, 0), socket->lingers ? 1 : 0) ||
       !pkt_compare(invocation, "SO_LINGER's l_linger", g_ptr_array_index(arg->items, 1), socket->linger / SIM_S(1))))
    return PKT_CALL_ENDED;
  return pkt_call_returns(invocation, 0);
}

/* Linux doubles what it is given for buffers. */
static int64_t value_of(const PktPlayer *player, const PktSocket *socket, PktValue value) {
  const TcpParams *params = tcp_stack_params(player->stack);
  gboolean given = (socket->given & 1u << value) != 0;
  TcpHandle tcb = pkt_socket_tcb(player, socket);
  if (value == PKT_VALUE_MAXSEG && tcb) {
    TcpInfo info;
    tcp_end_info(player->stack, tcb, &info);
    return info.snd_mss;
  }
  if (given && player->os == PKT_OS_LINUX && (value == PKT_VALUE_RCVBUF || value == PKT_VALUE_SNDBUF))
    return 2 * socket->values[value];
  if (given)
    return socket->values[value];
  if (value == PKT_VALUE_KEEPIDLE)
    return params->keepalive_idle / SIM_S(1);
  if (value == PKT_VALUE_KEEPINTVL)
    return params->keepalive_interval / SIM_S(1);
  if (value == PKT_VALUE_KEEPCNT)
    return params->keepalive_count;
  if (value == PKT_VALUE_LINGER2 && params->fin_wait_2_timeout != SIM_NEVER)
    return params->fin_wait_2_timeout / SIM_S(1);
  if (value == PKT_VALUE_SYNCNT)
    return params->syn_retries;
  return value == PKT_VALUE_MAXSEG ? 536 : value == PKT_VALUE_RCVBUF ? params->rcv_wnd : 0;
}

/* {tcpi_state=TCPS_ESTABLISHED, ...}: each field that is written. */
static PktCallStatus get_info(PktInvocation *invocation) {
  PktPlayer *player = invocation->player;
  const PktExpr *arg = only_item(pkt_arg(invocation, 3));
  TcpInfo info = {.state = TCP_STATE_CLOSED, .min_rtt = SIM_NEVER};
  TcpHandle tcb = pkt_socket_tcb(player, invocation->socket);
  if (tcb)
    tcp_end_info(player->stack, tcb, &info);
  else if (invocation->socket->listening)
    info.state = TCP_STATE_LISTEN;
  for (guint i = 0; arg && arg->kind == PKT_EXPR_STRUCT && arg->items && i < arg->items->len; i++) {
    const PktExpr *item = g_ptr_array_index(arg->items, i);
    g_autofree char *text = pkt_print_expr(item);
    const char *equals = item->name ? strchr(text, '=') : NULL;
    if (item->kind != PKT_EXPR_ELLIPSIS && equals && !pkt_assert_info(player, &info, item->name, PKT_EQ, equals + 1))
      return PKT_CALL_ENDED;
  }
  return pkt_call_returns(invocation, 0);
}

PktCallStatus pkt_call_getsockopt(PktInvocation *invocation) {
  const char *name = option_name(invocation);
  if (!name)
    return PKT_CALL_ENDED;
  if (strcmp(name, "SO_ERROR") == 0)
    return get_error(invocation);
  if (strcmp(name, "SO_LINGER") == 0)
    return get_linger(invocation);
  if (strcmp(name, "TCP_INFO") == 0)
    return get_info(invocation);
  if (strcmp(name, "SO_TYPE") == 0 || strcmp(name, "SO_ACCEPTCONN") == 0) {
    int64_t seen = strcmp(name, "SO_TYPE") == 0 || invocation->socket->listening ? 1 : 0; /* 1: SOCK_STREAM */
    return pkt_compare(invocation, name, only_item(pkt_arg(invocation, 3)), seen) ? pkt_call_returns(invocation, 0)
                                                                                  : PKT_CALL_ENDED;
  }
  const Option *option = find_option(invocation, name);
  if (!option)
    return PKT_CALL_ENDED;
  if (option->value != PKT_VALUE_OTHER && !pkt_compare(invocation, name, only_item(pkt_arg(invocation, 3)),
                                                       value_of(invocation->player, invocation->socket, option->value)))
    return PKT_CALL_ENDED;
  return pkt_call_returns(invocation, 0);
}

/* --- fcntl, ioctl ------------------------------------------------------------------------------------------------- */

PktCallStatus pkt_call_fcntl(PktInvocation *invocation) {
  PktPlayer *player = invocation->player;
  PktSocket *socket = invocation->socket;
  int64_t command, flags, nonblock = 0;
  pkt_eval_word("O_NONBLOCK", player->os, &nonblock);
  if (!pkt_arg_integer(invocation, 1, &command))
    return PKT_CALL_ENDED;
  if (command == 3)
    return pkt_call_returns(invocation, 2 | (socket->nonblocking ? nonblock : 0));
  if (command == 1 || command == 2)
    return pkt_call_returns(invocation, 0);
  if (command != 4)
    return pkt_call_fails(invocation, "EINVAL");
  if (!pkt_arg_integer(invocation, 2, &flags))
    return PKT_CALL_ENDED;
  socket->nonblocking = (flags & nonblock) != 0;
  return pkt_call_returns(invocation, 0);
}

PktCallStatus pkt_call_ioctl(PktInvocation *invocation) {
  PktPlayer *player = invocation->player;
  PktSocket *socket = invocation->socket;
  const PktExpr *request = pkt_arg(invocation, 1);
  const char *name = request && request->kind == PKT_EXPR_WORD ? request->text : "?";
  const PktExpr *wanted = only_item(pkt_arg(invocation, 2));
  TcpInfo info = {.state = TCP_STATE_CLOSED};
  TcpHandle tcb = pkt_socket_tcb(player, socket);
  if (tcb)
    tcp_end_info(player->stack, tcb, &info);
  else if (socket->conn != PKT_NO_CONN)
    info.unread = pkt_conn(player, socket->conn)->unread;
  if (strcmp(name, "FIONBIO") == 0) {
    int64_t on;
    if (!pkt_arg_integer(invocation, 2, &on))
      return PKT_CALL_ENDED;
    socket->nonblocking = on != 0;
    return pkt_call_returns(invocation, 0);
  }
  int64_t seen;
  if (socket->listening)
    return pkt_call_fails(invocation, "EINVAL");
  if (strcmp(name, "SIOCINQ") == 0 || strcmp(name, "FIONREAD") == 0) {
    seen = info.unread;
  } else if (strcmp(name, "SIOCOUTQ") == 0 || strcmp(name, "TIOCOUTQ") == 0 || strcmp(name, "FIONWRITE") == 0) {
    seen = (int64_t)info.unsent + info.unacked + (player->is_linux && info.fin_out); /* SND.UNA up to what is queued */
  } else if (strcmp(name, "SIOCOUTQNSD") == 0) {
    seen = (int64_t)info.unsent + info.fin_unsent;
  } else {
    pkt_outside(player, "ioctl() %s", name);
    return PKT_CALL_ENDED;
  }
  return pkt_compare(invocation, name, wanted, seen) ? pkt_call_returns(invocation, 0) : PKT_CALL_ENDED;
}

/* --- poll --------------------------------------------------------------------------------------------------------- */

static const PktExpr *member(const PktExpr *expr, const char *name, guint index) {
  if (!expr || expr->kind != PKT_EXPR_STRUCT || !expr->items)
    return NULL;
  for (guint i = 0; i < expr->items->len; i++) {
    const PktExpr *item = g_ptr_array_index(expr->items, i);
    if (item->name ? strcmp(item->name, name) == 0 : i == index)
      return item;
  }
  return NULL;
}

static gboolean poll_one(PktInvocation *invocation, const PktExpr *entry, int64_t *ret_ready) {
  PktPlayer *player = invocation->player;
  const PktExpr *fd = member(entry, "fd", 0), *events = member(entry, "events", 1);
  int64_t number, asked;
  if (!fd || !events || !pkt_eval(fd, player->os, &number) || !pkt_eval(events, player->os, &asked))
    return pkt_outside(player, "the form of poll()'s list");
  const PktSocket *socket = pkt_socket_of(player, number);
  *ret_ready = socket ? pkt_socket_ready(player, socket) & (asked | PKT_POLLERR | PKT_POLLHUP) : 0x20;
  return TRUE;
}

static gboolean compare_revents(PktInvocation *invocation, const PktExpr *list) {
  for (guint i = 0; i < list->items->len; i++) {
    const PktExpr *entry = g_ptr_array_index(list->items, i), *revents = member(entry, "revents", 2);
    int64_t ready = 0;
    if (!poll_one(invocation, entry, &ready) || !pkt_compare(invocation, "revents", revents, ready))
      return FALSE;
  }
  return TRUE;
}

PktCallStatus pkt_call_polled(PktInvocation *invocation, int64_t count, int64_t timeout) {
  PktPlayer *player = invocation->player;
  const PktExpr *list = pkt_arg(invocation, 0);
  if (!invocation->again && timeout > 0) {
    player->wait_until = simtime_add(sim_now(player->sim), SIM_MS(MIN(timeout, INT32_MAX)));
    pkt_wake_at(player, player->wait_until);
  }
  if (!count && timeout != 0 && sim_now(player->sim) < player->wait_until)
    return PKT_CALL_BLOCKS;
  if (list && list->kind == PKT_EXPR_LIST && !compare_revents(invocation, list)) /* poll() */
    return PKT_CALL_ENDED;
  return pkt_call_returns(invocation, count);
}

PktCallStatus pkt_call_poll(PktInvocation *invocation) {
  PktPlayer *player = invocation->player;
  const PktExpr *list = pkt_arg(invocation, 0);
  int64_t timeout, count = 0;
  if (!list || list->kind != PKT_EXPR_LIST || !list->items) {
    pkt_outside(player, "the form of poll()'s list");
    return PKT_CALL_ENDED;
  }
  if (!pkt_arg_integer(invocation, 2, &timeout))
    return PKT_CALL_ENDED;
  for (guint i = 0; i < list->items->len; i++) {
    int64_t ready = 0;
    if (!poll_one(invocation, g_ptr_array_index(list->items, i), &ready))
      return PKT_CALL_ENDED;
    count += ready != 0;
  }
  return pkt_call_polled(invocation, count, timeout);
}
