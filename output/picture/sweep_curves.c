#include "output/picture/font_metrics.h"
#include "output/picture/sweep_layout.h"

#include <math.h>

/* Estimates over one parameter: a curve each, with the band of its intervals, and what arithmetic says dotted above. */

#define PAGE_WIDTH   1020.0
#define LEGEND_WIDTH 210.0
#define LEGEND_GAP   24.0
#define COLUMN_GAP   28.0
#define PANEL_WIDE   290.0
#define PANEL_NARROW 230.0
#define MARKERS_MOST 30
#define WORDS_NARROW 4 /* so many words stand side by side below a narrow panel */

typedef struct Curves {
  const SeriesPicture *picture;
  Drawing *drawing;
  ChartAxis x, y; /* of the panel that is drawn */
} Curves;

/* --- one panel ---------------------------------------------------------------------------------------------------- */

static const SeriesPoint *point_of(const SeriesCurve *curve, guint i) {
  return &g_array_index(curve->points, SeriesPoint, i);
}

static void take(double value, double *low, double *high, double *positive) {
  if (isnan(value))
    return;
  *low = fmin(*low, value);
  *high = fmax(*high, value);
  if (value > 0)
    *positive = fmin(*positive, value);
}

/* The axis holds estimates, forms, and the intervals, as far as those do not press all else flat. */
static void scale_values(Curves *curves, const SeriesPanel *panel) {
  double low = INFINITY, high = -INFINITY, positive = INFINITY, highest = -INFINITY, ignored = 0;
  for (guint c = 0; c < panel->curves->len; c++) {
    const SeriesCurve *curve = panel->curves->pdata[c];
    for (guint i = 0; i < curve->points->len; i++) {
      const SeriesPoint *point = point_of(curve, i);
      take(point->y, &low, &high, &positive);
      take(point->expected, &low, &high, &positive);
      take(point->high, &ignored, &highest, &ignored);
    }
  }
  high = fmax(high, fmin(highest, fmax(high * 1.5, panel->unit == SERIES_SHARE ? 0.01 : 0)));
  if (panel->unit == SERIES_SHARE)
    high = fmin(high, 1);
  gboolean wide = panel->unit != SERIES_SHARE && low > 0 && sweep_axis_is_wide(positive, high);
  sweep_axis_range(&curves->y, panel->unit, wide ? positive : 0, isfinite(high) ? high : 0, wide);
}

static double value_at(const Curves *curves, double value) {
  return chart_at(&curves->y, CLAMP(value, curves->y.min, curves->y.max));
}

/* Adds corners of the band above, from left to right, and below, back again; a bound that is not known lies at the end
 * of the axis. A run of points ends where there is no estimate. The rims are drawn apart, over all areas: bands
 * overlap. */
static void draw_band(const Curves *curves, const SeriesCurve *curve, unsigned index, gboolean rim) {
  g_autoptr(GArray) corners = g_array_new(FALSE, FALSE, sizeof(DrawingPoint));
  for (guint begin = 0, end; begin < curve->points->len; begin = end + 1) {
    g_array_set_size(corners, 0);
    for (end = begin; end < curve->points->len && !isnan(point_of(curve, end)->y); end++) {
      const SeriesPoint *point = point_of(curve, end);
      DrawingPoint corner = {chart_at(&curves->x, point->x),
                             value_at(curves, isnan(point->high) ? curves->y.max : point->high)};
      g_array_append_val(corners, corner);
    }
    for (guint i = end; i-- > begin;) {
      const SeriesPoint *point = point_of(curve, i);
      DrawingPoint corner = {chart_at(&curves->x, point->x),
                             value_at(curves, isnan(point->low) ? curves->y.min : point->low)};
      g_array_append_val(corners, corner);
    }
    const DrawingPoint *points = (const DrawingPoint *)(const void *)corners->data;
    if (end - begin < 2)
      continue;
    if (rim)
      drawing_path(curves->drawing, ROLE_CURVE, sweep_curve_ink(index), points, corners->len)->width = 0.5;
    else
      drawing_polygon(curves->drawing, ROLE_CURVE, sweep_curve_ink(index), points, corners->len)->fill = FILL_LIGHT;
  }
}

