/* I1: every change of state is a legal one, for a reason that the trace shows. I6: who may enter TIME-WAIT. The legal
 * changes are typed here from RFC 9293 3.10, not taken from the simulator's table: a wrong row there shows here. */
#include "check/invariant_model.h"

#include <string.h>

#define S(id)  MODEL_SET(id)
#define CAUSES 8

typedef struct Edge {
  unsigned from; /* states, as bits */
  TcpState to;
  const char *stimuli[CAUSES];
} Edge;

static const Edge EDGES[] = {
    /* opening */
    {S(CLOSED), TCP_STATE_LISTEN, {"CALL_OPEN_PASSIVE"}},
    {S(CLOSED), TCP_STATE_SYN_SENT, {"CALL_OPEN_ACTIVE"}},
    {S(LISTEN), TCP_STATE_SYN_SENT, {"CALL_OPEN_ACTIVE", "CALL_SEND"}},
    {S(LISTEN), TCP_STATE_SYN_RECEIVED, {"SEG_SYN"}},
    {S(LISTEN), TCP_STATE_CLOSED, {"CALL_CLOSE", "CALL_ABORT"}},
    {S(SYN_SENT), TCP_STATE_ESTABLISHED, {"SEG_SYN"}},
    {S(SYN_SENT), TCP_STATE_SYN_RECEIVED, {"SEG_SYN"}},
    {S(SYN_SENT), TCP_STATE_CLOSED, {"CALL_CLOSE", "CALL_ABORT", "SEG_RST", "TMO_RETRANSMISSION", "TMO_USER"}},
    {S(SYN_RECEIVED), TCP_STATE_ESTABLISHED, {"SEG_ACK_OF_SYN"}},
    {S(SYN_RECEIVED), TCP_STATE_LISTEN, {"SEG_RST", "SEG_SYN"}},
    {S(SYN_RECEIVED), TCP_STATE_CLOSED, {"SEG_RST", "SEG_SYN", "CALL_ABORT", "TMO_RETRANSMISSION", "TMO_USER"}},
    {S(SYN_RECEIVED), TCP_STATE_FIN_WAIT_1, {"CALL_CLOSE"}},
    {S(SYN_RECEIVED), TCP_STATE_CLOSED, {"CALL_CLOSE"}}, /* where a stack drops what is not open yet */
    /* closing */
    {S(ESTABLISHED), TCP_STATE_FIN_WAIT_1, {"CALL_CLOSE"}},
    {S(ESTABLISHED), TCP_STATE_CLOSE_WAIT, {"SEG_FIN"}},
    {S(FIN_WAIT_1), TCP_STATE_FIN_WAIT_2, {"SEG_ACK_OF_FIN"}},
    {S(FIN_WAIT_1), TCP_STATE_CLOSING, {"SEG_FIN"}},
    {S(FIN_WAIT_2), TCP_STATE_TIME_WAIT, {"SEG_FIN"}},
    {S(CLOSING), TCP_STATE_TIME_WAIT, {"SEG_ACK_OF_FIN"}},
    {S(CLOSE_WAIT), TCP_STATE_LAST_ACK, {"CALL_CLOSE", "FIN_SENT"}},
    {S(LAST_ACK), TCP_STATE_CLOSED, {"SEG_ACK_OF_FIN"}},
    {S(TIME_WAIT), TCP_STATE_CLOSED, {"TMO_TIME_WAIT"}},
    /* a RST, or where a stack lets it, a SYN in its place */
    {S(ESTABLISHED) | S(FIN_WAIT_1) | S(FIN_WAIT_2) | S(CLOSE_WAIT) | S(CLOSING) | S(LAST_ACK) | S(TIME_WAIT),
     TCP_STATE_CLOSED,
     {"SEG_RST", "SEG_SYN"}},
    /* the application aborts, or closes and leaves data unread, or has closed and more data comes */
    {S(ESTABLISHED) | S(FIN_WAIT_1) | S(FIN_WAIT_2) | S(CLOSE_WAIT) | S(CLOSING) | S(LAST_ACK) | S(TIME_WAIT),
     TCP_STATE_CLOSED,
     {"CALL_ABORT"}},
    {S(ESTABLISHED) | S(FIN_WAIT_1) | S(FIN_WAIT_2) | S(CLOSE_WAIT) | S(CLOSING) | S(LAST_ACK),
     TCP_STATE_CLOSED,
     {"CALL_CLOSE"}},
    {S(ESTABLISHED) | S(FIN_WAIT_1) | S(FIN_WAIT_2), TCP_STATE_CLOSED, {"SEG_TEXT_UNWANTED"}},
    /* patience ends */
    {S(ESTABLISHED) | S(FIN_WAIT_1) | S(CLOSE_WAIT) | S(CLOSING) | S(LAST_ACK),
     TCP_STATE_CLOSED,
     {"TMO_RETRANSMISSION", "TMO_PERSIST", "TMO_USER", "TMO_KEEPALIVE"}},
    {S(FIN_WAIT_2), TCP_STATE_CLOSED, {"TMO_FIN_WAIT_2", "TMO_KEEPALIVE"}},
    {S(LAST_ACK), TCP_STATE_CLOSED, {"TMO_LAST_ACK"}},
    /* what a host has only so many of */
    {S(FIN_WAIT_2), TCP_STATE_CLOSED, {"SEG_FIN"}},
    {S(CLOSING), TCP_STATE_CLOSED, {"SEG_ACK_OF_FIN"}},
    {S(SYN_RECEIVED) | S(FIN_WAIT_1) | S(FIN_WAIT_2) | S(CLOSE_WAIT) | S(CLOSING) | S(LAST_ACK),
     TCP_STATE_CLOSED,
     {"ORPHAN_REFUSED"}},
    {S(CLOSING) | S(LAST_ACK) | S(TIME_WAIT), TCP_STATE_CLOSED, {"TCB_TAKEN"}},
    /* the host crashes */
    {S(LISTEN) | S(SYN_SENT) | S(SYN_RECEIVED) | MODEL_SYNCHRONIZED, TCP_STATE_CLOSED, {"HOST_CRASH"}},
    /* RFC 9293 3.5.2, where a stack follows it: whoever sends a RST waits */
    {S(ESTABLISHED) | S(FIN_WAIT_1) | S(FIN_WAIT_2) | S(CLOSE_WAIT), TCP_STATE_TIME_WAIT, {"CALL_ABORT"}},
    /* connect() takes a TIME-WAIT over */
    {S(TIME_WAIT), TCP_STATE_CLOSED, {"CALL_OPEN_ACTIVE"}},
};
#undef S

