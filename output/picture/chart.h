/* A plot with two axes, for curves: where a value stands, round ticks, a legend. Private to picture/. */
#ifndef TEARDOWN_OUTPUT_PICTURE_CHART_H
#define TEARDOWN_OUTPUT_PICTURE_CHART_H

#include "output/picture/page.h"

/* Times run to the right, in nanoseconds; on a logarithmic axis from min > 0. */
typedef struct ChartAxis {
  double min, max;  /* values */
  double low, high; /* pixels: of min, of max */
  gboolean logarithmic;
} ChartAxis;

double chart_at(const ChartAxis *axis, double value);

/* Draws the axis of times below the area, with rules up to `top`, and what it is about. */
void chart_time_axis(Drawing *drawing, const ChartAxis *x, double top, double bottom, const char *about);
/* Draws the axis of counts (whole numbers; or shares from 0 to 1, as percentages) left of the area. */
void chart_value_axis(Drawing *drawing, const ChartAxis *y, double left, double right, gboolean shares);

#endif
