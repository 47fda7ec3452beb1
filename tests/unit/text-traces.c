#include "text-traces.h"

#include <stdio.h>
#include <string.h>

#define MS(n) ((n)*INT64_C(1000))
#define S(n)  ((n)*INT64_C(1000000))

Name script_name(Script *script, const char *text) {
  return text ? names_intern(script->trace->names, text) : 0;
}

void script_put(Script *script, TraceRecord record) {
  record.t = script->now;
  trace_append(script->trace, &record);
}

void script_begin(Script *script, const char *title, const char *hosts, int64_t delay_ms) {
  *script = (Script){.conn = "web"};
  TraceHeader *header = trace_header_new();
  header->scenario = g_strdup("test/by-hand");
  header->title = g_strdup(title);
  header->seed = 1;
  g_auto(GStrv) names = g_strsplit(hosts, " ", -1);
  for (unsigned i = 0; names[i] != NULL; i++) {
    g_autofree char *address = g_strdup_printf("192.0.2.%u", i + 1);
    trace_header_add_host(header, names[i], "linux", address);
    if (i > 0) {
      trace_header_add_link(header, names[i - 1], names[i], SIM_MS(delay_ms), NULL);
      trace_header_add_link(header, names[i], names[i - 1], SIM_MS(delay_ms), NULL);
    }
  }
  script->trace = trace_new(header, NULL);
}

Trace *script_end(Script *script, TraceWord reason) {
  script_put(script, (TraceRecord){.kind = TRACE_END, .end = {.reason = reason, .events = script->trace->count}});
  return script->trace;
}

void script_at(Script *script, int64_t us) {
  g_assert_cmpint(SIM_US(us), >=, script->now);
  script->now = SIM_US(us);
}

static const char *address_of(Script *script, const char *host) {
  GPtrArray *hosts = script->trace->header->hosts;
  for (guint i = 0; i < hosts->len; i++) {
    const TraceHost *h = hosts->pdata[i];
    if (strcmp(h->name, host) == 0)
      return h->address;
  }
  g_assert_not_reached();
}

void script_conn(Script *script, const char *conn, const char *client, const char *server, TcpState state) {
  g_autofree char *from = g_strdup_printf("%s:49152", address_of(script, client));
  g_autofree char *to = g_strdup_printf("%s:80", address_of(script, server));
  script->conn = conn;
  script_put(script, (TraceRecord){.kind = TRACE_CONN,
                                   .connection = {.conn = script_name(script, conn),
                                                  .client_host = script_name(script, client),
                                                  .client = script_name(script, from),
                                                  .server_host = script_name(script, server),
                                                  .server = script_name(script, to),
                                                  .state = state}});
}

void script_app(Script *script, const char *host, const char *call, const char *result, int64_t octets) {
  g_autofree char *app = g_strdup_printf("%s.%s", host, script->conn);
  script_put(script, (TraceRecord){.kind = TRACE_APP,
                                   .app = {.host = script_name(script, host),
                                           .conn = script_name(script, script->conn),
                                           .app = script_name(script, app),
                                           .call = script_name(script, call),
                                           .result = script_name(script, result),
                                           .octets = octets}});
}

void script_state(Script *script, const char *host, TcpState from, TcpState to, TcpStimulus stimulus, const char *rfc) {
  script_put(script, (TraceRecord){.kind = TRACE_STATE,
                                   .state = {.host = script_name(script, host),
                                             .conn = script_name(script, script->conn),
                                             .from = from,
                                             .to = to,
                                             .stimulus = stimulus,
                                             .guard = TCP_GUARD_ALWAYS,
                                             .rfc = script_name(script, rfc)}});
}

uint64_t script_resend(Script *script, const char *host, const char *peer, const char *segment, uint64_t attempt,
                       const char *why) {
  char letters[16];
  unsigned seq, end, len, ack = 0;
  int n = sscanf(segment, "%15s %u:%u(%u) ack %u", letters, &seq, &end, &len, &ack);
  TcpFlags flags = 0;
  g_assert_true(n >= 4 && tcp_flags_parse(letters, &flags));
  script_put(script, (TraceRecord){.kind = TRACE_SENT,
                                   .sent = {.host = script_name(script, host),
                                            .peer = script_name(script, peer),
                                            .conn = script_name(script, script->conn),
                                            .id = ++script->last_id,
                                            .flags = flags,
                                            .seq = seq,
                                            .ack = ack,
                                            .len = len,
                                            .win = strstr(segment, "win 0") ? 0 : 65535,
                                            .attempt = attempt,
                                            .why = script_name(script, why)}});
  return script->last_id;
}

uint64_t script_send(Script *script, const char *host, const char *peer, const char *segment) {
  return script_resend(script, host, peer, segment, 1, NULL);
}

/* Where a segment goes. */
typedef struct Way {
  Name host, peer, conn;
} Way;

/* From the record that put `id` on its way. */
static Way way_of(Script *script, uint64_t id) {
  for (size_t i = 0; i < script->trace->count; i++) {
    const TraceRecord *record = &script->trace->records[i];
    uint64_t departs = record->kind == TRACE_SENT || record->kind == TRACE_INJECTED ? record->sent.id
                       : record->kind == TRACE_DUPLICATED                           ? record->duplicated.copy
                                                                                    : 0;
    if (departs == id)
      return (Way){record->sent.host, record->sent.peer, record->sent.conn};
  }
  g_assert_not_reached();
}

