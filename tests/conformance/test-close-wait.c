/* CLOSE-WAIT: the peer's FIN (number 1) is taken; our application may still send. RFC 9293 3.10.7.4 and the calls. */
#include "tests/conformance/synchronized.h"

#include <glib.h>

#define SEGMENT "/rfc9293/3.10.7.4/close-wait/"
#define CALL(n) "/rfc9293/3.10." n "/close-wait/"

/* The peer never offers more than 10 octets, so that its window is worth using. */
#define SMALL_WINDOW "peer win 10; in ESTABLISHED; < F. 1:1(0) ack 1 win 10; = CLOSE-WAIT; ! eof; > . 1:1(0) ack 2; "

static const Script scripts[] = {
    SYNCHRONIZED_AFTER_FIN(SEGMENT, "CLOSE-WAIT", "1", "2"),

    {SEGMENT "first/repeated-fin-gets-ack", "in CLOSE-WAIT; < F. 1:1(0) ack 1; > . 1:1(0) ack 2; = CLOSE-WAIT"},
    {SEGMENT "first/repeated-data-with-fin-get-ack",
     "in ESTABLISHED; < FP. 1:101(100) ack 1; = CLOSE-WAIT; ! data 100 eof; > . 1:1(0) ack 102;"
     "< FP. 1:101(100) ack 1; > . 1:1(0) ack 102; < F. 101:101(0) ack 1; > . 1:1(0) ack 102; = CLOSE-WAIT"},
    {SEGMENT "first/ack-field-of-a-repeated-fin-does-not-count",
     "in CLOSE-WAIT; send 10; > P. 1:11(10) ack 2; < F. 1:1(0) ack 11; > . 11:11(0) ack 2; ~ retransmission 1s"},
    {SEGMENT "first/ack-field-of-a-repeated-fin-counts-in-linux",
     "profile linux; set ack_policy rfc; in CLOSE-WAIT; send 10; > P. 1:11(10) ack 2; < F. 1:1(0) ack 11; > . 11:11(0) "
     "ack 2; ~ none"},
    {SEGMENT "second/rst-at-rcv-nxt-resets", "in CLOSE-WAIT; < R 2:2(0); = CLOSED; ! reset"},
    {SEGMENT "second/rst-at-the-number-of-the-fin-is-old", "in CLOSE-WAIT; < R 1:1(0); x sequence; = CLOSE-WAIT"},
    {SEGMENT "fifth/ack-of-our-data-counts", "in CLOSE-WAIT; send 10; > P. 1:11(10) ack 2; < . 2:2(0) ack 11; ~ none"},
    {SEGMENT "fifth/window-update-lets-data-go", SMALL_WINDOW "send 20; > . 1:11(10) ack 2; < . 2:2(0) ack 11 win 10;"
                                                              "> P. 11:21(10) ack 2"},
    {SEGMENT "seventh/text-after-the-fin-is-ignored", "in CLOSE-WAIT; < P. 2:102(100) ack 1; x text; = CLOSE-WAIT"},
    {SEGMENT "seventh/text-after-the-fin-beyond-a-hole-is-ignored",
     "in CLOSE-WAIT; < P. 102:202(100) ack 1; x text; = CLOSE-WAIT"},
    {SEGMENT "seventh/ack-beside-text-after-the-fin-counts",
     "in CLOSE-WAIT; send 10; > P. 1:11(10) ack 2; < P. 2:102(100) ack 11; x text; ~ none"},
    {SEGMENT "eighth/second-fin-after-the-fin-is-ignored", "in CLOSE-WAIT; < F. 2:2(0) ack 1; = CLOSE-WAIT"},

    {CALL("1") "open-fails", "in CLOSE-WAIT; open active -> error exists; open passive -> error exists; = CLOSE-WAIT"},
    {CALL("2") "send-goes-on-without-end", "in CLOSE-WAIT; send 10; > P. 1:11(10) ack 2; +100ms; < . 2:2(0) ack 11; "
                                           "+3600s; send 1000; > P. 11:1011(1000) ack 2"},
    {CALL("3") "receive-gives-the-end-of-the-stream", "in CLOSE-WAIT; receive 10 -> 0 eof; = CLOSE-WAIT"},
    {CALL("3") "receive-gives-buffered-data-first",
     "read off; in ESTABLISHED; < F. 1:101(100) ack 1; = CLOSE-WAIT; ! data eof; > . 1:1(0) ack 102;"
     "receive 99 -> 99; receive 99 -> 1 eof; receive 99 -> 0 eof"},
    {CALL("3") "receive-after-the-fin-sends-no-window-update",
     "set rcv_wnd 1000; read off; in ESTABLISHED; < F. 1:1000(999) ack 1; = CLOSE-WAIT; ! data eof; > . 1:1(0) ack "
     "1001;"
     "receive 999 -> 999 eof"},
    {CALL("4") "close-sends-fin", "in CLOSE-WAIT; close; = LAST-ACK; > F. 1:1(0) ack 2; ~ retransmission 1s"},
    {CALL("4") "shutdown-sends-fin", "in CLOSE-WAIT; shutdown; = LAST-ACK; > F. 1:1(0) ack 2; ~ retransmission 1s"},
    {CALL("4") "close-behind-data-gives-last-ack-when-the-fin-leaves",
     SMALL_WINDOW "send 20; > . 1:11(10) ack 2; shutdown; = CLOSE-WAIT;"
                  "< . 2:2(0) ack 11 win 20; = LAST-ACK; > FP. 11:21(10) ack 2"},
    {CALL("4") "close-behind-data-in-linux-gives-last-ack-at-the-call",
     "profile linux; set ack_policy rfc; " SMALL_WINDOW "send 20; > . 1:11(10) ack 2; shutdown; = LAST-ACK;"
     "< . 2:2(0) ack 11 win 20; = LAST-ACK; > FP. 11:21(10) ack 2"},
    {CALL("4") "close-again-before-the-fin-leaves-sends-one-fin",
     SMALL_WINDOW "send 20; > . 1:11(10) ack 2; shutdown; shutdown; close;"
                  "= CLOSE-WAIT; < . 2:2(0) ack 11 win 20; = LAST-ACK; > FP. 11:21(10) ack 2; < . 2:2(0) ack 22; = "
                  "CLOSED; ! closed"},
    {CALL("4") "send-after-a-waiting-close-fails", SMALL_WINDOW "send 20; > . 1:11(10) ack 2; shutdown;"
                                                                "send 10 -> error closing; = CLOSE-WAIT"},
    {CALL("4") "fin-is-delayed-ack-of-nothing", "set fin_ack_delay 100ms; in ESTABLISHED; < F. 1:1(0) ack 1; = "
                                                "CLOSE-WAIT; ! eof; close; = LAST-ACK; > F. 1:1(0) ack 2;"
                                                "~ retransmission 1s"},
    {CALL("4") "close-with-unread-data-resets", "read off; in ESTABLISHED; < F. 1:101(100) ack 1; = CLOSE-WAIT; ! data "
                                                "eof; > . 1:1(0) ack 102; close; = CLOSED; ! closed;"
                                                "> R 1:1(0)"},
    {CALL("4") "close-with-the-end-of-the-stream-alone-unread-sends-fin",
     "read off; in ESTABLISHED; < F. 1:1(0) ack 1; = CLOSE-WAIT; ! eof; > . 1:1(0) ack 2; close; = LAST-ACK;"
     "> F. 1:1(0) ack 2"},
    {CALL("5") "abort-sends-rst", "in CLOSE-WAIT; abort; = CLOSED; ! closed; > R 1:1(0)"},
    {CALL("5") "abort-after-a-waiting-close-sends-rst",
     SMALL_WINDOW "send 20; > . 1:11(10) ack 2; shutdown; abort; = CLOSED; ! closed;"
                  "> R 11:11(0)"},

    {"/rfc9293/3.10.8/close-wait/data-are-sent-again-and-given-up",
     "set retries 1; in CLOSE-WAIT; send 10; > P. 1:11(10) ack 2; +1s; > P. 1:11(10) ack 2; +2s; = CLOSED; ! timeout"},
    {"/rfc9293/3.10.8/close-wait/nothing-ends-it-but-the-application", "in CLOSE-WAIT; ~ none; +86400s; = CLOSE-WAIT"},
};

int main(int argc, char **argv) {
  return scripts_main(argc, argv, scripts, G_N_ELEMENTS(scripts));
}
