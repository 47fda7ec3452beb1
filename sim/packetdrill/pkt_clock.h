/* When the events of a script are due. Pure; times are nanoseconds since the script began. */
#ifndef TEARDOWN_PACKETDRILL_PKT_CLOCK_H
#define TEARDOWN_PACKETDRILL_PKT_CLOCK_H

#include "packetdrill/pkt_script.h"

#define PKT_TOLERANCE SIM_MS(4) /* the tool's default */

/* The interval in which an event should happen, tolerance not included. */
typedef struct PktDue {
  gboolean any; /* "*" */
  SimTime from, until;
} PktDue;

/* `base` is when the event before finished. */
PktDue pkt_due(const PktTime *time, SimTime base);
/* When a blocking call should end, in the terms of the event's own time. */
SimTime pkt_due_end(const PktTime *time, SimTime end, SimTime base);
/* 12.5 % of the time since the event before, and no less than `least`. */
SimTime pkt_tolerance(SimTime least, SimTime base, SimTime at);
gboolean pkt_in_time(const PktDue *due, SimTime least, SimTime base, SimTime at);
/* "0.100000~0.200000"; the caller frees it. */
char *pkt_due_text(const PktDue *due);

#endif
