#include "tests/golden/invariants.h"

#include <string.h>

/* One end of a connection, as an onlooker knows it. Numbers are relative: SYN 0, first octet 1. */
typedef struct View {
  Name host, conn;
  TcpState state;
  uint32_t una_least, una_most; /* what was acknowledged: without and with the ACKs of segments that were refused */
  uint32_t nxt;                 /* behind all that was sent */
  uint32_t fin;                 /* number of the FIN */
  gboolean has_fin, was_close_wait, closed_by_app, eof_read;
  uint64_t read; /* octets that the application read */
  gboolean sending_armed, persist_armed;
  SimTime last_span; /* of the retransmission timer, 0: none that may be compared */
  uint32_t span_una; /* what was acknowledged then */
  uint64_t pending;  /* the segment being processed */
  uint32_t pending_ack;
} View;

/* A segment by its number. */
typedef struct Flight {
  TcpFlags flags;
  uint32_t ack;
  uint64_t cause; /* the segment it answers */
  unsigned fates; /* arrivals and losses */
} Flight;

typedef struct Onlooker {
  const Trace *trace;
  GArray *views;   /* of View; the ends of a connection are neighbours */
  GArray *flights; /* of Flight, by number - 1 */
  GString *out;
  SimTime rto_min, rto_max;
  gboolean reopened; /* two incarnations of a connection may meet: pairs say nothing then */
} Onlooker;

static void broken(Onlooker *look, SimTime t, const View *view, const char *rule, const char *format, ...)
    G_GNUC_PRINTF(5, 6);
static void broken(Onlooker *look, SimTime t, const View *view, const char *rule, const char *format, ...) {
  char time[32];
  va_list arguments;
  g_string_append_printf(look->out, "%s%s %s %s: ", look->out->len ? "\n" : "", simtime_print(t, time, sizeof time),
                         view ? trace_text(look->trace, view->host) : "-", rule);
  va_start(arguments, format);
  g_string_append_vprintf(look->out, format, arguments);
  va_end(arguments);
}

static View *view_at(Onlooker *look, guint index) {
  return &g_array_index(look->views, View, index);
}

static View *view_of(Onlooker *look, Name host, Name conn) {
  for (guint i = 0; i < look->views->len; i++)
    if (view_at(look, i)->host == host && view_at(look, i)->conn == conn)
      return view_at(look, i);
  return NULL;
}

static View *peer_of(Onlooker *look, const View *view) {
  guint index = (guint)(view - view_at(look, 0));
  return view_at(look, index ^ 1);
}

static Flight *flight_of(Onlooker *look, uint64_t id) {
  while (look->flights->len < id)
    g_array_append_vals(look->flights, &(Flight){0}, 1);
  return &g_array_index(look->flights, Flight, id - 1);
}

/* A new incarnation begins, or there is none. */
static void forget(View *view, TcpState state) {
  uint32_t start = state == TCP_STATE_ESTABLISHED ? 1 : 0;
  *view = (View){.host = view->host, .conn = view->conn, .state = state, .closed_by_app = view->closed_by_app};
  view->una_least = view->una_most = view->nxt = start;
}

/* --- edges -------------------------------------------------------------------------------------------------------- */

#define ON(stimulus) (UINT64_C(1) << TCP_##stimulus)
#define GIVE_UP      (ON(TMO_RETRANSMISSION) | ON(TMO_PERSIST) | ON(TMO_USER))
#define UNREAD       ON(CALL_CLOSE) /* CLOSE with unread data resets */

typedef struct Edge {
  TcpState from, to;
  uint64_t causes;
} Edge;

