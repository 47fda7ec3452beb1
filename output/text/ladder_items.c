#include "output/text/ladder_items.h"

#include "output/text/flights.h"

#include <string.h>

/* Applications that take part in an instant are looked for among this many records around one. */
#define NEIGHBOURS 8
/* A pause this many times as long as the longest delay is worth a row. */
#define IDLE_DELAYS 4

enum { RESERVED_FOR_NOW = 1, RESERVED_UNTIL };

typedef struct Builder {
  const Trace *trace;
  const History *history;
  const TextStyle *style;
  LadderItems *items;
  GHashTable *host_of;   /* Name to index + 1 */
  GHashTable *flight_of; /* id of a segment to index + 1 of its flight */
  GHashTable *armed;     /* (host, conn) whose 2 MSL timer runs */
  GHashTable *reserved;  /* (host, port) that a note says is reserved, to RESERVED_* */
  GArray *split;         /* flights_split() */
  gboolean *shown;       /* for each record of kind `state`, whether it ends a step that a reader sees */
  unsigned letters;      /* given so far */
  gboolean started;      /* something has happened: connections that come now come later */
} Builder;

static gboolean host_find(const Builder *b, Name name, unsigned *ret_host) {
  gpointer found = g_hash_table_lookup(b->host_of, GUINT_TO_POINTER(name));
  if (name == 0 || found == NULL)
    return FALSE;
  *ret_host = GPOINTER_TO_UINT(found) - 1;
  return TRUE;
}

static void item_clear(gpointer data) {
  g_free(((LadderItem *)data)->text);
}

static void host_clear(gpointer data) {
  LadderHost *host = data;
  g_free(host->name);
  g_free(host->address);
}

static void flight_clear(gpointer data) {
  LadderFlight *flight = data;
  for (unsigned i = 0; i < WORDS_SEGMENT_LEVELS; i++)
    g_free(flight->labels[i]);
  g_free(flight->aside);
  g_free(flight->letter);
}

/* Hosts. */

static void host_add(Builder *b, Name name, const char *text, const char *address, unsigned max_hosts) {
  if (name != 0 && g_hash_table_contains(b->host_of, GUINT_TO_POINTER(name)))
    return;
  if (b->items->hosts->len == max_hosts) {
    b->items->left_out++;
    return;
  }
  LadderHost host = {.name = text_clean(b->style, text), .address = text_clean(b->style, address)};
  g_array_append_val(b->items->hosts, host);
  if (name != 0)
    g_hash_table_insert(b->host_of, GUINT_TO_POINTER(name), GUINT_TO_POINTER(b->items->hosts->len));
}

static void add_hosts(Builder *b, unsigned max_hosts) {
  const TraceHeader *header = b->trace->header;
  for (guint i = 0; header != NULL && i < header->hosts->len; i++) {
    const TraceHost *host = header->hosts->pdata[i];
    host_add(b, names_find(b->trace->names, host->name), host->name, host->address, max_hosts);
  }
  for (guint i = 0; i < b->history->ends->len; i++) {
    const HistoryEnd *end = b->history->ends->pdata[i];
    host_add(b, end->host, trace_text(b->trace, end->host), NULL, max_hosts);
  }
  for (guint h = 0; h < b->items->hosts->len; h++) {
    LadderHost *host = &g_array_index(b->items->hosts, LadderHost, h);
    const HistoryEnd *only = NULL;
    unsigned n = 0, index;
    for (guint i = 0; i < b->history->ends->len; i++) {
      const HistoryEnd *end = b->history->ends->pdata[i];
      if (host_find(b, end->host, &index) && index == h) {
        only = end;
        n++;
      }
    }
    host->single = n == 1;
    if (host->single && only->endpoint != 0) {
      g_free(host->address);
      host->address = text_clean(b->style, trace_text(b->trace, only->endpoint));
    }
  }
}

/* Notes. */

/* "CONN: " where there is more than one connection. */
static const char *conn_prefix(const Builder *b, Name conn) {
  return b->history->n_conns > 1 && conn != 0 ? trace_text(b->trace, conn) : NULL;
}

