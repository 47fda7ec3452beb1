#include "output/text/canvas.h"

#include <string.h>

/* `first` octets into the row's text, `length` of them: a character and the marks on it. Length 0 is a blank, or the
 * second half of a wide character. */
typedef struct Cell {
  guint32 first, length;
  TextAttr attr;
  gboolean taken, second_half;
} Cell;

struct Canvas {
  unsigned width;
  GString *text;
  Cell *cells;
};

Canvas *canvas_new(unsigned width) {
  Canvas *canvas = g_new0(Canvas, 1);
  canvas->width = width;
  canvas->text = g_string_new(NULL);
  canvas->cells = g_new0(Cell, width);
  return canvas;
}

void canvas_free(Canvas *canvas) {
  g_string_free(canvas->text, TRUE);
  g_free(canvas->cells);
  g_free(canvas);
}

gboolean canvas_is_free(const Canvas *canvas, unsigned from, unsigned until) {
  for (unsigned column = from; column < until && column < canvas->width; column++) {
    if (canvas->cells[column].taken)
      return FALSE;
  }
  return TRUE;
}

void canvas_reserve(Canvas *canvas, unsigned from, unsigned until) {
  for (unsigned column = from; column < until && column < canvas->width; column++)
    canvas->cells[column].taken = TRUE;
}

/* Blanks a cell, and the other half of a wide character that it was part of. */
static void clear(Canvas *canvas, unsigned column) {
  if (canvas->cells[column].second_half)
    canvas->cells[column - 1].length = 0;
  if (column + 1 < canvas->width && canvas->cells[column + 1].second_half)
    canvas->cells[column + 1].second_half = FALSE;
  canvas->cells[column] = (Cell){.taken = canvas->cells[column].taken};
}

unsigned canvas_put(Canvas *canvas, unsigned column, TextAttr attr, const char *text) {
  Cell *last = NULL;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
    guint32 length = (guint32)(g_utf8_next_char(p) - p);
    unsigned width = text_char_width(g_utf8_get_char(p));
    if (width == 0) {
      if (last != NULL) {
        g_string_append_len(canvas->text, p, (gssize)length);
        last->length += length;
      }
      continue;
    }
    if (column + width > canvas->width)
      break;
    for (unsigned i = 0; i < width; i++) {
      clear(canvas, column + i);
      canvas->cells[column + i].taken = TRUE;
      canvas->cells[column + i].second_half = i > 0;
    }
    last = &canvas->cells[column];
    *last = (Cell){.first = (guint32)canvas->text->len, .length = length, .attr = attr, .taken = TRUE};
    g_string_append_len(canvas->text, p, (gssize)length);
    column += width;
  }
  return column;
}

void canvas_fill(Canvas *canvas, unsigned from, unsigned until, TextAttr attr, const char *symbol) {
  for (unsigned column = from; column < until; column++)
    canvas_put(canvas, column, attr, symbol);
}

gboolean canvas_is_blank(const Canvas *canvas, unsigned column) {
  return column < canvas->width && canvas->cells[column].length == 0 && !canvas->cells[column].second_half;
}

/* Spaces carry no attribute: nobody sees it, and runs of colour get shorter. */
static gboolean is_space(const Canvas *canvas, const Cell *cell) {
  return cell->length == 0 || canvas->text->str[cell->first] == ' ';
}

void canvas_write(const Canvas *canvas, const TextStyle *style, GString *out) {
  unsigned end = canvas->width;
  while (end > 0 && is_space(canvas, &canvas->cells[end - 1]) && !canvas->cells[end - 1].second_half)
    end--;
  TextAttr attr = TEXT_PLAIN;
  for (unsigned column = 0; column < end; column++) {
    const Cell *cell = &canvas->cells[column];
    if (cell->second_half)
      continue;
    if (is_space(canvas, cell)) {
      g_string_append_c(out, ' ');
      continue;
    }
    if (cell->attr != attr) {
      g_string_append(out, text_attr_end(style, attr));
      attr = cell->attr;
      g_string_append(out, text_attr_start(style, attr));
    }
    g_string_append_len(out, canvas->text->str + cell->first, (gssize)cell->length);
  }
  g_string_append(out, text_attr_end(style, attr));
  g_string_append_c(out, '\n');
}
