/* The wire: packets that the script injects, packets that the host sends, and the connections they belong to. */
#include "packetdrill/pkt_player.h"

#include <string.h>

#include "packetdrill/pkt_clock.h"

#define LONGEST_WAIT SIM_H(2) /* for a packet that may come at any time, or that comes too late */

/* --- trace -------------------------------------------------------------------------------------------------------- */

static void trace_segment(PktPlayer *player, uint32_t index, const Segment *segment, gboolean from_host) {
  if (!tracer_on(&player->tracer))
    return;
  Name host = from_host ? player->words.host : player->words.wire;
  Name peer = from_host ? player->words.wire : player->words.host;
  Name conn = index == PKT_NO_CONN ? 0 : pkt_conn(player, index)->name;
  TraceRecord record = {.t = sim_now(player->sim), .kind = TRACE_SENT};
  record.sent.host = host;
  record.sent.peer = peer;
  record.sent.conn = conn;
  record.sent.id = segment->id;
  record.sent.flags = segment->flags;
  record.sent.seq = segment->rel_seq;
  record.sent.ack = segment->rel_ack;
  record.sent.len = segment->len;
  record.sent.win = segment->win;
  record.sent.opts = segment->opts;
  for (unsigned i = 0; i < segment->opts.n_sack && index != PKT_NO_CONN; i++) {
    Seq base = from_host ? pkt_conn(player, index)->irs : pkt_conn(player, index)->iss;
    record.sent.opts.sack[i].left -= base;
    record.sent.opts.sack[i].right -= base;
  }
  record.sent.raw_seq = segment->seq;
  record.sent.raw_ack = segment->ack;
  record.sent.sport = segment->sport;
  record.sent.dport = segment->dport;
  record.sent.attempt = segment->attempt;
  record.sent.why = segment->why;
  record.sent.cause = segment->cause;
  tracer_put(&player->tracer, &record);
  TraceRecord received = {.t = record.t, .kind = TRACE_RECEIVED};
  received.received.host = peer;
  received.received.peer = host;
  received.received.conn = conn;
  received.received.id = segment->id;
  tracer_put(&player->tracer, &received);
}

static Name endpoint(PktPlayer *player, const char *address, uint16_t port) {
  char text[32];
  g_snprintf(text, sizeof text, "%s:%u", address, port);
  return names_intern(player->names, text);
}

static void trace_conn(PktPlayer *player, PktConn *conn) {
  if (!tracer_on(&player->tracer) || conn->traced)
    return;
  conn->traced = TRUE;
  Name ours = endpoint(player, "192.0.2.1", conn->lport), theirs = endpoint(player, "192.0.2.2", conn->rport);
  TraceRecord record = {.t = sim_now(player->sim), .kind = TRACE_CONN};
  record.connection.conn = conn->name;
  record.connection.client_host = conn->active ? player->words.host : player->words.wire;
  record.connection.client = conn->active ? ours : theirs;
  record.connection.server_host = conn->active ? player->words.wire : player->words.host;
  record.connection.server = conn->active ? theirs : ours;
  record.connection.state = TCP_STATE_CLOSED;
  tracer_put(&player->tracer, &record);
}

/* By a port that listens, for which there is no TCB. */
static void trace_discarded(PktPlayer *player, const PktConn *conn, const Segment *segment, TcpCheck check) {
  if (!tracer_on(&player->tracer))
    return;
  TraceRecord record = {.t = sim_now(player->sim), .kind = TRACE_DISCARDED};
  record.discarded.host = player->words.host;
  record.discarded.conn = conn->name;
  record.discarded.id = segment->id;
  record.discarded.check = check;
  record.discarded.rfc = names_intern(player->names, tcp_check_section(check));
  tracer_put(&player->tracer, &record);
}

void pkt_trace_app(PktPlayer *player, uint32_t conn, const char *call, const char *how, const char *result,
                   int64_t octets) {
  if (!tracer_on(&player->tracer))
    return;
  TraceRecord record = {.t = sim_now(player->sim), .kind = TRACE_APP};
  record.app.host = player->words.host;
  record.app.conn = conn == PKT_NO_CONN ? 0 : pkt_conn(player, conn)->name;
  record.app.call = names_intern(player->names, call);
  record.app.how = how ? names_intern(player->names, how) : 0;
  record.app.result = result ? names_intern(player->names, result) : 0;
  record.app.octets = octets;
  tracer_put(&player->tracer, &record);
}

/* --- connections -------------------------------------------------------------------------------------------------- */

