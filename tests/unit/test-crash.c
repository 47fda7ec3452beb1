/* Hosts that crash and reboot: half-open connections (RFC 9293 3.5.1, figures 9 to 11). */
#include "host-runs.h"

#define OPEN                                                                                                           \
  "'hosts': {'client': {}, 'server': {}}, 'duration': '2h', " HOST_LINK                                                \
  "'connections': [{'name': 'web', 'from': 'client:49152', 'to': 'server:80', 'state': 'ESTABLISHED'}"

/* (a) The side that remembers sends: a RST comes back in one round trip. */
static void test_data_after_a_reboot_resets_in_one_round_trip(void) {
  Trace *trace = run_json(OPEN "], 'events': [{'at': '1s', 'host': 'server', 'do': 'reboot'}], "
                               "'apps': [{'host': 'client', 'conn': 'web', 'do': [{'at': '2s', 'call': 'send', "
                               "'octets': 10}]}]");
  g_assert_cmpstr(state_at(trace, "server", "web", SIM_S(1)), ==, "CLOSED");
  g_assert_cmpstr(state_at(trace, "client", "web", SIM_MS(2099)), ==, "ESTABLISHED");
  g_assert_cmpstr(state_at(trace, "client", "web", SIM_MS(2100)), ==, "CLOSED");
  g_assert_cmpstr(call_result(trace, NULL, "notice", 0, NULL), ==, "reset");
  trace_free(trace);
}

/* (b) It is idle: it never learns. */
static void test_an_idle_side_stays_established(void) {
  Trace *trace = run_json(OPEN "], 'events': [{'at': '1s', 'host': 'server', 'do': 'crash'}, "
                               "{'at': '2s', 'host': 'server', 'do': 'reboot'}]");
  g_assert_cmpstr(state_at(trace, "client", "web", SIM_H(2)), ==, "ESTABLISHED");
  g_assert_cmpuint(sent_by(trace, "client", 0) + sent_by(trace, "server", 0), ==, 0);
  trace_free(trace);
}

/* (c) The side that forgot opens again on the same tuple; the other also listens. Its SYN gets a challenge ACK, the RST
 * that answers this ends the old connection, the SYN's retransmission opens the new one. */
static void test_a_new_connection_from_the_host_that_forgot_replaces_the_old_one(void) {
  Trace *trace = run_json(OPEN ", {'name': 'again', 'from': 'server:80', 'to': 'client:49152'}], "
                               "'events': [{'at': '1s', 'host': 'server', 'do': 'reboot'}], "
                               "'apps': [{'host': 'server', 'conn': 'again', 'do': [{'at': '10s', 'call': "
                               "'connect'}]}]");
  g_assert_cmpstr(state_at(trace, "client", "web", SIM_MS(10149)), ==, "ESTABLISHED");
  g_assert_cmpstr(state_at(trace, "client", "web", SIM_MS(10150)), ==, "CLOSED");
  g_assert_cmpstr(state_at(trace, "server", "again", SIM_MS(11099)), ==, "SYN-SENT");
  g_assert_cmpstr(state_at(trace, "server", "again", SIM_MS(11100)), ==, "ESTABLISHED");
  g_assert_cmpstr(state_at(trace, "client", "again", SIM_MS(11150)), ==, "ESTABLISHED");
  g_assert_cmpuint(sent_by(trace, "server", TCP_RST), ==, 1);
  trace_free(trace);
}

static void test_segments_to_a_crashed_host_are_dropped_there(void) {
  Trace *trace = run_json(OPEN "], 'events': [{'at': '1s', 'host': 'server', 'do': 'crash'}], "
                               "'apps': [{'host': 'client', 'conn': 'web', 'do': [{'at': '2s', 'call': 'close'}]}]");
  unsigned dropped = 0;
  for (size_t i = 0; i < trace->count; i++) {
    const TraceRecord *record = &trace->records[i];
    if (record->kind != TRACE_DROPPED)
      continue;
    g_assert_true(is_text(trace, record->dropped.at, "host server"));
    g_assert_true(is_text(trace, record->dropped.by, "crash"));
    dropped++;
  }
  g_assert_cmpuint(dropped, ==, 9); /* the FIN and its 8 retransmissions */
  g_assert_cmpuint(sent_by(trace, "server", 0), ==, 0);
  g_assert_cmpstr(state_at(trace, "client", "web", SIM_H(2)), ==, "CLOSED");
  trace_free(trace);
}

