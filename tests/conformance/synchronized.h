/* What every synchronized state does alike in RFC 9293 3.10.7.4: a list of scripts, for the numbers of one state. */
#ifndef TEARDOWN_TESTS_CONFORMANCE_SYNCHRONIZED_H
#define TEARDOWN_TESTS_CONFORMANCE_SYNCHRONIZED_H

#include "tests/conformance/script.h"

/* `dir` is the state in paths, `state` in scripts; all numbers are strings. `s` is SND.NXT and `s1` the next, `r` is
 * RCV.NXT; `r0` and `r1` are the numbers around it; `last` lies just inside the window on the right and `out` outside;
 * `out100` is a range of 100 there. SND.UNA may be 1 or more: an ACK of 1 is old or nothing new. */
#define SYNCHRONIZED_(dir, state, s, s1, r, r0, r1, last, out, out100, rst, ack)                                       \
  /* First, sequence number. */                                                                                        \
  {dir "first/old-ack-gets-ack",                                                                                       \
   "in " state "; < . " r0 ":" r0 "(0) ack 1; x sequence; " ack "< . -9:-9(0) ack 1; x sequence; " ack},               \
      {dir "first/ack-beyond-the-window-gets-ack", "in " state "; < . " out ":" out "(0) ack 1; x sequence; " ack},    \
      {dir "first/old-data-get-ack-and-are-not-delivered", "in " state "; < P. -99:1(100) ack 1; x sequence; " ack},   \
      {dir "first/data-beyond-the-window-get-ack-and-are-not-held",                                                    \
       "in " state "; < P. " out100 " ack 1; x sequence; " ack},                                                       \
      {dir "first/fin-beyond-the-window-gets-ack", "in " state "; < F. " out ":" out "(0) ack 1; x sequence; " ack},   \
      {dir "first/unacceptable-segment-without-ack-bit-gets-ack-too",                                                  \
       "in " state "; < P -99:1(100); x sequence; " ack},                                                              \
      {dir "first/ack-field-of-an-unacceptable-segment-does-not-count",                                                \
       "in " state "; < . -9:-9(0) ack " s1 "; x sequence; " ack}, /* Second, RST. */                                  \
      {dir "second/rst-left-of-the-window-is-dropped",                                                                 \
       "in " state "; < R " r0 ":" r0 "(0); x sequence; < R. -9:-9(0) ack 1; x sequence; = " state},                   \
      {dir "second/rst-right-of-the-window-is-dropped", "in " state "; < R " out ":" out "(0); x sequence; = " state}, \
      {dir "second/rst-next-to-the-left-edge-is-not-obeyed",                                                           \
       "in " state "; < R " r1 ":" r1 "(0); x rst; " rst "< R. " r1 ":" r1 "(0) ack " s "; x rst; " rst},              \
      {dir "second/rst-at-the-right-edge-is-not-obeyed",                                                               \
       "in " state "; < R " last ":" last "(0); x rst; " rst}, /* Fourth, SYN. */                                      \
      {dir "fourth/syn-at-rcv-nxt-gets-challenge", "in " state "; < S " r ":" r "(0); x syn; " ack},                   \
      {dir "fourth/syn-inside-the-window-gets-challenge", "in " state "; < S " last ":" last "(0); x syn; " ack},      \
      {dir "fourth/syn-left-of-the-window-gets-ack", "in " state "; < S 0:0(0); " ack},                                \
      {dir "fourth/syn-right-of-the-window-gets-ack", "in " state "; < S " out ":" out "(0); " ack},                   \
      {dir "fourth/syn-ack-gets-challenge", "in " state "; < S. " r1 ":" r1 "(0) ack 1; x syn; " ack},                 \
      {dir "fourth/repeated-syn-ack-gets-ack", "in " state "; < S. 0:0(0) ack 1; x sequence; " ack}, /* Fifth, ACK. */ \
      {dir "fifth/segment-without-ack-is-dropped",                                                                     \
       "in " state "; < - " r ":" r "(0); x ack; < F " r ":" r "(0); x ack; = " state},                                \
      {dir "fifth/ack-of-what-was-never-sent-gets-ack",                                                                \
       "in " state "; < . " r ":" r "(0) ack " s1 "; x ack; " ack "= " state},                                         \
  {                                                                                                                    \
    dir "fifth/fin-with-ack-of-what-was-never-sent-is-dropped",                                                        \
        "in " state "; < F. " r ":" r "(0) ack " s1 "; x ack; " ack "= " state                                         \
  }

#define ANSWER_(state, s, r) "> . " s ":" s "(0) ack " r "; = " state "; "

/* Before the peer's FIN: RCV.NXT is 1, and the window [1, 65536). */
#define SYNCHRONIZED_BEFORE_FIN(dir, state, s, s1)                                                                     \
  SYNCHRONIZED_(dir, state, s, s1, "1", "0", "2", "65535", "65536", "65536:65636(100)", ANSWER_(state, s, "1"),        \
                ANSWER_(state, s, "1"))

/* After it: RCV.NXT is 2. How far the window then reaches is not said, but not to 70000. */
#define SYNCHRONIZED_AFTER_FIN(dir, state, s, s1)                                                                      \
  SYNCHRONIZED_(dir, state, s, s1, "2", "1", "3", "60000", "70000", "70000:70100(100)", ANSWER_(state, s, "2"),        \
                ANSWER_(state, s, "2"))

/* TIME-WAIT alone does not answer a RST at all. */
#define SYNCHRONIZED_TIME_WAIT(dir)                                                                                    \
  SYNCHRONIZED_(dir, "TIME-WAIT", "2", "3", "2", "1", "3", "60000", "70000", "70000:70100(100)", "= TIME-WAIT; ",      \
                ANSWER_("TIME-WAIT", "2", "2"))

#endif
