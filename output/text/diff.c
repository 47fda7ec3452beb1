#include "output/text/diff.h"

#include "output/text/compare_table.h"
#include "output/text/ladder.h"
#include "output/text/words.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* Rows told one by one, of segments and of ends; of more, only the number. */
#define ROWS_MAX 60
#define BETWEEN  3

static const char *const SIDES[2] = {"A", "B"};

static void write_wrapped(const TextStyle *style, unsigned indent, TextAttr attr, const char *text, GString *out) {
  g_autofree char *clean = text_clean(style, text);
  g_autoptr(GPtrArray) lines = text_wrap(style, clean, text_style_width(style) - indent);
  for (guint i = 0; i < lines->len; i++) {
    text_pad(out, indent);
    text_append(out, style, attr, g_ptr_array_index(lines, i));
    g_string_append_c(out, '\n');
  }
}

static char *at_text(SimTime at) {
  char buffer[40];
  return g_strdup(text_time(at, text_time_unit(at), buffer, sizeof buffer));
}

static char *span_text(SimTime span) {
  char buffer[40];
  return span == SIM_NEVER ? g_strdup("-") : g_strdup(text_span(span, buffer, sizeof buffer));
}

/* "+1 s", "-200 ms", "". */
static char *change_text(SimTime a, SimTime b) {
  if (a == SIM_NEVER || b == SIM_NEVER || a == b)
    return g_strdup("");
  char buffer[40];
  return g_strdup_printf("%c%s", b > a ? '+' : '-', text_span(b > a ? b - a : a - b, buffer, sizeof buffer));
}

static void write_parting(const TraceDiff *diff, const TextStyle *style, GString *out) {
  if (diff->same) {
    write_wrapped(style, 1, TEXT_BOLD, "They are the same: no event differs.", out);
    return;
  }
  SimTime at = SIM_NEVER;
  for (unsigned side = 0; side < 2; side++)
    at = diff->parted[side] ? MIN(at, diff->parted[side]->t) : at;
  g_autofree char *when = at_text(at), *heading = g_strdup_printf("They part at %s:", when);
  write_wrapped(style, 1, TEXT_BOLD, heading, out);
  for (unsigned side = 0; side < 2; side++) {
    const TraceRecord *record = diff->parted[side];
    g_autofree char *words = record ? diff_event_words(diff->trace[side], record) : g_strdup("nothing more happens");
    g_autofree char *own = record && record->t != at ? at_text(record->t) : NULL;
    g_autofree char *text = own ? g_strdup_printf("%s  only at %s: %s", SIDES[side], own, words)
                                : g_strdup_printf("%s  %s", SIDES[side], words);
    write_wrapped(style, 3, TEXT_PLAIN, text, out);
  }
}

static void add_path_rows(CompareTable *table, const char *name, const EndOutcome *a, const EndOutcome *b) {
  if (a && b && strcmp(a->path, b->path) == 0 && strcmp(a->outcome, b->outcome) == 0) {
    const char *cells[] = {name, "A, B", a->path, a->outcome};
    compare_table_add(table, TEXT_PLAIN, cells);
    return;
  }
  const EndOutcome *ends[2] = {a, b};
  for (unsigned side = 0; side < 2; side++) {
    const char *path = ends[side] ? ends[side]->path : "does not exist";
    const char *cells[] = {side ? "" : name, SIDES[side], path, ends[side] ? ends[side]->outcome : ""};
    compare_table_add(table, TEXT_PLAIN, cells);
  }
}

static void add_time_rows(CompareTable *table, const char *name, const EndOutcome *a, const EndOutcome *b) {
  for (unsigned state = 0; state < TCP_STATE_COUNT; state++) {
    if (a->in_state[state] == b->in_state[state] || state == TCP_STATE_CLOSED)
      continue;
    g_autofree char *time_a = span_text(a->in_state[state]), *time_b = span_text(b->in_state[state]);
    g_autofree char *change = change_text(a->in_state[state], b->in_state[state]);
    const char *cells[] = {name, tcp_state_name((TcpState)state), time_a, time_b, change};
    compare_table_add(table, TEXT_PLAIN, cells);
    name = "";
  }
  if (a->closing_for == b->closing_for)
    return;
  g_autofree char *time_a = span_text(a->closing_for), *time_b = span_text(b->closing_for);
  g_autofree char *change = change_text(a->closing_for, b->closing_for);
  const char *cells[] = {name, "close to CLOSED", time_a, time_b, change};
  compare_table_add(table, TEXT_PLAIN, cells);
}

