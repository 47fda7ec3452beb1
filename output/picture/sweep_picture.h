/* Pictures of a sweep: numbers that somebody has counted, against what was varied. They know nothing of where the
 * numbers come from: plain series go in, a drawing comes out. */
#ifndef TEARDOWN_OUTPUT_PICTURE_SWEEP_PICTURE_H
#define TEARDOWN_OUTPUT_PICTURE_SWEEP_PICTURE_H

#include "output/picture/drawing.h"

/* At most so many curves to a panel, and panels to a page: more cannot be told apart. */
#define SERIES_CURVES_MAX 7
#define SERIES_PANELS_MAX 6

typedef enum {
  SERIES_NUMBER,
  SERIES_SHARE, /* 0 to 1, shown as per cent */
  SERIES_TIME,  /* nanoseconds */
  SERIES_WORD,  /* 0, 1, 2, ...: named by labels */
} SeriesUnit;

/* One estimate. What is not known is NAN; `low` and `high` bound it. */
typedef struct SeriesPoint {
  double x, y, low, high;
  double expected; /* by a closed form */
} SeriesPoint;

/* Points from left to right. In a heat map one for each place of the x axis, and a curve for each of the y axis. */
typedef struct SeriesCurve {
  char *label;    /* not clean */
  GArray *points; /* of SeriesPoint */
  GArray *law;    /* the same, of a distribution that arithmetic gives; x and y only; NULL: none */
} SeriesCurve;

typedef struct SeriesPanel {
  char *title;       /* not clean */
  SeriesUnit unit;   /* of what is shown: y; of a distribution, x */
  GPtrArray *curves; /* of SeriesCurve, owned; the i-th looks alike in all panels */
} SeriesPanel;

typedef struct SeriesAxis {
  char *name; /* not clean */
  SeriesUnit unit;
  gboolean logarithmic;
  GArray *values;    /* of double */
  GPtrArray *labels; /* of char *, as they were written; not clean */
} SeriesAxis;

typedef struct SeriesPicture {
  char *title, *about; /* not clean */
  char *confidence;    /* of the intervals: "95%" */
  SeriesAxis x, y;     /* y of heat maps only; a distribution has neither */
  GPtrArray *panels;   /* of SeriesPanel, owned */
} SeriesPicture;

SeriesPicture *series_picture_new(void);
void series_picture_free(SeriesPicture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SeriesPicture, series_picture_free)
/* Adds a panel, or a curve, and returns it; texts are copied. */
SeriesPanel *series_panel_add(SeriesPicture *picture, const char *title, SeriesUnit unit);
SeriesCurve *series_curve_add(SeriesPanel *panel, const char *label);

/* Each makes a page of all panels. Owned by the caller; NULL with `error` if there is nothing to be drawn. */
Drawing *sweep_curves_draw(const SeriesPicture *picture, GError **error); /* sweep_curves.c */
Drawing *sweep_heat_draw(const SeriesPicture *picture, GError **error);   /* sweep_heat.c */
Drawing *sweep_cdf_draw(const SeriesPicture *picture, GError **error);    /* sweep_cdf.c */

#endif
