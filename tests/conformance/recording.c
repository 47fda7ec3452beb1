#include "tests/conformance/recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLOSE_ENOUGH SIM_MS(6)
#define TIMER_LATE   9 /* percent */

/* --- from a file -------------------------------------------------------------------------------------------------- */

static SimTime seconds(const char *text) {
  gboolean negative = *text == '-';
  SimTime time;
  GError *error = NULL;
  g_autofree char *with_unit = g_strdup_printf("%ss", text + negative);
  simtime_parse(with_unit, &time, &error);
  g_assert_no_error(error);
  return negative ? -time : time;
}

static TcpState state_named(const char *name) {
  unsigned n_names;
  const char *const *names = trace_type_names(TRACE_TYPE_STATE, &n_names);
  for (unsigned i = 0; i < n_names; i++)
    if (strcmp(names[i], name) == 0)
      return (TcpState)i;
  g_error("no state is called %s", name);
}

/* What may stand behind the flags and numbers of a segment, from `words` on. */
static void read_segment_rest(RecordingEvent *event, char **words) {
  for (char **word = words; *word; word++) {
    if (strcmp(*word, "ack") == 0) {
      event->ack = (uint32_t)strtoul(*++word, NULL, 10);
    } else if (strcmp(*word, "left") == 0) {
      event->left = seconds(*++word);
    } else if (strcmp(*word, "sack") == 0) {
      for (; word[1] && strchr(word[1], ':'); word++) {
        g_assert_cmpuint(event->sack.n_sack, <, TCP_OPTIONS_MAX_SACK);
        int n = sscanf(word[1], "%u:%u", &event->sack.sack[event->sack.n_sack].left,
                       &event->sack.sack[event->sack.n_sack].right);
        g_assert_cmpint(n, ==, 2);
        event->sack.n_sack++;
      }
    } else {
      g_assert_true(strcmp(*word, "lost") == 0 || strcmp(*word, "late") == 0);
    }
  }
}

static void read_event(Recording *recording, char **words) {
  RecordingEvent event = {.at = seconds(words[0]), .left = seconds(words[0]), .host = words[1][0]};
  if (strcmp(words[2], "call") == 0)
    return;
  if (strcmp(words[2], "sent") == 0) {
    event.is_segment = TRUE;
    g_assert_true(tcp_flags_parse(words[3], &event.flags));
    uint32_t end;
    g_assert_cmpint(sscanf(words[4], "%u:%u(%u)", &event.seq, &end, &event.len), ==, 3);
    g_assert_cmpuint(end - event.seq, ==, event.len);
    read_segment_rest(&event, words + 5);
  } else {
    g_assert_cmpstr(words[2], ==, "state");
    event.from = state_named(words[3]);
    event.state = state_named(words[4]);
    event.sampled = words[5] && strcmp(words[5], "sampled") == 0;
  }
  g_array_append_val(recording->events, event);
}

static char **words_of(const char *line) {
  GStrvBuilder *builder = g_strv_builder_new();
  g_auto(GStrv) parts = g_strsplit_set(line, " \t", -1);
  for (char **part = parts; *part; part++)
    if (**part)
      g_strv_builder_add(builder, *part);
  char **words = g_strv_builder_end(builder);
  g_strv_builder_unref(builder);
  return words;
}

static Recording *recording_new(void) {
  Recording *recording = g_new0(Recording, 1);
  recording->events = g_array_new(FALSE, TRUE, sizeof(RecordingEvent));
  recording->until = SIM_NEVER;
  return recording;
}

Recording *recording_load(const char *path) {
  g_autofree char *text = NULL;
  GError *error = NULL;
  g_file_get_contents(path, &text, NULL, &error);
  g_assert_no_error(error);
  Recording *recording = recording_new();
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line; line++) {
    g_auto(GStrv) words = words_of(*line);
    unsigned n_words = g_strv_length(words);
    if (n_words == 0)
      continue;
    g_assert_cmpuint(n_words, >=, 2);
    if (strcmp(words[0], "delay") == 0)
      g_assert_true(simtime_parse(words[1], &recording->delay, NULL));
    else if (strcmp(words[0], "until") == 0)
      recording->until = seconds(words[1]);
    else if (strcmp(words[0], "from") == 0)
      recording->from = seconds(words[1]);
    else
      read_event(recording, words);
  }
  g_assert_cmpint(recording->delay, >, 0);
  g_assert_cmpuint(recording->events->len, >, 0);
  return recording;
}

void recording_free(Recording *recording) {
  g_array_free(recording->events, TRUE);
  g_free(recording);
}

/* --- from a trace ------------------------------------------------------------------------------------------------- */

static gboolean is_expiry(TcpStimulus stimulus) {
  return g_str_has_prefix(trace_type_names(TRACE_TYPE_STIMULUS, &(unsigned){0})[stimulus], "TMO_");
}

