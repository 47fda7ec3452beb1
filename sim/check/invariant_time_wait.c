/* I12, I13, I27: one TCB for a tuple, and TIME-WAIT holds it for exactly W after its last start. */
#include "check/invariant_model.h"

#include <string.h>

/* --- I12 ---------------------------------------------------------------------------------------------------------- */

static void judge_tuple(Model *model, const ModelEnd *end, const TraceRecord *record) {
  TcpState to = record->state.to;
  const ModelEnd *holder = end->tuple->live;
  if (to != TCP_STATE_CLOSED && to != TCP_STATE_LISTEN && holder && holder != end)
    model_break(model, 12, end, "goes to %s on a tuple that \"%s\" holds in %s", tcp_state_name(to),
                trace_text(model->trace, holder->conn_name), tcp_state_name(holder->state));
}

/* --- I13 ---------------------------------------------------------------------------------------------------------- */

static void judge_state(Model *model, const TraceRecord *record) {
  const ModelEnd *end = model_end(model, record->state.host, record->state.conn);
  if (!end)
    return;
  judge_tuple(model, end, record);
  if (record->state.from != TCP_STATE_TIME_WAIT || record->state.stimulus != TCP_TMO_TIME_WAIT)
    return;
  if (end->time_wait_at < 0)
    model_break(model, 13, end, "TIME-WAIT ends, but its timer was never started");
  else if (end->host->time_wait >= 0 && record->t != end->time_wait_at + end->host->time_wait)
    model_break(model, 13, end, "TIME-WAIT ends %.3f s after its last start; its length is %.3f s",
                (double)(record->t - end->time_wait_at) / SIM_S(1), (double)end->host->time_wait / SIM_S(1));
}

static void judge_timer(Model *model, const TraceRecord *record) {
  const ModelEnd *end = model_end(model, record->timer.host, record->timer.conn);
  if (!end || record->timer.timer != TCP_TIMER_TIME_WAIT)
    return;
  const ModelTimer *timer = &end->timers[TCP_TIMER_TIME_WAIT];
  if (record->timer.change == TRACE_WORD_ARMED) {
    if (end->state != TCP_STATE_TIME_WAIT)
      model_break(model, 13, end, "the 2MSL timer starts in %s", tcp_state_name(end->state));
    else if (end->host->time_wait >= 0 && record->timer.until != simtime_add(record->t, end->host->time_wait))
      model_break(model, 13, end, "the 2MSL timer is not armed for the length of TIME-WAIT");
  } else if (record->timer.change == TRACE_WORD_EXPIRED && (!timer->armed || timer->until != record->t)) {
    model_break(model, 13, end, "the 2MSL timer expires at another time than it was armed for");
  }
}

static void judge_port(Model *model, const TraceRecord *record) {
  const ModelEnd *end = model_end(model, record->port.host, record->port.conn);
  if (!end || end->state != TCP_STATE_TIME_WAIT)
    return;
  if (record->port.change == TRACE_WORD_RELEASED)
    model_break(model, 13, end, "its port is released during TIME-WAIT");
  else if (record->port.change == TRACE_WORD_RESERVED && record->port.until != end->timers[TCP_TIMER_TIME_WAIT].until)
    model_break(model, 13, end, "its port is reserved until another time than TIME-WAIT ends");
}

static void on_record(Model *model, const TraceRecord *record) {
  if (record->kind == TRACE_STATE)
    judge_state(model, record);
  else if (record->kind == TRACE_TIMER)
    judge_timer(model, record);
  else if (record->kind == TRACE_PORT)
    judge_port(model, record);
}

/* The first job of TIME-WAIT: to outlive the peer's last FIN. */
static void judge_repeated_fin(Model *model) {
  const ModelEnd *end = model->receiver;
  const ModelSegment *segment = model->arrived;
  if (model->trigger->kind != TRACE_RECEIVED || !end || model->receiver_was != TCP_STATE_TIME_WAIT ||
      end->state != TCP_STATE_TIME_WAIT || segment->corrupted || segment->injected || !end->peer_fin_known)
    return;
  if (segment->has_ts && end->has_ts && seq_lt(segment->ts_val, end->ts_recent)) /* an old copy: PAWS */
    return;
  gboolean bare = (segment->flags & (TCP_FIN | TCP_ACK | TCP_SYN | TCP_RST)) == (TCP_FIN | TCP_ACK);
  if (bare && segment->seq + segment->len == end->peer_fin && end->time_wait_at != model->now)
    model_break(model, 13, end, "the peer's FIN comes again, and TIME-WAIT does not start anew");
}

static void on_settled(Model *model) {
  judge_repeated_fin(model);
  for (guint i = 0; i < model->touched->len; i++) {
    const ModelEnd *end = g_ptr_array_index(model->touched, i);
    if (end->state == TCP_STATE_TIME_WAIT && !end->timers[TCP_TIMER_TIME_WAIT].armed)
      model_break(model, 13, end, "in TIME-WAIT, and the 2MSL timer does not run");
  }
}

/* --- I27 ---------------------------------------------------------------------------------------------------------- */

/* The delay of a direction that never varies; -1 if it may, or is not told. */
static SimTime fixed_delay(const Model *model, Name from, Name to) {
  const char *a = trace_text(model->trace, from), *b = trace_text(model->trace, to);
  for (guint i = 0; model->trace->header && i < model->trace->header->links->len; i++) {
    const TraceLink *link = g_ptr_array_index(model->trace->header->links, i);
    if (g_str_equal(link->from, a) && g_str_equal(link->to, b))
      return link->about ? -1 : link->delay;
  }
  return -1;
}

static void judge_tail(Model *model, const ModelConn *conn, const ModelEnd *active, const ModelEnd *passive) {
  SimTime delay = fixed_delay(model, active->host_name, passive->host_name);
  if (delay < 0 || fixed_delay(model, passive->host_name, active->host_name) < 0 || active->host->time_wait < 0 ||
      conn->duplicated || conn->delayed || conn->time_wait_cut || model_abort_reason(conn) ||
      model_impatience_reason(conn)) {
    model_not_judged(model, 27, "the close was not a normal one over links of fixed delay");
    return;
  }
  /* A FIN that was sent again for nothing starts TIME-WAIT anew after the ACK that counts has left. */
  if (active->time_wait_ack != passive->closed_by) {
    model_not_judged(model, 27, "TIME-WAIT started anew after the ACK that counted");
    return;
  }
  model_judged(model, 27);
  SimTime gap = active->closed_at - passive->closed_at, wanted = active->host->time_wait - delay;
  if (gap != wanted)
    model_break(model, 27, active, "closed %.6f s after its peer; TIME-WAIT less one delay is %.6f s",
                (double)gap / SIM_S(1), (double)wanted / SIM_S(1));
}

static void on_done(Model *model, ModelConn *conn) {
  for (unsigned side = 0; side < 2; side++) {
    const ModelEnd *active = conn->end[side], *passive = conn->end[1 - side];
    if (active && passive && active->state == TCP_STATE_CLOSED && passive->state == TCP_STATE_CLOSED &&
        active->closing == MODEL_BY_TIME_WAIT && passive->closing == MODEL_BY_ACK)
      judge_tail(model, conn, active, passive);
  }
}

const ModelJudge MODEL_JUDGE_TIME_WAIT = {.on_record = on_record, .on_settled = on_settled, .on_done = on_done};
