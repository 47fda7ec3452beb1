#include "output/picture/sequence_page.h"

#include <string.h>

#define TITLE_TOP      34.0
#define TITLE_LINES    3
#define TITLE_STEP     28.0
#define SUBTITLE_LINES 5
#define SUBTITLE_STEP  20.0
#define BEFORE_HOSTS   40.0
#define HOST_STEP      20.0
#define AFTER_HOSTS    16.0
#define LANE_NAME      130.0
#define HEADER_MIN     560.0
/* Of the legend. */
#define LEGEND_ABOVE 34.0
#define LEGEND_STEP  23.0
#define SAMPLE_GAP   8.0
#define LEGEND_GAP   26.0

/* Words as lines that fit; what is beyond `most` lines is left out, with an ellipsis. `glue` stands between parts. */
static GPtrArray *wrap(const GPtrArray *parts, const char *glue, DrawingFont font, double size, double width,
                       unsigned most) {
  GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GString) line = g_string_new(NULL);
  for (guint i = 0; i < parts->len; i++) {
    g_autofree char *longer =
        line->len > 0 ? g_strconcat(line->str, glue, parts->pdata[i], NULL) : g_strdup(parts->pdata[i]);
    if (line->len > 0 && font_text_width(font, size, longer) > width) {
      if (lines->len + 1 == most) {
        g_ptr_array_add(lines, g_strconcat(line->str, "…", NULL));
        return lines;
      }
      g_ptr_array_add(lines, g_strdup(line->str));
      g_string_assign(line, parts->pdata[i]);
    } else {
      g_string_assign(line, longer);
    }
    g_autofree char *fitted = font_text_fit(font, size, line->str, width);
    g_string_assign(line, fitted);
  }
  if (line->len > 0)
    g_ptr_array_add(lines, g_strdup(line->str));
  return lines;
}

static GPtrArray *words_of(const char *text) {
  GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
  g_auto(GStrv) split = g_strsplit(text, " ", -1);
  for (char **word = split; *word != NULL; word++)
    if (**word != '\0')
      g_ptr_array_add(words, g_strdup(*word));
  return words;
}

static void add_part(GPtrArray *parts, const char *text) {
  g_ptr_array_add(parts, seq_clean(text));
}

static void add_host_parts(GPtrArray *parts, const TraceHeader *header) {
  gboolean same = header->hosts->len > 2;
  for (guint i = 1; i < header->hosts->len; i++) {
    const TraceHost *first = header->hosts->pdata[0], *host = header->hosts->pdata[i];
    same = same && g_strcmp0(first->profile, host->profile) == 0;
  }
  if (same) {
    const TraceHost *first = header->hosts->pdata[0];
    g_autofree char *text =
        g_strdup_printf("%u hosts, all %s", header->hosts->len, first->profile ? first->profile : "");
    add_part(parts, first->profile ? text : "");
    return;
  }
  for (guint i = 0; i < header->hosts->len; i++) {
    const TraceHost *host = header->hosts->pdata[i];
    g_autofree char *text = g_strdup_printf("%s %s", host->name, host->profile ? host->profile : "");
    add_part(parts, g_strchomp(text));
  }
}

static const TraceLink *link_back(const TraceHeader *header, const TraceLink *link) {
  for (guint i = 0; i < header->links->len; i++) {
    const TraceLink *other = header->links->pdata[i];
    if (strcmp(other->from, link->to) == 0 && strcmp(other->to, link->from) == 0)
      return other;
  }
  return NULL;
}

static void add_link_parts(GPtrArray *parts, const TraceHeader *header) {
  gboolean same = TRUE;
  for (guint i = 1; i < header->links->len; i++) {
    const TraceLink *first = header->links->pdata[0], *link = header->links->pdata[i];
    same = same && link->delay == first->delay && g_strcmp0(link->about, first->about) == 0;
  }
  for (guint i = 0; i < (same ? MIN(1, header->links->len) : header->links->len); i++) {
    const TraceLink *link = header->links->pdata[i];
    const TraceLink *back = link_back(header, link);
    gboolean both = back != NULL && back->delay == link->delay && g_strcmp0(back->about, link->about) == 0;
    /* Told with the other direction. */
    if (both && !same && strcmp(link->from, link->to) > 0)
      continue;
    char delay[40];
    text_span(link->delay, delay, sizeof delay);
    g_autofree char *names =
        same ? g_strdup("one-way delay") : g_strdup_printf("%s %s %s", link->from, both ? "–" : ">", link->to);
    g_autofree char *text =
        g_strdup_printf("%s %s%s%s", names, delay, link->about ? ", " : "", link->about ? link->about : "");
    add_part(parts, text);
  }
}

