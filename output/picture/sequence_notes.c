#include "output/picture/sequence_build.h"

#include <string.h>

/* Applications that take part in an instant are looked for among this many records around one. */
#define NEIGHBOURS 8

static SeqNote *note_add(SeqBuild *build, size_t index, Name host, Name conn, DrawingInk ink, const char *prefix,
                         const char *text) {
  SeqNote note = {.peer = -1, .moment = build->moment_of[index], .ink = ink, .record = index};
  if (note.moment == SEQ_NO_MOMENT || !seq_conn_shown(build, conn) || !seq_host_find(build, host, &note.host))
    return NULL;
  note.lane = seq_lane_find(build, host, conn);
  g_autofree char *all = prefix ? g_strdup_printf("%s: %s", prefix, text) : NULL;
  note.text = all ? seq_clean(all) : seq_prefixed(build, conn, text);
  g_array_append_val(build->model->notes, note);
  return &g_array_index(build->model->notes, SeqNote, build->model->notes->len - 1);
}

/* Octets that an application reads at record `index`; negative if it does not read. */
static int64_t octets_read(const SeqBuild *build, size_t index) {
  const TraceRecord *record = &build->trace->records[index];
  gboolean reads = strcmp(trace_text(build->trace, record->app.call), "recv") == 0 &&
                   strcmp(trace_text(build->trace, record->app.result), "ok") == 0;
  return reads ? record->app.octets : -1;
}

/* The last of the notes, if it tells of reading by the same application at the same moment. */
static SeqNote *same_reading(const SeqBuild *build, size_t index) {
  const TraceRecord *record = &build->trace->records[index];
  for (guint i = build->model->notes->len; i-- > 0;) {
    SeqNote *note = &g_array_index(build->model->notes, SeqNote, i);
    const TraceRecord *other = &build->trace->records[note->record];
    if (note->moment != build->moment_of[index])
      return NULL;
    if (other->kind == TRACE_APP && other->app.host == record->app.host && other->app.conn == record->app.conn &&
        other->app.app == record->app.app)
      return octets_read(build, note->record) >= 0 ? note : NULL;
  }
  return NULL;
}

/* Whether the last note tells of the same call by the same application at the same moment. */
static gboolean same_call(const SeqBuild *build, size_t index, const char *text) {
  const GArray *notes = build->model->notes;
  const SeqNote *last = notes->len > 0 ? &g_array_index(notes, SeqNote, notes->len - 1) : NULL;
  const TraceRecord *record = &build->trace->records[index];
  const TraceRecord *other = last != NULL ? &build->trace->records[last->record] : NULL;
  if (other == NULL || last->moment != build->moment_of[index] || other->kind != TRACE_APP ||
      other->app.host != record->app.host || other->app.conn != record->app.conn || other->app.app != record->app.app)
    return FALSE;
  g_autofree char *before = words_app(build->trace, other);
  return g_strcmp0(before, text) == 0;
}

/* Reading that goes on makes one note, `octets` in all; so does any call that is made several times in a row. */
static void add_app(SeqBuild *build, size_t index, int64_t *octets, unsigned *calls) {
  const TraceRecord *record = &build->trace->records[index];
  /* One that serves many connections does not say which: the connection does. */
  const char *prefix = build->model->several && record->app.conn != 0 ? NULL : words_app_name(build->trace, record);
  g_autofree char *text = words_app(build->trace, record);
  if (text == NULL)
    return;
  SeqNote *before = octets_read(build, index) >= 0 ? same_reading(build, index) : NULL;
  if (before != NULL) {
    *octets += record->app.octets;
    g_autofree char *sum = g_strdup_printf("recv(%" G_GINT64_FORMAT "), %u calls", *octets, ++*calls);
    g_autofree char *all = prefix ? g_strdup_printf("%s: %s", prefix, sum) : NULL;
    g_free(before->text);
    before->text = all ? seq_clean(all) : seq_prefixed(build, record->app.conn, sum);
    return;
  }
  if (same_call(build, index, text)) {
    SeqNote *last = &g_array_index(build->model->notes, SeqNote, build->model->notes->len - 1);
    g_autofree char *all = g_strdup_printf("%s, %u calls", text, ++*calls);
    g_autofree char *named = prefix ? g_strdup_printf("%s: %s", prefix, all) : NULL;
    g_free(last->text);
    last->text = named ? seq_clean(named) : seq_prefixed(build, record->app.conn, all);
    return;
  }
  *octets = record->app.octets;
  *calls = 1;
  gboolean bad = words_app_failed(build->trace, record) || strcmp(text, "connection reset") == 0;
  note_add(build, index, record->app.host, record->app.conn, bad ? INK_LOST : INK_TEXT, prefix, text);
}

