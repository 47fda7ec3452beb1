#include "output/text/ladder_rows.h"

#include "output/text/canvas.h"

#include <string.h>

/* Columns of line before a label, where there is room. */
#define LEAD 4

typedef struct Glyphs {
  const char *line, *closed, *pause;      /* lifelines */
  const char *tee_right, *tee_left, *tee; /* where arrows leave them */
  const char *pass;                       /* an arrow passes over one */
  const char *dash, *ack_dash;
  const char *head_right, *head_left, *lost, *mid_air;
  const char *down_right, *down_left; /* a split arrow goes on below */
  const char *dots;                   /* around the length of a pause */
} Glyphs;

static const Glyphs unicode_glyphs = {
    .line = "│",
    .closed = "┊",
    .pause = "≈",
    .tee_right = "├",
    .tee_left = "┤",
    .tee = "┼",
    .pass = "┼",
    .dash = "─",
    .ack_dash = "╌",
    .head_right = "▶",
    .head_left = "◀",
    .lost = "✗",
    .mid_air = "∙",
    .down_right = "╲",
    .down_left = "╱",
    .dots = "··",
};

static const Glyphs ascii_glyphs = {
    .line = "|",
    .closed = ":",
    .pause = "~",
    .tee_right = "|",
    .tee_left = "|",
    .tee = "|",
    .pass = "+",
    .dash = "-",
    .ack_dash = NULL,
    .head_right = ">",
    .head_left = "<",
    .lost = "x",
    .mid_air = "*",
    .down_right = "\\",
    .down_left = "/",
    .dots = "..",
};

/* On which sides of a lifeline arrows leave it. */
enum { LEAVES_RIGHT = 1, LEAVES_LEFT = 2 };

typedef struct Row {
  Canvas *canvas;
  unsigned char *leaves; /* for each host, LEAVES_* */
  int *lifeline;         /* for each host, the state it changes to on this row, or -1 */
} Row;

struct LadderRows {
  const LadderItems *items;
  const LadderLayout *layout;
  const TextStyle *style;
  const Glyphs *glyphs;
  GPtrArray *rows;       /* of Row */
  int *lifeline;         /* for each host, the state before the first row, or -1 */
  unsigned *note_floor;  /* for each host, the first row that may take its next note */
  unsigned *arrow_floor; /* the same for its next arrow */
};

static void row_free(gpointer data) {
  Row *row = data;
  canvas_free(row->canvas);
  g_free(row->leaves);
  g_free(row->lifeline);
  g_free(row);
}

static Row *row_new(const LadderRows *rows) {
  unsigned n = rows->layout->n_columns;
  Row *row = g_new0(Row, 1);
  row->canvas = canvas_new(text_style_width(rows->style));
  row->leaves = g_new0(unsigned char, n);
  row->lifeline = g_new(int, n);
  for (unsigned i = 0; i < n; i++)
    row->lifeline[i] = -1;
  return row;
}

LadderRows *ladder_rows_new(const LadderItems *items, const LadderLayout *layout, const TextStyle *style) {
  LadderRows *rows = g_new0(LadderRows, 1);
  rows->items = items;
  rows->layout = layout;
  rows->style = style;
  rows->glyphs = style->ascii ? &ascii_glyphs : &unicode_glyphs;
  rows->rows = g_ptr_array_new_with_free_func(row_free);
  rows->lifeline = g_new(int, layout->n_columns);
  for (unsigned i = 0; i < layout->n_columns; i++)
    rows->lifeline[i] = -1;
  rows->note_floor = g_new0(unsigned, layout->n_columns);
  rows->arrow_floor = g_new0(unsigned, layout->n_columns);
  return rows;
}

void ladder_rows_free(LadderRows *rows) {
  g_ptr_array_unref(rows->rows);
  g_free(rows->lifeline);
  g_free(rows->note_floor);
  g_free(rows->arrow_floor);
  g_free(rows);
}

static Row *row_at(LadderRows *rows, unsigned index) {
  while (rows->rows->len <= index)
    g_ptr_array_add(rows->rows, row_new(rows));
  return rows->rows->pdata[index];
}

