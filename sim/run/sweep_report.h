/* The numbers of a sweep as text, JSON and CSV, a cell at a time: what one cell says does not depend on the others, so
 * the texts of cells that different machines finished are put together as they are. Times are seconds with nine
 * decimals. docs/sweeps.md has the columns and members. */
#ifndef TEARDOWN_RUN_SWEEP_REPORT_H
#define TEARDOWN_RUN_SWEEP_REPORT_H

#include "run/sweep_plan.h"

/* Whole distributions are written in sweeps of at most so many cells, with at most about so many steps each. */
#define SWEEP_MOST_CDF_CELLS 1000
#define SWEEP_CDF_STEPS      100

/* What stands before the first cell. */
void sweep_report_head(const SweepPlan *plan, GString *json, GString *csv);

/* Appends one cell. `reason` is why it has as many runs as it has. Sorts the tally's samples. `base` is the scenario of
 * the cell, for the closed forms; NULL if it is drawn anew for each run. */
void sweep_report_cell(const SweepPlan *plan, uint64_t cell, SweepTally *tally, const char *reason,
                       const Scenario *base, GString *json, GString *csv);

#endif
