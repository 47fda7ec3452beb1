/* JSON as text, for the one format that the trace is: writing strings so that any octets give a valid and harmless
 * line, and reading a line strictly, without losing digits of a number. Private to trace/. */
#ifndef TEARDOWN_TRACE_JSON_TEXT_H
#define TEARDOWN_TRACE_JSON_TEXT_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/* Appends `text` as a JSON string, quotes included. The result is valid UTF-8 whatever comes in: an octet that is none
 * becomes U+FFFD. Characters that could act on a terminal or deceive a reader (controls, bidi marks and overrides, line
 * separators, the byte order mark) become \u escapes. The set is fixed here, so the same text gives the same octets
 * with every version of every library. */
void json_append_string(GString *out, const char *text);

/* A value within a line that has been checked as a whole. */
typedef enum {
  JSON_STRING,
  JSON_INTEGER, /* a number without fraction and exponent */
  JSON_NUMBER,  /* any other number */
  JSON_LITERAL, /* true, false, null */
  JSON_OBJECT,
  JSON_ARRAY,
} JsonType;
typedef struct JsonValue {
  JsonType type;
  const char *start, *end; /* borrowed from the line */
} JsonValue;

/* Reads one line that must hold one JSON value and nothing else but spaces. FALSE with `ret_message`, a constant text,
 * if it is not JSON (RFC 8259), nests deeper than JSON_MAX_DEPTH, is not UTF-8, or has a string with U+0000 in it. */
#define JSON_MAX_DEPTH 8
gboolean json_read_line(const char *line, size_t length, JsonValue *ret_value, const char **ret_message);

/* Steps through the members of an object, or the elements of an array: `at` starts as the value's `start`. FALSE at the
 * end. `ret_key` is the member's key, a JSON_STRING (not set for an array). */
gboolean json_next(const JsonValue *container, const char **at, JsonValue *ret_key, JsonValue *ret_value);

/* The text of a JSON_STRING, decoded into `out` (which is overwritten). */
void json_decode_string(const JsonValue *value, GString *out);

/* The number of a JSON_INTEGER. FALSE if it is negative (-0 too) or beyond `max`. */
gboolean json_decode_integer(const JsonValue *value, uint64_t max, uint64_t *ret_number);

#endif