/* The first of `height` rows from `from` on that are free in columns [first, until). */
static unsigned find_room(LadderRows *rows, unsigned from, unsigned height, unsigned first, unsigned until) {
  for (unsigned index = from;; index++) {
    unsigned n = 0;
    while (n < height && canvas_is_free(row_at(rows, index + n)->canvas, first, until))
      n++;
    if (n == height)
      return index;
  }
}

/* Notes. */

static unsigned widest(const GPtrArray *lines) {
  unsigned width = 0;
  for (guint i = 0; i < lines->len; i++)
    width = MAX(width, text_width(lines->pdata[i]));
  return width;
}

/* Whether two ways to break a text show the same, so neither cuts a word that the other shows. */
static gboolean same_words(const GPtrArray *a, const GPtrArray *b) {
  unsigned widths[2] = {a->len, b->len};
  for (guint i = 0; i < a->len; i++)
    widths[0] += text_width(a->pdata[i]);
  for (guint i = 0; i < b->len; i++)
    widths[1] += text_width(b->pdata[i]);
  return widths[0] == widths[1];
}

/* Lines of about the same width, as few as `width` columns allow; no word is cut to even them out. */
static GPtrArray *wrap_evenly(const LadderRows *rows, const char *text, unsigned width) {
  g_autoptr(GPtrArray) words = text_wrap(rows->style, text, 1);
  GPtrArray *lines = text_wrap(rows->style, text, width);
  while (lines->len > 1 && lines->len < words->len) {
    g_autoptr(GPtrArray) narrower = text_wrap(rows->style, text, widest(lines) - 1);
    if (narrower->len > lines->len || !same_words(narrower, lines))
      break;
    GPtrArray *spare = lines;
    lines = g_steal_pointer(&narrower);
    g_ptr_array_unref(spare);
  }
  return lines;
}

static void add_note(LadderRows *rows, const LadderItem *item) {
  const LadderColumn *column = &rows->layout->columns[item->host];
  g_autoptr(GPtrArray) lines = wrap_evenly(rows, item->text, column->note_width);
  unsigned width = widest(lines);
  /* One column stays free between a note and its lifeline, and another after it. */
  unsigned first = column->notes_left ? column->x - 1 - MIN(width, column->x - 1) : column->x + 2;
  unsigned from = column->notes_left ? first : column->x + 1;
  unsigned until = column->notes_left ? column->x : first + width + 1;
  unsigned index = find_room(rows, rows->note_floor[item->host], lines->len, from, until);
  for (guint i = 0; i < lines->len; i++) {
    Row *row = row_at(rows, index + i);
    canvas_reserve(row->canvas, from, until);
    unsigned x = column->notes_left ? column->x - 1 - text_width(lines->pdata[i]) : first;
    canvas_put(row->canvas, x, item->attr, lines->pdata[i]);
  }
  if (item->lifeline >= 0)
    row_at(rows, index)->lifeline[item->host] = item->lifeline;
  rows->note_floor[item->host] = index + lines->len;
  if (!item->minor)
    rows->arrow_floor[item->host] = index;
}

static void put_centred(LadderRows *rows, unsigned from_row, unsigned first, unsigned until, TextAttr attr,
                        const char *text) {
  g_autofree char *fitted = text_fit(rows->style, text, until - first);
  unsigned width = text_width(fitted);
  unsigned x = first + (until - first - width) / 2;
  unsigned index = find_room(rows, from_row, 1, x, x + width);
  canvas_put(row_at(rows, index)->canvas, x, attr, fitted);
}

static void add_link(LadderRows *rows, const LadderItem *item) {
  unsigned a = rows->layout->columns[item->host].x, b = rows->layout->columns[item->peer].x;
  put_centred(rows, 0, MIN(a, b) + 1, MAX(a, b), item->attr, item->text);
}

/* Arrows. */

/* An arrow between two lifelines, measured from its tail: place 0 is next to the lifeline it leaves, the last place
 * next to the one it reaches. So both directions are drawn by the same code. */
