/* Code between %{ and }%: Python in the tool, of which this reads assertions on TCP_INFO. */
#include "packetdrill/pkt_scan.h"

#include <string.h>

/* A side of a comparison. */
typedef struct Side {
  gboolean is_field;
  char text[64]; /* the field, a word, or a number in decimal */
} Side;

typedef struct Statement {
  const char *at; /* NUL-terminated */
  unsigned line;
  GPtrArray *assertions; /* of PktAssertion */
} Statement;

static void skip_blanks(Statement *statement) {
  while (*statement->at && strchr(" \t\r\n\\\f\v", *statement->at))
    statement->at++;
}

static gboolean is_name(char c) {
  return g_ascii_isalnum(c) || c == '_';
}

static gboolean take(Statement *statement, const char *text) {
  skip_blanks(statement);
  size_t length = strlen(text);
  if (strncmp(statement->at, text, length) != 0 || (is_name(text[0]) && is_name(statement->at[length])))
    return FALSE;
  statement->at += length;
  return TRUE;
}

static gboolean take_relation(Statement *statement, PktRelation *ret_relation) {
  static const struct {
    const char *text;
    PktRelation relation;
  } relations[] = {{"==", PKT_EQ}, {"!=", PKT_NE}, {"<=", PKT_LE}, {">=", PKT_GE}, {"<", PKT_LT}, {">", PKT_GT}};
  for (size_t i = 0; i < G_N_ELEMENTS(relations); i++)
    if (take(statement, relations[i].text)) {
      *ret_relation = relations[i].relation;
      return TRUE;
    }
  return FALSE;
}

/* Numbers small enough that sums and products of them cannot overflow unseen. */
static gboolean take_integer(Statement *statement, int64_t *ret_number) {
  skip_blanks(statement);
  gboolean negative = *statement->at == '-';
  const char *from = statement->at + negative;
  if (!g_ascii_isdigit(*from))
    return FALSE;
  char *end;
  guint64 number = g_ascii_strtoull(from, &end, from[0] == '0' && g_ascii_tolower(from[1]) == 'x' ? 16 : 10);
  if (number > G_MAXINT64 || is_name(*end) || *end == '.')
    return FALSE;
  *ret_number = negative ? -(int64_t)number : (int64_t)number;
  statement->at = end;
  return TRUE;
}

/* "1000 * 10 + 5": products before sums. */
static gboolean take_product(Statement *statement, int64_t *ret_number) {
  int64_t product, factor;
  if (!take_integer(statement, &product))
    return FALSE;
  while (take(statement, "*"))
    if (!take_integer(statement, &factor) || __builtin_mul_overflow(product, factor, &product))
      return FALSE;
  *ret_number = product;
  return TRUE;
}

static gboolean take_sum(Statement *statement, int64_t *ret_number) {
  int64_t sum, term;
  if (!take_product(statement, &sum))
    return FALSE;
  for (;;) {
    gboolean minus = FALSE;
    if (!take(statement, "+") && !(minus = take(statement, "-")))
      break;
    if (!take_product(statement, &term) ||
        (minus ? __builtin_sub_overflow(sum, term, &sum) : __builtin_add_overflow(sum, term, &sum)))
      return FALSE;
  }
  *ret_number = sum;
  return TRUE;
}

static gboolean take_side(Statement *statement, Side *ret_side) {
  skip_blanks(statement);
  if (g_ascii_isdigit(*statement->at) || *statement->at == '-') {
    int64_t number;
    if (!take_sum(statement, &number))
      return FALSE;
    ret_side->is_field = FALSE;
    g_snprintf(ret_side->text, sizeof ret_side->text, "%" G_GINT64_FORMAT, number);
    return TRUE;
  }
  const char *from = statement->at;
  while (is_name(*statement->at))
    statement->at++;
  size_t length = (size_t)(statement->at - from);
  if (length == 0 || length >= sizeof ret_side->text)
    return FALSE;
  memcpy(ret_side->text, from, length);
  ret_side->text[length] = '\0';
  static const char *const keywords[] = {"not", "or", "and", "in", "is", "True", "False", "None", "lambda", "if"};
  for (size_t i = 0; i < G_N_ELEMENTS(keywords); i++)
    if (strcmp(ret_side->text, keywords[i]) == 0)
      return FALSE;
  ret_side->is_field = g_ascii_islower(*ret_side->text); /* constants are upper case */
  return TRUE;
}

