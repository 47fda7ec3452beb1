#include "output/export/plantuml.h"

#include <string.h>

#include "output/export/diagram.h"

#define COLOUR_BAD "#CC0000"

/* Letters, digits and what has no meaning to PlantUML where it stands alone; all else is written by its number. */
static gboolean is_harmless(gunichar c) {
  return c >= 0x80 || g_ascii_isalnum((char)c) || strchr(" (),:.-", (char)c) != NULL;
}

/* A dot or a hyphen alone means nothing; several may, and so may what a line begins with. */
static void append_text(GString *out, const char *text) {
  gunichar before = 0;
  for (const char *p = text; *p; p = g_utf8_next_char(p)) {
    gunichar c = g_utf8_get_char(p);
    gboolean mark = c < 0x80 && !g_ascii_isalnum((char)c);
    if (is_harmless(c) && !(mark && (c == before || before == 0)))
      g_string_append_unichar(out, c);
    else
      g_string_append_printf(out, "<U+%04X>", c);
    before = c;
  }
}

static void append_participant(GString *out, const Diagram *diagram, unsigned index) {
  if (index == DIAGRAM_NETWORK)
    g_string_append(out, "net");
  else
    g_string_append_printf(out, "h%u", MIN(index, diagram->names->len - 1));
}

static void append_arrow(GString *out, const Diagram *diagram, const DiagramRow *row, unsigned from, unsigned to) {
  append_participant(out, diagram, from);
  g_string_append(out, row->dashed ? " -" : " ");
  if (row->bad)
    g_string_append(out, "-[" COLOUR_BAD "]>");
  else
    g_string_append(out, "->");
  if (row->kind == DIAGRAM_LOST)
    g_string_append_c(out, 'x');
  g_string_append_c(out, ' ');
  append_participant(out, diagram, to);
  g_string_append(out, " : ");
}

static void append_row(GString *out, const Diagram *diagram, const DiagramRow *row) {
  switch (row->kind) {
  case DIAGRAM_STATE:
    g_string_append_printf(out, "hnote over h%u %s : ", row->from, diagram_colour(row->state));
    break;
  case DIAGRAM_NOTE:
    g_string_append_printf(out, "note %s of h%u : ", row->from == 0 ? "left" : "right", row->from);
    break;
  case DIAGRAM_LINK:
    g_string_append_printf(out, "note over h%u, h%u : ", row->from, row->to);
    break;
  case DIAGRAM_PAUSE:
    g_string_append(out, "... ");
    break;
  case DIAGRAM_MESSAGE:
  case DIAGRAM_LOST:
    append_arrow(out, diagram, row, row->from, row->to);
    break;
  case DIAGRAM_DEPART:
    append_arrow(out, diagram, row, row->from, DIAGRAM_NETWORK);
    break;
  case DIAGRAM_ARRIVE:
    append_arrow(out, diagram, row, DIAGRAM_NETWORK, row->to);
    break;
  }
  append_text(out, row->text);
  g_string_append(out, row->kind == DIAGRAM_PAUSE ? " ...\n" : "\n");
}

static void append_participants(GString *out, const Diagram *diagram) {
  gboolean network = diagram->has_crossing || diagram->has_midair;
  for (guint i = 0; i < diagram->names->len; i++) {
    if (i == 1 && network)
      g_string_append(out, "participant \"network\" as net\n");
    g_string_append(out, "participant \"");
    append_text(out, diagram->names->pdata[i]);
    if (*(const char *)diagram->abouts->pdata[i]) {
      g_string_append(out, "\\n");
      append_text(out, diagram->abouts->pdata[i]);
    }
    g_string_append_printf(out, "\" as h%u\n", i);
  }
  if (diagram->names->len == 1 && network)
    g_string_append(out, "participant \"network\" as net\n");
}

gboolean plantuml_write(const Trace *trace, GString *out, GError **error) {
  (void)error;
  g_autoptr(Diagram) diagram = diagram_new(trace);
  g_string_append(out, "@startuml\nhide footbox\nskinparam shadowing false\n");
  if (*diagram->title) {
    g_string_append(out, "title ");
    for (guint i = 0; i < diagram->lines->len; i++) {
      g_string_append(out, i ? "\\n" : "");
      append_text(out, diagram->lines->pdata[i]);
    }
    g_string_append_c(out, '\n');
  }
  append_participants(out, diagram);
  for (guint i = 0; i < diagram->rows->len; i++) {
    const DiagramRow *row = &g_array_index(diagram->rows, DiagramRow, i);
    /* What comes to be in the network has no way into it. */
    if (row->kind != DIAGRAM_DEPART || row->from != DIAGRAM_NETWORK)
      append_row(out, diagram, row);
  }
  g_string_append(out, "@enduml\n");
  return TRUE;
}