/* Takes `text`, adds "PREFIX: " and cleans it. */
static char *note_text(const Builder *b, const char *prefix, const char *text) {
  g_autofree char *all = prefix ? g_strdup_printf("%s: %s", prefix, text) : g_strdup(text);
  return text_clean(b->style, all);
}

static LadderItem *add_note(Builder *b, SimTime t, unsigned host, TextAttr attr, const char *prefix, const char *text) {
  LadderItem item = {.t = t, .kind = LADDER_NOTE, .host = host, .attr = attr, .lifeline = -1};
  item.text = note_text(b, prefix, text);
  g_array_append_val(b->items->items, item);
  return &g_array_index(b->items->items, LadderItem, b->items->items->len - 1);
}

/* An instant within a note, in seconds as in the column of times. */
static char *instant_text(SimTime at, char *buffer, size_t size) {
  return text_time(at, text_time_unit(at), buffer, size);
}

static LadderItem state_item(const Builder *b, SimTime t, unsigned host, Name conn, TcpState state,
                             const char *before) {
  g_autofree char *text = g_strconcat(before, tcp_state_name(state), NULL);
  LadderItem item = {.t = t, .kind = LADDER_NOTE, .host = host, .attr = text_attr_of_state(state), .lifeline = -1};
  item.text = note_text(b, conn_prefix(b, conn), text);
  if (g_array_index(b->items->hosts, LadderHost, host).single)
    item.lifeline = (int)state;
  return item;
}

static void add_state(Builder *b, size_t index) {
  const TraceRecord *record = &b->trace->records[index];
  unsigned host;
  if (!b->shown[index] || !host_find(b, record->state.host, &host))
    return;
  const char *timeout = words_timeout(record);
  if (timeout != NULL)
    add_note(b, record->t, host, TEXT_DIM, conn_prefix(b, record->state.conn), timeout);
  LadderItem item = state_item(b, record->t, host, record->state.conn, record->state.to, "");
  g_array_append_val(b->items->items, item);
}

/* The state of both ends as the connection begins. Before anything has happened, that is how the drawing starts. */
static void add_conn(Builder *b, const TraceRecord *record) {
  Name ends[] = {record->connection.client_host, record->connection.server_host};
  for (unsigned i = 0; i < G_N_ELEMENTS(ends); i++) {
    unsigned host;
    if (!host_find(b, ends[i], &host))
      continue;
    LadderItem item = state_item(b, record->t, host, record->connection.conn, record->connection.state, "");
    if (b->started)
      g_array_append_val(b->items->items, item);
    else
      g_array_append_val(b->items->start, item);
  }
}

static void add_app(Builder *b, const TraceRecord *record) {
  unsigned host;
  g_autofree char *text = words_app(b->trace, record);
  if (text == NULL || !host_find(b, record->app.host, &host))
    return;
  const char *prefix = words_app_name(b->trace, record);
  if (prefix == NULL)
    prefix = conn_prefix(b, record->app.conn);
  LadderItem *note =
      add_note(b, record->t, host, words_app_failed(b->trace, record) ? TEXT_BAD : TEXT_PLAIN, prefix, text);
  /* What it calls causes what is sent next; what it is told does not. */
  note->minor = words_app_told(b->trace, record);
}

static guint64 *key_of(Name host, guint32 other) {
  guint64 *key = g_new(guint64, 1);
  *key = (guint64)host << 32 | other;
  return key;
}

/* A 2 MSL timer that is armed while it runs starts again. */
static void add_timer(Builder *b, const TraceRecord *record) {
  if (record->timer.timer != TCP_TIMER_TIME_WAIT)
    return;
  guint64 *key = key_of(record->timer.host, record->timer.conn);
  if (record->timer.change != TRACE_WORD_ARMED) {
    g_hash_table_remove(b->armed, key);
    g_free(key);
    return;
  }
  unsigned host;
  char until[48];
  if (g_hash_table_contains(b->armed, key) && host_find(b, record->timer.host, &host)) {
    g_autofree char *text =
        g_strdup_printf("2 MSL again, until %s", instant_text(record->timer.until, until, sizeof until));
    add_note(b, record->t, host, TEXT_DIM, conn_prefix(b, record->timer.conn), text)->minor = TRUE;
  }
  g_hash_table_add(b->armed, key);
}

