/* How text output looks: width, character set, colour; and the handling of text from outside.
 *
 * Widths are columns of a terminal cell grid: a combining mark takes none, a wide East Asian character two. Text that
 * comes from a trace is untrusted: text_clean() makes of it valid UTF-8 in which control, bidi and other invisible
 * characters are visible symbols, so that no name or title can move the cursor or turn the line around. Everything here
 * is a pure function of its arguments: the same input gives the same bytes. Returned strings are the caller's. */
#ifndef TEARDOWN_OUTPUT_TEXT_STYLE_H
#define TEARDOWN_OUTPUT_TEXT_STYLE_H

#include "engine/simtime.h"
#include "tcp/tcp_names.h"

#include <glib.h>

typedef struct TextStyle {
  unsigned width;  /* columns that no line exceeds; 0: unknown, taken as TEXT_WIDTH_DEFAULT */
  gboolean ascii;  /* octets below 128 only */
  gboolean colour; /* ANSI SGR sequences */
} TextStyle;

#define TEXT_WIDTH_DEFAULT 100
/* Narrower than this nothing is laid out; a smaller width is taken as this. */
#define TEXT_WIDTH_MIN 60
/* Wider than this is taken as this: lines get no easier to read. */
#define TEXT_WIDTH_MAX 200

/* How a piece of text is set off. From TEXT_STATE on, one for each TcpState. */
typedef enum {
  TEXT_PLAIN,
  TEXT_BOLD,
  TEXT_DIM,
  TEXT_BAD, /* lost, refused, reset */
  TEXT_STATE,
} TextAttr;

/* The attribute in which a state is written. */
TextAttr text_attr_of_state(TcpState state);
/* The SGR sequence that starts an attribute, "" for TEXT_PLAIN or without colour; text_attr_end() ends it. */
const char *text_attr_start(const TextStyle *style, TextAttr attr);
const char *text_attr_end(const TextStyle *style, TextAttr attr);
/* Appends `text` (clean) in an attribute. */
void text_append(GString *out, const TextStyle *style, TextAttr attr, const char *text);

/* The width to lay out for: style->width within its limits. */
unsigned text_style_width(const TextStyle *style);

/* `text` (any octets; NULL is empty) as it may be shown: one line, valid UTF-8, or ASCII if the style says so. */
char *text_clean(const TextStyle *style, const char *text);
/* The width of a clean text, of one of its characters. */
unsigned text_width(const char *text);
unsigned text_char_width(gunichar c);
/* A clean text cut to at most `width` columns, with an ellipsis at the end if something is missing. */
char *text_fit(const TextStyle *style, const char *text, unsigned width);
/* A clean text as lines of at most `width` (at least 1) columns, broken between words; a word that is too long is cut
 * with an ellipsis. At least one line; an array of char *, which it owns. */
GPtrArray *text_wrap(const TextStyle *style, const char *text, unsigned width);
/* Appends spaces. */
void text_pad(GString *out, unsigned columns);

/* Symbols in the style's character set. */
const char *text_ellipsis(const TextStyle *style);
const char *text_separator(const TextStyle *style); /* between the parts of a line, spaces included */

/* How exactly an instant has to be written. */
typedef enum { TEXT_TIME_MS, TEXT_TIME_US, TEXT_TIME_NS } TextTimeUnit;
/* The coarsest unit that writes `at` exactly. SIM_NEVER needs none. */
TextTimeUnit text_time_unit(SimTime at);
/* An instant in seconds, in groups of three digits: "0.300", "0.300 000", "0.300 000 001". 40 bytes always suffice. */
char *text_time(SimTime at, TextTimeUnit unit, char *buffer, size_t size);

/* A span for people: exact where that takes few digits ("239.95 s"), else rounded to four ("1.235 s"). 40 bytes always
 * suffice. */
char *text_span(SimTime span, char *buffer, size_t size);

#endif
