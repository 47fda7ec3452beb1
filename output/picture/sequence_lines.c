#include "output/picture/sequence_page.h"

#include <math.h>

/* Arrows that leave together for one end lie this far apart; those that die at once, further. */
#define RANK_STEP  6.5
#define RANK_CROSS 14.0
#define RANK_MOST  24.0
/* A segment that died where it left. */
#define STUB_LENGTH 30.0
/* Where a forged segment begins, seen from the lifeline. */
#define FORGED_FROM 20.0
#define DIAMOND     5.0
/* Around a cross, other lines are interrupted. */
#define GAP 12.0
/* Marks of a break beside a strip. */
#define SLASH_OUT 7.0
#define SLASH_UP  3.0

static DrawingPoint along(DrawingPoint from, DrawingPoint to, double part) {
  return (DrawingPoint){.x = from.x + (to.x - from.x) * part, .y = from.y + (to.y - from.y) * part};
}

static SeqShaft shaft_of(const SeqPage *page, const SeqArrow *arrow) {
  SeqShaft shaft = {.stub = arrow->dies && arrow->end <= 0};
  gboolean right = page->columns[arrow->to].x > page->columns[arrow->from].x;
  double from =
      right ? seq_lane_right(page, arrow->from, arrow->from_lane) : seq_lane_left(page, arrow->from, arrow->from_lane);
  double to = right ? seq_lane_left(page, arrow->to, arrow->to_lane) : seq_lane_right(page, arrow->to, arrow->to_lane);
  double step = arrow->n_ranks < 2 ? 0 : MIN(shaft.stub ? RANK_CROSS : RANK_STEP, RANK_MOST / (arrow->n_ranks - 1));
  double down = arrow->rank * step;
  shaft.from = (DrawingPoint){from + (to - from) * arrow->begin, SEQ_MOMENT(page->model, arrow->left)->y + down};
  shaft.to = (DrawingPoint){from + (to - from) * arrow->end, SEQ_MOMENT(page->model, arrow->ended)->y + down};
  if (shaft.stub) {
    /* Beyond the other strips of the host, if there are any. */
    double out = right ? page->columns[arrow->from].x + page->columns[arrow->from].half
                       : page->columns[arrow->from].x - page->columns[arrow->from].half;
    shaft.to.x = out + (right ? STUB_LENGTH : -STUB_LENGTH);
    shaft.to.y = shaft.from.y;
  } else if (arrow->dies && arrow->end >= 1) {
    double length = hypot(shaft.to.x - shaft.from.x, shaft.to.y - shaft.from.y);
    shaft.to = along(shaft.from, shaft.to, 1 - MIN(0.5, 2 * CROSS_HALF / MAX(length, 1)));
  }
  return shaft;
}

static DrawingDash dash_of(const SeqArrow *arrow) {
  if (arrow->forged)
    return DASH_DASHDOT;
  if (arrow->copy)
    return DASH_DOTTED;
  return arrow->dashed ? DASH_DASHED : DASH_SOLID;
}

/* Where the line begins and ends, without head and, if forged, without what the host has not sent. */
static void line_of(const SeqArrow *arrow, const SeqShaft *shaft, DrawingPoint *ret_from, DrawingPoint *ret_to) {
  double length = MAX(1, hypot(shaft->to.x - shaft->from.x, shaft->to.y - shaft->from.y));
  *ret_from =
      arrow->forged && !arrow->cut_off ? along(shaft->from, shaft->to, MIN(0.3, FORGED_FROM / length)) : shaft->from;
  *ret_to = arrow->arrives ? along(shaft->from, shaft->to, 1 - MIN(0.5, (HEAD_LENGTH - 2) / length)) : shaft->to;
}

/* Two strokes where time is cut out under an arrow: its slant does not tell there. */
static void mark_break(SeqPage *page, const SeqArrow *arrow, SeqShaft *shaft, const SeqBreak *here) {
  double middle = (here->top + here->bottom) / 2, height = shaft->to.y - shaft->from.y;
  if (height <= 0)
    return;
  shaft->broken = TRUE;
  DrawingPoint at = along(shaft->from, shaft->to, (middle - shaft->from.y) / height);
  for (int side = -1; side <= 1; side += 2) {
    DrawingMark *stroke = drawing_line(page->drawing, ROLE_BREAK, arrow->ink, at.x + side * 3 - 2, at.y + 6,
                                       at.x + side * 3 + 2, at.y - 6);
    stroke->width = 1.2;
  }
  placer_take_rect(page->placer, PLACER_BREAK, PLACER_NOBODY, at.x - 6, at.y - 7, at.x + 6, at.y + 7);
}

