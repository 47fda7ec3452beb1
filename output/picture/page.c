#include "output/picture/page.h"

#include "output/picture/font_metrics.h"
#include "output/text/style.h"

#include <math.h>
#include <string.h>

#define TITLE_SIZE    21.0
#define TITLE_TOP     34.0
#define TITLE_STEP    28.0
#define TITLE_LINES   2
#define SUBTITLE_SIZE 13.0
#define SUBTITLE_STEP 20.0

GQuark plot_chart_error(void) {
  return g_quark_from_static_string("teardown-plot-chart-error");
}

char *page_clean(const char *text) {
  const TextStyle style = {0};
  return text_clean(&style, text);
}

/* Writes words as lines that fit; the last of `most` has what is left, cut. */
static double write_lines(Drawing *drawing, DrawingInk ink, DrawingFont font, double size, double step, double width,
                          unsigned most, double y, const char *text) {
  g_auto(GStrv) words = g_strsplit(text, " ", -1);
  g_autoptr(GString) line = g_string_new(NULL);
  unsigned lines = 1;
  for (char **word = words; *word; word++) {
    g_autofree char *longer = line->len ? g_strconcat(line->str, " ", *word, NULL) : g_strdup(*word);
    if (line->len > 0 && lines < most && font_text_width(font, size, longer) > width) {
      g_autofree char *fitted = font_text_fit(font, size, line->str, width);
      drawing_text(drawing, ROLE_TITLE, ink, PAGE_MARGIN, y, ALIGN_LEFT, font, size, fitted);
      y += step;
      lines++;
      g_string_assign(line, *word);
    } else
      g_string_assign(line, longer);
  }
  g_autofree char *fitted = font_text_fit(font, size, line->str, width);
  drawing_text(drawing, ROLE_TITLE, ink, PAGE_MARGIN, y, ALIGN_LEFT, font, size, fitted);
  return y + step;
}

static void append_part(GString *out, const char *text) {
  g_string_append_printf(out, "%s%s", out->len ? "  ·  " : "", text);
}

static char *subtitle(const TraceHeader *header) {
  g_autoptr(GString) out = g_string_new(NULL);
  g_autoptr(GString) hosts = g_string_new(NULL);
  for (guint i = 0; i < header->hosts->len && i < 6; i++) {
    const TraceHost *host = header->hosts->pdata[i];
    g_string_append_printf(hosts, "%s%s %s", i ? ", " : "", host->name, host->profile ? host->profile : "");
  }
  if (hosts->len)
    append_part(out, g_strchomp(hosts->str));
  if (header->links->len) {
    const TraceLink *link = header->links->pdata[0];
    gboolean same = TRUE;
    for (guint i = 1; i < header->links->len; i++)
      same = same && ((const TraceLink *)header->links->pdata[i])->delay == link->delay;
    char delay[40];
    g_autofree char *text = g_strdup_printf("one-way delay %s", text_span(link->delay, delay, sizeof delay));
    if (same)
      append_part(out, text);
  }
  for (guint i = 0; i < header->faults->len && i < 3; i++) {
    g_autofree char *text = g_strdup_printf("fault: %s", (const char *)header->faults->pdata[i]);
    append_part(out, text);
  }
  g_autofree char *seed = g_strdup_printf("seed %" G_GUINT64_FORMAT, header->seed);
  append_part(out, seed);
  return page_clean(out->str);
}

double page_title(Drawing *drawing, const char *title, const char *about, double width) {
  g_free(drawing->title);
  drawing->title = page_clean(title);
  double y = write_lines(drawing, INK_TEXT, FONT_SANS_BOLD, TITLE_SIZE, TITLE_STEP, width, TITLE_LINES, TITLE_TOP,
                         drawing->title);
  g_autofree char *text = page_clean(about);
  return write_lines(drawing, INK_MUTED, FONT_SANS, SUBTITLE_SIZE, SUBTITLE_STEP, width, 2, y - 2, text);
}

double page_head(Drawing *drawing, const Trace *trace, double width, const char *about) {
  const TraceHeader *header = trace->header;
  const char *name = header->title ? header->title : header->scenario;
  g_autofree char *text = subtitle(header);
  double y = page_title(drawing, name ? name : "A run without a title", text, width);
  if (about)
    y = write_lines(drawing, INK_MUTED, FONT_SANS, SUBTITLE_SIZE, SUBTITLE_STEP, width, 2, y, about);
  return y;
}