void script_receive(Script *script, uint64_t id) {
  Way way = way_of(script, id);
  script_put(script, (TraceRecord){.kind = TRACE_RECEIVED,
                                   .received = {.host = way.peer, .peer = way.host, .conn = way.conn, .id = id}});
}

void script_drop(Script *script, uint64_t id, const char *by) {
  Way way = way_of(script, id);
  script_put(script, (TraceRecord){.kind = TRACE_DROPPED,
                                   .dropped = {.host = way.host,
                                               .peer = way.peer,
                                               .conn = way.conn,
                                               .id = id,
                                               .at = script_name(script, "link"),
                                               .by = script_name(script, by)}});
}

void script_delay(Script *script, uint64_t id, int64_t delay_ms, const char *by) {
  Way way = way_of(script, id);
  script_put(script, (TraceRecord){.kind = TRACE_DELAYED,
                                   .delayed = {.host = way.host,
                                               .peer = way.peer,
                                               .conn = way.conn,
                                               .id = id,
                                               .delay = SIM_MS(delay_ms),
                                               .by = script_name(script, by)}});
}

uint64_t script_duplicate(Script *script, uint64_t id, const char *by) {
  Way way = way_of(script, id);
  script_put(script, (TraceRecord){.kind = TRACE_DUPLICATED,
                                   .duplicated = {.host = way.host,
                                                  .peer = way.peer,
                                                  .conn = way.conn,
                                                  .id = id,
                                                  .copy = ++script->last_id,
                                                  .by = script_name(script, by)}});
  return script->last_id;
}

void script_discard(Script *script, uint64_t id, TcpCheck check) {
  Way way = way_of(script, id);
  script_put(script, (TraceRecord){.kind = TRACE_DISCARDED,
                                   .discarded = {.host = way.peer, .conn = way.conn, .id = id, .check = check}});
}

void script_timer(Script *script, const char *host, TcpTimer timer, TraceWord change, int64_t until_us) {
  script_put(script, (TraceRecord){.kind = TRACE_TIMER,
                                   .timer = {.host = script_name(script, host),
                                             .conn = script_name(script, script->conn),
                                             .timer = timer,
                                             .change = change,
                                             .until = until_us < 0 ? SIM_NEVER : SIM_US(until_us)}});
}

void script_port(Script *script, const char *host, uint16_t port, TraceWord change, int64_t until_us,
                 const char *error) {
  script_put(script, (TraceRecord){.kind = TRACE_PORT,
                                   .port = {.host = script_name(script, host),
                                            .port = port,
                                            .change = change,
                                            .conn = script_name(script, script->conn),
                                            .until = until_us < 0 ? SIM_NEVER : SIM_US(until_us),
                                            .error = script_name(script, error)}});
}

static void enter_time_wait(Script *s, const char *host, TcpState from, int64_t now, int64_t until) {
  script_at(s, now);
  script_state(s, host, from, TCP_STATE_TIME_WAIT, from == TCP_STATE_CLOSING ? TCP_SEG_ACK_OF_FIN : TCP_SEG_FIN,
               "3.10.7.4");
  script_timer(s, host, TCP_TIMER_TIME_WAIT, TRACE_WORD_ARMED, until);
  script_port(s, host, 49152, TRACE_WORD_RESERVED, until, NULL);
}

static void leave_time_wait(Script *s, const char *host, int64_t now) {
  script_at(s, now);
  script_timer(s, host, TCP_TIMER_TIME_WAIT, TRACE_WORD_EXPIRED, -1);
  script_state(s, host, TCP_STATE_TIME_WAIT, TCP_STATE_CLOSED, TCP_TMO_TIME_WAIT, "3.10.8");
  script_port(s, host, 49152, TRACE_WORD_RELEASED, -1, NULL);
}

static uint64_t close_and_send(Script *s, const char *host, const char *peer, TcpState from, const char *segment) {
  script_app(s, host, "close", "ok", -1);
  script_state(s, host, from, from == TCP_STATE_CLOSE_WAIT ? TCP_STATE_LAST_ACK : TCP_STATE_FIN_WAIT_1, TCP_CALL_CLOSE,
               "3.10.4");
  return script_send(s, host, peer, segment);
}

/* The peer's FIN arrives on `host`, which goes to CLOSE-WAIT, acknowledges and reads the end. */
static uint64_t take_fin(Script *s, const char *host, const char *peer, uint64_t fin, const char *ack) {
  script_receive(s, fin);
  script_state(s, host, TCP_STATE_ESTABLISHED, TCP_STATE_CLOSE_WAIT, TCP_SEG_FIN, "3.10.7.4");
  uint64_t id = script_send(s, host, peer, ack);
  script_app(s, host, "recv", "eof", -1);
  return id;
}

/* The first half of a close, from 0 to 100 ms: `a` closes and comes to FIN-WAIT-2. */
static void half_close(Script *s, const char *a, const char *b) {
  uint64_t fin = close_and_send(s, a, b, TCP_STATE_ESTABLISHED, "F. 1:1(0) ack 1");
  script_at(s, MS(50));
  uint64_t ack = take_fin(s, b, a, fin, ". 1:1(0) ack 2");
  script_at(s, MS(100));
  script_receive(s, ack);
  script_state(s, a, TCP_STATE_FIN_WAIT_1, TCP_STATE_FIN_WAIT_2, TCP_SEG_ACK_OF_FIN, "3.10.7.4");
}