Recording *recording_of_trace(const Trace *trace) {
  Recording *recording = recording_new();
  for (size_t i = 0; i < trace->count; i++) {
    const TraceRecord *record = &trace->records[i];
    RecordingEvent event = {.at = record->t, .left = record->t};
    if (record->kind == TRACE_STATE) {
      if (record->state.to == TCP_STATE_LISTEN || record->state.from == TCP_STATE_LISTEN) {
        if (record->state.to != TCP_STATE_SYN_RECEIVED)
          continue;
      }
      event.host = trace_text(trace, record->state.host)[0];
      event.from = record->state.from;
      event.state = record->state.to;
      event.timed = is_expiry(record->state.stimulus);
    } else if (record->kind == TRACE_SENT) {
      event.host = trace_text(trace, record->sent.host)[0];
      event.is_segment = TRUE;
      event.flags = record->sent.flags;
      event.seq = record->sent.seq;
      event.len = record->sent.len;
      event.ack = record->sent.flags & TCP_ACK ? record->sent.ack : 0;
      event.sack.n_sack = record->sent.opts.n_sack;
      memcpy(event.sack.sack, record->sent.opts.sack, sizeof event.sack.sack);
      event.timed = record->sent.attempt > 1;
    } else {
      continue;
    }
    g_array_append_val(recording->events, event);
  }
  return recording;
}

/* --- what is compared with what ----------------------------------------------------------------------------------- */

typedef GPtrArray Events; /* of const RecordingEvent, borrowed */

/* The segments of both hosts (`host` 0), or one host's states. */
static Events *select_events(const Recording *recording, char host, SimTime from) {
  Events *events = g_ptr_array_new();
  for (guint i = 0; i < recording->events->len; i++) {
    const RecordingEvent *event = &g_array_index(recording->events, RecordingEvent, i);
    if (event->at >= from && (host ? !event->is_segment && event->host == host : event->is_segment))
      g_ptr_array_add(events, (gpointer)(guintptr)event);
  }
  return events;
}

static const RecordingEvent *event_at(const Events *events, guint i) {
  return events->pdata[i];
}

typedef struct Comparison {
  const Recording *recorded, *simulated;
  Events *sent_recorded, *sent_simulated; /* the n-th of one stands beside the n-th of the other */
} Comparison;

static gboolean same_octets(const RecordingEvent *a, const RecordingEvent *b) {
  return a->is_segment && b->is_segment && a->host == b->host && a->seq == b->seq && a->len == b->len &&
         (a->flags & (TCP_SYN | TCP_FIN)) == (b->flags & (TCP_SYN | TCP_FIN));
}

static gboolean same_sack(const TcpOptions *a, const TcpOptions *b) {
  if (a->n_sack != b->n_sack)
    return FALSE;
  for (unsigned i = 0; i < a->n_sack; i++)
    if (a->sack[i].left != b->sack[i].left || a->sack[i].right != b->sack[i].right)
      return FALSE;
  return TRUE;
}

static gboolean same_event(const RecordingEvent *a, const RecordingEvent *b) {
  if (!a->is_segment)
    return a->state == b->state;
  return same_octets(a, b) && a->flags == b->flags && a->ack == b->ack && same_sack(&a->sack, &b->sack);
}

/* --- times -------------------------------------------------------------------------------------------------------- */

/* The first transmission of what `segment` carries. */
static const RecordingEvent *first_sent(const Recording *recording, const RecordingEvent *segment) {
  for (guint i = 0; i < recording->events->len; i++) {
    const RecordingEvent *event = &g_array_index(recording->events, RecordingEvent, i);
    if (same_octets(event, segment))
      return event;
  }
  return NULL;
}

/* Where a timer's series began: for retransmissions, and giving them up, with the first transmission; for FIN-WAIT-2
 * and TIME-WAIT with the last segment that was sent. FALSE if there is no such thing. */
static gboolean series_began(const Comparison *c, const RecordingEvent *simulated, SimTime *ret_recorded,
                             SimTime *ret_simulated) {
  const RecordingEvent *key = simulated->is_segment ? simulated : NULL;
  guint at = 0;
  for (guint i = 0; !simulated->is_segment && i < c->sent_simulated->len; i++) {
    const RecordingEvent *sent = event_at(c->sent_simulated, i);
    if (sent->host == simulated->host && sent->at < simulated->at) {
      key = sent;
      at = i;
    }
  }
  if (!key)
    return FALSE;
  if (!simulated->is_segment && (simulated->from == TCP_STATE_FIN_WAIT_2 || simulated->from == TCP_STATE_TIME_WAIT)) {
    if (at >= c->sent_recorded->len)
      return FALSE;
    *ret_recorded = event_at(c->sent_recorded, at)->left;
    *ret_simulated = key->at;
    return TRUE;
  }
  const RecordingEvent *recorded_first = first_sent(c->recorded, key);
  if (!recorded_first)
    return FALSE;
  *ret_recorded = recorded_first->left;
  *ret_simulated = first_sent(c->simulated, key)->at;
  return TRUE;
}

