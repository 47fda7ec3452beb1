#include "output/picture/paint.h"

#include <math.h>
#include <string.h>

/* How far back a block of the same look is searched. */
#define BLOCKS_BACK 64

#define HATCH_GAP   5.5 /* between the lines of a pattern, across them */
#define HATCH_WIDTH 1.1
#define DOT_RADIUS  1.15
#define HALO_MARGIN 1.5 /* beyond a text's box, along it */
#define HALO_HEIGHT 0.9 /* of its box */

typedef struct Painter {
  const Theme *theme;
  GPtrArray *blocks;
} Painter;

static void block_free(gpointer data) {
  PaintBlock *block = data;
  for (guint i = 0; i < block->ops->len; i++)
    g_clear_pointer(&g_array_index(block->ops, PaintOp, i).points, g_array_unref);
  g_array_unref(block->ops);
  g_free(block);
}

static gboolean same_style(const PaintStyle *a, const PaintStyle *b) {
  return a->kind == b->kind && a->role == b->role && a->ink == b->ink && a->shade == b->shade && a->width == b->width &&
         a->dash == b->dash && a->font == b->font && a->size == b->size && a->align == b->align;
}

static gboolean apart(DrawingPoint min, DrawingPoint max, DrawingPoint other_min, DrawingPoint other_max) {
  return max.x < other_min.x || other_max.x < min.x || max.y < other_min.y || other_max.y < min.y;
}

static gboolean block_touches(const PaintBlock *block, const PaintOp *op) {
  if (apart(op->min, op->max, block->min, block->max))
    return FALSE;
  for (guint i = 0; i < block->ops->len; i++) {
    const PaintOp *other = &g_array_index(block->ops, PaintOp, i);
    if (!apart(op->min, op->max, other->min, other->max))
      return TRUE;
  }
  return FALSE;
}

/* Whether it does not matter which of two covers the other: areas of one colour; texts, of which layouts have none
 * overlap; the thin lines of segments, which cross. */
static gboolean equals(const PaintStyle *a, const PaintStyle *b) {
  if (a->kind != b->kind)
    return FALSE;
  switch (a->kind) {
  case PAINT_AREA:
    return a->colour == b->colour;
  case PAINT_TEXT:
    return TRUE;
  case PAINT_STROKE:
    break;
  }
  return (a->role == ROLE_ARROW || a->role == ROLE_BREAK) && (b->role == ROLE_ARROW || b->role == ROLE_BREAK);
}

/* The block that `op` may join: no later one has anything where it is. */
static PaintBlock *block_for(const Painter *painter, const PaintStyle *style, const PaintOp *op) {
  for (guint back = 0; back < BLOCKS_BACK && back < painter->blocks->len; back++) {
    PaintBlock *block = painter->blocks->pdata[painter->blocks->len - 1 - back];
    if (same_style(&block->style, style))
      return block;
    if (!equals(&block->style, style) && block_touches(block, op))
      break;
  }
  PaintBlock *block = g_new0(PaintBlock, 1);
  block->style = *style;
  block->ops = g_array_new(FALSE, FALSE, sizeof(PaintOp));
  block->min = op->min;
  block->max = op->max;
  g_ptr_array_add(painter->blocks, block);
  return block;
}

static void add_op(Painter *painter, const PaintStyle *style, PaintOp op) {
  PaintBlock *block = block_for(painter, style, &op);
  g_array_append_val(block->ops, op);
  block->min = (DrawingPoint){MIN(block->min.x, op.min.x), MIN(block->min.y, op.min.y)};
  block->max = (DrawingPoint){MAX(block->max.x, op.max.x), MAX(block->max.y, op.max.y)};
}

