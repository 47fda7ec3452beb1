/* The script player: each rule of the language's meaning, by scripts of a few lines. */
#include "packetdrill/pkt_clock.h"
#include "packetdrill/pkt_match.h"
#include "packetdrill/pkt_parse.h"
#include "packetdrill/pkt_play.h"

#include <string.h>

#define LISTENS                                                                                                        \
  "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"                                                                      \
  "+0 bind(3, ..., ...) = 0\n"                                                                                         \
  "+0 listen(3, 1) = 0\n"
/* Accepted as descriptor 4 at 10 ms; nothing but an MSS is agreed on. */
#define OPEN                                                                                                           \
  LISTENS                                                                                                              \
  "+0 < S 0:0(0) win 65535 <mss 1000>\n"                                                                               \
  "+0 > S. 0:0(0) ack 1 <mss 1460>\n"                                                                                  \
  "+.01 < . 1:1(0) ack 1 win 65535\n"                                                                                  \
  "+0 accept(3, ..., ...) = 4\n"

static PktResult *play_with(const char *text, const char *profile, gboolean trace) {
  g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(PktScript) script = pkt_parse("t.pkt", text, strlen(text), NULL, errors);
  for (guint i = 0; i < errors->len; i++)
    g_test_message("%s", (const char *)g_ptr_array_index(errors, i));
  g_assert_nonnull(script);
  PktPlayOptions options = {.profile = profile ? tcp_profile_find(profile) : NULL, .trace = trace};
  return pkt_play(script, &options);
}

/* "pass", "fail: MESSAGE", "outside: MESSAGE". */
static char *verdict_of(const char *profile, const char *text) {
  static const char *const WORDS[] = {"pass", "fail", "outside"};
  g_autoptr(PktResult) result = play_with(text, profile, FALSE);
  return result->message ? g_strdup_printf("%s: %s", WORDS[result->verdict], result->message)
                         : g_strdup(WORDS[result->verdict]);
}

#define assert_plays(profile, text, wanted)                                                                            \
  do {                                                                                                                 \
    g_autofree char *verdict_ = verdict_of(profile, text);                                                             \
    g_assert_cmpstr(verdict_, ==, wanted);                                                                             \
  } while (0)

/* --- time --------------------------------------------------------------------------------------------------------- */

static void test_a_time_is_due_by_its_kind(void) {
  PktTime relative = {PKT_TIME_RELATIVE, SIM_MS(5), 0}, range = {PKT_TIME_RELATIVE_RANGE, SIM_MS(5), SIM_MS(9)};
  PktTime absolute = {PKT_TIME_ABSOLUTE, SIM_MS(5), 0}, any = {PKT_TIME_ANY, 0, 0};
  g_assert_cmpint(pkt_due(&relative, SIM_S(1)).from, ==, SIM_MS(1005));
  g_assert_cmpint(pkt_due(&range, SIM_S(1)).until, ==, SIM_MS(1009));
  g_assert_cmpint(pkt_due(&absolute, SIM_S(1)).from, ==, SIM_MS(5));
  g_assert_true(pkt_due(&any, SIM_S(1)).any);
  g_assert_cmpint(pkt_due_end(&relative, SIM_MS(11), SIM_S(1)), ==, SIM_MS(1011));
  g_assert_cmpint(pkt_due_end(&absolute, SIM_MS(11), SIM_S(1)), ==, SIM_MS(11));
}

static void test_the_tolerance_is_4_ms_or_an_eighth_of_the_interval(void) {
  PktDue near = {FALSE, SIM_MS(10), SIM_MS(10)}, far = {FALSE, SIM_MS(800), SIM_MS(800)};
  g_assert_true(pkt_in_time(&near, PKT_TOLERANCE, 0, SIM_MS(14)));
  g_assert_false(pkt_in_time(&near, PKT_TOLERANCE, 0, SIM_MS(14) + 1));
  g_assert_true(pkt_in_time(&near, PKT_TOLERANCE, 0, SIM_MS(6)));
  g_assert_false(pkt_in_time(&near, PKT_TOLERANCE, 0, SIM_MS(6) - 1));
  g_assert_true(pkt_in_time(&far, PKT_TOLERANCE, 0, SIM_MS(900)));
  g_assert_false(pkt_in_time(&far, PKT_TOLERANCE, 0, SIM_MS(900) + 1));
  g_assert_false(pkt_in_time(&far, PKT_TOLERANCE, SIM_MS(790), SIM_MS(805)));
}

