/* "expect". */
#include <string.h>

#include "scenario/load.h"
#include "scenario/words.h"

#define MOST_EXPECTATIONS 10000
#define MOST_PATH         64
#define MOST_ORDER        1000
#define MOST_COUNT        (INT64_MAX >> 10)

static const char *const end_words[] = {"idle", "renewing", "duration", "budget", NULL};
static const char *const call_words[] = {"bind",     "listen",     "connect", "send",  "recv",
                                         "shutdown", "setsockopt", "close",   "abort", NULL};

/* "host", and "conn" if the host has more than one connection. */
static gboolean load_end_of_conn(Loader *l, const JsonAt *at, Expectation *e) {
  JsonAt member;
  uint32_t host, conn;
  if (!load_required(l, at, "host", "the name of a host", &member) || !load_host(l, &member, &host))
    return FALSE;
  e->host = g_strdup(load_host_at(l, host)->name);
  if (!load_conn_of(l, at, host, "an expectation", &conn))
    return FALSE;
  e->conn = scenario_conn_name(l->scenario, conn);
  return TRUE;
}

SegmentMatch *load_segment_match(Loader *l, const JsonAt *at) {
  static const char *const keys[] = {"from", "to", "conn", "flags", "len", "seq", "attempt", "lost", NULL};
  SegmentMatch *match = segment_match_new();
  JsonAt member;
  uint32_t index;
  guint64 value;
  if (!load_object(l, at, keys))
    return match;
  if (load_member(l, at, "from", &member) && load_host(l, &member, &index))
    match->from = g_strdup(load_host_at(l, index)->name);
  if (load_member(l, at, "to", &member) && load_host(l, &member, &index))
    match->to = g_strdup(load_host_at(l, index)->name);
  if (load_member(l, at, "conn", &member) && load_conn(l, &member, &index))
    match->conn = scenario_conn_name(l->scenario, index);
  if (load_member(l, at, "flags", &member))
    load_flags(l, &member, &match->flags_exact, &match->flags);
  if (load_member(l, at, "len", &member) && load_uint(l, &member, 0, 65535, &value)) {
    match->has_len = TRUE;
    match->len = (uint32_t)value;
  }
  if (load_member(l, at, "seq", &member) && load_uint(l, &member, 0, UINT32_MAX, &value)) {
    match->has_seq = TRUE;
    match->seq = (uint32_t)value;
  }
  if (load_member(l, at, "attempt", &member) && load_uint(l, &member, 1, UINT32_MAX, &match->attempt))
    match->has_attempt = TRUE;
  if (load_member(l, at, "lost", &member))
    match->has_lost = load_bool(l, &member, &match->lost);
  return match;
}

/* An exact number, or {"min": ..., "max": ...}. */
static void load_bounds(Loader *l, const JsonAt *at, Expectation *e) {
  static const char *const keys[] = {"min", "max", NULL};
  JsonAt member;
  guint64 value;
  if (cJSON_IsNumber(at->item)) {
    if (load_uint(l, at, 0, MOST_COUNT, &value))
      e->min = e->max = (int64_t)value;
    return;
  }
  if (!cJSON_IsObject(at->item)) {
    load_type_error(l, at, "a number, or bounds such as {\"min\": 1, \"max\": 3}");
    return;
  }
  e->max = -1;
  load_object(l, at, keys);
  if (!load_has(at, "min") && !load_has(at, "max"))
    load_error(l, at, "missing key \"min\" or \"max\": bounds have at least one of them");
  if (load_member(l, at, "min", &member) && load_uint(l, &member, 0, MOST_COUNT, &value))
    e->min = (int64_t)value;
  if (load_member(l, at, "max", &member) && load_uint(l, &member, 0, MOST_COUNT, &value)) {
    e->max = (int64_t)value;
    if (e->max < e->min)
      load_error(l, &member, "max is less than min");
  }
}

static void load_path(Loader *l, const JsonAt *at, Expectation *e) {
  static const char *const keys[] = {"host", "conn", "path", NULL};
  JsonAt path;
  e->kind = EXPECT_PATH;
  load_object(l, at, keys);
  load_end_of_conn(l, at, e);
  if (!load_member(l, at, "path", &path) || !load_list(l, &path, MOST_PATH))
    return;
  e->path = g_array_new(FALSE, FALSE, sizeof(TcpState));
  LOAD_EACH(l, &path, item) {
    TcpState state;
    if (load_state(l, &item, &state))
      g_array_append_val(e->path, state);
  }
  if (!path.item->child)
    load_error(l, &path, "a path has at least one state, the one it starts in");
}

