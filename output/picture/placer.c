#include "output/picture/placer.h"

#include <math.h>

/* Boxes are looked up by the rows of the page that they reach into. */
#define ROW      40.0
#define MAX_ROWS 100000

typedef struct Taken {
  unsigned class;
  size_t owner;
  DrawingPoint box[4];
  DrawingPoint min, max;
} Taken;

struct Placer {
  GArray *taken;   /* of Taken */
  GPtrArray *rows; /* of GArray of indices, or NULL where nothing is */
};

static void row_free(gpointer row) {
  if (row != NULL)
    g_array_unref(row);
}

Placer *placer_new(void) {
  Placer *placer = g_new(Placer, 1);
  placer->taken = g_array_new(FALSE, FALSE, sizeof(Taken));
  placer->rows = g_ptr_array_new_with_free_func(row_free);
  return placer;
}

void placer_free(Placer *placer) {
  if (placer == NULL)
    return;
  g_array_unref(placer->taken);
  g_ptr_array_unref(placer->rows);
  g_free(placer);
}

static void extent(const DrawingPoint box[4], DrawingPoint *ret_min, DrawingPoint *ret_max) {
  *ret_min = *ret_max = box[0];
  for (unsigned i = 1; i < 4; i++) {
    *ret_min = (DrawingPoint){MIN(ret_min->x, box[i].x), MIN(ret_min->y, box[i].y)};
    *ret_max = (DrawingPoint){MAX(ret_max->x, box[i].x), MAX(ret_max->y, box[i].y)};
  }
}

/* Of what lies above the page, the first; of what is absurdly far down, the last. */
static guint row_of(double y) {
  return y <= 0 ? 0 : (guint)MIN(y / ROW, MAX_ROWS);
}

void placer_take(Placer *placer, unsigned class, size_t owner, const DrawingPoint box[4]) {
  Taken taken = {.class = class, .owner = owner, .box = {box[0], box[1], box[2], box[3]}};
  extent(box, &taken.min, &taken.max);
  guint index = placer->taken->len, last = row_of(taken.max.y);
  g_array_append_val(placer->taken, taken);
  if (placer->rows->len <= last)
    g_ptr_array_set_size(placer->rows, (gint)last + 1);
  for (guint row = row_of(taken.min.y); row <= last; row++) {
    if (placer->rows->pdata[row] == NULL)
      placer->rows->pdata[row] = g_array_new(FALSE, FALSE, sizeof(guint));
    g_array_append_val((GArray *)placer->rows->pdata[row], index);
  }
}

void placer_take_rect(Placer *placer, unsigned class, size_t owner, double x1, double y1, double x2, double y2) {
  DrawingPoint box[4] = {{x1, y1}, {x2, y1}, {x2, y2}, {x1, y2}};
  placer_take(placer, class, owner, box);
}

void placer_take_line(Placer *placer, unsigned class, size_t owner, DrawingPoint from, DrawingPoint to, double thick) {
  double length = hypot(to.x - from.x, to.y - from.y);
  double x = length > 0 ? (to.y - from.y) / length * thick / 2 : 0;
  double y = length > 0 ? -(to.x - from.x) / length * thick / 2 : thick / 2;
  DrawingPoint box[4] = {
      {from.x + x, from.y + y}, {to.x + x, to.y + y}, {to.x - x, to.y - y}, {from.x - x, from.y - y}};
  placer_take(placer, class, owner, box);
}

gboolean placer_hits(const Placer *placer, unsigned mask, size_t owner, const DrawingPoint box[4]) {
  DrawingPoint min, max;
  extent(box, &min, &max);
  guint last = row_of(max.y);
  for (guint row = row_of(min.y); row <= last && row < placer->rows->len; row++) {
    const GArray *indices = placer->rows->pdata[row];
    for (guint i = 0; indices != NULL && i < indices->len; i++) {
      const Taken *taken = &g_array_index(placer->taken, Taken, g_array_index(indices, guint, i));
      if (!(taken->class & mask) || (owner != PLACER_NOBODY && taken->owner == owner) || taken->min.x >= max.x ||
          taken->max.x <= min.x || taken->min.y >= max.y || taken->max.y <= min.y)
        continue;
      if (drawing_boxes_touch(taken->box, box))
        return TRUE;
    }
  }
  return FALSE;
}
