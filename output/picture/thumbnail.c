#include "output/picture/font_metrics.h"
#include "output/picture/page.h"
#include "output/picture/placer.h"
#include "output/picture/sequence_model.h"

#include <math.h>

/* A small sequence diagram: lanes, states and arrows, each segment in a word, and no more than fits. It is made of the
 * same model as the large one, but its time is only as true as a small page allows: short waits to scale, long ones
 * shortened and marked. */

#define SIZE_HOST  12.0
#define SIZE_STATE 10.0
#define SIZE_LABEL 10.0
#define SIZE_BREAK 9.5
#define TOP        32.0
#define BOTTOM     12.0
/* From the page's edge to the middle of an outer host's strips: room for the longest name of a state. */
#define SIDE   100.0
#define BESIDE 5.0
/* The way of a usual flight, down; less where the page would be too high. */
#define FLIGHT       27.0
#define HEIGHT_MOST  330.0
#define HEIGHT_LEAST 130.0
/* Of more connections or hosts than these it is shown how many are in which state. */
#define CONNS_MOST 4u
#define HOSTS_MOST 4u
/* More moments are not drawn: a small page shows how it begins. */
#define MOMENTS_MOST 44u
#define STRIP        9.0
#define LANE_STEP    11.0
#define HEAD_LENGTH  8.0
#define HEAD_HALF    3.2
#define CROSS_HALF   4.0
#define STUB         22.0
#define RANK_STEP    4.0
/* Times a flight from which on a wait is marked as shortened. */
#define LONG_WAIT 9.0

typedef struct Thumb {
  SeqModel *model;
  Drawing *drawing;
  Placer *placer;
  double *xs;     /* the middle of each host's strips */
  gboolean *gaps; /* whether the time after a moment is shortened and marked */
  double bottom;
  gboolean cut; /* the run goes on below */
} Thumb;

/* --- where all stands --------------------------------------------------------------------------------------------- */

static int compare_times(gconstpointer a, gconstpointer b) {
  SimTime x = *(const SimTime *)a, y = *(const SimTime *)b;
  return (x > y) - (x < y);
}

/* How long a segment usually flies here; at least 1. */
static double usual_flight(const SeqModel *model) {
  g_autoptr(GArray) flights = g_array_new(FALSE, FALSE, sizeof(SimTime));
  for (guint i = 0; i < model->arrows->len; i++) {
    const SeqArrow *arrow = &g_array_index(model->arrows, SeqArrow, i);
    SimTime flight = SEQ_MOMENT(model, arrow->ended)->t - SEQ_MOMENT(model, arrow->left)->t;
    if (arrow->arrives && flight > 0)
      g_array_append_val(flights, flight);
  }
  g_array_sort(flights, compare_times);
  if (flights->len)
    return (double)g_array_index(flights, SimTime, flights->len / 2);
  SimTime span = SEQ_MOMENT(model, model->moments->len - 1)->t - SEQ_MOMENT(model, 0)->t;
  return MAX(1, (double)span / model->moments->len);
}

/* How much of the page a wait takes, one usual flight being 1. */
static double share_of(double flights) {
  if (flights <= 0)
    return 0.4;
  return flights <= 1.5 ? 0.3 + 0.7 * flights : MIN(1.35 + 0.3 * log2(flights / 1.5), 2.2);
}

static void lay_moments(Thumb *thumb) {
  SeqModel *model = thumb->model;
  guint n = model->moments->len;
  g_autofree double *shares = g_new0(double, n);
  double flight = usual_flight(model), sum = 0;
  thumb->gaps = g_new0(gboolean, n);
  for (guint i = 0; i + 1 < n; i++) {
    double wait = (double)(SEQ_MOMENT(model, i + 1)->t - SEQ_MOMENT(model, i)->t) / flight;
    gboolean edge = i == 0 || i + 2 == n;
    shares[i] = edge && wait <= 0 ? 0.45 : share_of(wait);
    thumb->gaps[i] = wait > LONG_WAIT;
    sum += shares[i];
  }
  double unit = MAX(FLIGHT, (HEIGHT_LEAST - TOP - BOTTOM) / sum), y = TOP;
  unit = MIN(unit, (HEIGHT_MOST - TOP - BOTTOM) / sum);
  for (guint i = 0; i < n; i++) {
    SEQ_MOMENT(model, i)->y = y;
    y += shares[i] * unit;
  }
  thumb->bottom = SEQ_MOMENT(model, n - 1)->y;
}

