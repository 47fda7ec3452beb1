/* I2, I3, I9: the numbers of what an end sends, and that nothing follows its FIN. */
#include "check/invariant_model.h"

static gboolean is_probe(const Model *model, const TraceRecord *record) {
  return record->sent.why &&
         (record->sent.why == model->words.window_probe || record->sent.why == model->words.keepalive);
}

/* SND.UNA <= SND.NXT: the segment begins no later than SND.NXT, and brings something that is not acknowledged yet. */
static void judge_send_sequence(Model *model, const ModelEnd *end, const TraceRecord *record) {
  Seq seq = record->sent.raw_seq;
  uint32_t len = record->sent.len + (record->sent.flags & TCP_SYN ? 1 : 0) + (record->sent.flags & TCP_FIN ? 1 : 0);
  if (!end->has_iss || is_probe(model, record))
    return;
  if (seq_gt(seq, end->snd_nxt))
    model_break(model, 2, end, "sends %u, which begins %u beyond SND.NXT", record->sent.seq, seq - end->snd_nxt);
  else if (len == 0 ? seq_lt(seq, end->una_must) : seq_le(seq + len, end->una_must))
    model_break(model, 2, end, "sends %u again, which is acknowledged", record->sent.seq);
}

/* RCV.NXT: never back, and not beyond what has arrived. */
static void judge_ack_number(Model *model, const ModelEnd *end, const TraceRecord *record) {
  Seq ack = record->sent.raw_ack;
  if (!(record->sent.flags & TCP_ACK) || !end->has_irs)
    return;
  if (end->has_acked && seq_lt(ack, end->acked))
    model_break(model, 2, end, "RCV.NXT goes back by %u", end->acked - ack);
  if (end->peer_fin_differs) { /* one of several FINs may count */
    if (seq_gt(ack, end->rcv_may + 1))
      model_break(model, 4, end, "acknowledges %u, more than has arrived before any FIN", record->sent.ack);
    return;
  }
  /* What its ACK field sets off (a fast retransmission) leaves before the text of a segment is taken in. */
  gboolean early = model->receiver == end && record->sent.len > 0;
  Seq least = early ? end->rcv_before : end->rcv_must;
  if (seq_gt(ack, end->rcv_may))
    model_break(model, 4, end, "acknowledges %u, %u more than has arrived", record->sent.ack, ack - end->rcv_may);
  else if (seq_lt(ack, least))
    model_break(model, 4, end, "acknowledges %u, %u less than it has taken in", record->sent.ack, least - ack);
}

static void judge_fin(Model *model, const ModelEnd *end, const TraceRecord *record) {
  Seq text_end = record->sent.raw_seq + (record->sent.flags & TCP_SYN ? 1 : 0) + record->sent.len;
  gboolean fin = (record->sent.flags & TCP_FIN) != 0;
  if (fin && end->fin_sent && text_end != end->fin_seq) {
    model_break(model, 3, end, "a second FIN, %d away from the first", seq_diff(text_end, end->fin_seq));
    model_break(model, 9, end, "two FINs with different numbers");
  }
  if (fin && !end->fin_sent && end->has_iss && seq_lt(text_end, end->snd_nxt))
    model_break(model, 3, end, "a FIN below data that was sent");
  if (!fin && record->sent.len && end->fin_sent && seq_gt(text_end, end->fin_seq))
    model_break(model, 3, end, "data at or beyond its FIN");
  if (fin && !end->closed_call)
    model_break(model, 4, end, "sends a FIN, but its application has not closed");
}

static void judge_sent(Model *model, const TraceRecord *record) {
  const ModelEnd *end = model_end(model, record->sent.host, record->sent.conn);
  if (!end || record->sent.flags & TCP_RST || end->state == TCP_STATE_CLOSED || end->state == TCP_STATE_LISTEN)
    return;
  judge_send_sequence(model, end, record);
  judge_ack_number(model, end, record);
  judge_fin(model, end, record);
}

static void judge_app(Model *model, const TraceRecord *record) {
  const ModelEnd *end = model_end(model, record->app.host, record->app.conn);
  if (end && record->app.call == model->words.send && record->app.result == model->words.ok && end->closed_call &&
      record->app.octets > 0 && end->state != TCP_STATE_CLOSED)
    model_break(model, 9, end, "send() succeeds after close");
}

static void on_record(Model *model, const TraceRecord *record) {
  if (record->kind == TRACE_SENT)
    judge_sent(model, record);
  else if (record->kind == TRACE_APP)
    judge_app(model, record);
}

const ModelJudge MODEL_JUDGE_SENDING = {.on_record = on_record};