static void test_a_packet_that_comes_within_the_tolerance_passes_beyond_it_fails(void) {
  /* rfc9293 sends its FIN again after 1 s; an eighth of 0.9 s is 0.1125 s */
  assert_plays("rfc9293", OPEN "+0 close(4) = 0\n+0 > F. 1:1(0) ack 1\n+.9 > F. 1:1(0) ack 1\n", "pass");
  assert_plays("rfc9293", OPEN "+0 close(4) = 0\n+0 > F. 1:1(0) ack 1\n+.88 > F. 1:1(0) ack 1\n",
               "fail: timing: the packet left 0.120000 s too late");
  assert_plays("rfc9293", OPEN "+0 close(4) = 0\n+0 > F. 1:1(0) ack 1\n+1.15 > F. 1:1(0) ack 1\n",
               "fail: timing: the packet left 0.150000 s too early");
  assert_plays("rfc9293",
               "--tolerance_usecs=150000\n" OPEN "+0 close(4) = 0\n+0 > F. 1:1(0) ack 1\n+1.15 > F. 1:1(0) ack 1\n",
               "pass");
}

static void test_ranges_and_any_time_are_times_too(void) {
  assert_plays("rfc9293", OPEN "+0 close(4) = 0\n+0 > F. 1:1(0) ack 1\n+.5~+1.5 > F. 1:1(0) ack 1\n", "pass");
  assert_plays("rfc9293", OPEN "+0 close(4) = 0\n+0 > F. 1:1(0) ack 1\n+1.2~+1.3 > F. 1:1(0) ack 1\n",
               "fail: timing: the packet left 0.200000 s too early");
  assert_plays("rfc9293", OPEN "+0 close(4) = 0\n+0 > F. 1:1(0) ack 1\n* > F. 1:1(0) ack 1\n", "pass");
  assert_plays("rfc9293", OPEN "+0 close(4) = 0\n+0 > F. 1:1(0) ack 1\n1.01 > F. 1:1(0) ack 1\n", "pass");
}

static void test_relative_times_count_from_when_the_event_before_was_done(void) {
  /* the FIN comes 1 s after the first, whatever the script said of it: the next is 2 s later */
  assert_plays("rfc9293", OPEN "+0 close(4) = 0\n+0 > F. 1:1(0) ack 1\n* > F. 1:1(0) ack 1\n+2 > F. 1:1(0) ack 1\n",
               "pass");
}

static void test_an_event_whose_time_has_passed_fails(void) {
  assert_plays("rfc9293", OPEN "+1 close(4) = 0\n0.5 < . 1:1(0) ack 1\n",
               "fail: timing: the events before took too long");
}

/* --- packets ------------------------------------------------------------------------------------------------------ */

static void test_each_field_that_is_written_is_compared(void) {
  static const char *const CASES[][2] = {
      {"F. 1:1(0) ack 1", "pass"},
      {"F. 1:1(0) ack 1 win 65535", "pass"},
      {"F. 1:1(0) ack 1 <...>", "pass"},
      {"F. ... ack 1", "pass"},
      {"FP. 1:1(0) ack 1", "fail: unexpected packet: flags"},
      {"F. 2:2(0) ack 1", "fail: unexpected packet: sequence number"},
      {"F. 1:11(10) ack 1", "fail: unexpected packet: length"},
      {"F. 1:1(0) ack 2", "fail: unexpected packet: ack"},
      {"F. 1:1(0) ack 1 win 1000", "fail: unexpected packet: window"},
      {"F. 1:1(0) ack 1 <nop,nop,TS val 1 ecr 1>", "fail: unexpected packet: TCP options"},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autofree char *script = g_strdup_printf(OPEN "+0 close(4) = 0\n+0 > %s\n", CASES[i][0]);
    assert_plays("rfc9293", script, CASES[i][1]);
  }
}

