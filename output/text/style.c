#include "output/text/style.h"

#include <string.h>

#define REPLACEMENT 0xFFFDu
/* The pictures of the control characters U+0000 to U+001F, and of DEL. */
#define CONTROL_PICTURES 0x2400u
#define DELETE_PICTURE   0x2421u
/* A span is shown exactly if that takes at most this many characters, its unit included. */
#define SPAN_EXACT 8
/* Carries a combining mark that has nothing to combine with. */
#define DOTTED_CIRCLE 0x25CCu

TextAttr text_attr_of_state(TcpState state) {
  return (TextAttr)((unsigned)TEXT_STATE + (unsigned)state);
}

/* Colours of the 256-colour palette that can be read on black and on white. */
static const char *sgr_of_state(TcpState state) {
  switch (state) {
  case TCP_STATE_CLOSED:
    return "\033[38;5;245m";
  case TCP_STATE_LISTEN:
    return "\033[1;38;5;245m";
  case TCP_STATE_SYN_SENT:
    return "\033[1;38;5;67m";
  case TCP_STATE_SYN_RECEIVED:
    return "\033[1;38;5;67m";
  case TCP_STATE_ESTABLISHED:
    return "\033[1;38;5;34m";
  case TCP_STATE_FIN_WAIT_1:
    return "\033[1;38;5;172m";
  case TCP_STATE_FIN_WAIT_2:
    return "\033[1;38;5;178m";
  case TCP_STATE_CLOSE_WAIT:
    return "\033[1;38;5;33m";
  case TCP_STATE_CLOSING:
    return "\033[1;38;5;168m";
  case TCP_STATE_LAST_ACK:
    return "\033[1;38;5;37m";
  case TCP_STATE_TIME_WAIT:
    return "\033[1;38;5;99m";
  case TCP_STATE_COUNT:
    break;
  }
  g_assert_not_reached();
}

const char *text_attr_start(const TextStyle *style, TextAttr attr) {
  if (!style->colour || attr == TEXT_PLAIN)
    return "";
  if (attr == TEXT_BOLD)
    return "\033[1m";
  if (attr == TEXT_DIM)
    return "\033[38;5;245m";
  if (attr == TEXT_BAD)
    return "\033[38;5;160m";
  return sgr_of_state((TcpState)((unsigned)attr - (unsigned)TEXT_STATE));
}

const char *text_attr_end(const TextStyle *style, TextAttr attr) {
  return !style->colour || attr == TEXT_PLAIN ? "" : "\033[0m";
}

void text_append(GString *out, const TextStyle *style, TextAttr attr, const char *text) {
  g_string_append(out, text_attr_start(style, attr));
  g_string_append(out, text);
  g_string_append(out, text_attr_end(style, attr));
}

unsigned text_style_width(const TextStyle *style) {
  if (style->width == 0)
    return TEXT_WIDTH_DEFAULT;
  return CLAMP(style->width, TEXT_WIDTH_MIN, TEXT_WIDTH_MAX);
}

unsigned text_char_width(gunichar c) {
  if (g_unichar_iszerowidth(c))
    return 0;
  return g_unichar_iswide(c) ? 2 : 1;
}

static gboolean is_variation_selector(gunichar c) {
  return (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF);
}

/* What stands for `c`: itself if a terminal shows it as it is. */
static gunichar visible(gunichar c) {
  if (c < 0x20)
    return CONTROL_PICTURES + c;
  if (c == 0x7F)
    return DELETE_PICTURE;
  switch (g_unichar_type(c)) {
  case G_UNICODE_CONTROL:
  case G_UNICODE_FORMAT: /* bidi controls, zero-width joiners, soft hyphen */
  case G_UNICODE_UNASSIGNED:
  case G_UNICODE_PRIVATE_USE:
  case G_UNICODE_SURROGATE:
  case G_UNICODE_LINE_SEPARATOR:
  case G_UNICODE_PARAGRAPH_SEPARATOR:
    return REPLACEMENT;
  case G_UNICODE_SPACE_SEPARATOR:
    return ' ';
  case G_UNICODE_LOWERCASE_LETTER:
  case G_UNICODE_MODIFIER_LETTER:
  case G_UNICODE_OTHER_LETTER:
  case G_UNICODE_TITLECASE_LETTER:
  case G_UNICODE_UPPERCASE_LETTER:
  case G_UNICODE_SPACING_MARK:
  case G_UNICODE_ENCLOSING_MARK:
  case G_UNICODE_NON_SPACING_MARK:
  case G_UNICODE_DECIMAL_NUMBER:
  case G_UNICODE_LETTER_NUMBER:
  case G_UNICODE_OTHER_NUMBER:
  case G_UNICODE_CONNECT_PUNCTUATION:
  case G_UNICODE_DASH_PUNCTUATION:
  case G_UNICODE_CLOSE_PUNCTUATION:
  case G_UNICODE_FINAL_PUNCTUATION:
  case G_UNICODE_INITIAL_PUNCTUATION:
  case G_UNICODE_OTHER_PUNCTUATION:
  case G_UNICODE_OPEN_PUNCTUATION:
  case G_UNICODE_CURRENCY_SYMBOL:
  case G_UNICODE_MODIFIER_SYMBOL:
  case G_UNICODE_MATH_SYMBOL:
  case G_UNICODE_OTHER_SYMBOL:
    break;
  }
  return c;
}

