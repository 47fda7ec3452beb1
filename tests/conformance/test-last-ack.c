/* LAST-ACK: closed after the peer; our FIN (number 1) is not acknowledged. RFC 9293 3.10.7.4 and the calls. */
#include "tests/conformance/synchronized.h"

#include <glib.h>

#define SEGMENT "/rfc9293/3.10.7.4/last-ack/"
#define CALL(n) "/rfc9293/3.10." n "/last-ack/"
#define TIMER   "/rfc9293/3.10.8/last-ack/"

static const Script scripts[] = {
    SYNCHRONIZED_AFTER_FIN(SEGMENT, "LAST-ACK", "2", "3"),

    {SEGMENT "first/repeated-fin-gets-ack",
     "in LAST-ACK; < F. 1:1(0) ack 1; > . 2:2(0) ack 2; = LAST-ACK; ~ retransmission 1s"},
    {SEGMENT "first/ack-field-of-a-repeated-fin-does-not-count",
     "in LAST-ACK; < F. 1:1(0) ack 2; > . 2:2(0) ack 2; = LAST-ACK"},
    {SEGMENT "first/ack-field-of-a-repeated-fin-counts-in-linux",
     "profile linux; set ack_policy rfc; in LAST-ACK; < F. 1:1(0) ack 2; = CLOSED; ! closed"},
    {SEGMENT "second/rst-at-rcv-nxt-closes", "in LAST-ACK; < R 2:2(0); = CLOSED; ! reset; +10s"},
    {SEGMENT "second/rst-of-a-closed-peer-that-got-our-fin-is-exact",
     "in LAST-ACK; +1s; > F. 1:1(0) ack 2; < R 2:2(0); = CLOSED; ! reset"},
    {SEGMENT "second/rst-at-the-number-of-the-fin-is-old", "in LAST-ACK; < R 1:1(0); x sequence; = LAST-ACK"},
    {SEGMENT "fifth/ack-that-does-not-cover-the-fin-changes-nothing",
     "in LAST-ACK; < . 2:2(0) ack 1; = LAST-ACK; ~ retransmission 1s"},
    {SEGMENT "fifth/ack-of-fin-gives-closed-without-time-wait",
     "in LAST-ACK; < . 2:2(0) ack 2; = CLOSED; ! closed; +10s"},
    {SEGMENT "fifth/ack-of-the-data-before-the-fin-changes-nothing",
     "in CLOSE-WAIT; send 100; > P. 1:101(100) ack 2; shutdown; = LAST-ACK; > F. 101:101(0) ack 2; < . 2:2(0) ack 101;"
     "= LAST-ACK; ~ retransmission 1s; < . 2:2(0) ack 102; = CLOSED; ! closed"},
    {SEGMENT "fifth/linux-data-drain-in-last-ack",
     "profile linux; set ack_policy rfc; peer win 10; in ESTABLISHED; < F. 1:1(0) ack 1 win 10; = CLOSE-WAIT; ! eof; > "
     ". 1:1(0) ack 2; "
     "send 20;"
     "> . 1:11(10) ack 2; close; = LAST-ACK; < . 2:2(0) ack 11 win 10; > P. 11:21(10) ack 2; < . 2:2(0) ack 21 win 10;"
     "> F. 21:21(0) ack 2; < . 2:2(0) ack 22; = CLOSED; ! closed"},
    {SEGMENT "eighth/ack-of-fin-that-waited-for-company-goes-alone-while-our-fin-waits",
     "set last_ack_entry call; set fin_ack_delay 200ms; in ESTABLISHED; < F. 1:1(0) ack 1 win 0; = CLOSE-WAIT; ! eof; "
     "close;"
     "= LAST-ACK; ~ persist 1s, delayed-ack 200ms; +200ms; > . 1:1(0) ack 2; +800ms; > F. 1:1(0) ack 2; < . 2:2(0) ack "
     "2;"
     "= CLOSED; ! closed"},
    {SEGMENT "seventh/text-after-the-fin-is-ignored", "in LAST-ACK; < P. 2:102(100) ack 1; x text; = LAST-ACK"},
    {SEGMENT "seventh/ack-of-fin-beside-text-after-the-fin-counts",
     "in LAST-ACK; < P. 2:102(100) ack 2; = CLOSED; ! closed"},
    {SEGMENT "eighth/second-fin-after-the-fin-is-ignored", "in LAST-ACK; < F. 2:2(0) ack 1; = LAST-ACK"},

    {CALL("1") "open-fails", "in LAST-ACK; open active -> error exists; open passive -> error exists; = LAST-ACK"},
    {CALL("2") "send-fails", "in LAST-ACK; send 10 -> error closing; = LAST-ACK"},
    {CALL("3") "receive-gives-the-end-of-the-stream", "in LAST-ACK; receive 10 -> 0 eof; = LAST-ACK"},
    {CALL("4") "close-again-fails", "in LAST-ACK; close -> error closing; = LAST-ACK"},
    {CALL("5") "abort-is-silent", "in LAST-ACK; abort; = CLOSED; ! closed; +10s"},

    {TIMER "fin-is-sent-again-with-the-same-number",
     "in LAST-ACK; +1s; > F. 1:1(0) ack 2; +2s; > F. 1:1(0) ack 2; < . 2:2(0) ack 2; = CLOSED; ! closed"},
    {TIMER "after-nine-transmissions-it-gives-up-at-243s",
     "in LAST-ACK; +1s; > F. 1:1(0) ack 2; +2s; > F. 1:1(0) ack 2; +4s; > F. 1:1(0) ack 2; +8s; > F. 1:1(0) ack 2;"
     "+16s; > F. 1:1(0) ack 2; +32s; > F. 1:1(0) ack 2; +60s; > F. 1:1(0) ack 2; +60s; > F. 1:1(0) ack 2; +59999ms; "
     "+1ms;"
     "= CLOSED; ! timeout"},
    {TIMER "without-a-limit-it-never-gives-up",
     "set retries unlimited; set rto_max 1s; in LAST-ACK; +1s; > F. 1:1(0) ack 2; +1s; > F. 1:1(0) ack 2; +1s;"
     "> F. 1:1(0) ack 2; +1s; > F. 1:1(0) ack 2; = LAST-ACK; ~ retransmission 1s"},
    {TIMER "user-timeout-gives-closed", "set user_timeout 900ms; in LAST-ACK; +900ms; = CLOSED; ! timeout"},
};

int main(int argc, char **argv) {
  return scripts_main(argc, argv, scripts, G_N_ELEMENTS(scripts));
}
