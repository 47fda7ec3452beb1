/* Windows: RFC 9293 3.8.6: probing a closed one (3.8.6.1), what is still taken when ours is closed (MUST-66), and both
 * sides of silly window avoidance (3.8.6.2). */
#include "tests/conformance/script.h"

#include <glib.h>

#define PROBE    "/rfc9293/3.8.6.1/"
#define RECEIVER "/rfc9293/3.8.6.2.2/"
#define SENDER   "/rfc9293/3.8.6.2.1/"
#define CLOSED   "/rfc9293/3.4/zero-window/"
#define UPDATE   "/rfc9293/3.10.7.4/window/"

/* We offered 1000 octets, and they came and are not read: the window is closed, RCV.NXT is 1001. */
#define OUR_WINDOW_CLOSED                                                                                              \
  "set rcv_wnd 1000; read off; in ESTABLISHED; < P. 1:1001(1000) ack 1; ! data; +200ms; > . 1:1(0) ack 1001 win 0; "
/* All that the peer's window takes is sent and acknowledged, and it is closed; 1000 octets wait. */
#define PEERS_WINDOW_CLOSED                                                                                            \
  "peer win 1000; in ESTABLISHED; send 2000; > . 1:1001(1000) ack 1; < . 1:1(0) ack 1001 win 0; "