static const Edge edges[] = {
    {TCP_STATE_CLOSED, TCP_STATE_LISTEN, ON(CALL_OPEN_PASSIVE)},
    {TCP_STATE_CLOSED, TCP_STATE_SYN_SENT, ON(CALL_OPEN_ACTIVE)},
    {TCP_STATE_LISTEN, TCP_STATE_SYN_SENT, ON(CALL_OPEN_ACTIVE) | ON(CALL_SEND)},
    {TCP_STATE_LISTEN, TCP_STATE_SYN_RECEIVED, ON(SEG_SYN)},
    {TCP_STATE_LISTEN, TCP_STATE_CLOSED, ON(CALL_CLOSE) | ON(CALL_ABORT)},
    {TCP_STATE_SYN_SENT, TCP_STATE_ESTABLISHED, ON(SEG_SYN)},
    {TCP_STATE_SYN_SENT, TCP_STATE_SYN_RECEIVED, ON(SEG_SYN)},
    {TCP_STATE_SYN_SENT, TCP_STATE_CLOSED, ON(CALL_CLOSE) | ON(CALL_ABORT) | ON(SEG_RST) | GIVE_UP},
    {TCP_STATE_SYN_RECEIVED, TCP_STATE_ESTABLISHED, ON(SEG_ACK_OF_SYN)},
    {TCP_STATE_SYN_RECEIVED, TCP_STATE_LISTEN, ON(SEG_RST) | ON(SEG_SYN)},
    {TCP_STATE_SYN_RECEIVED, TCP_STATE_CLOSED, ON(SEG_RST) | ON(CALL_ABORT) | GIVE_UP},
    {TCP_STATE_SYN_RECEIVED, TCP_STATE_FIN_WAIT_1, ON(CALL_CLOSE)},
    {TCP_STATE_ESTABLISHED, TCP_STATE_FIN_WAIT_1, ON(CALL_CLOSE)},
    {TCP_STATE_ESTABLISHED, TCP_STATE_CLOSE_WAIT, ON(SEG_FIN)},
    {TCP_STATE_FIN_WAIT_1, TCP_STATE_FIN_WAIT_2, ON(SEG_ACK_OF_FIN)},
    {TCP_STATE_FIN_WAIT_1, TCP_STATE_CLOSING, ON(SEG_FIN)},
    {TCP_STATE_FIN_WAIT_2, TCP_STATE_TIME_WAIT, ON(SEG_FIN)},
    {TCP_STATE_CLOSING, TCP_STATE_TIME_WAIT, ON(SEG_ACK_OF_FIN)},
    {TCP_STATE_CLOSE_WAIT, TCP_STATE_LAST_ACK, ON(CALL_CLOSE) | ON(FIN_SENT)},
    {TCP_STATE_LAST_ACK, TCP_STATE_CLOSED, ON(SEG_ACK_OF_FIN) | ON(SEG_RST) | ON(CALL_ABORT) | GIVE_UP},
    {TCP_STATE_TIME_WAIT, TCP_STATE_CLOSED, ON(TMO_TIME_WAIT) | ON(SEG_RST) | ON(CALL_ABORT)},
    {TCP_STATE_ESTABLISHED, TCP_STATE_CLOSED, ON(SEG_RST) | ON(CALL_ABORT) | UNREAD | GIVE_UP},
    {TCP_STATE_FIN_WAIT_1, TCP_STATE_CLOSED, ON(SEG_RST) | ON(CALL_ABORT) | UNREAD | ON(SEG_TEXT_UNWANTED) | GIVE_UP},
    {TCP_STATE_FIN_WAIT_2, TCP_STATE_CLOSED,
     ON(SEG_RST) | ON(CALL_ABORT) | UNREAD | ON(SEG_TEXT_UNWANTED) | ON(TMO_FIN_WAIT_2)},
    {TCP_STATE_CLOSE_WAIT, TCP_STATE_CLOSED, ON(SEG_RST) | ON(CALL_ABORT) | UNREAD | GIVE_UP},
    {TCP_STATE_CLOSING, TCP_STATE_CLOSED, ON(SEG_RST) | ON(CALL_ABORT) | GIVE_UP},
};

static gboolean is_edge(TcpState from, TcpState to, TcpStimulus cause) {
  for (unsigned i = 0; i < G_N_ELEMENTS(edges); i++)
    if (edges[i].from == from && edges[i].to == to)
      return edges[i].causes >> cause & 1;
  return FALSE;
}

