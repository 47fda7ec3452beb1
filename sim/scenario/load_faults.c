/* "faults", and what a fault is called in words. */
#include <string.h>

#include "scenario/load.h"
#include "scenario/words.h"

#define MOST_FAULTS 10000
#define MOST_LENGTH 65535

static const char *const action_words[] = {"drop", "delay", "duplicate", "reorder", "corrupt", "inject", NULL};

/* What kind of segment, in the singular: "FIN", "FIN with data", "data segment", "segment F."; to be freed. */
static char *kind_of_segment(const FaultMatch *match) {
  gboolean data = match->has_len && match->len.first > 0;
  gboolean empty = match->has_len && match->len.last == 0;
  char letters[16];
  if (match->flags_exact && match->flags == TCP_ACK && empty)
    return g_strdup("pure ACK");
  if (match->flags_exact)
    return g_strdup_printf("%ssegment %s",
                           data    ? "data "
                           : empty ? "empty "
                                   : "",
                           tcp_flags_print(match->flags, letters, sizeof letters));
  if (!match->flags)
    return g_strdup(data ? "data segment" : empty ? "empty segment" : "segment");
  g_autofree char *words = load_flags_text(match->flags);
  return g_strconcat(words, data ? " with data" : empty ? " without data" : "", NULL);
}

static void append_range(GString *out, const FaultRange *range) {
  if (range->first == range->last)
    g_string_append_printf(out, "%" G_GUINT64_FORMAT, range->first);
  else if (range->last == UINT64_MAX)
    g_string_append_printf(out, "%" G_GUINT64_FORMAT " and up", range->first);
  else
    g_string_append_printf(out, "%" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT, range->first, range->last);
}

/* "the first FIN", "FINs 1 to 4", "every FIN from the third on", "every FIN", with `all` for "every". */
static void append_which(GString *out, const FaultMatch *match, const char *all) {
  g_autofree char *kind = kind_of_segment(match);
  g_autofree char *ordinal = match->has_nth ? words_ordinal(match->nth.first) : NULL;
  if (!match->has_nth || (match->nth.first == 1 && match->nth.last == UINT64_MAX))
    g_string_append_printf(out, "%s %s", all, kind);
  else if (match->nth.first == match->nth.last)
    g_string_append_printf(out, "the %s %s", ordinal, kind);
  else if (match->nth.last == UINT64_MAX)
    g_string_append_printf(out, "every %s from the %s on", kind, ordinal);
  else if (strchr(kind, ' ') && !g_str_has_suffix(kind, "ACK") && !g_str_has_suffix(kind, "segment"))
    g_string_append_printf(out, "every %s from number %" G_GUINT64_FORMAT " to number %" G_GUINT64_FORMAT, kind,
                           match->nth.first, match->nth.last);
  else {
    g_string_append_printf(out, "%ss ", kind);
    append_range(out, &match->nth);
  }
}

static const char *host_name(const Scenario *scenario, uint32_t host) {
  return ((ScenarioHost *)g_ptr_array_index(scenario->hosts, host))->name;
}

/* "the first FIN from client on web". */
static void append_match(GString *out, const Scenario *scenario, const FaultMatch *match, const char *all) {
  append_which(out, match, all);
  if (match->has_len && match->len.first > 0 && match->len.last != UINT64_MAX) {
    g_string_append(out, " of ");
    append_range(out, &match->len);
    g_string_append(out, " octets");
  }
  if (match->has_seq) {
    g_string_append(out, " at sequence number ");
    append_range(out, &match->seq);
  }
  if (match->from != FAULT_ANY)
    g_string_append_printf(out, " from %s", host_name(scenario, match->from));
  if (match->to != FAULT_ANY)
    g_string_append_printf(out, " to %s", host_name(scenario, match->to));
  if (match->conn != FAULT_ANY) {
    g_autofree char *conn = scenario_conn_name(scenario, match->conn);
    g_string_append_printf(out, " on %s", conn);
  }
}

