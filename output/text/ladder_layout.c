#include "output/text/ladder_layout.h"

/* A gutter is no narrower than this where there is a choice; "end of stream" fits. A part of the width, but at least
 * the other number of columns, is the most it gets. */
#define GUTTER_MIN  13
#define GUTTER_PART 4
#define GUTTER_MOST 20
/* Narrower drawings leave out of the times what they can. */
#define WIDE_ENOUGH 80
/* Columns an arrow wants beside its label, and the most it gets. */
#define ARROW_ROOM     16
#define CROSSING_ROOM  8
#define ASIDE_ROOM     10
#define ARROW_ROOM_MAX 46
/* A label alone with the shortest arrow around it. */
#define ARROW_LEAST 5
/* Between two lifelines, at least. */
#define GAP_LEAST 7
/* A gap this wide holds the notes of the host on its left, broken into lines; in a narrower one they run on. */
#define GAP_FOR_NOTES 16

unsigned ladder_layout_max_hosts(unsigned width) {
  unsigned times = 1 + 10 + LADDER_AFTER_TIME;
  return MAX(2, (width - times) / (GAP_LEAST + 1));
}

/* How much room the notes beside a lifeline want, and get. */
typedef struct Gutter {
  unsigned wanted; /* for the longest note on one line */
  unsigned least;  /* for the longest word, and for states on one line */
  unsigned width;
} Gutter;

static unsigned longest_word(const char *text) {
  unsigned longest = 0;
  g_auto(GStrv) words = g_strsplit(text, " ", -1);
  for (char **word = words; *word != NULL; word++)
    longest = MAX(longest, text_width(*word));
  return longest;
}

static void measure_notes(const GArray *items, unsigned host, Gutter *gutter) {
  for (guint i = 0; i < items->len; i++) {
    const LadderItem *item = &g_array_index(items, LadderItem, i);
    if (item->kind != LADDER_NOTE || item->host != host)
      continue;
    unsigned whole = text_width(item->text);
    gutter->wanted = MAX(gutter->wanted, whole);
    gboolean breaks = item->attr < TEXT_STATE || item->minor;
    gutter->least = MAX(gutter->least, breaks ? longest_word(item->text) : whole);
  }
}

static Gutter gutter_of(const LadderItems *items, unsigned host, unsigned width) {
  Gutter gutter = {0};
  measure_notes(items->start, host, &gutter);
  measure_notes(items->items, host, &gutter);
  unsigned most = MAX(width / GUTTER_PART, GUTTER_MOST);
  gutter.wanted = CLAMP(gutter.wanted, GUTTER_MIN, most);
  gutter.least = CLAMP(gutter.least, MIN(gutter.wanted, GUTTER_MIN), GUTTER_MOST);
  gutter.width = gutter.wanted = MAX(gutter.wanted, gutter.least);
  return gutter;
}

static unsigned longest_label(const LadderItems *items) {
  unsigned longest = 0;
  for (guint i = 0; i < items->flights->len; i++)
    longest = MAX(longest, text_width(g_array_index(items->flights, LadderFlight, i).labels[0]));
  return longest;
}

/* Whether arrows of both directions are split, as those are that cross. */
static gboolean arrows_cross(const LadderItems *items) {
  gboolean right = FALSE, left = FALSE;
  for (guint i = 0; i < items->items->len; i++) {
    const LadderItem *item = &g_array_index(items->items, LadderItem, i);
    if (item->kind != LADDER_DEPARTURE)
      continue;
    right = right || item->host < item->peer;
    left = left || item->host > item->peer;
  }
  return right && left;
}

/* The gap that arrows want: room for the longest label, for what is said of it, and between two hosts for two
 * that cross side by side. */
static unsigned gap_wanted(const LadderItems *items) {
  unsigned wanted = 0;
  gboolean cross = items->hosts->len == 2 && arrows_cross(items);
  for (guint i = 0; i < items->flights->len; i++) {
    const LadderFlight *flight = &g_array_index(items->flights, LadderFlight, i);
    unsigned label = text_width(flight->labels[0]);
    wanted = MAX(wanted, label + ARROW_ROOM);
    if (flight->aside != NULL)
      wanted = MAX(wanted, label + ASIDE_ROOM + text_width(flight->aside));
    if (flight->letter != NULL && cross)
      wanted = MAX(wanted, 2 * (label + CROSSING_ROOM));
  }
  return wanted;
}

