#include "output/picture/font_metrics.h"
#include "output/picture/page.h"
#include "output/text/style.h"

#include <math.h>
#include <string.h>

/* The state chart: a strip for each end of a connection, time to the right, cut where nothing happens. */

#define CHART_WIDTH  820.0
#define CHART_MAX    1500.0
#define PER_INSTANT  46.0
#define ROWS_MAX     16
#define STRIP        22.0
#define NAME_SIZE    13.0
#define NAME_STEP    17.0
#define SPAN_SIZE    11.5
#define TICK_SIZE    12.0
#define LABEL_SIZE   15.0
#define ADDRESS_SIZE 12.0
#define LABEL_MAX    240.0
#define ROW_GAP      20.0
#define CONN_GAP     18.0
#define LEGIBLE      34.0  /* what a usual span between two instants takes at least */
#define CUT_WIDTH    112.0 /* what a span takes that is cut, and the gap in it */
#define CUT_GAP      12.0
#define TEXT_GAP     9.0
/* Before the first instant and after the last, where states begin or end; where none does. */
#define LEAD        114.0
#define TAIL        72.0
#define EDGE        26.0
#define NAME_LEVELS 6

typedef struct Chart {
  Drawing *drawing;
  const Trace *trace;
  SimTime from, until;
  GPtrArray *ends;    /* of const HistoryEnd * */
  GArray *instants;   /* of SimTime, ascending, from `from` to `until` */
  gboolean *cut;      /* for each span between instants */
  double *x;          /* of each instant */
  double left, width; /* of the strips, with the edges before the first instant and after the last */
  double lead, tail;  /* these edges */
} Chart;

static SimTime instant(const Chart *chart, guint i) {
  return g_array_index(chart->instants, SimTime, i);
}

static int compare_times(gconstpointer a, gconstpointer b) {
  SimTime x = *(const SimTime *)a, y = *(const SimTime *)b;
  return (x > y) - (x < y);
}

static void collect_instants(Chart *chart) {
  GArray *all = g_array_new(FALSE, FALSE, sizeof(SimTime));
  g_array_append_val(all, chart->from);
  g_array_append_val(all, chart->until);
  for (guint i = 0; i < chart->ends->len; i++) {
    const HistoryEnd *end = chart->ends->pdata[i];
    for (guint s = 0; s < end->states->len; s++) {
      SimTime at = g_array_index(end->states, HistoryState, s).from;
      if (at > chart->from && at < chart->until)
        g_array_append_val(all, at);
    }
  }
  g_array_sort(all, compare_times);
  guint n = 1;
  for (guint i = 1; i < all->len; i++)
    if (g_array_index(all, SimTime, i) != g_array_index(all, SimTime, n - 1))
      g_array_index(all, SimTime, n++) = g_array_index(all, SimTime, i);
  g_array_set_size(all, n);
  chart->instants = all;
}

/* How many of the longest spans are cut: as few as make a usual span of the rest legible. */
static guint spans_to_cut(const GArray *spans, double width) {
  guint n = spans->len, best = 0;
  double best_usual = 0;
  double sum = 0;
  for (guint i = 0; i < n; i++)
    sum += (double)g_array_index(spans, SimTime, i);
  for (guint cut = 0; cut < n; cut++) {
    double rest = width - cut * CUT_WIDTH;
    if (rest < width / 4)
      break;
    /* Ascending: the longest are the last. A quarter of the spans may be shorter than the usual one. */
    double usual = rest / sum * (double)g_array_index(spans, SimTime, (n - cut - 1) / 4);
    if (usual > best_usual * 1.25) {
      best = cut;
      best_usual = usual;
    }
    if (usual >= LEGIBLE)
      break;
    sum -= (double)g_array_index(spans, SimTime, n - 1 - cut);
  }
  return best;
}

