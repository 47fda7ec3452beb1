/* The invariants of TCP's end (docs/invariants.md), judged from the trace alone: a separate account of what each end
 * may know is kept from the segments and calls of the trace, and what the trace claims is held against it. Nothing here
 * asks the engine or its table of transitions; the legal transitions are typed by hand.
 *
 * Time is O(n log n) in the number of records. Nothing here fails; a trace that contradicts itself breaks something.
 * The same trace gives the same words. */
#ifndef TEARDOWN_CHECK_INVARIANTS_H
#define TEARDOWN_CHECK_INVARIANTS_H

#include "trace/trace.h"

#include <glib.h>

#define CHECK_INVARIANT_COUNT 27

typedef enum { CHECK_HOLDS, CHECK_BROKEN, CHECK_NOT_APPLICABLE } CheckVerdict;

typedef struct CheckInvariant {
  const char *id;   /* "I14" */
  const char *name; /* one line */
  CheckVerdict verdict;
  char
      *detail; /* BROKEN: what happened the first time. NOT_APPLICABLE: why the precondition does not hold. Else NULL */
  SimTime at;  /* BROKEN: when, where; else 0 and NULL */
  const char *host; /* borrowed from the trace; NULL: no host in particular */
  const char *conn;
  size_t record; /* BROKEN: index of the record at which it showed */
} CheckInvariant;

/* All of them, I1 first, of CheckInvariant; the caller owns the array and all in it. */
GPtrArray *check_invariants(const Trace *trace);

/* How many of them are broken. */
guint check_invariants_broken(const GPtrArray *invariants);

/* The same as results of a report (CheckResult of check/expect.h): those that do not apply are left out. */
GPtrArray *check_invariants_results(const GPtrArray *invariants);

#endif
