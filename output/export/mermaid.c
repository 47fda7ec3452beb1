#include "output/export/mermaid.h"

#include "output/export/diagram.h"

#include <string.h>

/* What Mermaid reads as syntax somewhere: the ends of a statement, comments and directives, its entity codes, HTML. */
#define SPECIAL "#;%{}<>&\"'`\\$"

/* Whether the word "end" stands here by itself: in a participant's name it would be a keyword. */
static gboolean is_end(const char *start, const char *p) {
  return g_ascii_strncasecmp(p, "end", 3) == 0 && (p == start || !g_ascii_isalnum(p[-1])) && !g_ascii_isalnum(p[3]);
}

static void append_text(GString *out, const char *text, gboolean is_name) {
  /* A text that begins with "wrap:" would be an instruction. */
  gboolean instruction = g_str_has_prefix(text, "wrap") || g_str_has_prefix(text, "nowrap");
  for (const char *p = text; *p; p++) {
    if (strchr(SPECIAL, *p) || (is_name && is_end(text, p)) || (instruction && p == text))
      g_string_append_printf(out, "#%d;", *p);
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

static void append_note(GString *out, const Diagram *diagram, const char *place, unsigned from, unsigned to) {
  g_string_append_printf(out, "  Note %s ", place);
  append_participant(out, diagram, from);
  if (to != from) {
    g_string_append_c(out, ',');
    append_participant(out, diagram, to);
  }
  g_string_append(out, ": ");
}

static void append_arrow(GString *out, const Diagram *diagram, unsigned from, const char *arrow, unsigned to) {
  g_string_append(out, "  ");
  append_participant(out, diagram, from);
  g_string_append(out, arrow);
  append_participant(out, diagram, to);
  g_string_append(out, ": ");
}

static void append_row(GString *out, const Diagram *diagram, const DiagramRow *row) {
  switch (row->kind) {
  case DIAGRAM_STATE:
    append_note(out, diagram, "over", row->from, row->from);
    break;
  case DIAGRAM_NOTE:
    append_note(out, diagram, row->from == 0 ? "left of" : "right of", row->from, row->from);
    break;
  case DIAGRAM_LINK:
    append_note(out, diagram, "over", row->from, row->to);
    break;
  case DIAGRAM_PAUSE:
    append_note(out, diagram, "over", 0, diagram->names->len - 1);
    g_string_append(out, "... ");
    break;
  case DIAGRAM_MESSAGE:
    append_arrow(out, diagram, row->from, row->dashed ? "-->>" : "->>", row->to);
    break;
  case DIAGRAM_LOST:
    append_arrow(out, diagram, row->from, row->dashed ? "--x" : "-x", row->to);
    break;
  case DIAGRAM_DEPART:
    append_arrow(out, diagram, row->from, row->dashed ? "--)" : "-)", DIAGRAM_NETWORK);
    break;
  case DIAGRAM_ARRIVE:
    append_arrow(out, diagram, DIAGRAM_NETWORK, row->dashed ? "-->>" : "->>", row->to);
    break;
  }
  append_text(out, row->text, FALSE);
  g_string_append(out, row->kind == DIAGRAM_PAUSE ? " ...\n" : "\n");
}

static void append_participants(GString *out, const Diagram *diagram) {
  gboolean network = diagram->has_crossing || diagram->has_midair;
  for (guint i = 0; i < diagram->names->len; i++) {
    if (i == 1 && network)
      g_string_append(out, "  participant net as network\n");
    g_string_append_printf(out, "  participant h%u as ", i);
    append_text(out, diagram->names->pdata[i], TRUE);
    if (*(const char *)diagram->abouts->pdata[i]) {
      g_string_append(out, "<br/>");
      append_text(out, diagram->abouts->pdata[i], TRUE);
    }
    g_string_append_c(out, '\n');
  }
  if (diagram->names->len == 1 && network)
    g_string_append(out, "  participant net as network\n");
}

gboolean mermaid_write(const Trace *trace, GString *out, GError **error) {
  (void)error;
  g_autoptr(Diagram) diagram = diagram_new(trace);
  g_string_append(out, "sequenceDiagram\n");
  if (*diagram->title) {
    g_string_append(out, "  title: ");
    append_text(out, diagram->title, FALSE);
    g_string_append_c(out, '\n');
  }
  append_participants(out, diagram);
  for (guint i = 0; i < diagram->rows->len; i++) {
    const DiagramRow *row = &g_array_index(diagram->rows, DiagramRow, i);
    /* What comes to be in the network has no way into it. */
    if (row->kind != DIAGRAM_DEPART || row->from != DIAGRAM_NETWORK)
      append_row(out, diagram, row);
  }
  return TRUE;
}
