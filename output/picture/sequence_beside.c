#include "output/picture/sequence_page.h"

#include <math.h>
#include <string.h>

#define TICK_LENGTH 9.0
#define TICK_LEAD   8.0
/* A time may stand this far from its tick; farther, it is left out. */
#define TICK_AWAY 22.0
/* Marks closer than this are one. */
#define TICK_NEAR 2.0
/* Lines of ticks and notes, from one to the next. */
#define TICK_LINE  14.5
#define NOTE_LINE  16.0
#define STATE_LINE 18.0
#define MAX_LINES  3
/* A text this far from what it is about needs a line that leads there. */
#define AWAY 9.0
/* The name of a state stands this far below where the state begins, at most. */
#define NAME_BELOW  62.0
#define NAME_AT_TOP 22.0
/* A text beside an inner lifeline looks for room in steps of this, this many up and down. */
#define SEARCH_STEP  4.0
#define SEARCH_MOST  80
#define SEARCH_CLEAR 15
/* Right of an only host. */
#define ALONE 120.0
/* Of a bracket. */
#define BRACKET_FIRST 12.0
#define BRACKET_STEP  28.0
#define BRACKET_FOOT  6.0
#define BRACKET_CLEAR 7.0
#define BRACKET_TEXT  10.5

/* Ticks. */

typedef struct Tick {
  double y;
  SimTime t;
} Tick;

static void draw_tick(SeqPage *page, const Tick *tick, double place) {
  char text[48];
  text_time(tick->t, page->unit, text, sizeof text);
  g_strlcat(text, " s", sizeof text);
  double out = page->axis_x - TICK_LENGTH, lead = fabs(place - tick->y) > 1 ? TICK_LEAD : 0;
  DrawingPoint points[] = {{page->axis_x, tick->y}, {out + lead / 2, tick->y}, {out - lead / 2, place}};
  drawing_path(page->drawing, ROLE_TICK, INK_MUTED, points, lead > 0 ? 3 : 2)->width = 1;
  seq_text(page, ROLE_TICK, INK_MUTED, out - TICK_LEAD, place, ALIGN_RIGHT, FONT_MONO, SIZE_TICK, text);
}

void seq_draw_ticks(SeqPage *page) {
  g_autoptr(GArray) ticks = g_array_new(FALSE, FALSE, sizeof(Tick));
  g_autoptr(GArray) wanted = g_array_new(FALSE, FALSE, sizeof(double));
  g_autoptr(GArray) heights = g_array_new(FALSE, FALSE, sizeof(double));
  double mark = -INFINITY, free_from = -INFINITY, line = TICK_LINE;
  for (guint i = 1; i + 1 < page->model->moments->len; i++) {
    const SeqMoment *moment = SEQ_MOMENT(page->model, i);
    gboolean again = i > 1 && moment->t == SEQ_MOMENT(page->model, i - 1)->t;
    if (again || moment->y - mark < TICK_NEAR)
      continue;
    mark = moment->y;
    Tick tick = {.y = moment->y, .t = moment->t};
    double place = MAX(tick.y, free_from);
    if (place - tick.y > TICK_AWAY) {
      drawing_line(page->drawing, ROLE_TICK, INK_MUTED, page->axis_x, tick.y, page->axis_x - TICK_LENGTH / 2, tick.y)
          ->width = 1;
      continue;
    }
    free_from = place + TICK_LINE;
    g_array_append_val(ticks, tick);
    g_array_append_val(wanted, tick.y);
    g_array_append_val(heights, line);
  }
  double *places = (double *)(void *)wanted->data;
  seq_pack(places, (const double *)(const void *)heights->data, ticks->len, SEQ_MOMENT(page->model, 0)->y, places);
  for (guint i = 0; i < ticks->len; i++)
    draw_tick(page, &g_array_index(ticks, Tick, i), places[i]);
}

/* Brackets. */

static double bracket_x(const SeqPage *page, guint i, const SeqBracket *bracket, gboolean *ret_left) {
  const SeqColumn *column = &page->columns[bracket->host];
  double away = BRACKET_FIRST + page->bracket_columns[i] * BRACKET_STEP;
  if (column->outer)
    away += BESIDE + column->text_width + BRACKET_FOOT - BRACKET_FIRST + BRACKET_CLEAR;
  *ret_left = !column->outer || column->left;
  return *ret_left ? column->x - column->half - away : column->x + column->half + away;
}

