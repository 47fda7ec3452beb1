#include "check/expect.h"

#include "check/history.h"

#include <string.h>

/* ---- Traces built by hand ---------------------------------------------------------------------------------------- */

static Name name(Trace *trace, const char *text) {
  return text ? names_intern(trace->names, text) : 0;
}

static Trace *new_trace(void) {
  TraceHeader *header = trace_header_new();
  trace_header_add_host(header, "client", "rfc9293", NULL);
  trace_header_add_host(header, "server", "rfc9293", NULL);
  return trace_new(header, NULL);
}

static void put_conn(Trace *trace, SimTime t, const char *conn, TcpState start) {
  TraceRecord record = {.t = t, .kind = TRACE_CONN, .connection = {.conn = name(trace, conn), .state = start}};
  record.connection.client_host = name(trace, "client");
  record.connection.server_host = name(trace, "server");
  trace_append(trace, &record);
}

static void put_state(Trace *trace, SimTime t, const char *host, const char *conn, TcpState from, TcpState to) {
  TraceRecord record = {.t = t, .kind = TRACE_STATE, .state = {.from = from, .to = to}};
  record.state.host = name(trace, host);
  record.state.conn = name(trace, conn);
  trace_append(trace, &record);
}

/* A first transmission of "web", to the other host. */
static void put_sent(Trace *trace, SimTime t, const char *host, uint64_t id, TcpFlags flags, uint32_t seq,
                     uint32_t len) {
  TraceRecord record = {.t = t, .kind = TRACE_SENT};
  record.sent.host = name(trace, host);
  record.sent.peer = name(trace, g_str_equal(host, "client") ? "server" : "client");
  record.sent.conn = name(trace, "web");
  record.sent.id = id;
  record.sent.flags = flags;
  record.sent.seq = seq;
  record.sent.ack = 1;
  record.sent.len = len;
  record.sent.attempt = 1;
  trace_append(trace, &record);
}

static void put_dropped(Trace *trace, SimTime t, uint64_t id, const char *by) {
  TraceRecord record = {.t = t, .kind = TRACE_DROPPED, .dropped = {.id = id, .by = name(trace, by)}};
  trace_append(trace, &record);
}

static void put_injected(Trace *trace, SimTime t, uint64_t id, TcpFlags flags, uint32_t seq) {
  TraceRecord record = {.t = t, .kind = TRACE_INJECTED, .injected = {.id = id, .flags = flags, .seq = seq}};
  record.injected.host = name(trace, "server");
  record.injected.peer = name(trace, "client");
  record.injected.conn = name(trace, "web");
  trace_append(trace, &record);
}

static void put_duplicated(Trace *trace, SimTime t, uint64_t id, uint64_t copy) {
  TraceRecord record = {.t = t, .kind = TRACE_DUPLICATED, .duplicated = {.id = id, .copy = copy}};
  trace_append(trace, &record);
}

static void put_call(Trace *trace, SimTime t, const char *app, const char *call, const char *result, int64_t octets) {
  TraceRecord record = {.t = t, .kind = TRACE_APP, .app = {.app = name(trace, app), .octets = octets}};
  record.app.host = name(trace, "client");
  record.app.conn = name(trace, "web");
  record.app.call = name(trace, call);
  record.app.result = name(trace, result);
  trace_append(trace, &record);
}

static void put_port(Trace *trace, SimTime t, TraceWord change, const char *conn, const char *app) {
  TraceRecord record = {.t = t, .kind = TRACE_PORT, .port = {.port = 49152, .change = change, .until = SIM_NEVER}};
  record.port.host = name(trace, "client");
  record.port.conn = name(trace, conn);
  record.port.app = name(trace, app);
  trace_append(trace, &record);
}

static void put_end(Trace *trace, SimTime t, TraceWord reason) {
  TraceRecord record = {.t = t, .kind = TRACE_END, .end = {.reason = reason}};
  trace_append(trace, &record);
}

/* The client closes first, its first FIN is lost; it passes through FIN-WAIT-2, as one segment carries the ACK and the
 * server's FIN. */
static Trace *first_fin_lost(void) {
  Trace *trace = new_trace();
  put_conn(trace, 0, "web", TCP_STATE_ESTABLISHED);
  put_call(trace, 0, "closer", "close", "ok", -1);
  put_state(trace, 0, "client", "web", TCP_STATE_ESTABLISHED, TCP_STATE_FIN_WAIT_1);
  put_sent(trace, 0, "client", 1, TCP_FIN | TCP_ACK, 1, 0);
  put_dropped(trace, SIM_MS(25), 1, "fault 1");
  put_sent(trace, SIM_MS(300), "client", 2, TCP_FIN | TCP_ACK, 1, 0);
  trace->records[trace->count - 1].sent.attempt = 2;
  put_state(trace, SIM_MS(350), "server", "web", TCP_STATE_ESTABLISHED, TCP_STATE_CLOSE_WAIT);
  put_state(trace, SIM_MS(350), "server", "web", TCP_STATE_CLOSE_WAIT, TCP_STATE_LAST_ACK);
  put_sent(trace, SIM_MS(350), "server", 3, TCP_FIN | TCP_ACK, 1, 0);
  put_state(trace, SIM_MS(400), "client", "web", TCP_STATE_FIN_WAIT_1, TCP_STATE_FIN_WAIT_2);
  put_state(trace, SIM_MS(400), "client", "web", TCP_STATE_FIN_WAIT_2, TCP_STATE_TIME_WAIT);
  put_port(trace, SIM_MS(400), TRACE_WORD_RESERVED, "web", NULL);
  put_sent(trace, SIM_MS(400), "client", 4, TCP_ACK, 2, 0);
  put_state(trace, SIM_MS(450), "server", "web", TCP_STATE_LAST_ACK, TCP_STATE_CLOSED);
  put_state(trace, SIM_MS(60400), "client", "web", TCP_STATE_TIME_WAIT, TCP_STATE_CLOSED);
  put_port(trace, SIM_MS(60400), TRACE_WORD_RELEASED, "web", NULL);
  put_end(trace, SIM_MS(60400), TRACE_WORD_IDLE);
  return trace;
}

