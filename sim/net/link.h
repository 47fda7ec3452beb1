/* One direction of a link: what it is configured to do to segments. Words are tc-netem's (man tc-netem), and so is
 * what they mean, but for correlation and slots, which there are none of, and `limit`, which counts only what waits to
 * leave.
 *
 * A segment meets, in this order: the interval in which the link is down, the queue before `rate`, the delay, and on
 * half of its way the losses and then the filter. What jitter does to the order: without a `rate` segments overtake
 * each other, each arrives when its own delay is over; with one, none arrives before a segment that left earlier.
 * Segments that `reorder` chose, and those that a fault delays or holds, are outside this rule. */
#ifndef TEARDOWN_NET_LINK_H
#define TEARDOWN_NET_LINK_H

#include "engine/rng.h"
#include "engine/simtime.h"
#include "net/filter.h"

#include <glib.h>
#include <stdint.h>

/* The link loses what enters it in [from, until); what is in flight survives. */
typedef struct LinkDown {
  SimTime from, until; /* until may be SIM_NEVER */
} LinkDown;

/* How far a delay is off, in units of the jitter. Uniform: within [-1, 1). The others have tables (delay_tables.py):
 * normal, mean 0 and standard deviation 1; pareto, mean -0.033 and deviation 0.821 (netem's: the tail ends at 4);
 * paretonormal, a quarter of the one and three quarters of the other. */
typedef enum { LINK_UNIFORM, LINK_NORMAL, LINK_PARETO, LINK_PARETONORMAL } LinkDistribution;

/* Loss of the Gilbert-Elliott model: two states, good at the start. For each segment it goes from good to bad with
 * probability p, from bad to good with r; the segment is lost with 1-h in the bad state and 1-k in the good one, by the
 * state before the step, as netem does it. The long-run rate of loss is ((1-k) r + (1-h) p) / (p + r). */
typedef struct LinkGemodel {
  Probability p, r, one_minus_h, one_minus_k;
} LinkGemodel;

typedef struct LinkConfig {
  SimTime delay;    /* one-way, from the end of serialisation to arrival */
  Probability loss; /* each segment on its own */
  uint64_t rate;    /* bit/s; 0: infinitely fast */
  uint32_t limit;   /* segments that may wait to be serialised, besides the one in service; 0: 1000 as netem */
  GArray *down;     /* of LinkDown, by time, not overlapping; may be NULL */
  SimTime jitter;   /* at most 1 h; a delay never gets negative */
  LinkDistribution distribution;
  gboolean has_gemodel; /* instead of `loss` */
  LinkGemodel gemodel;
  Probability reorder; /* goes out at once, past the queue, and takes no delay; needs a delay */
  uint32_t gap;        /* of reorder: only the gap-th segment, and those after it until one was chosen; 0 counts as 1 */
  Probability duplicate;
  Probability corrupt; /* damaged: the checksum refuses it on arrival */
} LinkConfig;

#define LINK_DEFAULT_LIMIT 1000

/* "normal": the distributions in the order of the enum, NULL at the end. */
extern const char *const link_distribution_words[];

#endif
