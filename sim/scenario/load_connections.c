/* "connections". */
#include <string.h>

#include "scenario/load.h"
#include "scenario/words.h"

#define MOST_CONNECTIONS 10000

static gboolean parse_port(const char *text, uint16_t *ret_port) {
  size_t digits = strspn(text, "0123456789");
  if (digits < 1 || digits > 5 || text[digits] || text[0] == '0')
    return FALSE;
  guint64 port = g_ascii_strtoull(text, NULL, 10);
  if (port > 65535)
    return FALSE;
  *ret_port = (uint16_t)port;
  return TRUE;
}

/* "client:49152". */
static gboolean load_end(Loader *l, const JsonAt *at, uint32_t *ret_host, uint16_t *ret_port) {
  static const char expected[] = "a host and a port, such as \"client:49152\"";
  const char *text;
  if (!load_text(l, at, expected, &text))
    return FALSE;
  const char *colon = strrchr(text, ':');
  g_autofree char *name = g_strndup(text, colon ? (size_t)(colon - text) : strlen(text));
  gboolean named = colon && load_is_name(name, strlen(name));
  uint16_t port = 0;
  uint32_t host = 0;
  if (!named) {
    load_type_error(l, at, expected);
    return FALSE;
  }
  gboolean good = load_find_host(l, name, &host);
  if (!good)
    load_unknown_host(l, at, name);
  if (!parse_port(colon + 1, &port)) {
    g_autofree char *quoted = words_quote(colon + 1);
    load_error(l, at, "%s is no port: expected a number from 1 to 65535, as in \"%s:80\"", quoted, name);
    return FALSE;
  }
  if (good) {
    *ret_host = host;
    *ret_port = port;
  }
  return good;
}

static void load_rtt(Loader *l, const JsonAt *at, ScenarioConn *conn) {
  static const char *const words[] = {"auto", "none", NULL};
  const char *text = cJSON_IsString(at->item) ? at->item->valuestring : NULL;
  if (text && g_ascii_isalpha(text[0])) {
    unsigned word;
    if (load_word(l, at, words, &word))
      conn->rtt = word ? SCENARIO_RTT_NONE : SCENARIO_RTT_AUTO;
  } else if (load_time(l, at, "ms", 1, SIM_H(1), NULL, &conn->rtt_given)) {
    conn->rtt = SCENARIO_RTT_GIVEN;
  }
  if (!conn->established)
    load_key_error(l, at, "\"rtt\" is for a connection with \"state\": \"ESTABLISHED\"; this one measures its own");
}

static void load_isn(Loader *l, const JsonAt *at, ScenarioConn *conn) {
  const char *const names[] = {load_host_at(l, conn->client)->name, load_host_at(l, conn->server)->name, NULL};
  if (!load_object(l, at, names))
    return;
  for (unsigned i = 0; i < 2; i++) {
    JsonAt isn;
    guint64 value;
    if (load_member(l, at, names[i], &isn) && load_uint(l, &isn, 0, UINT32_MAX, &value)) {
      conn->has_isn[i] = TRUE;
      conn->isn[i] = (uint32_t)value;
    }
  }
}

static void load_start(Loader *l, const JsonAt *at, ScenarioConn *conn) {
  JsonAt member;
  TcpState state;
  conn->auto_open = !load_has(at, "state");
  if (!load_member(l, at, "state", &member) || !load_state(l, &member, &state))
    return;
  if (state == TCP_STATE_ESTABLISHED)
    conn->established = TRUE;
  else if (state != TCP_STATE_CLOSED)
    load_error(l, &member,
               "a connection starts ESTABLISHED, or CLOSED until somebody opens it; without \"state\" it is opened by "
               "a handshake at 0 s");
}

/* Refuses a connection without a link for it, and a second ESTABLISHED one between the same ports. */
static void check_tuple(Loader *l, const JsonAt *at, const ScenarioConn *conn) {
  unsigned direction;
  const char *client = load_host_at(l, conn->client)->name, *server = load_host_at(l, conn->server)->name;
  if (conn->client == conn->server)
    load_error(l, at, "a connection joins two different hosts");
  else if (l->links_known && !scenario_link(l->scenario, conn->client, conn->server, &direction))
    load_error(l, at, "there is no link between %s and %s: add {\"between\": [\"%s\", \"%s\"], \"delay\": \"50ms\"}",
               client, server, client, server);
  for (unsigned i = 0; i < l->scenario->connections->len; i++) {
    const ScenarioConn *other = load_conn_at(l, i);
    gboolean same = conn->client == other->client && conn->client_port == other->client_port &&
                    conn->server == other->server && conn->server_port == other->server_port;
    gboolean crossed = conn->client == other->server && conn->client_port == other->server_port &&
                       conn->server == other->client && conn->server_port == other->client_port;
    if ((same || crossed) && conn->established && other->established)
      load_error(l, at, "connection \"%s\" is ESTABLISHED between the same hosts and ports", other->name);
  }
}

static const char *load_connection_name(Loader *l, const JsonAt *at) {
  JsonAt member;
  const char *name;
  if (!load_required(l, at, "name", "a name such as \"web\"", &member) || !load_name(l, &member, &name))
    return NULL;
  if (!g_hash_table_contains(l->conn_names, name))
    return name;
  load_error(l, &member, "there is a connection \"%s\" already", name);
  return NULL;
}

static void load_connection(Loader *l, const JsonAt *at) {
  static const char *const keys[] = {"name", "from", "to", "state", "rtt", "isn", NULL};
  static const char end_expected[] = "a host and a port, such as \"client:49152\"";
  ScenarioConn conn = {0};
  JsonAt member;
  if (!load_object(l, at, keys)) {
    l->conns_known = FALSE;
    return;
  }
  const char *name = load_connection_name(l, at);
  gboolean from =
      load_required(l, at, "from", end_expected, &member) && load_end(l, &member, &conn.client, &conn.client_port);
  gboolean to = load_required(l, at, "to", "a host and a port, such as \"server:80\"", &member) &&
                load_end(l, &member, &conn.server, &conn.server_port);
  load_start(l, at, &conn);
  if (load_member(l, at, "rtt", &member))
    load_rtt(l, &member, &conn);
  if (from && to && load_member(l, at, "isn", &member))
    load_isn(l, &member, &conn);
  if (from && to)
    check_tuple(l, at, &conn);
  if (!name || !from || !to) {
    l->conns_known = FALSE;
    return;
  }
  conn.name = g_strdup(name);
  g_hash_table_insert(l->conn_names, conn.name, GUINT_TO_POINTER(l->scenario->connections->len));
  g_ptr_array_add(l->scenario->connections, g_memdup2(&conn, sizeof conn));
}

void load_connections(Loader *l, const JsonAt *root) {
  JsonAt connections;
  l->conns_known = TRUE;
  if (!load_has(root, "connections"))
    return;
  if (!load_member(l, root, "connections", &connections) || !load_list(l, &connections, MOST_CONNECTIONS)) {
    l->conns_known = FALSE;
    return;
  }
  LOAD_EACH(l, &connections, connection)
  load_connection(l, &connection);
}
