/* I23: joint states. Three facts decide them: a FIN is acknowledged only after it was taken in; it is taken in only
 * after it was sent; and a FIN sent after the peer's was taken in carries its ACK. */
#include "check/invariant_model.h"

#define S(id) MODEL_SET(id)

/* With whom a state can be, in each class what it adds; in one order, the other follows. */
static const struct {
  TcpState state;
  unsigned with[CHECK_PAIRS_CLASSES];
} REACHABLE[] = {
    {TCP_STATE_ESTABLISHED, {S(ESTABLISHED) | S(FIN_WAIT_1), 0, S(CLOSED)}},
    {TCP_STATE_FIN_WAIT_1, {S(FIN_WAIT_1) | S(CLOSE_WAIT) | S(LAST_ACK) | S(CLOSING), 0, S(CLOSED)}},
    {TCP_STATE_FIN_WAIT_2, {S(CLOSE_WAIT) | S(LAST_ACK) | S(CLOSING), 0, S(CLOSED)}},
    {TCP_STATE_CLOSE_WAIT, {0, 0, S(CLOSED)}},
    {TCP_STATE_CLOSING, {S(CLOSING) | S(TIME_WAIT), S(CLOSED), 0}},
    {TCP_STATE_LAST_ACK, {S(TIME_WAIT), S(CLOSED), 0}},
    {TCP_STATE_TIME_WAIT, {S(TIME_WAIT) | S(CLOSED), 0, 0}},
    {TCP_STATE_CLOSED, {S(CLOSED), 0, 0}},
};
#undef S

static gboolean listed(CheckPairClass class, TcpState a, TcpState b) {
  for (gsize i = 0; i < G_N_ELEMENTS(REACHABLE); i++) {
    if (REACHABLE[i].state != a)
      continue;
    for (unsigned c = 0; c <= class; c++)
      if (REACHABLE[i].with[c] >> b & 1)
        return TRUE;
  }
  return FALSE;
}

gboolean check_pair_reachable(CheckPairClass class, TcpState a, TcpState b) {
  return listed(class, a, b) || listed(class, b, a);
}

static const char *const CLASS_WORDS[CHECK_PAIRS_CLASSES] = {"a correct run", "a run whose TIME-WAIT ended early",
                                                             "any run"};

static void judge(Model *model, const ModelEnd *end) {
  const ModelEnd *peer = model_peer(end);
  const ModelConn *conn = end->conn;
  if (!peer || conn->injected || conn->haunted || model_crossed(conn) || end->waits_after_reset ||
      peer->waits_after_reset || !(end->visited & MODEL_SYNCHRONIZED) || !(peer->visited & MODEL_SYNCHRONIZED))
    return;
  model_judged(model, 23);
  if (model->pairs_seen) {
    model->pairs_seen->count[conn->class][end->state][peer->state]++;
    model->pairs_seen->count[conn->class][peer->state][end->state]++;
  }
  if (!check_pair_reachable(conn->class, end->state, peer->state))
    model_break(model, 23, end, "%s here and %s at the peer: impossible in %s", tcp_state_name(end->state),
                tcp_state_name(peer->state), CLASS_WORDS[conn->class]);
}

static void on_settled(Model *model) {
  for (guint i = 0; i < model->touched->len; i++)
    judge(model, g_ptr_array_index(model->touched, i));
}

const ModelJudge MODEL_JUDGE_PAIRS = {.on_settled = on_settled};

void check_pairs_add(const Trace *trace, CheckPairsSeen *seen) {
  Model *model = model_new(trace);
  model->pairs_seen = seen;
  model_run(model);
  model_free(model);
}