static GPtrArray *subtitle_parts(const SeqPage *page) {
  GPtrArray *parts = g_ptr_array_new_with_free_func(g_free);
  const TraceHeader *header = page->model->trace->header;
  if (header != NULL) {
    add_host_parts(parts, header);
    add_link_parts(parts, header);
    for (guint i = 0; i < header->faults->len; i++) {
      g_autofree char *text = header->faults->len > 1
                                  ? g_strdup_printf("fault %u: %s", i + 1, (const char *)header->faults->pdata[i])
                                  : g_strdup_printf("fault: %s", (const char *)header->faults->pdata[i]);
      add_part(parts, text);
    }
    g_autofree char *seed = header->run == 0 ? g_strdup_printf("seed %" G_GUINT64_FORMAT, header->seed)
                                             : g_strdup_printf("seed %" G_GUINT64_FORMAT " run %" G_GUINT64_FORMAT,
                                                               header->seed, header->run);
    add_part(parts, seed);
  }
  for (guint i = 0; i < page->model->remarks->len; i++)
    add_part(parts, page->model->remarks->pdata[i]);
  return parts;
}

static double draw_lines(SeqPage *page, const GPtrArray *lines, DrawingInk ink, DrawingFont font, double size, double y,
                         double step) {
  for (guint i = 0; i < lines->len; i++, y += step)
    seq_text(page, ROLE_TITLE, ink, page->left, y, ALIGN_LEFT, font, size, lines->pdata[i]);
  return y;
}

/* The most room that names of connections above their lanes take. */
static double lane_names(const SeqPage *page) {
  double most = 0;
  for (unsigned h = 0; h < page->model->hosts->len; h++) {
    const SeqHost *host = SEQ_HOST(page->model, h);
    for (guint i = 0; host->n_lanes > 1 && i < host->lane_names->len; i++)
      most = MAX(most, font_text_width(FONT_SANS, SIZE_ADDRESS, host->lane_names->pdata[i]));
  }
  return most > 0 ? MIN(LANE_NAME, most) + 6 : 0;
}

static void draw_host(SeqPage *page, unsigned h, double y, double lanes) {
  const SeqHost *host = SEQ_HOST(page->model, h);
  const SeqColumn *column = &page->columns[h];
  /* Names may reach half-way to the neighbours. */
  double room = 400;
  if (h > 0)
    room = MIN(room, column->x - page->columns[h - 1].x);
  if (h + 1 < page->model->hosts->len)
    room = MIN(room, page->columns[h + 1].x - column->x);
  room = MIN(room - 14, 2 * (column->x - 8));
  g_autofree char *title = font_text_fit(FONT_SANS_BOLD, SIZE_HOST, host->title, room);
  g_autofree char *address = font_text_fit(FONT_SANS, SIZE_ADDRESS, host->address, room);
  seq_text(page, ROLE_HOST, INK_TEXT, column->x, y, ALIGN_CENTRE, FONT_SANS_BOLD, SIZE_HOST, title);
  if (*address != '\0')
    seq_text(page, ROLE_HOST, INK_MUTED, column->x, y + HOST_STEP, ALIGN_CENTRE, FONT_SANS, SIZE_ADDRESS, address);
  for (guint i = 0; host->n_lanes > 1 && i < host->lane_names->len; i++) {
    g_autofree char *name = font_text_fit(FONT_SANS, SIZE_ADDRESS, host->lane_names->pdata[i], LANE_NAME);
    double x = seq_lane_left(page, h, i) + page->strip / 2;
    double middle = y + HOST_STEP + AFTER_HOSTS + lanes - 8 - font_text_width(FONT_SANS, SIZE_ADDRESS, name) / 2;
    if (*name != '\0')
      seq_text(page, ROLE_HOST, INK_MUTED, x, middle, ALIGN_CENTRE, FONT_SANS, SIZE_ADDRESS, name)->angle = 90;
  }
}

