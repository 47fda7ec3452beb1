/* Arithmetic of attempts that fail at random, for the closed forms of a close that loses segments: when a doubled
 * timeout makes the next attempt, how LAST-ACK ends, and the laws of chance of the sums. Times in seconds. */
#ifndef TEARDOWN_RUN_CLOSED_LAW_H
#define TEARDOWN_RUN_CLOSED_LAW_H

#include <glib.h>
#include <stdint.h>

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

/* --- laws --- */

/* A law of chance on finitely many values: a GArray of these. Once settled, values rise, none stands twice, chances add
 * up to 1. */
typedef struct ClosedPoint {
  double at, chance;
} ClosedPoint;

GArray *closed_law_new(void);
void closed_law_add(GArray *law, double at, double chance);
/* Sorts, joins equal values and scales the chances to 1. Returns `law`, or frees it and returns NULL if all of it
 * together has next to no chance. */
GArray *closed_law_settle(GArray *law);
/* Of the sum of two independent values and a constant. */
GArray *closed_law_sum(const GArray *one, const GArray *other, double constant);
/* Of settled laws. */
double closed_law_mean(const GArray *law);
/* P(value <= at). */
double closed_law_below(const GArray *law, double at);
/* FALSE if the quantile of `ppm` millionths lies at a step, where rounding would decide between two values. */
gboolean closed_law_quantile(const GArray *law, uint32_t ppm, double *ret_at);

/* --- LAST-ACK --- */

/* How LAST-ACK ends if TIME-WAIT lasts `time_wait` seconds from the last FIN to arrive: by the ACK, by the RST of a
 * client that has forgotten, or by giving up. */
typedef struct LastAckFates {
  double ack, reset, gave_up;
} LastAckFates;
LastAckFates last_ack_fates(const RetrySchedule *schedule, double p, double time_wait);

/* The same attempt by attempt, FINs lost with `out` and what answers them with `back`: arrays of `attempts` chances. */
typedef struct LastAck {
  unsigned attempts;
  double *sent;           /* when each is made, seconds after the first */
  double *ack, *reset;    /* that it is the last: its ACK arrives, or its RST */
  double *first, *latest; /* that it is the first to arrive; the last one before TIME-WAIT ends */
  double gave_up;         /* that none is answered */
  double never;           /* that none arrives at all */
  double restarted;       /* that two or more arrive in TIME-WAIT, the first counted */
  double restarts;        /* mean of how many arrive after the first */
} LastAck;
LastAck *last_ack_new(const RetrySchedule *schedule, double out, double back, double time_wait);
void last_ack_free(LastAck *last_ack);

#endif
