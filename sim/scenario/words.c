#include "scenario/words.h"

#include <string.h>

#include "trace/nearest.h"

#define SHOWN_LENGTH 48

const char *words_nearest(const char *text, const char *const *words) {
  Nearest nearest = {.wanted = text};
  for (; *words; words++)
    nearest_offer(&nearest, *words);
  return nearest.word;
}

static gboolean is_visible(gunichar c) {
  static const guint32 hidden = 1u << G_UNICODE_CONTROL | 1u << G_UNICODE_FORMAT | 1u << G_UNICODE_UNASSIGNED |
                                1u << G_UNICODE_PRIVATE_USE | 1u << G_UNICODE_SURROGATE |
                                1u << G_UNICODE_LINE_SEPARATOR | 1u << G_UNICODE_PARAGRAPH_SEPARATOR;
  return c == ' ' || (!g_unichar_isspace(c) && !(1u << g_unichar_type(c) & hidden));
}

char *words_quote_length(const char *text, size_t length) {
  GString *out = g_string_new("\"");
  const char *end = text + length;
  for (unsigned shown = 0; text < end; shown++) {
    if (shown == SHOWN_LENGTH) {
      g_string_append(out, "...");
      break;
    }
    gunichar c = g_utf8_get_char_validated(text, end - text);
    if (c == (gunichar)-1 || c == (gunichar)-2) {
      g_string_append_printf(out, "\\x%02X", (unsigned char)*text++);
      continue;
    }
    text += c ? g_unichar_to_utf8(c, NULL) : 1;
    if (c == '"')
      g_string_append(out, "\\\"");
    else if (!is_visible(c))
      g_string_append_printf(out, "\\u%04X", c);
    else
      g_string_append_unichar(out, c);
  }
  g_string_append_c(out, '"');
  return g_string_free(out, FALSE);
}

char *words_quote(const char *text) {
  return words_quote_length(text, strlen(text));
}

char *words_join(const char *const *words, unsigned most) {
  GString *out = g_string_new(NULL);
  for (unsigned i = 0; words[i]; i++) {
    if (i == most) {
      g_string_append(out, ", ...");
      break;
    }
    g_string_append_printf(out, "%s%s", i ? ", " : "", words[i]);
  }
  return g_string_free(out, FALSE);
}

char *words_ordinal(guint64 n) {
  static const char *const small[] = {"first", "second",  "third",  "fourth", "fifth",
                                      "sixth", "seventh", "eighth", "ninth",  "tenth"};
  if (n >= 1 && n <= G_N_ELEMENTS(small))
    return g_strdup(small[n - 1]);
  static const char *const endings[] = {"th", "st", "nd", "rd"};
  unsigned last = n % 100 / 10 == 1 ? 0 : (unsigned)(n % 10);
  return g_strdup_printf("%" G_GUINT64_FORMAT "%s", n, endings[last <= 3 ? last : 0]);
}