static void lay_hosts(Thumb *thumb) {
  guint n = thumb->model->hosts->len;
  thumb->xs = g_new0(double, n);
  for (guint h = 0; h < n; h++)
    thumb->xs[h] = n < 2 ? THUMBNAIL_WIDTH / 2 : SIDE + (THUMBNAIL_WIDTH - 2 * SIDE) * h / (n - 1);
}

static double strip_left(const Thumb *thumb, unsigned host, unsigned lane) {
  const SeqHost *of = SEQ_HOST(thumb->model, host);
  return thumb->xs[host] + ((double)lane - (of->n_lanes - 1) / 2.0) * LANE_STEP - STRIP / 2;
}

/* --- lines -------------------------------------------------------------------------------------------------------- */

static void draw_stay(Thumb *thumb, const SeqStay *stay) {
  double left = strip_left(thumb, stay->host, stay->lane), top = SEQ_MOMENT(thumb->model, stay->from)->y,
         bottom = SEQ_MOMENT(thumb->model, stay->until)->y;
  DrawingMark *strip =
      drawing_rect(thumb->drawing, ROLE_STRIP, (DrawingInk)(INK_STATE + stay->state), left, top, left + STRIP, bottom);
  strip->fill = drawing_state_fill(stay->state);
  strip->width = 1;
  strip->record = stay->record;
  placer_take_rect(thumb->placer, PLACER_STRIP, PLACER_NOBODY, left, top, left + STRIP, bottom);
}

static void draw_lifelines(Thumb *thumb) {
  for (unsigned h = 0; h < thumb->model->hosts->len; h++)
    for (unsigned l = 0; l < SEQ_HOST(thumb->model, h)->n_lanes; l++) {
      double x = strip_left(thumb, h, l) + STRIP / 2;
      drawing_line(thumb->drawing, ROLE_AXIS, INK_FAINT, x, TOP, x, thumb->bottom)->width = 1;
    }
}

/* Where time is shortened: two strokes over each strip. */
static void mark_gaps(Thumb *thumb) {
  for (guint i = 0; i + 1 < thumb->model->moments->len; i++) {
    double middle = (SEQ_MOMENT(thumb->model, i)->y + SEQ_MOMENT(thumb->model, i + 1)->y) / 2;
    if (!thumb->gaps[i] || SEQ_MOMENT(thumb->model, i + 1)->y - SEQ_MOMENT(thumb->model, i)->y < 12)
      continue;
    for (unsigned h = 0; h < thumb->model->hosts->len; h++) {
      double left = strip_left(thumb, h, 0) - 3, right = strip_left(thumb, h, SEQ_HOST(thumb->model, h)->n_lanes) + 1;
      const DrawingPoint gap[] = {
          {left, middle - 0.5}, {right, middle - 3.5}, {right, middle + 0.5}, {left, middle + 3.5}};
      drawing_polygon(thumb->drawing, ROLE_BREAK, INK_PAGE, gap, G_N_ELEMENTS(gap));
      for (unsigned edge = 0; edge < 2; edge++) {
        double y = middle + (edge ? 2.0 : -2.0);
        drawing_line(thumb->drawing, ROLE_BREAK, INK_MUTED, left, y + 1.5, right, y - 1.5)->width = 1;
      }
    }
  }
}

typedef struct Shaft {
  DrawingPoint from, to;
} Shaft;

