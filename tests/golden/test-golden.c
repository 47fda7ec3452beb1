/* Closes whose every instant is known: the golden traces, typed by hand, and others derived step by step in the
 * comments. Set-up unless a row says otherwise: rfc9293 at both ends (RTO 1 s, doubling to 60 s, 8 retransmissions, 2
 * MSL 240 s), 50 ms each way, nothing lost; a closes at 0, the application of b closes 200 ms after the end of the
 * stream. */
#include "check/invariants.h"
#include "tests/golden/invariants.h"
#include "tests/unit/runs.h"

#include <string.h>

typedef struct Golden {
  const char *name;
  const char *tcp_a, *tcp_b; /* "tcp" of the hosts; NULL: as the profile */
  const char *link;          /* more keys of the link, with a comma in front */
  const char *do_a, *do_b;   /* NULL: the set-up's */
  gboolean by_hand_b;        /* the application of b reads when it says so */
  const char *faults;        /* NULL: none */
  const char *path_a, *path_b;
  unsigned sends;         /* lost ones included */
  const char *sends_told; /* NULL: their number is enough */
  const char *restarts_a; /* when 2 MSL of a began again */
  TcpStimulus end_b;      /* what closed b at last */
  gboolean ordered;       /* calls or segments of one instant whose order matters: no shuffling */
} Golden;

#define CLOSE_AT_ONCE  "{'at': '0s', 'call': 'close'}"
#define CLOSE_200_MS   "{'on': 'eof', 'after': '200ms', 'call': 'close'}"
#define LOSE_FINS_A(n) "{'match': {'from': 'a', 'flags': 'FIN', 'nth': '1.." #n "'}, 'action': 'drop'}"

