/* teardown fsm: the table of transitions for people. */
#include "command/cli.h"
#include "command/command.h"
#include "output/text/fsm_doc.h"
#include "tcp/tcp_fsm.h"
#include "tcp/tcp_profile_guards.h"

#include <string.h>

/* Runs the scenarios of the operands and counts which rows of the table decided something. */
static int write_coverage(int argc, char **argv, const TextStyle *style, GString *out) {
  g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
  unsigned n_rows;
  tcp_fsm_rows(&n_rows);
  g_autofree uint64_t *hits = g_new0(uint64_t, n_rows);
  for (int i = 1; i < argc; i++)
    if (!cli_collect("fsm", argv[i], files))
      return EXIT_CANNOT;
  if (files->len == 0)
    return cli_complain("fsm", TRUE, "--coverage: which scenarios? Give files or folders");
  for (guint i = 0; i < files->len; i++) {
    g_autoptr(Scenario) scenario = cli_load(g_ptr_array_index(files, i), NULL);
    if (!scenario)
      return EXIT_CANNOT;
    Names *names = names_new();
    run_scenario(scenario, &(RunOptions){0}, NULL, names, hits);
    names_free(names);
  }
  fsm_write_text(style, hits, out);
  unsigned hit = 0;
  for (unsigned i = 0; i < n_rows; i++)
    hit += hits[i] > 0;
  g_string_append_printf(out, "\n%u of %u rows decided something in %u scenario%s.\n", hit, n_rows, files->len,
                         files->len == 1 ? "" : "s");
  return EXIT_HOLDS;
}

static void guards_of(const TcpProfile *profile, gboolean *ret_allowed) {
  TcpParams params;
  tcp_profile_params(profile, &params);
  for (unsigned guard = 0; guard < TCP_GUARD_COUNT; guard++)
    ret_allowed[guard] = tcp_params_allow(&params, (TcpGuard)guard);
}

/* What a stack does differently, as rows of the table. */
static int write_profile(const char *name, const TextStyle *style, GString *out) {
  const TcpProfile *profile = tcp_profile_find(name), *base = tcp_profile_find("rfc9293");
  if (!profile)
    return cli_complain("fsm", TRUE, "--profile: no profile \"%s\"; teardown profiles lists them", name);
  gboolean allowed[TCP_GUARD_COUNT], base_allowed[TCP_GUARD_COUNT];
  guards_of(profile, allowed);
  guards_of(base, base_allowed);
  fsm_write_difference(style, profile->name, allowed, base->name, base_allowed, out);
  return EXIT_HOLDS;
}

int command_fsm(int argc, char **argv) {
  char *format = NULL, *profile = NULL;
  gboolean all = FALSE, coverage = FALSE;
  CliStyleOptions style_options = {0};
  const GOptionEntry entries[] = {
      {"format", 'f', 0, G_OPTION_ARG_STRING, &format, "text (default), markdown or dot (Graphviz)", "NAME"},
      {"all", 0, 0, G_OPTION_ARG_NONE, &all,
       "In the graph, every change of state (resets, aborts, time-outs), not only RFC 9293's figure", NULL},
      {"profile", 0, 0, G_OPTION_ARG_STRING, &profile, "Only the rows in which this stack differs from rfc9293",
       "NAME"},
      {"coverage", 0, 0, G_OPTION_ARG_NONE, &coverage,
       "Run the scenarios given, and show before each row how often it decided something", NULL},
      {NULL, 0, 0, 0, NULL, NULL, NULL}};
  int status = EXIT_CANNOT;
  if (cli_parse(&argc, &argv, "[--coverage FILE|FOLDER...]",
                "Prints the state machine: the eleven states and every rule, with its section.",
                "Example: teardown fsm --format dot | dot -Tsvg -o fsm.svg", entries, NULL, &style_options)) {
    TextStyle style = cli_style(&style_options, stdout);
    GString *out = g_string_new(NULL);
    status = EXIT_HOLDS;
    if ((coverage || profile) && format && strcmp(format, "text") != 0)
      status = cli_complain("fsm", TRUE, "--coverage and --profile are text only");
    else if (coverage)
      status = write_coverage(argc, argv, &style, out);
    else if (profile)
      status = write_profile(profile, &style, out);
    else if (argc > 1)
      status = cli_complain("fsm", TRUE, "takes no operand, but got \"%s\"", argv[1]);
    else if (!format || strcmp(format, "text") == 0)
      fsm_write_text(&style, NULL, out);
    else if (strcmp(format, "markdown") == 0)
      fsm_write_markdown(out);
    else if (strcmp(format, "dot") == 0)
      fsm_write_dot(all, out);
    else
      status = cli_complain("fsm", TRUE, "--format: expected text, markdown or dot, not \"%s\"", format);
    fwrite(out->str, 1, out->len, stdout);
    g_string_free(out, TRUE);
    status = cli_flush(status);
  }
  g_free(format);
  g_free(profile);
  cli_style_options_clear(&style_options);
  return status;
}
