#include "output/text/compare.h"

#include "output/text/compare_table.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* Ends told of one run; of more, only the number. */
#define ENDS_MAX 12

CompareRun *compare_run_new(const char *label, const char *from, SimTime at, RunOutcome *outcome, char *problem) {
  CompareRun *run = g_new(CompareRun, 1);
  *run = (CompareRun){g_strdup(label), g_strdup(from), at, problem, outcome};
  return run;
}

void compare_run_free(CompareRun *run) {
  g_free(run->label);
  g_free(run->from);
  g_free(run->problem);
  g_clear_pointer(&run->outcome, run_outcome_free);
  g_free(run);
}

static char *span_text(SimTime span) {
  char buffer[40];
  return span == SIM_NEVER ? g_strdup("-") : g_strdup(text_span(span, buffer, sizeof buffer));
}

static char *number_text(uint64_t number) {
  return g_strdup_printf("%" G_GUINT64_FORMAT, number);
}

static void write_table(const CompareTable *table, CompareForm form, const TextStyle *style, GString *out) {
  if (form == COMPARE_MARKDOWN)
    compare_table_write_markdown(table, out);
  else
    compare_table_write_text(table, style, out);
}

static void write_line(const char *text, CompareForm form, const TextStyle *style, GString *out) {
  const TextStyle plain = {0};
  g_autofree char *clean = text_clean(form == COMPARE_MARKDOWN ? &plain : style, text);
  if (form == COMPARE_MARKDOWN) {
    g_string_append_printf(out, "\n%s\n", clean);
    return;
  }
  g_autoptr(GPtrArray) lines = text_wrap(style, clean, text_style_width(style) - 1);
  g_string_append_c(out, '\n');
  for (guint i = 0; i < lines->len; i++)
    g_string_append_printf(out, " %s\n", (const char *)g_ptr_array_index(lines, i));
}

/* --- profiles ----------------------------------------------------------------------------------------------------- */

static gboolean ends_are_alike(const EndOutcome *a, const EndOutcome *b) {
  return strcmp(a->host, b->host) == 0 && strcmp(a->conn, b->conn) == 0 && strcmp(a->path, b->path) == 0 &&
         strcmp(a->outcome, b->outcome) == 0 && a->closing_for == b->closing_for && a->ended_at == b->ended_at &&
         a->sent == b->sent && a->lost == b->lost && a->resent == b->resent;
}

static gboolean runs_are_alike(const CompareRun *a, const CompareRun *b) {
  if (!a->outcome || !b->outcome)
    return !a->outcome && !b->outcome && g_strcmp0(a->problem, b->problem) == 0;
  if (a->outcome->ends->len != b->outcome->ends->len)
    return FALSE;
  for (guint i = 0; i < a->outcome->ends->len; i++)
    if (!ends_are_alike(g_ptr_array_index(a->outcome->ends, i), g_ptr_array_index(b->outcome->ends, i)))
      return FALSE;
  return TRUE;
}

/* The labels of all runs like the one at `index`; NULL if an earlier one is like it. */
static char *labels_of_group(const GPtrArray *runs, guint index) {
  GString *labels = g_string_new(NULL);
  for (guint i = 0; i < runs->len; i++) {
    const CompareRun *run = g_ptr_array_index(runs, i);
    if (!runs_are_alike(run, g_ptr_array_index(runs, index)))
      continue;
    if (i < index) {
      g_string_free(labels, TRUE);
      return NULL;
    }
    g_string_append_printf(labels, "%s%s", labels->len ? ", " : "", run->label);
  }
  return g_string_free(labels, FALSE);
}

/* Ends of one host with the same story are told as one. */
static gboolean is_same_story(const EndOutcome *a, const EndOutcome *b) {
  return strcmp(a->host, b->host) == 0 && strcmp(a->path, b->path) == 0 && strcmp(a->outcome, b->outcome) == 0 &&
         a->closing_for == b->closing_for && a->sent == b->sent && a->resent == b->resent;
}

