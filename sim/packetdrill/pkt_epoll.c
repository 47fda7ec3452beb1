/* epoll: who watches which descriptor for what, level- or edge-triggered; and the error queue of a socket as far as
 * zerocopy writes fill it (what the peer has acknowledged is given back), which epoll shows as EPOLLERR. */
#include "packetdrill/pkt_player.h"

#include <string.h>

#define EVENTS_OF_POLL 0x0000ffff
#define ONE_SHOT       (INT64_C(1) << 30)
#define EDGE           (INT64_C(1) << 31)

enum { CTL_ADD = 1, CTL_DEL = 2, CTL_MOD = 3 };

/* --- zerocopy ----------------------------------------------------------------------------------------------------- */

void pkt_zerocopy_sent(PktPlayer *player, PktSocket *socket) {
  if (!player->is_linux || !(socket->given & 1u << PKT_VALUE_ZEROCOPY) || !socket->values[PKT_VALUE_ZEROCOPY])
    return; /* an ordinary write */
  PktZerocopy sent = {pkt_socket_index(player, socket), socket->zerocopies++, socket->written};
  g_array_append_val(player->zerocopies, sent);
}

/* Writes of the socket that are acknowledged: the number after the last of them. */
static uint32_t completed(PktPlayer *player, PktSocket *socket) {
  TcpHandle tcb = pkt_socket_tcb(player, socket);
  TcpInfo info = {0};
  if (tcb)
    tcp_end_info(player->stack, tcb, &info);
  uint64_t acked = socket->written - MIN(socket->written, info.unsent + info.unacked);
  uint32_t index = pkt_socket_index(player, socket), next = socket->zerocopies_done;
  for (guint i = 0; i < player->zerocopies->len; i++) {
    const PktZerocopy *sent = &g_array_index(player->zerocopies, PktZerocopy, i);
    if (sent->socket == index && sent->number == next && sent->end <= acked)
      next++;
  }
  socket->wakeups += next - socket->zerocopies_done;
  socket->zerocopies_done = next;
  return next;
}

gboolean pkt_error_queue_waits(PktPlayer *player, PktSocket *socket) {
  return completed(player, socket) != socket->zerocopies_read;
}

static const PktExpr *find_member(const PktExpr *expr, const char *name) {
  if (!expr || (expr->name && strcmp(expr->name, name) == 0))
    return expr;
  for (guint i = 0; expr->items && i < expr->items->len; i++) {
    const PktExpr *found = find_member(g_ptr_array_index(expr->items, i), name);
    if (found)
      return found;
  }
  return NULL;
}

gboolean pkt_compare_control(PktInvocation *invocation, const char *name, int64_t seen) {
  return pkt_compare(invocation, name, find_member(pkt_arg(invocation, 1), name), seen);
}

PktCallStatus pkt_read_error_queue(PktInvocation *invocation) {
  PktSocket *socket = invocation->socket;
  invocation->untold = TRUE;
  if (!pkt_error_queue_waits(invocation->player, socket))
    return pkt_call_fails(invocation, "EAGAIN");
  uint32_t first = socket->zerocopies_read;
  socket->zerocopies_read = socket->zerocopies_done;
  if (!pkt_compare_control(invocation, "ee_errno", 0) || !pkt_compare_control(invocation, "ee_info", first) ||
      !pkt_compare_control(invocation, "ee_data", (int64_t)socket->zerocopies_read - 1))
    return PKT_CALL_ENDED;
  return pkt_call_returns(invocation, 0);
}

/* --- who watches what --------------------------------------------------------------------------------------------- */

static PktWatch *find_watch(const PktPlayer *player, uint32_t epoll, int64_t fd) {
  for (guint i = 0; i < player->watches->len; i++) {
    PktWatch *watch = &g_array_index(player->watches, PktWatch, i);
    if (watch->epoll == epoll && watch->fd == fd)
      return watch;
  }
  return NULL;
}

void pkt_epoll_forget(PktPlayer *player, uint32_t socket) {
  for (guint i = player->watches->len; i-- > 0;) {
    const PktWatch *watch = &g_array_index(player->watches, PktWatch, i);
    if (watch->epoll == socket || watch->socket == socket)
      g_array_remove_index(player->watches, i);
  }
}

PktCallStatus pkt_call_epoll_create(PktInvocation *invocation) {
  uint32_t index = pkt_socket_new(invocation->player);
  pkt_socket(invocation->player, index)->is_epoll = TRUE;
  return pkt_call_returns(invocation, pkt_fd_new(invocation, index));
}

/* The member `name` of {events=..., fd=...}. */
static gboolean event_member(PktInvocation *invocation, const PktExpr *event, const char *name, int64_t *ret_value) {
  const PktExpr *item = find_member(event, name);
  *ret_value = 0;
  return !item || item->kind == PKT_EXPR_ELLIPSIS || pkt_eval(item, invocation->player->os, ret_value) ||
         pkt_outside(invocation->player, "the form of epoll's event");
}

