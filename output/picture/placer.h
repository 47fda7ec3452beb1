/* Where there is room on a page: the boxes that are taken, each of a class, and whether another one would touch them.
 * A box is four corners, as drawing_text_box() gives them; it may be turned, and as thin as a line. */
#ifndef TEARDOWN_OUTPUT_PICTURE_PLACER_H
#define TEARDOWN_OUTPUT_PICTURE_PLACER_H

#include <stdint.h>

#include "output/picture/drawing.h"

/* Classes, as bits of a mask. */
enum {
  PLACER_TEXT = 1,
  PLACER_STRIP = 2,
  PLACER_HEAD = 4,
  PLACER_CROSS = 8,
  PLACER_BRACKET = 16,
  PLACER_SHAFT = 32,
  PLACER_BREAK = 64,
  PLACER_SOLID = 127 & ~PLACER_SHAFT,
  PLACER_ALL = 127,
};

/* An owner of its own for whoever needs none. */
#define PLACER_NOBODY SIZE_MAX

typedef struct Placer Placer;

Placer *placer_new(void);
void placer_free(Placer *placer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Placer, placer_free)

/* Takes a box. `owner` is whose it is: what belongs to the same owner does not get in its way. */
void placer_take(Placer *placer, unsigned class, size_t owner, const DrawingPoint box[4]);
void placer_take_rect(Placer *placer, unsigned class, size_t owner, double x1, double y1, double x2, double y2);
/* The box about a line, `thick` wide. */
void placer_take_line(Placer *placer, unsigned class, size_t owner, DrawingPoint from, DrawingPoint to, double thick);

/* Whether `box` touches a taken one whose class is in `mask` and which is not the owner's. */
gboolean placer_hits(const Placer *placer, unsigned mask, size_t owner, const DrawingPoint box[4]);

#endif
