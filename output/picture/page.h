/* What the charts share: the head of a page, the ends of connections that are drawn, scales with round ticks, and
 * samples for legends. The sequence diagram has its own. Private to picture/. */
#ifndef TEARDOWN_OUTPUT_PICTURE_PAGE_H
#define TEARDOWN_OUTPUT_PICTURE_PAGE_H

#include "output/picture/plot.h"
#include "output/text/history.h"

#define PAGE_MARGIN 30.0

GQuark plot_chart_error(void);

/* Names the drawing, writes the title and, smaller, what it is about, in `width` pixels from PAGE_MARGIN on. Returns
 * the y below. */
double page_title(Drawing *drawing, const char *title, const char *about, double width);

/* Names the drawing, writes the trace's title and what the run was in `width` pixels from PAGE_MARGIN on; `about` (may
 * be NULL) is a line of its own. Returns the y below. */
double page_head(Drawing *drawing, const Trace *trace, double width, const char *about);

/* A name from a trace as it may be drawn. To be freed. */
char *page_clean(const char *text);

/* The ends whose host and connection are wanted, of const HistoryEnd *, in the history's order. NULL with `error` if a
 * name is none of the trace's, or if none is left. */
GPtrArray *page_ends(const History *history, const PlotOptions *options, GError **error);

/* The part that is drawn, within [0, end]. FALSE with `error` if it is empty: it begins after the end. */
gboolean page_part(const History *history, const PlotOptions *options, SimTime *ret_from, SimTime *ret_until,
                   GError **error);

/* The smallest of 1, 2, 5 times a power of ten that divides `span` into at most `most` parts; span > 0. */
double page_step(double span, unsigned most);

/* The instant in seconds ("1.25 s"), as exact as `unit` asks. To be freed. */
char *page_time(SimTime at, int digits);

/* An arrowhead with its point at `tip`, coming from `from`. */
void page_arrowhead(Drawing *drawing, DrawingRole role, DrawingInk ink, DrawingPoint from, DrawingPoint tip,
                    double length);
/* A filled circle. */
DrawingMark *page_disc(Drawing *drawing, DrawingRole role, DrawingInk ink, DrawingPoint centre, double radius);

#endif
