#include "output/text/compare_table.h"

#include <string.h>

#define GAP       2
#define MIN_WIDTH 6

typedef struct Row {
  TextAttr attr;
  char **cells;
} Row;

struct CompareTable {
  guint n_columns;
  gboolean *right;
  GPtrArray *rows; /* of Row, the titles first */
};

static void row_free(gpointer data) {
  Row *row = data;
  g_strfreev(row->cells);
  g_free(row);
}

void compare_table_add(CompareTable *table, TextAttr attr, const char *const *cells) {
  Row *row = g_new(Row, 1);
  row->attr = attr;
  row->cells = g_new0(char *, table->n_columns + 1);
  for (guint i = 0; i < table->n_columns; i++)
    row->cells[i] = g_strdup(cells[i] ? cells[i] : "");
  g_ptr_array_add(table->rows, row);
}

CompareTable *compare_table_new(const char *const *titles) {
  CompareTable *table = g_new0(CompareTable, 1);
  table->n_columns = g_strv_length((char **)titles);
  table->right = g_new0(gboolean, table->n_columns);
  table->rows = g_ptr_array_new_with_free_func(row_free);
  g_autofree const char **plain = g_new0(const char *, table->n_columns);
  for (guint i = 0; i < table->n_columns; i++) {
    table->right[i] = *titles[i] == '>';
    plain[i] = titles[i] + table->right[i];
  }
  compare_table_add(table, TEXT_DIM, plain);
  return table;
}

void compare_table_free(CompareTable *table) {
  g_ptr_array_unref(table->rows);
  g_free(table->right);
  g_free(table);
}

gboolean compare_table_is_empty(const CompareTable *table) {
  return table->rows->len < 2;
}

/* The widths the columns get: what they need, the widest cut down until all fit. */
static unsigned *widths_of(const CompareTable *table, const TextStyle *style) {
  unsigned *widths = g_new0(unsigned, table->n_columns);
  unsigned total = 1 + GAP * (table->n_columns - 1), room = text_style_width(style);
  for (guint r = 0; r < table->rows->len; r++) {
    const Row *row = g_ptr_array_index(table->rows, r);
    for (guint i = 0; i < table->n_columns; i++) {
      g_autofree char *clean = text_clean(style, row->cells[i]);
      widths[i] = MAX(widths[i], text_width(clean));
    }
  }
  for (guint i = 0; i < table->n_columns; i++)
    total += widths[i];
  while (total > room) {
    guint widest = 0;
    for (guint i = 1; i < table->n_columns; i++)
      widest = widths[i] > widths[widest] ? i : widest;
    if (widths[widest] <= MIN_WIDTH)
      break;
    widths[widest]--;
    total--;
  }
  return widths;
}

static void write_row(const CompareTable *table, const Row *row, const unsigned *widths, const TextStyle *style,
                      GString *out) {
  g_autofree GPtrArray **cells = g_new0(GPtrArray *, table->n_columns);
  guint height = 1;
  for (guint i = 0; i < table->n_columns; i++) {
    g_autofree char *clean = text_clean(style, row->cells[i]);
    cells[i] = text_wrap(style, clean, MAX(widths[i], 1));
    height = MAX(height, cells[i]->len);
  }
  for (guint line = 0; line < height; line++) {
    unsigned wanted = 1, column = 0;
    for (guint i = 0; i < table->n_columns; i++) {
      const char *text = line < cells[i]->len ? g_ptr_array_index(cells[i], line) : "";
      unsigned start = wanted + (table->right[i] ? widths[i] - text_width(text) : 0);
      if (*text) {
        text_pad(out, start - column);
        text_append(out, style, row->attr, text);
        column = start + text_width(text);
      }
      wanted += widths[i] + GAP;
    }
    g_string_append_c(out, '\n');
  }
  for (guint i = 0; i < table->n_columns; i++)
    g_ptr_array_unref(cells[i]);
}

void compare_table_write_text(const CompareTable *table, const TextStyle *style, GString *out) {
  g_autofree unsigned *widths = widths_of(table, style);
  for (guint r = 0; r < table->rows->len; r++)
    write_row(table, g_ptr_array_index(table->rows, r), widths, style, out);
}

void compare_table_write_markdown(const CompareTable *table, GString *out) {
  const TextStyle style = {0};
  for (guint r = 0; r < table->rows->len; r++) {
    const Row *row = g_ptr_array_index(table->rows, r);
    for (guint i = 0; i < table->n_columns; i++) {
      g_autofree char *clean = text_clean(&style, row->cells[i]);
      g_string_append(out, "| ");
      for (const char *c = clean; *c; c++) {
        if (strchr("\\`*_{}[]<>#|!~&$", *c))
          g_string_append_c(out, '\\');
        g_string_append_c(out, *c);
      }
      g_string_append_c(out, ' ');
    }
    g_string_append(out, "|\n");
    for (guint i = 0; r == 0 && i < table->n_columns; i++)
      g_string_append(out, table->right[i] ? "|---:" : "|---");
    if (r == 0)
      g_string_append(out, "|\n");
  }
}
