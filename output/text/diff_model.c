#include "output/text/diff.h"

#include "output/text/words.h"

#include <string.h>

/* --- events ------------------------------------------------------------------------------------------------------- */

static char *segment_of(const Trace *trace, const History *history, uint64_t id) {
  const HistorySegment *segment = history_segment(history, id);
  (void)trace;
  return segment ? words_segment(history_contents(history, segment), 1) : g_strdup("a segment");
}

static char *fate_words(const Trace *trace, const History *history, const TraceRecord *record) {
  switch ((int)record->kind) {
  case TRACE_RECEIVED: {
    g_autofree char *segment = segment_of(trace, history, record->received.id);
    return g_strdup_printf("%s receives %s", trace_text(trace, record->received.host), segment);
  }
  case TRACE_DROPPED: {
    g_autofree char *segment = segment_of(trace, history, record->dropped.id);
    g_autofree char *words = words_dropped(trace, record);
    return g_strdup_printf("%s from %s is %s", segment, trace_text(trace, record->dropped.host), words);
  }
  case TRACE_DUPLICATED: {
    g_autofree char *segment = segment_of(trace, history, record->duplicated.id);
    return g_strdup_printf("%s from %s is duplicated", segment, trace_text(trace, record->duplicated.host));
  }
  case TRACE_DELAYED: {
    g_autofree char *segment = segment_of(trace, history, record->delayed.id);
    char span[40];
    return g_strdup_printf("%s from %s is delayed by %s", segment, trace_text(trace, record->delayed.host),
                           text_span(record->delayed.delay, span, sizeof span));
  }
  case TRACE_CORRUPTED: {
    g_autofree char *segment = segment_of(trace, history, record->corrupted.id);
    return g_strdup_printf("%s from %s is damaged", segment, trace_text(trace, record->corrupted.host));
  }
  case TRACE_DISCARDED: {
    g_autofree char *segment = segment_of(trace, history, record->discarded.id);
    return g_strdup_printf("%s refuses %s (%s)", trace_text(trace, record->discarded.host), segment,
                           tcp_check_name(record->discarded.check));
  }
  }
  return NULL;
}

static char *timer_words(const Trace *trace, const TraceRecord *record) {
  const char *host = trace_text(trace, record->timer.host), *timer = tcp_timer_name(record->timer.timer);
  char span[40];
  if (record->timer.change == TRACE_WORD_ARMED && record->timer.until != SIM_NEVER)
    return g_strdup_printf("%s starts its %s timer: %s", host, timer,
                           text_span(record->timer.until - record->t, span, sizeof span));
  return g_strdup_printf("%s: its %s timer is %s", host, timer, trace_word_text(record->timer.change));
}

static char *event_words(const Trace *trace, const History *history, const TraceRecord *record) {
  switch (record->kind) {
  case TRACE_STATE:
    return g_strdup_printf("%s (%s) goes from %s to %s", trace_text(trace, record->state.host),
                           trace_text(trace, record->state.conn), tcp_state_name(record->state.from),
                           tcp_state_name(record->state.to));
  case TRACE_APP: {
    g_autofree char *words = words_app(trace, record);
    return g_strdup_printf("%s, application: %s", trace_text(trace, record->app.host),
                           words ? words : trace_text(trace, record->app.result));
  }
  case TRACE_SENT:
  case TRACE_INJECTED: {
    g_autofree char *segment = words_segment(record, 1);
    return g_strdup_printf(record->kind == TRACE_SENT ? "%s sends %s to %s" : "somebody sends, as %s, %s to %s",
                           trace_text(trace, record->sent.host), segment, trace_text(trace, record->sent.peer));
  }
  case TRACE_HOST:
    return g_strdup_printf("%s: %s", trace_text(trace, record->host.host), trace_word_text(record->host.change));
  case TRACE_LINK:
    return g_strdup_printf("link %s is %s", trace_text(trace, record->link.link), trace_word_text(record->link.change));
  case TRACE_TIMER:
    return timer_words(trace, record);
  case TRACE_PORT:
    if (record->port.change != TRACE_WORD_REFUSED)
      return NULL;
    return g_strdup_printf("%s: port %u is refused", trace_text(trace, record->port.host), record->port.port);
  case TRACE_RECEIVED:
  case TRACE_DROPPED:
  case TRACE_DUPLICATED:
  case TRACE_DELAYED:
  case TRACE_CORRUPTED:
  case TRACE_DISCARDED:
    return fate_words(trace, history, record);
  case TRACE_CONN:
    return g_strdup_printf("connection %s from %s to %s", trace_text(trace, record->connection.conn),
                           trace_text(trace, record->connection.client_host),
                           trace_text(trace, record->connection.server_host));
  case TRACE_RULE:
  case TRACE_END:
  case TRACE_KIND_COUNT:
    return NULL;
  }
  return NULL;
}

char *diff_event_words(const Trace *trace, const TraceRecord *record) {
  g_autoptr(History) history = history_new(trace, HISTORY_ALL_STATES);
  return event_words(trace, history, record);
}

/* The next record from `*index` on that is an event, with its words; NULL at the end. */
static const TraceRecord *next_event(const Trace *trace, const History *history, size_t *index, char **ret_words) {
  for (; *index < trace->count; (*index)++)
    if ((*ret_words = event_words(trace, history, &trace->records[*index])))
      return &trace->records[(*index)++];
  *ret_words = NULL;
  return NULL;
}

