/* What each host of a trace saw pass its network interface, and when: what a capture on that host would hold, and what
 * can be said about each packet of it by one who knows the whole run. */
#ifndef TEARDOWN_OUTPUT_EXPORT_SIGHTINGS_H
#define TEARDOWN_OUTPUT_EXPORT_SIGHTINGS_H

#include "trace/trace.h"

typedef struct SightingHost {
  Name name;        /* 0: a trace from elsewhere does not say */
  char *text;       /* its name */
  char *profile;    /* or NULL */
  uint32_t address; /* IPv4, no two alike; one for documentation (RFC 5737) if the trace tells none */
} SightingHost;

typedef struct Sighting {
  SimTime t;
  uint64_t id;                  /* the segment's number; a copy has one of its own */
  unsigned host;                /* index of who saw it */
  unsigned source, destination; /* indices of the hosts that it is from and for */
  gboolean outbound;            /* leaves its sender, else arrives */
  gboolean damaged;             /* arrives with a wrong checksum */
  const TraceRecord *contents;  /* the record `sent` or `injected`, the trace's */
  GPtrArray *comments;          /* of char *, owned; not clean */
} Sighting;

typedef struct Sightings {
  GArray *hosts;     /* of SightingHost, the header's first, in its order */
  GArray *sightings; /* of Sighting, in the order in which they happened */
} Sightings;

/* A segment leaves where and when it is sent, and is seen again where it arrives. One that is lost on its way is seen
 * once; one that is damaged arrives, with `damaged`; a forged one and a copy that the network makes are seen by the
 * receiver alone; what comes to a host that is down is seen by nobody. Borrows the trace. */
Sightings *sightings_new(const Trace *trace);
void sightings_free(Sightings *sightings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sightings, sightings_free)

#endif
