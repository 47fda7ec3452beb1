/* What the pictures of a sweep share: the series' memory, the page, axes of any unit, looks of curves, the legend.
 * Private to picture/. */
#ifndef TEARDOWN_OUTPUT_PICTURE_SWEEP_LAYOUT_H
#define TEARDOWN_OUTPUT_PICTURE_SWEEP_LAYOUT_H

#include "output/picture/chart.h"
#include "output/picture/sweep_picture.h"

#define SWEEP_TICK_SIZE   12.0
#define SWEEP_ABOUT_SIZE  13.0
#define SWEEP_PANEL_SIZE  14.0
#define SWEEP_LEGEND_SIZE 13.0
#define SWEEP_AXIS_LEFT   76.0 /* for the numbers left of a panel */
#define SWEEP_AXIS_BELOW  52.0 /* for those below it, and its name */
#define SWEEP_PANEL_ABOVE 30.0 /* for its title */

/* Title and what it is about; returns the y below. */
double sweep_head(Drawing *drawing, const SeriesPicture *picture, double width);

/* Makes the range of `axis` one with round ends, for values of `unit` between `low` and `high`. From 0 if they are not
 * on a logarithmic scale, which is taken if it is asked for and `low` > 0. */
void sweep_axis_range(ChartAxis *axis, SeriesUnit unit, double low, double high, gboolean logarithmic);
/* Whether positive values spread so far that only a logarithmic axis shows them all. */
gboolean sweep_axis_is_wide(double low, double high);

/* The axis below an area, with rules up to `top`, and left of one, with rules as far as `right`. Labels are for
 * SERIES_WORD, of char *. */
void sweep_axis_below(Drawing *drawing, const ChartAxis *x, SeriesUnit unit, const GPtrArray *labels, double top,
                      double bottom, const char *name);
void sweep_axis_left(Drawing *drawing, const ChartAxis *y, SeriesUnit unit, double left, double right);

/* "12.5 %", "300 ms", "4": as exact as three digits are. To be freed. */
char *sweep_value_text(SeriesUnit unit, double value);

/* How the i-th curve looks. */
DrawingInk sweep_curve_ink(unsigned i);
DrawingDash sweep_curve_dash(unsigned i);
void sweep_curve_marker(Drawing *drawing, DrawingRole role, unsigned i, double x, double y);

/* Lines of a legend from (x, y) down; each returns the y of the next. */
double sweep_legend_curve(Drawing *drawing, double x, double y, double width, unsigned i, const char *label,
                          gboolean marker);
double sweep_legend_band(Drawing *drawing, double x, double y, double width, const char *confidence);
double sweep_legend_form(Drawing *drawing, double x, double y, double width);

/* The label of the i-th curve of any panel; NULL if there is none. Whether some point has such a bound, or form. */
const char *sweep_label(const SeriesPicture *picture, unsigned i);
gboolean sweep_has_bands(const SeriesPicture *picture);
gboolean sweep_has_forms(const SeriesPicture *picture);

#endif