static gboolean lists(const Edge *edge, const char *stimulus) {
  for (unsigned i = 0; i < CAUSES && edge->stimuli[i]; i++)
    if (strcmp(edge->stimuli[i], stimulus) == 0)
      return TRUE;
  return FALSE;
}

static gboolean is_legal(TcpState from, TcpState to, const char *stimulus) {
  for (gsize i = 0; i < G_N_ELEMENTS(EDGES); i++)
    if (EDGES[i].from >> from & 1 && EDGES[i].to == to && lists(&EDGES[i], stimulus))
      return TRUE;
  return FALSE;
}

/* --- what a host has only so many of ------------------------------------------------------------------------------ */

#define ORPHANS                                                                                                        \
  (MODEL_SET(SYN_RECEIVED) | MODEL_SET(FIN_WAIT_1) | MODEL_SET(FIN_WAIT_2) | MODEL_SET(CLOSE_WAIT) |                   \
   MODEL_SET(CLOSING) | MODEL_SET(LAST_ACK))

/* The host's other ends in one of `states`; only those without an application if `orphaned`. */
static int64_t count_others(const Model *model, const ModelEnd *end, unsigned states, gboolean orphaned) {
  int64_t count = 0;
  for (guint i = 0; i < model->ends->len; i++) {
    const ModelEnd *other = g_ptr_array_index(model->ends, i);
    count += other != end && other->host == end->host && model_state_in(other->state, states) &&
             (!orphaned || other->nobody_reads);
  }
  return count;
}

static const char *full_cause(const Model *model, const ModelEnd *end) {
  int64_t limit = end->host->max_time_waits;
  if (limit < 0)
    return "its host keeps all TIME-WAITs";
  int64_t kept = count_others(model, end, MODEL_SET(TIME_WAIT), FALSE) +
                 count_others(model, end, MODEL_SET(FIN_WAIT_2), TRUE); /* Linux counts these too */
  return kept >= limit ? NULL : "its host keeps fewer TIME-WAITs than it may";
}

static const char *orphan_cause(const Model *model, const ModelEnd *end) {
  const TraceRecord *call = model->trigger;
  if (end->host->max_orphans < 0)
    return "its host keeps all orphans";
  if (!end->nobody_reads || !call || call->kind != TRACE_APP || call->app.host != end->host_name ||
      call->app.conn != end->conn_name || call->app.call != model->words.close)
    return "its application has not closed now";
  return count_others(model, end, ORPHANS, TRUE) >= end->host->max_orphans ? NULL
                                                                           : "its host keeps fewer orphans than it may";
}