/* `b` closes at `now` too, `a` comes to TIME-WAIT. `d` is the one-way delay. Returns the last ACK, on its way. */
static uint64_t close_behind(Script *s, const char *a, const char *b, int64_t now, int64_t d) {
  script_at(s, now);
  uint64_t fin = close_and_send(s, b, a, TCP_STATE_CLOSE_WAIT, "F. 1:1(0) ack 2");
  script_at(s, now + d);
  script_receive(s, fin);
  enter_time_wait(s, a, TCP_STATE_FIN_WAIT_2, now + d, now + d + S(60));
  return script_send(s, a, b, ". 2:2(0) ack 2");
}

/* The second half of a close in which all goes well. */
static void finish(Script *s, const char *a, const char *b, int64_t now, int64_t d) {
  uint64_t ack = close_behind(s, a, b, now, d);
  script_at(s, now + 2 * d);
  script_receive(s, ack);
  script_state(s, b, TCP_STATE_LAST_ACK, TCP_STATE_CLOSED, TCP_SEG_ACK_OF_FIN, "3.10.7.4");
  leave_time_wait(s, a, now + d + S(60));
}

static Trace *four_segments_between(const char *title, const char *a, const char *b) {
  Script s;
  g_autofree char *hosts = g_strdup_printf("%s %s", a, b);
  script_begin(&s, title, hosts, 50);
  script_conn(&s, "web", a, b, TCP_STATE_ESTABLISHED);
  half_close(&s, a, b);
  finish(&s, a, b, MS(250), MS(50));
  return script_end(&s, TRACE_WORD_IDLE);
}

static Trace *four_segments(void) {
  Trace *trace = four_segments_between("A normal close: four segments", "client", "server");
  trace->header->lesson =
      g_strdup("The end that closes first waits in TIME-WAIT; the other is done with the last ACK.");
  return trace;
}

static Trace *long_names(void) {
  return four_segments_between(
      "A title that is much longer than most, to see where the line is broken: \u202Eevil\x1b[31m",
      "a-client-with-a-very-long-name-32", "the-server-on-the-other-side-of-it");
}

static Trace *three_segments(void) {
  Script s;
  script_begin(&s, "Three segments", "client server", 50);
  script_conn(&s, "web", "client", "server", TCP_STATE_ESTABLISHED);
  uint64_t fin = close_and_send(&s, "client", "server", TCP_STATE_ESTABLISHED, "F. 1:1(0) ack 1");
  script_at(&s, MS(50));
  script_receive(&s, fin);
  script_state(&s, "server", TCP_STATE_ESTABLISHED, TCP_STATE_CLOSE_WAIT, TCP_SEG_FIN, "3.10.7.4");
  script_app(&s, "server", "recv", "eof", -1);
  uint64_t answer = close_and_send(&s, "server", "client", TCP_STATE_CLOSE_WAIT, "F. 1:1(0) ack 2");
  script_at(&s, MS(100));
  script_receive(&s, answer);
  script_state(&s, "client", TCP_STATE_FIN_WAIT_1, TCP_STATE_FIN_WAIT_2, TCP_SEG_ACK_OF_FIN, "3.10.7.4");
  enter_time_wait(&s, "client", TCP_STATE_FIN_WAIT_2, MS(100), MS(100) + S(60));
  uint64_t ack = script_send(&s, "client", "server", ". 2:2(0) ack 2");
  script_at(&s, MS(150));
  script_receive(&s, ack);
  script_state(&s, "server", TCP_STATE_LAST_ACK, TCP_STATE_CLOSED, TCP_SEG_ACK_OF_FIN, "3.10.7.4");
  leave_time_wait(&s, "client", MS(100) + S(60));
  return script_end(&s, TRACE_WORD_IDLE);
}

static Trace *first_fin_lost(void) {
  Script s;
  script_begin(&s, "The first FIN is lost", "client server", 50);
  g_ptr_array_add(s.trace->header->faults, g_strdup("drop the first FIN from client"));
  script_conn(&s, "web", "client", "server", TCP_STATE_ESTABLISHED);
  uint64_t fin = close_and_send(&s, "client", "server", TCP_STATE_ESTABLISHED, "F. 1:1(0) ack 1");
  script_timer(&s, "client", TCP_TIMER_PROBE, TRACE_WORD_ARMED, MS(300));
  script_at(&s, MS(25));
  script_drop(&s, fin, "fault 1");
  script_at(&s, MS(300));
  script_timer(&s, "client", TCP_TIMER_PROBE, TRACE_WORD_EXPIRED, -1);
  fin = script_resend(&s, "client", "server", "F. 1:1(0) ack 1", 2, "probe");
  script_at(&s, MS(350));
  uint64_t ack = take_fin(&s, "server", "client", fin, ". 1:1(0) ack 2");
  script_at(&s, MS(400));
  script_receive(&s, ack);
  script_state(&s, "client", TCP_STATE_FIN_WAIT_1, TCP_STATE_FIN_WAIT_2, TCP_SEG_ACK_OF_FIN, "3.10.7.4");
  finish(&s, "client", "server", MS(550), MS(50));
  return script_end(&s, TRACE_WORD_IDLE);
}

