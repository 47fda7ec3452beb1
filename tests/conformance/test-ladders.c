/* Whole closes between A and B, one script for what each end sees; one way takes 50 ms. A closes first. The ladders are
 * those of RFC 9293 figures 12 and 13, and of the ways in which segments are lost, reordered and repeated in them. */
#include "tests/conformance/script.h"

#include <glib.h>

#define NORMAL   "/rfc9293/3.6/normal/"
#define CROSSING "/rfc9293/3.6/simultaneous/"
#define LOSS     "/rfc9293/3.6/loss/"
#define OPENING  "/rfc9293/3.5/"

static const Script scripts[] = {
    {NORMAL "four-segments/a",
     "in ESTABLISHED; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 1; +100ms; < . 1:1(0) ack 2; = FIN-WAIT-2; +200ms;"
     "< F. 1:1(0) ack 2; = TIME-WAIT; ! eof; > . 2:2(0) ack 2; ~ 2msl 240s; +239999ms; +1ms; = CLOSED; ! closed"},
    {NORMAL "four-segments/b",
     "in ESTABLISHED; +50ms; < F. 1:1(0) ack 1; = CLOSE-WAIT; ! eof; > . 1:1(0) ack 2; +200ms; close; = LAST-ACK;"
     "> F. 1:1(0) ack 2; +100ms; < . 2:2(0) ack 2; = CLOSED; ! closed; +1000s"},
    {NORMAL "three-segments/a", "in ESTABLISHED; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 1; +100ms; < F. 1:1(0) ack 2; "
                                "= FIN-WAIT-2 TIME-WAIT; ! eof;"
                                "> . 2:2(0) ack 2; ~ 2msl 240s"},
    {NORMAL "three-segments/b",
     "set fin_ack_delay 200ms; in ESTABLISHED; +50ms; < F. 1:1(0) ack 1; = CLOSE-WAIT; ! eof; close; = LAST-ACK;"
     "> F. 1:1(0) ack 2; +100ms; < . 2:2(0) ack 2; = CLOSED; ! closed"},
    {NORMAL "half-close/a",
     "in ESTABLISHED; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 1; +100ms; < . 1:1(0) ack 2; = FIN-WAIT-2;"
     "< . 1:1001(1000) ack 2; ! data 1000; < P. 1001:1501(500) ack 2; ! data 500; +200ms; > . 2:2(0) ack 1501; +3600s;"
     "< FP. 1501:1601(100) ack 2; = TIME-WAIT; ! data 100 eof; > . 2:2(0) ack 1602"},
    {NORMAL "half-close/b",
     "set nagle off; in ESTABLISHED; < F. 1:1(0) ack 1; = CLOSE-WAIT; ! eof; > . 1:1(0) ack 2; send 1500; > . "
     "1:1001(1000) ack 2;"
     "> P. 1001:1501(500) ack 2; +300ms; < . 2:2(0) ack 1501; send 100; > P. 1501:1601(100) ack 2; close; = LAST-ACK;"
     "> F. 1601:1601(0) ack 2; +100ms; < . 2:2(0) ack 1602; = CLOSED; ! closed"},
    {NORMAL "data-behind-a-window-before-the-fin/a",
     "peer win 1000; in ESTABLISHED; send 3000; > . 1:1001(1000) ack 1; shutdown; = FIN-WAIT-1; +100ms;"
     "< . 1:1(0) ack 1001 win 1000; > . 1001:2001(1000) ack 1; +100ms; < . 1:1(0) ack 2001 win 1000; > P. "
     "2001:3001(1000) ack 1;"
     "+100ms; < . 1:1(0) ack 3001 win 1000; > F. 3001:3001(0) ack 1; +100ms; < . 1:1(0) ack 3002; = FIN-WAIT-2"},

    {CROSSING "both-ends-look-alike", "in ESTABLISHED; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 1; +50ms; < F. 1:1(0) "
                                      "ack 1; = CLOSING; ! eof; > . 2:2(0) ack 2;"
                                      "+50ms; < . 2:2(0) ack 2; = TIME-WAIT; ~ 2msl 240s; +240s; = CLOSED; ! closed"},
    {CROSSING "first-fin-lost/a", "in ESTABLISHED; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 1; +50ms; < F. 1:1(0) ack "
                                  "1; = CLOSING; ! eof; > . 2:2(0) ack 2;"
                                  "+950ms; > F. 1:1(0) ack 2; +100ms; < . 2:2(0) ack 2; = TIME-WAIT; ~ 2msl 240s"},
    {CROSSING "first-fin-lost/b",
     "in ESTABLISHED; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 1; +100ms; < . 2:2(0) ack 2; = FIN-WAIT-2;"
     "+950ms; < F. 1:1(0) ack 2; = TIME-WAIT; ! eof; > . 2:2(0) ack 2"},

    {LOSS "last-ack-lost/a", "in TIME-WAIT; +1s; < F. 1:1(0) ack 2; > . 2:2(0) ack 2; ~ 2msl 240s; +239999ms; = "
                             "TIME-WAIT; +1ms; = CLOSED; ! closed"},
    {LOSS "last-ack-lost/b", "in LAST-ACK; +1s; > F. 1:1(0) ack 2; +100ms; < . 2:2(0) ack 2; = CLOSED; ! closed"},
    {LOSS "fin-lost/a", "in ESTABLISHED; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 1; +1s; > F. 1:1(0) ack 1; +100ms; < "
                        ". 1:1(0) ack 2; = FIN-WAIT-2;"
                        "~ none"},
    {LOSS "ack-of-fin-lost/b", "in CLOSE-WAIT; +1s; < F. 1:1(0) ack 1; > . 1:1(0) ack 2; = CLOSE-WAIT; +1s; shutdown; "
                               "= LAST-ACK; > F. 1:1(0) ack 2"},
    {LOSS "ack-of-fin-lost-but-the-peers-fin-arrives/a", "in ESTABLISHED; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 1; "
                                                         "+300ms; < F. 1:1(0) ack 2; = FIN-WAIT-2 TIME-WAIT; ! eof;"
                                                         "> . 2:2(0) ack 2; ~ 2msl 240s"},
    {LOSS "fin-overtakes-data/b", "in ESTABLISHED; < F. 101:101(0) ack 1; > . 1:1(0) ack 1; = ESTABLISHED; +10ms; < P. "
                                  "1:101(100) ack 1; = CLOSE-WAIT;"
                                  "! data 100 eof; > . 1:1(0) ack 102"},
    {LOSS "data-before-the-fin-lost/a",
     "in ESTABLISHED; send 100; > P. 1:101(100) ack 1; shutdown; = FIN-WAIT-1; > F. 101:101(0) ack 1; +100ms;"
     "< . 1:1(0) ack 1; = FIN-WAIT-1; +900ms; > P. 1:101(100) ack 1; +100ms; < . 1:1(0) ack 102; = FIN-WAIT-2; ~ none"},
    {LOSS "time-wait-too-short-and-the-fin-meets-nobody/a",
     "set time_wait 500ms; in TIME-WAIT; +500ms; = CLOSED; ! closed; +500ms; < F. 1:1(0) ack 2; > R 2:2(0)"},
    {LOSS "time-wait-too-short-and-the-fin-meets-nobody/b",
     "in LAST-ACK; +1s; > F. 1:1(0) ack 2; +100ms; < R 2:2(0); = CLOSED; ! reset"},
    {LOSS "close-meets-data-that-nobody-will-read/a", "in ESTABLISHED; close; = FIN-WAIT-1; > F. 1:1(0) ack 1; +100ms; "
                                                      "< . 1:1(0) ack 2; = FIN-WAIT-2; < P. 1:101(100) ack 2;"
                                                      "= CLOSED; ! closed; > R 2:2(0)"},
    {LOSS "close-meets-data-that-nobody-will-read/b",
     "in CLOSE-WAIT; send 100; > P. 1:101(100) ack 2; +100ms; < R 2:2(0); = CLOSED; ! reset; +100s"},

    {OPENING "handshake-from-both-ends/a",
     "in SYN-SENT; +100ms; < S. 0:0(0) ack 1 <mss 1460>; = ESTABLISHED; ! open; > . 1:1(0) ack 1; ~ none; +600s"},
    {OPENING "handshake-from-both-ends/b",
     "in SYN-RECEIVED; +100ms; < . 1:1(0) ack 1; = ESTABLISHED; ! open; ~ none; +600s"},
    {OPENING "simultaneous-open-and-the-first-data", "in SYN-SENT; +50ms; < S 0:0(0) <mss 1000>; = SYN-RECEIVED; > S. "
                                                     "0:0(0) ack 1; +50ms; < S. 0:0(0) ack 1; = ESTABLISHED;"
                                                     "! open; send 10; > P. 1:11(10) ack 1"},
    {OPENING "half-open-discovered-by-a-syn",
     "in ESTABLISHED; < S 5000:5000(0); > . 1:1(0) ack 1; < R 1:1(0); = CLOSED; ! reset"},
    {OPENING "old-syn-in-syn-sent-is-answered-and-refused",
     "in SYN-RECEIVED; < . 1:1(0) ack 9; > R 9:9(0); < R 1:1(0); = LISTEN; < S 0:0(0); = SYN-RECEIVED; > S. 0:0(0) ack "
     "1"},
};

int main(int argc, char **argv) {
  return scripts_main(argc, argv, scripts, G_N_ELEMENTS(scripts));
}
