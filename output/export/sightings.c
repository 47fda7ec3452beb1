#include "output/export/sightings.h"

#include "output/text/history.h"
#include "output/text/style.h"
#include "output/text/words.h"

#include <stdlib.h>
#include <string.h>

/* Addresses for hosts of which the trace tells none: 198.51.100.0/24 and what follows (RFC 5737). */
#define FIRST_SPARE_ADDRESS 0xC6336401u

/* What the network did to a segment beyond what a History tells. */
typedef struct Deed {
  Name corrupted_by, duplicated_by;
} Deed;

/* What one end of a connection saw last, and the changes of its state that no packet has told yet. */
typedef struct EndView {
  guint last;       /* position of its last sighting + 1 */
  GArray *not_told; /* of size_t, records of kind `state` */
} EndView;

typedef struct Builder {
  const Trace *trace;
  History *history;
  Sightings *result;
  GHashTable *host_of;        /* Name to index + 1 */
  GHashTable *deeds;          /* id to Deed */
  GHashTable *arrival_of;     /* id to position of the sighting + 1 */
  GHashTable *views;          /* (host, conn) to EndView */
  const HistoryState **stays; /* for each record that ends a step, the stay that it began; NULL else */
} Builder;

/* Hosts. */

static gboolean parse_address(const char *text, uint32_t *ret_address) {
  uint32_t address = 0;
  for (unsigned i = 0; i < 4; i++) {
    if (!text || !g_ascii_isdigit(*text))
      return FALSE;
    char *end;
    unsigned long part = strtoul(text, &end, 10);
    if (part > 255 || end - text > 3 || (i < 3 && *end != '.'))
      return FALSE;
    address = address << 8 | (uint32_t)part;
    text = end + 1;
    if (i == 3 && *end != '\0' && *end != ':')
      return FALSE;
  }
  *ret_address = address;
  return TRUE;
}

static gboolean address_taken(const Sightings *result, uint32_t address) {
  for (guint i = 0; i < result->hosts->len; i++)
    if (g_array_index(result->hosts, SightingHost, i).address == address)
      return TRUE;
  return FALSE;
}

/* `address` is text, of a host or of an endpoint; may be NULL. */
static unsigned host_add(Builder *b, Name name, const char *text, const char *profile, const char *address) {
  gpointer known = g_hash_table_lookup(b->host_of, GUINT_TO_POINTER(name));
  if (known)
    return GPOINTER_TO_UINT(known) - 1;
  SightingHost host = {.name = name, .text = g_strdup(text), .profile = g_strdup(profile)};
  if (!parse_address(address, &host.address) || address_taken(b->result, host.address))
    for (host.address = FIRST_SPARE_ADDRESS; address_taken(b->result, host.address);)
      host.address++;
  g_array_append_val(b->result->hosts, host);
  g_hash_table_insert(b->host_of, GUINT_TO_POINTER(name), GUINT_TO_POINTER(b->result->hosts->len));
  return b->result->hosts->len - 1;
}

static unsigned host_index(Builder *b, Name name) {
  return host_add(b, name, name ? trace_text(b->trace, name) : "unknown", NULL, NULL);
}

/* Those of the header first; a name that no record has gets a number that no record can have. */
static void add_hosts(Builder *b) {
  const TraceHeader *header = b->trace->header;
  for (guint i = 0; header && i < header->hosts->len; i++) {
    const TraceHost *host = header->hosts->pdata[i];
    Name name = names_find(b->trace->names, host->name);
    host_add(b, name ? name : G_MAXUINT32 - i, host->name, host->profile, host->address);
  }
  for (guint i = 0; i < b->history->ends->len; i++) {
    const HistoryEnd *end = b->history->ends->pdata[i];
    if (end->host)
      host_add(b, end->host, trace_text(b->trace, end->host), NULL, trace_text(b->trace, end->endpoint));
  }
}

/* Comments. */