/* --- pairs -------------------------------------------------------------------------------------------------------- */

static const TcpState impossible[][2] = {
    {TCP_STATE_ESTABLISHED, TCP_STATE_FIN_WAIT_2}, {TCP_STATE_ESTABLISHED, TCP_STATE_CLOSE_WAIT},
    {TCP_STATE_ESTABLISHED, TCP_STATE_CLOSING},    {TCP_STATE_ESTABLISHED, TCP_STATE_LAST_ACK},
    {TCP_STATE_ESTABLISHED, TCP_STATE_TIME_WAIT},  {TCP_STATE_CLOSE_WAIT, TCP_STATE_CLOSE_WAIT},
    {TCP_STATE_CLOSE_WAIT, TCP_STATE_CLOSING},     {TCP_STATE_CLOSE_WAIT, TCP_STATE_LAST_ACK},
    {TCP_STATE_CLOSE_WAIT, TCP_STATE_TIME_WAIT},   {TCP_STATE_LAST_ACK, TCP_STATE_LAST_ACK},
    {TCP_STATE_LAST_ACK, TCP_STATE_CLOSING},       {TCP_STATE_FIN_WAIT_1, TCP_STATE_FIN_WAIT_2},
    {TCP_STATE_FIN_WAIT_1, TCP_STATE_TIME_WAIT},   {TCP_STATE_FIN_WAIT_2, TCP_STATE_FIN_WAIT_2},
    {TCP_STATE_FIN_WAIT_2, TCP_STATE_TIME_WAIT},
};

static void look_at_pair(Onlooker *look, SimTime t, const View *a) {
  const View *b = peer_of(look, a);
  for (unsigned i = 0; i < G_N_ELEMENTS(impossible) && !look->reopened; i++)
    if ((a->state == impossible[i][0] && b->state == impossible[i][1]) ||
        (a->state == impossible[i][1] && b->state == impossible[i][0]))
      broken(look, t, a, "pair", "%s and %s", tcp_state_name(a->state), tcp_state_name(b->state));
}

/* --- a record of each kind ---------------------------------------------------------------------------------------- */

static void look_at_state(Onlooker *look, const TraceRecord *record) {
  View *view = view_of(look, record->state.host, record->state.conn);
  TcpState from = record->state.from, to = record->state.to;
  if (from != view->state)
    broken(look, record->t, view, "edges", "was in %s, not in %s", tcp_state_name(view->state), tcp_state_name(from));
  if (!is_edge(from, to, record->state.stimulus))
    broken(look, record->t, view, "edges", "%s to %s by %s", tcp_state_name(from), tcp_state_name(to),
           tcp_stimulus_name(record->state.stimulus));
  if (to == TCP_STATE_TIME_WAIT && from != TCP_STATE_FIN_WAIT_1 && from != TCP_STATE_FIN_WAIT_2 &&
      from != TCP_STATE_CLOSING)
    broken(look, record->t, view, "time-wait", "entered from %s", tcp_state_name(from));
  if (to == TCP_STATE_TIME_WAIT && view->was_close_wait)
    broken(look, record->t, view, "time-wait", "entered after CLOSE-WAIT");
  TcpState other = peer_of(look, view)->state;
  if (from == TCP_STATE_CLOSED && other >= TCP_STATE_ESTABLISHED)
    look->reopened = TRUE;
  gboolean armed = view->sending_armed, persist = view->persist_armed;
  if (to == TCP_STATE_CLOSED || to == TCP_STATE_LISTEN)
    forget(view, to);
  view->sending_armed = armed; /* stopped by a record of its own */
  view->persist_armed = persist;
  view->state = to;
  view->was_close_wait |= to == TCP_STATE_CLOSE_WAIT;
  look_at_pair(look, record->t, view);
}

