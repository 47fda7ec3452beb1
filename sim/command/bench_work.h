/* What `teardown bench` measures: each work is done once by a call, and says what it cost. */
#ifndef TEARDOWN_COMMAND_BENCH_WORK_H
#define TEARDOWN_COMMAND_BENCH_WORK_H

#include <glib.h>
#include <stdint.h>

typedef struct BenchWork {
  const char *name;
  const char *unit;                                /* of what a result is: "ns/hold", "us/connection" */
  double scale;                                    /* nanoseconds in that unit */
  gboolean has_memory;                             /* the peak of memory for each piece of work means something */
  double (*run)(uint64_t amount, uint64_t *ret_n); /* nanoseconds of CPU time, and for how many pieces */
  uint64_t amount;                                 /* how much to do */
  gboolean is_large;                               /* takes seconds, or gigabytes: done if that is asked for */
} BenchWork;

/* All of them, in the order in which they are shown. */
const BenchWork *bench_works(unsigned *ret_count);

#endif
