#include "output/picture/chart.h"
#include "output/picture/font_metrics.h"
#include "output/text/style.h"

#include <math.h>
#include <string.h>

/* How many ends are in each state over time: areas on top of each other, a panel for each host. CLOSED is no area: such
 * an end holds nothing. */

#define SMALL_LEFT    12.0
#define SMALL_PANEL   76.0
#define SMALL_GAP     34.0
#define SMALL_TEXT    11.0
#define PAGE_WIDTH    960.0
#define PLOT_LEFT     84.0
#define PLOT_RIGHT    36.0
#define PANELS_MAX    4
#define PANEL_ONE     340.0
#define PANEL_SEVERAL 210.0
#define PANEL_GAP     56.0
#define HOST_SIZE     15.0
#define LEGEND_SIZE   13.0
#define SAMPLE        26.0
/* If half of all changes happen in this share of the time or less, the axis is logarithmic. */
#define CROWDED 0.04

typedef struct Change {
  SimTime at;
  int8_t by; /* +1, -1 */
  uint8_t state;
  uint8_t panel;
} Change;

typedef struct Counts {
  Drawing *drawing;
  const Trace *trace;
  SimTime from, until;
  GArray *changes; /* of Change, by time */
  Name hosts[PANELS_MAX];
  unsigned panels;
  gboolean merged; /* the last panel is of all other hosts */
  gboolean used[TCP_STATE_COUNT];
  ChartAxis x;
} Counts;

static int compare_changes(gconstpointer a, gconstpointer b) {
  const Change *x = a, *y = b;
  return (x->at > y->at) - (x->at < y->at);
}

static unsigned panel_of(Counts *counts, Name host) {
  for (unsigned i = 0; i < counts->panels; i++)
    if (counts->hosts[i] == host)
      return i;
  if (counts->panels < PANELS_MAX) {
    counts->hosts[counts->panels] = host;
    return counts->panels++;
  }
  counts->merged = TRUE;
  return PANELS_MAX - 1;
}

static void collect_changes(Counts *counts, const GPtrArray *ends) {
  counts->changes = g_array_new(FALSE, FALSE, sizeof(Change));
  for (guint i = 0; i < ends->len; i++) {
    const HistoryEnd *end = ends->pdata[i];
    uint8_t panel = (uint8_t)panel_of(counts, end->host);
    for (guint s = 0; s < end->states->len; s++) {
      const HistoryState *stay = &g_array_index(end->states, HistoryState, s);
      if (stay->state == TCP_STATE_CLOSED || stay->until < counts->from || stay->from > counts->until)
        continue;
      Change enters = {.at = MAX(stay->from, counts->from), .by = 1, .state = (uint8_t)stay->state, .panel = panel};
      Change leaves = {.at = stay->until, .by = -1, .state = (uint8_t)stay->state, .panel = panel};
      g_array_append_val(counts->changes, enters);
      if (stay->left_by != HISTORY_NONE && stay->until <= counts->until)
        g_array_append_val(counts->changes, leaves);
      counts->used[stay->state] = counts->used[stay->state] || stay->until > stay->from;
    }
  }
  g_array_sort(counts->changes, compare_changes);
}

static void scale_time(Counts *counts, double left, double right) {
  double span = (double)(counts->until - counts->from);
  counts->x = (ChartAxis){.min = (double)counts->from, .max = (double)counts->until, .low = left, .high = right};
  guint n = counts->changes->len, first = 0;
  if (span <= 0) {
    counts->x.max = counts->x.min + 1e6;
    return;
  }
  while (first < n && g_array_index(counts->changes, Change, first).at <= counts->from)
    first++;
  if (first == n || counts->from > 0)
    return;
  double middle = (double)g_array_index(counts->changes, Change, first + (n - first) / 2).at;
  double earliest = (double)g_array_index(counts->changes, Change, first).at;
  counts->x.logarithmic = middle < CROWDED * span && span / earliest > 20;
  if (counts->x.logarithmic)
    counts->x.min = pow(10, floor(log10(earliest)));
}

/* --- one panel ---------------------------------------------------------------------------------------------------- */

/* The counts in each column of pixels: those of the instant in it at which most ends are live, so that no short-lived
 * one is lost between two columns. To be freed. */