static void test_no_list_of_options_allows_none(void) {
  assert_plays("rfc9293", LISTENS "+0 < S 0:0(0) win 65535 <mss 1000>\n+0 > S. 0:0(0) ack 1\n",
               "fail: unexpected packet: TCP options");
  assert_plays("rfc9293", LISTENS "+0 < S 0:0(0) win 65535 <mss 1000>\n+0 > S. 0:0(0) ack 1 <mss 1400>\n",
               "fail: unexpected packet: mss");
}

static void test_options_stand_in_the_order_of_the_stack(void) {
#define SYN_WITH_ALL LISTENS "+0 < S 0:0(0) win 65535 <mss 1000,sackOK,TS val 7 ecr 0,nop,wscale 7>\n"
  assert_plays("linux", SYN_WITH_ALL "+0 > S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 100 ecr 7,nop,wscale 10>\n", "pass");
  assert_plays("linux", SYN_WITH_ALL "+0 > S. 0:0(0) ack 1 <mss 1460,nop,wscale 10,sackOK,TS val 100 ecr 7>\n",
               "fail: unexpected packet: TCP options");
  assert_plays("freebsd", SYN_WITH_ALL "+0 > S. 0:0(0) ack 1 <mss 1460,nop,wscale 6,sackOK,TS val 100 ecr 7>\n",
               "pass");
  assert_plays("freebsd",
               LISTENS "+0 < S 0:0(0) win 65535 <mss 1000,sackOK,eol,eol>\n"
                       "+0 > S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,eol,eol>\n",
               "pass");
  assert_plays("linux",
               LISTENS "+0 < S 0:0(0) win 65535 <mss 1000,nop,nop,sackOK>\n"
                       "+0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK>\n",
               "pass");
}

static void test_a_timestamp_that_is_echoed_is_the_one_the_script_saw(void) {
  /* the third segment echoes 100: the host's own value; one that it never sent would be no RTT sample, but is taken */
  assert_plays("linux",
               SYN_WITH_ALL "+0 > S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 100 ecr 7,nop,wscale 10>\n"
                            "+.05 < . 1:1(0) ack 1 win 500 <nop,nop,TS val 20 ecr 100>\n"
                            "+0 accept(3, ..., ...) = 4\n"
                            "+.1 write(4, ..., 10) = 10\n"
                            "+0 > P. 1:11(10) ack 1 <nop,nop,TS val 250 ecr 20>\n",
               "pass");
}

static void test_timestamps_are_compared_in_ticks_only_if_asked(void) {
#define TICKS                                                                                                          \
  SYN_WITH_ALL "+0 > S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 100 ecr 7,nop,wscale 10>\n"                               \
               "+.05 < . 1:1(0) ack 1 win 500 <nop,nop,TS val 20 ecr 100>\n"                                           \
               "+0 accept(3, ..., ...) = 4\n"                                                                          \
               "+.1 write(4, ..., 10) = 10\n"
  assert_plays("linux", "--tcp_ts_tick_usecs=1000\n" TICKS "+0 > P. 1:11(10) ack 1 <nop,nop,TS val 253 ecr 20>\n",
               "pass");
  assert_plays("linux", "--tcp_ts_tick_usecs=1000\n" TICKS "+0 > P. 1:11(10) ack 1 <nop,nop,TS val 260 ecr 20>\n",
               "fail: unexpected packet: TS val");
  assert_plays("linux", TICKS "+0 > P. 1:11(10) ack 1 <nop,nop,TS val 260 ecr 20>\n", "pass");
  assert_plays("linux", TICKS "+0 > P. 1:11(10) ack 1 <nop,nop,TS val 250 ecr 21>\n",
               "fail: unexpected packet: TS ecr");
}

static void test_a_packet_nobody_expected_fails_the_next_that_is_expected(void) {
  assert_plays("rfc9293",
               OPEN "+0 close(4) = 0\n+.1 < . 1:1(0) ack 2 win 65535\n+0 < F. 1:1(0) ack 2 win 65535\n"
                    "+0 > . 2:2(0) ack 2\n",
               "fail: unexpected packet: flags");
}

static void test_what_leaves_after_the_last_line_is_nobodys_business(void) {
  assert_plays("rfc9293", OPEN "+0 close(4) = 0\n+5 < . 1:1(0) ack 1 win 65535\n", "pass");
}

