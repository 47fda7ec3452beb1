#include "output/text/timeline.h"

#include "output/text/history.h"
#include "output/text/words.h"

/* Between two columns. */
#define GUTTER 2
/* Narrower than this (its title fits) the reason stands below the row, this far right of the state. */
#define WHY_LEAST  30
#define WHY_INDENT 2
/* Names are cut to this share of the width. */
#define NAME_PART 6

typedef enum { HOST, CONN, STATE, FROM, UNTIL, SPAN, WHY, N_COLUMNS } Column;

typedef struct Table {
  const Trace *trace;
  const History *history;
  const TextStyle *style;
  TextTimeUnit unit;
  unsigned width;
  unsigned widths[N_COLUMNS]; /* 0: the column is left out */
  gboolean why_below;
} Table;

static gboolean is_right_aligned(Column column) {
  return column == FROM || column == UNTIL;
}

static void append_cell(const Table *table, GString *out, Column column, TextAttr attr, const char *text) {
  unsigned width = table->widths[column];
  if (width == 0)
    return;
  g_autofree char *clean = text_clean(table->style, text);
  g_autofree char *fitted = text_fit(table->style, clean, width);
  unsigned pad = width - text_width(fitted);
  if (is_right_aligned(column))
    text_pad(out, pad);
  text_append(out, table->style, attr, fitted);
  if (!is_right_aligned(column))
    text_pad(out, pad);
  text_pad(out, GUTTER);
}

