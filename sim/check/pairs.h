/* Joint states: which states the two ends of a connection may be in at one time, by what has gone wrong so far. Only
 * ends that have both been synchronized are judged. */
#ifndef TEARDOWN_CHECK_PAIRS_H
#define TEARDOWN_CHECK_PAIRS_H

#include "trace/trace.h"

#include <glib.h>

typedef enum {
  CHECK_PAIRS_CORRECT, /* whatever the network does; each TIME-WAIT outlives its use */
  CHECK_PAIRS_EARLY,   /* also: a TIME-WAIT ended before the peer heard its ACK */
  CHECK_PAIRS_FAILURE, /* also: given up, aborted, timed out in FIN-WAIT-2, crashed */
  CHECK_PAIRS_CLASSES
} CheckPairClass;

/* Whether two ends may be in these states at once; each class allows all that those before it do. */
gboolean check_pair_reachable(CheckPairClass class, TcpState a, TcpState b);

/* How many instants of a trace showed each pair (both orders), by the class the connection had reached. */
typedef struct CheckPairsSeen {
  uint64_t count[CHECK_PAIRS_CLASSES][TCP_STATE_COUNT][TCP_STATE_COUNT];
} CheckPairsSeen;
/* Adds those of a trace. Connections with injected segments are left out. */
void check_pairs_add(const Trace *trace, CheckPairsSeen *seen);

#endif
