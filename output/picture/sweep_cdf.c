#include "output/picture/font_metrics.h"
#include "output/picture/sweep_layout.h"

#include <math.h>

/* Distributions: the share of ends that were that far by then, stepwise, with a band, and the law by arithmetic dotted
 * above. */

#define PAGE_WIDTH   1020.0
#define LEGEND_WIDTH 210.0
#define LEGEND_GAP   24.0
#define PANEL_HEIGHT 270.0

typedef struct Cdf {
  const SeriesPicture *picture;
  Drawing *drawing;
  ChartAxis x, y;
} Cdf;

static void scale_times(Cdf *cdf, const SeriesPanel *panel) {
  double low = INFINITY, high = 0;
  for (guint c = 0; c < panel->curves->len; c++) {
    const SeriesCurve *curve = panel->curves->pdata[c];
    for (guint i = 0; i < curve->points->len; i++) {
      double x = g_array_index(curve->points, SeriesPoint, i).x;
      low = x > 0 ? fmin(low, x) : low;
      high = fmax(high, x);
    }
  }
  gboolean wide = isfinite(low) && sweep_axis_is_wide(low, high);
  sweep_axis_range(&cdf->x, panel->unit, low, high * 1.02, wide);
}

/* Where a step stands; what is beyond the axis, at its end. */
static double place(const Cdf *cdf, double value) {
  return chart_at(&cdf->x, CLAMP(value, cdf->x.min, cdf->x.max));
}

static void add(GArray *path, double x, double y) {
  DrawingPoint point = {x, y};
  g_array_append_val(path, point);
}

/* Up at each value; level in between, from the left edge to the right one. `bound` is -1, 0 or 1: low, value, high. */
static void add_steps(const Cdf *cdf, const GArray *points, int bound, GArray *path) {
  double last = chart_at(&cdf->y, 0);
  add(path, cdf->x.low, last);
  for (guint i = 0; i < points->len; i++) {
    const SeriesPoint *point = &g_array_index(points, SeriesPoint, i);
    double share = bound < 0 ? point->low : bound > 0 ? point->high : point->y;
    double x = place(cdf, point->x), y = chart_at(&cdf->y, isnan(share) ? point->y : CLAMP(share, 0, 1));
    add(path, x, last);
    add(path, x, y);
    last = y;
  }
  add(path, cdf->x.high, last);
}

static void draw_band(const Cdf *cdf, const SeriesCurve *curve, unsigned index) {
  g_autoptr(GArray) corners = g_array_new(FALSE, FALSE, sizeof(DrawingPoint));
  g_autoptr(GArray) below = g_array_new(FALSE, FALSE, sizeof(DrawingPoint));
  add_steps(cdf, curve->points, 1, corners);
  add_steps(cdf, curve->points, -1, below);
  for (guint i = below->len; i-- > 0;)
    g_array_append_val(corners, g_array_index(below, DrawingPoint, i));
  drawing_polygon(cdf->drawing, ROLE_CURVE, sweep_curve_ink(index), (const DrawingPoint *)(const void *)corners->data,
                  corners->len)
      ->fill = FILL_LIGHT;
}

static void draw_steps(const Cdf *cdf, const GArray *points, DrawingInk ink, double width, DrawingDash dash) {
  g_autoptr(GArray) path = g_array_new(FALSE, FALSE, sizeof(DrawingPoint));
  add_steps(cdf, points, 0, path);
  DrawingMark *mark =
      drawing_path(cdf->drawing, ROLE_CURVE, ink, (const DrawingPoint *)(const void *)path->data, path->len);
  mark->width = width;
  mark->dash = dash;
}

static void draw_panel(Cdf *cdf, const SeriesPanel *panel, double top, double bottom) {
  cdf->x = (ChartAxis){.low = PAGE_MARGIN + SWEEP_AXIS_LEFT - 24,
                       .high = PAGE_WIDTH - PAGE_MARGIN - LEGEND_WIDTH - LEGEND_GAP};
  cdf->y = (ChartAxis){.max = 1, .low = bottom, .high = top};
  scale_times(cdf, panel);
  g_autofree char *clean = page_clean(panel->title);
  g_autofree char *title = font_text_fit(FONT_SANS_BOLD, SWEEP_PANEL_SIZE, clean, cdf->x.high - cdf->x.low);
  drawing_text(cdf->drawing, ROLE_HOST, INK_TEXT, cdf->x.low, top - 18, ALIGN_LEFT, FONT_SANS_BOLD, SWEEP_PANEL_SIZE,
               title);
  sweep_axis_left(cdf->drawing, &cdf->y, SERIES_SHARE, cdf->x.low, cdf->x.high);
  sweep_axis_below(cdf->drawing, &cdf->x, panel->unit, NULL, top, bottom,
                   panel->unit == SERIES_TIME ? "time since the first close" : "");
  for (guint c = 0; c < panel->curves->len; c++) {
    const SeriesCurve *curve = panel->curves->pdata[c];
    if (curve->points->len > 0)
      draw_band(cdf, curve, c);
  }
  for (guint c = 0; c < panel->curves->len; c++) {
    const SeriesCurve *curve = panel->curves->pdata[c];
    if (curve->points->len > 0)
      draw_steps(cdf, curve->points, sweep_curve_ink(c), 2.2, sweep_curve_dash(c));
  }
  for (guint c = 0; c < panel->curves->len; c++) {
    const SeriesCurve *curve = panel->curves->pdata[c];
    if (curve->law && curve->law->len > 0)
      draw_steps(cdf, curve->law, INK_TEXT, 1.3, DASH_DOTTED);
  }
}

static double draw_legend(const Cdf *cdf, double x, double y) {
  const char *label;
  for (unsigned i = 0; (label = sweep_label(cdf->picture, i)); i++)
    y = sweep_legend_curve(cdf->drawing, x, y, LEGEND_WIDTH, i, label, FALSE);
  y += 8;
  if (sweep_has_bands(cdf->picture))
    y = sweep_legend_band(cdf->drawing, x, y, LEGEND_WIDTH, cdf->picture->confidence);
  return sweep_has_forms(cdf->picture) ? sweep_legend_form(cdf->drawing, x, y, LEGEND_WIDTH) : y;
}

Drawing *sweep_cdf_draw(const SeriesPicture *picture, GError **error) {
  guint n = MIN(picture->panels->len, SERIES_PANELS_MAX);
  if (n == 0) {
    g_set_error(error, plot_chart_error(), 0, "there is no distribution to draw: no end has got that far");
    return NULL;
  }
  Cdf cdf = {.picture = picture, .drawing = drawing_new()};
  double y = sweep_head(cdf.drawing, picture, PAGE_WIDTH - 2 * PAGE_MARGIN);
  double legend = draw_legend(&cdf, PAGE_WIDTH - PAGE_MARGIN - LEGEND_WIDTH, y + SWEEP_PANEL_ABOVE + 8);
  for (guint i = 0; i < n; i++) {
    double top = y + SWEEP_PANEL_ABOVE;
    draw_panel(&cdf, picture->panels->pdata[i], top, top + PANEL_HEIGHT);
    y = top + PANEL_HEIGHT + SWEEP_AXIS_BELOW + 12;
  }
  cdf.drawing->width = PAGE_WIDTH;
  cdf.drawing->height = fmax(y, legend) + 10;
  return cdf.drawing;
}
