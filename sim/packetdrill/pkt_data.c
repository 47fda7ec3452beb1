/* Reading and writing: octets are counted, not carried. */
#include "packetdrill/pkt_player.h"

#include <string.h>

#define MOST_OCTETS INT64_C(0x7ffff000) /* Linux's limit of one call */

/* --- arguments ---------------------------------------------------------------------------------------------------- */

/* Flags of MSG_*, 0 where the call takes none. */
static gboolean flags_of(PktInvocation *invocation, int64_t *ret_flags) {
  const char *name = invocation->call->name;
  unsigned index;
  *ret_flags = 0;
  if (strcmp(name, "recvmsg") == 0 || strcmp(name, "sendmsg") == 0)
    index = 2;
  else if (strcmp(name, "read") == 0 || strcmp(name, "write") == 0 || name[strlen(name) - 1] == 'v')
    index = strcmp(name, "recv") == 0 ? 3 : UINT_MAX;
  else
    index = 3;
  const PktExpr *arg = index == UINT_MAX ? NULL : pkt_arg(invocation, index);
  if (!arg || arg->kind == PKT_EXPR_ELLIPSIS)
    return TRUE;
  return pkt_arg_integer(invocation, index, ret_flags);
}

static gboolean has_flag(const PktInvocation *invocation, int64_t flags, const char *name) {
  int64_t bit = 0;
  return pkt_eval_word(name, invocation->player->os, &bit) && (flags & bit) != 0;
}

static gboolean refuse_flags(PktInvocation *invocation, int64_t flags) {
  static const char *const OUTSIDE[] = {"MSG_OOB", "MSG_FASTOPEN"};
  for (unsigned i = 0; i < G_N_ELEMENTS(OUTSIDE); i++)
    if (has_flag(invocation, flags, OUTSIDE[i])) {
      pkt_outside(invocation->player, "%s", OUTSIDE[i]);
      return TRUE;
    }
  return FALSE;
}

/* An iovec is {base, length} or {iov_base=, iov_len=}. */
static gboolean add_iovec(PktInvocation *invocation, const PktExpr *iovec, uint64_t *total) {
  int64_t len;
  if (iovec->kind != PKT_EXPR_STRUCT || !iovec->items || iovec->items->len != 2 ||
      !pkt_eval(g_ptr_array_index(iovec->items, 1), invocation->player->os, &len) || len < 0)
    return pkt_outside(invocation->player, "%s(): the form of its vector", invocation->call->name);
  *total = MIN(*total + (uint64_t)MIN(len, MOST_OCTETS), (uint64_t)MOST_OCTETS);
  return TRUE;
}

static const PktExpr *vector_of(const PktInvocation *invocation) {
  const PktExpr *arg = pkt_arg(invocation, 1);
  if (!arg || arg->kind != PKT_EXPR_STRUCT)
    return arg; /* readv, writev */
  for (guint i = 0; arg->items && i < arg->items->len; i++) {
    const PktExpr *item = g_ptr_array_index(arg->items, i);
    if (item->kind == PKT_EXPR_LIST && (!item->name || strncmp(item->name, "msg_iov", 7) == 0) && item->items &&
        item->items->len)
      return item;
  }
  return NULL;
}