static void look_at_fin(Onlooker *look, const TraceRecord *record, View *view) {
  uint32_t end = record->sent.seq + record->sent.len;
  if (record->sent.flags & TCP_FIN && !view->has_fin) {
    view->has_fin = TRUE;
    view->fin = end;
    if (view->nxt > end)
      broken(look, record->t, view, "fin", "number %u, but %u was sent", end, view->nxt - 1);
  }
  if (record->sent.flags & TCP_FIN && end != view->fin)
    broken(look, record->t, view, "fin", "number %u, once %u", end, view->fin);
  if (view->has_fin && end > view->fin && record->sent.len)
    broken(look, record->t, view, "fin", "data up to %u, the FIN is %u", end - 1, view->fin);
}

/* The ACK number says whether the peer's FIN was taken. */
static void look_at_ack(Onlooker *look, const TraceRecord *record, const View *view) {
  const View *peer = peer_of(look, view);
  gboolean took = peer->has_fin && record->sent.ack == peer->fin + 1;
  switch (view->state) {
  case TCP_STATE_CLOSE_WAIT:
  case TCP_STATE_CLOSING:
  case TCP_STATE_LAST_ACK:
  case TCP_STATE_TIME_WAIT:
    if (!took && peer->state != TCP_STATE_CLOSED) /* who is gone is forgotten here */
      broken(look, record->t, view, "bits", "%s acknowledges %u, the peer's FIN is %u", tcp_state_name(view->state),
             record->sent.ack, peer->fin);
    break;
  case TCP_STATE_CLOSED:
  case TCP_STATE_LISTEN:
  case TCP_STATE_SYN_SENT:
  case TCP_STATE_SYN_RECEIVED:
  case TCP_STATE_ESTABLISHED:
  case TCP_STATE_FIN_WAIT_1:
  case TCP_STATE_FIN_WAIT_2:
    if (took)
      broken(look, record->t, view, "bits", "%s acknowledges the peer's FIN", tcp_state_name(view->state));
    break;
  case TCP_STATE_COUNT:
    g_assert_not_reached();
  }
}

static void look_at_sent(Onlooker *look, const TraceRecord *record) {
  View *view = view_of(look, record->sent.host, record->sent.conn);
  *flight_of(look, record->sent.id) =
      (Flight){.flags = record->sent.flags, .ack = record->sent.ack, .cause = record->sent.cause};
  if (record->sent.flags & TCP_RST) {
    if (record->sent.cause && flight_of(look, record->sent.cause)->flags & TCP_RST)
      broken(look, record->t, view, "segments", "a RST answers a RST");
    return;
  }
  look_at_fin(look, record, view);
  if (record->sent.flags & TCP_ACK)
    look_at_ack(look, record, view);
  if (view->state == TCP_STATE_TIME_WAIT && (record->sent.flags != TCP_ACK || record->sent.len || !record->sent.cause))
    broken(look, record->t, view, "time-wait", "sends more than ACKs in answer");
  uint32_t end = record->sent.seq + record->sent.len + ((record->sent.flags & TCP_SYN) != 0) +
                 ((record->sent.flags & TCP_FIN) != 0);
  if (record->sent.flags & (TCP_SYN | TCP_FIN) || record->sent.len)
    view->nxt = MAX(view->nxt, end);
}

static void look_at_copy(Onlooker *look, const TraceRecord *record) {
  Flight copy = *flight_of(look, record->duplicated.id);
  copy.fates = 0;
  *flight_of(look, record->duplicated.copy) = copy;
}

/* The segment that was being processed has not been refused. */
static void settle(View *view) {
  if (view->pending)
    view->una_least = MAX(view->una_least, view->pending_ack);
  view->pending = 0;
}

static void look_at_received(Onlooker *look, const TraceRecord *record) {
  View *view = view_of(look, record->received.host, record->received.conn);
  Flight *flight = flight_of(look, record->received.id);
  flight->fates++;
  settle(view);
  if (!(flight->flags & TCP_ACK) || flight->flags & TCP_RST || flight->ack > view->nxt)
    return;
  view->una_most = MAX(view->una_most, flight->ack);
  view->pending = record->received.id;
  view->pending_ack = flight->ack;
}