static Shaft shaft_of(const Thumb *thumb, const SeqArrow *arrow) {
  gboolean right = thumb->xs[arrow->to] > thumb->xs[arrow->from];
  double from = strip_left(thumb, arrow->from, arrow->from_lane) + (right ? STRIP : 0);
  double to = strip_left(thumb, arrow->to, arrow->to_lane) + (right ? 0 : STRIP);
  double down = arrow->n_ranks < 2 ? 0 : arrow->rank * MIN(RANK_STEP, 12.0 / (arrow->n_ranks - 1));
  Shaft shaft = {{from + (to - from) * arrow->begin, SEQ_MOMENT(thumb->model, arrow->left)->y + down},
                 {from + (to - from) * arrow->end, SEQ_MOMENT(thumb->model, arrow->ended)->y + down}};
  if (arrow->dies && arrow->end <= 0) { /* where it left */
    shaft.to = (DrawingPoint){from + (right ? STUB : -STUB), shaft.from.y + 3};
  } else if (arrow->dies && arrow->end >= 1) { /* before the strip */
    shaft.to.x += right ? -CROSS_HALF - 2 : CROSS_HALF + 2;
  }
  return shaft;
}

static void draw_end(Thumb *thumb, const SeqArrow *arrow, const Shaft *shaft) {
  double length = MAX(1, hypot(shaft->to.x - shaft->from.x, shaft->to.y - shaft->from.y));
  double x = (shaft->to.x - shaft->from.x) / length, y = (shaft->to.y - shaft->from.y) / length;
  if (arrow->arrives) {
    DrawingPoint base = {shaft->to.x - HEAD_LENGTH * x, shaft->to.y - HEAD_LENGTH * y};
    const DrawingPoint points[] = {
        shaft->to, {base.x - HEAD_HALF * y, base.y + HEAD_HALF * x}, {base.x + HEAD_HALF * y, base.y - HEAD_HALF * x}};
    drawing_polygon(thumb->drawing, ROLE_HEAD, arrow->ink, points, G_N_ELEMENTS(points))->width = 1;
    placer_take_line(thumb->placer, PLACER_HEAD, PLACER_NOBODY, base, shaft->to, 2 * HEAD_HALF);
  }
  for (int turn = -1; arrow->dies && turn <= 1; turn += 2)
    drawing_line(thumb->drawing, ROLE_CROSS, arrow->ink, shaft->to.x - CROSS_HALF, shaft->to.y - turn * CROSS_HALF,
                 shaft->to.x + CROSS_HALF, shaft->to.y + turn * CROSS_HALF)
        ->width = 1.8;
  if (arrow->dies)
    placer_take_rect(thumb->placer, PLACER_CROSS, PLACER_NOBODY, shaft->to.x - CROSS_HALF, shaft->to.y - CROSS_HALF,
                     shaft->to.x + CROSS_HALF, shaft->to.y + CROSS_HALF);
}

static void draw_arrow(Thumb *thumb, guint index) {
  const SeqArrow *arrow = &g_array_index(thumb->model->arrows, SeqArrow, index);
  Shaft shaft = shaft_of(thumb, arrow);
  DrawingPoint to = shaft.to, from = shaft.from;
  double length = MAX(1, hypot(to.x - from.x, to.y - from.y)), short_of = arrow->arrives ? HEAD_LENGTH - 2 : 0;
  to.x -= (to.x - from.x) * MIN(0.5, short_of / length);
  to.y -= (to.y - from.y) * MIN(0.5, short_of / length);
  if (arrow->forged && !arrow->cut_off) { /* the host has not sent it */
    from.x += (to.x - from.x) * 0.2;
    from.y += (to.y - from.y) * 0.2;
  }
  DrawingMark *line = drawing_line(thumb->drawing, ROLE_ARROW, arrow->ink, from.x, from.y, to.x, to.y);
  line->dash = arrow->forged ? DASH_DASHDOT : arrow->copy ? DASH_DOTTED : arrow->dashed ? DASH_DASHED : DASH_SOLID;
  line->width = arrow->count > 1 ? 2.2 : 1.3;
  line->record = arrow->record;
  placer_take_line(thumb->placer, PLACER_SHAFT, index, from, to, 1.5);
}

