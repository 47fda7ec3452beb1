#include "run/sweep_values.h"

#include <math.h>
#include <string.h>

#include "scenario/decimal.h"

#define BILLION INT64_C(1000000000)

SweepValue *sweep_value_new(const char *json, const char *label) {
  SweepValue *value = g_new(SweepValue, 1);
  *value = (SweepValue){g_strdup(json), g_strdup(label)};
  return value;
}

void sweep_value_free(gpointer data) {
  SweepValue *value = data;
  g_free(value->json);
  g_free(value->label);
  g_free(value);
}

gboolean sweep_quantity_parse(const char *text, gboolean is_text, SweepQuantity *ret_quantity) {
  size_t length = strlen(text);
  SimTime time;
  SweepUnit unit = SWEEP_NUMBER;
  if (is_text && simtime_parse(text, &time, NULL)) {
    *ret_quantity = (SweepQuantity){SWEEP_TIME, time};
    return TRUE;
  }
  if (is_text) {
    size_t digits = strspn(text, "0123456789"), point = text[digits] == '.';
    size_t decimals = point ? strspn(text + digits + 1, "0123456789") : 0;
    length = digits + point + decimals;
    if (!digits || (point && !decimals) || strcmp(text + length, "%") != 0)
      return FALSE;
    unit = SWEEP_PERCENT;
  }
  Decimal decimal;
  guint64 billionths;
  if (!decimal_parse(text, length, &decimal) || !decimal_to_uint(decimal, (guint64)BILLION, &billionths) ||
      billionths > INT64_MAX / 4)
    return FALSE;
  *ret_quantity = (SweepQuantity){unit, (int64_t)billionths};
  return TRUE;
}

SweepValue *sweep_quantity_value(SweepQuantity quantity) {
  char text[64];
  switch (quantity.unit) {
  case SWEEP_TIME:
    simtime_print(quantity.billionths, text, sizeof text);
    break;
  case SWEEP_NUMBER:
  case SWEEP_PERCENT: {
    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT ".%09" G_GINT64_FORMAT, quantity.billionths / BILLION,
               quantity.billionths % BILLION);
    size_t length = strlen(text);
    while (text[length - 1] == '0')
      length--;
    length -= text[length - 1] == '.';
    text[length] = 0;
    if (quantity.unit == SWEEP_NUMBER)
      return sweep_value_new(text, text);
    strcat(text, "%");
    break;
  }
  }
  g_autofree char *json = g_strdup_printf("\"%s\"", text);
  return sweep_value_new(json, text);
}

SweepQuantity sweep_linear(SweepQuantity from, SweepQuantity to, unsigned i, unsigned steps) {
  /* In two parts, so that nothing overflows: i * span / n = i * (span / n) + i * (span % n) / n. */
  gboolean down = to.billionths < from.billionths;
  uint64_t span = (uint64_t)(down ? from.billionths - to.billionths : to.billionths - from.billionths), n = steps - 1;
  uint64_t way = i * (span / n) + (i * (span % n) + n / 2) / n;
  from.billionths += down ? -(int64_t)way : (int64_t)way;
  return from;
}

SweepQuantity sweep_logarithmic(SweepQuantity from, SweepQuantity to, unsigned i, unsigned steps) {
  if (i == 0 || i == steps - 1)
    return i == 0 ? from : to;
  double low = (double)from.billionths, high = (double)to.billionths;
  double value = low * pow(high / low, (double)i / (double)(steps - 1));
  double unit = 1;
  while (value / unit >= 1e6)
    unit *= 10;
  from.billionths = (int64_t)(floor(value / unit + 0.5) * unit);
  return from;
}

SweepQuantity sweep_whole(SweepQuantity quantity) {
  quantity.billionths = (quantity.billionths + BILLION / 2) / BILLION * BILLION;
  return quantity;
}

SweepValue *sweep_draw(const SweepParameter *parameter, Rng *rng) {
  SweepQuantity drawn = parameter->from;
  uint64_t grain = parameter->whole ? (uint64_t)BILLION : 1;
  switch (parameter->kind) {
  case SWEEP_LIST:
    g_assert_not_reached();
  case SWEEP_CHOICE: {
    const SweepValue *value = g_ptr_array_index(parameter->values, rng_below(rng, parameter->values->len));
    return sweep_value_new(value->json, value->label);
  }
  case SWEEP_UNIFORM: /* both ends can be drawn */
    drawn.billionths +=
        (int64_t)(rng_below(rng, (uint64_t)(parameter->to.billionths - drawn.billionths) / grain + 1) * grain);
    break;
  case SWEEP_EXPONENTIAL:
    drawn.billionths = (int64_t)MIN(rng_exponential(rng, (uint64_t)drawn.billionths), (uint64_t)INT64_MAX / 4);
    break;
  }
  return sweep_quantity_value(parameter->whole ? sweep_whole(drawn) : drawn);
}
