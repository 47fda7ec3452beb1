#include "output/text/explain_lines.h"

#include "output/text/explain_words.h"
#include "output/text/words.h"

#include <string.h>

ExplainSource *explain_source_new(const Trace *trace) {
  ExplainSource *source = g_new0(ExplainSource, 1);
  source->trace = trace;
  source->history = history_new(trace, HISTORY_ALL_STATES);
  source->corrupted = g_hash_table_new(g_int64_hash, g_int64_equal);
  source->duplicated = g_hash_table_new(g_int64_hash, g_int64_equal);
  source->unit = TEXT_TIME_MS;
  for (size_t i = 0; i < trace->count; i++) {
    TraceRecord *record = &trace->records[i];
    source->unit = MAX(source->unit, text_time_unit(record->t));
    if (record->kind == TRACE_CORRUPTED)
      g_hash_table_add(source->corrupted, &record->corrupted.id);
    else if (record->kind == TRACE_DUPLICATED)
      g_hash_table_insert(source->duplicated, &record->duplicated.id, record);
  }
  return source;
}

void explain_source_free(ExplainSource *source) {
  history_free((History *)source->history);
  g_hash_table_unref(source->corrupted);
  g_hash_table_unref(source->duplicated);
  g_free(source);
}

char *explain_at(const ExplainSource *source, SimTime at) {
  char buffer[40];
  return g_strdup(text_time(at, MAX(source->unit, text_time_unit(at)), buffer, sizeof buffer));
}

char *explain_section(const char *rfc) {
  if (!g_ascii_isdigit(*rfc))
    return g_strdup(strcmp(rfc, "extension") == 0 ? "an extension, in no RFC" : rfc);
  const char *space = strchr(rfc, ' ');
  return g_strdup_printf("RFC 9293 %.*s", space ? (int)(space - rfc) : (int)strlen(rfc), rfc);
}

const TraceHost *explain_host(const Trace *trace, Name name) {
  const GPtrArray *hosts = trace->header ? trace->header->hosts : NULL;
  for (guint i = 0; hosts && i < hosts->len; i++) {
    const TraceHost *host = g_ptr_array_index(hosts, i);
    if (strcmp(host->name, trace_text(trace, name)) == 0)
      return host;
  }
  return NULL;
}

const char *explain_param(const TraceHost *host, const char *name) {
  for (guint i = 0; host && i < host->params->len; i++) {
    const TraceParam *param = g_ptr_array_index(host->params, i);
    if (strcmp(param->name, name) == 0)
      return param->value;
  }
  return NULL;
}

/* --- segments ----------------------------------------------------------------------------------------------------- */

static void append_attempt(GString *out, const Trace *trace, const TraceRecord *sent) {
  g_autofree char *attempt = words_attempt(trace, sent);
  if (attempt)
    g_string_append_printf(out, ", %s", attempt);
}

char *explain_arrival(const ExplainSource *source, const TraceRecord *received) {
  const Trace *trace = source->trace;
  GString *out = g_string_new(NULL);
  const HistorySegment *segment = history_segment(source->history, received->received.id);
  if (!segment) {
    g_string_append_printf(out, "segment %" G_GUINT64_FORMAT " from %s, whose contents the trace does not show",
                           received->received.id, trace_text(trace, received->received.peer));
    return g_string_free(out, FALSE);
  }
  const TraceRecord *contents = history_contents(source->history, segment);
  g_autofree char *words = words_segment(contents, 0);
  g_autofree char *at = explain_at(source, history_departed_at(source->history, segment));
  g_string_append_printf(out, "%s from %s (segment %" G_GUINT64_FORMAT, words, trace_text(trace, segment->host),
                         segment->id);
  append_attempt(out, trace, contents);
  if (contents->kind == TRACE_INJECTED)
    g_string_append_printf(out, ", not sent by it: put in by %s", trace_text(trace, contents->injected.by));
  if (segment->copy_of)
    g_string_append_printf(out, ", a copy of segment %" G_GUINT64_FORMAT " that the network made", segment->copy_of);
  g_string_append_printf(out, "; on its way since %s)", at);
  return g_string_free(out, FALSE);
}