static const char *taken_cause(const Model *model, const ModelEnd *end) {
  const TraceRecord *trigger = model->trigger;
  unsigned rather = end->state == TCP_STATE_TIME_WAIT  ? 0
                    : end->state == TCP_STATE_LAST_ACK ? MODEL_SET(TIME_WAIT)
                                                       : MODEL_SET(TIME_WAIT) | MODEL_SET(LAST_ACK);
  gboolean syn = trigger && trigger->kind == TRACE_RECEIVED && trigger->received.host == end->host_name &&
                 model->arrived && model->arrived->flags & TCP_SYN;
  gboolean call = trigger && trigger->kind == TRACE_APP && trigger->app.host == end->host_name &&
                  trigger->app.call == model->words.connect;
  if (end->host->max_pcbs < 0)
    return "its host has TCBs for all";
  if (!syn && !call)
    return "nobody needs its TCB";
  if (count_others(model, end, rather, FALSE) > 0)
    return "another would have had to give up its TCB";
  unsigned all = MODEL_SYNCHRONIZED | MODEL_SET(SYN_SENT) | MODEL_SET(SYN_RECEIVED);
  return count_others(model, end, all, FALSE) + 1 >= end->host->max_pcbs ? NULL : "its host has a TCB left";
}

/* --- causes ------------------------------------------------------------------------------------------------------- */

/* Each answers: NULL if the trace shows the cause, else what is missing. */

static const char *segment_cause(const Model *model, const ModelEnd *end, const TraceRecord *record) {
  const ModelSegment *segment = model->arrived;
  TcpStimulus stimulus = record->state.stimulus;
  TcpState from = record->state.from, to = record->state.to;
  if (!segment || model->trigger->received.host != end->host_name || segment->id != record->state.cause)
    return "no such segment has just arrived";
  if (segment->corrupted)
    return "its checksum was wrong";
  if (stimulus == TCP_SEG_RST) {
    if (from == TCP_STATE_TIME_WAIT && !end->host->rst_ends_time_wait)
      return "its host ignores a RST in TIME-WAIT";
    return segment->flags & TCP_RST ? NULL : "it is no RST";
  }
  if (segment->flags & TCP_RST)
    return "it is a RST";
  if (stimulus == TCP_SEG_SYN) {
    if (!(segment->flags & TCP_SYN))
      return "it is no SYN";
    if (from == TCP_STATE_LISTEN && segment->flags & TCP_ACK)
      return "a SYN with an ACK";
    if (from == TCP_STATE_SYN_SENT && (to == TCP_STATE_ESTABLISHED) != ((segment->flags & TCP_ACK) != 0))
      return "it must acknowledge our SYN";
    if (to == TCP_STATE_CLOSED && from != TCP_STATE_TIME_WAIT && from != TCP_STATE_SYN_RECEIVED &&
        !end->host->syn_reset)
      return "its host answers a SYN with a challenge ACK";
    return NULL;
  }
  if (stimulus == TCP_SEG_ACK_OF_SYN)
    return segment->flags & TCP_ACK && seq_gt(segment->ack, end->iss) && seq_le(segment->ack, end->snd_nxt)
               ? NULL
               : "it does not acknowledge our SYN";
  if (to == TCP_STATE_CLOSED && ((from == TCP_STATE_CLOSING && stimulus == TCP_SEG_ACK_OF_FIN) ||
                                 (from == TCP_STATE_FIN_WAIT_2 && stimulus == TCP_SEG_FIN))) {
    const char *missing = full_cause(model, end);
    if (missing)
      return missing;
  }
  if (stimulus == TCP_SEG_ACK_OF_FIN)
    return segment->flags & TCP_ACK && end->fin_sent && seq_gt(segment->ack, end->fin_seq) &&
                   seq_le(segment->ack, end->snd_nxt)
               ? NULL
               : "it does not acknowledge our FIN";
  if (stimulus == TCP_SEG_FIN)
    return model_fin_rcvd_may(end) ? NULL : "not all up to a FIN has arrived";
  if (segment->flags & TCP_FIN && end->host->rst_on_early_fin && seq_gt(segment->seq, end->rcv_must))
    return NULL; /* a FIN whose data is still missing */
  return segment->len > 0 ? NULL : "it has no data";
}

