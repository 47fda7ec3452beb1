/* What verbs share: parsing options, loading scenarios with their complaints, the style of the terminal, writing out.
 * */
#ifndef TEARDOWN_COMMAND_CLI_H
#define TEARDOWN_COMMAND_CLI_H

#include "output/text/style.h"
#include "run/run.h"
#include "scenario/scenario_json.h"

#include <glib.h>
#include <stdio.h>

/* Options that change a run: --seed, --run, --profile, --set, --tie. */
typedef struct CliRunOptions {
  char *seed, *run, *tie;
  char **profiles, **set;
  ScenarioOverrides overrides; /* made from them by cli_parse() */
  RunOptions options;
} CliRunOptions;

/* Options of text output: --ascii, --width, --color. */
typedef struct CliStyleOptions {
  gboolean ascii;
  int width;
  char *colour;
} CliStyleOptions;

/* Parses argv. `entries` are the verb's own; `run` and `style` may be NULL. What remains in argv after argv[0] are the
 * operands. FALSE after a complaint on stderr: exit with EXIT_CANNOT. `description` follows the options in --help. */
gboolean cli_parse(int *argc, char ***argv, const char *operands, const char *summary, const char *description,
                   const GOptionEntry *entries, CliRunOptions *run, CliStyleOptions *style);
void cli_run_options_clear(CliRunOptions *run);
void cli_style_options_clear(CliStyleOptions *style);
/* TRUE if the options change what the scenario says: its expectations need not hold then. */
gboolean cli_run_is_changed(const CliRunOptions *run);

/* Loads; NULL after printing every complaint to stderr. */
Scenario *cli_load(const char *path, const CliRunOptions *run);
void cli_print_errors(GPtrArray *errors);

/* A name or argument from outside, such as a file's, as it may be shown: one line that no terminal obeys. To be freed.
 * */
char *cli_clean(const char *text);

/* How to write to `file`: its width if it is a terminal, colour as asked, by NO_COLOR, by the terminal. */
TextStyle cli_style(const CliStyleOptions *options, FILE *file);

/* Writes a whole file; FALSE after a complaint on stderr. Nothing is left half-written. */
gboolean cli_write_file(const char *directory, const char *name, const char *text, size_t length);

/* Whether a file of a folder of scenarios is one, by its name: *.json, but not a lab's *.lab.json. */
gboolean cli_is_scenario_name(const char *name);

/* Adds `path` to `files` (of char *, owned); a folder means every scenario below it, in the order of their names. FALSE
 * after a complaint on stderr. */
gboolean cli_collect(const char *verb, const char *path, GPtrArray *files);
/* The same for files whose names end in `suffix`. */
gboolean cli_collect_suffix(const char *verb, const char *path, const char *suffix, GPtrArray *files);

/* "teardown VERB: message" on stderr, and a hint at --help when `hint`. Returns EXIT_CANNOT. */
int cli_complain(const char *verb, gboolean hint, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Flushes stdout; EXIT_CANNOT if that fails (a full disk), else `status`. */
int cli_flush(int status);

#endif
