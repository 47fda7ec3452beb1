/* Ports and tuples: bind() by stack, listening, incarnations, ephemeral ports. */
#include "host-runs.h"

/* What bind() gives a process at the server: `mine` and `theirs` are options of the two sockets, and the other is, by
 * name, in TIME-WAIT on port 80, connected, bound only, or listening. */
static void check_bind(const char *rule, const char *theirs, const char *other, const char *mine, const char *result) {
  gboolean opens = !strcmp(other, "time-wait") || !strcmp(other, "connected");
  g_autofree char *set = theirs[0] ? g_strdup_printf("{'at': '0s', 'call': 'setsockopt', 'option': '%s', 'value': "
                                                     "true}, ",
                                                     theirs)
                                   : g_strdup("");
  g_autofree char *also = mine[0] ? g_strdup_printf("{'at': '2s', 'call': 'setsockopt', 'option': '%s', 'value': "
                                                    "true}, ",
                                                    mine)
                                  : g_strdup("");
  g_autofree char *json =
      g_strdup_printf("'hosts': {'client': {}, 'server': {'tcp': {'bind_time_wait': '%s'}}}, " HOST_LINK
                      "'connections': [{'name': 'web', 'from': 'client:49152', 'to': 'server:80', 'state': '%s'}], "
                      "'apps': [{'host': 'server', 'conn': 'web', 'do': [%s%s]}, "
                      "{'host': 'client', 'conn': 'web', 'do': [{'on': 'eof', 'call': 'close'}]}, "
                      "{'name': 'new', 'host': 'server', 'do': [%s{'at': '2s', 'call': 'bind', 'port': 80}]}]",
                      rule, opens ? "ESTABLISHED" : "CLOSED", set,
                      !strcmp(other, "time-wait") ? "{'at': '0s', 'call': 'close'}"
                      : opens                     ? "{'on': 'never', 'call': 'close'}"
                      : !strcmp(other, "bound")   ? "{'at': '0s', 'call': 'bind'}"
                                                  : "{'at': '0s', 'call': 'listen'}",
                      also);
  Trace *trace = run_json(json);
  g_assert_cmpstr(call_result(trace, "new", "bind", 0, NULL), ==, result);
  trace_free(trace);
}

static void test_bind_obeys_the_table_of_each_stack(void) {
  static const char RA[] = "SO_REUSEADDR", RP[] = "SO_REUSEPORT", NO[] = "EADDRINUSE", OK[] = "ok";
  static const struct {
    const char *rule, *theirs, *other, *mine, *result;
  } cases[] = {
      {"strict", "", "time-wait", "", NO},         {"strict", RA, "time-wait", RA, NO},
      {"reuseaddr_both", "", "time-wait", "", NO}, {"reuseaddr_both", "", "time-wait", RA, NO},
      {"reuseaddr_both", RA, "time-wait", "", NO}, {"reuseaddr_both", RA, "time-wait", RA, OK},
      {"reuseaddr_both", RP, "time-wait", RP, OK}, {"reuseaddr_both", RA, "time-wait", RP, NO},
      {"reuseaddr_both", RA, "connected", RA, OK}, {"reuseaddr_both", RA, "listening", RA, NO},
      {"reuseaddr_both", RP, "listening", RP, OK}, {"reuseaddr_both", RA, "bound", RA, OK},
      {"unconnected", "", "time-wait", "", NO},    {"unconnected", "", "time-wait", RA, OK},
      {"unconnected", "", "connected", RP, OK},    {"unconnected", RA, "bound", RA, NO},
      {"unconnected", RP, "bound", RP, OK},        {"unconnected", RA, "listening", RA, NO},
      {"unscanned", "", "time-wait", "", NO},      {"unscanned", "", "time-wait", RA, OK},
      {"unscanned", RP, "time-wait", RP, NO},      {"unscanned", RA, "connected", RA, OK},
      {"unscanned", "", "connected", RA, NO},      {"unscanned", RA, "bound", RA, OK},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++)
    check_bind(cases[i].rule, cases[i].theirs, cases[i].other, cases[i].mine, cases[i].result);
}