static void load_state_at(Loader *l, const JsonAt *at, Expectation *e) {
  static const char *const keys[] = {"host", "conn", "at", "state", NULL};
  static const char *const never_keys[] = {"host", "conn", "state", NULL};
  JsonAt member;
  e->kind = EXPECT_STATE_AT;
  load_object(l, at, e->never ? never_keys : keys);
  load_end_of_conn(l, at, e);
  if (!e->never && load_required(l, at, "at", "a time such as \"150ms\"", &member))
    load_time(l, &member, "s", 0, SIM_H(24 * 365), NULL, &e->at);
  if (load_required(l, at, "state", "a state such as \"FIN-WAIT-1\"", &member))
    load_state(l, &member, &e->state);
}

static void load_count(Loader *l, const JsonAt *at, Expectation *e) {
  static const char *const keys[] = {"segments", "count", NULL};
  static const char *const never_keys[] = {"segments", NULL};
  JsonAt member;
  e->kind = EXPECT_COUNT;
  e->segments = g_ptr_array_new();
  load_object(l, at, e->never ? never_keys : keys);
  if (load_member(l, at, "segments", &member))
    g_ptr_array_add(e->segments, load_segment_match(l, &member));
  if (e->never) {
    e->min = 1;
    e->max = -1;
  } else if (load_required(l, at, "count", "how many, 2 or {\"min\": 1, \"max\": 3}", &member)) {
    load_bounds(l, &member, e);
  }
}

static void load_order(Loader *l, const JsonAt *at, Expectation *e) {
  static const char *const keys[] = {"order", NULL};
  JsonAt order;
  e->kind = EXPECT_ORDER;
  e->segments = g_ptr_array_new();
  load_object(l, at, keys);
  if (!load_member(l, at, "order", &order) || !load_list(l, &order, MOST_ORDER))
    return;
  LOAD_EACH(l, &order, item)
  g_ptr_array_add(e->segments, load_segment_match(l, &item));
  if (!order.item->child)
    load_error(l, &order, "an order has at least one segment");
}

static void load_port(Loader *l, const JsonAt *at, Expectation *e) {
  static const char *const keys[] = {"host", "port", "reserved", NULL};
  static const char *const reserved_keys[] = {"from", "until", NULL};
  JsonAt member, bound;
  uint32_t host;
  guint64 port;
  e->kind = EXPECT_PORT;
  load_object(l, at, keys);
  if (load_required(l, at, "host", "the name of a host", &member) && load_host(l, &member, &host))
    e->host = g_strdup(load_host_at(l, host)->name);
  if (load_required(l, at, "port", "a port, such as 49152", &member) && load_uint(l, &member, 1, 65535, &port))
    e->port = (uint16_t)port;
  if (!load_required(l, at, "reserved", "an interval, {\"from\": \"0s\", \"until\": \"240.3s\"}", &member) ||
      !load_object(l, &member, reserved_keys))
    return;
  gboolean from = load_required(l, &member, "from", "a time such as \"100ms\"", &bound) &&
                  load_time(l, &bound, "s", 0, SIM_H(24 * 365), NULL, &e->from);
  gboolean until = load_required(l, &member, "until", "a time such as \"240.3s\"", &bound) &&
                   load_time(l, &bound, "s", 0, SIM_H(24 * 365), NULL, &e->until);
  if (from && until && e->until <= e->from)
    load_error(l, &bound, "\"until\" must be later than \"from\"");
}

static void load_app_name(Loader *l, const JsonAt *at, Expectation *e) {
  const char *text;
  if (!load_text(l, at, "the name of an application", &text))
    return;
  if (g_hash_table_contains(l->app_names, text)) {
    e->app = g_strdup(text);
    return;
  }
  if (l->errors->len) /* the application may be the one that was complained about */
    return;
  g_autoptr(GPtrArray) names = g_ptr_array_new();
  for (unsigned i = 0; i < l->scenario->apps->len; i++)
    g_ptr_array_add(names, ((AppScript *)g_ptr_array_index(l->scenario->apps, i))->name);
  g_ptr_array_add(names, NULL);
  load_word_error(l, at, "application of this scenario", text, (const char *const *)names->pdata);
}

static gboolean is_result(const char *text) {
  size_t length = strlen(text);
  if (!strcmp(text, "ok"))
    return TRUE;
  return length >= 2 && length <= 32 && text[0] == 'E' &&
         strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == length;
}

