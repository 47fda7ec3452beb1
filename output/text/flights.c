#include "output/text/flights.h"

/* Of the segments that arrive while another flies, this many are looked at. More only come in long trains, where the
 * first ones decide. */
#define ARRIVALS_LOOKED_AT 64

/* One segment that arrived. */
typedef struct Span {
  SimTime from, until;
} Span;

typedef struct Survey {
  const History *history;
  GHashTable *events;   /* host to GArray of SimTime: when something visible happens there, by time */
  GHashTable *flights;  /* (from, to) to GArray of Span, by arrival */
  GHashTable *earliest; /* (from, to) to the earliest arrival (a record) of the segments behind, plus 1 */
} Survey;

static guint64 direction(Name from, Name to) {
  return (guint64)from << 32 | to;
}

static guint64 *key_new(guint64 value) {
  guint64 *key = g_new(guint64, 1);
  *key = value;
  return key;
}

static GArray *array_of(GHashTable *table, guint64 key, guint size) {
  GArray *array = g_hash_table_lookup(table, &key);
  if (array == NULL) {
    array = g_array_new(FALSE, FALSE, size);
    g_hash_table_insert(table, key_new(key), array);
  }
  return array;
}

/* The host where a reader sees a record happen; 0 for none. Reading what has come does not count: it follows from the
 * arrival. */
static Name visible_at(const Trace *trace, const TraceRecord *record) {
  if (record->kind == TRACE_STATE)
    return record->state.host;
  if (record->kind == TRACE_SENT)
    return record->sent.host;
  if (record->kind == TRACE_APP && g_strcmp0(trace_text(trace, record->app.call), "recv") != 0)
    return record->app.host;
  return 0;
}

static void survey_arrival(Survey *survey, size_t index) {
  const HistorySegment *segment = history_segment(survey->history, survey->history->trace->records[index].received.id);
  if (segment == NULL || segment->arrived != index)
    return;
  GArray *spans = array_of(survey->flights, direction(segment->host, segment->peer), sizeof(Span));
  Span span = {.from = history_departed_at(survey->history, segment),
               .until = history_arrived_at(survey->history, segment)};
  g_array_append_val(spans, span);
}

static void survey_records(Survey *survey) {
  const Trace *trace = survey->history->trace;
  for (size_t i = 0; i < trace->count; i++) {
    Name host = visible_at(trace, &trace->records[i]);
    if (host != 0) {
      GArray *events = array_of(survey->events, host, sizeof(SimTime));
      g_array_append_val(events, trace->records[i].t);
    }
    if (trace->records[i].kind == TRACE_RECEIVED)
      survey_arrival(survey, i);
  }
}

/* The number of times in the sorted `times` that are at most `t`. */
static guint count_until(const GArray *times, SimTime t) {
  guint low = 0, high = times->len;
  while (low < high) {
    guint mid = low + (high - low) / 2;
    if (g_array_index(times, SimTime, mid) <= t)
      low = mid + 1;
    else
      high = mid;
  }
  return low;
}

static gboolean something_happens(Survey *survey, Name host, SimTime after, SimTime before) {
  guint64 key = host;
  const GArray *events = g_hash_table_lookup(survey->events, &key);
  if (events == NULL || after >= before)
    return FALSE;
  guint first = count_until(events, after);
  return first < events->len && g_array_index(events, SimTime, first) < before;
}

/* Whether a segment that left `from` no later than `after` arrives at `to` between then and `before`: it and one that
 * flies the other way from `after` to `before` meet, and neither is long under way around the other. */
static gboolean something_crosses(Survey *survey, Name from, Name to, SimTime after, SimTime before) {
  guint64 key = direction(from, to);
  const GArray *spans = g_hash_table_lookup(survey->flights, &key);
  if (spans == NULL)
    return FALSE;
  guint low = 0, high = spans->len;
  while (low < high) {
    guint mid = low + (high - low) / 2;
    if (g_array_index(spans, Span, mid).until <= after)
      low = mid + 1;
    else
      high = mid;
  }
  for (guint i = low; i < spans->len && i < low + ARRIVALS_LOOKED_AT; i++) {
    const Span *span = &g_array_index(spans, Span, i);
    if (span->until > before)
      return FALSE;
    if (span->from <= after)
      return TRUE;
  }
  return FALSE;
}

/* Call from the last segment to the first: whether one that left later arrived earlier. */
static gboolean is_overtaken(Survey *survey, const HistorySegment *segment) {
  guint64 key = direction(segment->host, segment->peer);
  size_t earliest = GPOINTER_TO_SIZE(g_hash_table_lookup(survey->earliest, &key));
  if (earliest != 0 && earliest - 1 < segment->arrived)
    return TRUE;
  g_hash_table_insert(survey->earliest, key_new(key), GSIZE_TO_POINTER(segment->arrived + 1));
  return FALSE;
}

GArray *flights_split(const History *history) {
  Survey survey = {
      .history = history,
      .events = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, (GDestroyNotify)g_array_unref),
      .flights = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, (GDestroyNotify)g_array_unref),
      .earliest = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL),
  };
  survey_records(&survey);
  GArray *split = g_array_sized_new(FALSE, TRUE, sizeof(gboolean), history->segments->len);
  g_array_set_size(split, history->segments->len);
  for (guint i = history->segments->len; i-- > 0;) {
    const HistorySegment *segment = &g_array_index(history->segments, HistorySegment, i);
    if (segment->arrived == HISTORY_NONE)
      continue;
    SimTime from = history_departed_at(history, segment);
    SimTime until = history_arrived_at(history, segment);
    gboolean overtaken = is_overtaken(&survey, segment);
    g_array_index(split, gboolean, i) = overtaken || something_happens(&survey, segment->peer, from, until) ||
                                        something_crosses(&survey, segment->peer, segment->host, from, until);
  }
  g_hash_table_unref(survey.events);
  g_hash_table_unref(survey.flights);
  g_hash_table_unref(survey.earliest);
  return split;
}
