#include "output/picture/font_metrics.h"
#include "output/picture/sweep_layout.h"

#include <math.h>

/* Estimates over two parameters: a shade for each cell, and its number where there is room. */

#define PAGE_WIDTH  1020.0
#define LABELS_MOST 110.0 /* wide, the values of the vertical parameter */
#define LABELS_NAME 34.0  /* its name, and what lies between */
#define BAR_GAP     18.0
#define BAR_WIDTH   16.0
#define BAR_TEXT    76.0
#define COLUMN_GAP  24.0
#define CELL_MOST   54.0 /* height */
#define CELL_LEAST  6.0
#define PANEL_MOST  230.0
#define OVERLAP     0.7 /* of neighbours, so that no seam shows between them */
#define NUMBER_SIZE 11.5

typedef struct Heat {
  const SeriesPicture *picture;
  Drawing *drawing;
  double labels;                                    /* width of what stands left of a panel */
  double left, right, top, cell_width, cell_height; /* of the panel that is drawn */
  ChartAxis scale;                                  /* from value to pixel of the bar */
} Heat;

static const SeriesPoint *point_at(const SeriesPanel *panel, guint row, guint column) {
  if (row >= panel->curves->len)
    return NULL;
  const SeriesCurve *curve = panel->curves->pdata[row];
  return column < curve->points->len ? &g_array_index(curve->points, SeriesPoint, column) : NULL;
}

static void scale_values(Heat *heat, const SeriesPanel *panel) {
  double low = INFINITY, high = -INFINITY;
  for (guint r = 0; r < heat->picture->y.labels->len; r++)
    for (guint c = 0; c < heat->picture->x.labels->len; c++) {
      const SeriesPoint *point = point_at(panel, r, c);
      if (point && !isnan(point->y)) {
        low = fmin(low, point->y);
        high = fmax(high, point->y);
      }
    }
  if (!isfinite(low))
    low = high = 0;
  gboolean wide = panel->unit != SERIES_SHARE && sweep_axis_is_wide(low, high);
  sweep_axis_range(&heat->scale, panel->unit, low, high, wide);
}

/* 0 at the low end of the scale to HEAT_INKS - 1. */
static unsigned level_of(const Heat *heat, double value) {
  double share = (chart_at(&heat->scale, CLAMP(value, heat->scale.min, heat->scale.max)) - heat->scale.low) /
                 (heat->scale.high - heat->scale.low);
  return (unsigned)CLAMP(floor(share * HEAT_INKS), 0, HEAT_INKS - 1);
}

static void draw_cell(const Heat *heat, const SeriesPanel *panel, guint row, guint column) {
  double x = heat->left + column * heat->cell_width, y = heat->top + row * heat->cell_height;
  const SeriesPoint *point = point_at(panel, row, column);
  gboolean known = point && !isnan(point->y);
  unsigned level = known ? level_of(heat, point->y) : 0;
  DrawingMark *cell = drawing_rect(heat->drawing, ROLE_CURVE, known ? (DrawingInk)(INK_HEAT + level) : INK_FAINT, x, y,
                                   MIN(x + heat->cell_width + OVERLAP, heat->right), y + heat->cell_height + OVERLAP);
  cell->fill = known ? FILL_SOLID : FILL_EMPTY;
  g_autofree char *text = known ? sweep_value_text(panel->unit, point->y) : g_strdup("–");
  if (heat->cell_height < 19 || font_text_width(FONT_SANS, NUMBER_SIZE, text) > heat->cell_width - 6)
    return;
  DrawingInk ink = !known ? INK_MUTED : level >= HEAT_INKS * 11 / 20 ? INK_PAGE : INK_TEXT;
  drawing_text(heat->drawing, ROLE_LABEL, ink, x + heat->cell_width / 2, y + heat->cell_height / 2, ALIGN_CENTRE,
               FONT_SANS, NUMBER_SIZE, text);
}

static void draw_bar(const Heat *heat, const SeriesPanel *panel, double bottom) {
  double x = heat->right + BAR_GAP, step = (bottom - heat->top) / HEAT_INKS;
  for (unsigned i = 0; i < HEAT_INKS; i++)
    drawing_rect(heat->drawing, ROLE_LEGEND, (DrawingInk)(INK_HEAT + i), x, heat->top, x + BAR_WIDTH, bottom - i * step)
        ->fill = FILL_SOLID;
  const double ends[] = {heat->scale.min, heat->scale.max};
  const double at[] = {bottom - 5, heat->top + 5};
  for (unsigned i = 0; i < G_N_ELEMENTS(ends); i++) {
    g_autofree char *text = sweep_value_text(panel->unit, ends[i]);
    drawing_text(heat->drawing, ROLE_LEGEND, INK_MUTED, x + BAR_WIDTH + 6, at[i], ALIGN_LEFT, FONT_MONO,
                 SWEEP_TICK_SIZE, text);
  }
  if (heat->scale.logarithmic && bottom - heat->top > 60)
    drawing_text(heat->drawing, ROLE_LEGEND, INK_MUTED, x + BAR_WIDTH + 6, (heat->top + bottom) / 2, ALIGN_LEFT,
                 FONT_MONO, SWEEP_TICK_SIZE, "log");
}

