#include "trace/notation.h"

#include <string.h>

/* Text that is being written into a caller's buffer. One that is too small is an error of the program. */
typedef struct Pen {
  char *at, *end;
} Pen;

static void pen_char(Pen *pen, char c) {
  g_assert(pen->at + 1 < pen->end);
  *pen->at++ = c;
}

static void pen_text(Pen *pen, const char *text) {
  size_t length = strlen(text);
  g_assert((size_t)(pen->end - pen->at) > length);
  memcpy(pen->at, text, length);
  pen->at += length;
}

static void pen_number(Pen *pen, uint32_t number) {
  char digits[10];
  unsigned n = 0;
  do {
    digits[n++] = (char)('0' + number % 10);
    number /= 10;
  } while (number);
  while (n)
    pen_char(pen, digits[--n]);
}

static Pen pen_on(char *buffer, size_t size) {
  g_assert(size > 0);
  return (Pen){buffer, buffer + size};
}

static const struct {
  char letter;
  TcpFlags flag;
} flag_letters[] = {{'S', TCP_SYN}, {'F', TCP_FIN}, {'R', TCP_RST}, {'P', TCP_PSH},
                    {'.', TCP_ACK}, {'U', TCP_URG}, {'E', TCP_ECE}, {'W', TCP_CWR}};

static void pen_flags(Pen *pen, TcpFlags flags) {
  if (!flags)
    pen_char(pen, '-');
  for (unsigned i = 0; i < G_N_ELEMENTS(flag_letters); i++)
    if (flags & flag_letters[i].flag)
      pen_char(pen, flag_letters[i].letter);
}

char *tcp_flags_print(TcpFlags flags, char *buffer, size_t size) {
  Pen pen = pen_on(buffer, size);
  pen_flags(&pen, flags);
  *pen.at = '\0';
  return buffer;
}

gboolean tcp_flags_parse(const char *text, TcpFlags *ret_flags) {
  TcpFlags flags = 0;
  if (strcmp(text, "-") != 0)
    for (; *text; text++) {
      TcpFlags flag = 0;
      for (unsigned i = 0; i < G_N_ELEMENTS(flag_letters); i++)
        if (*text == flag_letters[i].letter)
          flag = flag_letters[i].flag;
      if (!flag)
        return FALSE;
      flags |= flag;
    }
  *ret_flags = flags;
  return TRUE;
}

unsigned tcp_options_size(const TcpOptions *options) {
  unsigned size = 0;
  if (options->has & TCP_OPT_MSS)
    size += 4;
  if (options->has & TCP_OPT_TS)
    size += 12; /* SACK-permitted, if there, takes the place of the two NOPs */
  else if (options->has & TCP_OPT_SACK_OK)
    size += 4;
  if (options->has & TCP_OPT_WSCALE)
    size += 4;
  if (options->n_sack)
    size += 4 + 8u * options->n_sack;
  return size;
}

/* Begins an option: a comma before all but the first. */
static void pen_option(Pen *pen, const char *start, const char *text) {
  if (pen->at != start)
    pen_char(pen, ',');
  pen_text(pen, text);
}

char *tcp_options_print(const TcpOptions *options, char *buffer, size_t size) {
  Pen pen = pen_on(buffer, size);
  g_assert(options->n_sack <= TCP_OPTIONS_MAX_SACK);
  if (options->has & TCP_OPT_MSS) {
    pen_option(&pen, buffer, "mss ");
    pen_number(&pen, options->mss);
  }
  if (options->has & TCP_OPT_SACK_OK)
    pen_option(&pen, buffer, "sackOK");
  if (options->has & TCP_OPT_TS) {
    pen_option(&pen, buffer, "TS ");
    pen_number(&pen, options->ts_val);
    pen_text(&pen, " ecr ");
    pen_number(&pen, options->ts_ecr);
  }
  if (options->has & TCP_OPT_WSCALE) {
    pen_option(&pen, buffer, "wscale ");
    pen_number(&pen, options->wscale);
  }
  if (options->n_sack)
    pen_option(&pen, buffer, "sack");
  for (unsigned i = 0; i < options->n_sack; i++) {
    pen_char(&pen, ' ');
    pen_number(&pen, options->sack[i].left);
    pen_char(&pen, ':');
    pen_number(&pen, options->sack[i].right);
  }
  *pen.at = '\0';
  return buffer;
}

