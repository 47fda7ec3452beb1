/* The pictures of sweeps: whatever the numbers, no text covers another or leaves the page, and what is known is
 * there. */
#include "output/picture/font_metrics.h"
#include "output/picture/sweep_picture.h"
#include "output/picture/theme.h"

#include <math.h>
#include <string.h>

#include "engine/rng.h"

typedef Drawing *(*Draw)(const SeriesPicture *picture, GError **error);

static void assert_sound(const char *what, const Drawing *drawing) {
  for (guint i = 0; i < drawing->marks->len; i++) {
    const DrawingMark *mark = drawing->marks->pdata[i];
    for (guint p = 0; p < mark->points->len; p++) {
      DrawingPoint at = g_array_index(mark->points, DrawingPoint, p);
      g_assert_true(isfinite(at.x) && isfinite(at.y));
    }
    if (mark->kind != MARK_TEXT)
      continue;
    DrawingPoint box[4], other_box[4];
    drawing_mark_box(mark, box);
    for (unsigned c = 0; c < 4; c++)
      if (box[c].x < 0 || box[c].y < 0 || box[c].x > drawing->width || box[c].y > drawing->height)
        g_error("%s: \"%s\" leaves the page at %g, %g", what, mark->text, box[c].x, box[c].y);
    for (guint j = 0; j < i; j++) {
      const DrawingMark *other = drawing->marks->pdata[j];
      if (other->kind != MARK_TEXT)
        continue;
      drawing_mark_box(other, other_box);
      if (drawing_boxes_touch(box, other_box))
        g_error("%s: \"%s\" touches \"%s\" at %g, %g", what, mark->text, other->text, box[0].x, box[0].y);
    }
  }
}

static unsigned count_text(const Drawing *drawing, const char *text) {
  unsigned count = 0;
  for (guint i = 0; i < drawing->marks->len; i++) {
    const DrawingMark *mark = drawing->marks->pdata[i];
    count += mark->kind == MARK_TEXT && strcmp(mark->text, text) == 0;
  }
  return count;
}

static void add_value(SeriesAxis *axis, double value, const char *label) {
  g_array_append_val(axis->values, value);
  g_ptr_array_add(axis->labels, g_strdup(label));
}

static const char *const LABELS[] = {"5%",
                                     "a \x1b[31mred\x1b[0m one",
                                     "<&>\"'{/Bold x}_2",
                                     "300ms",
                                     "a label that is a good deal longer than any place that a picture has for it",
                                     ""};

static double some_value(SeriesUnit unit, Rng *rng) {
  static const double scales[] = {1e-4, 1, 1e3, 1e6, 1e9, 3e12};
  double share = (double)rng_below(rng, 1000001) / 1e6;
  return unit == SERIES_SHARE ? share : share * scales[rng_below(rng, G_N_ELEMENTS(scales))];
}

static SeriesPoint some_point(SeriesUnit unit, double x, Rng *rng) {
  SeriesPoint point = {x, some_value(unit, rng), NAN, NAN, NAN};
  if (rng_below(rng, 10) == 0)
    point.y = NAN;
  if (rng_below(rng, 3)) {
    point.low = point.y * 0.9;
    point.high = fmin(point.y * 1.1, unit == SERIES_SHARE ? 1 : INFINITY);
  }
  if (rng_below(rng, 2))
    point.expected = point.y * 1.01;
  return point;
}

