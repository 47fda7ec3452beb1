#include "output/picture/sequence_page.h"

#include <math.h>
#include <string.h>

/* Between a label and its arrow; between its ends and what the arrow begins and ends at. */
#define OFF_LINE    2.5
#define OFF_STROKES 9.0
#define FROM_START  9.0
#define FROM_END    15.0
/* Between two labels end to end, so that they do not read as one. */
#define FROM_TEXT 9.0
/* Of another arrow behind a label, at most. */
#define HIDDEN_MOST 60.0
/* Between a label and what else is said of its segment, at most. */
#define ASIDE_AWAY 24.0
/* Along an arrow, places are tried in steps of this, so many. */
#define STEP       11.0
#define MOST_STEPS 46
/* Of the way, if the middle is taken. */
#define NEAR_SENDER 0.27
/* Beside a cross. */
#define FROM_CROSS 10.0
#define DEGREES    (180 / 3.14159265358979323846)
/* Of the margin. */
#define KEY_LINE   15.0
#define KEY_COLUMN 26.0
#define KEY_GAP    24.0
#define KEY_WIDTH  300.0
#define KEY_LINES  3

/* One text that wants to stand along an arrow. */
typedef struct Wish {
  const char *text;
  DrawingFont font;
  double size;
  DrawingInk ink;
  guint arrow;
} Wish;

/* Where it was put. */
typedef struct Place {
  double part; /* of the arrow */
  int row;     /* above: 1, 2; below: -1, -2; on it: 0 */
} Place;

static double length_of(const SeqShaft *shaft) {
  return hypot(shaft->to.x - shaft->from.x, shaft->to.y - shaft->from.y);
}

/* The angle at which a text is read along a shaft, from left to right: in whole degrees, as gnuplot turns texts. */
static double angle_of(const SeqShaft *shaft) {
  double x = shaft->to.x - shaft->from.x, y = shaft->to.y - shaft->from.y;
  return round(x < 0 ? atan2(y, -x) * DEGREES : atan2(-y, x) * DEGREES);
}

static DrawingPoint point_along(const SeqShaft *shaft, Place place, double size) {
  double angle = angle_of(shaft) / DEGREES;
  double line = font_line_height(size), off = 0;
  if (place.row != 0)
    off =
        (place.row > 0 ? 1 : -1) * (line / 2 + (shaft->broken ? OFF_STROKES : OFF_LINE) + (abs(place.row) - 1) * line);
  return (DrawingPoint){shaft->from.x + (shaft->to.x - shaft->from.x) * place.part - sin(angle) * off,
                        shaft->from.y + (shaft->to.y - shaft->from.y) * place.part - cos(angle) * off};
}

static gboolean clear_of_texts(const SeqPage *page, const Wish *wish, DrawingPoint at, double angle) {
  DrawingPoint box[4];
  double width = font_text_width(wish->font, wish->size, wish->text) + 2 * FROM_TEXT;
  drawing_text_box(at, angle, ALIGN_CENTRE, width, font_line_height(wish->size), box);
  return !placer_hits(page->placer, PLACER_TEXT, PLACER_NOBODY, box);
}

/* How much of a line from `a` to `b` lies within a box of that half width and half height about the origin. */
static double length_within(DrawingPoint a, DrawingPoint b, double half_width, double half_height) {
  double x = b.x - a.x, y = b.y - a.y, from = 0, until = 1;
  const double steps[] = {-x, x, -y, y};
  const double room[] = {a.x + half_width, half_width - a.x, a.y + half_height, half_height - a.y};
  for (unsigned i = 0; i < G_N_ELEMENTS(steps); i++) {
    if (steps[i] < 0)
      from = MAX(from, room[i] / steps[i]);
    else if (steps[i] > 0)
      until = MIN(until, room[i] / steps[i]);
    else if (room[i] < 0)
      return 0;
  }
  return MAX(0, until - from) * hypot(x, y);
}

/* Whether a text at `at` would hide so much of another arrow that it looks broken. */
static gboolean hides_arrow(const SeqPage *page, const Wish *wish, DrawingPoint at, double angle) {
  double half = font_text_width(wish->font, wish->size, wish->text) / 2, high = font_line_height(wish->size) / 2;
  double along_x = cos(angle / DEGREES), along_y = -sin(angle / DEGREES);
  for (guint i = 0; i < page->model->arrows->len; i++) {
    const SeqShaft *shaft = &page->shafts[i];
    if (i == wish->arrow || shaft->to.y < at.y - half - high || shaft->from.y > at.y + half + high)
      continue;
    const DrawingPoint ends[] = {{shaft->from.x - at.x, shaft->from.y - at.y},
                                 {shaft->to.x - at.x, shaft->to.y - at.y}};
    DrawingPoint turned[2];
    for (unsigned e = 0; e < 2; e++)
      turned[e] = (DrawingPoint){ends[e].x * along_x + ends[e].y * along_y, ends[e].y * along_x - ends[e].x * along_y};
    if (length_within(turned[0], turned[1], half, high) > HIDDEN_MOST)
      return TRUE;
  }
  return FALSE;
}