/* ---- Expectations ------------------------------------------------------------------------------------------------ */

static Expectation *expectation(ExpectKind kind, const char *host, const char *conn) {
  Expectation *e = g_new0(Expectation, 1);
  e->kind = kind;
  e->text = g_strdup("what was expected");
  e->line = 7;
  e->host = g_strdup(host);
  e->conn = g_strdup(conn);
  return e;
}

static Expectation *never(Expectation *e) {
  e->never = TRUE;
  return e;
}

/* `states` ends with TCP_STATE_COUNT. */
static Expectation *path(const char *host, const TcpState *states) {
  Expectation *e = expectation(EXPECT_PATH, host, NULL);
  e->path = g_array_new(FALSE, FALSE, sizeof(TcpState));
  for (; *states != TCP_STATE_COUNT; states++)
    g_array_append_val(e->path, *states);
  return e;
}
#define PATH(host, ...) path(host, (const TcpState[]){__VA_ARGS__, TCP_STATE_COUNT})

static Expectation *state_at(const char *host, SimTime at, TcpState state) {
  Expectation *e = expectation(EXPECT_STATE_AT, host, NULL);
  e->at = at;
  e->state = state;
  return e;
}

static SegmentMatch *match(const char *from, TcpFlags flags) {
  SegmentMatch *m = segment_match_new();
  m->from = g_strdup(from);
  m->flags = flags;
  return m;
}

static Expectation *count(SegmentMatch *m, int64_t min, int64_t max) {
  Expectation *e = expectation(EXPECT_COUNT, NULL, NULL);
  e->segments = g_ptr_array_new();
  g_ptr_array_add(e->segments, m);
  e->min = min;
  e->max = max;
  return e;
}

static Expectation *order(SegmentMatch *first, SegmentMatch *second) {
  Expectation *e = count(first, 0, 0);
  e->kind = EXPECT_ORDER;
  if (second)
    g_ptr_array_add(e->segments, second);
  return e;
}

static Expectation *port(const char *host, SimTime from, SimTime until) {
  Expectation *e = expectation(EXPECT_PORT, host, NULL);
  e->port = 49152;
  e->from = from;
  e->until = until;
  return e;
}

static Expectation *call(const char *app, const char *what, const char *result, SimTime at) {
  Expectation *e = expectation(EXPECT_CALL, "client", NULL);
  e->app = g_strdup(app);
  e->call = g_strdup(what);
  e->result = g_strdup(result);
  e->at = at;
  return e;
}

static Expectation *octets(const char *app, int64_t min, int64_t max) {
  Expectation *e = expectation(EXPECT_OCTETS, "client", NULL);
  e->app = g_strdup(app);
  e->min = min;
  e->max = max;
  return e;
}

static Expectation *end(const char *reason) {
  Expectation *e = expectation(EXPECT_END, NULL, NULL);
  e->result = g_strdup(reason);
  return e;
}

/* The result of `e` alone, which is taken over. */
static GPtrArray *judge(const Trace *trace, Expectation *e) {
  g_autoptr(GPtrArray) expectations = g_ptr_array_new_with_free_func((GDestroyNotify)expectation_free);
  g_ptr_array_add(expectations, e);
  return check_expectations(trace, expectations);
}

/* Judges `e` (taken over) on `trace`: it holds when `detail` is NULL, else it fails with exactly that detail. */
static void judged(const Trace *trace, Expectation *e, const char *detail) {
  g_autoptr(GPtrArray) results = judge(trace, e);
  g_assert_cmpuint(results->len, ==, 1);
  const CheckResult *result = g_ptr_array_index(results, 0);
  g_assert_cmpstr(result->detail, ==, detail);
  g_assert_cmpint(result->ok, ==, detail == NULL);
  g_assert_cmpstr(result->text, ==, "what was expected");
  g_assert_cmpint(result->line, ==, 7);
}

/* ---- Path -------------------------------------------------------------------------------------------------------- */

static void path_whole_and_exact_holds_without_passing_states(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  judged(trace, PATH("client", TCP_STATE_ESTABLISHED, TCP_STATE_FIN_WAIT_1, TCP_STATE_TIME_WAIT, TCP_STATE_CLOSED),
         NULL);
  judged(trace, PATH("server", TCP_STATE_ESTABLISHED, TCP_STATE_LAST_ACK, TCP_STATE_CLOSED), NULL);
}

static void path_with_a_passing_state_fails_where_they_part(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  judged(trace,
         PATH("client", TCP_STATE_ESTABLISHED, TCP_STATE_FIN_WAIT_1, TCP_STATE_FIN_WAIT_2, TCP_STATE_TIME_WAIT,
              TCP_STATE_CLOSED),
         "the paths part at step 3: FIN-WAIT-2 expected, TIME-WAIT at 400ms instead\n"
         "expected: ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT, CLOSED\n"
         "got: ESTABLISHED 0s, FIN-WAIT-1 0s, TIME-WAIT 400ms, CLOSED 60.4s");
}

