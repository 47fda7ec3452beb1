/* I4 and I5: the state is what the account says: whether our FIN is issued, whether it is acknowledged, whether the
 * peer's has been taken in. I4 is the function of the three, both ways; I5 what the names of the states promise. */
#include "check/invariant_model.h"

/* --- I4 ----------------------------------------------------------------------------------------------------------- */

/* What the state would need and the end cannot have (NULL: nothing). */
static const char *not_earned(const ModelEnd *end) {
  gboolean issued = end->closed_call || end->fin_sent;
  switch (end->state) {
  case TCP_STATE_FIN_WAIT_1:
    return issued ? NULL : "its application has not closed";
  case TCP_STATE_FIN_WAIT_2:
    return !end->fin_sent ? "its FIN was never sent" : !model_fin_acked_may(end) ? "its FIN is not acknowledged" : NULL;
  case TCP_STATE_CLOSE_WAIT:
    return model_fin_rcvd_may(end) ? NULL : "not all up to the peer's FIN has arrived";
  case TCP_STATE_CLOSING:
    if (!model_fin_rcvd_may(end))
      return "not all up to the peer's FIN has arrived";
    if (!issued)
      return "its application has not closed";
    return end->closed_call && end->fin_taken && end->fin_taken < end->closed_call
               ? "the peer's FIN came before its own"
               : NULL;
  case TCP_STATE_LAST_ACK:
    if (!model_fin_rcvd_may(end))
      return "not all up to the peer's FIN has arrived";
    if (!issued)
      return "its application has not closed";
    return end->closed_call && end->closed_call < end->fin_arrived ? "its own FIN came before the peer's" : NULL;
  case TCP_STATE_TIME_WAIT:
    if (!model_fin_acked_may(end))
      return "its FIN is not acknowledged";
    return model_fin_rcvd_may(end) ? NULL : "not all up to the peer's FIN has arrived";
  case TCP_STATE_CLOSED:
  case TCP_STATE_LISTEN:
  case TCP_STATE_SYN_SENT:
  case TCP_STATE_SYN_RECEIVED:
  case TCP_STATE_ESTABLISHED:
  case TCP_STATE_COUNT:
    break;
  }
  return NULL;
}

/* What has surely happened, and should have led out of the state. */
static const char *overdue(const ModelEnd *end) {
  gboolean acked = model_fin_acked_must(end), rcvd = model_fin_rcvd_must(end);
  switch (end->state) {
  case TCP_STATE_ESTABLISHED:
    return rcvd ? "the peer's FIN has arrived" : end->closed_call ? "its application has closed" : NULL;
  case TCP_STATE_FIN_WAIT_1:
    return rcvd ? "the peer's FIN has arrived" : acked ? "its FIN is acknowledged" : NULL;
  case TCP_STATE_FIN_WAIT_2:
    return rcvd ? "the peer's FIN has arrived" : NULL;
  case TCP_STATE_CLOSE_WAIT:
    if (end->fin_sent)
      return "its FIN has been sent";
    return end->closed_call && end->host->last_ack_at_call ? "its application has closed" : NULL;
  case TCP_STATE_CLOSING:
  case TCP_STATE_LAST_ACK:
    return acked ? "its FIN is acknowledged" : NULL;
  case TCP_STATE_TIME_WAIT:
  case TCP_STATE_CLOSED:
  case TCP_STATE_LISTEN:
  case TCP_STATE_SYN_SENT:
  case TCP_STATE_SYN_RECEIVED:
  case TCP_STATE_COUNT:
    break;
  }
  return NULL;
}

static void judge_account(Model *model, const ModelEnd *end) {
  const char *why = not_earned(end);
  if (why)
    model_break(model, 4, end, "in %s, but %s", tcp_state_name(end->state), why);
  else if ((why = overdue(end)) != NULL)
    model_break(model, 4, end, "still in %s, but %s", tcp_state_name(end->state), why);
  if (end->state == TCP_STATE_LAST_ACK && !end->fin_sent && !end->host->last_ack_at_call)
    model_break(model, 4, end, "in LAST-ACK, but its FIN was never sent");
}

/* --- I5 ----------------------------------------------------------------------------------------------------------- */

static void judge_promise(Model *model, const ModelEnd *end) {
  TcpState state = end->state;
  const char *name = tcp_state_name(state);
  gboolean wants_acked = state == TCP_STATE_TIME_WAIT || state == TCP_STATE_FIN_WAIT_2;
  gboolean wants_rcvd = state == TCP_STATE_TIME_WAIT || state == TCP_STATE_CLOSING || state == TCP_STATE_LAST_ACK;
  if (wants_acked && !model_fin_acked_may(end))
    model_break(model, 5, end, "in %s without an ACK of its FIN", name);
  if (wants_rcvd && !model_fin_rcvd_may(end))
    model_break(model, 5, end, "in %s without the peer's FIN", name);
  if ((state == TCP_STATE_CLOSING || state == TCP_STATE_LAST_ACK) && model_fin_acked_must(end))
    model_break(model, 5, end, "in %s although its FIN is acknowledged", name);
  if (state == TCP_STATE_FIN_WAIT_2 && model_fin_rcvd_must(end))
    model_break(model, 5, end, "in FIN-WAIT-2 with the peer's FIN");
}

static void on_settled(Model *model) {
  for (guint i = 0; i < model->touched->len; i++) {
    const ModelEnd *end = g_ptr_array_index(model->touched, i);
    if (end->peer_fin_differs || end->waits_after_reset) /* a forged FIN: nobody knows which it took */
      continue;
    judge_account(model, end);
    judge_promise(model, end);
  }
}

const ModelJudge MODEL_JUDGE_STATES = {.on_settled = on_settled};
