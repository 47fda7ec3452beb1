#include "output/picture/theme.h"

#include <string.h>

/* Okabe and Ito's palette ("Color Universal Design", 2008) is the ground that the states' colours stand on: green,
 * orange, yellow, blue, sky blue, vermilion, reddish purple differ for every kind of colour blindness, in lightness
 * too. Shades of heat maps are ColorBrewer's YlGnBu (Harrower and Brewer, 2003), whose lightness only falls. */
#define HEAT_ANCHORS 6
struct Theme {
  const char *name;
  gboolean coloured;
  Colour inks[INK_STATE];
  Colour states[TCP_STATE_COUNT], names[TCP_STATE_COUNT];
  Colour curves[CURVE_INKS];
  Colour heat[HEAT_ANCHORS]; /* from little to much, at equal distances */
};

static const Theme THEMES[] = {
    {.name = "light",
     .coloured = TRUE,
     .inks = {[INK_TEXT] = 0x1f2328,
              [INK_MUTED] = 0x59636e,
              [INK_FAINT] = 0xc4ccd4,
              [INK_SEGMENT] = 0x24292f,
              [INK_RESENT] = 0xa04d00,
              [INK_LOST] = 0xc8202c,
              [INK_FORGED] = 0xa01fa0,
              [INK_TIMER] = 0x86600a,
              [INK_PORT] = 0x6d3fb8,
              [INK_PAGE] = 0xffffff,
              [INK_ACCENT] = 0x0067a5,
              [INK_ACCENT_2] = 0xd05200,
              [INK_ACCENT_3] = 0x00805d},
     .states = {[TCP_STATE_CLOSED] = 0xb6c0ca,
                [TCP_STATE_LISTEN] = 0xb4c4d6,
                [TCP_STATE_SYN_SENT] = 0xace6ce,
                [TCP_STATE_SYN_RECEIVED] = 0x58bc9d,
                [TCP_STATE_ESTABLISHED] = 0x009e73,
                [TCP_STATE_FIN_WAIT_1] = 0xe39200,
                [TCP_STATE_FIN_WAIT_2] = 0xf6d55c,
                [TCP_STATE_CLOSE_WAIT] = 0x0a66b2,
                [TCP_STATE_CLOSING] = 0xb8421a,
                [TCP_STATE_LAST_ACK] = 0x56b4e9,
                [TCP_STATE_TIME_WAIT] = 0x9a5bbf},
     .names = {[TCP_STATE_CLOSED] = 0x59636e,
               [TCP_STATE_LISTEN] = 0x47617d,
               [TCP_STATE_SYN_SENT] = 0x2c7a5f,
               [TCP_STATE_SYN_RECEIVED] = 0x1b7656,
               [TCP_STATE_ESTABLISHED] = 0x007755,
               [TCP_STATE_FIN_WAIT_1] = 0x955d00,
               [TCP_STATE_FIN_WAIT_2] = 0x7a6200,
               [TCP_STATE_CLOSE_WAIT] = 0x0a5ca3,
               [TCP_STATE_CLOSING] = 0xa83a15,
               [TCP_STATE_LAST_ACK] = 0x116f9c,
               [TCP_STATE_TIME_WAIT] = 0x7f3fa6},
     .curves = {0x0072b2, 0xd55e00, 0x009e73, 0xb0569a, 0x56b4e9, 0xd08f00, 0x59636e},
     .heat = {0xffffd9, 0xc7e9b4, 0x7fcdbb, 0x41a6c4, 0x225ea8, 0x081d58}},
    {.name = "dark",
     .coloured = TRUE,
     .inks = {[INK_TEXT] = 0xf0f4f8,
              [INK_MUTED] = 0xa3adb8,
              [INK_FAINT] = 0x47515c,
              [INK_SEGMENT] = 0xdde4ec,
              [INK_RESENT] = 0xf5ae63,
              [INK_LOST] = 0xff7f78,
              [INK_FORGED] = 0xf58ee0,
              [INK_TIMER] = 0xdcb857,
              [INK_PORT] = 0xc3a6ff,
              [INK_PAGE] = 0x11161d,
              [INK_ACCENT] = 0x5cb3ff,
              [INK_ACCENT_2] = 0xff9d57,
              [INK_ACCENT_3] = 0x46c79c},
     .states = {[TCP_STATE_CLOSED] = 0x68727d,
                [TCP_STATE_LISTEN] = 0x5d7288,
                [TCP_STATE_SYN_SENT] = 0xc4f0df,
                [TCP_STATE_SYN_RECEIVED] = 0x58bb9b,
                [TCP_STATE_ESTABLISHED] = 0x0f9d75,
                [TCP_STATE_FIN_WAIT_1] = 0xea9a0c,
                [TCP_STATE_FIN_WAIT_2] = 0xf8dc74,
                [TCP_STATE_CLOSE_WAIT] = 0x2278c8,
                [TCP_STATE_CLOSING] = 0xd0572c,
                [TCP_STATE_LAST_ACK] = 0x6cc3f2,
                [TCP_STATE_TIME_WAIT] = 0xae70d4},
     .names = {[TCP_STATE_CLOSED] = 0xa3adb8,
               [TCP_STATE_LISTEN] = 0xa9bdd2,
               [TCP_STATE_SYN_SENT] = 0xaae3cd,
               [TCP_STATE_SYN_RECEIVED] = 0x74d3b4,
               [TCP_STATE_ESTABLISHED] = 0x41cfa4,
               [TCP_STATE_FIN_WAIT_1] = 0xf7b23f,
               [TCP_STATE_FIN_WAIT_2] = 0xf9e08a,
               [TCP_STATE_CLOSE_WAIT] = 0x6cb4f5,
               [TCP_STATE_CLOSING] = 0xf58a63,
               [TCP_STATE_LAST_ACK] = 0x86d0f7,
               [TCP_STATE_TIME_WAIT] = 0xcfa0ec},
     .curves = {0x5cb3ff, 0xff9d57, 0x46c79c, 0xf0a0d8, 0xa8dcff, 0xf6d55c, 0xa3adb8},
     .heat = {0x1a2440, 0x1f4e8c, 0x1f88b0, 0x52b8b4, 0xb0dfb0, 0xffffd9}},
    {.name = "print",
     .inks = {[INK_TEXT] = 0x000000,
              [INK_MUTED] = 0x404040,
              [INK_FAINT] = 0xb0b0b0,
              [INK_SEGMENT] = 0x000000,
              [INK_RESENT] = 0x000000,
              [INK_LOST] = 0x000000,
              [INK_FORGED] = 0x000000,
              [INK_TIMER] = 0x303030,
              [INK_PORT] = 0x303030,
              [INK_PAGE] = 0xffffff,
              [INK_ACCENT] = 0x000000,
              [INK_ACCENT_2] = 0x6e6e6e,
              [INK_ACCENT_3] = 0x9a9a9a},
     .states = {[TCP_STATE_CLOSED] = 0x9c9c9c,
                [TCP_STATE_LISTEN] = 0x808080,
                [TCP_STATE_SYN_SENT] = 0x808080,
                [TCP_STATE_SYN_RECEIVED] = 0x101010,
                [TCP_STATE_ESTABLISHED] = 0x7c7c7c,
                [TCP_STATE_FIN_WAIT_1] = 0x000000,
                [TCP_STATE_FIN_WAIT_2] = 0x808080,
                [TCP_STATE_CLOSE_WAIT] = 0x404040,
                [TCP_STATE_CLOSING] = 0x000000,
                [TCP_STATE_LAST_ACK] = 0x505050,
                [TCP_STATE_TIME_WAIT] = 0x202020},
     .curves = {0x000000, 0x5a5a5a, 0x8a8a8a, 0x303030, 0x747474, 0x484848, 0x9c9c9c},
     .heat = {0xffffff, 0xd6d6d6, 0xacacac, 0x828282, 0x585858, 0x2c2c2c}},
};

