/* Widths of texts in the fonts that the pictures name: DejaVu Sans and Sans Mono, plain and bold. From the fonts'
 * advance widths, with kerning left out: never less than what a renderer takes, within a few percent of it. Characters
 * that the fonts lack, and that some other font will show, are taken for wide ones. */
#ifndef TEARDOWN_OUTPUT_PICTURE_FONT_METRICS_H
#define TEARDOWN_OUTPUT_PICTURE_FONT_METRICS_H

#include "output/picture/drawing.h"

/* The name gnuplot and fontconfig know it by: "DejaVu Sans", "DejaVu Sans Mono" (bold is a style beside it). */
const char *font_family(DrawingFont font);
gboolean font_is_bold(DrawingFont font);
/* Width in pixels of a UTF-8 text at `size` pixels to the em. */
double font_text_width(DrawingFont font, double size, const char *text);
/* Height of a line: what ascenders and descenders take, in pixels. */
double font_line_height(double size);
/* `text` cut to `width` pixels, with an ellipsis if something is missing. Owned by the caller. */
char *font_text_fit(DrawingFont font, double size, const char *text, double width);

#endif
