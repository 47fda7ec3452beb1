#include "output/text/explain.h"

#include "output/text/explain_steps.h"
#include "output/text/words.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_WIDTH 7

/* --- choosing ----------------------------------------------------------------------------------------------------- */

static gboolean is_of_conn(const Trace *trace, const ExplainStep *step, const char *conn) {
  if (strcmp(trace_text(trace, step->conn), conn) == 0)
    return TRUE;
  for (guint i = 0; i < step->changes->len; i++)
    if (strcmp(trace_text(trace, g_array_index(step->changes, ExplainChange, i).conn), conn) == 0)
      return TRUE;
  return FALSE;
}

static gboolean is_chosen(const Trace *trace, const ExplainChoice *choice, const ExplainStep *step) {
  if (step->t < choice->from || step->t > choice->until || (choice->brief && !step->notable))
    return FALSE;
  if (choice->host && strcmp(trace_text(trace, step->host), choice->host) != 0)
    return FALSE;
  return !choice->conn || is_of_conn(trace, step, choice->conn);
}

static unsigned count_conns(const Trace *trace) {
  unsigned count = 0;
  for (size_t i = 0; i < trace->count && count < 2; i++)
    count += trace->records[i].kind == TRACE_CONN;
  return count;
}

/* --- texts of a step ---------------------------------------------------------------------------------------------- */

/* "FIN-WAIT-1 -> FIN-WAIT-2 -> TIME-WAIT", "in TIME-WAIT", or "". */
static char *states_of(const Trace *trace, const ExplainStep *step) {
  GString *out = g_string_new(NULL);
  const ExplainChange *last = NULL;
  for (guint i = 0; i < step->changes->len; i++) {
    const ExplainChange *change = &g_array_index(step->changes, ExplainChange, i);
    if (!last || last->conn != change->conn || last->to != change->from) {
      g_string_append(out, i ? ", " : "");
      if (change->conn != step->conn)
        g_string_append_printf(out, "%s: ", trace_text(trace, change->conn));
      g_string_append(out, tcp_state_name(change->from));
    }
    g_string_append_printf(out, " -> %s", tcp_state_name(change->to));
    last = change;
  }
  if (!step->changes->len && step->has_state)
    g_string_append_printf(out, "in %s", tcp_state_name(step->state));
  return g_string_free(out, FALSE);
}

/* The part whose last line the sections follow. */
static int cited_part(const ExplainStep *step, const ExplainChoice *choice) {
  int part = -1;
  for (guint i = 0; i < step->lines->len; i++) {
    const ExplainLine *line = g_ptr_array_index(step->lines, i);
    if (line->part == EXPLAIN_WHY || (line->part == EXPLAIN_CHECK && !choice->brief && part < 0))
      part = line->part == EXPLAIN_CHECK || part < 0 ? (int)line->part : part;
  }
  return part;
}

static char *sections_of(const ExplainStep *step) {
  GString *out = g_string_new(NULL);
  for (guint i = 0; i < step->sections->len; i++)
    g_string_append_printf(out, "%s%s", i ? "; " : " [", (const char *)g_ptr_array_index(step->sections, i));
  if (step->sections->len)
    g_string_append_c(out, ']');
  return g_string_free(out, FALSE);
}

/* All lines of a part in one text, with the sections behind those of `cited`; NULL for none. */
static char *text_of_part(const ExplainStep *step, ExplainPart part, int cited) {
  GString *out = NULL;
  for (guint i = 0; i < step->lines->len; i++) {
    const ExplainLine *line = g_ptr_array_index(step->lines, i);
    if (line->part != part)
      continue;
    if (!out)
      out = g_string_new(line->text);
    else
      g_string_append_printf(out, " %s", line->text);
  }
  if (out && cited == (int)part) {
    g_autofree char *sections = sections_of(step);
    g_string_append(out, sections);
  }
  return out ? g_string_free(out, FALSE) : NULL;
}

static gboolean is_told(const ExplainChoice *choice, ExplainPart part) {
  return !choice->brief || part == EXPLAIN_CAME || part == EXPLAIN_WHY || part == EXPLAIN_STACK;
}

/* --- text --------------------------------------------------------------------------------------------------------- */

typedef struct Writer {
  const Trace *trace;
  const TextStyle *style;
  const ExplainChoice *choice;
  TextTimeUnit unit;
  gboolean names_conns;
  GString *out;
} Writer;