const char *const *theme_names(void) {
  static const char *const names[] = {"light", "dark", "print", NULL};
  return names;
}

const Theme *theme_find(const char *name) {
  for (unsigned i = 0; i < G_N_ELEMENTS(THEMES); i++)
    if (strcmp(THEMES[i].name, name) == 0)
      return &THEMES[i];
  return NULL;
}

static unsigned mix_part(Colour a, Colour b, unsigned shift, double share) {
  double x = a >> shift & 0xff, y = b >> shift & 0xff;
  return (unsigned)(x * share + y * (1 - share) + 0.5) << shift;
}

Colour colour_mix(Colour a, Colour b, double share) {
  return mix_part(a, b, 16, share) | mix_part(a, b, 8, share) | mix_part(a, b, 0, share);
}

/* `share`, 0 to 1, of the way along the anchors. */
static Colour heat_colour(const Theme *theme, double share) {
  unsigned step = MIN((unsigned)(share * (HEAT_ANCHORS - 1)), HEAT_ANCHORS - 2);
  return colour_mix(theme->heat[step + 1], theme->heat[step], share * (HEAT_ANCHORS - 1) - step);
}

Colour theme_ink(const Theme *theme, DrawingInk ink) {
  g_assert((unsigned)ink < INK_COUNT);
  if (ink >= INK_HEAT)
    return heat_colour(theme, (double)(ink - INK_HEAT) / (HEAT_INKS - 1));
  if (ink >= INK_CURVE)
    return theme->curves[ink - INK_CURVE];
  if (ink >= INK_STATE_NAME)
    return theme->names[ink - INK_STATE_NAME];
  return ink >= INK_STATE ? theme->states[ink - INK_STATE] : theme->inks[ink];
}

