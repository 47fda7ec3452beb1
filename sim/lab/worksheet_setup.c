#include "lab/worksheet_setup.h"

#include "output/text/style.h"
#include "tcp/tcp_profile.h"

#include <string.h>

/* Parameters that decide when something happens while a connection ends: told even where they are the stack's own. */
static const char *const ALWAYS_TOLD[] = {"msl", "rto_initial", "rto_min", "rto_max", "retries"};

static gboolean is_always_told(const char *name) {
  for (gsize i = 0; i < G_N_ELEMENTS(ALWAYS_TOLD); i++)
    if (strcmp(ALWAYS_TOLD[i], name) == 0)
      return TRUE;
  return FALSE;
}

static char *span_text(SimTime span) {
  char buffer[40];
  return g_strdup(text_span(span, buffer, sizeof buffer));
}

static const ScenarioHost *host_at(const Scenario *scenario, uint32_t index) {
  return g_ptr_array_index(scenario->hosts, index);
}

/* What is said of a host's TCP: where it differs from its stack, and the times that count. A bug is what a student is
 * to find, so no parameter of that name is told. */
static void append_params(GString *out, const ScenarioHost *host) {
  TcpParams own;
  tcp_profile_params(host->profile, &own);
  unsigned count;
  const TcpParamInfo *infos = tcp_param_list(&count);
  gboolean two_msl = host->tcp.time_wait == 2 * host->tcp.msl;
  for (unsigned i = 0; i < count; i++) {
    const TcpParamInfo *info = &infos[i];
    gboolean differs = tcp_params_get(&host->tcp, info) != tcp_params_get(&own, info);
    gboolean is_time_wait = strcmp(info->name, "time_wait") == 0, is_msl = strcmp(info->name, "msl") == 0;
    if (g_str_has_prefix(info->name, "bug_") || (is_time_wait && two_msl) || (is_msl && !two_msl))
      continue;
    if (!differs && !is_always_told(info->name) && !is_time_wait)
      continue;
    char value[64];
    g_string_append_printf(out, "%s %s %s", out->len > 0 ? "," : "", info->name,
                           tcp_params_print(&host->tcp, info, value, sizeof value));
  }
}

static void add_hosts(GPtrArray *lines, const Scenario *scenario) {
  for (guint i = 0; i < scenario->hosts->len; i++) {
    const ScenarioHost *host = host_at(scenario, i);
    GString *params = g_string_new(NULL);
    append_params(params, host);
    const char *stack = host->profile->broken ? "a stack under test" : host->profile->name;
    g_ptr_array_add(lines, g_strdup_printf("Host %s: %s;%s", host->name, stack, params->str));
    g_string_free(params, TRUE);
  }
}

static void add_links(GPtrArray *lines, const Trace *trace) {
  const GPtrArray *links = trace->header->links;
  for (guint i = 0; i < links->len; i++) {
    const TraceLink *link = g_ptr_array_index(links, i);
    const TraceLink *back = i + 1 < links->len ? g_ptr_array_index(links, i + 1) : NULL;
    gboolean both = back && strcmp(back->from, link->to) == 0 && strcmp(back->to, link->from) == 0 &&
                    back->delay == link->delay && g_strcmp0(back->about, link->about) == 0;
    g_autofree char *delay = span_text(link->delay);
    g_ptr_array_add(lines,
                    g_strdup_printf("Link %s %s %s: delay %s%s%s%s", link->from, both ? "and" : "to", link->to, delay,
                                    both ? " each way" : "", link->about ? ", " : "", link->about ? link->about : ""));
    i += both ? 1 : 0;
  }
}

static void add_connections(GPtrArray *lines, const Scenario *scenario) {
  for (guint i = 0; i < scenario->connections->len; i++) {
    const ScenarioConn *conn = g_ptr_array_index(scenario->connections, i);
    const char *client = host_at(scenario, conn->client)->name, *server = host_at(scenario, conn->server)->name;
    g_autofree char *port =
        conn->client_port ? g_strdup_printf(":%u", conn->client_port) : g_strdup(" (a port that it chooses)");
    g_autofree char *many =
        conn->population ? g_strdup_printf("%u connections ", conn->count) : g_strdup("Connection ");
    g_ptr_array_add(lines, g_strdup_printf("%s%s: from %s%s to %s:%u%s", many, conn->name, client, port, server,
                                           conn->server_port, conn->established ? ", already open" : ""));
  }
}

/* How an end comes to a state, as it may be told to whoever is to name the state. */
static const char *state_event(TcpState state) {
  switch (state) {
  case TCP_STATE_LISTEN:
    return "waits for a connection";
  case TCP_STATE_SYN_SENT:
    return "has sent its SYN";
  case TCP_STATE_SYN_RECEIVED:
    return "has received a SYN";
  case TCP_STATE_ESTABLISHED:
    return "is open";
  case TCP_STATE_FIN_WAIT_1:
    return "has closed, as the first one";
  case TCP_STATE_FIN_WAIT_2:
    return "has received the acknowledgment of its FIN";
  case TCP_STATE_CLOSE_WAIT:
    return "has received the peer's FIN";
  case TCP_STATE_CLOSING:
    return "has received a FIN that crossed its own";
  case TCP_STATE_LAST_ACK:
    return "has closed, as the second one";
  case TCP_STATE_TIME_WAIT:
    return "has received the last FIN, and its own is acknowledged";
  case TCP_STATE_CLOSED:
  case TCP_STATE_COUNT:
    break;
  }
  return "is gone";
}

