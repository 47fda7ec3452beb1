/* One scenario run in several ways (under several stacks, or with one segment lost each time), as a table of what came
 * of it. */
#ifndef TEARDOWN_OUTPUT_TEXT_COMPARE_H
#define TEARDOWN_OUTPUT_TEXT_COMPARE_H

#include "output/text/compare_outcome.h"
#include "output/text/style.h"

typedef enum { COMPARE_TEXT, COMPARE_MARKDOWN, COMPARE_JSON } CompareForm;

/* One way to run it. */
typedef struct CompareRun {
  char *label;         /* the profile's name, or the segment that was lost */
  char *from;          /* who sent that segment; NULL for a profile */
  SimTime at;          /* when that segment left; SIM_NEVER for a profile */
  char *problem;       /* why there is no outcome, or NULL */
  RunOutcome *outcome; /* NULL if there is a problem */
} CompareRun;

/* Takes `outcome` and `problem`; copies `label` and `from`. */
CompareRun *compare_run_new(const char *label, const char *from, SimTime at, RunOutcome *outcome, char *problem);
void compare_run_free(CompareRun *run);

/* What several stacks made of it; `runs` of CompareRun. Runs with the same outcome share their rows. */
void compare_write_profiles(const GPtrArray *runs, CompareForm form, const TextStyle *style, GString *out);

/* What each loss did to `base`: how much later each end came to its end, what was sent again, and how it ended. The
 * worst is marked: a close that went wrong, else the one that took longest. */
void compare_write_losses(const CompareRun *base, const GPtrArray *runs, CompareForm form, const TextStyle *style,
                          GString *out);

#endif
