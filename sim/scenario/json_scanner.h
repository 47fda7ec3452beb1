/* Inside the JSON scanner: what its structure (json_scan.c) and its tokens (json_token.c) share. */
#ifndef TEARDOWN_SCENARIO_JSON_SCANNER_H
#define TEARDOWN_SCENARIO_JSON_SCANNER_H

#include "scenario/json_scan.h"

/* The keys and indices that lead to the value being scanned. */
typedef struct Step {
  const char *key; /* NULL in an array */
  size_t key_length;
  uint32_t index;
} Step;

typedef struct Mark {
  size_t offset;
  uint32_t line, column;
} Mark;

typedef struct Scanner {
  const char *text;
  size_t length, at;
  uint32_t line;
  size_t line_start; /* octet at which the line begins */
  size_t extra;      /* octets of this line that are no character of their own */
  Step steps[JSON_MAX_DEPTH];
  unsigned depth;
  JsonScan *out;
} Scanner;

/* Where the next character stands. */
Mark scanner_mark(const Scanner *s);
/* Complains, about what stands at `mark`. */
void scanner_flaw(Scanner *s, Mark mark, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* The same, and gives up. */
#define SCANNER_FATAL(s, ...)                                                                                          \
  do {                                                                                                                 \
    scanner_flaw((s), __VA_ARGS__);                                                                                    \
    (s)->out->broken = TRUE;                                                                                           \
  } while (0)
/* Complains about the next character, which cannot stand there, and gives up. */
void scanner_unexpected(Scanner *s, const char *expected);

/* The next octet, -1 at the end. */
int scanner_peek(const Scanner *s);
/* Makes spaces of what cJSON shall not see; keeps the ends of lines. */
void scanner_blank(Scanner *s, size_t from, size_t to);

/* White space and comments. */
void scanner_skip_space(Scanner *s);
/* At the opening quotation mark. FALSE if it complained; the text between the marks is blanked then. */
gboolean scanner_string(Scanner *s);
/* A string in single quotation marks, which JSON does not have. */
void scanner_single_quoted(Scanner *s);
/* A number, true, false or null, or something that was meant to be. FALSE if it complained. */
gboolean scanner_word(Scanner *s);
/* Whether a word may begin or go on with `c`. */
gboolean scanner_is_word(int c);

#endif
