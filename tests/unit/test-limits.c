/* What a host has only so many of: TCBs, orphans, TIME-WAITs. */
#include "host-runs.h"

#include "check/invariants.h"

/* --- helpers ------------------------------------------------------------------------------------------------------ */

/* Greatest number of the host's ends that are in one of `states` (bits) between two events. */
static unsigned most_in(const Trace *trace, const char *host, unsigned states) {
  unsigned now = 0, most = 0;
  for (size_t i = 0; i < trace->count; i++) {
    const TraceRecord *record = &trace->records[i];
    if (record->kind == TRACE_STATE && is_text(trace, record->state.host, host)) {
      now -= states >> record->state.from & 1;
      now += states >> record->state.to & 1;
    }
    if (i + 1 == trace->count || trace->records[i + 1].t > record->t)
      most = MAX(most, now);
  }
  return most;
}

/* How often an end of the host left a state for CLOSED by this. */
static unsigned closed_by(const Trace *trace, const char *host, TcpStimulus stimulus) {
  unsigned count = 0;
  for (size_t i = 0; i < trace->count; i++) {
    const TraceRecord *record = &trace->records[i];
    count += record->kind == TRACE_STATE && is_text(trace, record->state.host, host) &&
             record->state.to == TCP_STATE_CLOSED && record->state.stimulus == stimulus;
  }
  return count;
}

static Trace *run_sound(const char *rest) {
  Trace *trace = run_json(rest);
  g_autoptr(GPtrArray) invariants = check_invariants(trace);
  for (guint i = 0; i < invariants->len; i++) {
    const CheckInvariant *invariant = g_ptr_array_index(invariants, i);
    g_test_message("%s: %s", invariant->id, invariant->detail ? invariant->detail : "");
    g_assert_cmpint(invariant->verdict, !=, CHECK_BROKEN);
  }
  return trace;
}

/* Ten clients of a server, open from the start, one each 100 ms, which close at once; what else there is. */
#define TEN(client, server, client_does, server_does, link)                                                            \
  "'hosts': {'client': {" client "}, 'server': {" server "}}, "                                                        \
  "'links': [{'between': ['client', 'server'], 'delay': '10ms'" link "}], "                                            \
  "'connections': [{'name': 'c', 'from': 'client', 'to': 'server:80', 'state': 'ESTABLISHED', 'count': 10, 'arrival':" \
  " {'every': '100ms'}}], "                                                                                            \
  "'apps': [{'host': 'client', 'conn': 'c', 'do': [" client_does                                                       \
  "]}, {'host': 'server', 'conn': 'c', 'do': [" server_does "]}]"
#define LINUX "'profile': 'linux'"
#define CLOSE "{'at': '0s', 'call': 'close'}"
#define TOO   "{'on': 'eof', 'call': 'close'}"

/* --- orphans ------------------------------------------------------------------------------------------------------ */

static void test_orphans_beyond_the_limit_are_reset_while_nobody_answers(void) {
  Trace *trace = run_sound(TEN(LINUX ", 'tcp': {'max_orphans': 3}", LINUX, CLOSE, TOO, ", 'down': [{'from': '0s'}]"));
  g_assert_cmpuint(closed_by(trace, "client", TCP_ORPHAN_REFUSED), ==, 7);
  g_assert_cmpuint(sent_by(trace, "client", TCP_RST | TCP_ACK), ==, 7);
  g_assert_cmpuint(most_in(trace, "client", 1u << TCP_STATE_FIN_WAIT_1), ==, 3);
  trace_free(trace);
}

static void test_orphan_that_is_over_makes_room_for_the_next(void) {
  Trace *trace = run_sound(TEN(LINUX ", 'tcp': {'max_orphans': 1}", LINUX, CLOSE, TOO, ""));
  g_assert_cmpuint(closed_by(trace, "client", TCP_ORPHAN_REFUSED), ==, 0);
  g_assert_cmpuint(closed_by(trace, "client", TCP_TMO_TIME_WAIT), ==, 10);
  trace_free(trace);
}