void seq_draw_brackets(SeqPage *page) {
  for (guint i = 0; i < page->model->brackets->len; i++) {
    const SeqBracket *bracket = &g_array_index(page->model->brackets, SeqBracket, i);
    gboolean left;
    double x = bracket_x(page, i, bracket, &left), middle;
    double from = SEQ_MOMENT(page->model, bracket->from)->y + 1, until = SEQ_MOMENT(page->model, bracket->until)->y - 1;
    double foot = left ? x + BRACKET_FOOT : x - BRACKET_FOOT;
    DrawingPoint points[] = {
        {bracket->open_above ? x : foot, from}, {x, from}, {x, until}, {bracket->open_below ? x : foot, until}};
    DrawingMark *line = drawing_path(page->drawing, ROLE_BRACKET, bracket->ink, points, G_N_ELEMENTS(points));
    line->width = 1.2;
    line->record = bracket->record;
    placer_take_rect(page->placer, PLACER_BRACKET, PLACER_NOBODY, MIN(x, foot) - 1, from, MAX(x, foot) + 1, until);
    const char *text = seq_bracket_text(page, bracket, &middle);
    double text_x = left ? x - BRACKET_TEXT : x + BRACKET_TEXT;
    /* Beside an inner lifeline something may be in the way: along the bracket there may be room. */
    for (int step = 0; step < 60; step++) {
      double y = middle + (step % 2 ? -1 : 1) * (step + 1) / 2 * 6.0;
      DrawingPoint at = {text_x, y};
      if (!seq_fits(page, PLACER_SOLID, PLACER_NOBODY, at, 90, ALIGN_CENTRE, FONT_SANS, SIZE_BRACKET, text))
        continue;
      DrawingMark *mark = drawing_text(page->drawing, ROLE_BRACKET_TEXT, bracket->ink, text_x, y, ALIGN_CENTRE,
                                       FONT_SANS, SIZE_BRACKET, text);
      mark->angle = 90;
      mark->halo = TRUE;
      mark->record = bracket->record;
      DrawingPoint box[4];
      drawing_mark_box(mark, box);
      placer_take(page->placer, PLACER_TEXT, PLACER_NOBODY, box);
      break;
    }
  }
}

/* Breaks. */

/* Between two hosts, if there is room by the classes of `mask`. */
static gboolean draw_break_between(SeqPage *page, unsigned h, double y, unsigned mask, const char *text) {
  static const double parts[] = {0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.12, 0.88};
  double from = page->columns[h].x + page->columns[h].half, to = from + ALONE;
  if (h + 1 < page->model->hosts->len)
    to = page->columns[h + 1].x - page->columns[h + 1].half;
  for (unsigned p = 0; p < G_N_ELEMENTS(parts); p++) {
    DrawingPoint at = {from + (to - from) * parts[p], y};
    if (!seq_fits(page, mask, PLACER_NOBODY, at, 0, ALIGN_CENTRE, FONT_SANS, SIZE_BREAK, text))
      continue;
    seq_text(page, ROLE_BREAK, INK_MUTED, at.x, y, ALIGN_CENTRE, FONT_SANS, SIZE_BREAK, text)->halo = TRUE;
    return TRUE;
  }
  return FALSE;
}

/* Clear of arrows between hosts; else beside the axis; else over arrows. */
static void draw_break(SeqPage *page, const SeqBreak *here) {
  char text[40];
  text_span(here->cut, text, sizeof text);
  double y = (here->top + here->bottom) / 2;
  unsigned gaps = MAX(page->model->hosts->len, 2) - 1;
  DrawingPoint beside = {page->axis_x - TICK_LENGTH - TICK_LEAD, y};
  for (unsigned h = 0; h < gaps; h++)
    if (draw_break_between(page, h, y, PLACER_ALL, text))
      return;
  if (seq_fits(page, PLACER_ALL, PLACER_NOBODY, beside, 0, ALIGN_RIGHT, FONT_SANS, SIZE_TICK, text)) {
    seq_text(page, ROLE_BREAK, INK_MUTED, beside.x, y, ALIGN_RIGHT, FONT_SANS, SIZE_TICK, text);
    return;
  }
  for (unsigned h = 0; h < gaps; h++)
    if (draw_break_between(page, h, y, PLACER_SOLID, text))
      return;
  page->left_out++;
}

void seq_draw_breaks(SeqPage *page) {
  for (guint b = 0; b < page->axis->breaks->len; b++)
    draw_break(page, &g_array_index(page->axis->breaks, SeqBreak, b));
}

/* Notes and names of states. */

typedef struct Aside {
  double y;           /* what it is about */
  double from, until; /* where it may stand without a line that leads there */
  double wanted;
  double height;
  gboolean is_state;
  DrawingInk ink;
  DrawingFont font;
  double size;
  unsigned n_lines;
  char *lines[MAX_LINES];
  size_t record;
} Aside;

static void aside_clear(gpointer data) {
  Aside *aside = data;
  for (unsigned i = 0; i < aside->n_lines; i++)
    g_free(aside->lines[i]);
}

