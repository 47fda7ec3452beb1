#include "output/picture/chart.h"
#include "output/picture/font_metrics.h"
#include "output/text/style.h"

#include <math.h>

/* The distribution of how long closing takes: from an end's own close (or the peer's FIN, if it never closes itself) to
 * TIME-WAIT and to CLOSED, for the ends that connected and those that were connected to. */

#define PAGE_WIDTH  960.0
#define PLOT_LEFT   92.0
#define PLOT_RIGHT  40.0
#define PLOT_HEIGHT 340.0
#define CURVES      4
#define LEGEND_SIZE 13.0
#define LEGEND_STEP 24.0
/* Beyond this ratio of the longest to the shortest, the axis is logarithmic. */
#define LINEAR_MAX 30.0

typedef struct CdfCurve {
  const char *about;
  DrawingInk ink;
  DrawingDash dash;
  GArray *spans; /* of SimTime, ascending */
} CdfCurve;

static int compare_times(gconstpointer a, gconstpointer b) {
  SimTime x = *(const SimTime *)a, y = *(const SimTime *)b;
  return (x > y) - (x < y);
}

static gboolean is_closing(TcpState state) {
  return state == TCP_STATE_FIN_WAIT_1 || state == TCP_STATE_FIN_WAIT_2 || state == TCP_STATE_CLOSE_WAIT ||
         state == TCP_STATE_CLOSING || state == TCP_STATE_LAST_ACK || state == TCP_STATE_TIME_WAIT;
}

/* When the end began to close: its application's call, or the first state that says so. FALSE if it never did. */
static gboolean closing_since(const History *history, const HistoryEnd *end, SimTime *ret_at) {
  if (end->close_called != HISTORY_NONE) {
    *ret_at = history->trace->records[end->close_called].t;
    return TRUE;
  }
  for (guint i = 0; i < end->states->len; i++) {
    const HistoryState *state = &g_array_index(end->states, HistoryState, i);
    if (is_closing(state->state)) {
      *ret_at = state->from;
      return TRUE;
    }
  }
  return FALSE;
}

static void take_end(const History *history, const HistoryEnd *end, const PlotOptions *options, CdfCurve *curves) {
  SimTime since;
  if (!closing_since(history, end, &since) || since > options->until ||
      (options->from != SIM_NEVER && since < options->from))
    return;
  CdfCurve *side = &curves[end->is_client ? 0 : 2];
  gboolean waited = FALSE;
  for (guint i = 0; i < end->states->len; i++) {
    const HistoryState *state = &g_array_index(end->states, HistoryState, i);
    SimTime span = state->from - since;
    if (span < 0 || state->from > options->until)
      continue;
    if (state->state == TCP_STATE_TIME_WAIT && !waited) {
      waited = TRUE;
      g_array_append_val(side[0].spans, span);
    } else if (state->state == TCP_STATE_CLOSED && state->entered_by != HISTORY_NONE) {
      g_array_append_val(side[1].spans, span);
      return;
    }
  }
}

static double quantile(const CdfCurve *curve, double share) {
  guint n = curve->spans->len, at = (guint)ceil(share * n);
  return (double)g_array_index(curve->spans, SimTime, MAX(at, 1) - 1);
}

static ChartAxis time_axis(const CdfCurve *curves) {
  double min = INFINITY, max = 0;
  for (unsigned i = 0; i < CURVES; i++)
    for (guint s = 0; s < curves[i].spans->len; s++) {
      double span = (double)g_array_index(curves[i].spans, SimTime, s);
      min = span > 0 ? MIN(min, span) : min;
      max = MAX(max, span);
    }
  ChartAxis axis = {.max = max > 0 ? max * 1.05 : 1e6, .low = PLOT_LEFT, .high = PAGE_WIDTH - PLOT_RIGHT};
  axis.logarithmic = max > 0 && max / min > LINEAR_MAX;
  if (axis.logarithmic) {
    axis.min = pow(10, floor(log10(min * 0.9)));
    axis.max = pow(10, ceil(log10(max)));
  }
  return axis;
}