static void test_a_packet_that_never_leaves_fails_its_line(void) {
  assert_plays("rfc9293", OPEN "+0 > F. 1:1(0) ack 1\n", "fail: the packet never left");
}

static void test_one_line_stands_for_segments_that_leave_together(void) {
  assert_plays("rfc9293", OPEN "+0 write(4, ..., 3000) = 3000\n+0 > P. 1:3001(3000) ack 1\n", "pass");
  assert_plays("rfc9293",
               OPEN "+0 write(4, ..., 2000) = 2000\n+0 > . 1:1001(1000) ack 1\n+0 > P. 1001:2001(1000) ack 1\n",
               "pass");
}

static void test_numbers_are_relative_to_what_the_script_gave_the_syns(void) {
  assert_plays("rfc9293",
               LISTENS "+0 < S 700:700(0) win 65535 <mss 1000>\n"
                       "+0 > S. 300:300(0) ack 701 <mss 1460>\n"
                       "+.01 < . 701:701(0) ack 301 win 65535\n"
                       "+0 accept(3, ..., ...) = 4\n+0 close(4) = 0\n+0 > F. 301:301(0) ack 701\n",
               "pass");
}

static void test_a_failure_says_line_expected_and_seen(void) {
  g_autoptr(PktResult) result = play_with(OPEN "\n+0 close(4) = 0\n+0 > F. 1:1(0) ack 7\n", "rfc9293", FALSE);
  g_assert_cmpint(result->verdict, ==, PKT_FAIL);
  g_assert_cmpuint(result->line, ==, 10);
  g_assert_cmpstr(result->source, ==, "+0 > F. 1:1(0) ack 7");
  g_assert_cmpstr(result->expected, ==, "F. 1:1(0) ack 7");
  g_assert_cmpstr(result->seen, ==, "F. 1:1(0) ack 1 win 65535");
}

static void test_a_segment_for_no_connection_is_answered_from_closed(void) {
  assert_plays("rfc9293", "0 < . 1:1(0) ack 1 win 1000\n+0 > R 1:1(0)\n+0 < S 5:5(0) win 1000\n+0 > R. 0:0(0) ack 6\n",
               "pass");
}

static void test_a_connection_by_its_ports_beside_the_one_under_test(void) {
  assert_plays("rfc9293",
               OPEN "+0 < 4000 > 8080 S 0:0(0) win 65535 <mss 1000>\n"
                    "+0 > 8080 > 4000 S. 0:0(0) ack 1 <mss 1460>\n",
               "pass");
}

/* --- calls -------------------------------------------------------------------------------------------------------- */

static void test_a_call_that_blocks_ends_when_the_simulation_says_so(void) {
#define CONNECTS "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
  assert_plays("rfc9293",
               CONNECTS "+.1...0.15 connect(3, ..., ...) = 0\n+0 > S 0:0(0) <...>\n"
                        "+.05 < S. 0:0(0) ack 1 win 5000 <mss 1000>\n+0 > . 1:1(0) ack 1\n",
               "pass");
  assert_plays("rfc9293",
               CONNECTS "+.1...0.3 connect(3, ..., ...) = 0\n+0 > S 0:0(0) <...>\n"
                        "+.05 < S. 0:0(0) ack 1 win 5000 <mss 1000>\n+0 > . 1:1(0) ack 1\n",
               "fail: timing: the call returned 0.150000 s too early");
  assert_plays("rfc9293",
               CONNECTS "+.1...0.15 connect(3, ..., ...) = -1 ECONNREFUSED (Connection refused)\n"
                        "+0 > S 0:0(0) <...>\n+.05 < R. 0:0(0) ack 1\n",
               "pass");
}

static void test_a_call_that_should_not_block_waits_and_the_next_event_counts_from_its_end(void) {
  assert_plays("rfc9293",
               "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 connect(3, ..., ...) = -1 ETIMEDOUT (...)\n"
               "+0 close(3) = 0\n",
               "pass");
}