typedef struct Path {
  LadderRows *rows;
  Row *row;
  const LadderFlight *flight;
  unsigned first; /* column of the leftmost place */
  unsigned length;
  gboolean right; /* it goes to the right */
} Path;

static unsigned column_of(const Path *path, unsigned place) {
  return path->right ? path->first + place : path->first + path->length - 1 - place;
}

static gboolean is_lifeline(const Path *path, unsigned column) {
  for (unsigned i = 0; i < path->rows->layout->n_columns; i++) {
    if (path->rows->layout->columns[i].x == column)
      return TRUE;
  }
  return FALSE;
}

static void put_symbol(const Path *path, unsigned place, const char *symbol) {
  if (place < path->length)
    canvas_put(path->row->canvas, column_of(path, place), path->flight->attr, symbol);
}

/* The line itself on places [from, until). */
static void put_line(const Path *path, unsigned from, unsigned until) {
  const Glyphs *glyphs = path->rows->glyphs;
  for (unsigned place = from; place < until && place < path->length; place++) {
    gboolean pass = is_lifeline(path, column_of(path, place));
    /* Where no dashed line is to be had, every other dash is left out. */
    gboolean skip = path->flight->dashed && glyphs->ack_dash == NULL && place % 2 == 1;
    const char *dash = path->flight->dashed && glyphs->ack_dash != NULL ? glyphs->ack_dash : glyphs->dash;
    put_symbol(path, place, pass ? glyphs->pass : skip ? " " : dash);
  }
}

/* A text whose part nearest to the tail is on `place`, `width` columns wide. */
static void put_text(const Path *path, unsigned place, unsigned width, TextAttr attr, const char *text) {
  unsigned column = path->right ? column_of(path, place) : column_of(path, place + width - 1);
  canvas_put(path->row->canvas, column, attr, text);
}

/* The fullest label of at most `room` columns, else the shortest, cut. */
static char *choose_label(const Path *path, unsigned room) {
  for (unsigned i = 0; i < WORDS_SEGMENT_LEVELS; i++) {
    if (text_width(path->flight->labels[i]) <= room)
      return g_strdup(path->flight->labels[i]);
  }
  /* The flags alone tell more than the beginning of a connection's name. */
  const char *shortest = path->flight->labels[WORDS_SEGMENT_LEVELS - 1];
  const char *blank = strrchr(shortest, ' ');
  return text_fit(path->rows->style, blank ? blank + 1 : shortest, room);
}

/* The places of line before a label of `width` columns, in an arrow of which `length` places may be used. */
static unsigned lead_of(unsigned length, unsigned width) {
  return length > width + 4 ? MIN(LEAD, (length - width - 2) / 2) : 1;
}

/* Puts a label from `place` on, with a blank on each side. */
static void put_label(const Path *path, unsigned place, const char *label) {
  unsigned width = text_width(label);
  if (width == 0)
    return;
  put_text(path, place, 1, TEXT_PLAIN, " ");
  put_text(path, place + 1, width, path->flight->attr, label);
  put_text(path, place + 1 + width, 1, TEXT_PLAIN, " ");
}

static Path path_of(LadderRows *rows, const LadderItem *item, unsigned from, unsigned to) {
  unsigned a = rows->layout->columns[from].x, b = rows->layout->columns[to].x;
  return (Path){.rows = rows,
                .flight = &g_array_index(rows->items->flights, LadderFlight, item->flight),
                .first = MIN(a, b) + 1,
                .length = MAX(a, b) - MIN(a, b) - 1,
                .right = a < b};
}

/* Finds a row for places [from, until) of a path and marks them as taken; from a lifeline's row floor. */
static unsigned take_row(Path *path, unsigned floor, unsigned from, unsigned until) {
  unsigned a = column_of(path, from), b = column_of(path, until - 1);
  unsigned index = find_room(path->rows, floor, 1, MIN(a, b), MAX(a, b) + 1);
  path->row = row_at(path->rows, index);
  canvas_reserve(path->row->canvas, MIN(a, b), MAX(a, b) + 1);
  return index;
}

