#include "trace/json_text.h"

#include <string.h>

/* Reads one character of strict UTF-8: no surrogates, nothing overlong or beyond U+10FFFF. Returns its length in
 * octets, 0 if there is none at `at`. */
static unsigned utf8_read(const char *at, const char *end, uint32_t *ret_char) {
  const uint8_t *octet = (const uint8_t *)at;
  uint32_t c = octet[0];
  if (c < 0x80) {
    *ret_char = c;
    return 1;
  }
  unsigned length = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
  if (c < 0xc2 || c > 0xf4 || end - at < (ptrdiff_t)length)
    return 0;
  c &= 0x7fu >> length;
  for (unsigned i = 1; i < length; i++) {
    if ((octet[i] & 0xc0) != 0x80)
      return 0;
    c = c << 6 | (octet[i] & 0x3f);
  }
  if ((length == 3 && c < 0x800) || (length == 4 && c < 0x10000) || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
    return 0;
  *ret_char = c;
  return length;
}

/* Characters that are written as \u escapes; all of them are below U+10000. */
static gboolean is_harmful(uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) ||      /* controls */
         c == 0x061c || c == 0x200e || c == 0x200f || /* bidi marks */
         (c >= 0x2028 && c <= 0x202e) ||              /* line and paragraph separators, bidi embeddings, overrides */
         (c >= 0x2066 && c <= 0x2069) ||              /* bidi isolates */
         c == 0xfeff;                                 /* byte order mark */
}

static void append_escape(GString *out, uint32_t c) {
  static const char hex[] = "0123456789abcdef";
  const char escape[] = {'\\', 'u', hex[c >> 12 & 15], hex[c >> 8 & 15], hex[c >> 4 & 15], hex[c & 15]};
  g_string_append_len(out, escape, sizeof escape);
}

void json_append_string(GString *out, const char *text) {
  const char *end = text + strlen(text);
  g_string_append_c(out, '"');
  while (text < end) {
    uint32_t c;
    unsigned length = utf8_read(text, end, &c);
    if (length == 0) {
      g_string_append(out, "\xef\xbf\xbd");
      length = 1;
    } else if (is_harmful(c)) {
      append_escape(out, c);
    } else {
      if (c == '"' || c == '\\')
        g_string_append_c(out, '\\');
      g_string_append_len(out, text, length);
    }
    text += length;
  }
  g_string_append_c(out, '"');
}

/* Where reading stands; `message` is set once something is wrong. */
typedef struct Cursor {
  const char *at, *end;
  const char *message;
} Cursor;

static gboolean fail(Cursor *cursor, const char *message) {
  cursor->message = message;
  return FALSE;
}

static void skip_space(Cursor *cursor) {
  while (cursor->at < cursor->end && (*cursor->at == ' ' || *cursor->at == '\t' || *cursor->at == '\r'))
    cursor->at++;
}

/* The next octet, or NUL at the end. (A NUL within the line is nowhere allowed.) */
static char peek(const Cursor *cursor) {
  return cursor->at < cursor->end ? *cursor->at : '\0';
}

/* Four hexadecimal digits; -1 if they are none. */
static int32_t read_hex4(const char *at, const char *end) {
  int32_t number = 0;
  if (end - at < 4)
    return -1;
  for (unsigned i = 0; i < 4; i++) {
    if (!g_ascii_isxdigit(at[i]))
      return -1;
    number = number << 4 | g_ascii_xdigit_value(at[i]);
  }
  return number;
}

/* Reads an escape, `at` behind its backslash. Returns the octets used, 0 if it is wrong. */
static unsigned read_escape(const char *at, const char *end, uint32_t *ret_char) {
  static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
  if (at == end || *at == '\0')
    return 0;
  const char *letter = strchr(letters, *at);
  if (letter) {
    *ret_char = (uint8_t)meanings[letter - letters];
    return 1;
  }
  int32_t high = *at == 'u' ? read_hex4(at + 1, end) : -1;
  if (high < 0 || (high >= 0xdc00 && high <= 0xdfff))
    return 0;
  *ret_char = (uint32_t)high;
  if (high < 0xd800 || high > 0xdbff)
    return 5;
  int32_t low = end - at >= 11 && at[5] == '\\' && at[6] == 'u' ? read_hex4(at + 7, end) : -1;
  if (low < 0xdc00 || low > 0xdfff)
    return 0;
  *ret_char = 0x10000 + ((uint32_t)(high - 0xd800) << 10 | (uint32_t)(low - 0xdc00));
  return 11;
}

static gboolean skip_string(Cursor *cursor) {
  cursor->at++;
  while (cursor->at < cursor->end) {
    uint32_t c;
    unsigned length;
    if (*cursor->at == '"') {
      cursor->at++;
      return TRUE;
    }
    if (*cursor->at == '\\') {
      length = read_escape(cursor->at + 1, cursor->end, &c);
      if (length == 0)
        return fail(cursor, "a wrong escape in a string");
      if (c == 0)
        return fail(cursor, "U+0000 in a string");
      length++;
    } else {
      length = utf8_read(cursor->at, cursor->end, &c);
      if (length == 0)
        return fail(cursor, "not UTF-8");
      if (c < 0x20)
        return fail(cursor, "a raw control character in a string");
    }
    cursor->at += length;
  }
  return fail(cursor, "a string does not end");
}

static gboolean skip_digits(Cursor *cursor) {
  if (!g_ascii_isdigit(peek(cursor)))
    return fail(cursor, "a wrong number");
  while (g_ascii_isdigit(peek(cursor)))
    cursor->at++;
  return TRUE;
}