static unsigned (*columns_of(const Counts *counts, unsigned panel, unsigned n))[TCP_STATE_COUNT] {
  unsigned(*columns)[TCP_STATE_COUNT] = g_malloc0_n(n, sizeof *columns);
  int now[TCP_STATE_COUNT] = {0}, live = 0;
  guint next = 0;
  for (unsigned column = 0; column < n; column++) {
    double right = counts->x.low + column + 1;
    int most = -1;
    for (;;) {
      const Change *change = next < counts->changes->len ? &g_array_index(counts->changes, Change, next) : NULL;
      gboolean here = change && (chart_at(&counts->x, (double)change->at) < right || column + 1 == n);
      /* An instant is over when the next change is of a later one. */
      gboolean over = !here || next == 0 || change->at != g_array_index(counts->changes, Change, next - 1).at;
      if (over && live > most) {
        most = live;
        for (unsigned s = 0; s < TCP_STATE_COUNT; s++)
          columns[column][s] = (unsigned)MAX(now[s], 0);
      }
      if (!here)
        break;
      next++;
      if (change->panel != panel)
        continue;
      now[change->state] += change->by;
      live += change->by;
    }
  }
  return columns;
}

/* Adds a point of a step, without those in the midst of a level line. */
static void add_point(GArray *points, double x, double y) {
  DrawingPoint point = {x, y};
  guint n = points->len;
  if (n > 1 && g_array_index(points, DrawingPoint, n - 1).y == y && g_array_index(points, DrawingPoint, n - 2).y == y)
    g_array_index(points, DrawingPoint, n - 1) = point;
  else
    g_array_append_val(points, point);
}

/* The area of one state from column `from` until it is empty again; returns the column after. */
static unsigned draw_area(const Counts *counts, unsigned (*columns)[TCP_STATE_COUNT], unsigned n, unsigned from,
                          unsigned state, const ChartAxis *y) {
  unsigned until = from;
  while (until < n && columns[until][state] > 0)
    until++;
  g_autoptr(GArray) above = g_array_new(FALSE, FALSE, sizeof(DrawingPoint));
  g_autoptr(GArray) below = g_array_new(FALSE, FALSE, sizeof(DrawingPoint));
  for (unsigned c = from; c < until; c++) {
    double left = counts->x.low + c;
    unsigned sum = 0;
    for (unsigned s = 0; s < state; s++)
      sum += columns[c][s];
    add_point(below, left, chart_at(y, sum));
    add_point(below, left + 1, chart_at(y, sum));
    add_point(above, left, chart_at(y, sum + columns[c][state]));
    add_point(above, left + 1, chart_at(y, sum + columns[c][state]));
  }
  for (guint i = below->len; i-- > 0;)
    g_array_append_val(above, g_array_index(below, DrawingPoint, i));
  DrawingMark *area = drawing_polygon(counts->drawing, ROLE_CURVE, INK_STATE + state,
                                      (const DrawingPoint *)(const void *)above->data, above->len);
  area->fill = drawing_state_fill((TcpState)state);
  return until;
}

/* The areas of one panel; returns how many ends are live at most. */
static unsigned draw_areas(const Counts *counts, unsigned panel, double top, double bottom, gboolean axes,
                           gboolean last) {
  unsigned n = (unsigned)(counts->x.high - counts->x.low), most = 1;
  g_autofree unsigned(*columns)[TCP_STATE_COUNT] = columns_of(counts, panel, n);
  for (unsigned c = 0; c < n; c++) {
    unsigned sum = 0;
    for (unsigned s = 0; s < TCP_STATE_COUNT; s++)
      sum += columns[c][s];
    most = MAX(most, sum);
  }
  const ChartAxis y = {.max = most, .low = bottom, .high = top};
  if (axes) {
    chart_value_axis(counts->drawing, &y, counts->x.low, counts->x.high, FALSE);
    chart_time_axis(counts->drawing, &counts->x, top, bottom, last ? "time since the start of the run" : "");
  }
  for (unsigned s = 0; s < TCP_STATE_COUNT; s++)
    for (unsigned c = 0; c < n;)
      c = columns[c][s] > 0 ? draw_area(counts, columns, n, c, s, &y) : c + 1;
  drawing_line(counts->drawing, ROLE_AXIS, INK_MUTED, counts->x.low, bottom, counts->x.high, bottom)->width = 1.2;
  return most;
}

/* Whose panel it is. To be freed. */
static char *panel_name(const Counts *counts, unsigned panel) {
  return page_clean(counts->merged && panel == PANELS_MAX - 1 ? "other hosts"
                                                              : trace_text(counts->trace, counts->hosts[panel]));
}

static void draw_panel(const Counts *counts, unsigned panel, double top, double bottom, gboolean last) {
  draw_areas(counts, panel, top, bottom, TRUE, last);
  g_autofree char *host = panel_name(counts, panel);
  g_autofree char *name = font_text_fit(FONT_SANS_BOLD, HOST_SIZE, host, counts->x.high - counts->x.low);
  drawing_text(counts->drawing, ROLE_HOST, INK_TEXT, counts->x.low, top - 18, ALIGN_LEFT, FONT_SANS_BOLD, HOST_SIZE,
               name);
}

