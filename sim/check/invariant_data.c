/* I7, I8, I17: what reaches the application. The trace counts octets, so a prefix is a count. */
#include "check/invariant_model.h"

/* --- I7, I8 ------------------------------------------------------------------------------------------------------- */

uint64_t model_octets_in_order(const ModelEnd *end) {
  if (!end->has_irs)
    return 0;
  return end->rcv_may - end->irs - 1 - (model_fin_rcvd_may(end) ? 1 : 0);
}

/* The receiver may be younger than its peer: an end that was reset while it opened takes the same SYN again. */
static gboolean is_of_this_incarnation(const ModelEnd *end, const ModelSegment *segment) {
  const ModelEnd *sender = segment->sender;
  return sender && segment->sent_index >= sender->born_index && end->has_irs && sender->has_iss &&
         sender->iss == end->irs;
}

/* What has arrived just now is of an earlier incarnation: its sender, or its receiver, has come into being since. */
static gboolean brings_old_text(const Model *model) {
  const ModelSegment *segment = model->arrived;
  const ModelEnd *end = model->receiver;
  if (!model->trigger || model->trigger->kind != TRACE_RECEIVED || !segment || !end || segment->corrupted ||
      model->refused || !(segment->len || segment->flags & TCP_FIN) || segment->flags & (TCP_RST | TCP_SYN) ||
      !model_state_in(model->receiver_was, MODEL_SYNCHRONIZED | MODEL_SET(SYN_RECEIVED)))
    return FALSE;
  const ModelEnd *sender = segment->sender; /* whose new SYN the receiver has taken */
  if (sender && segment->sent_index < sender->born_index && end->syn_index > sender->born_index)
    return TRUE;
  return segment->sent_at < end->born_at && !is_of_this_incarnation(end, segment);
}

static void judge_read(Model *model, const TraceRecord *record) {
  const ModelEnd *end = model_end(model, record->app.host, record->app.conn);
  if (!end)
    return;
  const ModelEnd *peer = model_writer(end);
  uint64_t octets = record->app.octets > 0 ? (uint64_t)record->app.octets : 0;
  uint64_t total = end->octets_read + octets, arrived = model_octets_in_order(end);
  end->conn->haunted |= model->receiver == end && brings_old_text(model);
  if (end->conn->injected || end->conn->haunted) {
    model_not_judged(model, 7,
                     end->conn->injected ? "a segment was injected" : "data of an earlier incarnation was taken");
    return;
  }
  model_judged(model, 7);
  if (octets && end->eofs)
    model_break(model, 8, end, "%" G_GUINT64_FORMAT " octets are read after the end of the stream", octets);
  if (total > arrived)
    model_break(model, model_fin_rcvd_may(end) ? 8 : 7, end,
                "%" G_GUINT64_FORMAT " octets were read, %" G_GUINT64_FORMAT " have arrived in order", total, arrived);
  if (peer && octets && total > peer->octets_written)
    model_break(model, 7, end, "%" G_GUINT64_FORMAT " octets were read, the peer wrote %" G_GUINT64_FORMAT, total,
                peer->octets_written);
  if (!record->app.result || record->app.result != model->words.eof || end->read_shut)
    return;
  if (end->eofs)
    model_break(model, 7, end, "the end of the stream is reported twice");
  else if (!model_fin_rcvd_may(end))
    model_break(model, 7, end, "the end of the stream is reported, but the peer's FIN has not arrived");
  else if (total < arrived)
    model_break(model, 7, end, "the end of the stream is reported with %" G_GUINT64_FORMAT " octets unread",
                arrived - total);
}

static void judge_ack_after_fin(Model *model, const TraceRecord *record) {
  const ModelEnd *end = model_end(model, record->sent.host, record->sent.conn);
  if (!end || !model_state_in(end->state, MODEL_SYNCHRONIZED) || record->sent.flags & TCP_RST ||
      !(record->sent.flags & TCP_ACK) || end->peer_fin_differs)
    return;
  gboolean took_fin = model_state_in(end->state, MODEL_SET(CLOSE_WAIT) | MODEL_SET(CLOSING) | MODEL_SET(LAST_ACK) |
                                                     MODEL_SET(TIME_WAIT));
  if (took_fin && end->peer_fin_known && record->sent.raw_ack != end->peer_fin + 1)
    model_break(model, 8, end, "after the peer's FIN RCV.NXT is %d away from it",
                seq_diff(record->sent.raw_ack, end->peer_fin + 1));
}

/* --- I17 ---------------------------------------------------------------------------------------------------------- */

/* Why P-MSL does not hold for a segment that arrives, NULL if it does. */
static const char *lifetime_reason(const Model *model, const ModelEnd *end, const ModelSegment *segment) {
  const ModelHost *hosts[] = {end->host, model_host(model, segment->host)};
  for (unsigned i = 0; i < G_N_ELEMENTS(hosts); i++) {
    if (!hosts[i] || hosts[i]->msl < 0 || hosts[i]->time_wait < 0)
      return "the maximum segment lifetime is not told";
    if (model->now - segment->sent_at > hosts[i]->msl)
      return "a segment outlived the maximum lifetime";
    if (hosts[i]->time_wait / 2 < hosts[i]->msl)
      return "TIME-WAIT is shorter than 2 MSL";
  }
  if (end->conn->crashed || (segment->sender && segment->sender->conn->crashed))
    return "a host crashed";
  if (segment->injected)
    return "a segment was injected";
  return NULL;
}

static gboolean time_wait_was_cut(const ModelEnd *end, const ModelSegment *segment) {
  const ModelConn *old = segment->sender ? segment->sender->conn : end->conn;
  return old->time_wait_cut || old->aborted || old->gave_up || end->conn->time_wait_cut ||
         segment->sent_at <= old->unclean_until;
}

/* Data sent before this incarnation of its receiver came into being is another's. */
static void judge_old_data(Model *model) {
  const ModelSegment *segment = model->arrived;
  ModelEnd *end = model->receiver;
  if (brings_old_text(model))
    end->conn->haunted = TRUE;
  if (model->trigger->kind != TRACE_RECEIVED || !segment || !end || segment->len == 0 || segment->corrupted ||
      segment->flags & (TCP_RST | TCP_SYN) || segment->sent_at >= end->born_at || end->born_at == 0 ||
      !model_state_in(model->receiver_was, MODEL_SYNCHRONIZED) || is_of_this_incarnation(end, segment))
    return;
  const char *reason = lifetime_reason(model, end, segment);
  if (!reason && time_wait_was_cut(end, segment))
    reason = "a TIME-WAIT was cut short, or skipped by a failure";
  if (reason) {
    model_not_judged(model, 17, reason);
    return;
  }
  model_judged(model, 17);
  if (!model->refused)
    model_break(model, 17, end, "data of an earlier incarnation (segment %" G_GUINT64_FORMAT ") is accepted",
                segment->id);
}

static void on_record(Model *model, const TraceRecord *record) {
  if (record->kind == TRACE_APP && record->app.call == model->words.recv)
    judge_read(model, record);
  else if (record->kind == TRACE_SENT)
    judge_ack_after_fin(model, record);
}

const ModelJudge MODEL_JUDGE_DATA = {.on_record = on_record, .on_settled = judge_old_data};