static void test_a_process_that_listens_takes_every_connection_until_it_closes(void) {
  Trace *trace = run_json("'hosts': {'client': {}, 'server': {}}, " HOST_LINK
                          "'connections': [{'name': 'a', 'from': 'client:1', 'to': 'server:80'}, "
                          "{'name': 'b', 'from': 'client:2', 'to': 'server:80'}, "
                          "{'name': 'c', 'from': 'client:3', 'to': 'server:80'}], "
                          "'apps': [{'name': 'httpd', 'host': 'server', 'do': [{'at': '0s', 'call': 'listen'}, "
                          "{'at': '0s', 'call': 'bind', 'port': 80}, {'at': '0s', 'call': 'listen'}, "
                          "{'at': '1s', 'call': 'close'}]}, "
                          "{'host': 'client', 'conn': 'c', 'do': [{'at': '2s', 'call': 'connect'}]}]");
  g_assert_cmpstr(call_result(trace, "httpd", "listen", 0, NULL), ==, "EINVAL");
  g_assert_cmpstr(call_result(trace, "httpd", "listen", 1, NULL), ==, "ok");
  g_assert_cmpstr(state_at(trace, "server", "a", SIM_S(3)), ==, "ESTABLISHED");
  g_assert_cmpstr(state_at(trace, "server", "b", SIM_S(3)), ==, "ESTABLISHED");
  g_assert_cmpstr(state_at(trace, "client", "c", SIM_S(3)), ==, "CLOSED");
  g_assert_cmpuint(sent_by(trace, "server", TCP_RST), ==, 1);
  trace_free(trace);
}

/* The client's own end is in TIME-WAIT: the tuple is busy, by the stack's errno, until it is over. */
static void test_a_second_connect_on_the_tuple_of_a_time_wait_fails_by_stack(void) {
  static const char *const profiles[][2] = {{"rfc9293", "EADDRINUSE"}, {"linux", "EADDRNOTAVAIL"}};
  for (unsigned i = 0; i < G_N_ELEMENTS(profiles); i++) {
    g_autofree char *json = g_strdup_printf(
        "'hosts': {'client': {'profile': '%s', 'tcp': {'time_wait': '30s'}}, 'server': {}}, " HOST_LINK
        "'connections': [{'name': 'web', 'from': 'client:49152', 'to': 'server:80', 'state': 'ESTABLISHED'}, "
        "{'name': 'again', 'from': 'client:49152', 'to': 'server:80'}], "
        "'apps': [{'host': 'client', 'conn': 'web', 'do': [{'at': '0s', 'call': 'close'}]}, "
        "{'host': 'server', 'conn': 'web', 'do': [{'on': 'eof', 'call': 'close'}]}, "
        "{'host': 'client', 'conn': 'again', 'do': [{'at': '500ms', 'call': 'connect'}, "
        "{'at': '40s', 'call': 'connect'}]}]",
        profiles[i][0]);
    Trace *trace = run_json(json);
    g_assert_cmpstr(call_result(trace, "client.again", "connect", 0, NULL), ==, profiles[i][1]);
    g_assert_cmpstr(call_result(trace, "client.again", "connect", 1, NULL), ==, "ok");
    g_assert_cmpstr(state_at(trace, "server", "again", SIM_S(41)), ==, "ESTABLISHED");
    trace_free(trace);
  }
}

/* RFC 9293 3.6.1: the new incarnation uses numbers above the old one's. */
static void test_a_syn_that_ends_a_time_wait_is_taken_with_a_larger_iss(void) {
  Trace *trace = run_json("'hosts': {'client': {'profile': 'linux'}, 'server': {'profile': 'linux'}}, " HOST_LINK
                          "'connections': [{'name': 'web', 'from': 'client:49152', 'to': 'server:80', 'state': "
                          "'ESTABLISHED', 'isn': {'server': 1000000, 'client': 5}}, "
                          "{'name': 'again', 'from': 'client:49152', 'to': 'server:80', 'isn': {'server': 17, "
                          "'client': 9000}}], "
                          "'apps': [{'host': 'server', 'conn': 'web', 'do': [{'at': '0s', 'call': 'close'}]}, "
                          "{'host': 'client', 'conn': 'web', 'do': [{'on': 'eof', 'call': 'close'}]}, "
                          "{'host': 'client', 'conn': 'again', 'do': [{'at': '5s', 'call': 'connect'}]}]");
  g_assert_cmpstr(state_at(trace, "server", "web", SIM_S(6)), ==, "CLOSED");
  g_assert_cmpstr(state_at(trace, "server", "again", SIM_S(6)), ==, "ESTABLISHED");
  for (size_t i = 0; i < trace->count; i++) {
    const TraceRecord *record = &trace->records[i];
    if (record->kind == TRACE_SENT && is_text(trace, record->sent.host, "server") && record->sent.flags & TCP_SYN)
      g_assert_cmpuint(record->sent.raw_seq, >, 1000001);
  }
  trace_free(trace);
}

