#include "output/picture/font_metrics.h"

#include "output/picture/font_widths.h"

/* What a character takes that the table lacks, in 1/2048 em: another font shows it, and the widest of those that
 * systems fall back to are the ones of emoji. */
#define UNKNOWN_WIDTH 2660
/* Renderers round advances, and turned texts need a little more: a hundredth is added. */
#define MARGIN 1.01

#define UNITS_PER_EM 2048.0
/* Ascent and descent of DejaVu Sans in 1/2048 em are 1901 and 483. */
#define LINE_HEIGHT 1.165

typedef struct FontTable {
  const char *family;
  gboolean bold;
  const FontRun *runs;
  size_t n;
} FontTable;

static const FontTable *font_table(DrawingFont font) {
  static const FontTable tables[FONT_COUNT] = {
      [FONT_SANS] = {"DejaVu Sans", FALSE, FONT_RUNS_SANS, G_N_ELEMENTS(FONT_RUNS_SANS)},
      [FONT_SANS_BOLD] = {"DejaVu Sans", TRUE, FONT_RUNS_SANS_BOLD, G_N_ELEMENTS(FONT_RUNS_SANS_BOLD)},
      [FONT_MONO] = {"DejaVu Sans Mono", FALSE, FONT_RUNS_MONO, G_N_ELEMENTS(FONT_RUNS_MONO)},
      [FONT_MONO_BOLD] = {"DejaVu Sans Mono", TRUE, FONT_RUNS_MONO_BOLD, G_N_ELEMENTS(FONT_RUNS_MONO_BOLD)},
  };
  g_assert((unsigned)font < FONT_COUNT);
  return &tables[font];
}

const char *font_family(DrawingFont font) {
  return font_table(font)->family;
}

gboolean font_is_bold(DrawingFont font) {
  return font_table(font)->bold;
}

/* In 1/2048 em. */
static unsigned char_width(const FontTable *table, gunichar c) {
  if (c < table->runs[0].first)
    return UNKNOWN_WIDTH;
  size_t low = 0, high = table->n;
  while (high - low > 1) {
    size_t mid = low + (high - low) / 2;
    if (table->runs[mid].first <= c)
      low = mid;
    else
      high = mid;
  }
  return table->runs[low].width > 0 ? table->runs[low].width : UNKNOWN_WIDTH;
}

static double pixels(double size, double units) {
  return units * MARGIN * size / UNITS_PER_EM;
}

double font_text_width(DrawingFont font, double size, const char *text) {
  const FontTable *table = font_table(font);
  double units = 0;
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at))
    units += char_width(table, g_utf8_get_char(at));
  return pixels(size, units);
}

double font_line_height(double size) {
  return LINE_HEIGHT * size;
}

char *font_text_fit(DrawingFont font, double size, const char *text, double width) {
  const FontTable *table = font_table(font);
  double ellipsis = char_width(table, 0x2026), units = 0;
  size_t fits = 0; /* octets that leave room for the ellipsis */
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
    if (pixels(size, units + ellipsis) <= width)
      fits = (size_t)(at - text);
    units += char_width(table, g_utf8_get_char(at));
    if (pixels(size, units) > width)
      return g_strdup_printf("%.*s…", (int)fits, text);
  }
  return g_strdup(text);
}
