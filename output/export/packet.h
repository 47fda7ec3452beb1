/* A segment of a trace as the octets of an IPv4 packet (RFC 791) with a TCP segment in it (RFC 9293 3.1). */
#ifndef TEARDOWN_OUTPUT_EXPORT_PACKET_H
#define TEARDOWN_OUTPUT_EXPORT_PACKET_H

#include "trace/trace_record.h"

#include <glib.h>

/* The largest packet that IPv4 has a length for. */
#define PACKET_MAX 65535u

typedef struct PacketWay {
  uint32_t source, destination; /* IPv4 addresses, the first octet in the highest bits */
  gboolean damaged;             /* one bit of the TCP checksum is wrong, all else is right */
} PacketWay;

/* Appends the packet of `segment`, a record of kind `sent` or `injected`, and gives its length on the wire. Sequence
 * numbers are raw, also those in SACK blocks; the IP identification is the segment's number, its low 16 bits. What data
 * a segment carries follows from its place in the stream, so that a retransmission has the same octets. Checksums are
 * right unless `damaged`.
 *
 * A trace from elsewhere may hold what no packet can: SACK blocks beyond the 40 octets of options are left out, a
 * window beyond 65535 is that. Of a segment that is too long for IPv4, the first PACKET_MAX octets are appended, with
 * an IP length and a TCP checksum of 0, as captures show large segments that a network card is to cut up. */
uint32_t packet_write(const TraceRecord *segment, const PacketWay *way, GString *out);

#endif
