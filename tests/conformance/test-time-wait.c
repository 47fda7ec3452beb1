/* TIME-WAIT: both FINs (number 1 on both sides) are taken and acknowledged. RFC 9293 3.10.7.4, RFC 1337, the calls. */
#include "tests/conformance/synchronized.h"

#include <glib.h>

#define SEGMENT "/rfc9293/3.10.7.4/time-wait/"
#define CALL(n) "/rfc9293/3.10." n "/time-wait/"
#define TIMER   "/rfc9293/3.10.8/time-wait/"

static const Script scripts[] = {
    SYNCHRONIZED_TIME_WAIT(SEGMENT),

    /* What restarts 2 MSL. */
    {SEGMENT "first/repeated-fin-gets-ack-and-restarts-2msl",
     "in TIME-WAIT; +10s; ~ 2msl 230s; < F. 1:1(0) ack 2; > . 2:2(0) ack 2; = TIME-WAIT; ~ 2msl 240s"},
    {SEGMENT "first/repeated-fin-restarts-2msl-every-time",
     "in TIME-WAIT; +239s; < F. 1:1(0) ack 2; > . 2:2(0) ack 2; +239s; < F. 1:1(0) ack 2; > . 2:2(0) ack 2; +239999ms;"
     "= TIME-WAIT; +1ms; = CLOSED; ! closed"},
    {SEGMENT "first/repeated-fin-with-its-data-restarts-2msl",
     "in FIN-WAIT-2; < FP. 1:101(100) ack 2; = TIME-WAIT; ! data 100 eof; > . 2:2(0) ack 102; +10s;"
     "< FP. 1:101(100) ack 2; > . 2:2(0) ack 102; ~ 2msl 240s; +10s; < F. 101:101(0) ack 2; > . 2:2(0) ack 102; ~ 2msl "
     "240s"},
    {SEGMENT "first/repeated-fin-with-an-older-ack-restarts-2msl",
     "in TIME-WAIT; +10s; < F. 1:1(0) ack 1; > . 2:2(0) ack 2; ~ 2msl 240s"},
    {SEGMENT "first/old-duplicate-data-get-ack-without-restart",
     "in TIME-WAIT; +10s; < P. -99:1(100) ack 1; > . 2:2(0) ack 2; = TIME-WAIT; ~ 2msl 230s"},
    {SEGMENT "first/old-ack-gets-ack-without-restart",
     "in TIME-WAIT; +10s; < . 1:1(0) ack 2; > . 2:2(0) ack 2; ~ 2msl 230s"},
    {SEGMENT "first/segment-beyond-the-window-gets-ack-without-restart",
     "in TIME-WAIT; +10s; < P. 70000:70100(100) ack 2; > . 2:2(0) ack 2; ~ 2msl 230s"},
    {SEGMENT "first/old-data-in-linux-get-ack-and-restart-2msl",
     "profile linux; in TIME-WAIT; +10s; ~ 2msl 50s; < P. -99:1(100) ack 1; > . 2:2(0) ack 2; ~ 2msl 60s"},
    {SEGMENT "first/repeated-fin-in-linux-gets-ack-and-restarts-2msl",
     "profile linux; in TIME-WAIT; +10s; < F. 1:1(0) ack 2; > . 2:2(0) ack 2; ~ 2msl 60s"},
    {SEGMENT "first/old-syn-in-linux-gets-ack-without-restart",
     "profile linux; in TIME-WAIT; +10s; < S 0:0(0); > . 2:2(0) ack 2; ~ 2msl 50s"},
    {SEGMENT "first/old-segment-without-ack-in-linux-gets-ack-without-restart",
     "profile linux; in TIME-WAIT; +10s; < P -99:1(100); > . 2:2(0) ack 2; ~ 2msl 50s"},
    {SEGMENT "first/nothing-restarts-where-the-stack-does-not",
     "set time_wait_restart never; in TIME-WAIT; +10s; < F. 1:1(0) ack 2; > . 2:2(0) ack 2; < . 2:2(0) ack 2; ~ 2msl "
     "230s"},
    /* RST in TIME-WAIT. */
    {SEGMENT "second/rst-at-rcv-nxt-ends-it", "in TIME-WAIT; < R 2:2(0); = CLOSED; ! closed; +240s"},
    {SEGMENT "second/rst-in-linux-ends-it", "profile linux; in TIME-WAIT; < R 2:2(0); = CLOSED; ! closed"},
    {SEGMENT "second/rst-is-ignored-after-rfc1337", "set rst_in_time_wait ignore; in TIME-WAIT; +10s; < R 2:2(0); = "
                                                    "TIME-WAIT; < R. 2:2(0) ack 2; = TIME-WAIT; ~ 2msl 230s"},
    {SEGMENT "second/rst-at-the-number-of-the-fin-is-old", "in TIME-WAIT; < R 1:1(0); x sequence; = TIME-WAIT"},
    {SEGMENT "second/assassination-by-the-answer-to-our-answer",
     "in TIME-WAIT; < P. -99:1(100) ack -50; > . 2:2(0) ack 2; < R 2:2(0); = CLOSED; ! closed"},
    {SEGMENT "fifth/ack-is-ignored",
     "in TIME-WAIT; +10s; < . 2:2(0) ack 2; < . 2:2(0) ack 1; = TIME-WAIT; ~ 2msl 230s"},
    {SEGMENT "fifth/ack-in-linux-restarts-2msl-without-an-answer",
     "profile linux; in TIME-WAIT; +10s; < . 2:2(0) ack 2; = TIME-WAIT; ~ 2msl 60s"},
    {SEGMENT "seventh/text-after-the-fin-is-acknowledged-and-dropped",
     "in TIME-WAIT; +10s; < P. 2:102(100) ack 2; x text; > . 2:2(0) ack 2; = TIME-WAIT; ~ 2msl 230s"},
    {SEGMENT "eighth/second-fin-after-the-fin-is-no-repetition",
     "in TIME-WAIT; +10s; < F. 2:2(0) ack 2; x text; > . 2:2(0) ack 2; = TIME-WAIT; ~ 2msl 230s"},

    {CALL("1") "open-fails", "in TIME-WAIT; open active -> error exists; open passive -> error exists; = TIME-WAIT"},
    {CALL("2") "send-fails", "in TIME-WAIT; send 10 -> error closing; = TIME-WAIT"},
    {CALL("3") "receive-gives-the-end-of-the-stream", "in TIME-WAIT; receive 10 -> 0 eof; = TIME-WAIT"},
    {CALL("3") "receive-gives-unread-data-first", "read off; in FIN-WAIT-2; < FP. 1:101(100) ack 2; = TIME-WAIT; ! "
                                                  "data eof; > . 2:2(0) ack 102; receive 200 -> 100 eof"},
    {CALL("4") "close-again-fails", "in TIME-WAIT; close -> error closing; = TIME-WAIT; ~ 2msl 240s"},
    {CALL("5") "abort-is-silent", "in TIME-WAIT; abort; = CLOSED; ! closed; +240s"},

    {TIMER "rfc9293-waits-240s", "in TIME-WAIT; ~ 2msl 240s; +239999ms; = TIME-WAIT; +1ms; = CLOSED; ! closed"},
    {TIMER "linux-waits-60s",
     "profile linux; in TIME-WAIT; ~ 2msl 60s; +59999ms; = TIME-WAIT; +1ms; = CLOSED; ! closed"},
    {TIMER "time-wait-is-twice-the-msl", "set msl 15s; in TIME-WAIT; ~ 2msl 30s"},
    {TIMER "time-wait-overrides-the-msl", "set msl 15s; set time_wait 7s; in TIME-WAIT; ~ 2msl 7s"},
    {TIMER "time-wait-of-nothing-is-over-at-once", "set time_wait 0s; in TIME-WAIT; +0s; = CLOSED; ! closed"},
};

int main(int argc, char **argv) {
  return scripts_main(argc, argv, scripts, G_N_ELEMENTS(scripts));
}
