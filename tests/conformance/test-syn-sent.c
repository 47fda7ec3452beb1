/* SYN-SENT: RFC 9293 3.10.7.3, the user calls, and the SYN's retransmission. */
#include "tests/conformance/script.h"

#include <glib.h>

#define SEGMENT "/rfc9293/3.10.7.3/syn-sent/"
#define CALL(n) "/rfc9293/3.10." n "/syn-sent/"
#define TIMER   "/rfc9293/3.10.8/syn-sent/"

static const Script scripts[] = {
    /* First, ACK: acceptable if ISS < SEG.ACK =< SND.NXT, that is 1 alone. */
    {SEGMENT "ack-at-iss-gets-rst", "in SYN-SENT; < . 0:0(0) ack 0; x syn-sent-ack; > R 0:0(0); = SYN-SENT"},
    {SEGMENT "ack-below-iss-gets-rst", "in SYN-SENT; < . 0:0(0) ack -1; x syn-sent-ack; > R 4294967295:4294967295(0)"},
    {SEGMENT "ack-beyond-the-syn-gets-rst", "in SYN-SENT; < . 0:0(0) ack 2; x syn-sent-ack; > R 2:2(0); = SYN-SENT"},
    {SEGMENT "syn-with-unacceptable-ack-gets-rst", "in SYN-SENT; < S. 0:0(0) ack 2; > R 2:2(0); = SYN-SENT"},
    {SEGMENT "fin-with-unacceptable-ack-gets-rst", "in SYN-SENT; < F. 9:9(0) ack 5; > R 5:5(0); = SYN-SENT"},
    {SEGMENT "rst-with-unacceptable-ack-is-dropped",
     "in SYN-SENT; < R. 0:0(0) ack 2; x syn-sent-ack; < R. 0:0(0) ack 0; x syn-sent-ack; = SYN-SENT"},
    /* Second, RST. */
    {SEGMENT "rst-without-ack-is-dropped", "in SYN-SENT; < R 0:0(0); x syn-sent-rst; = SYN-SENT"},
    {SEGMENT "rst-that-acknowledges-the-syn-refuses", "in SYN-SENT; < R. 0:0(0) ack 1; = CLOSED; ! refused"},
    {SEGMENT "rst-syn-that-acknowledges-the-syn-refuses", "in SYN-SENT; < SR. 0:0(0) ack 1; = CLOSED; ! refused"},
    /* Fourth, SYN. */
    {SEGMENT "syn-ack-is-acknowledged-and-establishes",
     "in SYN-SENT; < S. 0:0(0) ack 1 <mss 1000>; = ESTABLISHED; ! open; > . 1:1(0) ack 1; ~ none"},
    {SEGMENT "syn-ack-with-data-delivers-it",
     "in SYN-SENT; < S. 0:10(10) ack 1; = ESTABLISHED; ! open data 10; > . 1:1(0) ack 11"},
    {SEGMENT "syn-ack-with-fin-passes-through-established",
     "in SYN-SENT; < SF. 0:0(0) ack 1; = ESTABLISHED CLOSE-WAIT; ! open eof; > . 1:1(0) ack 2"},
    {SEGMENT "syn-ack-with-data-and-fin-is-answered-once",
     "in SYN-SENT; < SF. 0:10(10) ack 1; = ESTABLISHED CLOSE-WAIT; ! open data 10 eof; > . 1:1(0) ack 12"},
    {SEGMENT "syn-ack-sets-the-send-window",
     "in SYN-SENT; send 100; < S. 0:0(0) ack 1 win 60 <mss 1000>; = ESTABLISHED; ! open; > . 1:61(60) ack 1"},
    {SEGMENT "syn-alone-opens-simultaneously",
     "in SYN-SENT; < S 0:0(0) <mss 1000>; = SYN-RECEIVED; > S. 0:0(0) ack 1 <mss 1460>; ~ retransmission 1s"},
    {SEGMENT "simultaneous-open-completes-by-the-peers-syn-ack",
     "in SYN-SENT; < S 0:0(0); = SYN-RECEIVED; > S. 0:0(0) ack 1; < S. 0:0(0) ack 1; = ESTABLISHED; ! open; ~ none"},
    {SEGMENT "simultaneous-open-by-the-letter-takes-one-more-exchange",
     "set syn_ack_trimmed 0; in SYN-SENT; < S 0:0(0); = SYN-RECEIVED; > S. 0:0(0) ack 1;"
     "< S. 0:0(0) ack 1; x sequence; > . 1:1(0) ack 1; < . 1:1(0) ack 1; = ESTABLISHED; ! open"},
    {SEGMENT "simultaneous-open-completes-by-an-ack",
     "in SYN-SENT; < S 0:0(0); = SYN-RECEIVED; > S. 0:0(0) ack 1; < . 1:1(0) ack 1; = ESTABLISHED; ! open"},
    /* Fifth, the rest. */
    {SEGMENT "acceptable-ack-without-syn-is-dropped", "in SYN-SENT; < . 1:1(0) ack 1; x syn-sent-other; = SYN-SENT"},
    {SEGMENT "data-is-dropped", "in SYN-SENT; < P. 1:101(100) ack 1; x syn-sent-other; = SYN-SENT"},
    {SEGMENT "fin-is-dropped", "in SYN-SENT; < F. 1:1(0) ack 1; x syn-sent-other; < F 1:1(0); = SYN-SENT"},

    {CALL("1") "open-fails", "in SYN-SENT; open active -> error exists; open passive -> error exists; = SYN-SENT"},
    {CALL("2") "send-is-queued-until-established",
     "in SYN-SENT; send 10; < S. 0:0(0) ack 1; = ESTABLISHED; ! open; > P. 1:11(10) ack 1"},
    {CALL("3") "receive-waits", "in SYN-SENT; receive 10 -> 0; = SYN-SENT"},
    {CALL("4") "close-gives-closed-silently", "in SYN-SENT; close; = CLOSED; ! closed"},
    {CALL("4") "close-discards-queued-data", "in SYN-SENT; send 10; shutdown; = CLOSED; ! closed"},
    {CALL("4") "close-after-simultaneous-open-sends-fin",
     "in SYN-RECEIVED/active; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 1"},
    {CALL("5") "abort-gives-closed-without-rst", "in SYN-SENT; abort; = CLOSED; ! closed"},

    {TIMER "syn-is-sent-again-at-1-3-7-15-31-63-123-then-given-up-at-183",
     "in SYN-SENT; +999ms; +1ms; > S 0:0(0) <mss 1460>; +2s; > S 0:0(0); +4s; > S 0:0(0); +8s; > S 0:0(0);"
     "+16s; > S 0:0(0); +32s; > S 0:0(0); +60s; > S 0:0(0); +59999ms; +1ms; = CLOSED; ! timeout"},
    {TIMER "syn-lasts-at-least-three-minutes",
     "set syn_retries unlimited; in SYN-SENT; +1s; > S 0:0(0); ~ retransmission 2s"},
    {TIMER "syn-ack-stops-the-timer-and-gives-the-rtt", "set rto_min 1ms; in SYN-SENT; +100ms; < S. 0:0(0) ack 1 <mss "
                                                        "1000>; = ESTABLISHED; ! open; > . 1:1(0) ack 1; ~ none;"
                                                        "send 10; > P. 1:11(10) ack 1; ~ retransmission 300ms"},
    {TIMER "syn-sent-twice-gives-no-rtt-and-data-start-with-3s",
     "in SYN-SENT; +1s; > S 0:0(0); +100ms; < S. 0:0(0) ack 1; = ESTABLISHED; ! open; > . 1:1(0) ack 1;"
     "send 10; > P. 1:11(10) ack 1; ~ retransmission 3s"},
    {TIMER "user-timeout-gives-closed",
     "set user_timeout 1500ms; in SYN-SENT; +1s; > S 0:0(0); +500ms; = CLOSED; ! timeout"},
};

int main(int argc, char **argv) {
  return scripts_main(argc, argv, scripts, G_N_ELEMENTS(scripts));
}
