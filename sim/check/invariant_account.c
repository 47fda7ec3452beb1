/* The account of each end: what it has sent, what has reached it, what its application asked for. */
#include "check/invariant_model.h"

#include <string.h>

/* --- incarnations ------------------------------------------------------------------------------------------------- */

void model_end_reset(Model *model, ModelEnd *end) {
  end->born_at = model->now;
  end->born_index = model->index;
  end->syn_index = 0;
  end->visited = 0;
  end->closing = MODEL_OPEN;
  end->closed_at = SIM_NEVER;
  end->closed_by = 0;
  end->crashed = end->has_iss = end->has_irs = end->fin_sent = end->has_acked = FALSE;
  end->peer_fin_known = end->peer_fin_differs = end->took_some_fin = end->has_ts = FALSE;
  end->last_timeout = FALSE;
  end->nobody_reads = end->read_shut = end->waits_after_reset = FALSE;
  end->fins_by_timer = end->eofs = 0;
  end->peer_window = 0;
  end->closed_call = end->fin_arrived = end->fin_taken = 0;
  end->octets_written = end->octets_read = 0;
  end->time_wait_at = end->rtx_span = -1;
  end->time_wait_ack = 0;
  g_sequence_remove_range(g_sequence_get_begin_iter(end->held), g_sequence_get_end_iter(end->held));
  g_array_set_size(end->challenges, 0);
  for (unsigned i = 0; i < TCP_TIMER_COUNT; i++)
    end->timers[i].armed = FALSE;
}

static void conn_reset(const Model *model, ModelConn *conn) {
  if (conn->aborted || conn->gave_up || conn->time_wait_cut || conn->crashed || conn->fin_wait_2_timeout)
    conn->unclean_until = model->now;
  conn->aborted = conn->gave_up = conn->fin_wait_2_timeout = conn->time_wait_cut = conn->crashed = FALSE;
  conn->duplicated = conn->delayed = conn->haunted = FALSE;
  conn->injected = conn->forged_out > 0;
  conn->class = CHECK_PAIRS_CORRECT;
}

static const ModelJudge *const DONE_JUDGES[] = {&MODEL_JUDGE_OUTCOMES, &MODEL_JUDGE_TIME_WAIT};

static gboolean is_live(TcpState state) {
  return state != TCP_STATE_CLOSED && state != TCP_STATE_LISTEN;
}

/* A new incarnation of an end; of the whole connection, when the other has gone too. */
static void born(Model *model, ModelEnd *end) {
  ModelEnd *peer = model_peer(end);
  if (end->visited & MODEL_SYNCHRONIZED &&
      (!peer || peer->state == TCP_STATE_CLOSED || peer->state == TCP_STATE_LISTEN)) {
    for (gsize i = 0; i < G_N_ELEMENTS(DONE_JUDGES); i++)
      DONE_JUDGES[i]->on_done(model, end->conn);
    conn_reset(model, end->conn);
    if (peer)
      peer->visited = 1u << peer->state; /* of this incarnation it has no part yet */
  }
  size_t call = end->closed_call;
  uint64_t written = end->octets_written;
  gboolean fresh = end->visited & MODEL_SYNCHRONIZED || end->state == TCP_STATE_CLOSED;
  /* It has not sent its SYN yet: whoever has taken one, has an earlier one. */
  end->conn->crossed = peer && model_state_in(peer->state, MODEL_SYNCHRONIZED | MODEL_SET(SYN_RECEIVED));
  gboolean half_open = peer && is_live(peer->state); /* it may still read what was written before */
  gboolean nobody_reads = end->nobody_reads, read_shut = end->read_shut;
  model_end_reset(model, end);
  if (!fresh) { /* calls on an end that listens still count */
    end->closed_call = call;
    end->nobody_reads = nobody_reads;
    end->read_shut = read_shut;
  }
  if (!fresh || half_open)
    end->octets_written = written;
}

static void learn_iss(ModelEnd *end, Seq iss) {
  if (end->has_iss)
    return;
  end->has_iss = TRUE;
  end->iss = iss;
  end->una_must = end->una_may = end->snd_nxt = end->state == TCP_STATE_SYN_SENT ? iss : iss + 1;
  if (end->state == TCP_STATE_SYN_RECEIVED)
    end->una_must = end->una_may = end->snd_nxt = iss;
}