static void test_the_next_call_waits_for_one_that_blocks(void) {
  assert_plays("rfc9293",
               OPEN "+0...0.1 read(4, ..., 100) = 10\n+.1 < P. 1:11(10) ack 1 win 65535\n"
                    "+0 write(4, ..., 5) = 5\n+0 > P. 1:6(5) ack 11\n",
               "pass");
  assert_plays("rfc9293", OPEN "+0...0.1 read(4, ..., 100) = 10\n+.05 write(4, ..., 5) = 5\n",
               "fail: read() did not return");
}

static void test_results_and_errors_are_those_of_the_stack(void) {
#define NONBLOCKING OPEN "+0 fcntl(4, F_SETFL, O_RDWR|O_NONBLOCK) = 0\n"
  assert_plays("linux", NONBLOCKING "+0 fcntl(4, F_GETFL) = 0x802 (flags O_RDWR|O_NONBLOCK)\n", "pass");
  assert_plays("freebsd", NONBLOCKING "+0 fcntl(4, F_GETFL) = 0x6 (flags O_RDWR|O_NONBLOCK)\n", "pass");
  assert_plays("linux", NONBLOCKING "+0 read(4, ..., 10) = -1 EAGAIN (Resource temporarily unavailable)\n", "pass");
  assert_plays("linux", NONBLOCKING "+0 read(4, ..., 10) = 0\n", "fail: the call returned something else");
  assert_plays("linux", "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 write(3, ..., 1) = -1 EPIPE (Broken pipe)\n",
               "pass");
  assert_plays("freebsd", "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 write(3, ..., 1) = -1 ENOTCONN (...)\n",
               "pass");
  assert_plays("linux", "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 shutdown(3, SHUT_WR) = -1 ENOTCONN (...)\n",
               "pass");
  assert_plays("linux", "0 close(9) = -1 EBADF (Bad file descriptor)\n", "pass");
}

static void test_a_nonblocking_connect_tells_how_it_ended(void) {
#define BEGUN                                                                                                          \
  "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0\n"                         \
  "+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)\n+0 > S 0:0(0) <...>\n"                        \
  "+0 connect(3, ..., ...) = -1 EALREADY (Operation already in progress)\n"
#define ANSWERED BEGUN "+.01 < S. 0:0(0) ack 1 win 5000 <mss 1000>\n+0 > . 1:1(0) ack 1\n"
  assert_plays("linux", ANSWERED "+0 connect(3, ..., ...) = 0\n+0 connect(3, ..., ...) = -1 EISCONN (...)\n", "pass");
  assert_plays("freebsd", ANSWERED "+0 connect(3, ..., ...) = -1 EISCONN (...)\n", "pass");
  assert_plays("linux",
               BEGUN "+.01 < R. 0:0(0) ack 1\n+0 getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0\n"
                     "+0 getsockopt(3, SOL_SOCKET, SO_ERROR, [0], [4]) = 0\n",
               "pass");
}

static void test_an_error_is_told_once_and_the_data_before_it_first(void) {
  assert_plays("linux",
               OPEN "+0 < P. 1:11(10) ack 1 win 500\n+0 > . 1:1(0) ack 11\n+.01 < R 11:11(0)\n"
                    "+0 read(4, ..., 100) = 10\n+0 read(4, ..., 100) = -1 ECONNRESET (Connection reset by peer)\n"
                    "+0 read(4, ..., 100) = 0\n+0 write(4, ..., 1) = -1 EPIPE (Broken pipe)\n",
               "pass");
}

static void test_a_reset_in_close_wait_is_a_broken_pipe_to_linux_alone(void) {
  assert_plays("linux",
               OPEN "+0 < F. 1:1(0) ack 1 win 500\n* > . 1:1(0) ack 2\n+.01 < R 2:2(0)\n"
                    "+0 getsockopt(4, SOL_SOCKET, SO_ERROR, [EPIPE], [4]) = 0\n",
               "pass");
  assert_plays("freebsd",
               OPEN "+0 < F. 1:1(0) ack 1 win 500\n+0 > . 1:1(0) ack 2\n+.01 < R 2:2(0)\n"
                    "+0 getsockopt(4, SOL_SOCKET, SO_ERROR, [ECONNRESET], [4]) = 0\n",
               "pass");
}

