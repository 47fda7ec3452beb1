#include "packetdrill/pkt_scan.h"

#include "trace/nearest.h"

#include <string.h>

/* --- complaints --------------------------------------------------------------------------------------------------- */

void pkt_complain(PktScan *scan, const PktPlace *place, const char *format, ...) {
  guint told = scan->errors->len - scan->errors_before;
  if (told >= PKT_MAX_ERRORS) {
    if (!scan->stopped)
      g_ptr_array_add(scan->errors, g_strdup_printf("%s:%u:%u: too many mistakes: this is where the reading ends",
                                                    scan->script->path, place->line, place->column));
    scan->stopped = TRUE;
    return;
  }
  va_list args;
  va_start(args, format);
  g_autofree char *message = g_strdup_vprintf(format, args);
  va_end(args);
  g_ptr_array_add(scan->errors,
                  g_strdup_printf("%s:%u:%u: %s", scan->script->path, place->line, place->column, message));
}

/* --- going through the text --------------------------------------------------------------------------------------- */

void pkt_scan_advance(PktScan *scan, size_t length) {
  PktPlace *at = &scan->at;
  at->begin = scan->offset;
  at->line = scan->line;
  at->column = (unsigned)(scan->offset - scan->line_start) + 1;
  const char *from = scan->text + scan->offset, *end = from + length;
  for (const char *newline; (newline = memchr(from, '\n', (size_t)(end - from))); from = newline + 1) {
    scan->line++;
    scan->line_start = (size_t)(newline + 1 - scan->text);
  }
  scan->offset += length;
  at->end = scan->offset;
  at->last_line = scan->line;
}

void pkt_scan_move(PktScan *scan, size_t offset) {
  if (offset >= scan->offset) {
    pkt_scan_advance(scan, offset - scan->offset);
    return;
  }
  scan->offset = scan->line_start = offset;
  scan->line = scan->at.line;
}

gboolean pkt_scan_follow(PktScan *scan, int token, int number, int word, int equals) {
  /* After "= -1 EAGAIN" of a call (not within its arguments) a parenthesis opens a note. 1: after "=", 2: after the
   * number or word, 3: after the name of an error. */
  if (token == equals && scan->depth == 0)
    scan->result = 1;
  else if (scan->result == 1 && (token == number || token == word))
    scan->result = 2;
  else if (scan->result == 2 && token == word)
    scan->result = 3;
  else if (!(scan->result == 1 && token == '-'))
    scan->result = 0;

  if (token == '(' || token == '[' || token == '{')
    scan->depth++;
  else if ((token == ')' || token == ']' || token == '}') && scan->depth > 0)
    scan->depth--;
  scan->after_arrow = token == '<' || token == '>' || token == ']';
  return scan->result >= 2;
}

static gboolean is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static gboolean is_name(char c) {
  return g_ascii_isalnum(c) || c == '_';
}

static const char *skip_blanks(const char *at, const char *end) {
  while (at < end && is_blank(*at))
    at++;
  return at;
}

static const char *skip_name(const char *at, const char *end) {
  while (at < end && is_name(*at))
    at++;
  return at;
}

static const char *line_end(const char *at, const char *end) {
  const char *newline = memchr(at, '\n', (size_t)(end - at));
  return newline ? newline : end;
}

/* Does the line that begins here look like a new event, an option, a command or a condition? */
static gboolean begins_event(const char *at, const char *end) {
  end = line_end(at, end);
  at = skip_blanks(at, end);
  if (at == end)
    return FALSE;
  if (*at == '#' || *at == '`')
    return TRUE;
  if (*at == '-')
    return end - at > 2 && at[1] == '-' && g_ascii_isalpha(at[2]);
  if (!g_ascii_isdigit(*at) && *at != '+' && *at != '*' && !(*at == '.' && end - at > 1 && g_ascii_isdigit(at[1])))
    return FALSE;
  while (at < end && (g_ascii_isdigit(*at) || strchr("+*~.", *at) || is_blank(*at)))
    at++;
  if (at == end)
    return FALSE;
  if (strchr("<>`", *at))
    return TRUE;
  if (*at == '%')
    return end - at > 1 && at[1] == '{';
  if (!g_ascii_isalpha(*at) && *at != '_')
    return FALSE;
  at = skip_blanks(skip_name(at, end), end);
  return at < end && *at == '(';
}

