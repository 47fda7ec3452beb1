#include "output/text/summary.h"

#include "output/text/history.h"
#include "output/text/words.h"

/* Ends told one by one; of more, only the number. */
#define ENDS_MAX 40
/* What stands left of the facts is at most this wide. */
#define LABEL_MAX 16

typedef struct Summary {
  const Trace *trace;
  const History *history;
  const TextStyle *style;
  unsigned width, label_width;
  GString *out;
} Summary;

/* One fact: `label` (may be empty) on the left, `text` on the right, broken into lines. */
static void write_fact(const Summary *s, const char *label, TextAttr attr, const char *text) {
  g_autofree char *clean_label = text_clean(s->style, label);
  g_autofree char *clean = text_clean(s->style, text);
  g_autofree char *fitted = text_fit(s->style, clean_label, s->label_width);
  unsigned indent = 1 + s->label_width + 2;
  g_autoptr(GPtrArray) lines = text_wrap(s->style, clean, s->width - indent);
  for (guint i = 0; i < lines->len; i++) {
    const char *left = i == 0 ? fitted : "";
    if (*left != '\0') {
      text_pad(s->out, 1);
      text_append(s->out, s->style, TEXT_BOLD, left);
      text_pad(s->out, indent - 1 - text_width(left));
    } else {
      text_pad(s->out, indent);
    }
    text_append(s->out, s->style, attr, lines->pdata[i]);
    g_string_append_c(s->out, '\n');
  }
}

static void write_lines(const Summary *s, TextAttr attr, const char *text) {
  g_autofree char *clean = text_clean(s->style, text);
  g_autoptr(GPtrArray) lines = text_wrap(s->style, clean, s->width - 1);
  for (guint i = 0; i < lines->len; i++) {
    text_pad(s->out, 1);
    text_append(s->out, s->style, attr, lines->pdata[i]);
    g_string_append_c(s->out, '\n');
  }
}

static void write_header(const Summary *s) {
  const TraceHeader *header = s->trace->header;
  if (header == NULL)
    return;
  if (header->title != NULL)
    write_lines(s, TEXT_BOLD, header->title);
  if (header->lesson != NULL)
    write_lines(s, TEXT_PLAIN, header->lesson);
  if (header->title != NULL || header->lesson != NULL)
    g_string_append_c(s->out, '\n');
  for (guint i = 0; i < header->hosts->len; i++) {
    const TraceHost *host = header->hosts->pdata[i];
    g_autofree char *text = g_strdup_printf("profile %s%s%s", host->profile ? host->profile : "unknown",
                                            host->address ? ", " : "", host->address ? host->address : "");
    write_fact(s, host->name, TEXT_PLAIN, text);
  }
  for (guint i = 0; i < header->faults->len; i++) {
    g_autofree char *label = g_strdup_printf("fault %u", i + 1);
    write_fact(s, label, TEXT_PLAIN, header->faults->pdata[i]);
  }
}

/* The states in order, each in its colour, broken between states. */
static void write_path(const Summary *s, const HistoryEnd *end) {
  g_autofree char *host = text_clean(s->style, trace_text(s->trace, end->host));
  g_autofree char *label = text_fit(s->style, host, s->label_width);
  const char *arrow = s->style->ascii ? " > " : " \u2192 ";
  unsigned indent = 1 + s->label_width + 2;
  text_pad(s->out, 1);
  text_append(s->out, s->style, TEXT_BOLD, label);
  text_pad(s->out, indent - 1 - text_width(label));
  unsigned used = indent;
  for (guint i = 0; i < end->states->len; i++) {
    TcpState state = g_array_index(end->states, HistoryState, i).state;
    const char *name = tcp_state_name(state);
    unsigned width = text_width(name) + (i > 0 ? text_width(arrow) : 0);
    if (i > 0 && used + width > s->width) {
      g_string_append_c(s->out, '\n');
      text_pad(s->out, indent - 1); /* the arrow brings the last blank */
      used = indent - 1;
    }
    if (i > 0)
      text_append(s->out, s->style, TEXT_DIM, arrow);
    text_append(s->out, s->style, text_attr_of_state(state), name);
    used += width;
  }
  g_string_append_c(s->out, '\n');
}

static void write_fate(const Summary *s, const HistoryEnd *end) {
  const HistoryState *last = &g_array_index(end->states, HistoryState, end->states->len - 1);
  if (last->state != TCP_STATE_CLOSED) {
    g_autofree char *text = g_strdup_printf("still in %s when the run ends", tcp_state_name(last->state));
    write_fact(s, "", TEXT_PLAIN, text);
    return;
  }
  if (last->entered_by == HISTORY_NONE) {
    write_fact(s, "", TEXT_PLAIN, "never opened");
    return;
  }
  g_autofree char *how = words_closed(&s->trace->records[last->entered_by]);
  g_autofree char *text = NULL;
  SimTime called_at = end->close_called == HISTORY_NONE ? SIM_NEVER : s->trace->records[end->close_called].t;
  if (called_at <= last->from) {
    char span[40];
    const char *call = trace_text(s->trace, s->trace->records[end->close_called].app.call);
    text = g_strdup_printf("%s, %s after its %s()", how, text_span(last->from - called_at, span, sizeof span), call);
  }
  write_fact(s, "", TEXT_PLAIN, text ? text : how);
}