static gboolean try_place(SeqPage *page, const Wish *wish, Place place, unsigned mask) {
  const SeqShaft *shaft = &page->shafts[wish->arrow];
  double angle = angle_of(shaft);
  DrawingPoint at = point_along(shaft, place, wish->size);
  if (!seq_fits(page, mask, wish->arrow, at, angle, ALIGN_CENTRE, wish->font, wish->size, wish->text) ||
      (place.row != 0 && !clear_of_texts(page, wish, at, angle)) ||
      (mask != PLACER_ALL && hides_arrow(page, wish, at, angle)))
    return FALSE;
  DrawingMark *mark = drawing_text(page->drawing, place.row == 0 ? ROLE_KEY : ROLE_LABEL, wish->ink, at.x, at.y,
                                   ALIGN_CENTRE, wish->font, wish->size, wish->text);
  mark->angle = angle;
  mark->halo = TRUE;
  mark->record = g_array_index(page->model->arrows, SeqArrow, wish->arrow).record;
  DrawingPoint box[4];
  drawing_mark_box(mark, box);
  placer_take(page->placer, PLACER_TEXT, PLACER_NOBODY, box);
  return TRUE;
}

/* Looks for room along the arrow, from `start` on in both directions, at most `far` away, the rows in their order. */
static gboolean place_along(SeqPage *page, const Wish *wish, double start, double far, const int *rows, unsigned n_rows,
                            unsigned mask, Place *ret_place) {
  double length = length_of(&page->shafts[wish->arrow]);
  double half = font_text_width(wish->font, wish->size, wish->text) / 2;
  double first = (half + FROM_START) / length, last = 1 - (half + FROM_END) / length;
  if (first > last)
    return FALSE;
  double wanted = start;
  start = CLAMP(start, first, last);
  for (unsigned step = 0; step < MOST_STEPS; step++) {
    Place place = {.part = start + (step % 2 ? 1 : -1) * (int)((step + 1) / 2) * STEP / length};
    if (place.part < first - 1e-9 || place.part > last + 1e-9 || fabs(place.part - wanted) * length > far)
      continue;
    for (unsigned r = 0; r < n_rows; r++) {
      place.row = rows[r];
      if (!try_place(page, wish, place, mask))
        continue;
      *ret_place = place;
      return TRUE;
    }
  }
  return FALSE;
}

/* Beside the cross of a segment that died: level, beyond it, or above or below. */
static gboolean place_at_cross(SeqPage *page, const Wish *wish, unsigned mask) {
  const SeqShaft *shaft = &page->shafts[wish->arrow];
  gboolean right = shaft->to.x >= shaft->from.x;
  double line = font_line_height(wish->size);
  static const double downs[] = {0, 0.35, -0.35, 0.8, -0.8, 1.2, -1.2, 2, -2, 3, -3};
  for (unsigned i = 0; i < 2 * G_N_ELEMENTS(downs); i++) {
    /* Farther away it would be taken for another's, unless there is nothing that it could stand along. */
    if (fabs(downs[i % G_N_ELEMENTS(downs)]) >= 2 && !shaft->stub)
      continue;
    /* Away from where it came first. */
    gboolean beyond = i < G_N_ELEMENTS(downs);
    double out = beyond == right ? FROM_CROSS : -FROM_CROSS;
    DrawingPoint at = {shaft->to.x + out, shaft->to.y + downs[i % G_N_ELEMENTS(downs)] * line};
    DrawingAlign align = out > 0 ? ALIGN_LEFT : ALIGN_RIGHT;
    if (!seq_fits(page, mask, PLACER_NOBODY, at, 0, align, wish->font, wish->size, wish->text))
      continue;
    DrawingMark *mark = seq_text(page, ROLE_LABEL, wish->ink, at.x, at.y, align, wish->font, wish->size, wish->text);
    mark->halo = TRUE;
    mark->record = g_array_index(page->model->arrows, SeqArrow, wish->arrow).record;
    return TRUE;
  }
  return FALSE;
}

/* What is special about a segment, in the line of its label, the last mark: of a segment that left no shaft to stand
 * along. */
