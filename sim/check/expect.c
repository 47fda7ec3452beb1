#include "check/expect.h"

#include "check/history.h"
#include "trace/notation.h"
#include "trace/trace_record.h"

#include <string.h>

/* How many names, transmissions, calls or steps a detail shows before it only counts the rest. */
#define LISTED_MAX 8
#define STEPS_MAX  24

/* What every rule sees: the index, one expectation, and where to say why it does not hold. */
typedef struct Judge {
  const CheckHistory *history;
  const Expectation *expectation;
  GString *why;
} Judge;

/* ---- Words ------------------------------------------------------------------------------------------------------- */

static void append_time(GString *out, SimTime at) {
  char buffer[32];
  g_string_append(out, simtime_print(at, buffer, sizeof buffer));
}

static const char *text_of(const Judge *judge, Name name) {
  return trace_text(judge->history->trace, name);
}

/* Begins the next item of a list; FALSE when the list is full. */
static gboolean list_next(GString *out, guint *shown) {
  if (*shown == LISTED_MAX)
    return FALSE;
  g_string_append(out, *shown == 0 ? "" : ", ");
  (*shown)++;
  return TRUE;
}

static void list_end(GString *out, guint shown, guint total) {
  if (total > shown)
    g_string_append_printf(out, " and %u more", total - shown);
}

static void append_texts(GString *out, const GPtrArray *texts) {
  guint shown = 0;
  for (guint i = 0; i < texts->len && list_next(out, &shown); i++)
    g_string_append(out, g_ptr_array_index(texts, i));
  list_end(out, shown, texts->len);
}

/* ---- Hosts and connections --------------------------------------------------------------------------------------- */

/* A NULL name is known: it stands for all. */
static gboolean host_is_known(const Judge *judge, const char *host) {
  if (host == NULL || check_history_has_host(judge->history, host))
    return TRUE;
  g_string_append_printf(judge->why, "the trace has no host %s; its hosts: ", host);
  append_texts(judge->why, judge->history->hosts);
  return FALSE;
}

/* For claims that need one. */
static gboolean host_is_named(const Judge *judge) {
  if (judge->expectation->host)
    return host_is_known(judge, judge->expectation->host);
  g_string_append(judge->why, "the expectation names no host");
  return FALSE;
}

static gboolean conn_is_known(const Judge *judge, const char *conn) {
  if (conn == NULL || check_history_has_conn(judge->history, conn))
    return TRUE;
  g_string_append_printf(judge->why, "the trace has no connection %s; its connections: ", conn);
  append_texts(judge->why, judge->history->conns);
  return FALSE;
}

/* The number of a name that is known; 0 for NULL. A host of the header that no record mentions has none, and matches
 * nothing. */
static Name name_of(const Judge *judge, const char *text) {
  if (text == NULL)
    return 0;
  Name name = names_find(judge->history->trace->names, text);
  return name ? name : G_MAXUINT32;
}

/* The connections that have an end at `host`, to be freed by the caller. */
static GPtrArray *ends_at(const Judge *judge, const char *host) {
  GPtrArray *found = g_ptr_array_new();
  Name name = names_find(judge->history->trace->names, host);
  for (guint i = 0; i < judge->history->ends->len; i++) {
    CheckEnd *end = g_ptr_array_index(judge->history->ends, i);
    if (name != 0 && end->host == name)
      g_ptr_array_add(found, end);
  }
  return found;
}

static void append_conns(const Judge *judge, const GPtrArray *ends) {
  guint shown = 0;
  for (guint i = 0; i < ends->len && list_next(judge->why, &shown); i++)
    g_string_append(judge->why, text_of(judge, ((const CheckEnd *)g_ptr_array_index(ends, i))->conn));
  list_end(judge->why, shown, ends->len);
}

/* The end that the expectation speaks of; NULL, with why, if there is none or several could be meant. */
static const CheckEnd *find_end(const Judge *judge) {
  const char *host = judge->expectation->host, *conn = judge->expectation->conn;
  if (!host_is_named(judge) || !conn_is_known(judge, conn))
    return NULL;
  if (conn && check_history_find_end(judge->history, host, conn))
    return check_history_find_end(judge->history, host, conn);
  g_autoptr(GPtrArray) ends = ends_at(judge, host);
  if (conn == NULL && ends->len == 1)
    return g_ptr_array_index(ends, 0);
  if (ends->len == 0) {
    g_string_append_printf(judge->why, "host %s has no connection in the trace", host);
  } else if (conn) {
    g_string_append_printf(judge->why, "connection %s has no end at host %s, which has: ", conn, host);
    append_conns(judge, ends);
  } else {
    g_string_append_printf(judge->why, "host %s has several connections, name one of them: ", host);
    append_conns(judge, ends);
  }
  return NULL;
}

