/* teardown check: run scenarios and judge their expectations and, if asked, the invariants of TCP; of a trace the
 * invariants alone. */
#include "check/invariants.h"
#include "command/cli.h"
#include "command/command.h"
#include "command/judge.h"
#include "trace/trace_reader.h"

#include <string.h>
#include <unistd.h>

typedef struct Options {
  char *format;
  gboolean invariants;
  CliRunOptions run;
  CliStyleOptions style;
} Options;

/* --- judging ------------------------------------------------------------------------------------------------------ */

static CheckFile *check_trace(const char *path) {
  g_autoptr(GError) error = NULL;
  g_autoptr(Trace) trace = trace_read_file(path, &error);
  if (!trace)
    return check_file_new(path, NULL, error->message);
  g_autoptr(GPtrArray) invariants = check_invariants(trace);
  return check_file_new(path, check_invariants_results(invariants), NULL);
}

/* Puts the verdicts on the invariants behind those on the expectations. */
static void add_invariants(CheckFile *file, const Trace *trace) {
  if (file->error)
    return;
  g_autoptr(GPtrArray) invariants = check_invariants(trace);
  GPtrArray *results = check_invariants_results(invariants);
  g_ptr_array_extend_and_steal(file->results, results);
}

static CheckFile *check_one(const char *path, const Options *options) {
  if (g_str_has_suffix(path, ".jsonl"))
    return check_trace(path);
  GPtrArray *errors = NULL;
  g_autoptr(Scenario) scenario = scenario_load(path, &options->run.overrides, &errors);
  if (!scenario)
    return judge_unloadable(path, errors);
  g_autoptr(Trace) trace = NULL;
  CheckFile *file = judge_scenario(scenario, &options->run.options, options->invariants ? &trace : NULL);
  if (trace)
    add_invariants(file, trace);
  return file;
}

static GPtrArray *check_files(const GPtrArray *paths, const Options *options) {
  GPtrArray *files = g_ptr_array_new_with_free_func((GDestroyNotify)check_file_free);
  gboolean progress = paths->len > 20 && isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO);
  for (guint i = 0; i < paths->len; i++) {
    if (progress)
      fprintf(stderr, "\r%u of %u", i + 1, paths->len);
    g_ptr_array_add(files, check_one(g_ptr_array_index(paths, i), options));
  }
  if (progress)
    fputs("\r\033[K", stderr);
  return files;
}

static int report(const GPtrArray *files, const Options *options) {
  GString *out = g_string_new(NULL);
  const char *format = options->format ? options->format : isatty(STDOUT_FILENO) ? "text" : "tap";
  if (strcmp(format, "junit") == 0)
    report_junit(files, "teardown check", out);
  else if (strcmp(format, "tap") == 0)
    report_tap(files, out);
  else
    report_text(files, cli_style(&options->style, stdout).colour, out);
  fwrite(out->str, 1, out->len, stdout);
  g_string_free(out, TRUE);
  return cli_flush(check_exit_status(files));
}

static int check_all(int argc, char **argv, const Options *options) {
  const char *format = options->format;
  if (format && strcmp(format, "tap") != 0 && strcmp(format, "junit") != 0 && strcmp(format, "text") != 0)
    return cli_complain("check", TRUE, "--format: expected tap, junit or text, not \"%s\"", format);
  if (argc < 2)
    return cli_complain("check", TRUE, "which scenarios? Give JSON files or folders of them, or traces");
  g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
  for (int i = 1; i < argc; i++)
    if (!cli_collect("check", argv[i], paths))
      return EXIT_CANNOT;
  if (paths->len == 0)
    return cli_complain("check", FALSE, "no *.json below the given folders");
  g_autoptr(GPtrArray) files = check_files(paths, options);
  return report(files, options);
}

int command_check(int argc, char **argv) {
  Options options = {0};
  const GOptionEntry entries[] = {{"format", 'f', 0, G_OPTION_ARG_STRING, &options.format,
                                   "text (the default on a terminal), tap (the default elsewhere) or junit", "NAME"},
                                  {"invariants", 'i', 0, G_OPTION_ARG_NONE, &options.invariants,
                                   "judge the invariants of TCP too (docs/invariants.md)", NULL},
                                  {NULL, 0, 0, 0, NULL, NULL, NULL}};
  int status = EXIT_CANNOT;
  if (cli_parse(&argc, &argv, "FILE|FOLDER...", "Runs scenarios and judges what they expect of themselves.",
                "Of a trace (FILE.jsonl) the invariants of TCP are judged.\n\n"
                "Exit status: 0 all holds, 1 something failed, 2 a file could not be run or read.\n\n"
                "Example: teardown check scenarios/",
                entries, &options.run, &options.style))
    status = check_all(argc, argv, &options);
  g_free(options.format);
  cli_run_options_clear(&options.run);
  cli_style_options_clear(&options.style);
  return status;
}