static void leave(LadderRows *rows, const LadderItem *item, const Path *path, unsigned index) {
  if (!path->flight->mid_air)
    path->row->leaves[item->host] |= path->right ? LEAVES_RIGHT : LEAVES_LEFT;
  rows->note_floor[item->host] = index + 1;
  rows->arrow_floor[item->host] = index + 1;
}

/* Where the line begins: at the lifeline, or on the way. */
static unsigned put_tail(const Path *path) {
  if (!path->flight->mid_air)
    return 0;
  unsigned place = path->length / 6;
  put_symbol(path, place, path->rows->glyphs->mid_air);
  return place + 1;
}

static void put_aside_below(const Path *path, unsigned index) {
  put_centred(path->rows, index + 1, path->first, path->first + path->length, TEXT_DIM, path->flight->aside);
}

static void put_lost(const Path *path, unsigned index) {
  const LadderFlight *flight = path->flight;
  unsigned tail = put_tail(path);
  g_autofree char *label = choose_label(path, path->length > tail + 4 ? path->length - tail - 4 : 0);
  unsigned aside = flight->aside ? text_width(flight->aside) : 0;
  unsigned spent = aside > 0 && flight->lost_at < 100 ? aside + 2 : 0;
  unsigned room = path->length > tail + spent ? path->length - tail - spent : 0;
  unsigned lead = lead_of(room, text_width(label));
  unsigned least = tail + lead + text_width(label) + 3; /* the first place where the cross may be */
  gboolean beside = spent > 0 && least + spent < path->length;
  unsigned most = path->length - 1 - (beside ? spent : 0);
  unsigned cross = CLAMP(flight->lost_at * path->length / 100, MIN(least, most), most);
  put_line(path, tail, cross);
  put_label(path, tail + lead, label);
  put_symbol(path, cross, path->rows->glyphs->lost);
  if (beside)
    put_text(path, cross + 2, aside, TEXT_BAD, flight->aside);
  else if (aside > 0)
    put_aside_below(path, index);
}

static void put_whole(const Path *path, unsigned index) {
  const LadderFlight *flight = path->flight;
  unsigned head = path->length - 1;
  unsigned tail = put_tail(path);
  put_line(path, tail, head);
  put_symbol(path, head, path->right ? path->rows->glyphs->head_right : path->rows->glyphs->head_left);
  unsigned room = head > tail + 3 ? head - tail - 3 : 0;
  g_autofree char *label = choose_label(path, room);
  g_autofree char *both = g_strdup_printf("%s (%s)", label, flight->aside ? flight->aside : "");
  gboolean fits = flight->aside != NULL && text_width(both) + 2 <= room;
  const char *text = fits ? both : label;
  put_label(path, tail + lead_of(head - tail, text_width(text)), text);
  if (flight->aside != NULL && !fits)
    put_aside_below(path, index);
}

static void add_flight(LadderRows *rows, const LadderItem *item) {
  Path path = path_of(rows, item, item->host, item->peer);
  unsigned index = take_row(&path, rows->arrow_floor[item->host], 0, path.length);
  if (path.flight->lost)
    put_lost(&path, index);
  else
    put_whole(&path, index);
  leave(rows, item, &path, index);
}

/* The place where the first half of a split arrow ends: a bit before the middle, and clear of lifelines. */
static unsigned split_place(const Path *path, unsigned letters) {
  unsigned reach = 2 + letters;
  unsigned middle = path->length / 2;
  for (unsigned shift = 0; shift < middle; shift++) {
    gboolean clear = middle > shift + reach;
    for (unsigned i = 0; clear && i <= 2 * reach; i++)
      clear = !is_lifeline(path, column_of(path, middle - shift - reach + i));
    if (clear)
      return middle - shift;
  }
  return middle;
}