/* --- texts -------------------------------------------------------------------------------------------------------- */

/* Draws a text if it has room. */
static gboolean try_text(Thumb *thumb, DrawingRole role, DrawingInk ink, size_t owner, DrawingPoint at, double angle,
                         DrawingAlign align, DrawingFont font, double size, const char *text) {
  DrawingPoint box[4];
  drawing_text_box(at, angle, align, font_text_width(font, size, text), font_line_height(size), box);
  for (unsigned c = 0; c < 4; c++)
    if (box[c].x < 1 || box[c].x > THUMBNAIL_WIDTH - 1 || box[c].y < 1)
      return FALSE;
  if (placer_hits(thumb->placer, PLACER_ALL, owner, box))
    return FALSE;
  DrawingMark *mark = drawing_text(thumb->drawing, role, ink, at.x, at.y, align, font, size, text);
  mark->angle = angle;
  mark->halo = role == ROLE_LABEL;
  placer_take(thumb->placer, PLACER_TEXT, owner, box);
  return TRUE;
}

/* What a segment is, in a word or two. */
static const char *kind_of(const TraceRecord *record) {
  unsigned flags = record->sent.flags;
  if (flags & TCP_RST)
    return "RST";
  if (flags & TCP_SYN)
    return flags & TCP_ACK ? "SYN ACK" : "SYN";
  if (flags & TCP_FIN)
    return record->sent.len > 0 ? "data FIN" : "FIN";
  return record->sent.len > 0 ? "data" : "ACK";
}

/* The record with an arrow's segment; of a copy its original's. */
static const TraceRecord *contents_of(const Thumb *thumb, const SeqArrow *arrow) {
  const TraceRecord *record = &thumb->model->trace->records[arrow->record];
  if (record->kind != TRACE_DUPLICATED)
    return record;
  return history_contents(thumb->model->history, history_segment(thumb->model->history, record->duplicated.copy));
}

static void draw_label(Thumb *thumb, guint index) {
  const SeqArrow *arrow = &g_array_index(thumb->model->arrows, SeqArrow, index);
  const TraceRecord *record = contents_of(thumb, arrow);
  g_autofree char *text =
      arrow->count > 1 ? g_strdup_printf("%u × %s", arrow->count, kind_of(record)) : g_strdup(kind_of(record));
  Shaft shaft = shaft_of(thumb, arrow);
  double dx = shaft.to.x - shaft.from.x, dy = shaft.to.y - shaft.from.y, length = MAX(1, hypot(dx, dy));
  double angle = -atan2(dx < 0 ? -dy : dy, fabs(dx)) * 180 / G_PI;
  static const double parts[] = {0.5, 0.38, 0.62, 0.28, 0.72};
  for (unsigned i = 0; i < 2 * G_N_ELEMENTS(parts); i++) {
    double part = parts[i / 2], off = (i % 2 ? 1 : -1) * 6.5, turn = dx < 0 ? -1 : 1;
    DrawingPoint at = {shaft.from.x + dx * part - off * turn * dy / length,
                       shaft.from.y + dy * part + off * turn * dx / length};
    if (try_text(thumb, ROLE_LABEL, arrow->ink, index, at, angle, ALIGN_CENTRE, FONT_SANS, SIZE_LABEL, text))
      return;
  }
}

/* Where texts of a host stand: outside of the first and the last. Others have none. */
static gboolean beside(const Thumb *thumb, unsigned host, double *ret_x, DrawingAlign *ret_align) {
  const SeqHost *of = SEQ_HOST(thumb->model, host);
  if (host == 0) {
    *ret_x = strip_left(thumb, host, 0) - BESIDE;
    *ret_align = ALIGN_RIGHT;
  } else if (host + 1 == thumb->model->hosts->len) {
    *ret_x = strip_left(thumb, host, of->n_lanes - 1) + STRIP + BESIDE;
    *ret_align = ALIGN_LEFT;
  } else
    return FALSE;
  return TRUE;
}

