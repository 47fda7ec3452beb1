/* Runs one scenario: builds hosts, links, connections and applications, lets virtual time pass, and writes what
 * happened to a sink. The same scenario, seed and run give the same records, always. */
#ifndef TEARDOWN_RUN_RUN_H
#define TEARDOWN_RUN_RUN_H

#include "engine/sim.h"
#include "scenario/scenario.h"
#include "trace/trace_writer.h"

typedef struct RunOptions {
  uint64_t run;         /* number of the replication: other random numbers, same scenario */
  gboolean tie_shuffle; /* ties of equal instant and phase in an order drawn from the seed */
  gboolean keep_ends;   /* ends in TIME-WAIT stay TCBs: the same run, with more memory; for tests */
} RunOptions;

typedef enum {
  RUN_IDLE,     /* nothing is left that could happen */
  RUN_RENEWING, /* only timers that renew themselves for ever */
  RUN_DURATION, /* the scenario's duration is over */
  RUN_EVENTS,   /* the budget of events is spent */
  RUN_SEGMENTS, /* the budget of segments is spent */
} RunEnd;

/* The first line of the trace. Owned by the caller. */
TraceHeader *run_header(const Scenario *scenario, const RunOptions *options);

/* Runs, writing to `sink` (borrowed; NULL: nobody listens) names of `names`. `row_hits` (may be NULL) has one count a
 * row of the table, to which this run's are added. */
RunEnd run_scenario(const Scenario *scenario, const RunOptions *options, TraceSink *sink, Names *names,
                    uint64_t *row_hits);

/* The same into memory. `ret_end` may be NULL. Owned by the caller. */
Trace *run_to_trace(const Scenario *scenario, const RunOptions *options, RunEnd *ret_end);

/* NULL for the ends that are no failure; else a message that says which budget is spent and how to raise it. */
const char *run_end_problem(RunEnd end);

#endif