/* Steps up at each value; no more points than columns of pixels. */
static void draw_curve(Drawing *drawing, const CdfCurve *curve, const ChartAxis *x, const ChartAxis *y) {
  guint n = curve->spans->len;
  g_autoptr(GArray) points = g_array_new(FALSE, FALSE, sizeof(DrawingPoint));
  DrawingPoint last = {x->low, chart_at(y, 0)};
  g_array_append_val(points, last);
  for (guint i = 0; i < n; i++) {
    double at = chart_at(x, (double)g_array_index(curve->spans, SimTime, i));
    if (i + 1 < n && chart_at(x, (double)g_array_index(curve->spans, SimTime, i + 1)) < last.x + 0.5)
      continue;
    DrawingPoint below = {at, last.y}, above = {at, chart_at(y, (i + 1.0) / n)};
    g_array_append_val(points, below);
    g_array_append_val(points, above);
    last = above;
  }
  DrawingPoint end = {x->high, last.y};
  g_array_append_val(points, end);
  DrawingMark *mark =
      drawing_path(drawing, ROLE_CURVE, curve->ink, (const DrawingPoint *)(const void *)points->data, points->len);
  mark->width = 2.4;
  mark->dash = curve->dash;
  page_disc(drawing, ROLE_CURVE, curve->ink, (DrawingPoint){chart_at(x, quantile(curve, 0.5)), chart_at(y, 0.5)}, 5);
}

static double draw_legend(Drawing *drawing, const CdfCurve *curves, double y) {
  for (unsigned i = 0; i < CURVES; i++) {
    const CdfCurve *curve = &curves[i];
    if (curve->spans->len == 0)
      continue;
    char median[40], most[40];
    text_span((SimTime)quantile(curve, 0.5), median, sizeof median);
    text_span((SimTime)quantile(curve, 0.95), most, sizeof most);
    DrawingMark *sample = drawing_line(drawing, ROLE_LEGEND, curve->ink, PLOT_LEFT, y, PLOT_LEFT + 40, y);
    sample->width = 2.4;
    sample->dash = curve->dash;
    page_disc(drawing, ROLE_LEGEND, curve->ink, (DrawingPoint){PLOT_LEFT + 20, y}, 5);
    drawing_text(drawing, ROLE_LEGEND, INK_TEXT, PLOT_LEFT + 52, y, ALIGN_LEFT, FONT_SANS, LEGEND_SIZE, curve->about);
    g_autofree char *numbers = g_strdup_printf("median %s  ·  95 %% within %s  ·  %u end%s", median, most,
                                               curve->spans->len, curve->spans->len == 1 ? "" : "s");
    drawing_text(drawing, ROLE_LEGEND, INK_MUTED, PLOT_LEFT + 360, y, ALIGN_LEFT, FONT_SANS, LEGEND_SIZE, numbers);
    y += LEGEND_STEP;
  }
  return y;
}

static Drawing *draw_curves(const Trace *trace, const CdfCurve *curves) {
  Drawing *drawing = drawing_new();
  double top = page_head(drawing, trace, PAGE_WIDTH - 2 * PAGE_MARGIN, NULL) + 28, bottom = top + PLOT_HEIGHT;
  const ChartAxis x = time_axis(curves), y = {.max = 1, .low = bottom, .high = top};
  chart_value_axis(drawing, &y, x.low, x.high, TRUE);
  chart_time_axis(drawing, &x, top, bottom, "from the call that closes, on this side, until the state is reached");
  for (unsigned i = 0; i < CURVES; i++)
    if (curves[i].spans->len > 0)
      draw_curve(drawing, &curves[i], &x, &y);
  drawing->height = draw_legend(drawing, curves, bottom + 74) + 12;
  drawing->width = PAGE_WIDTH;
  return drawing;
}

Drawing *cdf_draw(const Trace *trace, const PlotOptions *options, GError **error) {
  g_autoptr(History) history = history_new(trace, HISTORY_DEFAULT);
  g_autoptr(GPtrArray) ends = page_ends(history, options, error);
  if (!ends)
    return NULL;
  CdfCurve curves[CURVES] = {{.about = "client side, to TIME-WAIT", .ink = INK_ACCENT, .dash = DASH_DASHED},
                             {.about = "client side, to CLOSED", .ink = INK_ACCENT, .dash = DASH_SOLID},
                             {.about = "server side, to TIME-WAIT", .ink = INK_ACCENT_2, .dash = DASH_DOTTED},
                             {.about = "server side, to CLOSED", .ink = INK_ACCENT_2, .dash = DASH_DASHDOT}};
  guint all = 0;
  for (unsigned i = 0; i < CURVES; i++)
    curves[i].spans = g_array_new(FALSE, FALSE, sizeof(SimTime));
  for (guint i = 0; i < ends->len; i++)
    take_end(history, ends->pdata[i], options, curves);
  for (unsigned i = 0; i < CURVES; i++) {
    g_array_sort(curves[i].spans, compare_times);
    all += curves[i].spans->len;
  }
  Drawing *drawing = all > 0 ? draw_curves(trace, curves) : NULL;
  if (!drawing)
    g_set_error(error, plot_chart_error(), 0, "no end of a connection has closed in this part of the run");
  for (unsigned i = 0; i < CURVES; i++)
    g_array_unref(curves[i].spans);
  return drawing;
}
