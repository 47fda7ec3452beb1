#include "packetdrill/pkt_scan.h"

#include "trace/nearest.h"

#include <string.h>

/* --- expressions -------------------------------------------------------------------------------------------------- */

PktExpr *pkt_expr_new(PktExprKind kind, const PktPlace *place) {
  PktExpr *expr = g_new0(PktExpr, 1);
  expr->kind = kind;
  expr->line = place->line;
  expr->column = place->column;
  return expr;
}

PktExpr *pkt_expr_number(PktScan *scan, const PktPlace *place, PktNumber number, gboolean negative) {
  PktExpr *expr = pkt_expr_new(PKT_EXPR_INTEGER, place);
  if (number.overflow || (negative && number.value > (uint64_t)INT64_MAX + 1))
    pkt_complain(scan, place, "this number does not fit into 64 bits");
  else
    expr->integer = (int64_t)(negative ? 0 - number.value : number.value);
  return expr;
}

PktExpr *pkt_expr_text(PktExprKind kind, const PktPlace *place, char *text, size_t length) {
  PktExpr *expr = pkt_expr_new(kind, place);
  expr->text = text;
  expr->integer = (int64_t)length;
  return expr;
}

PktExpr *pkt_expr_items(PktScan *scan, PktExprKind kind, const PktPlace *place, GPtrArray *items) {
  PktExpr *expr = pkt_expr_new(kind, place);
  expr->items = items;
  for (guint i = 0; i < items->len; i++) {
    const PktExpr *item = g_ptr_array_index(items, i);
    expr->depth = MAX(expr->depth, item->depth + 1);
  }
  if (expr->depth > PKT_EXPR_MAX_DEPTH) {
    if (!scan->too_deep)
      pkt_complain(scan, place, "this is nested too deeply: %d levels at the most", PKT_EXPR_MAX_DEPTH);
    scan->too_deep = TRUE;
    g_ptr_array_set_size(items, 0);
    expr->depth = 0;
  }
  return expr;
}

PktExpr *pkt_expr_binary(PktScan *scan, const PktPlace *place, char op, PktExpr *left, PktExpr *right) {
  GPtrArray *items = pkt_list_new((GDestroyNotify)pkt_expr_free);
  pkt_list_add(pkt_list_add(items, left), right);
  PktExpr *expr = pkt_expr_items(scan, PKT_EXPR_BINARY, place, items);
  expr->op = op;
  if (items->len == 0) { /* too deep: anything that is complete will do */
    expr->kind = PKT_EXPR_ELLIPSIS;
    g_clear_pointer(&expr->items, g_ptr_array_unref);
  }
  return expr;
}

PktExpr *pkt_expr_member(PktScan *scan, const PktPlace *place, PktExpr *left, PktExpr *value) {
  if (left->kind == PKT_EXPR_WORD || left->kind == PKT_EXPR_CALL) {
    g_free(value->name);
    value->name = g_steal_pointer(&left->text);
  } else {
    pkt_complain(scan, place, "expected the name of a member before \"=\"");
  }
  pkt_expr_free(left);
  return value;
}

GPtrArray *pkt_list_new(GDestroyNotify free_item) {
  return g_ptr_array_new_with_free_func(free_item);
}

GPtrArray *pkt_list_add(GPtrArray *list, void *item) {
  g_ptr_array_add(list, item);
  return list;
}

PktCall *pkt_call_new(char *name, GPtrArray *args) {
  PktCall *call = g_new0(PktCall, 1);
  call->name = name;
  call->args = args;
  return call;
}

/* --- times and numbers -------------------------------------------------------------------------------------------- */

PktTime pkt_time(PktScan *scan, const PktPlace *place, PktTimeKind kind, PktNumber at, PktNumber until) {
  PktTime time = {.kind = kind, .at = at.seconds, .until = until.seconds};
  gboolean range = kind == PKT_TIME_ABSOLUTE_RANGE || kind == PKT_TIME_RELATIVE_RANGE;
  if (at.seconds == SIM_NEVER || until.seconds == SIM_NEVER)
    pkt_complain(scan, place, "this time is too large: 292 years at the most");
  else if (range && time.until < time.at)
    pkt_complain(scan, place, "this range ends before it begins");
  return time;
}

uint32_t pkt_seq_number(PktScan *scan, const PktPlace *place, PktNumber number, gboolean negative) {
  if (number.overflow || number.value > UINT32_MAX)
    pkt_complain(scan, place, "a sequence number is at most 4294967295");
  return negative ? 0 - (uint32_t)number.value : (uint32_t)number.value;
}

