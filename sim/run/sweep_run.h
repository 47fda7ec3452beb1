/* Runs the cells of a sweep on threads. A task is a batch of replications of one cell; what a batch gives depends on
 * nothing but the cell and the numbers of its replications, and batches are added up in their order, so the results are
 * the same, to the byte, for any number of threads. */
#ifndef TEARDOWN_RUN_SWEEP_RUN_H
#define TEARDOWN_RUN_SWEEP_RUN_H

#include "run/sweep_plan.h"
#include "run/sweep_store.h"

typedef enum {
  SWEEP_NEXT_CELL, /* here is one */
  SWEEP_NEXT_WAIT, /* perhaps later */
  SWEEP_NEXT_OVER, /* there is no more */
} SweepNext;

/* Where cells to be done come from: a loop of our own, or other machines. */
typedef struct SweepSource SweepSource;
struct SweepSource {
  SweepNext (*next)(SweepSource *source, uint64_t *ret_cell);
  void (*turn)(SweepSource *source); /* called some hundred times a second; NULL: need not be */
};

/* Cells `first`, first + `step`, ..., without those that `done` (may be NULL) has. */
typedef struct SweepLoop {
  SweepSource source;
  uint64_t at, step, end;
  const SweepStore *done;
} SweepLoop;
void sweep_loop_init(SweepLoop *loop, uint64_t first, uint64_t step, uint64_t end, const SweepStore *done);

/* How far it is, for people. */
typedef struct SweepProgress {
  uint64_t cells, finished; /* cells that this call has to do, as far as is known, and has done */
  double share;             /* of the work, batches of unfinished cells too */
} SweepProgress;

typedef struct SweepRunOptions {
  unsigned threads;                                               /* at least 1 */
  uint64_t cells;                                                 /* for progress: how many there are to do */
  void (*progress)(gpointer data, const SweepProgress *progress); /* a few times a second; may be NULL */
  gpointer data;
} SweepRunOptions;

typedef enum {
  SWEEP_FINISHED,
  SWEEP_INTERRUPTED, /* by SIGINT or SIGTERM: unfinished cells are put as far as they are, marked as such */
  SWEEP_FAILED,      /* with `error` */
} SweepRunEnd;

/* What one run has freed the next one needs: given back to the system in between, it would have to be asked for, and
 * cleared, page by page, again and again. That costs more than the runs. For the whole process; sweep_run() does it. */
void sweep_keep_memory(void);

/* Takes cells until there are no more; puts each that is finished into `part`. Meanwhile the first SIGINT or SIGTERM
 * ends it in order, and the second in the usual way. */
SweepRunEnd sweep_run(const SweepPlan *plan, SweepSource *source, SweepPart *part, const SweepRunOptions *options,
                      GError **error);

#endif
