/* The tokens of JSON: white space and comments, strings, numbers and words. */
#include "scenario/json_scanner.h"

#include <string.h>

#include "scenario/words.h"

int scanner_peek(const Scanner *s) {
  return s->at < s->length ? (unsigned char)s->text[s->at] : -1;
}

/* Consumes one character, whatever it is. Returns its code point, or -1 for bad UTF-8: one octet of it then. */
static gint64 next_char(Scanner *s) {
  unsigned char c = (unsigned char)s->text[s->at];
  if (c < 0x80) {
    s->at++;
    if (c == '\n') {
      s->line++;
      s->line_start = s->at;
      s->extra = 0;
    }
    return c;
  }
  gunichar u = g_utf8_get_char_validated(s->text + s->at, (gssize)(s->length - s->at));
  if (u == (gunichar)-1 || u == (gunichar)-2) {
    s->at++;
    return -1;
  }
  size_t octets = (size_t)g_unichar_to_utf8(u, NULL);
  s->at += octets;
  s->extra += octets - 1;
  return u;
}

void scanner_blank(Scanner *s, size_t from, size_t to) {
  for (size_t i = from; i < to; i++)
    if (s->out->clean[i] != '\n')
      s->out->clean[i] = ' ';
}

/* Blanks one comment; FALSE when the slash begins none. */
static gboolean skip_comment(Scanner *s) {
  Mark start = scanner_mark(s);
  char second = s->at + 1 < s->length ? s->text[s->at + 1] : 0;
  if (second != '/' && second != '*')
    return FALSE;
  s->at += 2;
  gboolean closed = second == '/', said = FALSE;
  while (s->at < s->length) {
    if (second == '/' && scanner_peek(s) == '\n')
      break;
    if (second == '*' && scanner_peek(s) == '*' && s->at + 1 < s->length && s->text[s->at + 1] == '/') {
      s->at += 2;
      closed = TRUE;
      break;
    }
    Mark here = scanner_mark(s);
    if (next_char(s) < 0 && !said) {
      scanner_flaw(s, here, "this comment is not UTF-8");
      said = TRUE;
    }
  }
  scanner_blank(s, start.offset, s->at);
  if (!closed)
    SCANNER_FATAL(s, start, "this comment has no end: expected */");
  return TRUE;
}

void scanner_skip_space(Scanner *s) {
  while (!s->out->broken) {
    int c = scanner_peek(s);
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
      next_char(s);
    else if (c != '/' || !skip_comment(s))
      return;
  }
}

void scanner_unexpected(Scanner *s, const char *expected) {
  Mark here = scanner_mark(s);
  if (scanner_peek(s) < 0) {
    SCANNER_FATAL(s, here, "the text ends here: expected %s", expected);
    return;
  }
  gint64 c = next_char(s);
  if (c < 0)
    SCANNER_FATAL(s, here, "this is not UTF-8: expected %s", expected);
  else if (c == 0)
    SCANNER_FATAL(s, here, "a NUL: expected %s (is this UTF-8 text?)", expected);
  else if (c == '#')
    SCANNER_FATAL(s, here, "expected %s; comments are written // or /* */", expected);
  else if (c == 0x201C || c == 0x201D)
    SCANNER_FATAL(s, here, "a typographic quotation mark: write \" instead");
  else if (c > 0x20 && c < 0x7F)
    SCANNER_FATAL(s, here, "unexpected '%c': expected %s", (int)c, expected);
  else
    SCANNER_FATAL(s, here, "unexpected character U+%04X: expected %s", (unsigned)c, expected);
}

/* After "\u": the four digits, or -1. */
static int scan_hex4(Scanner *s) {
  int value = 0;
  for (int i = 0; i < 4; i++) {
    int c = scanner_peek(s);
    if (c < 0 || !g_ascii_isxdigit((char)c))
      return -1;
    value = value * 16 + g_ascii_xdigit_value((char)c);
    s->at++;
  }
  return value;
}

static const char *scan_unicode_escape(Scanner *s) {
  int code = scan_hex4(s);
  if (code < 0)
    return "\\u takes four hexadecimal digits";
  if (code == 0)
    return "\\u0000 (NUL) is not allowed in a string";
  if (code >= 0xDC00 && code <= 0xDFFF)
    return "a lone low surrogate: a pair begins with \\uD800 to \\uDBFF";
  if (code < 0xD800 || code > 0xDBFF)
    return NULL;
  if (s->at + 1 < s->length && s->text[s->at] == '\\' && s->text[s->at + 1] == 'u') {
    s->at += 2;
    int low = scan_hex4(s);
    if (low >= 0xDC00 && low <= 0xDFFF)
      return NULL;
  }
  return "a lone high surrogate: it must be followed by \\uDC00 to \\uDFFF";
}