/* "inject R 1:1(0) from server to client after the first FIN from client". */
static void append_injection(GString *out, const Scenario *scenario, const Fault *fault) {
  const FaultSegment *segment = &fault->segment;
  char text[64], time[32];
  tcp_segment_print(segment->flags, segment->seq, segment->len, segment->ack, text, sizeof text);
  g_string_append_printf(out, "%s from %s to %s ", text, host_name(scenario, segment->from),
                         host_name(scenario, segment->to));
  if (!fault->has_match) {
    g_string_append_printf(out, "at %s", simtime_print_human(fault->at, time, sizeof time));
    return;
  }
  if (fault->delay)
    g_string_append_printf(out, "%s ", simtime_print_human(fault->delay, time, sizeof time));
  g_string_append(out, "after ");
  append_match(out, scenario, &fault->match, "every");
}

char *load_fault_text(const Scenario *scenario, const Fault *fault) {
  char time[32];
  GString *out = g_string_new(fault->action == FAULT_REORDER ? "hold" : action_words[fault->action]);
  g_string_append_c(out, ' ');
  if (fault->action == FAULT_INJECT) {
    append_injection(out, scenario, fault);
    return g_string_free(out, FALSE);
  }
  append_match(out, scenario, &fault->match, "every");
  simtime_print_human(fault->delay, time, sizeof time);
  if (fault->has_until) {
    g_string_append(out, fault->action == FAULT_REORDER ? " until after " : ", the copy after ");
    append_match(out, scenario, &fault->until, "the next");
  } else if (fault->action == FAULT_DELAY) {
    g_string_append_printf(out, " by %s", time);
  } else if (fault->action == FAULT_DUPLICATE && fault->delay) {
    g_string_append_printf(out, ", the copy %s later", time);
  }
  return g_string_free(out, FALSE);
}

static void load_match(Loader *l, const JsonAt *at, FaultMatch *match) {
  static const char *const keys[] = {"from", "to", "conn", "flags", "nth", "seq", "len", NULL};
  JsonAt member;
  if (!load_object(l, at, keys))
    return;
  gboolean from = load_member(l, at, "from", &member) && load_host(l, &member, &match->from);
  gboolean to = load_member(l, at, "to", &member) && load_host(l, &member, &match->to);
  if (from && to && match->from == match->to)
    load_error(l, &member, "\"from\" and \"to\" are the same host");
  gboolean conn = load_member(l, at, "conn", &member) && load_conn(l, &member, &match->conn);
  for (unsigned i = 0; conn && i < 2; i++) {
    uint32_t host = i ? match->to : match->from;
    if (host != FAULT_ANY && host != load_conn_at(l, match->conn)->client &&
        host != load_conn_at(l, match->conn)->server)
      load_error(l, &member, "connection \"%s\" does not end at %s", load_conn_at(l, match->conn)->name,
                 load_host_at(l, host)->name);
  }
  if (load_member(l, at, "flags", &member))
    load_flags(l, &member, &match->flags_exact, &match->flags);
  match->has_nth = load_member(l, at, "nth", &member) && load_range(l, &member, 1, UINT64_MAX >> 1, &match->nth);
  match->has_seq = load_member(l, at, "seq", &member) && load_range(l, &member, 0, UINT32_MAX, &match->seq);
  match->has_len = load_member(l, at, "len", &member) && load_range(l, &member, 0, MOST_LENGTH, &match->len);
}

/* --- injected segments -------------------------------------------------------------------------------------------- */

/* "seq" or "raw_seq": relative to the ISN, or as on the wire. */
static void load_number(Loader *l, const JsonAt *at, const char *key, const char *raw_key, gboolean *ret_raw,
                        uint32_t *ret_number) {
  JsonAt member;
  guint64 number;
  *ret_raw = load_has(at, raw_key);
  if (load_member(l, at, *ret_raw ? raw_key : key, &member) && load_uint(l, &member, 0, UINT32_MAX, &number))
    *ret_number = (uint32_t)number;
  if (*ret_raw && load_has(at, key))
    load_error(l, at, "either \"%s\" or \"%s\"", key, raw_key);
}

