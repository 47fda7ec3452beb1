#include "output/text/fsm_doc.h"

#include "tcp/tcp_fsm.h"

#include <string.h>

/* --- parts of a row ----------------------------------------------------------------------------------------------- */

static char *states_text(TcpStateSet set, const char *separator) {
  GString *text = g_string_new(NULL);
  for (unsigned state = 0; state < TCP_STATE_COUNT; state++)
    if (set >> state & 1)
      g_string_append_printf(text, "%s%s", text->len ? separator : "", tcp_state_name((TcpState)state));
  return g_string_free(text, FALSE);
}

static const char *to_text(const TcpRow *row) {
  if (row->to == TCP_STAY)
    return "stay";
  if (row->to == TCP_IGNORE)
    return "ignore";
  return tcp_state_name((TcpState)row->to);
}

static char *actions_text(const TcpRow *row) {
  GString *text = g_string_new(NULL);
  for (uint32_t actions = row->actions; actions; actions &= actions - 1)
    g_string_append_printf(text, "%s%s", text->len ? "; " : "", tcp_action_meaning((TcpAction)__builtin_ctz(actions)));
  return g_string_free(text, FALSE);
}

/* Adds the sentence of a row: "when ..., do ...; note". */
static char *row_details(const TcpRow *row) {
  GString *text = g_string_new(NULL);
  if (row->guard != TCP_GUARD_ALWAYS)
    g_string_append_printf(text, "if %s", tcp_guard_meaning((TcpGuard)row->guard));
  if (row->actions) {
    g_autofree char *actions = actions_text(row);
    g_string_append_printf(text, "%s%s", text->len ? ": " : "", actions);
  }
  if (row->note)
    g_string_append_printf(text, "%s(%s)", text->len ? " " : "", row->note);
  return g_string_free(text, FALSE);
}

/* --- text --------------------------------------------------------------------------------------------------------- */

static void append_wrapped(GString *out, const TextStyle *style, unsigned indent, const char *text) {
  unsigned width = text_style_width(style);
  GPtrArray *lines = text_wrap(style, text, width > indent + 20 ? width - indent : 20);
  for (guint i = 0; i < lines->len; i++) {
    text_pad(out, indent);
    g_string_append_printf(out, "%s\n", (const char *)g_ptr_array_index(lines, i));
  }
  g_ptr_array_unref(lines);
}

static void append_text_row(GString *out, const TextStyle *style, const TcpRow *row, const uint64_t *hits) {
  g_autofree char *from = states_text(row->from, " ");
  g_autofree char *details = row_details(row);
  const char *meaning = tcp_stimulus_meaning((TcpStimulus)row->stimulus);
  g_autofree char *stimulus = hits ? g_strdup_printf("%8" G_GUINT64_FORMAT "  %s", *hits, meaning) : g_strdup(meaning);
  g_autofree char *head = g_strdup_printf("%s %s %s", from, style->ascii ? "->" : "→", to_text(row));
  g_string_append_c(out, '\n');
  append_wrapped(out, style, 2, stimulus);
  append_wrapped(out, style, 4, head);
  if (*details)
    append_wrapped(out, style, 4, details);
}

void fsm_write_text(const TextStyle *style, const uint64_t *hits, GString *out) {
  text_append(out, style, TEXT_BOLD, "The eleven states (RFC 9293 3.3.2)");
  g_string_append(out, "\n\n");
  for (unsigned state = 0; state < TCP_STATE_COUNT; state++) {
    const char *name = tcp_state_name((TcpState)state);
    g_string_append(out, "  ");
    text_append(out, style, text_attr_of_state((TcpState)state), name);
    text_pad(out, 15 - (unsigned)strlen(name));
    g_autoptr(GString) meaning = g_string_new(NULL);
    append_wrapped(meaning, style, 17, tcp_state_meaning((TcpState)state));
    g_string_append(out, meaning->str + 17); /* the first line stands beside the name */
  }
  unsigned n_rows;
  const TcpRow *rows = tcp_fsm_rows(&n_rows);
  g_string_append(out, "\n");
  text_append(out, style, TEXT_BOLD, "The table: what a stimulus does in which states");
  g_string_append(out, "\n");
  for (unsigned i = 0; i < n_rows; i++) {
    if (i == 0 || strcmp(rows[i].rfc, rows[i - 1].rfc) != 0) {
      gboolean section = g_ascii_isdigit(rows[i].rfc[0]);
      g_autofree char *title = g_strdup_printf("%s%s", section ? "RFC 9293 " : "", rows[i].rfc);
      g_string_append_c(out, '\n');
      text_append(out, style, TEXT_BOLD, title);
      g_string_append_c(out, '\n');
    }
    append_text_row(out, style, &rows[i], hits ? &hits[i] : NULL);
  }
}