/* ---- Path and state ---------------------------------------------------------------------------------------------- */

/* Where the two paths part: the index of the first step that differs, or the common length. */
static guint first_difference(const GArray *expected, const GArray *states) {
  guint i = 0;
  while (i < expected->len && i < states->len &&
         g_array_index(expected, TcpState, i) == g_array_index(states, CheckStep, i).state)
    i++;
  return i;
}

static void append_parting(const Judge *judge, const GArray *expected, const GArray *states, guint at) {
  GString *why = judge->why;
  g_string_append_printf(why, "the paths part at step %u: ", at + 1);
  if (at < expected->len)
    g_string_append_printf(why, "%s expected, ", tcp_state_name(g_array_index(expected, TcpState, at)));
  else
    g_string_append(why, "no further state expected, ");
  if (at < states->len) {
    const CheckStep *step = &g_array_index(states, CheckStep, at);
    g_string_append_printf(why, "%s at ", tcp_state_name(step->state));
    append_time(why, step->at);
    g_string_append(why, " instead");
  } else {
    const CheckStep *last = &g_array_index(states, CheckStep, states->len - 1);
    g_string_append_printf(why, "but it stays in %s from ", tcp_state_name(last->state));
    append_time(why, last->at);
    g_string_append(why, " on");
  }
}

/* A path on one line, from step `first` on and not further than people read. */
static void append_path(GString *out, const GArray *expected, const GArray *states, guint first) {
  guint total = expected ? expected->len : states->len;
  if (first > 0)
    g_string_append_printf(out, "(%u steps) ", first);
  for (guint i = first; i < total && i - first < STEPS_MAX; i++) {
    g_string_append(out, i == first ? "" : ", ");
    if (expected) {
      g_string_append(out, tcp_state_name(g_array_index(expected, TcpState, i)));
      continue;
    }
    const CheckStep *step = &g_array_index(states, CheckStep, i);
    g_string_append_printf(out, "%s ", tcp_state_name(step->state));
    append_time(out, step->at);
  }
  if (total > first && total - first > STEPS_MAX)
    g_string_append_printf(out, " and %u more", total - first - STEPS_MAX);
}

static gboolean judge_path(const Judge *judge) {
  const CheckEnd *end = find_end(judge);
  if (end == NULL)
    return FALSE;
  const GArray *expected = judge->expectation->path;
  g_assert(expected);
  g_autoptr(GArray) states = check_history_states(end, TRUE);
  guint at = first_difference(expected, states);
  gboolean same = at == expected->len && at == states->len;
  if (same != !!judge->expectation->never)
    return TRUE;
  if (same)
    g_string_append(judge->why, "it took exactly this path");
  else
    append_parting(judge, expected, states, at);
  /* A few steps before the parting are enough to recognise it by. */
  guint first = !same && at > STEPS_MAX / 2 ? at - STEPS_MAX / 2 : 0;
  g_string_append(judge->why, "\nexpected: ");
  append_path(judge->why, expected, NULL, first);
  g_string_append(judge->why, "\ngot: ");
  append_path(judge->why, NULL, states, first);
  return FALSE;
}

/* "from 100ms to 150ms", of the step `index`. */
static void append_stay(GString *out, const GArray *steps, guint index) {
  const CheckStep *step = &g_array_index(steps, CheckStep, index);
  g_string_append(out, "from ");
  append_time(out, step->at);
  if (index + 1 == steps->len) {
    g_string_append(out, " on");
    return;
  }
  g_string_append(out, " to ");
  append_time(out, g_array_index(steps, CheckStep, index + 1).at);
}

/* Whether the end is in the state at any time, also for no time at all. `never` or "at some time". */
static gboolean judge_state_ever(const Judge *judge, const CheckEnd *end) {
  TcpState state = judge->expectation->state;
  for (guint i = 0; i < end->steps->len; i++) {
    if (g_array_index(end->steps, CheckStep, i).state != state)
      continue;
    if (!judge->expectation->never)
      return TRUE;
    g_string_append_printf(judge->why, "in %s ", tcp_state_name(state));
    append_stay(judge->why, end->steps, i);
    return FALSE;
  }
  if (judge->expectation->never)
    return TRUE;
  g_string_append_printf(judge->why, "never in %s; got: ", tcp_state_name(state));
  append_path(judge->why, NULL, end->steps, 0);
  return FALSE;
}

