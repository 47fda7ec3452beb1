/* What arithmetic says about a close that loses segments at random, where it can say it: from first principles, as
 * something to hold the simulation against.
 *
 * Assumed: every segment is lost with probability p, independently; the one-way delay d is constant; a lost FIN is sent
 * again when the timeout is over, which starts at T0 > 2 d and doubles up to a cap, at most R times; no data. The
 * client closes first; the server's application closes a time c after the end of the stream, c >= 0; or both close at
 * the same instant; or, where nothing is lost, at any two. Times in seconds.
 */
#ifndef TEARDOWN_RUN_CLOSED_FORMS_H
#define TEARDOWN_RUN_CLOSED_FORMS_H

#include "run/sweep_outcome.h"

/* Everything that is known of a scenario. Negative, or NULL: nothing is known of this one. Clear it. */
typedef struct ClosedForms {
  double undisturbed;                                 /* P(nothing is sent twice) */
  double restarted, restarts;                         /* P(a TIME-WAIT starts anew), E[how often] */
  double both_closing, one_closing;                   /* P(both ends pass CLOSING), P(one of them does) */
  double closing[SWEEP_SIDES];                        /* P(an end passes CLOSING) */
  double ends[SWEEP_SIDES][SWEEP_END_COUNT];          /* shares of ends */
  GArray *measures[SWEEP_SIDES][SWEEP_MEASURE_COUNT]; /* settled laws (closed_law.h), seconds after the first close() */
} ClosedForms;
void closed_forms_clear(ClosedForms *forms);

/* FALSE, with nothing known, unless the scenario (NULL: none) is one that the assumptions hold for: it is looked at,
 * not believed. What is exact only while the client does not give up is left out if it does so more often than once in
 * 20,000 closes. */
gboolean closed_forms_of(const Scenario *scenario, ClosedForms *ret_forms);

#endif
