/* teardown compare: one scenario under every stack, or with each of its segments lost in turn. */
#include "output/text/compare.h"

#include "command/cli.h"
#include "command/command.h"
#include "command/library.h"
#include "command/variant.h"
#include "output/text/words.h"
#include "trace/nearest.h"

#include <string.h>
#include <unistd.h>

/* More segments than this are not lost one by one: that many runs take too long. */
#define LOSSES_MAX 2000
/* Fewer runs than this are over before anybody wonders. */
#define PROGRESS_FROM 20

typedef struct Options {
  char *profiles, *host, *format;
  gboolean each_loss, json;
  CliRunOptions run;
  CliStyleOptions style;
} Options;

static void show_progress(guint done, guint total) {
  if (total < PROGRESS_FROM || !isatty(STDERR_FILENO))
    return;
  if (done < total)
    fprintf(stderr, "\rrun %u of %u", done + 1, total);
  else
    fputs("\r\033[K", stderr);
}

static CompareRun *run_it(const char *label, const char *from, SimTime at, const Scenario *scenario,
                          const RunOptions *options) {
  RunEnd end;
  g_autoptr(Trace) trace = run_to_trace(scenario, options, &end);
  const char *problem = run_end_problem(end);
  return compare_run_new(label, from, at, problem ? NULL : run_outcome_new(trace), g_strdup(problem));
}

static void free_run(gpointer run) {
  compare_run_free(run);
}

static int write_out(GString *out) {
  fwrite(out->str, 1, out->len, stdout);
  g_string_free(out, TRUE);
  return cli_flush(EXIT_HOLDS);
}

/* --- profiles ----------------------------------------------------------------------------------------------------- */

/* Names of profiles (of char *, owned): those asked for, else all that are not broken on purpose. NULL after a
 * complaint. */
static GPtrArray *chosen_profiles(const char *list) {
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  unsigned n_profiles;
  const TcpProfile *profiles = tcp_profile_list(&n_profiles);
  for (unsigned i = 0; !list && i < n_profiles; i++)
    if (!profiles[i].broken)
      g_ptr_array_add(names, g_strdup(profiles[i].name));
  g_auto(GStrv) words = g_strsplit(list ? list : "", ",", -1);
  for (char **word = words; *word; word++) {
    g_strstrip(*word);
    if (tcp_profile_find(*word)) {
      g_ptr_array_add(names, g_strdup(*word));
      continue;
    }
    Nearest nearest = {.wanted = *word};
    for (unsigned i = 0; i < n_profiles; i++)
      nearest_offer(&nearest, profiles[i].name);
    if (nearest.word)
      cli_complain("compare", FALSE, "--profiles: no profile \"%s\"; did you mean \"%s\"?", *word, nearest.word);
    else
      cli_complain("compare", FALSE, "--profiles: no profile \"%s\"; teardown profiles lists them", *word);
    return NULL;
  }
  return g_steal_pointer(&names);
}

/* The scenario with `profile` at one host, or at all of them. */
static Scenario *load_under(const char *path, const Options *o, const Scenario *base, const char *profile) {
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
  for (char **own = o->run.profiles; own && *own; own++)
    g_ptr_array_add(list, g_strdup(*own));
  for (guint i = 0; i < base->hosts->len; i++) {
    const ScenarioHost *host = g_ptr_array_index(base->hosts, i);
    if (!o->host || strcmp(o->host, host->name) == 0)
      g_ptr_array_add(list, g_strdup_printf("%s=%s", host->name, profile));
  }
  CliRunOptions run = o->run;
  run.overrides.profiles = list;
  return cli_load(path, &run);
}

static gboolean has_host(const Scenario *scenario, const char *name) {
  for (guint i = 0; i < scenario->hosts->len; i++)
    if (strcmp(((const ScenarioHost *)g_ptr_array_index(scenario->hosts, i))->name, name) == 0)
      return TRUE;
  return FALSE;
}

static int compare_profiles(const char *path, const Scenario *base, const Options *o, CompareForm form) {
  g_autoptr(GPtrArray) names = chosen_profiles(o->profiles);
  if (!names)
    return EXIT_CANNOT;
  g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func(free_run);
  for (guint i = 0; i < names->len; i++) {
    show_progress(i, names->len);
    const char *name = g_ptr_array_index(names, i);
    g_autoptr(Scenario) scenario = load_under(path, o, base, name);
    if (!scenario)
      return EXIT_CANNOT;
    g_ptr_array_add(runs, run_it(name, NULL, SIM_NEVER, scenario, &o->run.options));
  }
  show_progress(names->len, names->len);
  GString *out = g_string_new(NULL);
  TextStyle style = cli_style(&o->style, stdout);
  compare_write_profiles(runs, form, &style, out);
  return write_out(out);
}

/* --- losses ------------------------------------------------------------------------------------------------------- */

/* The n-th transmission of a connection in one direction. */
typedef struct Loss {
  uint32_t conn, from;
  uint64_t nth;
  const TraceRecord *sent;
} Loss;

static GHashTable *conn_indices(const Scenario *scenario) {
  GHashTable *indices = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < scenario->connections->len; i++) {
    const ScenarioConn *conn = g_ptr_array_index(scenario->connections, i);
    for (uint32_t k = 0; k < conn->count; k++)
      g_hash_table_insert(indices, scenario_conn_name(scenario, conn->first + k),
                          GUINT_TO_POINTER(conn->first + k + 1));
  }
  return indices;
}

static gboolean find_host(const Scenario *scenario, const char *name, uint32_t *ret_host) {
  for (guint i = 0; i < scenario->hosts->len; i++)
    if (strcmp(((const ScenarioHost *)g_ptr_array_index(scenario->hosts, i))->name, name) == 0) {
      *ret_host = i;
      return TRUE;
    }
  return FALSE;
}