/* The other end of `conn`, and the ports if it is this connection and no other that the segment belongs to. */
static void load_peer(Loader *l, const JsonAt *at, const JsonAt *from, const ScenarioConn *conn,
                      FaultSegment *segment) {
  JsonAt member;
  gboolean client = conn->client == segment->from;
  if (!client && conn->server != segment->from) {
    load_error(l, from, "connection \"%s\" does not end at %s", conn->name, load_host_at(l, segment->from)->name);
    return;
  }
  uint32_t to = client ? conn->server : conn->client;
  segment->to = to;
  if (segment->conn != FAULT_ANY) {
    segment->sport = client ? conn->client_port : conn->server_port;
    segment->dport = client ? conn->server_port : conn->client_port;
  }
  if (load_member(l, at, "to", &member) && load_host(l, &member, &to) && to != segment->to)
    load_error(l, &member, "the other end of connection \"%s\" is %s", conn->name, load_host_at(l, segment->to)->name);
}

/* Hosts and connection. The latter is, if it is left out, that of the match, or the only one of the scenario. */
static void load_segment_ends(Loader *l, const JsonAt *at, const Fault *fault, FaultSegment *segment) {
  JsonAt member, from;
  uint32_t conn = fault->has_match ? fault->match.conn : FAULT_ANY;
  if (load_has(at, "conn")) {
    if (!load_member(l, at, "conn", &member) || !load_conn(l, &member, &conn))
      return;
    segment->conn = conn;
  } else if (conn == FAULT_ANY && l->scenario->connections->len == 1) {
    conn = 0;
  }
  if (!fault->has_match && conn == FAULT_ANY) {
    if (l->conns_known)
      load_error(l, at, "missing key \"conn\": there are %u connections", l->scenario->connections->len);
    return;
  }
  if (!fault->has_match)
    segment->conn = conn;
  if (!load_required(l, at, "from", "the host that it claims to come from", &from) ||
      !load_host(l, &from, &segment->from))
    return;
  if (conn != FAULT_ANY)
    load_peer(l, at, &from, load_conn_at(l, conn), segment);
  else if (load_required(l, at, "to", "the host that it is for, or \"conn\", the connection", &member))
    load_host(l, &member, &segment->to);
}

static void load_segment(Loader *l, const JsonAt *at, const Fault *fault, FaultSegment *segment) {
  static const char *const keys[] = {"from", "to",  "conn",    "flags", "seq", "raw_seq",
                                     "ack",  "len", "raw_ack", "win",   NULL};
  JsonAt member;
  guint64 number;
  gboolean exact;
  unsigned ignored;
  if (!load_object(l, at, keys))
    return;
  load_segment_ends(l, at, fault, segment);
  if (load_required(l, at, "flags", "letters, exactly these: \"R\", \"R.\", \"F.\", \"S\"", &member) &&
      load_flags(l, &member, &exact, &segment->flags) && !exact)
    load_error(l, &member, "an injected segment has exactly these flags: write letters, such as \"R\" or \"F.\"");
  load_number(l, at, "seq", "raw_seq", &segment->raw_seq, &segment->seq);
  load_number(l, at, "ack", "raw_ack", &segment->raw_ack, &segment->ack);
  if (load_member(l, at, "len", &member) && load_uint(l, &member, 0, MOST_LENGTH, &number))
    segment->len = (uint32_t)number;
  if (load_member(l, at, "win", &member) && load_uint(l, &member, 0, UINT16_MAX, &number))
    segment->win = (uint16_t)number;
  if (segment->from != FAULT_ANY && segment->to != FAULT_ANY && l->links_known &&
      !scenario_link(l->scenario, segment->from, segment->to, &ignored))
    load_error(l, at, "there is no link from %s to %s", load_host_at(l, segment->from)->name,
               load_host_at(l, segment->to)->name);
}

static void load_injection(Loader *l, const JsonAt *at, Fault *fault) {
  JsonAt member;
  const char *by;
  fault->has_match = load_has(at, "match");
  if (load_member(l, at, "at", &member)) {
    load_time(l, &member, "s", 0, SIM_NEVER, NULL, &fault->at);
    if (fault->has_match)
      load_error(l, at, "an injection comes either \"at\" a time or after a \"match\"");
    else if (load_has(at, "delay"))
      load_error(l, at, "\"delay\" counts from a match: with \"at\" there is none");
  } else if (!fault->has_match && !load_has(at, "at")) {
    load_error(l, at, "missing key \"at\" or \"match\": expected when to inject, a time or after which segment");
  }
  if (load_member(l, at, "by", &member) && load_name(l, &member, &by))
    fault->by = g_strdup(by);
  if (load_required(l, at, "segment", "what to inject, {\"from\": \"server\", \"flags\": \"R\", \"seq\": 1}", &member))
    load_segment(l, &member, fault, &fault->segment);
}

