#include "check/invariant_model.h"

#include <stdlib.h>
#include <string.h>

/* --- parameters of the first line --------------------------------------------------------------------------------- */

const char *model_param(const ModelHost *host, const char *name) {
  if (!host->header)
    return NULL;
  for (guint i = 0; i < host->header->params->len; i++) {
    const TraceParam *param = g_ptr_array_index(host->header->params, i);
    if (*param->name == *name && g_str_equal(param->name, name))
      return param->value;
  }
  return NULL;
}

static SimTime param_time(const ModelHost *host, const char *name) {
  const char *text = model_param(host, name);
  SimTime time;
  if (!text)
    return -1;
  if (g_str_equal(text, "never"))
    return SIM_NEVER;
  return simtime_parse(text, &time, NULL) ? time : -1;
}

static int64_t param_count(const ModelHost *host, const char *name) {
  const char *text = model_param(host, name);
  guint64 count;
  return text && g_ascii_string_to_unsigned(text, 10, 0, UINT32_MAX, &count, NULL) ? (int64_t)count : -1;
}

static gboolean param_is(const ModelHost *host, const char *name, const char *value) {
  return g_strcmp0(model_param(host, name), value) == 0;
}

static void read_params(ModelHost *host) {
  const char *reuse = model_param(host, "time_wait_reuse");
  host->msl = param_time(host, "msl");
  host->time_wait = param_time(host, "time_wait");
  host->rto_initial = param_time(host, "rto_initial");
  host->rto_min = param_time(host, "rto_min");
  host->rto_max = param_time(host, "rto_max");
  host->rto_slop = MAX(param_time(host, "rto_slop"), 0);
  host->persist_max = param_time(host, "persist_max");
  host->user_timeout = param_time(host, "user_timeout");
  host->challenge_period = param_time(host, "challenge_period");
  host->challenge_limit = param_count(host, "challenge_limit");
  host->retries = param_count(host, "retries");
  host->rcv_wnd = param_count(host, "rcv_wnd");
  host->max_orphans = param_count(host, "max_orphans");
  host->max_time_waits = param_count(host, "max_time_waits");
  host->max_pcbs = param_count(host, "max_pcbs");
  host->rcv_buf = param_count(host, "rcv_buf");
  host->last_ack_at_call = param_is(host, "last_ack_entry", "call");
  host->tail_loss_probe = param_is(host, "tail_loss_probe", "true");
  host->rst_ends_time_wait = !param_is(host, "rst_in_time_wait", "ignore");
  host->rst_in_window = param_is(host, "rst_accepted", "window");
  host->rst_enters_time_wait = param_is(host, "rst_enters_time_wait", "true");
  host->rst_on_early_fin = param_is(host, "rst_on_early_fin", "true");
  host->rst_on_unread = !param_is(host, "rst_on_unread", "false");
  host->scales = param_count(host, "window_scale") > 0;
  host->edge_inclusive = param_is(host, "edge_inclusive", "true");
  host->embryo_dropped = param_is(host, "syn_received_close", "drop");
  host->syn_reset = param_is(host, "syn_accepted", "reset");
  host->old_syn_reset = param_is(host, "old_syn_in_time_wait", "reset");
  host->time_wait_reuse = reuse && !g_str_equal(reuse, "off");
}

/* --- tables ------------------------------------------------------------------------------------------------------- */

static gpointer name_key(Name name) {
  return GSIZE_TO_POINTER((gsize)name);
}

ModelHost *model_host(const Model *model, Name name) {
  return g_hash_table_lookup(model->host_of, name_key(name));
}

static ModelHost *ensure_host(Model *model, Name name) {
  ModelHost *host = model_host(model, name);
  if (host)
    return host;
  host = g_new0(ModelHost, 1);
  host->name = name;
  for (guint i = 0; model->trace->header && i < model->trace->header->hosts->len; i++) {
    const TraceHost *header = g_ptr_array_index(model->trace->header->hosts, i);
    if (g_str_equal(header->name, trace_text(model->trace, name)))
      host->header = header;
  }
  host->is_wire = trace_is_wire(model->trace, name);
  read_params(host);
  g_ptr_array_add(model->hosts, host);
  g_hash_table_insert(model->host_of, name_key(name), host);
  return host;
}

static gpointer end_key(Name host, Name conn) {
  return GSIZE_TO_POINTER((gsize)host << 32 | conn);
}

ModelEnd *model_end(const Model *model, Name host, Name conn) {
  return g_hash_table_lookup(model->end_of, end_key(host, conn));
}

