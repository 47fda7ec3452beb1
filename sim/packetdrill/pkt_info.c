/* %{ assert tcpi_... }%: the fields of TCP_INFO that exist here. */
#include "packetdrill/pkt_player.h"

#include <stdlib.h>
#include <string.h>

/* --- fields ------------------------------------------------------------------------------------------------------- */

/* The numbers of the states: Linux's include/net/tcp_states.h, FreeBSD's netinet/tcp_fsm.h. */
static const int64_t STATE_NUMBERS[][TCP_STATE_COUNT] = {
    [PKT_OS_LINUX] = {[TCP_STATE_CLOSED] = 7,
                      [TCP_STATE_LISTEN] = 10,
                      [TCP_STATE_SYN_SENT] = 2,
                      [TCP_STATE_SYN_RECEIVED] = 3,
                      [TCP_STATE_ESTABLISHED] = 1,
                      [TCP_STATE_FIN_WAIT_1] = 4,
                      [TCP_STATE_FIN_WAIT_2] = 5,
                      [TCP_STATE_CLOSE_WAIT] = 8,
                      [TCP_STATE_CLOSING] = 11,
                      [TCP_STATE_LAST_ACK] = 9,
                      [TCP_STATE_TIME_WAIT] = 6},
    [PKT_OS_BSD] = {[TCP_STATE_CLOSED] = 0,
                    [TCP_STATE_LISTEN] = 1,
                    [TCP_STATE_SYN_SENT] = 2,
                    [TCP_STATE_SYN_RECEIVED] = 3,
                    [TCP_STATE_ESTABLISHED] = 4,
                    [TCP_STATE_CLOSE_WAIT] = 5,
                    [TCP_STATE_FIN_WAIT_1] = 6,
                    [TCP_STATE_CLOSING] = 7,
                    [TCP_STATE_LAST_ACK] = 8,
                    [TCP_STATE_FIN_WAIT_2] = 9,
                    [TCP_STATE_TIME_WAIT] = 10},
};

static int64_t microseconds(SimTime time) {
  return time == SIM_NEVER ? 0 : time / SIM_US(1);
}

static int64_t options_of(const TcpInfo *info) {
  return (info->timestamps ? 1 : 0) | (info->sack ? 2 : 0) | (info->wscale ? 4 : 0);
}

static gboolean field_of(const TcpInfo *info, PktOs os, const char *name, int64_t *ret_value) {
  const struct {
    const char *name;
    int64_t value;
  } fields[] = {
      {"state", STATE_NUMBERS[os][info->state]},
      {"retransmits", info->retransmissions},
      {"probes", info->probes},
      {"backoff", info->backoff},
      {"retrans", info->segments_again},
      {"total_retrans", info->total_again},
      {"snd_rexmitpack", info->total_again}, /* FreeBSD's name */
      {"snd_cwnd", info->cwnd},
      {"snd_ssthresh", MIN(info->ssthresh, (uint32_t)INT32_MAX)},
      {"rcv_ssthresh", info->rcv_wnd},
      {"options", options_of(info)},
      {"snd_wscale", info->snd_wscale},
      {"rcv_wscale", info->rcv_wscale},
      {"rto", microseconds(info->rto)},
      {"ato", microseconds(info->ato)},
      {"snd_mss", info->snd_mss},
      {"rcv_mss", info->rcv_mss},
      {"unacked", info->segments_out},
      {"sacked", info->segments_sacked},
      {"lost", info->segments_lost},
      {"rtt", microseconds(info->srtt)},
      {"rttvar", microseconds(info->rttvar)},
      {"min_rtt", microseconds(info->min_rtt)},
      {"notsent_bytes", (int64_t)info->unsent},
      {"snd_wnd", info->snd_wnd},
      {"rcv_wnd", info->rcv_wnd},
      {"rcv_space", info->rcv_wnd},
      {"advmss", info->own_mss},
      {"pmtu", info->own_mss + 40},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS(fields); i++)
    if (strcmp(fields[i].name, name) == 0) {
      *ret_value = fields[i].value;
      return TRUE;
    }
  return FALSE;
}

/* --- values ------------------------------------------------------------------------------------------------------- */

/* TCP_FIN_WAIT1, TCPI_FIN_WAIT_1, TCPS_..., TCP_CLOSE, a number, TCPI_OPT_* joined by '|'. */
static gboolean value_of(const char *text, PktOs os, int64_t *ret_value) {
  static const struct {
    const char *name;
    int64_t value;
  } WORDS[] = {{"OPT_TIMESTAMPS", 1}, {"OPT_SACK", 2}, {"OPT_WSCALE", 4}, {"OPT_ECN", 8},
               {"CLOSE", 7},          {"SYN_RECV", 3}, {"True", 1},       {"False", 0}};
  char *end;
  TcpState state;
  int64_t number = g_ascii_strtoll(text, &end, 0);
  if (end != text && *end == '\0') {
    *ret_value = number;
    return TRUE;
  }
  const char *bare = text;
  static const char *const PREFIXES[] = {"TCPI_", "TCPS_", "TCP_"};
  for (unsigned i = 0; i < G_N_ELEMENTS(PREFIXES) && bare == text; i++)
    if (strncmp(text, PREFIXES[i], strlen(PREFIXES[i])) == 0)
      bare = text + strlen(PREFIXES[i]);
  for (unsigned i = 0; i < G_N_ELEMENTS(WORDS); i++)
    if (strcmp(WORDS[i].name, bare) == 0) {
      *ret_value = WORDS[i].value;
      return TRUE;
    }
  if (strcmp(bare, "CLOSE") == 0)
    state = TCP_STATE_CLOSED;
  else if (!tcp_state_parse(bare, &state))
    return FALSE;
  *ret_value = STATE_NUMBERS[os][state];
  return TRUE;
}

