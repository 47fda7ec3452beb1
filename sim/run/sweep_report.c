#include "run/sweep_report.h"

#include <math.h>
#include <string.h>

#include "config.h"
#include "run/closed_forms.h"
#include "trace/json_text.h"

static const char *const SIDES[] = {"client", "server"};

/* --- small texts -------------------------------------------------------------------------------------------------- */

/* RFC 4180: quoted if it must be. */
static void append_csv(GString *out, const char *text) {
  if (!strpbrk(text, ",\"\r\n")) {
    g_string_append(out, text);
    return;
  }
  g_string_append_c(out, '"');
  for (; *text; text++) {
    if (*text == '"')
      g_string_append_c(out, '"');
    g_string_append_c(out, *text);
  }
  g_string_append_c(out, '"');
}

/* Nine decimals of a time in nanoseconds, exactly. */
static char *print_time(char *buffer, size_t size, int64_t time) {
  uint64_t magnitude = time < 0 ? -(uint64_t)time : (uint64_t)time;
  g_snprintf(buffer, (gulong)size, "%s%" G_GUINT64_FORMAT ".%09" G_GUINT64_FORMAT, time < 0 ? "-" : "",
             magnitude / 1000000000, magnitude % 1000000000);
  return buffer;
}

static char *print_number(char *buffer, size_t size, double value, gboolean time) {
  if (time)
    return print_time(buffer, size, (int64_t)floor(value + 0.5));
  g_ascii_formatd(buffer, (int)size, "%.9f", value);
  return buffer;
}

/* "p50", "p99.9". */
static void print_ppm(char *buffer, size_t size, uint32_t ppm) {
  g_snprintf(buffer, (gulong)size, "p%u.%04u", ppm / 10000, ppm % 10000);
  size_t length = strlen(buffer);
  while (buffer[length - 1] == '0')
    length--;
  buffer[length - (buffer[length - 1] == '.')] = 0;
}

/* --- a line ------------------------------------------------------------------------------------------------------- */

/* Where the texts of one cell go; a value's line is written to both at once. */
typedef struct Report {
  const SweepPlan *plan;
  GString *json, *csv;
  char *prefix; /* of each line of the CSV: cell and parameters */
  const char *side, *measure;
  gboolean first; /* of the members of the JSON object that is open */
} Report;

static void key(Report *report, const char *text) {
  if (!report->first)
    g_string_append(report->json, ", ");
  report->first = FALSE;
  json_append_string(report->json, text);
  g_string_append(report->json, ": ");
}

static void open_object(Report *report, const char *text) {
  key(report, text);
  g_string_append_c(report->json, '{');
  report->first = TRUE;
}

static void close_object(Report *report) {
  g_string_append_c(report->json, '}');
  report->first = FALSE;
}

static void member(Report *report, const char *text, const char *value) {
  if (!value)
    return;
  key(report, text);
  g_string_append(report->json, value);
}

/* One estimate; NULL texts are not known. */
static void estimate(Report *report, const char *statistic, uint64_t n, const char *value, const char *low,
                     const char *high, const char *expected) {
  member(report, "value", value);
  member(report, "low", low);
  member(report, "high", high);
  member(report, "expected", expected);
  g_string_append_printf(report->csv, "%s%s,%s,%s,%" G_GUINT64_FORMAT ",%s,%s,%s,%s\n", report->prefix, report->side,
                         report->measure, statistic, n, value, low ? low : "", high ? high : "",
                         expected ? expected : "");
}

/* A share with Wilson's interval. */
static void share(Report *report, const char *statistic, uint64_t hits, uint64_t n, double expected) {
  char value[64], low[64], high[64], form[64], count[32];
  StatsInterval interval = stats_wilson(hits, n, report->plan->confidence);
  print_number(value, sizeof value, n ? (double)hits / (double)n : 0, FALSE);
  print_number(low, sizeof low, interval.low, FALSE);
  print_number(high, sizeof high, interval.high, FALSE);
  print_number(form, sizeof form, expected, FALSE);
  g_snprintf(count, sizeof count, "%" G_GUINT64_FORMAT, hits);
  open_object(report, statistic);
  member(report, "count", count);
  estimate(report, statistic, n, value, low, high, expected >= 0 ? form : NULL);
  close_object(report);
}

/* --- samples ------------------------------------------------------------------------------------------------------ */