/* What a state needs that an end was in before the first instant, or is in after the last. */
static void set_edges(Chart *chart) {
  chart->lead = chart->tail = EDGE;
  for (guint i = 0; i < chart->ends->len; i++) {
    const HistoryEnd *end = chart->ends->pdata[i];
    const HistoryState *first = &g_array_index(end->states, HistoryState, 0);
    const HistoryState *last = &g_array_index(end->states, HistoryState, end->states->len - 1);
    if (first->until == chart->from && end->states->len > 1)
      chart->lead = LEAD;
    if (last->from == chart->until && end->states->len > 1)
      chart->tail = TAIL;
  }
}

static void scale_time(Chart *chart) {
  guint n = chart->instants->len;
  set_edges(chart);
  chart->cut = g_new0(gboolean, n);
  chart->x = g_new0(double, n);
  chart->width = CLAMP(n * PER_INSTANT, CHART_WIDTH, CHART_MAX);
  g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, sizeof(SimTime));
  for (guint i = 0; i + 1 < n; i++) {
    SimTime span = instant(chart, i + 1) - instant(chart, i);
    g_array_append_val(spans, span);
  }
  g_array_sort(spans, compare_times);
  guint cuts = spans->len ? spans_to_cut(spans, chart->width) : 0;
  SimTime longest = cuts < spans->len ? g_array_index(spans, SimTime, spans->len - 1 - cuts) : 0;
  double sum = 0;
  guint cut = 0;
  for (guint i = 0; i + 1 < n; i++) {
    SimTime span = instant(chart, i + 1) - instant(chart, i);
    chart->cut[i] = cuts > 0 && span > longest;
    cut += (guint)chart->cut[i];
    sum += chart->cut[i] ? 0 : (double)span;
  }
  double scale = sum > 0 ? (chart->width - cut * CUT_WIDTH) / sum : 0;
  chart->width += chart->lead + chart->tail;
  chart->x[0] = chart->left + chart->lead;
  for (guint i = 0; i + 1 < n; i++) {
    double span = (double)(instant(chart, i + 1) - instant(chart, i));
    chart->x[i + 1] = chart->x[i] + (chart->cut[i] ? CUT_WIDTH : span * scale);
  }
}

/* Of an instant of the chart, or outside of it. */
static double x_of(const Chart *chart, SimTime at) {
  guint low = 0, high = chart->instants->len - 1;
  if (at <= instant(chart, low))
    return chart->x[low];
  while (low < high) {
    guint mid = low + (high - low) / 2;
    if (instant(chart, mid) < at)
      low = mid + 1;
    else
      high = mid;
  }
  return chart->x[low];
}

/* Where a stay's strip begins and ends: the edges of the chart, for what goes on there. */
static double stay_left(const Chart *chart, const HistoryState *stay) {
  gboolean before = stay->from < chart->from || stay->entered_by == HISTORY_NONE;
  return before && stay->from <= chart->from ? chart->left : x_of(chart, stay->from);
}