/* The ten golden traces. */
static const Golden golden[] = {
    {.name = "lab-1-normal-close",
     .path_a = "FIN-WAIT-1@0s FIN-WAIT-2@100ms TIME-WAIT@300ms CLOSED@240.3s",
     .path_b = "CLOSE-WAIT@50ms LAST-ACK@250ms CLOSED@350ms",
     .sends = 4,
     .end_b = TCP_SEG_ACK_OF_FIN},
    {.name = "lab-3-simultaneous-close",
     .do_b = CLOSE_AT_ONCE,
     .path_a = "FIN-WAIT-1@0s CLOSING@50ms TIME-WAIT@100ms CLOSED@240.1s",
     .path_b = "FIN-WAIT-1@0s CLOSING@50ms TIME-WAIT@100ms CLOSED@240.1s",
     .sends = 4,
     .end_b = TCP_TMO_TIME_WAIT},
    {.name = "lab-3b-just-before-the-first-fin",
     .do_b = "{'at': '40ms', 'call': 'close'}",
     .path_a = "FIN-WAIT-1@0s CLOSING@90ms TIME-WAIT@100ms CLOSED@240.1s",
     .path_b = "FIN-WAIT-1@40ms CLOSING@50ms TIME-WAIT@140ms CLOSED@240.14s",
     .sends = 4,
     .end_b = TCP_TMO_TIME_WAIT},
    {.name = "lab-3b-just-after-the-first-fin",
     .do_b = "{'at': '60ms', 'call': 'close'}",
     .path_a = "FIN-WAIT-1@0s FIN-WAIT-2@100ms TIME-WAIT@110ms CLOSED@240.11s",
     .path_b = "CLOSE-WAIT@50ms LAST-ACK@60ms CLOSED@160ms",
     .sends = 4,
     .end_b = TCP_SEG_ACK_OF_FIN},
    {.name = "lab-4-first-fin-lost",
     .faults = LOSE_FINS_A(1),
     .path_a = "FIN-WAIT-1@0s FIN-WAIT-2@1.1s TIME-WAIT@1.3s CLOSED@241.3s",
     .path_b = "CLOSE-WAIT@1.05s LAST-ACK@1.25s CLOSED@1.35s",
     .sends = 5,
     .end_b = TCP_SEG_ACK_OF_FIN},
    {.name = "lab-5-ack-of-the-fin-lost",
     .do_b = "{'on': 'eof', 'after': '5s', 'call': 'close'}",
     .faults = "{'match': {'from': 'b', 'nth': 1}, 'action': 'drop'}",
     .path_a = "FIN-WAIT-1@0s FIN-WAIT-2@1.1s TIME-WAIT@5.1s CLOSED@245.1s",
     .path_b = "CLOSE-WAIT@50ms LAST-ACK@5.05s CLOSED@5.15s",
     .sends = 6,
     .end_b = TCP_SEG_ACK_OF_FIN},
    {.name = "lab-6-last-ack-lost",
     .faults = "{'match': {'from': 'a', 'flags': '.', 'nth': 1}, 'action': 'drop'}",
     .path_a = "FIN-WAIT-1@0s FIN-WAIT-2@100ms TIME-WAIT@300ms CLOSED@241.3s",
     .path_b = "CLOSE-WAIT@50ms LAST-ACK@250ms CLOSED@1.35s",
     .sends = 6,
     .restarts_a = "1.3s",
     .end_b = TCP_SEG_ACK_OF_FIN},
    {.name = "lab-7-time-wait-too-short",
     .tcp_a = "{'time_wait': '500ms'}",
     .faults = "{'match': {'from': 'a', 'flags': '.', 'nth': 1}, 'action': 'drop'}",
     .path_a = "FIN-WAIT-1@0s FIN-WAIT-2@100ms TIME-WAIT@300ms CLOSED@800ms",
     .path_b = "CLOSE-WAIT@50ms LAST-ACK@250ms CLOSED@1.35s",
     .sends = 6,
     .end_b = TCP_SEG_RST},
    {.name = "lab-8-two-generals",
     .link = ", 'directions': {'a>b': {'down': [{'from': '300ms'}]}}",
     .path_a = "FIN-WAIT-1@0s FIN-WAIT-2@100ms TIME-WAIT@300ms CLOSED@423.3s",
     .path_b = "CLOSE-WAIT@50ms LAST-ACK@250ms CLOSED@243.25s",
     .sends = 20,
     .restarts_a = "1.3s 3.3s 7.3s 15.3s 31.3s 63.3s 123.3s 183.3s",
     .end_b = TCP_TMO_RETRANSMISSION},
    {.name = "l10-simultaneous-close-one-fin-lost",
     .do_b = CLOSE_AT_ONCE,
     .faults = LOSE_FINS_A(1),
     .path_a = "FIN-WAIT-1@0s CLOSING@50ms TIME-WAIT@1.1s CLOSED@241.1s",
     .path_b = "FIN-WAIT-1@0s FIN-WAIT-2@100ms TIME-WAIT@1.05s CLOSED@241.05s",
     .sends = 5,
     .end_b = TCP_TMO_TIME_WAIT},
};