static gboolean skip_number(Cursor *cursor, JsonType *ret_type) {
  *ret_type = JSON_INTEGER;
  if (peek(cursor) == '-')
    cursor->at++;
  if (peek(cursor) == '0') {
    cursor->at++;
    if (g_ascii_isdigit(peek(cursor)))
      return fail(cursor, "a number with a leading zero");
  } else if (!skip_digits(cursor)) {
    return FALSE;
  }
  if (peek(cursor) == '.') {
    *ret_type = JSON_NUMBER;
    cursor->at++;
    if (!skip_digits(cursor))
      return FALSE;
  }
  if (peek(cursor) == 'e' || peek(cursor) == 'E') {
    *ret_type = JSON_NUMBER;
    cursor->at++;
    if (peek(cursor) == '+' || peek(cursor) == '-')
      cursor->at++;
    return skip_digits(cursor);
  }
  return TRUE;
}

static gboolean skip_literal(Cursor *cursor) {
  static const char *const literals[] = {"true", "false", "null"};
  for (unsigned i = 0; i < G_N_ELEMENTS(literals); i++) {
    size_t length = strlen(literals[i]);
    if ((size_t)(cursor->end - cursor->at) >= length && memcmp(cursor->at, literals[i], length) == 0) {
      cursor->at += length;
      return TRUE;
    }
  }
  return fail(cursor, "not JSON: a value is missing or misspelt");
}

static gboolean skip_value(Cursor *cursor, unsigned depth, JsonValue *ret_value);

/* A key and its colon. */
static gboolean skip_key(Cursor *cursor, JsonValue *ret_key) {
  skip_space(cursor);
  if (peek(cursor) != '"')
    return fail(cursor, "a key in double quotes is missing");
  *ret_key = (JsonValue){.type = JSON_STRING, .start = cursor->at};
  if (!skip_string(cursor))
    return FALSE;
  ret_key->end = cursor->at;
  skip_space(cursor);
  if (peek(cursor) != ':')
    return fail(cursor, "a colon is missing behind a key");
  cursor->at++;
  return TRUE;
}

/* An object or an array, from its opening to its closing bracket. */
static gboolean skip_container(Cursor *cursor, unsigned depth) {
  gboolean object = *cursor->at == '{';
  char closing = object ? '}' : ']';
  if (depth == JSON_MAX_DEPTH)
    return fail(cursor, "nested too deeply");
  cursor->at++;
  skip_space(cursor);
  if (peek(cursor) == closing) {
    cursor->at++;
    return TRUE;
  }
  for (;;) {
    JsonValue key, value;
    if ((object && !skip_key(cursor, &key)) || !skip_value(cursor, depth + 1, &value))
      return FALSE;
    skip_space(cursor);
    char c = peek(cursor);
    if (c != closing && c != ',')
      return fail(cursor, object ? "a comma or } is missing" : "a comma or ] is missing");
    cursor->at++;
    if (c == closing)
      return TRUE;
  }
}

/* `depth` is how many containers are open around the value. */
static gboolean skip_value(Cursor *cursor, unsigned depth, JsonValue *ret_value) {
  gboolean good;
  skip_space(cursor);
  ret_value->start = cursor->at;
  char c = peek(cursor);
  if (c == '"') {
    ret_value->type = JSON_STRING;
    good = skip_string(cursor);
  } else if (c == '{' || c == '[') {
    ret_value->type = c == '{' ? JSON_OBJECT : JSON_ARRAY;
    good = skip_container(cursor, depth);
  } else if (c == '-' || g_ascii_isdigit(c)) {
    good = skip_number(cursor, &ret_value->type);
  } else {
    ret_value->type = JSON_LITERAL;
    good = skip_literal(cursor);
  }
  ret_value->end = cursor->at;
  return good;
}

gboolean json_read_line(const char *line, size_t length, JsonValue *ret_value, const char **ret_message) {
  Cursor cursor = {line, line + length, NULL};
  JsonValue value;
  if (skip_value(&cursor, 0, &value)) {
    skip_space(&cursor);
    if (cursor.at == cursor.end) {
      *ret_value = value;
      return TRUE;
    }
    cursor.message = "something follows the object";
  }
  *ret_message = cursor.message;
  return FALSE;
}

gboolean json_next(const JsonValue *container, const char **at, JsonValue *ret_key, JsonValue *ret_value) {
  Cursor cursor = {*at, container->end, NULL};
  if (cursor.at == container->start)
    cursor.at++;
  skip_space(&cursor);
  if (peek(&cursor) == ',')
    cursor.at++;
  else if (peek(&cursor) == '}' || peek(&cursor) == ']')
    return FALSE;
  gboolean good = (container->type == JSON_ARRAY || skip_key(&cursor, ret_key)) && skip_value(&cursor, 0, ret_value);
  g_assert(good);
  *at = cursor.at;
  return TRUE;
}

void json_decode_string(const JsonValue *value, GString *out) {
  const char *at = value->start + 1, *end = value->end - 1;
  g_string_truncate(out, 0);
  while (at < end) {
    const char *escape = memchr(at, '\\', (size_t)(end - at));
    const char *plain_end = escape ? escape : end;
    g_string_append_len(out, at, plain_end - at);
    at = plain_end;
    if (escape) {
      uint32_t c;
      unsigned length = read_escape(at + 1, end, &c);
      g_assert(length > 0);
      g_string_append_unichar(out, c);
      at += 1 + length;
    }
  }
}

gboolean json_decode_integer(const JsonValue *value, uint64_t max, uint64_t *ret_number) {
  uint64_t number = 0;
  if (*value->start == '-')
    return FALSE;
  for (const char *at = value->start; at < value->end; at++) {
    unsigned digit = (unsigned)(*at - '0');
    if (number > max / 10 || (number == max / 10 && digit > max % 10))
      return FALSE;
    number = 10 * number + digit;
  }
  *ret_number = number;
  return TRUE;
}
