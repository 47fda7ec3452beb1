/* One direction of a link: what it is configured to do to segments. Words are tc-netem's. */
#ifndef TEARDOWN_NET_LINK_H
#define TEARDOWN_NET_LINK_H

#include "engine/rng.h"
#include "engine/simtime.h"

#include <glib.h>
#include <stdint.h>

/* The link loses what enters it in [from, until); what is in flight survives. */
typedef struct LinkDown {
  SimTime from, until; /* until may be SIM_NEVER */
} LinkDown;

typedef struct LinkConfig {
  SimTime delay;    /* one-way, from the end of serialisation to arrival */
  Probability loss; /* each segment on its own */
  uint64_t rate;    /* bit/s; 0: infinitely fast */
  uint32_t limit;   /* segments that may wait to be serialised, besides the one in service; 0: 1000 as netem */
  GArray *down;     /* of LinkDown, by time, not overlapping; may be NULL */
} LinkConfig;

#define LINK_DEFAULT_LIMIT 1000

#endif