static void find_parting(TraceDiff *diff, History *const history[2]) {
  size_t index[2] = {0, 0};
  diff->same = FALSE;
  for (;;) {
    g_autofree char *words_a = NULL, *words_b = NULL;
    const TraceRecord *a = next_event(diff->trace[0], history[0], &index[0], &words_a);
    const TraceRecord *b = next_event(diff->trace[1], history[1], &index[1], &words_b);
    if (!a && !b) {
      diff->same = TRUE;
      return;
    }
    if (!a || !b || a->t != b->t || strcmp(words_a, words_b) != 0) {
      diff->parted[0] = a;
      diff->parted[1] = b;
      return;
    }
  }
}

/* --- segments ----------------------------------------------------------------------------------------------------- */

/* What a segment is, wherever it occurs: a pure ACK is what it acknowledges. */
static char *identity(const Trace *trace, const HistorySegment *segment, const TraceRecord *contents) {
  TcpFlags flags = contents->sent.flags;
  gboolean pure = contents->sent.len == 0 && !(flags & (TCP_SYN | TCP_FIN | TCP_RST));
  return g_strdup_printf("%s\n%s\n%s\n%d %d %u %u %u %d", trace_text(trace, segment->conn),
                         trace_text(trace, segment->host), trace_text(trace, segment->peer), contents->kind, flags,
                         contents->sent.seq, contents->sent.len, pure ? contents->sent.ack : 0, segment->copy_of != 0);
}

/* The same with its number among those that are alike. */
static char *numbered(GHashTable *seen, char *identity) {
  guint count = GPOINTER_TO_UINT(g_hash_table_lookup(seen, identity)) + 1;
  char *text = g_strdup_printf("%s\n%u", identity, count);
  g_hash_table_replace(seen, identity, GUINT_TO_POINTER(count));
  return text;
}

static void fill(DiffSegment *segment, unsigned side, const History *history, const HistorySegment *from) {
  segment->contents[side] = history_contents(history, from);
  segment->at[side] = history_departed_at(history, from);
  segment->lost[side] = from->dropped != HISTORY_NONE;
}

static GHashTable *table_of(const Trace *trace, const History *history) {
  GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  GHashTable *seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < history->segments->len; i++) {
    HistorySegment *segment = &g_array_index(history->segments, HistorySegment, i);
    g_hash_table_insert(table, numbered(seen, identity(trace, segment, history_contents(history, segment))), segment);
  }
  g_hash_table_unref(seen);
  return table;
}

static int by_time(gconstpointer a, gconstpointer b) {
  const DiffSegment *sa = a, *sb = b;
  SimTime at = sa->contents[0] ? sa->at[0] : sa->at[1], bt = sb->contents[0] ? sb->at[0] : sb->at[1];
  return (at > bt) - (at < bt);
}

static void align_segments(TraceDiff *diff, History *const history[2]) {
  GHashTable *others = table_of(diff->trace[1], history[1]);
  GHashTable *seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < history[0]->segments->len; i++) {
    const HistorySegment *a = &g_array_index(history[0]->segments, HistorySegment, i);
    g_autofree char *key = numbered(seen, identity(diff->trace[0], a, history_contents(history[0], a)));
    const HistorySegment *b = g_hash_table_lookup(others, key);
    DiffSegment segment = {0};
    fill(&segment, 0, history[0], a);
    if (b) {
      fill(&segment, 1, history[1], b);
      g_hash_table_remove(others, key);
    }
    if (b && segment.at[0] == segment.at[1] && segment.lost[0] == segment.lost[1])
      diff->n_common++;
    else
      g_array_append_val(diff->segments, segment);
  }
  GHashTableIter iter;
  gpointer left;
  g_hash_table_iter_init(&iter, others);
  while (g_hash_table_iter_next(&iter, NULL, &left)) {
    DiffSegment segment = {0};
    fill(&segment, 1, history[1], left);
    g_array_append_val(diff->segments, segment);
  }
  g_hash_table_unref(seen);
  g_hash_table_unref(others);
}

/* The order of a hash table must not show: at one instant by what is in the trace. */
static int by_time_and_record(gconstpointer a, gconstpointer b) {
  int order = by_time(a, b);
  const DiffSegment *sa = a, *sb = b;
  unsigned side_a = sa->contents[0] ? 0 : 1, side_b = sb->contents[0] ? 0 : 1;
  if (order || side_a != side_b)
    return order ? order : (int)side_a - (int)side_b;
  return (sa->contents[side_a] > sb->contents[side_b]) - (sa->contents[side_a] < sb->contents[side_b]);
}

TraceDiff *trace_diff_new(const Trace *a, const Trace *b) {
  TraceDiff *diff = g_new0(TraceDiff, 1);
  History *history[2];
  diff->segments = g_array_new(FALSE, FALSE, sizeof(DiffSegment));
  for (unsigned side = 0; side < 2; side++) {
    diff->trace[side] = side ? b : a;
    diff->outcome[side] = run_outcome_new(diff->trace[side]);
    history[side] = history_new(diff->trace[side], HISTORY_ALL_STATES);
  }
  find_parting(diff, history);
  align_segments(diff, history);
  g_array_sort(diff->segments, by_time_and_record);
  for (unsigned side = 0; side < 2; side++)
    history_free(history[side]);
  return diff;
}

void trace_diff_free(TraceDiff *diff) {
  for (unsigned side = 0; side < 2; side++)
    run_outcome_free(diff->outcome[side]);
  g_array_unref(diff->segments);
  g_free(diff);
}