static void test_orphans_in_last_ack_count_on_the_other_side(void) {
  Trace *trace = run_sound(TEN(LINUX, LINUX ", 'tcp': {'max_orphans': 2}", CLOSE, TOO,
                               ", 'directions': {'server>client': {'down': [{'from': '0s'}]}}"));
  g_assert_cmpuint(closed_by(trace, "server", TCP_ORPHAN_REFUSED), ==, 8);
  g_assert_cmpuint(most_in(trace, "server", 1u << TCP_STATE_LAST_ACK), ==, 2);
  trace_free(trace);
}

static void test_half_closed_connections_are_no_orphans(void) {
  Trace *trace = run_sound(TEN(LINUX ", 'tcp': {'max_orphans': 0}", LINUX, "{'at': '0s', 'call': 'shutdown'}", "",
                               ", 'down': [{'from': '0s'}]"));
  g_assert_cmpuint(closed_by(trace, "client", TCP_ORPHAN_REFUSED), ==, 0);
  g_assert_cmpuint(most_in(trace, "client", 1u << TCP_STATE_FIN_WAIT_1), ==, 10);
  trace_free(trace);
}

/* --- TIME-WAITs --------------------------------------------------------------------------------------------------- */

static void test_no_more_time_waits_than_the_limit(void) {
  Trace *trace = run_sound(TEN(LINUX ", 'tcp': {'max_time_waits': 4}", LINUX, CLOSE, TOO, ""));
  g_assert_cmpuint(most_in(trace, "client", 1u << TCP_STATE_TIME_WAIT), ==, 4);
  g_assert_cmpuint(closed_by(trace, "client", TCP_TMO_TIME_WAIT), ==, 4);
  trace_free(trace);
}

static void test_time_wait_that_is_over_makes_room_for_the_next(void) {
  Trace *trace = run_sound(TEN(LINUX ", 'tcp': {'max_time_waits': 4, 'time_wait': '380ms'}", LINUX, CLOSE, TOO, ""));
  g_assert_cmpuint(most_in(trace, "client", 1u << TCP_STATE_TIME_WAIT), ==, 4);
  g_assert_cmpuint(closed_by(trace, "client", TCP_TMO_TIME_WAIT), ==, 10);
  trace_free(trace);
}

/* Linux keeps both in the same table. */
static void test_orphans_in_fin_wait_2_take_the_place_of_time_waits(void) {
  Trace *trace = run_sound(TEN(LINUX ", 'tcp': {'max_time_waits': 4}", LINUX, CLOSE, "", ""));
  g_assert_cmpuint(most_in(trace, "client", 1u << TCP_STATE_FIN_WAIT_2), ==, 4);
  g_assert_cmpuint(closed_by(trace, "client", TCP_TMO_FIN_WAIT_2), ==, 10);
  trace_free(trace);
}

/* --- TCBs --------------------------------------------------------------------------------------------------------- */

#define CONNECTIONS                                                                                                    \
  "'connections': [{'name': 'one', 'from': 'client:50001', 'to': 'server:80'}, "                                       \
  "{'name': 'two', 'from': 'client:50002', 'to': 'server:80'}], "
#define LISTENS                                                                                                        \
  "{'name': 'httpd', 'host': 'server', 'do': [{'at': '0s', 'call': 'bind', 'port': 80}, {'at': '0s', 'call': "         \
  "'listen'}]}"

static void test_syn_beyond_the_pool_is_dropped_and_taken_when_it_comes_again(void) {
  Trace *trace =
      run_sound("'hosts': {'client': {}, 'server': {'profile': 'lwip', 'tcp': {'max_pcbs': 1}}}, " HOST_LINK CONNECTIONS
                "'apps': [" LISTENS ", {'host': 'client', 'conn': 'one', 'do': [{'at': '0s', 'call': 'connect'}, "
                "{'at': '500ms', 'call': 'close'}]}, {'host': 'server', 'conn': 'one', 'do': [" TOO "]}, "
                "{'host': 'client', 'conn': 'two', 'do': [{'at': '200ms', 'call': 'connect'}]}]");
  g_assert_cmpstr(state_at(trace, "client", "two", SIM_MS(1199)), ==, "SYN-SENT");
  g_assert_cmpstr(state_at(trace, "server", "two", SIM_MS(1199)), ==, "CLOSED");
  g_assert_cmpstr(state_at(trace, "client", "two", SIM_MS(1300)), ==, "ESTABLISHED");
  g_assert_cmpuint(sent_by(trace, "server", TCP_RST), ==, 0);
  trace_free(trace);
}