static gboolean place_after(SeqPage *page, const Wish *wish) {
  const DrawingMark *label = page->drawing->marks->pdata[page->drawing->marks->len - 1];
  DrawingPoint at = g_array_index(label->points, DrawingPoint, 0);
  if (label->kind != MARK_TEXT || label->angle != 0 || label->align == ALIGN_CENTRE)
    return FALSE;
  double out = font_text_width(label->font, label->size, label->text) + FROM_CROSS;
  at.x += label->align == ALIGN_LEFT ? out : -out;
  if (!seq_fits(page, PLACER_SOLID, PLACER_NOBODY, at, 0, label->align, wish->font, wish->size, wish->text))
    return FALSE;
  DrawingMark *mark =
      seq_text(page, ROLE_LABEL, wish->ink, at.x, at.y, label->align, wish->font, wish->size, wish->text);
  mark->halo = TRUE;
  mark->record = label->record;
  return TRUE;
}

/* In the middle if there is room; else nearer to the sender, where fewer arrows cross. */
static gboolean place_best(SeqPage *page, const Wish *wish, const int *rows, unsigned n_rows, unsigned mask,
                           Place *ret_place) {
  for (unsigned r = 0; r < n_rows; r++) {
    *ret_place = (Place){.part = 0.5, .row = rows[r]};
    double length = length_of(&page->shafts[wish->arrow]);
    double half = font_text_width(wish->font, wish->size, wish->text) / 2;
    if (half + FROM_END < length / 2 && try_place(page, wish, *ret_place, mask))
      return TRUE;
  }
  return place_along(page, wish, NEAR_SENDER, INFINITY, rows, n_rows, mask, ret_place);
}

/* Which side of the arrow comes first. */
static const int *rows_of(const SeqArrow *arrow, unsigned *ret_n) {
  static const int above[] = {1, -1}, below[] = {-1, 1};
  *ret_n = 2;
  return arrow->rank > 0 && arrow->rank + 1 == arrow->n_ranks ? below : above;
}

static gboolean place_label(SeqPage *page, guint index, Place *ret_place) {
  static const struct {
    unsigned level, mask;
  } tries[] = {{0, PLACER_ALL}, {1, PLACER_ALL}, {0, PLACER_SOLID}, {1, PLACER_SOLID}, {2, PLACER_SOLID}};
  const SeqArrow *arrow = &g_array_index(page->model->arrows, SeqArrow, index);
  unsigned n_rows;
  const int *rows = rows_of(arrow, &n_rows);
  for (unsigned i = 0; i < G_N_ELEMENTS(tries); i++) {
    Wish wish = {arrow->labels[tries[i].level], FONT_MONO, SIZE_LABEL, arrow->ink, index};
    /* Rather beside the cross than without its numbers. */
    Wish whole = {arrow->labels[0], FONT_MONO, SIZE_LABEL, arrow->ink, index};
    if (tries[i].level == SEQ_LEVELS - 1 && arrow->dies && place_at_cross(page, &whole, PLACER_SOLID))
      return TRUE;
    if (page->shafts[index].stub ? place_at_cross(page, &wish, tries[i].mask)
                                 : place_best(page, &wish, rows, n_rows, tries[i].mask, ret_place))
      return TRUE;
  }
  return FALSE;
}

static gboolean place_aside(SeqPage *page, guint index, Place label) {
  const SeqArrow *arrow = &g_array_index(page->model->arrows, SeqArrow, index);
  Wish wish = {arrow->aside, FONT_SANS, SIZE_ASIDE, arrow->ink == INK_SEGMENT ? INK_MUTED : arrow->ink, index};
  static const unsigned masks[] = {PLACER_ALL, PLACER_SOLID};
  /* Farther from its label it would be taken for another's. */
  double far = (font_text_width(FONT_MONO, SIZE_LABEL, arrow->labels[0]) +
                font_text_width(FONT_SANS, SIZE_ASIDE, arrow->aside)) /
                   2 +
               ASIDE_AWAY;
  if (page->shafts[index].stub && place_after(page, &wish))
    return TRUE;
  for (unsigned i = 0; i < G_N_ELEMENTS(masks); i++) {
    if (arrow->dies && place_at_cross(page, &wish, masks[i]))
      return TRUE;
    if (page->shafts[index].stub || strcmp(arrow->aside, "lost") == 0)
      continue;
    int rows[] = {label.row > 0 ? -1 : 1, label.row > 0 ? 2 : -2, label.row};
    Place place;
    if (place_along(page, &wish, label.part, far, rows, G_N_ELEMENTS(rows), masks[i], &place))
      return TRUE;
  }
  /* The cross says as much. */
  return strcmp(arrow->aside, "lost") == 0;
}