/* Whether an application's call that failed stands beside record `index`, and so tells already what it tells. */
static gboolean app_failed_nearby(const Builder *b, size_t index) {
  const TraceRecord *record = &b->trace->records[index];
  size_t first = index > NEIGHBOURS ? index - NEIGHBOURS : 0;
  for (size_t i = first; i < b->trace->count && i <= index + NEIGHBOURS; i++) {
    const TraceRecord *other = &b->trace->records[i];
    if (other->kind == TRACE_APP && other->t == record->t && other->app.host == record->port.host &&
        words_app_failed(b->trace, other))
      return TRUE;
  }
  return FALSE;
}

static void add_reserved(Builder *b, const TraceRecord *record, unsigned host) {
  guint64 *key = key_of(record->port.host, record->port.port);
  guint before = GPOINTER_TO_UINT(g_hash_table_lookup(b->reserved, key));
  guint now = record->port.until == SIM_NEVER ? RESERVED_FOR_NOW : RESERVED_UNTIL;
  g_hash_table_insert(b->reserved, key, GUINT_TO_POINTER(MAX(before, now)));
  if (now <= before)
    return; /* 2 MSL starts again, which is said where the timer is armed */
  char until[48];
  instant_text(record->port.until, until, sizeof until);
  g_autofree char *text = now == RESERVED_FOR_NOW
                              ? g_strdup_printf("port %u reserved", record->port.port)
                              : g_strdup_printf("port %u reserved until %s", record->port.port, until);
  add_note(b, record->t, host, TEXT_DIM, NULL, text)->minor = TRUE;
}

static void add_port(Builder *b, size_t index) {
  const TraceRecord *record = &b->trace->records[index];
  unsigned host;
  if (!host_find(b, record->port.host, &host))
    return;
  if (record->port.change == TRACE_WORD_RESERVED) {
    add_reserved(b, record, host);
  } else if (record->port.change == TRACE_WORD_REFUSED && !app_failed_nearby(b, index)) {
    g_autofree char *text =
        g_strdup_printf("port %u refused: %s", record->port.port, trace_text(b->trace, record->port.error));
    add_note(b, record->t, host, TEXT_BAD, record->port.app ? trace_text(b->trace, record->port.app) : NULL, text);
  } else if (record->port.change == TRACE_WORD_RELEASED) {
    g_autofree guint64 *key = key_of(record->port.host, record->port.port);
    if (!g_hash_table_remove(b->reserved, key))
      return; /* nobody was told that it was not */
    g_autofree char *text = g_strdup_printf("port %u free", record->port.port);
    add_note(b, record->t, host, TEXT_DIM, NULL, text);
  }
}

/* "client>server" into its two hosts. */
static gboolean link_find(const Builder *b, Name link, unsigned *ret_from, unsigned *ret_to) {
  g_auto(GStrv) ends = g_strsplit(trace_text(b->trace, link), ">", 2);
  return g_strv_length(ends) == 2 && host_find(b, names_find(b->trace->names, ends[0]), ret_from) &&
         host_find(b, names_find(b->trace->names, ends[1]), ret_to);
}

/* Both directions that change at once make one note. Returns the index of the last record that it has taken. */
static size_t add_link(Builder *b, size_t index) {
  const TraceRecord *record = &b->trace->records[index];
  LadderItem item = {.t = record->t, .kind = LADDER_LINK, .attr = TEXT_BAD, .lifeline = -1};
  if (!link_find(b, record->link.link, &item.host, &item.peer) || item.host == item.peer)
    return index;
  const char *change = trace_word_text(record->link.change);
  const TraceRecord *next = index + 1 < b->trace->count ? record + 1 : NULL;
  unsigned from, to;
  gboolean both = next != NULL && next->kind == TRACE_LINK && next->t == record->t &&
                  next->link.change == record->link.change && link_find(b, next->link.link, &from, &to) &&
                  from == item.peer && to == item.host;
  g_autofree char *text = both ? g_strdup_printf("link %s", change)
                               : g_strdup_printf("link %s %s", trace_text(b->trace, record->link.link), change);
  item.text = text_clean(b->style, text);
  if (record->link.change == TRACE_WORD_UP)
    item.attr = TEXT_DIM;
  g_array_append_val(b->items->items, item);
  return both ? index + 1 : index;
}