/* Grey on white: the pattern alone has to tell the states apart. */
static ThemeFill print_fill(const Theme *theme, Colour ink, DrawingFill fill) {
  Colour page = theme->inks[INK_PAGE];
  ThemeFill result = {.has_ground = TRUE, .ground = page, .lines = ink, .has_outline = TRUE, .outline = 0x303030};
  switch (fill) {
  case FILL_SOLID:
    result.ground = ink;
    result.has_outline = FALSE;
    break;
  case FILL_LIGHT:
    result.ground = colour_mix(ink, page, 0.35);
    break;
  case FILL_HATCH:
  case FILL_BACKHATCH:
  case FILL_CROSSHATCH:
  case FILL_DOTS:
    result.has_lines = TRUE;
    break;
  case FILL_EMPTY:
    result.has_ground = FALSE;
    result.outline = ink;
    break;
  }
  return result;
}

static gboolean is_bright(Colour colour) {
  return (colour >> 16 & 0xff) * 3 + (colour >> 8 & 0xff) * 6 + (colour & 0xff) > 200 * 10;
}

/* The colour is the message; the pattern is tone in tone, there for those who look for it. */
static ThemeFill colour_fill(const Theme *theme, DrawingInk ink, DrawingFill fill) {
  gboolean is_state = ink >= INK_STATE && ink < INK_STATE_NAME;
  Colour colour = theme_ink(theme, ink), page = theme->inks[INK_PAGE];
  ThemeFill result = {.has_ground = TRUE, .ground = colour, .outline = colour};
  switch (fill) {
  case FILL_SOLID:
    break;
  case FILL_LIGHT: /* states have light colours of their own */
    if (!is_state)
      result.ground = colour_mix(colour, page, 0.18);
    break;
  case FILL_HATCH:
  case FILL_BACKHATCH:
  case FILL_CROSSHATCH:
  case FILL_DOTS:
    result.has_lines = TRUE;
    result.lines = colour_mix(colour, is_bright(colour) ? 0x000000 : 0xffffff, is_bright(colour) ? 0.72 : 0.62);
    break;
  case FILL_EMPTY:
    result.has_ground = FALSE;
    result.has_outline = TRUE;
    break;
  }
  return result;
}

ThemeFill theme_fill(const Theme *theme, DrawingInk ink, DrawingFill fill) {
  if (ink >= INK_CURVE && fill == FILL_LIGHT) /* a band: whatever it lies beside, it has no rim */
    return (ThemeFill){.has_ground = TRUE, .ground = colour_mix(theme_ink(theme, ink), theme->inks[INK_PAGE], 0.2)};
  return theme->coloured ? colour_fill(theme, ink, fill) : print_fill(theme, theme_ink(theme, ink), fill);
}
