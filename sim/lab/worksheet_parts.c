#include "lab/format_write.h"
#include "lab/worksheet_given.h"
#include "lab/worksheet_html.h"

void worksheet_html_text(GString *out, const char *text) {
  GString *escaped = g_string_new(NULL);
  format_append_xml(escaped, text);
  for (const char *p = escaped->str; *p; p++) {
    if (*p == '{')
      g_string_append(out, "&#123;");
    else if (*p == '}')
      g_string_append(out, "&#125;");
    else if (*p == '\n')
      g_string_append(out, "<br/>");
    else
      g_string_append_c(out, *p);
  }
  g_string_free(escaped, TRUE);
}

/* Lines stay lines in <pre>. */
static void append_figure(GString *out, const char *figure) {
  g_auto(GStrv) lines = g_strsplit(figure, "\n", -1);
  g_string_append(out, "<pre>");
  for (char **line = lines; *line; line++) {
    worksheet_html_text(out, *line);
    if (line[1])
      g_string_append_c(out, '\n');
  }
  g_string_append(out, "</pre>\n");
}

void worksheet_html_given(GString *out, const LabInstanceRun *run, unsigned level) {
  g_autoptr(GPtrArray) sections = worksheet_given(run);
  for (guint i = 0; i < sections->len; i++) {
    const LabGiven *given = g_ptr_array_index(sections, i);
    g_string_append_printf(out, "<h%u>", level);
    worksheet_html_text(out, given->heading);
    g_string_append_printf(out, "</h%u>\n", level);
    if (given->figure) {
      append_figure(out, given->figure);
      continue;
    }
    g_string_append(out, "<ul>\n");
    for (guint k = 0; k < given->lines->len; k++) {
      g_string_append(out, "<li>");
      worksheet_html_text(out, g_ptr_array_index(given->lines, k));
      g_string_append(out, "</li>\n");
    }
    g_string_append(out, "</ul>\n");
  }
}

/* Marks in `shown` (may be NULL) which blanks stand in a cell. */
static void append_table(GString *out, const LabKey *key, LabBlankHtml blank, gboolean *shown) {
  const LabTable *table = key->table;
  g_string_append(out, "<table>\n<tr>");
  for (guint i = 0; i < table->columns->len; i++) {
    g_string_append(out, "<th>");
    worksheet_html_text(out, g_ptr_array_index(table->columns, i));
    g_string_append(out, "</th>");
  }
  g_string_append(out, "</tr>\n");
  for (guint r = 0; r < table->rows->len; r++) {
    const GArray *row = g_ptr_array_index(table->rows, r);
    g_string_append(out, "<tr>");
    for (guint c = 0; c < row->len; c++) {
      const LabCell *cell = &g_array_index(row, LabCell, c);
      g_string_append(out, "<td>");
      if (cell->text) {
        worksheet_html_text(out, cell->text);
      } else if (cell->blank >= 0 && blank) {
        blank(out, key, (unsigned)cell->blank);
        shown[cell->blank] = TRUE;
      }
      g_string_append(out, "</td>");
    }
    g_string_append(out, "</tr>\n");
  }
  g_string_append(out, "</table>\n");
}

void worksheet_html_asked(GString *out, const LabKey *key) {
  g_string_append(out, "<p>");
  worksheet_html_text(out, key->text);
  g_string_append(out, "</p>\n");
  if (key->table)
    append_table(out, key, NULL, NULL);
}

void worksheet_html_question(GString *out, const LabKey *key, LabBlankHtml blank) {
  g_autofree gboolean *shown = g_new0(gboolean, key->blanks->len);
  g_string_append(out, "<p>");
  worksheet_html_text(out, key->text);
  g_string_append(out, "</p>\n");
  if (key->table)
    append_table(out, key, blank, shown);
  for (guint i = 0; i < key->blanks->len; i++) {
    const LabBlank *this = g_ptr_array_index(key->blanks, i);
    if (shown[i])
      continue;
    g_string_append(out, "<p class=\"answer\">");
    worksheet_html_text(out, this->label);
    g_string_append(out, this->label[0] != '\0' ? ": " : "Answer: ");
    blank(out, key, i);
    g_string_append(out, "</p>\n");
  }
}