static PktCallStatus set_watch(PktInvocation *invocation, int64_t operation, int64_t fd, PktSocket *target) {
  PktPlayer *player = invocation->player;
  uint32_t epoll = pkt_socket_index(player, invocation->socket);
  PktWatch *watch = find_watch(player, epoll, fd);
  if (operation == CTL_ADD ? watch != NULL : watch == NULL)
    return pkt_call_fails(invocation, operation == CTL_ADD ? "EEXIST" : "ENOENT");
  if (operation == CTL_DEL) {
    g_array_remove_index(player->watches, (guint)(watch - &g_array_index(player->watches, PktWatch, 0)));
    return pkt_call_returns(invocation, 0);
  }
  PktWatch set = {.epoll = epoll, .socket = pkt_socket_index(player, target), .fd = fd, .armed = TRUE};
  if (!event_member(invocation, pkt_arg(invocation, 3), "events", &set.events) ||
      !event_member(invocation, pkt_arg(invocation, 3), "fd", &set.data))
    return PKT_CALL_ENDED;
  if (watch)
    *watch = set;
  else
    g_array_append_val(player->watches, set);
  return pkt_call_returns(invocation, 0);
}

PktCallStatus pkt_call_epoll_ctl(PktInvocation *invocation) {
  int64_t operation, fd;
  if (!pkt_arg_integer(invocation, 1, &operation) || !pkt_arg_integer(invocation, 2, &fd))
    return PKT_CALL_ENDED;
  PktSocket *target = pkt_socket_of(invocation->player, fd);
  if (!target)
    return pkt_call_fails(invocation, "EBADF");
  if (!invocation->socket->is_epoll || target == invocation->socket || operation < CTL_ADD || operation > CTL_MOD)
    return pkt_call_fails(invocation, "EINVAL");
  return set_watch(invocation, operation, fd, target);
}

/* --- waiting ------------------------------------------------------------------------------------------------------ */

/* What a watch has to tell now; an edge is told once for each time that the socket woke its readers. */
static int64_t events_of(PktPlayer *player, PktWatch *watch) {
  PktSocket *socket = pkt_socket(player, watch->socket);
  int64_t ready = pkt_socket_ready(player, socket);
  if (pkt_error_queue_waits(player, socket))
    ready |= PKT_POLLERR;
  if (!(watch->events & EVENTS_OF_POLL)) /* one that was told once and not set again */
    return 0;
  if (watch->events & EDGE && !watch->armed && watch->wakeups == socket->wakeups)
    return 0;
  return ready & ((watch->events & EVENTS_OF_POLL) | PKT_POLLERR | PKT_POLLHUP);
}

static void told(const PktPlayer *player, PktWatch *watch) {
  watch->armed = FALSE;
  watch->wakeups = pkt_socket(player, watch->socket)->wakeups;
  if (watch->events & ONE_SHOT)
    watch->events &= ~(int64_t)EVENTS_OF_POLL;
}

/* The expected event: one struct, or one of a list of them. */
static const PktExpr *wanted_event(const PktInvocation *invocation, guint index) {
  const PktExpr *arg = pkt_arg(invocation, 1);
  if (arg && arg->kind == PKT_EXPR_LIST)
    return arg->items && index < arg->items->len ? g_ptr_array_index(arg->items, index) : NULL;
  return index == 0 ? arg : NULL;
}

static gboolean compare_event(PktInvocation *invocation, guint index, const PktWatch *watch, int64_t events) {
  const PktExpr *wanted = wanted_event(invocation, index);
  if (!wanted || wanted->kind != PKT_EXPR_STRUCT)
    return TRUE;
  return pkt_compare(invocation, "events", find_member(wanted, "events"), events) &&
         pkt_compare(invocation, "fd", find_member(wanted, "fd"), watch->data);
}

PktCallStatus pkt_call_epoll_wait(PktInvocation *invocation) {
  PktPlayer *player = invocation->player;
  int64_t most, timeout, count = 0;
  if (!pkt_arg_integer(invocation, 2, &most) || !pkt_arg_integer(invocation, 3, &timeout))
    return PKT_CALL_ENDED;
  if (!invocation->socket->is_epoll || most <= 0)
    return pkt_call_fails(invocation, "EINVAL");
  uint32_t epoll = pkt_socket_index(player, invocation->socket);
  for (guint i = 0; i < player->watches->len && count < most; i++) {
    PktWatch *watch = &g_array_index(player->watches, PktWatch, i);
    int64_t events = watch->epoll == epoll ? events_of(player, watch) : 0;
    if (!events)
      continue;
    if (!compare_event(invocation, (guint)count, watch, events))
      return PKT_CALL_ENDED;
    told(player, watch);
    count++;
  }
  return pkt_call_polled(invocation, count, timeout);
}