PktSpan pkt_span(PktScan *scan, const PktPlace *place, uint32_t seq, uint32_t end, PktNumber len) {
  if (len.overflow || len.value > 65535)
    pkt_complain(scan, place, "a packet has at most 65535 octets of data");
  else if (end - seq != (uint32_t)len.value)
    pkt_complain(scan, place, "from %u to %u are %u octets, not %u (SYN and FIN do not count)", seq, end, end - seq,
                 (uint32_t)len.value);
  return (PktSpan){.seq = seq, .end = end, .len = (uint32_t)len.value};
}

static gboolean in_range(PktScan *scan, const PktPlace *place, const char *what, PktNumber number, uint64_t max) {
  if (!number.overflow && number.value <= max)
    return TRUE;
  pkt_complain(scan, place, "%s is at most %" G_GUINT64_FORMAT, what, max);
  return FALSE;
}

static void no_field(PktScan *scan, const PktPlace *place, const char *name) {
  static const char *const words[] = {"ack", "win", "urg"};
  Nearest nearest = {.wanted = name};
  for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
    nearest_offer(&nearest, words[i]);
  g_autofree char *text = pkt_scan_token(scan, place);
  pkt_complain(scan, place, "expected \"ack\", \"win\", \"urg\" or options in < >, not %s%s%s%s", text,
               nearest.word ? "; did you mean \"" : "", nearest.word ? nearest.word : "", nearest.word ? "\"?" : "");
}

PktFields pkt_field(PktScan *scan, const PktPlace *place, PktFields fields, char *name, PktNumber number,
                    gboolean any) {
  gboolean twice = FALSE;
  if (strcmp(name, "ack") == 0 && in_range(scan, place, "an acknowledgment number", number, UINT32_MAX)) {
    twice = fields.has_ack;
    fields.has_ack = !any;
    fields.ack = (uint32_t)number.value;
  } else if (strcmp(name, "win") == 0 && in_range(scan, place, "a window", number, UINT32_MAX)) {
    twice = fields.has_win;
    fields.has_win = !any;
    fields.win = (uint32_t)number.value;
  } else if (strcmp(name, "urg") == 0 && in_range(scan, place, "an urgent pointer", number, UINT16_MAX)) {
    twice = fields.has_urg;
    fields.has_urg = !any;
    fields.urg = (uint16_t)number.value;
  } else if (strcmp(name, "ack") != 0 && strcmp(name, "win") != 0 && strcmp(name, "urg") != 0) {
    no_field(scan, place, name);
  }
  if (twice)
    pkt_complain(scan, place, "\"%s\" stands here twice", name);
  g_free(name);
  return fields;
}

PktEndpoint pkt_endpoint(PktScan *scan, const PktPlace *place, char *address, PktNumber port) {
  PktEndpoint endpoint = {.address = address};
  if (in_range(scan, place, "a port", port, UINT16_MAX))
    endpoint.port = (uint16_t)port.value;
  return endpoint;
}

void pkt_endpoint_clear(PktEndpoint *endpoint) {
  g_clear_pointer(&endpoint->address, g_free);
}

/* --- packets ------------------------------------------------------------------------------------------------------ */

PktPacket *pkt_packet_new(void) {
  return g_new0(PktPacket, 1);
}

/* The first thing that is outside names it. */
PktPacket *pkt_packet_outside(PktPacket *packet, char *what) {
  if (packet->outside)
    g_free(what);
  else
    packet->outside = what;
  return packet;
}

PktPacket *pkt_packet_flags(PktScan *scan, const PktPlace *place, char *letters) {
  PktPacket *packet = pkt_packet_new();
  for (const char *at = letters; *at; at++) {
    char letter[2] = {*at, '\0'};
    TcpFlags flag;
    if (tcp_flags_parse(letter, &flag)) {
      packet->flags |= flag;
    } else if (*at == 'A' || *at == 'N') {
      pkt_packet_outside(packet, g_strdup("accurate ECN"));
    } else {
      pkt_complain(scan, place, "no flag \"%s\": the letters are S F R P . U E W (\".\" is ACK)", letter);
      break;
    }
  }
  packet->ecn = (uint8_t)((packet->flags & TCP_ECE ? 1 : 0) | (packet->flags & TCP_CWR ? 2 : 0));
  g_free(letters);
  return packet;
}