static void path_too_short_or_too_long_fails(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  judged(trace, PATH("server", TCP_STATE_ESTABLISHED, TCP_STATE_LAST_ACK),
         "the paths part at step 3: no further state expected, CLOSED at 450ms instead\n"
         "expected: ESTABLISHED, LAST-ACK\n"
         "got: ESTABLISHED 0s, LAST-ACK 350ms, CLOSED 450ms");
  judged(trace, PATH("server", TCP_STATE_ESTABLISHED, TCP_STATE_LAST_ACK, TCP_STATE_CLOSED, TCP_STATE_LISTEN),
         "the paths part at step 4: LISTEN expected, but it stays in CLOSED from 450ms on\n"
         "expected: ESTABLISHED, LAST-ACK, CLOSED, LISTEN\n"
         "got: ESTABLISHED 0s, LAST-ACK 350ms, CLOSED 450ms");
}

static void path_never_fails_only_when_equal(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  judged(trace, never(PATH("server", TCP_STATE_ESTABLISHED, TCP_STATE_CLOSED)), NULL);
  judged(trace, never(PATH("server", TCP_STATE_ESTABLISHED, TCP_STATE_LAST_ACK, TCP_STATE_CLOSED)),
         "it took exactly this path\n"
         "expected: ESTABLISHED, LAST-ACK, CLOSED\n"
         "got: ESTABLISHED 0s, LAST-ACK 350ms, CLOSED 450ms");
}

static void path_left_and_entered_again_at_one_instant_counts_once(void) {
  g_autoptr(Trace) trace = new_trace();
  put_conn(trace, 0, "web", TCP_STATE_CLOSED);
  put_state(trace, 0, "server", "web", TCP_STATE_CLOSED, TCP_STATE_LISTEN);
  put_state(trace, SIM_MS(1), "server", "web", TCP_STATE_LISTEN, TCP_STATE_SYN_RECEIVED);
  put_state(trace, SIM_MS(1), "server", "web", TCP_STATE_SYN_RECEIVED, TCP_STATE_LISTEN);
  put_state(trace, SIM_MS(2), "server", "web", TCP_STATE_LISTEN, TCP_STATE_CLOSED);
  judged(trace, PATH("server", TCP_STATE_CLOSED, TCP_STATE_LISTEN, TCP_STATE_CLOSED), NULL);
}

static void path_without_conn_record_starts_where_the_first_transition_left(void) {
  g_autoptr(Trace) trace = trace_new(NULL, NULL);
  put_state(trace, SIM_S(1), "client", "web", TCP_STATE_CLOSE_WAIT, TCP_STATE_LAST_ACK);
  judged(trace, PATH("client", TCP_STATE_CLOSE_WAIT, TCP_STATE_LAST_ACK), NULL);
  judged(trace, state_at("client", SIM_MS(999), TCP_STATE_CLOSE_WAIT), NULL);
}

static void path_of_thousands_of_steps_is_shown_around_the_parting(void) {
  g_autoptr(Trace) trace = new_trace();
  put_conn(trace, 0, "web", TCP_STATE_CLOSED);
  Expectation *e = PATH("client", TCP_STATE_CLOSED);
  for (int i = 1; i <= 4000; i++) {
    TcpState from = i % 2 ? TCP_STATE_CLOSED : TCP_STATE_LISTEN, to = i % 2 ? TCP_STATE_LISTEN : TCP_STATE_CLOSED;
    put_state(trace, SIM_S(i), "client", "web", from, to);
    TcpState expected = i == 2001 ? TCP_STATE_SYN_SENT : to;
    g_array_append_val(e->path, expected);
  }
  g_autoptr(GPtrArray) results = judge(trace, e);
  const char *detail = ((CheckResult *)g_ptr_array_index(results, 0))->detail;
  g_assert_true(g_str_has_prefix(
      detail,
      "the paths part at step 2002: SYN-SENT expected, LISTEN at 2001s instead\nexpected: (1989 steps) LISTEN, "));
  g_assert_true(g_str_has_suffix(detail, "CLOSED 2012s and 1988 more"));
  g_assert_cmpuint(strlen(detail), <, 1000);
}

/* ---- State ------------------------------------------------------------------------------------------------------- */

static void state_at_an_instant_is_the_last_entered_then(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  judged(trace, state_at("client", 0, TCP_STATE_FIN_WAIT_1), NULL);
  judged(trace, state_at("client", SIM_MS(400) - 1, TCP_STATE_FIN_WAIT_1), NULL);
  judged(trace, state_at("client", SIM_MS(400), TCP_STATE_TIME_WAIT), NULL);
  judged(trace, state_at("client", SIM_H(1), TCP_STATE_CLOSED), NULL);
  judged(trace, state_at("client", SIM_MS(400), TCP_STATE_FIN_WAIT_2),
         "TIME-WAIT at 400ms; the whole path: ESTABLISHED 0s, FIN-WAIT-1 0s, FIN-WAIT-2 400ms, TIME-WAIT 400ms, "
         "CLOSED 60.4s");
}

