/* "connections". */
#include <string.h>

#include "scenario/decimal.h"
#include "scenario/load.h"
#include "scenario/words.h"

#define MOST_CONNECTIONS 10000
#define MOST_IN_ALL      10000000 /* with all the populations */

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

/* "client:49152", or where `may_lack_port` also "client": the port is 0 then. */
static gboolean load_end(Loader *l, const JsonAt *at, gboolean may_lack_port, uint32_t *ret_host, uint16_t *ret_port) {
  static const char expected[] = "a host and a port, such as \"client:49152\"";
  const char *text;
  if (!load_text(l, at, expected, &text))
    return FALSE;
  const char *colon = strrchr(text, ':');
  g_autofree char *name = g_strndup(text, colon ? (size_t)(colon - text) : strlen(text));
  gboolean named = (colon || may_lack_port) && load_is_name(name, strlen(name));
  uint16_t port = 0;
  uint32_t host = 0;
  if (!named) {
    load_type_error(l, at, expected);
    return FALSE;
  }
  gboolean good = load_find_host(l, name, &host);
  if (!good)
    load_unknown_host(l, at, name);
  if (colon && !parse_port(colon + 1, &port)) {
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
    const ScenarioConn *other = g_ptr_array_index(l->scenario->connections, i);
    if (!conn->client_port || !other->client_port)
      continue;
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
  uint32_t ignored;
  if (!load_required(l, at, "name", "a name such as \"web\"", &member) || !load_name(l, &member, &name))
    return NULL;
  if (!g_hash_table_contains(l->conn_names, name) && !load_find_member(l, name, &ignored))
    return name;
  load_error(l, &member, "there is a connection \"%s\" already", name);
  return NULL;
}

/* --- populations -------------------------------------------------------------------------------------------------- */

/* "1000/s", as the mean time between two. */
static void load_frequency(Loader *l, const JsonAt *at, SimTime *ret_gap) {
  static const char expected[] = "how many arrive per second, from \"0.000001/s\" to \"1000000000/s\", such as "
                                 "\"1000/s\"";
  const char *text;
  guint64 millionths;
  Decimal decimal;
  if (!load_text(l, at, expected, &text))
    return;
  size_t digits = strspn(text, "0123456789.");
  const char *point = memchr(text, '.', digits);
  gboolean well_formed = digits > 0 && text[0] != '.' && text[digits - 1] != '.' && !strcmp(text + digits, "/s") &&
                         !(point && memchr(point + 1, '.', digits - 1 - (size_t)(point - text)));
  if (!well_formed || !decimal_parse(text, digits, &decimal) || !decimal_to_uint(decimal, 1000000, &millionths) ||
      !millionths || millionths > G_GUINT64_CONSTANT(1000000000000000))
    load_type_error(l, at, expected);
  else
    *ret_gap = (SimTime)((G_GUINT64_CONSTANT(1000000000000000) + millionths / 2) / millionths);
}

static void load_arrival(Loader *l, const JsonAt *at, WorldArrival *arrival) {
  static const char *const keys[] = {"start", "every", "rate", "process", NULL};
  static const char *const words[] = {"poisson", "uniform", NULL};
  JsonAt member;
  unsigned word = 0;
  gboolean rate = load_has(at, "rate");
  if (!load_object(l, at, keys))
    return;
  if (rate == load_has(at, "every"))
    load_error(l, at,
               rate ? "both \"every\" and \"rate\": arrivals have one of them"
                    : "missing key \"every\" (a time) or \"rate\" (so many per second): arrivals have one of them");
  if (load_member(l, at, "start", &member))
    load_time(l, &member, "s", 0, SIM_H(24 * 365), NULL, &arrival->start);
  if (load_member(l, at, "every", &member))
    load_time(l, &member, "ms", 0, SIM_H(24), NULL, &arrival->gap);
  if (load_member(l, at, "rate", &member))
    load_frequency(l, &member, &arrival->gap);
  if (load_member(l, at, "process", &member)) {
    load_word(l, &member, words, &word);
    if (!rate)
      load_key_error(l, &member, "\"process\" goes with \"rate\"");
  }
  if (rate)
    arrival->process = word ? WORLD_ARRIVAL_UNIFORM : WORLD_ARRIVAL_POISSON;
}

/* Whether a name of a population's connections is taken. */
static void check_members(Loader *l, const JsonAt *at, const ScenarioConn *conn, const char *name) {
  for (unsigned i = 0; name && i < l->scenario->connections->len; i++) {
    const char *other = ((ScenarioConn *)g_ptr_array_index(l->scenario->connections, i))->name;
    size_t length = strlen(name);
    if (strncmp(other, name, length) || other[length] != '-' || other[length + 1] == '0')
      continue;
    const char *digits = other + length + 1;
    if (*digits && strlen(digits) < 10 && strspn(digits, "0123456789") == strlen(digits) &&
        g_ascii_strtoull(digits, NULL, 10) <= conn->count)
      load_error(l, at, "the name of one of these, \"%s\", is taken", other);
  }
}

static void load_population(Loader *l, const JsonAt *at, ScenarioConn *conn, const char *name) {
  JsonAt member;
  guint64 count;
  conn->count = 1;
  if (load_member(l, at, "count", &member)) {
    conn->population = TRUE;
    if (load_uint(l, &member, 1, MOST_IN_ALL, &count))
      conn->count = (uint32_t)count;
    if (conn->client_port)
      load_error(l, &member, "connections of a population have ports of their own: \"from\" names the host only");
    check_members(l, at, conn, name);
  }
  if (!load_member(l, at, "arrival", &member))
    return;
  if (!load_has(at, "count"))
    load_key_error(l, &member, "\"arrival\" is for a population: it goes with \"count\"");
  load_arrival(l, &member, &conn->arrival);
}

/* --- one entry ---------------------------------------------------------------------------------------------------- */

/* The next index; complains when there are too many. */
static uint32_t next_index(Loader *l, const JsonAt *at, const ScenarioConn *conn) {
  const GPtrArray *all = l->scenario->connections;
  const ScenarioConn *last = all->len ? g_ptr_array_index(all, all->len - 1) : NULL;
  uint32_t first = last ? last->first + last->count : 0;
  if (first > MOST_IN_ALL - conn->count)
    load_error(l, at, "more than %d connections in all", MOST_IN_ALL);
  return MIN(first, MOST_IN_ALL);
}

static void load_connection(Loader *l, const JsonAt *at) {
  static const char *const keys[] = {"name", "from", "to", "state", "rtt", "isn", "count", "arrival", NULL};
  static const char end_expected[] = "a host and a port, such as \"client:49152\"";
  ScenarioConn conn = {0};
  JsonAt member;
  if (!load_object(l, at, keys)) {
    l->conns_known = FALSE;
    return;
  }
  const char *name = load_connection_name(l, at);
  load_start(l, at, &conn);
  gboolean may_lack_port = !conn.established || load_has(at, "count");
  gboolean from = load_required(l, at, "from", end_expected, &member) &&
                  load_end(l, &member, may_lack_port, &conn.client, &conn.client_port);
  gboolean to = load_required(l, at, "to", "a host and a port, such as \"server:80\"", &member) &&
                load_end(l, &member, FALSE, &conn.server, &conn.server_port);
  load_population(l, at, &conn, name);
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
  conn.first = next_index(l, at, &conn);
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
