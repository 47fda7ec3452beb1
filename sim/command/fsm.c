/* teardown fsm: the table of transitions for people. */
#include "command/cli.h"
#include "command/command.h"
#include "output/text/fsm_doc.h"

#include <string.h>

int command_fsm(int argc, char **argv) {
  char *format = NULL;
  gboolean all = FALSE;
  CliStyleOptions style_options = {0};
  const GOptionEntry entries[] = {
      {"format", 'f', 0, G_OPTION_ARG_STRING, &format, "text (default), markdown or dot (Graphviz)", "NAME"},
      {"all", 0, 0, G_OPTION_ARG_NONE, &all,
       "In the graph, every change of state (resets, aborts, time-outs), not only RFC 9293's figure", NULL},
      {NULL, 0, 0, 0, NULL, NULL, NULL}};
  int status = EXIT_CANNOT;
  if (cli_parse(&argc, &argv, NULL, "Prints the state machine: the eleven states and every rule, with its section.",
                "Example: teardown fsm --format dot | dot -Tsvg -o fsm.svg", entries, NULL, &style_options)) {
    TextStyle style = cli_style(&style_options, stdout);
    GString *out = g_string_new(NULL);
    status = EXIT_HOLDS;
    if (argc > 1)
      status = cli_complain("fsm", TRUE, "takes no operand, but got \"%s\"", argv[1]);
    else if (!format || strcmp(format, "text") == 0)
      fsm_write_text(&style, out);
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
  cli_style_options_clear(&style_options);
  return status;
}