/* Who has the story of the end at `index`: "client", "client (web)", "client (3 of 7)"; NULL if an earlier end had
 * it. */
static char *name_of_story(const RunOutcome *outcome, guint index) {
  const EndOutcome *end = g_ptr_array_index(outcome->ends, index);
  guint alike = 0, of_host = 0;
  for (guint i = 0; i < outcome->ends->len; i++) {
    const EndOutcome *other = g_ptr_array_index(outcome->ends, i);
    of_host += strcmp(other->host, end->host) == 0;
    if (!is_same_story(other, end))
      continue;
    if (i < index)
      return NULL;
    alike++;
  }
  if (alike == 1)
    return end_outcome_name(outcome, end);
  if (alike == of_host)
    return g_strdup_printf("%s (all %u)", end->host, of_host);
  return g_strdup_printf("%s (%u of %u)", end->host, alike, of_host);
}

static void add_end_row(CompareTable *table, const char *label, const char *name, const EndOutcome *end) {
  g_autofree char *closing = span_text(end->closing_for);
  g_autofree char *sent = number_text(end->sent), *resent = number_text(end->resent);
  const char *cells[] = {label, name, end->path, closing, sent, resent, end->outcome};
  compare_table_add(table, end->normal ? TEXT_PLAIN : TEXT_BAD, cells);
}

static void add_run_rows(CompareTable *table, const char *labels, const CompareRun *run) {
  if (!run->outcome) {
    const char *cells[] = {labels, "", "", "", "", "", run->problem};
    compare_table_add(table, TEXT_BAD, cells);
    return;
  }
  const GPtrArray *ends = run->outcome->ends;
  guint told = 0, more = 0;
  for (guint i = 0; i < ends->len; i++) {
    g_autofree char *name = name_of_story(run->outcome, i);
    if (name && told < ENDS_MAX)
      add_end_row(table, told++ ? "" : labels, name, g_ptr_array_index(ends, i));
    else if (name)
      more++;
  }
  if (more) {
    g_autofree char *text = g_strdup_printf("and %u other stories", more);
    const char *cells[] = {"", text, "", "", "", "", ""};
    compare_table_add(table, TEXT_PLAIN, cells);
  }
}

static void add_time(cJSON *object, const char *key, SimTime time) {
  if (time == SIM_NEVER)
    return;
  g_autofree char *digits = g_strdup_printf("%" G_GINT64_FORMAT, time);
  cJSON_AddRawToObject(object, key, digits);
}

static void add_text(cJSON *object, const char *key, const char *text) {
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  cJSON_AddStringToObject(object, key, valid);
}

static cJSON *end_json(const EndOutcome *end) {
  cJSON *object = cJSON_CreateObject();
  add_text(object, "host", end->host);
  add_text(object, "conn", end->conn);
  add_text(object, "path", end->path);
  add_time(object, "close_to_closed", end->closing_for);
  add_time(object, "ended_at", end->ended_at);
  cJSON_AddNumberToObject(object, "sent", (double)end->sent);
  cJSON_AddNumberToObject(object, "lost", (double)end->lost);
  cJSON_AddNumberToObject(object, "resent", (double)end->resent);
  add_text(object, "outcome", end->outcome);
  cJSON_AddBoolToObject(object, "normal", end->normal);
  return object;
}

static cJSON *run_json(const CompareRun *run) {
  cJSON *object = cJSON_CreateObject();
  add_text(object, "label", run->label);
  if (run->from)
    add_text(object, "from", run->from);
  add_time(object, "at", run->at);
  if (run->problem)
    add_text(object, "problem", run->problem);
  if (!run->outcome)
    return object;
  add_time(object, "done_at", run->outcome->done_at);
  cJSON *ends = cJSON_AddArrayToObject(object, "ends");
  for (guint i = 0; i < run->outcome->ends->len; i++)
    cJSON_AddItemToArray(ends, end_json(g_ptr_array_index(run->outcome->ends, i)));
  return object;
}