static void look_at_refusal(Onlooker *look, Name host, Name conn, uint64_t id) {
  View *view = view_of(look, host, conn);
  if (view->pending != id)
    return;
  view->pending = 0;
  view->last_span = 0; /* with the window shut its ACK may count all the same: nothing to compare with */
}

static void look_at_span(Onlooker *look, const TraceRecord *record, View *view) {
  SimTime span = record->timer.until - record->t;
  uint32_t una = view->pending ? MAX(view->una_least, view->pending_ack) : view->una_least;
  if (span > look->rto_max || span < look->rto_min)
    broken(look, record->t, view, "timer", "runs for %" G_GINT64_FORMAT " ns", span);
  if (view->last_span > span && view->span_una == una)
    broken(look, record->t, view, "timer", "runs for %" G_GINT64_FORMAT " ns, last for %" G_GINT64_FORMAT " ns", span,
           view->last_span);
  view->last_span = span;
  view->span_una = una;
}

static void look_at_timer(Onlooker *look, const TraceRecord *record) {
  View *view = view_of(look, record->timer.host, record->timer.conn);
  gboolean armed = record->timer.change == TRACE_WORD_ARMED;
  if (record->timer.timer == TCP_TIMER_RETRANSMISSION && armed)
    look_at_span(look, record, view);
  if (record->timer.timer == TCP_TIMER_RETRANSMISSION || record->timer.timer == TCP_TIMER_PROBE)
    view->sending_armed = armed;
  if (record->timer.timer == TCP_TIMER_PERSIST) {
    view->persist_armed = armed;
    view->last_span = 0;
  }
}

static void look_at_app(Onlooker *look, const TraceRecord *record) {
  View *view = view_of(look, record->app.host, record->app.conn);
  const char *call = trace_text(look->trace, record->app.call), *result = trace_text(look->trace, record->app.result);
  if (!view)
    return;
  if (strcmp(call, "connect") == 0 || strcmp(call, "listen") == 0)
    view->closed_by_app = FALSE;
  if (strcmp(call, "send") == 0 && strcmp(result, "ok") == 0 && view->closed_by_app)
    broken(look, record->t, view, "calls", "SEND after CLOSE");
  if ((strcmp(call, "close") == 0 || strcmp(call, "shutdown") == 0) && strcmp(result, "ok") == 0)
    view->closed_by_app = TRUE;
  if (strcmp(call, "recv") != 0 || record->app.octets < 0)
    return;
  const View *peer = peer_of(look, view);
  view->read += (uint64_t)record->app.octets;
  if (view->eof_read)
    broken(look, record->t, view, "calls", "reads on after the end of the stream");
  view->eof_read = strcmp(result, "eof") == 0;
  if (view->eof_read && peer->has_fin && view->read + 1 != peer->fin)
    broken(look, record->t, view, "calls", "the end after %" G_GUINT64_FORMAT " octets of %u", view->read,
           peer->fin - 1);
}

/* --- after each instant ------------------------------------------------------------------------------------------- */

static void look_at_bits(Onlooker *look, SimTime t, const View *view) {
  gboolean acked_least = view->has_fin && view->una_least > view->fin;
  gboolean acked_most = view->has_fin && view->una_most > view->fin;
  if ((view->state == TCP_STATE_TIME_WAIT || view->state == TCP_STATE_FIN_WAIT_2) && !acked_most)
    broken(look, t, view, "bits", "%s, but its FIN was not acknowledged", tcp_state_name(view->state));
  if ((view->state == TCP_STATE_CLOSING || view->state == TCP_STATE_LAST_ACK || view->state == TCP_STATE_FIN_WAIT_1) &&
      acked_least)
    broken(look, t, view, "bits", "%s, but its FIN was acknowledged", tcp_state_name(view->state));
}