/* A picture of `n` values to the right, `m` curves or rows, and `p` panels. */
static SeriesPicture *some_picture(SeriesUnit x_unit, guint n, guint m, guint p, Rng *rng) {
  static const SeriesUnit units[] = {SERIES_SHARE, SERIES_TIME, SERIES_NUMBER};
  SeriesPicture *picture = series_picture_new();
  picture->title = g_strdup("A title {/Bold x} $(id) that is long enough for two lines of the page, and then some more "
                            "words, so that something of it has to be left out of the picture, which is no harm");
  picture->about = g_strdup("normal/four-segments  ·  500 runs a cell");
  picture->confidence = g_strdup("95%");
  picture->x.name = g_strdup(LABELS[rng_below(rng, G_N_ELEMENTS(LABELS))]);
  picture->x.unit = x_unit;
  picture->y.name = g_strdup("retries");
  picture->y.unit = SERIES_WORD;
  for (guint i = 0; i < n; i++)
    add_value(&picture->x, x_unit == SERIES_WORD ? i : (i + 1.0) * (x_unit == SERIES_SHARE ? 0.02 : 1e8),
              LABELS[i % G_N_ELEMENTS(LABELS)]);
  picture->x.logarithmic = rng_below(rng, 2) && x_unit != SERIES_WORD;
  for (guint i = 0; i < m; i++)
    add_value(&picture->y, i, LABELS[i % G_N_ELEMENTS(LABELS)]);
  for (guint panel = 0; panel < p; panel++) {
    SeriesUnit unit = units[rng_below(rng, G_N_ELEMENTS(units))];
    SeriesPanel *added = series_panel_add(picture, LABELS[panel % G_N_ELEMENTS(LABELS)], unit);
    for (guint c = 0; c < m; c++) {
      SeriesCurve *curve = series_curve_add(added, LABELS[(c + 1) % G_N_ELEMENTS(LABELS)]);
      for (guint i = 0; i < n; i++) {
        SeriesPoint point = some_point(unit, g_array_index(picture->x.values, double, i), rng);
        g_array_append_val(curve->points, point);
      }
    }
  }
  return picture;
}

static void test_whatever_the_numbers_texts_neither_overlap_nor_leave_the_page(void) {
  static const SeriesUnit units[] = {SERIES_SHARE, SERIES_TIME, SERIES_NUMBER, SERIES_WORD};
  static const guint sizes[] = {1, 2, 5, 12, 60};
  Rng rng = rng_stream(1, 0, "test");
  for (unsigned u = 0; u < G_N_ELEMENTS(units); u++)
    for (unsigned n = 0; n < G_N_ELEMENTS(sizes); n++)
      for (guint m = 1; m <= SERIES_CURVES_MAX; m += 3)
        for (guint p = 1; p <= SERIES_PANELS_MAX; p++) {
          g_autoptr(SeriesPicture) picture = some_picture(units[u], sizes[n], m, p, &rng);
          g_autofree char *what = g_strdup_printf("unit %d, %u values, %u curves, %u panels", units[u], sizes[n], m, p);
          g_autoptr(Drawing) curves = sweep_curves_draw(picture, NULL);
          assert_sound(what, curves);
          g_autoptr(Drawing) map = sweep_heat_draw(picture, NULL);
          assert_sound(what, map);
        }
}

/* Steps of a distribution up to 1. */
static void add_steps(GArray *points, const double *at, guint n) {
  for (guint i = 0; i < n; i++) {
    SeriesPoint point = {at[i], (i + 1.0) / n, (i + 0.5) / n, 1, NAN};
    g_array_append_val(points, point);
  }
}

static void test_distributions_of_any_spread_are_drawn(void) {
  static const double spans[][3] = {{0, 0, 0}, {1e8, 2e8, 3e8}, {1e6, 1e9, 4e11}, {0, 5e8, 1e10}, {1, 2, 3}};
  for (unsigned i = 0; i < G_N_ELEMENTS(spans); i++)
    for (unsigned k = 0; k < 2; k++) {
      g_autoptr(SeriesPicture) picture = series_picture_new();
      picture->title = g_strdup("t");
      picture->about = g_strdup("a");
      picture->confidence = g_strdup("99%");
      SeriesCurve *curve = series_curve_add(
          series_panel_add(picture, "server: time until done", k ? SERIES_TIME : SERIES_NUMBER), "all runs");
      add_steps(curve->points, spans[i], 3);
      curve->law = g_array_new(FALSE, FALSE, sizeof(SeriesPoint));
      add_steps(curve->law, spans[i], 3);
      g_autoptr(Drawing) drawing = sweep_cdf_draw(picture, NULL);
      assert_sound("cdf", drawing);
      g_assert_cmpuint(count_text(drawing, "closed form"), ==, 1);
      g_assert_cmpuint(count_text(drawing, "99% interval"), ==, 1);
      g_assert_cmpuint(count_text(drawing, "100 %"), ==, 1);
    }
}