static void load_call(Loader *l, const JsonAt *at, Expectation *e) {
  static const char *const keys[] = {"host", "app", "conn", "call", "at", "result", NULL};
  JsonAt member;
  uint32_t host, conn;
  unsigned call;
  const char *result;
  e->kind = EXPECT_CALL;
  e->at = SIM_NEVER;
  load_object(l, at, keys);
  if (load_required(l, at, "host", "the name of a host", &member) && load_host(l, &member, &host)) {
    e->host = g_strdup(load_host_at(l, host)->name);
    if (load_has(at, "conn") && load_conn_of(l, at, host, "an expectation", &conn))
      e->conn = scenario_conn_name(l->scenario, conn);
  }
  if (load_member(l, at, "app", &member))
    load_app_name(l, &member, e);
  if (load_member(l, at, "call", &member) && load_word(l, &member, call_words, &call))
    e->call = g_strdup(call_words[call]);
  if (load_member(l, at, "at", &member))
    load_time(l, &member, "s", 0, SIM_H(24 * 365), NULL, &e->at);
  if (!load_required(l, at, "result", "\"ok\", or an error such as \"EADDRINUSE\"", &member) ||
      !load_text(l, &member, "\"ok\", or an error such as \"EADDRINUSE\"", &result))
    return;
  if (is_result(result))
    e->result = g_strdup(result);
  else
    load_type_error(l, &member, "\"ok\", or an error such as \"EADDRINUSE\"");
}

static void load_octets(Loader *l, const JsonAt *at, Expectation *e) {
  static const char *const keys[] = {"host", "conn", "octets", NULL};
  JsonAt member;
  e->kind = EXPECT_OCTETS;
  load_object(l, at, keys);
  load_end_of_conn(l, at, e);
  if (load_member(l, at, "octets", &member))
    load_bounds(l, &member, e);
}

static void load_end(Loader *l, const JsonAt *at, Expectation *e) {
  static const char *const keys[] = {"end", NULL};
  JsonAt member;
  unsigned word;
  e->kind = EXPECT_END;
  load_object(l, at, keys);
  if (load_member(l, at, "end", &member) && load_word(l, &member, end_words, &word))
    e->result = g_strdup(end_words[word]);
}

static void load_never(Loader *l, const JsonAt *at, Expectation *e) {
  static const char *const keys[] = {"never", NULL};
  JsonAt claim;
  e->never = TRUE;
  e->at = SIM_NEVER;
  load_object(l, at, keys);
  if (!load_member(l, at, "never", &claim))
    return;
  if (!cJSON_IsObject(claim.item))
    load_type_error(l, &claim, "{\"host\": ..., \"state\": ...} or {\"segments\": {...}}");
  else if (load_has(&claim, "segments"))
    load_count(l, &claim, e);
  else
    load_state_at(l, &claim, e);
}

/* The key that tells what is claimed. The order matters: a call has a "conn" and an "at" like others. */
static const struct {
  const char *key;
  void (*load)(Loader *l, const JsonAt *at, Expectation *e);
} forms[] = {
    {"path", load_path},   {"state", load_state_at}, {"segments", load_count},
    {"order", load_order}, {"port", load_port},      {"never", load_never},
    {"call", load_call},   {"octets", load_octets},  {"end", load_end},
};

void load_expectation(Loader *l, const JsonAt *at, GPtrArray *list) {
  static const char *const keys[] = {"host",     "conn",     "app",    "path",   "at",   "state",
                                     "segments", "count",    "order",  "never",  "port", "call",
                                     "end",      "reserved", "result", "octets", NULL};
  if (!cJSON_IsObject(at->item)) {
    load_type_error(l, at, "an object {...}");
    return;
  }
  for (unsigned i = 0; i < G_N_ELEMENTS(forms); i++) {
    if (!load_has(at, forms[i].key))
      continue;
    Expectation *e = g_new0(Expectation, 1);
    unsigned errors = l->errors->len;
    forms[i].load(l, at, e);
    e->line = json_doc_line(l->doc, at->item);
    if (l->errors->len == errors)
      e->text = load_expectation_text(e);
    g_ptr_array_add(list, e);
    return;
  }
  if (load_object(l, at, keys))
    load_error(l, at,
               "an expectation has one of the keys path, state, segments, order, port, never, call, octets, end");
}

void load_expectations(Loader *l, const JsonAt *root) {
  JsonAt expect;
  if (!load_member(l, root, "expect", &expect) || !load_list(l, &expect, MOST_EXPECTATIONS))
    return;
  LOAD_EACH(l, &expect, item)
  load_expectation(l, &item, l->scenario->expectations);
}
