/* Judges what a scenario expects of its trace, from the trace alone. What each kind means:
 *
 *   path    the whole path of one end, exact, from the state it starts in to the last; states left at the instant they
 *           were entered do not count
 *   state   the state of one end after all events of an instant; SIM_NEVER: at some time. Where the run was cut off
 *           before that instant (duration, budget) nobody knows, and the claim fails
 *   count   how many transmissions match (`sent` and `injected`; a copy made by the network is not a transmission; one
 *           is lost when it has a `dropped` record)
 *   order   a transmission for each pattern, each after the one before it; others may come between
 *   port    reserved over exactly [from, until): from a `reserved` record to the `released` that follows; another
 *           `reserved` between them (2MSL restarts, a second connection) prolongs it. `until` SIM_NEVER: still reserved
 *           when the trace ends
 *   call    an application's call, or what it was told, with that result, at that instant (SIM_NEVER: whenever)
 *   octets  how many octets the applications concerned have read in all
 *   end     why the run ended
 *
 * `never` turns a claim round: never in that state (nor passing through it), no such transmission, no reservation of
 * that port at any time, no such call; for the other kinds, not so.
 *
 * Members that are NULL match everything, but a path, a state and a port need a host, and path and state a connection
 * where the host has several. A host or connection that the trace does not know fails the claim, also with `never`: it
 * is a misspelling. */
#ifndef TEARDOWN_CHECK_EXPECT_H
#define TEARDOWN_CHECK_EXPECT_H

#include "trace/expectation.h"
#include "trace/trace.h"

#include <glib.h>

typedef struct CheckResult {
  gboolean ok;
  char *text;   /* what was expected, as the Expectation says it */
  char *detail; /* NULL when ok, else what happened instead; may have several lines */
  int line;     /* of the expectation in its scenario; 0: unknown */
} CheckResult;

/* One result for each of `expectations` (of Expectation), in their order; the caller owns the array and all in it.
 * Never fails: what cannot be judged is a result that is not ok. The same trace gives the same words. */
GPtrArray *check_expectations(const Trace *trace, GPtrArray *expectations);

void check_result_free(CheckResult *result);

#endif
