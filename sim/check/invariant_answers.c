/* I10, I11, I18 (segments), I21, I26: what is answered, by what, and how often. */
#include "check/invariant_model.h"

#define ACK_CHAIN_LIMIT 4

/* --- RSTs --------------------------------------------------------------------------------------------------------- */

/* A connection may answer a segment with a RST when its application will have no more of it. */
static gboolean ends_by_reset(const ModelEnd *end) {
  return end->state == TCP_STATE_CLOSED && end->closing == MODEL_BY_FAILURE && end->closed_for != TCP_SEG_FIN;
}

static void judge_rst(Model *model, const TraceRecord *record) {
  const ModelEnd *end = model_end(model, record->sent.host, record->sent.conn);
  const ModelSegment *answered = model->arrived;
  gboolean here = answered && model->trigger->received.host == record->sent.host;
  const ModelSegment *cause = record->sent.cause ? model_segment(model, record->sent.cause) : NULL;
  if ((here && answered->flags & TCP_RST) || (cause && cause->flags & TCP_RST))
    model_break(model, 10, end, "a RST in answer to a RST");
  if (!here || !model->receiver || !model_state_in(model->receiver_was, MODEL_SYNCHRONIZED) ||
      ends_by_reset(model->receiver) || model->ended_time_wait)
    return;
  gboolean syn_in_time_wait =
      model->receiver_was == TCP_STATE_TIME_WAIT && answered->flags & TCP_SYN && model->receiver->host->old_syn_reset;
  if (!syn_in_time_wait)
    model_break(model, 10, end, "%s answers a segment with a RST", tcp_state_name(model->receiver_was));
}

static void judge_no_tcb(Model *model) {
  const TraceRecord *trigger = model->trigger;
  const ModelSegment *segment = model->arrived;
  if (trigger->kind != TRACE_RECEIVED || !segment || model->receiver || segment->corrupted)
    return;
  const ModelHost *host = model_host(model, trigger->received.host);
  if (!host || host->down)
    return;
  gboolean asks = segment->flags & TCP_ACK && !(segment->flags & TCP_RST);
  if (model->found_listener && !asks) /* it opens a connection, or means nothing to who listens */
    return;
  unsigned wanted = segment->flags & TCP_RST ? 0 : 1;
  const ModelEnd *end = model_end(model, trigger->received.host, trigger->received.conn);
  if (model->made_state)
    model_break(model, 11, end, "segment %" G_GUINT64_FORMAT " found no TCB, and yet a state changed", segment->id);
  else if (model->resets != wanted)
    model_break(model, 11, end, "segment %" G_GUINT64_FORMAT " found no TCB: %u RSTs instead of %u", segment->id,
                model->resets, wanted);
}

/* <SEQ=SEG.ACK> of what has an ACK, else <SEQ=0, ACK=SEG.SEQ+SEG.LEN>. */
static void judge_rst_numbers(Model *model, const TraceRecord *record) {
  const ModelSegment *answered = model->arrived;
  if (!answered || model->receiver || model->trigger->received.host != record->sent.host)
    return;
  uint32_t len = answered->len + (answered->flags & TCP_SYN ? 1 : 0) + (answered->flags & TCP_FIN ? 1 : 0);
  gboolean right = answered->flags & TCP_ACK ? record->sent.raw_seq == answered->ack
                                             : record->sent.raw_seq == 0 && record->sent.raw_ack == answered->seq + len;
  if (!right)
    model_break(model, 11, model_end(model, record->sent.host, record->sent.conn), "a RST with wrong numbers");
}

/* --- ACKs --------------------------------------------------------------------------------------------------------- */

static void judge_time_wait(Model *model, const TraceRecord *record) {
  const ModelEnd *end = model_end(model, record->sent.host, record->sent.conn);
  if (!end || end->state != TCP_STATE_TIME_WAIT)
    return;
  gboolean answers = model->receiver == end;
  gboolean reset =
      record->sent.flags & TCP_RST && answers && model->arrived->flags & TCP_SYN && end->host->old_syn_reset;
  if (!reset && (record->sent.flags != TCP_ACK || record->sent.len))
    model_break(model, 18, end, "TIME-WAIT sends more than a pure ACK");
  else if (!answers)
    model_break(model, 18, end, "TIME-WAIT sends without having been asked");
}

/* At most `limit` in each period; periods may begin at any of them, so twice as many fit into one that is put badly. */
static void judge_challenges(Model *model, const ModelEnd *end) {
  int64_t limit = end->host->challenge_limit;
  SimTime period = end->host->challenge_period;
  if (limit < 1 || period < 0 || end->challenges->len == 0) {
    if (end->challenges->len)
      model_not_judged(model, 21, "the stack has no limit for challenge ACKs");
    return;
  }
  model_judged(model, 21);
  guint window = (guint)(limit == 1 ? 1 : MIN(2 * limit, G_MAXINT)), last = end->challenges->len - 1;
  if (last >= window &&
      g_array_index(end->challenges, SimTime, last) - g_array_index(end->challenges, SimTime, last - window) < period)
    model_break(model, 21, end, "%u challenge ACKs within a period that allows %" G_GINT64_FORMAT, window + 1, limit);
}

static void judge_chain(Model *model, const TraceRecord *record) {
  const ModelSegment *answered = model->arrived;
  const ModelEnd *end = model_end(model, record->sent.host, record->sent.conn);
  gboolean pure = record->sent.flags == TCP_ACK && record->sent.len == 0;
  if (!end || !pure || !answered || answered->peer != record->sent.host)
    return;
  const ModelEnd *peer = model_peer(end);
  if (model_behind_full_window(end, answered)) {
    model_not_judged(model, 26, "an ACK lay right behind a full window");
    return;
  }
  if (answered->ack_chain + 1 < ACK_CHAIN_LIMIT || answered->sent_index < end->conn->last_content || !peer ||
      !model_state_in(end->state, MODEL_SYNCHRONIZED) || !model_state_in(peer->state, MODEL_SYNCHRONIZED))
    return;
  if (end->conn->injected || end->conn->haunted || model_crossed(end->conn))
    model_not_judged(model, 26, model_abort_reason(end->conn));
  else
    model_break(model, 26, end, "%u pure ACKs, each in answer to the one before", answered->ack_chain + 1);
}

static void on_record(Model *model, const TraceRecord *record) {
  if (record->kind != TRACE_SENT)
    return;
  judge_chain(model, record);
  judge_time_wait(model, record);
  if (record->sent.flags & TCP_RST) {
    judge_rst(model, record);
    judge_rst_numbers(model, record);
  }
}

static void on_settled(Model *model) {
  judge_no_tcb(model);
  for (guint i = 0; i < model->touched->len; i++)
    judge_challenges(model, g_ptr_array_index(model->touched, i));
}

const ModelJudge MODEL_JUDGE_ANSWERS = {.on_record = on_record, .on_settled = on_settled};
