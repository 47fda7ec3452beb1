/* teardown validate: is this a scenario? Without running it. */
#include "command/cli.h"
#include "command/command.h"
#include "scenario/schema_text.h"

int command_validate(int argc, char **argv) {
  gboolean schema = FALSE, quiet = FALSE;
  const GOptionEntry entries[] = {
      {"schema", 0, 0, G_OPTION_ARG_NONE, &schema, "Print the JSON schema of scenarios, for editors", NULL},
      {"quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet, "Say nothing about files that are right", NULL},
      {NULL, 0, 0, 0, NULL, NULL, NULL}};
  if (!cli_parse(&argc, &argv, "FILE...", "Checks scenario files without running them: every complaint at once.",
                 "Exit status: 0 all are scenarios, 2 one is not.\n\n"
                 "Example: teardown validate my-lab.json",
                 entries, NULL, NULL))
    return EXIT_CANNOT;
  if (schema) {
    for (unsigned i = 0; SCENARIO_SCHEMA_TEXT[i]; i++)
      fputs(SCENARIO_SCHEMA_TEXT[i], stdout);
    return cli_flush(EXIT_HOLDS);
  }
  if (argc < 2)
    return cli_complain("validate", TRUE, "which file? Give one or more scenarios, or --schema");
  int status = EXIT_HOLDS;
  for (int i = 1; i < argc; i++) {
    g_autoptr(Scenario) scenario = cli_load(argv[i], NULL);
    if (!scenario)
      status = EXIT_CANNOT;
    else if (!quiet) {
      g_autofree char *name = cli_clean(argv[i]);
      printf("%s: a scenario\n", name);
    }
  }
  return cli_flush(status);
}
