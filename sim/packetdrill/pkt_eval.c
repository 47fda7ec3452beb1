/* Constant expressions of system calls. The values are those of the OS that the script was written for where a result
 * shows them (O_NONBLOCK), else Linux's. */
#include "packetdrill/pkt_player.h"

#include <string.h>

typedef struct Word {
  const char *name;
  int64_t linux, bsd;
} Word;

#define SAME(name, value)                                                                                              \
  { name, value, value }

static const Word WORDS[] = {
    SAME("AF_INET", 2),
    {"AF_INET6", 10, 28},
    SAME("PF_INET", 2),
    {"PF_INET6", 10, 28},
    SAME("SOCK_STREAM", 1),
    SAME("SOCK_DGRAM", 2),
    SAME("SOCK_RAW", 3),
    {"SOCK_NONBLOCK", 0x800, 0x20000000},
    {"SOCK_CLOEXEC", 0x80000, 0x10000000},
    SAME("IPPROTO_IP", 0),
    SAME("IPPROTO_TCP", 6),
    SAME("IPPROTO_UDP", 17),
    SAME("IPPROTO_IPV6", 41),
    SAME("IPPROTO_MPTCP", 262),
    SAME("F_GETFD", 1),
    SAME("F_SETFD", 2),
    SAME("F_GETFL", 3),
    SAME("F_SETFL", 4),
    SAME("O_RDONLY", 0),
    SAME("O_WRONLY", 1),
    SAME("O_RDWR", 2),
    {"O_NONBLOCK", 0x800, 4},
    SAME("SHUT_RD", 0),
    SAME("SHUT_WR", 1),
    SAME("SHUT_RDWR", 2),
    SAME("MSG_OOB", 1),
    SAME("MSG_PEEK", 2),
    SAME("MSG_TRUNC", 0x20),
    {"MSG_DONTWAIT", 0x40, 0x80},
    SAME("MSG_EOR", 0x80000000),
    {"MSG_WAITALL", 0x100, 0x40000000},
    SAME("MSG_ERRQUEUE", 0x2000),
    SAME("MSG_NOSIGNAL", 0x4000),
    SAME("MSG_MORE", 0x8000),
    SAME("MSG_ZEROCOPY", 0x4000000),
    SAME("MSG_FASTOPEN", 0x20000000),
    SAME("POLLIN", PKT_POLLIN),
    SAME("POLLPRI", PKT_POLLPRI),
    SAME("POLLOUT", PKT_POLLOUT),
    SAME("POLLERR", PKT_POLLERR),
    SAME("POLLHUP", PKT_POLLHUP),
    SAME("POLLNVAL", 0x20),
    SAME("POLLRDNORM", 0x40),
    SAME("POLLRDBAND", 0x80),
    SAME("POLLWRNORM", 0x100),
    SAME("POLLWRBAND", 0x200),
    SAME("POLLRDHUP", PKT_POLLRDHUP),
    SAME("EPOLLIN", PKT_POLLIN),
    SAME("EPOLLPRI", PKT_POLLPRI),
    SAME("EPOLLOUT", PKT_POLLOUT),
    SAME("EPOLLERR", PKT_POLLERR),
    SAME("EPOLLHUP", PKT_POLLHUP),
    SAME("EPOLLRDNORM", PKT_POLLRDNORM),
    SAME("EPOLLWRNORM", PKT_POLLWRNORM),
    SAME("EPOLLRDHUP", PKT_POLLRDHUP),
    SAME("EPOLLEXCLUSIVE", 1 << 28),
    SAME("EPOLLWAKEUP", 1 << 29),
    SAME("EPOLLONESHOT", 1 << 30),
    SAME("EPOLLET", INT64_C(1) << 31),
    SAME("EPOLL_CTL_ADD", 1),
    SAME("EPOLL_CTL_DEL", 2),
    SAME("EPOLL_CTL_MOD", 3),
    SAME("EPOLL_CLOEXEC", 0x80000),
    SAME("SOMAXCONN", 128),
    SAME("INADDR_ANY", 0),
    SAME("NULL", 0),
    SAME("ON", 1),
    SAME("OFF", 0),
};

gboolean pkt_eval_word(const char *word, PktOs os, int64_t *ret_value) {
  for (unsigned i = 0; i < G_N_ELEMENTS(WORDS); i++)
    if (strcmp(WORDS[i].name, word) == 0) {
      *ret_value = os == PKT_OS_BSD ? WORDS[i].bsd : WORDS[i].linux;
      return TRUE;
    }
  return FALSE;
}