/* --- faults ------------------------------------------------------------------------------------------------------- */

/* Whether each key goes with the action. */
static void check_keys(Loader *l, const JsonAt *at, FaultAction action) {
  static const struct {
    const char *key;
    unsigned actions;
    const char *says;
  } keys[] = {
      {"delay", 1u << FAULT_DELAY | 1u << FAULT_DUPLICATE | 1u << FAULT_REORDER | 1u << FAULT_INJECT,
       "; did you mean \"action\": \"delay\"?"},
      {"until", 1u << FAULT_DUPLICATE | 1u << FAULT_REORDER, "; did you mean \"action\": \"reorder\"?"},
      {"at", 1u << FAULT_INJECT, ""},
      {"segment", 1u << FAULT_INJECT, ""},
      {"by", 1u << FAULT_INJECT, ""},
  };
  JsonAt member;
  for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++)
    if (!(keys[i].actions & 1u << action) && load_member(l, at, keys[i].key, &member))
      load_key_error(l, &member, "%s takes no \"%s\"%s", action_words[action], keys[i].key, keys[i].says);
}

static void clear_match(FaultMatch *match) {
  match->from = match->to = match->conn = FAULT_ANY;
}

static void load_until(Loader *l, const JsonAt *at, Fault *fault) {
  JsonAt member;
  fault->has_until = load_member(l, at, "until", &member);
  if (fault->has_until)
    load_match(l, &member, &fault->until);
  if (fault->has_until && !load_has(at, "delay"))
    fault->delay = FAULT_HOLD_AT_MOST;
}

static void load_action(Loader *l, const JsonAt *at, Fault *fault) {
  check_keys(l, at, fault->action);
  switch (fault->action) {
  case FAULT_DROP:
  case FAULT_CORRUPT:
    return;
  case FAULT_DELAY:
    if (!load_has(at, "delay"))
      load_error(l, at, "missing key \"delay\": expected how much longer the segment takes, such as \"60ms\"");
    return;
  case FAULT_REORDER:
    if (!load_has(at, "until"))
      load_error(l, at, "missing key \"until\": expected after which segment it arrives, {\"flags\": \"FIN\"}");
    load_until(l, at, fault);
    return;
  case FAULT_DUPLICATE:
    load_until(l, at, fault);
    return;
  case FAULT_INJECT:
    load_injection(l, at, fault);
    return;
  }
  g_assert_not_reached();
}

static void load_fault(Loader *l, const JsonAt *at) {
  static const char *const keys[] = {"match", "action", "delay", "until", "at", "segment", "by", NULL};
  JsonAt member;
  unsigned action;
  guint errors = l->errors->len;
  if (!load_object(l, at, keys))
    return;
  Fault *fault = g_new0(Fault, 1);
  clear_match(&fault->match);
  clear_match(&fault->until);
  fault->segment.from = fault->segment.to = fault->segment.conn = FAULT_ANY;
  g_ptr_array_add(l->scenario->faults, fault);
  gboolean acts =
      load_required(l, at, "action", "one of the words drop, delay, duplicate, reorder, corrupt, inject", &member) &&
      load_word(l, &member, action_words, &action);
  if (acts)
    fault->action = (FaultAction)action;
  gboolean matches =
      acts && fault->action == FAULT_INJECT
          ? load_member(l, at, "match", &member)
          : load_required(l, at, "match", "which segments, {\"from\": \"client\", \"flags\": \"FIN\", \"nth\": 1}",
                          &member);
  if (matches)
    load_match(l, &member, &fault->match);
  if (load_member(l, at, "delay", &member))
    load_time(l, &member, "ms", 0, SIM_H(24), NULL, &fault->delay);
  if (acts)
    load_action(l, at, fault);
  if (l->errors->len == errors)
    fault->text = load_fault_text(l->scenario, fault);
}

void load_faults(Loader *l, const JsonAt *root) {
  JsonAt faults;
  if (!load_member(l, root, "faults", &faults) || !load_list(l, &faults, MOST_FAULTS))
    return;
  LOAD_EACH(l, &faults, fault)
  load_fault(l, &fault);
}
