#include "tcp/tcp_names.h"

#include <glib.h>
#include <string.h>

/* Typed from RFC 9293 3.3.2. */
static void test_states_are_the_eleven_of_the_rfc_as_it_writes_them(void) {
  static const char *const names[] = {"CLOSED",      "LISTEN",     "SYN-SENT",   "SYN-RECEIVED",
                                      "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT",
                                      "CLOSING",     "LAST-ACK",   "TIME-WAIT"};
  g_assert_cmpuint(TCP_STATE_COUNT, ==, G_N_ELEMENTS(names));
  for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
    g_assert_cmpstr(tcp_state_name((TcpState)i), ==, names[i]);
}

static void test_each_word_has_the_name_of_its_identifier(void) {
  g_assert_cmpstr(tcp_state_meaning(TCP_STATE_LISTEN), ==, "waits for a connection request from anyone");
  g_assert_cmpstr(tcp_stimulus_name(TCP_SEG_FIN), ==, "SEG_FIN");
  g_assert_cmpstr(tcp_stimulus_name(TCP_TMO_TIME_WAIT), ==, "TMO_TIME_WAIT");
  g_assert_cmpstr(tcp_stimulus_meaning(TCP_SEG_FIN), ==, "the peer's FIN, in order");
  g_assert_cmpstr(tcp_guard_name(TCP_GUARD_ALWAYS), ==, "ALWAYS");
  g_assert_cmpstr(tcp_guard_meaning(TCP_GUARD_PASSIVE_OPEN), ==, "the connection came from a passive OPEN");
  g_assert_cmpstr(tcp_action_name(TCP_ACTION_SEND_ACK), ==, "SEND_ACK");
  g_assert_cmpstr(tcp_action_meaning(TCP_ACTION_DELETE_TCB), ==, "delete the TCB");
  g_assert_cmpstr(tcp_timer_name(TCP_TIMER_TIME_WAIT), ==, "2msl");
  g_assert_cmpstr(tcp_timer_name(TCP_TIMER_USER), ==, "user");
  g_assert_cmpstr(tcp_check_name(TCP_CHECK_CHECKSUM), ==, "checksum");
  g_assert_cmpstr(tcp_check_section(TCP_CHECK_RST), ==, "3.10.7.4 second");
}

static void test_every_word_of_every_list_has_a_name_of_its_own(void) {
#define ALL_DIFFER(count, name)                                                                                        \
  for (unsigned i = 0; i < count; i++)                                                                                 \
    for (unsigned j = 0; j < i; j++)                                                                                   \
  g_assert_cmpstr(name(i), !=, name(j))
  ALL_DIFFER(TCP_STATE_COUNT, tcp_state_name);
  ALL_DIFFER(TCP_STATE_COUNT, tcp_state_meaning);
  ALL_DIFFER(TCP_STIMULUS_COUNT, tcp_stimulus_name);
  ALL_DIFFER(TCP_STIMULUS_COUNT, tcp_stimulus_meaning);
  ALL_DIFFER(TCP_GUARD_COUNT, tcp_guard_name);
  ALL_DIFFER(TCP_GUARD_COUNT, tcp_guard_meaning);
  ALL_DIFFER(TCP_ACTION_COUNT, tcp_action_name);
  ALL_DIFFER(TCP_ACTION_COUNT, tcp_action_meaning);
  ALL_DIFFER(TCP_TIMER_COUNT, tcp_timer_name);
  ALL_DIFFER(TCP_CHECK_COUNT, tcp_check_name);
#undef ALL_DIFFER
}