static void learn_irs(ModelEnd *end, Seq irs) {
  if (end->has_irs)
    return;
  end->has_irs = TRUE;
  end->irs = irs;
  end->rcv_must = end->rcv_may = end->rcv_before = irs + 1;
  int64_t window = end->host->rcv_wnd;
  end->edge = irs + 1 + (window < 0 ? 0 : (uint32_t)MIN(window, UINT16_MAX));
}

/* --- records ------------------------------------------------------------------------------------------------------ */

static void touch(Model *model, ModelEnd *end) {
  if (!end->touched) {
    end->touched = TRUE;
    g_ptr_array_add(model->touched, end);
  }
}

static void hold_tuple(ModelEnd *end, TcpState to) {
  ModelTuple *tuple = end->tuple;
  if (is_live(to))
    tuple->live = end;
  else if (tuple->live == end)
    tuple->live = NULL;
  if (to == TCP_STATE_LISTEN)
    tuple->listener = end;
  else if (tuple->listener == end)
    tuple->listener = NULL;
}

static ModelClosing closing_of(TcpStimulus stimulus) {
  if (stimulus == TCP_SEG_ACK_OF_FIN)
    return MODEL_BY_ACK;
  if (stimulus == TCP_SEG_RST)
    return MODEL_BY_RST;
  return MODEL_BY_FAILURE;
}

/* What an end's way to CLOSED means for its connection. */
static void take_closing(Model *model, ModelEnd *end, const TraceRecord *record) {
  TcpState from = record->state.from;
  TcpStimulus stimulus = record->state.stimulus;
  ModelConn *conn = end->conn;
  const ModelEnd *peer = model_peer(end);
  end->closing = from == TCP_STATE_TIME_WAIT && !end->waits_after_reset ? MODEL_BY_TIME_WAIT : closing_of(stimulus);
  end->closed_at = record->t;
  end->closed_by = record->state.cause;
  end->closed_for = stimulus;
  gboolean peer_waits = peer && (peer->state == TCP_STATE_LAST_ACK || peer->state == TCP_STATE_CLOSING);
  if (from == TCP_STATE_TIME_WAIT && !end->waits_after_reset) {
    model->ended_time_wait = TRUE;
    conn->time_wait_cut |= stimulus != TCP_TMO_TIME_WAIT || peer_waits;
    if (peer_waits && conn->class < CHECK_PAIRS_EARLY)
      conn->class = CHECK_PAIRS_EARLY;
    return;
  }
  gboolean skips = stimulus == TCP_SEG_FIN || (from == TCP_STATE_CLOSING && stimulus == TCP_SEG_ACK_OF_FIN);
  if (skips && end->host->max_time_waits >= 0) { /* there is no room for its TIME-WAIT */
    end->closing = MODEL_BY_TIME_WAIT;
    conn->time_wait_cut = TRUE;
    conn->class = MAX(conn->class, CHECK_PAIRS_EARLY);
    return;
  }
  conn->fin_wait_2_timeout |= stimulus == TCP_TMO_FIN_WAIT_2;
  conn->gave_up |= stimulus == TCP_TCB_TAKEN;
  conn->aborted |= stimulus == TCP_ORPHAN_REFUSED;
  conn->gave_up |= model->trigger && model->trigger->kind == TRACE_TIMER && stimulus != TCP_TMO_FIN_WAIT_2;
  conn->crashed |= strcmp(tcp_stimulus_name(stimulus), "HOST_CRASH") == 0;
  conn->aborted |= stimulus == TCP_CALL_ABORT || stimulus == TCP_CALL_CLOSE || stimulus == TCP_SEG_TEXT_UNWANTED;
  gboolean reset_by_early = end->closing == MODEL_BY_RST && peer && peer->closing == MODEL_BY_TIME_WAIT;
  if (end->closing != MODEL_BY_ACK && !reset_by_early)
    conn->class = CHECK_PAIRS_FAILURE;
}

