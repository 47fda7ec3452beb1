#include "output/text/ladder.h"

#include "output/text/ladder_rows.h"

#include <string.h>

/* Appends `parts` (clean), as many on a line as fit into `width`, one column in. */
static void write_parts(GString *out, const TextStyle *style, const GPtrArray *parts, unsigned width) {
  unsigned used = 0;
  unsigned separator = text_width(text_separator(style));
  for (guint i = 0; i < parts->len; i++) {
    g_autofree char *part = text_fit(style, parts->pdata[i], width - 1);
    if (used > 0 && used + separator + text_width(part) > width) {
      g_string_append_c(out, '\n');
      used = 0;
    }
    if (used == 0)
      text_pad(out, 1);
    else
      text_append(out, style, TEXT_DIM, text_separator(style));
    used += (used == 0 ? 1 : separator) + text_width(part);
    text_append(out, style, TEXT_DIM, part);
  }
  if (parts->len > 0)
    g_string_append_c(out, '\n');
}

static void add_part(GPtrArray *parts, const TextStyle *style, const char *text) {
  g_ptr_array_add(parts, text_clean(style, text));
}

static void add_link_parts(GPtrArray *parts, const TextStyle *style, const TraceHeader *header) {
  gboolean same = TRUE;
  for (guint i = 1; i < header->links->len; i++) {
    const TraceLink *first = header->links->pdata[0], *link = header->links->pdata[i];
    same = same && link->delay == first->delay && g_strcmp0(link->about, first->about) == 0;
  }
  for (guint i = 0; i < (same ? MIN(1, header->links->len) : header->links->len); i++) {
    const TraceLink *link = header->links->pdata[i];
    char delay[40];
    text_span(link->delay, delay, sizeof delay);
    g_autofree char *names = same ? g_strdup("") : g_strdup_printf("%s>%s ", link->from, link->to);
    g_autofree char *text =
        g_strdup_printf("%sdelay %s%s%s", names, delay, link->about ? ", " : "", link->about ? link->about : "");
    add_part(parts, style, text);
  }
}

static GPtrArray *parts_of_header(const TraceHeader *header, const TextStyle *style) {
  GPtrArray *parts = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < header->hosts->len; i++) {
    const TraceHost *host = header->hosts->pdata[i];
    g_autofree char *text = g_strdup_printf("%s %s", host->name, host->profile ? host->profile : "");
    add_part(parts, style, g_strchomp(text));
  }
  add_link_parts(parts, style, header);
  g_autofree char *seed = header->run == 0 ? g_strdup_printf("seed %" G_GUINT64_FORMAT, header->seed)
                                           : g_strdup_printf("seed %" G_GUINT64_FORMAT " run %" G_GUINT64_FORMAT,
                                                             header->seed, header->run);
  add_part(parts, style, seed);
  return parts;
}

static void write_title(const TraceHeader *header, const TextStyle *style, unsigned width, GString *out) {
  const char *name = header->title ? header->title : header->scenario;
  if (name == NULL)
    return;
  g_autofree char *title = text_clean(style, name);
  g_autoptr(GPtrArray) lines = text_wrap(style, title, width - 1);
  for (guint i = 0; i < lines->len; i++) {
    text_pad(out, 1);
    text_append(out, style, TEXT_BOLD, lines->pdata[i]);
    g_string_append_c(out, '\n');
  }
}

static void write_header(const Trace *trace, const TextStyle *style, GString *out) {
  const TraceHeader *header = trace->header;
  unsigned width = text_style_width(style);
  if (header == NULL)
    return;
  write_title(header, style, width, out);
  g_autoptr(GPtrArray) parts = parts_of_header(header, style);
  write_parts(out, style, parts, width);
  for (guint i = 0; i < header->faults->len; i++) {
    g_autofree char *text = g_strdup_printf("fault %u: %s", i + 1, (const char *)header->faults->pdata[i]);
    g_autoptr(GPtrArray) fault = g_ptr_array_new_with_free_func(g_free);
    add_part(fault, style, text);
    write_parts(out, style, fault, width);
  }
  g_string_append_c(out, '\n');
}

/* The row of a pause that is long enough. Its length is exact: the times around it are. */
static void write_pause(LadderRows *rows, const LadderItems *items, SimTime from, SimTime to, GString *out) {
  if (to <= from || to - from <= items->idle)
    return;
  char span[40];
  text_span(to - from, span, sizeof span);
  ladder_rows_write_pause(rows, span, out);
}

static void write_end(const History *history, const LadderLayout *layout, const TextStyle *style, gboolean at_last,
                      GString *out) {
  if (history->end_record == HISTORY_NONE)
    return;
  const TraceRecord *end = &history->trace->records[history->end_record];
  char label[40] = "";
  if (!at_last)
    text_time(end->t, layout->unit, label, sizeof label);
  unsigned indent = 1 + layout->time_width + LADDER_AFTER_TIME;
  g_autofree char *text = g_strdup_printf("The run ends: %s.", words_end(end->end.reason));
  g_autoptr(GPtrArray) lines = text_wrap(style, text, text_style_width(style) - indent);
  for (guint i = 0; i < lines->len; i++) {
    const char *time = i == 0 ? label : "";
    unsigned used = text_width(time);
    text_pad(out, 1 + layout->time_width - MIN(used, layout->time_width));
    text_append(out, style, TEXT_DIM, time);
    text_pad(out, LADDER_AFTER_TIME);
    text_append(out, style, TEXT_DIM, lines->pdata[i]);
    g_string_append_c(out, '\n');
  }
}

static void write_instants(const LadderItems *items, const LadderLayout *layout, const History *history,
                           const TextStyle *style, GString *out) {
  g_autoptr(LadderRows) rows = ladder_rows_new(items, layout, style);
  ladder_rows_write_names(rows, out);
  for (guint i = 0; i < items->start->len; i++)
    ladder_rows_add(rows, &g_array_index(items->start, LadderItem, i));
  ladder_rows_flush(rows, "", out);
  SimTime last = 0;
  for (guint i = 0; i < items->items->len;) {
    SimTime now = g_array_index(items->items, LadderItem, i).t;
    write_pause(rows, items, last, now, out);
    for (; i < items->items->len && g_array_index(items->items, LadderItem, i).t == now; i++)
      ladder_rows_add(rows, &g_array_index(items->items, LadderItem, i));
    char label[40];
    ladder_rows_flush(rows, text_time(now, layout->unit, label, sizeof label), out);
    last = now;
  }
  write_pause(rows, items, last, history->end_at, out);
  write_end(history, layout, style, items->items->len > 0 && last == history->end_at, out);
}

void ladder_write(const Trace *trace, const TextStyle *style, GString *out) {
  unsigned width = text_style_width(style);
  g_autoptr(History) history = history_new(trace, HISTORY_DEFAULT);
  g_autoptr(LadderItems) items = ladder_items_new(trace, history, style, ladder_layout_max_hosts(width));
  g_autoptr(LadderLayout) layout = ladder_layout_new(items, history->end_at, width);
  write_header(trace, style, out);
  if (items->hosts->len == 0)
    return;
  write_instants(items, layout, history, style, out);
  if (items->left_out > 0) {
    g_autofree char *text = g_strdup_printf("%u more hosts do not fit into %u columns.", items->left_out, width);
    text_pad(out, 1);
    text_append(out, style, TEXT_DIM, text);
    g_string_append_c(out, '\n');
  }
}