static void write_section(const char *title, const CompareTable *table, const TextStyle *style, GString *out) {
  if (compare_table_is_empty(table))
    return;
  g_string_append_c(out, '\n');
  write_wrapped(style, 1, TEXT_BOLD, title, out);
  compare_table_write_text(table, style, out);
}

/* Ends of B that A does not have come last. */
static void write_ends(const TraceDiff *diff, gboolean brief, const TextStyle *style, GString *out) {
  static const char *const path_titles[] = {"end", "run", "states", "outcome", NULL};
  static const char *const time_titles[] = {"end", "time in", ">A", ">B", ">B - A", NULL};
  g_autoptr(CompareTable) paths = compare_table_new(path_titles), times = compare_table_new(time_titles);
  const GPtrArray *ends = diff->outcome[0]->ends;
  for (guint i = 0; i < ends->len && i < ROWS_MAX; i++) {
    const EndOutcome *a = g_ptr_array_index(ends, i), *b = run_outcome_end(diff->outcome[1], a, i);
    g_autofree char *name = end_outcome_name(diff->outcome[0], a);
    add_path_rows(paths, name, a, b);
    if (b)
      add_time_rows(times, name, a, b);
  }
  for (guint i = 0; i < diff->outcome[1]->ends->len && i < ROWS_MAX; i++) {
    const EndOutcome *b = g_ptr_array_index(diff->outcome[1]->ends, i);
    g_autofree char *name = end_outcome_name(diff->outcome[1], b);
    if (!run_outcome_end(diff->outcome[0], b, i))
      add_path_rows(paths, name, NULL, b);
  }
  write_section("States", paths, style, out);
  if (!brief)
    write_section("Times", times, style, out);
}

static void write_segments(const TraceDiff *diff, const TextStyle *style, GString *out) {
  static const char *const titles[] = {"from", "segment", ">A", ">B", "what differs", NULL};
  g_autoptr(CompareTable) table = compare_table_new(titles);
  for (guint i = 0; i < diff->segments->len && i < ROWS_MAX; i++) {
    const DiffSegment *segment = &g_array_index(diff->segments, DiffSegment, i);
    unsigned side = segment->contents[0] ? 0 : 1;
    gboolean both = segment->contents[0] && segment->contents[1];
    g_autofree char *words = words_segment(segment->contents[side], 1);
    g_autofree char *at_a = segment->contents[0] ? at_text(segment->at[0]) : g_strdup("-");
    g_autofree char *at_b = segment->contents[1] ? at_text(segment->at[1]) : g_strdup("-");
    GString *what = g_string_new(NULL);
    g_autofree char *change = change_text(segment->at[0], segment->at[1]);
    if (!both)
      g_string_printf(what, "only in %s%s", SIDES[side], segment->lost[side] ? ", and lost there" : "");
    else if (segment->at[0] != segment->at[1])
      g_string_printf(what, "%s in B by %s", segment->at[1] > segment->at[0] ? "later" : "earlier", change + 1);
    if (both && segment->lost[0] != segment->lost[1])
      g_string_append_printf(what, "%slost in %s only", what->len ? ", " : "", SIDES[segment->lost[1]]);
    const char *cells[] = {trace_text(diff->trace[side], segment->contents[side]->sent.host), words, at_a, at_b,
                           what->str};
    compare_table_add(table, TEXT_PLAIN, cells);
    g_string_free(what, TRUE);
  }
  write_section("Segments", table, style, out);
  if (diff->segments->len > ROWS_MAX) {
    g_autofree char *more = g_strdup_printf("... and %u more.", diff->segments->len - ROWS_MAX);
    write_wrapped(style, 1, TEXT_PLAIN, more, out);
  }
}