static void quantile(Report *report, const int64_t *samples, uint64_t n, uint32_t ppm, gboolean time) {
  char word[32], value[64], low[64], high[64];
  uint64_t low_rank, high_rank;
  print_ppm(word, sizeof word, ppm);
  stats_rank_interval(n, ppm, report->plan->confidence, &low_rank, &high_rank);
  int64_t at = samples[stats_rank(n, ppm) - 1];
  g_snprintf(value, sizeof value, "%" G_GINT64_FORMAT, at);
  if (time)
    print_time(value, sizeof value, at);
  if (low_rank > 0) {
    g_snprintf(low, sizeof low, "%" G_GINT64_FORMAT, samples[low_rank - 1]);
    if (time)
      print_time(low, sizeof low, samples[low_rank - 1]);
  }
  if (high_rank <= n) {
    g_snprintf(high, sizeof high, "%" G_GINT64_FORMAT, samples[high_rank - 1]);
    if (time)
      print_time(high, sizeof high, samples[high_rank - 1]);
  }
  open_object(report, word);
  estimate(report, word, n, value, low_rank > 0 ? low : NULL, high_rank <= n ? high : NULL, NULL);
  close_object(report);
}

/* Mean and quantiles. `expected` is the mean's closed form, in seconds or counts; negative: none. */
static void samples_of(Report *report, const char *word, GArray *array, gboolean time, double expected) {
  int64_t *samples = (int64_t *)(void *)array->data;
  uint64_t n = array->len;
  char count[32], value[64], low[64], high[64], form[64], sd[64];
  g_snprintf(count, sizeof count, "%" G_GUINT64_FORMAT, n);
  report->measure = word;
  open_object(report, word);
  member(report, "n", count);
  if (n > 0) {
    stats_sort(samples, n);
    StatsMean mean = stats_mean(samples, n, report->plan->confidence);
    open_object(report, "mean");
    member(report, "sd", print_number(sd, sizeof sd, mean.sd, time));
    estimate(report, "mean", n, print_number(value, sizeof value, mean.mean, time),
             print_number(low, sizeof low, mean.interval.low, time),
             print_number(high, sizeof high, mean.interval.high, time),
             expected >= 0 ? print_number(form, sizeof form, time ? expected * 1e9 : expected, time) : NULL);
    close_object(report);
    for (guint i = 0; i < report->plan->quantiles->len; i++)
      quantile(report, samples, n, g_array_index(report->plan->quantiles, uint32_t, i), time);
  }
  close_object(report);
}

/* --- a cell ------------------------------------------------------------------------------------------------------- */

static double expected_end(const ClosedForms *forms, unsigned side, unsigned end) {
  if (side != SWEEP_SERVER)
    return -1;
  return end == SWEEP_END_CLOSED    ? forms->server_closed
         : end == SWEEP_END_RESET   ? forms->server_reset
         : end == SWEEP_END_GAVE_UP ? forms->server_gave_up
                                    : -1;
}

static double expected_mean(const ClosedForms *forms, unsigned side, unsigned measure) {
  if (side == SWEEP_CLIENT)
    return measure == SWEEP_MEASURE_DONE ? forms->client_done : -1;
  return measure == SWEEP_MEASURE_DONE     ? forms->server_done
         : measure == SWEEP_MEASURE_CLOSED ? forms->server_closed_at
         : measure == SWEEP_MEASURE_FINS   ? forms->server_fins
                                           : -1;
}

static void report_side(Report *report, SweepTally *tally, unsigned side, const ClosedForms *forms) {
  report->side = SIDES[side];
  open_object(report, SIDES[side]);
  report->measure = "end";
  open_object(report, "end");
  for (unsigned i = 0; i < SWEEP_END_COUNT; i++)
    share(report, sweep_end_words[i], tally->end_counts[side][i], tally->ends[side], expected_end(forms, side, i));
  close_object(report);
  report->measure = "passes";
  open_object(report, "passes");
  for (unsigned state = 0; state < TCP_STATE_COUNT; state++) {
    double closing = side == SWEEP_CLIENT ? forms->client_closing : forms->server_closing;
    share(report, tcp_state_name((TcpState)state), tally->visited[side][state], tally->ends[side],
          state == TCP_STATE_CLOSING ? closing : -1);
  }
  close_object(report);
  for (unsigned m = 0; m < SWEEP_MEASURE_COUNT; m++)
    samples_of(report, sweep_measure_words[m], tally->samples[side][m], sweep_measure_is_time((SweepMeasure)m),
               expected_mean(forms, side, m));
  close_object(report);
}

static void report_run(Report *report, SweepTally *tally, const ClosedForms *forms) {
  report->side = "run";
  report->measure = "run";
  open_object(report, "run");
  share(report, "undisturbed", tally->undisturbed, tally->runs, forms->undisturbed);
  share(report, "time-wait-restarted", tally->restarted, tally->runs, forms->restarted);
  share(report, "budget-spent", tally->cut_short, tally->runs, -1);
  for (unsigned m = 0; m < SWEEP_RUN_COUNT; m++)
    samples_of(report, sweep_run_measure_words[m], tally->run_samples[m], FALSE,
               m == SWEEP_RUN_RESTARTS ? forms->restarts : -1);
  close_object(report);
}

