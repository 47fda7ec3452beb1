#include "output/picture/sweep_layout.h"

#include "output/picture/font_metrics.h"
#include "output/text/style.h"

#include <math.h>

#define TICK_GAP      8.0
#define OVERHANG      30.0 /* of a tick's text beyond the axis */
#define LEGEND_STEP   22.0
#define LEGEND_SAMPLE 34.0
/* Beyond this ratio of the largest to the least value. */
#define LINEAR_MAX 40.0

/* --- series ------------------------------------------------------------------------------------------------------- */

static void curve_free(gpointer data) {
  SeriesCurve *curve = data;
  g_free(curve->label);
  g_array_unref(curve->points);
  g_clear_pointer(&curve->law, g_array_unref);
  g_free(curve);
}

static void panel_free(gpointer data) {
  SeriesPanel *panel = data;
  g_free(panel->title);
  g_ptr_array_unref(panel->curves);
  g_free(panel);
}

static void axis_init(SeriesAxis *axis) {
  axis->values = g_array_new(FALSE, FALSE, sizeof(double));
  axis->labels = g_ptr_array_new_with_free_func(g_free);
}

static void axis_clear(SeriesAxis *axis) {
  g_free(axis->name);
  g_array_unref(axis->values);
  g_ptr_array_unref(axis->labels);
}

SeriesPicture *series_picture_new(void) {
  SeriesPicture *picture = g_new0(SeriesPicture, 1);
  axis_init(&picture->x);
  axis_init(&picture->y);
  picture->panels = g_ptr_array_new_with_free_func(panel_free);
  return picture;
}

void series_picture_free(SeriesPicture *picture) {
  if (!picture)
    return;
  g_free(picture->title);
  g_free(picture->about);
  g_free(picture->confidence);
  axis_clear(&picture->x);
  axis_clear(&picture->y);
  g_ptr_array_unref(picture->panels);
  g_free(picture);
}

SeriesPanel *series_panel_add(SeriesPicture *picture, const char *title, SeriesUnit unit) {
  SeriesPanel *panel = g_new0(SeriesPanel, 1);
  panel->title = g_strdup(title);
  panel->unit = unit;
  panel->curves = g_ptr_array_new_with_free_func(curve_free);
  g_ptr_array_add(picture->panels, panel);
  return panel;
}

SeriesCurve *series_curve_add(SeriesPanel *panel, const char *label) {
  SeriesCurve *curve = g_new0(SeriesCurve, 1);
  curve->label = g_strdup(label);
  curve->points = g_array_new(FALSE, FALSE, sizeof(SeriesPoint));
  g_ptr_array_add(panel->curves, curve);
  return curve;
}

const char *sweep_label(const SeriesPicture *picture, unsigned i) {
  for (guint p = 0; p < picture->panels->len; p++) {
    const SeriesPanel *panel = picture->panels->pdata[p];
    if (i < panel->curves->len)
      return ((const SeriesCurve *)panel->curves->pdata[i])->label;
  }
  return NULL;
}

static gboolean has_bound(const SeriesPoint *point) {
  return !isnan(point->low) || !isnan(point->high);
}

static gboolean has_form(const SeriesPoint *point) {
  return !isnan(point->expected);
}

static gboolean some_point(const SeriesPicture *picture, gboolean (*has)(const SeriesPoint *point)) {
  for (guint p = 0; p < picture->panels->len; p++) {
    const SeriesPanel *panel = picture->panels->pdata[p];
    for (guint c = 0; c < panel->curves->len; c++) {
      const SeriesCurve *curve = panel->curves->pdata[c];
      for (guint i = 0; i < curve->points->len; i++)
        if (has(&g_array_index(curve->points, SeriesPoint, i)))
          return TRUE;
    }
  }
  return FALSE;
}

gboolean sweep_has_bands(const SeriesPicture *picture) {
  return some_point(picture, has_bound);
}