double seq_header_height(SeqPage *page) {
  const TraceHeader *header = page->model->trace->header;
  double width = MAX(page->right - page->left, HEADER_MIN), y = TITLE_TOP;
  const char *name = header && header->title ? header->title : header ? header->scenario : NULL;
  if (name != NULL && *name != '\0') {
    g_autofree char *title = seq_clean(name);
    g_free(page->drawing->title);
    page->drawing->title = g_strdup(title);
    g_autoptr(GPtrArray) words = words_of(title);
    g_autoptr(GPtrArray) lines = wrap(words, " ", FONT_SANS_BOLD, SIZE_TITLE, width, TITLE_LINES);
    y = draw_lines(page, lines, INK_TEXT, FONT_SANS_BOLD, SIZE_TITLE, y, TITLE_STEP) + 1;
  }
  g_autoptr(GPtrArray) parts = subtitle_parts(page);
  g_autoptr(GPtrArray) lines = wrap(parts, "  ·  ", FONT_SANS, SIZE_SUBTITLE, width, SUBTITLE_LINES);
  y = draw_lines(page, lines, INK_MUTED, FONT_SANS, SIZE_SUBTITLE, y, SUBTITLE_STEP);
  y += BEFORE_HOSTS - SUBTITLE_STEP;
  double lanes = lane_names(page);
  for (unsigned h = 0; h < page->model->hosts->len; h++)
    draw_host(page, h, y, lanes);
  return y + HOST_STEP + AFTER_HOSTS + lanes;
}

/* Legend. */

typedef struct Entry {
  const char *text;
  DrawingInk ink;
  DrawingDash dash;
  double width;
  enum { SAMPLE_ARROW, SAMPLE_CROSS, SAMPLE_DIAMOND, SAMPLE_BRACKET, SAMPLE_BREAK, SAMPLE_NUMBER } sample;
} Entry;

/* Along the line of the legend. */
static double sample_width(const Entry *entry) {
  switch (entry->sample) {
  case SAMPLE_BRACKET:
  case SAMPLE_NUMBER:
    return 9;
  case SAMPLE_BREAK:
    return 20;
  case SAMPLE_ARROW:
  case SAMPLE_CROSS:
  case SAMPLE_DIAMOND:
    break;
  }
  return 36;
}

static void draw_sample(SeqPage *page, const Entry *entry, double x, double y) {
  Drawing *drawing = page->drawing;
  double end = x + sample_width(entry);
  if (entry->sample == SAMPLE_BREAK) {
    drawing_line(drawing, ROLE_LEGEND, INK_MUTED, x, y + 1, end, y - 5)->width = 1;
    drawing_line(drawing, ROLE_LEGEND, INK_MUTED, x, y + 6, end, y)->width = 1;
  } else if (entry->sample == SAMPLE_BRACKET) {
    DrawingPoint points[] = {{end, y - 7}, {x + 3, y - 7}, {x + 3, y + 7}, {end, y + 7}};
    drawing_path(drawing, ROLE_LEGEND, entry->ink, points, G_N_ELEMENTS(points))->width = 1.2;
  } else if (entry->sample == SAMPLE_NUMBER) {
    seq_text(page, ROLE_LEGEND, entry->ink, (x + end) / 2, y, ALIGN_CENTRE, FONT_MONO_BOLD, SIZE_KEY, "1");
  } else {
    DrawingMark *line = drawing_line(drawing, ROLE_LEGEND, entry->ink, x, y, end - 8, y);
    line->dash = entry->dash;
    line->width = entry->width;
    if (entry->sample == SAMPLE_CROSS) {
      drawing_line(drawing, ROLE_LEGEND, entry->ink, end - 13, y - 5, end - 3, y + 5)->width = 2;
      drawing_line(drawing, ROLE_LEGEND, entry->ink, end - 13, y + 5, end - 3, y - 5)->width = 2;
    } else {
      DrawingPoint head[] = {{end, y}, {end - HEAD_LENGTH, y - HEAD_HALF}, {end - HEAD_LENGTH, y + HEAD_HALF}};
      drawing_polygon(drawing, ROLE_LEGEND, entry->ink, head, G_N_ELEMENTS(head))->width = 1;
    }
    if (entry->sample == SAMPLE_DIAMOND) {
      DrawingPoint diamond[] = {{x, y}, {x + 5, y - 5}, {x + 10, y}, {x + 5, y + 5}};
      drawing_polygon(drawing, ROLE_LEGEND, entry->ink, diamond, G_N_ELEMENTS(diamond))->width = 1;
    }
  }
}

