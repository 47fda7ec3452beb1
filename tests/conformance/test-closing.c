/* CLOSING: both closed at once; the peer's FIN (number 1) is taken, ours (number 1) is not acknowledged. RFC 9293
 * 3.10.7.4 and the calls. */
#include "tests/conformance/synchronized.h"

#include <glib.h>

#define SEGMENT "/rfc9293/3.10.7.4/closing/"
#define CALL(n) "/rfc9293/3.10." n "/closing/"

static const Script scripts[] = {
    SYNCHRONIZED_AFTER_FIN(SEGMENT, "CLOSING", "2", "3"),

    {SEGMENT "first/repeated-fin-gets-ack",
     "in CLOSING; < F. 1:1(0) ack 1; > . 2:2(0) ack 2; = CLOSING; ~ retransmission 1s"},
    {SEGMENT "first/ack-field-of-a-repeated-fin-does-not-count",
     "in CLOSING; < F. 1:1(0) ack 2; > . 2:2(0) ack 2; = CLOSING; ~ retransmission 1s"},
    {SEGMENT "first/ack-field-of-a-repeated-fin-counts-in-linux",
     "profile linux; in CLOSING; < F. 1:1(0) ack 2; = TIME-WAIT; > . 2:2(0) ack 2; ~ 2msl 60s"},
    {SEGMENT "second/rst-at-rcv-nxt-closes", "in CLOSING; < R 2:2(0); = CLOSED; ! reset; +10s"},
    {SEGMENT "second/rst-at-the-number-of-the-fin-is-old", "in CLOSING; < R 1:1(0); x sequence; = CLOSING"},
    {SEGMENT "fifth/ack-that-does-not-cover-the-fin-changes-nothing",
     "in CLOSING; < . 2:2(0) ack 1; = CLOSING; ~ retransmission 1s"},
    {SEGMENT "fifth/ack-of-fin-gives-time-wait", "in CLOSING; < . 2:2(0) ack 2; = TIME-WAIT; ~ 2msl 240s"},
    {SEGMENT "fifth/ack-of-fin-in-linux-gives-time-wait",
     "profile linux; in CLOSING; < . 2:2(0) ack 2; = TIME-WAIT; ~ 2msl 60s"},
    {SEGMENT "fifth/ack-of-the-data-before-the-fin-changes-nothing",
     "in ESTABLISHED; send 10; > P. 1:11(10) ack 1; shutdown; = FIN-WAIT-1; > F. 11:11(0) ack 1; < F. 1:1(0) ack 1;"
     "= CLOSING; ! eof; > . 12:12(0) ack 2; < . 2:2(0) ack 11; = CLOSING; < . 2:2(0) ack 12; = TIME-WAIT"},
    {SEGMENT "fifth/simultaneous-close-crosses-and-both-ends-wait",
     "in ESTABLISHED; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 1; +50ms; < F. 1:1(0) ack 1; = CLOSING; ! eof; > . "
     "2:2(0) ack 2;"
     "+50ms; < . 2:2(0) ack 2; = TIME-WAIT; ~ 2msl 240s; +239999ms; +1ms; = CLOSED; ! closed"},
    {SEGMENT "seventh/text-after-the-fin-is-ignored", "in CLOSING; < P. 2:102(100) ack 1; x text; = CLOSING"},
    {SEGMENT "seventh/ack-of-fin-beside-text-after-the-fin-counts",
     "in CLOSING; < P. 2:102(100) ack 2; = TIME-WAIT; ~ 2msl 240s"},
    {SEGMENT "eighth/second-fin-after-the-fin-is-ignored", "in CLOSING; < F. 2:2(0) ack 1; = CLOSING"},

    {CALL("1") "open-fails", "in CLOSING; open active -> error exists; open passive -> error exists; = CLOSING"},
    {CALL("2") "send-fails", "in CLOSING; send 10 -> error closing; = CLOSING"},
    {CALL("3") "receive-gives-the-end-of-the-stream", "in CLOSING; receive 10 -> 0 eof; = CLOSING"},
    {CALL("4") "close-again-fails", "in CLOSING; close -> error closing; = CLOSING"},
    {CALL("5") "abort-is-silent", "in CLOSING; abort; = CLOSED; ! closed; +10s"},

    {"/rfc9293/3.10.8/closing/fin-is-sent-again-and-acknowledges-the-peers",
     "in CLOSING; +1s; > F. 1:1(0) ack 2; ~ retransmission 2s; < . 2:2(0) ack 2; = TIME-WAIT; ~ 2msl 240s"},
    {"/rfc9293/3.10.8/closing/fin-is-given-up",
     "set retries 2; in CLOSING; +1s; > F. 1:1(0) ack 2; +2s; > F. 1:1(0) ack 2; +3999ms; +1ms; = CLOSED; ! timeout"},
    {"/rfc9293/3.10.8/closing/user-timeout-gives-closed",
     "set user_timeout 500ms; in CLOSING; +500ms; = CLOSED; ! timeout"},
};

int main(int argc, char **argv) {
  return scripts_main(argc, argv, scripts, G_N_ELEMENTS(scripts));
}