/* Takes `word` off the front of the text. */
static gboolean take(const char **text, const char *word) {
  size_t length = strlen(word);
  if (strncmp(*text, word, length) != 0)
    return FALSE;
  *text += length;
  return TRUE;
}

/* Takes a decimal number of at most `max`, without sign or leading zeros, off the front of the text. */
static gboolean take_number(const char **text, uint32_t max, uint32_t *ret_number) {
  const char *at = *text;
  uint64_t number = 0;
  if (!g_ascii_isdigit(*at) || (at[0] == '0' && g_ascii_isdigit(at[1])))
    return FALSE;
  for (; g_ascii_isdigit(*at); at++) {
    number = 10 * number + (uint64_t)(*at - '0');
    if (number > max)
      return FALSE;
  }
  *text = at;
  *ret_number = (uint32_t)number;
  return TRUE;
}

static gboolean take_sack_blocks(const char **text, TcpOptions *options) {
  if (options->n_sack)
    return FALSE;
  while (**text == ' ') {
    if (options->n_sack == TCP_OPTIONS_MAX_SACK)
      return FALSE;
    uint32_t left, right;
    if (!take(text, " ") || !take_number(text, UINT32_MAX, &left) || !take(text, ":") ||
        !take_number(text, UINT32_MAX, &right))
      return FALSE;
    options->sack[options->n_sack].left = left;
    options->sack[options->n_sack].right = right;
    options->n_sack++;
  }
  return options->n_sack > 0;
}

/* Notes that an option is there; FALSE if it was already. */
static gboolean note(TcpOptions *options, uint8_t option) {
  if (options->has & option)
    return FALSE;
  options->has |= option;
  return TRUE;
}

static gboolean take_option(const char **text, TcpOptions *options) {
  uint32_t number;
  if (take(text, "mss ")) {
    if (!note(options, TCP_OPT_MSS) || !take_number(text, UINT16_MAX, &number))
      return FALSE;
    options->mss = (uint16_t)number;
    return TRUE;
  }
  if (take(text, "wscale ")) {
    if (!note(options, TCP_OPT_WSCALE) || !take_number(text, 14, &number))
      return FALSE;
    options->wscale = (uint8_t)number;
    return TRUE;
  }
  if (take(text, "sackOK"))
    return note(options, TCP_OPT_SACK_OK);
  if (take(text, "sack"))
    return take_sack_blocks(text, options);
  /* packetdrill writes "TS val 1 ecr 0". */
  if (take(text, "TS val ") || take(text, "TS "))
    return note(options, TCP_OPT_TS) && take_number(text, UINT32_MAX, &options->ts_val) && take(text, " ecr ") &&
           take_number(text, UINT32_MAX, &options->ts_ecr);
  return take(text, "nop");
}

gboolean tcp_options_parse(const char *text, TcpOptions *ret_options) {
  TcpOptions options = {0};
  if (*text)
    do
      if (!take_option(&text, &options))
        return FALSE;
    while (take(&text, ","));
  if (*text || (options.n_sack == TCP_OPTIONS_MAX_SACK && (options.has & TCP_OPT_TS)))
    return FALSE;
  *ret_options = options;
  return TRUE;
}

char *tcp_segment_print(TcpFlags flags, uint32_t seq, uint32_t len, uint32_t ack, char *buffer, size_t size) {
  Pen pen = pen_on(buffer, size);
  pen_flags(&pen, flags);
  pen_char(&pen, ' ');
  pen_number(&pen, seq);
  pen_char(&pen, ':');
  pen_number(&pen, seq + len);
  pen_char(&pen, '(');
  pen_number(&pen, len);
  pen_char(&pen, ')');
  if (flags & TCP_ACK) {
    pen_text(&pen, " ack ");
    pen_number(&pen, ack);
  }
  *pen.at = '\0';
  return buffer;
}