static void write_waits(const Summary *s, const HistoryEnd *end) {
  char from[40], until[40], span[40];
  for (guint i = 0; i < end->states->len; i++) {
    const HistoryState *stay = &g_array_index(end->states, HistoryState, i);
    if (stay->state != TCP_STATE_TIME_WAIT)
      continue;
    g_autofree char *text =
        g_strdup_printf("in TIME-WAIT for %s", text_span(stay->until - stay->from, span, sizeof span));
    write_fact(s, "", TEXT_PLAIN, text);
  }
  for (guint i = 0; i < end->ports->len; i++) {
    const HistoryReservation *reservation = &g_array_index(end->ports, HistoryReservation, i);
    text_time(reservation->from, text_time_unit(reservation->from), from, sizeof from);
    text_time(reservation->until, text_time_unit(reservation->until), until, sizeof until);
    g_autofree char *text =
        reservation->released
            ? g_strdup_printf("port %u reserved from %s until %s", reservation->port, from, until)
            : g_strdup_printf("port %u reserved from %s to the end of the run", reservation->port, from);
    write_fact(s, "", TEXT_PLAIN, text);
  }
}

static void write_counts(const Summary *s, const HistoryEnd *end) {
  GString *text = g_string_new(NULL);
  g_string_append_printf(text, "%" G_GUINT64_FORMAT " segment%s sent", end->sent, end->sent == 1 ? "" : "s");
  if (end->resent > 0)
    g_string_append_printf(text, ", %" G_GUINT64_FORMAT " of them again", end->resent);
  if (end->lost > 0)
    g_string_append_printf(text, ", %" G_GUINT64_FORMAT " lost on the way", end->lost);
  write_fact(s, "", TEXT_PLAIN, text->str);
  g_string_free(text, TRUE);
}

static void write_end_of_conn(const Summary *s, const HistoryEnd *end) {
  write_path(s, end);
  write_fate(s, end);
  write_counts(s, end);
  write_waits(s, end);
}

static void write_conn(const Summary *s, const HistoryEnd *end) {
  g_autofree char *text = g_strdup_printf("%s %s to %s", trace_text(s->trace, end->conn),
                                          trace_text(s->trace, end->host), trace_text(s->trace, end->peer));
  const HistoryEnd *peer = history_end(s->history, end->peer, end->conn);
  if (end->endpoint != 0 && peer != NULL && peer->endpoint != 0) {
    g_autofree char *more = g_strdup_printf("%s, %s to %s", text, trace_text(s->trace, end->endpoint),
                                            trace_text(s->trace, peer->endpoint));
    write_fact(s, "connection", TEXT_PLAIN, more);
    return;
  }
  write_fact(s, "connection", TEXT_PLAIN, text);
}

static void write_run_end(const Summary *s) {
  if (s->history->end_record == HISTORY_NONE)
    return;
  const TraceRecord *end = &s->trace->records[s->history->end_record];
  char span[40];
  g_autofree char *text =
      g_strdup_printf("ends after %s: %s", text_span(end->t, span, sizeof span), words_end(end->end.reason));
  write_fact(s, "run", TEXT_PLAIN, text);
}

void summary_write(const Trace *trace, const TextStyle *style, GString *out) {
  g_autoptr(History) history = history_new(trace, HISTORY_DEFAULT);
  Summary s = {.trace = trace,
               .history = history,
               .style = style,
               .width = text_style_width(style),
               .label_width = text_width("connection"),
               .out = out};
  for (guint i = 0; i < history->ends->len; i++) {
    const HistoryEnd *end = history->ends->pdata[i];
    g_autofree char *host = text_clean(style, trace_text(trace, end->host));
    s.label_width = CLAMP(text_width(host), s.label_width, LABEL_MAX);
  }
  write_header(&s);
  for (guint i = 0; i < MIN(history->ends->len, ENDS_MAX); i++) {
    const HistoryEnd *end = history->ends->pdata[i];
    if (end->is_client) {
      g_string_append_c(out, '\n');
      write_conn(&s, end);
    }
    write_end_of_conn(&s, end);
  }
  g_string_append_c(out, '\n');
  if (history->ends->len > ENDS_MAX) {
    g_autofree char *text = g_strdup_printf("and %u more ends of connections", history->ends->len - ENDS_MAX);
    write_fact(&s, "", TEXT_PLAIN, text);
  }
  write_run_end(&s);
}