static void look_at_timers(Onlooker *look, SimTime t, const View *view) {
  gboolean open = view->state != TCP_STATE_CLOSED && view->state != TCP_STATE_LISTEN;
  if (view->sending_armed && view->persist_armed)
    broken(look, t, view, "timer", "two jobs at once");
  if (view->sending_armed && (!open || view->nxt == view->una_least))
    broken(look, t, view, "timer", "runs in %s for nothing", tcp_state_name(view->state));
  if (open && !view->sending_armed && !view->persist_armed && view->nxt > view->una_most)
    broken(look, t, view, "timer", "does not run in %s: %u to %u is out", tcp_state_name(view->state), view->una_most,
           view->nxt);
  if (view->persist_armed && (view->state == TCP_STATE_FIN_WAIT_2 || view->state == TCP_STATE_TIME_WAIT))
    broken(look, t, view, "timer", "persist runs in %s", tcp_state_name(view->state));
}

static void after_instant(Onlooker *look, SimTime t) {
  for (guint i = 0; i < look->views->len; i++) {
    View *view = view_at(look, i);
    settle(view);
    look_at_bits(look, t, view);
    look_at_timers(look, t, view);
  }
}

/* --- after all ---------------------------------------------------------------------------------------------------- */

static void look_at_fates(Onlooker *look, const TraceRecord *end) {
  gboolean quiet = end->end.reason == TRACE_WORD_IDLE || end->end.reason == TRACE_WORD_RENEWING;
  for (guint i = 0; i < look->flights->len; i++) {
    unsigned fates = g_array_index(look->flights, Flight, i).fates;
    if (fates > 1 || (quiet && fates == 0))
      broken(look, end->t, NULL, "segments", "segment %u met %u fates", i + 1, fates);
  }
}

/* Parameter of a host, from the header. */
static const char *host_param(const Trace *trace, Name host, const char *param) {
  for (guint i = 0; i < trace->header->hosts->len; i++) {
    const TraceHost *h = g_ptr_array_index(trace->header->hosts, i);
    for (guint k = 0; strcmp(h->name, trace_text(trace, host)) == 0 && k < h->params->len; k++) {
      const TraceParam *p = g_ptr_array_index(h->params, k);
      if (strcmp(p->name, param) == 0)
        return p->value;
    }
  }
  g_assert_not_reached();
}

static SimTime host_time(const Trace *trace, Name host, const char *param) {
  SimTime time;
  g_assert_true(simtime_parse(host_param(trace, host, param), &time, NULL));
  return time;
}

static SimTime way(const Trace *trace, Name from, Name to) {
  for (guint i = 0; i < trace->header->links->len; i++) {
    const TraceLink *link = g_ptr_array_index(trace->header->links, i);
    if (strcmp(link->from, trace_text(trace, from)) == 0 && strcmp(link->to, trace_text(trace, to)) == 0)
      return link->delay;
  }
  g_assert_not_reached();
}

/* Only where nothing but loss disturbs the ways. */
static gboolean ways_are_constant(const Trace *trace) {
  for (size_t i = 0; i < trace->count; i++)
    if (trace->records[i].kind == TRACE_DELAYED || trace->records[i].kind == TRACE_DUPLICATED)
      return FALSE;
  for (guint i = 0; i < trace->header->links->len; i++) {
    const TraceLink *link = g_ptr_array_index(trace->header->links, i);
    if (link->about && strstr(link->about, "rate"))
      return FALSE;
  }
  return TRUE;
}

