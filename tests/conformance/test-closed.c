/* CLOSED: no connection. RFC 9293 3.10.7.1 and 3.5.2 group 1; user calls on an end that has not been opened. */
#include "tests/conformance/script.h"

#include <glib.h>

#define SEGMENT "/rfc9293/3.10.7.1/closed/"
#define CALL(n) "/rfc9293/3.10." n "/closed/"

static const Script scripts[] = {
    /* Anything but a RST is answered by a RST that its sender will believe. */
    {SEGMENT "ack-gets-rst-at-the-number-it-acknowledges", "in CLOSED; < . 1:1(0) ack 100; > R 100:100(0)"},
    {SEGMENT "data-with-ack-gets-rst-at-the-number-it-acknowledges", "in CLOSED; < P. 1:101(100) ack 7; > R 7:7(0)"},
    {SEGMENT "fin-with-ack-gets-rst-at-the-number-it-acknowledges", "in CLOSED; < F. 1:1(0) ack 2; > R 2:2(0)"},
    {SEGMENT "syn-ack-gets-rst-at-the-number-it-acknowledges", "in CLOSED; < S. 0:0(0) ack 1; > R 1:1(0)"},
    {SEGMENT "syn-gets-rst-zero-that-acknowledges-it", "in CLOSED; < S 0:0(0); > R. 0:0(0) ack 1"},
    {SEGMENT "syn-with-data-gets-rst-that-acknowledges-all", "in CLOSED; < S 0:10(10); > R. 0:0(0) ack 11"},
    {SEGMENT "data-without-ack-gets-rst-that-acknowledges-all", "in CLOSED; < P 1:101(100); > R. 0:0(0) ack 101"},
    {SEGMENT "fin-without-ack-gets-rst-that-acknowledges-it", "in CLOSED; < F 5:5(0); > R. 0:0(0) ack 6"},
    {SEGMENT "syn-fin-with-data-gets-rst-that-counts-both", "in CLOSED; < SF 0:10(10); > R. 0:0(0) ack 12"},
    {SEGMENT "segment-without-any-bit-gets-rst", "in CLOSED; < - 7:7(0); > R. 0:0(0) ack 7"},
    {SEGMENT "rst-gets-nothing", "in CLOSED; < R 1:1(0); x no-connection; < R. 1:1(0) ack 1; < R 1:101(100)"},
    {SEGMENT "linux-answers-in-the-same-way",
     "profile linux; in CLOSED; < . 1:1(0) ack 100; > R 100:100(0); < S 0:0(0); > R. 0:0(0) ack 1; < R 1:1(0)"},

    /* A connection that has been is no connection. */
    {SEGMENT "syn-ack-for-a-closed-syn-sent-gets-rst",
     "in SYN-SENT; close; = CLOSED; ! closed; < S. 0:0(0) ack 1; > R 1:1(0)"},
    {SEGMENT "fin-repeated-after-the-end-gets-rst-at-its-ack",
     "in TIME-WAIT; +240s; = CLOSED; ! closed; < F. 1:1(0) ack 2; > R 2:2(0)"},
    {SEGMENT "data-after-an-abort-gets-rst",
     "in ESTABLISHED; abort; = CLOSED; ! closed; > R 1:1(0); < P. 1:101(100) ack 1; > R 1:1(0)"},

    {CALL("1") "passive-open-gives-listen", "new end; open passive; = LISTEN; ~ none"},
    {CALL("1") "active-open-sends-syn-and-gives-syn-sent",
     "new end; open active; = SYN-SENT; > S 0:0(0) win 65535 <mss 1460>; ~ retransmission 1s"},
    {CALL("2") "send-fails", "new end; send 10 -> error not open; = CLOSED"},
    {CALL("3") "receive-fails", "new end; receive 10 -> error not open; = CLOSED"},
    {CALL("4") "close-fails", "new end; close -> error not open; shutdown -> error not open; = CLOSED"},
    {CALL("5") "abort-fails", "new end; abort -> error not open; = CLOSED"},
};

int main(int argc, char **argv) {
  return scripts_main(argc, argv, scripts, G_N_ELEMENTS(scripts));
}