static void state_before_the_connection_is_closed(void) {
  g_autoptr(Trace) trace = new_trace();
  put_conn(trace, SIM_S(1), "web", TCP_STATE_ESTABLISHED);
  judged(trace, state_at("client", SIM_MS(999), TCP_STATE_CLOSED), NULL);
  judged(trace, state_at("client", SIM_S(1), TCP_STATE_ESTABLISHED), NULL);
}

static void state_at_some_time_counts_passing_ones(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  judged(trace, state_at("client", SIM_NEVER, TCP_STATE_FIN_WAIT_2), NULL);
  judged(trace, state_at("server", SIM_NEVER, TCP_STATE_TIME_WAIT),
         "never in TIME-WAIT; got: ESTABLISHED 0s, CLOSE-WAIT 350ms, LAST-ACK 350ms, CLOSED 450ms");
}

static void state_never_sees_passing_ones(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  judged(trace, never(state_at("client", 0, TCP_STATE_CLOSING)), NULL);
  judged(trace, never(state_at("client", 0, TCP_STATE_FIN_WAIT_2)), "in FIN-WAIT-2 from 400ms to 400ms");
  judged(trace, never(state_at("client", 0, TCP_STATE_TIME_WAIT)), "in TIME-WAIT from 400ms to 60.4s");
  judged(trace, never(state_at("client", 0, TCP_STATE_CLOSED)), "in CLOSED from 60.4s on");
}

static void state_after_a_run_was_cut_off_is_unknown(void) {
  g_autoptr(Trace) trace = new_trace();
  put_conn(trace, 0, "web", TCP_STATE_ESTABLISHED);
  put_end(trace, SIM_S(10), TRACE_WORD_BUDGET);
  judged(trace, state_at("client", SIM_S(10), TCP_STATE_ESTABLISHED), NULL);
  judged(trace, state_at("client", SIM_S(10) + 1, TCP_STATE_ESTABLISHED),
         "the run was cut off before, at 10s (budget)");
}

/* ---- Which end --------------------------------------------------------------------------------------------------- */

static void end_unnamed_among_several_connections_fails_and_lists_them(void) {
  g_autoptr(Trace) trace = new_trace();
  put_conn(trace, 0, "web", TCP_STATE_ESTABLISHED);
  put_conn(trace, 0, "db", TCP_STATE_ESTABLISHED);
  judged(trace, state_at("client", 0, TCP_STATE_ESTABLISHED),
         "host client has several connections, name one of them: web, db");
  Expectation *named = state_at("client", 0, TCP_STATE_ESTABLISHED);
  named->conn = g_strdup("db");
  judged(trace, named, NULL);
}

static void end_of_unknown_host_or_connection_fails_also_with_never(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  judged(trace, PATH("clinet", TCP_STATE_ESTABLISHED), "the trace has no host clinet; its hosts: client, server");
  judged(trace, never(state_at("clinet", 0, TCP_STATE_CLOSING)),
         "the trace has no host clinet; its hosts: client, server");
  Expectation *e = state_at("client", 0, TCP_STATE_FIN_WAIT_1);
  e->conn = g_strdup("wbe");
  judged(trace, e, "the trace has no connection wbe; its connections: web");
  judged(trace, state_at(NULL, 0, TCP_STATE_FIN_WAIT_1), "the expectation names no host");
}

static void end_that_the_host_does_not_have_fails(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  trace_header_add_host(trace->header, "idle", NULL, NULL);
  judged(trace, state_at("idle", 0, TCP_STATE_CLOSED), "host idle has no connection in the trace");
  put_state(trace, SIM_H(1), "third", "db", TCP_STATE_CLOSED, TCP_STATE_LISTEN);
  Expectation *e = state_at("client", 0, TCP_STATE_FIN_WAIT_1);
  e->conn = g_strdup("db");
  judged(trace, e, "connection db has no end at host client, which has: web");
}

static void empty_trace_fails_everything_and_crashes_nothing(void) {
  g_autoptr(Trace) trace = trace_new(NULL, NULL);
  judged(trace, PATH("client", TCP_STATE_CLOSED), "the trace has no host client; its hosts: ");
  judged(trace, count(match(NULL, TCP_FIN), 1, 1), "expected 1, but none of the 0 transmissions matches");
  judged(trace, order(match(NULL, TCP_FIN), NULL), "pattern 1 of 1 has no match");
  judged(trace, port("client", 0, 1), "the trace has no host client; its hosts: ");
  judged(trace, call(NULL, "close", "ok", SIM_NEVER), "the trace has no host client; its hosts: ");
  judged(trace, octets(NULL, 1, -1), "the trace has no host client; its hosts: ");
  judged(trace, end("idle"), "the trace does not say how the run ended: it has no end record");
  judged(trace, never(end("idle")), "the trace does not say how the run ended: it has no end record");
}

/* ---- Count ------------------------------------------------------------------------------------------------------- */

static void count_matches_at_least_these_flags_or_exactly_these(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  judged(trace, count(match("client", TCP_FIN), 2, 2), NULL);
  judged(trace, count(match("client", TCP_ACK), 3, 3), NULL);
  judged(trace, count(match(NULL, 0), 4, 4), NULL);
  SegmentMatch *exact = match("client", TCP_ACK);
  exact->flags_exact = TRUE;
  judged(trace, count(exact, 1, 1), NULL);
  judged(trace, count(match("client", TCP_FIN), 3, 3),
         "expected 3, got 2: client > server F. 1:1(0) ack 1 at 0s lost (fault 1), "
         "client > server F. 1:1(0) ack 1 at 300ms attempt 2");
}