static void write_wrapped(const Writer *w, unsigned indent, const char *label, TextAttr attr, const char *text) {
  g_autofree char *clean = text_clean(w->style, text);
  if (!*clean)
    return;
  g_autoptr(GPtrArray) lines = text_wrap(w->style, clean, text_style_width(w->style) - indent);
  for (guint i = 0; i < lines->len; i++) {
    unsigned used = 0;
    if (i == 0 && *label) {
      text_pad(w->out, indent - LABEL_WIDTH);
      text_append(w->out, w->style, TEXT_DIM, label);
      used = indent - LABEL_WIDTH + (unsigned)strlen(label);
    }
    text_pad(w->out, indent - used);
    text_append(w->out, w->style, attr, g_ptr_array_index(lines, i));
    g_string_append_c(w->out, '\n');
  }
}

static char *heading_of(const Writer *w, const ExplainStep *step, guint number) {
  char buffer[40];
  g_autofree char *states = states_of(w->trace, step);
  GString *out = g_string_new(NULL);
  g_string_append_printf(out, "%u. %s", number, text_time(step->t, w->unit, buffer, sizeof buffer));
  if (step->host)
    g_string_append_printf(out, "  %s", trace_text(w->trace, step->host));
  else
    g_string_append(out, "  the network");
  if (step->conn && w->names_conns)
    g_string_append_printf(out, ", %s", trace_text(w->trace, step->conn));
  if (*states)
    g_string_append_printf(out, "  %s", states);
  return g_string_free(out, FALSE);
}

static void write_step(const Writer *w, const ExplainStep *step, guint number) {
  g_autofree char *heading = heading_of(w, step, number);
  g_string_append_c(w->out, '\n');
  write_wrapped(w, 1, "", step->changes->len ? TEXT_BOLD : TEXT_PLAIN, heading);
  int cited = cited_part(step, w->choice);
  for (int part = 0; part < EXPLAIN_PART_COUNT; part++) {
    g_autofree char *text = text_of_part(step, (ExplainPart)part, cited);
    if (text && is_told(w->choice, (ExplainPart)part))
      write_wrapped(w, 4 + LABEL_WIDTH, explain_part_word((ExplainPart)part), TEXT_PLAIN, text);
  }
}

static void write_top(const Writer *w) {
  const TraceHeader *header = w->trace->header;
  if (!header)
    return;
  if (header->title)
    write_wrapped(w, 1, "", TEXT_BOLD, header->title);
  GString *hosts = g_string_new(NULL);
  for (guint i = 0; i < header->hosts->len; i++) {
    const TraceHost *host = g_ptr_array_index(header->hosts, i);
    const char *what = host->profile ? host->profile
                       : host->role  ? "what the script has instead of a network"
                                     : "unknown";
    g_string_append_printf(hosts, "%s%s is %s", i ? ", " : "", host->name, what);
  }
  write_wrapped(w, 1, "", TEXT_DIM, hosts->str);
  g_string_free(hosts, TRUE);
  for (guint i = 0; i < header->faults->len; i++) {
    g_autofree char *text = g_strdup_printf("fault %u: %s", i + 1, (const char *)g_ptr_array_index(header->faults, i));
    write_wrapped(w, 1, "", TEXT_DIM, text);
  }
}

static const TraceRecord *end_of(const Trace *trace) {
  const TraceRecord *last = trace->count ? &trace->records[trace->count - 1] : NULL;
  return last && last->kind == TRACE_END ? last : NULL;
}

void explain_write_text(const Trace *trace, const ExplainChoice *choice, const TextStyle *style, GString *out) {
  g_autoptr(Explanation) explanation = explanation_new(trace);
  const Writer writer = {trace, style, choice, explanation->unit, count_conns(trace) > 1, out};
  write_top(&writer);
  for (guint i = 0; i < explanation->steps->len; i++) {
    const ExplainStep *step = g_ptr_array_index(explanation->steps, i);
    if (is_chosen(trace, choice, step))
      write_step(&writer, step, i + 1);
  }
  const TraceRecord *end = end_of(trace);
  if (end && end->t <= choice->until) {
    g_autofree char *text = g_strdup_printf("The run ends: %s.", words_end(end->end.reason));
    g_string_append_c(out, '\n');
    write_wrapped(&writer, 1, "", TEXT_PLAIN, text);
  }
}

/* --- Markdown ----------------------------------------------------------------------------------------------------- */

/* Text that Markdown takes for nothing but text. */
static void append_markdown(GString *out, const char *text) {
  const TextStyle style = {0};
  g_autofree char *clean = text_clean(&style, text);
  for (const char *c = clean; *c; c++) {
    if (strchr("\\`*_{}[]<>#|!~&$", *c))
      g_string_append_c(out, '\\');
    g_string_append_c(out, *c);
  }
}

