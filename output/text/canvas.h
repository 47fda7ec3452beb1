/* One line of a drawing: a row of terminal cells that pieces are put on at a column, in any order.
 * A piece that would leave the row on the right is cut, so no line can be too wide. Owned by whoever made it. */
#ifndef TEARDOWN_OUTPUT_TEXT_CANVAS_H
#define TEARDOWN_OUTPUT_TEXT_CANVAS_H

#include "output/text/style.h"

typedef struct Canvas Canvas;

Canvas *canvas_new(unsigned width);
void canvas_free(Canvas *canvas);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Canvas, canvas_free)

/* Whether nothing has been put on columns [from, until). */
gboolean canvas_is_free(const Canvas *canvas, unsigned from, unsigned until);
/* Marks columns as taken without drawing on them: what is put there later still shows. */
void canvas_reserve(Canvas *canvas, unsigned from, unsigned until);
/* Puts a clean text, its first character on `column`. Returns the column after it. */
unsigned canvas_put(Canvas *canvas, unsigned column, TextAttr attr, const char *text);
/* Puts one-column `symbol` on columns [from, until). */
void canvas_fill(Canvas *canvas, unsigned from, unsigned until, TextAttr attr, const char *symbol);
/* Whether a cell is still blank, reserved or not. */
gboolean canvas_is_blank(const Canvas *canvas, unsigned column);
/* Appends the row without trailing blanks, and a newline. */
void canvas_write(const Canvas *canvas, const TextStyle *style, GString *out);

#endif