void seq_draw_arrows(SeqPage *page) {
  const GArray *arrows = page->model->arrows;
  page->shafts = g_new0(SeqShaft, arrows->len + 1);
  for (guint i = 0; i < arrows->len; i++) {
    const SeqArrow *arrow = &g_array_index(arrows, SeqArrow, i);
    SeqShaft *shaft = &page->shafts[i];
    *shaft = shaft_of(page, arrow);
    DrawingPoint from, to;
    line_of(arrow, shaft, &from, &to);
    DrawingMark *line = drawing_line(page->drawing, ROLE_ARROW, arrow->ink, from.x, from.y, to.x, to.y);
    line->dash = dash_of(arrow);
    line->width = arrow->count > 1 ? 2.6 : 1.6;
    line->record = arrow->record;
    placer_take_line(page->placer, PLACER_SHAFT, i, from, to, 2);
    for (guint b = 0; b < page->axis->breaks->len; b++) {
      const SeqBreak *here = &g_array_index(page->axis->breaks, SeqBreak, b);
      if (here->after >= arrow->left && here->after < arrow->ended)
        mark_break(page, arrow, shaft, here);
    }
  }
}

/* Strips. */

static void strip_piece(SeqPage *page, const SeqStay *stay, double top, double bottom) {
  double left = seq_lane_left(page, stay->host, stay->lane), right = left + page->strip;
  DrawingMark *strip =
      drawing_rect(page->drawing, ROLE_STRIP, (DrawingInk)(INK_STATE + stay->state), left, top, right, bottom);
  strip->fill = drawing_state_fill(stay->state);
  strip->width = 1;
  strip->record = stay->record;
  placer_take_rect(page->placer, PLACER_STRIP, PLACER_NOBODY, left, top, right, bottom);
}

static void draw_stay(SeqPage *page, const SeqStay *stay) {
  double top = SEQ_MOMENT(page->model, stay->from)->y, bottom = SEQ_MOMENT(page->model, stay->until)->y;
  for (guint b = 0; b < page->axis->breaks->len; b++) {
    const SeqBreak *here = &g_array_index(page->axis->breaks, SeqBreak, b);
    if (here->after < stay->from || here->after >= stay->until)
      continue;
    strip_piece(page, stay, top, here->top);
    top = here->bottom;
  }
  strip_piece(page, stay, top, bottom);
}

static void draw_slashes(SeqPage *page, double left, double right, const SeqBreak *here) {
  double ys[] = {here->top, here->bottom};
  for (unsigned i = 0; i < G_N_ELEMENTS(ys); i++) {
    DrawingMark *slash = drawing_line(page->drawing, ROLE_BREAK, INK_MUTED, left - SLASH_OUT, ys[i] + SLASH_UP,
                                      right + SLASH_OUT, ys[i] - SLASH_UP);
    slash->width = 1;
  }
  placer_take_rect(page->placer, PLACER_BREAK, PLACER_NOBODY, left - SLASH_OUT, here->top - SLASH_UP, right + SLASH_OUT,
                   here->bottom + SLASH_UP);
}

void seq_draw_strips(SeqPage *page) {
  for (guint i = 0; i < page->model->stays->len; i++)
    draw_stay(page, &g_array_index(page->model->stays, SeqStay, i));
  for (guint b = 0; b < page->axis->breaks->len; b++) {
    const SeqBreak *here = &g_array_index(page->axis->breaks, SeqBreak, b);
    for (unsigned h = 0; h < page->model->hosts->len; h++) {
      const SeqColumn *column = &page->columns[h];
      draw_slashes(page, column->x - column->half, column->x + column->half, here);
    }
    draw_slashes(page, page->axis_x, page->axis_x, here);
  }
  double top = SEQ_MOMENT(page->model, 0)->y;
  for (guint b = 0; b <= page->axis->breaks->len; b++) {
    const SeqBreak *here = b < page->axis->breaks->len ? &g_array_index(page->axis->breaks, SeqBreak, b) : NULL;
    drawing_line(page->drawing, ROLE_AXIS, INK_FAINT, page->axis_x, top, page->axis_x,
                 here ? here->top : page->axis->bottom)
        ->width = 1;
    top = here ? here->bottom : top;
  }
}

/* Ends of arrows. */

static void draw_head(SeqPage *page, const SeqArrow *arrow, const SeqShaft *shaft) {
  double length = MAX(1, hypot(shaft->to.x - shaft->from.x, shaft->to.y - shaft->from.y));
  double x = (shaft->to.x - shaft->from.x) / length, y = (shaft->to.y - shaft->from.y) / length;
  DrawingPoint base = {shaft->to.x - HEAD_LENGTH * x, shaft->to.y - HEAD_LENGTH * y};
  DrawingPoint points[] = {
      shaft->to, {base.x - HEAD_HALF * y, base.y + HEAD_HALF * x}, {base.x + HEAD_HALF * y, base.y - HEAD_HALF * x}};
  DrawingMark *head = drawing_polygon(page->drawing, ROLE_HEAD, arrow->ink, points, G_N_ELEMENTS(points));
  head->width = 1;
  head->record = arrow->record;
  placer_take_line(page->placer, PLACER_HEAD, PLACER_NOBODY, base, shaft->to, 2 * HEAD_HALF + 1);
}

