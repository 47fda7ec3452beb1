/* I14, I15, I16, I22, I24: how connections end. */
#include "check/invariant_model.h"

/* --- I14 ---------------------------------------------------------------------------------------------------------- */

static gboolean visited(const ModelEnd *end, TcpState state) {
  return (end->visited & 1u << state) != 0;
}

static gboolean is_over(const ModelEnd *end) {
  return visited(end, TCP_STATE_ESTABLISHED) && (end->state == TCP_STATE_CLOSED || end->state == TCP_STATE_TIME_WAIT);
}

static void judge_time_waits(Model *model, const ModelConn *conn) {
  const ModelEnd *a = conn->end[0], *b = conn->end[1];
  if (!a || !b || !is_over(a) || !is_over(b))
    return;
  const char *reason = model_abort_reason(conn);
  if (!reason)
    reason = model_impatience_reason(conn);
  if (!reason && conn->time_wait_cut)
    reason = "a TIME-WAIT ended before its job was done";
  if (!reason && (a->closing == MODEL_BY_RST || b->closing == MODEL_BY_RST))
    reason = "an end was reset";
  if (reason) {
    model_not_judged(model, 14, reason);
    return;
  }
  model_judged(model, 14);
  int count = (visited(a, TCP_STATE_TIME_WAIT) ? 1 : 0) + (visited(b, TCP_STATE_TIME_WAIT) ? 1 : 0);
  int wanted = visited(a, TCP_STATE_CLOSE_WAIT) || visited(b, TCP_STATE_CLOSE_WAIT) ? 1 : 2;
  if (count != wanted)
    model_break(model, 14, a, "%d ends went through TIME-WAIT instead of %d", count, wanted);
}

/* --- I15 ---------------------------------------------------------------------------------------------------------- */

static void judge_last_ack(Model *model, const TraceRecord *record) {
  const ModelEnd *end = model_end(model, record->state.host, record->state.conn);
  if (!end || record->state.from != TCP_STATE_LAST_ACK || record->state.to != TCP_STATE_CLOSED)
    return;
  const ModelEnd *peer = model_peer(end);
  const char *reason = model_abort_reason(end->conn);
  if (!reason)
    reason = model_impatience_reason(end->conn);
  if (!reason && end->conn->time_wait_cut)
    reason = "the peer's TIME-WAIT ended before LAST-ACK heard the ACK";
  if (!reason &&
      (g_str_has_prefix(tcp_stimulus_name(record->state.stimulus), "TMO_") || record->state.stimulus == TCP_TCB_TAKEN))
    reason = "LAST-ACK gave up";
  if (!reason && (record->state.stimulus == TCP_CALL_ABORT || record->state.stimulus == TCP_ORPHAN_REFUSED ||
                  record->state.stimulus == TCP_CALL_CLOSE)) /* with unread data */
    reason = "a connection was aborted or reset on purpose";
  if (!reason && peer && peer->state == TCP_STATE_CLOSED)
    reason = "the peer was gone before LAST-ACK heard the ACK";
  if (!reason && peer && model->arrived && model->arrived->sent_index < peer->born_index)
    reason = "the segment is older than the peer's incarnation";
  if (reason) {
    model_not_judged(model, 15, reason);
    return;
  }
  model_judged(model, 15);
  if (record->state.stimulus != TCP_SEG_ACK_OF_FIN)
    model_break(model, 15, end, "LAST-ACK ends by %s, while the peer still waits",
                tcp_stimulus_name(record->state.stimulus));
}

/* --- I22 ---------------------------------------------------------------------------------------------------------- */

static void judge_notice(Model *model, const TraceRecord *record) {
  const ModelWords *words = &model->words;
  const ModelEnd *end = model_end(model, record->app.host, record->app.conn);
  if (!end || record->app.call != words->notice)
    return;
  gboolean says_reset = record->app.result == words->reset || record->app.result == words->refused;
  const ModelSegment *segment = model->receiver == end ? model->arrived : NULL;
  if (says_reset && !(segment && segment->flags & (TCP_RST | TCP_SYN)))
    model_break(model, 22, end, "the application is told of a reset, but no RST has arrived");
  if (says_reset && end->state != TCP_STATE_CLOSED)
    model_break(model, 22, end, "the application is told of a reset in %s", tcp_state_name(end->state));
  if (record->app.result == words->timeout && (!model->trigger || model->trigger->kind != TRACE_TIMER))
    model_break(model, 22, end, "the application is told of a timeout, but no timer has expired");
}

static void judge_reset_told(Model *model, const ModelEnd *end) {
  const ModelWords *words = &model->words;
  if (!end->reset_now || visited(end, TCP_STATE_CLOSING) || visited(end, TCP_STATE_LAST_ACK))
    return;
  if (end->told == 0 || end->told == words->closed || end->told == words->established || end->told == words->timeout)
    model_break(model, 22, end, "a RST ends the connection, and the application is not told of a reset");
}

