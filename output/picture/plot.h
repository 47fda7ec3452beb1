/* The kinds of pictures, each a layout that turns a trace into a drawing. */
#ifndef TEARDOWN_OUTPUT_PICTURE_PLOT_H
#define TEARDOWN_OUTPUT_PICTURE_PLOT_H

#include "output/picture/drawing.h"
#include "trace/trace.h"

/* Which part of a trace, and how it is written. */
typedef struct PlotOptions {
  SimTime from, until;   /* SIM_NEVER each: from the start, to the end */
  char **hosts, **conns; /* NULL-terminated names to keep, or NULL: all */
  gboolean raw_seq;      /* absolute sequence numbers rather than relative */
} PlotOptions;

/* Owned by the caller; NULL with `error` when there is nothing to draw (no such host, no record in the part). */
Drawing *sequence_draw(const Trace *trace, const PlotOptions *options, GError **error); /* sequence.c */
Drawing *states_draw(const Trace *trace, const PlotOptions *options, GError **error);   /* states.c */
Drawing *fsm_draw(const Trace *trace, const PlotOptions *options, GError **error);      /* fsm_picture.c */
Drawing *counts_draw(const Trace *trace, const PlotOptions *options, GError **error);   /* counts.c */
Drawing *cdf_draw(const Trace *trace, const PlotOptions *options, GError **error);      /* cdf.c */
/* A small picture for lists, this wide: a sequence diagram that says no more than fits, or, of more than a handful of
 * connections, how many ends are in which state. */
#define THUMBNAIL_WIDTH 360.0
Drawing *thumbnail_draw(const Trace *trace, const PlotOptions *options, GError **error);   /* thumbnail.c */
Drawing *counts_thumbnail(const Trace *trace, const PlotOptions *options, GError **error); /* counts.c */

#endif