/* `active` was closed by 2 MSL; when and how was the other end? */
static void look_at_lag(Onlooker *look, const TraceRecord *active) {
  const Trace *trace = look->trace;
  const View *view = view_of(look, active->state.host, active->state.conn);
  Name other = peer_of(look, view)->host;
  if (strcmp(host_param(trace, active->state.host, "time_wait_restart"), "fin") != 0)
    return; /* a late ACK may restart it, long after the other end has gone */
  for (const TraceRecord *r = trace->records; r < active; r++) {
    if (r->kind != TRACE_STATE || r->state.host != other || r->state.conn != active->state.conn ||
        r->state.from != TCP_STATE_LAST_ACK || r->state.stimulus != TCP_SEG_ACK_OF_FIN)
      continue;
    uint64_t answered = flight_of(look, r->state.cause)->cause;
    if (!answered || !(flight_of(look, answered)->flags & TCP_FIN))
      continue; /* data that was lost before the FIN came again, and restarted nothing */
    SimTime lag = active->t - r->t;
    SimTime expected = host_time(trace, active->state.host, "time_wait") - way(trace, active->state.host, other);
    if (lag != expected)
      broken(look, active->t, view, "lag", "%" G_GINT64_FORMAT " ns, not %" G_GINT64_FORMAT, lag, expected);
  }
}

static void look_at_lags(Onlooker *look) {
  const Trace *trace = look->trace;
  if (look->reopened || !ways_are_constant(trace))
    return;
  for (size_t i = 0; i < trace->count; i++)
    if (trace->records[i].kind == TRACE_STATE && trace->records[i].state.stimulus == TCP_TMO_TIME_WAIT)
      look_at_lag(look, &trace->records[i]);
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

static void look_at(Onlooker *look, const TraceRecord *record) {
  switch (record->kind) {
  case TRACE_CONN:
    g_array_append_vals(look->views, &(View){.host = record->connection.client_host, .conn = record->connection.conn},
                        1);
    g_array_append_vals(look->views, &(View){.host = record->connection.server_host, .conn = record->connection.conn},
                        1);
    for (guint i = look->views->len - 2; i < look->views->len; i++)
      forget(view_at(look, i), record->connection.state);
    break;
  case TRACE_STATE:
    look_at_state(look, record);
    break;
  case TRACE_SENT:
    look_at_sent(look, record);
    break;
  case TRACE_RECEIVED:
    look_at_received(look, record);
    break;
  case TRACE_DROPPED:
    flight_of(look, record->dropped.id)->fates++;
    break;
  case TRACE_DUPLICATED:
    look_at_copy(look, record);
    break;
  case TRACE_DISCARDED:
    look_at_refusal(look, record->discarded.host, record->discarded.conn, record->discarded.id);
    break;
  case TRACE_RULE:
    if (record->rule.stimulus == TCP_SEG_FIN_AGAIN)
      look_at_refusal(look, record->rule.host, record->rule.conn, record->rule.cause);
    break;
  case TRACE_TIMER:
    look_at_timer(look, record);
    break;
  case TRACE_APP:
    look_at_app(look, record);
    break;
  case TRACE_END:
    look_at_fates(look, record);
    break;
  case TRACE_HOST:
  case TRACE_LINK:
  case TRACE_DELAYED:
  case TRACE_CORRUPTED:
  case TRACE_INJECTED:
  case TRACE_PORT:
    break;
  case TRACE_KIND_COUNT:
    g_assert_not_reached();
  }
}

char *invariants_broken(const Trace *trace) {
  Onlooker look = {.trace = trace, .rto_min = SIM_NEVER};
  look.views = g_array_new(FALSE, FALSE, sizeof(View));
  look.flights = g_array_new(FALSE, FALSE, sizeof(Flight));
  look.out = g_string_new(NULL);
  for (guint i = 0; i < trace->header->hosts->len; i++) {
    Name host = names_find(trace->names, ((const TraceHost *)g_ptr_array_index(trace->header->hosts, i))->name);
    look.rto_max = MAX(look.rto_max, host_time(trace, host, "rto_max"));
    look.rto_min = MIN(look.rto_min, host_time(trace, host, "rto_min"));
  }
  for (size_t i = 0; i < trace->count; i++) {
    look_at(&look, &trace->records[i]);
    if (i + 1 == trace->count || trace->records[i + 1].t != trace->records[i].t)
      after_instant(&look, trace->records[i].t);
  }
  look_at_lags(&look);
  g_array_unref(look.views);
  g_array_unref(look.flights);
  return g_string_free(look.out, FALSE);
}
