#include "scenario/decimal.h"

/* Beyond this an exponent is as good as infinite. */
#define MOST_EXPONENT 100000
#define MOST_DECIMALS 19

gboolean decimal_parse(const char *text, gsize length, Decimal *ret_decimal) {
  Decimal d = {FALSE, 0, 0};
  gsize i = 0;
  gint zeros = 0; /* seen since the last other digit: they count only if one follows */
  gboolean after_point = FALSE;
  if (i < length && text[i] == '-') {
    d.negative = TRUE;
    i++;
  }
  for (; i < length && (text[i] == '.' || g_ascii_isdigit(text[i])); i++) {
    if (text[i] == '.') {
      after_point = TRUE;
      continue;
    }
    d.exponent -= after_point;
    zeros++;
    if (text[i] == '0')
      continue;
    for (; zeros; zeros--)
      if (!g_uint64_checked_mul(&d.digits, d.digits, 10))
        return FALSE;
    if (!g_uint64_checked_add(&d.digits, d.digits, (guint64)(text[i] - '0')))
      return FALSE;
  }
  d.exponent += zeros;
  if (i < length) { /* at the e */
    gboolean minus = text[++i] == '-';
    i += minus || text[i] == '+';
    gint exponent = 0;
    for (; i < length; i++)
      exponent = MIN(exponent * 10 + (text[i] - '0'), MOST_EXPONENT);
    d.exponent += minus ? -exponent : exponent;
  }
  if (!d.digits)
    d.exponent = 0;
  *ret_decimal = d;
  return TRUE;
}

gboolean decimal_to_uint(Decimal d, guint64 scale, guint64 *ret_value) {
  if (d.negative && d.digits)
    return FALSE;
  for (; d.exponent < 0; d.exponent++) {
    if (scale < 10)
      return FALSE;
    scale /= 10;
  }
  for (; d.exponent > 0; d.exponent--)
    if (!g_uint64_checked_mul(&d.digits, d.digits, 10))
      return FALSE;
  return g_uint64_checked_mul(ret_value, d.digits, scale);
}

gboolean decimal_to_fraction(Decimal d, gint shift, guint64 *ret_numerator, guint64 *ret_denominator) {
  d.exponent = d.digits ? d.exponent + shift : 0;
  if ((d.negative && d.digits) || d.exponent > 0)
    return FALSE;
  for (; d.exponent < -MOST_DECIMALS; d.exponent++) /* the last digits of a tiny number do not count */
    d.digits /= 10;
  guint64 denominator = 1;
  for (; d.exponent < 0; d.exponent++)
    denominator *= 10;
  if (d.digits > denominator)
    return FALSE;
  *ret_numerator = d.digits;
  *ret_denominator = denominator;
  return TRUE;
}
