/* "apps". */
#include <string.h>

#include "scenario/load.h"
#include "scenario/words.h"

#define MOST_APPS   20000
#define MOST_ITEMS  10000
#define MOST_OCTETS 1073741824 /* of one call: 1 GiB */

#define MOST_OPTION_TIME  SIM_H(24)
#define MOST_OPTION_COUNT 1000

static const char *const call_words[] = {"bind",     "listen",     "connect", "send",  "recv",
                                         "shutdown", "setsockopt", "close",   "abort", NULL};
static const char *const how_words[] = {"RD", "WR", "RDWR", NULL};

static const char *const event_words[] = {"established", "data", "eof", "reset", "timeout", "closed", "never", NULL};
static const AppTrigger event_triggers[] = {APP_ON_ESTABLISHED, APP_ON_DATA,   APP_ON_EOF, APP_ON_RESET,
                                            APP_ON_TIMEOUT,     APP_ON_CLOSED, APP_NEVER};

/* Of a population only its own applications may wait for a state: each for that of its own connection. */
static gboolean load_state_conn(Loader *l, const JsonAt *at, const AppScript *app, AppItem *item) {
  uint32_t count;
  if (!load_conns_of(l, at, item->state_host, "\"on\" a state", &item->state_conn, &count))
    return FALSE;
  if (count > 1 && item->state_conn != app->conn) {
    load_error(l, at, "\"%s\" is %u connections: name one of them, such as \"%s-1\"",
               load_conn_at(l, item->state_conn)->name, count, load_conn_at(l, item->state_conn)->name);
    return FALSE;
  }
  return TRUE;
}

/* {"host": "server", "state": "CLOSE-WAIT"}: somebody's state. */
static gboolean load_state_event(Loader *l, const JsonAt *at, const AppScript *app, AppItem *item) {
  static const char *const keys[] = {"host", "conn", "state", NULL};
  JsonAt member;
  load_object(l, at, keys);
  gboolean host =
      load_required(l, at, "host", "the name of a host", &member) && load_host(l, &member, &item->state_host);
  gboolean conn = host && load_state_conn(l, at, app, item);
  gboolean state =
      load_required(l, at, "state", "a state such as \"CLOSE-WAIT\"", &member) && load_state(l, &member, &item->state);
  item->trigger = APP_ON_STATE;
  return conn && state;
}

static void load_event(Loader *l, const JsonAt *at, const AppScript *app, AppItem *item) {
  if (cJSON_IsObject(at->item)) {
    load_state_event(l, at, app, item);
    return;
  }
  unsigned word;
  if (!cJSON_IsString(at->item)) {
    load_type_error(l, at,
                    "an event: one of the words established, data, eof, reset, timeout, closed, never, or "
                    "{\"host\": ..., \"state\": ...}");
  } else if (load_word(l, at, event_words, &word)) {
    item->trigger = event_triggers[word];
    if (app->conn == APP_NONE && item->trigger != APP_NEVER)
      load_error(l, at, "an application without \"conn\" has no connection to which this could happen");
  }
}

/* Exactly one of "at" and "on"; "after" and "octets_read" with "on" only. */
static void load_trigger(Loader *l, const JsonAt *at, const AppScript *app, AppItem *item) {
  JsonAt member;
  gboolean has_at = load_has(at, "at"), has_on = load_has(at, "on");
  item->trigger = APP_NEVER;
  if (has_at == has_on)
    load_error(l, at,
               has_at ? "both \"at\" and \"on\": an item has one of them"
                      : "missing key \"at\" (a time) or \"on\" (an event): an item has one of them");
  if (load_member(l, at, "at", &member) && load_time(l, &member, "s", 0, SIM_H(24 * 365), NULL, &item->at))
    item->trigger = APP_AT;
  if (load_member(l, at, "on", &member))
    load_event(l, &member, app, item);
  gboolean event = has_on && item->trigger != APP_NEVER;
  if (load_member(l, at, "after", &member)) {
    if (has_at)
      load_key_error(l, &member, "\"after\" counts from an event: it goes with \"on\", not with \"at\"");
    else if (has_on && cJSON_IsString(cJSON_GetObjectItemCaseSensitive(at->item, "on")) && !event)
      load_key_error(l, &member, "nothing comes after never");
    load_time(l, &member, "ms", 0, SIM_H(24 * 365), NULL, &item->at);
  }
  item->data_octets = item->trigger == APP_ON_DATA;
  if (load_member(l, at, "octets_read", &member)) {
    if (item->trigger != APP_ON_DATA)
      load_key_error(l, &member, "\"octets_read\" goes with \"on\": \"data\"");
    load_uint(l, &member, 1, UINT64_MAX >> 1, &item->data_octets);
  }
}

