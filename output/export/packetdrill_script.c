#include "output/export/packetdrill_script.h"

#include <stdlib.h>
#include <string.h>

G_DEFINE_QUARK(packetdrill - script - error - quark, packetdrill_script_error)

#define FIRST_TIMESTAMP 1000 /* of a peer whose handshake the trace does not show */

typedef struct Writer {
  const Trace *trace;
  GString *out;
  const TraceHost *host, *peer; /* of the header; NULL: it says nothing of them */
  Name name, peer_name, conn;
  gboolean client, established, bsd;
  SimTime base;              /* added to every time */
  const TraceRecord **by_id; /* the `sent` or `injected` record of a segment */
  uint64_t *original;        /* of a copy that the network made: the segment's own number */
  uint64_t n_ids;
  gboolean has_socket, accepted, closed;
  int64_t unread;      /* octets that the application has read in the run and not yet in the script */
  SimTime received_at; /* the last arrival */
  uint32_t first_syn;  /* raw number of the host's SYN */
  gboolean has_syn;
} Writer;

static gboolean outside(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static gboolean outside(GError **error, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_set_error_literal(error, PACKETDRILL_SCRIPT_ERROR, PACKETDRILL_SCRIPT_ERROR_OUTSIDE, text);
  return FALSE;
}

/* --- what the trace says ------------------------------------------------------------------------------------------ */

static const TraceHost *header_host(const Trace *trace, const char *name) {
  for (guint i = 0; trace->header && name && i < trace->header->hosts->len; i++) {
    const TraceHost *host = g_ptr_array_index(trace->header->hosts, i);
    if (strcmp(host->name, name) == 0)
      return host;
  }
  return NULL;
}

static const char *param(const TraceHost *host, const char *name) {
  for (guint i = 0; host && i < host->params->len; i++) {
    const TraceParam *entry = g_ptr_array_index(host->params, i);
    if (strcmp(entry->name, name) == 0)
      return entry->value;
  }
  return "";
}

static uint64_t number(const TraceHost *host, const char *name, uint64_t otherwise) {
  const char *text = param(host, name);
  return *text ? g_ascii_strtoull(text, NULL, 10) : otherwise;
}

static gboolean is_on(const TraceHost *host, const char *name) {
  return strcmp(param(host, name), "true") == 0;
}

static SimTime link_delay(const Trace *trace, const char *from, const char *to) {
  for (guint i = 0; trace->header && i < trace->header->links->len; i++) {
    const TraceLink *link = g_ptr_array_index(trace->header->links, i);
    if (from && to && strcmp(link->from, from) == 0 && strcmp(link->to, to) == 0)
      return link->delay;
  }
  return 0;
}

static gboolean find_connection(Writer *writer, GError **error) {
  for (size_t i = 0; i < writer->trace->count; i++) {
    const TraceRecord *record = &writer->trace->records[i];
    if (record->kind != TRACE_CONN)
      continue;
    gboolean client = record->connection.client_host == writer->name;
    if (!client && record->connection.server_host != writer->name)
      continue;
    if (writer->conn)
      return outside(error, "%s has more than one connection", trace_text(writer->trace, writer->name));
    writer->conn = record->connection.conn;
    writer->client = client;
    writer->peer_name = client ? record->connection.server_host : record->connection.client_host;
    writer->established = record->connection.state == TCP_STATE_ESTABLISHED;
  }
  if (!writer->conn)
    return outside(error, "%s has no connection", trace_text(writer->trace, writer->name));
  return TRUE;
}

static void index_segments(Writer *writer) {
  const Trace *trace = writer->trace;
  for (unsigned pass = 0; pass < 2; pass++) {
    for (size_t i = 0; i < trace->count; i++) {
      const TraceRecord *record = &trace->records[i];
      uint64_t id = record->kind == TRACE_SENT         ? record->sent.id
                    : record->kind == TRACE_INJECTED   ? record->injected.id
                    : record->kind == TRACE_DUPLICATED ? record->duplicated.copy
                                                       : 0;
      if (pass == 0)
        writer->n_ids += id != 0;
      else if (id && id < writer->n_ids && record->kind == TRACE_DUPLICATED)
        writer->original[id] = record->duplicated.id;
      else if (id && id < writer->n_ids)
        writer->by_id[id] = record;
    }
    if (pass == 0) {
      writer->n_ids++;
      writer->by_id = g_new0(const TraceRecord *, writer->n_ids);
      writer->original = g_new0(uint64_t, writer->n_ids);
    }
  }
}

static const TraceRecord *segment_of(const Writer *writer, uint64_t id) {
  for (unsigned hops = 0; id && id < writer->n_ids && hops < 64; hops++, id = writer->original[id])
    if (writer->by_id[id])
      return writer->by_id[id];
  return NULL;
}

/* --- lines -------------------------------------------------------------------------------------------------------- */

static void begin(const Writer *writer, SimTime at) {
  SimTime ns = at % SIM_S(1);
  g_string_append_printf(writer->out, "%" G_GINT64_FORMAT ".%0*" G_GINT64_FORMAT " ", at / SIM_S(1), ns % 1000 ? 9 : 6,
                         ns % 1000 ? ns : ns / 1000);
}

/* Octets that the options take so far decide how the next is aligned; every stack aligns these the same way, but for
 * the order in a SYN: Linux puts the timestamps before the window scale, FreeBSD behind, and fills the end with eol. */
static void append_syn_options(GString *text, const TcpOptions *options, gboolean bsd) {
  gboolean sack_ok = (options->has & TCP_OPT_SACK_OK) != 0, ts = (options->has & TCP_OPT_TS) != 0;
  g_autofree char *stamp = ts ? g_strdup_printf("TS val %u ecr %u", options->ts_val, options->ts_ecr) : NULL;
  if (options->has & TCP_OPT_MSS)
    g_string_append_printf(text, "mss %u,", options->mss);
  if (bsd && options->has & TCP_OPT_WSCALE)
    g_string_append_printf(text, "nop,wscale %u,", options->wscale);
  if (bsd)
    g_string_append_printf(text, "%s%s%s%s",
                           sack_ok ? "sackOK,"
                           : ts    ? "nop,nop,"
                                   : "",
                           ts ? stamp : "", ts ? "," : "", sack_ok && !ts ? "eol,eol," : "");
  else
    g_string_append_printf(text, "%s%s%s",
                           !sack_ok ? (ts ? "nop,nop," : "")
                           : ts     ? "sackOK,"
                                    : "nop,nop,sackOK,",
                           ts ? stamp : "", ts ? "," : "");
  if (!bsd && options->has & TCP_OPT_WSCALE)
    g_string_append_printf(text, "nop,wscale %u,", options->wscale);
}

static void append_options(GString *out, const TcpOptions *options, gboolean syn, gboolean bsd) {
  g_autoptr(GString) text = g_string_new(NULL);
  if (syn)
    append_syn_options(text, options, bsd);
  else if (options->has & TCP_OPT_TS)
    g_string_append_printf(text, "nop,nop,TS val %u ecr %u,", options->ts_val, options->ts_ecr);
  if (options->n_sack)
    g_string_append(text, "nop,nop,sack");
  for (unsigned i = 0; i < options->n_sack; i++)
    g_string_append_printf(text, " %u:%u", options->sack[i].left, options->sack[i].right);
  if (options->n_sack)
    g_string_append_c(text, ',');
  if (text->len)
    g_string_append_printf(out, " <%.*s>", (int)text->len - 1, text->str);
}

/* What both kinds of records say of a segment. */
typedef struct Shown {
  TcpFlags flags;
  uint32_t seq, ack, len, win;
  TcpOptions options;
} Shown;

static void write_segment(Writer *writer, SimTime at, char direction, const Shown *shown) {
  char flags[16];
  begin(writer, at);
  g_string_append_printf(writer->out, "%c %s %u:%u(%u)", direction, tcp_flags_print(shown->flags, flags, sizeof flags),
                         shown->seq, shown->seq + shown->len, shown->len);
  if (shown->flags & TCP_ACK)
    g_string_append_printf(writer->out, " ack %u", shown->ack);
  if (direction == '<')
    g_string_append_printf(writer->out, " win %u", shown->win);
  append_options(writer->out, &shown->options, (shown->flags & TCP_SYN) != 0, direction == '>' && writer->bsd);
  g_string_append_c(writer->out, '\n');
}

static void write_line(Writer *writer, SimTime at, const char *format, ...) G_GNUC_PRINTF(3, 4);
static void write_line(Writer *writer, SimTime at, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  begin(writer, at);
  g_string_append_vprintf(writer->out, format, arguments);
  g_string_append_c(writer->out, '\n');
  va_end(arguments);
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

static int fd_of(const Writer *writer) {
  return writer->client ? 3 : 4;
}

static void write_socket(Writer *writer, SimTime at) {
  writer->has_socket = TRUE;
  write_line(writer, at, "socket(..., SOCK_STREAM, IPPROTO_TCP) = 3");
  write_line(writer, at, "fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0");
}

static void write_listen(Writer *writer, SimTime at) {
  write_socket(writer, at);
  write_line(writer, at, "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0");
  write_line(writer, at, "bind(3, ..., ...) = 0");
  write_line(writer, at, "listen(3, 5) = 0");
}

static void write_accept(Writer *writer, SimTime at) {
  if (writer->accepted || writer->client)
    return;
  writer->accepted = TRUE;
  write_line(writer, at, "accept(3, ..., ...) = 4");
  write_line(writer, at, "fcntl(4, F_SETFL, O_RDWR|O_NONBLOCK) = 0");
}

static void write_connect(Writer *writer, SimTime at) {
  write_socket(writer, at);
  write_line(writer, at, "connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)");
}

static gboolean offers_window_scale(const TraceHost *host) {
  return number(host, "window_scale", 0) || is_on(host, "window_scale_always");
}

/* A SYN as a host with these parameters sends it, `answers` the other's. */
static Shown syn_of(const TraceHost *host, const TraceHost *other, gboolean answers, uint32_t ts_val, uint32_t ts_ecr) {
  Shown shown = {.flags = TCP_SYN | (answers ? TCP_ACK : 0), .ack = answers ? 1 : 0};
  uint64_t window = number(host, "rcv_wnd", 65535);
  shown.win = (uint32_t)MIN(window, 65535);
  shown.options.has = TCP_OPT_MSS;
  shown.options.mss = (uint16_t)MIN(number(host, "mss", 1460), 65535);
  shown.options.wscale = (uint8_t)MIN(number(host, "window_scale", 0), 14);
  if (offers_window_scale(host) && (!answers || offers_window_scale(other)))
    shown.options.has |= TCP_OPT_WSCALE;
  if (is_on(host, "sack") && (!answers || is_on(other, "sack")))
    shown.options.has |= TCP_OPT_SACK_OK;
  if (is_on(host, "timestamps") && (!answers || is_on(other, "timestamps"))) {
    shown.options.has |= TCP_OPT_TS;
    shown.options.ts_val = ts_val;
    shown.options.ts_ecr = ts_ecr;
  }
  return shown;
}

/* The third segment of the handshake. */
static Shown ack_of(const TraceHost *host, const TraceHost *other, uint32_t ts_val, uint32_t ts_ecr) {
  Shown shown = {.flags = TCP_ACK, .seq = 1, .ack = 1};
  gboolean scaled = offers_window_scale(host) && offers_window_scale(other);
  uint64_t window = number(host, "rcv_wnd", 65535) >> (scaled ? MIN(number(host, "window_scale", 0), 14) : 0);
  shown.win = (uint32_t)MIN(window, 65535);
  if (is_on(host, "timestamps") && is_on(other, "timestamps")) {
    shown.options.has = TCP_OPT_TS;
    shown.options.ts_val = ts_val;
    shown.options.ts_ecr = ts_ecr;
  }
  return shown;
}

/* For a connection that was open from the start. Timestamps go on to count as the trace has them. */
static void write_handshake(Writer *writer) {
  uint32_t ours = (uint32_t)(FIRST_TIMESTAMP - writer->base / SIM_MS(1)), theirs = FIRST_TIMESTAMP;
  if (writer->client) {
    Shown syn = syn_of(writer->host, writer->peer, FALSE, ours, 0);
    Shown answer = syn_of(writer->peer, writer->host, TRUE, theirs, ours);
    Shown ack = ack_of(writer->host, writer->peer, FIRST_TIMESTAMP, theirs);
    write_connect(writer, 0);
    write_segment(writer, 0, '>', &syn);
    write_segment(writer, writer->base, '<', &answer);
    write_segment(writer, writer->base, '>', &ack);
  } else {
    Shown syn = syn_of(writer->peer, writer->host, FALSE, theirs, 0);
    Shown answer = syn_of(writer->host, writer->peer, TRUE, ours, theirs);
    Shown ack = ack_of(writer->peer, writer->host, theirs, ours);
    write_listen(writer, 0);
    write_segment(writer, 0, '<', &syn);
    write_segment(writer, 0, '>', &answer);
    write_segment(writer, writer->base, '<', &ack);
    write_accept(writer, writer->base);
  }
  g_string_append_c(writer->out, '\n');
}

/* --- records ------------------------------------------------------------------------------------------------------ */

static const char *errno_text(const char *name) {
  static const char *const TEXTS[][2] = {{"EPIPE", "Broken pipe"},
                                         {"ENOTCONN", "Transport endpoint is not connected"},
                                         {"EAGAIN", "Resource temporarily unavailable"},
                                         {"ECONNRESET", "Connection reset by peer"}};
  for (unsigned i = 0; i < G_N_ELEMENTS(TEXTS); i++)
    if (strcmp(TEXTS[i][0], name) == 0)
      return TEXTS[i][1];
  return "error";
}

static void write_data_call(Writer *writer, SimTime at, const TraceRecord *record, gboolean reads) {
  const char *result = trace_text(writer->trace, record->app.result);
  if (strcmp(result, "ok") == 0)
    write_line(writer, at, "write(%d, ..., %" G_GINT64_FORMAT ") = %" G_GINT64_FORMAT, fd_of(writer),
               record->app.octets, record->app.octets);
  else if (strcmp(result, "eof") == 0)
    write_line(writer, at, "read(%d, ..., 1000) = 0", fd_of(writer));
  else
    write_line(writer, at, "%s(%d, ..., %" G_GINT64_FORMAT ") = -1 %s (%s)", reads ? "read" : "write", fd_of(writer),
               reads ? INT64_C(1000) : MAX(record->app.octets, 0), result, errno_text(result));
}

/* An application of a simulation reads within the arrival, one of a script behind it: the ACK has left by then, and
 * reading would open the window by another one. So the script reads late: before the application's next doing. */
static void write_late_read(Writer *writer, SimTime at) {
  if (writer->unread)
    write_line(writer, at, "read(%d, ..., %" G_GINT64_FORMAT ") = %" G_GINT64_FORMAT, fd_of(writer), writer->unread,
               writer->unread);
  writer->unread = 0;
}

/* When the close() of this record returned, if it lingered; else the record's own time. */
static SimTime returned_at(const Writer *writer, size_t index) {
  const TraceRecord *call = &writer->trace->records[index];
  if (call->app.result)
    return call->t;
  for (size_t i = index + 1; i < writer->trace->count; i++) {
    const TraceRecord *record = &writer->trace->records[i];
    if (record->kind == TRACE_APP && record->app.host == writer->name && record->app.conn == writer->conn &&
        strcmp(trace_text(writer->trace, record->app.how), "returns") == 0)
      return record->t;
  }
  return call->t;
}

static gboolean write_close(Writer *writer, size_t index, GError **error) {
  const TraceRecord *record = &writer->trace->records[index];
  SimTime at = record->t + writer->base;
  if (returned_at(writer, index) != record->t)
    return outside(error, "a close() that lingers");
  if (record->app.conn == 0 && writer->has_socket && !writer->client) {
    write_line(writer, at, "close(3) = 0"); /* the listener */
    return TRUE;
  }
  if (!writer->closed && (writer->client || writer->accepted))
    write_line(writer, at, "close(%d) = 0", fd_of(writer));
  writer->closed = TRUE;
  return TRUE;
}

/* Texts of a trace are anybody's: in a script they stand as they are only if they are words. */
static gboolean is_word(const char *text) {
  return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(text);
}

/* Calls on sockets without a connection, as a player's trace has them: write_listen() and write_accept() make these. */
static gboolean is_told_by_listening(const Writer *writer, const char *call, const char *how) {
  if (strcmp(call, "setsockopt") == 0)
    return strcmp(how, "SO_REUSEADDR") == 0;
  return strcmp(call, "accept") == 0 || (strcmp(call, "bind") == 0 && !writer->client);
}

static gboolean write_app(Writer *writer, size_t index, GError **error) {
  const TraceRecord *record = &writer->trace->records[index];
  const char *call = trace_text(writer->trace, record->app.call), *how = trace_text(writer->trace, record->app.how);
  const char *result = trace_text(writer->trace, record->app.result);
  SimTime at = record->t + writer->base;
  if (!is_word(call) || !is_word(how) || !is_word(result))
    return outside(error, "a call that no script has");
  if (strcmp(call, "notice") == 0) {
    if (strcmp(result, "established") == 0 && !writer->client && writer->has_socket)
      write_accept(writer, at);
    return TRUE;
  }
  if (record->app.conn == 0 && is_told_by_listening(writer, call, how))
    return TRUE;
  gboolean reads = strcmp(call, "recv") == 0 && strcmp(result, "ok") == 0 && (writer->client || writer->accepted);
  if (reads)
    writer->unread += record->app.octets;
  if (reads && record->t == writer->received_at)
    return TRUE;
  write_late_read(writer, at);
  if (reads)
    return TRUE;
  if (strcmp(call, "close") == 0)
    return write_close(writer, index, error);
  if (strcmp(call, "listen") == 0 || strcmp(call, "connect") == 0) {
    if (strcmp(result, "ok") != 0 || writer->has_socket)
      return outside(error, "%s() of a socket that is in use", call);
    if (call[0] == 'l')
      write_listen(writer, at);
    else
      write_connect(writer, at);
    return TRUE;
  }
  if (writer->closed || !(writer->client || writer->accepted))
    return outside(error, "%s() without a descriptor", call);
  if (strcmp(call, "send") == 0 || strcmp(call, "recv") == 0) {
    write_data_call(writer, at, record, call[0] == 'r');
  } else if (strcmp(call, "shutdown") == 0) {
    gboolean ok = strcmp(result, "ok") == 0;
    const char *prefix = g_str_has_prefix(how, "SHUT_") ? "" : "SHUT_";
    begin(writer, at);
    g_string_append_printf(writer->out, "shutdown(%d, %s%s) = ", fd_of(writer), prefix, how);
    g_string_append_printf(writer->out, ok ? "0\n" : "-1 %s (%s)\n", result, errno_text(result));
  } else if (strcmp(call, "abort") == 0) {
    write_line(writer, at, "setsockopt(%d, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0", fd_of(writer));
    write_line(writer, at, "close(%d) = 0", fd_of(writer));
    writer->closed = TRUE;
  } else {
    return outside(error, "%s() %s, whose value the trace does not say", call, how);
  }
  return TRUE;
}

static gboolean was_corrupted(const Writer *writer, uint64_t id) {
  for (size_t i = 0; i < writer->trace->count; i++)
    if (writer->trace->records[i].kind == TRACE_CORRUPTED && writer->trace->records[i].corrupted.id == id)
      return TRUE;
  return FALSE;
}

static gboolean write_received(Writer *writer, const TraceRecord *record, GError **error) {
  const TraceRecord *segment = segment_of(writer, record->received.id);
  writer->received_at = record->t;
  if (!segment)
    return outside(error, "a segment that arrives and was never sent");
  if (was_corrupted(writer, record->received.id))
    return TRUE;
  Shown shown = {segment->sent.flags, segment->sent.seq, segment->sent.ack,
                 segment->sent.len,   segment->sent.win, segment->sent.opts};
  if (segment->kind == TRACE_INJECTED)
    shown = (Shown){segment->injected.flags, segment->injected.seq, segment->injected.ack,
                    segment->injected.len,   segment->injected.win, segment->injected.opts};
  write_segment(writer, record->t + writer->base, '<', &shown);
  return TRUE;
}

static gboolean write_sent(Writer *writer, const TraceRecord *record, GError **error) {
  Shown shown = {record->sent.flags, record->sent.seq, record->sent.ack,
                 record->sent.len,   record->sent.win, record->sent.opts};
  if (shown.flags & TCP_SYN) {
    if (writer->has_syn && record->sent.raw_seq != writer->first_syn)
      return outside(error, "a second connection over the same ports");
    writer->has_syn = TRUE;
    writer->first_syn = record->sent.raw_seq;
  }
  write_segment(writer, record->t + writer->base, '>', &shown);
  return TRUE;
}

static gboolean write_record(Writer *writer, size_t index, GError **error) {
  const TraceRecord *record = &writer->trace->records[index];
  if (record->kind == TRACE_SENT && record->sent.host == writer->name)
    return write_sent(writer, record, error);
  if (record->kind == TRACE_RECEIVED && record->received.host == writer->name)
    return write_received(writer, record, error);
  if (record->kind == TRACE_APP && record->app.host == writer->name)
    return write_app(writer, index, error);
  if (record->kind == TRACE_HOST && record->host.host == writer->name)
    return outside(error, "%s crashes", trace_text(writer->trace, writer->name));
  return TRUE;
}

/* --- the whole ---------------------------------------------------------------------------------------------------- */

/* One line of a comment: nothing of the trace can end it. */
static void write_comment(GString *out, const char *text) {
  g_string_append(out, "// ");
  for (const char *at = text; *at; at++)
    g_string_append_c(out, (guchar)*at < ' ' || (guchar)*at >= 127 ? '?' : *at);
  g_string_append_c(out, '\n');
}

static void write_head(Writer *writer) {
  const TraceHeader *header = writer->trace->header;
  if (header && header->title)
    write_comment(writer->out, header->title);
  g_autofree char *text =
      g_strdup_printf("As %s; teardown packetdrill --profile %s", writer->host ? writer->host->name : "?",
                      writer->host && writer->host->profile ? writer->host->profile : "rfc9293");
  write_comment(writer->out, text);
  g_string_append_c(writer->out, '\n');
}

static gboolean write_all(Writer *writer, GError **error) {
  write_head(writer);
  if (writer->established) {
    const char *us = trace_text(writer->trace, writer->name), *them = trace_text(writer->trace, writer->peer_name);
    writer->base = simtime_add(link_delay(writer->trace, us, them), link_delay(writer->trace, them, us));
    write_handshake(writer);
  }
  for (size_t i = 0; i < writer->trace->count; i++)
    if (!write_record(writer, i, error))
      return FALSE;
  return TRUE;
}

gboolean export_packetdrill(const Trace *trace, const char *host, GString *out, GError **error) {
  Name name = names_find(trace->names, host);
  Writer writer = {.trace = trace, .name = name, .host = header_host(trace, host)};
  if (!name) {
    g_set_error(error, PACKETDRILL_SCRIPT_ERROR, PACKETDRILL_SCRIPT_ERROR_HOST, "the trace has no host %s", host);
    return FALSE;
  }
  if (!find_connection(&writer, error))
    return FALSE;
  writer.peer = header_host(trace, trace_text(trace, writer.peer_name));
  writer.bsd = writer.host && writer.host->profile && strcmp(writer.host->profile, "freebsd") == 0;
  writer.out = g_string_new(NULL);
  index_segments(&writer);
  gboolean ok = write_all(&writer, error);
  if (ok)
    g_string_append_len(out, writer.out->str, (gssize)writer.out->len);
  g_string_free(writer.out, TRUE);
  g_free(writer.by_id);
  g_free(writer.original);
  return ok;
}
