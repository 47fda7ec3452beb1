#include "scenario/words.h"

#include <string.h>

#define LONGEST      64
#define SHOWN_LENGTH 48

static char fold(char c) {
  return c == '_' || c == ' ' ? '-' : g_ascii_tolower(c);
}

/* Optimal string alignment distance: insertions, deletions, changes, exchanges of neighbours. */
static unsigned distance(const char *a, const char *b) {
  size_t la = strlen(a), lb = strlen(b);
  if (la > LONGEST || lb > LONGEST)
    return LONGEST;
  unsigned rows[3][LONGEST + 1];
  for (size_t j = 0; j <= lb; j++)
    rows[0][j] = (unsigned)j;
  for (size_t i = 1; i <= la; i++) {
    unsigned *now = rows[i % 3], *last = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
    now[0] = (unsigned)i;
    for (size_t j = 1; j <= lb; j++) {
      unsigned change = last[j - 1] + (fold(a[i - 1]) != fold(b[j - 1]));
      now[j] = MIN(change, MIN(last[j], now[j - 1]) + 1);
      if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) && fold(a[i - 2]) == fold(b[j - 1]))
        now[j] = MIN(now[j], before[j - 2] + 1);
    }
  }
  return rows[la % 3][lb];
}

const char *words_nearest(const char *text, const char *const *words) {
  const char *nearest = NULL;
  size_t length = strlen(text);
  unsigned best = (unsigned)MIN(length / 3 + 1, 3) + 1; /* so many mistakes are too many */
  for (; *words; words++) {
    unsigned d = distance(text, *words);
    if (d < best && d < length && d < strlen(*words)) {
      best = d;
      nearest = *words;
    }
  }
  return nearest;
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