static void test_syn_beyond_the_pool_takes_the_tcb_of_a_time_wait(void) {
  Trace *trace = run_sound(
      "'hosts': {'client': {}, 'server': {'profile': 'lwip', 'tcp': {'max_pcbs': 1}}}, " HOST_LINK CONNECTIONS
      "'apps': [" LISTENS ", {'host': 'client', 'conn': 'one', 'do': [{'at': '0s', 'call': 'connect'}, " TOO "]}, "
      "{'host': 'server', 'conn': 'one', 'do': [{'on': 'established', 'call': 'close'}]}, "
      "{'host': 'client', 'conn': 'two', 'do': [{'at': '1s', 'call': 'connect'}]}]");
  g_assert_cmpstr(state_at(trace, "server", "one", SIM_MS(1049)), ==, "TIME-WAIT");
  g_assert_cmpstr(state_at(trace, "server", "one", SIM_MS(1050)), ==, "CLOSED");
  g_assert_cmpstr(state_at(trace, "client", "two", SIM_MS(1100)), ==, "ESTABLISHED");
  trace_free(trace);
}

/* The end that listens itself stays in LISTEN. */
static void test_syn_beyond_the_pool_leaves_the_listener_as_it_was(void) {
  Trace *trace = run_sound("'hosts': {'client': {}, 'server': {'tcp': {'max_pcbs': 0}}}, " HOST_LINK
                           "'connections': [{'name': 'web', 'from': 'client:50001', 'to': 'server:80'}], "
                           "'duration': '1s'");
  g_assert_cmpstr(state_at(trace, "server", "web", SIM_S(1)), ==, "LISTEN");
  g_assert_cmpstr(state_at(trace, "client", "web", SIM_MS(900)), ==, "SYN-SENT");
  g_assert_cmpuint(sent_by(trace, "server", 0), ==, 0);
  trace_free(trace);
}

/* `first` and `second`: when the client closes its first two connections, and with what each server follows. */
static Trace *run_third(const char *first, const char *one_follows, const char *second, const char *two_follows,
                        const char *more) {
  g_autofree char *json = g_strdup_printf(
      "'hosts': {'client': {'profile': 'lwip', 'tcp': {'max_pcbs': 2}}, 'server': {}}, " HOST_LINK
      "'connections': [{'name': 'one', 'from': 'client:50001', 'to': 'server:80', 'state': 'ESTABLISHED'}, "
      "{'name': 'two', 'from': 'client:50002', 'to': 'server:80', 'state': 'ESTABLISHED'}, "
      "{'name': 'three', 'from': 'client:50003', 'to': 'server:80'}], 'apps': ["
      "{'host': 'client', 'conn': 'one', 'do': [%s]}, {'host': 'server', 'conn': 'one', 'do': [%s]}, "
      "{'host': 'client', 'conn': 'two', 'do': [%s]}, {'host': 'server', 'conn': 'two', 'do': [%s]}, "
      "{'host': 'client', 'conn': 'three', 'do': [{'at': '10s', 'call': 'connect'}]}]%s",
      first, one_follows, second, two_follows, more);
  return run_sound(json);
}

static void test_oldest_time_wait_gives_its_tcb_up(void) {
  Trace *trace = run_third("{'at': '2s', 'call': 'close'}", TOO, "{'at': '1s', 'call': 'close'}", TOO, "");
  g_assert_cmpstr(state_at(trace, "client", "one", SIM_S(10)), ==, "TIME-WAIT");
  g_assert_cmpstr(state_at(trace, "client", "two", SIM_S(10)), ==, "CLOSED");
  g_assert_cmpstr(state_at(trace, "client", "three", SIM_S(11)), ==, "ESTABLISHED");
  trace_free(trace);
}

