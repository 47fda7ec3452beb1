/* A drawing taken apart into what a plotting program can paint: areas, strokes and texts, each in one colour; patterns
 * become strokes, halos become areas. What looks alike is gathered into blocks, as far as that changes nothing of what
 * covers what. Borrows the drawing. Private to picture/. */
#ifndef TEARDOWN_OUTPUT_PICTURE_PAINT_H
#define TEARDOWN_OUTPUT_PICTURE_PAINT_H

#include "output/picture/drawing.h"
#include "output/picture/theme.h"

typedef enum { PAINT_AREA, PAINT_STROKE, PAINT_TEXT } PaintKind;

/* Shades of an ink that a theme derives from it. */
typedef enum { SHADE_PLAIN, SHADE_LIGHT, SHADE_PATTERN, SHADE_OUTLINE, SHADE_COUNT } PaintShade;

typedef struct PaintStyle {
  PaintKind kind;
  DrawingRole role;
  DrawingInk ink;
  PaintShade shade;
  Colour colour;
  double width; /* of strokes */
  DrawingDash dash;
  DrawingFont font; /* of texts, with size and align */
  double size;
  DrawingAlign align;
} PaintStyle;

typedef struct PaintOp {
  GArray *points;          /* of DrawingPoint: an area's corners, a stroke's; NULL for a text */
  const DrawingMark *mark; /* the mark it comes from; the text */
  DrawingPoint min, max;   /* a box about it */
} PaintOp;

typedef struct PaintBlock {
  PaintStyle style;
  GArray *ops; /* of PaintOp */
  DrawingPoint min, max;
} PaintBlock;

/* Of PaintBlock, painted first to last. Owned by the caller. */
GPtrArray *paint_blocks(const Drawing *drawing, const Theme *theme);

#endif