/* What a segment means to those who read it. */
static char *meaning_of(const Trace *trace, const TraceRecord *record) {
  TcpFlags flags = record->sent.flags;
  const char *why = record->kind == TRACE_SENT ? trace_text(trace, record->sent.why) : "";
  uint32_t last = record->sent.seq + record->sent.len;
  if (flags & TCP_RST)
    return g_strdup("a reset");
  if (flags & TCP_SYN)
    return g_strdup(flags & TCP_ACK ? "its SYN, and the ACK of the peer's" : "a SYN");
  if (flags & TCP_FIN && record->sent.len)
    return g_strdup_printf("%u octets, and the FIN with the number %u", record->sent.len, last);
  if (flags & TCP_FIN)
    return g_strdup_printf("the FIN, which takes the number %u", last);
  if (record->sent.len)
    return g_strdup_printf("%u octet%s of data%s", record->sent.len, record->sent.len == 1 ? "" : "s",
                           strcmp(why, "window-probe") == 0 ? " as a window probe" : "");
  if (strcmp(why, "challenge") == 0)
    return g_strdup("a challenge ACK: \"is it really you?\"");
  if (strcmp(why, "keepalive") == 0 || strcmp(why, "window-probe") == 0)
    return g_strdup("an empty segment with a number of the past, which must be answered");
  if (strcmp(why, "window-update") == 0)
    return g_strdup("a window update: there is room again");
  if (flags & TCP_ACK)
    return g_strdup_printf("an ACK: all below %u has arrived%s", record->sent.ack,
                           strcmp(why, "duplicate-ack") == 0 ? ", and that number is what is missing" : "");
  return g_strdup("an empty segment");
}

static void append_fate(GString *out, const ExplainSource *source, uint64_t id) {
  const Trace *trace = source->trace;
  const HistorySegment *segment = history_segment(source->history, id);
  const gint64 key = (gint64)id;
  if (segment && segment->delayed != HISTORY_NONE) {
    const TraceRecord *delayed = &trace->records[segment->delayed];
    char span[40];
    if (delayed->delayed.delay == SIM_NEVER)
      g_string_append_printf(out, "; the network holds it back (%s)", trace_text(trace, delayed->delayed.by));
    else
      g_string_append_printf(out, "; the network delays it by %s (%s)",
                             text_span(delayed->delayed.delay, span, sizeof span),
                             trace_text(trace, delayed->delayed.by));
  }
  const TraceRecord *copied = g_hash_table_lookup(source->duplicated, &key);
  if (copied)
    g_string_append_printf(out, "; the network copies it (%s)", trace_text(trace, copied->duplicated.by));
  if (g_hash_table_contains(source->corrupted, &key))
    g_string_append(out, "; the network damages it");
  if (segment && segment->dropped != HISTORY_NONE) {
    const TraceRecord *dropped = &trace->records[segment->dropped];
    g_autofree char *words = words_dropped(trace, dropped);
    g_autofree char *at = explain_at(source, dropped->t);
    g_string_append_printf(out, "; %s at %s", words, at);
    if (dropped->dropped.at)
      g_string_append_printf(out, ", %s", trace_text(trace, dropped->dropped.at));
  }
}

/* A FIN that comes again without being called for: FreeBSD's ACK of a crossing FIN. */
static gboolean is_fin_as_ack(const TraceRecord *sent) {
  return sent->sent.flags & TCP_FIN && sent->sent.attempt > 1 && !sent->sent.why && sent->sent.cause;
}

char *explain_departure(const ExplainSource *source, const TraceRecord *sent) {
  const Trace *trace = source->trace;
  g_autofree char *words = words_segment(sent, 0), *meaning = meaning_of(trace, sent);
  GString *out = g_string_new(NULL);
  g_string_append_printf(out, "%s to %s (segment %" G_GUINT64_FORMAT, words, trace_text(trace, sent->sent.peer),
                         sent->sent.id);
  append_attempt(out, trace, sent);
  g_string_append_printf(out, "): %s", meaning);
  if (is_fin_as_ack(sent))
    g_string_append(out, ", repeated by a stack whose ACKs carry its FIN until that is acknowledged; RFC 9293 alone "
                         "would send a plain ACK");
  append_fate(out, source, sent->sent.id);
  g_string_append_c(out, '.');
  return g_string_free(out, FALSE);
}

char *explain_injection(const ExplainSource *source, const TraceRecord *injected) {
  const Trace *trace = source->trace;
  g_autofree char *words = words_segment(injected, 0);
  GString *out = g_string_new(NULL);
  g_string_append_printf(out, "%s to %s (segment %" G_GUINT64_FORMAT "), put in by %s in the name of %s", words,
                         trace_text(trace, injected->injected.peer), injected->injected.id,
                         trace_text(trace, injected->injected.by), trace_text(trace, injected->injected.host));
  append_fate(out, source, injected->injected.id);
  g_string_append_c(out, '.');
  return g_string_free(out, FALSE);
}

/* --- applications, ports ------------------------------------------------------------------------------------------ */

char *explain_app(const Trace *trace, const TraceRecord *record) {
  const char *call = trace_text(trace, record->app.call), *result = trace_text(trace, record->app.result);
  if (strcmp(call, "recv") == 0 && strcmp(result, "eof") == 0)
    return g_strdup("The application reads the end of the stream.");
  if (strcmp(call, "recv") == 0 && record->app.octets >= 0 && !words_app_failed(trace, record))
    return g_strdup_printf("The application reads %" G_GINT64_FORMAT " octets.", record->app.octets);
  if (strcmp(call, "notice") == 0) {
    g_autofree char *words = words_app(trace, record);
    return g_strdup_printf("The application is told: %s.", words ? words : result);
  }
  g_autofree char *words = words_app(trace, record);
  if (words && words_app_failed(trace, record)) {
    const char *refused = strstr(words, ") refused");
    return g_strdup_printf("The application calls %.*s, which is refused: %s.",
                           refused ? (int)(refused + 1 - words) : (int)strlen(words), words, result);
  }
  if (record->app.how && record->app.octets < 0)
    return g_strdup_printf("The application calls %s(%s).", call, trace_text(trace, record->app.how));
  return g_strdup_printf("The application calls %s.", words ? words : call);
}