/* Two halves that cross make a cross: "--\ a  b /--" above "<-/ b  a \->". */
static void add_departure(LadderRows *rows, const LadderItem *item) {
  Path path = path_of(rows, item, item->host, item->peer);
  const LadderFlight *flight = path.flight;
  unsigned letters = text_width(flight->letter);
  unsigned tail = flight->mid_air ? path.length / 6 + 1 : 0;
  unsigned spent = tail + letters + 5;
  g_autofree char *label = choose_label(&path, path.length > spent ? path.length - spent : 0);
  unsigned middle = split_place(&path, letters);
  unsigned elbow = middle > 3 + letters ? middle - 3 - letters : 0;
  unsigned lead = elbow > tail ? lead_of(elbow - tail, text_width(label)) : 1;
  unsigned least = tail + lead + text_width(label) + 2;
  unsigned beyond = 2 + letters; /* from the elbow to the end of the letter */
  unsigned aside = flight->aside ? text_width(flight->aside) : 0;
  /* The line ends in the middle, or earlier if what is said of it finds room then. */
  if (aside > 0 && MAX(elbow, least) + beyond + aside + 3 > path.length)
    elbow = least;
  elbow = MIN(MAX(elbow, least), path.length - MIN(path.length, beyond));
  unsigned end = MIN(elbow + beyond, path.length);
  gboolean beside = aside > 0 && end + aside + 3 <= path.length;
  unsigned index = take_row(&path, rows->arrow_floor[item->host], 0, beside ? path.length : end);
  put_tail(&path);
  put_line(&path, tail, elbow);
  put_label(&path, tail + lead, label);
  put_symbol(&path, elbow, path.right ? rows->glyphs->down_right : rows->glyphs->down_left);
  put_text(&path, elbow + 2, letters, TEXT_BOLD, flight->letter);
  if (beside)
    put_text(&path, end + 2, aside, TEXT_DIM, flight->aside);
  else if (aside > 0)
    put_aside_below(&path, index);
  leave(rows, item, &path, index);
}

static void add_arrival(LadderRows *rows, const LadderItem *item) {
  Path path = path_of(rows, item, item->peer, item->host);
  unsigned letters = text_width(path.flight->letter);
  unsigned middle = split_place(&path, letters);
  unsigned elbow = MIN(middle + 2 + letters, path.length - 2);
  unsigned start = elbow > letters + 1 ? elbow - letters - 1 : 0;
  unsigned floor = MAX(rows->arrow_floor[item->host], rows->note_floor[item->host]);
  unsigned index = take_row(&path, floor, start, path.length);
  put_text(&path, start, letters, TEXT_BOLD, path.flight->letter);
  put_symbol(&path, elbow, path.right ? rows->glyphs->down_right : rows->glyphs->down_left);
  put_line(&path, elbow + 1, path.length - 1);
  put_symbol(&path, path.length - 1, path.right ? rows->glyphs->head_right : rows->glyphs->head_left);
  rows->note_floor[item->host] = index;
  rows->arrow_floor[item->host] = index + 1;
}

void ladder_rows_add(LadderRows *rows, const LadderItem *item) {
  switch (item->kind) {
  case LADDER_NOTE:
    add_note(rows, item);
    return;
  case LADDER_FLIGHT:
    add_flight(rows, item);
    return;
  case LADDER_LANDING:
    row_at(rows, 0);
    return;
  case LADDER_DEPARTURE:
    add_departure(rows, item);
    return;
  case LADDER_ARRIVAL:
    add_arrival(rows, item);
    return;
  case LADDER_LINK:
    add_link(rows, item);
    return;
  }
  g_assert_not_reached();
}

/* Output. */

static const char *lifeline_glyph(const LadderRows *rows, unsigned leaves, int state) {
  const Glyphs *glyphs = rows->glyphs;
  if (leaves == (LEAVES_LEFT | LEAVES_RIGHT))
    return glyphs->tee;
  if (leaves == LEAVES_RIGHT)
    return glyphs->tee_right;
  if (leaves == LEAVES_LEFT)
    return glyphs->tee_left;
  return state == (int)TCP_STATE_CLOSED ? glyphs->closed : glyphs->line;
}

static TextAttr lifeline_attr(int state) {
  return state < 0 ? TEXT_DIM : text_attr_of_state((TcpState)state);
}

/* Right-aligned, ending before column `end`. */
static void put_time(Canvas *canvas, unsigned end, const char *text) {
  unsigned width = text_width(text);
  canvas_put(canvas, end > width ? end - width : 0, TEXT_DIM, text);
}

