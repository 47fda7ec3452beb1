/* Options of sockets, shutdown, and the close() that lingers. */
#include "host-runs.h"

#define OPEN                                                                                                           \
  HOST_LINK "'connections': [{'name': 'web', 'from': 'client:49152', 'to': 'server:80', 'state': 'ESTABLISHED'}], "

static void test_linger_zero_resets_in_every_state_that_has_a_peer(void) {
  static const struct {
    const char *before; /* calls of the client before close() */
    const char *server;
    unsigned rsts;
  } cases[] = {
      {"", "", 1},                                                                 /* ESTABLISHED */
      {"{'at': '1s', 'call': 'shutdown'}, ", "", 1},                               /* FIN-WAIT-2 */
      {"", "{'at': '1s', 'call': 'close'}", 1},                                    /* CLOSE-WAIT */
      {"{'at': '1s', 'call': 'shutdown'}, ", "{'on': 'eof', 'call': 'close'}", 0}, /* TIME-WAIT */
  };
  for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *json = g_strdup_printf(
        "'hosts': {'client': {'profile': 'linux'}, 'server': {'profile': 'linux'}}, " OPEN
        "'apps': [{'host': 'client', 'conn': 'web', 'do': [%s"
        "{'at': '0s', 'call': 'setsockopt', 'option': 'SO_LINGER', 'value': '0s'}, {'at': '5s', 'call': 'close'}]}, "
        "{'host': 'server', 'conn': 'web', 'do': [%s]}]",
        cases[i].before, cases[i].server);
    Trace *trace = run_json(json);
    g_assert_cmpuint(sent_by(trace, "client", TCP_RST), ==, cases[i].rsts);
    g_assert_cmpstr(state_at(trace, "client", "web", SIM_S(5)), ==, cases[i].rsts ? "CLOSED" : "TIME-WAIT");
    trace_free(trace);
  }
}

/* Linux asks for unread data first: in LAST-ACK an ABORT would be silent. */
static void test_linger_zero_with_unread_data_resets_in_last_ack_too(void) {
  for (unsigned unread = 0; unread < 2; unread++) {
    g_autofree char *rest = g_strdup_printf(
        "'hosts': {'client': {'profile': 'linux'}, 'server': {'profile': 'linux'}}, " HOST_LINK
        "'connections': [{'name': 'web', 'from': 'client:49152', 'to': 'server:80', 'state': 'ESTABLISHED'}], 'apps': "
        "[{'host': 'client', 'conn': 'web', 'do': [%s{'at': '1ms', 'call': 'close'}]}, {'host': 'server', 'conn': "
        "'web', 'read': false, 'do': [{'at': '200ms', 'call': 'setsockopt', 'option': 'SO_LINGER', 'value': '0s'}, "
        "{'at': '200ms', 'call': 'shutdown', 'how': 'WR'}, {'at': '210ms', 'call': 'close'}]}]",
        unread ? "{'at': '0s', 'call': 'send', 'octets': 10}, " : "");
    Trace *trace = run_json(rest);
    g_assert_cmpstr(state_at(trace, "server", "web", SIM_MS(209)), ==, "LAST-ACK");
    g_assert_cmpstr(state_at(trace, "server", "web", SIM_MS(210)), ==, "CLOSED");
    g_assert_cmpuint(sent_by(trace, "server", TCP_RST | TCP_ACK), ==, unread);
    trace_free(trace);
  }
}

static void test_linger2_off_resets_instead_of_fin_wait_2(void) {
  Trace *trace = run_json(
      "'hosts': {'client': {'profile': 'linux'}, 'server': {'profile': 'linux'}}, " HOST_LINK
      "'connections': [{'name': 'web', 'from': 'client:49152', 'to': 'server:80', 'state': 'ESTABLISHED'}], 'apps': "
      "[{'host': 'client', 'conn': 'web', 'do': [{'at': '0s', 'call': 'setsockopt', 'option': 'TCP_LINGER2', 'value': "
      "'off'}, {'at': '0s', 'call': 'close'}]}]");
  g_assert_cmpstr(state_at(trace, "client", "web", SIM_MS(99)), ==, "FIN-WAIT-1");
  g_assert_cmpuint(sent_by(trace, "client", TCP_RST), ==, 1);
  g_assert_cmpstr(state_at(trace, "client", "web", SIM_MS(110)), ==, "CLOSED");
  g_assert_cmpstr(state_at(trace, "server", "web", SIM_MS(200)), ==, "CLOSED");
  trace_free(trace);
}

