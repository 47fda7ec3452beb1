#include "command/cli.h"

#include "command/command.h"
#include "command/library.h"

#include <errno.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* --- options ------------------------------------------------------------------------------------------------------ */

static void add_run_entries(GOptionContext *context, CliRunOptions *run) {
  const GOptionEntry entries[] = {
      {"seed", 0, 0, G_OPTION_ARG_STRING, &run->seed, "Seed of the random streams, instead of the scenario's", "N"},
      {"run", 0, 0, G_OPTION_ARG_STRING, &run->run, "Number of the replication: other random numbers (default 0)", "N"},
      {"profile", 0, 0, G_OPTION_ARG_STRING_ARRAY, &run->profiles, "TCP of a host, instead of the scenario's",
       "HOST=NAME"},
      {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &run->set, "Change any value of the scenario (links[0].delay=10ms)",
       "PATH=VALUE"},
      {"tie", 0, 0, G_OPTION_ARG_STRING, &run->tie,
       "Order of what happens at one instant: fixed, or shuffle (drawn from the seed)", "HOW"},
      {NULL, 0, 0, 0, NULL, NULL, NULL}};
  g_option_context_add_main_entries(context, entries, NULL);
}

static void add_style_entries(GOptionContext *context, CliStyleOptions *style) {
  const GOptionEntry entries[] = {
      {"ascii", 0, 0, G_OPTION_ARG_NONE, &style->ascii, "ASCII characters only", NULL},
      {"width", 0, 0, G_OPTION_ARG_INT, &style->width, "Columns to fit into (default: the terminal's, else 100)", "N"},
      {"color", 0, 0, G_OPTION_ARG_STRING, &style->colour, "auto, always or never (NO_COLOR is respected)", "WHEN"},
      {NULL, 0, 0, 0, NULL, NULL, NULL}};
  g_option_context_add_main_entries(context, entries, NULL);
}

static gboolean parse_number(const char *verb, const char *option, const char *text, uint64_t *ret_value) {
  g_autoptr(GError) error = NULL;
  guint64 value;
  if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, &value, &error)) {
    cli_complain(verb, TRUE, "--%s: expected a whole number from 0 to 2^64-1, not \"%s\"", option, text);
    return FALSE;
  }
  *ret_value = value;
  return TRUE;
}

static GPtrArray *borrow(char **list) {
  GPtrArray *array = g_ptr_array_new();
  for (; list && *list; list++)
    g_ptr_array_add(array, *list);
  return array;
}

static gboolean finish_run_options(const char *verb, CliRunOptions *run) {
  run->overrides.set = borrow(run->set);
  run->overrides.profiles = borrow(run->profiles);
  if (run->seed) {
    if (!parse_number(verb, "seed", run->seed, &run->overrides.seed))
      return FALSE;
    run->overrides.has_seed = TRUE;
  }
  if (run->run && !parse_number(verb, "run", run->run, &run->options.run))
    return FALSE;
  if (run->tie && strcmp(run->tie, "shuffle") == 0)
    run->options.tie_shuffle = TRUE;
  else if (run->tie && strcmp(run->tie, "fixed") != 0) {
    cli_complain(verb, TRUE, "--tie: expected fixed or shuffle, not \"%s\"", run->tie);
    return FALSE;
  }
  return TRUE;
}

static gboolean check_style_options(const char *verb, const CliStyleOptions *style) {
  const char *colour = style->colour;
  if (colour && strcmp(colour, "auto") != 0 && strcmp(colour, "always") != 0 && strcmp(colour, "never") != 0) {
    cli_complain(verb, TRUE, "--color: expected auto, always or never, not \"%s\"", colour);
    return FALSE;
  }
  if (style->width < 0) {
    cli_complain(verb, TRUE, "--width: expected a number of columns, not %d", style->width);
    return FALSE;
  }
  return TRUE;
}

gboolean cli_parse(int *argc, char ***argv, const char *operands, const char *summary, const char *description,
                   const GOptionEntry *entries, CliRunOptions *run, CliStyleOptions *style) {
  g_autofree char *verb = g_strdup((*argv)[0]);
  g_autofree char *program = g_strdup_printf("teardown %s", verb);
  g_set_prgname(program);
  GOptionContext *context = g_option_context_new(operands);
  g_option_context_set_summary(context, summary);
  g_option_context_set_description(context, description);
  if (entries)
    g_option_context_add_main_entries(context, entries, NULL);
  if (run)
    add_run_entries(context, run);
  if (style)
    add_style_entries(context, style);
  g_autoptr(GError) error = NULL;
  gboolean ok = g_option_context_parse(context, argc, argv, &error);
  g_option_context_free(context);
  if (!ok) {
    cli_complain(verb, TRUE, "%s", error->message);
    return FALSE;
  }
  if (*argc > 1 && strcmp((*argv)[1], "--") == 0) { /* GOption leaves it where it stands first */
    memmove(&(*argv)[1], &(*argv)[2], (size_t)(*argc - 1) * sizeof **argv);
    (*argc)--;
  }
  return (!run || finish_run_options(verb, run)) && (!style || check_style_options(verb, style));
}

void cli_run_options_clear(CliRunOptions *run) {
  g_free(run->seed);
  g_free(run->run);
  g_free(run->tie);
  g_strfreev(run->profiles);
  g_strfreev(run->set);
  g_clear_pointer(&run->overrides.set, g_ptr_array_unref);
  g_clear_pointer(&run->overrides.profiles, g_ptr_array_unref);
}