#define LAST_ACKS_LOST                                                                                                 \
  ", 'faults': [{'match': {'from': 'server', 'conn': 'one', 'flags': '.', 'nth': '1..'}, 'action': 'drop'}]"

static void test_time_wait_gives_its_tcb_up_before_last_ack(void) {
  Trace *trace = run_third("{'on': 'eof', 'call': 'close'}", "{'at': '1s', 'call': 'close'}",
                           "{'at': '5s', 'call': 'close'}", TOO, LAST_ACKS_LOST);
  g_assert_cmpstr(state_at(trace, "client", "one", SIM_S(9)), ==, "LAST-ACK");
  g_assert_cmpstr(state_at(trace, "client", "one", SIM_S(10)), ==, "LAST-ACK");
  g_assert_cmpstr(state_at(trace, "client", "two", SIM_S(10)), ==, "CLOSED");
  trace_free(trace);
}

static void test_last_ack_gives_its_tcb_up_without_a_rst(void) {
  Trace *trace = run_third("{'on': 'eof', 'call': 'close'}", "{'at': '1s', 'call': 'close'}", "", "", LAST_ACKS_LOST);
  g_assert_cmpstr(state_at(trace, "client", "one", SIM_S(9)), ==, "LAST-ACK");
  g_assert_cmpstr(state_at(trace, "client", "one", SIM_S(10)), ==, "CLOSED");
  g_assert_cmpuint(sent_by(trace, "client", TCP_RST), ==, 0);
  trace_free(trace);
}

static void test_connect_beyond_the_pool_fails_and_leaves_nothing(void) {
  Trace *trace = run_third("", "", "", "", "");
  g_assert_cmpstr(call_result(trace, "client.three", "connect", 0, NULL), ==, "ENOBUFS");
  g_assert_cmpstr(state_at(trace, "client", "three", SIM_S(11)), ==, "CLOSED");
  g_assert_cmpuint(sent_by(trace, "client", TCP_SYN), ==, 0);
  trace_free(trace);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define TEST(name, function) g_test_add_func("/limits/" name, test_##function)
  TEST("orphans-beyond-the-limit-are-reset-while-nobody-answers",
       orphans_beyond_the_limit_are_reset_while_nobody_answers);
  TEST("orphan-that-is-over-makes-room-for-the-next", orphan_that_is_over_makes_room_for_the_next);
  TEST("orphans-in-last-ack-count-on-the-other-side", orphans_in_last_ack_count_on_the_other_side);
  TEST("half-closed-connections-are-no-orphans", half_closed_connections_are_no_orphans);
  TEST("no-more-time-waits-than-the-limit", no_more_time_waits_than_the_limit);
  TEST("time-wait-that-is-over-makes-room-for-the-next", time_wait_that_is_over_makes_room_for_the_next);
  TEST("orphans-in-fin-wait-2-take-the-place-of-time-waits", orphans_in_fin_wait_2_take_the_place_of_time_waits);
  TEST("syn-beyond-the-pool-is-dropped-and-taken-when-it-comes-again",
       syn_beyond_the_pool_is_dropped_and_taken_when_it_comes_again);
  TEST("syn-beyond-the-pool-takes-the-tcb-of-a-time-wait", syn_beyond_the_pool_takes_the_tcb_of_a_time_wait);
  TEST("syn-beyond-the-pool-leaves-the-listener-as-it-was", syn_beyond_the_pool_leaves_the_listener_as_it_was);
  TEST("oldest-time-wait-gives-its-tcb-up", oldest_time_wait_gives_its_tcb_up);
  TEST("time-wait-gives-its-tcb-up-before-last-ack", time_wait_gives_its_tcb_up_before_last_ack);
  TEST("last-ack-gives-its-tcb-up-without-a-rst", last_ack_gives_its_tcb_up_without_a_rst);
  TEST("connect-beyond-the-pool-fails-and-leaves-nothing", connect_beyond_the_pool_fails_and_leaves_nothing);
  return g_test_run();
}
