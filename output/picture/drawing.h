/* A drawing: what a layout decided, as a flat list of marks in the order they are painted. Layouts (sequence, states,
 * fsm, counts, cdf) fill one; gnuplot.h prints it as a script; the geometric tests read it. No mark says a colour: it
 * names an ink, to which a theme gives a colour.
 *
 * Units are pixels at 96 to the inch; x grows to the right, y down, (0, 0) is the top left corner of the page. Texts
 * are UTF-8, one line, already clean (text_clean()): what is shown is exactly their characters. */
#ifndef TEARDOWN_OUTPUT_PICTURE_DRAWING_H
#define TEARDOWN_OUTPUT_PICTURE_DRAWING_H

#include "tcp/tcp_names.h"

#include <glib.h>

typedef enum { FONT_SANS, FONT_SANS_BOLD, FONT_MONO, FONT_MONO_BOLD, FONT_COUNT } DrawingFont;

/* What a mark is coloured after. From INK_STATE on, one for each TcpState (a strip's fill, a curve); from
 * INK_STATE_NAME on, the same in the shade in which a text is read on the page. From INK_CURVE on, curves of one chart;
 * from INK_HEAT on, steps from little to much. */
#define CURVE_INKS 7
#define HEAT_INKS  32
typedef enum {
  INK_TEXT,
  INK_MUTED,   /* what is read second: addresses, ticks, breaks */
  INK_FAINT,   /* axes, lifelines, rules */
  INK_SEGMENT, /* an arrow and its label */
  INK_RESENT,  /* a retransmission or probe */
  INK_LOST,    /* lost, corrupted, refused, reset */
  INK_FORGED,  /* injected */
  INK_TIMER,   /* a bracket and its text */
  INK_PORT,    /* the port's reservation */
  INK_PAGE,    /* the page itself: halos */
  INK_ACCENT,  /* curves and highlighted paths; INK_ACCENT_2 of a second host, and so on */
  INK_ACCENT_2,
  INK_ACCENT_3,
  INK_STATE,
  INK_STATE_NAME = INK_STATE + TCP_STATE_COUNT,
  INK_CURVE = INK_STATE_NAME + TCP_STATE_COUNT,
  INK_HEAT = INK_CURVE + CURVE_INKS,
  INK_COUNT = INK_HEAT + HEAT_INKS
} DrawingInk;

/* So that a strip can be told from its neighbour without colour. */
typedef enum { FILL_SOLID, FILL_LIGHT, FILL_HATCH, FILL_BACKHATCH, FILL_CROSSHATCH, FILL_DOTS, FILL_EMPTY } DrawingFill;
typedef enum { DASH_SOLID, DASH_DASHED, DASH_DOTTED, DASH_DASHDOT } DrawingDash;
typedef enum { ALIGN_LEFT, ALIGN_CENTRE, ALIGN_RIGHT } DrawingAlign;

/* What a mark is to a reader. The tests assert what may touch what by it: no two texts overlap; no text overlaps a
 * strip, an arrowhead, a cross or a bracket. */
typedef enum {
  ROLE_TITLE,
  ROLE_HOST,    /* a name or address above a lifeline */
  ROLE_STRIP,   /* a stay in a state */
  ROLE_STATE,   /* its name */
  ROLE_ARROW,   /* the shaft of a segment */
  ROLE_HEAD,    /* an arrowhead */
  ROLE_CROSS,   /* where a segment died; other marks of that size */
  ROLE_LABEL,   /* a text along an arrow */
  ROLE_KEY,     /* the number that stands for a label, and its text in the margin */
  ROLE_NOTE,    /* what an application did or was told, a refusal */
  ROLE_BRACKET, /* a timer's span */
  ROLE_BRACKET_TEXT,
  ROLE_TICK, /* a time on the axis, and its mark */
  ROLE_AXIS,
  ROLE_BREAK, /* where time is cut out: the mark, and its text */
  ROLE_LEGEND,
  ROLE_CURVE,
  ROLE_NODE, /* a state of a diagram, an edge, a number on it */
  ROLE_EDGE,
} DrawingRole;

typedef enum { MARK_LINE, MARK_PATH, MARK_RECT, MARK_POLYGON, MARK_TEXT } DrawingKind;

typedef struct DrawingPoint {
  double x, y;
} DrawingPoint;

typedef struct DrawingMark {
  DrawingKind kind;
  DrawingRole role;
  DrawingInk ink;
  DrawingFill fill; /* of a rectangle or polygon; FILL_EMPTY has an outline only */
  DrawingDash dash;
  double width;   /* of lines, in pixels */
  size_t record;  /* of the trace's, that this mark shows; SIZE_MAX for none */
  GArray *points; /* of DrawingPoint: 2 of a line, 2 corners of a rectangle, any number of a path or polygon; 1 of a
                      text, its anchor: the middle of the line's height, at `align` along it */
  char *text;     /* of a text; NULL else */
  DrawingFont font;
  double size;  /* of the font, in pixels */
  double angle; /* degrees, counter-clockwise as seen, -90 to 90; about the anchor */
  DrawingAlign align;
  gboolean halo; /* of a text: the page shows through around it, over what was painted before */
} DrawingMark;

typedef struct Drawing {
  double width, height; /* of the page */
  char *title;          /* of the document, for formats that have one; clean */
  GPtrArray *marks;     /* of DrawingMark, owned, first painted first */
} Drawing;

Drawing *drawing_new(void);
void drawing_free(Drawing *drawing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Drawing, drawing_free)

/* Each adds a mark and returns it, the drawing's, for what the arguments do not say. */
DrawingMark *drawing_line(Drawing *drawing, DrawingRole role, DrawingInk ink, double x1, double y1, double x2,
                          double y2);
DrawingMark *drawing_rect(Drawing *drawing, DrawingRole role, DrawingInk ink, double x1, double y1, double x2,
                          double y2);
/* `points` is copied. */
DrawingMark *drawing_path(Drawing *drawing, DrawingRole role, DrawingInk ink, const DrawingPoint *points, size_t n);
DrawingMark *drawing_polygon(Drawing *drawing, DrawingRole role, DrawingInk ink, const DrawingPoint *points, size_t n);
/* `text` is copied. */
DrawingMark *drawing_text(Drawing *drawing, DrawingRole role, DrawingInk ink, double x, double y, DrawingAlign align,
                          DrawingFont font, double size, const char *text);

/* The four corners of a text's box, turned by its angle, by the widths of font_metrics.h; of any other mark the box
 * about its points. */
void drawing_mark_box(const DrawingMark *mark, DrawingPoint ret_corners[4]);
/* The box of a text of that size, before it is a mark. */
void drawing_text_box(DrawingPoint anchor, double angle, DrawingAlign align, double width, double height,
                      DrawingPoint ret_corners[4]);
/* Whether two turned boxes share more than an edge. Corners go around, as drawing_mark_box() gives them; a box may be
 * as thin as a line. */
gboolean drawing_boxes_touch(const DrawingPoint a[4], const DrawingPoint b[4]);

/* The pattern of a state's strip, in every kind of picture: states that follow each other differ. */
DrawingFill drawing_state_fill(TcpState state);

#endif