static const Script scripts[] = {
    /* Probing: the next octet, as the RFC says. */
    {PROBE "closed-window-starts-the-persist-timer", PEERS_WINDOW_CLOSED "~ persist 1s"},
    {PROBE "first-probe-comes-after-the-rto-and-is-one-new-octet",
     PEERS_WINDOW_CLOSED "+999ms; +1ms; > . 1001:1002(1) ack 1"},
    {PROBE "interval-doubles-up-to-60s",
     PEERS_WINDOW_CLOSED "+1s; > . 1001:1002(1) ack 1; < . 1:1(0) ack 1001 win 0; +2s; > . 1001:1002(1) ack 1;"
                         "< . 1:1(0) ack 1001 win 0; +4s; > . 1001:1002(1) ack 1; < . 1:1(0) ack 1001 win 0; +8s;"
                         "> . 1001:1002(1) ack 1; < . 1:1(0) ack 1001 win 0; +16s; > . 1001:1002(1) ack 1;"
                         "< . 1:1(0) ack 1001 win 0; +32s; > . 1001:1002(1) ack 1; < . 1:1(0) ack 1001 win 0; +60s;"
                         "> . 1001:1002(1) ack 1; < . 1:1(0) ack 1001 win 0; +60s; > . 1001:1002(1) ack 1"},
    {PROBE "answered-probes-go-on-for-ever", "set retries 2; set persist_max 1s; " PEERS_WINDOW_CLOSED
                                             "+1s; > . 1001:1002(1) ack 1; < . 1:1(0) ack 1001 win 0; +1s; > . "
                                             "1001:1002(1) ack 1; < . 1:1(0) ack 1001 win 0; +1s;"
                                             "> . 1001:1002(1) ack 1; < . 1:1(0) ack 1001 win 0; +1s; > . 1001:1002(1) "
                                             "ack 1; < . 1:1(0) ack 1001 win 0; = ESTABLISHED;"
                                             "~ persist 1s"},
    {PROBE "unanswered-probes-end-the-connection",
     "set retries 2; " PEERS_WINDOW_CLOSED
     "+1s; > . 1001:1002(1) ack 1; +2s; > . 1001:1002(1) ack 1; +4s; = CLOSED; ! timeout"},
    {PROBE "unanswered-probes-end-fin-wait-1",
     "set retries 1; " PEERS_WINDOW_CLOSED
     "shutdown; = FIN-WAIT-1; +1s; > . 1001:1002(1) ack 1; +2s; = CLOSED; ! timeout"},
    {PROBE "unanswered-probes-end-close-wait",
     "set retries 1; " PEERS_WINDOW_CLOSED
     "< F. 1:1(0) ack 1001 win 0; = CLOSE-WAIT; ! eof; > . 1001:1001(0) ack 2; +1s;"
     "> . 1001:1002(1) ack 2; +2s; = CLOSED; ! timeout"},
    {PROBE "unanswered-probes-end-closing",
     "set retries 1; " PEERS_WINDOW_CLOSED "shutdown; = FIN-WAIT-1; < F. 1:1(0) ack 1001 win 0; = CLOSING; ! eof;"
     "> . 1001:1001(0) ack 2; +1s; > . 1001:1002(1) ack 2; +2s; = CLOSED; ! timeout"},
    {PROBE "unanswered-probes-end-last-ack",
     "set last_ack_entry call; set retries 1; " PEERS_WINDOW_CLOSED "< F. 1:1(0) ack 1001 win 0; = CLOSE-WAIT; ! eof;"
     "> . 1001:1001(0) ack 2; close; = LAST-ACK; +1s; > . 1001:1002(1) ack 2; +2s; = CLOSED; ! timeout"},
    {PROBE "window-that-opens-without-taking-the-probe-lets-it-go-again",
     "set nagle off; " PEERS_WINDOW_CLOSED
     "+1s; > . 1001:1002(1) ack 1; < . 1:1(0) ack 1001 win 5000; > . 1001:1002(1) ack 1;"
     "> P. 1002:2001(999) ack 1; ~ retransmission 1s"},
    {PROBE "probe-that-is-taken-lets-the-rest-go",
     PEERS_WINDOW_CLOSED "+1s; > . 1001:1002(1) ack 1; < . 1:1(0) ack 1002 win 5000; > P. 1002:2001(999) ack 1"},
    {PROBE "probe-that-is-taken-with-the-window-still-closed-goes-on-with-the-next",
     PEERS_WINDOW_CLOSED "+1s; > . 1001:1002(1) ack 1; < . 1:1(0) ack 1002 win 0; +2s; > . 1002:1003(1) ack 1"},
    {PROBE "probe-that-was-the-last-octet-and-is-taken-ends-the-probing",
     "peer win 1000; in ESTABLISHED; send 1001; > . 1:1001(1000) ack 1; < . 1:1(0) ack 1001 win 0; +1s; > P. "
     "1001:1002(1) ack 1;"
     "< . 1:1(0) ack 1002 win 0; ~ none; +100s"},
    {PROBE "window-update-before-the-first-probe-lets-data-go",
     PEERS_WINDOW_CLOSED "+500ms; < . 1:1(0) ack 1001 win 5000; > P. 1001:2001(1000) ack 1; ~ retransmission 1s"},
    {PROBE "window-that-closes-again-starts-the-intervals-afresh", PEERS_WINDOW_CLOSED
     "+1s; > . 1001:1002(1) ack 1; < . 1:1(0) ack 1001 win 0; ~ persist 2s; < . 1:1(0) ack 1002 win 999;"
     "> P. 1002:2001(999) ack 1; < . 1:1(0) ack 2001 win 0; send 10; ~ persist 1s"},
    {PROBE "fin-behind-a-closed-window-waits", PEERS_WINDOW_CLOSED "shutdown; = FIN-WAIT-1; ~ persist 1s"},
    {PROBE "fin-alone-behind-a-closed-window-is-the-probe",
     "peer win 1000; in ESTABLISHED; send 1000; > P. 1:1001(1000) ack 1; < . 1:1(0) ack 1001 win 0; ~ none; shutdown; "
     "= FIN-WAIT-1;"
     "~ persist 1s; +1s; > F. 1001:1001(0) ack 1; < . 1:1(0) ack 1002 win 0; = FIN-WAIT-2; ~ none"},
    {PROBE "fin-probe-that-is-taken-in-closing-ends-the-probing",
     "peer win 1000; in ESTABLISHED; send 1000; > P. 1:1001(1000) ack 1; < . 1:1(0) ack 1001 win 0; shutdown; = "
     "FIN-WAIT-1;"
     "< F. 1:1(0) ack 1001 win 0; = CLOSING; ! eof; > . 1001:1001(0) ack 2; ~ persist 1s; +1s; > F. 1001:1001(0) ack 2;"
     "< . 2:2(0) ack 1002 win 0; = TIME-WAIT; ~ 2msl 240s"},
    {PROBE "fin-behind-data-behind-a-closed-window-goes-when-it-opens",
     PEERS_WINDOW_CLOSED "shutdown; = FIN-WAIT-1; +300ms; < . 1:1(0) ack 1001 win 1001; > FP. 1001:2001(1000) ack 1;"
                         "< . 1:1(0) ack 2002 win 0; = FIN-WAIT-2; ~ none"},
    {PROBE "close-in-close-wait-behind-a-closed-window-is-last-ack-with-the-probe",
     "peer win 1000; in ESTABLISHED; < F. 1:1(0) ack 1 win 0; = CLOSE-WAIT; ! eof; > . 1:1(0) ack 2; shutdown; = "
     "CLOSE-WAIT;"
     "~ persist 1s; +1s; = LAST-ACK; > F. 1:1(0) ack 2; < . 2:2(0) ack 2; = CLOSED; ! closed"},
    {PROBE "linux-probes-with-an-old-empty-segment",
     "profile linux; peer win 1000; in ESTABLISHED; send 2000; > P. 1:1001(1000) ack 1; < . 1:1(0) ack 1001 win 0; "
     "~ persist 200ms; +200ms; > . 1000:1000(0) ack 1; < . 1:1(0) ack 1001 win 0; +400ms;"
     "> . 1000:1000(0) ack 1; < . 1:1(0) ack 1001 win 5000; > P. 1001:2001(1000) ack 1"},
    {PROBE "window-closed-while-data-are-out-retransmits-them",
     "in ESTABLISHED; send 10; > P. 1:11(10) ack 1; < . 1:1(0) ack 1 win 0; ~ retransmission 1s; +1s; > P. 1:11(10) "
     "ack 1"},
    {PROBE "abort-behind-a-closed-window-sends-rst",
     PEERS_WINDOW_CLOSED "abort; = CLOSED; ! closed; > R 1001:1001(0); +10s"},
    {PROBE "rst-behind-a-closed-window-stops-the-probes", PEERS_WINDOW_CLOSED "< R 1:1(0); = CLOSED; ! reset; +10s"},

    /* Our window closed: acceptable is an empty segment at RCV.NXT alone, but ACK and RST of others in order count. */
    {CLOSED "window-probe-gets-ack", OUR_WINDOW_CLOSED "< . 1001:1002(1) ack 1; x sequence; > . 1:1(0) ack 1001 win 0"},
    {CLOSED "ack-counts", OUR_WINDOW_CLOSED "send 10; > P. 1:11(10) ack 1001; < . 1001:1001(0) ack 11; ~ none"},
    {CLOSED "ack-of-a-window-probe-counts",
     OUR_WINDOW_CLOSED "send 10; > P. 1:11(10) ack 1001; < . 1001:1002(1) ack 11; > . 11:11(0) ack 1001; ~ none"},
    {CLOSED "ack-of-a-segment-of-data-counts",
     OUR_WINDOW_CLOSED "send 10; > P. 1:11(10) ack 1001; < P. 1001:1501(500) ack 11; > . 11:11(0) ack 1001; ~ none"},
    {CLOSED "ack-of-our-fin-in-a-window-probe-counts", OUR_WINDOW_CLOSED
     "shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 1001; < . 1001:1002(1) ack 2; = FIN-WAIT-2; > . 2:2(0) ack 1001"},
    {CLOSED "empty-segment-elsewhere-gets-ack",
     OUR_WINDOW_CLOSED "< . 1002:1002(0) ack 1; x sequence; > . 1:1(0) ack 1001"},
    {CLOSED "rst-at-rcv-nxt-resets", OUR_WINDOW_CLOSED "< R 1001:1001(0); = CLOSED; ! reset"},
    {CLOSED "rst-elsewhere-is-dropped", OUR_WINDOW_CLOSED "< R 1002:1002(0); x sequence; < R 1000:1000(0); x sequence"},
    {CLOSED "fin-is-refused-by-the-letter",
     OUR_WINDOW_CLOSED "< F. 1001:1001(0) ack 1; x sequence; > . 1:1(0) ack 1001 win 0;"
                       "= ESTABLISHED"},
    {CLOSED "syn-gets-ack", OUR_WINDOW_CLOSED "< S 1001:1001(0); x sequence; > . 1:1(0) ack 1001; = ESTABLISHED"},
    {CLOSED "refused-fin-comes-in-after-the-window-opens", OUR_WINDOW_CLOSED
     "< F. 1001:1001(0) ack 1; > . 1:1(0) ack 1001 win 0; receive 1000 -> 1000; > . 1:1(0) ack 1001 win 1000;"
     "< F. 1001:1001(0) ack 1; = CLOSE-WAIT; ! eof; > . 1:1(0) ack 1002"},

    /* The receiver's side: no small window is ever offered, and the right edge stands still meanwhile. */
    {RECEIVER "reading-half-of-a-small-buffer-opens-the-window",
     OUR_WINDOW_CLOSED "receive 500 -> 500; > . 1:1(0) ack 1001 win 500"},
    {RECEIVER "reading-less-does-not", OUR_WINDOW_CLOSED "receive 499 -> 499; +10s"},
    {RECEIVER "reading-in-small-steps-opens-it-once",
     OUR_WINDOW_CLOSED "receive 200 -> 200; receive 200 -> 200; receive 200 -> 200; > . 1:1(0) ack 1001 win 600"},
    {RECEIVER "ack-in-between-does-not-offer-a-small-window",
     OUR_WINDOW_CLOSED "receive 100 -> 100; < . 1001:1002(1) ack 1; > . 1:1(0) ack 1001 win 0"},
    {RECEIVER "ack-of-our-data-does-not-offer-a-small-window",
     OUR_WINDOW_CLOSED "receive 100 -> 100; send 10; > P. 1:11(10) ack 1001 win 0"},
    {RECEIVER "window-shrinks-with-unread-data",
     "set rcv_wnd 5000; read off; in ESTABLISHED; < . 1:1001(1000) ack 1; ! data; < P. 1001:2001(1000) ack 1; ! data;"
     "> . 1:1(0) ack 2001 win 3000"},
    {RECEIVER "data-read-at-once-keep-the-window-open",
     "in ESTABLISHED; < . 1:1001(1000) ack 1; ! data 1000; < P. 1001:2001(1000) ack 1; ! data 1000; > . 1:1(0) ack "
     "2001 win 65535"},

    /* The sender's side: a full segment, all there is with nothing out, or half of the largest window seen. */
    {SENDER "small-window-is-not-used-for-a-part-of-the-data",
     "peer win 1000; in ESTABLISHED; send 2000; > . 1:1001(1000) ack 1; < . 1:1(0) ack 1001 win 499; +500ms"},
    {SENDER "half-of-the-largest-window-is-used", "peer win 1000; in ESTABLISHED; send 2000; > . 1:1001(1000) ack 1; < "
                                                  ". 1:1(0) ack 1001 win 500; > . 1001:1501(500) ack 1"},
    {SENDER "all-there-is-fits-into-a-small-window", "peer win 1000; in ESTABLISHED; send 1100; > . 1:1001(1000) ack "
                                                     "1; < . 1:1(0) ack 1001 win 100; > P. 1001:1101(100) ack 1"},
    {SENDER "small-window-is-used-after-a-while",
     "peer win 1000; in ESTABLISHED; send 2000; > . 1:1001(1000) ack 1; < . 1:1(0) ack 1001 win 400; ~ persist 1s; +1s;"
     "> . 1001:1401(400) ack 1; ~ retransmission 1s; < . 1:1(0) ack 1401 win 1000; > P. 1401:2001(600) ack 1"},
    {SENDER "small-window-is-used-after-a-while-in-linux-too",
     "profile linux; set rto_min 1s; peer win 1000; in ESTABLISHED; send 2000; > P. 1:1001(1000) ack 1;"
     "< . 1:1(0) ack 1001 win 400; ~ persist 1s; +1s; > P. 1001:1401(400) ack 1; < . 1:1(0) ack 1401 win 1000;"
     "> P. 1401:2001(600) ack 1"},
    {SENDER "fin-goes-through-a-small-window-with-the-last-data",
     "peer win 1000; in ESTABLISHED; send 1200; > . 1:1001(1000) ack 1; shutdown; = FIN-WAIT-1; < . 1:1(0) ack 1001 "
     "win 201;"
     "> FP. 1001:1201(200) ack 1"},
    {SENDER "data-never-go-beyond-the-window",
     "peer win 2500; in ESTABLISHED; send 9000; > . 1:1001(1000) ack 1; > . 1001:2001(1000) ack 1; < . 1:1(0) ack 1001 "
     "win 2500;"
     "> . 2001:3001(1000) ack 1; +10ms; < . 1:1(0) ack 2001 win 1000; < . 1:1(0) ack 3001 win 0"},

    {UPDATE "older-segment-does-not-set-the-window", "peer win 1000; in ESTABLISHED; send 3000; > . 1:1001(1000) ack "
                                                     "1; < P. 101:201(100) ack 1 win 1000; > . 1001:1001(0) ack 1;"
                                                     "< . 1:1(0) ack 1001 win 5000; > . 1001:2001(1000) ack 1"},
    {UPDATE "newer-ack-at-the-same-number-sets-it", "peer win 1000; in ESTABLISHED; send 3000; > . 1:1001(1000) ack 1; "
                                                    "< . 1:1(0) ack 1001 win 2000; > . 1001:2001(1000) ack 1;"
                                                    "> P. 2001:3001(1000) ack 1"},
    {UPDATE "old-ack-does-not-set-it", "peer win 1000; in ESTABLISHED; send 3000; > . 1:1001(1000) ack 1; < . 1:1(0) "
                                       "ack 1001 win 0; < . 1:1(0) ack 500 win 5000;"
                                       "~ persist 1s"},
    {UPDATE "shrunken-window-stops-new-data-and-those-out-are-repeated",
     "peer win 2000; in ESTABLISHED; send 4000; > . 1:1001(1000) ack 1; > . 1001:2001(1000) ack 1; < . 1:1(0) ack 1001 "
     "win 100;"
     "~ retransmission 1s; +1s; > . 1001:2001(1000) ack 1"},
};

int main(int argc, char **argv) {
  return scripts_main(argc, argv, scripts, G_N_ELEMENTS(scripts));
}
