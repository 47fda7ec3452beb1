/* For the tests of sim/host: runs a scenario that is written in place, and asks its trace. */
#ifndef TEARDOWN_TESTS_HOST_RUNS_H
#define TEARDOWN_TESTS_HOST_RUNS_H

#include <string.h>

#include "run/run.h"
#include "scenario/scenario_json.h"

#define HOST_LINK "\"links\": [{\"between\": [\"client\", \"server\"], \"delay\": \"50ms\"}], "

/* `rest` is what comes after version and title; ' stands for ". Owned by the caller. */
static inline Trace *run_json(const char *rest) {
  g_autofree char *text = g_strdup_printf("{\"version\": 1, \"title\": \"t\", %s}", rest);
  g_strdelimit(text, "'", '"');
  GPtrArray *errors = NULL;
  g_autoptr(Scenario) scenario = scenario_parse(text, strlen(text), "t.json", NULL, &errors);
  if (!scenario) {
    g_autofree char *error = scenario_error_print(errors->pdata[0]);
    g_error("%s", error);
  }
  return run_to_trace(scenario, &(RunOptions){0}, NULL);
}

static inline gboolean is_text(const Trace *trace, Name name, const char *text) {
  return !g_strcmp0(name ? names_text(trace->names, name) : NULL, text);
}

/* The result of the n-th (from 0) call of this name by this application (NULL: nobody in particular); NULL if there is
 * none, "-" if the result is not known. `ret_at` may be NULL. */
static inline const char *call_result(const Trace *trace, const char *app, const char *call, unsigned n,
                                      SimTime *ret_at) {
  for (size_t i = 0; i < trace->count; i++) {
    const TraceRecord *record = &trace->records[i];
    if (record->kind != TRACE_APP || !is_text(trace, record->app.app, app) || !is_text(trace, record->app.call, call) ||
        n--)
      continue;
    if (ret_at)
      *ret_at = record->t;
    return record->app.result ? names_text(trace->names, record->app.result) : "-";
  }
  return NULL;
}

/* The state of an end after all events of an instant. */
static inline const char *state_at(const Trace *trace, const char *host, const char *conn, SimTime at) {
  TcpState state = TCP_STATE_CLOSED;
  for (size_t i = 0; i < trace->count && trace->records[i].t <= at; i++) {
    const TraceRecord *record = &trace->records[i];
    if (record->kind == TRACE_CONN && is_text(trace, record->connection.conn, conn))
      state = record->connection.state;
    else if (record->kind == TRACE_STATE && is_text(trace, record->state.host, host) &&
             is_text(trace, record->state.conn, conn))
      state = record->state.to;
  }
  return tcp_state_name(state);
}

/* How many segments with at least these flags the host has sent. */
static inline unsigned sent_by(const Trace *trace, const char *host, TcpFlags flags) {
  unsigned count = 0;
  for (size_t i = 0; i < trace->count; i++) {
    const TraceRecord *record = &trace->records[i];
    count +=
        record->kind == TRACE_SENT && is_text(trace, record->sent.host, host) && (record->sent.flags & flags) == flags;
  }
  return count;
}

#endif
