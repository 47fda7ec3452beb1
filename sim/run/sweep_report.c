#include "run/sweep_report.h"

#include <math.h>
#include <string.h>

#include "config.h"
#include "run/closed_forms.h"
#include "run/closed_law.h"
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

/* A quantile: one of the values there are. */
static void print_whole(char *buffer, size_t size, double value, gboolean time) {
  if (time)
    print_time(buffer, size, (int64_t)floor(value * 1e9 + 0.5));
  else
    g_snprintf(buffer, (gulong)size, "%.0f", value);
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

static void quantile(Report *report, const int64_t *samples, uint64_t n, uint32_t ppm, gboolean time,
                     const GArray *law) {
  char word[32], value[64], low[64], high[64], form[64];
  double expected;
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
  gboolean known = law && closed_law_quantile(law, ppm, &expected);
  if (known)
    print_whole(form, sizeof form, expected, time);
  estimate(report, word, n, value, low_rank > 0 ? low : NULL, high_rank <= n ? high : NULL, known ? form : NULL);
  close_object(report);
}

static void step(Report *report, gboolean *first, int64_t at, gboolean time, double share) {
  char value[64], text[64];
  g_snprintf(value, sizeof value, "%" G_GINT64_FORMAT, at);
  if (time)
    print_time(value, sizeof value, at);
  print_number(text, sizeof text, share, FALSE);
  g_string_append_printf(report->json, "%s[%s, %s]", *first ? "" : ", ", value, text);
  *first = FALSE;
}

/* The share of samples up to each value: all values, or if they are many, those at a hundredth of the samples each. */
static void steps_of_samples(Report *report, const int64_t *samples, uint64_t n, gboolean time) {
  uint64_t values = 1;
  for (uint64_t i = 1; i < n; i++)
    values += samples[i] != samples[i - 1];
  uint64_t last = 0; /* of n, in hundredths, that was written */
  gboolean first = TRUE;
  key(report, "cdf");
  g_string_append_c(report->json, '[');
  for (uint64_t i = 0; i < n; i++) {
    if (i + 1 < n && samples[i + 1] == samples[i])
      continue;
    uint64_t hundredth = (i + 1) * SWEEP_CDF_STEPS / n;
    if (values > SWEEP_CDF_STEPS && hundredth == last && !first)
      continue;
    last = hundredth;
    step(report, &first, samples[i], time, (double)(i + 1) / (double)n);
  }
  g_string_append_c(report->json, ']');
}

static void steps_of_law(Report *report, const GArray *law, gboolean time) {
  gboolean first = TRUE;
  double below = 0, written = 0;
  key(report, "expected_cdf");
  g_string_append_c(report->json, '[');
  for (guint i = 0; i < law->len; i++) {
    const ClosedPoint *point = &g_array_index(law, ClosedPoint, i);
    below += point->chance;
    if (below - written < 1e-4 && i + 1 < law->len && !first)
      continue;
    written = below;
    step(report, &first, (int64_t)floor(point->at * (time ? 1e9 : 1) + 0.5), time, fmin(below, 1));
  }
  g_string_append_c(report->json, ']');
}

/* Mean and quantiles. `law` is what arithmetic says of them, in seconds or counts (NULL: nothing); `expected` the same
 * of the mean where only that is known (negative: nothing). */
static void samples_of(Report *report, const char *word, GArray *array, gboolean time, const GArray *law,
                       double expected) {
  int64_t *samples = (int64_t *)(void *)array->data;
  uint64_t n = array->len;
  char count[32], value[64], low[64], high[64], form[64], sd[64];
  g_snprintf(count, sizeof count, "%" G_GUINT64_FORMAT, n);
  report->measure = word;
  open_object(report, word);
  member(report, "n", count);
  if (law)
    expected = closed_law_mean(law);
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
      quantile(report, samples, n, g_array_index(report->plan->quantiles, uint32_t, i), time, law);
    if (report->plan->cells <= SWEEP_MOST_CDF_CELLS)
      steps_of_samples(report, samples, n, time);
    if (law && report->plan->cells <= SWEEP_MOST_CDF_CELLS)
      steps_of_law(report, law, time);
  }
  close_object(report);
}

/* --- a cell ------------------------------------------------------------------------------------------------------- */

static void report_side(Report *report, SweepTally *tally, unsigned side, const ClosedForms *forms) {
  report->side = SIDES[side];
  open_object(report, SIDES[side]);
  report->measure = "end";
  open_object(report, "end");
  for (unsigned i = 0; i < SWEEP_END_COUNT; i++)
    share(report, sweep_end_words[i], tally->end_counts[side][i], tally->ends[side], forms->ends[side][i]);
  close_object(report);
  report->measure = "passes";
  open_object(report, "passes");
  for (unsigned state = 0; state < TCP_STATE_COUNT; state++) {
    share(report, tcp_state_name((TcpState)state), tally->visited[side][state], tally->ends[side],
          state == TCP_STATE_CLOSING ? forms->closing[side] : -1);
  }
  close_object(report);
  for (unsigned m = 0; m < SWEEP_MEASURE_COUNT; m++)
    samples_of(report, sweep_measure_words[m], tally->samples[side][m], sweep_measure_is_time((SweepMeasure)m),
               forms->measures[side][m], -1);
  close_object(report);
}

static void report_run(Report *report, SweepTally *tally, const ClosedForms *forms) {
  report->side = "run";
  report->measure = "run";
  open_object(report, "run");
  share(report, "undisturbed", tally->undisturbed, tally->runs, forms->undisturbed);
  share(report, "time-wait-restarted", tally->restarted, tally->runs, forms->restarted);
  share(report, "both-closing", tally->both_closing, tally->conns, forms->both_closing);
  share(report, "one-closing", tally->one_closing, tally->conns, forms->one_closing);
  share(report, "budget-spent", tally->cut_short, tally->runs, -1);
  for (unsigned m = 0; m < SWEEP_RUN_COUNT; m++)
    samples_of(report, sweep_run_measure_words[m], tally->run_samples[m], FALSE, NULL,
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
  closed_forms_of(plan->connection ? NULL : base, &forms); /* none if less than the whole run is counted */
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
  closed_forms_clear(&forms);
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