/* A run that was cut off says nothing of what would have come; one that ended by itself stays as it is. */
static gboolean is_beyond_run(const Judge *judge, SimTime at) {
  const TraceRecord *end = judge->history->end;
  if (end == NULL || end->t >= at)
    return FALSE;
  return end->end.reason == TRACE_WORD_DURATION || end->end.reason == TRACE_WORD_BUDGET;
}

static gboolean judge_state(const Judge *judge) {
  const CheckEnd *end = find_end(judge);
  if (end == NULL)
    return FALSE;
  const Expectation *expectation = judge->expectation;
  if (expectation->never || expectation->at == SIM_NEVER)
    return judge_state_ever(judge, end);
  if (is_beyond_run(judge, expectation->at)) {
    const TraceRecord *record = judge->history->end;
    g_string_append(judge->why, "the run was cut off before, at ");
    append_time(judge->why, record->t);
    g_string_append_printf(judge->why, " (%s)", trace_word_text(record->end.reason));
    return FALSE;
  }
  TcpState state = check_history_state_at(end, expectation->at);
  if (state == expectation->state)
    return TRUE;
  g_string_append_printf(judge->why, "%s at ", tcp_state_name(state));
  append_time(judge->why, expectation->at);
  g_string_append(judge->why, "; the whole path: ");
  append_path(judge->why, NULL, end->steps, 0);
  return FALSE;
}

/* ---- Segments ---------------------------------------------------------------------------------------------------- */

/* A transmission, `sent` or `injected`, as one thing. */
typedef struct Transmission {
  SimTime at;
  Name host, peer, conn;
  uint64_t id, attempt; /* attempt 0: injected */
  TcpFlags flags;
  uint32_t seq, ack, len;
  const TraceRecord *dropped; /* NULL: not lost */
} Transmission;

static Transmission transmission_at(const CheckHistory *history, guint index) {
  const TraceRecord *r = g_ptr_array_index(history->transmissions, index);
  Transmission t;
  if (r->kind == TRACE_SENT)
    t = (Transmission){r->t,          r->sent.host, r->sent.peer, r->sent.conn, r->sent.id, r->sent.attempt,
                       r->sent.flags, r->sent.seq,  r->sent.ack,  r->sent.len,  NULL};
  else
    t = (Transmission){r->t, r->injected.host,  r->injected.peer, r->injected.conn, r->injected.id,
                       0,    r->injected.flags, r->injected.seq,  r->injected.ack,  r->injected.len,
                       NULL};
  const CheckSegment *segment = check_history_segment(history, t.id);
  if (segment)
    t.dropped = segment->dropped;
  return t;
}

/* A SegmentMatch with its names looked up once. */
typedef struct Pattern {
  const SegmentMatch *match;
  Name from, to, conn; /* 0: any */
} Pattern;

static gboolean pattern_init(Pattern *pattern, const Judge *judge, const SegmentMatch *match) {
  if (!host_is_known(judge, match->from) || !host_is_known(judge, match->to) || !conn_is_known(judge, match->conn))
    return FALSE;
  *pattern = (Pattern){match, name_of(judge, match->from), name_of(judge, match->to), name_of(judge, match->conn)};
  return TRUE;
}

static gboolean pattern_matches(const Pattern *pattern, const Transmission *t) {
  const SegmentMatch *match = pattern->match;
  if ((pattern->from && t->host != pattern->from) || (pattern->to && t->peer != pattern->to) ||
      (pattern->conn && t->conn != pattern->conn))
    return FALSE;
  if (match->flags_exact ? t->flags != match->flags : (t->flags & match->flags) != match->flags)
    return FALSE;
  if ((match->has_len && t->len != match->len) || (match->has_seq && t->seq != match->seq) ||
      (match->has_attempt && t->attempt != match->attempt))
    return FALSE;
  return !match->has_lost || (t->dropped != NULL) == !!match->lost;
}

