#include "output/picture/gnuplot.h"

#include "output/picture/font_metrics.h"
#include "output/picture/paint.h"

#include <math.h>
#include <string.h>

/* What cairo can hold, and what is drawn in a second or two: a picture beyond that gets fewer pixels, of the area only
 * down to those that the drawing has. Who asks for more than the usual scale waits for it. */
#define PNG_SIDE_MAX   32000.0
#define PNG_AREA_USUAL 12e6
#define PNG_AREA_MAX   40e6
#define SCALE_USUAL    2.0

/* gnuplot cuts fields of 1024 octets. */
#define FIELD_MAX 980

/* One number in the data, short and the same in every locale. */
static void append_number(GString *out, double value) {
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  double rounded = round(value * 100) / 100;
  g_string_append(out, g_ascii_formatd(text, sizeof text, "%.8g", rounded == 0 ? 0 : rounded));
}

static const char *role_name(DrawingRole role) {
  switch (role) {
  case ROLE_TITLE:
    return "title";
  case ROLE_HOST:
    return "host";
  case ROLE_STRIP:
    return "strip";
  case ROLE_STATE:
    return "state";
  case ROLE_ARROW:
    return "arrow";
  case ROLE_HEAD:
    return "head";
  case ROLE_CROSS:
    return "cross";
  case ROLE_LABEL:
    return "label";
  case ROLE_KEY:
    return "key";
  case ROLE_NOTE:
    return "note";
  case ROLE_BRACKET:
    return "bracket";
  case ROLE_BRACKET_TEXT:
    return "bracket_text";
  case ROLE_TICK:
    return "tick";
  case ROLE_AXIS:
    return "axis";
  case ROLE_BREAK:
    return "break";
  case ROLE_LEGEND:
    return "legend";
  case ROLE_CURVE:
    return "curve";
  case ROLE_NODE:
    return "node";
  case ROLE_EDGE:
    return "edge";
  }
  g_assert_not_reached();
}

static const char *const INK_NAMES[INK_STATE] = {
    [INK_TEXT] = "text",        [INK_MUTED] = "muted", [INK_FAINT] = "faint",   [INK_SEGMENT] = "segment",
    [INK_RESENT] = "resent",    [INK_LOST] = "lost",   [INK_FORGED] = "forged", [INK_TIMER] = "timer",
    [INK_PORT] = "port",        [INK_PAGE] = "page",   [INK_ACCENT] = "accent", [INK_ACCENT_2] = "accent_2",
    [INK_ACCENT_3] = "accent_3"};

/* The name of a colour in the script: "ink_lost", "ink_fin_wait_1_pattern". To be freed. */
static char *ink_name(DrawingInk ink, PaintShade shade) {
  static const char *const shades[SHADE_COUNT] = {"", "_light", "_pattern", "_outline"};
  if (ink < INK_STATE)
    return g_strdup_printf("ink_%s%s", INK_NAMES[ink], shades[shade]);
  if (ink >= INK_CURVE)
    return g_strdup_printf("ink_%s_%u%s", ink >= INK_HEAT ? "heat" : "curve",
                           ink - (ink >= INK_HEAT ? INK_HEAT : INK_CURVE) + 1, shades[shade]);
  gboolean is_name = ink >= INK_STATE_NAME;
  g_autofree char *state =
      g_ascii_strdown(tcp_state_name((TcpState)(ink - (is_name ? INK_STATE_NAME : INK_STATE))), -1);
  return g_strdup_printf("ink_%s%s%s", g_strdelimit(state, "-", '_'), is_name ? "_name" : "", shades[shade]);
}

/* --- the head of the script --------------------------------------------------------------------------------------- */

/* gnuplot's units differ by terminal: fonts are points at 96 dots to the inch for cairo's (of half the size in a PDF),
 * lines half points in a PDF. The options make all of them pixels. */