/* --- what is drawn ------------------------------------------------------------------------------------------------ */

static gboolean wanted(char **names, const char *name) {
  return !names || g_strv_contains((const char *const *)names, name);
}

static gboolean check_names(const History *history, char **names, gboolean hosts, GError **error) {
  for (; names && *names; names++) {
    Name name = names_find(history->trace->names, *names);
    gboolean known = FALSE;
    for (guint i = 0; name && i < history->ends->len && !known; i++) {
      const HistoryEnd *end = history->ends->pdata[i];
      known = (hosts ? end->host : end->conn) == name;
    }
    if (!known) {
      g_set_error(error, plot_chart_error(), 0, "no such %s: %s", hosts ? "host with a connection" : "connection",
                  *names);
      return FALSE;
    }
  }
  return TRUE;
}

GPtrArray *page_ends(const History *history, const PlotOptions *options, GError **error) {
  if (!check_names(history, options->hosts, TRUE, error) || !check_names(history, options->conns, FALSE, error))
    return NULL;
  GPtrArray *ends = g_ptr_array_new();
  for (guint i = 0; i < history->ends->len; i++) {
    const HistoryEnd *end = history->ends->pdata[i];
    if (wanted(options->hosts, trace_text(history->trace, end->host)) &&
        wanted(options->conns, trace_text(history->trace, end->conn)))
      g_ptr_array_add(ends, (gpointer)(gsize)end);
  }
  if (ends->len > 0)
    return ends;
  g_ptr_array_unref(ends);
  g_set_error(error, plot_chart_error(), 0, "there is no connection to draw");
  return NULL;
}

gboolean page_part(const History *history, const PlotOptions *options, SimTime *ret_from, SimTime *ret_until,
                   GError **error) {
  SimTime from = options->from == SIM_NEVER ? 0 : options->from;
  if (from > history->end_at) {
    char end[40];
    g_set_error(error, plot_chart_error(), 0, "nothing happens in this part: the run ends at %s",
                text_span(history->end_at, end, sizeof end));
    return FALSE;
  }
  *ret_from = from;
  *ret_until = MIN(options->until, history->end_at);
  return TRUE;
}

/* --- scales ------------------------------------------------------------------------------------------------------- */

double page_step(double span, unsigned most) {
  double step = pow(10, floor(log10(span / most)));
  static const double factors[] = {1, 2, 5, 10};
  for (unsigned i = 0; i < G_N_ELEMENTS(factors); i++)
    if (span / (step * factors[i]) <= most + 1e-9)
      return step * factors[i];
  return step * 10;
}

char *page_time(SimTime at, int digits) {
  char text[G_ASCII_DTOSTR_BUF_SIZE], format[8];
  g_snprintf(format, sizeof format, "%%.%df", CLAMP(digits, 0, 9));
  g_ascii_formatd(text, sizeof text, format, (double)at / 1e9);
  return g_strdup_printf("%s s", text);
}

/* --- shapes ------------------------------------------------------------------------------------------------------- */

void page_arrowhead(Drawing *drawing, DrawingRole role, DrawingInk ink, DrawingPoint from, DrawingPoint tip,
                    double length) {
  double x = tip.x - from.x, y = tip.y - from.y, distance = hypot(x, y);
  if (distance <= 0)
    return;
  x *= length / distance;
  y *= length / distance;
  DrawingPoint head[] = {tip, {tip.x - x - y * 0.4, tip.y - y + x * 0.4}, {tip.x - x + y * 0.4, tip.y - y - x * 0.4}};
  drawing_polygon(drawing, role, ink, head, G_N_ELEMENTS(head));
}

DrawingMark *page_disc(Drawing *drawing, DrawingRole role, DrawingInk ink, DrawingPoint centre, double radius) {
  DrawingPoint rim[24];
  for (unsigned i = 0; i < G_N_ELEMENTS(rim); i++) {
    double angle = i * 2 * G_PI / G_N_ELEMENTS(rim);
    rim[i] = (DrawingPoint){centre.x + radius * cos(angle), centre.y + radius * sin(angle)};
  }
  return drawing_polygon(drawing, role, ink, rim, G_N_ELEMENTS(rim));
}