size_t pkt_scan_next_event(PktScan *scan) {
  const char *end = scan->text + scan->length;
  const char *token = scan->text + scan->at.begin, *line = token;
  while (line > scan->text && line[-1] != '\n')
    line--;
  /* What could not be read may be the next event already, when the one before it lacks its end. */
  gboolean is_event =
      skip_blanks(line, token) == token && begins_event(line, end) && (size_t)(line - scan->text) != scan->resynced_at;
  const char *at = is_event ? line : scan->text + MAX(scan->at.begin, scan->at.end > 0 ? scan->at.end - 1 : 0);
  while (!is_event && (at = line_end(at, end)) < end)
    is_event = begins_event(++at, end);
  scan->depth = scan->result = 0;
  scan->resynced_at = (size_t)(at - scan->text);
  return scan->resynced_at;
}

size_t pkt_scan_packet_end(const PktScan *scan, size_t offset) {
  const char *at = scan->text + offset, *end = scan->text + scan->length;
  unsigned depth = 0;
  for (; at < end; at++) {
    if (strchr("([{", *at) && *at)
      depth++;
    else if (strchr(")]}", *at) && *at && depth > 0)
      depth--;
    else if (*at == '/' && end - at > 1 && at[1] == '/')
      at = line_end(at, end) - 1;
    else if (*at == '\n' && (depth == 0 || begins_event(at + 1, end)))
      break;
  }
  return (size_t)(at - scan->text);
}

/* --- lines that begin with # -------------------------------------------------------------------------------------- */

typedef enum { WORD_NONE, WORD_IFDEF, WORD_IFNDEF, WORD_ELSE, WORD_ENDIF, WORD_DEFINE, WORD_UNDEF, WORD_OTHER } Word;

static const struct {
  const char *text;
  Word word;
} WORDS[] = {{"ifdef", WORD_IFDEF},   {"ifndef", WORD_IFNDEF}, {"else", WORD_ELSE},     {"endif", WORD_ENDIF},
             {"define", WORD_DEFINE}, {"undef", WORD_UNDEF},   {"include", WORD_OTHER}, {"if", WORD_OTHER},
             {"elif", WORD_OTHER},    {"elifdef", WORD_OTHER}};

/* The word after #, and where its argument begins; WORD_NONE for a comment. */
static Word directive_word(const char *at, const char *end, const char **ret_argument) {
  at = skip_blanks(at, end);
  if (at == end || *at != '#')
    return WORD_NONE;
  at = skip_blanks(at + 1, end);
  const char *word_end = skip_name(at, end);
  *ret_argument = skip_blanks(word_end, end);
  for (size_t i = 0; i < G_N_ELEMENTS(WORDS); i++)
    if (strlen(WORDS[i].text) == (size_t)(word_end - at) && strncmp(WORDS[i].text, at, (size_t)(word_end - at)) == 0)
      return WORDS[i].word;
  return WORD_NONE;
}

/* Where the branch ends that is not taken: behind the #else or #endif that belongs to it. */
static size_t skip_branch(PktScan *scan, gboolean to_else) {
  const char *end = scan->text + scan->length, *at = scan->text + scan->offset;
  unsigned nested = 0;
  while ((at = line_end(at, end)) < end) {
    const char *argument = NULL, *next = line_end(++at, end);
    Word word = directive_word(at, next, &argument);
    if (word == WORD_IFDEF || word == WORD_IFNDEF)
      nested++;
    else if (word == WORD_ENDIF && nested > 0)
      nested--;
    else if (word == WORD_ENDIF) {
      scan->n_conditions--;
      return (size_t)(next - scan->text);
    } else if (word == WORD_ELSE && nested == 0 && to_else) {
      scan->conditions[scan->n_conditions - 1].has_else = TRUE;
      return (size_t)(next - scan->text);
    }
  }
  return scan->length;
}