static void say(GPtrArray *comments, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void say(GPtrArray *comments, const char *format, ...) {
  va_list args;
  va_start(args, format);
  g_ptr_array_add(comments, g_strdup_vprintf(format, args));
  va_end(args);
}

/* "fault 2: drop the first FIN from client", or the bare name of what else decided. */
static char *decider(const Trace *trace, Name by) {
  const char *text = trace_text(trace, by);
  const GPtrArray *faults = trace->header ? trace->header->faults : NULL;
  if (faults && g_str_has_prefix(text, "fault ")) {
    char *end;
    guint64 number = g_ascii_strtoull(text + 6, &end, 10);
    if (*end == '\0' && number >= 1 && number <= faults->len)
      return g_strdup_printf("%s: %s", text, (const char *)faults->pdata[number - 1]);
  }
  return g_strdup(*text ? text : "something");
}

static void say_lost(const Builder *b, const TraceRecord *record, GPtrArray *comments) {
  const Trace *trace = b->trace;
  const char *at = trace_text(trace, record->dropped.at), *by = trace_text(trace, record->dropped.by);
  const char *peer = trace_text(trace, record->dropped.peer);
  char when[48];
  text_time(record->t, text_time_unit(record->t), when, sizeof when);
  g_autofree char *who = decider(trace, record->dropped.by);
  if (strcmp(by, "checksum") == 0)
    say(comments, "arrives damaged at %s s: %s refuses it", when, peer);
  else if (strcmp(by, "down") == 0)
    say(comments, "lost: the link is down");
  else if (strcmp(by, "queue") == 0)
    say(comments, "lost: the queue of the link is full");
  else if (strcmp(by, "crash") == 0)
    say(comments, "lost at %s s: %s is down", when, peer);
  else if (strcmp(by, "loss") == 0)
    say(comments, "lost on the link by chance");
  else if (g_str_has_prefix(at, "link "))
    say(comments, "lost on the link by %s", who);
  else
    say(comments, "lost at %s by %s", *at ? at : "a place unknown", who);
}

static void say_delayed(const Builder *b, const HistorySegment *segment, GPtrArray *comments) {
  if (segment->delayed == HISTORY_NONE)
    return;
  const TraceRecord *record = &b->trace->records[segment->delayed];
  g_autofree char *who = decider(b->trace, record->delayed.by);
  char span[40];
  if (record->delayed.delay == SIM_NEVER)
    say(comments, "held back by %s", who);
  else
    say(comments, "delayed %s by %s", text_span(record->delayed.delay, span, sizeof span), who);
}

static const Deed *deed_of(const Builder *b, uint64_t id) {
  static const Deed none = {0, 0};
  const Deed *deed = g_hash_table_lookup(b->deeds, &id);
  return deed ? deed : &none;
}

static void say_damaged(const Builder *b, uint64_t id, GPtrArray *comments) {
  g_autofree char *who = decider(b->trace, deed_of(b, id)->corrupted_by);
  say(comments, "damaged on the way by %s", who);
}

/* "retransmission, attempt 2"; what is sent a second time for a reason of its own names that. */
static void say_attempt(const Builder *b, const TraceRecord *record, GPtrArray *comments) {
  g_autofree char *words = words_attempt(b->trace, record);
  if (!words)
    return;
  const char *why = trace_text(b->trace, record->sent.why);
  if (record->sent.attempt > 1 && (*why == '\0' || strcmp(why, "retransmission") == 0))
    say(comments, "retransmission, attempt %" G_GUINT64_FORMAT, record->sent.attempt);
  else if (record->sent.attempt > 1 && strcmp(why, "probe") == 0)
    say(comments, "retransmission (tail loss probe), attempt %" G_GUINT64_FORMAT, record->sent.attempt);
  else
    say(comments, "%s", words);
}

static void say_departure(const Builder *b, const TraceRecord *record, GPtrArray *comments) {
  say_attempt(b, record, comments);
  const HistorySegment *segment = history_segment(b->history, record->sent.id);
  if (!segment || history_contents(b->history, segment) != record)
    return;
  const Deed *deed = deed_of(b, segment->id);
  if (deed->corrupted_by)
    say_damaged(b, segment->id, comments);
  if (deed->duplicated_by) {
    g_autofree char *who = decider(b->trace, deed->duplicated_by);
    say(comments, "doubled on the way by %s", who);
  }
  say_delayed(b, segment, comments);
  if (segment->dropped != HISTORY_NONE)
    say_lost(b, &b->trace->records[segment->dropped], comments);
  else if (segment->arrived == HISTORY_NONE)
    say(comments, "still on its way when the run ends");
}

static void say_arrival(const Builder *b, const HistorySegment *segment, gboolean damaged, GPtrArray *comments) {
  const TraceRecord *departed = &b->trace->records[segment->departed];
  if (departed->kind == TRACE_INJECTED) {
    g_autofree char *who = decider(b->trace, departed->injected.by);
    say(comments, "forged by %s: %s did not send it", who, trace_text(b->trace, segment->host));
  } else if (segment->copy_of != 0) {
    g_autofree char *who = decider(b->trace, departed->duplicated.by);
    say(comments, "a copy, made on the way by %s", who);
  } else {
    say_attempt(b, history_contents(b->history, segment), comments);
  }
  say_delayed(b, segment, comments);
  if (damaged) {
    say_damaged(b, segment->id, comments);
    say(comments, "wrong checksum: refused");
  }
  if (segment->discarded != HISTORY_NONE) {
    TcpCheck check = b->trace->records[segment->discarded].discarded.check;
    say(comments, "%s (RFC 9293 %s)", words_check(check), tcp_check_section(check));
  }
}

/* "ESTABLISHED -> FIN-WAIT-1: CLOSE call (3.10.4)", after `before`. */
static void say_state(const Builder *b, size_t index, const char *before, GPtrArray *comments) {
  const HistoryState *stay = b->stays[index], *left = stay - 1;
  const TraceRecord *records = b->trace->records;
  g_autofree char *why = words_step(b->trace, &records[left->left_by], &records[index]);
  say(comments, "%s%s -> %s: %s", before, tcp_state_name(left->state), tcp_state_name(stay->state), why);
}

/* Sightings. */

static guint64 *key_new(guint64 value) {
  guint64 *key = g_new(guint64, 1);
  *key = value;
  return key;
}

static void view_free(gpointer data) {
  EndView *view = data;
  g_array_unref(view->not_told);
  g_free(view);
}

static EndView *view_of(Builder *b, Name host, Name conn) {
  guint64 key = (guint64)host << 32 | conn;
  EndView *view = g_hash_table_lookup(b->views, &key);
  if (!view) {
    view = g_new0(EndView, 1);
    view->not_told = g_array_new(FALSE, FALSE, sizeof(size_t));
    g_hash_table_insert(b->views, key_new(key), view);
  }
  return view;
}

static Sighting *sighting_at(const Builder *b, guint position) {
  return &g_array_index(b->result->sightings, Sighting, position);
}

/* What is left to tell when the packet at hand, seen at `now`, cannot: it goes to the packet before, or to this one if
 * there was none. */
static void tell_late(Builder *b, EndView *view, GPtrArray *here) {
  for (guint i = 0; i < view->not_told->len; i++) {
    size_t index = g_array_index(view->not_told, size_t, i);
    SimTime t = b->trace->records[index].t;
    char when[48];
    text_time(t, text_time_unit(t), when, sizeof when);
    g_autofree char *before = g_strdup_printf("%s, at %s s: ", view->last ? "later" : "before this", when);
    GPtrArray *comments = view->last ? sighting_at(b, view->last - 1)->comments : here;
    if (comments)
      say_state(b, index, before, comments);
  }
  g_array_set_size(view->not_told, 0);
}

/* A change of state that a call or a timer made at the very instant at which the segment leaves is told with it. */
static void tell_with(Builder *b, EndView *view, SimTime now, GPtrArray *here) {
  guint n = view->not_told->len;
  gboolean at_once = n > 0 && b->trace->records[g_array_index(view->not_told, size_t, n - 1)].t == now;
  size_t last = at_once ? g_array_index(view->not_told, size_t, n - 1) : 0;
  if (at_once)
    g_array_set_size(view->not_told, n - 1);
  tell_late(b, view, here);
  if (at_once)
    say_state(b, last, "", here);
}

static guint add_sighting(Builder *b, Sighting sighting, Name host, Name conn) {
  EndView *view = view_of(b, host, conn);
  if (sighting.outbound)
    tell_with(b, view, sighting.t, sighting.comments);
  else
    tell_late(b, view, sighting.comments);
  g_array_append_val(b->result->sightings, sighting);
  view->last = b->result->sightings->len;
  return view->last;
}

static void take_sent(Builder *b, const TraceRecord *record) {
  Sighting sighting = {.t = record->t, .id = record->sent.id, .outbound = TRUE, .contents = record};
  sighting.source = sighting.host = host_index(b, record->sent.host);
  sighting.destination = host_index(b, record->sent.peer);
  sighting.comments = g_ptr_array_new_with_free_func(g_free);
  say_departure(b, record, sighting.comments);
  add_sighting(b, sighting, record->sent.host, record->sent.conn);
}

static void take_arrival(Builder *b, const HistorySegment *segment, SimTime t, gboolean damaged) {
  Sighting sighting = {.t = t, .id = segment->id, .damaged = damaged};
  sighting.contents = history_contents(b->history, segment);
  sighting.source = host_index(b, segment->host);
  sighting.destination = sighting.host = host_index(b, segment->peer);
  sighting.comments = g_ptr_array_new_with_free_func(g_free);
  say_arrival(b, segment, damaged, sighting.comments);
  guint position = add_sighting(b, sighting, segment->peer, segment->conn);
  g_hash_table_insert(b->arrival_of, key_new(segment->id), GUINT_TO_POINTER(position));
}

static void take_received(Builder *b, size_t index) {
  const HistorySegment *segment = history_segment(b->history, b->trace->records[index].received.id);
  if (!segment || segment->arrived != index)
    return;
  gboolean damaged =
      segment->discarded != HISTORY_NONE && b->trace->records[segment->discarded].discarded.check == TCP_CHECK_CHECKSUM;
  take_arrival(b, segment, b->trace->records[index].t, damaged);
}

static void take_dropped(Builder *b, size_t index) {
  const TraceRecord *record = &b->trace->records[index];
  const HistorySegment *segment = history_segment(b->history, record->dropped.id);
  if (segment && segment->dropped == index && segment->arrived == HISTORY_NONE &&
      strcmp(trace_text(b->trace, record->dropped.by), "checksum") == 0)
    take_arrival(b, segment, record->t, TRUE);
}

static void take_state(Builder *b, size_t index) {
  const TraceRecord *record = &b->trace->records[index];
  if (!b->stays[index])
    return;
  EndView *view = view_of(b, record->state.host, record->state.conn);
  uint64_t cause = record->state.cause;
  gpointer position = cause ? g_hash_table_lookup(b->arrival_of, &cause) : NULL;
  if (position && sighting_at(b, GPOINTER_TO_UINT(position) - 1)->t == record->t)
    say_state(b, index, "", sighting_at(b, GPOINTER_TO_UINT(position) - 1)->comments);
  else
    g_array_append_val(view->not_told, index);
}

static void add_sightings(Builder *b) {
  for (size_t i = 0; i < b->trace->count; i++) {
    const TraceRecord *record = &b->trace->records[i];
    if (record->kind == TRACE_SENT)
      take_sent(b, record);
    else if (record->kind == TRACE_RECEIVED)
      take_received(b, i);
    else if (record->kind == TRACE_DROPPED)
      take_dropped(b, i);
    else if (record->kind == TRACE_STATE)
      take_state(b, i);
  }
  GHashTableIter iter;
  gpointer view;
  g_hash_table_iter_init(&iter, b->views);
  while (g_hash_table_iter_next(&iter, NULL, &view))
    tell_late(b, view, NULL);
}

/* All. */

static void find_deeds(Builder *b) {
  for (size_t i = 0; i < b->trace->count; i++) {
    const TraceRecord *record = &b->trace->records[i];
    if (record->kind != TRACE_CORRUPTED && record->kind != TRACE_DUPLICATED)
      continue;
    uint64_t id = record->kind == TRACE_CORRUPTED ? record->corrupted.id : record->duplicated.id;
    Deed *deed = g_hash_table_lookup(b->deeds, &id);
    if (!deed) {
      deed = g_new0(Deed, 1);
      g_hash_table_insert(b->deeds, key_new(id), deed);
    }
    if (record->kind == TRACE_CORRUPTED)
      deed->corrupted_by = record->corrupted.by;
    else
      deed->duplicated_by = record->duplicated.by;
  }
}

static void find_stays(Builder *b) {
  for (guint e = 0; e < b->history->ends->len; e++) {
    const HistoryEnd *end = b->history->ends->pdata[e];
    for (guint i = 1; i < end->states->len; i++) {
      const HistoryState *stay = &g_array_index(end->states, HistoryState, i);
      if (stay->entered_by != HISTORY_NONE && (stay - 1)->left_by != HISTORY_NONE)
        b->stays[stay->entered_by] = stay;
    }
  }
}

static void host_clear(gpointer data) {
  SightingHost *host = data;
  g_free(host->text);
  g_free(host->profile);
}

static void sighting_clear(gpointer data) {
  g_ptr_array_unref(((Sighting *)data)->comments);
}

Sightings *sightings_new(const Trace *trace) {
  Sightings *result = g_new0(Sightings, 1);
  result->hosts = g_array_new(FALSE, FALSE, sizeof(SightingHost));
  result->sightings = g_array_new(FALSE, FALSE, sizeof(Sighting));
  g_array_set_clear_func(result->hosts, host_clear);
  g_array_set_clear_func(result->sightings, sighting_clear);
  Builder b = {.trace = trace,
               .history = history_new(trace, HISTORY_DEFAULT),
               .result = result,
               .host_of = g_hash_table_new(NULL, NULL),
               .deeds = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free),
               .arrival_of = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL),
               .views = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, view_free),
               .stays = g_new0(const HistoryState *, trace->count + 1)};
  add_hosts(&b);
  find_deeds(&b);
  find_stays(&b);
  add_sightings(&b);
  g_hash_table_unref(b.host_of);
  g_hash_table_unref(b.deeds);
  g_hash_table_unref(b.arrival_of);
  g_hash_table_unref(b.views);
  history_free(b.history);
  g_free(b.stays);
  return result;
}

void sightings_free(Sightings *sightings) {
  g_array_unref(sightings->hosts);
  g_array_unref(sightings->sightings);
  g_free(sightings);
}