/* The other labs and ladders whose timeline follows from the rules. */
static const Golden derived[] = {
    /* The ACK of the FIN may wait 40 ms, and b closes as soon as it reads the end (.05): one segment carries ACK and
     * FIN. At a it is both the ACK of its FIN and the peer's FIN (.10): FIN-WAIT-2 lasts no time. Its ACK is there at
     * .15. */
    {.name = "lab-2-three-segments",
     .tcp_b = "{'fin_ack_delay': '40ms'}",
     .do_b = "{'on': 'eof', 'call': 'close'}",
     .path_a = "FIN-WAIT-1@0s TIME-WAIT@100ms CLOSED@240.1s",
     .path_b = "LAST-ACK@50ms CLOSED@150ms",
     .sends = 3,
     .sends_told = "0s a F. 1:1(0) ack 1\n50ms b F. 1:1(0) ack 2\n100ms a . 2:2(0) ack 2",
     .end_b = TCP_SEG_ACK_OF_FIN},
    /* Lost n times the FIN leaves again at 1, 3, 7, 15: the transmission that arrives shifts Lab 1 by as much. */
    {.name = "lab-4-fin-lost-twice",
     .faults = LOSE_FINS_A(2),
     .path_a = "FIN-WAIT-1@0s FIN-WAIT-2@3.1s TIME-WAIT@3.3s CLOSED@243.3s",
     .path_b = "CLOSE-WAIT@3.05s LAST-ACK@3.25s CLOSED@3.35s",
     .sends = 6,
     .end_b = TCP_SEG_ACK_OF_FIN},
    {.name = "lab-4-fin-lost-three-times",
     .faults = LOSE_FINS_A(3),
     .path_a = "FIN-WAIT-1@0s FIN-WAIT-2@7.1s TIME-WAIT@7.3s CLOSED@247.3s",
     .path_b = "CLOSE-WAIT@7.05s LAST-ACK@7.25s CLOSED@7.35s",
     .sends = 7,
     .end_b = TCP_SEG_ACK_OF_FIN},
    {.name = "lab-4-fin-lost-four-times",
     .faults = LOSE_FINS_A(4),
     .path_a = "FIN-WAIT-1@0s FIN-WAIT-2@15.1s TIME-WAIT@15.3s CLOSED@255.3s",
     .path_b = "CLOSE-WAIT@15.05s LAST-ACK@15.25s CLOSED@15.35s",
     .sends = 8,
     .sends_told = "0s a F. 1:1(0) ack 1 lost\n1s a F. 1:1(0) ack 1 lost (retransmission)\n"
                   "3s a F. 1:1(0) ack 1 lost (retransmission)\n7s a F. 1:1(0) ack 1 lost (retransmission)\n"
                   "15s a F. 1:1(0) ack 1 (retransmission)\n15.05s b . 1:1(0) ack 2\n"
                   "15.25s b F. 1:1(0) ack 2\n15.3s a . 2:2(0) ack 2",
     .end_b = TCP_SEG_ACK_OF_FIN},
    /* b sends 10,000 octets and closes 200 ms after the end of the stream (.25): six segments of 1460, one of 1240,
     * then the FIN, 10001. All are there at .30; a ACKs each second segment, and the FIN at once. */
    {.name = "lab-14-half-close",
     .do_a = "{'at': '0s', 'call': 'shutdown', 'how': 'WR'}",
     .tcp_b = "{'nagle': 'off'}",
     .do_b = "{'on': 'eof', 'after': '200ms', 'call': 'send', 'octets': 10000}, " CLOSE_200_MS,
     .path_a = "FIN-WAIT-1@0s FIN-WAIT-2@100ms TIME-WAIT@300ms CLOSED@240.3s",
     .path_b = "CLOSE-WAIT@50ms LAST-ACK@250ms CLOSED@350ms",
     .sends = 14,
     .sends_told = "0s a F. 1:1(0) ack 1\n50ms b . 1:1(0) ack 2\n"
                   "250ms b . 1:1461(1460) ack 2\n250ms b . 1461:2921(1460) ack 2\n"
                   "250ms b . 2921:4381(1460) ack 2\n250ms b . 4381:5841(1460) ack 2\n"
                   "250ms b . 5841:7301(1460) ack 2\n250ms b . 7301:8761(1460) ack 2\n"
                   "250ms b P. 8761:10001(1240) ack 2\n250ms b F. 10001:10001(0) ack 2\n"
                   "300ms a . 2:2(0) ack 2921\n300ms a . 2:2(0) ack 5841\n300ms a . 2:2(0) ack 8761\n"
                   "300ms a . 2:2(0) ack 10002",
     .end_b = TCP_SEG_ACK_OF_FIN,
     .ordered = TRUE},
    /* 3000 octets against a buffer of 1000 that nobody empties. The window shuts at .10; probes (the next octet) leave
     * T0, 2 T0, 4 T0 later: 1.1, 3.1, 7.1. At 8 the application of b reads: the update (8.05) lets the probe's octet
     * and 999 more out, which fill it (8.10, shut at 8.15). Read again at 9 (9.05): the last 1000 octets, and no room
     * for the FIN. Read again at 10: the FIN leaves at 10.05, before its probe at 10.15. b reads the end at 11, closes
     * 200 ms later. */
    {.name = "lab-15-fin-behind-a-window",
     .tcp_b = "{'rcv_wnd': 1000, 'delayed_ack': '0s'}",
     .do_a = "{'at': '0s', 'call': 'send', 'octets': 3000}, " CLOSE_AT_ONCE,
     .do_b = "{'at': '8s', 'call': 'recv'}, {'at': '9s', 'call': 'recv'}, {'at': '10s', 'call': 'recv'}, "
             "{'at': '11s', 'call': 'recv'}, " CLOSE_200_MS,
     .by_hand_b = TRUE,
     .path_a = "FIN-WAIT-1@0s FIN-WAIT-2@10.15s TIME-WAIT@11.25s CLOSED@251.25s",
     .path_b = "CLOSE-WAIT@10.1s LAST-ACK@11.2s CLOSED@11.3s",
     .sends = 21,
     .sends_told = "0s a . 1:1001(1000) ack 1\n50ms b . 1:1(0) ack 1001\n"
                   "1.1s a . 1001:1002(1) ack 1 (window-probe)\n1.15s b . 1:1(0) ack 1001\n"
                   "3.1s a . 1001:1002(1) ack 1 (window-probe)\n3.15s b . 1:1(0) ack 1001\n"
                   "7.1s a . 1001:1002(1) ack 1 (window-probe)\n7.15s b . 1:1(0) ack 1001\n"
                   "8s b . 1:1(0) ack 1001 (window-update)\n"
                   "8.05s a . 1001:1002(1) ack 1 (retransmission)\n8.05s a . 1002:2001(999) ack 1\n"
                   "8.1s b . 1:1(0) ack 1002\n8.1s b . 1:1(0) ack 2001\n"
                   "9s b . 1:1(0) ack 2001 (window-update)\n"
                   "9.05s a P. 2001:3001(1000) ack 1\n9.1s b . 1:1(0) ack 3001\n"
                   "10s b . 1:1(0) ack 3001 (window-update)\n"
                   "10.05s a F. 3001:3001(0) ack 1\n10.1s b . 1:1(0) ack 3002\n"
                   "11.2s b F. 1:1(0) ack 3002\n11.25s a . 3002:3002(0) ack 2",
     .end_b = TCP_SEG_ACK_OF_FIN,
     .ordered = TRUE},
    /* The FIN (101) is there at .05, 100 octets at .11: held, a duplicate ACK. Then one ACK for both (.11 to .16), the
     * end is read after the data, b closes at .31. */
    {.name = "lab-17-fin-overtakes-data",
     .do_a = "{'at': '0s', 'call': 'send', 'octets': 100}, " CLOSE_AT_ONCE,
     .faults = "{'match': {'from': 'a', 'len': 100}, 'action': 'delay', 'delay': '60ms'}",
     .path_a = "FIN-WAIT-1@0s FIN-WAIT-2@160ms TIME-WAIT@360ms CLOSED@240.36s",
     .path_b = "CLOSE-WAIT@110ms LAST-ACK@310ms CLOSED@410ms",
     .sends = 6,
     .sends_told = "0s a P. 1:101(100) ack 1\n0s a F. 101:101(0) ack 1\n50ms b . 1:1(0) ack 1 (duplicate-ack)\n"
                   "110ms b . 1:1(0) ack 102\n310ms b F. 1:1(0) ack 102\n360ms a . 102:102(0) ack 2",
     .end_b = TCP_SEG_ACK_OF_FIN,
     .ordered = TRUE},
    /* Half-close, a few octets at a time: they are delivered in FIN-WAIT-2, each ACK waits its 200 ms (no second
     * segment comes), and a's own number stays 2. b closes 1 s after the end (1.05). */
    {.name = "l5-half-close-in-pieces",
     .do_a = "{'at': '0s', 'call': 'shutdown', 'how': 'WR'}",
     .do_b = "{'on': 'eof', 'after': '100ms', 'call': 'send', 'octets': 10}, "
             "{'on': 'eof', 'after': '500ms', 'call': 'send', 'octets': 20}, "
             "{'on': 'eof', 'after': '1s', 'call': 'close'}",
     .path_a = "FIN-WAIT-1@0s FIN-WAIT-2@100ms TIME-WAIT@1.1s CLOSED@241.1s",
     .path_b = "CLOSE-WAIT@50ms LAST-ACK@1.05s CLOSED@1.15s",
     .sends = 8,
     .sends_told = "0s a F. 1:1(0) ack 1\n50ms b . 1:1(0) ack 2\n150ms b P. 1:11(10) ack 2\n400ms a . 2:2(0) ack 11\n"
                   "550ms b P. 11:31(20) ack 2\n800ms a . 2:2(0) ack 31\n1.05s b F. 31:31(0) ack 2\n"
                   "1.1s a . 2:2(0) ack 32",
     .end_b = TCP_SEG_ACK_OF_FIN},
    /* The ACK of the FIN is lost, the application of b takes 2 s: the FIN again at 1.0, again acknowledged from
     * CLOSE-WAIT. */
    {.name = "l8-ack-of-the-fin-lost",
     .do_b = "{'on': 'eof', 'after': '2s', 'call': 'close'}",
     .faults = "{'match': {'from': 'b', 'nth': 1}, 'action': 'drop'}",
     .path_a = "FIN-WAIT-1@0s FIN-WAIT-2@1.1s TIME-WAIT@2.1s CLOSED@242.1s",
     .path_b = "CLOSE-WAIT@50ms LAST-ACK@2.05s CLOSED@2.15s",
     .sends = 6,
     .sends_told = "0s a F. 1:1(0) ack 1\n50ms b . 1:1(0) ack 2 lost\n1s a F. 1:1(0) ack 1 (retransmission)\n"
                   "1.05s b . 1:1(0) ack 2\n2.05s b F. 1:1(0) ack 2\n2.1s a . 2:2(0) ack 2",
     .end_b = TCP_SEG_ACK_OF_FIN},
    /* The same with b closing in time: its FIN (.25 to .30) acknowledges too, and a goes straight to TIME-WAIT. */
    {.name = "l9-ack-of-the-fin-lost-but-the-fin-comes",
     .faults = "{'match': {'from': 'b', 'nth': 1}, 'action': 'drop'}",
     .path_a = "FIN-WAIT-1@0s TIME-WAIT@300ms CLOSED@240.3s",
     .path_b = "CLOSE-WAIT@50ms LAST-ACK@250ms CLOSED@350ms",
     .sends = 4,
     .end_b = TCP_SEG_ACK_OF_FIN},
    /* 3000 octets and CLOSE against a window of 1000 that is emptied at once: a thousand leave at 0, .10, .20, each
     * answered at once (the window opens by all of it); the FIN has room at .30 only: 3001. */
    {.name = "l11-fin-queued-behind-data",
     .tcp_b = "{'rcv_wnd': 1000}",
     .do_a = "{'at': '0s', 'call': 'send', 'octets': 3000}, " CLOSE_AT_ONCE,
     .path_a = "FIN-WAIT-1@0s FIN-WAIT-2@400ms TIME-WAIT@600ms CLOSED@240.6s",
     .path_b = "CLOSE-WAIT@350ms LAST-ACK@550ms CLOSED@650ms",
     .sends = 10,
     .sends_told = "0s a . 1:1001(1000) ack 1\n50ms b . 1:1(0) ack 1001\n"
                   "100ms a . 1001:2001(1000) ack 1\n150ms b . 1:1(0) ack 2001\n"
                   "200ms a P. 2001:3001(1000) ack 1\n250ms b . 1:1(0) ack 3001\n"
                   "300ms a F. 3001:3001(0) ack 1\n350ms b . 1:1(0) ack 3002\n"
                   "550ms b F. 1:1(0) ack 3002\n600ms a . 3002:3002(0) ack 2",
     .end_b = TCP_SEG_ACK_OF_FIN,
     .ordered = TRUE},
    /* a has close()d, nobody will read: data that b sends at .10 meets a RST (.15) with the number it acknowledges. */
    {.name = "l12-data-after-close",
     .do_b = "{'on': 'eof', 'after': '50ms', 'call': 'send', 'octets': 100}",
     .path_a = "FIN-WAIT-1@0s FIN-WAIT-2@100ms CLOSED@150ms",
     .path_b = "CLOSE-WAIT@50ms CLOSED@200ms",
     .sends = 4,
     .sends_told = "0s a F. 1:1(0) ack 1\n50ms b . 1:1(0) ack 2\n100ms b P. 1:101(100) ack 2\n150ms a R 2:2(0)",
     .end_b = TCP_SEG_RST},
    /* R = 1 at b, and a is gone before its second FIN: CLOSED answers with a RST at the number acknowledged (L15). */
    {.name = "l15-fin-meets-closed",
     .tcp_a = "{'time_wait': '0s'}",
     .faults = "{'match': {'from': 'a', 'flags': '.', 'nth': 1}, 'action': 'drop'}",
     .path_a = "FIN-WAIT-1@0s FIN-WAIT-2@100ms CLOSED@300ms",
     .path_b = "CLOSE-WAIT@50ms LAST-ACK@250ms CLOSED@1.35s",
     .sends = 6,
     .sends_told = "0s a F. 1:1(0) ack 1\n50ms b . 1:1(0) ack 2\n250ms b F. 1:1(0) ack 2\n300ms a . 2:2(0) ack 2 lost\n"
                   "1.25s b F. 1:1(0) ack 2 (retransmission)\n1.3s a R 2:2(0)",
     .end_b = TCP_SEG_RST},
};