static void add_host_change(Builder *b, const TraceRecord *record) {
  unsigned host;
  if (host_find(b, record->host.host, &host))
    add_note(b, record->t, host, TEXT_BAD, NULL, record->host.change == TRACE_WORD_CRASH ? "crashes" : "reboots");
}

/* Flights. */

/* a, b, ... z, aa, ab, ... */
static char *next_letter(Builder *b) {
  char letters[16];
  unsigned n = G_N_ELEMENTS(letters);
  letters[--n] = '\0';
  for (unsigned rest = ++b->letters; rest > 0; rest = (rest - 1) / 26)
    letters[--n] = (char)('a' + (rest - 1) % 26);
  return g_strdup(letters + n);
}

/* What the network did to a segment, in words; NULL for nothing. */
static char *aside_of(const Builder *b, const HistorySegment *segment) {
  const TraceRecord *records = b->trace->records;
  GString *out = g_string_new(NULL);
  if (segment->dropped != HISTORY_NONE) {
    g_autofree char *dropped = words_dropped(b->trace, &records[segment->dropped]);
    g_string_append(out, dropped);
  }
  if (segment->copy_of != 0)
    g_string_append_printf(out, "%scopy: %s", out->len > 0 ? ", " : "",
                           trace_text(b->trace, records[segment->departed].duplicated.by));
  else if (records[segment->departed].kind == TRACE_INJECTED)
    g_string_append_printf(out, "%sforged: %s", out->len > 0 ? ", " : "",
                           trace_text(b->trace, records[segment->departed].injected.by));
  if (segment->delayed != HISTORY_NONE) {
    char delay[40];
    const TraceRecord *delayed = &records[segment->delayed];
    gboolean held = delayed->delayed.delay == SIM_NEVER; /* until another segment has arrived */
    g_string_append_printf(out, held ? "%sheld%s: %s" : "%sdelayed %s: %s", out->len > 0 ? ", " : "",
                           held ? "" : text_span(delayed->delayed.delay, delay, sizeof delay),
                           trace_text(b->trace, delayed->delayed.by));
  }
  g_autofree char *text = g_string_free(out, FALSE);
  return *text != '\0' ? text_clean(b->style, text) : NULL;
}

/* How far a lost segment came, in percent of its way. */
static unsigned lost_at(const Builder *b, const HistorySegment *segment) {
  const TraceRecord *dropped = &b->trace->records[segment->dropped];
  if (strcmp(trace_text(b->trace, dropped->dropped.by), "checksum") == 0)
    return 100;
  return dropped->t == history_departed_at(b->history, segment) ? 0 : 50;
}

static LadderFlight flight_of_segment(Builder *b, const HistorySegment *segment, gboolean split) {
  const TraceRecord *contents = history_contents(b->history, segment);
  const char *conn = conn_prefix(b, segment->conn);
  LadderFlight flight = {.aside = aside_of(b, segment)};
  for (unsigned i = 0; i < WORDS_SEGMENT_LEVELS; i++) {
    g_autofree char *words = words_segment(contents, i);
    g_autofree char *label = conn ? g_strdup_printf("%s %s", conn, words) : g_strdup(words);
    flight.labels[i] = text_clean(b->style, label);
  }
  flight.dashed = contents->sent.flags == TCP_ACK && contents->sent.len == 0;
  flight.mid_air = segment->copy_of != 0 || contents->kind == TRACE_INJECTED;
  flight.lost = segment->dropped != HISTORY_NONE;
  flight.lost_at = flight.lost ? lost_at(b, segment) : 0;
  flight.attr = flight.lost || (contents->sent.flags & TCP_RST) ? TEXT_BAD : TEXT_PLAIN;
  if (split && !flight.lost)
    flight.letter = next_letter(b);
  return flight;
}