/* --- I16, I24: the end of the run --------------------------------------------------------------------------------- */

static gboolean ran_out(const Model *model) {
  return model->end_record && model->end_record->end.reason == TRACE_WORD_IDLE;
}

static void judge_finished(Model *model, const ModelConn *conn) {
  const ModelEnd *a = conn->end[0], *b = conn->end[1];
  if (!a || !b || !(a->visited & MODEL_SYNCHRONIZED) || !(b->visited & MODEL_SYNCHRONIZED))
    return;
  if (!ran_out(model)) {
    model_not_judged(model, 16, "the run was cut off");
    return;
  }
  if (model_crossed(conn)) {
    model_not_judged(model, 16, model_abort_reason(conn));
    return;
  }
  if (!a->closed_call || !b->closed_call || conn->crashed) {
    model_not_judged(model, 16, "not both applications closed");
    return;
  }
  gboolean half_left = a->state == TCP_STATE_FIN_WAIT_2 || b->state == TCP_STATE_FIN_WAIT_2;
  if (half_left && (a->closing != MODEL_OPEN || b->closing != MODEL_OPEN)) {
    model_not_judged(model, 16, "an end failed, and FIN-WAIT-2 waits for ever");
    return;
  }
  model_judged(model, 16);
  for (unsigned side = 0; side < 2; side++)
    if (conn->end[side]->state != TCP_STATE_CLOSED)
      model_break(model, 16, conn->end[side], "both applications closed, nothing is left to happen, and it is in %s",
                  tcp_state_name(conn->end[side]->state));
}

#define RESTING                                                                                                        \
  (MODEL_SET(CLOSED) | MODEL_SET(LISTEN) | MODEL_SET(ESTABLISHED) | MODEL_SET(CLOSE_WAIT) | MODEL_SET(FIN_WAIT_2))

static void judge_rest(Model *model, const ModelConn *conn) {
  const ModelEnd *a = conn->end[0], *b = conn->end[1];
  if (!ran_out(model))
    return;
  for (unsigned side = 0; side < 2; side++) {
    const ModelEnd *end = conn->end[side];
    if (!end)
      continue;
    if (!model_state_in(end->state, RESTING))
      model_break(model, 24, end, "nothing is left to happen, and it is in %s", tcp_state_name(end->state));
    for (unsigned timer = 0; timer < TCP_TIMER_COUNT; timer++)
      if (end->timers[timer].armed)
        model_break(model, 24, end, "nothing is left to happen, and the %s timer runs",
                    tcp_timer_name((TcpTimer)timer));
  }
  if (!a || !b || conn->class == CHECK_PAIRS_FAILURE || conn->injected || conn->haunted || model_crossed(conn) ||
      !(a->visited & MODEL_SYNCHRONIZED) || !(b->visited & MODEL_SYNCHRONIZED))
    return;
  gboolean both_gone = a->state == TCP_STATE_CLOSED && b->state == TCP_STATE_CLOSED;
  gboolean both_open = a->state == TCP_STATE_ESTABLISHED && b->state == TCP_STATE_ESTABLISHED;
  gboolean half = (a->state == TCP_STATE_FIN_WAIT_2 && b->state == TCP_STATE_CLOSE_WAIT) ||
                  (b->state == TCP_STATE_FIN_WAIT_2 && a->state == TCP_STATE_CLOSE_WAIT);
  if (!both_gone && !both_open && !half)
    model_break(model, 24, a, "nothing is left to happen, and the ends are in %s and %s", tcp_state_name(a->state),
                tcp_state_name(b->state));
}

/* ------------------------------------------------------------------------------------------------------------------ */

static void on_record(Model *model, const TraceRecord *record) {
  if (record->kind == TRACE_STATE)
    judge_last_ack(model, record);
  else if (record->kind == TRACE_APP)
    judge_notice(model, record);
}

static void on_settled(Model *model) {
  for (guint i = 0; i < model->touched->len; i++)
    judge_reset_told(model, g_ptr_array_index(model->touched, i));
}

static void on_done(Model *model, ModelConn *conn) {
  judge_time_waits(model, conn);
}

static void on_end(Model *model) {
  for (guint i = 0; i < model->conns->len; i++) {
    judge_finished(model, g_ptr_array_index(model->conns, i));
    judge_rest(model, g_ptr_array_index(model->conns, i));
  }
}

const ModelJudge MODEL_JUDGE_OUTCOMES = {
    .on_record = on_record, .on_settled = on_settled, .on_done = on_done, .on_end = on_end};
