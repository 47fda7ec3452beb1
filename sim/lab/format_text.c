/* Grades and keys as text for people. */
#include <string.h>

#include "lab/format.h"

/* A text wrapped below an indent; lines of it stay lines. */
static void append_wrapped(const TextStyle *style, const char *indent, const char *text, GString *out) {
  g_auto(GStrv) paragraphs = g_strsplit(text, "\n", -1);
  unsigned width = text_style_width(style) - (unsigned)strlen(indent);
  for (guint i = 0; paragraphs[i]; i++) {
    g_autofree char *clean = text_clean(style, paragraphs[i]);
    g_autoptr(GPtrArray) lines = text_wrap(style, clean, width);
    for (guint k = 0; k < lines->len; k++)
      g_string_append_printf(out, "%s%s\n", indent, (const char *)g_ptr_array_index(lines, k));
  }
}

static void append_clean(const TextStyle *style, TextAttr attr, const char *text, GString *out) {
  g_autofree char *clean = text_clean(style, text);
  text_append(out, style, attr, clean);
}

/* --- grades ------------------------------------------------------------------------------------------------------- */

static void append_points(double score, double points, GString *out) {
  char got[32], of[32];
  g_string_append_printf(out, "%s/%s", grade_points_text(score, got, sizeof got),
                         grade_points_text(points, of, sizeof of));
}

static void append_blank(const GradeBlank *blank, const TextStyle *style, GString *out) {
  gboolean right = blank->fraction > 0.9999;
  g_string_append(out, "    ");
  text_append(out, style, right ? TEXT_PLAIN : TEXT_BAD, right ? "right" : blank->fraction > 0 ? "partly" : "wrong");
  if (*blank->label) {
    g_string_append(out, "  ");
    append_clean(style, TEXT_PLAIN, blank->label, out);
  }
  g_string_append(out, ": ");
  append_clean(style, TEXT_PLAIN, blank->given ? blank->given : "(left blank)", out);
  if (!right) {
    g_string_append(out, style->ascii ? "  ->  " : "  →  ");
    append_clean(style, TEXT_BOLD, blank->expected, out);
  }
  g_string_append_c(out, '\n');
  if (blank->feedback)
    append_wrapped(style, "      ", blank->feedback, out);
}

static void append_question(const GradeQuestion *question, const TextStyle *style, GString *out) {
  g_string_append_c(out, '\n');
  append_clean(style, TEXT_BOLD, question->id, out);
  g_string_append(out, "  ");
  append_points(question->score, question->points, out);
  if (question->hints_used) {
    char cost[32];
    g_string_append_printf(out, "  (%u hint%s: -%s)", question->hints_used, question->hints_used == 1 ? "" : "s",
                           grade_points_text(question->hints_cost, cost, sizeof cost));
  }
  g_string_append_c(out, '\n');
  append_wrapped(style, "  ", question->text, out);
  for (guint i = 0; i < question->blanks->len; i++)
    append_blank(g_ptr_array_index(question->blanks, i), style, out);
  if (question->feedback)
    append_wrapped(style, "    ", question->feedback, out);
  if (question->rfc) {
    g_string_append(out, "    see ");
    append_clean(style, TEXT_PLAIN, question->rfc, out);
    g_string_append_c(out, '\n');
  }
}

static void append_result(const GradeResult *result, const TextStyle *style, GString *out) {
  append_clean(style, TEXT_BOLD, *result->student ? result->student : result->file, out);
  g_string_append(out, "  ");
  append_clean(style, TEXT_PLAIN, result->lab, out);
  g_string_append(out, "  ");
  append_points(result->score, result->points, out);
  g_string_append_printf(out, " points  %s\n", result->code);
  if (result->remark) {
    text_append(out, style, TEXT_BAD, "LOOK AT THIS");
    g_string_append(out, ": ");
    append_clean(style, TEXT_PLAIN, result->remark, out);
    g_string_append_c(out, '\n');
  }
  for (guint i = 0; i < result->problems->len; i++)
    append_wrapped(style, "  ", g_ptr_array_index(result->problems, i), out);
  for (guint i = 0; i < result->questions->len; i++)
    append_question(g_ptr_array_index(result->questions, i), style, out);
}

void format_text_grades(const GPtrArray *results, const TextStyle *style, GString *out) {
  for (guint i = 0; i < results->len; i++) {
    if (i)
      g_string_append_c(out, '\n');
    append_result(g_ptr_array_index(results, i), style, out);
  }
}

/* --- keys --------------------------------------------------------------------------------------------------------- */

/* The cells of a row, what is blank with its key in brackets. */
static void append_row(const LabKey *key, const GArray *row, const TextStyle *style, GString *out) {
  g_string_append(out, "    ");
  for (guint c = 0; c < row->len; c++) {
    const LabCell *cell = &g_array_index(row, LabCell, c);
    const LabBlank *blank = cell->blank >= 0 ? g_ptr_array_index(key->blanks, cell->blank) : NULL;
    g_string_append(out, c ? "  " : "");
    if (blank)
      g_string_append_printf(out, "[%s]", blank->expected);
    else
      append_clean(style, TEXT_PLAIN, cell->text, out);
  }
  g_string_append_c(out, '\n');
}

static void append_key(const LabKey *key, const TextStyle *style, GString *out) {
  gboolean in_table = key->question->kind == LAB_STATES;
  g_string_append_c(out, '\n');
  append_clean(style, TEXT_BOLD, key->question->id, out);
  g_string_append_printf(out, "  %u point%s\n", key->question->points, key->question->points == 1 ? "" : "s");
  append_wrapped(style, "  ", key->text, out);
  for (guint i = 0; key->table && i < key->table->rows->len; i++)
    append_row(key, g_ptr_array_index(key->table->rows, i), style, out);
  for (guint i = 0; !in_table && i < key->blanks->len; i++) {
    const LabBlank *blank = g_ptr_array_index(key->blanks, i);
    g_string_append(out, "    ");
    if (*blank->label && strcmp(blank->label, blank->expected) != 0) {
      append_clean(style, TEXT_PLAIN, blank->label, out);
      g_string_append(out, ": ");
    }
    append_clean(style, TEXT_BOLD, blank->expected, out);
    g_string_append_c(out, '\n');
  }
  if (key->why)
    append_wrapped(style, "  ", key->why, out);
  if (key->question->rfc) {
    g_string_append(out, "  see ");
    append_clean(style, TEXT_PLAIN, key->question->rfc, out);
    g_string_append_c(out, '\n');
  }
}

void format_text_key(const LabInstance *instance, const TextStyle *style, GString *out) {
  append_clean(style, TEXT_BOLD, instance->lab->title, out);
  g_string_append_printf(out, "  (%s, variant %s)\n", instance->student ? instance->student : "the base",
                         instance->code);
  for (guint i = 0; i < instance->values->len; i++) {
    g_string_append(out, "  ");
    append_clean(style, TEXT_PLAIN, g_ptr_array_index(instance->values, i), out);
    g_string_append_c(out, '\n');
  }
  for (guint i = 0; i < instance->keys->len; i++)
    append_key(g_ptr_array_index(instance->keys, i), style, out);
}
