#include "tests/conformance/rig.h"

#include <stdio.h>
#include <string.h>

/* In `from` of a kept segment: no TCB sent it. */
#define FROM_CLOSED UINT16_MAX

/* --- the fake host ------------------------------------------------------------------------------------------------ */

static void break_rule(Rig *rig, const char *rule) {
  g_string_append_printf(rig->broken, "%s; ", rule);
}

static gboolean is_synchronized(TcpState state) {
  return state >= TCP_STATE_ESTABLISHED;
}

static void check_numbers(Rig *rig, const Segment *segment) {
  Seq end = segment->seq + segment_seq_len(segment);
  if (segment->flags & TCP_FIN && !(segment->flags & TCP_RST)) {
    if (rig->has_fin && end - 1 != rig->fin_seq)
      break_rule(rig, "two FINs with different numbers");
    rig->has_fin = TRUE;
    rig->fin_seq = end - 1;
  }
  if (rig->has_fin && segment->len && seq_gt(segment->seq + segment->len, rig->fin_seq))
    break_rule(rig, "data beyond the FIN");
  if (segment->flags & TCP_RST || !(segment->flags & TCP_ACK))
    return;
  if (rig->has_ack && seq_lt(segment->ack, rig->rcv_nxt))
    break_rule(rig, "RCV.NXT went back");
  if (rig->has_ack && seq_lt(segment->ack + segment->win, rig->rcv_edge))
    break_rule(rig, "the window's right edge went back");
  rig->has_ack = TRUE;
  rig->rcv_nxt = segment->ack;
  rig->rcv_edge = segment->ack + segment->win;
}

static void op_send(void *host, TcpHandle end, Segment *segment) {
  Rig *rig = host;
  if (rig->answering_rst && segment->flags & TCP_RST)
    break_rule(rig, "a RST answered by a RST");
  if (end != TCP_NO_HANDLE) {
    if (is_synchronized(rig->state) && !(segment->flags & (TCP_ACK | TCP_RST)))
      break_rule(rig, "no ACK in a synchronized state");
    if (segment->rel_seq != segment->seq - rig->iss)
      break_rule(rig, "rel_seq is not seq - ISS");
    check_numbers(rig, segment);
  }
  Segment *copy = g_new(Segment, 1);
  *copy = *segment;
  copy->id = ++rig->last_id;
  copy->from = end == TCP_NO_HANDLE ? FROM_CLOSED : 0;
  g_ptr_array_add(rig->sent, copy);
}

static void add_word(GString *words, const char *word) {
  g_string_append_printf(words, "%s%s", words->len ? " " : "", word);
}

static void op_notice(void *host, TcpHandle end, TcpNotice notice) {
  static const char *const WORDS[] = {"open", "data", "eof", "reset", "refused", "timeout", "closed"};
  Rig *rig = host;
  add_word(rig->notices, WORDS[notice]);
  if (notice == TCP_NOTICE_DATA && rig->reads) {
    uint64_t octets;
    gboolean eof;
    tcp_take(rig->stack, end, UINT64_MAX, &octets, &eof);
    g_string_append_printf(rig->notices, " %" G_GUINT64_FORMAT, octets);
  }
}

static void op_entered(void *host, TcpHandle end, TcpState to, SimTime until) {
  (void)end;
  Rig *rig = host;
  if (to != rig->state)
    add_word(rig->entered, tcp_state_name(to));
  rig->state = to;
  rig->lived = TRUE;
  rig->has_ack &= to != TCP_STATE_LISTEN; /* the next peer has numbers of its own */
  if (until != (to == TCP_STATE_TIME_WAIT ? rig->timer_until[TCP_TIMER_TIME_WAIT] : SIM_NEVER))
    break_rule(rig, "entered() tells another end of TIME-WAIT than the timer");
}

static Seq op_choose_iss(void *host, TcpHandle end) {
  (void)end;
  return ((Rig *)host)->iss;
}

static gboolean op_listens(void *host, const Segment *segment) {
  (void)segment;
  return ((Rig *)host)->listens;
}

static void op_deleted(void *host, TcpHandle end) {
  (void)end;
  Rig *rig = host;
  rig->end = TCP_NO_HANDLE;
  if (rig->deleted)
    break_rule(rig, "deleted twice");
  rig->deleted = TRUE;
}

static const TcpOps OPS = {op_send, op_notice, op_entered, op_choose_iss, op_listens, op_deleted};

/* --- the trace: timers, checks, rules ----------------------------------------------------------------------------- */

static void note_rule(Rig *rig, TcpState state, TcpStimulus stimulus, TcpGuard guard) {
  if (rig->rules)
    g_hash_table_add(rig->rules, g_strdup_printf("%s %s %s", tcp_state_name(state), tcp_stimulus_name(stimulus),
                                                 tcp_guard_name(guard)));
}

