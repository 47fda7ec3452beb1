/* Ports, connection ends and scripted applications, seen through whole scenarios. */
#include "tests/unit/runs.h"

#include <string.h>

#define A_CLOSES     "{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'close'}]}"
#define B_CLOSES     "{'host': 'b', 'conn': 'c', 'do': [{'on': 'eof', 'after': '200ms', 'call': 'close'}]}"
#define NORMAL_CLOSE "'apps': [" A_CLOSES ", " B_CLOSES

/* Two hosts and a connection that nobody has opened, nor will unless a call does. */
static Trace *run_closed(const char *more) {
  g_autofree char *text =
      g_strdup_printf("{'version': 1, 'title': 'test', 'hosts': {'a': {}, 'b': {}},"
                      " 'links': [{'between': ['a', 'b'], 'delay': '50ms'}],"
                      " 'connections': [{'name': 'c', 'from': 'a:1000', 'to': 'b:80', 'state': 'CLOSED'}], %s}",
                      more);
  return run_text(text);
}

/* --- ports -------------------------------------------------------------------------------------------------------- */

static void port_is_bound_by_one_process_at_a_time(void) {
  g_autoptr(Trace) trace = run_two_hosts(
      "'apps': [{'name': 'p', 'host': 'a', 'do': [{'at': '1s', 'call': 'bind', 'port': 7},"
      " {'at': '3s', 'call': 'close'}]}, {'name': 'q', 'host': 'a', 'do': [{'at': '2s', 'call': 'bind', 'port': 7},"
      " {'at': '4s', 'call': 'bind', 'port': 7}, {'at': '5s', 'call': 'bind', 'port': 8}]},"
      " {'name': 'r', 'host': 'b', 'do': [{'at': '2s', 'call': 'bind', 'port': 7}]}]");
  assert_told(calls_of(trace, NULL), "1s a bind ok\n2s a bind EADDRINUSE\n2s b bind ok\n3s a close ok\n4s a bind ok\n"
                                     "5s a bind EINVAL"); /* a socket has one port */
  assert_told(ports_of(trace, "a"),
              "0s a 1000 bound\n1s a 7 bound\n2s a 7 refused EADDRINUSE\n3s a 7 released\n4s a 7 bound\n5s a 8 refused "
              "EINVAL");
}

static void closing_a_port_that_is_not_bound_fails(void) {
  g_autoptr(Trace) trace = run_two_hosts("'apps': [{'host': 'a', 'do': [{'at': '1s', 'call': 'close'}]}]");
  assert_told(calls_of(trace, "a"), "1s a close ENOTCONN");
}

/* A second process is refused while the connection lives, and while TIME-WAIT reserves the port, to the last
 * nanosecond; at the very instant of its end it is let in: timers come before calls. */
static void second_process_is_let_in_when_time_wait_ends(void) {
  g_autoptr(Trace) trace = run_two_hosts(
      NORMAL_CLOSE ", {'name': 'second', 'host': 'a', 'do': [{'at': '200ms', 'call': 'bind', 'port': 1000},"
                   " {'at': '300ms', 'call': 'bind', 'port': 1000},"
                   " {'at': '240299999999ns', 'call': 'bind', 'port': 1000},"
                   " {'at': '240.3s', 'call': 'bind', 'port': 1000}]}]");
  assert_told(ports_of(trace, "a"), "0s a 1000 bound\n200ms a 1000 refused EADDRINUSE\n"
                                    "300ms a 1000 reserved until 240.3s\n300ms a 1000 refused EADDRINUSE\n"
                                    "240.299999999s a 1000 refused EADDRINUSE\n240.3s a 1000 released\n"
                                    "240.3s a 1000 bound");
}