static gboolean open_condition(PktScan *scan, const char *name, gboolean wanted, size_t *ret_offset) {
  if (!*name) {
    pkt_complain(scan, &scan->at, "#ifdef: expected the name of a definition");
    name = " "; /* which is none */
  }
  if (scan->n_conditions == PKT_MAX_CONDITIONS) {
    pkt_complain(scan, &scan->at, "#ifdef: more than %d within each other", PKT_MAX_CONDITIONS);
    scan->stopped = TRUE;
    *ret_offset = scan->length;
    return TRUE;
  }
  scan->conditions[scan->n_conditions++] = (PktCondition){.line = scan->at.line};
  if (g_hash_table_contains(scan->defines, name) == wanted)
    return FALSE;
  *ret_offset = skip_branch(scan, TRUE);
  return TRUE;
}

static gboolean other_branch(PktScan *scan, size_t *ret_offset) {
  if (scan->n_conditions == 0 || scan->conditions[scan->n_conditions - 1].has_else) {
    pkt_complain(scan, &scan->at, "#else: %s", scan->n_conditions ? "there is one already" : "there is no #ifdef");
    return FALSE;
  }
  *ret_offset = skip_branch(scan, FALSE);
  return TRUE;
}

static void no_directive(PktScan *scan, const char *word) {
  Nearest nearest = {.wanted = word};
  for (size_t i = 0; i < G_N_ELEMENTS(WORDS); i++)
    if (WORDS[i].word != WORD_OTHER)
      nearest_offer(&nearest, WORDS[i].text);
  if (nearest.word) /* else a comment */
    pkt_complain(scan, &scan->at, "no directive \"#%s\"; did you mean \"#%s\"?", word, nearest.word);
}

gboolean pkt_scan_directive(PktScan *scan, const char *line, size_t length, size_t *ret_offset) {
  const char *end = line + length, *argument = NULL;
  Word word = directive_word(line, end, &argument);
  const char *name_end = argument ? skip_name(argument, end) : NULL;
  g_autofree char *name = argument ? g_strndup(argument, (gsize)(name_end - argument)) : NULL;
  switch (word) {
  case WORD_NONE: {
    const char *text = strchr(line, '#') + 1;
    g_autofree char *comment = g_strndup(text, (gsize)(skip_name(text, end) - text));
    if (*comment)
      no_directive(scan, comment);
    return FALSE;
  }
  case WORD_IFDEF:
    return open_condition(scan, name, TRUE, ret_offset);
  case WORD_IFNDEF:
    return open_condition(scan, name, FALSE, ret_offset);
  case WORD_ELSE:
    return other_branch(scan, ret_offset);
  case WORD_ENDIF:
    if (scan->n_conditions == 0)
      pkt_complain(scan, &scan->at, "#endif: there is no #ifdef");
    else
      scan->n_conditions--;
    return FALSE;
  case WORD_DEFINE:
    if (!*name)
      pkt_complain(scan, &scan->at, "#define: expected a name");
    else
      g_hash_table_replace(scan->defines, g_strdup(name), g_strstrip(g_strndup(name_end, (gsize)(end - name_end))));
    return FALSE;
  case WORD_UNDEF:
    g_hash_table_remove(scan->defines, name);
    return FALSE;
  case WORD_OTHER:
    pkt_complain(scan, &scan->at,
                 "of the lines that begin with # only #ifdef, #ifndef, #else, #endif, #define and "
                 "#undef are read");
    return FALSE;
  }
  g_assert_not_reached();
}

void pkt_scan_end(PktScan *scan) {
  for (unsigned i = 0; i < scan->n_conditions; i++) {
    PktPlace place = {.line = scan->conditions[i].line, .column = 1};
    pkt_complain(scan, &place, "this condition is not closed: #endif is missing");
  }
  scan->n_conditions = 0;
}

const char *pkt_scan_define(PktScan *scan, const char *word) {
  const char *value = g_hash_table_lookup(scan->defines, word);
  if (!value)
    return NULL;
  scan->expanded += strlen(value);
  if (scan->expanded <= PKT_MAX_EXPANDED)
    return value;
  if (!scan->stopped)
    pkt_complain(scan, &scan->at, "defined words turn into more than %u octets", PKT_MAX_EXPANDED);
  scan->stopped = TRUE;
  return NULL;
}

/* --- values of tokens --------------------------------------------------------------------------------------------- */

