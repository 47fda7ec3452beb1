#include "tests/unit/runs.h"

#include <stdlib.h>
#include <string.h>

/* --- scenarios ---------------------------------------------------------------------------------------------------- */

static void fail_with(GPtrArray *errors) {
  for (guint i = 0; i < errors->len; i++) {
    g_autofree char *line = scenario_error_print(g_ptr_array_index(errors, i));
    g_test_message("%s", line);
  }
  g_error("the scenario does not load: %u errors", errors->len);
}

Scenario *scenario_of(const char *text) {
  g_autofree char *json = g_strdelimit(g_strdup(text), "'", '"');
  GPtrArray *errors = NULL;
  Scenario *scenario = scenario_parse(json, strlen(json), "test.json", NULL, &errors);
  if (!scenario)
    fail_with(errors);
  return scenario;
}

Scenario *scenario_of_file(const char *path) {
  g_autofree char *file = g_test_build_filename(G_TEST_DIST, path, NULL);
  GPtrArray *errors = NULL;
  Scenario *scenario = scenario_load(file, NULL, &errors);
  if (!scenario)
    fail_with(errors);
  return scenario;
}

Trace *run_text(const char *text) {
  g_autoptr(Scenario) scenario = scenario_of(text);
  RunOptions options = {0};
  return run_to_trace(scenario, &options, NULL);
}

char *two_hosts(const char *more) {
  return g_strdup_printf("{'version': 1, 'title': 'test', 'hosts': {'a': {}, 'b': {}},"
                         " 'links': [{'between': ['a', 'b'], 'delay': '50ms'}],"
                         " 'connections': [{'name': 'c', 'from': 'a:1000', 'to': 'b:80', 'state': 'ESTABLISHED'}], %s}",
                         more);
}

Trace *run_two_hosts(const char *more) {
  g_autofree char *text = two_hosts(more);
  return run_text(text);
}

/* --- telling ------------------------------------------------------------------------------------------------------ */

/* Appends what is to be separated from what stands there already. */
static void append(GString *out, char separator, const char *format, ...) G_GNUC_PRINTF(3, 4);
static void append(GString *out, char separator, const char *format, ...) {
  va_list arguments;
  if (out->len)
    g_string_append_c(out, separator);
  va_start(arguments, format);
  g_string_append_vprintf(out, format, arguments);
  va_end(arguments);
}

static gboolean is(const Trace *trace, Name name, const char *text) {
  return !text || strcmp(trace_text(trace, name), text) == 0;
}

/* Where the next record of `kind` from `at` on is; trace->count if there is none. */
static size_t next_of(const Trace *trace, TraceKind kind, size_t at) {
  while (at < trace->count && trace->records[at].kind != kind)
    at++;
  return at;
}

#define EACH(trace, KIND, record)                                                                                      \
  for (size_t at_ = next_of(trace, KIND, 0); at_ < (trace)->count; at_ = next_of(trace, KIND, at_ + 1))                \
    for (const TraceRecord *record = &(trace)->records[at_]; record; record = NULL)

static char *states(const Trace *trace, const char *host, const char *conn, gboolean all) {
  GString *out = g_string_new(NULL);
  gsize start = 0; /* of the last state */
  SimTime entered_at = SIM_NEVER;
  EACH(trace, TRACE_STATE, record) {
    if (!is(trace, record->state.host, host) || !is(trace, record->state.conn, conn))
      continue;
    if (!all && record->t == entered_at)
      g_string_truncate(out, start);
    char time[32];
    start = out->len;
    entered_at = record->t;
    append(out, ' ', "%s@%s", tcp_state_name(record->state.to), simtime_print(record->t, time, sizeof time));
  }
  return g_string_free(out, FALSE);
}

char *path_of(const Trace *trace, const char *host, const char *conn) {
  return states(trace, host, conn, FALSE);
}

char *steps_of(const Trace *trace, const char *host, const char *conn) {
  return states(trace, host, conn, TRUE);
}

