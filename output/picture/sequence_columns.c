#include "output/picture/sequence_page.h"

#include <math.h>

#define MARGIN 30.0
/* Strips of one lane, and of several beside each other. */
#define STRIP        20.0
#define STRIP_NARROW 13.0
#define LANE_STEP    30.0
/* Between lifelines. */
#define GAP_MIN  270.0
#define GAP_MAX  540.0
#define GAP_TWO  430.0
#define GAP_MANY 350.0
/* Texts beside a lifeline. */
#define TEXT_MIN   60.0
#define TEXT_MAX   225.0
#define TEXT_INNER 160.0
/* A state's name is never cut, but for absurd names of connections. */
#define STATE_MAX 340.0
#define BRACKET   28.0
#define BRACKETS  6.0 /* between texts and the first of them, more than between them */
/* A text may be this much longer than its bracket before it is shortened. */
#define BRACKET_OVER 34.0
#define AXIS_TO_ALL  18.0
#define TICK         10.0

double seq_lane_left(const SeqPage *page, unsigned host, unsigned lane) {
  const SeqColumn *column = &page->columns[host];
  return column->x - column->half + lane * page->lane_step;
}

double seq_lane_right(const SeqPage *page, unsigned host, unsigned lane) {
  return seq_lane_left(page, host, lane) + page->strip;
}

void seq_pack(const double *wanted, const double *heights, unsigned n, double top, double *places) {
  /* Runs that touch move as one, to the middle of what their members want. */
  typedef struct Run {
    unsigned first, n;
    double height, sum, start; /* sum of the starts that members want for the run */
  } Run;
  g_autofree Run *runs = g_new(Run, n + 1);
  unsigned n_runs = 0;
  for (unsigned i = 0; i < n; i++) {
    double start = wanted[i] - heights[i] / 2;
    runs[n_runs] = (Run){.first = i, .n = 1, .height = heights[i], .sum = start, .start = MAX(top, start)};
    n_runs++;
    while (n_runs > 1 && runs[n_runs - 2].start + runs[n_runs - 2].height > runs[n_runs - 1].start) {
      Run *into = &runs[n_runs - 2];
      const Run *from = &runs[n_runs - 1];
      into->sum += from->sum - from->n * into->height;
      into->height += from->height;
      into->n += from->n;
      into->start = MAX(top, into->sum / into->n);
      n_runs--;
    }
  }
  for (unsigned r = 0; r < n_runs; r++) {
    double y = runs[r].start;
    for (unsigned i = runs[r].first; i < runs[r].first + runs[r].n; i++) {
      double height = heights[i];
      places[i] = y + height / 2;
      y += height;
    }
  }
}

/* Brackets: beside each other where they, or their texts, would touch. */

const char *seq_bracket_text(const SeqPage *page, const SeqBracket *bracket, double *ret_middle) {
  double from = SEQ_MOMENT(page->model, bracket->from)->y, until = SEQ_MOMENT(page->model, bracket->until)->y;
  gboolean fits = font_text_width(FONT_SANS, SIZE_BRACKET, bracket->text) <= until - from + BRACKET_OVER;
  const char *text = fits ? bracket->text : bracket->brief;
  double half = font_text_width(FONT_SANS, SIZE_BRACKET, text) / 2;
  *ret_middle = MAX((from + until) / 2, SEQ_MOMENT(page->model, 0)->y + half);
  return text;
}

static void lay_brackets(SeqPage *page) {
  const GArray *brackets = page->model->brackets;
  page->bracket_columns = g_new0(unsigned, brackets->len + 1);
  for (unsigned h = 0; h < page->model->hosts->len; h++) {
    g_autoptr(GArray) ends = g_array_new(FALSE, FALSE, sizeof(double)); /* of each column, interleaved: from, until */
    for (guint i = 0; i < brackets->len; i++) {
      const SeqBracket *bracket = &g_array_index(brackets, SeqBracket, i);
      if (bracket->host != h)
        continue;
      double from = SEQ_MOMENT(page->model, bracket->from)->y, until = SEQ_MOMENT(page->model, bracket->until)->y;
      double middle;
      double half = font_text_width(FONT_SANS, SIZE_BRACKET, seq_bracket_text(page, bracket, &middle)) / 2;
      double span[] = {MIN(from, middle - half - 3), MAX(until, middle + half + 3)};
      unsigned column = 0;
      for (gboolean clash = TRUE; clash; column += clash ? 1 : 0) {
        clash = FALSE;
        for (guint k = 0; k < ends->len && !clash; k += 3)
          clash = g_array_index(ends, double, k) == column && g_array_index(ends, double, k + 1) < span[1] &&
                  g_array_index(ends, double, k + 2) > span[0];
      }
      double entry[] = {column, span[0], span[1]};
      g_array_append_vals(ends, entry, 3);
      page->bracket_columns[i] = column;
      page->columns[h].brackets = MAX(page->columns[h].brackets, column + 1);
    }
  }
}