void cli_style_options_clear(CliStyleOptions *style) {
  g_free(style->colour);
}

gboolean cli_run_is_changed(const CliRunOptions *run) {
  return run->seed || run->run || run->profiles || run->set || run->options.tie_shuffle;
}

/* --- scenarios ---------------------------------------------------------------------------------------------------- */

char *cli_clean(const char *text) {
  const TextStyle style = {0};
  return text_clean(&style, text);
}

void cli_print_errors(GPtrArray *errors) {
  for (guint i = 0; i < errors->len; i++) {
    g_autofree char *text = scenario_error_print(g_ptr_array_index(errors, i));
    g_autofree char *clean = cli_clean(text);
    fprintf(stderr, "%s\n", clean);
  }
}

Scenario *cli_load(const char *path, const CliRunOptions *run) {
  GPtrArray *errors = NULL;
  Scenario *scenario = scenario_load(path, run ? &run->overrides : NULL, &errors);
  if (!scenario) {
    cli_print_errors(errors);
    g_ptr_array_unref(errors);
  }
  return scenario;
}

/* --- output ------------------------------------------------------------------------------------------------------- */

static unsigned terminal_width(FILE *file) {
  struct winsize size;
  if (ioctl(fileno(file), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  const char *columns = g_getenv("COLUMNS");
  return columns ? (unsigned)CLAMP(atoi(columns), 0, 1000) : 0;
}

TextStyle cli_style(const CliStyleOptions *options, FILE *file) {
  gboolean terminal = isatty(fileno(file));
  TextStyle style = {.width = (unsigned)options->width, .ascii = options->ascii};
  if (!style.width && terminal)
    style.width = terminal_width(file);
  if (terminal && !g_get_charset(NULL))
    style.ascii = TRUE;
  const char *no_colour = g_getenv("NO_COLOR"), *term = g_getenv("TERM");
  style.colour = terminal && !(no_colour && *no_colour) && !(term && strcmp(term, "dumb") == 0);
  if (options->colour && strcmp(options->colour, "auto") != 0)
    style.colour = strcmp(options->colour, "always") == 0;
  return style;
}

gboolean cli_write_file(const char *directory, const char *name, const char *text, size_t length) {
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename(directory, name, NULL);
  g_autofree char *folder = g_path_get_dirname(path);
  if (g_mkdir_with_parents(folder, 0777) != 0) {
    int reason = errno;
    g_autofree char *clean = cli_clean(folder);
    fprintf(stderr, "teardown: cannot make the directory %s: %s\n", clean, g_strerror(reason));
    return FALSE;
  }
  if (!g_file_set_contents(path, text, (gssize)length, &error)) {
    g_autofree char *clean = cli_clean(error->message);
    fprintf(stderr, "teardown: %s\n", clean);
    return FALSE;
  }
  return TRUE;
}

int cli_complain(const char *verb, gboolean hint, const char *format, ...) {
  va_list args;
  va_start(args, format);
  g_autofree char *message = g_strdup_vprintf(format, args);
  va_end(args);
  g_autofree char *clean = cli_clean(message);
  fprintf(stderr, "teardown %s: %s\n", verb, clean);
  if (hint)
    fprintf(stderr, "Try: teardown %s --help\n", verb);
  return EXIT_CANNOT;
}

int cli_flush(int status) {
  if (fflush(stdout) == 0 && !ferror(stdout))
    return status;
  fprintf(stderr, "teardown: cannot write the output: %s\n", g_strerror(errno));
  return EXIT_CANNOT;
}

/* --- which files -------------------------------------------------------------------------------------------------- */

#define LAB_SUFFIX ".lab.json" /* a lab stands beside scenarios and is none */

static int compare_names(gconstpointer a, gconstpointer b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

gboolean cli_is_scenario_name(const char *name) {
  return g_str_has_suffix(name, ".json") && !g_str_has_suffix(name, LAB_SUFFIX);
}

gboolean cli_collect(const char *verb, const char *path, GPtrArray *files) {
  return cli_collect_suffix(verb, path, ".json", files);
}

gboolean cli_collect_suffix(const char *verb, const char *path, const char *suffix, GPtrArray *files) {
  if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
    char *found = library_find(verb, path);
    if (found)
      g_ptr_array_add(files, found);
    return found != NULL;
  }
  g_autoptr(GError) error = NULL;
  GDir *dir = g_dir_open(path, 0, &error);
  if (!dir) {
    cli_complain(verb, FALSE, "%s", error->message);
    return FALSE;
  }
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  for (const char *name; (name = g_dir_read_name(dir));) {
    char *child = g_build_filename(path, name, NULL);
    if (!g_file_test(child, G_FILE_TEST_IS_SYMLINK) &&
        (g_file_test(child, G_FILE_TEST_IS_DIR) ||
         (g_str_has_suffix(name, suffix) && !g_str_has_suffix(name, LAB_SUFFIX))))
      g_ptr_array_add(names, child);
    else
      g_free(child);
  }
  g_dir_close(dir);
  g_ptr_array_sort(names, compare_names);
  gboolean ok = TRUE;
  for (guint i = 0; i < names->len; i++)
    ok &= cli_collect_suffix(verb, g_ptr_array_index(names, i), suffix, files);
  return ok;
}