static double stay_right(const Chart *chart, const HistoryState *stay) {
  gboolean after = stay->until > chart->until || stay->left_by == HISTORY_NONE;
  return after ? chart->left + chart->width : x_of(chart, stay->until);
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

/* A name above its stay: on the lowest line with room; a leader leads there from above the first. */
typedef struct NamePlace {
  unsigned level;
  double x; /* of its left edge */
  double width, anchor;
} NamePlace;

static gboolean stay_is_drawn(const Chart *chart, const HistoryState *stay) {
  return stay->from <= chart->until && stay->until >= chart->from && stay_left(chart, stay) < stay_right(chart, stay);
}

/* Levels from 0, the line next to the strip. `ret_levels` is how many are used. From the last to the first: a leader
 * then goes down to the left of all names below it. */
static NamePlace *place_names(const Chart *chart, const HistoryEnd *end, unsigned *ret_levels) {
  NamePlace *places = g_new0(NamePlace, end->states->len);
  double left[NAME_LEVELS], chart_right = chart->left + chart->width; /* of what stands on each level so far */
  for (unsigned i = 0; i < NAME_LEVELS; i++)
    left[i] = INFINITY;
  *ret_levels = 1;
  for (guint s = end->states->len; s-- > 0;) {
    const HistoryState *stay = &g_array_index(end->states, HistoryState, s);
    NamePlace *place = &places[s];
    place->level = NAME_LEVELS;
    if (!stay_is_drawn(chart, stay))
      continue;
    double from = stay_left(chart, stay), until = stay_right(chart, stay);
    place->width = font_text_width(FONT_SANS_BOLD, NAME_SIZE, tcp_state_name(stay->state));
    place->anchor = MIN(from + 4, (from + until) / 2);
    place->x = MIN(from, chart_right - place->width);
    gboolean own = place->width <= until - from + 1;
    /* Before it begins an end is CLOSED, as its empty strip says. */
    if (s == 0 && !own && stay->state == TCP_STATE_CLOSED)
      continue;
    for (unsigned level = own ? 0 : 1; level < NAME_LEVELS; level++) {
      gboolean free = place->x + place->width + TEXT_GAP <= left[level];
      for (unsigned below = 0; below < level; below++)
        free = free && place->anchor + 3 <= left[below];
      if (!free)
        continue;
      place->level = level;
      left[level] = place->x;
      for (unsigned below = 0; below < level; below++)
        left[below] = MIN(left[below], place->anchor + TEXT_GAP - 3);
      *ret_levels = MAX(*ret_levels, level + 1);
      break;
    }
  }
  return places;
}

static void draw_stay(const Chart *chart, const HistoryState *stay, double top) {
  double from = stay_left(chart, stay), until = stay_right(chart, stay);
  DrawingMark *strip = drawing_rect(chart->drawing, ROLE_STRIP, INK_STATE + stay->state, from, top, until, top + STRIP);
  strip->fill = drawing_state_fill(stay->state);
  strip->width = 1.2;
  strip->record = stay->entered_by;
  if (stay->from < chart->from || stay->until > chart->until || stay->left_by == HISTORY_NONE ||
      stay->from == stay->until)
    return;
  char span[40];
  text_span(stay->until - stay->from, span, sizeof span);
  if (font_text_width(FONT_SANS, SPAN_SIZE, span) + 4 <= until - from)
    drawing_text(chart->drawing, ROLE_NOTE, INK_MUTED, (from + until) / 2, top + STRIP + 10, ALIGN_CENTRE, FONT_SANS,
                 SPAN_SIZE, span)
        ->halo = TRUE;
}

static void draw_names(const Chart *chart, const HistoryEnd *end, const NamePlace *places, double top) {
  for (guint s = 0; s < end->states->len; s++) {
    const NamePlace *place = &places[s];
    const HistoryState *stay = &g_array_index(end->states, HistoryState, s);
    if (place->level >= NAME_LEVELS)
      continue;
    double y = top - 10 - place->level * NAME_STEP;
    DrawingInk ink = INK_STATE_NAME + stay->state;
    if (place->level > 0)
      drawing_line(chart->drawing, ROLE_AXIS, ink, place->anchor, y + 8, place->anchor, top)->width = 1;
    drawing_text(chart->drawing, ROLE_STATE, ink, place->x, y, ALIGN_LEFT, FONT_SANS_BOLD, NAME_SIZE,
                 tcp_state_name(stay->state))
        ->halo = TRUE;
  }
}

/* Two slanted strokes with the page between them, through the strip. */
static void draw_cuts(const Chart *chart, double top, double bottom) {
  for (guint i = 0; i + 1 < chart->instants->len; i++) {
    if (!chart->cut[i])
      continue;
    double x = (chart->x[i] + chart->x[i + 1]) / 2, half = CUT_GAP / 2, slant = 4;
    DrawingPoint gap[] = {{x - half + slant, top - 3},
                          {x + half + slant, top - 3},
                          {x + half - slant, bottom + 3},
                          {x - half - slant, bottom + 3}};
    drawing_polygon(chart->drawing, ROLE_BREAK, INK_PAGE, gap, 4);
    drawing_line(chart->drawing, ROLE_BREAK, INK_MUTED, gap[0].x, gap[0].y, gap[3].x, gap[3].y)->width = 1;
    drawing_line(chart->drawing, ROLE_BREAK, INK_MUTED, gap[1].x, gap[1].y, gap[2].x, gap[2].y)->width = 1;
  }
}

static void draw_row_label(const Chart *chart, const HistoryEnd *end, gboolean named, double middle) {
  g_autofree char *host = page_clean(trace_text(chart->trace, end->host));
  g_autofree char *about =
      named ? g_strdup_printf("%s  %s", trace_text(chart->trace, end->conn), trace_text(chart->trace, end->endpoint))
            : g_strdup(trace_text(chart->trace, end->endpoint));
  g_autofree char *clean = page_clean(about);
  double room = chart->left - PAGE_MARGIN - 18;
  g_autofree char *title = font_text_fit(FONT_SANS_BOLD, LABEL_SIZE, host, room);
  g_autofree char *second = font_text_fit(FONT_SANS, ADDRESS_SIZE, clean, room);
  drawing_text(chart->drawing, ROLE_HOST, INK_TEXT, PAGE_MARGIN, middle - 8, ALIGN_LEFT, FONT_SANS_BOLD, LABEL_SIZE,
               title);
  drawing_text(chart->drawing, ROLE_HOST, INK_MUTED, PAGE_MARGIN, middle + 10, ALIGN_LEFT, FONT_SANS, ADDRESS_SIZE,
               second);
}

/* Draws all rows; returns the y below. */
static double draw_rows(const Chart *chart, gboolean named, double y) {
  for (guint i = 0; i < chart->ends->len; i++) {
    const HistoryEnd *end = chart->ends->pdata[i];
    const HistoryEnd *before = i > 0 ? chart->ends->pdata[i - 1] : NULL;
    if (before && before->conn != end->conn)
      y += CONN_GAP;
    unsigned levels;
    g_autofree NamePlace *places = place_names(chart, end, &levels);
    double top = y + levels * NAME_STEP + 4;
    for (guint s = 0; s < end->states->len; s++) {
      const HistoryState *stay = &g_array_index(end->states, HistoryState, s);
      if (stay_is_drawn(chart, stay))
        draw_stay(chart, stay, top);
    }
    draw_cuts(chart, top, top + STRIP);
    draw_names(chart, end, places, top);
    draw_row_label(chart, end, named, top + STRIP / 2);
    y = top + STRIP + ROW_GAP;
  }
  return y;
}

/* --- the axis ----------------------------------------------------------------------------------------------------- */

/* As many digits as all instants need, at most nine. */
static int digits_of(const Chart *chart) {
  int digits = 0;
  for (guint i = 0; i < chart->instants->len; i++) {
    SimTime rest = instant(chart, i) % 1000000000;
    for (int d = 9; d > digits; d--) {
      if (rest % 10 != 0) {
        digits = d;
        break;
      }
      rest /= 10;
    }
  }
  return digits;
}

static void draw_axis(const Chart *chart, double top, double y) {
  double right = -INFINITY;
  int digits = MIN(digits_of(chart), 6);
  drawing_line(chart->drawing, ROLE_AXIS, INK_FAINT, chart->left, y, chart->left + chart->width, y)->width = 1.2;
  draw_cuts(chart, y, y);
  for (guint i = 0; i < chart->instants->len; i++) {
    double x = chart->x[i];
    g_autofree char *text = page_time(instant(chart, i), digits);
    double half = font_text_width(FONT_MONO, TICK_SIZE, text) / 2;
    drawing_line(chart->drawing, ROLE_TICK, INK_MUTED, x, y, x, y + 5)->width = 1;
    if (x - half < right + TEXT_GAP)
      continue;
    right = x + half;
    drawing_text(chart->drawing, ROLE_TICK, INK_MUTED, x, y + 15, ALIGN_CENTRE, FONT_MONO, TICK_SIZE, text);
  }
  for (guint i = 0; i + 1 < chart->instants->len; i++) {
    if (!chart->cut[i])
      continue;
    char text[40];
    text_span(instant(chart, i + 1) - instant(chart, i), text, sizeof text);
    drawing_text(chart->drawing, ROLE_BREAK, INK_MUTED, (chart->x[i] + chart->x[i + 1]) / 2, top - 4, ALIGN_CENTRE,
                 FONT_SANS, TICK_SIZE, text);
  }
}

/* A rule down from each instant, behind all else. */
static void draw_rules(const Chart *chart, double top, double bottom) {
  double last = -INFINITY;
  for (guint i = 0; i < chart->instants->len; i++) {
    if (chart->x[i] < last + 3)
      continue;
    last = chart->x[i];
    DrawingMark *rule = drawing_line(chart->drawing, ROLE_AXIS, INK_FAINT, last, top, last, bottom);
    rule->width = 0.8;
    rule->dash = DASH_DOTTED;
  }
}

static double label_width(const Chart *chart, gboolean named) {
  double most = 60;
  for (guint i = 0; i < chart->ends->len; i++) {
    const HistoryEnd *end = chart->ends->pdata[i];
    g_autofree char *host = page_clean(trace_text(chart->trace, end->host));
    g_autofree char *about =
        named ? g_strdup_printf("%s  %s", trace_text(chart->trace, end->conn), trace_text(chart->trace, end->endpoint))
              : g_strdup(trace_text(chart->trace, end->endpoint));
    most = MAX(most, font_text_width(FONT_SANS_BOLD, LABEL_SIZE, host));
    most = MAX(most, font_text_width(FONT_SANS, ADDRESS_SIZE, about));
  }
  return MIN(most, LABEL_MAX);
}

/* How high all rows are, without drawing them. */
static double rows_height(const Chart *chart) {
  double height = 0;
  for (guint i = 0; i < chart->ends->len; i++) {
    const HistoryEnd *end = chart->ends->pdata[i];
    unsigned levels;
    g_free(place_names(chart, end, &levels));
    height += levels * NAME_STEP + 4 + STRIP + ROW_GAP;
    if (i > 0 && ((const HistoryEnd *)chart->ends->pdata[i - 1])->conn != end->conn)
      height += CONN_GAP;
  }
  return height;
}

static void draw_chart(Chart *chart, guint left_out) {
  gboolean named = FALSE;
  for (guint i = 1; i < chart->ends->len; i++)
    named =
        named || ((const HistoryEnd *)chart->ends->pdata[i])->conn != ((const HistoryEnd *)chart->ends->pdata[0])->conn;
  collect_instants(chart);
  chart->left = PAGE_MARGIN + label_width(chart, named) + 26;
  scale_time(chart);
  double page = chart->left + chart->width + 46;
  g_autofree char *more =
      left_out ? g_strdup_printf("%u more ends are not drawn: --conn picks some, --kind counts counts all", left_out)
               : NULL;
  double top = page_head(chart->drawing, chart->trace, page - 2 * PAGE_MARGIN, more) + 22;
  double bottom = top + rows_height(chart) + 14;
  draw_rules(chart, top + 6, bottom);
  draw_rows(chart, named, top + 8);
  draw_axis(chart, top, bottom);
  chart->drawing->width = page;
  chart->drawing->height = bottom + 46;
}

Drawing *states_draw(const Trace *trace, const PlotOptions *options, GError **error) {
  g_autoptr(History) history = history_new(trace, HISTORY_DEFAULT);
  g_autoptr(GPtrArray) ends = page_ends(history, options, error);
  Chart chart = {.trace = trace, .ends = ends};
  if (!ends || !page_part(history, options, &chart.from, &chart.until, error))
    return NULL;
  guint left_out = ends->len > ROWS_MAX ? ends->len - ROWS_MAX : 0;
  g_ptr_array_set_size(ends, (int)MIN(ends->len, ROWS_MAX));
  chart.drawing = drawing_new();
  draw_chart(&chart, left_out);
  g_array_unref(chart.instants);
  g_free(chart.cut);
  g_free(chart.x);
  return chart.drawing;
}