/* Removes the blanks at the end of the line and ends it. */
static void end_line(GString *out) {
  while (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate(out, out->len - 1);
  g_string_append_c(out, '\n');
}

/* The columns before `end`, the margin included. */
static unsigned columns_before(const Table *table, Column end) {
  unsigned columns = 1;
  for (int column = HOST; column < (int)end; column++) {
    if (table->widths[column] > 0)
      columns += table->widths[column] + GUTTER;
  }
  return columns;
}

static unsigned indent_of_why(const Table *table) {
  if (!table->why_below)
    return columns_before(table, WHY);
  unsigned indent = columns_before(table, STATE) + WHY_INDENT;
  return indent + WHY_LEAST <= table->width ? indent : WHY_INDENT;
}

static void append_why(const Table *table, GString *out, const char *text) {
  if (*text == '\0') {
    end_line(out);
    return;
  }
  unsigned indent = indent_of_why(table);
  g_autofree char *clean = text_clean(table->style, text);
  g_autoptr(GPtrArray) lines = text_wrap(table->style, clean, table->width - indent);
  if (table->why_below)
    end_line(out);
  for (guint i = 0; i < lines->len; i++) {
    if (i > 0 || table->why_below)
      text_pad(out, indent);
    text_append(out, table->style, TEXT_DIM, lines->pdata[i]);
    end_line(out);
  }
}

static void write_titles(const Table *table, GString *out) {
  static const char *const titles[N_COLUMNS] = {
      "host", "connection", "state", "from", "until", "for", "left by (section of RFC 9293)"};
  text_pad(out, 1);
  for (int column = HOST; column < WHY; column++)
    append_cell(table, out, (Column)column, TEXT_DIM, titles[column]);
  if (!table->why_below)
    text_append(out, table->style, TEXT_DIM, titles[WHY]);
  end_line(out);
}

static char *why_left(const Table *table, const HistoryEnd *end, guint index) {
  const HistoryState *stay = &g_array_index(end->states, HistoryState, index);
  if (stay->left_by == HISTORY_NONE)
    return g_strdup(stay->state == TCP_STATE_CLOSED ? "" : "still in it when the run ends");
  const HistoryState *next = stay + 1;
  const TraceRecord *records = table->trace->records;
  return words_step(table->trace, &records[stay->left_by], &records[next->entered_by]);
}

static void write_stay(const Table *table, const HistoryEnd *end, guint index, GString *out) {
  const HistoryState *stay = &g_array_index(end->states, HistoryState, index);
  TextAttr attr = text_attr_of_state(stay->state);
  gboolean left = stay->left_by != HISTORY_NONE;
  char from[40], until[40], span[40];
  text_pad(out, 1);
  append_cell(table, out, HOST, TEXT_BOLD, index == 0 ? trace_text(table->trace, end->host) : "");
  append_cell(table, out, CONN, TEXT_PLAIN, index == 0 ? trace_text(table->trace, end->conn) : "");
  append_cell(table, out, STATE, attr, tcp_state_name(stay->state));
  append_cell(table, out, FROM, TEXT_PLAIN, text_time(stay->from, table->unit, from, sizeof from));
  gboolean over = !left && stay->state == TCP_STATE_CLOSED;
  append_cell(table, out, UNTIL, TEXT_PLAIN, left ? text_time(stay->until, table->unit, until, sizeof until) : "");
  append_cell(table, out, SPAN, TEXT_PLAIN, over ? "" : text_span(stay->until - stay->from, span, sizeof span));
  g_autofree char *why = why_left(table, end, index);
  append_why(table, out, why);
}

static void measure(Table *table, Column column, const char *text) {
  g_autofree char *clean = text_clean(table->style, text);
  table->widths[column] = MAX(table->widths[column], text_width(clean));
}

static Column widest_column(const Table *table) {
  Column widest = HOST;
  for (int column = HOST; column < WHY; column++) {
    if (table->widths[column] > table->widths[widest])
      widest = (Column)column;
  }
  return widest;
}

static void lay_out(Table *table) {
  const History *history = table->history;
  gboolean several = history->n_conns > 1;
  table->unit = table->width < TEXT_WIDTH_DEFAULT ? TEXT_TIME_MS : TEXT_TIME_US;
  for (guint e = 0; e < history->ends->len; e++) {
    const HistoryEnd *end = history->ends->pdata[e];
    for (guint i = 0; i < end->states->len; i++)
      table->unit = MAX(table->unit, text_time_unit(g_array_index(end->states, HistoryState, i).from));
  }
  measure(table, HOST, "host");
  measure(table, STATE, tcp_state_name(TCP_STATE_SYN_RECEIVED));
  if (several)
    measure(table, CONN, "connection");
  char text[40];
  for (guint e = 0; e < history->ends->len; e++) {
    const HistoryEnd *end = history->ends->pdata[e];
    measure(table, HOST, trace_text(table->trace, end->host));
    if (several)
      measure(table, CONN, trace_text(table->trace, end->conn));
    for (guint i = 0; i < end->states->len; i++) {
      const HistoryState *stay = &g_array_index(end->states, HistoryState, i);
      measure(table, FROM, text_time(stay->from, table->unit, text, sizeof text));
      measure(table, UNTIL, text_time(stay->until, table->unit, text, sizeof text));
      measure(table, SPAN, text_span(stay->until - stay->from, text, sizeof text));
    }
  }
  table->widths[HOST] = MIN(table->widths[HOST], table->width / NAME_PART);
  table->widths[CONN] = MIN(table->widths[CONN], table->width / NAME_PART);
  /* Times of a hundred years leave too little room: the widest columns give way, their cells are cut. */
  while (columns_before(table, WHY) - GUTTER > table->width)
    table->widths[widest_column(table)]--;
  table->why_below = columns_before(table, WHY) + WHY_LEAST > table->width;
}

void timeline_write(const Trace *trace, const TextStyle *style, GString *out) {
  g_autoptr(History) history = history_new(trace, HISTORY_DEFAULT);
  if (history->ends->len == 0)
    return;
  Table table = {.trace = trace, .history = history, .style = style, .width = text_style_width(style)};
  lay_out(&table);
  write_titles(&table, out);
  for (guint e = 0; e < history->ends->len; e++) {
    const HistoryEnd *end = history->ends->pdata[e];
    for (guint i = 0; i < end->states->len; i++)
      write_stay(&table, end, i, out);
  }
}