/* Puts a number on the arrow, and its text into the margin. */
static void place_key(SeqPage *page, guint index, const char *text) {
  const SeqArrow *arrow = &g_array_index(page->model->arrows, SeqArrow, index);
  static const int on[] = {0}, beside[] = {1, -1};
  /* Its number will be known when all are placed; no number is wider than that of the arrows. */
  char number[16];
  g_snprintf(number, sizeof number, "%u", page->model->arrows->len);
  for (char *digit = number; *digit != '\0'; digit++)
    *digit = '0';
  Wish wish = {number, FONT_MONO_BOLD, SIZE_KEY, arrow->ink, index};
  Place place;
  double start = 0.3 + 0.1 * (index % 5);
  if (!place_along(page, &wish, start, INFINITY, on, 1, PLACER_ALL, &place) &&
      !place_along(page, &wish, start, INFINITY, on, 1, PLACER_SOLID, &place) &&
      !place_along(page, &wish, start, INFINITY, beside, 2, PLACER_SOLID, &place)) {
    page->left_out++;
    return;
  }
  SeqKey key = {.y = point_along(&page->shafts[index], place, SIZE_KEY).y, .ink = arrow->ink, .record = arrow->record};
  key.text = g_strdup(text);
  key.mark = page->drawing->marks->len - 1;
  g_array_append_val(page->keys, key);
}

static void draw_label(SeqPage *page, guint index) {
  const SeqArrow *arrow = &g_array_index(page->model->arrows, SeqArrow, index);
  Place place = {.part = 0.5, .row = 1};
  if (!place_label(page, index, &place)) {
    g_autofree char *text = arrow->aside ? g_strdup_printf("%s  %s", arrow->labels[0], arrow->aside) : NULL;
    place_key(page, index, text ? text : arrow->labels[0]);
  } else if (arrow->aside != NULL && !place_aside(page, index, place)) {
    place_key(page, index, arrow->aside);
  }
}

static int compare_keys(gconstpointer a, gconstpointer b) {
  const SeqKey *left = a, *right = b;
  if (left->y != right->y)
    return left->y < right->y ? -1 : 1;
  return left->mark < right->mark ? -1 : left->mark > right->mark;
}

/* A key's text between words into lines that fit; the last of them has what is left, cut. */
static GPtrArray *key_lines(const char *text) {
  GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GString) line = g_string_new(NULL);
  g_auto(GStrv) words = g_strsplit(text, " ", -1);
  for (char **word = words; *word != NULL; word++) {
    g_autofree char *longer = line->len > 0 ? g_strconcat(line->str, " ", *word, NULL) : g_strdup(*word);
    if (line->len > 0 && lines->len + 1 < KEY_LINES && font_text_width(FONT_MONO, SIZE_KEY, longer) > KEY_WIDTH) {
      g_ptr_array_add(lines, font_text_fit(FONT_MONO, SIZE_KEY, line->str, KEY_WIDTH));
      g_string_assign(line, *word);
    } else
      g_string_assign(line, longer);
  }
  g_ptr_array_add(lines, font_text_fit(FONT_MONO, SIZE_KEY, line->str, KEY_WIDTH));
  return lines;
}

static void draw_key(SeqPage *page, const SeqKey *key, unsigned number, const GPtrArray *lines, double middle) {
  double x = page->right + KEY_GAP + KEY_COLUMN, y = middle - (lines->len - 1) * KEY_LINE / 2;
  char digits[16];
  g_snprintf(digits, sizeof digits, "%u", number);
  seq_text(page, ROLE_KEY, key->ink, x, y, ALIGN_RIGHT, FONT_MONO_BOLD, SIZE_KEY, digits)->record = key->record;
  for (guint i = 0; i < lines->len; i++, y += KEY_LINE)
    seq_text(page, ROLE_KEY, key->ink, x + 8, y, ALIGN_LEFT, FONT_MONO, SIZE_KEY, lines->pdata[i])->record =
        key->record;
}

/* The texts of the numbers, each near the height of its own, numbered from above. */
static void draw_margin(SeqPage *page) {
  unsigned n = page->keys->len;
  if (n == 0)
    return;
  g_autofree double *places = g_new(double, n), *heights = g_new(double, n);
  g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
  for (unsigned i = 0; i < n; i++) {
    const SeqKey *key = &g_array_index(page->keys, SeqKey, i);
    GPtrArray *lines = key_lines(key->text);
    g_ptr_array_add(texts, lines);
    places[i] = key->y;
    heights[i] = lines->len * KEY_LINE;
  }
  seq_pack(places, heights, n, SEQ_MOMENT(page->model, 0)->y, places);
  for (unsigned i = 0; i < n; i++)
    draw_key(page, &g_array_index(page->keys, SeqKey, i), i + 1, texts->pdata[i], places[i]);
}

void seq_draw_labels(SeqPage *page) {
  for (guint i = 0; i < page->model->arrows->len; i++)
    draw_label(page, i);
  g_array_sort(page->keys, compare_keys);
  for (guint i = 0; i < page->keys->len; i++) {
    DrawingMark *mark = page->drawing->marks->pdata[g_array_index(page->keys, SeqKey, i).mark];
    g_free(mark->text);
    mark->text = g_strdup_printf("%u", i + 1);
  }
  draw_margin(page);
}