static char *scenario_text(const Golden *g) {
  return g_strdup_printf(
      "{'version': 1, 'title': '%s', 'hosts': {'a': {'tcp': %s}, 'b': {'tcp': %s}},"
      " 'links': [{'between': ['a', 'b'], 'delay': '50ms'%s}],"
      " 'connections': [{'name': 'c', 'from': 'a:1000', 'to': 'b:80', 'state': 'ESTABLISHED'}],"
      " 'apps': [{'host': 'a', 'conn': 'c', 'do': [%s]}, {'host': 'b', 'conn': 'c', 'read': %s, 'do': [%s]}],"
      " 'faults': [%s]}",
      g->name, g->tcp_a ? g->tcp_a : "{}", g->tcp_b ? g->tcp_b : "{}", g->link ? g->link : "",
      g->do_a ? g->do_a : CLOSE_AT_ONCE, g->by_hand_b ? "false" : "true", g->do_b ? g->do_b : CLOSE_200_MS,
      g->faults ? g->faults : "");
}

/* When 2 MSL of a was armed, but for the first time. */
static char *restarts_of(const Trace *trace) {
  char *times = timers_of(trace, "a", TCP_TIMER_TIME_WAIT, TRACE_WORD_ARMED);
  char *rest = strchr(times, ' ');
  memmove(times, rest ? rest + 1 : "", strlen(rest ? rest + 1 : "") + 1);
  return times;
}

