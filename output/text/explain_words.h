/* The rules of TCP in plain sentences, for `teardown explain`: for each row of the table why it is so, and for each
 * stimulus, guard, check and timer what it means. All texts are static, ASCII and complete; a test holds these lists to
 * those of tcp_names.h and to the rows of tcp_fsm.h. */
#ifndef TEARDOWN_OUTPUT_TEXT_EXPLAIN_WORDS_H
#define TEARDOWN_OUTPUT_TEXT_EXPLAIN_WORDS_H

#include "tcp/tcp_fsm.h"
#include "tcp/tcp_names.h"

/* Why a rule is what it is. `stack` is NULL for what RFC 9293 says; else it goes on after the name of a stack: "enters
 * LAST-ACK at the call ...; RFC 9293 alone would ...". */
typedef struct ExplainRule {
  const char *why, *stack;
} ExplainRule;

/* The rule for a state, a stimulus and the guard that held; NULL if no row of the table is like that. */
const ExplainRule *explain_rule(TcpState state, TcpStimulus stimulus, TcpGuard guard);

/* What the procedure of RFC 9293 3.10 saw: "Eighth check, FIN: everything before it has arrived." */
const char *explain_stimulus(TcpStimulus stimulus);
/* The condition that held, as a sentence; "" for ALWAYS. */
const char *explain_guard(TcpGuard guard);
/* What a check found wrong with a segment that it drops. */
const char *explain_check(TcpCheck check);
/* What a timer is for: "waits for the ACK of what was sent". */
const char *explain_timer(TcpTimer timer);

#endif