/* Complains about a key that this call does not take. */
static gboolean load_argument(Loader *l, const JsonAt *at, const char *key, gboolean taken, const char *call,
                              JsonAt *ret_at) {
  if (!load_member(l, at, key, ret_at))
    return FALSE;
  if (!taken)
    load_key_error(l, ret_at, "%s takes no \"%s\"", call, key);
  return taken;
}

static gboolean is_off(const JsonAt *at) {
  return cJSON_IsString(at->item) && !strcmp(at->item->valuestring, "off");
}

static void load_option_value(Loader *l, const JsonAt *at, AppItem *item) {
  gboolean on;
  guint64 count;
  switch (app_option_value(item->option)) {
  case APP_VALUE_LINGER:
    if (is_off(at))
      item->value = SIM_NEVER;
    else if (!cJSON_IsString(at->item))
      load_type_error(l, at, "\"off\", or a time such as \"0s\" or \"5s\"");
    else
      load_time(l, at, "s", 0, MOST_OPTION_TIME, NULL, &item->value);
    return;
  case APP_VALUE_SWITCH:
    if (load_bool(l, at, &on))
      item->value = on;
    return;
  case APP_VALUE_LINGER2: /* "off" as a negative value in Linux: nobody waits in FIN-WAIT-2 */
    if (is_off(at))
      item->value = -1;
    else if (!cJSON_IsString(at->item))
      load_type_error(l, at, "\"off\", or a time such as \"5s\"");
    else
      load_time(l, at, "s", SIM_MS(1), MOST_OPTION_TIME, NULL, &item->value);
    return;
  case APP_VALUE_TIME:
    load_time(l, at, "s", SIM_MS(1), MOST_OPTION_TIME, NULL, &item->value);
    return;
  case APP_VALUE_COUNT:
    if (load_uint(l, at, 1, MOST_OPTION_COUNT, &count))
      item->value = (int64_t)count;
    return;
  }
}

/* "option" and "value", both of setsockopt alone. */
static void load_option(Loader *l, const JsonAt *at, AppItem *item) {
  const char *words[APP_OPTION_COUNT + 1] = {NULL};
  JsonAt member;
  unsigned option;
  gboolean taken = item->call == APP_SETSOCKOPT;
  for (unsigned i = 0; i < APP_OPTION_COUNT; i++)
    words[i] = app_option_name((AppOption)i);
  if (taken && !load_has(at, "option"))
    load_error(l, at, "missing key \"option\": expected the name of an option such as \"SO_LINGER\"");
  if (taken && !load_has(at, "value"))
    load_error(l, at, "missing key \"value\": expected the value of the option");
  gboolean known =
      load_argument(l, at, "option", taken, call_words[item->call], &member) && load_word(l, &member, words, &option);
  if (known)
    item->option = (AppOption)option;
  if (load_argument(l, at, "value", taken, call_words[item->call], &member) && known)
    load_option_value(l, &member, item);
}

static void load_arguments(Loader *l, const JsonAt *at, const AppScript *app, AppItem *item) {
  JsonAt member;
  guint64 port;
  unsigned how;
  const char *call = call_words[item->call];
  if (item->call == APP_SEND && !load_has(at, "octets"))
    load_error(l, at, "missing key \"octets\": expected how many octets to send");
  if (load_argument(l, at, "octets", item->call == APP_SEND || item->call == APP_RECV, call, &member))
    load_uint(l, &member, 1, MOST_OCTETS, &item->octets);
  item->how = APP_SHUT_WR;
  if (load_argument(l, at, "how", item->call == APP_SHUTDOWN, call, &member) && load_word(l, &member, how_words, &how))
    item->how = (AppShutdown)how;
  if (item->call == APP_BIND && app->conn == APP_NONE && !load_has(at, "port"))
    load_error(l, at, "missing key \"port\": an application without \"conn\" must say which port to bind");
  if (load_argument(l, at, "port", item->call == APP_BIND, call, &member) && load_uint(l, &member, 1, 65535, &port))
    item->port = (uint16_t)port;
  load_option(l, at, item);
}