static void draw_labels(const Heat *heat, double bottom) {
  const GPtrArray *columns = heat->picture->x.labels, *rows = heat->picture->y.labels;
  double right = -INFINITY, above = -INFINITY;
  for (guint i = 0; i < columns->len; i++) {
    g_autofree char *clean = page_clean(columns->pdata[i]);
    g_autofree char *text = font_text_fit(FONT_MONO, SWEEP_TICK_SIZE, clean, MAX(heat->cell_width - 4, 60));
    double half = font_text_width(FONT_MONO, SWEEP_TICK_SIZE, text) / 2, x = heat->left + (i + 0.5) * heat->cell_width;
    if (x - half < right + 4 || x + half > heat->right + BAR_GAP + BAR_WIDTH)
      continue;
    right = x + half;
    drawing_text(heat->drawing, ROLE_TICK, INK_MUTED, x, bottom + 14, ALIGN_CENTRE, FONT_MONO, SWEEP_TICK_SIZE, text);
  }
  for (guint i = 0; i < rows->len; i++) {
    double y = heat->top + (i + 0.5) * heat->cell_height;
    if (y < above + 16)
      continue;
    above = y;
    g_autofree char *clean = page_clean(rows->pdata[i]);
    g_autofree char *text = font_text_fit(FONT_MONO, SWEEP_TICK_SIZE, clean, LABELS_MOST);
    drawing_text(heat->drawing, ROLE_TICK, INK_MUTED, heat->left - 8, y, ALIGN_RIGHT, FONT_MONO, SWEEP_TICK_SIZE, text);
  }
  g_autofree char *x_clean = page_clean(heat->picture->x.name), *y_clean = page_clean(heat->picture->y.name);
  g_autofree char *x_name = font_text_fit(FONT_SANS, SWEEP_ABOUT_SIZE, x_clean, heat->right - heat->left);
  g_autofree char *y_name = font_text_fit(FONT_SANS, SWEEP_ABOUT_SIZE, y_clean, MAX(bottom - heat->top, 60));
  drawing_text(heat->drawing, ROLE_AXIS, INK_MUTED, (heat->left + heat->right) / 2, bottom + 35, ALIGN_CENTRE,
               FONT_SANS, SWEEP_ABOUT_SIZE, x_name);
  drawing_text(heat->drawing, ROLE_AXIS, INK_MUTED, heat->left - heat->labels + 10, (heat->top + bottom) / 2,
               ALIGN_CENTRE, FONT_SANS, SWEEP_ABOUT_SIZE, y_name)
      ->angle = 90;
}

static double labels_width(const SeriesPicture *picture) {
  double width = 0;
  for (guint i = 0; i < picture->y.labels->len; i++) {
    g_autofree char *clean = page_clean(picture->y.labels->pdata[i]);
    width = fmax(width, font_text_width(FONT_MONO, SWEEP_TICK_SIZE, clean));
  }
  return fmin(width, LABELS_MOST) + LABELS_NAME;
}

/* Returns the y of its lower edge. */
static double draw_panel(Heat *heat, const SeriesPanel *panel, double left, double width, double top) {
  guint columns = heat->picture->x.labels->len, rows = heat->picture->y.labels->len;
  heat->left = left + heat->labels;
  heat->right = left + width - BAR_GAP - BAR_WIDTH - BAR_TEXT;
  heat->top = top;
  heat->cell_width = (heat->right - heat->left) / columns;
  heat->cell_height = CLAMP(PANEL_MOST / rows, CELL_LEAST, CELL_MOST);
  double bottom = top + rows * heat->cell_height;
  heat->scale = (ChartAxis){.low = bottom, .high = top};
  scale_values(heat, panel);
  g_autofree char *clean = page_clean(panel->title);
  g_autofree char *title = font_text_fit(FONT_SANS_BOLD, SWEEP_PANEL_SIZE, clean, width - heat->labels);
  drawing_text(heat->drawing, ROLE_HOST, INK_TEXT, heat->left, top - 18, ALIGN_LEFT, FONT_SANS_BOLD, SWEEP_PANEL_SIZE,
               title);
  for (guint r = 0; r < rows; r++)
    for (guint c = 0; c < columns; c++)
      draw_cell(heat, panel, r, c);
  draw_labels(heat, bottom);
  draw_bar(heat, panel, bottom);
  return bottom;
}

Drawing *sweep_heat_draw(const SeriesPicture *picture, GError **error) {
  guint n = MIN(picture->panels->len, SERIES_PANELS_MAX);
  if (n == 0 || picture->x.labels->len == 0 || picture->y.labels->len == 0) {
    g_set_error(error, plot_chart_error(), 0, "there is nothing to draw a map of");
    return NULL;
  }
  Heat heat = {.picture = picture, .drawing = drawing_new(), .labels = labels_width(picture)};
  double y = sweep_head(heat.drawing, picture, PAGE_WIDTH - 2 * PAGE_MARGIN), below = y;
  guint columns = n > 1 && picture->x.labels->len <= 4 ? 2 : 1;
  double width = (PAGE_WIDTH - 2 * PAGE_MARGIN - (columns - 1) * COLUMN_GAP) / columns;
  for (guint i = 0; i < n; i++) {
    double left = PAGE_MARGIN + (i % columns) * (width + COLUMN_GAP);
    below = draw_panel(&heat, picture->panels->pdata[i], left, width, y + SWEEP_PANEL_ABOVE);
    if (i % columns == columns - 1 || i + 1 == n)
      y = below + SWEEP_AXIS_BELOW + 12;
  }
  heat.drawing->width = PAGE_WIDTH;
  heat.drawing->height = y + 6;
  return heat.drawing;
}