/* Breaks `text` between words into lines that fit. */
static void break_lines(Aside *aside, const char *text, double width) {
  const char *rest = text;
  while (*rest != '\0') {
    const char *end = NULL;
    gboolean last = aside->n_lines + 1 == MAX_LINES;
    for (const char *space = strchr(rest, ' '); !last && space != NULL; space = strchr(space + 1, ' ')) {
      g_autofree char *part = g_strndup(rest, (gsize)(space - rest));
      if (font_text_width(aside->font, aside->size, part) > width)
        break;
      end = space;
    }
    if (last || end == NULL || font_text_width(aside->font, aside->size, rest) <= width)
      end = font_text_width(aside->font, aside->size, rest) <= width || last || strchr(rest, ' ') == NULL
                ? rest + strlen(rest)
                : strchr(rest, ' ');
    g_autofree char *line = g_strndup(rest, (gsize)(end - rest));
    aside->lines[aside->n_lines++] = font_text_fit(aside->font, aside->size, line, width);
    rest = *end == ' ' ? end + 1 : end;
  }
}

static void add_stay(const SeqPage *page, GArray *asides, const SeqStay *stay, double width) {
  Aside aside = {.is_state = TRUE, .font = FONT_SANS_BOLD, .size = SIZE_STATE, .height = STATE_LINE};
  aside.ink = (DrawingInk)(INK_STATE_NAME + stay->state);
  aside.y = SEQ_MOMENT(page->model, stay->from)->y;
  double until = SEQ_MOMENT(page->model, stay->until)->y, piece = until;
  for (guint b = 0; b < page->axis->breaks->len; b++) {
    const SeqBreak *here = &g_array_index(page->axis->breaks, SeqBreak, b);
    if (here->after >= stay->from && here->after < stay->until) {
      piece = here->top;
      break;
    }
  }
  aside.from = aside.y - 2;
  aside.until = until + 2;
  aside.wanted = MIN((aside.y + piece) / 2, aside.y + (stay->from == 0 ? NAME_AT_TOP : NAME_BELOW));
  aside.lines[aside.n_lines++] = font_text_fit(aside.font, aside.size, stay->name, width);
  aside.record = stay->record;
  g_array_append_val(asides, aside);
}

static void add_note(const SeqPage *page, GArray *asides, const SeqNote *note, double width) {
  Aside aside = {.ink = note->ink, .font = FONT_SANS, .size = SIZE_NOTE, .record = note->record};
  aside.y = aside.wanted = SEQ_MOMENT(page->model, note->moment)->y;
  aside.from = aside.y - AWAY;
  aside.until = aside.y + AWAY;
  break_lines(&aside, note->text, width);
  aside.height = aside.n_lines * NOTE_LINE;
  if (aside.n_lines > 0)
    g_array_append_val(asides, aside);
}

static int compare_asides(gconstpointer a, gconstpointer b) {
  const Aside *left = a, *right = b;
  if (left->wanted != right->wanted)
    return left->wanted < right->wanted ? -1 : 1;
  if (left->is_state != right->is_state)
    return left->is_state - right->is_state;
  return left->record < right->record ? -1 : left->record > right->record;
}

static GArray *asides_of(const SeqPage *page, unsigned host) {
  GArray *asides = g_array_new(FALSE, TRUE, sizeof(Aside));
  g_array_set_clear_func(asides, aside_clear);
  double width = page->columns[host].text_width;
  for (guint i = 0; i < page->model->stays->len; i++) {
    const SeqStay *stay = &g_array_index(page->model->stays, SeqStay, i);
    if (stay->host == host && stay->name != NULL)
      add_stay(page, asides, stay, width);
  }
  for (guint i = 0; i < page->model->notes->len; i++) {
    const SeqNote *note = &g_array_index(page->model->notes, SeqNote, i);
    if (note->host == host && note->peer < 0)
      add_note(page, asides, note, width);
  }
  g_array_sort(asides, compare_asides);
  return asides;
}

static void draw_aside(SeqPage *page, unsigned host, const Aside *aside, gboolean left, double y) {
  const SeqColumn *column = &page->columns[host];
  double edge = left ? column->x - column->half : column->x + column->half, out = left ? -1 : 1;
  double line = aside->height / aside->n_lines;
  if (y < aside->from || y > aside->until) {
    double about = aside->is_state ? CLAMP(y, aside->from + 4, MAX(aside->from + 4, aside->until - 4)) : aside->y;
    DrawingPoint points[] = {{edge + out * 2, about}, {edge + out * 4, about}, {edge + out * (BESIDE - 3), y}};
    drawing_path(page->drawing, ROLE_AXIS, INK_FAINT, points, G_N_ELEMENTS(points))->width = 1;
  }
  for (unsigned i = 0; i < aside->n_lines; i++) {
    double at = y + (i - (aside->n_lines - 1) / 2.0) * line;
    DrawingMark *mark = seq_text(page, aside->is_state ? ROLE_STATE : ROLE_NOTE, aside->ink, edge + out * BESIDE, at,
                                 left ? ALIGN_RIGHT : ALIGN_LEFT, aside->font, aside->size, aside->lines[i]);
    mark->record = aside->record;
    mark->halo = !column->outer;
  }
}

