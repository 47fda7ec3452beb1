#include "lab/query.h"

#include <string.h>

#include "check/expect.h"
#include "lab/query_tree.h"
#include "scenario/words.h"

G_DEFINE_QUARK(teardown - query, query_error)

QuerySource *query_source_new(const Trace *trace) {
  QuerySource *source = g_new0(QuerySource, 1);
  source->trace = trace;
  source->history = check_history_new(trace);
  return source;
}

void query_source_free(QuerySource *source) {
  if (!source)
    return;
  check_history_free(source->history);
  g_free(source);
}

char *query_value_text(QueryValue value) {
  char buffer[32];
  switch (value.unit) {
  case QUERY_TIME:
    if (value.value < 0) {
      simtime_print(-value.value, buffer, sizeof buffer);
      return g_strdup_printf("-%s", buffer);
    }
    return g_strdup(simtime_print(value.value, buffer, sizeof buffer));
  case QUERY_COUNT:
    return g_strdup_printf("%" G_GINT64_FORMAT, value.value);
  }
  g_assert_not_reached();
}

/* "312.5ms" with a space before its unit. */
char *query_value_human(QueryValue value) {
  g_autofree char *text = query_value_text(value);
  size_t digits = strspn(text, "-0123456789.");
  if (value.unit == QUERY_COUNT || !text[digits] || !digits)
    return g_steal_pointer(&text);
  return g_strdup_printf("%.*s %s", (int)digits, text, text + digits);
}

/* --- segments ----------------------------------------------------------------------------------------------------- */

static gboolean is_named(const QuerySource *source, const char *wanted, Name name) {
  return !wanted || strcmp(wanted, trace_text(source->trace, name)) == 0;
}

/* `sent` and `injected` begin alike. */
gboolean query_segment_matches(const QuerySource *source, const SegmentMatch *match, const TraceRecord *record) {
  gboolean sent = record->kind == TRACE_SENT;
  Name host = sent ? record->sent.host : record->injected.host;
  Name peer = sent ? record->sent.peer : record->injected.peer;
  Name conn = sent ? record->sent.conn : record->injected.conn;
  TcpFlags flags = sent ? record->sent.flags : record->injected.flags;
  uint32_t len = sent ? record->sent.len : record->injected.len, seq = sent ? record->sent.seq : record->injected.seq;
  uint64_t attempt = sent ? record->sent.attempt : 0, id = sent ? record->sent.id : record->injected.id;
  if (!is_named(source, match->from, host) || !is_named(source, match->to, peer) ||
      !is_named(source, match->conn, conn))
    return FALSE;
  if (match->flags_exact ? flags != match->flags : (flags & match->flags) != match->flags)
    return FALSE;
  if ((match->has_len && len != match->len) || (match->has_seq && seq != match->seq) ||
      (match->has_attempt && attempt != match->attempt))
    return FALSE;
  const CheckSegment *segment = check_history_segment(source->history, id);
  return !match->has_lost || (segment && segment->dropped) == !!match->lost;
}

GArray *query_segments(const QuerySource *source, const SegmentMatch *match) {
  GArray *found = g_array_new(FALSE, FALSE, sizeof(guint));
  for (guint i = 0; i < source->history->transmissions->len; i++)
    if (query_segment_matches(source, match, g_ptr_array_index(source->history->transmissions, i)))
      g_array_append_val(found, i);
  return found;
}

/* --- events ------------------------------------------------------------------------------------------------------- */