ModelEnd *model_peer(const ModelEnd *end) {
  return end->conn->end[1 - end->side];
}

ModelEnd *model_writer(const ModelEnd *end) {
  ModelEnd *peer = model_peer(end);
  return peer && !peer->host->is_wire ? peer : NULL;
}

ModelSegment *model_segment(const Model *model, uint64_t id) {
  return g_hash_table_lookup(model->segment_of, &id);
}

static guint tuple_hash(gconstpointer data) {
  const ModelTuple *tuple = data;
  return (tuple->host * 31u + tuple->peer) * 31u + tuple->ports * 2654435761u + tuple->conn;
}

static gboolean tuple_equal(gconstpointer left, gconstpointer right) {
  const ModelTuple *a = left, *b = right;
  return a->host == b->host && a->peer == b->peer && a->ports == b->ports && a->conn == b->conn;
}

static ModelTuple *ensure_tuple(Model *model, Name host, Name peer, uint32_t ports, Name conn) {
  ModelTuple key = {.host = host, .peer = peer, .ports = ports, .conn = ports ? 0 : conn};
  ModelTuple *tuple = g_hash_table_lookup(model->tuple_of, &key);
  if (!tuple) {
    tuple = g_new(ModelTuple, 1);
    *tuple = key;
    g_hash_table_add(model->tuple_of, tuple);
  }
  return tuple;
}

static ModelConn *ensure_conn(Model *model, Name name) {
  ModelConn *conn = g_hash_table_lookup(model->conn_of, name_key(name));
  if (conn)
    return conn;
  conn = g_new0(ModelConn, 1);
  conn->name = name;
  conn->unclean_until = -1;
  g_ptr_array_add(model->conns, conn);
  g_hash_table_insert(model->conn_of, name_key(name), conn);
  return conn;
}

static uint32_t port_of(const char *endpoint) {
  const char *colon = strrchr(endpoint, ':');
  guint64 port;
  return colon && g_ascii_string_to_unsigned(colon + 1, 10, 0, 65535, &port, NULL) ? (uint32_t)port : 0;
}

static void add_end(Model *model, ModelConn *conn, unsigned side, Name host, Name peer, uint32_t lport, uint32_t rport,
                    TcpState state) {
  if (host == 0 || conn->end[side] || model_end(model, host, conn->name))
    return;
  ModelEnd *end = g_new0(ModelEnd, 1);
  end->host_name = host;
  end->conn_name = conn->name;
  end->side = side;
  end->host = ensure_host(model, host);
  end->conn = conn;
  end->tuple = ensure_tuple(model, host, peer, lport && rport ? lport << 16 | rport : 0, conn->name);
  end->held = g_sequence_new(NULL);
  end->challenges = g_array_new(FALSE, FALSE, sizeof(SimTime));
  model_end_reset(model, end);
  end->reserved_until = -1;
  end->state = state;
  end->visited = 1u << state;
  if (state == TCP_STATE_ESTABLISHED) {
    if (end->tuple->live)
      model_break(model, 12, end, "a second connection on a tuple that \"%s\" holds",
                  trace_text(model->trace, end->tuple->live->conn_name));
    end->tuple->live = end;
  }
  conn->end[side] = end;
  g_ptr_array_add(model->ends, end);
  g_hash_table_insert(model->end_of, end_key(host, conn->name), end);
}

static void take_conn(Model *model, const TraceRecord *record) {
  Name name[2] = {record->connection.client_host, record->connection.server_host};
  uint32_t port[2] = {port_of(trace_text(model->trace, record->connection.client)),
                      port_of(trace_text(model->trace, record->connection.server))};
  if (name[0] == name[1]) /* the trace does not tell the ends apart */
    return;
  ModelConn *conn = ensure_conn(model, record->connection.conn);
  for (unsigned side = 0; side < 2; side++)
    add_end(model, conn, side, name[side], name[1 - side], port[side], port[1 - side], record->connection.state);
}

static void end_free(gpointer data) {
  ModelEnd *end = data;
  g_sequence_free(end->held);
  g_array_free(end->challenges, TRUE);
  g_free(end);
}

static Name word(const Trace *trace, const char *text) {
  return names_find(trace->names, text);
}