static void print_json(cJSON *root, GString *out) {
  char *text = cJSON_Print(root);
  g_string_append_printf(out, "%s\n", text);
  free(text);
  cJSON_Delete(root);
}

static cJSON *runs_json(const GPtrArray *runs) {
  cJSON *list = cJSON_CreateArray();
  for (guint i = 0; i < runs->len; i++)
    cJSON_AddItemToArray(list, run_json(g_ptr_array_index(runs, i)));
  return list;
}

void compare_write_profiles(const GPtrArray *runs, CompareForm form, const TextStyle *style, GString *out) {
  static const char *const titles[] = {"profile",   "end",         "states",  ">close to CLOSED",
                                       ">segments", ">sent again", "outcome", NULL};
  if (form == COMPARE_JSON) {
    cJSON *root = cJSON_CreateObject();
    cJSON_AddItemToObject(root, "profiles", runs_json(runs));
    print_json(root, out);
    return;
  }
  g_autoptr(CompareTable) table = compare_table_new(titles);
  guint groups = 0;
  for (guint i = 0; i < runs->len; i++) {
    g_autofree char *labels = labels_of_group(runs, i);
    if (!labels)
      continue;
    groups++;
    add_run_rows(table, labels, g_ptr_array_index(runs, i));
  }
  write_table(table, form, style, out);
  if (groups == 1 && runs->len > 1)
    write_line("All of them do the same.", form, style, out);
}

/* --- losses ------------------------------------------------------------------------------------------------------- */

static char *shift_text(SimTime shift) {
  char buffer[40];
  return g_strdup_printf("%c%s", shift < 0 ? '-' : '+', text_span(shift < 0 ? -shift : shift, buffer, sizeof buffer));
}

/* How much later than in `base` the end came to its last state; 0 if that is another state. */
static SimTime shift_of(const CompareRun *base, const EndOutcome *end, guint index) {
  const EndOutcome *was = run_outcome_end(base->outcome, end, index);
  return was && was->last == end->last ? end->ended_at - was->ended_at : 0;
}

/* "+1 s" if all ends are as much later, else "client +1 s" for each that is; "no time" if none is. */
static char *cost_of(const CompareRun *base, const CompareRun *run) {
  const GPtrArray *ends = run->outcome->ends;
  GString *cost = g_string_new(NULL);
  gboolean alike = TRUE;
  SimTime first = ends->len ? shift_of(base, g_ptr_array_index(ends, 0), 0) : 0;
  for (guint i = 0, told = 0; i < ends->len; i++) {
    const EndOutcome *end = g_ptr_array_index(ends, i);
    SimTime shift = shift_of(base, end, i);
    alike = alike && shift == first;
    if (!shift || told++ >= ENDS_MAX)
      continue;
    g_autofree char *name = end_outcome_name(run->outcome, end), *text = shift_text(shift);
    g_string_append_printf(cost, "%s%s %s", cost->len ? ", " : "", name, text);
  }
  if (!cost->len) {
    g_string_append(cost, "no time");
  } else if (alike) {
    g_autofree char *text = shift_text(first);
    g_string_assign(cost, text);
  }
  return g_string_free(cost, FALSE);
}

/* "the same states", or how each end that ends differently ends. */
static char *outcome_of(const CompareRun *base, const CompareRun *run) {
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < run->outcome->ends->len && text->len < 400; i++) {
    const EndOutcome *end = g_ptr_array_index(run->outcome->ends, i);
    const EndOutcome *was = run_outcome_end(base->outcome, end, i);
    g_autofree char *name = end_outcome_name(run->outcome, end);
    if (was && strcmp(was->path, end->path) == 0 && strcmp(was->outcome, end->outcome) == 0)
      continue;
    g_string_append(text, text->len ? "; " : "");
    if (was && strcmp(was->outcome, end->outcome) == 0)
      g_string_append_printf(text, "%s: %s", name, end->path);
    else
      g_string_append_printf(text, "%s: %s", name, end->outcome);
  }
  if (!text->len)
    g_string_append(text, "the same states");
  return g_string_free(text, FALSE);
}