char *explain_port(const ExplainSource *source, const TraceRecord *record) {
  unsigned port = record->port.port;
  switch ((int)record->port.change) {
  case TRACE_WORD_RESERVED: {
    if (record->port.until == SIM_NEVER)
      return g_strdup_printf("Local port %u stays reserved.", port);
    g_autofree char *at = explain_at(source, record->port.until);
    return g_strdup_printf("Local port %u stays reserved until %s.", port, at);
  }
  case TRACE_WORD_RELEASED:
    return g_strdup_printf("Local port %u is free.", port);
  case TRACE_WORD_REFUSED:
    return g_strdup_printf("Local port %u is refused: %s.", port, trace_text(source->trace, record->port.error));
  case TRACE_WORD_BOUND:
    return g_strdup_printf("Local port %u is taken.", port);
  }
  return NULL;
}

/* --- timers ------------------------------------------------------------------------------------------------------- */

static const char *timer_name(TcpTimer timer) {
  return timer == TCP_TIMER_TIME_WAIT ? "2 MSL" : tcp_timer_name(timer);
}

static gboolean param_is(const TraceHost *host, const char *name, SimTime span) {
  const char *value = explain_param(host, name);
  SimTime time;
  return value && simtime_parse(value, &time, NULL) && time == span;
}

/* Where the length of a retransmission timer comes from, as far as it shows. */
static const char *origin_of(const TraceHost *host, const ExplainRunning *was, SimTime span) {
  if (was->before && span == 2 * was->before)
    return ", twice as long as before (RFC 6298 5.5)";
  if (was->before && span == was->before && param_is(host, "rto_max", span))
    return ", the greatest timeout that there is here (rto_max)";
  if (was->before && span == was->before)
    return ", as long as before";
  if (param_is(host, "rto_initial", span) && param_is(host, "rto_min", span))
    return ", the timeout to start with and the least (RFC 6298 2.1, 2.4)";
  if (param_is(host, "rto_min", span))
    return ", the least timeout here (rto_min; RFC 6298 2.4)";
  if (param_is(host, "rto_initial", span))
    return ", the timeout as long as no round trip was measured (RFC 6298 2.1)";
  return "";
}

static char *armed(const ExplainSource *source, const ExplainEnd *end, const TraceHost *host,
                   const TraceRecord *record) {
  TcpTimer timer = record->timer.timer;
  const ExplainRunning *was = &end->timers[timer];
  if (record->timer.until == SIM_NEVER || record->timer.until < record->t)
    return g_strdup_printf("The %s timer starts. It %s.", timer_name(timer), explain_timer(timer));
  SimTime span = record->timer.until - record->t;
  char text[40];
  g_autofree char *until = explain_at(source, record->timer.until);
  const char *origin = timer == TCP_TIMER_RETRANSMISSION ? origin_of(host, was, span) : "";
  if (timer == TCP_TIMER_PERSIST && was->before && span == 2 * was->before)
    origin = ", twice as long as before (RFC 9293 3.8.6.1)";
  if (was->armed && was->until != SIM_NEVER) {
    g_autofree char *old = explain_at(source, was->until);
    return g_strdup_printf("The %s timer starts over: %s%s, until %s instead of %s.", timer_name(timer),
                           text_span(span, text, sizeof text), origin, until, old);
  }
  return g_strdup_printf("The %s timer starts: %s%s, until %s. It %s.", timer_name(timer),
                         text_span(span, text, sizeof text), origin, until, explain_timer(timer));
}

char *explain_timer_change(const ExplainSource *source, const ExplainEnd *end, const TraceHost *host,
                           const TraceRecord *record) {
  const ExplainRunning *was = &end->timers[record->timer.timer];
  switch ((int)record->timer.change) {
  case TRACE_WORD_ARMED:
    return armed(source, end, host, record);
  case TRACE_WORD_STOPPED:
    return g_strdup_printf("The %s timer stops.", timer_name(record->timer.timer));
  case TRACE_WORD_EXPIRED: {
    if (!was->armed || was->until == SIM_NEVER)
      return g_strdup_printf("The %s timer runs out.", timer_name(record->timer.timer));
    char text[40];
    g_autofree char *at = explain_at(source, was->at);
    return g_strdup_printf("The %s timer runs out: %s have passed since %s.", timer_name(record->timer.timer),
                           text_span(record->t - was->at, text, sizeof text), at);
  }
  }
  return NULL;
}
