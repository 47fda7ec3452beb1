/* FIN-WAIT-2: our FIN is acknowledged; only the peer's is missing. RFC 9293 3.10.7.4, the calls, and the idle timeout
 * that is no RFC's. */
#include "tests/conformance/synchronized.h"

#include <glib.h>

#define SEGMENT "/rfc9293/3.10.7.4/fin-wait-2/"
#define CALL(n) "/rfc9293/3.10." n "/fin-wait-2/"
#define IDLE    "/extension/fin-wait-2-timeout/"

/* After close(), not shutdown: nobody will read. */
#define CLOSED_BOTH_WAYS "in ESTABLISHED; close; = FIN-WAIT-1; > F. 1:1(0) ack 1; < . 1:1(0) ack 2; = FIN-WAIT-2; "

static const Script scripts[] = {
    SYNCHRONIZED_BEFORE_FIN(SEGMENT, "FIN-WAIT-2", "2", "3"),

    {SEGMENT "second/rst-at-rcv-nxt-resets", "in FIN-WAIT-2; < R 1:1(0); = CLOSED; ! reset"},
    {SEGMENT "fifth/repeated-ack-of-fin-is-ignored", "in FIN-WAIT-2; < . 1:1(0) ack 2; = FIN-WAIT-2; ~ none"},
    {SEGMENT "fifth/old-ack-is-ignored", "in FIN-WAIT-2; < . 1:1(0) ack 1; = FIN-WAIT-2; ~ none"},

    {SEGMENT "seventh/data-are-delivered-and-acknowledged",
     "in FIN-WAIT-2; < P. 1:101(100) ack 2; ! data 100; ~ delayed-ack 200ms; +200ms; > . 2:2(0) ack 101"},
    {SEGMENT "seventh/half-closed-stream-flows-on-and-our-number-stands-still",
     "in FIN-WAIT-2; < . 1:1001(1000) ack 2; ! data 1000; < P. 1001:2001(1000) ack 2; ! data 1000; > . 2:2(0) ack 2001;"
     "+600s; < F. 2001:2001(0) ack 2; = TIME-WAIT; ! eof; > . 2:2(0) ack 2002"},
    {SEGMENT "seventh/data-beyond-a-hole-are-held",
     "in FIN-WAIT-2; < P. 101:201(100) ack 2; > . 2:2(0) ack 1; < . 1:101(100) ack 2; ! data 200; > . 2:2(0) ack 201"},
    {SEGMENT "seventh/data-after-close-are-answered-by-rst",
     CLOSED_BOTH_WAYS "< P. 1:101(100) ack 2; = CLOSED; ! closed; > R 2:2(0)"},
    {SEGMENT "seventh/data-with-fin-after-close-are-answered-by-rst",
     CLOSED_BOTH_WAYS "< FP. 1:101(100) ack 2; = CLOSED; ! closed; > R 2:2(0)"},
    {SEGMENT "seventh/data-after-close-are-taken-where-the-stack-does-not-reset",
     "set rst_on_late_data 0; set delayed_ack 0s; " CLOSED_BOTH_WAYS
     "< P. 1:101(100) ack 2; ! data 100; > . 2:2(0) ack 101; = FIN-WAIT-2"},

    {SEGMENT "eighth/fin-gives-time-wait",
     "in FIN-WAIT-2; < F. 1:1(0) ack 2; = TIME-WAIT; ! eof; > . 2:2(0) ack 2; ~ 2msl 240s"},
    {SEGMENT "eighth/reordered-older-fin-without-ack-of-fin-gives-time-wait",
     "in FIN-WAIT-2; < F. 1:1(0) ack 1; = TIME-WAIT; ! eof; > . 2:2(0) ack 2; ~ 2msl 240s"},
    {SEGMENT "eighth/fin-with-data-is-answered-once",
     "in FIN-WAIT-2; < FP. 1:101(100) ack 2; = TIME-WAIT; ! data 100 eof; > . 2:2(0) ack 102; ~ 2msl 240s"},
    {SEGMENT "eighth/fin-after-data-stops-the-delayed-ack",
     "in FIN-WAIT-2; < P. 1:101(100) ack 2; ! data 100; ~ delayed-ack 200ms; < F. 101:101(0) ack 2; = TIME-WAIT; ! eof;"
     "> . 2:2(0) ack 102; ~ 2msl 240s"},
    {SEGMENT "eighth/fin-beyond-a-hole-is-held",
     "in FIN-WAIT-2; < F. 101:101(0) ack 2; > . 2:2(0) ack 1; = FIN-WAIT-2; < P. 1:101(100) ack 2; = TIME-WAIT;"
     "! data 100 eof; > . 2:2(0) ack 102; ~ 2msl 240s"},
    {SEGMENT "eighth/fin-after-close-gives-time-wait",
     CLOSED_BOTH_WAYS "< F. 1:1(0) ack 2; = TIME-WAIT; ! eof; > . 2:2(0) ack 2; ~ 2msl 240s"},
    {SEGMENT "eighth/fin-in-linux-waits-60s",
     "profile linux; in FIN-WAIT-2; < F. 1:1(0) ack 2; = TIME-WAIT; ! eof; > . 2:2(0) ack 2; ~ 2msl 60s"},

    {CALL("1") "open-fails", "in FIN-WAIT-2; open active -> error exists; open passive -> error exists; = FIN-WAIT-2"},
    {CALL("2") "send-fails", "in FIN-WAIT-2; send 10 -> error closing; = FIN-WAIT-2"},
    {CALL("3") "receive-gives-what-has-arrived",
     "read off; in FIN-WAIT-2; receive 10 -> 0; < P. 1:101(100) ack 2; ! data; receive 200 -> 100"},
    {CALL("4") "close-again-sends-no-second-fin", "in FIN-WAIT-2; shutdown; close; = FIN-WAIT-2; ~ none"},
    {CALL("4") "close-with-unread-data-resets",
     "read off; in FIN-WAIT-2; < P. 1:101(100) ack 2; ! data; close; = CLOSED; ! closed; > R 2:2(0)"},
    {CALL("5") "abort-sends-rst", "in FIN-WAIT-2; abort; = CLOSED; ! closed; > R 2:2(0)"},

    {IDLE "rfc9293-waits-for-ever", CLOSED_BOTH_WAYS "~ none; +86400s; = FIN-WAIT-2"},
    {IDLE "linux-after-close-waits-60s-and-goes-silently",
     "profile linux; " CLOSED_BOTH_WAYS "~ fin-wait-2 60s; +59999ms; +1ms; = CLOSED; ! closed"},
    {IDLE "linux-after-shutdown-waits-for-ever", "profile linux; in FIN-WAIT-2; ~ none; +86400s; = FIN-WAIT-2"},
    {IDLE "linux-close-after-shutdown-starts-it-then",
     "profile linux; in FIN-WAIT-2; +10s; close; ~ fin-wait-2 60s; +60s; = CLOSED; ! closed"},
    {IDLE "linux-close-again-does-not-restart-it", "profile linux; " CLOSED_BOTH_WAYS "+10s; close; ~ fin-wait-2 50s"},
    {IDLE "segment-after-it-gets-rst",
     "profile linux; " CLOSED_BOTH_WAYS "+60s; = CLOSED; ! closed; < F. 1:1(0) ack 2; > R 2:2(0)"},
    {IDLE "fin-within-it-gives-a-whole-time-wait",
     "profile linux; " CLOSED_BOTH_WAYS "+59s; < F. 1:1(0) ack 2; = TIME-WAIT; ! eof; > . 2:2(0) ack 2; ~ 2msl 60s"},
};

int main(int argc, char **argv) {
  return scripts_main(argc, argv, scripts, G_N_ELEMENTS(scripts));
}
