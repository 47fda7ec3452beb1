/* What each end of a connection knows, as far as a trace tells it: SND.UNA, SND.NXT, RCV.NXT (relative to the ISNs),
 * and which timers run. Followed record by record. Numbers that no record has shown yet are unknown. */
#ifndef TEARDOWN_OUTPUT_TEXT_EXPLAIN_TRACK_H
#define TEARDOWN_OUTPUT_TEXT_EXPLAIN_TRACK_H

#include "trace/trace.h"

typedef struct ExplainNumber {
  gboolean known;
  uint32_t value;
} ExplainNumber;

typedef struct ExplainRunning {
  gboolean armed;
  SimTime at, until; /* of the last arming */
  SimTime before;    /* the span that an expired timer had when it was armed; 0 if none has expired since it stopped */
} ExplainRunning;

typedef struct ExplainEnd {
  ExplainNumber snd_una, snd_nxt, rcv_nxt;
  gboolean shut; /* the window that it offered last is 0 */
  ExplainRunning timers[TCP_TIMER_COUNT];
} ExplainEnd;

typedef struct ExplainTrack ExplainTrack;

ExplainTrack *explain_track_new(void);
void explain_track_free(ExplainTrack *track);

/* The end of a connection at a host; made on first sight, owned by the track, and stays where it is. */
ExplainEnd *explain_track_end(ExplainTrack *track, Name host, Name conn);

/* a < b, modulo 2^32. */
gboolean explain_before(uint32_t a, uint32_t b);
/* The sequence numbers that a segment (a record `sent` or `injected`) occupies. */
uint32_t explain_seq_len(const TraceRecord *segment);

/* A connection that exists from the start in `state`. */
void explain_end_start(ExplainEnd *end, TcpState state);
/* The end sends a segment (a record `sent`). */
void explain_end_sends(ExplainEnd *end, const TraceRecord *segment);
/* It accepts one: `ack` if its ACK counts, `text` if its data and FIN do. */
void explain_end_accepts(ExplainEnd *end, const TraceRecord *segment, gboolean ack, gboolean text);
/* A record `timer`. */
void explain_end_times(ExplainEnd *end, const TraceRecord *record);

#endif
