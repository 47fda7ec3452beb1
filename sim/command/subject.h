/* What a verb that shows a run is given: a scenario, which is run, or the stored trace of a run that is over. Which of
 * the two a file is, its content says: a trace begins with a line that is one object with a `kind`. */
#ifndef TEARDOWN_COMMAND_SUBJECT_H
#define TEARDOWN_COMMAND_SUBJECT_H

#include "command/cli.h"
#include "trace/trace.h"

typedef struct Subject {
  Trace *trace;
  Scenario *scenario; /* NULL for a stored trace */
  char *name;         /* the scenario's, or the file's: for messages and headings; not clean */
} Subject;

/* Loads `operand` (a file, the name of a shipped scenario, or "-" for standard input) and runs it if it is a scenario,
 * as `run` says (may be NULL). NULL after a complaint on stderr: exit with EXIT_CANNOT. Options that would change a run
 * are refused for a trace, and so is a scenario that spends its budget: half a run is not what was asked for. Owned by
 * the caller. */
Subject *subject_load(const char *verb, const char *operand, const CliRunOptions *run);
/* The same for a reader of few kinds of records (1 << kind of each; 0: all): the others of a run are not kept. */
Subject *subject_load_part(const char *verb, const char *operand, const CliRunOptions *run, unsigned kinds);
void subject_free(Subject *subject);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Subject, subject_free)

#endif