static void assert_golden(const Golden *g, const Trace *trace) {
  assert_told(path_of(trace, "a", "c"), g->path_a);
  assert_told(path_of(trace, "b", "c"), g->path_b);
  g_assert_cmpuint(count_of(trace, TRACE_SENT), ==, g->sends);
  assert_told(restarts_of(trace), g->restarts_a ? g->restarts_a : "");
  g_assert_cmpstr(tcp_stimulus_name(last_state_of(trace, "b")->state.stimulus), ==, tcp_stimulus_name(g->end_b));
}

static void runs_to_the_nanosecond(gconstpointer data) {
  const Golden *g = data;
  g_autofree char *text = scenario_text(g);
  g_autoptr(Scenario) scenario = scenario_of(text);
  RunEnd end;
  g_autoptr(Trace) trace = run_to_trace(scenario, &(RunOptions){0}, &end);
  g_assert_cmpint(end, ==, RUN_IDLE);
  assert_golden(g, trace);
  if (g->sends_told)
    assert_told(sends_of(trace), g->sends_told);
  assert_told(invariants_broken(trace), "");
}

/* No two things of a golden trace that happen at one instant and in one phase depend on each other. */
static void shuffled_ties_change_no_instant(gconstpointer data) {
  const Golden *g = data;
  g_autofree char *text = scenario_text(g);
  g_autoptr(Scenario) scenario = scenario_of(text);
  for (uint64_t run = 0; run < 20; run++) {
    g_autoptr(Trace) trace = run_to_trace(scenario, &(RunOptions){.run = run, .tie_shuffle = TRUE}, NULL);
    assert_golden(g, trace);
    assert_told(invariants_broken(trace), "");
  }
}