static void sink_put(TraceSink *sink, const TraceRecord *record) {
  Rig *rig = (Rig *)(void *)((char *)sink - G_STRUCT_OFFSET(Rig, sink));
  if (record->kind == TRACE_TIMER)
    rig->timer_until[record->timer.timer] = record->timer.change == TRACE_WORD_ARMED ? record->timer.until : SIM_NEVER;
  else if (record->kind == TRACE_DISCARDED)
    add_word(rig->checks, tcp_check_name(record->discarded.check));
  else if (record->kind == TRACE_STATE)
    note_rule(rig, record->state.from, record->state.stimulus, record->state.guard);
  else if (record->kind == TRACE_RULE)
    note_rule(rig, record->rule.state, record->rule.stimulus, record->rule.guard);
}

static void run_clock(void *context, uint32_t subject, uint64_t arg) {
  (void)subject;
  (void)arg;
  sim_stop(((Rig *)context)->sim);
}

/* Runs after all else at its instant: waiting ends, though nothing else is left to happen. */
static const EventKind CLOCK = {"the rig's clock", SIM_PHASE_PROBE, run_clock};

/* --- making it ---------------------------------------------------------------------------------------------------- */

Rig *rig_new(const TcpParams *params, Seq iss, Seq irs) {
  Rig *rig = g_new0(Rig, 1);
  rig->sim = sim_new();
  rig->names = names_new();
  rig->sink.put = sink_put;
  rig->tracer = (Tracer){&rig->sink, rig->names};
  rig->clock = sim_add_kind(rig->sim, &CLOCK, rig);
  rig->params = *params;
  rig->iss = iss;
  rig->irs = irs;
  rig->reads = TRUE;
  rig->sent = g_ptr_array_new_with_free_func(g_free);
  rig->notices = g_string_new(NULL);
  rig->entered = g_string_new(NULL);
  rig->checks = g_string_new(NULL);
  rig->broken = g_string_new(NULL);
  for (unsigned i = 0; i < TCP_TIMER_COUNT; i++)
    rig->timer_until[i] = SIM_NEVER;
  return rig;
}

void rig_free(Rig *rig) {
  tcp_stack_free(rig->stack);
  sim_free(rig->sim);
  names_free(rig->names);
  g_ptr_array_free(rig->sent, TRUE);
  g_string_free(rig->notices, TRUE);
  g_string_free(rig->entered, TRUE);
  g_string_free(rig->checks, TRUE);
  g_string_free(rig->broken, TRUE);
  g_free(rig);
}

TcpStack *rig_stack(Rig *rig) {
  if (!rig->stack)
    rig->stack = tcp_stack_new(rig->sim, &rig->tracer, &rig->params, names_intern(rig->names, "host"), &OPS, rig);
  return rig->stack;
}

static TcpIdentity identity(Rig *rig) {
  return (TcpIdentity){
      .conn = 1, .conn_name = names_intern(rig->names, "conn"), .lport = 49152, .rport = 80, .peer = 1};
}

void rig_end(Rig *rig) {
  TcpIdentity who = identity(rig);
  rig->end = tcp_end_new(rig_stack(rig), &who);
}

void rig_end_established(Rig *rig, uint32_t peer_mss, uint32_t peer_wnd, SimTime rtt, const TcpParams *peer) {
  TcpIdentity who = identity(rig);
  rig->end = tcp_end_new_established(rig_stack(rig), &who, rig->iss, rig->irs, peer_mss, peer_wnd, rtt);
  if (peer)
    tcp_end_negotiate(rig->stack, rig->end, peer);
  rig->state = TCP_STATE_ESTABLISHED;
  rig->lived = TRUE;
}

/* --- events ------------------------------------------------------------------------------------------------------- */

static void check_timers(Rig *rig) {
  for (unsigned i = 0; i < TCP_TIMER_COUNT; i++) {
    if (rig->timer_until[i] == SIM_NEVER)
      continue;
    if (rig->state == TCP_STATE_TIME_WAIT && i != TCP_TIMER_TIME_WAIT)
      break_rule(rig, "TIME-WAIT runs another timer than 2 MSL");
    if (rig->state == TCP_STATE_FIN_WAIT_2 && i != TCP_TIMER_FIN_WAIT_2 && i != TCP_TIMER_DELAYED_ACK &&
        i != TCP_TIMER_KEEPALIVE)
      break_rule(rig, "FIN-WAIT-2 runs a sending timer");
    if (rig->state == TCP_STATE_CLOSED)
      break_rule(rig, "a timer runs in CLOSED");
  }
  if (rig->state == TCP_STATE_TIME_WAIT && rig->timer_until[TCP_TIMER_TIME_WAIT] == SIM_NEVER)
    break_rule(rig, "TIME-WAIT without its timer");
}

