/* teardown run: simulate scenarios and show what happened. */
#include "command/cli.h"
#include "command/command.h"
#include "command/judge.h"
#include "command/library.h"
#include "command/show.h"

#include <string.h>

typedef struct Options {
  char *format, *directory;
  gboolean quiet_expectations;
  CliRunOptions run;
  CliStyleOptions style;
} Options;

/* What failed, on stderr; nothing when all hold. */
static void print_failures(const CheckFile *file) {
  if (file->error)
    fprintf(stderr, "teardown run: %s: %s\n", file->name, file->error);
  for (guint i = 0; file->results && i < file->results->len; i++) {
    const CheckResult *result = g_ptr_array_index(file->results, i);
    if (!result->ok)
      fprintf(stderr, "teardown run: %s: expected %s\n  but %s\n", file->name, result->text, result->detail);
  }
}

static int judge(const CheckFile *file, const Options *options) {
  if (file->error) {
    print_failures(file);
    return EXIT_CANNOT;
  }
  if (options->quiet_expectations || cli_run_is_changed(&options->run))
    return EXIT_HOLDS;
  print_failures(file);
  for (guint i = 0; i < file->results->len; i++)
    if (!((const CheckResult *)g_ptr_array_index(file->results, i))->ok)
      return EXIT_FAILED;
  return EXIT_HOLDS;
}

/* The folder of a scenario's files: DIR itself for the only one, else one below it for each, also of the same name. */
static char *folder_of(const Options *options, const char *name, gboolean several, GHashTable *taken) {
  if (!several)
    return g_strdup(options->directory);
  g_autofree char *own = g_strdup(name);
  for (unsigned n = 2; !g_hash_table_add(taken, g_strdup(own)); n++) {
    g_free(own);
    own = g_strdup_printf("%s-%u", name, n);
  }
  return g_build_filename(options->directory, own, NULL);
}

static void add_references(Index *index, const Scenario *scenario) {
  for (guint i = 0; scenario->references && i < scenario->references->len; i++) {
    const ScenarioReference *reference = g_ptr_array_index(scenario->references, i);
    index_add_reference(index, reference->title, reference->url);
  }
}

static void add_results(Index *index, const CheckFile *file) {
  for (guint i = 0; file->results && i < file->results->len; i++) {
    const CheckResult *result = g_ptr_array_index(file->results, i);
    index_add_result(index, result->ok, result->text, result->detail);
  }
}

/* The files of -o DIR. FALSE after a complaint. */
static gboolean write_files(const Scenario *scenario, const Trace *trace, const CheckFile *file, const Options *options,
                            const char *directory) {
  g_autoptr(Index) index = index_new();
  add_references(index, scenario);
  if (!options->quiet_expectations && !cli_run_is_changed(&options->run))
    add_results(index, file);
  if (!show_write_files(trace, index, directory))
    return FALSE;
  g_autofree char *name = cli_clean(scenario->name), *where = cli_clean(directory);
  printf("%s: index.md and %u files more are in %s\n", name, index->files->len, where);
  return TRUE;
}

/* `several`: more than one scenario, so that each gets a folder of its own below -o DIR; `taken` are their names. */
static int run_one(const char *path, const Options *options, gboolean several, GHashTable *taken) {
  g_autofree char *file = library_find("run", path);
  g_autoptr(Scenario) scenario = file ? cli_load(file, &options->run) : NULL;
  if (!scenario)
    return EXIT_CANNOT;
  g_autoptr(Trace) trace = NULL;
  CheckFile *judged = judge_scenario(scenario, &options->run.options, &trace);
  int status = judge(judged, options);
  gboolean written = TRUE;
  if (options->directory) {
    g_autofree char *directory = folder_of(options, scenario->name, several, taken);
    written = write_files(scenario, trace, judged, options, directory);
  }
  check_file_free(judged);
  if (!written)
    return EXIT_CANNOT;
  if (options->directory && !options->format)
    return status;
  TextStyle style = cli_style(&options->style, stdout);
  GString *out = g_string_new(NULL);
  char *error = NULL;
  gboolean known = show_trace(trace, options->format, &style, out, &error);
  g_assert(known); /* checked before */
  fwrite(out->str, 1, out->len, stdout);
  g_string_free(out, TRUE);
  return status;
}

static int run_all(int argc, char **argv, const Options *options) {
  char *error = NULL;
  if (options->format && !show_check_format(options->format, &error)) {
    int status = cli_complain("run", TRUE, "%s", error);
    g_free(error);
    return status;
  }
  if (argc < 2)
    return cli_complain("run", TRUE, "which scenario? Give one or more JSON files (shipped ones are in scenarios/)");
  int status = EXIT_HOLDS;
  g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (int i = 1; i < argc; i++) {
    if (i > 1 && !options->directory)
      putchar('\n');
    int one = run_one(argv[i], options, argc > 2, taken);
    status = MAX(status, one);
  }
  return cli_flush(status);
}

int command_run(int argc, char **argv) {
  Options options = {0};
  const GOptionEntry entries[] = {
      {"format", 'f', 0, G_OPTION_ARG_STRING, &options.format,
       "What to print: a list of ladder, timeline, summary, jsonl (default: ladder,timeline)", "LIST"},
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options.directory,
       "Write everything into DIR instead: index.md, pictures, captures, tables, texts", "DIR"},
      {"no-check", 0, 0, G_OPTION_ARG_NONE, &options.quiet_expectations, "Do not judge the scenario's expectations",
       NULL},
      {NULL, 0, 0, 0, NULL, NULL, NULL}};
  int status = EXIT_CANNOT;
  if (cli_parse(&argc, &argv, "FILE...", "Simulates scenarios and shows what happened, segment by segment.",
                "Exit status: 0 all expectations of the scenarios hold (or the options change the run), 1 one failed,\n"
                "2 a scenario could not be run.\n\n"
                "Example: teardown run scenarios/loss/first-fin-lost.json --profile client=linux",
                entries, &options.run, &options.style))
    status = run_all(argc, argv, &options);
  g_free(options.format);
  g_free(options.directory);
  cli_run_options_clear(&options.run);
  cli_style_options_clear(&options.style);
  return status;
}
