/* I25: what is sent arrives once, is lost once, or is still on its way. */
#include "check/invariant_model.h"

static const TraceLink *find_link(const Model *model, Name from, Name to) {
  const char *a = trace_text(model->trace, from), *b = trace_text(model->trace, to);
  for (guint i = 0; model->trace->header && i < model->trace->header->links->len; i++) {
    const TraceLink *link = g_ptr_array_index(model->trace->header->links, i);
    if (g_str_equal(link->from, a) && g_str_equal(link->to, b))
      return link;
  }
  return NULL;
}

static void judge_received(Model *model, const TraceRecord *record) {
  const ModelSegment *segment = model_segment(model, record->received.id);
  if (!segment) {
    model_break(model, 25, NULL, "segment %" G_GUINT64_FORMAT " arrives, but was never sent", record->received.id);
    return;
  }
  const TraceLink *link = find_link(model, segment->host, segment->peer);
  if (segment->received || segment->dropped)
    model_break(model, 25, segment->sender, "segment %" G_GUINT64_FORMAT " arrives after it %s", segment->id,
                segment->received ? "arrived" : "was lost");
  else if (record->received.host != segment->peer)
    model_break(model, 25, segment->sender, "segment %" G_GUINT64_FORMAT " arrives at another host", segment->id);
  else if (link && !link->about && record->t - segment->sent_at < link->delay && !segment->injected)
    model_break(model, 25, segment->sender, "segment %" G_GUINT64_FORMAT " is faster than its link", segment->id);
}

/* The host itself drops what arrives damaged, or while it is down. */
static gboolean at_host(const Model *model, const TraceRecord *record) {
  return g_str_has_prefix(trace_text(model->trace, record->dropped.at), "host ");
}

static void judge_dropped(Model *model, const TraceRecord *record) {
  const ModelSegment *segment = model_segment(model, record->dropped.id);
  if (!segment)
    model_break(model, 25, NULL, "segment %" G_GUINT64_FORMAT " is lost, but was never sent", record->dropped.id);
  else if (segment->dropped || (segment->received && !at_host(model, record)))
    model_break(model, 25, segment->sender, "segment %" G_GUINT64_FORMAT " is lost after it %s", segment->id,
                segment->dropped ? "was lost" : "arrived");
}

static void judge_number(Model *model, uint64_t id) {
  if (id && model_segment(model, id))
    model_break(model, 25, NULL, "two segments have the number %" G_GUINT64_FORMAT, id);
}

static void on_record(Model *model, const TraceRecord *record) {
  if (record->kind == TRACE_RECEIVED)
    judge_received(model, record);
  else if (record->kind == TRACE_DROPPED)
    judge_dropped(model, record);
  else if (record->kind == TRACE_SENT)
    judge_number(model, record->sent.id);
  else if (record->kind == TRACE_INJECTED)
    judge_number(model, record->injected.id);
  else if (record->kind == TRACE_DUPLICATED)
    judge_number(model, record->duplicated.copy);
}

static void on_end(Model *model) {
  if (!model->end_record || model->end_record->end.reason != TRACE_WORD_IDLE)
    return;
  uint64_t lost = 0;
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, model->segment_of);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    const ModelSegment *segment = value;
    if (!segment->received && !segment->dropped && !segment->held_for_ever && (!lost || segment->id < lost))
      lost = segment->id;
  }
  if (lost)
    model_break(model, 25, model_segment(model, lost)->sender,
                "segment %" G_GUINT64_FORMAT " neither arrived nor was lost, and nothing is left to happen", lost);
}

const ModelJudge MODEL_JUDGE_NETWORK = {.on_record = on_record, .on_end = on_end};