PktNumber pkt_scan_number(const char *text, size_t length) {
  PktNumber number = {0};
  const char *at = text, *end = text + length;
  unsigned base = length > 2 && text[0] == '0' && g_ascii_tolower(text[1]) == 'x' ? 16 : 10;
  if (base == 16)
    at += 2;
  for (; at < end && *at != '.'; at++) {
    uint64_t digit = (uint64_t)g_ascii_xdigit_value(*at);
    if (number.value > (UINT64_MAX - digit) / base)
      number.overflow = TRUE;
    number.value = number.value * base + digit;
  }
  SimTime fraction = 0, unit = SIM_S(1);
  for (at = at < end ? at + 1 : end; at < end && unit > 1; at++)
    fraction += (unit /= 10) * (*at - '0');
  gboolean late = number.overflow || number.value >= (uint64_t)(SIM_NEVER / SIM_S(1));
  number.seconds = late ? SIM_NEVER : SIM_S(number.value) + fraction;
  return number;
}

/* The octet of \n, \t, ...; 0 for what is no such letter. */
static char escape_letter(char letter) {
  static const char letters[] = "abfnrtv", octets[] = "\a\b\f\n\r\t\v";
  const char *found = letter ? strchr(letters, letter) : NULL;
  return found ? octets[found - letters] : '\0';
}

char *pkt_scan_string(PktScan *scan, const char *text, size_t length, size_t *ret_length) {
  GString *out = g_string_sized_new(length);
  const char *end = text + length;
  while (text < end) {
    if (*text != '\\' || text + 1 == end) {
      g_string_append_c(out, *text++);
      continue;
    }
    char c = *++text;
    int value = 0;
    unsigned digits = 0;
    if (c == 'x' && text + 1 < end && g_ascii_isxdigit(text[1])) {
      for (text++; text < end && digits < 2 && g_ascii_isxdigit(*text); digits++)
        value = value * 16 + g_ascii_xdigit_value(*text++);
      g_string_append_c(out, (char)value);
    } else if (c >= '0' && c <= '7') {
      for (; text < end && digits < 3 && *text >= '0' && *text <= '7'; digits++)
        value = value * 8 + (*text++ - '0');
      g_string_append_c(out, (char)value);
    } else {
      if (!escape_letter(c) && !strchr("\\\"'?", c))
        pkt_complain(scan, &scan->at, "no escape \"\\%c\" in a string", g_ascii_isprint(c) ? c : '?');
      g_string_append_c(out, escape_letter(c) ? escape_letter(c) : c);
      text++;
    }
  }
  *ret_length = out->len;
  return g_string_free(out, FALSE);
}

/* Copies a quoted stretch as it is; returns its end. */
static const char *copy_quoted(GString *out, const char *at, const char *end) {
  g_string_append_c(out, *at++);
  while (at < end && *at != '"') {
    if (*at == '\\' && at + 1 < end)
      g_string_append_c(out, *at++);
    g_string_append_c(out, *at++);
  }
  if (at < end)
    g_string_append_c(out, *at++);
  return at;
}

char *pkt_scan_source(const PktScan *scan, const PktPlace *place) {
  GString *out = g_string_new(NULL);
  const char *at = scan->text + place->begin, *end = scan->text + place->end;
  gboolean blank = FALSE, in_command = FALSE;
  while (at < end) {
    if (is_blank(*at) || *at == '\n') {
      blank = TRUE;
      at++;
    } else if (!in_command && *at == '/' && at + 1 < end && at[1] == '/') {
      at = line_end(at, end);
    } else if (!in_command && *at == '/' && at + 1 < end && at[1] == '*') {
      const char *close = g_strstr_len(at + 2, end - at - 2, "*/");
      at = close ? close + 2 : end;
      blank = TRUE;
    } else {
      if (blank && out->len > 0)
        g_string_append_c(out, ' ');
      blank = FALSE;
      if (*at == '`')
        in_command = !in_command;
      if (*at == '"' && !in_command)
        at = copy_quoted(out, at, end);
      else
        g_string_append_c(out, *at++);
    }
  }
  return g_string_free(out, FALSE);
}

char *pkt_scan_token(const PktScan *scan, const PktPlace *place) {
  size_t length = place->end - place->begin;
  const char *text = scan->text + place->begin;
  length = (size_t)(line_end(text, text + length) - text);
  gboolean cut = length > 30;
  g_autofree char *part = g_strndup(text, cut ? 30 : length);
  g_autofree char *valid = g_utf8_make_valid(part, -1);
  return g_strdup_printf("\"%s%s\"", valid, cut ? "..." : "");
}