static void find_words(Model *model) {
  const Trace *trace = model->trace;
  model->words = (ModelWords){
      .bind = word(trace, "bind"),
      .listen = word(trace, "listen"),
      .connect = word(trace, "connect"),
      .send = word(trace, "send"),
      .recv = word(trace, "recv"),
      .shutdown = word(trace, "shutdown"),
      .close = word(trace, "close"),
      .abort = word(trace, "abort"),
      .notice = word(trace, "notice"),
      .ok = word(trace, "ok"),
      .eof = word(trace, "eof"),
      .established = word(trace, "established"),
      .reset = word(trace, "reset"),
      .refused = word(trace, "refused"),
      .timeout = word(trace, "timeout"),
      .closed = word(trace, "closed"),
      .window_probe = word(trace, "window-probe"),
      .keepalive = word(trace, "keepalive"),
      .challenge = word(trace, "challenge"),
      .returns = word(trace, "returns"),
      .setsockopt = word(trace, "setsockopt"),
      .user_timeout = word(trace, "TCP_USER_TIMEOUT"),
      .linger2 = word(trace, "TCP_LINGER2"),
  };
}

Model *model_new(const Trace *trace) {
  Model *model = g_new0(Model, 1);
  model->trace = trace;
  model->hosts = g_ptr_array_new_with_free_func(g_free);
  model->ends = g_ptr_array_new_with_free_func(end_free);
  model->conns = g_ptr_array_new_with_free_func(g_free);
  model->host_of = g_hash_table_new(NULL, NULL);
  model->end_of = g_hash_table_new(NULL, NULL);
  model->conn_of = g_hash_table_new(NULL, NULL);
  model->tuple_of = g_hash_table_new_full(tuple_hash, tuple_equal, g_free, NULL);
  model->segment_of = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
  model->touched = g_ptr_array_new();
  find_words(model);
  return model;
}

void model_free(Model *model) {
  for (unsigned i = 0; i <= CHECK_INVARIANT_COUNT; i++)
    g_free(model->broken[i].detail);
  g_ptr_array_unref(model->touched);
  g_hash_table_destroy(model->host_of);
  g_hash_table_destroy(model->end_of);
  g_hash_table_destroy(model->conn_of);
  g_hash_table_destroy(model->tuple_of);
  g_hash_table_destroy(model->segment_of);
  g_ptr_array_unref(model->ends);
  g_ptr_array_unref(model->conns);
  g_ptr_array_unref(model->hosts);
  g_free(model);
}

/* --- verdicts ----------------------------------------------------------------------------------------------------- */

void model_break(Model *model, unsigned number, const ModelEnd *end, const char *format, ...) {
  CheckInvariant *broken = &model->broken[number];
  if (broken->detail)
    return;
  va_list arguments;
  va_start(arguments, format);
  broken->detail = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  broken->at = model->now;
  broken->record = model->index;
  broken->host = end ? trace_text(model->trace, end->host_name) : NULL;
  broken->conn = end ? trace_text(model->trace, end->conn_name) : NULL;
}

void model_judged(Model *model, unsigned number) {
  model->judged[number] = TRUE;
}

void model_not_judged(Model *model, unsigned number, const char *why) {
  model->why_not[number] = why;
}

static gboolean knows_another(const ModelEnd *end, const ModelEnd *peer) {
  return end->has_irs && peer->has_iss && end->irs != peer->iss;
}

gboolean model_crossed(const ModelConn *conn) {
  const ModelEnd *a = conn->end[0], *b = conn->end[1];
  return conn->crossed || (a && b && (knows_another(a, b) || knows_another(b, a)));
}

const char *model_abort_reason(const ModelConn *conn) {
  if (conn->injected)
    return "a segment was injected";
  if (conn->crashed)
    return "a host crashed";
  if (model_crossed(conn))
    return "the ends are of different incarnations";
  if (conn->haunted)
    return "data or a FIN of an earlier incarnation was taken";
  return conn->aborted ? "a connection was aborted or reset on purpose" : NULL;
}

const char *model_impatience_reason(const ModelConn *conn) {
  if (conn->gave_up)
    return "an end gave up";
  return conn->fin_wait_2_timeout ? "FIN-WAIT-2 timed out" : NULL;
}

/* --- events ------------------------------------------------------------------------------------------------------- */

static const ModelJudge *const JUDGES[] = {
    &MODEL_JUDGE_EDGES,   &MODEL_JUDGE_STATES, &MODEL_JUDGE_OUTCOMES, &MODEL_JUDGE_SENDING,   &MODEL_JUDGE_ANSWERS,
    &MODEL_JUDGE_NETWORK, &MODEL_JUDGE_DATA,   &MODEL_JUDGE_TIMERS,   &MODEL_JUDGE_TIME_WAIT, &MODEL_JUDGE_PAIRS,
};