static void count_of_lost_and_of_attempts(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  SegmentMatch *lost = match("client", 0), *kept = match("client", 0), *second = match(NULL, 0), *to = match(NULL, 0);
  lost->has_lost = lost->lost = kept->has_lost = TRUE;
  second->has_attempt = TRUE;
  second->attempt = 2;
  to->to = g_strdup("client");
  judged(trace, count(lost, 1, 1), NULL);
  judged(trace, count(kept, 2, 2), NULL);
  judged(trace, count(second, 1, 1), NULL);
  judged(trace, count(to, 1, 1), NULL);
}

static void count_by_sequence_and_length(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  put_sent(trace, SIM_H(1), "server", 5, TCP_ACK | TCP_PSH, 1, 100);
  SegmentMatch *seq = match(NULL, 0), *len = match(NULL, 0), *empty = match(NULL, 0);
  seq->has_seq = TRUE;
  seq->seq = 2;
  len->has_len = empty->has_len = TRUE;
  len->len = 100;
  judged(trace, count(seq, 1, 1), NULL);
  judged(trace, count(len, 1, 1), NULL);
  judged(trace, count(empty, 4, 4), NULL);
}

static void count_of_one_connection_leaves_out_the_others(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  put_conn(trace, SIM_H(1), "db", TCP_STATE_ESTABLISHED);
  put_sent(trace, SIM_H(1), "client", 5, TCP_FIN | TCP_ACK, 1, 0);
  trace->records[trace->count - 1].sent.conn = name(trace, "db");
  put_dropped(trace, SIM_H(1), 5, NULL);
  SegmentMatch *db = match(NULL, TCP_FIN);
  db->conn = g_strdup("db");
  judged(trace, count(db, 0, 0), "expected none, got 1: client > server F. 1:1(0) ack 1 at 3600s lost");
}

static void count_takes_injected_segments_but_no_copies(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  put_injected(trace, SIM_H(1), 5, TCP_RST, 2);
  put_duplicated(trace, SIM_H(1), 5, 6);
  judged(trace, count(match("server", TCP_RST), 1, 1), NULL);
  SegmentMatch *first = match("server", TCP_RST);
  first->has_attempt = TRUE;
  first->attempt = 1;
  judged(trace, count(first, 0, 0), NULL);
}

static void count_out_of_range_says_the_range(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  judged(trace, count(match("client", TCP_FIN), 1, -1), NULL);
  judged(trace, count(match("client", TCP_FIN), 0, 2), NULL);
  judged(trace, count(match("client", TCP_SYN), 1, -1), "expected at least 1, but none of the 4 transmissions matches");
  judged(trace, count(match("client", TCP_SYN), 2, 5), "expected 2 to 5, but none of the 4 transmissions matches");
  judged(trace, count(match("server", TCP_FIN), 0, 0),
         "expected none, got 1: server > client F. 1:1(0) ack 1 at 350ms");
}

static void count_never_means_none(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  judged(trace, never(count(match(NULL, TCP_RST), 5, 5)), NULL);
  judged(trace, never(count(match("server", TCP_FIN), 5, 5)),
         "expected none, got 1: server > client F. 1:1(0) ack 1 at 350ms");
}

static void count_of_unknown_names_fails_also_with_never(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  judged(trace, never(count(match("clinet", TCP_FIN), 0, 0)),
         "the trace has no host clinet; its hosts: client, server");
  SegmentMatch *to = match(NULL, 0), *conn = match(NULL, 0);
  to->to = g_strdup("x");
  conn->conn = g_strdup("close"); /* a word of the trace, but no connection of it */
  judged(trace, count(to, 0, -1), "the trace has no host x; its hosts: client, server");
  judged(trace, count(conn, 0, -1), "the trace has no connection close; its connections: web");
}

static void count_of_a_host_that_sends_nothing_is_zero(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  trace_header_add_host(trace->header, "idle", NULL, NULL);
  judged(trace, count(match("idle", 0), 0, 0), NULL);
}

static void count_of_many_lists_a_few(void) {
  g_autoptr(Trace) trace = new_trace();
  for (uint64_t id = 1; id <= 10; id++)
    put_sent(trace, 0, "client", id, TCP_ACK, 1, 0);
  g_autoptr(GString) detail = g_string_new("expected none, got 10: ");
  for (int i = 0; i < 8; i++)
    g_string_append_printf(detail, "%sclient > server . 1:1(0) ack 1 at 0s", i ? ", " : "");
  g_string_append(detail, " and 2 more");
  judged(trace, count(match(NULL, 0), 0, 0), detail->str);
}

/* ---- Order ------------------------------------------------------------------------------------------------------- */

static void order_holds_with_others_between(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  judged(trace, order(match("client", TCP_FIN), match("server", TCP_FIN)), NULL);
  judged(trace, order(match("client", TCP_FIN), match("client", TCP_FIN)), NULL);
}

static void order_reversed_fails_and_says_where_it_matched(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  judged(trace, order(match("server", TCP_FIN), match("client", TCP_FIN)),
         "pattern 2 of 2 has no match after server > client F. 1:1(0) ack 1 at 350ms; it matches: "
         "client > server F. 1:1(0) ack 1 at 0s lost (fault 1), client > server F. 1:1(0) ack 1 at 300ms attempt 2");
  judged(trace, order(match("server", TCP_FIN), match("server", TCP_RST)),
         "pattern 2 of 2 has no match after server > client F. 1:1(0) ack 1 at 350ms");
  judged(trace, order(match("server", TCP_RST), match("server", TCP_FIN)), "pattern 1 of 2 has no match");
}