static void add_departure(Builder *b, uint64_t id, size_t index) {
  const HistorySegment *segment = history_segment(b->history, id);
  LadderItem item = {.t = b->trace->records[index].t, .lifeline = -1};
  if (segment == NULL || segment->departed != index || !host_find(b, segment->host, &item.host) ||
      !host_find(b, segment->peer, &item.peer))
    return;
  g_autofree char *attempt =
      segment->copy_of == 0 ? words_attempt(b->trace, history_contents(b->history, segment)) : NULL;
  if (attempt != NULL)
    add_note(b, item.t, item.host, TEXT_DIM, NULL, attempt);
  if (item.host == item.peer) {
    g_autofree char *words = words_segment(history_contents(b->history, segment), 0);
    g_autofree char *text = g_strconcat("to itself: ", words, NULL);
    add_note(b, item.t, item.host, TEXT_PLAIN, conn_prefix(b, segment->conn), text);
    return;
  }
  guint position = (guint)(segment - &g_array_index(b->history->segments, HistorySegment, 0));
  LadderFlight flight = flight_of_segment(b, segment, g_array_index(b->split, gboolean, position));
  item.kind = flight.letter ? LADDER_DEPARTURE : LADDER_FLIGHT;
  item.flight = b->items->flights->len;
  g_array_append_val(b->items->flights, flight);
  guint64 *key = g_new(guint64, 1);
  *key = id;
  g_hash_table_insert(b->flight_of, key, GUINT_TO_POINTER(b->items->flights->len));
  g_array_append_val(b->items->items, item);
}

static void add_arrival(Builder *b, uint64_t id, size_t index) {
  const HistorySegment *segment = history_segment(b->history, id);
  gpointer found = g_hash_table_lookup(b->flight_of, &id);
  LadderItem item = {.t = b->trace->records[index].t, .lifeline = -1};
  if (segment == NULL || found == NULL || segment->arrived != index || !host_find(b, segment->peer, &item.host) ||
      !host_find(b, segment->host, &item.peer))
    return;
  item.flight = GPOINTER_TO_UINT(found) - 1;
  const LadderFlight *flight = &g_array_index(b->items->flights, LadderFlight, item.flight);
  item.kind = flight->letter ? LADDER_ARRIVAL : LADDER_LANDING;
  g_array_append_val(b->items->items, item);
}

static void add_discarded(Builder *b, const TraceRecord *record) {
  unsigned host;
  if (host_find(b, record->discarded.host, &host))
    add_note(b, record->t, host, TEXT_DIM, conn_prefix(b, record->discarded.conn),
             words_check(record->discarded.check));
}

/* All. */

/* Returns the index of the last record that it has taken. */
static size_t add_record(Builder *b, size_t index) {
  const TraceRecord *record = &b->trace->records[index];
  switch (record->kind) {
  case TRACE_CONN:
    add_conn(b, record);
    return index;
  case TRACE_HOST:
    add_host_change(b, record);
    break;
  case TRACE_LINK:
    b->started = TRUE;
    return add_link(b, index);
  case TRACE_APP:
    add_app(b, record);
    break;
  case TRACE_STATE:
    add_state(b, index);
    break;
  case TRACE_SENT:
  case TRACE_INJECTED:
    add_departure(b, record->sent.id, index);
    break;
  case TRACE_DUPLICATED:
    add_departure(b, record->duplicated.copy, index);
    break;
  case TRACE_RECEIVED:
    add_arrival(b, record->received.id, index);
    break;
  case TRACE_DISCARDED:
    add_discarded(b, record);
    break;
  case TRACE_TIMER:
    add_timer(b, record);
    return index;
  case TRACE_PORT:
    add_port(b, index);
    return index;
  case TRACE_RULE:
  case TRACE_DROPPED:
  case TRACE_DELAYED:
  case TRACE_CORRUPTED:
  case TRACE_END:
  case TRACE_KIND_COUNT:
    return index;
  }
  b->started = TRUE;
  return index;
}