static void test_unread_data_turns_close_into_a_reset_where_the_stack_does_so(void) {
#define UNREAD                                                                                                         \
  OPEN "+0 < P. 1:11(10) ack 1 win 500\n* > . 1:1(0) ack 11\n+0 ioctl(4, SIOCINQ, [10]) = 0\n+0 close(4) = 0\n"
  assert_plays("linux", UNREAD "+0 > R. 1:1(0) ack 11\n", "pass");
  assert_plays("freebsd", UNREAD "+0 > F. 1:1(0) ack 11\n", "pass");
}

static void test_closing_a_listener_resets_what_was_not_accepted(void) {
  assert_plays("linux",
               LISTENS "+0 < S 0:0(0) win 65535 <mss 1000>\n+0 > S. 0:0(0) ack 1 <mss 1460>\n"
                       "+.01 < . 1:1(0) ack 1 win 65535\n+0 close(3) = 0\n+0 > R. 1:1(0) ack 1\n",
               "pass");
}

static void test_a_full_send_buffer_makes_a_write_partial_or_wait(void) {
#define BUFFERED OPEN "+0 setsockopt(4, SOL_SOCKET, SO_SNDBUF, [1500], 4) = 0\n"
  assert_plays("rfc9293",
               BUFFERED "+0 fcntl(4, F_SETFL, O_RDWR|O_NONBLOCK) = 0\n+0 write(4, ..., 2000) = 1500\n"
                        "+0 write(4, ..., 1) = -1 EAGAIN (...)\n+0 ioctl(4, SIOCOUTQ, [1500]) = 0\n",
               "pass");
  assert_plays("rfc9293",
               BUFFERED "+0...0.1 write(4, ..., 2000) = 2000\n+0 > . 1:1001(1000) ack 1\n"
                        "+.1 < . 1:1(0) ack 1001 win 65535\n* > P. 1001:1501(500) ack 1\n",
               "pass");
}

static void test_poll_tells_what_a_socket_is_ready_for(void) {
  assert_plays("linux",
               OPEN "+0 poll([{fd=4, events=POLLIN|POLLOUT, revents=POLLOUT}], 1, 0) = 1\n"
                    "+0 < F. 1:1(0) ack 1 win 500\n"
                    "+.05 poll([{fd=4, events=POLLIN, revents=POLLIN}], 1, 0) = 1\n",
               "pass");
  assert_plays("linux", OPEN "+0...0.2 poll([{fd=4, events=POLLIN, revents=0}], 1, 200) = 0\n+.3 close(4) = 0\n",
               "pass");
}

static void test_ports_are_refused_as_the_stack_does(void) {
#define AGAIN "+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 5\n"
  assert_plays("linux", OPEN AGAIN "+0 bind(5, ..., ...) = -1 EADDRINUSE (Address already in use)\n", "pass");
  assert_plays("linux",
               OPEN "+0 close(4) = 0\n+0 > F. 1:1(0) ack 1\n+0 close(3) = 0\n" AGAIN
                    "+0 setsockopt(5, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0\n"
                    "+0 bind(5, ..., ...) = -1 EADDRINUSE (Address already in use)\n",
               "pass");
  assert_plays("freebsd",
               OPEN "+0 close(4) = 0\n+0 > F. 1:1(0) ack 1\n+0 close(3) = 0\n" AGAIN
                    "+0 setsockopt(5, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0\n+0 bind(5, ..., ...) = 0\n",
               "pass");
}

/* --- commands, assertions, verdicts ------------------------------------------------------------------------------- */

static void test_sysctl_sets_the_parameter_it_stands_for(void) {
  assert_plays(NULL,
               "`sysctl -q net.ipv4.tcp_fin_timeout=3`\n" OPEN
               "+0 close(4) = 0\n+0 > F. 1:1(0) ack 1\n+.01 < . 1:1(0) ack 2 win 500\n"
               "+3.2 < F. 1:1(0) ack 2 win 500\n+0 > R 2:2(0)\n",
               "pass");
  assert_plays(NULL,
               "0 `sysctl -w net.inet.tcp.insecure_rst=1`\n+" OPEN "+0 < R 50:50(0)\n"
               "+0 read(4, ..., 1) = -1 ECONNRESET (...)\n",
               "pass");
}