/* An interval as a line with ends: where neighbours are not joined. */
static void draw_whiskers(const Curves *curves, const SeriesCurve *curve, unsigned index, double aside) {
  for (guint i = 0; i < curve->points->len; i++) {
    const SeriesPoint *point = point_of(curve, i);
    if (isnan(point->y) || isnan(point->low) || isnan(point->high))
      continue;
    double x = chart_at(&curves->x, point->x) + aside, low = value_at(curves, point->low),
           high = value_at(curves, point->high);
    drawing_line(curves->drawing, ROLE_CURVE, sweep_curve_ink(index), x, low, x, high)->width = 1.6;
    drawing_line(curves->drawing, ROLE_CURVE, sweep_curve_ink(index), x - 4, low, x + 4, low)->width = 1.6;
    drawing_line(curves->drawing, ROLE_CURVE, sweep_curve_ink(index), x - 4, high, x + 4, high)->width = 1.6;
  }
}

static void draw_path(const Curves *curves, GArray *path, DrawingInk ink, double width, DrawingDash dash) {
  if (path->len > 1) {
    DrawingMark *mark =
        drawing_path(curves->drawing, ROLE_CURVE, ink, (const DrawingPoint *)(const void *)path->data, path->len);
    mark->width = width;
    mark->dash = dash;
  }
  g_array_set_size(path, 0);
}

static void draw_line(const Curves *curves, const SeriesCurve *curve, unsigned index, gboolean form) {
  g_autoptr(GArray) path = g_array_new(FALSE, FALSE, sizeof(DrawingPoint));
  DrawingInk ink = form ? INK_TEXT : sweep_curve_ink(index);
  DrawingDash dash = form ? DASH_DOTTED : sweep_curve_dash(index);
  double width = form ? 1.4 : 2.2;
  for (guint i = 0; i < curve->points->len; i++) {
    double value = form ? point_of(curve, i)->expected : point_of(curve, i)->y;
    if (isnan(value)) {
      draw_path(curves, path, ink, width, dash);
      continue;
    }
    DrawingPoint at = {chart_at(&curves->x, point_of(curve, i)->x), value_at(curves, value)};
    g_array_append_val(path, at);
  }
  draw_path(curves, path, ink, width, dash);
}

static void draw_markers(const Curves *curves, const SeriesCurve *curve, unsigned index, double aside) {
  for (guint i = 0; i < curve->points->len && curve->points->len <= MARKERS_MOST; i++)
    if (!isnan(point_of(curve, i)->y))
      sweep_curve_marker(curves->drawing, ROLE_CURVE, index, chart_at(&curves->x, point_of(curve, i)->x) + aside,
                         value_at(curves, point_of(curve, i)->y));
}

static void draw_forms_as_dashes(const Curves *curves, const SeriesCurve *curve, double aside) {
  for (guint i = 0; i < curve->points->len; i++) {
    const SeriesPoint *point = point_of(curve, i);
    if (isnan(point->expected))
      continue;
    double x = chart_at(&curves->x, point->x) + aside, y = value_at(curves, point->expected);
    drawing_line(curves->drawing, ROLE_CURVE, INK_TEXT, x - 9, y, x + 9, y)->width = 1.4;
  }
}

/* Where there are words, the curves' points stand beside each other. */
static double aside_of(const Curves *curves, const SeriesPanel *panel, guint curve) {
  if (curves->picture->x.unit != SERIES_WORD)
    return 0;
  double room = (curves->x.high - curves->x.low) / curves->picture->x.labels->len;
  return ((double)curve - (panel->curves->len - 1) / 2.0) * fmin(14, room / (panel->curves->len + 1));
}

