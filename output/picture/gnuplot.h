/* Drawings as gnuplot scripts, and as the pictures that gnuplot makes of them.
 *
 * A script holds all its data and stands alone: `gnuplot picture.gp >picture.svg`. Colours are named at its top; marks
 * of one look stand in one block, in the order in which they cover each other. Texts are data that gnuplot neither
 * evaluates nor reads marks in: quotes, backslashes, $(...), braces and whatever else a title may hold are drawn as
 * they are. */
#ifndef TEARDOWN_OUTPUT_PICTURE_GNUPLOT_H
#define TEARDOWN_OUTPUT_PICTURE_GNUPLOT_H

#include "output/picture/drawing.h"
#include "output/picture/theme.h"

typedef enum { PICTURE_SVG, PICTURE_PNG, PICTURE_PDF, PICTURE_SCRIPT, PICTURE_FORMAT_COUNT } PictureFormat;

#define PICTURE_SCALE_DEFAULT 2.0
#define PICTURE_SCALE_MAX     8.0

typedef enum {
  PICTURE_ERROR_NO_GNUPLOT, /* it is not installed */
  PICTURE_ERROR_GNUPLOT,    /* it failed, or had something to say */
  PICTURE_ERROR_FILE,       /* the output cannot be written */
} PictureError;
#define PICTURE_ERROR (picture_error_quark())
GQuark picture_error_quark(void);

/* By the extension, in either case: .svg .png .pdf .gp; FALSE for any other. */
gboolean picture_format_of(const char *path, PictureFormat *ret_format);
/* "svg" ... "gp" */
const char *picture_format_extension(PictureFormat format);

/* The script; `scale` is pixels of a PNG to one of the drawing (fewer if it gets too large to be held), and without
 * effect on other formats. A PICTURE_SCRIPT draws SVG and says how to have the others. Owned by the caller. */
char *gnuplot_script(const Drawing *drawing, const Theme *theme, PictureFormat format, double scale);

/* Draws into the file `path`, which is replaced as a whole or left alone. FALSE with `error`. */
gboolean gnuplot_write(const Drawing *drawing, const Theme *theme, PictureFormat format, double scale, const char *path,
                       GError **error);

/* What gnuplot 5.4 leaves out of SVG: the document's title, spaces kept as they are, fonts to fall back to; `]]>` and
 * `&#65;` in a text made text. Owned by the caller. */
char *svg_finish(const char *svg, const char *title);

#endif
