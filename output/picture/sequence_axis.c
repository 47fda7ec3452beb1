#include "output/picture/sequence_axis.h"

#include <stdlib.h>
#include <string.h>

/* Pixels. How high the usual flight is drawn; what is too flat to read, or too steep. */
#define FLIGHT_HEIGHT 84.0
#define TOO_FLAT      22.0
#define TOO_STEEP     230.0
/* A flight lower than this is a level line; where several stand, time is stretched. */
#define LEVEL        9.0
#define MICRO_HEIGHT 44.0
/* Gaps higher than this are cut, those that something flies over when they are higher still. */
#define GAP_MAX       124.0
#define GAP_FLOWN_MAX 330.0
/* Without any flight, the usual gap. */
#define GAP_USUAL 60.0
/* Beyond the first and the last moment; between moments of one instant. */
#define EDGE 44.0
#define STEP 30.0
/* Before and after a cut, at least, and the cut itself. */
#define STUB      27.0
#define BREAK     13.0
#define STUB_MORE 40.0
/* What a label and a note take of the height, and how much a stretch may grow for them. */
#define LABEL_ROOM 24.0
#define ASIDE_ROOM 11.0
#define NOTE_ROOM  17.0
#define GROW_MAX   4.0
/* Less if there are more arrows than this: a page can also be too high to be rendered, and to be read. */
#define GROW_FULLY 150
#define GROW_LEAST 1.8
/* A page longer than this is drawn denser, but not below the density at which texts still stand by themselves; one
 * that is so long that no screen helps, down to the density at which they just have room. */
static const struct { double length, least; } DENSITIES[] = {{1400, 0.55}, {10000, 0.2}};

typedef struct Layout {
  SeqModel *model;
  SeqAxis *axis;
  unsigned n;      /* moments */
  double density;  /* what the usual heights are multiplied by, 1 or less */
  unsigned *flown; /* for each gap, how many arrows fly over it */
} Layout;

/* A trace from elsewhere may hold any times. */
static SimTime span_between(const Layout *layout, unsigned from, unsigned until) {
  SimTime start = SEQ_MOMENT(layout->model, from)->t, end = SEQ_MOMENT(layout->model, until)->t;
  return start < 0 && end > SIM_NEVER + start ? SIM_NEVER : MAX(0, end - start);
}

static SimTime span_after(const Layout *layout, unsigned gap) {
  return span_between(layout, gap, gap + 1);
}

/* Whether time passes between moment `gap` and the next: not at the edges, nor within an instant. */
static gboolean is_time(const Layout *layout, unsigned gap) {
  return gap > 0 && gap + 2 < layout->n && span_after(layout, gap) > 0;
}

static gboolean is_cut(const Layout *layout, unsigned gap) {
  double height = (double)span_after(layout, gap) * layout->axis->scales[gap];
  return is_time(layout, gap) && height > layout->density * (layout->flown[gap] ? GAP_FLOWN_MAX : GAP_MAX);
}

static int compare_doubles(const void *a, const void *b) {
  const double *left = a, *right = b;
  return *left < *right ? -1 : *left > *right;
}

static double median_of(GArray *values) {
  qsort(values->data, values->len, sizeof(double), compare_doubles);
  return g_array_index(values, double, (values->len - 1) / 2);
}

/* How long a whole flight takes, in nanoseconds; 0 if the arrow does not tell. */
static double flight_span(const Layout *layout, const SeqArrow *arrow) {
  if (arrow->cut_off || (!arrow->arrives && !arrow->dies) || arrow->end <= 0)
    return 0;
  SimTime span = span_between(layout, arrow->left, arrow->ended);
  return (double)span / arrow->end;
}

/* The usual flight among those that leave and end within the moments from `first` to `last`; 0: there is none. */
static double usual_flight(const Layout *layout, unsigned first, unsigned last, GArray *values) {
  const GArray *arrows = layout->model->arrows;
  g_array_set_size(values, 0);
  for (guint i = 0; i < arrows->len; i++) {
    const SeqArrow *arrow = &g_array_index(arrows, SeqArrow, i);
    double span = flight_span(layout, arrow);
    if (span > 0 && arrow->left >= first && arrow->ended <= last)
      g_array_append_val(values, span);
  }
  return values->len > 0 ? median_of(values) : 0;
}

static void set_base(Layout *layout) {
  g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(double));
  double flight = usual_flight(layout, 0, layout->n, values);
  double gap = 1e6;
  if (flight <= 0) {
    for (unsigned i = 0; i + 1 < layout->n; i++) {
      double span = (double)span_after(layout, i);
      if (is_time(layout, i))
        g_array_append_val(values, span);
    }
    gap = values->len > 0 ? median_of(values) : gap;
  }
  layout->axis->base = layout->density * (flight > 0 ? FLIGHT_HEIGHT / flight : GAP_USUAL / gap);
  for (unsigned i = 0; i + 1 < layout->n; i++)
    layout->axis->scales[i] = is_time(layout, i) ? layout->axis->base : 0;
}

