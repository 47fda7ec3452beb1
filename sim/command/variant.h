/* A scenario with other faults than its file says, changed in memory: for diff and compare. */
#ifndef TEARDOWN_COMMAND_VARIANT_H
#define TEARDOWN_COMMAND_VARIANT_H

#include "scenario/scenario.h"

/* The fault at this index does nothing any more. It stays in the list, so that the others keep their numbers. */
void variant_leave_out(Scenario *scenario, guint index);

/* Adds a fault that drops the `nth` transmission of a connection from a host, whatever else the faults do to it. The
 * faults of the file are numbered one higher after this; variant_undrop() takes it away again. */
void variant_drop(Scenario *scenario, uint32_t conn, uint32_t from, uint64_t nth);
void variant_undrop(Scenario *scenario);

/* "HOST:FLAGS[:NTH]", as `teardown try --drop` takes it, NTH also as "2.." or "2..4": adds such a fault behind the
 * others. FALSE with `ret_error` (to be freed) if it is none. */
gboolean variant_drop_text(Scenario *scenario, const char *text, char **ret_error);

#endif
