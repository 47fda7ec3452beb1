/* A run and its verdict: what `run`, `try` and `check` do with one scenario. */
#ifndef TEARDOWN_COMMAND_JUDGE_H
#define TEARDOWN_COMMAND_JUDGE_H

#include "check/report.h"
#include "run/run.h"

/* Runs into memory and judges the expectations; `ret_trace` (may be NULL) is the caller's. */
CheckFile *judge_scenario(const Scenario *scenario, const RunOptions *options, Trace **ret_trace);

/* A scenario that could not be loaded: its complaints. Takes the errors. */
CheckFile *judge_unloadable(const char *path, GPtrArray *errors);

#endif
