/* Rows of the table that only some stacks, or only what an application asks for, bring about. */
#include "tests/conformance/script.h"

#include <glib.h>

#define STACK "/stacks/"

static const Script SCRIPTS[] = {
    {STACK "crash-forgets-all-and-tells-nobody", "in ESTABLISHED; crash; = CLOSED"},
    {STACK "new-syn-in-time-wait-with-a-listener-reopens",
     "listener; in TIME-WAIT; < S 1000:1000(0); = CLOSED; ! reopened"},
    {STACK "new-syn-in-time-wait-without-a-listener-gets-ack",
     "in TIME-WAIT; < S 1000:1000(0); x syn; > . 2:2(0) ack 2"},
    {STACK "old-syn-in-time-wait-is-dropped", "set old_syn_in_time_wait drop; in TIME-WAIT; < S 1:1(0); x syn"},
    {STACK "old-syn-in-the-window-is-reset",
     "set old_syn_in_time_wait reset; set syn_in_time_wait never; in TIME-WAIT; < S 2:2(0); x syn; > R 2:2(0)"},
    {STACK "syn-in-the-window-resets",
     "set syn_accepted reset; in ESTABLISHED; < S 1:1(0); x syn; = CLOSED; ! reset; > R 1:1(0)"},
    {STACK "shutdown-before-the-syn-ack-waits",
     "set syn_received_close drop; in SYN-SENT; shutdown; = SYN-SENT; send 10 -> error closing; < S. 0:0(0) ack 1; "
     "= ESTABLISHED FIN-WAIT-1; ! open; > F. 1:1(0) ack 1"},
    {STACK "syn-in-the-window-resets-an-embryo",
     "set embryo_syn reset; in LISTEN; < S 0:0(0); = SYN-RECEIVED; > S. 0:0(0) ack 1; < S 10:10(0); x syn; = LISTEN; "
     "> R. 0:0(0) ack 11"},
    {STACK "any-syn-gets-the-syn-ack-of-an-embryo-again",
     "set embryo_syn repeat; set syn_ack_repeated 1; in LISTEN; < S 0:0(0); = SYN-RECEIVED; > S. 0:0(0) ack 1; "
     "< S 10:10(0); x sequence; > S. 0:0(0) ack 1"},
    {STACK "any-rst-in-the-window-ends-an-embryo",
     "set embryo_rst window; in LISTEN; < S 0:0(0); = SYN-RECEIVED; > S. 0:0(0) ack 1; < R 10:10(0); = LISTEN"},
    {STACK "rst-with-ack-is-nothing-to-an-embryo",
     "set embryo_rst bare; in LISTEN; < S 0:0(0); = SYN-RECEIVED; > S. 0:0(0) ack 1; < R. 1:1(0) ack 1; x rst; "
     "< R 1:1(0); = LISTEN"},
    {STACK "repeated-syn-gets-the-syn-ack-again",
     "set syn_ack_repeated 1; in LISTEN; < S 0:0(0); = SYN-RECEIVED; > S. 0:0(0) ack 1; < S 0:0(0); x sequence;"
     "> S. 0:0(0) ack 1"},
    {STACK "unacceptable-segment-restarts-2msl", "set time_wait_restart unacceptable; in TIME-WAIT; +10s; < P. "
                                                 "-99:1(100) ack 2; x sequence; > . 2:2(0) ack 2; ~ 2msl 240s"},
    {STACK "odd-ack-in-time-wait-is-answered",
     "set time_wait_answers_odd 1; in TIME-WAIT; < . 2:2(0) ack 1; > . 2:2(0) ack 2"},
    {STACK "abort-leads-to-time-wait",
     "set rst_enters_time_wait 1; in ESTABLISHED; abort; = TIME-WAIT; > R 1:1(0); ~ 2msl 240s"},
    {STACK "abort-with-data-out-sends-nothing-again",
     "set rst_enters_time_wait 1; in ESTABLISHED; send 10; > P. 1:11(10) ack 1; abort; = TIME-WAIT; > R 11:11(0); ~ "
     "2msl 240s; +100s"},
    {STACK "answers-to-empty-segments-are-limited",
     "set challenge_limit 1; set challenge_period 1s; in ESTABLISHED; < . -9:-9(0) ack 1; x sequence; > . 1:1(0) ack 1;"
     "< . -9:-9(0) ack 1; x sequence; < R 10:10(0); x rst; < S 1:1(0); x syn; < . 1:1(0) ack 100; x ack; +1s;"
     "< . -9:-9(0) ack 1; > . 1:1(0) ack 1"},
    {STACK "answers-to-old-syns-in-time-wait-are-limited",
     "set challenge_limit 1; set challenge_period 1s; in TIME-WAIT; < S 1:1(0); x syn; > . 2:2(0) ack 2;"
     "< S 1:1(0); x syn; +1s; < S 1:1(0); x syn; > . 2:2(0) ack 2"},
    {STACK "answers-to-text-are-not-limited", "set challenge_limit 1; in ESTABLISHED; < P. -9:1(10) ack 1; > . 1:1(0) "
                                              "ack 1; < P. -9:1(10) ack 1; > . 1:1(0) ack 1"},
    {STACK "keepalives-without-an-answer-end-it",
     "set keepalive_idle 10s; set keepalive_interval 1s; set keepalive_count 1; in ESTABLISHED; keepalive; +10s;"
     "> . 0:0(0) ack 1; +1s; = CLOSED; ! timeout"},
    {STACK "keepalives-without-an-answer-end-it-with-rst",
     "set keepalive_idle 10s; set keepalive_interval 1s; set keepalive_count 1; set keepalive_rst 1; in ESTABLISHED;"
     "keepalive; +10s; > . 0:0(0) ack 1; +1s; = CLOSED; ! timeout; > R 1:1(0)"},
    {STACK "data-after-shut-rd-may-reset", "set shut_read_data reset; in ESTABLISHED; stop reading; < P. 1:101(100) "
                                           "ack 1; x text; = CLOSED; ! closed; > R 1:1(0)"},
    {STACK "time-wait-of-a-freed-tuple-is-taken-over", "set bug_port_freed_early 1; in TIME-WAIT; take over; = CLOSED"},
    /* FIN-WAIT-2 that nobody waits in: TCP_LINGER2 below 0 */
    {STACK "linger2-below-0-resets-when-the-fin-is-acknowledged",
     "profile linux; in ESTABLISHED; linger2 -1; close; = FIN-WAIT-1; > F. 1:1(0) ack 1; < . 1:1(0) ack 2;"
     "= FIN-WAIT-2 CLOSED; ! closed; > R 2:2(0)"},
    {STACK "linger2-below-0-resets-at-close-in-fin-wait-2",
     "profile linux; in FIN-WAIT-2; linger2 -1; close; = CLOSED; ! closed; > R. 2:2(0) ack 1"},
    {STACK "linger2-below-0-asks-nothing-of-a-half-close",
     "profile linux; in ESTABLISHED; linger2 -1; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 1; < . 1:1(0) ack 2;"
     "= FIN-WAIT-2; ~ none"},
    {STACK "linger2-is-two-minutes-at-the-most-in-linux",
     "profile linux; in FIN-WAIT-2; linger2 300; close; ~ fin-wait-2 120s"},
    {STACK "fin-wait-2-lasts-at-least-three-timeouts-and-a-half-in-linux",
     "profile linux; rtt 400ms; in FIN-WAIT-2; linger2 1; close; ~ fin-wait-2 4.725s"},
    {STACK "orphan-resets-a-fin-that-comes-early",
     "profile linux; in ESTABLISHED; close; = FIN-WAIT-1; > F. 1:1(0) ack 1; < F. 101:101(0) ack 2; x text;"
     "= FIN-WAIT-2 CLOSED; ! closed; > R 2:2(0)"},
    {STACK "half-close-holds-a-fin-that-comes-early",
     "profile linux; in FIN-WAIT-2; < F. 101:101(0) ack 2; > . 2:2(0) ack 1; = FIN-WAIT-2"},
    /* closing what is not open, aborting what is closed */
    {STACK "close-in-syn-received-drops-the-embryo",
     "set syn_received_close drop; in SYN-RECEIVED/active; close; = CLOSED; ! closed"},
    {STACK "shutdown-in-syn-received-waits-for-established",
     "set syn_received_close drop; in SYN-RECEIVED/active; shutdown; = SYN-RECEIVED; < . 1:1(0) ack 1;"
     "= ESTABLISHED FIN-WAIT-1; ! open; > F. 1:1(0) ack 1"},
    {STACK "abort-in-last-ack-is-silent-once-the-fin-is-out",
     "profile linux; set ack_policy rfc; in LAST-ACK; abort; = CLOSED; ! closed"},
    {STACK "abort-in-last-ack-resets-while-the-fin-waits",
     "profile linux; set ack_policy rfc; peer win 0; in ESTABLISHED; < F. 1:1(0) ack 1 win 0; = CLOSE-WAIT; ! eof;"
     "> . 1:1(0) ack 2; shutdown; = LAST-ACK; abort; = CLOSED; ! closed; > R. 1:1(0) ack 2"},
    {STACK "abort-in-last-ack-resets", "set abort_after_fin reset; in LAST-ACK; abort; = CLOSED; ! closed; > R 2:2(0)"},
    {STACK "close-with-unread-data-in-last-ack-resets",
     "read off; in ESTABLISHED; < P. 1:11(10) ack 1; ! data; < F. 11:11(0) ack 1; = CLOSE-WAIT; ! eof;"
     "> . 1:1(0) ack 12; shutdown; = LAST-ACK; > F. 1:1(0) ack 12; close -> error closing; = CLOSED; ! closed;"
     "> R 2:2(0)"},
    {STACK "last-ack-ends-by-itself",
     "set last_ack_timeout 5s; in LAST-ACK; ~ retransmission 1s, last-ack 5s; +1s; > F. 1:1(0) ack 2; +2s;"
     "> F. 1:1(0) ack 2; +2s; = CLOSED; ! timeout"},
    {STACK "last-ack-by-its-ack-stops-that-timer",
     "set last_ack_timeout 5s; in LAST-ACK; < . 2:2(0) ack 2; = CLOSED; ! closed; ~ none"},
    /* RFC 5961 5.2 */
    {STACK "ack-below-the-window-before-una-is-answered",
     "peer win 100; in ESTABLISHED; send 50; > P. 1:51(50) ack 1; < . 1:1(0) ack 51 win 100; < P. 1:11(10) ack -50;"
     "x ack; > . 51:51(0) ack 1"},
    {STACK "ack-at-the-window-before-una-is-a-duplicate",
     "peer win 100; in ESTABLISHED; send 50; > P. 1:51(50) ack 1; < . 1:1(0) ack 51 win 100; < P. 1:11(10) ack -49;"
     "! data 10; +200ms; > . 51:51(0) ack 11"},
    {STACK "linux-answers-an-ack-below-all-that-was-acknowledged",
     "profile linux; in ESTABLISHED; < . 1:1(0) ack -1; x ack; > . 1:1(0) ack 1"},
    {STACK "old-acks-may-be-ignored", "set old_ack ignored; peer win 10; in ESTABLISHED; < . 1:1(0) ack -90"},
    /* what Linux does before and beside the numbers */
    {STACK "linux-drops-a-segment-without-ack-before-its-numbers",
     "profile linux; in ESTABLISHED; < P -99:1(100); x ack; < P 1:101(100); x ack"},
    {STACK "rfc9293-acknowledges-an-old-segment-without-ack",
     "in ESTABLISHED; < P -99:1(100); x sequence; > . 1:1(0) ack 1"},
    {STACK "linux-drops-a-syn-with-fin-in-listen", "profile linux; in LISTEN; < SF 0:0(0); x listen-other"},
    {STACK "linux-takes-a-bare-fin-though-its-window-is-shut",
     "profile linux; set rcv_wnd 10; set ack_policy rfc; set delayed_ack 0s; read off; in ESTABLISHED;"
     "< P. 1:11(10) ack 1; ! data; > . 1:1(0) ack 11 win 0; < F. 11:11(0) ack 1; = CLOSE-WAIT; ! eof;"
     "> . 1:1(0) ack 12 win 0"},
    {STACK "linux-refuses-a-fin-with-data-when-its-window-is-shut",
     "profile linux; set rcv_wnd 10; set ack_policy rfc; set delayed_ack 0s; read off; in ESTABLISHED;"
     "< P. 1:11(10) ack 1; ! data; > . 1:1(0) ack 11 win 0; < FP. 11:21(10) ack 1; x sequence; > . 1:1(0) ack 11 win "
     "0"},
    {STACK "rfc9293-refuses-a-bare-fin-when-its-window-is-shut",
     "set rcv_wnd 10; set delayed_ack 0s; read off; in ESTABLISHED;"
     "< P. 1:11(10) ack 1; ! data; > . 1:1(0) ack 11 win 0; < F. 11:11(0) ack 1; x sequence; > . 1:1(0) ack 11 win 0"},
    {STACK "linux-takes-a-timestamp-one-tick-old",
     "profile linux; peer timestamps; in ESTABLISHED; < P. 1:11(10) ack 1 <TS val 2000 ecr 1000>; ! data 10;"
     "> . 1:1(0) ack 11; < P. 11:21(10) ack 1 <TS val 1999 ecr 1000>; ! data 10; > . 1:1(0) ack 21;"
     "< P. 21:31(10) ack 1 <TS val 1998 ecr 1000>; x sequence; > . 1:1(0) ack 21"},
    {STACK "rfc7323-refuses-a-timestamp-one-tick-old",
     "set timestamps 1; peer timestamps; set delayed_ack 0s; in ESTABLISHED;"
     "< P. 1:11(10) ack 1 <TS val 2000 ecr 1000>; ! data 10; > . 1:1(0) ack 11;"
     "< P. 11:21(10) ack 1 <TS val 1999 ecr 1000>; x sequence; > . 1:1(0) ack 11"},
    {STACK "rst-of-an-abort-has-a-timestamp",
     "profile linux; peer timestamps; in ESTABLISHED; abort; = CLOSED; ! closed;"
     "> R. 1:1(0) ack 1 <TS 1000 ecr 1000>"},
    {STACK "rst-for-late-data-has-no-timestamp",
     "profile linux; peer timestamps; in ESTABLISHED; close; = FIN-WAIT-1; > F. 1:1(0) ack 1;"
     "< P. 1:11(10) ack 1 <TS val 2000 ecr 1000>; x text; = CLOSED; ! closed; > R 1:1(0) <>"},
    {STACK "linux-acknowledges-at-once-after-a-duplicate",
     "profile linux; in ESTABLISHED; < P. 1:11(10) ack 1; ! data 10; > . 1:1(0) ack 11; send 5; > P. 1:6(5) ack 11;"
     "< P. 11:21(10) ack 6; ! data 10; ~ delayed-ack 40ms; +40ms; > . 6:6(0) ack 21;"
     "< P. 11:21(10) ack 6; x sequence; > . 6:6(0) ack 21; < P. 21:31(10) ack 6; ! data 10; > . 6:6(0) ack 31"},
    /* TIME-WAIT in Linux knows one segment without an answer: an empty one at RCV.NXT */
    {STACK "linux-time-wait-answers-an-empty-segment-ahead",
     "profile linux; in TIME-WAIT; +10s; < . 3:3(0) ack 2; x sequence; > . 2:2(0) ack 2; ~ 2msl 60s"},
    {STACK "linux-time-wait-looks-at-no-ack-number",
     "profile linux; in TIME-WAIT; +10s; < . 2:2(0) ack 99; ~ 2msl 60s"},
    {STACK "linux-time-wait-is-not-restarted-by-a-fin-without-ack",
     "profile linux; in TIME-WAIT; +10s; < F 1:1(0); > . 2:2(0) ack 2; ~ 2msl 50s"},
    {STACK "answers-to-text-do-not-use-up-those-to-empty-segments",
     "set challenge_limit 1; in ESTABLISHED; < P. -9:1(10) ack 1; > . 1:1(0) ack 1; < . -9:-9(0) ack 1;"
     "> . 1:1(0) ack 1"},
    {STACK "three-duplicate-acks-resend-the-front",
     "in ESTABLISHED; send 3000; > . 1:1001(1000) ack 1; > . 1001:2001(1000) ack 1; > P. 2001:3001(1000) ack 1;"
     "< . 1:1(0) ack 1; < . 1:1(0) ack 1; < . 1:1(0) ack 1; > . 1:1001(1000) ack 1"},
    {STACK "answers-to-window-probes-are-no-duplicate-acks",
     "in ESTABLISHED; send 1000; > P. 1:1001(1000) ack 1; < . 1:1(0) ack 1001 win 0; send 10; +1s; > . 1001:1002(1) "
     "ack 1;"
     "< . 1:1(0) ack 1001 win 0; +2s; > . 1001:1002(1) ack 1; < . 1:1(0) ack 1001 win 0; +4s; > . 1001:1002(1) ack 1;"
     "< . 1:1(0) ack 1001 win 0"},
};

int main(int argc, char **argv) {
  return scripts_main(argc, argv, SCRIPTS, G_N_ELEMENTS(SCRIPTS));
}