static void append_transmission(const Judge *judge, const Transmission *t) {
  char buffer[64];
  g_string_append_printf(judge->why, "%s > %s %s at ", text_of(judge, t->host), text_of(judge, t->peer),
                         tcp_segment_print(t->flags, t->seq, t->len, t->ack, buffer, sizeof buffer));
  append_time(judge->why, t->at);
  if (t->attempt > 1)
    g_string_append_printf(judge->why, " attempt %" G_GUINT64_FORMAT, t->attempt);
  if (t->dropped && t->dropped->dropped.by)
    g_string_append_printf(judge->why, " lost (%s)", text_of(judge, t->dropped->dropped.by));
  else if (t->dropped)
    g_string_append(judge->why, " lost");
}

/* Counts, and says which: the first few that match go to `why`. */
static guint count_matches(const Judge *judge, const Pattern *pattern) {
  guint matches = 0, shown = 0;
  for (guint i = 0; i < judge->history->transmissions->len; i++) {
    Transmission t = transmission_at(judge->history, i);
    if (!pattern_matches(pattern, &t))
      continue;
    matches++;
    if (list_next(judge->why, &shown))
      append_transmission(judge, &t);
  }
  list_end(judge->why, shown, matches);
  return matches;
}

/* "2", "at least 2", "2 to 4", "none". */
static char *range_text(int64_t min, int64_t max) {
  if (max < 0)
    return g_strdup_printf("at least %" G_GINT64_FORMAT, min);
  if (max == 0)
    return g_strdup("none");
  if (min == max)
    return g_strdup_printf("%" G_GINT64_FORMAT, min);
  return g_strdup_printf("%" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, min, max);
}

static gboolean in_range(int64_t value, int64_t min, int64_t max) {
  return value >= min && (max < 0 || value <= max);
}

static gboolean judge_count(const Judge *judge) {
  const Expectation *expectation = judge->expectation;
  g_assert(expectation->segments && expectation->segments->len == 1);
  int64_t min = expectation->never ? 0 : expectation->min, max = expectation->never ? 0 : expectation->max;
  Pattern pattern;
  if (!pattern_init(&pattern, judge, g_ptr_array_index(expectation->segments, 0)))
    return FALSE;
  guint matches = count_matches(judge, &pattern);
  if (in_range(matches, min, max))
    return TRUE;
  g_autofree char *range = range_text(min, max);
  g_autofree char *list = g_strdup(judge->why->str);
  if (matches == 0)
    g_string_printf(judge->why, "expected %s, but none of the %u transmissions matches", range,
                    judge->history->transmissions->len);
  else
    g_string_printf(judge->why, "expected %s, got %u: %s", range, matches, list);
  return FALSE;
}

/* Says which pattern found nothing, and whether it would have matched earlier. */
static void append_out_of_order(const Judge *judge, const Pattern *pattern, guint number,
                                const Transmission *previous) {
  g_string_append_printf(judge->why, "pattern %u of %u has no match", number, judge->expectation->segments->len);
  if (number == 1)
    return;
  g_string_append(judge->why, " after ");
  append_transmission(judge, previous);
  gsize before = judge->why->len;
  g_string_append(judge->why, "; it matches: ");
  if (count_matches(judge, pattern) == 0)
    g_string_truncate(judge->why, before);
}

/* Moves `index` behind the next transmission that matches; FALSE if there is none. */
static gboolean next_match(const Judge *judge, const Pattern *pattern, guint *index, Transmission *ret_transmission) {
  while (*index < judge->history->transmissions->len) {
    Transmission t = transmission_at(judge->history, (*index)++);
    if (pattern_matches(pattern, &t)) {
      *ret_transmission = t;
      return TRUE;
    }
  }
  return FALSE;
}

/* Takes the first match after the last one taken: if any choice succeeds, this one does. */
static gboolean judge_order(const Judge *judge) {
  const GPtrArray *matches = judge->expectation->segments;
  g_assert(matches && matches->len > 0);
  g_autofree Pattern *patterns = g_new(Pattern, matches->len);
  for (guint i = 0; i < matches->len; i++)
    if (!pattern_init(&patterns[i], judge, g_ptr_array_index(matches, i)))
      return FALSE;
  Transmission last = {0};
  guint index = 0, found = 0;
  while (found < matches->len && next_match(judge, &patterns[found], &index, &last))
    found++;
  if ((found == matches->len) != !!judge->expectation->never)
    return TRUE;
  if (judge->expectation->never) {
    g_string_append(judge->why, "they came in this order, the last: ");
    append_transmission(judge, &last);
  } else {
    append_out_of_order(judge, &patterns[found], found + 1, &last);
  }
  return FALSE;
}