static void test_linger_off_again_closes_by_a_fin(void) {
  Trace *trace =
      run_json("'hosts': {'client': {}, 'server': {}}, " OPEN "'apps': [{'host': 'client', 'conn': 'web', 'do': ["
               "{'at': '0s', 'call': 'setsockopt', 'option': 'SO_LINGER', 'value': '0s'}, "
               "{'at': '1s', 'call': 'setsockopt', 'option': 'SO_LINGER', 'value': 'off'}, "
               "{'at': '2s', 'call': 'close'}]}]");
  g_assert_cmpuint(sent_by(trace, "client", TCP_RST), ==, 0);
  g_assert_cmpuint(sent_by(trace, "client", TCP_FIN), ==, 1);
  trace_free(trace);
}

/* When close() returns, and with what: `lost` FINs of the client are dropped, RTO is 1 s. */
static void check_linger(const char *linger, unsigned lost, SimTime returns_at, const char *result) {
  g_autofree char *json = g_strdup_printf(
      "'hosts': {'client': {}, 'server': {}}, " OPEN "'apps': [{'host': 'client', 'conn': 'web', 'do': ["
      "{'at': '0s', 'call': 'setsockopt', 'option': 'SO_LINGER', 'value': '%s'}, {'at': '1s', 'call': 'close'}]}], "
      "'faults': [{'match': {'from': 'client', 'flags': 'FIN', 'nth': '1..%u'}, 'action': '%s'%s}]",
      linger, MAX(lost, 1), lost ? "drop" : "delay", lost ? "" : ", 'delay': '0s'");
  Trace *trace = run_json(json);
  SimTime at = 0;
  g_assert_cmpstr(call_result(trace, "client.web", "close", 0, &at), ==, "-");
  g_assert_cmpint(at, ==, SIM_S(1));
  g_assert_cmpstr(call_result(trace, "client.web", "close", 1, &at), ==, result);
  g_assert_cmpint(at, ==, returns_at);
  g_assert_null(call_result(trace, "client.web", "close", 2, NULL));
  g_assert_cmpuint(sent_by(trace, "client", TCP_RST), ==, 0);
  trace_free(trace);
}

static void test_a_lingering_close_returns_when_the_fin_is_acknowledged(void) {
  check_linger("5s", 0, SIM_MS(1100), "ok");
  check_linger("5s", 1, SIM_MS(2100), "ok");
}

static void test_a_lingering_close_whose_time_is_up_fails_and_tcp_goes_on(void) {
  check_linger("500ms", 1, SIM_MS(1500), "EWOULDBLOCK");
}

static void test_a_lingering_close_returns_with_an_error_when_the_peer_resets(void) {
  Trace *trace =
      run_json("'hosts': {'client': {}, 'server': {}}, " OPEN "'apps': [{'host': 'client', 'conn': 'web', 'do': ["
               "{'at': '0s', 'call': 'setsockopt', 'option': 'SO_LINGER', 'value': '9s'}, "
               "{'at': '1s', 'call': 'close'}]}, "
               "{'host': 'server', 'conn': 'web', 'do': [{'at': '1010ms', 'call': 'abort'}]}]");
  SimTime at = 0;
  g_assert_cmpstr(call_result(trace, "client.web", "close", 1, &at), ==, "ECONNRESET");
  g_assert_cmpint(at, ==, SIM_MS(1060));
  trace_free(trace);
}

static void test_shutdown_says_how_and_rd_tells_the_peer_nothing(void) {
  Trace *trace = run_json("'hosts': {'client': {'profile': 'linux'}, 'server': {}}, " OPEN
                          "'apps': [{'host': 'client', 'conn': 'web', 'do': ["
                          "{'at': '1s', 'call': 'shutdown', 'how': 'RD'}, "
                          "{'at': '2s', 'call': 'shutdown', 'how': 'RDWR'}]}], "
                          "'faults': []");
  unsigned seen = 0;
  for (size_t i = 0; i < trace->count; i++) {
    const TraceRecord *record = &trace->records[i];
    if (record->kind == TRACE_APP && is_text(trace, record->app.call, "shutdown")) {
      g_assert_true(is_text(trace, record->app.how, seen++ ? "RDWR" : "RD"));
      g_assert_true(is_text(trace, record->app.result, "ok"));
    }
    if (record->kind == TRACE_SENT)
      g_assert_cmpint(record->t, >=, SIM_S(2));
  }
  g_assert_cmpuint(seen, ==, 2);
  g_assert_cmpstr(state_at(trace, "client", "web", SIM_S(1)), ==, "ESTABLISHED");
  g_assert_cmpstr(state_at(trace, "client", "web", SIM_S(2)), ==, "FIN-WAIT-1");
  trace_free(trace);
}