/* Ends that are not CLOSED when all is over say so once more. */
static void add_leftovers(Builder *b) {
  for (guint i = 0; i < b->history->ends->len; i++) {
    const HistoryEnd *end = b->history->ends->pdata[i];
    const HistoryState *last = &g_array_index(end->states, HistoryState, end->states->len - 1);
    unsigned host;
    if (last->state == TCP_STATE_CLOSED || last->from == b->history->end_at || !host_find(b, end->host, &host))
      continue;
    LadderItem item = state_item(b, b->history->end_at, host, end->conn, last->state, "still ");
    item.minor = TRUE;
    g_array_append_val(b->items->items, item);
  }
}

/* Kinds whose instants get a row, or end the drawing. */
static gboolean has_row(TraceKind kind) {
  return kind == TRACE_STATE || kind == TRACE_APP || kind == TRACE_SENT || kind == TRACE_RECEIVED ||
         kind == TRACE_INJECTED || kind == TRACE_DUPLICATED || kind == TRACE_PORT || kind == TRACE_HOST ||
         kind == TRACE_LINK || kind == TRACE_END;
}

static void find_times(Builder *b) {
  b->items->unit = TEXT_TIME_MS;
  for (size_t i = 0; i < b->trace->count; i++) {
    if (has_row(b->trace->records[i].kind))
      b->items->unit = MAX(b->items->unit, text_time_unit(b->trace->records[i].t));
  }
  SimTime longest = 0;
  const TraceHeader *header = b->trace->header;
  for (guint i = 0; header != NULL && i < header->links->len; i++)
    longest = MAX(longest, ((const TraceLink *)header->links->pdata[i])->delay);
  b->items->idle = longest > 0 && longest < SIM_NEVER / IDLE_DELAYS ? longest * IDLE_DELAYS : SIM_MS(100);
}

static void find_steps(Builder *b) {
  for (guint i = 0; i < b->history->ends->len; i++) {
    const HistoryEnd *end = b->history->ends->pdata[i];
    for (guint s = 0; s < end->states->len; s++) {
      size_t entered_by = g_array_index(end->states, HistoryState, s).entered_by;
      if (entered_by != HISTORY_NONE)
        b->shown[entered_by] = TRUE;
    }
  }
}

static GArray *array_new(guint size, GDestroyNotify clear) {
  GArray *array = g_array_new(FALSE, FALSE, size);
  g_array_set_clear_func(array, clear);
  return array;
}

LadderItems *ladder_items_new(const Trace *trace, const History *history, const TextStyle *style, unsigned max_hosts) {
  LadderItems *items = g_new0(LadderItems, 1);
  items->hosts = array_new(sizeof(LadderHost), host_clear);
  items->start = array_new(sizeof(LadderItem), item_clear);
  items->items = array_new(sizeof(LadderItem), item_clear);
  items->flights = array_new(sizeof(LadderFlight), flight_clear);
  Builder b = {.trace = trace,
               .history = history,
               .style = style,
               .items = items,
               .host_of = g_hash_table_new(NULL, NULL),
               .flight_of = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL),
               .armed = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL),
               .reserved = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL),
               .split = flights_split(history),
               .shown = g_new0(gboolean, trace->count + 1)};
  add_hosts(&b, max_hosts);
  find_times(&b);
  find_steps(&b);
  for (size_t i = 0; i < trace->count; i++)
    i = add_record(&b, i);
  add_leftovers(&b);
  g_hash_table_unref(b.host_of);
  g_hash_table_unref(b.flight_of);
  g_hash_table_unref(b.armed);
  g_hash_table_unref(b.reserved);
  g_array_unref(b.split);
  g_free(b.shown);
  return items;
}

void ladder_items_free(LadderItems *items) {
  g_array_unref(items->hosts);
  g_array_unref(items->start);
  g_array_unref(items->items);
  g_array_unref(items->flights);
  g_free(items);
}