/* Whether a record sets off an event. Applications that read as soon as there is something are part of another. */
static gboolean is_trigger(const Model *model, const TraceRecord *record) {
  const ModelHost *host = record->kind == TRACE_RECEIVED ? model_host(model, record->received.host) : NULL;
  switch (record->kind) {
  case TRACE_RECEIVED: /* where there is no TCP nothing begins */
    return !host || !host->is_wire;
  case TRACE_HOST:
  case TRACE_LINK:
  case TRACE_END:
    return TRUE;
  case TRACE_TIMER:
    return record->timer.change == TRACE_WORD_EXPIRED;
  case TRACE_APP: /* a close() that lingers returns within another event */
    if (record->app.how && record->app.how == model->words.returns)
      return FALSE;
    return record->app.call != model->words.notice && (record->app.call != model->words.recv || record->app.app != 0);
  case TRACE_CONN:
  case TRACE_STATE:
  case TRACE_RULE:
  case TRACE_SENT:
  case TRACE_DROPPED:
  case TRACE_DUPLICATED:
  case TRACE_DELAYED:
  case TRACE_CORRUPTED:
  case TRACE_INJECTED:
  case TRACE_DISCARDED:
  case TRACE_PORT:
  case TRACE_KIND_COUNT:
    break;
  }
  return FALSE;
}

static void settle(Model *model) {
  if (model->trigger == NULL)
    return;
  model->now = model->trigger->t; /* what is said of the event is said of what set it off */
  model->index = model->trigger_index;
  for (gsize i = 0; i < G_N_ELEMENTS(JUDGES); i++)
    if (JUDGES[i]->on_settled)
      JUDGES[i]->on_settled(model);
  for (guint i = 0; i < model->touched->len; i++) {
    ModelEnd *end = g_ptr_array_index(model->touched, i);
    end->touched = end->reset_now = end->sent_now = FALSE;
    end->told = 0;
  }
  g_ptr_array_set_size(model->touched, 0);
}

static ModelEnd *find_receiver(const Model *model, const TraceRecord *record, const ModelSegment *segment) {
  if (segment->sport && segment->dport) {
    ModelTuple key = {.host = record->received.host,
                      .peer = record->received.peer,
                      .ports = (uint32_t)segment->dport << 16 | segment->sport};
    const ModelTuple *tuple = g_hash_table_lookup(model->tuple_of, &key);
    if (tuple)
      return tuple->live ? tuple->live : tuple->listener;
  }
  ModelEnd *end = model_end(model, record->received.host, record->received.conn);
  return end && end->state != TCP_STATE_CLOSED ? end : NULL;
}

static void begin(Model *model, size_t index) {
  const TraceRecord *record = &model->trace->records[index];
  model->trigger = record;
  model->trigger_index = index;
  model->arrived = NULL;
  model->receiver = NULL;
  model->resets = 0;
  model->refused = model->made_state = model->found_listener = model->ended_time_wait = FALSE;
  if (record->kind != TRACE_RECEIVED)
    return;
  model->arrived = model_segment(model, record->received.id);
  if (model->arrived)
    model->receiver = find_receiver(model, record, model->arrived);
  if (model->receiver)
    model->receiver_was = model->receiver->state;
}

void model_run(Model *model) {
  for (size_t i = 0; i < model->trace->count; i++) {
    const TraceRecord *record = &model->trace->records[i];
    if (is_trigger(model, record)) {
      settle(model);
      begin(model, i);
    }
    model->index = i;
    model->now = record->t;
    if (record->kind == TRACE_CONN)
      take_conn(model, record);
    for (gsize judge = 0; judge < G_N_ELEMENTS(JUDGES); judge++)
      if (JUDGES[judge]->on_record)
        JUDGES[judge]->on_record(model, record);
    model_take_record(model, record);
  }
  settle(model);
  for (guint c = 0; c < model->conns->len; c++)
    for (gsize judge = 0; judge < G_N_ELEMENTS(JUDGES); judge++)
      if (JUDGES[judge]->on_done)
        JUDGES[judge]->on_done(model, g_ptr_array_index(model->conns, c));
  for (gsize judge = 0; judge < G_N_ELEMENTS(JUDGES); judge++)
    if (JUDGES[judge]->on_end)
      JUDGES[judge]->on_end(model);
}