static void take_crossing_fin(Script *s, const char *host, uint64_t fin) {
  script_receive(s, fin);
  script_state(s, host, TCP_STATE_FIN_WAIT_1, TCP_STATE_CLOSING, TCP_SEG_FIN, "3.10.7.4");
}

/* Both ends close, `later` after each other, before the first FIN arrives. */
static Trace *crossing(const char *title, int64_t later) {
  Script s;
  script_begin(&s, title, "client server", 50);
  script_conn(&s, "web", "client", "server", TCP_STATE_ESTABLISHED);
  uint64_t fin_a = close_and_send(&s, "client", "server", TCP_STATE_ESTABLISHED, "F. 1:1(0) ack 1");
  script_at(&s, later);
  uint64_t fin_b = close_and_send(&s, "server", "client", TCP_STATE_ESTABLISHED, "F. 1:1(0) ack 1");
  script_at(&s, MS(50));
  take_crossing_fin(&s, "server", fin_a);
  uint64_t ack_b = script_send(&s, "server", "client", ". 2:2(0) ack 2");
  script_at(&s, MS(50) + later);
  take_crossing_fin(&s, "client", fin_b);
  uint64_t ack_a = script_send(&s, "client", "server", ". 2:2(0) ack 2");
  script_at(&s, MS(100));
  script_receive(&s, ack_b);
  enter_time_wait(&s, "client", TCP_STATE_CLOSING, MS(100), MS(100) + S(60));
  script_at(&s, MS(100) + later);
  script_receive(&s, ack_a);
  enter_time_wait(&s, "server", TCP_STATE_CLOSING, MS(100) + later, MS(100) + later + S(60));
  leave_time_wait(&s, "client", MS(100) + S(60));
  leave_time_wait(&s, "server", MS(100) + later + S(60));
  return script_end(&s, TRACE_WORD_IDLE);
}

static Trace *simultaneous(void) {
  return crossing("Both close at once", 0);
}

static Trace *nearly_simultaneous(void) {
  return crossing("Nearly at once", MS(40));
}

/* Data is delayed on its way, the FIN behind it arrives first. */
static Trace *overtaken(void) {
  Script s;
  script_begin(&s, "The FIN overtakes data", "client server", 50);
  g_ptr_array_add(s.trace->header->faults, g_strdup("delay the first data from client by 100 ms"));
  script_conn(&s, "web", "client", "server", TCP_STATE_ESTABLISHED);
  script_app(&s, "client", "send", "ok", 100);
  uint64_t data = script_send(&s, "client", "server", "P. 1:101(100) ack 1");
  script_delay(&s, data, 100, "fault 1");
  uint64_t fin = close_and_send(&s, "client", "server", TCP_STATE_ESTABLISHED, "F. 101:101(0) ack 1");
  script_at(&s, MS(50));
  script_receive(&s, fin);
  uint64_t dup = script_send(&s, "server", "client", ". 1:1(0) ack 1");
  script_at(&s, MS(100));
  script_receive(&s, dup);
  script_at(&s, MS(150));
  script_receive(&s, data);
  script_app(&s, "server", "recv", "ok", 100);
  script_state(&s, "server", TCP_STATE_ESTABLISHED, TCP_STATE_CLOSE_WAIT, TCP_SEG_FIN, "3.10.7.4");
  uint64_t ack = script_send(&s, "server", "client", ". 1:1(0) ack 102");
  script_app(&s, "server", "recv", "eof", -1);
  script_at(&s, MS(200));
  script_receive(&s, ack);
  script_state(&s, "client", TCP_STATE_FIN_WAIT_1, TCP_STATE_FIN_WAIT_2, TCP_SEG_ACK_OF_FIN, "3.10.7.4");
  finish(&s, "client", "server", MS(350), MS(50));
  return script_end(&s, TRACE_WORD_IDLE);
}

/* The last ACK is lost: TIME-WAIT answers the repeated FIN and starts again. */
static Trace *last_ack_lost(void) {
  Script s;
  script_begin(&s, "The last ACK is lost", "client server", 50);
  g_ptr_array_add(s.trace->header->faults, g_strdup("drop the second ACK from client"));
  script_conn(&s, "web", "client", "server", TCP_STATE_ESTABLISHED);
  half_close(&s, "client", "server");
  uint64_t ack = close_behind(&s, "client", "server", MS(250), MS(50));
  script_at(&s, MS(325));
  script_drop(&s, ack, "fault 1");
  script_at(&s, MS(1250));
  uint64_t fin = script_resend(&s, "server", "client", "F. 1:1(0) ack 2", 2, "retransmission");
  script_at(&s, MS(1300));
  script_receive(&s, fin);
  script_timer(&s, "client", TCP_TIMER_TIME_WAIT, TRACE_WORD_ARMED, MS(1300) + S(60));
  script_port(&s, "client", 49152, TRACE_WORD_RESERVED, MS(1300) + S(60), NULL);
  ack = script_send(&s, "client", "server", ". 2:2(0) ack 2");
  script_at(&s, MS(1350));
  script_receive(&s, ack);
  script_state(&s, "server", TCP_STATE_LAST_ACK, TCP_STATE_CLOSED, TCP_SEG_ACK_OF_FIN, "3.10.7.4");
  leave_time_wait(&s, "client", MS(1300) + S(60));
  return script_end(&s, TRACE_WORD_IDLE);
}

