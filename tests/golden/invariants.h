/* The invariants of sim/check/invariants.h as one text, for tests that run many scenarios. */
#ifndef TEARDOWN_TESTS_GOLDEN_INVARIANTS_H
#define TEARDOWN_TESTS_GOLDEN_INVARIANTS_H

#include "trace/trace.h"

/* What is broken in `trace`, a line each; empty when nothing is. To be freed. */
char *invariants_broken(const Trace *trace);

#endif