/* "200 ms after it has read the end of the stream" */
static char *trigger_text(const Scenario *scenario, const AppItem *item) {
  g_autofree char *delay = span_text(item->at);
  if (item->trigger == APP_AT)
    return g_strdup_printf("at %s", delay);
  g_autofree char *when = item->at == 0 ? g_strdup("as soon as") : g_strdup_printf("%s after", delay);
  switch (item->trigger) {
  case APP_ON_ESTABLISHED:
    return g_strdup_printf("%s the connection is open", when);
  case APP_ON_DATA:
    return g_strdup_printf("%s it has read %" G_GUINT64_FORMAT " octets", when, item->data_octets);
  case APP_ON_EOF:
    return g_strdup_printf("%s it has read the end of the stream", when);
  case APP_ON_RESET:
    return g_strdup_printf("%s it is told that the connection was reset", when);
  case APP_ON_TIMEOUT:
    return g_strdup_printf("%s it is told that the connection timed out", when);
  case APP_ON_CLOSED:
    return g_strdup_printf("%s its connection is gone", when);
  case APP_ON_STATE: {
    g_autofree char *conn = scenario_conn_name(scenario, item->state_conn);
    return g_strdup_printf("%s %s's end of %s %s", when, host_at(scenario, item->state_host)->name, conn,
                           state_event(item->state));
  }
  case APP_AT:
  case APP_NEVER:
    break;
  }
  return g_strdup("never");
}

static char *call_text(const AppItem *item) {
  static const char *const how[] = {"SHUT_RD", "SHUT_WR", "SHUT_RDWR"};
  switch (item->call) {
  case APP_BIND:
    return item->port ? g_strdup_printf("bind(%u)", item->port) : g_strdup("bind()");
  case APP_LISTEN:
    return g_strdup("listen()");
  case APP_CONNECT:
    return g_strdup("connect()");
  case APP_SEND:
    return g_strdup_printf("send(%" G_GUINT64_FORMAT ")", item->octets);
  case APP_RECV:
    return item->octets ? g_strdup_printf("recv(%" G_GUINT64_FORMAT ")", item->octets) : g_strdup("recv()");
  case APP_SHUTDOWN:
    return g_strdup_printf("shutdown(%s)", how[item->how]);
  case APP_SETSOCKOPT: {
    AppValue type = app_option_value(item->option);
    gboolean is_time = type == APP_VALUE_LINGER || type == APP_VALUE_TIME;
    g_autofree char *value = item->value == SIM_NEVER ? g_strdup("off")
                             : is_time                ? span_text(item->value)
                                                      : g_strdup_printf("%" G_GINT64_FORMAT, item->value);
    return g_strdup_printf("setsockopt(%s, %s)", app_option_name(item->option), value);
  }
  case APP_CLOSE:
    return g_strdup("close()");
  case APP_ABORT:
    return g_strdup("abort()");
  }
  g_assert_not_reached();
}

static void add_apps(GPtrArray *lines, const Scenario *scenario) {
  for (guint i = 0; i < scenario->apps->len; i++) {
    const AppScript *app = g_ptr_array_index(scenario->apps, i);
    GString *line = g_string_new(NULL);
    g_string_append_printf(line, "%s on %s", app->conn == APP_NONE ? "Another process" : "Application",
                           host_at(scenario, app->host)->name);
    if (app->conn != APP_NONE && scenario->connections->len > 1)
      g_string_append_printf(line, " (%s)", scenario_conn(scenario, app->conn)->name);
    g_string_append(line, app->read ? ": " : ": reads only by recv(); ");
    for (guint k = 0; k < app->items->len; k++) {
      const AppItem *item = &g_array_index(app->items, AppItem, k);
      g_autofree char *when = trigger_text(scenario, item), *call = call_text(item);
      g_string_append_printf(line, "%s%s %s", k > 0 ? "; " : "", call, when);
    }
    if (app->items->len == 0)
      g_string_append(line, "does nothing");
    g_ptr_array_add(lines, g_string_free(line, FALSE));
  }
}

GPtrArray *worksheet_setup(const Scenario *scenario, const Trace *trace) {
  GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
  add_hosts(lines, scenario);
  add_links(lines, trace);
  add_connections(lines, scenario);
  add_apps(lines, scenario);
  return lines;
}

GPtrArray *worksheet_faults(const Scenario *scenario) {
  GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < scenario->faults->len; i++) {
    const Fault *fault = g_ptr_array_index(scenario->faults, i);
    g_ptr_array_add(lines, g_strdup_printf("fault %u: %s", i + 1, fault->text));
  }
  for (guint i = 0; i < scenario->events->len; i++) {
    const ScenarioEvent *event = &g_array_index(scenario->events, ScenarioEvent, i);
    g_autofree char *at = span_text(event->at);
    g_ptr_array_add(lines, g_strdup_printf("at %s: %s %s", at, host_at(scenario, event->host)->name,
                                           event->change == WORLD_CRASH ? "crashes" : "reboots"));
  }
  return lines;
}
