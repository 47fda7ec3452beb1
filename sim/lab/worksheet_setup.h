/* A scenario in words, for the student who is to predict what it does: hosts and their parameters, links, connections,
 * what applications do; and what the network does to segments. Names and texts are untrusted; not yet clean. */
#ifndef TEARDOWN_LAB_WORKSHEET_SETUP_H
#define TEARDOWN_LAB_WORKSHEET_SETUP_H

#include "scenario/scenario.h"
#include "trace/trace.h"

#include <glib.h>

/* Of char *, a line each; owned by the caller. A stack with a bug is called "a stack under test". `trace` is the run's,
 * for how links are described. */
GPtrArray *worksheet_setup(const Scenario *scenario, const Trace *trace);
/* The faults, and what happens to hosts; empty if there are none. */
GPtrArray *worksheet_faults(const Scenario *scenario);

#endif