static GArray *entries_of(const SeqPage *page) {
  gboolean acks = FALSE, trains = FALSE, resent = FALSE, lost = FALSE, resets = FALSE, copies = FALSE, forged = FALSE;
  for (guint i = 0; i < page->model->arrows->len; i++) {
    const SeqArrow *arrow = &g_array_index(page->model->arrows, SeqArrow, i);
    acks = acks || (arrow->dashed && !arrow->copy && !arrow->forged);
    trains = trains || arrow->count > 1;
    resent = resent || arrow->ink == INK_RESENT;
    lost = lost || arrow->dies;
    resets = resets || (arrow->ink == INK_LOST && !arrow->dies);
    copies = copies || arrow->copy;
    forged = forged || arrow->forged;
  }
  gboolean timers = FALSE, ports = FALSE;
  for (guint i = 0; i < page->model->brackets->len; i++) {
    DrawingInk ink = g_array_index(page->model->brackets, SeqBracket, i).ink;
    timers = timers || ink == INK_TIMER;
    ports = ports || ink == INK_PORT;
  }
  const struct {
    gboolean occurs;
    Entry entry;
  } all[] = {
      {acks, {"pure ACK", INK_SEGMENT, DASH_DASHED, 1.6, SAMPLE_ARROW}},
      {trains, {"several segments at once", INK_SEGMENT, DASH_SOLID, 2.6, SAMPLE_ARROW}},
      {resent, {"sent again", INK_RESENT, DASH_SOLID, 1.6, SAMPLE_ARROW}},
      {resets, {"RST", INK_LOST, DASH_SOLID, 1.6, SAMPLE_ARROW}},
      {lost, {"lost", INK_LOST, DASH_SOLID, 1.6, SAMPLE_CROSS}},
      {copies, {"copy made by the network", INK_SEGMENT, DASH_DOTTED, 1.6, SAMPLE_ARROW}},
      {forged, {"forged", INK_FORGED, DASH_DASHDOT, 1.6, SAMPLE_DIAMOND}},
      {timers, {"timer", INK_TIMER, DASH_SOLID, 1, SAMPLE_BRACKET}},
      {ports, {"port reserved", INK_PORT, DASH_SOLID, 1, SAMPLE_BRACKET}},
      {page->axis->breaks->len > 0, {"time left out", INK_MUTED, DASH_SOLID, 1, SAMPLE_BREAK}},
      {page->keys->len > 0, {"explained in the margin", INK_TEXT, DASH_SOLID, 1, SAMPLE_NUMBER}},
  };
  GArray *entries = g_array_new(FALSE, FALSE, sizeof(Entry));
  for (unsigned i = 0; i < G_N_ELEMENTS(all); i++)
    if (all[i].occurs)
      g_array_append_val(entries, all[i].entry);
  return entries;
}

void seq_draw_legend(SeqPage *page) {
  g_autoptr(GArray) entries = entries_of(page);
  double x = page->left, y = page->bottom + LEGEND_ABOVE, right = MAX(page->right, page->left + HEADER_MIN);
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = &g_array_index(entries, Entry, i);
    double sample = sample_width(entry),
           width = sample + SAMPLE_GAP + font_text_width(FONT_SANS, SIZE_LEGEND, entry->text);
    if (x > page->left && x + width > right) {
      x = page->left;
      y += LEGEND_STEP;
    }
    draw_sample(page, entry, x, y);
    seq_text(page, ROLE_LEGEND, INK_MUTED, x + sample + SAMPLE_GAP, y, ALIGN_LEFT, FONT_SANS, SIZE_LEGEND, entry->text);
    x += width + LEGEND_GAP;
  }
  if (page->left_out > 0) {
    g_autofree char *text =
        g_strdup_printf("%u texts have no room: --from, --until, --hosts or --conn draw a part of it", page->left_out);
    y += entries->len > 0 ? LEGEND_STEP : 0;
    seq_text(page, ROLE_LEGEND, INK_LOST, page->left, y, ALIGN_LEFT, FONT_SANS, SIZE_LEGEND, text);
  }
}
