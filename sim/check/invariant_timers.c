/* I18 (timers), I19, I20: which timers run, for how long, and how often a FIN is sent. */
#include "check/invariant_model.h"

/* --- I18, I19: which run ------------------------------------------------------------------------------------------ */

static gboolean armed(const ModelEnd *end, TcpTimer timer) {
  return end->timers[timer].armed;
}

static gboolean sending_timer_runs(const ModelEnd *end) {
  return armed(end, TCP_TIMER_RETRANSMISSION) || armed(end, TCP_TIMER_PROBE) || armed(end, TCP_TIMER_REORDERING) ||
         armed(end, TCP_TIMER_PERSIST);
}

static void judge_running(Model *model, const ModelEnd *end) {
  const char *state = tcp_state_name(end->state);
  if (end->state == TCP_STATE_CLOSED || end->state == TCP_STATE_LISTEN) {
    for (unsigned timer = 0; timer < TCP_TIMER_COUNT; timer++)
      if (armed(end, (TcpTimer)timer))
        model_break(model, 19, end, "in %s the %s timer runs", state, tcp_timer_name((TcpTimer)timer));
    return;
  }
  if ((end->state == TCP_STATE_FIN_WAIT_2 || end->state == TCP_STATE_TIME_WAIT) && sending_timer_runs(end)) {
    model_break(model, 18, end, "in %s a timer for sending again runs", state);
    return;
  }
  gboolean out_must = end->has_iss && seq_gt(end->snd_nxt, end->una_may);
  gboolean out_may = end->has_iss && seq_gt(end->snd_nxt, end->una_must);
  if (out_must && !sending_timer_runs(end))
    model_break(model, 19, end, "in %s something is unacknowledged, and no timer runs", state);
  if (!out_may && armed(end, TCP_TIMER_RETRANSMISSION))
    model_break(model, 19, end, "in %s all is acknowledged, and the retransmission timer runs", state);
}

/* --- I19: for how long -------------------------------------------------------------------------------------------- */

static SimTime sum(SimTime a, SimTime b) {
  return a == SIM_NEVER || b > SIM_NEVER - a ? SIM_NEVER : a + b;
}

/* Why a timeout is too short, NULL if it is not. */
static char *too_short(const Model *model, const ModelEnd *end, SimTime span) {
  const ModelHost *host = end->host;
  if (host->rto_min >= 0 && host->rto_initial >= 0 && host->rto_max >= 0 &&
      span < MIN(host->rto_min, MIN(host->rto_initial, host->rto_max)))
    return g_strdup_printf("a retransmission timeout of %.3f s, below its minimum", (double)span / SIM_S(1));
  const TraceRecord *trigger = model->trigger;
  gboolean again = trigger && trigger->kind == TRACE_TIMER && trigger->timer.timer == TCP_TIMER_RETRANSMISSION &&
                   trigger->timer.conn == end->conn_name && trigger->timer.host == end->host_name;
  if (again && end->rtx_span >= 0 && span < end->rtx_span)
    return g_strdup_printf("the retransmission timeout shrinks from %.3f s to %.3f s", (double)end->rtx_span / SIM_S(1),
                           (double)span / SIM_S(1));
  return NULL;
}

/* A user timeout may cut the last one short (Linux), so that it ends when the user timeout does. */
static void judge_span(Model *model, ModelEnd *end, const TraceRecord *record) {
  const ModelHost *host = end->host;
  SimTime span = record->timer.until - record->t;
  if (record->timer.until == SIM_NEVER || record->timer.until < record->t) {
    model_break(model, 19, end, "the retransmission timer is armed for no time to come");
    return;
  }
  if (host->rto_max >= 0 && span > sum(host->rto_max, host->rto_slop))
    model_break(model, 19, end, "a retransmission timeout of %.3f s, above its limit", (double)span / SIM_S(1));
  if (host->user_timeout < 0) /* not told */
    return;
  g_autofree char *why = too_short(model, end, span);
  if (why && (end->has_user_timeout || host->user_timeout != SIM_NEVER))
    end->last_timeout = TRUE;
  else if (why)
    model_break(model, 19, end, "%s", why);
}

static void judge_timer(Model *model, const TraceRecord *record) {
  ModelEnd *end = model_end(model, record->timer.host, record->timer.conn);
  if (!end)
    return;
  const ModelTimer *timer = &end->timers[record->timer.timer];
  if (record->timer.change == TRACE_WORD_EXPIRED && record->timer.timer != TCP_TIMER_TIME_WAIT &&
      (!timer->armed || timer->until != record->t))
    model_break(model, 19, end, "the %s timer expires %s", tcp_timer_name(record->timer.timer),
                timer->armed ? "at another time than it was armed for" : "without having been armed");
  if (record->timer.change == TRACE_WORD_EXPIRED)
    end->last_expired = end->last_timeout;
  if (record->timer.change == TRACE_WORD_ARMED && record->timer.timer == TCP_TIMER_RETRANSMISSION)
    judge_span(model, end, record);
}

/* A retransmission timeout sends again, or ends the connection. */
static void judge_expiry(Model *model) {
  const TraceRecord *trigger = model->trigger;
  if (trigger->kind != TRACE_TIMER || trigger->timer.timer != TCP_TIMER_RETRANSMISSION)
    return;
  const ModelEnd *end = model_end(model, trigger->timer.host, trigger->timer.conn);
  if (end && end->state != TCP_STATE_CLOSED && end->state != TCP_STATE_LISTEN && !end->sent_now)
    model_break(model, 19, end, "the retransmission timer has expired, and nothing is sent again");
  if (end && end->state != TCP_STATE_CLOSED && end->state != TCP_STATE_LISTEN && end->last_expired)
    model_break(model, 19, end, "the retransmission timeout was cut short to the user timeout, and is not the last");
}

/* --- I20 ---------------------------------------------------------------------------------------------------------- */

static void judge_fins(Model *model, const ModelEnd *end) {
  if (!end->fin_sent)
    return;
  if (end->host->retries < 0) {
    model_not_judged(model, 20, "the number of retransmissions is not limited");
    return;
  }
  model_judged(model, 20);
  int64_t limit = end->host->retries + (end->host->tail_loss_probe ? 1 : 0);
  if (end->fins_by_timer > limit)
    model_break(model, 20, end, "its FIN is sent again %u times; %" G_GINT64_FORMAT " are allowed", end->fins_by_timer,
                limit);
}

static void on_record(Model *model, const TraceRecord *record) {
  if (record->kind == TRACE_TIMER)
    judge_timer(model, record);
}

static void on_settled(Model *model) {
  judge_expiry(model);
  for (guint i = 0; i < model->touched->len; i++) {
    const ModelEnd *end = g_ptr_array_index(model->touched, i);
    judge_running(model, end);
    judge_fins(model, end);
  }
}

const ModelJudge MODEL_JUDGE_TIMERS = {.on_record = on_record, .on_settled = on_settled};
