/* teardown check: run scenarios and judge their expectations. */
#include "command/cli.h"
#include "command/command.h"
#include "command/judge.h"

#include <string.h>
#include <unistd.h>

typedef struct Options {
  char *format;
  CliRunOptions run;
  CliStyleOptions style;
} Options;

/* --- which files -------------------------------------------------------------------------------------------------- */

static int compare_names(gconstpointer a, gconstpointer b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A folder means every *.json below it, in the order of their names. */
static gboolean collect(const char *path, GPtrArray *files) {
  if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
    g_ptr_array_add(files, g_strdup(path));
    return TRUE;
  }
  g_autoptr(GError) error = NULL;
  GDir *dir = g_dir_open(path, 0, &error);
  if (!dir) {
    cli_complain("check", FALSE, "%s", error->message);
    return FALSE;
  }
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  for (const char *name; (name = g_dir_read_name(dir));) {
    char *child = g_build_filename(path, name, NULL);
    if (!g_file_test(child, G_FILE_TEST_IS_SYMLINK) &&
        (g_file_test(child, G_FILE_TEST_IS_DIR) || g_str_has_suffix(name, ".json")))
      g_ptr_array_add(names, child);
    else
      g_free(child);
  }
  g_dir_close(dir);
  g_ptr_array_sort(names, compare_names);
  gboolean ok = TRUE;
  for (guint i = 0; i < names->len; i++)
    ok &= collect(g_ptr_array_index(names, i), files);
  return ok;
}

/* --- judging ------------------------------------------------------------------------------------------------------ */

static CheckFile *check_one(const char *path, const Options *options) {
  GPtrArray *errors = NULL;
  g_autoptr(Scenario) scenario = scenario_load(path, &options->run.overrides, &errors);
  return scenario ? judge_scenario(scenario, &options->run.options, NULL) : judge_unloadable(path, errors);
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
    report_junit(files, out);
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
    return cli_complain("check", TRUE, "which scenarios? Give JSON files or folders of them");
  g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
  for (int i = 1; i < argc; i++)
    if (!collect(argv[i], paths))
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
                                  {NULL, 0, 0, 0, NULL, NULL, NULL}};
  int status = EXIT_CANNOT;
  if (cli_parse(&argc, &argv, "FILE|FOLDER...", "Runs scenarios and judges what they expect of themselves.",
                "Exit status: 0 every expectation holds, 1 one failed, 2 a scenario could not be run.\n\n"
                "Example: teardown check scenarios/",
                entries, &options.run, &options.style))
    status = check_all(argc, argv, &options);
  g_free(options.format);
  cli_run_options_clear(&options.run);
  cli_style_options_clear(&options.style);
  return status;
}