/* ---- Ports ------------------------------------------------------------------------------------------------------- */

typedef struct Reservation {
  Name conn;           /* the first that reserved it */
  SimTime from, until; /* until SIM_NEVER: not released in the trace */
} Reservation;

/* The reservations of the expectation's port, in order; to be freed by the caller. A port is released when nobody holds
 * it any more, whoever let go last, so reservations that overlap are one. */
static GArray *reservations_of(const Judge *judge) {
  const Expectation *expectation = judge->expectation;
  Name host = name_of(judge, expectation->host), conn = name_of(judge, expectation->conn);
  GArray *reservations = g_array_new(FALSE, FALSE, sizeof(Reservation));
  gboolean open = FALSE;
  for (guint i = 0; i < judge->history->ports->len; i++) {
    const TraceRecord *record = g_ptr_array_index(judge->history->ports, i);
    if (record->port.host != host || record->port.port != expectation->port)
      continue;
    if (record->port.change == TRACE_WORD_RESERVED && !open && (conn == 0 || record->port.conn == conn)) {
      Reservation reservation = {record->port.conn, record->t, SIM_NEVER};
      g_array_append_val(reservations, reservation);
      open = TRUE;
    } else if (record->port.change == TRACE_WORD_RELEASED && open) {
      g_array_index(reservations, Reservation, reservations->len - 1).until = record->t;
      open = FALSE;
    }
  }
  return reservations;
}

static void append_reservation(const Judge *judge, const Reservation *reservation) {
  g_string_append(judge->why, "from ");
  append_time(judge->why, reservation->from);
  if (reservation->until == SIM_NEVER) {
    g_string_append(judge->why, " to the end of the trace");
  } else {
    g_string_append(judge->why, " to ");
    append_time(judge->why, reservation->until);
  }
  if (reservation->conn != 0)
    g_string_append_printf(judge->why, " (%s)", text_of(judge, reservation->conn));
}

static gboolean judge_port(const Judge *judge) {
  const Expectation *expectation = judge->expectation;
  if (!host_is_named(judge) || !conn_is_known(judge, expectation->conn))
    return FALSE;
  g_autoptr(GArray) reservations = reservations_of(judge);
  gboolean found = FALSE;
  guint shown = 0;
  g_string_append_printf(judge->why, "port %u was %s", expectation->port,
                         reservations->len > 0 ? "reserved " : "never reserved");
  for (guint i = 0; i < reservations->len; i++) {
    const Reservation *reservation = &g_array_index(reservations, Reservation, i);
    found = found || (reservation->from == expectation->from && reservation->until == expectation->until);
    if (list_next(judge->why, &shown))
      append_reservation(judge, reservation);
  }
  list_end(judge->why, shown, reservations->len);
  return expectation->never ? reservations->len == 0 : found;
}

/* ---- Calls, octets, the end -------------------------------------------------------------------------------------- */

static gboolean text_matches(const Judge *judge, const char *expected, Name got) {
  return expected == NULL || strcmp(expected, text_of(judge, got)) == 0;
}

/* Host, connection and application alone. */
static gboolean is_concerned(const Judge *judge, const TraceRecord *record) {
  const Expectation *expectation = judge->expectation;
  return text_matches(judge, expectation->host, record->app.host) &&
         text_matches(judge, expectation->conn, record->app.conn) &&
         text_matches(judge, expectation->app, record->app.app);
}

static void append_call(const Judge *judge, const TraceRecord *record) {
  g_string_append_printf(judge->why, "%s", text_of(judge, record->app.call));
  if (record->app.app)
    g_string_append_printf(judge->why, " by %s", text_of(judge, record->app.app));
  g_string_append(judge->why, " at ");
  append_time(judge->why, record->t);
  if (record->app.result)
    g_string_append_printf(judge->why, " gave %s", text_of(judge, record->app.result));
}

/* The calls of those concerned, those of the expected name alone if `same_call`. Returns how many there are. */
static guint append_calls(const Judge *judge, gboolean same_call) {
  guint total = 0, shown = 0;
  for (guint i = 0; i < judge->history->calls->len; i++) {
    const TraceRecord *record = g_ptr_array_index(judge->history->calls, i);
    if (!is_concerned(judge, record) || (same_call && !text_matches(judge, judge->expectation->call, record->app.call)))
      continue;
    total++;
    if (list_next(judge->why, &shown))
      append_call(judge, record);
  }
  list_end(judge->why, shown, total);
  return total;
}

