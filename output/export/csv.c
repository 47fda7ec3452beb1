#include "output/export/csv.h"

#include "output/text/history.h"
#include "output/text/style.h"

#include <string.h>

/* Cells. */

static gboolean begins_formula(const char *text) {
  switch (g_utf8_get_char(text)) {
  case '=':
  case '+':
  case '-':
  case '@':
  case '\t':
  case '\r':
  case '\n':
  case 0xFF1D: /* the full-width = + - @, which some spreadsheets take for the narrow ones */
  case 0xFF0B:
  case 0xFF0D:
  case 0xFF20:
    return TRUE;
  default:
    return FALSE;
  }
}

void csv_append_text(GString *out, const char *text) {
  const TextStyle style = {0};
  g_autofree char *clean = text_clean(&style, text);
  /* What was a tab or CR is a visible symbol now, but the text was a formula to somebody. */
  gboolean defuse = text && *text && (begins_formula(clean) || *text == '\t' || *text == '\r' || *text == '\n');
  gboolean quote = strpbrk(clean, ",\"") != NULL || *clean == ' ' || (*clean && clean[strlen(clean) - 1] == ' ');
  if (quote)
    g_string_append_c(out, '"');
  if (defuse)
    g_string_append_c(out, '\'');
  for (const char *p = clean; *p; p++) {
    if (*p == '"')
      g_string_append_c(out, '"');
    g_string_append_c(out, *p);
  }
  if (quote)
    g_string_append_c(out, '"');
}

static void put_text(GString *out, const char *text) {
  csv_append_text(out, text);
  g_string_append_c(out, ',');
}

static void put_name(GString *out, const Trace *trace, Name name) {
  put_text(out, trace_text(trace, name));
}

static void put_number(GString *out, uint64_t number) {
  g_string_append_printf(out, "%" G_GUINT64_FORMAT ",", number);
}

/* A number of which 0 means none. */
static void put_known(GString *out, uint64_t number) {
  if (number != 0)
    put_number(out, number);
  else
    g_string_append_c(out, ',');
}

/* Seconds, all nine digits. */
static void put_time(GString *out, SimTime at) {
  if (at == SIM_NEVER) {
    g_string_append_c(out, ',');
    return;
  }
  g_string_append_printf(out, "%" G_GINT64_FORMAT ".%09d,", at / SIM_S(1), (int)(at % SIM_S(1)));
}

/* The last cell ends with the line, not with a comma. */
static void end_row(GString *out) {
  g_string_truncate(out, out->len - 1);
  g_string_append(out, "\r\n");
}

static void put_titles(GString *out, const char *const *titles, unsigned count) {
  for (unsigned i = 0; i < count; i++)
    put_text(out, titles[i]);
  end_row(out);
}

/* States. */

static void put_stay(GString *out, const Trace *trace, const HistoryEnd *end, guint index) {
  const HistoryState *stay = &g_array_index(end->states, HistoryState, index);
  const TraceRecord *entered = stay->entered_by == HISTORY_NONE ? NULL : &trace->records[stay->entered_by];
  gboolean left = stay->left_by != HISTORY_NONE;
  put_name(out, trace, end->conn);
  put_name(out, trace, end->host);
  put_name(out, trace, end->endpoint);
  put_text(out, end->endpoint == 0 ? "" : end->is_client ? "client" : "server");
  put_text(out, tcp_state_name(stay->state));
  put_time(out, stay->from);
  put_time(out, left ? stay->until : SIM_NEVER);
  put_time(out, left ? stay->until - stay->from : SIM_NEVER);
  put_text(out, entered ? tcp_stimulus_name(entered->state.stimulus) : "");
  put_text(out, entered ? tcp_guard_name(entered->state.guard) : "");
  put_name(out, trace, entered ? entered->state.rfc : 0);
  put_known(out, entered ? entered->state.cause : 0);
  end_row(out);
}