/* --- the scenarios that are shipped ------------------------------------------------------------------------------- */

static void collect(const char *folder, GPtrArray *files) {
  g_autoptr(GError) error = NULL;
  GDir *dir = g_dir_open(folder, 0, &error);
  g_assert_no_error(error);
  for (const char *name; (name = g_dir_read_name(dir));) {
    g_autofree char *path = g_build_filename(folder, name, NULL);
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
      collect(path, files);
    else if (g_str_has_suffix(name, ".json") && !g_str_has_suffix(name, ".lab.json"))
      g_ptr_array_add(files, g_steal_pointer(&path));
  }
  g_dir_close(dir);
}

static void shipped_scenarios_break_no_invariant(void) {
  g_autofree char *folder = g_test_build_filename(G_TEST_DIST, "scenarios", NULL);
  g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
  collect(folder, files);
  g_assert_cmpuint(files->len, >=, 16);
  for (guint i = 0; i < files->len; i++) {
    const char *file = g_ptr_array_index(files, i);
    g_autoptr(Scenario) scenario = scenario_of_file(file + strlen(folder) - strlen("scenarios"));
    g_test_message("%s", file);
    if (strstr(file, "/broken-stacks/")) /* they are there to break some */
      continue;
    for (uint64_t run = 0; run < 2; run++) {
      g_autoptr(Trace) trace = run_to_trace(scenario, &(RunOptions){.run = run, .tie_shuffle = run > 0}, NULL);
      g_autoptr(GPtrArray) invariants = check_invariants(trace); /* the program's own: crashes, injections, reuse */
      g_assert_cmpuint(check_invariants_broken(invariants), ==, 0);
    }
  }
}

