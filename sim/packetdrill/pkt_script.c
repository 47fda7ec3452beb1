#include "packetdrill/pkt_script.h"

void pkt_expr_free(PktExpr *expr) {
  if (!expr)
    return;
  g_free(expr->name);
  g_free(expr->text);
  g_clear_pointer(&expr->items, g_ptr_array_unref);
  g_free(expr);
}

void pkt_call_free(PktCall *call) {
  if (!call)
    return;
  g_free(call->name);
  g_clear_pointer(&call->args, g_ptr_array_unref);
  pkt_expr_free(call->result);
  g_free(call->error);
  g_free(call->note);
  g_free(call);
}

void pkt_packet_free(PktPacket *packet) {
  if (!packet)
    return;
  g_clear_pointer(&packet->options.order, g_array_unref);
  g_free(packet->src);
  g_free(packet->dst);
  g_free(packet->outside);
  g_free(packet);
}

void pkt_assertion_free(PktAssertion *assertion) {
  if (!assertion)
    return;
  g_free(assertion->field);
  g_free(assertion->value);
  g_free(assertion);
}

void pkt_option_free(PktOption *option) {
  if (!option)
    return;
  g_free(option->name);
  g_free(option->value);
  g_free(option);
}

void pkt_event_free(PktEvent *event) {
  if (!event)
    return;
  g_free(event->source);
  g_free(event->command);
  pkt_call_free(event->call);
  pkt_packet_free(event->packet);
  g_clear_pointer(&event->assertions, g_ptr_array_unref);
  g_free(event->code_outside);
  g_free(event);
}

void pkt_script_free(PktScript *script) {
  if (!script)
    return;
  g_free(script->path);
  g_clear_pointer(&script->options, g_ptr_array_unref);
  g_free(script->init_command);
  g_clear_pointer(&script->events, g_ptr_array_unref);
  g_free(script);
}