/* Over how many arrows a cut would run that could be drawn whole. */
static void count_flown(Layout *layout) {
  const GArray *arrows = layout->model->arrows;
  for (guint i = 0; i < arrows->len; i++) {
    const SeqArrow *arrow = &g_array_index(arrows, SeqArrow, i);
    SimTime span = span_between(layout, arrow->left, arrow->ended);
    if (arrow->cut_off || (double)span * layout->axis->base > layout->density * GAP_FLOWN_MAX)
      continue;
    layout->flown[arrow->left]++;
    layout->flown[arrow->ended]--;
  }
  for (unsigned gap = 1; gap < layout->n; gap++)
    layout->flown[gap] += layout->flown[gap - 1];
}

/* Calls `each` for every run of moments without a cut. */
typedef void (*EachStretch)(Layout *layout, unsigned first, unsigned last, GArray *arrows);

/* `arrows` are those that leave within the run. */
static void each_stretch(Layout *layout, gboolean by_scale, EachStretch each) {
  const GArray *all = layout->model->arrows;
  g_autoptr(GArray) arrows = g_array_new(FALSE, FALSE, sizeof(const SeqArrow *));
  guint next = 0;
  for (unsigned first = 0; first + 1 < layout->n;) {
    unsigned last = first + 1;
    while (last + 1 < layout->n && !is_cut(layout, last) &&
           (!by_scale || layout->axis->scales[last] == layout->axis->scales[last - 1] || !is_time(layout, last) ||
            !is_time(layout, last - 1)))
      last++;
    if (is_cut(layout, first))
      last = first + 1;
    g_array_set_size(arrows, 0);
    for (; next < all->len && g_array_index(all, SeqArrow, next).left < last; next++) {
      const SeqArrow *arrow = &g_array_index(all, SeqArrow, next);
      g_array_append_val(arrows, arrow);
    }
    if (!is_cut(layout, first))
      each(layout, first, last, arrows);
    first = last;
  }
}

static void scale_gaps(Layout *layout, unsigned first, unsigned last, double scale) {
  for (unsigned gap = first; gap < last; gap++)
    if (is_time(layout, gap))
      layout->axis->scales[gap] = scale;
}

/* Gives a stretch a scale of its own where its flights would be too flat or too steep. */
static void fit_stretch(Layout *layout, unsigned first, unsigned last, GArray *arrows) {
  g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, sizeof(double));
  for (guint i = 0; i < arrows->len; i++) {
    const SeqArrow *arrow = g_array_index(arrows, const SeqArrow *, i);
    double span = flight_span(layout, arrow);
    if (span > 0 && arrow->ended <= last)
      g_array_append_val(spans, span);
  }
  if (spans->len == 0)
    return;
  double usual = median_of(spans), height = usual * layout->axis->base;
  if (height < layout->density * TOO_FLAT || height > layout->density * TOO_STEEP)
    scale_gaps(layout, first, last, layout->density * FLIGHT_HEIGHT / usual);
}

/* Stretches time where several flights would be level lines on each other. */
static void stretch_flat(Layout *layout, unsigned first, unsigned last, GArray *arrows) {
  unsigned from = 0, until = 0, flights = 0;
  double least = 0;
  for (guint i = 0; i <= arrows->len; i++) {
    const SeqArrow *arrow = i < arrows->len ? g_array_index(arrows, const SeqArrow *, i) : NULL;
    double span = arrow ? flight_span(layout, arrow) : 0;
    gboolean flat = arrow != NULL && span > 0 && arrow->ended <= last &&
                    span * layout->axis->scales[MAX(arrow->left, first)] < LEVEL;
    if (arrow != NULL && !flat)
      continue;
    gboolean near =
        flat && flights > 0 && (double)span_between(layout, until, arrow->left) * layout->axis->base < LEVEL;
    if (!near) {
      if (flights > 1)
        scale_gaps(layout, from, until, MICRO_HEIGHT / least);
      if (arrow == NULL)
        break;
      from = arrow->left;
      until = arrow->ended;
      flights = 0;
      least = span;
    }
    flights++;
    until = MAX(until, arrow->ended);
    least = MIN(least, span);
  }
}

/* How much higher than `height` a stretch must be for all that is written beside its hosts. */
static double room_for(const Layout *layout, unsigned first, unsigned last, const GArray *arrows) {
  unsigned n_hosts = layout->model->hosts->len;
  g_autofree double *between = g_new0(double, n_hosts + 1), *beside = g_new0(double, n_hosts);
  for (guint i = 0; i < arrows->len; i++) {
    const SeqArrow *arrow = g_array_index(arrows, const SeqArrow *, i);
    for (unsigned h = MIN(arrow->from, arrow->to); h < MAX(arrow->from, arrow->to); h++)
      between[h] += arrow->aside ? LABEL_ROOM + ASIDE_ROOM : LABEL_ROOM;
  }
  const GArray *notes = layout->model->notes, *stays = layout->model->stays;
  for (guint i = 0; i < notes->len; i++) {
    const SeqNote *note = &g_array_index(notes, SeqNote, i);
    if (note->moment >= first && note->moment <= last && note->peer < 0)
      beside[note->host] += NOTE_ROOM;
  }
  for (guint i = 0; i < stays->len; i++) {
    const SeqStay *stay = &g_array_index(stays, SeqStay, i);
    if (stay->from >= first && stay->from <= last && stay->name != NULL)
      beside[stay->host] += NOTE_ROOM;
  }
  double most = 0;
  for (unsigned h = 0; h < n_hosts; h++)
    most = MAX(most, MAX(between[h], beside[h]));
  return most;
}

