/* Characters that no installed font has. Where Pango has to draw one (PNG, PDF), it draws a box with the character's
 * number, and at gnuplot's scale that box covers the whole picture: U+FFFD stands in for it. Private to picture/. */
#ifndef TEARDOWN_OUTPUT_PICTURE_GLYPHS_H
#define TEARDOWN_OUTPUT_PICTURE_GLYPHS_H

#include "output/picture/drawing.h"

/* The characters (as keys) of the drawing's texts that no font has, as fontconfig's fc-list tells; where there is no
 * such program, those that DejaVu lacks. NULL for none. Owned by the caller. */
GHashTable *glyphs_lacking(const Drawing *drawing);

/* `text` with U+FFFD for each of them. Owned by the caller. */
char *glyphs_replace(const char *text, GHashTable *lacking);

#endif