static gboolean eval_binary(const PktExpr *expr, PktOs os, int64_t *ret_value) {
  int64_t left, right;
  if (!expr->items || expr->items->len != 2 || !pkt_eval(g_ptr_array_index(expr->items, 0), os, &left) ||
      !pkt_eval(g_ptr_array_index(expr->items, 1), os, &right))
    return FALSE;
  uint64_t a = (uint64_t)left, b = (uint64_t)right; /* wraps, never overflows */
  switch (expr->op) {
  case '|':
    *ret_value = left | right;
    return TRUE;
  case '+':
    *ret_value = (int64_t)(a + b);
    return TRUE;
  case '-':
    *ret_value = (int64_t)(a - b);
    return TRUE;
  case '*':
    *ret_value = (int64_t)(a * b);
    return TRUE;
  case '<':
    *ret_value = right >= 0 && right < 63 ? (int64_t)(a << b) : 0;
    return TRUE;
  default:
    return FALSE;
  }
}

static gboolean eval_call(const PktExpr *expr, PktOs os, int64_t *ret_value) {
  gboolean transparent = strcmp(expr->text, "htons") == 0 || strcmp(expr->text, "htonl") == 0 ||
                         strcmp(expr->text, "ntohs") == 0 || strcmp(expr->text, "ntohl") == 0;
  return transparent && expr->items && expr->items->len == 1 &&
         pkt_eval(g_ptr_array_index(expr->items, 0), os, ret_value);
}

gboolean pkt_eval(const PktExpr *expr, PktOs os, int64_t *ret_value) {
  switch (expr->kind) {
  case PKT_EXPR_INTEGER:
    *ret_value = expr->integer;
    return TRUE;
  case PKT_EXPR_WORD:
    return pkt_eval_word(expr->text, os, ret_value);
  case PKT_EXPR_BINARY:
    return eval_binary(expr, os, ret_value);
  case PKT_EXPR_CALL:
    return eval_call(expr, os, ret_value);
  case PKT_EXPR_LIST: /* "[1]": what a pointer points to */
    return expr->items && expr->items->len == 1 && pkt_eval(g_ptr_array_index(expr->items, 0), os, ret_value);
  case PKT_EXPR_ELLIPSIS:
  case PKT_EXPR_STRING:
  case PKT_EXPR_STRUCT:
    return FALSE;
  }
  return FALSE;
}

static void append_items(GString *text, const PktExpr *expr, const char *open, const char *close) {
  g_string_append(text, open);
  for (guint i = 0; expr->items && i < expr->items->len; i++) {
    g_autofree char *item = pkt_print_expr(g_ptr_array_index(expr->items, i));
    g_string_append_printf(text, "%s%s", i ? ", " : "", item);
  }
  g_string_append(text, close);
}

char *pkt_print_expr(const PktExpr *expr) {
  GString *text = g_string_new(NULL);
  if (expr->name)
    g_string_append_printf(text, "%s=", expr->name);
  switch (expr->kind) {
  case PKT_EXPR_ELLIPSIS:
    g_string_append(text, "...");
    break;
  case PKT_EXPR_INTEGER:
    g_string_append_printf(text, "%" G_GINT64_FORMAT, expr->integer);
    break;
  case PKT_EXPR_WORD:
    g_string_append(text, expr->text);
    break;
  case PKT_EXPR_STRING:
    g_string_append_printf(text, "\"%s\"", expr->text);
    break;
  case PKT_EXPR_BINARY: {
    g_autofree char *left = pkt_print_expr(g_ptr_array_index(expr->items, 0));
    g_autofree char *right = pkt_print_expr(g_ptr_array_index(expr->items, 1));
    g_string_append_printf(text, "%s%s%c%s", left, expr->op == '<' ? "<" : "", expr->op, right);
    break;
  }
  case PKT_EXPR_LIST:
    append_items(text, expr, "[", "]");
    break;
  case PKT_EXPR_STRUCT:
    append_items(text, expr, "{", "}");
    break;
  case PKT_EXPR_CALL:
    g_string_append(text, expr->text);
    append_items(text, expr, "(", ")");
    break;
  }
  return g_string_free(text, FALSE);
}