static const char *call_cause(const Model *model, const ModelEnd *end, const TraceRecord *record) {
  TcpStimulus stimulus = record->state.stimulus;
  TcpState to = record->state.to;
  const ModelWords *words = &model->words;
  const TraceRecord *call = model->trigger;
  gboolean same_host = call && call->kind == TRACE_APP && call->app.host == end->host_name;
  gboolean embryo = stimulus == TCP_CALL_CLOSE && to == TCP_STATE_CLOSED && end->state == TCP_STATE_SYN_RECEIVED;
  gboolean of_listener = same_host && call->app.conn == 0 && end->passive &&
                         (call->app.call == words->close || call->app.call == words->shutdown);
  if (of_listener && (embryo || stimulus == TCP_CALL_ABORT))
    return NULL; /* what was not accepted goes with its listener */
  if (stimulus == TCP_CALL_CLOSE && to == TCP_STATE_CLOSED && end->state == TCP_STATE_SYN_RECEIVED &&
      !end->host->embryo_dropped)
    return "its host does not drop what is not open yet";
  if (stimulus == TCP_CALL_CLOSE && to == TCP_STATE_CLOSED && model_state_in(end->state, MODEL_SYNCHRONIZED) &&
      (!end->host->rst_on_unread || model_octets_in_order(end) <= end->octets_read))
    return "nothing was left unread, or its host does not mind";
  if (stimulus == TCP_CALL_CLOSE && end->closed_call) /* in SYN-RECEIVED it may have waited */
    return NULL;
  if (stimulus == TCP_CALL_OPEN_PASSIVE && model->arrived && model->arrived->flags & TCP_SYN)
    return NULL; /* a process listens on the port: the end is made for the SYN */
  if (stimulus == TCP_CALL_ABORT && end->state == TCP_STATE_LISTEN)
    return NULL; /* and goes when the handshake fails */
  if (!same_host)
    return "no application has called";
  if (stimulus == TCP_CALL_OPEN_ACTIVE)
    return call->app.call == words->connect ? NULL : "it was no connect()";
  if (call->app.conn != end->conn_name)
    return "the call was for another connection";
  if (stimulus == TCP_CALL_OPEN_PASSIVE)
    return call->app.call == words->listen ? NULL : "it was no listen()";
  if (stimulus == TCP_CALL_SEND)
    return call->app.call == words->send ? NULL : "it was no send()";
  gboolean closes = call->app.call == words->close || call->app.call == words->shutdown;
  if (stimulus == TCP_CALL_ABORT)
    return closes || call->app.call == words->abort ? NULL : "it was no abort()";
  return closes ? NULL : "it was no close()";
}

/* Nobody holds it, and it has only just come to FIN-WAIT-2, or is closed now. */
static gboolean ends_where_it_begins(const Model *model, const ModelEnd *end) {
  const TraceRecord *trigger = model->trigger;
  if (!end->nobody_reads || !trigger || trigger->t != model->now)
    return FALSE;
  gboolean closes = trigger->kind == TRACE_APP && trigger->app.host == end->host_name &&
                    trigger->app.conn == end->conn_name && trigger->app.call == model->words.close;
  return closes || end->state_index >= model->trigger_index;
}

/* TCP_LINGER2 below 0 (the trace has not the value). */
static gboolean wants_no_fin_wait_2(const Model *model, const ModelEnd *end) {
  return end->has_linger2 && ends_where_it_begins(model, end);
}

static const char *timeout_cause(const Model *model, const ModelEnd *end, TcpStimulus stimulus) {
  const TraceRecord *timer = model->trigger;
  if (stimulus == TCP_TMO_FIN_WAIT_2 && wants_no_fin_wait_2(model, end))
    return NULL;
  if (stimulus == TCP_TMO_FIN_WAIT_2 && ends_where_it_begins(model, end) && !full_cause(model, end))
    return NULL;
  if (!timer || timer->kind != TRACE_TIMER || timer->timer.host != end->host_name ||
      timer->timer.conn != end->conn_name)
    return "none of its timers has expired";
  if ((stimulus == TCP_TMO_TIME_WAIT) != (timer->timer.timer == TCP_TIMER_TIME_WAIT) ||
      (stimulus == TCP_TMO_FIN_WAIT_2 && timer->timer.timer != TCP_TIMER_FIN_WAIT_2) ||
      (stimulus == TCP_TMO_LAST_ACK) != (timer->timer.timer == TCP_TIMER_LAST_ACK))
    return "another timer has expired";
  return NULL;
}