gboolean sweep_has_forms(const SeriesPicture *picture) {
  for (guint p = 0; p < picture->panels->len; p++) {
    const SeriesPanel *panel = picture->panels->pdata[p];
    for (guint c = 0; c < panel->curves->len; c++)
      if (((const SeriesCurve *)panel->curves->pdata[c])->law)
        return TRUE;
  }
  return some_point(picture, has_form);
}

/* --- axes --------------------------------------------------------------------------------------------------------- */

double sweep_head(Drawing *drawing, const SeriesPicture *picture, double width) {
  return page_title(drawing, picture->title, picture->about, width) + 16;
}

gboolean sweep_axis_is_wide(double low, double high) {
  return low > 0 && high / low > LINEAR_MAX;
}

void sweep_axis_range(ChartAxis *axis, SeriesUnit unit, double low, double high, gboolean logarithmic) {
  axis->logarithmic = logarithmic && low > 0 && high > low;
  if (axis->logarithmic) {
    double least = pow(10, floor(log10(low) + 1e-9)), most = pow(10, ceil(log10(high) - 1e-9));
    axis->min = low >= 5 * least ? 5 * least : low >= 2 * least ? 2 * least : least;
    axis->max = high <= most / 5 ? most / 5 : high <= most / 2 ? most / 2 : most;
    return;
  }
  axis->min = 0;
  axis->max = high > 0 ? high : unit == SERIES_TIME ? 1e9 : 1;
  double step = page_step(axis->max, 6);
  axis->max = ceil(axis->max / step - 1e-9) * step;
  if (unit == SERIES_SHARE && high <= 1)
    axis->max = MIN(axis->max, 1);
}

char *sweep_value_text(SeriesUnit unit, double value) {
  char number[G_ASCII_DTOSTR_BUF_SIZE], text[40];
  switch (unit) {
  case SERIES_TIME: {
    double grain = value > 0 ? pow(10, floor(log10(value)) - 2) : 1;
    text_span((SimTime)(llround(value / grain) * MAX(grain, 1)), text, sizeof text);
    return g_strdup(text);
  }
  case SERIES_SHARE:
    return g_strdup_printf("%s %%", g_ascii_formatd(number, sizeof number, "%.3g", value * 100));
  case SERIES_NUMBER:
  case SERIES_WORD:
    break;
  }
  if (fabs(value) >= 1000 && fabs(value) < 1e9)
    return g_strdup(g_ascii_formatd(number, sizeof number, "%.0f", value));
  return g_strdup(g_ascii_formatd(number, sizeof number, "%.3g", value));
}

/* The values that have a tick: round ones. Of double. */
static GArray *ticks_of(const ChartAxis *axis, unsigned most) {
  GArray *ticks = g_array_new(FALSE, FALSE, sizeof(double));
  if (axis->logarithmic) {
    static const double steps[] = {1, 2, 5};
    unsigned count = log10(axis->max / axis->min) > 3.2 || most < 5 ? 1 : G_N_ELEMENTS(steps);
    for (double decade = pow(10, floor(log10(axis->min) + 1e-9)); decade <= axis->max * 1.001; decade *= 10)
      for (unsigned i = 0; i < count; i++) {
        double value = decade * steps[i];
        if (value >= axis->min * 0.999 && value <= axis->max * 1.001)
          g_array_append_val(ticks, value);
      }
    return ticks;
  }
  double step = page_step(axis->max - axis->min, most);
  for (unsigned i = 0; ceil(axis->min / step - 1e-9) * step + i * step <= axis->max + step * 1e-6; i++) {
    double value = ceil(axis->min / step - 1e-9) * step + i * step;
    g_array_append_val(ticks, value);
  }
  return ticks;
}

/* Ticks whose texts have room below the axis. */
static GArray *fitting_ticks(const ChartAxis *x, SeriesUnit unit) {
  for (unsigned most = 9;; most--) {
    GArray *ticks = ticks_of(x, most);
    double right = -INFINITY;
    gboolean fits = TRUE;
    for (guint i = 0; i < ticks->len && fits; i++) {
      double value = g_array_index(ticks, double, i), at = chart_at(x, value);
      g_autofree char *text = sweep_value_text(unit, value);
      double half = font_text_width(FONT_MONO, SWEEP_TICK_SIZE, text) / 2;
      fits = at - half >= right + TICK_GAP;
      right = at + half;
    }
    if (fits || most <= 2)
      return ticks;
    g_array_unref(ticks);
  }
}

