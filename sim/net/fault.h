/* Faults by meaning: "drop the first FIN from client", as data. A rule matches transmissions and does one thing to
 * each. Rules are tried in the order given; the first that matches decides, and each counts its matches by itself.
 * Rules that inject stand beside this: they never decide, and what they inject is matched and counted by none. */
#ifndef TEARDOWN_NET_FAULT_H
#define TEARDOWN_NET_FAULT_H

#include "engine/simtime.h"
#include "trace/notation.h"

#include <glib.h>
#include <stdint.h>

#define FAULT_ANY UINT32_MAX

/* An inclusive range of counts; {1, UINT64_MAX} is "1..". */
typedef struct FaultRange {
  uint64_t first, last;
} FaultRange;

typedef struct FaultMatch {
  uint32_t from, to;    /* index of the host, or FAULT_ANY */
  uint32_t conn;        /* index of the connection, or FAULT_ANY */
  gboolean flags_exact; /* all flags equal, else at least these */
  TcpFlags flags;
  gboolean has_nth, has_seq, has_len;
  FaultRange nth; /* counts matching transmissions per connection, retransmissions included, from 1 */
  FaultRange seq; /* relative sequence number of the first octet */
  FaultRange len; /* octets of data */
} FaultMatch;

/* The values of these are those of the words in scenarios: loader and judge switch over them. */
typedef enum {
  FAULT_DROP,
  FAULT_DELAY,
  FAULT_DUPLICATE,
  FAULT_REORDER, /* it waits at its destination's door until a segment that `until` matches has arrived */
  FAULT_CORRUPT,
  FAULT_INJECT,
} FaultAction;

/* A segment to inject: it enters the link `from` > `to` as if `from` had sent it. It carries no options. */
typedef struct FaultSegment {
  uint32_t from, to, conn;
  uint16_t sport, dport; /* as long as the ends were not seen to use others; may be 0 then */
  TcpFlags flags;
  gboolean raw_seq, raw_ack; /* seq, ack are as on the wire, else relative to the two ends' ISNs */
  uint32_t seq, ack, len;
  uint16_t win;
} FaultSegment;

#define FAULT_HOLD_AT_MOST SIM_MIN(2) /* RFC 9293 takes MSL to be 2 minutes: no segment lives longer */

typedef struct Fault {
  FaultMatch match;
  FaultAction action;
  SimTime delay; /* FAULT_DELAY: added to the link's; FAULT_DUPLICATE: the copy's extra delay; FAULT_INJECT: from the
                  * match to the injection; with `until`: the longest wait, after which it arrives all the same */
  gboolean has_until; /* FAULT_REORDER; FAULT_DUPLICATE: the copy waits instead */
  FaultMatch until;   /* counts arrivals, since the segment was held; of the same connection unless it names one */
  gboolean has_match; /* FAULT_INJECT: after each transmission that matches, else at `at` */
  SimTime at;
  FaultSegment segment; /* FAULT_INJECT */
  char *by;             /* FAULT_INJECT: who, in the trace; NULL: "fault N" */
  char *text;           /* in words, for people: "drop the first FIN from client"; made by the loader */
} Fault;

#endif