/* Whether an application's call that failed stands beside record `index`, and so tells already what it tells. */
static gboolean app_failed_nearby(const SeqBuild *build, size_t index) {
  const TraceRecord *record = &build->trace->records[index];
  for (size_t i = index > NEIGHBOURS ? index - NEIGHBOURS : 0; i < build->trace->count && i <= index + NEIGHBOURS;
       i++) {
    const TraceRecord *other = &build->trace->records[i];
    if (other->kind == TRACE_APP && other->t == record->t && other->app.host == record->port.host &&
        words_app_failed(build->trace, other))
      return TRUE;
  }
  return FALSE;
}

/* What happens to a port. `told` holds the (host, port) that a reader was told to be reserved. */
static void add_port(SeqBuild *build, size_t index, GHashTable *told) {
  const TraceRecord *record = &build->trace->records[index];
  gint64 *key = seq_key_new(record->port.host, record->port.port);
  g_autofree char *text = NULL;
  if (record->port.change == TRACE_WORD_REFUSED && !app_failed_nearby(build, index)) {
    text = g_strdup_printf("port %u refused: %s", record->port.port, trace_text(build->trace, record->port.error));
    note_add(build, index, record->port.host, record->port.conn, INK_LOST,
             record->port.app ? trace_text(build->trace, record->port.app) : NULL, text);
  } else if (record->port.change == TRACE_WORD_RESERVED) {
    if (g_hash_table_add(told, key) && record->port.until == SIM_NEVER) {
      text = g_strdup_printf("port %u reserved", record->port.port);
      note_add(build, index, record->port.host, record->port.conn, INK_PORT, NULL, text);
    }
    return;
  } else if (record->port.change == TRACE_WORD_RELEASED && g_hash_table_remove(told, key)) {
    text = g_strdup_printf("port %u free again", record->port.port);
    note_add(build, index, record->port.host, record->port.conn, INK_PORT, NULL, text);
  }
  g_free(key);
}

/* "client>server" into its two hosts. */
static gboolean link_find(const SeqBuild *build, Name link, unsigned *ret_from, unsigned *ret_to) {
  g_auto(GStrv) ends = g_strsplit(trace_text(build->trace, link), ">", 2);
  return g_strv_length(ends) == 2 && seq_host_find(build, names_find(build->trace->names, ends[0]), ret_from) &&
         seq_host_find(build, names_find(build->trace->names, ends[1]), ret_to) && *ret_from != *ret_to;
}

/* Both directions that change at once make one note. Returns the index of the last record that it has taken. */
static size_t add_link(SeqBuild *build, size_t index) {
  const TraceRecord *record = &build->trace->records[index];
  unsigned from, to, back_from, back_to;
  if (build->moment_of[index] == SEQ_NO_MOMENT || !link_find(build, record->link.link, &from, &to))
    return index;
  const TraceRecord *next = index + 1 < build->trace->count ? record + 1 : NULL;
  gboolean both = next != NULL && next->kind == TRACE_LINK && next->t == record->t &&
                  next->link.change == record->link.change && link_find(build, next->link.link, &back_from, &back_to) &&
                  back_from == to && back_to == from;
  const char *change = trace_word_text(record->link.change);
  g_autofree char *text = both ? g_strdup_printf("link %s", change)
                               : g_strdup_printf("link %s %s", trace_text(build->trace, record->link.link), change);
  SeqNote note = {.host = from, .peer = (int)to, .moment = build->moment_of[index], .record = index};
  note.ink = record->link.change == TRACE_WORD_UP ? INK_MUTED : INK_LOST;
  note.text = seq_clean(text);
  g_array_append_val(build->model->notes, note);
  return both ? index + 1 : index;
}

/* A segment that a host sends to itself has no way to be drawn. */
static void add_loop(SeqBuild *build, size_t index) {
  const TraceRecord *record = &build->trace->records[index];
  if (record->sent.host != record->sent.peer)
    return;
  g_autofree char *words = words_segment(record, 1);
  g_autofree char *text = g_strdup_printf("to itself: %s", words);
  note_add(build, index, record->sent.host, record->sent.conn, INK_SEGMENT, NULL, text);
}