static gboolean values_of(const char *text, PktOs os, int64_t *ret_value) {
  g_auto(GStrv) parts = g_strsplit(text, "|", -1);
  int64_t all = 0;
  for (unsigned i = 0; parts[i]; i++) {
    int64_t one;
    if (!value_of(g_strstrip(parts[i]), os, &one))
      return FALSE;
    all |= one;
  }
  *ret_value = all;
  return parts[0] != NULL;
}

/* --- assertions --------------------------------------------------------------------------------------------------- */

static const char *const SIGNS[] = {"==", "!=", "<", "<=", ">", ">="};

static gboolean holds(int64_t seen, PktRelation relation, int64_t wanted) {
  switch (relation) {
  case PKT_EQ:
    return seen == wanted;
  case PKT_NE:
    return seen != wanted;
  case PKT_LT:
    return seen < wanted;
  case PKT_LE:
    return seen <= wanted;
  case PKT_GT:
    return seen > wanted;
  case PKT_GE:
    return seen >= wanted;
  }
  g_assert_not_reached();
}

static char *value_text(const char *field, PktOs os, int64_t value) {
  for (unsigned state = 0; strcmp(field, "tcpi_state") == 0 && state < TCP_STATE_COUNT; state++)
    if (STATE_NUMBERS[os][state] == value)
      return g_strdup_printf("%s (%" G_GINT64_FORMAT ")", tcp_state_name((TcpState)state), value);
  return g_strdup_printf("%" G_GINT64_FORMAT, value);
}

/* In TIME-WAIT a socket of Linux has no connection any more and says CLOSE (tcp_time_wait()): right, and so is the
 * other. */
static gboolean looks_closed(const PktPlayer *player, const TcpInfo *info, const char *name) {
  return player->is_linux && info->state == TCP_STATE_TIME_WAIT && strcmp(name, "tcpi_state") == 0;
}

gboolean pkt_assert_info(PktPlayer *player, const TcpInfo *info, const char *name, PktRelation relation,
                         const char *value) {
  int64_t seen, wanted, closed = STATE_NUMBERS[player->os][TCP_STATE_CLOSED];
  if (strncmp(name, "tcpi_", 5) != 0 || !field_of(info, player->os, name + 5, &seen))
    return pkt_outside(player, "%s", name);
  if (!values_of(value, player->os, &wanted))
    return pkt_outside(player, "the value %s of %s", value, name);
  if (holds(seen, relation, wanted) || (looks_closed(player, info, name) && holds(closed, relation, wanted)))
    return TRUE;
  g_autofree char *text = value_text(name, player->os, seen);
  return pkt_fail(player, g_strdup_printf("%s %s %s", name, SIGNS[relation], value),
                  g_strdup_printf("%s == %s", name, text), "the assertion does not hold");
}

static gboolean assert_one(PktPlayer *player, const TcpInfo *info, const PktAssertion *assertion) {
  if (pkt_assert_info(player, info, assertion->field, assertion->relation, assertion->value))
    return TRUE;
  if (assertion->line)
    player->result->line = assertion->line;
  return FALSE;
}

/* The socket of the last descriptor that has a connection: as the tool asks. When all are closed, the connection under
 * test, though a kernel has no descriptor left to ask. */
static void ask(const PktPlayer *player, TcpInfo *ret_info) {
  *ret_info = (TcpInfo){.state = TCP_STATE_CLOSED, .min_rtt = SIM_NEVER};
  for (guint i = player->sockets->len; i-- > 0;) {
    const PktSocket *socket = pkt_socket(player, i);
    if (socket->closed || socket->listening)
      continue;
    TcpHandle tcb = pkt_socket_tcb(player, socket);
    if (tcb)
      tcp_end_info(player->stack, tcb, ret_info);
    return;
  }
  TcpHandle tcb = player->current == PKT_NO_CONN ? TCP_NO_HANDLE : pkt_conn(player, player->current)->tcb;
  if (tcb) {
    tcp_end_info(player->stack, tcb, ret_info);
    return;
  }
  for (guint i = player->sockets->len; i-- > 0;)
    if (pkt_socket(player, i)->listening && !pkt_socket(player, i)->closed && player->current == PKT_NO_CONN)
      ret_info->state = TCP_STATE_LISTEN;
}

gboolean pkt_assert_all(PktPlayer *player, const PktEvent *event) {
  TcpInfo info;
  if (event->code_outside)
    return pkt_outside(player, "code: %s", event->code_outside);
  ask(player, &info);
  for (guint i = 0; event->assertions && i < event->assertions->len; i++)
    if (!assert_one(player, &info, g_ptr_array_index(event->assertions, i)))
      return FALSE;
  return TRUE;
}