PktPacket *pkt_packet_ip_info(PktPacket *packet, GPtrArray *words) {
  const char *first = g_ptr_array_index(words, 0);
  if (strcmp(first, "noecn") != 0)
    pkt_packet_outside(packet, g_strdup_printf("[%s]: marks of the IP header", first));
  g_ptr_array_unref(words);
  return packet;
}

PktAtom *pkt_atom_new(char *text, const PktPlace *place) {
  PktAtom *atom = g_new(PktAtom, 1);
  *atom = (PktAtom){.text = text, .place = *place};
  return atom;
}

void pkt_atom_free(PktAtom *atom) {
  g_free(atom->text);
  g_free(atom);
}

/* --- events ------------------------------------------------------------------------------------------------------- */

static PktEvent *event_new(PktEventKind kind) {
  PktEvent *event = g_new0(PktEvent, 1);
  event->kind = kind;
  return event;
}

PktEvent *pkt_event_command(PktScan *scan, char *text) {
  PktEvent *event = event_new(PKT_COMMAND);
  GString *command = g_string_new(NULL);
  for (const char *at = text; *at; at++) {
    const char *close = strncmp(at, "${", 2) == 0 ? strchr(at, '}') : NULL;
    g_autofree char *name = close ? g_strndup(at + 2, (gsize)(close - at - 2)) : NULL;
    const char *value = name ? pkt_scan_define(scan, name) : NULL;
    if (value)
      g_string_append(command, value);
    else
      g_string_append_c(command, *at);
    at = value ? close : at;
  }
  g_free(text);
  event->command = g_string_free(command, FALSE);
  return event;
}

PktEvent *pkt_event_call(PktCall *call) {
  PktEvent *event = event_new(PKT_CALL);
  event->call = call;
  return event;
}

PktEvent *pkt_event_packet(PktPacket *packet, PktDirection direction) {
  PktEvent *event = event_new(PKT_PACKET);
  event->packet = packet;
  packet->direction = direction;
  return event;
}

void pkt_scan_add_option(PktScan *scan, const PktPlace *place, char *text) {
  if (scan->script->events->len > 0)
    pkt_complain(scan, place, "options stand before the first event");
  PktOption *option = g_new0(PktOption, 1);
  option->line = place->line;
  char *equals = strchr(text, '=');
  if (equals) {
    *equals++ = '\0';
    size_t length = strlen(equals);
    gboolean quoted = length >= 2 && equals[0] == '"' && equals[length - 1] == '"';
    option->value = quoted ? g_strndup(equals + 1, length - 2) : g_strdup(equals);
  }
  option->name = text;
  g_ptr_array_add(scan->script->options, option);
}

void pkt_scan_add_untimed(PktScan *scan, const PktPlace *place, PktEvent *event) {
  PktScript *script = scan->script;
  if (script->events->len > 0 || !event->command) {
    pkt_scan_add_event(scan, place, (PktTime){.kind = PKT_TIME_RELATIVE}, event);
    return;
  }
  if (script->init_command) {
    char *joint = g_strconcat(script->init_command, "\n", event->command, NULL);
    g_free(script->init_command);
    script->init_command = joint;
  } else {
    script->init_command = g_steal_pointer(&event->command);
    script->init_line = place->line;
  }
  pkt_event_free(event);
}

static void check_call(PktScan *scan, const PktPlace *place, const PktTime *time, const PktCall *call) {
  if (!call->has_end)
    return;
  if (time->kind != PKT_TIME_ABSOLUTE && time->kind != PKT_TIME_RELATIVE)
    pkt_complain(scan, place, "a call that blocks needs one time to begin at, not a range or \"*\"");
  else if (call->end < time->at)
    pkt_complain(scan, place, "this call ends before it begins");
}

void pkt_scan_add_event(PktScan *scan, const PktPlace *place, PktTime time, PktEvent *event) {
  event->time = time;
  event->line = place->line;
  event->last_line = place->last_line;
  event->source = pkt_scan_source(scan, place);
  if (event->call)
    check_call(scan, place, &time, event->call);
  if (event->packet && event->packet->direction == PKT_INJECTED) {
    const PktPacket *packet = event->packet;
    if (!packet->outside && (packet->flags_any || packet->seq_any))
      pkt_complain(scan, place, "\"...\" does not say what to inject");
    if (time.kind != PKT_TIME_ABSOLUTE && time.kind != PKT_TIME_RELATIVE)
      pkt_complain(scan, place, "a packet is injected at one time, not within a range or at \"*\"");
  }
  g_ptr_array_add(scan->script->events, event);
}