static void name_stay(Thumb *thumb, const SeqStay *stay) {
  double x, top = SEQ_MOMENT(thumb->model, stay->from)->y, bottom = SEQ_MOMENT(thumb->model, stay->until)->y;
  DrawingAlign align;
  if (stay->state == TCP_STATE_CLOSED || !beside(thumb, stay->host, &x, &align))
    return;
  double lowest = MAX(top + 1, bottom + 3);
  for (double y = top + 5; y <= lowest + 4; y += 2)
    if (try_text(thumb, ROLE_STATE, (DrawingInk)(INK_STATE_NAME + stay->state), PLACER_NOBODY, (DrawingPoint){x, y}, 0,
                 align, FONT_SANS_BOLD, SIZE_STATE, tcp_state_name(stay->state)))
      return;
}

/* A note in few words: of a call that was refused, how. To be freed. */
static char *brief(const Thumb *thumb, const SeqNote *note) {
  const Trace *trace = thumb->model->trace;
  const TraceRecord *record = note->record < trace->count ? &trace->records[note->record] : NULL;
  if (!record || record->kind != TRACE_APP)
    return g_strdup(note->text);
  g_autofree char *text =
      words_app_failed(trace, record) ? g_strdup(trace_text(trace, record->app.result)) : words_app(trace, record);
  return text ? seq_clean(text) : g_strdup(note->text);
}

/* Of what applications and hosts do only what goes wrong. */
static void draw_note(Thumb *thumb, const SeqNote *note) {
  double x;
  DrawingAlign align;
  if (note->ink != INK_LOST || note->peer >= 0 || !beside(thumb, note->host, &x, &align))
    return;
  double y = SEQ_MOMENT(thumb->model, note->moment)->y;
  g_autofree char *words = brief(thumb, note);
  g_autofree char *text = font_text_fit(FONT_SANS, SIZE_STATE, words, SIDE - BESIDE - STRIP);
  for (unsigned i = 0; i < 8; i++)
    if (try_text(thumb, ROLE_NOTE, note->ink, PLACER_NOBODY, (DrawingPoint){x, y + 2.0 * i}, 0, align, FONT_SANS,
                 SIZE_STATE, text))
      return;
}

/* A span of at most two digits that count, as it is said aloud. */
static SimTime rounded(SimTime span) {
  SimTime step = 1;
  while (span / step >= 100)
    step *= 10;
  return (span + step / 2) / step * step;
}

/* About how long a shortened wait is, between two hosts. */
static void name_gap(Thumb *thumb, guint index) {
  if (!thumb->gaps[index] || thumb->model->hosts->len < 2)
    return;
  const SeqMoment *from = SEQ_MOMENT(thumb->model, index), *until = SEQ_MOMENT(thumb->model, index + 1);
  char span[40];
  g_autofree char *text = g_strdup_printf("· · %s · ·", text_span(rounded(until->t - from->t), span, sizeof span));
  double x = (thumb->xs[0] + thumb->xs[1]) / 2, y = (from->y + until->y) / 2;
  try_text(thumb, ROLE_BREAK, INK_MUTED, PLACER_NOBODY, (DrawingPoint){x, y}, 0, ALIGN_CENTRE, FONT_SANS, SIZE_BREAK,
           text);
}

