/* Values of a sweep's parameters: quantities with a unit, ranges of them, and draws. Private to the sweep. */
#ifndef TEARDOWN_RUN_SWEEP_VALUES_H
#define TEARDOWN_RUN_SWEEP_VALUES_H

#include "engine/rng.h"
#include "run/sweep_plan.h"

SweepValue *sweep_value_new(const char *json, const char *label);
void sweep_value_free(gpointer value);

/* Reads "10ms", "2.5%" (texts) or 7 (`is_text` FALSE). FALSE if it is none of these or needs more than nine decimals.
 */
gboolean sweep_quantity_parse(const char *text, gboolean is_text, SweepQuantity *ret_quantity);
SweepValue *sweep_quantity_value(SweepQuantity quantity);

/* The value number `i` of `steps` > 1 from `from` to `to`, both ends included. */
SweepQuantity sweep_linear(SweepQuantity from, SweepQuantity to, unsigned i, unsigned steps);
/* The same in equal ratios, from > 0, rounded to six significant digits between the ends. */
SweepQuantity sweep_logarithmic(SweepQuantity from, SweepQuantity to, unsigned i, unsigned steps);
/* To the nearest whole number. */
SweepQuantity sweep_whole(SweepQuantity quantity);

/* A draw of a parameter that is drawn. To be freed. */
SweepValue *sweep_draw(const SweepParameter *parameter, Rng *rng);

#endif