static void grow_stretch(Layout *layout, unsigned first, unsigned last, GArray *arrows) {
  double height = 0;
  for (unsigned gap = first; gap < last; gap++)
    height += is_time(layout, gap) ? (double)span_after(layout, gap) * layout->axis->scales[gap] : STEP;
  double room = room_for(layout, first, last, arrows);
  if (height <= 0 || room <= height)
    return;
  double most = GROW_MAX * GROW_FULLY / MAX(GROW_FULLY, layout->model->arrows->len);
  double factor = MIN(MAX(most, GROW_LEAST) / layout->density, room / height);
  for (unsigned gap = first; gap < last; gap++)
    layout->axis->scales[gap] *= factor;
}

/* Cuts out as much as leaves a round number. */
static void place_cut(Layout *layout, unsigned gap, double *y) {
  const double *scales = layout->axis->scales;
  double above = is_time(layout, gap - 1) && !is_cut(layout, gap - 1) ? scales[gap - 1] : scales[gap];
  double below = is_time(layout, gap + 1) && !is_cut(layout, gap + 1) ? scales[gap + 1] : scales[gap];
  double stub = layout->density * STUB;
  double rest = (double)span_after(layout, gap) - stub / above - stub / below;
  if (rest <= 0) {
    above = below = scales[gap];
    rest = (double)span_after(layout, gap) - 2 * stub / above;
  }
  SimTime unit = 1, cut = MAX(0, (SimTime)rest);
  while (unit < SIM_NEVER / 10 && (double)unit * (above + below) / 2 < STUB_MORE * 10 && unit * 10 <= cut)
    unit *= 10;
  while (unit > 1 && (double)(cut % unit) * (above + below) / 2 > STUB_MORE)
    unit /= 10;
  double more = (double)(cut % unit) / 2;
  cut -= cut % unit;
  SeqBreak here = {.after = gap, .cut = cut};
  here.top = *y + stub + more * above;
  here.bottom = here.top + BREAK;
  *y = here.bottom + stub + more * below;
  g_array_append_val(layout->axis->breaks, here);
}

static void place_moments(Layout *layout, double top) {
  double y = top;
  g_autofree gboolean *cut = g_new0(gboolean, layout->n);
  for (unsigned gap = 0; gap + 1 < layout->n; gap++)
    cut[gap] = is_cut(layout, gap);
  for (unsigned gap = 0; gap < layout->n; gap++) {
    SEQ_MOMENT(layout->model, gap)->y = y;
    if (gap + 1 == layout->n)
      break;
    if (!is_time(layout, gap))
      y += gap == 0 || gap + 2 == layout->n ? EDGE : STEP;
    else if (cut[gap])
      place_cut(layout, gap, &y);
    else
      y += (double)span_after(layout, gap) * layout->axis->scales[gap];
  }
  for (unsigned gap = 0; gap + 1 < layout->n; gap++)
    if (cut[gap])
      layout->axis->scales[gap] = 0;
  layout->axis->bottom = y;
}

static void lay_out(Layout *layout, double top) {
  g_array_set_size(layout->axis->breaks, 0);
  memset(layout->flown, 0, (layout->n + 1) * sizeof *layout->flown);
  set_base(layout);
  count_flown(layout);
  each_stretch(layout, FALSE, fit_stretch);
  each_stretch(layout, TRUE, stretch_flat);
  each_stretch(layout, TRUE, grow_stretch);
  place_moments(layout, top);
}

SeqAxis *seq_axis_new(SeqModel *model, double top) {
  SeqAxis *axis = g_new0(SeqAxis, 1);
  Layout layout = {.model = model, .axis = axis, .n = model->moments->len, .density = 1};
  axis->breaks = g_array_new(FALSE, FALSE, sizeof(SeqBreak));
  axis->scales = g_new0(double, layout.n);
  g_autofree unsigned *flown = g_new0(unsigned, layout.n + 1);
  layout.flown = flown;
  lay_out(&layout, top);
  for (unsigned i = 0; i < G_N_ELEMENTS(DENSITIES); i++) {
    double share = DENSITIES[i].length / (axis->bottom - top);
    if (share >= 1)
      break;
    layout.density = MAX(DENSITIES[i].least, layout.density * share);
    lay_out(&layout, top);
  }
  return axis;
}

void seq_axis_free(SeqAxis *axis) {
  if (axis == NULL)
    return;
  g_array_unref(axis->breaks);
  g_free(axis->scales);
  g_free(axis);
}

gboolean seq_axis_is_straight(const SeqAxis *axis, unsigned from, unsigned until) {
  for (unsigned gap = from; gap < until; gap++)
    if (axis->scales[gap] <= 0 || axis->scales[gap] != axis->scales[from])
      return FALSE;
  return TRUE;
}
