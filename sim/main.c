/* teardown: dispatches to its verbs, nothing else. */
#include "config.h"

#include "command/cli.h"
#include "command/command.h"
#include "trace/nearest.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static const Command COMMANDS[] = {
    {"run", "simulate scenarios; ladder and timeline on the terminal", command_run},
    {"try", "the same without a file: two hosts, a link, what is lost", command_try},
    {"convert", "a run as JSONL, CSV, pcapng, Mermaid, PlantUML, mscgen", command_convert},
    {"plot", "a run as a picture: SVG, PNG, PDF, or the gnuplot script", command_plot},
    {"check", "run scenarios and judge what they expect of themselves", command_check},
    {"validate", "is this file a scenario? every complaint at once", command_validate},
    {"fsm", "the table of transitions, as text, Markdown or a graph", command_fsm},
    {"packetdrill", "play packetdrill scripts against a simulated host", command_packetdrill},
    {"profiles", "the stacks, their parameters and sources; where two differ", command_profiles},
    {"compare", "a scenario under every stack, or with each segment lost", command_compare},
    {"diff", "two runs: where they part, and what that changed", command_diff},
    {"explain", "why each step of a run, with the sections of the RFCs", command_explain},
    {"scenarios", "the scenarios that come with it, found by words", command_scenarios},
    {"sweep", "run a scenario many times, its parameters varied: shares, quantiles", command_sweep},
    {"merge", "put the shards of a sweep together", command_merge},
    {"new", "start a scenario of your own, with comments", command_new},
    {"lab", "exercises: worksheets in variants, computed keys, grades", command_lab},
    {"bench", "measure the simulator on this machine", command_bench},
};
#define COMMAND_COUNT (sizeof COMMANDS / sizeof COMMANDS[0])

static void print_help(FILE *file) {
  fputs("Usage: teardown VERB [OPTION...] FILE...\n\n"
        "Simulates how TCP connections end: both endpoints' state machines, in virtual time.\n\n",
        file);
  for (unsigned i = 0; i < COMMAND_COUNT; i++)
    fprintf(file, "  %-12s %s\n", COMMANDS[i].name, COMMANDS[i].summary);
  fputs("\nteardown VERB --help says more. Exit status: 0 it holds, 1 an expectation failed, 2 it could not run.\n"
        "Start with: teardown run scenarios/normal/four-segments.json\n",
        file);
}

static int print_version(void) {
  printf("teardown %s\n", PACKAGE_VERSION);
  if (*GNUPLOT_PATH)
    printf("pictures by gnuplot %s (%s)\n", GNUPLOT_VERSION, GNUPLOT_PATH);
  else
    puts("no gnuplot was found when this was built: no pictures");
#ifdef HAVE_MPI
  puts("sweeps by MPI");
#endif
  return EXIT_HOLDS;
}

static int unknown_verb(const char *word) {
  Nearest nearest = {.wanted = word};
  for (unsigned i = 0; i < COMMAND_COUNT; i++)
    nearest_offer(&nearest, COMMANDS[i].name);
  g_autofree char *clean = cli_clean(word);
  fprintf(stderr, "teardown: no verb \"%s\"", clean);
  if (nearest.word)
    fprintf(stderr, "; did you mean \"%s\"?", nearest.word);
  fputs("\nTry: teardown --help\n", stderr);
  return EXIT_CANNOT;
}

int main(int argc, char **argv) {
  setlocale(LC_CTYPE, ""); /* the terminal's characters; numbers stay as they are everywhere */
  if (argc < 2) {
    print_help(stderr);
    return EXIT_CANNOT;
  }
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
    print_help(stdout);
    return EXIT_HOLDS;
  }
  if (strcmp(argv[1], "--version") == 0)
    return print_version();
  for (unsigned i = 0; i < COMMAND_COUNT; i++)
    if (strcmp(argv[1], COMMANDS[i].name) == 0)
      return COMMANDS[i].run(argc - 1, argv + 1);
  return unknown_verb(argv[1]);
}