static void draw_outer(SeqPage *page, unsigned host, const GArray *asides) {
  g_autofree double *places = g_new(double, asides->len + 1), *heights = g_new(double, asides->len + 1);
  for (guint i = 0; i < asides->len; i++) {
    places[i] = g_array_index(asides, Aside, i).wanted;
    heights[i] = g_array_index(asides, Aside, i).height;
  }
  seq_pack(places, heights, asides->len, SEQ_MOMENT(page->model, 0)->y, places);
  for (guint i = 0; i < asides->len; i++)
    draw_aside(page, host, &g_array_index(asides, Aside, i), page->columns[host].left, places[i]);
}

/* Whether there is room beside an inner lifeline at `y`. */
static gboolean aside_fits(const SeqPage *page, unsigned host, const Aside *aside, gboolean left, double y,
                           unsigned mask) {
  const SeqColumn *column = &page->columns[host];
  double edge = left ? column->x - column->half - BESIDE : column->x + column->half + BESIDE;
  for (unsigned i = 0; i < aside->n_lines; i++) {
    DrawingPoint at = {edge, y + (i - (aside->n_lines - 1) / 2.0) * aside->height / aside->n_lines};
    if (at.y < SEQ_MOMENT(page->model, 0)->y ||
        !seq_fits(page, mask, PLACER_NOBODY, at, 0, left ? ALIGN_RIGHT : ALIGN_LEFT, aside->font, aside->size,
                  aside->lines[i]))
      return FALSE;
  }
  return TRUE;
}

static void draw_inner(SeqPage *page, unsigned host, const GArray *asides) {
  for (guint i = 0; i < asides->len; i++) {
    const Aside *aside = &g_array_index(asides, Aside, i);
    gboolean placed = FALSE;
    /* Clear of arrows if that is possible nearby, else over them. */
    for (unsigned pass = 0; pass < 2 && !placed; pass++) {
      for (int step = 0; step < (pass == 0 ? SEARCH_CLEAR : SEARCH_MOST) && !placed; step++) {
        double y = aside->wanted + (step % 2 ? 1 : -1) * (step + 1) / 2 * SEARCH_STEP;
        for (int left = 0; left < 2 && !placed; left++) {
          placed = aside_fits(page, host, aside, left, y, pass == 0 ? PLACER_ALL : PLACER_SOLID);
          if (placed)
            draw_aside(page, host, aside, left, y);
        }
      }
    }
    page->left_out += !placed;
  }
}

/* What happens to a link: a line from host to host, and what it is. */
static void draw_link(SeqPage *page, const SeqNote *note) {
  unsigned a = MIN(note->host, (unsigned)note->peer), b = MAX(note->host, (unsigned)note->peer);
  double from = page->columns[a].x + page->columns[a].half, to = page->columns[b].x - page->columns[b].half;
  double y = SEQ_MOMENT(page->model, note->moment)->y;
  DrawingMark *line = drawing_line(page->drawing, ROLE_AXIS, note->ink, from + 2, y, to - 2, y);
  line->dash = DASH_DOTTED;
  line->width = 1;
  placer_take_line(page->placer, PLACER_SHAFT, note->record, (DrawingPoint){from, y}, (DrawingPoint){to, y}, 1);
  for (unsigned mask = 0; mask < 2; mask++) {
    for (unsigned step = 0; step < 14; step++) {
      double part = 0.5 + (step % 2 ? 0.06 : -0.06) * ((step + 1) / 2);
      DrawingPoint at = {from + (to - from) * part, y};
      if (!seq_fits(page, mask ? PLACER_SOLID : PLACER_ALL, note->record, at, 0, ALIGN_CENTRE, FONT_SANS, SIZE_NOTE,
                    note->text))
        continue;
      DrawingMark *mark =
          seq_text(page, ROLE_NOTE, note->ink, at.x, at.y, ALIGN_CENTRE, FONT_SANS, SIZE_NOTE, note->text);
      mark->halo = TRUE;
      mark->record = note->record;
      return;
    }
  }
  page->left_out++;
}

void seq_draw_notes(SeqPage *page) {
  for (guint i = 0; i < page->model->notes->len; i++)
    if (g_array_index(page->model->notes, SeqNote, i).peer >= 0)
      draw_link(page, &g_array_index(page->model->notes, SeqNote, i));
  for (unsigned h = 0; h < page->model->hosts->len; h++) {
    g_autoptr(GArray) asides = asides_of(page, h);
    if (page->columns[h].outer)
      draw_outer(page, h, asides);
    else
      draw_inner(page, h, asides);
  }
}