static void order_takes_no_transmission_twice(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  judged(trace, order(match("server", TCP_FIN), match("server", TCP_FIN)),
         "pattern 2 of 2 has no match after server > client F. 1:1(0) ack 1 at 350ms; it matches: "
         "server > client F. 1:1(0) ack 1 at 350ms");
}

static void order_never_fails_when_it_came_so(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  judged(trace, never(order(match("server", TCP_FIN), match("client", TCP_FIN))), NULL);
  judged(trace, never(order(match("client", TCP_FIN), match("server", TCP_FIN))),
         "they came in this order, the last: server > client F. 1:1(0) ack 1 at 350ms");
  judged(trace, never(order(match("client", TCP_RST), match("clinet", TCP_FIN))),
         "the trace has no host clinet; its hosts: client, server");
}

/* ---- Port -------------------------------------------------------------------------------------------------------- */

static void port_reserved_over_exactly_the_interval_holds(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  judged(trace, port("client", SIM_MS(400), SIM_MS(60400)), NULL);
  judged(trace, port("client", SIM_MS(400), SIM_MS(60401)), "port 49152 was reserved from 400ms to 60.4s (web)");
  judged(trace, port("client", SIM_MS(399), SIM_MS(60400)), "port 49152 was reserved from 400ms to 60.4s (web)");
  judged(trace, port("server", SIM_MS(400), SIM_MS(60400)), "port 49152 was never reserved");
}

static void port_reserved_again_while_reserved_is_prolonged(void) {
  g_autoptr(Trace) trace = new_trace();
  put_port(trace, SIM_S(1), TRACE_WORD_RESERVED, "web", NULL);
  put_port(trace, SIM_S(30), TRACE_WORD_RESERVED, "web", NULL);
  put_port(trace, SIM_S(90), TRACE_WORD_RELEASED, "web", NULL);
  put_port(trace, SIM_S(100), TRACE_WORD_RESERVED, "web", NULL);
  judged(trace, port("client", SIM_S(1), SIM_S(90)), NULL);
  judged(trace, port("client", SIM_S(100), SIM_NEVER), NULL);
  judged(trace, port("client", SIM_S(30), SIM_S(90)),
         "port 49152 was reserved from 1s to 90s (web), from 100s to the end of the trace (web)");
}

static void port_bound_or_refused_is_not_reserved(void) {
  g_autoptr(Trace) trace = new_trace();
  put_port(trace, 0, TRACE_WORD_BOUND, NULL, "listener");
  put_port(trace, SIM_S(1), TRACE_WORD_RESERVED, "web", NULL);
  put_port(trace, SIM_S(3), TRACE_WORD_REFUSED, NULL, "other");
  put_port(trace, SIM_S(61), TRACE_WORD_RELEASED, "web", NULL);
  put_port(trace, SIM_S(62), TRACE_WORD_BOUND, NULL, "other");
  judged(trace, port("client", SIM_S(1), SIM_S(61)), NULL);
}

static void port_of_two_connections_is_reserved_until_the_last_lets_go(void) {
  g_autoptr(Trace) trace = new_trace();
  put_conn(trace, 0, "web", TCP_STATE_ESTABLISHED);
  put_conn(trace, 0, "db", TCP_STATE_ESTABLISHED);
  put_conn(trace, 0, "idle", TCP_STATE_ESTABLISHED);
  put_port(trace, SIM_S(1), TRACE_WORD_RESERVED, "web", NULL);
  put_port(trace, SIM_S(2), TRACE_WORD_RESERVED, "db", NULL);
  put_port(trace, SIM_S(4), TRACE_WORD_RELEASED, "db", NULL);
  judged(trace, port("client", SIM_S(1), SIM_S(4)), NULL);
  Expectation *db = port("client", SIM_S(2), SIM_S(4)), *idle = port("client", SIM_S(2), SIM_S(4));
  db->conn = g_strdup("db");
  idle->conn = g_strdup("idle");
  judged(trace, db, NULL);
  judged(trace, idle, "port 49152 was never reserved");
}

static void port_records_of_other_ports_and_stray_releases_do_not_count(void) {
  g_autoptr(Trace) trace = new_trace();
  put_port(trace, 0, TRACE_WORD_RELEASED, "web", NULL);
  put_port(trace, SIM_S(1), TRACE_WORD_RESERVED, "web", NULL);
  put_port(trace, SIM_S(2), TRACE_WORD_RELEASED, "web", NULL);
  trace->records[trace->count - 1].port.port = 80;
  put_port(trace, SIM_S(3), TRACE_WORD_RELEASED, "web", NULL);
  judged(trace, port("client", SIM_S(1), SIM_S(3)), NULL);
}

static void port_never_reserved(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  trace_header_add_host(trace->header, "idle", NULL, NULL);
  judged(trace, never(port("server", 0, 0)), NULL);
  judged(trace, never(port("idle", 0, 0)), NULL);
  judged(trace, never(port("client", 0, 0)), "port 49152 was reserved from 400ms to 60.4s (web)");
  judged(trace, never(port(NULL, 0, 0)), "the expectation names no host");
}

/* ---- Calls, octets, the end -------------------------------------------------------------------------------------- */

