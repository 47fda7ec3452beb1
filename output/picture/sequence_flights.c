#include "output/picture/sequence_build.h"

#include <string.h>

/* Segments of data that fly together are drawn as one from this many on. */
#define TRAIN_MIN 3

static void add_part(GString *out, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void add_part(GString *out, const char *format, ...) {
  if (out->len > 0)
    g_string_append(out, ", ");
  va_list arguments;
  va_start(arguments, format);
  g_string_append_vprintf(out, format, arguments);
  va_end(arguments);
}

/* What is special about a segment, in words; NULL for nothing. */
static char *aside_of(const SeqBuild *build, const HistorySegment *segment) {
  const TraceRecord *records = build->trace->records;
  GString *out = g_string_new(NULL);
  if (segment->dropped != HISTORY_NONE) {
    g_autofree char *dropped = words_dropped(build->trace, &records[segment->dropped]);
    add_part(out, "%s", dropped);
  }
  if (segment->copy_of != 0)
    add_part(out, "copy: %s", trace_text(build->trace, records[segment->departed].duplicated.by));
  else if (records[segment->departed].kind == TRACE_INJECTED)
    add_part(out, "forged: %s", trace_text(build->trace, records[segment->departed].injected.by));
  if (segment->delayed != HISTORY_NONE) {
    const TraceRecord *delayed = &records[segment->delayed];
    const char *by = trace_text(build->trace, delayed->delayed.by);
    char delay[40];
    if (delayed->delayed.delay == SIM_NEVER) /* until another segment has arrived */
      add_part(out, "held: %s", by);
    else
      add_part(out, "delayed %s: %s", text_span(delayed->delayed.delay, delay, sizeof delay), by);
  }
  if (segment->copy_of == 0) {
    g_autofree char *attempt = words_attempt(build->trace, history_contents(build->model->history, segment));
    if (attempt != NULL)
      add_part(out, "%s", attempt);
  }
  if (segment->discarded != HISTORY_NONE)
    add_part(out, "%s", words_check(records[segment->discarded].discarded.check));
  g_autofree char *text = g_string_free(out, FALSE);
  return *text != '\0' ? seq_clean(text) : NULL;
}

/* How far a lost segment came. */
static double died_at(const SeqBuild *build, const HistorySegment *segment) {
  const TraceRecord *dropped = &build->trace->records[segment->dropped];
  const char *by = trace_text(build->trace, dropped->dropped.by);
  if (strcmp(by, "checksum") == 0 || g_str_has_prefix(trace_text(build->trace, dropped->dropped.at), "host "))
    return 1;
  return dropped->t == history_departed_at(build->model->history, segment) ? 0 : 0.5;
}

static TraceRecord contents_of(const SeqBuild *build, const HistorySegment *segment) {
  TraceRecord contents = *history_contents(build->model->history, segment);
  if (build->options->raw_seq) {
    contents.sent.seq = contents.sent.raw_seq;
    contents.sent.ack = contents.sent.raw_ack;
  }
  return contents;
}

static void label_arrow(const SeqBuild *build, SeqArrow *arrow, const HistorySegment *segment) {
  TraceRecord contents = contents_of(build, segment);
  g_autofree char *conn = build->model->several && segment->conn != 0 ? seq_conn_name(build, segment->conn) : NULL;
  for (unsigned level = 0; level < SEQ_LEVELS; level++) {
    g_autofree char *words = words_segment(&contents, level);
    g_autofree char *label = conn ? g_strdup_printf("%s %s", conn, words) : g_strdup(words);
    arrow->labels[level] = seq_clean(label);
  }
  arrow->aside = aside_of(build, segment);
}

static DrawingInk ink_of(const SeqArrow *arrow, const TraceRecord *contents) {
  if (arrow->dies || arrow->corrupted || (contents->sent.flags & TCP_RST && !arrow->forged))
    return INK_LOST;
  if (arrow->forged)
    return INK_FORGED;
  return contents->kind == TRACE_SENT && contents->sent.attempt > 1 ? INK_RESENT : INK_SEGMENT;
}

/* The way of a segment, as much of it as lies within the drawn part. FALSE for nothing. */
static gboolean clip_arrow(const SeqBuild *build, SeqArrow *arrow, const HistorySegment *segment) {
  const TraceRecord *records = build->trace->records;
  size_t last = segment->arrived != HISTORY_NONE ? segment->arrived : segment->dropped;
  SimTime left = history_departed_at(build->model->history, segment);
  /* What is neither is under way when the trace ends. */
  SimTime ended = last != HISTORY_NONE ? records[last].t : MAX(left, build->model->history->end_at);
  arrow->arrives = segment->arrived != HISTORY_NONE;
  arrow->dies = !arrow->arrives && segment->dropped != HISTORY_NONE;
  arrow->end = arrow->arrives ? 1 : arrow->dies ? died_at(build, segment) : 0.5;
  if (left > build->until || ended < build->from)
    return FALSE;
  double part = (double)MAX(1, ended - left);
  if (left < build->from) {
    arrow->cut_off = TRUE;
    arrow->begin = arrow->end * (double)(build->from - left) / part;
    arrow->left = 0;
  } else {
    arrow->left = build->moment_of[segment->departed];
  }
  if (ended > build->until) {
    arrow->end *= (double)(build->until - left) / part;
    arrow->arrives = arrow->dies = FALSE;
    arrow->ended = seq_last_moment(build);
  } else {
    /* What flies in no time stays on its own moment. */
    arrow->ended = last == HISTORY_NONE ? seq_last_moment(build) : left == ended ? arrow->left : build->moment_of[last];
  }
  return arrow->left != SEQ_NO_MOMENT && arrow->ended != SEQ_NO_MOMENT;
}

static void add_arrow(SeqBuild *build, const HistorySegment *segment, GHashTable *corrupted) {
  SeqArrow arrow = {.record = segment->departed, .count = 1, .n_ranks = 1};
  if (!seq_conn_shown(build, segment->conn) || !seq_host_find(build, segment->host, &arrow.from) ||
      !seq_host_find(build, segment->peer, &arrow.to) || arrow.from == arrow.to || !clip_arrow(build, &arrow, segment))
    return;
  TraceRecord contents = contents_of(build, segment);
  arrow.from_lane = seq_lane_find(build, segment->host, segment->conn);
  arrow.to_lane = seq_lane_find(build, segment->peer, segment->conn);
  arrow.forged = build->trace->records[segment->departed].kind == TRACE_INJECTED;
  arrow.copy = segment->copy_of != 0;
  arrow.corrupted = g_hash_table_contains(corrupted, &segment->id);
  arrow.dashed = contents.sent.flags == TCP_ACK && contents.sent.len == 0;
  arrow.ink = ink_of(&arrow, &contents);
  label_arrow(build, &arrow, segment);
  g_array_append_val(build->model->arrows, arrow);
}

static void arrow_clear(SeqArrow *arrow) {
  for (unsigned i = 0; i < SEQ_LEVELS; i++)
    g_free(arrow->labels[i]);
  g_free(arrow->aside);
}

static gboolean same_way(const SeqArrow *a, const SeqArrow *b) {
  return a->from == b->from && a->to == b->to && a->from_lane == b->from_lane && a->to_lane == b->to_lane &&
         a->left == b->left && a->begin == b->begin;
}

/* Data, pure ACKs, or RSTs. */
static gboolean plain(const SeqBuild *build, const SeqArrow *arrow) {
  const TraceRecord *record = &build->trace->records[arrow->record];
  return record->kind == TRACE_SENT && !(record->sent.flags & (TCP_FIN | TCP_SYN));
}

static gboolean joins(const SeqBuild *build, const SeqArrow *first, const SeqArrow *next) {
  if (!same_way(first, next) || first->ended != next->ended || first->arrives != next->arrives ||
      first->dies != next->dies || first->end != next->end || !plain(build, first) || !plain(build, next) ||
      g_strcmp0(first->aside, next->aside) != 0)
    return FALSE;
  const TraceRecord *a = &build->trace->records[first->record], *b = &build->trace->records[next->record];
  return (a->sent.len == 0) == (b->sent.len == 0) && a->sent.conn == b->sent.conn &&
         ((a->sent.flags ^ b->sent.flags) & TCP_RST) == 0;
}

/* "10 × P. 1:14601(14600) ack 1" */
static void label_train(const SeqBuild *build, SeqArrow *train, const SeqArrow *last, unsigned count) {
  const TraceRecord *a = &build->trace->records[train->record], *b = &build->trace->records[last->record];
  gboolean raw = build->options->raw_seq;
  uint32_t from = raw ? a->sent.raw_seq : a->sent.seq;
  uint32_t until = (raw ? b->sent.raw_seq : b->sent.seq) + b->sent.len;
  uint32_t acked = raw ? b->sent.raw_ack : b->sent.ack;
  g_autofree char *conn = seq_conn_name(build, build->model->several ? a->sent.conn : 0);
  g_autofree char *text = NULL;
  if (b->sent.len > 0)
    text =
        g_strdup_printf("%s%s%u × %u:%u(%u) ack %u", conn, *conn ? " " : "", count, from, until, until - from, acked);
  else if (b->sent.flags & TCP_RST)
    text = g_strdup_printf("%s%s%u × R … %u", conn, *conn ? " " : "", count, until);
  else
    text = g_strdup_printf("%s%s%u × . ack … %u", conn, *conn ? " " : "", count, acked);
  for (unsigned level = 0; level < SEQ_LEVELS; level++) {
    g_free(train->labels[level]);
    train->labels[level] = seq_clean(text);
  }
  train->count = count;
}

/* Segments of one kind that fly together become one arrow. */
static void join_trains(SeqBuild *build) {
  GArray *arrows = build->model->arrows;
  guint kept = 0;
  for (guint i = 0; i < arrows->len;) {
    SeqArrow *first = &g_array_index(arrows, SeqArrow, i);
    guint next = i + 1;
    while (next < arrows->len && joins(build, first, &g_array_index(arrows, SeqArrow, next)))
      next++;
    if (next - i < TRAIN_MIN)
      next = i + 1;
    else
      label_train(build, first, &g_array_index(arrows, SeqArrow, next - 1), next - i);
    for (guint member = i + 1; member < next; member++)
      arrow_clear(&g_array_index(arrows, SeqArrow, member));
    g_array_index(arrows, SeqArrow, kept++) = *first;
    i = next;
  }
  /* What is left beyond has been moved or cleared. */
  if (kept < arrows->len)
    memset(&g_array_index(arrows, SeqArrow, kept), 0, (arrows->len - kept) * sizeof(SeqArrow));
  g_array_set_size(arrows, kept);
}

/* Arrows that leave together for one end lie beside each other. */
static void rank_arrows(SeqBuild *build) {
  GArray *arrows = build->model->arrows;
  for (guint i = 0; i < arrows->len;) {
    SeqArrow *first = &g_array_index(arrows, SeqArrow, i);
    guint next = i + 1;
    while (next < arrows->len && same_way(first, &g_array_index(arrows, SeqArrow, next)) &&
           (g_array_index(arrows, SeqArrow, next).ended == first->ended || !first->arrives ||
            !g_array_index(arrows, SeqArrow, next).arrives))
      next++;
    for (guint member = i; member < next; member++) {
      g_array_index(arrows, SeqArrow, member).rank = member - i;
      g_array_index(arrows, SeqArrow, member).n_ranks = next - i;
    }
    i = next;
  }
}

void seq_build_arrows(SeqBuild *build) {
  g_autoptr(GHashTable) corrupted = g_hash_table_new(g_int64_hash, g_int64_equal);
  for (size_t i = 0; i < build->trace->count; i++)
    if (build->trace->records[i].kind == TRACE_CORRUPTED)
      g_hash_table_add(corrupted, &build->trace->records[i].corrupted.id);
  const GArray *segments = build->model->history->segments;
  for (guint i = 0; i < segments->len; i++)
    add_arrow(build, &g_array_index(segments, HistorySegment, i), corrupted);
  join_trains(build);
  rank_arrows(build);
}