static gboolean judge_call(const Judge *judge) {
  const Expectation *expectation = judge->expectation;
  if (!host_is_known(judge, expectation->host) || !conn_is_known(judge, expectation->conn))
    return FALSE;
  for (guint i = 0; i < judge->history->calls->len; i++) {
    const TraceRecord *record = g_ptr_array_index(judge->history->calls, i);
    if (!is_concerned(judge, record) || !text_matches(judge, expectation->call, record->app.call) ||
        !text_matches(judge, expectation->result, record->app.result) ||
        (expectation->at != SIM_NEVER && expectation->at != record->t))
      continue;
    if (!expectation->never)
      return TRUE;
    append_call(judge, record);
    return FALSE;
  }
  if (expectation->never)
    return TRUE;
  g_string_append(judge->why, "no such call; got: ");
  if (append_calls(judge, TRUE) > 0)
    return FALSE;
  if (append_calls(judge, FALSE) == 0)
    g_string_append(judge->why, "no call at all");
  return FALSE;
}

static gboolean judge_octets(const Judge *judge) {
  const Expectation *expectation = judge->expectation;
  if (!host_is_known(judge, expectation->host) || !conn_is_known(judge, expectation->conn))
    return FALSE;
  int64_t sum = 0;
  for (guint i = 0; i < judge->history->calls->len; i++) {
    const TraceRecord *record = g_ptr_array_index(judge->history->calls, i);
    if (record->app.octets < 0 || !is_concerned(judge, record) || !text_matches(judge, "recv", record->app.call))
      continue;
    sum = record->app.octets > INT64_MAX - sum ? INT64_MAX : sum + record->app.octets;
  }
  if (in_range(sum, expectation->min, expectation->max) != !!expectation->never)
    return TRUE;
  g_autofree char *range = range_text(expectation->min, expectation->max);
  g_string_append_printf(judge->why, "expected %s%s, got %" G_GINT64_FORMAT " octets read",
                         expectation->never ? "anything but " : "", range, sum);
  return FALSE;
}

static gboolean judge_end(const Judge *judge) {
  const Expectation *expectation = judge->expectation;
  const TraceRecord *end = judge->history->end;
  if (end == NULL) {
    g_string_append(judge->why, "the trace does not say how the run ended: it has no end record");
    return FALSE;
  }
  const char *reason = trace_word_text(end->end.reason);
  g_assert(expectation->result);
  if ((strcmp(expectation->result, reason) == 0) != !!expectation->never)
    return TRUE;
  g_string_append_printf(judge->why, "%s at ", reason);
  append_time(judge->why, end->t);
  return FALSE;
}

/* ---- All of them ------------------------------------------------------------------------------------------------- */

static gboolean judge_one(const Judge *judge) {
  switch (judge->expectation->kind) {
  case EXPECT_PATH:
    return judge_path(judge);
  case EXPECT_STATE_AT:
    return judge_state(judge);
  case EXPECT_COUNT:
    return judge_count(judge);
  case EXPECT_ORDER:
    return judge_order(judge);
  case EXPECT_PORT:
    return judge_port(judge);
  case EXPECT_CALL:
    return judge_call(judge);
  case EXPECT_OCTETS:
    return judge_octets(judge);
  case EXPECT_END:
    return judge_end(judge);
  }
  g_assert_not_reached();
}

GPtrArray *check_expectations(const Trace *trace, GPtrArray *expectations) {
  GPtrArray *results = g_ptr_array_new_with_free_func((GDestroyNotify)check_result_free);
  g_autoptr(CheckHistory) history = check_history_new(trace);
  for (guint i = 0; i < expectations->len; i++) {
    const Expectation *expectation = g_ptr_array_index(expectations, i);
    g_autoptr(GString) why = g_string_new(NULL);
    Judge judge = {history, expectation, why};
    CheckResult *result = g_new0(CheckResult, 1);
    result->ok = judge_one(&judge);
    result->text = g_strdup(expectation->text ? expectation->text : "an expectation without words");
    result->detail = result->ok ? NULL : g_strdup(why->str);
    result->line = expectation->line;
    g_ptr_array_add(results, result);
  }
  return results;
}

void check_result_free(CheckResult *result) {
  if (result == NULL)
    return;
  g_free(result->text);
  g_free(result->detail);
  g_free(result);
}