/* The passive closer never is in TIME-WAIT: its port is free when the last ACK is there. */
static void port_of_the_passive_closer_is_free_at_once(void) {
  g_autoptr(Trace) trace =
      run_two_hosts(NORMAL_CLOSE ", {'host': 'b', 'do': [{'at': '349999999ns', 'call': 'bind', 'port': 80},"
                                 " {'at': '350ms', 'call': 'bind', 'port': 80}]}]");
  assert_told(ports_of(trace, "b"),
              "0s b 80 bound\n349.999999ms b 80 refused EADDRINUSE\n350ms b 80 released\n350ms b 80 bound");
}

/* The last ACK is lost: the FIN comes again at 1.3 s, and the reservation is for 2 MSL from then. */
static void reservation_grows_when_time_wait_restarts(void) {
  g_autoptr(Trace) trace =
      run_two_hosts(NORMAL_CLOSE "], 'faults': [{'match': {'from': 'a', 'flags': '.', 'nth': 1}, 'action': 'drop'}]");
  assert_told(ports_of(trace, "a"), "0s a 1000 bound\n300ms a 1000 reserved until 240.3s\n"
                                    "1.3s a 1000 reserved until 241.3s\n241.3s a 1000 released");
}

static void port_that_an_application_bound_stays_its_own_until_the_end_is_gone(void) {
  g_autoptr(Trace) trace =
      run_closed("'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'bind'},"
                 " {'at': '1s', 'call': 'connect'}]},"
                 " {'name': 'q', 'host': 'a', 'do': [{'at': '500ms', 'call': 'bind', 'port': 1000},"
                 " {'at': '2s', 'call': 'bind', 'port': 1000}]}]");
  assert_told(ports_of(trace, "a"), "0s a 1000 bound\n500ms a 1000 refused EADDRINUSE\n1.1s a 1000 released\n"
                                    "2s a 1000 bound"); /* nobody listened at b: refused at 1.1 s */
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

static void nobody_listens_and_connect_is_refused(void) {
  g_autoptr(Trace) trace = run_closed("'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '1s', 'call': 'connect'}]}]");
  assert_told(sends_of(trace), "1s a S 0:0(0)\n1.05s b R. 0:0(0) ack 1");
  assert_told(path_of(trace, "a", "c"), "SYN-SENT@1s CLOSED@1.1s");
  assert_told(calls_of(trace, "a"), "1s a connect ok\n1.1s a notice refused");
  assert_told(ports_of(trace, NULL), "1s a 1000 bound\n1.1s a 1000 released");
}

static void connection_without_a_state_opens_itself(void) {
  g_autoptr(Trace) trace = run_text("{'version': 1, 'title': 'test', 'hosts': {'a': {}, 'b': {}},"
                                    " 'links': [{'between': ['a', 'b'], 'delay': '50ms'}],"
                                    " 'connections': [{'name': 'c', 'from': 'a:1000', 'to': 'b:80'}]}");
  assert_told(path_of(trace, "a", "c"), "SYN-SENT@0s ESTABLISHED@100ms");
  assert_told(path_of(trace, "b", "c"), "LISTEN@0s SYN-RECEIVED@50ms ESTABLISHED@150ms");
  assert_told(sends_of(trace), "0s a S 0:0(0)\n50ms b S. 0:0(0) ack 1\n100ms a . 1:1(0) ack 1");
  assert_told(calls_of(trace, NULL), "0s b listen ok\n0s a connect ok\n100ms a notice established\n"
                                     "150ms b notice established");
}

/* An application that makes the call itself makes it when it says. The SYN of 0 s meets no listener. */
static void application_that_listens_does_so_when_it_says(void) {
  g_autoptr(Trace) trace = run_text("{'version': 1, 'title': 'test', 'hosts': {'a': {}, 'b': {}},"
                                    " 'links': [{'between': ['a', 'b'], 'delay': '50ms'}],"
                                    " 'connections': [{'name': 'c', 'from': 'a:1000', 'to': 'b:80'}],"
                                    " 'apps': [{'host': 'b', 'conn': 'c', 'do': [{'at': '1s', 'call': 'listen'}]}]}");
  assert_told(path_of(trace, "a", "c"), "SYN-SENT@0s CLOSED@100ms");
  assert_told(path_of(trace, "b", "c"), "LISTEN@1s");
}

static void opening_what_is_open_fails(void) {
  g_autoptr(Trace) trace = run_two_hosts("'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'connect'},"
                                         " {'at': '1s', 'call': 'listen'}]}]");
  assert_told(calls_of(trace, "a"), "0s a connect EISCONN\n1s a listen EISCONN");
  g_assert_cmpuint(count_of(trace, TRACE_SENT), ==, 0);
}

/* The same four numbers, another connection: not while TIME-WAIT has them; at the instant of its end, yes. */
static void tuple_is_busy_until_time_wait_ends(void) {
  g_autoptr(Trace) trace = run_text(
      "{'version': 1, 'title': 'test', 'hosts': {'a': {}, 'b': {}},"
      " 'links': [{'between': ['a', 'b'], 'delay': '50ms'}],"
      " 'connections': [{'name': 'c', 'from': 'a:1000', 'to': 'b:80', 'state': 'ESTABLISHED'},"
      " {'name': 'd', 'from': 'a:1000', 'to': 'b:80', 'state': 'CLOSED'}],"
      " 'apps': [" A_CLOSES ", " B_CLOSES ", {'host': 'a', 'conn': 'd', 'do': [{'at': '1s', 'call': 'connect'},"
      " {'at': '240.3s', 'call': 'connect'}]}, {'host': 'b', 'conn': 'd', 'do': [{'at': '2s', 'call': 'listen'}]}]}");
  assert_told(path_of(trace, "a", "d"), "SYN-SENT@240.3s ESTABLISHED@240.4s");
  g_autofree char *calls = calls_of(trace, "a");
  g_assert_nonnull(strstr(calls, "1s a connect EADDRINUSE\n"));
  g_assert_nonnull(strstr(calls, "240.3s a connect ok\n"));
}

/* --- stray segments ----------------------------------------------------------------------------------------------- */

#define COPY_OF_DATA(delay)                                                                                            \
  "'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '100ms', 'call': 'close'}]},"                                     \
  " {'host': 'b', 'conn': 'c', 'do': [{'at': '0s', 'call': 'send', 'octets': 100},"                                    \
  " {'on': 'eof', 'call': 'close'}]}, {'name': 'second', 'host': 'a', 'do': [{'at': '5s', 'call': 'bind',"             \
  " 'port': 1000}, {'at': '250s', 'call': 'bind', 'port': 1000}]}],"                                                   \
  " 'faults': [{'match': {'from': 'b', 'len': 100}, 'action': 'duplicate', 'delay': '" delay "'}]"

/* The end in TIME-WAIT answers: an ACK of all that it has. The process that asked for the port hears nothing. */
static void stray_segment_is_answered_by_time_wait(void) {
  g_autofree char *text = two_hosts(COPY_OF_DATA("10s"));
  g_auto(GStrv) parts = g_strsplit(text, "'a': {}", 2);
  g_autofree char *ignoring = g_strjoinv("'a': {'tcp': {'rst_in_time_wait': 'ignore'}}", parts);
  g_autoptr(Trace) trace = run_text(ignoring);
  g_autofree char *sends = sends_of(trace);
  g_assert_true(g_str_has_suffix(sends, "\n10.05s a . 2:2(0) ack 102\n10.1s b R 102:102(0)"));
  assert_told(path_of(trace, "a", "c"), "FIN-WAIT-1@100ms TIME-WAIT@200ms CLOSED@240.2s");
  assert_told(calls_of(trace, "a"), "50ms a recv 100 ok\n100ms a close ok\n5s a bind EADDRINUSE\n250s a bind ok");
}

/* RFC 1337: the answer meets CLOSED, whose RST is exact, and by the letter of RFC 9293 ends TIME-WAIT. */
static void stray_segment_may_end_the_reservation(void) {
  g_autoptr(Trace) trace = run_two_hosts(COPY_OF_DATA("10s"));
  assert_told(path_of(trace, "a", "c"), "FIN-WAIT-1@100ms TIME-WAIT@200ms CLOSED@10.15s");
  g_autofree char *ports = ports_of(trace, "a");
  g_assert_nonnull(strstr(ports, "10.15s a 1000 released\n"));
}

/* Nobody is there to whom it could belong, though another process holds the port by then. */
static void stray_segment_after_the_reservation_gets_a_reset(void) {
  g_autoptr(Trace) trace = run_two_hosts(COPY_OF_DATA("300s"));
  g_autofree char *sends = sends_of(trace);
  g_assert_true(g_str_has_suffix(sends, "\n300.05s a R 1:1(0)"));
  g_autofree char *calls = calls_of(trace, "a");
  g_assert_nonnull(strstr(calls, "5s a bind EADDRINUSE\n"));
  g_assert_true(g_str_has_suffix(calls, "250s a bind ok"));
}

/* --- what sets an application off --------------------------------------------------------------------------------- */

/* 300 octets leave at 0 and 200 at 1 s: the first hundred is passed at .05, 300 are exactly there, 301 with the rest.
 * */
static void on_data_counts_what_was_read_in_all(void) {
  g_autoptr(Trace) trace =
      run_two_hosts("'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'send', 'octets': 300},"
                    " {'at': '1s', 'call': 'send', 'octets': 200}]},"
                    " {'host': 'b', 'conn': 'c', 'do': [{'on': 'data', 'call': 'send', 'octets': 1},"
                    " {'on': 'data', 'octets_read': 300, 'after': '10ms', 'call': 'send', 'octets': 2},"
                    " {'on': 'data', 'octets_read': 301, 'call': 'send', 'octets': 3},"
                    " {'on': 'data', 'octets_read': 501, 'call': 'send', 'octets': 4}]}]");
  assert_told(calls_of(trace, "b"), "50ms b recv 300 ok\n50ms b send 1 ok\n60ms b send 2 ok\n1.05s b recv 200 ok\n"
                                    "1.05s b send 3 ok");
}

static void on_eof_comes_after_the_data(void) {
  g_autoptr(Trace) trace =
      run_two_hosts("'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'send', 'octets': 300},"
                    " {'at': '0s', 'call': 'close'}]}, {'host': 'b', 'conn': 'c', 'do': [{'on': 'eof', 'after': '1s', "
                    "'call': 'close'}]}]");
  assert_told(calls_of(trace, "b"), "50ms b recv 300 ok\n50ms b recv 0 eof\n1.05s b close ok");
}

static void on_the_state_of_another_end(void) {
  g_autoptr(Trace) trace =
      run_two_hosts("'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'close'}]},"
                    " {'host': 'b', 'conn': 'c', 'do': [{'on': {'host': 'a', 'state': 'FIN-WAIT-2'}, 'after': '5ms',"
                    " 'call': 'close'}]}]");
  assert_told(path_of(trace, "b", "c"), "CLOSE-WAIT@50ms LAST-ACK@105ms CLOSED@205ms");
}

static void on_a_state_that_is_entered_twice_fires_once(void) {
  g_autoptr(Trace) trace = run_text(
      "{'version': 1, 'title': 'test', 'hosts': {'a': {}, 'b': {}},"
      " 'links': [{'between': ['a', 'b'], 'delay': '50ms'}],"
      " 'connections': [{'name': 'c', 'from': 'a:1000', 'to': 'b:80', 'state': 'CLOSED'}],"
      " 'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'connect'}, {'at': '1s', 'call': 'connect'},"
      " {'on': {'host': 'a', 'state': 'SYN-SENT'}, 'after': '2s', 'call': 'recv'}]}]}");
  assert_told(calls_of(trace, "a"), "0s a connect ok\n100ms a notice refused\n1s a connect ok\n1.1s a notice refused\n"
                                    "2s a recv ENOTCONN");
}

static void on_established_at_both_ends(void) {
  g_autoptr(Trace) trace = run_text(
      "{'version': 1, 'title': 'test', 'hosts': {'a': {}, 'b': {}},"
      " 'links': [{'between': ['a', 'b'], 'delay': '50ms'}],"
      " 'connections': [{'name': 'c', 'from': 'a:1000', 'to': 'b:80'}],"
      " 'apps': [{'host': 'a', 'conn': 'c', 'do': [{'on': 'established', 'after': '1s', 'call': 'send', 'octets': 1}]},"
      " {'host': 'b', 'conn': 'c', 'do': [{'on': 'established', 'call': 'send', 'octets': 2}]}]}");
  g_autofree char *calls = calls_of(trace, NULL);
  g_assert_nonnull(strstr(calls, "\n150ms b send 2 ok"));
  g_assert_nonnull(strstr(calls, "\n1.1s a send 1 ok"));
}

static void on_reset_after_an_abort(void) {
  g_autoptr(Trace) trace =
      run_two_hosts("'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '1s', 'call': 'abort'}]},"
                    " {'host': 'b', 'conn': 'c', 'do': [{'on': 'reset', 'after': '1s', 'call': 'close'},"
                    " {'on': 'eof', 'call': 'close'}, {'on': 'timeout', 'call': 'close'}]}]");
  assert_told(sends_of(trace), "1s a R 1:1(0)");
  assert_told(calls_of(trace, "b"), "1.05s b notice reset\n2.05s b close ENOTCONN");
  assert_told(path_of(trace, "b", "c"), "CLOSED@1.05s");
}

/* Eight retransmissions of the FIN, R2 at 243 s. The application has closed, but asked to be told. */
static void on_timeout_when_tcp_gives_up(void) {
  g_autoptr(Trace) trace =
      run_two_hosts("'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'send', 'octets': 10},"
                    " {'on': 'timeout', 'after': '1s', 'call': 'close'}, {'on': 'reset', 'call': 'close'}]}],"
                    " 'faults': [{'match': {'from': 'a'}, 'action': 'drop'}]");
  assert_told(calls_of(trace, "a"), "0s a send 10 ok\n243s a notice timeout\n244s a close ENOTCONN");
  assert_told(path_of(trace, "a", "c"), "CLOSED@243s");
  g_assert_cmpuint(count_of(trace, TRACE_SENT), ==, 9);
}

static void on_closed_when_the_end_is_gone(void) {
  g_autoptr(Trace) trace =
      run_two_hosts("'apps': [" A_CLOSES ", {'host': 'b', 'conn': 'c', 'do': [{'on': 'eof', 'call': 'close'},"
                    " {'on': 'closed', 'after': '1s', 'call': 'send', 'octets': 1}]}]");
  assert_told(calls_of(trace, "b"), "50ms b recv 0 eof\n50ms b close ok\n1.15s b send 1 ENOTCONN");
}

static void never_is_never(void) {
  g_autoptr(Trace) trace =
      run_two_hosts("'apps': [" A_CLOSES ", {'host': 'b', 'conn': 'c', 'do': [{'on': 'never', 'call': 'close'}]}]");
  assert_told(calls_of(trace, "b"), "50ms b recv 0 eof");
  assert_told(path_of(trace, "b", "c"), "CLOSE-WAIT@50ms");
}

/* --- reading by hand ---------------------------------------------------------------------------------------------- */

/* 1000 octets and a FIN have come by .05; they are read in pieces, the end is read with the last of them. */
static void reading_by_hand_takes_what_it_asks_for(void) {
  g_autoptr(Trace) trace =
      run_two_hosts("'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'send', 'octets': 1000},"
                    " {'at': '0s', 'call': 'close'}]}, {'host': 'b', 'conn': 'c', 'read': false, 'do': ["
                    "{'at': '1s', 'call': 'recv', 'octets': 300}, {'at': '2s', 'call': 'recv', 'octets': 300},"
                    " {'at': '3s', 'call': 'recv'}, {'on': 'eof', 'after': '1s', 'call': 'close'}]}]");
  assert_told(calls_of(trace, "b"),
              "1s b recv 300 ok\n2s b recv 300 ok\n3s b recv 400 ok\n3s b recv 0 eof\n4s b close ok");
  assert_told(path_of(trace, "b", "c"), "CLOSE-WAIT@50ms LAST-ACK@4s CLOSED@4.1s");
}

/* The window is what is free of the buffer of 4000: each ACK offers less; reading all opens it by a segment of its own.
 * */
static void window_shrinks_with_what_nobody_reads(void) {
  g_autoptr(Trace) trace = run_text(
      "{'version': 1, 'title': 'test', 'hosts': {'a': {}, 'b': {'tcp': {'rcv_wnd': 4000, 'delayed_ack': '0s'}}},"
      " 'links': [{'between': ['a', 'b'], 'delay': '50ms'}],"
      " 'connections': [{'name': 'c', 'from': 'a:1000', 'to': 'b:80', 'state': 'ESTABLISHED'}],"
      " 'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'send', 'octets': 1000},"
      " {'at': '100ms', 'call': 'send', 'octets': 1000}]},"
      " {'host': 'b', 'conn': 'c', 'read': false, 'do': [{'at': '1s', 'call': 'recv'}]}]}");
  GString *windows = g_string_new(NULL);
  for (size_t i = 0; i < trace->count; i++)
    if (trace->records[i].kind == TRACE_SENT && strcmp(trace_text(trace, trace->records[i].sent.host), "b") == 0)
      g_string_append_printf(windows, "%u ", trace->records[i].sent.win);
  g_assert_cmpstr(windows->str, ==, "3000 2000 4000 ");
  g_string_free(windows, TRUE);
}

/* --- calls that fail ---------------------------------------------------------------------------------------------- */

static void calls_without_a_connection_fail(void) {
  g_autoptr(Trace) trace =
      run_closed("'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '1s', 'call': 'send', 'octets': 5},"
                 " {'at': '2s', 'call': 'recv'}, {'at': '3s', 'call': 'shutdown'}, {'at': '4s', 'call': 'close'},"
                 " {'at': '5s', 'call': 'abort'}]}]");
  assert_told(calls_of(trace, "a"), "1s a send 5 ENOTCONN\n2s a recv ENOTCONN\n3s a shutdown ENOTCONN\n"
                                    "4s a close ENOTCONN\n5s a abort ENOTCONN");
  g_assert_cmpuint(count_of(trace, TRACE_STATE), ==, 0);
  g_assert_cmpuint(count_of(trace, TRACE_SENT), ==, 0);
}

static void sending_after_shutdown_fails(void) {
  g_autoptr(Trace) trace = run_two_hosts("'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'shutdown'},"
                                         " {'at': '1s', 'call': 'send', 'octets': 5}]}]");
  assert_told(calls_of(trace, "a"), "0s a shutdown ok\n1s a send 5 EPIPE");
  g_assert_cmpuint(count_of(trace, TRACE_SENT), ==, 2); /* the FIN and its ACK */
}

/* Shutting the reading side sends nothing, and what comes is not read. */
static void shutdown_of_reading_is_local(void) {
  g_autoptr(Trace) trace =
      run_two_hosts("'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'shutdown', 'how': 'RD'}]},"
                    " {'host': 'b', 'conn': 'c', 'do': [{'at': '1s', 'call': 'send', 'octets': 5}]}]");
  assert_told(path_of(trace, "a", "c"), "");
  assert_told(calls_of(trace, "a"), "0s a shutdown ok");
  assert_told(sends_of(trace), "1s b P. 1:6(5) ack 1\n1.25s a . 1:1(0) ack 6");
}

static void second_close_sends_no_second_fin(void) {
  g_autoptr(Trace) trace = run_two_hosts(
      "'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'close'}, {'at': '1s', 'call': 'close'}]}]");
  assert_told(sends_of(trace), "0s a F. 1:1(0) ack 1\n50ms b . 1:1(0) ack 2");
}

/* An application that has closed is told nothing, but that the connection broke. */
static void who_has_closed_reads_nothing_more(void) {
  g_autoptr(Trace) trace = run_two_hosts(NORMAL_CLOSE "]");
  assert_told(calls_of(trace, "a"), "0s a close ok");
}

/* --- initial sequence numbers ------------------------------------------------------------------------------------- */

static uint32_t raw_seq_of_first(const char *more_of_connection, uint64_t seed) {
  g_autofree char *text =
      g_strdup_printf("{'version': 1, 'title': 'test', 'seed': %" G_GUINT64_FORMAT ", 'hosts': {'a': {}, 'b': {}},"
                      " 'links': [{'between': ['a', 'b'], 'delay': '50ms'}],"
                      " 'connections': [{'name': 'c', 'from': 'a:1000', 'to': 'b:80'%s}]}",
                      seed, more_of_connection);
  g_autoptr(Trace) trace = run_text(text);
  for (size_t i = 0; i < trace->count; i++)
    if (trace->records[i].kind == TRACE_SENT)
      return trace->records[i].sent.raw_seq;
  g_assert_not_reached();
}

static void isn_is_the_one_given(void) {
  g_assert_cmpuint(raw_seq_of_first(", 'isn': {'a': 4294967295}", 1), ==, 4294967295u);
  g_assert_cmpuint(raw_seq_of_first(", 'isn': {'a': 0}", 1), ==, 0);
}

static void isn_depends_on_the_seed_alone(void) {
  g_assert_cmpuint(raw_seq_of_first("", 1), ==, raw_seq_of_first("", 1));
  g_assert_cmpuint(raw_seq_of_first("", 1), !=, raw_seq_of_first("", 2));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_set_nonfatal_assertions();
#define ADD(group, test) g_test_add_func("/world/" group "/" #test, test)
  ADD("port", port_is_bound_by_one_process_at_a_time);
  ADD("port", closing_a_port_that_is_not_bound_fails);
  ADD("port", second_process_is_let_in_when_time_wait_ends);
  ADD("port", port_of_the_passive_closer_is_free_at_once);
  ADD("port", reservation_grows_when_time_wait_restarts);
  ADD("port", port_that_an_application_bound_stays_its_own_until_the_end_is_gone);
  ADD("open", nobody_listens_and_connect_is_refused);
  ADD("open", connection_without_a_state_opens_itself);
  ADD("open", application_that_listens_does_so_when_it_says);
  ADD("open", opening_what_is_open_fails);
  ADD("open", tuple_is_busy_until_time_wait_ends);
  ADD("stray", stray_segment_is_answered_by_time_wait);
  ADD("stray", stray_segment_may_end_the_reservation);
  ADD("stray", stray_segment_after_the_reservation_gets_a_reset);
  ADD("trigger", on_data_counts_what_was_read_in_all);
  ADD("trigger", on_eof_comes_after_the_data);
  ADD("trigger", on_the_state_of_another_end);
  ADD("trigger", on_a_state_that_is_entered_twice_fires_once);
  ADD("trigger", on_established_at_both_ends);
  ADD("trigger", on_reset_after_an_abort);
  ADD("trigger", on_timeout_when_tcp_gives_up);
  ADD("trigger", on_closed_when_the_end_is_gone);
  ADD("trigger", never_is_never);
  ADD("read", reading_by_hand_takes_what_it_asks_for);
  ADD("read", window_shrinks_with_what_nobody_reads);
  ADD("call", calls_without_a_connection_fail);
  ADD("call", sending_after_shutdown_fails);
  ADD("call", shutdown_of_reading_is_local);
  ADD("call", second_close_sends_no_second_fin);
  ADD("call", who_has_closed_reads_nothing_more);
  ADD("isn", isn_is_the_one_given);
  ADD("isn", isn_depends_on_the_seed_alone);
  return g_test_run();
}