static gboolean add_assertion(Statement *statement, const Side *left, PktRelation relation, const Side *right) {
  static const PktRelation turned[] = {
      [PKT_EQ] = PKT_EQ, [PKT_NE] = PKT_NE, [PKT_LT] = PKT_GT, [PKT_LE] = PKT_GE, [PKT_GT] = PKT_LT, [PKT_GE] = PKT_LE};
  if (left->is_field == right->is_field)
    return FALSE;
  PktAssertion *assertion = g_new0(PktAssertion, 1);
  assertion->field = g_strdup(left->is_field ? left->text : right->text);
  assertion->value = g_strdup(left->is_field ? right->text : left->text);
  assertion->relation = left->is_field ? relation : turned[relation];
  assertion->line = statement->line;
  g_ptr_array_add(statement->assertions, assertion);
  return TRUE;
}

/* "200 <= tcpi_rto <= 300" is two assertions; so are two joined by "and". */
static gboolean read_conditions(Statement *statement) {
  unsigned open = 0;
  do {
    while (take(statement, "("))
      open++;
    Side left, right;
    PktRelation relation;
    if (!take_side(statement, &left) || !take_relation(statement, &relation))
      return FALSE;
    do {
      if (!take_side(statement, &right) || !add_assertion(statement, &left, relation, &right))
        return FALSE;
      left = right;
    } while (take_relation(statement, &relation));
    while (open > 0 && take(statement, ")"))
      open--;
  } while (take(statement, "and"));
  skip_blanks(statement);
  return open == 0 && (*statement->at == '\0' || *statement->at == ','); /* behind a comma stands a message */
}

static gboolean read_statement(Statement *statement) {
  skip_blanks(statement);
  static const char *const ignored[] = {"print", "import", "from", "pass"};
  for (size_t i = 0; i < G_N_ELEMENTS(ignored); i++)
    if (take(statement, ignored[i]))
      return TRUE;
  if (*statement->at == '\0' || *statement->at == '"' || *statement->at == '\'')
    return TRUE;
  guint before = statement->assertions->len;
  if (take(statement, "assert") && read_conditions(statement))
    return TRUE;
  g_ptr_array_set_size(statement->assertions, (gint)before);
  return FALSE;
}

/* The end of a statement: a newline or a semicolon that is in no bracket and in no string; a comment is blanked out. */
static char *statement_end(char *at, unsigned *line) {
  unsigned depth = 0;
  char quote = '\0';
  for (; *at; at++) {
    if (*at == '\n')
      (*line)++;
    if (quote) {
      if (*at == '\\' && at[1] && at[1] != '\n')
        at++;
      else if (*at == quote || *at == '\n')
        quote = '\0';
    } else if (*at == '"' || *at == '\'') {
      quote = *at;
    } else if (*at == '#') {
      while (*at && *at != '\n')
        *at++ = ' ';
      at--;
    } else if (strchr("([{", *at)) {
      depth++;
    } else if (strchr(")]}", *at)) {
      depth -= depth > 0;
    } else if (depth == 0 && (*at == ';' || (*at == '\n' && at[-1] != '\\'))) {
      break;
    }
  }
  return at;
}

PktEvent *pkt_code(char *text, unsigned line) {
  PktEvent *event = g_new0(PktEvent, 1);
  event->kind = PKT_CODE;
  event->assertions = g_ptr_array_new_with_free_func((GDestroyNotify)pkt_assertion_free);
  /* A newline in front, so that a statement may look behind its first letter. */
  g_autofree char *code = g_strconcat("\n", text, NULL);
  g_free(text);
  for (char *at = code + 1;;) {
    while (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n' || *at == ';')
      line += *at++ == '\n';
    unsigned first_line = line;
    char *end = statement_end(at, &line);
    gboolean last = *end == '\0';
    *end = '\0';
    Statement statement = {.at = at, .line = first_line, .assertions = event->assertions};
    if (!read_statement(&statement) && !event->code_outside)
      event->code_outside = g_strstrip(g_strdup(at));
    if (last)
      return event;
    at = end + 1;
  }
}
