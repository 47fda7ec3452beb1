#include "output/text/explain_track.h"

struct ExplainTrack {
  GHashTable *ends; /* (host, conn) to ExplainEnd */
};

ExplainTrack *explain_track_new(void) {
  ExplainTrack *track = g_new(ExplainTrack, 1);
  track->ends = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
  return track;
}

void explain_track_free(ExplainTrack *track) {
  g_hash_table_unref(track->ends);
  g_free(track);
}

ExplainEnd *explain_track_end(ExplainTrack *track, Name host, Name conn) {
  gint64 key = (gint64)((guint64)host << 32 | conn);
  ExplainEnd *end = g_hash_table_lookup(track->ends, &key);
  if (!end) {
    end = g_new0(ExplainEnd, 1);
    gint64 *owned = g_new(gint64, 1);
    *owned = key;
    g_hash_table_insert(track->ends, owned, end);
  }
  return end;
}

gboolean explain_before(uint32_t a, uint32_t b) {
  return (int32_t)(a - b) < 0;
}

uint32_t explain_seq_len(const TraceRecord *segment) {
  TcpFlags flags = segment->sent.flags;
  if (flags & TCP_RST)
    return 0;
  return segment->sent.len + ((flags & TCP_SYN) != 0) + ((flags & TCP_FIN) != 0);
}

static void set(ExplainNumber *number, uint32_t value) {
  number->known = TRUE;
  number->value = value;
}

/* Numbers only move on. */
static void raise_to(ExplainNumber *number, uint32_t value) {
  if (!number->known || explain_before(number->value, value))
    set(number, value);
}

void explain_end_start(ExplainEnd *end, TcpState state) {
  if (state == TCP_STATE_CLOSED || state == TCP_STATE_LISTEN || state == TCP_STATE_SYN_SENT ||
      state == TCP_STATE_SYN_RECEIVED)
    return;
  set(&end->snd_una, 1);
  set(&end->snd_nxt, 1);
  set(&end->rcv_nxt, 1);
}

void explain_end_sends(ExplainEnd *end, const TraceRecord *segment) {
  if (segment->sent.flags & TCP_RST)
    return;
  if (segment->sent.flags & TCP_SYN && segment->sent.attempt <= 1) {
    set(&end->snd_una, segment->sent.seq); /* of a new connection, or of the first */
    set(&end->snd_nxt, segment->sent.seq);
    end->rcv_nxt.known = FALSE;
  }
  if (explain_seq_len(segment) > 0)
    raise_to(&end->snd_nxt, segment->sent.seq + explain_seq_len(segment));
  if (segment->sent.flags & TCP_ACK)
    set(&end->rcv_nxt, segment->sent.ack);
  end->shut = segment->sent.win == 0;
}

void explain_end_accepts(ExplainEnd *end, const TraceRecord *segment, gboolean ack, gboolean text) {
  uint32_t seq = segment->sent.seq, next = seq + explain_seq_len(segment);
  if (segment->sent.flags & TCP_RST)
    return;
  gboolean sent = end->snd_nxt.known && !explain_before(end->snd_nxt.value, segment->sent.ack);
  if (ack && segment->sent.flags & TCP_ACK && sent)
    raise_to(&end->snd_una, segment->sent.ack);
  if (text && segment->sent.flags & TCP_SYN)
    raise_to(&end->rcv_nxt, next);
  else if (text && end->rcv_nxt.known && !explain_before(end->rcv_nxt.value, seq))
    raise_to(&end->rcv_nxt, next);
}

void explain_end_times(ExplainEnd *end, const TraceRecord *record) {
  ExplainRunning *running = &end->timers[record->timer.timer];
  switch ((int)record->timer.change) {
  case TRACE_WORD_ARMED:
    running->armed = TRUE;
    running->at = record->t;
    running->until = record->timer.until;
    break;
  case TRACE_WORD_EXPIRED:
    running->before = running->armed && running->until != SIM_NEVER ? running->until - running->at : 0;
    running->armed = FALSE;
    break;
  case TRACE_WORD_STOPPED:
    *running = (ExplainRunning){0};
    break;
  }
}