static void take_state(Model *model, const TraceRecord *record) {
  ModelEnd *end = model_end(model, record->state.host, record->state.conn);
  if (!end || (end->crashed && end->state == TCP_STATE_CLOSED && record->state.to == TCP_STATE_CLOSED))
    return;
  TcpState from = record->state.from, to = record->state.to;
  touch(model, end);
  model->made_state = TRUE;
  model->found_listener |= record->state.stimulus == TCP_CALL_OPEN_PASSIVE && model->arrived;
  if ((to == TCP_STATE_SYN_SENT && from != TCP_STATE_SYN_RECEIVED) ||
      (to == TCP_STATE_SYN_RECEIVED && from == TCP_STATE_LISTEN) || to == TCP_STATE_LISTEN)
    born(model, end);
  if (from == TCP_STATE_SYN_RECEIVED && to == TCP_STATE_LISTEN)
    end->closed_call = 0; /* it went with the connection that failed */
  hold_tuple(end, to);
  end->state = to;
  end->state_index = model->index;
  end->waits_after_reset |= to == TCP_STATE_TIME_WAIT && record->state.stimulus == TCP_CALL_ABORT;
  end->visited |= 1u << to;
  if (from == TCP_STATE_CLOSED || from == TCP_STATE_LISTEN)
    end->passive = to == TCP_STATE_LISTEN || to == TCP_STATE_SYN_RECEIVED;
  if (to == TCP_STATE_ESTABLISHED && end->has_iss) {
    end->una_must = seq_max(end->una_must, end->iss + 1);
    end->una_may = seq_max(end->una_may, end->iss + 1);
  }
  if (record->state.stimulus == TCP_SEG_SYN && model->arrived && is_live(to)) {
    if (!end->has_irs)
      end->syn_index = model->index;
    learn_irs(end, model->arrived->seq);
    model_take_text(end, model->arrived, FALSE, model->index);
  }
  if (record->state.stimulus == TCP_SEG_FIN) {
    end->took_some_fin = TRUE;
    if (end->peer_fin_differs)
      end->fin_arrived = model->index + 1;
  }
  if (end->waits_after_reset) {
    end->conn->aborted = TRUE;
    end->conn->class = CHECK_PAIRS_FAILURE;
  }
  if (to == TCP_STATE_CLOSED && model_state_in(from, MODEL_SYNCHRONIZED | MODEL_SET(SYN_RECEIVED)))
    take_closing(model, end, record);
  end->reset_now |= to == TCP_STATE_CLOSED && record->state.stimulus == TCP_SEG_RST &&
                    model_state_in(from, MODEL_SYNCHRONIZED) && from != TCP_STATE_TIME_WAIT;
}

static gboolean are_synchronized(const ModelEnd *end) {
  const ModelEnd *peer = end ? model_peer(end) : NULL;
  return peer && model_state_in(end->state, MODEL_SYNCHRONIZED) && model_state_in(peer->state, MODEL_SYNCHRONIZED);
}

/* RFC 9293 3.4: an empty segment right behind a full window is outside of it (appendix A.2); only what the end has
 * surely offered is known where windows are scaled. */
gboolean model_behind_full_window(const ModelEnd *end, const ModelSegment *segment) {
  if (!end->has_irs || segment->flags != TCP_ACK || segment->len)
    return FALSE;
  return (segment->seq == end->edge && !end->host->edge_inclusive) ||
         (end->host->scales && seq_gt(segment->seq, end->edge));
}

/* Only with nothing but ACKs between them are they a row; and what opens, or is half-open, answers differently. */
static void count_chain(Model *model, ModelSegment *segment, ModelEnd *end) {
  const ModelSegment *answered = model->arrived;
  segment->sent_index = model->index;
  if (segment->flags != TCP_ACK || segment->len) {
    if (end)
      end->conn->last_content = model->index;
    return;
  }
  gboolean answers = answered && answered->ack_chain && answered->peer == segment->host;
  gboolean in_a_row = answers && are_synchronized(end) && answered->sent_index >= end->conn->last_content &&
                      !model_behind_full_window(end, answered);
  segment->ack_chain = in_a_row ? answered->ack_chain + 1 : 1;
}

static ModelSegment *add_segment(Model *model, uint64_t id) {
  ModelSegment *segment = id ? model_segment(model, id) : NULL;
  if (segment || id == 0)
    return NULL;
  segment = g_new0(ModelSegment, 1);
  segment->id = id;
  segment->sent_at = model->now;
  g_hash_table_insert(model->segment_of, &segment->id, segment);
  return segment;
}