/* The link to the server dies: the FIN is sent nine times, then the client gives up. */
static Trace *gives_up(void) {
  Script s;
  script_begin(&s, "The link dies", "client server", 50);
  script_conn(&s, "web", "client", "server", TCP_STATE_ESTABLISHED);
  script_put(&s, (TraceRecord){.kind = TRACE_LINK,
                               .link = {.link = script_name(&s, "client>server"), .change = TRACE_WORD_DOWN}});
  uint64_t fin = close_and_send(&s, "client", "server", TCP_STATE_ESTABLISHED, "F. 1:1(0) ack 1");
  script_drop(&s, fin, "down");
  static const int64_t at[] = {1, 3, 7, 15, 31, 63, 123, 183};
  for (unsigned i = 0; i < G_N_ELEMENTS(at); i++) {
    script_at(&s, S(at[i]));
    fin = script_resend(&s, "client", "server", "F. 1:1(0) ack 1", i + 2, "retransmission");
    script_drop(&s, fin, "down");
  }
  script_at(&s, S(243));
  script_state(&s, "client", TCP_STATE_FIN_WAIT_1, TCP_STATE_CLOSED, TCP_TMO_RETRANSMISSION, "3.10.8");
  s.trace->records[s.trace->count - 1].state.guard = TCP_GUARD_LIMIT_REACHED;
  script_app(&s, "client", "notice", "timeout", -1);
  return script_end(&s, TRACE_WORD_IDLE);
}

/* The server still writes when the client has gone: RST. */
static Trace *reset(void) {
  Script s;
  script_begin(&s, "Data for an application that has closed", "client server", 50);
  script_conn(&s, "web", "client", "server", TCP_STATE_ESTABLISHED);
  half_close(&s, "client", "server");
  script_at(&s, MS(150));
  script_app(&s, "server", "send", "ok", 1000);
  uint64_t data = script_send(&s, "server", "client", "P. 1:1001(1000) ack 2");
  uint64_t copy = script_duplicate(&s, data, "fault 1");
  script_at(&s, MS(200));
  script_receive(&s, data);
  script_state(&s, "client", TCP_STATE_FIN_WAIT_2, TCP_STATE_CLOSED, TCP_CALL_ABORT, "3.10.5");
  uint64_t rst = script_send(&s, "client", "server", "R 2:2(0)");
  script_at(&s, MS(210));
  script_receive(&s, copy);
  script_discard(&s, copy, TCP_CHECK_NO_CONNECTION);
  uint64_t again = script_send(&s, "client", "server", "R 2:2(0)");
  script_at(&s, MS(250));
  script_receive(&s, rst);
  script_state(&s, "server", TCP_STATE_CLOSE_WAIT, TCP_STATE_CLOSED, TCP_SEG_RST, "3.10.7.4");
  script_app(&s, "server", "notice", "reset", -1);
  script_at(&s, MS(260));
  script_receive(&s, again);
  script_discard(&s, again, TCP_CHECK_NO_CONNECTION);
  return script_end(&s, TRACE_WORD_IDLE);
}

/* Another process wants the port while it is reserved; a stray segment arrives. */
static Trace *port_refused(void) {
  Script s;
  script_begin(&s, "The port is reserved for 2 MSL", "client server", 50);
  script_conn(&s, "web", "client", "server", TCP_STATE_ESTABLISHED);
  script_port(&s, "client", 49152, TRACE_WORD_BOUND, -1, NULL);
  half_close(&s, "client", "server");
  uint64_t ack = close_behind(&s, "client", "server", MS(250), MS(50));
  script_at(&s, MS(350));
  script_receive(&s, ack);
  script_state(&s, "server", TCP_STATE_LAST_ACK, TCP_STATE_CLOSED, TCP_SEG_ACK_OF_FIN, "3.10.7.4");
  static const struct {
    int64_t at;
    const char *result;
  } binds[] = {{S(30), "EADDRINUSE"}, {MS(300) + S(60), "ok"}};
  for (unsigned i = 0; i < G_N_ELEMENTS(binds); i++) {
    if (i > 0)
      leave_time_wait(&s, "client", binds[i].at);
    script_at(&s, binds[i].at);
    script_put(&s, (TraceRecord){.kind = TRACE_APP,
                                 .app = {.host = script_name(&s, "client"),
                                         .app = script_name(&s, "second"),
                                         .call = script_name(&s, "bind"),
                                         .result = script_name(&s, binds[i].result),
                                         .octets = -1,
                                         .port = 49152}});
    script_port(&s, "client", 49152, i == 0 ? TRACE_WORD_REFUSED : TRACE_WORD_BOUND, -1, i == 0 ? "EADDRINUSE" : NULL);
  }
  return script_end(&s, TRACE_WORD_IDLE);
}

