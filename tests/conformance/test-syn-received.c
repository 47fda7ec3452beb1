/* SYN-RECEIVED: RFC 9293 3.10.7.4 and the user calls. "passive" came from LISTEN, "active" from a simultaneous open. */
#include "tests/conformance/script.h"

#include <glib.h>

#define SEGMENT "/rfc9293/3.10.7.4/syn-received/"
#define CALL(n) "/rfc9293/3.10." n "/syn-received/"
#define TIMER   "/rfc9293/3.10.8/syn-received/"

static const Script scripts[] = {
    /* First, sequence number: the window is [1, 65536). */
    {SEGMENT "old-ack-gets-ack", "in SYN-RECEIVED; < . 0:0(0) ack 1; x sequence; > . 1:1(0) ack 1; = SYN-RECEIVED"},
    {SEGMENT "ack-beyond-the-window-gets-ack",
     "in SYN-RECEIVED; < . 65536:65536(0) ack 1; x sequence; > . 1:1(0) ack 1; = SYN-RECEIVED"},
    {SEGMENT "repeated-syn-gets-ack", "in SYN-RECEIVED; < S 0:0(0); x sequence; > . 1:1(0) ack 1; = SYN-RECEIVED"},
    {SEGMENT "ack-at-the-right-edge-establishes", "in SYN-RECEIVED; < . 65535:65535(0) ack 1; = ESTABLISHED; ! open"},
    /* Second, RST. */
    {SEGMENT "passive/rst-goes-back-to-listen", "in SYN-RECEIVED; < R 1:1(0); = LISTEN; ~ none"},
    {SEGMENT "passive/after-rst-the-next-syn-is-welcome",
     "in SYN-RECEIVED; < R 1:1(0); = LISTEN; < S 0:0(0) <mss 1000>; = SYN-RECEIVED; > S. 0:0(0) ack 1; ~ "
     "retransmission 1s;"
     "< . 1:1(0) ack 1; = ESTABLISHED; ! open"},
    {SEGMENT "passive/after-rst-the-timeout-starts-afresh",
     "in SYN-RECEIVED; +1s; > S. 0:0(0) ack 1; +2s; > S. 0:0(0) ack 1; < R 1:1(0); = LISTEN; ~ none;"
     "< S 0:0(0); = SYN-RECEIVED; > S. 0:0(0) ack 1; ~ retransmission 1s"},
    {SEGMENT "passive/data-queued-for-a-peer-that-went-is-not-sent-to-the-next",
     "in SYN-RECEIVED; send 10; < R 1:1(0); = LISTEN; < S 0:0(0); = SYN-RECEIVED; > S. 0:0(0) ack 1;"
     "< . 1:1(0) ack 1; = ESTABLISHED; ! open"},
    {SEGMENT "active/rst-refuses", "in SYN-RECEIVED/active; < R 1:1(0); = CLOSED; ! refused"},
    {SEGMENT "rst-inside-the-window-gets-challenge",
     "in SYN-RECEIVED; < R 2:2(0); x rst; > . 1:1(0) ack 1; = SYN-RECEIVED;"
     "< R 65535:65535(0); x rst; > . 1:1(0) ack 1; = SYN-RECEIVED"},
    {SEGMENT "rst-outside-the-window-is-dropped",
     "in SYN-RECEIVED; < R 0:0(0); x sequence; < R 65536:65536(0); x sequence; = SYN-RECEIVED"},
    /* Fourth, SYN. */
    {SEGMENT "passive/syn-in-the-window-goes-back-to-listen", "in SYN-RECEIVED; < S 1:1(0); x syn; = LISTEN; ~ none"},
    {SEGMENT "active/syn-in-the-window-gets-challenge",
     "in SYN-RECEIVED/active; < S 1:1(0); x syn; > . 1:1(0) ack 1; = SYN-RECEIVED"},
    /* Fifth, ACK: acceptable if SND.UNA < SEG.ACK =< SND.NXT, that is 1 alone. */
    {SEGMENT "segment-without-ack-is-dropped",
     "in SYN-RECEIVED; < P 1:101(100); x ack; < F 1:1(0); x ack; < - 1:1(0); x ack; = SYN-RECEIVED"},
    {SEGMENT "ack-that-does-not-cover-the-syn-gets-rst",
     "in SYN-RECEIVED; < . 1:1(0) ack 0; x ack; > R 0:0(0); = SYN-RECEIVED"},
    {SEGMENT "ack-of-what-was-never-sent-gets-rst",
     "in SYN-RECEIVED; < . 1:1(0) ack 2; x ack; > R 2:2(0); = SYN-RECEIVED;"
     "< P. 1:101(100) ack 9; > R 9:9(0); < F. 1:1(0) ack 9; > R 9:9(0); = SYN-RECEIVED"},
    {SEGMENT "ack-of-the-syn-establishes", "in SYN-RECEIVED; < . 1:1(0) ack 1; = ESTABLISHED; ! open; ~ none"},
    {SEGMENT "ack-of-the-syn-sets-the-send-window",
     "in LISTEN; < S 0:0(0) win 60 <mss 1000>; = SYN-RECEIVED; > S. 0:0(0) ack 1; send 100;"
     "< . 1:1(0) ack 1 win 40; = ESTABLISHED; ! open; > . 1:41(40) ack 1"},
    /* Seventh, text; eighth, FIN: with the ACK of the SYN. */
    {SEGMENT "ack-of-the-syn-with-data-delivers-it", "in SYN-RECEIVED; < P. 1:101(100) ack 1; = ESTABLISHED; ! open "
                                                     "data 100; ~ delayed-ack 200ms; +200ms; > . 1:1(0) ack 101"},
    {SEGMENT "ack-of-the-syn-with-fin-passes-through-established",
     "in SYN-RECEIVED; < F. 1:1(0) ack 1; = ESTABLISHED CLOSE-WAIT; ! open eof; > . 1:1(0) ack 2"},
    {SEGMENT "ack-of-the-syn-with-data-and-fin-is-answered-once",
     "in SYN-RECEIVED; < FP. 1:101(100) ack 1; = ESTABLISHED CLOSE-WAIT; ! open data 100 eof; > . 1:1(0) ack 102"},
    {SEGMENT "ack-of-the-syn-with-early-fin-holds-it",
     "in SYN-RECEIVED; < F. 101:101(0) ack 1; = ESTABLISHED; ! open; > . 1:1(0) ack 1;"
     "< . 1:101(100) ack 1; ! data 100 eof; = CLOSE-WAIT; > . 1:1(0) ack 102"},
    {SEGMENT "data-before-the-ack-of-the-syn-is-not-lost-for-ever",
     "in SYN-RECEIVED/active; < S. 0:10(10) ack 1; = ESTABLISHED; ! open data 10; ~ delayed-ack 200ms"},

    {CALL("1") "open-fails",
     "in SYN-RECEIVED; open active -> error exists; open passive -> error exists; = SYN-RECEIVED"},
    {CALL("2") "send-is-queued-until-established",
     "in SYN-RECEIVED; send 10; < . 1:1(0) ack 1; = ESTABLISHED; ! open; > P. 1:11(10) ack 1"},
    {CALL("3") "receive-waits", "in SYN-RECEIVED; receive 10 -> 0; = SYN-RECEIVED"},
    {CALL("4") "passive/close-with-nothing-queued-sends-fin",
     "in SYN-RECEIVED; close; = FIN-WAIT-1; > F. 1:1(0) ack 1; ~ retransmission 1s"},
    {CALL("4") "close-with-data-queued-waits-for-established",
     "in SYN-RECEIVED; send 10; shutdown; = SYN-RECEIVED; < . 1:1(0) ack 1; = ESTABLISHED FIN-WAIT-1; ! open;"
     "> FP. 1:11(10) ack 1"},
    {CALL("4") "close-twice-sends-one-fin",
     "in SYN-RECEIVED; send 10; shutdown; shutdown; < . 1:1(0) ack 1; = ESTABLISHED FIN-WAIT-1; ! open;"
     "> FP. 1:11(10) ack 1; < . 1:1(0) ack 12; = FIN-WAIT-2"},
    {CALL("4") "send-after-a-waiting-close-fails",
     "in SYN-RECEIVED; send 10; shutdown; send 10 -> error closing; = SYN-RECEIVED"},
    {CALL("4") "waiting-close-meets-the-peers-fin-in-fin-wait-1",
     "in SYN-RECEIVED; send 10; shutdown; < F. 1:1(0) ack 1; = ESTABLISHED FIN-WAIT-1 CLOSING; ! open eof;"
     "> FP. 1:11(10) ack 2"},
    {CALL("4") "after-close-the-ack-of-the-syn-alone-leaves-fin-wait-1",
     "in SYN-RECEIVED; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 1; < . 1:1(0) ack 1; = FIN-WAIT-1;"
     "< . 1:1(0) ack 2; = FIN-WAIT-2"},
    {CALL("4") "after-close-the-ack-of-syn-and-fin-gives-fin-wait-2",
     "in SYN-RECEIVED; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 1; < . 1:1(0) ack 2; = FIN-WAIT-2; ~ none"},
    {CALL("4") "after-close-the-timeout-sends-the-syn-first",
     "in SYN-RECEIVED; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 1; +1s; > S. 0:0(0) ack 1; ~ retransmission 2s"},
    {CALL("5") "abort-sends-rst", "in SYN-RECEIVED; abort; = CLOSED; ! closed; > R 1:1(0)"},
    {CALL("5") "abort-discards-queued-data", "in SYN-RECEIVED; send 10; abort; = CLOSED; ! closed; > R 1:1(0)"},
    {CALL("5") "abort-in-linux-sends-rst-with-ack",
     "profile linux; in SYN-RECEIVED; abort; = CLOSED; ! closed; > R. 1:1(0) ack 1"},

    {TIMER "syn-ack-is-sent-again-and-given-up",
     "set synack_retries 2; in SYN-RECEIVED; +1s; > S. 0:0(0) ack 1 <mss 1460>; +2s; > S. 0:0(0) ack 1; +3999ms; +1ms;"
     "= CLOSED; ! timeout"},
    {TIMER "linux-sends-five-more-and-gives-up-after-63s",
     "profile linux; in SYN-RECEIVED; +1s; > S. 0:0(0) ack 1; +2s; > S. 0:0(0) ack 1; +4s; > S. 0:0(0) ack 1;"
     "+8s; > S. 0:0(0) ack 1; +16s; > S. 0:0(0) ack 1; +31999ms; +1ms; = CLOSED; ! timeout"},
    {TIMER "after-rtt-sample-of-the-syn-ack-the-timeout-follows-it",
     "set rto_min 1ms; in SYN-RECEIVED; +100ms; < . 1:1(0) ack 1; = ESTABLISHED; ! open; send 10; > P. 1:11(10) ack 1;"
     "~ retransmission 300ms"},
};

int main(int argc, char **argv) {
  return scripts_main(argc, argv, scripts, G_N_ELEMENTS(scripts));
}
