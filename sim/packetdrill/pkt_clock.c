#include "packetdrill/pkt_clock.h"

PktDue pkt_due(const PktTime *time, SimTime base) {
  switch (time->kind) {
  case PKT_TIME_ABSOLUTE:
    return (PktDue){FALSE, time->at, time->at};
  case PKT_TIME_RELATIVE:
    return (PktDue){FALSE, simtime_add(base, time->at), simtime_add(base, time->at)};
  case PKT_TIME_ABSOLUTE_RANGE:
    return (PktDue){FALSE, time->at, time->until};
  case PKT_TIME_RELATIVE_RANGE:
    return (PktDue){FALSE, simtime_add(base, time->at), simtime_add(base, time->until)};
  case PKT_TIME_ANY:
    break;
  }
  return (PktDue){TRUE, base, SIM_NEVER};
}

SimTime pkt_due_end(const PktTime *time, SimTime end, SimTime base) {
  gboolean absolute = time->kind == PKT_TIME_ABSOLUTE || time->kind == PKT_TIME_ABSOLUTE_RANGE;
  return absolute ? end : simtime_add(base, end);
}

SimTime pkt_tolerance(SimTime least, SimTime base, SimTime at) {
  return at > base ? MAX(least, (at - base) / 8) : least;
}

gboolean pkt_in_time(const PktDue *due, SimTime least, SimTime base, SimTime at) {
  if (due->any)
    return TRUE;
  SimTime before = pkt_tolerance(least, base, due->from), after = pkt_tolerance(least, base, due->until);
  return at >= due->from - before && at <= simtime_add(due->until, after);
}

char *pkt_due_text(const PktDue *due) {
  if (due->any)
    return g_strdup("*");
  if (due->from == due->until)
    return g_strdup_printf("%.6f", (double)due->from / 1e9);
  return g_strdup_printf("%.6f~%.6f", (double)due->from / 1e9, (double)due->until / 1e9);
}