static gboolean timer_agrees(const Comparison *c, const RecordingEvent *recorded, const RecordingEvent *simulated) {
  SimTime recorded_start, simulated_start;
  if (!series_began(c, simulated, &recorded_start, &simulated_start))
    return FALSE;
  SimTime span = simulated->at - simulated_start;
  SimTime late = recorded->left - recorded_start - span;
  SimTime allowed = MAX(CLOSE_ENOUGH, span * TIMER_LATE / 100);
  if (span >= SIM_MS(200))
    allowed = MAX(allowed, SIM_MS(50));
  if (recorded->sampled && span > SIM_S(10))
    allowed = MAX(allowed, SIM_MS(2500));
  return late >= -CLOSE_ENOUGH && late <= allowed;
}

static gboolean near(SimTime a, SimTime b) {
  return ABS(a - b) <= CLOSE_ENOUGH;
}

static gboolean times_agree(const Comparison *c, const RecordingEvent *recorded, const RecordingEvent *simulated) {
  if (!recorded->is_segment && recorded->state == TCP_STATE_SYN_RECEIVED)
    return TRUE; /* Linux shows it when the third segment of the handshake arrives */
  SimTime late = recorded->at - simulated->at, late_left = recorded->left - simulated->at;
  if (near(late, 0) || near(late_left, 0))
    return TRUE;
  if (simulated->timed)
    return timer_agrees(c, recorded, simulated);
  /* It may be as late as what brought it about: a segment that arrived, or one whose delayed ACK it is. */
  for (guint i = 0; i < MIN(c->sent_recorded->len, c->sent_simulated->len); i++) {
    const RecordingEvent *cause = event_at(c->sent_simulated, i);
    if (cause != simulated && cause->at <= simulated->at &&
        cause->at >= simulated->at - c->recorded->delay - SIM_MS(60)) {
      SimTime cause_late = event_at(c->sent_recorded, i)->at - cause->at;
      if (near(late, cause_late) || near(late_left, cause_late))
        return TRUE;
    }
  }
  return FALSE;
}

/* --- side by side ------------------------------------------------------------------------------------------------- */

static char *event_text(const RecordingEvent *event) {
  if (!event->is_segment)
    return g_strdup_printf("%11.6f %c %s", (double)event->at / 1e9, event->host,
                           trace_type_names(TRACE_TYPE_STATE, &(unsigned){0})[event->state]);
  char segment[64], sack[160];
  tcp_segment_print(event->flags, event->seq, event->len, event->ack, segment, sizeof segment);
  tcp_options_print(&event->sack, sack, sizeof sack);
  return g_strdup_printf("%11.6f %c %s%s%s", (double)event->at / 1e9, event->host, segment, *sack ? " " : "", sack);
}

/* What is wrong with the i-th pair: NULL, or words to be freed. */
static char *fault_of_pair(const Comparison *c, const Events *recorded, const Events *simulated, guint i) {
  if (i >= recorded->len)
    return event_at(simulated, i)->at <= c->recorded->until ? g_strdup("not in the recording") : NULL;
  if (i >= simulated->len)
    return g_strdup("not in the simulation");
  const RecordingEvent *a = event_at(recorded, i), *b = event_at(simulated, i);
  if (!same_event(a, b))
    return g_strdup("not the same");
  if (!times_agree(c, a, b))
    return g_strdup_printf("%.3f ms %s in the recording", (double)ABS(a->at - b->at) / 1e6,
                           a->at > b->at ? "later" : "earlier");
  return NULL;
}

static void append_pairs(GString *out, const char *title, const Comparison *c, const Events *recorded,
                         const Events *simulated, gboolean *differs) {
  g_string_append_printf(out, "%s\n  %-46s   simulated\n", title, "recorded");
  gboolean found = FALSE;
  for (guint i = 0; i < MAX(recorded->len, simulated->len); i++) {
    g_autofree char *fault = found ? NULL : fault_of_pair(c, recorded, simulated, i);
    g_autofree char *left = i < recorded->len ? event_text(event_at(recorded, i)) : g_strdup("");
    g_autofree char *right = i < simulated->len ? event_text(event_at(simulated, i)) : g_strdup("");
    g_string_append_printf(out, "%c %-46s | %-46s%s%s\n", fault ? '>' : ' ', left, right, fault ? " <- " : "",
                           fault ? fault : "");
    found |= fault != NULL;
  }
  *differs |= found;
}

char *recording_difference(const Recording *recorded, const Recording *simulated) {
  SimTime from = recorded->from;
  Comparison c = {recorded, simulated, select_events(recorded, 0, from), select_events(simulated, 0, from)};
  GString *out = g_string_new(NULL);
  gboolean differs = FALSE;
  append_pairs(out, "segments", &c, c.sent_recorded, c.sent_simulated, &differs);
  static const char *const titles[] = {"states of A", "states of B"};
  for (unsigned i = 0; i < 2; i++) {
    Events *states_recorded = select_events(recorded, "AB"[i], from);
    Events *states_simulated = select_events(simulated, "AB"[i], from);
    append_pairs(out, titles[i], &c, states_recorded, states_simulated, &differs);
    g_ptr_array_free(states_recorded, TRUE);
    g_ptr_array_free(states_simulated, TRUE);
  }
  g_ptr_array_free(c.sent_recorded, TRUE);
  g_ptr_array_free(c.sent_simulated, TRUE);
  return g_string_free(out, !differs);
}