static void append_clean(GString *out, const TextStyle *style, gunichar c) {
  if (is_variation_selector(c))
    return;
  c = visible(c);
  if (text_char_width(c) == 0) {
    /* A mark of its own letter stays; one without a letter would sit on whatever is drawn before the text. */
    if (style->ascii)
      return;
    if (out->len == 0 || out->str[out->len - 1] == ' ')
      g_string_append_unichar(out, DOTTED_CIRCLE);
  }
  if (!style->ascii || c < 0x80)
    g_string_append_unichar(out, c);
  else
    g_string_append(out, text_char_width(c) == 2 ? "??" : "?");
}

char *text_clean(const TextStyle *style, const char *text) {
  GString *out = g_string_new(NULL);
  const char *end = text ? text + strlen(text) : NULL;
  for (const char *p = text; p != end;) {
    gunichar c = g_utf8_get_char_validated(p, end - p);
    if (c == (gunichar)-1 || c == (gunichar)-2) {
      append_clean(out, style, REPLACEMENT);
      p++;
    } else {
      append_clean(out, style, c);
      p = g_utf8_next_char(p);
    }
  }
  return g_string_free(out, FALSE);
}

unsigned text_width(const char *text) {
  unsigned width = 0;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
    width += text_char_width(g_utf8_get_char(p));
  return width;
}

/* The end of the longest beginning of `text` that takes at most `width` columns. */
static const char *cut(const char *text, unsigned width) {
  unsigned used = 0;
  const char *p = text;
  while (*p != '\0') {
    unsigned w = text_char_width(g_utf8_get_char(p));
    if (used + w > width)
      break;
    used += w;
    p = g_utf8_next_char(p);
  }
  return p;
}

char *text_fit(const TextStyle *style, const char *text, unsigned width) {
  const char *all = cut(text, width);
  if (*all == '\0')
    return g_strdup(text);
  const char *ellipsis = text_ellipsis(style);
  unsigned ellipsis_width = text_width(ellipsis);
  if (width <= ellipsis_width)
    return style->ascii || width == 0 ? g_strndup(ellipsis, width) : g_strdup(ellipsis);
  g_autofree char *head = g_strndup(text, (gsize)(cut(text, width - ellipsis_width) - text));
  return g_strconcat(g_strchomp(head), ellipsis, NULL);
}

GPtrArray *text_wrap(const TextStyle *style, const char *text, unsigned width) {
  GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
  g_auto(GStrv) words = g_strsplit(text, " ", -1);
  GString *line = g_string_new(NULL);
  unsigned used = 0;
  for (char **word = words; *word != NULL; word++) {
    if (**word == '\0')
      continue;
    g_autofree char *fitted = text_fit(style, *word, width);
    unsigned w = text_width(fitted);
    if (used > 0 && used + 1 + w > width) {
      g_ptr_array_add(lines, g_strdup(line->str));
      g_string_truncate(line, 0);
      used = 0;
    }
    if (used > 0) {
      g_string_append_c(line, ' ');
      used++;
    }
    g_string_append(line, fitted);
    used += w;
  }
  g_ptr_array_add(lines, g_string_free(line, FALSE));
  return lines;
}

void text_pad(GString *out, unsigned columns) {
  for (unsigned i = 0; i < columns; i++)
    g_string_append_c(out, ' ');
}

const char *text_ellipsis(const TextStyle *style) {
  return style->ascii ? "..." : "\u2026";
}

const char *text_separator(const TextStyle *style) {
  return style->ascii ? " - " : " \u00b7 ";
}

TextTimeUnit text_time_unit(SimTime at) {
  if (at == SIM_NEVER || at % SIM_MS(1) == 0)
    return TEXT_TIME_MS;
  return at % SIM_US(1) == 0 ? TEXT_TIME_US : TEXT_TIME_NS;
}

char *text_time(SimTime at, TextTimeUnit unit, char *buffer, size_t size) {
  if (at == SIM_NEVER) {
    g_strlcpy(buffer, "never", size);
    return buffer;
  }
  /* A trace from elsewhere may hold any number, the least one too. */
  uint64_t ns = at < 0 ? 0 - (uint64_t)at : (uint64_t)at;
  unsigned part = (unsigned)(ns % 1000000000);
  int n = g_snprintf(buffer, size, "%s%" G_GUINT64_FORMAT ".%03u", at < 0 ? "-" : "", ns / 1000000000, part / 1000000);
  if (unit != TEXT_TIME_MS)
    n += g_snprintf(buffer + n, size - (size_t)n, " %03u", part / 1000 % 1000);
  if (unit == TEXT_TIME_NS)
    g_snprintf(buffer + n, size - (size_t)n, " %03u", part % 1000);
  return buffer;
}

char *text_span(SimTime span, char *buffer, size_t size) {
  char exact[40];
  simtime_print(span, exact, sizeof exact);
  size_t number = strcspn(exact, "nums");
  if (span == SIM_NEVER || strlen(exact) > SPAN_EXACT)
    return simtime_print_human(span, buffer, size);
  g_snprintf(buffer, size, "%.*s %s", (int)number, exact, exact + number);
  return buffer;
}