/* --- closes at random --------------------------------------------------------------------------------------------- */

static const char *const some_times[] = {"0s", "10ms", "50ms", "100ms", "100001us", "330ms", "1s", "2500ms"};

static const char *some_time(Rng *rng) {
  return some_times[rng_below(rng, G_N_ELEMENTS(some_times))];
}

static char *some_app(Rng *rng) {
  static const char *const starts[] = {"'at': '%s'", "'on': 'eof', 'after': '%s'",
                                       "'on': 'established', 'after': '%s'"};
  GString *out = g_string_new(NULL);
  for (uint64_t sends = rng_below(rng, 3); sends; sends--)
    g_string_append_printf(out, "{'at': '%s', 'call': 'send', 'octets': %u}, ", some_time(rng),
                           (unsigned)rng_below(rng, 6000) + 1);
  if (rng_below(rng, 4) == 0)
    g_string_append_printf(out, "{'at': '%s', 'call': 'shutdown', 'how': 'WR'}, ", some_time(rng));
  g_autofree char *time = g_strdup(some_time(rng));
  g_auto(GStrv) parts = g_strsplit(starts[rng_below(rng, G_N_ELEMENTS(starts))], "%s", 2);
  g_string_append_printf(out, "{%s%s%s, 'call': '%s'}", parts[0], time, parts[1],
                         rng_below(rng, 12) ? "close" : "abort");
  return g_string_free(out, FALSE);
}