static double draw_legend(const Counts *counts, double y, double size) {
  double x = counts->x.low, sample = SAMPLE * size / LEGEND_SIZE, step = 2 * size;
  for (unsigned s = 0; s < TCP_STATE_COUNT; s++) {
    if (!counts->used[s])
      continue;
    const char *name = tcp_state_name((TcpState)s);
    double width = sample + 8 + font_text_width(FONT_SANS, size, name);
    if (x + width > counts->x.high) {
      x = counts->x.low;
      y += step;
    }
    drawing_rect(counts->drawing, ROLE_LEGEND, INK_STATE + s, x, y - size / 2, x + sample, y + size / 2)->fill =
        drawing_state_fill((TcpState)s);
    drawing_text(counts->drawing, ROLE_LEGEND, INK_TEXT, x + sample + 8, y, ALIGN_LEFT, FONT_SANS, size, name);
    x += width + step;
  }
  return y + step;
}

Drawing *counts_draw(const Trace *trace, const PlotOptions *options, GError **error) {
  g_autoptr(History) history = history_new(trace, HISTORY_DEFAULT);
  g_autoptr(GPtrArray) ends = page_ends(history, options, error);
  Counts counts = {.trace = trace};
  if (!ends || !page_part(history, options, &counts.from, &counts.until, error))
    return NULL;
  collect_changes(&counts, ends);
  scale_time(&counts, PLOT_LEFT, PAGE_WIDTH - PLOT_RIGHT);
  counts.drawing = drawing_new();
  g_autofree char *about =
      g_strdup_printf("%u end%s of %u connection%s  ·  an end in CLOSED is not counted", ends->len,
                      ends->len == 1 ? "" : "s", history->n_conns, history->n_conns == 1 ? "" : "s");
  double y = page_head(counts.drawing, trace, PAGE_WIDTH - 2 * PAGE_MARGIN, about) + 18;
  y = draw_legend(&counts, y, LEGEND_SIZE) + 36;
  double height = counts.panels > 1 ? PANEL_SEVERAL : PANEL_ONE;
  for (unsigned p = 0; p < counts.panels; p++) {
    draw_panel(&counts, p, y, y + height, p + 1 == counts.panels);
    y += height + PANEL_GAP + 14;
  }
  counts.drawing->height = y;
  counts.drawing->width = PAGE_WIDTH;
  g_array_unref(counts.changes);
  return counts.drawing;
}

Drawing *counts_thumbnail(const Trace *trace, const PlotOptions *options, GError **error) {
  g_autoptr(History) history = history_new(trace, HISTORY_DEFAULT);
  g_autoptr(GPtrArray) ends = page_ends(history, options, error);
  Counts counts = {.trace = trace};
  if (!ends || !page_part(history, options, &counts.from, &counts.until, error))
    return NULL;
  collect_changes(&counts, ends);
  scale_time(&counts, SMALL_LEFT, THUMBNAIL_WIDTH - SMALL_LEFT);
  counts.drawing = drawing_new();
  g_free(counts.drawing->title);
  counts.drawing->title = page_clean(trace->header->title ? trace->header->title : "");
  double y = draw_legend(&counts, 16, SMALL_TEXT) + 12;
  for (unsigned p = 0; p < counts.panels; p++) {
    unsigned most = draw_areas(&counts, p, y, y + SMALL_PANEL, FALSE, FALSE);
    g_autofree char *host = panel_name(&counts, p);
    g_autofree char *name = font_text_fit(FONT_SANS_BOLD, SMALL_TEXT, host, THUMBNAIL_WIDTH / 2);
    g_autofree char *about = g_strdup_printf("%u connection%s at most", most, most == 1 ? "" : "s");
    drawing_text(counts.drawing, ROLE_HOST, INK_TEXT, SMALL_LEFT, y - 11, ALIGN_LEFT, FONT_SANS_BOLD, SMALL_TEXT, name);
    drawing_text(counts.drawing, ROLE_TICK, INK_MUTED, counts.x.high, y - 11, ALIGN_RIGHT, FONT_SANS, SMALL_TEXT,
                 about);
    y += SMALL_PANEL + SMALL_GAP;
  }
  char from[40], until[40];
  g_autofree char *span = g_strdup_printf("%s%s to %s", counts.x.logarithmic ? "logarithmic: " : "",
                                          text_span((SimTime)counts.x.min, from, sizeof from),
                                          text_span(counts.until, until, sizeof until));
  drawing_text(counts.drawing, ROLE_TICK, INK_MUTED, counts.x.high, y - SMALL_GAP + 12, ALIGN_RIGHT, FONT_SANS,
               SMALL_TEXT, span);
  counts.drawing->height = y - SMALL_GAP + 26;
  counts.drawing->width = THUMBNAIL_WIDTH;
  g_array_unref(counts.changes);
  return counts.drawing;
}