static void draw_texts(Thumb *thumb) {
  SeqModel *model = thumb->model;
  guint n = model->hosts->len;
  for (guint h = 0; h < n; h++) {
    double room = n < 2 ? THUMBNAIL_WIDTH : MIN(2 * SIDE - 8, (THUMBNAIL_WIDTH - 2 * SIDE) / (n - 1) - 8);
    g_autofree char *name = font_text_fit(FONT_SANS_BOLD, SIZE_HOST, SEQ_HOST(model, h)->title, room);
    drawing_text(thumb->drawing, ROLE_HOST, INK_TEXT, thumb->xs[h], TOP / 2, ALIGN_CENTRE, FONT_SANS_BOLD, SIZE_HOST,
                 name);
  }
  if (thumb->cut) {
    drawing_text(thumb->drawing, ROLE_BREAK, INK_MUTED, THUMBNAIL_WIDTH / 2, thumb->bottom + BOTTOM / 2, ALIGN_CENTRE,
                 FONT_SANS_BOLD, SIZE_HOST, "…");
    placer_take_rect(thumb->placer, PLACER_TEXT, PLACER_NOBODY, 0, thumb->bottom + 2, THUMBNAIL_WIDTH,
                     thumb->bottom + 2 * BOTTOM);
  }
  for (guint i = 0; i < model->notes->len; i++)
    draw_note(thumb, &g_array_index(model->notes, SeqNote, i));
  for (guint i = 0; i < model->stays->len; i++)
    name_stay(thumb, &g_array_index(model->stays, SeqStay, i));
  /* What is no pure ACK first: that is what a reader looks for. */
  for (unsigned dashed = 0; dashed < 2; dashed++)
    for (guint i = 0; i < model->arrows->len; i++)
      if (g_array_index(model->arrows, SeqArrow, i).dashed == (gboolean)dashed)
        draw_label(thumb, i);
  for (guint i = 0; i + 1 < model->moments->len; i++)
    name_gap(thumb, i);
}

static void draw_all(Thumb *thumb) {
  SeqModel *model = thumb->model;
  lay_moments(thumb);
  lay_hosts(thumb);
  draw_lifelines(thumb);
  for (guint i = 0; i < model->arrows->len; i++)
    draw_arrow(thumb, i);
  for (guint i = 0; i < model->stays->len; i++)
    draw_stay(thumb, &g_array_index(model->stays, SeqStay, i));
  mark_gaps(thumb);
  for (guint i = 0; i < model->arrows->len; i++) {
    const SeqArrow *arrow = &g_array_index(model->arrows, SeqArrow, i);
    Shaft shaft = shaft_of(thumb, arrow);
    draw_end(thumb, arrow, &shaft);
  }
  draw_texts(thumb);
  thumb->drawing->width = THUMBNAIL_WIDTH;
  thumb->drawing->height = ceil(thumb->bottom + BOTTOM + (thumb->cut ? 6 : 0));
}

static unsigned count_conns(const Trace *trace) {
  unsigned n = 0;
  for (size_t i = 0; i < trace->count; i++)
    n += trace->records[i].kind == TRACE_CONN;
  return n;
}

Drawing *thumbnail_draw(const Trace *trace, const PlotOptions *options, GError **error) {
  if (count_conns(trace) > CONNS_MOST)
    return counts_thumbnail(trace, options, error);
  g_autoptr(SeqModel) model = seq_model_new(trace, options, error);
  if (!model)
    return NULL;
  if (model->hosts->len > HOSTS_MOST)
    return counts_thumbnail(trace, options, error);
  gboolean cut = model->moments->len > MOMENTS_MOST;
  if (cut) {
    PlotOptions part = *options;
    part.until = SEQ_MOMENT(model, MOMENTS_MOST)->t;
    g_clear_pointer(&model, seq_model_free);
    model = seq_model_new(trace, &part, error);
    if (!model)
      return NULL;
  }
  g_autoptr(Placer) placer = placer_new();
  Thumb thumb = {.model = model, .drawing = drawing_new(), .placer = placer, .cut = cut};
  g_free(thumb.drawing->title);
  thumb.drawing->title = page_clean(trace->header->title ? trace->header->title : "");
  draw_all(&thumb);
  g_free(thumb.xs);
  g_free(thumb.gaps);
  return thumb.drawing;
}