static char *some_host(Rng *rng) {
  static const char *const windows[] = {"65535", "20000", "3000", "1000", "500"};
  return g_strdup_printf("{'profile': '%s', 'tcp': {'rcv_wnd': %s, 'time_wait': '61s', 'fin_ack_delay': '%s',"
                         " 'delayed_ack': '%s', 'duplicate_fin_ack_counts': %s, 'rst_on_unread': %s}}",
                         rng_below(rng, 2) ? "rfc9293" : "linux", windows[rng_below(rng, G_N_ELEMENTS(windows))],
                         rng_below(rng, 2) ? "0s" : "40ms", rng_below(rng, 2) ? "0s" : "200ms",
                         rng_below(rng, 2) ? "true" : "false", rng_below(rng, 2) ? "true" : "false");
}

/* Two ends that send and close whenever they like, over a link that loses, delays and duplicates. */
static char *some_scenario(Rng *rng) {
  g_autofree char *host_a = some_host(rng), *host_b = some_host(rng), *app_a = some_app(rng), *app_b = some_app(rng);
  static const char *const losses[] = {"0%", "5%", "20%", "40%"};
  GString *faults = g_string_new(NULL);
  for (uint64_t n = rng_below(rng, 4); n; n--)
    g_string_append_printf(faults, "%s{'match': {'from': '%s', 'nth': %u}, 'action': '%s', 'delay': '%s'}",
                           faults->len ? ", " : "", rng_below(rng, 2) ? "a" : "b", (unsigned)rng_below(rng, 8) + 1,
                           rng_below(rng, 2) ? "delay" : "duplicate", some_time(rng));
  char *text = g_strdup_printf(
      "{'version': 1, 'title': 'random', 'hosts': {'a': %s, 'b': %s},"
      " 'links': [{'between': ['a', 'b'], 'delay': '%s', 'loss': '%s'}],"
      " 'connections': [{'name': 'c', 'from': 'a:1000', 'to': 'b:80'%s, 'isn': {'a': 4294967290, 'b': 4294966000}}],"
      " 'apps': [{'host': 'a', 'conn': 'c', 'do': [%s]}, {'host': 'b', 'conn': 'c', 'do': [%s]}], 'faults': [%s]}",
      host_a, host_b, rng_below(rng, 2) ? "50ms" : "1ms", losses[rng_below(rng, G_N_ELEMENTS(losses))],
      rng_below(rng, 2) ? ", 'state': 'ESTABLISHED'" : "", app_a, app_b, faults->str);
  g_string_free(faults, TRUE);
  return text;
}

static void random_closes_break_no_invariant(void) {
  for (uint64_t run = 0; run < 1000; run++) {
    Rng rng = rng_stream(1, run, "random closes");
    g_autofree char *text = some_scenario(&rng);
    g_autoptr(Scenario) scenario = scenario_of(text);
    g_autoptr(Trace) trace = run_to_trace(scenario, &(RunOptions){.run = run, .tie_shuffle = run & 1}, NULL);
    g_autofree char *broken = invariants_broken(trace);
    if (*broken)
      g_test_message("run %u: %s", (unsigned)run, text);
    g_assert_cmpstr(broken, ==, "");
  }
}

static void add(const char *group, const Golden *g, GTestDataFunc test) {
  g_autofree char *path = g_strdup_printf("/golden/%s/%s", group, g->name);
  g_test_add_data_func(path, g, test);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_set_nonfatal_assertions();
  for (unsigned i = 0; i < G_N_ELEMENTS(golden); i++)
    add("ten", &golden[i], runs_to_the_nanosecond);
  for (unsigned i = 0; i < G_N_ELEMENTS(derived); i++)
    add("derived", &derived[i], runs_to_the_nanosecond);
  for (unsigned i = 0; i < G_N_ELEMENTS(golden); i++)
    add("shuffled", &golden[i], shuffled_ties_change_no_instant);
  for (unsigned i = 0; i < G_N_ELEMENTS(derived); i++)
    if (!derived[i].ordered)
      add("shuffled", &derived[i], shuffled_ties_change_no_instant);
  g_test_add_func("/golden/invariants/shipped-scenarios", shipped_scenarios_break_no_invariant);
  g_test_add_func("/golden/invariants/random-closes", random_closes_break_no_invariant);
  return g_test_run();
}