static void tick_below(Drawing *drawing, const ChartAxis *x, double value, const char *text, double top, double bottom,
                       double *right) {
  double at = chart_at(x, value), half = font_text_width(FONT_MONO, SWEEP_TICK_SIZE, text) / 2;
  DrawingMark *rule = drawing_line(drawing, ROLE_AXIS, INK_FAINT, at, top, at, bottom);
  rule->width = 0.8;
  rule->dash = DASH_DOTTED;
  drawing_line(drawing, ROLE_TICK, INK_MUTED, at, bottom, at, bottom + 5)->width = 1;
  if (at + half > x->high + OVERHANG || at - half < *right + TICK_GAP)
    return;
  *right = at + half;
  drawing_text(drawing, ROLE_TICK, INK_MUTED, at, bottom + 15, ALIGN_CENTRE, FONT_MONO, SWEEP_TICK_SIZE, text);
}

void sweep_axis_below(Drawing *drawing, const ChartAxis *x, SeriesUnit unit, const GPtrArray *labels, double top,
                      double bottom, const char *name) {
  double right = -INFINITY;
  if (unit == SERIES_WORD) {
    double room = labels->len > 0 ? (x->high - x->low) / labels->len - 6 : 0;
    for (guint i = 0; i < labels->len; i++) {
      g_autofree char *clean = page_clean(labels->pdata[i]);
      g_autofree char *text = font_text_fit(FONT_MONO, SWEEP_TICK_SIZE, clean, MAX(room, 40));
      tick_below(drawing, x, i, text, top, bottom, &right);
    }
  } else {
    GArray *ticks = fitting_ticks(x, unit);
    for (guint i = 0; i < ticks->len; i++) {
      g_autofree char *text = sweep_value_text(unit, g_array_index(ticks, double, i));
      tick_below(drawing, x, g_array_index(ticks, double, i), text, top, bottom, &right);
    }
    g_array_unref(ticks);
  }
  drawing_line(drawing, ROLE_AXIS, INK_MUTED, x->low, bottom, x->high, bottom)->width = 1.2;
  g_autofree char *clean = page_clean(name);
  g_autofree char *fitted = font_text_fit(FONT_SANS, SWEEP_ABOUT_SIZE, clean, x->high - x->low);
  drawing_text(drawing, ROLE_AXIS, INK_MUTED, (x->low + x->high) / 2, bottom + 37, ALIGN_CENTRE, FONT_SANS,
               SWEEP_ABOUT_SIZE, fitted);
}

void sweep_axis_left(Drawing *drawing, const ChartAxis *y, SeriesUnit unit, double left, double right) {
  GArray *ticks = ticks_of(y, 6);
  double above = INFINITY;
  for (guint i = 0; i < ticks->len; i++) {
    double value = g_array_index(ticks, double, i), at = chart_at(y, value);
    g_autofree char *text = sweep_value_text(unit, value);
    if (unit == SERIES_NUMBER && value != floor(value) && y->max >= 2)
      continue; /* of what is counted there are no halves */
    DrawingMark *rule = drawing_line(drawing, ROLE_AXIS, INK_FAINT, left, at, right, at);
    rule->width = 0.8;
    rule->dash = DASH_DOTTED;
    if (at > above - 16)
      continue;
    above = at;
    drawing_text(drawing, ROLE_TICK, INK_MUTED, left - 10, at, ALIGN_RIGHT, FONT_MONO, SWEEP_TICK_SIZE, text);
  }
  g_array_unref(ticks);
}

/* --- curves ------------------------------------------------------------------------------------------------------- */

DrawingInk sweep_curve_ink(unsigned i) {
  return (DrawingInk)(INK_CURVE + i % CURVE_INKS);
}

