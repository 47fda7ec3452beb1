/* LISTEN: RFC 9293 3.10.7.2 and the user calls. */
#include "tests/conformance/script.h"

#include <glib.h>

#define SEGMENT "/rfc9293/3.10.7.2/listen/"
#define CALL(n) "/rfc9293/3.10." n "/listen/"

static const Script scripts[] = {
    /* First, RST. */
    {SEGMENT "rst-is-ignored", "in LISTEN; < R 0:0(0); x listen-rst; = LISTEN"},
    {SEGMENT "rst-with-ack-is-ignored", "in LISTEN; < R. 0:0(0) ack 1; x listen-rst; = LISTEN"},
    {SEGMENT "rst-with-syn-is-ignored", "in LISTEN; < SR 0:0(0); x listen-rst; = LISTEN"},
    /* Second, ACK: nothing was sent that could be acknowledged. */
    {SEGMENT "ack-gets-rst", "in LISTEN; < . 1:1(0) ack 100; x listen-ack; > R 100:100(0); = LISTEN"},
    {SEGMENT "syn-ack-gets-rst", "in LISTEN; < S. 0:0(0) ack 1; x listen-ack; > R 1:1(0); = LISTEN"},
    {SEGMENT "fin-ack-gets-rst", "in LISTEN; < F. 1:1(0) ack 1; > R 1:1(0); = LISTEN"},
    {SEGMENT "data-with-ack-gets-rst", "in LISTEN; < P. 1:101(100) ack 9; > R 9:9(0); = LISTEN"},
    /* Third, SYN. */
    {SEGMENT "syn-gets-syn-ack-and-gives-syn-received",
     "in LISTEN; < S 0:0(0) <mss 1000>; = SYN-RECEIVED; > S. 0:0(0) ack 1 win 65535 <mss 1460>; ~ retransmission 1s"},
    {SEGMENT "syn-with-data-acknowledges-the-syn-alone",
     "in LISTEN; < S 0:10(10); = SYN-RECEIVED; > S. 0:0(0) ack 1; < P. 1:11(10) ack 1; = ESTABLISHED; ! open data 10"},
    {SEGMENT "syn-fin-does-not-end-a-stream-that-has-not-begun",
     "in LISTEN; < SF 0:0(0); = SYN-RECEIVED; > S. 0:0(0) ack 1; +200ms"},
    {SEGMENT "syn-without-mss-is-taken-for-536",
     "set nagle off; in LISTEN; < S 0:0(0); = SYN-RECEIVED; > S. 0:0(0) ack 1; < . 1:1(0) ack 1; = ESTABLISHED; ! open;"
     "send 600; > . 1:537(536) ack 1; > P. 537:601(64) ack 1"},
    {SEGMENT "syn-with-small-mss-is-obeyed", "set nagle off; in LISTEN; < S 0:0(0) <mss 100>; = SYN-RECEIVED; > S. "
                                             "0:0(0) ack 1; < . 1:1(0) ack 1; = ESTABLISHED; ! open;"
                                             "send 150; > . 1:101(100) ack 1; > P. 101:151(50) ack 1"},
    {SEGMENT "syn-with-large-mss-does-not-exceed-our-own",
     "set nagle off; in LISTEN; < S 0:0(0) <mss 9000>; = SYN-RECEIVED; > S. 0:0(0) ack 1; < . 1:1(0) ack 1; = "
     "ESTABLISHED; ! open;"
     "send 1461; > . 1:1461(1460) ack 1; > P. 1461:1462(1) ack 1"},
    /* Fourth, the rest. */
    {SEGMENT "data-without-ack-is-dropped", "in LISTEN; < P 1:101(100); x listen-other; = LISTEN"},
    {SEGMENT "fin-without-ack-is-dropped", "in LISTEN; < F 1:1(0); x listen-other; = LISTEN"},
    {SEGMENT "segment-without-any-bit-is-dropped", "in LISTEN; < - 1:1(0); x listen-other; = LISTEN"},

    {CALL("1") "passive-open-again-changes-nothing", "in LISTEN; open passive; = LISTEN"},
    {CALL("1") "active-open-sends-syn-and-gives-syn-sent",
     "in LISTEN; open active; = SYN-SENT; > S 0:0(0) <mss 1460>; ~ retransmission 1s"},
    {CALL("2") "send-to-nobody-fails", "in LISTEN; send 10 -> error not open; = LISTEN"},
    {CALL("3") "receive-waits", "in LISTEN; receive 10 -> 0; = LISTEN"},
    {CALL("4") "close-gives-closed-silently", "in LISTEN; close; = CLOSED; ! closed"},
    {CALL("4") "shutdown-gives-closed-silently", "in LISTEN; shutdown; = CLOSED; ! closed"},
    {CALL("5") "abort-gives-closed-without-rst", "in LISTEN; abort; = CLOSED; ! closed"},
};

int main(int argc, char **argv) {
  return scripts_main(argc, argv, scripts, G_N_ELEMENTS(scripts));
}
