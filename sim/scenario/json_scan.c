#include "scenario/json_scan.h"

#include <stdarg.h>
#include <string.h>

#include "scenario/json_scanner.h"
#include "scenario/words.h"

static void scan_value(Scanner *s, const Mark *key, gboolean key_refused);

void json_path_append_key(GString *path, const char *key, size_t length) {
  gboolean plain = length > 0 && !g_ascii_isdigit(key[0]) && key[0] != '-';
  for (size_t i = 0; i < length; i++)
    plain = plain && (g_ascii_isalnum(key[i]) || key[i] == '_' || key[i] == '-' || key[i] == '$');
  if (plain) {
    g_string_append_c(path, '.');
    g_string_append_len(path, key, (gssize)length);
  } else {
    g_autofree char *quoted = words_quote_length(key, length);
    g_string_append_printf(path, "[%s]", quoted);
  }
}

Mark scanner_mark(const Scanner *s) {
  return (Mark){s->at, s->line, (uint32_t)(s->at - s->line_start - s->extra + 1)};
}

void scanner_flaw(Scanner *s, Mark mark, const char *format, ...) {
  GString *path = g_string_new("$");
  for (unsigned i = 0; i < s->depth; i++) {
    if (s->steps[i].key)
      json_path_append_key(path, s->steps[i].key, s->steps[i].key_length);
    else if (s->steps[i].index != UINT32_MAX)
      g_string_append_printf(path, "[%u]", s->steps[i].index);
  }
  va_list arguments;
  va_start(arguments, format);
  JsonFlaw f = {mark.line, mark.column, g_string_free(path, FALSE), g_strdup_vprintf(format, arguments)};
  va_end(arguments);
  g_array_append_val(s->out->flaws, f);
  s->out->broken = s->out->broken || s->out->flaws->len >= JSON_MOST_FLAWS;
}

/* At a key. Returns FALSE if it complained; sets the step's key in any case. */
static gboolean scan_key(Scanner *s) {
  Mark start = scanner_mark(s);
  Step *step = &s->steps[s->depth - 1];
  step->key = NULL;
  int c = scanner_peek(s);
  gboolean good = FALSE;
  if (c == '"') {
    good = scanner_string(s);
  } else if (c == '\'') {
    scanner_single_quoted(s);
  } else {
    while (scanner_is_word(scanner_peek(s)) || scanner_peek(s) == '$')
      s->at++;
    if (s->at - start.offset < 2) {
      s->at = start.offset;
      scanner_unexpected(s, "a key in double quotes");
      return FALSE;
    }
    g_autofree char *word = g_strndup(s->text + start.offset, s->at - start.offset);
    scanner_flaw(s, start, "a key is put in double quotes: \"%s\"", word);
    scanner_blank(s, start.offset, s->at);
    s->out->clean[start.offset] = '"';
    s->out->clean[s->at - 1] = '"';
  }
  if (s->out->broken)
    return FALSE;
  gboolean quoted = c == '"' || c == '\'';
  step->key = s->text + start.offset + (quoted ? 1 : 0);
  step->key_length = s->at - start.offset - (quoted ? 2 : 0);
  return good;
}

/* Between two members or items: consumes the comma. FALSE at the end of the container, which is consumed too. */
static gboolean scan_separator(Scanner *s, char close, Mark start) {
  scanner_skip_space(s);
  if (s->out->broken)
    return FALSE;
  int c = scanner_peek(s);
  if (c == close) {
    s->at++;
    return FALSE;
  }
  if (c < 0) {
    SCANNER_FATAL(s, scanner_mark(s), "the text ends inside the %s that begins at line %u",
                  close == '}' ? "object" : "list", start.line);
    return FALSE;
  }
  if (c == ',') {
    Mark comma = scanner_mark(s);
    s->at++;
    scanner_skip_space(s);
    if (scanner_peek(s) != close || s->out->broken)
      return !s->out->broken;
    scanner_flaw(s, comma, "no comma before %c", close);
    s->out->clean[comma.offset] = ' ';
    s->at++;
    return FALSE;
  }
  /* A forgotten comma: if there is room, put one and go on. */
  gboolean begins = c == '"' || c == '\'' || (close == ']' && (c == '{' || c == '[' || scanner_is_word(c)));
  if (begins && g_ascii_isspace(s->out->clean[s->at - 1])) {
    scanner_flaw(s, scanner_mark(s), "a comma is missing before this");
    s->out->clean[s->at - 1] = ',';
    return TRUE;
  }
  scanner_unexpected(s, close == '}' ? "',' or '}'" : "',' or ']'");
  return FALSE;
}

