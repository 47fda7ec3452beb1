#include "output/picture/drawing.h"

#include "output/picture/font_metrics.h"

#include <math.h>
#include <stdint.h>

#define LINE_WIDTH 1.5
#define PI         3.14159265358979323846

static void mark_free(gpointer data) {
  DrawingMark *mark = data;
  g_array_unref(mark->points);
  g_free(mark->text);
  g_free(mark);
}

Drawing *drawing_new(void) {
  Drawing *drawing = g_new0(Drawing, 1);
  drawing->title = g_strdup("");
  drawing->marks = g_ptr_array_new_with_free_func(mark_free);
  return drawing;
}

void drawing_free(Drawing *drawing) {
  if (drawing == NULL)
    return;
  g_free(drawing->title);
  g_ptr_array_unref(drawing->marks);
  g_free(drawing);
}

static DrawingMark *mark_add(Drawing *drawing, DrawingKind kind, DrawingRole role, DrawingInk ink,
                             const DrawingPoint *points, size_t n) {
  DrawingMark *mark = g_new0(DrawingMark, 1);
  mark->kind = kind;
  mark->role = role;
  mark->ink = ink;
  mark->width = LINE_WIDTH;
  mark->record = SIZE_MAX;
  mark->points = g_array_sized_new(FALSE, FALSE, sizeof(DrawingPoint), (guint)n);
  g_array_append_vals(mark->points, points, (guint)n);
  g_ptr_array_add(drawing->marks, mark);
  return mark;
}

DrawingMark *drawing_line(Drawing *drawing, DrawingRole role, DrawingInk ink, double x1, double y1, double x2,
                          double y2) {
  DrawingPoint points[] = {{x1, y1}, {x2, y2}};
  return mark_add(drawing, MARK_LINE, role, ink, points, G_N_ELEMENTS(points));
}

DrawingMark *drawing_rect(Drawing *drawing, DrawingRole role, DrawingInk ink, double x1, double y1, double x2,
                          double y2) {
  DrawingPoint points[] = {{x1, y1}, {x2, y2}};
  return mark_add(drawing, MARK_RECT, role, ink, points, G_N_ELEMENTS(points));
}

DrawingMark *drawing_path(Drawing *drawing, DrawingRole role, DrawingInk ink, const DrawingPoint *points, size_t n) {
  return mark_add(drawing, MARK_PATH, role, ink, points, n);
}

DrawingMark *drawing_polygon(Drawing *drawing, DrawingRole role, DrawingInk ink, const DrawingPoint *points, size_t n) {
  return mark_add(drawing, MARK_POLYGON, role, ink, points, n);
}

DrawingMark *drawing_text(Drawing *drawing, DrawingRole role, DrawingInk ink, double x, double y, DrawingAlign align,
                          DrawingFont font, double size, const char *text) {
  DrawingPoint anchor = {x, y};
  DrawingMark *mark = mark_add(drawing, MARK_TEXT, role, ink, &anchor, 1);
  mark->text = g_strdup(text);
  mark->align = align;
  mark->font = font;
  mark->size = size;
  return mark;
}

void drawing_text_box(DrawingPoint anchor, double angle, DrawingAlign align, double width, double height,
                      DrawingPoint ret_corners[4]) {
  double left = 0;
  switch (align) {
  case ALIGN_LEFT:
    break;
  case ALIGN_CENTRE:
    left = -width / 2;
    break;
  case ALIGN_RIGHT:
    left = -width;
    break;
  }
  /* y grows downwards, so a turn to the left has the sine's sign turned. */
  double along_x = cos(angle * PI / 180), along_y = -sin(angle * PI / 180);
  for (unsigned i = 0; i < 4; i++) {
    double along = left + (i == 1 || i == 2 ? width : 0);
    double down = i < 2 ? -height / 2 : height / 2;
    ret_corners[i] = (DrawingPoint){.x = anchor.x + along * along_x - down * along_y,
                                    .y = anchor.y + along * along_y + down * along_x};
  }
}

void drawing_mark_box(const DrawingMark *mark, DrawingPoint ret_corners[4]) {
  const DrawingPoint *points = (const DrawingPoint *)(const void *)mark->points->data;
  if (mark->kind == MARK_TEXT) {
    drawing_text_box(points[0], mark->angle, mark->align, font_text_width(mark->font, mark->size, mark->text),
                     font_line_height(mark->size), ret_corners);
    return;
  }
  DrawingPoint min = points[0], max = points[0];
  for (guint i = 1; i < mark->points->len; i++) {
    min = (DrawingPoint){MIN(min.x, points[i].x), MIN(min.y, points[i].y)};
    max = (DrawingPoint){MAX(max.x, points[i].x), MAX(max.y, points[i].y)};
  }
  ret_corners[0] = min;
  ret_corners[1] = (DrawingPoint){max.x, min.y};
  ret_corners[2] = max;
  ret_corners[3] = (DrawingPoint){min.x, max.y};
}

gboolean drawing_boxes_touch(const DrawingPoint a[4], const DrawingPoint b[4]) {
  for (unsigned i = 0; i < 4; i++) {
    /* Apart along the normal of one of the four directions of sides means apart. */
    const DrawingPoint *box = i < 2 ? a : b;
    double x = box[i % 2 + 1].y - box[i % 2].y, y = box[i % 2].x - box[i % 2 + 1].x;
    if (x == 0 && y == 0)
      continue;
    double a_min = INFINITY, a_max = -INFINITY, b_min = INFINITY, b_max = -INFINITY;
    for (unsigned c = 0; c < 4; c++) {
      double at_a = a[c].x * x + a[c].y * y, at_b = b[c].x * x + b[c].y * y;
      a_min = MIN(a_min, at_a);
      a_max = MAX(a_max, at_a);
      b_min = MIN(b_min, at_b);
      b_max = MAX(b_max, at_b);
    }
    if (a_max <= b_min || b_max <= a_min)
      return FALSE;
  }
  return TRUE;
}

DrawingFill drawing_state_fill(TcpState state) {
  switch (state) {
  case TCP_STATE_CLOSED:
    return FILL_EMPTY;
  case TCP_STATE_LISTEN:
  case TCP_STATE_FIN_WAIT_2:
    return FILL_LIGHT;
  case TCP_STATE_SYN_RECEIVED:
  case TCP_STATE_CLOSING:
    return FILL_DOTS;
  case TCP_STATE_SYN_SENT:
  case TCP_STATE_FIN_WAIT_1:
  case TCP_STATE_LAST_ACK:
    return FILL_HATCH;
  case TCP_STATE_CLOSE_WAIT:
    return FILL_BACKHATCH;
  case TCP_STATE_TIME_WAIT:
    return FILL_CROSSHATCH;
  case TCP_STATE_ESTABLISHED:
  case TCP_STATE_COUNT:
    break;
  }
  return FILL_SOLID;
}