static void write_markdown_step(const Writer *w, const ExplainStep *step, guint number) {
  g_autofree char *heading = heading_of(w, step, number);
  g_string_append(w->out, "\n### ");
  append_markdown(w->out, heading);
  g_string_append(w->out, "\n\n");
  int cited = cited_part(step, w->choice);
  for (int part = 0; part < EXPLAIN_PART_COUNT; part++) {
    g_autofree char *text = text_of_part(step, (ExplainPart)part, cited);
    if (!text || !is_told(w->choice, (ExplainPart)part))
      continue;
    g_string_append_printf(w->out, "- **%s**: ", explain_part_word((ExplainPart)part));
    append_markdown(w->out, text);
    g_string_append_c(w->out, '\n');
  }
}

void explain_write_markdown(const Trace *trace, const ExplainChoice *choice, GString *out) {
  g_autoptr(Explanation) explanation = explanation_new(trace);
  const Writer writer = {trace, NULL, choice, explanation->unit, count_conns(trace) > 1, out};
  const char *title = trace->header && trace->header->title ? trace->header->title : "A run";
  g_string_append(out, "## ");
  append_markdown(out, title);
  g_string_append_c(out, '\n');
  for (guint i = 0; i < explanation->steps->len; i++) {
    const ExplainStep *step = g_ptr_array_index(explanation->steps, i);
    if (is_chosen(trace, choice, step))
      write_markdown_step(&writer, step, i + 1);
  }
}

/* --- JSON --------------------------------------------------------------------------------------------------------- */

/* Names and titles may hold any octets; JSON is UTF-8. */
static void add_text(cJSON *object, const char *key, const char *text) {
  if (!text || !*text)
    return;
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  cJSON_AddStringToObject(object, key, valid);
}

static void add_time(cJSON *object, const char *key, SimTime at) {
  g_autofree char *digits = g_strdup_printf("%" G_GINT64_FORMAT, at);
  cJSON_AddRawToObject(object, key, digits);
}

static cJSON *changes_json(const Trace *trace, const ExplainStep *step) {
  cJSON *list = cJSON_CreateArray();
  for (guint i = 0; i < step->changes->len; i++) {
    const ExplainChange *change = &g_array_index(step->changes, ExplainChange, i);
    cJSON *entry = cJSON_CreateObject();
    add_text(entry, "conn", trace_text(trace, change->conn));
    cJSON_AddStringToObject(entry, "from", tcp_state_name(change->from));
    cJSON_AddStringToObject(entry, "to", tcp_state_name(change->to));
    cJSON_AddItemToArray(list, entry);
  }
  return list;
}

static cJSON *texts_json(const ExplainStep *step, ExplainPart part) {
  cJSON *list = NULL;
  for (guint i = 0; i < step->lines->len; i++) {
    const ExplainLine *line = g_ptr_array_index(step->lines, i);
    if (line->part != part)
      continue;
    list = list ? list : cJSON_CreateArray();
    g_autofree char *valid = g_utf8_make_valid(line->text, -1);
    cJSON_AddItemToArray(list, cJSON_CreateString(valid));
  }
  return list;
}

static cJSON *step_json(const Trace *trace, const ExplainChoice *choice, const ExplainStep *step, guint number) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddNumberToObject(object, "step", number);
  add_time(object, "t", step->t);
  add_text(object, "host", trace_text(trace, step->host));
  add_text(object, "conn", trace_text(trace, step->conn));
  if (step->has_state)
    cJSON_AddStringToObject(object, "state", tcp_state_name(step->state));
  cJSON_AddItemToObject(object, "changes", changes_json(trace, step));
  cJSON *sections = cJSON_AddArrayToObject(object, "rfc");
  for (guint i = 0; i < step->sections->len; i++) {
    g_autofree char *valid = g_utf8_make_valid(g_ptr_array_index(step->sections, i), -1);
    cJSON_AddItemToArray(sections, cJSON_CreateString(valid));
  }
  for (int part = 0; part < EXPLAIN_PART_COUNT; part++) {
    cJSON *texts = is_told(choice, (ExplainPart)part) ? texts_json(step, (ExplainPart)part) : NULL;
    if (texts)
      cJSON_AddItemToObject(object, explain_part_word((ExplainPart)part), texts);
  }
  return object;
}

void explain_write_json(const Trace *trace, const ExplainChoice *choice, GString *out) {
  g_autoptr(Explanation) explanation = explanation_new(trace);
  cJSON *root = cJSON_CreateObject();
  if (trace->header) {
    add_text(root, "scenario", trace->header->scenario);
    add_text(root, "title", trace->header->title);
  }
  cJSON *steps = cJSON_AddArrayToObject(root, "steps");
  for (guint i = 0; i < explanation->steps->len; i++) {
    const ExplainStep *step = g_ptr_array_index(explanation->steps, i);
    if (is_chosen(trace, choice, step))
      cJSON_AddItemToArray(steps, step_json(trace, choice, step, i + 1));
  }
  char *text = cJSON_Print(root);
  g_string_append_printf(out, "%s\n", text);
  free(text);
  cJSON_Delete(root);
}