void fsm_write_difference(const TextStyle *style, const char *name, const gboolean *allowed, const char *base,
                          const gboolean *base_allowed, GString *out) {
  unsigned n_rows, differing = 0;
  const TcpRow *rows = tcp_fsm_rows(&n_rows);
  for (unsigned mine = 0; mine < 2; mine++) {
    g_autofree char *title = g_strdup_printf("Rows of %s only", mine ? name : base);
    text_append(out, style, TEXT_BOLD, title);
    g_string_append_c(out, '\n');
    for (unsigned i = 0; i < n_rows; i++) {
      if (allowed[rows[i].guard] == base_allowed[rows[i].guard] || (unsigned)allowed[rows[i].guard] != mine)
        continue;
      append_text_row(out, style, &rows[i], NULL);
      differing++;
    }
    g_string_append_c(out, '\n');
  }
  g_string_append_printf(out, "%u of %u rows differ; numbers and times that differ: teardown profiles %s %s\n",
                         differing, n_rows, base, name);
}

/* --- Markdown ----------------------------------------------------------------------------------------------------- */

void fsm_write_markdown(GString *out) {
  g_string_append(out, "# The TCP state machine\n\n"
                       "Made by `teardown fsm --format markdown` from the table in `sim/tcp/tcp_fsm.c`. Sections are "
                       "RFC 9293's. For a state and a stimulus the rows are tried from the top; the first whose "
                       "condition holds decides. A pair without a row cannot happen.\n\n"
                       "| state | meaning |\n|---|---|\n");
  for (unsigned state = 0; state < TCP_STATE_COUNT; state++)
    g_string_append_printf(out, "| %s | %s |\n", tcp_state_name((TcpState)state), tcp_state_meaning((TcpState)state));
  g_string_append(out,
                  "\n| section | from | stimulus | condition | to | actions | note |\n|---|---|---|---|---|---|---|\n");
  unsigned n_rows;
  const TcpRow *rows = tcp_fsm_rows(&n_rows);
  for (unsigned i = 0; i < n_rows; i++) {
    g_autofree char *from = states_text(rows[i].from, ", ");
    g_autofree char *actions = actions_text(&rows[i]);
    g_string_append_printf(out, "| %s | %s | %s | %s | %s | %s | %s |\n", rows[i].rfc, from,
                           tcp_stimulus_meaning((TcpStimulus)rows[i].stimulus),
                           tcp_guard_meaning((TcpGuard)rows[i].guard), to_text(&rows[i]), actions,
                           rows[i].note ? rows[i].note : "");
  }
}

/* --- Graphviz ----------------------------------------------------------------------------------------------------- */

void fsm_write_dot(gboolean all, GString *out) {
  g_string_append(out, "digraph tcp {\n  rankdir=TB;\n  node [shape=box, style=rounded, fontname=\"DejaVu Sans\"];\n"
                       "  edge [fontname=\"DejaVu Sans\", fontsize=9];\n");
  for (unsigned state = 0; state < TCP_STATE_COUNT; state++)
    g_string_append_printf(out, "  \"%s\" [tooltip=\"%s\"];\n", tcp_state_name((TcpState)state),
                           tcp_state_meaning((TcpState)state));
  unsigned n_rows;
  const TcpRow *rows = tcp_fsm_rows(&n_rows);
  for (unsigned i = 0; i < n_rows; i++) {
    if (rows[i].to >= TCP_STATE_COUNT || (!all && !rows[i].edge))
      continue;
    const char *guard = rows[i].guard == TCP_GUARD_ALWAYS ? "" : tcp_guard_name((TcpGuard)rows[i].guard);
    for (unsigned state = 0; state < TCP_STATE_COUNT; state++)
      if (rows[i].from >> state & 1)
        g_string_append_printf(out, "  \"%s\" -> \"%s\" [label=\"%s%s%s\\n%s\"%s];\n", tcp_state_name((TcpState)state),
                               to_text(&rows[i]), tcp_stimulus_name((TcpStimulus)rows[i].stimulus), *guard ? "\\n" : "",
                               guard, rows[i].rfc, rows[i].edge ? "" : ", style=dashed");
  }
  g_string_append(out, "}\n");
}
