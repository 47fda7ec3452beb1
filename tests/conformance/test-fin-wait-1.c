/* FIN-WAIT-1: our FIN (number 1) is out and not acknowledged. RFC 9293 3.10.7.4 step by step, and the user calls. */
#include "tests/conformance/synchronized.h"

#include <glib.h>

#define SEGMENT "/rfc9293/3.10.7.4/fin-wait-1/"
#define CALL(n) "/rfc9293/3.10." n "/fin-wait-1/"

static const Script scripts[] = {
    SYNCHRONIZED_BEFORE_FIN(SEGMENT, "FIN-WAIT-1", "2", "3"),

    {SEGMENT "second/rst-at-rcv-nxt-resets", "in FIN-WAIT-1; < R 1:1(0); = CLOSED; ! reset; +10s"},

    {SEGMENT "fifth/ack-that-does-not-cover-the-fin-changes-nothing",
     "in FIN-WAIT-1; < . 1:1(0) ack 1; = FIN-WAIT-1; ~ retransmission 1s"},
    {SEGMENT "fifth/ack-of-fin-gives-fin-wait-2", "in FIN-WAIT-1; < . 1:1(0) ack 2; = FIN-WAIT-2; ~ none"},
    {SEGMENT "fifth/ack-of-the-data-before-the-fin-changes-nothing",
     "in ESTABLISHED; send 100; > P. 1:101(100) ack 1; shutdown; = FIN-WAIT-1; > F. 101:101(0) ack 1;"
     "< . 1:1(0) ack 101; = FIN-WAIT-1; ~ retransmission 1s; < . 1:1(0) ack 102; = FIN-WAIT-2; ~ none"},
    {SEGMENT "fifth/ack-of-data-and-fin-together-gives-fin-wait-2",
     "in ESTABLISHED; send 100; > P. 1:101(100) ack 1; shutdown; = FIN-WAIT-1; > F. 101:101(0) ack 1;"
     "< . 1:1(0) ack 102; = FIN-WAIT-2; ~ none"},
    {SEGMENT "fifth/ack-of-fin-before-it-is-sent-is-an-ack-of-what-was-never-sent",
     "peer win 10; in ESTABLISHED; send 20; > . 1:11(10) ack 1; shutdown; = FIN-WAIT-1; < . 1:1(0) ack 22;"
     "> . 11:11(0) ack 1; = FIN-WAIT-1"},
    {SEGMENT "fifth/ack-of-part-of-a-segment-with-fin-leaves-the-rest",
     "in ESTABLISHED; send 100; > P. 1:101(100) ack 1; < . 1:1(0) ack 1 win 0; shutdown; = FIN-WAIT-1;"
     "< . 1:1(0) ack 51 win 1000; > F. 101:101(0) ack 1; +1s; > P. 51:101(50) ack 1; < . 1:1(0) ack 102; = FIN-WAIT-2"},

    {SEGMENT "seventh/data-are-delivered-and-acknowledged",
     "in FIN-WAIT-1; < P. 1:101(100) ack 1; ! data 100; ~ retransmission 1s, delayed-ack 200ms; +200ms; > . 2:2(0) ack "
     "101"},
    {SEGMENT "seventh/data-with-ack-of-fin-are-delivered-in-fin-wait-2",
     "in FIN-WAIT-1; < P. 1:101(100) ack 2; = FIN-WAIT-2; ! data 100; +200ms; > . 2:2(0) ack 101"},
    {SEGMENT "seventh/data-beyond-a-hole-are-held", "in FIN-WAIT-1; < P. 101:201(100) ack 1; > . 2:2(0) ack 1;"
                                                    "< . 1:101(100) ack 1; ! data 200; > . 2:2(0) ack 201"},
    {SEGMENT "seventh/ack-of-fin-beside-data-beyond-a-hole-counts",
     "in FIN-WAIT-1; < P. 101:201(100) ack 2; = FIN-WAIT-2; > . 2:2(0) ack 1; ~ none"},
    {SEGMENT "seventh/data-after-close-are-answered-by-rst",
     "in ESTABLISHED; close; = FIN-WAIT-1; > F. 1:1(0) ack 1; < P. 1:101(100) ack 1; = CLOSED; ! closed; > R 1:1(0); "
     "+10s"},
    {SEGMENT "seventh/data-after-close-beyond-a-hole-are-answered-by-rst",
     "in ESTABLISHED; close; = FIN-WAIT-1; > F. 1:1(0) ack 1; < P. 101:201(100) ack 1; = CLOSED; ! closed; > R 1:1(0)"},
    {SEGMENT "seventh/old-data-after-close-get-ack",
     "in ESTABLISHED; < P. 1:101(100) ack 1; ! data 100; close; = FIN-WAIT-1; > F. 1:1(0) ack 101;"
     "< P. 1:101(100) ack 1; > . 2:2(0) ack 101; = FIN-WAIT-1"},
    {SEGMENT "seventh/data-after-shutdown-are-welcome", "in FIN-WAIT-1; < P. 1:101(100) ack 1; ! data 100"},
    {SEGMENT "seventh/data-after-close-are-taken-where-the-stack-does-not-reset",
     "set rst_on_late_data 0; set delayed_ack 0s; in ESTABLISHED; close; = FIN-WAIT-1; > F. 1:1(0) ack 1;"
     "< P. 1:101(100) ack 1; ! data 100; > . 2:2(0) ack 101; = FIN-WAIT-1"},

    {SEGMENT "eighth/fin-without-ack-of-fin-gives-closing",
     "in FIN-WAIT-1; < F. 1:1(0) ack 1; = CLOSING; ! eof; > . 2:2(0) ack 2; ~ retransmission 1s"},
    {SEGMENT "eighth/fin-with-ack-of-fin-passes-to-time-wait",
     "in FIN-WAIT-1; < F. 1:1(0) ack 2; = FIN-WAIT-2 TIME-WAIT; ! eof; > . 2:2(0) ack 2; ~ 2msl 240s"},
    {SEGMENT "eighth/fin-with-data-and-ack-of-fin-is-answered-once",
     "in FIN-WAIT-1; < FP. 1:101(100) ack 2; = FIN-WAIT-2 TIME-WAIT; ! data 100 eof; > . 2:2(0) ack 102; ~ 2msl 240s"},
    {SEGMENT "eighth/fin-with-data-without-ack-of-fin-gives-closing",
     "in FIN-WAIT-1; < FP. 1:101(100) ack 1; = CLOSING; ! data 100 eof; > . 2:2(0) ack 102; ~ retransmission 1s"},
    {SEGMENT "eighth/fin-beyond-a-hole-is-held",
     "in FIN-WAIT-1; < F. 101:101(0) ack 1; > . 2:2(0) ack 1; = FIN-WAIT-1;"
     "< P. 1:101(100) ack 1; = CLOSING; ! data 100 eof; > . 2:2(0) ack 102"},
    {SEGMENT "eighth/ack-of-fin-beside-a-held-fin-counts",
     "in FIN-WAIT-1; < F. 101:101(0) ack 2; = FIN-WAIT-2; > . 2:2(0) ack 1; ~ none;"
     "< P. 1:101(100) ack 2; = TIME-WAIT; ! data 100 eof; > . 2:2(0) ack 102; ~ 2msl 240s"},
    {SEGMENT "eighth/ack-of-fin-never-waits-for-company",
     "set fin_ack_delay 200ms; in FIN-WAIT-1; < F. 1:1(0) ack 1; = CLOSING; ! eof; > . 2:2(0) ack 2"},
    {SEGMENT "eighth/fin-after-close-is-no-unwanted-data",
     "in ESTABLISHED; close; = FIN-WAIT-1; > F. 1:1(0) ack 1; < F. 1:1(0) ack 2; = FIN-WAIT-2 TIME-WAIT; ! eof;"
     "> . 2:2(0) ack 2"},
    {SEGMENT "eighth/fin-while-ours-waits-for-the-window-gives-closing",
     "peer win 10; in ESTABLISHED; send 20; > . 1:11(10) ack 1; shutdown; = FIN-WAIT-1; < F. 1:1(0) ack 11 win 10;"
     "= CLOSING; ! eof; > P. 11:21(10) ack 2; < . 2:2(0) ack 21 win 10; > F. 21:21(0) ack 2; < . 2:2(0) ack 22; = "
     "TIME-WAIT"},

    {CALL("1") "open-fails", "in FIN-WAIT-1; open active -> error exists; open passive -> error exists; = FIN-WAIT-1"},
    {CALL("2") "send-fails", "in FIN-WAIT-1; send 10 -> error closing; = FIN-WAIT-1"},
    {CALL("3") "receive-gives-what-has-arrived",
     "read off; in FIN-WAIT-1; receive 10 -> 0; < P. 1:101(100) ack 1; ! data; receive 60 -> 60; receive 60 -> 40"},
    {CALL("4") "close-again-sends-no-second-fin",
     "in FIN-WAIT-1; shutdown; close; shutdown; = FIN-WAIT-1; ~ retransmission 1s"},
    {CALL("4") "close-after-shutdown-makes-data-unwanted",
     "in FIN-WAIT-1; close; < P. 1:101(100) ack 1; = CLOSED; ! closed; > R 1:1(0)"},
    {CALL("4") "close-with-unread-data-resets",
     "read off; in FIN-WAIT-1; < P. 1:101(100) ack 1; ! data; close; = CLOSED; ! closed; > R 2:2(0)"},
    {CALL("5") "abort-sends-rst", "in FIN-WAIT-1; abort; = CLOSED; ! closed; > R 2:2(0); +10s"},
    {CALL("5") "abort-before-the-fin-is-sent-resets-at-snd-nxt",
     "peer win 10; in ESTABLISHED; send 20; > . 1:11(10) ack 1; shutdown; = FIN-WAIT-1; abort; = CLOSED; ! closed;"
     "> R 11:11(0)"},

    /* 3.10.8: the FIN is retransmitted like data. */
    {"/rfc9293/3.10.8/fin-wait-1/fin-is-sent-again-with-its-number-and-the-newest-ack",
     "set delayed_ack 0s; in FIN-WAIT-1; < P. 1:101(100) ack 1; ! data 100; > . 2:2(0) ack 101; +1s; > F. 1:1(0) ack "
     "101;"
     "~ retransmission 2s"},
    {"/rfc9293/3.10.8/fin-wait-1/data-before-the-fin-go-first",
     "in ESTABLISHED; send 100; > P. 1:101(100) ack 1; shutdown; = FIN-WAIT-1; > F. 101:101(0) ack 1; +1s;"
     "> P. 1:101(100) ack 1; < . 1:1(0) ack 101; = FIN-WAIT-1; ~ retransmission 2s; +2s; > F. 101:101(0) ack 1"},
    {"/rfc9293/3.10.8/fin-wait-1/after-nine-transmissions-it-gives-up-silently",
     "in FIN-WAIT-1; +1s; > F. 1:1(0) ack 1; +2s; > F. 1:1(0) ack 1; +4s; > F. 1:1(0) ack 1; +8s; > F. 1:1(0) ack 1;"
     "+16s; > F. 1:1(0) ack 1; +32s; > F. 1:1(0) ack 1; +60s; > F. 1:1(0) ack 1; +60s; > F. 1:1(0) ack 1; +59999ms; "
     "+1ms;"
     "= CLOSED; ! timeout"},
    {"/rfc9293/3.10.8/fin-wait-1/user-timeout-gives-closed",
     "set user_timeout 5s; in FIN-WAIT-1; +1s; > F. 1:1(0) ack 1; +2s; > F. 1:1(0) ack 1; +2s; = CLOSED; ! timeout"},
};

int main(int argc, char **argv) {
  return scripts_main(argc, argv, scripts, G_N_ELEMENTS(scripts));
}
