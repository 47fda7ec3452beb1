/* The worksheet as Markdown: for a wiki, a repository, or to change before it is handed out. */
#include "lab/format_write.h"
#include "lab/worksheet_given.h"
#include "lab/worksheet_page.h"

#include <string.h>

/* Appends a text, so that none of it is Markdown or HTML. Lines are kept apart by `newline`. */
static void append_text(GString *out, const char *text, const char *newline) {
  g_autofree char *shown = format_clean(text);
  gboolean at_start = TRUE;
  for (const char *p = shown; *p; p++) {
    if (*p == '\n') {
      g_string_append(out, newline);
      at_start = TRUE;
      continue;
    }
    /* A digit or mark that begins a line could begin a list, a heading or a rule. */
    gboolean is_special = strchr("\\`*_[]<>|&~{}", *p) != NULL || (at_start && strchr("#+-=", *p) != NULL);
    if (is_special)
      g_string_append_c(out, '\\');
    g_string_append_c(out, *p);
    at_start = FALSE;
  }
}

static void append_list(GString *out, const GPtrArray *texts) {
  for (guint i = 0; i < texts->len; i++) {
    g_string_append(out, "- ");
    append_text(out, g_ptr_array_index(texts, i), " ");
    g_string_append_c(out, '\n');
  }
  g_string_append_c(out, '\n');
}

static void append_head(const LabInstance *instance, GString *out) {
  const Lab *lab = instance->lab;
  g_string_append(out, "# ");
  append_text(out, lab->title, " ");
  g_string_append(out, "\n\nStudent: **");
  append_text(out, instance->student ? instance->student : "", " ");
  g_string_append_printf(out, "** · variant: **%s** · %u points · %u minutes\n\n", instance->code, lab_points(lab),
                         lab->minutes);
  if (lab->summary) {
    append_text(out, lab->summary, " ");
    g_string_append(out, "\n\n");
  }
  if (lab->objectives->len > 0) {
    g_string_append(out, "## When you are done you can\n\n");
    append_list(out, lab->objectives);
  }
  if (lab->background->len > 0)
    g_string_append(out, "## Background\n\n");
  for (guint i = 0; i < lab->background->len; i++) {
    append_text(out, g_ptr_array_index(lab->background, i), " ");
    g_string_append(out, "\n\n");
  }
  g_string_append(out, "Put your answers into the file `answers.json`. An answer that you leave `null` is left blank. "
                       "Hints can be had for a share of the points: say in `hints` how many you opened.\n\n");
}

/* An indented block needs no fence that a text could close. */
static void append_figure(GString *out, const char *figure) {
  g_auto(GStrv) lines = g_strsplit(figure, "\n", -1);
  for (char **line = lines; *line; line++) {
    g_autofree char *shown = format_clean(*line);
    if (line[1] || shown[0] != '\0')
      g_string_append_printf(out, "    %s\n", shown);
  }
  g_string_append_c(out, '\n');
}

static void append_given(const LabInstanceRun *run, GString *out) {
  g_autoptr(GPtrArray) sections = worksheet_given(run);
  for (guint i = 0; i < sections->len; i++) {
    const LabGiven *given = g_ptr_array_index(sections, i);
    g_string_append(out, "### ");
    append_text(out, given->heading, " ");
    g_string_append(out, "\n\n");
    if (given->figure)
      append_figure(out, given->figure);
    else
      append_list(out, given->lines);
  }
}

static void append_row(GString *out, const GArray *row) {
  g_string_append_c(out, '|');
  for (guint c = 0; c < row->len; c++) {
    const LabCell *cell = &g_array_index(row, LabCell, c);
    g_string_append_c(out, ' ');
    append_text(out, cell->text ? cell->text : cell->blank >= 0 ? "______" : "", " ");
    g_string_append(out, " |");
  }
  g_string_append_c(out, '\n');
}