static void add_count(CompareTable *table, const char *what, uint64_t a, uint64_t b) {
  g_autofree char *text_a = g_strdup_printf("%" G_GUINT64_FORMAT, a);
  g_autofree char *text_b = g_strdup_printf("%" G_GUINT64_FORMAT, b);
  g_autofree char *change = a == b ? g_strdup("") : g_strdup_printf("%+" G_GINT64_FORMAT, (gint64)(b - a));
  const char *cells[] = {what, text_a, text_b, change};
  compare_table_add(table, TEXT_PLAIN, cells);
}

static void write_counts(const TraceDiff *diff, const TextStyle *style, GString *out) {
  static const char *const titles[] = {"", ">A", ">B", ">B - A", NULL};
  g_autoptr(CompareTable) table = compare_table_new(titles);
  const RunOutcome *a = diff->outcome[0], *b = diff->outcome[1];
  add_count(table, "segments sent", a->sent, b->sent);
  add_count(table, "of them lost", a->lost, b->lost);
  add_count(table, "of them sent again", a->resent, b->resent);
  g_autofree char *time_a = span_text(a->done_at), *time_b = span_text(b->done_at);
  g_autofree char *change = change_text(a->done_at, b->done_at);
  const char *cells[] = {"last change of state at", time_a, time_b, change};
  compare_table_add(table, TEXT_PLAIN, cells);
  write_section("Counts", table, style, out);
}

/* --- ladders ------------------------------------------------------------------------------------------------------ */

/* The width of a line that may hold SGR sequences. */
static unsigned visible_width(const char *line) {
  GString *bare = g_string_new(NULL);
  for (const char *c = line; *c; c++) {
    if (*c == '\033')
      c += strcspn(c, "m");
    else
      g_string_append_c(bare, *c);
  }
  unsigned width = text_width(bare->str);
  g_string_free(bare, TRUE);
  return width;
}

static void write_columns(char *const texts[2], unsigned width, GString *out) {
  g_auto(GStrv) left = g_strsplit(texts[0], "\n", -1), right = g_strsplit(texts[1], "\n", -1);
  guint n_left = g_strv_length(left), n_right = g_strv_length(right);
  for (guint i = 0; i < MAX(n_left, n_right); i++) {
    const char *l = i < n_left ? left[i] : "", *r = i < n_right ? right[i] : "";
    if (!*l && !*r && i + 1 >= MAX(n_left, n_right))
      break;
    g_string_append(out, l);
    if (*r)
      text_pad(out, width - visible_width(l) + BETWEEN);
    g_string_append_printf(out, "%s\n", r);
  }
}

static void write_ladders(const TraceDiff *diff, const TextStyle *style, GString *out) {
  unsigned width = text_style_width(style), half = (width - BETWEEN) / 2;
  gboolean beside = half >= TEXT_WIDTH_MIN;
  TextStyle narrow = *style;
  narrow.width = beside ? half : width;
  char *texts[2];
  for (unsigned side = 0; side < 2; side++) {
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, " %s\n", SIDES[side]);
    ladder_write(diff->trace[side], &narrow, text);
    texts[side] = g_string_free(text, FALSE);
  }
  g_string_append_c(out, '\n');
  if (beside)
    write_columns(texts, half, out);
  else
    g_string_append_printf(out, "%s\n%s", texts[0], texts[1]);
  g_free(texts[0]);
  g_free(texts[1]);
}

void diff_write_text(const TraceDiff *diff, const char *const labels[2], gboolean brief, const TextStyle *style,
                     GString *out) {
  for (unsigned side = 0; side < 2; side++) {
    g_autofree char *text = g_strdup_printf("%s  %s", SIDES[side], labels[side]);
    write_wrapped(style, 1, TEXT_PLAIN, text, out);
  }
  g_string_append_c(out, '\n');
  write_parting(diff, style, out);
  if (diff->same)
    return;
  write_ends(diff, brief, style, out);
  if (brief)
    return;
  write_segments(diff, style, out);
  write_counts(diff, style, out);
  write_ladders(diff, style, out);
}