DrawingDash sweep_curve_dash(unsigned i) {
  static const DrawingDash dashes[] = {DASH_SOLID, DASH_DASHED, DASH_DASHDOT};
  return dashes[i % G_N_ELEMENTS(dashes)];
}

void sweep_curve_marker(Drawing *drawing, DrawingRole role, unsigned i, double x, double y) {
  DrawingInk ink = sweep_curve_ink(i);
  const double r = 4.5;
  const DrawingPoint shapes[][4] = {{{x - r, y - r}, {x + r, y - r}, {x + r, y + r}, {x - r, y + r}},
                                    {{x, y - 1.35 * r}, {x + 1.35 * r, y}, {x, y + 1.35 * r}, {x - 1.35 * r, y}},
                                    {{x, y - 1.3 * r}, {x + 1.2 * r, y + r}, {x - 1.2 * r, y + r}, {x, y - 1.3 * r}},
                                    {{x, y + 1.3 * r}, {x + 1.2 * r, y - r}, {x - 1.2 * r, y - r}, {x, y + 1.3 * r}}};
  if (i % 5 == 0)
    page_disc(drawing, role, ink, (DrawingPoint){x, y}, r);
  else
    drawing_polygon(drawing, role, ink, shapes[i % 5 - 1], 4);
}

/* --- legend ------------------------------------------------------------------------------------------------------- */

static double legend_text(Drawing *drawing, double x, double y, double width, const char *text) {
  g_autofree char *clean = page_clean(text);
  g_autofree char *fitted = font_text_fit(FONT_SANS, SWEEP_LEGEND_SIZE, clean, width - LEGEND_SAMPLE - 10);
  drawing_text(drawing, ROLE_LEGEND, INK_TEXT, x + LEGEND_SAMPLE + 10, y, ALIGN_LEFT, FONT_SANS, SWEEP_LEGEND_SIZE,
               fitted);
  return y + LEGEND_STEP;
}

/* As areas: that a stroke of two points begins askew in gnuplot's PNG shows nowhere so much as in a legend. */
static void legend_sample(Drawing *drawing, double x, double y, DrawingInk ink, DrawingDash dash, double width) {
  static const double solid[] = {LEGEND_SAMPLE, 0}, dashed[] = {9, 3.5}, dotted[] = {1.6, 2.8},
                      mixed[] = {9, 3, 2.4, 3};
  const double *pattern = dash == DASH_SOLID    ? solid
                          : dash == DASH_DASHED ? dashed
                          : dash == DASH_DOTTED ? dotted
                                                : mixed;
  unsigned n = dash == DASH_DASHDOT ? 4 : 2;
  double from = x;
  for (unsigned i = 0; from < x + LEGEND_SAMPLE; i++) {
    double until = MIN(from + pattern[i % n], x + LEGEND_SAMPLE);
    if (i % 2 == 0)
      drawing_rect(drawing, ROLE_LEGEND, ink, from, y - width / 2, until, y + width / 2)->fill = FILL_SOLID;
    from = until;
    if (dash == DASH_SOLID)
      break;
  }
}

double sweep_legend_curve(Drawing *drawing, double x, double y, double width, unsigned i, const char *label,
                          gboolean marker) {
  legend_sample(drawing, x, y, sweep_curve_ink(i), sweep_curve_dash(i), 2.2);
  if (marker)
    sweep_curve_marker(drawing, ROLE_LEGEND, i, x + LEGEND_SAMPLE / 2, y);
  return legend_text(drawing, x, y, width, label);
}

double sweep_legend_band(Drawing *drawing, double x, double y, double width, const char *confidence) {
  drawing_rect(drawing, ROLE_LEGEND, INK_CURVE, x, y - 7, x + LEGEND_SAMPLE, y + 7)->fill = FILL_LIGHT;
  g_autofree char *text = g_strdup_printf("%s interval", confidence);
  return legend_text(drawing, x, y, width, text);
}

double sweep_legend_form(Drawing *drawing, double x, double y, double width) {
  legend_sample(drawing, x, y, INK_TEXT, DASH_DOTTED, 1.6);
  return legend_text(drawing, x, y, width, "closed form");
}
