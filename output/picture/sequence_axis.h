/* Time on a page: where each moment of a sequence diagram stands, where time is cut out, and how much. Private to the
 * sequence diagram.
 *
 * Between two moments time is to scale, or cut. A stretch is a run of moments with one scale and no cut. */
#ifndef TEARDOWN_OUTPUT_PICTURE_SEQUENCE_AXIS_H
#define TEARDOWN_OUTPUT_PICTURE_SEQUENCE_AXIS_H

#include "output/picture/sequence_model.h"

typedef struct SeqBreak {
  unsigned after;     /* the moment before it */
  double top, bottom; /* of the mark */
  SimTime cut;        /* what is left out */
} SeqBreak;

typedef struct SeqAxis {
  GArray *breaks; /* of SeqBreak, from above */
  double *scales; /* pixels per nanosecond after each moment; 0 where it is not to scale */
  double base;    /* the usual scale */
  double bottom;
} SeqAxis;

/* Gives each moment its `y`, the first `top`. */
SeqAxis *seq_axis_new(SeqModel *model, double top);
void seq_axis_free(SeqAxis *axis);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SeqAxis, seq_axis_free)

/* Whether all between two moments is to one scale. */
gboolean seq_axis_is_straight(const SeqAxis *axis, unsigned from, unsigned until);

#endif