/* --- JSON --------------------------------------------------------------------------------------------------------- */

static void add_text(cJSON *object, const char *key, const char *text) {
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  cJSON_AddStringToObject(object, key, valid);
}

static void add_number(cJSON *object, const char *key, gint64 number) {
  g_autofree char *digits = g_strdup_printf("%" G_GINT64_FORMAT, number);
  cJSON_AddRawToObject(object, key, digits);
}

static cJSON *end_json(const EndOutcome *end) {
  cJSON *object = cJSON_CreateObject();
  add_text(object, "path", end->path);
  add_text(object, "outcome", end->outcome);
  if (end->closing_for != SIM_NEVER)
    add_number(object, "close_to_closed", end->closing_for);
  cJSON *times = cJSON_AddObjectToObject(object, "times");
  for (unsigned state = 0; state < TCP_STATE_COUNT; state++)
    if (end->in_state[state])
      add_number(times, tcp_state_name((TcpState)state), end->in_state[state]);
  add_number(object, "sent", (gint64)end->sent);
  add_number(object, "lost", (gint64)end->lost);
  add_number(object, "resent", (gint64)end->resent);
  return object;
}

static void add_ends(cJSON *root, const TraceDiff *diff) {
  cJSON *list = cJSON_AddArrayToObject(root, "ends");
  for (unsigned side = 0; side < 2; side++) {
    const GPtrArray *ends = diff->outcome[side]->ends;
    for (guint i = 0; i < ends->len; i++) {
      const EndOutcome *end = g_ptr_array_index(ends, i);
      const EndOutcome *other = run_outcome_end(diff->outcome[1 - side], end, i);
      if (side && other)
        continue;
      cJSON *entry = cJSON_CreateObject();
      add_text(entry, "host", end->host);
      add_text(entry, "conn", end->conn);
      cJSON_AddItemToObject(entry, side ? "b" : "a", end_json(end));
      if (other)
        cJSON_AddItemToObject(entry, "b", end_json(other));
      cJSON_AddItemToArray(list, entry);
    }
  }
}

static void add_segments(cJSON *root, const TraceDiff *diff) {
  cJSON *list = cJSON_AddArrayToObject(root, "segments");
  for (guint i = 0; i < diff->segments->len; i++) {
    const DiffSegment *segment = &g_array_index(diff->segments, DiffSegment, i);
    unsigned side = segment->contents[0] ? 0 : 1;
    cJSON *entry = cJSON_CreateObject();
    g_autofree char *words = words_segment(segment->contents[side], 1);
    add_text(entry, "from", trace_text(diff->trace[side], segment->contents[side]->sent.host));
    add_text(entry, "segment", words);
    static const char *const at[2] = {"a_at", "b_at"}, *const lost[2] = {"a_lost", "b_lost"};
    for (unsigned s = 0; s < 2; s++) {
      if (!segment->contents[s])
        continue;
      add_number(entry, at[s], segment->at[s]);
      cJSON_AddBoolToObject(entry, lost[s], segment->lost[s]);
    }
    cJSON_AddItemToArray(list, entry);
  }
}

void diff_write_json(const TraceDiff *diff, const char *const labels[2], GString *out) {
  cJSON *root = cJSON_CreateObject();
  add_text(root, "a", labels[0]);
  add_text(root, "b", labels[1]);
  cJSON_AddBoolToObject(root, "same", diff->same);
  if (!diff->same) {
    cJSON *parted = cJSON_AddObjectToObject(root, "parted");
    for (unsigned side = 0; side < 2; side++) {
      if (!diff->parted[side])
        continue;
      cJSON *event = cJSON_AddObjectToObject(parted, side ? "b" : "a");
      g_autofree char *words = diff_event_words(diff->trace[side], diff->parted[side]);
      add_number(event, "t", diff->parted[side]->t);
      add_text(event, "event", words);
    }
  }
  add_ends(root, diff);
  add_number(root, "common_segments", (gint64)diff->n_common);
  add_segments(root, diff);
  char *text = cJSON_Print(root);
  g_string_append_printf(out, "%s\n", text);
  free(text);
  cJSON_Delete(root);
}
