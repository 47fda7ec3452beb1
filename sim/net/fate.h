/* What becomes of a segment on a link. A link asks its judges in turn (rules by meaning, the random models, later an
 * exhaustive search); each adds to one verdict. A judge is asked about every segment, also one already lost, and uses
 * the same number of random draws for each: so one fault moves nobody else's numbers. */
#ifndef TEARDOWN_NET_FATE_H
#define TEARDOWN_NET_FATE_H

#include "engine/simtime.h"
#include "net/segment.h"

#include <glib.h>

/* A verdict; all zero: the segment passes untouched. Names say which rule decided, for the trace. */
typedef struct Fate {
  Name lost_by;       /* not 0: it dies half-way */
  Name delayed_by;    /* not 0: `delay` is added to the link's */
  Name duplicated_by; /* not 0: a copy goes along, `copy_delay` later; it is neither lost nor corrupted */
  SimTime delay, copy_delay;
  Name corrupted_by;           /* not 0: the checksum refuses it on arrival */
  Name held_by;                /* not 0: it waits at its destination's door for network_release() of `hold` */
  uint32_t hold;               /* not 0: whom to release: the segment if held_by, else its copy */
  SimTime hold_at_most;        /* how long it waits there at most */
  gboolean at_once;            /* it passes the queue and takes no delay */
  SimTime jitter, copy_jitter; /* added to the link's delay, which never gets negative */
} Fate;

typedef struct FateJudge FateJudge;
struct FateJudge {
  void (*judge)(FateJudge *judge, const Segment *segment, Fate *fate);
  void (*free)(FateJudge *judge);
};

#endif