static void append_terminal(GString *out, const Drawing *drawing, PictureFormat format, double scale) {
  double width = ceil(drawing->width), height = ceil(drawing->height);
  switch (format) {
  case PICTURE_SVG:
  case PICTURE_SCRIPT:
    g_string_append_printf(out, "set terminal svg noenhanced size %.0f,%.0f fixed butt name \"teardown\"", width,
                           height);
    break;
  case PICTURE_PNG:
    scale = MIN(scale, MAX(1, sqrt((scale > SCALE_USUAL ? PNG_AREA_MAX : PNG_AREA_USUAL) / (width * height))));
    scale = MIN(scale, PNG_SIDE_MAX / MAX(width, height));
    g_string_append(out, "set terminal pngcairo noenhanced size ");
    append_number(out, round(width * scale));
    g_string_append_c(out, ',');
    append_number(out, round(height * scale));
    g_string_append(out, " butt fontscale ");
    append_number(out, 0.75 * scale);
    g_string_append(out, " linewidth ");
    append_number(out, scale);
    g_string_append(out, " dashlength 2");
    break;
  case PICTURE_PDF:
    g_string_append(out, "set terminal pdfcairo noenhanced size ");
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(out, g_ascii_formatd(text, sizeof text, "%.5fin,", width / 96));
    g_string_append(out, g_ascii_formatd(text, sizeof text, "%.5fin", height / 96));
    g_string_append(out, " butt fontscale 0.5625 linewidth 1.5 dashlength 2");
    break;
  case PICTURE_FORMAT_COUNT:
    g_assert_not_reached();
  }
  g_string_append(out, " font \"DejaVu Sans,12\" background ink_page\n");
}

static void append_colours(GString *out, const Theme *theme, const GPtrArray *blocks) {
  gboolean used[INK_COUNT][SHADE_COUNT] = {{FALSE}};
  Colour colours[INK_COUNT][SHADE_COUNT];
  used[INK_PAGE][SHADE_PLAIN] = TRUE;
  colours[INK_PAGE][SHADE_PLAIN] = theme_ink(theme, INK_PAGE);
  for (guint i = 0; i < blocks->len; i++) {
    const PaintStyle *style = &((const PaintBlock *)blocks->pdata[i])->style;
    used[style->ink][style->shade] = TRUE;
    colours[style->ink][style->shade] = style->colour;
  }
  g_string_append(out, "# Colours: a change here is a change everywhere.\n");
  for (unsigned ink = 0; ink < INK_COUNT; ink++)
    for (unsigned shade = 0; shade < SHADE_COUNT; shade++)
      if (used[ink][shade]) {
        g_autofree char *name = ink_name((DrawingInk)ink, (PaintShade)shade);
        g_string_append_printf(out, "%s = \"#%06x\"\n", name, colours[ink][shade]);
      }
  g_string_append_c(out, '\n');
}

static void append_setting(GString *out) {
  g_string_append(out, "set encoding utf8\n"
                       "# SVG has the weight of a font beside its name, the others have it in the name.\n"
                       "bold = GPVAL_TERM eq \"svg\" ? \"\\\" font-weight=\\\"bold\" : \":Bold\"\n\n"
                       "# The page is the plot: coordinates are pixels from the upper left corner.\n"
                       "set lmargin at screen 0\nset rmargin at screen 1\n"
                       "set tmargin at screen 1\nset bmargin at screen 0\n"
                       "unset key\nunset border\nunset tics\n"
                       "set style fill solid 1 noborder\n"
                       "set datafile separator \"\\t\"\nset datafile commentschars \"\"\n");
}

static void append_head(GString *out, const Drawing *drawing, const Theme *theme, PictureFormat format, double scale,
                        const GPtrArray *blocks) {
  g_string_append(out, "# Made by teardown. Draw it: gnuplot picture.gp >picture.svg\n");
  append_colours(out, theme, blocks);
  append_terminal(out, drawing, format, scale);
  if (format == PICTURE_SCRIPT) {
    g_string_append(out, "# For PNG or PDF, this instead:\n");
    for (PictureFormat other = PICTURE_PNG; other <= PICTURE_PDF; other++) {
      g_string_append(out, "# ");
      append_terminal(out, drawing, other, scale);
    }
  }
  append_setting(out);
  g_string_append(out, "set xrange [0:");
  append_number(out, ceil(drawing->width));
  g_string_append(out, "]\nset yrange [");
  append_number(out, ceil(drawing->height));
  g_string_append(out, ":0]\n\n");
}

/* --- data --------------------------------------------------------------------------------------------------------- */

/* A text as a field of the data. It is the last of its line and the separator is a tab, which no clean text has; the
 * escapes are undone by gnuplot when it makes a label of it. What is beyond the length of its lines, and of any page,
 * is left out. */
static void append_text(GString *out, const char *text) {
  gsize most = out->len + FIELD_MAX;
  for (const char *at = text; *at;) {
    const char *next = g_utf8_next_char(at);
    gboolean edge = at == text || !*next;
    unsigned char c = (unsigned char)*at;
    if (out->len > most) {
      g_string_append(out, "…");
      return;
    }
    if (c == '\\')
      g_string_append(out, "\\\\");
    else if (c < 0x20 || c == '"' || c == 0x7f || (c == ' ' && edge))
      g_string_append_printf(out, "\\%03o", c);
    else
      g_string_append_len(out, at, next - at);
    at = next;
  }
}