static void test_a_setting_that_is_not_known_is_warned_of_once(void) {
  g_autoptr(PktResult) result = play_with(
      "--no_such_option=1\n0 `sysctl -w net.ipv4.no_such=1`\n+0 `sysctl -w net.ipv4.no_such=2`\n", NULL, FALSE);
  g_assert_cmpint(result->verdict, ==, PKT_PASS);
  g_assert_cmpuint(result->warnings->len, ==, 2);
  g_assert_nonnull(strstr(g_ptr_array_index(result->warnings, 1), "net.ipv4.no_such"));
}

static void test_sockets_in_a_state_are_counted(void) {
  assert_plays("freebsd",
               OPEN "+0 `sockstat -P tcp -s | grep -c ESTABLISHED | grep 1`\n"
                    "+0 `sockstat -P tcp -s | grep -c LISTEN | grep 1`\n",
               "pass");
  assert_plays("freebsd", OPEN "+0 `sockstat -P tcp -s | grep -c CLOSE_WAIT | grep 1`\n",
               "fail: sockets in that state");
  assert_plays("linux", OPEN "+0 `ss -Htan state established | wc -l | grep 1`\n+0 `ss -tan | grep -q ESTAB`\n",
               "pass");
  assert_plays("linux", OPEN "+0 `ss -tan state established | wc -l | grep 2`\n", "pass"); /* and a headline */
  assert_plays("linux", OPEN "+0 `ss -tan | grep -q FIN-WAIT-1`\n", "fail: sockets in that state");
}