/* Every transmission of the base run that was not lost anyway, as what a fault can name. */
static GArray *losses_of(const Scenario *scenario, const Trace *trace) {
  GArray *losses = g_array_new(FALSE, FALSE, sizeof(Loss));
  g_autoptr(History) history = history_new(trace, HISTORY_ALL_STATES);
  g_autoptr(GHashTable) conns = conn_indices(scenario);
  g_autoptr(GHashTable) counts = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  for (size_t i = 0; i < trace->count; i++) {
    const TraceRecord *record = &trace->records[i];
    if (record->kind != TRACE_SENT)
      continue;
    guint conn = GPOINTER_TO_UINT(g_hash_table_lookup(conns, trace_text(trace, record->sent.conn)));
    Loss loss = {.conn = conn - 1, .sent = record};
    if (!conn || !find_host(scenario, trace_text(trace, record->sent.host), &loss.from))
      continue;
    gint64 *key = g_new(gint64, 1);
    *key = (gint64)((guint64)loss.conn << 32 | loss.from);
    loss.nth = GPOINTER_TO_UINT(g_hash_table_lookup(counts, key)) + 1u;
    g_hash_table_replace(counts, key, GUINT_TO_POINTER((guint)loss.nth));
    const HistorySegment *segment = history_segment(history, record->sent.id);
    if (segment && segment->dropped == HISTORY_NONE)
      g_array_append_val(losses, loss);
  }
  return losses;
}

static int compare_losses(Scenario *scenario, const Options *o, CompareForm form) {
  RunEnd end;
  g_autoptr(Trace) trace = run_to_trace(scenario, &o->run.options, &end);
  if (run_end_problem(end))
    return cli_complain("compare", FALSE, "%s: %s", scenario->name, run_end_problem(end));
  g_autoptr(GArray) losses = losses_of(scenario, trace);
  if (losses->len > LOSSES_MAX)
    return cli_complain("compare", FALSE,
                        "--each-loss: the run has %u segments, and each is a run of its own: at most %u are",
                        losses->len, LOSSES_MAX);
  CompareRun *base = compare_run_new("nothing", NULL, SIM_NEVER, run_outcome_new(trace), NULL);
  g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func(free_run);
  for (guint i = 0; i < losses->len; i++) {
    show_progress(i, losses->len);
    const Loss *loss = &g_array_index(losses, Loss, i);
    g_autofree char *label = words_segment(loss->sent, 1);
    const char *from = trace_text(trace, loss->sent->sent.host);
    variant_drop(scenario, loss->conn, loss->from, loss->nth);
    g_ptr_array_add(runs, run_it(label, from, loss->sent->t, scenario, &o->run.options));
    variant_undrop(scenario);
  }
  show_progress(losses->len, losses->len);
  GString *out = g_string_new(NULL);
  TextStyle style = cli_style(&o->style, stdout);
  compare_write_losses(base, runs, form, &style, out);
  compare_run_free(base);
  return write_out(out);
}

/* --- command ------------------------------------------------------------------------------------------------------ */

static int compare(int argc, char **argv, const Options *o) {
  if (argc != 2)
    return cli_complain("compare", TRUE, "which scenario? Give one JSON file");
  if (o->format && strcmp(o->format, "text") != 0 && strcmp(o->format, "markdown") != 0)
    return cli_complain("compare", TRUE, "--format: expected text or markdown, not \"%s\"", o->format);
  if (o->format && o->json)
    return cli_complain("compare", TRUE, "--json is a format of its own: leave out --format");
  if (o->each_loss && (o->profiles || o->host))
    return cli_complain("compare", TRUE, "--each-loss runs the stacks of the scenario: change them with --profile");
  g_autofree char *path = library_find("compare", argv[1]);
  g_autoptr(Scenario) scenario = path ? cli_load(path, &o->run) : NULL;
  if (!scenario)
    return EXIT_CANNOT;
  if (o->host && !has_host(scenario, o->host))
    return cli_complain("compare", FALSE, "--host: the scenario has no host \"%s\"", o->host);
  CompareForm form = o->json ? COMPARE_JSON : COMPARE_TEXT;
  if (o->format && strcmp(o->format, "markdown") == 0)
    form = COMPARE_MARKDOWN;
  return o->each_loss ? compare_losses(scenario, o, form) : compare_profiles(path, scenario, o, form);
}

int command_compare(int argc, char **argv) {
  Options o = {0};
  const GOptionEntry entries[] = {
      {"profiles", 0, 0, G_OPTION_ARG_STRING, &o.profiles, "Only these stacks (linux,freebsd)", "LIST"},
      {"host", 0, 0, G_OPTION_ARG_STRING, &o.host, "Only this host gets them; the others stay as they are", "HOST"},
      {"each-loss", 0, 0, G_OPTION_ARG_NONE, &o.each_loss, "Lose each segment in turn instead", NULL},
      {"format", 'f', 0, G_OPTION_ARG_STRING, &o.format, "text (default) or markdown", "FORMAT"},
      {"json", 0, 0, G_OPTION_ARG_NONE, &o.json, "Print JSON", NULL},
      {NULL, 0, 0, 0, NULL, NULL, NULL}};
  int status = EXIT_CANNOT;
  if (cli_parse(&argc, &argv, "FILE",
                "Runs a scenario under every stack, or with each of its segments lost, and tables what differs.",
                "Example: teardown compare scenarios/simultaneous/both-close-at-once.json --each-loss", entries, &o.run,
                &o.style))
    status = compare(argc, argv, &o);
  g_free(o.profiles);
  g_free(o.host);
  g_free(o.format);
  cli_run_options_clear(&o.run);
  cli_style_options_clear(&o.style);
  return status;
}
