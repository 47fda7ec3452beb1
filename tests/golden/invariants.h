/* What must hold in every trace of every scenario: some invariants of closing, read off the records directly. Typed by
 * hand, beside the table that the program works by, so that a wrong row there does not fool them. */
#ifndef TEARDOWN_TESTS_GOLDEN_INVARIANTS_H
#define TEARDOWN_TESTS_GOLDEN_INVARIANTS_H

#include "trace/trace.h"

/* What is wrong in `trace`, a line each; empty when nothing is. To be freed.
 *
 *   edges      every change of state is an edge of RFC 9293's figure, or one that its text adds, with its cause
 *   fin        one FIN number an end, in every transmission of the FIN; no data at it or beyond
 *   bits       TIME-WAIT: our FIN acknowledged, the peer's received; FIN-WAIT-2: the first only; CLOSING, LAST-ACK: the
 *              second only
 *   time-wait  entered from FIN-WAIT-1, FIN-WAIT-2, CLOSING only, never by an end that was in CLOSE-WAIT; sends nothing
 *              but ACKs, each in answer
 *   calls      after CLOSE no SEND succeeds; the end of the stream is read after all of it
 *   timer      the retransmission timer runs when, and only when, something is unacknowledged; its spans never shrink
 *              while nothing is acknowledged, and stay within their bounds
 *   segments   each arrives once or is lost once; none is left when the run is idle; no RST answers a RST
 *   pair       the states of the two ends are none of the pairs that cannot be
 *   lag        the active closer outlives the passive one by 2 MSL less the way of the ACK that closed that one */
char *invariants_broken(const Trace *trace);

#endif
