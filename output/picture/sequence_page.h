/* A sequence diagram while it is laid out: the page's columns, what is drawn, and where there is room. The steps of the
 * layout are functions on it, called by sequence.c in the order in which they stand here. Private to the sequence
 * diagram. */
#ifndef TEARDOWN_OUTPUT_PICTURE_SEQUENCE_PAGE_H
#define TEARDOWN_OUTPUT_PICTURE_SEQUENCE_PAGE_H

#include "output/picture/font_metrics.h"
#include "output/picture/placer.h"
#include "output/picture/sequence_axis.h"

/* Sizes of fonts, in pixels. */
#define SIZE_TITLE    21.0
#define SIZE_SUBTITLE 13.0
#define SIZE_HOST     17.0
#define SIZE_ADDRESS  12.0
#define SIZE_TICK     12.0
#define SIZE_STATE    14.0
#define SIZE_NOTE     13.0
#define SIZE_LABEL    13.0
#define SIZE_ASIDE    12.0
#define SIZE_BRACKET  12.0
#define SIZE_BREAK    13.0
#define SIZE_KEY      11.0
#define SIZE_LEGEND   12.5

/* Between a strip and the text beside it. */
#define BESIDE 15.0
/* Along and across an arrowhead. */
#define HEAD_LENGTH 11.0
#define HEAD_HALF   4.2
#define CROSS_HALF  5.5

/* A lifeline. */
typedef struct SeqColumn {
  double x;          /* the middle of its strips */
  double half;       /* half of what they take */
  gboolean outer;    /* texts stand outside, where no arrow flies */
  gboolean left;     /* of the strips, if outer; else they stand right of them */
  double text_width; /* that texts may take */
  unsigned brackets; /* columns of them */
} SeqColumn;

/* Where an arrow is drawn. */
typedef struct SeqShaft {
  DrawingPoint from, to;
  gboolean stub;   /* it died where it left: no slant tells a delay */
  gboolean broken; /* time is cut out under it: no slant tells it either, and strokes on it say so */
} SeqShaft;

/* A label that stands in the margin. */
typedef struct SeqKey {
  double y;
  DrawingInk ink;
  char *text;
  size_t record;
  guint mark; /* of the drawing: the number that refers to it */
} SeqKey;

typedef struct SeqPage {
  SeqModel *model;
  Drawing *drawing;
  SeqAxis *axis;
  Placer *placer;
  SeqColumn *columns;        /* one for each host */
  unsigned *bracket_columns; /* for each bracket, counted from the strip */
  SeqShaft *shafts;          /* one for each arrow */
  double strip, lane_step;   /* width of a strip, from one to the next */
  double axis_x;
  double left, right, bottom; /* of what is drawn so far */
  TextTimeUnit unit;
  GArray *keys;      /* of SeqKey, from above */
  unsigned left_out; /* labels that have no room, not even for a number */
} SeqPage;

/* sequence_columns.c: how wide all is, then where. `seq_lay_columns` needs the moments' y. */
void seq_lay_columns(SeqPage *page);
/* The edges of a lane's strip. */
double seq_lane_left(const SeqPage *page, unsigned host, unsigned lane);
double seq_lane_right(const SeqPage *page, unsigned host, unsigned lane);

/* What stands beside a bracket, and around which y. */
const char *seq_bracket_text(const SeqPage *page, const SeqBracket *bracket, double *ret_middle);

/* sequence_frame.c */
double seq_header_height(SeqPage *page); /* draws the header; returns where the hosts' names end */
void seq_draw_legend(SeqPage *page);

/* sequence_lines.c */
void seq_draw_arrows(SeqPage *page);
void seq_draw_strips(SeqPage *page);
void seq_draw_heads(SeqPage *page);

/* sequence_beside.c: texts beside lifelines and axis */
void seq_draw_ticks(SeqPage *page);
void seq_draw_brackets(SeqPage *page);
void seq_draw_notes(SeqPage *page);

/* sequence_labels.c: texts along arrows, and the margin for those without room */
void seq_draw_labels(SeqPage *page);

/* sequence_beside.c: how much time each break leaves out, where there is still room */
void seq_draw_breaks(SeqPage *page);

/* Draws a text that has room, and takes its box. */
DrawingMark *seq_text(SeqPage *page, DrawingRole role, DrawingInk ink, double x, double y, DrawingAlign align,
                      DrawingFont font, double size, const char *text);
/* Whether a text would have room, by the classes of `mask`. */
gboolean seq_fits(const SeqPage *page, unsigned mask, size_t owner, DrawingPoint at, double angle, DrawingAlign align,
                  DrawingFont font, double size, const char *text);
/* Where texts of these heights go that want to stand at `wanted` (their middles, ascending): as near as they can
 * without touching, none above `top`. `places` may be `wanted`. */
void seq_pack(const double *wanted, const double *heights, unsigned n, double top, double *places);

#endif
