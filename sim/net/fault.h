/* Faults by meaning: "drop the first FIN from client", as data. A rule matches transmissions and does one thing to
 * each. Rules are tried in the order given; the first that matches decides, and each counts its matches by itself. */
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

typedef enum { FAULT_DROP, FAULT_DELAY, FAULT_DUPLICATE } FaultAction;

typedef struct Fault {
  FaultMatch match;
  FaultAction action;
  SimTime delay; /* FAULT_DELAY: added to the link's; FAULT_DUPLICATE: the copy's extra delay */
  char *text;    /* in words, for people: "drop the first FIN from client"; made by the loader */
} Fault;

#endif
