/* A class as a table: a row for each answers file, a column for each question. */
#include "lab/format_write.h"
#include "lab/formats.h"

#include <string.h>

/* RFC 4180, but with plain newlines. A cell that a spreadsheet would take for a formula gets an apostrophe before it,
 * which it shows as text. */
static void append_cell(GString *out, gboolean first, const char *text) {
  g_autofree char *shown = format_clean_line(text);
  if (!first)
    g_string_append_c(out, ',');
  const char *formula = strchr("=+-@\t\r", shown[0]) && shown[0] != '\0' ? "'" : "";
  if (strpbrk(shown, ",\"\r\n'") == NULL && shown[0] != ' ') {
    g_string_append_printf(out, "%s%s", formula, shown);
    return;
  }
  g_string_append_printf(out, "\"%s", formula);
  for (const char *p = shown; *p; p++) {
    if (*p == '"')
      g_string_append_c(out, '"');
    g_string_append_c(out, *p);
  }
  g_string_append_c(out, '"');
}

static void append_points(GString *out, double points) {
  char text[32];
  g_string_append_printf(out, ",%s", grade_points_text(points, text, sizeof text));
}

/* A column: a question of a lab. Borrows from the results. */
typedef struct Column {
  const char *lab, *id;
} Column;

static gboolean has_column(const GArray *columns, const char *lab, const char *id) {
  for (guint i = 0; i < columns->len; i++) {
    const Column *column = &g_array_index(columns, Column, i);
    if (strcmp(column->lab, lab) == 0 && strcmp(column->id, id) == 0)
      return TRUE;
  }
  return FALSE;
}

/* The questions of all results, in the order of the labs, and whether there is more than one lab. */
static GArray *columns_of(const GPtrArray *results, gboolean *ret_several) {
  GArray *columns = g_array_new(FALSE, FALSE, sizeof(Column));
  *ret_several = FALSE;
  for (guint i = 0; i < results->len; i++) {
    const GradeResult *result = g_ptr_array_index(results, i);
    for (guint q = 0; q < result->questions->len; q++) {
      const GradeQuestion *question = g_ptr_array_index(result->questions, q);
      if (has_column(columns, result->lab, question->id))
        continue;
      if (columns->len > 0 && strcmp(g_array_index(columns, Column, 0).lab, result->lab) != 0)
        *ret_several = TRUE;
      Column column = {result->lab, question->id};
      g_array_append_val(columns, column);
    }
  }
  return columns;
}

static void append_heading(GString *out, const GArray *columns, gboolean several) {
  static const char *const first[] = {"student", "lab", "score", "points", "percent", "verdict", "owner"};
  for (gsize i = 0; i < G_N_ELEMENTS(first); i++)
    append_cell(out, i == 0, first[i]);
  for (guint i = 0; i < columns->len; i++) {
    const Column *column = &g_array_index(columns, Column, i);
    g_autofree char *name = several ? g_strdup_printf("%s/%s", column->lab, column->id) : g_strdup(column->id);
    append_cell(out, FALSE, name);
  }
  g_string_append(out, ",hints,variant,given_variant,file,remark,problems\n");
}

static void append_questions(GString *out, const GradeResult *result, const GArray *columns) {
  for (guint i = 0; i < columns->len; i++) {
    const Column *column = &g_array_index(columns, Column, i);
    const GradeQuestion *found = NULL;
    for (guint q = 0; q < result->questions->len && strcmp(column->lab, result->lab) == 0; q++) {
      const GradeQuestion *question = g_ptr_array_index(result->questions, q);
      if (strcmp(question->id, column->id) == 0)
        found = question;
    }
    if (found)
      append_points(out, found->score);
    else
      g_string_append_c(out, ',');
  }
}

static void append_row(GString *out, const GradeResult *result, const GArray *columns) {
  append_cell(out, TRUE, result->student);
  append_cell(out, FALSE, result->lab);
  append_points(out, result->score);
  append_points(out, result->points);
  append_points(out, result->points > 0 ? 100 * result->score / result->points : 0);
  append_cell(out, FALSE, grade_verdict_word(result->verdict));
  append_cell(out, FALSE, result->owner);
  append_questions(out, result, columns);
  unsigned hints = 0;
  for (guint q = 0; q < result->questions->len; q++)
    hints += ((const GradeQuestion *)g_ptr_array_index(result->questions, q))->hints_used;
  g_string_append_printf(out, ",%u", hints);
  append_cell(out, FALSE, result->code);
  append_cell(out, FALSE, result->given_code);
  append_cell(out, FALSE, result->file);
  append_cell(out, FALSE, result->remark);
  g_autofree char *problems = format_problem_words(result);
  append_cell(out, FALSE, problems);
  g_string_append_c(out, '\n');
}

void format_csv_grades(const GPtrArray *results, const TextStyle *style, GString *out) {
  (void)style;
  gboolean several;
  g_autoptr(GArray) columns = columns_of(results, &several);
  append_heading(out, columns, several);
  for (guint i = 0; i < results->len; i++)
    append_row(out, g_ptr_array_index(results, i), columns);
}