/* The rows of the table that were hit, by what they are: in how many runs, and how often in all. */
static void report_rows(Report *report, const SweepTally *tally) {
  unsigned count;
  const TcpRow *rows = tcp_fsm_rows(&count);
  report->side = "run";
  report->measure = "row";
  open_object(report, "rows");
  for (unsigned row = 0; row < count; row++) {
    if (!tally->row_hits[row])
      continue;
    GString *name = g_string_new(NULL);
    for (unsigned state = 0; state < TCP_STATE_COUNT; state++)
      if (rows[row].from & 1u << state)
        g_string_append_printf(name, "%s%s", name->len ? "/" : "", tcp_state_name((TcpState)state));
    g_string_append_printf(name, " | %s", tcp_stimulus_name((TcpStimulus)rows[row].stimulus));
    if (rows[row].guard != TCP_GUARD_ALWAYS)
      g_string_append_printf(name, " | %s", tcp_guard_name((TcpGuard)rows[row].guard));
    char hits[32];
    g_snprintf(hits, sizeof hits, "%" G_GUINT64_FORMAT, tally->row_hits[row]);
    share(report, name->str, tally->row_runs[row], tally->runs, -1);
    g_string_truncate(report->json, report->json->len - 1);
    member(report, "hits", hits);
    close_object(report);
    g_string_free(name, TRUE);
  }
  close_object(report);
}

static char *csv_prefix(const SweepPlan *plan, uint64_t cell) {
  GString *prefix = g_string_new(NULL);
  g_string_append_printf(prefix, "%" G_GUINT64_FORMAT ",", cell);
  for (guint i = 0; i < plan->parameters->len; i++) {
    const SweepValue *value = sweep_plan_value(plan, cell, i);
    append_csv(prefix, value ? value->label : "drawn");
    g_string_append_c(prefix, ',');
  }
  return g_string_free(prefix, FALSE);
}

void sweep_report_cell(const SweepPlan *plan, uint64_t cell, SweepTally *tally, const char *reason,
                       const Scenario *base, GString *json, GString *csv) {
  ClosedForms forms;
  closed_forms_of(base, &forms);
  if (plan->connection) /* counted over less than the whole run */
    closed_forms_of(NULL, &forms);
  g_autofree char *prefix = csv_prefix(plan, cell);
  Report report = {.plan = plan, .json = json, .csv = csv, .prefix = prefix, .first = TRUE};
  g_string_append_printf(json,
                         "{\"cell\": %" G_GUINT64_FORMAT ", \"runs\": %" G_GUINT64_FORMAT
                         ", \"ended_by\": \"%s\", \"parameters\": {",
                         cell, tally->runs, reason);
  for (guint i = 0; i < plan->parameters->len; i++) {
    const SweepParameter *parameter = g_ptr_array_index(plan->parameters, i);
    const SweepValue *value = sweep_plan_value(plan, cell, i);
    if (!value)
      continue;
    key(&report, parameter->name);
    if (value->json[0] == '"')
      json_append_string(json, value->label);
    else
      g_string_append(json, value->json);
  }
  close_object(&report);
  for (unsigned side = 0; side < SWEEP_SIDES; side++)
    report_side(&report, tally, side, &forms);
  report_run(&report, tally, &forms);
  report_rows(&report, tally);
  g_string_append_c(json, '}');
}

void sweep_report_head(const SweepPlan *plan, GString *json, GString *csv) {
  g_string_append(json, "{\"sweep\": 1, \"title\": ");
  json_append_string(json, plan->title);
  g_string_append(json, ", \"scenario\": ");
  json_append_string(json, plan->scenario_name);
  g_string_append_printf(json,
                         ", \"program\": \"teardown %s\", \"digest\": \"%s\", \"seed\": %" G_GUINT64_FORMAT
                         ", \"confidence\": \"%s\", \"replications\": %" G_GUINT64_FORMAT
                         ", \"cells_in_all\": %" G_GUINT64_FORMAT ", \"parameters\": [",
                         PACKAGE_VERSION, plan->digest, plan->seed, plan->confidence->word, plan->replications,
                         plan->cells);
  g_string_append(csv, "cell,");
  for (guint i = 0; i < plan->parameters->len; i++) {
    const SweepParameter *parameter = g_ptr_array_index(plan->parameters, i);
    g_string_append(json, i ? ", " : "");
    json_append_string(json, parameter->name);
    append_csv(csv, parameter->name);
    g_string_append_c(csv, ',');
  }
  g_string_append(json, "],\n\"cells\": [");
  g_string_append(csv, "side,measure,statistic,n,value,low,high,expected\n");
}
