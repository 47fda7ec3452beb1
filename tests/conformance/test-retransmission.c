/* The retransmission timer in a connection: RFC 6298 5.1 to 5.7, Karn's rule, RFC 9293 3.8.1 and 3.8.3, and the probe
 * of a lost tail (RFC 8985 7). The arithmetic alone is in tests/unit/test-rto.c. */
#include "tests/conformance/script.h"

#include <glib.h>

#define RTO   "/rfc6298/5/"
#define KARN  "/rfc6298/3/"
#define LIMIT "/rfc9293/3.8.3/"
#define TAIL  "/rfc8985/7/"

static const Script scripts[] = {
    {RTO "timer-starts-with-the-first-segment-and-not-again-with-the-second",
     "set nagle off; in ESTABLISHED; send 10; > P. 1:11(10) ack 1; ~ retransmission 1s; +400ms; send 10; > P. "
     "11:21(10) ack 1;"
     "~ retransmission 600ms"},
    {RTO "pure-ack-starts-no-timer",
     "set delayed_ack 0s; in ESTABLISHED; < P. 1:11(10) ack 1; ! data 10; > . 1:1(0) ack 11; ~ none"},
    {RTO "all-acknowledged-stops-the-timer", "set nagle off; in ESTABLISHED; send 10; > P. 1:11(10) ack 1; send 10; > "
                                             "P. 11:21(10) ack 1; < . 1:1(0) ack 21; ~ none; +10s"},
    {RTO "expiry-sends-the-front-alone-and-doubles",
     "in ESTABLISHED; send 3000; > . 1:1001(1000) ack 1; > . 1001:2001(1000) ack 1; > P. 2001:3001(1000) ack 1; +1s;"
     "> . 1:1001(1000) ack 1; ~ retransmission 2s; +2s; > . 1:1001(1000) ack 1; ~ retransmission 4s"},
    {RTO "retransmission-carries-the-newest-ack-and-stops-the-delayed-one",
     "in ESTABLISHED; send 10; > P. 1:11(10) ack 1; +900ms; < P. 1:101(100) ack 1; ! data 100; +100ms; > P. 1:11(10) "
     "ack 101;"
     "~ retransmission 2s"},
    {RTO "partial-ack-after-a-timeout-goes-on-with-the-next-at-the-next-timeout",
     "in ESTABLISHED; send 2000; > . 1:1001(1000) ack 1; > P. 1001:2001(1000) ack 1; +1s; > . 1:1001(1000) ack 1;"
     "< . 1:1(0) ack 1001; ~ retransmission 2s; +2s; > P. 1001:2001(1000) ack 1; < . 1:1(0) ack 2001; ~ none"},
    {RTO "ack-within-a-segment-shortens-what-is-sent-again",
     "in ESTABLISHED; send 1000; > P. 1:1001(1000) ack 1; < . 1:1(0) ack 401; +1s; > P. 401:1001(600) ack 1"},
    {RTO "fin-on-the-last-data-is-sent-again-with-them",
     "peer win 500; in ESTABLISHED; send 1000; > . 1:501(500) ack 1; shutdown; = FIN-WAIT-1; < . 1:1(0) ack 501 win "
     "501;"
     "> FP. 501:1001(500) ack 1; +1s; > FP. 501:1001(500) ack 1; < . 1:1(0) ack 1001; ~ retransmission 2s; +2s;"
     "> FP. 1001:1001(0) ack 1; < . 1:1(0) ack 1002; = FIN-WAIT-2; ~ none"},
    {RTO "lost-fin-is-repeated-until-it-is-acknowledged",
     "in ESTABLISHED; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 1; +1s; > F. 1:1(0) ack 1; +2s; > F. 1:1(0) ack 1; +50ms;"
     "< . 1:1(0) ack 2; = FIN-WAIT-2; ~ none; +100s"},

    {KARN "first-sample-sets-the-timeout",
     "set rto_min 1ms; in ESTABLISHED; send 10; > P. 1:11(10) ack 1; +100ms; < . 1:1(0) ack 11;"
     "send 10; > P. 11:21(10) ack 1; ~ retransmission 300ms"},
    {KARN "samples-of-one-constant-rtt-let-the-variance-decay",
     "set rto_min 1ms; in ESTABLISHED; send 1; > P. 1:2(1) ack 1; +100ms; < . 1:1(0) ack 2; send 1; > P. 2:3(1) ack 1; "
     "+100ms;"
     "< . 1:1(0) ack 3; send 1; > P. 3:4(1) ack 1; ~ retransmission 250ms; +100ms; < . 1:1(0) ack 4; send 1; > P. "
     "4:5(1) ack 1;"
     "~ retransmission 212.5ms"},
    {KARN "repeated-segment-gives-no-sample-and-the-backed-off-timeout-stays",
     "set rto_min 1ms; in ESTABLISHED; send 10; > P. 1:11(10) ack 1; +1s; > P. 1:11(10) ack 1; +100ms; < . 1:1(0) ack "
     "11; ~ none;"
     "send 10; > P. 11:21(10) ack 1; ~ retransmission 2s; +100ms; < . 1:1(0) ack 21; send 10; > P. 21:31(10) ack 1;"
     "~ retransmission 300ms"},
    {KARN "ack-of-a-repeated-and-a-fresh-segment-gives-no-sample",
     "set rto_min 1ms; in ESTABLISHED; send 2000; > . 1:1001(1000) ack 1; > P. 1001:2001(1000) ack 1; +1s;"
     "> . 1:1001(1000) ack 1; +10ms; < . 1:1(0) ack 2001; ~ none; send 10; > P. 2001:2011(10) ack 1; ~ retransmission "
     "2s"},
    {KARN "old-ack-gives-no-sample",
     "set rto_min 1ms; in ESTABLISHED; send 10; > P. 1:11(10) ack 1; +100ms; < . 1:1(0) ack 1; ~ retransmission 900ms"},
    {KARN "rfc9293-timeout-is-at-least-1s",
     "rtt 100ms; in ESTABLISHED; send 10; > P. 1:11(10) ack 1; ~ retransmission 1s"},
    {KARN "linux-timeout-is-srtt-and-at-least-200ms",
     "profile linux; set tail_loss_probe 0; rtt 100ms; in ESTABLISHED; send 10; > P. 1:11(10) ack 1; ~ retransmission "
     "300ms;"
     "< . 1:1(0) ack 11"},

    {LIMIT "abort-comes-at-the-expiry-after-the-last-retransmission",
     "set retries 2; in ESTABLISHED; send 10; > P. 1:11(10) ack 1; +1s; > P. 1:11(10) ack 1; +2s; > P. 1:11(10) ack 1;"
     "+3999ms; = ESTABLISHED; +1ms; = CLOSED; ! timeout"},
    {LIMIT "no-retries-means-one-transmission",
     "set retries 0; in ESTABLISHED; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 1; +1s; = CLOSED; ! timeout"},
    {LIMIT "progress-begins-the-count-again",
     "set retries 1; in ESTABLISHED; send 2000; > . 1:1001(1000) ack 1; > P. 1001:2001(1000) ack 1; +1s;"
     "> . 1:1001(1000) ack 1; < . 1:1(0) ack 1001; ~ retransmission 2s; +2s; > P. 1001:2001(1000) ack 1; +4s; = "
     "CLOSED; ! timeout"},
    {LIMIT "window-update-is-no-progress", "set retries 1; in ESTABLISHED; send 10; > P. 1:11(10) ack 1; +1s; > P. "
                                           "1:11(10) ack 1; < . 1:1(0) ack 1 win 9999; +2s;"
                                           "= CLOSED; ! timeout"},
    {LIMIT "user-timeout-counts-from-the-last-progress",
     "set user_timeout 3s; in ESTABLISHED; send 10; > P. 1:11(10) ack 1; +800ms; < . 1:1(0) ack 6; ~ retransmission "
     "1s, user 3s;"
     "+1s; > P. 6:11(5) ack 1; +1999ms; = ESTABLISHED; +1ms; = CLOSED; ! timeout"},
    {LIMIT "user-timeout-ends-syn-received",
     "set user_timeout 1500ms; in SYN-RECEIVED; +1s; > S. 0:0(0) ack 1; +500ms; = CLOSED; ! timeout"},
    {LIMIT "user-timeout-ends-close-wait-with-data-out",
     "set user_timeout 500ms; in CLOSE-WAIT; send 10; > P. 1:11(10) ack 2; +500ms; = CLOSED; ! timeout"},
    {LIMIT "user-timeout-stops-when-all-is-acknowledged",
     "set user_timeout 3s; in ESTABLISHED; send 10; > P. 1:11(10) ack 1; ~ retransmission 1s, user 3s; < . 1:1(0) ack "
     "11; ~ none"},

    {TAIL "probe-comes-at-two-rtt-and-200ms-when-one-segment-is-out",
     "profile linux; peer sack; rtt 50ms; in ESTABLISHED; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 1; +249ms; +1ms; > "
     "F. 1:1(0) "
     "ack 1"},
    {TAIL "probe-is-the-last-segment-at-two-rtt-when-several-are-out",
     "profile linux; peer sack; rtt 50ms; in ESTABLISHED; send 2000; > . 1:1001(1000) ack 1; > P. 1001:2001(1000) ack "
     "1; +101ms; "
     "+1ms;"
     "> P. 1001:2001(1000) ack 1; ~ retransmission 250ms; +250ms; > . 1:1001(1000) ack 1; ~ retransmission 500ms"},
    {TAIL "one-probe-a-tail-and-no-back-off-after-it",
     "profile linux; peer sack; rtt 200ms; in ESTABLISHED; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 1; ~ probe 600ms; "
     "+600ms;"
     "> F. 1:1(0) ack 1; ~ retransmission 600ms; +600ms; > F. 1:1(0) ack 1; ~ retransmission 1.2s"},
    {TAIL "close-wait-probes-data",
     "profile linux; peer sack; set ack_policy rfc; rtt 50ms; in CLOSE-WAIT; send 10; > P. 1:11(10) ack 2; ~ probe "
     "250ms; +250ms; > P. 1:11(10) ack 2"},
    {TAIL "closing-probes-the-fin", "profile linux; peer sack; rtt 50ms; in CLOSING; ~ probe 250ms; +250ms; > F. "
                                    "1:1(0) ack 2; < . 2:2(0) ack 2; = TIME-WAIT"},
    {TAIL "last-ack-probes-the-fin",
     "profile linux; peer sack; set ack_policy rfc; rtt 50ms; in LAST-ACK; ~ probe 250ms; +250ms; > F. 1:1(0) ack 2; "
     "< . 2:2(0) ack 2; = CLOSED; ! closed"},
    {TAIL "first-sample-makes-the-running-timer-a-probe",
     "profile linux; peer sack; in ESTABLISHED; send 2000; > . 1:1001(1000) ack 1; > P. 1001:2001(1000) ack 1; ~ "
     "retransmission "
     "1s; +50ms;"
     "< . 1:1(0) ack 1001; ~ probe 250ms; +50ms; < . 1:1(0) ack 2001; ~ none"},
    {TAIL "no-probe-without-an-rtt",
     "profile linux; peer sack; in ESTABLISHED; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 1; ~ retransmission 1s"},
    {TAIL "ack-of-the-tail-allows-the-next-probe",
     "profile linux; peer sack; rtt 50ms; in ESTABLISHED; send 10; > P. 1:11(10) "
     "ack 1; +250ms; > P. 1:11(10) ack 1; +50ms; < . 1:1(0) ack 11;"
     "~ none; send 10; > P. 11:21(10) ack 1; ~ probe 250ms"},
};

int main(int argc, char **argv) {
  return scripts_main(argc, argv, scripts, G_N_ELEMENTS(scripts));
}