static gboolean is_lost(const Trace *trace, uint64_t id) {
  EACH(trace, TRACE_DROPPED, record) {
    if (record->dropped.id == id)
      return TRUE;
  }
  return FALSE;
}

char *sends_of(const Trace *trace) {
  GString *out = g_string_new(NULL);
  EACH(trace, TRACE_SENT, record) {
    char time[32], segment[64];
    tcp_segment_print(record->sent.flags, record->sent.seq, record->sent.len, record->sent.ack, segment,
                      sizeof segment);
    append(out, '\n', "%s %s %s%s", simtime_print(record->t, time, sizeof time), trace_text(trace, record->sent.host),
           segment, is_lost(trace, record->sent.id) ? " lost" : "");
    if (record->sent.why)
      g_string_append_printf(out, " (%s)", trace_text(trace, record->sent.why));
  }
  return g_string_free(out, FALSE);
}

char *calls_of(const Trace *trace, const char *host) {
  GString *out = g_string_new(NULL);
  EACH(trace, TRACE_APP, record) {
    if (!is(trace, record->app.host, host))
      continue;
    char time[32];
    append(out, '\n', "%s %s %s", simtime_print(record->t, time, sizeof time), trace_text(trace, record->app.host),
           trace_text(trace, record->app.call));
    if (record->app.octets >= 0)
      g_string_append_printf(out, " %" G_GINT64_FORMAT, record->app.octets);
    g_string_append_printf(out, " %s", trace_text(trace, record->app.result));
  }
  return g_string_free(out, FALSE);
}

char *ports_of(const Trace *trace, const char *host) {
  GString *out = g_string_new(NULL);
  EACH(trace, TRACE_PORT, record) {
    if (!is(trace, record->port.host, host))
      continue;
    char time[32];
    append(out, '\n', "%s %s %u %s", simtime_print(record->t, time, sizeof time), trace_text(trace, record->port.host),
           record->port.port, trace_word_text(record->port.change));
    if (record->port.error)
      g_string_append_printf(out, " %s", trace_text(trace, record->port.error));
    if (record->port.until != SIM_NEVER)
      g_string_append_printf(out, " until %s", simtime_print(record->port.until, time, sizeof time));
  }
  return g_string_free(out, FALSE);
}

char *drops_of(const Trace *trace) {
  GString *out = g_string_new(NULL);
  EACH(trace, TRACE_DROPPED, record) {
    char time[32];
    append(out, '\n', "%s %s %s %s", simtime_print(record->t, time, sizeof time),
           trace_text(trace, record->dropped.host), trace_text(trace, record->dropped.at),
           trace_text(trace, record->dropped.by));
  }
  return g_string_free(out, FALSE);
}

char *timers_of(const Trace *trace, const char *host, TcpTimer timer, TraceWord change) {
  GString *out = g_string_new(NULL);
  EACH(trace, TRACE_TIMER, record) {
    char time[32];
    if (is(trace, record->timer.host, host) && record->timer.timer == timer && record->timer.change == change)
      append(out, ' ', "%s", simtime_print(record->t, time, sizeof time));
  }
  return g_string_free(out, FALSE);
}

unsigned count_of(const Trace *trace, TraceKind kind) {
  unsigned count = 0;
  EACH(trace, kind, record)
  count++;
  return count;
}

const TraceRecord *last_state_of(const Trace *trace, const char *host) {
  const TraceRecord *last = NULL;
  EACH(trace, TRACE_STATE, record) {
    if (is(trace, record->state.host, host))
      last = record;
  }
  return last;
}

char *jsonl_of(const Trace *trace) {
  char *text = NULL;
  size_t length = 0;
  FILE *file = open_memstream(&text, &length);
  g_assert_true(trace_write_jsonl(trace, file, NULL));
  g_assert_cmpint(fclose(file), ==, 0);
  char *copy = g_strndup(text, length);
  free(text);
  return copy;
}