uint32_t pkt_conn_new(PktPlayer *player, uint16_t lport, uint16_t rport, gboolean active) {
  uint32_t index = player->conns->len;
  char name[16];
  g_snprintf(name, sizeof name, "c%u", index + 1);
  PktConn conn = {.name = names_intern(player->names, name), .lport = lport, .active = active};
  conn.rport = rport ? rport : player->next_rport++;
  conn.socket = conn.listener = PKT_NO_SOCKET;
  g_array_append_val(player->conns, conn);
  trace_conn(player, pkt_conn(player, index));
  player->current = index;
  return index;
}

void pkt_conn_open(PktPlayer *player, uint32_t index, uint32_t from_socket) {
  PktConn *conn = pkt_conn(player, index);
  TcpIdentity identity = {.conn = index, .owner = index, .conn_name = conn->name, .lport = conn->lport};
  identity.rport = conn->rport;
  identity.peer = 1;
  conn->tcb = tcp_end_new(player->stack, &identity);
  conn->unread = 0;
  conn->error = NULL;
  conn->opened = conn->eof = conn->ended = conn->orphan = FALSE;
  if (from_socket != PKT_NO_SOCKET)
    pkt_socket_apply(player, pkt_socket(player, from_socket), conn->tcb);
}

static uint32_t find_conn(const PktPlayer *player, uint16_t lport, uint16_t rport) {
  for (uint32_t i = player->conns->len; i-- > 0;)
    if (pkt_conn(player, i)->lport == lport && pkt_conn(player, i)->rport == rport)
      return i;
  return PKT_NO_CONN;
}

static uint32_t find_listener(const PktPlayer *player, uint16_t port) {
  for (uint32_t i = 0; i < player->sockets->len; i++) {
    const PktSocket *socket = pkt_socket(player, i);
    if (socket->listening && !socket->closed && socket->port == port)
      return i;
  }
  return PKT_NO_SOCKET;
}

/* --- what TCP calls ----------------------------------------------------------------------------------------------- */

static void op_send(void *context, TcpHandle end, Segment *segment) {
  PktPlayer *player = context;
  segment->id = ++player->last_id;
  uint32_t index = segment->conn < player->conns->len ? segment->conn : PKT_NO_CONN;
  if (index != PKT_NO_CONN && end != TCP_NO_HANDLE) {
    PktConn *conn = pkt_conn(player, index);
    conn->iss = segment->seq - segment->rel_seq;
    segment->rel_ack = segment->flags & TCP_ACK ? segment->ack - conn->irs : 0;
  }
  trace_segment(player, index, segment, TRUE);
  PktSent sent = {.segment = *segment, .at = sim_now(player->sim), .conn = index, .without_tcb = end == TCP_NO_HANDLE};
  g_array_append_val(player->sent, sent);
  if (player->stop_on_send)
    sim_stop(player->sim);
}

static void tell(PktPlayer *player, uint32_t conn, const char *what) {
  if (!pkt_conn(player, conn)->orphan)
    pkt_trace_app(player, conn, "notice", NULL, what, -1);
}

static void op_notice(void *context, TcpHandle end, TcpNotice notice) {
  PktPlayer *player = context;
  uint32_t index = tcp_end_owner(player->stack, end);
  PktConn *conn = pkt_conn(player, index);
  uint32_t reader = conn->socket != PKT_NO_SOCKET ? conn->socket : conn->listener;
  if (reader != PKT_NO_SOCKET)
    pkt_socket(player, reader)->wakeups++;
  switch (notice) {
  case TCP_NOTICE_OPEN:
    conn->opened = TRUE;
    tell(player, index, "established");
    break;
  case TCP_NOTICE_DATA:
  case TCP_NOTICE_CLOSED:
    break;
  case TCP_NOTICE_EOF:
    conn->eof = TRUE;
    break;
  case TCP_NOTICE_RESET:
    conn->error = conn->eof && player->is_linux ? "EPIPE" : "ECONNRESET";
    tell(player, index, "reset");
    break;
  case TCP_NOTICE_REFUSED:
    conn->error = player->is_linux && conn->last_state == TCP_STATE_SYN_RECEIVED ? "ECONNRESET" : "ECONNREFUSED";
    tell(player, index, "refused");
    break;
  case TCP_NOTICE_TIMEOUT:
    conn->error = "ETIMEDOUT";
    tell(player, index, "timeout");
    break;
  }
}

