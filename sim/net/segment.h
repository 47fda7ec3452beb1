/* A TCP segment as a value. Octets of data are counted, not carried: what a segment says about the stream is its range.
 * Sequence and acknowledgment numbers are raw; the relative ones beside them are for the trace and for faults. */
#ifndef TEARDOWN_NET_SEGMENT_H
#define TEARDOWN_NET_SEGMENT_H

#include "trace/names.h"
#include "trace/notation.h"

#include <stdint.h>

typedef struct Segment {
  uint64_t id;    /* given by the network on sending, from 1 */
  uint64_t cause; /* the segment it answers at once, 0: none */
  uint32_t seq, ack, len;
  uint32_t rel_seq, rel_ack;
  uint32_t conn;     /* index of the connection */
  uint16_t from, to; /* hosts */
  uint16_t sport, dport;
  uint16_t win; /* as on the wire, unscaled */
  TcpFlags flags;
  uint8_t attempt;  /* transmissions of the same octets so far, this one included; saturates at 255 */
  uint8_t injected; /* TRUE: forged, no host of this simulation has sent it */
  Name why;         /* why it is sent again or out of turn, 0: it is not */
  TcpOptions opts;
} Segment;

/* Sequence numbers the segment occupies: data, SYN and FIN. A RST occupies none (RFC 9293 3.4). */
static inline uint32_t segment_seq_len(const Segment *segment) {
  if (segment->flags & TCP_RST)
    return 0;
  return segment->len + ((segment->flags & TCP_SYN) != 0) + ((segment->flags & TCP_FIN) != 0);
}

/* Octets on the wire: IPv4 and TCP headers, options, data. */
static inline uint32_t segment_wire_size(const Segment *segment) {
  return 40 + tcp_options_size(&segment->opts) + segment->len;
}

#endif