/* After the backslash. Returns what is wrong, or NULL. */
static const char *scan_escape(Scanner *s) {
  int c = scanner_peek(s);
  if (c < 0 || c == '\n')
    return NULL; /* the missing quotation mark is complained about */
  next_char(s);
  if (c == 'u')
    return scan_unicode_escape(s);
  return strchr("\"\\/bfnrt", c) && c ? NULL : "no such escape: JSON has \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX";
}

gboolean scanner_string(Scanner *s) {
  Mark start = scanner_mark(s);
  gboolean good = TRUE;
  s->at++;
  while (scanner_peek(s) != '"') {
    Mark here = scanner_mark(s);
    if (scanner_peek(s) < 0 || scanner_peek(s) == '\n' || scanner_peek(s) == '\r') {
      SCANNER_FATAL(s, start, "this string has no end: expected \" on the same line");
      return FALSE;
    }
    gint64 c = next_char(s);
    g_autofree char *control =
        c >= 0 && c < 0x20 ? g_strdup_printf("a control character in a string: write \\u%04X", (unsigned)c) : NULL;
    const char *wrong = c == 0 ? "a NUL in a string" : control;
    if (c < 0)
      wrong = "this string is not UTF-8";
    else if (c == '\\')
      wrong = scan_escape(s);
    if (wrong && good) {
      scanner_flaw(s, here, "%s", wrong);
      good = FALSE;
    }
  }
  s->at++;
  if (!good)
    scanner_blank(s, start.offset + 1, s->at - 1);
  return good;
}

/* What is wrong with a number, or NULL. */
static const char *number_flaw(const char *token, size_t length) {
  size_t i = 0;
#define DIGITS                                                                                                         \
  while (i < length && g_ascii_isdigit(token[i]))                                                                      \
  i++
  if (token[0] == '+')
    return "a number has no plus sign in front";
  if (token[0] == '-')
    i++;
  if (i == length || !g_ascii_isdigit(token[i]))
    return i < length && token[i] == '.' ? "a number has a digit before the point" : "this is no number";
  if (token[i] == '0' && i + 1 < length && g_ascii_isdigit(token[i + 1]))
    return "a number does not begin with 0";
  if (token[i] == '0' && i + 1 < length && (token[i + 1] | 32) == 'x')
    return "numbers are decimal";
  DIGITS;
  if (i < length && token[i] == '.') {
    size_t point = i++;
    DIGITS;
    if (i == point + 1)
      return "a number has a digit after the point";
  }
  if (i < length && (token[i] | 32) == 'e') {
    i++;
    if (i < length && (token[i] == '+' || token[i] == '-'))
      i++;
    size_t first = i;
    DIGITS;
    if (i == first)
      return "an exponent has digits";
  }
#undef DIGITS
  if (i < length)
    return g_ascii_isalpha(token[i]) ? "a number with a unit is a string: put it in double quotes"
                                     : "this is no number";
  if (length > 60)
    return "this number has more than 60 characters";
  double value = g_ascii_strtod(token, NULL);
  return value > G_MAXDOUBLE || value < -G_MAXDOUBLE ? "this number is too large" : NULL;
}

gboolean scanner_is_word(int c) {
  return c > 0 && c < 0x80 && (g_ascii_isalnum((char)c) || strchr("+-._", c));
}

gboolean scanner_word(Scanner *s) {
  Mark start = scanner_mark(s);
  while (scanner_is_word(scanner_peek(s)))
    s->at++;
  size_t length = s->at - start.offset;
  g_autofree char *token = g_strndup(s->text + start.offset, length);
  g_autofree char *guess = NULL;
  const char *wrong = NULL;
  if (strchr("+-.0123456789", token[0])) {
    wrong = number_flaw(token, length);
  } else if (strcmp(token, "true") && strcmp(token, "false") && strcmp(token, "null")) {
    static const char *const words[] = {"true", "false", "null", NULL};
    const char *nearest = words_nearest(token, words);
    wrong = guess =
        nearest ? g_strdup_printf("did you mean %s?", nearest) : g_strdup("a string is put in double quotes");
  }
  if (!wrong)
    return TRUE;
  g_autofree char *shown = words_quote(token);
  scanner_flaw(s, start, "%s: %s", shown, wrong);
  scanner_blank(s, start.offset, s->at);
  s->out->clean[start.offset] = '0';
  return FALSE;
}

void scanner_single_quoted(Scanner *s) {
  Mark start = scanner_mark(s);
  s->at++;
  while (scanner_peek(s) >= 0 && scanner_peek(s) != '\n' && scanner_peek(s) != '\'')
    next_char(s);
  if (scanner_peek(s) != '\'') {
    SCANNER_FATAL(s, start, "a string is put in double quotes");
    return;
  }
  s->at++;
  scanner_flaw(s, start, "a string is put in double quotes, not in single ones");
  scanner_blank(s, start.offset, s->at);
  s->out->clean[start.offset] = '"';
  s->out->clean[s->at - 1] = '"';
}