void seq_build_notes(SeqBuild *build) {
  g_autoptr(GHashTable) told = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  int64_t octets = 0;
  unsigned calls = 0;
  for (size_t i = 0; i < build->trace->count; i++) {
    const TraceRecord *record = &build->trace->records[i];
    if (record->kind == TRACE_APP)
      add_app(build, i, &octets, &calls);
    else if (record->kind == TRACE_PORT)
      add_port(build, i, told);
    else if (record->kind == TRACE_LINK)
      i = add_link(build, i);
    else if (record->kind == TRACE_SENT || record->kind == TRACE_INJECTED)
      add_loop(build, i);
    else if (record->kind == TRACE_HOST)
      note_add(build, i, record->host.host, 0, INK_LOST, NULL,
               record->host.change == TRACE_WORD_CRASH ? "crashes" : "reboots");
    else if (record->kind == TRACE_STATE) {
      const char *timeout = words_timeout(record);
      if (timeout != NULL && record->state.stimulus != TCP_TMO_TIME_WAIT)
        note_add(build, i, record->state.host, record->state.conn, INK_TIMER, NULL, timeout);
    }
  }
}

/* Timers. */

typedef struct Running {
  size_t armed; /* record */
  SimTime until;
  uint16_t port;   /* that it keeps reserved; 0: none */
  unsigned times;  /* that it ran out, in a row of which only the ends are drawn; 0: it does not stand for such a row */
  gboolean uneven; /* and not always after the same span */
} Running;

/* NULL: of no interest to a reader. */
static const char *timer_words(TcpTimer timer) {
  switch (timer) {
  case TCP_TIMER_RETRANSMISSION:
    return "RTO";
  case TCP_TIMER_PROBE:
    return "probe timer";
  case TCP_TIMER_REORDERING:
    return "reordering timer";
  case TCP_TIMER_PERSIST:
    return "persist timer";
  case TCP_TIMER_DELAYED_ACK:
    return "delayed ACK";
  case TCP_TIMER_TIME_WAIT:
    return "2MSL";
  case TCP_TIMER_FIN_WAIT_2:
    return "FIN-WAIT-2 timer";
  case TCP_TIMER_LAST_ACK:
    return "LAST-ACK timer";
  case TCP_TIMER_KEEPALIVE:
    return "keepalive";
  case TCP_TIMER_USER:
    return "user timeout";
  case TCP_TIMER_COUNT:
    break;
  }
  return "timer";
}

static void name_bracket(const SeqBuild *build, SeqBracket *bracket, const TraceRecord *record, const Running *running,
                         const char *tail) {
  const char *name = timer_words(record->timer.timer);
  char span[40];
  text_span(MAX(0, running->until - MAX(0, build->trace->records[running->armed].t)), span, sizeof span);
  g_autofree char *text = NULL;
  if (running->times > 0) {
    text = running->uneven ? g_strdup_printf("%s, %u times", name, running->times)
                           : g_strdup_printf("%s %s, %u times", name, span, running->times);
    bracket->brief = g_strdup_printf("%u × %s", running->times, name);
  } else if (*tail != '\0') {
    text = g_strdup_printf("%s %s%s", name, span, tail);
    bracket->brief = g_strconcat(name, tail + 1, NULL);
  } else {
    text = running->port ? g_strdup_printf("%s %s: port %u reserved", name, span, running->port)
                         : g_strdup_printf("%s %s", name, span);
    bracket->brief = g_strdup_printf("%s %s", name, span);
  }
  bracket->text = seq_prefixed(build, record->timer.conn, text);
}

/* The span of a timer from `running` up to record `index` (HISTORY_NONE: beyond the end). `tail` says how it went. */
static void bracket_add(SeqBuild *build, const TraceRecord *record, const Running *running, size_t index,
                        const char *tail) {
  const TraceRecord *records = build->trace->records;
  SeqBracket bracket = {.record = running->armed, .ink = running->port ? INK_PORT : INK_TIMER};
  SimTime from = records[running->armed].t;
  SimTime until = index == HISTORY_NONE ? SIM_NEVER : records[index].t;
  if (!seq_conn_shown(build, record->timer.conn) || !seq_host_find(build, record->timer.host, &bracket.host) ||
      from > build->until || until < build->from)
    return;
  bracket.lane = seq_lane_find(build, record->timer.host, record->timer.conn);
  bracket.open_above = from < build->from;
  bracket.open_below = index == HISTORY_NONE || until > build->until;
  bracket.from = bracket.open_above ? 0 : build->moment_of[running->armed];
  bracket.until = bracket.open_below ? seq_last_moment(build) : build->moment_of[index];
  if (bracket.from >= bracket.until || bracket.until == SEQ_NO_MOMENT)
    return;
  name_bracket(build, &bracket, record, running, tail);
  g_array_append_val(build->model->brackets, bracket);
}

