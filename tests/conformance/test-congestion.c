/* Congestion control as a close shows it: RFC 5681, RFC 6582, RFC 6928. The peer takes 1000 octets a segment. */
#include "tests/conformance/script.h"

#include <glib.h>

#define WINDOW "/rfc6928/2/"
#define START  "/rfc5681/3.1/"
#define LOSS   "/rfc5681/3.2/"
#define IDLE   "/rfc5681/4.1/"
#define TAIL   "/rfc8985/7.3/"

#define FOUR "> . 1:1001(1000) ack 1; > . 1001:2001(1000) ack 1; > . 2001:3001(1000) ack 1; > . 3001:4001(1000) ack 1;"
#define NINE                                                                                                           \
  FOUR "> . 4001:5001(1000) ack 1; > . 5001:6001(1000) ack 1; > . 6001:7001(1000) ack 1; > . 7001:8001(1000) ack 1;"   \
       "> . 8001:9001(1000) ack 1;"

static const Script SCRIPTS[] = {
    {WINDOW "ten-segments-leave-and-the-fin-waits-behind-the-rest",
     "in ESTABLISHED; send 12000; " NINE "> . 9001:10001(1000) ack 1; shutdown; = FIN-WAIT-1; < . 1:1(0) ack 1001;"
     "> . 10001:11001(1000) ack 1; > FP. 11001:12001(1000) ack 1"},
    {WINDOW "a-fin-behind-ten-segments-takes-no-octets",
     "in ESTABLISHED; send 10000; " NINE "> P. 9001:10001(1000) ack 1; shutdown; = FIN-WAIT-1; > F. 10001:10001(0) "
     "ack 1"},
    {WINDOW "linux-counts-the-fin-as-a-segment",
     "profile linux; in ESTABLISHED; send 10000; " NINE "> P. 9001:10001(1000) ack 1; shutdown; = FIN-WAIT-1;"
     "< . 1:1(0) ack 1001; > F. 10001:10001(0) ack 1"},
    {WINDOW "no-more-than-14600-octets-of-large-segments",
     "set mss 4000; peer mss 4000; in ESTABLISHED; send 20000; > . 1:4001(4000) ack 1; > . 4001:8001(4000) ack 1;"
     "> . 8001:12001(4000) ack 1; < . 1:1(0) ack 12001; > . 12001:16001(4000) ack 1; > P. 16001:20001(4000) ack 1"},
    {WINDOW "a-syn-lost-twice-leaves-one-segment",
     "in SYN-SENT; +1s; > S 0:0(0); +2s; > S 0:0(0); < S. 0:0(0) ack 1 <mss 1000>; = ESTABLISHED; ! open; > . 1:1(0) "
     "ack 1; send 3000;"
     "> . 1:1001(1000) ack 1; < . 1:1(0) ack 1001; > . 1001:2001(1000) ack 1;"
     "> P. 2001:3001(1000) ack 1"},
    {WINDOW "a-syn-lost-once-changes-nothing",
     "in SYN-SENT; +1s; > S 0:0(0); < S. 0:0(0) ack 1 <mss 1000>; = ESTABLISHED; ! open; > . 1:1(0) ack 1; send 2000;"
     "> . 1:1001(1000) ack 1; > P. 1001:2001(1000) ack 1"},
    {WINDOW "without-congestion-control-all-leaves",
     "set initial_cwnd unlimited; in ESTABLISHED; send 12000; " NINE "> . 9001:10001(1000) ack 1;"
     "> . 10001:11001(1000) ack 1; > P. 11001:12001(1000) ack 1"},

    {START "an-ack-opens-the-window-by-one-segment",
     "set initial_cwnd 4; in ESTABLISHED; send 10000; " FOUR "< . 1:1(0) ack 2001; > . 4001:5001(1000) ack 1;"
     "> . 5001:6001(1000) ack 1; > . 6001:7001(1000) ack 1"},
    {START "linux-opens-it-by-all-that-is-acknowledged",
     "profile linux; set initial_cwnd 4; in ESTABLISHED; send 10000; " FOUR "< . 1:1(0) ack 2001;"
     "> . 4001:5001(1000) ack 1; > . 5001:6001(1000) ack 1; > . 6001:7001(1000) ack 1; > . 7001:8001(1000) ack 1"},
    {START "a-timeout-leaves-one-segment-and-slow-start",
     "set initial_cwnd 4; set resend_after_timeout all; in ESTABLISHED; send 5000; " FOUR "+1s; > . 1:1001(1000) ack 1;"
     "< . 1:1(0) ack 1001; > . 1001:2001(1000) ack 1; > . 2001:3001(1000) ack 1; < . 1:1(0) ack 3001;"
     "> . 3001:4001(1000) ack 1; > P. 4001:5001(1000) ack 1"},
    {START "after-a-timeout-rfc9293-sends-but-the-front-again",
     "set initial_cwnd 4; in ESTABLISHED; send 4000; > . 1:1001(1000) ack 1; > . 1001:2001(1000) ack 1;"
     "> . 2001:3001(1000) ack 1; > P. 3001:4001(1000) ack 1; +1s; > . 1:1001(1000) ack 1; < . 1:1(0) ack 1001;"
     "~ retransmission 2s; +2s; > . 1001:2001(1000) ack 1; < . 1:1(0) ack 4001; ~ none"},
    {START "data-and-fin-lost-the-ack-of-the-data-brings-the-fin",
     "profile freebsd; rtt 100ms; in ESTABLISHED; send 10; > P. 1:11(10) ack 1; shutdown; = FIN-WAIT-1;"
     "> F. 11:11(0) ack 1; +500ms; > P. 1:11(10) ack 1; < . 1:1(0) ack 11; > F. 11:11(0) ack 1"},

    {LOSS "three-duplicate-acks-halve-the-window",
     "set initial_cwnd 4; in ESTABLISHED; send 6000; " FOUR "< . 1:1(0) ack 1; > . 4001:5001(1000) ack 1;"
     "< . 1:1(0) ack 1; > P. 5001:6001(1000) ack 1; < . 1:1(0) ack 1; > . 1:1001(1000) ack 1; < . 1:1(0) ack 6001;"
     "send 4000; > . 6001:7001(1000) ack 1; > . 7001:8001(1000) ack 1"},
    {LOSS "a-partial-ack-shows-the-next-hole",
     "set initial_cwnd 5; in ESTABLISHED; send 5000; " FOUR "> P. 4001:5001(1000) ack 1; < . 1:1(0) ack 1;"
     "< . 1:1(0) ack 1; < . 1:1(0) ack 1; > . 1:1001(1000) ack 1; < . 1:1(0) ack 2001; > . 2001:3001(1000) ack 1;"
     "< . 1:1(0) ack 5001"},

    {IDLE "after-a-pause-the-window-is-initial-again",
     "set initial_cwnd 2; in ESTABLISHED; send 2000; > . 1:1001(1000) ack 1; > P. 1001:2001(1000) ack 1;"
     "< . 1:1(0) ack 1001; < . 1:1(0) ack 2001; +2s; send 3000; > . 2001:3001(1000) ack 1; > . 3001:4001(1000) ack 1"},
    {IDLE "lwip-keeps-the-window",
     "set initial_cwnd 2; set cwnd_after_idle keep; in ESTABLISHED; send 2000; > . 1:1001(1000) ack 1;"
     "> P. 1001:2001(1000) ack 1; < . 1:1(0) ack 1001; < . 1:1(0) ack 2001; +2s; send 3000;"
     "> . 2001:3001(1000) ack 1; > . 3001:4001(1000) ack 1; > P. 4001:5001(1000) ack 1"},
    {IDLE "linux-halves-it-for-each-timeout",
     "profile linux; set initial_cwnd 2; rtt 100ms; in ESTABLISHED; send 6000; > . 1:1001(1000) ack 1;"
     "> . 1001:2001(1000) ack 1; < . 1:1(0) ack 2001; > . 2001:3001(1000) ack 1; > . 3001:4001(1000) ack 1;"
     "> . 4001:5001(1000) ack 1; > P. 5001:6001(1000) ack 1; < . 1:1(0) ack 6001; +400ms; send 9000;"
     "> . 6001:7001(1000) ack 1; > . 7001:8001(1000) ack 1; > . 8001:9001(1000) ack 1; > . 9001:10001(1000) ack 1"},

    {TAIL "a-probe-is-new-data-if-there-is-some",
     "profile linux; peer sack; set initial_cwnd 2; rtt 50ms; in ESTABLISHED; send 3000; > . 1:1001(1000) ack 1;"
     "> . 1001:2001(1000) ack 1; ~ probe 102ms; +102ms; > P. 2001:3001(1000) ack 1"},
};

int main(int argc, char **argv) {
  return scripts_main(argc, argv, SCRIPTS, G_N_ELEMENTS(SCRIPTS));
}
