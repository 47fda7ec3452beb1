#include "output/picture/chart.h"

#include "output/picture/font_metrics.h"
#include "output/text/style.h"

#include <math.h>

#define TICK_SIZE  12.0
#define ABOUT_SIZE 13.0
#define TICKS_MOST 9
#define TICK_GAP   10.0
#define OVERHANG   32.0 /* of a tick's text beyond the axis */

double chart_at(const ChartAxis *axis, double value) {
  if (axis->logarithmic) {
    double at = log(MAX(value, axis->min) / axis->min) / log(axis->max / axis->min);
    return axis->low + (axis->high - axis->low) * at;
  }
  return axis->low + (axis->high - axis->low) * (value - axis->min) / (axis->max - axis->min);
}

/* A tick where its text has room after the last one's right end. */
static void time_tick(Drawing *drawing, const ChartAxis *x, double value, double top, double bottom, double *right) {
  char text[40];
  text_span((SimTime)llround(value), text, sizeof text);
  double at = chart_at(x, value), half = font_text_width(FONT_MONO, TICK_SIZE, text) / 2;
  if (at > x->high + 0.5 || at + half > x->high + OVERHANG || at - half < *right + TICK_GAP)
    return;
  *right = at + half;
  DrawingMark *rule = drawing_line(drawing, ROLE_AXIS, INK_FAINT, at, top, at, bottom);
  rule->width = 0.8;
  rule->dash = DASH_DOTTED;
  drawing_line(drawing, ROLE_TICK, INK_MUTED, at, bottom, at, bottom + 5)->width = 1;
  drawing_text(drawing, ROLE_TICK, INK_MUTED, at, bottom + 15, ALIGN_CENTRE, FONT_MONO, TICK_SIZE, text);
}

void chart_time_axis(Drawing *drawing, const ChartAxis *x, double top, double bottom, const char *about) {
  double right = -INFINITY;
  if (x->logarithmic) {
    for (double decade = pow(10, floor(log10(x->min) + 1e-9)); decade <= x->max; decade *= 10)
      if (decade >= x->min * 0.999)
        time_tick(drawing, x, decade, top, bottom, &right);
  } else {
    double step = page_step(x->max - x->min, TICKS_MOST);
    for (double value = ceil(x->min / step) * step; value <= x->max * (1 + 1e-12); value += step)
      time_tick(drawing, x, value, top, bottom, &right);
  }
  drawing_line(drawing, ROLE_AXIS, INK_MUTED, x->low, bottom, x->high, bottom)->width = 1.2;
  drawing_text(drawing, ROLE_AXIS, INK_MUTED, (x->low + x->high) / 2, bottom + 36, ALIGN_CENTRE, FONT_SANS, ABOUT_SIZE,
               about);
}

void chart_value_axis(Drawing *drawing, const ChartAxis *y, double left, double right, gboolean shares) {
  double step = shares ? 0.25 : MAX(1, page_step(y->max - y->min, 5));
  for (unsigned i = 0; y->min + i * step <= y->max * (1 + 1e-9); i++) {
    double value = y->min + i * step, at = chart_at(y, value);
    g_autofree char *text = shares ? g_strdup_printf("%.0f %%", value * 100) : g_strdup_printf("%.0f", value);
    DrawingMark *rule = drawing_line(drawing, ROLE_AXIS, INK_FAINT, left, at, right, at);
    rule->width = 0.8;
    rule->dash = DASH_DOTTED;
    drawing_text(drawing, ROLE_TICK, INK_MUTED, left - 10, at, ALIGN_RIGHT, FONT_MONO, TICK_SIZE, text);
  }
}