static void test_no_command_is_executed(void) {
  g_autofree char *path = g_build_filename(g_get_tmp_dir(), "teardown-must-not-be", NULL);
  g_autofree char *script = g_strdup_printf("0 `touch %s`\n+0 `/bin/sh -c \"touch %s\"`\n", path, path);
  assert_plays("linux", script, "outside: the command sh");
  g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

static void test_assertions_look_into_the_connection(void) {
  assert_plays("linux",
               OPEN "+0 %{ assert tcpi_state == TCP_ESTABLISHED }%\n+0 shutdown(4, SHUT_WR) = 0\n"
                    "+0 > F. 1:1(0) ack 1\n+0 %{ assert tcpi_state == TCPI_FIN_WAIT_1 }%\n"
                    "+0 %{ assert tcpi_unacked == 1 }%\n",
               "pass");
  assert_plays("linux", OPEN "+0 %{ assert tcpi_state == TCP_CLOSE_WAIT }%\n", "fail: the assertion does not hold");
}

static void test_what_is_not_simulated_is_named_and_never_passes(void) {
  assert_plays("linux", "0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3\n", "outside: a socket that is not TCP's");
  assert_plays("linux", OPEN "+0 splice(4, ..., 5, ..., 10, 0) = 10\n", "outside: the system call splice()");
  assert_plays("linux", OPEN "+0 setsockopt(4, SOL_TCP, TCP_FASTOPEN, [1], 4) = 0\n",
               "outside: the socket option TCP_FASTOPEN");
  assert_plays("linux", OPEN "+0 `tc qdisc add dev tun0 root pfifo limit 0`\n", "outside: tc ... limit");
  assert_plays("linux", "0 `nstat | grep TcpExtTCPAbortOnClose`\n", "outside: counters of the kernel (nstat)");
}

static void test_the_profile_shows_in_the_commands(void) {
  static const char *const CASES[][2] = {{"0 `sysctl -w net.inet.tcp.msl=1000`\n", "freebsd"},
                                         {"0 `sysctl -w net.ipv4.tcp_sack=1`\n", "linux"},
                                         {"`../common/defaults.sh`\n0 close(3) = -1 EBADF (...)\n", "linux"},
                                         {"0 `sockstat | grep -c LISTEN | grep 0`\n", "freebsd"},
                                         {"--profile=rfc9293\n0 close(3) = -1 EBADF (...)\n", "rfc9293"},
                                         {"0 close(3) = -1 EBADF (...)\n", "linux"}};
  for (unsigned i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autoptr(PktResult) result = play_with(CASES[i][0], NULL, FALSE);
    g_assert_cmpstr(result->profile->name, ==, CASES[i][1]);
  }
}

static void test_a_run_gives_a_trace_like_any_other(void) {
  g_autoptr(PktResult) result = play_with(OPEN "+0 close(4) = 0\n+0 > F. 1:1(0) ack 1\n", "rfc9293", TRUE);
  const Trace *trace = result->trace;
  unsigned states = 0, sent = 0, closes = 0;
  g_assert_cmpuint(trace->header->hosts->len, ==, 2);
  g_assert_cmpstr(((const TraceHost *)g_ptr_array_index(trace->header->hosts, 1))->name, ==, "wire");
  for (size_t i = 0; i < trace->count; i++) {
    const TraceRecord *record = &trace->records[i];
    gboolean is_close = record->kind == TRACE_APP && strcmp(trace_text(trace, record->app.call), "close") == 0;
    states += record->kind == TRACE_STATE;
    sent += record->kind == TRACE_SENT;
    closes += is_close ? 1 : 0;
    if (is_close)
      g_assert_cmpint(trace->records[i + 1].kind, ==, TRACE_STATE); /* the cause stands before its effect */
  }
  g_assert_cmpuint(states, ==, 4); /* LISTEN, SYN-RECEIVED, ESTABLISHED, FIN-WAIT-1 */
  g_assert_cmpuint(sent, ==, 4);
  g_assert_cmpuint(closes, ==, 1);
  g_assert_cmpint(trace->records[trace->count - 1].kind, ==, TRACE_END);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/pkt-play/" #name, test_##name)
  TEST(a_time_is_due_by_its_kind);
  TEST(the_tolerance_is_4_ms_or_an_eighth_of_the_interval);
  TEST(a_packet_that_comes_within_the_tolerance_passes_beyond_it_fails);
  TEST(ranges_and_any_time_are_times_too);
  TEST(relative_times_count_from_when_the_event_before_was_done);
  TEST(an_event_whose_time_has_passed_fails);
  TEST(each_field_that_is_written_is_compared);
  TEST(no_list_of_options_allows_none);
  TEST(options_stand_in_the_order_of_the_stack);
  TEST(a_timestamp_that_is_echoed_is_the_one_the_script_saw);
  TEST(timestamps_are_compared_in_ticks_only_if_asked);
  TEST(a_packet_nobody_expected_fails_the_next_that_is_expected);
  TEST(what_leaves_after_the_last_line_is_nobodys_business);
  TEST(a_packet_that_never_leaves_fails_its_line);
  TEST(one_line_stands_for_segments_that_leave_together);
  TEST(numbers_are_relative_to_what_the_script_gave_the_syns);
  TEST(a_failure_says_line_expected_and_seen);
  TEST(a_segment_for_no_connection_is_answered_from_closed);
  TEST(a_connection_by_its_ports_beside_the_one_under_test);
  TEST(a_call_that_blocks_ends_when_the_simulation_says_so);
  TEST(a_call_that_should_not_block_waits_and_the_next_event_counts_from_its_end);
  TEST(the_next_call_waits_for_one_that_blocks);
  TEST(results_and_errors_are_those_of_the_stack);
  TEST(a_nonblocking_connect_tells_how_it_ended);
  TEST(an_error_is_told_once_and_the_data_before_it_first);
  TEST(a_reset_in_close_wait_is_a_broken_pipe_to_linux_alone);
  TEST(unread_data_turns_close_into_a_reset_where_the_stack_does_so);
  TEST(closing_a_listener_resets_what_was_not_accepted);
  TEST(a_full_send_buffer_makes_a_write_partial_or_wait);
  TEST(poll_tells_what_a_socket_is_ready_for);
  TEST(ports_are_refused_as_the_stack_does);
  TEST(sysctl_sets_the_parameter_it_stands_for);
  TEST(a_setting_that_is_not_known_is_warned_of_once);
  TEST(sockets_in_a_state_are_counted);
  TEST(no_command_is_executed);
  TEST(assertions_look_into_the_connection);
  TEST(what_is_not_simulated_is_named_and_never_passes);
  TEST(the_profile_shows_in_the_commands);
  TEST(a_run_gives_a_trace_like_any_other);
  return g_test_run();
}