static void append_table(GString *out, const LabTable *table) {
  g_string_append_c(out, '|');
  for (guint i = 0; i < table->columns->len; i++) {
    g_string_append_c(out, ' ');
    append_text(out, g_ptr_array_index(table->columns, i), " ");
    g_string_append(out, " |");
  }
  g_string_append(out, "\n|");
  for (guint i = 0; i < table->columns->len; i++)
    g_string_append(out, "---|");
  g_string_append_c(out, '\n');
  for (guint i = 0; i < table->rows->len; i++)
    append_row(out, g_ptr_array_index(table->rows, i));
  g_string_append_c(out, '\n');
}

static void append_hints(GString *out, const LabQuestion *question, const LabKey *key) {
  for (guint i = 0; i < question->hints->len; i++) {
    const LabHint *hint = g_ptr_array_index(question->hints, i);
    char cost[32];
    grade_points_text(100 * hint->cost, cost, sizeof cost);
    g_string_append_printf(out, "<details><summary>Hint %u (costs %s %% of the points)</summary>\n\n", i + 1, cost);
    append_text(out, g_ptr_array_index(key->hints, i), " ");
    g_string_append(out, "\n\n</details>\n\n");
  }
}

static void append_question(const LabInstance *instance, guint index, GString *out) {
  const LabQuestion *question = g_ptr_array_index(instance->lab->questions, index);
  const LabKey *key = g_ptr_array_index(instance->keys, index);
  g_string_append_printf(out, "### %s (%u point%s)\n\n", question->id, question->points,
                         question->points == 1 ? "" : "s");
  append_text(out, key->text, " ");
  g_string_append(out, "\n\n");
  if (key->table)
    append_table(out, key->table);
  g_string_append_printf(out, "Answer: %s", lab_kind_answer(question->kind));
  gboolean has_labels = FALSE;
  for (guint i = 0; i < key->blanks->len && key->blanks->len > 1; i++) {
    const LabBlank *blank = g_ptr_array_index(key->blanks, i);
    if (blank->label[0] == '\0')
      continue;
    g_string_append(out, has_labels ? "; " : ", for ");
    append_text(out, blank->label, " ");
    has_labels = TRUE;
  }
  g_string_append(out, "\n\n");
  append_hints(out, question, key);
}

static void append_run(const LabInstance *instance, guint index, const GPtrArray *files, GString *out) {
  const LabInstanceRun *run = g_ptr_array_index(instance->runs, index);
  g_autofree char *title = worksheet_run_title(instance, run);
  g_string_append(out, "## ");
  append_text(out, title[0] != '\0' ? title : "The connection", " ");
  g_string_append(out, "\n\n");
  append_given(run, out);
  if (worksheet_file(files, run, ".svg"))
    g_string_append_printf(out, "The sequence diagram is in `%s.svg`.\n\n", run->run->name);
  if (worksheet_file(files, run, ".pcapng"))
    g_string_append_printf(out, "The capture, for Wireshark, is in `%s.pcapng`.\n\n", run->run->name);
  for (guint i = 0; i < instance->lab->questions->len; i++) {
    const LabQuestion *question = g_ptr_array_index(instance->lab->questions, i);
    if (question->run == index)
      append_question(instance, i, out);
  }
}

void worksheet_add_markdown(const LabInstance *instance, GPtrArray *files) {
  GString *out = g_string_new(NULL);
  append_head(instance, out);
  for (guint i = 0; i < instance->runs->len; i++)
    append_run(instance, i, files, out);
  const GPtrArray *references = instance->lab->references;
  if (references->len > 0)
    g_string_append(out, "## To read\n\n");
  for (guint i = 0; i < references->len; i++) {
    const ScenarioReference *reference = g_ptr_array_index(references, i);
    g_string_append(out, "- ");
    append_text(out, reference->title, " ");
    if (reference->url) {
      g_string_append(out, ": ");
      append_text(out, reference->url, " ");
    }
    g_string_append_c(out, '\n');
  }
  g_ptr_array_add(files, lab_file_new("worksheet.md", out));
}