static gboolean not_there(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static gboolean not_there(GError **error, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_set_error_literal(error, QUERY_ERROR, QUERY_ERROR_NOT_THERE, text);
  return FALSE;
}

/* What became of a transmission at the event's moment; NULL if that did not happen. */
static const TraceRecord *at_moment(const QuerySource *source, const TraceRecord *record, unsigned moment) {
  uint64_t id = record->kind == TRACE_SENT ? record->sent.id : record->injected.id;
  const CheckSegment *segment = check_history_segment(source->history, id);
  switch (moment) {
  case QUERY_RECEIVED:
    return segment ? segment->received : NULL;
  case QUERY_DROPPED:
    return segment ? segment->dropped : NULL;
  case QUERY_DISCARDED:
    return segment ? segment->discarded : NULL;
  }
  return record;
}

/* The nth transmission that matches and has the moment. */
static const TraceRecord *find_segment(const QuerySource *source, const QueryEvent *event, GError **error) {
  guint64 seen = 0;
  for (guint i = 0; i < source->history->transmissions->len; i++) {
    const TraceRecord *record = g_ptr_array_index(source->history->transmissions, i);
    if (query_segment_matches(source, event->segment, record) && at_moment(source, record, event->moment) &&
        ++seen == event->nth)
      return record;
  }
  g_autofree char *ordinal = words_ordinal(event->nth);
  not_there(error, "there is no %s segment of this kind that was %s; %" G_GUINT64_FORMAT " are there", ordinal,
            query_segment_moments[event->moment], seen);
  return NULL;
}

/* The end, and which of its steps; FALSE with `error`. A state that is left at once is a step too. */
static gboolean find_step(const QuerySource *source, const QueryEvent *event, const CheckEnd **ret_end, guint *ret_step,
                          GError **error) {
  const CheckEnd *end = check_history_find_end(source->history, event->host, event->conn);
  guint64 seen = 0;
  for (guint i = 0; end && i < end->steps->len; i++)
    if (g_array_index(end->steps, CheckStep, i).state == event->state && ++seen == event->nth) {
      *ret_end = end;
      *ret_step = i;
      return TRUE;
    }
  g_autofree char *ordinal = words_ordinal(event->nth);
  return not_there(error, "%s is not in %s for a %s time", event->host, tcp_state_name(event->state), ordinal);
}

static const TraceRecord *find_state(const QuerySource *source, const QueryEvent *event, GError **error) {
  const CheckEnd *end;
  guint step;
  if (!find_step(source, event, &end, &step, error))
    return NULL;
  if (event->moment == QUERY_ENTERED)
    return g_array_index(end->steps, CheckStep, step).record;
  if (step + 1 < end->steps->len)
    return g_array_index(end->steps, CheckStep, step + 1).record;
  not_there(error, "%s does not leave %s", event->host, tcp_state_name(event->state));
  return NULL;
}

static gboolean is_event(const QuerySource *source, const QueryEvent *event, const TraceRecord *r) {
  switch (event->kind) {
  case QUERY_EVENT_CALL:
    return r->kind == TRACE_APP && is_named(source, event->host, r->app.host) &&
           is_named(source, event->conn, r->app.conn) && is_named(source, event->call, r->app.call);
  case QUERY_EVENT_TIMER:
    return r->kind == TRACE_TIMER && is_named(source, event->host, r->timer.host) &&
           is_named(source, event->conn, r->timer.conn) && r->timer.timer == event->timer &&
           strcmp(trace_word_text(r->timer.change), query_timer_moments[event->moment]) == 0;
  case QUERY_EVENT_PORT:
    return r->kind == TRACE_PORT && is_named(source, event->host, r->port.host) && r->port.port == event->port &&
           strcmp(trace_word_text(r->port.change), query_port_moments[event->moment]) == 0;
  case QUERY_EVENT_END:
    return r->kind == TRACE_END;
  case QUERY_EVENT_SEGMENT:
  case QUERY_EVENT_STATE:
    break;
  }
  return FALSE;
}

static guint64 count_events(const QuerySource *source, const QueryEvent *event) {
  guint64 count = 0;
  for (size_t i = 0; i < source->trace->count; i++)
    if (is_event(source, event, &source->trace->records[i]))
      count++;
  return count;
}

static const char *event_word(const QueryEvent *event) {
  switch (event->kind) {
  case QUERY_EVENT_CALL:
    return event->call;
  case QUERY_EVENT_TIMER:
    return tcp_timer_name(event->timer);
  case QUERY_EVENT_PORT:
    return "port";
  case QUERY_EVENT_END:
  case QUERY_EVENT_SEGMENT:
  case QUERY_EVENT_STATE:
    break;
  }
  return "end";
}

const TraceRecord *query_event_record(const QuerySource *source, const QueryEvent *event, GError **error) {
  if (event->kind == QUERY_EVENT_SEGMENT)
    return find_segment(source, event, error);
  if (event->kind == QUERY_EVENT_STATE)
    return find_state(source, event, error);
  guint64 seen = 0;
  for (size_t i = 0; i < source->trace->count; i++)
    if (is_event(source, event, &source->trace->records[i]) && ++seen == event->nth)
      return &source->trace->records[i];
  g_autofree char *ordinal = words_ordinal(event->nth);
  not_there(error, "there is no %s event of this kind (%s) at %s", ordinal, event_word(event),
            event->host ? event->host : "the end");
  return NULL;
}

gboolean query_event_at(const QuerySource *source, const QueryEvent *event, SimTime *ret_at, GError **error) {
  const TraceRecord *record = query_event_record(source, event, error);
  if (!record)
    return FALSE;
  *ret_at = event->kind == QUERY_EVENT_SEGMENT ? at_moment(source, record, event->moment)->t : record->t;
  return TRUE;
}

/* --- instants and numbers ----------------------------------------------------------------------------------------- */

gboolean query_instant_find(const QuerySource *source, const QueryInstant *instant, SimTime *ret_at, GError **error) {
  SimTime at = instant->at, other;
  if (instant->event && !query_event_at(source, instant->event, &at, error))
    return FALSE;
  if (instant->between[0]) {
    if (!query_instant_find(source, instant->between[0], &at, error) ||
        !query_instant_find(source, instant->between[1], &other, error))
      return FALSE;
    at += (other - at) / 2;
  }
  if (instant->plus > 0)
    at = simtime_add(at, instant->plus);
  else if (at + instant->plus < 0)
    return not_there(error, "this instant is before the run starts");
  else
    at += instant->plus;
  *ret_at = at;
  return TRUE;
}

static gboolean find_duration(const QuerySource *source, const QueryEvent *event, QueryValue *ret_value,
                              GError **error) {
  const CheckEnd *end;
  guint step;
  if (!find_step(source, event, &end, &step, error))
    return FALSE;
  if (step + 1 == end->steps->len)
    return not_there(error, "%s does not leave %s", event->host, tcp_state_name(event->state));
  *ret_value = (QueryValue){QUERY_TIME, g_array_index(end->steps, CheckStep, step + 1).at -
                                            g_array_index(end->steps, CheckStep, step).at};
  return TRUE;
}

/* From the first `reserved` to the `released` that follows. */
static gboolean find_reserved(const QuerySource *source, const QueryEvent *event, QueryValue *ret_value,
                              GError **error) {
  SimTime from = SIM_NEVER;
  for (guint i = 0; i < source->history->ports->len; i++) {
    const TraceRecord *r = g_ptr_array_index(source->history->ports, i);
    if (r->port.port != event->port || !is_named(source, event->host, r->port.host))
      continue;
    if (r->port.change == TRACE_WORD_RESERVED && from == SIM_NEVER)
      from = r->t;
    if (r->port.change == TRACE_WORD_RELEASED && from != SIM_NEVER) {
      *ret_value = (QueryValue){QUERY_TIME, r->t - from};
      return TRUE;
    }
  }
  return not_there(error, "port %u of %s is %s", event->port, event->host,
                   from == SIM_NEVER ? "never reserved" : "not released in the trace");
}

static gboolean find_param(const QuerySource *source, const QueryNumber *number, QueryValue *ret_value,
                           GError **error) {
  const GPtrArray *hosts = source->trace->header->hosts;
  for (guint i = 0; i < hosts->len; i++) {
    const TraceHost *host = g_ptr_array_index(hosts, i);
    for (guint k = 0; strcmp(host->name, number->host) == 0 && k < host->params->len; k++) {
      const TraceParam *param = g_ptr_array_index(host->params, k);
      SimTime time;
      if (strcmp(param->name, number->param) != 0)
        continue;
      if (simtime_parse(param->value, &time, NULL))
        *ret_value = (QueryValue){QUERY_TIME, time};
      else if (g_ascii_isdigit(param->value[0]))
        *ret_value = (QueryValue){QUERY_COUNT, g_ascii_strtoll(param->value, NULL, 10)};
      else
        return not_there(error, "%s of %s is %s: no number", number->param, number->host, param->value);
      return TRUE;
    }
  }
  return not_there(error, "the trace does not say %s of %s", number->param, number->host);
}

static gboolean find_octets(const QuerySource *source, const QueryEvent *event, QueryValue *ret_value) {
  int64_t octets = 0;
  for (guint i = 0; i < source->history->calls->len; i++) {
    const TraceRecord *r = g_ptr_array_index(source->history->calls, i);
    if (is_named(source, event->host, r->app.host) && is_named(source, event->conn, r->app.conn) &&
        is_named(source, "recv", r->app.call) && r->app.octets > 0)
      octets += r->app.octets;
  }
  *ret_value = (QueryValue){QUERY_COUNT, octets};
  return TRUE;
}

static gboolean find_field(const QuerySource *source, const QueryNumber *number, QueryValue *ret_value,
                           GError **error) {
  const TraceRecord *r = query_event_record(source, number->event, error);
  if (!r)
    return FALSE;
  gboolean sent = r->kind == TRACE_SENT;
  int64_t fields[] = {[QUERY_FIELD_SEQ] = sent ? r->sent.seq : r->injected.seq,
                      [QUERY_FIELD_ACK] = sent ? r->sent.ack : r->injected.ack,
                      [QUERY_FIELD_LEN] = sent ? r->sent.len : r->injected.len,
                      [QUERY_FIELD_WIN] = sent ? r->sent.win : r->injected.win,
                      [QUERY_FIELD_ATTEMPT] = sent ? (int64_t)r->sent.attempt : 0};
  *ret_value = (QueryValue){QUERY_COUNT, fields[number->field]};
  return TRUE;
}

static gboolean find_terms(const QuerySource *source, const QueryNumber *number, QueryValue *ret_value,
                           GError **error) {
  QueryValue sum = {QUERY_COUNT, 0}, term;
  for (guint i = 0; i < number->terms->len; i++) {
    if (!query_number_find(source, g_ptr_array_index(number->terms, i), &term, error))
      return FALSE;
    if (i > 0 && term.unit != sum.unit)
      return not_there(error, "a time and a count cannot be added");
    gboolean minus = i > 0 && number->kind == QUERY_NUMBER_DIFFERENCE;
    if (minus ? __builtin_sub_overflow(sum.value, term.value, &sum.value)
              : __builtin_add_overflow(sum.value, term.value, &sum.value))
      return not_there(error, "this sum is too large");
    sum.unit = term.unit;
  }
  *ret_value = sum;
  return TRUE;
}

static gboolean find_time(const QuerySource *source, const QueryNumber *number, QueryValue *ret_value, GError **error) {
  SimTime first, second = 0;
  gboolean between = number->kind == QUERY_NUMBER_TIME_BETWEEN;
  if (!query_instant_find(source, number->instants[0], &first, error) ||
      (between && !query_instant_find(source, number->instants[1], &second, error)))
    return FALSE;
  *ret_value = (QueryValue){QUERY_TIME, between ? second - first : first};
  return TRUE;
}

gboolean query_number_find(const QuerySource *source, const QueryNumber *number, QueryValue *ret_value,
                           GError **error) {
  switch (number->kind) {
  case QUERY_NUMBER_INSTANT:
  case QUERY_NUMBER_TIME_BETWEEN:
    return find_time(source, number, ret_value, error);
  case QUERY_NUMBER_DURATION_OF:
    return find_duration(source, number->event, ret_value, error);
  case QUERY_NUMBER_RESERVED:
    return find_reserved(source, number->event, ret_value, error);
  case QUERY_NUMBER_PARAM:
    return find_param(source, number, ret_value, error);
  case QUERY_NUMBER_COUNT: {
    g_autoptr(GArray) found = query_segments(source, number->match);
    *ret_value = (QueryValue){QUERY_COUNT, found->len};
    return TRUE;
  }
  case QUERY_NUMBER_TIMERS:
  case QUERY_NUMBER_CALLS:
    *ret_value = (QueryValue){QUERY_COUNT, (int64_t)count_events(source, number->event)};
    return TRUE;
  case QUERY_NUMBER_OCTETS:
    return find_octets(source, number->event, ret_value);
  case QUERY_NUMBER_FIELD:
    return find_field(source, number, ret_value, error);
  case QUERY_NUMBER_SUM:
  case QUERY_NUMBER_DIFFERENCE:
    return find_terms(source, number, ret_value, error);
  }
  g_assert_not_reached();
}

/* --- claims ------------------------------------------------------------------------------------------------------- */

static gboolean compare_numbers(const QuerySource *source, const QueryClaim *claim, gboolean *ret_holds,
                                char **ret_detail, GError **error) {
  QueryValue a, b;
  if (!query_number_find(source, claim->numbers[0], &a, error) ||
      !query_number_find(source, claim->numbers[1], &b, error))
    return FALSE;
  if (a.unit != b.unit)
    return not_there(error, "a time and a count cannot be compared");
  *ret_holds = claim->kind == QUERY_CLAIM_LESS ? a.value < b.value : a.value == b.value;
  if (ret_detail && !*ret_holds) {
    g_autofree char *x = query_value_human(a), *y = query_value_human(b);
    *ret_detail = g_strdup_printf("%s and %s", x, y);
  }
  return TRUE;
}

static gboolean join_claims(const QuerySource *source, const QueryClaim *claim, gboolean *ret_holds, char **ret_detail,
                            GError **error) {
  gboolean all = claim->kind == QUERY_CLAIM_ALL, holds = all;
  g_autoptr(GString) details = g_string_new(NULL);
  for (guint i = 0; i < claim->claims->len; i++) {
    gboolean one;
    g_autofree char *detail = NULL;
    if (!query_claim_holds(source, g_ptr_array_index(claim->claims, i), &one, &detail, error))
      return FALSE;
    holds = all ? holds && one : holds || one;
    if (detail)
      g_string_append_printf(details, "%s%s", details->len ? "; " : "", detail);
  }
  *ret_holds = holds;
  if (ret_detail && !holds)
    *ret_detail = g_strdup(details->str);
  return TRUE;
}

gboolean query_claim_holds(const QuerySource *source, const QueryClaim *claim, gboolean *ret_holds, char **ret_detail,
                           GError **error) {
  switch (claim->kind) {
  case QUERY_CLAIM_EXPECT: {
    g_autoptr(GPtrArray) results = check_expectations(source->trace, claim->expect);
    const CheckResult *result = g_ptr_array_index(results, 0);
    *ret_holds = result->ok;
    if (ret_detail && !result->ok)
      *ret_detail = g_strdup(result->detail);
    return TRUE;
  }
  case QUERY_CLAIM_LESS:
  case QUERY_CLAIM_EQUAL:
    return compare_numbers(source, claim, ret_holds, ret_detail, error);
  case QUERY_CLAIM_ALL:
  case QUERY_CLAIM_ANY:
    return join_claims(source, claim, ret_holds, ret_detail, error);
  case QUERY_CLAIM_NOT: {
    gboolean holds;
    if (!query_claim_holds(source, g_ptr_array_index(claim->claims, 0), &holds, NULL, error))
      return FALSE;
    *ret_holds = !holds;
    if (ret_detail && holds)
      *ret_detail = g_strdup("it does, and should not");
    return TRUE;
  }
  }
  g_assert_not_reached();
}