#define FILL(segment, from)                                                                                            \
  ((segment)->host = (from)->host, (segment)->peer = (from)->peer, (segment)->flags = (from)->flags,                   \
   (segment)->seq = (from)->raw_seq, (segment)->ack = (from)->raw_ack, (segment)->rel_seq = (from)->seq,               \
   (segment)->len = (from)->len, (segment)->win = (from)->win, (segment)->sport = (from)->sport,                       \
   (segment)->dport = (from)->dport, (segment)->has_ts = ((from)->opts.has & TCP_OPT_TS) != 0,                         \
   (segment)->ts_val = (from)->opts.ts_val)

/* Both ends of a connection that begins in ESTABLISHED show their ISNs in the first segment of either, or in one that
 * is forged: it has the numbers of the wire beside those from the ISNs. */
static gboolean began_open(const ModelEnd *end) {
  return end && end->visited & MODEL_SET(ESTABLISHED) &&
         !(end->visited & (MODEL_SET(SYN_SENT) | MODEL_SET(SYN_RECEIVED)));
}

/* Its claimed sender may have come to know other numbers since; its receiver has not. */
static void learn_forged(ModelEnd *end, const TraceRecord *record) {
  ModelEnd *peer = end ? model_peer(end) : NULL;
  if (!peer || !began_open(peer) || (!began_open(end) && end->has_iss))
    return;
  Seq iss = record->injected.raw_seq - record->injected.seq, irs = record->injected.raw_ack - record->injected.ack;
  gboolean acks = (record->injected.flags & TCP_ACK) != 0;
  learn_irs(peer, iss);
  if (acks)
    learn_iss(peer, irs);
  if (!began_open(end))
    return;
  learn_iss(end, iss);
  if (acks)
    learn_irs(end, irs);
}

static void learn_isns(ModelEnd *end, const TraceRecord *record) {
  ModelEnd *peer = model_peer(end);
  gboolean syn = (record->sent.flags & TCP_SYN) != 0;
  gboolean acks = (record->sent.flags & TCP_ACK) != 0;
  if (record->sent.flags & TCP_RST && end->state != TCP_STATE_CLOSED && !model_state_in(end->state, MODEL_SYNCHRONIZED))
    return;
  Seq iss = record->sent.raw_seq - record->sent.seq, irs = record->sent.raw_ack - record->sent.ack;
  learn_iss(end, iss);
  if (syn || !acks)
    return;
  learn_irs(end, irs);
  if (peer && peer->visited == MODEL_SET(ESTABLISHED) && peer->born_at == end->born_at) {
    learn_iss(peer, irs);
    learn_irs(peer, iss);
  }
}

static void take_own_ack(const Model *model, ModelEnd *end, const TraceRecord *record) {
  Seq ack = record->sent.raw_ack;
  if (end->took_some_fin && end->peer_fin_differs) { /* it was this one */
    end->peer_fin = ack - 1;
    end->rcv_may = ack;
    end->peer_fin_differs = FALSE;
  }
  end->has_acked = TRUE;
  end->acked = ack;
  end->rcv_must = seq_max(end->rcv_must, seq_min(ack, end->rcv_may));
  model_note_fin_taken(end, model->index);
  end->edge = seq_max(end->edge, ack + record->sent.win);
}

static void take_sent(Model *model, const TraceRecord *record) {
  ModelEnd *end = model_end(model, record->sent.host, record->sent.conn);
  ModelSegment *segment = add_segment(model, record->sent.id);
  TcpFlags flags = record->sent.flags;
  if (segment) {
    FILL(segment, &record->sent);
    segment->sender = end;
    count_chain(model, segment, end);
  }
  if (flags & TCP_RST && model->trigger && model->trigger->kind == TRACE_RECEIVED &&
      model->trigger->received.host == record->sent.host)
    model->resets++;
  if (!end || end->state == TCP_STATE_CLOSED || end->state == TCP_STATE_LISTEN)
    return;
  touch(model, end);
  end->sent_now = TRUE;
  learn_isns(end, record);
  if (flags & TCP_RST)
    return;
  Seq text_end = record->sent.raw_seq + (flags & TCP_SYN ? 1 : 0) + record->sent.len;
  if (flags & TCP_FIN && !end->fin_sent) {
    end->fin_sent = TRUE;
    end->fin_seq = text_end;
  }
  gboolean by_timer =
      model->trigger && model->trigger->kind == TRACE_TIMER &&
      (model->trigger->timer.timer == TCP_TIMER_RETRANSMISSION || model->trigger->timer.timer == TCP_TIMER_PROBE);
  if (flags & TCP_FIN && by_timer && record->sent.attempt > 1)
    end->fins_by_timer++;
  end->snd_nxt = seq_max(end->snd_nxt, text_end + (flags & TCP_FIN ? 1 : 0));
  if (flags & TCP_ACK)
    take_own_ack(model, end, record);
  if (end->state == TCP_STATE_TIME_WAIT && end->time_wait_at == record->t)
    end->time_wait_ack = record->sent.id;
  if (record->sent.why && record->sent.why == model->words.challenge)
    g_array_append_val(end->challenges, record->t);
}