static void test_ephemeral_ports_are_distinct_in_range_and_the_same_again(void) {
  static const char json[] =
      "'hosts': {'client': {'tcp': {'port_low': 5000, 'port_high': 5003}}, 'server': {}}, " HOST_LINK
      "'connections': [{'name': 'a', 'from': 'client', 'to': 'server:80'}, "
      "{'name': 'b', 'from': 'client', 'to': 'server:80'}, "
      "{'name': 'c', 'from': 'client', 'to': 'server:80'}, "
      "{'name': 'd', 'from': 'client', 'to': 'server:80'}, "
      "{'name': 'e', 'from': 'client', 'to': 'server:80'}, "
      "{'name': 'f', 'from': 'client', 'to': 'server:81'}]";
  Trace *trace = run_json(json), *again = run_json(json);
  unsigned seen = 0, failed = 0;
  g_assert_cmpuint(trace->count, ==, again->count);
  for (size_t i = 0; i < trace->count; i++) {
    const TraceRecord *record = &trace->records[i];
    if (record->kind == TRACE_SENT && is_text(trace, record->sent.host, "client") && record->sent.flags == TCP_SYN &&
        !is_text(trace, record->sent.conn, "f")) {
      g_assert_cmpuint(record->sent.sport, >=, 5000);
      g_assert_cmpuint(record->sent.sport, <=, 5003);
      g_assert_cmpuint(seen >> (record->sent.sport - 5000) & 1, ==, 0);
      seen |= 1u << (record->sent.sport - 5000);
      g_assert_cmpuint(record->sent.sport, ==, again->records[i].sent.sport);
    }
    if (record->kind == TRACE_APP && is_text(trace, record->app.result, "EADDRNOTAVAIL")) {
      g_assert_true(is_text(trace, record->app.conn, "e"));
      failed++;
    }
  }
  g_assert_cmpuint(seen, ==, 15);
  g_assert_cmpuint(failed, ==, 1);
  g_assert_cmpstr(state_at(trace, "server", "f", SIM_S(1)), ==, "ESTABLISHED"); /* another place: ports are shared */
  trace_free(trace);
  trace_free(again);
}

static void test_an_ephemeral_port_that_a_process_has_bound_is_passed_over(void) {
  Trace *trace =
      run_json("'hosts': {'client': {'tcp': {'port_low': 5000, 'port_high': 5001}}, 'server': {}}, " HOST_LINK
               "'connections': [{'name': 'a', 'from': 'client', 'to': 'server:80'}, "
               "{'name': 'b', 'from': 'client', 'to': 'server:80'}], "
               "'apps': [{'name': 'other', 'host': 'client', 'do': [{'at': '0s', 'call': 'bind', "
               "'port': 5000}]}, {'host': 'client', 'conn': 'a', 'do': [{'at': '1s', 'call': 'connect'}]}, "
               "{'host': 'client', 'conn': 'b', 'do': [{'at': '2s', 'call': 'connect'}]}]");
  g_assert_cmpstr(call_result(trace, "client.a", "connect", 0, NULL), ==, "ok");
  g_assert_cmpstr(call_result(trace, "client.b", "connect", 0, NULL), ==, "EADDRNOTAVAIL");
  trace_free(trace);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/ports/bind/obeys-the-table-of-each-stack", test_bind_obeys_the_table_of_each_stack);
  g_test_add_func("/ports/listening-process/takes-every-connection-until-it-closes",
                  test_a_process_that_listens_takes_every_connection_until_it_closes);
  g_test_add_func("/ports/connect-over-time-wait/fails-by-stack",
                  test_a_second_connect_on_the_tuple_of_a_time_wait_fails_by_stack);
  g_test_add_func("/ports/syn-ends-time-wait/taken-with-a-larger-iss",
                  test_a_syn_that_ends_a_time_wait_is_taken_with_a_larger_iss);
  g_test_add_func("/ports/ephemeral/distinct-in-range-and-the-same-again",
                  test_ephemeral_ports_are_distinct_in_range_and_the_same_again);
  g_test_add_func("/ports/ephemeral/bound-by-a-process/passed-over",
                  test_an_ephemeral_port_that_a_process_has_bound_is_passed_over);
  return g_test_run();
}
