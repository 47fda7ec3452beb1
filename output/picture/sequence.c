#include "output/picture/sequence_page.h"

#include <math.h>

#define MARGIN 26.0

DrawingMark *seq_text(SeqPage *page, DrawingRole role, DrawingInk ink, double x, double y, DrawingAlign align,
                      DrawingFont font, double size, const char *text) {
  DrawingMark *mark = drawing_text(page->drawing, role, ink, x, y, align, font, size, text);
  DrawingPoint box[4];
  drawing_mark_box(mark, box);
  placer_take(page->placer, PLACER_TEXT, PLACER_NOBODY, box);
  return mark;
}

gboolean seq_fits(const SeqPage *page, unsigned mask, size_t owner, DrawingPoint at, double angle, DrawingAlign align,
                  DrawingFont font, double size, const char *text) {
  DrawingPoint box[4];
  drawing_text_box(at, angle, align, font_text_width(font, size, text), font_line_height(size), box);
  return !placer_hits(page->placer, mask, owner, box);
}

/* Everything, `down` further down. */
static void move_axis(SeqPage *page, double down) {
  for (guint i = 0; i < page->model->moments->len; i++)
    SEQ_MOMENT(page->model, i)->y += down;
  for (guint i = 0; i < page->axis->breaks->len; i++) {
    SeqBreak *here = &g_array_index(page->axis->breaks, SeqBreak, i);
    here->top += down;
    here->bottom += down;
  }
  page->axis->bottom += down;
}

/* The lower right corner of all that is drawn. */
static DrawingPoint extent_of(const Drawing *drawing) {
  DrawingPoint most = {0, 0};
  for (guint i = 0; i < drawing->marks->len; i++) {
    DrawingPoint box[4];
    drawing_mark_box(drawing->marks->pdata[i], box);
    for (unsigned c = 0; c < 4; c++)
      most = (DrawingPoint){MAX(most.x, box[c].x), MAX(most.y, box[c].y)};
  }
  return most;
}

static void draw_all(SeqPage *page) {
  seq_lay_columns(page);
  move_axis(page, seq_header_height(page));
  seq_draw_arrows(page);
  seq_draw_strips(page);
  seq_draw_heads(page);
  seq_draw_ticks(page);
  seq_draw_brackets(page);
  seq_draw_notes(page);
  seq_draw_labels(page);
  seq_draw_breaks(page);
  page->bottom = MAX(page->axis->bottom, extent_of(page->drawing).y);
  seq_draw_legend(page);
  DrawingPoint most = extent_of(page->drawing);
  page->drawing->width = ceil(most.x + MARGIN);
  page->drawing->height = ceil(most.y + MARGIN);
}

static void key_clear(gpointer key) {
  g_free(((SeqKey *)key)->text);
}

Drawing *sequence_draw(const Trace *trace, const PlotOptions *options, GError **error) {
  g_autoptr(SeqModel) model = seq_model_new(trace, options, error);
  if (model == NULL)
    return NULL;
  g_autoptr(SeqAxis) axis = seq_axis_new(model, 0);
  g_autoptr(Placer) placer = placer_new();
  SeqPage page = {.model = model, .drawing = drawing_new(), .axis = axis, .placer = placer};
  page.keys = g_array_new(FALSE, FALSE, sizeof(SeqKey));
  g_array_set_clear_func(page.keys, key_clear);
  draw_all(&page);
  g_array_unref(page.keys);
  g_free(page.columns);
  g_free(page.bracket_columns);
  g_free(page.shafts);
  return page.drawing;
}