gboolean csv_write_states(const Trace *trace, GString *out, GError **error) {
  (void)error;
  static const char *const titles[] = {"connection", "host",  "endpoint", "role",  "state", "from_s",
                                       "until_s",    "for_s", "stimulus", "guard", "rfc",   "cause_id"};
  g_autoptr(History) history = history_new(trace, HISTORY_ALL_STATES);
  put_titles(out, titles, G_N_ELEMENTS(titles));
  for (guint e = 0; e < history->ends->len; e++) {
    const HistoryEnd *end = history->ends->pdata[e];
    for (guint i = 0; i < end->states->len; i++)
      put_stay(out, trace, end, i);
  }
  return TRUE;
}

/* Segments. */

/* "arrived", "lost", "refused" by the check of its receiver, or "underway" when the trace ends. */
static const char *fate_of(const HistorySegment *segment) {
  if (segment->dropped != HISTORY_NONE)
    return "lost";
  if (segment->discarded != HISTORY_NONE)
    return "refused";
  return segment->arrived != HISTORY_NONE ? "arrived" : "underway";
}

static const char *origin_of(const HistorySegment *segment, const TraceRecord *contents) {
  if (segment->copy_of != 0)
    return "copied";
  return contents->kind == TRACE_INJECTED ? "forged" : "sent";
}

/* What a segment carries: `sent` and `injected` share these fields. */
static void put_contents(GString *out, const TraceRecord *contents) {
  char flags[16], options[200];
  tcp_flags_print(contents->sent.flags, flags, sizeof flags);
  put_text(out, contents->sent.flags ? flags : "none");
  put_number(out, contents->sent.seq);
  put_number(out, contents->sent.ack);
  put_number(out, contents->sent.len);
  put_number(out, contents->sent.win);
  put_text(out, tcp_options_print(&contents->sent.opts, options, sizeof options));
  put_number(out, contents->sent.raw_seq);
  put_number(out, contents->sent.raw_ack);
  put_known(out, contents->sent.sport);
  put_known(out, contents->sent.dport);
}

static void put_segment(GString *out, const History *history, const HistorySegment *segment) {
  const Trace *trace = history->trace;
  const TraceRecord *contents = history_contents(history, segment);
  const TraceRecord *departed = &trace->records[segment->departed];
  const TraceRecord *dropped = segment->dropped == HISTORY_NONE ? NULL : &trace->records[segment->dropped];
  const TraceRecord *refused = segment->discarded == HISTORY_NONE ? NULL : &trace->records[segment->discarded];
  Name by = dropped                              ? dropped->dropped.by
            : departed->kind == TRACE_DUPLICATED ? departed->duplicated.by
            : departed->kind == TRACE_INJECTED   ? departed->injected.by
            : segment->delayed != HISTORY_NONE   ? trace->records[segment->delayed].delayed.by
                                                 : 0;
  put_known(out, segment->id);
  put_known(out, segment->copy_of);
  put_name(out, trace, segment->conn);
  put_name(out, trace, segment->host);
  put_name(out, trace, segment->peer);
  put_text(out, origin_of(segment, contents));
  put_time(out, departed->t);
  put_time(out, history_arrived_at(history, segment));
  put_time(out, dropped ? dropped->t : SIM_NEVER);
  put_text(out, fate_of(segment));
  put_name(out, trace, dropped ? dropped->dropped.at : 0);
  put_name(out, trace, by);
  put_text(out, refused ? tcp_check_name(refused->discarded.check) : "");
  put_contents(out, contents);
  put_known(out, contents->kind == TRACE_SENT ? contents->sent.attempt : 0);
  put_name(out, trace, contents->kind == TRACE_SENT ? contents->sent.why : 0);
  end_row(out);
}

gboolean csv_write_segments(const Trace *trace, GString *out, GError **error) {
  (void)error;
  static const char *const titles[] = {"id",        "copy_of", "connection", "from",    "to",      "origin",  "sent_s",
                                       "arrived_s", "lost_s",  "fate",       "lost_at", "by",      "check",   "flags",
                                       "seq",       "ack",     "len",        "win",     "options", "raw_seq", "raw_ack",
                                       "sport",     "dport",   "attempt",    "why"};
  g_autoptr(History) history = history_new(trace, HISTORY_DEFAULT);
  put_titles(out, titles, G_N_ELEMENTS(titles));
  for (guint i = 0; i < history->segments->len; i++)
    put_segment(out, history, &g_array_index(history->segments, HistorySegment, i));
  return TRUE;
}