/* Where the column of times ends. */
static unsigned end_of_times(const LadderRows *rows) {
  return 1 + rows->layout->time_width;
}

void ladder_rows_flush(LadderRows *rows, const char *label, GString *out) {
  for (guint i = 0; i < rows->rows->len; i++) {
    Row *row = rows->rows->pdata[i];
    for (unsigned c = 0; c < rows->layout->n_columns; c++) {
      unsigned x = rows->layout->columns[c].x;
      if (row->lifeline[c] >= 0)
        rows->lifeline[c] = row->lifeline[c];
      if (canvas_is_blank(row->canvas, x))
        canvas_put(row->canvas, x, lifeline_attr(rows->lifeline[c]),
                   lifeline_glyph(rows, row->leaves[c], rows->lifeline[c]));
    }
    if (i == 0)
      put_time(row->canvas, end_of_times(rows), label);
    canvas_write(row->canvas, rows->style, out);
  }
  g_ptr_array_set_size(rows->rows, 0);
  for (unsigned c = 0; c < rows->layout->n_columns; c++)
    rows->note_floor[c] = rows->arrow_floor[c] = 0;
}

void ladder_rows_write_pause(LadderRows *rows, const char *span, GString *out) {
  g_autoptr(Canvas) canvas = canvas_new(text_style_width(rows->style));
  for (unsigned c = 0; c < rows->layout->n_columns; c++)
    canvas_put(canvas, rows->layout->columns[c].x, lifeline_attr(rows->lifeline[c]), rows->glyphs->pause);
  g_autofree char *dotted = g_strdup_printf("%s %s %s", rows->glyphs->dots, span, rows->glyphs->dots);
  /* The dots hang out of the column, so that the span itself stands right under the times. */
  unsigned end = end_of_times(rows) + 3;
  gboolean room = end < rows->layout->columns[0].x && text_width(dotted) <= end;
  put_time(canvas, room ? end : end_of_times(rows), room ? dotted : span);
  canvas_write(canvas, rows->style, out);
}

/* The columns in which a host's name may stand: to the middle of the gaps on both sides. */
static void name_bounds(const LadderRows *rows, unsigned index, unsigned *ret_first, unsigned *ret_until) {
  const LadderLayout *layout = rows->layout;
  unsigned x = layout->columns[index].x;
  *ret_first = index == 0 ? 1 + layout->time_width + LADDER_AFTER_TIME : (layout->columns[index - 1].x + x) / 2 + 1;
  *ret_until = index + 1 == layout->n_columns ? MAX(layout->width, x + 1) : (x + layout->columns[index + 1].x) / 2;
  *ret_until = MIN(*ret_until, text_style_width(rows->style));
}

static void put_name(const LadderRows *rows, Canvas *canvas, unsigned index, TextAttr attr, const char *name) {
  unsigned first, until;
  name_bounds(rows, index, &first, &until);
  if (until <= first)
    return;
  g_autofree char *fitted = text_fit(rows->style, name, until - first);
  unsigned width = text_width(fitted);
  unsigned centre = rows->layout->columns[index].x;
  unsigned x = centre > first + width / 2 ? centre - width / 2 : first;
  canvas_put(canvas, MIN(x, until - width), attr, fitted);
}

void ladder_rows_write_names(LadderRows *rows, GString *out) {
  unsigned width = text_style_width(rows->style);
  g_autoptr(Canvas) names = canvas_new(width);
  g_autoptr(Canvas) addresses = canvas_new(width);
  gboolean any = FALSE;
  for (unsigned c = 0; c < rows->layout->n_columns; c++) {
    const LadderHost *host = &g_array_index(rows->items->hosts, LadderHost, c);
    put_name(rows, names, c, TEXT_BOLD, host->name);
    put_name(rows, addresses, c, TEXT_DIM, host->address);
    any = any || *host->address != '\0';
  }
  put_time(names, end_of_times(rows), LADDER_TIME_TITLE);
  canvas_write(names, rows->style, out);
  if (any)
    canvas_write(addresses, rows->style, out);
}