/* Widths. */

/* Notes can be broken into lines, names of states cannot. */
static double widest_beside(const SeqPage *page, unsigned host, double note_max) {
  double widest = TEXT_MIN;
  for (guint i = 0; i < page->model->stays->len; i++) {
    const SeqStay *stay = &g_array_index(page->model->stays, SeqStay, i);
    if (stay->host == host && stay->name != NULL)
      widest = MAX(widest, MIN(STATE_MAX, font_text_width(FONT_SANS_BOLD, SIZE_STATE, stay->name) + 1));
  }
  for (guint i = 0; i < page->model->notes->len; i++) {
    const SeqNote *note = &g_array_index(page->model->notes, SeqNote, i);
    if (note->host == host && note->peer < 0)
      widest = MAX(widest, MIN(note_max, font_text_width(FONT_SANS, SIZE_NOTE, note->text)));
  }
  return widest;
}

static double widest_label(const SeqPage *page) {
  double widest = 0;
  for (guint i = 0; i < page->model->arrows->len; i++) {
    const SeqArrow *arrow = &g_array_index(page->model->arrows, SeqArrow, i);
    widest = MAX(widest, font_text_width(FONT_MONO, SIZE_LABEL, arrow->labels[1]));
    if (arrow->dies && arrow->end > 0 && arrow->end < 1)
      widest = MAX(widest, font_text_width(FONT_MONO, SIZE_LABEL, arrow->labels[2]) / arrow->end);
  }
  return widest;
}

static double widest_tick(SeqPage *page) {
  double widest = 0;
  char text[48];
  const GArray *moments = page->model->moments;
  page->unit = TEXT_TIME_MS;
  for (guint i = 1; i + 1 < moments->len; i++) {
    TextTimeUnit unit = text_time_unit(g_array_index(moments, SeqMoment, i).t);
    page->unit = MAX(page->unit, unit);
  }
  /* Nanoseconds tell nothing that a page can show, unless they are the scale of the picture. */
  if (page->unit == TEXT_TIME_NS && page->axis->base < 0.05)
    page->unit = TEXT_TIME_US;
  for (guint i = 1; i + 1 < moments->len; i++) {
    text_time(g_array_index(moments, SeqMoment, i).t, page->unit, text, sizeof text);
    widest = MAX(widest, font_text_width(FONT_MONO, SIZE_TICK, text));
  }
  return widest + font_text_width(FONT_MONO, SIZE_TICK, " s");
}

static double half_of_host(const SeqPage *page, unsigned host) {
  return ((SEQ_HOST(page->model, host)->n_lanes - 1) * page->lane_step + page->strip) / 2;
}

void seq_lay_columns(SeqPage *page) {
  unsigned n = page->model->hosts->len;
  page->columns = g_new0(SeqColumn, n);
  gboolean lanes = FALSE;
  for (unsigned h = 0; h < n; h++)
    lanes = lanes || SEQ_HOST(page->model, h)->n_lanes > 1;
  page->strip = lanes ? STRIP_NARROW : STRIP;
  page->lane_step = LANE_STEP;
  lay_brackets(page);
  double label = widest_label(page);
  page->axis_x = MARGIN + widest_tick(page) + TICK + 4;
  double x = page->axis_x + AXIS_TO_ALL;
  for (unsigned h = 0; h < n; h++) {
    SeqColumn *column = &page->columns[h];
    column->half = half_of_host(page, h);
    column->left = h == 0;
    column->outer = h == 0 || h + 1 == n;
    column->text_width = widest_beside(page, h, column->outer ? TEXT_MAX : TEXT_INNER);
    if (h == 0) {
      x += column->brackets * BRACKET + (column->brackets ? BRACKETS : 0) + column->text_width + BESIDE;
    } else {
      double gap = CLAMP(label + 80, n > 2 ? GAP_MIN : GAP_TWO, n > 3 ? GAP_MANY : GAP_MAX);
      x +=
          gap + (h > 1 ? page->columns[h - 1].text_width * 0.45 : 0) + (column->outer ? 0 : column->brackets * BRACKET);
    }
    column->x = x + column->half;
    x += 2 * column->half;
  }
  const SeqColumn *last = &page->columns[n - 1];
  page->left = MARGIN;
  page->right =
      n > 1 ? x + BESIDE + last->text_width + last->brackets * BRACKET + (last->brackets ? BRACKETS : 0) : x + BESIDE;
}