static void box_points(PaintOp *op, const DrawingPoint *points, size_t n, double margin) {
  op->min = op->max = points[0];
  for (size_t i = 1; i < n; i++) {
    op->min = (DrawingPoint){MIN(op->min.x, points[i].x), MIN(op->min.y, points[i].y)};
    op->max = (DrawingPoint){MAX(op->max.x, points[i].x), MAX(op->max.y, points[i].y)};
  }
  op->min = (DrawingPoint){op->min.x - margin, op->min.y - margin};
  op->max = (DrawingPoint){op->max.x + margin, op->max.y + margin};
}

static void add_shape(Painter *painter, const PaintStyle *style, const DrawingMark *mark, const DrawingPoint *points,
                      size_t n) {
  PaintOp op = {.mark = mark, .points = g_array_sized_new(FALSE, FALSE, sizeof(DrawingPoint), (guint)n)};
  g_array_append_vals(op.points, points, (guint)n);
  box_points(&op, points, n, style->kind == PAINT_STROKE ? style->width / 2 : 0);
  add_op(painter, style, op);
}

/* --- areas and their patterns ------------------------------------------------------------------------------------- */

/* The corners of a rectangle or polygon. To be freed. */
static DrawingPoint *corners_of(const DrawingMark *mark, size_t *ret_n) {
  const DrawingPoint *points = (const DrawingPoint *)(const void *)mark->points->data;
  if (mark->kind == MARK_RECT) {
    DrawingPoint corners[] = {points[0], {points[1].x, points[0].y}, points[1], {points[0].x, points[1].y}};
    *ret_n = 4;
    return g_memdup2(corners, sizeof corners);
  }
  *ret_n = mark->points->len;
  return g_memdup2(points, mark->points->len * sizeof *points);
}