static void take_injected(Model *model, const TraceRecord *record) {
  ModelSegment *segment = add_segment(model, record->injected.id);
  ModelConn *conn = g_hash_table_lookup(model->conn_of, GSIZE_TO_POINTER((gsize)record->injected.conn));
  if (conn)
    conn->injected = TRUE;
  if (segment) {
    FILL(segment, &record->injected);
    segment->injected = TRUE;
    segment->sender = model_end(model, record->injected.host, record->injected.conn);
    if (segment->sender)
      segment->sender->conn->forged_out++;
  }
  learn_forged(model_end(model, record->injected.host, record->injected.conn), record);
}

static void take_copy(Model *model, const TraceRecord *record) {
  const ModelSegment *original = model_segment(model, record->duplicated.id);
  ModelSegment *copy = original ? add_segment(model, record->duplicated.copy) : NULL;
  if (!copy)
    return;
  *copy = *original;
  copy->id = record->duplicated.copy;
  copy->received = copy->dropped = 0;
  copy->corrupted = FALSE; /* damage met the original on its way, not the copy */
  if (copy->sender)
    copy->sender->conn->duplicated = TRUE;
  if (copy->injected && copy->sender)
    copy->sender->conn->forged_out++;
}

/* It has arrived, or was lost; damage found on arrival comes second. */
static void take_end_of_way(const ModelSegment *segment) {
  if (segment->injected && segment->sender && segment->received + segment->dropped == 1)
    segment->sender->conn->forged_out--;
}

static void take_fate(Model *model, const TraceRecord *record) {
  ModelSegment *segment = NULL;
  if (record->kind == TRACE_RECEIVED) {
    segment = model_segment(model, record->received.id);
    if (!segment)
      return;
    segment->received++;
    take_end_of_way(segment);
    if (model->receiver) {
      touch(model, model->receiver);
      model->receiver->rcv_before = model->receiver->rcv_must;
      model_take_arrival(model, model->receiver, segment);
    }
  } else if (record->kind == TRACE_DROPPED) {
    segment = model_segment(model, record->dropped.id);
    if (segment) {
      segment->dropped++;
      take_end_of_way(segment);
    }
  } else if (record->kind == TRACE_CORRUPTED) {
    segment = model_segment(model, record->corrupted.id);
    if (segment)
      segment->corrupted = TRUE;
  } else if (record->kind == TRACE_DELAYED) {
    segment = model_segment(model, record->delayed.id);
    if (segment && segment->sender)
      segment->sender->conn->delayed = TRUE;
    if (segment)
      segment->held_for_ever = record->delayed.delay == SIM_NEVER;
  } else if (record->kind == TRACE_DISCARDED) {
    gboolean this_one = model->arrived && model->arrived->id == record->discarded.id;
    TcpCheck check = record->discarded.check;
    model->refused |= this_one;
    model->found_listener |= this_one && (check == TCP_CHECK_LISTEN_OTHER || check == TCP_CHECK_LISTEN_RST);
  }
}