static gboolean enter(Scanner *s, Mark start) {
  if (s->depth == JSON_MAX_DEPTH) {
    SCANNER_FATAL(s, start, "nested deeper than %d", JSON_MAX_DEPTH);
    return FALSE;
  }
  s->steps[s->depth++] = (Step){NULL, 0, UINT32_MAX};
  s->at++;
  scanner_skip_space(s);
  return !s->out->broken;
}

static void scan_object(Scanner *s) {
  Mark start = scanner_mark(s);
  if (!enter(s, start))
    return;
  gboolean more = scanner_peek(s) != '}';
  if (!more)
    s->at++;
  while (more) {
    Mark key = scanner_mark(s);
    gboolean good = scan_key(s);
    scanner_skip_space(s);
    if (s->out->broken)
      return;
    if (scanner_peek(s) != ':') {
      scanner_unexpected(s, "':' after the key");
      return;
    }
    s->at++;
    scanner_skip_space(s);
    scan_value(s, &key, !good);
    s->steps[s->depth - 1].key = NULL;
    more = !s->out->broken && scan_separator(s, '}', start);
  }
  s->depth--;
}

static void scan_array(Scanner *s) {
  Mark start = scanner_mark(s);
  if (!enter(s, start))
    return;
  gboolean more = scanner_peek(s) != ']';
  if (!more)
    s->at++;
  while (more) {
    s->steps[s->depth - 1].index++;
    scan_value(s, NULL, FALSE);
    more = !s->out->broken && scan_separator(s, ']', start);
  }
  s->depth--;
}

static void scan_value(Scanner *s, const Mark *key, gboolean key_refused) {
  Mark start = scanner_mark(s);
  if (s->out->broken)
    return;
  if (s->out->places->len == JSON_MAX_VALUES) {
    SCANNER_FATAL(s, start, "more than %d values", JSON_MAX_VALUES);
    return;
  }
  unsigned index = s->out->places->len;
  JsonPlace place = {(uint32_t)start.offset, 0, start.line, start.column, key ? key->line : 0,
                     key ? key->column : 0,  0, FALSE,      key_refused};
  g_array_append_val(s->out->places, place);
  gboolean good = TRUE;
  int c = scanner_peek(s);
  if (c == '{') {
    scan_object(s);
  } else if (c == '[') {
    scan_array(s);
  } else if (c == '"') {
    good = scanner_string(s);
  } else if (c == '\'') {
    scanner_single_quoted(s);
    good = FALSE;
  } else if (scanner_is_word(c)) {
    good = scanner_word(s);
  } else {
    scanner_unexpected(s, "a value");
  }
  JsonPlace *p = &g_array_index(s->out->places, JsonPlace, index);
  p->length = (uint32_t)(s->at - start.offset);
  p->refused = !good;
}

static void flaw_clear(gpointer data) {
  JsonFlaw *f = data;
  g_free(f->path);
  g_free(f->message);
}

void json_scan_init(JsonScan *scan, const char *text, size_t length) {
  *scan = (JsonScan){g_malloc(length + 1), g_array_new(FALSE, FALSE, sizeof(JsonPlace)),
                     g_array_new(FALSE, FALSE, sizeof(JsonFlaw)), FALSE};
  g_array_set_clear_func(scan->flaws, flaw_clear);
  memcpy(scan->clean, text, length);
  scan->clean[length] = 0;
  Scanner s = {.text = text, .length = length, .line = 1, .out = scan};
  if (length >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3)) {
    s.at = s.extra = 3;
    scanner_blank(&s, 0, 3);
  }
  scanner_skip_space(&s);
  if (scan->broken)
    return;
  if (s.at == length) {
    SCANNER_FATAL(&s, scanner_mark(&s), "there is nothing here: expected an object {...}");
    return;
  }
  scan_value(&s, NULL, FALSE);
  if (!scan->broken)
    scanner_skip_space(&s);
  if (!scan->broken && s.at < length)
    SCANNER_FATAL(&s, scanner_mark(&s), "nothing may follow the end of the scenario");
}

void json_scan_clear(JsonScan *scan) {
  g_free(scan->clean);
  g_array_free(scan->places, TRUE);
  g_array_free(scan->flaws, TRUE);
}