static void load_item(Loader *l, const JsonAt *at, AppScript *app) {
  static const char *const keys[] = {"at",  "on",   "after",  "octets_read", "call", "octets",
                                     "how", "port", "option", "value",       NULL};
  AppItem item = {0};
  JsonAt member;
  unsigned call;
  if (!load_object(l, at, keys))
    return;
  load_trigger(l, at, app, &item);
  if (!load_required(l, at, "call",
                     "one of the words bind, listen, connect, send, recv, shutdown, setsockopt, close, abort",
                     &member) ||
      !load_word(l, &member, call_words, &call))
    return;
  item.call = (AppCall)call;
  gboolean of_port =
      item.call == APP_BIND || item.call == APP_LISTEN || item.call == APP_SETSOCKOPT || item.call == APP_CLOSE;
  if (app->conn == APP_NONE && !of_port && l->conns_known)
    load_error(l, &member,
               "an application without \"conn\" can only bind a port, listen on it, close it, and set options: add "
               "\"conn\" to the application");
  load_arguments(l, at, app, &item);
  g_array_append_val(app->items, item);
}

/* "HOST.CONN", "HOST.process", "HOST.process-2": no scenario can give such a name, its names have no dots. */
static char *default_name(Loader *l, const AppScript *app) {
  const char *host = load_host_at(l, app->host)->name;
  if (app->conn != APP_NONE)
    return g_strdup_printf("%s.%s", host, load_conn_at(l, app->conn)->name);
  unsigned n = ++l->processes[app->host];
  return n == 1 ? g_strdup_printf("%s.process", host) : g_strdup_printf("%s.process-%u", host, n);
}

/* Which host and connection it works on. FALSE if there is no telling. */
static gboolean load_place(Loader *l, const JsonAt *at, AppScript *app) {
  JsonAt member;
  app->conn = APP_NONE;
  app->count = 1;
  if (!load_required(l, at, "host", "the name of a host", &member) || !load_host(l, &member, &app->host))
    return FALSE;
  if (!load_has(at, "conn"))
    return TRUE;
  if (!load_conns_of(l, at, app->host, "an application", &app->conn, &app->count))
    return FALSE;
  if (app->count == 1 && load_conn_at(l, app->conn)->count > 1) {
    load_member(l, at, "conn", &member);
    load_error(l, &member, "the connections of a population have one application: that of \"%s\"",
               load_conn_at(l, app->conn)->name);
    return FALSE;
  }
  gint64 end = (gint64)app->host << 32 | app->conn;
  if (!g_hash_table_add(l->app_ends, g_memdup2(&end, sizeof end)))
    load_error(l, at, "%s has an application for this connection already: put the items into one \"do\"",
               load_host_at(l, app->host)->name);
  return TRUE;
}

static void load_app(Loader *l, const JsonAt *at) {
  static const char *const keys[] = {"name", "host", "conn", "read", "do", NULL};
  JsonAt member;
  const char *name;
  if (!load_object(l, at, keys))
    return;
  AppScript *app = g_new0(AppScript, 1);
  app->read = TRUE;
  app->items = g_array_new(FALSE, FALSE, sizeof(AppItem));
  gboolean placed = load_place(l, at, app);
  if (load_member(l, at, "name", &member) && load_name(l, &member, &name)) {
    if (g_hash_table_contains(l->app_names, name))
      load_error(l, &member, "there is an application \"%s\" already", name);
    app->name = g_strdup(name);
  }
  if (load_member(l, at, "read", &member))
    load_bool(l, &member, &app->read);
  if (load_member(l, at, "do", &member) && load_list(l, &member, MOST_ITEMS)) {
    /* Where it works is not known: its items are checked as if it had a connection. */
    if (!placed)
      app->conn = 0;
    LOAD_EACH(l, &member, item)
    load_item(l, &item, app);
  }
  if (!app->name)
    app->name = placed ? default_name(l, app) : g_strdup("");
  g_hash_table_insert(l->app_names, app->name, app);
  g_ptr_array_add(l->scenario->apps, app);
}

void load_apps(Loader *l, const JsonAt *root) {
  JsonAt apps;
  if (!load_member(l, root, "apps", &apps) || !load_list(l, &apps, MOST_APPS))
    return;
  LOAD_EACH(l, &apps, app)
  load_app(l, &app);
}