static void append_points(GString *out, const GArray *points) {
  for (guint i = 0; i < points->len; i++) {
    const DrawingPoint *point = &g_array_index(points, DrawingPoint, i);
    append_number(out, point->x);
    g_string_append_c(out, '\t');
    append_number(out, point->y);
    g_string_append_c(out, '\n');
  }
}

static void append_data(GString *out, const PaintBlock *block, const char *name) {
  g_string_append_printf(out, "$%s << END_OF_DATA\n", name);
  for (guint i = 0; i < block->ops->len; i++) {
    const PaintOp *op = &g_array_index(block->ops, PaintOp, i);
    if (block->style.kind != PAINT_TEXT) {
      if (i > 0)
        g_string_append_c(out, '\n');
      append_points(out, op->points);
      continue;
    }
    const DrawingPoint *anchor = &g_array_index(op->mark->points, DrawingPoint, 0);
    append_number(out, anchor->x);
    g_string_append_c(out, '\t');
    append_number(out, anchor->y);
    g_string_append_printf(out, "\t%ld\t", lround(op->mark->angle));
    append_text(out, op->mark->text);
    g_string_append_c(out, '\n');
  }
  g_string_append(out, "END_OF_DATA\n");
}

/* --- what is plotted ---------------------------------------------------------------------------------------------- */

/* gnuplot's dashes are in half widths of their line. */
static void append_dash(GString *out, DrawingDash dash, double width) {
  static const double lengths[][4] = {
      [DASH_DASHED] = {5, 3.5, 5, 3.5}, [DASH_DOTTED] = {1.5, 2.5, 1.5, 2.5}, [DASH_DASHDOT] = {7, 3, 1.5, 3}};
  if (dash == DASH_SOLID)
    return;
  g_string_append(out, " dashtype (");
  for (unsigned i = 0; i < 4; i++) {
    g_string_append(out, i > 0 ? "," : "");
    append_number(out, lengths[dash][i] * 2 / MAX(width, 0.1));
  }
  g_string_append_c(out, ')');
}

static void append_plot(GString *out, const PaintStyle *style, const char *name) {
  static const char *const aligns[] = {[ALIGN_LEFT] = "left", [ALIGN_CENTRE] = "center", [ALIGN_RIGHT] = "right"};
  g_autofree char *ink = ink_name(style->ink, style->shade);
  switch (style->kind) {
  case PAINT_AREA:
    g_string_append_printf(out, "$%s using 1:2 with filledcurves closed fillcolor rgb %s", name, ink);
    break;
  case PAINT_STROKE:
    g_string_append_printf(out, "$%s using 1:2 with lines linecolor rgb %s linewidth ", name, ink);
    append_number(out, style->width);
    append_dash(out, style->dash, style->width);
    break;
  case PAINT_TEXT:
    g_string_append_printf(out, "$%s using 1:2:4:3 with labels noenhanced rotate variable %s font \"%s\"%s.\",", name,
                           aligns[style->align], font_family(style->font), font_is_bold(style->font) ? ".bold" : "");
    append_number(out, style->size);
    g_string_append_printf(out, "\" textcolor rgb %s", ink);
    break;
  }
}

/* "arrow_2": the second block of arrows. To be freed. */
static char *block_name(DrawingRole role, PaintKind kind, GHashTable *counts) {
  static const char *const kinds[] = {[PAINT_AREA] = "areas", [PAINT_STROKE] = "lines", [PAINT_TEXT] = "texts"};
  g_autofree char *base = g_strdup_printf("%s_%s", role_name(role), kinds[kind]);
  guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, base)) + 1;
  g_hash_table_replace(counts, g_strdup(base), GUINT_TO_POINTER(n));
  return g_strdup_printf("%s_%u", base, n);
}

char *gnuplot_script(const Drawing *drawing, const Theme *theme, PictureFormat format, double scale) {
  g_autoptr(GPtrArray) blocks = paint_blocks(drawing, theme);
  g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  GString *out = g_string_new(NULL);
  g_autoptr(GString) plot = g_string_new("plot ");
  append_head(out, drawing, theme, format, scale, blocks);
  for (guint i = 0; i < blocks->len; i++) {
    const PaintBlock *block = blocks->pdata[i];
    g_autofree char *name = block_name(block->style.role, block->style.kind, counts);
    append_data(out, block, name);
    g_string_append(plot, i > 0 ? ", \\\n     " : "");
    append_plot(plot, &block->style, name);
    g_string_append(plot, " notitle");
  }
  if (blocks->len == 0)
    g_string_append(plot, "NaN");
  g_string_append_printf(out, "\n# What is painted first stands first.\n%s\n", plot->str);
  return g_string_free(out, FALSE);
}
