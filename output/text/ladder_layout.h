/* Where things stand in a ladder of a given width: the column of times, the lifelines, and the room for notes beside
 * each. With room to spare, notes of the first host stand left of its lifeline and those of the others right of
 * theirs. */
#ifndef TEARDOWN_OUTPUT_TEXT_LADDER_LAYOUT_H
#define TEARDOWN_OUTPUT_TEXT_LADDER_LAYOUT_H

#include "output/text/ladder_items.h"

/* What stands above the times. */
#define LADDER_TIME_TITLE "seconds"
/* Columns between the times and what follows, at least. */
#define LADDER_AFTER_TIME 1

typedef struct LadderColumn {
  unsigned x;          /* the lifeline's column */
  gboolean notes_left; /* notes end left of the lifeline, else begin right of it */
  unsigned note_width; /* at least 1 */
} LadderColumn;

typedef struct LadderLayout {
  unsigned width;      /* of the drawing; at most the style's */
  unsigned time_width; /* times are right-aligned in columns [1, 1 + time_width) */
  TextTimeUnit unit;
  unsigned n_columns;
  LadderColumn *columns; /* owned, one for each host */
} LadderLayout;

/* The number of lifelines that a width has room for; at least 2. */
unsigned ladder_layout_max_hosts(unsigned width);

LadderLayout *ladder_layout_new(const LadderItems *items, SimTime last_at, unsigned width);
void ladder_layout_free(LadderLayout *layout);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LadderLayout, ladder_layout_free)

#endif