/* Shrinks the wider of two gutters until the arrows have `room`, as far as that goes. */
static void share(Gutter *a, Gutter *b, unsigned available, unsigned room) {
  while (a->width + b->width + room > available && (a->width > a->least || b->width > b->least)) {
    gboolean take_a = a->width > a->least && (a->width >= b->width || b->width == b->least);
    if (take_a)
      a->width--;
    else
      b->width--;
  }
}

/* Lifelines from `first` on, with `gap` columns between each two. */
static void place(LadderLayout *layout, unsigned first, unsigned gap) {
  for (unsigned i = 0; i < layout->n_columns; i++) {
    LadderColumn *column = &layout->columns[i];
    column->x = first + i * (gap + 1);
    gboolean last = i + 1 == layout->n_columns;
    if (!last && gap >= GAP_FOR_NOTES)
      column->note_width = gap - 3;
    else if (!last)
      column->note_width = layout->width - column->x - 2;
  }
}

static void place_with_gutters(LadderLayout *layout, const Gutter *left, const Gutter *right, unsigned gap) {
  unsigned before = 1 + layout->time_width + LADDER_AFTER_TIME;
  unsigned n = layout->n_columns;
  layout->width = before + left->width + 1 + n + (n - 1) * gap + 1 + right->width;
  place(layout, before + left->width + 1, gap);
  layout->columns[0].notes_left = TRUE;
  layout->columns[0].note_width = left->width;
  if (n > 1)
    layout->columns[n - 1].note_width = right->width;
}

/* Every note stands between the lifelines: the last host's left of its own, the others' right of theirs. */
static void place_without_gutters(LadderLayout *layout, unsigned width) {
  unsigned before = 1 + layout->time_width + LADDER_AFTER_TIME + 1;
  unsigned n = layout->n_columns;
  unsigned gap = (width - before - n) / (n - 1);
  layout->width = before + n + (n - 1) * gap;
  place(layout, before, gap);
  LadderColumn *last = &layout->columns[n - 1];
  last->notes_left = TRUE;
  last->note_width = gap >= GAP_FOR_NOTES ? gap - 3 : last->x - before;
}

static unsigned width_of_times(const LadderLayout *layout, SimTime last_at) {
  char text[40];
  unsigned longest = text_width(text_time(last_at, layout->unit, text, sizeof text));
  return MAX(longest, text_width(LADDER_TIME_TITLE));
}

LadderLayout *ladder_layout_new(const LadderItems *items, SimTime last_at, unsigned width) {
  LadderLayout *layout = g_new0(LadderLayout, 1);
  layout->n_columns = items->hosts->len;
  layout->columns = g_new0(LadderColumn, layout->n_columns + 1);
  layout->unit = width < WIDE_ENOUGH ? items->unit : MAX(items->unit, TEXT_TIME_US);
  layout->time_width = width_of_times(layout, last_at);
  unsigned n = layout->n_columns;
  if (n == 0)
    return layout;
  unsigned fixed = 1 + layout->time_width + LADDER_AFTER_TIME + 1 + n + 1;
  unsigned label = longest_label(items);
  Gutter left = gutter_of(items, 0, width);
  Gutter right = n > 1 ? gutter_of(items, n - 1, width) : (Gutter){0};
  if (n == 1) {
    left.width = MIN(left.wanted, width - fixed);
    place_with_gutters(layout, &left, &right, 0);
    return layout;
  }
  unsigned available = width > fixed ? width - fixed : 0;
  share(&left, &right, available, (n - 1) * gap_wanted(items));
  unsigned rest = available > left.width + right.width ? available - left.width - right.width : 0;
  unsigned gap = MIN(rest / (n - 1), label + ARROW_ROOM_MAX);
  if (n > 2 && gap < label + ARROW_LEAST)
    place_without_gutters(layout, width);
  else
    place_with_gutters(layout, &left, &right, gap);
  return layout;
}

void ladder_layout_free(LadderLayout *layout) {
  g_free(layout->columns);
  g_free(layout);
}
