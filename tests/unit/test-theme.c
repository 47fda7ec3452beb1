/* Themes: colour-blind readers, grey printers and projectors must all tell the states apart. */
#include "output/picture/theme.h"
#include "tcp/tcp_fsm.h"

#include <glib.h>
#include <math.h>

/* Differences in CIELAB: what is easily told apart side by side; what is enough where a pattern differs as well. */
#define FAR_APART  20.0
#define APART      10.0
#define GREY_APART 12.0

typedef struct Rgb {
  double r, g, b; /* linear, 0 to 1 */
} Rgb;

static double linear(unsigned octet) {
  double c = octet / 255.0;
  return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static Rgb rgb_of(Colour colour) {
  return (Rgb){linear(colour >> 16 & 0xff), linear(colour >> 8 & 0xff), linear(colour & 0xff)};
}

static double luminance(Rgb c) {
  return 0.2126 * c.r + 0.7152 * c.g + 0.0722 * c.b;
}

static double lab_f(double t) {
  return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

static void lab_of(Rgb c, double lab[3]) {
  double x = lab_f((0.4124 * c.r + 0.3576 * c.g + 0.1805 * c.b) / 0.9505), y = lab_f(luminance(c)),
         z = lab_f((0.0193 * c.r + 0.1192 * c.g + 0.9505 * c.b) / 1.089);
  lab[0] = 116 * y - 16;
  lab[1] = 500 * (x - y);
  lab[2] = 200 * (y - z);
}

/* Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency" (2009),
 * severity 1.0; the first is normal sight. */
typedef struct Sight {
  const char *name;
  double m[9];
} Sight;
static const Sight SIGHTS[] = {
    {"normal", {1, 0, 0, 0, 1, 0, 0, 0, 1}},
    {"protanopia", {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998}},
    {"deuteranopia", {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881}},
    {"tritanopia", {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900}},
};

static Rgb seen(const Sight *sight, Rgb c) {
  const double *m = sight->m;
  return (Rgb){CLAMP(m[0] * c.r + m[1] * c.g + m[2] * c.b, 0, 1), CLAMP(m[3] * c.r + m[4] * c.g + m[5] * c.b, 0, 1),
               CLAMP(m[6] * c.r + m[7] * c.g + m[8] * c.b, 0, 1)};
}

static double difference(const Sight *sight, Colour a, Colour b) {
  double x[3], y[3];
  lab_of(seen(sight, rgb_of(a)), x);
  lab_of(seen(sight, rgb_of(b)), y);
  return sqrt(pow(x[0] - y[0], 2) + pow(x[1] - y[1], 2) + pow(x[2] - y[2], 2));
}

static double contrast(Colour a, Colour b) {
  double x = luminance(rgb_of(a)), y = luminance(rgb_of(b));
  return (MAX(x, y) + 0.05) / (MIN(x, y) + 0.05);
}

/* Calls `check` for each two states that may follow each other on one strip, by the table; `usual` are those that do so
 * in RFC 9293's figure. */
typedef void (*CheckPair)(const Theme *theme, TcpState from, TcpState to, gboolean usual);
static void each_neighbours(const Theme *theme, CheckPair check) {
  unsigned n;
  const TcpRow *rows = tcp_fsm_rows(&n);
  for (unsigned i = 0; i < n; i++)
    for (unsigned from = 0; from < TCP_STATE_COUNT; from++)
      if (rows[i].from >> from & 1 && rows[i].to < TCP_STATE_COUNT && rows[i].to != from)
        check(theme, (TcpState)from, (TcpState)rows[i].to, rows[i].edge != NULL);
}

/* What a strip of the state looks like, but for its pattern. */
static Colour ground_of(const Theme *theme, TcpState state) {
  ThemeFill fill = theme_fill(theme, INK_STATE + state, drawing_state_fill(state));
  return fill.has_ground ? fill.ground : theme_ink(theme, INK_PAGE);
}

static void assert_colours_differ(const Theme *theme, TcpState from, TcpState to, gboolean usual) {
  gboolean patterns = drawing_state_fill(from) != drawing_state_fill(to);
  for (unsigned s = 0; s < G_N_ELEMENTS(SIGHTS); s++) {
    double far = difference(&SIGHTS[s], ground_of(theme, from), ground_of(theme, to));
    if (far < (!patterns ? FAR_APART : usual ? APART : 0))
      g_error("%s and %s differ by %.1f only (%s)", tcp_state_name(from), tcp_state_name(to), far, SIGHTS[s].name);
  }
}

static double lightness(Colour colour) {
  double lab[3];
  lab_of(rgb_of(colour), lab);
  return lab[0];
}

static void assert_grey_differs(const Theme *theme, TcpState from, TcpState to, gboolean usual) {
  (void)usual;
  double a = lightness(theme_ink(theme, INK_STATE + from)), b = lightness(theme_ink(theme, INK_STATE + to));
  if (drawing_state_fill(from) == drawing_state_fill(to) && fabs(a - b) < GREY_APART)
    g_error("%s and %s have one pattern, and greys %.0f and %.0f", tcp_state_name(from), tcp_state_name(to), a, b);
}

static void test_neighbouring_states_differ_for_every_sight(void) {
  each_neighbours(theme_find("light"), assert_colours_differ);
  each_neighbours(theme_find("dark"), assert_colours_differ);
}

static void test_neighbouring_states_differ_without_colour(void) {
  for (const char *const *name = theme_names(); *name; name++)
    each_neighbours(theme_find(*name), assert_grey_differs);
}

static void test_every_text_is_readable_on_its_page(void) {
  static const DrawingInk read[] = {INK_TEXT,   INK_MUTED, INK_SEGMENT, INK_RESENT, INK_LOST,
                                    INK_FORGED, INK_TIMER, INK_PORT,    INK_ACCENT, INK_ACCENT_2};
  for (const char *const *name = theme_names(); *name; name++) {
    const Theme *theme = theme_find(*name);
    Colour page = theme_ink(theme, INK_PAGE);
    for (unsigned i = 0; i < G_N_ELEMENTS(read); i++)
      g_assert_cmpfloat(contrast(theme_ink(theme, read[i]), page), >=, i >= 8 ? 4.0 : 4.5);
    for (unsigned s = 0; s < TCP_STATE_COUNT; s++)
      g_assert_cmpfloat(contrast(theme_ink(theme, INK_STATE_NAME + s), page), >=, 4.5);
  }
}

static void test_print_has_no_colour(void) {
  const Theme *theme = theme_find("print");
  for (unsigned ink = 0; ink < INK_COUNT; ink++) {
    Colour c = theme_ink(theme, (DrawingInk)ink);
    g_assert_cmpuint(c >> 16, ==, c & 0xff);
    g_assert_cmpuint(c >> 8 & 0xff, ==, c & 0xff);
  }
}

static void test_patterns_are_visible_on_their_ground(void) {
  for (const char *const *name = theme_names(); *name; name++)
    for (unsigned s = 0; s < TCP_STATE_COUNT; s++) {
      ThemeFill fill = theme_fill(theme_find(*name), INK_STATE + s, drawing_state_fill((TcpState)s));
      g_assert_true(fill.has_ground || fill.has_outline);
      if (fill.has_lines)
        g_assert_cmpfloat(contrast(fill.lines, fill.ground), >=, 1.2);
    }
}

static void test_mixes_are_between(void) {
  g_assert_cmphex(colour_mix(0xff0000, 0x0000ff, 0.5), ==, 0x800080);
  g_assert_cmphex(colour_mix(0x123456, 0xffffff, 1), ==, 0x123456);
}

static void test_unknown_names_are_no_theme(void) {
  g_assert_null(theme_find("sepia"));
  g_assert_nonnull(theme_find("light"));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/theme/" #name, test_##name)
  TEST(neighbouring_states_differ_for_every_sight);
  TEST(neighbouring_states_differ_without_colour);
  TEST(every_text_is_readable_on_its_page);
  TEST(print_has_no_colour);
  TEST(patterns_are_visible_on_their_ground);
  TEST(mixes_are_between);
  TEST(unknown_names_are_no_theme);
  return g_test_run();
}
