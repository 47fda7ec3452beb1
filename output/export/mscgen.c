#include "output/export/mscgen.h"

#include "output/export/diagram.h"

#define COLOUR_BAD "#CC0000"
/* The width of the chart, in percent of what mscgen makes it: so that labels find room between two participants. */
enum { WIDTH_LEAST = 150, WIDTH_EACH = 50 };

static void append_text(GString *out, const char *text) {
  for (const char *p = text; *p; p++) {
    if (*p == '"')
      g_string_append(out, "\\\"");
    else if (*p == '\\' && (p[1] == 'n' || p[1] == '"' || p[1] == '\0'))
      g_string_append(out, "\\ ");
    else if (*p == '&' && (p[1] == '#' || g_ascii_isalpha(p[1])))
      g_string_append(out, "& ");
    else
      g_string_append_c(out, *p);
  }
}

static void append_participant(GString *out, const Diagram *diagram, unsigned index) {
  if (index == DIAGRAM_NETWORK)
    g_string_append(out, "net");
  else
    g_string_append_printf(out, "h%u", MIN(index, diagram->names->len - 1));
}

/* "h0 box h1" and the start of its attributes, up to the label's text. */
static void append_arc(GString *out, const Diagram *diagram, unsigned from, const char *arc, unsigned to) {
  g_string_append(out, "  ");
  append_participant(out, diagram, from);
  g_string_append(out, arc);
  append_participant(out, diagram, to);
  g_string_append(out, " [label=\"");
}

static void append_row(GString *out, const Diagram *diagram, const DiagramRow *row, guint index) {
  gboolean slanted = row->kind == DIAGRAM_DEPART && row->partner != G_MAXUINT;
  switch (row->kind) {
  case DIAGRAM_STATE:
    append_arc(out, diagram, row->from, " rbox ", row->from);
    break;
  case DIAGRAM_NOTE:
    append_arc(out, diagram, row->from, " note ", row->from);
    break;
  case DIAGRAM_LINK:
    append_arc(out, diagram, row->from, " note ", row->to);
    break;
  case DIAGRAM_PAUSE:
    g_string_append(out, "  ... [label=\"");
    break;
  case DIAGRAM_MESSAGE:
  case DIAGRAM_DEPART:
    append_arc(out, diagram, row->from, row->dashed ? ">>" : "=>", row->to);
    break;
  case DIAGRAM_LOST:
    append_arc(out, diagram, row->from, "-x", row->to);
    break;
  case DIAGRAM_ARRIVE:
    /* Its arrow ends here; its time is told without a line. */
    g_string_append(out, "  |||;\n");
    return;
  }
  append_text(out, row->text);
  g_string_append_c(out, '"');
  if (slanted)
    g_string_append_printf(out, ", arcskip=\"%u\"", row->partner - index);
  if (row->kind == DIAGRAM_STATE)
    g_string_append_printf(out, ", textbgcolour=\"%s\"", diagram_colour(row->state));
  if (row->bad)
    g_string_append(out, ", linecolour=\"" COLOUR_BAD "\", textcolour=\"" COLOUR_BAD "\"");
  g_string_append(out, "];\n");
}

static void append_entities(GString *out, const Diagram *diagram) {
  for (guint i = 0; i < diagram->names->len; i++) {
    g_string_append_printf(out, "%s h%u [label=\"", i ? "," : " ", i);
    append_text(out, diagram->names->pdata[i]);
    if (*(const char *)diagram->abouts->pdata[i]) {
      g_string_append(out, "\\n");
      append_text(out, diagram->abouts->pdata[i]);
    }
    g_string_append(out, "\"]");
    if (i == 0 && diagram->has_midair)
      g_string_append(out, ", net [label=\"network\"]");
  }
  g_string_append(out, ";\n");
}

gboolean mscgen_write(const Trace *trace, GString *out, GError **error) {
  (void)error;
  g_autoptr(Diagram) diagram = diagram_new(trace);
  unsigned n = diagram->names->len + (diagram->has_midair ? 1 : 0);
  unsigned width = MAX(WIDTH_LEAST, WIDTH_EACH * n);
  g_string_append_printf(out, "msc {\n  hscale=\"%u.%02u\";\n ", width / 100, width % 100);
  append_entities(out, diagram);
  if (*diagram->title) {
    g_string_append(out, "  ||| [label=\"");
    for (guint i = 0; i < diagram->lines->len; i++) {
      g_string_append(out, i ? "\\n" : "");
      append_text(out, diagram->lines->pdata[i]);
    }
    g_string_append(out, "\"];\n");
  }
  for (guint i = 0; i < diagram->rows->len; i++)
    append_row(out, diagram, &g_array_index(diagram->rows, DiagramRow, i), i);
  g_string_append(out, "}\n");
  return TRUE;
}
