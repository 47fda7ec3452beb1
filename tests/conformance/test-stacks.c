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
     "set old_syn_in_time_wait reset; set syn_in_time_wait never; in TIME-WAIT; < S 2:2(0); x syn; > R. 0:0(0) ack 3"},
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
    /* which RST counts where an ACK is still owed */
    {STACK "freebsd-takes-a-rst-at-its-last-ack",
     "profile freebsd; in ESTABLISHED; < P. 1:11(10) ack 1; ! data 10; < R 1:1(0); = CLOSED; ! reset"},
    {STACK "freebsd-challenges-a-rst-behind-its-last-ack",
     "profile freebsd; in ESTABLISHED; < P. 1:11(10) ack 1; ! data 10; < R 11:11(0); x rst; > . 1:1(0) ack 11;"
     "< R 11:11(0); = CLOSED; ! reset"},
    {STACK "freebsd-drops-a-rst-below-its-last-ack",
     "profile freebsd; in ESTABLISHED; < P. 1:11(10) ack 1; ! data 10; < R 0:0(0); x sequence; = ESTABLISHED; +40ms;"
     "> . 1:1(0) ack 11"},
    {STACK "rfc9293-takes-a-rst-at-rcv-nxt-though-an-ack-is-owed",
     "in ESTABLISHED; < P. 1:11(10) ack 1; ! data 10; < R 11:11(0); = CLOSED; ! reset"},
    /* TIME-WAIT in lwIP and smoltcp */
    {STACK "lwip-time-wait-is-restarted-by-any-fin",
     "profile lwip; in TIME-WAIT; +10s; < F. 50:50(0) ack 2; x text; > . 2:2(0) ack 2; ~ 2msl 120s; +10s;"
     "< F. 1:1(0) ack 2; > . 2:2(0) ack 2; ~ 2msl 120s; +10s; < P. -99:1(100) ack 2; x sequence; > . 2:2(0) ack 2;"
     "~ 2msl 110s"},
    {STACK "lwip-time-wait-answers-no-empty-segment",
     "profile lwip; in TIME-WAIT; < . 1:1(0) ack 2; x sequence; < . 2:2(0) ack 99; < . 2:2(0) ack 2; = TIME-WAIT"},
    {STACK "smoltcp-drops-what-has-no-ack-in-time-wait",
     "profile smoltcp; in TIME-WAIT; +1s; < P -99:1(100); x ack; < F 1:1(0); x ack; ~ 2msl 9s"},
    {STACK "smoltcp-challenges-an-ack-of-nothing-new-in-last-ack",
     "profile smoltcp; in LAST-ACK; < . 2:2(0) ack 1; x ack; > . 2:2(0) ack 2; < . 2:2(0) ack 1; x ack; = LAST-ACK"},
    {STACK "rfc9293-ignores-an-ack-of-nothing-new-in-last-ack", "in LAST-ACK; < . 2:2(0) ack 1; = LAST-ACK"},
    {STACK "linux-time-wait-is-restarted-by-a-syn-with-an-old-timestamp",
     "profile linux; listener; peer timestamps; in ESTABLISHED; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 1;"
     "< F. 1:1(0) ack 2 <TS val 2000 ecr 1000>; = FIN-WAIT-2 TIME-WAIT; ! eof; > . 2:2(0) ack 2; +10s;"
     "< S 9999:9999(0) <TS val 1000 ecr 0>; x syn; > . 2:2(0) ack 2; ~ 2msl 60s"},
    /* keepalives and FIN-WAIT-2 */
    {STACK "linux-keeps-alive-in-fin-wait-2", "profile linux; in FIN-WAIT-2; keepalive; ~ keepalive 7200s"},
    {STACK "rfc9293-keeps-nothing-alive-in-fin-wait-2", "in FIN-WAIT-2; keepalive; ~ none"},
    {STACK "freebsd-limits-fin-wait-2-if-nobody-reads",
     "profile freebsd; in ESTABLISHED; stop reading; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 1; < . 1:1(0) ack 2;"
     "= FIN-WAIT-2; ~ fin-wait-2 600s"},
    {STACK "freebsd-does-not-limit-a-half-close", "profile freebsd; in ESTABLISHED; shutdown; = FIN-WAIT-1; > F. "
                                                  "1:1(0) ack 1; < . 1:1(0) ack 2; = FIN-WAIT-2; ~ none"},
    /* whose ACK counts although the segment lies outside the window */
    {STACK "freebsd-uses-the-ack-of-an-old-empty-segment",
     "profile freebsd; in ESTABLISHED; send 10; > P. 1:11(10) ack 1; < P. 1:11(10) ack 1; ! data 10; +40ms;"
     "> . 11:11(0) ack 11; < . 1:1(0) ack 11; x sequence; > . 11:11(0) ack 11; ~ keepalive 7199.96s"},
    {STACK "rfc9293-does-not-use-the-ack-of-an-old-empty-segment",
     "in ESTABLISHED; send 10; > P. 1:11(10) ack 1; < P. 1:11(10) ack 1; ! data 10; +200ms;"
     "> . 11:11(0) ack 11; < . 1:1(0) ack 11; x sequence; > . 11:11(0) ack 11; ~ retransmission 800ms"},
    {STACK "linux-takes-an-empty-segment-behind-its-last-ack",
     "profile linux; in ESTABLISHED; < P. 1:11(10) ack 1; ! data 10; > . 1:1(0) ack 11; send 5; > P. 1:6(5) ack 11;"
     "< P. 11:21(10) ack 1; ! data 10;"
     "< . 11:11(0) ack 6; ~ delayed-ack 40ms; +40ms; > . 6:6(0) ack 21; < . 11:11(0) ack 6; x sequence; > . 6:6(0) ack "
     "21"},
    {STACK "linux-challenges-a-rst-behind-its-last-ack",
     "profile linux; in ESTABLISHED; < P. 1:11(10) ack 1; ! data 10; > . 1:1(0) ack 11; send 5; > P. 1:6(5) ack 11;"
     "< P. 11:21(10) ack 1; ! data 10;"
     "< R 11:11(0); x rst; > . 6:6(0) ack 21; = ESTABLISHED"},
    {STACK "freebsd-drops-a-rst-right-behind-its-window", "profile freebsd; set rcv_wnd 1000; set window_scale 0; in "
                                                          "ESTABLISHED; < R 1001:1001(0); x sequence; = ESTABLISHED"},
    {STACK "freebsd-takes-an-empty-segment-right-behind-its-window",
     "profile freebsd; set rcv_wnd 1000; set window_scale 0; in ESTABLISHED; send 10; > P. 1:11(10) ack 1;"
     "< . 1001:1001(0) ack 11; ~ keepalive 7200s"},
    /* what a host has only so many of */
    {STACK "orphan-too-many-is-reset-behind-its-fin",
     "profile linux; set max_orphans 0; in ESTABLISHED; close; = FIN-WAIT-1 CLOSED; ! closed; > F. 1:1(0) ack 1;"
     "> R. 2:2(0) ack 1"},
    {STACK "one-orphan-is-not-too-many-for-one",
     "profile linux; set max_orphans 1; in ESTABLISHED; close; = FIN-WAIT-1; > F. 1:1(0) ack 1"},
    {STACK "half-close-makes-no-orphan",
     "profile linux; set max_orphans 0; in ESTABLISHED; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 1; close; = CLOSED;"
     "! closed; > R. 2:2(0) ack 1"},
    {STACK "orphan-that-moves-to-a-stand-in-in-fin-wait-2-is-none",
     "profile linux; set max_orphans 0; in FIN-WAIT-2; close; = FIN-WAIT-2; ~ fin-wait-2 60s"},
    {STACK "orphan-that-waits-long-in-fin-wait-2-is-one",
     "profile linux; set max_orphans 0; in FIN-WAIT-2; linger2 90; close; = CLOSED; ! closed; > R. 2:2(0) ack 1"},
    {STACK "orphan-too-many-in-syn-received-is-reset",
     "set max_orphans 0; in SYN-RECEIVED; send 10; close; = CLOSED; ! closed; > R 1:1(0)"},
    {STACK "orphan-too-many-in-close-wait-is-reset",
     "set max_orphans 0; peer win 0; in ESTABLISHED; < F. 1:1(0) ack 1 win 0; = CLOSE-WAIT; ! eof; > . 1:1(0) ack 2;"
     "send 10; close; = CLOSED; ! closed; > R 1:1(0)"},
    {STACK "orphan-too-many-in-last-ack-is-reset", "set max_orphans 0; in CLOSE-WAIT; close; = LAST-ACK CLOSED; ! "
                                                   "closed; > F. 1:1(0) ack 2; > R 2:2(0)"},
    {STACK "orphan-too-many-in-closing-is-reset",
     "set max_orphans 0; in CLOSING; close -> error closing; = CLOSED; ! closed; > R 2:2(0)"},
    {STACK "no-room-for-time-wait-after-the-peers-fin",
     "set max_time_waits 0; in FIN-WAIT-2; < F. 1:1(0) ack 2; = CLOSED; ! eof closed; > . 2:2(0) ack 2"},
    {STACK "no-room-for-time-wait-after-closing",
     "set max_time_waits 0; in CLOSING; < . 2:2(0) ack 2; = CLOSED; ! closed"},
    {STACK "room-for-one-time-wait", "set max_time_waits 1; in FIN-WAIT-2; < F. 1:1(0) ack 2; = TIME-WAIT; ! eof; > . "
                                     "2:2(0) ack 2; ~ 2msl 240s"},
    {STACK "no-room-for-an-orphans-fin-wait-2",
     "profile linux; set max_time_waits 0; in ESTABLISHED; close; = FIN-WAIT-1; > F. 1:1(0) ack 1; < . 1:1(0) ack 2;"
     "= FIN-WAIT-2 CLOSED; ! closed"},
    {STACK "no-room-for-an-orphan-that-closes-in-fin-wait-2",
     "profile linux; set max_time_waits 0; in FIN-WAIT-2; close; = CLOSED; ! closed"},
    {STACK "room-for-an-orphans-fin-wait-2-is-room-for-its-time-wait",
     "profile linux; set max_time_waits 1; in FIN-WAIT-2; close; < F. 1:1(0) ack 2; = TIME-WAIT; ! eof;"
     "> . 2:2(0) ack 2"},
    {STACK "orphans-fin-and-ack-in-one-find-no-room-for-time-wait",
     "profile linux; set max_time_waits 0; in ESTABLISHED; close; = FIN-WAIT-1; > F. 1:1(0) ack 1; < F. 1:1(0) ack 2;"
     "= FIN-WAIT-2 CLOSED; ! eof closed; > . 2:2(0) ack 2"},
    {STACK "syn-without-a-tcb-left-is-dropped", "set max_pcbs 0; in LISTEN; < S 0:0(0); x listen-room; = LISTEN"},
    {STACK "open-without-a-tcb-left-fails",
     "set max_pcbs 0; new end; open active -> error no room; open passive; = LISTEN; open active -> error no room"},
    {STACK "time-wait-gives-its-tcb-up", "set max_pcbs 1; in TIME-WAIT; need room; = CLOSED; ! closed"},
    {STACK "last-ack-gives-its-tcb-up", "set max_pcbs 1; in LAST-ACK; need room; = CLOSED; ! closed"},
    {STACK "closing-gives-its-tcb-up", "set max_pcbs 1; in CLOSING; need room; = CLOSED; ! closed"},
    {STACK "connection-in-use-keeps-its-tcb", "set max_pcbs 1; in ESTABLISHED; need room; = ESTABLISHED; close; = "
                                              "FIN-WAIT-1; > F. 1:1(0) ack 1; need room; = FIN-WAIT-1"},
    {STACK "tcb-is-not-taken-while-there-is-another", "set max_pcbs 2; in TIME-WAIT; need room; = TIME-WAIT"},
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