static void op_entered(void *context, TcpHandle end, TcpState to, SimTime until) {
  (void)until;
  PktPlayer *player = context;
  PktConn *conn = pkt_conn(player, tcp_end_owner(player->stack, end));
  if (to != TCP_STATE_CLOSED)
    conn->last_state = to;
  if (to == TCP_STATE_ESTABLISHED)
    conn->opened = TRUE;
  if (conn->error && strcmp(conn->error, "EPIPE") == 0 && conn->last_state != TCP_STATE_CLOSE_WAIT)
    conn->error = "ECONNRESET"; /* Linux: EPIPE in CLOSE-WAIT only */
}

/* A clock of 4 us (RFC 9293 3.4.1), with a start that makes live numbers differ from the script's. */
static Seq op_choose_iss(void *context, TcpHandle end) {
  PktPlayer *player = context;
  (void)end;
  Seq iss = 0x5EED0000u + (Seq)(sim_now(player->sim) / SIM_US(4));
  if (player->has_floor && seq_lt(iss, player->floor))
    iss = player->floor;
  player->has_floor = FALSE;
  return iss;
}

static gboolean op_listens(void *context, const Segment *segment) {
  return find_listener(context, segment->dport) != PKT_NO_SOCKET;
}

static void op_deleted(void *context, TcpHandle end) {
  PktPlayer *player = context;
  PktConn *conn = pkt_conn(player, tcp_end_owner(player->stack, end));
  TcpInfo info;
  tcp_end_info(player->stack, end, &info);
  conn->unread = info.unread;
  conn->eof |= info.eof;
  conn->tcb = TCP_NO_HANDLE;
}

const TcpOps PKT_TCP_OPS = {op_send, op_notice, op_entered, op_choose_iss, op_listens, op_deleted};

/* --- injection ---------------------------------------------------------------------------------------------------- */

/* Whom a packet is for: the ports it names, else the connection under test; a listening socket under test gets a new
 * connection, as a new client. */
static uint32_t conn_for(PktPlayer *player, const PktPacket *packet) {
  uint32_t index;
  if (packet->sport) {
    index = find_conn(player, packet->dport, packet->sport);
    if (index == PKT_NO_CONN)
      index = pkt_conn_new(player, packet->dport, packet->sport, FALSE);
    player->current = index;
    return index;
  }
  if (player->current != PKT_NO_CONN)
    return player->current;
  uint16_t port = PKT_LOCAL_PORT;
  if (player->listener != PKT_NO_SOCKET)
    port = pkt_socket(player, player->listener)->port;
  return pkt_conn_new(player, port, 0, FALSE);
}

static Segment segment_of(PktPlayer *player, const PktPacket *packet, uint32_t index) {
  PktConn *conn = pkt_conn(player, index);
  Segment segment = {.seq = packet->seq, .len = packet->len, .flags = packet->flags, .attempt = 1};
  if (packet->flags & TCP_SYN && !conn->has_remote) {
    conn->has_remote = TRUE;
    conn->irs = packet->seq;
  }
  segment.id = ++player->last_id;
  segment.rel_seq = segment.seq - conn->irs;
  segment.flags |= (TcpFlags)((packet->ecn & 1 ? TCP_ECE : 0) | (packet->ecn & 2 ? TCP_CWR : 0));
  if (packet->has_ack) {
    segment.ack = packet->ack + conn->local_base;
    segment.rel_ack = segment.ack - (conn->has_local ? conn->iss : 0);
  }
  segment.win = (uint16_t)(packet->has_win ? packet->win : UINT16_MAX);
  segment.conn = index;
  segment.from = 1;
  segment.sport = conn->rport;
  segment.dport = conn->lport;
  segment.opts = packet->options.options;
  if (segment.opts.has & TCP_OPT_TS && segment.opts.ts_ecr)
    segment.opts.ts_ecr = pkt_timestamps_live(&conn->timestamps, segment.opts.ts_ecr);
  for (unsigned i = 0; i < segment.opts.n_sack; i++) {
    segment.opts.sack[i].left += conn->local_base;
    segment.opts.sack[i].right += conn->local_base;
  }
  return segment;
}

/* RFC 9293 3.10.7.2 without a TCB for each port that listens: only a SYN makes one. */
static void arrives_at_listener(PktPlayer *player, uint32_t index, uint32_t listener, const Segment *segment) {
  PktConn *conn = pkt_conn(player, index);
  const PktSocket *socket = pkt_socket(player, listener);
  if (segment->flags & TCP_RST) {
    trace_discarded(player, conn, segment, TCP_CHECK_LISTEN_RST);
    return;
  }
  if (!(segment->flags & (TCP_SYN | TCP_ACK))) {
    trace_discarded(player, conn, segment, TCP_CHECK_LISTEN_OTHER);
    return;
  }
  if (segment->flags & TCP_ACK) {
    tcp_segment_arrives_closed(player->stack, segment, conn->name);
    return;
  }
  if ((int)pkt_socket_waiting(player, socket, NULL) > MAX(socket->backlog, 0))
    return; /* the queue is full */
  conn->irs = segment->seq;
  conn->listener = listener;
  conn->socket = PKT_NO_SOCKET;
  pkt_conn_open(player, index, listener);
  TcpHandle tcb = conn->tcb;
  tcp_open_passive(player->stack, tcb);
  tcp_segment_arrives(player->stack, tcb, segment, NULL);
}

