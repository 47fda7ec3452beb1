#include "output/text/words.h"

#include <string.h>

/* A name in the trace, and what it says to a reader. Looked up by name, so that a word added to the trace's lists still
 * shows, as itself, before it gets a gloss here. */
typedef struct Gloss {
  const char *name, *words;
} Gloss;

static const char *gloss(const Gloss *glosses, size_t count, const char *name, const char *otherwise) {
  for (size_t i = 0; i < count; i++) {
    if (strcmp(name, glosses[i].name) == 0)
      return glosses[i].words;
  }
  return otherwise;
}

gboolean words_app_failed(const Trace *trace, const TraceRecord *record) {
  static const char *const fine[] = {"", "ok", "eof", NULL};
  return strcmp(trace_text(trace, record->app.call), "notice") != 0 &&
         !g_strv_contains(fine, trace_text(trace, record->app.result));
}

gboolean words_app_told(const Trace *trace, const TraceRecord *record) {
  static const char *const calls[] = {"recv", "notice", NULL};
  return g_strv_contains(calls, trace_text(trace, record->app.call));
}

/* NULL for what the change of state at the same instant says as well. */
static const char *words_notice(const char *result) {
  static const Gloss glosses[] = {{"established", NULL},
                                  {"closed", NULL},
                                  {"eof", "end of stream"},
                                  {"reset", "connection reset"},
                                  {"refused", "connection refused"},
                                  {"timeout", "timed out"}};
  return gloss(glosses, G_N_ELEMENTS(glosses), result, result);
}

char *words_app(const Trace *trace, const TraceRecord *record) {
  const char *call = trace_text(trace, record->app.call);
  const char *result = trace_text(trace, record->app.result);
  if (strcmp(call, "notice") == 0)
    return g_strdup(words_notice(result));
  if (strcmp(call, "recv") == 0 && strcmp(result, "eof") == 0)
    return g_strdup("end of stream");
  g_autofree char *argument = g_strdup("");
  if (record->app.octets >= 0 || record->app.port != 0) {
    g_free(argument);
    argument = g_strdup_printf("%" G_GINT64_FORMAT, record->app.octets >= 0 ? record->app.octets : record->app.port);
  }
  if (words_app_failed(trace, record))
    return g_strdup_printf("%s(%s) refused: %s", call, argument, result);
  return g_strdup_printf("%s(%s)", call, argument);
}

const char *words_app_name(const Trace *trace, const TraceRecord *record) {
  if (record->app.app == 0)
    return NULL;
  const char *name = trace_text(trace, record->app.app);
  const char *host = trace_text(trace, record->app.host);
  size_t host_length = strlen(host);
  if (strncmp(name, host, host_length) != 0 || name[host_length] != '.')
    return name;
  /* "HOST.CONN" is the name that an application has by default. */
  const char *rest = name + host_length + 1;
  return strcmp(rest, trace_text(trace, record->app.conn)) == 0 ? NULL : rest;
}

char *words_dropped(const Trace *trace, const TraceRecord *record) {
  static const Gloss glosses[] = {{"loss", "lost"},
                                  {"down", "lost: link down"},
                                  {"queue", "lost: queue full"},
                                  {"checksum", "lost: bad checksum"},
                                  {"no-host", "lost: no such host"},
                                  {"unknown", "lost: filter knows no connection"},
                                  {"invalid", "lost: filter takes it for invalid"},
                                  {"", "lost"}};
  const char *by = trace_text(trace, record->dropped.by);
  const char *words = gloss(glosses, G_N_ELEMENTS(glosses), by, NULL);
  return words ? g_strdup(words) : g_strdup_printf("lost: %s", by);
}

char *words_attempt(const Trace *trace, const TraceRecord *record) {
  static const Gloss glosses[] = {{"retransmission", ""},
                                  {"probe", "probe"},
                                  {"window-probe", "window probe"},
                                  {"window-update", "window update"},
                                  {"keepalive", "keepalive"},
                                  {"challenge", "challenge ACK"},
                                  {"duplicate-ack", "duplicate ACK"}};
  if (record->kind != TRACE_SENT)
    return NULL;
  const char *why = trace_text(trace, record->sent.why);
  why = gloss(glosses, G_N_ELEMENTS(glosses), why, why);
  if (record->sent.attempt < 2)
    return *why != '\0' ? g_strdup(why) : NULL;
  if (*why == '\0')
    return g_strdup_printf("attempt %" G_GUINT64_FORMAT, record->sent.attempt);
  return g_strdup_printf("attempt %" G_GUINT64_FORMAT " (%s)", record->sent.attempt, why);
}

const char *words_check(TcpCheck check) {
  static const Gloss glosses[] = {{"no-connection", "no connection for it"},
                                  {"listen-rst", "ignored: RST in LISTEN"},
                                  {"listen-ack", "refused: ACK in LISTEN"},
                                  {"listen-other", "ignored: no SYN"},
                                  {"listen-room", "ignored: no TCB left"},
                                  {"syn-sent-ack", "refused: ACK not of our SYN"},
                                  {"syn-sent-rst", "ignored: RST without ACK"},
                                  {"syn-sent-other", "ignored: neither SYN nor RST"},
                                  {"sequence", "ignored: not in the window"},
                                  {"rst", "ignored: RST not exact"},
                                  {"syn", "ignored: SYN"},
                                  {"ack", "ignored: ACK out of range"},
                                  {"text", "ignored: data"},
                                  {"checksum", "ignored: bad checksum"}};
  return gloss(glosses, G_N_ELEMENTS(glosses), tcp_check_name(check), tcp_check_name(check));
}

