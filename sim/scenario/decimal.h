/* Decimal numbers as they are written, exactly: no double takes part. */
#ifndef TEARDOWN_SCENARIO_DECIMAL_H
#define TEARDOWN_SCENARIO_DECIMAL_H

#include <glib.h>

/* `digits` x 10^`exponent`; `digits` does not end in 0, and zero has exponent 0. */
typedef struct Decimal {
  gboolean negative;
  guint64 digits;
  gint exponent;
} Decimal;

/* Reads the `length` octets of a number as JSON writes it (the caller has checked that it is one; zeros in front do no
 * harm). FALSE if it has more significant digits than 64 bits hold. */
gboolean decimal_parse(const char *text, gsize length, Decimal *ret_decimal);

/* The value times `scale`, a power of ten. FALSE if that is negative, not whole, or beyond 2^64 - 1. */
gboolean decimal_to_uint(Decimal decimal, guint64 scale, guint64 *ret_value);

/* The value times 10^`shift` as a fraction: both outputs fit 64 bits. FALSE if it is not in [0, 1]. */
gboolean decimal_to_fraction(Decimal decimal, gint shift, guint64 *ret_numerator, guint64 *ret_denominator);

#endif