/* RFC 9293 3.10.7.1, unless the administrator wants silence. */
static void arrives_closed(PktPlayer *player, const Segment *segment, Name conn) {
  gboolean silent = player->blackhole > 1 || (player->blackhole == 1 && segment->flags & TCP_SYN);
  if (!silent)
    tcp_segment_arrives_closed(player->stack, segment, conn);
}

static void arrives(PktPlayer *player, uint32_t index, const Segment *segment) {
  PktConn *conn = pkt_conn(player, index);
  if (player->drop_synfin && segment->flags & TCP_SYN && segment->flags & TCP_FIN) {
    trace_discarded(player, conn, segment, TCP_CHECK_LISTEN_OTHER);
    return;
  }
  if (conn->tcb != TCP_NO_HANDLE) {
    Seq floor = 0;
    if (!tcp_segment_arrives(player->stack, conn->tcb, segment, &floor)) {
      conn = pkt_conn(player, index); /* a handshake that failed: the process listens, not the TCB */
      if (conn->tcb != TCP_NO_HANDLE && tcp_end_state(player->stack, conn->tcb) == TCP_STATE_LISTEN)
        tcp_abort(player->stack, conn->tcb);
      return;
    }
    player->has_floor = TRUE;
    player->floor = floor;
  }
  uint32_t listener = find_listener(player, segment->dport);
  if (listener != PKT_NO_SOCKET)
    arrives_at_listener(player, index, listener, segment);
  else
    arrives_closed(player, segment, conn->name);
}

gboolean pkt_inject(PktPlayer *player, const PktPacket *packet) {
  if (packet->outside)
    return pkt_outside(player, "%s", packet->outside);
  if (packet->has_urg && packet->flags & TCP_URG)
    return pkt_outside(player, "urgent data");
  uint32_t index = conn_for(player, packet);
  Segment segment = segment_of(player, packet, index);
  trace_segment(player, index, &segment, FALSE);
  arrives(player, index, &segment);
  return TRUE;
}

/* --- expectation -------------------------------------------------------------------------------------------------- */

/* The next packets that were not looked at; valid until the simulation goes on. */
static PktSent *peek(PktPlayer *player, guint offset) {
  return &g_array_index(player->sent, PktSent, player->sent_seen + offset);
}

/* The SYN of a new TCB anchors the script's numbers anew. */
static void anchor(PktPlayer *player, const PktPacket *packet, const PktSent *sent) {
  if (sent->conn == PKT_NO_CONN || sent->without_tcb || !(sent->segment.flags & TCP_SYN))
    return;
  PktConn *conn = pkt_conn(player, sent->conn);
  uint32_t written = packet->seq_any ? 0 : packet->seq;
  if (!conn->has_local || conn->iss == sent->segment.seq) {
    conn->local_base = sent->segment.seq - written;
    conn->has_local = TRUE;
  }
}

/* A RST for no connection, in answer to a segment without ACK, has the number zero itself. */
static gboolean is_bare_reset(const PktSent *sent) {
  return sent->without_tcb && sent->segment.flags & TCP_ACK;
}

/* As the script would see it: its numbers. */
static PktSeen seen_of(const PktPlayer *player, const PktSent *sent) {
  const Segment *segment = &sent->segment;
  PktSeen seen = {.flags = segment->flags, .len = segment->len, .win = segment->win, .options = segment->opts};
  seen.sport = segment->sport;
  seen.dport = segment->dport;
  seen.seq = segment->seq;
  seen.ack = segment->flags & TCP_ACK ? segment->ack : 0;
  if (sent->conn == PKT_NO_CONN)
    return seen;
  const PktConn *conn = pkt_conn(player, sent->conn);
  if (conn->has_local && !is_bare_reset(sent))
    seen.seq -= conn->local_base;
  if (seen.options.has & TCP_OPT_TS)
    seen.options.ts_val = pkt_timestamps_script(&conn->timestamps, seen.options.ts_val);
  return seen;
}

