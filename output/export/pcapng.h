/* A trace as a capture file in the pcapng format (draft-ietf-opsawg-pcapng), little-endian on every machine: what a
 * host saw, at the time it saw it, or all hosts in one file with an interface for each.
 *
 * Link type RAW (101): packets begin with their IPv4 header. Times are those of the run, in nanoseconds since an epoch
 * that is its start. The section's comment names the scenario, its title and its hash; a packet's comments say what
 * became of it, why it was sent again and which change of state it made. `epb_packetid` is the segment's number, the
 * same wherever that segment was seen. All text is clean and valid UTF-8. */
#ifndef TEARDOWN_OUTPUT_EXPORT_PCAPNG_H
#define TEARDOWN_OUTPUT_EXPORT_PCAPNG_H

#include "trace/trace.h"

/* Appends the capture of `host`, or of all hosts if it is NULL. FALSE with an EXPORT_ERROR if the trace has no such
 * host, or if the file would be too large. */
gboolean pcapng_write(const Trace *trace, const char *host, GString *out, GError **error);

/* The hosts that have captures: of char *, owned by the array; not clean. */
GPtrArray *pcapng_hosts(const Trace *trace);

#endif