void rig_check(Rig *rig) {
  check_timers(rig);
  if (rig->deleted != (rig->lived && rig->state == TCP_STATE_CLOSED))
    break_rule(rig, "CLOSED, but the TCB stays; or it went without CLOSED");
  if (rig->end != TCP_NO_HANDLE && tcp_end_state(rig->stack, rig->end) != rig->state)
    break_rule(rig, "in another state than the one entered");
}

static gboolean parse_segment(const Rig *rig, const char *text, Segment *ret_segment) {
  char flags[16], options[64] = "";
  long long seq, end, ack = 0;
  unsigned len, window = UINT16_MAX;
  int used = 0;
  if (sscanf(text, "%15s %lld:%lld(%u)%n", flags, &seq, &end, &len, &used) < 4 || used == 0 || end - seq != len)
    return FALSE;
  Segment segment = {.seq = rig->irs + (uint32_t)seq, .len = len, .sport = 80, .dport = 49152, .from = 1, .conn = 1};
  segment.rel_seq = (uint32_t)seq;
  if (!tcp_flags_parse(flags, &segment.flags))
    return FALSE;
  text += used;
  used = 0;
  if (sscanf(text, " ack %lld%n", &ack, &used) == 1)
    text += used;
  if ((used != 0) != ((segment.flags & TCP_ACK) != 0))
    return FALSE;
  segment.ack = segment.flags & TCP_ACK ? rig->iss + (uint32_t)ack : 0;
  segment.rel_ack = (uint32_t)ack;
  used = 0;
  if (sscanf(text, " win %u%n", &window, &used) == 1)
    text += used;
  segment.win = (uint16_t)window;
  used = 0;
  if (sscanf(text, " <%63[^>]>%n", options, &used) == 1 && used)
    text += used;
  if (!tcp_options_parse(options, &segment.opts) || *text)
    return FALSE;
  *ret_segment = segment;
  return TRUE;
}

gboolean rig_arrives(Rig *rig, const char *text) {
  Segment segment;
  if (!parse_segment(rig, text, &segment))
    return FALSE;
  segment.id = ++rig->last_id;
  g_string_truncate(rig->checks, 0);
  rig->answering_rst = (segment.flags & TCP_RST) != 0;
  if (rig->end != TCP_NO_HANDLE) {
    if (tcp_segment_arrives(rig->stack, rig->end, &segment, NULL))
      add_word(rig->notices, "reopened");
  } else {
    tcp_segment_arrives_closed(rig_stack(rig), &segment, names_intern(rig->names, "conn"));
  }
  rig->answering_rst = FALSE;
  rig_check(rig);
  return TRUE;
}

void rig_wait(Rig *rig, SimTime delay) {
  g_string_truncate(rig->checks, 0);
  SimTime at = simtime_add(sim_now(rig->sim), delay);
  sim_schedule(rig->sim, at, rig->clock, 0, 0);
  SimEnd end = sim_run(rig->sim, at, 0);
  g_assert_cmpint(end, ==, SIM_END_STOPPED);
  rig_check(rig);
}

/* --- looking ------------------------------------------------------------------------------------------------------ */

char *rig_take_segment(Rig *rig, gboolean window, gboolean options) {
  if (rig->sent->len == 0)
    return NULL;
  const Segment *segment = g_ptr_array_index(rig->sent, 0);
  char text[64], opts[160];
  uint32_t seq = segment->seq - rig->iss;
  if (segment->from == FROM_CLOSED && segment->flags & TCP_ACK)
    seq = segment->seq; /* to a segment without ACK the RFC answers with number zero itself */
  tcp_segment_print(segment->flags, seq, segment->len, segment->ack - rig->irs, text, sizeof text);
  GString *result = g_string_new(text);
  if (window)
    g_string_append_printf(result, " win %u", segment->win);
  if (options)
    g_string_append_printf(result, " <%s>", tcp_options_print(&segment->opts, opts, sizeof opts));
  g_ptr_array_remove_index(rig->sent, 0);
  return g_string_free(result, FALSE);
}

char *rig_timers(const Rig *rig) {
  GString *result = g_string_new(NULL);
  for (unsigned i = 0; i < TCP_TIMER_COUNT; i++)
    if (rig->timer_until[i] != SIM_NEVER) {
      char span[32];
      simtime_print(rig->timer_until[i] - sim_now(rig->sim), span, sizeof span);
      g_string_append_printf(result, "%s%s %s", result->len ? ", " : "", tcp_timer_name((TcpTimer)i), span);
    }
  return g_string_free(result->len ? result : g_string_append(result, "none"), FALSE);
}
