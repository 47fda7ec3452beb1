/* The verbs of the command line: a file each, one const table in main.c.
 *
 * Exit status, everywhere: 0 it holds, 1 an expectation failed, 2 it could not run (bad options, bad input, I/O). */
#ifndef TEARDOWN_COMMAND_COMMAND_H
#define TEARDOWN_COMMAND_COMMAND_H

#define EXIT_HOLDS  0
#define EXIT_FAILED 1
#define EXIT_CANNOT 2

typedef struct Command {
  const char *name;
  const char *summary;               /* one line for `teardown --help` */
  int (*run)(int argc, char **argv); /* argv[0] is the verb; returns the exit status */
} Command;

int command_run(int argc, char **argv);
int command_try(int argc, char **argv);
int command_check(int argc, char **argv);
int command_convert(int argc, char **argv);
int command_validate(int argc, char **argv);
int command_fsm(int argc, char **argv);
int command_profiles(int argc, char **argv);
int command_packetdrill(int argc, char **argv);
int command_compare(int argc, char **argv);
int command_diff(int argc, char **argv);
int command_plot(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_scenarios(int argc, char **argv);
int command_sweep(int argc, char **argv);
int command_merge(int argc, char **argv);
int command_new(int argc, char **argv);
int command_lab(int argc, char **argv);
int command_bench(int argc, char **argv);

#endif