static Trace *refused_then_let_in(void) {
  Trace *trace = first_fin_lost();
  put_call(trace, SIM_S(70), "second", "bind", "EADDRINUSE", -1);
  put_call(trace, SIM_S(80), "second", "bind", "ok", -1);
  return trace;
}

static void call_with_result_at_an_instant(void) {
  g_autoptr(Trace) trace = refused_then_let_in();
  judged(trace, call("second", "bind", "EADDRINUSE", SIM_S(70)), NULL);
  judged(trace, call("second", "bind", "ok", SIM_NEVER), NULL);
  judged(trace, call(NULL, "bind", NULL, SIM_S(80)), NULL);
  judged(trace, call("second", "bind", "ok", SIM_S(70)),
         "no such call; got: bind by second at 70s gave EADDRINUSE, bind by second at 80s gave ok");
}

static void call_not_made_lists_the_others_and_never_is_content(void) {
  g_autoptr(Trace) trace = refused_then_let_in();
  judged(trace, call("closer", "bind", "ok", SIM_NEVER), "no such call; got: close by closer at 0s gave ok");
  judged(trace, call("nobody", "bind", "ok", SIM_NEVER), "no such call; got: no call at all");
  judged(trace, never(call("second", "bind", "EACCES", SIM_NEVER)), NULL);
  judged(trace, never(call("second", "bind", "EADDRINUSE", SIM_NEVER)), "bind by second at 70s gave EADDRINUSE");
}

static void octets_read_are_summed(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  put_call(trace, SIM_S(1), "reader", "recv", "ok", 100);
  put_call(trace, SIM_S(2), "reader", "send", "ok", 7);
  put_call(trace, SIM_S(3), "reader", "recv", "eof", -1);
  put_call(trace, SIM_S(4), "other", "recv", "ok", 20);
  judged(trace, octets(NULL, 120, 120), NULL);
  judged(trace, octets("reader", 100, 100), NULL);
  judged(trace, octets("nobody", 0, 0), NULL);
  judged(trace, octets("reader", 101, -1), "expected at least 101, got 100 octets read");
  judged(trace, never(octets("reader", 100, 100)), "expected anything but 100, got 100 octets read");
}

static void octets_of_one_connection_leave_out_the_others(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  put_call(trace, SIM_S(1), "reader", "recv", "ok", 100);
  put_call(trace, SIM_S(1), "reader", "recv", "ok", 30);
  trace->records[trace->count - 1].app.conn = name(trace, "db");
  Expectation *db = octets(NULL, 30, 30);
  db->conn = g_strdup("db");
  judged(trace, db, NULL);
  judged(trace, octets(NULL, 130, 130), NULL);
}

static void octets_beyond_64_bits_saturate(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  put_call(trace, SIM_S(1), "reader", "recv", "ok", INT64_MAX);
  put_call(trace, SIM_S(2), "reader", "recv", "ok", INT64_MAX);
  judged(trace, octets(NULL, INT64_MAX, INT64_MAX), NULL);
}

static void end_of_the_run_and_why(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  judged(trace, end("idle"), NULL);
  judged(trace, end("budget"), "idle at 60.4s");
  judged(trace, never(end("budget")), NULL);
  judged(trace, never(end("idle")), "idle at 60.4s");
}

static void results_come_in_the_order_of_the_expectations(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  g_autoptr(GPtrArray) expectations = g_ptr_array_new_with_free_func((GDestroyNotify)expectation_free);
  const char *reasons[] = {"idle", "budget", "idle"};
  for (int i = 0; i < 3; i++) {
    g_ptr_array_add(expectations, end(reasons[i]));
    ((Expectation *)g_ptr_array_index(expectations, i))->line = i;
  }
  g_autoptr(GPtrArray) results = check_expectations(trace, expectations);
  g_assert_cmpuint(results->len, ==, 3);
  for (int i = 0; i < 3; i++) {
    const CheckResult *result = g_ptr_array_index(results, i);
    g_assert_cmpint(result->line, ==, i);
    g_assert_cmpint(result->ok, ==, i != 1);
  }
}

/* ---- The index itself -------------------------------------------------------------------------------------------- */

static void history_gives_passing_states_on_request(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  g_autoptr(CheckHistory) history = check_history_new(trace);
  const CheckEnd *client = check_history_find_end(history, "client", "web");
  g_autoptr(GArray) all = check_history_states(client, FALSE), skipped = check_history_states(client, TRUE);
  g_assert_cmpuint(all->len, ==, 5);
  g_assert_cmpint(g_array_index(all, CheckStep, 2).state, ==, TCP_STATE_FIN_WAIT_2);
  g_assert_cmpint(g_array_index(all, CheckStep, 2).record->kind, ==, TRACE_STATE);
  g_assert_cmpuint(skipped->len, ==, 4);
  g_assert_null(check_history_find_end(history, "client", "close"));
  g_assert_null(check_history_find_end(history, "nobody", "web"));
}

