/* Rows of the table that only some stacks, or only what an application asks for, bring about. */
#include "tests/conformance/script.h"

#include <glib.h>

#define STACK "/stacks/"

static const Script SCRIPTS[] = {
    {STACK "crash-forgets-all-and-tells-nobody", "in ESTABLISHED; crash; = CLOSED"},
    {STACK "new-syn-in-time-wait-with-a-listener-reopens",
     "listener; in TIME-WAIT; < S 1000:1000(0); = CLOSED; ! reopened"},
    {STACK "new-syn-in-time-wait-without-a-listener-gets-ack",
     "in TIME-WAIT; < S 1000:1000(0); x syn; > . 2:2(0) ack 2"},
    {STACK "old-syn-in-time-wait-is-dropped", "set old_syn_in_time_wait drop; in TIME-WAIT; < S 1:1(0); x syn"},
    {STACK "old-syn-in-the-window-is-reset",
     "set old_syn_in_time_wait reset; set syn_in_time_wait never; in TIME-WAIT; < S 2:2(0); x syn; > R 2:2(0)"},
    {STACK "syn-in-the-window-resets",
     "set syn_accepted reset; in ESTABLISHED; < S 1:1(0); x syn; = CLOSED; ! reset; > R 1:1(0)"},
    {STACK "repeated-syn-gets-the-syn-ack-again",
     "set syn_ack_repeated 1; in LISTEN; < S 0:0(0); = SYN-RECEIVED; > S. 0:0(0) ack 1; < S 0:0(0); x sequence;"
     "> S. 0:0(0) ack 1"},
    {STACK "unacceptable-segment-restarts-2msl", "set time_wait_restart unacceptable; in TIME-WAIT; +10s; < P. "
                                                 "-99:1(100) ack 2; x sequence; > . 2:2(0) ack 2; ~ 2msl 240s"},
    {STACK "odd-ack-in-time-wait-is-answered",
     "set time_wait_answers_odd 1; in TIME-WAIT; < . 2:2(0) ack 1; > . 2:2(0) ack 2"},
    {STACK "abort-leads-to-time-wait",
     "set rst_enters_time_wait 1; in ESTABLISHED; abort; = TIME-WAIT; > R 1:1(0); ~ 2msl 240s"},
    {STACK "abort-with-data-out-sends-nothing-again",
     "set rst_enters_time_wait 1; in ESTABLISHED; send 10; > P. 1:11(10) ack 1; abort; = TIME-WAIT; > R 11:11(0); ~ "
     "2msl 240s; +100s"},
    {STACK "answers-to-empty-segments-are-limited",
     "set challenge_limit 1; set challenge_period 1s; in ESTABLISHED; < . -9:-9(0) ack 1; x sequence; > . 1:1(0) ack 1;"
     "< . -9:-9(0) ack 1; x sequence; < R 10:10(0); x rst; < S 1:1(0); x syn; < . 1:1(0) ack 100; x ack; +1s;"
     "< . -9:-9(0) ack 1; > . 1:1(0) ack 1"},
    {STACK "answers-to-old-syns-in-time-wait-are-limited",
     "set challenge_limit 1; set challenge_period 1s; in TIME-WAIT; < S 1:1(0); x syn; > . 2:2(0) ack 2;"
     "< S 1:1(0); x syn; +1s; < S 1:1(0); x syn; > . 2:2(0) ack 2"},
    {STACK "answers-to-text-are-not-limited", "set challenge_limit 1; in ESTABLISHED; < P. -9:1(10) ack 1; > . 1:1(0) "
                                              "ack 1; < P. -9:1(10) ack 1; > . 1:1(0) ack 1"},
    {STACK "keepalives-without-an-answer-end-it",
     "set keepalive_idle 10s; set keepalive_interval 1s; set keepalive_count 1; in ESTABLISHED; keepalive; +10s;"
     "> . 0:0(0) ack 1; +1s; = CLOSED; ! timeout"},
    {STACK "keepalives-without-an-answer-end-it-with-rst",
     "set keepalive_idle 10s; set keepalive_interval 1s; set keepalive_count 1; set keepalive_rst 1; in ESTABLISHED;"
     "keepalive; +10s; > . 0:0(0) ack 1; +1s; = CLOSED; ! timeout; > R 1:1(0)"},
    {STACK "data-after-shut-rd-may-reset", "set shut_read_data reset; in ESTABLISHED; stop reading; < P. 1:101(100) "
                                           "ack 1; x text; = CLOSED; ! closed; > R 1:1(0)"},
    {STACK "time-wait-of-a-freed-tuple-is-taken-over", "set bug_port_freed_early 1; in TIME-WAIT; take over; = CLOSED"},
    {STACK "three-duplicate-acks-resend-the-front",
     "in ESTABLISHED; send 3000; > . 1:1001(1000) ack 1; > . 1001:2001(1000) ack 1; > P. 2001:3001(1000) ack 1;"
     "< . 1:1(0) ack 1; < . 1:1(0) ack 1; < . 1:1(0) ack 1; > . 1:1001(1000) ack 1"},
    {STACK "answers-to-window-probes-are-no-duplicate-acks",
     "in ESTABLISHED; send 1000; > P. 1:1001(1000) ack 1; < . 1:1(0) ack 1001 win 0; send 10; +1s; > . 1001:1002(1) "
     "ack 1;"
     "< . 1:1(0) ack 1001 win 0; +2s; > . 1001:1002(1) ack 1; < . 1:1(0) ack 1001 win 0; +4s; > . 1001:1002(1) ack 1;"
     "< . 1:1(0) ack 1001 win 0"},
};

int main(int argc, char **argv) {
  return scripts_main(argc, argv, SCRIPTS, G_N_ELEMENTS(SCRIPTS));
}
