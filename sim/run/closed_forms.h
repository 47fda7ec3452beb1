/* What arithmetic says about a close that loses segments at random, where it can say it: from first principles, as
 * something to hold the simulation against.
 *
 * Assumed: every segment is lost with probability p, independently; the one-way delay d is constant; a lost FIN is sent
 * again when the timeout is over, which starts at T0 > 2 d and doubles up to a cap, at most R times; no data. The
 * client closes first; the server's application closes a time c after the end of the stream, c >= 0. Times in seconds.
 */
#ifndef TEARDOWN_RUN_CLOSED_FORMS_H
#define TEARDOWN_RUN_CLOSED_FORMS_H

#include "scenario/scenario.h"

/* Retransmissions that stand for any number: with any loss below 90 % the rest is nothing. */
#define CLOSED_FORMS_ANY 400

typedef struct RetrySchedule {
  double first, cap; /* T0 and the greatest timeout, seconds */
  unsigned retries;  /* R; CLOSED_FORMS_ANY for no limit */
} RetrySchedule;

/* When attempt `j` (from 0) is made, in seconds after the first. */
double retry_sent_after(const RetrySchedule *schedule, unsigned j);

/* Mean and variance of the time until an attempt succeeds, each with chance `s`, given that one of them does. */
void retry_delay(const RetrySchedule *schedule, double s, double *ret_mean, double *ret_variance);

/* How LAST-ACK ends if TIME-WAIT lasts `time_wait` seconds from the last FIN to arrive: by the ACK, by the RST of a
 * client that has forgotten, or by giving up. */
typedef struct LastAckFates {
  double ack, reset, gave_up;
} LastAckFates;
LastAckFates last_ack_fates(const RetrySchedule *schedule, double p, double time_wait);

/* Everything that is known of a scenario. Negative: nothing is known of this one. */
typedef struct ClosedForms {
  double undisturbed;                                 /* P(nothing is sent twice) */
  double restarted, restarts;                         /* P(a TIME-WAIT starts anew), E[how often] */
  double server_closed, server_reset, server_gave_up; /* shares of ends */
  double client_done, server_done;                    /* means, seconds after the client's close */
  double server_closed_at;                            /* the same, of ends that closed normally */
  double server_fins;                                 /* mean of transmissions */
  double client_closing, server_closing;              /* P(an end passes CLOSING) */
} ClosedForms;

/* FALSE, with nothing known, unless the scenario (NULL: none) is one that the assumptions hold for: it is looked at,
 * not believed. What is exact only when nobody else gives up is left out if that happens more often than once in 20,000
 * closes. */
gboolean closed_forms_of(const Scenario *scenario, ClosedForms *ret_forms);

#endif