static const char *missing_cause(const Model *model, const ModelEnd *end, const TraceRecord *record) {
  const char *name = tcp_stimulus_name(record->state.stimulus);
  if (g_str_has_prefix(name, "SEG_"))
    return segment_cause(model, end, record);
  if (g_str_has_prefix(name, "CALL_"))
    return call_cause(model, end, record);
  if (g_str_has_prefix(name, "TMO_"))
    return timeout_cause(model, end, record->state.stimulus);
  if (record->state.stimulus == TCP_ORPHAN_REFUSED)
    return orphan_cause(model, end);
  if (record->state.stimulus == TCP_TCB_TAKEN)
    return taken_cause(model, end);
  if (strcmp(name, "HOST_CRASH") == 0)
    return model->trigger && model->trigger->kind == TRACE_HOST && model->trigger->host.host == end->host_name
               ? NULL
               : "its host has not crashed";
  return end->closed_call ? NULL : "its application has not closed";
}

/* --- records ------------------------------------------------------------------------------------------------------ */

/* A SYN may find a listener behind an end that has gone (and the record of a passive OPEN with it). */
static gboolean continues(const ModelEnd *end, const TraceRecord *record) {
  if (end->state == record->state.from)
    return TRUE;
  return end->state == TCP_STATE_CLOSED && record->state.from == TCP_STATE_LISTEN &&
         record->state.stimulus == TCP_SEG_SYN;
}

static void judge_state(Model *model, const TraceRecord *record) {
  const ModelEnd *end = model_end(model, record->state.host, record->state.conn);
  TcpState from = record->state.from, to = record->state.to;
  const char *stimulus = tcp_stimulus_name(record->state.stimulus);
  if (!end || (end->crashed && end->state == TCP_STATE_CLOSED && to == TCP_STATE_CLOSED))
    return;
  if (!continues(end, record))
    model_break(model, 1, end, "it leaves %s, but was in %s", tcp_state_name(from), tcp_state_name(end->state));
  const char *missing = NULL;
  if (!is_legal(from, to, stimulus))
    model_break(model, 1, end, "no rule leads from %s to %s by %s", tcp_state_name(from), tcp_state_name(to), stimulus);
  else if ((missing = missing_cause(model, end, record)) != NULL)
    model_break(model, 1, end, "%s to %s by %s: %s", tcp_state_name(from), tcp_state_name(to), stimulus, missing);
  else if (record->state.stimulus == TCP_CALL_OPEN_ACTIVE && from == TCP_STATE_TIME_WAIT && !end->host->time_wait_reuse)
    model_break(model, 1, end, "connect() took over a TIME-WAIT that its host would keep");
  else if (from == TCP_STATE_SYN_RECEIVED && record->state.stimulus == TCP_SEG_RST &&
           (to == TCP_STATE_LISTEN) != end->passive)
    model_break(model, 1, end, "a RST in SYN-RECEIVED leads back to where the open came from");
  if (to == TCP_STATE_TIME_WAIT && record->state.stimulus == TCP_CALL_ABORT) {
    if (!end->host->rst_enters_time_wait)
      model_break(model, 1, end, "an ABORT leads to TIME-WAIT, which its host does not do");
  } else if (to == TCP_STATE_TIME_WAIT) {
    if (from != TCP_STATE_FIN_WAIT_1 && from != TCP_STATE_FIN_WAIT_2 && from != TCP_STATE_CLOSING)
      model_break(model, 6, end, "TIME-WAIT entered from %s", tcp_state_name(from));
    else if (end->visited & MODEL_SET(CLOSE_WAIT))
      model_break(model, 6, end, "TIME-WAIT entered after CLOSE-WAIT");
  }
}

static void judge_rule(Model *model, const TraceRecord *record) {
  const ModelEnd *end = model_end(model, record->rule.host, record->rule.conn);
  if (end && record->rule.state != TCP_STATE_CLOSED && record->rule.state != end->state)
    model_break(model, 1, end, "a rule for %s, but it was in %s", tcp_state_name(record->rule.state),
                tcp_state_name(end->state));
}

static void on_record(Model *model, const TraceRecord *record) {
  if (record->kind == TRACE_STATE)
    judge_state(model, record);
  else if (record->kind == TRACE_RULE)
    judge_rule(model, record);
}

const ModelJudge MODEL_JUDGE_EDGES = {.on_record = on_record};