static void test_shutdown_without_a_connection_is_refused(void) {
  Trace *trace = run_json("'hosts': {'client': {}, 'server': {}}, " HOST_LINK
                          "'connections': [{'name': 'web', 'from': 'client:1', 'to': 'server:80', 'state': 'CLOSED'}], "
                          "'apps': [{'host': 'server', 'conn': 'web', 'do': [{'at': '0s', 'call': 'shutdown'}, "
                          "{'at': '1s', 'call': 'listen'}, {'at': '2s', 'call': 'shutdown'}]}]");
  g_assert_cmpstr(call_result(trace, "server.web", "shutdown", 0, NULL), ==, "ENOTCONN");
  g_assert_cmpstr(call_result(trace, "server.web", "shutdown", 1, NULL), ==, "ENOTCONN");
  g_assert_cmpstr(state_at(trace, "server", "web", SIM_S(2)), ==, "LISTEN");
  trace_free(trace);
}

/* Set before there is a connection, and inherited from the socket that listens. */
static void test_keepalive_options_reach_tcp_before_and_after_it_opens(void) {
  static const char options[] = "{'at': '0s', 'call': 'setsockopt', 'option': 'SO_KEEPALIVE', 'value': true}, "
                                "{'at': '0s', 'call': 'setsockopt', 'option': 'TCP_KEEPIDLE', 'value': '10s'}, "
                                "{'at': '0s', 'call': 'setsockopt', 'option': 'TCP_KEEPINTVL', 'value': '5s'}, ";
  g_autofree char *json = g_strdup_printf(
      "'hosts': {'client': {}, 'server': {}}, 'events': [{'at': '35s', 'host': 'client', 'do': 'crash'}], 'duration': "
      "'36s', " HOST_LINK "'connections': [{'name': 'web', 'from': 'client:49152', 'to': 'server:80'}], "
      "'apps': [{'host': 'client', 'conn': 'web', 'do': [{'on': 'never', 'call': 'close'}]}, "
      "{'name': 'httpd', 'host': 'server', 'do': [%s{'at': '0s', 'call': 'bind', 'port': 80}, "
      "{'at': '0s', 'call': 'listen'}]}]",
      options);
  Trace *trace = run_json(json);
  unsigned keepalives = 0;
  for (size_t i = 0; i < trace->count; i++) {
    const TraceRecord *record = &trace->records[i];
    if (record->kind == TRACE_SENT && is_text(trace, record->sent.why, "keepalive")) {
      g_assert_true(is_text(trace, record->sent.host, "server"));
      keepalives++;
    }
  }
  g_assert_cmpuint(keepalives, ==, 3);
  trace_free(trace);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/sockets/linger zero with unread data resets in LAST-ACK too",
                  test_linger_zero_with_unread_data_resets_in_last_ack_too);
  g_test_add_func("/sockets/TCP_LINGER2 off resets instead of FIN-WAIT-2",
                  test_linger2_off_resets_instead_of_fin_wait_2);
  g_test_add_func("/sockets/linger-0/resets-in-every-state-that-has-a-peer",
                  test_linger_zero_resets_in_every_state_that_has_a_peer);
  g_test_add_func("/sockets/linger-off-again/closes-by-a-fin", test_linger_off_again_closes_by_a_fin);
  g_test_add_func("/sockets/lingering-close/returns-when-the-fin-is-acknowledged",
                  test_a_lingering_close_returns_when_the_fin_is_acknowledged);
  g_test_add_func("/sockets/lingering-close/time-is-up/fails-and-tcp-goes-on",
                  test_a_lingering_close_whose_time_is_up_fails_and_tcp_goes_on);
  g_test_add_func("/sockets/lingering-close/peer-resets/returns-with-an-error",
                  test_a_lingering_close_returns_with_an_error_when_the_peer_resets);
  g_test_add_func("/sockets/shutdown/says-how-and-rd-tells-the-peer-nothing",
                  test_shutdown_says_how_and_rd_tells_the_peer_nothing);
  g_test_add_func("/sockets/shutdown/without-a-connection/is-refused", test_shutdown_without_a_connection_is_refused);
  g_test_add_func("/sockets/keepalive-options/reach-tcp-before-and-after-it-opens",
                  test_keepalive_options_reach_tcp_before_and_after_it_opens);
  return g_test_run();
}