static int compare_doubles(gconstpointer a, gconstpointer b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Where the line x * nx + y * ny = c crosses the edges, as distances along it, in order. */
static void crossings(const DrawingPoint *corners, size_t n, DrawingPoint normal, double c, GArray *ret_along) {
  g_array_set_size(ret_along, 0);
  for (size_t i = 0; i < n; i++) {
    DrawingPoint a = corners[i], b = corners[(i + 1) % n];
    double at_a = a.x * normal.x + a.y * normal.y - c, at_b = b.x * normal.x + b.y * normal.y - c;
    if ((at_a < 0) == (at_b < 0))
      continue;
    double share = at_a / (at_a - at_b);
    double x = a.x + (b.x - a.x) * share, y = a.y + (b.y - a.y) * share;
    double along = y * normal.x - x * normal.y;
    g_array_append_val(ret_along, along);
  }
  g_array_sort(ret_along, compare_doubles);
}

/* Parallel lines across the area, at places of the page and not of the area: neighbours fit together. */
static void add_hatch(Painter *painter, const PaintStyle *style, const DrawingMark *mark, const DrawingPoint *corners,
                      size_t n, DrawingPoint normal) {
  double min = INFINITY, max = -INFINITY;
  for (size_t i = 0; i < n; i++) {
    double c = corners[i].x * normal.x + corners[i].y * normal.y;
    min = MIN(min, c);
    max = MAX(max, c);
  }
  g_autoptr(GArray) along = g_array_new(FALSE, FALSE, sizeof(double));
  for (double c = ceil(min / HATCH_GAP) * HATCH_GAP; c < max; c += HATCH_GAP) {
    crossings(corners, n, normal, c, along);
    for (guint i = 0; i + 1 < along->len; i += 2) {
      double from = g_array_index(along, double, i), to = g_array_index(along, double, i + 1);
      DrawingPoint line[] = {{c * normal.x - from * normal.y, c * normal.y + from * normal.x},
                             {c * normal.x - to * normal.y, c * normal.y + to * normal.x}};
      add_shape(painter, style, mark, line, 2);
    }
  }
}

static void add_dot(Painter *painter, const PaintStyle *style, const DrawingMark *mark, double x, double y) {
  DrawingPoint dot[8];
  for (unsigned i = 0; i < G_N_ELEMENTS(dot); i++) {
    double angle = (i + 0.5) * G_PI / 4;
    dot[i] = (DrawingPoint){x + DOT_RADIUS * cos(angle), y + DOT_RADIUS * sin(angle)};
  }
  add_shape(painter, style, mark, dot, G_N_ELEMENTS(dot));
}

/* Rows of dots, every other one moved by half a gap; only dots that lie within as a whole. */
static void add_dots(Painter *painter, const PaintStyle *style, const DrawingMark *mark, const DrawingPoint *corners,
                     size_t n) {
  PaintOp box;
  box_points(&box, corners, n, -DOT_RADIUS - 0.5);
  g_autoptr(GArray) along = g_array_new(FALSE, FALSE, sizeof(double));
  for (double row = ceil(box.min.y / HATCH_GAP); row * HATCH_GAP <= box.max.y; row++) {
    double y = row * HATCH_GAP;
    double shift = fmod(row, 2) != 0 ? HATCH_GAP * 0.6 : 0;
    crossings(corners, n, (DrawingPoint){0, 1}, y, along);
    for (guint i = 0; i + 1 < along->len; i += 2) {
      /* along = -x for this normal */
      double from = -g_array_index(along, double, i + 1) + DOT_RADIUS + 0.5;
      double to = -g_array_index(along, double, i) - DOT_RADIUS - 0.5;
      double gap = HATCH_GAP * 1.2;
      for (double x = ceil((from - shift) / gap) * gap + shift; x <= to; x += gap)
        add_dot(painter, style, mark, x, y);
    }
  }
}

static void add_pattern(Painter *painter, PaintStyle style, const DrawingMark *mark, const DrawingPoint *corners,
                        size_t n) {
  static const DrawingPoint rising = {G_SQRT2 / 2, G_SQRT2 / 2}, falling = {G_SQRT2 / 2, -G_SQRT2 / 2};
  style.kind = PAINT_STROKE;
  style.width = HATCH_WIDTH;
  switch (mark->fill) {
  case FILL_HATCH:
    add_hatch(painter, &style, mark, corners, n, rising);
    break;
  case FILL_BACKHATCH:
    add_hatch(painter, &style, mark, corners, n, falling);
    break;
  case FILL_CROSSHATCH:
    add_hatch(painter, &style, mark, corners, n, rising);
    add_hatch(painter, &style, mark, corners, n, falling);
    break;
  case FILL_DOTS:
    style.kind = PAINT_AREA;
    style.width = 0;
    add_dots(painter, &style, mark, corners, n);
    break;
  case FILL_SOLID:
  case FILL_LIGHT:
  case FILL_EMPTY:
    break;
  }
}

static PaintStyle with_colour(PaintStyle style, const Painter *painter, Colour colour, PaintShade shade) {
  style.colour = colour;
  if (colour == theme_ink(painter->theme, style.ink))
    style.shade = SHADE_PLAIN;
  else if (colour == theme_ink(painter->theme, INK_PAGE))
    style.ink = INK_PAGE;
  else
    style.shade = shade;
  return style;
}

static void add_area(Painter *painter, const DrawingMark *mark) {
  size_t n;
  g_autofree DrawingPoint *corners = corners_of(mark, &n);
  ThemeFill fill = theme_fill(painter->theme, mark->ink, mark->fill);
  const PaintStyle style = {.kind = PAINT_AREA, .role = mark->role, .ink = mark->ink};
  if (fill.has_ground) {
    PaintStyle ground = with_colour(style, painter, fill.ground, SHADE_LIGHT);
    add_shape(painter, &ground, mark, corners, n);
  }
  if (fill.has_lines)
    add_pattern(painter, with_colour(style, painter, fill.lines, SHADE_PATTERN), mark, corners, n);
  if (!fill.has_outline)
    return;
  PaintStyle outline = with_colour(style, painter, fill.outline, SHADE_OUTLINE);
  outline.kind = PAINT_STROKE;
  outline.width = mark->fill == FILL_EMPTY ? mark->width : 1;
  outline.dash = mark->fill == FILL_EMPTY ? mark->dash : DASH_SOLID;
  /* The first side is drawn once more, so that the first corner is a corner like the others. */
  DrawingPoint *closed = g_new(DrawingPoint, n + 2);
  memcpy(closed, corners, n * sizeof *closed);
  memcpy(closed + n, corners, 2 * sizeof *closed);
  add_shape(painter, &outline, mark, closed, outline.dash == DASH_SOLID ? n + 2 : n + 1);
  g_free(closed);
}

/* --- texts -------------------------------------------------------------------------------------------------------- */

static void add_halo(Painter *painter, const DrawingMark *mark) {
  DrawingPoint box[4];
  drawing_mark_box(mark, box);
  DrawingPoint along = {box[1].x - box[0].x, box[1].y - box[0].y}, down = {box[3].x - box[0].x, box[3].y - box[0].y};
  double length = hypot(along.x, along.y);
  if (length <= 0)
    return;
  along = (DrawingPoint){along.x / length * HALO_MARGIN, along.y / length * HALO_MARGIN};
  double cut = (1 - HALO_HEIGHT) / 2;
  down = (DrawingPoint){down.x * cut, down.y * cut};
  DrawingPoint halo[4];
  for (unsigned i = 0; i < 4; i++) {
    double outwards = i == 1 || i == 2 ? 1 : -1, inwards = i < 2 ? 1 : -1;
    halo[i] = (DrawingPoint){box[i].x + outwards * along.x + inwards * down.x,
                             box[i].y + outwards * along.y + inwards * down.y};
  }
  PaintStyle style = {.kind = PAINT_AREA, .role = mark->role, .ink = INK_PAGE};
  style = with_colour(style, painter, theme_ink(painter->theme, INK_PAGE), SHADE_PLAIN);
  add_shape(painter, &style, mark, halo, 4);
}

static void add_text(Painter *painter, const DrawingMark *mark) {
  if (*mark->text == '\0')
    return;
  DrawingPoint box[4];
  drawing_mark_box(mark, box);
  const PaintStyle style = {.kind = PAINT_TEXT,
                            .role = mark->role,
                            .ink = mark->ink,
                            .colour = theme_ink(painter->theme, mark->ink),
                            .font = mark->font,
                            .size = mark->size,
                            .align = mark->align};
  PaintOp op = {.mark = mark};
  box_points(&op, box, 4, 0);
  add_op(painter, &style, op);
}

/* Halos of texts in a row go below all of them: none hides a neighbour, and they make one block. */
static void add_halos(Painter *painter, const Drawing *drawing, guint first) {
  for (guint i = first; i < drawing->marks->len; i++) {
    const DrawingMark *mark = drawing->marks->pdata[i];
    if (mark->kind != MARK_TEXT)
      return;
    if (mark->halo && *mark->text != '\0')
      add_halo(painter, mark);
  }
}

GPtrArray *paint_blocks(const Drawing *drawing, const Theme *theme) {
  Painter painter = {.theme = theme, .blocks = g_ptr_array_new_with_free_func(block_free)};
  for (guint i = 0; i < drawing->marks->len; i++) {
    const DrawingMark *mark = drawing->marks->pdata[i];
    const PaintStyle stroke = {.kind = PAINT_STROKE,
                               .role = mark->role,
                               .ink = mark->ink,
                               .colour = theme_ink(theme, mark->ink),
                               .width = mark->width,
                               .dash = mark->dash};
    switch (mark->kind) {
    case MARK_LINE:
    case MARK_PATH:
      add_shape(&painter, &stroke, mark, (const DrawingPoint *)(const void *)mark->points->data, mark->points->len);
      break;
    case MARK_RECT:
    case MARK_POLYGON:
      add_area(&painter, mark);
      break;
    case MARK_TEXT:
      if (i == 0 || ((const DrawingMark *)drawing->marks->pdata[i - 1])->kind != MARK_TEXT)
        add_halos(&painter, drawing, i);
      add_text(&painter, mark);
      break;
    }
  }
  return painter.blocks;
}