/* How many ends went wrong that did not in `base`. */
static guint went_wrong(const CompareRun *base, const CompareRun *run) {
  guint wrong = 0;
  for (guint i = 0; i < run->outcome->ends->len; i++) {
    const EndOutcome *end = g_ptr_array_index(run->outcome->ends, i);
    const EndOutcome *was = run_outcome_end(base->outcome, end, i);
    wrong += !end->normal && (!was || was->normal);
  }
  return wrong;
}

static gboolean is_worse(const CompareRun *base, const CompareRun *run, const CompareRun *than) {
  if (!than || !than->outcome || !run->outcome)
    return run->outcome ? TRUE : than != NULL && than->outcome != NULL;
  guint wrong = went_wrong(base, run), wrong_than = went_wrong(base, than);
  if (wrong != wrong_than)
    return wrong > wrong_than;
  return run->outcome->done_at > than->outcome->done_at;
}

/* The first of the worst; NULL where no loss did any harm. */
static const CompareRun *worst_of(const CompareRun *base, const GPtrArray *runs) {
  const CompareRun *worst = NULL;
  for (guint i = 0; i < runs->len; i++) {
    const CompareRun *run = g_ptr_array_index(runs, i);
    if (!run->outcome)
      return run;
    gboolean harm = went_wrong(base, run) > 0 || run->outcome->done_at > base->outcome->done_at;
    if (harm && (!worst || is_worse(base, run, worst)))
      worst = run;
  }
  return worst;
}

static void add_loss_row(CompareTable *table, const CompareRun *base, const CompareRun *run, gboolean worst) {
  char buffer[40];
  const char *at = run->at == SIM_NEVER ? "" : text_time(run->at, text_time_unit(run->at), buffer, sizeof buffer);
  const char *mark = worst ? "worst" : "";
  if (!run->outcome) {
    const char *cells[] = {at, run->label, run->from, "", "", run->problem, mark};
    compare_table_add(table, TEXT_BAD, cells);
    return;
  }
  g_autofree char *cost = cost_of(base, run), *outcome = outcome_of(base, run);
  g_autofree char *resent = number_text(run->outcome->resent);
  const char *cells[] = {at, run->label, run->from, cost, resent, outcome, mark};
  compare_table_add(table, went_wrong(base, run) ? TEXT_BAD : worst ? TEXT_BOLD : TEXT_PLAIN, cells);
}

static void write_losses_json(const CompareRun *base, const GPtrArray *runs, const CompareRun *worst, GString *out) {
  cJSON *root = cJSON_CreateObject();
  cJSON_AddItemToObject(root, "base", run_json(base));
  cJSON_AddItemToObject(root, "losses", runs_json(runs));
  for (guint i = 0; i < runs->len; i++)
    if (g_ptr_array_index(runs, i) == worst)
      cJSON_AddNumberToObject(root, "worst", i);
  print_json(root, out);
}

void compare_write_losses(const CompareRun *base, const GPtrArray *runs, CompareForm form, const TextStyle *style,
                          GString *out) {
  static const char *const titles[] = {">at", "lost", "from", "costs", ">sent again", "outcome", "", NULL};
  g_assert(base->outcome);
  const CompareRun *worst = worst_of(base, runs);
  if (form == COMPARE_JSON) {
    write_losses_json(base, runs, worst, out);
    return;
  }
  static const char *const base_titles[] = {"lost",      "end",         "states",  ">close to CLOSED",
                                            ">segments", ">sent again", "outcome", NULL};
  g_autoptr(CompareTable) before = compare_table_new(base_titles), table = compare_table_new(titles);
  add_run_rows(before, base->label, base);
  write_table(before, form, style, out);
  g_string_append_c(out, '\n');
  for (guint i = 0; i < runs->len; i++) {
    const CompareRun *run = g_ptr_array_index(runs, i);
    add_loss_row(table, base, run, run == worst);
  }
  write_table(table, form, style, out);
  if (!worst)
    write_line("No single loss makes the close longer or breaks it.", form, style, out);
}