const char *words_end(TraceWord reason) {
  if (reason == TRACE_WORD_IDLE)
    return "nothing is left that could happen";
  if (reason == TRACE_WORD_RENEWING)
    return "only timers that renew themselves are left";
  if (reason == TRACE_WORD_DURATION)
    return "the time of the scenario is over";
  if (reason == TRACE_WORD_BUDGET)
    return "a budget is used up";
  return trace_word_text(reason);
}

const char *words_timeout(const TraceRecord *record) {
  static const Gloss glosses[] = {{"TMO_RETRANSMISSION", "gives up"},  {"TMO_USER", "user timeout"},
                                  {"TMO_PERSIST", "gives up probing"}, {"TMO_KEEPALIVE", "no answer to keepalives"},
                                  {"TMO_FIN_WAIT_2", "idle too long"}, {"TMO_TIME_WAIT", "2 MSL over"}};
  return gloss(glosses, G_N_ELEMENTS(glosses), tcp_stimulus_name(record->state.stimulus), NULL);
}

char *words_closed(const TraceRecord *record) {
  static const Gloss glosses[] = {{"TMO_TIME_WAIT", "closed normally"},
                                  {"SEG_ACK_OF_FIN", "closed normally"},
                                  {"SEG_RST", "reset by the peer"},
                                  {"SEG_RST_INEXACT", "reset by the peer"},
                                  {"CALL_ABORT", "aborted"},
                                  {"CALL_CLOSE", "closed before it was open"},
                                  {"SEG_TEXT_UNWANTED", "reset: data came for an application that has closed"},
                                  {"ORPHAN_REFUSED", "reset: one connection too many without an application"},
                                  {"TCB_TAKEN", "dropped: its TCB was wanted for a new connection"},
                                  {"TMO_RETRANSMISSION", "timed out: gave up sending again"},
                                  {"TMO_PERSIST", "timed out: gave up probing the window"},
                                  {"TMO_USER", "timed out: user timeout"},
                                  {"TMO_KEEPALIVE", "timed out: no answer to keepalives"},
                                  {"TMO_FIN_WAIT_2", "dropped: idle too long in FIN-WAIT-2"}};
  const char *words = gloss(glosses, G_N_ELEMENTS(glosses), tcp_stimulus_name(record->state.stimulus), NULL);
  return words ? g_strdup(words) : g_strdup_printf("closed: %s", tcp_stimulus_meaning(record->state.stimulus));
}

/* The stimulus without the explanation in brackets that its list gives, and where the rule stands. */
static void append_reason(GString *out, const Trace *trace, const TraceRecord *record) {
  const char *meaning = tcp_stimulus_meaning(record->state.stimulus);
  const char *bracket = strstr(meaning, " (");
  g_string_append_len(out, meaning, bracket ? bracket - meaning : (gssize)strlen(meaning));
  if (record->state.guard != TCP_GUARD_ALWAYS)
    g_string_append_printf(out, ", %s", tcp_guard_meaning(record->state.guard));
  if (record->state.rfc != 0)
    g_string_append_printf(out, " (%s)", trace_text(trace, record->state.rfc));
}

char *words_step(const Trace *trace, const TraceRecord *first, const TraceRecord *last) {
  GString *out = g_string_new(NULL);
  append_reason(out, trace, first);
  if (last != first) {
    g_string_append(out, "; then ");
    append_reason(out, trace, last);
  }
  return g_string_free(out, FALSE);
}

static void append_sack(GString *out, const TcpOptions *options) {
  TcpOptions sack = {.n_sack = options->n_sack};
  memcpy(sack.sack, options->sack, sizeof sack.sack);
  char text[160];
  if (sack.n_sack > 0)
    g_string_append_printf(out, " %s", tcp_options_print(&sack, text, sizeof text));
}

char *words_segment(const TraceRecord *record, unsigned level) {
  char text[64];
  TcpFlags flags = record->sent.flags;
  if (level == WORDS_SEGMENT_LEVELS - 1)
    return g_strdup(tcp_flags_print(flags, text, sizeof text));
  if (level == 2)
    flags &= (TcpFlags)~TCP_ACK;
  GString *out = g_string_new(NULL);
  tcp_segment_print(flags, record->sent.seq, record->sent.len, record->sent.ack, text, sizeof text);
  if (level == 2) {
    /* The dot of the ACK stays among the flags; only the number goes. */
    char letters[16];
    tcp_flags_print(record->sent.flags, letters, sizeof letters);
    g_string_append_printf(out, "%s%s", letters, strchr(text, ' '));
  } else {
    g_string_append(out, text);
  }
  if (level == 0) {
    append_sack(out, &record->sent.opts);
    if (record->sent.win == 0 && !(record->sent.flags & TCP_RST))
      g_string_append(out, " win 0");
  }
  return g_string_free(out, FALSE);
}