static void take_app(Model *model, const TraceRecord *record) {
  const ModelWords *words = &model->words;
  ModelEnd *end = model_end(model, record->app.host, record->app.conn);
  if (!end)
    return;
  touch(model, end);
  /* A close() that lingers has no result yet, but is made now. */
  gboolean lingers = record->app.call == words->close && record->app.result == 0;
  gboolean ok = record->app.result == words->ok || lingers;
  const char *how = trace_text(model->trace, record->app.how);
  gboolean reading_only = g_ascii_strcasecmp(how, "rd") == 0 || g_ascii_strcasecmp(how, "SHUT_RD") == 0;
  gboolean closes = record->app.call == words->close || record->app.call == words->abort;
  if (closes)
    end->nobody_reads = end->read_shut = TRUE;
  if (record->app.call == words->shutdown && g_ascii_strcasecmp(how, "wr") != 0)
    end->read_shut = TRUE;
  if (ok && (record->app.call == words->close || (record->app.call == words->shutdown && !reading_only))) {
    if (!end->closed_call)
      end->closed_call = model->index + 1;
  } else if (ok && record->app.call == words->send && record->app.octets > 0) {
    end->octets_written += (uint64_t)record->app.octets;
  } else if (record->app.call == words->recv && ok && record->app.octets > 0) {
    end->octets_read += (uint64_t)record->app.octets;
  } else if (record->app.call == words->recv && record->app.result == words->eof && !end->read_shut) {
    end->eofs++; /* after SHUT_RD it is the reader's own end; data may still come (I8 is about the peer's FIN) */
  } else if (record->app.call == words->notice) {
    end->told = record->app.result;
  } else if (record->app.call == words->setsockopt) {
    end->has_linger2 |= record->app.how == words->linger2;
    end->has_user_timeout |= record->app.how == words->user_timeout;
    end->last_timeout = FALSE;
  }
}

static void take_timer(Model *model, const TraceRecord *record) {
  ModelEnd *end = model_end(model, record->timer.host, record->timer.conn);
  if (!end)
    return;
  touch(model, end);
  ModelTimer *timer = &end->timers[record->timer.timer];
  timer->armed = record->timer.change == TRACE_WORD_ARMED;
  if (!timer->armed)
    return;
  timer->armed_at = record->t;
  timer->until = record->timer.until;
  if (record->timer.timer == TCP_TIMER_TIME_WAIT) {
    end->time_wait_at = record->t;
    end->time_wait_ack = 0;
  } else if (record->timer.timer == TCP_TIMER_RETRANSMISSION) {
    end->rtx_span = record->timer.until - record->t;
  }
}

static void take_port(Model *model, const TraceRecord *record) {
  ModelEnd *end = model_end(model, record->port.host, record->port.conn);
  if (!end)
    return;
  if (record->port.change == TRACE_WORD_RESERVED)
    end->reserved_until = record->port.until;
  else if (record->port.change == TRACE_WORD_RELEASED)
    end->reserved_until = -1;
}

static void take_host(Model *model, const TraceRecord *record) {
  ModelHost *host = model_host(model, record->host.host);
  if (!host)
    return;
  gboolean was_down = host->down;
  host->down = record->host.change == TRACE_WORD_CRASH;
  if (was_down)
    return;
  for (guint i = 0; i < model->ends->len; i++) {
    ModelEnd *end = g_ptr_array_index(model->ends, i);
    if (end->host != host || end->state == TCP_STATE_CLOSED)
      continue;
    hold_tuple(end, TCP_STATE_CLOSED);
    end->state = TCP_STATE_CLOSED;
    end->closing = MODEL_BY_FAILURE;
    end->crashed = end->conn->crashed = TRUE;
    end->conn->class = CHECK_PAIRS_FAILURE;
    end->reserved_until = -1;
    for (unsigned t = 0; t < TCP_TIMER_COUNT; t++)
      end->timers[t].armed = FALSE;
  }
}

void model_take_record(Model *model, const TraceRecord *record) {
  switch (record->kind) {
  case TRACE_STATE:
    take_state(model, record);
    break;
  case TRACE_SENT:
    take_sent(model, record);
    break;
  case TRACE_INJECTED:
    take_injected(model, record);
    break;
  case TRACE_DUPLICATED:
    take_copy(model, record);
    break;
  case TRACE_RECEIVED:
  case TRACE_DROPPED:
  case TRACE_CORRUPTED:
  case TRACE_DELAYED:
  case TRACE_DISCARDED:
    take_fate(model, record);
    break;
  case TRACE_APP:
    take_app(model, record);
    break;
  case TRACE_TIMER:
    take_timer(model, record);
    break;
  case TRACE_PORT:
    take_port(model, record);
    break;
  case TRACE_HOST:
    take_host(model, record);
    break;
  case TRACE_END:
    model->end_record = record;
    break;
  case TRACE_CONN:
  case TRACE_LINK:
  case TRACE_RULE:
  case TRACE_KIND_COUNT:
    break;
  }
}