/* Timers that are worth showing though they were stopped or started again. */
static gboolean lasting(TcpTimer timer) {
  return timer == TCP_TIMER_TIME_WAIT || timer == TCP_TIMER_FIN_WAIT_2;
}

/* A timer has run out. In a row of instants that are not drawn, `rows` keeps the first and how many they are. */
static void timer_expired(SeqBuild *build, size_t index, const Running *now, const gint64 *key, GHashTable *rows) {
  const TraceRecord *record = &build->trace->records[index];
  Running *row = g_hash_table_lookup(rows, key);
  SimTime span = now->until - build->trace->records[now->armed].t;
  if (row != NULL) {
    row->times++;
    row->uneven = row->uneven || span != row->until - build->trace->records[row->armed].t;
  }
  if (record->t >= build->from && record->t <= build->until && build->moment_of[index] == SEQ_NO_MOMENT) {
    Running first = {.armed = now->armed, .until = now->until, .times = 1};
    if (row == NULL)
      g_hash_table_insert(rows, g_memdup2(key, sizeof *key), g_memdup2(&first, sizeof first));
    return;
  }
  bracket_add(build, record, row ? row : now, index, "");
  g_hash_table_remove(rows, key);
}

static void take_timer(SeqBuild *build, size_t index, GHashTable *running, GHashTable *rows) {
  const TraceRecord *record = &build->trace->records[index];
  g_autofree gint64 *key = seq_key_new(record->timer.host, record->timer.conn << 4 | (guint32)record->timer.timer);
  Running *now = g_hash_table_lookup(running, key);
  Running next = {.armed = index, .until = record->timer.until};
  if (record->timer.change == TRACE_WORD_ARMED) {
    if (now != NULL && lasting(record->timer.timer) && build->trace->records[now->armed].t < record->t) {
      bracket_add(build, record, now, index, ", restarted");
      next.port = now->port;
    }
    g_hash_table_replace(running, g_memdup2(key, sizeof *key), g_memdup2(&next, sizeof next));
    return;
  }
  if (now == NULL)
    return;
  if (record->timer.change == TRACE_WORD_EXPIRED)
    timer_expired(build, index, now, key, rows);
  else if (lasting(record->timer.timer))
    bracket_add(build, record, now, index, ", stopped");
  g_hash_table_remove(running, key);
}

/* 2 MSL is what keeps a port reserved: one bracket tells both. */
static void take_port(SeqBuild *build, const TraceRecord *record, GHashTable *running) {
  if (record->port.change != TRACE_WORD_RESERVED)
    return;
  g_autofree gint64 *key = seq_key_new(record->port.host, record->port.conn << 4 | TCP_TIMER_TIME_WAIT);
  Running *now = g_hash_table_lookup(running, key);
  (void)build;
  if (now != NULL)
    now->port = record->port.port;
}

static int compare_armed(gconstpointer a, gconstpointer b) {
  const Running *const *left = a, *const *right = b;
  return (*left)->armed < (*right)->armed ? -1 : (*left)->armed > (*right)->armed;
}

void seq_build_brackets(SeqBuild *build) {
  g_autoptr(GHashTable) running = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
  g_autoptr(GHashTable) rows = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
  for (size_t i = 0; i < build->trace->count; i++) {
    if (build->trace->records[i].kind == TRACE_TIMER)
      take_timer(build, i, running, rows);
    else if (build->trace->records[i].kind == TRACE_PORT)
      take_port(build, &build->trace->records[i], running);
  }
  /* What still runs when the trace ends, in the order in which it began. */
  g_autoptr(GPtrArray) left = g_ptr_array_new();
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, running);
  while (g_hash_table_iter_next(&iter, NULL, &value))
    g_ptr_array_add(left, value);
  g_hash_table_iter_init(&iter, rows);
  while (g_hash_table_iter_next(&iter, NULL, &value))
    g_ptr_array_add(left, value);
  g_ptr_array_sort(left, compare_armed);
  for (guint i = 0; i < left->len; i++) {
    const Running *now = left->pdata[i];
    const TraceRecord *record = &build->trace->records[now->armed];
    if (now->times > 0 || lasting(record->timer.timer))
      bracket_add(build, record, now, HISTORY_NONE, "");
  }
}