static void test_a_map_has_the_numbers_of_its_cells_and_a_dash_for_none(void) {
  g_autoptr(SeriesPicture) picture = series_picture_new();
  picture->title = g_strdup("t");
  picture->about = g_strdup("a");
  picture->confidence = g_strdup("95%");
  picture->x.name = g_strdup("loss");
  picture->y.name = g_strdup("retries");
  add_value(&picture->x, 0.1, "10%");
  add_value(&picture->x, 0.2, "20%");
  add_value(&picture->y, 3, "3");
  SeriesCurve *row = series_curve_add(series_panel_add(picture, "server: gave up", SERIES_SHARE), "retries = 3");
  const SeriesPoint cells[] = {{0.1, 0.125, NAN, NAN, NAN}, {0.2, NAN, NAN, NAN, NAN}};
  g_array_append_vals(row->points, cells, 2);
  g_autoptr(Drawing) drawing = sweep_heat_draw(picture, NULL);
  assert_sound("map", drawing);
  g_assert_cmpuint(count_text(drawing, "12.5 %"), ==, 1);
  g_assert_cmpuint(count_text(drawing, "–"), ==, 1);
  g_assert_cmpuint(count_text(drawing, "20%"), ==, 1);
}

static void test_nothing_to_draw_is_an_error(void) {
  static const Draw draws[] = {sweep_curves_draw, sweep_heat_draw, sweep_cdf_draw};
  for (unsigned i = 0; i < G_N_ELEMENTS(draws); i++) {
    g_autoptr(SeriesPicture) picture = series_picture_new();
    g_autoptr(GError) error = NULL;
    g_assert_null(draws[i](picture, &error));
    g_assert_nonnull(error);
  }
}

static double luminance(Colour colour) {
  return 0.2126 * (colour >> 16 & 0xff) + 0.7152 * (colour >> 8 & 0xff) + 0.0722 * (colour & 0xff);
}

static void test_shades_of_a_map_only_fall_or_only_rise(void) {
  for (const char *const *name = theme_names(); *name; name++) {
    const Theme *theme = theme_find(*name);
    gboolean rises = strcmp(*name, "dark") == 0;
    for (unsigned i = 1; i < HEAT_INKS; i++) {
      double change =
          luminance(theme_ink(theme, (DrawingInk)(INK_HEAT + i))) - luminance(theme_ink(theme, INK_HEAT + i - 1));
      g_assert_true(rises ? change > 0 : change < 0);
    }
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/sweep-pictures/whatever-the-numbers-texts-neither-overlap-nor-leave-the-page",
                  test_whatever_the_numbers_texts_neither_overlap_nor_leave_the_page);
  g_test_add_func("/sweep-pictures/distributions-of-any-spread-are-drawn", test_distributions_of_any_spread_are_drawn);
  g_test_add_func("/sweep-pictures/a-map-has-the-numbers-of-its-cells-and-a-dash-for-none",
                  test_a_map_has_the_numbers_of_its_cells_and_a_dash_for_none);
  g_test_add_func("/sweep-pictures/nothing-to-draw-is-an-error", test_nothing_to_draw_is_an_error);
  g_test_add_func("/sweep-pictures/shades-of-a-map-only-fall-or-only-rise",
                  test_shades_of_a_map_only_fall_or_only_rise);
  return g_test_run();
}