/* How many octets the call is for. */
static gboolean count_of(PktInvocation *invocation, uint64_t *ret_count) {
  const char *name = invocation->call->name;
  gboolean vector = name[strlen(name) - 1] == 'v' && strcmp(name, "recv") != 0;
  if (!vector && !strstr(name, "msg")) {
    int64_t count;
    if (!pkt_arg_integer(invocation, 2, &count))
      return FALSE;
    *ret_count = (uint64_t)CLAMP(count, 0, MOST_OCTETS);
    return TRUE;
  }
  const PktExpr *list = vector_of(invocation);
  if (!list || list->kind != PKT_EXPR_LIST || !list->items)
    return pkt_outside(invocation->player, "%s(): the form of its vector", name);
  *ret_count = 0;
  for (guint i = 0; i < list->items->len; i++)
    if (!add_iovec(invocation, g_ptr_array_index(list->items, i), ret_count))
      return FALSE;
  return TRUE;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static uint64_t take(PktPlayer *player, PktConn *conn, uint64_t count, gboolean peek) {
  uint64_t octets = MIN(count, conn->unread), none;
  gboolean eof;
  if (conn->tcb == TCP_NO_HANDLE) {
    conn->unread -= peek ? 0 : (uint32_t)octets;
    return octets;
  }
  TcpInfo info;
  tcp_end_info(player->stack, conn->tcb, &info);
  if (peek)
    return MIN(count, info.unread);
  tcp_take(player->stack, conn->tcb, count, &octets, &eof);
  tcp_receive(player->stack, conn->tcb, 0, &none, &eof); /* the call's rule, and the window update */
  return octets;
}

static uint32_t unread_of(const PktPlayer *player, const PktConn *conn) {
  if (conn->tcb == TCP_NO_HANDLE)
    return conn->unread;
  TcpInfo info;
  tcp_end_info(player->stack, conn->tcb, &info);
  return info.unread;
}

/* Nothing is there to be read. Linux looks for the peer's FIN first, others for an error. */
static PktCallStatus read_nothing(PktInvocation *invocation, PktConn *conn, gboolean dont_wait) {
  const PktSocket *socket = invocation->socket;
  if (conn->eof && invocation->player->is_linux)
    return pkt_call_returns(invocation, 0);
  if (conn->error) {
    const char *error = conn->error;
    conn->error = NULL;
    return pkt_call_fails(invocation, error);
  }
  if (conn->eof || socket->read_shut || conn->tcb == TCP_NO_HANDLE)
    return pkt_call_returns(invocation, 0);
  return pkt_call_waits(invocation, dont_wait);
}

/* read(4, NULL, 100), send(4, 0, 100, 0); a vector holds its pointers elsewhere. */
static gboolean is_bad_buffer(const PktInvocation *invocation) {
  return pkt_arg_is_null(invocation, 1);
}

PktCallStatus pkt_call_read(PktInvocation *invocation) {
  PktPlayer *player = invocation->player;
  uint64_t count;
  int64_t flags;
  if (!count_of(invocation, &count) || !flags_of(invocation, &flags) || refuse_flags(invocation, flags))
    return PKT_CALL_ENDED;
  if (has_flag(invocation, flags, "MSG_ERRQUEUE"))
    return pkt_read_error_queue(invocation);
  if (invocation->socket->conn == PKT_NO_CONN)
    return pkt_call_fails(invocation, "ENOTCONN");
  PktConn *conn = pkt_conn(player, invocation->socket->conn);
  uint32_t unread = unread_of(player, conn);
  gboolean all = has_flag(invocation, flags, "MSG_WAITALL") && unread < count && !conn->eof && conn->tcb;
  gboolean dont_wait = has_flag(invocation, flags, "MSG_DONTWAIT");
  if (all && !dont_wait && !invocation->socket->nonblocking)
    return PKT_CALL_BLOCKS;
  if (unread && count && is_bad_buffer(invocation))
    return pkt_call_fails(invocation, "EFAULT");
  if (unread && count)
    return pkt_call_returns(invocation, (int64_t)take(player, conn, count, has_flag(invocation, flags, "MSG_PEEK")));
  if (!count && !conn->error)
    return pkt_call_returns(invocation, 0);
  return read_nothing(invocation, conn, dont_wait);
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

/* An error that waits is told before the pipe is broken; FreeBSD looks at the pipe first. */
static PktCallStatus write_fails(PktInvocation *invocation, PktConn *conn) {
  if (conn && conn->error && invocation->player->os == PKT_OS_LINUX) {
    const char *error = conn->error;
    conn->error = NULL;
    return pkt_call_fails(invocation, error);
  }
  return pkt_call_fails(invocation, "EPIPE");
}

static uint64_t room_of(const PktPlayer *player, const PktSocket *socket, TcpHandle tcb) {
  if (!(socket->given & 1u << PKT_VALUE_SNDBUF))
    return UINT64_MAX;
  TcpInfo info;
  tcp_end_info(player->stack, tcb, &info);
  uint64_t size = (uint64_t)MAX(socket->values[PKT_VALUE_SNDBUF], 1), used = info.unsent + info.unacked;
  return size > used ? size - used : 0;
}

static PktCallStatus put(PktInvocation *invocation, TcpHandle tcb, uint64_t count, int64_t flags) {
  PktPlayer *player = invocation->player;
  PktSocket *socket = invocation->socket;
  gboolean dont_wait = has_flag(invocation, flags, "MSG_DONTWAIT") || socket->nonblocking;
  uint64_t left = count - player->progress, room = room_of(player, socket, tcb);
  uint64_t octets = MIN(left, room);
  if (octets == 0 && left)
    return pkt_call_waits(invocation, dont_wait);
  gboolean more = has_flag(invocation, flags, "MSG_MORE");
  gboolean corked = socket->given & 1u << PKT_VALUE_CORK && socket->values[PKT_VALUE_CORK];
  if (more)
    tcp_set_option(player->stack, tcb, TCP_OPTION_CORK, TCP_CORK_MORE);
  player->progress += octets;
  socket->written += octets;
  tcp_send(player->stack, tcb, octets);
  if (has_flag(invocation, flags, "MSG_ZEROCOPY") && octets == left)
    pkt_zerocopy_sent(player, socket);
  if (corked ? more : socket->more && !more)
    tcp_set_option(player->stack, tcb, TCP_OPTION_CORK, corked);
  socket->more = more;
  if (octets < left && !dont_wait)
    return PKT_CALL_BLOCKS;
  return pkt_call_returns(invocation, (int64_t)player->progress);
}

PktCallStatus pkt_call_write(PktInvocation *invocation) {
  PktPlayer *player = invocation->player;
  PktSocket *socket = invocation->socket;
  gboolean bsd = player->os == PKT_OS_BSD;
  uint64_t count;
  int64_t flags;
  if (!count_of(invocation, &count) || !flags_of(invocation, &flags) || refuse_flags(invocation, flags))
    return PKT_CALL_ENDED;
  if (!invocation->again)
    player->progress = 0;
  if (socket->conn == PKT_NO_CONN)
    return pkt_call_fails(invocation, bsd ? "ENOTCONN" : "EPIPE");
  PktConn *conn = pkt_conn(player, socket->conn);
  if (conn->tcb == TCP_NO_HANDLE || socket->write_shut)
    return write_fails(invocation, conn);
  TcpState state = tcp_end_state(player->stack, conn->tcb);
  if (state == TCP_STATE_SYN_SENT || state == TCP_STATE_SYN_RECEIVED)
    return bsd ? pkt_call_fails(invocation, "ENOTCONN")
               : pkt_call_waits(invocation, has_flag(invocation, flags, "MSG_DONTWAIT"));
  if (state != TCP_STATE_ESTABLISHED && state != TCP_STATE_CLOSE_WAIT)
    return write_fails(invocation, conn);
  if (count && is_bad_buffer(invocation))
    return pkt_call_fails(invocation, "EFAULT");
  return put(invocation, conn->tcb, count, flags);
}
