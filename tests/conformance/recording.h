/* What a real kernel was seen to do beside what a simulation of the same did: both as lists of the same events, and the
 * rule by which the two agree. The files in tests/conformance/linux/ hold what was seen; their format:
 *
 *   delay 10ms                                       one-way delay of the link
 *   until 60.477329                                  when the recording ends; what comes later is not known
 *   from 1.847182                                    perhaps: what comes earlier is not compared
 *   0.131190 A call close                            what an application called; for people
 *   0.131221 A state ESTABLISHED FIN-WAIT-1          a change of state
 *   0.131334 A sent F. 1:1(0) ack 1 lost             a segment, as packetdrill writes it; "late": the link held it back
 *
 * Times are seconds from the moment the client entered SYN-SENT. Behind a state, "stand-in" says that the kernel keeps
 * the connection in a smaller socket there and logs no change: it was derived from the segments; "sampled", that it was
 * seen some time later, by looking from time to time. Behind a segment "left T" is the instant that its timestamp
 * option tells, when the logger was late; "sack L:R" are its blocks, relative. */
#ifndef TEARDOWN_TESTS_CONFORMANCE_RECORDING_H
#define TEARDOWN_TESTS_CONFORMANCE_RECORDING_H

#include "trace/trace.h"

typedef struct RecordingEvent {
  SimTime at;
  SimTime left; /* of a segment; otherwise, and if the file does not say, the same as `at` */
  char host;    /* 'A' or 'B' */
  gboolean is_segment;
  TcpState state, from; /* of a change of state */
  gboolean sampled;
  TcpFlags flags; /* of a segment */
  uint32_t seq, len, ack;
  TcpOptions sack; /* SACK blocks and nothing else */
  gboolean timed;  /* simulated only: a retransmission or an expiry, which real timers do later */
} RecordingEvent;

typedef struct Recording {
  SimTime delay, until, from;
  GArray *events; /* of RecordingEvent, in order of time */
} Recording;

/* Ends the test if the file cannot be read. */
Recording *recording_load(const char *path);
/* Of the hosts "A" and "B"; all their connections together. LISTEN, which is another socket's, is left out. */
Recording *recording_of_trace(const Trace *trace);
void recording_free(Recording *recording);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Recording, recording_free)

/* NULL if the simulation agrees with what was recorded; else both side by side, the first difference marked. To be
 * freed. The states of each host agree in order; the segments agree in order, whoever sent them: flags, relative
 * numbers, length, SACK blocks. Times agree within 6 ms of the recording's, or as much later as the segment that
 * brought the event about; what a timer brings about may be 9 % later than in the simulation, counted from where the
 * timer's series began, or one sample (50 ms; 2.5 s for times beyond 10 s). */
char *recording_difference(const Recording *recorded, const Recording *simulated);

#endif