/* What was due, or set off, before the crash does not happen; what has an instant of its own after the reboot does. */
static void test_applications_stop_with_their_host_and_start_again_by_the_clock(void) {
  Trace *trace = run_json(OPEN "], 'events': [{'at': '1s', 'host': 'server', 'do': 'crash'}, "
                               "{'at': '3s', 'host': 'server', 'do': 'reboot'}], "
                               "'apps': [{'host': 'client', 'conn': 'web', 'do': [{'at': '0s', 'call': 'send', "
                               "'octets': 5}]}, "
                               "{'host': 'server', 'conn': 'web', 'do': [{'on': 'data', 'after': '5s', 'call': "
                               "'send', 'octets': 1}, {'at': '2s', 'call': 'send', 'octets': 2}, "
                               "{'at': '4s', 'call': 'send', 'octets': 3}]}]");
  SimTime at = 0;
  g_assert_cmpstr(call_result(trace, "server.web", "send", 0, &at), ==, "ENOTCONN");
  g_assert_cmpint(at, ==, SIM_S(4));
  g_assert_null(call_result(trace, "server.web", "send", 1, NULL));
  trace_free(trace);
}

/* A host that is back has empty tables: nobody listens until somebody calls listen, and its ports are free. */
static void test_after_a_reboot_ports_are_free_and_nobody_listens(void) {
  Trace *trace = run_json(
      "'hosts': {'client': {}, 'server': {}}, 'duration': '2h', " HOST_LINK
      "'connections': [{'name': 'a', 'from': 'client', 'to': 'server:80'}, "
      "{'name': 'b', 'from': 'client', 'to': 'server:80'}], "
      "'events': [{'at': '1s', 'host': 'server', 'do': 'reboot'}], "
      "'apps': [{'host': 'server', 'conn': 'a', 'do': [{'on': 'established', 'call': 'close'}]}, "
      "{'host': 'client', 'conn': 'b', 'do': [{'at': '2s', 'call': 'connect'}, {'at': '4s', 'call': 'connect'}]}, "
      "{'name': 'httpd', 'host': 'server', 'do': [{'at': '0s', 'call': 'bind', 'port': 80}, "
      "{'at': '0s', 'call': 'listen'}, {'at': '3s', 'call': 'bind', 'port': 80}, {'at': '3s', 'call': 'listen'}]}]");
  g_assert_cmpstr(state_at(trace, "client", "b", SIM_MS(2100)), ==, "CLOSED"); /* refused */
  g_assert_cmpstr(call_result(trace, "httpd", "bind", 1, NULL), ==, "ok");
  g_assert_cmpstr(call_result(trace, "httpd", "listen", 1, NULL), ==, "ok");
  g_assert_cmpstr(state_at(trace, "client", "b", SIM_MS(4100)), ==, "ESTABLISHED");
  trace_free(trace);
}

static void test_a_crash_while_close_lingers_leaves_nothing_behind(void) {
  Trace *trace = run_json(OPEN "], 'events': [{'at': '1010ms', 'host': 'client', 'do': 'crash'}], "
                               "'apps': [{'host': 'client', 'conn': 'web', 'do': ["
                               "{'at': '0s', 'call': 'setsockopt', 'option': 'SO_LINGER', 'value': '5s'}, "
                               "{'at': '1s', 'call': 'close'}]}]");
  g_assert_cmpstr(call_result(trace, "client.web", "close", 0, NULL), ==, "-");
  g_assert_null(call_result(trace, "client.web", "close", 1, NULL));
  trace_free(trace);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/crash/half-open/data-after-a-reboot/resets-in-one-round-trip",
                  test_data_after_a_reboot_resets_in_one_round_trip);
  g_test_add_func("/crash/half-open/idle/stays-established", test_an_idle_side_stays_established);
  g_test_add_func("/crash/half-open/new-connection-from-the-host-that-forgot/replaces-the-old",
                  test_a_new_connection_from_the_host_that_forgot_replaces_the_old_one);
  g_test_add_func("/crash/segments-to-it/dropped-there", test_segments_to_a_crashed_host_are_dropped_there);
  g_test_add_func("/crash/applications/stop-and-start-again-by-the-clock",
                  test_applications_stop_with_their_host_and_start_again_by_the_clock);
  g_test_add_func("/crash/reboot/ports-are-free-and-nobody-listens",
                  test_after_a_reboot_ports_are_free_and_nobody_listens);
  g_test_add_func("/crash/lingering-close/leaves-nothing-behind",
                  test_a_crash_while_close_lingers_leaves_nothing_behind);
  return g_test_run();
}