static const struct {
  const char *text;
  TcpState state;
} spellings[] = {
    {"FIN-WAIT-1", TCP_STATE_FIN_WAIT_1},
    {"FIN_WAIT1", TCP_STATE_FIN_WAIT_1},
    {"fin_wait_1", TCP_STATE_FIN_WAIT_1},
    {"FINWAIT1", TCP_STATE_FIN_WAIT_1},
    {"FinWait1", TCP_STATE_FIN_WAIT_1},
    {"fin wait 1", TCP_STATE_FIN_WAIT_1},
    {"TCP_FIN_WAIT1", TCP_STATE_FIN_WAIT_1},
    {"TCPS_FIN_WAIT_2", TCP_STATE_FIN_WAIT_2},
    {"FIN-WAIT2", TCP_STATE_FIN_WAIT_2},
    {"SYN_RECV", TCP_STATE_SYN_RECEIVED},
    {"SYN-RCVD", TCP_STATE_SYN_RECEIVED},
    {"SYN_RCVD", TCP_STATE_SYN_RECEIVED},
    {"SynReceived", TCP_STATE_SYN_RECEIVED},
    {"TCPS_SYN_RECEIVED", TCP_STATE_SYN_RECEIVED},
    {"TCPS_SYN_SENT", TCP_STATE_SYN_SENT},
    {"TCP_SYN_SENT", TCP_STATE_SYN_SENT},
    {"TCPSynSent", TCP_STATE_SYN_SENT},
    {"ESTAB", TCP_STATE_ESTABLISHED},
    {"established", TCP_STATE_ESTABLISHED},
    {"TCPI_ESTABLISHED", TCP_STATE_ESTABLISHED},
    {"CLOSE", TCP_STATE_CLOSED},
    {"TCP_CLOSE", TCP_STATE_CLOSED},
    {"CLOSED", TCP_STATE_CLOSED},
    {"TCPS_CLOSED", TCP_STATE_CLOSED},
    {"UNCONN", TCP_STATE_CLOSED},
    {"CLOSE_WAIT", TCP_STATE_CLOSE_WAIT},
    {"TCP_CLOSE_WAIT", TCP_STATE_CLOSE_WAIT},
    {"CloseWait", TCP_STATE_CLOSE_WAIT},
    {"CLOSING", TCP_STATE_CLOSING},
    {"TCP_CLOSING", TCP_STATE_CLOSING},
    {"LISTENING", TCP_STATE_LISTEN},
    {"listen", TCP_STATE_LISTEN},
    {"TIMEWAIT", TCP_STATE_TIME_WAIT},
    {"TIME_WAIT", TCP_STATE_TIME_WAIT},
    {"TCPS_TIME_WAIT", TCP_STATE_TIME_WAIT},
    {"last_ack", TCP_STATE_LAST_ACK},
};

static void test_state_in_any_usual_spelling_is_read(void) {
  for (size_t i = 0; i < G_N_ELEMENTS(spellings); i++) {
    TcpState state = TCP_STATE_COUNT;
    g_test_message("%s", spellings[i].text);
    g_assert_cmpint(tcp_state_parse(spellings[i].text, &state), ==, 1);
    g_assert_cmpstr(tcp_state_name(state), ==, tcp_state_name(spellings[i].state));
  }
  for (unsigned i = 0; i < TCP_STATE_COUNT; i++) {
    TcpState state = TCP_STATE_COUNT;
    g_assert_true(tcp_state_parse(tcp_state_name((TcpState)i), &state));
    g_assert_cmpint(state, ==, i);
  }
}

static void test_text_that_names_no_state_is_refused_and_leaves_the_result_alone(void) {
  static const char *const texts[] = {"",           "TCP",         "TCP_",        "FIN-WAIT",
                                      "FIN-WAIT-3", "FIN--WAIT-1", "FIN-WAIT-1 ", " CLOSED",
                                      "CLOSE-",     "CLOSEDWAIT",  "C-L-O-S-E-D", "CLOSE_WAIT_1",
                                      "ESTABLISH",  "SYN",         "TCPX_CLOSED", "TCP_TCP_LISTEN",
                                      "-CLOSED",    "OPEN"};
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
    TcpState state = TCP_STATE_COUNT;
    g_test_message("\"%s\"", texts[i]);
    g_assert_cmpint(tcp_state_parse(texts[i], &state), ==, 0);
    g_assert_cmpint(state, ==, TCP_STATE_COUNT);
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/tcp-names/states-are-the-eleven-of-the-rfc-as-it-writes-them",
                  test_states_are_the_eleven_of_the_rfc_as_it_writes_them);
  g_test_add_func("/tcp-names/each-word-has-the-name-of-its-identifier", test_each_word_has_the_name_of_its_identifier);
  g_test_add_func("/tcp-names/every-word-of-every-list-has-a-name-of-its-own",
                  test_every_word_of_every_list_has_a_name_of_its_own);
  g_test_add_func("/tcp-names/state-in-any-usual-spelling-is-read", test_state_in_any_usual_spelling_is_read);
  g_test_add_func("/tcp-names/text-that-names-no-state-is-refused-and-leaves-the-result-alone",
                  test_text_that_names_no_state_is_refused_and_leaves_the_result_alone);
  return g_test_run();
}