/* Linux's tool sees what segmentation offload has not cut yet: one line of the script stands for packets that leave at
 * one instant, one behind the other. TRUE if the next one is such a neighbour. */
static gboolean joins(const PktSent *last, const PktSent *next, uint32_t total, uint32_t wanted) {
  return next->conn == last->conn && next->at == last->at && last->segment.len && total < wanted &&
         next->segment.seq == last->segment.seq + last->segment.len && next->segment.ack == last->segment.ack &&
         !(last->segment.flags & (TCP_SYN | TCP_FIN | TCP_RST)) && next->segment.attempt == last->segment.attempt &&
         total + next->segment.len <= wanted;
}

static void coalesce(PktPlayer *player, const PktPacket *packet, PktSeen *seen, guint *ret_count) {
  *ret_count = 1;
  const PktSent *last = peek(player, 0);
  if (packet->seq_any || packet->len <= seen->len)
    return;
  for (; player->sent_seen + *ret_count < player->sent->len; (*ret_count)++) {
    const PktSent *next = peek(player, *ret_count);
    if (!joins(last, next, seen->len, packet->len))
      return;
    seen->len += next->segment.len;
    seen->flags |= next->segment.flags;
    last = next;
  }
}

/* Linux sets PSH on whatever segmentation offload will cut, since 5.4; older ones, and others, at marks alone. */
static void push_what_is_cut(const PktPlayer *player, const PktPacket *packet, PktSeen *seen, guint count) {
  if (count > 1 && player->is_linux && packet->flags & TCP_PSH)
    seen->flags |= TCP_PSH;
}

static gboolean wait_for_packet(PktPlayer *player) {
  player->stop_on_send = TRUE;
  if (player->sent_seen >= player->sent->len)
    pkt_run_until(player, simtime_add(sim_now(player->sim), LONGEST_WAIT));
  player->stop_on_send = FALSE;
  return player->sent_seen < player->sent->len;
}

static gboolean none_came(PktPlayer *player, const PktEvent *event) {
  PktDue due = pkt_due(&event->time, player->finished_at);
  g_autofree char *when = pkt_due_text(&due), *packet = pkt_packet_text(event->packet);
  return pkt_fail(player, g_strdup_printf("%s > %s", when, packet), g_strdup("no packet"), "the packet never left");
}

static gboolean check_time(PktPlayer *player, const PktEvent *event, SimTime at, const char *text) {
  PktDue due = pkt_due(&event->time, player->finished_at), was = {FALSE, at, at};
  if (pkt_in_time(&due, player->tolerance, player->finished_at, at))
    return TRUE;
  g_autofree char *wanted = pkt_due_text(&due), *seen = pkt_due_text(&was);
  return pkt_fail(player, g_strdup_printf("%s > %s", wanted, text), g_strdup_printf("%s > %s", seen, text),
                  "timing: the packet left %.6f s too %s",
                  (double)(at < due.from ? due.from - at : at - due.until) / 1e9, at < due.from ? "early" : "late");
}

gboolean pkt_expect(PktPlayer *player, const PktEvent *event) {
  const PktPacket *packet = event->packet;
  guint count;
  if (packet->outside)
    return pkt_outside(player, "%s", packet->outside);
  if (!wait_for_packet(player))
    return none_came(player, event);
  const PktSent *sent = peek(player, 0);
  anchor(player, packet, sent);
  PktSeen seen = seen_of(player, sent);
  coalesce(player, packet, &seen, &count);
  push_what_is_cut(player, packet, &seen, count);
  /* TS val is anchored by the first packet that has one */
  PktConn *conn = sent->conn == PKT_NO_CONN ? NULL : pkt_conn(player, sent->conn);
  gboolean has_ts = packet->options.options.has & TCP_OPT_TS && seen.options.has & TCP_OPT_TS && conn;
  if (has_ts && !conn->timestamps.anchored)
    seen.options.ts_val = packet->options.options.ts_val;
  const char *differs = pkt_match(packet, &seen, &player->rules);
  g_autofree char *text = pkt_seen_text(&seen, player->rules.layout);
  if (differs) {
    player->result->seen_at = sent->at;
    return pkt_fail(player, pkt_packet_text(packet), g_steal_pointer(&text), "unexpected packet: %s", differs);
  }
  if (has_ts && !packet->options.ts_any && !packet->options.ts_val_any)
    pkt_timestamps_note(&conn->timestamps, packet->options.options.ts_val, sent->segment.opts.ts_val);
  player->sent_seen += count;
  return check_time(player, event, sent->at, text);
}
