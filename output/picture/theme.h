/* Colours of pictures: what an ink looks like on the page of a theme. `light` and `dark` are coloured so that
 * colour-blind readers tell neighbouring states apart, `print` is black and grey; in all of them the patterns of
 * drawing_state_fill() stand beside the colours. Constant data: nothing here is owned or freed. */
#ifndef TEARDOWN_OUTPUT_PICTURE_THEME_H
#define TEARDOWN_OUTPUT_PICTURE_THEME_H

#include "output/picture/drawing.h"

#include <stdint.h>

typedef uint32_t Colour; /* 0xRRGGBB */

typedef struct Theme Theme;

/* The names, NULL-terminated, the default first. */
const char *const *theme_names(void);
/* NULL for a name that is none of them. */
const Theme *theme_find(const char *name);

Colour theme_ink(const Theme *theme, DrawingInk ink);

/* How an area is filled: `ground` all over it, then the pattern's lines or dots, then an outline. */
typedef struct ThemeFill {
  gboolean has_ground, has_lines, has_outline;
  Colour ground, lines, outline;
} ThemeFill;
ThemeFill theme_fill(const Theme *theme, DrawingInk ink, DrawingFill fill);

/* `share` of `a`, 0 to 1, the rest of `b`. */
Colour colour_mix(Colour a, Colour b, double share);

#endif