static void history_knows_the_fate_of_segments_and_copies(void) {
  g_autoptr(Trace) trace = first_fin_lost();
  put_duplicated(trace, SIM_H(1), 4, 5);
  TraceRecord received = {.t = SIM_H(2), .kind = TRACE_RECEIVED}, discarded = {.t = SIM_H(2), .kind = TRACE_DISCARDED};
  TraceRecord corrupted = {.t = SIM_H(2), .kind = TRACE_CORRUPTED};
  received.received.id = discarded.discarded.id = corrupted.corrupted.id = 5;
  trace_append(trace, &corrupted);
  trace_append(trace, &received);
  trace_append(trace, &discarded);
  received.t = SIM_H(3);
  trace_append(trace, &received);
  g_autoptr(CheckHistory) history = check_history_new(trace);
  const CheckSegment *lost = check_history_segment(history, 1), *copy = check_history_segment(history, 5);
  g_assert_cmpint(lost->sent->t, ==, 0);
  g_assert_cmpint(lost->dropped->t, ==, SIM_MS(25));
  g_assert_null(lost->received);
  g_assert_null(copy->sent);
  g_assert_cmpuint(copy->copy_of, ==, 4);
  g_assert_cmpint(copy->received->t, ==, SIM_H(2));
  g_assert_cmpint(copy->discarded->kind, ==, TRACE_DISCARDED);
  g_assert_cmpint(copy->corrupted->kind, ==, TRACE_CORRUPTED);
  g_assert_null(check_history_segment(history, 99));
  g_assert_null(check_history_segment(history, 0));
}

static void history_of_records_of_every_kind_keeps_hosts_and_nameless_ends_apart(void) {
  g_autoptr(Trace) trace = trace_new(NULL, NULL);
  for (int kind = 0; kind < TRACE_KIND_COUNT; kind++) {
    TraceRecord record = {.kind = (TraceKind)kind};
    trace_append(trace, &record);
  }
  TraceRecord crash = {.kind = TRACE_HOST};
  crash.host.host = name(trace, "client");
  trace_append(trace, &crash);
  g_autoptr(CheckHistory) history = check_history_new(trace);
  g_assert_true(check_history_has_host(history, "client"));
  g_assert_cmpuint(history->hosts->len, ==, 1);
  g_assert_cmpuint(history->conns->len, ==, 0);
  g_assert_null(check_history_find_end(history, "nobody", "nothing"));
  g_assert_false(check_history_has_conn(history, "client"));
}

static void history_takes_numbers_that_lie(void) {
  g_autoptr(Trace) trace = trace_new(NULL, NULL);
  TraceRecord record = {.t = -1, .kind = TRACE_DUPLICATED};
  record.duplicated.id = UINT64_MAX;
  record.duplicated.copy = UINT64_MAX;
  trace_append(trace, &record);
  put_sent(trace, -5, "client", 0, TCP_FIN, 0, UINT32_MAX);
  g_autoptr(CheckHistory) history = check_history_new(trace);
  g_assert_cmpuint(check_history_segment(history, UINT64_MAX)->copy_of, ==, UINT64_MAX);
  g_assert_cmpuint(history->transmissions->len, ==, 1);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_func("/check/expect/" #test, test)
  ADD(path_whole_and_exact_holds_without_passing_states);
  ADD(path_with_a_passing_state_fails_where_they_part);
  ADD(path_too_short_or_too_long_fails);
  ADD(path_never_fails_only_when_equal);
  ADD(path_left_and_entered_again_at_one_instant_counts_once);
  ADD(path_without_conn_record_starts_where_the_first_transition_left);
  ADD(path_of_thousands_of_steps_is_shown_around_the_parting);
  ADD(state_at_an_instant_is_the_last_entered_then);
  ADD(state_before_the_connection_is_closed);
  ADD(state_at_some_time_counts_passing_ones);
  ADD(state_never_sees_passing_ones);
  ADD(state_after_a_run_was_cut_off_is_unknown);
  ADD(end_unnamed_among_several_connections_fails_and_lists_them);
  ADD(end_of_unknown_host_or_connection_fails_also_with_never);
  ADD(end_that_the_host_does_not_have_fails);
  ADD(empty_trace_fails_everything_and_crashes_nothing);
  ADD(count_matches_at_least_these_flags_or_exactly_these);
  ADD(count_of_lost_and_of_attempts);
  ADD(count_by_sequence_and_length);
  ADD(count_of_one_connection_leaves_out_the_others);
  ADD(count_takes_injected_segments_but_no_copies);
  ADD(count_out_of_range_says_the_range);
  ADD(count_never_means_none);
  ADD(count_of_unknown_names_fails_also_with_never);
  ADD(count_of_a_host_that_sends_nothing_is_zero);
  ADD(count_of_many_lists_a_few);
  ADD(order_holds_with_others_between);
  ADD(order_reversed_fails_and_says_where_it_matched);
  ADD(order_takes_no_transmission_twice);
  ADD(order_never_fails_when_it_came_so);
  ADD(port_reserved_over_exactly_the_interval_holds);
  ADD(port_reserved_again_while_reserved_is_prolonged);
  ADD(port_bound_or_refused_is_not_reserved);
  ADD(port_of_two_connections_is_reserved_until_the_last_lets_go);
  ADD(port_records_of_other_ports_and_stray_releases_do_not_count);
  ADD(port_never_reserved);
  ADD(call_with_result_at_an_instant);
  ADD(call_not_made_lists_the_others_and_never_is_content);
  ADD(octets_read_are_summed);
  ADD(octets_of_one_connection_leave_out_the_others);
  ADD(octets_beyond_64_bits_saturate);
  ADD(end_of_the_run_and_why);
  ADD(results_come_in_the_order_of_the_expectations);
  ADD(history_gives_passing_states_on_request);
  ADD(history_knows_the_fate_of_segments_and_copies);
  ADD(history_of_records_of_every_kind_keeps_hosts_and_nameless_ends_apart);
  ADD(history_takes_numbers_that_lie);
#undef ADD
  return g_test_run();
}
