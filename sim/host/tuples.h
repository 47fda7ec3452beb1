/* A host's connection ends by (local port, remote port, peer): open addressing, no allocation once it has grown. */
#ifndef TEARDOWN_HOST_TUPLES_H
#define TEARDOWN_HOST_TUPLES_H

#include <glib.h>
#include <stdint.h>

typedef struct Tuple {
  uint16_t lport, rport, peer;
} Tuple;

typedef struct TupleSlot {
  Tuple tuple;
  uint32_t value; /* 0: free */
} TupleSlot;

typedef struct Tuples {
  TupleSlot *slots;
  uint32_t size, count; /* size is a power of two */
} Tuples;

void tuples_clear(Tuples *tuples);
/* The value of a tuple, 0 if it has none. */
uint32_t tuples_find(const Tuples *tuples, Tuple tuple);
void tuples_prefetch(const Tuples *tuples, Tuple tuple);
/* `value` must not be 0, the tuple must have none yet (both asserted). */
void tuples_add(Tuples *tuples, Tuple tuple, uint32_t value);
/* The tuple must have a value (asserted). */
void tuples_remove(Tuples *tuples, Tuple tuple);
/* Uses the values as counts: adds `change`; a tuple without a value counts 0. The count must not get negative
 * (asserted). */
void tuples_count(Tuples *tuples, Tuple tuple, int change);

#endif
