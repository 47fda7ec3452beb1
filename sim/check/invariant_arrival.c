/* The account of each end: what reaches it, and how much of that it must, or may, have taken in. */
#include "check/invariant_model.h"

static gpointer pack(Seq from, Seq to) {
  return GSIZE_TO_POINTER((gsize)from << 32 | to);
}

static gint compare_ranges(gconstpointer a, gconstpointer b, gpointer data) {
  (void)data;
  int32_t difference = seq_diff((Seq)(GPOINTER_TO_SIZE(a) >> 32), (Seq)(GPOINTER_TO_SIZE(b) >> 32));
  return difference < 0 ? -1 : difference > 0;
}

static void take_range(ModelEnd *end, Seq from, Seq to) {
  if (seq_gt(from, end->rcv_may)) {
    g_sequence_insert_sorted(end->held, pack(from, to), compare_ranges, NULL);
    return;
  }
  end->rcv_may = seq_max(end->rcv_may, to);
  for (GSequenceIter *first; !g_sequence_iter_is_end(first = g_sequence_get_begin_iter(end->held));) {
    gsize range = GPOINTER_TO_SIZE(g_sequence_get(first));
    if (seq_gt((Seq)(range >> 32), end->rcv_may))
      break;
    end->rcv_may = seq_max(end->rcv_may, (Seq)range);
    g_sequence_remove(first);
  }
}

/* A FIN that says otherwise than what came before, or data beyond one, is another's. */
static void take_fin_number(ModelEnd *end, Seq to, gboolean fin) {
  if (fin && seq_ge(to, end->rcv_must)) {
    end->peer_fin_differs |= end->peer_fin_known ? end->peer_fin != to : seq_gt(end->rcv_may, to);
    if (!end->peer_fin_known || seq_gt(to, end->peer_fin))
      end->peer_fin = to;
    end->peer_fin_known = TRUE;
  } else if (end->peer_fin_known && seq_gt(to, end->peer_fin)) {
    end->peer_fin_differs = TRUE;
  }
}

void model_note_fin_taken(ModelEnd *end, size_t index) {
  if (!end->fin_taken && model_fin_rcvd_must(end))
    end->fin_taken = index + 1;
}

void model_take_text(ModelEnd *end, const ModelSegment *segment, gboolean sure, size_t index) {
  Seq from = segment->seq + (segment->flags & TCP_SYN ? 1 : 0), to = from + segment->len;
  gboolean fin = (segment->flags & TCP_FIN) != 0;
  if (!end->has_irs || (segment->len == 0 && !fin))
    return;
  if (model_fin_rcvd_must(end))
    return; /* nothing comes after a FIN */
  take_fin_number(end, to, fin);
  take_range(end, from, to);
  if (end->peer_fin_known && end->rcv_may == end->peer_fin) {
    end->rcv_may++;
    end->fin_arrived = index + 1;
  }
  if (sure && seq_le(from, end->rcv_must) && seq_ge(to, end->rcv_must))
    end->rcv_must = fin ? to + 1 : to;
  model_note_fin_taken(end, index);
}

/* Surely acceptable (the four cases), all inside the window and not older than what came before. */
static gboolean surely_acceptable(const ModelEnd *end, const ModelSegment *segment) {
  if (!end->has_irs || end->rcv_must != end->rcv_may || !model_state_in(end->state, MODEL_SYNCHRONIZED))
    return FALSE;
  if (end->has_ts && (!segment->has_ts || seq_lt(segment->ts_val, end->ts_recent)))
    return FALSE;
  if (seq_lt(segment->ack, end->una_may - end->peer_window)) /* RFC 5961 5.2 */
    return FALSE;
  uint32_t len = segment->len + (segment->flags & TCP_FIN ? 1 : 0);
  uint32_t window = seq_gt(end->edge, end->rcv_must) ? end->edge - end->rcv_must : 0;
  if (len == 0)
    return segment->seq == end->rcv_must || seq_in(segment->seq, end->rcv_must, window);
  return seq_gt(segment->seq + len, end->rcv_must) && seq_le(segment->seq + len, end->edge) &&
         seq_le(segment->seq, end->edge);
}

static void take_ack(ModelEnd *end, const ModelSegment *segment, gboolean sure) {
  if (!end->has_iss || seq_gt(segment->ack, end->snd_nxt))
    return;
  if (seq_gt(segment->ack, end->una_may)) {
    end->una_may = segment->ack;
    end->fins_by_timer = 0;
    end->rtx_span = -1;
    end->last_timeout = FALSE;
  }
  if (sure && seq_gt(segment->ack, end->una_must)) {
    end->una_must = segment->ack;
    end->fins_by_timer = 0; /* progress at the latest now */
  }
}

static void take_timestamp(ModelEnd *end, const ModelSegment *segment) {
  if (segment->has_ts && (!end->has_ts || seq_gt(segment->ts_val, end->ts_recent))) {
    end->has_ts = TRUE;
    end->ts_recent = segment->ts_val;
  }
}

void model_take_arrival(Model *model, ModelEnd *end, const ModelSegment *segment) {
  if (segment->corrupted || segment->flags & TCP_RST || !(segment->flags & TCP_ACK))
    return;
  if (end->state == TCP_STATE_SYN_SENT || end->state == TCP_STATE_SYN_RECEIVED) {
    take_ack(end, segment, FALSE);
    gboolean acked = end->has_iss && seq_gt(segment->ack, end->iss) && seq_le(segment->ack, end->snd_nxt);
    if (end->state == TCP_STATE_SYN_RECEIVED && acked) /* else it is answered by a RST, and no more */
      model_take_text(end, segment, FALSE, model->index);
    take_timestamp(end, segment);
    return;
  }
  if (!model_state_in(end->state, MODEL_SYNCHRONIZED) || segment->flags & TCP_SYN || !end->has_iss)
    return;
  if (seq_gt(segment->ack, end->snd_nxt)) { /* by then a stack may have taken its timestamp (RFC 7323 4.3) */
    take_timestamp(end, segment);
    return;
  }
  gboolean sure = surely_acceptable(end, segment);
  take_ack(end, segment, sure);
  if (end->state != TCP_STATE_TIME_WAIT)
    model_take_text(end, segment, sure && (end->host->rcv_buf < 0 || segment->len == 0), model->index);
  take_timestamp(end, segment);
  end->peer_window = MAX(end->peer_window, segment->win);
}

gboolean model_fin_acked_must(const ModelEnd *end) {
  return end->fin_sent && seq_gt(end->una_must, end->fin_seq);
}
gboolean model_fin_acked_may(const ModelEnd *end) {
  return end->fin_sent && seq_gt(end->una_may, end->fin_seq);
}
gboolean model_fin_rcvd_must(const ModelEnd *end) {
  return end->peer_fin_known && !end->peer_fin_differs && seq_gt(end->rcv_must, end->peer_fin);
}
gboolean model_fin_rcvd_may(const ModelEnd *end) {
  return end->peer_fin_known && (end->peer_fin_differs || seq_gt(end->rcv_may, end->peer_fin));
}
