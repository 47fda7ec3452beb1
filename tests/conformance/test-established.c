/* ESTABLISHED: RFC 9293 3.10.7.4 step by step, and the user calls. Its windows: RCV.NXT 1, edge 65536. */
#include "tests/conformance/synchronized.h"

#include <glib.h>

#define SEGMENT "/rfc9293/3.10.7.4/established/"
#define CALL(n) "/rfc9293/3.10." n "/established/"

static const Script scripts[] = {
    SYNCHRONIZED_BEFORE_FIN(SEGMENT, "ESTABLISHED", "1", "2"),

    {SEGMENT "first/ack-at-the-right-edge-is-acceptable", "in ESTABLISHED; < . 65535:65535(0) ack 1"},
    {SEGMENT "first/data-that-begin-left-are-trimmed",
     "in ESTABLISHED; < P. -49:51(100) ack 1; ! data 50; ~ delayed-ack 200ms; +200ms; > . 1:1(0) ack 51"},
    {SEGMENT "first/data-in-the-last-octets-of-the-window-are-held",
     "in ESTABLISHED; < P. 65436:65536(100) ack 1; > . 1:1(0) ack 1"},
    {SEGMENT "first/data-that-end-right-of-the-window-are-trimmed",
     "set rcv_wnd 1000; in ESTABLISHED; < P. 1:1101(1100) ack 1; ! data 1000; > . 1:1(0) ack 1001"},
    {SEGMENT "first/fin-that-ends-right-of-the-window-is-cut-off",
     "set rcv_wnd 1000; set delayed_ack 0s; in ESTABLISHED; < F. 1:1001(1000) ack 1; ! data 1000; > . 1:1(0) ack 1001;"
     "< F. 1001:1001(0) ack 1; = CLOSE-WAIT; ! eof; > . 1:1(0) ack 1002"},
    {SEGMENT "first/fin-in-the-last-number-of-the-window-is-taken",
     "set rcv_wnd 1000; in ESTABLISHED; < F. 1:1000(999) ack 1; ! data 999 eof; = CLOSE-WAIT; > . 1:1(0) ack 1001"},
    {SEGMENT "first/old-data-with-a-new-fin-are-trimmed-to-the-fin",
     "set delayed_ack 0s; in ESTABLISHED; < P. 1:101(100) ack 1; ! data 100; > . 1:1(0) ack 101;"
     "< FP. 1:101(100) ack 1; = CLOSE-WAIT; ! eof; > . 1:1(0) ack 102"},

    {SEGMENT "second/rst-at-rcv-nxt-resets", "in ESTABLISHED; < R 1:1(0); = CLOSED; ! reset"},
    {SEGMENT "second/rst-with-ack-at-rcv-nxt-resets", "in ESTABLISHED; < R. 1:1(0) ack 1; = CLOSED; ! reset"},
    {SEGMENT "second/rst-with-a-senseless-ack-at-rcv-nxt-resets",
     "in ESTABLISHED; < R. 1:1(0) ack 99; = CLOSED; ! reset"},
    {SEGMENT "second/rst-after-data-must-be-at-the-new-rcv-nxt",
     "set delayed_ack 0s; in ESTABLISHED; < P. 1:101(100) ack 1; ! data 100; > . 1:1(0) ack 101; < R 1:1(0); x "
     "sequence;"
     "< R 101:101(0); = CLOSED; ! reset"},
    {SEGMENT "second/rst-with-unsent-data-discards-it",
     "in ESTABLISHED; peer win 100; send 10; > P. 1:11(10) ack 1; < R 1:1(0); = CLOSED; ! reset; +10s"},
    {SEGMENT "second/genuine-resetter-answers-the-challenge-exactly",
     "in ESTABLISHED; < R 5:5(0); > . 1:1(0) ack 1; < R 1:1(0); = CLOSED; ! reset"},

    {SEGMENT "fifth/data-with-ack-of-what-was-never-sent-are-not-delivered",
     "in ESTABLISHED; < P. 1:101(100) ack 2; x ack; > . 1:1(0) ack 1; < P. 1:101(100) ack 1; ! data 100"},
    {SEGMENT "fifth/old-ack-is-ignored-but-its-data-are-taken",
     "in ESTABLISHED; send 10; > P. 1:11(10) ack 1; < . 1:1(0) ack 11; < P. 1:101(100) ack 1; ! data 100"},
    {SEGMENT "fifth/new-ack-stops-the-timer",
     "in ESTABLISHED; send 10; > P. 1:11(10) ack 1; ~ retransmission 1s; < . 1:1(0) ack 11; ~ none"},
    {SEGMENT "fifth/partial-ack-restarts-the-timer",
     "in ESTABLISHED; send 2000; > . 1:1001(1000) ack 1; > P. 1001:2001(1000) ack 1; +400ms; < . 1:1(0) ack 1001;"
     "~ retransmission 1.2s"}, /* a sample of 400 ms: 400 + 4 * 200 */
    {SEGMENT "fifth/old-ack-does-not-restart-the-timer",
     "in ESTABLISHED; send 10; > P. 1:11(10) ack 1; +400ms; < . 1:1(0) ack 1; ~ retransmission 600ms"},

    {SEGMENT "seventh/data-are-delivered-and-acknowledged-within-200ms",
     "in ESTABLISHED; < P. 1:101(100) ack 1; ! data 100; ~ delayed-ack 200ms; +199ms; +1ms; > . 1:1(0) ack 101; ~ "
     "none"},
    {SEGMENT "seventh/second-full-segment-is-acknowledged-at-once",
     "in ESTABLISHED; < . 1:1001(1000) ack 1; ! data 1000; < P. 1001:2001(1000) ack 1; ! data 1000; > . 1:1(0) ack "
     "2001; ~ none"},
    {SEGMENT "seventh/ack-travels-with-our-data",
     "in ESTABLISHED; < P. 1:101(100) ack 1; ! data 100; send 10; > P. 1:11(10) ack 101; ~ retransmission 1s"},
    {SEGMENT "seventh/data-beyond-a-hole-get-duplicate-ack-at-once",
     "in ESTABLISHED; < . 101:201(100) ack 1; > . 1:1(0) ack 1; ~ none; < . 201:301(100) ack 1; > . 1:1(0) ack 1"},
    {SEGMENT "seventh/filled-hole-delivers-all-and-is-acknowledged-at-once",
     "in ESTABLISHED; < . 101:201(100) ack 1; > . 1:1(0) ack 1; < . 1:101(100) ack 1; ! data 200; > . 1:1(0) ack 201; "
     "~ none"},
    {SEGMENT "seventh/half-filled-hole-delivers-up-to-the-next",
     "in ESTABLISHED; < . 301:401(100) ack 1; > . 1:1(0) ack 1; < . 101:201(100) ack 1; > . 1:1(0) ack 1;"
     "< . 1:101(100) ack 1; ! data 200; > . 1:1(0) ack 201; < . 201:301(100) ack 1; ! data 200; > . 1:1(0) ack 401"},
    {SEGMENT "seventh/overlapping-pieces-are-delivered-once",
     "in ESTABLISHED; < . 51:151(100) ack 1; > . 1:1(0) ack 1; < . 101:201(100) ack 1; > . 1:1(0) ack 1;"
     "< . 1:121(120) ack 1; ! data 200; > . 1:1(0) ack 201"},
    {SEGMENT "seventh/ack-field-beside-data-beyond-a-hole-counts",
     "in ESTABLISHED; send 10; > P. 1:11(10) ack 1; < . 101:201(100) ack 11; > . 11:11(0) ack 1; ~ none"},

    {SEGMENT "eighth/fin-gives-close-wait",
     "in ESTABLISHED; < F. 1:1(0) ack 1; = CLOSE-WAIT; ! eof; > . 1:1(0) ack 2; ~ none"},
    {SEGMENT "eighth/fin-with-data-is-answered-once",
     "in ESTABLISHED; < FP. 1:101(100) ack 1; = CLOSE-WAIT; ! data 100 eof; > . 1:1(0) ack 102; ~ none"},
    {SEGMENT "eighth/fin-after-data-acknowledges-both",
     "in ESTABLISHED; < P. 1:101(100) ack 1; ! data 100; +100ms; < F. 101:101(0) ack 1; = CLOSE-WAIT; ! eof;"
     "> . 1:1(0) ack 102; ~ none"},
    {SEGMENT "eighth/fin-beyond-a-hole-is-held-not-acted-upon",
     "in ESTABLISHED; < F. 101:101(0) ack 1; > . 1:1(0) ack 1; = ESTABLISHED"},
    {SEGMENT "eighth/held-fin-counts-when-the-hole-is-filled",
     "in ESTABLISHED; < F. 101:101(0) ack 1; > . 1:1(0) ack 1; < . 1:101(100) ack 1; = CLOSE-WAIT; ! data 100 eof;"
     "> . 1:1(0) ack 102; ~ none"},
    {SEGMENT "eighth/held-data-with-fin-count-when-the-hole-is-filled",
     "in ESTABLISHED; < FP. 101:201(100) ack 1; > . 1:1(0) ack 1; < . 1:101(100) ack 1; = CLOSE-WAIT; ! data 200 eof;"
     "> . 1:1(0) ack 202"},
    {SEGMENT "eighth/held-fin-beyond-two-holes-waits-for-both",
     "in ESTABLISHED; < F. 201:201(0) ack 1; > . 1:1(0) ack 1; < . 1:101(100) ack 1; ! data 100; > . 1:1(0) ack 101;"
     "< . 101:201(100) ack 1; = CLOSE-WAIT; ! data 100 eof; > . 1:1(0) ack 202"},
    {SEGMENT "eighth/held-fin-repeated-in-order-counts-once",
     "in ESTABLISHED; < F. 101:101(0) ack 1; > . 1:1(0) ack 1; < F. 1:101(100) ack 1; = CLOSE-WAIT; ! data 100 eof;"
     "> . 1:1(0) ack 102"},
    {SEGMENT "eighth/text-beyond-a-held-fin-is-discarded",
     "in ESTABLISHED; < F. 101:101(0) ack 1; > . 1:1(0) ack 1; < . 102:202(100) ack 1; > . 1:1(0) ack 1;"
     "< . 1:101(100) ack 1; = CLOSE-WAIT; ! data 100 eof; > . 1:1(0) ack 102"},
    {SEGMENT "eighth/fin-below-held-text-ends-the-stream-there",
     "in ESTABLISHED; < . 102:202(100) ack 1; > . 1:1(0) ack 1; < F. 1:101(100) ack 1; = CLOSE-WAIT; ! data 100 eof;"
     "> . 1:1(0) ack 102"},
    {SEGMENT "eighth/fin-in-order-beats-held-text-that-goes-beyond-it",
     "in ESTABLISHED; < . 51:151(100) ack 1; > . 1:1(0) ack 1; < F. 1:101(100) ack 1; = CLOSE-WAIT; ! data 100 eof;"
     "> . 1:1(0) ack 102"},
    {SEGMENT "eighth/fin-that-acknowledges-our-data-does-both",
     "in ESTABLISHED; send 10; > P. 1:11(10) ack 1; < F. 1:1(0) ack 11; = CLOSE-WAIT; ! eof; > . 11:11(0) ack 2; ~ "
     "none"},
    {SEGMENT "eighth/ack-of-fin-may-wait-for-company",
     "set fin_ack_delay 200ms; in ESTABLISHED; < F. 1:1(0) ack 1; = CLOSE-WAIT; ! eof; ~ delayed-ack 200ms; +100ms;"
     "shutdown; = LAST-ACK; > F. 1:1(0) ack 2; ~ retransmission 1s"},
    {SEGMENT "eighth/ack-of-fin-does-not-wait-for-ever",
     "set fin_ack_delay 200ms; in ESTABLISHED; < F. 1:1(0) ack 1; = CLOSE-WAIT; ! eof; +199ms; +1ms; > . 1:1(0) ack 2"},
    {SEGMENT "eighth/unread-data-come-before-the-end-of-the-stream",
     "read off; in ESTABLISHED; < FP. 1:101(100) ack 1; = CLOSE-WAIT; ! data eof; > . 1:1(0) ack 102;"
     "receive 60 -> 60; receive 60 -> 40 eof"},

    {CALL("1") "open-fails",
     "in ESTABLISHED; open active -> error exists; open passive -> error exists; = ESTABLISHED"},
    {CALL("2") "send-is-cut-into-segments-with-psh-on-the-last",
     "set nagle off; in ESTABLISHED; send 2500; > . 1:1001(1000) ack 1; > . 1001:2001(1000) ack 1; > P. 2001:2501(500) "
     "ack 1"},
    {CALL("2") "send-of-full-segments-pushes-the-last",
     "in ESTABLISHED; send 2000; > . 1:1001(1000) ack 1; > P. 1001:2001(1000) ack 1"},
    {CALL("2") "every-send-pushes",
     "set nagle off; in ESTABLISHED; send 10; > P. 1:11(10) ack 1; send 20; > P. 11:31(20) ack 1"},
    {CALL("2") "small-segment-waits-for-the-ack-of-all",
     "in ESTABLISHED; send 10; > P. 1:11(10) ack 1; send 20; send 30; < . 1:1(0) ack 11; > P. 11:61(50) ack 1"},
    {CALL("2") "small-segment-waits-for-a-small-one-in-linux",
     "profile linux; in ESTABLISHED; send 1500; > . 1:1001(1000) ack 1; > P. 1001:1501(500) ack 1; send 20;"
     "< . 1:1(0) ack 1501; > P. 1501:1521(20) ack 1"},
    {CALL("4") "close-lets-the-fin-take-the-small-segment-along",
     "in ESTABLISHED; send 10; > P. 1:11(10) ack 1; send 20; close; = FIN-WAIT-1; > FP. 11:31(20) ack 1"},
    {CALL("2") "send-of-nothing-sends-nothing", "in ESTABLISHED; send 0"},
    {CALL("3") "receive-without-data-waits", "in ESTABLISHED; receive 10 -> 0"},
    {CALL("3") "receive-gives-what-has-arrived",
     "read off; in ESTABLISHED; < P. 1:101(100) ack 1; ! data; receive 60 -> 60; receive 60 -> 40; receive 60 -> 0"},
    {CALL("4") "close-sends-fin", "in ESTABLISHED; close; = FIN-WAIT-1; > F. 1:1(0) ack 1; ~ retransmission 1s"},
    {CALL("4") "shutdown-sends-fin", "in ESTABLISHED; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 1; ~ retransmission 1s"},
    {CALL("4") "fin-acknowledges-data-that-waited-for-it",
     "in ESTABLISHED; < P. 1:101(100) ack 1; ! data 100; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 101; ~ retransmission "
     "1s"},
    {CALL("4") "close-behind-data-changes-the-state-at-once-and-the-fin-waits",
     "peer win 1000; in ESTABLISHED; send 3000; > . 1:1001(1000) ack 1; shutdown; = FIN-WAIT-1;"
     "< . 1:1(0) ack 1001 win 1000; > . 1001:2001(1000) ack 1; < . 1:1(0) ack 2001 win 1001; > FP. 2001:3001(1000) ack "
     "1;"
     "< . 1:1(0) ack 3001; = FIN-WAIT-1; < . 1:1(0) ack 3002; = FIN-WAIT-2; ~ none"},
    {CALL("4") "fin-takes-room-in-the-window-like-an-octet",
     "peer win 1000; in ESTABLISHED; send 1000; > P. 1:1001(1000) ack 1; shutdown; = FIN-WAIT-1;"
     "< . 1:1(0) ack 1001 win 0; ~ persist 1s; < . 1:1(0) ack 1001 win 1; > F. 1001:1001(0) ack 1"},
    {CALL("4") "close-with-unread-data-resets",
     "read off; in ESTABLISHED; < P. 1:101(100) ack 1; ! data; close; = CLOSED; ! closed; > R 1:1(0)"},
    {CALL("4") "close-with-unread-data-in-linux-resets-with-ack",
     "profile linux; read off; in ESTABLISHED; < P. 1:101(100) ack 1; ! data; > . 1:1(0) ack 101; close; = CLOSED;"
     "! closed; > R. 1:1(0) ack 101"},
    {CALL("4") "close-with-unread-data-sends-fin-where-the-stack-does-not-reset",
     "set rst_on_unread 0; read off; in ESTABLISHED; < P. 1:101(100) ack 1; ! data; close; = FIN-WAIT-1; > F. 1:1(0) "
     "ack 101"},
    {CALL("4") "shutdown-with-unread-data-sends-fin",
     "read off; in ESTABLISHED; < P. 1:101(100) ack 1; ! data; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 101; receive "
     "100 -> 100"},
    {CALL("4") "close-with-held-data-alone-sends-fin",
     "in ESTABLISHED; < P. 101:201(100) ack 1; > . 1:1(0) ack 1; close; = FIN-WAIT-1; > F. 1:1(0) ack 1"},
    {CALL("5") "abort-sends-rst", "in ESTABLISHED; abort; = CLOSED; ! closed; > R 1:1(0)"},
    {CALL("5") "abort-in-linux-sends-rst-with-ack",
     "profile linux; in ESTABLISHED; abort; = CLOSED; ! closed; > R. 1:1(0) ack 1"},
    {CALL("5") "abort-discards-data-and-resets-at-snd-nxt",
     "peer win 1000; in ESTABLISHED; send 3000; > . 1:1001(1000) ack 1; abort; = CLOSED; ! closed; > R 1001:1001(0); "
     "+10s"},
};

int main(int argc, char **argv) {
  return scripts_main(argc, argv, scripts, G_N_ELEMENTS(scripts));
}