/* Two connections of one client, to two servers, the second beyond the first. */
static Trace *three_hosts(void) {
  Script s;
  script_begin(&s, "Three hosts, two connections", "client proxy server", 20);
  script_conn(&s, "near", "client", "proxy", TCP_STATE_ESTABLISHED);
  script_conn(&s, "far", "client", "server", TCP_STATE_ESTABLISHED);
  uint64_t fin_far = close_and_send(&s, "client", "server", TCP_STATE_ESTABLISHED, "F. 1:1(0) ack 1");
  script_at(&s, MS(10));
  s.conn = "near";
  uint64_t fin_near = close_and_send(&s, "client", "proxy", TCP_STATE_ESTABLISHED, "F. 1:1(0) ack 1");
  script_at(&s, MS(30));
  uint64_t ack_near = take_fin(&s, "proxy", "client", fin_near, ". 1:1(0) ack 2");
  script_at(&s, MS(40));
  s.conn = "far";
  uint64_t ack_far = take_fin(&s, "server", "client", fin_far, ". 1:1(0) ack 2");
  script_at(&s, MS(50));
  s.conn = "near";
  script_receive(&s, ack_near);
  script_state(&s, "client", TCP_STATE_FIN_WAIT_1, TCP_STATE_FIN_WAIT_2, TCP_SEG_ACK_OF_FIN, "3.10.7.4");
  script_at(&s, MS(80));
  s.conn = "far";
  script_receive(&s, ack_far);
  script_state(&s, "client", TCP_STATE_FIN_WAIT_1, TCP_STATE_FIN_WAIT_2, TCP_SEG_ACK_OF_FIN, "3.10.7.4");
  finish(&s, "client", "server", MS(100), MS(40));
  return script_end(&s, TRACE_WORD_IDLE);
}

/* A handshake, data both ways at a rate, a half-close, times finer than a microsecond. */
static Trace *handshake(void) {
  Script s;
  script_begin(&s, "From the handshake on", "client server", 10);
  script_conn(&s, "web", "client", "server", TCP_STATE_CLOSED);
  script_app(&s, "server", "listen", "ok", -1);
  script_state(&s, "server", TCP_STATE_CLOSED, TCP_STATE_LISTEN, TCP_CALL_OPEN_PASSIVE, "3.10.1");
  script_app(&s, "client", "connect", "ok", -1);
  script_state(&s, "client", TCP_STATE_CLOSED, TCP_STATE_SYN_SENT, TCP_CALL_OPEN_ACTIVE, "3.10.1");
  uint64_t syn = script_send(&s, "client", "server", "S 0:0(0)");
  script_at(&s, MS(10));
  script_receive(&s, syn);
  script_state(&s, "server", TCP_STATE_LISTEN, TCP_STATE_SYN_RECEIVED, TCP_SEG_SYN, "3.10.7.2");
  syn = script_send(&s, "server", "client", "S. 0:0(0) ack 1");
  script_at(&s, MS(20));
  script_receive(&s, syn);
  script_state(&s, "client", TCP_STATE_SYN_SENT, TCP_STATE_ESTABLISHED, TCP_SEG_ACK_OF_SYN, "3.10.7.3");
  uint64_t ack = script_send(&s, "client", "server", ". 1:1(0) ack 1");
  script_app(&s, "client", "notice", "established", -1);
  script_app(&s, "client", "send", "ok", 3000);
  uint64_t data[3];
  static const char *const texts[] = {". 1:1461(1460) ack 1", ". 1461:2921(1460) ack 1", "P. 2921:3001(80) ack 1"};
  for (unsigned i = 0; i < 3; i++)
    data[i] = script_send(&s, "client", "server", texts[i]);
  script_app(&s, "client", "shutdown", "ok", -1);
  script_state(&s, "client", TCP_STATE_ESTABLISHED, TCP_STATE_FIN_WAIT_1, TCP_CALL_CLOSE, "3.10.4");
  uint64_t fin = script_send(&s, "client", "server", "F. 3001:3001(0) ack 1");
  script_at(&s, MS(30));
  script_receive(&s, ack);
  script_state(&s, "server", TCP_STATE_SYN_RECEIVED, TCP_STATE_ESTABLISHED, TCP_SEG_ACK_OF_SYN, "3.10.7.4");
  script_app(&s, "server", "notice", "established", -1);
  for (unsigned i = 0; i < 3; i++) {
    s.now += 1200001;
    script_receive(&s, data[i]);
    script_app(&s, "server", "recv", "ok", i < 2 ? 1460 : 80);
    if (i == 1) {
      ack = script_send(&s, "server", "client", ". 1:1(0) ack 2921 win 0");
    }
  }
  s.now += 1200001;
  script_receive(&s, fin);
  script_state(&s, "server", TCP_STATE_ESTABLISHED, TCP_STATE_CLOSE_WAIT, TCP_SEG_FIN, "3.10.7.4");
  uint64_t last = script_send(&s, "server", "client", ". 1:1(0) ack 3002");
  script_app(&s, "server", "recv", "eof", -1);
  script_at(&s, MS(43));
  script_receive(&s, ack);
  script_at(&s, MS(45));
  script_receive(&s, last);
  script_state(&s, "client", TCP_STATE_FIN_WAIT_1, TCP_STATE_FIN_WAIT_2, TCP_SEG_ACK_OF_FIN, "3.10.7.4");
  script_at(&s, S(3600));
  return script_end(&s, TRACE_WORD_DURATION);
}