static void draw_panel(Curves *curves, const SeriesPanel *panel, double left, double right, double top, double bottom) {
  gboolean words = curves->picture->x.unit == SERIES_WORD;
  curves->x.low = left;
  curves->x.high = right;
  curves->y = (ChartAxis){.low = bottom, .high = top};
  scale_values(curves, panel);
  g_autofree char *clean = page_clean(panel->title);
  g_autofree char *title = font_text_fit(FONT_SANS_BOLD, SWEEP_PANEL_SIZE, clean, right - left);
  drawing_text(curves->drawing, ROLE_HOST, INK_TEXT, left, top - 18, ALIGN_LEFT, FONT_SANS_BOLD, SWEEP_PANEL_SIZE,
               title);
  sweep_axis_left(curves->drawing, &curves->y, panel->unit, left, right);
  sweep_axis_below(curves->drawing, &curves->x, curves->picture->x.unit, curves->picture->x.labels, top, bottom,
                   curves->picture->x.name);
  for (guint c = 0; c < 2 * panel->curves->len && !words; c++)
    draw_band(curves, panel->curves->pdata[c % panel->curves->len], c % panel->curves->len, c >= panel->curves->len);
  for (guint c = 0; c < panel->curves->len; c++) {
    double aside = aside_of(curves, panel, c);
    if (words)
      draw_whiskers(curves, panel->curves->pdata[c], c, aside);
    else
      draw_line(curves, panel->curves->pdata[c], c, FALSE);
    draw_markers(curves, panel->curves->pdata[c], c, aside);
  }
  for (guint c = 0; c < panel->curves->len; c++) {
    double aside = aside_of(curves, panel, c);
    if (words)
      draw_forms_as_dashes(curves, panel->curves->pdata[c], aside);
    else
      draw_line(curves, panel->curves->pdata[c], c, TRUE);
  }
}

/* --- the page ----------------------------------------------------------------------------------------------------- */

static void scale_parameter(Curves *curves) {
  const SeriesAxis *axis = &curves->picture->x;
  double low = INFINITY, high = -INFINITY;
  for (guint i = 0; i < axis->values->len; i++) {
    low = fmin(low, g_array_index(axis->values, double, i));
    high = fmax(high, g_array_index(axis->values, double, i));
  }
  curves->x = (ChartAxis){.min = low, .max = high, .logarithmic = axis->logarithmic && low > 0};
  if (axis->unit == SERIES_WORD) {
    curves->x.min = -0.5;
    curves->x.max = axis->labels->len - 0.5;
  } else if (high <= low) {
    curves->x.min = low - MAX(fabs(low), 1) / 2;
    curves->x.max = low + MAX(fabs(low), 1) / 2;
    curves->x.logarithmic = FALSE;
  }
}

static double draw_legend(const Curves *curves, double x, double y) {
  const char *label;
  for (unsigned i = 0; (label = sweep_label(curves->picture, i)); i++)
    y = sweep_legend_curve(curves->drawing, x, y, LEGEND_WIDTH, i, label, TRUE);
  y += 8;
  if (sweep_has_bands(curves->picture))
    y = sweep_legend_band(curves->drawing, x, y, LEGEND_WIDTH, curves->picture->confidence);
  if (sweep_has_forms(curves->picture))
    y = sweep_legend_form(curves->drawing, x, y, LEGEND_WIDTH);
  return y;
}

Drawing *sweep_curves_draw(const SeriesPicture *picture, GError **error) {
  guint n = MIN(picture->panels->len, SERIES_PANELS_MAX);
  if (n == 0 || picture->x.values->len == 0) {
    g_set_error(error, plot_chart_error(), 0, "there is nothing to draw a curve of");
    return NULL;
  }
  Curves curves = {.picture = picture, .drawing = drawing_new()};
  scale_parameter(&curves);
  double y = sweep_head(curves.drawing, picture, PAGE_WIDTH - 2 * PAGE_MARGIN);
  gboolean many_words = picture->x.unit == SERIES_WORD && picture->x.labels->len > WORDS_NARROW;
  guint columns = n > 2 && !many_words ? 2 : 1;
  double area = PAGE_WIDTH - 2 * PAGE_MARGIN - LEGEND_WIDTH - LEGEND_GAP;
  double width = (area - (columns - 1) * COLUMN_GAP) / columns, height = n > 2 ? PANEL_NARROW : PANEL_WIDE;
  double legend = draw_legend(&curves, PAGE_WIDTH - PAGE_MARGIN - LEGEND_WIDTH, y + SWEEP_PANEL_ABOVE + 8);
  for (guint i = 0; i < n; i++) {
    double left = PAGE_MARGIN + (i % columns) * (width + COLUMN_GAP) + SWEEP_AXIS_LEFT - 24;
    double right = PAGE_MARGIN + (i % columns) * (width + COLUMN_GAP) + width, top = y + SWEEP_PANEL_ABOVE;
    draw_panel(&curves, picture->panels->pdata[i], left, right, top, top + height);
    if (i % columns == columns - 1 || i + 1 == n)
      y = top + height + SWEEP_AXIS_BELOW + 12;
  }
  curves.drawing->width = PAGE_WIDTH;
  curves.drawing->height = fmax(y, legend) + 10;
  return curves.drawing;
}
