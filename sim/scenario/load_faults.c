/* "faults", and what a fault is called in words. */
#include <string.h>

#include "scenario/load.h"
#include "scenario/words.h"

#define MOST_FAULTS 10000
#define MOST_LENGTH 65535

static const char *const action_words[] = {"drop", "delay", "duplicate", NULL};

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

/* "the first FIN", "FINs 1 to 4", "every FIN from the third on", "every FIN". */
static void append_which(GString *out, const FaultMatch *match) {
  g_autofree char *kind = kind_of_segment(match);
  g_autofree char *ordinal = match->has_nth ? words_ordinal(match->nth.first) : NULL;
  if (!match->has_nth || (match->nth.first == 1 && match->nth.last == UINT64_MAX))
    g_string_append_printf(out, "every %s", kind);
  else if (match->nth.first == match->nth.last)
    g_string_append_printf(out, "the %s %s", ordinal, kind);
  else if (match->nth.last == UINT64_MAX)
    g_string_append_printf(out, "every %s from the %s on", kind, ordinal);
  else if (strchr(kind, ' '))
    g_string_append_printf(out, "every %s from number %" G_GUINT64_FORMAT " to number %" G_GUINT64_FORMAT, kind,
                           match->nth.first, match->nth.last);
  else {
    g_string_append_printf(out, "%ss ", kind);
    append_range(out, &match->nth);
  }
}

char *load_fault_text(const Scenario *scenario, const Fault *fault) {
  const FaultMatch *match = &fault->match;
  char time[32];
  GString *out = g_string_new(action_words[fault->action]);
  g_string_append_c(out, ' ');
  append_which(out, match);
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
    g_string_append_printf(out, " from %s", ((ScenarioHost *)g_ptr_array_index(scenario->hosts, match->from))->name);
  if (match->to != FAULT_ANY)
    g_string_append_printf(out, " to %s", ((ScenarioHost *)g_ptr_array_index(scenario->hosts, match->to))->name);
  if (match->conn != FAULT_ANY)
    g_string_append_printf(out, " on %s",
                           ((ScenarioConn *)g_ptr_array_index(scenario->connections, match->conn))->name);
  simtime_print_human(fault->delay, time, sizeof time);
  if (fault->action == FAULT_DELAY)
    g_string_append_printf(out, " by %s", time);
  else if (fault->action == FAULT_DUPLICATE && fault->delay)
    g_string_append_printf(out, ", the copy %s later", time);
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

static void load_fault(Loader *l, const JsonAt *at) {
  static const char *const keys[] = {"match", "action", "delay", NULL};
  JsonAt member;
  unsigned action;
  if (!load_object(l, at, keys))
    return;
  Fault *fault = g_new0(Fault, 1);
  fault->match.from = fault->match.to = fault->match.conn = FAULT_ANY;
  g_ptr_array_add(l->scenario->faults, fault);
  if (load_required(l, at, "match", "which segments, {\"from\": \"client\", \"flags\": \"FIN\", \"nth\": 1}", &member))
    load_match(l, &member, &fault->match);
  gboolean acts = load_required(l, at, "action", "one of the words drop, delay, duplicate", &member) &&
                  load_word(l, &member, action_words, &action);
  if (acts)
    fault->action = (FaultAction)action;
  if (load_member(l, at, "delay", &member)) {
    load_time(l, &member, "ms", 0, SIM_H(24), NULL, &fault->delay);
    if (acts && fault->action == FAULT_DROP)
      load_key_error(l, &member, "drop takes no \"delay\"; did you mean \"action\": \"delay\"?");
  } else if (acts && fault->action == FAULT_DELAY && !load_has(at, "delay")) {
    load_error(l, at, "missing key \"delay\": expected how much longer the segment takes, such as \"60ms\"");
  }
  fault->text = load_fault_text(l->scenario, fault);
}

void load_faults(Loader *l, const JsonAt *root) {
  JsonAt faults;
  if (!load_member(l, root, "faults", &faults) || !load_list(l, &faults, MOST_FAULTS))
    return;
  LOAD_EACH(l, &faults, fault)
  load_fault(l, &fault);
}