/* Six hosts on a line, each closing to the next but one. */
static Trace *six_hosts(void) {
  Script s;
  script_begin(&s, "Six hosts", "alpha beta gamma delta epsilon zeta", 5);
  script_conn(&s, "one", "alpha", "delta", TCP_STATE_ESTABLISHED);
  script_conn(&s, "two", "zeta", "epsilon", TCP_STATE_ESTABLISHED);
  s.conn = "one";
  uint64_t fin = close_and_send(&s, "alpha", "delta", TCP_STATE_ESTABLISHED, "F. 1:1(0) ack 1");
  script_at(&s, MS(5));
  s.conn = "two";
  uint64_t lost = close_and_send(&s, "zeta", "epsilon", TCP_STATE_ESTABLISHED, "F. 1:1(0) ack 1");
  script_at(&s, MS(8));
  script_drop(&s, lost, "loss");
  script_at(&s, MS(15));
  s.conn = "one";
  uint64_t ack = take_fin(&s, "delta", "alpha", fin, ". 1:1(0) ack 2");
  script_at(&s, MS(30));
  script_receive(&s, ack);
  script_state(&s, "alpha", TCP_STATE_FIN_WAIT_1, TCP_STATE_FIN_WAIT_2, TCP_SEG_ACK_OF_FIN, "3.10.7.4");
  script_at(&s, MS(1005));
  s.conn = "two";
  fin = script_resend(&s, "zeta", "epsilon", "F. 1:1(0) ack 1", 2, "retransmission");
  script_at(&s, MS(1010));
  script_receive(&s, fin);
  script_discard(&s, fin, TCP_CHECK_SEQUENCE);
  script_put(
      &s, (TraceRecord){.kind = TRACE_HOST, .host = {.host = script_name(&s, "epsilon"), .change = TRACE_WORD_CRASH}});
  return script_end(&s, TRACE_WORD_DURATION);
}

const TextTrace text_traces[] = {{"four-segments", four_segments},
                                 {"long-names", long_names},
                                 {"three-segments", three_segments},
                                 {"first-fin-lost", first_fin_lost},
                                 {"simultaneous", simultaneous},
                                 {"nearly-simultaneous", nearly_simultaneous},
                                 {"overtaken", overtaken},
                                 {"last-ack-lost", last_ack_lost},
                                 {"gives-up", gives_up},
                                 {"reset", reset},
                                 {"port-refused", port_refused},
                                 {"three-hosts", three_hosts},
                                 {"handshake", handshake},
                                 {"six-hosts", six_hosts},
                                 {NULL, NULL}};

Trace *text_trace(const char *name) {
  for (const TextTrace *t = text_traces; t->name != NULL; t++) {
    if (strcmp(t->name, name) == 0)
      return t->build();
  }
  g_assert_not_reached();
}

/* Any value of an enum, drawn anew. */
#define DRAW(count) ((unsigned)g_rand_int_range(rand, 0, (gint32)(count)))

/* Fills the record's fields of its kind with values that fit their types and nothing else. */
static void fill_with_noise(TraceRecord *record, GRand *rand, unsigned n_names) {
  unsigned n_fields;
  const TraceField *fields = trace_kind_fields(record->kind, &n_fields);
  for (unsigned i = 0; i < n_fields; i++) {
    char *at = (char *)record + fields[i].offset;
    uint64_t bits = (uint64_t)g_rand_int(rand) << 32 | g_rand_int(rand);
    uint64_t small = DRAW(12);
    switch (fields[i].type) {
    case TRACE_TYPE_NAME:
    case TRACE_TYPE_ENDPOINT:
      *(Name *)at = DRAW(n_names + 1);
      break;
    case TRACE_TYPE_STATE:
      *(TcpState *)at = (TcpState)DRAW(TCP_STATE_COUNT);
      break;
    case TRACE_TYPE_STIMULUS:
      *(TcpStimulus *)at = (TcpStimulus)DRAW(TCP_STIMULUS_COUNT);
      break;
    case TRACE_TYPE_GUARD:
      *(TcpGuard *)at = (TcpGuard)DRAW(TCP_GUARD_COUNT);
      break;
    case TRACE_TYPE_TIMER:
      *(TcpTimer *)at = (TcpTimer)DRAW(TCP_TIMER_COUNT);
      break;
    case TRACE_TYPE_CHECK:
      *(TcpCheck *)at = (TcpCheck)DRAW(TCP_CHECK_COUNT);
      break;
    case TRACE_TYPE_WORD:
      *(TraceWord *)at = (TraceWord)DRAW(TRACE_WORD_COUNT);
      break;
    case TRACE_TYPE_SEGMENT:
      *(uint64_t *)at = small;
      break;
    case TRACE_TYPE_NUMBER:
      *(uint64_t *)at = DRAW(2) ? small : bits;
      break;
    case TRACE_TYPE_TIME:
    case TRACE_TYPE_OCTETS:
      *(int64_t *)at = DRAW(4) == 0 ? INT64_MAX : (int64_t)(bits >> DRAW(64));
      break;
    case TRACE_TYPE_PORT:
      *(uint16_t *)at = (uint16_t)bits;
      break;
    case TRACE_TYPE_SEQ:
      *(uint32_t *)at = (uint32_t)(bits >> DRAW(64));
      break;
    case TRACE_TYPE_FLAGS:
      *(TcpFlags *)at = (TcpFlags)bits;
      break;
    case TRACE_TYPE_OPTIONS:
      *(TcpOptions *)at = (TcpOptions){.has = (uint8_t)bits, .n_sack = (uint8_t)DRAW(TCP_OPTIONS_MAX_SACK + 1)};
      break;
    }
  }
}