static void draw_cross(SeqPage *page, const SeqArrow *arrow, DrawingPoint at) {
  for (int turn = -1; turn <= 1; turn += 2) {
    DrawingMark *stroke = drawing_line(page->drawing, ROLE_CROSS, arrow->ink, at.x - CROSS_HALF,
                                       at.y - turn * CROSS_HALF, at.x + CROSS_HALF, at.y + turn * CROSS_HALF);
    stroke->width = 2;
    stroke->record = arrow->record;
  }
  placer_take_rect(page->placer, PLACER_CROSS, PLACER_NOBODY, at.x - CROSS_HALF - 1, at.y - CROSS_HALF - 1,
                   at.x + CROSS_HALF + 1, at.y + CROSS_HALF + 1);
}

/* Whether another segment's line passes where this one died. */
static gboolean crossed_at_end(const SeqPage *page, guint index) {
  DrawingPoint at = page->shafts[index].to;
  for (guint i = 0; i < page->model->arrows->len; i++) {
    const SeqShaft *other = &page->shafts[i];
    if (i == index || at.y < other->from.y - GAP || at.y > other->to.y + GAP)
      continue;
    double x = other->to.x - other->from.x, y = other->to.y - other->from.y, length = MAX(1, hypot(x, y));
    double part = ((at.x - other->from.x) * x + (at.y - other->from.y) * y) / (length * length);
    double away = fabs((at.x - other->from.x) * y - (at.y - other->from.y) * x) / length;
    if (part > 0 && part < 1 && away < GAP)
      return TRUE;
  }
  return FALSE;
}

/* The other lines pass behind the cross, so that it is seen whose end it is: they are interrupted, and what ends here
 * is drawn again. */
static void clear_crosses(SeqPage *page) {
  g_autofree gboolean *crossed = g_new0(gboolean, page->model->arrows->len + 1);
  for (guint i = 0; i < page->model->arrows->len; i++) {
    const SeqArrow *arrow = &g_array_index(page->model->arrows, SeqArrow, i);
    crossed[i] = arrow->dies && !page->shafts[i].stub && crossed_at_end(page, i);
    DrawingPoint at = page->shafts[i].to, rim[16];
    for (unsigned c = 0; c < G_N_ELEMENTS(rim); c++)
      rim[c] = (DrawingPoint){at.x + GAP * cos(c * G_PI / 8), at.y + GAP * sin(c * G_PI / 8)};
    if (crossed[i])
      drawing_polygon(page->drawing, ROLE_AXIS, INK_PAGE, rim, G_N_ELEMENTS(rim));
  }
  for (guint i = 0; i < page->model->arrows->len; i++) {
    const SeqArrow *arrow = &g_array_index(page->model->arrows, SeqArrow, i);
    const SeqShaft *shaft = &page->shafts[i];
    double length = MAX(1, hypot(shaft->to.x - shaft->from.x, shaft->to.y - shaft->from.y));
    DrawingPoint from = along(shaft->from, shaft->to, MAX(0, 1 - GAP / length));
    if (crossed[i])
      drawing_line(page->drawing, ROLE_AXIS, arrow->ink, from.x, from.y, shaft->to.x, shaft->to.y)->width = 1.6;
  }
}

static void draw_diamond(SeqPage *page, const SeqArrow *arrow, DrawingPoint at) {
  DrawingPoint points[] = {
      {at.x - DIAMOND, at.y}, {at.x, at.y - DIAMOND}, {at.x + DIAMOND, at.y}, {at.x, at.y + DIAMOND}};
  DrawingMark *mark = drawing_polygon(page->drawing, ROLE_CROSS, arrow->ink, points, G_N_ELEMENTS(points));
  mark->width = 1;
  mark->record = arrow->record;
  placer_take_rect(page->placer, PLACER_CROSS, PLACER_NOBODY, at.x - DIAMOND, at.y - DIAMOND, at.x + DIAMOND,
                   at.y + DIAMOND);
}

void seq_draw_heads(SeqPage *page) {
  clear_crosses(page);
  for (guint i = 0; i < page->model->arrows->len; i++) {
    const SeqArrow *arrow = &g_array_index(page->model->arrows, SeqArrow, i);
    const SeqShaft *shaft = &page->shafts[i];
    DrawingPoint from, to;
    line_of(arrow, shaft, &from, &to);
    if (arrow->arrives)
      draw_head(page, arrow, shaft);
    if (arrow->dies)
      draw_cross(page, arrow, shaft->to);
    if (arrow->forged && !arrow->cut_off)
      draw_diamond(page, arrow, from);
  }
}