Trace *text_trace_of_noise(guint32 seed, unsigned count) {
  static const char *const hosts[] = {"a", "b", "\xe5\xae\xa2\xe6\x88\xb7", "x\nx", "\xff\xfe", "a>b"};
  static const char *const others[] = {"web",        "close", "recv", "eof",      "ok",     "fault 1",
                                       "a>b\x1b[2J", "",      "down", "checksum", "notice", "\xe2\x80\xae reversed",
                                       "e\xcc\x81"};
  GRand *rand = g_rand_new_with_seed(seed);
  TraceHeader *header = trace_header_new();
  header->title = g_strdup("noise \x07 \xc3\x28");
  unsigned n_hosts = DRAW(G_N_ELEMENTS(hosts) + 1);
  Trace *trace = trace_new(header, NULL);
  for (unsigned i = 0; i < G_N_ELEMENTS(hosts); i++) {
    names_intern(trace->names, hosts[i]);
    if (i < n_hosts)
      trace_header_add_host(header, hosts[i], "linux", NULL);
  }
  for (unsigned i = 0; i < G_N_ELEMENTS(others); i++)
    names_intern(trace->names, others[i]);
  SimTime now = 0;
  for (unsigned i = 0; i < count; i++) {
    /* Time mostly goes on, as it should. */
    now = DRAW(20) == 0 ? (SimTime)((uint64_t)g_rand_int(rand) << DRAW(32))
                        : now + (SimTime)DRAW(3) * SIM_US(DRAW(100000));
    TraceRecord record = {.t = now, .kind = (TraceKind)DRAW(TRACE_KIND_COUNT)};
    fill_with_noise(&record, rand, G_N_ELEMENTS(hosts) + (DRAW(2) ? 0 : G_N_ELEMENTS(others)));
    trace_append(trace, &record);
  }
  g_rand_free(rand);
  return trace;
}

char *text_of(TextWriter writer, const Trace *trace, unsigned width, gboolean ascii, gboolean colour) {
  TextStyle style = {.width = width, .ascii = ascii, .colour = colour};
  GString *out = g_string_new(NULL);
  writer(trace, &style, out);
  return g_string_free(out, FALSE);
}

void assert_golden(const char *file, const char *text) {
  g_autofree char *path = g_test_build_filename(G_TEST_DIST, "tests", "golden", "text", file, NULL);
  if (g_getenv("TEARDOWN_UPDATE_GOLDEN") != NULL) {
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return;
  }
  g_autofree char *golden = NULL;
  g_autoptr(GError) error = NULL;
  g_file_get_contents(path, &golden, NULL, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(text, ==, golden);
}

/* Without the sequences that colour makes; asserts that they are whole and end with the line. */
static char *strip_colour(const char *text) {
  GString *out = g_string_new(NULL);
  gboolean on = FALSE;
  for (const char *p = text; *p != '\0'; p++) {
    if (*p == '\033') {
      size_t length = 2 + strspn(p + 2, "0123456789;");
      g_assert_cmpint(p[1], ==, '[');
      g_assert_cmpint(p[length], ==, 'm');
      on = strncmp(p, "\033[0m", 4) != 0;
      p += length;
    } else {
      g_assert_false(on && *p == '\n');
      g_string_append_c(out, *p);
    }
  }
  return g_string_free(out, FALSE);
}

static void assert_lines_fit(const char *text, unsigned width, gboolean ascii) {
  g_assert_true(g_utf8_validate(text, -1, NULL));
  g_assert_true(*text == '\0' || g_str_has_suffix(text, "\n"));
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    g_assert_cmpuint(text_width(*line), <=, width);
    g_assert_false(g_str_has_suffix(*line, " "));
    for (const char *p = *line; *p != '\0'; p = g_utf8_next_char(p)) {
      gunichar c = g_utf8_get_char(p);
      g_assert_true(c >= 0x20 && c != 0x7f && (!ascii || c < 0x80));
      g_assert_true(g_unichar_type(c) != G_UNICODE_FORMAT && g_unichar_type(c) != G_UNICODE_CONTROL);
    }
  }
}

static void assert_sound(TextWriter writer, const Trace *trace, unsigned width) {
  g_autofree char *plain = text_of(writer, trace, width, FALSE, FALSE);
  g_autofree char *again = text_of(writer, trace, width, FALSE, FALSE);
  g_autofree char *coloured = text_of(writer, trace, width, FALSE, TRUE);
  g_autofree char *stripped = strip_colour(coloured);
  g_autofree char *ascii = text_of(writer, trace, width, TRUE, FALSE);
  g_assert_cmpstr(plain, ==, again);
  g_assert_cmpstr(plain, ==, stripped);
  assert_lines_fit(plain, width, FALSE);
  assert_lines_fit(ascii, width, TRUE);
}

void assert_writer_is_sound(TextWriter writer) {
  for (const TextTrace *t = text_traces; t->name != NULL; t++) {
    g_autoptr(Trace) trace = t->build();
    for (unsigned width = TEXT_WIDTH_MIN; width <= TEXT_WIDTH_MAX; width += width < 110 ? 1 : 15)
      assert_sound(writer, trace, width);
  }
  for (guint32 seed = 0; seed < 300; seed++) {
    g_autoptr(Trace) noise = text_trace_of_noise(seed, seed % 60);
    assert_sound(writer, noise, TEXT_WIDTH_MIN + seed % 100);
  }
}
